"""Rows beside each other, worked out by hand: passed over, between sources, weak, carried."""

from __future__ import annotations

from datetime import date
from typing import Any

from oracle import Row, day_answer
from strategies import frame, in_numbers

from caucasus_events.asking import steps

EPOCH = date(1970, 1, 1)
COMPILED = "2026-11-25"


def _row(start: str, end: str | None, until: str, **changed: object) -> Row:
    """Write a row of one proposition: each bound a day or ``earliest/latest``; without an end it was still so."""
    starts = [date.fromisoformat(day) for day in start.split("/")]
    ends = [date.fromisoformat(day) for day in end.split("/")] if end else [date.fromisoformat(until), None]
    bounds = dict(zip(("start_earliest", "start_latest"), (starts[0], starts[-1]), strict=True))
    bounds |= dict(zip(("end_earliest", "end_latest"), (ends[0], ends[-1]), strict=True))
    named = {"type": "controlled_territory", "subject": "XNA", "object": "XNK", "about": None, "symmetric": False}
    state = {"end_state": "ended" if end else "ongoing", "holds": True, "speaks_until": date.fromisoformat(until)}
    return named | bounds | state | changed


def _said(rows: list[Row], day: str, **terms: Any) -> tuple[str, str | None, bool]:
    """Answer on a day, by the definition and by the steps, which must agree."""
    terms = {"outside": "unknown", "confidence": "medium", "carry_to": None} | terms
    if terms["carry_to"]:
        terms["carry_to"] = date.fromisoformat(terms["carry_to"])
    asked = date.fromisoformat(day)
    numbered = [{"status_id": f"row-{number}"} | row for number, row in enumerate(rows)]
    found = steps.steps(frame(numbered), **in_numbers(terms))
    number = (asked - EPOCH).days
    [row] = found[(found["first_day"] <= number) & (found["last_day"] >= number)].to_dict("records")
    answer = row["answer"], row["why"] if isinstance(row["why"], str) else None, row["carried"]
    assert answer == day_answer(rows, asked, **terms)
    return answer


# A document says in 2020 that the territory is so controlled; another source says when that began and ended.
DOCUMENT = _row("2020-07-23", None, "2020-07-23") | {"start_earliest": None}
ENDED = _row("1994-05-12", "2023-09-20", COMPILED, confidence="medium")


def test_who_knows_how_a_spell_ended_speaks_for_who_does_not() -> None:
    """A document of 2020 says "is so", another source that it ended in 2023: 2025 is after the end, and no if asked."""
    both = [DOCUMENT, ENDED]
    assert _said(both, "2022-01-01") == ("yes", None, False)
    assert _said(both, "2025-01-01") == ("unknown", "after the stated end", False)
    assert _said(both, "2025-01-01", outside="no") == ("no", None, False)
    assert _said([DOCUMENT], "2025-01-01", outside="no") == ("unknown", "after the source", False)


def test_two_spells_that_do_not_meet_never_answer_for_each_other() -> None:
    """A spell that begins after the last word on another one says nothing of how that one went on."""
    later = _row("2021-01-01", "2023-09-20", COMPILED)
    assert _said([DOCUMENT, later], "2025-01-01", outside="no") == ("unknown", "after the stated end", False)
    assert _said([DOCUMENT, later], "2020-10-01", outside="no") == ("unknown", "before the stated start", False)


def test_rows_of_two_places_never_answer_for_each_other() -> None:
    """That one base was left says nothing of another; of rows without a place, or of one place, it does."""
    gyumri, gudauta = {"place": "Gyumri"}, {"place": "Gudauta"}
    left = ENDED | gudauta
    for place in (gyumri, {}):
        assert _said([DOCUMENT | place, left], "2025-01-01", outside="no")[0] == "unknown"
    assert _said([DOCUMENT | gudauta, left], "2025-01-01", outside="no") == ("no", None, False)
    assert _said([DOCUMENT | gyumri, left], "2022-01-01") == ("yes", None, False)


def test_a_denial_passes_over_nothing() -> None:
    """Who denies that it was so does not know how it went on."""
    denial = ENDED | {"holds": False, "start_latest": date(2020, 8, 1), "start_earliest": date(2020, 8, 1)}
    assert _said([DOCUMENT, denial], "2025-01-01", outside="no") == ("unknown", "after the stated end", False)


def test_a_day_between_two_sources() -> None:
    """After the last word of one source and before the certain start of another that may have begun: between sources.

    Between them nobody says that it was not so, and the reason comes before an uncertain start or end.
    """
    first, second = _row("1995-01-01", None, "2001-06-30"), _row("2000-01-01/2005-12-31", None, "2020-01-01")
    assert _said([first, second], "2001-06-30") == ("yes", None, False)
    assert _said([first, second], "2003-01-01") == ("unknown", "between sources", False)
    assert _said([first, second], "2005-12-31") == ("yes", None, False)
    # The other cannot have begun yet, or the one was over before its last word.
    late = second | {"start_earliest": date(2004, 1, 1)}
    assert _said([first, late], "2003-01-01") == ("unknown", "before the stated start", False)
    over = _row("1995-01-01", "1999-01-01", "2001-06-30")
    assert _said([over, second], "2003-01-01") == ("unknown", "start uncertain", False)
    # Whoever is passed over was certain on its last day all the same; another place counts as any other row.
    passed = [first, second, _row("1990-01-01", "2002-01-01", COMPILED)]
    assert _said(passed, "2003-01-01") == ("unknown", "between sources", False)
    assert _said([first | {"place": "Gyumri"}, second], "2003-01-01") == ("unknown", "between sources", False)


