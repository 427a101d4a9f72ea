"""Seeds to tables, checked, to ``data/``; and is ``data/`` still what the seeds build.

Tables are plain DataFrames in the types of :mod:`.schema`, sorted by key.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.parquet as pq

from . import __version__, checks, citation, codebook, descriptors, diff, files, ledger, readings, records, schema
from .errors import Fact, Problem, ProblemsError, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    Progress = Callable[[Iterable[records.Coded], int], Iterable[records.Coded]]

_SINGULAR = {**ledger.OWN, "external_ids": "external_id"}
_REBUILD = "run caucasus-events build and commit data/, or undo the change to the seeds"
# Below this many seeds, starting processes costs more than it saves.
_FEW = 16


@dataclass(frozen=True, slots=True)
class Built:
    """What the seeds give: the tables, the texts they came from, the files to write, and what changed.

    ``released`` is the day of the release if the tables are those of a frozen one, else None.
    """

    tables: dict[str, pd.DataFrame]
    texts: dict[str, str]
    files: dict[str, bytes]
    history: ledger.History
    released: str | None = None

    @property
    def shipped(self) -> dict[str, pd.DataFrame]:
        """The tables and, beside them, what has changed in them."""
        return {**self.tables, "changes": self.history.table}


def build_dataset(root: Path, progress: Progress | None = None) -> Built:
    """Build every table from the seeds and write ``data/``.

    Parameters
    ----------
    root
        The checkout: a folder with ``seeds/``.
    progress
        Wraps the stream of coded seeds; gets it and its length.

    Returns
    -------
    Built
        What was written.

    Raises
    ------
    ProblemsError
        If anything is wrong with the seeds; nothing is written then.
    ReleaseError
        If there are no seeds in ``root``.
    """
    built = build_in_memory(root, progress)
    files.write(built.files, root)
    return built


def build_in_memory(root: Path, progress: Progress | None = None) -> Built:
    """Build every table and file from the seeds without writing anything.

    Parameters
    ----------
    root
        The checkout: a folder with ``seeds/``.
    progress
        Wraps the stream of coded seeds; gets it and its length.

    Returns
    -------
    Built

    Raises
    ------
    ProblemsError
        If anything is wrong with the seeds.
    ReleaseError
        If there are no seeds in ``root``.
    """
    compared = compare(root, progress)
    if compared.history.problems:
        raise ProblemsError(compared.history.problems)
    history = compared.history
    released = history.last.released if history.last and _is(history.last, history) else None
    rendered = files.render({**compared.tables, "changes": history.table}, released)
    return Built(compared.tables, compared.texts, rendered, history, released)


class Compared(NamedTuple):
    """The tables that the seeds give, the texts, and what changed since the last release."""

    tables: dict[str, pd.DataFrame]
    texts: dict[str, str]
    history: ledger.History


def compare(root: Path, progress: Progress | None = None) -> Compared:
    """Build every table, and compare them with the last release, whether or not all is explained.

    Parameters
    ----------
    root
        The checkout: a folder with ``seeds/``.
    progress
        Wraps the stream of coded seeds; gets it and its length.

    Returns
    -------
    Compared

    Raises
    ------
    ProblemsError
        If anything is wrong with the seeds themselves; a sheet that cannot be read whole lacks
        rows, and they are not withdrawn.
    ReleaseError
        If there are no seeds in ``root``.
    """
    coded = [*read_seeds(root, progress), readings.code_layer(root)]
    tables = assemble(coded)
    shipped = checks.Shipped(tables, {seed.seed_id: seed.text for seed in coded if seed.text})
    problems = [problem for seed in coded for problem in seed.problems]
    problems += _rule_problems(shipped, coded)
    if problems:
        raise ProblemsError(sorted(problems, key=_file_order))
    return Compared(tables, dict(shipped.texts), ledger.history(tables, coded, ledger.frozen(root), __version__))


def _is(last: ledger.Frozen, history: ledger.History) -> bool:
    """Say whether the tables are those of the last release, under its version."""
    return last.version == __version__ and not history.entries


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
    shipped, problems = read_shipped(root)
    problems += shipped_problems(shipped, built.texts)
    compared = "bytes" if files.pins_hold() else "rows and schemas"
    problems += _differences(built, shipped, root, by_bytes=compared == "bytes")
    if problems:
        raise ProblemsError(problems)
    return built, compared


def read_seeds(root: Path, progress: Progress | None = None) -> list[records.Coded]:
    """Code every seed of a checkout, in the order of their names.

    Parameters
    ----------
    root
        The checkout: a folder with ``seeds/``.
    progress
        Wraps the stream of coded seeds; gets it and its length.

    Returns
    -------
    list of Coded

    Raises
    ------
    ReleaseError
        If there are no seeds in ``root``.
    """
    folder = root / "seeds"
    stems = sorted({path.stem for pattern in ("*.txt", "*.toml") for path in folder.glob(pattern)})
    if not stems:
        raise ReleaseError(f"there are no seeds in {folder}; run this in a checkout, or give its folder with --root")
    paths = [folder / f"{stem}.toml" for stem in stems]
    wrap = progress or (lambda coded, _: coded)
    if len(paths) < _FEW:
        return list(wrap(map(records.code_seed, paths), len(paths)))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(wrap(pool.map(records.code_seed, paths, chunksize=4), len(paths)))


def assemble(coded: Sequence[records.Coded]) -> dict[str, pd.DataFrame]:
    """Join the rows of all seeds into tables: typed, sorted by key, with the flat ones derived.

    Parameters
    ----------
    coded
        What the seeds and the second layer gave, in any order.

    Returns
    -------
    dict of str to DataFrame
        Every table of :mod:`.schema` by name.
    """
    rows = {name: [row for seed in coded for row in seed.rows[name]] for name in schema.TABLES}
    names = {row["entity_id"]: row["name"] for row in rows["entities"]}
    cast: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(rows["participants"], key=lambda row: str(row["entity_id"])):
        cast.setdefault(row["event_id"], []).append((row["role"], names.get(row["entity_id"]) or row["entity_id"]))
    for row in rows["events"]:
        row["participants"] = _cast(cast.get(row["event_id"], []))
    rows["timeline"] = _timeline(rows, names)
    windows = {row["record_id"]: readings.bounds_of(row) for row in rows["timeline"]}
    for row in rows["corroborations"]:
        # Of a record that does not exist, another rule tells.
        row.update(readings.outcome(row, windows.get(row["record_id"], readings.UNKNOWN)))
    return {name: _frame(name, rows[name]) for name in schema.TABLES}


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
    for name, model in schema.FILES.items():
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
            tables[name] = frame if len(frame) else frame.astype(schema.dtypes(model), errors="ignore")
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
    sound = set(tables) >= set(schema.TABLES) and not any(problem.rule == _FORM for problem in failures)
    return failures + (_rule_problems(checks.Shipped(dict(tables), texts), ()) if sound else [])


_FORM = "columns and types"


def _key(name: str) -> tuple[str, ...]:
    """Name the columns that identify a row of a file."""
    return schema.KEYS.get(name, schema.CHANGES_KEY)


def _model_problems(name: str, frame: pd.DataFrame) -> list[Problem]:
    """Hold one table against its pandera model."""
    model = schema.FILES[name]
    try:
        model.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return [_model_problem(name, frame, case) for case in error.failure_cases.to_dict("records")]
    return []


def _model_problem(name: str, frame: pd.DataFrame, case: Mapping[str, Any]) -> Problem:
    """Say which cell, column or table pandera objects to."""
    in_cell = case["schema_context"] == "Column" and isinstance(case["index"], int)
    row = frame.iloc[case["index"]] if in_cell else None
    record = " ".join(str(row[key]) for key in _key(name) if key in row) if row is not None else ""
    what = f"{case['column']}: {case['check']}" if in_cell else str(case["check"])
    fact = Fact("found", str(case["failure_case"]))
    # The rules compare values, and count on those that may not be null.
    rule = "" if in_cell and case["check"] != "not_nullable" else _FORM
    return Problem(f"data/{name}.parquet", record, what, "run caucasus-events build", (fact,), rule)


def _rule_problems(shipped: checks.Shipped, coded: Sequence[records.Coded]) -> list[Problem]:
    """Run the rules; place each finding at its line of a sheet, or at its row if there is none."""
    declared = {name for seed in coded for name in seed.declared}
    troubled = {seed.seed_id for seed in coded if seed.problems}
    found = []
    for name, finding in checks.broken(shipped):
        if finding.missing not in declared and not (finding.table == "sources" and finding.key in troubled):
            found += [_placed(name, finding, coded)]
    return found


def _placed(name: str, finding: checks.Finding, coded: Sequence[records.Coded]) -> Problem:
    """Turn a finding into a problem; of a record written twice, the second place is at fault."""
    written = [(seed, at) for seed in coded for at in seed.blocks.get((finding.table, finding.key), [])]
    if not written:
        record = f"{_SINGULAR.get(finding.table, 'row')} {finding.key}"
        return Problem(f"data/{finding.table}.parquet", record, finding.what, finding.do, finding.facts, name)
    seed, at = written[-1]
    first = [Fact("first", other.problem(place, place[2], "", "").place) for other, place in written[:-1]]
    problem = seed.problem(at, finding.value, finding.what, finding.do, *first, *finding.facts)
    return Problem(problem.place, problem.record, problem.what, problem.do, problem.facts, name)


def _file_order(problem: Problem) -> tuple[str, int]:
    """Sort problems by file and line."""
    path, _, line = problem.place.partition(":")
    return path, int(line or 0)


def _differences(built: Built, shipped: Mapping[str, pd.DataFrame], root: Path, *, by_bytes: bool) -> list[Problem]:
    """List every file, row and cell in which ``data/`` is not what the seeds build."""
    rows = [
        _changed(name, change)
        for name, frame in built.shipped.items()
        if name in shipped
        for change in _changes(name, shipped[name], frame)
    ]
    named = {problem.place for problem in rows}
    expected = built.files if by_bytes else {**built.files, **_described(built, root)}
    readable = {name for name in expected if not name.endswith(".parquet") or name.removesuffix(".parquet") in shipped}
    whole = [name for name in sorted(readable) if f"data/{name}" not in named]
    return (
        rows
        + _strange_files(built, root)
        + [_other(name) for name in whole if not _same(expected, root, name, by_bytes)]
    )


def _described(built: Built, root: Path) -> dict[str, bytes]:
    """Describe the files as they stand in ``data/``: other versions of pyarrow write other bytes."""
    paths = {f"{name}.parquet": root / "data" / f"{name}.parquet" for name in schema.FILES}
    if not all(path.is_file() for path in paths.values()):
        return {}
    standing = {name: path.read_bytes() for name, path in paths.items()}
    return descriptors.render(built.shipped, standing, built.released)


def _strange_files(built: Built, root: Path) -> list[Problem]:
    """List the files in ``data/`` that the build does not write."""
    names = {path.name for path in (root / "data").glob("*")} - set(built.files) - {"__pycache__"}
    return [Problem(f"data/{name}", "", "the build does not write this file", "remove it") for name in sorted(names)]


def _other(name: str) -> Problem:
    """Say that a file is another one than the seeds give, though its rows may be the same."""
    rows = "; its rows are" if name.endswith(".parquet") else ""
    return Problem(f"data/{name}", "", f"the file is not what the seeds build{rows}", _REBUILD)


def _same(expected: Mapping[str, bytes], root: Path, name: str, by_bytes: bool) -> bool:  # noqa: FBT001 - passed on from the caller
    """Compare a file to the byte, or as an Arrow schema with its metadata but for the writer's own."""
    path = root / "data" / name
    if not path.exists() or by_bytes or not name.endswith(".parquet"):
        return path.exists() and path.read_bytes() == expected[name]
    old, new = (pq.read_schema(pa.BufferReader(content)) for content in (path.read_bytes(), expected[name]))
    return bool(old.equals(new)) and _about(old) == _about(new)


