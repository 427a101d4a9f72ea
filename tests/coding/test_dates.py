"""EDTF to bounds: the table of forms, what is refused, and the laws."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caucasus_events.coding import dates
from caucasus_events.model.bounds import Bounds, Window

UNTIL = date(2020, 7, 23)

# Legend: a window is "first … last"; - is an open side.
WINDOWS = {
    "1988": "1988-01-01 … 1988-12-31",
    "1988-02": "1988-02-01 … 1988-02-29",
    "1989-02": "1989-02-01 … 1989-02-28",
    "1988-02-20": "1988-02-20 … 1988-02-20",
    "1988~": "1987-01-01 … 1989-12-31",
    "1988?": "1987-01-01 … 1989-12-31",
    "1988%": "1987-01-01 … 1989-12-31",
    "1988-01~": "1987-12-01 … 1988-02-29",
    "1988-12?": "1988-11-01 … 1989-01-31",
    "1988-02-29~": "1988-02-28 … 1988-03-01",
    "1988-12-31%": "1988-12-30 … 1989-01-01",
    "0001~": "0001-01-01 … 0002-12-31",
    "9999-12-31~": "9999-12-30 … 9999-12-31",
    "[1988-05..1988-07]": "1988-05-01 … 1988-07-31",
    "[1988..1988-07]": "1988-01-01 … 1988-07-31",
    "[..1988]": "- … 1988-12-31",
    "[1988-05-03..]": "1988-05-03 … -",
}

# Legend: the date, what is wrong, the column of the caret.
REFUSED = [
    ("", "the date is not one that this dataset reads", 0),
    ("199X", "the date is not one that this dataset reads", 0),
    ("1993-21", "there is no such day", 0),
    ("1993-13", "there is no such day", 0),
    ("1993-02-30", "there is no such day", 0),
    ("1993-02-29", "there is no such day", 0),
    ("0000", "there is no such day", 0),
    ("-0100", "the date is not one that this dataset reads", 0),
    ("19930", "the date is not one that this dataset reads", 0),
    ("١٩٩٣", "the date is not one that this dataset reads", 0),
    ("1993-1", "the date is not one that this dataset reads", 0),
    ("May 1993", "the date is not one that this dataset reads", 0),
    ("1993-05-01T10:00", "the date is not one that this dataset reads", 0),
    ("{1990..1992}", "the date is not one that this dataset reads", 0),
    ("[1990,1992]", "the date is not one that this dataset reads", 0),
    ("[..]", "a set needs a first or a last date", 1),
    ("[1988~..1990]", "a set takes plain dates", 1),
    ("[1988..1990?]", "a set takes plain dates", 7),
    ("[1990..1988]", "the set ends before it begins", 7),
    ("[1990..1988-02-30]", "there is no such day", 7),
]

# Legend: start | end -> start window | end window, state. S is the day the seed speaks until.
STATUSES = {
    ("1993", ".."): ("1993-01-01 … 1993-12-31", "S … -", "ongoing"),
    (None, ".."): ("- … S", "S … -", "ongoing"),
    ("1988", "1991"): ("1988-01-01 … 1988-12-31", "1991-01-01 … 1991-12-31", "ended"),
    (None, "1991"): ("- … 1991-12-31", "1991-01-01 … 1991-12-31", "ended"),
    ("1993-05-01", None): ("1993-05-01 … 1993-05-01", "1993-05-01 … -", "unknown"),
    ("1993", None): ("1993-01-01 … 1993-12-31", "1993-01-01 … -", "unknown"),
    (None, None): ("- … S", "- … -", "unknown"),
    ("2020", ".."): ("2020-01-01 … S", "S … -", "ongoing"),
    ("[1990..]", "1995"): ("1990-01-01 … 1995-12-31", "1995-01-01 … 1995-12-31", "ended"),
    ("[1990..]", ".."): ("1990-01-01 … S", "S … -", "ongoing"),
    ("[..1990]", ".."): ("- … 1990-12-31", "S … -", "ongoing"),
    ("1990", "[..1995]"): ("1990-01-01 … 1990-12-31", "1990-01-01 … 1995-12-31", "ended"),
    ("1990", "[1995..]"): ("1990-01-01 … 1990-12-31", "1995-01-01 … S", "ended"),
    ("1990", "2020"): ("1990-01-01 … 1990-12-31", "2020-01-01 … S", "ended"),
}

EVENTS = {
    None: ("- … S", "- … S", "none"),
    "2020-07": ("2020-07-01 … S", "2020-07-01 … S", "month"),
    "2016": ("2016-01-01 … 2016-12-31", "2016-01-01 … 2016-12-31", "year"),
    "2016-04-02": ("2016-04-02 … 2016-04-02", "2016-04-02 … 2016-04-02", "day"),
    "2016-04-02~": ("2016-04-01 … 2016-04-03", "2016-04-01 … 2016-04-03", "day"),
    "2016-04-02/2016-04-05": ("2016-04-02 … 2016-04-02", "2016-04-05 … 2016-04-05", "range"),
    "2016-04/2016": ("2016-04-01 … 2016-04-30", "2016-01-01 … 2016-12-31", None),
    "[2016-04..2016-06]": ("2016-04-01 … 2016-06-30", "2016-04-01 … 2016-06-30", "range"),
    "[2020-07..]": ("2020-07-01 … S", "2020-07-01 … S", "range"),
    "[..2016]": ("- … 2016-12-31", "- … 2016-12-31", "range"),
}


# The single dates that were compared: first and last years, common and leap ones, two centuries; months and days that
# exist, days that exist in other months only, months that are none, and the seasons of EDTF.
YEARS = ("0000", "0001", "1900", "1988", "1993", "2000", "2023", "9999")
MONTHS = ("00", "01", "02", "04", "06", "09", "11", "12", "13", "21", "24")
DAYS = tuple(f"{day:02}" for day in range(32))
COMPARED = [
    *YEARS,
    *(f"{year}-{month}" for year in YEARS for month in MONTHS),
    *(f"{year}-{month}-{day}" for year in YEARS for month in MONTHS for day in DAYS),
]


def window(first: date | None, last: date | None) -> str:
    """Write a window in the words of the tables above."""
    return " … ".join("-" if day is None else day.isoformat() for day in (first, last))


@pytest.mark.parametrize("text", WINDOWS)
def test_a_date_is_the_window_of_days_it_stands_for(text: str) -> None:
    """Every accepted form has the window of the table."""
    assert window(*dates.parse_window(text)) == WINDOWS[text]


@pytest.mark.parametrize(("text", "what", "caret"), REFUSED)
def test_all_else_is_refused_with_its_place(text: str, what: str, caret: int) -> None:
    """Every other form is refused, says why, and points at the character."""
    with pytest.raises(dates.DateError) as caught:
        dates.parse_window(text)
    assert (caught.value.what, caught.value.text, caught.value.caret) == (what, text, caret)


def counted_out(text: str) -> Window | None:
    """Walk the calendar's own weeks for the days that begin as the text does; None if there are none."""
    year, month = int(text[:4]), text[5:7]
    if not date.min.year <= year <= date.max.year:
        return None
    months = [each for each in range(1, 13) if not month or f"{each:02}" == month]
    lengths = {each: sum(day > 0 for week in calendar.monthcalendar(year, each) for day in week) for each in months}
    days = [date(year, each, day) for each in months for day in range(1, lengths[each] + 1)]
    found = [day for day in days if day.isoformat().startswith(text)]
    return Window(found[0], found[-1]) if found else None


