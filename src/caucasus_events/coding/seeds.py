"""One sheet compared with its text and the codebook: rows of every table, and what is wrong.

Three steps: the passages are located in the text, each block becomes rows, every character of the text is accounted
for. A record keeps the names of the sheet; bounds come from ``dates``, places from ``quotes``. Rules between rows and
between seeds are in ``building.rules``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from caucasus_events.errors import Fact, Problem
from caucasus_events.model import codebook
from caucasus_events.model.bounds import Bounds
from caucasus_events.model.column_kinds import SLUG
from caucasus_events.model.folding import fold_space
from caucasus_events.model.rows import RECORDS, TABLES, Row, key_of, sha256

from . import blocks, dates, quotes, sheets, wording
from .accounting import Seed, account, place_of
from .passages import Document, Places, located
from .toml import At, Lines

Reason = blocks.Change | blocks.Withdrawn
# What is wrong with the name of a file that gives no id, and what to do.
MISNAMED = (
    "the name of the file is not the id of a seed",
    "name it like an id, in kebab-case with the year: author-2021.txt",
)
# The columns in which the id of a record stands.
_IDS = (*RECORDS.values(), "record_id")


class Part(NamedTuple):
    """What one block gives: its own row and then those that hang on it, a reason, and what is wrong with it.

    A block that is wrong gives its rows too, with nothing in the ``faulty`` columns, so that the rules find the rest.
    """

    at: At
    problems: Sequence[Problem]
    rows: Sequence[tuple[str, Row]] = ()
    reason: Reason | None = None
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Coded:
    """What one file of ``seeds/`` gives: rows by table, where each stands, and every problem.

    ``seed_id`` is that of a document, else empty. ``blocks`` maps a row, (table, key), to the blocks it was written in
    (two, if an id is used twice); ``faulty`` maps an id to the columns that could not be read, so that one mistake is
    not reported twice, and ``unread`` says that the file may define more. ``reasons`` say why released rows were
    changed or withdrawn.
    """

    seed_id: str
    lines: Lines
    text: str
    unread: bool
    rows: dict[str, list[Row]]
    blocks: dict[tuple[str, str], list[At]]
    faulty: dict[str, frozenset[str]]
    reasons: list[tuple[At, Reason]]
    problems: list[Problem]


def gathered(
    lines: Lines,
    parts: Sequence[Part],
    problems: Sequence[Problem] = (),
    *,
    unread: bool = False,
    seed_id: str = "",
    text: str = "",
) -> Coded:
    """Put together what the blocks of a file give; ``problems`` are those of its form."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    written: dict[tuple[str, str], list[At]] = {}
    faulty: dict[str, frozenset[str]] = {}
    for part in parts:
        table, row = part.rows[0] if part.rows else ("", {})
        own = key_of(table, row) if table else ""
        # A second record of the same id is kept apart, so that each is judged by itself.
        taken = table in RECORDS and any((each, own) in written for each in RECORDS)
        key = f"{own} ({part.at[0]} {part.at[1] + 1})" if taken else own
        for target, each in part.rows:
            rows[target].append(each if key == own else _with_id(each, own, key))
        if table:
            written.setdefault((table, key), []).append(part.at)
            if part.faulty:
                faulty[key] = faulty.get(key, frozenset()) | part.faulty
    reasons = [(part.at, part.reason) for part in parts if part.reason]
    found = [*problems, *(problem for part in parts for problem in part.problems)]
    return Coded(seed_id, lines, text, unread, rows, written, faulty, reasons, found)


def faulty_columns(coded: Iterable[Coded]) -> dict[str, frozenset[str]]:
    """Return, by id, the columns that could not be read in any of some files."""
    found: dict[str, frozenset[str]] = {}
    for seed in coded:
        for key, columns in seed.faulty.items():
            found[key] = found.get(key, frozenset()) | columns
    return found


def renamed(coded: Coded, names: Mapping[str, str]) -> Coded:
    """Return a file with other ids for some of its records."""
    rows = {
        table: [next((_with_id(row, old, names[old]) for old in names if old in row.values()), row) for row in each]
        for table, each in coded.rows.items()
    }
    written = {
        (table, names.get(key, key) if table in RECORDS else key): places
        for (table, key), places in coded.blocks.items()
    }
    faulty = {names.get(key, key): columns for key, columns in coded.faulty.items()}
    return replace(coded, rows=rows, blocks=written, faulty=faulty)


