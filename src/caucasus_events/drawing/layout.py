"""What plotly's layout holds: title, axes, bands and names of the lanes, the veil, and the day asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .captions import escape_one, iso_day
from .look import AXIS, BAND, FONT, GRID, INK, MANY, MILLISECONDS, MUTED, PAPER, VEIL
from .page import GAP, SIDE, UPPER_AXIS, lane_name_below, lane_title

if TYPE_CHECKING:
    from .look import Page

_LEGEND_PLACE = {"orientation": "h", "x": 0, "xref": "container", "y": 0, "yref": "container", "yanchor": "bottom"}
_LEGEND_ITEMS = {"itemclick": False, "itemdoubleclick": False, "itemsizing": "trace", "traceorder": "normal"}
# After how many rows a lane is named again.
_NAMED_AGAIN = 30
# A rectangle without an edge that lies under everything.
_UNDERNEATH = {"type": "rect", "layer": "below", "line": {"width": 0}}


def layout(page: Page, as_of: float) -> dict[str, Any]:
    """Return the plotly layout of a page; ``as_of`` is a day since 1970-01-01, or NaN."""
    asked = [_day_asked(page, as_of)] if page.days[0] <= as_of <= page.days[1] else []
    notes = [*_lane_names(page), *(name for _, name in asked)]
    if not len(page.rows):
        middle = {"xref": "paper", "x": 0.5, "yref": "paper", "y": 0.5, "showarrow": False}
        notes.append({**middle, "text": "no record to draw", "font": {"size": 14, "color": MUTED}})
    text, above = (16, 14) if page.narrow else (20, 20)
    corner = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"l": SIDE, "t": above}}
    upper = {"xaxis3": _days_along_the_top(page)} if page.tall else {}
    return {
        **upper,
        "barmode": "overlay",
        "bargap": 0,
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": FONT, "color": INK, "size": 12},
        "title": {"text": page.heading, **corner, "font": {"size": text}},
        "margin": page.margin,
        "height": page.height,
        "hovermode": "closest",
        "dragmode": "pan",
        "xaxis": _days_along_the_bottom(page),
        "yaxis": _rows_from_the_top(page),
        # The labels stand on an axis of their own, which is never moved.
        "xaxis2": {"overlaying": "x", "range": [0, 1], "visible": False, "fixedrange": True},
        "shapes": [*_bands(page), *_veil(page), *(line for line, _ in asked)],
        "annotations": notes,
        **_legends(page),
        "hoverlabel": {"align": "left", "bgcolor": PAPER, "font": {"family": FONT, "size": 12, "color": INK}},
    }


def _legends(page: Page) -> dict[str, Any]:
    """Place the legend: at the bottom of the figure, or above the days of a tall page; in a wide one in two halves."""
    legend = {**_LEGEND_PLACE, **_LEGEND_ITEMS, "font": {"size": 11 if page.narrow else 12, "color": INK}}
    if page.halves == 2:  # noqa: PLR2004
        legend["entrywidth"] = page.entry
    if page.halves == 1 and not page.tall:
        return {"legend": legend}
    above = page.margin["t"] - UPPER_AXIS - page.key if page.tall else page.height - page.key - 6
    legend |= {"y": 1 - above / page.height, "yanchor": "top"}
    # plotly gives one no more than the width of the plot.
    return {"legend": legend, **({} if page.halves == 1 else {"legend2": {**legend, "x": 0.5}})}


def _days_along_the_top(page: Page) -> dict[str, Any]:
    """Describe the same days above the plot."""
    where = {"overlaying": "x", "matches": "x", "side": "top", "tickmode": "auto"}
    return {**_days_along_the_bottom(page), **where, "showgrid": False, "ticklen": 3}


def _days_along_the_bottom(page: Page) -> dict[str, Any]:
    """Describe the axis of days."""
    many = max(int((page.width - page.margin["l"]) / 90), 3)
    ticks = {"ticks": "outside", "tickcolor": AXIS, "tickfont": {"color": INK, "size": 12}, "nticks": many}
    # A grid of plotly would run over the pictures.
    grid = {"showgrid": len(page.rows) <= MANY, "gridcolor": GRID, "zeroline": False}
    line = {"showline": True, "linecolor": AXIS}
    return {"type": "date", "range": [round(day * MILLISECONDS) for day in page.days], **grid, **line, **ticks}


def _rows_from_the_top(page: Page) -> dict[str, Any]:
    """Describe the axis of rows: it has no numbers, and a guide from each label to its marks."""
    packed = not len(page.labels)
    ticks = {"ticks": "", "showticklabels": False, "tickvals": [] if packed else page.rows}
    guided = len(page.rows) <= MANY and not packed and not page.narrow
    grid = {"showgrid": guided, "gridcolor": GRID, "zeroline": False}
    return {"range": [page.bottom_row, 0], "fixedrange": not packed, **grid, **ticks}


def _bands(page: Page) -> list[dict[str, Any]]:
    """Draw every second lane as a band, over the plot and over the labels beside it."""
    sides: list[dict[str, Any]] = [{"x0": 0, "x1": 1}]
    if not page.narrow:
        sides.append({"xsizemode": "pixel", "xanchor": 0, "x0": 4 - page.margin["l"], "x1": 0})
    under = {**_UNDERNEATH, "xref": "paper", "fillcolor": BAND}
    return [
        {**under, **side, "name": f"lane {lane.title}", "y0": lane.first, "y1": lane.last}
        for lane in page.lanes[::2]
        for side in sides
    ]


def _veil(page: Page) -> list[dict[str, Any]]:
    """Veil the days after the last word of a source; without a source (NaN) there is none."""
    if not page.spoken < page.days[1]:
        return []
    since = max(page.spoken, page.days[0])
    where = {"x0": since * MILLISECONDS, "x1": page.days[1] * MILLISECONDS, "yref": "paper", "y0": 0, "y1": 1}
    return [{**_UNDERNEATH, "xref": "x", **where, "fillcolor": VEIL}]


def _day_asked(page: Page, as_of: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw the day asked about as a line, and name it above the plot, on the side where there is room."""
    where = {"x0": as_of * MILLISECONDS, "x1": as_of * MILLISECONDS, "yref": "paper", "y0": 0, "y1": 1}
    line = {"color": INK, "width": 1.5, "dash": "dot"}
    drawn = {"name": "as of", "type": "line", "xref": "x", **where, "line": line}
    share = (as_of - page.days[0]) / (page.days[1] - page.days[0])
    above = {"y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"size": 12, "color": INK}}
    place = {"x": as_of * MILLISECONDS, "xanchor": "right" if share * 2 > 1 else "left"}
    return drawn, {"name": "as of", "text": f"as of {iso_day(as_of)}", **place, **above}


def _lane_names(page: Page) -> list[dict[str, Any]]:
    """Write the name of each lane beside its first row, or above it."""
    # plotly takes no letters lower than a pixel.
    font = max(min(13.0, GAP * page.pitch * 0.78), 1.0) if page.narrow else 13.0
    left = {"xref": "paper", "x": 0, "xanchor": "left", "align": "left", "yanchor": "middle", "showarrow": False}
    left["xshift"] = -2 if page.narrow else -(page.margin["l"] - SIDE)
    # In a page that is scrolled the name of a long lane comes again and again.
    after = _NAMED_AGAIN if page.tall and not page.narrow else page.bottom_row
    return [
        {
            **left,
            "name": f"lane {lane.title}",
            "y": lane.first + lane_name_below(page) + number * after,
            "text": f"<b>{escape_one(lane_title(lane.title, page))}</b>",
            "font": {"color": lane.colour, "size": font},
        }
        for lane in page.lanes
        for number in range(max(round((lane.last - lane.first) / after), 1))
    ]
