"""Questions to the tables: what held on a day, what happened between two days, and who says so.

Answers are three-valued: where no source speaks, or the sources do not say when, the answer is
``unknown``, and the reason stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.describing import about, citation
from caucasus_events.errors import InvalidValueError, UnknownNameError, nearest, unknown
from caucasus_events.model import codebook, layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.reading import tables
from caucasus_events.reading.names import resolve, resolve_all

from . import steps
from .days import Days, as_numbers, read_days, written_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    Day = str | dt.date | np.datetime64
    Records = str | Iterable[str] | pd.DataFrame


CERTAINTIES = ["certain", "possible"]


# Where the ids of records stand in the result of a query; the first that is there counts.
ID_COLUMNS = ("status_ids", "status_id", "event_id", "record_id")


_KEY = ["type", "subject", "object", "about"]


_STATED_BOUNDS = ["before the stated start", "after the stated end"]


_SEVERAL_ROWS = ["sources disagree", "changes within"]


_EVIDENCE = [
    *("record_id", "layer", "source_id", "start_char", "end_char", "prefix", "suffix", "context"),
    *("reading_id", "bound", "date", "relation", "confidence", "applied", "why_not", "says", "note"),
    *("url", "citation", "quote"),
]


def as_of(
    day: Day,
    *,
    types: str | Iterable[str] | None = None,
    entities: str | Iterable[str] | None = None,
    dates: str = "seed",
    outside: str = "unknown",
) -> pd.DataFrame:
    """Say of every proposition if it held on a day: yes, no, or unknown and why.

    A proposition is a type, a subject, an object and the territory that it is limited to, over
    all seeds. It is ``yes`` where a status certainly held (``start_latest`` ≤ day ≤
    ``end_earliest``), ``no`` where a denial certainly did, and ``unknown`` otherwise, with the
    first reason that applies: sources disagree, start uncertain, end uncertain, before the
    stated start, after the stated end, after the source. A month or a year is ``yes`` or ``no``
    only if every day of it is; else the reason is that of its first unknown day, or ``changes
    within``. Nobody's silence is a ``no``: what is not a row here, no source speaks of.

    Parameters
    ----------
    day
        A date, datetime or Timestamp without zone, or ``"YYYY"``, ``"YYYY-MM"``,
        ``"YYYY-MM-DD"``.
    types
        One status type or several; left out, all.
    entities
        Whoever is named, by id or name, as subject, object or territory; left out, all.
    dates
        ``"seed"``: what the seeds say alone. ``"corroborated"``: with the windows that other
        sources narrow (see :func:`caucasus_events.load`). A start from one source and the
        seed's "is so" on its own day are then one unbroken spell: that is an assumption.
    outside
        ``"no"`` takes the bounds that a source states at their word: a proposition that has
        statuses which hold, all of them not begun yet or already over on that day, is then
        ``no``. The bounds of a denial never answer, and after the source stays unknown.

    Returns
    -------
    DataFrame
        One row per proposition: type, subject, object, about (null: not limited); status_ids,
        the statuses behind the answer, separated by ``"; "``; start_earliest … end_latest, the
        windows in which these began and ended; answer; why (null with yes and no). Behind
        ``yes`` and ``no`` are the statuses and denials that are certain on some day asked for
        (with ``outside="no"`` also the statuses that are over or not begun), behind ``unknown``
        those that give the reason. Of several, each window is the narrowest that holds those of
        all, its side null where one of theirs is; :func:`history` gives them one by one.
        With ``dates="corroborated"`` also reading_ids, the readings applied to these statuses,
        and references, the sources of those, both separated by ``"; "`` (null: the seed alone).
        ``attrs``: day, dates, outside, version.

    Raises
    ------
    InvalidValueError
        If the day cannot be read, does not exist, lies outside 0001 … 9999 or has a time zone,
        or ``dates`` or ``outside`` is not one of the two (a ``ValueError``).
    UnknownNameError
        If there is no such type or entity, with the nearest (a ``KeyError``).

    Examples
    --------
    >>> closed = as_of("2020-07-23", types="border_closed")
    >>> closed.loc[0, ["subject", "object", "answer", "status_ids"]].tolist()
    ['TUR', 'ARM', 'yes', 'turkey-armenia-border-closed']
    >>> as_of("2021-01-01")["why"].unique().tolist()
    ['after the source']
    >>> member = as_of("2018-01-01", types="membership", entities="EAEU", dates="corroborated")
    >>> member.loc[0, ["subject", "answer", "references"]].tolist()
    ['ARM', 'yes', 'commonspace-eeu-membership; ragmamoul-2015-01-02']
    """
    days = read_days(day)
    rows = _of_entities(_of_types(tables.load_statuses(dates), types), entities)
    frame = answers_on(rows, days, outside)
    if dates == "corroborated":
        frame["references"] = _sources_of(frame["reading_ids"])
    frame.attrs = {"day": written_day(day, days), "dates": dates, "outside": outside, "version": about.VERSION}
    return frame


def between(start: Day, end: Day, *, dates: str = "seed") -> pd.DataFrame:
    """List the events that certainly or possibly took place from one day to another.

    An event is ``certain`` if it had begun by the last day and had not ended before the first,
    whatever days of its windows are the true ones (``start_latest`` ≤ end and ``end_earliest`` ≥
    start); it is ``possible`` if its outer bounds meet the window.

    Parameters
    ----------
    start, end
        Dates, datetimes or Timestamps without zone, or ``"YYYY"``, ``"YYYY-MM"``,
        ``"YYYY-MM-DD"``; from the first day of the one to the last day of the other.
    dates
        ``"seed"``: what the seeds say alone. ``"corroborated"``: the windows that other sources
        narrow; see :func:`caucasus_events.load`.

    Returns
    -------
    DataFrame
        One row per event, in the order of time: the columns of the table ``events``, and
        certainty (``certain``, ``possible``); with ``dates="corroborated"`` those that
        :func:`caucasus_events.load` adds. ``attrs``: start, end, dates, version.

    Raises
    ------
    InvalidValueError
        If a day cannot be read, does not exist, lies outside 0001 … 9999 or has a time zone,
        the end comes before the start, or there is no such layer of dates (a ``ValueError``).

    Examples
    --------
    >>> between("1993-05", "1994")[["event_id", "certainty"]].values.tolist()
    [['turkey-armenia-border-closure-1993', 'possible'], ['nagorno-karabakh-ceasefire-1994', 'certain']]
    """
    first, last = read_days(start, "start"), read_days(end, "end")
    if last.last < first.first:
        raise InvalidValueError(f"the end, {last.last}, comes before the start, {first.first}")
    frame = events_between(tables.load_events(dates), Days(first.first, last.last))
    window = (written_day(start, first), written_day(end, last))
    frame.attrs = {"start": window[0], "end": window[1], "dates": dates, "version": about.VERSION}
    return frame


def history(subject: str, object: str | None = None, *, dates: str = "seed") -> pd.DataFrame:  # noqa: A002 - the word of the tables
    """List every window of every proposition of a pair, or of one actor, in order.

    Parameters
    ----------
    subject
        Who, by id or name.
    object
        With regard to whom, by id or name; left out, anybody. In symmetric types the two may
        stand in either order.
    dates
        ``"seed"``: what the seeds say alone. ``"corroborated"``: the windows that other sources
        narrow; see :func:`caucasus_events.load`.

    Returns
    -------
    DataFrame
        One row per status: type, subject, object, about, holds (false: denied), status_id,
        source_id, speaks_until, assertion, end_state, start_earliest … end_latest; by
        proposition, types in codebook order, then by time; with ``dates="corroborated"`` the
        columns that :func:`caucasus_events.load` adds. ``attrs``: dates, version.

    Raises
    ------
    UnknownNameError
        If there is no such entity, with the nearest (a ``KeyError``).
    InvalidValueError
        If several entities have that name, or there is no such layer of dates (a
        ``ValueError``).

    Examples
    --------
    >>> history("Turkey", "Armenia")["type"].tolist()
    ['border_closed', 'no_diplomatic_relations', 'opposes']
    """
    who, whom = resolve(subject), None if object is None else resolve(object)
    frame = windows_of(tables.load_statuses(dates), who, whom)
    frame.attrs = {"dates": dates, "version": about.VERSION}
    return frame


def evidence(records: Records) -> pd.DataFrame:
    """Give what proves and what dates records: the passages of the seeds, and what other sources say.

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
    >>> said = evidence(as_of("2020-07-23", types="border_closed"))
    >>> said.loc[said["layer"] == "seed", "quote"].tolist()
    ['and since 1993, Turkey has kept its border with Armenia closed.']
    >>> said.loc[said["layer"] == "corroboration", ["date", "relation", "source_id"]].values.tolist()[0]
    ['1993-04', 'refines', 'tocci-closed-border-2007']
    """
    ids = record_ids(records)
    said = pd.concat([_passages(ids), _statements(ids)], ignore_index=True)
    place = said["record_id"].map({identity: number for number, identity in enumerate(ids)})
    frame = said.iloc[np.argsort(place, kind="stable")][_EVIDENCE].reset_index(drop=True)
    frame.attrs = {"version": about.VERSION}
    return frame


def cite(records: Records | None = None, *, style: str = "bibtex") -> str:
    """Say what to cite for exactly these rows: the dataset, and the documents behind them.

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
    documents = _plain_rows(sources[sources["source_id"].isin(cited)])
    return citation.bibliography(documents, about.VERSION, style, sources.attrs.get("released"), _cited_in(records))


