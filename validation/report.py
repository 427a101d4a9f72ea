"""Report how far other sources agree with the records, and what datasets of the field have of them.

Run it in a checkout::

    python validation/report.py            # the report, on the screen
    python validation/report.py --write    # the report, to validation/report.md

It is computed from the tables in ``data/`` and, in the sections of :data:`BESIDE`, from data of others that lies beside
the checkout (``../shared/real``, or where ``CAUCASUS_EVENTS_REAL`` says) and is never in it. Where a file of these is
not there, its section is not computed: the text that stands in ``report.md`` is kept as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import fighting
import gains
import memberships
from beside import REAL
from caucasus_events.model.rows import dictionaries
from caucasus_events.model.words import counted
from caucasus_events.reading import tables as released
from counterparts import demonstration, ungrouped
from inventory import inventory
from prose import SIDES, cited, listed, readings_of, statement, table, when, when_both
from recode import compare
from staleness import staleness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prose import Row, Tables

REPORT = Path(__file__).with_name("report.md")
TABLES = ("timeline", "events", "statuses", "participants", "corroborations", "references", "external_ids")
# Sections that need a file of others: its name, and what writes the section.
BESIDE: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "Memberships beside COW IGO": (memberships.FILE, memberships.section),
    "Fighting and ceasefires beside UCDP": (fighting.FILE, fighting.section),
    "What a reader of UCDP GED gains": (gains.SAMPLE, gains.of_sample),
}
ROOT = Path(__file__).resolve().parents[1]
REPORTED = ROOT / "seeds" / "reported"
_NOT_FOUND = "not found, or left out on purpose"
RELATIONS = ("confirms", "refines", "contradicts")
_HEAD = """\
# Agreement report

Written by `python validation/report.py --write` from the tables in `data/`, version {version}. It says
what is there; for each record of a document, whether other sources confirm, refine or contradict
what the document says of its date; what was looked for and not found; what well-known datasets have
of the records; what is said to go on, and when it was last attested; whether a second coder
arrives at the same records; and how the answers agree with datasets of the field.

Nothing here alters what a document says. Readings are facts of other sources: only preferred ones of
at least medium confidence narrow the windows of a record, and the layer `seed` is without them. What
is assumed: a start from one source and the document's "is so" on its own day are joined into one
unbroken spell.

Sources are named by their ids in the table `references`, which has titles and addresses. A window
is a range of days: "not after" and "not before" leave the other side open.
"""


def read() -> dict[str, pd.DataFrame]:
    """Read the tables that the report is computed from."""
    return {name: released.load(name) for name in TABLES}


# ---------------------------------------------------------------------------- readings


def records_of(tables: Tables) -> list[dict[str, Any]]:
    """Return every record of a document, its windows at their best and the document's as ``seed_…``."""
    return [row for row in dictionaries(tables["timeline"]) if row["layer"] == "seed"]


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
    records = {row["record_id"]: sides[row["kind"]] for row in records_of(tables)}
    missing = {each: [side for side in kept if (each, side) not in found] for each, kept in records.items()}
    return {each: kept for each, kept in missing.items() if kept}


# ---------------------------------------------------------------------------- sections


def counts(tables: Tables) -> list[str]:
    """Write the section of counts."""
    records, readings = records_of(tables), readings_of(tables)
    sharp = {side: [row for row in records if row[f"{side}_basis"] == "corroborated"] for side in SIDES}
    either = {row["record_id"] for side in sharp.values() for row in side}
    read_of = {row["record_id"] for row in readings}
    lines = [
        f"{counted(len(records), 'record')} of documents, {len(read_of)} of them with a reading",
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
        f"{cited(each['sources'])}"
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
        f"({reading['confidence']} confidence; {cited(reading['sources'])}): {statement(reading)}"
    )


