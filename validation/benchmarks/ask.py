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
import contextlib
import functools
import itertools
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.asking import panels
from caucasus_events.asking.units import pairs_of
from caucasus_events.joining.annotation import annotate_by, annotate_parquet
from caucasus_events.joining.lookups import Terms, build_lookup
from caucasus_events.joining.wanted import Wanted
from caucasus_events.model.words import markdown_table
from made_up import KIND, days, intervals, names_of, reader, statuses
from peers import panel_peers, row_peers

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from caucasus_events.joining.lookups import Lookup

    Caller = Callable[[], Any]

HERE = Path(__file__).parent
ENTITIES, PAIR = 50, ["one", "other"]
SETTINGS = [(5, 30), (300, 10_000)]
SIZES = [10_000, 1_000_000, 10_000_000]
# Chains of conditions and joins on inequalities grow with the intervals: beyond this they take minutes.
FEW_INTERVALS, FEW_ROWS = 30, 1_000_000
PATIENCE = 2  # seconds
PARTS = ("rows", "panels", "memory", "file")
SLOW = {"pandas IntervalIndex", "duckdb BETWEEN", "polars when/then", "pandas merge_asof"}
_PREPARED = (
    "What polars and DuckDB read was put into their own tables before (DuckDB has its text in a dictionary then); "
    "ours reads pandas columns as they are. The key × day table of ours and of the daily join are prepared, too."
)


def rounds(callers: dict[str, Caller], most: int) -> dict[str, float]:
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


def prepared(keys: int, count: int, kind: str) -> tuple[Callable[[pd.DataFrame], pd.DataFrame], Lookup]:
    """Prepare ours: what annotates a frame of the reader's columns, and the answers that it looks up."""
    lookup = build_lookup(statuses(intervals(keys, count), keys), names_of(keys), (KIND,), Terms(), pairs=False)
    numbers = kind == "integers"
    meanings: dict[Hashable, str] = {(key if numbers else name): name for key, name in enumerate(names_of(keys))}
    wanted = Wanted(days=("day",), parties=("key",), scheme="cow" if numbers else "id", types=(KIND,))
    return lambda mine: annotate_by(lookup, meanings, wanted, mine), lookup


def cell(keys: int, count: int, size: int, kind: str) -> dict[str, float]:
    """Measure one setting: ours, a copy of the columns, and the peers that end in time."""
    spells, mine = intervals(keys, count), reader(keys, size, kind)
    ours = functools.partial(prepared(keys, count, kind)[0], mine)
    callers: dict[str, Caller] = {"copy": mine.copy, "ours": ours}
    others = row_peers(spells, mine, keys, kind)
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


def rows_part(sizes: list[int]) -> str:
    """Measure all settings of rows."""
    settings = itertools.product(SETTINGS, sizes, ("integers", "categories", "text"))
    body = [row_of(keys, count, size, kind) for (keys, count), size, kind in settings]
    head = ["intervals", "rows", "keys", "ours", "copy", "ours ÷ copy", "best peer", "best peer ÷ ours", "the others"]
    return f"## Rows: one status column, milliseconds\n\n{_PREPARED}\n\n{markdown_table(head, body)}"


def row_of(keys: int, count: int, size: int, kind: str) -> list[str]:
    """Measure one setting, and write its row; on the screen, too, because all of them take long."""
    taken = {name: seconds * 1e3 for name, seconds in cell(keys, count, size, kind).items()}
    ours, copy = taken.pop("ours"), taken.pop("copy")
    best, *others = sorted(taken, key=taken.__getitem__)
    row = [f"{count:,} over {keys} keys", f"{size:,}", kind, f"{ours:,.2f}", f"{copy:,.2f}", f"{ours / copy:.1f}"]
    row += [f"{best} {taken[best]:,.1f}", f"{taken[best] / ours:.1f}"]
    row += [", ".join(f"{name} {taken[name]:,.1f}" for name in others)]
    print(*row, sep="; ", file=sys.stderr, flush=True)
    return row


# ---------------------------------------------------------------------------- panels


class Dyads(NamedTuple):
    """Statuses of pairs, the pairs, and spells as peers get them: one small number per pair instead of two keys."""

    statuses: pd.DataFrame
    units: pd.DataFrame
    starts: pl.DataFrame


def dyads() -> Dyads:
    """Draw spells of all directed pairs of some entities."""
    ids = names_of(ENTITIES)
    spells = intervals(ENTITIES, 300)
    partners = np.random.default_rng(1).integers(1, ENTITIES, len(spells))
    rows = statuses(spells, ENTITIES).assign(
        object=[ids[(key + by) % ENTITIES] for key, by in zip(spells["key"], partners, strict=True)]
    )
    units = pairs_of(pd.Series(ids, index=ids), PAIR, directed=True)
    number = pd.MultiIndex.from_frame(units[PAIR]).get_indexer(pd.MultiIndex.from_frame(rows[["subject", "object"]]))
    spans = {"unit": number.astype(np.int16), "first": days(spells["first"]), "last": days(spells["last"])}
    return Dyads(rows, units, pl.DataFrame(spans).sort("first"))


def plan(made: Dyads, freq: str) -> panels.Plan:
    """Lay our panel out, before its rows are written."""
    periods = panels.periods_between(freq, "1990", "2025")
    options = panels.Options(rule="any", directed=True, outside="unknown", confidence="medium", carry_to=None)
    laid = panels.lay_out(made.statuses, [KIND], made.units, periods, options)
    return panels.Plan(made.units, PAIR, periods, laid, {"unit": "dyad", "freq": freq})


