"""Where everything stands on the page: rows, labels, lanes, the axis of days, and each mark."""

from __future__ import annotations

import itertools
import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError

from .captions import escape, escape_one
from .look import BRIEF, INK, LEGEND, LINE, MANY, MUTED, NARROW, Band, Page
from .marks import GAP as GAP_MARK
from .marks import extent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .look import Floats, Size

# Pixels left of everything and right of the plot, and of what stands for a side that is unknown.
SIDE, AFTER, STUB = 12, 16, 26
# In rows: the middle of the first, what is left free below the last, the height of an empty plot, and the gap between
# lanes where their names stand in it.
FIRST_ROW, BELOW_LAST, EMPTY, GAP = 0.5, 0.7, 2.0, 0.85
_LEAST_FONT = 9.0
# How much of a wide figure the names of lanes may take, beside the labels.
LANE_SHARE = 0.17
_SHORTEST_AXIS = 30.0
# The pixels of a row of full size, and the least with a label, in a wide and in a narrow figure.
_PITCH, _FACT_PITCH, _LEAST_PITCH = (26, 36), (20, 34), (12, 25)
# Lines that take more pixels than this are scrolled through: days and legend stand above them too.
_TALL, UPPER_AXIS = 1_000, 26
# Up to so many records get rows of full size; more are packed into so many pixels.
_LABELLED, _PACKED = 200, 900


def arrange(
    records: pd.DataFrame,
    spans: pd.DataFrame,
    size: Size,
    window: tuple[float, float],
    heading: tuple[str, str],
    *,
    facts: bool = False,
) -> Page:
    """Find room for every row, label, lane and entry of the legend, or say that there is none.

    ``size`` is in pixels, a height of None is as much as the rows need, packed where they are many; ``window`` is the
    first day of the axis and the midnight that ends it, NaN: from the data; ``heading`` is the title and the line under
    it. ``facts`` are lines: each is named, whatever there are, and a height that is too small for that is refused.
    """
    width, height = size
    narrow = width < NARROW
    rows, bottom_row, lanes = _rows_and_lanes(records, narrow=narrow)
    spoken = float(np.fmax.reduce(records["until"].to_numpy(float), initial=np.nan)) + 1
    legend = [mark for mark in LEGEND if (spans["mark"] == mark).any() or (mark == "veil" and not math.isnan(spoken))]
    text, top = _written_heading(heading, width)
    halves = 2 if facts and not narrow else 1
    entry = _entry_width(legend, narrow=narrow)
    key = (17 if narrow else 20) * _legend_lines(len(legend), width, entry, halves)
    tall, (top, bottom, height) = _stacked(len(records), bottom_row, (top, key, height), facts=facts, narrow=narrow)
    pitch = (height - top - bottom) / bottom_row
    if facts and len(records) and not _font_and_bar(pitch, narrow=narrow)[0]:
        raise InvalidValueError(_too_low(len(records), height, top + bottom + _LEAST_PITCH[narrow] * bottom_row))
    if pitch <= 0:
        raise InvalidValueError(f"height {height} leaves no room for the rows: it must be above {top + bottom} pixels")
    font, bar = _font_and_bar(pitch, narrow=narrow)
    labels, column = _fitted(records["label"] if font else pd.Series([], dtype=object), width, font, narrow=narrow)
    # The names of the lanes stand beside the labels.
    if lanes and not narrow:
        widest = float(_text_width(pd.Series([lane.title for lane in lanes]), 13, bold=True).max())
        column += min(widest, width * LANE_SHARE) + 14
    left = SIDE + (0 if narrow else column + 8)
    return Page(
        width=width,
        height=height,
        margin={"l": left, "r": AFTER, "t": top, "b": bottom},
        pitch=pitch,
        font=font,
        bar=bar,
        rows=rows,
        bottom_row=bottom_row,
        labels=labels,
        lanes=lanes,
        days=_axis_days(_anchored(records, spans[spans["mark"] != GAP_MARK]), spoken, window, width - left - AFTER),
        spoken=spoken,
        heading=text,
        legend=legend,
        halves=halves,
        key=key,
        entry=entry,
        tall=tall,
    )


def _stacked(
    count: int, bottom_row: float, pixels: tuple[int, int, float | None], *, facts: bool, narrow: bool
) -> tuple[bool, tuple[int, int, float]]:
    """Say whether a page is tall, with days and legend above its rows, and return what stands above, below, and all.

    ``pixels`` are those of the heading, of the legend and of the whole, None: as many as the rows need.
    """
    above, key, height = pixels
    full = (_FACT_PITCH if facts else _PITCH)[narrow] * bottom_row
    tall = facts and full > _TALL
    top, bottom = (above + key + UPPER_AXIS, 40) if tall else (above, 40 + key)
    if height is None:
        packed = count > _LABELLED and not facts
        height = round(top + bottom + max(_PACKED if packed else full, 60))
    return tall, (top, bottom, height)


