"""The explorer as a file: its policy, its bytes, and its answers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from plotly.offline import get_plotlyjs

from caucasus_events.asking.answers import FIRST_DAY, LAST_DAY
from caucasus_events.asking.questions import as_of
from caucasus_events.drawing import explorer, figure, look
from caucasus_events.errors import UnwritableError
from caucasus_events.model import codebook, layers
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def frames() -> dict[str, object]:
    """The tables that the page is made of."""
    return {name: tables.load(name) for name in explorer.EXPLORED}


@pytest.fixture(scope="module")
def page(frames: dict[str, object]) -> str:
    """The page of the tables."""
    return explorer.page_of(frames)


def data_of(page: str, layer: str = "reported") -> dict[str, object]:
    """Read the data of one layer out of the page, as the browser does."""
    whole = json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    return whole["layers"][layer]


def test_the_policy_allows_the_two_scripts_of_the_page_and_nothing_else(page: str) -> None:
    """Every script is named by its hash; nothing may be fetched, framed or sent."""
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    scripts = re.findall(r"<script>(.*?)</script>", page.replace(get_plotlyjs(), "PLOTLY"), re.DOTALL)
    texts = [get_plotlyjs() if text == "PLOTLY" else text for text in scripts]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)
    assert len(texts) == 2
    assert policy == f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:"


def test_the_page_names_no_address_to_fetch(page: str) -> None:
    """Outside plotly's own code, the only addresses are those of the sources, which are links."""
    rest = page.replace(get_plotlyjs(), "")
    assert re.findall(r'(?:src|href)="?https?:', rest) == []
    sources = {*tables.load_timeline()["url"], *tables.load_references()["url"]}
    written = json.dumps(data_of(page)["records"], ensure_ascii=False)
    assert all(url in written or url in rest for url in sources)
    found = set(re.findall(r'https?://[^\s"\\<]+', rest))
    assert {url for url in found if not any(source.startswith(url) for source in sources)} == set()


@pytest.mark.released
def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    """Two runs of two processes, with different seeds of hashing, write one file."""
    pages = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.html"
        code = f"from caucasus_events.drawing.explorer import write_explorer; write_explorer({str(path)!r})"
        subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONHASHSEED": seed, "PATH": ""})
        pages.append(path.read_bytes())
    assert pages[0] == pages[1]


@pytest.mark.parametrize("layer", layers.LAYERS)
def test_the_stretches_answer_every_day_as_as_of_does(page: str, layer: str) -> None:
    """The stretches that are shipped tile all days, and give on each day of change what as_of gives in that layer."""
    data = data_of(page, layer)
    records = {record["id"]: record for record in data["records"]}
    statuses = tables.load_statuses(layer)
    days = sorted({day for stretches in data["stretches"] for first, last, *_ in stretches for day in (first, last)})
    checked = 0
    for day in days:
        expected = as_of(np.datetime64(day, "D").item(), layer=layer)
        key = ["type", "subject", "object", "about"]
        rows = statuses.merge(expected[[*key, "answer", "why"]], on=key, how="left", validate="m:1")
        for row in rows.itertuples():
            found = [s for s in data["stretches"][records[row.status_id]["stretches"]] if s[0] <= day <= s[1]]
            assert len(found) == 1
            assert found[0][2:] == [row.answer, row.why if isinstance(row.why, str) else ""]
            checked += 1
    assert checked > 100


@pytest.mark.parametrize("layer", layers.LAYERS)
def test_up_to_the_day_carried_to_the_page_answers_as_as_of_does(page: str, layer: str) -> None:
    """Answers of what goes on for ever, looked up until a day and not after it, are those of as_of carried to it."""
    data, carry_to = data_of(page, layer), "2024-06-30"
    limit = int(np.datetime64(carry_to, "D").astype(int))
    records = {record["id"]: record["stretches"] for record in data["records"]}
    found = {"": 0, "carried": 0}
    for day in (limit - 4000, limit - 200, limit, limit + 1, limit + 300):
        expected = as_of(np.datetime64(day, "D").item(), layer=layer, carry_to=carry_to)
        for row in expected.itertuples():
            for name in row.status_ids.split("; "):
                number = records[name]
                goes_on = data["carried"].get(str(number)) if day <= limit else None
                (stretch,) = [s for s in goes_on or data["stretches"][number] if s[0] <= day <= s[1]]
                carried = len(stretch) > len("dawy") and stretch[4]
                assert (stretch[2], stretch[3], carried) == (
                    row.answer,
                    row.why if isinstance(row.why, str) else "",
                    row.carried,
                )
                found["carried" if carried else ""] += 1
    assert min(found.values()) > 40


