"""Two versions of a table to the rows and cells that differ, and back again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TRUTH = {"True": True, "False": False}


class Change(NamedTuple):
    """One difference: a row added or removed (no column; its cells as JSON), or a cell changed."""

    id: str
    operation: str
    column: str | None = None
    old: str | None = None
    new: str | None = None


def texts(column: pd.Series) -> list[str | None]:
    """Write a column as text that reads the same under every version of pandas.

    Parameters
    ----------
    column
        A column of a table.

    Returns
    -------
    list of str or None
        A day as YYYY-MM-DD, anything else as ``str`` writes it; None where nothing stands.

    Examples
    --------
    >>> texts(pd.Series(pd.to_datetime(["2020-07-23", None]))), texts(pd.Series([True, False]))
    (['2020-07-23', None], ['True', 'False'])
    """
    days = isinstance(column.dtype, np.dtype) and column.dtype.kind == "M"
    values = np.datetime_as_string(column.to_numpy(), unit="D") if days else column.astype(object)
    return [str(value) if there else None for value, there in zip(values, column.notna(), strict=True)]


def typed(cells: Sequence[str | None], dtype: Any) -> pd.Series:  # noqa: ANN401 - any pandas type
    """Read back what :func:`texts` wrote.

    Parameters
    ----------
    cells
        A column as text, None where nothing stands.
    dtype
        Its type.

    Returns
    -------
    Series

    Examples
    --------
    >>> typed(["1", None], "Int16").tolist(), typed(["False"], "bool").tolist()
    ([1, <NA>], [False])
    """
    truth = isinstance(dtype, pd.BooleanDtype) or dtype in ("bool", "boolean")
    values = [_TRUTH[cell] if truth and cell is not None else cell for cell in cells]
    return pd.Series(values, dtype=object).astype(dtype)


def changes(old: pd.DataFrame, new: pd.DataFrame, key: Sequence[str]) -> list[Change]:
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
