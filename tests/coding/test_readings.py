"""What other sources say, in however many files of seeds/reported it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from caucasus_events.building.dataset import build_in_memory
from caucasus_events.coding import reported
from caucasus_events.errors import ProblemsError

BAD = Path(__file__).parents[1] / "bad"
GOOD = (BAD.parent / "bad-readings" / "readings.toml").read_text("utf-8")
BLOCK = re.compile(r"^\[\[(\w+)\]\]\n(?:.+\n?)+", re.MULTILINE)
TABLES = ("corroborations", "references", "external_ids")


def _root(folder: Path, **files: str) -> Path:
    """Lay out a checkout with the good sheet of tests/bad, and these files of other sources."""
    (folder / "seeds" / "reported").mkdir(parents=True)
    shutil.copy(BAD / "sheet.toml", folder / "seeds" / "mini.toml")
    shutil.copy(BAD / "text.txt", folder / "seeds" / "mini.txt")
    for name, text in files.items():
        (folder / "seeds" / "reported" / f"{name}.toml").write_text(text, "utf-8", newline="\n")
    return folder


def _only(*kinds: str) -> str:
    """Leave of the good file the blocks of some kinds."""
    return "\n".join(match.group() for match in BLOCK.finditer(GOOD) if match.group(1) in kinds)


def test_without_a_file_the_layer_is_empty(tmp_path: Path) -> None:
    """A checkout whose records nobody else has dated builds, and its three tables have no row."""
    assert reported.code_reported(tmp_path) == []
    tables = build_in_memory(_root(tmp_path)).tables
    assert [len(tables[name]) for name in TABLES] == [0, 0, 0]


@pytest.mark.parametrize(
    "kinds",
    [
        [("reading", "external_id"), ("reference",)],
        [("reference",), ("external_id",), ("reading",)],
        [(), ("reading", "reference", "external_id")],
    ],
    ids=["defined in the second", "in three files", "one without a block"],
)
def test_files_give_together_what_one_would(kinds: list[tuple[str, ...]], tmp_path: Path) -> None:
    """However blocks are spread over files, a reference of one being cited in another, the tables are the same."""
    parts = {f"part-{number}": _only(*each) for number, each in enumerate(kinds)}
    one = build_in_memory(_root(tmp_path / "one", readings=GOOD)).tables
    several = build_in_memory(_root(tmp_path / "several", **parts)).tables
    assert [len(one[name]) for name in TABLES] == [4, 2, 1]
    for name in TABLES:
        pd.testing.assert_frame_equal(several[name], one[name])


def test_reasons_may_stand_in_any_file(tmp_path: Path) -> None:
    """Why a reading was changed or goes is read wherever it is written, with its place."""
    change = '[[change]]\nid = "a"\nreason = "Why."\nreason_code = "corrected_text"\n'
    withdrawn = '[[withdrawn]]\nid = "b"\nreason = "Why."\n'
    coded = reported.code_reported(_root(tmp_path, one=withdrawn, two=f"{GOOD}\n{change}"))
    assert [(each.lines.path, at) for each in coded for at, _ in each.reasons] == [
        ("seeds/reported/one.toml", ("withdrawn", 0, "b")),
        ("seeds/reported/two.toml", ("change", 0, "a")),
    ]


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path) -> None:
    """What other files cite of a file with a typing mistake in it is not reported as missing on top of that."""
    root = _root(tmp_path, one=_only("reading", "external_id"), two=_only("reference") + '\ntitle = "open\n')
    with pytest.raises(ProblemsError) as caught:
        build_in_memory(root)
    assert [problem.place for problem in caught.value.problems] == ["seeds/reported/two.toml:19"]


def test_every_file_reports_what_is_wrong_with_it(tmp_path: Path) -> None:
    """Mistakes in two files are reported together, each in its own, in the order of their names."""
    wrong = {"two": _only("reference").replace("news", "gossip"), "one": _only("reading").replace("refines", "helps")}
    with pytest.raises(ProblemsError) as caught:
        build_in_memory(_root(tmp_path, **wrong))
    found = [(problem.place.partition(":")[0], problem.what) for problem in caught.value.problems]
    assert found == [
        ("seeds/reported/one.toml", "unknown relation 'helps'"),
        ("seeds/reported/two.toml", "unknown kind 'gossip'"),
    ]
