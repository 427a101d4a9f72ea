"""Statuses joined to the reader's own rows, in whatever library these are.

Frames in memory (pandas, polars, Arrow) are read in slices that fit a processor's cache and
looked up in a table; lazy ones (polars, DuckDB, Spark) are joined with a table of actor or pair ×
day by the engine itself, so that nothing is read here.
"""

from __future__ import annotations

import json
import warnings
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from . import codebook, names, tables
from .answers import FIRST_DAY, UNKNOWN, YES
from .columns import FORMS, Codes, code_reader, day_reader, time_zone
from .errors import InvalidValueError, UnknownNameError, UnmatchedCodesWarning, nearest, unknown
from .lookups import DAYS, Lookup, build_lookup, segments_on, values_on

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
    from typing import Unpack

    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Flags = NDArray[np.bool_]
    # By type: where it is yes, and where it is unknown.
    Cells = dict[str, tuple[Flags, Flags]]

Frame = TypeVar("Frame")

# So many rows at once stay in a processor's cache.
_AT_ONCE = 1 << 15
_ROWS_OF_FILE = 1 << 17
_SHOWN = 10
# Columns of lazy joins, by names that no reader has.
_DAY, _SUBJECT, _OBJECT, _STATE, _LASTS, _CODE = (
    f"__caucasus_events_{name}" for name in ("day", "subject", "object", "state_", "until_", "_code")
)


class Recipe(NamedTuple):
    """Where a well-known dataset keeps what :func:`annotate` asks for."""

    codes: str
    date: str
    date_end: str | None
    subject: dict[str, str]  # by scheme of codes
    object: str | None


RECIPES = {
    "ucdp_ged": Recipe("gw", "date_start", "date_end", {"gw": "gwnoa", "ucdp_actor": "side_a_new_id"}, None),
    "gdelt": Recipe("iso3", "SQLDATE", None, {"iso3": "Actor1CountryCode"}, "Actor2CountryCode"),
    "acled": Recipe("name", "event_date", None, {"name": "country"}, None),
}


class Asked(TypedDict, total=False):
    """What may be asked for; see :func:`annotate`."""

    date: str | None
    date_end: str | None
    subject: str | None
    object: str | None
    types: str | Sequence[str] | None
    codes: str
    like: str | None
    prefix: str
    dates: str
    outside: str


class Wanted(NamedTuple):
    """What is asked for: the reader's columns, the scheme of their codes, the types and how to call them."""

    date: str
    date_end: str | None
    subject: str
    object: str | None
    codes: str
    types: tuple[str, ...]
    prefix: str
    outside: str
    dates: str = "seed"

    @property
    def parties(self) -> list[str]:
        """List the columns with codes."""
        return [self.subject] if self.object is None else [self.subject, self.object]

    @property
    def added(self) -> list[str]:
        """List the columns that are added."""
        return [self.prefix + kind for kind in self.types]

    @property
    def columns(self) -> list[str]:
        """List the columns that are read."""
        return [self.date, *([] if self.date_end is None else [self.date_end]), *self.parties]