def placed(records: pd.DataFrame, spans: pd.DataFrame, hover: pd.Series, page: Page) -> pd.DataFrame:
    """Return every mark with its row, colour, words and record; a side that is unknown gets a stub of fixed length."""
    at, anchored = spans["record"].to_numpy(), _anchored(records, spans)
    stub = STUB * page.pixel
    colour = pd.Categorical(records["colour"])
    ends_in = records["end_earliest"].to_numpy()[at] + 1 - spans["last"].to_numpy()
    words = {}
    if len(records) <= MANY and "room" not in spans:
        words = {"hover": hover.to_numpy()[at], "record_id": records["record_id"].to_numpy()[at]}
    first, last = spans["first"].fillna(anchored["before"] - stub), spans["last"].fillna(anchored["after"] + stub)
    if "room" in spans:
        # A stub takes what room there is in its gap, and what is white is white as far as days are shown.
        gap = spans["mark"] == GAP_MARK
        first = first.where(spans["first"].notna(), np.fmax(first, spans["room"]))
        last = last.where(spans["last"].notna(), np.fmin(last, spans["room"]))
        first, last = first.where(~gap, first.clip(*page.days)), last.where(~gap, last.clip(*page.days))
    return spans.assign(
        # What ends within the arrowhead makes room for it too.
        still=records["still"].to_numpy(bool)[at] & (ends_in <= page.head * page.pixel),
        first=first,
        last=last,
        opens=spans["first"].isna(),
        closes=spans["last"].isna(),
        row=page.rows[at] + page.shift,
        colour=pd.Categorical.from_codes(colour.codes[at], colour.categories),
        **words,
    )


def lane_name_below(page: Page) -> float:
    """Return how far below the top of its band the name of a lane stands, in rows."""
    return GAP * 0.42 if page.narrow else 0.75


def lane_title(title: str, page: Page) -> str:
    """Shorten the name of a lane to the room that there is beside the labels, in bold letters of 13 pixels."""
    room = page.width - 2 * SIDE if page.narrow else max(page.width * LANE_SHARE, 60)
    while len(title) > 8 and _text_width(pd.Series([title]), 13, bold=True)[0] > room + 1:  # noqa: PLR2004
        title = title.removesuffix(" …")[:-1].rstrip() + " …"
    return title


