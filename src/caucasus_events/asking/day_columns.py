"""A reader's column of days to numbers, slice by slice: the one reader of days of annotation and of figures.

What single texts and numbers mean is said in ``days``; here they are read many at once. What is read, and how:

======================================  =============================================================
timestamps, dates                       the day; with a time zone the one that this zone shows
text ``2016-04-02``, with time or zone  the day that is written
``20160402``, a number or text          2 April 2016
``02 April 2016``, ``02-Apr-16``        the same; years of two digits are 1969 to 2068
``2016-04``; ``2016``, a number too     the whole month; the whole year
periods of pandas                       from the first day of the period to the last
empty or blank text                     nothing
``-9``, ``0`` and what is below it,     nothing, which is told: these stand for "none" in other
``9999``, ``9999-12-31``, ``0001-01-01``  datasets
======================================  =============================================================
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caucasus_events.errors import InvalidValueError, NoDayWarning, clipped
from caucasus_events.model.words import counted
from caucasus_events.reading.arrays import as_integers, encoded, kind_of, slice_of, type_name, written

from .answers import FIRST_DAY, LAST_DAY
from .days import as_numbers, days_of_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from caucasus_events.reading.arrays import Flags, Ints

    # First days; last days (None: all are single days); where there is none (None: nowhere).
    Found = tuple[Ints, Ints | None, Flags | None]
    # Takes the first row of a slice, and the row after its last.
    DayReader = Callable[[int, int], Found]

DATE_FORMS = (
    "timestamps, dates, text (2016-04-02, 20160402, 02 April 2016, 02-Apr-16; 2016-04, 2016) or numbers YYYYMMDD and "
    "YYYY, in the years 0001 to 9999"
)

# The day of a text counts, whatever time and zone follow it.
_ISO = r"^(?P<day>\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}[\d:.,]*)?\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?$"
_NAT = np.iinfo(np.int64).min
_UNITS_A_DAY = {"D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_MONTHS_A_YEAR, _LAST_YEAR = 12, 9999
# Numbers of fewer digits are no days: those of spreadsheets, or of a month without its day.
_EIGHT_DIGITS = 10_000_000
# What stands for "none" besides zero and what is below it, as numbers and as text.
_NONE_NUMBERS = np.array([9999, 10101, 99991231, 99999999])
_NONE_TEXTS = {*map(str, _NONE_NUMBERS), "00010101", "9999-12-31", "0001-01-01", "0000-00-00", "9999-99-99"}
# So many values that stand for "none" are named in a warning.
_NAMED = 4


@dataclass(slots=True)
class DayColumn:
    """A column of days: its name, what stood for "none" in it so far, and the zones that its texts are written in."""

    name: str
    nones: Counter[str] = field(default_factory=Counter)
    _zones: set[str] = field(default_factory=set)

    def reader(self, column: Any) -> DayReader:
        """Return what reads a slice of the column, as days since 1970-01-01.

        Where there is none, the day may be any number. The day of a timestamp with a time zone is the one that its own
        zone shows; mixed zones are refused at once, what is no day when it is read.

        >>> DayColumn("when").reader(pd.Series(["1970-01-03", None]))(0, 2)[2]
        array([False,  True])
        >>> DayColumn("SQLDATE").reader(pd.Series([19691231, 19700102]))(0, 2)[0].tolist()
        [-1, 1]
        """
        if isinstance(column, pd.Series) and isinstance(column.dtype, pd.PeriodDtype):
            return lambda first, last: self._of_periods(column.iloc[first:last])
        if (found := encoded(column, self.name)) is None:
            time_zone(column, self.name)
            return lambda first, last: self._days_of(slice_of(column, first, last, self.name))
        return self._of_categories(*found)

    def _of_categories(self, places: Ints, categories: pa.Array) -> DayReader:
        """Read categories once; those that no row has need be no days."""
        used = np.bincount(places + 1, minlength=len(categories) + 1)[1:]
        if not used.all():
            places = np.append(np.where(used, np.cumsum(used > 0) - 1, 0), -1).take(places, mode="wrap")
            categories, used = categories.filter(pa.array(used > 0)), used[used > 0]
        # Counted aside: it is rows that are told, and a category may have many.
        aside = DayColumn(self.name, _zones=self._zones)
        days, until, null = aside._days_of(categories) if len(categories) else (np.zeros(0, np.int64), None, None)
        if aside.nones:
            often = zip(map(written, categories.to_pylist()), used.tolist(), strict=True)
            self.nones.update({_short(text): many for text, many in often if _short(text) in aside.nones})
        # Null is place -1, which wraps around to the last: no day.
        nothing = np.append(np.zeros(len(days), bool) if null is None else null, True)
        days, until = np.append(days, 0), None if until is None else np.append(until, 0)
        return lambda first, last: (
            days.take(places[first:last], mode="wrap"),
            None if until is None else until.take(places[first:last], mode="wrap"),
            nothing.take(places[first:last], mode="wrap"),
        )

    def _days_of(self, values: Any) -> Found:
        """Read a slice."""
        kind = kind_of(values)
        if kind == "text":
            return self._of_texts(values)
        if kind in ("integer", "float"):
            return self._of_integers(*as_integers(values, self._refuse))
        if kind == "null":
            return np.zeros(len(values), np.int64), None, np.ones(len(values), bool)
        if kind == "other":
            raise InvalidValueError(
                f"column {self.name!r} holds {type_name(values)}; a column of dates holds {DATE_FORMS}"
            )
        null = None
        if isinstance(values, pa.Array):
            if values.null_count:
                null, values = values.is_null().to_numpy(zero_copy_only=False), values.fill_null(0)
            values = (values.cast(pa.timestamp("s")) if kind == "date" else self._local(values)).to_numpy()
        numbers = values.view(np.int64)
        # NaT is the smallest of all integers: one look finds it. In nanoseconds, divided, it would be a day of 1677.
        if null is None and len(numbers) and numbers.min() == _NAT:
            null = np.isnat(values)
        return self._checked(np.floor_divide(numbers, _UNITS_A_DAY[_unit(values)]), values, null)

    def _checked(self, days: Ints, values: NDArray[Any], null: Flags | None) -> Found:
        """Refuse days outside the calendar, and take its ends for none."""
        # One look finds the ends of the calendar, and columns without them pay for no other.
        if len(days) and (days.min() <= FIRST_DAY or days.max() >= LAST_DAY):
            null = np.isnat(values) if null is None else null
            self._refuse(values[~null & ((days < FIRST_DAY) | (days > LAST_DAY))])
            ends = ~null & ((days == FIRST_DAY) | (days == LAST_DAY))
            self._count(values[ends].astype("datetime64[D]"))
            null = null | ends
        return days, None, null

    def _local(self, values: pa.Array) -> pa.Array:
        """Take timestamps as their zone shows them."""
        if not values.type.tz:
            return values
        try:
            return pc.local_timestamp(values)
        except pa.ArrowInvalid:
            raise InvalidValueError(
                f"column {self.name!r} is in the time zone {values.type.tz!r}, which nobody knows: convert it to one "
                "that is known, or drop the zone"
            ) from None

    def _of_periods(self, column: pd.Series) -> Found:
        """Read periods of pandas as their first and last day."""
        null = column.isna().to_numpy()
        present = column[~null].dt
        edges = (present.start_time, present.end_time)
        first, last = (np.zeros(len(column), np.int64) for _ in edges)
        for found, edge in zip((first, last), edges, strict=True):
            found[~null] = edge.to_numpy("datetime64[D]").astype(np.int64)
        return first, last, null

    def _of_texts(self, values: pa.Array) -> Found:
        """Read text as dates: all at once if that is all it is, else ISO 8601 together and what is left one by one."""
        try:
            return self._of_dates(values.cast(pa.date32()))
        except pa.ArrowInvalid:
            pass
        values = pc.utf8_trim_whitespace(values.cast(pa.string()))
        parts = pc.extract_regex(values, _ISO)
        day = pc.struct_field(parts, "day")
        try:
            dates = day.cast(pa.date32())
        except pa.ArrowInvalid:
            # Arrow names no value; one by one, the first that no calendar has is named.
            dates = pa.nulls(len(values), pa.date32())
        self._zones.update(zone for zone in pc.struct_field(parts, "zone").unique().to_pylist() if zone is not None)
        _one_zone(self._zones, self.name)
        first, _, null = self._of_dates(dates)
        odd = np.flatnonzero(pc.and_(dates.is_null(), values.is_valid()).to_numpy(zero_copy_only=False))
        if not len(odd):
            return first, None, null
        last, null = first.copy(), dates.is_null().to_numpy(zero_copy_only=False) if null is None else null.copy()
        texts = values.take(pa.array(odd)).dictionary_encode()
        read = [self._of_text(text) for text in texts.dictionary.to_pylist()]
        places = texts.indices.to_numpy()
        null[odd] = np.array([found is None for found in read])[places]
        for side, found in enumerate((first, last)):
            found[odd] = np.array([0 if days is None else days[side] for days in read])[places]
        names = texts.dictionary.to_pylist()
        self.nones.update(names[place] for place in places if read[place] is None and names[place])
        return first, last, null

    def _of_dates(self, dates: pa.Array) -> Found:
        """Take dates as days."""
        null = dates.is_null().to_numpy(zero_copy_only=False) if dates.null_count else None
        days = dates.cast(pa.int32()).fill_null(0).to_numpy().astype(np.int64)
        return self._checked(days, days.view("datetime64[D]"), null)

    def _of_text(self, text: str) -> tuple[int, int] | None:
        """Read one text; None where it is blank or stands for none."""
        try:
            return _read_text(text)
        except ValueError:
            raise self._no_day(text) from None

    def _of_integers(self, values: Ints, null: Flags | None) -> Found:
        """Read integers YYYYMMDD as days, and YYYY as years."""
        month, day = np.divmod(values, 100)
        year, month = np.divmod(month, 100)
        place = np.clip((year - 1) * _MONTHS_A_YEAR + month - 1, 0, _LAST_YEAR * _MONTHS_A_YEAR - 1)
        first = _first_days()
        found, last = first[place] + day - 1, None
        right = (year >= _EIGHT_DIGITS // 10_000) & (year <= _LAST_YEAR)
        right &= (month > 0) & (month <= _MONTHS_A_YEAR) & (day > 0)
        # A day that the month does not have would be one of the next.
        right &= found < first[place + 1]
        if right.all():
            return found, None, null
        null = np.zeros(len(values), bool) if null is None else null
        nones = ~null & ((values <= 0) | np.isin(values, _NONE_NUMBERS))
        self._count(values[nones])
        null = null | nones
        years = ~null & (values <= _LAST_YEAR)
        self._refuse(values[~right & ~null & ~years])
        if years.any():
            last = found.copy()
            since = (values[years] - 1) * _MONTHS_A_YEAR
            found[years], last[years] = first[since], first[since + _MONTHS_A_YEAR] - 1
        return found, last, null

    def _count(self, values: NDArray[Any]) -> None:
        """Count values that stand for none."""
        distinct, often = np.unique(values, return_counts=True)
        self.nones.update(dict(zip(map(str, distinct), often.tolist(), strict=True)))

    def _refuse(self, values: NDArray[Any]) -> None:
        """Refuse the first of values that are no days, if there is any."""
        if len(values):
            raise self._no_day(written(values[0]))

    def _no_day(self, value: str) -> InvalidValueError:
        """Say that a value is no day."""
        return InvalidValueError(
            f"column {self.name!r}: {clipped(value)} is no day; a column of dates holds {DATE_FORMS}"
        )


def warn_of_nones(columns: Sequence[DayColumn], stacklevel: int) -> None:
    """Warn, once for all columns, of values that stand for none, the most frequent first."""
    listed = []
    for column in columns:
        named = [f"{clipped(value)} ({counted(often, 'row')})" for value, often in column.nones.most_common(_NAMED)]
        more = len(column.nones) - len(named)
        if named:
            listed.append(f"column {column.name!r}, {', '.join(named)}{f' and {more:,} more' if more > 0 else ''}")
    if listed:
        total = counted(sum(sum(column.nones.values()) for column in columns), "value")
        text = f"{total} that stand for no day are taken as unknown: {'; '.join(listed)}"
        warnings.warn(text, NoDayWarning, stacklevel=stacklevel + 1)


def time_zone(column: Any, name: str) -> str:
    """Return the time zone in which a column of dates is written, empty if in none; several are refused."""
    if not (isinstance(column, pd.Series) and column.dtype == object):
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


def _unit(values: NDArray[Any]) -> str:
    """Name the unit in which timestamps are counted."""
    return np.datetime_data(values.dtype)[0]


def _short(text: str) -> str:
    """Write a date without a time that is midnight."""
    return text.removesuffix(" 00:00:00")


@lru_cache(1 << 16)
def _read_text(text: str) -> tuple[int, int] | None:
    """Read a text as its first and last day; None if it is blank or stands for none; a ValueError if it is no day."""
    text = text.strip()
    if not text or text in _NONE_TEXTS or (text.removeprefix("-").isdecimal() and int(text[:9]) <= 0):
        return None
    days = days_of_text(text)
    if days is None:
        raise ValueError(text)
    return as_numbers(days)


@cache
def _first_days() -> Ints:
    """List the first day of every month from January 0001 on; then the last of the calendar, which stands for none."""
    months = np.arange(_LAST_YEAR * _MONTHS_A_YEAR) - 1969 * _MONTHS_A_YEAR
    return np.append(months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), LAST_DAY)
