"""The head of a new sheet."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from caucasus_events.coding import sheets, template
from caucasus_events.errors import ProblemsError
from caucasus_events.model.rows import sha256

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("title", ["A plain line", 'He said "no" \\ $title', "$digest — ½"])
def test_a_new_sheet_holds_the_title_and_the_hash_of_its_text(title: str, tmp_path: Path) -> None:
    """Whatever the first line of a text says, the sheet is TOML and has it word for word."""
    document = tmp_path / "author-2021.txt"
    document.write_text(f"\n# {title}\n\nMore.\n", "utf-8", newline="\n")
    sheet = template.new_seed(document, tmp_path)
    assert sheet == tmp_path / "seeds" / "author-2021.toml"
    source = tomllib.loads(sheet.read_text("utf-8"))["source"]
    assert (source["title"], source["sha256"]) == (title, sha256(document.read_bytes()))


def test_what_a_person_must_still_write_is_all_that_is_wrong(tmp_path: Path) -> None:
    """A new sheet is well formed but for the question marks in its head."""
    document = tmp_path / "author-2021.txt"
    document.write_text("A line.\n", "utf-8")
    sheet = template.new_seed(document, tmp_path)
    _, problems = sheets.read_sheet(sheet, "A line.\n")
    asked = ["author is empty", "publisher is empty", "published is not a day", "speaks_until is not a day"]
    assert [problem.what for problem in problems] == [*asked, "url is empty"]


def test_commented_records_are_well_formed(tmp_path: Path) -> None:
    """Each example of the head, its comment signs taken away, is a block that the reader of sheets takes."""
    document = tmp_path / "author-2021.txt"
    document.write_text("A line.\n", "utf-8")
    sheet = template.new_seed(document, tmp_path)
    lines = sheet.read_text("utf-8").splitlines()[1:]
    shown = "\n".join(line.removeprefix("# ") for line in lines).replace('= "?"', '= "2021-01-01"')
    sheet.write_text(shown, "utf-8")
    read, problems = sheets.read_sheet(sheet, "A line.\n")
    assert problems == []
    assert [len(blocks) for blocks in (read.entity, read.event, read.status, read.set_aside)] == [1, 1, 1, 1]


def test_a_seed_that_exists_is_not_written_over(tmp_path: Path) -> None:
    """A second document of the same name is refused, and the sheet that was coded stays."""
    document = tmp_path / "author-2021.txt"
    document.write_text("A line.\n", "utf-8")
    sheet = template.new_seed(document, tmp_path)
    before = sheet.read_bytes()
    with pytest.raises(ProblemsError, match="the file exists"):
        template.new_seed(document, tmp_path)
    assert sheet.read_bytes() == before
