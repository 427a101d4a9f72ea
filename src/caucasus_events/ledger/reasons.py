"""What changed since the last release, row by row and cell by cell, and the reason a person wrote.

The build compares with the last release, takes the reasons from the blocks ``[[change]]`` and ``[[withdrawn]]`` of the
sheets, and refuses a change that has none. A withdrawn record leaves its tombstone in ``changes``: the operation
``withdrawn``, the row as it was in ``old``, the id that replaces it in ``new``, and why. It stays there for good.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from caucasus_events.coding import seeds, toml
from caucasus_events.errors import Fact, Problem, shown
from caucasus_events.model import layers, rows
from caucasus_events.model.rows import FILES, LAYER, OWN, SEED_TABLES, dictionaries
from caucasus_events.model.versions import parse
from caucasus_events.model.words import counted

from .differences import Entry, Tables, changes_table, differences, of_shape
from .due import Due, due
from .following import dependence, following, owner_of, place_of
from .frozen import Frozen
from .versions import FIRST, next_version

# Of the cells of one record that changed, so many are shown.
_SHOWN = 6


# A table, the key of a row, a column.
_Cell = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class History:
    """Every change since the first release, the new ones, what is wrong with them, and the version they lead to."""

    last: Frozen | None
    entries: list[Entry]
    problems: list[Problem]
    table: pd.DataFrame
    due: Due
    version: str


class _Reason(NamedTuple):
    """A reason as it stands in a sheet."""

    seed: seeds.Coded
    at: toml.At
    block: seeds.Reason

    @property
    def code(self) -> str:
        """What kind of change it explains."""
        return str(getattr(self.block, "reason_code", "withdrawn"))

    @property
    def heir(self) -> str | None:
        """The id that replaces what is withdrawn."""
        return getattr(self.block, "replaced_by", None)

    def problem(self, what: str, do: str, value: str = "", facts: Sequence[Fact] = ()) -> Problem:
        """Say what is wrong with it, at the line of ``value`` or of its id."""
        return self.seed.lines.problem(self.at, value or self.block.id or "", what, do, *facts)

    @property
    def name(self) -> str:
        """What it explains: the id of a row, or a column after its table."""
        return self.block.name


def explain(tables: Tables, coded: Sequence[seeds.Coded], last: Frozen | None, version: str) -> History:
    """Compare all tables with the last release, and explain every difference by the reasons that the sheets give.

    Changes that are not released yet stand under ``version``, that of the package, or, while it is still that of the
    last release, under the lowest that they lead to.
    """
    reasons = [_Reason(seed, at, block) for seed in coded for at, block in seed.reasons]
    if last is None:
        problems = [_idle(each, "before the first release") for each in reasons]
        return History(None, [], problems, changes_table([]), Due("none", ()), FIRST)
    found = differences(last.tables, tables)
    step = due(last, tables, found, {each.name for each in reasons if each.code == "withdrawn"})
    later = parse(version) > parse(last.version)
    number = version if later else next_version(last.version, step.level)

    past = dictionaries(last.tables["changes"])
    fresh = _fresh(reasons, past)
    # Of two reasons for one id the later one counts, and the other is a problem.
    by_name = {each.name: each for each in fresh}
    old_ids = _own_ids(last.tables)
    evident = [_evident(entry, last.tables, old_ids) for entry in found]
    depends, follows = dependence(tables, last.tables), following(found)
    # What speaks for itself takes nobody's reason: it would count as used, and explain nothing.
    given = [
        None if code else _reason_for(entry, by_name, depends, follows)
        for entry, code in zip(found, evident, strict=True)
    ]
    explained = list(zip(found, evident, given, strict=True))
    entries = [_explained(*each) | {"version": number} for each in explained]
    used, two = {each.name for each in given if each}, ("the id has two reasons", "write one for each release")
    problems = [
        *(each.problem(*two) for each in fresh if by_name[each.name] is not each),
        *_silent([entry for entry, code, reason in explained if not (code or reason)], last.version, depends),
        *_too_wide(explained, last.tables, tables),
        *_revived(found, {row["id"] for row in past if row["operation"] == "withdrawn"}),
        *(_idle(each, f"since {last.version}") for name, each in by_name.items() if name not in used),
        *_lost_heirs(by_name.values(), _own_ids(tables)),
    ]
    return History(last, entries, problems, changes_table([*past, *entries]), step, number)


def _fresh(reasons: Sequence[_Reason], past: Sequence[Mapping[str, str | None]]) -> list[_Reason]:
    """Return the reasons that explained no earlier release: of one row, or of all cells of a column."""
    spent = {(owner_of(row["id"]), row["reason"]) for row in past}
    spent |= {(f"{row['table']}.{row['column']}", row["reason"]) for row in past}
    return [each for each in reasons if (each.name, each.block.reason) not in spent]


def _own_ids(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return every id of a source, an entity, a record, a reading and a reference."""
    return {name for table in OWN if table in tables for name in tables[table][FILES[table].key[0]]}


