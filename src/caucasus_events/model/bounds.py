"""Bounds: when something can have begun and ended, as windows of days whose sides may be unknown."""

import calendar
import re
from datetime import date
from typing import NamedTuple

# The four bounds, always in this order; of a table, of a frame and of a figure.
BOUNDS = ("start_earliest", "start_latest", "end_earliest", "end_latest")

# ASCII digits: other digits of Unicode are no way in which this dataset writes a date.
_STATED = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DECEMBER = 12


class Window(NamedTuple):
    """Days from ``earliest`` to ``latest``, both included; None where a side is open."""

    earliest: date | None
    latest: date | None

    def meet(self, other: "Window") -> "Window":
        """Return the days that two windows share; where one is open, the other alone counts."""
        earliest = [day for day in (self.earliest, other.earliest) if day]
        latest = [day for day in (self.latest, other.latest) if day]
        return Window(max(earliest, default=None), min(latest, default=None))


class Bounds(NamedTuple):
    """The four bounds of a record: when it began and when it ended, each as a window."""

    start_earliest: date | None
    start_latest: date | None
    end_earliest: date | None
    end_latest: date | None

    @property
    def windows(self) -> tuple[Window, Window]:
        """When it began, and when it ended."""
        return Window(*self[:2]), Window(*self[2:])


def relation(stated: Bounds, reading: Bounds) -> str:
    """Compare what another source says of a date with what a record leaves open.

    It ``contradicts`` if it leaves start or end without a day, ``confirms`` if it narrows nothing, else ``refines``.

    >>> since_1993 = Bounds(date(1993, 1, 1), date(1993, 12, 31), None, None)
    >>> april, later = (Bounds(date(*day), date(*day), None, None) for day in ((1993, 4, 3), (1994, 1, 1)))
    >>> relation(since_1993, april), relation(since_1993, later), relation(april, since_1993)
    ('refines', 'contradicts', 'confirms')
    """
    met = tuple(one.meet(other) for one, other in zip(stated.windows, reading.windows, strict=True))
    if any(window.earliest and window.latest and window.earliest > window.latest for window in met):
        return "contradicts"
    return "confirms" if met == stated.windows else "refines"


def stated_days(text: str) -> tuple[date, date] | None:
    """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` as its first and last day; None if it is written otherwise.

    A day that the calendar does not have is a ``ValueError``.

    >>> stated_days("1988-02")
    (datetime.date(1988, 2, 1), datetime.date(1988, 2, 29))
    >>> stated_days("spring 1988") is None
    True
    """
    match = _STATED.fullmatch(text)
    if match is None:
        return None
    year, month, day = (None if part is None else int(part) for part in match.groups())
    # Only what is left out is filled in: a month 00 or a day 00 must fail.
    first = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    if day is not None:
        return first, first
    last_month = _DECEMBER if month is None else month
    return first, date(first.year, last_month, calendar.monthrange(first.year, last_month)[1])