def annotate(  # noqa: PLR0913 - what can be asked
    frame: Frame,
    *,
    date: str | None = None,
    date_end: str | None = None,
    subject: str | None = None,
    object: str | None = None,  # noqa: A002 - the word of the tables
    types: str | Sequence[str] | None = None,
    codes: str = "iso3",
    like: str | None = None,
    prefix: str = "",
    dates: str = "seed",
    outside: str = "unknown",
) -> Frame:
    """Add what the dataset knows of each row's actors on its day: a column per status type.

    True is yes, False is no, null (``<NA>``) is unknown: where no source speaks, a date or code is
    null, or nobody in the dataset has the code. Of the subject alone a cell is True if the status
    is with anybody, and never False. With an object it is True if the status holds between the
    two, whatever it is limited to, and False only if what is not limited is denied; symmetric
    types stand for both orders. A window of days is True (False) only if every day of it is.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame or an Arrow table; or, not read but joined by their own
        engine, a polars LazyFrame, a DuckDB relation or a PySpark DataFrame.
    date
        The column with the day: timestamps, dates, ISO text or integers YYYYMMDD. Of a timestamp
        with a time zone it is the day that zone shows.
    date_end
        The column with the last day, if the date of a row is a window. A window that ends before
        it begins is answered null.
    subject, object
        The columns with the codes of the actors; ``object`` may be left out.
    types
        Status types; left out, all, in codebook order.
    codes
        Scheme of the codes: ``"iso3"``, ``"cow"``, ``"gw"``, ``"name"`` (names and spellings),
        ``"id"`` (the dataset's own, which organisations and territories have too) or another of
        :data:`.names.SCHEMES`.
    like
        Where a well-known dataset keeps the columns that are not named: ``"ucdp_ged"``
        (``gwnoa``, ``date_start`` … ``date_end``, codes ``gw``; with ``codes="ucdp_actor"`` the
        subject is ``side_a_new_id``), ``"gdelt"`` (``SQLDATE``, ``Actor1CountryCode`` and
        ``Actor2CountryCode``), ``"acled"`` (``event_date``, ``country`` by name).
    prefix
        Put before the names of the new columns.
    dates
        ``"seed"``: what the seeds say alone. ``"corroborated"``: with the windows that other
        sources narrow; see :func:`caucasus_events.load`, and what it assumes.
    outside
        ``"no"``: before a stated start and after a stated end the answer is no, not unknown.

    Returns
    -------
    frame of the same library
        The same rows with nullable booleans at the end; frames in memory and polars LazyFrames
        keep their order (and index), DuckDB and Spark promise none.

    Raises
    ------
    InvalidValueError
        If a column is not there or is there twice, a new one is there already, a date cannot be
        read, time zones are mixed, or frame, codes, like, dates or outside is not known (a
        ``ValueError``).
    UnknownNameError
        If there is no such status type (a ``KeyError``).

    Warns
    -----
    UnmatchedCodesWarning
        If codes belong to nobody in the dataset: which, and of how many rows. Not for lazy
        frames, which are not read.

    Examples
    --------
    >>> mine = pd.DataFrame({"day": ["1992-05-01", "2001-05-01"], "from": "TUR", "to": "ARM"})
    >>> annotate(mine, date="day", subject="from", object="to", types="border_closed")
              day from   to  border_closed
    0  1992-05-01  TUR  ARM           <NA>
    1  2001-05-01  TUR  ARM           True
    """
    columns = {"date": date, "date_end": date_end, "subject": subject, "object": object}
    wanted = _wanted(columns, types, codes, like, prefix=prefix, dates=dates, outside=outside)
    lookup = _released(wanted.types, dates, outside, pairs=wanted.object is not None)
    return annotate_by(lookup, names.codes(wanted.codes), frame, wanted)


def annotate_parquet(
    source: str | Path,
    target: str | Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    **asked: Unpack[Asked],
) -> int:
    """Annotate a Parquet file of any size into another one, some rows at a time.

    Parameters
    ----------
    source
        The file to read.
    target
        The file to write, compressed as the source is; it stands under this name only when it is
        complete.
    progress
        Called with the number of rows done and the number of all, after every block.
    **asked
        date, date_end, subject, object, types, codes, like, prefix, dates, outside, as in
        :func:`annotate`.

    Returns
    -------
    int
        The number of rows.

    Raises
    ------
    InvalidValueError
        As :func:`annotate` does; and if source and target are one file, or the source is no
        Parquet file.
    UnknownNameError
        If there is no such status type (a ``KeyError``).

    Warns
    -----
    UnmatchedCodesWarning
        As :func:`annotate` does, once for the whole file.

    Examples
    --------
    >>> import tempfile
    >>> mine = pd.DataFrame({"day": ["1992-05-01", "2001-05-01"], "state": "Turkey"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     mine.to_parquet(f"{folder}/in.parquet")
    ...     asked = {"date": "day", "subject": "state", "codes": "name", "types": "border_closed"}
    ...     annotate_parquet(f"{folder}/in.parquet", f"{folder}/out.parquet", **asked)
    ...     pd.read_parquet(f"{folder}/out.parquet")["border_closed"].tolist()
    2
    [<NA>, True]
    """
    given: dict[str, Any] = dict(asked)
    columns = {name: given.pop(name, None) for name in ("date", "date_end", "subject", "object")}
    wanted = _wanted(columns, **given)
    lookup = _released(wanted.types, wanted.dates, wanted.outside, pairs=wanted.object is not None)
    source, target = Path(source), Path(target)
    if target.exists() and source.samefile(target):
        raise InvalidValueError(f"{source} would be written over itself: give another file")
    partial = target.with_name(f"{target.name}.partial")
    try:
        count = _stream(source, partial, lookup, wanted, progress)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return count


