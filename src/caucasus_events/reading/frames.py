"""A reader's own frame, of whatever library, as one of pandas with columns of one name each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import pandas as pd
import pyarrow as pa

from caucasus_events.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Container

# Of these types of Arrow pandas can do what it can with its own.
_USUAL = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)


def is_frame(value: object) -> bool:
    """Say if a value is a frame that can be read: of pandas, polars, Arrow or another library that narwhals knows."""
    return isinstance(value, pd.DataFrame | pa.RecordBatch) or isinstance(
        nw.from_native(value, pass_through=True), nw.DataFrame | nw.LazyFrame
    )


def as_pandas(frame: Any, read: Container[str]) -> pd.DataFrame:
    """Return a frame as one of pandas, of which some columns are read and stand there once; a lazy one is read.

    What is no frame, has columns of several levels, or a column to be read that pandas cannot hold, is an
    :class:`InvalidValueError`.

    >>> as_pandas(pa.table({"id": [1]}), ["id"])["id"].tolist()
    [1]
    """
    if not is_frame(frame):
        given = f"{type(frame).__module__}.{type(frame).__name__}"
        allowed = "a frame of pandas, polars, pyarrow, DuckDB or PySpark"
        raise InvalidValueError(f"cannot read a {given} (allowed: {allowed})")
    found: pd.DataFrame = frame if isinstance(frame, pd.DataFrame) else _converted(frame, read)
    if isinstance(found.columns, pd.MultiIndex):
        such = f", such as {found.columns[0]!r}" if len(found.columns) else ""
        raise InvalidValueError(f"the frame has columns of {found.columns.nlevels} levels{such}: give each one name")
    for name in found.columns[found.columns.duplicated()]:
        if name in read:
            raise InvalidValueError(
                f"column {name!r} is there {list(found.columns).count(name)} times: rename all but one"
            )
    return _without_odd_arrow(found, read)


def texts(column: pd.Series[Any]) -> pd.Series[Any]:
    """Write whatever a column holds as text; null stays null.

    >>> texts(pd.Series([7, None, b"x"], dtype=object)).tolist()
    ['7', None, 'x']
    """
    # A column of strings is not copied: there may be a million.
    if isinstance(column.dtype, pd.StringDtype):
        return column
    values = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in column.tolist()]
    gone = column.isna().to_numpy()
    found = [None if null else str(value) for value, null in zip(values, gone, strict=True)]
    return pd.Series(found, column.index, dtype=object, name=column.name)


def _without_odd_arrow(frame: pd.DataFrame, read: Container[str]) -> pd.DataFrame:
    """Convert columns of Arrow that are read and that pandas holds, but does little with, such as views and dates."""
    held = {str(name): dtype.pyarrow_dtype for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.ArrowDtype)}
    odd = [name for name, kind in held.items() if name in read and not any(is_usual(kind) for is_usual in _USUAL)]
    columns = {name: pa.chunked_array(frame[name].array.__arrow_array__()) for name in odd}
    return frame.assign(**{name: _series(column, name, read).set_axis(frame.index) for name, column in columns.items()})


def _converted(frame: Any, read: Container[str]) -> pd.DataFrame:
    """Convert a frame of another library, column by column, so that one that pandas cannot hold is named."""
    table = pa.Table.from_batches([frame]) if isinstance(frame, pa.RecordBatch) else frame
    if not isinstance(table, pa.Table):
        narwhal = nw.from_native(frame)
        whole = narwhal.collect() if isinstance(narwhal, nw.LazyFrame) else narwhal
        table = whole.to_native()
        if isinstance(table, pd.DataFrame):
            return table
    if isinstance(table, pa.Table):
        names, columns = table.column_names, table.columns
    else:
        names, columns = whole.columns, [whole[name] for name in whole.columns]
    found = [_series(column, name, read) for name, column in zip(names, columns, strict=True)]
    whole_frame = pd.concat(found, axis=1) if found else pd.DataFrame()
    return whole_frame.set_axis(pd.Index(names, dtype=object), axis=1)


def _series(column: Any, name: str, read: Container[str]) -> pd.Series[Any]:
    """Convert a column; one that pandas cannot hold is refused if it is read, and empty if not."""
    try:
        if isinstance(column, nw.Series):
            large = column.dtype in (nw.Int128, nw.UInt128)
            column = column.cast(nw.String) if large else column
            return cast("pd.Series[Any]", column.to_pandas())
        while pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        column = column.cast(pa.string()) if pa.types.is_string_view(column.type) else column
        return cast("pd.Series[Any]", column.to_pandas())
    except Exception:  # noqa: BLE001 - of several libraries, none of which names the column
        if name in read:
            held = column.type if isinstance(column, pa.ChunkedArray) else column.dtype
            raise InvalidValueError(f"column {name!r} holds {held}, which cannot be read: convert it") from None
        return pd.Series([None] * len(column), dtype=object)
