"""Statuses to a table in which the answers of many rows are looked up at once.

What all types are of one actor or pair is a step function of the day. It is looked up in a table
of actor or pair × day where that fits, and else among the sorted days on which it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from caucasus_events.asking import steps
from caucasus_events.asking.steps import FIRST_DAY, LAST_DAY, Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


# The largest table of actor or pair × day, in bytes.
LARGEST = 62_000_000


DAYS = LAST_DAY - FIRST_DAY + 1


class Lookup(NamedTuple):
    """The cells of some types on every day.

    An entity has a number from 1; 0 is nobody. An actor or a pair has a row; of row 0 nothing is
    known. A segment is a stretch of days of a row on which nothing changes.
    """

    kinds: list[str]  # the types of which some cell is known
    numbers: dict[str, int]  # of the entities
    rows: Ints  # of actors by number; of pairs by first number × count of numbers + second
    place: Ints  # of every segment, in order: its row and first day as one number
    state: Ints  # of every segment and type: yes, no or unknown (an Answer)
    until: Ints  # of every segment and type: the last day on which that stays so
    distinct: Ints  # the different states of all types
    value: Ints  # of every segment: which of these it is
    opening: int  # the day before the first change: before it all is as on that day
    closing: int  # the day of the last change: after it all is as on that day
    table: Ints | None  # value by row and day from opening to closing; None: too large


def build_lookup(
    statuses: pd.DataFrame, entities: Iterable[str], types: Sequence[str], outside: str, *, pairs: bool
) -> Lookup:
    """Prepare the answers of all actors or pairs on every day.

    Parameters
    ----------
    statuses
        Rows of the table ``statuses``.
    entities
        Ids of the entities to number.
    types
        The types to answer.
    outside
        As in :func:`.answers.steps`.
    pairs
        Whether a row is of two entities, in this order.

    Returns
    -------
    Lookup

    Raises
    ------
    InvalidValueError
        If ``outside`` is not known.

    Examples
    --------
    >>> from caucasus_events import load_statuses
    >>> lookup = build_lookup(load_statuses(), ["ARM", "TUR"], ["border_closed"], "unknown", pairs=False)
    >>> lookup.kinds, len(lookup.value), lookup.table.shape
    (['border_closed'], 4, (2, 9704))
    """
    stretches = steps.steps(statuses[statuses["type"].isin(types)], outside)
    found = steps.cells(stretches, pairs=pairs)
    known = set(found.loc[found["state"] != Answer.UNKNOWN, "type"])
    kinds = [kind for kind in types if kind in known]
    found = found[found["type"].isin(kinds)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(entities), start=1)}
    rows, row = _rows(found, numbers, pairs=pairs)
    place, state, until = _segments(found.assign(row=row)[row > 0], kinds)
    distinct, value = np.unique(state, axis=0, return_inverse=True)
    value = value.ravel().astype(np.min_scalar_type(max(0, len(distinct) - 1)))
    changes = place % DAYS + FIRST_DAY
    changes = changes[changes > FIRST_DAY]
    opening, closing = (int(changes.min()) - 1, int(changes.max())) if len(changes) else (0, 0)
    table = _table(place, value, opening, closing)
    return Lookup(kinds, numbers, rows, place, state, until, distinct, value, opening, closing, table)


def values_on(lookup: Lookup, row: Ints, day: Ints) -> Ints:
    """Look up what all types are.

    Parameters
    ----------
    lookup
        The prepared answers.
    row
        Rows of actors or pairs; shape (n,).
    day
        Days from 0001-01-01 to 9999-12-31; shape (n,).

    Returns
    -------
    array of int
        Places in ``lookup.distinct``; shape (n,).

    Examples
    --------
    >>> from caucasus_events import load_statuses
    >>> lookup = build_lookup(load_statuses(), ["ARM", "TUR"], ["border_closed"], "unknown", pairs=False)
    >>> lookup.distinct[values_on(lookup, lookup.rows[[2, 2]], np.array([8764, 8765]))].tolist()
    [[2], [0]]
    """
    if lookup.table is None:
        return lookup.value[segments_on(lookup, row, day)]
    where = np.clip(day, lookup.opening, lookup.closing)
    where -= lookup.opening
    where += row * lookup.table.shape[1]
    return lookup.table.ravel().take(where)


def segments_on(lookup: Lookup, row: Ints, day: Ints) -> Ints:
    """Find the segments that days fall in.

    Parameters
    ----------
    lookup
        The prepared answers.
    row
        Rows of actors or pairs; shape (n,).
    day
        Days from 0001-01-01 to 9999-12-31; shape (n,).

    Returns
    -------
    array of int
        Shape (n,).

    Examples
    --------
    >>> from caucasus_events import load_statuses
    >>> lookup = build_lookup(load_statuses(), ["ARM", "TUR"], ["border_closed"], "unknown", pairs=False)
    >>> segments_on(lookup, lookup.rows[[1, 2, 2]], np.array([0, 8764, 8765])).tolist()
    [0, 1, 2]
    """
    return np.searchsorted(lookup.place, row * DAYS + (day - FIRST_DAY), "right") - 1


def _rows(found: pd.DataFrame, numbers: dict[str, int], *, pairs: bool) -> tuple[Ints, Ints]:
    """Number the rows from 1, and give that of every actor or pair, and of every stretch."""
    key = found["subject"].map(numbers).fillna(0).to_numpy(np.int64)
    size = len(numbers) + 1
    if pairs:
        other = found["object"].map(numbers).fillna(0).to_numpy(np.int64)
        key = np.where((key > 0) & (other > 0), key * size + other, 0)
    rows = np.zeros(size**2 if pairs else size, np.int64)
    present = np.unique(key[key > 0])
    rows[present] = np.arange(1, len(present) + 1)
    return rows, rows[key]


def _segments(found: pd.DataFrame, kinds: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """Cut the rows wherever any type changes: place, states and how long these last."""
    own = found["row"].to_numpy() * DAYS + (found["first_day"].to_numpy() - FIRST_DAY)
    place = np.unique(np.append(own, 0))
    state = np.full((len(place), len(kinds)), Answer.UNKNOWN, np.int8)
    until = np.full((len(place), len(kinds)), LAST_DAY, np.int64)
    for column, kind in enumerate(kinds):
        of_kind = (found["type"] == kind).to_numpy()
        starts, order = np.sort(own[of_kind]), np.argsort(own[of_kind])
        before = np.searchsorted(starts, place, "right") - 1
        here = (before >= 0) & (starts[before] // DAYS == place // DAYS)
        source = order[before[here]]
        state[here, column] = found["state"].to_numpy()[of_kind][source]
        until[here, column] = found["last_day"].to_numpy()[of_kind][source]
    return place, state, until


def _table(place: Ints, value: Ints, opening: int, closing: int) -> Ints | None:
    """Lay the segments out by row and day, if that fits."""
    row, day = place // DAYS, place % DAYS + FIRST_DAY
    shape = (int(row[-1]) + 1, closing - opening + 1)
    if shape[0] * shape[1] * value.itemsize > LARGEST:
        return None
    start = row * shape[1] + np.maximum(day - opening, 0)
    return np.repeat(value, np.diff(start, append=shape[0] * shape[1])).reshape(shape)
