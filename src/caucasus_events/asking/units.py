"""Who stands in the rows of a panel: pairs, actors, or states by organisations, called by their codes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.model.asked import one_of
from caucasus_events.model.layers import BEST
from caucasus_events.reading import tables
from caucasus_events.reading.names import SCHEMES, resolve_all

if TYPE_CHECKING:
    from collections.abc import Sequence

UNITS = ("dyad", "entity", "membership")

# How the key of an actor is called, alone and in a pair, by the scheme of its codes.
KEYS = {
    "iso3": ("iso3", "iso3_1", "iso3_2"),
    "cow": ("ccode", "ccode1", "ccode2"),
    "gw": ("gwcode", "gwcode1", "gwcode2"),
    "id": ("entity", "entity1", "entity2"),
}
ORGANISATION = "organisation"


def panel_units(
    unit: str, named: str | Sequence[str] | None, scheme: str, layer: str, *, directed: bool
) -> tuple[pd.DataFrame, list[str]]:
    """List the units, in order of their keys, and the names of these; if nobody is named, the usual ones of a layer.

    A unit has a subject and, unless it is an actor alone, an object, both as ids.
    """
    one_of("scheme of codes", scheme, KEYS)
    entities = _usual(tables.load("entities").set_index("entity_id"), layer)
    ids = None if named is None else resolve_all(named)
    alone, *both = KEYS[scheme]
    if unit == "membership":
        return _memberships(entities, ids, scheme), [alone, ORGANISATION]
    actors = _coded_actors(entities, ids, scheme)
    if unit == "entity":
        return pd.DataFrame({"subject": actors.index, alone: _key(actors)}), [alone]
    return pairs_of(actors, both, directed=directed), both


def _usual(entities: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Say who is a unit of a panel that names nobody: states of the region and all organisations.

    Of a layer that has the records of documents alone it is whoever is party to one of them.
    """
    if layer == BEST:
        return entities.assign(usual=(entities["kind"] != "state") | entities["region"])
    statuses, people = tables.load("statuses", layer), tables.load("participants")
    told = people["entity_id"][people["event_id"].isin(tables.load("events", layer)["event_id"])]
    return entities.assign(usual=entities.index.isin([*statuses["subject"], *statuses["object"], *told]))


def _coded_actors(entities: pd.DataFrame, ids: list[str] | None, scheme: str) -> pd.Series:
    """Return the code of every actor by its id, in order of the codes; if nobody is named, of the usual states."""
    column = entities.index.to_series() if scheme == "id" else entities[SCHEMES[scheme]]
    if ids is None:
        return column[(entities["kind"] == "state") & entities["usual"] & column.notna()].sort_values()
    for name in ids:
        if pd.isna(column[name]):
            raise UnknownNameError(f"{name!r} has no {scheme} code; codes='id' calls every entity by its id")
    return column[ids].sort_values()


def _key(codes: pd.Series) -> Any:
    """Write codes as small as they can be: text as categories, numbers as int16."""
    return codes.to_numpy(np.int16) if codes.dtype == "Int16" else pd.Categorical(codes, categories=codes.array)


def pairs_of(actors: pd.Series, names: Sequence[str], *, directed: bool) -> pd.DataFrame:
    """Pair the actors; without order the ids are in alphabetical order, and the keys in their own."""
    pairing = itertools.permutations if directed else itertools.combinations
    places = np.array(list(pairing(range(len(actors)), 2)), dtype=int).reshape(-1, 2)
    ids, keys = actors.index.to_numpy(object)[places], _key(actors)
    parties = ids if directed else np.sort(ids, axis=1)
    columns = {name: keys[place] for name, place in zip(names, places.T, strict=True)}
    return pd.DataFrame({"subject": parties[:, 0], "object": parties[:, 1], **columns})


def _memberships(entities: pd.DataFrame, ids: list[str] | None, scheme: str) -> pd.DataFrame:
    """Pair states and organisations; of either kind the usual ones, if none is named."""
    of_kind: dict[str, list[str]] = {"state": [], "organisation": []}
    for name in ids or ():
        kind = str(entities["kind"][name])
        if kind not in of_kind:
            raise InvalidValueError(f"{name!r} is of kind {kind}; a membership panel is of states and organisations")
        of_kind[kind].append(name)
    states = _coded_actors(entities, of_kind["state"] or None, scheme)
    organisations = sorted(
        of_kind["organisation"] or entities.index[(entities["kind"] == "organisation") & entities["usual"]]
    )
    first, second = np.divmod(np.arange(len(states) * len(organisations)), max(1, len(organisations)))
    objects = pd.Categorical(organisations, categories=organisations)[second]
    keys = {KEYS[scheme][0]: _key(states)[first], ORGANISATION: objects}
    return pd.DataFrame({"subject": states.index[first], "object": objects.astype("str"), **keys})
