"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from caucasus_events.coding import dates, readings
from caucasus_events.errors import Fact
from caucasus_events.model import bounds, layers
from caucasus_events.model.bounds import BOUNDS

from .records import no_seed_contradicts_itself
from .registry import RECORDS, Finding, Shipped, as_day, as_rows, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from caucasus_events.model.bounds import Bounds


def _own_bounds(table: str) -> list[str]:
    """Name the bounds that a reading can be of."""
    return ["date"] if table == "events" else ["start", "end"]


@rule
def readings_fit_their_record(shipped: Shipped) -> Iterator[Finding]:
    """A reading is of the date of an event, or of the start or end of a status, and its id says of which."""
    tables = {identity: table for table, identity, _ in shipped.records()}
    for row in shipped.rows["corroborations"]:
        table, identity = tables.get(row["record_id"]), row["reading_id"]
        if table is None:
            continue
        allowed, start = _own_bounds(table), f"{row['record_id']}-{row['bound']}-"
        if row["bound"] not in allowed:
            what = f"{'an event' if table == 'events' else 'a status'} has no {row['bound']}"
            yield Finding("corroborations", identity, row["bound"], what, f"write {' or '.join(allowed)}")
        elif not identity.startswith(start):
            what = "the id does not name record and bound"
            yield Finding("corroborations", identity, identity, what, f"let it begin with {start}")


@rule
def readings_have_the_bounds_of_their_date(shipped: Shipped) -> Iterator[Finding]:
    """The four bounds of a reading are what its EDTF date says."""
    for row in shipped.rows["corroborations"]:
        try:
            expected = dates.reading_bounds(row["bound"], row["date"])
        except dates.DateError as error:
            fact = Fact("date", error.text, caret=error.caret)
            yield Finding("corroborations", row["reading_id"], error.text, error.what, error.do, (fact,))
            continue
        for name, day in expected._asdict().items():
            if as_day(row[name]) != day:
                facts = (Fact("found", str(as_day(row[name]))), Fact("expected", str(day)))
                what = f"{name} does not follow from the date of the reading"
                yield Finding("corroborations", row["reading_id"], "", what, "build the data anew", facts)


def _compared(shipped: Shipped) -> Iterator[tuple[dict[str, Any], bounds.Bounds, bounds.Bounds]]:
    """Give every reading that fits its record, with the seed's own bounds and those of the reading."""
    records = {identity: (table, _bounds(row)) for table, identity, row in shipped.records()}
    for row in shipped.rows["corroborations"]:
        table, seed = records.get(row["record_id"], ("", readings.UNKNOWN))
        if table and row["bound"] in _own_bounds(table):
            yield row, seed, _bounds(row)


def _bounds(row: Mapping[str, Any]) -> bounds.Bounds:
    """Give the bounds of a row as days."""
    return readings.bounds_of({name: as_day(row[name]) for name in BOUNDS})


def _spoken(bounds: Bounds) -> str:
    """Write the windows of a record or a reading; an open side is empty."""
    start, end = (f"{first or ''}…{last or ''}" for first, last in (bounds[:2], bounds[2:]))
    return f"start {start}, end {end}"


@rule
def relations_are_borne_out(shipped: Shipped) -> Iterator[Finding]:
    """A reading confirms, refines or contradicts the seed as the dates of both say."""
    for row, seed, reading in _compared(shipped):
        found = bounds.relation(seed, reading)
        if found != row["relation"]:
            facts = (Fact("seed", _spoken(seed)), Fact("reading", _spoken(reading)))
            what = f"the reading is said to be one that {row['relation']}; by its dates it {found}"
            do = f'write relation = "{found}", or mend the date'
            yield Finding("corroborations", row["reading_id"], row["relation"], what, do, facts)


