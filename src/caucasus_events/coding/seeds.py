"""One sheet held against its text and the codebook: rows of every table, and what is wrong.

A record keeps the names of the sheet; bounds come from :mod:`.dates`, places from
:mod:`.quotes`. Rules between rows and between seeds are in :mod:`.checks`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from caucasus_events.errors import Fact, Problem, nearest
from caucasus_events.model import codebook

from . import dates, quotes, sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


Row = dict[str, Any]


At = tuple[str, int, str]


CITED = "cited"


# Of words that do not fit a line, the end is shown too.
_LONG = 50


@dataclass(slots=True)
class Coded:
    """What one seed gives: rows by table, where each record stands, and every problem.

    ``blocks`` maps a row, (table, id), to the blocks it was written in (two, if an id is used
    twice); ``declared`` are the ids of all blocks, broken ones too, so that one mistake is not
    reported twice. ``told`` are the reasons why released rows were changed or withdrawn.
    """

    seed_id: str
    path: str
    lines: sheets.Lines
    text: str = ""
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    blocks: dict[tuple[str, str], list[At]] = field(default_factory=lambda: defaultdict(list))
    declared: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    told: list[tuple[At, sheets.Change | sheets.Withdrawn]] = field(default_factory=list)

    def problem(self, at: At, value: str, what: str, do: str, *facts: Fact) -> Problem:
        """Say what is wrong with a block, at the line of ``value``."""
        kind, number, name = at
        place = f"{self.path}:{self.lines.of(kind, number, value)}"
        return Problem(place, f"{kind} {name}".rstrip(), what, do, facts)

    def known(self, at: At, key: str, value: str, vocabulary: codebook.Vocabulary) -> bool:
        """Say whether a code is in the codebook; report it if not."""
        names = codebook.codes(vocabulary)
        if value in names:
            return True
        near = nearest(value, names)
        do = f"write {near}, or another known code" if near else "write one of the known codes"
        fact = Fact("known", ", ".join(names), wrap=True)
        self.problems.append(self.problem(at, value, f"unknown {key} {value!r}", do, fact))
        return False


def code_seed(path: Path) -> Coded:
    """Turn one seed into rows.

    Parameters
    ----------
    path
        The sheet, ``seeds/<id>.toml``; its text stands beside it.

    Returns
    -------
    Coded
        Rows of ``sources``, ``entities``, ``events``, ``participants``, ``statuses``,
        ``evidence`` and ``coverage``, and all problems that the seed has by itself.
    """
    text, problems = sheets.read_text(path.with_suffix(".txt"))
    sheet, more = sheets.read_sheet(path, text)
    coded = Coded(sheet.seed_id, sheet.path, sheet.lines, text, declared=sheet.declared, problems=problems + more)
    if sheet.source is None or not text:
        return coded
    _Coder(sheet, sheet.source, quotes.FoldedText(text), coded).run()
    return coded


class _Coder:
    """The state of coding one seed; one method a kind of block."""

    def __init__(self, sheet: sheets.Sheet, source: sheets.Source, text: quotes.FoldedText, coded: Coded) -> None:
        self.sheet, self.source, self.text, self.coded = sheet, source, text, coded
        self.until = date.fromisoformat(source.speaks_until)
        self.cited: list[quotes.Span] = []
        self.aside: list[tuple[quotes.Span, str, int]] = []
        self.lost = False

    def run(self) -> None:
        """Code every block, then account for every character."""
        for number, entity in self.sheet.entity:
            self.entity(number, entity)
        for number, event in self.sheet.event:
            self.event(number, event)
        for number, status in self.sheet.status:
            self.status(number, status)
        for number, block in self.sheet.set_aside:
            self.set_aside(number, block)
        for number, change in self.sheet.change:
            self.change(number, change)
        for number, withdrawn in self.sheet.withdrawn:
            self.coded.told.append((("withdrawn", number, withdrawn.id), withdrawn))
        self.account()

    def problem(self, at: At, value: str, what: str, do: str, *facts: Fact) -> None:
        """Keep a problem of a block."""
        self.coded.problems.append(self.coded.problem(at, value, what, do, *facts))

    def add(self, table: str, key: str, at: At, row: Row) -> None:
        """Keep a row and remember where it was written."""
        self.coded.rows[table].append(row)
        self.coded.blocks[table, row[key]].append(at)

    def entity(self, number: int, entity: sheets.Entity) -> None:
        """Code an actor or a place."""
        at = ("entity", number, entity.id)
        if self.coded.known(at, "kind", entity.kind, "kind"):
            row = entity.model_dump(exclude={"id"}) | {"also_known_as": "; ".join(entity.also_known_as) or None}
            self.add("entities", "entity_id", at, {"entity_id": entity.id} | row)

    def event(self, number: int, event: sheets.Event) -> None:
        """Code something that happened."""
        at = ("event", number, event.id)
        typed = self.coded.known(at, "type", event.type, "event") & self.claim(at, event)
        roles = [self.coded.known(at, "role", each.role, "role") for each in event.participants]
        bounds = self.bounds(at, lambda: dates.event_bounds(event.date, self.until))
        if not (self.passages(at, event) and typed and all(roles) and bounds):
            return
        row = event.model_dump(exclude={"id", "passages", "participants"})
        row |= {
            "event_id": event.id,
            "quote": quotes.fold(event.passages[0]),
            "date_precision": dates.precision(event.date),
        } | bounds._asdict()
        self.add("events", "event_id", at, row | self.origin())
        self.coded.rows["participants"] += [
            {"event_id": event.id, "entity_id": each.entity, "role": each.role} for each in event.participants
        ]

    def status(self, number: int, status: sheets.Status) -> None:
        """Code something that was the case."""
        at = ("status", number, status.id)
        typed = self.coded.known(at, "type", status.type, "status") & self.claim(at, status)
        result = self.bounds(at, lambda: dates.status_bounds(status.start, status.end, self.until))
        if not (self.passages(at, status) and typed and result):
            return
        bounds, end_state = result
        row = status.model_dump(exclude={"id", "passages"}) | {"status_id": status.id, "end_state": end_state}
        row["quote"] = quotes.fold(status.passages[0])
        row["symmetric"] = codebook.status_types()[status.type].symmetric
        self.add("statuses", "status_id", at, row | bounds._asdict() | self.origin())

    def origin(self) -> Row:
        """Say which seed a record belongs to and how far it speaks."""
        return {"source_id": self.sheet.seed_id, "speaks_until": self.until}

    def claim(self, at: At, record: sheets.Record) -> bool:
        """Check how the claim is made: attributed claims name whose they are, others do not."""
        known = self.coded.known(at, "assertion", record.assertion, "assertion")
        if known and (record.assertion == "attributed") != (record.attributed_to is not None):
            needs = record.assertion == "attributed"
            what = "an attributed claim names nobody" if needs else "attributed_to belongs to attributed claims only"
            do = 'add attributed_to = "…"' if needs else 'remove it, or write assertion = "attributed"'
            self.problem(at, record.assertion, what, do)
            return False
        return known

    def bounds(self, at: At, compute: Any) -> Any:
        """Compute bounds; a date that cannot be coded is reported with its place and a caret."""
        try:
            return compute()
        except dates.DateError as error:
            self.problem(at, error.text, error.what, error.do, Fact("date", error.text, caret=error.caret))
            return None

    def passages(self, at: At, record: sheets.Record) -> bool:
        """Locate the passages of a record and keep them as evidence."""
        found = list(self.spans(at, record.passages))
        repeated = {span.start for span, _ in found if [other.start for other, _ in found].count(span.start) > 1}
        for span, passage in [] if repeated else found:
            prefix, suffix = quotes.context(span, self.text)
            self.coded.rows["evidence"].append(
                {
                    "record_id": record.id,
                    "source_id": self.sheet.seed_id,
                    "start_char": span.start,
                    "end_char": span.end,
                }
                | {"quote": quotes.fold(passage), "prefix": prefix, "suffix": suffix}
            )
        self.cited += [span for span, _ in found]
        if repeated:
            passage = next(passage for span, passage in found if span.start in repeated)
            do = "keep the longer one"
            self.problem(at, passage, "two passages start at the same place", do, Fact("passage", passage))
        return len(found) == len(record.passages) and not repeated

    def spans(self, at: At, passages: Iterable[str]) -> Iterator[tuple[quotes.Span, str]]:
        """Give each passage its one place; none or several is a problem."""
        for passage in passages:
            places = quotes.locate(passage, self.text)
            if len(places) == 1:
                yield places[0], passage
                continue
            self.lost = True
            if places:
                facts = [Fact(f"place {i}", self.around(span), self.where(span)) for i, span in enumerate(places, 1)]
                do = "lengthen the passage until it stands in the text once"
                what = f"the quote stands {len(places)} times in {self.name}"
                self.problem(at, passage, what, do, Fact("quote", quotes.fold(passage)), *facts[:3])
            else:
                do = "copy the words exactly as they stand in the text"
                self.problem(at, passage, f"the quote is not in {self.name}", do, *self.differences(passage))

    @property
    def name(self) -> str:
        """The path of the text, as problems name it."""
        return f"seeds/{self.sheet.seed_id}.txt"

    def where(self, span: quotes.Span) -> str:
        """Name the line of the text where a span begins."""
        return f"{self.sheet.seed_id}.txt:{self.text.line(span.start)}"

    def around(self, span: quotes.Span) -> str:
        """Show a place with the words around it."""
        prefix, suffix = quotes.context(span, self.text)
        return quotes.fold(prefix[-16:] + self.text.text[span.start : span.end] + suffix[:24])

    def differences(self, passage: str) -> list[Fact]:
        """Show the closest place of a passage that was not found, and where it first differs."""
        quote = quotes.fold(passage)
        place = quotes.closest(passage, self.text)
        if place is None:
            return [Fact("quote", quote)]
        span, agree = place
        line = self.text.line(self.text.original(span.start))
        shown = self.text.folded[span.start : span.end]
        # Both are clipped around the same character, so that the caret stands under either.
        return [
            Fact("quote", quote, aim=agree),
            Fact("closest", shown, f"{self.sheet.seed_id}.txt:{line}", caret=min(agree, len(shown))),
        ]

    def set_aside(self, number: int, block: sheets.SetAside) -> None:
        """Keep the passages that are not coded, with their reason."""
        at = ("set_aside", number, str(number + 1))
        if self.coded.known(at, "reason", block.reason, "reason"):
            self.aside += [(span, block.reason, number) for span, _ in self.spans(at, block.passages)]
        else:
            self.lost = True

    def change(self, number: int, change: sheets.Change) -> None:
        """Keep the reason of a change."""
        at = ("change", number, change.id)
        if self.coded.known(at, "reason_code", change.reason_code, "change"):
            self.coded.told.append((at, change))

    def account(self) -> None:
        """Give every character of the text its disposition; what has none is a problem."""
        names = [CITED, *codebook.codes("reason")]
        states = np.full(len(self.text.text), -1, np.int8)
        for span, reason, number in self.aside:
            self.one_reason(states[span.start : span.end], span, names, reason, number)
            states[span.start : span.end] = names.index(reason)
        for span in self.cited:
            states[span.start : span.end] = 0
        words = np.zeros(len(states), bool)
        for word in self.text.words:
            words[word.start : word.end] = True
        if self.sheet.whole and not self.lost:
            self.gaps(words & (states < 0), words & (states >= 0))
        # Of a seed with problems the stretches would only repeat them.
        if not self.coded.problems:
            self.stretches(states, words, names)
        self.describe(states, words)

    def one_reason(self, taken: Any, span: quotes.Span, names: list[str], reason: str, number: int) -> None:
        """Report characters that are set aside for two reasons."""
        other = [int(code) for code in np.unique(taken) if code >= 0 and names[code] != reason]
        if other:
            passage = quotes.fold(self.text.text[span.start : span.end])
            at = ("set_aside", number, str(number + 1))
            what = f"words are set aside as {reason} and as {names[other[0]]}"
            self.problem(
                at, passage[:30], what, "keep the reason that stands first in the codebook", Fact("passage", passage)
            )

    def gaps(self, missing: Any, accounted: Any) -> None:
        """Report every run of words that is neither cited nor set aside."""
        index = np.flatnonzero(missing)
        group = np.cumsum(accounted)[index]
        for number in np.unique(group):
            run = index[group == number]
            words = quotes.fold(self.text.text[run[0] : run[-1] + 1])
            do = f"cite the words in a record of {self.sheet.path}, or set them aside"
            first, last = (self.text.line(int(offset)) for offset in (run[0], run[-1]))
            what = "words are neither cited nor set aside"
            facts = [Fact("words", words)]
            if len(words) > _LONG:
                facts += [Fact("up to", words[-_LONG:].strip(), f"{self.sheet.seed_id}.txt:{last}")]
            self.coded.problems.append(Problem(f"{self.name}:{first}", "", what, do, tuple(facts)))

    def stretches(self, states: Any, words: Any, names: list[str]) -> None:
        """Write coverage: stretches that tile the text, white space with the stretch before it."""
        index = np.where(words, np.arange(len(states)), -1)
        index = np.maximum.accumulate(index)
        tiled = states[np.where(index < 0, self.text.words[0].start, index)]
        edges = np.flatnonzero(np.diff(tiled)) + 1
        starts, ends = [0, *edges.tolist()], [*edges.tolist(), len(tiled)]
        self.coded.rows["coverage"] += [
            {"source_id": self.sheet.seed_id, "start_char": start, "end_char": end, "disposition": names[tiled[start]]}
            for start, end in zip(starts, ends, strict=True)
        ]

    def describe(self, states: Any, words: Any) -> None:
        """Write the row of the seed itself, with the shares of its text that are accounted for."""
        total, cited = int(words.sum()), int((words & (states == 0)).sum())
        row = self.source.model_dump() | {"source_id": self.sheet.seed_id, "characters": len(states)}
        row |= {"published": date.fromisoformat(self.source.published), "speaks_until": self.until}
        row |= {
            "cited_share": round(cited / total, 6),
            "set_aside_share": round(int((words & (states > 0)).sum()) / total, 6),
        }
        self.add("sources", "source_id", ("source", 0, ""), row)
