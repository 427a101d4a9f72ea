"""How long DuckDB and Spark take to annotate rows with ``objects=``, beside the join that a reader would write there.

``python validation/benchmarks/engines.py`` prints the table; ``--write`` also puts it into
``validation/benchmarks/engines.md``; ``--duckdb 100000 --spark 10000`` take fewer rows. Every row is a state of the
region and a day; it is asked, in the layer ``reported``, whether the state was in the CSTO and in the EAEU. The answers
are compared with those of pandas row by row. The join by hand takes the certain days of the same spells and gives true
or null: it knows no false, no order of sources, and no day written otherwise. Both write a table of their engine.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

import caucasus_events as ce
from caucasus_events.model.words import markdown_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HERE = Path(__file__).parent
STATES, BODIES = ("ARM", "AZE", "GEO", "TUR", "RUS", "IRN"), ("CSTO", "EAEU")
ASKED: dict[str, Any] = {"date": "day", "subject": "code", "types": "membership", "objects": list(BODIES)}
CELLS = [f"membership_{body}" for body in BODIES]
ROUNDS = 3
BY_HAND = "SELECT mine.*, {cells} FROM mine {joins}"
JOIN = "LEFT JOIN {body} ON mine.code = {body}.code AND mine.day BETWEEN {body}.first AND {body}.last"


def rows(count: int) -> pd.DataFrame:
    """Draw a state and a day for every row."""
    chance = np.random.default_rng(count)
    days = chance.integers(5_000, 21_000, count).astype("datetime64[D]").astype("datetime64[us]")
    codes = pd.Series(np.array(STATES, dtype=object)[chance.integers(0, len(STATES), count)], dtype="str")
    return pd.DataFrame({"row": np.arange(count), "code": codes, "day": days})


def spells(body: str) -> pd.DataFrame:
    """Return on which days who was certainly in an organisation; days that several records state count once."""
    known = ce.load_statuses()
    own = known[(known["type"] == "membership") & (known["object"] == body) & known["holds"]]
    own = own[own["confidence"].ne("low").fillna(value=True) & own["start_latest"].notna()].sort_values("start_latest")
    merged: list[list[Any]] = []
    for code, first, last in own[["subject", "start_latest", "end_earliest"]].itertuples(index=False, name=None):
        before = next((each for each in merged if each[0] == code and first <= each[2] + pd.Timedelta("1D")), None)
        if before:
            before[2] = max(before[2], last)
        elif first <= last:
            merged.append([code, first, last])
    return pd.DataFrame(merged, columns=["code", "first", "last"])


def by_hand() -> str:
    """Write the join that a reader would write."""
    cells = ", ".join(f"CASE WHEN {body}.code IS NOT NULL THEN TRUE END AS membership_{body}" for body in BODIES)
    return BY_HAND.format(cells=cells, joins=" ".join(JOIN.format(body=body) for body in BODIES))


def in_turns(ways: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Time every way in turns, and return the medians in seconds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in times.items()}


def compared(engine: str, found: pd.DataFrame, mine: pd.DataFrame) -> None:
    """Compare the answers of an engine with those of pandas, row by row."""
    expected = ce.annotate(mine, **ASKED)
    for cell in CELLS:
        same = found[cell].astype("boolean").reset_index(drop=True)
        pd.testing.assert_series_equal(same, expected[cell], check_names=False, obj=f"{cell} of {engine}")


def with_duckdb(count: int) -> list[str]:
    """Measure DuckDB; return a row of the report."""
    mine = rows(count)
    with duckdb.connect() as connection:
        connection.from_arrow(pa.Table.from_pandas(mine)).create("mine")
        for body in BODIES:
            connection.from_arrow(pa.Table.from_pandas(spells(body))).create(body)

        def ours() -> None:
            connection.execute("DROP TABLE IF EXISTS ours")
            ce.annotate(connection.table("mine"), **ASKED).create("ours")

        hand = f"CREATE OR REPLACE TABLE hand AS {by_hand()}"
        times = in_turns({"ours": ours, "hand": lambda: connection.execute(hand)})
        compared("DuckDB", connection.table("ours").order("row").df(), mine)
        return told(
            "DuckDB",
            count,
            times,
            *(trues(lambda query: connection.sql(query).df(), name) for name in ("ours", "hand")),
        )


def with_spark(count: int) -> list[str]:
    """Measure Spark on this machine; return a row of the report."""
    # Spark is an extra, and DuckDB is measured without it.
    from pyspark.sql import SparkSession  # noqa: PLC0415

    settings: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.memory": "3g",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    mine = rows(count)
    with_days = session.createDataFrame(pa.Table.from_pandas(mine)).cache()
    with_days.createOrReplaceTempView("mine")
    with_days.count()
    for body in BODIES:
        session.createDataFrame(pa.Table.from_pandas(spells(body))).createOrReplaceTempView(body)
    answered, joined = ce.annotate(with_days, **ASKED), session.sql(by_hand())
    times = in_turns(
        {
            name: frame.write.format("noop").mode("overwrite").save
            for name, frame in (("ours", answered), ("hand", joined))
        }
    )
    compared("Spark", answered.select("row", *CELLS).toPandas().sort_values("row"), mine)
    for name, frame in (("ours", answered), ("hand", joined)):
        frame.createOrReplaceTempView(name)
    found = told(
        "Spark", count, times, *(trues(lambda query: session.sql(query).toPandas(), n) for n in ("ours", "hand"))
    )
    session.stop()
    return found


def trues(ask: Callable[[str], pd.DataFrame], name: str) -> int:
    """Count the cells that are true."""
    query = " + ".join(f"sum(CASE WHEN {cell} THEN 1 ELSE 0 END)" for cell in CELLS)
    return int(ask(f"SELECT {query} AS found FROM {name}")["found"].iloc[0])  # noqa: S608 - our own words


def told(engine: str, count: int, times: dict[str, float], ours: int, hand: int) -> list[str]:
    """Write a row; that both find the same cells true is no promise, and is told."""
    ratio = times["hand"] / times["ours"]
    return [
        engine,
        f"{count:,}",
        f"{times['ours']:.2f}",
        f"{times['hand']:.2f}",
        f"{ratio:.2f}",
        f"{ours:,}",
        f"{hand:,}",
    ]


def main() -> None:
    """Measure, and print or write the report."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--duckdb", type=int, default=10_000_000, help="rows for DuckDB")
    parser.add_argument("--spark", type=int, default=1_000_000, help="rows for Spark; 0: without it")
    parser.add_argument("--write", action="store_true", help="write engines.md")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    body = [with_duckdb(asked.duckdb), *([with_spark(asked.spark)] if asked.spark else [])]
    head = ["engine", "rows", "ours, s", "by hand, s", "by hand ÷ ours", "true by ours", "true by hand"]
    words = " ".join(str(__doc__).partition("\n")[2].split())
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, a load of {load:.1f}"
    lines = ["# Other engines", "", words, "", f"Median of {ROUNDS} in turns; {machine} before.", ""]
    text = "\n".join([*lines, markdown_table(head, body, range(1, len(head))), ""])
    print(text, end="")
    if asked.write:
        (HERE / "engines.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
