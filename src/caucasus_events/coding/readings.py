"""What other sources say of the dates of coded records, the sources, and what other datasets call the records.

It uses the words of a sheet and never alters what a seed says. Whether a reading fits the record that it is about is
checked in ``building.rules``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caucasus_events.errors import Problem
from caucasus_events.model.bounds import BOUNDS, Bounds, relation
from caucasus_events.model.rows import Row

from . import dates
from .blocks import Block, Several, Words
from .seeds import Part, several_in_one, undated
from .toml import At, Lines

# Below this, no analysis should rest on a date.
APPLIED = ("high", "medium")
NOTHING_STATED = Bounds(None, None, None, None)


class Reading(Block):
    """What sources say of one date of a record."""

    id: Words
    record: Words
    bound: Words
    date: Words
    relation: Words
    preferred: bool
    confidence: Words
    says: Words
    note: Words | None = None
    sources: Several


class Reference(Block):
    """A source that readings, reported records and identifiers cite."""

    id: Words
    title: Words
    author: Words | None = None
    publisher: Words
    date: Words | None = None
    url: Words
    kind: Words
    access: Words
    read: Words | None = None
    licence: Words | None = None


class ExternalId(Block):
    """What a record is called in another dataset, and how far the join goes."""

    record: Words
    scheme: Words
    id: Words
    match: Words
    note: Words | None = None
    sources: Several


def outcome(reading: Mapping[str, Any], stated: Bounds) -> Row:
    """Say of a row of corroborations whether it is applied to its record, whose bounds are ``stated``, and why not.

    The reason is the first that fits of ``contradicts``, ``not preferred`` and ``low confidence``.

    >>> stated = dates.status_bounds(None, "..", dates.date(2020, 7, 23))[0]
    >>> start = dates.reading_bounds("start", "2015-01-02")._asdict()
    >>> outcome({**start, "preferred": True, "confidence": "high"}, stated)
    {'applied': True, 'why_not': None}
    """
    if relation(stated, bounds_of(reading)) == "contradicts":
        return {"applied": False, "why_not": "contradicts"}
    if not reading["preferred"]:
        return {"applied": False, "why_not": "not preferred"}
    weak = reading["confidence"] not in APPLIED
    return {"applied": not weak, "why_not": "low confidence" if weak else None}


def bounds_of(row: Mapping[str, Any]) -> Bounds:
    """Take the four bounds of a row, its days as dates or None."""
    return Bounds(*(row[name] for name in BOUNDS))


def reading_part(lines: Lines, number: int, block: Reading) -> Part:
    """Code what sources say of a date."""
    at = ("reading", number, block.id or "")
    problems, faulty = unknown_codes(lines, at, block, bound="bound", relation="relation", confidence="confidence")
    bounds = NOTHING_STATED
    try:
        if not faulty & {"bound", "date"}:
            bounds = dates.reading_bounds(block.bound, block.date)
    except dates.DateError as error:
        problems.append(undated(lines, at, error, "the source"))
        faulty |= {"date"}
    row = block.model_dump(exclude={"id", "record"}) | dict.fromkeys(faulty) | bounds._asdict()
    row |= {"reading_id": row_id(lines, at), "record_id": block.record, "sources": "; ".join(block.sources) or None}
    problems += several_in_one(lines, at, "sources", block.sources)
    # One that cannot be read whole is applied to nothing.
    row["preferred"] = block.preferred and not faulty
    return Part(at, problems, [("corroborations", row)], faulty=frozenset(faulty))


def unknown_codes(lines: Lines, at: At, block: Block, **keys: Any) -> tuple[list[Problem], set[str]]:
    """Report codes that the codebook does not have, by key and vocabulary; return the keys at fault with the others."""
    wrong = {key: lines.unknown_code(at, key, getattr(block, key), words) for key, words in keys.items()}
    return [each for found in wrong.values() for each in found], {*block.faulty, *(key for key in wrong if wrong[key])}


def row_id(lines: Lines, at: At) -> str:
    """Return the id of a block, or one of its own if it has none that can be read."""
    kind, number, name = at
    return name or f"{Path(lines.path).stem}-{kind}-{number + 1}-without-id"


def reference_part(lines: Lines, number: int, block: Reference) -> Part:
    """Code a source."""
    at = ("reference", number, block.id or "")
    problems, faulty = unknown_codes(lines, at, block, kind="medium", access="access")
    try:
        if block.date is not None:
            dates.parse_window(block.date)
    except dates.DateError as error:
        problems.append(undated(lines, at, error, "the source"))
        faulty |= {"date"}
    row = block.model_dump(exclude={"id"}) | dict.fromkeys(faulty) | {"reference_id": row_id(lines, at)}
    return Part(at, problems, [("references", row)], faulty=frozenset(faulty))


def external_id_part(lines: Lines, number: int, block: ExternalId) -> Part:
    """Code an identifier."""
    at = ("external_id", number, block.record or "")
    problems, faulty = unknown_codes(lines, at, block, scheme="scheme", match="match")
    row = block.model_dump(exclude={"id", "record"}) | dict.fromkeys(faulty)
    row |= {"record_id": block.record, "external_id": block.id, "sources": "; ".join(block.sources) or None}
    problems += several_in_one(lines, at, "sources", block.sources)
    return Part(at, problems, [("external_ids", row)], faulty=frozenset(faulty))
