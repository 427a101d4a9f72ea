"""Statuses to a table in which the answers of many rows are looked up at once.

What all types are of one actor or pair is a step function of the day. It is looked up in a table of actor or pair × day
where that fits, and else among the sorted days on which it changes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from caucasus_events.asking import steps
from caucasus_events.asking.answers import CALENDAR, FIRST_DAY, LAST_DAY, Answer
from caucasus_events.asking.crossings import crossed_cells
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from caucasus_events.asking.answers import Ints
    from caucasus_events.asking.crossings import Crossing

# The largest table of actor or pair × day, in bytes.
LARGEST_TABLE = 62_000_000


class Lookup(NamedTuple):
    """The cells of some types on every day.

    An entity has a number from 1; 0 is nobody. An actor or a pair has a row; of row 0 nothing is known. A segment is a
    stretch of days of a row on which nothing changes.
    """

    kinds: list[str]  # the types of which some cell is known
    numbers: dict[str, int]  # of the entities
    rows: Ints  # of actors by number; of pairs by first number × count of numbers + second
    place: Ints  # of every segment, in order: its row and first day as one number
    state: Ints  # of every segment and type: no, yes or unknown
    until: Ints  # of every segment and type: the last day on which that stays so
    distinct: Ints  # the different states of all types
    value: Ints  # of every segment: which of these it is
    opening: int  # the day before the first change: before it all is as on that day
    closing: int  # the day of the last change: after it all is as on that day
    table: Ints | None  # value by row and day from opening to closing; None: too large


class Terms(NamedTuple):
    """On which terms is answered, as :func:`.annotation.annotate` and :func:`.steps` say."""

    outside: str = "unknown"
    confidence: str = "medium"
    carry_to: int | None = None


@cache
def released_lookup(
    types: tuple[str, ...], crossed: tuple[Crossing, ...] | None, layer: str, terms: Terms, *, pairs: bool
) -> Lookup:
    """Prepare the answers of the released statuses, once."""
    ids = tables.load("entities")["entity_id"].tolist()
    return build_lookup(tables.load_statuses(layer), ids, types, terms, crossed=crossed, pairs=pairs)


def build_lookup(
    statuses: pd.DataFrame,
    entities: Iterable[str],
    types: Sequence[str],
    terms: Terms,
    *,
    pairs: bool,
    crossed: Sequence[Crossing] | None = None,
) -> Lookup:
    """Prepare the answers of all actors, or of all pairs in their order, on every day.

    If types are crossed with objects, the names of these crossings stand for types, and actors alone are answered.

    >>> from caucasus_events import load_statuses
    >>> border = load_statuses("seed").query("status_id == 'turkey-armenia-border-closed'")
    >>> lookup = build_lookup(border, ["ARM", "TUR"], ["border_closed"], Terms(), pairs=False)
    >>> lookup.kinds, len(lookup.value), lookup.table.shape
    (['border_closed'], 4, (2, 9704))
    """
    asked = set(types) if crossed is None else {each.type for each in crossed}
    stretches = steps.steps(statuses[statuses["type"].isin(asked)], *terms)
    found = steps.cells(stretches, pairs=pairs) if crossed is None else crossed_cells(stretches, crossed)
    known = set(found.loc[found["state"] != Answer.UNKNOWN, "type"])
    kinds = [kind for kind in types if kind in known]
    found = found[found["type"].isin(kinds)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(entities), start=1)}
    rows, row = _numbered_rows(found, numbers, pairs=pairs)
    place, state, until = _segments(found.assign(row=row)[row > 0], kinds)
    distinct, value = np.unique(state, axis=0, return_inverse=True)
    # numpy 2.0 gives the inverse in two dimensions, all others in one.
    value = value.ravel().astype(np.min_scalar_type(max(0, len(distinct) - 1)))
    changes = place % CALENDAR + FIRST_DAY
    changes = changes[changes > FIRST_DAY]
    opening, closing = (int(changes.min()) - 1, int(changes.max())) if len(changes) else (0, 0)
    table = _laid_out(place, value, opening, closing)
    return Lookup(kinds, numbers, rows, place, state, until, distinct, value, opening, closing, table)


def values_on(lookup: Lookup, row: Ints, day: Ints) -> Ints:
    """Look up what all types are of rows on days: places in ``lookup.distinct``."""
    if lookup.table is None:
        return lookup.value[segments_on(lookup, row, day)]
    # In place: every array more would leave the processor's cache.
    where = np.clip(day, lookup.opening, lookup.closing)
    where -= lookup.opening
    where += row * lookup.table.shape[1]
    return lookup.table.ravel().take(where)


def segments_on(lookup: Lookup, row: Ints, day: Ints) -> Ints:
    """Find the segments that days of rows fall in."""
    # What stands for no day may lie far before the calendar; its row is 0, whose only segment is the first.
    place: Ints = np.maximum(row * CALENDAR + (day - FIRST_DAY), 0)
    return np.searchsorted(lookup.place, place, "right") - 1


def _numbered_rows(found: pd.DataFrame, numbers: dict[str, int], *, pairs: bool) -> tuple[Ints, Ints]:
    """Number the rows from 1, and return that of every actor or pair, and of every stretch."""
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
    own = found["row"].to_numpy() * CALENDAR + (found["first_day"].to_numpy() - FIRST_DAY)
    # Row 0, of which nothing is known, is one segment from place 0 on.
    place = np.unique(np.append(own, 0))
    state = np.full((len(place), len(kinds)), Answer.UNKNOWN, np.int8)
    until = np.full((len(place), len(kinds)), LAST_DAY, np.int64)
    for column, kind in enumerate(kinds):
        of_kind = (found["type"] == kind).to_numpy()
        starts, order = np.sort(own[of_kind]), np.argsort(own[of_kind])
        # The last stretch of this type that begins by then; it counts if it is of the same row.
        before = np.searchsorted(starts, place, "right") - 1
        here = (before >= 0) & (starts[before] // CALENDAR == place // CALENDAR)
        source = order[before[here]]
        state[here, column] = found["state"].to_numpy()[of_kind][source]
        until[here, column] = found["last_day"].to_numpy()[of_kind][source]
    return place, state, until


def _laid_out(place: Ints, value: Ints, opening: int, closing: int) -> Ints | None:
    """Lay the segments out by row and day, if that fits."""
    row, day = place // CALENDAR, place % CALENDAR + FIRST_DAY
    shape = (int(row[-1]) + 1, closing - opening + 1)
    if shape[0] * shape[1] * value.itemsize > LARGEST_TABLE:
        return None
    # A row's first segment begins with the calendar; in the table it begins with the row.
    start = row * shape[1] + np.maximum(day - opening, 0)
    return np.repeat(value, np.diff(start, append=shape[0] * shape[1])).reshape(shape)
