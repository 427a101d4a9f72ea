"""Two versions of a table to the rows and cells that differ, and back again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from caucasus_events.model.rows import FILES, TABLES, dictionaries, framed, sha256, texts, typed
from caucasus_events.model.versions import parse

# The column that holds words of a document, and the tables that have it.
QUOTE, QUOTING = "quote", ("evidence", "timeline")
_DIGEST = "sha256:"

# A row of the table ``changes``, or one in the making, and the tables of a release by name.
Entry = dict[str, str | None]
Tables = dict[str, pd.DataFrame]


class Difference(NamedTuple):
    """A row added or removed (no column; its cells as JSON), or a cell changed."""

    id: str
    operation: str
    column: str | None = None
    old: str | None = None
    new: str | None = None


def differences(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> list[Entry]:
    """List every row, cell, column and table that differs between two releases, as ``changes`` without reasons."""
    names = dict.fromkeys(name for name in [*new, *old] if name != "changes")
    found = ((name, each) for name in names for each in _between_releases(name, old, new))
    return [{"table": name, **each._asdict(), "reason": None, "reason_code": None} for name, each in found]


def _between_releases(name: str, old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> list[Difference]:
    """Compare one table, which may be new or gone, and whose columns may be."""
    if name not in new:
        return [Difference(name, "table removed")]
    columns, key = [str(column) for column in new[name].columns], FILES[name].key
    # Without its key no row of the old table is that of a new one: it counts as another table.
    if name not in old or not set(key) <= set(old[name].columns):
        return [Difference(name, "table added"), *table_differences(new[name].head(0), new[name], key)]
    found = [Difference(column, "column added", column) for column in columns if column not in old[name]]
    found += [Difference(column, "column removed", column) for column in map(str, old[name]) if column not in columns]
    return found + table_differences(old[name].reindex(columns=columns), new[name], key)


def table_differences(old: pd.DataFrame, new: pd.DataFrame, key: Sequence[str]) -> list[Difference]:
    """List what differs between two versions of a table in their common columns, in the order of the key.

    >>> old, new = pd.DataFrame({"k": ["a"], "v": [1]}), pd.DataFrame({"k": ["a"], "v": [2]})
    >>> table_differences(old, new, ["k"])
    [Difference(id='a', operation='changed', column='v', old='1', new='2')]
    >>> table_differences(old, new.head(0), ["k"])
    [Difference(id='a', operation='removed', column=None, old='{"k": "a", "v": "1"}', new=None)]
    """
    before, after = _by_key(old, key), _by_key(new, key)
    found = [Difference(name, "removed", old=_json(before[name])) for name in before.keys() - after.keys()]
    found += [Difference(name, "added", new=_json(after[name])) for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        for column in [column for column in before[name] if column in after[name]]:
            was, becomes = before[name][column], after[name][column]
            if was != becomes:
                found.append(Difference(name, "changed", column, was, becomes))
    # The sort is stable: the cells of one row stay in the order of its columns.
    return sorted(found, key=lambda each: (each.id, each.operation))


def _by_key(frame: pd.DataFrame, key: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Return every row as text, by its key; a second row with one key counts as another row."""
    rows: dict[str, dict[str, str | None]] = {}
    columns = [str(column) for column in frame.columns]
    for values in zip(*(texts(frame[column]) for column in columns), strict=True):
        row = dict(zip(columns, values, strict=True))
        name = " ".join(str(row[column]) for column in key)
        rows[name if name not in rows else f"{name} (again)"] = row
    return rows


def _json(row: Mapping[str, str | None]) -> str:
    """Write a row as JSON, without the cells in which nothing stands."""
    return json.dumps({column: value for column, value in row.items() if value is not None}, ensure_ascii=False)


def of_shape(entry: Mapping[str, Any]) -> bool:
    """Say whether a difference is one of a whole table or column, not of a row or cell."""
    return str(entry["operation"]).startswith(("column", "table"))


def without_words(entry: Entry) -> Entry:
    """Return a difference as it is shipped: words of a document as their digest.

    What is shipped no longer would stand there for good, and one release after another would put a text together.

    >>> entry = {"table": "evidence", "operation": "changed", "column": "quote", "old": "Words.", "new": None}
    >>> without_words(entry)["old"][:20], without_words(entry)["new"]
    ('sha256:44dcebcdcc564', None)
    """
    if entry["table"] not in QUOTING:
        return entry
    if entry["column"] == QUOTE and entry["operation"] == "changed":
        return entry | {side: _digest(entry[side]) for side in ("old", "new")}
    whole = {side: json.loads(cells) for side in ("old", "new") if entry["column"] is None and (cells := entry[side])}
    return entry | {side: _json(row | {QUOTE: _digest(row.get(QUOTE))}) for side, row in whole.items()}


def _digest(words: str | None) -> str | None:
    """Write words as their digest; of nothing, nothing."""
    return None if words is None else _DIGEST + sha256(words.encode())


def words_by_digest(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the words that some tables quote, by the digest that stands for them in ``changes``."""
    frames = [tables[name] for name in QUOTING if name in tables]
    return {str(_digest(words)): words for frame in frames for words in frame[QUOTE].dropna()}


def changes_table(entries: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make the table ``changes``: releases as versions compare, and within one by the rest of the key."""
    later = FILES["changes"].key[1:]
    rows = sorted(entries, key=lambda row: (parse(row["version"]), *(str(row[name]) for name in later)))
    return framed("changes", rows)


def replay(old: Mapping[str, pd.DataFrame], changes: pd.DataFrame, words: Mapping[str, str]) -> Tables:
    """Carry out the changes of all later releases on the tables of an old one: the tables they lead to.

    ``words`` are those that these quote, by the digest that stands for them in the changes.
    """
    entries = dictionaries(changes)
    found: Tables = {}
    for name in TABLES:
        table, mine = FILES[name], [entry for entry in entries if entry["table"] == name]
        before = old.get(name, pd.DataFrame(columns=list(table.dtypes)))
        found[name] = replayed_table(before, mine, table.key, table.dtypes)
        if name in QUOTING:
            found[name][QUOTE] = found[name][QUOTE].map(lambda cell: words.get(cell, cell)).astype(table.dtypes[QUOTE])
    return found


def replayed_table(
    old: pd.DataFrame, changes: Iterable[Mapping[str, Any]], key: Sequence[str], dtypes: Mapping[str, Any]
) -> pd.DataFrame:
    """Carry out changes, release by release, on an old version of a table; the new one is typed and sorted by key.

    >>> old = pd.DataFrame({"k": ["a"], "v": [1]})
    >>> entry = {"id": "a", "operation": "changed", "column": "v", "new": "2"}
    >>> replayed_table(old, [entry], ["k"], old.dtypes)["v"].tolist()
    [2]
    """
    rows = _by_key(old, key)
    for change in changes:
        if change["operation"] in ("removed", "withdrawn"):
            del rows[change["id"]]
        elif change["operation"] == "added":
            rows[change["id"]] = json.loads(change["new"])
        elif change["operation"] == "changed":
            rows[change["id"]][change["column"]] = change["new"] if pd.notna(change["new"]) else None
        # Of a table or a column that comes or goes nothing is to be done: the new types say what there is.
    columns = {name: typed([row.get(name) for row in rows.values()], dtype) for name, dtype in dtypes.items()}
    return pd.DataFrame(columns).sort_values(list(key), ignore_index=True, kind="stable")
