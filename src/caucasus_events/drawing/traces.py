"""Marks to plotly's traces: one a colour and mark, because an array of colours makes a figure slow.

``meta`` of a trace names its mark, ``customdata`` the record of each point.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import look
from .many import SYMBOLS, shades_of, symbol_traces, targets
from .marks import GAP, MARKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .look import Floats, Page, Trace

# How much of an arrowhead a bar leaves free, and the pixels of the stem that reaches through it; a wider one shows
# beside the tip.
_HEAD_LENGTH, _STEM = 0.6, 1


def traces(records: pd.DataFrame, drawn: pd.DataFrame, hover: pd.Series, page: Page) -> list[Trace]:
    """Draw every mark, the labels and the legend; of more than ``MANY`` records the bars are left to the pictures.

    ``drawn`` is what :func:`.page.placed` returns, ``hover`` what is shown at each record, escaped.
    """
    fast = len(records) > look.MANY
    draw: Callable[[str, str, pd.DataFrame, Page], list[Trace]] = symbol_traces if fast else _mark_traces
    shown = drawn[SYMBOLS[drawn["mark"].cat.codes.to_numpy()]] if fast else drawn
    found = [
        trace
        for (mark, colour), group in shown.groupby(["mark", "colour"], sort=False, observed=True)
        for trace in draw(str(mark), str(colour), group, page)
    ]
    # What stands behind a mark was drawn just before it.
    homes = [each["meta"] for each in found]
    after = [homes[place + (home == "halo")] for place, home in enumerate(homes)]
    found = [found[place] for place in sorted(range(len(found)), key=lambda place: MARKS.index(after[place]))]
    labels = [_label_trace(records, hover, page)] if len(page.labels) else []
    # An axis without a trace is not drawn.
    ends = {"x": [day * look.MILLISECONDS for day in page.days], "y": [None, None]}
    upper = [{"type": "scatter", **ends, "xaxis": "x3", "meta": "axis", "showlegend": False, "hoverinfo": "skip"}]
    labels += upper if page.tall else []
    return [*found, *(targets(drawn, records) if fast else []), *labels, *_legend_traces(page)]


def _mark_traces(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw the marks of one kind and colour as bars and symbols."""
    middle = (drawn["first"] + drawn["last"]) / 2
    if mark in look.DIAMONDS:
        symbols = _symbols(mark, drawn, middle, _diamond_of(mark, colour, page))
        return [_halo(symbols), symbols]
    if mark == "window":
        symbols = _symbols(mark, drawn, middle, _diamond(look.PAPER, page, edge=colour))
        return [_whiskers(drawn, colour, page), _halo(symbols), symbols]
    if mark.startswith("ongoing"):
        return [_symbols(mark, drawn, drawn["last"], _arrowhead(colour, page, hollow=mark != "ongoing"))]
    if mark in look.SOLID:
        return _solid_bars(mark, colour, drawn, page)
    edges = [_open_edges(mark, drawn, colour, page)] if mark in look.STUBS else []
    return [_bars(mark, colour, drawn, page), *edges]


