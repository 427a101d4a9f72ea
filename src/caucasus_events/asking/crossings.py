"""Types crossed with objects that are named: ``membership_CSTO`` is what an actor is to that one organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from caucasus_events.errors import InvalidValueError
from caucasus_events.model.codebook import chosen, status_types
from caucasus_events.reading import tables
from caucasus_events.reading.names import resolve_all

from .steps import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from caucasus_events.model.codebook import StatusType


class Crossing(NamedTuple):
    """A column of a panel or of a reader's rows: the answers of actors for one type and one object."""

    column: str
    type: str
    object: str


def crossings(types: str | Iterable[str] | None, objects: str | Iterable[str]) -> list[Crossing]:
    """Cross types, all if none is named, with objects by id, name or spelling, in their order, each once.

    A type has only objects of the kinds that the codebook gives it, a symmetric one on either side. An object that no
    type can have is an :class:`InvalidValueError` that names the kinds.

    >>> crossings(["membership", "alliance"], ["CSTO", "Eurasian Economic Union"])[1]
    Crossing(column='membership_EAEU', type='membership', object='EAEU')
    """
    kinds = tables.load_entities().set_index("entity_id")["kind"]
    known = status_types()
    allowed = {name: _kinds_of_objects(known[name]) for name in chosen(types, known, "status type")}
    named = {identity: str(kinds[identity]) for identity in resolve_all(objects)}
    for identity, kind in named.items():
        every = dict.fromkeys(each for of_type in allowed.values() for each in of_type)
        if kind not in every:
            listed = ", ".join(every)
            raise InvalidValueError(f"{identity!r} is of kind {kind}; the types asked for have as object: {listed}")
    pairs = [(name, identity) for name in allowed for identity, kind in named.items() if kind in allowed[name]]
    return [Crossing(f"{name}_{identity}", name, identity) for name, identity in pairs]


def crossed_cells(stretches: pd.DataFrame, crossed: Sequence[Crossing]) -> pd.DataFrame:
    """Turn what :func:`.steps` returns into what actors are to named objects, as :func:`.cells` does of actors alone.

    What is answered is the pair of the actor and the object: a denial is no, and so is a time outside stated bounds
    where that is asked for. Columns as there: type is that of the :class:`Crossing` and holds its column.
    """
    of_pairs = cells(stretches, pairs=True)
    of_pairs = of_pairs[of_pairs["subject"] != of_pairs["object"]].astype({"type": "str"})
    named = pd.DataFrame(crossed, columns=Crossing._fields, dtype="str")
    found = of_pairs.merge(named, on=["type", "object"], validate="many_to_one")
    found["type"] = pd.Categorical(found["column"], named["column"])
    return found.drop(columns=["object", "column"])


def _kinds_of_objects(kind: StatusType) -> list[str]:
    """List the kinds of entity that may stand as object, or on either side of a symmetric type."""
    return [*kind.object, *(kind.subject if kind.symmetric else ())]
