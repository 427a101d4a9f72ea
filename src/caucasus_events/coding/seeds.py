"""One sheet compared with its text and the codebook: rows of every table, and what is wrong.

Three steps: the passages are located in the text, each block becomes rows, every character of the text is accounted
for. A record keeps the names of the sheet; bounds come from ``dates``, places from ``quotes``. Rules between rows and
between seeds are in ``building.rules``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caucasus_events.errors import Fact, Problem
from caucasus_events.model import codebook
from caucasus_events.model.bounds import Bounds
from caucasus_events.model.rows import TABLES, Row, key_of

from . import blocks, dates, quotes, sheets
from .quotes import FoldedText, Span, fold_space
from .toml import At, Lines

Reason = blocks.Change | blocks.Withdrawn
States = NDArray[np.int8]
Flags = NDArray[np.bool_]

CITED = "cited"

# Of words that do not fit a line, the end is shown too.
_LONG = 50


class Part(NamedTuple):
    """What one block gives: its own row and then those that hang on it, a reason, and what is wrong with it."""

    at: At
    problems: Sequence[Problem]
    rows: Sequence[tuple[str, Row]] = ()
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """What one file of ``seeds/`` gives: rows by table, where each stands, and every problem.

    ``seed_id`` is that of a document, else empty. ``blocks`` maps a row, (table, key), to the blocks it was written in
    (two, if an id is used twice); ``declared`` are the ids of all blocks, broken ones too, so that one mistake is not
    reported twice. ``reasons`` say why released rows were changed or withdrawn.
    """

    seed_id: str
    lines: Lines
    text: str
    declared: frozenset[str]
    rows: dict[str, list[Row]]
    blocks: dict[tuple[str, str], list[At]]
    reasons: list[tuple[At, Reason]]
    problems: list[Problem]


def gathered(
    lines: Lines,
    parts: Sequence[Part],
    problems: Sequence[Problem] = (),
    *,
    declared: frozenset[str] = frozenset(),
    seed_id: str = "",
    text: str = "",
) -> Coded:
    """Put together what the blocks of a file give; ``problems`` are those of its form."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    written: dict[tuple[str, str], list[At]] = {}
    for part in parts:
        for table, row in part.rows:
            rows[table].append(row)
        for table, row in part.rows[:1]:
            written.setdefault((table, key_of(table, row)), []).append(part.at)
    reasons = [(part.at, part.reason) for part in parts if part.reason]
    found = [*problems, *(problem for part in parts for problem in part.problems)]
    return Coded(seed_id, lines, text, declared, rows, written, reasons, found)


def code_seed(path: Path) -> Coded:
    """Turn one seed into rows: the sheet ``seeds/<id>.toml``, and the text beside it.

    It gives rows of sources, entities, events, participants, statuses, evidence and coverage, and all problems that the
    seed has by itself; without a text, or a head of the sheet, these only.
    """
    text, unfit = sheets.read_text(path.with_suffix(".txt"))
    sheet, problems = sheets.read_sheet(path, text)
    problems = unfit + problems
    parts: list[Part] = []
    if sheet.source and text:
        seed = _Seed(sheet, sheet.source, quotes.FoldedText(text), date.fromisoformat(sheet.source.speaks_until))
        located = _located(seed)
        parts = _parts(seed, located)
        sound = not problems and not any(part.problems for part in parts)
        parts.append(_account(seed, located, sound=sound))
    return gathered(sheet.lines, parts, problems, declared=sheet.declared, seed_id=sheet.seed_id, text=text)


def reason_part(lines: Lines, number: int, block: Reason) -> Part:
    """Keep a person's reason why a released row was changed or withdrawn."""
    if isinstance(block, blocks.Withdrawn):
        return Part(("withdrawn", number, block.id), [], reason=block)
    at = ("change", number, block.id)
    return Part(at, lines.unknown_code(at, "reason_code", block.reason_code, "change"), reason=block)


class _Seed(NamedTuple):
    """A seed that can be coded: its sheet, the head of it, the text, and the day until which it speaks."""

    sheet: sheets.Sheet
    source: blocks.Source
    text: FoldedText
    until: date

    @property
    def text_path(self) -> str:
        """The path of the text, as problems name it."""
        return f"seeds/{self.sheet.seed_id}.txt"

    def text_line(self, offset: int) -> str:
        """Name the line of the text that holds a character."""
        return f"{self.sheet.seed_id}.txt:{self.text.line(offset)}"


