"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.describing import papers
from caucasus_events.errors import Fact, Problem, ProblemsError
from caucasus_events.ledger import differences
from caucasus_events.model.rows import FILES, TABLES, singular
from caucasus_events.model.schema import MODELS

from . import files
from .dataset import Built, build_in_memory
from .placing import rule_problems
from .rules import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from caucasus_events.coding import seeds as records

    Progress = Callable[[Iterable[records.Coded], int], Iterable[records.Coded]]


_REBUILD = "run caucasus-events build and commit data/, or undo the change to the seeds"


def check_dataset(root: Path, progress: Progress | None = None) -> tuple[Built, str]:
    """Check that ``data/`` is what the seeds build, and that every rule holds over it.

    Parameters
    ----------
    root
        The checkout: a folder with ``seeds/`` and ``data/``.
    progress
        Wraps the stream of coded seeds; gets it and its length.

    Returns
    -------
    built : Built
        What the seeds give.
    compared : str
        ``"bytes"`` where pandas and pyarrow are the pinned ones, else ``"rows and schemas"``.

    Raises
    ------
    ProblemsError
        If the seeds, the shipped tables, or the two together are wrong.
    ReleaseError
        If there are no seeds in ``root``.
    """
    files.recover(root)
    built = build_in_memory(root, progress)
    if problems := [problem for kind in problems_of_data(built, root) for problem in kind]:
        raise ProblemsError(problems)
    return built, "bytes" if files.pins_hold() else "rows and schemas"


def problems_of_data(built: Built, root: Path) -> tuple[list[Problem], list[Problem], list[Problem]]:
    """List what is wrong with ``data/``: files that cannot be read, what the tables show alone, what the seeds show."""
    shipped, unread = read_shipped(root)
    alone = shipped_problems(shipped, built.texts)
    return unread, alone, _differences(built, shipped, root, by_bytes=files.pins_hold())


