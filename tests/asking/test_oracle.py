"""The definition itself, against answers worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import (
    Row,
    cell,
    day_answer,
    days_between,
    dyad_answer,
    event_in_window,
    is_certain,
    is_possible,
    row_answer,
    subject_answer,
    window_answer,
    window_cell,
)
from strategies import asked, bounds, days, statuses

UNTIL = date(2020, 7, 23)


def _row(*spell: str | None, holds: bool = True, until: date = UNTIL, **changed: object) -> Row:
    """Write a status of Turkey's border; the four bounds in order."""
    names = ("start_earliest", "start_latest", "end_earliest", "end_latest")
    stated = {name: day and date.fromisoformat(day) for name, day in zip(names, spell, strict=True)}
    who = {"type": "border_closed", "subject": "TUR", "object": "ARM", "about": None, "symmetric": False}
    return who | stated | {"holds": holds, "speaks_until": until} | changed


CLOSED = _row("1993-01-01", "1993-12-31", "2020-07-23", None)
ENDED = _row("1990-01-01", "1990-03-31", "1991-06-01", "1991-06-30")


@pytest.mark.parametrize(
    ("row", "day", "said"),
    [
        (CLOSED, "1992-12-31", "before the stated start"),
        (CLOSED, "1993-01-01", "start uncertain"),
        (CLOSED, "1993-12-30", "start uncertain"),
        (CLOSED, "1993-12-31", "certain"),
        (CLOSED, "2020-07-23", "certain"),
        (CLOSED, "2020-07-24", "after the source"),
        (ENDED, "1991-06-01", "certain"),
        (ENDED, "1991-06-02", "end uncertain"),
        (ENDED, "1991-06-30", "end uncertain"),
        (ENDED, "1991-07-01", "after the stated end"),
        (_row(None, "2020-07-23", "2020-07-23", None), "1400-01-01", "start uncertain"),
        (_row("1990-01-01", None, "1995-01-01", None), "1994-01-01", "start uncertain"),
        (_row("1990-01-01", "1990-01-01", None, None), "1994-01-01", "end uncertain"),
    ],
)
def test_a_row_says_the_first_thing_that_fits(row: Row, day: str, said: str) -> None:
    """The answer of one row changes on the days that its bounds name, and on no other."""
    assert row_answer(row, date.fromisoformat(day)) == said


def test_rows_of_one_proposition_are_weighed_together() -> None:
    """A row and a denial that are both certain disagree; one alone answers; else the first reason stands."""
    day, denial = date(1991, 1, 1), ENDED | {"holds": False}
    assert day_answer([ENDED, denial], day) == ("unknown", "sources disagree", False)
    assert day_answer([ENDED, CLOSED], day) == ("yes", None, False)
    assert day_answer([denial, CLOSED], day) == ("no", None, False)
    assert day_answer([ENDED, CLOSED], date(1992, 1, 1)) == ("unknown", "before the stated start", False)
    assert day_answer([], day) == ("unknown", "no source", False)


def test_stated_bounds_answer_no_only_when_asked_and_never_those_of_a_denial() -> None:
    """outside="no" needs a row that holds, all of them outside; denials and later days stay unknown."""
    day, denial = date(1992, 1, 1), CLOSED | {"holds": False}
    assert day_answer([ENDED, CLOSED], day, "no") == ("no", None, False)
    assert day_answer([denial], day, "no") == ("unknown", "before the stated start", False)
    assert day_answer([CLOSED, denial], day, "no") == ("no", None, False)
    assert day_answer([CLOSED], date(1993, 5, 1), "no") == ("unknown", "start uncertain", False)
    assert day_answer([CLOSED], date(2021, 1, 1), "no") == ("unknown", "after the source", False)
    assert day_answer([], day, "no") == ("unknown", "no source", False)


def test_whose_end_is_known_less_closely_is_passed_over_by_who_knows_it() -> None:
    """A spell that ended by some day, and the same by another source, which knows the day: afterwards it is over."""
    vague = _row(None, "2020-07-23", "2020-07-23", "2023-09-30", until=date(2023, 9, 30))
    exact = _row("1991-09-02", "1994-05-12", "2023-09-20", "2023-09-20", until=date(2026, 11, 25))
    later = date(2025, 1, 1)
    assert day_answer([vague], later, outside="no") == ("unknown", "after the source", False)
    assert day_answer([vague, exact], later) == ("unknown", "after the stated end", False)
    assert day_answer([vague, exact], later, outside="no") == ("no", None, False)
    elsewhere = vague | {"place": "Gyumri"}
    assert day_answer([elsewhere, exact], later, outside="no") == ("unknown", "after the stated end", False)


def test_a_window_is_what_every_day_of_it_is() -> None:
    """A year is yes or no only throughout; else the first unknown day gives the reason, or it changes within."""
    exact = _row("1993-05-01", "1993-05-01", "1995-05-01", "1995-05-01")
    year = date(1993, 1, 1), date(1993, 12, 31)
    assert window_answer([exact], date(1994, 1, 1), date(1994, 12, 31)) == ("yes", None, False)
    assert window_answer([exact], *year) == ("unknown", "before the stated start", False)
    assert window_answer([exact], *year, outside="no") == ("unknown", "changes within", False)


