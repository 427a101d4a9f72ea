"""What is there: the records by type, layer, confidence and the decade in which they began."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from caucasus_events.model.codebook import codes
from caucasus_events.model.rows import dictionaries
from caucasus_events.model.words import counted
from prose import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    """Write the section: a type a row, and the sum; then a party a row, and all that are rarely met."""
    records = dictionaries(tables["timeline"])
    said = {row["record_id"]: ("records", layer_of(row), _decade(row)) for row in records}
    decades = sorted({decade for *_, decade in said.values()}, key=lambda decade: (decade == "start open", decade))
    columns = ("records", *_LAYERS, *decades)
    types = _counts(said, ((row["record_id"], row["type"]) for row in records))
    known = {name: types[name] for name in (*codes("event"), *codes("status")) if name in types}
    parties = _counts(said, sorted(_parties(tables)))
    often = {name: counts for name, counts in parties.items() if counts["records"] >= _OFTEN}
    shown = {f"`{name}`": often[name] for name in sorted(often, key=lambda name: (-often[name]["records"], name))}
    rest = [counts for name, counts in parties.items() if name not in often]
    kinds = Counter(row["kind"] for row in records)
    return [
        f"{counted(kinds['event'], 'event')} and {counted(kinds['status'], 'status', 'statuses')}.",
        "",
        _NOTE,
        *_table("type", columns, known | {"**sum**": sum(known.values(), Counter[str]())}),
        "### By party",
        "",
        _PARTIES,
        *_table("party", columns, shown | {f"{len(rest)} others": sum(rest, Counter[str]())}),
    ]


def _counts(said: Mapping[str, tuple[str, ...]], pairs: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Count for every name, paired with records, what is said of these."""
    found: dict[str, Counter[str]] = {}
    for record, name in pairs:
        found.setdefault(name, Counter()).update(said[record])
    return found


def _table(title: str, columns: tuple[str, ...], counts: Mapping[str, Counter[str]]) -> list[str]:
    """Write a row for every name; what is not there is left empty."""
    body = [[name, *(str(each[column] or "") for column in columns)] for name, each in counts.items()]
    return table([title, *columns], body, right=range(1, len(columns) + 1))


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
