"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .look import (
    BARRED,
    BRIEF,
    CORROBORATED,
    DAY,
    DAYS,
    DENIED,
    FOUR_DIGITS,
    OUTLINED,
    PAPER,
    SOLID,
    TILE,
    Page,
    edge_of,
    time_of,
    tint,
)
from .marks import MARKS
from .page import runs

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Trace = dict[str, Any]
    Floats = NDArray[np.float64]


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
    barred = np.flatnonzero(BARRED[mark])
    lane = records["lane"].cat.codes.to_numpy(np.int64)[at[barred]]
    group = (lane * (len(records) // TILE + 1) + at[barred] // TILE) * len(MARKS) + mark[barred]
    order = np.argsort(group, kind="stable")
    group, rows = group[order], barred[order]
    stretches = np.stack([drawn[name].to_numpy(float)[rows] for name in ("first", "last", "row")])
    colours, colour = drawn["colour"].cat.categories, drawn["colour"].cat.codes.to_numpy()
    return [
        _picture(
            {MARKS[group[run.start] % len(MARKS)]: stretches[:, run] for run in runs(group, tile)},
            str(colours[colour[rows[tile.start]]]),
            page,
        )
        for tile in runs(group // len(MARKS), slice(0, len(group)))
    ]


def fast_traces(mark: str, colour: str, drawn: pd.DataFrame, page: Page) -> list[Trace]:
    """Draw the symbols of one kind and colour with WebGL; bars and whiskers are in the pictures."""
    middle = (drawn["first"] + drawn["last"]) / 2
    size = max(min(page.bar, 10.0), 4.0)
    if mark in DAYS:
        shade = colour if mark == "day" else tint(colour, CORROBORATED)
        return [_fast_symbols(mark, middle, drawn, {"symbol": "diamond", "size": size, "color": shade})]
    if mark == "window":
        look = {"symbol": "diamond-open", "size": size, "color": colour}
        return [_fast_symbols(mark, middle, drawn, look)]
    if mark.startswith("ongoing"):
        look = {"symbol": "triangle-right", "size": size, "color": colour if mark == "ongoing" else PAPER}
        look["line"] = {"width": 0 if mark == "ongoing" else 1, "color": colour}
        return [_fast_symbols(mark, drawn["last"] - size / 2 * page.pixel, drawn, look)]
    return []


def shades_of(colour: str) -> dict[str, str]:
    """Give the shade that stands for each pattern where there are too many for a pattern."""
    shares = {"certain": 1.0, "window": 1.0, "corroborated": CORROBORATED}
    return {
        mark: tint(colour, shares.get(mark, 0.3)) for mark in np.array(MARKS)[BARRED].tolist() if mark not in DENIED
    }


def _fast_symbols(mark: str, days: pd.Series, drawn: pd.DataFrame, look: dict[str, Any]) -> Trace:
    """Draw symbols with WebGL."""
    place = {"x": time_of(days), "y": drawn["row"].to_numpy(float)}
    return {"type": "scattergl", "mode": "markers", **place, "marker": look, **silent(mark)}


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
        "x": left * DAY,
        "sizex": days * DAY,
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
    near = f"@media(min-height:{BRIEF * pixel:.0f}px){{.near{{display:inline}}.far{{display:none}}}}"
    return f"<style>{far}{near}</style>"


def _share(page: Page) -> float:
    """Give how much of its row a bar in a picture fills."""
    return min(page.bar / page.pitch, 0.7)


def _paths(mark: str, stretches: Floats, colour: str, corner: tuple[float, float], page: Page) -> str:
    """Write bars twice, as high as a bar and a pixel high, so that none is lost; what is brief is 4 px wide."""
    first, last, row = stretches
    place = first - corner[0], last - first, row - corner[1] - 0.5
    brief = [part[(last - first < BRIEF * page.pixel) & (mark in SOLID)] for part in place]
    dots = _stretches(brief[0], 0 * brief[1], brief[2])
    if mark in DENIED:
        return _outlines(place, dots, edge_of(mark, colour), page)
    stroke, path = shades_of(colour)[mark], _stretches(*place)
    found = _line(stroke, 1, path)
    if mark != "window":
        bar = f"<path class='bar' stroke='{stroke}' stroke-width='{_share(page):.2f}' d='{path}'/>"
        found = f"{bar}<g class='far'>{found}</g>{_line(stroke, BRIEF, dots, cap='square')}"
    return f"<g transform='translate(0 .5)'>{found}</g>"


def _outlines(place: tuple[Floats, Floats, Floats], dots: str, colour: str, page: Page) -> str:
    """Write bars as white with an edge; from afar, where rows share a pixel, the edge is around them all."""
    path, share = _stretches(*place), _share(page)
    far = _line(colour, 3, path, cap="square") + _line(colour, OUTLINED, dots, cap="square")
    far += _line(PAPER, 1, path) + _line(PAPER, OUTLINED - 3, dots, cap="square")
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
    written = FOUR_DIGITS[whole % 10_000]
    more = whole // 10_000
    return np.concatenate([_digits(more), written], axis=1) if more.any() else written[:, -len(str(whole.max())) :]


def silent(mark: str) -> Trace:
    """Name a mark that says nothing when it is pointed at."""
    return {"name": mark, "meta": mark, "showlegend": False, "hoverinfo": "skip"}
