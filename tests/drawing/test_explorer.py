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
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from caucasus_events.asking.questions import as_of
from caucasus_events.asking.statements import evidence
from caucasus_events.drawing import explorer, figure
from caucasus_events.drawing.payload import payload
from caucasus_events.errors import UnwritableError
from caucasus_events.model import codebook
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = Path(__file__).parents[1] / "chronicle" / "seeds"


@pytest.fixture(scope="module")
def frames() -> dict[str, Any]:
    """The tables that the page is made of."""
    return {name: tables.load(name) for name in explorer.EXPLORED}


@pytest.fixture(scope="module")
def page(frames: dict[str, Any]) -> str:
    """The page of the tables."""
    return explorer.page_of(frames)


def data_of(page: str) -> dict[str, Any]:
    """Read the data out of the page, as the browser does."""
    return json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)[1])


def hashed(text: str) -> str:
    """Name a text as a policy does."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_nothing_else(page: str) -> None:
    """One script and one style are named by their hashes; nothing may be fetched, framed or sent."""
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    allowed = f"default-src 'none'; script-src {hashed(script)}; style-src {hashed(style)}"
    assert policy == f"{allowed}; base-uri 'none'; form-action 'none'"
    assert re.findall(r'\sstyle="|\son[a-z]+="', page.replace(script, "")) == []


def test_the_page_names_no_address_to_fetch(page: str) -> None:
    """The only addresses are those of the sources and of the dataset, which are links, and the name of SVG."""
    assert re.findall(r'(?:src|href)="?https?:', page) == []
    data = data_of(page)
    sources = {*tables.load_sources()["url"], *tables.load_references()["url"], data["address"]}
    found = set(re.findall(r'https?://[^\s"\\<]+', page)) - {"http://www.w3.org/2000/svg"}
    assert {url for url in found if not any(source.startswith(url.rstrip(".}, ")) for source in sources)} == set()


@pytest.mark.released
def test_the_page_of_the_release_is_small_and_needs_no_plotly(tmp_path: Path) -> None:
    """With all records, passages and sources it has at most 1.3 MB; writing it does not import plotly."""
    path = tmp_path / "explorer.html"
    code = f"""import sys
from caucasus_events import write_explorer
print(write_explorer({str(path)!r}).stat().st_size, "plotly" in sys.modules)"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True, text=True)
    size, imported = done.stdout.split()
    assert 300_000 < int(size) <= 1_300_000
    assert imported == "False"
    assert "plotly" not in path.read_text("utf-8").lower()


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


def test_a_page_opens_on_the_last_day_of_most_answers(page: str) -> None:
    """The day that a page opens with has more answers than the next, and as many as any."""
    day = pd.Timestamp(data_of(page)["sets"]["reported medium"]["day"], unit="D")
    days = [day, day + pd.Timedelta(days=1), "1995-01-01", "2010-01-01", "2020-07-23"]
    known = [int((as_of(one)["answer"] != "unknown").sum()) for one in days]
    assert known[0] > known[1]
    assert known[0] == max(known)


def test_what_several_layers_have_alike_stands_once(page: str) -> None:
    """No record, source, line, label or list of stretches is in the page twice."""
    data = data_of(page)
    for name in ("records", "refs", "lines", "labels", "tiles", "over"):
        written = [json.dumps(one) for one in data[name]]
        assert len(written) == len(set(written)) > 0, name


def test_every_record_brings_all_its_passages(page: str) -> None:
    """Each record of the dataset is in the page with every passage, offset and word of it that is shipped."""
    evidence = tables.load_evidence()
    data = data_of(page)
    found = {
        (record["id"], source, start, end, words[0] if words else "")
        for record in data["records"]
        for source, start, end, *words in record.get("q", [])
    }
    columns = ["record_id", "source_id", "start_char", "end_char", "quote"]
    assert found == set(evidence[columns].fillna("").itertuples(index=False, name=None))
    assert [record["id"] for record in data["records"]] == tables.load_timeline()["record_id"].tolist()
    assert set(data["sources"]) == set(tables.load_sources()["source_id"])


def test_passages_are_as_long_as_what_is_shipped_of_them(frames: dict[str, Any]) -> None:
    """Words and their surroundings are in the page where the table has them, and nothing stands for what it lacks."""
    evidence = frames["evidence"]
    evidence = evidence.assign(quote=evidence["quote"].mask(evidence.index % 2 == 1))
    found = {
        record["id"]: record["q"] for record in payload({**frames, "evidence": evidence})["records"] if "q" in record
    }
    shipped = evidence.groupby("record_id")["quote"].agg(lambda words: sorted(words.dropna()))
    assert {
        name: sorted(words for *_, words in passages if isinstance(words, str)) for name, passages in found.items()
    } == shipped.to_dict()
    assert {len(passage) for passages in found.values() for passage in passages} == {3, 4}


