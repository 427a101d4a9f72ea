"""Tables in the forms of other programs, each read back by the program that it is for, where it is on the machine."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING, Any

import browser
import pandas as pd
import pytest

from caucasus_events import __version__
from caucasus_events.errors import UnwritableError
from caucasus_events.model.rows import FILES, references, texts
from caucasus_events.reading import exports, tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EVERY = ["about", "dictionary", *FILES]
# A foreign key: the column, the table it refers to, the key of that.
FOREIGN = {
    name: sorted(
        (column, target, FILES[target].key[0])
        for column, target, parted in references(name)
        if not parted and target != name
    )
    for name in FILES
}


def _library(name: str) -> Any:
    """Bring a library of the extra ``export``."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        browser.missing(f"{name} is not on this machine: pip install 'caucasus-events[export]'")


def _truth(value: object) -> bool:
    """Read a truth that is stored as such, as 1 or 0, or written out."""
    return {"TRUE": True, "FALSE": False}[value] if isinstance(value, str) else bool(value)


def _as_text(column: list[object], dtype: object) -> list[str | None]:
    """Write what another program reads as text, numbers and truths in our way."""
    kind = {"bool": _truth, "boolean": _truth, "float64": float, "Int16": int, "int64": int}.get(str(dtype), str)
    return [None if value is None else str(kind(value)) for value in column]


def _check_content(name: str, read: pd.DataFrame, *, empty: str | None = "") -> None:
    """Check that what was read back is the table, cell by cell; where a form has no empty text, that is null."""
    frame = tables.load(name)
    assert list(read.columns) == list(frame.columns)
    assert len(read) == len(frame)
    values = read.astype(object).where(read.notna(), None)
    for column, dtype in frame.dtypes.items():
        ours = [empty if cell == "" else cell for cell in texts(frame[column])]
        assert _as_text(values[column].tolist(), dtype) == ours, column


def test_sqlite_has_every_table_with_keys_and_foreign_keys(tmp_path: Path) -> None:
    """SQLite reads every cell, knows the keys, and finds no foreign key that leads nowhere."""
    rows = exports.write_tables(tmp_path / "all.sqlite")
    assert rows == {name: len(tables.load(name)) for name in FILES}
    with closing(sqlite3.connect(tmp_path / "all.sqlite")) as connection:
        listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        assert sorted(name for (name,) in listed) == sorted(EVERY)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for name in FILES:
            _check_content(name, pd.read_sql_query(f'SELECT * FROM "{name}"', connection))  # noqa: S608 - a name of ours
            foreign = connection.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
            assert sorted((row[3], row[2], row[4]) for row in foreign) == FOREIGN[name]
            keys = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")') if row[5]]
            assert sorted(keys) == ([] if name == "changes" else sorted(FILES[name].key))
        with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed: type"):
            connection.execute("UPDATE events SET type = 'clashes'")


