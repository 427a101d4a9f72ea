"""Names and codes to entities: the one way in which an actor or place is looked up.

Names and codes come from the table ``entities``: a seed that adds an actor adds them. What the standard lists call a
state, in English and in the languages of the region, stands beside it in ``spellings.toml``.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from caucasus_events.errors import InvalidValueError, UnknownNameError, nearest, shown, unknown
from caucasus_events.model.asked import one_of, text, texts

from .tables import load_entities, load_participants, load_statuses

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    import pandas as pd

# What a scheme is called, and the column of ``entities`` that holds its codes. GDELT's CAMEO
# country codes are those of iso3 for every state of this dataset.
_BY_THEIR_COLUMN = ("iso3", "cow", "cow_abbrev", "gw", "cow_igo", "ucdp_actor", "wikidata", "name", "iso_numeric")
SCHEMES = {"id": "entity_id"} | {name: name for name in _BY_THEIR_COLUMN}
# Words that names of states share: that two names have them in common says nothing.
_COMMON = {"the", "of", "and", "republic", "state", "states", "government", "islamic", "federation", "united"}
_LONGEST_CODE = 6
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
    entities = load_entities()
    return list(dict.fromkeys(find_entity(entities, name) for name in texts("entity", names)))


def with_party(frame: pd.DataFrame, entities: str | Iterable[str] | None) -> pd.DataFrame:
    """Keep the rows to which one of some entities is a party; None keeps all.

    A party stands in one of the columns of :data:`PARTIES`, or belongs to the record of the dataset that ``record_id``
    or ``event_id`` names. A frame without any of them is an :class:`UnknownNameError`.

    >>> from .tables import load_timeline
    >>> [identity in set(with_party(load_timeline(), "Georgia")["record_id"]) for identity in (
    ...     "georgia-russia-escalation-2008", "turkey-armenia-border-closed")]
    [True, False]
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

    >>> code_meanings("cow")[640], code_meanings("iso_numeric")[51], code_meanings("name")["ankara"]
    ('TUR', 'ARM', 'TUR')
    """
    one_of("scheme of codes", scheme, SCHEMES)
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
    """Write a name so that capitals, accents and white space do not matter.

    >>> casefolded(" TÜRKIYE "), casefolded("Türkiye"), casefolded("South  Ossetia")
    ('turkiye', 'turkiye', 'south ossetia')
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    # The dotless i of Turkish is a letter, not an i without an accent.
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("ı", "i")
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def find_entity(entities: pd.DataFrame, name: str) -> str:
    """Find an entity in a table of entities: an id comes before a name, a name before a spelling.

    Capitals and surrounding white space do not matter. Codes of other datasets are no names (``AUS`` is Australia to
    ISO and Austria to Correlates of War): see :func:`code_meanings`. A name that nobody has is an
    :class:`UnknownNameError` with the nearest, one that several have an :class:`InvalidValueError`.

    >>> find_entity(load_entities(), "Artsakh (Nagorno-Karabakh)")
    'XNK'
    """
    wanted = casefolded(text("entity", name))
    for meanings in (_bearers(entities, "entity_id"), _bearers(entities, "name"), spellings(entities)):
        found = {casefolded(str(code)): ids for code, ids in meanings.items()}.get(wanted, [])
        if len(found) > 1:
            raise InvalidValueError(f"{shown(name)} is the name of several entities: {', '.join(found)}; give the id")
        if found:
            return found[0]
    # The nearest of all names, and the ids, which are shorter to list.
    ids = entities["entity_id"].tolist()
    near = _nearest_name(name, entities)
    hint = f"nearest: {near}; " if near else ""
    raise UnknownNameError(f"unknown entity {shown(name)} ({hint}known: {', '.join(ids)})")


def spellings(entities: pd.DataFrame) -> dict[Hashable, list[str]]:
    """Return the entities that bear each name or spelling, as :func:`casefolded` writes it.

    >>> spellings(load_entities())["republic of artsakh"], spellings(load_entities())["russian federation"]
    (['XNA'], ['RUS'])
    """
    meanings: dict[Hashable, list[str]] = {}
    for row in entities[["entity_id", "name", "also_known_as"]].fillna("").to_dict("records"):
        called = [row["name"], *row["also_known_as"].split("; "), *_in_the_lists(row["entity_id"])]
        for name in dict.fromkeys(casefolded(name) for name in called if name):
            meanings.setdefault(name, []).append(row["entity_id"])
    return meanings


@cache
def _standard_names() -> dict[str, dict[str, list[str]]]:
    """Read what the standard lists call each state, by its id and the language."""
    return tomllib.loads(resources.files(__package__).joinpath("spellings.toml").read_text("utf-8"))


def _in_the_lists(identity: str) -> list[str]:
    """Return what the standard lists call an entity, in any language; nothing of what is no state."""
    return [name for names in _standard_names().get(identity, {}).values() for name in names]


def _nearest_name(name: str, entities: pd.DataFrame) -> str | None:
    """Return the id or name most like one that nobody has, by the words that names do not share."""
    names = [*entities["name"], *entities["also_known_as"].dropna().str.split("; ").explode()]
    # Any word is like some code: an id is offered for what may be one.
    names = [*entities["entity_id"], *names] if len(name) <= _LONGEST_CODE else names
    telling: dict[str, str] = {}
    for each in names:
        telling.setdefault(_telling_words(each), each)
    close = nearest(_telling_words(name), telling, alike=0.75)
    return telling[close] if close else None


def _telling_words(name: str) -> str:
    """Leave out the words that names share; of a name that has no others, all stay."""
    words = casefolded(name).split()
    return " ".join([word for word in words if word not in _COMMON] or words)


def _bearers(entities: pd.DataFrame, column: str) -> dict[Hashable, list[str]]:
    """Return the entities that bear each code of a column."""
    meanings: dict[Hashable, list[str]] = {}
    present = entities[entities[column].notna()]
    for identity, code in zip(present["entity_id"].tolist(), present[column].tolist(), strict=True):
        meanings.setdefault(code, []).append(identity)
    return meanings
