"""What is there: the records by type, layer, confidence and the decade in which they began."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from caucasus_events.model.codebook import codes
from caucasus_events.model.rows import dictionaries
from caucasus_events.model.words import counted
from prose import table

if TYPE_CHECKING:
    from prose import Row, Tables

_LAYERS = ("seed", *(f"reported, {each}" for each in ("high", "medium", "low")))
_NOTE = """\
A record counts in the decade of the first day on which it can have begun. Where that is open, as it
is of a status that a source finds already there, it counts under "start open".
"""


def inventory(tables: Tables) -> list[str]:
    """Write the section: a type a row, and the sum."""
    records = dictionaries(tables["timeline"])
    decades = sorted({_decade(row) for row in records}, key=lambda decade: (decade == "start open", decade))
    columns = ("records", *_LAYERS, *decades)
    found: dict[str, Counter[str]] = {}
    for row in records:
        found.setdefault(row["type"], Counter()).update(("records", _layer(row), _decade(row)))
    types = [name for name in (*codes("event"), *codes("status")) if name in found]
    body = [[name, *(str(found[name][column] or "") for column in columns)] for name in types]
    total = sum(found.values(), Counter[str]())
    body.append(["**sum**", *(str(total[column]) for column in columns)])
    kinds = Counter(row["kind"] for row in records)
    told = f"{counted(kinds['event'], 'event')} and {counted(kinds['status'], 'status', 'statuses')}."
    return [told, "", _NOTE, *table(["type", *columns], body, right=range(1, len(columns) + 1))]


def _layer(row: Row) -> str:
    """Name the layer of a record and, of a reported one, its confidence."""
    return "seed" if row["layer"] == "seed" else f"reported, {row['confidence']}"


def _decade(row: Row) -> str:
    """Name the decade in which a record can have begun at the earliest."""
    first = row["start_earliest"]
    return "start open" if first is None else f"{first.year // 10 * 10}s"
