"""What proves records and what to cite for them: passages of the seeds, statements of other sources, references."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.describing import about, citation
from caucasus_events.errors import InvalidValueError, UnknownNameError, nearest, shown
from caucasus_events.model.asked import one_by_one, text
from caucasus_events.model.rows import RECORDS, dictionaries
from caucasus_events.reading import tables
from caucasus_events.reading.frames import as_pandas, is_frame, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    Records = Any

# Where the ids of records stand in the result of a query; the first that is there counts.
ID_COLUMNS = ("status_ids", "status_id", "event_id", "record_id")

# A list for a line of the result: of all kinds, of passages, of readings (in part of reported records too), of all.
_EVIDENCE = ["record_id", "layer", "source_id", "start_char", "end_char", "prefix", "suffix", "context"]
_EVIDENCE += ["reading_id", "bound", "date", "relation", "confidence", "applied", "why_not", "says", "note"]
_EVIDENCE += ["url", "citation", "quote"]


def evidence(records: Records) -> pd.DataFrame:
    """Return what proves, dates and states records: passages of documents, and what other sources say.

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
        preferred ones first, one row per reading and source (layer ``corroborated``); of a
        reported record what its sources state, one row per source (layer ``reported``):
        record_id, layer, source_id (a document, or an id of ``references``); of a passage
        start_char and end_char (code points into the text of the document), prefix and suffix
        (what stands before and after the quote), context (the three joined); of a reading
        reading_id, bound, date (EDTF), relation, confidence, applied, why_not, says and note; of a
        reported record date (of an event), confidence, says and note; of all url, citation and
        quote (null but in passages: ``says`` is in our words). ``attrs``: version.

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
    >>> said.loc[said["layer"] == "corroborated", ["date", "relation", "source_id"]].values.tolist()[0]
    ['1993-04', 'refines', 'tocci-closed-border-2007']
    """
    ids = record_ids(records)
    said = pd.concat([_cited_passages(ids), _readings(ids), _reported(ids)], ignore_index=True)
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
        a loader returned (or one row of it); left out, the dataset as a whole. The sources of
        reported records are cited, and of a frame that has ``reading_ids`` those of the readings.
    style
        ``"bibtex"``, ``"apa"`` or ``"csl-json"``.

    Returns
    -------
    str
        The dataset first, then each document once, then, under a heading (not in CSL-JSON), each
        other source once, those of one publisher together.

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
    others = _named(_stated(ids)["reference_ids"]) | _cited_in(records)
    references = tables.load_references()
    cited_too = dictionaries(references[references["reference_id"].isin(others)])
    return citation.bibliography(documents, about.VERSION, style, sources.attrs.get("released"), cited_too)


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


def cited_by(frame: pd.DataFrame) -> pd.Series:
    """Name the sources of each row: of the readings that it lists, and those it lists itself; of none, null."""
    nothing = pd.Series(None, frame.index, dtype="str")
    read = sources_of(frame.get("reading_ids", nothing))
    both = zip(read, frame.get("reference_ids", nothing), strict=True)
    return pd.Series([united(each) for each in both], frame.index, dtype="str")


def sources_of(readings: pd.Series) -> pd.Series:
    """Name the sources of the readings that each row lists; null where it lists none."""
    read = tables.load_corroborations()
    known = dict(zip(read["reading_id"].tolist(), read["sources"].tolist(), strict=True))
    listed = [[] if pd.isna(ids) else ids.split("; ") for ids in readings]
    _check_known("reading", itertools.chain(*listed), known, "load_corroborations()")
    return pd.Series([united(known[name] for name in ids) for ids in listed], readings.index, dtype="str")


def united(lists: Iterable[str | None]) -> str | None:
    """Unite lists that are written with semicolons: each name once, in alphabetical order; of none, null.

    >>> united(["b; c", None, "a; b"]), united([None])
    ('a; b; c', None)
    """
    return "; ".join(sorted(_named(lists))) or None


def _cited_passages(ids: list[str]) -> pd.DataFrame:
    """Return the passages of records in the order of the text, with what to cite."""
    passages = tables.load_evidence()
    passages = passages[passages["record_id"].isin(ids)]
    passages["context"] = passages["prefix"] + passages["quote"] + passages["suffix"]
    cited = tables.load_timeline()[["record_id", "citation", "url"]]
    frame = passages.merge(cited, on="record_id", validate="many_to_one").assign(layer="seed")
    return frame.astype({"start_char": "Int64", "end_char": "Int64"})


def _readings(ids: list[str]) -> pd.DataFrame:
    """Return the readings of records, one row per source; the preferred ones first."""
    readings = tables.load_corroborations()
    stated = readings[readings["record_id"].isin(ids)]
    stated = stated.sort_values(["bound", "preferred", "reading_id"], ascending=[True, False, True])
    rows = _by_source(stated, "sources")
    return rows.assign(layer="corroborated", applied=rows["applied"].astype("boolean"))


def _reported(ids: list[str]) -> pd.DataFrame:
    """Return what the sources of reported records state, one row per source."""
    return _by_source(_stated(ids), "reference_ids").assign(layer="reported")


def _stated(ids: list[str]) -> pd.DataFrame:
    """Return the reported records among some: events and statuses with what their sources say."""
    columns = ["record_id", "date", "confidence", "says", "note", "reference_ids"]
    kinds = [tables.load(name).rename(columns={key: "record_id"}) for name, key in RECORDS.items()]
    stated = [
        each[each["record_id"].isin(ids) & each["reference_ids"].notna()].reindex(columns=columns) for each in kinds
    ]
    return pd.concat(stated, ignore_index=True).astype({"date": "str"})


def _by_source(stated: pd.DataFrame, listed: str) -> pd.DataFrame:
    """Write what is stated once for each source that a column lists, with what to cite."""
    references = tables.load_references()
    split = stated.assign(source_id=stated[listed].str.split("; ")).explode("source_id").astype({"source_id": "str"})
    cited = references.rename(columns={"reference_id": "source_id"})
    written = [citation.reference_citation(row) for row in dictionaries(references)]
    cited = cited.assign(citation=pd.Series(written, dtype="str"))[["source_id", "url", "citation"]]
    return split.merge(cited, on="source_id", how="left", validate="many_to_one")


def _cited_in(records: Records) -> set[str]:
    """Return the sources of the readings that a frame, or one row of it, names."""
    frame = records.to_frame().T if isinstance(records, pd.Series) and "reading_ids" in records.index else records
    if not is_frame(frame):
        return set()
    frame = as_pandas(frame, ("reading_ids", "reading_id"))
    read = next((texts(frame[name]) for name in ("reading_ids", "reading_id") if name in frame), None)
    return set() if read is None else _named(sources_of(read))


def _named(lists: Iterable[str | None]) -> set[str]:
    """Return the names in lists that are written with semicolons; of what is no text, none."""
    return {name for written in lists if isinstance(written, str) for name in written.split("; ")}


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