def _rival(reading: Row, best: Row) -> str:
    """Write a reading that shares no day with the preferred one."""
    return (
        f"`{reading['record_id']}`, {reading['bound']}: preferred is {best['date']} ({best['confidence']} confidence; "
        f"{cited(best['sources'])}); `{reading['reading_id']}` says {reading['date']} "
        f"({reading['confidence']} confidence; {cited(reading['sources'])}): {statement(reading)}"
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
        *listed([f"`{row['reading_id']}`, {row['date']} ({cited(row['sources'])}): {statement(row)}" for row in weak]),
        "### Looked for and not found, or left out on purpose",
        "",
        "What whoever compiled the reported records noted at the end of each file of `seeds/reported/`.",
        "",
        *listed(notes_of_files(REPORTED)),
    ]


def notes_of_files(folder: Path) -> list[str]:
    """Collect what the files of reported records note as not found: the list under the last heading of each."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        _, _, noted = path.read_text("utf-8").partition(_NOT_FOUND)
        # A note goes on in comments that do not begin with a hyphen.
        words = " ".join(line.removeprefix("#").strip() for line in noted.splitlines()[1:])
        found += [f"{path.stem}: {each}" for each in words.removeprefix(" ").removeprefix("- ").split(" - ") if each]
    return found


def _lacks(record: str, sides: list[str]) -> str:
    """Write for which sides of a record no source was found."""
    return f"`{record}`: no source was found for its {' or its '.join(sides)}"


def second_codings(_: Tables) -> list[str]:
    """Write how far every second coding that is committed agrees, field by field."""
    lines = ["Every disagreement, and what was decided of it, stands in `validation/recode/`.", ""]
    for sheet, seed in compare.committed(ROOT):
        first, second = compare.release_coding(seed, ROOT), compare.second_coding(sheet, seed, ROOT)
        summary = compare.summary(first, second, compare.matches_of(first, second)).replace("### ", "#### ")
        lines += [f"### {seed}, coder {sheet.stem}", "", *summary.splitlines(), ""]
    return lines


def agreement_report(tables: Tables) -> str:
    """Write what the tables alone tell, the same for the same data; a dataset without a row is a ``ValueError``."""
    if strangers := ungrouped(tables):
        raise ValueError(f"no dataset of the report has {', '.join(strangers)}; add it to DATASETS")
    sections = {
        "What is there": inventory,
        "Counts of readings": counts,
        "Record by record": record_by_record,
        "Disagreements": disagreements,
        "What no source was found for": not_found,
        "What well-known datasets have": demonstration,
        "What is still so": staleness,
        "A second coder": second_codings,
    }
    head = _HEAD.format(version=tables["timeline"].attrs.get("version", "not stated"))
    return _page([head], {title: write(tables) for title, write in sections.items()})


def whole_report() -> str:
    """Write the report on the released tables, with what stands in ``report.md`` where data of others is not there."""
    sections = {"What a reader gains": gains.section()}
    for title, (name, write) in BESIDE.items():
        sections[title] = write() if (REAL / name).exists() else standing(title, name)
    return _page([agreement_report(read())], sections)


def standing(title: str, name: str) -> list[str]:
    """Return the section that stands in ``report.md``; without one, a ``ValueError`` names the file that is needed."""
    _, found, rest = REPORT.read_text("utf-8").partition(f"\n## {title}\n\n")
    if not found:
        raise ValueError(f"{REPORT.name} has no section {title!r}; put {name} into {REAL}")
    return [*rest.partition("\n## ")[0].removesuffix("\n").split("\n"), ""]


def _page(lines: list[str], sections: Mapping[str, list[str]]) -> str:
    """Write sections with their titles after what stands before them."""
    return "\n".join([*lines, *(line for title, kept in sections.items() for line in (f"## {title}", "", *kept))])


def main(arguments: list[str] | None = None) -> int:
    """Run the report from the command line."""
    parser = argparse.ArgumentParser(description="Say how far other sources agree with the records.")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name} instead of printing it")
    options = parser.parse_args(arguments)
    written = whole_report()
    if options.write:
        REPORT.write_text(written, "utf-8", newline="\n")
    else:
        print(written, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
