"""Rules of every table: keys, ids, what rows name, and what timeline repeats."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from caucasus_events.errors import Fact, nearest, shown
from caucasus_events.model.column_kinds import ENTITY, SLUG
from caucasus_events.model.rows import FILES, OWN, RECORDS, TABLES, references

from .registry import Finding, Shipped, TableRow, rule

# What a column is called where a person writes it, if by another name.
_KEYS = {"reference_ids": "sources"}


@rule()
def keys_are_unique(shipped: Shipped) -> Iterator[Finding]:
    """No two rows of a table have the same key, and no event has the id of a status."""
    for table in TABLES:
        seen = set()
        for row in shipped.rows[table]:
            key = tuple(row[column] for column in FILES[table].key)
            # The other rows of a record whose id is used twice are twice there because of that; that two passages of a
            # record begin together was told where they stand.
            told = key[0] in shipped.doubled or shipped.lacks(row.key, frozenset({"passages"}))
            if key in seen and (table in RECORDS or not told):
                yield _twice(row)
            seen.add(key)
    statuses = {row.key: row for row in shipped.rows["statuses"]}
    for shared in sorted(statuses.keys() & set(shipped.tables["events"]["event_id"])):
        what = "the id is used by an event and by a status"
        yield statuses[shared].breaks(what, "give one of them another id", shared)


def _twice(row: TableRow) -> Finding:
    """Report the second of two rows with one key."""
    if row.table == "participants":
        return row.breaks(f"{row['entity_id']} takes part as {row['role']} twice", "name it once", row["entity_id"])
    if row.table not in RECORDS:
        return row.breaks("the id is used twice", "keep one", row.key)
    do = f"give the new one another id; if it is from another seed: {row.key}-{row['source_id']}"
    return row.breaks("the id is used twice", do, row.key)


@rule()
def rows_are_in_key_order(shipped: Shipped) -> Iterator[Finding]:
    """The rows of a table are sorted by its key."""
    for table in TABLES:
        for before, after in pairwise(shipped.rows[table]):
            if [before[column] for column in FILES[table].key] > [after[column] for column in FILES[table].key]:
                yield after.breaks("the row stands after a later key")


@rule("id", "type", "holds")
def ids_are_well_formed(shipped: Shipped) -> Iterator[Finding]:
    """Ids of records are kebab-case; a status names its type in its id, a denial with `not` before it."""
    for row in shipped.records():
        if not re.fullmatch(SLUG, row.key):
            do = "write a-z, 0-9 and single hyphens: turkey-armenia-border-closed"
            yield row.breaks("the id is not lower-case kebab-case", do, row.key)
        elif row.table == "statuses" and row["type"]:
            ending = ("" if row["holds"] else "not-") + row["type"].replace("_", "-")
            # Of a claim the type must not stand after `not`: that is the id of a denial.
            if not re.search(rf"(?<!-not)-{re.escape(ending)}(-|$)", row.key):
                yield row.breaks("the id does not name the type of the status", f"let it end in -{ending}", row.key)


@rule("id", "kind", "iso3")
def entity_ids_follow_their_kind(shipped: Shipped) -> Iterator[Finding]:
    """A state is its ISO code; a territory or an authority has a code that begins with X."""
    for row in shipped.rows["entities"]:
        if not re.fullmatch(ENTITY, row.key):
            do = "write A-Z and 0-9, a letter first"
            yield row.breaks("the id of an entity is not in capitals", do, row.key)
        elif row["kind"] == "state" and row.key != row["iso3"]:
            do = "let id and iso3 be the same code"
            yield row.breaks("the id of a state is not its ISO 3166-1 alpha-3 code", do, row.key)
        elif row["kind"] in ("territory", "authority") and not re.fullmatch(r"X[A-Z]{2}", row.key):
            do = "take a code that ISO leaves to users: XAA to XZZ"
            yield row.breaks(f"the id of a {row['kind']} is not X and two letters", do, row.key)


@rule()
def references_resolve(shipped: Shipped) -> Iterator[Finding]:
    """Every source, entity, event and record that a row names exists."""
    known = {name: {row.key for row in shipped.rows[name]} for name in OWN}
    # An event or a status; that timeline has them all is another rule.
    known["timeline"] = known["events"] | known["statuses"]
    reported = {row.key for row in shipped.records("reported")}
    for table in TABLES:
        owner = FILES[table].key[0]
        for column, target, parted in references(table):
            for row in shipped.rows[table]:
                named = [] if row[column] is None else row[column].split(parted) if parted else [row[column]]
                # A hyphen parts the codes of a border; in anything else it is part of one name that does not exist.
                if parted == "-" and not all(re.fullmatch(ENTITY, each) for each in named):
                    named = [row[column]] if named else []
                for value in named:
                    if value not in known[target]:
                        other = next((OWN[name] for name in OWN if value in known[name]), "")
                        file = "this file" if row[owner] in reported else "this sheet"
                        yield _dangling(row, column, _Named(target, value, other, file), sorted(known[target]))


class _Named(NamedTuple):
    """A name that is none of a table: what it is one of instead, if of anything, and the file in which it stands."""

    table: str
    value: str
    other: str
    file: str


def _dangling(row: TableRow, column: str, name: _Named, known: list[str]) -> Finding:
    """Report a name that does not exist, with the nearest of those that do, or that is one of something else."""
    target, value, other, file = name
    adds = {"entities": f"add an [[entity]] block to {file}", "references": "add a [[reference]] block"}
    adds = {} if other else adds
    add = adds.get(target, f"name one of the {'records' if target == 'timeline' else target}")
    near = nearest(value, known)
    do = f"write {near}, or {add}" if near else add
    if column == "location":
        do += "; of a place that is no entity, such as a village, leave location out"
    where = "participants" if row.table == "participants" else _KEYS.get(column, column)
    wanted = OWN.get(target, "record")
    what = f"unknown {wanted} {shown(value)} in {where}"
    if other:
        what = f"{shown(value)} in {where} is the id of {_with_article(other)}, not of {_with_article(wanted)}"
    facts = [Fact("known", ", ".join(known), wrap=True)] if target == "entities" else []
    return row.breaks(what, do, value, facts, missing=target)


def _with_article(noun: str) -> str:
    """Write a noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


