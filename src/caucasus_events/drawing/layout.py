"""What plotly's layout holds: title, axes, bands and names of the lanes, the veil, and the day asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .captions import escape_one, iso_day
from .look import AXIS, BAND, FONT, GRID, INK, MANY, MILLISECONDS, MUTED, PAPER, VEIL
from .page import GAP, SIDE, lane_name_below

if TYPE_CHECKING:
    from .look import Page

_LEGEND_PLACE = {
    "orientation": "h",
    "x": 0,
    "xref": "container",
    "y": 0,
    "yref": "container",
    "yanchor": "bottom",
    "itemclick": False,
    "itemdoubleclick": False,
    "itemsizing": "trace",
    "traceorder": "normal",
}


def layout(page: Page, as_of: float) -> dict[str, Any]:
    """Return the plotly layout of a page; ``as_of`` is a day since 1970-01-01, or NaN."""
    marks_day = page.days[0] <= as_of <= page.days[1]
    notes = [*_lane_names(page), *(_day_named(page, as_of) if marks_day else [])]
    if not len(page.rows):
        middle = {"xref": "paper", "x": 0.5, "yref": "paper", "y": 0.5, "showarrow": False}
        notes.append({**middle, "text": "no record to draw", "font": {"size": 14, "color": MUTED}})
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
        "xaxis": _days_along_the_bottom(page),
        "yaxis": _rows_from_the_top(page),
        # The labels stand on an axis of their own, which is never moved.
        "xaxis2": {"overlaying": "x", "range": [0, 1], "visible": False, "fixedrange": True},
        "shapes": [*_bands(page), *_veil(page), *(_day_line(as_of) if marks_day else [])],
        "annotations": notes,
        "legend": {**_LEGEND_PLACE, "font": {"size": 11 if page.narrow else 12, "color": INK}},
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "bgcolor": PAPER, "font": {"family": FONT, "size": 12, "color": INK}},
        "dragmode": "pan",
    }


def _days_along_the_bottom(page: Page) -> dict[str, Any]:
    """Describe the axis of days."""
    return {
        "type": "date",
        # A grid of plotly would run over the pictures.
        "showgrid": len(page.rows) <= MANY,
        "range": [day * MILLISECONDS for day in page.days],
        "gridcolor": GRID,
        "linecolor": AXIS,
        "showline": True,
        "ticks": "outside",
        "tickcolor": AXIS,
        "tickfont": {"color": INK, "size": 12},
        "zeroline": False,
        "nticks": max(int((page.width - page.margin["l"]) / 90), 3),
    }


def _rows_from_the_top(page: Page) -> dict[str, Any]:
    """Describe the axis of rows: it has no numbers, and a guide from each label to its marks."""
    packed = not len(page.labels)
    return {
        "range": [page.bottom_row, 0],
        "showticklabels": False,
        "ticks": "",
        "zeroline": False,
        "showgrid": len(page.rows) <= MANY and not packed and not page.narrow,
        "gridcolor": GRID,
        "tickvals": [] if packed else page.rows,
        "fixedrange": not packed,
    }


def _bands(page: Page) -> list[dict[str, Any]]:
    """Draw every second lane as a band, over the plot and over the labels beside it."""
    sides: list[dict[str, Any]] = [{"x0": 0, "x1": 1}]
    if not page.narrow:
        sides.append({"xsizemode": "pixel", "xanchor": 0, "x0": 4 - page.margin["l"], "x1": 0})
    return [
        {**_below("paper"), **side, "name": f"lane {lane.title}", "y0": lane.first, "y1": lane.last, "fillcolor": BAND}
        for lane in page.lanes[::2]
        for side in sides
    ]


def _veil(page: Page) -> list[dict[str, Any]]:
    """Veil the days after the last word of a source; without a source (NaN) there is none."""
    if not page.spoken < page.days[1]:
        return []
    since = max(page.spoken, page.days[0])
    where = {"x0": since * MILLISECONDS, "x1": page.days[1] * MILLISECONDS, "yref": "paper", "y0": 0, "y1": 1}
    return [{**_below("x"), **where, "fillcolor": VEIL}]


def _below(axis: str) -> dict[str, Any]:
    """Describe a rectangle without an edge that lies under everything."""
    return {"type": "rect", "xref": axis, "layer": "below", "line": {"width": 0}}


def _day_line(as_of: float) -> list[dict[str, Any]]:
    """Draw the day asked about."""
    where = {"x0": as_of * MILLISECONDS, "x1": as_of * MILLISECONDS, "yref": "paper", "y0": 0, "y1": 1}
    line = {"color": INK, "width": 1.5, "dash": "dot"}
    return [{"name": "as of", "type": "line", "xref": "x", **where, "line": line}]


def _day_named(page: Page, as_of: float) -> list[dict[str, Any]]:
    """Name the day asked about above the plot, on the side where there is room."""
    share = (as_of - page.days[0]) / (page.days[1] - page.days[0])
    return [
        {
            "name": "as of",
            "x": as_of * MILLISECONDS,
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "xanchor": "right" if share * 2 > 1 else "left",
            "showarrow": False,
            "text": f"as of {iso_day(as_of)}",
            "font": {"size": 12, "color": INK},
        }
    ]


def _lane_names(page: Page) -> list[dict[str, Any]]:
    """Write the name of each lane beside its first row, or above it."""
    # plotly takes no letters lower than a pixel.
    font = max(min(13.0, GAP * page.pitch * 0.78), 1.0) if page.narrow else 13.0
    return [
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "showarrow": False,
            "align": "left",
            "yanchor": "middle",
            "name": f"lane {lane.title}",
            "xshift": -2 if page.narrow else -(page.margin["l"] - SIDE),
            "y": lane.first + lane_name_below(page),
            "text": f"<b>{escape_one(lane.title)}</b>",
            "font": {"color": lane.colour, "size": font},
        }
        for lane in page.lanes
    ]
