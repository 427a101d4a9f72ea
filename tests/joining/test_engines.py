"""Every way to annotate against the definition: pandas, Arrow, polars, DuckDB and Spark, row by row."""

from __future__ import annotations

import importlib
import importlib.util
import os
import random
import shutil
import warnings
from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from browser import missing
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from oracle import dyad_answer, object_answer, subject_answer, window_cell
from strategies import AROUND, BOUNDS, ENTITIES, REACH, TYPES, asked, frame, in_numbers, statuses

from caucasus_events import load_entities
from caucasus_events.asking.crossings import Crossing
from caucasus_events.errors import NoDayWarning, UnmatchedCodesWarning
from caucasus_events.joining import lookups, memory
from caucasus_events.joining.annotation import annotate, annotate_by
from caucasus_events.joining.lookups import Terms, build_lookup
from caucasus_events.joining.wanted import Wanted
from caucasus_events.reading import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = "XXX"
EPOCH = date(1970, 1, 1)
CALENDAR = pd.Timestamp(1, 1, 1), pd.Timestamp(9999, 12, 31)  # these stand for "none"


def _pandas(mine: pd.DataFrame, ask: Callable[[Any], Any]) -> pd.DataFrame:
    return ask(mine)


def _categories(mine: pd.DataFrame, ask: Callable[[Any], Any]) -> pd.DataFrame:
    return ask(mine.astype({"subject": "category", "object": "category"}))


def _arrow(mine: pd.DataFrame, ask: Callable[[Any], Any]) -> pd.DataFrame:
    return ask(pa.Table.from_pandas(mine)).to_pandas()


def _polars(mine: pd.DataFrame, ask: Callable[[Any], Any]) -> pd.DataFrame:
    return ask(pl.from_pandas(mine)).to_pandas()


def _polars_lazy(mine: pd.DataFrame, ask: Callable[[Any], Any]) -> pd.DataFrame:
    return ask(pl.from_pandas(mine).lazy()).collect().to_pandas()


def _duckdb(mine: pd.DataFrame, ask: Callable[[Any], Any]) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.register("mine", mine)
        return ask(connection.table("mine")).df().sort_values("row", ignore_index=True)


def _spark(mine: pd.DataFrame, ask: Callable[[Any], Any]) -> pd.DataFrame:
    with warnings.catch_warnings():
        # Spark 4 says of itself that it does not know pandas 3 yet; only rows go through it here.
        warnings.simplefilter("ignore", FutureWarning)
        answered = ask(_session().createDataFrame(pa.Table.from_pandas(mine)))
        # Without the days: Python cannot hold the first of the calendar in every zone.
        rows = [row.asDict() for row in answered.drop("day", "end").collect()]
        return pd.DataFrame(rows).sort_values("row", ignore_index=True)


@cache
def _session() -> Any:
    """Start Spark on this machine, once."""
    if importlib.util.find_spec("pyspark") is None:
        missing("pyspark is not installed: pip install 'caucasus-events[spark]'")
    if shutil.which("java") is None:
        missing("Spark needs Java, and there is none")
    sql = importlib.import_module("pyspark.sql")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings_of = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = sql.SparkSession.builder.master("local[1]").config(map=settings_of)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


@pytest.fixture(scope="module", autouse=True)
def _stop_spark() -> Iterator[None]:
    """Stop Spark when all is asked."""
    yield
    if _session.cache_info().currsize:
        _session().stop()


ENGINES = {
    "pandas": _pandas,
    "pandas categories": _categories,
    "arrow": _arrow,
    "polars": _polars,
    "polars lazy": _polars_lazy,
    "duckdb": _duckdb,
    "spark": _spark,
}
# Starting a query costs these more than its rows do.
EXAMPLES = {"spark": 6, "duckdb": 6, "polars lazy": 6}
ROWS = 400


def _rows(seed_of: int) -> pd.DataFrame:
    """Draw a reader's table: days near those that matter and far from them, windows, nobody and nothing."""
    chance = random.Random(seed_of)
    near = [AROUND + timedelta(days=number) for number in range(-REACH - 3, 2 * REACH + 4)]
    days = [*near * 4, date(1, 1, 1), date(1, 1, 2), date(9999, 12, 30), date(9999, 12, 31), None]
    who = [*ENTITIES * 3, NOBODY, None]
    first = [chance.choice(days) for _ in range(ROWS)]
    last = [chance.choice([day, day, *near, None]) for day in first]
    drawn = {"subject": [chance.choice(who) for _ in range(ROWS)], "object": [chance.choice(who) for _ in range(ROWS)]}
    stamps = {
        name: pd.Series([None if day is None else day.isoformat() for day in days], dtype="datetime64[us]")
        for name, days in (("day", first), ("end", last))
    }
    return pd.DataFrame({"row": np.arange(ROWS), **stamps, **drawn}).astype({"subject": "str", "object": "str"})


