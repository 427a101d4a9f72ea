"""What proves records and what to cite for them: passages of the seeds, statements of other sources, references."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.describing import about, citation
from caucasus_events.errors import InvalidValueError, UnknownNameError, nearest, shown
from caucasus_events.model.asked import one_by_one, text
from caucasus_events.model.rows import dictionaries
from caucasus_events.reading import tables
from caucasus_events.reading.frames import as_pandas, is_frame, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    Records = Any

# Where the ids of records stand in the result of a query; the first that is there counts.
ID_COLUMNS = ("status_ids", "status_id", "event_id", "record_id")

# A list for a line of the result: of both kinds, of passages, of readings, of both.
_EVIDENCE = ["record_id", "layer", "source_id", "start_char", "end_char", "prefix", "suffix", "context"]
_EVIDENCE += ["reading_id", "bound", "date", "relation", "confidence", "applied", "why_not", "says", "note"]
_EVIDENCE += ["url", "citation", "quote"]


def evidence(records: Records) -> pd.DataFrame:
    """Return what proves and what dates records: the passages of the seeds, and what other sources say.

    Parameters
    ----------
    records
        An id of an event or a status, several, a column of them, or a frame that a query or
        a loader returned (or one row of it).

    Returns
    -------
    DataFrame
        One row per record and statement, records in the order asked for, each once; of each
        first the passages in the order of the text (layer ``seed``), then the readings by bound, the
        preferred ones first, one row per reading and source (layer ``corroboration``):
        record_id, layer, source_id (a seed, or an id of ``references``); of a passage
        start_char and end_char (code points into the text of the seed), prefix and suffix (what
        stands before and after the quote), context (the three joined); of a reading
        reading_id, bound, date (EDTF), relation, confidence, applied, why_not, says and note; of
        both url, citation and quote (null in a reading: ``says`` is in our words). ``attrs``:
        version.

    Raises
    ------
    UnknownNameError
        If there is no such record, with the nearest (a ``KeyError``).
    InvalidValueError
        If the frame has no column of ids (a ``ValueError``).

    Examples
    --------
    >>> said = evidence("turkey-armenia-border-closed")
    >>> said.loc[said["layer"] == "seed", "quote"].tolist()
    ['and since 1993, Turkey has kept its border with Armenia closed.']
    >>> said.loc[said["layer"] == "corroboration", ["date", "relation", "source_id"]].values.tolist()[0]
    ['1993-04', 'refines', 'tocci-closed-border-2007']
    """
    ids = record_ids(records)
    said = pd.concat([_cited_passages(ids), _statements(ids)], ignore_index=True)
    place = said["record_id"].map({identity: number for number, identity in enumerate(ids)})
    frame = said.iloc[np.argsort(place, kind="stable")][_EVIDENCE].reset_index(drop=True)
    frame.attrs = {"version": about.VERSION}
    return frame


def cite(records: Records | None = None, *, style: str = "bibtex") -> str:
    """Write what to cite for exactly these rows: the dataset, and the documents behind them.

    Parameters
    ----------
    records
        An id of an event or a status, several, a column of them, or a frame that a query or
        a loader returned (or one row of it); left out, the dataset as a whole. Of a frame with
        corroborated dates the sources of the readings in it are cited too.
    style
        ``"bibtex"``, ``"apa"`` or ``"csl-json"``.

    Returns
    -------
    str
        The dataset first, then each document once, then each source of a reading.

    Raises
    ------
    UnknownNameError
        If there is no such record, with the nearest (a ``KeyError``).
    InvalidValueError
        If there is no such style, or the frame has no column of ids (a ``ValueError``).

    Examples
    --------
    >>> print(cite("turkey-armenia-border-closed", style="apa").splitlines()[1][:94])
    Markedonov, S. (2020, July 23). Can Russia Mediate New Clashes Between Armenia and Azerbaijan?
    """
    sources, passages = tables.load_sources(), tables.load_evidence()
    ids = [] if records is None else record_ids(records)
    cited = passages.loc[passages["record_id"].isin(ids), "source_id"]
    documents = dictionaries(sources[sources["source_id"].isin(cited)])
    return citation.bibliography(documents, about.VERSION, style, sources.attrs.get("released"), _cited_in(records))


def record_ids(records: Records) -> list[str]:
    """Gather the ids of events and statuses from whatever names them, each once, in their order.

    A record that does not exist is an :class:`UnknownNameError`, a frame without ids an :class:`InvalidValueError`.
    """
    if isinstance(records, pd.Series) and any(column in records.index for column in ID_COLUMNS):
        records = records.to_frame().T
    if is_frame(records):
        records = _id_column(as_pandas(records, ID_COLUMNS))
    plain = [_as_plain(name) for name in one_by_one("record", records)]
    named = [text("record", name) for name in plain if not _missing(name)]
    ids = list(dict.fromkeys(identity for name in named for identity in name.split("; ") if identity))
    _check_known("record", ids, tables.load_timeline()["record_id"], "load_timeline()")
    return ids


def _as_plain(name: Any) -> Any:
    """Unwrap what Arrow wraps, and read bytes as the text that they are."""
    value = name.as_py() if hasattr(name, "as_py") else name
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def _missing(name: Any) -> bool:
    """Check whether there is none: None, NaN, NaT or <NA>."""
    return pd.api.types.is_scalar(name) and bool(pd.isna(name))


def _check_known(what: str, ids: Iterable[str], known: Iterable[str], lister: str) -> None:
    """Check that there is whatever the ids name."""
    every = set(known)
    for identity in ids:
        if identity not in every:
            near = nearest(identity, every)
            hint = f"nearest: {near}; " if near else ""
            raise UnknownNameError(f"unknown {what} {shown(identity)} ({hint}{lister} lists all {len(every)})")


def sources_of(readings: pd.Series) -> pd.Series:
    """Name the sources of the readings that each row lists; null where it lists none."""
    known = tables.load_corroborations().set_index("reading_id")["sources"]
    listed = [[] if pd.isna(ids) else ids.split("; ") for ids in readings]
    _check_known("reading", itertools.chain(*listed), known.index, "load_corroborations()")
    named = [known[ids] for ids in listed]
    return pd.Series([united(pd.Series(each, dtype=object)) for each in named], readings.index, dtype="str")


def united(lists: pd.Series) -> str | None:
    """Unite lists that are written with semicolons: each name once, in alphabetical order; of none, null.

    >>> united(pd.Series(["b; c", None, "a; b"])), united(pd.Series([None]))
    ('a; b; c', None)
    """
    names = {name for written in lists.dropna() for name in written.split("; ")}
    return "; ".join(sorted(names)) or None


def _cited_passages(ids: list[str]) -> pd.DataFrame:
    """Return the passages of records in the order of the text, with what to cite."""
    passages = tables.load_evidence()
    passages = passages[passages["record_id"].isin(ids)]
    passages["context"] = passages["prefix"] + passages["quote"] + passages["suffix"]
    cited = tables.load_timeline()[["record_id", "citation", "url"]]
    frame = passages.merge(cited, on="record_id", validate="many_to_one").assign(layer="seed")
    return frame.astype({"start_char": "Int64", "end_char": "Int64"})


def _statements(ids: list[str]) -> pd.DataFrame:
    """Return the readings of records, one row per source; the preferred ones first."""
    readings, references = tables.load_corroborations(), tables.load_references()
    stated = readings[readings["record_id"].isin(ids)]
    stated = stated.sort_values(["bound", "preferred", "reading_id"], ascending=[True, False, True])
    split = stated.assign(source_id=stated["sources"].str.split("; ")).explode("source_id").astype({"source_id": "str"})
    cited = references.rename(columns={"reference_id": "source_id"})
    written = [citation.reference_citation(row) for row in dictionaries(references)]
    cited = cited.assign(citation=pd.Series(written, dtype="str"))[["source_id", "url", "citation"]]
    rows = split.merge(cited, on="source_id", how="left", validate="many_to_one")
    return rows.assign(layer="corroboration", applied=rows["applied"].astype("boolean"))


def _cited_in(records: Records | None) -> list[Any]:
    """Return the sources of the readings that a frame, or one row of it, names."""
    frame = records.to_frame().T if isinstance(records, pd.Series) and "reading_ids" in records.index else records
    if not is_frame(frame):
        return []
    frame = as_pandas(frame, ("reading_ids", "reading_id"))
    read = next((texts(frame[name]) for name in ("reading_ids", "reading_id") if name in frame), None)
    if read is None:
        return []
    named = united(sources_of(read)) or ""
    references = tables.load_references()
    return dictionaries(references[references["reference_id"].isin(named.split("; "))])


def _id_column(frame: pd.DataFrame) -> pd.Series:
    """Find the column, or the level of the index, that holds ids of records."""
    columns, levels = list(frame.columns), list(frame.index.names)
    for name in ID_COLUMNS:
        if (count := columns.count(name)) > 1:
            raise InvalidValueError(f"column {name!r} is there {count} times: rename all but one")
        if count:
            return frame[name]
        if name in levels:
            return frame.index.get_level_values(levels.index(name)).to_series()
    known, found = ", ".join(ID_COLUMNS), ", ".join(map(str, frame.columns))
    raise InvalidValueError(f"the frame has no column of record ids (known: {known}; found: {found})")
