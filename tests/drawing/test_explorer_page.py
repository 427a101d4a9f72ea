"""The explorer in a real browser: what is seen, answered, reached by keyboard, and asked of the network."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

import browser
import numpy as np
import pandas as pd
import pytest

from caucasus_events.asking.questions import as_of, between
from caucasus_events.describing import about, citation
from caucasus_events.drawing import explorer
from caucasus_events.drawing.lines import lines_of
from caucasus_events.drawing.payload import SETS
from caucasus_events.model import layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import PROPOSITION
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The answers of all lines of statuses on some days, as the page looks them up.
ASKED = """(asked) => asked.days.map((day) => [...factsOf(asked.layer, asked.confidence).values()]
  .filter((fact) => !fact.event).map((fact) => [fact.id, answerOf(fact, { ...asked, day })])
  .map(([id, found]) => [id, found.answer, found.why, found.carried, found.layer]).sort())"""
SHOWN = "() => [...document.querySelectorAll('#chart li')].map((row) => [row.fact.id, row.children[1].dataset.answer])"
# Marks that lie over the stretches of a line have no reason of their own.
OVER = ("start unknown", "end unknown", "ongoing", "ongoing denied")
FRAMES = """async (count) => {
  const times = [];
  let before = await new Promise(requestAnimationFrame);
  for (let turn = 0; turn < count; turn += 1) {
    zoomBy(turn < count / 2 ? 0.95 : 1 / 0.95, 15000);
    const now = await new Promise(requestAnimationFrame);
    times.push(now - before);
    before = now;
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)];
}"""


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    """One browser for all tests."""
    with browser.browser() as found:
        yield found


@pytest.fixture(scope="module")
def explorer_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The explorer of the tables, as a file."""
    return explorer.write_explorer(tmp_path_factory.mktemp("explorer") / "explorer.html")


@pytest.fixture
def visit(running: Any, explorer_page: Path) -> Iterator[browser.Visit]:
    """The explorer, about to be opened; whatever a test does, nothing may be asked for or complained of."""
    found = browser.Visit(running, explorer_page, viewport={"width": 1200, "height": 800})
    yield found
    assert found.complaints == []
    assert found.requests == [url for url in found.requests if url.split("#")[0] == found.address]
    found.context.close()


def lines(layer: str = "reported", confidence: str = "medium") -> Any:
    """The lines that a page shows."""
    names = ("events", "statuses", "participants", "entities")
    return lines_of(*(tables.load(name) for name in names), layer=layer, confidence=confidence)


def answers(day: str, layer: str, confidence: str = "medium", carry_to: str | None = None) -> list[list[Any]]:
    """What as_of says of every proposition, by the id of its line."""
    found = as_of(day, layer=layer, confidence=confidence, carry_to=carry_to)
    keys = ["/".join(part for part in row if isinstance(part, str)) for row in found[[*PROPOSITION]].to_numpy(object)]
    told = [found[name].astype(object).where(found[name].notna(), "") for name in ("answer", "why", "carried", "layer")]
    return sorted([key, *row] for key, *row in zip(keys, *told, strict=True))


