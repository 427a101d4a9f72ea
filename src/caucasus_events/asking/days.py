"""TODO."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError

if TYPE_CHECKING:
    Day = str | dt.date | np.datetime64


_TEXT = re.compile(r"(-?[0-9]{4,})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


_FORMS = "write a date, a Timestamp, 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD'"


_FOUR_DIGITS = 4


class Days(NamedTuple):
    """A day, a month or a year as its first and its last day."""

    first: dt.date
    last: dt.date


def read_days(day: Day, what: str = "day") -> Days:
    """Read a day, a month or a year as its first and last day.

    Parameters
    ----------
    day
        A date, datetime or Timestamp without zone, or ``"YYYY"``, ``"YYYY-MM"``,
        ``"YYYY-MM-DD"``.
    what
        What to call it in an error.

    Returns
    -------
    Days

    Raises
    ------
    InvalidValueError
        If it cannot be read, does not exist, lies outside 0001 … 9999 or has a time zone.

    Examples
    --------
    >>> read_days("1988-02")
    Days(first=datetime.date(1988, 2, 1), last=datetime.date(1988, 2, 29))
    """
    if isinstance(day, str | np.datetime64):
        return _read_text(day if isinstance(day, str) else str(day.astype("datetime64[D]")), what)
    if not isinstance(day, dt.date) or pd.isna(day):
        raise InvalidValueError(f"{what} {day!r} cannot be read ({_FORMS})")
    if getattr(day, "tzinfo", None) is not None:
        raise InvalidValueError(
            f"{what} {day} has a time zone; the days of this dataset have none: give the date alone"
        )
    if day.year > dt.MAXYEAR:
        raise InvalidValueError(_out_of_calendar(what, day))
    date = dt.date(day.year, day.month, day.day)
    return Days(date, date)


def _read_text(text: str, what: str) -> Days:
    """Read a day, a month or a year that is written."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise InvalidValueError(f"{what} {text!r} cannot be read ({_FORMS})")
    year, month, day = (int(part or 0) for part in match.groups())
    if len(match[1]) != _FOUR_DIGITS or year < dt.MINYEAR:
        raise InvalidValueError(_out_of_calendar(what, text))
    try:
        first = dt.date(year, month or 1, day or 1) if match[3] != "00" != match[2] else None
    except ValueError:
        first = None
    if first is None:
        raise InvalidValueError(f"{what} {text!r} does not exist")
    length = calendar.monthrange(year, month or 12)[1]
    return Days(first, dt.date(year, month or 12, day or length))


def _out_of_calendar(what: str, day: object) -> str:
    """Say that a day is not in the calendar that the dataset uses."""
    return f"{what} {str(day)!r} lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31"


def written_day(day: Day, days: Days) -> str:
    """Write what was asked for: as it was written, or as an ISO date."""
    return day if isinstance(day, str) else days.first.isoformat()


def as_numbers(days: Days) -> tuple[int, int]:
    """Count first and last day from 1970-01-01, as the steps do."""
    epoch = dt.date(1970, 1, 1)
    return (days.first - epoch).days, (days.last - epoch).days