def test_cells_follow_their_rule() -> None:
    """any, whole, first and last read the days of a period as they say; a reader's window needs every day."""
    cells = {rule: cell(["no", "unknown", "yes"], rule) for rule in ("any", "whole", "first", "last")}
    assert cells == {"any": True, "whole": False, "first": False, "last": True}
    assert [cell(["no", "no"], rule) for rule in ("any", "whole")] == [False, False]
    assert [cell(["unknown", "yes"], rule) for rule in ("whole", "first")] == [None, None]
    assert [window_cell(days) for days in (["yes", "yes"], ["no", "no"], ["yes", "no"])] == [True, False, None]


def test_actors_and_pairs_gather_their_propositions() -> None:
    """An actor alone is never no; a pair is no by the unlimited proposition; symmetric pairs turn."""
    day = date(2000, 1, 1)
    limited = CLOSED | {"about": "XNK", "holds": False}
    ally = CLOSED | {"type": "alliance", "symmetric": True, "subject": "ARM", "object": "TUR"}
    rows = [CLOSED | {"holds": False}, limited | {"object": "AZE"}, ally]
    assert subject_answer(rows, "border_closed", "TUR", day) == "unknown"
    assert subject_answer(rows, "alliance", "TUR", day) == "yes"
    assert dyad_answer(rows, "border_closed", ("TUR", "ARM"), day) == "no"
    assert dyad_answer(rows, "border_closed", ("ARM", "TUR"), day) == "unknown"
    assert dyad_answer(rows, "border_closed", ("TUR", "ARM"), day, directed=False) == "unknown"
    assert dyad_answer(rows, "border_closed", ("TUR", "AZE"), day) == "unknown"
    assert dyad_answer(rows, "alliance", ("TUR", "ARM"), day) == "yes"


@given(bounds(), days())
def test_what_is_certain_is_possible(spell: dict[str, date | None], day: date) -> None:
    """No day is certain that the outer bounds exclude."""
    assert is_possible(spell, day) or not is_certain(spell, day)


@given(bounds(), days(), st.sampled_from(["start_earliest", "end_latest"]), days())
def test_widening_a_window_loses_no_possible_day(
    spell: dict[str, date | None], day: date, side: str, other: date
) -> None:
    """Moving an outer bound outwards, or taking it away, keeps every day that was possible."""
    stated = spell[side]
    wider = None if stated is None else min(stated, other) if side == "start_earliest" else max(stated, other)
    for widened in (spell | {side: wider}, spell | {side: None}):
        assert is_possible(widened, day) or not is_possible(spell, day)


@given(statuses(min_size=1, max_size=4, crowded=True), days(extremes=False), asked())
def test_outside_only_ever_turns_unknown_into_no(rows: list[Row], day: date, terms: dict) -> None:
    """Taking stated bounds at their word changes no yes and no no."""
    plain, word = (day_answer(rows, day, **terms | {"outside": said}) for said in ("unknown", "no"))
    assert (
        word == plain
        or (plain[0], word) == ("unknown", ("no", None, False))
        or (plain, word) == (("no", None, True), ("no", None, False))
    )


@given(statuses(min_size=1, max_size=6, crowded=True), days(extremes=False), asked())
def test_carrying_changes_nothing_that_is_known(rows: list[Row], day: date, terms: dict) -> None:
    """Every answer that carrying changes is marked, and was unknown, or a no only because stated bounds made it one."""
    plain, carried = day_answer(rows, day, **terms | {"carry_to": None}), day_answer(rows, day, **terms)
    assert not plain[2]
    assert carried == plain or (carried[2] and plain[0] == "unknown")


@given(statuses(min_size=1, max_size=6), days(extremes=False))
def test_what_documents_say_needs_no_confidence(rows: list[Row], day: date) -> None:
    """Rows without a confidence answer the same whatever confidence is asked for."""
    seed = [row | {"confidence": None} for row in rows]
    assert len({day_answer(seed, day, confidence=least) for least in ("high", "medium", "low")}) == 1


def test_events_are_certain_possible_or_out() -> None:
    """An event of a month is certain in the month, possible in a part of it, and out of the next."""
    event = _row("2016-04-01", "2016-04-30", "2016-04-01", "2016-04-30")
    april = days_between(date(2016, 4, 1), date(2016, 4, 30))
    assert event_in_window(event, april[0], april[-1]) == "certain"
    assert event_in_window(event, april[10], april[12]) == "possible"
    assert event_in_window(event, date(2016, 5, 1), date(2016, 5, 2)) is None
    undated = _row(None, "2020-07-23", None, "2020-07-23")
    assert event_in_window(undated, date(1400, 1, 1), date(2021, 1, 1)) == "possible"
