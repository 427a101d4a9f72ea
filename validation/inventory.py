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
_OFTEN = 10
_PARTIES = f"""\
A record counts once for each of its parties: whoever takes part in an event, and both sides of a
status. Parties of fewer than {_OFTEN} records are counted together.
"""
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
        found.setdefault(row["type"], Counter()).update(("records", layer_of(row), _decade(row)))
    types = [name for name in (*codes("event"), *codes("status")) if name in found]
    body = [[name, *(str(found[name][column] or "") for column in columns)] for name in types]
    total = sum(found.values(), Counter[str]())
    body.append(["**sum**", *(str(total[column]) for column in columns)])
    kinds = Counter(row["kind"] for row in records)
    told = f"{counted(kinds['event'], 'event')} and {counted(kinds['status'], 'status', 'statuses')}."
    written = table(["type", *columns], body, right=range(1, len(columns) + 1))
    return [told, "", _NOTE, *written, "### By party", "", _PARTIES, *_by_party(tables, columns)]


def _by_party(tables: Tables, columns: tuple[str, ...]) -> list[str]:
    """Write a row a party with at least :data:`_OFTEN` records, most first, and one for all others."""
    records = {row["record_id"]: ("records", layer_of(row), _decade(row)) for row in dictionaries(tables["timeline"])}
    found: dict[str, Counter[str]] = {}
    for record, party in sorted(_parties(tables)):
        found.setdefault(party, Counter()).update(records[record])
    often = sorted(
        (each for each in found if found[each]["records"] >= _OFTEN), key=lambda e: (-found[e]["records"], e)
    )
    body = [[f"`{party}`", *(str(found[party][column] or "") for column in columns)] for party in often]
    rest = sum((counts for party, counts in found.items() if party not in often), Counter[str]())
    body.append([f"{len(found) - len(often)} others", *(str(rest[column] or "") for column in columns)])
    return table(["party", *columns], body, right=range(1, len(columns) + 1))


def _parties(tables: Tables) -> set[tuple[str, str]]:
    """Pair every record with each of its parties: participants of events, subjects and objects of statuses."""
    pairs = set(tables["participants"][["event_id", "entity_id"]].itertuples(index=False, name=None))
    for side in ("subject", "object"):
        named = tables["statuses"][["status_id", side]].dropna()
        pairs |= set(named.itertuples(index=False, name=None))
    return pairs


def layer_of(row: Row) -> str:
    """Name the layer of a record and, of a reported one, its confidence."""
    return "seed" if row["layer"] == "seed" else f"reported, {row['confidence']}"


def _decade(row: Row) -> str:
    """Name the decade in which a record can have begun at the earliest."""
    first = row["start_earliest"]
    return "start open" if first is None else f"{first.year // 10 * 10}s"
