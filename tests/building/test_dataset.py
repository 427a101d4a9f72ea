"""Seeds to files: the golden build, the rebuilt release, and what happens when something breaks."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from caucasus_events.building import dataset, files, standing
from caucasus_events.coding import reported, seeds
from caucasus_events.errors import ProblemsError, ReleaseError
from caucasus_events.model.rows import FILES, TABLES

ROOT = Path(__file__).parents[2]
MINI = Path(__file__).parents[1] / "mini"


def copies(root: Path, count: int) -> None:
    """Add seeds of other names whose records have other ids, as a checkout with many seeds has."""
    text, sheet = (root / "seeds" / "mini.txt").read_text(), (root / "seeds" / "mini.toml").read_text()
    sheet = re.sub(r"\[\[entity\]\].*?(?=\[\[event)", "", sheet, count=1, flags=re.DOTALL)
    for number in range(count):
        (root / "seeds" / f"copy-{number}.txt").write_text(text)
        renamed = re.sub(r'^id = "(.*)"$', rf'id = "\1-copy-{number}"', sheet, flags=re.MULTILINE)
        (root / "seeds" / f"copy-{number}.toml").write_text(renamed)


@pytest.mark.parametrize("name", TABLES)
def test_the_small_seed_gives_the_golden_tables(name: str, mini: Path) -> None:
    """Each table of the two-sentence seed is, to the letter, the CSV that was worked out by hand."""
    built = dataset.build_in_memory(mini)
    assert built.tables[name].to_csv(index=False, lineterminator="\n") == (MINI / "golden" / f"{name}.csv").read_text()


@pytest.mark.released
def test_the_release_is_what_the_seeds_build() -> None:
    """Rebuilding the seeds gives the shipped data, and every rule holds over it."""
    built, compared = standing.check_dataset(ROOT)
    assert len(built.tables["timeline"]) > 0
    assert compared == ("bytes" if files.pins_hold() else "rows and schemas")


@pytest.mark.parametrize(
    ("seed", "zone", "locale"),
    [("0", "UTC", "C"), ("1", "Pacific/Kiritimati", "C.UTF-8"), ("77", "America/Lima", "POSIX")],
)
def test_the_same_seeds_give_the_same_bytes(mini: Path, seed: str, zone: str, locale: str) -> None:
    """Another process with another hash seed, time zone and locale writes the same files to the byte."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
    command = [sys.executable, "-m", "caucasus_events", "build", "--root", str(mini)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    written = {path.name: path.read_bytes() for path in (mini / "data").iterdir()}
    assert written == dataset.build_in_memory(mini).files


def test_the_order_of_the_seeds_does_not_matter(mini: Path) -> None:
    """Whatever seed is coded first, the tables are the same."""
    copies(mini, 3)
    coded = dataset.read_seeds(mini)
    one, other = dataset.assemble(coded), dataset.assemble(coded[::-1])
    assert len(coded) == 4
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name])


def test_assembling_changes_nothing_that_it_is_given(mini: Path) -> None:
    """What was coded is the same after it was assembled as before, to the last row, and assembles alike again."""
    coded = [*dataset.read_seeds(mini), *reported.code_reported(mini)]
    before = copy.deepcopy([dict(seed.rows) for seed in coded])
    one, other = dataset.assemble(coded), dataset.assemble(coded)
    assert [dict(seed.rows) for seed in coded] == before
    assert before[0]["events"]
    assert before[1]["corroborations"]
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name])


def test_many_seeds_are_coded_alike_in_several_processes(mini: Path) -> None:
    """With many seeds the work is shared among processes, and the result is that of one."""
    copies(mini, 20)
    paths = sorted((mini / "seeds").glob("*.toml"))
    shared = dataset.assemble(dataset.read_seeds(mini))
    alone = dataset.assemble([seeds.code_seed(path) for path in paths])
    coded = dataset.build_in_memory(MINI).tables["timeline"].query("layer == 'seed'")
    assert len(shared["timeline"]) == 21 * len(coded) > 21
    for name, frame in alone.items():
        pd.testing.assert_frame_equal(frame, shared[name])


def test_a_seed_is_added_by_two_files(mini: Path) -> None:
    """A text and a sheet dropped into seeds/ are picked up; no existing file is edited."""
    before = dataset.build_in_memory(mini)
    copies(mini, 1)
    after = dataset.build_in_memory(mini)
    assert after.tables["sources"]["source_id"].tolist() == ["copy-0", "mini"]
    coded = before.tables["timeline"].query("layer == 'seed'")
    assert len(after.tables["timeline"]) == len(before.tables["timeline"]) + len(coded)


