"""The figure in a real browser: what is seen of it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import browser
import numpy as np
import pandas as pd
import pytest
import states

from caucasus_events.drawing import figure, look, many, marks
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZES = {"1200x700": (1200, 700), "480x1200": (480, 1200), "1200": (1200, None), "480": (480, None)}

# What is drawn, by the name of its mark: bars, symbols and lines are counted where they are rendered.
COUNT = """() => {
  const chart = document.querySelector('.js-plotly-plot');
  const found = {};
  const add = (mark, count) => { found[mark] = (found[mark] || 0) + count; };
  for (const part of chart.querySelectorAll('.trace')) {
    const data = part.__data__ && (part.__data__[0] || part.__data__);
    const trace = data && data.trace;
    if (!trace || trace.showlegend) continue;
    const seen = [...part.querySelectorAll('.point path, path.point')].filter((path) => {
      const box = path.getBoundingClientRect();
      return box.height > 0 && box.width >= 0 && getComputedStyle(path).display !== 'none'
        && path.getAttribute('d') !== 'M0,0Z';
    });
    add(trace.meta + (part.classList.contains('bars') ? ' bar' : ' symbol'), seen.length);
  }
  return found;
}"""

BOXES = """() => [...document.querySelectorAll('.textpoint text, .annotation text, .legendtext, .gtitle, .xtick text')]
  .filter((node) => node.textContent.trim())
  .map((node) => { const b = node.getBoundingClientRect();
    return [node.textContent, b.left, b.top, b.right, b.bottom]; })"""


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    """One browser for all tests."""
    with browser.browser() as found:
        yield found


def saved(frame: pd.DataFrame | None, folder: Path, **options: Any) -> Path:
    """Write a figure as a page."""
    path = folder / "figure.html"
    figure.timeline(frame, **options).write_html(path, config=figure.CONFIG, div_id="timeline")
    return path


@pytest.mark.parametrize("width", [1200, 480])
def test_every_state_is_rendered(running: Any, tmp_path: Path, width: int) -> None:
    """Each state of the table of marks is seen in the page: so many bars, so many symbols, not one record lost."""
    visit = browser.Visit(
        running,
        saved(states.frame(), tmp_path, width=width, carry_to=states.CARRIED),
        viewport={"width": width, "height": 900},
    )
    page = visit.open()
    visit.picture(f"states-{width}")
    assert page.evaluate(COUNT) == {
        # A bar with an arrowhead is two: the bar, and a stem to the very end.
        "certain bar": 7 + 1,
        "corroborated bar": 2,
        "possible bar": 4,
        "weak bar": 1,
        "carried bar": 1,
        "denied carried bar": 1,
        "start unknown bar": 1,
        "start unknown symbol": 0,
        "end unknown bar": 1,
        "end unknown symbol": 0,
        "denied bar": 3 + 1,
        "denied corroborated bar": 2,
        "ongoing symbol": 1,
        "ongoing denied symbol": 1,
        "halo symbol": 5,
        "day symbol": 1,
        "day corroborated symbol": 1,
        "day weak symbol": 1,
        "window symbol": 2,
        "label symbol": 0,
    }
    assert visit.complaints == []


@pytest.mark.parametrize("rows", figure.ROWS)
@pytest.mark.parametrize("name", SIZES)
def test_no_label_of_the_release_is_cut_or_overlaps(running: Any, tmp_path: Path, name: str, rows: str) -> None:
    """Every label, heading, tick and entry of the legend stands inside the figure and over no other."""
    width, height = SIZES[name]
    # The records of all layers need more rows than fit a given height.
    layer = "seed" if height else "reported"
    path = saved(None, tmp_path, width=width, height=height, layer=layer, rows=rows)
    visit = browser.Visit(running, path, viewport={"width": width, "height": height or 900})
    page = visit.open()
    visit.picture(f"figure-{name}")
    figure_box = page.evaluate("() => document.querySelector('.main-svg').getBoundingClientRect().toJSON()")
    boxes = page.evaluate(BOXES)
    drawn = figure.timeline(width=width, height=height, layer=layer, rows=rows)
    (titles,) = [{name.strip("\u00a0") for name in trace.text} for trace in drawn.data if trace.meta == "label"]
    shown = [text.strip("\u00a0") for text, *_ in boxes]
    assert len(titles & set(shown)) == len(titles) >= {"seed": 30, "reported": 35}[layer]
    for text, left, top, right, bottom in boxes:
        assert left >= figure_box["left"] - 1, text
        assert right <= figure_box["right"] + 1, text
        assert top >= figure_box["top"] - 1, text
        assert bottom <= figure_box["bottom"] + 1, text
    # Boxes of text reach a little over its letters; what is over another by less than a sixth of a line is not seen.
    slack = min(bottom - top for _, _, top, _, bottom in boxes) / 6
    pairs = [(one, other) for place, one in enumerate(boxes) for other in boxes[place + 1 :]]
    over = [
        (one[0], other[0])
        for one, other in pairs
        if min(one[3], other[3]) - max(one[1], other[1]) > 1 and min(one[4], other[4]) - max(one[2], other[2]) > slack
    ]
    assert over == []


def test_nothing_is_drawn_past_the_last_word_of_a_source(running: Any, tmp_path: Path) -> None:
    """Bars and arrowheads of what goes on end on the day on which the source stops speaking."""
    ongoing = tables.load_timeline("seed").query("end_state == 'ongoing'")["record_id"].tolist()
    path = saved(None, tmp_path, width=1200, layer="seed")
    page = browser.Visit(running, path, viewport={"width": 1200, "height": 900}).open()
    edges = page.evaluate(
        """() => [...document.querySelectorAll('.trace')].flatMap((part) => {
          const data = part.__data__ && (part.__data__[0] || part.__data__);
          if (!data || !data.trace || data.trace.showlegend) return [];
          if (!/certain|denied|ongoing/.test(data.trace.meta)) return [];
          const paths = [...part.querySelectorAll('.point path, path.point')];
          return paths.map((path) => path.getBoundingClientRect().right);
        })"""
    )
    end = float(np.datetime64("2020-07-24", "ms").astype(int))
    limit = page.evaluate(
        """(end) => { const chart = document.querySelector('.js-plotly-plot'); const full = chart._fullLayout;
          return full.xaxis.l2p(end) + full._size.l + chart.getBoundingClientRect().left; }""",
        end,
    )
    assert len(edges) >= 2 * len(ongoing) > 0
    assert max(edges) <= limit + 1.5


def test_a_certain_day_is_at_least_four_pixels_wide(running: Any, tmp_path: Path) -> None:
    """A bar of one day among thirty years can be seen."""
    page = browser.Visit(
        running, saved(states.frame(), tmp_path, width=1200), viewport={"width": 1200, "height": 900}
    ).open()
    day = page.evaluate(
        """() => { const chart = document.querySelector('.js-plotly-plot');
          const number = chart.data.findIndex((trace) =>
            trace.meta === 'certain' && trace.customdata.includes('one-day'));
          const parts = [...document.querySelectorAll('.trace.bars')];
          const part = parts.find((one) => (one.__data__[0].trace.index === number));
          const path = part.querySelector('.point path');
          return path.getBBox().width + parseFloat(getComputedStyle(path).strokeWidth); }"""
    )
    assert day >= 4


def test_the_corroborated_figure_shows_its_tints(running: Any, tmp_path: Path) -> None:
    """As many tinted bars and diamonds are seen as readings make certain, and the legend names them."""
    path = tmp_path / "layers.html"
    drawn = figure.timeline(layer="corroborated", width=1200, height=760, rows="records")
    drawn.write_html(path, config=figure.CONFIG, div_id="chart")
    visit = browser.Visit(running, path, viewport={"width": 1240, "height": 800})
    page = visit.open()
    visit.picture("corroborated")
    expected = marks.spans(marks.prepare(tables.load_timeline("corroborated")))["mark"].value_counts()
    seen = page.evaluate(COUNT)
    assert seen["day corroborated symbol"] == expected["day corroborated"] >= 4
    assert seen["corroborated bar"] >= expected["corroborated"] >= 15
    assert "certain by other sources" in page.text_content(".legend")


def test_many_records_are_drawn_as_pictures(running: Any, tmp_path: Path) -> None:
    """Above the limit every record is still seen where it is, and says title, dates and id when pointed at."""
    count = look.MANY + 1
    start = pd.Timestamp("1990-01-01") + pd.to_timedelta(np.arange(count) % 9000, unit="D")
    mine = pd.DataFrame({"id": np.arange(count), "kind": "status", "end_state": "ended"})
    for name, shift in zip(BOUNDS, (0, 30, 300, 330), strict=True):
        mine[name] = start + pd.Timedelta(days=shift)
    visit = browser.Visit(running, saved(mine, tmp_path, width=1200), viewport={"width": 1200, "height": 950})
    page = visit.open()
    visit.picture("many")
    x, y, inside = page.evaluate(
        """async (row) => {
          const chart = document.querySelector('.js-plotly-plot');
          const at = row + 0.5;
          await Plotly.relayout(chart, {'yaxis.range': [at + 5, at - 5]});
          const full = chart._fullLayout;
          const trace = chart._fullData.find((one) => one.meta === 'record');
          const area = chart.getBoundingClientRect();
          const left = area.left + full._size.l;
          return [left + full.xaxis.l2p(trace.x[row]), area.top + full._size.t + full.yaxis.l2p(at),
            [...document.querySelectorAll('image')].length]; }""",
        2500,
    )
    assert inside == -(-count // many.TILE)
    beside = {"x": x - 6, "y": y - 3, "width": 4, "height": 6}
    page.wait_for_timeout(500)
    with_bars = page.screenshot(clip=beside)
    page.evaluate("() => document.querySelectorAll('image').forEach((one) => { one.style.opacity = 0; })")
    assert page.screenshot(clip=beside) != with_bars
    page.mouse.move(x - 40, y + 40)
    page.mouse.move(x, y)
    page.wait_for_selector(".hoverlayer .hovertext")
    order = mine.sort_values("start_earliest", kind="stable").iloc[2500]
    assert page.text_content(".hoverlayer .hovertext") == (
        f"{order['id']}start {order['start_earliest'].date()} … {order['start_latest'].date()}"
        f"end {order['end_earliest'].date()} … {order['end_latest'].date()}{order['id']}"
    )
    visit.picture("many-zoomed")
    assert visit.complaints == []


def test_many_records_have_the_colour_of_their_lane(running: Any, tmp_path: Path) -> None:
    """However low the rows, the colour that is seen is that of the lane to the last bit."""
    count = 100_000
    start = pd.Timestamp("1990-01-01") + pd.to_timedelta(np.arange(count) // 10, unit="D")
    mine = pd.DataFrame({"id": np.arange(count), "kind": "status", "type": "border_closed", "end_state": "ended"})
    mine[list(BOUNDS[:2])] = np.stack([start] * 2, axis=1)
    mine[list(BOUNDS[2:])] = np.stack([start + pd.Timedelta(days=900)] * 2, axis=1)
    visit = browser.Visit(running, saved(mine, tmp_path, width=1200), viewport={"width": 1200, "height": 950})
    page = visit.open()
    page.wait_for_timeout(500)
    area = {"x": 350, "y": 100, "width": 600, "height": 600}
    seen = page.evaluate(
        """async (picture) => {
          const image = new Image();
          image.src = 'data:image/png;base64,' + picture;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
          canvas.drawImage(image, 0, 0);
          const numbers = new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
          const counts = {};
          for (const one of numbers) counts[one] = (counts[one] || 0) + 1;
          return counts; }""",
        base64.b64encode(page.screenshot(clip=area)).decode(),
    )
    colours = {int(number).to_bytes(4, "little")[:3].hex().upper(): times for number, times in seen.items()}
    inked = {colour: times for colour, times in colours.items() if colour not in ("FFFFFF", look.BAND[1:])}
    assert inked["0072B2"] > 0.95 * sum(inked.values())
