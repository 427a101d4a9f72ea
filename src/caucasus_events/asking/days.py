"""The days that a reader asks for or has: dates of any kind, texts and numbers, as a first and a last day.

Columns of them are read in ``day_columns``, which says what is read and how.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError, shown
from caucasus_events.model.bounds import stated_days

Day = str | int | dt.date | np.datetime64 | pd.Period

_READABLE = "write a date, a Timestamp, 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD'"
# Written as a day is, but in the year 0, before it, or after 9999: readable, and outside the calendar.
_OUTSIDE_CALENDAR = re.compile(r"(?:0000|-[0-9]{4,}|[0-9]{5,})(?:-[0-9]{2}){0,2}")
# GDELT's; ISO 8601 with a time, and perhaps a zone; ACLED's, and the same in words, in either order.
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WITH_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}[0-9:.,]*\s*(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?[ -]([0-9]{4}|[0-9]{2})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})")
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october"]
_MONTHS += ["november", "december"]
MONTHS = {name: number for number, full in enumerate(_MONTHS, start=1) for name in (full, full[:3])} | {"sept": 9}
# Years of two digits are those of a hundred years that begin with this one.
FIRST_OF_TWO_DIGITS = 1969


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
    # To numpy a length of time is a whole number too.
    if isinstance(day, int | np.integer) and not isinstance(day, bool | np.timedelta64):
        return _read_number(int(day), what)
    if isinstance(day, pd.Period):
        try:
            return Days(day.start_time.date(), day.end_time.date())
        except (ValueError, NotImplementedError):
            raise InvalidValueError(_out_of_calendar(what, day)) from None
    if not isinstance(day, dt.date) or pd.isna(day):
        raise InvalidValueError(f"{what} {shown(day)} cannot be read ({_READABLE})")
    if getattr(day, "tzinfo", None) is not None:
        raise InvalidValueError(_zoned(what, day))
    # A Timestamp reaches further than the calendar.
    if day.year > dt.MAXYEAR:
        raise InvalidValueError(_out_of_calendar(what, day))
    date = dt.date(day.year, day.month, day.day)
    return Days(date, date)


def days_of_text(text: str) -> Days | None:
    """Read a text as its first and last day; None if it is written otherwise, a ``ValueError`` if there is no such day.

    >>> days_of_text("02-Apr-16") == days_of_text("2 April 2016") == days_of_text("20160402")
    True
    """
    if days := stated_days(text):
        return Days(*days)
    if match := _WITH_TIME.fullmatch(text):
        return days_of_text(match[1])
    if match := _COMPACT.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        number, name, written = match.groups() if match[1].isdecimal() else (match[2], match[1], match[3])
        month, day = MONTHS.get(name.casefold(), 0), int(number)
        if not month:
            return None
        # Of two digits, the only year with these of the hundred from the first on.
        whole = len(written) > len("16")
        year = int(written) if whole else FIRST_OF_TWO_DIGITS + (int(written) - FIRST_OF_TWO_DIGITS) % 100
    else:
        return None
    date = dt.date(year, month, day)
    return Days(date, date)


def _read_number(number: int, what: str) -> Days:
    """Read a whole number: a year, or eight digits YYYYMMDD."""
    if not 0 < number <= 99991231:  # noqa: PLR2004 - the last day there is
        # Thousands of digits are no help, and Python refuses to write them.
        raise InvalidValueError(_out_of_calendar(what, number if abs(number) < 1 << 63 else "1000…"))
    return _read_text(f"{number:04d}", what)


def _read_text(text: str, what: str) -> Days:
    """Read a day, a month or a year that is written."""
    try:
        days = days_of_text(text)
    except ValueError:
        if _OUTSIDE_CALENDAR.fullmatch(text) and not _COMPACT.fullmatch(text):
            raise InvalidValueError(_out_of_calendar(what, text)) from None
        raise InvalidValueError(f"{what} {shown(text)} does not exist") from None
    if days is None and _OUTSIDE_CALENDAR.fullmatch(text):
        raise InvalidValueError(_out_of_calendar(what, text))
    if days is None:
        raise InvalidValueError(f"{what} {shown(text)} cannot be read ({_READABLE})")
    if (match := _WITH_TIME.fullmatch(text)) and match[2]:
        raise InvalidValueError(_zoned(what, text))
    return days


def _zoned(what: str, day: object) -> str:
    """Report that a day has a time zone."""
    return f"{what} {day} has a time zone; the days of this dataset have none: give the date alone"


def _out_of_calendar(what: str, day: object) -> str:
    """Report that a day is not in the calendar that the dataset uses."""
    return f"{what} {shown(str(day))} lies outside the calendar of this dataset, 0001-01-01 to 9999-12-31"


def written_day(day: Day, days: Days) -> str:
    """Write what was asked for in ISO 8601: a text of that kind as it was written, a year or a month as such."""
    if isinstance(day, str) and stated_days(day):
        return day
    first = days.first.isoformat()
    if days.first == days.last:
        return first
    year, month = first[:4], first[:7]
    return next((coarse for coarse in (year, month) if stated_days(coarse) == days), f"{first}/{days.last}")


def last_day(carry_to: Day | None) -> int | None:
    """Read the day up to which is carried: the number of its last day; None carries nothing."""
    return None if carry_to is None else as_numbers(read_days(carry_to, "carry_to"))[1]


def written_carry(carry_to: Day | None) -> str | None:
    """Write the day up to which is carried, as :func:`written_day` does."""
    return None if carry_to is None else written_day(carry_to, read_days(carry_to, "carry_to"))


def as_numbers(days: Days) -> tuple[int, int]:
    """Count first and last day from 1970-01-01, as the steps do."""
    epoch = dt.date(1970, 1, 1)
    return (days.first - epoch).days, (days.last - epoch).days
