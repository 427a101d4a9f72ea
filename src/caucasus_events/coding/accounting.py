"""The whole text of a seed accounted for: every character is cited, set aside for a reason, or a problem."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caucasus_events.errors import Fact, Problem
from caucasus_events.model import codebook
from caucasus_events.model.folding import fold_space
from caucasus_events.model.rows import Row

from . import blocks, sheets
from .passages import Document, Places
from .toml import At

States = NDArray[np.int8]
Flags = NDArray[np.bool_]

CITED = "cited"
# Of words that do not fit a line, the end is shown too.
_LONG = 50


class Seed(NamedTuple):
    """A seed that can be coded: its sheet, the head of it, the text, and the day until which it speaks."""

    sheet: sheets.Sheet
    source: blocks.Source
    document: Document
    until: date


def place_of(kind: str, number: int, block: blocks.Block) -> At:
    """Name a block as problems do: by its id; one that is set aside has none and is counted."""
    return kind, number, str(number + 1) if isinstance(block, blocks.SetAside) else getattr(block, "id", None) or ""


def account(
    seed: Seed, places: Mapping[At, Places], *, sound: bool
) -> tuple[list[Problem], list[tuple[str, Row]], frozenset[str]]:
    """Give every character of the text its disposition: problems, the rows of the text, and its faulty columns.

    Words that have no disposition are a problem. ``sound`` says that the seed has none so far: of another the stretches
    would only repeat them.
    """
    reasons = codebook.codes("reason")
    names = [CITED, *reasons]
    states, problems = _states(seed, places, names)
    words = seed.document.text.letters
    # Words of a passage that was not found, or of a block that was not read, are no gap on top of that.
    sheet, faulty = seed.sheet, set(seed.source.faulty)
    lost = sheet.unread or any(each.lost for each in places.values())
    lost = lost or any(block.reason not in reasons for _, block in sheet.set_aside)
    lost = lost or any("passages" in each.faulty for _, each in (*sheet.event, *sheet.status, *sheet.set_aside))
    if not lost:
        problems += _gaps(seed, words & (states < 0), words & (states >= 0))
    licence, unknown = _licence(seed)
    rows = [("sources", _source_row(seed, states, words) | {"licence": licence})]
    if sound and not problems:
        rows += [("coverage", {"source_id": sheet.seed_id} | row) for row in _stretches(states, words, names)]
    else:
        # That the name of the file is no id is told at the file.
        faulty |= {"coverage", "source_id"}
    return [*unknown, *problems], rows, frozenset(faulty)


def _licence(seed: Seed) -> tuple[str | None, list[Problem]]:
    """Return the licence of a document as its SPDX identifier is, where people put spaces; one without is a problem."""
    written = seed.source.licence
    licence = written and "-".join(written.split())
    if licence in codebook.codes("licence"):
        return licence, []
    return None, seed.sheet.lines.unknown_code(("source", 0, ""), "licence", written, "licence")


def _states(seed: Seed, places: Mapping[At, Places], names: list[str]) -> tuple[States, list[Problem]]:
    """Return the disposition of every character, its number in ``names`` or -1, and words set aside for two reasons."""
    states, problems = np.full(len(seed.document.text.text), -1, np.int8), []
    for number, block in seed.sheet.set_aside:
        at = place_of("set_aside", number, block)
        for span, _ in places[at].spans if block.reason in names[1:] else ():
            taken = np.unique(states[span.start : span.end])
            others = [names[state] for state in taken if state >= 0 and names[state] != block.reason]
            if others:
                words = fold_space(seed.document.text.text[span.start : span.end])
                what = f"words are set aside as {block.reason} and as {others[0]}"
                do, fact = "keep the reason that stands first in the codebook", Fact("passage", words)
                problems.append(seed.sheet.lines.problem(at, words[:30], what, do, fact))
            states[span.start : span.end] = names.index(block.reason)
    # Written last, because words that are cited and set aside are cited.
    for span, _ in (each for at, found in places.items() if at[0] != "set_aside" for each in found.spans):
        states[span.start : span.end] = 0
    return states, problems


def _gaps(seed: Seed, missing: Flags, accounted: Flags) -> list[Problem]:
    """Report every run of words that is neither cited nor set aside."""
    problems, index = [], np.flatnonzero(missing)
    # Missing characters with equally many accounted ones before them have none between them: they are one run, over
    # white space and lines too.
    begins = np.flatnonzero(np.diff(np.cumsum(accounted)[index], prepend=-1))
    # Each ends where the next begins.
    ends = np.append(begins[1:], len(index))[: len(begins)] - 1
    for first, last in zip(index[begins].tolist(), index[ends].tolist(), strict=True):
        words = fold_space(seed.document.text.text[first : last + 1])
        do = f"cite the words in a record of {seed.sheet.lines.path}, or set them aside"
        facts = [Fact("words", words)]
        if len(words) > _LONG:
            facts.append(Fact("up to", words[-_LONG:].strip(), seed.document.line(last)))
        place = f"{seed.document.path}:{seed.document.text.line(first)}"
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


def _source_row(seed: Seed, states: States, words: Flags) -> Row:
    """Write the row of the seed itself, with the shares of its text, white space aside, that are accounted for."""
    total, cited, aside = (int((words & each).sum()) for each in (words, states == 0, states > 0))
    row = seed.source.model_dump() | {"source_id": seed.sheet.seed_id, "characters": len(states)}
    published = seed.source.published and date.fromisoformat(seed.source.published)
    days = {"published": published, "speaks_until": seed.until}
    return row | days | {"cited_share": round(cited / total, 6), "set_aside_share": round(aside / total, 6)}
