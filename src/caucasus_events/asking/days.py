"""The days that a reader asks for: dates of any kind, or ``YYYY[-MM[-DD]]``, as a first and a last day."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError
from caucasus_events.model.bounds import stated_days

Day = str | dt.date | np.datetime64

_READABLE = "write a date, a Timestamp, 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD'"
# Written as a day is, but in the year 0, before it, or after 9999: readable, and outside the calendar.
_OUTSIDE_CALENDAR = re.compile(r"(?:0000|-[0-9]{4,}|[0-9]{5,})(?:-[0-9]{2}){0,2}")


class Days(NamedTuple):
    """A day, a month or a year as its first and its last day."""

    first: dt.date
    last: dt.date


def read_days(day: Day, what: str = "day") -> Days:
    """Read a day, a month or a year as its first and last day; ``what`` names it in an error.

    An :class:`InvalidValueError` if it cannot be read, does not exist, lies outside 0001 … 9999 or has a time zone.

    >>> read_days("1988-02")
    Days(first=datetime.date(1988, 2, 1), last=datetime.date(1988, 2, 29))
    """
    if isinstance(day, str | np.datetime64):
        return _read_text(day if isinstance(day, str) else str(day.astype("datetime64[D]")), what)
    if not isinstance(day, dt.date) or pd.isna(day):
        raise InvalidValueError(f"{what} {day!r} cannot be read ({_READABLE})")
    if getattr(day, "tzinfo", None) is not None:
        zoned = f"{what} {day} has a time zone"
        raise InvalidValueError(f"{zoned}; the days of this dataset have none: give the date alone")
    # A Timestamp reaches further than the calendar.
    if day.year > dt.MAXYEAR:
        raise InvalidValueError(_out_of_calendar(what, day))
    date = dt.date(day.year, day.month, day.day)
    return Days(date, date)


def _read_text(text: str, what: str) -> Days:
    """Read a day, a month or a year that is written."""
    if _OUTSIDE_CALENDAR.fullmatch(text):
        raise InvalidValueError(_out_of_calendar(what, text))
    try:
        days = stated_days(text)
    except ValueError:
        raise InvalidValueError(f"{what} {text!r} does not exist") from None
    if days is None:
        raise InvalidValueError(f"{what} {text!r} cannot be read ({_READABLE})")
    return Days(*days)


def _out_of_calendar(what: str, day: object) -> str:
    """Report that a day is not in the calendar that the dataset uses."""
    return f"{what} {str(day)!r} lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31"


def written_day(day: Day, days: Days) -> str:
    """Write what was asked for: as it was written, or as an ISO date."""
    return day if isinstance(day, str) else days.first.isoformat()


def as_numbers(days: Days) -> tuple[int, int]:
    """Count first and last day from 1970-01-01, as the steps do."""
    epoch = dt.date(1970, 1, 1)
    return (days.first - epoch).days, (days.last - epoch).days
