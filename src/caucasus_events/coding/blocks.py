"""The blocks of a sheet: which keys each has, and of what types. What they say is checked elsewhere."""

from collections.abc import Iterable
from typing import Annotated, Any, Self, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from caucasus_events.errors import nearest
from caucasus_events.model.bounds import stated_days

# What stands in a new sheet where a person must write something.
_TO_DO = "?"
# What stands for a text or a day that cannot be read, until it is taken out again.
_STAND_IN = "2000-01-01"
# The largest code of another dataset that a table can hold.
LARGEST_CODE = 32_767


def _iso_day(value: str) -> str:
    """Accept a day of the calendar, YYYY-MM-DD, and no month and no year."""
    days = stated_days(value)
    if days is None or days[0] != days[1]:
        raise ValueError
    return value


def _not_blank(value: str) -> str:
    """Accept a string that says something."""
    if value.strip() in ("", _TO_DO):
        raise ValueError
    return value


def _not_empty(value: list[str]) -> list[str]:
    """Accept a list that holds something."""
    if not value:
        raise ValueError
    return value


Words = Annotated[str, AfterValidator(_not_blank)]
Day = Annotated[str, AfterValidator(_iso_day)]
Several = Annotated[list[Words], AfterValidator(_not_empty)]
Number = Annotated[int, Field(ge=0, le=LARGEST_CODE)]


class Block(BaseModel):
    """One block: exactly these keys, exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    _faulty: frozenset[str] = PrivateAttr(frozenset())

    @property
    def faulty(self) -> frozenset[str]:
        """The keys that could not be read: nothing stands there, and nothing is to be said of them again."""
        return self._faulty

    @classmethod
    def mended(cls, values: dict[str, Any], wrong: Iterable[tuple[int | str, ...]]) -> Self:
        """Read a block without what is wrong in it, so that its other keys can be checked in the same round."""
        places = {place[:2] for place in wrong}
        whole_keys = {place[0] for place in places if len(place) == 1}
        kept = {key: value for key, value in values.items() if key in cls.model_fields and key not in whole_keys}
        # Of a list, the items that are right stay.
        for key in {place[0] for place in places} & kept.keys():
            kept[str(key)] = [each for number, each in enumerate(kept[str(key)]) if (key, number) not in places]
        needed = {key: field.annotation for key, field in cls.model_fields.items() if field.is_required()}
        lost = {key: kind for key, kind in needed.items() if kept.get(key) in (None, [])}
        shapes: dict[str, Any] = {key: get_origin(kind) or kind for key, kind in lost.items()}
        stand_ins: dict[Any, Any] = {list: [_STAND_IN], bool: False}
        whole = cls.model_validate(kept | {key: stand_ins.get(shape, _STAND_IN) for key, shape in shapes.items()})
        empty: dict[Any, Any] = {list: [], bool: False}
        block = whole.model_copy(update={key: empty.get(shape) for key, shape in shapes.items()})
        # A key that is misspelt is missing where it was meant.
        meant = {nearest(str(place[0]), cls.model_fields) or "" for place in places}
        block._faulty = frozenset(meant | {str(place[0]) for place in places})  # noqa: SLF001 - of this very class
        return block


class Source(Block):
    """The document: who wrote it, who published this copy, and the last day it can speak of."""

    title: Words
    author: Words
    publisher: Words
    first_published_by: Words | None = None
    published: Day
    speaks_until: Day
    url: Words
    language: Words
    licence: Words | None = None
    sha256: Words


class Entity(Block):
    """An actor or a place, with its codes in other datasets where a source gives them."""

    id: Words
    name: Words
    kind: Words
    iso3: Words | None = None
    iso_numeric: Number | None = None
    region: bool = False
    cow: Number | None = None
    cow_abbrev: Words | None = None
    gw: Number | None = None
    cow_igo: Number | None = None
    ucdp_actor: Number | None = None
    wikidata: Words | None = None
    also_known_as: list[Words] = []


class Participant(Block):
    """An actor in a role."""

    entity: Words
    role: Words


class Record(Block):
    """What an event and a status have in common."""

    id: Words
    type: Words
    title: Words
    assertion: Words
    attributed_to: Words | None = None
    passages: Several


class Event(Record):
    """Something that happened."""

    date: Words | None = None
    location: Words | None = None
    participants: list[Participant] = []
    same_as: Words | None = None


class Status(Record):
    """Something that was the case."""

    subject: Words
    object: Words
    about: Words | None = None
    holds: bool
    start: Words | None = None
    end: Words | None = None


class SetAside(Block):
    """Passages that are not coded, and why."""

    reason: Words
    passages: Several
    note: str | None = None


class Change(Block):
    """Why a released row, or all of a column, was changed, in a person's words."""

    id: Words | None = None
    table: Words | None = None
    column: Words | None = None
    reason: Words
    reason_code: Words

    @property
    def name(self) -> str:
        """What it explains: a row by its id, or a column (of a table that is gone, the table) after its table."""
        return self.id or f"{self.table}.{self.column or self.table}"


class Withdrawn(Block):
    """Why a released record is withdrawn, and which record replaces it."""

    id: Words
    reason: Words
    replaced_by: Words | None = None

    @property
    def name(self) -> str:
        """The record that goes."""
        return self.id
