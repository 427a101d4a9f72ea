"""A passage to its one place in a text, whatever the white space between its words.

Offsets are code points into the text as it stands in the file; ``text[start:end]`` with white space folded is the
quote. White space is what ``str.isspace`` says it is.
"""

import re
from bisect import bisect_right
from itertools import takewhile
from typing import NamedTuple

from rapidfuzz import fuzz

# How much of the text around a quote is kept with it, in code points on either side.
CONTEXT = 32

_WORD = re.compile(r"\S+")
# Below this share of letters in common, in percent, nothing counts as close to a passage.
_ALIKE = 60


class Span(NamedTuple):
    """Code points ``start`` to ``end`` (not included) of a text."""

    start: int
    end: int


class FoldedText:
    """A text with its white space folded, and the way back to the offsets of the file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_space(text)
        self.words = [Span(*match.span()) for match in _WORD.finditer(text)]
        # Where each word begins in the folded text.
        self._starts: list[int] = []
        position = 0
        for word in self.words:
            self._starts.append(position)
            position += word.end - word.start + 1

    def position(self, offset: int) -> int:
        """Return where the character at ``offset`` of the file stands in the folded text."""
        word = bisect_right(self.words, offset, key=lambda span: span.start) - 1
        return self._starts[word] + offset - self.words[word].start

    def original(self, position: int) -> int:
        """Return the offset in the file of the character at ``position`` of the folded text."""
        word = bisect_right(self._starts, position) - 1
        return self.words[word].start + position - self._starts[word]

    def line(self, offset: int) -> int:
        """Return the line of the file, from 1, that holds ``offset``."""
        return self.text.count("\n", 0, offset) + 1


def fold_space(text: str) -> str:
    r"""Write every run of white space as one space, and none at either end.

    >>> fold_space("Azerbaijan\n\nhas  refrained ")
    'Azerbaijan has refrained'
    """
    return " ".join(text.split())


def locate(passage: str, text: FoldedText) -> list[Span]:
    r"""Find every place where a passage stands in a text, in order; a passage without words stands nowhere.

    >>> locate("b c", FoldedText("a b\nc, b  c"))
    [Span(start=2, end=5), Span(start=7, end=11)]
    """
    needle = fold_space(passage)
    places = []
    at = text.folded.find(needle) if needle else -1
    while at >= 0:
        places.append(Span(text.original(at), text.original(at + len(needle) - 1) + 1))
        # One further, not behind it: places may overlap, and then too the passage has several.
        at = text.folded.find(needle, at + 1)
    return places


def context(span: Span, text: FoldedText) -> tuple[str, str]:
    """Return the folded words before and after a place, for a W3C TextQuoteSelector.

    >>> context(Span(2, 3), FoldedText("a b c"))
    ('a ', ' c')
    """
    first, last = text.position(span.start), text.position(span.end - 1) + 1
    return text.folded[max(0, first - CONTEXT) : first], text.folded[last : last + CONTEXT]


def closest(passage: str, text: FoldedText) -> tuple[Span, int] | None:
    """Find where a folded text comes closest to a passage that is not in it; None if nothing is like it.

    Returns the place and how many characters agree before the first difference.

    >>> closest("on 6 May 1999", FoldedText("adopted on 5 May 1999."))
    (Span(start=8, end=21), 3)
    """
    needle = fold_space(passage)
    found = fuzz.partial_ratio_alignment(needle, text.folded, score_cutoff=_ALIKE)
    if not needle or found is None or len(needle) > len(text.folded):
        return None
    # The alignment may begin inside a word: a coder copies whole ones.
    start = text.folded.rfind(" ", 0, found.dest_start + 1) + 1
    agree = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(needle, text.folded[start:], strict=False)))
    return Span(start, min(len(text.folded), start + len(needle))), agree
