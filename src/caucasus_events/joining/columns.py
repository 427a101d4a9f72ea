"""The reader's own columns to numbers: dates to days, codes to entities, a slice at a time.

A column is a pandas Series, an Arrow ChunkedArray or a polars Series. A slice of it is numpy's where that costs
nothing, and else Arrow's; what a kind of value means is said here once.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import is_object_dtype

from caucasus_events.asking.steps import FIRST_DAY, LAST_DAY
from caucasus_events.errors import InvalidValueError, UnmatchedCodesWarning, nearest
from caucasus_events.model.words import counted
from caucasus_events.reading.names import casefolded, shared_codes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from numpy.typing import NDArray

    from caucasus_events.asking.steps import Ints

    Flags = NDArray[np.bool_]
    # Both take the first row of a slice, and the row after its last.
    CodeReader = Callable[[int, int], Ints]
    DayReader = Callable[[int, int], tuple[Ints, Flags | None]]

DATE_FORMS = "timestamps, dates, text YYYY-MM-DD or integers YYYYMMDD, in the years 0001 to 9999"

# The day of a text counts, whatever time and zone follow it.
_ISO = r"^(?P<day>\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}[\d:.,]*)?\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?$"
_UNITS_A_DAY = {"D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_MONTHS_A_YEAR, _LAST_YEAR = 12, 9999
# Integer codes are found by their place in an array; those of every scheme are far below this.
_LARGEST_CODE = 1 << 16
# So many codes that nobody has are named in a warning.
_NAMED = 10


@dataclass(slots=True)
class Codes:
    """The codes of one column: the number of the entity each stands for, and what nobody has.

    Numbers count from 1; 0 is for null and for codes that the dataset does not have, which are counted in
    ``unmatched``. Of the scheme ``name`` the codes are written as ``names`` folds them.
    """

    column: str
    scheme: str
    numbers: Mapping[Hashable, int]
    unmatched: Counter[str] = field(default_factory=Counter)
    _texts: dict[str, int] = field(init=False)
    _by_integer: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Lay the codes out as text and, where they are integers, as an array."""
        self._texts = {str(code): number for code, number in self.numbers.items()}
        integers = {code: n for code, n in self.numbers.items() if isinstance(code, int) and 0 <= code < _LARGEST_CODE}
        # One place for what is too small, one for each code, and one for what is too large.
        self._by_integer = np.zeros(max(integers, default=-1) + 3, np.int64)
        for code, number in integers.items():
            self._by_integer[code + 1] = number

    def numbers_of(self, values: Any) -> Ints:
        """Return the number of every code of a slice."""
        kind = _value_kind(values)
        if kind == "text":
            return self._of_texts(values)
        if kind in ("integer", "float"):
            return self._of_integers(*_as_integers(values, self._count_unmatched))
        if kind == "null":
            return np.zeros(len(values), np.int64)
        raise InvalidValueError(f"column {self.column!r} holds {_type_of(values)}; codes are text or integers")

    def _of_integers(self, values: Ints, null: Flags | None) -> Ints:
        """Return the number of every integer."""
        found = self._by_integer.take(np.clip(values, -1, len(self._by_integer) - 2) + 1)
        found = found if null is None else np.where(null, 0, found)
        if not found.all():
            self._count_unmatched(values[found == 0] if null is None else values[(found == 0) & ~null])
        return found

    def _of_texts(self, values: pa.Array) -> Ints:
        """Return the number of every text."""
        place = pc.index_in(values, pa.array(self._texts, values.type))
        # What was learnt is found when all is looked up again; what is then still lost is counted.
        if place.null_count > values.null_count and self._learn(values.filter(place.is_null())):
            return self._of_texts(values)
        numbers: Ints = np.array([*self._texts.values(), 0])
        found: Ints = numbers.take(place.fill_null(len(self._texts)).to_numpy())
        return found

    def _learn(self, lost: pa.Array) -> bool:
        """Learn other spellings of a code among texts that are none, and say if there are any; if not, count them."""
        often = {row["values"]: row["counts"] for row in lost.drop_null().value_counts().to_pylist()}
        spelt = {name: self.numbers.get(casefolded(name), 0) for name in often} if self.scheme == "name" else {}
        learnt = {name: number for name, number in spelt.items() if number}
        self._texts |= learnt
        if not learnt:
            self.unmatched.update(often)
        return bool(learnt)

    def _count_unmatched(self, values: NDArray[Any]) -> None:
        """Count codes that nobody has."""
        if len(values):
            distinct, often = np.unique(values, return_counts=True)
            self.unmatched.update(dict(zip(map(str, distinct.tolist()), often.tolist(), strict=True)))


