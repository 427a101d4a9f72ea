"""How things look: inks on light and dark paper, sizes in pixels, and the measures of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Trace = dict[str, Any]
    # In pixels. A height of None: as much as a figure has; of infinity: a row of full size for each record.
    Size = tuple[int, float | None]

# Above MANY records bars are drawn as pictures (:mod:`.many`); below NARROW pixels labels stand above their bars.
MANY, NARROW = 5_000, 640

INK, MUTED, GRID, BAND, VEIL, PAPER = "#1F2328", "#57606A", "#E6E8EB", "#F6F7F8", "#DADDE1", "#FFFFFF"
# The line of the axis is the same on any paper.
AXIS = "#9AA1A9"
# The legend explains marks, not lanes.
LEGEND_INK = "#4D4D4D"
# What takes the place of each on dark paper; the twin of a lane's colour stands beside it in codebook.toml.
DARK_PAPER = "#15181C"
DARK = {INK: "#E6E8EB", MUTED: "#A6ADB5", GRID: "#2C3238", BAND: "#1C2126", VEIL: "#333A42"}
DARK |= {PAPER: DARK_PAPER, LEGEND_INK: "#B8BDC4"}
# How much colour there is in what is possible, and in what only other sources make certain.
SHARES = TINT, CORROBORATED = 0.12, 0.45
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"

# A gap is named only where lines are facts: of records, each has its own white.
LEGEND = {
    "certain": "certain (at least 4 px wide)",
    "corroborated": "certain by other sources",
    "possible": "possible",
    "start unknown": "start unknown",
    "end unknown": "end unknown",
    "ongoing": "still so at the source's end",
    "weak": "low confidence",
    "carried": "assumed to go on",
    "denied": "denied",
    "denied corroborated": "denied by other sources",
    "denied carried": "denial assumed to go on",
    "day": "event, day known",
    "day corroborated": "event, day by other sources",
    "day weak": "event, low confidence",
    "window": "event within a window",
    "disagree": "sources disagree",
    "gap": "white: no source speaks of it",
    "veil": "no source speaks",
}
STUBS = ("start unknown", "end unknown")
DIAMONDS = ("day", "day corroborated", "day weak")
SOLID = ("certain", "corroborated", "denied", "denied corroborated")
# Where a reader takes what was still so to go on, and outlines, which are white inside.
CARRIED = ("carried", "denied carried")
DENIED = ("denied", "denied corroborated", "denied carried")
_PALE_EDGES = (*CARRIED, "denied corroborated", "weak", "day weak")

# The least width of a solid bar and of an outline, in pixels; the height of a line of text, in font sizes.
BRIEF, OUTLINED, LINE = 4, 6, 1.12
MILLISECONDS = 86_400_000.0


class Band(NamedTuple):
    """A lane as it is drawn: its title, its colour, and from where to where it reaches, in rows."""

    title: str
    colour: str
    first: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The measures of a figure: pixels, days since 1970-01-01, and rows counted from the top.

    ``pitch``, ``font`` and ``bar`` are the pixels of a row, a label and a bar; ``rows`` is where each record stands;
    ``labels`` are empty where there is no room for them; ``spoken`` is the midnight after the last word of a source, or
    NaN. The legend stands in one or two ``halves``, ``key`` pixels high, of entries ``entry`` wide. Of ``tall`` pages
    days and legend stand above the plot.
    """

    width: int
    height: float
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
    halves: int = 1
    key: float = 0.0
    entry: float = 0.0
    tall: bool = False

    @property
    def narrow(self) -> bool:
        """Whether labels stand above their bars."""
        return self.width < NARROW

    @property
    def pixel(self) -> float:
        """The days that a pixel of the plot stands for."""
        return (self.days[1] - self.days[0]) / (self.width - self.margin["l"] - self.margin["r"])

    @property
    def shift(self) -> float:
        """How far below the middle of its row a mark stands, in rows."""
        return 0.5 - (self.bar / 2 + 2) / self.pitch if self.narrow else 0.0

    @property
    def head(self) -> float:
        """The height of an arrowhead in pixels: taller than a bar where there is room."""
        return max(min(self.bar + 6, self.bar + 4 if self.narrow else self.pitch - 1), 5.0)


def tint(colour: str, share: float, paper: str = PAPER) -> str:
    """Mix a colour into the paper, both as ``#RRGGBB``.

    >>> tint("#000000", 0.12)
    '#E0E0E0'
    """
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(paper[1:]), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def edge_of(mark: str, colour: str) -> str:
    """Return the colour of an outline: a tint where only other sources deny, few say so, or nobody does."""
    return tint(colour, CORROBORATED) if mark in _PALE_EDGES else colour


def milliseconds(days: pd.Series) -> Floats:
    """Turn days into the time of plotly's axes."""
    return days.to_numpy(float) * MILLISECONDS