class _Places(NamedTuple):
    """The passages of a block that stand in the text once, where, and a problem for each that does not."""

    spans: list[tuple[Span, str]]
    problems: list[Problem]


def _at(kind: str, number: int, block: blocks.Block) -> At:
    """Name a block as problems do: by its id; one that is set aside has none and is counted."""
    return kind, number, getattr(block, "id", str(number + 1))


def _located(seed: _Seed) -> dict[At, _Places]:
    """Locate the passages of every block that has some, records first."""
    cited = [(_at("event", *each), each[1].passages) for each in seed.sheet.event]
    cited += [(_at("status", *each), each[1].passages) for each in seed.sheet.status]
    aside = [(_at("set_aside", *each), each[1].passages) for each in seed.sheet.set_aside]
    return {at: _places(seed, at, passages) for at, passages in [*cited, *aside]}


def _places(seed: _Seed, at: At, passages: Sequence[str]) -> _Places:
    """Find the one place of each passage."""
    found = _Places([], [])
    for passage in passages:
        spans = quotes.locate(passage, seed.text)
        if len(spans) == 1:
            found.spans.append((spans[0], passage))
        elif spans:
            found.problems.append(_several(seed, at, passage, spans))
        else:
            what, do = f"the quote is not in {seed.text_path}", "copy the words exactly as they stand in the text"
            found.problems.append(seed.sheet.lines.problem(at, passage, what, do, *_differences(seed, passage)))
    return found


def _several(seed: _Seed, at: At, passage: str, spans: Sequence[Span]) -> Problem:
    """Report a passage that has several places, and show the first of them with the words around."""
    facts = [Fact("quote", fold_space(passage))]
    for number, span in enumerate(spans[:3], 1):
        before, after = quotes.context(span, seed.text)
        around = fold_space(before[-16:] + seed.text.text[span.start : span.end] + after[:24])
        facts.append(Fact(f"place {number}", around, seed.text_line(span.start)))
    times = f"{len(spans)} times" if len(spans) < quotes.MOST else f"{quotes.MOST} times or more"
    what = f"the quote stands {times} in {seed.text_path}"
    do = "lengthen the passage until it stands in the text once"
    return seed.sheet.lines.problem(at, passage, what, do, *facts)


def _differences(seed: _Seed, passage: str) -> list[Fact]:
    """Show the closest place of a passage that was not found, and where it first differs."""
    quote = fold_space(passage)
    place = quotes.closest(passage, seed.text)
    if place is None:
        return [Fact("quote", quote)]
    span, agree = place
    shown, line = seed.text.folded[span.start : span.end], seed.text_line(seed.text.original(span.start))
    # Both are clipped around the same character, so that the caret stands under either.
    return [Fact("quote", quote, aim=agree), Fact("closest", shown, line, caret=min(agree, len(shown)))]


def _parts(seed: _Seed, located: Mapping[At, _Places]) -> list[Part]:
    """Code every block of a sheet."""
    sheet = seed.sheet
    return [
        *(_entity(seed, *each) for each in sheet.entity),
        *(_event(seed, *each, located[_at("event", *each)]) for each in sheet.event),
        *(_status(seed, *each, located[_at("status", *each)]) for each in sheet.status),
        *(_set_aside(seed, *each, located[_at("set_aside", *each)]) for each in sheet.set_aside),
        *(reason_part(sheet.lines, *each) for each in sheet.change),
        *(reason_part(sheet.lines, *each) for each in sheet.withdrawn),
    ]


def _entity(seed: _Seed, number: int, entity: blocks.Entity) -> Part:
    """Code an actor or a place."""
    at = _at("entity", number, entity)
    problems = seed.sheet.lines.unknown_code(at, "kind", entity.kind, "kind")
    row = {"entity_id": entity.id} | entity.model_dump(exclude={"id"})
    row["also_known_as"] = "; ".join(entity.also_known_as) or None
    return Part(at, problems, [] if problems else [("entities", row)])