def our_panel(made: Dyads, freq: str) -> pd.DataFrame:
    """Make our panel."""
    return panels.unit_rows(plan(made, freq), 0, len(made.units))


def months(made: Dyads) -> dict[str, Caller]:
    """Prepare the panel by month: ours, and ours by day put together."""
    by_month = [*PAIR, pd.Grouper(key="period", freq="MS")]

    def from_days() -> pd.Series:
        return our_panel(made, "day").groupby(by_month, observed=True)[KIND].any()

    return {"ours": functools.partial(our_panel, made, "month"), "from days": from_days}


def panels_part() -> str:
    """Measure all directed dyads of 50 entities by day, 1990 to 2025, and the same by month."""
    made = dyads()
    every = pl.datetime_range(pd.Timestamp("1990-01-01"), pd.Timestamp("2025-12-31"), "1d", eager=True, time_unit="us")
    peers = panel_peers(made.starts, plan(made, "day").runs[KIND], len(made.units), every)
    taken = rounds({"ours": functools.partial(our_panel, made, "day"), **peers}, 5)
    # pandas needs a grid sorted by day: it is given, and not counted.
    unit = pl.DataFrame({"unit": np.arange(len(made.units), dtype=np.int16)})
    grid = pl.DataFrame({"day": every}).join(unit, how="cross").to_pandas()
    asof = functools.partial(pd.merge_asof, grid, made.starts.to_pandas(), left_on="day", right_on="first", by="unit")
    taken |= rounds({"pandas merge_asof, its grid given": asof}, 1)
    del grid, asof
    by_month = months(made)
    month = rounds({"ours": by_month["ours"]}, 5) | rounds({"from days": by_month["from days"]}, 1)
    body = [["day", name, f"{seconds:.3f}", f"{seconds / taken['ours']:.1f}"] for name, seconds in taken.items()]
    body += [["month", name, f"{seconds:.4f}", f"{seconds / month['ours']:.0f}"] for name, seconds in month.items()]
    return "\n".join(
        [
            f"## Panels: all directed dyads of {ENTITIES} entities, 1990 to 2025, one status column",
            f"\n{len(every) * len(made.units):,} rows by day.\n",
            markdown_table(["by", "how", "seconds", "÷ ours"], body),
        ]
    )


# ---------------------------------------------------------------------------- memory and files


def one_memory(kind: str) -> None:
    """Print what annotating 10,000,000 rows adds at most to the memory of a process, and the size of the column."""
    keys, size = 300, 10_000_000
    mine = reader(keys, size, kind)
    annotate, lookup = prepared(keys, 10_000, kind)
    annotate(mine[:1000])
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak counts from here
    before = peak_now()
    found = annotate(mine)
    beyond = peak_now() - before
    print(beyond, found[KIND].memory_usage(index=False) / 1e6, 0 if lookup.table is None else lookup.table.nbytes / 1e6)


def peak_now() -> float:
    """Return the most memory since the peak was reset, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024 / 1e6


def memory_part() -> str:
    """Measure, each in a process of its own, what annotating holds besides the input."""
    body = []
    for kind in ("integers", "categories", "text"):
        most, column, table = measured_apart("--one-memory", kind)
        body.append([kind, *(f"{part:.0f}" for part in (most, column, most - column, table))])
    head = ["keys", "peak", "of it the new column", "of it anything else", "the prepared table, before"]
    title = "## Memory: 10,000,000 rows, 10,000 intervals over 300 keys, MB beyond the input"
    return f"{title}\n\n{markdown_table(head, body)}"


def measured_apart(*words: str) -> list[float]:
    """Measure in a process of its own; return the numbers that it prints."""
    command = [sys.executable, __file__, *words]
    return [float(part) for part in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]


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


def write_events(path: Path, count: int) -> None:
    """Write a file with some of GDELT's columns, a million rows at once."""
    chance = np.random.default_rng(count)
    states = np.array(["ARM", "AZE", "GEO", "RUS", "TUR", "USA", None], dtype=object)
    with contextlib.ExitStack() as stack:
        writer = None
        for first in range(0, count, 1_000_000):
            size = min(1_000_000, count - first)
            date = pd.Series(days(chance.integers(3_287, 18_500, size))).dt.strftime("%Y%m%d").astype("int32")
            who = {f"Actor{side}CountryCode": pa.array(states[chance.integers(0, 7, size)]) for side in (1, 2)}
            more = {"GLOBALEVENTID": np.arange(first, first + size), "GoldsteinScale": chance.normal(size=size)}
            table = pa.table({"SQLDATE": date.to_numpy(), **who, **more})
            writer = writer or stack.enter_context(pq.ParquetWriter(path, table.schema, compression="snappy"))
            writer.write_table(table)


def file_part(count: int) -> str:
    """Measure a file of GDELT's columns: annotated, and copied block by block."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        source, copied, target = (Path(folder) / f"{name}.parquet" for name in ("in", "copied", "out"))
        write_events(source, count)
        title = f"## A Parquet file of {count:,} rows, {source.stat().st_size / 1e6:,.0f} MB"
        taken = {
            what: measured_apart("--one-file", what, str(source), str(path))
            for what, path in (("copy", copied), ("annotate", target))
        }
        if pq.ParquetFile(target).metadata.num_rows != count:
            raise SystemExit("rows were lost")
    body = [
        [what, f"{seconds:.1f}", f"{seconds / taken['copy'][0]:.2f}", f"{most:.0f}"]
        for what, (seconds, most) in taken.items()
    ]
    head = ["what", "seconds", "÷ copy", "peak memory of the process, MB"]
    return f"{title}\n\n{markdown_table(head, body)}"


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
