"""What the README shows is what the package prints (its Python runs as doctests)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from caucasus_events.building import dataset
from caucasus_events.cli import main
from caucasus_events.errors import ProblemsError
from caucasus_events.reading import tables

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```text\n(.*?)```", README, re.DOTALL)


def test_the_shown_command_prints_what_is_shown() -> None:
    """Every command in a text block of the README prints the lines below it."""
    shown = [block for block in BLOCKS if block.startswith("$ caucasus-events ")]
    assert shown
    for block in shown:
        command, _, expected = block.partition("\n")
        assert CliRunner().invoke(main, command.split()[2:]).output == expected


def test_the_shown_mistake_is_what_the_build_says(mini: Path) -> None:
    """The mistake in the README is the message of that mistake."""
    shown = next(block for block in BLOCKS if block.startswith("seeds/mini.toml"))
    sheet = mini / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text().replace("on 20 February 1990", "on 21 February 1990", 1))
    with pytest.raises(ProblemsError) as caught:
        dataset.build_in_memory(mini)
    assert str(caught.value) + "\n" == shown


def test_every_table_is_listed_with_its_loader() -> None:
    """The README lists each table with the loader that reads it."""
    for name in tables.TABLES:
        assert re.search(rf"^\| `{name}` \| .* \| `load_{name}\(\)` \|$", README, re.MULTILINE), name
