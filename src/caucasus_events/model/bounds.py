"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date


class Window(NamedTuple):
    """Days from ``earliest`` to ``latest``, both included; None where a side is open."""

    earliest: date | None
    latest: date | None


class Bounds(NamedTuple):
    """The four bounds of a record: when it began and when it ended, each as a window."""

    start_earliest: date | None
    start_latest: date | None
    end_earliest: date | None
    end_latest: date | None


def relation(seed: Bounds, reading: Bounds) -> str:
    """Compare what another source says of a date with what the seed leaves open.

    Parameters
    ----------
    seed
        The four bounds of the record, None where the seed leaves a side open.
    reading
        Those of the reading, None where it says nothing.

    Returns
    -------
    str
        ``contradicts`` if it leaves start or end without a day, ``confirms`` if it narrows
        nothing, else ``refines``.

    Examples
    --------
    >>> seed = event_bounds("1993", date(2020, 7, 23))
    >>> [relation(seed, reading_bounds("date", text)) for text in ("1993-04", "[1992..1994]", "1994")]
    ['refines', 'confirms', 'contradicts']
    """
    windows = [Window(*seed[:2]), Window(*seed[2:])]
    met = [_meet(*pair) for pair in zip(windows, (Window(*reading[:2]), Window(*reading[2:])), strict=True)]
    if any(window.earliest and window.latest and window.earliest > window.latest for window in met):
        return "contradicts"
    return "confirms" if met == windows else "refines"


def _meet(one: Window, other: Window) -> Window:
    """Give the days that two windows share; where one is open, the other alone counts."""
    earliest = [day for day in (one.earliest, other.earliest) if day]
    latest = [day for day in (one.latest, other.latest) if day]
    return Window(max(earliest, default=None), min(latest, default=None))
