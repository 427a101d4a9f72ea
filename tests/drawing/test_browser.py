"""The figure and the explorer in a real browser: what is seen, reached by keyboard, and asked of the network."""

from __future__ import annotations

import base64
import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

import browser
import numpy as np
import pandas as pd
import pytest
import states

from caucasus_events.asking.questions import as_of
from caucasus_events.drawing import explorer, figure, look, many, marks
from caucasus_events.model import layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import PROPOSITION
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


@pytest.fixture(scope="module")
def explorer_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The explorer of the released data, as a file."""
    return explorer.write_explorer(tmp_path_factory.mktemp("explorer") / "explorer.html")


@pytest.fixture
def visit(running: Any, explorer_page: Path) -> Iterator[browser.Visit]:
    """The explorer, about to be opened; whatever a test does, nothing may be asked for or complained of."""
    found = browser.Visit(running, explorer_page, viewport={"width": 1200, "height": 800})
    yield found
    assert found.complaints == []
    assert found.requests == [url for url in found.requests if url.split("#")[0] == found.address]
    found.context.close()


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


def test_the_explorer_opens_without_a_complaint_or_a_request(visit: browser.Visit) -> None:
    """Opened as a file the page shows every record, says nothing on the console and asks for nothing."""
    page = visit.open()
    visit.picture("explorer-1200")
    assert page.locator("tbody tr").count() == len(tables.load_timeline())
    assert visit.requests == [visit.address]


@pytest.mark.parametrize("day", ["2020-07-23", "1993-06-01", "2021-01-01", "1800-01-01"])
def test_the_page_answers_as_as_of_does(visit: browser.Visit, day: str) -> None:
    """On every day, every proposition has the answer and the reason in the page that as_of gives it."""
    page = visit.open()
    if day == "1800-01-01":
        page.fill("#day", day)
    else:
        number = int(np.datetime64(day, "D").astype(int))
        page.evaluate(
            """(number) => { const slider = document.getElementById('slider'); slider.value = number;
              slider.dispatchEvent(new Event('input')); }""",
            number,
        )
    cells = page.evaluate(
        "() => [...document.querySelectorAll('tbody tr')].map((r) => [r.dataset.record, r.children[3].textContent])"
    )
    seen = dict(cells)
    expected = as_of(day)
    statuses = tables.load_statuses()
    key = ["type", "subject", "object", "about"]
    rows = statuses.merge(expected[[*key, "answer", "why"]], on=key, how="left", validate="m:1")
    assert len(rows) == len(statuses) > 0
    for row in rows.itertuples():
        why = "" if pd.isna(row.why) else f" ({row.why})"
        assert seen[row.status_id] == f"{row.answer}{why}"


@pytest.mark.parametrize("layer", layers.LAYERS)
def test_the_answers_of_the_page_are_those_of_as_of_on_every_day_of_change(visit: browser.Visit, layer: str) -> None:
    """At either side of every bound of a layer, and not on three chosen days alone, page and as_of agree."""
    page = visit.open()
    page.select_option("#layer", layer)
    statuses = tables.load_statuses(layer)
    bounds = pd.concat([statuses[name] for name in (*BOUNDS, "speaks_until")]).dropna().unique()
    days = sorted(
        {str((pd.Timestamp(bound) + pd.Timedelta(days=shift)).date()) for bound in bounds for shift in (-1, 0, 1)}
    )
    assert len(days) > 6
    for day in days:
        page.fill("#day", day)
        seen = Counter(page.locator("tbody tr [data-answer]").all_inner_texts())
        of_rows = statuses.merge(as_of(day, layer=layer)[[*PROPOSITION, "answer"]], on=[*PROPOSITION], how="left")
        expected = of_rows["answer"].value_counts()
        for answer in ("yes", "no", "unknown"):
            assert seen[answer] == expected.get(answer, 0), (day, answer)


def test_a_record_shows_what_other_sources_say_and_the_address_keeps_the_layer(visit: browser.Visit) -> None:
    """The panel lists every reading, its outcome and sources, contradictions too; the address restores the layer."""
    page = visit.open("#layer=corroborated&record=armenia-azerbaijan-clashes-2020")
    told = tables.load_corroborations().query("record_id == 'armenia-azerbaijan-clashes-2020'")
    outcomes = [item.get_attribute("data-outcome") for item in page.locator("#readings-list > li").all()]
    assert sorted(outcomes) == sorted(
        f"not applied: {why}" if isinstance(why, str) else "applied" for why in told["why_not"]
    )
    assert outcomes[0] == "applied"
    assert "not applied: contradicts" in outcomes
    assert page.locator("#readings-list a").count() == told["sources"].str.count(";").sum() + len(told)
    assert "other sources" in page.inner_text("#panel dl")
    assert page.input_value("#layer") == "corroborated"
    visit.picture("explorer-readings")
    page.select_option("#layer", "seed")
    assert "the seed alone" in page.inner_text("#panel dl")
    assert "layer=seed" in page.url
    page.reload()
    assert page.input_value("#layer") == "seed"


def test_a_reported_record_shows_what_its_sources_say(visit: browser.Visit) -> None:
    """The panel gives their words as ours, the note, how well it is supported, and a link to each source."""
    page = visit.open("#record=armenia-csto-membership-2002")
    visit.picture("explorer-reported")
    row = tables.load_statuses().set_index("status_id").loc["armenia-csto-membership-2002"]
    words = page.inner_text("#stated-words")
    assert row["says"] in words
    assert row["note"] in words
    assert page.locator("#stated-words a").count() == len(row["reference_ids"].split("; ")) == 2
    facts = page.inner_text("#panel dl")
    assert "stated by other sources alone" in facts
    assert "high" in facts
    assert page.is_hidden("#readings")
    assert page.locator("#passages blockquote").count() == 0


def test_each_layer_has_its_own_records_and_parties(visit: browser.Visit) -> None:
    """Chosen, a layer shows its rows alone; a party that it does not have is given up."""
    page = visit.open()
    for layer in layers.LAYERS:
        page.select_option("#layer", layer)
        assert page.locator("tbody tr").count() == len(tables.load_timeline(layer))
        lanes = {box.get_attribute("value") for box in page.locator("#lanes input").all()}
        assert lanes == set(marks.prepare(tables.load_timeline(layer))["lane"].cat.categories)
    page.fill("#search", "two zero twelve")
    assert page.locator("tbody tr").count() == 0
    page.fill("#search", "surrender of 20 September")
    assert page.locator("tbody tr").count() == 1


def test_what_was_still_so_is_carried_to_the_day_that_is_written(visit: browser.Visit) -> None:
    """Written down, a day makes answers go on up to it and bars reach it, marked; without one, nothing does."""
    page = visit.open("#day=2024-01-01&q=border+with+Armenia+closed")
    bars = """() => document.querySelector('.js-plotly-plot').data.filter((t) => t.meta === 'carried')
      .flatMap((t) => t.base.map((base, index) => base + t.x[index]))"""
    answers = page.locator("tbody tr td:nth-child(4)")
    assert answers.all_inner_texts() == ["unknown (after the source)"]
    assert page.evaluate(bars) == []
    assert "assumed to go on" not in page.text_content(".legend")
    page.fill("#carry", "2024-02-30")
    assert page.get_attribute("#carry", "aria-invalid") == "true"
    page.fill("#carry", "2024-06-30")
    visit.picture("explorer-carried")
    assert answers.all_inner_texts() == ["yes (taken to go on)"]
    assert page.evaluate(bars) == [float(np.datetime64("2024-07-01", "ms").astype(int))]
    assert "assumed to go on" in page.text_content(".legend")
    page.fill("#day", "2024-07-01")
    assert answers.all_inner_texts() == ["unknown (after the source)"]
    page.reload()
    assert page.input_value("#carry") == "2024-06-30"
    page.fill("#carry", "")
    assert page.evaluate(bars) == []


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


def test_a_click_on_a_bar_shows_the_words_that_prove_it(visit: browser.Visit) -> None:
    """A bar opens its record, with the passage that stands in the evidence of the dataset."""
    page = visit.open()
    identity = "turkey-armenia-border-closed"
    box = page.evaluate(
        """(id) => { const chart = document.querySelector('.js-plotly-plot');
          const trace = chart.data.find((t) => t.meta === 'certain' && t.customdata.includes(id) && t.type === 'bar');
          const at = trace.customdata.indexOf(id); const area = chart.getBoundingClientRect();
          const full = chart._fullLayout;
          return [area.left + full._size.l + full.xaxis.l2p(trace.base[at] + trace.x[at] / 2),
            area.top + full._size.t + full.yaxis.l2p(trace.y[at])]; }""",
        identity,
    )
    page.mouse.move(box[0] - 3, box[1])
    page.mouse.move(*box)
    page.wait_for_selector(".hoverlayer .hovertext")
    page.mouse.click(*box)
    page.wait_for_selector("#panel:not([hidden])")
    visit.picture("explorer-panel")
    quote = tables.load_evidence().set_index("record_id").loc[identity, "quote"]
    assert page.inner_text("#passages mark") == quote
    assert page.inner_text("#panel-title") == "Turkey keeps its border with Armenia closed"


def test_the_keyboard_alone_reaches_opens_and_closes_a_record(visit: browser.Visit) -> None:
    """Tab reaches the table, Enter opens the evidence and goes there, Escape closes it and comes back."""
    page = visit.open()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => Boolean(document.activeElement.closest('tbody'))"):
            break
    title = page.evaluate("() => document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert page.inner_text("#panel-title") == title
    assert page.evaluate("() => document.activeElement.id") == "panel"
    page.keyboard.press("Escape")
    assert page.is_hidden("#panel")
    assert page.evaluate("() => document.activeElement.textContent") == title


def test_search_filter_and_sort_work_together(visit: browser.Visit) -> None:
    """What is searched, filtered and sorted is what table and figure show."""
    page = visit.open()
    page.fill("#search", "border")
    page.uncheck("#lanes input[value=Fighting]")
    page.select_option("#entity", "TUR")
    ids = [row.get_attribute("data-record") for row in page.locator("tbody tr").all()]
    assert ids == ["turkey-armenia-border-closure-1993", "turkey-armenia-border-closed"]
    page.fill("#search", "")
    page.select_option("#answer", "yes")
    page.click("[data-sort=title]")
    titles = page.locator("tbody button").all_inner_texts()
    assert titles == sorted(titles)
    page.click("[data-sort=title]")
    assert page.locator("tbody button").all_inner_texts() == sorted(titles, reverse=True)
    drawn = page.evaluate(
        "() => document.querySelector('.js-plotly-plot').data.find((t) => t.meta === 'label').customdata"
    )
    statuses = tables.load_statuses()
    of_turkey = statuses[statuses[["subject", "object"]].eq("TUR").any(axis=1) & statuses["holds"]]
    assert sorted(drawn) == sorted(of_turkey["status_id"])
    assert len(titles) == len(drawn) > 2
    page.click("#reset")
    assert page.locator("tbody tr").count() == 42


def test_the_address_restores_what_was_shown(visit: browser.Visit) -> None:
    """A copied address opens the same day, record, search, filters and order."""
    page = visit.open()
    page.fill("#day", "1994-06-01")
    page.fill("#search", "a")
    page.uncheck("#lanes input[value=Organisations]")
    page.select_option("#answer", "unknown")
    page.click("[data-sort=when]")
    page.locator("tbody button").first.click()
    address, table, panel = page.url, page.inner_text("table"), page.inner_text("#panel")
    again = visit.context.new_page()
    again.goto(address)
    again.wait_for_selector(".main-svg .legend")
    assert again.inner_text("table") == table
    assert again.inner_text("#panel") == panel
    assert again.input_value("#day") == "1994-06-01"


def test_a_day_that_does_not_exist_changes_nothing(visit: browser.Visit) -> None:
    """What is no day is marked as such, and the last day that was one stays."""
    page = visit.open()
    page.fill("#day", "2020-02-30")
    assert page.get_attribute("#day", "aria-invalid") == "true"
    assert page.inner_text("#summary").startswith("2020-07-23: ")


def test_the_file_of_what_is_shown_reads_back(visit: browser.Visit) -> None:
    """The CSV holds the rows that are shown, with their answers, quotes and citations, to the letter."""
    page = visit.open("#layer=seed&q=member+of+the+CSTO&day=2021-01-01")
    with page.expect_download() as waiting:
        page.click("#csv")
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text("utf-8"), newline="")))
    timeline = tables.load_timeline("seed").set_index("record_id")
    assert {row["id"] for row in rows} == {"armenia-csto-membership", "azerbaijan-csto-not-membership"}
    for row in rows:
        assert row["answer"] == "unknown"
        assert row["why"] == "after the source"
        assert row["end_latest"] == ""
        assert row["end_earliest"] == "2020-07-23"
        assert row["quote"] == timeline.loc[row["id"], "quote"]
        assert row["citation"] == timeline.loc[row["id"], "citation"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 480])
def test_no_barriers(running: Any, explorer_page: Path, scheme: str, width: int) -> None:
    """axe-core finds no violation, in light and dark, wide and narrow, with the panel closed and open."""
    script = browser.axe()
    visit = browser.Visit(
        running, explorer_page, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    for fragment in ("", "#record=turkey-armenia-border-closed"):
        page = visit.open(fragment)
        visit.picture(f"explorer-{scheme}-{width}{'-panel' if fragment else ''}")
        page.evaluate(script)
        found = page.evaluate("() => axe.run()")
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]] == []
        assert len(found["passes"]) > 20
        page.goto("about:blank")


def test_a_narrow_screen_has_no_sideways_scroll(running: Any, explorer_page: Path) -> None:
    """At 480 pixels everything fits the width, and everything that is pressed is at least 24 pixels high and wide."""
    visit = browser.Visit(running, explorer_page, viewport={"width": 480, "height": 800})
    page = visit.open("#record=turkey-armenia-border-closed")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 480
    assert (
        page.evaluate(
            "() => document.querySelector('.table').scrollWidth - document.querySelector('.table').clientWidth"
        )
        == 0
    )
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select')].filter((node) => node.offsetParent)
          .map((node) => [node.outerHTML, node.getBoundingClientRect()])
          .filter(([, box]) => box.height < 24 || box.width < 24)
          .map(([html]) => html)"""
    )
    assert [html for html in small if 'type="range"' not in html] == []


HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "<b>bold</b> & <script>alert(2)</script>",
    "\u202eright to left\u202c and \u0623\u0645\u062b\u0644\u0629",
    "half \ud800 a character",
    "@@PLOTLY@@ ${alert(3)} {{x}} \u2028 <!--",
    "a word " * 1500,
]


def replaced(frame: pd.DataFrame, key: str, column: str, texts: dict[str, str]) -> pd.DataFrame:
    """Put other texts into the rows of some ids; half characters can only stand in a column of objects."""
    values = [texts.get(identity, value) for identity, value in zip(frame[key], frame[column], strict=True)]
    return frame.assign(**{column: pd.Series(values, frame.index, dtype=object)})


def test_nothing_of_the_data_is_executed(running: Any, tmp_path: Path) -> None:
    """Markup, marks of direction, half characters and very long quotes are shown as text everywhere."""
    frames = {name: tables.load(name) for name in explorer.EXPLORED}
    seeds, others = (
        frames["statuses"].query("layer == @origin")["status_id"].tolist()[: len(HOSTILE)]
        for origin in ("seed", "reported")
    )
    ids = [*seeds, *others]
    hostile = dict(zip(ids, HOSTILE * 2, strict=True))
    for name, key in (("timeline", "record_id"), ("statuses", "status_id")):
        frames[name] = replaced(frames[name], key, "title", hostile)
    for name in ("timeline", "evidence"):
        frames[name] = replaced(frames[name], "record_id", "quote", dict(zip(seeds, HOSTILE, strict=True)))
    said = dict(zip(others, HOSTILE, strict=True))
    frames["timeline"] = replaced(frames["timeline"], "record_id", "says", said)
    for column in ("note", "place"):
        frames["statuses"] = replaced(frames["statuses"], "status_id", column, said)
    for column in ("says", "note"):
        texts = [HOSTILE[row % len(HOSTILE)] for row in range(len(frames["corroborations"]))]
        frames["corroborations"] = frames["corroborations"].assign(**{column: pd.Series(texts, dtype=object)})
    frames["references"] = frames["references"].assign(title=HOSTILE[0])
    path = tmp_path / "hostile.html"
    path.write_text(explorer.page_of(frames), encoding="utf-8")
    visit = browser.Visit(running, path, viewport={"width": 1200, "height": 800})
    alerts: list[str] = []
    visit.page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page = visit.open()
    visit.picture("explorer-hostile")
    for identity, text in hostile.items():
        shown = page.evaluate("(id) => document.querySelector(`tr[data-record='${id}'] button`).textContent", identity)
        assert shown.encode("utf-16", "replace") == text.encode("utf-16", "replace")
        page.evaluate("(id) => document.querySelector(`tr[data-record='${id}'] button`).click()", identity)
        place = "#passages mark" if identity in seeds else "#stated-words p"
        quote = page.evaluate("(place) => document.querySelector(place).textContent", place)
        assert quote.encode("utf-16", "replace") == text.encode("utf-16", "replace")
    assert page.locator("#chart img, #chart script, table img, #panel img, #panel script").count() == 0
    assert page.locator("script").count() == 3
    assert alerts == visit.complaints == []
    assert visit.requests == [visit.address]


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