def _event(seed: _Seed, number: int, event: blocks.Event, places: _Places) -> Part:
    """Code something that happened: a row, one for each who took part, one for each passage."""
    at, lines = _at("event", number, event), seed.sheet.lines
    # Every check reports; none stops the next, so that a coder mends all of a block at once.
    problems = lines.unknown_code(at, "type", event.type, "event") + _claim_problems(lines, at, event)
    for each in event.participants:
        problems += lines.unknown_code(at, "role", each.role, "role")
    bounds: Bounds | None = None
    try:
        bounds = dates.event_bounds(event.date, seed.until)
    except dates.DateError as error:
        problems.append(undated(lines, at, error))
    problems += _passage_problems(lines, at, places)
    if problems or bounds is None:
        return Part(at, problems)
    row = _record_row(seed, event, bounds) | {"event_id": event.id, "date_precision": dates.precision(event.date)}
    cast = [{"event_id": event.id, "entity_id": each.entity, "role": each.role} for each in event.participants]
    return Part(at, [], [("events", row), *(("participants", each) for each in cast), *_evidence(seed, event, places)])


def _status(seed: _Seed, number: int, status: blocks.Status, places: _Places) -> Part:
    """Code something that was the case: a row, and one for each passage."""
    at, lines = _at("status", number, status), seed.sheet.lines
    problems = lines.unknown_code(at, "type", status.type, "status") + _claim_problems(lines, at, status)
    bounds: Bounds | None = None
    try:
        bounds, end_state = dates.status_bounds(status.start, status.end, seed.until)
    except dates.DateError as error:
        problems.append(undated(lines, at, error))
    problems += _passage_problems(lines, at, places)
    if problems or bounds is None:
        return Part(at, problems)
    row = _record_row(seed, status, bounds) | {"status_id": status.id, "end_state": end_state}
    row["symmetric"] = codebook.status_types()[status.type].symmetric
    return Part(at, [], [("statuses", row), *_evidence(seed, status, places)])


def _record_row(seed: _Seed, record: blocks.Record, bounds: Bounds) -> Row:
    """Write what events and statuses have in common; the first passage is the quote of the record."""
    row = record.model_dump(exclude={"id", "passages", "participants"}) | bounds._asdict()
    origin = {"source_id": seed.sheet.seed_id, "speaks_until": seed.until}
    return row | origin | {"quote": fold_space(record.passages[0])}


def undated(lines: Lines, at: At, error: dates.DateError, given_by: str = "the seed") -> Problem:
    """Report a date that cannot be coded, with a caret under its place."""
    do = error.do.replace("the seed", given_by)
    return lines.problem(at, error.text, error.what, do, Fact("date", error.text, caret=error.caret))


def _claim_problems(lines: Lines, at: At, record: blocks.Record) -> list[Problem]:
    """Check how the claim is made: attributed claims name whose they are, others do not."""
    unknown = lines.unknown_code(at, "assertion", record.assertion, "assertion")
    attributed = record.assertion == "attributed"
    if unknown or attributed == (record.attributed_to is not None):
        return unknown
    what = "an attributed claim names nobody" if attributed else "attributed_to belongs to attributed claims only"
    do = 'add attributed_to = "…"' if attributed else 'remove it, or write assertion = "attributed"'
    return [lines.problem(at, record.assertion, what, do)]


def _passage_problems(lines: Lines, at: At, places: _Places) -> list[Problem]:
    """Report passages of a record that have no place, and two that start at one: no key could tell them apart."""
    starts = [span.start for span, _ in places.spans]
    repeated = [passage for span, passage in places.spans if starts.count(span.start) > 1]
    what, do = "two passages start at the same place", "keep the longer one"
    return places.problems + [lines.problem(at, each, what, do, Fact("passage", each)) for each in repeated[:1]]


def _evidence(seed: _Seed, record: blocks.Record, places: _Places) -> list[tuple[str, Row]]:
    """Write the passages of a record as evidence, each with the words around it."""
    rows = []
    for span, passage in places.spans:
        prefix, suffix = quotes.context(span, seed.text)
        place = {"source_id": seed.sheet.seed_id, "start_char": span.start, "end_char": span.end}
        words = {"quote": fold_space(passage), "prefix": prefix, "suffix": suffix}
        rows.append(("evidence", {"record_id": record.id} | place | words))
    return rows


def _set_aside(seed: _Seed, number: int, block: blocks.SetAside, places: _Places) -> Part:
    """Check what is not coded; it gives no row of its own, and is accounted for below."""
    at = _at("set_aside", number, block)
    return Part(at, seed.sheet.lines.unknown_code(at, "reason", block.reason, "reason") or places.problems)


