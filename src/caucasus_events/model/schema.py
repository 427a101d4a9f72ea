"""One pandera model per table: every column described here, and only here.

Types, nullability, allowed codes and the data dictionary are read from these models.
``schema.Events.validate(frame)`` checks a frame of your own.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.engines import pandas_engine

from . import codebook

Day = pandas_engine.DateTime


Code = pd.CategoricalDtype


_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"


_ENTITY = r"[A-Z][A-Z0-9]*"


_DIGEST = r"[0-9a-f]{64}"


def _text(description: str, *, nullable: bool = False, matches: str | None = None, unique: bool = False) -> Any:  # noqa: ANN401 - pandera's Field is Any
    """Describe a column of strings; an empty string is never a value."""
    pattern = rf"^(?:{matches})$" if matches else r"(?s)\S"
    return pa.Field(nullable=nullable, description=description, str_contains=pattern, unique=unique)


def _words(description: str, *, nullable: bool = False, blank: bool = False) -> Any:  # noqa: ANN401 - pandera's Field is Any
    """Describe a column that is for reading: no analysis rests on how it is worded."""
    pattern = None if blank else r"(?s)\S"
    return pa.Field(nullable=nullable, description=description, str_contains=pattern, metadata={"descriptive": True})


def _day(description: str, *, nullable: bool = True) -> Any:  # noqa: ANN401 - pandera's Field is Any
    """Describe a column of days: midnight, no zone."""
    return pa.Field(nullable=nullable, description=description, dtype_kwargs={"unit": "us"})


def _code(vocabulary: list[str], description: str, *, nullable: bool = False) -> Any:  # noqa: ANN401 - pandera's Field is Any
    """Describe a column of codes, in codebook order, unused ones included."""
    return pa.Field(nullable=nullable, description=description, dtype_kwargs={"categories": vocabulary})


def _number(description: str, *, nullable: bool = False, largest: float | None = None) -> Any:  # noqa: ANN401 - pandera's Field is Any
    """Describe a column of numbers that are never negative."""
    return pa.Field(nullable=nullable, description=description, ge=0, le=largest)


_START_EARLIEST = "first day on which it can have begun; null: unknown"


_START_LATEST = "last day on which it can have begun; null: unknown, and then no day is certain"


_END_EARLIEST = "first day on which it can have ended; null: unknown, and then no day is certain"


_END_LATEST = "last day on which it can have ended; null: unknown or still going on"


_SOURCE = "the seed that the row belongs to"


_UNTIL = "last day the seed can speak of; after it the dataset does not know"


_ASSERTION = "how the seed makes the claim"


_ATTRIBUTED = "entity whose claim it is; only where assertion is attributed"


_OPERATIONS = (
    "added",
    "changed",
    "removed",
    "withdrawn",
    "column added",
    "column removed",
    "table added",
    "table removed",
)


class Table(pa.DataFrameModel):
    """What all tables have in common: exactly these columns, in this order."""

    class Config:
        """Strict: nothing missing, nothing extra, nothing out of order."""

        strict = True
        ordered = True

    @pa.dataframe_check(error="every column has the type that plain pd.read_parquet gives")
    def exact_types(cls, frame: pd.DataFrame) -> bool:  # noqa: N805 - pandera makes it a class method
        """Compare types to the letter: pandera itself takes any unit of time, string and order of codes."""
        found = {str(name): _spelled_out(dtype) for name, dtype in frame.dtypes.items()}
        return found == {name: _spelled_out(dtype) for name, dtype in dtypes(cls).items()}  # type: ignore[arg-type]

    @pa.dataframe_check(error="every day begins at midnight")
    def midnight(cls, frame: pd.DataFrame) -> bool:  # noqa: N805 - pandera makes it a class method
        """Compare days with their midnight: an hour would pass unseen wherever days are compared as text."""
        days = frame.select_dtypes("datetime").stack().dropna()  # noqa: PD013 - one column of all days
        return bool((days == days.dt.normalize()).all()) if len(days) else True


class Sources(Table):
    """One row per seed document."""

    source_id: str = _text("id of the seed, the name of its files", matches=_SLUG, unique=True)
    title: str = _words("title of the document")
    author: str = _words("who wrote it")
    publisher: str = _words("who published the copy that was coded")
    first_published_by: str = _words("where that copy says it appeared first", nullable=True)
    published: Day = _day("day of publication", nullable=False)
    speaks_until: Day = _day(_UNTIL, nullable=False)
    url: str = _words("address of the copy")
    language: str = _text("language of the document, ISO 639", matches="[a-z]{2,3}")
    sha256: str = _text("SHA-256 of the text that was coded", matches=_DIGEST)
    characters: int = _number("length of the text in code points")
    cited_share: float = _number("share of the characters, white space aside, that a record cites; 0 to 1", largest=1)
    set_aside_share: float = _number("share of them that is set aside with a reason; 0 to 1", largest=1)


class Entities(Table):
    """One row per actor or place that is party to a record."""

    entity_id: str = _text(
        "code: ISO 3166-1 alpha-3, usual abbreviation, X code or SURNAME", matches=_ENTITY, unique=True
    )
    name: str = _text("neutral name; who claims or controls is a record, never part of a name")
    kind: Code = _code(codebook.codes("kind"), "what the entity is")
    iso3: str = _text("ISO 3166-1 alpha-3 code", nullable=True, matches="[A-Z]{3}")
    cow: pd.Int16Dtype = _number("Correlates of War country code", nullable=True)
    cow_abbrev: str = _text("Correlates of War abbreviation", nullable=True, matches="[A-Z]{3}")
    gw: pd.Int16Dtype = _number("Gleditsch-Ward country code", nullable=True)
    cow_igo: pd.Int16Dtype = _number("Correlates of War IGO number (version 3)", nullable=True)
    ucdp_actor: pd.Int16Dtype = _number("UCDP actor id", nullable=True)
    wikidata: str = _text("Wikidata item", nullable=True, matches=r"Q[1-9]\d*")
    also_known_as: str = _text('spellings met in sources, not endorsed; separated by "; "', nullable=True)


class Events(Table):
    """One row per event: something that happened."""

    event_id: str = _text("id of the event, stable for ever", matches=_SLUG, unique=True)
    type: Code = _code(codebook.codes("event"), "type of event")
    title: str = _words("one neutral line in the coder's words")
    date: str = _text("the date as coded from the seed alone, EDTF; null: the seed gives none", nullable=True)
    start_earliest: Day = _day(_START_EARLIEST)
    start_latest: Day = _day(_START_LATEST)
    end_earliest: Day = _day(_END_EARLIEST)
    end_latest: Day = _day(_END_LATEST)
    date_precision: Code = _code(codebook.codes("precision"), "how precise the coded date is")
    location: str = _text(
        "entity code, or both codes of a border; null: the seed does not say",
        nullable=True,
        matches=rf"{_ENTITY}(?:-{_ENTITY})?",
    )
    participants: str = _words(
        "who took part, by role, for reading; the table participants is for joining", nullable=True
    )
    assertion: Code = _code(codebook.codes("assertion"), _ASSERTION)
    attributed_to: str = _text(_ATTRIBUTED, nullable=True, matches=_ENTITY)
    same_as: str = _text("id of an event of another seed that is the same occurrence", nullable=True, matches=_SLUG)
    source_id: str = _text(_SOURCE, matches=_SLUG)
    speaks_until: Day = _day(_UNTIL, nullable=False)


class Participants(Table):
    """One row per event, actor and role."""

    event_id: str = _text("the event", matches=_SLUG)
    entity_id: str = _text("who took part", matches=_ENTITY)
    role: str = pa.Field(isin=codebook.codes("role"), description="in which role; a code of the codebook")

    class Config:
        """The whole row is the key."""

        unique = ("event_id", "entity_id", "role")


class Statuses(Table):
    """One row per status: something that was the case, or is explicitly denied."""

    status_id: str = _text("id of the status, stable for ever", matches=_SLUG, unique=True)
    type: Code = _code(codebook.codes("status"), "type of status")
    title: str = _words("one neutral line in the coder's words")
    subject: str = _text("entity of whom it is said", matches=_ENTITY)
    object: str = _text("entity with regard to whom; in symmetric types the later in the alphabet", matches=_ENTITY)
    about: str = _text("territory that the status is limited to; null: not limited", nullable=True, matches=_ENTITY)
    symmetric: bool = pa.Field(description="whether the order of subject and object carries no meaning")
    holds: bool = pa.Field(description="false: the seed denies it explicitly; silence is never false")
    start: str = _text("the start as coded from the seed alone, EDTF; null: the seed gives none", nullable=True)
    end: str = _text(
        'the end as coded, EDTF; "..": still so when the seed speaks; null: the seed gives none', nullable=True
    )
    start_earliest: Day = _day(_START_EARLIEST)
    start_latest: Day = _day(_START_LATEST)
    end_earliest: Day = _day(_END_EARLIEST)
    end_latest: Day = _day(_END_LATEST)
    end_state: Code = _code(codebook.codes("end_state"), "what the seed says of the end")
    assertion: Code = _code(codebook.codes("assertion"), _ASSERTION)
    attributed_to: str = _text(_ATTRIBUTED, nullable=True, matches=_ENTITY)
    source_id: str = _text(_SOURCE, matches=_SLUG)
    speaks_until: Day = _day(_UNTIL, nullable=False)


class Evidence(Table):
    """One row per passage that a record cites."""

    record_id: str = _text("the event or status that the passage proves", matches=_SLUG)
    source_id: str = _text(_SOURCE, matches=_SLUG)
    start_char: int = _number("where the passage begins in the text, in code points from 0")
    end_char: int = _number("where it ends, the character not included")
    quote: str = _text("the passage, verbatim but for white space, which is folded")
    prefix: str = _words("up to 32 code points before it, white space folded; may be empty", blank=True)
    suffix: str = _words("up to 32 code points after it, white space folded; may be empty", blank=True)

    class Config:
        """A record cites a place once."""

        unique = ("record_id", "source_id", "start_char")


class Coverage(Table):
    """One row per stretch of a seed; together they tile it without gap or overlap."""

    source_id: str = _text(_SOURCE, matches=_SLUG)
    start_char: int = _number("where the stretch begins in the text, in code points from 0")
    end_char: int = _number("where it ends, the character not included")
    disposition: Code = _code(
        ["cited", *codebook.codes("reason")], "cited by a record, or the reason why it is set aside"
    )

    class Config:
        """A stretch begins where no other does."""

        unique = ("source_id", "start_char")


class Timeline(Table):
    """One row per record, flat: the one file to open when you open one."""

    record_id: str = _text("id of the event or status", matches=_SLUG, unique=True)
    kind: Code = _code(codebook.codes("record"), "event or status")
    type: Code = _code([*codebook.codes("event"), *codebook.codes("status")], "type of event or status")
    title: str = _words("one neutral line in the coder's words")
    parties: str = _words("who is party to it, for reading", nullable=True)
    start_earliest: Day = _day(_START_EARLIEST)
    start_latest: Day = _day(_START_LATEST)
    end_earliest: Day = _day(_END_EARLIEST)
    end_latest: Day = _day(_END_LATEST)
    end_state: Code = _code(
        codebook.codes("end_state"), "what the seed says of the end; null for events", nullable=True
    )
    holds: pd.BooleanDtype = pa.Field(nullable=True, description="false: an explicit denial; null for events")
    quote: str = _text("the passage that its coder put first, white space folded")
    citation: str = _words("how to cite the document that the row comes from")
    url: str = _words("address of the document")


_SOURCES = 'the sources that say so, ids of the table references; separated by "; "'


class Corroborations(Table):
    """One row per reading: what other sources than the seed say of the date of a record."""

    reading_id: str = _text(
        "id of the reading, stable for ever; it begins with that of the record", matches=_SLUG, unique=True
    )
    record_id: str = _text("the event or status that the reading is about", matches=_SLUG)
    bound: str = pa.Field(isin=codebook.codes("bound"), description="date of an event, start or end of a status")
    date: str = _text("what the sources say of it, EDTF")
    start_earliest: Day = _day("first day on which, by the reading, it can have begun; null: it does not say")
    start_latest: Day = _day("last day on which, by the reading, it can have begun; null: it does not say")
    end_earliest: Day = _day("first day on which, by the reading, it can have ended; null: it does not say")
    end_latest: Day = _day("last day on which, by the reading, it can have ended; null: it does not say")
    relation: str = pa.Field(
        isin=codebook.codes("relation"), description="how it stands to the seed's own window, worked out from both"
    )
    preferred: bool = pa.Field(description="whether it is the one reading of this bound to rest on; at most one is")
    confidence: str = pa.Field(
        isin=codebook.codes("confidence"), description="how well the date of the act that `says` names is supported"
    )
    applied: bool = pa.Field(description="whether it sharpens the record where dates are corroborated")
    why_not: str = pa.Field(
        nullable=True, isin=codebook.codes("why_not"), description="why it is not applied; null: it is"
    )
    says: str = _text("what the sources say, in our words")
    note: str = _words("what is uncertain, ambiguous or another definition; null: nothing to add", nullable=True)
    sources: str = _text(_SOURCES)


class References(Table):
    """One row per source that a reading or an identifier cites."""

    reference_id: str = _text("id of the source", matches=_SLUG, unique=True)
    title: str = _words("its title")
    publisher: str = _words("who published it")
    date: str = _text("when it was published, EDTF; null: the copy does not say", nullable=True)
    url: str = _words("address of the page, or of the copy that was read")
    kind: str = pa.Field(isin=codebook.codes("medium"), description="what kind of source it is")
    access: str = pa.Field(isin=codebook.codes("access"), description="what of it was read")
    licence: str = _words("licence of a dataset, as far as it was checked; null: not checked", nullable=True)


class ExternalIds(Table):
    """One row per record, scheme and identifier: what the record is called in other datasets."""

    record_id: str = _text("the event or status", matches=_SLUG)
    scheme: str = pa.Field(isin=codebook.codes("scheme"), description="whose identifier it is")
    external_id: str = _text("the identifier, as its dataset writes it")
    match: str = pa.Field(
        isin=codebook.codes("match"), description="how far the join goes; of what is related nothing may be read across"
    )
    note: str = _words("what the two have in common and what not", nullable=True)
    sources: str = _text(_SOURCES)

    class Config:
        """A record has an identifier once."""

        unique = ("record_id", "scheme", "external_id")


class Changes(Table):
    """One row per cell or row that changed since the first release."""

    version: str = _text("the release in which it changed", matches=r"\d+\.\d+\.\d+")
    table: str = _text("the table that it stands in", matches="[a-z_]+")
    id: str = _text("the key of the row, its parts joined by spaces; of a column or table, its name")
    operation: str = pa.Field(isin=_OPERATIONS, description=f"what was done: {', '.join(_OPERATIONS)}")
    column: str = _text("the column of the cell; null: the whole row", nullable=True, matches="[a-z0-9_]+")
    old: str = _text("what stood there, as text; of a whole row, its cells as JSON", nullable=True)
    new: str = _text(
        "what stands there, as text; of a whole row, its cells as JSON; of a withdrawn record, the id that replaces it",
        nullable=True,
    )
    reason: str = _text(
        "why, in the words of the person who changed it; null: a new record, table or column", nullable=True
    )
    reason_code: str = pa.Field(
        nullable=True,
        isin=["new_record", "new_table", *codebook.codes("change"), "withdrawn"],
        description="the kind of change; a code of the codebook, new_record, new_table (or column) or withdrawn",
    )


# What the seeds say, and nobody else.
SEED_TABLES: dict[str, type[Table]] = {
    "sources": Sources,
    "entities": Entities,
    "events": Events,
    "participants": Participants,
    "statuses": Statuses,
    "evidence": Evidence,
    "coverage": Coverage,
    "timeline": Timeline,
}


# What other sources say of it.
LAYER: dict[str, type[Table]] = {
    "corroborations": Corroborations,
    "references": References,
    "external_ids": ExternalIds,
}


# What is coded. A release is compared with the one before over these.
TABLES: dict[str, type[Table]] = {**SEED_TABLES, **LAYER}


# What is shipped: the same, and what has changed in them.
FILES: dict[str, type[Table]] = {**TABLES, "changes": Changes}


# Which column names a row of which table.
REFERENCES: dict[str, dict[str, str]] = {
    "events": {"attributed_to": "entities", "same_as": "events", "source_id": "sources"},
    "participants": {"event_id": "events", "entity_id": "entities"},
    "statuses": {
        "subject": "entities",
        "object": "entities",
        "about": "entities",
        "attributed_to": "entities",
        "source_id": "sources",
    },
    "evidence": {"record_id": "timeline", "source_id": "sources"},
    "coverage": {"source_id": "sources"},
    "corroborations": {"record_id": "timeline"},
    "external_ids": {"record_id": "timeline"},
}


CHANGES_KEY = ("version", "table", "id", "operation", "column")


# The order of the rows, and what identifies one.
KEYS: dict[str, tuple[str, ...]] = {
    "sources": ("source_id",),
    "entities": ("entity_id",),
    "events": ("event_id",),
    "participants": ("event_id", "entity_id", "role"),
    "statuses": ("status_id",),
    "evidence": ("record_id", "source_id", "start_char"),
    "coverage": ("source_id", "start_char"),
    "timeline": ("record_id",),
    "corroborations": ("reading_id",),
    "references": ("reference_id",),
    "external_ids": ("record_id", "scheme", "external_id"),
}


def dtypes(model: type[Table]) -> dict[str, Any]:
    """Give the pandas type of every column of a table, in order.

    Parameters
    ----------
    model
        A model of this module.

    Returns
    -------
    dict of str to dtype
        ``datetime64[us]``, ``str``, ``category``, ``boolean``, ``bool``, ``Int16``, ``int64`` or
        ``float64``.

    Examples
    --------
    >>> dtypes(Statuses)["start_latest"], dtypes(Statuses)["holds"]
    (dtype('<M8[us]'), dtype('bool'))
    """
    return {name: _pandas_dtype(column.dtype) for name, column in model.to_schema().columns.items()}


def descriptions(model: type[Table]) -> dict[str, str]:
    """Give the one-line description of every column of a table, in order.

    Parameters
    ----------
    model
        A model of this module.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> descriptions(Participants)["event_id"]
    'the event'
    """
    return {name: str(column.description) for name, column in model.to_schema().columns.items()}


def codes(model: type[Table]) -> dict[str, list[str]]:
    """Give the allowed codes of every dictionary column of a table.

    Parameters
    ----------
    model
        A model of this module.

    Returns
    -------
    dict of str to list of str

    Examples
    --------
    >>> codes(Statuses)["end_state"]
    ['ongoing', 'ended', 'unknown']
    """
    return {n: list(d.categories) for n, d in dtypes(model).items() if isinstance(d, pd.CategoricalDtype)}


def analytic(model: type[Table]) -> list[str]:
    """List the columns of a table that an analysis can rest on: all but those that are for reading.

    Parameters
    ----------
    model
        A model of this module.

    Returns
    -------
    list of str

    Examples
    --------
    >>> [column for column in descriptions(Evidence) if column not in analytic(Evidence)]
    ['prefix', 'suffix']
    """
    columns = model.to_schema().columns
    return [name for name, column in columns.items() if not (column.metadata or {}).get("descriptive")]


def grain(model: type[Table]) -> str:
    """Say what one row of a table is.

    Parameters
    ----------
    model
        A model of this module.

    Returns
    -------
    str
        The first sentence of the model's docstring.

    Examples
    --------
    >>> grain(Events)
    'One row per event: something that happened.'
    """
    return str(model.__doc__).split("\n", 1)[0]


def _pandas_dtype(dtype: Any) -> Any:  # noqa: ANN401 - pandera's own types are Any
    """Turn pandera's type into the one that plain ``pd.read_parquet`` gives."""
    if isinstance(dtype, pandas_engine.DateTime):
        return pd.Series([], dtype=f"datetime64[{dtype.unit}]").dtype
    if isinstance(dtype, pandas_engine.NpString | pandas_engine.STRING):
        return pd.StringDtype(na_value=float("nan"))
    return (
        pd.CategoricalDtype(list(dtype.categories or ())) if isinstance(dtype, pandas_engine.Category) else dtype.type
    )


def _spelled_out(dtype: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any pandas type
    """Make types comparable; pandas itself holds two orders of the same codes to be equal."""
    return (dtype, *getattr(dtype, "categories", ()))
