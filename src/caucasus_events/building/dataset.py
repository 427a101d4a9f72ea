"""Seeds to checked tables, and to the files of ``data/``.

``root`` is a checkout everywhere here: a folder with ``seeds/``. ``progress`` wraps the stream of coded seeds, and
gets it and its length. Tables are plain DataFrames in the types of ``model.rows``, sorted by key.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from caucasus_events.coding import readings, reported, seeds, writing
from caucasus_events.describing import about, citation
from caucasus_events.errors import Problem, ProblemsError, ReleaseError
from caucasus_events.ledger import frozen, reasons
from caucasus_events.model import codebook, layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import FILES, RECORDS, TABLES, Row, framed

from . import aside, files, quoting
from .placing import apart, file_order, rule_problems
from .rules import Shipped

Progress = Callable[[Iterable[seeds.Coded], int], Iterable[seeds.Coded]]

# What else stands in seeds/: how to code.
_NO_SEEDS = ("CODEBOOK.md",)
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


class Compared(NamedTuple):
    """The tables that the seeds give, the texts, and what changed since the last release."""

    tables: dict[str, pd.DataFrame]
    texts: dict[str, str]
    history: reasons.History


def build_dataset(root: Path, progress: Progress | None = None) -> Built:
    """Build every table from the seeds and write ``data/``; if anything is wrong, nothing is written."""
    with writing.alone(root):
        aside.settle(root)
        built = build_in_memory(root, progress)
        aside.put_data(built.files, root)
    return built


def build_in_memory(root: Path, progress: Progress | None = None) -> Built:
    """Build every table and file without writing anything.

    What is wrong with the seeds, or changed for no stated reason, is a :class:`ProblemsError`.
    """
    tables, texts, history = compare(root, progress)
    if history.problems:
        raise ProblemsError(history.problems)
    # The day of the last release is told only while the tables are its tables, under its version.
    last = history.last
    released = last.released if last and last.version == about.VERSION and not history.entries else None
    return Built(tables, texts, files.render({**tables, "changes": history.table}, released), history, released)


def compare(root: Path, progress: Progress | None = None, last: frozen.Frozen | None = None) -> Compared:
    """Build every table, and compare them with the last release (read, if not given), whether or not all is explained.

    What is wrong with the seeds themselves is a :class:`ProblemsError`: a sheet that cannot be read whole lacks rows,
    and they are not withdrawn.
    """
    coded, problems = apart([*read_seeds(root, progress), *reported.code_reported(root)])
    tables = assemble(coded)
    texts = {seed.seed_id: seed.text for seed in coded if seed.text}
    problems += [*unread(root), *(problem for seed in coded for problem in seed.problems)]
    problems += rule_problems(Shipped(tables, texts, seeds.faulty_columns(coded)), coded)
    if problems:
        raise ProblemsError(sorted(problems, key=file_order))
    last = last or frozen.read_frozen(root)
    if lost := frozen.vanished(root, last):
        raise ProblemsError(lost)
    return Compared(tables, texts, reasons.explain(tables, coded, last, about.VERSION))


def read_seeds(root: Path, progress: Progress | None = None) -> list[seeds.Coded]:
    """Code every seed of a checkout, in the order of their names; a folder without any is a :class:`ReleaseError`."""
    folder = root / "seeds"
    # A text without a sheet, or a sheet without a text, is a seed too: that the other is missing is its problem.
    stems = sorted({path.stem for path in folder.glob("[!.]*") if path.suffix in (".txt", ".toml")})
    if not stems and (strays := unread(root)):
        raise ProblemsError(strays)
    if not stems:
        raise ReleaseError(f"there are no seeds in {folder}; run this in a checkout, or give its folder with --root")
    paths = [folder / f"{stem}.toml" for stem in stems]
    wrap = progress or (lambda coded, _: coded)
    if len(paths) < _FEW:
        return list(wrap(map(seeds.code_seed, paths), len(paths)))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(wrap(pool.map(seeds.code_seed, paths, chunksize=4), len(paths)))


def unread(root: Path) -> list[Problem]:
    """Report what stands in ``seeds/`` and nobody reads: of a document there nothing may be missing in silence.

    Hidden files, with a dot before their names, are the system's.
    """
    problems = []
    for path in sorted((root / "seeds").rglob("[!.]*")):
        name = path.relative_to(root / "seeds")
        reported = name.parts[0] == "reported"
        read = (".toml",) if reported else (".txt", ".toml")
        if any(part.startswith(".") for part in name.parts) or (path.is_dir() and path.suffix not in read):
            continue
        if len(name.parts) == 1 + reported and (path.suffix in read or str(name) in _NO_SEEDS):
            continue
        what = "the file is not read: " + ("other sources stand in" if reported else "a document is")
        what += " reported/*.toml" if reported else " a text <id>.txt and its sheet <id>.toml, both in seeds/ itself"
        do = "rename it, or move it there or out of seeds/"
        problems.append(Problem(f"seeds/{name.as_posix()}", "", what, do))
    return problems


def assemble(coded: Sequence[seeds.Coded]) -> dict[str, pd.DataFrame]:
    """Join the rows of all files into tables: typed, sorted by key, with what follows from several rows derived.

    The files may come in any order, and neither they nor their rows are changed.
    """
    rows = {name: [row for seed in coded for row in seed.rows.get(name, ())] for name in TABLES}
    rows["evidence"] = quoting.quoted(rows, {seed.seed_id: seed.text for seed in coded})
    names = {row["entity_id"]: row["name"] or row["entity_id"] for row in rows["entities"]}
    casts = _casts(rows["participants"], names)
    rows["events"] = [_alone(row) | {"participants": casts.get(row["event_id"])} for row in rows["events"]]
    rows["statuses"] = [_alone(row) for row in rows["statuses"]]
    rows["timeline"] = _timeline(rows, names)
    stated = {row["record_id"]: readings.bounds_of(row) for row in rows["timeline"] if row["layer"] == "seed"}
    # That a reading is of a record that does not exist, or of a reported one, is told by a rule.
    rows["corroborations"] = [
        row | readings.outcome(row, stated.get(row["record_id"], readings.NOTHING_STATED))
        for row in rows["corroborations"]
    ]
    tables = {}
    for name in TABLES:
        table, key = framed(name, rows[name]), list(FILES[name].key)
        tables[name] = table.sort_values(key, ignore_index=True, kind="stable")
    # Their windows are those of the documents so far: the readings set them to their best.
    own = tables["corroborations"][tables["corroborations"]["record_id"].isin(stated)]
    best = {name: layers.sharpened(tables[name], own) for name in (*RECORDS, "timeline")}
    return tables | {name: frame[list(FILES[name].columns)].astype(FILES[name].dtypes) for name, frame in best.items()}


def _alone(row: Row) -> Row:
    """Keep beside the windows of a seed's record those that the document alone gives it; a reported one has none."""
    if row["layer"] != "seed":
        return row
    own = (*BOUNDS, "speaks_until", *(["end_state"] if "end_state" in row else []))
    return row | {f"{layers.SEED}{name}": row[name] for name in own}