def days_of_change(layer: str) -> list[str]:
    """Some of the days that stand beside a bound of a layer, far apart."""
    statuses = tables.load_statuses(layer)
    bounds = pd.concat([statuses[name] for name in (*BOUNDS, "speaks_until")]).dropna().unique()
    shifted = {pd.Timestamp(bound) + pd.Timedelta(days=shift) for bound in bounds for shift in (-1, 0, 1)}
    days = sorted(str(day.date()) for day in shifted)
    return days[:: max(len(days) // 8, 1)]


def test_the_explorer_opens_without_a_complaint_or_a_request(visit: browser.Visit) -> None:
    """Opened as a file the page shows every line, says nothing on the console and asks for nothing."""
    page = visit.open()
    visit.picture("explorer-1200")
    assert [key for key, _ in page.evaluate(SHOWN)] == lines().lines["line_id"].tolist()
    assert visit.requests == [visit.address]


@pytest.mark.parametrize("asked", SETS)
def test_every_piece_that_is_drawn_is_a_mark_with_a_name(visit: browser.Visit, asked: str) -> None:
    """Of every line the picture has a mark for every piece, of its kind, that can be reached and is named in words."""
    layer, confidence = SETS[asked]
    page = visit.open(f"#layer={layer}&confidence={confidence}")
    found = page.evaluate(
        """() => [...document.querySelectorAll('#chart li')].flatMap((row) => [...row.querySelectorAll('.mark')]
          .map((mark) => [row.fact.id, mark.classList.value.replace('mark ', ''), mark.getAttribute('role'),
            mark.tabIndex, mark.getAttribute('aria-label').length > 10]))"""
    )
    expected = lines(layer, confidence)
    pieces = expected.pieces[expected.pieces["mark"] != "gap"]
    ids = expected.lines["line_id"].to_numpy()[pieces["line"]]
    assert Counter((key, mark) for key, mark, *_ in found) == Counter(zip(ids, pieces["mark"], strict=True))
    assert {tuple(rest) for _, _, *rest in found} == {("button", -1, True)}


def test_bars_lie_where_their_days_are(visit: browser.Visit) -> None:
    """However the axis is stretched, a bar begins and ends at the midnights of its days."""
    page = visit.open("#q=turkey+keeps+border+armenia&layer=corroborated")
    measured = """() => {
      const row = document.querySelector('#chart li');
      const bar = row.querySelector('.certain rect');
      const [track, box] = [row.lastChild, bar].map((one) => one.getBoundingClientRect());
      const [first, last] = shownDays(); const days = (last - first) / track.width;
      return [first + (box.left - track.left) * days, first + (box.right - track.left) * days]; }"""
    expected = lines("corroborated")
    own = expected.pieces["line"] == expected.lines["line_id"].tolist().index("border_closed/TUR/ARM")
    piece = expected.pieces[own & (expected.pieces["mark"] == "certain")].iloc[0]
    for axis in ((0, 20_000), (8_000, 19_000)):
        page.evaluate("async (days) => { showDays(days); await new Promise(requestAnimationFrame); }", axis)
        page.wait_for_timeout(50)
        left, right = page.evaluate(measured)
        assert left == pytest.approx(piece["first_day"], abs=(axis[1] - axis[0]) / 600)
        assert right == pytest.approx(piece["last_day"] + 1, abs=(axis[1] - axis[0]) / 600)


def test_a_certain_day_is_at_least_four_pixels_wide(visit: browser.Visit) -> None:
    """A bar of one day among thirty years can be seen."""
    page = visit.open("#layer=seed")
    widths = page.evaluate(
        """() => [...document.querySelectorAll('#chart .certain')]
          .filter((mark) => mark.piece.first === mark.piece.last).map((mark) => mark.getBoundingClientRect().width)"""
    )
    assert len(widths) > 5
    assert min(widths) >= 4


@pytest.mark.parametrize("asked", SETS)
def test_the_page_knows_every_stretch_of_every_line(visit: browser.Visit, asked: str) -> None:
    """In every layer and confidence the page has each stretch of all days, its mark, reason and records, as drawn."""
    layer, confidence = SETS[asked]
    page = visit.open()
    found = page.evaluate(
        """([layer, confidence]) => [...factsOf(layer, confidence).values()]
          .flatMap((fact) => [...fact.tiles, ...fact.over].map(({ mark, first, last, why, records }) =>
            [fact.id, mark, first, last, why, records.map((place) => all.records[place].id).join('; ')]))""",
        [layer, confidence],
    )
    drawn = lines(layer, confidence)
    pieces = drawn.pieces.assign(line_id=drawn.lines["line_id"].to_numpy()[drawn.pieces["line"]])
    pieces["why"] = pieces["why"].mask(pieces["mark"].isin(OVER)).fillna("")
    expected = pieces[["line_id", "mark", "first_day", "last_day", "why", "record_ids"]]
    assert sorted(map(tuple, found)) == sorted(expected.itertuples(index=False, name=None))


@pytest.mark.parametrize("asked", SETS)
def test_the_page_answers_as_as_of_does_beside_bounds(visit: browser.Visit, asked: str) -> None:
    """Beside bounds, in every layer and confidence: answer, reason and the smallest layer that says so."""
    layer, confidence = SETS[asked]
    page = visit.open()
    days = [*days_of_change(layer), "1800-01-01", "2100-01-01"]
    assert len(days) > 8
    terms = {"layer": layer, "confidence": confidence, "days": days, "carry": ""}
    expected = [answers(day, layer, confidence) for day in days]
    assert dict(zip(days, page.evaluate(ASKED, terms), strict=True)) == dict(zip(days, expected, strict=True))


@pytest.mark.parametrize("layer", layers.LAYERS)
def test_the_page_carries_answers_as_as_of_does(visit: browser.Visit, layer: str) -> None:
    """Taken to go on to a day, answers, and whether they are carried, are those of as_of before, on and after it."""
    page = visit.open()
    carried = 0
    for carry, days in (
        ("2022-01-31", ["2021-05-01", "2022-01-31", "2022-02-01"]),
        ("2030-06-30", ["2016-04-04", "2030-06-30", "2030-07-01"]),
    ):
        found = page.evaluate(ASKED, {"layer": layer, "confidence": "medium", "days": days, "carry": carry})
        assert found == [answers(day, layer, carry_to=carry) for day in days], carry
        carried += sum(row[3] for of_day in found for row in of_day)
    assert carried > 40


@pytest.mark.parametrize("layer", layers.LAYERS)
def test_events_happened_when_between_says_so(visit: browser.Visit, layer: str) -> None:
    """Of every day of a bound the page names the events that certainly or possibly happened, as between does."""
    page = visit.open()
    asked = """(asked) => [...factsOf(asked.layer, 'medium').values()].filter((fact) => fact.event)
      .flatMap((fact) => fact.records).map((place) => all.records[place])
      .map((record) => [record.id, happenedOn(record, asked.day, asked.layer, 'medium').answer])"""
    events = tables.load_events(layer)
    days = sorted({day for name in BOUNDS for day in events[name].dropna()})
    seen = Counter()
    for day in days:
        number = int(day.to_datetime64().astype("datetime64[D]").astype(int))
        found = {
            key for key, word in page.evaluate(asked, {"layer": layer, "day": number}) if word != "not on this day"
        }
        expected = between(day.date(), day.date(), layer=layer)
        assert found == set(expected["event_id"]), day
        seen.update(found)
    assert set(seen) == set(events["event_id"])


@pytest.mark.parametrize("day", ["2020-07-23", "1993-06-01", "2021-01-01", "1800-01-01"])
def test_slider_and_box_show_the_answers_of_their_day(visit: browser.Visit, day: str) -> None:
    """Every row shows the answer that as_of gives on the day of the slider, or of the box."""
    page = visit.open()
    number = int(np.datetime64(day, "D").astype(int))
    if day == "1800-01-01":
        page.fill("#day", day)
    else:
        page.evaluate(
            """(number) => { const slider = document.getElementById('slider'); slider.value = number;
              slider.dispatchEvent(new Event('input')); }""",
            number,
        )
    statuses = {key: answer for key, answer, *_ in answers(day, "reported")}
    assert {key: answer for key, answer in page.evaluate(SHOWN) if key in statuses} == statuses
    assert page.inner_text("#summary").startswith(f"{day}: statuses: ")


def test_an_answer_says_who_gives_it(visit: browser.Visit) -> None:
    """Yes by the document, by the document as others date it, or reported, and by whom; unknown says why."""
    page = visit.open("#day=2020-07-23&fact=membership/ARM/CSTO")
    expected = {
        "2020-07-23": "On 2020-07-23: yes, by the document",
        "2010-01-01": "On 2010-01-01: yes, by the document as other sources date it",
        "2100-01-01": "On 2100-01-01: unknown (after the source)",
    }
    told = {}
    for day in expected:
        page.fill("#day", day)
        told[day] = page.inner_text("#panel .answer")
    assert told == expected
    page = visit.open("#day=2010-01-01&fact=military_base/AZE/RUS")
    assert page.inner_text("#panel .answer") == "On 2010-01-01: unknown (low confidence)"
    page.click("#more summary")
    page.select_option("#confidence", "low")
    assert page.inner_text("#panel .answer") == "On 2010-01-01: yes, reported: The Test Gossip (n.d.)"


def test_the_panel_lists_every_record_of_the_fact(visit: browser.Visit) -> None:
    """Of every fact all records: quotes to the letter, what the sources say, ids, and how to cite them."""
    page = visit.open()
    evidence, events = tables.load_evidence(), tables.load_timeline().set_index("record_id")
    for row in lines().lines.itertuples():
        page.evaluate("(id) => update({ fact: id, record: '' })", row.line_id)
        ids = row.record_ids.split("; ")
        shown = page.evaluate("() => [...document.querySelectorAll('article')].map((one) => one.dataset.record)")
        assert sorted(shown) == sorted(ids)
        own = evidence[evidence["record_id"].isin(ids)]
        quotes = page.evaluate("() => [...document.querySelectorAll('#panel mark')].map((one) => one.textContent)")
        assert sorted(quotes) == sorted(own["quote"])
        says = page.evaluate("() => [...document.querySelectorAll('#panel .says')].map((one) => one.textContent)")
        assert sorted(says) == sorted(events.loc[ids, "says"].dropna())
        assert all(identity in page.inner_text("#panel") for identity in ids)
    page.evaluate("() => update({ fact: 'membership/ARM/CSTO' })")
    visit.picture("explorer-panel")
    cited = page.inner_text("#how-to-cite")
    assert cited.startswith(citation.bibliography([], about.VERSION, "apa"))
    assert "armenia-csto-membership-2002, armenia-csto-membership" in cited


def test_a_record_shows_what_other_sources_say_and_the_address_keeps_the_layer(visit: browser.Visit) -> None:
    """The panel lists every reading, its outcome and sources, contradictions too; the address restores the layer."""
    page = visit.open("#layer=corroborated&record=armenia-azerbaijan-clashes-2020")
    told = tables.load_corroborations().query("record_id == 'armenia-azerbaijan-clashes-2020'")
    own = page.locator("article[data-record='armenia-azerbaijan-clashes-2020']")
    outcomes = [item.get_attribute("data-outcome") for item in own.locator(".readings > li").all()]
    assert sorted(outcomes) == sorted(
        f"not applied: {why}" if isinstance(why, str) else "applied" for why in told["why_not"]
    )
    assert outcomes[0] == "applied"
    assert "not applied: contradicts" in outcomes
    assert own.locator(".readings a").count() == told["sources"].str.count(";").sum() + len(told)
    assert "other sources" in own.locator("dl").inner_text()
    assert page.input_value("#layer") == "corroborated"
    visit.picture("explorer-readings")
    page.evaluate("() => update({ layer: 'seed' })")
    assert "the document alone" in own.locator("dl").inner_text()
    assert own.locator(".readings").count() == 0
    assert "layer=seed" in page.url
    page.reload()
    assert page.input_value("#layer") == "seed"


def test_a_reported_record_shows_what_its_sources_say(visit: browser.Visit) -> None:
    """The panel gives their words as ours, the note, how well it is supported, and a link to each source."""
    page = visit.open("#record=armenia-csto-membership-2002")
    visit.picture("explorer-reported")
    row = tables.load_statuses().set_index("status_id").loc["armenia-csto-membership-2002"]
    own = page.locator("article.chosen")
    assert own.get_attribute("data-record") == "armenia-csto-membership-2002"
    assert own.locator(".says").inner_text() == row["says"]
    assert own.locator(".note").inner_text() == row["note"]
    assert own.locator("a").count() == len(row["reference_ids"].split("; ")) == 2
    facts = own.locator("dl").inner_text()
    assert "other sources alone" in facts
    assert "high" in facts
    assert own.locator("blockquote").count() == 0


def test_a_passage_that_is_not_shipped_is_named_by_its_place(running: Any, tmp_path: Path) -> None:
    """Without words the panel gives their characters and the document; words without surroundings stand alone."""
    frames = {name: tables.load(name) for name in explorer.EXPLORED}
    evidence = frames["evidence"]
    passages = evidence.set_index("record_id")
    bare, told = "armenia-csto-membership", "turkey-armenia-border-closed"
    evidence = evidence.assign(quote=evidence["quote"].mask(evidence["record_id"] == bare))
    path = tmp_path / "explorer.html"
    path.write_text(explorer.page_of({**frames, "evidence": evidence}), encoding="utf-8")
    visit = browser.Visit(running, path, viewport={"width": 1200, "height": 800})
    page = visit.open(f"#record={bare}")
    first, last = passages.loc[bare, ["start_char", "end_char"]]
    words = page.locator("article.chosen blockquote").inner_text()
    assert words == f"words not shipped: characters {first}–{last} of the document"
    assert page.locator("article.chosen").get_by_text("Open the document").count() == 1
    assert visit.open(f"#record={told}").locator("article.chosen blockquote").inner_text() == passages["quote"][told]
    assert visit.complaints == []


def test_each_layer_has_its_own_lines_and_parties(visit: browser.Visit) -> None:
    """Chosen, a layer shows its lines and lanes alone; every word of a record is found."""
    page = visit.open()
    page.click("#more summary")
    for layer in layers.LAYERS:
        page.select_option("#layer", layer)
        expected = lines(layer).lines
        assert [key for key, _ in page.evaluate(SHOWN)] == expected["line_id"].tolist()
        assert page.locator("#lanes input").count() == expected["lane"].nunique()
    page.fill("#search", "surrender of 20 September")
    assert page.locator("#chart li").count() == 1
    page.fill("#search", "surrender thirty")
    assert page.locator("#chart li").count() == 0


def test_what_was_still_so_is_carried_to_the_day_that_is_written(visit: browser.Visit) -> None:
    """Written down, a day makes answers go on up to it and bars reach it, marked; without one, nothing does."""
    page = visit.open("#day=2024-01-01&fact=border_closed/TUR/ARM")
    ends = "() => [...document.querySelectorAll('#chart .carried')].map((mark) => mark.piece.last)"
    answer = "() => document.querySelector('li.chosen').children[1].textContent"
    assert page.evaluate(answer) == "unknown"
    assert page.evaluate(ends) == []
    assert "assumed to go on" not in page.text_content("#legend")
    page.click("#more summary")
    page.fill("#carry", "2024-02-30")
    assert page.get_attribute("#carry", "aria-invalid") == "true"
    page.fill("#carry", "2024-06-30")
    visit.picture("explorer-carried")
    assert page.evaluate(answer) == "yes"
    assert page.inner_text("#panel .answer") == "On 2024-01-01: yes, taken to go on"
    assert max(page.evaluate(ends)) == int(np.datetime64("2024-06-30", "D").astype(int))
    assert "assumed to go on" in page.text_content("#legend")
    page.fill("#day", "2024-07-01")
    assert page.evaluate(answer) == "unknown"
    page.reload()
    assert page.input_value("#carry") == "2024-06-30"
    page.fill("#carry", "")
    assert page.evaluate(ends) == []


def test_what_changed_in_a_year_is_what_begins_ends_or_happens_in_it(visit: browser.Visit) -> None:
    """A year leaves the facts of which somebody says that they changed in it, and turns the axis to it."""
    page = visit.open()
    page.fill("#changed", "20x3")
    assert page.get_attribute("#changed", "aria-invalid") == "true"
    page.fill("#changed", "2016")
    visit.picture("explorer-changed")
    timeline = tables.load_timeline()
    within = pd.DataFrame({name: timeline[name].dt.year == 2016 for name in BOUNDS})
    start = timeline["start_earliest"].notna() & (within["start_earliest"] | within["start_latest"])
    end = timeline["end_latest"].notna() & (within["end_earliest"] | within["end_latest"])
    event = (timeline["kind"] == "event") & (within["start_earliest"] | within["end_latest"])
    changed = set(timeline["record_id"][event | ((timeline["kind"] == "status") & (start | end))])
    of_lines = lines().lines
    expected = [row.line_id for row in of_lines.itertuples() if changed & {*row.record_ids.split("; ")}]
    assert [key for key, _ in page.evaluate(SHOWN)] == expected
    assert 0 < len(expected) < len(of_lines)
    assert page.input_value("#day") == "2016-12-31"
    first, last = page.evaluate("() => shownDays()")
    assert first <= int(np.datetime64("2016-01-01", "D").astype(int)) < last - 365
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    assert [key for key, _ in page.evaluate(SHOWN)] == expected


def test_a_click_on_a_bar_shows_the_words_that_prove_it(visit: browser.Visit) -> None:
    """A bar tells its records when pointed at, and opens them, with the passage that stands in the evidence."""
    page = visit.open("#layer=corroborated")
    identity = "turkey-armenia-border-closed"
    box = page.evaluate(
        """() => {
          const rows = [...document.querySelectorAll('#chart li')];
          const row = rows.find((one) => one.fact.id === 'border_closed/TUR/ARM');
          row.scrollIntoView({ block: 'center' });
          const box = row.querySelector('.certain rect').getBoundingClientRect();
          return [box.left + box.width / 2, box.top + box.height / 2]; }"""
    )
    page.mouse.move(box[0] - 3, box[1])
    page.mouse.move(*box)
    quote = tables.load_evidence().set_index("record_id").loc[identity, "quote"]
    assert "yes, by documents" in page.inner_text("#tip")
    assert quote[:60] in page.inner_text("#tip")
    visit.picture("explorer-tip")
    page.mouse.click(*box)
    assert page.inner_text("#panel mark") == quote
    assert page.inner_text("#panel-title") == "Turkey keeps its border with Armenia closed"
    assert page.get_attribute("article.chosen", "data-record") == identity


def test_the_white_of_a_line_says_why_nobody_knows(visit: browser.Visit) -> None:
    """Pointed at where nothing is drawn, a line gives the reason of that day."""
    page = visit.open("#layer=seed&q=turkey+keeps+border+armenia&axis=6000|19000")
    box = page.evaluate("() => document.querySelector('#chart li .track').getBoundingClientRect().toJSON()")
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.move(box["x"] + 32, box["y"] + 10)
    assert "unknown (before the stated start)" in page.inner_text("#tip")
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + 10)
    assert "unknown (after the source)" in page.inner_text("#tip")


def test_the_keyboard_alone_goes_opens_closes_and_stretches(visit: browser.Visit) -> None:
    """Tab reaches the lines, arrows every line and mark, Enter opens and goes there, Escape closes and comes back."""
    page = visit.open()
    focused = "() => document.activeElement.closest('#chart') && document.activeElement.textContent"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(focused) is not None:
            break
    labels = lines().lines["label"].tolist()
    assert page.evaluate(focused) == labels[0]
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == labels[1]
    page.keyboard.press("End")
    assert page.evaluate(focused) == labels[-1]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    mark = page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    visit.picture("explorer-focus")
    assert not page.is_hidden("#tip")
    page.keyboard.press("Enter")
    assert page.inner_text("#panel-title") == labels[0]
    assert page.evaluate("() => document.activeElement.id") == "panel"
    page.keyboard.press("Escape")
    assert page.is_hidden("#panel")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == mark
    first, last = page.evaluate("() => shownDays()")
    page.keyboard.press("+")
    closer = page.evaluate("() => shownDays()")
    assert closer[1] - closer[0] == pytest.approx((last - first) / 2, abs=2)
    page.keyboard.press("0")
    assert page.evaluate("() => shownDays()") == [first, last]


def test_an_address_with_a_year_alone_answers_at_its_end(visit: browser.Visit) -> None:
    """Whoever writes what changed in a year into an address sees the answers of its last day, as who types it does."""
    assert visit.open("#changed=2016").input_value("#day") == "2016-12-31"
    assert visit.open("#changed=2016&day=2016-05-01").input_value("#day") == "2016-05-01"


def test_no_label_of_the_axis_runs_into_another(visit: browser.Visit) -> None:
    """However wide the page and whatever its years, between two labels there is white."""
    page = visit.open()
    boxes = """() => [...document.querySelectorAll('#axis text')].map((one) => one.getBoundingClientRect())
        .map(({ left, right }) => [left, right]).sort((one, other) => one[0] - other[0])"""
    checked = 0
    for width in range(520, 1240, 80):
        page.set_viewport_size({"width": width, "height": 800})
        for year in (1994, 2016, 2020):
            page.fill("#changed", str(year))
            found = page.evaluate(boxes)
            gaps = [after[0] - before[1] for before, after in itertools.pairwise(found)]
            assert all(gap > 0 for gap in gaps), (width, year, found)
            checked += len(gaps)
    assert checked > 50


def test_wheel_drag_and_buttons_move_and_stretch_the_axis(visit: browser.Visit) -> None:
    """The wheel with Ctrl and the buttons stretch, dragging moves, and nothing leaves the days that there are."""
    page = visit.open()
    shown = "() => shownDays()"
    box = page.evaluate("() => document.querySelector('#chart li .track').getBoundingClientRect().toJSON()")
    middle = box["x"] + box["width"] / 2
    before = page.evaluate(shown)
    page.mouse.move(middle, box["y"] + 10)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_function("(days) => shownDays()[1] - shownDays()[0] < (days[1] - days[0]) * 0.8", arg=before)
    stretched = page.evaluate(shown)
    page.mouse.down()
    page.mouse.move(middle + 100, box["y"] + 10, steps=4)
    page.mouse.up()
    moved = page.evaluate(shown)
    by = (stretched[1] - stretched[0]) * 100 / box["width"]
    assert stretched[0] - moved[0] == pytest.approx(by, abs=3)
    assert moved[1] - moved[0] == pytest.approx(stretched[1] - stretched[0], abs=3)
    assert page.is_hidden("#panel")
    for _ in range(9):
        page.click("#wider")
    low, high = page.evaluate("() => [FIRST, LAST + 1]")
    assert page.evaluate(shown) == [low, high]
    page.click("#closer")
    page.click("#later")
    assert page.evaluate(shown)[1] <= high
    for _ in range(12):
        page.click("#closer")
    found = page.evaluate(shown)
    assert found[1] - found[0] == 90


def test_two_fingers_stretch_the_axis(running: Any, explorer_page: Path) -> None:
    """Drawn apart, two fingers show fewer days; one finger moves them."""
    visit = browser.Visit(running, explorer_page, viewport={"width": 480, "height": 800}, has_touch=True)
    page = visit.open()
    first, last = page.evaluate("() => shownDays()")
    page.evaluate(
        """() => {
          const track = document.querySelector('#chart li .track');
          const finger = { clientY: 500, bubbles: true, pointerType: 'touch' };
          const send = (name, pointerId, clientX) =>
            track.dispatchEvent(new PointerEvent(name, { ...finger, pointerId, clientX }));
          send('pointerdown', 1, 180); send('pointerdown', 2, 280);
          send('pointermove', 1, 130); send('pointermove', 2, 330);
          send('pointerup', 1, 130); send('pointerup', 2, 330); }"""
    )
    closer = page.evaluate("() => shownDays()")
    assert closer[1] - closer[0] == pytest.approx((last - first) / 2, rel=0.02)
    assert visit.complaints == []


def test_search_filter_and_sort_work_together(visit: browser.Visit) -> None:
    """What is searched, filtered and sorted is what table and picture show."""
    page = visit.open()
    page.fill("#search", "border")
    page.uncheck("#lanes input[value=Fighting]")
    page.select_option("#entity", "TUR")
    ids = [key for key, _ in page.evaluate(SHOWN)]
    assert ids == ["border_closure/ARM/TUR", "border_closed/TUR/ARM"]
    page.click("#as-table")
    assert [row.get_attribute("data-fact") for row in page.locator("tbody tr").all()] == ids
    page.fill("#search", "")
    page.click("#more summary")
    page.select_option("#answer", "yes")
    page.click("[data-sort=label]")
    titles = page.locator("tbody button").all_inner_texts()
    assert titles == sorted(titles)
    assert len(titles) > 2
    page.click("[data-sort=label]")
    assert page.locator("tbody button").all_inner_texts() == sorted(titles, reverse=True)
    visit.picture("explorer-table")
    page.select_option("#answer", "")
    page.select_option("#type", "alliance")
    assert {key.split("/")[0] for key in page.evaluate("() => shown().map((fact) => fact.id)")} == {"alliance"}
    page.click("#reset")
    assert page.locator("#chart li").count() == len(lines().lines)


def test_the_address_restores_what_was_shown(visit: browser.Visit) -> None:
    """A copied address opens the same day, fact, search, filters, order and axis."""
    page = visit.open()
    page.fill("#day", "1994-06-01")
    page.fill("#search", "a")
    page.click("#closer")
    page.uncheck("#lanes input[value=Organisations]")
    page.click("#more summary")
    page.select_option("#confidence", "low")
    page.select_option("#answer", "unknown")
    page.click("#as-table")
    page.click("[data-sort=when]")
    page.locator("tbody button").first.click()
    address, table, panel, axis = (
        page.url,
        page.inner_text("table"),
        page.inner_text("#panel"),
        page.evaluate("() => shownDays()"),
    )
    again = visit.context.new_page()
    again.goto(address)
    assert again.inner_text("table") == table
    assert again.inner_text("#panel") == panel
    assert again.input_value("#day") == "1994-06-01"
    assert again.input_value("#confidence") == "low"
    assert again.evaluate("() => shownDays()") == axis


def test_what_an_address_says_wrongly_is_left_out(visit: browser.Visit) -> None:
    """Layers, days, facts and axes that do not exist are those that the page opens with."""
    page = visit.open(
        "#layer=best&confidence=sure&day=2020-02-30&fact=a&record=constructor&axis=9|x&off=Nowhere&sort=id"
    )
    found = page.evaluate("() => JSON.stringify(state)")
    assert found == page.evaluate("() => JSON.stringify(initial())")


def test_a_day_that_does_not_exist_changes_nothing(visit: browser.Visit) -> None:
    """What is no day is marked as such, and the last day that was one stays."""
    page = visit.open("#day=2020-07-23")
    page.fill("#day", "2020-02-30")
    assert page.get_attribute("#day", "aria-invalid") == "true"
    assert page.inner_text("#summary").startswith("2020-07-23: ")


def test_the_file_of_what_is_shown_reads_back(visit: browser.Visit) -> None:
    """The CSV holds the records of the lines shown, with answers, quotes, layers and sources, to the letter."""
    page = visit.open("#q=member+of+the+CSTO&day=2021-01-01")
    with page.expect_download() as waiting:
        page.click("#csv")
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text("utf-8"), newline="")))
    timeline = tables.load_timeline().set_index("record_id")
    statuses = tables.load_statuses().set_index("status_id")
    shown = lines().lines.set_index("line_id")
    assert {"membership/ARM/CSTO", "membership/AZE/CSTO"} <= {row["line_id"] for row in rows}
    assert Counter(row["line_id"] for row in rows) == {
        key: shown.loc[key, "records"] for key in {row["line_id"] for row in rows}
    }
    told = {key: (answer, why, layer) for key, answer, why, _, layer in answers("2021-01-01", "reported")}
    seen = set()
    for row in rows:
        record = timeline.loc[row["record_id"]]
        if row["kind"] == "status":
            assert (row["answer"], row["why"], row["answer_layer"]) == told[row["line_id"]]
            assert row["reference_ids"] == (
                "" if record["layer"] == "seed" else statuses.loc[row["record_id"], "reference_ids"]
            )
        assert row["layer"] == record["layer"]
        for name in (*BOUNDS, "speaks_until"):
            assert row[name] == ("" if pd.isna(record[name]) else str(record[name].date()))
        for name in ("quote", "says", "type", "title"):
            assert row[name] == ("" if pd.isna(record[name]) else record[name])
        seen.add(row["layer"])
    assert seen == {"seed", "reported"}


