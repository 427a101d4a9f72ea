"""Rules between rows and between tables: one function, one sentence each.

A rule reads the tables as they are shipped and yields what breaks it. The build runs all of
them before it writes anything, and ``check`` runs them over the files that stand in ``data/``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import codebook, dates, layers, quotes, readings, schema
from .errors import Fact, nearest

if TYPE_CHECKING:
    from datetime import date

Tables = Mapping[str, pd.DataFrame]
BOUNDS = ("start_earliest", "start_latest", "end_earliest", "end_latest")
PROPOSITION = ("type", "subject", "object", "about")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RECORDS = {"events": "event_id", "statuses": "status_id"}


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
        return {name: list(_rows(frame)) for name, frame in self.tables.items()}

    def records(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every event and status: table, id, row."""
        for table, key in _RECORDS.items():
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
            if finding.key not in shipped.doubled or name == keys_are_unique.__name__:
                yield name, finding


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows of a table as dictionaries, with None where a value is missing."""
    columns = {str(name): frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame}
    return (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))


def _day(value: pd.Timestamp | None) -> date | None:
    """Turn a cell into a day."""
    return None if value is None else value.date()


def _id(table: str, row: Mapping[str, Any]) -> str:
    """Name a row by its key."""
    return " ".join(str(row[column]) for column in schema.KEYS[table])


@rule
def keys_are_unique(shipped: Shipped) -> Iterator[Finding]:
    """No two rows of a table have the same key, and no event has the id of a status."""
    for table, key in schema.KEYS.items():
        frame = shipped.tables[table]
        for row in _rows(frame[frame.duplicated(list(key))]):
            # The other rows of a record whose id is used twice are twice there because of that.
            if table in _RECORDS or row[key[0]] not in shipped.doubled:
                yield _twice(table, row)
    shared = set(shipped.tables["events"]["event_id"]) & set(shipped.tables["statuses"]["status_id"])
    for identity in sorted(shared):
        yield Finding(
            "statuses", identity, identity, "the id is used by an event and by a status", "give one of them another id"
        )


def _twice(table: str, row: Mapping[str, Any]) -> Finding:
    """Say of the second of two rows with one key what to do with it."""
    identity = _id(table, row)
    if table == "participants":
        what = f"{row['entity_id']} takes part as {row['role']} twice"
        return Finding("events", row["event_id"], row["entity_id"], what, "name it once")
    if table not in _RECORDS:
        return Finding(table, identity, identity, "the id is used twice", "keep one")
    do = f"give the new one another id; if it is from another seed: {identity}-{row['source_id']}"
    return Finding(table, identity, identity, "the id is used twice", do)


@rule
def rows_are_in_key_order(shipped: Shipped) -> Iterator[Finding]:
    """The rows of a table are sorted by its key."""
    for table, key in schema.KEYS.items():
        rows = list(_rows(shipped.tables[table][list(key)]))
        for before, after in pairwise(rows):
            if tuple(before.values()) > tuple(after.values()):
                yield Finding(table, _id(table, after), "", "the row stands after a later key", "build the data anew")


@rule
def ids_are_well_formed(shipped: Shipped) -> Iterator[Finding]:
    """Ids of records are kebab-case; a status names its type in its id, a denial with `not` before it."""
    for table, identity, row in shipped.records():
        if not _SLUG.fullmatch(identity):
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
    single = ("sources", "entities", "events", "references")
    known = {name: {row[schema.KEYS[name][0]] for row in shipped.rows[name]} for name in single}
    known["records"] = known["events"] | {row["status_id"] for row in shipped.rows["statuses"]}
    for table, column, target in _REFERENCES:
        for row in shipped.rows[table]:
            parting = _SEVERAL.get(column)
            named = [] if row[column] is None else row[column].split(parting) if parting else [row[column]]
            for value in named:
                if value not in known[target]:
                    yield _dangling(table, row, column, value, sorted(known[target]), target)


_REFERENCES = [
    ("events", "source_id", "sources"),
    ("events", "location", "entities"),
    ("events", "attributed_to", "entities"),
    ("events", "same_as", "events"),
    ("participants", "event_id", "events"),
    ("participants", "entity_id", "entities"),
    ("statuses", "source_id", "sources"),
    ("statuses", "subject", "entities"),
    ("statuses", "object", "entities"),
    ("statuses", "about", "entities"),
    ("statuses", "attributed_to", "entities"),
    ("evidence", "record_id", "records"),
    ("evidence", "source_id", "sources"),
    ("coverage", "source_id", "sources"),
    ("timeline", "record_id", "records"),
    ("corroborations", "record_id", "records"),
    ("corroborations", "sources", "references"),
    ("external_ids", "record_id", "records"),
    ("external_ids", "sources", "references"),
]
# Columns that name several rows, and what parts the names.
_SEVERAL = {"location": "-", "sources": "; "}


def _dangling(table: str, row: Mapping[str, Any], column: str, value: str, names: list[str], target: str) -> Finding:
    """Say which name does not exist, with the nearest of those that do."""
    near = nearest(value, names)
    adds = {"entities": "add an [[entity]] block to this sheet", "references": "add a [[reference]] block"}
    add = adds.get(target, f"name one of the {target}")
    place = "participants" if table == "participants" else column
    what = f"unknown {'entity' if target == 'entities' else target.removesuffix('s')} {value!r} in {place}"
    facts = (Fact("known", ", ".join(names), wrap=True),) if target == "entities" else ()
    owner = ("events", row["event_id"]) if table == "participants" else (table, _id(table, row))
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


@rule
def bounds_are_ordered(shipped: Shipped) -> Iterator[Finding]:
    """Earliest is never after latest, and no start is after its end."""
    for table, identity, row in shipped.records():
        for first, last in (BOUNDS[:2], BOUNDS[2:], BOUNDS[::2], BOUNDS[1::2]):
            if row[first] is not None and row[last] is not None and row[first] > row[last]:
                facts = (Fact(first, str(row[first].date())), Fact(last, str(row[last].date())))
                yield Finding(table, identity, "", f"{first} is after {last}", "mend the dates", facts)


@rule
def nothing_is_later_than_its_seed(shipped: Shipped) -> Iterator[Finding]:
    """No bound is later than the day the seed speaks until, nor that day than its publication."""
    for table, identity, row in shipped.records():
        for bound in BOUNDS:
            if row[bound] is not None and row[bound] > row["speaks_until"]:
                yield Finding(table, identity, "", f"{bound} is after the day the seed speaks until", "mend the date")
    for row in shipped.rows["sources"]:
        if row["speaks_until"] > row["published"]:
            yield Finding(
                "sources",
                row["source_id"],
                str(row["speaks_until"].date()),
                "speaks_until is after the day of publication",
                "write the day of publication, or an earlier one",
            )


@rule
def bounds_follow_from_the_coded_dates(shipped: Shipped) -> Iterator[Finding]:
    """The four bounds, the precision and the state of the end are what the EDTF dates say."""
    for table, identity, row in shipped.records():
        until = row["speaks_until"].date()
        try:
            if table == "events":
                bounds, code, column = (
                    dates.event_bounds(row["date"], until),
                    dates.precision(row["date"]),
                    "date_precision",
                )
            else:
                (bounds, code), column = dates.status_bounds(row["start"], row["end"], until), "end_state"
        except dates.DateError as error:
            yield Finding(
                table, identity, error.text, error.what, error.do, (Fact("date", error.text, caret=error.caret),)
            )
            continue
        for name, expected in bounds._asdict().items():
            if _day(row[name]) != expected:
                facts = (Fact("found", str(_day(row[name]))), Fact("expected", str(expected)))
                yield Finding(
                    table, identity, "", f"{name} does not follow from the coded date", "build the data anew", facts
                )
        if row[column] != code:
            yield Finding(
                table, identity, "", f"{column} is {row[column]}, the coded date says {code}", "build the data anew"
            )


@rule
def records_carry_the_horizon_of_their_seed(shipped: Shipped) -> Iterator[Finding]:
    """speaks_until of a record is that of its seed."""
    until = shipped.column("sources", "source_id", "speaks_until")
    for table, identity, row in shipped.records():
        if until.get(row["source_id"], row["speaks_until"]) != row["speaks_until"]:
            yield Finding(table, identity, "", "speaks_until is not that of the seed", "build the data anew")


@rule
def symmetric_pairs_are_ordered(shipped: Shipped) -> Iterator[Finding]:
    """In a symmetric type the subject comes first in the alphabet, and the codebook says what is symmetric."""
    for row in shipped.rows["statuses"]:
        identity, kind = row["status_id"], codebook.status_types().get(row["type"])
        if kind and kind.symmetric != row["symmetric"]:
            yield Finding(
                "statuses",
                identity,
                "",
                f"symmetric is {row['symmetric']}, the codebook says {kind.symmetric}",
                "build the data anew",
            )
        if kind and kind.symmetric and row["subject"] > row["object"]:
            yield Finding(
                "statuses",
                identity,
                row["subject"],
                f"{row['type']} is symmetric and its pair is not in alphabetical order",
                f'write subject = "{row["object"]}", object = "{row["subject"]}"',
            )


@rule
def nobody_stands_on_both_sides(shipped: Shipped) -> Iterator[Finding]:
    """Subject and object differ, and nobody acts on himself in an event."""
    for row in shipped.rows["statuses"]:
        if row["subject"] == row["object"]:
            yield Finding(
                "statuses",
                row["status_id"],
                row["subject"],
                f"subject and object are both {row['subject']}",
                "name the two parties",
            )
    cast = {(row["event_id"], row["entity_id"], row["role"]) for row in shipped.rows["participants"]}
    for event, entity, role in sorted(cast):
        if role == "actor" and (event, entity, "target") in cast:
            yield Finding("events", event, entity, f"{entity} is both actor and target", "name the two parties")


@rule
def events_have_participants(shipped: Shipped) -> Iterator[Finding]:
    """Every event has at least one participant."""
    present = set(shipped.tables["participants"]["event_id"])
    for identity in shipped.tables["events"]["event_id"]:
        if identity not in present:
            yield Finding(
                "events",
                identity,
                "",
                "nobody takes part in the event",
                "add participants = [ { entity = …, role = … } ]",
            )


@rule
def roles_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """A participant has a role that the type of event knows, and is of a kind that may take it."""
    kinds = shipped.column("entities", "entity_id", "kind")
    types = shipped.column("events", "event_id", "type")
    for row in shipped.rows["participants"]:
        event_type = codebook.event_types().get(str(types.get(row["event_id"])))
        if event_type is None:
            continue
        if row["role"] not in event_type.roles:
            yield Finding(
                "events",
                row["event_id"],
                row["role"],
                f"{event_type.name} knows no role {row['role']!r}",
                "write " + " or ".join(event_type.roles),
            )
        else:
            place, allowed = f"{row['role']} of a {event_type.name}", event_type.roles[row["role"]]
            yield from _kind("events", row["event_id"], place, row["entity_id"], kinds, allowed)


@rule
def kinds_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """Subject and object of a status are of kinds that its type allows; what it is about is a territory."""
    kinds = shipped.column("entities", "entity_id", "kind")
    for row in shipped.rows["statuses"]:
        kind = codebook.status_types().get(row["type"])
        if kind:
            yield from _kind("statuses", row["status_id"], "the subject", row["subject"], kinds, kind.subject)
            yield from _kind("statuses", row["status_id"], "the object", row["object"], kinds, kind.object)
        if row["about"] is not None:
            yield from _kind("statuses", row["status_id"], "what it is about", row["about"], kinds, ["territory"])


def _kind(
    table: str, record: str, place: str, entity: str, kinds: Mapping[str, Any], allowed: list[str]
) -> Iterator[Finding]:
    """Report an entity of a kind that may not stand in this place; an unknown one is another rule's."""
    if entity in kinds and kinds[entity] not in allowed:
        yield Finding(
            table,
            record,
            entity,
            f"{entity} is of kind {kinds[entity]} and cannot be {place}",
            f"name an entity of kind {' or '.join(allowed)}",
        )


