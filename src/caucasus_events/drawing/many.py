"""What serves only more than ``MANY`` records: bars as pictures, symbols by WebGL, words by the browser.

plotly moves and stretches each picture as one, and the browser draws it. Measured for 100,000 records, until they are
on the screen: bars of plotly 9 s, WebGL computed by the processor 17 s, shapes 2 s, pictures 1 s, because nothing is
computed record by record in JavaScript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.model import words
from caucasus_events.model.bounds import BOUNDS

from . import look
from .captions import ON, STILL_SO, escape_many
from .marks import MARKS
from .page import runs, starts_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .look import Floats, Page, Trace

# A picture holds at most so many rows.
TILE = 10_000
# By the number of a mark: whether it is a bar of the pictures, and whether it is a symbol. A window is both.
_BARS = [*look.SOLID, *look.STUBS, *look.CARRIED, "possible", "weak"]
BARRED, SYMBOLS = np.isin(MARKS, [*_BARS, "window"]), ~np.isin(MARKS, _BARS)
# What plotly is asked to write of year, month and day.
_DATE_PARTS = tuple(enumerate(("04d", "02d", "02d")))
_NUMERALS = (np.arange(10_000)[:, None] // [1_000, 100, 10, 1] % 10 + ord("0")).astype(np.uint8)


def underlaid(spans: pd.DataFrame) -> pd.DataFrame:
    """Join what is possible before and after into one stretch that the certain one is drawn over."""
    loose = (spans["mark"] == "possible").to_numpy()
    record, first, last = (spans[name].to_numpy()[loose] for name in ("record", "first", "last"))
    if not len(record):
        return spans
    order = np.argsort(record, kind="stable")
    starts = starts_of_runs(record[order])
    found = record[order][starts]
    joined = {"first": np.minimum.reduceat(first[order], starts), "last": np.maximum.reduceat(last[order], starts)}
    mark = pd.Categorical.from_codes(np.full(len(found), MARKS.index("possible"), np.int8), pd.Index(MARKS))
    return pd.concat([spans[~loose], pd.DataFrame({"record": found, "mark": mark, **joined})], ignore_index=True)


def pictures(drawn: pd.DataFrame, records: pd.DataFrame, page: Page) -> list[dict[str, Any]]:
    """Draw the bars as vector pictures that zoom with the axes: at most ``TILE`` rows of one lane each.

    ``name`` lists the marks of a picture and how many there are of each.
    """
    mark, at = drawn["mark"].cat.codes.to_numpy(), drawn["record"].to_numpy()
    barred = np.flatnonzero(BARRED[mark])
    lane = records["lane"].cat.codes.to_numpy(np.int64)[at[barred]]
    # One number a lane, tile and mark, in this order: sorted once, a run of it is a mark of a picture, a run of its
    # quotient by the marks a picture.
    group = (lane * (len(records) // TILE + 1) + at[barred] // TILE) * len(MARKS) + mark[barred]
    order = np.argsort(group, kind="stable")
    group, rows = group[order], barred[order]
    places = np.stack([drawn[name].to_numpy(float)[rows] for name in ("first", "last", "row")])
    colours, colour = drawn["colour"].cat.categories, drawn["colour"].cat.codes.to_numpy()
    return [
        _picture(
            {MARKS[group[run.start] % len(MARKS)]: places[:, run] for run in runs(group, tile)},
            str(colours[colour[rows[tile.start]]]),
            page,
        )
        for tile in runs(group // len(MARKS), slice(0, len(group)))
    ]


def symbol_traces(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw the symbols of one kind and colour with WebGL."""
    days = (drawn["first"] + drawn["last"]) / 2
    size = max(min(page.bar, 10.0), 4.0)
    style: dict[str, Any] = {"symbol": "diamond", "size": size, "color": colour}
    if mark in ("day corroborated", "day weak"):
        style["color"] = look.tint(colour, look.TINT if mark == "day weak" else look.CORROBORATED)
    elif mark == "window":
        style["symbol"] = "diamond-open"
    elif mark not in look.DIAMONDS:
        going_on = mark == "ongoing"
        days = drawn["last"] - size / 2 * page.pixel
        style |= {"symbol": "triangle-right", "color": colour if going_on else look.PAPER}
        style["line"] = {"width": 0 if going_on else 1, "color": colour}
    place = {"x": look.milliseconds(days), "y": drawn["row"].to_numpy(float)}
    return [{"type": "scattergl", "mode": "markers", **place, "marker": style, **_silent(mark)}]