def answers_on(statuses: pd.DataFrame, days: Days, outside: str = "unknown") -> pd.DataFrame:
    """Answer every proposition of some statuses on a day or on all days of a window.

    Parameters
    ----------
    statuses
        Rows of the table ``statuses``.
    days
        First and last day.
    outside
        As in :func:`as_of`.

    Returns
    -------
    DataFrame
        As :func:`as_of` returns it, without references and ``attrs``.

    Raises
    ------
    InvalidValueError
        If ``outside`` is neither ``"unknown"`` nor ``"no"``.

    Examples
    --------
    >>> answers_on(tables.load_statuses(), read_days("1992"))["why"].unique().tolist()
    ['before the stated start', 'start uncertain']
    """
    met = _meeting(steps.steps(statuses, outside), *as_numbers(days))
    decided = _decided(met)
    behind = _behind(statuses, decided, outside).sort_values("status_id")
    groups = behind.groupby("proposition")
    for bound in BOUNDS:
        side = groups[bound].min if bound.endswith("earliest") else groups[bound].max
        decided[bound] = side(skipna=False)
    decided["status_ids"] = groups["status_id"].agg("; ".join)
    read = [name for name in ("reading_ids",) if name in statuses]
    for name in read:
        decided[name] = groups[name].agg(_joined).astype("str")
    return decided[[*_KEY, "status_ids", *BOUNDS, "answer", "why", *read]].rename_axis(None)


