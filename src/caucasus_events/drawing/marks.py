"""Any frame with the four bounds to marks: what is drawn of each record.

A record is drawn solid where it is certain, hatched where it is possible, and open where a bound is unknown. Days are
counted from 1970-01-01; a null bound is NaN, so that no comparison with it is ever true: what is unknown is never
certain. A closed day ends at the next midnight.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.asking import spells, steps
from caucasus_events.asking.day_columns import DayColumn, warn_of_nones
from caucasus_events.errors import InvalidValueError, UnknownNameError, clipped, shown, unknown
from caucasus_events.model import codebook
from caucasus_events.model.asked import one_of, text
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import PROPOSITION
from caucasus_events.model.words import counted
from caucasus_events.reading.frames import texts

from .captions import iso_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .look import Floats

    Mask = NDArray[np.bool_]
    # Which mark, of which records, from when to when.
    Part = tuple[str, Mask, Floats, Floats]

# In the order in which they are drawn, the last on top.
_LOOSE = ("possible", "start unknown", "end unknown", "weak", "carried", "denied carried")
GAP = "gap"
_BARS = (*_LOOSE, "corroborated", "denied", "denied corroborated", "certain", "disagree")
MARKS = (GAP, *_BARS, "ongoing", "ongoing denied", "window", "day", "day corroborated", "day weak")
# How many records an error or a warning names.
MOST_NAMED = 5
_OUTER = (BOUNDS[0], BOUNDS[3])
_ID_COLUMNS = ("record_id", "event_id", "status_id", "id")
_KIND_BY_ID = {"event_id": "event", "status_id": "status"}
_INNER_OF_SEED = ("seed_start_latest", "seed_end_earliest")
_WORDS = ("quote", "says", "confidence", "citation", "start_basis", "end_basis")
_OTHERS = ("title", "type", "kind", "holds", "end_state", "speaks_until", "layer", "place")
# The columns of a frame that are read where they are there; those of its parties and a column of lanes besides.
READ = (*_ID_COLUMNS, *BOUNDS, *_INNER_OF_SEED, *_WORDS, *_OTHERS)


def prepare(
    frame: pd.DataFrame,
    lanes: str | Mapping[str, str] | None = None,
    confidence: str = "medium",
    carry_to: int | None = None,
) -> pd.DataFrame:
    """Read what is drawn of each record; the arguments are those of :func:`.figure.timeline`, ``carry_to`` a number.

    One row per record, in the order in which they are drawn: by lane, then by the first day drawn, then by type. The
    four bounds, ``certain_from``, ``certain_to`` (what the seed alone makes certain) and ``until`` in days since
    1970-01-01, and ``carried``, the day to which a reader takes it to go on (NaN: to none); ``event``, ``denied``,
    ``still`` (going on when the source speaks), ``weak`` (below the confidence that is asked for) as booleans;
    ``lane``, ``colour``, ``label``, ``record_id``; ``number``, the place of the row in ``frame``.

    >>> mine = pd.DataFrame({"start_earliest": ["1999-05-06"], "end_latest": ["1999-05-09"]})
    >>> prepare(mine)[["lane", "label", "start_latest"]].values.tolist()
    [['Records', '0', 10720.0]]
    """
    key = next((name for name in _ID_COLUMNS if name in frame), None)
    rows = pd.Index([", ".join(map(str, row)) for row in frame.index] if frame.index.nlevels > 1 else frame.index)
    # Rows are counted from here on: an index of the reader's may have levels, or one value twice.
    frame = frame.reset_index(drop=True)
    ids = texts(frame[key]).fillna("") if key else pd.Series(rows.astype(str))
    labels = texts(frame["title"]) if "title" in frame else ids
    nones: list[DayColumn] = []
    days = _read_bounds(frame, ids, nones)
    warn_of_nones(nones, stacklevel=3)
    named = texts(frame["type"]) if "type" in frame else pd.Series("", frame.index)
    types = pd.Categorical.from_codes(*pd.factorize(named))
    lane, colour = lanes_and_colours(frame, types, lanes)
    first = np.fmin.reduce([days[name] for name in BOUNDS])
    order = np.lexsort((_type_order(types), first, lane.codes))
    records = pd.DataFrame(
        {
            "record_id": ids,
            "label": labels.where(labels.notna(), ids) if labels.hasnans else labels,
            "event": _is_event(frame, key),
            "denied": _has_value(frame, "holds", value=False),
            "still": _has_value(frame, "end_state", value="ongoing"),
            "weak": _is_weak(frame, confidence),
            "lane": lane,
            "colour": colour,
            **{name: texts(frame[name]) for name in _WORDS if name in frame},
            **days,
            "carried": _carried(frame, days, confidence, carry_to),
            "number": np.arange(len(frame)),
        },
        index=frame.index,
    )
    return records.take(order).reset_index(drop=True)


def spans(records: pd.DataFrame) -> pd.DataFrame:
    """Return every mark of every record as a stretch of days.

    One row per mark: ``record`` (row number in ``records``), ``mark``, ``first`` and ``last`` (``last`` is the midnight
    after the last day). ``first`` is NaN where the start, ``last`` where the end is unknown; an arrowhead (``ongoing``)
    is a point.

    >>> stated = {"start_latest": ["1999-05-06"], "end_earliest": ["1999-05-08"], "end_state": ["ongoing"]}
    >>> spans(prepare(pd.DataFrame({**stated, "start_earliest": None, "end_latest": None})))["mark"].tolist()
    ['start unknown', 'certain', 'ongoing']
    """
    parts = _parts(records)
    stated = ~np.isnan(extent(records)[0])
    rows = [np.flatnonzero(where & stated) for _, where, _, _ in parts]
    kind = np.repeat(np.array([MARKS.index(mark) for mark, *_ in parts], np.int8), list(map(len, rows)))
    mark = pd.Categorical.from_codes(kind, pd.Index(MARKS))
    first = np.concatenate([first[at] for at, (_, _, first, _) in zip(rows, parts, strict=True)])
    last = np.concatenate([last[at] for at, (*_, last) in zip(rows, parts, strict=True)])
    return pd.DataFrame({"record": np.concatenate(rows), "mark": mark, "first": first, "last": last})


def extent(records: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the first and the last day that is stated of each record; NaN where no bound is."""
    days = [records[name].to_numpy(float) for name in BOUNDS]
    return np.fmin.reduce(days), np.fmax.reduce(days)