def annotate_by(lookup: Lookup, meanings: Mapping[Hashable, str], frame: Frame, wanted: Wanted) -> Frame:
    """Annotate a frame from answers that are prepared.

    Parameters
    ----------
    lookup
        The answers, of pairs if ``wanted`` has an object.
    meanings
        The entity that each code stands for.
    frame
        As in :func:`annotate`.
    wanted
        The columns to read and to add.

    Returns
    -------
    frame of the same library

    Raises
    ------
    InvalidValueError
        As in :func:`annotate`.
    """
    codes = [_codes(lookup, meanings, name, wanted.codes) for name in wanted.parties]
    if isinstance(frame, pd.DataFrame):
        _check_columns(list(frame.columns), wanted)
        answered: Any = _added_to_pandas(frame, _cells(lookup, codes, wanted, frame.__getitem__, len(frame)), wanted)
    elif isinstance(frame, pa.Table):
        _check_columns(frame.column_names, wanted)
        answered = _added_to_arrow(frame, _cells(lookup, codes, wanted, frame.column, frame.num_rows), wanted)
    else:
        answered = _annotated_narwhal(lookup, meanings, codes, _narwhal(frame), wanted)
    _report(codes)
    return answered  # type: ignore[no-any-return]


# ---------------------------------------------------------------------------- what is asked for


def _wanted(  # noqa: PLR0913 - what can be asked
    columns: Mapping[str, str | None],
    types: str | Sequence[str] | None = None,
    codes: str = "iso3",
    like: str | None = None,
    *,
    prefix: str = "",
    dates: str = "seed",
    outside: str = "unknown",
) -> Wanted:
    """Fill what is left out from the recipe, and check that the types are there."""
    filled: dict[str, Any] = dict(columns)
    if like is not None:
        if like not in RECIPES:
            raise InvalidValueError(unknown("dataset", like, RECIPES))
        recipe = RECIPES[like]
        codes = recipe.codes if codes == "iso3" else codes
        own_end = recipe.date_end if columns["date"] is None else None
        own = (recipe.date, own_end, recipe.subject.get(codes), recipe.object)
        filled = {name: given or kept for (name, given), kept in zip(columns.items(), own, strict=True)}
    for name in ("date", "subject"):
        if filled[name] is None:
            raise InvalidValueError(f"{name} is missing: name the column, or say with like which dataset this is")
    known = codebook.status_types()
    chosen = list(known) if types is None else [types] if isinstance(types, str) else list(dict.fromkeys(types))
    if odd := [name for name in chosen if name not in known]:
        raise UnknownNameError(unknown("status type", odd[0], known))
    return Wanted(**filled, codes=codes, types=tuple(chosen), prefix=prefix, dates=dates, outside=outside)


@cache
def _released(types: tuple[str, ...], dates: str, outside: str, *, pairs: bool) -> Lookup:
    """Prepare the answers of the released statuses, once."""
    ids = tables.load("entities")["entity_id"].tolist()
    return build_lookup(tables.load_statuses(dates), ids, types, outside, pairs=pairs)


def _codes(lookup: Lookup, meanings: Mapping[Hashable, str], column: str, scheme: str) -> Codes:
    """Say which number each code of a column has."""
    return Codes(column, scheme, {code: lookup.numbers[name] for code, name in meanings.items()})


