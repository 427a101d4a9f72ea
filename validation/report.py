"""Report how far other sources agree with the records, and what well-known datasets have of them.

Run it in a checkout::

    python validation/report.py            # the report, on the screen
    python validation/report.py --write    # the report, to validation/report.md

It is computed from the tables in ``data/`` alone. What a dataset is, its releases together, is
the one small table :data:`DATASETS`; to add a dataset is to add a row.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from caucasus_events.model import layers, words
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import dictionaries
from caucasus_events.model.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = Mapping[str, Any]
    Tables = Mapping[str, pd.DataFrame]
    # Of a dataset and a record: the identifiers, and the readings that cite the dataset.
    Holdings = dict[tuple[str, str], tuple[list[Row], list[Row]]]

DATA = Path(__file__).resolve().parent.parent / "data"
REPORT = Path(__file__).with_name("report.md")
TABLES = ("timeline", "corroborations", "references", "external_ids")
# Each dataset, the scheme of its identifiers (None: it gives none), and how the ids of the references to it begin.
DATASETS: dict[str, tuple[str | None, str]] = {
    "UCDP/PRIO ACD": ("ucdp_conflict", "ucdp-acd-"),
    "UCDP Dyadic": ("ucdp_dyad", "ucdp-dyadic-"),
    "PA-X": ("pax_agreement", "pax-"),
    "ATOP": ("atop", "atop-"),
    "COW IGO": (None, "cow-igo-"),
    "COW wars": ("cow_war", "cow-wars"),
    "Wikidata": ("wikidata", "wikidata-"),
    "manystates": (None, "manystates-"),
    "rigour": (None, "opensanctions-rigour"),
}
CATEGORIES = HAS, WIDER, OTHERWISE, NOTHING = "has it", "only inside a wider unit", "codes otherwise", "nothing found"
RELATIONS = ("confirms", "refines", "contradicts")
SIDES = {"start": BOUNDS[:2], "end": BOUNDS[2:]}
_NESTED = "  - "
_HEAD = """\
# Agreement report

Written by `python validation/report.py --write` from the tables in `data/`, version {version}. For
each record it says whether other sources confirm, refine or contradict what the seed says of its
date, and then what well-known datasets have of the same records.

The seed layer is untouched: nothing here alters a row that a seed gives. Readings are facts of
other sources, and only preferred readings of at least medium confidence sharpen a record, and
only where dates are asked for as "corroborated". What is assumed: a start from one source and the
seed's "is so" on its own day are joined into one unbroken spell.

Sources are named by their ids in the table `references`, which has titles and addresses. A window
is a range of days: "not after" and "not before" leave the other side open.
"""
_LEGEND = """\
What each dataset has of the records, for every record of a type that it has anything on; an empty
cell is of a type outside its subject, as far as the copies read show.

- **has it**: an identifier that matches exactly or closely or, where there is no identifier,
  a reading that cites it and does not contradict the seed
- **only inside a wider unit**: its unit contains the record, and the record cannot be told apart
- **codes otherwise**: what it has is only related, a neighbour whose dates, sides and values must
  not be read across, or all that it says contradicts the seed
- **nothing found**: no identifier and no reading. This is no claim that the dataset lacks the
  record, only that nothing was found in the copies read
- **†**: a reading that cites it, alone or with others, sharpens the record all the same
"""


def read(folder: Path = DATA) -> dict[str, pd.DataFrame]:
    """Read the tables that the report is computed from."""
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}


# ---------------------------------------------------------------------------- words


def when(row: Row, side: str, prefix: str = "") -> str:
    """Write when something began or ended."""
    first, last = (row[prefix + bound] for bound in SIDES[side])
    return words.window(*("" if day is None else f"{day:%Y-%m-%d}" for day in (first, last)))


def when_both(row: Row, side: str, prefix: str = "") -> str:
    """Write what a row says of one side; of a date, both when it began and when it ended."""
    return ", ".join(f"{each} {when(row, each, prefix)}" for each in (SIDES if side == "date" else (side,)))


def sources_of(reading: Row) -> str:
    """Name the sources of a reading."""
    return ", ".join(f"`{each}`" for each in reading["sources"].split("; "))


def statement(reading: Row) -> str:
    """Write what a reading says, and its note."""
    return f"{reading['says']}." + (f" {reading['note']}" if reading["note"] else "")


def table(headings: list[str], body: Iterable[list[str]]) -> list[str]:
    """Write a table, and an empty line after it."""
    return [words.markdown_table(headings, body), ""]


def listed(lines: list[str]) -> list[str]:
    """Write a list, or say that nothing stands in it, and an empty line after it."""
    return [*(f"{'' if line.startswith(_NESTED) else '- '}{line}" for line in lines), ""] if lines else ["None.", ""]


# ---------------------------------------------------------------------------- readings


def records_of(tables: Tables) -> list[dict[str, Any]]:
    """Return every record with its sharpened bounds, and the seed's as ``seed_…``."""
    return dictionaries(layers.sharpened(tables["timeline"], tables["corroborations"]))


