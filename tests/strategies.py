"""Random statuses for laws: as the table holds them, and as awkward as it allows."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import strategies as st

from caucasus_events import load_statuses
from caucasus_events.model import codebook
from caucasus_events.model.bounds import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle import Row

TYPES = {"border_closed": False, "alliance": True, "membership": False}
ENTITIES = ("ARM", "AZE", "RUS", "TUR")
# Few days, so that bounds meet; on both sides of 1970, where the sign of a day number changes.
AROUND = date(1970, 1, 1)
REACH = 12
EXTREMES = (date.min, date.min + timedelta(days=1), date.max - timedelta(days=1), date.max)


def days(*, extremes: bool = True) -> st.SearchStrategy[date]:
    """Draw days that often coincide; now and then the first or last days of the calendar."""
    near = st.integers(-REACH, REACH).map(lambda number: AROUND + timedelta(days=number))
    return st.one_of(near, near, near, near, st.sampled_from(EXTREMES)) if extremes else near


@st.composite
def bounds(draw: st.DrawFn, *, nulls: bool = True) -> dict[str, date | None]:
    """Draw four bounds in order; certain spells, spells that only may have been, single days; any may be null."""
    first, *middle, last = sorted(draw(st.lists(days(), min_size=4, max_size=4)))
    start, end = draw(st.permutations(middle))
    if draw(st.integers(0, 4)) == 0:
        start = end = last = first
    drawn = (first, start, end, last)
    lost = draw(st.lists(st.integers(0, 5), min_size=4, max_size=4)) if nulls else [5] * 4
    return {name: day if less else None for name, day, less in zip(BOUNDS, drawn, lost, strict=True)}


@st.composite
def statuses(draw: st.DrawFn, *, min_size: int = 0, max_size: int = 8) -> list[Row]:
    """Draw rows of the table ``statuses`` that crowd on few propositions, from up to three seeds."""
    # Mostly after the days that matter, or nearly every answer would be "after the source".
    late = st.integers(0, 2 * REACH).map(lambda number: AROUND + timedelta(days=number))
    until = {f"seed-{letter}": draw(st.one_of(late, late, days())) for letter in "abc"}
    return [draw(_status(number, until)) for number in range(draw(st.integers(min_size, max_size)))]


@st.composite
def _status(draw: st.DrawFn, number: int, until: dict[str, date]) -> Row:
    """Draw one row; the pair of a symmetric type stands in alphabetical order, as the build writes it."""
    kind = draw(st.sampled_from(sorted(TYPES)))
    pair = draw(
        st.lists(st.sampled_from(ENTITIES[: draw(st.sampled_from((2, 2, 4)))]), min_size=2, max_size=2, unique=True)
    )
    subject, obj = sorted(pair) if TYPES[kind] else pair
    source = draw(st.sampled_from(sorted(until)))
    described = {"title": "a status", "start": None, "end": None, "assertion": "asserted", "attributed_to": None}
    named = {"status_id": f"status-{number}", "type": kind, "subject": subject, "object": obj}
    return {
        **named,
        "about": draw(st.sampled_from((None, None, "XNK", "XAB"))),
        "symmetric": TYPES[kind],
        "holds": draw(st.sampled_from((True, True, False))),
        **draw(bounds()),
        **described,
        "end_state": draw(st.sampled_from(codebook.codes("end_state"))),
        "source_id": source,
        "speaks_until": until[source],
    }


def frame(rows: Sequence[Row], like: pd.DataFrame | None = None) -> pd.DataFrame:
    """Make a table of rows, with the columns and types of ``like`` (left out: the released statuses)."""
    like = _released() if like is None else like
    columns: dict[str, Any] = {}
    for name, dtype in like.dtypes.items():
        values = pd.Series([row[str(name)] for row in rows], dtype=object)
        columns[str(name)] = _days(values) if dtype.kind == "M" else values.astype(dtype)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


@cache
def _released() -> pd.DataFrame:
    """Read the released statuses once."""
    return load_statuses()


def _days(values: pd.Series) -> pd.Series:
    """Turn days into timestamps of the whole calendar, which nanoseconds cannot hold."""
    return pd.Series([None if day is None else day.isoformat() for day in values], dtype="datetime64[us]")
