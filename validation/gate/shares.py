"""How much of a document could be put together again from everything that is shipped."""

from __future__ import annotations

import json
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING

import pandas as pd

from caucasus_events.building.quoting import LARGEST
from caucasus_events.model.folding import fold_space
from caucasus_events.model.rows import dictionaries

from .artefacts import LONG, members

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["LARGEST", "rebuilt"]


def rebuilt(file: Path, texts: Mapping[str, str]) -> dict[str, Fraction]:
    """Return by seed the share of its text, white space aside, that the files of a wheel or an sdist hold together.

    All cells of all tables are read, those of the history too, and every readable file; whatever is quoted counts,
    else runs that are too long for chance. Title and address of a document are none of its words.
    """
    found, folded = members(file), {seed: fold_space(text) for seed, text in texts.items()}
    places: dict[str, list[tuple[str, int]]] = {}
    for seed, text in folded.items():
        for at in range(len(text) - LONG + 1):
            places.setdefault(text[at : at + LONG], []).append((seed, at))
    held = {seed: bytearray(len(text)) for seed, text in folded.items()}
    told = set(_cells(found, "sources", "title", "url"))
    for words in set(_words_of(found)):
        for part in _without(words, told):
            for at in range(len(part) - LONG + 1):
                for seed, place in places.get(part[at : at + LONG], ()):
                    held[seed][place : place + LONG] = b"\1" * LONG
    for quote in {*_cells(found, "evidence", "quote"), *_cells(found, "timeline", "quote"), *_quoted_once(found)}:
        for seed, text in folded.items():
            if (place := text.find(quote)) >= 0:
                held[seed][place : place + len(quote)] = b"\1" * len(quote)
    letters = {
        seed: [mark for mark, sign in zip(held[seed], text, strict=True) if sign != " "]
        for seed, text in folded.items()
    }
    return {seed: Fraction(sum(marks), max(len(marks), 1)) for seed, marks in letters.items()}


def _tables_of(found: Mapping[str, bytes], table: str = "") -> Iterator[pd.DataFrame]:
    """Read the tables among some files, or those of one name."""
    for name, content in found.items():
        if name.endswith(f"/{table}.parquet" if table else ".parquet"):
            yield pd.read_parquet(BytesIO(content))


def _cells(found: Mapping[str, bytes], table: str, *columns: str) -> Iterator[str]:
    """Yield the cells of some columns of a table."""
    for frame in _tables_of(found, table):
        for column in columns:
            yield from frame.get(column, pd.Series(dtype="str")).dropna().map(fold_space)


def _quoted_once(found: Mapping[str, bytes]) -> Iterator[str]:
    """Yield whatever the history tells of quotes: cells that were changed, and those of rows that came or went."""
    for frame in _tables_of(found, "changes"):
        for row in dictionaries(frame):
            for cell in filter(None, (row["old"], row["new"])):
                own = cell if row["column"] == "quote" else None
                quote = json.loads(cell).get("quote") if cell.startswith("{") else own
                yield from [fold_space(quote)] if quote else []


def _words_of(found: Mapping[str, bytes]) -> Iterator[str]:
    """Yield whatever some files say: each cell of a table, of a row in the history too, and each file as a whole."""
    yield from (
        fold_space(content.decode("utf-8", "replace"))
        for name, content in found.items()
        if not name.endswith(".parquet")
    )
    for frame in _tables_of(found):
        for column in map(str, frame.select_dtypes("string")):
            for cell in frame[column].dropna().unique():
                row = json.loads(cell) if column in ("old", "new") and cell.startswith("{") else {"": cell}
                yield from (fold_space(str(words)) for words in row.values())


def _without(words: str, told: Iterable[str]) -> list[str]:
    """Part words at titles and addresses."""
    for each in told:
        words = words.replace(each, "\n")
    return words.split("\n")