def _account(seed: _Seed, located: Mapping[At, _Places], *, sound: bool) -> Part:
    """Give every character of the text its disposition; words that have none are a problem.

    ``sound`` says that the seed has no problem so far: of another the stretches would only repeat them.
    """
    reasons = codebook.codes("reason")
    names = [CITED, *reasons]
    states, problems = _states(seed, located, names)
    words = seed.text.letters
    # Words of a passage that was not found, or of a block that was not read, are no gap on top of that.
    lost = any(places.problems for places in located.values())
    lost = lost or any(block.reason not in reasons for _, block in seed.sheet.set_aside)
    if seed.sheet.whole and not lost:
        problems += _gaps(seed, words & (states < 0), words & (states >= 0))
    rows = [("sources", _source_row(seed, states, words))]
    if sound and not problems:
        rows += [("coverage", {"source_id": seed.sheet.seed_id} | row) for row in _stretches(states, words, names)]
    return Part(("source", 0, ""), problems, rows)


def _states(seed: _Seed, located: Mapping[At, _Places], names: list[str]) -> tuple[States, list[Problem]]:
    """Return the disposition of every character, its number in ``names`` or -1, and words set aside for two reasons."""
    states, problems = np.full(len(seed.text.text), -1, np.int8), []
    for number, block in seed.sheet.set_aside:
        at = _at("set_aside", number, block)
        for span, _ in located[at].spans if block.reason in names[1:] else ():
            taken = np.unique(states[span.start : span.end])
            others = [names[state] for state in taken if state >= 0 and names[state] != block.reason]
            if others:
                words = fold_space(seed.text.text[span.start : span.end])
                what = f"words are set aside as {block.reason} and as {others[0]}"
                do, fact = "keep the reason that stands first in the codebook", Fact("passage", words)
                problems.append(seed.sheet.lines.problem(at, words[:30], what, do, fact))
            states[span.start : span.end] = names.index(block.reason)
    # Written last, because words that are cited and set aside are cited.
    for span, _ in (each for at, places in located.items() if at[0] != "set_aside" for each in places.spans):
        states[span.start : span.end] = 0
    return states, problems


def _gaps(seed: _Seed, missing: Flags, accounted: Flags) -> list[Problem]:
    """Report every run of words that is neither cited nor set aside."""
    problems, index = [], np.flatnonzero(missing)
    # Missing characters with equally many accounted ones before them have none between them: they are one run, over
    # white space and lines too.
    begins = np.flatnonzero(np.diff(np.cumsum(accounted)[index], prepend=-1))
    for first, last in zip(index[begins].tolist(), index[np.append(begins[1:], len(index)) - 1].tolist(), strict=True):
        words = fold_space(seed.text.text[first : last + 1])
        do = f"cite the words in a record of {seed.sheet.lines.path}, or set them aside"
        facts = [Fact("words", words)]
        if len(words) > _LONG:
            facts.append(Fact("up to", words[-_LONG:].strip(), seed.text_line(last)))
        place = f"{seed.text_path}:{seed.text.line(first)}"
        problems.append(Problem(place, "", "words are neither cited nor set aside", do, tuple(facts)))
    return problems


def _stretches(states: States, words: Flags, names: list[str]) -> list[Row]:
    """Tile the text with stretches of one disposition, white space with the stretch before it."""
    # Each character takes its state from the last letter up to it: the maximum of the places of letters so far.
    letter = np.maximum.accumulate(np.where(words, np.arange(len(states)), -1))
    # White space at the very beginning has none before it, and takes that of the first.
    tiled = states[np.where(letter < 0, np.argmax(words), letter)]
    edges = (np.flatnonzero(np.diff(tiled)) + 1).tolist()
    return [
        {"start_char": start, "end_char": end, "disposition": names[tiled[start]]}
        for start, end in zip([0, *edges], [*edges, len(tiled)], strict=True)
    ]


def _source_row(seed: _Seed, states: States, words: Flags) -> Row:
    """Write the row of the seed itself, with the shares of its text, white space aside, that are accounted for."""
    total, cited, aside = (int((words & each).sum()) for each in (words, states == 0, states > 0))
    row = seed.source.model_dump() | {"source_id": seed.sheet.seed_id, "characters": len(states)}
    days = {"published": date.fromisoformat(seed.source.published), "speaks_until": seed.until}
    return row | days | {"cited_share": round(cited / total, 6), "set_aside_share": round(aside / total, 6)}