def test_single_dates_are_the_days_of_the_calendar() -> None:
    """YYYY, YYYY-MM and YYYY-MM-DD are what the calendar says, impossible ones nothing.

    The 2,912 inputs are every year of ``YEARS``, alone, with every month of ``MONTHS``, and with every month and every
    day from 00 to 31. The library edtf 5.0.2, which read them up to release 1.1.0, gave the same window for each of the
    1,528 that exist, and refused the same 1,384.
    """
    assert len(COMPARED) == 2_912
    refused = 0
    for text in COMPARED:
        expected = counted_out(text)
        if expected is None:
            refused += 1
            with pytest.raises(dates.DateError, match="there is no such day"):
                dates.parse_window(text)
        else:
            assert dates.parse_window(text) == expected, text
    assert refused == 1_384


@pytest.mark.parametrize(("start", "end"), STATUSES)
def test_bounds_of_a_status_follow_the_table(start: str | None, end: str | None) -> None:
    """Start, end, open, unknown and left out give the windows of the table, cut at the horizon."""
    expected = tuple(part.replace("S", UNTIL.isoformat()) for part in STATUSES[start, end])
    bounds, state = dates.status_bounds(start, end, UNTIL)
    assert (window(*bounds[:2]), window(*bounds[2:]), state) == expected


@pytest.mark.parametrize("text", [text for text, row in EVENTS.items() if row[2]])
def test_bounds_of_an_event_follow_the_table(text: str | None) -> None:
    """A date, a set, an interval and no date give the windows of the table, cut at the horizon."""
    expected = tuple(part.replace("S", UNTIL.isoformat()) for part in EVENTS[text] if part)
    bounds = dates.event_bounds(text, UNTIL)
    assert (window(*bounds[:2]), window(*bounds[2:]), dates.precision(text)) == expected


@pytest.mark.parametrize(
    ("start", "end", "what"),
    [
        ("1993", "1992", "the end comes before its start"),
        ("1993-05", "1993", "the end comes before its start"),
        ("1993", "1993-05", "the end comes before its start"),
        ("..", "1993", '".." cannot be a start'),
        ("1990/1991", "..", "an interval cannot be the start of a status"),
        ("1990", "1991/1992", "an interval cannot be the end of a status"),
        ("2020-08", "..", "the date lies after 2020-07-23, the day the seed speaks until"),
        ("1990", "2021", "the date lies after 2020-07-23, the day the seed speaks until"),
    ],
)
def test_impossible_statuses_are_refused(start: str, end: str, what: str) -> None:
    """An end before its start, an open start and a date after the seed are errors that say so."""
    with pytest.raises(dates.DateError) as caught:
        dates.status_bounds(start, end, UNTIL)
    assert caught.value.what == what


