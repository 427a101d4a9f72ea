"""What maintainers work off: every status that is said to go on, by the day it was last attested, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from caucasus_events.model.rows import dictionaries
from caucasus_events.model.words import counted
from inventory import layer_of
from prose import SIDES, table

if TYPE_CHECKING:
    from prose import Row, Tables

_YEAR = pd.DateOffset(years=1)


def staleness(tables: Tables) -> list[str]:
    """Write the section: a sum, and a row a status that no source ends."""
    day, of = _asked(tables)
    going = [row for row in dictionaries(tables["timeline"]) if row["end_state"] == "ongoing"]
    going.sort(key=lambda row: (_attested(row), row["record_id"]))
    stale = [row for row in going if _attested(row) < day - _YEAR]
    told = (
        f"{counted(len(going), 'status', 'statuses')} that no source ends; {len(stale)} of them were last attested "
        f"more than a year before {day:%Y-%m-%d}, {of}. After its last attested day the answer is *unknown*, whatever "
        "the age: this is a list of what to look up, oldest first."
    )
    return [
        told,
        "",
        *table(
            ["record", "last attested", "whole years ago", "layer"],
            [
                [
                    f"`{row['record_id']}`",
                    f"{_attested(row):%Y-%m-%d}",
                    str(_years(_attested(row), day) or ""),
                    layer_of(row),
                ]
                for row in going
            ],
            right=(2,),
        ),
    ]


def _asked(tables: Tables) -> tuple[pd.Timestamp, str]:
    """Return the day that ages are counted to, and what day it is."""
    released = tables["timeline"].attrs.get("released")
    if released:
        return pd.Timestamp(released), "the day of the release"
    return tables["timeline"]["speaks_until"].max(), "the last day that any record speaks of"


def _attested(row: Row) -> pd.Timestamp:
    """Return the last day on which a source still states a status."""
    return pd.Timestamp(row[SIDES["end"][0]])


def _years(attested: pd.Timestamp, day: pd.Timestamp) -> int:
    """Count whole years between two days."""
    return day.year - attested.year - ((day.month, day.day) < (attested.month, attested.day))
