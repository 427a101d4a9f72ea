"""What the README says of other tools, tried with the tool where it is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from caucasus_events.reading import tables

if TYPE_CHECKING:
    from pathlib import Path

STATA = 118


@pytest.mark.parametrize("name", ["events", "statuses", "timeline"])
def test_stata_takes_a_table_without_its_empty_columns(name: str, tmp_path: Path) -> None:
    """A table whose columns all have a value is written for Stata, and comes back with its days and rows."""
    # "end" is a word of Stata's own.
    full = tables.load(name).dropna(axis="columns", how="all").rename(columns={"end": "end_coded"})
    full.to_stata(tmp_path / "table.dta", write_index=False, version=STATA)
    back = pd.read_stata(tmp_path / "table.dta")
    assert len(back) == len(full) > 0
    assert back["start_earliest"].dropna().tolist() == full["start_earliest"].dropna().tolist()


def test_pandas_counts_unknown_as_false_unless_told_not_to() -> None:
    """Of a cell that is False and one that is unknown, any() says False, and with skipna=False unknown."""
    cells = pd.Series([False, None], dtype="boolean")
    assert not cells.any()
    assert cells.any(skipna=False) is pd.NA


def test_excel_reads_the_csv(tmp_path: Path) -> None:
    """A CSV with a byte order mark has every row, and its days as ISO text."""
    events = tables.load("events")
    events.to_csv(tmp_path / "events.csv", index=False, encoding="utf-8-sig")
    back = pd.read_csv(tmp_path / "events.csv", encoding="utf-8-sig", parse_dates=["start_latest"])
    assert back["title"].tolist() == events["title"].tolist()
    assert back["start_latest"].tolist() == events["start_latest"].tolist()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Yerevan"])
def test_r_shows_days_as_they_are(zone: str, tmp_path: Path) -> None:
    """R, in America too, reads the days of the CSV as they are, and those of a table where it is told the zone."""
    if not shutil.which("Rscript"):
        pytest.skip("R is not on this machine")
    events = tables.load("events")
    events.to_csv(tmp_path / "events.csv", index=False, encoding="utf-8-sig")
    # What arrow::read_parquet gives: seconds since 1970, of no zone.
    events["start_latest"].astype("datetime64[s]").astype("int64").to_csv(tmp_path / "seconds.csv", index=False)
    code = """
    read <- read.csv("events.csv", fileEncoding = "UTF-8-BOM")$start_latest
    told <- as.POSIXct(read.csv("seconds.csv")$start_latest, origin = "1970-01-01")
    cat(format(as.Date(read)), format(as.Date(told, tz = "UTC")))
    """
    (tmp_path / "days.R").write_text(code, "utf-8")
    said = subprocess.run(
        ["Rscript", "days.R"],  # noqa: S607 - R from the path
        cwd=tmp_path,
        env=os.environ | {"TZ": zone},
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout.split() == 2 * events["start_latest"].dt.strftime("%Y-%m-%d").tolist()