def _parts(records: pd.DataFrame) -> list[Part]:
    """Say of each mark where it is drawn: a comparison with NaN is false, so what is unknown is in no certain part."""
    start, start_latest, end_earliest, end = (records[name].to_numpy(float) for name in BOUNDS)
    event, denied, still = (records[name].to_numpy(bool) for name in ("event", "denied", "still"))
    lower, upper = extent(records)
    day, certain = event & (start == end), start_latest <= end_earliest
    # An event with a certain stretch is longer than its windows: it is a bar, as a status is.
    window, bar = event & ~certain, ~day & (certain | ~event)
    longest, unsure, weak = bar & certain, bar & ~certain, records["weak"].to_numpy(bool)
    sure, faint, day_known = longest & ~weak, longest & weak, day & ~weak
    opens, closes = np.where(certain, start_latest, lower), np.where(certain, end_earliest + 1, upper + 1)
    seed_from, seed_to = records["certain_from"].to_numpy(float), records["certain_to"].to_numpy(float) + 1
    seed_certain = seed_from < seed_to
    by_seed = sure & seed_certain
    until, carried = records["until"].to_numpy(float), records["carried"].to_numpy(float)
    unknown_end = np.isnan(end) & ~still
    return [
        ("possible", longest & (start < start_latest), start, start_latest),
        ("possible", longest & (end_earliest < end), closes, end + 1),
        ("possible", unsure, lower, upper + 1),
        ("start unknown", bar & np.isnan(start), start, opens),
        ("end unknown", bar & unknown_end, closes, end),
        ("weak", faint, opens, closes),
        ("carried", bar & ~denied & (until < carried), until + 1, carried + 1),
        ("denied carried", bar & denied & (until < carried), until + 1, carried + 1),
        # Only other sources make it certain: before the seed does, after it does, or all along.
        *_by_others(denied, by_seed & (opens < seed_from), opens, seed_from),
        *_by_others(denied, by_seed & (seed_to < closes), seed_to, closes),
        *_by_others(denied, sure & ~by_seed, opens, closes),
        ("denied", by_seed & denied, np.fmax(opens, seed_from), np.fmin(closes, seed_to)),
        ("certain", by_seed & ~denied, np.fmax(opens, seed_from), np.fmin(closes, seed_to)),
        ("ongoing", bar & still & ~denied, closes, closes),
        ("ongoing denied", bar & still & denied, closes, closes),
        ("window", window & ~day, np.where(np.isnan(start), np.nan, lower), np.where(unknown_end, np.nan, upper + 1)),
        ("day", day_known & seed_certain, start, end + 1),
        ("day corroborated", day_known & ~seed_certain, start, end + 1),
        ("day weak", day & weak, start, end + 1),
    ]