def _check_columns(present: list[str], wanted: Wanted) -> None:
    """Check that the columns to read are there, once each, and those to add are not."""
    for name in wanted.columns:
        if name not in present:
            raise InvalidValueError(unknown("column", name, map(str, present)))
        if present.count(name) > 1:
            raise InvalidValueError(f"column {name!r} is there {present.count(name)} times: rename all but one")
    for name in wanted.added:
        if name in present:
            raise InvalidValueError(f"column {name!r} is there already: rename it, or give a prefix")


def _report(codes: Sequence[Codes]) -> None:
    """Warn of the codes that nobody has, the most frequent first."""
    told = "; ".join(_unmatched(column) for column in codes if column.unmatched)
    if told:
        text = f"codes that nobody in this dataset has are answered <NA>: {told}"
        warnings.warn(text, UnmatchedCodesWarning, stacklevel=4)


def _unmatched(codes: Codes) -> str:
    """List the unmatched codes of a column, with their rows and, of text, the nearest known."""
    known = [code for code in codes.numbers if isinstance(code, str)]
    shown = []
    for code, count in codes.unmatched.most_common(_SHOWN):
        near = nearest(code, known)
        shown.append(f"{code} ({count:,} row{'s' * (count > 1)}{f', nearest: {near}' * bool(near)})")
    more = len(codes.unmatched) - len(shown)
    listed = ", ".join(shown) + f" and {more:,} more" * bool(more)
    return f"column {codes.column!r}, scheme {codes.scheme}: {listed}"


# ---------------------------------------------------------------------------- frames in memory


def _cells(lookup: Lookup, codes: Sequence[Codes], wanted: Wanted, column: Callable[[str], Any], count: int) -> Cells:
    """Answer all rows, slice by slice: of each type, where it is yes and where it is unknown."""
    yes = {kind: np.zeros(count, bool) for kind in wanted.types}
    unknowns = {kind: np.ones(count, bool) for kind in wanted.types}
    parties = [code_reader(column(party.column), party) for party in codes]
    read = _day_reader(wanted, column)
    for first in range(0, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count)
        party = reduce(lambda one, other: one * (len(lookup.numbers) + 1) + other, (of(first, last) for of in parties))
        day, end, null = read(first, last)
        row = lookup.rows.take(party if null is None else np.where(null, 0, party))
        states = _states_on(lookup, row, day) if end is None else _states_within(lookup, row, day, end)
        for kind, (is_yes, is_unknown) in zip(lookup.kinds, states, strict=True):
            yes[kind][first:last], unknowns[kind][first:last] = is_yes, is_unknown
    return {kind: (yes[kind], unknowns[kind]) for kind in wanted.types}


def _day_reader(
    wanted: Wanted, column: Callable[[str], Any]
) -> Callable[[int, int], tuple[Ints, Ints | None, Flags | None]]:
    """Read days, last days if they are windows, and where there is no day or no window."""
    read_day = day_reader(column(wanted.date), wanted.date)
    if wanted.date_end is None:
        return lambda first, last: ((found := read_day(first, last))[0], None, found[1])
    zones = {name: time_zone(column(name), name) for name in (wanted.date, wanted.date_end)}
    if len(set(zones.values())) > 1:
        told = ", ".join(f"{name!r} in {zone or 'none'}" for name, zone in zones.items())
        raise InvalidValueError(f"the columns of dates mix time zones ({told}): convert them to one")
    read_end = day_reader(column(wanted.date_end), wanted.date_end)

    def read(first: int, last: int) -> tuple[Ints, Ints, Flags]:
        (day, no_day), (end, no_end) = read_day(first, last), read_end(first, last)
        null = np.asarray(end < day)
        for missing in (no_day, no_end):
            null = null if missing is None else null | missing
        return np.where(null, 0, day), np.where(null, 0, end), null

    return read


def _states_on(lookup: Lookup, row: Ints, day: Ints) -> Iterator[tuple[Flags, Flags]]:
    """Give, type by type, where it is yes on a day and where it is unknown."""
    value = values_on(lookup, row, day).astype(np.intp)
    for state in lookup.distinct.T:
        yield (state == YES).take(value), (state == UNKNOWN).take(value)