def _with_id(row: Row, old: str, new: str) -> Row:
    """Return a row of a record under another id."""
    return row | {column: new for column in _IDS if row.get(column) == old}


def code_seed(path: Path) -> Coded:
    """Turn one seed into rows: the sheet ``seeds/<id>.toml``, and the text beside it.

    It gives rows of sources, entities, events, participants, statuses, evidence and coverage, and all problems that the
    seed has by itself; without a text these only.
    """
    text, unfit = sheets.read_text(path.with_suffix(".txt"))
    sheet, problems = sheets.read_sheet(path, text)
    problems = [*_misnamed(path), *unfit, *problems]
    parts: list[Part] = []
    if sheet.source and text:
        # A head that does not say until when speaks for ever, while that is not mended: no date is too late for it.
        known = sheet.source.speaks_until or sheet.source.published
        until = date.fromisoformat(known) if known else date.max
        seed = Seed(sheet, sheet.source, Document(sheet.seed_id, quotes.FoldedText(text)), until)
        places = _places(seed)
        parts = _parts(seed, places)
        sound = not problems and not any(part.problems for part in parts)
        told, rows, faulty = account(seed, places, sound=sound)
        parts.append(Part(("source", 0, ""), told, rows, faulty=faulty))
    unread = sheet.unread or not parts
    return gathered(sheet.lines, parts, problems, unread=unread, seed_id=sheet.seed_id, text=text)


def _misnamed(path: Path) -> list[Problem]:
    """Report a file whose name cannot be the id of a seed."""
    if re.fullmatch(SLUG, path.stem):
        return []
    place = next((each.name for each in (path, path.with_suffix(".txt")) if each.is_file()), path.name)
    return [Problem(f"seeds/{place}", "", *MISNAMED)]


def reason_part(lines: Lines, number: int, block: Reason) -> Part:
    """Keep a person's reason why a released row was changed or withdrawn; one that cannot be read explains nothing."""
    withdrawn = isinstance(block, blocks.Withdrawn)
    at = ("withdrawn" if withdrawn else "change", number, block.id or "")
    problems = unfit_words(lines, at, "reason", block.reason)
    if isinstance(block, blocks.Withdrawn):
        return Part(at, problems, reason=None if block.faulty else block)
    problems += lines.unknown_code(at, "reason_code", block.reason_code, "change")
    named = (block.id is not None, block.table is not None)
    unclear = not block.faulty and (named in ((True, True), (False, False)) or (block.column and not named[1]))
    if unclear:
        what = "it names a row and a column" if named[0] else "it names no row and no column of a table"
        do = "write the id of the row that changed; or, of one reason for all cells of a column, table and column"
        problems.append(lines.problem(at, "", what, do))
    return Part(at, problems, reason=None if block.faulty or unclear else block)


def several_in_one(lines: Lines, at: At, key: str, values: Sequence[str]) -> list[Problem]:
    """Report a text of a list that holds the sign by which a table parts them: there it would be several."""
    what, do = f"a text in {key} holds a semicolon", "write each as a string of its own, with a comma between them"
    return [lines.problem(at, each, what, do, Fact("found", each)) for each in values if ";" in each]


def unfit_words(lines: Lines, at: At, key: str, text: str | None) -> list[Problem]:
    """Report words that do not belong in a table, of a key that no table has."""
    wrong = wording.unfit(key, text) if text else None
    return [lines.problem(at, str(text), wrong.what, wrong.do, *wrong.facts)] if wrong else []


def _row_id(seed: Seed, at: At) -> str:
    """Return the id of a block, or one of its own if it has none that can be read."""
    kind, number, name = at
    return name or f"{seed.sheet.seed_id}-{kind}-{number + 1}-without-id"


