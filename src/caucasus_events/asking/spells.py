"""What each row says of every day beside the other rows of its proposition.

A row's *last day* is ``speaks_until``, the last that it can speak of. What it says of a day is the first of these that
fits: after its last day ``after the source``, and there it may be *passed over*, or *carried*; else certain, before
the stated start, after the stated end, start uncertain, end uncertain.

**Passed over** is a true row, after its last day, where another true row of its proposition with the same ``place`` (or
both without) was certain on that day and speaks later: the other knows how the spell went on, so that this one's
``after the source`` no longer counts. Where the end of the row is stated, only less closely, its last certain day does
as well: the two are one spell, and the other knows its end. Spells that do not meet, and rows of two places, never
answer for each other.

**Carried**, if the reader asks for it up to a day, is a row whose ``end_state`` is ongoing and that was certain on its
last day: it is taken to go on, but at most to the day before, of whatever comes first, (1) the first day after its last
on which an opposite claim is certain; (2) the first day of the stated end of a row that passes it over; (3) the
``start_earliest``, later than its last day, of another row of the proposition with the same ``place``.

A *weak* row is one below the confidence that is asked for. It passes over nothing, is not carried and stops no other;
a strong one may pass it over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.model.asked import one_of
from caucasus_events.model.codebook import codes

from .answers import FIRST_DAY, LAST_DAY, Why, covered, day_numbers, last_days, next_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .answers import Ints

    Flags = NDArray[np.bool_]

# What a row can say that is no reason.
CERTAIN, CARRIED, PASSED_OVER = -1, -2, -3


class Spells(NamedTuple):
    """What decides of each row what it says, as arrays; days are numbers."""

    proposition: Ints
    spot: Ints  # a proposition and a place; those without a place are of one spot
    holds: Flags
    strong: Flags  # not below the confidence that is asked for
    start_earliest: Ints
    start_latest: Ints
    end_earliest: Ints
    end_latest: Ints
    until: Ints
    ongoing: Flags
    ended: Flags  # its end is stated

    @property
    def known_last(self) -> Ints:
        """The last day on which each row is certain, if it is on any."""
        return np.minimum(self.end_earliest, self.until)

    @property
    def still_so(self) -> Flags:
        """Which rows were certain on their last day."""
        return (self.start_latest <= self.until) & (self.until <= self.end_earliest)


def read_spells(statuses: pd.DataFrame, proposition: Ints, confidence: str) -> Spells:
    """Read rows whose propositions are numbered; of a frame without place or confidence no row has one."""
    levels = codes("confidence")
    weak = levels[levels.index(one_of("confidence", confidence, levels)) + 1 :]
    none = pd.Series(None, statuses.index, dtype="str")
    place, names = pd.factorize(statuses.get("place", none))
    return Spells(
        proposition,
        proposition * (len(names) + 1) + place + 1,
        statuses["holds"].to_numpy(bool),
        ~statuses.get("confidence", none).isin(weak).to_numpy(bool),
        # A bound that is null: an outer one excludes no day, an inner one lies outside the calendar: no day is certain.
        day_numbers(statuses["start_earliest"], FIRST_DAY),
        day_numbers(statuses["start_latest"], LAST_DAY + 1),
        day_numbers(statuses["end_earliest"], FIRST_DAY - 1),
        day_numbers(statuses["end_latest"], LAST_DAY),
        day_numbers(statuses["speaks_until"], LAST_DAY),
        (statuses["end_state"] == "ongoing").to_numpy(bool),
        statuses["end_latest"].notna().to_numpy(),
    )


def is_passed_over(spells: Spells) -> Flags:
    """Say which rows are passed over, after their last day."""
    knowing = spells.holds & spells.strong
    # The days on which each of these is certain, and after which it still speaks.
    spans = spells.spot, spells.start_latest, np.minimum(spells.end_earliest, spells.until - 1)
    on_its_last_day = covered([side[knowing] for side in spans], spells.spot, spells.until)
    return spells.holds & (on_its_last_day | _is_known_to_end(spells, knowing))


def _is_known_to_end(spells: Spells, knowing: Flags) -> Flags:
    """Say which rows with a stated end have their last certain day in common with another one that speaks later."""
    latest = pd.Series(np.where(knowing, spells.until, FIRST_DAY)).groupby(spells.spot).transform("max").to_numpy()
    asked = spells.ended & (spells.start_latest <= spells.known_last) & (spells.until < latest)
    own = {"spot": spells.spot, "row": np.arange(len(asked)), "day": spells.known_last, "until": spells.until}
    others = {"spot": spells.spot, "first": spells.start_latest, "last": spells.known_last, "later": spells.until}
    # Pairs of one spot, and there are few: of most spots nobody speaks later than a row whose end is stated.
    pairs = pd.DataFrame(own)[asked].merge(pd.DataFrame(others)[knowing], on="spot")
    found = np.zeros(len(asked), bool)
    found[pairs["row"][pairs["day"].between(pairs["first"], pairs["last"]) & (pairs["later"] > pairs["until"])]] = True
    return found


def carried_until(spells: Spells, passed_over: Flags, carry_to: int | None) -> Ints:
    """Return the day to which each row is taken to go on: its last day, if it is not carried."""
    if carry_to is None:
        return spells.until
    able = spells.strong & spells.ongoing & spells.still_so & (spells.until < carry_to)
    spot, start = (side[spells.strong] for side in (spells.spot, spells.start_earliest))
    other_start = next_day(spot, start, spells.spot, spells.until)
    stops = [_opposite_day(spells), _stated_end(spells, able & passed_over), other_start]
    last = np.minimum(carry_to, np.min(stops, axis=0) - 1)
    return np.where(able, np.maximum(last, spells.until), spells.until)


def said(spells: Spells, carry_to: int | None = None) -> tuple[Ints, Ints]:
    """Return the days from which on each row says something, in order, and what: m days by n rows, both.

    What is said is the number of a reason, :data:`CERTAIN`, :data:`CARRIED` or :data:`PASSED_OVER`. Two days of a row
    may be one: then the last of them counts.
    """
    passed_over = is_passed_over(spells)
    carried = carried_until(spells, passed_over, carry_to)
    # Every row speaks from the first day of the calendar on, if only to say that it has not begun.
    opening = np.full(len(carried), FIRST_DAY)
    begins, ends = [opening, spells.start_earliest, spells.start_latest], [spells.end_earliest, spells.end_latest]
    day = np.sort(np.stack([*begins, *(last + 1 for last in (*ends, spells.until, carried))]), axis=0)
    # The first that fits: the order of these lines is the definition of what a row says.
    cases = {
        PASSED_OVER: (day > carried) & passed_over,
        Why.AFTER_THE_SOURCE: day > carried,
        CARRIED: day > spells.until,
        CERTAIN: (spells.start_latest <= day) & (day <= spells.end_earliest),
        Why.BEFORE_THE_STATED_START: day < spells.start_earliest,
        Why.AFTER_THE_STATED_END: day > spells.end_latest,
        Why.START_UNCERTAIN: spells.start_latest > day,
    }
    return day, np.select(list(cases.values()), list(cases), Why.END_UNCERTAIN)


def row_stretches(spells: Spells, carry_to: int | None = None) -> pd.DataFrame:
    """Lay out what every row says as stretches: the place of the row, first_day, last_day (both included), says."""
    day, says = said(spells, carry_to)
    row, first = np.repeat(np.arange(day.shape[1]), len(day)), day.T.ravel()
    found = {"row": row, "first_day": first, "last_day": last_days(row, first), "says": says.T.ravel()}
    stretches = pd.DataFrame(found)
    # Of two that begin on one day the first is empty; what begins after the calendar is none.
    return stretches[stretches["first_day"] <= stretches["last_day"]]


def _opposite_day(spells: Spells) -> Ints:
    """Return the first day after the last of each row on which an opposite claim, not a weak one, is certain."""
    claim, opposite = spells.proposition * 2 + spells.holds, spells.proposition * 2 + ~spells.holds
    certain = spells.strong & (spells.start_latest <= spells.known_last)
    group, first, last = (side[certain] for side in (claim, spells.start_latest, spells.known_last))
    at_once = covered((group, first, last), opposite, spells.until + 1)
    return np.where(at_once, spells.until + 1, next_day(group, first, opposite, spells.until))


def _stated_end(spells: Spells, asked: Flags) -> Ints:
    """Return the first day of the stated end of the rows that pass some over; of several that of the earliest."""
    ending = spells.holds & spells.strong & spells.ended
    days = {"spot": spells.spot, "start": spells.start_latest, "end": spells.end_earliest, "until": spells.until}
    rows = pd.DataFrame({"spot": spells.spot, "row": np.arange(len(asked)), "last": spells.until})[asked]
    # Pairs of one spot, and there are few: rows that go on beside rows that ended.
    pairs = rows.merge(pd.DataFrame(days)[ending], on="spot")
    knows = pairs["last"].between(pairs["start"], pairs["end"]) & (pairs["until"] > pairs["last"])
    first = pairs[knows].groupby("row")["end"].min()
    found = np.full(len(asked), LAST_DAY + 1)
    found[first.index] = first
    return found
