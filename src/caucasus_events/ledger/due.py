"""How large a step the next version must be: what a reader's code or analysis rests on, compared with the last release.

What is gone breaks what others built and is a major step; what is new, or a cell that an analysis can rest on, is a
minor one; words that are only for reading are a patch.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from caucasus_events.model.rows import FILES, OWN

from .differences import Entry
from .frozen import Frozen, shape_of
from .versions import LEVELS


class Due(NamedTuple):
    """How large a step the next version must be at least, and every kind of difference that makes it so large."""

    level: str
    why: tuple[str, ...]


def due(last: Frozen, tables: Mapping[str, pd.DataFrame], entries: Sequence[Entry], withdrawn: set[str]) -> Due:
    """Compute the step that is due: from the tables as they are now, what differs, and the ids that are withdrawn."""
    # How changes are told may itself change; no step is due for it.
    now = shape_of({name: frame for name, frame in tables.items() if name != "changes"})
    was = {**last.shape, "tables": {name: kept for name, kept in last.shape["tables"].items() if name != "changes"}}
    why = [*_shape_steps(was, now), *_row_steps(entries, withdrawn, set(was["tables"]))]
    level = max((LEVELS.index(level) for level, _ in why), default=0)
    return Due(LEVELS[level], tuple(dict.fromkeys(text for each, text in why if each == LEVELS[level])))


def _shape_steps(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Compare the shape of two releases: public names, tables, keys, columns, types, codes, words."""
    yield from _gone_and_new("the public name ", was["names"], now["names"])
    yield from _gone_and_new("the table ", was["tables"], now["tables"])
    for name in [name for name in was["tables"] if name in now["tables"]]:
        old, new = was["tables"][name], now["tables"][name]
        if old["key"] != new["key"]:
            yield "major", f"the key of {name} is another"
        yield from _gone_and_new(f"the column {name}.", old["columns"], new["columns"])
        for column in [column for column in old["columns"] if column in new["columns"]]:
            yield from _column_steps(f"{name}.{column}", old["columns"][column], new["columns"][column])


def _column_steps(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Compare the shape of one column."""
    if old["type"] != new["type"]:
        yield "major", f"{name} was of type {old['type']} and is {new['type']}"
    yield from _gone_and_new(f"the code {name} = ", old["codes"], new["codes"])
    if set(old["codes"]) == set(new["codes"]) and old["codes"] != new["codes"]:
        yield "minor", f"the codes of {name} stand in another order"
    if old["description"] != new["description"]:
        yield "patch", f"{name} is described in other words (if it means something else, that is a major step)"


def _gone_and_new(what: str, old: Iterable[str], new: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Compare two lists of names: what is gone is a major step, what is new a minor one."""
    yield from (("major", f"{what}{name} is gone") for name in sorted(set(old) - set(new)))
    yield from (("minor", f"{what}{name} is new") for name in sorted(set(new) - set(old)))


def _row_steps(entries: Iterable[Entry], withdrawn: set[str], known: set[str]) -> Iterable[tuple[str, str]]:
    """Compare the rows: an id that goes without a word breaks what others built on it."""
    cells: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        table, name, operation = str(entry["table"]), str(entry["id"]), entry["operation"]
        if operation == "removed" and table in OWN:
            tombstone = "minor", f"rows are withdrawn from {table}"
            lost = "major", f"{name} is gone from {table} without [[withdrawn]]"
            yield tombstone if name in withdrawn else lost
        elif operation in ("added", "removed"):
            yield "minor", f"rows are {operation} in {table}"
        elif operation == "changed" and table in known:
            level = "minor" if entry["column"] in FILES[table].analytic else "patch"
            cells.setdefault((level, table), []).append(str(entry["column"]))
    for (level, table), columns in cells.items():
        yield level, f"cells of {table} are changed: {', '.join(dict.fromkeys(columns))}"