def _definition(
    rows: list[dict], mine: pd.DataFrame, wanted: Wanted, terms: dict[str, Any]
) -> dict[str, list[bool | None]]:
    """Answer every row of the reader the slow way; a window of more than some days by its ends and the days near."""
    crossed = {each.column: each for each in wanted.crossed or ()}

    @cache
    def answer(kind: str, subject: str, obj: str | None, day: date) -> str:
        if kind in crossed:
            return object_answer(rows, crossed[kind].type, (subject, crossed[kind].object), day, **terms)
        if obj is None:
            return subject_answer(rows, kind, subject, day, **terms)
        return dyad_answer(rows, kind, (subject, obj), day, **terms)

    def cell(kind: str, row: Any) -> bool | None:
        party = [getattr(row, name) for name in wanted.parties]
        if any(pd.isna(name) or name == NOBODY for name in party) or pd.isna(row.day) or row.day in CALENDAR:
            return None
        end = getattr(row, wanted.days[-1])
        if pd.isna(end) or end in CALENDAR or end < row.day:
            return None
        subject, obj = [*party, None][:2]
        return window_cell([answer(kind, subject, obj, day) for day in _days(row.day.date(), end.date())])

    listed = list(mine.itertuples())
    return {kind: [cell(kind, row) for row in listed] for kind in wanted.types}


def _near(rows: list[dict]) -> list[dict]:
    """Leave out bounds at the ends of the calendar: every day between them is a row of the table that is joined."""
    far = (date.min, date.min + timedelta(days=1), date.max - timedelta(days=1), date.max)
    kept = [{name: None if name in BOUNDS and day in far else day for name, day in row.items()} for row in rows]
    return [row | {"speaks_until": min(row["speaks_until"], AROUND + timedelta(days=3 * REACH))} for row in kept]


def _days(first: date, last: date) -> list[date]:
    """List the days of a window on which an answer can differ from that of the day before, and its ends."""
    reach = timedelta(days=3 * REACH)
    changes = [AROUND + timedelta(days=number) for number in range(-2 * REACH, 3 * REACH)]
    changes += [date.min, date.min + timedelta(days=1), date.min + timedelta(days=2)]
    changes += [date.max - timedelta(days=2), date.max - timedelta(days=1), date.max]
    if last - first < reach:
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [first, *(day for day in changes if first < day < last), last]


def _wanted(*, of: str, windows: bool) -> Wanted:
    """Say which columns to read, and which to add: of actors, of pairs, or of actors and objects that are named."""
    days, parties = ("day", "end")[: 1 + windows], ("subject", "object")[: 1 + (of == "pairs")]
    crossed = tuple(Crossing(f"{kind}_{name}", kind, name) for kind in TYPES for name in ENTITIES[:2])
    types = tuple(each.column for each in crossed) if of == "objects" else tuple(TYPES)
    return Wanted(days, parties, scheme="iso3", types=types, crossed=crossed if of == "objects" else None)


@pytest.mark.parametrize("windows", [False, True], ids=["days", "windows"])
@pytest.mark.parametrize("of", ["actors", "pairs", "objects"])
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_are_the_definition(engine: str, of: str, windows: bool) -> None:  # noqa: FBT001 - parameters of the test
    """Every engine gives every row, in order, what the definition gives, on whatever terms."""
    checked: Counter[bool | None] = Counter()
    if engine == "spark":
        _session()

    @seed(20200723)
    @settings(
        max_examples=EXAMPLES.get(engine, 12), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(statuses(min_size=12, max_size=24), st.integers(0, 2**32), asked(), st.booleans())
    def law(rows: list[dict], seed_of: int, terms: dict[str, Any], sorted_changes: bool) -> None:  # noqa: FBT001 - drawn
        if engine == "spark":
            rows, last = _near(rows), AROUND + timedelta(days=3 * REACH)
            terms = terms | {"carry_to": terms["carry_to"] and min(terms["carry_to"], last)}
        meanings = names.code_meanings("iso3")
        wanted, mine = _wanted(of=of, windows=windows), _rows(seed_of)
        ids = load_entities()["entity_id"]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(lookups, "LARGEST_TABLE", 0 if sorted_changes else lookups.LARGEST_TABLE)
            patched.setattr(memory, "_AT_ONCE", 150)
            on, pairs = Terms(**in_numbers(terms)), of == "pairs"
            lookup = build_lookup(frame(rows), ids, wanted.types, on, crossed=wanted.crossed, pairs=pairs)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UnmatchedCodesWarning)
                warnings.simplefilter("ignore", NoDayWarning)
                found = ENGINES[engine](mine, lambda own: annotate_by(lookup, meanings, wanted, own))
        assert found["row"].tolist() == mine["row"].tolist()
        for kind, cells in _definition(rows, mine, wanted, terms).items():
            assert [None if pd.isna(value) else bool(value) for value in found[kind]] == cells
            checked.update(cells)

    law()
    # Over the engines, actors and pairs, days and windows, far more than 10,000 rows.
    assert sum(checked.values()) >= ROWS * len(TYPES) * EXAMPLES.get(engine, 12)
    assert checked[True] + checked[False] > 0, checked
    # Of an actor alone nothing is ever denied; of a pair, and of an object that is named, it is.
    assert bool(checked[False]) == (of != "actors"), checked


@pytest.mark.parametrize("engine", ENGINES)
def test_codes_that_are_asked_for_are_read_whatever_the_dataset_keeps(engine: str) -> None:
    """With `like`, `codes` is still the scheme of the reader's column, in every engine."""
    if engine == "spark":
        _session()
    mine = pd.DataFrame({"row": [0, 1], "subject": ["TUR", "ARM"], "object": "ARM", "gwnoa": [371, 640]})
    mine = mine.assign(date_start="2001-01-01", date_end="2001-12-31")
    asked: dict[str, Any] = {"like": "ucdp_ged", "subject": "subject", "types": list(TYPES)}
    found = ENGINES[engine](mine, lambda own: annotate(own, codes="iso3", **asked))
    assert [None if pd.isna(value) else bool(value) for value in found["border_closed"]] == [True, None]
