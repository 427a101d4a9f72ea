"""TODO."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from caucasus_events.model.rows import FILES

if TYPE_CHECKING:
    from datetime import date

    from caucasus_events.errors import Fact


Tables = Mapping[str, pd.DataFrame]


PROPOSITION = ("type", "subject", "object", "about")


SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


RECORDS = {"events": "event_id", "statuses": "status_id"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that breaks a rule: its table and key, the value at fault, and the words."""

    table: str
    key: str
    value: str
    what: str
    do: str
    facts: tuple[Fact, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Shipped:
    """What the rules look at: the tables and, where they are at hand, the texts by seed."""

    tables: Tables
    texts: Mapping[str, str]

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every table as dictionaries, with None where a value is missing."""
        return {name: list(as_rows(frame)) for name, frame in self.tables.items()}

    def records(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every event and status: table, id, row."""
        for table, key in RECORDS.items():
            yield from ((table, row[key], row) for row in self.rows[table])

    @cached_property
    def doubled(self) -> frozenset[str]:
        """The ids that more than one record has."""
        counts = Counter(identity for _, identity, _ in self.records())
        return frozenset(identity for identity, count in counts.items() if count > 1)

    def column(self, table: str, key: str, value: str) -> dict[Any, Any]:
        """A table as a mapping from one column to another."""
        return {row[key]: row[value] for row in self.rows[table]}

    def stretches(self) -> dict[str, list[dict[str, Any]]]:
        """The stretches of every seed, in their order."""
        tiled: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows["coverage"]:
            tiled.setdefault(row["source_id"], []).append(row)
        return tiled


Rule = Callable[[Shipped], Iterator[Finding]]


RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register a rule under the name of its function."""
    RULES[function.__name__] = function
    return function


def broken(shipped: Shipped) -> Iterator[tuple[str, Finding]]:
    """Run every rule.

    Parameters
    ----------
    shipped
        The tables, and the texts that are at hand.

    Yields
    ------
    name : str
        The rule.
    finding : Finding
        A row that breaks it.
    """
    for name, function in RULES.items():
        for finding in function(shipped):
            # Of two records with one id, any other rule would judge a mixture.
            if finding.key not in shipped.doubled or name == "keys_are_unique":
                yield name, finding


def as_rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows of a table as dictionaries, with None where a value is missing."""
    columns = {str(name): frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame}
    return (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))


def as_day(value: pd.Timestamp | None) -> date | None:
    """Turn a cell into a day."""
    return None if value is None else value.date()


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """Name a row by its key."""
    return " ".join(str(row[column]) for column in FILES[table].key)
