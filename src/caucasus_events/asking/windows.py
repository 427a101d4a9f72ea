"""Rows to answers of propositions on a day or a window: which answer, why, and which rows stand behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.layers import LAYERS
from caucasus_events.model.rows import PROPOSITION

from . import steps
from .answers import Why
from .days import as_numbers
from .spells import CARRIED, CERTAIN, read_spells, row_stretches
from .statements import united

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .days import Days

# Reasons behind which are all rows that are certain on some day.
_OF_SEVERAL = [Why.SOURCES_DISAGREE.words, Why.CHANGES_WITHIN.words]
# The lists of ids of a row: which readings are applied to it, and which sources state it.
_LISTS = ("reading_ids", "reference_ids")


def answer_propositions(
    statuses: pd.DataFrame,
    days: Days,
    outside: str = "unknown",
    confidence: str = "medium",
    carry_to: int | None = None,
) -> pd.DataFrame:
    """Answer every proposition of some statuses on all days of a window, as :func:`.as_of` does.

    The terms are those of :func:`.steps`. Instead of layer and references there are the lists of ids of the rows behind
    each answer, as far as the statuses have them.
    """
    decided = _decided(statuses, days, outside, confidence, carry_to)
    behind = _behind(statuses, decided, outside, confidence, carry_to).sort_values("status_id")
    groups = behind.groupby("proposition")
    for bound in BOUNDS:
        side = groups[bound].min if bound.endswith("earliest") else groups[bound].max
        # A side that one of them leaves open is open for all.
        decided[bound] = side(skipna=False)
    decided["status_ids"] = groups["status_id"].agg("; ".join)
    lists = [name for name in _LISTS if name in statuses]
    for name in lists:
        decided[name] = groups[name].agg(united).astype("str")
    return decided[[*PROPOSITION, "status_ids", *BOUNDS, "answer", "why", "carried", *lists]].rename_axis(None)


def smallest_layers(
    answered: pd.DataFrame,
    views: Mapping[str, pd.DataFrame],
    days: Days,
    outside: str = "unknown",
    confidence: str = "medium",
    carry_to: int | None = None,
) -> pd.Series:
    """Say of answers, those of the last of some layers, which is the smallest with the same yes or no; else null.

    ``views`` are the statuses of every layer by its name, the smallest first; a larger one can answer otherwise.
    """
    said, keys = answered["answer"].to_numpy(object), _keys(answered)
    *smaller, own = views
    found = pd.Series(own, answered.index, dtype=object).where(said != "unknown")
    for name in reversed(smaller):
        other = _decided(views[name], days, outside, confidence, carry_to)
        at, known = keys.get_indexer(_keys(other)), (other["answer"] != "unknown").to_numpy()
        found.iloc[at[known & (said[at] == other["answer"].to_numpy())]] = name
    return found.astype(pd.CategoricalDtype([*LAYERS]))


def _keys(answered: pd.DataFrame) -> pd.MultiIndex:
    """Name propositions so that those of two frames can be compared."""
    return pd.MultiIndex.from_frame(answered[[*PROPOSITION]].astype(object))


def _decided(statuses: pd.DataFrame, days: Days, outside: str, confidence: str, carry_to: int | None) -> pd.DataFrame:
    """Return the one answer of each proposition, and the days of the window that decide it; the index numbers them.

    The first unknown day decides; if there is none, all days do, and they have to agree.
    """
    # The stretches that share days with the window, cut to it, with the number of their proposition.
    (first, last), met = as_numbers(days), steps.steps(statuses, outside, confidence, carry_to)
    met = met[(met["first_day"] <= last) & (met["last_day"] >= first)]
    number = met.groupby([*PROPOSITION], observed=True, dropna=False, sort=False).ngroup()
    met = met.assign(proposition=number, **met[["first_day", "last_day"]].clip(first, last))
    known = met[met["answer"] != "unknown"]
    spans = met.groupby("proposition").agg({"first_day": "min", "last_day": "max", "carried": "any"})
    first_unknown = met[met["answer"] == "unknown"].drop_duplicates("proposition")
    # Of each proposition the first row of these: an unknown one if there is any.
    decided = pd.concat([first_unknown, known]).drop_duplicates("proposition").set_index("proposition").sort_index()
    by_all = decided["answer"] != "unknown"
    decided["last_day"] = decided["first_day"].where(~by_all, spans["last_day"])
    decided["first_day"] = decided["first_day"].where(~by_all, spans["first_day"])
    decided["carried"] = decided["carried"].where(~by_all, spans["carried"])
    mixed = by_all & (known.groupby("proposition")["answer"].nunique().reindex(decided.index) > 1)
    decided.loc[mixed, ["answer", "why"]] = ["unknown", Why.CHANGES_WITHIN.words]
    return decided


def _behind(
    statuses: pd.DataFrame, decided: pd.DataFrame, outside: str, confidence: str, carry_to: int | None
) -> pd.DataFrame:
    """Return the rows behind each answer, with the number of their proposition: those that say the same on its days."""
    number, _ = steps.propositions(statuses)
    spells = read_spells(statuses, number, confidence)
    own = row_stretches(spells, carry_to)
    own["proposition"] = number[own["row"]]
    rows = own.join(decided[["first_day", "last_day", "answer", "why", "carried"]].add_suffix("_asked"), "proposition")
    rows = rows[(rows["first_day"] <= rows["last_day_asked"]) & (rows["last_day"] >= rows["first_day_asked"])]
    row, says, answer, why = rows["row"], rows["says"], rows["answer_asked"], rows["why_asked"]
    holds, strong = spells.holds[row], spells.strong[row]
    # A row that is carried answers only where no other is certain.
    certain = strong & ((says == CERTAIN) | ((says == CARRIED) & rows["carried_asked"]))
    told = strong & (why.cat.codes == says) & (answer == "unknown")
    told |= certain & (np.where(holds, answer == "yes", answer == "no") | why.isin(_OF_SEVERAL))
    # A day between sources follows the last of one row, and precedes the certain start of another.
    was_so = (rows["first_day"] > spells.until[row]) & spells.still_so[row]
    told |= (why == Why.BETWEEN_SOURCES.words) & strong & holds & (was_so | (says == Why.START_UNCERTAIN))
    told |= why == Why.LOW_CONFIDENCE.words
    # With outside="no" a row outside its bounds is behind a no, or the no of a change.
    closed = (outside == "no") & strong & holds & says.isin(steps.OUTSIDE_BOUNDS)
    told |= closed & ((answer == "no") | (why == Why.CHANGES_WITHIN.words))
    kept = rows[told].drop_duplicates("row")
    return statuses.iloc[kept["row"]].assign(proposition=kept["proposition"].to_numpy())
