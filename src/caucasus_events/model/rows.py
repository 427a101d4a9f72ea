"""TODO."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence


def content_digest(name: str, frame: pd.DataFrame) -> str:
    """Digest the content of a table, whatever wrote its file.

    Parameters
    ----------
    name
        The table.
    frame
        Its rows.

    Returns
    -------
    str
        ``sha256:`` and 64 hexadecimal digits, over one line of JSON for the name and the
        columns and one for each row, every cell as text, null where nothing stands.

    Examples
    --------
    >>> content_digest("t", pd.DataFrame({"a": [1]})) == content_digest("t", pd.DataFrame({"a": [1]}))
    True
    """
    columns = [str(column) for column in frame.columns]
    values = zip(*(texts(frame[column]) for column in columns), strict=True)
    hasher = hashlib.sha256(json.dumps([name, columns]).encode())
    for row in values:
        hasher.update(b"\n" + json.dumps(row, ensure_ascii=False).encode())
    return f"sha256:{hasher.hexdigest()}"


_TRUTH = {"True": True, "False": False}


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


# The tables whose rows have an id of their own; the rows of the others belong to these.
OWN = {
    "sources": "source",
    "entities": "entity",
    "events": "event",
    "statuses": "status",
    "corroborations": "reading",
    "references": "reference",
}
