"""Names and codes to entities: the one way in which an actor or place is looked up.

Everything comes from the table ``entities``; a seed that adds an actor adds its names and codes.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from caucasus_events.errors import InvalidValueError, UnknownNameError, nearest, unknown

from .tables import load_entities, load_participants, load_statuses

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    import pandas as pd

# What a scheme is called, and the column of ``entities`` that holds its codes. GDELT's CAMEO
# country codes are those of iso3 for every state of this dataset.
_BY_THEIR_COLUMN = ("iso3", "cow", "cow_abbrev", "gw", "cow_igo", "ucdp_actor", "wikidata", "name")
SCHEMES = {"id": "entity_id"} | {name: name for name in _BY_THEIR_COLUMN}
# The columns of a status, or of a reader's row, in which its parties stand.
PARTIES = ("subject", "object", "about")


def resolve(name: str) -> str:
    """Find an entity by its id, its name or a spelling met in sources; see :func:`find_entity`.

    >>> resolve("Türkiye"), resolve("moscow"), resolve("EEU")
    ('TUR', 'RUS', 'EAEU')
    """
    return find_entity(load_entities(), name)


def resolve_all(names: str | Iterable[str]) -> list[str]:
    """Find entities, one or several, each once, in the order in which they are named.

    >>> resolve_all(["Georgia", "GEO", "Baku"])
    ['GEO', 'AZE']
    """
    entities, several = load_entities(), [names] if isinstance(names, str) else names
    return list(dict.fromkeys(find_entity(entities, name) for name in several))


def with_party(frame: pd.DataFrame, entities: str | Iterable[str] | None) -> pd.DataFrame:
    """Keep the rows to which one of some entities is a party; None keeps all.

    A party stands in one of the columns of :data:`PARTIES`, or belongs to the record of the dataset that ``record_id``
    or ``event_id`` names. A frame without any of them is an :class:`UnknownNameError`.

    >>> from .tables import load_timeline
    >>> len(with_party(load_statuses(), "Georgia")), len(with_party(load_timeline(), "Georgia"))
    (4, 5)
    """
    if entities is None:
        return frame
    ids = resolve_all(entities)
    named, keys = ([name for name in names if name in frame] for names in (PARTIES, ("record_id", "event_id")))
    if not named and not keys:
        raise UnknownNameError(unknown("column", "subject", map(str, frame.columns)))
    kept = frame[named].isin(ids).any(axis=1)
    if keys:
        people, statuses = load_participants(), load_statuses()
        naming = statuses["status_id"][statuses[[*PARTIES]].isin(ids).any(axis=1)]
        records = {*people["event_id"][people["entity_id"].isin(ids)], *naming}
        kept |= frame[keys].isin(records).any(axis=1)
    return frame[kept]


def code_meanings(scheme: str) -> dict[Hashable, str]:
    """Return the entity that each code of a scheme stands for; a code that several share stands for none.

    Names are written as :func:`casefolded` writes them. A scheme that is not one of :data:`SCHEMES` is an
    :class:`InvalidValueError`.

    >>> code_meanings("cow")[640], code_meanings("cow_abbrev")["GRG"], code_meanings("name")["ankara"]
    ('TUR', 'GEO', 'TUR')
    """
    if scheme not in SCHEMES:
        raise InvalidValueError(unknown("scheme of codes", str(scheme), SCHEMES))
    meanings = spellings(load_entities()) if scheme == "name" else _bearers(load_entities(), SCHEMES[scheme])
    return {code: found[0] for code, found in meanings.items() if len(found) == 1}


def shared_codes(scheme: str) -> dict[str, list[str]]:
    """Return the codes of a scheme that stand for none, because several entities share them, and whose they are.

    >>> shared_codes("cow")
    {}
    """
    meanings = spellings(load_entities()) if scheme == "name" else _bearers(load_entities(), SCHEMES[scheme])
    return {str(code): found for code, found in meanings.items() if len(found) > 1}


def casefolded(name: str) -> str:
    """Write a name so that capitals, white space and the way accents are stored do not matter.

    >>> casefolded(" TÜRKIYE "), casefolded("TÜRKİYE"), casefolded("South  Ossetia")
    ('türkiye', 'türkiye', 'south ossetia')
    """
    # Case-folded, the Turkish capital I with a dot is an i with a second dot.
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace("i\u0307", "i").split())


def find_entity(entities: pd.DataFrame, name: str) -> str:
    """Find an entity in a table of entities: an id comes before a name, a name before a spelling.

    Capitals and surrounding white space do not matter. Codes of other datasets are no names (``AUS`` is Australia to
    ISO and Austria to Correlates of War): see :func:`code_meanings`. A name that nobody has is an
    :class:`UnknownNameError` with the nearest, one that several have an :class:`InvalidValueError`.

    >>> find_entity(load_entities(), "Artsakh (Nagorno-Karabakh)")
    'XNK'
    """
    wanted = casefolded(str(name))
    for meanings in (_bearers(entities, "entity_id"), _bearers(entities, "name"), spellings(entities)):
        found = {casefolded(str(code)): ids for code, ids in meanings.items()}.get(wanted, [])
        if len(found) > 1:
            raise InvalidValueError(f"{name!r} is the name of several entities: {', '.join(found)}; give the id")
        if found:
            return found[0]
    # The nearest of all names, and the ids, which are shorter to list.
    ids = entities["entity_id"].tolist()
    near = nearest(str(name), [*ids, *entities["name"], *entities["also_known_as"].dropna().str.split("; ").explode()])
    hint = f"nearest: {near}; " if near else ""
    raise UnknownNameError(f"unknown entity {str(name)!r} ({hint}known: {', '.join(ids)})")


def spellings(entities: pd.DataFrame) -> dict[Hashable, list[str]]:
    """Return the entities that bear each name or spelling, as :func:`casefolded` writes it.

    >>> spellings(load_entities())["republic of artsakh"]
    ['XNA']
    """
    meanings: dict[Hashable, list[str]] = {}
    for row in entities[["entity_id", "name", "also_known_as"]].fillna("").to_dict("records"):
        called = [row["name"], *row["also_known_as"].split("; ")]
        for name in dict.fromkeys(casefolded(name) for name in called if name):
            meanings.setdefault(name, []).append(row["entity_id"])
    return meanings


def _bearers(entities: pd.DataFrame, column: str) -> dict[Hashable, list[str]]:
    """Return the entities that bear each code of a column."""
    meanings: dict[Hashable, list[str]] = {}
    present = entities[entities[column].notna()]
    for identity, code in zip(present["entity_id"].tolist(), present[column].tolist(), strict=True):
        meanings.setdefault(code, []).append(identity)
    return meanings