def readings_of(tables: Tables, record: str | None = None) -> list[dict[str, Any]]:
    """Return the readings, all or those of one record."""
    return [row for row in dictionaries(tables["corroborations"]) if record in (None, row["record_id"])]


def span(reading: Row) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day that a reading leaves open for its side."""
    first = "end_earliest" if reading["bound"] == "end" else "start_earliest"
    last = "start_latest" if reading["bound"] == "start" else "end_latest"
    return reading[first] or pd.Timestamp.min, reading[last] or pd.Timestamp.max


def preferred(tables: Tables) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the preferred reading of every record and side that has one."""
    return {(row["record_id"], row["bound"]): row for row in readings_of(tables) if row["preferred"]}


def rivalry(reading: Row, best: Row | None) -> str:
    """Report how a reading stands to the preferred one; ``rival``: they share no day."""
    if best is None:
        return "no reading of this bound is preferred"
    (first, last), (best_first, best_last) = span(reading), span(best)
    if first > best_last or last < best_first:
        return "rival"
    if (first, last) == (best_first, best_last):
        return "the same days"
    if first <= best_first and best_last <= last:
        return "coarser: it contains the preferred one"
    inside = best_first <= first and last <= best_last
    return "compatible: it lies within the preferred one" if inside else "compatible: it shares days with it"