def _about(arrow: pa.Schema) -> dict[bytes, bytes]:
    """Give the metadata that does not name the versions that wrote the file."""
    return {key: value for key, value in (arrow.metadata or {}).items() if key != b"pandas"}


def _changes(name: str, shipped: pd.DataFrame, built: pd.DataFrame) -> list[diff.Change]:
    """Compare the shipped table with the one that the seeds build."""
    key = _key(name)
    return diff.changes(shipped, built, key) if set(key) <= set(shipped.columns) else []


def _changed(name: str, change: diff.Change) -> Problem:
    """Say of one row or cell how ``data/`` differs from the seeds."""
    record = f"{_SINGULAR.get(name, 'row')} {change.id}"
    words = {"added": "the seeds give this row, data/ lacks it", "removed": "the seeds do not give this row"}
    if change.operation in words:
        return Problem(f"data/{name}.parquet", record, words[change.operation], _REBUILD)
    facts = (Fact("data", str(change.old)), Fact("seeds", str(change.new)))
    return Problem(f"data/{name}.parquet", record, f"{change.column} is not what the seeds give", _REBUILD, facts)


def _frame(name: str, rows: list[records.Row]) -> pd.DataFrame:
    """Make a typed, sorted table of rows; keys that are no columns are left out."""
    model = schema.TABLES[name]
    columns = {
        column: pd.Series([row.get(column) for row in rows], dtype=object).astype(dtype)
        for column, dtype in schema.dtypes(model).items()
    }
    return pd.DataFrame(columns).sort_values(list(schema.KEYS[name]), ignore_index=True, kind="stable")


