"""Statuses joined to the reader's own rows, in whatever library these are.

Frames in memory are looked up in a table (``memory``); lazy ones are joined with one by their own engine (``engines``).
``wanted`` is what is asked for, ``columns`` reads what the reader has, ``lookups`` prepares the answers.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pandas as pd
import pyarrow as pa

from caucasus_events.asking.day_columns import DayColumn
from caucasus_events.asking.days import last_day, written_carry
from caucasus_events.errors import InvalidValueError, shown
from caucasus_events.model.asked import path
from caucasus_events.model.layers import BEST
from caucasus_events.reading.names import code_meanings
from caucasus_events.reading.targets import whole_file

from .columns import Codes, OwnColumns
from .engines import annotated_narwhal
from .lookups import Terms, released_lookup
from .memory import added_to_arrow, added_to_pandas, new_cells, stream
from .wanted import check_columns, read_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from pathlib import Path
    from typing import Unpack

    from caucasus_events.asking.days import Day

    from .lookups import Lookup
    from .wanted import Asked, Wanted

Frame = TypeVar("Frame")


def annotate(  # noqa: PLR0913 - what can be asked
    frame: Frame,
    *,
    date: str | None = None,
    date_end: str | None = None,
    subject: str | None = None,
    object: str | None = None,  # noqa: A002 - the word of the tables
    types: str | Sequence[str] | None = None,
    codes: str | None = None,
    like: str | None = None,
    objects: str | Sequence[str] | None = None,
    prefix: str = "",
    layer: str = BEST,
    confidence: str = "medium",
    outside: str = "unknown",
    carry_to: Day | None = None,
) -> Frame:
    """Add what the dataset knows of each row's actors on its day: a column per status type.

    True is yes, False is no, null (``<NA>``) is unknown: where no source speaks, a date or code is
    null, or nobody in the dataset has the code. Of the subject alone a cell is True if the status
    is with anybody (``membership``: a member of anything), and never False; ``objects`` asks for
    one organisation or another party each. With an object it is True if the status holds between the
    two, whatever it is limited to, and False only if what is not limited is denied; symmetric
    types stand for both orders. A window of days is True (False) only if every day of it is.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame or an Arrow table; or, not read but joined by their own
        engine, a polars LazyFrame, a DuckDB relation or a PySpark DataFrame.
    date
        The column with the day, in any of the ways listed below.
    date_end
        The column with the last day, if the date of a row is a window. A window that ends before
        it begins is answered null.
    subject, object
        The columns with the codes of the actors; ``object`` may be left out.
    types
        Status types; left out, all, in codebook order.
    codes
        Scheme of the codes: ``"iso3"``, ``"cow"``, ``"gw"``, ``"iso_numeric"``, ``"name"`` (names and spellings),
        ``"id"`` (the dataset's own, which organisations and territories have too) or another of
        :data:`.names.SCHEMES`; left out, that of ``like``, else ``"iso3"``.
    like
        Where a well-known dataset keeps the columns that are not named: ``"ucdp_ged"``
        (``gwnoa``, ``date_start`` … ``date_end``, codes ``gw``; with ``codes="ucdp_actor"`` the
        subject is ``side_a_new_id``), ``"gdelt"`` (``SQLDATE``, ``Actor1CountryCode`` and
        ``Actor2CountryCode``), ``"acled"`` (``event_date``, ``country`` by name).
    objects
        Without ``object``: one column per type and object, ``membership_CSTO``, for the subject
        and that object alone. A denial is False there, and with ``outside="no"`` a time outside
        the stated spell. A type has only objects of its kinds; symmetric types match either
        order; what is limited to a territory never makes False; an actor with itself is null.
    prefix
        Put before the names of the new columns.
    layer
        ``"seed"``: what documents say alone. ``"corroborated"``: with the windows that other
        sources narrow. ``"reported"``: and the statuses that only other sources state; see
        :func:`caucasus_events.load`, and what it assumes.
    confidence
        ``"high"``, ``"medium"`` or ``"low"``: a reported status of less makes nothing True or
        False.
    outside
        ``"no"``: before a stated start and after a stated end the answer is no, not unknown; see
        :func:`caucasus_events.as_of`.
    carry_to
        A day, a month or a year to the last day of which what was still so when its source last
        spoke is taken to go on, as far as :func:`caucasus_events.as_of` says; left out, nothing
        is. That is your assumption; a pandas frame has it in ``attrs``.

    Returns
    -------
    frame of the same library
        The same rows with nullable booleans at the end; frames in memory and polars LazyFrames
        keep their order (and index), DuckDB and Spark promise none.

    Raises
    ------
    InvalidValueError
        If a column is not there, is there twice or of a type that cannot be read, a new one is
        there already, a date cannot be
        read, time zones are mixed, ``like`` has no column of the codes that are asked for, there is
        an ``object`` beside ``objects``, no type can have one of these, or frame, codes, like,
        layer, confidence or outside is not known (a ``ValueError``).
    UnknownNameError
        If there is no such status type or object (a ``KeyError``).

    Warns
    -----
    UnmatchedCodesWarning
        If codes belong to nobody in the dataset: which, and of how many rows. Not for lazy
        frames, which are not read.
    NoDayWarning
        If values stand for no day: which, and of how many rows. Not for lazy frames.

    Notes
    -----
    Days are read as they are written, here, in :func:`caucasus_events.timeline` and, but for the
    last two lines, wherever a day is asked for:

    =========================================  ===============================================
    written                                    read as
    =========================================  ===============================================
    timestamps and dates                       the day; the one that their time zone shows
    text ``2016-04-02``, with a time or zone   the day that is written
    number or text ``20160402``                2 April 2016
    ``02 April 2016``, ``April 2, 2016``,      2 April 2016; English names, and of two digits
    ``02-Apr-16``                              the years 1969 to 2068
    text ``2016-04``                           the month, all of it
    number or text ``2016``; periods           the year, or the period, all of it
    empty or blank text                        null
    ``-9``, ``0`` or less, ``9999``,           null, with a warning: these stand for "none" in
    ``9999-12-31``, ``0001-01-01``             other datasets
    =========================================  ===============================================

    All else (``02-04-2016``, which may be of two months, ``201604``, numbers of spreadsheets) is
    no day: an error that names the first, or null in a lazy frame, because its rows are not read.
    For the same reason a lazy frame does not refuse texts with different offsets: the day that is
    written counts. Text may be of any type of the library, categories and bytes of UTF-8 too; of
    other bytes a polars LazyFrame complains itself, when it is collected.

    Examples
    --------
    >>> mine = pd.DataFrame({"day": ["1992-05-01", "2001-05-01"], "from": "TUR", "to": "ARM"})
    >>> annotate(mine, date="day", subject="from", object="to", types="border_closed")
              day from   to  border_closed
    0  1992-05-01  TUR  ARM           <NA>
    1  2001-05-01  TUR  ARM           True
    >>> annotate(mine, date="day", subject="to", types="membership", objects=["CIS", "NATO"]).iloc[:, 3:]
       membership_CIS  membership_NATO
    0            True             <NA>
    1            True             <NA>
    """
    # Every option by its name: they stand in the signature and, with their types, in Asked, and nowhere else.
    asked = cast("Asked", locals())
    annotated = annotate_by(*_prepared(asked), frame)
    if carry_to is not None and isinstance(annotated, pd.DataFrame):
        annotated.attrs |= {"carry_to": written_carry(carry_to)}
    return annotated


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
        complete. A link is followed; a device or a pipe is written to when all is done.
    progress
        Called with the number of rows done and the number of all, after every block.
    **asked
        The options of :func:`annotate`.

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
        If there is no such status type or object (a ``KeyError``).
    UnwritableError
        If the target cannot be written (an ``OSError``).
    TypeError
        If there is no such option.

    Warns
    -----
    UnmatchedCodesWarning, NoDayWarning
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
    # The signature of annotate() fills in what is left out, and refuses what it does not have.
    options = inspect.signature(annotate).bind(source, **asked)
    options.apply_defaults()
    lookup, meanings, wanted = _prepared(cast("Asked", options.arguments))
    source, target = path("source", source), path("target", target)
    if progress is not None and not callable(progress):
        raise InvalidValueError(f"progress is a function of the rows done and of all, not {shown(progress)}")
    with whole_file(target) as partial:
        if source.exists() and target.exists() and source.samefile(target):
            raise InvalidValueError(f"{source} would be written over itself: give another file")
        return stream(source, partial, lookup, _own_columns(lookup, meanings, wanted), wanted, progress)


def annotate_by(lookup: Lookup, meanings: Mapping[Hashable, str], wanted: Wanted, frame: Frame) -> Frame:
    """Annotate a frame from answers that are prepared, of pairs if ``wanted`` has two parties."""
    own = _own_columns(lookup, meanings, wanted)
    if isinstance(frame, pd.DataFrame):
        check_columns(list(frame.columns), wanted)
        answered: Any = added_to_pandas(frame, new_cells(lookup, own, wanted, frame.__getitem__, len(frame)), wanted)
    elif isinstance(frame, pa.Table):
        check_columns(frame.column_names, wanted)
        answered = added_to_arrow(frame, new_cells(lookup, own, wanted, frame.column, frame.num_rows), wanted)
    else:
        answered = annotated_narwhal(lookup, own, frame, wanted)
    own.warn()
    return answered  # type: ignore[no-any-return]


def _prepared(asked: Asked) -> tuple[Lookup, dict[Hashable, str], Wanted]:
    """Prepare the answers of the released statuses, what the codes mean, and the columns to read and to add."""
    wanted = read_wanted(asked)
    terms = Terms(asked["outside"], asked["confidence"], last_day(asked["carry_to"]))
    lookup = released_lookup(wanted.types, wanted.crossed, asked["layer"], terms, pairs=len(wanted.parties) > 1)
    return lookup, code_meanings(wanted.scheme), wanted


def _own_columns(lookup: Lookup, meanings: Mapping[Hashable, str], wanted: Wanted) -> OwnColumns:
    """Say how the reader's columns are read: days, and codes by the number of the entity that each stands for."""
    numbers = {code: lookup.numbers[name] for code, name in meanings.items()}
    parties = [Codes(column, wanted.scheme, numbers) for column in wanted.parties]
    return OwnColumns([DayColumn(name) for name in wanted.days], parties)