def unresolved(tables: Tables) -> list[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """Return every reading that is not preferred and does not contradict, and how it stands to the preferred one."""
    best = preferred(tables)
    others = [row for row in readings_of(tables) if not row["preferred"] and row["relation"] != "contradicts"]
    found = [(row, best.get((row["record_id"], row["bound"]))) for row in others]
    return [(rivalry(row, other), row, other) for row, other in found]


def lacking(tables: Tables) -> dict[str, list[str]]:
    """List the sides of each record that no reading is about; records without any such side are left out."""
    found = {(row["record_id"], row["bound"]) for row in readings_of(tables)}
    sides = {"event": ["date"], "status": ["start", "end"]}
    records = {row["record_id"]: sides[row["kind"]] for row in dictionaries(tables["timeline"])}
    missing = {each: [side for side in kept if (each, side) not in found] for each, kept in records.items()}
    return {each: kept for each, kept in missing.items() if kept}


# ---------------------------------------------------------------------------- datasets


def dataset_of(reference: str) -> str | None:
    """Return the dataset that a reference belongs to, None if to none."""
    return next((name for name, (_, start) in DATASETS.items() if reference.startswith(start)), None)


def ungrouped(tables: Tables) -> list[str]:
    """Name schemes and references of datasets that :data:`DATASETS` does not know."""
    references = [row["reference_id"] for row in dictionaries(tables["references"]) if row["kind"] == "dataset"]
    schemes = {scheme for scheme, _ in DATASETS.values()}
    return sorted({*tables["external_ids"]["scheme"]} - schemes) + [each for each in references if not dataset_of(each)]


def holdings(tables: Tables) -> Holdings:
    """Return what every dataset has of every record."""
    found: Holdings = {(name, record): ([], []) for name in DATASETS for record in tables["timeline"]["record_id"]}
    names = {scheme: name for name, (scheme, _) in DATASETS.items() if scheme}
    for row in dictionaries(tables["external_ids"]):
        found[names[row["scheme"]], row["record_id"]][0].append(row)
    for row in readings_of(tables):
        for name in dict.fromkeys(filter(None, map(dataset_of, row["sources"].split("; ")))):
            found[name, row["record_id"]][1].append(row)
    return found


def category(ids: list[Row], readings: list[Row]) -> str:
    """Return what a dataset has of a record.

    An identifier is a judgement of the join as a whole, so that where there is one it decides,
    and no reading makes a counterpart of what is only related.
    """
    matches = {row["match"] for row in ids}
    if matches & {"exact", "close"}:
        return HAS
    if matches:
        return WIDER if "broader" in matches else OTHERWISE
    if not readings:
        return NOTHING
    return OTHERWISE if {row["relation"] for row in readings} == {"contradicts"} else HAS


def matrix(tables: Tables) -> dict[str, dict[str, str]]:
    """Give, dataset by dataset, the category of every record of a type that the dataset has anything on."""
    found = holdings(tables)
    types: dict[str, str] = dict(zip(*(tables["timeline"][name] for name in ("record_id", "type")), strict=True))
    listing: dict[str, dict[str, str]] = {}
    for name in DATASETS:
        kept = {record: category(*found[name, record]) for record in types}
        covered = {types[record] for record, each in kept.items() if each != NOTHING}
        listing[name] = {record: each for record, each in kept.items() if types[record] in covered}
    return listing


# ---------------------------------------------------------------------------- sections


def counts(tables: Tables) -> list[str]:
    """Write the section of counts."""
    records, readings = records_of(tables), readings_of(tables)
    sharp = {side: [row for row in records if row[f"{side}_basis"] == "corroborated"] for side in SIDES}
    either = {row["record_id"] for side in sharp.values() for row in side}
    lines = [
        f"{counted(len(records), 'record')}, {len({row['record_id'] for row in readings})} of them with a reading",
        f"{counted(len(readings), 'reading')}: {_tally(readings)}",
        (
            f"{counted(len(either), 'record')} sharpened: {counted(len(sharp['start']), 'start')} and "
            f"{counted(len(sharp['end']), 'end')}"
        ),
        *uncertainty(records),
    ]
    keys = Counter((row["relation"], row["preferred"], row["applied"], row["why_not"] or "") for row in readings)
    order = sorted(keys, key=lambda key: (RELATIONS.index(key[0]), not key[1], not key[2], key[3]))
    body = [[key[0], *("yes" if part else "no" for part in key[1:3]), key[3], str(keys[key])] for key in order]
    return [*listed(lines), *table(["relation", "preferred", "applied", "why not", "readings"], body)]


def _tally(readings: list[dict[str, Any]]) -> str:
    """Count readings by relation, in words."""
    number = Counter(row["relation"] for row in readings)
    return ", ".join(f"{name} {number[name]}" for name in RELATIONS if number[name]) or "no reading"


def uncertainty(records: list[dict[str, Any]]) -> list[str]:
    """Report how many days of uncertainty the windows lose, and how many windows gain a side."""
    pairs = [(_days_open(row, side, "seed_"), _days_open(row, side)) for row in records for side in SIDES]
    both = [(before, after) for before, after in pairs if before is not None and after is not None]
    before, after = (sum(widths) for widths in zip(*both, strict=True)) if both else (0, 0)
    gained = sum(one is None and other is not None for one, other in pairs)
    return [
        (
            f"{counted(len(both), 'window')} of a start or an end known on both sides in the seed: from first to last "
            f"day they span {counted(before, 'day')} together as the seed has them and {counted(after, 'day')} "
            f"sharpened, {before - after:,} fewer"
        ),
        f"{counted(gained, 'window')} more that the seed leaves open on a side and a reading closes",
    ]


def _days_open(row: Row, side: str, prefix: str = "") -> int | None:
    """Count the days from the first to the last of a window, None if a side is open."""
    first, last = (row[prefix + bound] for bound in SIDES[side])
    return None if first is None or last is None else (last - first).days


def record_by_record(tables: Tables) -> list[str]:
    """Write one row for every record."""
    headings = ["record", "type", "seed: start", "seed: end", "the readings", "applied", "sharp: start", "sharp: end"]
    return table(headings, [_record_row(tables, row) for row in records_of(tables)])


def _record_row(tables: Tables, row: Row) -> list[str]:
    """Write the row of a record."""
    readings = readings_of(tables, row["record_id"])
    applied = [
        f"`{each['reading_id']}`: {each['bound']} {each['date']}, {each['relation']}, {each['confidence']}; "
        f"{sources_of(each)}"
        for each in readings
        if each["applied"]
    ]
    seed = [when(row, side, "seed_") for side in SIDES]
    sharp = [when(row, side) if row[f"{side}_basis"] == "corroborated" else "as the seed" for side in SIDES]
    denied = "" if row["holds"] in (None, True) else ", denied"
    return [f"`{row['record_id']}`", row["type"] + denied, *seed, _tally(readings), "<br>".join(applied), *sharp]


def disagreements(tables: Tables) -> list[str]:
    """Write what contradicts, what rivals, and apart from them what is merely coarser or compatible."""
    records = {row["record_id"]: row for row in records_of(tables)}
    against = [row for row in readings_of(tables) if row["relation"] == "contradicts"]
    pairs = unresolved(tables)
    return [
        "### Readings that contradict the seed",
        "",
        "They leave no day of the seed's window for the start or for the end. It is not given up for them.",
        "",
        *listed([_contradiction(row, records[row["record_id"]]) for row in against]),
        "### Rival readings",
        "",
        "They do not contradict the seed, and share no day with the preferred reading of the same bound.",
        "",
        *listed([_rival(row, best) for how, row, best in pairs if how == "rival" and best]),
        "### Coarser or compatible, no disagreement",
        "",
        *listed([_compatible(how, row, best) for how, row, best in pairs if how != "rival"]),
    ]


def _contradiction(reading: Row, record: Row) -> str:
    """Write a reading that contradicts the seed."""
    seed = when_both(record, reading["bound"], "seed_")
    return (
        f"`{reading['record_id']}`: the seed says {seed}; `{reading['reading_id']}` says {reading['date']} "
        f"({reading['confidence']} confidence; {sources_of(reading)}): {statement(reading)}"
    )


def _rival(reading: Row, best: Row) -> str:
    """Write a reading that shares no day with the preferred one."""
    return (
        f"`{reading['record_id']}`, {reading['bound']}: preferred is {best['date']} ({best['confidence']} confidence; "
        f"{sources_of(best)}); `{reading['reading_id']}` says {reading['date']} ({reading['confidence']} confidence; "
        f"{sources_of(reading)}): {statement(reading)}"
    )


def _compatible(how: str, reading: Row, best: Row | None) -> str:
    """Write a reading that is not preferred and does not disagree."""
    than = f" beside {best['date']}" if best else ""
    return f"`{reading['reading_id']}` ({reading['relation']}), {reading['date']}{than}: {how}"


def not_found(tables: Tables) -> list[str]:
    """Write what no source was found for, and what was found and is too weak to be applied."""
    read_of = {row["record_id"] for row in readings_of(tables)}
    missing = lacking(tables)
    weak = [row for row in readings_of(tables) if row["why_not"] == "low confidence"]
    return [
        "That no source was found says nothing of the facts: it says what was looked for and not found, no more.",
        "",
        "### Records without any reading",
        "",
        *listed([_lacks(each, sides) for each, sides in missing.items() if each not in read_of]),
        "### Records of which one bound has no reading",
        "",
        *listed([_lacks(each, sides) for each, sides in missing.items() if each in read_of]),
        "### Preferred readings that are not applied, because their confidence is low",
        "",
        *listed([f"`{row['reading_id']}`, {row['date']} ({sources_of(row)}): {statement(row)}" for row in weak]),
    ]


def _lacks(record: str, sides: list[str]) -> str:
    """Write for which sides of a record no source was found."""
    return f"`{record}`: no source was found for its {' or its '.join(sides)}"


def demonstration(tables: Tables) -> list[str]:
    """Write the matrix of datasets, the facts behind it, and what follows."""
    found, has = matrix(tables), holdings(tables)
    records = sorted(records_of(tables), key=lambda row: (row["kind"], row["type"], row["record_id"]))
    body = [
        [f"`{row['record_id']}`", row["type"], *(_matrix_cell(found, has, name, row["record_id"]) for name in DATASETS)]
        for row in records
        if any(row["record_id"] in kept for kept in found.values())
    ]
    totals = [["**sum**", "", *("; ".join(_sums(kept)) for kept in found.values())]]
    references = dictionaries(tables["references"])
    facts = [line for name in DATASETS for line in _dataset_section(name, found[name], has, records, references)]
    return [
        *(_LEGEND, *table(["record", "type", *DATASETS], body + totals), *facts),
        *("### What follows", "", conclusion(records, found), ""),
    ]


def _matrix_cell(found: dict[str, dict[str, str]], has: Holdings, dataset: str, record: str) -> str:
    """Write a cell of the matrix."""
    applied = any(row["applied"] for row in has[dataset, record][1])
    return found[dataset].get(record, "") + " †" * applied


def _sums(kept: dict[str, str]) -> list[str]:
    """Count the records of a dataset by category, those that occur."""
    number = Counter(kept.values())
    return [f"{name} {number[name]}" for name in CATEGORIES if number[name]]


def _dataset_section(
    dataset: str, kept: dict[str, str], has: Holdings, records: list[dict[str, Any]], references: list[dict[str, Any]]
) -> list[str]:
    """Write what a dataset has of the records and, with the start of each, for which nothing was found."""
    copies = [row for row in references if dataset_of(row["reference_id"]) == dataset]
    read_in = "; ".join(f"{row['title']} (`{row['reference_id']}`)" for row in copies) or "no copy named"
    lines: list[str] = []
    for row in (row for row in records if row["record_id"] in kept):
        held = kept[row["record_id"]]
        begun = f" (start {when(row, 'start')})" * (held == NOTHING)
        lines += [f"`{row['record_id']}`{begun}: {held}", *_facts(*has[dataset, row["record_id"]])]
    return [f"### {dataset}", "", f"Read in: {read_in}.", "", *listed(lines)]


def _facts(ids: list[Row], readings: list[Row]) -> list[str]:
    """Write the identifiers of a record and the readings, one a line."""
    joins = [f"`{row['external_id']}` ({row['match']}): {row['note'] or 'no note.'}" for row in ids]
    says = [f"{row['date']} ({row['relation']}, {_use(row)}): {statement(row)}" for row in readings]
    return [f"{_NESTED}{line}" for line in joins + says]


def _use(reading: Row) -> str:
    """Report whether a reading is applied, and why not."""
    if reading["applied"]:
        return "applied"
    why = f": {reading['why_not']}" if reading["why_not"] != "contradicts" else ""
    return f"not applied{why}"


def conclusion(records: list[dict[str, Any]], found: dict[str, dict[str, str]]) -> str:
    """Draw the conclusion from the counts."""
    best: Counter[str] = Counter()
    for row in records:
        held = {kept[row["record_id"]] for kept in found.values() if row["record_id"] in kept}
        best[next((name for name in CATEGORIES if name in held), "outside")] += 1
    most = max(found, key=lambda name: Counter(found[name].values())[HAS])
    total, number = len(records), Counter(found[most].values())[HAS]
    return (
        f"Of the {counted(total, 'record')}, {best[HAS]} have a counterpart in at least one of the "
        f"{len(found)} datasets, {best[WIDER]} only inside a wider unit, {best[OTHERWISE]} only coded otherwise; for "
        f"{best[NOTHING]} nothing was found though the type is one that a dataset covers, and {best['outside']} are "
        f"of types on which none of them has anything in the copies read. No single dataset has more than {number} "
        f"of the {total} ({most}). As far as the copies read show, whoever asks about these records together is "
        f"served by no single one of them, and for {total - best[HAS]} of the {total} not by all of them together; "
        f"what they do have is joined here by identifier or by reading, and the reach of each join is stated."
    )


def agreement_report(tables: Tables) -> str:
    """Write the whole report as Markdown, the same for the same data; a dataset without a row is a ``ValueError``."""
    if strangers := ungrouped(tables):
        raise ValueError(f"no dataset of the report has {', '.join(strangers)}; add it to DATASETS")
    sections = {
        "Counts": counts,
        "Record by record": record_by_record,
        "Disagreements": disagreements,
        "What no source was found for": not_found,
        "What well-known datasets have": demonstration,
    }
    lines = [_HEAD.format(version=tables["timeline"].attrs.get("version", "not stated"))]
    for title, write in sections.items():
        lines += [f"## {title}", "", *write(tables)]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the report from the command line."""
    parser = argparse.ArgumentParser(description="Say how far other sources agree with the records.")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name} instead of printing it")
    options = parser.parse_args(arguments)
    written = agreement_report(read())
    if options.write:
        REPORT.write_text(written, "utf-8", newline="\n")
    else:
        print(written, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
