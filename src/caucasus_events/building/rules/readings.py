"""Rules of what other sources say: that readings fit, are applied as they should be, and agree."""

from collections.abc import Iterator

import pandas as pd

from caucasus_events.coding import dates, readings
from caucasus_events.errors import Fact
from caucasus_events.model import layers
from caucasus_events.model.bounds import BOUNDS, Bounds, relation
from caucasus_events.model.rows import RECORDS

from .records import contradictions
from .registry import Finding, Shipped, TableRow, rows_of, rule

# What a reading can be of, in the records of a table.
_SIDES_READ = {"events": ("date",), "statuses": ("start", "end")}


@rule("id", "record", "bound")
def readings_fit_their_record(shipped: Shipped) -> Iterator[Finding]:
    """A reading is of the date of a seed's event, or of the start or end of its status, and its id says of which."""
    tables = {row.key: row.table for row in shipped.records("seed")}
    reported = {row.key for row in shipped.records("reported")}
    for row in shipped.rows["corroborations"]:
        if row["record_id"] in shipped.doubled:
            continue
        if row["record_id"] in reported:
            do = "write what the source says into the record itself: its dates, says, sources or note"
            yield row.breaks("a reading is of a record of a seed; this one is reported", do, row["record_id"])
        table, start = tables.get(row["record_id"]), f"{row['record_id']}-{row['bound']}-"
        if table and row["bound"] not in _SIDES_READ[table]:
            what = f"{'an event' if table == 'events' else 'a status'} has no {row['bound']}"
            yield row.breaks(what, f"write {' or '.join(_SIDES_READ[table])}", row["bound"])
        elif table and not row.key.startswith(start):
            yield row.breaks("the id does not name record and bound", f"let it begin with {start}", row.key)


@rule("bound", "date")
def readings_have_the_bounds_of_their_date(shipped: Shipped) -> Iterator[Finding]:
    """The four bounds of a reading are what its EDTF date says."""
    for row in shipped.rows["corroborations"]:
        if not (row["bound"] and row["date"]):
            continue
        try:
            bounds = dates.reading_bounds(row["bound"], row["date"])
        except dates.DateError as error:
            yield row.breaks(error.what, error.do, error.text, [Fact("date", error.text, caret=error.caret)])
            continue
        yield from row.unlike(bounds._asdict(), "does not follow from the date of the reading")


def _beside_their_records(shipped: Shipped) -> Iterator[tuple[TableRow, Bounds, Bounds]]:
    """Yield every reading that fits its record, with the bounds that the seed states and those of the reading."""
    records = {row.key: row for row in shipped.records("seed")}
    for row in shipped.rows["corroborations"]:
        record = records.get(row["record_id"])
        if record and record.key not in shipped.unsettled and row["bound"] in _SIDES_READ[record.table]:
            yield row, record.stated, readings.bounds_of(row)


def _settled(shipped: Shipped) -> pd.DataFrame:
    """Return the readings of records whose own days are known."""
    frame = shipped.tables["corroborations"]
    return frame[~frame["record_id"].isin(shipped.unsettled)] if shipped.unsettled else frame


def _stated_and_read(stated: Bounds, reading: Bounds) -> tuple[Fact, Fact]:
    """Set what the seed states beside what a reading says."""
    return Fact("seed", _spoken(stated)), Fact("reading", _spoken(reading))


def _spoken(bounds: Bounds) -> str:
    """Write the windows of a record or a reading; an open side is empty."""
    return ", ".join(
        f"{side} {window.earliest or ''}…{window.latest or ''}"
        for side, window in zip(("start", "end"), bounds.windows, strict=True)
    )


@rule("bound", "date", "relation")
def relations_are_borne_out(shipped: Shipped) -> Iterator[Finding]:
    """A reading confirms, refines or contradicts the seed as the dates of both say."""
    for row, stated, reading in _beside_their_records(shipped):
        found = relation(stated, reading)
        if found != row["relation"]:
            what = f"the reading is said to be one that {row['relation']}; by its dates it {found}"
            do = f'write relation = "{found}", or mend the date'
            yield row.breaks(what, do, row["relation"], _stated_and_read(stated, reading))


@rule("preferred")
def no_preferred_reading_contradicts(shipped: Shipped) -> Iterator[Finding]:
    """A reading that lies outside what the seed says is not preferred."""
    for row, stated, reading in _beside_their_records(shipped):
        if row["preferred"] and relation(stated, reading) == "contradicts":
            what = "a reading that contradicts the seed is preferred"
            yield row.breaks(what, "write preferred = false", "true", _stated_and_read(stated, reading))


