"""Statuses to answers: what each proposition is on every day, and why it is unknown.

A *proposition* is a type, a subject, an object and what it is limited to (``about``), over all
seeds. Its answer is a step function of the day: it changes only next to a bound of one of its rows.
A *cell* is what a panel or a reader's row shows of one type and one actor or pair on one day.
Days are counted from 1970-01-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


FIRST_DAY = -719162  # 0001-01-01


LAST_DAY = 2932896  # 9999-12-31


ANSWERS = ("yes", "no", "unknown")


REASONS = (
    "sources disagree",
    "start uncertain",
    "end uncertain",
    "before the stated start",
    "after the stated end",
    "after the source",
    "no source",
    "changes within",
)


OUTSIDE = ("unknown", "no")


PROPOSITION = ["type", "subject", "object", "about", "symmetric"]


NO, YES, UNKNOWN = 0, 1, 2


_DAYS = LAST_DAY - FIRST_DAY + 1


class Sweep(NamedTuple):
    """Step functions by group: from ``day`` on, until the next of its group, it is ``value``."""

    group: Ints
    day: Ints
    value: Ints


def steps(statuses: pd.DataFrame, outside: str = "unknown") -> pd.DataFrame:
    """Give the answer to every proposition on every day, as stretches of days.

    Of one row, a day is, first that fits: after the source; certain; before the stated start;
    after the stated end; start uncertain; end uncertain. A proposition is ``unknown``
    (sources disagree) where a row and a denial are both certain, ``yes`` where a row is, ``no``
    where a denial is, and else ``unknown`` with the first reason of its rows in the order start
    uncertain, end uncertain, before the stated start, after the stated end, after the source.

    Parameters
    ----------
    statuses
        Rows of the table ``statuses``; all or some of them.
    outside
        ``"unknown"``, or ``"no"``: where a proposition has rows that hold, and all of these are
        before the stated start or after the stated end, unknown becomes ``no``.

    Returns
    -------
    DataFrame
        One row per proposition and stretch of days with one answer and one reason, in codebook
        order of the types, then by subject, object, about: type, subject, object, about (null:
        not limited), symmetric, first_day and last_day (int64, days since 1970-01-01, both
        included; the stretches of a proposition tile 0001-01-01 … 9999-12-31), answer (``yes``,
        ``no``, ``unknown``) and why (null with yes and no).

    Raises
    ------
    InvalidValueError
        If ``outside`` is neither.

    Examples
    --------
    >>> from caucasus_events import load_statuses
    >>> border = load_statuses().query("type == 'border_closed'")
    >>> steps(border)[["first_day", "last_day", "answer", "why"]]
       first_day  last_day   answer                      why
    0    -719162      8400  unknown  before the stated start
    1       8401      8764  unknown          start uncertain
    2       8765     18466      yes                      NaN
    3      18467   2932896  unknown         after the source
    """
    if outside not in OUTSIDE:
        raise InvalidValueError(unknown("value of outside", str(outside), OUTSIDE))
    number, propositions = _propositions(statuses)
    swept = sweep(*_row_changes(statuses, number))
    true_rows = np.bincount(number, statuses["holds"].to_numpy(bool), len(propositions)).astype(int)
    answer, why = _combine(swept.value, true_rows[swept.group], outside)
    return _stretches(propositions, swept, answer, why)


def sweep(group: Ints, day: Ints, change: Ints) -> Sweep:
    """Add up step functions that are given by their changes.

    Parameters
    ----------
    group
        Which sum a change belongs to; shape (n,).
    day
        The day of the change; shape (n,). Changes after 9999-12-31 are left out.
    change
        By how much each of m counts changes on that day; shape (n, m).

    Returns
    -------
    Sweep
        In order of group and day, one entry per group and day of change: the m counts from
        that day on.

    Examples
    --------
    >>> sweep(np.array([0, 0, 1]), np.array([5, 3, 4]), np.array([[1], [1], [1]])).value.tolist()
    [[1], [2], [1]]
    """
    kept = day <= LAST_DAY
    place = group[kept] * _DAYS + (day[kept] - FIRST_DAY)
    order = np.argsort(place, kind="stable")
    place, first = np.unique(place[order], return_index=True)
    total = np.cumsum(np.add.reduceat(change[kept][order], first, axis=0), axis=0) if len(first) else change[:0]
    where, day = place // _DAYS, place % _DAYS + FIRST_DAY
    opens = np.flatnonzero(np.diff(where, prepend=-1))
    carried = np.concatenate([np.zeros_like(total[:1]), total])[opens]
    return Sweep(where, day, total - np.repeat(carried, np.diff(opens, append=len(where)), axis=0))


def cells(stretches: pd.DataFrame, *, pairs: bool, directed: bool = True) -> pd.DataFrame:
    """Give what a panel or a reader's row shows of each type, on every day, as stretches.

    Of one actor (the subject, or either side where the type is symmetric) a cell is yes if any
    proposition is, and never no. Of a pair it is yes if the proposition is, whatever it is
    limited to, and no only if the proposition that is not limited is; symmetric types stand for
    both orders. Of a pair without order a directed type is yes if either direction is, and no
    only if both are.

    Parameters
    ----------
    stretches
        What :func:`steps` gives.
    pairs
        Whether a cell is of two actors.
    directed
        Whether the order of the two carries meaning; if not, the first is the one earlier in
        the alphabet.

    Returns
    -------
    DataFrame
        One row per type, actor or pair, and stretch of days with one state, in this order: type,
        subject, object (with pairs), first_day, last_day (int64, both included; they tile
        0001-01-01 … 9999-12-31), state (int8: 0 no, 1 yes, 2 unknown).

    Examples
    --------
    >>> from caucasus_events import load_statuses
    >>> border = load_statuses().query("type == 'border_closed'")
    >>> cells(steps(border), pairs=False)
                type subject  first_day  last_day  state
    0  border_closed     TUR    -719162      8764      2
    1  border_closed     TUR       8765     18466      1
    2  border_closed     TUR      18467   2932896      2
    """
    keys = _cell_keys(stretches, pairs=pairs, directed=directed)
    names = list(keys.columns)
    number = keys.groupby(names, observed=True).ngroup().to_numpy()
    _, where = np.unique(number, return_index=True)
    source = keys.index.to_numpy()
    swept = sweep(number, stretches["first_day"].to_numpy()[source], _answer_changes(stretches)[source])
    both = not directed and pairs
    needed = np.where(~stretches["symmetric"].to_numpy()[source[where]] & both, 2, 1)[swept.group]
    yes, no = swept.value[:, 0] > 0, (swept.value[:, 1] >= needed) & pairs
    state = np.select([yes, no], [YES, NO], UNKNOWN).astype(np.int8)
    kept = _changed(swept.group, state)
    group, day = swept.group[kept], swept.day[kept]
    named = keys.iloc[where].reset_index(drop=True).iloc[group].reset_index(drop=True)
    return named.assign(first_day=day, last_day=last_days(group, day), state=state[kept])


def last_days(group: Ints, day: Ints) -> Ints:
    """Give the last day of every step: the day before the next of its group, or 9999-12-31.

    Parameters
    ----------
    group, day
        Of a :class:`Sweep`; shape (n,).

    Returns
    -------
    array of int
        Shape (n,).

    Examples
    --------
    >>> last_days(np.array([0, 0, 1]), np.array([3, 5, 4])).tolist()
    [4, 2932896, 2932896]
    """
    same = group[1:] == group[:-1]
    return np.append(np.where(same, day[1:] - 1, LAST_DAY), [LAST_DAY] * (len(day) > 0)).astype(np.int64)


def day_numbers(days: pd.Series, null: int) -> Ints:
    """Count days from 1970-01-01.

    Parameters
    ----------
    days
        Days at midnight without zone.
    null
        What stands for a day that is not known.

    Returns
    -------
    array of int64

    Examples
    --------
    >>> day_numbers(pd.Series(pd.to_datetime(["1970-01-02", None])), null=-1).tolist()
    [1, -1]
    """
    numbers = days.to_numpy("datetime64[D]").astype(np.int64)
    return np.where(days.isna().to_numpy(), null, numbers)


def _propositions(statuses: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Number the propositions of the rows; a symmetric one is written in alphabetical order."""
    keys = statuses[PROPOSITION].reset_index(drop=True)
    turned = keys["symmetric"] & (keys["subject"] > keys["object"])
    subject, keep = keys["subject"], ~turned
    keys["subject"] = subject.where(keep, keys["object"])
    keys["object"] = keys["object"].where(keep, subject)
    number = keys.groupby(PROPOSITION, observed=True, dropna=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    return number, keys.iloc[first]


def _row_changes(statuses: pd.DataFrame, number: Ints) -> tuple[Ints, Ints, Ints]:
    """Turn rows into changes of what :func:`_combine` counts, at every bound of each row."""
    start_earliest = day_numbers(statuses["start_earliest"], FIRST_DAY)
    start_latest = day_numbers(statuses["start_latest"], LAST_DAY + 1)
    end_earliest = day_numbers(statuses["end_earliest"], FIRST_DAY - 1)
    end_latest = day_numbers(statuses["end_latest"], LAST_DAY)
    until = day_numbers(statuses["speaks_until"], LAST_DAY)
    opening = np.full(len(statuses), FIRST_DAY)
    bounds = [opening, start_earliest, start_latest, end_earliest + 1, end_latest + 1, until + 1]
    day = np.sort(np.stack(bounds), axis=0)
    state = np.select(
        [
            day > until,
            (start_latest <= day) & (day <= end_earliest),
            day < start_earliest,
            day > end_latest,
            start_latest > day,
        ],
        [_AFTER_SOURCE, _CERTAIN, _BEFORE, _AFTER, _START],
        _END,
    )
    holds = statuses["holds"].to_numpy(bool)
    is_outside = (state == _BEFORE) | (state == _AFTER)
    counted = [(state == _CERTAIN) & holds, (state == _CERTAIN) & ~holds, is_outside & holds]
    counts = np.stack([*counted, *(state == reason for reason in _ROW_REASONS)], axis=-1).astype(np.int64)
    changes = np.diff(counts, axis=0, prepend=0)
    return np.broadcast_to(number, day.shape).ravel(), day.ravel(), changes.reshape(-1, changes.shape[-1])


# What a day is of one row, numbered as REASONS are.
_START, _END, _BEFORE, _AFTER, _AFTER_SOURCE = _ROW_REASONS = (1, 2, 3, 4, 5)


_CERTAIN = 0


def _combine(counts: Ints, true_rows: Ints, outside: str) -> tuple[Ints, Ints]:
    """Answer propositions from the counts of their rows; the reason is -1 with yes and no."""
    true, false, outside_rows = counts[:, 0], counts[:, 1], counts[:, 2]
    disagree = (true > 0) & (false > 0)
    why = np.select([disagree, *(counts[:, 2 + reason] > 0 for reason in _ROW_REASONS)], [0, *_ROW_REASONS], -1)
    closed = (outside == "no") & (true_rows > 0) & (outside_rows == true_rows)
    answer = np.select([disagree, true > 0, (false > 0) | closed], [2, 0, 1], 2)
    return answer, np.where(answer == ANSWERS.index("unknown"), why, -1)


def _stretches(propositions: pd.DataFrame, swept: Sweep, answer: Ints, why: Ints) -> pd.DataFrame:
    """Join neighbours with one answer and one reason, and name the propositions."""
    kept = _changed(swept.group, answer, why)
    group, day = swept.group[kept], swept.day[kept]
    named = propositions.iloc[group].reset_index(drop=True)
    answers = pd.Categorical.from_codes(answer[kept], pd.Index(ANSWERS))
    reasons = pd.Categorical.from_codes(why[kept], pd.Index(REASONS))
    return named.assign(first_day=day, last_day=last_days(group, day), answer=answers, why=reasons)


def _changed(*columns: Ints) -> Ints:
    """Give the places where any of the columns differs from the place before."""
    return np.flatnonzero(np.logical_or.reduce([np.diff(column, prepend=-2) != 0 for column in columns]))


def _cell_keys(stretches: pd.DataFrame, *, pairs: bool, directed: bool) -> pd.DataFrame:
    """Name the cells that every stretch counts in; the index is the place of the stretch."""
    keys = stretches[["type", "subject", "object"]].reset_index(drop=True)
    turned = keys.rename(columns={"subject": "object", "object": "subject"})[keys.columns]
    if pairs and not directed:
        return keys.where(keys["subject"] <= keys["object"], turned)
    symmetric = stretches["symmetric"].to_numpy() & (keys["subject"] != keys["object"]).to_numpy()
    keys = pd.concat([keys, turned[symmetric]])
    return keys if pairs else keys.drop(columns="object")


def _answer_changes(stretches: pd.DataFrame) -> Ints:
    """Count, at the first day of every stretch, by how much yes and unlimited no change."""
    no = (stretches["answer"] == "no") & stretches["about"].isna()
    counts = np.stack([stretches["answer"] == "yes", no], axis=-1).astype(np.int64)
    opens = (stretches["first_day"] == FIRST_DAY).to_numpy()[:, None]
    return np.where(opens, counts, np.diff(counts, axis=0, prepend=0))
