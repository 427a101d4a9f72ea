"""Statuses to answers: what each proposition is on every day, and why it is unknown.

A *proposition* is a type, a subject, an object and what it is limited to (``about``), over all seeds. Its answer is a
step function of the day: it changes only next to a bound of one of its rows. A *cell* is what a panel or a reader's row
shows of one type and one actor or pair on one day. Days are counted from 1970-01-01.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.model.asked import one_of
from caucasus_events.model.rows import PROPOSITION

if TYPE_CHECKING:
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
    START_UNCERTAIN = 1
    END_UNCERTAIN = 2
    BEFORE_THE_STATED_START = 3
    AFTER_THE_STATED_END = 4
    AFTER_THE_SOURCE = 5
    NO_SOURCE = 6
    CHANGES_WITHIN = 7

    @property
    def words(self) -> str:
        """How it is written, as a category."""
        return self.name.lower().replace("_", " ")


ANSWERS = tuple(answer.name.lower() for answer in Answer)
REASONS = tuple(why.words for why in Why)
OUTSIDE = ("unknown", "no")

FIRST_DAY = -719162  # 0001-01-01
LAST_DAY = 2932896  # 9999-12-31
_DAYS = LAST_DAY - FIRST_DAY + 1

# The reasons that a single row can give; the others come of several rows, of none, or of several days.
_OF_A_ROW = tuple(Why)[Why.START_UNCERTAIN : Why.NO_SOURCE]
# What stands in the place of a reason where a row is certain, or an answer is yes or no: the code of a null category.
_CERTAIN = -1


class Sweep(NamedTuple):
    """Step functions by group: from ``day`` on, until the next of its group, it is ``value``."""

    group: Ints
    day: Ints
    value: Ints


def steps(statuses: pd.DataFrame, outside: str = "unknown") -> pd.DataFrame:
    """Answer every proposition on every day, as stretches of days that tile the whole calendar.

    ``outside="no"``: where a proposition has rows that hold, and all of these are before the stated start or after the
    stated end, unknown becomes ``no``. Columns: those of :data:`.PROPOSITION`, symmetric, first_day, last_day (both
    included), answer, why (null with yes and no).

    >>> from caucasus_events import load_statuses
    >>> border = load_statuses().query("status_id == 'turkey-armenia-border-closed'")
    >>> steps(border)[["first_day", "answer", "why"]].values.tolist()[1:3]
    [[8401, 'unknown', 'start uncertain'], [8765, 'yes', nan]]
    """
    one_of("value of outside", outside, OUTSIDE)
    number, propositions = _propositions(statuses)
    swept = sweep(*_changes_at_bounds(statuses, number))
    true_rows = np.bincount(number, statuses["holds"].to_numpy(bool), len(propositions)).astype(int)
    answer, why = _combine(swept.value, true_rows[swept.group], outside)
    # Neighbours with one answer and one reason are joined.
    kept = _changed(swept.group, answer, why)
    group, day = swept.group[kept], swept.day[kept]
    named = propositions.iloc[group].reset_index(drop=True)
    answers = pd.Categorical.from_codes(answer[kept], pd.Index(ANSWERS))
    reasons = pd.Categorical.from_codes(why[kept], pd.Index(REASONS))
    return named.assign(first_day=day, last_day=last_days(group, day), answer=answers, why=reasons)


def sweep(group: Ints, day: Ints, change: Ints) -> Sweep:
    """Add up step functions that are given by their changes: n changes, each of m counts.

    In the order of group and day there is one entry per group and day of change: the m counts from that day on. Changes
    after 9999-12-31 are left out.

    >>> sweep(np.array([0, 0, 1]), np.array([5, 3, 4]), np.array([[1], [1], [1]])).value.tolist()
    [[1], [2], [1]]
    """
    kept = day <= LAST_DAY
    # Group and day as one number: the calendars of the groups laid end to end, so that one sort orders both.
    place = group[kept] * _DAYS + (day[kept] - FIRST_DAY)
    order = np.argsort(place, kind="stable")
    place, first = np.unique(place[order], return_index=True)
    # All changes of one place are added first: what begins and ends on one day must not show in between.
    # reduceat refuses an empty list of places.
    total = np.cumsum(np.add.reduceat(change[kept][order], first, axis=0), axis=0) if len(first) else change[:0]
    where, day = place // _DAYS, place % _DAYS + FIRST_DAY
    # The sum runs on over all groups: from each is taken what those before it had come to when it opens.
    opens = np.flatnonzero(np.diff(where, prepend=-1))
    carried = np.concatenate([np.zeros_like(total[:1]), total])[opens]
    return Sweep(where, day, total - np.repeat(carried, np.diff(opens, append=len(where)), axis=0))


def cells(stretches: pd.DataFrame, *, pairs: bool, directed: bool = True) -> pd.DataFrame:
    """Turn what :func:`steps` returns into what a panel or a reader's row shows of each type, as stretches.

    Of one actor (the subject, or either side where the type is symmetric) a cell is yes if any proposition is, and
    never no. Of a pair it is yes if the proposition is, whatever it is limited to, and no only if the proposition that
    is not limited is; symmetric types stand for both orders. Of a pair without order (the first is earlier in the
    alphabet) a directed type is yes if either direction is, and no only if both are. Columns: type, subject, object
    (with pairs), first_day, last_day (both included), state (an :class:`Answer`, int8).

    >>> from caucasus_events import load_statuses
    >>> border = steps(load_statuses().query("status_id == 'turkey-armenia-border-closed'"))
    >>> cells(border, pairs=False)[["subject", "first_day", "last_day", "state"]].values.tolist()[1]
    ['TUR', 8765, 18466, 0]
    """
    keys = _cell_keys(stretches, pairs=pairs, directed=directed)
    names = list(keys.columns)
    number = keys.groupby(names, observed=True).ngroup().to_numpy()
    _, where = np.unique(number, return_index=True)
    source = keys.index.to_numpy()
    swept = sweep(number, stretches["first_day"].to_numpy()[source], _answer_changes(stretches)[source])
    # A directed type in a pair without order stands for two propositions, and a no needs both.
    both = not directed and pairs
    needed = np.where(~stretches["symmetric"].to_numpy()[source[where]] & both, 2, 1)[swept.group]
    yes, no = swept.value[:, 0] > 0, (swept.value[:, 1] >= needed) & pairs
    state = np.select([yes, no], [Answer.YES, Answer.NO], Answer.UNKNOWN).astype(np.int8)
    kept = _changed(swept.group, state)
    group, day = swept.group[kept], swept.day[kept]
    named = keys.iloc[where].reset_index(drop=True).iloc[group].reset_index(drop=True)
    return named.assign(first_day=day, last_day=last_days(group, day), state=state[kept])


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


def _propositions(statuses: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Number the propositions of the rows; a symmetric one is written in alphabetical order."""
    keys = statuses[[*PROPOSITION, "symmetric"]].reset_index(drop=True)
    turned = keys["symmetric"] & (keys["subject"] > keys["object"])
    subject, keep = keys["subject"], ~turned
    keys["subject"] = subject.where(keep, keys["object"])
    keys["object"] = keys["object"].where(keep, subject)
    number = keys.groupby([*PROPOSITION], observed=True, dropna=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    return number, keys.iloc[first]


def _changes_at_bounds(statuses: pd.DataFrame, number: Ints) -> tuple[Ints, Ints, Ints]:
    """Turn rows into changes of what :func:`_combine` counts, on every day on which a row can say something else."""
    # A bound that is null: an outer one excludes no day, an inner one lies outside the calendar: no day is certain.
    start_earliest = day_numbers(statuses["start_earliest"], FIRST_DAY)
    start_latest = day_numbers(statuses["start_latest"], LAST_DAY + 1)
    end_earliest = day_numbers(statuses["end_earliest"], FIRST_DAY - 1)
    end_latest = day_numbers(statuses["end_latest"], LAST_DAY)
    until = day_numbers(statuses["speaks_until"], LAST_DAY)
    # Every row speaks from the first day of the calendar on, if only to say that it has not begun.
    opening = np.full(len(statuses), FIRST_DAY)
    bounds = [opening, start_earliest, start_latest, end_earliest + 1, end_latest + 1, until + 1]
    day = np.sort(np.stack(bounds), axis=0)
    # The first that fits: the order of these lines is the definition of what a row says.
    certain, is_before, is_after = (start_latest <= day) & (day <= end_earliest), day < start_earliest, day > end_latest
    cases = [day > until, certain, is_before, is_after, start_latest > day]
    meant = [Why.AFTER_THE_SOURCE, _CERTAIN, Why.BEFORE_THE_STATED_START, Why.AFTER_THE_STATED_END, Why.START_UNCERTAIN]
    said = np.select(cases, meant, Why.END_UNCERTAIN)
    holds, certain = statuses["holds"].to_numpy(bool), said == _CERTAIN
    is_outside = (said == Why.BEFORE_THE_STATED_START) | (said == Why.AFTER_THE_STATED_END)
    counted = [certain & holds, certain & ~holds, is_outside & holds, *(said == reason for reason in _OF_A_ROW)]
    counts = np.stack(counted, axis=-1).astype(np.int64)
    # Two bounds of a row may fall on one day: the second then changes nothing.
    changes = np.diff(counts, axis=0, prepend=0)
    return np.broadcast_to(number, day.shape).ravel(), day.ravel(), changes.reshape(-1, changes.shape[-1])


def _combine(counts: Ints, true_rows: Ints, outside: str) -> tuple[Ints, Ints]:
    """Answer propositions from what their rows say; with yes and no the reason is that of a null category.

    Counted are, in this order: rows that are certain, denials that are certain, rows (no denials) outside their stated
    bounds, and rows and denials with each reason of one row.
    """
    true, false, outside_rows, *reasons = counts.T
    disagree = (true > 0) & (false > 0)
    closed = (outside == "no") & (true_rows > 0) & (outside_rows == true_rows)
    cases, answers = [disagree, true > 0, (false > 0) | closed], [Answer.UNKNOWN, Answer.YES, Answer.NO]
    answer = np.select(cases, answers, Answer.UNKNOWN)
    why = np.select([disagree, *(count > 0 for count in reasons)], [Why.SOURCES_DISAGREE, *_OF_A_ROW], _CERTAIN)
    return answer, np.where(answer == Answer.UNKNOWN, why, _CERTAIN)


def _changed(*columns: Ints) -> Ints:
    """Return the places where any of the columns differs from the place before; -2 is no value of any."""
    return np.flatnonzero(np.logical_or.reduce([np.diff(column, prepend=-2) != 0 for column in columns]))


def _cell_keys(stretches: pd.DataFrame, *, pairs: bool, directed: bool) -> pd.DataFrame:
    """Name the cells that every stretch counts in; the index is the place of the stretch."""
    keys = stretches[["type", "subject", "object"]].reset_index(drop=True)
    turned = keys.rename(columns={"subject": "object", "object": "subject"})[keys.columns]
    if pairs and not directed:
        return keys.where(keys["subject"] <= keys["object"], turned)
    # A symmetric stretch counts in both orders; of one with itself it would count twice.
    symmetric = stretches["symmetric"].to_numpy() & (keys["subject"] != keys["object"]).to_numpy()
    keys = pd.concat([keys, turned[symmetric]])
    return keys if pairs else keys.drop(columns="object")


def _answer_changes(stretches: pd.DataFrame) -> Ints:
    """Count, at the first day of every stretch, by how much yes and unlimited no change."""
    no = (stretches["answer"] == "no") & stretches["about"].isna()
    counts = np.stack([stretches["answer"] == "yes", no], axis=-1).astype(np.int64)
    # With the calendar a proposition opens: all of it is a change, not its difference to the one before it.
    opens = (stretches["first_day"] == FIRST_DAY).to_numpy()[:, None]
    return np.where(opens, counts, np.diff(counts, axis=0, prepend=0))