def warn_of_unmatched(codes: Sequence[Codes]) -> None:
    """Warn of the codes that nobody has, the most frequent first."""
    listed = "; ".join(_listed_unmatched(column) for column in codes if column.unmatched)
    if listed:
        shared = ", or that several share," if any(map(_shared_of, codes)) else ""
        text = f"codes that nobody in this dataset has{shared} are answered <NA>: {listed}"
        # Past this function, the one that reads the rows, and the public one that called it.
        warnings.warn(text, UnmatchedCodesWarning, stacklevel=4)


def _shared_of(codes: Codes) -> dict[str, list[str]]:
    """Return the unmatched codes that several entities share, as the reader wrote them, and whose they are."""
    shared = shared_codes(codes.scheme)
    if not shared:
        return {}
    folded = {code: casefolded(code) if codes.scheme == "name" else code for code in codes.unmatched}
    return {code: shared[name] for code, name in folded.items() if name in shared}


def _listed_unmatched(codes: Codes) -> str:
    """List the unmatched codes of a column, with their rows and, of text, the nearest known."""
    known = [code for code in codes.numbers if isinstance(code, str)]
    named = []
    shared = _shared_of(codes)
    # Those that several entities share first: of these the reader can say which is meant.
    for code, often in sorted(codes.unmatched.most_common(_NAMED), key=lambda each: each[0] not in shared):
        near = None if code in shared else nearest(code, known)
        hint = f", the code of {' and of '.join(shared[code])}" if code in shared else ""
        named.append(f"{code} ({counted(often, 'row')}{hint}{f', nearest: {near}' if near else ''})")
    more = len(codes.unmatched) - len(named)
    return f"column {codes.column!r}, scheme {codes.scheme}: {', '.join(named)}{f' and {more:,} more' if more else ''}"


def code_reader(column: Any, codes: Codes) -> CodeReader:
    """Read a column of codes, slice by slice, as the numbers of their entities; 0 for null and for nobody's.

    Codes are integers, floats that are integers, text, or categories of these; nobody's are counted.

    >>> codes = Codes("ccode", "cow", {640: 1, 371: 2})
    >>> code_reader(pd.Series([371, 640, 5, 371]), codes)(0, 4).tolist(), dict(codes.unmatched)
    ([2, 1, 0, 2], {'5': 1})
    """
    if (encoded := _encoded(column)) is None:
        return lambda first, last: codes.numbers_of(_slice(column, first, last, codes.column))
    places, categories = encoded
    # Counted aside: it is rows that are told, and a category may have none or many.
    of_categories = Codes(codes.column, codes.scheme, codes.numbers)
    # Null is place -1, which wraps around to the last number.
    numbers = np.append(of_categories.numbers_of(categories), 0)
    names = categories.to_pylist()

    def read(first: int, last: int) -> Ints:
        found = numbers.take(places[first:last], mode="wrap")
        if of_categories.unmatched and not found.all():
            often = np.bincount(places[first:last][(found == 0) & (places[first:last] >= 0)])
            codes.unmatched.update({_written(names[i]): int(often[i]) for i in np.flatnonzero(often)})
        return found

    return read


def day_reader(column: Any, name: str) -> DayReader:
    """Read a column of dates, slice by slice, as days since 1970-01-01, and where there is none (None: nowhere).

    Where there is none, the day may be any number. The day of a timestamp with a time zone is the one that its own zone
    shows; mixed zones are refused at once, what is no day when it is read.

    >>> day_reader(pd.Series(["1970-01-03", None]), "when")(0, 2)[1]
    array([False,  True])
    >>> day_reader(pd.Series([19691231, 19700102]), "SQLDATE")(0, 2)[0].tolist()
    [-1, 1]
    """
    zones: set[str] = set()
    if (encoded := _encoded(column)) is None:
        time_zone(column, name)
        return lambda first, last: _as_days(_slice(column, first, last, name), name, zones)
    places, categories = encoded
    days, null = _as_days(categories, name, zones) if len(categories) else (np.zeros(0, np.int64), None)
    # Null is place -1, which wraps around to the last: no day.
    days = np.append(days, 0)
    nothing = np.append(np.zeros(len(days) - 1, bool) if null is None else null, True)
    return lambda first, last: (
        days.take(places[first:last], mode="wrap"),
        nothing.take(places[first:last], mode="wrap"),
    )


