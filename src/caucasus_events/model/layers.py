"""Two layers of dates: what a seed says alone, and what other sources narrow it to.

The seed's own bounds are never lost: a frame of the second layer carries them beside its own.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .asked import one_of
from .bounds import BOUNDS
from .rows import RECORDS

Days = NDArray[np.datetime64]


class Layer(IntEnum):
    """The layers, each of which contains the one before."""

    SEED = 0
    CORROBORATED = 1


# The layers as readers write them, in order.
LAYERS = tuple(layer.name.lower() for layer in Layer)
# What a frame of the second layer has beside the columns of its table.
ADDED = ["start_basis", "end_basis", *(f"seed_{bound}" for bound in BOUNDS), "reading_ids"]
# Which column holds the id of a record: in the tables of records, and in timeline.
_IDS_OF_RECORDS = (*RECORDS.values(), "record_id")
_DAY = "datetime64[us]"


def checked(dates: str) -> str:
    """Return a layer that exists; another is an :class:`InvalidValueError`."""
    return one_of("layer of dates", dates, LAYERS)


def sharpened(frame: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Narrow the windows of events, statuses or timeline to what the applied readings say, and add :data:`ADDED`.

    That a start from one source and the seed's "is so" on its own day are one unbroken spell is an assumption.

    >>> start = {"reading_id": "a-start", "record_id": "a", "bound": "start", "applied": True}
    >>> never = dict.fromkeys(BOUNDS, pd.NaT)
    >>> readings = pd.DataFrame([start | never | {"start_latest": pd.Timestamp("1991")}])
    >>> records = pd.DataFrame([{"record_id": "a"} | never | {"start_latest": pd.Timestamp("2020")}])
    >>> sharpened(records, readings)[["start_latest", "start_basis", "end_basis"]].values.tolist()
    [[Timestamp('1991-01-01 00:00:00'), 'corroborated', 'seed']]
    """
    ids = frame[next(name for name in _IDS_OF_RECORDS if name in frame)]
    used = readings[readings["applied"].astype(bool)]
    # A reading of the date of an event is one of its start and of its end.
    start, end = (_bounds_read(used[used["bound"] != other], ids) for other in ("end", "start"))
    seed = {bound: frame[bound].to_numpy(_DAY) for bound in BOUNDS}
    found = _narrowed(seed, start, end, read=ids.isin(used["record_id"]).to_numpy())
    names = used.groupby("record_id")["reading_id"].agg("; ".join).reindex(ids).to_numpy()
    added: dict[str, Any] = {
        "start_basis": _layer_that_set(seed, found, BOUNDS[:2]),
        "end_basis": _layer_that_set(seed, found, BOUNDS[2:]),
        **{f"seed_{bound}": days for bound, days in seed.items()},
        "reading_ids": pd.Series(names, frame.index, dtype=object).astype("str"),
    }
    ending = _bounds_read(used[used["bound"] == "end"], ids)
    sharp = frame.assign(**found, **_ended(frame, ending), **added)
    sharp.attrs = {**frame.attrs, "dates": LAYERS[Layer.CORROBORATED]}
    return sharp


def _bounds_read(readings: pd.DataFrame, ids: pd.Series) -> dict[str, Days]:
    """Return the bounds of one reading for every record, null where there is none."""
    single = readings.drop_duplicates("record_id").set_index("record_id")
    return {bound: single[bound].reindex(ids).to_numpy(_DAY) for bound in BOUNDS}


def _narrowed(seed: dict[str, Days], start: dict[str, Days], end: dict[str, Days], read: Any) -> dict[str, Days]:
    """Take the later of the earliest and the earlier of the latest days; a null one does not count."""
    first, last = np.fmax(seed[BOUNDS[0]], start[BOUNDS[0]]), np.fmin(seed[BOUNDS[3]], end[BOUNDS[3]])
    latest, earliest = np.fmin(seed[BOUNDS[1]], start[BOUNDS[1]]), np.fmax(seed[BOUNDS[2]], end[BOUNDS[2]])
    # Nothing begins after it ended or ends before it began. Records that nobody reads stay as their seed has them.
    latest = np.where(read, np.fmin(latest, last), latest)
    earliest = np.where(read, np.fmax(earliest, first), earliest)
    return dict(zip(BOUNDS, (first, latest, earliest, last), strict=True))


def _layer_that_set(seed: dict[str, Days], found: dict[str, Days], bounds: Sequence[str]) -> "pd.Categorical[Any]":
    """Return which layer set a window: the seed's, or that of a reading that narrowed it."""
    # NaT equals nothing, not even itself.
    moved = [(seed[bound] != found[bound]) & ~(np.isnat(seed[bound]) & np.isnat(found[bound])) for bound in bounds]
    layer = np.where(moved[0] | moved[1], Layer.CORROBORATED, Layer.SEED)
    return pd.Categorical.from_codes(layer, pd.Index(LAYERS))


def _ended(frame: pd.DataFrame, ending: dict[str, Days]) -> dict[str, Any]:
    """End what a reading says has ended, and let the record speak until that day."""
    found: dict[str, Any] = {}
    if "end_state" in frame:
        found["end_state"] = frame["end_state"].where(np.isnat(ending["end_latest"]), "ended")
    if "speaks_until" in frame:
        # Until the later of the seed's day and the last day of the reading, which may be open.
        last = np.fmax(ending["end_earliest"], ending["end_latest"])
        found["speaks_until"] = np.fmax(frame["speaks_until"].to_numpy(_DAY), last)
    return found
