"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from caucasus_events.asking.steps import FIRST_DAY, Answer
from caucasus_events.errors import InvalidValueError

from .columns import FORMS, Codes
from .lookups import DAYS, Lookup
from .memory import new_cells
from .wanted import CODE, DAY, ENGINES, LASTS, OBJECT, STATE, SUBJECT, TEXTS, Wanted, check_columns

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


def as_narwhal(frame: Any) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Take a frame that is not pandas' or Arrow's, if it is of a library whose joins are tested."""
    try:
        narwhal: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(frame)
        known = narwhal.implementation in ENGINES
    except TypeError:
        known = False
    if not known:
        allowed = "pandas, polars, pyarrow.Table, DuckDB relation, PySpark DataFrame"
        raise InvalidValueError(
            f"cannot annotate a {type(frame).__module__}.{type(frame).__name__} (allowed: {allowed})"
        )
    return narwhal


def annotated_narwhal(
    lookup: Lookup,
    meanings: Mapping[Hashable, str],
    codes: Sequence[Codes],
    frame: nw.DataFrame[Any] | nw.LazyFrame[Any],
    wanted: Wanted,
) -> Any:
    """Annotate a polars DataFrame in memory; leave the rest to its own engine."""
    check_columns(frame.collect_schema().names(), wanted)
    if isinstance(frame, nw.LazyFrame):
        return _joined(lookup, meanings, frame, wanted)
    cells = new_cells(lookup, codes, wanted, lambda name: frame[name].to_native(), len(frame))
    columns = {wanted.prefix + kind: pa.array(yes, mask=mask) for kind, (yes, mask) in cells.items()}
    added = nw.from_arrow(pa.table(columns), backend=frame.implementation)
    return nw.concat([frame, added], how="horizontal").to_native()


def _joined(lookup: Lookup, meanings: Mapping[Hashable, str], frame: nw.LazyFrame[Any], wanted: Wanted) -> Any:
    """Join the answers of every actor or pair and day on which there are any; nothing is read here."""
    schema = frame.collect_schema()
    day, *ends = (_day_expression(name, schema[name]) for name in (wanted.date, wanted.date_end) if name is not None)
    bounds = _written_days(np.array([lookup.opening, lookup.closing])).tolist()
    joined = frame.with_columns(day.clip(*bounds).alias(DAY))
    keys = dict(zip((SUBJECT, OBJECT), wanted.parties, strict=False))
    for key, name in keys.items():
        code, kind = _code_expression(name, schema[name], wanted.codes)
        meaning = _meaning_table(lookup, meanings, key, kind)
        joined = _left_join(joined.with_columns(code.alias(key + CODE)), meaning, [key + CODE])
    joined = _left_join(joined, _day_table(lookup, list(keys)), [*keys, DAY])
    cells = [_cell_expression(kind, lookup.kinds, day, *ends).alias(wanted.prefix + kind) for kind in wanted.types]
    return joined.with_columns(*cells).select(*schema.names(), *wanted.added).to_native()


def _left_join(left: nw.LazyFrame[Any], ours: pa.Table, keys: list[str]) -> nw.LazyFrame[Any]:
    """Join a small table of our own by the reader's engine."""
    native = left.to_native()
    if left.implementation.is_polars():
        other = nw.from_arrow(ours, backend="polars").lazy().to_native()
        ordered: nw.LazyFrame[Any] = nw.from_native(native.join(other, on=keys, how="left", maintain_order="left"))
        return ordered
    if left.implementation.is_duckdb():
        # Through the reader's own connection, which alone can join it.
        other = native.query("__caucasus_events", "SELECT * FROM ours")
    else:
        other = native.sparkSession.createDataFrame(ours).hint("broadcast")
    return left.join(nw.from_native(other), on=keys, how="left")


