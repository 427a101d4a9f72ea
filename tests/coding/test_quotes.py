"""A passage has one place, whatever the white space."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from caucasus_events.coding import quotes
from caucasus_events.coding.quotes import FoldedText, Span

SPACES = [" ", "  ", "\n", "\n\n", "\t", "\u00a0", "\u2003", "\x1c", "\r\n"]
words = st.lists(st.text(st.characters(exclude_categories=["Zs", "Zl", "Zp", "Cc", "Cs"]), min_size=1), min_size=1)
noise = st.sampled_from(SPACES)


@given(words, st.data())
def test_a_located_quote_equals_its_offsets(parts: list[str], data: st.DataObject) -> None:
    """Any run of words is found, and the text at its offsets folds back to it, whatever white space lies between."""
    text = FoldedText("".join(data.draw(noise) * (i > 0) + part for i, part in enumerate(parts)))
    first = data.draw(st.integers(0, len(parts) - 1))
    last = data.draw(st.integers(first + 1, len(parts)))
    passage = data.draw(noise).join(parts[first:last])
    places = quotes.locate(passage, text)
    assert places
    for place in places:
        assert quotes.fold_space(text.text[place.start : place.end]) == quotes.fold_space(passage)


@given(words, st.data())
def test_context_continues_the_quote(parts: list[str], data: st.DataObject) -> None:
    """Prefix, quote and suffix together are a stretch of the folded text, 32 code points at most on a side."""
    text = FoldedText(data.draw(noise).join(parts))
    passage = parts[data.draw(st.integers(0, len(parts) - 1))]
    place = quotes.locate(passage, text)[0]
    prefix, suffix = quotes.context(place, text)
    at = text.position(place.start)
    around = text.folded[at - len(prefix) : at + len(passage) + len(suffix)]
    assert prefix + quotes.fold_space(passage) + suffix == around
    assert len(prefix) == min(32, at)
    assert len(suffix) == min(32, len(text.folded) - at - len(passage))


def test_overlapping_places_are_all_found() -> None:
    """A passage that overlaps itself stands in the text as often as it can be read there."""
    assert quotes.locate("a b a", FoldedText("a b a b a")) == [Span(0, 5), Span(4, 9)]


def test_a_passage_without_words_is_nowhere() -> None:
    """White space alone is no passage."""
    assert quotes.locate(" \n", FoldedText("a b")) == []


def test_offsets_are_code_points() -> None:
    """A character outside the basic plane counts once."""
    text = FoldedText("𝔸 — b")
    assert quotes.locate("b", text) == [Span(4, 5)]


def test_the_closest_place_shows_the_first_difference() -> None:
    """A mistyped passage points at the character that is wrong."""
    text = FoldedText("The Assembly adopted\nthe declaration on 5 May 1999. It was late.")
    place, agree = quotes.closest("adopted the declaration on 6 May 1999.", text) or (Span(0, 0), 0)
    assert text.folded[place.start : place.end] == "adopted the declaration on 5 May 1999."
    assert agree == len("adopted the declaration on ")


def test_nothing_is_close_to_a_strange_passage() -> None:
    """A passage that is like nothing in the text has no closest place."""
    assert quotes.closest("zzzz qqqq xxxx", FoldedText("The Assembly adopted the declaration.")) is None