@rule
def places_fit_the_type(shipped: Shipped) -> Iterator[Finding]:
    """Speeches and closures have no location; a border is two codes in alphabetical order."""
    for row in shipped.rows["events"]:
        kind, where = codebook.event_types().get(row["type"]), row["location"]
        if where is None or kind is None:
            continue
        if not kind.located:
            yield Finding("events", row["event_id"], where, f"{kind.name} has no location", "leave location out")
        if "-".join(sorted(set(where.split("-")))) != where:
            yield Finding(
                "events",
                row["event_id"],
                where,
                "a border is two codes in alphabetical order",
                f'write location = "{"-".join(sorted(set(where.split("-"))))}"',
            )


@rule
def attributions_name_somebody(shipped: Shipped) -> Iterator[Finding]:
    """attributed_to is given where, and only where, the assertion is attributed."""
    for table, identity, row in shipped.records():
        if (row["assertion"] == "attributed") != (row["attributed_to"] is not None):
            yield Finding(
                table,
                identity,
                row["assertion"],
                "assertion and attributed_to disagree",
                "name whose claim it is, or none",
            )


@rule
def occurrences_are_those_of_other_seeds(shipped: Shipped) -> Iterator[Finding]:
    """same_as names an event of another seed."""
    seeds = shipped.column("events", "event_id", "source_id")
    for row in shipped.rows["events"]:
        if row["same_as"] is not None and seeds.get(row["same_as"]) == row["source_id"]:
            yield Finding(
                "events",
                row["event_id"],
                row["same_as"],
                "same_as names an event of the same seed",
                "code the occurrence once, with every passage",
            )


