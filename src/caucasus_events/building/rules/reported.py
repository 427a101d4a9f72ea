"""Rules of what only other sources report: one record a fact, one spell after the other, confidence as it is earned."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from caucasus_events.coding import readings
from caucasus_events.errors import Fact
from caucasus_events.model import codebook
from caucasus_events.model.bounds import relation
from caucasus_events.model.rows import PROPOSITION

from .registry import Finding, Shipped, TableRow, rule

# What is said of one place: each is a spell of its own.
_SPELL = (*PROPOSITION, "holds", "place")
# A date that is coarser than a month may be that of several occurrences.
_MONTH = timedelta(days=31)


@rule("confidence", "sources")
def high_confidence_rests_on_two_sources(shipped: Shipped) -> Iterator[Finding]:
    """A record or a reading of high confidence cites two sources at least."""
    rows = [(row, row["reference_ids"]) for row in shipped.records("reported")]
    rows += [(row, row["sources"]) for row in shipped.rows["corroborations"]]
    for row, sources in rows:
        if row["confidence"] == "high" and sources and "; " not in sources:
            do = "cite another that does not depend on it, or write medium"
            yield row.breaks("confidence is high, and it cites one source", do, "high", [Fact("source", sources)])


@rule("type", "subject", "object", "about", "holds", "start", "end", "known_until")
def spells_follow_each_other(shipped: Shipped) -> Iterator[Finding]:
    """Of one proposition at one place, a reported spell begins when the one before it has ended: that day, or later."""
    spells: dict[tuple[object, ...], list[TableRow]] = {}
    for row in shipped.rows["statuses"]:
        begins, ends = row["start_latest"], row["end_earliest"]
        # Windows that only possibly overlap are never a contradiction.
        if row["layer"] == "reported" and begins and ends and begins <= ends:
            spells.setdefault(tuple(row[column] for column in _SPELL), []).append(row)
    for rows in spells.values():
        before, *later = sorted(rows, key=lambda row: (row["start_latest"], row["end_earliest"]))
        for row in later:
            # That both are one fact is another rule's.
            alike = (row["start"], row["end"]) == (before["start"], before["end"])
            if row["start_latest"] < before["end_earliest"] and not alike:
                facts = (
                    Fact("before", f"{before.key}, so up to {before['end_earliest']}"),
                    Fact("begins", f"by {row['start_latest']}"),
                )
                do = "mend the dates; write one record if it is one spell; of two places, name each in place"
                yield row.breaks("the spell begins before the one before it ended", do, row.key, facts)
            before = max(before, row, key=lambda each: each["end_earliest"])


@rule("type", "date", "location", "participants")
def no_occurrence_is_reported_again(shipped: Shipped) -> Iterator[Finding]:
    """A reported event is not one that a seed codes, nor another reported one: of its type, days, place and parties."""
    cast: dict[str, set[tuple[str, str]]] = {}
    for row in shipped.rows["participants"]:
        cast.setdefault(row["event_id"], set()).add((row["entity_id"], row["role"]))
    events: dict[str, list[TableRow]] = {}
    # Those of seeds first: the reported one gives way.
    for row in sorted(shipped.rows["events"], key=lambda row: row["layer"] == "reported"):
        kind = codebook.event_types().get(row["type"])
        # Documents are told apart by what they are called; of one whose days are not known nothing is said.
        if kind and not kind.titled and row.key not in shipped.unsettled and _dated(row):
            events.setdefault(row["type"], []).append(row)
    for rows in events.values():
        for number, row in enumerate(rows):
            for first in rows[:number] if row["layer"] == "reported" else ():
                if _may_be_one(first, row, cast):
                    yield _again(first, row)


def _dated(row: TableRow) -> bool:
    """Say whether it is known to about a month when an event began and when it ended."""
    return all(first and last and last - first <= _MONTH for first, last in readings.bounds_of(row).windows)


def _may_be_one(first: TableRow, second: TableRow, cast: Mapping[str, set[tuple[str, str]]]) -> bool:
    """Say whether two events of a type can be one: in their days, their places, and who took part."""
    one, other = (cast.get(row.key, set()) for row in (first, second))
    apart = None not in (first["location"], second["location"]) and first["location"] != second["location"]
    days = relation(readings.bounds_of(first), readings.bounds_of(second))
    # That both say the very same is another rule's.
    alike = one == other and all(first[name] == second[name] for name in ("layer", "date", "location"))
    return not (apart or alike) and days != "contradicts" and (one <= other or other <= one)


def _again(first: TableRow, second: TableRow) -> Finding:
    """Report an event that another is already, with the way out: of a seed's event other sources give readings."""
    seed = first["layer"] == "seed"
    what = f"the event is one that {'a seed codes' if seed else 'is reported already'}"
    keep = f"make it a [[reading]] of {first.key}" if seed else "keep one, with every source"
    do = f"{keep}; if it is another, say in what it differs: a date, a place, a party"
    dates = [Fact(label, f"{row.key}, {row['date']}") for label, row in (("first", first), ("again", second))]
    return second.breaks(what, do, second.key, dates)
