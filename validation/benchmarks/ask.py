"""How long annotating rows and laying out panels take, beside what others would take.

``python validation/benchmarks/ask.py`` prints the tables; ``--write`` also puts them into
``validation/benchmarks/ask.md`` and keeps its other parts; ``--parts rows panels memory file`` measures some of them;
``--sizes 10000 1000000`` and ``--file-rows 10000000`` measure fewer rows. Peers get what they need
prepared (their intervals as a sorted frame, a relation, a table of days), as ours is prepared; every
time is the best of several rounds in which all take turns. Of every peer the number of rows that
are True is compared with ours; DuckDB may give its rows in any order, all others keep the reader's.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events import load_statuses
from caucasus_events.asking import panels
from caucasus_events.asking.units import pairs_of
from caucasus_events.joining.annotation import annotate_by, annotate_parquet
from caucasus_events.joining.lookups import build_lookup
from caucasus_events.joining.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
FIRST, LAST = -7_000, 18_000
KIND = "border_closed"
SETTINGS = [(5, 30), (300, 10_000)]
SIZES = [10_000, 1_000_000, 10_000_000]
# Chains of conditions and joins on inequalities grow with the intervals: beyond this they take minutes.
FEW_INTERVALS, FEW_ROWS = 30, 1_000_000
PATIENCE = 2  # seconds
SLOW = {"pandas IntervalIndex", "duckdb BETWEEN", "polars when/then", "pandas merge_asof"}


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
    bounds = {"start_earliest": "first", "start_latest": "first", "end_earliest": "last", "end_latest": "last"}
    named = {"subject": np.array(names_of(keys), dtype=object)[spells["key"]], "object": "ZZZ"}
    kind = pd.Categorical([KIND] * len(rows), categories=like["type"].cat.categories)
    filled = rows.assign(type=kind, holds=True, symmetric=False, about=None, speaks_until=days([LAST])[0], **named)
    filled = filled.assign(**{bound: days(spells[side]) for bound, side in bounds.items()})
    return filled.astype({"subject": "str", "object": "str", "about": "str"})


def reader(keys: int, count: int, kind: str) -> pd.DataFrame:
    """Draw a reader's table: a key and a day, not sorted."""
    chance = np.random.default_rng(count)
    key, day = chance.integers(0, keys, count), days(chance.integers(FIRST - 500, LAST + 500, count))
    columns: dict[str, Any] = {
        "integers": lambda: key,
        "categories": lambda: pd.Categorical.from_codes(key.astype(np.int16), names_of(keys)),
        "text": lambda: pd.array(np.array(names_of(keys), dtype=object)[key], dtype="str"),
    }
    return pd.DataFrame({"key": columns[kind](), "day": day})


def rounds(callers: dict[str, Callable[[], Any]], most: int) -> dict[str, float]:
    """Time callers in turns, the best of each; what takes long gets fewer turns."""
    best: dict[str, float] = {}
    for turn in range(most):
        for name, call in callers.items():
            if turn and best[name] * turn > PATIENCE:
                continue
            start = time.perf_counter()
            call()
            best[name] = min(best.get(name, np.inf), time.perf_counter() - start)
    return best


# ---------------------------------------------------------------------------- rows