@rule
def no_seed_contradicts_itself(shipped: Shipped) -> Iterator[Finding]:
    """One seed never says yes and no of a proposition for a day on which both are certain."""
    claims: dict[tuple[Any, ...], dict[bool, list[dict[str, Any]]]] = {}
    for row in shipped.rows["statuses"]:
        said = claims.setdefault((row["source_id"], *(row[column] for column in PROPOSITION)), {True: [], False: []})
        said[row["holds"]].append(row)
    for said in claims.values():
        for yes, no in product(said[True], said[False]):
            yield from _clash(yes, no)


def _clash(yes: Mapping[str, Any], no: Mapping[str, Any]) -> Iterator[Finding]:
    """Report the first day on which two opposite statuses are both certain."""
    windows = [yes["start_latest"], yes["end_earliest"], no["start_latest"], no["end_earliest"]]
    if any(bound is None for bound in windows):
        return
    first, last = max(windows[0], windows[2]), min(windows[1], windows[3])
    if first <= last:
        facts = (Fact("yes", yes["status_id"]), Fact("no", no["status_id"]), Fact("day", str(first.date())))
        yield Finding(
            "statuses",
            no["status_id"],
            no["status_id"],
            "the seed says yes and no of one day",
            "mend one of the two, or its dates",
            facts,
        )


