"""Rules of events and statuses: their dates, their parties, and that no seed contradicts itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from caucasus_events.coding import dates
from caucasus_events.errors import Fact, shown
from caucasus_events.model import codebook
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.column_kinds import ENTITY

from .registry import Finding, Shipped, TableRow, rule

_SIDES_OF_A_BORDER = 2
# What one seed can say yes and no of: a proposition, in its words.
_SAID = ("source_id", "type", "subject", "object", "about")


@rule()
def bounds_are_ordered(shipped: Shipped) -> Iterator[Finding]:
    """Earliest is never after latest, and no start is after its end."""
    for row in shipped.records():
        for first, last in (BOUNDS[:2], BOUNDS[2:], BOUNDS[::2], BOUNDS[1::2]):
            if row[first] and row[last] and row[first] > row[last]:
                facts = Fact(first, str(row[first])), Fact(last, str(row[last]))
                yield row.breaks(f"{first} is after {last}", "mend the dates", facts=facts)


@rule("published", "speaks_until")
def nothing_is_later_than_its_seed(shipped: Shipped) -> Iterator[Finding]:
    """No bound is later than the day the seed speaks until, nor that day than its publication."""
    for row in shipped.records():
        for bound in BOUNDS:
            if row[bound] and row[bound] > row["speaks_until"]:
                yield row.breaks(f"{bound} is after the day the seed speaks until", "mend the date")
    for row in shipped.rows["sources"]:
        if row["published"] and row["speaks_until"] > row["published"]:
            do = "write the day of publication, or an earlier one"
            yield row.breaks("speaks_until is after the day of publication", do, str(row["speaks_until"]))


@rule()
def bounds_follow_from_the_coded_dates(shipped: Shipped) -> Iterator[Finding]:
    """The four bounds, the precision and the state of the end are what the EDTF dates say."""
    for row in shipped.records():
        until = row["speaks_until"]
        try:
            if row.table == "events":
                bounds, column = dates.event_bounds(row["date"], until), "date_precision"
                code = dates.precision(row["date"])
            else:
                (bounds, code), column = dates.status_bounds(row["start"], row["end"], until), "end_state"
        except dates.DateError as error:
            yield row.breaks(error.what, error.do, error.text, [Fact("date", error.text, caret=error.caret)])
            continue
        yield from row.unlike(bounds._asdict(), "does not follow from the coded date")
        if row[column] != code:
            yield row.breaks(f"{column} is {row[column]}, the coded date says {code}")


@rule("speaks_until")
def records_carry_the_horizon_of_their_seed(shipped: Shipped) -> Iterator[Finding]:
    """speaks_until of a record is that of its seed."""
    until = shipped.column("sources", "source_id", "speaks_until")
    for row in shipped.records():
        if until.get(row["source_id"], row["speaks_until"]) != row["speaks_until"]:
            yield row.breaks("speaks_until is not that of the seed")


@rule("type", "subject", "object")
def symmetric_pairs_are_ordered(shipped: Shipped) -> Iterator[Finding]:
    """In a symmetric type the subject comes first in the alphabet, and the codebook says what is symmetric."""
    for row in shipped.rows["statuses"]:
        kind = codebook.status_types().get(row["type"])
        if kind and kind.symmetric != row["symmetric"]:
            yield row.breaks(f"symmetric is {row['symmetric']}, the codebook says {kind.symmetric}")
        if kind and kind.symmetric and row["subject"] and row["object"] and row["subject"] > row["object"]:
            what = f"{row['type']} is symmetric and its pair is not in alphabetical order"
            do = f'write subject = "{row["object"]}", object = "{row["subject"]}"'
            yield row.breaks(what, do, row["subject"])


@rule("subject", "object")
def nobody_stands_on_both_sides(shipped: Shipped) -> Iterator[Finding]:
    """Subject and object differ, and nobody acts on himself in an event."""
    do = "name the two parties"
    for row in shipped.rows["statuses"]:
        if row["subject"] == row["object"]:
            yield row.breaks(f"subject and object are both {row['subject']}", do, row["subject"])
    cast = {(row["event_id"], row["entity_id"], row["role"]): row for row in shipped.rows["participants"]}
    for (event, entity, role), row in cast.items():
        if role == "actor" and (event, entity, "target") in cast:
            what = f"{entity} is both actor and target"
            do = "name the two parties; if each did it to the other, write two events, one for each"
            yield row.breaks(what, do, entity)


@rule("participants")
def events_have_participants(shipped: Shipped) -> Iterator[Finding]:
    """Every event has at least one participant."""
    present = set(shipped.tables["participants"]["event_id"])
    for row in shipped.rows["events"]:
        if row.key not in present:
            yield row.breaks("nobody takes part in the event", "add participants = [ { entity = …, role = … } ]")


@rule()
def roles_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """A participant has a role that the type of event knows, and is of a kind that may take it."""
    kinds = shipped.column("entities", "entity_id", "kind")
    types = shipped.column("events", "event_id", "type")
    for row in shipped.rows["participants"]:
        kind = codebook.event_types().get(str(types.get(row["event_id"])))
        if kind and row["role"] in kind.roles:
            place = f"{row['role']} of a {kind.name}"
            yield from _of_kind(row, "entity_id", place, kinds, kind.roles[row["role"]])
        elif kind:
            do = f"write {' or '.join(kind.roles)}"
            yield row.breaks(f"{kind.name} knows no role {shown(row['role'])}", do, row["role"])


@rule()
def kinds_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """Subject and object of a status are of kinds that its type allows; what it is about is a territory."""
    kinds = shipped.column("entities", "entity_id", "kind")
    for row in shipped.rows["statuses"]:
        kind = codebook.status_types().get(row["type"])
        if kind:
            yield from _of_kind(row, "subject", "the subject", kinds, kind.subject)
            yield from _of_kind(row, "object", "the object", kinds, kind.object)
        yield from _of_kind(row, "about", "what it is about", kinds, ["territory"])


def _of_kind(
    row: TableRow, column: str, place: str, kinds: Mapping[str, str], allowed: Sequence[str]
) -> Iterator[Finding]:
    """Report an entity of a kind that may not stand in this place; an unknown one is another rule's."""
    entity = row[column]
    if kinds.get(entity, allowed[0]) not in (None, *allowed):
        what = f"{entity} is of kind {kinds[entity]} and cannot be {place}"
        yield row.breaks(what, f"name an entity of kind {' or '.join(allowed)}", entity)