def _places(seed: Seed) -> dict[At, Places]:
    """Locate the passages of every block that has some, records first."""
    cited = [(place_of("event", *each), each[1].passages) for each in seed.sheet.event]
    cited += [(place_of("status", *each), each[1].passages) for each in seed.sheet.status]
    aside = [(place_of("set_aside", *each), each[1].passages) for each in seed.sheet.set_aside]
    return {at: located(seed.document, seed.sheet.lines, at, passages) for at, passages in [*cited, *aside]}


def _parts(seed: Seed, places: Mapping[At, Places]) -> list[Part]:
    """Code every block of a sheet."""
    sheet = seed.sheet
    return [
        *(entity_part(sheet.lines, *each) for each in sheet.entity),
        *(_event(seed, *each, places[place_of("event", *each)]) for each in sheet.event),
        *(_status(seed, *each, places[place_of("status", *each)]) for each in sheet.status),
        *(_set_aside(seed, *each, places[place_of("set_aside", *each)]) for each in sheet.set_aside),
        *(reason_part(sheet.lines, *each) for each in sheet.change),
        *(reason_part(sheet.lines, *each) for each in sheet.withdrawn),
    ]


def entity_part(lines: Lines, number: int, entity: blocks.Entity) -> Part:
    """Code an actor or a place."""
    at = place_of("entity", number, entity)
    problems = lines.unknown_code(at, "kind", entity.kind, "kind")
    name = at[2] or f"{Path(lines.path).stem}-entity-{number + 1}-without-id"
    row = entity.model_dump(exclude={"id"}) | {"entity_id": name}
    row["also_known_as"] = "; ".join(entity.also_known_as) or None
    parted = several_in_one(lines, at, "also_known_as", entity.also_known_as)
    faulty = entity.faulty | ({"kind"} if problems else frozenset())
    unread = {key: False if key == "region" else None for key in faulty}
    return Part(at, [*problems, *parted], [("entities", row | unread)], faulty=faulty)


def cast_of(lines: Lines, at: At, participants: Sequence[blocks.Participant]) -> tuple[list[Row], list[Problem]]:
    """Return who takes part in an event, and the roles that the codebook does not have."""
    unknown = {place: lines.unknown_code(at, "role", each.role, "role") for place, each in enumerate(participants)}
    cast = [
        {"entity_id": each.entity, "role": each.role} for place, each in enumerate(participants) if not unknown[place]
    ]
    return cast, [problem for found in unknown.values() for problem in found]


def _event(seed: Seed, number: int, event: blocks.Event, places: Places) -> Part:
    """Code something that happened: a row, one for each who took part, one for each passage."""
    at = place_of("event", number, event)
    problems, faulty = _record_problems(seed, at, event, "event", places)
    lines, coded = seed.sheet.lines, event.date
    cast, unknown = cast_of(lines, at, event.participants)
    problems += unknown
    faulty |= {"participants"} if unknown else set()
    try:
        bounds = dates.event_bounds(coded, seed.until)
    except dates.DateError as error:
        problems.append(undated(lines, at, error))
        # As if it were left out: of such a row no rule says anything about its days.
        coded, bounds = None, dates.event_bounds(None, seed.until)
        faulty |= {"date"}
    row = _record_row(seed, event, bounds, faulty)
    row |= {"event_id": _row_id(seed, at), "date": coded, "date_precision": dates.precision(coded)}
    parties = [("participants", {"event_id": row["event_id"]} | each) for each in cast]
    evidence = _evidence(seed, row["event_id"], places)
    return Part(at, problems, [("events", row), *parties, *evidence], faulty=frozenset(faulty))


def _status(seed: Seed, number: int, status: blocks.Status, places: Places) -> Part:
    """Code something that was the case: a row, and one for each passage."""
    at = place_of("status", number, status)
    problems, faulty = _record_problems(seed, at, status, "status", places)
    sides = {"start": status.start, "end": status.end}
    while True:
        try:
            bounds, end_state = dates.status_bounds(sides["start"], sides["end"], seed.until)
            break
        except dates.DateError as error:
            problems.append(undated(seed.sheet.lines, at, error))
            # As if the side at fault were left out; then the other is read.
            side = "start" if sides["end"] is None or error.text == sides["start"] else "end"
            sides[side] = None
            faulty |= {side}
    row = _record_row(seed, status, bounds, faulty) | {"status_id": _row_id(seed, at), "end_state": end_state} | sides
    row["symmetric"] = row["type"] is not None and codebook.status_types()[row["type"]].symmetric
    if "holds" in faulty:
        row["holds"] = "-not-" not in row["status_id"]
    evidence = _evidence(seed, row["status_id"], places)
    return Part(at, problems, [("statuses", row), *evidence], faulty=frozenset(faulty))