@rule
def coverage_tiles_every_seed(shipped: Shipped) -> Iterator[Finding]:
    """The stretches of a seed tile it from first to last character; no two neighbours are alike."""
    tiled = shipped.stretches()
    for row in shipped.rows["sources"]:
        at, last = 0, None
        for stretch in tiled.get(row["source_id"], []):
            if stretch["start_char"] != at or stretch["end_char"] <= at or stretch["disposition"] == last:
                yield Finding(
                    "coverage",
                    _id("coverage", stretch),
                    "",
                    f"the stretch does not follow the one that ends at {at}",
                    "build the data anew",
                )
            at, last = stretch["end_char"], stretch["disposition"]
        if at != row["characters"]:
            yield Finding(
                "sources",
                row["source_id"],
                "",
                f"coverage ends at {at}, the text at {row['characters']}",
                "build the data anew",
            )


@rule
def cited_stretches_are_the_evidence(shipped: Shipped) -> Iterator[Finding]:
    """Every passage lies in cited stretches, and every cited stretch begins with a passage."""
    cited = shipped.tables["coverage"].query("disposition == 'cited'")
    spans = {
        seed: list(group[["start_char", "end_char"]].itertuples(index=False))
        for seed, group in cited.groupby("source_id")
    }
    starts = set(shipped.tables["evidence"][["source_id", "start_char"]].itertuples(index=False, name=None))
    covered = set(shipped.tables["coverage"]["source_id"])
    for row in shipped.rows["evidence"]:
        # That a seed has no coverage at all is another rule's.
        if row["source_id"] in covered and not any(
            span.start_char <= row["start_char"] and row["end_char"] <= span.end_char
            for span in spans.get(row["source_id"], [])
        ):
            yield Finding(
                "evidence", _id("evidence", row), "", "the passage is not in a cited stretch", "build the data anew"
            )
    for row in _rows(cited):
        if row["start_char"] > 0 and (row["source_id"], row["start_char"]) not in starts:
            yield Finding(
                "coverage",
                _id("coverage", row),
                "",
                "no passage begins where the cited stretch does",
                "build the data anew",
            )


