"""What others would do to the same end, prepared as far as ours is: polars, DuckDB and pandas, for rows and for panels.

Nobody needs this file to change how the package answers; it is what the answers are measured against.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

import made_up

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from caucasus_events.asking.panels import Runs

    Caller = Callable[[], Any]

# As a number of days since 1970.
FIRST_OF_1990 = 7_305


def row_peers(spells: pd.DataFrame, mine: pd.DataFrame, keys: int, kind: str) -> dict[str, Caller]:
    """Prepare what others would do; each gives a column of True and null, or False, in the order of the rows."""
    named = spells.assign(first=made_up.days(spells["first"]), last=made_up.days(spells["last"]))
    if kind != "integers":
        labels = np.array(made_up.names_of(keys), dtype=object)[spells["key"]]
        named["key"] = pd.Categorical(labels, made_up.names_of(keys)) if kind == "categories" else labels
    return polars_peers(named, mine) | duckdb_peers(named, mine) | pandas_peers(named, mine)


def polars_peers(named: pd.DataFrame, mine: pd.DataFrame) -> dict[str, Caller]:
    """Prepare a join to the last start, and a chain of conditions."""
    table = pl.from_pandas(mine)
    starts = pl.from_pandas(named).cast({"key": table.schema["key"]}).sort("first")

    def join_asof() -> pl.Series:
        order = table.with_row_index().sort("day")
        joined = order.join_asof(starts, left_on="day", right_on="first", by="key", check_sortedness=False)
        return joined.sort("index").select(pl.col("day") <= pl.col("last")).to_series()

    def chain() -> pl.Series:
        inside = [
            (pl.col("key") == key) & pl.col("day").is_between(first, last)
            for key, first, last in zip(named["key"], named["first"], named["last"], strict=True)
        ]
        found = pl.when(functools.reduce(lambda one, other: one | other, inside)).then(statement=True)
        return table.select(found).to_series()

    return {"polars join_asof": join_asof, "polars when/then": chain}


def duckdb_peers(named: pd.DataFrame, mine: pd.DataFrame) -> dict[str, Caller]:
    """Prepare a join to a table of every day, to the last start, and to the window."""
    connection = duckdb.connect()
    connection.register("reader", mine.astype({"key": "str"}) if mine["key"].dtype == "category" else mine)
    connection.register("named", named)
    connection.execute("CREATE TABLE mine AS SELECT * FROM reader")
    connection.execute("CREATE TABLE spells AS SELECT * FROM named")
    connection.execute(
        "CREATE TABLE daily AS SELECT key, unnest(generate_series(first, last, INTERVAL 1 DAY)) AS day FROM spells"
    )
    daily = "SELECT d.day IS NOT NULL FROM mine m LEFT JOIN daily d USING (key, day)"
    asof = "SELECT m.day <= s.last FROM mine m ASOF LEFT JOIN spells s ON m.key = s.key AND m.day >= s.first"
    between = (
        "SELECT s.key IS NOT NULL FROM mine m LEFT JOIN spells s ON m.key = s.key AND m.day BETWEEN s.first AND s.last"
    )
    asked = {"duckdb daily join": daily, "duckdb ASOF": asof, "duckdb BETWEEN": between}
    return {name: functools.partial(_arrow_of, connection, sql) for name, sql in asked.items()}


def _arrow_of(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """Run a query to its end."""
    return connection.sql(sql).to_arrow_table()


def pandas_peers(named: pd.DataFrame, mine: pd.DataFrame) -> dict[str, Caller]:
    """Prepare an index of intervals for every key, and a join to the last start."""

    def interval_index() -> pd.Series:
        found = np.zeros(len(mine), bool)
        for key, own in named.groupby("key", observed=True):
            index = pd.IntervalIndex.from_arrays(own["first"], own["last"], closed="both")
            of_key = np.flatnonzero((mine["key"] == key).to_numpy())
            found[of_key] = index.get_indexer(pd.Index(mine["day"].to_numpy()[of_key])) >= 0
        return pd.Series(found)

    def merge_asof() -> pd.Series:
        order = mine.sort_values("day")
        by_start = named.astype({"key": mine["key"].dtype}).sort_values("first")
        joined = pd.merge_asof(order, by_start, left_on="day", right_on="first", by="key")
        joined.index = order.index
        return (joined["day"] <= joined["last"]).sort_index()

    return {"pandas IntervalIndex": interval_index, "pandas merge_asof": merge_asof}


def panel_peers(starts: pl.DataFrame, runs: Runs, units: int, every: pl.Series) -> dict[str, Caller]:
    """Prepare what polars would do: a grid joined to the last start, and runs, ours, written out."""
    unit = pl.DataFrame({"unit": np.arange(units, dtype=np.int16)})
    # The same runs, tiling the calendar of every pair: their first day, their last and the state.
    start = made_up.days(np.concatenate([[0], np.cumsum(runs.length)[:-1]]) % len(every) + FIRST_OF_1990)
    last = start + (runs.length - 1).astype("timedelta64[D]")
    tiles = pl.DataFrame({"unit": runs.unit.astype(np.int16), "first": start, "last": last, "state": runs.state})

    def cross() -> pl.DataFrame:
        grid = unit.join(pl.DataFrame({"day": every}), how="cross")
        joined = grid.join_asof(starts, left_on="day", right_on="first", by="unit", check_sortedness=False)
        return joined.with_columns(closed=pl.col("day") <= pl.col("last"))

    def explode() -> pl.DataFrame:
        return tiles.select("unit", "state", day=pl.datetime_ranges("first", "last", "1d")).explode("day")

    if len(explode()) != len(every) * units:
        raise SystemExit("the exploded runs do not tile the panel")
    return {"polars cross join, asof": cross, "polars explode": explode}
