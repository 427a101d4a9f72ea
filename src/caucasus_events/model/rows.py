"""What a row is: every table, its key, its columns, and which of them names a row of another.

Every column is described here, and only here. The models that check a frame (:mod:`.schema`), the descriptors and
the dictionary are derived from it, so that reading never pays for a checker.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from . import codebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

Row = dict[str, Any]

# A string that says something, whatever it says.
SAYS = r"(?s)\S"
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"


_ENTITY = r"[A-Z][A-Z0-9]*"


_DIGEST = r"[0-9a-f]{64}"

_START_EARLIEST = "first day on which it can have begun; null: unknown"


_START_LATEST = "last day on which it can have begun; null: unknown, and then no day is certain"


_END_EARLIEST = "first day on which it can have ended; null: unknown, and then no day is certain"


_END_LATEST = "last day on which it can have ended; null: unknown or still going on"


_SOURCE = "the seed that the row belongs to"


_UNTIL = "last day the seed can speak of; after it the dataset does not know"


_ASSERTION = "how the seed makes the claim"


_ATTRIBUTED = "entity whose claim it is; only where assertion is attributed"


OPERATIONS = (
    "added",
    "changed",
    "removed",
    "withdrawn",
    "column added",
    "column removed",
    "table added",
    "table removed",
)
_SOURCES = 'the sources that say so, ids of the table references; separated by "; "'


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what it means, what it holds, and what it may hold."""

    meaning: str
    kind: str
    nullable: bool = False
    # No analysis rests on how it is worded.
    descriptive: bool = False
    pattern: str | None = None
    allowed: Callable[[], Sequence[str]] | None = None
    largest: float | None = None
    # The table whose row it names ("timeline": an event or a status), and what parts the names of several.
    refers: str | None = None
    parted: str | None = None

    @property
    def codes(self) -> list[str]:
        """The values that it may hold, in their order; empty where the list is open."""
        return list(self.allowed()) if self.allowed else []

    @property
    def dtype(self) -> Any:
        """The pandas type that plain ``pd.read_parquet`` gives."""
        if self.kind == "code":
            return pd.CategoricalDtype(self.codes)
        nullable = {"number": pd.Int16Dtype(), "flag": pd.BooleanDtype()}
        return nullable[self.kind] if self.nullable and self.kind in nullable else _DTYPES[self.kind]


class Table(NamedTuple):
    """A table: what one row of it is, what identifies one and orders them, and its columns."""

    grain: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    @property
    def dtypes(self) -> dict[str, Any]:
        """The pandas type of every column, in order."""
        return {name: column.dtype for name, column in self.columns.items()}

    @property
    def meanings(self) -> dict[str, str]:
        """The one-line description of every column, in order."""
        return {name: column.meaning for name, column in self.columns.items()}

    @property
    def codes(self) -> dict[str, list[str]]:
        """The allowed codes of every dictionary column."""
        return {name: column.codes for name, column in self.columns.items() if column.kind == "code"}

    @property
    def analytic(self) -> list[str]:
        """The columns that an analysis can rest on: all but those that are for reading."""
        return [name for name, column in self.columns.items() if not column.descriptive]


_DTYPES = {
    "text": pd.StringDtype(na_value=float("nan")),
    "day": np.dtype("datetime64[us]"),
    "count": np.dtype("int64"),
    "share": np.dtype("float64"),
    "flag": np.dtype("bool"),
}


def _text(meaning: str, *, matches: str | None = None, **more: Any) -> Column:
    """Describe a column of strings; an empty string is never a value."""
    return Column(meaning=meaning, kind="text", pattern=rf"^(?:{matches})$" if matches else SAYS, **more)


def _words(meaning: str, *, blank: bool = False, **more: Any) -> Column:
    """Describe a column that is for reading."""
    return Column(meaning=meaning, kind="text", pattern=None if blank else SAYS, descriptive=True, **more)


def _choice(meaning: str, allowed: Callable[[], Sequence[str]], **more: Any) -> Column:
    """Describe a column of strings of a closed list."""
    return Column(meaning=meaning, kind="text", allowed=allowed, **more)


