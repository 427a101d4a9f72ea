"""The Data part of ``CHANGELOG.md``, written from the tables and held against them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from caucasus_events.errors import Fact, Problem
from caucasus_events.model import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .differences import Tables


FILE = "CHANGELOG.md"


UNRELEASED = "## Unreleased"


_OWN = tuple(rows.OWN)


_PARTS = ("participants", "evidence")


_HEADINGS = {
    "new_table": "New tables and columns",
    "new_record": "New records",
    "corrected_date": "Corrected dates",
    "corrected_parties": "Corrected parties",
    "corrected_text": "Corrected texts",
    "withdrawn": "Withdrawn",
    "coding_rule": "Coding rules",
}


# What follows from other columns says nothing more to a reader.
_FOLLOWS = {"start_earliest", "start_latest", "end_earliest", "end_latest", "date_precision", "end_state"}


def data_part(version: str, tables: Tables) -> str:
    """Write what a release changed in the data, grouped by kind.

    Parameters
    ----------
    version
        The release.
    tables
        Its tables, ``changes`` among them.

    Returns
    -------
    str
        Markdown without a heading and without a closing newline.
    """
    changes = tables["changes"]
    entries = changes[changes["version"] == version].astype(object)
    rows: Any = entries.where(entries.notna(), None).to_dict("records")
    if not rows:
        return _first(tables) if changes.empty else "No cell of the data changed."
    groups = {heading: list(_lines(code, rows)) for code, heading in _HEADINGS.items()}
    return "\n\n".join(f"**{heading}**\n\n" + "\n".join(lines) for heading, lines in groups.items() if lines)


def _first(tables: Tables) -> str:
    """Say what the first release holds."""
    counts = {name: len(tables[name]) for name in ("events", "statuses", "entities", "sources")}
    denials = int((~tables["statuses"]["holds"]).sum())
    return (
        f"The first release: {counts['events']} events and {counts['statuses']} statuses, {denials} of them explicit "
        f"denials, among {counts['entities']} entities, coded from {counts['sources']} "
        f"document{'s' * (counts['sources'] != 1)}."
    )


def _lines(code: str, rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Write the changes of one kind, a record or a cell each line."""
    mine = [row for row in rows if row["reason_code"] == code]
    yield from (_form_line(row, mine) for row in mine if _is_form(row))
    if code == "new_table":
        return
    # The parts of a new or withdrawn record come and go with it.
    tables = _OWN if code in ("new_record", "withdrawn") else (*_OWN, *_PARTS)
    cells = [row for row in mine if not _is_form(row)]
    shown = [row for name in tables for row in cells if row["table"] == name and row["column"] not in _FOLLOWS]
    yield from map(_line, shown)
    yield from _rest(cells, {_told(row) for row in shown})


def _is_form(row: Mapping[str, Any]) -> bool:
    """Say whether a change is one of a whole table or column."""
    return str(row["operation"]).startswith(("column", "table"))


