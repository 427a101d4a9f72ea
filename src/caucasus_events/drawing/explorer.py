"""The explorer: one HTML file with the timeline, the answers on any day, and the evidence behind every bar.

The page asks nothing of the network and executes nothing of the data. Its answers are computed here, with the function
behind ``as_of``; the page only looks up the stretch that holds a day.
"""

from __future__ import annotations

import base64
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from caucasus_events.asking import documents
from caucasus_events.model import codebook, layers
from caucasus_events.model.asked import path as asked_path
from caucasus_events.model.rows import sha256
from caucasus_events.reading import tables
from caucasus_events.reading.targets import whole_file

from . import look
from .payload import payload

if TYPE_CHECKING:
    from pathlib import Path

    from .payload import Frames

# The tables that the page is made of.
EXPLORED = (*tables.DATED, "entities", "participants", "evidence", "sources", "corroborations", "references")
_SCRIPTS = ("explorer_facts.js", "explorer_chart.js", "explorer.js")
# The inks of the page by their names in its style, on light and on dark paper.
_INKS = {
    "ink": look.INK,
    "muted": look.MUTED,
    "grid": look.GRID,
    "band": look.BAND,
    "veil": look.VEIL,
    "paper": look.PAPER,
    "legend": look.LEGEND_INK,
}
_OTHERS = {
    "light": {"line": "#D0D7DE", "accent": "#0B57D0", "yes": "#0F6B3A", "no": "#9B2226", "chosen": "#E3ECFA"},
    "dark": {"line": "#3A4149", "accent": "#8AB4F8", "yes": "#6FD39B", "no": "#F0868A", "chosen": "#1F3048"},
}


def write_explorer(path: str | Path, *, layer: str = layers.BEST, texts: str | Path | None = None) -> Path:
    """Write the dataset as one HTML page that anybody can open, with nothing installed and no network.

    The page holds the lines of :func:`caucasus_events.timeline`, one for every fact; a day box and
    slider with the answer to each on that day, who says so, and the reason where it is unknown, as
    :func:`caucasus_events.as_of` gives them in every layer and at every confidence, and as it gives
    them if what was still so is carried to a day that a reader writes down; all records of a fact
    with the passages behind them in their context, or what their sources say, and what other
    sources say of their dates; the same facts as a table that sorts; search and filters, also by
    what changed in a year; an address that restores what is shown; and what is shown as CSV.

    Parameters
    ----------
    path
        The file to write; one that is there is overwritten, once the page is complete. A link is
        followed; a device or a pipe is written to.
    layer
        Which layer the page opens with, ``"seed"``, ``"corroborated"`` or ``"reported"`` (see
        :func:`caucasus_events.load`); it holds all, and a reader can change between them.
    texts
        A folder that holds the documents (see :func:`caucasus_events.evidence`): the page shows
        every passage with its words and its context, and is not to be passed on where a document
        is not. Without it, with the words that are shipped.

    Returns
    -------
    Path
        The file. The same dataset gives the same bytes.

    Raises
    ------
    UnwritableError
        If the file cannot be written (an ``OSError``).
    InvalidValueError
        If there is no such layer, or a document is not in the folder (a ``ValueError``).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_explorer(f"{folder}/explorer.html").name
    'explorer.html'
    """
    path = asked_path("path", path)
    frames = {name: tables.load(name) for name in EXPLORED}
    frames["evidence"] = documents.in_words(frames["evidence"], texts)
    html = page_of(frames, layer)
    with whole_file(path) as partial:
        partial.write_text(html, encoding="utf-8", newline="\n")
    return path


def page_of(frames: Frames, layer: str = layers.BEST) -> str:
    """Write the page of the tables ``EXPLORED``; its Content-Security-Policy allows its own script and style alone."""
    home = resources.files(__package__)
    read = {name: home.joinpath(name).read_text("utf-8") for name in (*_SCRIPTS, "explorer.css", "explorer.html")}
    script = "\n".join(read[name] for name in _SCRIPTS)
    style = _inks() + read["explorer.css"]
    whole = {"layer": layers.checked(layer), **payload(frames)}
    policy = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}"
    parts = {
        "POLICY": f"{policy}; base-uri 'none'; form-action 'none'",
        "STYLE": style,
        "DATA": _as_json(whole),
        "SCRIPT": script,
    }
    return re.sub("@@([A-Z]+)@@", lambda found: parts[found[1]], read["explorer.html"])


def _hash(text: str) -> str:
    """Name a script or a style by what it is, as a policy allows it."""
    return f"'sha256-{base64.b64encode(bytes.fromhex(sha256(text.encode()))).decode()}'"


def _as_json(whole: dict[str, Any]) -> str:
    """Write data into a script element: ``<`` alone could end it, and half a character is no text of UTF-8."""
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=np.generic.item)
    return re.sub("[<\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _inks() -> str:
    """Write the inks of page and lanes as variables of the style, on light and on dark paper; print is light."""
    lanes = [*codebook.lanes().values()]
    light = _INKS | _OTHERS["light"]
    dark = {name: look.DARK[ink] for name, ink in _INKS.items()} | _OTHERS["dark"]
    bright = _variables(light, [lane.colour for lane in lanes])
    return (
        bright
        + f"@media screen and (prefers-color-scheme: dark) {{\n{_variables(dark, [one.dark for one in lanes])}}}\n"
    )


def _variables(inks: dict[str, str], lanes: list[str]) -> str:
    """Write variables: of the page, and of each lane its ink and the two tints of it."""
    whole = " ".join(f"--{name}: {ink};" for name, ink in inks.items())
    each = "".join(
        f".l{place} {{ --c: {ink}; --tint: {look.tint(ink, look.CORROBORATED, inks['paper'])};"
        f" --faint: {look.tint(ink, look.TINT, inks['paper'])}; }}\n"
        for place, ink in [*enumerate(lanes), ("legend", inks["legend"])]
    )
    return f":root {{ {whole} }}\n{each}"