def peers(spells: pd.DataFrame, mine: pd.DataFrame, keys: int, kind: str) -> dict[str, Callable[[], Any]]:
    """Prepare what others would do; each gives a column of True and null, or False, in the order of the rows."""
    named = spells.assign(first=days(spells["first"]), last=days(spells["last"]))
    if kind != "integers":
        labels = np.array(names_of(keys), dtype=object)[spells["key"]]
        named["key"] = pd.Categorical(labels, names_of(keys)) if kind == "categories" else labels
    table = pl.from_pandas(mine)
    starts = pl.from_pandas(named).cast({"key": table.schema["key"]}).sort("first")
    connection = duckdb.connect()
    connection.register("reader", mine if kind != "categories" else mine.astype({"key": "str"}))
    connection.execute("CREATE TABLE mine AS SELECT * FROM reader")
    connection.execute("CREATE TABLE spells AS SELECT * FROM named")
    connection.execute(
        "CREATE TABLE daily AS SELECT key, unnest(generate_series(first, last, INTERVAL 1 DAY)) AS day FROM spells"
    )

    def join_asof() -> pl.Series:
        order = table.with_row_index().sort("day")
        joined = order.join_asof(starts, left_on="day", right_on="first", by="key", check_sortedness=False)
        return joined.sort("index").select(pl.col("day") <= pl.col("last")).to_series()

    def chain() -> pl.Series:
        inside = [
            (pl.col("key") == row.key) & pl.col("day").is_between(row.first, row.last) for row in named.itertuples()
        ]
        return table.select(
            pl.when(functools.reduce(lambda one, other: one | other, inside)).then(statement=True)
        ).to_series()

    def asked(sql: str) -> Callable[[], Any]:
        return lambda: connection.sql(sql).to_arrow_table()

    def interval_index() -> pd.Series:
        found = np.zeros(len(mine), bool)
        for key, own in named.groupby("key", observed=True):
            index = pd.IntervalIndex.from_arrays(own["first"], own["last"], closed="both")
            of_key = np.flatnonzero((mine["key"] == key).to_numpy())
            found[of_key] = index.get_indexer(mine["day"].to_numpy()[of_key]) >= 0
        return pd.Series(found)

    def merge_asof() -> pd.Series:
        order = mine.sort_values("day")
        by_start = named.astype({"key": mine["key"].dtype}).sort_values("first")
        joined = pd.merge_asof(order, by_start, left_on="day", right_on="first", by="key")
        joined.index = order.index
        return (joined["day"] <= joined["last"]).sort_index()

    daily = "SELECT d.day IS NOT NULL FROM mine m LEFT JOIN daily d USING (key, day)"
    asof = "SELECT m.day <= s.last FROM mine m ASOF LEFT JOIN spells s ON m.key = s.key AND m.day >= s.first"
    between = (
        "SELECT s.key IS NOT NULL FROM mine m LEFT JOIN spells s ON m.key = s.key AND m.day BETWEEN s.first AND s.last"
    )
    sql = {"duckdb daily join": daily, "duckdb ASOF": asof, "duckdb BETWEEN": between}
    callers: dict[str, Callable[[], Any]] = {"polars join_asof": join_asof, "polars when/then": chain}
    callers |= {name: asked(text) for name, text in sql.items()}
    return callers | {"pandas IntervalIndex": interval_index, "pandas merge_asof": merge_asof}


def cell(keys: int, count: int, size: int, kind: str) -> dict[str, float]:
    """Measure one setting: ours, a copy of the columns, and the peers that end in time."""
    spells, mine = intervals(keys, count), reader(keys, size, kind)
    lookup = build_lookup(statuses(spells, keys), names_of(keys), (KIND,), "unknown", pairs=False)
    scheme = "cow" if kind == "integers" else "id"
    meanings = {key if kind == "integers" else name: name for key, name in enumerate(names_of(keys))}
    wanted = Wanted("day", None, "key", None, scheme, (KIND,), "", "unknown")

    def ours() -> pd.DataFrame:
        return annotate_by(lookup, meanings, mine, wanted)

    callers: dict[str, Callable[[], Any]] = {"copy": mine.copy, "ours": ours}
    others = peers(spells, mine, keys, kind)
    if count > FEW_INTERVALS:
        others.pop("polars when/then")
    if size > FEW_ROWS:
        others = {
            name: call
            for name, call in others.items()
            if name not in SLOW or (name != "pandas merge_asof" and count <= FEW_INTERVALS)
        }
    truth = int(ours()[KIND].fillna(value=False).sum())
    for name, call in others.items():
        found = call()
        values = found.column(0).to_pandas() if isinstance(found, pa.Table) else found
        if int(pd.Series(values).fillna(value=False).astype(bool).sum()) != truth:
            raise SystemExit(f"{name} disagrees with ours for {keys} keys, {count} intervals, {size} rows of {kind}")
    return rounds(callers | others, 7 if size <= FEW_ROWS else 3)