def _form_line(row: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write that a table or a column came or went; the rows of a new table are counted."""
    if row["operation"].startswith("column"):
        return f"- {row['operation']}: `{row['table']}.{row['id']}`{_why(row)}"
    count = sum(each["table"] == row["table"] and each["operation"] == "added" for each in rows)
    counted = f", {count} row{'s' * (count != 1)}" if row["operation"] == "table added" else ""
    return f"- {row['operation']}: `{row['table']}`{counted}{_why(row)}"


def _told(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """Give what a line tells of: a record, and why it changed."""
    return str(row["id"]).split(" ", 1)[0], row["reason"]


def _rest(rows: Iterable[Mapping[str, Any]], told: set[tuple[str, str | None]]) -> Iterable[str]:
    """Write a line for every record and reason that no other line tells of: where it changed."""
    places: dict[tuple[str, str | None], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        if _told(row) not in told:
            what = row["column"] or f"rows {row['operation']}"
            places.setdefault(_told(row), {})[f"{what} in {row['table']}"] = row
    for (name, _), found in places.items():
        yield f"- `{name}`: {', '.join(found)}{_why(next(iter(found.values())))}"


def _line(row: Mapping[str, Any]) -> str:
    """Write one change."""
    name = f"- `{row['id']}`"
    if row["operation"] == "changed":
        old, new = (row[side] if row[side] is not None else "unknown" for side in ("old", "new"))
        return f"{name}: {row['column']}: {old} → {new}{_why(row)}"
    if row["operation"] == "withdrawn":
        return f"{name}: withdrawn" + (f", replaced by `{row['new']}`" if row["new"] else "") + _why(row)
    return f"{name}: {row['operation']} in {row['table']}{_why(row)}"


def _why(row: Mapping[str, Any]) -> str:
    """Write the reason that a person gave."""
    return f". {row['reason']}" if row["reason"] else ""


def with_release(text: str, version: str, released: str, part: str) -> str:
    r"""Turn what is collected as unreleased into a release, with the Data part of its tables.

    Parameters
    ----------
    text
        ``CHANGELOG.md``.
    version
        The release.
    released
        Its day, YYYY-MM-DD.
    part
        The Data part, from :func:`data_part`.

    Returns
    -------
    str
        The file with a new, empty "Unreleased" on top.

    Examples
    --------
    >>> print(with_release("# Changelog\n\n## Unreleased\n\n### Code\n\n- x\n", "1.0.0", "2031-02-03", "y"))
    # Changelog
    <BLANKLINE>
    ## Unreleased
    <BLANKLINE>
    ## 1.0.0 (2031-02-03)
    <BLANKLINE>
    ### Data
    <BLANKLINE>
    y
    <BLANKLINE>
    ### Code
    <BLANKLINE>
    - x
    <BLANKLINE>
    """
    head, found, rest = text.partition(UNRELEASED + "\n")
    if not found:
        return f"{text.rstrip()}\n\n{UNRELEASED}\n\n## {version} ({released})\n\n### Data\n\n{part}\n"
    mine, _, older = rest.partition("\n## ")
    by_hand = re.sub(r"### Data\n.*?(?=\n### |\Z)", "", mine, count=1, flags=re.DOTALL).strip()
    section = f"## {version} ({released})\n\n### Data\n\n{part}\n" + (f"\n{by_hand}\n" if by_hand else "")
    return f"{head}{UNRELEASED}\n\n{section}" + (f"\n## {older}" if older else "")


def compare(text: str, version: str, released: str, part: str) -> list[Problem]:
    """Hold the Data part of a release against its tables.

    Parameters
    ----------
    text
        ``CHANGELOG.md``.
    version
        The release.
    released
        Its day.
    part
        What :func:`data_part` writes.

    Returns
    -------
    list of Problem
    """
    heading = f"## {version} ({released})"
    _, found, rest = text.partition(heading + "\n")
    if not found:
        return [Problem(FILE, "", f"there is no section {heading!r}", "run caucasus-events release freeze")]
    line = text[: text.index(heading)].count("\n") + 1
    section = rest.partition("\n## ")[0]
    line = text[: text.index(heading)].count("\n") + 1
    count = len(re.findall(r"^### +Data\s*$", section, re.MULTILINE))
    if count > 1:
        return [Problem(f"{FILE}:{line}", "", f"{version} has {count} Data parts", "keep the one that freeze wrote")]
    match = re.search(r"^### Data\n\n(.*?)(?=\n+### |\s*\Z)", section, re.DOTALL | re.MULTILINE)
    if match and match[1].strip() == part:
        return []
    do = "restore it; what a release changed is told by its tables, why by the sheets"
    return [Problem(f"{FILE}:{line}", "", f"the Data part of {version} is not what the tables tell", do)]


def order_problems(text: str, versions: Sequence[str]) -> list[Problem]:
    """Hold the sections against the frozen versions: each has one, the newest comes first.

    Parameters
    ----------
    text
        ``CHANGELOG.md``.
    versions
        The frozen versions, the oldest first.

    Returns
    -------
    list of Problem
    """
    written = [heading for heading in re.findall(r"^##[ \t]+(.*?)\s*$", text, re.MULTILINE) if heading != "Unreleased"]
    found = [re.sub(r"^(\d+\.\d+\.\d+) \(.*\)$", r"\1", heading) for heading in written]
    unknown = [f"version {version} has a section and is not frozen" for version in found if version not in versions]
    if unknown:
        return [Problem(FILE, "", what, "freeze it, or remove it") for what in unknown]
    if found == list(reversed(versions)):
        return []
    facts = (Fact("sections", ", ".join(found)), Fact("frozen", ", ".join(reversed(versions))))
    do = "restore it: every frozen version has one section"
    return [Problem(FILE, "", "the sections are not the frozen versions, the newest first", do, facts)]
