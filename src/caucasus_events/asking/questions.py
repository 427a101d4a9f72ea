"""Questions to the tables: what held on a day, what happened between two days, and every window of a pair.

Answers are three-valued: where no source speaks, or the sources do not say when, the answer is ``unknown``, and the
reason stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError
from caucasus_events.model import layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.codebook import chosen, status_types
from caucasus_events.model.rows import PROPOSITION
from caucasus_events.reading import tables
from caucasus_events.reading.names import resolve, with_party

from . import steps
from .answers import Why
from .days import Days, as_numbers, read_days, written_day
from .statements import sources_of, united

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .days import Day

CERTAINTIES = ["certain", "possible"]

# Reasons that no row gives alone, and those that outside="no" takes at their word.
_OF_SEVERAL = [Why.SOURCES_DISAGREE.words, Why.CHANGES_WITHIN.words]
_OUTSIDE_BOUNDS = [Why.BEFORE_THE_STATED_START.words, Why.AFTER_THE_STATED_END.words]


def as_of(
    day: Day,
    *,
    types: str | Iterable[str] | None = None,
    entities: str | Iterable[str] | None = None,
    dates: str = "seed",
    outside: str = "unknown",
) -> pd.DataFrame:
    """Report of every proposition if it held on a day: yes, no, or unknown and why.

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
    >>> closed = {"types": "border_closed", "entities": "TUR"}
    >>> as_of("2020-07-23", **closed).loc[0, ["subject", "object", "answer"]].tolist()
    ['TUR', 'ARM', 'yes']
    >>> as_of("2099-01-01", **closed)["why"].tolist()
    ['after the source']
    >>> as_of("1993-06-01", **closed, dates="corroborated").loc[0, ["answer", "references"]].tolist()
    ['yes', 'tocci-closed-border-2007']
    """
    days = read_days(day)
    statuses = tables.load_statuses(dates)
    of_types = statuses[statuses["type"].isin(chosen(types, status_types(), "status type"))]
    frame = answer_propositions(with_party(of_types, entities), days, outside)
    if dates == "corroborated":
        frame["references"] = sources_of(frame["reading_ids"])
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
    >>> found = between("1993-05", "1994").set_index("event_id")["certainty"]
    >>> found["turkey-armenia-border-closure-1993"], found["nagorno-karabakh-ceasefire-1994"]
    ('possible', 'certain')
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
    >>> rows = history("Turkey", "Armenia").set_index("status_id")
    >>> rows.loc["turkey-armenia-border-closed", ["type", "end_state"]].tolist()
    ['border_closed', 'ongoing']
    """
    who, whom = resolve(subject), None if object is None else resolve(object)
    frame = windows_of(tables.load_statuses(dates), who, whom)
    frame.attrs = {"dates": dates, "version": about.VERSION}
    return frame


def answer_propositions(statuses: pd.DataFrame, days: Days, outside: str = "unknown") -> pd.DataFrame:
    """Answer every proposition of some statuses on all days of a window, as :func:`as_of` without references."""
    # The stretches that share days with the window, cut to it, with the number of their proposition.
    (first, last), met = as_numbers(days), steps.steps(statuses, outside)
    met = met[(met["first_day"] <= last) & (met["last_day"] >= first)]
    number = met.groupby([*PROPOSITION], observed=True, dropna=False, sort=False).ngroup()
    decided = _decided(met.assign(proposition=number, **met[["first_day", "last_day"]].clip(first, last)))
    behind = _behind(statuses, decided, outside).sort_values("status_id")
    groups = behind.groupby("proposition")
    for bound in BOUNDS:
        side = groups[bound].min if bound.endswith("earliest") else groups[bound].max
        # A side that one of them leaves open is open for all.
        decided[bound] = side(skipna=False)
    decided["status_ids"] = groups["status_id"].agg("; ".join)
    read = ["reading_ids"] if "reading_ids" in statuses else []
    for name in read:
        decided[name] = groups[name].agg(united).astype("str")
    return decided[[*PROPOSITION, "status_ids", *BOUNDS, "answer", "why", *read]].rename_axis(None)


