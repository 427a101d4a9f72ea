"""What follows from what: in which other places a row may change because of one that changed itself.

The reason of a source, an entity, a reading or a record explains a cell, or a row that is added or removed, of what
depends on it only there.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from caucasus_events.model import bounds, layers, rows
from caucasus_events.model.rows import FILES, TABLES

from .differences import Entry

# What may be done to a whole row.
_ON_ROWS = ("added", "removed")


def _places(tables: str, columns: str) -> set[str]:
    """Name those of some columns, or operations on whole rows, that every one of some tables has."""
    named = [(table, column) for table in tables.split() for column in columns.split()]
    return {f"{table}.{column}" for table, column in named if column in {*_ON_ROWS, *FILES[table].columns}}


def _referring(*targets: str) -> list[tuple[str, str]]:
    """List the columns, each with its table, in which rows of these tables are named."""
    return [(table, column) for table in TABLES for column, target, _ in rows.references(table) if target in targets]


def _naming_an_entity() -> set[str]:
    """Name the places in which a row changes with an entity that it names: the cell; of a key, the row itself.

    >>> sorted(_naming_an_entity())[:3]
    ['events.attributed_to', 'events.location', 'participants.added']
    """
    return {
        place
        for table, column in _referring("entities")
        for place in _places(table, "added removed" if column in FILES[table].key else column)
    }


def _removed_with(*targets: str) -> set[str]:
    """Name the places in which rows go with the rows of these tables that they name."""
    return {f"{table}.removed" for table, _ in _referring(*targets)}


_RECORDS = "events statuses timeline"
_BOUNDS = " ".join(bounds.BOUNDS)
# What a document says of a record's days, and what is made of them at their best.
_ALONE = " ".join(f"{layers.SEED}{name}" for name in (*bounds.BOUNDS, "speaks_until", "end_state"))
_BEST = f"{_BOUNDS} start_basis end_basis end_state speaks_until reading_ids"
_JUDGED = _places("corroborations", "relation applied why_not")
_WITH_NAMES = _places("events", "participants") | _places("timeline", "parties")

# By the place in which a row changed, those in which what depends on it may. What a row names is known
# (rows.references); that a window follows from a horizon, and a citation from a title, stands only here.
FOLLOWS: dict[str, set[str]] = {
    "sources.speaks_until": _places(_RECORDS, f"{_ALONE} {_BEST}") | _JUDGED,
    **dict.fromkeys(
        _places("sources", "title author publisher first_published_by published"), _places("timeline", "citation")
    ),
    "sources.url": _places("timeline", "url"),
    "sources.sha256": _places("evidence", "added removed start_char end_char quote sha256")
    | _places("timeline", "quote"),
    # Under a licence all passages are shipped in words.
    "sources.licence": _places("evidence timeline", "quote"),
    # With a document goes what belongs to it, by its records too.
    "sources.removed": _removed_with("sources", "events", "timeline"),
    "entities.name": _WITH_NAMES,
    **dict.fromkeys(_places("entities", "added removed"), _WITH_NAMES | _naming_an_entity()),
    **dict.fromkeys(_places("events statuses", f"{_ALONE} {_BEST}"), _JUDGED),
    **dict.fromkeys(_places("events statuses", "removed"), _removed_with("timeline")),
    # A reading that comes, goes or is another sets the windows of its record.
    **dict.fromkeys(_places("corroborations", f"added removed applied {_BOUNDS}"), _places(_RECORDS, _BEST)),
    # What is reported is cited by its sources.
    **dict.fromkeys(_places("references", "title author publisher date"), _places("timeline", "citation")),
    "references.url": _places("timeline", "url"),
}


def dependence(*releases: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Return, by record, what its cells depend on in these releases: its document, the entities that it names."""
    found: dict[str, list[str]] = {}
    for tables in releases:
        for record, names in _depends(tables).items():
            found.setdefault(record, []).extend(names)
    return found


def _depends(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Return the same for the tables of one release."""
    found: dict[str, list[str]] = {}
    for table in [name for name in TABLES if name in tables]:
        frame, owner = tables[table], FILES[table].key[0]
        # A row does not depend on itself, nor an event on another that it is the same as.
        named = [
            each
            for each in rows.references(table)
            if each[0] in frame and each[0] != owner and each[1] not in ("events", "statuses")
        ]
        # The order decides whose reason a cell takes where several would do: that of the document first, then of an
        # entity named alone, then of one of several.
        for column, _, parted in sorted(named, key=lambda each: (each[1] != "sources", each[2] is not None)):
            for record, cell in frame[[owner, column]].dropna().itertuples(index=False):
                for name in cell.split(parted) if parted else [cell]:
                    # A reading hangs, through its record, on all that the record depends on: TABLES has records first.
                    found.setdefault(record, []).extend([name, *found.get(name, ())])
    return found


def following(entries: Sequence[Entry]) -> dict[str, set[str]]:
    """Return, by the id of a row that changed, the places in which other rows may change with it."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        found.setdefault(owner_of(entry["id"]), set()).update(FOLLOWS.get(place_of(entry), ()))
    return found


def place_of(entry: Entry) -> str:
    """Name the column of a cell that changed, or what was done to a whole row, with its table."""
    return f"{entry['table']}.{entry['column'] or entry['operation']}"


def owner_of(name: str | None) -> str:
    """Return the id that a row belongs to: the first part of its key."""
    return str(name).split(" ", 1)[0]
