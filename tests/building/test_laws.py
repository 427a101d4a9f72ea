"""Laws over every released row, however many documents there are; each counts what it checked and fails on none."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from caucasus_events.building.rules import registry
from caucasus_events.model import codebook
from caucasus_events.model.rows import TABLES, sha256
from caucasus_events.reading import tables

SEEDS = Path(__file__).parents[2] / "seeds"
BOUNDS = ["start_earliest", "start_latest", "end_earliest", "end_latest"]

# Words that make a passage one that denies.
DENYING = re.compile(r"\b(not|never|no|nor|without|refrain\w*|den(y|ies|ied)|reject\w*|refus\w*)\b|n['’]t\b")

pytestmark = pytest.mark.released


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The texts of the seeds by id."""
    return {path.stem: path.read_bytes().decode() for path in SEEDS.glob("*.txt")}


def test_every_rule_holds_over_the_release() -> None:
    """No released row breaks a rule, whether or not the texts are at hand."""
    released = {name: tables.load(name) for name in TABLES}
    assert len(registry.RULES) >= 20
    assert list(registry.broken(registry.Shipped(released, {}))) == []


def test_every_quote_stands_at_its_offsets(texts: dict[str, str]) -> None:
    """The words between the offsets of a passage have its digest, are its quote if shipped, and stand there once."""
    checked = 0
    for row in tables.load_evidence().itertuples():
        text = texts[row.source_id]
        words = " ".join(text[row.start_char : row.end_char].split())
        assert sha256(words.encode()) == row.sha256
        assert pd.isna(row.quote) or row.quote == words
        assert " ".join(text.split()).count(words) == 1
        checked += 1
    assert checked >= 50


def test_every_character_is_accounted_for(texts: dict[str, str]) -> None:
    """The stretches of a seed, joined, are its text; cited and set-aside shares add up to one."""
    checked = 0
    for source in tables.load_sources().itertuples():
        stretches = tables.load_coverage().query("source_id == @source.source_id")
        text = texts[source.source_id]
        assert "".join(text[row.start_char : row.end_char] for row in stretches.itertuples()) == text
        assert source.cited_share + source.set_aside_share == pytest.approx(1, abs=1e-6)
        assert source.sha256 == sha256(text.encode())
        checked += len(stretches)
    assert checked > 0


def test_certain_days_are_possible_days() -> None:
    """Where a status or event is certain its outer bounds agree: certain lies within possible."""
    flat = tables.load_timeline()
    first, last = flat["start_latest"], flat["end_earliest"]
    certain = flat[first.notna() & last.notna() & (first <= last)]
    assert ((certain["start_earliest"] <= certain["start_latest"]) | certain["start_earliest"].isna()).all()
    assert ((certain["end_latest"] >= certain["end_earliest"]) | certain["end_latest"].isna()).all()
    assert len(certain) >= 20


def test_no_bound_is_later_than_the_source_speaks() -> None:
    """Every bound that is given lies on or before the day the seed speaks until."""
    checked = 0
    for frame in (tables.load_events(), tables.load_statuses()):
        for bound in BOUNDS:
            given = frame[frame[bound].notna() & frame["speaks_until"].notna()]
            assert (given[bound] <= given["speaks_until"]).all()
            checked += len(given)
    assert checked >= 60


def test_what_goes_on_has_no_end() -> None:
    """An ongoing status was so on the day its source speaks until, and its end is null, never a date."""
    ongoing = tables.load_statuses().query("end_state == 'ongoing'")
    assert len(ongoing) > 0
    assert ongoing["end_latest"].isna().all()
    assert (ongoing["end_earliest"] == ongoing["speaks_until"]).all()


def test_denials_are_explicit(texts: dict[str, str]) -> None:
    """Every coded status that does not hold says so in its title, its id and a quote with a negation."""
    denials = tables.load_statuses().query("not holds and source_id.notna()")
    passages = tables.load_evidence()
    places = zip(passages["source_id"], passages["start_char"], passages["end_char"], strict=True)
    passages["words"] = [texts[name][start:end] for name, start, end in places]
    quotes_of = passages.groupby("record_id")["words"].agg(" ".join)
    assert len(denials) >= 4
    for row in denials.itertuples():
        assert "-not-" in row.status_id
        assert " not " in row.title
        assert DENYING.search(quotes_of[row.status_id])


def test_the_timeline_holds_every_record_as_it_is() -> None:
    """The flat table has the type, title and bounds of every event and status, and a quote of it if one is shipped."""
    flat = tables.load_timeline().set_index("record_id")
    evidence = tables.load_evidence()
    proofs = set(zip(evidence["record_id"], evidence["quote"], strict=True))
    quoted = set(evidence.dropna(subset="quote")["record_id"])
    checked = 0
    for frame, key in ((tables.load_events(), "event_id"), (tables.load_statuses(), "status_id")):
        for row in frame.to_dict("records"):
            for column in ("type", "title", *BOUNDS):
                one, other = row[column], flat.loc[row[key], column]
                assert one == other or (pd.isna(one) and pd.isna(other))
            quote = flat.loc[row[key], "quote"]
            assert (row[key], quote) in proofs if pd.notna(quote) else row[key] not in quoted
            checked += 1
    assert checked == len(flat) >= 34


def test_every_type_is_used() -> None:
    """The release uses codes of the codebook only, and every event type and status type at least once."""
    assert set(tables.load_events()["type"]) == set(codebook.codes("event"))
    assert set(tables.load_statuses()["type"]) == set(codebook.codes("status"))
