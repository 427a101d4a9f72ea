"""What README and CONTRIBUTING show is what the package prints (their Python runs as doctests)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from caucasus_events.building import dataset
from caucasus_events.cli import main
from caucasus_events.errors import ProblemsError
from caucasus_events.model.rows import TABLES

ROOT = Path(__file__).parents[2]
README, CONTRIBUTING = ((ROOT / name).read_text("utf-8") for name in ("README.md", ".github/CONTRIBUTING.md"))
BLOCKS = re.findall(r"```text\n(.*?)```", README + CONTRIBUTING, re.DOTALL)


@pytest.mark.released
def test_the_shown_command_prints_what_is_shown() -> None:
    """Every command in a text block prints the lines below it."""
    shown = [block for block in BLOCKS if block.startswith("$ caucasus-events ")]
    assert shown
    for block in shown:
        command, _, expected = block.partition("\n")
        assert CliRunner().invoke(main, command.split()[2:]).output == expected


def test_the_shown_mistake_is_what_the_build_says(mini: Path) -> None:
    """The mistake that a contributor is shown is the message of that mistake."""
    shown = next(block for block in BLOCKS if block.startswith("seeds/mini.toml"))
    sheet = mini / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text().replace("on 20 February 1990", "on 21 February 1990", 1))
    with pytest.raises(ProblemsError) as caught:
        dataset.build_in_memory(mini)
    assert str(caught.value) + "\n" == shown


def test_every_table_is_listed_with_its_loader() -> None:
    """The README lists each table with the loader that reads it."""
    for name in TABLES:
        assert re.search(rf"^\| `{name}` \| .* \| `load_{name}\(\)` \|$", README, re.MULTILINE), name


def test_the_readme_is_a_page_for_readers() -> None:
    """The README is short, and begins with the picture, the lines of code that draw it, and five that ask."""
    assert len(README.splitlines()) <= 295
    opening = README.partition("\n## ")[0]
    assert opening.index("](.github/timeline.png)") < opening.index("```python")
    assert opening.count("\n>>> ") == 5 + 5


def test_every_room_is_in_the_plan_of_the_house() -> None:
    """The plan names each folder of the package, and no other."""
    plan = re.search(r"## The house\n.*?```text\n(.*?)```", CONTRIBUTING, re.DOTALL)
    assert plan
    drawn = {room for line in plan[1].splitlines() for room in re.findall(r"[a-z]+", line.partition("   ")[0])}
    assert drawn | {"cli"} == {
        path.parent.name for path in (ROOT / "src" / "caucasus_events").glob("[a-z]*/__init__.py")
    }