def _evident(entry: Entry, last: Mapping[str, pd.DataFrame], old_ids: set[str]) -> str | None:
    """Return the code of a difference that needs no reason, as it comes with a new table, column or record, or None."""
    table, column = str(entry["table"]), entry["column"]
    new_column = column is not None and column not in last.get(table, ())
    if entry["operation"] == "table added" or table not in last or new_column:
        return "new_table"
    # Its passage is the reason of a record that no release had, and of all its parts.
    return "new_record" if entry["operation"] == "added" and owner_of(entry["id"]) not in old_ids else None


def _reason_for(
    entry: Entry, by_name: Mapping[str, _Reason], depends: Mapping[str, Sequence[str]], follows: Mapping[str, set[str]]
) -> _Reason | None:
    """Look for a reason: of the row, else of its column or table, else of something that it follows from."""
    owner = owner_of(entry["id"])
    column = f"{entry['table']}.{entry['column'] or entry['id']}"
    own = [name for name in (owner, column) if name in by_name and _fits(entry, by_name[name])]
    others = [name for name in depends.get(owner, ()) if name in by_name and place_of(entry) in follows.get(name, ())]
    return next((by_name[name] for name in [*own, *others]), None)


def _fits(entry: Entry, reason: _Reason) -> bool:
    """Say whether a block may explain a row or a column of its own.

    A withdrawal explains no cell that is still there; an id is that of a row, even where it is written like a column.
    """
    if "." in reason.name and reason.block.id:
        return False
    withdrawal, removed = reason.code == "withdrawn", entry["operation"] == "removed"
    return withdrawal if removed and entry["table"] in OWN else removed or not withdrawal


def _explained(entry: Entry, evident: str | None, reason: _Reason | None) -> Entry:
    """Write the reason of a difference into it; a row that was withdrawn becomes its tombstone."""
    if reason is None:
        return entry | {"reason_code": evident or "coding_rule"}
    entry = entry | {"reason": reason.block.reason, "reason_code": reason.code}
    if reason.code == "withdrawn" and entry["operation"] == "removed" and entry["table"] in OWN:
        # What replaces a record does not replace the readings that go with it.
        heir = reason.heir if reason.name == owner_of(entry["id"]) else None
        return entry | {"operation": "withdrawn", "new": heir}
    return entry


