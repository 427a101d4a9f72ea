"""Marks to plotly: where everything stands on the page, and one trace a colour and mark.

A single colour for a whole trace is what keeps a hundred thousand records fast. Above ``MANY``
records the bars are pictures: plotly moves and stretches each as one, and the browser draws it.
"""

from __future__ import annotations

import itertools
import textwrap
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError

from .look import (
    AFTER,
    BAND,
    BRIEF,
    DAY,
    FONT,
    GAP,
    GRID,
    INK,
    LEAST_FONT,
    LEGEND,
    LINE,
    MANY,
    MUTED,
    NARROW,
    PAPER,
    SIDE,
    STUB,
    VEIL,
    Band,
    Page,
    head_of,
)
from .marks import MARKS, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


_SHORTEST_AXIS = 30.0


_LABELLED, _PACKED = 200, 900


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
    font = min(11.0, max(LEAST_FONT, pitch * 0.5)) if narrow else min(12.0, pitch * 0.76)
    bar = min(17.0, pitch - font * LINE - 1.5 if narrow else pitch * 0.66)
    if font < LEAST_FONT or bar < BRIEF:
        labels, column, bar = pd.Series([], dtype=object), 0.0, min(17.0, max(pitch * 0.7, 0.5))
    else:
        labels, column = _labels(records["label"], width, font, narrow=narrow)
    lane_column = (
        0.0
        if narrow or not len(lanes)
        else float(_width(pd.Series([lane.title for lane in lanes]), 13, bold=True).max()) + 14
    )
    margin = {"l": SIDE + (0 if narrow else column + lane_column + 8), "r": AFTER, "t": top, "b": bottom}
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
        "font": {"family": FONT, "color": INK, "size": 12},
        "title": {
            "text": page.heading,
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"l": SIDE, "t": 14 if page.narrow else 20},
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
        "hoverlabel": {"align": "left", "bgcolor": PAPER, "font": {"family": FONT, "size": 12, "color": INK}},
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


def _rows(records: pd.DataFrame, *, narrow: bool) -> tuple[Floats, float, list[Band]]:
    """Give each record a row; a lane opens with a gap, or with room for its name where that stands above."""
    gap, above, below = _spacing(narrow=narrow)
    titles, colours = records["lane"].cat, records["colour"].to_numpy()
    codes = titles.codes.to_numpy()
    lanes = runs(codes, slice(0, len(codes)))
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


def runs(values: NDArray[Any], within: slice) -> list[slice]:
    """Find the stretches of equal values in a part of an array."""
    edges = [*(_starts(values[within]) + within.start).tolist(), within.stop]
    return [slice(first, last) for first, last in itertools.pairwise(edges)]


def _starts(values: NDArray[Any]) -> NDArray[np.intp]:
    """Find where values differ from those before."""
    return np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])


def _spacing(*, narrow: bool) -> tuple[float, float, float]:
    """Give, in rows, the gap between lanes, and how far a band reaches above its first row and below its last."""
    return (GAP, 0.5 + GAP, 0.5) if narrow else (0.5, 0.75, 0.75)


def _labels(labels: pd.Series, width: int, font: float, *, narrow: bool) -> tuple[pd.Series, float]:
    """Fit labels into their column, and give its width; what is too long ends in an ellipsis. All are escaped."""
    room = width - 2.0 * SIDE if narrow else width * 0.42
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
    title = textwrap.wrap(heading[0], max(int((width - 2 * SIDE) / (large * 0.55)), 8))
    subtitle = textwrap.wrap(heading[1], max(int((width - 2 * SIDE) / (small * 0.5)), 8))
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
    stub = max(high - low, _SHORTEST_AXIS) * STUB / plot
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
    stub = STUB * page.pixel
    colour = pd.Categorical(records["colour"])
    words = (
        {} if len(records) > MANY else {"hover": hover.to_numpy()[at], "record_id": records["record_id"].to_numpy()[at]}
    )
    return spans.assign(
        # What ends within the arrowhead makes room for it too.
        still=records["still"].to_numpy(bool)[at]
        & (records["end_earliest"].to_numpy()[at] + 1 - spans["last"].to_numpy() <= head_of(page) * page.pixel),
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


def _axes(page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw the days along the bottom, and the rows from the top without an axis of their own."""
    packed = not len(page.labels)
    # A grid of plotly would run over the pictures.
    grid = len(page.rows) <= MANY
    x = {
        "type": "date",
        "showgrid": grid,
        "range": [day * DAY for day in page.days],
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
        where = {"x0": since * DAY, "x1": page.days[1] * DAY, "yref": "paper", "y0": 0, "y1": 1}
        found.append({**across, "xref": "x", **where, "fillcolor": VEIL})
    if page.days[0] <= as_of <= page.days[1]:
        line = {"color": INK, "width": 1.5, "dash": "dot"}
        where = {"x0": as_of * DAY, "x1": as_of * DAY, "yref": "paper", "y0": 0, "y1": 1}
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
    shift = -2 if page.narrow else -(page.margin["l"] - SIDE)
    font = min(13.0, GAP * page.pitch * 0.78) if page.narrow else 13.0
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
    return GAP * 0.42 if page.narrow else 0.75


def _as_of_label(page: Page, as_of: float) -> list[dict[str, Any]]:
    """Name the day asked about above the plot, on the side where there is room."""
    if not page.days[0] <= as_of <= page.days[1]:
        return []
    share = (as_of - page.days[0]) / (page.days[1] - page.days[0])
    day = np.datetime_as_string(np.int64(as_of).astype("datetime64[D]"))
    return [
        {
            "name": "as of",
            "x": as_of * DAY,
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