def events_between(events: pd.DataFrame, days: Days) -> pd.DataFrame:
    """Keep the events that certainly or possibly took place in a window, in the order of time.

    Parameters
    ----------
    events
        Rows of the table ``events``.
    days
        First and last day.

    Returns
    -------
    DataFrame
        As :func:`between` returns it, without ``attrs``.

    Examples
    --------
    >>> events_between(tables.load_events(), read_days("2008-08-08"))["certainty"].tolist()
    ['possible']
    """
    start, end = (pd.Timestamp(day) for day in days)
    certain = (events["start_latest"] <= end) & (events["end_earliest"] >= start)
    excluded = (events["start_earliest"] > end) | (events["end_latest"] < start)
    certainty = pd.Categorical(np.where(certain, *CERTAINTIES), CERTAINTIES)
    frame = events.assign(certainty=certainty)
    order = [*BOUNDS, "event_id"]
    return frame[~excluded].sort_values(order, na_position="first", ignore_index=True)


def windows_of(statuses: pd.DataFrame, subject: str, object: str | None = None) -> pd.DataFrame:  # noqa: A002 - the word of the tables
    """Keep the statuses of one actor or of a pair, by proposition and in the order of time.

    Parameters
    ----------
    statuses
        Rows of the table ``statuses``.
    subject
        An ``entity_id``.
    object
        An ``entity_id``, or None for anybody.

    Returns
    -------
    DataFrame
        As :func:`history` returns it, without ``attrs``.

    Examples
    --------
    >>> windows_of(tables.load_statuses(), "TUR", "AZE")["subject"].tolist()
    ['AZE', 'TUR']
    """
    first, second = statuses["subject"], statuses["object"]
    here = (first == subject) & (True if object is None else second == object)
    turned = statuses["symmetric"] & (second == subject) & (True if object is None else first == object)
    columns = [*_KEY, "holds", "status_id", "source_id", "speaks_until", "assertion", "end_state", *BOUNDS]
    columns += [name for name in layers.ADDED if name in statuses]
    order = [*_KEY, *BOUNDS, "status_id"]
    return statuses.loc[here | turned, columns].sort_values(order, na_position="first", ignore_index=True)


