"""Three layers of the data: what a document says, what other sources narrow it to, and what only others state.

The files hold every record with its bounds at their best, and beside them those of its document alone. A layer is then
a filter of rows and a choice of columns.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .asked import one_of
from .bounds import BOUNDS
from .rows import FILES, RECORDS

Days = NDArray[np.datetime64]


class Layer(IntEnum):
    """The layers, each of which contains the one before."""

    SEED = 0
    CORROBORATED = 1
    REPORTED = 2


# The layers as readers write them, in order, and the one that they get if they name none: the best that is known.
LAYERS = tuple(layer.name.lower() for layer in Layer)
BEST = LAYERS[-1]
# What a document alone says stands in a column of this name before the one of the best.
SEED = "seed_"
_ALONE = (*BOUNDS, "speaks_until", "end_state")
# The columns that only the two wider layers have, and those that only the widest has.
NARROWED = ("start_basis", "end_basis", *(f"{SEED}{name}" for name in _ALONE), "reading_ids")
REPORTED = ("layer", "place", "says", "note", "confidence", "reference_ids")
# Which column holds the id of a record: in the tables of records, and in timeline.
_IDS_OF_RECORDS = (*RECORDS.values(), "record_id")
_DAY = "datetime64[us]"


def checked(layer: str) -> str:
    """Return a layer that exists; another is an :class:`InvalidValueError`."""
    return one_of("layer", layer, LAYERS)


def of_file(table: str, layer: str) -> list[str]:
    """List the columns of a file that the view of a layer needs.

    >>> "seed_start_latest" in of_file("events", "seed"), "start_latest" in of_file("events", "seed")
    (True, False)
    """
    columns = list(FILES[table].columns)
    if layer == "seed":
        best = {name for name in _ALONE if f"{SEED}{name}" in columns}
        return [name for name in columns if name not in best and _in_seed(name)]
    return [name for name in columns if layer == BEST or name == "layer" or name not in REPORTED]


def _in_seed(name: str) -> bool:
    """Say whether a column of a file serves the view of the documents alone."""
    return name == "layer" or name.startswith(SEED) or name not in (*NARROWED, *REPORTED)


def view(table: str, frame: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Show the records of a file as one layer has them: its rows, and its columns in the order of the file.

    >>> held = {"event_id": ["a", "b"], "layer": ["seed", "reported"], "seed_start_latest": ["1993", None]}
    >>> view("events", pd.DataFrame(held), "seed").to_dict("records")
    [{'event_id': 'a', 'start_latest': '1993'}]
    """
    if layer == BEST:
        return frame
    seeds = (frame["layer"] == "seed").to_numpy()
    kept = frame if seeds.all() else frame[seeds].reset_index(drop=True)
    if layer == "seed":
        best = [name for name in _ALONE if name in kept]
        kept = kept.drop(columns=best).rename(columns={f"{SEED}{name}": name for name in _ALONE})
    left_out = {*REPORTED, *(NARROWED if layer == "seed" else ())}
    return kept[[name for name in FILES[table].columns if name in kept and name not in left_out]]


def sharpened(frame: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Set the windows of events, statuses or timeline to their best: as the applied readings narrow them.

    The bounds of the frame are those that each record's own document or sources state. That a start from one source and
    the seed's "is so" on its own day are one unbroken spell is an assumption.

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
    stated = {bound: frame[bound].to_numpy(_DAY) for bound in BOUNDS}
    found = _narrowed(stated, start, end, read=ids.isin(used["record_id"]).to_numpy())
    names = used.groupby("record_id")["reading_id"].agg("; ".join).reindex(ids).to_numpy()
    reported = (frame["layer"] == "reported").to_numpy() if "layer" in frame else np.zeros(len(frame), bool)
    added: dict[str, Any] = {
        "start_basis": _layer_that_set(stated, found, BOUNDS[:2], reported),
        "end_basis": _layer_that_set(stated, found, BOUNDS[2:], reported),
        "reading_ids": pd.Series(names, frame.index, dtype=object).astype("str"),
    }
    ending = _bounds_read(used[used["bound"] == "end"], ids)
    return frame.assign(**found, **_ended(frame, ending), **added)


def _bounds_read(readings: pd.DataFrame, ids: pd.Series) -> dict[str, Days]:
    """Return the bounds of one reading for every record, null where there is none."""
    single = readings.drop_duplicates("record_id").set_index("record_id")
    return {bound: single[bound].reindex(ids).to_numpy(_DAY) for bound in BOUNDS}


def _narrowed(stated: dict[str, Days], start: dict[str, Days], end: dict[str, Days], read: Any) -> dict[str, Days]:
    """Take the later of the earliest and the earlier of the latest days; a null one does not count."""
    first, last = np.fmax(stated[BOUNDS[0]], start[BOUNDS[0]]), np.fmin(stated[BOUNDS[3]], end[BOUNDS[3]])
    latest, earliest = np.fmin(stated[BOUNDS[1]], start[BOUNDS[1]]), np.fmax(stated[BOUNDS[2]], end[BOUNDS[2]])
    # Nothing begins after it ended or ends before it began. Records that nobody reads stay as their seed has them.
    latest = np.where(read, np.fmin(latest, last), latest)
    earliest = np.where(read, np.fmax(earliest, first), earliest)
    return dict(zip(BOUNDS, (first, latest, earliest, last), strict=True))


def _layer_that_set(
    stated: dict[str, Days], found: dict[str, Days], bounds: Sequence[str], reported: NDArray[np.bool_]
) -> "pd.Categorical[Any]":
    """Return which layer set a window: the seed's, that of a reading that narrowed it, or that of a reported record."""
    # NaT equals nothing, not even itself.
    moved = [(stated[bound] != found[bound]) & ~(np.isnat(stated[bound]) & np.isnat(found[bound])) for bound in bounds]
    layer = np.where(moved[0] | moved[1], Layer.CORROBORATED, Layer.SEED)
    return pd.Categorical.from_codes(np.where(reported, Layer.REPORTED, layer), pd.Index(LAYERS))


def _ended(frame: pd.DataFrame, ending: dict[str, Days]) -> dict[str, Any]:
    """End what a reading says has ended, and let the record speak until that day."""
    found: dict[str, Any] = {}
    if "end_state" in frame:
        found["end_state"] = frame["end_state"].where(np.isnat(ending["end_latest"]), "ended")
    if "speaks_until" in frame:
        # Until the later of the seed's day and the last day of the reading, which may be open.
        last = np.fmax(ending["end_earliest"], ending["end_latest"])
        until = frame["speaks_until"].to_numpy(_DAY)
        found["speaks_until"] = np.where(np.isnat(until), until, np.fmax(until, last))
    return found