@rule
def quotes_stand_at_their_offsets(shipped: Shipped) -> Iterator[Finding]:
    """The text between the offsets, white space folded, is the quote, and what is around it its context."""
    folded = {seed: quotes.FoldedText(text) for seed, text in shipped.texts.items()}
    for row in shipped.rows["evidence"]:
        text, span = folded.get(row["source_id"]), quotes.Span(row["start_char"], row["end_char"])
        if text is None:
            continue
        cut = text.text[span.start : span.end]
        if quotes.fold(cut) != row["quote"] or cut != cut.strip():
            facts = (Fact("quote", row["quote"]), Fact("text", quotes.fold(cut)))
            yield Finding(
                "evidence",
                _id("evidence", row),
                "",
                "the quote is not what stands at its offsets",
                "build the data anew",
                facts,
            )
        elif quotes.context(span, text) != (row["prefix"], row["suffix"]):
            yield Finding(
                "evidence",
                _id("evidence", row),
                "",
                "prefix or suffix is not what stands around the quote",
                "build the data anew",
            )


@rule
def sources_describe_their_text(shipped: Shipped) -> Iterator[Finding]:
    """Length, hash and shares of a source are those of its text."""
    tiled = shipped.stretches()
    for row in shipped.rows["sources"]:
        text = shipped.texts.get(row["source_id"])
        if text is None:
            continue
        counts = {
            stretch["start_char"]: _letters(text[stretch["start_char"] : stretch["end_char"]])
            for stretch in tiled.get(row["source_id"], [])
        }
        cited = sum(
            counts[stretch["start_char"]]
            for stretch in tiled.get(row["source_id"], [])
            if stretch["disposition"] == "cited"
        )
        total = _letters(text)
        found = (row["characters"], row["sha256"], row["cited_share"], row["set_aside_share"])
        expected = (
            len(text),
            quotes.digest(text),
            round(cited / total, 6),
            round((sum(counts.values()) - cited) / total, 6),
        )
        if found != expected:
            facts = (Fact("found", str(found)), Fact("expected", str(expected)))
            yield Finding(
                "sources", row["source_id"], "", "the source does not describe its text", "build the data anew", facts
            )


