"""A passage to its one place in a text, whatever the white space between its words.

Offsets are code points into the text as it stands in the file; ``text[start:end]`` with white space folded is the
quote.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice, takewhile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from caucasus_events.model.folding import CONTEXT, fold_space

# Of a passage that stands in a text as often as this, further places are not looked for.
MOST = 100

# Below this share of letters in common, in percent, nothing counts as close to a passage.
_ALIKE = 60
# Of a passage only so many letters are compared. If these and the letters of the text, multiplied, are more than that,
# only where its rarest letters stand: so many of them, so many places of each, so many places to compare.
_BEGINNING, _ALL_OF_IT, _RAREST, _PLACES, _TRIED = 300, 500_000, 32, 200, 3
# In a text of so many letters a passage is searched by so many of its own in a row, the rarest of so many parts.
_LONG_TEXT, _GRAM, _PARTS = 100_000, 8, 1_000
# White space, by code point: none lies beyond, and of what does the last entry speaks.
_SPACE = np.array([chr(point).isspace() for point in range(0x3001)] + [False])


class Span(NamedTuple):
    """Code points ``start`` to ``end`` (not included) of a text."""

    start: int
    end: int


class FoldedText:
    """A text with its white space folded, and the way back to the offsets of the file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_space(text)
        self.letters = letters_of(text)
        edges = np.diff(self.letters.astype(np.int8), prepend=0, append=0)
        self._words, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        # Where each word begins in the folded text: one space after the one before.
        self._starts = np.cumsum(ends - self._words + 1) - (ends - self._words + 1)
        self._breaks = np.flatnonzero(np.frombuffer(text.encode("utf-32-le"), np.uint32) == ord("\n"))

    def position(self, offset: int) -> int:
        """Return where the character at ``offset`` of the file stands in the folded text."""
        word = np.searchsorted(self._words, offset, "right") - 1
        return int(self._starts[word] + offset - self._words[word])

    def original(self, position: int) -> int:
        """Return the offset in the file of the character at ``position`` of the folded text."""
        word = np.searchsorted(self._starts, position, "right") - 1
        return int(self._words[word] + position - self._starts[word])

    def line(self, offset: int) -> int:
        """Return the line of the file, from 1, that holds ``offset``."""
        return int(np.searchsorted(self._breaks, offset)) + 1

    def occurrences(self, needle: str) -> Iterator[int]:
        """Search the folded text from its beginning."""
        at = self.folded.find(needle)
        while at >= 0:
            yield at
            # One further, not behind it: places may overlap, and then too the passage has several.
            at = self.folded.find(needle, at + 1)

    def candidates(self, needle: str) -> list[int] | None:
        """Return where the rarest letters of a passage would let it begin; None where to search is as quick."""
        if len(self.folded) < _LONG_TEXT or len(needle) < _GRAM:
            return None
        hashes, order = self._grams
        parts = np.unique(np.linspace(0, len(needle) - _GRAM, min(len(needle), _PARTS)).astype(int))
        wanted = _hashed(needle)[parts]
        first, last = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, "right")
        rarest = int(np.argmin(last - first))
        if last[rarest] - first[rarest] > _PARTS:
            return None
        return [at for at in (order[first[rarest] : last[rarest]] - parts[rarest]).tolist() if at >= 0]

    def votes(self, needle: str) -> NDArray[np.intp]:
        """Return where each of the rarest letters of a passage would let it begin, the first places of each."""
        if len(needle) < _GRAM:
            return np.empty(0, np.intp)
        hashes, order = self._grams
        wanted = _hashed(needle)
        first, last = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, "right")
        there = np.flatnonzero(last > first)
        rarest = there[np.argsort((last - first)[there], kind="stable")][:_RAREST]
        last = np.minimum(last, first + _PLACES)
        return np.concatenate([order[:0], *(order[first[at] : last[at]] - at for at in rarest)])

    @cached_property
    def _grams(self) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
        """Every few letters in a row of the folded text as a number, sorted, and where they stand."""
        hashes = _hashed(self.folded)
        order = np.argsort(hashes, kind="stable")
        return hashes[order], order


def _hashed(text: str) -> NDArray[np.uint64]:
    """Make a number of every few letters in a row; other letters may by chance have the same."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    found = np.zeros(len(points) - _GRAM + 1, np.uint64)
    for shift in range(_GRAM):
        found *= np.uint64(1_000_003)
        found += points[shift : shift + len(found)]
    return found


def letters_of(text: str) -> NDArray[np.bool_]:
    """Say of every character of a text whether it is none of white space."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return ~_SPACE[np.minimum(points, len(_SPACE) - 1)]


def locate(passage: str, text: FoldedText) -> list[Span]:
    r"""Find the places where a passage stands in a text, in order, the first hundred at most.

    A passage without words stands nowhere.

    >>> locate("b c", FoldedText("a b\nc, b  c"))
    [Span(start=2, end=5), Span(start=7, end=11)]
    """
    needle = fold_space(passage)
    if not needle:
        return []
    likely = text.candidates(needle)
    found = text.occurrences(needle) if likely is None else (at for at in likely if text.folded.startswith(needle, at))
    return [Span(text.original(at), text.original(at + len(needle) - 1) + 1) for at in islice(found, MOST)]


def closest(passage: str, text: FoldedText) -> tuple[Span, int] | None:
    """Find where a folded text comes closest to a passage that is not in it; None if nothing is like it.

    Returns the place and how many characters agree before the first difference.

    >>> closest("on 6 May 1999", FoldedText("adopted on 5 May 1999."))
    (Span(start=8, end=21), 3)
    """
    needle = fold_space(passage)
    if not needle or len(needle) > len(text.folded):
        return None
    beginning = needle[:_BEGINNING]
    found = [_aligned(beginning, *stretch, text) for stretch in _stretches(beginning, text)]
    likely = max((each for each in found if each), default=None)
    if likely is None:
        return None
    # The alignment may begin inside a word: a coder copies whole ones.
    start = text.folded.rfind(" ", 0, -likely[1] + 1) + 1
    end = min(len(text.folded), start + len(needle))
    pairs = zip(needle, text.folded[start:end], strict=False)
    return Span(start, end), sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _aligned(needle: str, start: int, end: int, text: FoldedText) -> tuple[float, int] | None:
    """Return how like a passage a stretch of the folded text is at best, and where, negative: the first is largest."""
    found = fuzz.partial_ratio_alignment(needle, text.folded[start:end], score_cutoff=_ALIKE)
    return (found.score, -(start + found.dest_start)) if found else None


def _stretches(beginning: str, text: FoldedText) -> list[tuple[int, int]]:
    """Choose where to look for a passage: everywhere, or, where that takes long, where its rarest letters agree."""
    # To go through a text takes its time however short the passage is.
    if max(len(beginning), _GRAM) * len(text.folded) <= _ALL_OF_IT:
        return [(0, len(text.folded))]
    wide = CONTEXT + len(beginning) // 4
    # Letters that agree to within a few in where the passage begins are of one stretch.
    stretches, agreeing = np.unique(text.votes(beginning) // wide, return_counts=True)
    begins = stretches[np.argsort(-agreeing, kind="stable")[:_TRIED]] * wide
    return [(max(0, begin - wide), begin + len(beginning) + 2 * wide) for begin in begins.tolist()]
