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
    from collections.abc import Mapping, Sequence

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
def spells(draw: st.DrawFn, until: date) -> dict[str, Any]:
    """Draw bounds and the state of the end as the build writes them for a row that speaks until a day."""
    first, second = sorted(min(day, until) for day in draw(st.tuples(days(), days())))
    if draw(st.integers(0, 2)) == 0:
        first = second
    state = draw(st.sampled_from(("ongoing", "ongoing", "ended", "ended", "unknown")))
    end: tuple[date, date | None] = {"ongoing": (until, None), "unknown": (first, None)}.get(state, (until, until))
    if state == "ended":
        earliest, latest = sorted(max(first, min(day, until)) for day in draw(st.tuples(days(), days())))
        end = earliest, max(latest, second)
    start = (None if draw(st.integers(0, 5)) == 0 else first, second)
    return dict(zip(BOUNDS, (*start, *end), strict=True)) | {"end_state": state}


@st.composite
def statuses(draw: st.DrawFn, *, min_size: int = 0, max_size: int = 8, crowded: bool = False) -> list[Row]:
    """Draw rows of the table ``statuses`` that crowd on few propositions, on one a type if asked for.

    Up to three documents speak until a day each; of what other sources state every row does, with a confidence.
    """
    # Mostly after the days that matter, or nearly every answer would be "after the source".
    until = {f"seed-{letter}": draw(st.one_of(late(), late(), days())) for letter in "abc"}
    few = {"subject": ENTITIES[0], "object": ENTITIES[1], "about": None} if crowded else {}
    return [draw(_status(number, until)) | few for number in range(draw(st.integers(min_size, max_size)))]


def late() -> st.SearchStrategy[date]:
    """Draw days of which most come after those that :func:`days` draws."""
    return st.integers(0, 2 * REACH).map(lambda number: AROUND + timedelta(days=number))


@st.composite
def _status(draw: st.DrawFn, number: int, until: dict[str, date]) -> Row:
    """Draw one row; the pair of a symmetric type stands in alphabetical order, as the build writes it."""
    kind = draw(st.sampled_from(sorted(TYPES)))
    pair = draw(
        st.lists(st.sampled_from(ENTITIES[: draw(st.sampled_from((2, 2, 4)))]), min_size=2, max_size=2, unique=True)
    )
    subject, obj = sorted(pair) if TYPES[kind] else pair
    source = draw(st.sampled_from((*sorted(until), None, None, None)))
    last = draw(st.one_of(late(), days())) if source is None else until[source]
    # Half of them as the build writes them, half as awkward as a table allows.
    awkward = {**draw(bounds()), "end_state": draw(st.sampled_from(codebook.codes("end_state")))}
    spell = draw(st.sampled_from((awkward, draw(spells(last)))))
    confidence = None if source else draw(st.sampled_from(("high", "medium", "medium", "low")))
    described = {"title": "a status", "start": None, "end": None, "assertion": "asserted", "attributed_to": None}
    named = {"status_id": f"status-{number}", "type": kind, "subject": subject, "object": obj}
    return {
        **named,
        "about": draw(st.sampled_from((None, None, None, "XNK", "XAB"))),
        "symmetric": TYPES[kind],
        "holds": draw(st.sampled_from((True, True, True, False))),
        "place": draw(st.sampled_from((None, None, None, "Gyumri"))),
        **spell,
        **described,
        "layer": "seed" if source else "reported",
        "source_id": source,
        "speaks_until": last,
        "confidence": confidence,
    }


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the terms on which is answered, as the definition takes them."""
    return {
        "outside": draw(st.sampled_from(("unknown", "no"))),
        "confidence": draw(st.sampled_from(("high", "medium", "medium", "low"))),
        "carry_to": draw(st.one_of(st.none(), late(), days())),
    }


def in_numbers(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Write such terms as the steps take them: the day as a number."""
    last = terms["carry_to"]
    return {**terms, "carry_to": None if last is None else (last - date(1970, 1, 1)).days}


def frame(rows: Sequence[Row], like: pd.DataFrame | None = None) -> pd.DataFrame:
    """Make a table of rows, with the columns and types of ``like`` (left out: the released statuses)."""
    like = _released() if like is None else like
    dtypes = {**dict.fromkeys(("layer", "place", "confidence"), "str"), **like.dtypes}
    columns: dict[str, Any] = {}
    for name, dtype in dtypes.items():
        values = pd.Series([row.get(str(name)) for row in rows], dtype=object)
        columns[str(name)] = _days(values) if pd.api.types.is_datetime64_dtype(dtype) else values.astype(dtype)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


@cache
def _released() -> pd.DataFrame:
    """Read the released statuses once."""
    return load_statuses()


def _days(values: pd.Series) -> pd.Series:
    """Turn days into timestamps of the whole calendar, which nanoseconds cannot hold."""
    return pd.Series([None if day is None else day.isoformat() for day in values], dtype="datetime64[us]")
