"""Names and codes to entities: the one way in which an actor or place is looked up.

Everything comes from the table ``entities``; a seed that adds an actor adds its names and codes.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from caucasus_events.errors import InvalidValueError, UnknownNameError, nearest, unknown

from .tables import load_entities

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    import pandas as pd


# What a scheme is called, and the column of ``entities`` that holds its codes. GDELT's CAMEO
# country codes are those of iso3 for every state of this dataset.
SCHEMES = {
    "id": "entity_id",
    "iso3": "iso3",
    "cow": "cow",
    "cow_abbrev": "cow_abbrev",
    "gw": "gw",
    "cow_igo": "cow_igo",
    "ucdp_actor": "ucdp_actor",
    "wikidata": "wikidata",
    "name": "name",
}


def resolve(name: str) -> str:
    """Find an entity by its id, its name or a spelling met in sources.

    An id comes before a name, a name before a spelling; capitals and surrounding white space do
    not matter. Codes of other datasets are no names (``AUS`` is Australia to ISO and Austria to
    Correlates of War): see :func:`codes`.

    Parameters
    ----------
    name
        "TUR", "Turkey", "Türkiye" or "Ankara".

    Returns
    -------
    str
        The ``entity_id``.

    Raises
    ------
    UnknownNameError
        If nobody is called so, with the nearest name (a ``KeyError``).
    InvalidValueError
        If several entities are called so (a ``ValueError``).

    Examples
    --------
    >>> resolve("Türkiye"), resolve("moscow"), resolve("EEU")
    ('TUR', 'RUS', 'EAEU')
    """
    return lookup(load_entities(), name)


def resolve_all(names: str | Iterable[str]) -> list[str]:
    """Find entities by id, name or spelling, each once, in the order in which they are named.

    Parameters
    ----------
    names
        One name or several.

    Returns
    -------
    list of str
        The ``entity_id`` of each.

    Raises
    ------
    UnknownNameError
        If nobody is called so, with the nearest name (a ``KeyError``).
    InvalidValueError
        If several entities are called so (a ``ValueError``).

    Examples
    --------
    >>> resolve_all(["Georgia", "GEO", "Baku"])
    ['GEO', 'AZE']
    """
    several = [names] if isinstance(names, str) else names
    entities = load_entities()
    return list(dict.fromkeys(lookup(entities, name) for name in several))


def codes(scheme: str) -> dict[Hashable, str]:
    """Give the entity that each code of a scheme stands for.

    Parameters
    ----------
    scheme
        ``iso3``, ``cow``, ``cow_abbrev``, ``gw``, ``cow_igo``, ``ucdp_actor`` or ``wikidata``;
        ``id``, the ids of this dataset; ``name``, names and spellings, as :func:`fold` writes them.

    Returns
    -------
    dict of str or int to str
        Code to ``entity_id``. A code that several entities share stands for none of them.

    Raises
    ------
    InvalidValueError
        If there is no such scheme (a ``ValueError``).

    Examples
    --------
    >>> codes("cow")[640], codes("cow_abbrev")["GRG"], codes("name")["ankara"]
    ('TUR', 'GEO', 'TUR')
    """
    if scheme not in SCHEMES:
        raise InvalidValueError(unknown("scheme of codes", str(scheme), SCHEMES))
    meanings = spellings(load_entities()) if scheme == "name" else _column(load_entities(), SCHEMES[scheme])
    return {code: found[0] for code, found in meanings.items() if len(found) == 1}


def fold(name: str) -> str:
    """Write a name so that capitals, white space and the way accents are stored do not matter.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    str
        NFKC, case-folded, runs of white space as one space.

    Examples
    --------
    >>> fold(" TÜRKIYE "), fold("TÜRKİYE"), fold("South  Ossetia")
    ('türkiye', 'türkiye', 'south ossetia')
    """
    # Case-folded, the Turkish capital I with a dot is an i with a second dot.
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace("i\u0307", "i").split())


def lookup(entities: pd.DataFrame, name: str) -> str:
    """Find an entity in a table of entities by id, name or spelling, in this order.

    Parameters
    ----------
    entities
        Rows of the table ``entities``.
    name
        What it is called.

    Returns
    -------
    str
        The ``entity_id``.

    Raises
    ------
    UnknownNameError
        If nobody is called so, with the nearest name (a ``KeyError``).
    InvalidValueError
        If several entities are called so (a ``ValueError``).

    Examples
    --------
    >>> lookup(load_entities(), "Artsakh (Nagorno-Karabakh)")
    'XNK'
    """
    wanted = fold(str(name))
    for meanings in (_column(entities, "entity_id"), _column(entities, "name"), spellings(entities)):
        found = {fold(str(code)): ids for code, ids in meanings.items()}.get(wanted, [])
        if len(found) > 1:
            raise InvalidValueError(f"{name!r} is the name of several entities: {', '.join(found)}; give the id")
        if found:
            return found[0]
    raise UnknownNameError(_nobody(entities, str(name)))


def spellings(entities: pd.DataFrame) -> dict[Hashable, list[str]]:
    """Give the entities that each name or spelling stands for.

    Parameters
    ----------
    entities
        Rows of the table ``entities``.

    Returns
    -------
    dict of str to list of str
        Name, as :func:`fold` writes it, to every ``entity_id`` that bears it.

    Examples
    --------
    >>> spellings(load_entities())["republic of artsakh"]
    ['XNA']
    """
    meanings: dict[Hashable, list[str]] = {}
    for row in entities[["entity_id", "name", "also_known_as"]].fillna("").to_dict("records"):
        called = [row["name"], *row["also_known_as"].split("; ")]
        for name in dict.fromkeys(fold(name) for name in called if name):
            meanings.setdefault(name, []).append(row["entity_id"])
    return meanings


def _column(entities: pd.DataFrame, column: str) -> dict[Hashable, list[str]]:
    """Give the entities that each code of a column stands for."""
    meanings: dict[Hashable, list[str]] = {}
    present = entities[entities[column].notna()]
    for identity, code in zip(present["entity_id"].tolist(), present[column].tolist(), strict=True):
        meanings.setdefault(code, []).append(identity)
    return meanings


def _nobody(entities: pd.DataFrame, name: str) -> str:
    """Say that nobody is called so: the nearest of all names, and the ids, which are shorter to list."""
    ids = entities["entity_id"].tolist()
    written = [*ids, *entities["name"], *entities["also_known_as"].dropna().str.split("; ").explode()]
    near = nearest(name, written)
    hint = f"nearest: {near}; " if near else ""
    return f"unknown entity {name!r} ({hint}known: {', '.join(ids)})"