def record_ids(records: Records) -> list[str]:
    """Gather the ids of events and statuses from whatever names them.

    Parameters
    ----------
    records
        An id, several, a column of them, or a frame that a query or a loader returned (or one
        row of it).

    Returns
    -------
    list of str
        Each id once, in their order.

    Raises
    ------
    UnknownNameError
        If there is no such record, with the nearest (a ``KeyError``).
    InvalidValueError
        If the frame has no column of ids (a ``ValueError``).

    Examples
    --------
    >>> record_ids(between("2008", "2008"))
    ['georgia-russia-escalation-2008']
    """
    if isinstance(records, pd.Series) and any(column in records.index for column in ID_COLUMNS):
        records = records.to_frame().T
    if isinstance(records, pd.DataFrame):
        records = _id_column(records)
    named = [records] if isinstance(records, str) else [str(name) for name in records if not pd.isna(name)]
    ids = list(dict.fromkeys(identity for name in named for identity in name.split("; ") if identity))
    known = tables.load_timeline()["record_id"]
    for identity in set(ids).difference(known):
        near = nearest(identity, known)
        hint = f"nearest: {near}; " if near else ""
        raise UnknownNameError(f"unknown record {identity!r} ({hint}load_timeline() lists all {len(known)})")
    return ids


def _passages(ids: list[str]) -> pd.DataFrame:
    """Give the passages of records in the order of the text, with what to cite."""
    passages = tables.load_evidence()
    passages = passages[passages["record_id"].isin(ids)]
    passages["context"] = passages["prefix"] + passages["quote"] + passages["suffix"]
    cited = tables.load_timeline()[["record_id", "citation", "url"]]
    frame = passages.merge(cited, on="record_id", validate="many_to_one").assign(layer="seed")
    return frame.astype({"start_char": "Int64", "end_char": "Int64"})


def _statements(ids: list[str]) -> pd.DataFrame:
    """Give the readings of records, one row per source; the preferred ones first."""
    readings, references = tables.load_corroborations(), tables.load_references()
    about = readings[readings["record_id"].isin(ids)].sort_values(
        ["bound", "preferred", "reading_id"], ascending=[True, False, True]
    )
    split = about.assign(source_id=about["sources"].str.split("; ")).explode("source_id").astype({"source_id": "str"})
    cited = references.rename(columns={"reference_id": "source_id"})
    written = [citation.reference_citation(row) for row in _plain_rows(references)]
    cited = cited.assign(citation=pd.Series(written, dtype="str"))[["source_id", "url", "citation"]]
    rows = split.merge(cited, on="source_id", how="left", validate="many_to_one")
    return rows.assign(layer="corroboration", applied=rows["applied"].astype("boolean"))


def _plain_rows(frame: pd.DataFrame) -> list[Any]:
    """Give rows as dictionaries, with None where nothing stands."""
    rows = frame.astype(object)
    return list(rows.where(rows.notna(), None).to_dict("records"))


def _sources_of(readings: pd.Series) -> pd.Series:
    """Name the sources of the readings that each row lists."""
    known = tables.load_corroborations().set_index("reading_id")["sources"]
    named = [[] if pd.isna(ids) else known[ids.split("; ")] for ids in readings]
    return pd.Series([_joined(pd.Series(each, dtype=object)) for each in named], readings.index, dtype="str")


def _joined(lists: pd.Series) -> str | None:
    """Join lists that are written with semicolons, each name once, in alphabetical order; null is empty."""
    names = {name for written in lists.dropna() for name in written.split("; ")}
    return "; ".join(sorted(names)) or None


