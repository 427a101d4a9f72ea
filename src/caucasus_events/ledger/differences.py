"""Two versions of a table to the rows and cells that differ, and back again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from caucasus_events.model.rows import FILES, TABLES, texts, typed

from .versions import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Change(NamedTuple):
    """One difference: a row added or removed (no column; its cells as JSON), or a cell changed."""

    id: str
    operation: str
    column: str | None = None
    old: str | None = None
    new: str | None = None


def table_differences(old: pd.DataFrame, new: pd.DataFrame, key: Sequence[str]) -> list[Change]:
    """List what differs between two versions of a table, in key order.

    Parameters
    ----------
    old, new
        Two versions of one table, with the columns of ``key`` in both.
    key
        The columns that identify a row.

    Returns
    -------
    list of Change
        Rows removed and added, and for rows in both every cell of the common columns that
        differs.

    Examples
    --------
    >>> old, new = pd.DataFrame({"k": ["a"], "v": [1]}), pd.DataFrame({"k": ["a"], "v": [2]})
    >>> changes(old, new, ["k"])
    [Change(id='a', operation='changed', column='v', old='1', new='2')]
    >>> changes(old, new.head(0), ["k"])
    [Change(id='a', operation='removed', column=None, old='{"k": "a", "v": "1"}', new=None)]
    """
    before, after = _by_key(old, key), _by_key(new, key)
    found = [Change(name, "removed", old=_json(before[name])) for name in before.keys() - after.keys()]
    found += [Change(name, "added", new=_json(after[name])) for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        for column in [column for column in before[name] if column in after[name]]:
            was, becomes = before[name][column], after[name][column]
            if was != becomes:
                found.append(Change(name, "changed", column, was, becomes))
    return sorted(found, key=lambda change: (change.id, change.operation))


def replayed(
    old: pd.DataFrame, changed: Iterable[Mapping[str, Any]], key: Sequence[str], dtypes: Mapping[str, Any]
) -> pd.DataFrame:
    """Carry out changes on an old version of a table.

    Parameters
    ----------
    old
        The table as it was; empty if there was none.
    changed
        The rows of ``changes`` that concern it, release by release.
    key
        The columns that identify a row.
    dtypes
        The columns of the new version and their types.

    Returns
    -------
    DataFrame
        The new version, sorted by key.

    Examples
    --------
    >>> old = pd.DataFrame({"k": ["a"], "v": [1]})
    >>> entry = {"id": "a", "operation": "changed", "column": "v", "new": "2"}
    >>> replayed(old, [entry], ["k"], old.dtypes)["v"].tolist()
    [2]
    """
    rows = _by_key(old, key)
    for change in changed:
        if change["operation"] in ("removed", "withdrawn"):
            del rows[change["id"]]
        elif change["operation"] == "added":
            rows[change["id"]] = json.loads(change["new"])
        elif change["operation"] == "changed":
            rows[change["id"]][change["column"]] = change["new"] if pd.notna(change["new"]) else None
    columns = {name: typed([row.get(name) for row in rows.values()], dtype) for name, dtype in dtypes.items()}
    return pd.DataFrame(columns).sort_values(list(key), ignore_index=True, kind="stable")


def _json(row: Mapping[str, str | None]) -> str:
    """Write a row as JSON, without the cells in which nothing stands."""
    return json.dumps({column: value for column, value in row.items() if value is not None}, ensure_ascii=False)


def _by_key(frame: pd.DataFrame, key: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Give every row as text, by its key; a second row with one key counts as another row."""
    rows: dict[str, dict[str, str | None]] = {}
    columns = [str(column) for column in frame.columns]
    for values in zip(*(texts(frame[column]) for column in columns), strict=True):
        row = dict(zip(columns, values, strict=True))
        name = " ".join(str(row[column]) for column in key)
        rows[name if name not in rows else f"{name} (again)"] = row
    return rows


Entry = dict[str, str | None]


Tables = dict[str, pd.DataFrame]


def changes_table(entries: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make the table ``changes``, the oldest release first."""
    rows = sorted(entries, key=_order)
    columns = {
        name: pd.Series([row[name] for row in rows], dtype=object).astype(dtype)
        for name, dtype in FILES["changes"].dtypes.items()
    }
    return pd.DataFrame(columns)


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort changes by release, as versions compare, and by key."""
    return (parse(row["version"]), *(str(row[name]) for name in FILES["changes"].key[1:]))


def entries_of(frame: pd.DataFrame) -> list[Entry]:
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


def _entry(table: str, change: Change) -> Entry:
    """Write a difference as a row of ``changes``."""
    return {"table": table, **change._asdict(), "reason": None, "reason_code": None}


def _table_changes(name: str, old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> list[Change]:
    """Compare one table, which may be new or gone, and whose columns may be."""
    if name not in new:
        return [Change(name, "table removed")]
    columns, key = [str(column) for column in new[name].columns], list(FILES[name].key)
    if name not in old or not set(key) <= set(old[name].columns):
        return [Change(name, "table added"), *table_differences(new[name].head(0), new[name], key)]
    found = [Change(column, "column added", column) for column in columns if column not in old[name]]
    found += [Change(column, "column removed", column) for column in map(str, old[name]) if column not in columns]
    return found + table_differences(old[name].reindex(columns=columns), new[name], key)


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
    entries = entries_of(changes)
    return {
        name: replayed(
            old.get(name, pd.DataFrame(columns=list(table.dtypes))),
            [entry for entry in entries if entry["table"] == name],
            FILES[name].key,
            table.dtypes,
        )
        for name, table in ((name, FILES[name]) for name in TABLES)
    }