@rule()
def one_reading_is_preferred(shipped: Shipped) -> Iterator[Finding]:
    """Of one bound of a record at most one reading is preferred."""
    first: dict[tuple[str, str], str] = {}
    for row in shipped.rows["corroborations"]:
        side = (row["record_id"], row["bound"])
        if row["preferred"] and first.setdefault(side, row.key) != row.key:
            what = f"two readings of the {row['bound']} of {row['record_id']} are preferred"
            do = "prefer the one that fits the definitions best, and write preferred = false in the other"
            yield row.breaks(what, do, "true", [Fact("first", first[side]), Fact("second", row.key)])


@rule("bound", "date", "preferred", "confidence")
def readings_are_applied_as_the_rules_say(shipped: Shipped) -> Iterator[Finding]:
    """A reading is applied if it is preferred, at least of medium confidence, and does not contradict."""
    for row, stated, _ in _beside_their_records(shipped):
        yield from row.unlike(readings.outcome(row, stated), "is not what follows from the reading")


@rule("bound", "date", "preferred", "confidence", "start", "end", "speaks_until")
def bounds_are_at_their_best(shipped: Shipped) -> Iterator[Finding]:
    """The windows of a seed's record are its own, narrowed by what is applied to it; a reported record has its own."""
    readings_of = _settled(shipped)
    for table in (*RECORDS, "timeline"):
        frame = shipped.tables[table]
        seeds = frame[frame["layer"] == "seed"]
        best = layers.sharpened(layers.view(table, seeds, "seed"), readings_of)
        columns = [name for name in (*BOUNDS, *layers.NARROWED, "end_state", "speaks_until") if name in best]
        columns = [name for name in columns if name in frame]
        for row, expected in zip(rows_of(table, seeds), rows_of(table, best[columns]), strict=True):
            if row.key not in shipped.unsettled:
                yield from row.unlike(expected, "is not what the readings make of it")
        for row in rows_of(table, frame[frame["layer"] == "reported"]):
            alone: dict[str, object] = {name: None for name in row if name.startswith(layers.SEED)}
            yield from row.unlike({**alone, "start_basis": "reported", "end_basis": "reported"}, "is not reported")


@rule()
def applied_readings_agree(shipped: Shipped) -> Iterator[Finding]:
    """The readings that are applied to a record leave it a day to begin and a day to end on."""
    by_id = {row.key: row for row in shipped.rows["corroborations"]}
    for row in shipped.records("seed"):
        if row["reading_ids"] is None or row.key in shipped.unsettled:
            continue
        if any(row[first] and row[last] and row[first] > row[last] for first, last in (BOUNDS[:2], BOUNDS[2:])):
            facts = Fact("readings", row["reading_ids"]), Fact("leave", _spoken(readings.bounds_of(row)))
            what = f"the preferred readings of {row.key} exclude each other"
            do = "prefer another reading of its start or of its end"
            yield by_id[row["reading_ids"].split("; ")[-1]].breaks(what, do, "true", facts)


@rule()
def no_reading_makes_a_seed_contradict_itself(shipped: Shipped) -> Iterator[Finding]:
    """Readings never make one seed say yes and no of a proposition for a day on which both are certain."""
    by_id = {row.key: row for row in shipped.rows["corroborations"]}
    # What the seed contradicts by itself is another rule's.
    own = {(yes.key, no.key) for yes, no, _ in contradictions(shipped, lambda row: row.stated)}
    for yes, no, day in contradictions(shipped, readings.bounds_of):
        read = "; ".join(row["reading_ids"] for row in (yes, no) if row["reading_ids"])
        if read and (yes.key, no.key) not in own and not {yes.key, no.key} & shipped.unsettled:
            what = "with the preferred readings the seed says yes and no of one day"
            facts = Fact("yes", yes.key), Fact("no", no.key), Fact("day", str(day))
            do = "look at both readings again: prefer another, or none"
            yield by_id[read.split("; ")[-1]].breaks(what, do, "true", facts)


@rule()
def references_are_cited(shipped: Shipped) -> Iterator[Finding]:
    """Every source in references is cited by a reading, a reported record or an identifier."""
    citing = [row["sources"] for table in ("corroborations", "external_ids") for row in shipped.rows[table]]
    citing += [row["reference_ids"] for row in shipped.records("reported")]
    cited = {name for names in citing for name in (names or "").split("; ")}
    for row in shipped.rows["references"]:
        # What a block cites that could not be read is not known.
        if all(citing) and row.key not in cited:
            what = "no reading, no reported record and no identifier cites the source"
            yield row.breaks(what, "cite it, or remove it", row.key)
