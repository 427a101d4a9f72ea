"""Marks to plotly: where everything stands on the page, and one trace a colour and mark.

A single colour for a whole trace is what keeps a hundred thousand records fast. Above ``MANY``
records the bars are pictures: plotly moves and stretches each as one, and the browser draws it.
"""

from __future__ import annotations

import itertools
import textwrap
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from .errors import InvalidValueError
from .marks import BOUNDS, MARKS, clean, escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Trace = dict[str, Any]

MANY = 5_000
TILE = 10_000
NARROW = 640
INK, MUTED, GRID, BAND, VEIL, PAPER = "#1F2328", "#57606A", "#E6E8EB", "#F6F7F8", "#DADDE1", "#FFFFFF"
LEGEND = {
    "certain": "certain (at least 4 px wide)",
    "corroborated": "certain by other sources",
    "possible": "possible",
    "start unknown": "start unknown",
    "end unknown": "end unknown",
    "ongoing": "still so at the source's end",
    "denied": "denied",
    "denied corroborated": "denied by other sources",
    "day": "event, day known",
    "day corroborated": "event, day by other sources",
    "window": "event within a window",
    "veil": "no source speaks",
}

_FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
_LEGEND_INK = "#4D4D4D"
_DAY = 86_400_000.0
_SIDE, _AFTER = 12, 16
_HEAD_LENGTH = 0.6
_STUB, _BRIEF, _OUTLINED, _STEM = 26, 4, 6, 2
_SHORTEST_AXIS = 30.0
_GAP = 0.85
_LABELLED, _PACKED = 200, 900
_LEAST_FONT, _LINE = 9.0, 1.12
SHARES = _TINT, _CORROBORATED = 0.12, 0.45
_STUBS = ("start unknown", "end unknown")
_DAYS = ("day", "day corroborated")
_DENIED = ("denied", "denied corroborated")
_SOLID = ("certain", "corroborated", *_DENIED)
_BARRED = np.isin(MARKS, [*_SOLID, *_STUBS, "possible", "window"])
_SYMBOLS = ~np.isin(MARKS, [*_SOLID, *_STUBS, "possible"])
_FOUR_DIGITS = (np.arange(10_000)[:, None] // [1_000, 100, 10, 1] % 10 + ord("0")).astype(np.uint8)


class Band(NamedTuple):
    """A lane as it is drawn: its title, its colour, and from where to where it reaches, in rows."""

    title: str
    colour: str
    first: float
    last: float


class Page(NamedTuple):
    """The measures of a figure: pixels, days since 1970-01-01, and rows counted from the top.

    ``rows`` is where each record stands; ``labels`` are empty where there is no room for them.
    """

    width: int
    height: int
    margin: dict[str, float]
    pitch: float
    font: float
    bar: float
    rows: Floats
    bottom_row: float
    labels: pd.Series
    lanes: list[Band]
    days: tuple[float, float]
    spoken: float
    heading: str
    legend: list[str]

    @property
    def narrow(self) -> bool:
        """Tell whether labels stand above their bars."""
        return self.width < NARROW

    @property
    def pixel(self) -> float:
        """Give the days that a pixel of the plot stands for."""
        return (self.days[1] - self.days[0]) / (self.width - self.margin["l"] - self.margin["r"])

    @property
    def shift(self) -> float:
        """Give how far below the middle of its row a mark stands, in rows."""
        return 0.5 - (self.bar / 2 + 2) / self.pitch if self.narrow else 0.0


def arrange(
    records: pd.DataFrame,
    spans: pd.DataFrame,
    size: tuple[int, int | None],
    window: tuple[float, float],
    heading: tuple[str, str],
) -> Page:
    """Find room for every row, label, lane and entry of the legend.

    Parameters
    ----------
    records, spans
        As :mod:`caucasus_events.marks` returns them.
    size
        Width and height in pixels; a height of None is as much as the rows need.
    window
        First day of the axis and the midnight that ends it; NaN: from the data.
    heading
        Title and the line under it.

    Returns
    -------
    Page

    Raises
    ------
    InvalidValueError
        If the rows cannot be drawn at this size.
    """
    width, height = size
    narrow = width < NARROW
    rows, bottom_row, lanes = _rows(records, narrow=narrow)
    spoken = float(np.fmax.reduce(records["until"].to_numpy(float), initial=np.nan)) + 1
    legend = [mark for mark in LEGEND if (spans["mark"] == mark).any() or (mark == "veil" and spoken == spoken)]  # noqa: PLR0124 - NaN is not itself
    text, top = _heading(heading, width)
    bottom = 40 + (17 if narrow else 20) * _legend_lines(legend, width)
    units = bottom_row
    natural = (36 if narrow else 26) * units if len(records) <= _LABELLED else _PACKED
    height = round(top + bottom + max(natural, 60)) if height is None else height
    pitch = (height - top - bottom) / units
    if pitch <= 0:
        raise InvalidValueError(f"height {height} leaves no room for the rows: it must be above {top + bottom} pixels")
    font = min(11.0, max(_LEAST_FONT, pitch * 0.5)) if narrow else min(12.0, pitch * 0.76)
    bar = min(17.0, pitch - font * _LINE - 1.5 if narrow else pitch * 0.66)
    if font < _LEAST_FONT or bar < _BRIEF:
        labels, column, bar = pd.Series([], dtype=object), 0.0, min(17.0, max(pitch * 0.7, 0.5))
    else:
        labels, column = _labels(records["label"], width, font, narrow=narrow)
    lane_column = (
        0.0
        if narrow or not len(lanes)
        else float(_width(pd.Series([lane.title for lane in lanes]), 13, bold=True).max()) + 14
    )
    margin = {"l": _SIDE + (0 if narrow else column + lane_column + 8), "r": _AFTER, "t": top, "b": bottom}
    plot = width - margin["l"] - margin["r"]
    days = _axis(spans, spoken, window, plot)
    return Page(width, height, margin, pitch, font, bar, rows, bottom_row, labels, lanes, days, spoken, text, legend)


def placed(records: pd.DataFrame, spans: pd.DataFrame, hover: pd.Series, page: Page) -> pd.DataFrame:
    """Give every mark its place on the page.

    Parameters
    ----------
    records, spans
        As :mod:`caucasus_events.marks` returns them.
    hover
        What is shown at each record, escaped.
    page
        As :func:`arrange` returns it.

    Returns
    -------
    DataFrame
        One row per mark, with ``first``, ``last``, ``row`` and ``colour``.
    """
    return _with_places(records, _underlaid(spans) if len(records) > MANY else spans, hover, page)


def pictures(drawn: pd.DataFrame, records: pd.DataFrame, page: Page) -> list[dict[str, Any]]:
    """Draw the bars of very many records as vector pictures that zoom with the axes.

    Parameters
    ----------
    drawn
        As :func:`placed` returns it.
    records
        As :func:`caucasus_events.marks.prepare` returns them.
    page
        As :func:`arrange` returns it.

    Returns
    -------
    list of dict
        Images of a plotly layout: at most ``TILE`` rows of one lane each; ``name`` lists the
        marks and how many there are of each.
    """
    # Measured for 100,000 records, until they are on the screen: bars of plotly 9 s, WebGL computed by the
    # processor 17 s, shapes 2 s, pictures 1 s, because nothing is computed record by record in JavaScript.
    mark, at = drawn["mark"].cat.codes.to_numpy(), drawn["record"].to_numpy()
    barred = np.flatnonzero(_BARRED[mark])
    lane = records["lane"].cat.codes.to_numpy(np.int64)[at[barred]]
    group = (lane * (len(records) // TILE + 1) + at[barred] // TILE) * len(MARKS) + mark[barred]
    order = np.argsort(group, kind="stable")
    group, rows = group[order], barred[order]
    stretches = np.stack([drawn[name].to_numpy(float)[rows] for name in ("first", "last", "row")])
    colours, colour = drawn["colour"].cat.categories, drawn["colour"].cat.codes.to_numpy()
    return [
        _picture(
            {MARKS[group[run.start] % len(MARKS)]: stretches[:, run] for run in _runs(group, tile)},
            str(colours[colour[rows[tile.start]]]),
            page,
        )
        for tile in _runs(group // len(MARKS), slice(0, len(group)))
    ]


def traces(records: pd.DataFrame, drawn: pd.DataFrame, hover: pd.Series, page: Page) -> list[Trace]:
    """Draw every mark of up to ``MANY`` records; above, the symbols, and what is shown at each record.

    Parameters
    ----------
    records
        As :func:`caucasus_events.marks.prepare` returns them.
    drawn
        As :func:`placed` returns it.
    hover
        What is shown at each record, escaped. Above ``MANY`` records it is not used: title,
        dates and id are all that is shown, and the browser writes them.
    page
        As :func:`arrange` returns it.

    Returns
    -------
    list of dict
        Plotly traces; ``meta`` names the mark, ``customdata`` the record.
    """
    fast = len(records) > MANY
    draw = _fast if fast else _bars
    symbols = _SYMBOLS[drawn["mark"].cat.codes.to_numpy()] if fast else slice(None)
    shown = drawn[symbols]
    found = [
        trace
        for (mark, colour), group in shown.groupby(["mark", "colour"], sort=False, observed=True)
        for trace in draw(str(mark), str(colour), group, page)
    ]
    labels = _label_trace(records, hover, page) if len(page.labels) else []
    targets = _targets(drawn, records) if fast else []
    return [*sorted(found, key=lambda trace: MARKS.index(trace["meta"])), *targets, *labels, *_legend_traces(page)]


def layout(page: Page, as_of: float) -> dict[str, Any]:
    """Lay out title, axes, lanes, the veil after the last word of a source, and the day asked about.

    Parameters
    ----------
    page
        As :func:`arrange` returns it.
    as_of
        A day since 1970-01-01, or NaN.

    Returns
    -------
    dict
        A plotly layout.
    """
    x, y = _axes(page)
    return {
        "barmode": "overlay",
        "bargap": 0,
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": _FONT, "color": INK, "size": 12},
        "title": {
            "text": page.heading,
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"l": _SIDE, "t": 14 if page.narrow else 20},
            "font": {"size": 16 if page.narrow else 20},
        },
        "margin": page.margin,
        "height": page.height,
        "xaxis": x,
        "yaxis": y,
        "xaxis2": {"overlaying": "x", "range": [0, 1], "visible": False, "fixedrange": True},
        "shapes": _shapes(page, as_of),
        "annotations": [*_lane_names(page), *_as_of_label(page, as_of), *_nothing_to_draw(page)],
        "legend": {
            "orientation": "h",
            "x": 0,
            "xref": "container",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": {"size": 11 if page.narrow else 12, "color": INK},
            "itemsizing": "trace",
            "traceorder": "normal",
        },
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "bgcolor": PAPER, "font": {"family": _FONT, "size": 12, "color": INK}},
        "dragmode": "pan",
    }


def standing(records: pd.DataFrame, page: Page) -> dict[str, Any]:
    """Describe how the rows stand, so that a page can take rows out and close up the others.

    Parameters
    ----------
    records
        As :func:`caucasus_events.marks.prepare` returns them.
    page
        As :func:`arrange` returns it.

    Returns
    -------
    dict
        ``rows``: the row of each record by id; ``lanes``: the ids of each lane in order; in
        units of a row, ``gap`` between lanes, ``before`` and ``after``, how far a band reaches
        over its first and last row, ``name``, how far below its top the name stands; ``above``,
        whether a gap opens the first lane too; ``pitch``, the pixels of a row.
    """
    gap, before, after = _spacing(narrow=page.narrow)
    ids = records["record_id"].astype(object)
    return {
        "rows": dict(zip(ids, page.rows.tolist(), strict=True)),
        "lanes": [[str(lane), list(group)] for lane, group in ids.groupby(records["lane"], observed=True)],
        "gap": gap,
        "before": before,
        "after": after,
        "above": page.narrow,
        "name": _name_below(page),
        "pitch": page.pitch,
    }


def tint(colour: str, share: float, paper: str = PAPER) -> str:
    """Mix a colour into the paper.

    Parameters
    ----------
    colour, paper
        As ``#RRGGBB``.
    share
        How much of the colour there is, 0 to 1.

    Returns
    -------
    str
        As ``#RRGGBB``.

    Examples
    --------
    >>> tint("#000000", 0.12)
    '#E0E0E0'
    """
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(paper[1:]), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def _rows(records: pd.DataFrame, *, narrow: bool) -> tuple[Floats, float, list[Band]]:
    """Give each record a row; a lane opens with a gap, or with room for its name where that stands above."""
    gap, above, below = _spacing(narrow=narrow)
    titles, colours = records["lane"].cat, records["colour"].to_numpy()
    codes = titles.codes.to_numpy()
    lanes = _runs(codes, slice(0, len(codes)))
    rank = np.repeat(np.arange(len(lanes)), [lane.stop - lane.start for lane in lanes])
    rows = np.arange(len(records)) + 0.5 + (rank + narrow) * gap
    bands = [
        Band(
            str(titles.categories[codes[lane.start]]),
            str(colours[lane.start]),
            rows[lane.start] - above,
            rows[lane.stop - 1] + below,
        )
        for lane in lanes
    ]
    return rows, float(rows[-1] + 0.7 if len(rows) else 2.0), bands


def _runs(values: NDArray[Any], within: slice) -> list[slice]:
    """Find the stretches of equal values in a part of an array."""
    edges = [*(_starts(values[within]) + within.start).tolist(), within.stop]
    return [slice(first, last) for first, last in itertools.pairwise(edges)]


def _starts(values: NDArray[Any]) -> NDArray[np.intp]:
    """Find where values differ from those before."""
    return np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])