def _states_within(lookup: Lookup, row: Ints, day: Ints, end: Ints) -> Iterator[tuple[Flags, Flags]]:
    """Give, type by type, where it is yes from a day to another and where it is unknown or changes."""
    segment = segments_on(lookup, row, day)
    for state, until in zip(lookup.state.T, lookup.until.T, strict=True):
        lasts = until.take(segment) >= end
        yield lasts & (state == YES).take(segment), ~lasts | (state == UNKNOWN).take(segment)


def _added_to_pandas(frame: pd.DataFrame, cells: Cells, wanted: Wanted) -> pd.DataFrame:
    """Add the columns; the rest is shared until somebody writes to it."""
    answered = frame.copy(deep=False)
    for kind, (yes, is_unknown) in cells.items():
        answered[wanted.prefix + kind] = pd.arrays.BooleanArray(yes, is_unknown)
    return answered


def _added_to_arrow(table: pa.Table, cells: Cells, wanted: Wanted) -> pa.Table:
    """Add the columns, also to what pandas notes of its own types."""
    for kind, (yes, is_unknown) in cells.items():
        table = table.append_column(wanted.prefix + kind, pa.array(yes, pa.bool_(), mask=is_unknown))
    return table.replace_schema_metadata(_described(table.schema, wanted.added))


def _described(schema: pa.Schema, added: Sequence[str]) -> dict[bytes, bytes]:
    """Note for pandas, if it has notes there, that the new columns are nullable booleans."""
    notes = dict(schema.metadata or {})
    if b"pandas" not in notes:
        return notes
    pandas = json.loads(notes[b"pandas"])
    kind = {"pandas_type": "bool", "numpy_type": "boolean", "metadata": None}
    pandas["columns"] += [{"name": name, "field_name": name, **kind} for name in added]
    return notes | {b"pandas": json.dumps(pandas).encode()}


def _stream(
    source: Path, target: Path, lookup: Lookup, wanted: Wanted, progress: Callable[[int, int], None] | None
) -> int:
    """Annotate a file block by block."""
    try:
        file = pq.ParquetFile(source)
    except (OSError, pa.ArrowInvalid) as error:
        raise InvalidValueError(f"{source} cannot be read as Parquet: {error}") from None
    _check_columns(file.schema_arrow.names, wanted)
    codes = [_codes(lookup, names.codes(wanted.codes), name, wanted.codes) for name in wanted.parties]
    total, done = file.metadata.num_rows, 0

    def annotated(block: pa.Table) -> pa.Table:
        return _added_to_arrow(block, _cells(lookup, codes, wanted, block.column, block.num_rows), wanted)

    schema = annotated(file.schema_arrow.empty_table()).schema
    with file, pq.ParquetWriter(target, schema, compression=_compression(file)) as writer:
        for batch in _batches(file):
            writer.write_table(annotated(pa.Table.from_batches([batch], file.schema_arrow)))
            done += batch.num_rows
            if progress is not None:
                progress(done, total)
    _report(codes)
    return done


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """Read a file block by block; each row group on its own, or what was read is kept until the end."""
    for group in range(file.num_row_groups):
        yield from file.iter_batches(_ROWS_OF_FILE, row_groups=[group])


def _compression(file: pq.ParquetFile) -> str:
    """Say how the source is compressed."""
    if not file.metadata.num_row_groups or not file.metadata.num_columns:
        return "snappy"
    codec = file.metadata.row_group(0).column(0).compression
    return "none" if codec == "UNCOMPRESSED" else str(codec).lower()


# ---------------------------------------------------------------------------- other libraries


def _narwhal(frame: Any) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:  # noqa: ANN401 - a frame of any library
    """Take a frame that is not pandas' or Arrow's, if it is of a library whose joins are tested."""
    try:
        narwhal: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(frame)
        known = narwhal.implementation in _ENGINES
    except TypeError:
        known = False
    if not known:
        allowed = "pandas, polars, pyarrow.Table, DuckDB relation, PySpark DataFrame"
        raise InvalidValueError(
            f"cannot annotate a {type(frame).__module__}.{type(frame).__name__} (allowed: {allowed})"
        )
    return narwhal


