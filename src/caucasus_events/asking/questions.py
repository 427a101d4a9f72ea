"""Questions to the tables: what held on a day, what happened between two days, and every window of a pair.

Answers are three-valued: where no source speaks, or the sources do not say when, the answer is ``unknown``, and the
reason stands beside it. How propositions of given rows are answered is ``windows``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError
from caucasus_events.model import layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.codebook import chosen, event_types, status_types
from caucasus_events.model.rows import PROPOSITION
from caucasus_events.reading import tables
from caucasus_events.reading.names import resolve, with_party

from . import spells
from .days import Days, last_day, read_days, written_carry, written_day
from .statements import cited_by
from .steps import propositions
from .windows import answer_propositions, smallest_layers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .days import Day

CERTAINTIES = ["certain", "possible"]
# What a status says of itself in a history, beside its proposition, its bounds and what only some layers have.
_OF_A_STATUS = ["holds", "status_id", "source_id", "speaks_until", "assertion", "end_state"]


def as_of(  # noqa: PLR0913 - what can be asked
    day: Day,
    *,
    types: str | Iterable[str] | None = None,
    entities: str | Iterable[str] | None = None,
    layer: str = layers.BEST,
    confidence: str = "medium",
    outside: str = "unknown",
    carry_to: Day | None = None,
) -> pd.DataFrame:
    """Report of every proposition if it held on a day: yes, no, or unknown and why.

    A proposition is a type, a subject, an object and the territory that it is limited to, over
    all documents and sources. It is ``yes`` where a status certainly held (``start_latest`` ≤ day
    ≤ ``end_earliest``), ``no`` where a denial certainly did, and ``unknown`` otherwise, with the
    first reason that applies: sources disagree, between sources, start uncertain, end uncertain,
    before the stated start, after the stated end, after the source, low confidence. A month or a
    year is ``yes`` or ``no`` only if every day of it is; else the reason is that of its first
    unknown day, or ``changes within``. Nobody's silence is a ``no``: what is not a row here, no
    source speaks of.

    Parameters
    ----------
    day
        A date, datetime or Timestamp without zone, a year as a whole number, or ``"YYYY"``,
        ``"YYYY-MM"``, ``"YYYY-MM-DD"``.
    types
        One status type or several; left out, all.
    entities
        Whoever is named, by id or name, as subject, object or territory; left out, all.
    layer
        ``"seed"``: what documents say alone. ``"corroborated"``: with the windows that other
        sources narrow. ``"reported"``: and the records that only other sources state. See
        :func:`caucasus_events.load`, and what is assumed.
    confidence
        ``"high"``, ``"medium"`` or ``"low"``: a reported status of less makes nothing yes or no
        and gives no reason; a proposition of which only such speak is ``low confidence``.
    outside
        ``"no"`` takes the bounds that a source states at their word: a proposition that has
        statuses which hold, all of them not begun yet or already over on that day, is then
        ``no``. A status whose source no longer speaks does not count where another one, of the
        same place, was certain on its last day (or, if its end is stated, its last certain day)
        and speaks later. The bounds of a denial never answer, and after the source stays unknown.
    carry_to
        A day, a month or a year: what was still so when its source last spoke is taken to go on
        to the last day of it; but not beyond the day before an opposite claim, before the end
        that another source states of that spell, or before the next one begins at that place.
        That is your assumption, and marked. Left out, nothing is.

    Returns
    -------
    DataFrame
        One row per proposition: type, subject, object, about (null: not limited); status_ids,
        the statuses behind the answer, separated by ``"; "``; start_earliest … end_latest, the
        windows in which these began and ended; answer; why (null with yes and no); layer, the
        smallest with the same yes or no (null with unknown); carried, whether the answer rests on
        ``carry_to``; reading_ids, the readings applied to these statuses (not of the layer
        ``"seed"``), and references, the sources of those and of the reported statuses, both
        separated by ``"; "`` (null: documents alone).
        Behind ``yes`` and ``no`` are the statuses and denials that are certain on some day asked
        for, or carried if the answer is (with ``outside="no"`` also the statuses that are over or
        not begun), behind ``unknown`` those that give the reason. Of several, each window is the
        narrowest that holds those of all, its side null where one of theirs is; :func:`history`
        gives them one by one.
        ``attrs``: day, layer, confidence, outside, carry_to, version.

    Raises
    ------
    InvalidValueError
        If a day cannot be read, does not exist, lies outside 0001 … 9999 or has a time zone, or
        ``layer``, ``confidence`` or ``outside`` is not one of those above (a ``ValueError``).
    UnknownNameError
        If there is no such type or entity, with the nearest (a ``KeyError``).

    Examples
    --------
    >>> closed = {"types": "border_closed", "entities": "TUR", "layer": "seed"}
    >>> as_of("2020-07-23", **closed).loc[0, ["subject", "object", "answer"]].tolist()
    ['TUR', 'ARM', 'yes']
    >>> as_of("2099-01-01", **closed)["why"].tolist()
    ['after the source']
    >>> as_of("2099-01-01", **closed, carry_to="2099")[["answer", "carried"]].values.tolist()
    [['yes', True]]
    >>> as_of("1993-06-01", **closed | {"layer": "corroborated"}).loc[0, ["answer", "references"]].tolist()
    ['yes', 'tocci-closed-border-2007']
    """
    days, last = read_days(day), last_day(carry_to)
    layers.checked(layer)
    statuses = tables.load_statuses()
    of_types = statuses[statuses["type"].isin(chosen(types, status_types(), "status type"))]
    asked = with_party(of_types, entities)
    views = {name: layers.view("statuses", asked, name) for name in layers.LAYERS[: layers.LAYERS.index(layer) + 1]}
    terms = (outside, confidence, last)
    frame = answer_propositions(views[layer], days, *terms)
    frame["layer"] = smallest_layers(frame, views, days, *terms)
    frame["references"] = cited_by(frame)
    names = [*PROPOSITION, "status_ids", *BOUNDS, "answer", "why", "layer", "carried", "reading_ids", "references"]
    frame = frame[[name for name in names if name in frame]]
    frame.attrs = {"day": written_day(day, days), "layer": layer, "confidence": confidence, "outside": outside}
    frame.attrs |= {"carry_to": written_carry(carry_to), "version": about.VERSION}
    return frame


def between(
    start: Day,
    end: Day,
    *,
    types: str | Iterable[str] | None = None,
    entities: str | Iterable[str] | None = None,
    layer: str = layers.BEST,
) -> pd.DataFrame:
    """List the events that certainly or possibly took place from one day to another.

    An event is ``certain`` if it had begun by the last day and had not ended before the first,
    whatever days of its windows are the true ones (``start_latest`` ≤ end and ``end_earliest`` ≥
    start); it is ``possible`` if its outer bounds meet the window.

    Parameters
    ----------
    start, end
        Dates, datetimes or Timestamps without zone, years as whole numbers, or ``"YYYY"``,
        ``"YYYY-MM"``, ``"YYYY-MM-DD"``; from the first day of the one to the last day of the
        other.
    types
        One event type or several; left out, all.
    entities
        Whoever took part, by id or name; left out, all.
    layer
        ``"seed"``: what documents say alone. ``"corroborated"``: the windows that other sources
        narrow. ``"reported"``: and the events that only other sources state; see
        :func:`caucasus_events.load`.

    Returns
    -------
    DataFrame
        One row per event, in the order of time: the columns that the table ``events`` has in that
        layer, and certainty (``certain``, ``possible``). ``attrs``: start, end, layer, version.

    Raises
    ------
    InvalidValueError
        If a day cannot be read, does not exist, lies outside 0001 … 9999 or has a time zone,
        the end comes before the start, or there is no such layer (a ``ValueError``).
    UnknownNameError
        If there is no such type or entity, with the nearest (a ``KeyError``).

    Examples
    --------
    >>> found = between("1993-05", "1994", layer="seed").set_index("event_id")["certainty"]
    >>> found["turkey-armenia-border-closure-1993"], found["nagorno-karabakh-ceasefire-1994"]
    ('possible', 'certain')
    """
    first, last = read_days(start, "start"), read_days(end, "end")
    if last.last < first.first:
        raise InvalidValueError(f"the end, {last.last}, comes before the start, {first.first}")
    events = tables.load_events(layer)
    of_types = events[events["type"].isin(chosen(types, event_types(), "event type"))]
    frame = events_between(with_party(of_types, entities), Days(first.first, last.last))
    window = (written_day(start, first), written_day(end, last))
    frame.attrs = {"start": window[0], "end": window[1], "layer": layer, "version": about.VERSION}
    return frame


def history(
    subject: str,
    object: str | None = None,  # noqa: A002 - the word of the tables
    *,
    layer: str = layers.BEST,
    confidence: str = "medium",
    carry_to: Day | None = None,
) -> pd.DataFrame:
    """List every window of every proposition of a pair, or of one actor, in order.

    Parameters
    ----------
    subject
        Who, by id or name.
    object
        With regard to whom, by id or name; left out, anybody. In symmetric types the two may
        stand in either order.
    layer
        ``"seed"``: what documents say alone. ``"corroborated"``: the windows that other sources
        narrow. ``"reported"``: and the statuses that only other sources state; see
        :func:`caucasus_events.load`.
    confidence
        Reported statuses below it are listed like all, but not carried; see :func:`as_of`.
    carry_to
        As in :func:`as_of`; left out, nothing is taken to go on.

    Returns
    -------
    DataFrame
        One row per status: type, subject, object, about, holds (false: denied), status_id,
        source_id, speaks_until, assertion, end_state, start_earliest … end_latest, carried_until
        (the last day to which it is taken to go on; null: it is not), and the further columns
        that the table ``statuses`` has in that layer of its source, place and confidence; by
        proposition, types in codebook order, then by time. ``attrs``: layer, confidence, carry_to,
        version.

    Raises
    ------
    UnknownNameError
        If there is no such entity, with the nearest (a ``KeyError``).
    InvalidValueError
        If several entities have that name, a day cannot be read, or there is no such layer or
        confidence (a ``ValueError``).

    Examples
    --------
    >>> rows = history("Turkey", "Armenia", layer="seed").set_index("status_id")
    >>> rows.loc["turkey-armenia-border-closed", ["type", "end_state"]].tolist()
    ['border_closed', 'ongoing']
    """
    who, whom = resolve(subject), None if object is None else resolve(object)
    frame = windows_of(tables.load_statuses(layer), who, whom, confidence, last_day(carry_to))
    carried = written_carry(carry_to)
    frame.attrs = {"layer": layer, "confidence": confidence, "carry_to": carried, "version": about.VERSION}
    return frame


def events_between(events: pd.DataFrame, days: Days) -> pd.DataFrame:
    """Keep the events that certainly or possibly took place in a window, as :func:`between` does."""
    start, end = (pd.Timestamp(day) for day in days)
    certain = (events["start_latest"] <= end) & (events["end_earliest"] >= start)
    excluded = (events["start_earliest"] > end) | (events["end_latest"] < start)
    frame = events.assign(certainty=pd.Categorical(np.where(certain, *CERTAINTIES), CERTAINTIES))
    return frame[~excluded].sort_values([*BOUNDS, "event_id"], na_position="first", ignore_index=True)


def windows_of(
    statuses: pd.DataFrame,
    subject: str,
    object: str | None = None,  # noqa: A002 - the word of the tables
    confidence: str = "medium",
    carry_to: int | None = None,
) -> pd.DataFrame:
    """Keep the statuses of one actor or of a pair, by their ids, as :func:`history` does."""
    first, second = statuses["subject"], statuses["object"]
    here = (first == subject) & (True if object is None else second == object)
    turned = statuses["symmetric"] & (second == subject) & (True if object is None else first == object)
    rows = statuses[here | turned]
    read = spells.read_spells(rows, propositions(rows)[0], confidence)
    last = spells.carried_until(read, spells.is_passed_over(read), carry_to)
    days = last.astype("datetime64[D]").astype("datetime64[us]")
    rows = rows.assign(carried_until=pd.Series(days, rows.index).where(last > read.until))
    columns = [*PROPOSITION, *_OF_A_STATUS, *BOUNDS, "carried_until"]
    columns += [name for name in (*layers.NARROWED, *layers.REPORTED) if name in statuses]
    order = [*PROPOSITION, *BOUNDS, "status_id"]
    return rows[columns].sort_values(order, na_position="first", ignore_index=True)
