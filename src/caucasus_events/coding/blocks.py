"""The blocks of a sheet: which keys each has, and of what types. What they say is checked elsewhere."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from caucasus_events.model.bounds import stated_days

# What stands in a new sheet where a person must write something.
_TO_DO = "?"


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


class Block(BaseModel):
    """One block: exactly these keys, exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


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
    sha256: Words


class Entity(Block):
    """An actor or a place, with its codes in other datasets where a source gives them."""

    id: Words
    name: Words
    kind: Words
    iso3: Words | None = None
    cow: int | None = None
    cow_abbrev: Words | None = None
    gw: int | None = None
    cow_igo: int | None = None
    ucdp_actor: int | None = None
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
    """Why a released row was changed, in a person's words."""

    id: Words
    reason: Words
    reason_code: Words


class Withdrawn(Block):
    """Why a released record is withdrawn, and which record replaces it."""

    id: Words
    reason: Words
    replaced_by: Words | None = None