def _spacing(*, narrow: bool) -> tuple[float, float, float]:
    """Give, in rows, the gap between lanes, and how far a band reaches above its first row and below its last."""
    return (_GAP, 0.5 + _GAP, 0.5) if narrow else (0.5, 0.75, 0.75)


def _labels(labels: pd.Series, width: int, font: float, *, narrow: bool) -> tuple[pd.Series, float]:
    """Fit labels into their column, and give its width; what is too long ends in an ellipsis. All are escaped."""
    room = width - 2.0 * _SIDE if narrow else width * 0.42
    fitted = labels.astype(object)
    wide = _width(fitted, font) > room
    letters = max(int(room / (font * 0.5)) - 2, 8)
    fitted[wide] = fitted[wide].str.slice(0, letters).str.rstrip() + " …"
    return clean(fitted), float(_width(fitted, font).clip(upper=room).max()) if len(fitted) else 0.0


def _width(text: pd.Series, font: float, *, bold: bool = False) -> pd.Series:
    """Estimate how many pixels text takes in Arial: narrow letters, capitals and full-width signs counted apart."""
    em = text.str.len() * 0.53
    em = em - text.str.count(r"[ijltfrI.,'’:;|()\s-]") * 0.24 + text.str.count("[A-HJ-Zmw@%&–→…]") * 0.17
    em = em + text.str.count(r"[\u2e80-\uffff]") * 0.5
    return em * font * (1.07 if bold else 1.0) + 4


