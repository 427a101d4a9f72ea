"""Checking ``data/`` as it stands: by the models of the tables, by every rule, and against what the seeds build."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.describing import papers
from caucasus_events.errors import Fact, Problem, ProblemsError
from caucasus_events.ledger import differences
from caucasus_events.model.rows import FILES, TABLES, key_of, singular
from caucasus_events.model.schema import MODELS

from . import aside, files
from .dataset import Built, Progress, build_in_memory
from .placing import rule_problems
from .rules import Shipped

_BUILD = "run caucasus-events build"
_REBUILD = "run caucasus-events build and commit data/, or undo the change to the seeds"
# What pandera calls by a name of its own.
_WORDS = {"column_in_dataframe": "a column is missing", "column_in_schema": "a column is there that no table has"}
# What a table breaks, beside the rules, that no rule can be asked of.
_FORM = "columns and types"


def check_dataset(root: Path, progress: Progress | None = None) -> tuple[Built, str]:
    """Check that ``data/`` is what the seeds build, and that every rule holds over it.

    Returns what the seeds give, and what was compared: ``"bytes"`` where pandas and pyarrow are the pinned ones,
    else ``"rows and schemas"``. All that is wrong is a :class:`ProblemsError`.
    """
    aside.settle_if_stopped(root)
    built = build_in_memory(root, progress)
    if problems := [problem for kind in problems_of_data(built, root) for problem in kind]:
        raise ProblemsError(problems)
    return built, "bytes" if files.pins_hold() else "rows and schemas"


def problems_of_data(
    built: Built, root: Path, sound: Collection[str] = ()
) -> tuple[list[Problem], list[Problem], list[Problem]]:
    """List what is wrong with ``data/``: files that cannot be read, what the tables show alone, what the seeds show.

    ``sound`` are tables that are known to fit their models, which take half of the time.
    """
    shipped, unread = read_shipped(root)
    alone = shipped_problems(shipped, built.texts, sound)
    return unread, alone, _unlike_the_seeds(built, shipped, root, by_bytes=files.pins_hold())


def read_shipped(root: Path) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Read the tables that stand in ``data/``; one that is missing or no Parquet file is a problem."""
    tables, problems = {}, []
    for name, table in FILES.items():
        place = f"data/{name}.parquet"
        # A folder would be read as a table without rows.
        if not (root / place).is_file():
            problems.append(Problem(place, "", "the file is missing", _BUILD))
            continue
        try:
            frame = pd.read_parquet(root / place)
        # Bytes that are no Parquet are an OSError or a ValueError, broken pandas metadata a KeyError.
        except (OSError, ValueError, KeyError) as error:
            fact = Fact("reader", str(error).split("\n", 1)[0])
            problems.append(Problem(place, "", "the file cannot be read", _BUILD, (fact,)))
        else:
            # An empty dictionary column loses its codes on the way through Parquet.
            lost = {} if len(frame) else {column: kind for column, kind in table.dtypes.items() if column in frame}
            tables[name] = frame.astype(lost, errors="ignore")
    return tables, problems


def shipped_problems(
    tables: Mapping[str, pd.DataFrame], texts: Mapping[str, str], sound: Collection[str] = ()
) -> list[Problem]:
    """Check tables by their models and, if their form is right, by every rule; ``texts`` by seed, where at hand."""
    failures = [
        problem for name, frame in tables.items() if name not in sound for problem in _model_problems(name, frame)
    ]
    in_form = set(tables) >= set(TABLES) and not any(problem.rule == _FORM for problem in failures)
    return failures + (rule_problems(Shipped(tables, texts), ()) if in_form else [])


def _model_problems(name: str, frame: pd.DataFrame) -> list[Problem]:
    """Check one table by its pandera model."""
    try:
        MODELS[name].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return [_model_problem(name, frame, case) for case in error.failure_cases.to_dict("records")]
    return []


def _model_problem(name: str, frame: pd.DataFrame, case: Mapping[str, Any]) -> Problem:
    """Report which cell, column or table pandera objects to."""
    in_cell = case["schema_context"] == "Column" and isinstance(case["index"], int)
    record = key_of(name, dict(frame.iloc[case["index"]])) if in_cell else ""
    check = _WORDS.get(case["check"], case["check"])
    what = f"{case['column']}: {check}" if in_cell else str(check)
    fact = Fact("found", str(case["failure_case"]))
    # The rules compare values, and count on those that may not be null.
    rule = "" if in_cell and case["check"] != "not_nullable" else _FORM
    return Problem(f"data/{name}.parquet", record, what, _BUILD, (fact,), rule)


def _unlike_the_seeds(
    built: Built, shipped: Mapping[str, pd.DataFrame], root: Path, *, by_bytes: bool
) -> list[Problem]:
    """List every row and cell, then every file, in which ``data/`` is not what the seeds build."""
    # Without its key no row can be told from another; that a column is missing is told by the model.
    compared = [name for name in shipped if set(FILES[name].key) <= set(shipped[name].columns)]
    problems = [
        _difference_problem(name, change)
        for name, frame in built.shipped.items()
        if name in compared
        for change in differences.table_differences(shipped[name], frame, FILES[name].key)
    ]
    told = {problem.place for problem in problems}
    problems += aside.strangers(root / "data", built.files)
    expected = built.files if by_bytes else {**built.files, **_descriptors(built, root)}
    for name, content in sorted(expected.items()):
        place, of_rows = f"data/{name}", name.removesuffix(".parquet")
        # Of a table that cannot be read, or whose rows are told of, nothing more is said.
        silent = place in told or (of_rows != name and of_rows not in shipped)
        if not silent and not _same_file(root / place, content, by_bytes=by_bytes):
            what = f"the file is not what the seeds build{'; its rows are' if of_rows in compared else ''}"
            problems.append(Problem(place, "", what, _REBUILD))
    return problems


def _descriptors(built: Built, root: Path) -> dict[str, bytes]:
    """Describe the files as they stand in ``data/``: other versions of pyarrow write other bytes."""
    paths = {f"{name}.parquet": root / "data" / f"{name}.parquet" for name in FILES}
    if not all(path.is_file() for path in paths.values()):
        return {}
    contents = {name: path.read_bytes() for name, path in paths.items()}
    return papers.descriptors(built.shipped, contents, built.released)


def _same_file(path: Path, expected: bytes, *, by_bytes: bool) -> bool:
    """Compare a file to the byte, or as an Arrow schema with its metadata but for the writer's own."""
    content = path.read_bytes() if path.is_file() else None
    if content is None or by_bytes or path.suffix != ".parquet":
        return content == expected
    old, new = (pq.read_schema(pa.BufferReader(each)) for each in (content, expected))
    # What pandas writes of itself names the versions that wrote the file.
    was, becomes = ({**(each.metadata or {}), b"pandas": None} for each in (old, new))
    return bool(old.equals(new)) and was == becomes


def _difference_problem(name: str, change: differences.Difference) -> Problem:
    """Report of one row or cell how ``data/`` differs from the seeds."""
    place, record = f"data/{name}.parquet", f"{singular(name)} {change.id}"
    words = {"added": "the seeds give this row, data/ lacks it", "removed": "the seeds do not give this row"}
    if change.operation in words:
        return Problem(place, record, words[change.operation], _REBUILD)
    facts = (Fact("data", str(change.old)), Fact("seeds", str(change.new)))
    return Problem(place, record, f"{change.column} is not what the seeds give", _REBUILD, facts)