def time_zone(column: Any, name: str) -> str:
    """Return the time zone in which a column of dates is written, empty if in none; several are refused."""
    if not (isinstance(column, pd.Series) and is_object_dtype(column)):
        dtype = column.type if isinstance(column, pa.ChunkedArray) else column.dtype
        return str(getattr(dtype, "tz", getattr(dtype, "time_zone", None)) or "")
    # pandas alone holds objects; Arrow would silently move them all to the zone of the first.
    zones = {str(value.tzinfo or "") for value in column if isinstance(value, dt.datetime) and not pd.isna(value)}
    return _one_zone(zones, name)


def _one_zone(zones: set[str], name: str) -> str:
    """Return the only time zone of a column."""
    if len(zones) > 1:
        listed = ", ".join(sorted(zone or "none" for zone in zones))
        raise InvalidValueError(f"column {name!r} mixes time zones ({listed}): convert it to one")
    return next(iter(zones), "")


def _encoded(column: Any) -> tuple[Ints, pa.Array] | None:
    """Take categories apart: the place of each row's category (-1: null), and the categories."""
    if isinstance(column, pd.Series):
        if not isinstance(column.dtype, pd.CategoricalDtype):
            return None
        return column.cat.codes.to_numpy(), pa.array(column.cat.categories, from_pandas=True)
    if not isinstance(column, pa.ChunkedArray):
        column = column.to_arrow() if str(column.dtype).startswith(("Categorical", "Enum")) else column
    if not (isinstance(column, pa.Array | pa.ChunkedArray) and pa.types.is_dictionary(column.type)):
        return None
    whole = pa.chunked_array([column]) if isinstance(column, pa.Array) else column
    # Each chunk may number its categories in its own way.
    chunks = whole.unify_dictionaries().chunks
    categories = chunks[0].dictionary if chunks else pa.nulls(0)
    places = [chunk.indices.cast(pa.int64()).fill_null(-1).to_numpy() for chunk in chunks]
    return np.concatenate([*places, np.zeros(0, np.int64)]), categories


