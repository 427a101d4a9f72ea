"""Two versions of a table to the rows and cells that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


class Change(NamedTuple):
    """One difference: a row added or removed (no column), or a cell changed."""

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
    >>> import pandas as pd
    >>> old, new = pd.DataFrame({"k": ["a"], "v": [1]}), pd.DataFrame({"k": ["a"], "v": [2]})
    >>> changes(old, new, ["k"])
    [Change(id='a', operation='changed', column='v', old='1', new='2')]
    """
    before, after = _by_key(old, key), _by_key(new, key)
    found = [Change(name, "removed") for name in before.keys() - after.keys()]
    found += [Change(name, "added") for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        for column in [column for column in before[name] if column in after[name]]:
            was, becomes = before[name][column], after[name][column]
            if was != becomes:
                found.append(Change(name, "changed", column, was, becomes))
    return sorted(found, key=lambda change: (change.id, change.operation))


def _by_key(frame: pd.DataFrame, key: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Give every row as text, by its key; a second row with one key counts as another row."""
    rows: dict[str, dict[str, str | None]] = {}
    columns = [str(column) for column in frame.columns]
    for values in zip(*(texts(frame[column]) for column in columns), strict=True):
        row = dict(zip(columns, values, strict=True))
        name = " ".join(str(row[column]) for column in key)
        rows[name if name not in rows else f"{name} (again)"] = row
    return rows