@pytest.mark.parametrize("width", [1200, 480])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(running: Any, explorer_page: Path, scheme: str, width: int) -> None:
    """axe-core finds no violation, in light and dark, wide and narrow, of picture, panel and table."""
    script = browser.axe()
    visit = browser.Visit(
        running, explorer_page, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    for name, fragment in (
        ("", ""),
        ("-panel", "#fact=border_closed/TUR/ARM"),
        ("-table", "#view=table&confidence=low"),
    ):
        page = visit.open(fragment)
        page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
        visit.picture(f"explorer-{scheme}-{width}{name}")
        page.evaluate(script)
        found = page.evaluate("() => axe.run()")
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]] == []
        assert len(found["passes"]) > 20
        page.goto("about:blank")


def test_a_narrow_screen_has_no_sideways_scroll(running: Any, explorer_page: Path) -> None:
    """At 480 pixels everything fits the width, and everything that is pressed is at least 24 pixels high and wide."""
    visit = browser.Visit(running, explorer_page, viewport={"width": 480, "height": 800})
    for fragment in ("", "#record=turkey-armenia-border-closed", "#view=table"):
        page = visit.open(fragment)
        page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 480
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, summary')]
              .filter((node) => node.offsetParent)
              .map((node) => [node.outerHTML, node.getBoundingClientRect()])
              .filter(([, box]) => box.height < 24 || box.width < 24)
              .map(([html]) => html)"""
        )
        assert [html for html in small if 'type="range"' not in html] == []
        page.goto("about:blank")


def test_print_shows_the_picture_on_white_at_the_width_of_the_sheet(running: Any, explorer_page: Path) -> None:
    """On paper there are no controls, the inks are those of light paper, and marks and days fit the sheet."""
    options = {"viewport": {"width": 718, "height": 1000}, "color_scheme": "dark"}
    visit = browser.Visit(running, explorer_page, **options)
    page = visit.open("#q=border")
    page.emulate_media(media="print")
    visit.picture("explorer-print")
    assert page.is_hidden("#search")
    assert page.is_hidden("#slider")
    assert page.is_visible("#axis text >> nth=0")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 718
    boxes = page.evaluate(
        "() => [...document.querySelectorAll('#chart .track')].map((one) => one.getBoundingClientRect().right)"
    )
    assert len(boxes) == 5
    assert max(boxes) <= 718
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000


HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "<b>bold</b> & <script>alert(2)</script>",
    "\u202eright to left\u202c and \u0623\u0645\u062b\u0644\u0629",
    "half \ud800 a character",
    "@@SCRIPT@@ ${alert(3)} {{x}} \u2028 <!--",
    "a word " * 1500,
]


def replaced(frame: pd.DataFrame, key: str, column: str, texts: dict[str, str]) -> pd.DataFrame:
    """Put other texts into the rows of some ids; half characters can only stand in a column of objects."""
    values = [texts.get(identity, value) for identity, value in zip(frame[key], frame[column], strict=True)]
    return frame.assign(**{column: pd.Series(values, frame.index, dtype=object)})


def utf16(text: str) -> bytes:
    """A text as a browser has it, half characters replaced."""
    return text.encode("utf-16", "replace")


def test_nothing_of_the_data_is_executed(running: Any, tmp_path: Path) -> None:
    """Markup, marks of direction, half characters and very long texts are shown as text everywhere."""
    frames = {name: tables.load(name) for name in explorer.EXPLORED}
    seeds, others = (
        frames["statuses"].query("layer == @origin")["status_id"].tolist()[: len(HOSTILE)]
        for origin in ("seed", "reported")
    )
    ids = [*seeds, *others]
    hostile = dict(zip(ids, HOSTILE * 2, strict=True))
    said = dict(zip(others, HOSTILE, strict=True))
    frames["statuses"] = replaced(frames["statuses"], "status_id", "title", hostile)
    for column in ("says", "note", "place"):
        frames["statuses"] = replaced(frames["statuses"], "status_id", column, said)
    frames["timeline"] = replaced(frames["timeline"], "record_id", "parties", hostile)
    frames["evidence"] = replaced(frames["evidence"], "record_id", "quote", dict(zip(seeds, HOSTILE, strict=True)))
    for column in ("says", "note"):
        texts = [HOSTILE[row % len(HOSTILE)] for row in range(len(frames["corroborations"]))]
        frames["corroborations"] = frames["corroborations"].assign(**{column: pd.Series(texts, dtype=object)})
    frames["references"] = frames["references"].assign(title=HOSTILE[0], url="javascript:alert(4)")
    names = [HOSTILE[row % len(HOSTILE[:-1])] for row in range(len(frames["entities"]))]
    frames["entities"] = frames["entities"].assign(name=pd.Series(names, dtype=object))
    path = tmp_path / "hostile.html"
    path.write_text(explorer.page_of(frames), encoding="utf-8")
    visit = browser.Visit(running, path, viewport={"width": 1200, "height": 800})
    alerts: list[str] = []
    visit.page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page = visit.open()
    visit.picture("explorer-hostile")
    for identity, text in hostile.items():
        page.evaluate(
            """(id) => { const place = all.records.findIndex((record) => record.id === id);
              const row = [...document.querySelectorAll('#chart li')].find((one) => one.fact.records.includes(place));
              row.firstChild.click();
              for (const mark of row.querySelectorAll('.mark')) showTip(row.fact, [mark.piece], 200, 200); }""",
            identity,
        )
        own = f"article[data-record='{identity}']"
        place = "mark" if identity in seeds else ".says"
        shown = page.evaluate(
            "([own, place]) => ['h4', place].map((one) => document.querySelector(`${own} ${one}`).textContent)",
            [own, place],
        )
        assert [utf16(one) for one in shown] == [utf16(text)] * 2
    page.evaluate("() => update({ view: 'table', q: '<' })")
    assert page.locator("#chart img, #chart script, table img, #panel img, #panel script, #tip img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("script").count() == 2
    assert alerts == visit.complaints == []
    assert visit.requests == [visit.address]


@pytest.mark.released
def test_a_newcomer_finds_membership_and_changes(running: Any, tmp_path: Path) -> None:
    """A word and a press say since when Armenia is in the EAEU and by whom; a place and a year what changed there."""
    path = explorer.write_explorer(tmp_path / "explorer.html")
    visit = browser.Visit(running, path, viewport={"width": 1200, "height": 900})
    page = visit.open()
    page.fill("#search", "armenia eaeu")
    page.locator("#chart li .name", has_text="Membership: Armenia").click()
    assert "2015-01-02 … " in page.inner_text(".spells")
    assert all(name in page.inner_text(".spells") for name in ("Sergei Markedonov", "ragmamoul (2015)"))
    page.click("#reset")
    page.select_option("#entity", label="Nagorno-Karabakh")
    page.fill("#changed", "2023")
    names = page.locator("#chart li .name").all_inner_texts()
    assert "Armenian authorities control Nagorno-Karabakh" in names
    assert "Azerbaijan controls the whole of Nagorno-Karabakh" in names
    answer = page.locator("li", has_text="Azerbaijan controls the whole of Nagorno-Karabakh").locator("[data-answer]")
    assert answer.inner_text() == "yes"
    assert len(names) < 20


@pytest.mark.released
def test_all_lines_are_stretched_at_thirty_frames_a_second(running: Any, tmp_path: Path) -> None:
    """Half of the frames of a zoom over the released lines take no longer than a thirtieth of a second."""
    path = explorer.write_explorer(tmp_path / "explorer.html")
    visit = browser.Visit(running, path, viewport={"width": 1200, "height": 900})
    page = visit.open()
    assert page.locator("#chart li").count() > 300
    assert page.evaluate(FRAMES, 60) <= 1000 / 30
