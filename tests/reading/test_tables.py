"""The released tables, as readers of any kind meet them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import caucasus_events
from caucasus_events.errors import ProblemsError, UnknownNameError
from caucasus_events.model.rows import FILES, TABLES
from caucasus_events.reading import tables

ALLOWED = {"datetime64[us]", "str", "category", "bool", "boolean", "int64", "Int16", "float64"}
SHARES = {"cited_share", "set_aside_share"}


@pytest.mark.parametrize("name", TABLES)
def test_plain_pandas_gives_the_stated_types(name: str) -> None:
    """pd.read_parquet alone gives days, strings, codes and nullable numbers: never object."""
    types = {column: str(dtype) for column, dtype in pd.read_parquet(tables.data_path(name)).dtypes.items()}
    assert set(types.values()) <= ALLOWED
    assert {column for column, dtype in types.items() if dtype == "float64"} <= SHARES
    assert types == {column: str(dtype) for column, dtype in FILES[name].dtypes.items()}


@pytest.mark.parametrize("name", TABLES)
def test_loaders_and_plain_pandas_read_the_same(name: str) -> None:
    """The loader of a table, load() and plain pandas give one frame, metadata included."""
    plain = pd.read_parquet(tables.data_path(name))
    for frame in (tables.load(name), getattr(caucasus_events, f"load_{name}")()):
        pd.testing.assert_frame_equal(frame, plain)
        assert frame.attrs == {**plain.attrs, "layer": "reported"}
    assert plain.attrs["version"] == caucasus_events.__version__
    assert len(plain) > 0


def damaged(path: Path, how: str) -> None:
    """Damage a file in one of the ways in which files are damaged."""
    content = path.read_bytes()
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "missing":
        ways = {"empty": b"", "cut short": content[: len(content) // 2], "text": b"no Parquet", "middle": content}
        path.write_bytes(ways[how] if how != "middle" else content[:-60] + b"\xff" * 52 + content[-8:])


@pytest.mark.parametrize("how", ["missing", "a folder", "empty", "cut short", "text", "middle"])
@pytest.mark.parametrize("ask", ["load_events", "load_timeline", "as_of", "changes"])
def test_a_damaged_file_is_named_with_the_way_out(
    how: str, ask: str, chronicle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happened to a file, whoever needs it hears its name, what is wrong, and what to do."""
    data = Path(shutil.copytree(chronicle, tmp_path / "data"))
    name = {"load_events": "events", "load_timeline": "timeline", "as_of": "statuses", "changes": "changes"}[ask]
    damaged(data / f"{name}.parquet", how)
    monkeypatch.setattr(tables, "_folder", lambda: data)
    with pytest.raises(ProblemsError) as caught:
        getattr(caucasus_events, ask)(*(["2020"] if ask == "as_of" else []))
    [problem] = caught.value.problems
    whats = {"missing": "the file is missing", "a folder": "a folder stands where the file should"}
    assert (problem.place, problem.what) == (f"{name}.parquet", whats.get(how, "the file cannot be read"))
    assert problem.do == tables.AGAIN


@pytest.mark.parametrize("name", TABLES)
def test_other_programs_read_the_same_rows(name: str) -> None:
    """polars, duckdb and pyarrow read the rows and columns that pandas reads."""
    path = tables.data_path(name)
    expected = rows(pd.read_parquet(path))
    assert rows(pq.read_table(path).to_pandas()) == expected
    assert rows(pl.read_parquet(path).to_pandas()) == expected
    assert rows(duckdb.sql(f"SELECT * FROM '{path.as_posix()}'").df()) == expected  # noqa: S608 - a path of ours


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """Give column names and rows as plain text, so that types of different programs compare."""
    texts = [
        [None if pd.isna(value) else re.sub(r" 00:00:00$|\.0$", "", str(value)) for value in frame[column]]
        for column in frame
    ]
    return [tuple(map(str, frame.columns)), *zip(*texts, strict=True)]


@pytest.mark.parametrize("name", TABLES)
def test_codes_come_back_in_codebook_order(name: str) -> None:
    """A dictionary column has all codes of the codebook in its order, unused ones included."""
    frame, codes = tables.load(name), FILES[name].codes
    assert {column: list(frame[column].cat.categories) for column in codes} == codes


def test_an_unknown_table_is_named_with_the_nearest() -> None:
    """Asking for a table that does not exist lists those that do."""
    with pytest.raises(UnknownNameError) as caught:
        tables.load("event")
    assert str(caught.value) == (
        "unknown table 'event' (nearest: events; known: sources, entities, events, participants, statuses, "
        "evidence, coverage, timeline, corroborations, references, external_ids, changes)"
    )


def test_the_path_is_a_real_file() -> None:
    """data_path gives files that any program can open, and without a name their folder."""
    folder = tables.data_path()
    assert folder.is_dir()
    assert [tables.data_path(name).parent for name in TABLES] == [folder] * len(TABLES)
    assert all(Path(tables.data_path(name)).read_bytes()[:4] == b"PAR1" for name in TABLES)


def test_changes_since_any_version_keep_their_columns() -> None:
    """Asking for the changes since a version gives the columns of the table, also when nothing changed since."""
    every = tables.changes()
    for version in ("0.0.0", "999.0.0"):
        assert list(tables.changes(since=version).columns) == list(every.columns)
    assert len(tables.changes(since="0.0.0")) == len(every)
    assert tables.changes(since="999.0.0").empty
