"""The timeline: one row per record, drawn with plotly.

Solid is certain, hatched is possible, open is unknown, and nothing is drawn past the day on which
the source stops speaking. Colour tells the lane and never carries anything alone.
"""

from __future__ import annotations

import textwrap
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from caucasus_events.asking.days import read_days
from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError, UnknownNameError, unknown
from caucasus_events.model import codebook, layers
from caucasus_events.reading import tables
from caucasus_events.reading.names import resolve_all

from . import look, many, marks, traces
from .page import arrange, placed, standing
from .page import layout as page_layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from numpy.typing import NDArray


CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    "responsive": True,
    "showSendToCloud": False,
}


"""Options for ``figure.show(config=CONFIG)``: no upload button, no logo, fits its container."""


TITLE = "Events and statuses of the South Caucasus"


_WIDTH, _LEAST_WIDTH = 1200, 320


_QUOTE, _QUOTE_NARROW, _QUOTE_LINES = 58, 40, 8


_PARTIES = ["subject", "object", "about"]


_NAMED = 5


def timeline(  # noqa: PLR0913 - every argument but the first is named at the call
    frame: pd.DataFrame | None = None,
    *,
    types: str | Iterable[str] | None = None,
    entities: str | Iterable[str] | None = None,
    start: str | date | None = None,
    end: str | date | None = None,
    lanes: str | Mapping[str, str] | None = None,
    as_of: str | date | None = None,
    width: int | None = None,
    height: int | None = None,
    title: str | None = None,
    quotes: bool = True,
    dates: str = "seed",
) -> go.Figure:
    """Draw records on a time axis, each with what is certain, possible and unknown about its dates.

    A bar is solid where a record is certain (``start_latest`` … ``end_earliest``), hatched where
    it is possible, and open where a bound is unknown; an arrowhead ends what was still so when
    the source stopped speaking, and nothing is drawn past it. A denial is an outline. An event is
    a diamond, filled if its day is known; if not, a whisker spans its window and the diamond is
    hollow, because its place in the middle is not the source's. A closed day ends at the next
    midnight. What is certain for less than 4 pixels is drawn 4 pixels wide. Where a frame carries
    the bounds of the seed too (``seed_start_latest``, ``seed_end_earliest``), what is certain by
    other sources only is a tint.

    Parameters
    ----------
    frame
        One row per record, with the four bounds, or with ``start_earliest`` and ``end_latest``
        alone: then each row is an event that took place some time from the one to the other, as
        UCDP and ACLED date theirs. Days are dates, timestamps or ISO 8601 text. Used where they
        are there: ``record_id`` (``event_id``, ``status_id``, ``id``), ``title``, ``type``,
        ``kind``, ``holds``, ``end_state``, ``speaks_until``, ``quote``, ``citation``. Without
        ``kind``, rows with an ``event_id``, or with the outer bounds only, are events. Left out,
        all released records.
    types
        Types to draw; left out, all.
    entities
        Whoever is named, by id or name, as a party: records of the dataset, and rows whose
        ``subject``, ``object`` or ``about`` holds the id. Left out, all.
    start, end
        Show these days only (``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, or a date; both included),
        and the records whose stated days meet them; the title counts what is left out.
    lanes
        What groups the rows: the lanes of the codebook (default), the name of a column, or a lane
        for every type.
    as_of
        A day to mark with a line; what is shown at each record then says what it was on that day.
    width, height
        In pixels. Without a width, the figure fits its container and is laid out for 1,200;
        below 640, labels stand above their bars. Without a height, up to 200 records get a row
        of full size each. Where rows are too low for labels of 9 pixels, there are none.
    title
        Left out, that of the dataset for its own records, and none for a frame.
    quotes
        Whether the passage is shown when a record is pointed at. Above 5,000 records title,
        dates and id are all that is shown, and the bars are drawn as pictures, without hatches and without a grid.
    dates
        Of the released records: ``"seed"``, as the seeds alone date them, or ``"corroborated"``,
        as other sources narrow that; what only these make certain is a tint. A start from one
        source and the seed's "is so" on its own day are drawn as one unbroken spell: that is an
        assumption. A frame brings its own dates.

    Returns
    -------
    plotly.graph_objects.Figure
        One row per record, in lanes, in order of the first day drawn. ``meta`` of a trace names
        its mark, ``customdata`` the record of each point.

    Raises
    ------
    UnknownNameError
        If the frame lacks a column, or there is no such type or entity, with the nearest (a
        ``KeyError``).
    InvalidValueError
        If a day cannot be read, a record ends before it starts, there is no room for the rows, or
        no such layer of dates (a ``ValueError``).

    Warns
    -----
    UserWarning
        If records have no bound at all and so no place on the axis; they are named.

    Examples
    --------
    >>> figure = timeline(types="border_closed")
    >>> [trace.customdata[0] for trace in figure.data if trace.meta == "certain"][0]
    'turkey-armenia-border-closed'

    Your own events, of UCDP say, after one renaming:

    >>> mine = pd.DataFrame({"date_start": ["2016-04-02"], "date_end": ["2016-04-05"], "dyad_name": ["A - B"]})
    >>> mine = mine.rename(columns={"date_start": "start_earliest", "date_end": "end_latest", "dyad_name": "title"})
    >>> timeline(mine).layout.title.text
    '<span style="font-size:13px;color:#57606A">1 record</span>'
    """
    whole = with_horizons(*_released(dates)) if frame is None else _own_dates(frame, dates)
    first, last, day = _window(start, end, as_of)
    records = _meeting(marks.prepare(_choose(whole, types, entities), lanes), first, last)
    placed = ~np.isnan(marks.extent(records)[0])
    _warn_of_unplaced(records[~placed])
    records = _kept(records, placed)
    heading = (
        TITLE if title is None and frame is None else title or "",
        _subtitle(records, len(whole), own=frame is None, dates=dates),
    )
    size = (_checked_width(width), height)
    figure = compose(records, size, heading, window=(first, last + 1), as_of=day, quotes=quotes)
    return go.Figure(figure).update_layout(width=width)