def test_nothing_is_written_when_something_is_wrong(mini: Path) -> None:
    """A build that fails leaves the old data to the byte, and nothing beside it."""
    dataset.build_dataset(mini)
    before = {path.name: path.read_bytes() for path in (mini / "data").iterdir()}
    sheet = mini / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text().replace('type = "clash"', 'type = "clush"'))
    with pytest.raises(ProblemsError, match="unknown type 'clush'"):
        dataset.build_dataset(mini)
    assert {path.name: path.read_bytes() for path in (mini / "data").iterdir()} == before
    assert sorted(path.name for path in mini.iterdir()) == ["data", "seeds"]


def test_a_folder_without_seeds_says_what_to_do(tmp_path: Path) -> None:
    """Outside a checkout the error names the folder and the way out."""
    with pytest.raises(ReleaseError) as caught:
        dataset.build_dataset(tmp_path)
    assert str(caught.value) == (
        f"there are no seeds in {tmp_path / 'seeds'}; run this in a checkout, or give its folder with --root"
    )


def test_a_change_to_a_sheet_is_shown_cell_by_cell(mini: Path) -> None:
    """When seeds and data part ways, check names the cells, what the data hold and what the seeds give."""
    dataset.build_dataset(mini)
    sheet = mini / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text().replace('date = "1990-02-20"', 'date = "1990-02"'))
    with pytest.raises(ProblemsError) as caught:
        standing.check_dataset(mini)
    messages = str(caught.value)
    assert (
        "data/events.parquet: event aland-borland-fighting-1990: date_precision is not what the seeds give\n"
        "    data      day\n"
        "    seeds     month\n"
        "    do        run caucasus-events build and commit data/, or undo the change to\n"
        "              the seeds"
    ) in messages
    assert messages.count("is not what the seeds give") == 10 + 8  # in events and in timeline


def test_metadata_tells_what_a_file_is(mini: Path) -> None:
    """Name, table, version, licence and content digest stand in the metadata and come back as attrs."""
    dataset.build_dataset(mini)
    frame = pd.read_parquet(mini / "data" / "events.parquet")
    assert sorted(frame.attrs) == ["citation", "content_digest", "licence", "name", "table", "version"]
    assert (frame.attrs["name"], frame.attrs["table"], frame.attrs["licence"]) == (
        "caucasus-events",
        "events",
        "CC-BY-4.0",
    )
    assert frame.attrs["content_digest"] == files.content_digest("events", frame)
    assert frame.attrs["content_digest"] in (mini / "data" / "README.md").read_text("utf-8")


def test_a_seed_without_events_keeps_its_codes(mini: Path) -> None:
    """An empty table goes through Parquet and check without losing its types."""
    (mini / "seeds" / "reported" / "records.toml").unlink()
    sheet = mini / "seeds" / "mini.toml"
    cut = re.sub(r"\[\[event\]\].*?(?=\[\[status)", "", sheet.read_text(), count=1, flags=re.DOTALL)
    sheet.write_text(
        cut.replace('"and may go on."', '"Fighting broke out between them on 20 February 1990 and may go on."')
    )
    built = dataset.build_dataset(mini)
    assert built.tables["events"].empty
    standing.check_dataset(mini)


def _checked(root: Path) -> str:
    """Return what a check says that is no agreement."""
    with pytest.raises(ProblemsError) as caught:
        standing.check_dataset(root)
    return str(caught.value)


def test_a_folder_in_the_place_of_a_table_is_no_table_without_rows(mini: Path) -> None:
    """A folder with the name of a table is told as a missing file and as a folder that the build does not write."""
    dataset.build_dataset(mini)
    (mini / "data" / "events.parquet").unlink()
    (mini / "data" / "events.parquet").mkdir()
    assert _checked(mini) == (
        "data/events.parquet: the file is missing\n"
        "    do        run caucasus-events build\n"
        "\n"
        "data/events.parquet: the build does not write this folder\n"
        "    do        move it out of data/, or remove it"
    )


def test_a_table_without_columns_is_told_column_by_column(mini: Path) -> None:
    """Of a table without rows and columns every column is missing, and nothing is said of its rows."""
    dataset.build_dataset(mini)
    pd.DataFrame().to_parquet(mini / "data" / "events.parquet")
    told = _checked(mini).split("\n\n")
    missing = [
        f"data/events.parquet: a column is missing\n    found     {name}\n    do        run caucasus-events build"
        for name in FILES["events"].columns
    ]
    assert told[: len(missing)] == missing
    assert told[-1] == (
        "data/events.parquet: the file is not what the seeds build\n"
        "    do        run caucasus-events build and commit data/, or undo the change to\n"
        "              the seeds"
    )