def runs(values: NDArray[Any], within: slice) -> list[slice]:
    """Find the stretches of equal values in a part of an array.

    >>> runs(np.array([7, 7, 8]), slice(0, 3))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    edges = [*(starts_of_runs(values[within]) + within.start).tolist(), within.stop]
    return [slice(first, last) for first, last in itertools.pairwise(edges)]


def starts_of_runs(values: NDArray[Any]) -> NDArray[np.intp]:
    """Find where values differ from those before."""
    return np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])


def _rows_and_lanes(records: pd.DataFrame, *, narrow: bool) -> tuple[Floats, float, list[Band]]:
    """Return the row of each record, the bottom, and the lanes; a lane opens with a gap, or with room for its name."""
    gap, above, below = _spacing(narrow=narrow)
    titles, colours = records["lane"].cat, records["colour"].to_numpy()
    codes = titles.codes.to_numpy()
    lanes = runs(codes, slice(0, len(codes)))
    rank = np.repeat(np.arange(len(lanes)), [lane.stop - lane.start for lane in lanes])
    rows = np.arange(len(records)) + FIRST_ROW + (rank + narrow) * gap
    names = [str(titles.categories[codes[lane.start]]) for lane in lanes]
    bands = [
        Band(name, str(colours[lane.start]), rows[lane.start] - above, rows[lane.stop - 1] + below)
        for name, lane in zip(names, lanes, strict=True)
    ]
    return rows, float(rows[-1] + BELOW_LAST if len(rows) else EMPTY), bands


def _spacing(*, narrow: bool) -> tuple[float, float, float]:
    """Return, in rows, the gap between lanes, and how far a band reaches above its first row and below its last."""
    return (GAP, 0.5 + GAP, 0.5) if narrow else (0.5, 0.75, 0.75)


def _too_low(lines: int, height: float, least: float) -> str:
    """Say that so many lines cannot be named in a height, and in which they can."""
    do = f"leave it out, give at least {math.ceil(least)}, or choose types or entities"
    return f"height {height} is too little for the names of {lines} lines: {do}"


def _font_and_bar(pitch: float, *, narrow: bool) -> tuple[float, float]:
    """Return the pixels of a label and of a bar in a row of so many; a label has none where it could not be read."""
    font = min(11.0, max(_LEAST_FONT, pitch * 0.5)) if narrow else min(12.0, pitch * 0.76)
    bar = min(17.0, pitch - font * LINE - 1.5 if narrow else pitch * 0.66)
    if font < _LEAST_FONT or bar < BRIEF:
        return 0.0, min(17.0, max(pitch * 0.7, 0.5))
    return font, bar


def _fitted(labels: pd.Series, width: int, font: float, *, narrow: bool) -> tuple[pd.Series, float]:
    """Fit labels into their column, and return its width; what is too long ends in an ellipsis. All are escaped."""
    if not len(labels):
        return labels, 0.0
    room = width - 2.0 * SIDE if narrow else width * 0.4
    fitted = labels.astype(object)
    wide = _text_width(fitted, font) > room
    letters = max(int(room / (font * 0.5)) - 2, 8)
    # How many records there are stays readable.
    count = fitted[wide].str.extract(r"( \(\d+\))$")[0].fillna("")
    short = [label[: letters - len(number)].rstrip() + " …" for label, number in zip(fitted[wide], count, strict=True)]
    fitted[wide] = short + count
    return escape(fitted), float(_text_width(fitted, font).clip(upper=room).max())


def _text_width(text: pd.Series, font: float, *, bold: bool = False) -> pd.Series:
    """Estimate how many pixels text takes in Arial: narrow letters, capitals and full-width signs counted apart."""
    em = text.str.len() * 0.53
    em = em - text.str.count(r"[ijltfrI.,'’:;|()\s-]") * 0.24 + text.str.count("[A-HJ-Zmw@%&–→…]") * 0.17
    em = em + text.str.count(r"[\u2e80-\uffff]") * 0.5
    return em * font * (1.07 if bold else 1.0) + 4


def _written_heading(heading: tuple[str, str], width: int) -> tuple[str, int]:
    """Wrap title and subtitle, and return the pixels they take."""
    large, small = (16, 12) if width < NARROW else (20, 13)
    title = textwrap.wrap(heading[0], max(int((width - 2 * SIDE) / (large * 0.55)), 8))
    subtitle = textwrap.wrap(heading[1], max(int((width - 2 * SIDE) / (small * 0.5)), 8))
    sizes = [(f"<b>{escape_one(line)}</b>", large, INK) for line in title]
    sizes += [(escape_one(line), small, MUTED) for line in subtitle]
    lines = [f'<span style="font-size:{size}px;color:{ink}">{line}</span>' for line, size, ink in sizes]
    return "<br>".join(lines), round(sum(size * 1.3 for _, size, _ in sizes)) + (22 if width < NARROW else 28)


def _entry_width(legend: Sequence[str], *, narrow: bool) -> float:
    """Return the width of the widest entry of a legend without its symbol."""
    named = pd.Series([LEGEND[mark] for mark in legend], dtype=object)
    return float(_text_width(named, 11 if narrow else 12).max()) if len(named) else 0.0


def _legend_lines(entries: int, width: int, entry: float, halves: int) -> int:
    """Count the lines of the legend: each half is as wide as the plot, and every entry as the widest."""
    columns = max(int((width - 20 if width < NARROW else width * 0.48) // (entry + 42)), 1)
    return math.ceil(math.ceil(entries / halves) / columns)


def _anchored(records: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Add the day that a stub ``before`` a mark ends on, and that a stub ``after`` it begins on."""
    # That is its other side; of a window that is open on both, the days between that are stated.
    lower, upper = (pd.Series(side[spans["record"].to_numpy()], spans.index) for side in extent(records))
    return spans.assign(before=spans["last"].fillna(lower), after=spans["first"].fillna(upper + 1))


def _axis_days(anchored: pd.DataFrame, spoken: float, window: tuple[float, float], plot: float) -> tuple[float, float]:
    """Run the axis from the earliest drawn bound to the last day that a source speaks, stubs included.

    What lies outside the window that is asked for has no say in how wide a margin is.
    """
    from_day, to_day = window
    before, after = anchored["before"].to_numpy(float), anchored["after"].to_numpy(float)
    low = float(np.fmin.reduce([np.fmin.reduce(side, initial=spoken) for side in (before, after)]))
    high = float(np.fmax.reduce([np.fmax.reduce(side, initial=spoken) for side in (before, after)]))
    if math.isnan(low):
        low, high = 0.0, _SHORTEST_AXIS
    low, high = low if math.isnan(from_day) else from_day, high if math.isnan(to_day) else to_day
    stub = max(high - low, _SHORTEST_AXIS) * STUB / plot
    low = float(np.fmin.reduce(before[anchored["first"].isna()] - stub, initial=low))
    high = float(np.fmax.reduce(after[anchored["last"].isna()] + stub, initial=high))
    if high - low < _SHORTEST_AXIS:
        low, high = (low + high - _SHORTEST_AXIS) / 2, (low + high + _SHORTEST_AXIS) / 2
    margin = (high - low) * 0.02
    return low - margin if math.isnan(from_day) else from_day, high + margin if math.isnan(to_day) else to_day
