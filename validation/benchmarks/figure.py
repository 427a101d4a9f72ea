"""How long a timeline of many records takes to build and to draw, beside plotly express's.

``python validation/benchmarks/figure.py`` prints the table; ``--write`` also puts it into
``validation/benchmarks/figure.md``; ``--sizes 10000 100000`` draws fewer records. Building is the best
of several rounds in which both take turns. Drawing is one ``Plotly.newPlot`` in headless Chromium, with
all data in the page: "plot" is until plotly is done, "screen" until every picture is loaded and a
screenshot of the page is taken.
``px.timeline`` gets the certain stretch of each record as one bar. "ours" draws the possible stretch
and says what the record is as well; "ours, certain" has no possible stretch either.
``px.timeline`` is not drawn above ``--patience`` records, where it takes minutes.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.express as px
from plotly.offline import get_plotlyjs

from caucasus_events.drawing.figure import timeline
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.words import markdown_table

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
import browser

if TYPE_CHECKING:
    import plotly.graph_objects as go

HERE = Path(__file__).parent
ROUNDS = 5
TYPES = ["border_closed", "alliance", "membership", "supports", "controlled_territory"]
DRAW = """async () => {
  const chart = document.getElementById('chart');
  const figure = JSON.parse(document.getElementById('data').textContent);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  let loaded = 0;
  chart.addEventListener('load', () => { loaded += 1; }, true);
  const start = performance.now();
  await Plotly.newPlot(chart, figure.data, figure.layout);
  const plotted = performance.now();
  while (loaded < chart.querySelectorAll('image').length) await frame();
  await frame();
  await frame();
  return [(plotted - start) / 1000, (performance.now() - start) / 1000];
}"""


def records(count: int) -> pd.DataFrame:
    """Draw statuses of some weeks to two years, each bound a window of ten to thirty days."""
    chance = np.random.default_rng(20200723)
    start = chance.integers(0, 10_000, count)
    end = start + chance.integers(40, 800, count)
    days = [start, start + 10, end, end + 30]
    origin = np.datetime64("1990-01-01", "us")
    return pd.DataFrame(
        {
            "record_id": [f"record-{number}" for number in range(count)],
            "title": [f"Record {number}" for number in range(count)],
            "kind": "status",
            "type": chance.choice(TYPES, count),
            **{name: origin + bound.astype("timedelta64[D]") for name, bound in zip(BOUNDS, days, strict=True)},
        }
    )


def ours(frame: pd.DataFrame) -> go.Figure:
    """Draw all there is to say of each record."""
    return timeline(frame, width=1200, height=900)


def certain(frame: pd.DataFrame) -> go.Figure:
    """Draw what px.timeline draws: the certain stretch of each record."""
    return ours(frame.assign(start_earliest=frame["start_latest"], end_latest=frame["end_earliest"]))


def theirs(frame: pd.DataFrame) -> go.Figure:
    """Draw one bar a record."""
    shown = px.timeline(
        frame, x_start="start_latest", x_end="end_earliest", y=frame.index, color="type", hover_name="title"
    )
    return shown.update_layout(width=1200, height=900)


BUILDERS = {"ours": ours, "ours, certain": certain, "px.timeline": theirs}


def built(frames: dict[int, pd.DataFrame]) -> dict[tuple[int, str], float]:
    """Measure building: the best of the rounds, in turns."""
    best: dict[tuple[int, str], float] = {}
    for _ in range(ROUNDS):
        for count, frame in frames.items():
            for name, draw in BUILDERS.items():
                start = time.perf_counter()
                draw(frame)
                taken = time.perf_counter() - start
                best[count, name] = min(taken, best.get((count, name), taken))
    return best


def drawn(running: Any, shown: go.Figure) -> list[float]:
    """Measure drawing once, in a page of its own: until plotly is done, and until it is on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        data = shown.to_json().replace("<", "\\u003c")
        path.write_text(
            f'<!DOCTYPE html><div id="chart"></div><script id="data" type="application/json">{data}</script>'
            f"<script>{get_plotlyjs()}</script>",
            encoding="utf-8",
        )
        page = running.new_page(viewport={"width": 1240, "height": 950})
        page.set_default_timeout(600_000)
        page.goto(path.as_uri(), timeout=600_000)
        plotted, shown_after = page.evaluate(DRAW)
        start = time.perf_counter()
        page.screenshot(timeout=600_000)
        taken = [plotted, shown_after + time.perf_counter() - start]
        page.close()
    return taken


def report(sizes: list[int], patience: int) -> str:
    """Measure everything and lay it out as Markdown."""
    frames = {count: records(count) for count in sizes}
    best = built(frames)
    rows = []
    with browser.browser() as running:
        for count, frame in frames.items():
            for name, draw in BUILDERS.items():
                late = name == "px.timeline" and count > patience
                seconds = ["not drawn"] * 2 if late else [f"{part:.2f}" for part in drawn(running, draw(frame))]
                rows.append([f"{count:,}", name, f"{best[count, name]:.2f}", *seconds])
                print(*rows[-1], sep="; ")
    return markdown_table(["records", "builder", "build, s", "plot, s", "screen, s"], rows, right=(0, 2, 3, 4))


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--patience", type=int, default=100_000, help="largest px.timeline that is drawn")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    how = f"`python validation/benchmarks/figure.py --write`; {machine}, plotly {version('plotly')}."
    words = (__doc__ or "").split("\n", 2)[2]
    text = f"# Timelines of many records\n\n{how}\n\n{words}\n{report(options.sizes, options.patience)}\n"
    if options.write:
        (HERE / "figure.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
