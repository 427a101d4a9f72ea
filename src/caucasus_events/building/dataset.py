"""Seeds to tables, checked, to ``data/``; and is ``data/`` still what the seeds build.

Tables are plain DataFrames in the types of :mod:`.schema`, sorted by key.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from caucasus_events.coding import readings, seeds
from caucasus_events.coding import seeds as records
from caucasus_events.describing import about, citation
from caucasus_events.errors import ProblemsError, ReleaseError
from caucasus_events.ledger import frozen, reasons
from caucasus_events.model import codebook
from caucasus_events.model.rows import FILES, TABLES

from . import files
from .placing import file_order, rule_problems
from .rules import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from caucasus_events.model.rows import Row

    Progress = Callable[[Iterable[records.Coded], int], Iterable[records.Coded]]


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
    history: reasons.History
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
    released = history.last.released if history.last and _is_released(history.last, history) else None
    rendered = files.render({**compared.tables, "changes": history.table}, released)
    return Built(compared.tables, compared.texts, rendered, history, released)


class Compared(NamedTuple):
    """The tables that the seeds give, the texts, and what changed since the last release."""

    tables: dict[str, pd.DataFrame]
    texts: dict[str, str]
    history: reasons.History


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
    coded = [*read_seeds(root, progress), *readings.code_layer(root)]
    tables = assemble(coded)
    shipped = registry.Shipped(tables, {seed.seed_id: seed.text for seed in coded if seed.text})
    problems = [problem for seed in coded for problem in seed.problems]
    problems += rule_problems(shipped, coded)
    if problems:
        raise ProblemsError(sorted(problems, key=file_order))
    return Compared(
        tables, dict(shipped.texts), reasons.explain(tables, coded, frozen.read_frozen(root), about.VERSION)
    )


def _is_released(last: frozen.Frozen, history: reasons.History) -> bool:
    """Say whether the tables are those of the last release, under its version."""
    return last.version == about.VERSION and not history.entries


def read_seeds(root: Path, progress: Progress | None = None) -> list[seeds.Coded]:
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
        return list(wrap(map(seeds.code_seed, paths), len(paths)))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(wrap(pool.map(seeds.code_seed, paths, chunksize=4), len(paths)))


def assemble(coded: Sequence[seeds.Coded]) -> dict[str, pd.DataFrame]:
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
    rows = {name: [row for seed in coded for row in seed.rows[name]] for name in TABLES}
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
    return {name: _frame(name, rows[name]) for name in TABLES}


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    """Make a typed, sorted table of rows; keys that are no columns are left out."""
    table = FILES[name]
    columns = {
        column: pd.Series([row.get(column) for row in rows], dtype=object).astype(dtype)
        for column, dtype in table.dtypes.items()
    }
    return pd.DataFrame(columns).sort_values(list(FILES[name].key), ignore_index=True, kind="stable")


def _cast(cast: list[tuple[str, str]]) -> str | None:
    """Write who took part, by role in codebook order: "side: Armenia, Azerbaijan"."""
    by_role = {role: [name for other, name in cast if other == role] for role in codebook.codes("role")}
    return "; ".join(f"{role}: {', '.join(names)}" for role, names in by_role.items() if names) or None


def _timeline(rows: Mapping[str, list[Row]], names: Mapping[str, str]) -> list[Row]:
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


def _parties(row: Row, names: Mapping[str, str]) -> str:
    """Write subject and object by name: an arrow where order matters, a dash where it does not."""
    subject, target = (names.get(row[side], row[side]) for side in ("subject", "object"))
    about = f" (about {names.get(row['about'], row['about'])})" if row["about"] else ""
    return f"{subject} {'–' if row['symmetric'] else '→'} {target}{about}"
