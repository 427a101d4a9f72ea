"""Rules of events and statuses: their dates, their parties, and that no seed contradicts itself."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from caucasus_events.coding import dates
from caucasus_events.errors import Fact, shown
from caucasus_events.model import codebook, layers
from caucasus_events.model.bounds import BOUNDS, Bounds
from caucasus_events.model.column_kinds import ENTITY

from .registry import Finding, Shipped, TableRow, rule

_SIDES_OF_A_BORDER = 2
# What one seed can say yes and no of: a proposition, in its words.
_SAID = ("source_id", "type", "subject", "object", "about")


@rule()
def bounds_are_ordered(shipped: Shipped) -> Iterator[Finding]:
    """Earliest is never after latest, and no start is after its end."""
    for row in shipped.records():
        bounds = row.stated._asdict()
        for first, last in (BOUNDS[:2], BOUNDS[2:], BOUNDS[::2], BOUNDS[1::2]):
            if bounds[first] and bounds[last] and bounds[first] > bounds[last]:
                facts = Fact(first, str(bounds[first])), Fact(last, str(bounds[last]))
                yield row.breaks(f"{first} is after {last}", "mend the dates", facts=facts)


@rule("published", "speaks_until")
def nothing_is_later_than_its_seed(shipped: Shipped) -> Iterator[Finding]:
    """No bound that a seed states is later than the day it speaks until, nor that day than its publication."""
    for row in shipped.records("seed"):
        for name, bound in row.stated._asdict().items():
            if bound and bound > row["seed_speaks_until"]:
                yield row.breaks(f"{name} is after the day the seed speaks until", "mend the date")
    for row in shipped.rows["sources"]:
        if row["published"] and row["speaks_until"] > row["published"]:
            do = "write the day of publication, or an earlier one"
            yield row.breaks("speaks_until is after the day of publication", do, str(row["speaks_until"]))


@rule("date", "start", "end", "known_until")
def bounds_follow_from_the_coded_dates(shipped: Shipped) -> Iterator[Finding]:
    """The four bounds, the precision and the state of the end are what the EDTF dates say."""
    for row in shipped.records():
        try:
            bounds, column, code = _of_the_dates(row)
        except dates.DateError as error:
            yield row.breaks(error.what, error.do, error.text, [Fact("date", error.text, caret=error.caret)])
            continue
        own = layers.SEED if row["layer"] == "seed" else ""
        expected = {f"{own}{name}": bound for name, bound in bounds._asdict().items()}
        yield from row.unlike(expected, "does not follow from the coded date")
        if row[column] != code:
            yield row.breaks(f"{column} is {row[column]}, the coded date says {code}")


def _of_the_dates(row: TableRow) -> tuple[Bounds, str, str]:
    """Return the bounds that the dates of a record give, and the column that a code follows in, with that code."""
    seed = row["layer"] == "seed"
    if row.table == "events":
        # The day of compiling cuts an event of other sources; the table does not keep it.
        until = row["seed_speaks_until"] if seed else row["end_latest"] or date.max
        bounds = dates.event_bounds(row["date"], until)
        return bounds, "date_precision", dates.precision(row["date"])
    until = row["seed_speaks_until"] if seed else row["speaks_until"]
    bounds_of = dates.status_bounds if seed else dates.reported_status_bounds
    bounds, state = bounds_of(row["start"], row["end"], until)
    return bounds, "seed_end_state" if seed else "end_state", state


@rule("speaks_until")
def records_carry_the_horizon_of_their_seed(shipped: Shipped) -> Iterator[Finding]:
    """A record that is coded from a seed has a seed, and its horizon; one that others report has neither."""
    until = shipped.column("sources", "source_id", "speaks_until")
    for row in shipped.records():
        if (row["source_id"] is None) == (row["layer"] == "seed"):
            yield row.breaks(f"layer is {row['layer']}, and source_id {row['source_id'] or 'null'}")
        if until.get(row["source_id"], row["seed_speaks_until"]) != row["seed_speaks_until"]:
            yield row.breaks("seed_speaks_until is not that of the seed")


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


@rule("type", "participants", "location")
def events_have_participants(shipped: Shipped) -> Iterator[Finding]:
    """Every event has at least one participant or, if its type has no roles, a location."""
    present = set(shipped.tables["participants"]["event_id"])
    for row in shipped.rows["events"]:
        kind = codebook.event_types().get(row["type"])
        if kind and not kind.roles and row["location"] is None:
            yield row.breaks(f"nothing says where the {kind.name} was", 'add location = "…"')
        elif kind and kind.roles and row.key not in present:
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
            do = f"write {' or '.join(kind.roles)}" if kind.roles else "leave participants out"
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
    """Some types, such as an accusation, have no location; a border is two states in alphabetical order."""
    kinds = shipped.column("entities", "entity_id", "kind")
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
        elif "-" in where:
            yield from _no_states(row, where, kinds)


def _no_states(row: TableRow, where: str, kinds: Mapping[str, str]) -> Iterator[Finding]:
    """Report the sides of a border that are no states; an unknown one is another rule's."""
    for side in where.split("-"):
        if kinds.get(side, "state") not in (None, "state"):
            what = f"{side} is of kind {kinds[side]} and cannot be a side of a border"
            yield row.breaks(what, "name two states, or the one territory that it was in", where)


