"""TODO."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from caucasus_events.errors import Fact, nearest
from caucasus_events.model.rows import FILES, TABLES, references

from .registry import RECORDS, SLUG, Finding, Shipped, as_rows, key_of, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


# The tables whose ids other rows name.
_ROW = {"sources": "source", "entities": "entity", "events": "event", "references": "reference"}
_REFERRED = ("sources", "entities", "events", "references")


@rule
def keys_are_unique(shipped: Shipped) -> Iterator[Finding]:
    """No two rows of a table have the same key, and no event has the id of a status."""
    for table, key in ((table, FILES[table].key) for table in TABLES):
        frame = shipped.tables[table]
        for row in as_rows(frame[frame.duplicated(list(key))]):
            # The other rows of a record whose id is used twice are twice there because of that.
            if table in RECORDS or row[key[0]] not in shipped.doubled:
                yield _twice(table, row)
    shared = set(shipped.tables["events"]["event_id"]) & set(shipped.tables["statuses"]["status_id"])
    for identity in sorted(shared):
        yield Finding(
            "statuses", identity, identity, "the id is used by an event and by a status", "give one of them another id"
        )


def _twice(table: str, row: Mapping[str, Any]) -> Finding:
    """Say of the second of two rows with one key what to do with it."""
    identity = key_of(table, row)
    if table == "participants":
        what = f"{row['entity_id']} takes part as {row['role']} twice"
        return Finding("events", row["event_id"], row["entity_id"], what, "name it once")
    if table not in RECORDS:
        return Finding(table, identity, identity, "the id is used twice", "keep one")
    do = f"give the new one another id; if it is from another seed: {identity}-{row['source_id']}"
    return Finding(table, identity, identity, "the id is used twice", do)


@rule
def rows_are_in_key_order(shipped: Shipped) -> Iterator[Finding]:
    """The rows of a table are sorted by its key."""
    for table, key in ((table, FILES[table].key) for table in TABLES):
        rows = list(as_rows(shipped.tables[table][list(key)]))
        for before, after in pairwise(rows):
            if tuple(before.values()) > tuple(after.values()):
                yield Finding(
                    table, key_of(table, after), "", "the row stands after a later key", "build the data anew"
                )


@rule
def ids_are_well_formed(shipped: Shipped) -> Iterator[Finding]:
    """Ids of records are kebab-case; a status names its type in its id, a denial with `not` before it."""
    for table, identity, row in shipped.records():
        if not SLUG.fullmatch(identity):
            yield Finding(
                table,
                identity,
                identity,
                "the id is not lower-case kebab-case",
                "write a-z, 0-9 and single hyphens: turkey-armenia-border-closed",
            )
        elif table == "statuses":
            ending = ("" if row["holds"] else "not-") + row["type"].replace("_", "-")
            if not re.search(rf"(?<!-not)-{re.escape(ending)}(-|$)", identity):
                yield Finding(
                    table, identity, identity, "the id does not name the type of the status", f"let it end in -{ending}"
                )


@rule
def entity_ids_follow_their_kind(shipped: Shipped) -> Iterator[Finding]:
    """A state is its ISO code; a territory or an authority has a code that begins with X."""
    for row in shipped.rows["entities"]:
        identity, kind = row["entity_id"], row["kind"]
        if not re.fullmatch(r"[A-Z][A-Z0-9]*", identity):
            yield Finding(
                "entities",
                identity,
                identity,
                "the id of an entity is not in capitals",
                "write A-Z and 0-9, a letter first",
            )
        elif kind == "state" and identity != row["iso3"]:
            yield Finding(
                "entities",
                identity,
                identity,
                "the id of a state is not its ISO 3166-1 alpha-3 code",
                "let id and iso3 be the same code",
            )
        elif kind in ("territory", "authority") and not re.fullmatch(r"X[A-Z]{2}", identity):
            yield Finding(
                "entities",
                identity,
                identity,
                f"the id of a {kind} is not X and two letters",
                "take a code that ISO leaves to users: XAA to XZZ",
            )


@rule
def references_resolve(shipped: Shipped) -> Iterator[Finding]:
    """Every source, entity, event and record that a row names exists."""
    known = {name: {row[FILES[name].key[0]] for row in shipped.rows[name]} for name in _REFERRED}
    # An event or a status; that timeline has them all is another rule.
    known["timeline"] = known["events"] | {row["status_id"] for row in shipped.rows["statuses"]}
    for table in TABLES:
        for column, target, parted in references(table):
            for row in shipped.rows[table]:
                named = [] if row[column] is None else row[column].split(parted) if parted else [row[column]]
                for value in named:
                    if value not in known[target]:
                        yield _dangling(table, row, column, value, sorted(known[target]), target)


def _dangling(table: str, row: Mapping[str, Any], column: str, value: str, names: list[str], target: str) -> Finding:
    """Say which name does not exist, with the nearest of those that do."""
    near = nearest(value, names)
    adds = {"entities": "add an [[entity]] block to this sheet", "references": "add a [[reference]] block"}
    add = adds.get(target, f"name one of the {'records' if target == 'timeline' else target}")
    place = "participants" if table == "participants" else column
    what = f"unknown {_ROW.get(target, 'record')} {value!r} in {place}"
    facts = (Fact("known", ", ".join(names), wrap=True),) if target == "entities" else ()
    owner = ("events", row["event_id"]) if table == "participants" else (table, key_of(table, row))
    do = f"write {near}, or {add}" if near else add
    return Finding(owner[0], owner[1], value, what, do, facts, missing=value)


@rule
def records_and_timeline_agree(shipped: Shipped) -> Iterator[Finding]:
    """Every event and status has one row in timeline and at least one passage in evidence."""
    flat, proven = set(shipped.tables["timeline"]["record_id"]), set(shipped.tables["evidence"]["record_id"])
    for table, identity, _ in shipped.records():
        if identity not in flat:
            yield Finding(table, identity, identity, "the record is not in timeline", "build the data anew")
        if identity not in proven:
            yield Finding(table, identity, identity, "no passage proves the record", "cite the words that say it")


@rule
def timeline_repeats_its_records(shipped: Shipped) -> Iterator[Finding]:
    """What timeline says of a record is what its own table says, and its quote is one of its passages."""
    records = {identity: row for _, identity, row in shipped.records()}
    quoted = {(row["record_id"], row["quote"]) for row in shipped.rows["evidence"]}
    for row in shipped.rows["timeline"]:
        identity = row["record_id"]
        record = records.get(identity, row)
        for column in (column for column in row if row[column] != record.get(column, row[column])):
            what = f"{column} in timeline is not that of the record"
            yield Finding("timeline", identity, "", what, "build the data anew")
        if identity in records and (identity, row["quote"]) not in quoted:
            yield Finding(
                "timeline", identity, "", "the quote in timeline is no passage of the record", "build the data anew"
            )