def test_the_page_opens_on_the_last_day_of_most_answers(page: str) -> None:
    """The day that a layer opens with has more answers than the next, and none has more."""
    for layer in layers.LAYERS:
        data = data_of(page, layer)
        known = [s for stretches in data["stretches"] for s in stretches if s[2] in ("yes", "no")]
        answered = lambda day, known=known: sum(first <= day <= last for first, last, *_ in known)  # noqa: E731
        day = int(np.datetime64(data["day"], "D").astype(int))
        assert answered(day) == max(answered(first) for first, *_ in known) > answered(day + 1)


def test_the_axis_is_as_long_as_the_slider(page: str) -> None:
    """However far what was still so is carried, the axis runs from just before the first day to the slider's last."""
    for layer in layers.LAYERS:
        data = data_of(page, layer)
        first, last = data["wide"]["layout"]["xaxis"]["range"]
        start, stop = (day * look.MILLISECONDS for day in data["slider"])
        assert last == stop + look.MILLISECONDS
        assert 0 <= first - start + 0.1 * (stop - start) <= 0.2 * (stop - start)


def test_stretches_of_events_tile_all_days(page: str) -> None:
    """An event has an answer on every day: it happened, may have happened, or was not on this day."""
    data = data_of(page)
    found = [data["stretches"][record["stretches"]] for record in data["records"] if record["kind"] == "event"]
    assert len(found) == 10
    for stretches in found:
        assert stretches[0][0] == FIRST_DAY
        assert stretches[-1][1] == LAST_DAY
        assert all(before[1] + 1 == after[0] for before, after in pairwise(stretches))
        assert {stretch[2] for stretch in stretches[1:-1]} <= {"happened", "may have happened"}
        assert stretches[0][2] == stretches[-1][2] == "not on this day"


def test_a_weak_event_never_happened_for_certain() -> None:
    """An event of low confidence may have happened on its day, with the reason."""
    frames = {name: tables.load(name) for name in explorer.EXPLORED}
    event = "armenia-azerbaijan-clash-2022"
    for name, key in (("timeline", "record_id"), ("events", "event_id")):
        confidence = frames[name]["confidence"]
        frames[name]["confidence"] = confidence.mask(frames[name][key] == event, "low")
    data = explorer.payload(frames)
    (record,) = [one for one in data["records"] if one["id"] == event]
    day = int(np.datetime64("2022-09-13", "D").astype(int))
    assert data["stretches"][record["stretches"]][1] == [day, day, "may have happened", "low confidence"]


def test_every_record_brings_all_its_evidence(page: str) -> None:
    """Each record of the dataset is in the page with every passage, offset and citation of it."""
    data = data_of(page)
    evidence = tables.load_evidence()
    found = {
        (record["id"], one["source"], one["start"], one["end"], one.get("quote", ""))
        for record in data["records"]
        for one in record["evidence"]
    }
    columns = ["record_id", "source_id", "start_char", "end_char", "quote"]
    assert found == set(evidence[columns].fillna("").itertuples(index=False, name=None))
    assert {record["id"] for record in data["records"]} == set(tables.load_timeline()["record_id"])


def test_every_record_brings_what_other_sources_say(page: str) -> None:
    """In every layer each record has every reading with its outcome and all its sources."""
    told = tables.load_corroborations()
    outcome = told["why_not"].map("not applied: {}".format).where(~told["applied"], "applied")
    expected = sorted(
        zip(told["record_id"], told["bound"], told["date"], outcome, told["sources"].str.count(";"), strict=True)
    )
    for layer in layers.LAYERS:
        found = [
            (record["id"], one["bound"], one["date"], one["outcome"], len(one["sources"]) - 1)
            for record in data_of(page, layer)["records"]
            for one in record["readings"]
        ]
        assert sorted(found) == expected
        assert len(found) > 50


