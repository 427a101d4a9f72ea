"""TODO."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

import narwhals as nw

from caucasus_events.errors import InvalidValueError, UnknownNameError, UnmatchedCodesWarning, nearest, unknown
from caucasus_events.model import codebook
from caucasus_events.reading import tables

from .columns import Codes
from .lookups import Lookup, build_lookup

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence


Frame = TypeVar("Frame")


SHOWN = 10


# Columns of lazy joins, by names that no reader has.
DAY, SUBJECT, OBJECT, STATE, LASTS, CODE = (
    f"__caucasus_events_{name}" for name in ("day", "subject", "object", "state_", "until_", "_code")
)


class Recipe(NamedTuple):
    """Where a well-known dataset keeps what :func:`annotate` asks for."""

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
    """What may be asked for; see :func:`annotate`."""

    date: str | None
    date_end: str | None
    subject: str | None
    object: str | None
    types: str | Sequence[str] | None
    codes: str
    like: str | None
    prefix: str
    dates: str
    outside: str


class Wanted(NamedTuple):
    """What is asked for: the reader's columns, the scheme of their codes, the types and how to call them."""

    date: str
    date_end: str | None
    subject: str
    object: str | None
    codes: str
    types: tuple[str, ...]
    prefix: str
    outside: str
    dates: str = "seed"

    @property
    def parties(self) -> list[str]:
        """List the columns with codes."""
        return [self.subject] if self.object is None else [self.subject, self.object]

    @property
    def added(self) -> list[str]:
        """List the columns that are added."""
        return [self.prefix + kind for kind in self.types]

    @property
    def columns(self) -> list[str]:
        """List the columns that are read."""
        return [self.date, *([] if self.date_end is None else [self.date_end]), *self.parties]


def read_wanted(  # noqa: PLR0913 - what can be asked
    columns: Mapping[str, str | None],
    types: str | Sequence[str] | None = None,
    codes: str = "iso3",
    like: str | None = None,
    *,
    prefix: str = "",
    dates: str = "seed",
    outside: str = "unknown",
) -> Wanted:
    """Fill what is left out from the recipe, and check that the types are there."""
    filled: dict[str, Any] = dict(columns)
    if like is not None:
        if like not in RECIPES:
            raise InvalidValueError(unknown("dataset", like, RECIPES))
        recipe = RECIPES[like]
        codes = recipe.codes if codes == "iso3" else codes
        own_end = recipe.date_end if columns["date"] is None else None
        own = (recipe.date, own_end, recipe.subject.get(codes), recipe.object)
        filled = {name: given or kept for (name, given), kept in zip(columns.items(), own, strict=True)}
    for name in ("date", "subject"):
        if filled[name] is None:
            raise InvalidValueError(f"{name} is missing: name the column, or say with like which dataset this is")
    known = codebook.status_types()
    chosen = list(known) if types is None else [types] if isinstance(types, str) else list(dict.fromkeys(types))
    if odd := [name for name in chosen if name not in known]:
        raise UnknownNameError(unknown("status type", odd[0], known))
    return Wanted(**filled, codes=codes, types=tuple(chosen), prefix=prefix, dates=dates, outside=outside)


@cache
def released_statuses(types: tuple[str, ...], dates: str, outside: str, *, pairs: bool) -> Lookup:
    """Prepare the answers of the released statuses, once."""
    ids = tables.load("entities")["entity_id"].tolist()
    return build_lookup(tables.load_statuses(dates), ids, types, outside, pairs=pairs)


def asked_codes(lookup: Lookup, meanings: Mapping[Hashable, str], column: str, scheme: str) -> Codes:
    """Say which number each code of a column has."""
    return Codes(column, scheme, {code: lookup.numbers[name] for code, name in meanings.items()})


def check_columns(present: list[str], wanted: Wanted) -> None:
    """Check that the columns to read are there, once each, and those to add are not."""
    for name in wanted.columns:
        if name not in present:
            raise InvalidValueError(unknown("column", name, map(str, present)))
        if present.count(name) > 1:
            raise InvalidValueError(f"column {name!r} is there {present.count(name)} times: rename all but one")
    for name in wanted.added:
        if name in present:
            raise InvalidValueError(f"column {name!r} is there already: rename it, or give a prefix")


TEXTS = (nw.String, nw.Categorical, nw.Enum)


ENGINES = (nw.Implementation.POLARS, nw.Implementation.DUCKDB, nw.Implementation.PYSPARK)


def warn_of_unmatched(codes: Sequence[Codes]) -> None:
    """Warn of the codes that nobody has, the most frequent first."""
    told = "; ".join(unmatched_codes(column) for column in codes if column.unmatched)
    if told:
        text = f"codes that nobody in this dataset has are answered <NA>: {told}"
        warnings.warn(text, UnmatchedCodesWarning, stacklevel=4)


def unmatched_codes(codes: Codes) -> str:
    """List the unmatched codes of a column, with their rows and, of text, the nearest known."""
    known = [code for code in codes.numbers if isinstance(code, str)]
    shown = []
    for code, count in codes.unmatched.most_common(SHOWN):
        near = nearest(code, known)
        shown.append(f"{code} ({count:,} row{'s' * (count > 1)}{f', nearest: {near}' * bool(near)})")
    more = len(codes.unmatched) - len(shown)
    listed = ", ".join(shown) + f" and {more:,} more" * bool(more)
    return f"column {codes.column!r}, scheme {codes.scheme}: {listed}"