@rule
def no_preferred_reading_contradicts(shipped: Shipped) -> Iterator[Finding]:
    """A reading that lies outside what the seed says is not preferred."""
    for row, seed, reading in _compared(shipped):
        if row["preferred"] and bounds.relation(seed, reading) == "contradicts":
            facts = (Fact("seed", _spoken(seed)), Fact("reading", _spoken(reading)))
            what = "a reading that contradicts the seed is preferred"
            yield Finding("corroborations", row["reading_id"], "true", what, "write preferred = false", facts)


@rule
def one_reading_is_preferred(shipped: Shipped) -> Iterator[Finding]:
    """Of one bound of a record at most one reading is preferred."""
    first: dict[tuple[str, str], str] = {}
    for row in shipped.rows["corroborations"]:
        bound = (row["record_id"], row["bound"])
        if row["preferred"] and first.setdefault(bound, row["reading_id"]) != row["reading_id"]:
            what = f"two readings of the {row['bound']} of {row['record_id']} are preferred"
            facts = (Fact("first", first[bound]), Fact("second", row["reading_id"]))
            do = "prefer the one that fits the definitions best, and write preferred = false in the other"
            yield Finding("corroborations", row["reading_id"], "true", what, do, facts)


@rule
def readings_are_applied_as_the_rules_say(shipped: Shipped) -> Iterator[Finding]:
    """A reading is applied if it is preferred, at least of medium confidence, and does not contradict."""
    for row, seed, reading in _compared(shipped):
        expected = readings.outcome({**row, **reading._asdict()}, seed)
        for column, value in expected.items():
            if row[column] != value:
                facts = (Fact("found", str(row[column])), Fact("expected", str(value)))
                what = f"{column} is not what follows from the reading"
                yield Finding("corroborations", row["reading_id"], "", what, "build the data anew", facts)


@rule
def applied_readings_agree(shipped: Shipped) -> Iterator[Finding]:
    """The readings that are applied to a record leave it a day to begin and a day to end on."""
    for table, key in RECORDS.items():
        sharp = layers.sharpened(shipped.tables[table], shipped.tables["corroborations"])
        for row in as_rows(sharp[sharp["reading_ids"].notna()]):
            pairs = (BOUNDS[:2], BOUNDS[2:])
            if any(row[first] and row[last] and row[first] > row[last] for first, last in pairs):
                last = row["reading_ids"].split("; ")[-1]
                facts = (Fact("readings", row["reading_ids"]), Fact("leave", _spoken(_bounds(row))))
                what = f"the preferred readings of {row[key]} exclude each other"
                do = "prefer another reading of its start or of its end"
                yield Finding("corroborations", last, "true", what, do, facts)


@rule
def no_reading_makes_a_seed_contradict_itself(shipped: Shipped) -> Iterator[Finding]:
    """Readings never make one seed say yes and no of a proposition for a day on which both are certain."""
    sharp = layers.sharpened(shipped.tables["statuses"], shipped.tables["corroborations"])
    own = {finding.key for finding in no_seed_contradicts_itself(shipped)}
    blunt = Shipped({**shipped.tables, "statuses": sharp}, shipped.texts)
    read = {row["status_id"]: row["reading_ids"] for row in blunt.rows["statuses"]}
    for finding in no_seed_contradicts_itself(blunt):
        if finding.key not in own:
            about = [read[fact.text] for fact in finding.facts[:2] if read[fact.text]]
            last = "; ".join(about).split("; ")[-1]
            what = "with the preferred readings the seed says yes and no of one day"
            do = "look at both readings again: prefer another, or none"
            yield Finding("corroborations", last, "true", what, do, finding.facts)


@rule
def references_are_cited(shipped: Shipped) -> Iterator[Finding]:
    """Every source in references is cited by a reading or an identifier."""
    rows = [*shipped.rows["corroborations"], *shipped.rows["external_ids"]]
    cited = {name for row in rows for name in row["sources"].split("; ")}
    for row in shipped.rows["references"]:
        if row["reference_id"] not in cited:
            what = "no reading and no identifier cites the source"
            yield Finding("references", row["reference_id"], row["reference_id"], what, "cite it, or remove it")
