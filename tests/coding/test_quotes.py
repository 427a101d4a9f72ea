"""A passage has one place, whatever the white space."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caucasus_events.coding import quotes
from caucasus_events.coding.quotes import FoldedText, Span
from caucasus_events.model.folding import around, fold_space

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
        assert fold_space(text.text[place.start : place.end]) == fold_space(passage)


@given(words, st.data())
def test_context_continues_the_quote(parts: list[str], data: st.DataObject) -> None:
    """Prefix, quote and suffix together are a stretch of the folded text, 32 code points at most on a side."""
    text = FoldedText(data.draw(noise).join(parts))
    passage = parts[data.draw(st.integers(0, len(parts) - 1))]
    place = quotes.locate(passage, text)[0]
    prefix, suffix = around(text.text, *place)
    at = text.position(place.start)
    stretch = text.folded[at - len(prefix) : at + len(passage) + len(suffix)]
    assert prefix + fold_space(passage) + suffix == stretch
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


@pytest.mark.parametrize("letters", ["ab ", "abcdefghij      "])
def test_a_long_text_is_searched_as_a_short_one_is(letters: str) -> None:
    """Of a text of any length all places of a passage are found, the first hundred at most, and none beside them."""
    chance = random.Random(4)
    folded = fold_space("".join(chance.choice(letters) for _ in range(150_000)))
    text = FoldedText(folded)
    for length in [1, 7, 8, 9, 12, 40, 2_000]:
        at = chance.randrange(len(folded) - length)
        passage = fold_space(folded[at : at + length])
        # Ahead of the first letter, for places may overlap.
        places = [found.start() for found in re.finditer(f"(?={re.escape(passage)})", folded)][: quotes.MOST]
        assert [span.start for span in quotes.locate(passage, text)] == places
        assert {folded[slice(*span)] for span in quotes.locate(passage, text)} == {passage}


def test_a_passage_that_stands_very_often_is_found_a_hundred_times() -> None:
    """Further places of a passage that stands everywhere are not looked for."""
    places = quotes.locate("a", FoldedText("a" * 200_000))
    assert places == [Span(at, at + 1) for at in range(quotes.MOST)]


def sentence(number: int) -> str:
    """One of many sentences that differ in few letters, each of them once."""
    return f"On {number % 28 + 1} May {1990 + number % 31} the presidents met in Moscow for the {number}th time."


@pytest.mark.parametrize("number", [3, 1_234, 2_999])
def test_the_closest_place_is_found_among_near_repeats(number: int) -> None:
    """Of a mistyped passage in a long text of sentences that are nearly the same, its own is shown."""
    text = FoldedText("\n".join(sentence(each) for each in range(3_000)))
    passage = sentence(number).replace("Moscow", "Moscov")
    place, agree = quotes.closest(passage, text) or (Span(0, 0), 0)
    assert text.folded[place.start : place.end] == sentence(number)
    assert agree == passage.index("v")


def test_the_closest_place_of_a_passage_without_rare_letters_is_the_first() -> None:
    """A mistyped passage of a text that repeats one sentence only is shown its first."""
    text = FoldedText("They signed a treaty. " * 10_000)
    place, agree = quotes.closest("They signed a traety. They signed a treaty.", text) or (Span(1, 1), 0)
    assert place == Span(0, len("They signed a treaty. They signed a treaty."))
    assert agree == len("They signed a tr")


def test_the_closest_place_of_a_very_long_passage_is_that_of_its_beginning() -> None:
    """A passage of many pages with one letter wrong, however far in, is shown where it begins and where it differs."""
    written = " ".join(sentence(each) for each in range(3_000))
    begin, end, wrong = (written.index(sentence(each)) for each in (700, 2_000, 1_900))
    passage = f"{written[begin : wrong - 1]}#{written[wrong:end]}"
    assert quotes.closest(passage, FoldedText(written)) == (Span(begin, end - 1), wrong - 1 - begin)


def test_a_short_passage_that_a_long_text_has_not_has_no_closest_place() -> None:
    """A word that is not in a long text is like too many others."""
    assert quotes.closest("Bakuu", FoldedText("They met in Baku. " * 10_000)) is None