def _by_others(denied: Mask, where: Mask, first: Floats, last: Floats) -> list[Part]:
    """Part what other sources make certain from what they deny."""
    return [("corroborated", where & ~denied, first, last), ("denied corroborated", where & denied, first, last)]


def _read_bounds(frame: pd.DataFrame, ids: pd.Series, nones: list[DayColumn]) -> dict[str, Floats]:
    """Read every column of days; two outer bounds alone bound start and end alike.

    A month or a year is its whole window: an earliest day is its first, a latest one its last.
    """
    given = [name for name in BOUNDS if name in frame]
    missing = [name for name in (BOUNDS if len(given) > len(_OUTER) else _OUTER) if name not in frame]
    if missing:
        hint = "; ".join(unknown("column", name, map(str, frame.columns)) for name in missing)
        raise UnknownNameError(f"a timeline needs {' and '.join(BOUNDS)}, or the first and the last alone: {hint}")
    windows = {name: _read_days(frame[name], ids, nones) for name in given}
    days = {name: window[BOUNDS.index(name) % 2] for name, window in windows.items()}
    # Within one month or year, nothing ends before it starts or starts after it ends.
    for inner, outer in (("end_earliest", "start_earliest"), ("start_latest", "end_latest")):
        if inner in windows:
            first, last = windows[inner]
            days[inner] = np.where((first <= days[outer]) & (days[outer] <= last), days[outer], days[inner])
    days.setdefault("start_latest", days["end_latest"])
    days.setdefault("end_earliest", days["start_earliest"])
    _check_order(days, ids)
    both = all(name in frame for name in _INNER_OF_SEED)
    inner_days = [_read_days(frame[name], ids, nones)[1 - side] for side, name in enumerate(_INNER_OF_SEED) if both]
    days["certain_from"], days["certain_to"] = inner_days or [days[name] for name in BOUNDS[1:3]]
    has_horizon = "speaks_until" in frame
    speaks = _read_days(frame["speaks_until"], ids, nones)[1] if has_horizon else np.full(len(frame), np.nan)
    still = _has_value(frame, "end_state", value="ongoing")
    # An event that only other sources state has no horizon: of its own days, at least, they speak.
    spoken = still | (_has_value(frame, "layer", value="reported") & np.isnan(speaks))
    days["until"] = np.fmax(speaks, np.where(spoken, np.fmax(days["end_earliest"], days["end_latest"]), np.nan))
    return days