def targets(drawn: pd.DataFrame, records: pd.DataFrame) -> list[Trace]:
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
    event, still = (records[name].to_numpy(bool) for name in ("event", "still"))
    # Began and ended in one window: a null is like a null.
    point = event & ~still & ((days[:2] == days[2:]) | (np.isnan(days[:2]) & np.isnan(days[2:]))).all(axis=0)
    # Eight flags a record, packed into one number; :func:`_template` reads them in this order.
    flags = [*np.isnan(days), start == start_latest, end_earliest == end, still, point]
    code, kinds = pd.factorize(np.packbits(flags, axis=0, bitorder="little")[0])
    calendar, middle = _calendar(days), (low + high) / 2 * look.MILLISECONDS
    titles, ids = escape_many(records["label"]), escape_many(records["record_id"])
    columns = {"x": middle, "y": row, "text": titles, "hovertext": ids, "customdata": calendar}
    point_like = {"type": "scatter", "mode": "none", **_silent("record"), "hoverinfo": "all"}
    return [
        {
            **point_like,
            "hovertemplate": f"<b>%{{text}}</b><br>{_template(int(flag))}<br>%{{hovertext}}<extra></extra>",
            **{name: values[code == kind] for name, values in columns.items()},
        }
        for kind, flag in enumerate(kinds)
    ]


def shades_of(colour: str) -> dict[str, str]:
    """Return the shade that stands for each pattern where there are too many for a pattern."""
    shares = {"certain": 1.0, "window": 1.0, "corroborated": look.CORROBORATED, "carried": look.TINT}
    shaded = [mark for mark in np.array(MARKS)[BARRED].tolist() if mark not in look.DENIED]
    return {mark: look.tint(colour, shares.get(mark, 0.3)) for mark in shaded}


def _silent(mark: str) -> Trace:
    """Name a mark that says nothing when it is pointed at."""
    return {"name": mark, "meta": mark, "showlegend": False, "hoverinfo": "skip"}


def _calendar(days: Floats) -> NDArray[np.int16]:
    """Return year, month and day of each day, side by side; what is null is never shown."""
    codes, each = pd.factorize(np.nan_to_num(days).astype(np.int32).ravel())
    date = each.astype("datetime64[D]")
    year, month = date.astype("datetime64[Y]"), date.astype("datetime64[M]")
    parts = [year.astype(int) + 1970, (month - year).astype(int) + 1, (date - month).astype(int) + 1]
    written = np.stack(parts, axis=1).astype(np.int16)[codes]
    return np.concatenate(written.reshape(len(BOUNDS), -1, len(parts)), axis=1)


def _template(flags: int) -> str:
    """Write dates for the browser to fill in; the bits say which are null, equal, going on or one window.

    >>> _template(0b00001111)
    'start unknown<br>end unknown'
    """
    one_start, one_end, still, point = (flags >> bit & 1 for bit in range(4, 8))
    start_earliest, start_latest, end_earliest, end_latest = (
        ""
        if flags >> place & 1
        else "-".join(f"%{{customdata[{3 * place + part}]:{form}}}" for part, form in _DATE_PARTS)
        for place in range(len(BOUNDS))
    )
    start = words.window(start_earliest, start_earliest if one_start else start_latest)
    if point:
        return start
    if still:
        return f"start {start}<br>{STILL_SO}{ON + end_earliest if end_earliest else ''}"
    return f"start {start}<br>end {words.window(end_earliest, end_earliest if one_end else end_latest)}"


def _picture(marks: dict[str, Floats], colour: str, page: Page) -> dict[str, Any]:
    """Draw the bars of neighbouring rows as one picture, in days and rows counted from its corner."""
    first, last, row = np.concatenate([*marks.values()], axis=1)
    left, top = np.floor(first.min()), row.min() - 0.5
    days, rows = np.ceil(last.max()) - left + 1, round(row.max() - top + 0.5)
    shapes = [_svg_bars(mark, part, colour, (left, top), page) for mark, part in marks.items()]
    # A browser blends strokes lower than a pixel one by one and rounds each time: a thousand make another colour.
    pixel = rows / _bar_share(page)
    far = f".near{{display:none}}@media(max-height:{pixel:.0f}px){{.bar{{display:none}}}}"
    near = f"@media(min-height:{look.BRIEF * pixel:.0f}px){{.near{{display:inline}}.far{{display:none}}}}"
    head = f"viewBox='0 0 {days:.0f} {rows}' preserveAspectRatio='none' fill='none' shape-rendering='crispEdges'"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' {head}><style>{far}{near}</style>{''.join(shapes)}</svg>"
    name = " ".join(f"{mark}: {part.shape[1]};" for mark, part in marks.items())
    across = {"xref": "x", "x": left * look.MILLISECONDS, "sizex": days * look.MILLISECONDS, "xanchor": "left"}
    down = {"yref": "y", "y": top, "sizey": rows, "yanchor": "top", "sizing": "stretch"}
    # Above, it would cover the symbols that WebGL draws.
    placed = {**across, **down, "layer": "below"}
    return {"name": name, "source": "data:image/svg+xml," + svg.replace("#", "%23"), **placed}


