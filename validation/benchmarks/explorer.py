"""How big the explorer is, how long it takes to open, and how smoothly it is stretched, beside the page of 1.1.0.

``python validation/benchmarks/explorer.py`` prints the table; ``--write`` also puts it into
``validation/benchmarks/explorer.md``. Both pages are opened in turns in headless Chromium, each time in a context of
its own: "open" is the median, from the start of navigation until the answers and the marks are there and the frame
after that has been drawn. "frames" are those of a second in which the axis is stretched with every line on the page,
from the median time between two of them; the page of 1.1.0 redraws with plotly, as its buttons do.
The page of 1.1.0 is written by its own code from its own data, both taken from git.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from caucasus_events.drawing.explorer import write_explorer
from caucasus_events.model.words import markdown_table
from caucasus_events.reading import tables

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
import browser

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BEFORE = "1.1.0"
ROUNDS = 9
FRAMES = 60
NOTHING = "–"
# Every frame looks whether the page is there; the one after it has it on the screen.
WATCH = """
const seen = () => {
  const words = document.querySelector('#summary')?.textContent;
  if (words && document.querySelector('#chart .mark, .main-svg .trace')) {
    requestAnimationFrame(() => setTimeout(() => { window.opened = performance.now(); }));
  } else {
    requestAnimationFrame(seen);
  }
};
requestAnimationFrame(seen);
"""
STRETCH = """async (count) => {
  const plotted = document.querySelector('.js-plotly-plot');
  const days = plotted && plotted._fullLayout.xaxis.range.map((day) => new Date(day).getTime());
  const times = [];
  let before = await new Promise(requestAnimationFrame);
  for (let turn = 0; turn < count; turn += 1) {
    if (plotted) {
      const by = (days[1] - days[0]) * 0.005 * Math.min(turn, count - turn);
      const range = [days[0] + by, days[1] - by].map((day) => new Date(day).toISOString());
      await Plotly.relayout(plotted, { 'xaxis.range': range });
    } else {
      zoomBy(turn < count / 2 ? 0.95 : 1 / 0.95);
    }
    const now = await new Promise(requestAnimationFrame);
    times.push(now - before);
    before = now;
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)];
}"""
# Writes the page of the package that comes first, and says how many records it has.
WRITE = """import sys, caucasus_events as ce
ce.write_explorer(sys.argv[1])
print(len(ce.load_timeline()))"""


def page_before(folder: Path) -> tuple[Path, int] | None:
    """Write the page of the release before with its own code, taken from git; None where git has no such commit."""
    log = ["git", "log", "-1", "--format=%H", f"--grep=^Release {BEFORE}$"]
    commit = subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    if not commit:
        return None
    archive = ["git", "archive", commit, "src", "data"]
    packed = subprocess.run(archive, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    (folder / "data").rename(folder / "src" / "caucasus_events" / "data")
    path, own = folder / "before.html", os.environ | {"PYTHONPATH": str(folder / "src")}
    write = [sys.executable, "-W", "ignore", "-c", WRITE, str(path)]
    told = subprocess.run(write, cwd=folder, env=own, capture_output=True, text=True, check=True).stdout
    return path, int(told)


def opened(running: Any, path: Path, frames: int = 0) -> float:
    """Return the seconds until a page is open, or if frames are asked for, how many of them a second has."""
    context = running.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(path.as_uri())
    page.wait_for_function("() => window.opened")
    found = 1000 / page.evaluate(STRETCH, frames) if frames else page.evaluate("() => window.opened") / 1000
    context.close()
    return float(found)


def measure(pages: dict[str, tuple[Path, int]]) -> list[list[str]]:
    """Open the pages in turns, and describe each in a row."""
    with browser.browser() as running:
        turns = [{name: opened(running, path) for name, (path, _) in pages.items()} for _ in range(ROUNDS)]
        frames = {name: opened(running, path, FRAMES) for name, (path, _) in pages.items()}
    medians = {name: statistics.median(turn[name] for turn in turns) for name in pages}
    rows = []
    for name, (path, records) in pages.items():
        ratio = f"{medians[BEFORE] / medians[name]:.1f}" if BEFORE in medians else NOTHING
        size = f"{path.stat().st_size / 1e6:.2f}"
        rows.append([name, str(records), size, f"{medians[name]:.2f}", ratio, f"{frames[name]:.0f}"])
    return rows


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        before = page_before(Path(folder))
        now = write_explorer(Path(folder) / "now.html"), len(tables.load_timeline())
        rows = measure(({BEFORE: before} if before else {}) | {"now": now})
    table = markdown_table(["page", "records", "MB", "open, s", "times faster", "frames"], rows, right=range(1, 6))
    table += "" if before else f"\n\nThe page of {BEFORE} is left out: this clone has no commit of that release."
    print(table)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    how = f"`python validation/benchmarks/explorer.py --write`; {machine}, median of {ROUNDS}."
    words = (__doc__ or "").split("\n", 2)[2]
    if options.write:
        (HERE / "explorer.md").write_text(f"# The explorer\n\n{how}\n\n{words}\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
