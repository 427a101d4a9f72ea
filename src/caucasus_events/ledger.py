"""What changed since the last release, row by row and cell by cell, and the reason a person wrote.

A release is frozen in ``validation/releases/<version>/``: its tables, and ``release.json`` with
their digests and their form. The build compares with the last one, takes the reasons from the
blocks ``[[change]]`` and ``[[withdrawn]]`` of the sheets, and refuses a change that has none.

A withdrawn record leaves its tombstone in ``changes``: the operation ``withdrawn``, the row as it
was in ``old``, the id that replaces it in ``new``, and why. It stays there for good.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from . import __all__ as public_names
from . import diff, schema
from .errors import Fact, InvalidValueError, Problem, ProblemsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from . import records, sheets

Entry = dict[str, str | None]
Tables = dict[str, pd.DataFrame]
RELEASES = "validation/releases"
FIRST = "1.0.0"
LEVELS = ("none", "patch", "minor", "major")
# The tables whose rows have an id of their own; the rows of the others belong to these.
OWN = {
    "sources": "source",
    "entities": "entity",
    "events": "event",
    "statuses": "status",
    "corroborations": "reading",
    "references": "reference",
}
_PARTIES = ("subject", "object", "about", "attributed_to", "entity_id", "location")


def _places(tables: str, columns: str) -> set[str]:
    """Name every one of some columns, or of some operations on whole rows, in every one of some tables."""
    return {f"{table}.{column}" for table in tables.split() for column in columns.split()}


_BOUNDS = "start_earliest start_latest end_earliest end_latest"
_JUDGED = _places("corroborations", "relation applied why_not")
_NAMED = _places("events", "participants") | _places("timeline", "parties")
_PARTY = {
    *_NAMED,
    *_places("events statuses", "attributed_to"),
    *_places("events", "location"),
    *_places("statuses", "subject object about"),
    *_places("participants", "added removed"),
}
# What follows from what: the reason of a source, an entity or a record explains a cell, or a row that
# is added or removed, of what depends on it only where it changed itself in the place on the left.
_FOLLOWS: dict[str, set[str]] = {
    "sources.speaks_until": _places("events statuses timeline", _BOUNDS)
    | _places("events statuses", "speaks_until")
    | _JUDGED,
    **dict.fromkeys(
        _places("sources", "title author publisher first_published_by published"), _places("timeline", "citation")
    ),
    "sources.url": _places("timeline", "url"),
    "sources.sha256": _places("evidence", "added removed start_char end_char quote prefix suffix")
    | _places("timeline", "quote"),
    "sources.removed": _places("events statuses participants evidence timeline corroborations external_ids", "removed"),
    "entities.name": _NAMED,
    "entities.added": _PARTY,
    "entities.removed": _PARTY,
    **dict.fromkeys(_places("events statuses", _BOUNDS), _JUDGED),
    **dict.fromkeys(_places("events statuses", "removed"), _places("corroborations", "removed")),
}
_SHOWN = 6
_VERSION = r"(\d+)\.(\d+)\.(\d+)"
# Without these a release tells neither what it is nor what it holds.
_SAYS = ("version", "released", "previous", "names", "tables", "sha256")
_NEEDED = {"sources", "entities", "events", "statuses", "changes"}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A release as it was frozen: version, day, tables and their form."""

    version: str
    released: str
    tables: Tables
    form: dict[str, Any]


class Due(NamedTuple):
    """How large a step the next version must be at least, and why."""

    level: str
    why: tuple[str, ...]


@dataclass(slots=True)
class History:
    """Every change since the first release; what of it is new, and what is wrong with it."""

    last: Frozen | None
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    due: Due = field(default_factory=lambda: Due("none", ()))
    version: str = FIRST