def _read_days(column: pd.Series, ids: pd.Series, nones: list[DayColumn]) -> tuple[Floats, Floats]:
    """Read days as the numbers of the first and the last; what is no day is an error that names its rows."""
    of_name = DayColumn(str(column.name))
    try:
        first, last, null = of_name.reader(column)(0, len(column))
    except InvalidValueError:
        bad = _unreadable(column)
        if not bad.any():
            raise
        what = f"{column.name} is not a day (YYYY-MM-DD)"
        raise InvalidValueError(_wrong_in(what, ids[bad], column[bad].map(shown))) from None
    nones.append(of_name)
    last = first if last is None else last
    gone = np.zeros(len(column), bool) if null is None else null
    return np.where(gone, np.nan, first.astype(float)), np.where(gone, np.nan, last.astype(float))


def _unreadable(column: pd.Series) -> Mask:
    """Find the rows whose value is no day, whatever stands beside it."""
    try:
        codes, values = pd.factorize(column.astype(object))
    except TypeError:
        # Lists and the like, of which the whole column is.
        return np.zeros(len(column), bool)
    bad = np.zeros(len(values) + 1, bool)
    waiting = [(0, len(values))]
    # Halved until single values are left: those that are no days are few.
    while waiting:
        first, last = waiting.pop()
        try:
            DayColumn(str(column.name)).reader(pd.Series(values[first:last], dtype=object))(0, last - first)
        except InvalidValueError:
            half = (first + last) // 2
            bad[first] = last - first == 1
            waiting += [(first, half), (half, last)] if last - first > 1 else []
    # The last is that of code -1, no value.
    return bad.take(codes)


def _check_order(days: dict[str, Floats], ids: pd.Series) -> None:
    """Refuse bounds that contradict one another, and name the records."""
    # Not start_latest before end_earliest: where these cross, no day is certain.
    for first, last in (_OUTER, BOUNDS[:2], BOUNDS[2:], BOUNDS[::2], BOUNDS[1::2]):
        wrong = days[first] > days[last]
        if wrong.any():
            sides = (iso_days(days[name][wrong]) for name in (first, last))
            crossed = pd.Series([f"{one} > {other}" for one, other in zip(*sides, strict=True)])
            raise InvalidValueError(_wrong_in(f"{first} is after {last}", ids[wrong], crossed))


def _wrong_in(what: str, ids: pd.Series, values: pd.Series) -> str:
    """Say what is wrong with which records; the first few are named."""
    named = [f"{clipped(name)} ({value})" for name, value in zip(ids[:MOST_NAMED], values[:MOST_NAMED], strict=True)]
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"{what} in {counted(len(ids), 'record')}: {', '.join(named)}{more}"


def _is_event(frame: pd.DataFrame, key: str | None) -> Mask:
    """Tell events from statuses: by kind, by the name of the id, or by which bounds are given."""
    if "kind" in frame:
        return _has_value(frame, "kind", value="event")
    kind = _KIND_BY_ID.get(key or "", "status" if {*BOUNDS} <= {*frame} else "event")
    return np.full(len(frame), kind == "event")


def _has_value(frame: pd.DataFrame, column: str, *, value: Any) -> Mask:
    """Return where a column has a value; a column that is not there has it nowhere."""
    if column not in frame:
        return np.zeros(len(frame), bool)
    # Among objects there may be bytes, which are text too.
    held = texts(frame[column]) if isinstance(value, str) and frame[column].dtype == object else frame[column]
    return held.eq(value).fillna(value=False).to_numpy(bool)


def _is_weak(frame: pd.DataFrame, confidence: str) -> Mask:
    """Say which rows are below a confidence; a row without one is not."""
    levels = codebook.codes("confidence")
    below = levels[levels.index(one_of("confidence", confidence, levels)) + 1 :]
    none = np.zeros(len(frame), bool)
    return texts(frame["confidence"]).isin(below).to_numpy(bool) if "confidence" in frame else none


