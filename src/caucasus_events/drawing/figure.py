"""The timeline: one row for a fact or a record, drawn with plotly.

Solid is certain, hatched is possible, open is unknown, and nothing is drawn past the day on which the source stops
speaking. Colour tells the lane and never carries anything alone.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from caucasus_events.asking.days import as_numbers, read_days
from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError, UnknownNameError, shown, unknown
from caucasus_events.model import codebook, layers
from caucasus_events.model.asked import flag, one_of, text
from caucasus_events.model.words import counted
from caucasus_events.reading import tables
from caucasus_events.reading.frames import as_pandas, texts
from caucasus_events.reading.names import PARTIES, with_party

from . import captions, facts, many, marks, page, traces
from .layout import layout
from .look import MANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from caucasus_events.asking.days import Day

    from .look import Size

CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    "responsive": True,
    "showSendToCloud": False,
}
"""Options for ``figure.show(config=CONFIG)``: no upload button, no logo, fits its container."""

_OF_LAYER = {"seed": "by documents alone", "corroborated": "dates narrowed by other sources"}
_OF_LAYER[layers.BEST] = "by documents and other sources"
_HEADING = "Events and statuses of the South Caucasus"
_USUAL_WIDTH, _LEAST_WIDTH = 1200, 320
# No browser draws more pixels than this in a row.
_MOST_PIXELS = 1_000_000
ROWS = ("facts", "records")
# Events of a line that are nearer than this, in pixels, are shown together.
_NEAR = 7


def timeline(  # noqa: PLR0913 - every argument but the first is named at the call
    frame: Any = None,
    *,
    types: str | Iterable[str] | None = None,
    entities: str | Iterable[str] | None = None,
    start: Day | None = None,
    end: Day | None = None,
    lanes: str | Mapping[str, str] | None = None,
    as_of: Day | None = None,
    width: int | None = None,
    height: int | None = None,
    title: str | None = None,
    quotes: bool = True,
    layer: str = layers.BEST,
    confidence: str = "medium",
    carry_to: Day | None = None,
    rows: str | None = None,
) -> go.Figure:
    """Draw facts, or records, on a time axis, with what is certain, possible and unknown about their dates.

    A line of the released data is a fact: a proposition, whatever the number of documents and sources
    that speak of it, or the events of one type and the same parties, and how many these are stands
    behind the name. On every day a line of statuses is what :func:`caucasus_events.as_of` answers with
    the same layer, confidence and ``carry_to``: solid where documents alone make it yes, a tint where
    other sources do, an outline where it is no, crossed where sources disagree, hatched where it may
    be, and white where no source speaks of it; pointed at, white says why. A piece that is pointed at
    lists the records behind it. Events of more than 45 days are bars, behind those that are shorter.

    Of records, a bar is solid where a record is certain (``start_latest`` … ``end_earliest``), hatched where
    it is possible, and open where a bound is unknown; an arrowhead ends what was still so when
    the source stopped speaking, and nothing is drawn past it. A denial is an outline. An event is
    a diamond, filled if its day is known; if not, a whisker spans its window and the diamond is
    hollow, because its place in the middle is not the source's. A closed day ends at the next
    midnight. What is certain for less than 4 pixels is drawn 4 pixels wide. Where a frame carries
    the bounds of the seed too (``seed_start_latest``, ``seed_end_earliest``), what is certain by
    other sources only is a tint; what these support weakly is a pale hatch that falls to the right.

    Parameters
    ----------
    frame
        One row per record, with the four bounds, or with ``start_earliest`` and ``end_latest``
        alone: then each row is an event that took place some time from the one to the other, as
        UCDP and ACLED date theirs. A pandas or polars DataFrame, an Arrow table, or a lazy frame,
        which is read. Days are written in any of the ways that :func:`caucasus_events.annotate`
        lists; a month or a year is its whole window. Used where they are there: ``record_id``
        (``event_id``, ``status_id``, ``id``), ``title``, ``type``, ``kind``, ``holds``,
        ``end_state``, ``speaks_until``, ``quote``, ``says``, ``confidence``, ``citation``. Without
        ``kind``, rows with an ``event_id``, or with the outer bounds only, are events. Left out,
        all released records.
    types
        Types to draw; left out, all.
    entities
        Whoever is named, by id or name, as a party: records of the dataset, and rows whose
        ``subject``, ``object`` or ``about`` holds the id. Left out, all.
    start, end
        Show these days only (``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, a year, or a date; both included),
        and the records whose stated days meet them; the title counts what is left out.
    lanes
        What groups the rows: the lanes of the codebook (default), the name of a column (of facts
        ``"subject"``, ``"object"``, ``"about"``, ``"kind"`` or ``"type"``), or a lane for every type.
    as_of
        A day to mark with a line; what is shown at each record then says what it was on that day.
    width, height
        In pixels. Without a width, the figure fits its container and is laid out for 1,200;
        below 640, labels stand above their bars. Without a height, every line gets a row of full
        size, and so do up to 200 records. A height that is too small for the names of lines is
        refused; where rows of records are too low for labels of 9 pixels, there are none.
    title
        Left out, that of the dataset for its own records, and none for a frame.
    quotes
        Whether the passage, or what the sources say, is shown when a record is pointed at. Above
        5,000 records title, dates and id are all that is shown, and the bars are drawn as pictures,
        without hatches and without a grid.
    layer
        Of the released records: ``"seed"``, those of documents as these alone date them;
        ``"corroborated"``, the same as other sources narrow that; ``"reported"`` (the default),
        these and what only other sources state. What other sources alone make certain is a tint.
        A start from one source and the seed's "is so" on its own day are drawn as one unbroken
        spell: that is an assumption. A frame brings its own layer.
    confidence
        The smallest confidence that counts: ``"high"``, ``"medium"`` (the default) or ``"low"``.
        Records that only other sources state, with less of it, are drawn pale.
    carry_to
        A day (of a year or a month the last): what was still so when its source last spoke is
        taken to go on up to it, in a pale continuation, unless something else is stated before:
        the opposite, an end, or another record of the same. That is your assumption, not the
        source's. Left out, nothing is drawn past the last word.
    rows
        ``"facts"``: one row a line, as above, the default of the released records; ``"records"``: one
        row a record, the default of a frame. A frame is drawn as facts if it has ``type``, ``title``,
        ``subject``, ``object``, ``holds``, the four bounds, ``end_state`` and ``speaks_until``; used
        where they are there: ``about``, ``place``, ``layer``, ``location``, and the bounds of the seed.

    Returns
    -------
    plotly.graph_objects.Figure
        Lines in lanes, events first, by type and the first day drawn; records in lanes, in order of
        the first day drawn. ``meta`` of a trace names its mark, ``customdata`` the record of each
        point, or the records, separated by ``"; "``.

    Raises
    ------
    UnknownNameError
        If the frame lacks a column, or there is no such type or entity, with the nearest (a
        ``KeyError``).
    InvalidValueError
        If a day cannot be read, a record ends before it starts, there is no room for the rows, or
        no such layer or confidence (a ``ValueError``).

    Warns
    -----
    NoDayWarning
        If values such as -9 or 9999-12-31 stand for no day: which, in how many rows.
    UserWarning
        If records have no bound at all and so no place on the axis; they are named.

    Examples
    --------
    >>> figure = timeline(types="border_closed")
    >>> lines = [line for trace in figure.data if trace.meta == "certain" for line in trace.customdata]
    >>> any("turkey-armenia-border-closed" in line.split("; ") for line in lines)
    True

    Who is in what, organisation by organisation:

    >>> members = timeline(types="membership", lanes="object", start=1988, title="Members")

    Your own events, of UCDP say, after one renaming:

    >>> mine = pd.DataFrame({"date_start": ["2016-04-02"], "date_end": ["2016-04-05"], "dyad_name": ["A - B"]})
    >>> mine = mine.rename(columns={"date_start": "start_earliest", "date_end": "end_latest", "dyad_name": "title"})
    >>> timeline(mine).layout.title.text
    '<span style="font-size:13px;color:#57606A">1 record</span>'
    """
    width, height = _pixels("width", width), _pixels("height", height)
    title, quotes = title if title is None else text("title", title, "write one"), flag("quotes", quotes)
    of_records = one_of("value of rows", rows or ("facts" if frame is None else "records"), ROWS) == "records"
    whole = _whole(frame, layer, lanes, of_records=of_records)
    first, last, day = _days_asked(start, end, as_of)
    carried = None if carry_to is None else as_numbers(read_days(carry_to, "carry_to"))[1]
    asked = with_party(_with_types(whole, types), entities)
    records = marks.prepare(asked, lanes if of_records else None, confidence, carried)
    meets, stated = _met(records, first, last)
    if len(unplaced := records.loc[meets & ~stated, "record_id"]):
        names = ", ".join(unplaced[: marks.MOST_NAMED]) + (" and more" if len(unplaced) > marks.MOST_NAMED else "")
        warnings.warn(f"{len(unplaced)} not drawn, without any bound: {names}", UserWarning, stacklevel=2)
    # Of a proposition every row is asked, whenever it is.
    kept = meets & stated if of_records else (meets & stated) | ~records["event"].to_numpy(bool)
    shown = records if kept.all() else records[kept].reset_index(drop=True)
    if not of_records:
        found = _facts(asked, shown, layer if frame is None else None, confidence, carried)
        shown = facts.rows(found, lanes, (first, last))
    written = _HEADING if title is None and frame is None else title or ""
    heading = (written, _subtitle(shown, len(whole), layer if frame is None else "", carried))
    size = (width or _USUAL_WIDTH, height)
    window = (first, last + 1)
    if of_records:
        figure = compose(shown, size, heading, window=window, as_of=day, quotes=quotes)
    else:
        figure = compose_facts(found, shown, size, heading, window=window, as_of=day, quotes=quotes)
    return go.Figure(figure).update_layout(width=width)


def _whole(frame: Any, layer: str, lanes: str | Mapping[str, str] | None, *, of_records: bool) -> pd.DataFrame:
    """Return the released records of a layer with their parties, or a reader's own, of which no layer can be asked."""
    if frame is None:
        return with_parties(*(tables.load(name, layer) for name in ("timeline", "events", "statuses")))
    if layers.checked(layer) != layers.BEST:
        brings = f"layer={layer!r} is for the released records; load the frame with layer={layer!r}, it brings its own"
        raise InvalidValueError(brings)
    read = {*marks.READ, *PARTIES, *(() if of_records else facts.READ), *([lanes] if isinstance(lanes, str) else [])}
    return as_pandas(frame, read)


