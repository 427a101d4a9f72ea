"""What a rule looks at, what it yields, and how all of them are run."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from caucasus_events.errors import Fact
from caucasus_events.model import layers
from caucasus_events.model.bounds import BOUNDS, Bounds
from caucasus_events.model.rows import RECORDS, dictionaries, key_of

# What to do where nobody wrote the mistake: a build writes the rows anew.
REBUILD = "build the data anew"
# What the days of a record follow from; of two records with one id nobody knows which is meant.
_DATED = frozenset({"id", "date", "start", "end", "speaks_until"})
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that breaks a rule: its table and key, what is wrong and what to do, and the value at fault."""

    table: str
    key: str
    what: str
    do: str
    value: str
    facts: tuple[Fact, ...]
    # The table that lacks a row of the name that stands there, if that is what is wrong.
    missing: str = ""


class TableRow(dict[str, Any]):
    """A row by column, days as dates, with None where nothing stands; it knows its table."""

    def __init__(self, table: str, cells: Mapping[str, Any]) -> None:
        super().__init__(cells)
        self.table = table

    @property
    def key(self) -> str:
        """What names the row in its table; of a record its id."""
        return key_of(self.table, self)

    @property
    def stated(self) -> Bounds:
        """The four bounds of a record, as its own document, or its own sources, state them."""
        prefix = layers.SEED if self["layer"] == "seed" else ""
        return Bounds(*(self[f"{prefix}{name}"] for name in BOUNDS))

    def breaks(
        self, what: str, do: str = REBUILD, at: str = "", facts: Sequence[Fact] = (), missing: str = ""
    ) -> Finding:
        """Find the row at fault, ``at`` being the value that is."""
        # Who takes part is written in the block of the event.
        table, key = ("events", self["event_id"]) if self.table == "participants" else (self.table, self.key)
        return Finding(table, key, what, do, at, tuple(facts), missing)

    def unlike(self, expected: Mapping[str, object], what: str) -> Iterator[Finding]:
        """Find every cell that is not what is expected of it."""
        for column, value in expected.items():
            if self[column] != value:
                facts = Fact("found", str(self[column])), Fact("expected", str(value))
                yield self.breaks(f"{column} {what}", facts=facts)


@dataclass(frozen=True)
class Shipped:
    """What the rules look at: the tables and, where they are at hand, the texts by seed.

    ``faulty`` are the columns, by id, of which a build could read nothing: no rule says that again.
    """

    tables: Mapping[str, pd.DataFrame]
    texts: Mapping[str, str]
    faulty: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> dict[str, list[TableRow]]:
        """The rows of every table."""
        return {name: rows_of(name, frame) for name, frame in self.tables.items()}

    def records(self, *origins: str) -> Iterator[TableRow]:
        """Every event and status, or those of one layer: ``seed``, ``reported``."""
        return (row for table in RECORDS for row in self.rows[table] if not origins or row["layer"] in origins)

    @cached_property
    def doubled(self) -> frozenset[str]:
        """The ids that more than one record has."""
        return frozenset(key for key, count in Counter(row.key for row in self.records()).items() if count > 1)

    @cached_property
    def unsettled(self) -> frozenset[str]:
        """The records whose days are not known, or whose id another has too: no reading can be held against them."""
        return self.doubled | {key for key, columns in self.faulty.items() if columns & _DATED}

    def lacks(self, key: str, columns: frozenset[str]) -> bool:
        """Return whether a build could not read one of some columns of a row, or of the record that it belongs to."""
        return bool(self.faulty) and any(
            columns & self.faulty.get(name, _NOTHING) for name in (key, key.split(" ", 1)[0])
        )

    def column(self, table: str, key: str, value: str) -> dict[Any, Any]:
        """A table as a mapping from one column to another."""
        return {row[key]: row[value] for row in self.rows[table]}

    def stretches(self) -> dict[str, list[TableRow]]:
        """The stretches of every seed, in their order."""
        tiled: dict[str, list[TableRow]] = {}
        for row in self.rows["coverage"]:
            tiled.setdefault(row["source_id"], []).append(row)
        return tiled


Rule = Callable[[Shipped], Iterator[Finding]]
# The rules by name, filled by the modules beside this one.
RULES: dict[str, Rule] = {}
_NEEDS: dict[str, frozenset[str]] = {}


def rule(*needs: str) -> Callable[[Rule], Rule]:
    """Register a rule under the name of its function; of a row that lacks a column that it needs it says nothing."""

    def register(function: Rule) -> Rule:
        RULES[function.__name__], _NEEDS[function.__name__] = function, frozenset(needs)
        return function

    return register


def broken(shipped: Shipped) -> Iterator[tuple[str, Finding]]:
    """Run every rule, and yield its name with each row that breaks it."""
    for name, function in RULES.items():
        for finding in function(shipped):
            # Of two records with one id, any other rule would judge a mixture.
            mixed = finding.key in shipped.doubled and name != "keys_are_unique"
            if not mixed and not shipped.lacks(finding.key, _NEEDS.get(name, _NOTHING)):
                yield name, finding


def rows_of(table: str, frame: pd.DataFrame) -> list[TableRow]:
    """Return the rows of a table, or of some of it."""
    days = {str(name): frame[name].dt.date for name in frame.select_dtypes("datetime")}
    return [TableRow(table, cells) for cells in dictionaries(frame.assign(**days))]
