"""What the parts of the agreement report share: tables, lists, windows of days, readings and their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from caucasus_events.model import words
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import dictionaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    Row = Mapping[str, Any]
    Tables = Mapping[str, pd.DataFrame]

SIDES = {"start": BOUNDS[:2], "end": BOUNDS[2:]}
NESTED = "  - "


def when(row: Row, side: str, prefix: str = "") -> str:
    """Write when something began or ended."""
    first, last = (row[prefix + bound] for bound in SIDES[side])
    return words.window(*("" if day is None else f"{day:%Y-%m-%d}" for day in (first, last)))


def when_both(row: Row, side: str, prefix: str = "") -> str:
    """Write what a row says of one side; of a date, both when it began and when it ended."""
    return ", ".join(f"{each} {when(row, each, prefix)}" for each in (SIDES if side == "date" else (side,)))


def cited(ids: str) -> str:
    """Write the ids of references as code."""
    return ", ".join(f"`{each}`" for each in ids.split("; "))


def table(headings: list[str], body: Iterable[list[str]], right: Iterable[int] = ()) -> list[str]:
    """Write a table, and an empty line after it."""
    return [words.markdown_table(headings, body, right), ""]


def listed(lines: list[str]) -> list[str]:
    """Write a list, or say that nothing stands in it, and an empty line after it."""
    return [*(f"{'' if line.startswith(NESTED) else '- '}{line}" for line in lines), ""] if lines else ["None.", ""]


def statement(reading: Row) -> str:
    """Write what a reading says, and its note."""
    return f"{reading['says']}." + (f" {reading['note']}" if reading["note"] else "")


def readings_of(tables: Tables, record: str | None = None) -> list[dict[str, Any]]:
    """Return the readings, all or those of one record."""
    return [row for row in dictionaries(tables["corroborations"]) if record in (None, row["record_id"])]
