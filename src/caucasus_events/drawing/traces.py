"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.model.bounds import BOUNDS

from .look import (
    BRIEF,
    CORROBORATED,
    DAY,
    DAYS,
    DENIED,
    HEAD_LENGTH,
    INK,
    LEGEND,
    LEGEND_INK,
    LINE,
    MANY,
    OUTLINED,
    PAPER,
    SOLID,
    STEM,
    STUBS,
    SYMBOLS,
    TINT,
    VEIL,
    Page,
    arrowhead,
    edge_of,
    head_of,
    time_of,
    tint,
)
from .many import fast_traces, shades_of, silent
from .marks import MARKS, escaped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Trace = dict[str, Any]
    Floats = NDArray[np.float64]


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
    draw = fast_traces if fast else _bars
    symbols = SYMBOLS[drawn["mark"].cat.codes.to_numpy()] if fast else slice(None)
    shown = drawn[symbols]
    found = [
        trace
        for (mark, colour), group in shown.groupby(["mark", "colour"], sort=False, observed=True)
        for trace in draw(str(mark), str(colour), group, page)
    ]
    labels = _label_trace(records, hover, page) if len(page.labels) else []
    targets = _targets(drawn, records) if fast else []
    return [*sorted(found, key=lambda trace: MARKS.index(trace["meta"])), *targets, *labels, *_legend_traces(page)]


def _bars(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw the marks of one kind and colour as bars and symbols."""
    if mark in DAYS:
        look = _diamond(colour, page) if mark == "day" else _diamond(tint(colour, CORROBORATED), page, edge=colour)
        return [_symbols(mark, drawn, (drawn["first"] + drawn["last"]) / 2, look)]
    if mark == "window":
        middle = (drawn["first"] + drawn["last"]) / 2
        hollow = _diamond(PAPER, page, edge=colour)
        return [_whiskers(drawn, colour, page), _symbols(mark, drawn, middle, hollow)]
    if mark.startswith("ongoing"):
        return [_symbols(mark, drawn, drawn["last"], arrowhead(colour, page, hollow=mark != "ongoing"))]
    if mark not in SOLID:
        return [*_bar(mark, colour, drawn, page, 0.0), *([_edges(mark, drawn, colour, page)] if mark in STUBS else [])]
    brief = drawn["last"] - drawn["first"] < BRIEF * page.pixel
    pointed = drawn["still"]
    short = drawn[brief & ~pointed]
    if mark != "certain":
        middle, half = (short["first"] + short["last"]) / 2, OUTLINED / 2 * page.pixel
        short = short.assign(first=middle - half, last=middle + half)
    parts = [(drawn[~brief & ~pointed], 0.0), (short, float(BRIEF))]
    found = [trace for part, edge in parts if len(part) for trace in _bar(mark, colour, part, page, edge)]
    return [*found, *(_pointed(mark, colour, drawn[pointed], page) if pointed.any() else [])]


def _pointed(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw bars that end in an arrowhead: a stem to the very end, and the bar up to the arrowhead."""
    stem = {
        **_bar_trace(mark, drawn, page, {"color": edge_of(mark, colour), "line": {"width": 0}}, 0),
        "width": STEM / page.pitch,
    }
    body = drawn.assign(last=drawn["last"] - head_of(page) * HEAD_LENGTH * page.pixel)
    body = body[body["last"] > body["first"]]
    return [stem, *(_bar(mark, colour, body, page, 0.0) if len(body) else [])]


def _bar(mark: str, colour: str, drawn: pd.DataFrame, page: Page, brief: float) -> list[Trace]:
    """Draw bars; what is too short to be seen gets an edge that makes it at least 4 px wide."""
    fills = {"certain": colour, "corroborated": tint(colour, CORROBORATED)} | dict.fromkeys(DENIED, PAPER)
    hatch = {
        "shape": "/",
        "fillmode": "replace",
        "fgcolor": colour,
        "bgcolor": tint(colour, TINT),
        "size": 6,
        "solidity": 0.3,
    }
    if mark in fills:
        edge = brief if mark == "certain" else 1.5
        line = {"width": edge, "color": edge_of(mark, colour)}
        return [_bar_trace(mark, drawn, page, {"color": fills[mark], "line": line}, edge)]
    edge = 0 if mark in STUBS else 1
    return [
        _bar_trace(
            mark, drawn, page, {"color": colour, "pattern": hatch, "line": {"width": edge, "color": colour}}, edge
        )
    ]


def _bar_trace(mark: str, drawn: pd.DataFrame, page: Page, look: dict[str, Any], edge: float) -> Trace:
    """Draw bars from their first to their last midnight; an edge is inside the height of the bar."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": time_of(drawn["first"]),
        "x": (drawn["last"] - drawn["first"]).to_numpy(float) * DAY,
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
        "x": time_of(days),
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
        "x": (xs * DAY).ravel(),
        "y": ys.ravel(),
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": mark,
        "customdata": np.repeat(drawn["record_id"].to_numpy(object), xs.shape[1]),
    }


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
    middle, titles, names = (low + high) / 2 * DAY, escaped(records["label"]), escaped(records["record_id"])
    return [
        {
            "type": "scatter",
            "mode": "none",
            "x": middle[code == kind],
            "y": row[code == kind],
            **silent("record"),
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


def _label_trace(records: pd.DataFrame, hover: pd.Series, page: Page) -> list[Trace]:
    """Write the labels: at the left of the plot, or above the bars."""
    above = (page.bar / 2 + 1 + page.font * LINE / 2) / page.pitch if page.narrow else 0.0
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
    ink = LEGEND_INK
    looks = {
        mark: trace
        for mark in page.legend
        if mark not in ("veil", *DAYS, "window", "ongoing")
        for trace in _bar(mark, ink, _nothing(), page, 0.0)
    }
    symbols: dict[str, dict[str, Any]] = {
        "day": {"symbol": "diamond", "size": 12, "color": ink},
        "day corroborated": {
            "symbol": "diamond",
            "size": 11,
            "color": tint(ink, CORROBORATED),
            "line": {"width": 1.5, "color": ink},
        },
        "window": {"symbol": "diamond", "size": 10, "color": PAPER, "line": {"width": 2, "color": ink}},
        "ongoing": {"symbol": "triangle-right", "size": 14, "color": ink},
        "veil": {"symbol": "square", "size": 14, "color": VEIL},
    }
    if len(page.rows) > MANY:
        shades = {mark: shade for mark, shade in shades_of(ink).items() if mark != "window"}
        symbols |= {mark: {"symbol": "square", "size": 14, "color": shade} for mark, shade in shades.items()}
        for mark in DENIED:
            line = {"width": 1.5, "color": edge_of(mark, ink)}
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