def test_an_event_cannot_end_before_it_begins() -> None:
    """The second date of an interval points at itself when it comes first."""
    with pytest.raises(dates.DateError) as caught:
        dates.event_bounds("2016-04/2016", UNTIL)
    assert (caught.value.what, caught.value.caret) == ("the end comes before its start", 8)


days = st.dates(date(1, 1, 1), date(9999, 12, 31))
marks = st.sampled_from(["", "~", "?", "%"])


@st.composite
def singles(draw: st.DrawFn) -> str:
    """Any single date with any mark."""
    text = draw(days).isoformat()
    return text[: draw(st.sampled_from([4, 7, 10]))] + draw(marks)


@given(singles())
def test_a_mark_widens_and_never_moves(text: str) -> None:
    """The window with a mark holds the window without it, and nothing farther than two years."""
    plain, marked = dates.parse_window(text.rstrip("~?%")), dates.parse_window(text)
    assert None not in (*plain, *marked)
    assert marked.earliest <= plain.earliest <= plain.latest <= marked.latest  # type: ignore[operator]
    assert plain.earliest - marked.earliest <= timedelta(days=366)  # type: ignore[operator]


@given(singles(), days)
def test_no_bound_of_an_event_passes_the_horizon(text: str, until: date) -> None:
    """Bounds are ordered and none is later than the day the seed speaks until."""
    try:
        bounds = dates.event_bounds(text, until)
    except dates.DateError:
        first = dates.parse_window(text).earliest
        assert first is not None
        assert first > until
        return
    assert bounds.start_earliest <= bounds.start_latest <= until  # type: ignore[operator]
    assert bounds[:2] == bounds[2:]


@given(st.none() | singles(), st.none() | st.just("..") | singles(), days)
def test_bounds_of_a_status_are_ordered(start: str | None, end: str | None, until: date) -> None:
    """Earliest is never after latest, a start never after its end, and a null is never invented away."""
    try:
        bounds, state = dates.status_bounds(start, end, until)
    except dates.DateError:
        return
    for first, last in ((0, 1), (2, 3), (0, 2), (1, 3)):
        one, other = bounds[first], bounds[last]
        assert one is None or other is None or one <= other
    assert (bounds.start_earliest is None) == (start is None)
    assert (bounds.end_latest is None) == (state != "ended")


REPORTED_STATUSES = [
    # Start, end, the last day that is known, the four bounds, and the state of the end.
    ("2003-09-18", "..", "2025-03-31", "2003-09-18 2003-09-18 2025-03-31 None ongoing"),
    (None, "..", "2025-03-31", "None 2025-03-31 2025-03-31 None ongoing"),
    ("2003", None, "2014-01-01", "2003-01-01 2003-12-31 2014-01-01 None unknown"),
    (None, None, "2014-01-01", "None 2014-01-01 2014-01-01 None unknown"),
    ("1992", "2009-08-18", "2025-11-25", "1992-01-01 1992-12-31 2009-08-18 2009-08-18 ended"),
    (None, "[2023-09-28..2024-01-01]", "2025-11-25", "None 2024-01-01 2023-09-28 2024-01-01 ended"),
]


@pytest.mark.parametrize(("start", "end", "horizon", "expected"), REPORTED_STATUSES)
def test_bounds_of_a_reported_status_follow_the_table(
    start: str | None, end: str | None, horizon: str, expected: str
) -> None:
    """What is still so, or of which no end is told, held up to the last day that is known; a stated end is one."""
    bounds, state = dates.reported_status_bounds(start, end, date.fromisoformat(horizon))
    assert " ".join(map(str, (*bounds, state))) == expected


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[1993-05..]", "an event needs a last day on which it can have been"),
        ("2025-12", "the date lies after 2025-11-25, the last day that is known"),
        ("2025-11/2025-12", "the date lies after 2025-11-25, the last day that is known"),
        ("May 1993", "the date is not one that this dataset reads"),
    ],
)
def test_a_reported_event_has_days_up_to_that_of_compiling(text: str, what: str) -> None:
    """An event of other sources ends on a day, and not after the sources were looked for."""
    with pytest.raises(dates.DateError) as caught:
        dates.reported_event_bounds(text, date(2025, 11, 25))
    assert caught.value.what == what


def test_a_reported_event_is_cut_on_the_day_of_compiling() -> None:
    """Of a month that is not over when the sources were looked for, only its first days are meant."""
    assert dates.reported_event_bounds("2025-11", date(2025, 11, 25)) == Bounds(
        *(date(2025, 11, day) for day in (1, 25, 1, 25))
    )
