"""What changed since the last release, row by row and cell by cell, and the reason a person wrote.

A release is frozen in ``validation/releases/<version>/``: its tables, and ``release.json`` with
their digests and their form. The build compares with the last one, takes the reasons from the
blocks ``[[change]]`` and ``[[withdrawn]]`` of the sheets, and refuses a change that has none.

A withdrawn record leaves its tombstone in ``changes``: the operation ``withdrawn``, the row as it
was in ``old``, the id that replaces it in ``new``, and why. It stays there for good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from caucasus_events.errors import Fact, Problem
from caucasus_events.model.rows import FILES, OWN

from .differences import Entry, Tables, changes_table, differences, entries_of
from .due import Due, due
from .versions import FIRST, next_version, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from caucasus_events.coding import seeds, toml

    from .frozen import Frozen


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


@dataclass(slots=True)
class History:
    """Every change since the first release; what of it is new, and what is wrong with it."""

    last: Frozen | None
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    due: Due = field(default_factory=lambda: Due("none", ()))
    version: str = FIRST


def explain(tables: Tables, coded: Sequence[seeds.Coded], last: Frozen | None, version: str) -> History:
    """Compare tables with the last release, and explain every difference.

    Parameters
    ----------
    tables
        Every table of :data:`.rows.TABLES`.
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
    told = [_Reason(seed, at, block) for seed in coded for at, block in seed.reasons]
    found = History(last)
    if last is None:
        found.problems = [_idle(each, "before the first release") for each in told]
        found.table = changes_table([])
        return found
    entries = differences(last.tables, tables)
    found.due = due(last, tables, entries, {each.block.id for each in told if each.code == "withdrawn"})
    later = parse(version) > parse(last.version)
    found.version = version if later else next_version(last.version, found.due.level)
    explained = _Explained(last, tables, told, entries)
    found.entries = [entry | {"version": found.version} for entry in explained.entries]
    found.problems = explained.problems
    found.table = changes_table([*entries_of(last.tables["changes"]), *found.entries])
    return found


class _Reason(NamedTuple):
    """A reason as it stands in a sheet."""

    seed: seeds.Coded
    at: toml.At
    block: seeds.Reason

    @property
    def code(self) -> str:
        """What kind of change it explains."""
        return str(getattr(self.block, "reason_code", "withdrawn"))


def _idle(told: _Reason, since: str) -> Problem:
    """Report a reason that explains nothing."""
    what = f"the block explains no change {since}"
    return told.seed.problem(told.at, told.block.id, what, "remove it, or make the change that it explains")


class _Explained:
    """Differences with the reasons that people gave, and the problem of each that has none."""

    def __init__(self, last: Frozen, tables: Tables, told: Sequence[_Reason], entries: Sequence[Entry]) -> None:
        self.last, self.tables = last, tables
        past = last.tables["changes"]
        spent = {(_owner(row["id"]), row["reason"]) for row in entries_of(past)}
        spent |= {(f"{row['table']}.{row['column']}", row["reason"]) for row in entries_of(past)}
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

    def reason(self, entry: Entry, owner: str) -> _Reason | None:
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

    def doubled(self, fresh: Sequence[_Reason]) -> list[Problem]:
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
    return {name for table in OWN if table in tables for name in tables[table][FILES[table].key[0]]}


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
            for record, name in frame[[FILES[table].key[0], column]].dropna().itertuples(index=False):
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