def _cited_in(records: Records | None) -> list[Any]:
    """Give the sources of the readings that a frame, or one row of it, names."""
    frame = records.to_frame().T if isinstance(records, pd.Series) and "reading_ids" in records.index else records
    if not isinstance(frame, pd.DataFrame):
        return []
    read = next((frame[name].astype("str") for name in ("reading_ids", "reading_id") if name in frame), None)
    if read is None:
        return []
    named = _joined(_sources_of(read)) or ""
    references = tables.load_references()
    return _plain_rows(references[references["reference_id"].isin(named.split("; "))])


def _id_column(frame: pd.DataFrame) -> pd.Series:
    """Find the column, or the level of the index, that holds ids of records."""
    flat = frame.reset_index()
    for column in ID_COLUMNS:
        if column in flat:
            return flat[column]
    known, found = ", ".join(ID_COLUMNS), ", ".join(map(str, frame.columns))
    raise InvalidValueError(f"the frame has no column of record ids (known: {known}; found: {found})")


def _of_types(statuses: pd.DataFrame, types: str | Iterable[str] | None) -> pd.DataFrame:
    """Keep the statuses of some types."""
    if types is None:
        return statuses
    wanted = [types] if isinstance(types, str) else list(types)
    for name in wanted:
        if name not in codebook.status_types():
            raise UnknownNameError(unknown("status type", str(name), codebook.status_types()))
    return statuses[statuses["type"].isin(wanted)]


def _of_entities(statuses: pd.DataFrame, entities: str | Iterable[str] | None) -> pd.DataFrame:
    """Keep the statuses that name one of some entities in any place."""
    if entities is None:
        return statuses
    named = statuses[["subject", "object", "about"]].isin(resolve_all(entities))
    return statuses[named.any(axis="columns")]


def _meeting(stretches: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Keep the stretches that meet a window, cut to it, with the number of their proposition."""
    met = stretches[(stretches["first_day"] <= last) & (stretches["last_day"] >= first)]
    number = met.groupby(_KEY, observed=True, dropna=False, sort=False).ngroup()
    return met.assign(
        proposition=number, first_day=met["first_day"].clip(first), last_day=met["last_day"].clip(upper=last)
    )


def _decided(met: pd.DataFrame) -> pd.DataFrame:
    """Give the one answer of each proposition, and the days of the window that decide it.

    The first unknown day decides; if there is none, all days do, and they have to agree.
    """
    known = met[met["answer"] != "unknown"]
    spans = met.groupby("proposition").agg(first_day=("first_day", "min"), last_day=("last_day", "max"))
    first_unknown = met[met["answer"] == "unknown"].drop_duplicates("proposition")
    decided = pd.concat([first_unknown, known]).drop_duplicates("proposition").set_index("proposition").sort_index()
    by_all = decided["answer"] != "unknown"
    decided["last_day"] = decided["first_day"].where(~by_all, spans["last_day"])
    decided["first_day"] = decided["first_day"].where(~by_all, spans["first_day"])
    mixed = by_all & (known.groupby("proposition")["answer"].nunique().reindex(decided.index) > 1)
    decided.loc[mixed, ["answer", "why"]] = ["unknown", "changes within"]
    return decided


def _behind(statuses: pd.DataFrame, decided: pd.DataFrame, outside: str) -> pd.DataFrame:
    """Give the rows behind each answer: those that say the same on the days that decide.

    A row says what a proposition would be that had no other; so rows are asked as propositions.
    """
    own = steps.steps(statuses.assign(about=statuses["status_id"])).rename(columns={"about": "status_id"})
    own = own[["status_id", "first_day", "last_day", "answer", "why"]]
    rows = statuses.merge(decided.reset_index(), on=_KEY).merge(own, on="status_id", suffixes=("", "_own"))
    meets = (rows["first_day_own"] <= rows["last_day"]) & (rows["last_day_own"] >= rows["first_day"])
    certain = rows["answer_own"] != "unknown"
    stated = rows["holds"] & rows["why_own"].isin(_STATED_BOUNDS) & (outside == "no")
    several = rows["why"].isin(_SEVERAL_ROWS)
    same = (rows["answer"] == rows["answer_own"]) & (certain | (rows["why"] == rows["why_own"]))
    closed = stated & ((rows["answer"] == "no") | (rows["why"] == "changes within"))
    said = rows[meets & (same | (several & certain) | closed)]
    return said.drop_duplicates("status_id")
