"""Every mistake in tests/bad: the whole message, and nothing written.

A folder holds ``sheet.toml``, the good sheet of tests/bad with one mistake in it, and
``message.txt``, all that the build says. Its text is ``text.txt`` of the folder or else of
tests/bad; ``long.toml`` says how to make one, ``no-text`` says that there is none. Where two seeds
are needed, ``second.toml`` stands beside it, for the text ``second.txt`` of tests/bad.

A folder of tests/bad-readings holds ``readings.toml``, and one of tests/bad-reported ``records.toml``: the good one
beside it with one mistake in it, for the good sheet of tests/bad. Where two files are needed, ``second.toml`` stands
there, for the good one.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from caucasus_events.building.dataset import build_dataset, build_in_memory
from caucasus_events.errors import ProblemsError

BAD = Path(__file__).parents[1] / "bad"
MISTAKES = sorted(path for path in BAD.iterdir() if path.is_dir())
READINGS = Path(__file__).parents[1] / "bad-readings"
REPORTED = Path(__file__).parents[1] / "bad-reported"
MISREADINGS = sorted(path for path in READINGS.iterdir() if path.is_dir())
MISREPORTED = sorted(path for path in REPORTED.iterdir() if path.is_dir())


def _root(mistake: Path, root: Path) -> Path:
    """Lay out a checkout with the mistake in it: the seed mini, and the seed second if there are two."""
    (root / "seeds").mkdir()
    (root / "data").mkdir()
    (root / "data" / "released.txt").write_text("the last release")
    if (mistake / "sheet.toml").exists():
        shutil.copy(mistake / "sheet.toml", root / "seeds" / "mini.toml")
    if (mistake / "long.toml").exists():
        note = tomllib.loads((mistake / "long.toml").read_text("utf-8"))
        (root / "seeds" / "mini.txt").write_text(note["sentence"] * note["times"], "utf-8", newline="\n")
    elif not (mistake / "no-text").exists():
        own = mistake / "text.txt"
        shutil.copy(own if own.exists() else BAD / "text.txt", root / "seeds" / "mini.txt")
    if (mistake / "second.toml").exists():
        shutil.copy(mistake / "second.toml", root / "seeds" / "second.toml")
        shutil.copy(BAD / "second.txt", root / "seeds" / "second.txt")
    return root


def _files(root: Path) -> dict[Path, bytes]:
    """Read every file below a folder."""
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda path: path.name)
def test_a_mistake_has_its_own_message_and_writes_nothing(mistake: Path, tmp_path: Path) -> None:
    """A coder who makes this mistake reads exactly this message, and the last release stays whole."""
    root = _root(mistake, tmp_path)
    before = _files(root)

    with pytest.raises(ProblemsError) as caught:
        build_dataset(root)

    assert str(caught.value) == (mistake / "message.txt").read_text("utf-8").removesuffix("\n")
    assert str(tmp_path) not in str(caught.value)
    assert _files(root) == before
    assert sorted(path.name for path in root.iterdir()) == ["data", "seeds"]


def _with_other_sources(good: Path, root: Path, mistake: Path | None = None) -> Path:
    """Lay out a checkout with the good seed, and a file of other sources: the good one, or one with a mistake in it."""
    _root(BAD, root)
    for file in ("second.toml", "second.txt"):
        (root / "seeds" / file).unlink()
    reported = root / "seeds" / "reported"
    reported.mkdir()
    own = mistake and mistake / good.name
    shutil.copy(own if own and own.exists() else good, reported)
    if mistake and (mistake / "second.toml").exists():
        shutil.copy(mistake / "second.toml", reported)
    return root


@pytest.mark.parametrize("mistake", [*MISREADINGS, *MISREPORTED], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_mistake_about_other_sources_has_its_own_message_and_writes_nothing(mistake: Path, tmp_path: Path) -> None:
    """Whoever makes this mistake about other sources reads exactly this message, and the last release stays whole."""
    good = next(mistake.parent.glob("*.toml"))
    root = _with_other_sources(good, tmp_path, mistake)
    before = _files(root)

    with pytest.raises(ProblemsError) as caught:
        build_dataset(root)

    assert str(caught.value) == (mistake / "message.txt").read_text("utf-8").removesuffix("\n")
    assert _files(root) == before


def test_the_good_readings_build(tmp_path: Path) -> None:
    """The readings that the mistakes were made in have none themselves, and each message is of its own kind."""
    tables = build_in_memory(_with_other_sources(READINGS / "readings.toml", tmp_path)).tables
    assert [len(tables[name]) for name in ("corroborations", "references", "external_ids")] == [4, 2, 1]
    assert tables["corroborations"]["applied"].sum() == 2
    assert len({(mistake / "message.txt").read_text("utf-8") for mistake in MISREADINGS}) == len(MISREADINGS) >= 30


def test_the_good_records_build(tmp_path: Path) -> None:
    """The reported records that the mistakes were made in have none themselves, and each message is of its own kind."""
    tables = build_in_memory(_with_other_sources(REPORTED / "records.toml", tmp_path)).tables
    found = [tables[name]["layer"].eq("reported").sum() for name in ("events", "statuses", "timeline")]
    assert found == [2, 2, 4]
    assert [len(tables[name]) for name in ("entities", "corroborations", "references")] == [5, 0, 2]
    messages = {(mistake / "message.txt").read_text("utf-8") for mistake in (*MISREADINGS, *MISREPORTED)}
    assert len(messages) == len(MISREADINGS) + len(MISREPORTED)
    assert len(MISREPORTED) >= 25


def test_the_good_sheets_build(tmp_path: Path) -> None:
    """The sheets that the mistakes were made in have none themselves: one alone, and both together."""
    root = _root(BAD, tmp_path)
    tables = build_in_memory(root).tables
    assert tables["sources"]["source_id"].tolist() == ["mini", "second"]
    assert [len(tables[name]) for name in ("entities", "events", "statuses")] == [4, 3, 3]

    (root / "seeds" / "second.toml").unlink()
    (root / "seeds" / "second.txt").unlink()
    assert build_in_memory(root).tables["sources"]["source_id"].tolist() == ["mini"]


def test_there_is_a_folder_for_every_kind_of_mistake() -> None:
    """At least thirty different messages are held."""
    assert len({(mistake / "message.txt").read_text("utf-8") for mistake in MISTAKES}) >= 30


def test_what_stands_below_the_first_line_fits_a_terminal() -> None:
    """Facts and ways out are clipped or wrapped, whatever stands in the sheet."""
    lines = [
        line
        for mistake in (*MISTAKES, *MISREADINGS, *MISREPORTED)
        for line in (mistake / "message.txt").read_text("utf-8").splitlines()
        if line.startswith("    ")
    ]
    assert len(lines) > 100
    assert [line for line in lines if len(line) > 100] == []