def _own_bounds(table: str) -> list[str]:
    """Name the bounds that a reading can be of."""
    return ["date"] if table == "events" else ["start", "end"]


@rule
def readings_fit_their_record(shipped: Shipped) -> Iterator[Finding]:
    """A reading is of the date of an event, or of the start or end of a status, and its id says of which."""
    tables = {identity: table for table, identity, _ in shipped.records()}
    for row in shipped.rows["corroborations"]:
        table, identity = tables.get(row["record_id"]), row["reading_id"]
        if table is None:
            continue
        allowed, start = _own_bounds(table), f"{row['record_id']}-{row['bound']}-"
        if row["bound"] not in allowed:
            what = f"{'an event' if table == 'events' else 'a status'} has no {row['bound']}"
            yield Finding("corroborations", identity, row["bound"], what, f"write {' or '.join(allowed)}")
        elif not identity.startswith(start):
            what = "the id does not name record and bound"
            yield Finding("corroborations", identity, identity, what, f"let it begin with {start}")


@rule
def readings_have_the_bounds_of_their_date(shipped: Shipped) -> Iterator[Finding]:
    """The four bounds of a reading are what its EDTF date says."""
    for row in shipped.rows["corroborations"]:
        try:
            expected = dates.reading_bounds(row["bound"], row["date"])
        except dates.DateError as error:
            fact = Fact("date", error.text, caret=error.caret)
            yield Finding("corroborations", row["reading_id"], error.text, error.what, error.do, (fact,))
            continue
        for name, day in expected._asdict().items():
            if _day(row[name]) != day:
                facts = (Fact("found", str(_day(row[name]))), Fact("expected", str(day)))
                what = f"{name} does not follow from the date of the reading"
                yield Finding("corroborations", row["reading_id"], "", what, "build the data anew", facts)


def _compared(shipped: Shipped) -> Iterator[tuple[dict[str, Any], dates.Bounds, dates.Bounds]]:
    """Give every reading that fits its record, with the seed's own bounds and those of the reading."""
    records = {identity: (table, _bounds(row)) for table, identity, row in shipped.records()}
    for row in shipped.rows["corroborations"]:
        table, seed = records.get(row["record_id"], ("", readings.UNKNOWN))
        if table and row["bound"] in _own_bounds(table):
            yield row, seed, _bounds(row)


def _bounds(row: Mapping[str, Any]) -> dates.Bounds:
    """Give the bounds of a row as days."""
    return readings.bounds_of({name: _day(row[name]) for name in BOUNDS})


def _spoken(bounds: dates.Bounds) -> str:
    """Write the windows of a record or a reading; an open side is empty."""
    start, end = (f"{first or ''}…{last or ''}" for first, last in (bounds[:2], bounds[2:]))
    return f"start {start}, end {end}"


@rule
def relations_are_borne_out(shipped: Shipped) -> Iterator[Finding]:
    """A reading confirms, refines or contradicts the seed as the dates of both say."""
    for row, seed, reading in _compared(shipped):
        found = dates.relation(seed, reading)
        if found != row["relation"]:
            facts = (Fact("seed", _spoken(seed)), Fact("reading", _spoken(reading)))
            what = f"the reading is said to be one that {row['relation']}; by its dates it {found}"
            do = f'write relation = "{found}", or mend the date'
            yield Finding("corroborations", row["reading_id"], row["relation"], what, do, facts)


@rule
def no_preferred_reading_contradicts(shipped: Shipped) -> Iterator[Finding]:
    """A reading that lies outside what the seed says is not preferred."""
    for row, seed, reading in _compared(shipped):
        if row["preferred"] and dates.relation(seed, reading) == "contradicts":
            facts = (Fact("seed", _spoken(seed)), Fact("reading", _spoken(reading)))
            what = "a reading that contradicts the seed is preferred"
            yield Finding("corroborations", row["reading_id"], "true", what, "write preferred = false", facts)


