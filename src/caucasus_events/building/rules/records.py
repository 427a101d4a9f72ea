"""Rules between rows and between tables: one function, one sentence each.

A rule reads the tables as they are shipped and yields what breaks it. The build runs all of
them before it writes anything, and ``check`` runs them over the files that stand in ``data/``.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from caucasus_events.coding import dates
from caucasus_events.errors import Fact
from caucasus_events.model import codebook
from caucasus_events.model.bounds import BOUNDS

from .registry import PROPOSITION, Finding, Shipped, as_day, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@rule
def bounds_are_ordered(shipped: Shipped) -> Iterator[Finding]:
    """Earliest is never after latest, and no start is after its end."""
    for table, identity, row in shipped.records():
        for first, last in (BOUNDS[:2], BOUNDS[2:], BOUNDS[::2], BOUNDS[1::2]):
            if row[first] is not None and row[last] is not None and row[first] > row[last]:
                facts = (Fact(first, str(row[first].date())), Fact(last, str(row[last].date())))
                yield Finding(table, identity, "", f"{first} is after {last}", "mend the dates", facts)


@rule
def nothing_is_later_than_its_seed(shipped: Shipped) -> Iterator[Finding]:
    """No bound is later than the day the seed speaks until, nor that day than its publication."""
    for table, identity, row in shipped.records():
        for bound in BOUNDS:
            if row[bound] is not None and row[bound] > row["speaks_until"]:
                yield Finding(table, identity, "", f"{bound} is after the day the seed speaks until", "mend the date")
    for row in shipped.rows["sources"]:
        if row["speaks_until"] > row["published"]:
            yield Finding(
                "sources",
                row["source_id"],
                str(row["speaks_until"].date()),
                "speaks_until is after the day of publication",
                "write the day of publication, or an earlier one",
            )


@rule
def bounds_follow_from_the_coded_dates(shipped: Shipped) -> Iterator[Finding]:
    """The four bounds, the precision and the state of the end are what the EDTF dates say."""
    for table, identity, row in shipped.records():
        until = row["speaks_until"].date()
        try:
            if table == "events":
                bounds, code, column = (
                    dates.event_bounds(row["date"], until),
                    dates.precision(row["date"]),
                    "date_precision",
                )
            else:
                (bounds, code), column = dates.status_bounds(row["start"], row["end"], until), "end_state"
        except dates.DateError as error:
            yield Finding(
                table, identity, error.text, error.what, error.do, (Fact("date", error.text, caret=error.caret),)
            )
            continue
        for name, expected in bounds._asdict().items():
            if as_day(row[name]) != expected:
                facts = (Fact("found", str(as_day(row[name]))), Fact("expected", str(expected)))
                yield Finding(
                    table, identity, "", f"{name} does not follow from the coded date", "build the data anew", facts
                )
        if row[column] != code:
            yield Finding(
                table, identity, "", f"{column} is {row[column]}, the coded date says {code}", "build the data anew"
            )


@rule
def records_carry_the_horizon_of_their_seed(shipped: Shipped) -> Iterator[Finding]:
    """speaks_until of a record is that of its seed."""
    until = shipped.column("sources", "source_id", "speaks_until")
    for table, identity, row in shipped.records():
        if until.get(row["source_id"], row["speaks_until"]) != row["speaks_until"]:
            yield Finding(table, identity, "", "speaks_until is not that of the seed", "build the data anew")


@rule
def symmetric_pairs_are_ordered(shipped: Shipped) -> Iterator[Finding]:
    """In a symmetric type the subject comes first in the alphabet, and the codebook says what is symmetric."""
    for row in shipped.rows["statuses"]:
        identity, kind = row["status_id"], codebook.status_types().get(row["type"])
        if kind and kind.symmetric != row["symmetric"]:
            yield Finding(
                "statuses",
                identity,
                "",
                f"symmetric is {row['symmetric']}, the codebook says {kind.symmetric}",
                "build the data anew",
            )
        if kind and kind.symmetric and row["subject"] > row["object"]:
            yield Finding(
                "statuses",
                identity,
                row["subject"],
                f"{row['type']} is symmetric and its pair is not in alphabetical order",
                f'write subject = "{row["object"]}", object = "{row["subject"]}"',
            )


@rule
def nobody_stands_on_both_sides(shipped: Shipped) -> Iterator[Finding]:
    """Subject and object differ, and nobody acts on himself in an event."""
    for row in shipped.rows["statuses"]:
        if row["subject"] == row["object"]:
            yield Finding(
                "statuses",
                row["status_id"],
                row["subject"],
                f"subject and object are both {row['subject']}",
                "name the two parties",
            )
    cast = {(row["event_id"], row["entity_id"], row["role"]) for row in shipped.rows["participants"]}
    for event, entity, role in sorted(cast):
        if role == "actor" and (event, entity, "target") in cast:
            yield Finding("events", event, entity, f"{entity} is both actor and target", "name the two parties")


@rule
def events_have_participants(shipped: Shipped) -> Iterator[Finding]:
    """Every event has at least one participant."""
    present = set(shipped.tables["participants"]["event_id"])
    for identity in shipped.tables["events"]["event_id"]:
        if identity not in present:
            yield Finding(
                "events",
                identity,
                "",
                "nobody takes part in the event",
                "add participants = [ { entity = …, role = … } ]",
            )


@rule
def roles_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """A participant has a role that the type of event knows, and is of a kind that may take it."""
    kinds = shipped.column("entities", "entity_id", "kind")
    types = shipped.column("events", "event_id", "type")
    for row in shipped.rows["participants"]:
        event_type = codebook.event_types().get(str(types.get(row["event_id"])))
        if event_type is None:
            continue
        if row["role"] not in event_type.roles:
            yield Finding(
                "events",
                row["event_id"],
                row["role"],
                f"{event_type.name} knows no role {row['role']!r}",
                "write " + " or ".join(event_type.roles),
            )
        else:
            place, allowed = f"{row['role']} of a {event_type.name}", event_type.roles[row["role"]]
            yield from _kind("events", row["event_id"], place, row["entity_id"], kinds, allowed)


@rule
def kinds_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """Subject and object of a status are of kinds that its type allows; what it is about is a territory."""
    kinds = shipped.column("entities", "entity_id", "kind")
    for row in shipped.rows["statuses"]:
        kind = codebook.status_types().get(row["type"])
        if kind:
            yield from _kind("statuses", row["status_id"], "the subject", row["subject"], kinds, kind.subject)
            yield from _kind("statuses", row["status_id"], "the object", row["object"], kinds, kind.object)
        if row["about"] is not None:
            yield from _kind("statuses", row["status_id"], "what it is about", row["about"], kinds, ["territory"])


def _kind(
    table: str, record: str, place: str, entity: str, kinds: Mapping[str, Any], allowed: list[str]
) -> Iterator[Finding]:
    """Report an entity of a kind that may not stand in this place; an unknown one is another rule's."""
    if entity in kinds and kinds[entity] not in allowed:
        yield Finding(
            table,
            record,
            entity,
            f"{entity} is of kind {kinds[entity]} and cannot be {place}",
            f"name an entity of kind {' or '.join(allowed)}",
        )