def _day_expression(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Write a day as the integer YYYYMMDD, which every engine can compare."""
    column = nw.col(name)
    if dtype.is_numeric():
        return column.cast(nw.Int64)
    if dtype in TEXTS:
        column = column.cast(nw.String).str.slice(0, 10).str.to_date(format="%Y-%m-%d")
    elif not dtype.is_temporal():
        raise InvalidValueError(f"column {name!r} holds {dtype}; a column of dates holds {FORMS}")
    parts = (column.dt.year(), column.dt.month(), column.dt.day())
    year, month, day = (part.cast(nw.Int64) for part in parts)
    return year * 10_000 + month * 100 + day


def _code_expression(name: str, dtype: nw.dtypes.DType, scheme: str) -> tuple[nw.Expr, pa.DataType]:
    """Write a code as the table of codes does, and say in which type; names without capitals and outer white space."""
    column = nw.col(name)
    if dtype.is_integer():
        return column.cast(nw.Int64), pa.int64()
    if dtype.is_numeric():
        return column.cast(nw.Float64), pa.float64()
    if dtype not in TEXTS:
        raise InvalidValueError(f"column {name!r} holds {dtype}; codes are text or integers")
    text = column.cast(nw.String)
    return (text.str.strip_chars().str.to_lowercase() if scheme == "name" else text), pa.string()


def _meaning_table(lookup: Lookup, meanings: Mapping[Hashable, str], key: str, kind: pa.DataType) -> pa.Table:
    """Lay out which entity's number each code stands for."""
    is_text = kind == pa.string()
    pairs = {str(code) if is_text else code: lookup.numbers[name] for code, name in meanings.items()}
    pairs = {code: number for code, number in pairs.items() if is_text or isinstance(code, int)}
    return pa.table({key + CODE: pa.array(pairs, kind), key: pa.array(pairs.values(), pa.int64())})


def _day_table(lookup: Lookup, keys: list[str]) -> pa.Table:
    """Lay out every actor or pair and day on which a type is known: its state, and until when that lasts."""
    row, first = lookup.place // DAYS, np.maximum(lookup.place % DAYS + FIRST_DAY, lookup.opening)
    last = np.where(np.append(np.diff(row) == 0, False), np.append(first[1:] - 1, 0), lookup.closing)
    known = np.flatnonzero((lookup.state != Answer.UNKNOWN).any(axis=1))
    length = (last - first + 1)[known]
    segment = np.repeat(known, length)
    day = first[segment] + np.arange(len(segment)) - np.repeat(np.cumsum(length) - length, length)
    party = np.flatnonzero(lookup.rows)[row[segment] - 1]
    parties = np.divmod(party, len(lookup.numbers) + 1) if len(keys) > 1 else (party,)
    columns: dict[str, Any] = {**dict(zip(keys, parties, strict=True)), DAY: _written_days(day)}
    for kind, state, until in zip(lookup.kinds, lookup.state.T[:, segment], lookup.until.T[:, segment], strict=True):
        columns[STATE + kind] = pa.array(state == Answer.YES, mask=state == Answer.UNKNOWN)
        columns[LASTS + kind] = _written_days(until)
    return pa.table(columns)


def _cell_expression(kind: str, known: Sequence[str], day: nw.Expr, end: nw.Expr | None = None) -> nw.Expr:
    """Write the cell of a type; null where nothing was joined."""
    if kind not in known:
        return nw.lit(None, dtype=nw.Boolean)
    state = nw.col(STATE + kind)
    return state if end is None else nw.when((day <= end) & (nw.col(LASTS + kind) >= end)).then(state)


def _written_days(days: Ints) -> Ints:
    """Write days as integers YYYYMMDD."""
    date = days.astype("datetime64[D]")
    year, month = date.astype("datetime64[Y]"), date.astype("datetime64[M]")
    whole = (year.astype(np.int64) + 1970) * 10_000 + ((month - year).astype(np.int64) + 1) * 100
    written: Ints = whole + (date - month).astype(np.int64) + 1
    return written
