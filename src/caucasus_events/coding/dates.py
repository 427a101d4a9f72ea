"""EDTF dates, as a coder writes them, to windows of days.

What a date may be, how wide its window is, and how the four bounds of an event or a status follow from it. What an open
or an unknown end means is decided here, because libraries for EDTF merge the two, and their bounds of ``~ ? %`` are
years too wide or leave the mark out.
"""

import re
from datetime import UTC, date, datetime, timedelta

from caucasus_events.model.bounds import Bounds, Window, stated_days

_SINGLE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?[~?%]?")
_MARKS = "~?%"
# How precise a single date is, by its length without a mark.
_PRECISION = {4: "year", 7: "month", 10: "day"}
_FORMS = "YYYY, YYYY-MM or YYYY-MM-DD, each with ~ ? or %; [a..b], [..b], [a..]; a/b for an event"


# Somewhere on earth it is a day later than in Greenwich.
_EASTERNMOST = timedelta(hours=14)


def today() -> date:
    """Return the day that it is somewhere on earth: what is refused for it today is built later, and never less."""
    return (datetime.now(UTC) + _EASTERNMOST).date()


class DateError(ValueError):
    """A date that cannot be coded: what is wrong, where in the date (a caret), what to do."""

    def __init__(self, what: str, text: str, caret: int, do: str) -> None:
        self.what, self.text, self.caret, self.do = what, text, caret, do
        super().__init__(f"{what}: {text}")


def parse_window(text: str) -> Window:
    """Read a single date or a set as the window of days it stands for; a :class:`DateError` if it is neither.

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
    """Say how precise a coded date is: a code of the codebook's ``precision``.

    >>> precision("1988-02~"), precision("[1988..1990]"), precision(None)
    ('month', 'range', 'none')
    """
    if text is None:
        return "none"
    return _PRECISION[len(text.rstrip(_MARKS))] if _SINGLE.fullmatch(text) else "range"


def event_bounds(text: str | None, speaks_until: date) -> Bounds:
    """Return the four bounds of an event, cut on the day until which its seed speaks.

    A single date or a set is the window of both start and end; ``a/b`` began in a and ended in b; no date means no
    later than that day.

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
    """Return the four bounds of a status, cut as an event's are, and the state of its end.

    An end ``..`` was still so on ``speaks_until`` and has no latest day; an end left out is unknown, and earliest the
    start's earliest; a start left out is no later than the stated end.

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
    # What one side leaves open, the other closes: it began before it ended.
    begin = Window(begin.earliest, begin.latest or finish.latest)
    finish = Window(finish.earliest or begin.earliest, finish.latest)
    return _ordered(begin, finish, end, 0), "ended"


def reported_event_bounds(text: str, compiled: date) -> Bounds:
    """Return the four bounds of an event that other sources state; nobody compiled what came later.

    An event of other sources has a last day: a set that is open at its end is refused.

    >>> reported_event_bounds("[..1994]", date(2025, 1, 1)).start_latest
    datetime.date(1994, 12, 31)
    """
    if "/" not in text and parse_window(text).latest is None:
        what, do = "an event needs a last day on which it can have been", "close the set: [1993-05..1993-12]"
        raise DateError(what, text, 0, do)
    try:
        return event_bounds(text, compiled)
    except DateError as error:
        raise _compiled_before(error, compiled) from None


def reported_status_bounds(start: str | None, end: str | None, horizon: date) -> tuple[Bounds, str]:
    """Return the four bounds of a status that other sources state, and the state of its end.

    The horizon is the last day on which a source says that it is so; where an end is stated, the day of compiling. An
    end left out is unknown, and not before the horizon: it held until then at least.

    >>> reported_status_bounds("2003", None, date(2014, 1, 1))[0].end_earliest
    datetime.date(2014, 1, 1)
    """
    try:
        bounds, state = status_bounds(start, end, horizon)
    except DateError as error:
        raise _compiled_before(error, horizon) from None
    return (bounds._replace(end_earliest=horizon) if end is None else bounds), state


def _compiled_before(error: DateError, day: date) -> DateError:
    """Say of a date that is too late what it is later than, in the words of a file of other sources."""
    if not error.what.startswith("the date lies after"):
        return error
    what = f"the date lies after {day}, the last day that is known"
    return DateError(what, error.text, error.caret, "mend the date, known_until or compiled")


def reading_bounds(side: str, text: str) -> Bounds:
    """Return what another source says of one side of a record as bounds; no day of publication cuts them.

    ``side`` is the ``date`` of an event, the ``start`` or the ``end`` of a status. None stands wherever the reading
    says nothing: of a start, on both sides of the end.

    >>> reading_bounds("end", "[2020-11..]").end_earliest
    datetime.date(2020, 11, 1)
    """
    if side != "date":
        window = _endpoint(text, side)
        return Bounds(*window, None, None) if side == "start" else Bounds(None, None, *window)
    if "/" not in text:
        window = parse_window(text)
        return Bounds(*window, *window)
    first, last = text.split("/", 1)
    return _ordered(_single(first, text, 0), _single(last, text, len(first) + 1), text, len(first) + 1)


def _single(part: str, text: str, caret: int) -> Window:
    """Read one date with or without a mark, as part of ``text``, where it stands at ``caret``."""
    if not _SINGLE.fullmatch(part):
        raise DateError("the date is not one that this dataset reads", text, caret, f"write {_FORMS}")
    plain = part.rstrip(_MARKS)
    days = _plain(plain, text, caret)
    return Window(*days) if plain == part else _widened(days, len(plain))


def _plain(part: str, text: str, caret: int) -> tuple[date, date]:
    """Read one date without a mark as its first and last day; it is part of ``text`` and stands at ``caret``."""
    try:
        days = stated_days(part)
    except ValueError:
        raise DateError("there is no such day", text, caret, "look the date up in the seed") from None
    if days is None:
        raise DateError("a set takes plain dates", text, caret, "leave out ~ ? and %, and widen the set instead")
    return days


def _widened(days: tuple[date, date], length: int) -> Window:
    """Move both sides out by the unit that a date of this length states; the calendar's own ends are not passed."""
    first, last = days
    before = first if first == date.min else first - timedelta(days=1)
    after = last if last == date.max else last + timedelta(days=1)
    # The day before lies in the unit before: cut to the same length it names that unit.
    earlier, later = (_plain(day.isoformat()[:length], "", 0) for day in (before, after))
    return Window(earlier[0], later[1])