def events_between(events: pd.DataFrame, days: Days) -> pd.DataFrame:
    """Keep the events that certainly or possibly took place in a window, as :func:`between` does."""
    start, end = (pd.Timestamp(day) for day in days)
    certain = (events["start_latest"] <= end) & (events["end_earliest"] >= start)
    excluded = (events["start_earliest"] > end) | (events["end_latest"] < start)
    frame = events.assign(certainty=pd.Categorical(np.where(certain, *CERTAINTIES), CERTAINTIES))
    return frame[~excluded].sort_values([*BOUNDS, "event_id"], na_position="first", ignore_index=True)


def windows_of(statuses: pd.DataFrame, subject: str, object: str | None = None) -> pd.DataFrame:  # noqa: A002 - the word of the tables
    """Keep the statuses of one actor or of a pair, by their ids, as :func:`history` does."""
    first, second = statuses["subject"], statuses["object"]
    here = (first == subject) & (True if object is None else second == object)
    turned = statuses["symmetric"] & (second == subject) & (True if object is None else first == object)
    columns = [*PROPOSITION, "holds", "status_id", "source_id", "speaks_until", "assertion", "end_state", *BOUNDS]
    columns += [name for name in layers.NARROWED if name in statuses]
    order = [*PROPOSITION, *BOUNDS, "status_id"]
    return statuses.loc[here | turned, columns].sort_values(order, na_position="first", ignore_index=True)


def _decided(met: pd.DataFrame) -> pd.DataFrame:
    """Return the one answer of each proposition, and the days of the window that decide it.

    The first unknown day decides; if there is none, all days do, and they have to agree.
    """
    known = met[met["answer"] != "unknown"]
    spans = met.groupby("proposition").agg(first_day=("first_day", "min"), last_day=("last_day", "max"))
    first_unknown = met[met["answer"] == "unknown"].drop_duplicates("proposition")
    # Of each proposition the first row of these: an unknown one if there is any.
    decided = pd.concat([first_unknown, known]).drop_duplicates("proposition").set_index("proposition").sort_index()
    by_all = decided["answer"] != "unknown"
    decided["last_day"] = decided["first_day"].where(~by_all, spans["last_day"])
    decided["first_day"] = decided["first_day"].where(~by_all, spans["first_day"])
    mixed = by_all & (known.groupby("proposition")["answer"].nunique().reindex(decided.index) > 1)
    decided.loc[mixed, ["answer", "why"]] = ["unknown", Why.CHANGES_WITHIN.words]
    return decided


def _behind(statuses: pd.DataFrame, decided: pd.DataFrame, outside: str) -> pd.DataFrame:
    """Return the rows behind each answer: those that say the same on the days that decide.

    A row says what a proposition would be that had no other; so rows are asked as propositions.
    """
    # Each row becomes a proposition of its own if its id stands where propositions are told apart.
    own = steps.steps(statuses.assign(about=statuses["status_id"])).rename(columns={"about": "status_id"})
    own = own[["status_id", "first_day", "last_day", "answer", "why"]]
    rows = statuses.merge(decided.reset_index(), on=[*PROPOSITION]).merge(own, on="status_id", suffixes=("", "_own"))
    meets = (rows["first_day_own"] <= rows["last_day"]) & (rows["last_day_own"] >= rows["first_day"])
    certain = rows["answer_own"] != "unknown"
    same = (rows["answer"] == rows["answer_own"]) & (certain | (rows["why"] == rows["why_own"]))
    # No row alone disagrees or changes: behind these are all that are certain on some day.
    several = certain & rows["why"].isin(_OF_SEVERAL)
    # Asked alone a row outside its bounds is unknown; with outside="no" it is behind a no, or the no of a change.
    closed = (outside == "no") & rows["holds"] & rows["why_own"].isin(_OUTSIDE_BOUNDS)
    closed &= (rows["answer"] == "no") | (rows["why"] == Why.CHANGES_WITHIN.words)
    return rows[meets & (same | several | closed)].drop_duplicates("status_id")