def _too_wide(
    explained: Sequence[tuple[Entry, str | None, _Reason | None]],
    last: Mapping[str, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
) -> Iterator[Problem]:
    """Report reasons of a whole column under which a cell says something else now: that is a reason of its row."""
    by_name = {reason.name: reason for _, _, reason in explained if reason and reason.block.id is None}
    found = [(entry, reason.name) for entry, _, reason in explained if reason and reason.name in by_name]
    forms = _forms(last, tables, {str(entry["table"]) for entry, _ in found})
    for name, reason in by_name.items():
        entries = [entry for entry, other in found if other == name and not _says_the_same(entry, last, forms)]
        if entries:
            says = "says" if len(entries) == 1 else "say"
            what = f"{counted(len(entries), 'cell')} of {name} {says} something else now, and not only more"
            do = "give each of these rows a [[change]] with its id, or undo the change"
            yield reason.problem(what, do, facts=_shown_cells(entries))


def _says_the_same(
    entry: Entry, last: Mapping[str, pd.DataFrame], forms: Mapping[_Cell, tuple[str | None, ...]]
) -> bool:
    """Say whether a difference leaves standing what stood: a column comes or goes, a list of names grows, a form."""
    table, name, column = str(entry["table"]), str(entry["id"]), str(entry["column"])
    if of_shape(entry) or column not in last[table]:
        return True
    if entry["operation"] != "changed":
        return False
    parted = FILES[table].columns[column].parted
    old, new = (set(filter(None, (entry[side] or "").split(parted or "\n"))) for side in ("old", "new"))
    return (parted is not None and old < new) or forms.get((table, name, column)) == (entry["old"], entry["new"])


def _forms(
    last: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], names: set[str]
) -> dict[_Cell, tuple[str | None, ...]]:
    """Return, by cell, what it says if only its form is another, before and after.

    In releases before 2.0 a window was that of the document alone, and readers narrowed it by the readings of the
    release. Such a cell says the same where it is now what these give, and the old one stands in its ``seed_`` column.
    """
    found: dict[_Cell, tuple[str | None, ...]] = {}
    for table in sorted(names & {*rows.RECORDS, "timeline"}):
        old, key = last[table], FILES[table].key[0]
        if "layer" in old or "corroborations" not in last:
            continue
        best = layers.sharpened(old, last["corroborations"])
        alone = tables[table].set_index(key).reindex(old[key])
        for column in [column for column in best if f"{layers.SEED}{column}" in alone]:
            sides = rows.texts(alone[f"{layers.SEED}{column}"]), rows.texts(best[column])
            for name, was, becomes in zip(old[key], *sides, strict=True):
                found[table, name, str(column)] = (was, becomes)
    return found