@rule("assertion", "attributed_to")
def attributions_name_somebody(shipped: Shipped) -> Iterator[Finding]:
    """attributed_to is given where, and only where, the assertion is attributed."""
    for row in shipped.records("seed"):
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
    """No two records of a seed say the same of the same parties with the same dates, from words that they share.

    Of what other sources state there is one record, whatever the words.
    """
    cast: dict[str, list[tuple[str, str]]] = {}
    for row in shipped.rows["participants"]:
        cast.setdefault(row["event_id"], []).append((row["entity_id"], row["role"]))
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in shipped.rows["evidence"]:
        spans.setdefault(row["record_id"], []).append((row["start_char"], row["end_char"]))
    alike: dict[tuple[Any, ...], list[TableRow]] = {}
    for row in shipped.records():
        said = ("date", "location") if row.table == "events" else (*_SAID, "holds", "place", "start", "end")
        # Two documents that the same parties sign on one day are told apart by what they are called.
        kind = codebook.event_types().get(row["type"])
        said = (*said, "title") if kind and kind.titled else said
        told = (row.table, row["layer"], row["source_id"], row["type"], *(row[column] for column in said))
        alike.setdefault((*told, *sorted(cast.get(row.key, []))), []).append(row)
    for rows in alike.values():
        reported = rows[0]["layer"] == "reported"
        # Of what is reported the words do not count: the first stands for all.
        pairs = [(rows[0], row) for row in rows[1:]] if reported else _sharing_words(rows, spans)
        for first, second in pairs:
            keep = "keep one, with every source" if reported else "keep one, with every passage"
            kind = codebook.event_types().get(first["type"])
            titled = ", or their titles" if kind and kind.titled else ""
            do = f"{keep}; if they are two, say in what they differ: a date, a place, a party{titled}"
            yield second.breaks("the record says what another says", do, second.key, [Fact("first", first.key)])


def _sharing_words(
    rows: Sequence[TableRow], spans: Mapping[str, Sequence[tuple[int, int]]]
) -> Iterator[tuple[TableRow, TableRow]]:
    """Yield pairs of records that share words, each record that does in one of them at least, the earlier first."""
    placed = sorted((start, end, number) for number, row in enumerate(rows) for start, end in spans.get(row.key, []))
    reach, owner, told = -1, -1, set()
    for start, end, number in placed:
        pair = (min(owner, number), max(owner, number))
        if start < reach and owner != number and pair not in told:
            told.add(pair)
            yield rows[pair[0]], rows[pair[1]]
        if end > reach:
            reach, owner = end, number


@rule()
def no_seed_contradicts_itself(shipped: Shipped) -> Iterator[Finding]:
    """One seed, or what other sources state, never says yes and no of a proposition for a day with both certain."""
    whose = {"seed": "the seed says", "reported": "other sources are said to say"}
    for yes, no, day in contradictions(shipped, lambda row: row.stated):
        facts = Fact("yes", yes.key), Fact("no", no.key), Fact("day", str(day))
        do = "mend one of the two, or its dates"
        yield no.breaks(f"{whose[no['layer']]} yes and no of one day", do, no.key, facts)


def contradictions(
    shipped: Shipped, bounds_of: Callable[[TableRow], Bounds]
) -> Iterator[tuple[TableRow, TableRow, date]]:
    """Yield a claim and its denial, by one seed or both reported, that are certain on one day, and the first such."""
    said: dict[tuple[Any, ...], dict[bool, list[TableRow]]] = {}
    for row in shipped.rows["statuses"]:
        # Of a row whose parties are not known nobody knows what it says.
        if shipped.lacks(row.key, frozenset({*_SAID, "holds"})):
            continue
        said.setdefault(tuple(row[column] for column in _SAID), {True: [], False: []})[row["holds"]].append(row)
    for claims in said.values():
        for yes, no in product(claims[True], claims[False]):
            one, other = bounds_of(yes), bounds_of(no)
            begun = [day for day in (one.start_latest, other.start_latest) if day]
            over = [day for day in (one.end_earliest, other.end_earliest) if day]
            # A null bound is never certain; both are from the later start to the earlier end.
            if len(begun) == len(over) == 2 and max(begun) <= min(over):  # noqa: PLR2004 - of both
                yield yes, no, max(begun)
