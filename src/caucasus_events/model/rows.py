"""What a row is: every table, its key, its columns, and which of them names a row of another.

Every column is described here, and only here. The models that check a frame (:mod:`.schema`), the descriptors and
the dictionary are derived from it, so that reading never pays for a checker.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from .codebook import codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Row = dict[str, Any]

# What plain pd.read_parquet gives of a kind of column; of codes, their list.
_DTYPES = {
    "text": pd.StringDtype(na_value=float("nan")),
    "day": np.dtype("datetime64[us]"),
    "number": pd.Int16Dtype(),
    "count": np.dtype("int64"),
    "share": np.dtype("float64"),
    "flag": np.dtype("bool"),
}
_TRUTH = {"True": True, "False": False}
# What the patterns of columns are made of.
SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
ENTITY = r"[A-Z][A-Z0-9]*"
# A string that says something, whatever it says.
SAYS = r"(?s)\S"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it means, what it holds, and what it may hold."""

    meaning: str
    # The values that it may hold, in their order; empty where the list is open.
    codes: list[str] = field(default_factory=list)
    _: KW_ONLY
    kind: str
    nullable: bool = False
    # No analysis rests on how it is worded.
    descriptive: bool = False
    pattern: str | None = None
    largest: float | None = None
    # The table whose row it names ("timeline": an event or a status), and what parts the names of several.
    refers: str | None = None
    parted: str | None = None

    @property
    def dtype(self) -> Any:
        """The pandas type that plain ``pd.read_parquet`` gives."""
        if self.kind == "code":
            return pd.CategoricalDtype(self.codes)
        return pd.BooleanDtype() if self.kind == "flag" and self.nullable else _DTYPES[self.kind]


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


# The kinds of column; strings of a closed list are a choice, or a code where Parquet keeps the whole list.
_code = partial(Column, kind="code")
_choice = partial(Column, kind="text")
_flag = partial(Column, kind="flag")
_count = partial(Column, kind="count")
_share = partial(Column, kind="share", largest=1)
_number = partial(Column, kind="number", nullable=True)
_day = partial(Column, kind="day", nullable=True)
_words = partial(Column, kind="text", pattern=SAYS, descriptive=True)


def _text(meaning: str, *, matches: str | None = None, **more: Any) -> Column:
    """Describe a column of strings; an empty string is never a value."""
    return Column(meaning, kind="text", pattern=rf"^(?:{matches})$" if matches else SAYS, **more)


_slug = partial(_text, matches=SLUG)
_entity = partial(_text, matches=ENTITY, refers="entities")

# Columns that several tables have.
_BOUNDS = {
    "start_earliest": _day("first day on which it can have begun; null: unknown"),
    "start_latest": _day("last day on which it can have begun; null: unknown, and then no day is certain"),
    "end_earliest": _day("first day on which it can have ended; null: unknown, and then no day is certain"),
    "end_latest": _day("last day on which it can have ended; null: unknown or still going on"),
}
_TITLE = _words("one neutral line in the coder's words")
_ASSERTION = _code("how the seed makes the claim", codes("assertion"))
_ATTRIBUTED = _entity("entity whose claim it is; only where assertion is attributed", nullable=True)
_SEED = _slug("the seed that the row belongs to", refers="sources")
_UNTIL = _day("last day the seed can speak of; after it the dataset does not know", nullable=False)
_SOURCES = _text(
    'the sources that say so, ids of the table references; separated by "; "', refers="references", parted="; "
)
_DONE = ["added", "changed", "removed", "withdrawn"]
_OPERATIONS = [*_DONE, "column added", "column removed", "table added", "table removed"]