def _annotated_narwhal(
    lookup: Lookup,
    meanings: Mapping[Hashable, str],
    codes: Sequence[Codes],
    frame: nw.DataFrame[Any] | nw.LazyFrame[Any],
    wanted: Wanted,
) -> Any:  # noqa: ANN401 - a frame of any library
    """Annotate a polars DataFrame in memory; leave the rest to its own engine."""
    _check_columns(frame.collect_schema().names(), wanted)
    if isinstance(frame, nw.LazyFrame):
        return _joined(lookup, meanings, frame, wanted)
    cells = _cells(lookup, codes, wanted, lambda name: frame[name].to_native(), len(frame))
    columns = {wanted.prefix + kind: pa.array(yes, mask=mask) for kind, (yes, mask) in cells.items()}
    added = nw.from_arrow(pa.table(columns), backend=frame.implementation)
    return nw.concat([frame, added], how="horizontal").to_native()


def _joined(lookup: Lookup, meanings: Mapping[Hashable, str], frame: nw.LazyFrame[Any], wanted: Wanted) -> Any:  # noqa: ANN401 - a frame of any library
    """Join the answers of every actor or pair and day on which there are any; nothing is read here."""
    schema = frame.collect_schema()
    day, *ends = (_day_expression(name, schema[name]) for name in (wanted.date, wanted.date_end) if name is not None)
    bounds = _written_days(np.array([lookup.opening, lookup.closing])).tolist()
    joined = frame.with_columns(day.clip(*bounds).alias(_DAY))
    keys = dict(zip((_SUBJECT, _OBJECT), wanted.parties, strict=False))
    for key, name in keys.items():
        code, kind = _code_expression(name, schema[name], wanted.codes)
        meaning = _meaning_table(lookup, meanings, key, kind)
        joined = _left_join(joined.with_columns(code.alias(key + _CODE)), meaning, [key + _CODE])
    joined = _left_join(joined, _day_table(lookup, list(keys)), [*keys, _DAY])
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
    if dtype in _TEXTS:
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
    if dtype not in _TEXTS:
        raise InvalidValueError(f"column {name!r} holds {dtype}; codes are text or integers")
    text = column.cast(nw.String)
    return (text.str.strip_chars().str.to_lowercase() if scheme == "name" else text), pa.string()


def _meaning_table(lookup: Lookup, meanings: Mapping[Hashable, str], key: str, kind: pa.DataType) -> pa.Table:
    """Lay out which entity's number each code stands for."""
    is_text = kind == pa.string()
    pairs = {str(code) if is_text else code: lookup.numbers[name] for code, name in meanings.items()}
    pairs = {code: number for code, number in pairs.items() if is_text or isinstance(code, int)}
    return pa.table({key + _CODE: pa.array(pairs, kind), key: pa.array(pairs.values(), pa.int64())})


def _day_table(lookup: Lookup, keys: list[str]) -> pa.Table:
    """Lay out every actor or pair and day on which a type is known: its state, and until when that lasts."""
    row, first = lookup.place // DAYS, np.maximum(lookup.place % DAYS + FIRST_DAY, lookup.opening)
    last = np.where(np.append(np.diff(row) == 0, False), np.append(first[1:] - 1, 0), lookup.closing)
    known = np.flatnonzero((lookup.state != UNKNOWN).any(axis=1))
    length = (last - first + 1)[known]
    segment = np.repeat(known, length)
    day = first[segment] + np.arange(len(segment)) - np.repeat(np.cumsum(length) - length, length)
    party = np.flatnonzero(lookup.rows)[row[segment] - 1]
    parties = np.divmod(party, len(lookup.numbers) + 1) if len(keys) > 1 else (party,)
    columns: dict[str, Any] = {**dict(zip(keys, parties, strict=True)), _DAY: _written_days(day)}
    for kind, state, until in zip(lookup.kinds, lookup.state.T[:, segment], lookup.until.T[:, segment], strict=True):
        columns[_STATE + kind] = pa.array(state == YES, mask=state == UNKNOWN)
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


_ENGINES = (nw.Implementation.POLARS, nw.Implementation.DUCKDB, nw.Implementation.PYSPARK)
_TEXTS = (nw.String, nw.Categorical, nw.Enum)