def test_every_reported_record_brings_what_its_sources_say(page: str) -> None:
    """A record that only others state has what they say, note, place, confidence and every source with its link."""
    data = data_of(page)
    timeline = tables.load_timeline().query("layer == 'reported'").set_index("record_id")
    found = {record["id"]: record for record in data["records"] if record["layer"] == "reported"}
    assert set(found) == set(timeline.index)
    assert {name: record["says"] for name, record in found.items()} == timeline["says"].to_dict()
    assert {name: record["confidence"] for name, record in found.items()} == timeline["confidence"].to_dict()
    told = found["azerbaijan-russia-military-base-gabala"]
    assert (told["place"], told["note"]) == ("Gabala", "One source, which cites nobody.")
    assert (told["claim"], told["basis"]) == ("stated by other sources alone", "other sources")
    assert told["stated"] == [
        {
            "text": "The Test Gossip, “What Is Said in the Market”. https://example.org/hearsay",
            "url": "https://example.org/hearsay",
        }
    ]
    denial = found["armenian-authorities-nagorno-karabakh-not-controlled-territory"]
    assert denial["claim"] == "stated by other sources alone; an explicit denial"
    for layer in ("seed", "corroborated"):
        assert {record["layer"] for record in data_of(page, layer)["records"]} <= {"", "seed"}


def test_each_layer_offers_its_own_parties_and_lanes(page: str) -> None:
    """Who is party to reported records alone cannot be chosen in the layers of the documents."""
    frames = {name: tables.load(name) for name in explorer.EXPLORED}
    event = "armenia-azerbaijan-clash-2022"
    people = frames["participants"]
    people["entity_id"] = people["entity_id"].mask((people["event_id"] == event) & (people["role"] == "side"), "PUTIN")
    people = people.query("event_id == @event or entity_id != 'PUTIN'")
    page = explorer.page_of({**frames, "participants": people})
    assert [("PUTIN" in data_of(page, layer)["entities"]) for layer in layers.LAYERS] == [False, False, True]


def test_version_and_digest_stand_in_the_page(page: str) -> None:
    """The footer says which release this is."""
    data = data_of(page)
    attrs = tables.load_timeline().attrs
    assert (data["version"], data["digest"], data["licence"]) == (
        attrs["version"],
        attrs["content_digest"],
        attrs["licence"],
    )


@pytest.fixture
def edited_codebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The codebook as if somebody had changed a colour, and added a lane for memberships."""
    cached = (codebook.lanes, codebook.event_types, codebook.status_types)
    text = resources.files("caucasus_events.model").joinpath("codebook.toml").read_text("utf-8")
    text = text.replace('"#0072B2"', '"#123456"').replace('"#4FB0E8"', '"#89ABCD"')
    text = text.replace('[status.membership]\nlane = "organisations"', '[status.membership]\nlane = "clubs"')
    document = tomllib.loads(text + '\n[lane.clubs]\ntitle = "Clubs"\ncolour = "#654321"\ndark = "#FEDCBA"\n')
    monkeypatch.setattr("caucasus_events.model.codebook._document", lambda: document)
    for function in cached:
        function.cache_clear()
    yield
    monkeypatch.undo()
    for function in cached:
        function.cache_clear()


@pytest.mark.usefixtures("edited_codebook")
def test_another_colour_and_a_new_lane_in_the_codebook_need_no_other_edit(tmp_path: Path) -> None:
    """Figure and explorer draw them, and every one of their inks has its twin in the dark."""
    names = {note.text: note.font.color for note in figure.timeline().layout.annotations}
    assert names["<b>Borders</b>"] == "#123456"
    assert names["<b>Clubs</b>"] == "#654321"
    data = data_of(explorer.write_explorer(tmp_path / "explorer.html").read_text("utf-8"))
    assert (data["dark"]["#123456"], data["dark"]["#654321"]) == ("#89ABCD", "#FEDCBA")
    assert "Clubs" in [lane["title"] for lane in data["lanes"]]
    drawn = set(re.findall("#[0-9A-F]{6}", json.dumps([data["wide"], data["narrow"]])))
    assert drawn - {*data["dark"]} == {look.AXIS}


def test_a_path_that_cannot_be_written_is_an_error_that_says_why(tmp_path: Path) -> None:
    """A folder that is not there is named, with the reason of the system; it is caught as an OSError too."""
    path = tmp_path / "nowhere" / "explorer.html"
    with pytest.raises(UnwritableError) as caught:
        explorer.write_explorer(path)
    assert str(caught.value) == f"cannot write {path}: No such file or directory"
    assert isinstance(caught.value, OSError)