@rule
def places_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """Speeches and closures have no location; a border is two codes in alphabetical order."""
    for row in shipped.rows["events"]:
        kind, where = codebook.event_types().get(row["type"]), row["location"]
        if where is None or kind is None:
            continue
        if not kind.located:
            yield Finding("events", row["event_id"], where, f"{kind.name} has no location", "leave location out")
        if "-".join(sorted(set(where.split("-")))) != where:
            yield Finding(
                "events",
                row["event_id"],
                where,
                "a border is two codes in alphabetical order",
                f'write location = "{"-".join(sorted(set(where.split("-"))))}"',
            )


@rule
def attributions_name_somebody(shipped: Shipped) -> Iterator[Finding]:
    """attributed_to is given where, and only where, the assertion is attributed."""
    for table, identity, row in shipped.records():
        if (row["assertion"] == "attributed") != (row["attributed_to"] is not None):
            yield Finding(
                table,
                identity,
                row["assertion"],
                "assertion and attributed_to disagree",
                "name whose claim it is, or none",
            )


@rule
def occurrences_are_those_of_other_seeds(shipped: Shipped) -> Iterator[Finding]:
    """same_as names an event of another seed."""
    seeds = shipped.column("events", "event_id", "source_id")
    for row in shipped.rows["events"]:
        if row["same_as"] is not None and seeds.get(row["same_as"]) == row["source_id"]:
            yield Finding(
                "events",
                row["event_id"],
                row["same_as"],
                "same_as names an event of the same seed",
                "code the occurrence once, with every passage",
            )


@rule
def no_seed_contradicts_itself(shipped: Shipped) -> Iterator[Finding]:
    """One seed never says yes and no of a proposition for a day on which both are certain."""
    claims: dict[tuple[Any, ...], dict[bool, list[dict[str, Any]]]] = {}
    for row in shipped.rows["statuses"]:
        said = claims.setdefault((row["source_id"], *(row[column] for column in PROPOSITION)), {True: [], False: []})
        said[row["holds"]].append(row)
    for said in claims.values():
        for yes, no in product(said[True], said[False]):
            yield from _clash(yes, no)


def _clash(yes: Mapping[str, Any], no: Mapping[str, Any]) -> Iterator[Finding]:
    """Report the first day on which two opposite statuses are both certain."""
    windows = [yes["start_latest"], yes["end_earliest"], no["start_latest"], no["end_earliest"]]
    if any(bound is None for bound in windows):
        return
    first, last = max(windows[0], windows[2]), min(windows[1], windows[3])
    if first <= last:
        facts = (Fact("yes", yes["status_id"]), Fact("no", no["status_id"]), Fact("day", str(first.date())))
        yield Finding(
            "statuses",
            no["status_id"],
            no["status_id"],
            "the seed says yes and no of one day",
            "mend one of the two, or its dates",
            facts,
        )