def _carried(frame: pd.DataFrame, days: dict[str, Floats], confidence: str, carry_to: int | None) -> Floats:
    """Return the day to which each status that was still so is taken to go on, as answers are; NaN: to none."""
    found = np.full(len(frame), np.nan)
    if carry_to is None:
        return found
    if missing := [name for name in ("end_state", "holds", "type", "subject", "object") if name not in frame]:
        hint = unknown("column", missing[0], map(str, frame.columns))
        raise UnknownNameError(f"carry_to ends where the opposite is stated, so it needs what a record says: {hint}")
    status = frame["holds"].notna().to_numpy() & frame["subject"].notna().to_numpy()
    kept = frame.reindex(columns=[*PROPOSITION, "holds", "end_state", "place", "confidence"])[status]
    stated = {name: as_days(days[name][status]) for name in BOUNDS}
    types = codebook.status_types()
    kept = kept.assign(**stated, speaks_until=as_days(days["until"][status]))
    kept["symmetric"] = [kind in types and types[kind].symmetric for kind in kept["type"]]
    rows = spells.read_spells(kept, steps.propositions(kept)[0], confidence)
    until = spells.carried_until(rows, spells.is_passed_over(rows), carry_to)
    found[status] = np.where(until > rows.until, until, np.nan)
    return found


def as_days(numbers: Floats) -> NDArray[np.datetime64]:
    """Turn numbers of days into days; NaN is none."""
    whole = np.where(np.isnan(numbers), 0, numbers).astype(np.int64).astype("datetime64[D]")
    return np.where(np.isnan(numbers), np.datetime64("NaT"), whole)


def _type_order(types: pd.Categorical[Any]) -> NDArray[np.intp]:
    """Number the types in codebook order, others after them in the order they come."""
    known = [*codebook.event_types(), *codebook.status_types()]
    places = {name: place for place, name in enumerate(dict.fromkeys([*known, *types.categories]))}
    # The last is that of code -1, no type.
    order: NDArray[np.intp] = np.array([*(places[name] for name in types.categories), -1], np.intp)
    return order.take(types.codes)


def lanes_and_colours(
    frame: pd.DataFrame, types: pd.Categorical[Any], lanes: str | Mapping[str, str] | None
) -> tuple[pd.Categorical[Any], pd.Categorical[Any]]:
    """Return every record's lane and colour; lanes that the codebook does not have share its colours in turn."""
    of_codebook = codebook.lanes()
    colours = {lane.title: lane.colour for lane in of_codebook.values()}
    others = "Other records"
    if isinstance(lanes, str):
        if lanes not in frame:
            raise UnknownNameError(unknown("column", lanes, map(str, frame.columns)))
        groups = pd.Categorical.from_codes(*pd.factorize(texts(frame[lanes])))
        titles = list(groups.categories)
    else:
        kinds: dict[str, Any] = {**codebook.event_types(), **codebook.status_types()}
        of_types = {name: of_codebook[kind.lane].title for name, kind in kinds.items()}
        homes = of_types if lanes is None else _lane_by_type(lanes) or of_types
        others = others if any(name in homes for name in types.categories) else "Records"
        groups, titles = types, [homes.get(name, others) for name in types.categories]
    if (groups.codes < 0).any():
        titles.append(others)
    found = list(dict.fromkeys([*(title for title in colours if title in titles), *titles]))
    free = [name for name in found if name not in colours]
    colours.update(zip(free, itertools.cycle(list(colours.values()))))
    inks = [colours[title] for title in found]
    return _merged(groups, titles, found), _merged(groups, [colours[title] for title in titles], inks)


def _lane_by_type(lanes: Any) -> dict[str, str]:
    """Return the lane that a reader gives every type; what gives none is an :class:`InvalidValueError`."""
    if not isinstance(lanes, Mapping):
        raise InvalidValueError(f"lanes is the name of a column, or a lane for every type, not {shown(lanes)}")
    return {text("type", kind, "name one"): text("lane", lane, "name one") for kind, lane in lanes.items()}


def _merged(groups: pd.Categorical[Any], titles: list[str], order: list[str]) -> pd.Categorical[Any]:
    """Merge groups of one title; the last title is that of code -1, what is in no group."""
    places = {title: place for place, title in enumerate(dict.fromkeys(order))}
    codes = np.array([places[title] for title in titles], np.intp)[groups.codes]
    return pd.Categorical.from_codes(codes, pd.Index(list(places)))
