"""What is asked of :func:`.annotation.annotate`, and where well-known datasets keep it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import numpy as np

from caucasus_events.asking.answers import OUTSIDE
from caucasus_events.asking.crossings import crossings
from caucasus_events.errors import InvalidValueError, shown, unknown
from caucasus_events.model import codebook, layers
from caucasus_events.model.asked import one_of, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from caucasus_events.asking.crossings import Crossing
    from caucasus_events.asking.days import Day


class Recipe(NamedTuple):
    """Where a well-known dataset keeps what is asked for."""

    codes: str
    date: str
    date_end: str | None
    subject: dict[str, str]  # by scheme of codes
    object: str | None


RECIPES = {
    "ucdp_ged": Recipe("gw", "date_start", "date_end", {"gw": "gwnoa", "ucdp_actor": "side_a_new_id"}, None),
    "gdelt": Recipe("iso3", "SQLDATE", None, {"iso3": "Actor1CountryCode"}, "Actor2CountryCode"),
    "acled": Recipe("name", "event_date", None, {"name": "country"}, None),
}


class Asked(TypedDict, total=False):
    """The options of :func:`.annotation.annotate`, which says what they mean and what they are when left out."""

    date: str | None
    date_end: str | None
    subject: str | None
    object: str | None
    types: str | Sequence[str] | None
    codes: str | None
    like: str | None
    objects: str | Sequence[str] | None
    prefix: str
    layer: str
    confidence: str
    outside: str
    carry_to: Day | None


class Wanted(NamedTuple):
    """The columns of a reader's frame that are read, and those that are added to it."""

    days: tuple[str, ...]  # of the day; and of the last day, if a row is a window
    parties: tuple[str, ...]  # of the subject's code; and of the object's, if a row is of two
    scheme: str  # of these codes
    types: tuple[str, ...]  # or types crossed with objects; of each a column is added
    prefix: str = ""
    crossed: tuple[Crossing, ...] | None = None  # these, if objects are asked for

    @property
    def added(self) -> list[str]:
        """List the columns that are added."""
        return [self.prefix + kind for kind in self.types]


def read_wanted(asked: Asked) -> Wanted:
    """Read all that is asked for, fill in from ``like`` what is left out, and check that the types are there."""
    _check_values(asked)
    date, date_end, subject, other = asked["date"], asked["date_end"], asked["subject"], asked["object"]
    scheme = asked["codes"]
    if (like := asked["like"]) is not None:
        recipe = RECIPES[one_of("dataset", like, RECIPES)]
        scheme = recipe.codes if scheme is None else scheme
        if date is None:
            # Only with its own first day: the last day of the dataset says nothing of a day of the reader's.
            date, date_end = recipe.date, recipe.date_end if date_end is None else date_end
        subject = recipe.subject.get(scheme) if subject is None else subject
        # A row of two has its object; who asks for objects by name asks of the first of the two alone.
        other = recipe.object if other is None and asked["objects"] is None else other
        if subject is None:
            raise InvalidValueError(f"subject is missing: {like} has no column of {scheme} codes: name the column")
    if date is None or subject is None:
        name = "date" if date is None else "subject"
        raise InvalidValueError(f"{name} is missing: name the column, or say with like which dataset this is")
    types, crossed = tuple(codebook.chosen(asked["types"], codebook.status_types(), "status type")), None
    if (objects := asked["objects"]) is not None:
        if other is not None:
            what = f"objects goes without object, and column {other!r} is that of the object"
            raise InvalidValueError(f"{what}: a row is of an actor alone, or of two")
        crossed = tuple(crossings(asked["types"], objects))
        types = tuple(each.column for each in crossed)
    return Wanted(
        days=(date,) if date_end is None else (date, date_end),
        parties=(subject,) if other is None else (subject, other),
        scheme="iso3" if scheme is None else scheme,
        types=types,
        prefix=asked["prefix"],
        crossed=crossed,
    )


def _check_values(asked: Asked) -> None:
    """Check values whose kind decides nothing else, before any of them is compared or kept."""
    for what in ("date", "date_end", "subject", "object"):
        name = asked[what]
        # A pandas column may have a number, or a text on each of several levels.
        parts = name if isinstance(name, tuple) else (name,)
        if name is not None and not all(isinstance(part, str | int | np.integer) for part in parts):
            raise InvalidValueError(f"{what} {shown(name)} is no name of a column: give one")
    if re.search("[\ud800-\udfff]", text("prefix", asked["prefix"], "give one")):
        raise InvalidValueError(f"prefix {shown(asked['prefix'])} has half a character: give another")
    layers.checked(asked["layer"])
    one_of("value of outside", asked["outside"], OUTSIDE)
    one_of("confidence", asked["confidence"], codebook.codes("confidence"))


def check_columns(present: list[str], wanted: Wanted) -> None:
    """Check that the columns to read are there, once each, and those to add are not."""
    for name in (*wanted.days, *wanted.parties):
        if name not in present:
            raise InvalidValueError(unknown("column", name, map(str, present)))
        if present.count(name) > 1:
            raise InvalidValueError(f"column {name!r} is there {present.count(name)} times: rename all but one")
    for name in wanted.added:
        if name in present:
            raise InvalidValueError(f"column {name!r} is there already: rename it, or give a prefix")
