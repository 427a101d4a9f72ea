"""The Data part of ``CHANGELOG.md``, written from the tables and compared with them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caucasus_events.errors import Fact, Problem
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import OWN, RECORDS, dictionaries
from caucasus_events.model.versions import PATTERN
from caucasus_events.model.words import counted

from .differences import Tables, of_shape

# A row of the table ``changes``.
Row = Mapping[str, Any]

FILE = "CHANGELOG.md"
UNRELEASED = "## Unreleased"
_PARTS = ("participants", "evidence")
_HEADINGS = {
    "new_table": "New tables and columns",
    "new_record": "New records",
    "corrected_date": "Corrected dates",
    "corrected_parties": "Corrected parties",
    "corrected_text": "Corrected texts",
    "withdrawn": "Withdrawn",
    "coding_rule": "Coding rules",
    "form": "Another form of the same",
}
# Worked out from other columns, these say nothing more to a reader.
_DERIVED = {*BOUNDS, "date_precision", "end_state"}


def data_part(version: str, tables: Tables) -> str:
    """Write what a release changed in the data, grouped by kind: Markdown without a heading."""
    changes = tables["changes"]
    rows = dictionaries(changes[changes["version"] == version])
    if not rows:
        return _first_release(tables) if changes.empty else "No cell of the data changed."
    groups = {heading: list(_lines_of(code, rows)) for code, heading in _HEADINGS.items()}
    return "\n\n".join(f"**{heading}**\n\n" + "\n".join(lines) for heading, lines in groups.items() if lines)


def _first_release(tables: Tables) -> str:
    """Write what the first release holds."""
    counts = {name: len(tables[name]) for name in ("events", "statuses", "entities", "sources")}
    denials = int((~tables["statuses"]["holds"]).sum())
    # Before 2.0 a record had no layer: all were coded.
    reported = any("layer" in tables[name] and "reported" in set(tables[name]["layer"]) for name in RECORDS)
    others = " and taken from other sources" if reported else ""
    return (
        f"The first release: {counts['events']} events and {counts['statuses']} statuses, {denials} of them explicit "
        f"denials, among {counts['entities']} entities, coded from {counted(counts['sources'], 'document')}{others}."
    )


def _lines_of(code: str, rows: Iterable[Row]) -> Iterable[str]:
    """Write the changes of one kind, a record or a cell each line."""
    mine = [row for row in rows if row["reason_code"] == code]
    yield from (_shape_line(row, mine) for row in mine if of_shape(row))
    if code == "new_table":
        return
    if code == "form":
        places = Counter((row["table"], row["column"], row["reason"]) for row in mine if not of_shape(row))
        for (table, column, reason), count in places.items():
            yield f"- `{table}.{column}`: {counted(count, 'cell')}{_reason_text({'reason': reason})}"
        return
    # The parts of a new or withdrawn record come and go with it.
    tables = OWN if code in ("new_record", "withdrawn") else (*OWN, *_PARTS)
    cells = [row for row in mine if not of_shape(row)]
    shown = [row for name in tables for row in cells if row["table"] == name and row["column"] not in _DERIVED]
    yield from map(_cell_line, shown)
    yield from _remaining_lines(cells, {_subject(row) for row in shown})


def _shape_line(row: Row, rows: Iterable[Row]) -> str:
    """Write that a table or a column came or went; the rows of a new table are counted."""
    if row["operation"].startswith("column"):
        return f"- {row['operation']}: `{row['table']}.{row['id']}`{_reason_text(row)}"
    count = sum(each["table"] == row["table"] and each["operation"] == "added" for each in rows)
    rows_added = f", {counted(count, 'row')}" if row["operation"] == "table added" else ""
    return f"- {row['operation']}: `{row['table']}`{rows_added}{_reason_text(row)}"


def _cell_line(row: Row) -> str:
    """Write one change of a row or a cell."""
    name = f"- `{row['id']}`"
    if row["operation"] == "changed":
        old, new = (row[side] if row[side] is not None else "unknown" for side in ("old", "new"))
        return f"{name}: {row['column']}: {old} → {new}{_reason_text(row)}"
    if row["operation"] == "withdrawn":
        return f"{name}: withdrawn" + (f", replaced by `{row['new']}`" if row["new"] else "") + _reason_text(row)
    return f"{name}: {row['operation']} in {row['table']}{_reason_text(row)}"


def _reason_text(row: Row) -> str:
    """Write the reason that a person gave."""
    return f". {row['reason']}" if row["reason"] else ""


def _subject(row: Row) -> tuple[str, str | None]:
    """Return what a line is about: a record, and why it changed."""
    return str(row["id"]).split(" ", 1)[0], row["reason"]


def _remaining_lines(rows: Iterable[Row], shown: set[tuple[str, str | None]]) -> Iterable[str]:
    """Write a line for every record and reason that no other line is about, so that no reason is lost."""
    places: dict[tuple[str, str | None], dict[str, Row]] = {}
    for row in rows:
        if _subject(row) not in shown:
            what = row["column"] or f"rows {row['operation']}"
            places.setdefault(_subject(row), {})[f"{what} in {row['table']}"] = row
    for (name, _), found in places.items():
        yield f"- `{name}`: {', '.join(found)}{_reason_text(next(iter(found.values())))}"


def with_release(text: str, version: str, released: str, part: str) -> str:
    r"""Turn what is collected as unreleased into a release, with its Data part, under a new, empty "Unreleased".

    >>> with_release("## Unreleased\n\n### Code\n\n- x\n", "1.0.0", "2031-02-03", "y").split("\n\n")
    ['## Unreleased', '## 1.0.0 (2031-02-03)', '### Data', 'y', '### Code', '- x\n']
    """
    head, found, rest = text.partition(UNRELEASED + "\n")
    if not found:
        return f"{text.rstrip()}\n\n{UNRELEASED}\n\n## {version} ({released})\n\n### Data\n\n{part}\n"
    mine, _, older = rest.partition("\n## ")
    # A Data part that somebody wrote by hand gives way to that of the tables.
    by_hand = re.sub(r"### Data\n.*?(?=\n### |\Z)", "", mine, count=1, flags=re.DOTALL).strip()
    section = f"## {version} ({released})\n\n### Data\n\n{part}\n" + (f"\n{by_hand}\n" if by_hand else "")
    return f"{head}{UNRELEASED}\n\n{section}" + (f"\n## {older}" if older else "")


def part_problems(text: str, version: str, released: str, part: str) -> list[Problem]:
    """Compare the Data part of a release with what :func:`data_part` writes of its tables."""
    heading = f"## {version} ({released})"
    head, found, rest = text.partition(heading + "\n")
    if not found:
        return [Problem(FILE, "", f"there is no section {heading!r}", "run caucasus-events release freeze")]
    line, section = head.count("\n") + 1, rest.partition("\n## ")[0]
    count = len(re.findall(r"^### +Data\s*$", section, re.MULTILINE))
    if count > 1:
        return [Problem(f"{FILE}:{line}", "", f"{version} has {count} Data parts", "keep the one that freeze wrote")]
    match = re.search(r"^### Data\n\n(.*?)(?=\n+### |\s*\Z)", section, re.DOTALL | re.MULTILINE)
    if match and match[1].strip() == part:
        return []
    do = "restore it; what a release changed is told by its tables, why by the sheets"
    return [Problem(f"{FILE}:{line}", "", f"the Data part of {version} is not what the tables tell", do)]


def order_problems(text: str, versions: Sequence[str]) -> list[Problem]:
    """Compare the sections with the frozen versions, the oldest first: each has one, and the newest comes first."""
    written = [heading for heading in re.findall(r"^##[ \t]+(.*?)\s*$", text, re.MULTILINE) if heading != "Unreleased"]
    found = [re.sub(rf"^({PATTERN}) \(.*\)$", r"\1", heading) for heading in written]
    unknown = [f"version {version} has a section and is not frozen" for version in found if version not in versions]
    if unknown:
        return [Problem(FILE, "", what, "freeze it, or remove it") for what in unknown]
    if found == list(reversed(versions)):
        return []
    facts = (Fact("sections", ", ".join(found)), Fact("frozen", ", ".join(reversed(versions))))
    do = "restore it: every frozen version has one section"
    return [Problem(FILE, "", "the sections are not the frozen versions, the newest first", do, facts)]
