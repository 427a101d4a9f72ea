"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from caucasus_events.model.rows import FILES, OWN

from .frozen import Frozen, shape
from .versions import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from .differences import Entry


class Due(NamedTuple):
    """How large a step the next version must be at least, and why."""

    level: str
    why: tuple[str, ...]


def due(last: Frozen, tables: Mapping[str, pd.DataFrame], entries: Sequence[Entry], withdrawn: set[str]) -> Due:
    """Compute how large a step the next version must be at least.

    Parameters
    ----------
    last
        The last release.
    tables
        The tables as they are now.
    entries
        What differs.
    withdrawn
        The ids whose withdrawal a sheet explains.

    Returns
    -------
    Due
        The level, and a reason for every kind of difference of that level.
    """
    now = shape({name: frame for name, frame in tables.items() if name != "changes"})
    was = {**last.form, "tables": {name: kept for name, kept in last.form["tables"].items() if name != "changes"}}
    why = [*_form_changes(was, now), *_row_changes(entries, withdrawn, set(was["tables"]))]
    level = max((LEVELS.index(level) for level, _ in why), default=0)
    return Due(LEVELS[level], tuple(dict.fromkeys(text for each, text in why if each == LEVELS[level])))


def _form_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Compare the form of two releases: tables, keys, columns, types, codes, names."""
    yield from _gone_and_new("the public name", was["names"], now["names"])
    yield from _gone_and_new("the table", was["tables"], now["tables"])
    for name in was["tables"].keys() & now["tables"].keys():
        old, new = was["tables"][name], now["tables"][name]
        if old["key"] != new["key"]:
            yield "major", f"the key of {name} is another"
        yield from _gone_and_new(f"the column {name}.", old["columns"], new["columns"])
        for column in old["columns"].keys() & new["columns"].keys():
            yield from _column_changes(f"{name}.{column}", old["columns"][column], new["columns"][column])


def _column_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Compare the form of one column."""
    if old["type"] != new["type"]:
        yield "major", f"{name} was of type {old['type']} and is {new['type']}"
    yield from _gone_and_new(f"the code {name} = ", old["codes"], new["codes"])
    if set(old["codes"]) == set(new["codes"]) and old["codes"] != new["codes"]:
        yield "minor", f"the codes of {name} stand in another order"
    if old["description"] != new["description"]:
        yield "patch", f"{name} is described in other words (if it means something else, that is a major step)"


def _gone_and_new(what: str, old: Iterable[str], new: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Compare two lists of names: what is gone is a major step, what is new a minor one."""
    gap = "" if what.endswith((".", " ")) else " "
    yield from (("major", f"{what}{gap}{name} is gone") for name in sorted(set(old) - set(new)))
    yield from (("minor", f"{what}{gap}{name} is new") for name in sorted(set(new) - set(old)))


def _row_changes(entries: Iterable[Entry], withdrawn: set[str], known: set[str]) -> Iterable[tuple[str, str]]:
    """Compare the rows: an id that goes without a word breaks what others built on it."""
    cells: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        table, name, operation = str(entry["table"]), str(entry["id"]), entry["operation"]
        if operation == "removed" and table in OWN:
            yield from _gone_row(table, name, withdrawn)
        elif operation in ("added", "removed"):
            yield "minor", f"rows are {operation} in {table}"
        elif operation == "changed" and table in known:
            analytic = entry["column"] in FILES[table].analytic
            cells.setdefault(("minor" if analytic else "patch", table), []).append(str(entry["column"]))
    for (level, table), columns in cells.items():
        yield level, f"cells of {table} are changed: {', '.join(dict.fromkeys(columns))}"


def _gone_row(table: str, name: str, withdrawn: set[str]) -> Iterable[tuple[str, str]]:
    """Weigh a row that is gone: with a tombstone it is a minor step."""
    if name in withdrawn:
        yield "minor", f"rows are withdrawn from {table}"
    else:
        yield "major", f"{name} is gone from {table} without [[withdrawn]]"