def compose(
    records: pd.DataFrame,
    size: tuple[int, int | None],
    heading: tuple[str, str],
    *,
    window: tuple[float, float] = (np.nan, np.nan),
    as_of: float = np.nan,
    quotes: bool = True,
) -> dict[str, Any]:
    """Put marks, words and layout together, before plotly checks them.

    Parameters
    ----------
    records
        As :func:`caucasus_events.marks.prepare` returns them; each has at least one bound.
    size
        Width and height in pixels; without a height, as much as the rows need.
    heading
        Title and the line under it.
    window
        First day of the axis and the midnight that ends it; NaN: from the data.
    as_of
        A day to mark, since 1970-01-01, or NaN.
    quotes
        Whether passages are shown when a record is pointed at.

    Returns
    -------
    dict
        ``data`` and ``layout``, with numpy arrays.

    Examples
    --------
    >>> records = marks.prepare(tables.load_timeline())
    >>> compose(records, (1200, 700), ("", ""))["layout"]["height"]
    700
    """
    spans = marks.spans(records)
    page = arrange(records, spans, size, window, heading)
    hover = _hover(records, as_of, width=size[0], quotes=quotes)
    drawn = placed(records, spans, hover, page)
    data, layout = traces.traces(records, drawn, hover, page), page_layout(page, as_of)
    if len(records) > look.MANY:
        layout["images"] = many.pictures(drawn, records, page)
    else:
        layout["meta"] = standing(records, page)
    return {"data": data, "layout": layout}


def with_horizons(timeline: pd.DataFrame, events: pd.DataFrame, statuses: pd.DataFrame) -> pd.DataFrame:
    """Add to every record of the flat table whose it is and until when its source speaks.

    Parameters
    ----------
    timeline, events, statuses
        The tables of these names.

    Returns
    -------
    DataFrame
        ``timeline`` with ``subject``, ``object``, ``about``, ``assertion``, ``attributed_to``,
        ``source_id`` and ``speaks_until``, null where a record has none.

    Examples
    --------
    >>> whole = with_horizons(tables.load_timeline(), tables.load_events(), tables.load_statuses())
    >>> whole["speaks_until"].max()
    Timestamp('2020-07-23 00:00:00')
    """
    columns = [*_PARTIES, "assertion", "attributed_to", "source_id", "speaks_until"]
    both = [events.rename(columns={"event_id": "record_id"}), statuses.rename(columns={"status_id": "record_id"})]
    homes = pd.concat([frame.reindex(columns=["record_id", *columns]).astype({"assertion": str}) for frame in both])
    return timeline.merge(homes, on="record_id", how="left", validate="1:1")


