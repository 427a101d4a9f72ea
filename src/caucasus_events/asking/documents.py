"""The documents themselves, where a reader has them: the words of every passage, and what stands around them.

Only the document that was coded gives them: its digest is compared before an offset is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from caucasus_events.errors import InvalidValueError
from caucasus_events.model.asked import path
from caucasus_events.model.folding import around, fold_space
from caucasus_events.model.rows import sha256
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from pathlib import Path


def in_words(passages: pd.DataFrame, folder: Any) -> pd.DataFrame:
    """Return passages, rows of evidence, each with its words and their context, from the documents in a folder.

    Without a folder the words are those that are shipped, and there is no context.
    """
    if folder is None:
        return passages.assign(context=pd.Series(None, passages.index, dtype="str"))
    home = path("texts", folder)
    try:
        there = home.is_dir()
    # Of a name that no file system takes there is no folder either.
    except OSError:
        there = False
    if not there:
        raise InvalidValueError(f"texts: {home} is no folder: name the one that holds the documents")
    known = tables.load_sources().set_index("source_id")["sha256"]
    texts = {name: _document(home / f"{name}.txt", known[name]) for name in dict.fromkeys(passages["source_id"])}
    places = list(passages[["source_id", "start_char", "end_char"]].itertuples(index=False, name=None))
    quotes = [fold_space(texts[name][start:end]) for name, start, end in places]
    beside = [around(texts[name], start, end) for name, start, end in places]
    contexts = [before + quote + after for (before, after), quote in zip(beside, quotes, strict=True)]
    columns = {"quote": quotes, "context": contexts}
    return passages.assign(**{name: pd.Series(each, passages.index, dtype="str") for name, each in columns.items()})


def _document(file: Path, digest: str) -> str:
    """Read the text of a document that was coded; another one is an error."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        do = f"put the document there (SHA-256 {digest}), or leave texts out"
        raise InvalidValueError(f"texts: there is no {file}: {do}") from None
    except OSError as error:
        raise InvalidValueError(f"texts: {file} cannot be read: {error.strerror}") from None
    if (found := sha256(content)) != digest:
        do = "take the copy that was coded, in UTF-8 without a byte order mark, its lines ending in LF"
        raise InvalidValueError(f"texts: {file} is not the document (SHA-256 {found}, not {digest}): {do}")
    return content.decode()
