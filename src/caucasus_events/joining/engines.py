"""Answers joined to lazy frames (polars, DuckDB, Spark) by the engine that holds them; nothing is read here.

Joined is a table of every actor or pair and day on which something is known. What narwhals does not say alike for all
engines is said here once; a polars DataFrame, which is in memory, is read as there.
"""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from caucasus_events.asking.answers import CALENDAR, FIRST_DAY, Answer
from caucasus_events.asking.day_columns import DATE_FORMS
from caucasus_events.asking.days import FIRST_OF_TWO_DIGITS, MONTHS
from caucasus_events.errors import InvalidValueError

from .memory import new_cells
from .wanted import check_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from caucasus_events.asking.answers import Ints

    from .columns import Codes, OwnColumns
    from .lookups import Lookup
    from .wanted import Wanted

# Columns of the joins, by names that no reader has: what is joined on; each type's state, and how long it lasts.
_ON_DAY, _SUBJECT, _OBJECT, _CODE, _STATE, _LASTS = (
    f"__caucasus_events_{name}" for name in ("day", "subject", "object", "_code", "state_", "until_")
)
_DAYS = "__caucasus_events_days_"
_TEXTS = (nw.String, nw.Categorical, nw.Enum)
# All white space there is: of their own, engines know different parts of it.
_SPACE = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
# How days are written, as in asking: engines take patterns, but neither names in them nor what was found by them; for
# one of them the digits of every script are digits.
_ISO = (
    r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ][0-9]{2}:[0-9]{2}[0-9:.,]*)?\s*(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_COMPACT = r"^[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$"
_YEAR_MONTH, _YEAR = r"^[0-9]{4}-(?:0[1-9]|1[0-2])$", r"^[0-9]{4}$"
_IN_WORDS = r"^(?:[0-9]{1,2}[ -][A-Za-z]{3,9}\.?[ -](?:[0-9]{4}|[0-9]{2})|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4})$"
_SMALLEST_DAY, _LARGEST_DAY, _LAST_YEAR = 10_000_101, 99_991_231, 9999
# What stands for "none", as it is written here.
_NONE = [10_101, 99_990_000, 99_991_231]
_ENGINES = (nw.Implementation.POLARS, nw.Implementation.DUCKDB, nw.Implementation.PYSPARK)


def annotated_narwhal(lookup: Lookup, own: OwnColumns, frame: Any, wanted: Wanted) -> Any:
    """Annotate a polars DataFrame in memory; leave the rest to its own engine."""
    narwhal = _as_narwhal(frame)
    check_columns(narwhal.collect_schema().names(), wanted)
    if isinstance(narwhal, nw.LazyFrame):
        return _annotated_lazily(lookup, own.parties, narwhal, wanted)
    cells = new_cells(lookup, own, wanted, lambda name: narwhal[name].to_native(), len(narwhal))
    columns = {wanted.prefix + kind: pa.array(yes, mask=mask) for kind, (yes, mask) in cells.items()}
    added = nw.from_arrow(pa.table(columns), backend=narwhal.implementation)
    return nw.concat([narwhal, added], how="horizontal").to_native()


def _as_narwhal(frame: Any) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Take a frame that is not pandas' or Arrow's, if it is of a library whose joins are tested."""
    try:
        narwhal: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(frame)
        known = narwhal.implementation in _ENGINES
    except TypeError:
        known = False
    if not known:
        allowed = "pandas, polars, pyarrow.Table, DuckDB relation, PySpark DataFrame"
        given = f"{type(frame).__module__}.{type(frame).__name__}"
        raise InvalidValueError(f"cannot annotate a {given} (allowed: {allowed})")
    return narwhal


def _annotated_lazily(lookup: Lookup, codes: Sequence[Codes], frame: nw.LazyFrame[Any], wanted: Wanted) -> Any:
    """Join the answers of every actor or pair and day on which there are any."""
    schema = frame.collect_schema()
    frame = frame.with_columns(*(_days_as_numbers(name, schema[name]).alias(_DAYS + name) for name in wanted.days))
    day, last = _edges(_DAYS + wanted.days[0])
    ends = [_edges(_DAYS + name)[1] for name in wanted.days[1:]]
    if not ends and schema[wanted.days[0]] not in (nw.Date, nw.Datetime):
        # Of numbers and texts, any row may be a month or a year.
        ends = [last]
    # Before the first change and after the last one all is as on these days, and only they are in the table.
    bounds = _written_days(np.array([lookup.opening, lookup.closing])).tolist()
    joined = frame.with_columns(day.clip(*bounds).alias(_ON_DAY))
    keys = dict(zip((_SUBJECT, _OBJECT), codes, strict=False))
    for key, party in keys.items():
        code, dtype = _code_expression(party, schema[party.column])
        joined = _left_join(joined.with_columns(code.alias(key + _CODE)), _code_table(party, key, dtype), [key + _CODE])
    joined = _left_join(joined, _day_table(lookup, list(keys)), [*keys, _ON_DAY])
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
        # Through the reader's own connection, which alone can join it; DuckDB finds `ours` among the variables here.
        other = native.query("__caucasus_events", "SELECT * FROM ours")
    else:
        other = native.sparkSession.createDataFrame(ours).hint("broadcast")
    return left.join(nw.from_native(other), on=keys, how="left")


def _days_as_numbers(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Write a day as the integer YYYYMMDD, a month as YYYYMM00, a year as YYYY0000, and all else as null."""
    column = nw.col(name)
    if dtype in _TEXTS or dtype == nw.Binary:
        return _day_of_text(column.cast(nw.String).str.strip_chars(_SPACE))
    if dtype in (nw.Date, nw.Datetime):
        year, month, day = (part.cast(nw.Int64) for part in (column.dt.year(), column.dt.month(), column.dt.day()))
        return year * 10_000 + month * 100 + day
    if not dtype.is_numeric():
        raise InvalidValueError(f"column {name!r} holds {dtype}; a column of dates holds {DATE_FORMS}")
    # What is not finite, or too large, would be an error of the engine.
    near = nw.when((column >= 1) & (column <= _LARGEST_DAY)).then(column)
    whole = near.cast(nw.Int64)
    is_day = (whole >= _SMALLEST_DAY) & (whole % 100 > 0) & (whole % 10_000 >= 100)  # noqa: PLR2004 - a day and a month
    year = nw.when((whole == near) & (whole <= _LAST_YEAR)).then(whole * 10_000)
    return nw.coalesce(nw.when((whole == near) & is_day).then(whole), year)


def _day_of_text(text: nw.Expr) -> nw.Expr:
    """Write the days that texts stand for as numbers."""
    iso = nw.when(text.str.contains(_ISO)).then(text.str.slice(0, 10))
    bare = nw.when(text.str.contains(_COMPACT)).then(text)
    month = nw.concat_str(nw.when(text.str.contains(_YEAR_MONTH)).then(text), nw.lit("00"))
    year = nw.concat_str(nw.when(text.str.contains(_YEAR)).then(text), nw.lit("0000"))
    digits = nw.coalesce(iso, bare, month, year).str.replace_all("-", "", literal=True).cast(nw.Int64)
    return nw.coalesce(digits, _day_in_words(text))


def _day_in_words(text: nw.Expr) -> nw.Expr:
    """Write days whose month is a word, such as 02-Apr-16, as numbers."""
    text = nw.when(text.str.contains(_IN_WORDS)).then(text)
    word = text.str.strip_chars("0123456789 ,.-").str.to_lowercase()
    names = {number: [name for name, of in MONTHS.items() if of == number] for number in MONTHS.values()}
    month = nw.coalesce(*(nw.when(word.is_in(same)).then(nw.lit(number)) for number, same in names.items()))
    # The day stands before the month, or after it: without the word, first in either case.
    day = text.str.strip_chars(f"{ascii_letters}. ").str.slice(0, 2).str.strip_chars(" ,-").cast(nw.Int64)
    whole = nw.when(text.str.contains(r"[0-9]{4}$")).then(text.str.slice(-4)).cast(nw.Int64)
    short = nw.when(~text.str.contains(r"[0-9]{4}$")).then(text.str.slice(-2)).cast(nw.Int64)
    # Of two digits, the only year with these of the hundred from the first on, as everywhere.
    year = nw.coalesce(whole, FIRST_OF_TWO_DIGITS + (short + (100 - FIRST_OF_TWO_DIGITS % 100)) % 100)
    return year * 10_000 + month * 100 + day


def _edges(name: str) -> tuple[nw.Expr, nw.Expr]:
    """Return the first and the last day of what :func:`_days_as_numbers` wrote; null if it is none."""
    number = nw.col(name)
    year, month, day = (part.cast(nw.Int64) for part in (number // 10_000, number // 100 % 100, number % 100))
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    february = nw.when(leap).then(nw.lit(29)).otherwise(nw.lit(28))
    short = nw.when(month.is_in([4, 6, 9, 11])).then(nw.lit(30)).otherwise(nw.lit(31))
    length = nw.when(month == 2).then(february).otherwise(short)  # noqa: PLR2004 - of the month
    is_day = (year >= 1) & (year <= _LAST_YEAR) & (month <= 12) & (day <= length) & ~number.is_in(_NONE)  # noqa: PLR2004
    opens = nw.when(month == 0).then(number + 101).otherwise(nw.when(day == 0).then(number + 1).otherwise(number))
    closes = nw.when(day == 0).then(number + length).otherwise(number)
    closes = nw.when(month == 0).then(number + 1231).otherwise(closes)
    return nw.when(is_day).then(opens), nw.when(is_day).then(closes)


def _code_expression(codes: Codes, dtype: nw.dtypes.DType) -> tuple[nw.Expr, pa.DataType]:
    """Write a code as the table of codes does, and say in which type; names without capitals and outer white space."""
    column = nw.col(codes.column)
    if dtype in (nw.Int128, nw.UInt128, nw.UInt64):
        # No code is so large, and the largest have no place among 64 bits.
        return nw.when((column >= 0) & (column < _LARGEST_DAY)).then(column).cast(nw.Int64), pa.int64()
    if dtype.is_integer():
        return column.cast(nw.Int64), pa.int64()
    if dtype.is_numeric():
        return column.cast(nw.Float64), pa.float64()
    if dtype not in _TEXTS and dtype != nw.Binary:
        raise InvalidValueError(f"column {codes.column!r} holds {dtype}; codes are text or integers")
    text = column.cast(nw.String)
    return (text.str.strip_chars(_SPACE).str.to_lowercase() if codes.scheme == "name" else text), pa.string()


def _code_table(codes: Codes, key: str, dtype: pa.DataType) -> pa.Table:
    """Lay out which entity's number each code stands for."""
    is_text = dtype == pa.string()
    kept = {code: number for code, number in codes.numbers.items() if is_text or isinstance(code, int)}
    numbers = {str(code) if is_text else code: number for code, number in kept.items()}
    return pa.table({key + _CODE: pa.array(numbers, dtype), key: pa.array(numbers.values(), pa.int64())})


def _day_table(lookup: Lookup, keys: list[str]) -> pa.Table:
    """Lay out every actor or pair and day on which a type is known: its state, and until when that lasts."""
    row, first = lookup.place // CALENDAR, np.maximum(lookup.place % CALENDAR + FIRST_DAY, lookup.opening)
    # A segment ends where the next of its row begins; the last of a row, with the table.
    last = np.where(np.append(np.diff(row) == 0, False), np.append(first[1:] - 1, 0), lookup.closing)
    known = np.flatnonzero((lookup.state != Answer.UNKNOWN).any(axis=1))
    # Every known segment as often as it has days, and beside it those days, counted up from its first.
    length = (last - first + 1)[known]
    segment = np.repeat(known, length)
    day = first[segment] + np.arange(len(segment)) - np.repeat(np.cumsum(length) - length, length)
    # Rows are numbered in the order of their actors or pairs, whose numbers are read back here.
    party = np.flatnonzero(lookup.rows)[row[segment] - 1]
    parties = np.divmod(party, len(lookup.numbers) + 1) if len(keys) > 1 else (party,)
    columns: dict[str, Any] = {**dict(zip(keys, parties, strict=True)), _ON_DAY: _written_days(day)}
    for kind, state, until in zip(lookup.kinds, lookup.state.T[:, segment], lookup.until.T[:, segment], strict=True):
        columns[_STATE + kind] = pa.array(state == Answer.YES, mask=state == Answer.UNKNOWN)
        columns[_LASTS + kind] = _written_days(until)
    return pa.table(columns)


def _cell_expression(kind: str, known: Sequence[str], day: nw.Expr, end: nw.Expr | None = None) -> nw.Expr:
    """Write the cell of a type; null where nothing was joined."""
    if kind not in known:
        return nw.lit(None, dtype=nw.Boolean)
    state = nw.col(_STATE + kind)
    return state if end is None else nw.when((day <= end) & (nw.col(_LASTS + kind) >= end)).then(state)


def _written_days(days: Ints) -> Ints:
    """Write days as integers YYYYMMDD."""
    date = days.astype("datetime64[D]")
    year, month = date.astype("datetime64[Y]"), date.astype("datetime64[M]")
    whole = (year.astype(np.int64) + 1970) * 10_000 + ((month - year).astype(np.int64) + 1) * 100
    written: Ints = whole + (date - month).astype(np.int64) + 1
    return written