def when_text(records: pd.DataFrame, between: str = "<br>") -> NDArray[np.str_]:
    """Write when each record was: one window of an event, start and end of all else.

    Parameters
    ----------
    records
        As :func:`caucasus_events.marks.prepare` returns them.
    between
        What parts start from end.

    Returns
    -------
    array of str

    Examples
    --------
    >>> records = marks.prepare(tables.load_timeline().query("record_id == 'turkey-armenia-border-closed'"))
    >>> str(dates(records, ", ")[0])
    'start 1993-01-01 … 1993-12-31, still so on 2020-07-23'
    """
    start, end = marks.when(records)
    end_word = np.where(records["still"], "", "end ")
    words = [f"start {first}{between}{word}{last}" for first, word, last in zip(start, end_word, end, strict=True)]
    point = records["event"].to_numpy(bool) & (start == end)
    return np.where(point, start, np.array(words, dtype=np.str_))


def _released(layer: str) -> list[pd.DataFrame]:
    """Load what the figure of the dataset is drawn from."""
    return [tables.load(name, layer) for name in ("timeline", "events", "statuses")]


def _own_dates(frame: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Refuse to date a frame that brings its own dates."""
    if layers.checked(layer) != "seed":
        raise InvalidValueError(
            f"dates={layer!r} is for the released records; load the frame with dates={layer!r}, it brings its own"
        )
    return frame


def _window(start: str | date | None, end: str | date | None, as_of: str | date | None) -> tuple[float, float, float]:
    """Read the days asked for as numbers; what is left out is NaN."""
    first = np.nan if start is None else _number(read_days(start, "start").first)
    last = np.nan if end is None else _number(read_days(end, "end").last)
    if last < first:
        raise InvalidValueError(f"end {end} is before start {start}")
    if as_of is None:
        return first, last, np.nan
    days = read_days(as_of, "as_of")
    if days.first != days.last:
        raise InvalidValueError(f"as_of is one day (YYYY-MM-DD), not {as_of!r}")
    return first, last, _number(days.first)


def _number(day: date) -> float:
    """Count days from 1970-01-01."""
    return float(np.datetime64(day, "D").astype(np.int64))


def _choose(
    frame: pd.DataFrame, types: str | Iterable[str] | None, entities: str | Iterable[str] | None
) -> pd.DataFrame:
    """Keep the records of some types and parties."""
    if types is not None:
        frame = frame[_of_types(frame, [types] if isinstance(types, str) else list(types))]
    if entities is not None:
        frame = frame[_of_entities(frame, resolve_all(entities))]
    return frame


def _of_types(frame: pd.DataFrame, types: list[str]) -> pd.Series:
    """Tell which rows are of some types."""
    if "type" not in frame:
        raise UnknownNameError(unknown("column", "type", map(str, frame.columns)))
    known = [*codebook.event_types(), *codebook.status_types()]
    known += [name for name in frame["type"].dropna().astype(str).unique() if name not in known]
    for name in types:
        if name not in known:
            raise UnknownNameError(unknown("type", name, known))
    return frame["type"].isin(types)


def _of_entities(frame: pd.DataFrame, ids: list[str]) -> pd.Series:
    """Tell in which rows some entities are parties."""
    people = tables.load_participants()
    events = people[people["entity_id"].isin(ids)]["event_id"]
    named = [name for name in _PARTIES if name in frame]
    keys = [name for name in ("record_id", "event_id") if name in frame]
    if not named and not keys:
        raise UnknownNameError(unknown("column", "subject", map(str, frame.columns)))
    return frame[named].isin(ids).any(axis=1) | frame[keys].isin(set(events)).any(axis=1)


def _meeting(records: pd.DataFrame, first: float, last: float) -> pd.DataFrame:
    """Keep the records whose stated days meet a window."""
    lower, upper = marks.extent(records)
    return _kept(records, ~(lower > last) & ~(upper < first))


def _kept(records: pd.DataFrame, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Keep chosen records; where all are, nothing is copied."""
    return records if chosen.all() else records[chosen].reset_index(drop=True)


def _warn_of_unplaced(records: pd.DataFrame) -> None:
    """Name the records that have no place on the axis."""
    if len(records):
        names = ", ".join(records["record_id"][:_NAMED]) + (" and more" if len(records) > _NAMED else "")
        warnings.warn(f"{len(records)} not drawn, without any bound: {names}", UserWarning, stacklevel=3)


def _subtitle(records: pd.DataFrame, whole: int, *, own: bool, dates: str) -> str:
    """Say how many records there are, until when a source speaks, whose dates they are, and where they come from."""
    count = (
        f"{len(records):,} of {whole:,} records" if len(records) < whole else f"{whole:,} record{'s' * (whole != 1)}"
    )
    spoken = np.fmax.reduce(records["until"].to_numpy(float), initial=np.nan)
    silence = [] if np.isnan(spoken) else [f"no source speaks after {_iso(spoken)}"]
    layer = ["dates narrowed by other sources"] if dates == "corroborated" else []
    return " · ".join([count, *silence, *layer, *([f"caucasus-events {about.VERSION}"] if own else [])])


def _iso(day: float) -> str:
    """Write a day as YYYY-MM-DD."""
    return str(np.datetime64(int(day), "D"))


def _checked_width(width: int | None) -> int:
    """Refuse a width in which nothing can be read."""
    if width is not None and width < _LEAST_WIDTH:
        raise InvalidValueError(f"width {width} is too narrow: it must be at least {_LEAST_WIDTH} pixels")
    return width or _WIDTH


def _hover(records: pd.DataFrame, day: float, *, width: int, quotes: bool) -> pd.Series:
    """Write what is shown when a record is pointed at, every field escaped; of very many, the browser writes it."""
    if len(records) > look.MANY:
        return pd.Series("", records.index)
    wrap = _QUOTE_NARROW if width < look.NARROW else _QUOTE
    lines = [_wrapped(records["label"], wrap, "<b>", "</b>"), pd.Series(when_text(records)), _layer(records)]
    if day == day:  # noqa: PLR0124 - NaN is not itself
        lines.append(pd.Series(np.where(records["event"], "", f"on {_iso(day)}: " + marks.answers_on(records, day))))
    if quotes and "quote" in records:
        lines.append(_wrapped(records["quote"], wrap, "<i>“", "”</i>"))
    if "citation" in records:
        lines.append(_wrapped(records["citation"], wrap))
    return _stacked([*lines, marks.clean(records["record_id"])])


def _stacked(lines: list[Any]) -> pd.Series:
    """Put lines under one another; an empty one takes no room."""
    table = pd.DataFrame(dict(enumerate(lines))).fillna("")
    words = ["<br>".join(filter(None, row)) for row in table.itertuples(index=False)]
    return pd.Series(words, table.index, dtype=object)


def _layer(records: pd.DataFrame) -> pd.Series:
    """Say which bounds come from other sources than the seed."""
    words = [
        records[name].eq("corroborated") if name in records else pd.Series(data=False, index=records.index)
        for name in ("start_basis", "end_basis")
    ]
    cases = [words[0] & words[1], words[0], words[1]]
    said = [
        "start and end by corroboration",
        "start by corroboration, end by the seed",
        "start by the seed, end by corroboration",
    ]
    return pd.Series(np.select(cases, said, "dated by the seed alone" if "start_basis" in records else ""))


def _wrapped(text: pd.Series, width: int, before: str = "", after: str = "") -> pd.Series:
    """Wrap text, which plotly never does; a very long one ends in an ellipsis."""
    broken = [
        "<br>".join(
            marks.clean(
                pd.Series(textwrap.wrap(str(value), width, max_lines=_QUOTE_LINES, placeholder=" …"), dtype=object)
            )
        )
        for value in text.fillna("")
    ]
    return pd.Series([f"{before}{lines}{after}" if lines else "" for lines in broken], text.index, dtype=object)