def parse(version: str) -> tuple[int, int, int]:
    """Read a version number, X.Y.Z.

    Parameters
    ----------
    version
        As SemVer writes it, without a suffix.

    Returns
    -------
    tuple of int
        Major, minor, patch; they compare as versions do.

    Raises
    ------
    InvalidValueError
        If it is no such number (a ``ValueError``).

    Examples
    --------
    >>> parse("1.10.0") > parse("1.9.2")
    True
    """
    match = re.fullmatch(_VERSION, version)
    if not match:
        raise InvalidValueError(f"{version!r} is no version; write three numbers: 1.0.0")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def next_version(version: str, level: str) -> str:
    """Give the lowest version that a step of this level leads to.

    Parameters
    ----------
    version
        The last release.
    level
        ``none``, ``patch``, ``minor`` or ``major``.

    Returns
    -------
    str

    Examples
    --------
    >>> [next_version("1.2.3", level) for level in ("none", "patch", "minor", "major")]
    ['1.2.4', '1.2.4', '1.3.0', '2.0.0']
    """
    major, minor, patch = parse(version)
    steps = {"minor": (major, minor + 1, 0), "major": (major + 1, 0, 0)}
    return ".".join(map(str, steps.get(level, (major, minor, patch + 1))))


def frozen(root: Path, version: str | None = None) -> Frozen | None:
    """Read a frozen release, and hold it against the digests it was frozen with.

    Parameters
    ----------
    root
        The checkout.
    version
        Which; left out, the last one.

    Returns
    -------
    Frozen or None
        None if nothing is released.

    Raises
    ------
    ProblemsError
        If a file of the release is not what was frozen.
    """
    versions = released(root)
    if not versions or (version is not None and version not in versions):
        return None
    version = version or versions[-1]
    folder = root / RELEASES / version
    form, problems = _read(folder)
    problems = problems or [_thawed(folder, name, form) for name in form["tables"] if not _intact(folder, name, form)]
    if problems:
        raise ProblemsError(problems)
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in form["tables"]}
    return Frozen(version, form["released"], tables, form)