def _cast(cast: list[tuple[str, str]]) -> str | None:
    """Write who took part, by role in codebook order: "side: Armenia, Azerbaijan"."""
    by_role = {role: [name for other, name in cast if other == role] for role in codebook.codes("role")}
    return "; ".join(f"{role}: {', '.join(names)}" for role, names in by_role.items() if names) or None


def _timeline(rows: Mapping[str, list[records.Row]], names: Mapping[str, str]) -> list[records.Row]:
    """Flatten events and statuses, with what one needs to read and cite a row."""
    sources = {row["source_id"]: row for row in rows["sources"]}
    cite = {name: citation.source_citation(row, row["published"]) for name, row in sources.items()}
    flat = [
        row | {"record_id": row["event_id"], "kind": "event", "parties": row["participants"]} for row in rows["events"]
    ]
    flat += [
        row | {"record_id": row["status_id"], "kind": "status", "parties": _parties(row, names)}
        for row in rows["statuses"]
    ]
    for row in flat:
        row |= {"citation": cite.get(row["source_id"]), "url": sources.get(row["source_id"], {}).get("url")}
    return flat


def _parties(row: records.Row, names: Mapping[str, str]) -> str:
    """Write subject and object by name: an arrow where order matters, a dash where it does not."""
    subject, target = (names.get(row[side], row[side]) for side in ("subject", "object"))
    about = f" (about {names.get(row['about'], row['about'])})" if row["about"] else ""
    return f"{subject} {'–' if row['symmetric'] else '→'} {target}{about}"
