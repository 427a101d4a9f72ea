"""What an answer is, and the sums of changes over days that answers are computed with.

Days are counted from 1970-01-01. Something that changes from day to day is a step function, given by its changes: a
group, a day and by how much each count changes on it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


class Answer(IntEnum):
    """What a proposition or a cell is on a day: as a category its name, in an array of states its number."""

    YES = 0
    NO = 1
    UNKNOWN = 2


class Why(IntEnum):
    """Why an answer is unknown. Of several reasons the first that applies is given."""

    SOURCES_DISAGREE = 0
    BETWEEN_SOURCES = 1
    START_UNCERTAIN = 2
    END_UNCERTAIN = 3
    BEFORE_THE_STATED_START = 4
    AFTER_THE_STATED_END = 5
    AFTER_THE_SOURCE = 6
    LOW_CONFIDENCE = 7
    NO_SOURCE = 8
    CHANGES_WITHIN = 9

    @property
    def words(self) -> str:
        """How it is written, as a category."""
        return self.name.lower().replace("_", " ")


ANSWERS = tuple(answer.name.lower() for answer in Answer)
REASONS = tuple(why.words for why in Why)
OUTSIDE = ("unknown", "no")

FIRST_DAY = -719162  # 0001-01-01
LAST_DAY = 2932896  # 9999-12-31
# The days of the whole calendar. A place is group × CALENDAR + days since the first: one number that sorts by both.
CALENDAR = LAST_DAY - FIRST_DAY + 1


class Sweep(NamedTuple):
    """Step functions by group: from ``day`` on, until the next of its group, it is ``value``."""

    group: Ints
    day: Ints
    value: Ints


def sweep(group: Ints, day: Ints, change: Ints) -> Sweep:
    """Add up step functions that are given by their changes: n changes, each of m counts.

    In the order of group and day there is one entry per group and day of change: the m counts from that day on. Changes
    after 9999-12-31 are left out.

    >>> sweep(np.array([0, 0, 1]), np.array([5, 3, 4]), np.array([[1], [1], [1]])).value.tolist()
    [[1], [2], [1]]
    """
    kept = day <= LAST_DAY
    # The calendars of the groups laid end to end, so that one sort orders both.
    place = places(group[kept], day[kept])
    order = np.argsort(place, kind="stable")
    place, first = np.unique(place[order], return_index=True)
    # All changes of one place are added first: what begins and ends on one day must not show in between.
    # reduceat refuses an empty list of places.
    total = np.cumsum(np.add.reduceat(change[kept][order], first, axis=0), axis=0) if len(first) else change[:0]
    where, day = place // CALENDAR, place % CALENDAR + FIRST_DAY
    # The sum runs on over all groups: from each is taken what those before it had come to when it opens.
    opens = np.flatnonzero(np.diff(where, prepend=-1))
    carried = np.concatenate([np.zeros_like(total[:1]), total])[opens]
    return Sweep(where, day, total - np.repeat(carried, np.diff(opens, append=len(where)), axis=0))


def covered(spans: Sequence[Ints], group: Ints, day: Ints) -> NDArray[np.bool_]:
    """Say of days of groups whether any span of that group has them: spans are groups, first and last days.

    A span that ends before it begins has no day.

    >>> spans = np.array([0, 0]), np.array([3, 8]), np.array([5, 7])
    >>> covered(spans, np.array([0, 0, 0, 1]), np.array([5, 6, 8, 4])).tolist()
    [True, False, False, False]
    """
    within, first, last = (side[spans[1] <= spans[2]] for side in spans)
    # As many spans have a day as have begun by then, less those that are over.
    begun, over = (np.sort(places(within, side)) for side in (first, last + 1))
    place = places(group, day)
    return np.searchsorted(begun, place, "right") > np.searchsorted(over, place, "right")


def next_day(group: Ints, day: Ints, of_group: Ints, after: Ints) -> Ints:
    """Find the first of the days of a group that comes after a day; the day after the calendar where none does.

    >>> next_day(np.array([0, 0, 1]), np.array([3, 8, 4]), np.array([0, 0, 0]), np.array([2, 3, 8])).tolist()
    [3, 8, 2932897]
    """
    place = np.append(np.sort(places(group, day)), np.iinfo(np.int64).max)
    found = place[np.searchsorted(place, places(of_group, after), "right")]
    return np.where(found // CALENDAR == of_group, found % CALENDAR + FIRST_DAY, LAST_DAY + 1)


def places(group: Ints, day: Ints) -> Ints:
    """Write groups and days as one number each."""
    return group * CALENDAR + (day - FIRST_DAY)


def last_days(group: Ints, day: Ints) -> Ints:
    """Return the last day of every step of a sweep: the day before the next of its group, or 9999-12-31.

    >>> last_days(np.array([0, 0, 1]), np.array([3, 5, 4])).tolist()
    [4, 2932896, 2932896]
    """
    same = group[1:] == group[:-1]
    return np.append(np.where(same, day[1:] - 1, LAST_DAY), [LAST_DAY] * (len(day) > 0)).astype(np.int64)


def day_numbers(days: pd.Series, null: int) -> Ints:
    """Count days from 1970-01-01; ``null`` stands for a day that is not known."""
    numbers = days.to_numpy("datetime64[D]").astype(np.int64)
    return np.where(days.isna().to_numpy(), null, numbers)