def _met(records: pd.DataFrame, first: float, last: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of every record whether it can meet a window of days, and whether any bound of it is stated."""
    lower, upper = marks.extent(records)
    upper = np.fmax(upper, records["carried"].to_numpy(float))
    # Comparisons with NaN are false: a side that is left out keeps all, and so does a bound that is not stated.
    return ~(lower > last) & ~(upper < first), ~np.isnan(lower)


def compose_facts(  # noqa: PLR0913 - as of compose
    found: facts.Facts,
    shown: pd.DataFrame,
    size: Size,
    heading: tuple[str, str],
    *,
    window: tuple[float, float] = (np.nan, np.nan),
    as_of: float = np.nan,
    quotes: bool = True,
) -> dict[str, Any]:
    """Put marks, words and layout of lines together, as :func:`compose` does of records."""
    facts.too_many(len(shown))
    spans = facts.spans(found, shown)
    measures = page.arrange(shown, spans, size, window, heading, facts=True)
    drawn = page.placed(shown, spans, pd.Series(dtype=object), measures)
    drawn = drawn[drawn["first"] < drawn["last"]].assign(near=_NEAR * measures.pixel).reset_index(drop=True)
    drawn = facts.told(found, shown, drawn, as_of, width=size[0], quotes=quotes)
    labels = captions.line_hover(shown, size[0])
    return {"data": traces.traces(shown, drawn, labels, measures), "layout": layout(measures, as_of)}


def _facts(
    frame: pd.DataFrame, records: pd.DataFrame, layer: str | None, confidence: str, carry_to: int | None
) -> facts.Facts:
    """Turn records into lines: those of the release in a layer, or a reader's own."""
    if layer is None:
        return facts.of_frame(frame, records, confidence, carry_to)
    asked = [tables.load(name) for name in ("events", "statuses")]
    events, statuses = (each[each.iloc[:, 0].isin(records["record_id"])] for each in asked)
    return facts.of_release(events, statuses, records, layer, confidence, carry_to)


def compose(
    records: pd.DataFrame,
    size: Size,
    heading: tuple[str, str],
    *,
    window: tuple[float, float] = (np.nan, np.nan),
    as_of: float = np.nan,
    quotes: bool = True,
) -> dict[str, Any]:
    """Put marks, words and layout of prepared records together, as ``data`` and ``layout`` before plotly's checks."""
    fast = len(records) > MANY
    spans = many.underlaid(marks.spans(records)) if fast else marks.spans(records)
    measures = page.arrange(records, spans, size, window, heading)
    hover = captions.hover(records, as_of, width=size[0], quotes=quotes)
    drawn = page.placed(records, spans, hover, measures)
    more = {"images": many.pictures(drawn, records, measures)} if fast else {}
    return {"data": traces.traces(records, drawn, hover, measures), "layout": {**layout(measures, as_of), **more}}


def with_parties(timeline: pd.DataFrame, events: pd.DataFrame, statuses: pd.DataFrame) -> pd.DataFrame:
    """Add to every record of the flat table who is party to it, where, and who says so; null where it has none."""
    columns = ["record_id", *PARTIES, "place", "assertion", "attributed_to", "source_id", "note", "reference_ids"]
    both = [events.rename(columns={"event_id": "record_id"}), statuses.rename(columns={"status_id": "record_id"})]
    homes = pd.concat([frame.reindex(columns=columns).astype(object) for frame in both])
    return timeline.merge(homes, on="record_id", how="left", validate="1:1")


def _pixels(what: str, size: Any) -> Any:
    """Return a width or a height in pixels, or None; what is no number, or out of all measure, is refused."""
    if size is None:
        return None
    number = isinstance(size, int | float | np.integer | np.floating) and not isinstance(size, bool | np.timedelta64)
    # Comparisons with NaN are false.
    if not (number and abs(size) <= _MOST_PIXELS):
        raise InvalidValueError(f"{what} is a number of at most {_MOST_PIXELS:,} pixels, not {shown(size)}")
    if what == "width" and size < _LEAST_WIDTH:
        raise InvalidValueError(f"width {size} is too narrow: it must be at least {_LEAST_WIDTH} pixels")
    return size if isinstance(size, int | float) else size.item()


def _days_asked(start: Day | None, end: Day | None, as_of: Day | None) -> tuple[float, float, float]:
    """Read the days asked for as numbers; what is left out is NaN."""
    first = np.nan if start is None else as_numbers(read_days(start, "start"))[0]
    last = np.nan if end is None else as_numbers(read_days(end, "end"))[1]
    if last < first:
        raise InvalidValueError(f"end {end} is before start {start}")
    if as_of is None:
        return first, last, np.nan
    days = read_days(as_of, "as_of")
    if days.first != days.last:
        raise InvalidValueError(f"as_of is one day (YYYY-MM-DD), not {as_of!r}")
    return first, last, as_numbers(days)[0]


def _with_types(frame: pd.DataFrame, types: str | Iterable[str] | None) -> pd.DataFrame:
    """Keep the records of some types: those of the codebook, and any that the frame has."""
    if types is None:
        return frame
    if "type" not in frame:
        raise UnknownNameError(unknown("column", "type", map(str, frame.columns)))
    known = [*codebook.event_types(), *codebook.status_types(), *texts(frame["type"]).dropna().unique()]
    return frame[texts(frame["type"]).isin(codebook.chosen(types, dict.fromkeys(known)))]


def _subtitle(records: pd.DataFrame, whole: int, layer: str, carry_to: int | None) -> str:
    """Say how many records there are, until when a source speaks, what is assumed, and of which layer and release."""
    count = int(records["records"].sum()) if "records" in records else len(records)
    parts = [counted(whole, "record") if count == whole else f"{count:,} of {counted(whole, 'record')}"]
    if "records" in records:
        parts[0] = f"{counted(len(records), 'line')}, {parts[0]}"
    spoken = float(np.fmax.reduce(records["until"].to_numpy(float), initial=np.nan))
    if not math.isnan(spoken):
        parts.append(f"no source speaks after {captions.iso_day(spoken)}")
    if records["carried"].notna().any() and carry_to is not None:
        parts.append(f"what was still so is taken to go on to {captions.iso_day(carry_to)}")
    if layer:
        parts += [_OF_LAYER[layer], f"caucasus-events {about.VERSION}"]
    return " · ".join(parts)
