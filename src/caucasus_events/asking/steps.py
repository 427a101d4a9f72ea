"""Statuses to answers: what each proposition is on every day, and why it is unknown.

A *proposition* is a type, a subject, an object and what it is limited to (``about``), over all documents and sources.
Its answer is a step function of the day: it changes only next to a bound of one of its rows. A *cell* is what a panel
or a reader's row shows of one type and one actor or pair on one day. Days are counted from 1970-01-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from caucasus_events.model.asked import one_of
from caucasus_events.model.rows import PROPOSITION

from .answers import ANSWERS, FIRST_DAY, OUTSIDE, REASONS, Answer, Why, last_days, sweep
from .spells import CARRIED, CERTAIN, PASSED_OVER, read_spells, said

if TYPE_CHECKING:
    from .answers import Ints
    from .spells import Spells

# The reasons that a single row can give; the others come of several rows, of none, or of several days.
OF_A_ROW = tuple(Why)[Why.START_UNCERTAIN : Why.LOW_CONFIDENCE]
OUTSIDE_BOUNDS = (Why.BEFORE_THE_STATED_START, Why.AFTER_THE_STATED_END)
# What stands in the place of a reason where an answer is yes or no: the code of a null category.
_NONE = -1


def steps(
    statuses: pd.DataFrame, outside: str = "unknown", confidence: str = "medium", carry_to: int | None = None
) -> pd.DataFrame:
    """Answer every proposition on every day, as stretches of days that tile the whole calendar.

    Parameters
    ----------
    statuses
        Rows with the columns of :data:`.PROPOSITION`, symmetric, holds, the four bounds, end_state and speaks_until;
        place and confidence may be left out, and are then null.
    outside
        ``"no"``: unknown becomes ``no`` where a proposition has true rows, and all that are not passed over are before
        the stated start or after the stated end. One of them must not be weak; but a weak one that is not outside its
        bounds prevents the ``no``, and so does one that is carried, for it is certain.
    confidence
        Rows below it are weak: they make nothing yes or no and give no reason. A proposition that has only such rows
        is unknown, ``low confidence``.
    carry_to
        The number of a day: rows that are ongoing are taken to go on up to it, as far as :mod:`.spells` says.

    Returns
    -------
    DataFrame
        The columns of :data:`.PROPOSITION`, symmetric, first_day, last_day (both included), answer, why (null with yes
        and no), and carried: without a row that is taken to go on the answer would be another.

    Examples
    --------
    >>> from caucasus_events import load_statuses
    >>> border = load_statuses("seed").query("status_id == 'turkey-armenia-border-closed'")
    >>> steps(border)[["first_day", "answer", "why"]].values.tolist()[1:3]
    [[8401, 'unknown', 'start uncertain'], [8765, 'yes', nan]]
    """
    one_of("value of outside", outside, OUTSIDE)
    number, named = propositions(statuses)
    spells = read_spells(statuses, number, confidence)
    swept = sweep(*_changes(spells, carry_to))
    answer, why, carried = _combine(swept.value, outside)
    # Neighbours with one answer and one reason are joined.
    kept = _changed(swept.group, answer, why, carried)
    group, day = swept.group[kept], swept.day[kept]
    answers = pd.Categorical.from_codes(answer[kept], pd.Index(ANSWERS))
    reasons = pd.Categorical.from_codes(why[kept], pd.Index(REASONS))
    said_of = named.iloc[group].reset_index(drop=True).assign(first_day=day, last_day=last_days(group, day))
    return said_of.assign(answer=answers, why=reasons, carried=carried[kept].astype(bool))


def cells(stretches: pd.DataFrame, *, pairs: bool, directed: bool = True) -> pd.DataFrame:
    """Turn what :func:`steps` returns into what a panel or a reader's row shows of each type, as stretches.

    Of one actor (the subject, or either side where the type is symmetric) a cell is yes if any proposition is, and
    never no. Of a pair it is yes if the proposition is, whatever it is limited to, and no only if the proposition that
    is not limited is; symmetric types stand for both orders. Of a pair without order (the first is earlier in the
    alphabet) a directed type is yes if either direction is, and no only if both are. Columns: type, subject, object
    (with pairs), first_day, last_day (both included), state (an :class:`Answer`, int8).

    >>> from caucasus_events import load_statuses
    >>> border = steps(load_statuses("seed").query("status_id == 'turkey-armenia-border-closed'"))
    >>> cells(border, pairs=False)[["subject", "first_day", "last_day", "state"]].values.tolist()[1]
    ['TUR', 8765, 18466, 0]
    """
    keys = _cell_keys(stretches, pairs=pairs, directed=directed)
    names = list(keys.columns)
    number = keys.groupby(names, observed=True).ngroup().to_numpy()
    _, where = np.unique(number, return_index=True)
    source = keys.index.to_numpy()
    swept = sweep(number, stretches["first_day"].to_numpy()[source], _answer_changes(stretches)[source])
    # A directed type in a pair without order stands for two propositions, and a no needs both.
    both = not directed and pairs
    needed = np.where(~stretches["symmetric"].to_numpy()[source[where]] & both, 2, 1)[swept.group]
    yes, no = swept.value[:, 0] > 0, (swept.value[:, 1] >= needed) & pairs
    state = np.select([yes, no], [Answer.YES, Answer.NO], Answer.UNKNOWN).astype(np.int8)
    kept = _changed(swept.group, state)
    group, day = swept.group[kept], swept.day[kept]
    named = keys.iloc[where].reset_index(drop=True).iloc[group].reset_index(drop=True)
    return named.assign(first_day=day, last_day=last_days(group, day), state=state[kept])


def propositions(statuses: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Number the propositions of the rows; a symmetric one is written in alphabetical order."""
    keys = statuses[[*PROPOSITION, "symmetric"]].reset_index(drop=True)
    turned = keys["symmetric"] & (keys["subject"] > keys["object"])
    subject, keep = keys["subject"], ~turned
    keys["subject"] = subject.where(keep, keys["object"])
    keys["object"] = keys["object"].where(keep, subject)
    number = keys.groupby([*PROPOSITION], observed=True, dropna=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    return number, keys.iloc[first]


def _changes(spells: Spells, carry_to: int | None) -> tuple[Ints, Ints, Ints]:
    """Turn rows into changes of what :func:`_combine` counts, on every day on which a row can say something else."""
    day, says = said(spells, carry_to)
    true, false = spells.holds & spells.strong, ~spells.holds & spells.strong
    is_outside, is_start = np.isin(says, OUTSIDE_BOUNDS), says == Why.START_UNCERTAIN
    counted = [(says == word) & side for word in (CERTAIN, CARRIED) for side in (true, false)]
    # Weak rows too prevent a "no" of stated bounds; who is passed over does not.
    counted += [is_outside & true, ~is_outside & (says != PASSED_OVER) & spells.holds]
    counted += [(day > spells.until) & spells.still_so & true, is_start & true]
    counted += [(says == reason) & spells.strong for reason in OF_A_ROW]
    counts = np.stack(counted, axis=-1).astype(np.int64)
    # Two bounds of a row may fall on one day: the second then changes nothing.
    changes = np.diff(counts, axis=0, prepend=0)
    group = np.broadcast_to(spells.proposition, day.shape)
    return group.ravel(), day.ravel(), changes.reshape(-1, changes.shape[-1])


def _combine(counts: Ints, outside: str) -> tuple[Ints, Ints, Ints]:
    """Answer propositions from what their rows say, with the reason, and whether the answer rests on a carried row.

    Counted are, in this order: rows that are certain, denials that are, rows that are carried, denials that are; rows
    (no denials) outside their stated bounds, rows, weak ones too, that say anything else; rows that were still so on
    their last day, now past, rows whose start is uncertain; and rows and denials with each reason of one row.
    """
    true, false, true_carried, false_carried, is_outside, is_other, was_so, may_have_begun, *reasons = counts.T > 0
    yes, no = true | true_carried, false | false_carried
    closed = (outside == "no") & is_outside & ~is_other
    disagree, between = yes & no, was_so & may_have_begun
    answer = np.select([disagree, yes, no | closed], [Answer.UNKNOWN, Answer.YES, Answer.NO], Answer.UNKNOWN)
    # Where not even one row that is not weak gives a reason, there is none.
    cases = {Why.SOURCES_DISAGREE: disagree, Why.BETWEEN_SOURCES: between, **dict(zip(OF_A_ROW, reasons, strict=True))}
    why = np.select(list(cases.values()), list(cases), Why.LOW_CONFIDENCE)
    carried = np.select([disagree, yes, no], [~(true & false), ~true, ~(false | closed)], default=False)
    return answer, np.where(answer == Answer.UNKNOWN, why, _NONE), carried.astype(np.int8)


def _changed(*columns: Ints) -> Ints:
    """Return the places where any of the columns differs from the place before; -2 is no value of any."""
    return np.flatnonzero(np.logical_or.reduce([np.diff(column, prepend=-2) != 0 for column in columns]))


def _cell_keys(stretches: pd.DataFrame, *, pairs: bool, directed: bool) -> pd.DataFrame:
    """Name the cells that every stretch counts in; the index is the place of the stretch."""
    keys = stretches[["type", "subject", "object"]].reset_index(drop=True)
    turned = keys.rename(columns={"subject": "object", "object": "subject"})[keys.columns]
    if pairs and not directed:
        return keys.where(keys["subject"] <= keys["object"], turned)
    # A symmetric stretch counts in both orders; of one with itself it would count twice.
    symmetric = stretches["symmetric"].to_numpy() & (keys["subject"] != keys["object"]).to_numpy()
    keys = pd.concat([keys, turned[symmetric]])
    return keys if pairs else keys.drop(columns="object")


def _answer_changes(stretches: pd.DataFrame) -> Ints:
    """Count, at the first day of every stretch, by how much yes and unlimited no change."""
    no = (stretches["answer"] == "no") & stretches["about"].isna()
    counts = np.stack([stretches["answer"] == "yes", no], axis=-1).astype(np.int64)
    # With the calendar a proposition opens: all of it is a change, not its difference to the one before it.
    opens = (stretches["first_day"] == FIRST_DAY).to_numpy()[:, None]
    return np.where(opens, counts, np.diff(counts, axis=0, prepend=0))
