"""The descriptors say what the files hold; a check that shares no code with them says so."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from caucasus_events import __version__
from caucasus_events.describing import about, papers
from caucasus_events.model.rows import FILES
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import the check that shares no code with the descriptors."""
    monkeypatch.syspath_prepend(str(ROOT / "validation"))
    return importlib.import_module("described")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the released files."""
    return Path(shutil.copytree(tables.data_path(), tmp_path / "data"))


def package(data: Path) -> Json:
    """Read the Data Package of a folder."""
    return dict(json.loads((data / "datapackage.json").read_text("utf-8")))


@pytest.mark.released
def test_the_released_descriptors_describe_the_released_files(described: Any) -> None:
    """Sizes, hashes, columns, types, nulls, codes, patterns, keys and references are as described."""
    assert list(described.problems(tables.data_path())) == []
    constraints = [
        each["constraints"] for one in package(tables.data_path())["resources"] for each in one["schema"]["fields"]
    ]
    assert {name for each in constraints for name in each} == {
        *("required", "unique", "enum", "pattern", "minimum", "maximum", "minLength")
    }


def rewrite(data: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a table, and let size and hash follow, so that only the content is wrong."""
    path = data / f"{name}.parquet"
    table = change(pq.read_table(path))
    pq.write_table(table, path)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    for file, entries, key, prefix in (
        ("datapackage.json", "resources", "path", "sha256:"),
        ("croissant.json", "distribution", "contentUrl", ""),
        ("dataset.jsonld", "distribution", "name", ""),
    ):
        told = json.loads((data / file).read_text("utf-8"))
        for each in told[entries]:
            if each[key] == f"{name}.parquet":
                each.update({"hash": prefix + digest} if prefix else {"sha256": digest})
                each.update({"bytes": len(content), "rows": table.num_rows} if prefix else {})
        (data / file).write_text(json.dumps(told), "utf-8")


def with_column(table: pa.Table, name: str, values: list[object]) -> pa.Table:
    """Give a column other values."""
    index = table.column_names.index(name)
    return table.set_column(index, name, pa.array(values, table.column(name).type))


def doubled(table: pa.Table) -> pa.Table:
    """Let the first row be there twice."""
    return pa.concat_tables([table.slice(0, 1), table])


BROKEN: dict[str, tuple[str, Callable[[pa.Table], pa.Table], str]] = {
    "a key twice": ("events", doubled, "events.parquet: the key event_id is there twice"),
    "a key of three twice": (
        "participants",
        doubled,
        "participants.parquet: the key event_id, entity_id, role is there twice",
    ),
    "a code that is not allowed": (
        "participants",
        lambda table: with_column(table, "role", ["bystander", *table["role"].to_pylist()[1:]]),
        "participants.parquet: role: 'bystander' breaks enum",
    ),
    "a null that may not be": (
        "events",
        lambda table: with_column(table, "title", [None, *table["title"].to_pylist()[1:]]),
        "events.parquet: title is required and has nulls",
    ),
    "a share above 1": (
        "sources",
        lambda table: with_column(table, "cited_share", [1.5] * table.num_rows),
        "sources.parquet: cited_share: 1.5 breaks maximum",
    ),
    "a reference to nothing": (
        "statuses",
        lambda table: with_column(table, "subject", ["NOBODY", *table["subject"].to_pylist()[1:]]),
        "statuses.parquet: subject: 'NOBODY' is not in entities.parquet",
    ),
    "an id in capitals": (
        "statuses",
        lambda table: with_column(table, "status_id", pc.utf8_upper(table["status_id"]).to_pylist()),
        "breaks pattern",
    ),
    "another type": (
        "events",
        lambda table: table.set_column(0, "event_id", pa.array(range(table.num_rows))),
        "events.parquet: event_id: string is described, the file has int64",
    ),
    "a column gone": ("coverage", lambda table: table.drop_columns(["disposition"]), "coverage.parquet: columns "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_breaks_its_description_is_named(name: str, data: Path, described: Any) -> None:
    """Where a file and its description part ways, the check names file, column and rule."""
    table, change, message = BROKEN[name]
    rewrite(data, table, change)
    found = list(described.problems(data))
    assert any(message in line for line in found), found


def test_a_wrong_hash_and_a_wrong_size_are_named(data: Path, described: Any) -> None:
    """A file with other bytes than described is named in every descriptor."""
    path = data / "events.parquet"
    path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(pa.ArrowInvalid):
        list(described.problems(data))
    told = package(data)
    shutil.copy(tables.data_path("events"), path)
    told["resources"][2]["size"] += 1
    told["resources"][2]["hash"] = "sha256:" + "0" * 64
    (data / "datapackage.json").write_text(json.dumps(told), "utf-8")
    size = path.stat().st_size
    assert list(described.problems(data)) == [
        "datapackage.json: the hash of events.parquet is not that of the file",
        f"events.parquet: {size + 1} bytes are described, the file has {size}",
    ]


def test_every_column_is_described_in_the_words_of_the_schema() -> None:
    """The Data Package repeats each description of the schema, and has no column of its own."""
    for each in package(tables.data_path())["resources"]:
        words = {field["name"]: field["description"] for field in each["schema"]["fields"]}
        assert words == FILES[each["name"].replace("-", "_")].meanings


def test_the_day_is_that_of_the_release_and_never_today() -> None:
    """Descriptors of a release carry its day; before a release they carry none."""
    frames = {name: pd.read_parquet(tables.data_path(name)) for name in FILES}
    files = {f"{name}.parquet": b"" for name in FILES}
    released, before = (papers.descriptors(frames, files, day) for day in ("2031-02-03", None))
    assert json.loads(released["datapackage.json"])["created"] == "2031-02-03T00:00:00Z"
    assert json.loads(released["croissant.json"])["datePublished"] == "2031-02-03"
    assert all(b"datePublished" not in each and b"created" not in each for each in before.values())
    assert 'date-released: "2031-02-03"' in papers.citation_cff("2031-02-03")
    assert json.loads(papers.zenodo("2031-02-03"))["publication_date"] == "2031-02-03"


def test_one_place_tells_what_the_dataset_is() -> None:
    """pyproject.toml, which cannot read it from the package, says the same of the dataset."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == about.NAME
    assert project["description"] == about.DESCRIPTION
    assert tuple(project["keywords"]) == about.KEYWORDS
    assert project["authors"] == [{"name": about.AUTHOR}]
    assert about.LICENCE in project["license"]
    assert project["urls"]["Homepage"] == about.HOMEPAGE
    assert __version__ == about.VERSION


def test_the_check_shares_no_code_with_the_package(described: Any) -> None:
    """The check is a script of its own: it imports nothing of the package."""
    assert "caucasus_events" not in Path(described.__file__).read_text("utf-8")
