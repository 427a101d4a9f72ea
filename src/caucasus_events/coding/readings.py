"""What other sources say of coded records, as it stands in ``validation/corroboration.toml``.

A second layer: it uses the words of a sheet and never alters a row that a seed gives. Whether a
reading fits the record that it is about is checked in :mod:`.checks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from caucasus_events.errors import Fact
from caucasus_events.model import bounds

from . import dates, sheets
from .seeds import Coded
from .sheets import Block, Several, Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .seeds import At, Row


PATH = "validation/corroboration.toml"


# Below this, no analysis should rest on a date.
APPLIED = ("high", "medium")


UNKNOWN = bounds.Bounds(None, None, None, None)


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
    """A source that readings and identifiers cite."""

    id: Words
    title: Words
    publisher: Words
    date: Words | None = None
    url: Words
    kind: Words
    access: Words
    licence: Words | None = None


class ExternalId(Block):
    """What a record is called in another dataset, and how far the join goes."""

    record: Words
    scheme: Words
    id: Words
    match: Words
    note: Words | None = None
    sources: Several


BLOCKS: dict[str, type[Block]] = {
    "reading": Reading,
    "reference": Reference,
    "external_id": ExternalId,
    "change": sheets.Change,
    "withdrawn": sheets.Withdrawn,
}


def code_layer(root: Path) -> Coded:
    """Turn the second layer into rows.

    Parameters
    ----------
    root
        The checkout; without the file the layer is empty.

    Returns
    -------
    Coded
        Rows of ``corroborations`` (without what follows from the record), ``references`` and
        ``external_ids``, and every problem that the file has by itself.
    """
    path = root / PATH
    document, lines, problems = sheets.read_toml(path, PATH) if path.is_file() else ({}, sheets.Lines(""), [])
    coded = Coded("", PATH, lines, problems=problems)
    if not document:
        return coded
    problems += sheets.unknown_blocks(document, list(BLOCKS), PATH, lines)
    found = sheets.read_blocks(document, BLOCKS, PATH, lines, problems)
    coded.declared = sheets.declared(document, ("reading", "reference"))
    for kind, code in _CODERS.items():
        for number, block in found[kind]:
            code(coded, number, block)
    return coded


def outcome(reading: Mapping[str, Any], seed: bounds.Bounds) -> Row:
    """Say whether a reading is applied to its record, and why not.

    Parameters
    ----------
    reading
        A row of ``corroborations``, its days as dates or None.
    seed
        The bounds of the record.

    Returns
    -------
    dict
        ``applied`` and ``why_not``: the first that fits of ``contradicts``, ``not preferred``
        and ``low confidence``, else None.

    Examples
    --------
    >>> seed = dates.status_bounds(None, "..", dates.date(2020, 7, 23))[0]
    >>> start = dates.reading_bounds("start", "2015-01-02")._asdict()
    >>> outcome({**start, "preferred": True, "confidence": "high"}, seed)
    {'applied': True, 'why_not': None}
    """
    if bounds.relation(seed, bounds_of(reading)) == "contradicts":
        return {"applied": False, "why_not": "contradicts"}
    if not reading["preferred"]:
        return {"applied": False, "why_not": "not preferred"}
    weak = reading["confidence"] not in APPLIED
    return {"applied": not weak, "why_not": "low confidence" if weak else None}


def bounds_of(row: Mapping[str, Any]) -> bounds.Bounds:
    """Take the four bounds of a row.

    Parameters
    ----------
    row
        A row of ``events``, ``statuses`` or ``corroborations``, its days as dates or None.

    Returns
    -------
    Bounds
    """
    return bounds.Bounds(*(row[name] for name in bounds.Bounds._fields))


def _reading(coded: Coded, number: int, block: Reading) -> None:
    """Code what sources say of a date."""
    at = ("reading", number, block.id)
    known = [coded.known(at, key, getattr(block, key), key) for key in ("bound", "relation", "confidence")]
    try:
        bounds = dates.reading_bounds(block.bound, block.date)
    except dates.DateError as error:
        _undated(coded, at, error)
        return
    if all(known):
        row = block.model_dump(exclude={"id", "record", "sources"}) | bounds._asdict()
        row |= {"reading_id": block.id, "record_id": block.record, "sources": "; ".join(block.sources)}
        _add(coded, "corroborations", block.id, at, row)


def _reference(coded: Coded, number: int, block: Reference) -> None:
    """Code a source."""
    at = ("reference", number, block.id)
    known = [coded.known(at, "kind", block.kind, "medium"), coded.known(at, "access", block.access, "access")]
    try:
        if block.date is not None:
            dates.parse_window(block.date)
    except dates.DateError as error:
        _undated(coded, at, error)
        return
    if all(known):
        _add(coded, "references", block.id, at, block.model_dump(exclude={"id"}) | {"reference_id": block.id})


def _undated(coded: Coded, at: At, error: dates.DateError) -> None:
    """Report a date that cannot be read, in the words of this layer."""
    fact = Fact("date", error.text, caret=error.caret)
    coded.problems.append(coded.problem(at, error.text, error.what, error.do.replace("the seed", "the source"), fact))


def _external_id(coded: Coded, number: int, block: ExternalId) -> None:
    """Code an identifier."""
    at = ("external_id", number, block.record)
    known = [coded.known(at, key, getattr(block, key), key) for key in ("scheme", "match")]
    if all(known):
        row = block.model_dump(exclude={"id", "record", "sources"})
        row |= {"record_id": block.record, "external_id": block.id, "sources": "; ".join(block.sources)}
        _add(coded, "external_ids", f"{block.record} {block.scheme} {block.id}", at, row)


def _change(coded: Coded, number: int, block: sheets.Change) -> None:
    """Keep the reason of a change."""
    at = ("change", number, block.id)
    if coded.known(at, "reason_code", block.reason_code, "change"):
        coded.told.append((at, block))


def _withdrawn(coded: Coded, number: int, block: sheets.Withdrawn) -> None:
    """Keep the reason of a withdrawal."""
    coded.told.append((("withdrawn", number, block.id), block))


def _add(coded: Coded, table: str, key: str, at: At, row: Row) -> None:
    """Keep a row and remember where it was written."""
    coded.rows[table].append(row)
    coded.blocks[table, key].append(at)


_CODERS: dict[str, Any] = {
    "reading": _reading,
    "reference": _reference,
    "external_id": _external_id,
    "change": _change,
    "withdrawn": _withdrawn,
}
