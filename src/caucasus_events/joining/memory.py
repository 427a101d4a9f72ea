"""Answers added to frames in memory, of pandas and Arrow, and to Parquet files block by block.

Rows are read in slices that fit a processor's cache, and looked up in a table.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.asking.answers import Answer
from caucasus_events.asking.day_columns import time_zone
from caucasus_events.errors import InvalidValueError

from .columns import code_reader
from .lookups import segments_on, values_on
from .wanted import check_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from caucasus_events.asking.answers import Ints
    from caucasus_events.asking.day_columns import DayColumn, DayReader
    from caucasus_events.reading.arrays import Flags

    from .columns import OwnColumns
    from .lookups import Lookup
    from .wanted import Wanted

    # Returns a column of the reader by its name.
    Column = Callable[[str], Any]
    # Of each type: where it is yes, and where it is unknown; elsewhere it is no.
    Cells = dict[str, tuple[Flags, Flags]]

# So many rows at once stay in a processor's cache.
_AT_ONCE = 1 << 15
_ROWS_OF_FILE = 1 << 17


def new_cells(lookup: Lookup, own: OwnColumns, wanted: Wanted, column: Column, count: int) -> Cells:
    """Answer all rows, slice by slice."""
    yes = {kind: np.zeros(count, bool) for kind in wanted.types}
    unknowns = {kind: np.ones(count, bool) for kind in wanted.types}
    parties = [code_reader(column(party.column), party) for party in own.parties]
    read_window = _window_reader(own.days, column)
    for first in range(0, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count)
        # Two numbers as one, as `Lookup.rows` counts pairs; one stays what it is.
        party = reduce(lambda one, other: one * (len(lookup.numbers) + 1) + other, (of(first, last) for of in parties))
        day, end, null = read_window(first, last)
        # Without a day a row is nobody's, of whom nothing is known on any day.
        row = lookup.rows.take(party if null is None else np.where(null, 0, party))
        states = _states_on(lookup, row, day) if end is None else _states_within(lookup, row, day, end)
        for kind, (is_yes, is_unknown) in zip(lookup.kinds, states, strict=True):
            yes[kind][first:last], unknowns[kind][first:last] = is_yes, is_unknown
    return {kind: (yes[kind], unknowns[kind]) for kind in wanted.types}


def _window_reader(days: Sequence[DayColumn], column: Column) -> DayReader:
    """Read days, last days if they are windows, and where there is no day or no window."""
    read_day, *read_ends = (day.reader(column(day.name)) for day in days)
    if not read_ends:
        return read_day
    zones = {day.name: time_zone(column(day.name), day.name) for day in days}
    if len(set(zones.values())) > 1:
        listed = ", ".join(f"{name!r} in {zone or 'none'}" for name, zone in zones.items())
        raise InvalidValueError(f"the columns of dates mix time zones ({listed}): convert them to one")
    [read_end] = read_ends

    def read(first: int, last: int) -> tuple[Ints, Ints, Flags]:
        (day, _, no_day), (end, until, no_end) = read_day(first, last), read_end(first, last)
        # A month or a year as the end ends with its last day.
        end = end if until is None else until
        null = np.asarray(end < day)
        for missing in (no_day, no_end):
            null = null if missing is None else null | missing
        return np.where(null, 0, day), np.where(null, 0, end), null

    return read


def _states_on(lookup: Lookup, row: Ints, day: Ints) -> Iterator[tuple[Flags, Flags]]:
    """Say, type by type, where it is yes on a day and where it is unknown."""
    value = values_on(lookup, row, day).astype(np.intp)
    # Compared are the few states that there are, not those of all rows.
    for state in lookup.distinct.T:
        yield (state == Answer.YES).take(value), (state == Answer.UNKNOWN).take(value)


def _states_within(lookup: Lookup, row: Ints, day: Ints, end: Ints) -> Iterator[tuple[Flags, Flags]]:
    """Say, type by type, where it is yes from a day to another and where it is unknown or changes."""
    segment = segments_on(lookup, row, day)
    for state, until in zip(lookup.state.T, lookup.until.T, strict=True):
        lasts = until.take(segment) >= end
        yield lasts & (state == Answer.YES).take(segment), ~lasts | (state == Answer.UNKNOWN).take(segment)


def added_to_pandas(frame: pd.DataFrame, cells: Cells, wanted: Wanted) -> pd.DataFrame:
    """Add the columns; the rest is shared until somebody writes to it."""
    answered = frame.copy(deep=False)
    for kind, (yes, is_unknown) in cells.items():
        answered[wanted.prefix + kind] = pd.arrays.BooleanArray(yes, is_unknown)
    return answered


def added_to_arrow(table: pa.Table, cells: Cells, wanted: Wanted) -> pa.Table:
    """Add the columns, also to what pandas notes of its own types."""
    for kind, (yes, is_unknown) in cells.items():
        table = table.append_column(wanted.prefix + kind, pa.array(yes, pa.bool_(), mask=is_unknown))
    notes = dict(table.schema.metadata or {})
    if b"pandas" in notes:
        # Without such a note pandas reads the new columns as objects.
        pandas = json.loads(notes[b"pandas"])
        nullable = {"pandas_type": "bool", "numpy_type": "boolean", "metadata": None}
        pandas["columns"] += [{"name": name, "field_name": name, **nullable} for name in wanted.added]
        notes[b"pandas"] = json.dumps(pandas).encode()
    return table.replace_schema_metadata(notes)


def stream(
    source: Path,
    target: Path,
    lookup: Lookup,
    own: OwnColumns,
    wanted: Wanted,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Annotate a Parquet file block by block, and return the number of its rows."""
    if source.exists() and not source.is_file():
        raise InvalidValueError(f"{source} cannot be read as Parquet: it is no file")
    with _damage_told(source):
        file = pq.ParquetFile(source)
    check_columns(file.schema_arrow.names, wanted)
    total, done = file.metadata.num_rows, 0

    def annotated(block: pa.Table) -> pa.Table:
        return added_to_arrow(block, new_cells(lookup, own, wanted, block.column, block.num_rows), wanted)

    schema, compression = annotated(file.schema_arrow.empty_table()).schema, "snappy"
    if file.num_row_groups and file.metadata.num_columns:
        # What is not compressed is called otherwise by the writer.
        compression = file.metadata.row_group(0).column(0).compression.lower().replace("uncompressed", "none")
    with file, pq.ParquetWriter(target, schema, compression=compression) as writer:
        for batch in _batches(file, source):
            writer.write_table(annotated(pa.Table.from_batches([batch], file.schema_arrow)))
            done += batch.num_rows
            if progress is not None:
                progress(done, total)
    own.warn()
    return done


def _batches(file: pq.ParquetFile, source: Path) -> Iterator[pa.RecordBatch]:
    """Read a file some rows at a time; each row group on its own, or what was read is kept until the end."""
    with _damage_told(source):
        for group in range(file.num_row_groups):
            yield from file.iter_batches(_ROWS_OF_FILE, row_groups=[group])


@contextmanager
def _damage_told(source: Path) -> Iterator[None]:
    """Turn what is raised by a file that is no Parquet, or is damaged, into an error that names it."""
    try:
        yield
    except UnicodeEncodeError:
        raise InvalidValueError(f"{str(source)!r} cannot be read as Parquet: no name has half a character") from None
    except (OSError, pa.ArrowException) as error:
        raise InvalidValueError(f"{source} cannot be read as Parquet: {error}") from None
