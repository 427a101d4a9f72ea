"""What other public sources say, as it stands in ``seeds/reported/*.toml``: records of their own, readings, sources.

A reported record has the keys of a sheet, but for assertion and passages: in their place stand what the sources say in
our words, how well it is supported, the sources, and of a status until when they know it. It never alters a row of a
seed. Any of the blocks may stand in any of the files.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from caucasus_events.errors import Problem
from caucasus_events.model import codebook
from caucasus_events.model.bounds import Bounds
from caucasus_events.model.rows import Row

from . import blocks, dates, readings, toml
from .blocks import Block, Day, Participant, Several, Words
from .seeds import Coded, Part, cast_of, entity_part, gathered, reason_part, several_in_one, undated
from .toml import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = "seeds/reported"
# What a file says of itself: the day until which who compiled it looked for what came after.
_COMPILED = "compiled"
_KNOWN = "known_until"


class Reported(Block):
    """What reported events and statuses have in common."""

    id: Words
    type: Words
    title: Words
    says: Words
    note: Words | None = None
    confidence: Words
    sources: Several


class Event(Reported):
    """Something that happened, by what public sources state."""

    date: Words
    location: Words | None = None
    participants: list[Participant] = Field(default_factory=list)


class Status(Reported):
    """Something that was the case, by what public sources state."""

    subject: Words
    object: Words
    about: Words | None = None
    place: Words | None = None
    holds: bool
    start: Words | None = None
    end: Words | None = None
    known_until: Day | None = None


BLOCKS: dict[str, type[Block]] = {
    "entity": blocks.Entity,
    "event": Event,
    "status": Status,
    "reading": readings.Reading,
    "reference": readings.Reference,
    "external_id": readings.ExternalId,
    "change": blocks.Change,
    "withdrawn": blocks.Withdrawn,
}


def code_reported(root: Path) -> list[Coded]:
    """Turn what other sources say into rows, file by file in order of names.

    What of a reading follows from its record is not among them, see :func:`.readings.outcome`.
    """
    paths = sorted((root / FOLDER).glob("[!.]*.toml"))
    read = [toml.read_toml(path, f"{FOLDER}/{path.name}") for path in paths]
    coded = [_code_file(document or {}, lines, problems) for document, lines, problems in read]
    # A file may cite what another defines: while one cannot be read, rules between rows would blame the others.
    if any(document is None for document, _, _ in read):
        return [gathered(each.lines, [], each.problems, unread=True) for each in coded]
    return coded


def _code_file(document: toml.Document, lines: Lines, problems: list[Problem]) -> Coded:
    """Code the blocks of one file."""
    found, wrong = toml.read_blocks(document, BLOCKS, lines, single=[_COMPILED])
    compiled, undone = _compiled(document, lines, needed=bool(found["event"] or found["status"]))
    coders: dict[str, Callable[[Lines, int, Any], Part]] = {
        "entity": entity_part,
        "event": lambda lines, number, block: _event(lines, number, block, compiled),
        "status": lambda lines, number, block: _status(lines, number, block, compiled),
        "reading": readings.reading_part,
        "reference": readings.reference_part,
        "external_id": readings.external_id_part,
        "change": reason_part,
        "withdrawn": reason_part,
    }
    parts = [coders[kind](lines, *each) for kind in BLOCKS for each in found[kind]]
    unread = not document.keys() <= {_COMPILED, *BLOCKS}
    return gathered(lines, parts, [*problems, *wrong, *undone], unread=unread)


def _compiled(document: toml.Document, lines: Lines, *, needed: bool) -> tuple[date, list[Problem]]:
    """Read until when who compiled the file looked for what came after; a file of records has to say so."""
    stated = document.get(_COMPILED)
    do = f'begin the file with {_COMPILED} = "YYYY-MM-DD", the day until which its sources were looked for'
    if stated is None and not needed:
        return date.max, []
    if stated is None:
        return date.max, [Problem(lines.path, "", f"the file does not say when it was {_COMPILED}", do)]
    try:
        # Read by its model, as the days of a block are.
        day = date.fromisoformat(_File.model_validate({_COMPILED: stated}).compiled)
    except ValueError:
        place = f"{lines.path}:{lines.line_of_key(_COMPILED)}"
        return date.max, [Problem(place, "", f"{_COMPILED} is not a day in quotes", do)]
    if day > dates.today():
        place = f"{lines.path}:{lines.line_of_key(_COMPILED)}"
        return day, [Problem(place, "", f"{_COMPILED} is a day that has not come yet", do)]
    return day, []


class _File(Block):
    """What a file says of itself."""

    compiled: Day


def _event(lines: Lines, number: int, event: Event, compiled: date) -> Part:
    """Code something that happened: a row, and one for each who took part."""
    at = ("event", number, event.id or "")
    problems, faulty = readings.unknown_codes(lines, at, event, type="event", confidence="confidence")
    cast, wrong = cast_of(lines, at, event.participants)
    problems += wrong
    faulty |= {"participants"} if wrong else set()
    bounds = readings.NOTHING_STATED
    try:
        if "date" not in faulty:
            bounds = dates.reported_event_bounds(event.date, compiled)
    except dates.DateError as error:
        problems.append(undated(lines, at, error, "the source"))
        faulty |= {"date"}
    row = _record_row(event, bounds, faulty)
    coded = None if "date" in faulty else event.date
    row |= {"event_id": readings.row_id(lines, at), "date": coded, "date_precision": dates.precision(coded)}
    problems += several_in_one(lines, at, "sources", event.sources)
    parties = [("participants", {"event_id": row["event_id"]} | each) for each in cast]
    return Part(at, problems, [("events", row), *parties], faulty=frozenset(faulty))


def _status(lines: Lines, number: int, status: Status, compiled: date) -> Part:
    """Code something that was the case."""
    at = ("status", number, status.id or "")
    problems, faulty = readings.unknown_codes(lines, at, status, type="status", confidence="confidence")
    problems += several_in_one(lines, at, "sources", status.sources)
    horizon = _horizon(status, compiled)
    if horizon is None and _KNOWN not in faulty:
        what = f"it does not say until when it is known: {_KNOWN} is missing"
        do = f"add {_KNOWN}, the last day on which a cited source says that it is so; or the end, if one is stated"
        problems.append(lines.problem(at, "", what, do))
    elif status.end not in (None, "..") and status.known_until is not None:
        what, do = f"{_KNOWN} stands beside a stated end", f"leave {_KNOWN} out: a stated end is known"
        problems.append(lines.problem(at, status.known_until, what, do))
    elif horizon and horizon > compiled:
        what, do = f"{_KNOWN} is after {compiled}, the day of {_COMPILED}", f"mend {_KNOWN}, or {_COMPILED}"
        problems.append(lines.problem(at, str(horizon), what, do))
    sides = {"start": status.start, "end": status.end}
    bounds, end_state = readings.NOTHING_STATED, "unknown"
    try:
        if horizon and not faulty & {"start", "end", _KNOWN}:
            bounds, end_state = dates.reported_status_bounds(status.start, status.end, horizon)
    except dates.DateError as error:
        problems.append(undated(lines, at, error, "the source"))
        faulty |= {side for side, text in sides.items() if text == error.text} or {"start", "end"}
    faulty |= set() if horizon else {_KNOWN}
    row = _record_row(status, bounds, faulty) | sides
    row |= {"status_id": readings.row_id(lines, at), "end_state": end_state, "speaks_until": horizon or compiled}
    row["symmetric"] = "type" not in faulty and codebook.status_types()[status.type].symmetric
    return Part(at, problems, [("statuses", row)], faulty=frozenset(faulty))


def _horizon(status: Status, compiled: date) -> date | None:
    """Return the last day that a status speaks of: of a stated end when the file was compiled, else the last known."""
    if status.end not in (None, ".."):
        return compiled
    return date.fromisoformat(status.known_until) if status.known_until else None


def _record_row(record: Reported, bounds: Bounds, faulty: set[str]) -> Row:
    """Write what reported events and statuses have in common."""
    row = record.model_dump(exclude={"id", "sources", "participants", _KNOWN}) | bounds._asdict()
    unread = dict.fromkeys(faulty & {"type", "confidence"})
    return row | unread | {"layer": "reported", "reference_ids": "; ".join(record.sources) or None}