@rule()
def places_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """Speeches and closures have no location; a border is two codes in alphabetical order."""
    for row in shipped.rows["events"]:
        kind, where = codebook.event_types().get(row["type"]), row["location"]
        if where is None or kind is None:
            continue
        if not kind.located:
            yield row.breaks(f"{kind.name} has no location", "leave location out", where)
        ordered = "-".join(sorted(set(where.split("-"))))
        if not all(re.fullmatch(ENTITY, each) for each in where.split("-")):
            continue
        if len(where.split("-")) > _SIDES_OF_A_BORDER:
            yield row.breaks("a border is of two states", "name the two, or the one territory that it was in", where)
        elif ordered != where:
            yield row.breaks("a border is two codes in alphabetical order", f'write location = "{ordered}"', where)


@rule("assertion", "attributed_to")
def attributions_name_somebody(shipped: Shipped) -> Iterator[Finding]:
    """attributed_to is given where, and only where, the assertion is attributed."""
    for row in shipped.records():
        if (row["assertion"] == "attributed") != (row["attributed_to"] is not None):
            do = "name whose claim it is, or none"
            yield row.breaks("assertion and attributed_to disagree", do, row["assertion"])


@rule()
def occurrences_are_those_of_other_seeds(shipped: Shipped) -> Iterator[Finding]:
    """same_as names an event of another seed."""
    seeds = shipped.column("events", "event_id", "source_id")
    for row in shipped.rows["events"]:
        if row["same_as"] is not None and seeds.get(row["same_as"]) == row["source_id"]:
            do = "code the occurrence once, with every passage"
            yield row.breaks("same_as names an event of the same seed", do, row["same_as"])


@rule("type", "subject", "object", "about", "holds", "date", "start", "end", "location", "participants", "passages")
def no_fact_is_coded_twice(shipped: Shipped) -> Iterator[Finding]:
    """No two records of a seed say the same of the same parties with the same dates, from words that they share."""
    cast: dict[str, list[tuple[str, str]]] = {}
    for row in shipped.rows["participants"]:
        cast.setdefault(row["event_id"], []).append((row["entity_id"], row["role"]))
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in shipped.rows["evidence"]:
        spans.setdefault(row["record_id"], []).append((row["start_char"], row["end_char"]))
    alike: dict[tuple[Any, ...], list[TableRow]] = {}
    for row in shipped.records():
        said = ("date", "location") if row.table == "events" else (*_SAID, "holds", "start", "end")
        told = (row.table, row["source_id"], row["type"], *(row[column] for column in said))
        alike.setdefault((*told, *sorted(cast.get(row.key, []))), []).append(row)
    for rows in alike.values():
        for first, second in combinations(rows, 2):
            if _meet(spans.get(first.key, []), spans.get(second.key, [])):
                do = "keep one, with every passage; if they are two, say in what they differ: a date, a place, a party"
                yield second.breaks("the record says what another says", do, second.key, [Fact("first", first.key)])


def _meet(some: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> bool:
    """Say whether two records share words."""
    return any(start < last and first < end for start, end in some for first, last in others)


@rule()
def no_seed_contradicts_itself(shipped: Shipped) -> Iterator[Finding]:
    """One seed never says yes and no of a proposition for a day on which both are certain."""
    said: dict[tuple[Any, ...], dict[bool, list[TableRow]]] = {}
    for row in shipped.rows["statuses"]:
        # Of a row whose parties are not known nobody knows what it says.
        if shipped.lacks(row.key, frozenset({*_SAID, "holds"})):
            continue
        said.setdefault(tuple(row[column] for column in _SAID), {True: [], False: []})[row["holds"]].append(row)
    for claims in said.values():
        for yes, no in product(claims[True], claims[False]):
            certain = [yes["start_latest"], no["start_latest"], yes["end_earliest"], no["end_earliest"]]
            # A null bound is never certain; both are from the later start to the earlier end.
            if None not in certain and max(certain[:2]) <= min(certain[2:]):
                facts = Fact("yes", yes.key), Fact("no", no.key), Fact("day", str(max(certain[:2])))
                do = "mend one of the two, or its dates"
                yield no.breaks("the seed says yes and no of one day", do, no.key, facts)
