"""EDTF dates, as a coder writes them, to windows of days.

What a date may be, how wide its window is, and how the four bounds of an event or a status
follow from it. Single dates and sets are parsed by the ``edtf`` library; what an open or an
unknown end means is decided here, because the libraries merge the two.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

import edtf
from edtf.parser.edtf_exceptions import EDTFParseException

from caucasus_events.model.bounds import Bounds, Window

_SINGLE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?([~?%]?)")


_PRECISION = {4: "year", 7: "month", 10: "day"}


_FORMS = "YYYY, YYYY-MM or YYYY-MM-DD, each with ~ ? or %; [a..b], [..b], [a..]; a/b for an event"


_MONTHS = 12


class DateError(ValueError):
    """A date that cannot be coded: what is wrong, where in the date (a caret), what to do."""

    def __init__(self, what: str, text: str, caret: int, do: str) -> None:
        self.what, self.text, self.caret, self.do = what, text, caret, do
        super().__init__(f"{what}: {text}")


def parse_window(text: str) -> Window:
    """Read a single date or a set as the window of days it stands for.

    Parameters
    ----------
    text
        EDTF: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, each with ``~``, ``?`` or ``%``;
        ``[a..b]``, ``[..b]``, ``[a..]``.

    Returns
    -------
    Window
        First and last day; a mark widens both sides by one unit of the stated precision.

    Raises
    ------
    DateError
        If the text is none of these, or names a day that does not exist.

    Examples
    --------
    >>> parse_window("1988-02")
    Window(earliest=datetime.date(1988, 2, 1), latest=datetime.date(1988, 2, 29))
    >>> parse_window("[..1988]")
    Window(earliest=None, latest=datetime.date(1988, 12, 31))
    """
    if not (text.startswith("[") and text.endswith("]") and ".." in text):
        return _single(text, text, 0)
    first, last = text[1:-1].split("..", 1)
    if not first and not last:
        raise DateError("a set needs a first or a last date", text, 1, f"write {_FORMS}")
    earliest = _plain(first, text, 1)[0] if first else None
    latest = _plain(last, text, len(first) + 3)[1] if last else None
    if earliest and latest and latest < earliest:
        raise DateError("the set ends before it begins", text, len(first) + 3, "swap the two dates")
    return Window(earliest, latest)


def precision(text: str | None) -> str:
    """Say how precise a coded date is: day, month, year, range or none.

    Parameters
    ----------
    text
        A date that :func:`parse_window` or :func:`event_bounds` accepts, or None.

    Returns
    -------
    str
        A code of the codebook's ``precision``.

    Examples
    --------
    >>> precision("1988-02~"), precision("[1988..1990]"), precision(None)
    ('month', 'range', 'none')
    """
    if text is None:
        return "none"
    return _PRECISION[len(text.rstrip("~?%"))] if _SINGLE.fullmatch(text) else "range"


def event_bounds(text: str | None, speaks_until: date) -> Bounds:
    """Give the four bounds of an event.

    A single date or a set is the window of both start and end; ``a/b`` began in a and ended in
    b; no date means no later than the day the seed speaks until.

    Parameters
    ----------
    text
        The coded date, or None.
    speaks_until
        The day the seed was published; nothing stated reaches past it.

    Returns
    -------
    Bounds
        Days; None where the seed leaves a side open.

    Raises
    ------
    DateError
        If the date cannot be read, ends before it begins, or lies after ``speaks_until``.

    Examples
    --------
    >>> event_bounds("2020-07", date(2020, 7, 23)).end_latest
    datetime.date(2020, 7, 23)
    """
    if text is None:
        return Bounds(None, speaks_until, None, speaks_until)
    if "/" not in text:
        window = _cut(parse_window(text), text, speaks_until)
        return Bounds(*window, *window)
    first, last = text.split("/", 1)
    start, end = _single(first, text, 0), _single(last, text, len(first) + 1)
    return _ordered(_cut(start, text, speaks_until), _cut(end, text, speaks_until), text, len(first) + 1)


def status_bounds(start: str | None, end: str | None, speaks_until: date) -> tuple[Bounds, str]:
    """Give the four bounds of a status and the state of its end.

    An end ``..`` was still so on ``speaks_until`` and has no latest day; an end left out is
    unknown, and earliest the start's earliest; a start left out is no later than the stated end.

    Parameters
    ----------
    start
        The coded start, or None.
    end
        The coded end, ``".."``, or None.
    speaks_until
        The day the seed was published; nothing stated reaches past it.

    Returns
    -------
    bounds : Bounds
        Days; None where the seed leaves a side open.
    end_state : str
        ``ongoing``, ``ended`` or ``unknown``.

    Raises
    ------
    DateError
        If a date cannot be read, the end comes before the start, or one lies after
        ``speaks_until``.

    Examples
    --------
    >>> bounds, state = status_bounds("1993", "..", date(2020, 7, 23))
    >>> bounds.start_latest, bounds.end_earliest, bounds.end_latest, state
    (datetime.date(1993, 12, 31), datetime.date(2020, 7, 23), None, 'ongoing')
    """
    begin = _cut(_endpoint(start, "start"), start or "", speaks_until, close=False)
    if end is None or end == "..":
        latest = begin.latest or speaks_until
        known = speaks_until if end == ".." else begin.earliest
        return Bounds(begin.earliest, latest, known, None), "ongoing" if end else "unknown"
    finish = _cut(_endpoint(end, "end"), end, speaks_until)
    begin = Window(begin.earliest, begin.latest or finish.latest)
    finish = Window(finish.earliest or begin.earliest, finish.latest)
    return _ordered(begin, finish, end, 0), "ended"


def reading_bounds(bound: str, text: str) -> Bounds:
    """Give what another source says of a date as bounds; no day of publication cuts them.

    Parameters
    ----------
    bound
        ``date`` of an event, ``start`` or ``end`` of a status.
    text
        EDTF, as for a seed; ``a/b`` for an event only.

    Returns
    -------
    Bounds
        None wherever the reading says nothing: of a start it leaves both sides of the end open,
        of ``[2020-11..]`` the later side.

    Raises
    ------
    DateError
        If the date cannot be read, or ends before it begins.

    Examples
    --------
    >>> reading_bounds("end", "[2020-11..]").end_earliest
    datetime.date(2020, 11, 1)
    """
    if bound != "date":
        window = _endpoint(text, bound)
        return Bounds(*window, None, None) if bound == "start" else Bounds(None, None, *window)
    if "/" not in text:
        window = parse_window(text)
        return Bounds(*window, *window)
    first, last = text.split("/", 1)
    return _ordered(_single(first, text, 0), _single(last, text, len(first) + 1), text, len(first) + 1)


def _single(part: str, text: str, caret: int) -> Window:
    """Read one date with or without a mark, as part of ``text``, where it stands at ``caret``."""
    if not _SINGLE.fullmatch(part):
        raise DateError("the date is not one that this dataset reads", text, caret, f"write {_FORMS}")
    days = _plain(part.rstrip("~?%"), text, caret)
    return _widened(days, precision(part)) if part[-1] in "~?%" else Window(*days)


def _plain(part: str, text: str, caret: int) -> tuple[date, date]:
    """Read one date without a mark, as part of ``text``, where it stands at ``caret``."""
    if not _SINGLE.fullmatch(part) or part[-1] in "~?%":
        raise DateError("a set takes plain dates", text, caret, "leave out ~ ? and %, and widen the set instead")
    try:
        return _days(part)
    except ValueError:
        raise DateError("there is no such day", text, caret, "look the date up in the seed") from None


@lru_cache(maxsize=4096)
def _days(part: str) -> tuple[date, date]:
    """Give first and last day of a plain date, or raise ValueError.

    The library also takes 29 February in any year, and seasons ("1993-21") for months.
    """
    try:
        parsed = edtf.parse_edtf(part)
    except EDTFParseException:
        raise ValueError(part) from None
    if type(parsed) is not edtf.Date:
        raise ValueError(part)
    return date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3])


def _widened(days: tuple[date, date], unit: str) -> Window:
    """Move both sides out by one day, month or year; the calendar's own ends are not passed."""
    first, last = days
    before = first if first == date.min else first - timedelta(days=1)
    after = last if last == date.max else last + timedelta(days=1)
    return Window(_floor(before, unit), _ceiling(after, unit))