def _code(meaning: str, allowed: Callable[[], Sequence[str]], **more: Any) -> Column:
    """Describe a column of codes, in codebook order, unused ones included."""
    return Column(meaning=meaning, kind="code", allowed=allowed, **more)


def _day(meaning: str, *, nullable: bool = True) -> Column:
    """Describe a column of days: midnight, no zone."""
    return Column(meaning=meaning, kind="day", nullable=nullable)


def _flag(meaning: str, **more: Any) -> Column:
    """Describe a column of truth values."""
    return Column(meaning=meaning, kind="flag", **more)


def _number(meaning: str) -> Column:
    """Describe a column of codes that are small numbers, where there is one."""
    return Column(meaning=meaning, kind="number", nullable=True)


def _count(meaning: str) -> Column:
    """Describe a column of counts."""
    return Column(meaning=meaning, kind="count")


def _share(meaning: str) -> Column:
    """Describe a column of shares of a whole."""
    return Column(meaning=meaning, kind="share", largest=1)


FILES: dict[str, Table] = {
    "sources": Table(
        "One row per seed document.",
        ("source_id",),
        {
            "source_id": _text("id of the seed, the name of its files", matches=_SLUG),
            "title": _words("title of the document"),
            "author": _words("who wrote it"),
            "publisher": _words("who published the copy that was coded"),
            "first_published_by": _words("where that copy says it appeared first", nullable=True),
            "published": _day("day of publication", nullable=False),
            "speaks_until": _day(_UNTIL, nullable=False),
            "url": _words("address of the copy"),
            "language": _text("language of the document, ISO 639", matches="[a-z]{2,3}"),
            "sha256": _text("SHA-256 of the text that was coded", matches=_DIGEST),
            "characters": _count("length of the text in code points"),
            "cited_share": _share("share of the characters, white space aside, that a record cites; 0 to 1"),
            "set_aside_share": _share("share of them that is set aside with a reason; 0 to 1"),
        },
    ),
    "entities": Table(
        "One row per actor or place that is party to a record.",
        ("entity_id",),
        {
            "entity_id": _text("code: ISO 3166-1 alpha-3, usual abbreviation, X code or SURNAME", matches=_ENTITY),
            "name": _text("neutral name; who claims or controls is a record, never part of a name"),
            "kind": _code("what the entity is", lambda: codebook.codes("kind")),
            "iso3": _text("ISO 3166-1 alpha-3 code", nullable=True, matches="[A-Z]{3}"),
            "cow": _number("Correlates of War country code"),
            "cow_abbrev": _text("Correlates of War abbreviation", nullable=True, matches="[A-Z]{3}"),
            "gw": _number("Gleditsch-Ward country code"),
            "cow_igo": _number("Correlates of War IGO number (version 3)"),
            "ucdp_actor": _number("UCDP actor id"),
            "wikidata": _text("Wikidata item", nullable=True, matches="Q[1-9]\\d*"),
            "also_known_as": _text('spellings met in sources, not endorsed; separated by "; "', nullable=True),
        },
    ),
    "events": Table(
        "One row per event: something that happened.",
        ("event_id",),
        {
            "event_id": _text("id of the event, stable for ever", matches=_SLUG),
            "type": _code("type of event", lambda: codebook.codes("event")),
            "title": _words("one neutral line in the coder's words"),
            "date": _text("the date as coded from the seed alone, EDTF; null: the seed gives none", nullable=True),
            "start_earliest": _day(_START_EARLIEST),
            "start_latest": _day(_START_LATEST),
            "end_earliest": _day(_END_EARLIEST),
            "end_latest": _day(_END_LATEST),
            "date_precision": _code("how precise the coded date is", lambda: codebook.codes("precision")),
            "location": _text(
                "entity code, or both codes of a border; null: the seed does not say",
                nullable=True,
                matches=f"{_ENTITY}(?:-{_ENTITY})?",
                refers="entities",
                parted="-",
            ),
            "participants": _words(
                "who took part, by role, for reading; the table participants is for joining", nullable=True
            ),
            "assertion": _code(_ASSERTION, lambda: codebook.codes("assertion")),
            "attributed_to": _text(_ATTRIBUTED, nullable=True, matches=_ENTITY, refers="entities"),
            "same_as": _text(
                "id of an event of another seed that is the same occurrence",
                nullable=True,
                matches=_SLUG,
                refers="events",
            ),
            "source_id": _text(_SOURCE, matches=_SLUG, refers="sources"),
            "speaks_until": _day(_UNTIL, nullable=False),
        },
    ),
    "participants": Table(
        "One row per event, actor and role.",
        ("event_id", "entity_id", "role"),
        {
            "event_id": _text("the event", matches=_SLUG, refers="events"),
            "entity_id": _text("who took part", matches=_ENTITY, refers="entities"),
            "role": _choice("in which role; a code of the codebook", lambda: codebook.codes("role")),
        },
    ),
    "statuses": Table(
        "One row per status: something that was the case, or is explicitly denied.",
        ("status_id",),
        {
            "status_id": _text("id of the status, stable for ever", matches=_SLUG),
            "type": _code("type of status", lambda: codebook.codes("status")),
            "title": _words("one neutral line in the coder's words"),
            "subject": _text("entity of whom it is said", matches=_ENTITY, refers="entities"),
            "object": _text(
                "entity with regard to whom; in symmetric types the later in the alphabet",
                matches=_ENTITY,
                refers="entities",
            ),
            "about": _text(
                "territory that the status is limited to; null: not limited",
                nullable=True,
                matches=_ENTITY,
                refers="entities",
            ),
            "symmetric": _flag("whether the order of subject and object carries no meaning"),
            "holds": _flag("false: the seed denies it explicitly; silence is never false"),
            "start": _text("the start as coded from the seed alone, EDTF; null: the seed gives none", nullable=True),
            "end": _text(
                'the end as coded, EDTF; "..": still so when the seed speaks; null: the seed gives none', nullable=True
            ),
            "start_earliest": _day(_START_EARLIEST),
            "start_latest": _day(_START_LATEST),
            "end_earliest": _day(_END_EARLIEST),
            "end_latest": _day(_END_LATEST),
            "end_state": _code("what the seed says of the end", lambda: codebook.codes("end_state")),
            "assertion": _code(_ASSERTION, lambda: codebook.codes("assertion")),
            "attributed_to": _text(_ATTRIBUTED, nullable=True, matches=_ENTITY, refers="entities"),
            "source_id": _text(_SOURCE, matches=_SLUG, refers="sources"),
            "speaks_until": _day(_UNTIL, nullable=False),
        },
    ),
    "evidence": Table(
        "One row per passage that a record cites.",
        ("record_id", "source_id", "start_char"),
        {
            "record_id": _text("the event or status that the passage proves", matches=_SLUG, refers="timeline"),
            "source_id": _text(_SOURCE, matches=_SLUG, refers="sources"),
            "start_char": _count("where the passage begins in the text, in code points from 0"),
            "end_char": _count("where it ends, the character not included"),
            "quote": _text("the passage, verbatim but for white space, which is folded"),
            "prefix": _words("up to 32 code points before it, white space folded; may be empty", blank=True),
            "suffix": _words("up to 32 code points after it, white space folded; may be empty", blank=True),
        },
    ),
    "coverage": Table(
        "One row per stretch of a seed; together they tile it without gap or overlap.",
        ("source_id", "start_char"),
        {
            "source_id": _text(_SOURCE, matches=_SLUG, refers="sources"),
            "start_char": _count("where the stretch begins in the text, in code points from 0"),
            "end_char": _count("where it ends, the character not included"),
            "disposition": _code(
                "cited by a record, or the reason why it is set aside", lambda: ["cited", *codebook.codes("reason")]
            ),
        },
    ),
    "timeline": Table(
        "One row per record, flat: the one file to open when you open one.",
        ("record_id",),
        {
            "record_id": _text("id of the event or status", matches=_SLUG, refers="timeline"),
            "kind": _code("event or status", lambda: codebook.codes("record")),
            "type": _code("type of event or status", lambda: [*codebook.codes("event"), *codebook.codes("status")]),
            "title": _words("one neutral line in the coder's words"),
            "parties": _words("who is party to it, for reading", nullable=True),
            "start_earliest": _day(_START_EARLIEST),
            "start_latest": _day(_START_LATEST),
            "end_earliest": _day(_END_EARLIEST),
            "end_latest": _day(_END_LATEST),
            "end_state": _code(
                "what the seed says of the end; null for events", lambda: codebook.codes("end_state"), nullable=True
            ),
            "holds": _flag("false: an explicit denial; null for events", nullable=True),
            "quote": _text("the passage that its coder put first, white space folded"),
            "citation": _words("how to cite the document that the row comes from"),
            "url": _words("address of the document"),
        },
    ),
    "corroborations": Table(
        "One row per reading: what other sources than the seed say of the date of a record.",
        ("reading_id",),
        {
            "reading_id": _text("id of the reading, stable for ever; it begins with that of the record", matches=_SLUG),
            "record_id": _text("the event or status that the reading is about", matches=_SLUG, refers="timeline"),
            "bound": _choice("date of an event, start or end of a status", lambda: codebook.codes("bound")),
            "date": _text("what the sources say of it, EDTF"),
            "start_earliest": _day("first day on which, by the reading, it can have begun; null: it does not say"),
            "start_latest": _day("last day on which, by the reading, it can have begun; null: it does not say"),
            "end_earliest": _day("first day on which, by the reading, it can have ended; null: it does not say"),
            "end_latest": _day("last day on which, by the reading, it can have ended; null: it does not say"),
            "relation": _choice(
                "how it stands to the seed's own window, worked out from both", lambda: codebook.codes("relation")
            ),
            "preferred": _flag("whether it is the one reading of this bound to rest on; at most one is"),
            "confidence": _choice(
                "how well the date of the act that `says` names is supported", lambda: codebook.codes("confidence")
            ),
            "applied": _flag("whether it sharpens the record where dates are corroborated"),
            "why_not": _choice("why it is not applied; null: it is", lambda: codebook.codes("why_not"), nullable=True),
            "says": _text("what the sources say, in our words"),
            "note": _words("what is uncertain, ambiguous or another definition; null: nothing to add", nullable=True),
            "sources": _text(_SOURCES, refers="references", parted="; "),
        },
    ),
    "references": Table(
        "One row per source that a reading or an identifier cites.",
        ("reference_id",),
        {
            "reference_id": _text("id of the source", matches=_SLUG),
            "title": _words("its title"),
            "publisher": _words("who published it"),
            "date": _text("when it was published, EDTF; null: the copy does not say", nullable=True),
            "url": _words("address of the page, or of the copy that was read"),
            "kind": _choice("what kind of source it is", lambda: codebook.codes("medium")),
            "access": _choice("what of it was read", lambda: codebook.codes("access")),
            "licence": _words("licence of a dataset, as far as it was checked; null: not checked", nullable=True),
        },
    ),
    "external_ids": Table(
        "One row per record, scheme and identifier: what the record is called in other datasets.",
        ("record_id", "scheme", "external_id"),
        {
            "record_id": _text("the event or status", matches=_SLUG, refers="timeline"),
            "scheme": _choice("whose identifier it is", lambda: codebook.codes("scheme")),
            "external_id": _text("the identifier, as its dataset writes it"),
            "match": _choice(
                "how far the join goes; of what is related nothing may be read across", lambda: codebook.codes("match")
            ),
            "note": _words("what the two have in common and what not", nullable=True),
            "sources": _text(_SOURCES, refers="references", parted="; "),
        },
    ),
    "changes": Table(
        "One row per cell or row that changed since the first release.",
        ("version", "table", "id", "operation", "column"),
        {
            "version": _text("the release in which it changed", matches=r"\d+\.\d+\.\d+"),
            "table": _text("the table that it stands in", matches="[a-z_]+"),
            "id": _text("the key of the row, its parts joined by spaces; of a column or table, its name"),
            "operation": _choice(f"what was done: {', '.join(OPERATIONS)}", lambda: OPERATIONS),
            "column": _text("the column of the cell; null: the whole row", nullable=True, matches="[a-z0-9_]+"),
            "old": _text("what stood there, as text; of a whole row, its cells as JSON", nullable=True),
            "new": _text(
                "what stands there, as text; of a whole row, its cells as JSON; of a withdrawn record, the id that "
                "replaces it",
                nullable=True,
            ),
            "reason": _text(
                "why, in the words of the person who changed it; null: a new record, table or column", nullable=True
            ),
            "reason_code": _choice(
                "the kind of change; a code of the codebook, new_record, new_table (or column) or withdrawn",
                lambda: ["new_record", "new_table", *codebook.codes("change"), "withdrawn"],
                nullable=True,
            ),
        },
    ),
}


