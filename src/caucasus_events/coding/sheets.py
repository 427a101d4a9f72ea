"""One seed as it stands in ``seeds/``: the text, and the sheet that a coder wrote for it.

Reading checks the form only. What the records say is checked in ``seeds`` (against the text) and in ``building.rules``
(against each other).
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caucasus_events.errors import Fact, Problem
from caucasus_events.model.rows import sha256

from . import blocks, toml
from .toml import Lines

LARGEST = 5_000_000
BLOCKS: dict[str, type[blocks.Block]] = {
    "entity": blocks.Entity,
    "event": blocks.Event,
    "status": blocks.Status,
    "set_aside": blocks.SetAside,
    "change": blocks.Change,
    "withdrawn": blocks.Withdrawn,
}

_EMPTY = "the text is empty"
_CONVERT = "convert or split before coding; the sheet's hash is of that copy"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The blocks of a sheet, with the number each has in the file.

    ``unread`` says that blocks are missing that the file may hold: it is not TOML, or calls them by an unknown name.
    """

    seed_id: str
    lines: Lines
    source: blocks.Source | None = None
    entity: list[tuple[int, blocks.Entity]] = field(default_factory=list)
    event: list[tuple[int, blocks.Event]] = field(default_factory=list)
    status: list[tuple[int, blocks.Status]] = field(default_factory=list)
    set_aside: list[tuple[int, blocks.SetAside]] = field(default_factory=list)
    change: list[tuple[int, blocks.Change]] = field(default_factory=list)
    withdrawn: list[tuple[int, blocks.Withdrawn]] = field(default_factory=list)
    unread: bool = True


def read_text(path: Path) -> tuple[str, list[Problem]]:
    """Read the text of a seed; an empty one, and the reason, if it cannot be coded."""
    place = f"seeds/{path.name}"
    if not os.path.lexists(path):
        do = f"put the document there, or remove seeds/{path.stem}.toml"
        return "", [Problem(place, "", "the sheet has no text", do)]
    data = toml.read_file(path, place, "text", LARGEST, _CONVERT)
    if isinstance(data, Problem):
        return "", [data]
    unfit = _unfit(data)
    if unfit is None:
        return data.decode(), []
    what, at, *facts = unfit
    line = "" if at is None else ":" + str(data.count(b"\n", 0, at) + 1)
    do = "put the document there" if what == _EMPTY else _CONVERT
    return "", [Problem(place + line, "", what, do, tuple(facts))]


def _unfit(data: bytes) -> tuple[Any, ...] | None:
    """Say why a text cannot be coded, at which byte, and the facts; None if it can."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "the text begins with a byte order mark", 0
    try:
        data.decode()
    except UnicodeDecodeError as error:
        fact = Fact("byte", f"0x{data[error.start]:02x} at offset {error.start}")
        return "the text is not UTF-8", error.start, fact
    if b"\r" in data:
        return "the text has carriage returns (CR)", data.index(b"\r")
    return None if data.decode().strip() else (_EMPTY, None)


def read_sheet(path: Path, text: str) -> tuple[Sheet, list[Problem]]:
    """Read the sheet of a seed, and compare the hash in its head with the text; an empty one could not be read."""
    place = f"seeds/{path.name}"
    if not os.path.lexists(path):
        do = f"run caucasus-events new seeds/{path.stem}.txt, and code the text"
        return Sheet(path.stem, Lines(place)), [Problem(f"seeds/{path.stem}.txt", "", "the text has no sheet", do)]
    document, lines, problems = toml.read_toml(path, place)
    if document is None:
        return Sheet(path.stem, lines), problems
    source, problems = _read_source(document, lines, text)
    found, wrong = toml.read_blocks(document, BLOCKS, lines, single=["source"])
    problems += wrong
    unread = not document.keys() <= {"source", *BLOCKS}
    return Sheet(path.stem, lines, source, unread=unread, **found), problems


def _read_source(document: toml.Document, lines: Lines, text: str) -> tuple[blocks.Source, list[Problem]]:
    """Read the one block that says what the document is; without one, an empty one."""
    if not isinstance(document.get("source"), dict):
        place, what, do = f"{lines.path}:{lines.line_of('source')}", "source is not one block", "write [source]"
        if "source" not in document:
            do = "begin the sheet with [source]: title, author, publisher, published, …"
            place, what = lines.path, "there is no [source]"
        return blocks.Source.mended({}, ((key,) for key in blocks.Source.model_fields)), [Problem(place, "", what, do)]
    source, problems = toml.read_block(blocks.Source, document["source"], lines, "source")
    digest = sha256(text.encode())
    if "sha256" not in source.faulty and text and source.sha256 != digest:
        facts = (Fact("sheet", source.sha256[:16] + "…"), Fact("text", digest[:16] + "…"))
        do = "restore the text that was coded; if the new one is right, check every passage and set the hash"
        what = "the text has changed since it was coded"
        problems.append(lines.problem(("source", 0, ""), source.sha256, what, do, *facts))
    return source, problems