def _record_problems(
    seed: Seed, at: At, record: blocks.Record, vocabulary: codebook.Vocabulary, places: Places
) -> tuple[list[Problem], set[str]]:
    """Check what events and statuses have in common; every check reports, and none stops the next."""
    lines, faulty = seed.sheet.lines, set(record.faulty)
    unknown = lines.unknown_code(at, "type", record.type, vocabulary)
    claim = [] if "attributed_to" in faulty else _claim_problems(lines, at, record)
    passages = _passage_problems(lines, at, places)
    faulty |= {key for key, wrong in (("type", unknown), ("assertion", claim), ("passages", passages)) if wrong}
    # Of a head that does not say until when, the days of no record are sure.
    faulty |= {"speaks_until"} & seed.source.faulty
    return [*unknown, *claim, *passages], faulty


def _record_row(seed: Seed, record: blocks.Record, bounds: Bounds, faulty: AbstractSet[str]) -> Row:
    """Write what events and statuses have in common; the first passage is the quote of the record."""
    row = record.model_dump(exclude={"id", "passages", "participants"}) | bounds._asdict()
    origin = {"source_id": seed.sheet.seed_id, "speaks_until": seed.until, "layer": "seed"}
    unread = dict.fromkeys(faulty & {"type", "assertion", "attributed_to"})
    return row | unread | origin | {"quote": fold_space(record.passages[0]) if record.passages else None}


def undated(lines: Lines, at: At, error: dates.DateError, given_by: str = "the seed") -> Problem:
    """Report a date that cannot be coded, with a caret under its place."""
    do = error.do.replace("the seed", given_by)
    return lines.problem(at, error.text, error.what, do, Fact("date", error.text, caret=error.caret))


def _claim_problems(lines: Lines, at: At, record: blocks.Record) -> list[Problem]:
    """Check how the claim is made: attributed claims name whose they are, others do not."""
    unknown = lines.unknown_code(at, "assertion", record.assertion, "assertion")
    attributed = record.assertion == "attributed"
    if unknown or record.assertion is None or attributed == (record.attributed_to is not None):
        return unknown
    what = "an attributed claim names nobody" if attributed else "attributed_to belongs to attributed claims only"
    do = 'add attributed_to = "…"' if attributed else 'remove it, or write assertion = "attributed"'
    return [lines.problem(at, record.assertion, what, do)]


def _passage_problems(lines: Lines, at: At, places: Places) -> list[Problem]:
    """Report passages of a record that have no place, and two that start at one: no key could tell them apart."""
    starts = [span.start for span, _ in places.spans]
    repeated = [passage for span, passage in places.spans if starts.count(span.start) > 1]
    what, do = "two passages start at the same place", "keep the longer one"
    return places.problems + [lines.problem(at, each, what, do, Fact("passage", each)) for each in repeated[:1]]


def _evidence(seed: Seed, record_id: str, places: Places) -> list[tuple[str, Row]]:
    """Write the passages of a record as evidence, each with its words and their digest."""
    rows = []
    for span, passage in places.spans:
        quote = fold_space(passage)
        place = {"source_id": seed.sheet.seed_id, "start_char": span.start, "end_char": span.end}
        words = {"quote": quote, "sha256": sha256(quote.encode())}
        rows.append(("evidence", {"record_id": record_id} | place | words))
    return rows


def _set_aside(seed: Seed, number: int, block: blocks.SetAside, places: Places) -> Part:
    """Check what is not coded; it gives no row of its own, and is accounted for below."""
    at, lines = place_of("set_aside", number, block), seed.sheet.lines
    unknown = lines.unknown_code(at, "reason", block.reason, "reason")
    return Part(at, [*unknown, *places.problems, *unfit_words(lines, at, "note", block.note)])
