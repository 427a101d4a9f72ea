"""What a row is: every table, its key, its columns, and which of them names a row of another.

Every column is described here, and only here. The models that check a frame (:mod:`.schema`), the descriptors and
the dictionary are derived from it, so that reading never pays for a checker.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import column_kinds as of
from .codebook import codes
from .column_kinds import ENTITY, Table

Row = dict[str, Any]

_TRUTH = {"True": True, "False": False}
# Columns that several tables have.
_FOUR_BOUNDS = {
    "start_earliest": of.days("first day on which it can have begun; null: unknown"),
    "start_latest": of.days("last day on which it can have begun; null: unknown, and then no day is certain"),
    "end_earliest": of.days("first day on which it can have ended; null: unknown, and then no day is certain"),
    "end_latest": of.days("last day on which it can have ended; null: unknown or still going on"),
}
# What a record of the files has beside its bounds at their best: who set them, and what its document says alone.
_OF_LAYERS = {
    "start_basis": of.codes("who set the window of the start", codes("basis")),
    "end_basis": of.codes("who set the window of the end", codes("basis")),
    **{
        f"seed_{name}": of.days(f"{name} as the document alone gives it; null: it does not, or no document is coded")
        for name in _FOUR_BOUNDS
    },
    "seed_speaks_until": of.days("last day the document of the row can speak of; null: a reported record"),
}
_LAYER = of.codes("whose record it is: coded from a seed, or only stated by other sources", ["seed", "reported"])
_TITLE = of.words("one neutral line in the coder's words")
_ASSERTION = of.codes("how the seed makes the claim; null: a reported record", codes("assertion"), nullable=True)
_ATTRIBUTED = of.entities("entity whose claim it is; only where assertion is attributed", nullable=True)
_SOURCE_ID = of.ids("the seed that the row belongs to", refers="sources")
_CODED_FROM = of.ids("the seed that the row is coded from; null: a reported record", refers="sources", nullable=True)
_UNTIL = of.days("last day the seed can speak of; after it the dataset does not know", nullable=False)
_SPEAKS_UNTIL = "last day that can be spoken of: by the document, or by a later source that is cited"
# What other sources say of a record, and which.
_STATED = {
    "says": of.text("what the sources of a reported record say, in our words; null: a seed's", nullable=True),
    "note": of.words("definition, rivals and doubts of a reported record; null: nothing to add", nullable=True),
    "confidence": of.codes(
        "how well a reported record is supported; null: a seed's record", codes("confidence"), nullable=True
    ),
    "reading_ids": of.text(
        'readings that narrow the windows; separated by "; "; null: none',
        refers="corroborations",
        parted="; ",
        nullable=True,
    ),
    "reference_ids": of.text(
        'sources of a reported record; separated by "; "; null: a seed\'s',
        refers="references",
        parted="; ",
        nullable=True,
    ),
}
_CITED = of.text(
    'the sources that say so, ids of the table references; separated by "; "', refers="references", parted="; "
)
_DONE = ["added", "changed", "removed", "withdrawn"]
_OPERATIONS = [*_DONE, "column added", "column removed", "table added", "table removed"]

_SEED_END = of.codes(
    "what the document alone says of the end; null: an event, or a reported record", codes("end_state"), nullable=True
)

_SOURCES = {
    "source_id": of.ids("id of the seed, the name of its files"),
    "title": of.words("title of the document"),
    "author": of.words("who wrote it"),
    "publisher": of.words("who published the copy that was coded"),
    "first_published_by": of.words("where that copy says it appeared first", nullable=True),
    "published": of.days("day of publication", nullable=False),
    "speaks_until": _UNTIL,
    "url": of.words("address of the copy"),
    "language": of.text("language of the document, ISO 639", matches="[a-z]{2,3}"),
    "licence": of.codes(
        "licence of the document, SPDX, under which all passages are shipped in words; null: none is told",
        codes("licence"),
        nullable=True,
    ),
    "sha256": of.text("SHA-256 of the text that was coded", matches="[0-9a-f]{64}"),
    "characters": of.counts("length of the text in code points"),
    "cited_share": of.shares("share of the characters, white space aside, that a record cites; 0 to 1"),
    "set_aside_share": of.shares("share of them that is set aside with a reason; 0 to 1"),
}
_ENTITIES = {
    "entity_id": of.text("code: ISO 3166-1 alpha-3, usual abbreviation, X code or SURNAME", matches=ENTITY),
    "name": of.text("neutral name; who claims or controls is a record, never part of a name"),
    "kind": of.codes("what the entity is", codes("kind")),
    "region": of.flags("whether it is one of the states that a panel has where none is named"),
    "iso3": of.text("ISO 3166-1 alpha-3 code", nullable=True, matches="[A-Z]{3}"),
    "iso_numeric": of.numbers("ISO 3166-1 numeric code"),
    "cow": of.numbers("Correlates of War country code"),
    "cow_abbrev": of.text("Correlates of War abbreviation", nullable=True, matches="[A-Z]{3}"),
    "gw": of.numbers("Gleditsch-Ward country code"),
    "cow_igo": of.numbers("Correlates of War IGO number (version 3)"),
    "ucdp_actor": of.numbers("UCDP actor id"),
    "wikidata": of.text("Wikidata item", nullable=True, matches="Q[1-9]\\d*"),
    "also_known_as": of.text('spellings met in sources, not endorsed; separated by "; "', nullable=True, parted="; "),
}
_EVENTS = {
    "event_id": of.ids("id of the event, stable for ever"),
    "layer": _LAYER,
    "type": of.codes("type of event", codes("event")),
    "title": _TITLE,
    "date": of.text("the date as the record's own document or sources give it, EDTF; null: none", nullable=True),
    **_FOUR_BOUNDS,
    **_OF_LAYERS,
    "date_precision": of.codes("how precise the coded date is", codes("precision")),
    "location": of.text(
        "entity code, or both codes of a border; null: the seed does not say",
        nullable=True,
        matches=f"{ENTITY}(?:-{ENTITY})?",
        refers="entities",
        parted="-",
    ),
    "participants": of.words(
        "who took part, by role, for reading; the table participants is for joining", nullable=True
    ),
    "assertion": _ASSERTION,
    "attributed_to": _ATTRIBUTED,
    "same_as": of.ids("id of an event of another seed that is the same occurrence", nullable=True, refers="events"),
    "source_id": _CODED_FROM,
    "speaks_until": of.days(f"{_SPEAKS_UNTIL}; null: a reported event"),
    **_STATED,
}
_PARTICIPANTS = {
    "event_id": of.ids("the event", refers="events"),
    "entity_id": of.entities("who took part"),
    "role": of.choices("in which role; a code of the codebook", codes("role")),
}
_STATUSES = {
    "status_id": of.ids("id of the status, stable for ever"),
    "layer": _LAYER,
    "type": of.codes("type of status", codes("status")),
    "title": _TITLE,
    "subject": of.entities("entity of whom it is said"),
    "object": of.entities("entity with regard to whom; in symmetric types the later in the alphabet"),
    "about": of.entities("territory that the status is limited to; null: not limited", nullable=True),
    "symmetric": of.flags("whether the order of subject and object carries no meaning"),
    "holds": of.flags("false: it is denied explicitly; silence is never false"),
    "place": of.words("which base, crossing, post or format, of several; null: no such distinction", nullable=True),
    "start": of.text("the start as the record's own document or sources give it, EDTF; null: none", nullable=True),
    "end": of.text('the end as they give it, EDTF; "..": still so when they speak; null: none is given', nullable=True),
    **_FOUR_BOUNDS,
    **_OF_LAYERS,
    "end_state": of.codes("what is said of the end", codes("end_state")),
    "seed_end_state": _SEED_END,
    "assertion": _ASSERTION,
    "attributed_to": _ATTRIBUTED,
    "source_id": _CODED_FROM,
    "speaks_until": of.days(f"{_SPEAKS_UNTIL}; after it the row does not know", nullable=False),
    **_STATED,
}
_EVIDENCE = {
    "record_id": of.ids("the event or status that the passage proves", refers="timeline"),
    "source_id": _SOURCE_ID,
    "start_char": of.counts("where the passage begins in the text, in code points from 0"),
    "end_char": of.counts("where it ends, the character not included"),
    "quote": of.text("the words, verbatim but for white space, which is folded; null: not shipped", nullable=True),
    "sha256": of.text("SHA-256 of the words in UTF-8, white space folded, shipped or not", matches="[0-9a-f]{64}"),
}
_COVERAGE = {
    "source_id": _SOURCE_ID,
    "start_char": of.counts("where the stretch begins in the text, in code points from 0"),
    "end_char": of.counts("where it ends, the character not included"),
    "disposition": of.codes("cited by a record, or the reason why it is set aside", ["cited", *codes("reason")]),
}
_TIMELINE = {
    "record_id": of.ids("id of the event or status", refers="timeline"),
    "layer": _LAYER,
    "kind": of.codes("event or status", codes("record")),
    "type": of.codes("type of event or status", [*codes("event"), *codes("status")]),
    "title": _TITLE,
    "parties": of.words("who is party to it, for reading", nullable=True),
    **_FOUR_BOUNDS,
    **_OF_LAYERS,
    "end_state": of.codes("what is said of the end; null for events", codes("end_state"), nullable=True),
    "seed_end_state": _SEED_END,
    "holds": of.flags("false: an explicit denial; null for events", nullable=True),
    "speaks_until": of.days(f"{_SPEAKS_UNTIL}; null: a reported event"),
    "quote": of.text(
        "the passage that its coder put first, white space folded; null: a reported record, or not shipped",
        nullable=True,
    ),
    "says": _STATED["says"],
    "confidence": _STATED["confidence"],
    "citation": of.words("how to cite the document that the row comes from; of a reported record its sources, short"),
    "url": of.words("address of the document; of a reported record that of its first source"),
}
_CORROBORATIONS = {
    "reading_id": of.ids("id of the reading, stable for ever; it begins with that of the record"),
    "record_id": of.ids("the event or status that the reading is about", refers="timeline"),
    "bound": of.choices("date of an event, start or end of a status", codes("bound")),
    "date": of.text("what the sources say of it, EDTF"),
    "start_earliest": of.days("first day on which, by the reading, it can have begun; null: it does not say"),
    "start_latest": of.days("last day on which, by the reading, it can have begun; null: it does not say"),
    "end_earliest": of.days("first day on which, by the reading, it can have ended; null: it does not say"),
    "end_latest": of.days("last day on which, by the reading, it can have ended; null: it does not say"),
    "relation": of.choices("how it stands to the seed's own window, worked out from both", codes("relation")),
    "preferred": of.flags("whether it is the one reading of this bound to rest on; at most one is"),
    "confidence": of.choices("how well the date of the act that `says` names is supported", codes("confidence")),
    "applied": of.flags("whether it sharpens the record where dates are corroborated"),
    "why_not": of.choices("why it is not applied; null: it is", codes("why_not"), nullable=True),
    "says": of.text("what the sources say, in our words"),
    "note": of.words("what is uncertain, ambiguous or another definition; null: nothing to add", nullable=True),
    "sources": _CITED,
}
_REFERENCES = {
    "reference_id": of.ids("id of the source"),
    "title": of.words("its title"),
    "author": of.words("who wrote it; null: not told, or taken over without it", nullable=True),
    "publisher": of.words("who published it"),
    "date": of.text("when it was published, EDTF; null: the copy does not say", nullable=True),
    "url": of.words("address of the page, or of the copy that was read"),
    "kind": of.choices("what kind of source it is", codes("medium")),
    "access": of.choices("what of it was read", codes("access")),
    "read": of.words("which part of it was read; null: not noted", nullable=True),
    "licence": of.words("licence of a dataset, as far as it was checked; null: not checked", nullable=True),
}
_EXTERNAL_IDS = {
    "record_id": of.ids("the event or status", refers="timeline"),
    "scheme": of.choices("whose identifier it is", codes("scheme")),
    "external_id": of.text("the identifier, as its dataset writes it"),
    "match": of.choices("how far the join goes; of what is related nothing may be read across", codes("match")),
    "note": of.words("what the two have in common and what not", nullable=True),
    "sources": _CITED,
}
_CHANGES = {
    "version": of.text("the release in which it changed", matches=r"\d+\.\d+\.\d+"),
    "table": of.text("the table that it stands in", matches="[a-z_]+"),
    "id": of.text("the key of the row, its parts joined by spaces; of a column or table, its name"),
    "operation": of.choices(f"what was done: {', '.join(_OPERATIONS)}", _OPERATIONS),
    "column": of.text("the column of the cell; null: the whole row", nullable=True, matches="[a-z0-9_]+"),
    "old": of.text(
        "what stood there, as text; of a whole row, its cells as JSON; words of a passage as sha256:…", nullable=True
    ),
    "new": of.text("what stands there, written alike; of a withdrawn record, the id that replaces it", nullable=True),
    "reason": of.text(
        "why, in the words of the person who changed it; null: a new record, table or column", nullable=True
    ),
    "reason_code": of.choices(
        "the kind of change; a code of the codebook, new_record, new_table (or column) or withdrawn",
        ["new_record", "new_table", *codes("change"), "withdrawn"],
        nullable=True,
    ),
}

FILES: dict[str, Table] = {
    "sources": Table("One row per seed document.", ("source_id",), _SOURCES),
    "entities": Table("One row per actor or place that is party to a record.", ("entity_id",), _ENTITIES),
    "events": Table("One row per event: something that happened.", ("event_id",), _EVENTS),
    "participants": Table("One row per event, actor and role.", ("event_id", "entity_id", "role"), _PARTICIPANTS),
    "statuses": Table(
        "One row per status: something that was the case, or is explicitly denied.", ("status_id",), _STATUSES
    ),
    "evidence": Table("One row per passage that a record cites.", ("record_id", "source_id", "start_char"), _EVIDENCE),
    "coverage": Table(
        "One row per stretch of a seed; together they tile it without gap or overlap.",
        ("source_id", "start_char"),
        _COVERAGE,
    ),
    "timeline": Table("One row per record, flat: the one file to open when you open one.", ("record_id",), _TIMELINE),
    "corroborations": Table(
        "One row per reading: what other sources than the seed say of the date of a record.",
        ("reading_id",),
        _CORROBORATIONS,
    ),
    "references": Table(
        "One row per source that a reading, a reported record or an identifier cites.", ("reference_id",), _REFERENCES
    ),
    "external_ids": Table(
        "One row per record, scheme and identifier: what the record is called in other datasets.",
        ("record_id", "scheme", "external_id"),
        _EXTERNAL_IDS,
    ),
    "changes": Table(
        "One row per cell or row that changed since the first release.",
        ("version", "table", "id", "operation", "column"),
        _CHANGES,
    ),
}

# What the seeds say, and nobody else.
SEED_TABLES = ("sources", "entities", "events", "participants", "statuses", "evidence", "coverage", "timeline")
# What other sources say of it.
LAYER = ("corroborations", "references", "external_ids")
# What is coded. A release is compared with the one before over these.
TABLES = (*SEED_TABLES, *LAYER)

# The tables whose rows have an id of their own, and what such a row is called; the rows of the others belong to these.
OWN = {"sources": "source", "entities": "entity", "events": "event", "statuses": "status"}
OWN |= {"corroborations": "reading", "references": "reference"}
# Which column holds the id of a record, by table.
RECORDS = {"events": "event_id", "statuses": "status_id"}
# What a status says, its dates aside: rows that agree in these speak of one thing, over all documents.
PROPOSITION = ("type", "subject", "object", "about")


def singular(table: str) -> str:
    """Name one row of a table: what :data:`OWN` calls it, else a row."""
    return {**OWN, "external_ids": "external_id"}.get(table, "row")


def dictionaries(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a table as dictionaries, with None where nothing stands.

    >>> dictionaries(pd.DataFrame({"day": pd.to_datetime(["2020-07-23", None])}))
    [{'day': Timestamp('2020-07-23 00:00:00')}, {'day': None}]
    """
    columns = {}
    for name in frame:
        # Arrays, because every step of a Series copies the attrs of its frame: that took four times as long.
        cells = frame[name].array
        values = cells.astype(object)
        values[pd.isna(cells)] = None
        columns[str(name)] = values.tolist()
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def framed(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a typed table of rows, in their order; keys that are no columns are left out."""
    columns = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in FILES[table].columns}
    return pd.DataFrame({name: columns[name].astype(dtype) for name, dtype in FILES[table].dtypes.items()})


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """Name a row by its key, its parts joined by spaces."""
    return " ".join(str(row[column]) for column in FILES[table].key if column in row)


def references(table: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield the columns of a table that name rows of another: column, that table, and what parts several names."""
    for name, column in FILES[table].columns.items():
        if column.refers:
            yield name, column.refers, column.parted


def sha256(content: bytes | Path) -> str:
    """Digest bytes, or a file: 64 hexadecimal digits."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_digest(name: str, frame: pd.DataFrame) -> str:
    """Digest the content of a table, whatever wrote its file: ``sha256:`` and 64 hexadecimal digits.

    It is taken over one line of JSON for the name and the columns and one a row, every cell as text.
    """
    columns = [str(column) for column in frame.columns]
    values = zip(*(texts(frame[column]) for column in columns), strict=True)
    hasher = hashlib.sha256(json.dumps([name, columns]).encode())
    for row in values:
        hasher.update(b"\n" + json.dumps(row, ensure_ascii=False).encode())
    return f"sha256:{hasher.hexdigest()}"


def texts(column: pd.Series) -> list[str | None]:
    """Write a column as text that reads the same under every version of pandas; None where nothing stands.

    >>> texts(pd.Series(pd.to_datetime(["2020-07-23", None]))), texts(pd.Series([True, False]))
    (['2020-07-23', None], ['True', 'False'])
    """
    days = isinstance(column.dtype, np.dtype) and column.dtype.kind == "M"
    values = np.datetime_as_string(column.to_numpy(), unit="D") if days else column.array.astype(object)
    return [None if missing else str(value) for value, missing in zip(values, pd.isna(column.array), strict=True)]


def typed(cells: Sequence[str | None], dtype: Any) -> pd.Series:
    """Read back what :func:`texts` wrote.

    >>> typed(["1", None], "Int16").tolist(), typed(["False"], "bool").tolist()
    ([1, <NA>], [False])
    """
    truth = isinstance(dtype, pd.BooleanDtype) or dtype in ("bool", "boolean")
    values = [_TRUTH[cell] if truth and cell is not None else cell for cell in cells]
    return pd.Series(values, dtype=object).astype(dtype)