_PREPARED = (
    "What polars and DuckDB read was put into their own tables before (DuckDB has its text in a dictionary then); "
    "ours reads pandas columns as they are. The key × day table of ours and of the daily join are prepared, too."
)


def rows_part(sizes: list[int]) -> str:
    """Measure all settings of rows."""
    lines = [
        "## Rows: one status column, milliseconds",
        "",
        _PREPARED,
        "",
        "| intervals | rows | keys | ours | copy | ours ÷ copy | best peer | best peer ÷ ours | the others |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for keys, count in SETTINGS:
        for size in sizes:
            for kind in ("integers", "categories", "text"):
                taken = cell(keys, count, size, kind)
                ours, copy = taken.pop("ours"), taken.pop("copy")
                best, *others = sorted(taken, key=taken.__getitem__)
                told = ", ".join(f"{name} {taken[name] * 1e3:,.1f}" for name in others)
                lines.append(
                    f"| {count:,} over {keys} keys | {size:,} | {kind} | {ours * 1e3:,.2f} | {copy * 1e3:,.2f} "
                    f"| {ours / copy:.1f} | {best} {taken[best] * 1e3:,.1f} | {taken[best] / ours:.1f} | {told} |"
                )
                print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


# ---------------------------------------------------------------------------- panels


def panels_part() -> str:
    """Measure all directed dyads of 50 entities by day, 1990 to 2025, and the same by month."""
    entities = 50
    ids = names_of(entities)
    spells = intervals(entities, 300)
    partners = np.random.default_rng(1).integers(1, entities, len(spells))
    rows = statuses(spells, entities).assign(
        object=[ids[(key + by) % entities] for key, by in zip(spells["key"], partners, strict=True)]
    )
    units, keys = pairs_of(pd.Series(ids, index=ids), ["one", "other"], directed=True), ["one", "other"]
    attrs = {"unit": "dyad", "freq": "day"}
    options = panels.Options(rule="any", directed=True, outside="unknown")

    def ours(freq: str) -> pd.DataFrame:
        periods = panels.periods_between(freq, "1990", "2025")
        laid = panels.lay_out(rows, [KIND], units, periods, options)
        return panels.unit_rows(panels.Plan(units, keys, periods, laid, attrs | {"freq": freq}), 0, len(units))

    every = pl.datetime_range(pd.Timestamp("1990-01-01"), pd.Timestamp("2025-12-31"), "1d", eager=True, time_unit="us")
    # Peers get one small number per pair instead of two keys.
    unit = pl.DataFrame({"unit": np.arange(len(units), dtype=np.int16)})
    number = pd.MultiIndex.from_frame(units[keys]).get_indexer(pd.MultiIndex.from_frame(rows[["subject", "object"]]))
    spans = {"unit": number.astype(np.int16), "first": days(spells["first"]), "last": days(spells["last"])}
    starts = pl.DataFrame(spans).sort("first")
    laid = panels.lay_out(rows, [KIND], units, panels.periods_between("day", "1990", "2025"), options)[KIND]
    # The same runs, tiling the calendar of every pair: their first day, their last and the state.
    start = days(np.concatenate([[0], np.cumsum(laid.length)[:-1]]) % len(every) + 7_305)
    tiles = pl.DataFrame({"unit": laid.unit.astype(np.int16), "first": start, "state": laid.state}).with_columns(
        last=pl.col("first") + pl.duration(days=pl.Series(laid.length - 1))
    )

    def cross() -> pl.DataFrame:
        grid = unit.join(pl.DataFrame({"day": every}), how="cross")
        joined = grid.join_asof(starts, left_on="day", right_on="first", by="unit", check_sortedness=False)
        return joined.with_columns(closed=pl.col("day") <= pl.col("last"))

    def explode() -> pl.DataFrame:
        return tiles.select("unit", "state", day=pl.datetime_ranges("first", "last", "1d")).explode("day")

    if len(explode()) != len(every) * len(units):
        raise SystemExit("the exploded runs do not tile the panel")
    taken = rounds(
        {"ours": functools.partial(ours, "day"), "polars cross join, asof": cross, "polars explode": explode}, 5
    )
    # pandas needs a grid sorted by day: it is given, and not counted.
    grid = pl.DataFrame({"day": every}).join(unit, how="cross").to_pandas()
    right = starts.to_pandas()
    asof = functools.partial(pd.merge_asof, grid, right, left_on="day", right_on="first", by="unit")
    taken |= rounds({"pandas merge_asof, its grid given": asof}, 1)
    by_month = ["one", "other", pd.Grouper(key="period", freq="MS")]

    def expanded() -> pd.Series:
        return ours("day").groupby(by_month, observed=True)[KIND].any()

    month = rounds({"ours": functools.partial(ours, "month")}, 5) | rounds({"from days": expanded}, 1)
    day = taken["ours"]
    count = len(every) * len(units)
    lines = ["## Panels: all directed dyads of 50 entities, 1990 to 2025, one status column", ""]
    lines += [f"{count:,} rows by day.", "", "| by | how | seconds | ÷ ours |", "| --- | --- | --- | --- |"]
    lines += [f"| day | {name} | {seconds:.3f} | {seconds / day:.1f} |" for name, seconds in taken.items()]
    lines += [f"| month | {name} | {seconds:.4f} | {seconds / month['ours']:.0f} |" for name, seconds in month.items()]
    return "\n".join(lines)


# ---------------------------------------------------------------------------- memory and files


def one_memory(kind: str) -> None:
    """Print what annotating 10,000,000 rows adds at most to the memory of a process, and the size of the column."""
    keys, size = 300, 10_000_000
    mine = reader(keys, size, kind)
    lookup = build_lookup(statuses(intervals(keys, 10_000), keys), names_of(keys), (KIND,), "unknown", pairs=False)
    meanings = {key if kind == "integers" else name: name for key, name in enumerate(names_of(keys))}
    wanted = Wanted("day", None, "key", None, "cow" if kind == "integers" else "id", (KIND,), "", "unknown")
    annotate_by(lookup, meanings, mine[:1000], wanted)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak counts from here
    before = peak_now()
    found = annotate_by(lookup, meanings, mine, wanted)
    print(peak_now() - before, found[KIND].memory_usage(index=False) / 1e6, lookup.table.nbytes / 1e6)  # type: ignore[union-attr]


def peak_now() -> float:
    """Give the most memory since the peak was reset, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024 / 1e6


def memory_part() -> str:
    """Measure, each in a process of its own, what annotating holds besides the input."""
    lines = ["## Memory: 10,000,000 rows, 10,000 intervals over 300 keys, MB beyond the input", ""]
    lines += [
        "| keys | peak | of it the new column | of it anything else | the prepared table, before |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in ("integers", "categories", "text"):
        ran = subprocess.run(
            [sys.executable, __file__, "--one-memory", kind], capture_output=True, text=True, check=True
        )
        most, column, table = map(float, ran.stdout.split())
        lines.append(f"| {kind} | {most:.0f} | {column:.0f} | {most - column:.0f} | {table:.0f} |")
    return "\n".join(lines)


def one_file(source: Path, target: Path, *, plain: bool) -> None:
    """Copy a file, or annotate it; print seconds and peak memory."""
    start = time.perf_counter()
    if plain:
        file = pq.ParquetFile(source)
        with pq.ParquetWriter(target, file.schema_arrow, compression="snappy") as writer:
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(1 << 17, row_groups=[group]):
                    writer.write_batch(batch)
    else:
        annotate_parquet(source, target, like="gdelt", types=KIND)
    print(time.perf_counter() - start, peak_now())


def file_part(count: int) -> str:
    """Measure a file of GDELT's columns: annotated, and copied block by block."""
    chance = np.random.default_rng(count)
    states = np.array(["ARM", "AZE", "GEO", "RUS", "TUR", "USA", None], dtype=object)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        source, copied, target = (Path(folder) / f"{name}.parquet" for name in ("in", "copied", "out"))
        writer = None
        for first in range(0, count, 1_000_000):
            size = min(1_000_000, count - first)
            date = pd.Series(days(chance.integers(3_287, 18_500, size))).dt.strftime("%Y%m%d").astype("int32")
            who = {f"Actor{side}CountryCode": pa.array(states[chance.integers(0, 7, size)]) for side in (1, 2)}
            more = {"GLOBALEVENTID": np.arange(first, first + size), "GoldsteinScale": chance.normal(size=size)}
            table = pa.table({"SQLDATE": date.to_numpy(), **who, **more})
            writer = writer or pq.ParquetWriter(source, table.schema, compression="snappy")
            writer.write_table(table)
        if writer is not None:
            writer.close()
        lines = [f"## A Parquet file of {count:,} rows, {source.stat().st_size / 1e6:,.0f} MB", ""]
        lines += ["| what | seconds | ÷ copy | peak memory of the process, MB |", "| --- | --- | --- | --- |"]
        seconds: dict[str, float] = {}
        for what, path in (("copy", copied), ("annotate", target)):
            ran = subprocess.run(
                [sys.executable, __file__, "--one-file", what, str(source), str(path)],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds[what], most = map(float, ran.stdout.split())
            lines.append(f"| {what} | {seconds[what]:.1f} | {seconds[what] / seconds['copy']:.2f} | {most:.0f} |")
        if pq.ParquetFile(target).metadata.num_rows != count:
            raise SystemExit("rows were lost")
    return "\n".join(lines)


PARTS = ("rows", "panels", "memory", "file")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--file-rows", type=int, default=100_000_000)
    parser.add_argument("--write", action="store_true", help="also put what is measured into ask.md")
    parser.add_argument("--one-memory", help=argparse.SUPPRESS)
    parser.add_argument("--one-file", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one_memory:
        one_memory(asked.one_memory)
        return
    if asked.one_file:
        what, source, target = asked.one_file
        one_file(Path(source), Path(target), plain=what == "copy")
        return
    measure: dict[str, Callable[[], str]] = {
        "rows": lambda: rows_part(asked.sizes),
        "panels": panels_part,
        "memory": memory_part,
        "file": lambda: file_part(asked.file_rows),
    }
    versions = ", ".join(f"{module.__name__} {module.__version__}" for module in (pd, pl, duckdb, pa))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}"
    options = {"rows": ["--sizes", *map(str, asked.sizes)], "file": ["--file-rows", str(asked.file_rows)]}
    measured = {}
    for part in asked.parts:
        command = " ".join(["python validation/benchmarks/ask.py --write --parts", part, *options.get(part, [])])
        measured[part] = f"{measure[part]()}\n\n`{command}` on {machine}."
        print(measured[part] + "\n")
    if asked.write:
        write(measured)


def write(measured: dict[str, str]) -> None:
    """Put what was measured into ``ask.md``, and keep its other parts."""
    path = HERE / "ask.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = dict(re.findall(r"<!-- (\w+) -->\n(.*?)(?=\n\n<!-- |\s*\Z)", text, flags=re.DOTALL)) | measured
    parts = [f"<!-- {part} -->\n{found[part]}" for part in PARTS if part in found]
    path.write_text("\n\n".join(["# Asking: speed and memory", *parts]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