def read_shipped(root: Path) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Read the tables that stand in ``data/``.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    tables : dict of str to DataFrame
        Those that can be read.
    problems : list of Problem
        One for each that is missing or is no Parquet file.
    """
    tables, problems = {}, []
    for name, table in FILES.items():
        path = root / "data" / f"{name}.parquet"
        try:
            frame = pd.read_parquet(path)
        except FileNotFoundError:
            problems.append(Problem(f"data/{name}.parquet", "", "the file is missing", "run caucasus-events build"))
        # Bytes that are no Parquet are an OSError or a ValueError, broken pandas metadata a KeyError.
        except (OSError, ValueError, KeyError) as error:
            fact = Fact("reader", str(error).split("\n", 1)[0])
            problems.append(
                Problem(f"data/{name}.parquet", "", "the file cannot be read", "run caucasus-events build", (fact,))
            )
        else:
            # An empty dictionary column loses its codes on the way through Parquet.
            tables[name] = frame if len(frame) else frame.astype(table.dtypes, errors="ignore")
    return tables, problems


def shipped_problems(tables: Mapping[str, pd.DataFrame], texts: Mapping[str, str]) -> list[Problem]:
    """Hold tables against their models and, if their form is right, against every rule.

    Parameters
    ----------
    tables
        Tables by name.
    texts
        The texts of the seeds by id, where they are at hand.

    Returns
    -------
    list of Problem
        Placed by file and row.
    """
    failures = [problem for name, frame in tables.items() for problem in _model_problems(name, frame)]
    sound = set(tables) >= set(TABLES) and not any(problem.rule == _FORM for problem in failures)
    return failures + (rule_problems(registry.Shipped(dict(tables), texts), ()) if sound else [])


_FORM = "columns and types"


def _model_problems(name: str, frame: pd.DataFrame) -> list[Problem]:
    """Hold one table against its pandera model."""
    try:
        MODELS[name].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return [_model_problem(name, frame, case) for case in error.failure_cases.to_dict("records")]
    return []


def _model_problem(name: str, frame: pd.DataFrame, case: Mapping[str, Any]) -> Problem:
    """Say which cell, column or table pandera objects to."""
    in_cell = case["schema_context"] == "Column" and isinstance(case["index"], int)
    row = frame.iloc[case["index"]] if in_cell else None
    record = " ".join(str(row[key]) for key in FILES[name].key if key in row) if row is not None else ""
    what = f"{case['column']}: {case['check']}" if in_cell else str(case["check"])
    fact = Fact("found", str(case["failure_case"]))
    # The rules compare values, and count on those that may not be null.
    rule = "" if in_cell and case["check"] != "not_nullable" else _FORM
    return Problem(f"data/{name}.parquet", record, what, "run caucasus-events build", (fact,), rule)


def _differences(built: Built, shipped: Mapping[str, pd.DataFrame], root: Path, *, by_bytes: bool) -> list[Problem]:
    """List every file, row and cell in which ``data/`` is not what the seeds build."""
    rows = [
        _difference_problem(name, change)
        for name, frame in built.shipped.items()
        if name in shipped
        for change in _row_differences(name, shipped[name], frame)
    ]
    named = {problem.place for problem in rows}
    expected = built.files if by_bytes else {**built.files, **_described(built, root)}
    readable = {name for name in expected if not name.endswith(".parquet") or name.removesuffix(".parquet") in shipped}
    whole = [name for name in sorted(readable) if f"data/{name}" not in named]
    return (
        rows
        + _strange_files(built, root)
        + [_not_as_built(name) for name in whole if not _same_file(expected, root, name, by_bytes)]
    )


def _described(built: Built, root: Path) -> dict[str, bytes]:
    """Describe the files as they stand in ``data/``: other versions of pyarrow write other bytes."""
    paths = {f"{name}.parquet": root / "data" / f"{name}.parquet" for name in FILES}
    if not all(path.is_file() for path in paths.values()):
        return {}
    standing = {name: path.read_bytes() for name, path in paths.items()}
    return papers.render(built.shipped, standing, built.released)


def _strange_files(built: Built, root: Path) -> list[Problem]:
    """List the files in ``data/`` that the build does not write."""
    names = {path.name for path in (root / "data").glob("*")} - set(built.files) - {"__pycache__"}
    return [Problem(f"data/{name}", "", "the build does not write this file", "remove it") for name in sorted(names)]


def _not_as_built(name: str) -> Problem:
    """Say that a file is another one than the seeds give, though its rows may be the same."""
    rows = "; its rows are" if name.endswith(".parquet") else ""
    return Problem(f"data/{name}", "", f"the file is not what the seeds build{rows}", _REBUILD)


def _same_file(expected: Mapping[str, bytes], root: Path, name: str, by_bytes: bool) -> bool:  # noqa: FBT001 - passed on from the caller
    """Compare a file to the byte, or as an Arrow schema with its metadata but for the writer's own."""
    path = root / "data" / name
    if not path.exists() or by_bytes or not name.endswith(".parquet"):
        return path.exists() and path.read_bytes() == expected[name]
    old, new = (pq.read_schema(pa.BufferReader(content)) for content in (path.read_bytes(), expected[name]))
    return bool(old.equals(new)) and _metadata(old) == _metadata(new)


def _metadata(arrow: pa.Schema) -> dict[bytes, bytes]:
    """Give the metadata that does not name the versions that wrote the file."""
    return {key: value for key, value in (arrow.metadata or {}).items() if key != b"pandas"}


def _row_differences(name: str, shipped: pd.DataFrame, built: pd.DataFrame) -> list[differences.Change]:
    """Compare the shipped table with the one that the seeds build."""
    key = FILES[name].key
    return differences.table_differences(shipped, built, key) if set(key) <= set(shipped.columns) else []


def _difference_problem(name: str, change: differences.Change) -> Problem:
    """Say of one row or cell how ``data/`` differs from the seeds."""
    record = f"{singular(name)} {change.id}"
    words = {"added": "the seeds give this row, data/ lacks it", "removed": "the seeds do not give this row"}
    if change.operation in words:
        return Problem(f"data/{name}.parquet", record, words[change.operation], _REBUILD)
    facts = (Fact("data", str(change.old)), Fact("seeds", str(change.new)))
    return Problem(f"data/{name}.parquet", record, f"{change.column} is not what the seeds give", _REBUILD, facts)
