"""Any frame with the four bounds to marks: what is drawn of each record, and in which words.

A record is drawn solid where it is certain, hatched where it is possible, and open where a bound
is unknown. Days are counted from 1970-01-01; a null bound is NaN, so that no comparison with it
is ever true: what is unknown is never certain. A closed day ends at the next midnight.
"""

from __future__ import annotations

import itertools
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError, UnknownNameError, unknown
from caucasus_events.model import codebook
from caucasus_events.model.bounds import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Strings = NDArray[np.str_]


MARKS = (
    "possible",
    "start unknown",
    "end unknown",
    "corroborated",
    "denied",
    "denied corroborated",
    "certain",
    "ongoing",
    "ongoing denied",
    "window",
    "day",
    "day corroborated",
)


_OUTER = (BOUNDS[0], BOUNDS[3])


_IDS = ("record_id", "event_id", "status_id", "id")


_KINDS = {"event_id": "event", "status_id": "status"}


_SEED = {"seed_start_latest": "certain_from", "seed_end_earliest": "certain_to"}


_NAMED = 5


def prepare(frame: pd.DataFrame, lanes: str | Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read what is drawn of each record: its bounds, kind, lane, colour, label and words.

    Parameters
    ----------
    frame
        One row per record, with ``start_earliest``, ``start_latest``, ``end_earliest`` and
        ``end_latest``, or with the outer two alone: then the record is an event that took place
        some time from ``start_earliest`` to ``end_latest``, as UCDP and ACLED date theirs. Days
        are dates, timestamps or ISO 8601 text; null is unknown. Read where they are there: an
        id (``record_id``, ``event_id``, ``status_id``, ``id``), ``title``, ``kind``, ``type``,
        ``holds``, ``end_state``, ``speaks_until``, ``quote``, ``citation``, ``start_basis``,
        ``end_basis``, ``seed_start_latest`` and ``seed_end_earliest``.
    lanes
        What groups the rows: None, the lanes of the codebook (types it does not have share a
        lane of their own); the name of a column; or a lane for every type.

    Returns
    -------
    DataFrame
        One row per record, in the order in which they are drawn: by lane, then by the first day
        drawn, then by type. The four bounds, ``certain_from``, ``certain_to`` (what the seed
        alone makes certain) and ``until`` in days since 1970-01-01; ``event``, ``denied``,
        ``still`` (going on when the source speaks) as booleans; ``lane``, ``colour``, ``label``,
        ``record_id``; ``number``, the place of the row in ``frame``.

    Raises
    ------
    UnknownNameError
        If a column that is needed is not there.
    InvalidValueError
        If a day cannot be read, or a record ends before it starts.

    Examples
    --------
    >>> mine = pd.DataFrame({"start_earliest": ["1999-05-06"], "end_latest": ["1999-05-09"]})
    >>> prepare(mine)[["event", "lane", "label", "start_latest"]]
       event     lane label  start_latest
    0   True  Records     0       10720.0
    """
    key = next((name for name in _IDS if name in frame), None)
    names = frame[key].astype(str) if key else pd.Series(frame.index.astype(str), frame.index)
    days = _bounds(frame, names)
    types = _types(frame)
    lane, colour = _lanes(frame, types, lanes)
    known = {name: frame[name] for name in ("quote", "citation", "start_basis", "end_basis") if name in frame}
    first = np.fmin.reduce([days[name] for name in BOUNDS])
    order = np.lexsort((_type_order(types), first, lane.codes))
    records = pd.DataFrame(
        {
            "record_id": names,
            "label": _named_by(frame["title"], names) if "title" in frame else names,
            "event": _is_event(frame, key),
            "denied": _flag(frame, "holds", value=False),
            "still": _flag(frame, "end_state", value="ongoing"),
            "lane": lane,
            "colour": colour,
            **known,
            **days,
            "number": np.arange(len(frame)),
        },
        index=frame.index,
    )
    return records.take(order).reset_index(drop=True)


def spans(records: pd.DataFrame) -> pd.DataFrame:
    """Give every mark of every record as a stretch of days.

    Parameters
    ----------
    records
        As :func:`prepare` returns them.

    Returns
    -------
    DataFrame
        One row per mark: ``record`` (row number in ``records``), ``mark`` (one of ``MARKS``),
        ``first`` and ``last`` (days since 1970-01-01; ``last`` is the midnight after the last
        day). ``first`` is NaN where the start, ``last`` where the end is unknown; an arrowhead
        (``ongoing``) is a point.

    Examples
    --------
    >>> mine = pd.DataFrame({"start_earliest": [None], "start_latest": ["1999-05-06"],
    ...     "end_earliest": ["1999-05-08"], "end_latest": [None], "end_state": ["ongoing"], "kind": ["status"]})
    >>> spans(prepare(mine))
       record           mark    first     last
    0       0  start unknown      NaN  10717.0
    1       0        certain  10717.0  10720.0
    2       0        ongoing  10720.0  10720.0
    """
    start, start_latest, end_earliest, end = (records[name].to_numpy(float) for name in BOUNDS)
    lower, upper = np.fmin.reduce([start, start_latest, end_earliest, end]), extent(records)[1] + 1
    event, denied, still = (records[name].to_numpy(bool) for name in ("event", "denied", "still"))
    day, certain = event & (start == end), start_latest <= end_earliest
    window, bar = event & ~certain, ~day & (certain | ~event)
    sure, unsure = bar & certain, bar & ~certain
    opens, closes = np.where(certain, start_latest, lower), np.where(certain, end_earliest + 1, upper)
    seed_from, seed_to = records["certain_from"].to_numpy(float), records["certain_to"].to_numpy(float) + 1
    by_seed = sure & (seed_from < seed_to)
    by_others = [
        (by_seed & (opens < seed_from), opens, seed_from),
        (by_seed & (seed_to < closes), seed_to, closes),
        (sure & ~by_seed, opens, closes),
    ]
    seed = np.fmax(opens, seed_from), np.fmin(closes, seed_to)
    unknown_end = np.isnan(end) & ~still
    parts: list[tuple[str, Mask, Floats, Floats]] = [
        ("possible", sure & (start < start_latest), start, start_latest),
        ("possible", sure & (end_earliest < end), closes, end + 1),
        ("possible", unsure, lower, upper),
        ("start unknown", bar & np.isnan(start), start, opens),
        ("end unknown", bar & unknown_end, closes, end),
        *(("corroborated", where & ~denied, first, last) for where, first, last in by_others),
        *(("denied corroborated", where & denied, first, last) for where, first, last in by_others),
        ("denied", by_seed & denied, *seed),
        ("certain", by_seed & ~denied, *seed),
        ("ongoing", bar & still & ~denied, closes, closes),
        ("ongoing denied", bar & still & denied, closes, closes),
        ("window", window & ~day, np.where(np.isnan(start), np.nan, lower), np.where(unknown_end, np.nan, upper)),
        ("day", day & (seed_from < seed_to), start, end + 1),
        ("day corroborated", day & ~(seed_from < seed_to), start, end + 1),
    ]
    stated = ~np.isnan(lower)
    rows = [np.flatnonzero(where & stated) for _, where, _, _ in parts]
    kind = np.repeat(np.array([MARKS.index(mark) for mark, *_ in parts], np.int8), list(map(len, rows)))
    return pd.DataFrame(
        {
            "record": np.concatenate(rows),
            "mark": pd.Categorical.from_codes(kind, pd.Index(MARKS)),
            "first": np.concatenate([first[at] for at, (_, _, first, _) in zip(rows, parts, strict=True)]),
            "last": np.concatenate([last[at] for at, (*_, last) in zip(rows, parts, strict=True)]),
        }
    )


def extent(records: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give the first and the last day that is stated of each record.

    Parameters
    ----------
    records
        As :func:`prepare` returns them.

    Returns
    -------
    tuple of two arrays
        Days since 1970-01-01, both included; NaN where no bound is stated at all.
    """
    days = [records[name].to_numpy(float) for name in BOUNDS]
    return np.fmin.reduce(days), np.fmax.reduce(days)


def when(records: pd.DataFrame) -> tuple[Strings, Strings]:
    """Write when each record began and when it ended.

    Parameters
    ----------
    records
        As :func:`prepare` returns them.

    Returns
    -------
    tuple of two arrays of str
        "1993-01-01 … 1993-12-31" or "unknown"; the second also "still so on 2020-07-23", and
        never a day that no source gives.

    Examples
    --------
    >>> from caucasus_events import load_timeline
    >>> records = prepare(load_timeline().query("record_id == 'turkey-armenia-border-closed'"))
    >>> [str(part[0]) for part in when(records)]
    ['1993-01-01 … 1993-12-31', 'still so on 2020-07-23']
    """
    start_earliest, start_latest, end_earliest, end_latest = (_iso(records[name].to_numpy(float)) for name in BOUNDS)
    start, end = _window(start_earliest, start_latest), _window(end_earliest, end_latest)
    still = np.strings.add("still so on ", end_earliest)
    return start, np.where(records["still"].to_numpy(bool), still, end)


def answers_on(records: pd.DataFrame, day: float) -> pd.Series:
    """Say of each record by itself what it was on a day: yes, no or unknown, and why.

    The first that fits: after the source; certain; before the stated start; after the stated
    end; start uncertain; end uncertain. An event is not a state of affairs and has its own words.

    Parameters
    ----------
    records
        As :func:`prepare` returns them.
    day
        Days since 1970-01-01.

    Returns
    -------
    Series of str
        "yes", "no", or "unknown (…)" with the reason.

    Examples
    --------
    >>> from caucasus_events import load_timeline
    >>> records = prepare(load_timeline().query("record_id == 'turkey-armenia-border-closed'"))
    >>> answers(records, 8500)[0]
    'unknown (start uncertain)'
    """
    start, start_latest, end_earliest, end = (records[name].to_numpy(float) for name in BOUNDS)
    certain = (start_latest <= day) & (day <= end_earliest)
    conditions = [
        records["until"].to_numpy(float) < day,
        certain & records["denied"].to_numpy(bool),
        certain,
        day < start,
        day > end,
        ~(start_latest <= day),
    ]
    words = ["after the source", "no", "yes", "before the stated start", "after the stated end", "start uncertain"]
    found = np.select(conditions, words, "end uncertain").astype(object)
    return pd.Series(found).where(np.isin(found, ["yes", "no"]), "unknown (" + pd.Series(found) + ")")


def _iso(days: Floats) -> Strings:
    """Write days as YYYY-MM-DD, each day once; null is empty."""
    unknown_day = np.isnan(days)
    codes, found = pd.factorize(np.where(unknown_day, 0, days).astype(np.int64))
    written = np.datetime_as_string(found.astype("datetime64[D]"))[codes]
    return np.where(unknown_day, "", written) if unknown_day.any() else written


def clean(text: pd.Series) -> pd.Series:
    """Make text safe to show: nothing in it is markup, and half characters become U+FFFD.

    Parameters
    ----------
    text
        Any text; null becomes empty.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> clean(pd.Series(["<b>bold</b> & more"]))[0]
    '&lt;b&gt;bold&lt;/b&gt; &amp; more'
    """
    whole = [str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace") for value in text.fillna("")]
    return pd.Series([escape(value, quote=False) for value in whole], text.index, dtype=object)


def escaped(text: pd.Series) -> Strings:
    """Escape very many texts at once: nothing in them is markup.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    array of str

    Examples
    --------
    >>> str(escaped(pd.Series(["A & B"]))[0])
    'A &amp; B'
    """
    found = text.to_numpy(object).astype(str)
    letters = found.view(np.uint32)
    signs = [pair for pair in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")) if (letters == ord(pair[0])).any()]
    for sign, written in signs:
        found = np.strings.replace(found, sign, written)
    return found


def _bounds(frame: pd.DataFrame, names: pd.Series) -> dict[str, Floats]:
    """Read every column of days; two outer bounds alone bound start and end alike."""
    given = [name for name in BOUNDS if name in frame]
    missing = [name for name in (BOUNDS if len(given) > len(_OUTER) else _OUTER) if name not in frame]
    if missing:
        hint = "; ".join(unknown("column", name, map(str, frame.columns)) for name in missing)
        raise UnknownNameError(f"a timeline needs {' and '.join(BOUNDS)}, or the first and the last alone: {hint}")
    days = {name: _days(frame[name], names) for name in given}
    days.setdefault("start_latest", days["end_latest"])
    days.setdefault("end_earliest", days["start_earliest"])
    _in_order(days, names)
    days["certain_from"] = (
        _days(frame["seed_start_latest"], names) if _SEED.keys() <= {*frame} else days["start_latest"]
    )
    days["certain_to"] = _days(frame["seed_end_earliest"], names) if _SEED.keys() <= {*frame} else days["end_earliest"]
    speaks = _days(frame["speaks_until"], names) if "speaks_until" in frame else np.full(len(frame), np.nan)
    still = _flag(frame, "end_state", value="ongoing")
    days["until"] = np.fmax(speaks, np.where(still, days["end_earliest"], np.nan))
    return days


def _days(column: pd.Series, names: pd.Series) -> Floats:
    """Read days as numbers; a time of day is dropped, and what is no day is an error that names its rows."""
    try:
        read = pd.to_datetime(column, format="ISO8601", utc=False)
        stamps = read.dt.tz_localize(None).to_numpy("datetime64[D]")
    except (ValueError, TypeError, AttributeError):
        bad = pd.to_datetime(column.astype(str), format="ISO8601", errors="coerce").isna() & column.notna()
        what = f"{column.name} is not a day (YYYY-MM-DD)"
        raise InvalidValueError(_named(what, names[bad], column[bad].map(repr))) from None
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(float))


def _in_order(days: dict[str, Floats], names: pd.Series) -> None:
    """Refuse bounds that contradict one another, and name the records."""
    for first, last in (_OUTER, BOUNDS[:2], BOUNDS[2:], BOUNDS[::2], BOUNDS[1::2]):
        wrong = days[first] > days[last]
        if wrong.any():
            shown = pd.Series(np.strings.add(np.strings.add(_iso(days[first][wrong]), " > "), _iso(days[last][wrong])))
            what = f"{first} is after {last}"
            raise InvalidValueError(_named(what, names[wrong], shown))


def _named(what: str, names: pd.Series, values: pd.Series) -> str:
    """Say what is wrong with which records; the first few are named."""
    shown = [f"{name} ({value})" for name, value in zip(names[:_NAMED], values[:_NAMED], strict=True)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{what} in {len(names)} record{'s' * (len(names) != 1)}: {', '.join(shown)}{more}"


def _is_event(frame: pd.DataFrame, key: str | None) -> Mask:
    """Tell events from statuses: by kind, by the name of the id, or by which bounds are given."""
    if "kind" in frame:
        return frame["kind"].eq("event").to_numpy(bool)
    kind = _KINDS.get(key or "", "status" if {*BOUNDS} <= {*frame} else "event")
    return np.full(len(frame), kind == "event")


def _flag(frame: pd.DataFrame, column: str, *, value: Any) -> Mask:
    """Tell where a column has a value; a column that is not there has it nowhere."""
    if column not in frame:
        return np.zeros(len(frame), bool)
    return frame[column].eq(value).fillna(value=False).to_numpy(bool)


def _named_by(titles: pd.Series, names: pd.Series) -> pd.Series:
    """Give the titles, and the id where there is none."""
    words = titles if isinstance(titles.dtype, pd.StringDtype) else titles.astype(object)
    return words.where(words.notna(), names) if words.hasnans else words


def _types(frame: pd.DataFrame) -> pd.Categorical[Any]:
    """Read the type of each record; without types, none has one."""
    given = frame["type"].astype(str) if "type" in frame else pd.Series("", frame.index)
    return pd.Categorical.from_codes(*pd.factorize(given))


def _type_order(types: pd.Categorical[Any]) -> NDArray[np.intp]:
    """Number the types in codebook order, others after them in the order they come."""
    known = [*codebook.event_types(), *codebook.status_types()]
    places = {name: place for place, name in enumerate(dict.fromkeys([*known, *types.categories]))}
    order: NDArray[np.intp] = np.array([*(places[name] for name in types.categories), -1], np.intp)
    return order.take(types.codes)


def _lanes(
    frame: pd.DataFrame, types: pd.Categorical[Any], lanes: str | Mapping[str, str] | None
) -> tuple[pd.Categorical[Any], pd.Categorical[Any]]:
    """Give every record a lane and its colour; lanes that the codebook does not have share its colours in turn."""
    of_codebook = codebook.lanes()
    colours = {lane.title: lane.colour for lane in of_codebook.values()}
    others = "Other records"
    if isinstance(lanes, str):
        if lanes not in frame:
            raise UnknownNameError(unknown("column", lanes, map(str, frame.columns)))
        groups = pd.Categorical.from_codes(*pd.factorize(frame[lanes].astype(str)))
        titles = list(groups.categories)
    else:
        kinds: dict[str, Any] = {**codebook.event_types(), **codebook.status_types()}
        homes = dict(lanes) if lanes else {name: of_codebook[kind.lane].title for name, kind in kinds.items()}
        others = others if any(name in homes for name in types.categories) else "Records"
        groups, titles = types, [homes.get(name, others) for name in types.categories]
    titles += [others] * bool((groups.codes < 0).any())
    found = list(dict.fromkeys([*(title for title in colours if title in titles), *titles]))
    free = [name for name in found if name not in colours]
    colours.update(zip(free, itertools.cycle(list(colours.values()))))
    inks = [colours[title] for title in found]
    return _gathered(groups, titles, found), _gathered(groups, [colours[title] for title in titles], inks)


def _gathered(groups: pd.Categorical[Any], titles: list[str], order: list[str]) -> pd.Categorical[Any]:
    """Put groups of one title together; the last title is that of what is in no group."""
    places = {title: place for place, title in enumerate(dict.fromkeys(order))}
    codes = np.array([places[title] for title in titles], np.intp)[groups.codes]
    return pd.Categorical.from_codes(codes, pd.Index(list(places)))


def _window(first: Strings, last: Strings) -> Strings:
    """Write a window of days: one day, two days, one side or unknown."""
    both = np.strings.add(np.strings.add(first, " … "), last)
    cases = [(first == "") & (last == ""), first == "", last == "", first == last]
    words = [
        np.full(len(first), "unknown"),
        np.strings.add("not after ", last),
        np.strings.add("not before ", first),
        first,
    ]
    return np.select(cases, words, both)