def test_sqlite_answers_at_a_terminal(tmp_path: Path) -> None:
    """The program sqlite3 joins two tables, and prints a day as it is."""
    if not shutil.which("sqlite3"):
        browser.missing("the program sqlite3 is not on this machine: install it")
    exports.write_tables(tmp_path / "all.sqlite")
    question = "SELECT name, s.start_latest FROM statuses s JOIN entities e ON e.entity_id = s.subject"
    question += " WHERE status_id = 'turkey-armenia-border-closed'"
    said = subprocess.run(
        ["sqlite3", tmp_path / "all.sqlite", question],  # noqa: S607 - from the path
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout == "Turkey|1993-04-30\n"


def test_duckdb_has_every_table_with_keys_and_foreign_keys(tmp_path: Path) -> None:
    """DuckDB reads every cell, days as days, and knows keys and foreign keys."""
    duckdb = _library("duckdb")
    exports.write_tables(tmp_path / "all.duckdb")
    with duckdb.connect(str(tmp_path / "all.duckdb"), read_only=True) as connection:
        assert sorted(name for (name,) in connection.execute("SHOW TABLES").fetchall()) == sorted(EVERY)
        for name in FILES:
            read = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the same
            columns = [column[0] for column in read.description]
            _check_content(name, pd.DataFrame(read.fetchall(), columns=columns, dtype=object))
            constraints = connection.execute(
                "SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names "
                "FROM duckdb_constraints() WHERE table_name = ?",
                [name],
            ).fetchall()
            keyed = [sorted(columns) for kind, columns, *_ in constraints if kind in ("PRIMARY KEY", "UNIQUE")]
            foreign = [(c[0], table, key[0]) for kind, c, table, key in constraints if kind == "FOREIGN KEY"]
            assert keyed == [sorted(FILES[name].key)]
            assert sorted(foreign) == FOREIGN[name]
        assert connection.execute("SELECT typeof(start_latest) FROM statuses LIMIT 1").fetchall() == [("DATE",)]


@pytest.mark.parametrize("form", ["sqlite", "duckdb"])
def test_events_that_are_the_same_name_each_other(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event may name one that stands below it or above it."""
    events, real = tables.load("events"), tables.load
    events.loc[[0, 2], "same_as"] = events["event_id"].to_numpy()[[1, 1]]
    monkeypatch.setattr(tables, "load", lambda name: events if name == "events" else real(name))
    assert exports.write_tables(tmp_path / f"all.{form}")["events"] == len(events)


def test_excel_has_a_sheet_for_every_table_with_days_as_days(tmp_path: Path) -> None:
    """The workbook has every cell; a day is one for Excel, and shown as YYYY-MM-DD."""
    load_workbook = _library("openpyxl").load_workbook
    exports.write_tables(tmp_path / "all.xlsx")
    book = load_workbook(tmp_path / "all.xlsx")
    assert book.sheetnames == EVERY
    for name in FILES:
        header, *rows = book[name].iter_rows(values_only=True)
        read = pd.DataFrame(rows, columns=pd.Index(header), dtype=object)
        days = [column for column, each in FILES[name].columns.items() if each.kind == "day"]
        of_days = {column: [day and day.date().isoformat() for day in read[column]] for column in days}
        _check_content(name, read.assign(**of_days), empty=None)
    sheet = book["statuses"]
    cell = sheet.cell(2, list(FILES["statuses"].columns).index("end_earliest") + 1)
    assert (cell.is_date, cell.number_format) == (True, "yyyy-mm-dd")
    assert sheet.freeze_panes == "A2"


def test_excel_takes_no_text_for_a_formula_and_no_day_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that begins like a formula stays a text, a day before Excel's calendar is ISO text."""
    load_workbook = _library("openpyxl").load_workbook
    sources = tables.load("sources").assign(title="=1+1", published=pd.Timestamp("1828-02-22").as_unit("us"))
    real = tables.load
    monkeypatch.setattr(tables, "load", lambda name: sources if name == "sources" else real(name))
    exports.write_tables(tmp_path / "all.xlsx")
    header, row = load_workbook(tmp_path / "all.xlsx")["sources"].iter_rows()
    cells = {name.value: cell for name, cell in zip(header, row, strict=True)}
    assert (cells["title"].value, cells["title"].data_type) == ("=1+1", "s")
    assert cells["published"].value == "1828-02-22"


def test_a_text_that_no_cell_of_excel_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cut off in silence: a workbook that would have to is not written."""
    sources = tables.load("sources").assign(title="a" * 40_000)
    real = tables.load
    monkeypatch.setattr(tables, "load", lambda name: sources if name == "sources" else real(name))
    with pytest.raises(UnwritableError) as error:
        exports.write_tables(tmp_path / "all.xlsx")
    assert str(error.value) == (
        "cannot write a workbook: title of sources has 40,000 characters, a cell of Excel at most 32,767; "
        "write another form"
    )
    assert list(tmp_path.iterdir()) == []


def test_csv_has_every_table_with_iso_days(tmp_path: Path) -> None:
    """One file a table in UTF-8 has every cell; a day is YYYY-MM-DD, what is not known is empty."""
    exports.write_tables(tmp_path / "csv")
    assert sorted(path.name for path in (tmp_path / "csv").iterdir()) == sorted(f"{name}.csv" for name in EVERY)
    for name in FILES:
        read = pd.read_csv(tmp_path / "csv" / f"{name}.csv", dtype=str, keep_default_na=False)
        numbers = read.columns[[dtype == "float64" for dtype in FILES[name].dtypes.values()]]
        _check_content(name, read.mask(read == "").astype(dict.fromkeys(numbers, float)), empty=None)


def test_r_reads_the_csv(tmp_path: Path) -> None:
    """R reads rows, days, truths and numbers of the folder as they are."""
    if not shutil.which("Rscript"):
        browser.missing("R is not on this machine: install it")
    exports.write_tables(tmp_path / "csv")
    code = """
    read <- function(name) read.csv(paste0("csv/", name, ".csv"), na.strings = "", encoding = "UTF-8")
    statuses <- read("statuses")
    row <- statuses[statuses$status_id == "turkey-armenia-border-closed", ]
    cat(nrow(statuses), format(as.Date(row$start_latest)), class(statuses$holds), sum(statuses$holds),
        is.na(row$end_latest), max(read("entities")$cow, na.rm = TRUE), nrow(read("changes")), nrow(read("dictionary")))
    """
    (tmp_path / "read.R").write_text(code, "utf-8")
    said = subprocess.run(
        ["Rscript", "read.R"],  # noqa: S607 - R from the path
        cwd=tmp_path,
        env=os.environ | {"TZ": "America/New_York"},
        capture_output=True,
        check=True,
        text=True,
    )
    statuses, columns = tables.load("statuses"), sum(len(table.columns) for table in FILES.values())
    told = [
        len(statuses),
        "1993-04-30",
        "logical",
        statuses["holds"].sum(),
        "TRUE",
        tables.load("entities")["cow"].max(),
    ]
    assert said.stdout.split() == [str(each) for each in (*told, len(tables.load("changes")), columns)]


def test_stata_has_every_table_with_days_and_labels(tmp_path: Path) -> None:
    """A .dta a table has every cell: days as %td, codes with their labels, text where no text is; and what each is."""
    exports.write_tables(tmp_path / "dta")
    assert sorted(path.name for path in (tmp_path / "dta").iterdir()) == sorted(f"{name}.dta" for name in EVERY)
    for name, table in FILES.items():
        file = tmp_path / "dta" / f"{name}.dta"
        read = pd.read_stata(file)
        assert [str(column) for column in read] == [
            {"end": "end_coded"}.get(column, column) for column in table.columns
        ]
        days = [column for column, each in table.columns.items() if each.kind == "day"]
        assert file.read_bytes().count(b"%td\0") == len(days)
        plain = read.astype(dict.fromkeys(read.columns, object))
        plain = plain.assign(**{column: texts(read[column]) for column in days}).rename(columns={"end_coded": "end"})
        _check_content(name, plain.mask(plain == ""), empty=None)
        with pd.read_stata(file, iterator=True) as reader:
            labels = reader.variable_labels()
            coded = reader.value_labels()
        for column, meaning in table.meanings.items():
            assert (
                labels[{"end": "end_coded"}.get(column, column)].removesuffix("…")
                == meaning[:80][: 79 if len(meaning) > 80 else 80]
            )
        assert {column: list(each.values()) for column, each in coded.items()} == table.codes


def test_a_text_column_of_stata_stays_text_without_a_value(tmp_path: Path) -> None:
    """Where no row has a value, a column of texts is there, empty."""
    exports.write_tables(tmp_path / "dta")
    assert tables.load("events")["same_as"].isna().all()
    assert set(pd.read_stata(tmp_path / "dta" / "events.dta")["same_as"]) == {""}


@pytest.mark.parametrize("form", ["csv", "dta"])
def test_the_dictionary_describes_every_column_of_every_file(form: str, tmp_path: Path) -> None:
    """The dictionary names each column as the file has it, what it means, and which codes it may have."""
    exports.write_tables(tmp_path / form)
    read: Mapping[str, Any] = {"csv": lambda path: pd.read_csv(path, keep_default_na=False), "dta": pd.read_stata}
    dictionary = read[form](tmp_path / form / f"dictionary.{form}")
    for name, table in FILES.items():
        told = dictionary[dictionary["table_name"] == name]
        assert told["column_name"].tolist() == list(read[form](tmp_path / form / f"{name}.{form}"))
        assert told["meaning"].tolist() == list(table.meanings.values())
        assert told["codes"].tolist() == ["; ".join(column.codes) for column in table.columns.values()]
        assert told.loc[told["in_key"].astype(bool), "column_name"].tolist() == list(table.key)


def test_a_file_says_which_dataset_it_is(tmp_path: Path) -> None:
    """Whoever has the file alone reads version, licence and what to cite."""
    exports.write_tables(tmp_path / "csv")
    about = pd.read_csv(tmp_path / "csv" / "about.csv").iloc[0]
    assert about[["name", "version", "licence"]].tolist() == ["caucasus-events", __version__, "CC-BY-4.0"]
    assert about["citation"].startswith("The caucasus-events maintainers. (n.d.). caucasus-events: events and statuses")


@pytest.mark.parametrize(("name", "library"), [("all.duckdb", "duckdb"), ("all.xlsx", "openpyxl")])
def test_without_the_extra_a_reader_is_told_the_remedy(
    name: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form whose writer is not installed is one sentence that says how to get it, and nothing is written."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UnwritableError) as error:
        exports.write_tables(tmp_path / name)
    assert str(error.value) == (
        f"cannot write {tmp_path / name}: that needs {library}, which is not installed: "
        "pip install 'caucasus-events[export]'"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["all.dbf", "tables", "csv.zip"])
def test_a_name_that_says_no_form_lists_those_there_are(name: str, tmp_path: Path) -> None:
    """Whoever names another form reads which there are."""
    with pytest.raises(UnwritableError) as error:
        exports.write_tables(tmp_path / name)
    assert str(error.value) == (
        f"cannot write {tmp_path / name}: the name does not say in which form; "
        "end it in .sqlite, .duckdb or .xlsx, or call a folder csv or dta"
    )


def test_an_export_is_written_again_in_its_place(tmp_path: Path) -> None:
    """A folder of an older export is replaced as a whole."""
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "events.csv").write_text("old")
    exports.write_tables(tmp_path / "csv")
    assert len(pd.read_csv(tmp_path / "csv" / "events.csv")) == len(tables.load("events"))
    assert [path.name for path in tmp_path.iterdir()] == ["csv"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    """What the export did not write is never replaced: not a file in the folder, not one in its place."""
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "mine.csv").write_text("mine")
    (tmp_path / "dta").write_text("mine")
    refused = {"csv": "it holds 'mine.csv'; name a folder of its own", "dta": "it is a file; name a folder"}
    for name, why in refused.items():
        with pytest.raises(UnwritableError) as error:
            exports.write_tables(tmp_path / name)
        assert str(error.value) == f"cannot write {tmp_path / name}: {why}"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["csv", "dta", "mine.csv"]


@pytest.mark.parametrize("name", ["all.sqlite", "all.duckdb", "all.xlsx", "csv", "dta"])
def test_nothing_is_left_of_an_export_that_fails(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails while it is written leaves what was there, and no half of it."""

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "_FILES", {form: (lib, broken) for form, (lib, _) in exports._FILES.items()})  # noqa: SLF001
    monkeypatch.setattr(exports, "_FOLDERS", dict.fromkeys(exports._FOLDERS, broken))  # noqa: SLF001 - the writers
    with pytest.raises(UnwritableError) as error:
        exports.write_tables(tmp_path / name)
    assert str(error.value) == f"cannot write {tmp_path / name}: No space left on device"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A place in a folder that does not exist is refused, of files and of folders alike."""
    for name in ("csv", "all.sqlite"):
        with pytest.raises(UnwritableError) as error:
            exports.write_tables(tmp_path / "nowhere" / name)
        assert str(error.value) == f"cannot write {tmp_path / 'nowhere' / name}: No such file or directory"