def _slice(column: Any, first: int, last: int, name: str) -> Any:
    """Return the rows of a column from one place to another as an array of numpy or Arrow."""
    if isinstance(column, pa.ChunkedArray):
        return column.slice(first, last - first).combine_chunks()
    if not isinstance(column, pd.Series):
        return column.slice(first, last - first).to_arrow()
    if isinstance(column.dtype, np.dtype) and not is_object_dtype(column):
        return column.to_numpy()[first:last]
    try:
        found = pa.array(column.array[first:last], from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidValueError(f"column {name!r} mixes kinds of values: {error}") from None
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _type_of(values: Any) -> str:
    """Name the type of an array."""
    return str(values.dtype if isinstance(values, np.ndarray) else values.type)


def _value_kind(values: Any) -> str:
    """Say what kind of values an array holds."""
    if isinstance(values, np.ndarray):
        return {"M": "timestamp", "i": "integer", "u": "integer", "f": "float"}.get(values.dtype.kind, "other")
    types, held = pa.types, values.type
    if types.is_string(held) or types.is_large_string(held) or types.is_string_view(held):
        return "text"
    if types.is_integer(held):
        return "integer"
    if types.is_floating(held) or types.is_decimal(held):
        return "float"
    if types.is_date(held):
        return "date"
    return "timestamp" if types.is_timestamp(held) else "null" if types.is_null(held) else "other"


def _as_integers(values: Any, refuse: Callable[[NDArray[Any]], None]) -> tuple[Ints, Flags | None]:
    """Return numbers as integers and where there are none; what is not whole is refused and counts as none."""
    if isinstance(values, pa.Array):
        null = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
        if _value_kind(values) == "integer":
            return values.fill_null(0).to_numpy().astype(np.int64, copy=False), null
        values = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if values.dtype.kind != "f":
        return values.astype(np.int64, copy=False), None
    null = np.isnan(values)
    # Beyond any day and any code, floats may not be integers of 64 bits either.
    whole = ~null & (values == np.trunc(values)) & (np.abs(values) <= LAST_DAY * 100)
    refuse(values[~whole & ~null])
    return np.where(whole, values, 0).astype(np.int64), ~whole


def _as_days(values: Any, name: str, zones: set[str]) -> tuple[Ints, Flags | None]:
    """Return a slice as days, and where there is none; ``zones`` collects those of text over all slices."""
    kind = _value_kind(values)
    if kind == "text":
        values, kind = _from_text(values, name, zones), "date"
    if kind in ("integer", "float"):
        return _from_integers(*_as_integers(values, lambda odd: _refuse(odd, name)), name)
    if kind == "null":
        return np.zeros(len(values), np.int64), np.ones(len(values), bool)
    if kind == "other":
        raise InvalidValueError(f"column {name!r} holds {_type_of(values)}; a column of dates holds {DATE_FORMS}")
    null = None
    if isinstance(values, pa.Array):
        if values.null_count:
            null, values = values.is_null().to_numpy(zero_copy_only=False), values.fill_null(0)
        if pa.types.is_timestamp(values.type) and values.type.tz:
            values = pc.local_timestamp(values)
        values = (values.cast(pa.timestamp("s")) if kind == "date" else values).to_numpy()
    days = np.floor_divide(values.view(np.int64), _UNITS_A_DAY[np.datetime_data(values.dtype)[0]])
    # NaT is the smallest of all integers: one look finds it too, and columns without pay for no other.
    if days.min() < FIRST_DAY or days.max() > LAST_DAY:
        null = np.isnat(values) if null is None else null
        outside = ~null & ((days < FIRST_DAY) | (days > LAST_DAY))
        _refuse(values[outside], name)
    return days, null


def _from_text(values: pa.Array, name: str, zones: set[str]) -> pa.Array:
    """Read text as dates: all at once if that is all it is, else the day of each."""
    try:
        return values.cast(pa.date32())
    except pa.ArrowInvalid:
        pass
    parts = pc.extract_regex(values.cast(pa.string()), _ISO)
    odd = values.filter(pc.and_(parts.is_null(), values.is_valid()))
    _refuse(odd.to_numpy(zero_copy_only=False), name)
    zones.update(parts.drop_null().field("zone").unique().to_pylist())
    _one_zone(zones, name)
    day = pc.struct_field(parts, "day")
    try:
        return day.cast(pa.date32())
    except pa.ArrowInvalid:
        # Arrow names no value; this finds the first that is written well and in no calendar.
        _refuse(np.array([text for text in day.to_pylist() if text and not _exists(text)]), name)
        raise


def _exists(text: str) -> bool:
    """Say if there is such a day."""
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _from_integers(values: Ints, null: Flags | None, name: str) -> tuple[Ints, Flags | None]:
    """Read integers YYYYMMDD as days."""
    month, day = np.divmod(values, 100)
    year, month = np.divmod(month, 100)
    place = np.clip((year - 1) * _MONTHS_A_YEAR + month - 1, 0, _LAST_YEAR * _MONTHS_A_YEAR - 1)
    first = _first_days()
    found = first[place] + day - 1
    right = (year > 0) & (year <= _LAST_YEAR) & (month > 0) & (month <= _MONTHS_A_YEAR) & (day > 0)
    # A day that the month does not have would be one of the next.
    right &= found < first[place + 1]
    if not right.all():
        _refuse(values[~right if null is None else ~right & ~null], name)
    return found, null


@cache
def _first_days() -> Ints:
    """List the first day of every month from January 0001 to January 10000."""
    months = np.arange(_LAST_YEAR * _MONTHS_A_YEAR + 1) - 1969 * _MONTHS_A_YEAR
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _refuse(values: NDArray[Any], name: str) -> None:
    """Refuse the first of values that are no days, if there is any."""
    if len(values):
        found = _written(values[0])
        raise InvalidValueError(f"column {name!r}: {found} is no day; a column of dates holds {DATE_FORMS}")


def _written(value: object) -> str:
    """Write a value as its reader knows it."""
    return str(value.item() if isinstance(value, np.integer | np.floating) else value)
