"""How much of a document could be put together again from everything that is shipped."""

from __future__ import annotations

import json
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING

import pandas as pd

from caucasus_events.building.quoting import LARGEST
from caucasus_events.model.folding import fold_space

from .artefacts import members

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["LARGEST", "rebuilt"]

# So many characters in a row, white space folded, are words of a text; fewer may well stand elsewhere by chance.
SHORTEST = 30


def rebuilt(file: Path, texts: Mapping[str, str]) -> dict[str, Fraction]:
    """Return by seed the share of its text, white space aside, that the files of a wheel or an sdist hold together.

    All cells of all tables are read, those of the history too, and every readable file.
    """
    folded = {seed: fold_space(text) for seed, text in texts.items()}
    places: dict[str, list[tuple[str, int]]] = {}
    for seed, text in folded.items():
        for at in range(len(text) - SHORTEST + 1):
            places.setdefault(text[at : at + SHORTEST], []).append((seed, at))
    held = {seed: bytearray(len(text)) for seed, text in folded.items()}
    for words in set(_words_of(members(file))):
        for at in range(len(words) - SHORTEST + 1):
            for seed, place in places.get(words[at : at + SHORTEST], ()):
                held[seed][place : place + SHORTEST] = b"\1" * SHORTEST
    # A passage may be short: it stands in its text once.
    for seed, quote in _quotes_of(members(file)):
        if (place := folded.get(seed, "").find(quote)) >= 0:
            held[seed][place : place + len(quote)] = b"\1" * len(quote)
    return {
        seed: Fraction(
            sum(mark for mark, letter in zip(held[seed], text, strict=True) if letter != " "),
            max(len(text.replace(" ", "")), 1),
        )
        for seed, text in folded.items()
    }


def _quotes_of(found: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the passages in words, each with its document."""
    for name, content in found.items():
        if name.endswith("/evidence.parquet"):
            frame = pd.read_parquet(BytesIO(content)).dropna(subset="quote")
            yield from zip(frame["source_id"], frame["quote"], strict=True)


def _words_of(found: Mapping[str, bytes]) -> Iterator[str]:
    """Yield whatever some files say: each cell of a table, of a row in the history too, and each file as a whole."""
    for name, content in found.items():
        if not name.endswith(".parquet"):
            yield fold_space(content.decode("utf-8", "replace"))
            continue
        frame = pd.read_parquet(BytesIO(content))
        for column in frame.select_dtypes(["string", "category"]):
            for cell in frame[column].dropna().astype(str).unique():
                row = json.loads(cell) if name.endswith("changes.parquet") and cell.startswith("{") else {"": cell}
                yield from (fold_space(str(words)) for words in row.values())