@rule
def one_reading_is_preferred(shipped: Shipped) -> Iterator[Finding]:
    """Of one bound of a record at most one reading is preferred."""
    first: dict[tuple[str, str], str] = {}
    for row in shipped.rows["corroborations"]:
        bound = (row["record_id"], row["bound"])
        if row["preferred"] and first.setdefault(bound, row["reading_id"]) != row["reading_id"]:
            what = f"two readings of the {row['bound']} of {row['record_id']} are preferred"
            facts = (Fact("first", first[bound]), Fact("second", row["reading_id"]))
            do = "prefer the one that fits the definitions best, and write preferred = false in the other"
            yield Finding("corroborations", row["reading_id"], "true", what, do, facts)


@rule
def readings_are_applied_as_the_rules_say(shipped: Shipped) -> Iterator[Finding]:
    """A reading is applied if it is preferred, at least of medium confidence, and does not contradict."""
    for row, seed, reading in _compared(shipped):
        expected = readings.outcome({**row, **reading._asdict()}, seed)
        for column, value in expected.items():
            if row[column] != value:
                facts = (Fact("found", str(row[column])), Fact("expected", str(value)))
                what = f"{column} is not what follows from the reading"
                yield Finding("corroborations", row["reading_id"], "", what, "build the data anew", facts)


@rule
def applied_readings_agree(shipped: Shipped) -> Iterator[Finding]:
    """The readings that are applied to a record leave it a day to begin and a day to end on."""
    for table, key in _RECORDS.items():
        sharp = layers.sharpened(shipped.tables[table], shipped.tables["corroborations"])
        for row in _rows(sharp[sharp["reading_ids"].notna()]):
            pairs = (BOUNDS[:2], BOUNDS[2:])
            if any(row[first] and row[last] and row[first] > row[last] for first, last in pairs):
                last = row["reading_ids"].split("; ")[-1]
                facts = (Fact("readings", row["reading_ids"]), Fact("leave", _spoken(_bounds(row))))
                what = f"the preferred readings of {row[key]} exclude each other"
                do = "prefer another reading of its start or of its end"
                yield Finding("corroborations", last, "true", what, do, facts)


@rule
def no_reading_makes_a_seed_contradict_itself(shipped: Shipped) -> Iterator[Finding]:
    """Readings never make one seed say yes and no of a proposition for a day on which both are certain."""
    sharp = layers.sharpened(shipped.tables["statuses"], shipped.tables["corroborations"])
    own = {finding.key for finding in no_seed_contradicts_itself(shipped)}
    blunt = Shipped({**shipped.tables, "statuses": sharp}, shipped.texts)
    read = {row["status_id"]: row["reading_ids"] for row in blunt.rows["statuses"]}
    for finding in no_seed_contradicts_itself(blunt):
        if finding.key not in own:
            about = [read[fact.text] for fact in finding.facts[:2] if read[fact.text]]
            last = "; ".join(about).split("; ")[-1]
            what = "with the preferred readings the seed says yes and no of one day"
            do = "look at both readings again: prefer another, or none"
            yield Finding("corroborations", last, "true", what, do, finding.facts)


@rule
def references_are_cited(shipped: Shipped) -> Iterator[Finding]:
    """Every source in references is cited by a reading or an identifier."""
    rows = [*shipped.rows["corroborations"], *shipped.rows["external_ids"]]
    cited = {name for row in rows for name in row["sources"].split("; ")}
    for row in shipped.rows["references"]:
        if row["reference_id"] not in cited:
            what = "no reading and no identifier cites the source"
            yield Finding("references", row["reference_id"], row["reference_id"], what, "cite it, or remove it")


def _letters(text: str) -> int:
    """Count the characters that are not white space."""
    return sum(map(len, text.split()))
