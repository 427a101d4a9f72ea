"""The passages of a sheet in their document: each stands there once, in whole words, within a paragraph."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from caucasus_events.errors import Fact, Problem
from caucasus_events.model.folding import around, fold_space

from . import quotes, wording
from .quotes import FoldedText, Span
from .toml import At, Lines

# A blank line behind the end of a sentence: one in the middle of a sentence is where a page was broken.
_PARAGRAPH = re.compile(r"[.!?…։؟。][\"'”’»)\]*_]*(\s*?\n\s*?\n\s*)\S")
_APOSTROPHES = "'’ʼ"
# How much of the text is shown around a cut.
_AROUND = 16


class Document(NamedTuple):
    """The text of a seed under its id, as problems name it."""

    seed_id: str
    text: FoldedText

    @property
    def path(self) -> str:
        """The path of the text."""
        return f"seeds/{self.seed_id}.txt"

    def line(self, offset: int) -> str:
        """Name the line of the text that holds a character."""
        return f"{self.seed_id}.txt:{self.text.line(offset)}"


class Places(NamedTuple):
    """The passages of a block that stand in the text once, where, and what is wrong with them and the others."""

    spans: list[tuple[Span, str]]
    problems: list[Problem]
    # Whether one has no place, or several: of the words of such a block nothing is known.
    lost: bool


def located(document: Document, lines: Lines, at: At, passages: Sequence[str]) -> Places:
    """Find the one place of each passage of a block."""
    spans, problems, lost = [], [], False
    for passage in passages:
        found = quotes.locate(passage, document.text)
        if len(found) == 1:
            spans.append((found[0], passage))
            wrong = [*_cut_words(document, found[0]), *_paragraphs(document, found[0])]
            problems += [lines.problem(at, passage, what, do, *facts) for what, do, facts in wrong]
            continue
        lost = True
        if found:
            problems.append(_several(document, lines, at, passage, found))
        else:
            what, do = f"the quote is not in {document.path}", "copy the words exactly as they stand in the text"
            problems.append(lines.problem(at, passage, what, do, *_differences(document, passage)))
    return Places(spans, problems, lost)


def _cut_words(document: Document, span: Span) -> Iterator[wording.Unfit]:
    """Report a passage that begins or ends inside a word."""
    text = document.text.text
    for cut, side, word in ((span.start, "begins", "first"), (span.end, "ends", "last")):
        if _inside_a_word(text, cut):
            around = text[max(0, cut - _AROUND) : cut + _AROUND]
            # White space is one character on either side of the fold, but for its ends.
            shown = re.sub(r"\s", " ", around)
            fact = Fact("text", shown, document.line(min(cut, len(text) - 1)), caret=min(cut, _AROUND))
            yield wording.Unfit(f"the passage {side} in the middle of a word", f"copy its {word} word whole", (fact,))


def _inside_a_word(text: str, cut: int) -> bool:
    """Say whether the character before a place and the one after it belong to one word."""
    before, after = text[cut - 1 : cut] if cut else "", text[cut : cut + 1]
    if not before or not after:
        return False
    # Of "Armenia's" the last two belong to the word.
    if after in _APOSTROPHES:
        after = text[cut + 1 : cut + 2]
    elif before in _APOSTROPHES:
        before = text[cut - 2 : cut - 1] if cut > 1 else ""
    return all(bool(each) and (each.isalnum() or unicodedata.category(each)[0] == "M") for each in (before, after))


def _paragraphs(document: Document, span: Span) -> Iterator[wording.Unfit]:
    """Report a passage that goes on behind the end of a paragraph."""
    end = _PARAGRAPH.search(document.text.text, span.start, span.end)
    if end:
        at = end.end() - 1
        shown = fold_space(document.text.text[at : span.end])
        facts = (Fact("goes on", shown, document.line(at)),)
        yield wording.Unfit("the passage is longer than a paragraph", "give each paragraph its own passages", facts)


def _several(document: Document, lines: Lines, at: At, passage: str, spans: Sequence[Span]) -> Problem:
    """Report a passage that has several places, and show the first of them with the words around."""
    facts = [Fact("quote", fold_space(passage))]
    for number, span in enumerate(spans[:3], 1):
        before, after = around(document.text.text, *span)
        shown = fold_space(before[-16:] + document.text.text[span.start : span.end] + after[:24])
        facts.append(Fact(f"place {number}", shown, document.line(span.start)))
    times = f"{len(spans)} times" if len(spans) < quotes.MOST else f"{quotes.MOST} times or more"
    what = f"the quote stands {times} in {document.path}"
    do = "lengthen the passage until it stands in the text once"
    return lines.problem(at, passage, what, do, *facts)


def _differences(document: Document, passage: str) -> list[Fact]:
    """Show the closest place of a passage that was not found, where it first differs, and in what."""
    quote = fold_space(passage)
    place = quotes.closest(passage, document.text)
    if place is None:
        return [Fact("quote", quote)]
    span, agree = place
    shown, line = document.text.folded[span.start : span.end], document.line(document.text.original(span.start))
    # Both are clipped around the same character, so that the caret stands under either.
    closest = Fact("closest", shown, line, caret=min(agree, len(shown)))
    return [Fact("quote", quote, aim=agree), closest, *wording.difference(quote, shown, agree)]
