"""Spells, statuses and readers' tables that are made up: what the benchmarks of asking are measured with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events import load_statuses
from caucasus_events.model.bounds import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable

# The days between which spells lie, since 1970.
FIRST, LAST = -7_000, 18_000
KIND = "border_closed"


def intervals(keys: int, count: int) -> pd.DataFrame:
    """Draw spells without overlap: key, first and last day."""
    chance = np.random.default_rng(20200723)
    each = np.bincount(np.arange(count) % keys, minlength=keys)
    spells = []
    for key, many in enumerate(each):
        edges = np.sort(chance.choice(np.arange(FIRST, LAST), 2 * many, replace=False)).reshape(-1, 2)
        spells.append(pd.DataFrame({"key": key, "first": edges[:, 0], "last": edges[:, 1]}))
    return pd.concat(spells, ignore_index=True)


def names_of(keys: int) -> list[str]:
    """Name the keys."""
    return [f"K{key:03}" for key in range(keys)]


def days(numbers: Any) -> np.ndarray:
    """Turn day numbers into timestamps."""
    return np.asarray(numbers).astype("datetime64[D]").astype("datetime64[us]")


def statuses(spells: pd.DataFrame, keys: int) -> pd.DataFrame:
    """Write spells as rows of the table of statuses."""
    like = load_statuses()
    rows = like.iloc[[0] * len(spells)].reset_index(drop=True)
    named = {"subject": np.array(names_of(keys), dtype=object)[spells["key"]], "object": "ZZZ"}
    kind = pd.Categorical([KIND] * len(rows), categories=like["type"].cat.categories)
    made: dict[str, Any] = {"type": kind, "holds": True, "symmetric": False, "about": None, **named}
    made |= {"speaks_until": days([LAST])[0]}
    made |= {bound: days(spells["first" if bound.startswith("start") else "last"]) for bound in BOUNDS}
    return rows.assign(**made).astype({"subject": "str", "object": "str", "about": "str"})


def reader(keys: int, count: int, kind: str) -> pd.DataFrame:
    """Draw a reader's table: a key and a day, not sorted."""
    chance = np.random.default_rng(count)
    key, day = chance.integers(0, keys, count), days(chance.integers(FIRST - 500, LAST + 500, count))
    columns: dict[str, Callable[[], Any]] = {
        "integers": lambda: key,
        "categories": lambda: pd.Categorical.from_codes(key.astype(np.int16), pd.Index(names_of(keys))),
        "text": lambda: pd.array(np.array(names_of(keys), dtype=object)[key], dtype="str"),
    }
    return pd.DataFrame({"key": columns[kind](), "day": day})
