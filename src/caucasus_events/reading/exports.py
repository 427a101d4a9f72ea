"""Every table with its dictionary in the form of another program: SQLite, DuckDB, Excel, CSV, Stata.

The writers of DuckDB and of Excel are the extra ``export``; pandas and the standard library have the others.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from graphlib import TopologicalSorter
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from caucasus_events.describing import about, citation
from caucasus_events.errors import UnwritableError
from caucasus_events.model.rows import FILES, dictionaries, references, texts

from . import tables
from .targets import whole_file, whole_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from caucasus_events.model.column_kinds import Column

    Frames = Mapping[str, pd.DataFrame]

# What a kind of column is called in SQL, to SQLite and to DuckDB.
_SQL_TYPES = {"text": "TEXT", "code": "TEXT", "day": "DATE", "flag": "BOOLEAN", "number": "INTEGER"}
_SQL_TYPES |= {"count": "BIGINT", "share": "DOUBLE"}
# Excel counts days from here, if it is not to count the 29 February 1900, which never was; and a cell holds so much.
_EXCEL_BEGINS, _EXCEL_CELL = pd.Timestamp("1900-03-01"), 32_767
# The longest label that Stata gives a variable, and words of its own that are no names of one.
_STATA_LABEL, _STATA_NAMES = 80, {"end": "end_coded"}


def write_tables(path: Path) -> dict[str, int]:
    """Write every table, its dictionary and what the dataset is in the form that a path says; return rows by table.

    The path ends in .sqlite, .duckdb or .xlsx, or is a folder called csv or dta. It stands there only when it is
    complete; one that cannot be written, or whose form is not known, is an :class:`UnwritableError`.
    """
    form = path.suffix.lower() or path.name.lower()
    frames = {name: tables.load(name) for name in FILES}
    described = {"about": _about(frames["sources"]), "dictionary": _dictionary()}
    if form in _FILES:
        _check_installed(path, _FILES[form][0])
        with whole_file(path) as partial:
            _FILES[form][1](partial, described | frames)
    elif form in _FOLDERS:
        with whole_folder(path, {f"{name}.{form}" for name in described | frames}) as partial:
            _FOLDERS[form](partial, described | frames)
    else:
        what = "the name does not say in which form; end it in .sqlite, .duckdb or .xlsx, or call a folder csv or dta"
        raise UnwritableError(f"cannot write {path}: {what}")
    return {name: len(frame) for name, frame in frames.items()}


def _check_installed(path: Path, library: str) -> None:
    """Check that the library is there that writes a form."""
    try:
        import_module(library)
    except ModuleNotFoundError:
        what = f"that needs {library}, which is not installed: pip install 'caucasus-events[export]'"
        raise UnwritableError(f"cannot write {path}: {what}") from None


def _about(sources: pd.DataFrame) -> pd.DataFrame:
    """Say which dataset this is, in one row: whoever has the file alone can cite it."""
    cited = citation.bibliography([], about.VERSION, "apa", sources.attrs.get("released"))
    said = {"name": about.NAME, "version": about.VERSION, "licence": about.LICENCE, "licence_url": about.LICENCE_URL}
    return pd.DataFrame([said | {"citation": cited}], dtype="str")


def _dictionary() -> pd.DataFrame:
    """Describe every column of every table, one a row."""
    return pd.DataFrame(
        {
            "table_name": table,
            "column_name": name,
            "kind": column.kind,
            "meaning": column.meaning,
            "in_key": name in FILES[table].key,
            "nullable": column.nullable,
            "codes": "; ".join(column.codes) or None,
            "refers_to": column.refers,
        }
        for table in FILES
        for name, column in FILES[table].columns.items()
    ).astype({"codes": "str", "refers_to": "str"})


def _write_sqlite(path: Path, frames: Frames) -> None:
    """Write a database of SQLite, in which days are ISO text."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, definition in _definitions(frames):
            connection.execute(definition)
            frame = _with_iso_days(frames[name])
            places = ", ".join("?" * frame.shape[1])
            rows = [tuple(row.values()) for row in dictionaries(frame)]
            connection.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)  # noqa: S608 - a name of ours


def _write_duckdb(path: Path, frames: Frames) -> None:
    """Write a database of DuckDB."""
    import duckdb  # noqa: PLC0415 - an extra

    with duckdb.connect(str(path)) as connection:
        for name, definition in _definitions(frames):
            connection.execute(definition)
            connection.register("rows_of_it", pa.Table.from_pandas(frames[name], preserve_index=False))
            connection.execute(f'INSERT INTO "{name}" SELECT * FROM rows_of_it')  # noqa: S608 - a name of ours
            connection.unregister("rows_of_it")


def _definitions(frames: Frames) -> list[tuple[str, str]]:
    """Define the tables in SQL with their keys, foreign keys and codes; those that others refer to come first."""
    targets = {table: {target for _, target, parted in references(table) if not parted} - {table} for table in FILES}
    order = [name for name in frames if name not in FILES] + list(TopologicalSorter(targets).static_order())
    return [(name, f'CREATE TABLE "{name}" ({", ".join(_clauses(name, frames[name]))})') for name in order]


