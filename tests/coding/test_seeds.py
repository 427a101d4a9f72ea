"""Coding one seed: places, rows and the account of every character."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caucasus_events.coding import seeds
from caucasus_events.model import codebook
from caucasus_events.model.rows import sha256

BAD = Path(__file__).parents[1] / "bad"
HEAD = """\
[source]
title = "T"
author = "A"
publisher = "P"
published = "1991-05-07"
speaks_until = "1991-05-07"
url = "https://example.org/t"
language = "en"
sha256 = "{}"

[[entity]]
id = "AAA"
name = "Arvania"
kind = "state"
iso3 = "AAA"
"""


def _event(name: str, *passages: str) -> str:
    """Write a block that cites passages."""
    return f"""
[[event]]
id = "{name}"
type = "clash"
title = "A clash"
participants = [ {{ entity = "AAA", role = "side" }} ]
assertion = "asserted"
passages = {json.dumps(passages)}
"""


def _aside(reason: str, *passages: str) -> str:
    """Write a block that sets passages aside."""
    return f'\n[[set_aside]]\nreason = "{reason}"\npassages = {json.dumps(passages)}\n'


def _code(folder: Path, text: str, *blocks: str) -> seeds.Coded:
    """Code a text with these blocks."""
    (folder / "mini.txt").write_bytes(text.encode())
    (folder / "mini.toml").write_bytes((HEAD.format(sha256(text.encode())) + "".join(blocks)).encode())
    return seeds.code_seed(folder / "mini.toml")


def _stretches(coded: seeds.Coded) -> list[tuple[str, str]]:
    """Give the coverage of a seed as its words and their disposition."""
    return [(coded.text[row["start_char"] : row["end_char"]], row["disposition"]) for row in coded.rows["coverage"]]


def _source(coded: seeds.Coded) -> dict[str, Any]:
    """Give the row of the seed itself."""
    (row,) = coded.rows["sources"]
    return row


@pytest.mark.parametrize(
    ("text", "blocks", "stretches"),
    [
        ("One. Two.", [_event("a", "One."), _aside("opinion", "Two.")], [("One. ", "cited"), ("Two.", "opinion")]),
        ("One. Two.", [_event("a", "One."), _event("b", "Two.")], [("One. Two.", "cited")]),
        (
            "\n\n One. \n\nTwo.\n",
            [_event("a", "One."), _aside("opinion", "Two.")],
            [("\n\n One. \n\n", "cited"), ("Two.\n", "opinion")],
        ),
        (
            "One. Two. Three.",
            [_aside("opinion", "One.", "Two."), _aside("forecast", "Three.")],
            [("One. Two. ", "opinion"), ("Three.", "forecast")],
        ),
        (
            "One two, three.",
            [_event("a", "two,"), _aside("opinion", "One two, three.")],
            [("One ", "opinion"), ("two, ", "cited"), ("three.", "opinion")],
        ),
        ("One-two.", [_event("a", "One"), _aside("opinion", "-two.")], [("One", "cited"), ("-two.", "opinion")]),
    ],
    ids=["two", "neighbours merge", "white space goes before", "reasons merge", "cited wins", "inside a word"],
)
def test_coverage(text: str, blocks: list[str], stretches: list[tuple[str, str]], tmp_path: Path) -> None:
    """White space belongs to the stretch before it, neighbours of one disposition merge, cited wins over set aside."""
    coded = _code(tmp_path, text, *blocks)
    assert coded.problems == []
    assert _stretches(coded) == stretches


def test_shares_count_characters_that_are_not_white_space(tmp_path: Path) -> None:
    """Six of eight letters cited are three quarters, whatever stands between them."""
    coded = _code(tmp_path, "abc   def\n\n\ngh\n", _event("a", "abc def"), _aside("opinion", "gh"))
    source = _source(coded)
    assert (source["characters"], source["cited_share"], source["set_aside_share"]) == (15, 0.75, 0.25)


def test_characters_are_code_points(tmp_path: Path) -> None:
    """Offsets count code points, not the bytes of the file."""
    coded = _code(tmp_path, "Élan — çà. Then.", _event("a", "Then."), _aside("opinion", "Élan — çà."))
    (row,) = coded.rows["evidence"]
    assert (row["start_char"], row["end_char"], row["sha256"]) == (11, 16, sha256(b"Then."))
    assert _source(coded)["characters"] == 16


WORDS = st.lists(st.sampled_from(["one", "two,", "—", "Élan.", "it's"]), min_size=1, max_size=12)
SPACE = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\u00a0", " \u2003"])


@given(words=WORDS, space=st.lists(SPACE, min_size=13, max_size=13), cut=st.lists(st.integers(0, 5), min_size=12))
def test_coverage_tiles_any_text(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], space: list[str], cut: list[int]
) -> None:
    """However words and white space stand, each character has one disposition; the shares are those of the words."""
    # Numbers make every word stand in the text once.
    numbered = [f"{number}{word}" for number, word in enumerate(words, 100)]
    text = "".join(part for pair in zip(space, numbered, strict=False) for part in pair) + space[-1]
    names = ["cited", *codebook.codes("reason")]
    chosen = [names[code] for code, _ in zip(cut, numbered, strict=False)]
    blocks = [
        _event(f"e-{word[:3]}", word) if name == "cited" else _aside(name, word)
        for word, name in zip(numbered, chosen, strict=True)
    ]
    coded = _code(tmp_path_factory.mktemp("seed"), text, *blocks)

    assert coded.problems == []
    stretches = _stretches(coded)
    assert "".join(words for words, _ in stretches) == text
    assert [name for words, name in stretches for _ in words.split()] == chosen
    assert all(before[1] != after[1] for before, after in pairwise(stretches))
    cited = sum(len(word) for word, name in zip(numbered, chosen, strict=True) if name == "cited")
    total = sum(map(len, numbered))
    assert _source(coded)["cited_share"] == round(cited / total, 6)
    assert _source(coded)["set_aside_share"] == round(1 - cited / total, 6)


def test_the_order_of_blocks_does_not_matter(tmp_path: Path) -> None:
    """Two records and two reasons give the same rows, whichever was written first."""
    text = "One. Two. Three. Four."
    blocks = [_event("a", "One."), _event("b", "Two."), _aside("opinion", "Three."), _aside("forecast", "Four.")]
    forth, back = _code(tmp_path, text, *blocks), _code(tmp_path, text, *blocks[::-1])
    for table in ("events", "participants", "evidence", "coverage", "sources"):
        rows = [sorted(coded.rows[table], key=str) for coded in (forth, back)]
        assert rows[0]
        assert rows[0] == rows[1]


def test_set_aside_for_two_reasons_is_a_problem_in_either_order(tmp_path: Path) -> None:
    """The words that two blocks set aside are reported at the second of them."""
    blocks = [_aside("opinion", "One two."), _aside("forecast", "two.")]
    for order, named in ((blocks, "forecast and as opinion"), (blocks[::-1], "opinion and as forecast")):
        coded = _code(tmp_path, "One two.", *order)
        assert [problem.what for problem in coded.problems] == [f"words are set aside as {named}"]
        assert coded.problems[0].record == "set_aside 2"


def test_the_same_reason_twice_is_none(tmp_path: Path) -> None:
    """Words that are set aside twice for one reason have one disposition."""
    coded = _code(tmp_path, "One two.", _aside("opinion", "One two."), _aside("opinion", "two."))
    assert coded.problems == []
    assert _stretches(coded) == [("One two.", "opinion")]


@pytest.mark.parametrize(
    ("cited", "gaps"),
    [
        (["One.", "Two.", "Three."], []),
        (["One.", "Three."], ["Two."]),
        (["Two."], ["One.", "Three."]),
        (["Three."], ["One. Two."]),
        (["One.", "Two.", "Three"], ["."]),
    ],
)
def test_every_gap_is_reported_with_its_words(cited: list[str], gaps: list[str], tmp_path: Path) -> None:
    """Each run of words that nothing accounts for is one problem, over line breaks too, down to a sign."""
    coded = _code(tmp_path, "One.\n\nTwo. Three.", *(_event(f"e-{i}", words) for i, words in enumerate(cited)))
    assert [problem.facts[0].text for problem in coded.problems] == gaps


def test_gaps_wait_until_every_passage_is_found(tmp_path: Path) -> None:
    """A passage with a typing mistake is one problem; the words it meant are no gap on top of it."""
    coded = _code(tmp_path, "One fine day. Two.", _event("a", "One fime day."), _event("b", "Two."))
    assert [problem.what for problem in coded.problems] == ["the quote is not in seeds/mini.txt"]


def test_a_record_keeps_the_first_passage_as_its_quote(tmp_path: Path) -> None:
    """The passage that the coder puts first is the quote of the record, folded, wherever it stands in the text."""
    coded = _code(tmp_path, "One.\n\nTwo\nthree.", _event("a", "Two three.", "One."))
    assert [row["quote"] for row in coded.rows["events"]] == ["Two three."]
    assert [row["quote"] for row in coded.rows["evidence"]] == ["Two three.", "One."]


def test_a_seed_that_cannot_be_read_gives_no_rows(tmp_path: Path) -> None:
    """Without a text or a sheet there are problems and nothing else."""
    (tmp_path / "mini.toml").write_bytes((BAD / "sheet.toml").read_bytes())
    alone = seeds.code_seed(tmp_path / "mini.toml")
    assert len(alone.problems) == 1
    assert not any(alone.rows.values())


def test_codes_that_the_codebook_does_not_have_are_all_reported(tmp_path: Path) -> None:
    """Type, assertion and role of one record are three problems of one run."""
    event = _event("a", "One.").replace("clash", "brawl").replace("asserted", "claimed").replace('"side"', '"foe"')
    found = [problem.what for problem in _code(tmp_path, "One.", event).problems]
    assert found == ["unknown type 'brawl'", "unknown assertion 'claimed'", "unknown role 'foe'"]