def test_weak_rows_make_nothing_known() -> None:
    """Rows of low confidence answer nothing unless asked for; alone they are low confidence, beside others silent."""
    weak = _row("1994-05-12", "2023-09-20", COMPILED, confidence="low")
    denial = weak | {"holds": False}
    assert _said([weak], "2000-01-01") == ("unknown", "low confidence", False)
    assert _said([weak], "2025-01-01", outside="no") == ("unknown", "low confidence", False)
    assert _said([weak], "2000-01-01", confidence="low") == ("yes", None, False)
    assert _said([ENDED, denial], "2000-01-01") == ("yes", None, False)
    assert _said([ENDED, denial], "2000-01-01", confidence="low") == ("unknown", "sources disagree", False)
    assert _said([ENDED], "2000-01-01", confidence="high") == ("unknown", "low confidence", False)
    # A weak row passes over nobody, and is passed over.
    assert _said([DOCUMENT, weak], "2025-01-01", outside="no") == ("unknown", "after the source", False)
    assert _said([DOCUMENT | {"confidence": "low"}, ENDED], "2025-01-01", outside="no") == ("no", None, False)


def test_a_weak_row_prevents_the_no_of_stated_bounds() -> None:
    """A spell that a weak row only may have had is not denied by the bounds of the others."""
    weak = _row("2024-01-01", None, "2026-01-01", confidence="low", place="Gyumri")
    assert _said([ENDED], "2025-01-01", outside="no") == ("no", None, False)
    assert _said([ENDED, weak], "2025-01-01", outside="no") == ("unknown", "after the stated end", False)
    assert _said([ENDED, weak], "2023-12-01", outside="no") == ("no", None, False)


def test_what_was_still_so_is_carried_to_the_day_and_marked() -> None:
    """What goes on, true or denied, is taken to go on to the day asked for and no further; what ended is not."""
    since = _row("1995-01-01", None, "2014-12-31")
    assert _said([since], "2020-01-01", carry_to="2020-01-01") == ("yes", None, True)
    assert _said([since], "2020-01-02", carry_to="2020-01-01") == ("unknown", "after the source", False)
    assert _said([since], "2014-12-31", carry_to="2020-01-01") == ("yes", None, False)
    denied = since | {"holds": False}
    assert _said([denied], "2020-01-01", carry_to="2025-12-31") == ("no", None, True)
    unknown = since | {"end_state": "unknown"}
    assert _said([unknown], "2020-01-01", carry_to="2025-12-31") == ("unknown", "after the source", False)
    # Where another row is certain nothing rests on the one that is carried.
    assert _said([since, ENDED], "2020-01-01", carry_to="2025-12-31") == ("yes", None, False)


def test_carrying_stops_before_an_opposite_claim() -> None:
    """A row goes on to the day before a denial is certain, not at all if one already was; weak ones do not count."""
    since = _row("1995-01-01", None, "2014-12-31")
    left = _row("2018-01-01/2019-01-01", None, "2022-01-01", holds=False, place="Gyumri")
    terms = {"carry_to": "2025-12-31"}
    assert _said([since, left], "2018-12-31", **terms) == ("yes", None, True)
    assert _said([since, left], "2019-01-01", **terms) == ("no", None, False)
    assert _said([since, left], "2023-01-01", **terms) == ("no", None, True)
    assert _said([since, left | {"confidence": "low"}], "2020-01-01", **terms) == ("yes", None, True)
    before = left | {"start_earliest": date(2010, 1, 1), "start_latest": date(2010, 1, 1)}
    assert _said([since, before], "2015-01-01", **terms) == ("no", None, False)
    # Both were last heard of on one day, and disagreed.
    as_old = _row("1995-01-01", None, "2014-12-31", holds=False)
    assert _said([since, as_old], "2015-01-01", **terms) == ("unknown", "sources disagree", True)


def test_carrying_stops_before_the_stated_end_of_the_spell() -> None:
    """A row that another one passes over goes on to the day before the end that this one states, and no further."""
    since = _row("1995-01-01", None, "2014-12-31")
    ended = _row("1994-01-01", "2020-03-01/2020-06-30", COMPILED)
    terms = {"carry_to": "2025-12-31"}
    assert _said([since, ended], "2020-03-01", **terms) == ("yes", None, False)
    assert _said([since, ended], "2020-05-01", **terms) == ("unknown", "end uncertain", False)
    assert _said([since, ended], "2021-01-01", outside="no", **terms) == ("no", None, False)
    elsewhere = ended | {"place": "Gyumri"}
    assert _said([since, elsewhere], "2021-01-01", **terms) == ("yes", None, True)


def test_carrying_stops_before_the_next_spell_of_the_place() -> None:
    """A row goes on to the day before another of its place may begin; one of another place stops nothing."""
    since = _row("1995-01-01", None, "2014-12-31")
    again = _row("2018-01-01/2019-01-01", "2020-01-01", COMPILED)
    terms = {"carry_to": "2025-12-31"}
    assert _said([since, again], "2017-12-31", **terms) == ("yes", None, True)
    assert _said([since, again], "2018-01-01", **terms) == ("unknown", "between sources", False)
    assert _said([since, again | {"place": "Gyumri"}], "2018-01-01", **terms) == ("yes", None, True)
    begun = again | {"start_earliest": date(2014, 12, 31)}
    assert _said([since, begun], "2018-01-01", **terms) == ("yes", None, True)