def test_the_documents_give_words_and_context_back(frames: dict[str, Any], tmp_path: Path) -> None:
    """Written where the documents are, the page has every passage between the words around it."""
    path = explorer.write_explorer(tmp_path / "page.html", texts=SEEDS)
    data = data_of(path.read_text("utf-8"))
    found = {
        (record["id"], source, start, before + words + after)
        for record in data["records"]
        for source, start, _, words, before, after in record.get("q", [])
    }
    proof = evidence(tables.load_timeline(), texts=SEEDS).query("layer == 'seed'")
    assert len(found) == len(frames["evidence"])
    assert found == set(proof[["record_id", "source_id", "start_char", "context"]].itertuples(index=False, name=None))


def test_a_release_is_cited_with_its_day(frames: dict[str, Any]) -> None:
    """The page cites the dataset as cite does: of a release with its day, of what is not released without one."""
    timeline = frames["timeline"].copy()
    timeline.attrs = timeline.attrs | {"released": "2031-02-03"}
    assert all("2031" in cited for cited in payload({**frames, "timeline": timeline})["cite"])
    timeline.attrs = {name: each for name, each in timeline.attrs.items() if name != "released"}
    assert payload({**frames, "timeline": timeline})["cite"][0].startswith("The caucasus-events maintainers. (n.d.). ")


def test_every_record_brings_what_other_sources_say(page: str) -> None:
    """Each record has every reading with its outcome and all its sources."""
    told = tables.load_corroborations()
    outcome = told["why_not"].map("not applied: {}".format).where(~told["applied"], "applied")
    expected = sorted(
        zip(told["record_id"], told["bound"], told["date"], outcome, told["sources"].str.count(";"), strict=True)
    )
    found = [
        (record["id"], bound, date, outcome, len(sources) - 1)
        for record in data_of(page)["records"]
        for bound, date, _, _, _, _, outcome, sources in record.get("d", [])
    ]
    assert sorted(found) == expected
    assert len(found) > 50


def test_every_reported_record_brings_what_its_sources_say(page: str) -> None:
    """A record that only others state has what they say, note, place, confidence and every source with its link."""
    data = data_of(page)
    timeline = tables.load_timeline().query("layer == 'reported'").set_index("record_id")
    found = {record["id"]: record for record in data["records"] if record.get("l") == 2}
    assert set(found) == set(timeline.index)
    assert {name: record["s"] for name, record in found.items()} == timeline["says"].to_dict()
    assert {name: record["c"] for name, record in found.items()} == timeline["confidence"].to_dict()
    told = found["azerbaijan-russia-military-base-gabala"]
    assert (told["pl"], told["o"]) == ("Gabala", "One source, which cites nobody.")
    address = "https://example.org/hearsay"
    assert [data["refs"][place] for place in told["r"]] == [
        ["The Test Gossip", ", “What Is Said in the Market”. ", " (n.d.)", address, "hearsay"]
    ]
    assert found["armenian-authorities-nagorno-karabakh-not-controlled-territory"]["h"] == 0


def test_version_and_digest_stand_in_the_page(page: str) -> None:
    """The footer says which release this is."""
    data, attrs = data_of(page), tables.load_timeline().attrs
    told = (data["version"], data["digest"], data["licence"])
    assert told == (attrs["version"], attrs["content_digest"], attrs["licence"])


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
    page = explorer.write_explorer(tmp_path / "explorer.html").read_text("utf-8")
    data = data_of(page)
    assert data["lanes"][-1] == "Clubs"
    assert data["types"]["membership"][0] == len(data["lanes"]) - 1
    light, dark = page[page.index("<style>") : page.index("* {")].split("@media", 1)
    for inks, borders, clubs in ((light, "#123456", "#654321"), (dark, "#89ABCD", "#FEDCBA")):
        assert f".l0 {{ --c: {borders};" in inks
        assert f".l{len(data['lanes']) - 1} {{ --c: {clubs};" in inks


def test_a_path_that_cannot_be_written_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is not there is named, with the reason of the system; it is caught as an OSError too."""
    monkeypatch.setattr(explorer, "page_of", lambda *_: "a page")
    path = tmp_path / "nowhere" / "explorer.html"
    with pytest.raises(UnwritableError) as caught:
        explorer.write_explorer(path)
    assert str(caught.value) == f"cannot write {path}: No such file or directory"
    assert isinstance(caught.value, OSError)
