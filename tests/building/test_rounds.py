"""One round of mending: each fault once, the cause and not its echoes, and nothing left for the next round."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from caucasus_events.building.dataset import build_dataset, build_in_memory
from caucasus_events.errors import ProblemsError
from releases import refused

HERE = Path(__file__).parents[1]
CLASH = "arvania-belmark-clash-1988"


def _root(root: Path, *changes: tuple[str, str], second: str = "") -> Path:
    """Lay out the good sheet of tests/bad with changes in it, and the good readings; a second seed, if there is one."""
    (root / "seeds" / "reported").mkdir(parents=True)
    sheet = (HERE / "bad" / "sheet.toml").read_text("utf-8")
    for old, new in changes:
        assert old in sheet
        sheet = sheet.replace(old, new, 1)
    (root / "seeds" / "mini.toml").write_text(sheet, "utf-8", newline="\n")
    shutil.copy(HERE / "bad" / "text.txt", root / "seeds" / "mini.txt")
    shutil.copy(HERE / "bad-readings" / "readings.toml", root / "seeds" / "reported")
    if second:
        (root / "seeds" / "second.toml").write_text(second, "utf-8", newline="\n")
        shutil.copy(HERE / "bad" / "second.txt", root / "seeds")
    return root


def _told(root: Path) -> list[tuple[str, str]]:
    """Return place and fault of every problem of a build."""
    with pytest.raises(ProblemsError) as caught:
        build_in_memory(root)
    return [(problem.place, problem.what) for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["second", "another"])
def test_a_taken_id_raises_nothing_about_the_readings_of_the_other(name: str, tmp_path: Path) -> None:
    """Readings of an id that two seeds give are held against neither, whichever seed stands first."""
    second = (HERE / "bad" / "second.toml").read_text("utf-8")
    second = second.replace(f'"{CLASH}-second"', f'"{CLASH}"').replace(f'same_as = "{CLASH}"\n', "")
    root = _root(tmp_path, second=second.replace('date = "1988-04-12"', 'date = "1990"'))
    for suffix in ("toml", "txt"):
        (root / "seeds" / f"second.{suffix}").rename(root / "seeds" / f"{name}.{suffix}")
    place = "seeds/second.toml:12" if name == "second" else "seeds/mini.toml:35"
    assert _told(root) == [(place, "the id is used twice")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('date = "1988-04-12"', 'date = "12 April"', ["the date is not one that this dataset reads"]),
        ('start = "1988"', 'start = "1988-13"', ["there is no such day"]),
        ('start = "1988"', "start = 1988", ["start has the wrong type"]),
        ("holds = true", 'holds = "yes"', ["holds has the wrong type"]),
        ('published = "1991-05-07"\n', "", ["published is missing"]),
        ('speaks_until = "1991-05-07"', 'speaks_until = "1991"', ["speaks_until is not a day"]),
        ('type = "clash"', 'type = "battle"', ["unknown type 'battle'"]),
        ('kind = "territory"', 'kind = "land"', ["unknown kind 'land'"]),
        ('id = "XCO"', "id = 5", ["id has the wrong type", "unknown entity 'XCO' in location"]),
        ('subject = "AAA"', "subject = 3", ["subject has the wrong type"]),
        ("participants = [", "participant = [", ["unknown key 'participant'"]),
        ("[source]", "[source", ["not valid TOML: Expected ']' at the end of a table declaration"]),
        ("[[entity]]", "[[actor]]", ["unknown block 'actor'"]),
        ('passages = [ "Belmark is', 'passages = "Belmark is', None),
    ],
)
def test_one_fault_is_one_problem(old: str, new: str, told: list[str] | None, tmp_path: Path) -> None:
    """Of a sheet with one fault, the readings beside it included, nothing is said but that fault."""
    found = [what for _, what in _told(_root(tmp_path, (old, new)))]
    assert found == told if told else len(found) == 1


def test_a_seed_is_called_like_an_id(tmp_path: Path) -> None:
    """A seed whose name would be no id in the table is refused at its file, and its rows are not, one by one."""
    root = _root(tmp_path)
    for suffix in ("toml", "txt"):
        (root / "seeds" / f"mini.{suffix}").rename(root / "seeds" / f"my chronicle.{suffix}")
    with pytest.raises(ProblemsError) as caught:
        build_in_memory(root)
    assert str(caught.value) == (
        "seeds/my chronicle.toml: the name of the file is not the id of a seed\n"
        "    do        name it like an id, in kebab-case with the year: author-2021.txt"
    )


def test_a_lost_file_of_readings_is_one_problem(checkout: Path) -> None:
    """Who loses the file of the layer is told that, and not of every row that it held."""
    (checkout / "seeds" / "reported" / "readings.toml").unlink()
    told = refused(checkout)
    assert re.match(r"seeds/reported: \d+ rows of 1\.0\.0 are in no file of this folder\n", told)
    assert told.count("    do  ") == 1


def test_a_lost_seed_is_one_problem(checkout: Path) -> None:
    """Who loses a released document is told that, and not of every row that it gave."""
    for suffix in ("toml", "txt"):
        (checkout / "seeds" / f"mini.{suffix}").rename(checkout / "seeds" / f"other.{suffix}")
    sheet = checkout / "seeds" / "other.toml"
    with pytest.raises(ProblemsError) as caught:
        build_dataset(checkout)
    assert "seeds/mini.toml: the seed was released in 1.0.0 and is gone\n" in str(caught.value)
    assert sheet.exists()