def _read(folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Read what a release says of itself, as far as its tables can be read by it."""
    place, restore = f"{RELEASES}/{folder.name}", "restore it: a release never changes"
    try:
        form = json.loads((folder / "release.json").read_text("utf-8"))
        told = {name for name, each in form["tables"].items() if each["sha256"] and each["columns"] and each["key"]}
        lacking = [key for key in _SAYS if key not in form]
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, [Problem(f"{place}/release.json", "", "the file cannot be read", restore)]
    problems = [Problem(f"{place}/release.json", "", f"it does not say {key}", restore) for key in lacking]
    there = {path.stem for path in folder.glob("*.parquet")}
    undescribed = [f"it does not describe {name}.parquet" for name in sorted((there | _NEEDED) - told)]
    return form, problems + [Problem(f"{place}/release.json", "", what, restore) for what in undescribed]


def own_digest(form: Mapping[str, Any]) -> str:
    """Digest what a release says of itself.

    Parameters
    ----------
    form
        What stands in ``release.json``.

    Returns
    -------
    str
        The SHA-256 of everything in it but this digest.

    Examples
    --------
    >>> own_digest({"version": "1.0.0", "sha256": "0"}) == own_digest({"version": "1.0.0"})
    True
    """
    rest = {key: value for key, value in form.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False).encode()).hexdigest()


def released(root: Path) -> list[str]:
    """List the versions that are frozen in a checkout, the oldest first.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    list of str
    """
    found = (path.parent.name for path in (root / RELEASES).glob("*/release.json"))
    # What a freeze left that was killed has another name.
    return sorted((name for name in found if re.fullmatch(_VERSION, name)), key=parse)


def _intact(folder: Path, name: str, form: Mapping[str, Any]) -> bool:
    """Compare a frozen file with its digest."""
    path = folder / f"{name}.parquet"
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == form["tables"][name]["sha256"]


def _thawed(folder: Path, name: str, form: Mapping[str, Any]) -> Problem:
    """Say that a frozen file is not what was released."""
    place = f"{RELEASES}/{folder.name}/{name}.parquet"
    fact = Fact("frozen", form["tables"][name]["sha256"][:16] + "…")
    return Problem(place, "", "the file is not what was released", "restore it: a release never changes", (fact,))


def form(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Describe the form of tables: what a reader's code can depend on.

    Parameters
    ----------
    tables
        Tables by name.

    Returns
    -------
    dict
        ``tables``: for each its key and, by column, type, description and codes; ``names``: the
        public names of the package.

    Examples
    --------
    >>> languages = pd.DataFrame({"language": pd.Series(["en"], dtype="str")})
    >>> form({"sources": languages})["tables"]["sources"]["columns"]["language"]["type"]
    'str'
    """
    return {"tables": {name: _form(name, frame) for name, frame in tables.items()}, "names": sorted(public_names)}


def _form(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Describe one table."""
    words = schema.descriptions(schema.FILES[name])
    columns = {
        str(column): {
            "type": str(dtype),
            "description": words[str(column)],
            "codes": list(getattr(dtype, "categories", ())),
        }
        for column, dtype in frame.dtypes.items()
    }
    return {"key": list(schema.KEYS.get(name, schema.CHANGES_KEY)), "columns": columns}


def history(tables: Tables, coded: Sequence[records.Coded], last: Frozen | None, version: str) -> History:
    """Compare tables with the last release, and explain every difference.

    Parameters
    ----------
    tables
        Every table of :data:`.schema.TABLES`.
    coded
        The seeds, with the reasons that their sheets give.
    last
        The last release, None before the first.
    version
        The version of the package. Changes that are not released yet stand under it, or, while it
        is still that of the last release, under the lowest that they lead to.

    Returns
    -------
    History
    """
    told = [_Told(seed, at, block) for seed in coded for at, block in seed.told]
    found = History(last)
    if last is None:
        found.problems = [_idle(each, "before the first release") for each in told]
        found.table = _table([])
        return found
    entries = differences(last.tables, tables)
    found.due = due(last, tables, entries, {each.block.id for each in told if each.code == "withdrawn"})
    later = parse(version) > parse(last.version)
    found.version = version if later else next_version(last.version, found.due.level)
    explained = _Explained(last, tables, told, entries)
    found.entries = [entry | {"version": found.version} for entry in explained.entries]
    found.problems = explained.problems
    found.table = _table([*_rows(last.tables["changes"]), *found.entries])
    return found


def _table(entries: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make the table ``changes``, the oldest release first."""
    rows = sorted(entries, key=_order)
    columns = {
        name: pd.Series([row[name] for row in rows], dtype=object).astype(dtype)
        for name, dtype in schema.dtypes(schema.Changes).items()
    }
    return pd.DataFrame(columns)


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort changes by release, as versions compare, and by key."""
    return (parse(row["version"]), *(str(row[name]) for name in schema.CHANGES_KEY[1:]))


def _rows(frame: pd.DataFrame) -> list[Entry]:
    """Give the rows of ``changes``, with None where nothing stands."""
    entries = frame.astype(object)
    found: Any = entries.where(frame.notna(), None).to_dict("records")
    return list(found)


def differences(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> list[Entry]:
    """List every row, cell, column and table that differs between two releases, without reasons.

    Parameters
    ----------
    old, new
        The tables of two releases by name.

    Returns
    -------
    list of dict
        Rows of ``changes`` that lack version and reason.
    """
    names = [name for name in [*new, *old] if name != "changes"]
    return [_entry(name, change) for name in dict.fromkeys(names) for change in _table_changes(name, old, new)]


def _entry(table: str, change: diff.Change) -> Entry:
    """Write a difference as a row of ``changes``."""
    return {"table": table, **change._asdict(), "reason": None, "reason_code": None}


def _table_changes(name: str, old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> list[diff.Change]:
    """Compare one table, which may be new or gone, and whose columns may be."""
    if name not in new:
        return [diff.Change(name, "table removed")]
    columns, key = [str(column) for column in new[name].columns], list(schema.KEYS[name])
    if name not in old or not set(key) <= set(old[name].columns):
        return [diff.Change(name, "table added"), *diff.changes(new[name].head(0), new[name], key)]
    found = [diff.Change(column, "column added", column) for column in columns if column not in old[name]]
    found += [diff.Change(column, "column removed", column) for column in map(str, old[name]) if column not in columns]
    return found + diff.changes(old[name].reindex(columns=columns), new[name], key)


def replay(old: Mapping[str, pd.DataFrame], changes: pd.DataFrame) -> Tables:
    """Carry out changes on the tables of an old release.

    Parameters
    ----------
    old
        The tables of a release by name.
    changes
        The rows of ``changes`` of all later releases.

    Returns
    -------
    dict of str to DataFrame
        The tables of the release that the changes lead to.
    """
    entries = _rows(changes)
    return {
        name: diff.replayed(
            old.get(name, pd.DataFrame(columns=list(schema.dtypes(model)))),
            [entry for entry in entries if entry["table"] == name],
            schema.KEYS[name],
            schema.dtypes(model),
        )
        for name, model in schema.TABLES.items()
    }


def due(last: Frozen, tables: Mapping[str, pd.DataFrame], entries: Sequence[Entry], withdrawn: set[str]) -> Due:
    """Compute how large a step the next version must be at least.

    Parameters
    ----------
    last
        The last release.
    tables
        The tables as they are now.
    entries
        What differs.
    withdrawn
        The ids whose withdrawal a sheet explains.

    Returns
    -------
    Due
        The level, and a reason for every kind of difference of that level.
    """
    now = form({name: frame for name, frame in tables.items() if name != "changes"})
    was = {**last.form, "tables": {name: kept for name, kept in last.form["tables"].items() if name != "changes"}}
    why = [*_form_changes(was, now), *_row_changes(entries, withdrawn, set(was["tables"]))]
    level = max((LEVELS.index(level) for level, _ in why), default=0)
    return Due(LEVELS[level], tuple(dict.fromkeys(text for each, text in why if each == LEVELS[level])))


def _form_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Compare the form of two releases: tables, keys, columns, types, codes, names."""
    yield from _gone_and_new("the public name", was["names"], now["names"])
    yield from _gone_and_new("the table", was["tables"], now["tables"])
    for name in was["tables"].keys() & now["tables"].keys():
        old, new = was["tables"][name], now["tables"][name]
        if old["key"] != new["key"]:
            yield "major", f"the key of {name} is another"
        yield from _gone_and_new(f"the column {name}.", old["columns"], new["columns"])
        for column in old["columns"].keys() & new["columns"].keys():
            yield from _column_changes(f"{name}.{column}", old["columns"][column], new["columns"][column])


def _column_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Compare the form of one column."""
    if old["type"] != new["type"]:
        yield "major", f"{name} was of type {old['type']} and is {new['type']}"
    yield from _gone_and_new(f"the code {name} = ", old["codes"], new["codes"])
    if set(old["codes"]) == set(new["codes"]) and old["codes"] != new["codes"]:
        yield "minor", f"the codes of {name} stand in another order"
    if old["description"] != new["description"]:
        yield "patch", f"{name} is described in other words (if it means something else, that is a major step)"


def _gone_and_new(what: str, old: Iterable[str], new: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Compare two lists of names: what is gone is a major step, what is new a minor one."""
    gap = "" if what.endswith((".", " ")) else " "
    yield from (("major", f"{what}{gap}{name} is gone") for name in sorted(set(old) - set(new)))
    yield from (("minor", f"{what}{gap}{name} is new") for name in sorted(set(new) - set(old)))


def _row_changes(entries: Iterable[Entry], withdrawn: set[str], known: set[str]) -> Iterable[tuple[str, str]]:
    """Compare the rows: an id that goes without a word breaks what others built on it."""
    cells: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        table, name, operation = str(entry["table"]), str(entry["id"]), entry["operation"]
        if operation == "removed" and table in OWN:
            yield from _gone_row(table, name, withdrawn)
        elif operation in ("added", "removed"):
            yield "minor", f"rows are {operation} in {table}"
        elif operation == "changed" and table in known:
            analytic = entry["column"] in schema.analytic(schema.TABLES[table])
            cells.setdefault(("minor" if analytic else "patch", table), []).append(str(entry["column"]))
    for (level, table), columns in cells.items():
        yield level, f"cells of {table} are changed: {', '.join(dict.fromkeys(columns))}"


def _gone_row(table: str, name: str, withdrawn: set[str]) -> Iterable[tuple[str, str]]:
    """Weigh a row that is gone: with a tombstone it is a minor step."""
    if name in withdrawn:
        yield "minor", f"rows are withdrawn from {table}"
    else:
        yield "major", f"{name} is gone from {table} without [[withdrawn]]"


class _Told(NamedTuple):
    """A reason as it stands in a sheet."""

    seed: records.Coded
    at: records.At
    block: sheets.Change | sheets.Withdrawn

    @property
    def code(self) -> str:
        """What kind of change it explains."""
        return str(getattr(self.block, "reason_code", "withdrawn"))


def _idle(told: _Told, since: str) -> Problem:
    """Report a reason that explains nothing."""
    what = f"the block explains no change {since}"
    return told.seed.problem(told.at, told.block.id, what, "remove it, or make the change that it explains")


class _Explained:
    """Differences with the reasons that people gave, and the problem of each that has none."""

    def __init__(self, last: Frozen, tables: Tables, told: Sequence[_Told], entries: Sequence[Entry]) -> None:
        self.last, self.tables = last, tables
        past = last.tables["changes"]
        spent = {(_owner(row["id"]), row["reason"]) for row in _rows(past)}
        spent |= {(f"{row['table']}.{row['column']}", row["reason"]) for row in _rows(past)}
        fresh = [each for each in told if (each.block.id, each.block.reason) not in spent]
        self.told = {each.block.id: each for each in fresh}
        self.used: set[str] = set()
        self.old_ids = _ids(last.tables)
        self.follows = _follows(entries)
        self.dead = set(past[past["operation"] == "withdrawn"]["id"])
        was, now = _parties(last.tables), _parties(tables)
        self.parties = {name: [*now.get(name, ()), *was.get(name, ())] for name in was | now}
        self.problems = self.doubled(fresh)
        self.entries = [self.explain(entry) for entry in entries]
        self.problems += self.silent() + self.revived()
        since = f"since {last.version}"
        self.problems += [_idle(each, since) for name, each in self.told.items() if name not in self.used]
        self.problems += self.lost_heirs()

    def explain(self, entry: Entry) -> Entry:
        """Find the reason of one difference."""
        owner, operation = _owner(entry["id"]), str(entry["operation"])
        told = self.reason(entry, owner)
        if told is not None:
            self.used.add(told.block.id)
            entry = entry | {"reason": told.block.reason, "reason_code": told.code}
            if told.code == "withdrawn" and operation == "removed" and entry["table"] in OWN:
                # What replaces a record does not replace the readings that go with it.
                heir = getattr(told.block, "replaced_by", None) if told.block.id == owner else None
                return entry | {"operation": "withdrawn", "new": heir}
            return entry
        if self.is_form(entry):
            return entry | {"reason_code": "new_table"}
        return entry | {"reason_code": "new_record" if self.is_new(entry, owner) else "coding_rule"}

    def reason(self, entry: Entry, owner: str) -> _Told | None:
        """Look for a reason: of the row, of its column, of what it follows from."""
        if self.is_form(entry) or self.is_new(entry, owner):
            return None
        names = [owner, f"{entry['table']}.{entry['column'] or entry['id']}"]
        own = [name for name in names if name in self.told and self.fits(entry, name)]
        others = [name for name in self.parties.get(owner, ()) if name in self.told]
        followed = [name for name in others if _place(entry) in self.follows.get(name, ())]
        return next((self.told[name] for name in [*own, *followed]), None)

    def fits(self, entry: Entry, name: str) -> bool:
        """Say whether a block may explain a row of its own: a withdrawal explains no cell that is still there."""
        gone = self.told[name].code == "withdrawn"
        if entry["operation"] == "removed" and entry["table"] in OWN:
            return gone
        return not gone or entry["operation"] == "removed"

    def is_new(self, entry: Entry, owner: str) -> bool:
        """Say whether a row belongs to a record that no release had; its passage is its reason."""
        return entry["operation"] == "added" and owner not in self.old_ids

    def is_form(self, entry: Entry) -> bool:
        """Say whether a difference comes with a table or a column that no release had."""
        table, column = str(entry["table"]), entry["column"]
        if entry["operation"] == "table added" or table not in self.last.tables:
            return True
        return column is not None and column not in self.last.tables[table]

    def needless(self, entry: Entry) -> bool:
        """Say whether a difference needs no reason: what is new speaks for itself."""
        return self.is_form(entry) or self.is_new(entry, _owner(entry["id"]))

    def silent(self) -> list[Problem]:
        """Report every record that changed without a reason, with its cells."""
        unexplained: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry["reason"] is None and not self.needless(entry):
                whole = str(entry["operation"]).startswith(("column", "table"))
                name = f"{entry['table']}.{entry['id']}" if whole else _owner(entry["id"])
                unexplained.setdefault(name, []).append(entry)
        return [self.unexplained(name, entries) for name, entries in unexplained.items()]

    def unexplained(self, name: str, entries: list[Entry]) -> Problem:
        """Say of one record which cells changed, and what to add."""
        gone = any(entry["operation"] == "removed" and entry["table"] in OWN for entry in entries)
        block, keys = ("withdrawn", "reason and replaced_by") if gone else ("change", "reason and reason_code")
        facts = [Fact("cell", _cell(entry)) for entry in entries[:_SHOWN]]
        if len(entries) > _SHOWN:
            facts.append(Fact("and", f"{len(entries) - _SHOWN} more"))
        what = f"it changed since {self.last.version} and no sheet says why"
        kind = next((OWN[str(entry["table"])] for entry in entries if entry["table"] in OWN), "row")
        do = f'add [[{block}]] with id = "{name}", {keys} to its sheet, or undo the change'
        return Problem(f"data/{entries[0]['table']}.parquet", f"{kind} {name}", what, do, tuple(facts), "no reason")

    def doubled(self, fresh: Sequence[_Told]) -> list[Problem]:
        """Report a second reason for one id."""
        return [
            each.seed.problem(each.at, each.block.id, "the id has two reasons", "write one for each release")
            for each in fresh
            if self.told[each.block.id] is not each
        ]

    def revived(self) -> list[Problem]:
        """Report ids that were withdrawn and stand for something again."""
        return [
            Problem(
                f"data/{entry['table']}.parquet",
                f"{OWN[str(entry['table'])]} {entry['id']}",
                "the id was withdrawn in an earlier release",
                "give the record another id: a withdrawn one is never used again",
            )
            for entry in self.entries
            if entry["operation"] == "added" and entry["table"] in OWN and entry["id"] in self.dead
        ]

    def lost_heirs(self) -> list[Problem]:
        """Report withdrawals in favour of a record that does not exist."""
        ids = _ids(self.tables)
        heirs = [(each, getattr(each.block, "replaced_by", None)) for each in self.told.values()]
        return [
            each.seed.problem(each.at, heir, f"no record is called {heir!r}", "name one that stands, or leave it out")
            for each, heir in heirs
            if heir is not None and heir not in ids
        ]


def _owner(name: str | None) -> str:
    """Give the id that a row belongs to: the first part of its key."""
    return str(name).split(" ", 1)[0]


def _ids(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Give every id of a source, an entity, an event and a status."""
    return {name for table in OWN if table in tables for name in tables[table][schema.KEYS[table][0]]}


def _place(entry: Entry) -> str:
    """Name the column of a cell that changed, or what was done to a whole row, with its table."""
    return f"{entry['table']}.{entry['column'] or entry['operation']}"


def _follows(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """Give, by the id of a row that changed, the places in which other rows may change with it."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        found.setdefault(_owner(entry["id"]), set()).update(_FOLLOWS.get(_place(entry), ()))
    return found


def _parties(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Give, by record, its seed and the entities that it names: what its cells depend on."""
    found: dict[str, list[str]] = {}
    for table in [name for name in ("events", "statuses", "participants", "corroborations") if name in tables]:
        frame = tables[table]
        for column in [name for name in ("source_id", "record_id", *_PARTIES) if name in frame]:
            for record, name in frame[[schema.KEYS[table][0], column]].dropna().itertuples(index=False):
                # A border is two entities; a reading hangs, through its record, on the seed of that.
                names = name.split("-") if column == "location" else [name, *found.get(name, ())]
                found.setdefault(record, []).extend(names)
    return found


def _cell(entry: Entry) -> str:
    """Write one difference on a line."""
    if entry["operation"] == "changed":
        old, new = (entry[side] if entry[side] is not None else "null" for side in ("old", "new"))
        return f"{entry['table']}.{entry['column']}: {old} → {new}"
    return f"{entry['table']}: {entry['id']} is {entry['operation']}"
