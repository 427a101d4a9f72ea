"""The days that a reader asks for, in every form, and what is said of those that cannot be."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from caucasus_events.asking import panels, questions
from caucasus_events.errors import InvalidValueError

FORMS = "(write a date, a Timestamp, 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD')"

OUTSIDE = "lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31"
ZONED = "has a time zone; the days of this dataset have none: give the date alone"


@pytest.mark.parametrize(
    "day",
    [
        20200723,
        "20200723",
        "23 July 2020",
        "23-Jul-20",
        "July 23, 2020",
        "2020-07-23T10:00",
        pd.Period("2020-07-23", "D"),
    ],
)
def test_a_day_may_be_written_as_other_datasets_do(day: int | str | pd.Period) -> None:
    """GDELT's and ACLED's days, days in words and with a time ask what their ISO text asks."""
    pd.testing.assert_frame_equal(questions.as_of(day), questions.as_of("2020-07-23"))


@pytest.mark.parametrize("year", [1993, np.int16(1993), pd.Period("1993", "Y")])
def test_a_whole_number_is_a_year(year: int | np.int16 | pd.Period) -> None:
    """A whole number from 1 to 9999 is a year wherever a day is asked for."""
    pd.testing.assert_frame_equal(questions.as_of(year), questions.as_of("1993"))
    pd.testing.assert_frame_equal(questions.between(year, year), questions.between("1993", "1993"))
    pd.testing.assert_frame_equal(
        panels.panel("dyad", "year", year, 1994), panels.panel("dyad", "year", "1993", "1994")
    )


@pytest.mark.parametrize(
    "day",
    [dt.date(2020, 7, 23), dt.datetime(2020, 7, 23, 18, 30), pd.Timestamp("2020-07-23"), np.datetime64("2020-07-23")],  # noqa: DTZ001 - days have no zone
)
def test_a_day_may_be_written_in_many_ways(day: dt.date | np.datetime64) -> None:
    """Dates, datetimes, Timestamps and numpy's days ask what their ISO text asks."""
    pd.testing.assert_frame_equal(questions.as_of(day), questions.as_of("2020-07-23"))


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("23.7.2020", f"day '23.7.2020' cannot be read {FORMS}"),
        ("23-07-2020", f"day '23-07-2020' cannot be read {FORMS}"),
        ("1993-5", f"day '1993-5' cannot be read {FORMS}"),
        ("1993~", f"day '1993~' cannot be read {FORMS}"),
        ("2020-07-23T00:00Z", f"day 2020-07-23T00:00Z {ZONED}"),
        ("", f"day '' cannot be read {FORMS}"),
        (1993.0, f"day 1993.0 cannot be read {FORMS}"),
        (True, f"day True cannot be read {FORMS}"),
        (np.timedelta64(1, "D"), f"day a value of type timedelta64 cannot be read {FORMS}"),
        (["1993"], f"day a value of type list cannot be read {FORMS}"),
        ("x" * 100, f"day '{'x' * 58}' … cannot be read {FORMS}"),
        (0, f"day '0' {OUTSIDE}"),
        (-9, f"day '-9' {OUTSIDE}"),
        (10**30, f"day '1000…' {OUTSIDE}"),
        (20190229, "day '20190229' does not exist"),
        (42462, f"day '42462' {OUTSIDE}"),
        ("31 June 2020", "day '31 June 2020' does not exist"),
        (None, f"day None cannot be read {FORMS}"),
        (pd.NaT, f"day NaT cannot be read {FORMS}"),
        (np.datetime64("NaT"), f"day 'NaT' cannot be read {FORMS}"),
        ("2019-02-29", "day '2019-02-29' does not exist"),
        ("1993-13", "day '1993-13' does not exist"),
        ("1993-00", "day '1993-00' does not exist"),
        ("1993-05-00", "day '1993-05-00' does not exist"),
        ("0000", "day '0000' lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31"),
        ("-0044-03-15", "day '-0044-03-15' lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31"),
        ("10000", "day '10000' lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31"),
        (
            pd.Timestamp(np.datetime64("10000-01-01", "s")),
            "day '10000-01-01 00:00:00' lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31",
        ),
        (
            np.datetime64("10000-01-01"),
            "day '10000-01-01' lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31",
        ),
        (
            pd.Timestamp("2020-07-23", tz="Asia/Tbilisi"),
            "day 2020-07-23 00:00:00+04:00 has a time zone; the days of this dataset have none: give the date alone",
        ),
    ],
)
def test_a_day_that_cannot_be_is_refused(day: str, message: str) -> None:
    """Each kind of wrong day has one clear message."""
    with pytest.raises(InvalidValueError) as error:
        questions.as_of(day)
    assert str(error.value) == message