def _casts(participants: Sequence[Row], names: Mapping[str, str]) -> dict[str, str]:
    """Write who took part in each event, by role in codebook order: "side: Armenia, Azerbaijan"."""
    casts: dict[str, dict[str, list[str]]] = {}
    for row in sorted(participants, key=lambda row: str(row["entity_id"])):
        by_role = casts.setdefault(row["event_id"], {role: [] for role in codebook.codes("role")})
        by_role[row["role"]].append(names.get(row["entity_id"], row["entity_id"]))
    return {
        event: "; ".join(f"{role}: {', '.join(named)}" for role, named in by_role.items() if named)
        for event, by_role in casts.items()
    }


def _timeline(rows: Mapping[str, Sequence[Row]], names: Mapping[str, str]) -> list[Row]:
    """Flatten events and statuses, with what one needs to read and cite a row."""
    # A record whose source is missing, or cannot be cited, goes through the rules all the same.
    sources = {
        row["source_id"]: {"citation": citation.source_citation(row), "url": row["url"]}
        for row in rows["sources"]
        if row["published"]
    }
    missing = {"citation": None, "url": None}
    references = {row["reference_id"]: row for row in rows["references"]}
    flat = [
        row | {"record_id": row["event_id"], "kind": "event", "parties": row["participants"]} for row in rows["events"]
    ]
    flat += [
        row | {"record_id": row["status_id"], "kind": "status", "parties": _subject_and_object(row, names)}
        for row in rows["statuses"]
    ]
    in_words = {(row["record_id"], row["quote"]) for row in rows["evidence"]}
    return [
        row
        | {"quote": row.get("quote") if (row["record_id"], row.get("quote")) in in_words else None}
        | (_cited(row, references) if row["layer"] == "reported" else sources.get(row["source_id"], missing))
        for row in flat
    ]


def _cited(row: Row, references: Mapping[str, Row]) -> Row:
    """Cite the sources of a reported record, short, and give the address of the first."""
    cited = [references[name] for name in (row["reference_ids"] or "").split("; ") if name in references]
    short = dict.fromkeys(citation.short_citation(each) for each in cited)
    return {"citation": "; ".join(short) or None, "url": cited[0]["url"] if cited else None}


def _subject_and_object(row: Row, names: Mapping[str, str]) -> str:
    """Write the parties of a status: an arrow where order matters, a dash where it does not."""
    subject, target = (names.get(row[side], row[side]) for side in ("subject", "object"))
    about = f" (about {names.get(row['about'], row['about'])})" if row["about"] else ""
    return f"{subject} {'–' if row['symmetric'] else '→'} {target}{about}"