FILES: dict[str, Table] = {
    "sources": Table(
        "One row per seed document.",
        ("source_id",),
        {
            "source_id": _slug("id of the seed, the name of its files"),
            "title": _words("title of the document"),
            "author": _words("who wrote it"),
            "publisher": _words("who published the copy that was coded"),
            "first_published_by": _words("where that copy says it appeared first", nullable=True),
            "published": _day("day of publication", nullable=False),
            "speaks_until": _UNTIL,
            "url": _words("address of the copy"),
            "language": _text("language of the document, ISO 639", matches="[a-z]{2,3}"),
            "sha256": _text("SHA-256 of the text that was coded", matches="[0-9a-f]{64}"),
            "characters": _count("length of the text in code points"),
            "cited_share": _share("share of the characters, white space aside, that a record cites; 0 to 1"),
            "set_aside_share": _share("share of them that is set aside with a reason; 0 to 1"),
        },
    ),
    "entities": Table(
        "One row per actor or place that is party to a record.",
        ("entity_id",),
        {
            "entity_id": _text("code: ISO 3166-1 alpha-3, usual abbreviation, X code or SURNAME", matches=ENTITY),
            "name": _text("neutral name; who claims or controls is a record, never part of a name"),
            "kind": _code("what the entity is", codes("kind")),
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
            "event_id": _slug("id of the event, stable for ever"),
            "type": _code("type of event", codes("event")),
            "title": _TITLE,
            "date": _text("the date as coded from the seed alone, EDTF; null: the seed gives none", nullable=True),
            **_BOUNDS,
            "date_precision": _code("how precise the coded date is", codes("precision")),
            "location": _text(
                "entity code, or both codes of a border; null: the seed does not say",
                nullable=True,
                matches=f"{ENTITY}(?:-{ENTITY})?",
                refers="entities",
                parted="-",
            ),
            "participants": _words(
                "who took part, by role, for reading; the table participants is for joining", nullable=True
            ),
            "assertion": _ASSERTION,
            "attributed_to": _ATTRIBUTED,
            "same_as": _slug(
                "id of an event of another seed that is the same occurrence", nullable=True, refers="events"
            ),
            "source_id": _SEED,
            "speaks_until": _UNTIL,
        },
    ),
    "participants": Table(
        "One row per event, actor and role.",
        ("event_id", "entity_id", "role"),
        {
            "event_id": _slug("the event", refers="events"),
            "entity_id": _entity("who took part"),
            "role": _choice("in which role; a code of the codebook", codes("role")),
        },
    ),
    "statuses": Table(
        "One row per status: something that was the case, or is explicitly denied.",
        ("status_id",),
        {
            "status_id": _slug("id of the status, stable for ever"),
            "type": _code("type of status", codes("status")),
            "title": _TITLE,
            "subject": _entity("entity of whom it is said"),
            "object": _entity("entity with regard to whom; in symmetric types the later in the alphabet"),
            "about": _entity("territory that the status is limited to; null: not limited", nullable=True),
            "symmetric": _flag("whether the order of subject and object carries no meaning"),
            "holds": _flag("false: the seed denies it explicitly; silence is never false"),
            "start": _text("the start as coded from the seed alone, EDTF; null: the seed gives none", nullable=True),
            "end": _text(
                'the end as coded, EDTF; "..": still so when the seed speaks; null: the seed gives none', nullable=True
            ),
            **_BOUNDS,
            "end_state": _code("what the seed says of the end", codes("end_state")),
            "assertion": _ASSERTION,
            "attributed_to": _ATTRIBUTED,
            "source_id": _SEED,
            "speaks_until": _UNTIL,
        },
    ),
    "evidence": Table(
        "One row per passage that a record cites.",
        ("record_id", "source_id", "start_char"),
        {
            "record_id": _slug("the event or status that the passage proves", refers="timeline"),
            "source_id": _SEED,
            "start_char": _count("where the passage begins in the text, in code points from 0"),
            "end_char": _count("where it ends, the character not included"),
            "quote": _text("the passage, verbatim but for white space, which is folded"),
            "prefix": _words("up to 32 code points before it, white space folded; may be empty", pattern=None),
            "suffix": _words("up to 32 code points after it, white space folded; may be empty", pattern=None),
        },
    ),
    "coverage": Table(
        "One row per stretch of a seed; together they tile it without gap or overlap.",
        ("source_id", "start_char"),
        {
            "source_id": _SEED,
            "start_char": _count("where the stretch begins in the text, in code points from 0"),
            "end_char": _count("where it ends, the character not included"),
            "disposition": _code("cited by a record, or the reason why it is set aside", ["cited", *codes("reason")]),
        },
    ),
    "timeline": Table(
        "One row per record, flat: the one file to open when you open one.",
        ("record_id",),
        {
            "record_id": _slug("id of the event or status", refers="timeline"),
            "kind": _code("event or status", codes("record")),
            "type": _code("type of event or status", [*codes("event"), *codes("status")]),
            "title": _TITLE,
            "parties": _words("who is party to it, for reading", nullable=True),
            **_BOUNDS,
            "end_state": _code("what the seed says of the end; null for events", codes("end_state"), nullable=True),
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
            "reading_id": _slug("id of the reading, stable for ever; it begins with that of the record"),
            "record_id": _slug("the event or status that the reading is about", refers="timeline"),
            "bound": _choice("date of an event, start or end of a status", codes("bound")),
            "date": _text("what the sources say of it, EDTF"),
            "start_earliest": _day("first day on which, by the reading, it can have begun; null: it does not say"),
            "start_latest": _day("last day on which, by the reading, it can have begun; null: it does not say"),
            "end_earliest": _day("first day on which, by the reading, it can have ended; null: it does not say"),
            "end_latest": _day("last day on which, by the reading, it can have ended; null: it does not say"),
            "relation": _choice("how it stands to the seed's own window, worked out from both", codes("relation")),
            "preferred": _flag("whether it is the one reading of this bound to rest on; at most one is"),
            "confidence": _choice("how well the date of the act that `says` names is supported", codes("confidence")),
            "applied": _flag("whether it sharpens the record where dates are corroborated"),
            "why_not": _choice("why it is not applied; null: it is", codes("why_not"), nullable=True),
            "says": _text("what the sources say, in our words"),
            "note": _words("what is uncertain, ambiguous or another definition; null: nothing to add", nullable=True),
            "sources": _SOURCES,
        },
    ),
    "references": Table(
        "One row per source that a reading or an identifier cites.",
        ("reference_id",),
        {
            "reference_id": _slug("id of the source"),
            "title": _words("its title"),
            "publisher": _words("who published it"),
            "date": _text("when it was published, EDTF; null: the copy does not say", nullable=True),
            "url": _words("address of the page, or of the copy that was read"),
            "kind": _choice("what kind of source it is", codes("medium")),
            "access": _choice("what of it was read", codes("access")),
            "licence": _words("licence of a dataset, as far as it was checked; null: not checked", nullable=True),
        },
    ),
    "external_ids": Table(
        "One row per record, scheme and identifier: what the record is called in other datasets.",
        ("record_id", "scheme", "external_id"),
        {
            "record_id": _slug("the event or status", refers="timeline"),
            "scheme": _choice("whose identifier it is", codes("scheme")),
            "external_id": _text("the identifier, as its dataset writes it"),
            "match": _choice("how far the join goes; of what is related nothing may be read across", codes("match")),
            "note": _words("what the two have in common and what not", nullable=True),
            "sources": _SOURCES,
        },
    ),
    "changes": Table(
        "One row per cell or row that changed since the first release.",
        ("version", "table", "id", "operation", "column"),
        {
            "version": _text("the release in which it changed", matches=r"\d+\.\d+\.\d+"),
            "table": _text("the table that it stands in", matches="[a-z_]+"),
            "id": _text("the key of the row, its parts joined by spaces; of a column or table, its name"),
            "operation": _choice(f"what was done: {', '.join(_OPERATIONS)}", _OPERATIONS),
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
                ["new_record", "new_table", *codes("change"), "withdrawn"],
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
    """
    columns = [str(column) for column in frame.columns]
    values = zip(*(texts(frame[column]) for column in columns), strict=True)
    hasher = hashlib.sha256(json.dumps([name, columns]).encode())
    for row in values:
        hasher.update(b"\n" + json.dumps(row, ensure_ascii=False).encode())
    return f"sha256:{hasher.hexdigest()}"


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