def _endpoint(text: str | None, side: str) -> Window:
    """Read a stated start or end of a status; one left out is open on both sides."""
    if text is None:
        return Window(None, None)
    if text == "..":
        raise DateError(f'".." cannot be a {side}', text, 0, "leave the start out when the seed does not give it")
    if "/" in text:
        what, do = f"an interval cannot be the {side} of a status", "write start and end, or a set [a..b]"
        raise DateError(what, text, text.index("/"), do)
    return parse_window(text)


def _cut(window: Window, text: str, speaks_until: date, *, close: bool = True) -> Window:
    """End a window on the day the seed speaks until; ``close`` ends an open one there too."""
    if window.earliest and window.earliest > speaks_until:
        what = f"the date lies after {speaks_until}, the day the seed speaks until"
        raise DateError(what, text, 0, "set the words aside as a forecast, or mend the date")
    latest = window.latest or (speaks_until if close else None)
    return Window(window.earliest, latest and min(latest, speaks_until))


def _ordered(start: Window, end: Window, text: str, caret: int) -> Bounds:
    """Join two windows; the end may not begin or close before the start does."""
    if (start.earliest and end.earliest and end.earliest < start.earliest) or (
        start.latest and end.latest and end.latest < start.latest
    ):
        do = "swap them, or narrow the wider one: [1993-05..1993-12] after 1993-05"
        raise DateError("the end comes before its start", text, caret, do)
    return Bounds(*start, *end)
