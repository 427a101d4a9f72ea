"""One way to print a problem."""

from __future__ import annotations

from caucasus_events import errors
from caucasus_events.errors import Fact, Problem


def test_a_problem_shows_place_facts_caret_and_the_way_out() -> None:
    """Labels are aligned, the caret stands under its character, and the way out comes last."""
    quote = "The Assembly adopted the declaration on 6 May 1999."
    close = "The Assembly adopted the declaration on 5 May 1999."
    problem = Problem(
        "seeds/mini.toml:14",
        "event e02",
        "the quote is not in seeds/mini.txt",
        "copy the words exactly as they stand in the text",
        (Fact("quote", quote, aim=40), Fact("closest", close, "mini.txt:1", caret=40)),
    )
    assert str(problem) == (
        "seeds/mini.toml:14: event e02: the quote is not in seeds/mini.txt\n"
        "    quote     The Assembly adopted the declaration on 6 May 1999.\n"
        "    closest   The Assembly adopted the declaration on 5 May 1999.      mini.txt:1\n"
        "                                                      ^\n"
        "    do        copy the words exactly as they stand in the text"
    )


def test_a_long_text_is_cut_around_what_it_points_at() -> None:
    """Two long texts that point at the same character are cut alike, with dots where they are cut."""
    text = "0123456789" * 12
    fact = Fact("quote", text, aim=70), Fact("closest", text, caret=70)
    lines = str(Problem("a", "", "b", "c", fact)).splitlines()
    assert lines[1] == "    quote     … " + text[41:99] + " …"
    assert lines[2] == "    closest   … " + text[41:99] + " …"
    assert lines[3].index("^") == lines[2].index(text[41:99]) + 70 - 41


def test_an_unknown_name_lists_the_nearest_and_the_known() -> None:
    """The message of an unknown name holds the name, the nearest one and all that are known."""
    assert errors.unknown("type", "clashes", ["clash", "ceasefire"]) == (
        "unknown type 'clashes' (nearest: clash; known: clash, ceasefire)"
    )
    assert errors.unknown("type", "zzz", ["clash"]) == "unknown type 'zzz' (known: clash)"


def test_a_missing_name_prints_as_words() -> None:
    """An error that is a KeyError shows its message and not the repr of it."""
    assert str(errors.UnknownNameError("unknown table 'x'")) == "unknown table 'x'"
    assert isinstance(errors.UnknownNameError(""), KeyError)
    assert isinstance(errors.InvalidValueError(""), ValueError)