def _heading(heading: tuple[str, str], width: int) -> tuple[str, int]:
    """Wrap title and subtitle, and give the pixels they take."""
    large, small = (16, 12) if width < NARROW else (20, 13)
    title = textwrap.wrap(heading[0], max(int((width - 2 * _SIDE) / (large * 0.55)), 8))
    subtitle = textwrap.wrap(heading[1], max(int((width - 2 * _SIDE) / (small * 0.5)), 8))
    sizes = [(f"<b>{escape(line, quote=False)}</b>", large, INK) for line in title]
    sizes += [(escape(line, quote=False), small, MUTED) for line in subtitle]
    lines = [f'<span style="font-size:{size}px;color:{ink}">{line}</span>' for line, size, ink in sizes]
    return "<br>".join(lines), round(sum(size * 1.3 for _, size, _ in sizes)) + (22 if width < NARROW else 28)


def _legend_lines(legend: Sequence[str], width: int) -> int:
    """Count the lines of the legend: it is as wide as the plot, and every entry as the widest."""
    widest = (
        _width(pd.Series([LEGEND[mark] for mark in legend], dtype=str), 11 if width < NARROW else 12).max() + 42
        if legend
        else 1
    )
    columns = max(int((width - 20 if width < NARROW else width * 0.48) // widest), 1)
    return -(-len(legend) // columns)


def _axis(spans: pd.DataFrame, spoken: float, window: tuple[float, float], plot: float) -> tuple[float, float]:
    """Run the axis from the earliest drawn bound to the last day that a source speaks, stubs included."""
    first, last = spans["first"].to_numpy(float), spans["last"].to_numpy(float)
    low = float(np.fmin.reduce([np.fmin.reduce(side, initial=spoken) for side in (first, last)]))
    high = float(np.fmax.reduce([np.fmax.reduce(side, initial=spoken) for side in (first, last)]))
    if low != low:  # noqa: PLR0124 - NaN is not itself
        low, high = 0.0, _SHORTEST_AXIS
    stub = max(high - low, _SHORTEST_AXIS) * _STUB / plot
    low = float(np.fmin.reduce(last[np.isnan(first)] - stub, initial=low))
    high = float(np.fmax.reduce(first[np.isnan(last)] + stub, initial=high))
    if high - low < _SHORTEST_AXIS:
        low, high = (low + high - _SHORTEST_AXIS) / 2, (low + high + _SHORTEST_AXIS) / 2
    margin = (high - low) * 0.02
    return tuple(  # type: ignore[return-value]
        given if given == given else found  # noqa: PLR0124 - NaN is not itself
        for given, found in zip(window, (low - margin, high + margin), strict=True)
    )


def _with_places(records: pd.DataFrame, spans: pd.DataFrame, hover: pd.Series, page: Page) -> pd.DataFrame:
    """Give every mark its row, colour, words and record; a side that is unknown gets a stub of fixed length."""
    at = spans["record"].to_numpy()
    stub = _STUB * page.pixel
    colour = pd.Categorical(records["colour"])
    words = (
        {} if len(records) > MANY else {"hover": hover.to_numpy()[at], "record_id": records["record_id"].to_numpy()[at]}
    )
    return spans.assign(
        # What ends within the arrowhead makes room for it too.
        still=records["still"].to_numpy(bool)[at]
        & (records["end_earliest"].to_numpy()[at] + 1 - spans["last"].to_numpy() <= _head(page) * page.pixel),
        first=spans["first"].fillna(spans["last"] - stub),
        last=spans["last"].fillna(spans["first"] + stub),
        opens=spans["first"].isna(),
        closes=spans["last"].isna(),
        row=page.rows[at] + page.shift,
        colour=pd.Categorical.from_codes(colour.codes[at], colour.categories),
        **words,
    )


def _underlaid(spans: pd.DataFrame) -> pd.DataFrame:
    """Join what is possible before and after into one stretch that the certain one is drawn over."""
    loose = (spans["mark"] == "possible").to_numpy()
    record, first, last = (spans[name].to_numpy()[loose] for name in ("record", "first", "last"))
    if not len(record):
        return spans
    order = np.argsort(record, kind="stable")
    starts = _starts(record[order])
    found = record[order][starts]
    joined = {"first": np.minimum.reduceat(first[order], starts), "last": np.maximum.reduceat(last[order], starts)}
    mark = pd.Categorical.from_codes(np.full(len(found), MARKS.index("possible"), np.int8), pd.Index(MARKS))
    return pd.concat([spans[~loose], pd.DataFrame({"record": found, "mark": mark, **joined})], ignore_index=True)


def _bars(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw the marks of one kind and colour as bars and symbols."""
    if mark in _DAYS:
        look = _diamond(colour, page) if mark == "day" else _diamond(tint(colour, _CORROBORATED), page, edge=colour)
        return [_symbols(mark, drawn, (drawn["first"] + drawn["last"]) / 2, look)]
    if mark == "window":
        middle = (drawn["first"] + drawn["last"]) / 2
        hollow = _diamond(PAPER, page, edge=colour)
        return [_whiskers(drawn, colour, page), _symbols(mark, drawn, middle, hollow)]
    if mark.startswith("ongoing"):
        return [_symbols(mark, drawn, drawn["last"], _arrowhead(colour, page, hollow=mark != "ongoing"))]
    if mark not in _SOLID:
        return [*_bar(mark, colour, drawn, page, 0.0), *([_edges(mark, drawn, colour, page)] if mark in _STUBS else [])]
    brief = drawn["last"] - drawn["first"] < _BRIEF * page.pixel
    pointed = drawn["still"]
    short = drawn[brief & ~pointed]
    if mark != "certain":
        middle, half = (short["first"] + short["last"]) / 2, _OUTLINED / 2 * page.pixel
        short = short.assign(first=middle - half, last=middle + half)
    parts = [(drawn[~brief & ~pointed], 0.0), (short, float(_BRIEF))]
    found = [trace for part, edge in parts if len(part) for trace in _bar(mark, colour, part, page, edge)]
    return [*found, *(_pointed(mark, colour, drawn[pointed], page) if pointed.any() else [])]


def _pointed(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw bars that end in an arrowhead: a stem to the very end, and the bar up to the arrowhead."""
    stem = {
        **_bar_trace(mark, drawn, page, {"color": _edge(mark, colour), "line": {"width": 0}}, 0),
        "width": _STEM / page.pitch,
    }
    body = drawn.assign(last=drawn["last"] - _head(page) * _HEAD_LENGTH * page.pixel)
    body = body[body["last"] > body["first"]]
    return [stem, *(_bar(mark, colour, body, page, 0.0) if len(body) else [])]


def _bar(mark: str, colour: str, drawn: pd.DataFrame, page: Page, brief: float) -> list[Trace]:
    """Draw bars; what is too short to be seen gets an edge that makes it at least 4 px wide."""
    fills = {"certain": colour, "corroborated": tint(colour, _CORROBORATED)} | dict.fromkeys(_DENIED, PAPER)
    hatch = {
        "shape": "/",
        "fillmode": "replace",
        "fgcolor": colour,
        "bgcolor": tint(colour, _TINT),
        "size": 6,
        "solidity": 0.3,
    }
    if mark in fills:
        edge = brief if mark == "certain" else 1.5
        line = {"width": edge, "color": _edge(mark, colour)}
        return [_bar_trace(mark, drawn, page, {"color": fills[mark], "line": line}, edge)]
    edge = 0 if mark in _STUBS else 1
    return [
        _bar_trace(
            mark, drawn, page, {"color": colour, "pattern": hatch, "line": {"width": edge, "color": colour}}, edge
        )
    ]


def _edge(mark: str, colour: str) -> str:
    """Give the colour of an outline: that of a denial is a tint where only other sources deny."""
    return tint(colour, _CORROBORATED) if mark == "denied corroborated" else colour


def _bar_trace(mark: str, drawn: pd.DataFrame, page: Page, look: dict[str, Any], edge: float) -> Trace:
    """Draw bars from their first to their last midnight; an edge is inside the height of the bar."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": _time(drawn["first"]),
        "x": (drawn["last"] - drawn["first"]).to_numpy(float) * _DAY,
        "y": drawn["row"].to_numpy(float),
        "width": max(page.bar - edge, 0.5) / page.pitch,
        "marker": look,
        **_words(mark, drawn),
    }


def _symbols(mark: str, drawn: pd.DataFrame, days: pd.Series, look: dict[str, Any]) -> Trace:
    """Draw one symbol a record."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": _time(days),
        "y": drawn["row"].to_numpy(float),
        "marker": look,
        "cliponaxis": False,
        **_words(mark, drawn),
    }


def _whiskers(drawn: pd.DataFrame, colour: str, page: Page) -> Trace:
    """Draw thin lines with caps over windows; the side that is unknown has no cap."""
    first, last, row = (drawn[name].to_numpy(float) for name in ("first", "last", "row"))
    cap = min(page.bar, 14) / 2 / page.pitch
    gone = np.full(len(drawn), np.nan)
    opens, closes = np.where(drawn["opens"], np.nan, first), np.where(drawn["closes"], np.nan, last)
    xs = np.stack([opens, opens, gone, first, last, gone, closes, closes, gone], axis=1)
    ys = np.stack([row - cap, row + cap, gone, row, row, gone, row - cap, row + cap, gone], axis=1)
    return _strokes("window", drawn, colour, xs, ys, 1.5)


def _edges(mark: str, drawn: pd.DataFrame, colour: str, page: Page) -> Trace:
    """Draw the upper and lower edge of stubs, and the end that is known; the other side stays open."""
    first, last, row = (drawn[name].to_numpy(float) for name in ("first", "last", "row"))
    half, gone = page.bar / 2 / page.pitch, np.full(len(drawn), np.nan)
    near, far = (last, first) if mark == "start unknown" else (first, last)
    xs = np.stack([far, near, near, far, gone], axis=1)
    ys = np.stack([row - half, row - half, row + half, row + half, gone], axis=1)
    return _strokes(mark, drawn, colour, xs, ys, 1)


def _strokes(mark: str, drawn: pd.DataFrame, colour: str, xs: Floats, ys: Floats, width: float) -> Trace:
    """Draw all lines of a mark as one trace, parted by nulls."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": (xs * _DAY).ravel(),
        "y": ys.ravel(),
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": mark,
        "customdata": np.repeat(drawn["record_id"].to_numpy(object), xs.shape[1]),
    }


def _fast(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw the symbols of one kind and colour with WebGL; bars and whiskers are in the pictures."""
    middle = (drawn["first"] + drawn["last"]) / 2
    size = max(min(page.bar, 10.0), 4.0)
    if mark in _DAYS:
        shade = colour if mark == "day" else tint(colour, _CORROBORATED)
        return [_fast_symbols(mark, middle, drawn, {"symbol": "diamond", "size": size, "color": shade})]
    if mark == "window":
        look = {"symbol": "diamond-open", "size": size, "color": colour}
        return [_fast_symbols(mark, middle, drawn, look)]
    if mark.startswith("ongoing"):
        look = {"symbol": "triangle-right", "size": size, "color": colour if mark == "ongoing" else PAPER}
        look["line"] = {"width": 0 if mark == "ongoing" else 1, "color": colour}
        return [_fast_symbols(mark, drawn["last"] - size / 2 * page.pixel, drawn, look)]
    return []


def _shades(colour: str) -> dict[str, str]:
    """Give the shade that stands for each pattern where there are too many for a pattern."""
    shares = {"certain": 1.0, "window": 1.0, "corroborated": _CORROBORATED}
    return {
        mark: tint(colour, shares.get(mark, 0.3)) for mark in np.array(MARKS)[_BARRED].tolist() if mark not in _DENIED
    }


def _fast_symbols(mark: str, days: pd.Series, drawn: pd.DataFrame, look: dict[str, Any]) -> Trace:
    """Draw symbols with WebGL."""
    place = {"x": _time(days), "y": drawn["row"].to_numpy(float)}
    return {"type": "scattergl", "mode": "markers", **place, "marker": look, **_silent(mark)}


def _picture(marks: dict[str, Floats], colour: str, page: Page) -> dict[str, Any]:
    """Draw the bars of neighbouring rows as one picture, in days and rows counted from its corner."""
    first, last, row = np.concatenate([*marks.values()], axis=1)
    left, top = np.floor(first.min()), row.min() - 0.5
    days, rows = np.ceil(last.max()) - left + 1, round(row.max() - top + 0.5)
    shapes = [_paths(mark, part, colour, (left, top), page) for mark, part in marks.items()]
    head = f"viewBox='0 0 {days:.0f} {rows}' preserveAspectRatio='none' fill='none' shape-rendering='crispEdges'"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' {head}>{_by_height(rows, page)}{''.join(shapes)}</svg>"
    return {
        "name": " ".join(f"{mark}: {part.shape[1]};" for mark, part in marks.items()),
        "source": "data:image/svg+xml," + svg.replace("#", "%23"),
        "xref": "x",
        "x": left * _DAY,
        "sizex": days * _DAY,
        "yref": "y",
        "y": top,
        "sizey": rows,
        "sizing": "stretch",
        # Above, it would cover the symbols that WebGL draws.
        "layer": "below",
        "xanchor": "left",
        "yanchor": "top",
    }


def _by_height(rows: int, page: Page) -> str:
    """Choose what is drawn by how high the picture is on the screen."""
    # A browser blends strokes lower than a pixel one by one and rounds each time: a thousand make another colour.
    pixel = rows / _share(page)
    far = f".near{{display:none}}@media(max-height:{pixel:.0f}px){{.bar{{display:none}}}}"
    near = f"@media(min-height:{_BRIEF * pixel:.0f}px){{.near{{display:inline}}.far{{display:none}}}}"
    return f"<style>{far}{near}</style>"


def _share(page: Page) -> float:
    """Give how much of its row a bar in a picture fills."""
    return min(page.bar / page.pitch, 0.7)


def _paths(mark: str, stretches: Floats, colour: str, corner: tuple[float, float], page: Page) -> str:
    """Write bars twice, as high as a bar and a pixel high, so that none is lost; what is brief is 4 px wide."""
    first, last, row = stretches
    place = first - corner[0], last - first, row - corner[1] - 0.5
    brief = [part[(last - first < _BRIEF * page.pixel) & (mark in _SOLID)] for part in place]
    dots = _stretches(brief[0], 0 * brief[1], brief[2])
    if mark in _DENIED:
        return _outlines(place, dots, _edge(mark, colour), page)
    stroke, path = _shades(colour)[mark], _stretches(*place)
    found = _line(stroke, 1, path)
    if mark != "window":
        bar = f"<path class='bar' stroke='{stroke}' stroke-width='{_share(page):.2f}' d='{path}'/>"
        found = f"{bar}<g class='far'>{found}</g>{_line(stroke, _BRIEF, dots, cap='square')}"
    return f"<g transform='translate(0 .5)'>{found}</g>"


def _outlines(place: tuple[Floats, Floats, Floats], dots: str, colour: str, page: Page) -> str:
    """Write bars as white with an edge; from afar, where rows share a pixel, the edge is around them all."""
    path, share = _stretches(*place), _share(page)
    far = _line(colour, 3, path, cap="square") + _line(colour, _OUTLINED, dots, cap="square")
    far += _line(PAPER, 1, path) + _line(PAPER, _OUTLINED - 3, dots, cap="square")
    near = _line(colour, 1.5, _stretches(*place, height=f"{share:.2f}"), fill=PAPER)
    return (
        f"<g class='far' transform='translate(0 .5)'>{far}</g>"
        f"<g class='near' transform='translate(0 {(1 - share) / 2:.2f})'>{near}</g>"
    )


def _line(stroke: str, width: float, path: str, *, cap: str = "butt", fill: str = "none") -> str:
    """Write a path whose stroke is of so many pixels, however far it is stretched."""
    if not path:
        return ""
    look = f"stroke='{stroke}' stroke-width='{width}' stroke-linecap='{cap}' fill='{fill}'"
    return f"<path {look} vector-effect='non-scaling-stroke' d='{path}'/>"


def _stretches(days: Floats, lengths: Floats, rows: Floats, height: str = "") -> str:
    """Write level lines as a path, or boxes; every number has the same digits, so that all are written at once."""
    if not len(days):
        return ""
    parts = [("M", days), (" ", rows), ("h", lengths)]
    parts += [(f"v{height}h-", lengths)] if height else []
    columns = [column for sign, numbers in parts for column in (_sign(sign, len(days)), _digits(numbers))]
    columns += [_sign("z", len(days))] if height else []
    return np.concatenate(columns, axis=1).tobytes().decode("ascii")


def _sign(sign: str, count: int) -> NDArray[np.uint8]:
    """Repeat letters."""
    return np.tile(np.frombuffer(sign.encode("ascii"), np.uint8), (count, 1))


def _digits(numbers: NDArray[Any]) -> NDArray[np.uint8]:
    """Write whole numbers as ASCII, filled up with zeros."""
    whole = np.rint(numbers).astype(np.int32)
    written = _FOUR_DIGITS[whole % 10_000]
    more = whole // 10_000
    return np.concatenate([_digits(more), written], axis=1) if more.any() else written[:, -len(str(whole.max())) :]


def _silent(mark: str) -> Trace:
    """Name a mark that says nothing when it is pointed at."""
    return {"name": mark, "meta": mark, "showlegend": False, "hoverinfo": "skip"}


def _targets(drawn: pd.DataFrame, records: pd.DataFrame) -> list[Trace]:
    """Place an unseen point in the middle of each record, which says what the record is."""
    # The browser puts the words together: texts of their own would be most of a large figure. It is given year,
    # month and day, because what it makes of milliseconds is "NaN" and texts are copied one by one. Records whose
    # dates read alike ("unknown", "still so on …") share a trace.
    at, row = drawn["record"].to_numpy(), np.empty(len(records))
    low, high = np.full(len(records), np.inf), np.full(len(records), -np.inf)
    np.minimum.at(low, at, drawn["first"].to_numpy(float))
    np.maximum.at(high, at, drawn["last"].to_numpy(float))
    row[at] = drawn["row"].to_numpy(float)
    days = np.stack([records[name].to_numpy(float) for name in BOUNDS])
    start, start_latest, end_earliest, end = days
    point = records["event"].to_numpy(bool) & (start == end_earliest) & (start_latest == end)
    flags = [*np.isnan(days), start == start_latest, end_earliest == end, records["still"].to_numpy(bool), point]
    code, kinds = pd.factorize(np.packbits(flags, axis=0, bitorder="little")[0])
    written = _calendar(days)
    middle, titles, names = (low + high) / 2 * _DAY, escaped(records["label"]), escaped(records["record_id"])
    return [
        {
            "type": "scatter",
            "mode": "none",
            "x": middle[code == kind],
            "y": row[code == kind],
            **_silent("record"),
            "hoverinfo": "all",
            "hovertemplate": f"<b>%{{text}}</b><br>{_template(int(flag))}<br>%{{hovertext}}<extra></extra>",
            "text": titles[code == kind],
            "hovertext": names[code == kind],
            "customdata": written[code == kind],
        }
        for kind, flag in enumerate(kinds)
    ]


def _calendar(days: Floats) -> NDArray[np.int16]:
    """Give year, month and day of each day, side by side; what is null is never shown."""
    codes, each = pd.factorize(np.nan_to_num(days).astype(np.int32).ravel())
    date = each.astype("datetime64[D]")
    year, month = date.astype("datetime64[Y]"), date.astype("datetime64[M]")
    parts = [year.astype(int) + 1970, (month - year).astype(int) + 1, (date - month).astype(int) + 1]
    written = np.stack(parts, axis=1).astype(np.int16)[codes]
    return np.concatenate(written.reshape(len(BOUNDS), -1, len(parts)), axis=1)


def _template(flags: int) -> str:
    """Write dates for the browser to fill in; the bits say which are null, equal, going on or one window."""
    no_start, no_start_latest, no_end_earliest, no_end, one_start, one_end, still, point = (
        flags >> bit & 1 for bit in range(8)
    )
    day = [
        f"%{{customdata[{at}]:04d}}-%{{customdata[{at + 1}]:02d}}-%{{customdata[{at + 2}]:02d}}"
        for at in range(0, 12, 3)
    ]
    start = _between(day[0], day[1], no_start, no_start_latest, one_start)
    end = f"still so on {day[2]}" if still else "end " + _between(day[2], day[3], no_end_earliest, no_end, one_end)
    return start if point else f"start {start}<br>{end}"


def _between(first: str, last: str, no_first: int, no_last: int, one: int) -> str:
    """Write a window whose sides may be unknown or equal."""
    if no_first or no_last:
        return "unknown" if no_first and no_last else f"not after {last}" if no_first else f"not before {first}"
    return first if one else f"{first} … {last}"


def _words(mark: str, drawn: pd.DataFrame) -> Trace:
    """Name the mark and the record of each point, and what is shown when it is pointed at."""
    return {
        "name": mark,
        "meta": mark,
        "showlegend": False,
        "hoverinfo": "text",
        "hovertext": drawn["hover"].to_numpy(object),
        "customdata": drawn["record_id"].to_numpy(object),
    }


def _diamond(fill: str, page: Page, edge: str = PAPER) -> dict[str, Any]:
    """Look like an event."""
    size = min(12.0 if edge == PAPER else 11.0, max(page.bar + 1, 5.0))
    return {
        "symbol": "diamond",
        "size": size,
        "color": fill,
        "line": {"width": 1 if edge == PAPER else 2, "color": edge},
    }


def _arrowhead(colour: str, page: Page, *, hollow: bool) -> dict[str, Any]:
    """Look like an arrowhead whose tip is the end of the day, never past it."""
    # plotly's triangle is 2/√3 times as wide as its size, and its tip stands half its size before its middle.
    size = (_head(page) - 2 * hollow) * 3**0.5 / 2
    look = {"symbol": "triangle-up", "angle": 90, "size": size, "standoff": size / 2 + hollow}
    return {**look, "color": PAPER if hollow else colour, "line": {"width": 1.5 * hollow, "color": colour}}


def _head(page: Page) -> float:
    """Give the height of an arrowhead in pixels: taller than a bar where there is room."""
    return max(min(page.bar + 6, page.bar + 4 if page.narrow else page.pitch - 1), 5.0)


def _label_trace(records: pd.DataFrame, hover: pd.Series, page: Page) -> list[Trace]:
    """Write the labels: at the left of the plot, or above the bars."""
    above = (page.bar / 2 + 1 + page.font * _LINE / 2) / page.pitch if page.narrow else 0.0
    return [
        {
            "type": "scatter",
            "mode": "text",
            "xaxis": "x2",
            "x": np.zeros(len(records)),
            "y": page.rows + page.shift - above,
            "text": (page.labels + ("" if page.narrow else "\u00a0\u00a0")).to_numpy(object),
            "textposition": "middle right" if page.narrow else "middle left",
            "textfont": {"size": page.font, "color": INK},
            "cliponaxis": False,
            "showlegend": False,
            "meta": "label",
            "hoverinfo": "text" if page.narrow else "skip",
            "hovertext": hover.to_numpy(object),
            "customdata": records["record_id"].to_numpy(object),
        }
    ]


def _legend_traces(page: Page) -> list[Trace]:
    """Draw one entry of the legend for every mark that occurs, in no lane's colour."""
    ink = _LEGEND_INK
    looks = {
        mark: trace
        for mark in page.legend
        if mark not in ("veil", *_DAYS, "window", "ongoing")
        for trace in _bar(mark, ink, _nothing(), page, 0.0)
    }
    symbols: dict[str, dict[str, Any]] = {
        "day": {"symbol": "diamond", "size": 12, "color": ink},
        "day corroborated": {
            "symbol": "diamond",
            "size": 11,
            "color": tint(ink, _CORROBORATED),
            "line": {"width": 1.5, "color": ink},
        },
        "window": {"symbol": "diamond", "size": 10, "color": PAPER, "line": {"width": 2, "color": ink}},
        "ongoing": {"symbol": "triangle-right", "size": 14, "color": ink},
        "veil": {"symbol": "square", "size": 14, "color": VEIL},
    }
    if len(page.rows) > MANY:
        shades = {mark: shade for mark, shade in _shades(ink).items() if mark != "window"}
        symbols |= {mark: {"symbol": "square", "size": 14, "color": shade} for mark, shade in shades.items()}
        for mark in _DENIED:
            line = {"width": 1.5, "color": _edge(mark, ink)}
            symbols[mark] = {"symbol": "square", "size": 12.5, "color": PAPER, "line": line}
    for mark in page.legend:
        if mark in symbols:
            looks[mark] = _symbols(mark, _nothing(), pd.Series([None], dtype=float), symbols[mark])
    if "window" in looks:
        looks["window"] |= {"mode": "markers+lines", "line": {"color": ink, "width": 1.5}}
    return [
        {
            **looks[mark],
            "meta": "legend",
            "name": LEGEND[mark],
            "showlegend": True,
            "hoverinfo": "skip",
            "x": [None],
            "y": [None],
        }
        for mark in page.legend
    ]


def _nothing() -> pd.DataFrame:
    """Give the mark of no record, for the legend."""
    return pd.DataFrame({"first": [0.0], "last": [0.0], "row": [0.0], "hover": [""], "record_id": [""]})


def _axes(page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw the days along the bottom, and the rows from the top without an axis of their own."""
    packed = not len(page.labels)
    # A grid of plotly would run over the pictures.
    grid = len(page.rows) <= MANY
    x = {
        "type": "date",
        "showgrid": grid,
        "range": [day * _DAY for day in page.days],
        "gridcolor": GRID,
        "linecolor": "#9AA1A9",
        "showline": True,
        "ticks": "outside",
        "tickcolor": "#9AA1A9",
        "tickfont": {"color": INK, "size": 12},
        "zeroline": False,
        "nticks": max(int((page.width - page.margin["l"]) / 90), 3),
    }
    y = {
        "range": [page.bottom_row, 0],
        "showticklabels": False,
        "ticks": "",
        "zeroline": False,
        "showgrid": grid and not packed and not page.narrow,
        "gridcolor": GRID,
        "tickvals": page.rows if not packed else [],
        "fixedrange": not packed,
    }
    return x, y


def _shapes(page: Page, as_of: float) -> list[dict[str, Any]]:
    """Draw every second lane as a band, a guide from each label to its marks, the veil, and the day asked about."""
    across: dict[str, Any] = {"type": "rect", "xref": "paper", "layer": "below", "line": {"width": 0}}
    sides: list[dict[str, Any]] = [{"x0": 0, "x1": 1}]
    if not page.narrow:
        sides.append({"xsizemode": "pixel", "xanchor": 0, "x0": 4 - page.margin["l"], "x1": 0})
    found = [
        {**across, **side, "name": f"lane {lane.title}", "y0": lane.first, "y1": lane.last, "fillcolor": BAND}
        for lane in page.lanes[::2]
        for side in sides
    ]
    if page.spoken < page.days[1]:
        since = max(page.spoken, page.days[0])
        where = {"x0": since * _DAY, "x1": page.days[1] * _DAY, "yref": "paper", "y0": 0, "y1": 1}
        found.append({**across, "xref": "x", **where, "fillcolor": VEIL})
    if page.days[0] <= as_of <= page.days[1]:
        line = {"color": INK, "width": 1.5, "dash": "dot"}
        where = {"x0": as_of * _DAY, "x1": as_of * _DAY, "yref": "paper", "y0": 0, "y1": 1}
        found.append({"name": "as of", "type": "line", "xref": "x", **where, "line": line})
    return found


def _lane_names(page: Page) -> list[dict[str, Any]]:
    """Write the name of each lane beside its first row, or above it."""
    beside: dict[str, Any] = {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "showarrow": False,
        "align": "left",
        "yanchor": "middle",
    }
    shift = -2 if page.narrow else -(page.margin["l"] - _SIDE)
    font = min(13.0, _GAP * page.pitch * 0.78) if page.narrow else 13.0
    return [
        {
            **beside,
            "name": f"lane {lane.title}",
            "xshift": shift,
            "y": lane.first + _name_below(page),
            "text": f"<b>{escape(lane.title, quote=False)}</b>",
            "font": {"color": lane.colour, "size": font},
        }
        for lane in page.lanes
    ]


def _name_below(page: Page) -> float:
    """Give how far below the top of its band the name of a lane stands, in rows."""
    return _GAP * 0.42 if page.narrow else 0.75


def _as_of_label(page: Page, as_of: float) -> list[dict[str, Any]]:
    """Name the day asked about above the plot, on the side where there is room."""
    if not page.days[0] <= as_of <= page.days[1]:
        return []
    share = (as_of - page.days[0]) / (page.days[1] - page.days[0])
    day = np.datetime_as_string(np.int64(as_of).astype("datetime64[D]"))
    return [
        {
            "name": "as of",
            "x": as_of * _DAY,
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "xanchor": "right" if share * 2 > 1 else "left",
            "showarrow": False,
            "text": f"as of {day}",
            "font": {"size": 12, "color": INK},
        }
    ]


def _nothing_to_draw(page: Page) -> list[dict[str, Any]]:
    """Say in the middle of an empty figure that it is empty."""
    middle = {"xref": "paper", "x": 0.5, "yref": "paper", "y": 0.5, "showarrow": False}
    return [] if len(page.rows) else [{**middle, "text": "no record to draw", "font": {"size": 14, "color": MUTED}}]


def _time(days: pd.Series) -> Floats:
    """Turn days into plotly's milliseconds."""
    return days.to_numpy(float) * _DAY