@rule("passages")
def records_and_timeline_agree(shipped: Shipped) -> Iterator[Finding]:
    """Every event and status is in timeline; a passage proves each of a seed, and sources each reported one."""
    flat, proven = set(shipped.tables["timeline"]["record_id"]), set(shipped.tables["evidence"]["record_id"])
    for row in shipped.records():
        seed = row["layer"] == "seed"
        if row.key not in flat:
            yield row.breaks("the record is not in timeline", at=row.key)
        if seed and row.key not in proven:
            yield row.breaks("no passage proves the record", "cite the words that say it", row.key)
        told = ("assertion",) if seed else ("says", "confidence", "reference_ids")
        for column in ("assertion", "says", "confidence", "reference_ids"):
            if (row[column] is None) == (column in told) and not shipped.lacks(row.key, frozenset({column, "sources"})):
                yield row.breaks(f"{column} {'is missing' if column in told else 'stands'} in a {row['layer']} record")


@rule("passages")
def timeline_repeats_its_records(shipped: Shipped) -> Iterator[Finding]:
    """What timeline says of a record is what its own table says, and its quote is one of its passages."""
    records = {row.key: row for row in shipped.records()}
    quoted = {(row["record_id"], row["quote"]) for row in shipped.rows["evidence"]}
    for row in shipped.rows["timeline"]:
        record = records.get(row.key, row)
        for column in row:
            if row[column] != record.get(column, row[column]):
                yield row.breaks(f"{column} in timeline is not that of the record")
        if record["layer"] == "seed" and row.key in records and (row.key, row["quote"]) not in quoted:
            yield row.breaks("the quote in timeline is no passage of the record")