def _floor(day: date, unit: str) -> date:
    """Return the first day of the unit that ``day`` lies in."""
    return day.replace(month=1 if unit == "year" else day.month, day=day.day if unit == "day" else 1)


def _ceiling(day: date, unit: str) -> date:
    """Return the last day of the unit that ``day`` lies in."""
    month = _MONTHS if unit == "year" else day.month
    return day if unit == "day" else date(day.year, month, calendar.monthrange(day.year, month)[1])


def _endpoint(text: str | None, which: str) -> Window:
    """Read a stated start or end of a status; one left out is open on both sides."""
    if text is None:
        return Window(None, None)
    if text == "..":
        raise DateError(f'".." cannot be a {which}', text, 0, "leave the start out when the seed does not give it")
    if "/" in text:
        raise DateError(
            f"an interval cannot be the {which} of a status",
            text,
            text.index("/"),
            "write start and end, or a set [a..b]",
        )
    return parse_window(text)


def _cut(window: Window, text: str, speaks_until: date, *, close: bool = True) -> Window:
    """End a window on the day the seed speaks until; ``close`` ends an open one there too."""
    if window.earliest and window.earliest > speaks_until:
        raise DateError(
            f"the date lies after {speaks_until}, the day the seed speaks until",
            text,
            0,
            "set the words aside as a forecast, or mend the date",
        )
    latest = window.latest or (speaks_until if close else None)
    return Window(window.earliest, latest and min(latest, speaks_until))


def _ordered(start: Window, end: Window, text: str, caret: int) -> Bounds:
    """Join two windows; the end may not begin or close before the start does."""
    if (start.earliest and end.earliest and end.earliest < start.earliest) or (
        start.latest and end.latest and end.latest < start.latest
    ):
        raise DateError(
            "the end comes before its start",
            text,
            caret,
            "swap them, or narrow the wider one: [1993-05..1993-12] after 1993-05",
        )
    return Bounds(*start, *end)