# What the seeds say, and nobody else.
SEED_TABLES = ("sources", "entities", "events", "participants", "statuses", "evidence", "coverage", "timeline")
# What other sources say of it.
LAYER = ("corroborations", "references", "external_ids")
# What is coded. A release is compared with the one before over these.
TABLES = (*SEED_TABLES, *LAYER)

# The tables whose rows have an id of their own, and what such a row is called; the rows of the others belong to these.
OWN = {
    "sources": "source",
    "entities": "entity",
    "events": "event",
    "statuses": "status",
    "corroborations": "reading",
    "references": "reference",
}
# Which column holds the id of a record, by table.
RECORDS = {"events": "event_id", "statuses": "status_id"}
# What a status says, its dates aside: rows that agree in these speak of one thing, over all documents.
PROPOSITION = ("type", "subject", "object", "about")


def singular(table: str) -> str:
    """Name one row of a table: what :data:`OWN` calls it, else a row."""
    return {**OWN, "external_ids": "external_id"}.get(table, "row")


def dictionaries(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a table as dictionaries, with None where nothing stands.

    Examples
    --------
    >>> dictionaries(pd.DataFrame({"day": pd.to_datetime(["2020-07-23", None])}))
    [{'day': Timestamp('2020-07-23 00:00:00')}, {'day': None}]
    """
    columns = {str(name): frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


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

    Examples
    --------
    >>> content_digest("t", pd.DataFrame({"a": [1]})) == content_digest("t", pd.DataFrame({"a": [1]}))
    True
    """
    columns = [str(column) for column in frame.columns]
    values = zip(*(texts(frame[column]) for column in columns), strict=True)
    hasher = hashlib.sha256(json.dumps([name, columns]).encode())
    for row in values:
        hasher.update(b"\n" + json.dumps(row, ensure_ascii=False).encode())
    return f"sha256:{hasher.hexdigest()}"


_TRUTH = {"True": True, "False": False}


def texts(column: pd.Series) -> list[str | None]:
    """Write a column as text that reads the same under every version of pandas; None where nothing stands.

    Examples
    --------
    >>> texts(pd.Series(pd.to_datetime(["2020-07-23", None]))), texts(pd.Series([True, False]))
    (['2020-07-23', None], ['True', 'False'])
    """
    days = isinstance(column.dtype, np.dtype) and column.dtype.kind == "M"
    values = np.datetime_as_string(column.to_numpy(), unit="D") if days else column.astype(object)
    return [str(value) if there else None for value, there in zip(values, column.notna(), strict=True)]


def typed(cells: Sequence[str | None], dtype: Any) -> pd.Series:
    """Read back what :func:`texts` wrote.

    Examples
    --------
    >>> typed(["1", None], "Int16").tolist(), typed(["False"], "bool").tolist()
    ([1, <NA>], [False])
    """
    truth = isinstance(dtype, pd.BooleanDtype) or dtype in ("bool", "boolean")
    values = [_TRUTH[cell] if truth and cell is not None else cell for cell in cells]
    return pd.Series(values, dtype=object).astype(dtype)