def _solid_bars(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw what is certain: long bars, bars too short to be seen, and bars that end in an arrowhead."""
    brief = drawn["last"] - drawn["first"] < look.BRIEF * page.pixel
    pointed = drawn["still"]
    short = drawn[brief & ~pointed]
    if mark != "certain":
        # An outline needs room inside: the bar itself is made wide, about its middle. Else the edge does it.
        middle, half = (short["first"] + short["last"]) / 2, look.OUTLINED / 2 * page.pixel
        short = short.assign(first=middle - half, last=middle + half)
    parts = [(drawn[~brief & ~pointed], 0.0), (short, float(look.BRIEF))]
    found = [_bars(mark, colour, part, page, edge) for part, edge in parts if len(part)]
    if not pointed.any():
        return found
    # A stem to the very end, and the bar up to the arrowhead.
    ending = drawn[pointed]
    stem = _bar_trace(mark, ending, page, {"color": look.edge_of(mark, colour), "line": {"width": 0}}, 0)
    body = ending.assign(last=ending["last"] - page.head * _HEAD_LENGTH * page.pixel)
    body = body[body["last"] > body["first"]]
    return [*found, {**stem, "width": _STEM / page.pitch}, *([_bars(mark, colour, body, page)] if len(body) else [])]


def _bars(mark: str, colour: str, drawn: pd.DataFrame, page: Page, brief: float = 0.0) -> Trace:
    """Draw bars, solid, outlined or hatched; ``brief`` is the edge that makes a short solid one wide enough."""
    fills = {"certain": colour, "corroborated": look.tint(colour, look.CORROBORATED)}
    fills |= {"carried": look.tint(colour, look.TINT)} | dict.fromkeys(look.DENIED, look.PAPER)
    if mark in fills:
        # In a low row the edge of a tint would be all that is seen.
        low = page.bar / 4
        edge = {"certain": brief, "corroborated": min(1.5, low), "carried": min(1.0, low)}.get(mark, 1.5)
        line = {"width": edge, "color": look.edge_of(mark, colour)}
        return _bar_trace(mark, drawn, page, {"color": fills[mark], "line": line}, edge)
    if mark == GAP:
        return _bar_trace(mark, drawn, page, {"color": "rgba(0,0,0,0)", "line": {"width": 0}}, 0)
    if mark == "disagree":
        crossed = {
            "shape": "x",
            "fillmode": "replace",
            "fgcolor": colour,
            "bgcolor": look.PAPER,
            "size": 6,
            "solidity": 0.3,
        }
        return _bar_trace(mark, drawn, page, {"pattern": crossed, "line": {"width": 1.5, "color": look.INK}}, 1.5)
    ink, shape = look.edge_of(mark, colour), "\\" if mark == "weak" else "/"
    hatch = {"shape": shape, "fillmode": "replace", "fgcolor": ink, "bgcolor": look.tint(colour, look.TINT)}
    edge = 0 if mark in look.STUBS else 1
    line = {"width": edge, "color": ink}
    style = {"color": colour, "pattern": {**hatch, "size": 6, "solidity": 0.3}, "line": line}
    return _bar_trace(mark, drawn, page, style, edge)


def _bar_trace(mark: str, drawn: pd.DataFrame, page: Page, style: dict[str, Any], edge: float) -> Trace:
    """Draw bars from their first to their last midnight; an edge is inside the height of the bar."""
    first, length = look.milliseconds(drawn["first"]), look.milliseconds(drawn["last"] - drawn["first"])
    place = {"base": first, "x": length, "y": drawn["row"].to_numpy(float)}
    shape = {"orientation": "h", "width": max(page.bar - edge, 0.5) / page.pitch, "marker": style}
    return {"type": "bar", **place, **shape, **_named_points(mark, drawn)}


def _symbols(mark: str, drawn: pd.DataFrame, days: pd.Series, style: dict[str, Any]) -> Trace:
    """Draw one symbol a record."""
    kind = {"type": "scatter", "mode": "markers", "cliponaxis": False}
    place = {"x": look.milliseconds(days), "y": drawn["row"].to_numpy(float)}
    return {**kind, **place, "marker": style, **_named_points(mark, drawn)}


def _halo(symbols: Trace) -> Trace:
    """Draw a white edge behind symbols, so that each stands out from the bar or symbol that it lies on."""
    style = {"symbol": "diamond", "size": symbols["marker"]["size"] + 4, "color": look.PAPER}
    quiet = {name: value for name, value in symbols.items() if name not in ("hovertext", "customdata")}
    return {**quiet, "marker": style, "hoverinfo": "skip", "meta": "halo"}


def _named_points(mark: str, drawn: pd.DataFrame) -> Trace:
    """Name the mark and the record of each point, and what is shown when it is pointed at."""
    told = {"hovertext": drawn["hover"].to_numpy(object), "customdata": drawn["record_id"].to_numpy(object)}
    return {"name": mark, "meta": mark, "showlegend": False, "hoverinfo": "text", **told}


def _diamond_of(mark: str, colour: str, page: Page) -> dict[str, Any]:
    """Describe the symbol of an event whose day is known: a tint if other sources date it, paler if it is weak."""
    if mark == "day":
        return _diamond(colour, page)
    share = look.TINT if mark == "day weak" else look.CORROBORATED
    return _diamond(look.tint(colour, share), page, edge=look.edge_of(mark, colour))


def _diamond(fill: str, page: Page, edge: str = look.PAPER) -> dict[str, Any]:
    """Describe the symbol of an event."""
    largest, width = (12.0, 1) if edge == look.PAPER else (11.0, 2)
    size = min(largest, max(page.bar + 1, 5.0))
    return {"symbol": "diamond", "size": size, "color": fill, "line": {"width": width, "color": edge}}


def _arrowhead(colour: str, page: Page, *, hollow: bool) -> dict[str, Any]:
    """Describe an arrowhead whose tip is the end of the day, never past it."""
    # plotly's triangle is 2/√3 times as wide as its size, and its tip stands half its size before its middle.
    size = (page.head - 2 * hollow) * 3**0.5 / 2
    style = {"symbol": "triangle-up", "angle": 90, "size": size, "standoff": size / 2 + hollow}
    return {**style, "color": look.PAPER if hollow else colour, "line": {"width": 1.5 * hollow, "color": colour}}


def _whiskers(drawn: pd.DataFrame, colour: str, page: Page) -> Trace:
    """Draw thin lines with caps over windows; the side that is unknown has no cap."""
    first, last, row = (drawn[name].to_numpy(float) for name in ("first", "last", "row"))
    cap = min(page.bar, 14) / 2 / page.pitch
    gone = np.full(len(drawn), np.nan)
    opens, closes = np.where(drawn["opens"], np.nan, first), np.where(drawn["closes"], np.nan, last)
    # Cap, line, cap; what is drawn to or from a null is left out.
    xs = np.stack([opens, opens, gone, first, last, gone, closes, closes, gone], axis=1)
    ys = np.stack([row - cap, row + cap, gone, row, row, gone, row - cap, row + cap, gone], axis=1)
    return _strokes("window", drawn, colour, xs, ys, 1.5)


def _open_edges(mark: str, drawn: pd.DataFrame, colour: str, page: Page) -> Trace:
    """Draw the upper and lower edge of stubs, and the end that is known; the other side stays open."""
    first, last, row = (drawn[name].to_numpy(float) for name in ("first", "last", "row"))
    half, gone = page.bar / 2 / page.pitch, np.full(len(drawn), np.nan)
    near, far = (last, first) if mark == "start unknown" else (first, last)
    xs = np.stack([far, near, near, far, gone], axis=1)
    ys = np.stack([row - half, row - half, row + half, row + half, gone], axis=1)
    return _strokes(mark, drawn, colour, xs, ys, 1)


def _strokes(mark: str, drawn: pd.DataFrame, colour: str, xs: Floats, ys: Floats, width: float) -> Trace:
    """Draw all lines of a mark as one trace, parted by nulls."""
    place = {"x": (xs * look.MILLISECONDS).ravel(), "y": ys.ravel(), "line": {"color": colour, "width": width}}
    ids = np.repeat(drawn["record_id"].to_numpy(object), xs.shape[1])
    told = {"hoverinfo": "skip", "showlegend": False, "meta": mark, "customdata": ids}
    return {"type": "scatter", "mode": "lines", **place, **told}


def _label_trace(records: pd.DataFrame, hover: pd.Series, page: Page) -> Trace:
    """Write the labels: at the left of the plot, or above the bars."""
    above = (page.bar / 2 + 1 + page.font * look.LINE / 2) / page.pitch if page.narrow else 0.0
    side, after, hoverinfo = ("right", "", "text") if page.narrow else ("left", "\u00a0\u00a0", "skip")
    kind = {"type": "scatter", "mode": "text", "meta": "label", "cliponaxis": False, "showlegend": False}
    place = {"xaxis": "x2", "x": np.zeros(len(records)), "y": page.rows + page.shift - above}
    font = {"size": page.font, "color": look.INK}
    text = {"text": (page.labels + after).to_numpy(object), "textposition": f"middle {side}", "textfont": font}
    told = {"hovertext": hover.to_numpy(object), "customdata": records["record_id"].to_numpy(object)}
    return {**kind, **place, **text, "hoverinfo": hoverinfo, **told}


def _legend_traces(page: Page) -> list[Trace]:
    """Draw one entry of the legend for every mark that occurs, in no lane's colour."""
    nothing = pd.DataFrame({"first": [0.0], "last": [0.0], "row": [0.0], "hover": [""], "record_id": [""]})
    symbols = _legend_symbols(many=len(page.rows) > look.MANY)
    never = pd.Series([None], dtype=float)
    looks = {mark: _symbols(mark, nothing, never, symbols[mark]) for mark in page.legend if mark in symbols}
    looks |= {mark: _bars(mark, look.LEGEND_INK, nothing, page) for mark in page.legend if mark not in symbols}
    if "window" in looks:
        looks["window"] |= {"mode": "markers+lines", "line": {"color": look.LEGEND_INK, "width": 1.5}}
    told = {"meta": "legend", "showlegend": True, "hoverinfo": "skip", "x": [None], "y": [None]}
    half = math.ceil(len(page.legend) / page.halves)
    homes = [{} if place < half else {"legend": "legend2"} for place in range(len(page.legend))]
    named = zip(page.legend, homes, strict=True)
    return [{**looks[mark], **told, "name": look.LEGEND[mark], **home} for mark, home in named]


def _legend_symbols(*, many: bool) -> dict[str, dict[str, Any]]:
    """Describe the entries that are symbols; where bars are pictures, all are, in the shades of these."""
    ink = look.LEGEND_INK
    edge, faint = ({"width": 1.5, "color": colour} for colour in (ink, look.tint(ink, look.CORROBORATED)))
    symbols: dict[str, dict[str, Any]] = {
        "day": {"symbol": "diamond", "size": 12, "color": ink},
        "day corroborated": {"symbol": "diamond", "size": 11, "color": look.tint(ink, look.CORROBORATED), "line": edge},
        "day weak": {"symbol": "diamond", "size": 11, "color": look.tint(ink, look.TINT), "line": faint},
        "window": {"symbol": "diamond", "size": 10, "color": look.PAPER, "line": {**edge, "width": 2}},
        "ongoing": {"symbol": "triangle-right", "size": 14, "color": ink},
        "veil": {"symbol": "square", "size": 14, "color": look.VEIL},
        GAP: {"symbol": "square", "size": 13, "color": look.PAPER, "line": {"width": 1, "color": look.AXIS}},
    }
    if many:
        shades = {mark: shade for mark, shade in shades_of(ink).items() if mark != "window"}
        symbols |= {mark: {"symbol": "square", "size": 14, "color": shade} for mark, shade in shades.items()}
        for mark in look.DENIED:
            line = {**edge, "color": look.edge_of(mark, ink)}
            symbols[mark] = {"symbol": "square", "size": 12.5, "color": look.PAPER, "line": line}
    return symbols