def _bar_share(page: Page) -> float:
    """Return how much of its row a bar in a picture fills."""
    return min(page.bar / page.pitch, 0.7)


def _svg_bars(mark: str, places: Floats, colour: str, corner: tuple[float, float], page: Page) -> str:
    """Write bars twice, as high as a bar and a pixel high, so that none is lost; what is brief is 4 px wide."""
    first, last, row = places
    boxes = first - corner[0], last - first, row - corner[1] - 0.5
    brief = [part[(last - first < look.BRIEF * page.pixel) & (mark in look.SOLID)] for part in boxes]
    dots = _path(brief[0], 0 * brief[1], brief[2])
    if mark in look.DENIED:
        return _svg_outlines(boxes, dots, look.edge_of(mark, colour), page)
    shade, path = shades_of(colour)[mark], _path(*boxes)
    found = _stroke(shade, 1, path)
    if mark != "window":
        bar = f"<path class='bar' stroke='{shade}' stroke-width='{_bar_share(page):.2f}' d='{path}'/>"
        found = f"{bar}<g class='far'>{found}</g>{_stroke(shade, look.BRIEF, dots, cap='square')}"
    return f"<g transform='translate(0 .5)'>{found}</g>"


def _svg_outlines(boxes: tuple[Floats, Floats, Floats], dots: str, colour: str, page: Page) -> str:
    """Write bars as white with an edge; from afar, where rows share a pixel, the edge is around them all."""
    path, share = _path(*boxes), _bar_share(page)
    far = _stroke(colour, 3, path, cap="square") + _stroke(colour, look.OUTLINED, dots, cap="square")
    far += _stroke(look.PAPER, 1, path) + _stroke(look.PAPER, look.OUTLINED - 3, dots, cap="square")
    near = _stroke(colour, 1.5, _path(*boxes, height=f"{share:.2f}"), fill=look.PAPER)
    near = f"<g class='near' transform='translate(0 {(1 - share) / 2:.2f})'>{near}</g>"
    return f"<g class='far' transform='translate(0 .5)'>{far}</g>{near}"


def _stroke(colour: str, width: float, path: str, *, cap: str = "butt", fill: str = "none") -> str:
    """Write a path whose stroke is of so many pixels, however far it is stretched."""
    if not path:
        return ""
    style = f"stroke='{colour}' stroke-width='{width}' stroke-linecap='{cap}' fill='{fill}'"
    return f"<path {style} vector-effect='non-scaling-stroke' d='{path}'/>"


def _path(days: Floats, lengths: Floats, rows: Floats, height: str = "") -> str:
    """Write level lines as a path, or boxes; every number has the same digits, so that all are written at once.

    >>> _path(np.array([5.0, 120.0]), np.array([30.0, 7.0]), np.array([0.0, 1.0]))
    'M005 0h30M120 1h07'
    """
    if not len(days):
        return ""
    parts = [("M", days), (" ", rows), ("h", lengths), *([(f"v{height}h-", lengths)] if height else [])]
    columns = [column for sign, numbers in parts for column in (_column_of(sign, len(days)), _digits(numbers))]
    if height:
        columns.append(_column_of("z", len(days)))
    return np.concatenate(columns, axis=1).tobytes().decode("ascii")


def _column_of(text: str, count: int) -> NDArray[np.uint8]:
    """Repeat a text, a row each."""
    return np.tile(np.frombuffer(text.encode("ascii"), np.uint8), (count, 1))


def _digits(numbers: NDArray[Any]) -> NDArray[np.uint8]:
    """Write whole numbers that are not negative as ASCII, a row each, filled up with zeros."""
    whole = np.rint(numbers).astype(np.int32)
    written = _NUMERALS[whole % 10_000]
    more = whole // 10_000
    return np.concatenate([_digits(more), written], axis=1) if more.any() else written[:, -len(str(whole.max())) :]
