"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .marks import MARKS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


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


FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"


LEGEND_INK = "#4D4D4D"


DAY = 86_400_000.0


SIDE, AFTER = 12, 16


HEAD_LENGTH = 0.6


STUB, BRIEF, OUTLINED, STEM = 26, 4, 6, 2


GAP = 0.85


LEAST_FONT, LINE = 9.0, 1.12


SHARES = TINT, CORROBORATED = 0.12, 0.45


STUBS = ("start unknown", "end unknown")


DAYS = ("day", "day corroborated")


DENIED = ("denied", "denied corroborated")


SOLID = ("certain", "corroborated", *DENIED)


BARRED = np.isin(MARKS, [*SOLID, *STUBS, "possible", "window"])


SYMBOLS = ~np.isin(MARKS, [*SOLID, *STUBS, "possible"])


FOUR_DIGITS = (np.arange(10_000)[:, None] // [1_000, 100, 10, 1] % 10 + ord("0")).astype(np.uint8)


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


def edge_of(mark: str, colour: str) -> str:
    """Give the colour of an outline: that of a denial is a tint where only other sources deny."""
    return tint(colour, CORROBORATED) if mark == "denied corroborated" else colour


def arrowhead(colour: str, page: Page, *, hollow: bool) -> dict[str, Any]:
    """Look like an arrowhead whose tip is the end of the day, never past it."""
    # plotly's triangle is 2/√3 times as wide as its size, and its tip stands half its size before its middle.
    size = (head_of(page) - 2 * hollow) * 3**0.5 / 2
    look = {"symbol": "triangle-up", "angle": 90, "size": size, "standoff": size / 2 + hollow}
    return {**look, "color": PAPER if hollow else colour, "line": {"width": 1.5 * hollow, "color": colour}}


def head_of(page: Page) -> float:
    """Give the height of an arrowhead in pixels: taller than a bar where there is room."""
    return max(min(page.bar + 6, page.bar + 4 if page.narrow else page.pitch - 1), 5.0)


def time_of(days: pd.Series) -> Floats:
    """Turn days into plotly's milliseconds."""
    return days.to_numpy(float) * DAY
