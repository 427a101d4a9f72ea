"""A reader's own column, of whatever library, as arrays of numpy or Arrow, a slice at a time.

A column is a pandas Series, an Arrow ChunkedArray or a polars Series. A slice of it is numpy's where that costs
nothing, and else Arrow's; what kind of value it holds is said here once.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import is_object_dtype

from caucasus_events.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Flags = NDArray[np.bool_]

# Beyond any day and any code; floats and decimals up to it are exact.
_LARGEST = 1 << 53
# The types that may be mixed, since each is written as text without a doubt; and the first integer that is too long.
_WRITABLE = {"str", "bytes", "int", "float", "Decimal", "date", "datetime", "Timestamp", "Period", "int64", "float64"}
_LONGEST = 10**40
# So many types of a mixed column are named.
_NAMED = 4


def encoded(column: Any, name: str) -> tuple[Ints, pa.Array] | None:
    """Take categories apart: the place of each row's category (-1: null), and the categories."""
    if isinstance(column, pd.Series):
        if isinstance(column.dtype, pd.CategoricalDtype):
            return column.cat.codes.to_numpy(), _as_arrow(column.cat.categories, name)
        if not isinstance(column.dtype, pd.ArrowDtype):
            return None
        values: Any = column.array
        column = pa.chunked_array(values.__arrow_array__())
    elif not isinstance(column, pa.ChunkedArray):
        column = column.to_arrow() if str(column.dtype).startswith(("Categorical", "Enum")) else column
    if not (isinstance(column, pa.Array | pa.ChunkedArray) and pa.types.is_dictionary(column.type)):
        return None
    whole = pa.chunked_array([column]) if isinstance(column, pa.Array) else column
    # Each chunk may number its categories in its own way.
    chunks = whole.unify_dictionaries().chunks
    categories = _plain(chunks[0].dictionary if chunks else pa.nulls(0), name)
    places = [chunk.indices.cast(pa.int64()).fill_null(-1).to_numpy() for chunk in chunks]
    return np.concatenate([*places, np.zeros(0, np.int64)]), categories


def slice_of(column: Any, first: int, last: int, name: str) -> Any:
    """Return the rows of a column from one place to another as an array of numpy or Arrow."""
    if isinstance(column, pa.ChunkedArray):
        return _plain(column.slice(first, last - first).combine_chunks(), name)
    if not isinstance(column, pd.Series):
        return _plain(_polars_as_arrow(column.slice(first, last - first), name), name)
    if isinstance(column.dtype, np.dtype) and not is_object_dtype(column):
        return column.to_numpy()[first:last]
    return _as_arrow(column.array[first:last], name)


def kind_of(values: Any) -> str:
    """Say what kind of values an array holds."""
    if isinstance(values, np.ndarray):
        return {"M": "timestamp", "i": "integer", "u": "integer", "f": "float"}.get(values.dtype.kind, "other")
    types, held = pa.types, values.type
    if types.is_string(held) or types.is_large_string(held):
        return "text"
    if types.is_integer(held):
        return "integer"
    if types.is_floating(held) or types.is_decimal(held):
        return "float"
    if types.is_date(held):
        return "date"
    return "timestamp" if types.is_timestamp(held) else "null" if types.is_null(held) else "other"


def type_name(values: Any) -> str:
    """Name the type of an array."""
    return str(values.dtype if isinstance(values, np.ndarray) else values.type)


def as_integers(values: Any, refuse: Callable[[NDArray[Any]], None]) -> tuple[Ints, Flags | None]:
    """Return numbers as integers and where there are none; what is not whole is refused and counts as none."""
    if isinstance(values, pa.Array):
        null = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
        if kind_of(values) == "integer":
            found = values.fill_null(0).to_numpy()
            # The largest of unsigned integers would become negative.
            return (np.minimum(found, _LARGEST) if found.dtype == np.uint64 else found).astype(
                np.int64, copy=False
            ), null
        values = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if values.dtype.kind != "f":
        return (np.minimum(values, _LARGEST) if values.dtype == np.uint64 else values).astype(
            np.int64, copy=False
        ), None
    null = np.isnan(values)
    whole = ~null & (values == np.trunc(values)) & (np.abs(values) <= _LARGEST)
    refuse(values[~whole & ~null])
    return np.where(whole, values, 0).astype(np.int64), ~whole


def written(value: object) -> str:
    """Write a value as its reader knows it."""
    return str(value.item() if isinstance(value, np.integer | np.floating) else value)


def _polars_as_arrow(column: Any, name: str) -> pa.Array:
    """Return a polars Series as an array of Arrow, which has no integers of 128 bits: their digits are read as text."""
    if str(column.dtype).endswith("Int128"):
        column = nw.from_native(column, series_only=True).cast(nw.String).to_native()
    try:
        return column.to_arrow()
    except Exception:  # noqa: BLE001 - polars panics in several ways, none of which names the column
        raise InvalidValueError(f"column {name!r} holds {column.dtype}, which cannot be read") from None


def _as_arrow(values: Any, name: str) -> pa.Array:
    """Return values of pandas as an array of Arrow; kinds that are mixed are refused."""
    try:
        found = pa.array(values, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        present = [value for value in values if not (pd.api.types.is_scalar(value) and pd.isna(value))]
        kinds = sorted({type(value).__name__ for value in present})
        # What is a day or a code by itself is one beside others, too: all are read as text.
        if _WRITABLE.issuperset(kinds) and not any(isinstance(v, int) and abs(v) >= _LONGEST for v in present):
            return pa.array([None if pd.isna(value) else _as_text(value) for value in values], pa.string())
        listed = ", ".join(kinds[:_NAMED]) + (", …" if len(kinds) > _NAMED else "")
        held = f"mixes {listed}: convert it to one type" if len(kinds) > 1 else f"holds {listed}, which cannot be read"
        raise InvalidValueError(f"column {name!r} {held}") from None
    return _plain(found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found, name)


def _as_text(value: Any) -> str:
    """Write a value of a mixed column."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _plain(values: Any, name: str) -> pa.Array:
    """Return an array in a type that every function of Arrow takes: views and bytes of text as text."""
    held, types = values.type, pa.types
    # One look for those that are fast.
    if types.is_timestamp(held) or types.is_primitive(held) or types.is_string(held) or types.is_large_string(held):
        return values
    if isinstance(held, pa.BaseExtensionType) and not held.extension_name.startswith("pandas."):
        return _plain(values.storage, name)
    if types.is_run_end_encoded(held):
        return _plain(pc.run_end_decode(values), name)
    if types.is_dictionary(held):
        return _plain(values.dictionary_decode(), name)
    if types.is_string_view(held) or types.is_binary(held) or types.is_large_binary(held) or _is_odd_binary(held):
        with contextlib.suppress(pa.ArrowInvalid):
            return values.cast(pa.string())
        raise InvalidValueError(f"column {name!r} holds {held} that is no text in UTF-8")
    return values


def _is_odd_binary(held: pa.DataType) -> bool:
    """Say if a type holds bytes in views or of one length; decimals, stored alike, are none."""
    views = getattr(pa.types, "is_binary_view", None)
    return bool(views and views(held)) or (pa.types.is_fixed_size_binary(held) and not pa.types.is_decimal(held))
