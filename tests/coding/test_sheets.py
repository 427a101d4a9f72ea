"""Sheets: blocks and values, beyond the messages that stand in tests/bad."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caucasus_events.coding import sheets
from caucasus_events.model.rows import sha256

BAD = Path(__file__).parents[1] / "bad"
TEXT = (BAD / "text.txt").read_text("utf-8")
SHEET = (BAD / "sheet.toml").read_text("utf-8")


def _read(tmp_path: Path, sheet: str, text: str = TEXT) -> tuple[sheets.Sheet, list[str]]:
    """Read a sheet; give what was wrong without the places."""
    path = tmp_path / "mini.toml"
    path.write_text(sheet, "utf-8", newline="\n")
    read, problems = sheets.read_sheet(path, text)
    return read, [problem.what for problem in problems]


BROKEN = {
    "entity": ('name = "Belmark"', "name = 1", "name has the wrong type"),
    "event": ('title = "Arvania accuses Belmark of aggression"', "titles = 1", "unknown key 'titles'"),
    "status": ("holds = false", "holds = 0", "holds has the wrong type"),
    "set_aside": ('reason = "forecast"', "reason = 2", "reason has the wrong type"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_bad_block_hides_no_other(kind: str, tmp_path: Path) -> None:
    """Of a sheet with one bad block every other is read, and the bad one without what is wrong in it."""
    good, bad, words = BROKEN[kind]
    whole, nothing = _read(tmp_path, SHEET)
    read, found = _read(tmp_path, SHEET.replace(good, bad))

    assert nothing == []
    assert words in found
    for name in BROKEN:
        assert len(getattr(whole, name)) == len(getattr(read, name))
        assert any(block.faulty for _, block in getattr(read, name)) == (name == kind)
    assert not whole.unread
    assert not read.unread


def test_a_bad_block_keeps_the_number_of_the_others(tmp_path: Path) -> None:
    """Blocks are counted as they stand in the file, so that the line of a later one stays right."""
    read, _ = _read(tmp_path, SHEET.replace('name = "Arvania"', "name = 1"))
    named = [(number, entity.id, entity.name) for number, entity in read.entity]
    assert named[:2] == [(0, "AAA", None), (1, "AAB", "Belmark")]


def test_a_block_by_an_unknown_name_may_define_more(tmp_path: Path) -> None:
    """What a sheet calls by a name that no block has is not read, and nobody knows what it introduces."""
    read, found = _read(tmp_path, SHEET.replace("[[entity]]", "[[entitty]]"))
    assert found == ["unknown block 'entitty'"]
    assert read.unread


def test_every_bad_key_of_a_block_is_reported(tmp_path: Path) -> None:
    """Three wrong keys in one block are three problems, not one."""
    sheet = SHEET.replace('iso3 = "AAA"\ncow = 9001', 'iso = "AAA"\ncow = true\ngw = 1.5')
    _, found = _read(tmp_path, sheet)
    assert found == ["cow has the wrong type", "gw has the wrong type", "unknown key 'iso'"]


def test_a_key_of_any_characters_is_a_problem_and_no_pattern(tmp_path: Path) -> None:
    """A key in quotes may hold what means something in a search; it is reported like any other."""
    _, found = _read(tmp_path, SHEET.replace('iso3 = "AAA"', 'iso3 = "AAA"\n"*(" = 1'))
    assert found == ["unknown key '*('"]


@pytest.mark.parametrize(
    "value", ['"x"', "1", "1.5", "true", "1988-04-12", "1988-04-12T10:00:00", "10:00:00", '["x"]', '{ a = "x" }']
)
@pytest.mark.parametrize("key", ["name", "cow", "also_known_as"])
def test_a_value_of_any_type_is_read_or_reported(key: str, value: str, tmp_path: Path) -> None:
    """Whatever TOML can say in place of a value, the sheet is read or one problem names the key."""
    known = re.sub(rf"^{key} = .*\n", "", SHEET.partition("[[event]]")[0], count=1, flags=re.MULTILINE)
    first = known.index("[[entity]]") + len("[[entity]]\n")
    _, found = _read(tmp_path, f"{known[:first]}{key} = {value}\n{known[first:]}")
    right = {"name": '"x"', "cow": "1", "also_known_as": '["x"]'}[key]
    assert len(found) == (value != right)
    assert all(key in what for what in found)


@given(st.text(max_size=200))
def test_no_text_crashes_the_reader_of_sheets(tmp_path_factory: pytest.TempPathFactory, sheet: str) -> None:
    """Any characters at all are a sheet without problems or a list of them, never a crash."""
    path = tmp_path_factory.mktemp("sheet") / "mini.toml"
    path.write_bytes(sheet.encode("utf-8", "surrogatepass"))
    read, problems = sheets.read_sheet(path, TEXT)
    assert read.seed_id == "mini"
    assert problems


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader_of_texts(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Bytes are a text that comes back as it is, or one problem and no text."""
    path = tmp_path_factory.mktemp("text") / "mini.txt"
    path.write_bytes(data)
    text, problems = sheets.read_text(path)
    assert len(problems) == (0 if text else 1)
    assert not text or text.encode() == data
    assert not text or (text.strip() and "\r" not in text)


def test_a_text_is_as_long_as_allowed(tmp_path: Path) -> None:
    """The longest text that is allowed is read; one byte more is refused."""
    path = tmp_path / "mini.txt"
    path.write_bytes(b"a" * sheets.LARGEST)
    assert sheets.read_text(path)[1] == []
    path.write_bytes(b"a" * (sheets.LARGEST + 1))
    assert [problem.what for problem in sheets.read_text(path)[1]] == ["the text is too long"]


def test_the_hash_is_that_of_the_text(tmp_path: Path) -> None:
    """A sheet fits the one text whose hash it holds, to the last character."""
    assert sha256(TEXT.encode()) in SHEET
    assert _read(tmp_path, SHEET, TEXT)[1] == []
    assert _read(tmp_path, SHEET, TEXT + "\n")[1] == ["the text has changed since it was coded"]