def _silent(entries: Sequence[Entry], since: str, depends: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Report every record, column and table that changed without a reason, with its cells.

    Of rows that went with a file, and what follows from that, the file is told of, and not each of them.
    """
    seeds_gone = [entry for entry in entries if entry["table"] == "sources" and entry["operation"] == "removed"]
    layer_gone = [entry for entry in entries if _of_other_sources(entry)]
    problems, names = [], {owner_of(entry["id"]) for entry in layer_gone}
    if len(names) > 1:
        follows = following(layer_gone)
        records = {str(entry["id"]) for entry in layer_gone if entry["table"] in rows.RECORDS}
        entries = [entry for entry in entries if not _went_along(entry, records, depends, follows)]
        problems.append(_lost_file(layer_gone, since))
    if seeds_gone:
        entries = [entry for entry in entries if entry["operation"] != "removed" or entry["table"] not in SEED_TABLES]
        problems += [_lost_seed(str(entry["id"]), since) for entry in seeds_gone]
    return problems + _unexplained_rows(entries, since)


def _of_other_sources(entry: Entry) -> bool:
    """Say whether a row is gone that a file of other sources gave: of the layer, or a reported record."""
    if entry["operation"] != "removed":
        return False
    record = entry["table"] in rows.RECORDS and json.loads(str(entry["old"])).get("layer") == "reported"
    return record or entry["table"] in LAYER


def _went_along(
    entry: Entry, records: set[str], depends: Mapping[str, Sequence[str]], follows: Mapping[str, set[str]]
) -> bool:
    """Say whether a difference is one of the rows of a lost file, or follows from their being gone."""
    owner = owner_of(entry["id"])
    # Whom only the file named goes with it too.
    if entry["operation"] == "removed" and (owner in records or entry["table"] == "entities"):
        return True
    followed = (name for name in depends.get(owner, ()) if place_of(entry) in follows.get(name, ()))
    return _of_other_sources(entry) or any(followed)


def _lost_file(entries: Sequence[Entry], since: str) -> Problem:
    """Report records, readings, references and identifiers that no file of other sources gives any more."""
    lost = [f"{OWN.get(str(entry['table']), 'external_id')} {entry['id']}" for entry in entries]
    facts = [Fact("row", name) for name in lost[:_SHOWN]]
    if len(lost) > _SHOWN:
        facts.append(Fact("and", f"{len(lost) - _SHOWN} more"))
    what = f"{len(lost)} rows of {since} are in no file of this folder"
    do = "restore the file that held them; of what shall go, write [[withdrawn]] with its id in another file"
    return Problem("seeds/reported", "", what, do, tuple(facts), "no reason")


def _lost_seed(name: str, since: str) -> Problem:
    """Report a document that is gone; what hangs on it goes with it."""
    do = f'restore seeds/{name}.txt and its sheet, or add [[withdrawn]] with id = "{name}" and reason to another sheet'
    return Problem(f"seeds/{name}.toml", "", f"the seed was released in {since} and is gone", do, (), "no reason")


def _unexplained_rows(entries: Sequence[Entry], since: str) -> list[Problem]:
    """Report what is left of what changed, by the record, column or table that it belongs to."""
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        name = f"{entry['table']}.{entry['id']}" if of_shape(entry) else owner_of(entry["id"])
        by_name.setdefault(name, []).append(entry)
    return [_unexplained(name, each, since) for name, each in by_name.items()]


def _unexplained(name: str, entries: Sequence[Entry], since: str) -> Problem:
    """Report of one record which cells changed, and what to add."""
    gone = any(entry["operation"] == "removed" and entry["table"] in OWN for entry in entries)
    block, keys = ("withdrawn", "reason and replaced_by") if gone else ("change", "reason and reason_code")
    kind = next((OWN[str(entry["table"])] for entry in entries if entry["table"] in OWN), "row")
    what = f"it changed since {since} and no sheet says why"
    named = f'id = "{name}"'
    if of_shape(entries[0]):
        table, _, column = name.partition(".")
        named = f'table = "{table}"' + (f', column = "{column}"' if column != table else "")
    do = f"add [[{block}]] with {named}, {keys} to its sheet, or undo the change"
    facts = _shown_cells(entries)
    return Problem(f"data/{entries[0]['table']}.parquet", f"{kind} {name}", what, do, facts, "no reason")


def _shown_cells(entries: Sequence[Entry]) -> tuple[Fact, ...]:
    """Show the first of some cells, and how many more there are."""
    facts = [Fact("cell", _cell_text(entry)) for entry in entries[:_SHOWN]]
    return (*facts, Fact("and", f"{len(entries) - _SHOWN} more")) if len(entries) > _SHOWN else tuple(facts)


def _cell_text(entry: Entry) -> str:
    """Write one difference on a line."""
    if entry["operation"] == "changed":
        old, new = (entry[side] if entry[side] is not None else "null" for side in ("old", "new"))
        return f"{entry['table']}.{entry['column']}: {old} → {new}"
    return f"{entry['table']}: {entry['id']} is {entry['operation']}"


def _idle(reason: _Reason, since: str) -> Problem:
    """Report a reason that explains nothing."""
    return reason.problem(f"the block explains no change {since}", "remove it, or make the change that it explains")


def _revived(entries: Sequence[Entry], dead: set[str | None]) -> list[Problem]:
    """Report ids that were withdrawn and stand for something again."""
    what = "the id was withdrawn in an earlier release"
    do = "give the record another id: a withdrawn one is never used again"
    return [
        Problem(f"data/{entry['table']}.parquet", f"{OWN[str(entry['table'])]} {entry['id']}", what, do)
        for entry in entries
        if entry["operation"] == "added" and entry["table"] in OWN and entry["id"] in dead
    ]


def _lost_heirs(reasons: Iterable[_Reason], ids: set[str]) -> list[Problem]:
    """Report withdrawals in favour of a record that does not exist."""
    do = "name one that stands, or leave it out"
    lost = ((each, each.heir) for each in reasons if each.heir is not None and each.heir not in ids)
    return [each.problem(f"no record is called {shown(heir)}", do, heir) for each, heir in lost]