def _clauses(name: str, frame: pd.DataFrame) -> list[str]:
    """Define the columns of a table, its key and what its columns refer to."""
    if name not in FILES:
        return [f'"{column}" {"BOOLEAN" if dtype == "bool" else "TEXT"}' for column, dtype in frame.dtypes.items()]
    table = FILES[name]
    columns = [_column_clause(column, each) for column, each in table.columns.items()]
    # A primary key may hold no null, and a change of a whole row names no column.
    unique = "UNIQUE" if any(table.columns[column].nullable for column in table.key) else "PRIMARY KEY"
    key = '", "'.join(table.key)
    foreign = [
        f'FOREIGN KEY ("{column}") REFERENCES "{target}" ("{FILES[target].key[0]}")'
        for column, target, parted in references(name)
        # Several names are no foreign key; and DuckDB takes no row before the one of its table that it names.
        if not parted and target != name
    ]
    return [*columns, f'{unique} ("{key}")', *foreign]


def _column_clause(name: str, column: Column) -> str:
    """Define a column: its type, if it may be null, and its codes."""
    codes = ", ".join(f"'{code}'" for code in column.codes)
    null, checked = "" if column.nullable else " NOT NULL", f' CHECK ("{name}" IN ({codes}))' if codes else ""
    return f'"{name}" {_SQL_TYPES[column.kind]}{null}{checked}'


def _write_excel(path: Path, frames: Frames) -> None:
    """Write a workbook: a sheet a table, its first row the names of the columns, days as days."""
    from openpyxl import Workbook  # noqa: PLC0415 - an extra

    for name, frame in frames.items():
        _check_length(name, frame)
    book = Workbook(write_only=True)
    for name, frame in frames.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.append(list(frame.columns))
        for row in dictionaries(frame):
            sheet.append([_excel_cell(sheet, value) for value in row.values()])
    book.save(path)


def _check_length(name: str, frame: pd.DataFrame) -> None:
    """Refuse texts that are longer than a cell of Excel, which would be cut off in silence."""
    for column in _columns_of(frame, pd.StringDtype):
        longest = int(frame[column].str.len().fillna(0).max()) if len(frame) else 0
        if longest > _EXCEL_CELL:
            what = f"{column} of {name} has {longest:,} characters, a cell of Excel at most {_EXCEL_CELL:,}"
            raise UnwritableError(f"cannot write a workbook: {what}; write another form")


def _excel_cell(sheet: Any, value: Any) -> Any:
    """Write a value so that Excel takes a day for a day, and a text for a text whatever it begins with."""
    if isinstance(value, pd.Timestamp):
        return value.date() if value >= _EXCEL_BEGINS else value.date().isoformat()
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - an extra

    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _write_csv(folder: Path, frames: Frames) -> None:
    """Write one file a table in UTF-8."""
    for name, frame in frames.items():
        (folder / f"{name}.csv").write_text(csv_of(frame), "utf-8", newline="")


def csv_of(frame: pd.DataFrame) -> str:
    """Write a frame as CSV: days are ISO text, what is not known is empty, truths are written as R reads them.

    >>> print(csv_of(pd.DataFrame({"year": [1993], "holds": [True]})), end="")
    year,holds
    1993,TRUE
    """
    written = {True: "TRUE", False: "FALSE"}
    truths = {name: frame[name].map(written) for name in _columns_of(frame, pd.BooleanDtype | np.dtypes.BoolDType)}
    return frame.assign(**truths).to_csv(index=False, lineterminator="\n")


def _write_stata(folder: Path, frames: Frames) -> None:
    """Write one file a table for Stata: days as %td, codes labelled, empty text where no text is."""
    in_files = frames["dictionary"].replace({"column_name": _STATA_NAMES})
    for name, frame in (dict(frames) | {"dictionary": in_files}).items():
        columns = FILES[name].meanings if name in FILES else {}
        # A column of texts without any would be of no type.
        empty = {column: frame[column].fillna("") for column in _columns_of(frame, pd.StringDtype)}
        full = frame.assign(**empty).rename(columns=_STATA_NAMES)
        full.to_stata(
            folder / f"{name}.dta",
            write_index=False,
            version=118,  # the first whose files are UTF-8
            convert_dates=dict.fromkeys(_columns_of(full, np.dtypes.DateTime64DType), "td"),
            data_label=_cut(FILES[name].grain) if name in FILES else None,
            variable_labels={_STATA_NAMES.get(column, column): _cut(said) for column, said in columns.items()},
        )


def _cut(text: str) -> str:
    """Cut a text to a label of Stata; the dictionary has all of it."""
    return text if len(text) <= _STATA_LABEL else f"{text[: _STATA_LABEL - 1]}…"


def _with_iso_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Write the days of a table as ISO text."""
    days = _columns_of(frame, np.dtypes.DateTime64DType)
    return frame.assign(**{name: pd.Series(texts(frame[name]), frame.index, dtype="str") for name in days})


def _columns_of(frame: pd.DataFrame, kind: Any) -> list[str]:
    """List the columns of one type."""
    return [str(name) for name, dtype in frame.dtypes.items() if isinstance(dtype, kind)]


# Who writes a form, and which library does.
_FILES: dict[str, tuple[str, Callable[[Path, Frames], None]]] = {
    ".sqlite": ("sqlite3", _write_sqlite),
    ".duckdb": ("duckdb", _write_duckdb),
    ".xlsx": ("openpyxl", _write_excel),
}
_FOLDERS: dict[str, Callable[[Path, Frames], None]] = {"csv": _write_csv, "dta": _write_stata}
