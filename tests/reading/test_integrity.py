"""verify: whatever happened to the installed files is named."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq
import pytest

from caucasus_events import __version__
from caucasus_events.describing import about
from caucasus_events.errors import ProblemsError
from caucasus_events.model.rows import FILES
from caucasus_events.reading import integrity, tables

if TYPE_CHECKING:
    from collections.abc import Callable

AGAIN = "install this version again"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the files, to be broken."""
    return Path(shutil.copytree(tables.data_path(), tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.mark.released
def test_the_installed_files_are_those_of_the_release() -> None:
    """Every file is as it was released, and its digests are told."""
    found = integrity.verify()
    assert found["file"].tolist() == [f"{name}.parquet" for name in FILES]
    assert set(found["version"]) == {__version__}
    for row in found.itertuples():
        frame = pd.read_parquet(tables.data_path(str(row.file).removesuffix(".parquet")))
        assert (row.rows, row.content_digest) == (len(frame), frame.attrs["content_digest"])


def flipped(data: Path) -> None:
    """Flip one bit in the middle of a file."""
    path = data / "events.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(bytes(content))


def written_anew(data: Path) -> None:
    """Write a file again, uncompressed: other bytes, the same rows."""
    path = data / "events.parquet"
    pq.write_table(pq.read_table(path), path, compression="none")


def with_fewer_rows(data: Path) -> None:
    """Write a file again without most of its rows: smaller, and whole."""
    path = data / "events.parquet"
    pq.write_table(pq.read_table(path).slice(0, 1).replace_schema_metadata(), path, compression="zstd")


def of_another_version(data: Path) -> None:
    """Let the descriptor tell another version."""
    told = json.loads((data / "datapackage.json").read_text("utf-8"))
    (data / "datapackage.json").write_text(json.dumps(told | {"version": "0.0.9"}), "utf-8")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a flipped bit": (flipped, "events.parquet: the file is altered; its rows are "),
    "written anew": (written_anew, "events.parquet: the file is altered; its rows are those of the release\n"),
    "fewer rows": (with_fewer_rows, "events.parquet: the file is altered; its rows are not those released\n"),
    "cut short": (
        lambda data: (data / "events.parquet").write_bytes((data / "events.parquet").read_bytes()[:-100]),
        "events.parquet: the file is cut short\n",
    ),
    "swapped": (
        lambda data: shutil.copy(data / "statuses.parquet", data / "events.parquet"),
        "events.parquet: the file is statuses.parquet\n",
    ),
    "missing": (lambda data: (data / "events.parquet").unlink(), "events.parquet: the file is missing\n"),
    "another version": (
        of_another_version,
        f"the file is of another version than the package\n    file      0.0.9\n    package   {__version__}",
    ),
    "no descriptor": (lambda data: (data / "datapackage.json").unlink(), "datapackage.json: the file is missing\n"),
    "a broken descriptor": (
        lambda data: (data / "datapackage.json").write_text("{", "utf-8"),
        "datapackage.json: the file cannot be read\n",
    ),
    "a table not described": (
        lambda data: (data / "datapackage.json").write_text(
            json.dumps({"version": __version__, "resources": []}), "utf-8"
        ),
        "datapackage.json: it does not describe events.parquet\n",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_happened_to_a_file_is_named(name: str, data: Path) -> None:
    """A file that is altered, cut short, swapped, missing or of another version is named with what is wrong."""
    breakage, message = BROKEN[name]
    breakage(data)
    with pytest.raises(ProblemsError) as caught:
        integrity.verify(data)
    assert message in str(caught.value)
    assert AGAIN in str(caught.value)


DESCRIPTORS = {
    "nested without end": "[" * 3_000 + "]" * 3_000,
    "a number of 5,000 digits": '{"version": ' + "1" * 5_000 + ', "resources": []}',
    "a list": "[]",
    "resources that are a number": '{"version": "1", "resources": 3}',
}


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_a_descriptor_that_says_nothing_is_named(name: str, data: Path) -> None:
    """A descriptor that cannot be understood is one problem, whatever stands in it."""
    (data / "datapackage.json").write_text(DESCRIPTORS[name], "utf-8")
    with pytest.raises(ProblemsError) as caught:
        integrity.verify(data)
    assert caught.value.problems[0].place == "datapackage.json"
    assert caught.value.problems[0].what == "the file cannot be read"


@pytest.mark.parametrize("key", ["path", "hash", "size", "rows", "contentDigest"])
def test_a_file_of_which_the_descriptor_says_too_little_is_named(key: str, data: Path) -> None:
    """A resource that lacks what there is to compare counts as not described."""
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    del package["resources"][0][key]
    (data / "datapackage.json").write_text(json.dumps(package), "utf-8")
    with pytest.raises(ProblemsError) as caught:
        integrity.verify(data)
    what = [problem.what for problem in caught.value.problems if problem.place == "datapackage.json"]
    assert what == ["it does not describe sources.parquet"]


def test_everything_that_is_wrong_is_told_at_once(data: Path) -> None:
    """Two broken files are two problems."""
    (data / "events.parquet").unlink()
    (data / "statuses.parquet").unlink()
    with pytest.raises(ProblemsError) as caught:
        integrity.verify(data)
    assert [problem.place for problem in caught.value.problems] == ["events.parquet", "statuses.parquet"]


def test_a_table_of_another_version_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are whole, of a version that is not that of the package, are each named."""
    monkeypatch.setattr(about, "VERSION", "9.0.0")
    with pytest.raises(ProblemsError) as caught:
        integrity.verify(data)
    assert [problem.place for problem in caught.value.problems] == [
        "datapackage.json",
        *(f"{name}.parquet" for name in FILES),
    ]


def test_files_beside_the_tables_are_held_against_the_list_of_the_installer(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An altered descriptor is found by the hash that the installer keeps."""

    class Hash:
        value = "somethingelse"

    class File:
        name, suffix, parent, hash = "croissant.json", ".json", Path("caucasus_events/data"), Hash

    monkeypatch.setattr(integrity.importlib.metadata, "files", lambda _: [File])
    with pytest.raises(ProblemsError) as caught:
        integrity.verify(data)
    assert str(caught.value).startswith("croissant.json: the file is altered\n")


@pytest.mark.released
def test_a_zipped_package_finds_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of a package in a zip are copied out, whole, and read from there."""
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as packed:
        for path in tables.data_path().glob("*.*"):
            packed.write(path, f"data/{path.name}")
    inside = zipfile.Path(tmp_path / "package.zip", "data/")
    monkeypatch.setattr(tables.resources, "files", lambda _: inside)
    copied = tables._folder.__wrapped__()  # noqa: SLF001 - what is kept is the folder of the package itself
    assert len(integrity.verify(copied)) == len(FILES)
