"""Annotating the reader's own rows: what is kept, the traps of other joins, recipes, files and errors."""

from __future__ import annotations

import datetime as dt
import errno
import os
import warnings
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from caucasus_events.asking.day_columns import DATE_FORMS
from caucasus_events.asking.panels import write_panel
from caucasus_events.drawing import explorer
from caucasus_events.drawing.explorer import write_explorer
from caucasus_events.errors import (
    InvalidValueError,
    NoDayWarning,
    UnknownNameError,
    UnmatchedCodesWarning,
    UnwritableError,
)
from caucasus_events.joining import lookups, memory
from caucasus_events.joining.annotation import annotate, annotate_by, annotate_parquet
from caucasus_events.joining.lookups import Terms, build_lookup
from caucasus_events.joining.wanted import Wanted
from caucasus_events.model import codebook
from caucasus_events.reading import names
from caucasus_events.reading.tables import load_entities, load_statuses

REAL = Path(os.environ.get("CAUCASUS_EVENTS_REAL", Path(__file__).parents[3] / "shared" / "real"))
ASKED: dict[str, Any] = {"date": "day", "subject": "from", "object": "to", "types": "border_closed", "layer": "seed"}


def _mine(days: Any, subject: Any = "TUR", obj: Any = "ARM") -> pd.DataFrame:
    """Make a reader's table."""
    return pd.DataFrame({"day": days, "from": subject, "to": obj})


def _listed(column: pd.Series) -> list[bool | None]:
    """Write a nullable column as True, False and None."""
    return [None if pd.isna(value) else bool(value) for value in column]


def _closed(mine: pd.DataFrame, **asked: Any) -> list[bool | None]:
    """Say of every row if the border was closed."""
    return _listed(annotate(mine, **(ASKED | asked))["border_closed"])


# ---------------------------------------------------------------------------- rows are kept


@pytest.mark.parametrize("index", [[3, 1, 2], [0, 0, 0], pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 0)])])
def test_rows_order_and_index_are_kept(index: Any) -> None:
    """An unsorted, repeated or many-levelled index comes back as it was, and so does every other column."""
    mine = _mine(["2001-01-01", "1980-01-01", "1999-12-31"]).set_index(pd.Index(index))
    mine.attrs["mine"] = True
    kept = mine.copy()
    answered = annotate(mine, **ASKED)
    pd.testing.assert_frame_equal(answered[mine.columns], kept)
    pd.testing.assert_frame_equal(mine, kept)
    assert _listed(answered["border_closed"]) == [True, None, True]
    assert answered.attrs == {"mine": True}
    assert str(answered["border_closed"].dtype) == "boolean"


def test_an_empty_frame_gets_the_columns() -> None:
    """Of no rows come no rows, with every column, in every library."""
    none = _mine([], [], []).astype({"day": "datetime64[us]", "from": "str", "to": "str"})
    asked = {"date": "day", "subject": "from"}
    columns = [*none.columns, *codebook.codes("status")]
    assert annotate(none, **asked).columns.tolist() == columns
    assert annotate(pa.Table.from_pandas(none), **asked).column_names == columns
    assert annotate(pl.from_pandas(none), **asked).columns == columns
    assert annotate(pl.from_pandas(none).lazy(), **asked).collect().columns == columns
    relation = duckdb.sql("SELECT * FROM none")
    assert annotate(relation, **asked).columns == columns


def test_one_column_per_type_in_order() -> None:
    """Left out, types are all of the codebook in its order; named, they are those in theirs; a prefix stands before."""
    mine = _mine(["2001-01-01"])
    assert annotate(mine, date="day", subject="from").columns[3:].tolist() == codebook.codes("status")
    named = annotate(mine, date="day", subject="from", types=["mediator", "alliance"], prefix="ce_")
    assert named.columns[3:].tolist() == ["ce_mediator", "ce_alliance"]


# ---------------------------------------------------------------------------- days

CALENDAR_END = pd.Timestamp(9999, 12, 31)
ON_ITS_DAY = ["1993-12-31", "2020-07-23", "2020-07-24", "1993-12-30"]
AS = {
    "timestamps": lambda days: pd.to_datetime(days).as_unit("us"),
    "nanoseconds": lambda days: pd.to_datetime(days).astype("datetime64[ns]"),
    "seconds": lambda days: pd.to_datetime(days).astype("datetime64[s]"),
    "dates": lambda days: list(map(dt.date.fromisoformat, days)),
    "text": list,
    "text with time": lambda days: [f"{day}T23:59:59" for day in days],
    "text with zone": lambda days: [f"{day} 23:59:59+04:00" for day in days],
    "categories": pd.Categorical,
    "objects": lambda days: pd.Series(days, dtype=object),
    "integers": lambda days: [int(day.replace("-", "")) for day in days],
    "floats": lambda days: [float(day.replace("-", "")) for day in days],
    "nullable integers": lambda days: pd.array([int(day.replace("-", "")) for day in days], dtype="Int64"),
    "zoned": lambda days: pd.to_datetime(days).tz_localize("Asia/Yerevan"),
    "arrow dates": lambda days: pd.array(
        [dt.date.fromisoformat(day) for day in days], dtype=pd.ArrowDtype(pa.date32())
    ),
}


@pytest.mark.parametrize("form", AS)
def test_days_of_every_form(form: str) -> None:
    """A day is the same day whatever it is written in; with a zone it is the one that the zone shows."""
    assert _closed(_mine(AS[form](ON_ITS_DAY))) == [True, True, None, None]


@pytest.mark.parametrize("form", ["timestamps", "nanoseconds", "dates", "text", "categories", "floats", "zoned"])
def test_no_day_is_no_answer(form: str) -> None:
    """A row without a day is unknown, and those around it are not touched."""
    column = pd.Series(AS[form](["2001-01-01", "2001-01-01", "2001-01-01"]))
    column[1] = None
    assert _closed(_mine(column)) == [True, None, True]


@pytest.mark.parametrize("form", ["timestamps", "nullable integers"])
def test_no_day_is_no_answer_without_a_table_of_days(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row without a day is unknown, too, where changes are searched because the table of days is too large."""
    monkeypatch.setattr(lookups, "LARGEST_TABLE", 0)
    closed = load_statuses().query("type == 'border_closed'")
    gone = {"end_earliest": closed["start_latest"], "end_latest": closed["start_latest"], "speaks_until": CALENDAR_END}
    lookup = build_lookup(closed.assign(**gone), ["TUR", "ARM"], ("border_closed",), Terms("no"), pairs=True)
    column = pd.Series(AS[form](["2001-01-01"] * 2))
    column[1] = None
    wanted = Wanted(days=("day",), parties=("from", "to"), scheme="id", types=("border_closed",))
    answered = annotate_by(lookup, {"TUR": "TUR", "ARM": "ARM"}, wanted, _mine(column))
    assert _listed(answered["border_closed"]) == [False, None]


def test_days_before_1970_and_far_away() -> None:
    """Days before 1970 and near the ends of the calendar are answered like any other: here, unknown."""
    days = ["1000-01-01", "1816-01-01", "1969-12-31", "1970-01-01", "2001-01-01", "9999-12-30"]
    for form in ("text", "dates", "integers"):
        assert _closed(_mine(AS[form](days))) == [None, None, None, None, True, None]
        assert _closed(_mine(AS[form](days)), outside="no") == [False, False, False, False, True, None]


def test_windows_are_answered_whole() -> None:
    """A window is True or False only if every day of it is; one that ends before it begins has no day."""
    mine = _mine(["1993-12-31", "1993-12-30", "2020-07-23", "1900-01-01", "2001-01-02", "2001-01-01", None])
    mine["end"] = ["2020-07-23", "2020-07-23", "2020-07-24", "1992-12-31", "2001-01-01", None, "2001-01-01"]
    assert _closed(mine, date_end="end") == [True, None, None, None, None, None, None]
    assert _closed(mine, date_end="end", outside="no") == [True, None, None, False, None, None, None]


# Every way of writing days that somebody uses, and whether the border was closed then (on all days of it).
WRITTEN = {
    "2001-01-01": True, " 2001-01-01 ": True, "2001-01-01T10:00": True, "20010101": True, "02 April 2001": True,
    "02-Apr-01": True, "2-apr-2001": True, "April 2, 2001": True, "Sept. 3 2001": True, "1994": True, "1993": None,
    "1994-02": True, "1993-12": None, "": None, "  ": None, "-9": None, "0": None, "9999": None, "9999-12-31": None,
    "0001-01-01": None, "\u00a02001-01-01\u2003\n": True,
}  # fmt: skip
NUMBERS = {20010101: True, 19931230: None, 1994: True, 1993: None, -9: None, 0: None, 9999: None, 99991231: None}
IN = {
    "pandas": lambda table: table.to_pandas(),
    "arrow": lambda table: table,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "duckdb": duckdb.from_arrow,
}


def _closed_in(engine: str, days: pa.Array) -> list[bool | None]:
    """Say in an engine of every day if the border was closed; without warnings, which lazy engines do not give."""
    count = len(days)
    table = pa.table({"day": days, "from": ["TUR"] * count, "to": ["ARM"] * count, "row": range(count)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoDayWarning)
        found = annotate(IN[engine](table), **ASKED)
    if engine == "duckdb":
        return [row[0] for row in found.order("row").select("border_closed").fetchall()]
    found = found.collect() if engine == "polars lazy" else found
    column = found["border_closed"]
    return _listed(column) if engine == "pandas" else (column.to_pylist() if engine == "arrow" else column.to_list())


@pytest.mark.parametrize("engine", IN)
def test_days_as_people_write_them(engine: str) -> None:
    """Every way of writing a day, a month, a year or none means the same in every engine."""
    assert dict(zip(WRITTEN, _closed_in(engine, pa.array(WRITTEN)), strict=True)) == WRITTEN
    assert dict(zip(NUMBERS, _closed_in(engine, pa.array(NUMBERS)), strict=True)) == NUMBERS
    floats = pa.array([float(number) for number in NUMBERS])
    assert dict(zip(NUMBERS, _closed_in(engine, floats), strict=True)) == NUMBERS


@pytest.mark.parametrize("engine", ["polars lazy", "duckdb"])
def test_what_is_no_day_is_null_where_nothing_is_read(engine: str) -> None:
    """Lazy engines, whose rows are not read, answer null where others refuse what is no day."""
    odd = [
        "yesterday",
        "2001-02-29",
        "02-04-2001",
        "20010229",
        "2001-00",
        "1 Foo 2001",
        "٢٠٠١",
        "２００１-01-01",
        "१ May 2001",
    ]
    assert _closed_in(engine, pa.array([*odd, "2001-01-01"])) == [None] * len(odd) + [True]
    assert _closed_in(engine, pa.array([20010229, 42462, 201604, 20010100, 20010101])) == [None] * 4 + [True]
    assert _closed_in(engine, pa.array([20010101.5, float("inf"), float("nan"), 20010101.0])) == [None] * 3 + [True]


@pytest.mark.parametrize(
    "kind",
    [pa.string_view(), pa.large_string(), pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(3)],
    ids=str,
)
def test_text_of_every_type_of_arrow(kind: pa.DataType) -> None:
    """Views, bytes and large types of Arrow are text, as days and as codes; blanks of one length are blank."""
    day, code = ("   ", "TUR") if "string" in str(kind) else (b"   ", b"TUR")
    table = pa.table({"day": pa.array([day, None], kind), "from": ["TUR"] * 2})
    assert annotate(table, date="day", subject="from", types="border_closed")["border_closed"].to_pylist() == [None] * 2
    table = pa.table({"day": ["1994", "1994"], "from": pa.array([code, None], kind)})
    answered = annotate(table, date="day", subject="from", types="border_closed")["border_closed"]
    assert answered.to_pylist() == [True, None]


@pytest.mark.parametrize("engine", IN)
def test_names_with_white_space_of_every_kind(engine: str) -> None:
    """White space around a name, whatever its kind, is no part of it in any engine."""
    table = pa.table(
        {"day": ["2001-01-01"] * 3, "from": ["\u00a0Turkey", "turkey\u2003\n", "\tTURKEY "], "to": ["Armenia"] * 3}
    )
    answered = annotate(IN[engine](table), **ASKED, codes="name")
    answered = answered.collect() if engine == "polars lazy" else answered
    column = answered.fetchall() if engine == "duckdb" else answered["border_closed"]
    assert [row[-1] if engine == "duckdb" else bool(row) for row in column] == [True] * 3


def test_columns_of_every_library() -> None:
    """Types of Arrow in pandas, unused categories, periods, large integers and mixed objects are read."""
    arrow = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
    assert _closed(_mine(pd.array(["2001-01-01", "1994", None], dtype=arrow))) == [True, True, None]
    assert _closed(_mine("2001-01-01", pd.array(["TUR", None], dtype=arrow), "ARM")) == [True, None]
    views = pd.ArrowDtype(pa.string_view())
    assert _closed(_mine(pd.array(["2001-01-01", "1994", None], dtype=views))) == [True, True, None]
    assert _closed(_mine("2001-01-01", pd.array(["TUR", None], dtype=views), "ARM")) == [True, None]
    assert _closed(_mine(pd.Categorical(["1994", None], categories=["nonsense", "1994", "-9"]))) == [True, None]
    assert _closed(_mine(pd.PeriodIndex(["1994", "1993", None], freq="Y"))) == [True, None, None]
    mixed = [dt.date(2001, 1, 1), "2001-01-02", 20010103, pd.Timestamp("2001-01-04"), None]
    assert _closed(_mine(pd.Series(mixed, dtype=object))) == [True, True, True, True, None]
    assert _closed(_mine("2001-01-01", pd.Series([640, "640"], dtype=object), 371), codes="cow") == [True, True]
    large = pl.DataFrame({"day": pl.Series([20010101, 1994, None], dtype=pl.Int128), "from": "TUR", "to": "ARM"})
    assert annotate(large, **ASKED)["border_closed"].to_list() == [True, True, None]
    assert annotate(large.lazy(), **ASKED).collect()["border_closed"].to_list() == [True, True, None]
    codes = pl.DataFrame({"day": "2001-01-01", "from": pl.Series([640, 7], dtype=pl.Int128)})
    with pytest.warns(UnmatchedCodesWarning, match=r"scheme cow: 7 \(1 row\)"):
        answered = annotate(codes, date="day", subject="from", codes="cow", types="border_closed")
    assert answered["border_closed"].to_list() == [True, None]


def test_values_of_any_length_are_cut_in_messages() -> None:
    """Of a value that is no day, stands for none or is nobody's code, a message shows what fits a line."""
    with pytest.raises(InvalidValueError) as caught:
        annotate(_mine(["x" * 9_999]), **ASKED)
    assert str(caught.value) == f"column 'day': {'x' * 58} … is no day; a column of dates holds {DATE_FORMS}"
    with pytest.warns(NoDayWarning) as warned:
        annotate(_mine(["-" + "9" * 4_999]), **ASKED)
    assert str(warned[0].message) == (
        f"1 value that stand for no day are taken as unknown: column 'day', -{'9' * 57} … (1 row)"
    )
    with pytest.warns(UnmatchedCodesWarning) as warned:
        annotate(_mine(["1994"], "T" * 9_999), **ASKED)
    assert str(warned[0].message) == (
        f"codes that nobody in this dataset has are answered <NA>: column 'from', scheme iso3: {'T' * 58} … (1 row)"
    )


def test_what_stands_for_none_is_told_once() -> None:
    """Values that stand for no day are unknown, and told in one warning with their rows, of days and of last days."""
    mine = _mine(["-9", "2001-01-01", "-9"]).assign(end=["2001-01-01", "9999-12-31", ""])
    with pytest.warns(NoDayWarning) as caught:
        assert _closed(mine, date_end="end") == [None, None, None]
    assert [str(warning.message) for warning in caught] == [
        (
            "3 values that stand for no day are taken as unknown: column 'day', -9 (2 rows); "
            "column 'end', 9999-12-31 (1 row)"
        )
    ]
    with pytest.warns(NoDayWarning, match=r"^2 values .*: column 'day', 9999-12-31 \(2 rows\)$"):
        _closed(_mine(pd.Categorical(["9999-12-31", "2001-01-01", "9999-12-31"])))


# ---------------------------------------------------------------------------- codes

CODES = {
    "iso3": (["TUR", "RUS"], ["ARM", "ARM"]),
    "cow": ([640, 365], [371, 371]),
    "gw": (["640", "365"], [371.0, 371.0]),
    "name": (["Türkiye", "MOSCOW"], [" armenia", "Yerevan"]),
    "id": (pd.Categorical(["TUR", "RUS"]), pd.Categorical([None, "ARM"]).fillna("ARM")),
}


@pytest.mark.parametrize("scheme", CODES)
def test_codes_of_every_scheme(scheme: str) -> None:
    """Codes are found by scheme, as integers, text, floats or categories; a symmetric type in either order."""
    subject, obj = CODES[scheme]
    mine = _mine(["2020-07-23", "2020-07-23"], subject, obj)
    answered = annotate(mine, **(ASKED | {"codes": scheme, "types": ["border_closed", "alliance"]}))
    assert _listed(answered["border_closed"]) == [True, None]
    assert _listed(answered["alliance"]) == [None, True]


@pytest.mark.parametrize("kind", ["Int64", "float64", "object", "str", "category"])
def test_no_code_is_no_answer(kind: str) -> None:
    """A row without a code is unknown, and is not counted among those whose code nobody has."""
    codes = pd.Series([640, None, 640], dtype="Int64").astype("str" if kind in ("str", "category") else kind)
    codes = codes.where([True, False, True]).astype(kind)
    mine = pd.DataFrame({"day": "2001-01-01", "from": codes})
    assert _closed(mine, object=None, codes="cow") == [True, None, True]


@pytest.mark.parametrize("kind", ["int64", "float64", "str", "category", "object"])
def test_unmatched_codes_are_told_once(kind: str) -> None:
    """Codes that nobody has are told in one warning with their rows, the most frequent first, whatever their type."""
    codes = pd.Series([7, 640, 999, 7, 70_000, -1]).astype("str" if kind == "object" else kind).astype(kind)
    if kind == "float64":
        codes = codes.replace(-1.0, 0.5)
    with pytest.warns(UnmatchedCodesWarning) as caught:
        assert (
            _closed(pd.DataFrame({"day": "2001-01-01", "from": codes}), object=None, codes="cow")
            == [None, True] + [None] * 4
        )
    [told] = [str(warning.message) for warning in caught]
    begin, listed = told.split("scheme cow: ")
    assert begin == "codes that nobody in this dataset has are answered <NA>: column 'from', "
    one = "0.5" if kind == "float64" else "-1"
    names = {name.removesuffix(".0") if kind in ("float64", "category") else name for name in listed.split(" row")}
    assert listed.startswith("7")
    assert {f"{code} (1 row)" for code in ("999", one)} <= set(listed.replace(".0 ", " ").split(", ")), names


def test_nearest_of_an_unmatched_name() -> None:
    """Of a name that nobody has the nearest is told."""
    with pytest.warns(UnmatchedCodesWarning) as caught:
        annotate(_mine(["2001-01-01"] * 2, "Armenai"), date="day", subject="from", codes="name")
    nobody = "codes that nobody in this dataset has are answered <NA>: "
    told = "column 'from', scheme name: Armenai (2 rows, nearest: armenia)"
    assert [str(warning.message) for warning in caught] == [nobody + told]
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("scheme", "column", "value", "code"), [("cow", "cow", 371, 371), ("name", "also_known_as", "Yerevan", "yerevan")]
)
def test_a_code_of_two_entities_is_told_with_both(
    scheme: str, column: str, value: object, code: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two entities have one code the cell is unknown, and the warning says which two; resolve says so too."""
    entities = load_entities()
    entities.loc[entities["entity_id"] == "GEO", column] = value
    monkeypatch.setattr(names, "load_entities", lambda: entities)
    frame = pd.DataFrame({"day": pd.to_datetime(["2020-07-01"] * 2), "who": [code, code]})
    with pytest.warns(UnmatchedCodesWarning) as caught:
        annotate(frame, date="day", subject="who", types="alliance", codes=scheme)
    assert str(caught[0].message) == (
        "codes that nobody in this dataset has, or that several share, are answered <NA>: "
        f"column 'who', scheme {scheme}: {code} (2 rows, the code of ARM and of GEO)"
    )
    if scheme == "name":
        with pytest.raises(InvalidValueError, match="'Yerevan' is the name of several entities: ARM, GEO; give the id"):
            names.resolve("Yerevan")


def test_names_are_learnt_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spellings that first appear in a later slice are found there too."""
    monkeypatch.setattr(memory, "_AT_ONCE", 2)
    mine = _mine(["2001-01-01"] * 6, ["Turkey", "TURKEY", "Ankara", "ankara ", "TUR KEY", "turkey"])
    with pytest.warns(UnmatchedCodesWarning, match=r"TUR KEY \(1 row, nearest: turkey\)"):
        assert _closed(mine, object=None, codes="name") == [True, True, True, True, None, True]


# ---------------------------------------------------------------------------- recipes


def test_gdelt() -> None:
    """GDELT's own columns are found: integer days and two three-letter codes."""
    mine = pd.DataFrame({"SQLDATE": [20010101], "Actor1CountryCode": ["TUR"], "Actor2CountryCode": ["ARM"]})
    assert _listed(annotate(mine, like="gdelt")["border_closed"]) == [True]


def test_acled() -> None:
    """ACLED's own columns are found: the day and the country by name."""
    mine = pd.DataFrame({"event_date": ["2020-07-23"], "country": ["Georgia"]})
    assert _listed(annotate(mine, like="acled")["membership_aspiration"]) == [True]


def test_ucdp() -> None:
    """UCDP's own columns are found: a window, and numbers that are floats where some are missing."""
    mine = pd.DataFrame(
        {"gwnoa": [640.0, np.nan, 640.0], "date_start": "1994-01-01", "date_end": ["1994-02-01", None, "2021"]}
    )
    mine.loc[2, "date_end"] = "2021-01-01"
    mine["side_a_new_id"] = 57
    assert _listed(annotate(mine, like="ucdp_ged")["border_closed"]) == [True, None, None]
    assert annotate(mine, like="ucdp_ged", codes="ucdp_actor")["border_closed"].isna().all()


def test_the_codes_that_are_asked_for_win_over_those_of_the_dataset(source: Path) -> None:
    """Left out, codes are those of `like`; named, they are those named, of frames and files; iso3 is no exception."""
    mine = _mine(["2001-01-01"]).assign(gwnoa=640, side_a_new_id=57, date_start="2001-01-01", date_end="2001-01-01")
    asked: dict[str, Any] = {"like": "ucdp_ged", "types": "border_closed"}
    assert _listed(annotate(mine, **asked)["border_closed"]) == [True]
    assert _listed(annotate(mine, **asked, subject="from", codes="iso3")["border_closed"]) == [True]
    with pytest.warns(UnmatchedCodesWarning, match="column 'from', scheme gw: TUR"):
        assert _listed(annotate(mine, **asked, subject="from")["border_closed"]) == [None]
    mine.to_parquet(source)
    target = source.with_name("out.parquet")
    annotate_parquet(source, target, **asked, subject="from", codes="iso3")
    assert _listed(pd.read_parquet(target)["border_closed"]) == [True]


def test_codes_that_the_dataset_does_not_keep() -> None:
    """Without a column named, codes that `like` has no column of are refused, not replaced."""
    mine = pd.DataFrame({"gwnoa": [640], "date_start": "2001-01-01", "date_end": "2001-01-01"})
    with pytest.raises(InvalidValueError) as caught:
        annotate(mine, like="ucdp_ged", codes="iso3")
    assert str(caught.value) == "subject is missing: ucdp_ged has no column of iso3 codes: name the column"


def test_ucdp_sample() -> None:
    """The sample of UCDP's georeferenced events gains the columns in one call, with every row kept."""
    path = REAL / "ucdpged_sample_1000.csv"
    if not path.exists():
        pytest.skip(f"the sample of UCDP is not there: {path.name}")
    mine = pd.read_csv(path)
    with pytest.warns(UnmatchedCodesWarning):
        answered = annotate(mine, like="ucdp_ged", layer="seed")
    pd.testing.assert_frame_equal(answered[mine.columns], mine)
    known = answered[codebook.codes("status")].notna().sum().loc[lambda count: count > 0]
    turkish = mine["gwnoa"].eq(640) & mine["date_start"].ge("1993-12-31") & mine["date_end"].le("2020-07-23")
    assert len(answered) == 1_000
    assert known.to_dict() == {"border_closed": turkish.sum()}
    assert turkish.sum() > 0


# ---------------------------------------------------------------------------- objects that are named, and terms

OF_OBJECTS: dict[str, Any] = {"date": "day", "subject": "from", "layer": "seed"}


def test_each_object_has_a_column_of_its_own() -> None:
    """Of two organisations each has its column, by id whatever it was called; a denial is False there."""
    mine = _mine(["2020-07-23"] * 2, ["ARM", "AZE"])
    answered = annotate(
        mine, **OF_OBJECTS, types="membership", objects=["CSTO", "Eurasian Economic Union"], prefix="p_"
    )
    assert answered.columns[3:].tolist() == ["p_membership_CSTO", "p_membership_EAEU"]
    assert [_listed(answered[name]) for name in answered.columns[3:]] == [[True, False], [True, False]]


def test_a_type_is_crossed_only_with_objects_that_it_allows() -> None:
    """Left out, types are all that can have one of the objects; what none can have is named with the kinds."""
    mine = _mine(["2020-07-23"], "ARM")
    answered = annotate(mine, **OF_OBJECTS, objects=["CSTO", "RUS"])
    assert {"membership_CSTO", "alliance_RUS"} < set(answered.columns)
    assert not {"membership_RUS", "border_closed_CSTO"} & set(answered.columns)
    with pytest.raises(InvalidValueError) as caught:
        annotate(mine, **OF_OBJECTS, types="membership", objects="RUS")
    assert str(caught.value) == "'RUS' is of kind state; the types asked for have as object: organisation"


def test_an_actor_is_nothing_to_itself() -> None:
    """Where the actor is the object, nothing is known."""
    answered = annotate(_mine(["2020-07-23"], "RUS"), **OF_OBJECTS, types="alliance", objects="RUS")
    assert _listed(answered["alliance_RUS"]) == [None]


def test_gdelt_has_its_second_actor_unless_objects_are_named() -> None:
    """Of a dataset of pairs the first actor is asked of, where objects are named; a column named beside is refused."""
    mine = pd.DataFrame({"SQLDATE": [20200723], "Actor1CountryCode": ["ARM"], "Actor2CountryCode": ["TUR"]})
    answered = annotate(mine, like="gdelt", types="membership", objects="CSTO", layer="seed")
    assert _listed(answered["membership_CSTO"]) == [True]
    with pytest.raises(InvalidValueError, match="objects goes without object, and column 'Actor2CountryCode' is that"):
        annotate(mine, like="gdelt", object="Actor2CountryCode", objects="CSTO")


def test_what_is_carried_stands_in_attrs() -> None:
    """A border that was still closed when its document spoke is closed on a later day only by who says so."""
    mine = _mine(["2024-01-01"])
    assert _closed(mine) == [None]
    answered = annotate(mine, **ASKED, carry_to="2024")
    assert _listed(answered["border_closed"]) == [True]
    assert answered.attrs == {"carry_to": "2024"}
    assert _closed(mine, carry_to=2023) == [None]


# ---------------------------------------------------------------------------- files


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of 1,000 rows in several row groups."""
    days = pd.date_range("1990-01-01", periods=1_000, freq="13D")
    path = tmp_path / "in.parquet"
    _mine(days).assign(number=range(1_000)).to_parquet(path, row_group_size=300, compression="zstd")
    return path


@pytest.mark.parametrize("block", [7, 300, 1 << 17])
def test_a_file_is_annotated_like_a_frame(source: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """A file read in blocks of any size gives the rows of one call, keeps its compression and tells its progress."""
    monkeypatch.setattr(memory, "_ROWS_OF_FILE", block)
    target = source.with_name("out.parquet")
    told: list[tuple[int, int]] = []
    asked: dict[str, Any] = {**ASKED, "types": None}
    assert annotate_parquet(source, target, **asked, progress=lambda done, total: told.append((done, total))) == 1_000
    pd.testing.assert_frame_equal(pd.read_parquet(target), annotate(pd.read_parquet(source), **asked))
    assert told[-1] == (1_000, 1_000)
    assert told == sorted(told)
    assert pq.ParquetFile(target).metadata.row_group(0).column(0).compression == "ZSTD"
    assert sorted(path.name for path in source.parent.iterdir()) == ["in.parquet", "out.parquet"]


def test_a_file_is_whole_or_not_there(source: Path) -> None:
    """If it fails half-way, an older file stays as it was, and nothing half-written is left."""
    target = source.with_name("out.parquet")
    target.write_text("older")

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        annotate_parquet(source, target, **ASKED, progress=stop)
    assert target.read_text() == "older"
    assert sorted(path.name for path in source.parent.iterdir()) == ["in.parquet", "out.parquet"]


def test_a_file_warns_once(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unmatched codes of a whole file are told once, however many blocks it is read in."""
    monkeypatch.setattr(memory, "_ROWS_OF_FILE", 100)
    with pytest.warns(UnmatchedCodesWarning) as caught:
        annotate_parquet(source, source.with_name("out.parquet"), **(ASKED | {"codes": "wikidata"}))
    nobody = "codes that nobody in this dataset has are answered <NA>: "
    told = [f"column {name!r}, scheme wikidata: {code} (1,000 rows)" for name, code in (("from", "TUR"), ("to", "ARM"))]
    assert [str(warning.message) for warning in caught] == [nobody + "; ".join(told)]


def test_a_file_takes_the_options_of_a_frame(source: Path) -> None:
    """What is no option of `annotate` is none of `annotate_parquet`."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'subjects'"):
        annotate_parquet(source, source.with_name("out.parquet"), date="day", subjects="from")


def test_a_file_is_not_written_over_itself(source: Path) -> None:
    """Source and target are two files, and the source is Parquet."""
    with pytest.raises(InvalidValueError, match="would be written over itself: give another file"):
        annotate_parquet(source, source, **ASKED)
    text = source.with_name("in.csv")
    text.write_text("day,from\n")
    with pytest.raises(InvalidValueError, match="cannot be read as Parquet"):
        annotate_parquet(text, source.with_name("out.parquet"), **ASKED)


# ---------------------------------------------------------------------------- errors

FORMS = (
    "a column of dates holds timestamps, dates, text (2016-04-02, 20160402, 02 April 2016, 02-Apr-16; 2016-04, 2016) "
    "or numbers YYYYMMDD and YYYY, in the years 0001 to 9999"
)
GOOD = _mine(["2001-01-01"])
# Legend: a reader's table, what is asked besides, the message.
REFUSED = {
    "column": (GOOD, {"date": "days"}, "unknown column 'days' (nearest: day; known: day, from, to)"),
    "twice": (pd.concat([GOOD, GOOD[["day"]]], axis=1), {}, "column 'day' is there 2 times: rename all but one"),
    "there": (GOOD.assign(border_closed=1), {}, "column 'border_closed' is there already: rename it, or give a prefix"),
    "date": (GOOD, {"date": None}, "date is missing: name the column, or say with like which dataset this is"),
    "like": (GOOD, {"like": "ucdp"}, "unknown dataset 'ucdp' (nearest: ucdp_ged; known: ucdp_ged, gdelt, acled)"),
    "outside": (GOOD, {"outside": "yes"}, "unknown value of outside 'yes' (known: unknown, no)"),
    "no date": (_mine(["2001-01-01", "yesterday"]), {}, f"column 'day': yesterday is no day; {FORMS}"),
    "marked": (_mine(["1993~"]), {}, f"column 'day': 1993~ is no day; {FORMS}"),
    "two months": (_mine(["02-04-2016"]), {}, f"column 'day': 02-04-2016 is no day; {FORMS}"),
    "spreadsheet": (_mine([42462]), {}, f"column 'day': 42462 is no day; {FORMS}"),
    "month as a number": (_mine([201604]), {}, f"column 'day': 201604 is no day; {FORMS}"),
    "a day 00": (_mine(["20160400"]), {}, f"column 'day': 20160400 is no day; {FORMS}"),
    "things": (_mine([object()]), {}, "column 'day' holds object, which cannot be read"),
    "mixed": (_mine([True, "2001"]), {}, "column 'day' mixes bool, str: convert it to one type"),
    "five thousand digits": (
        _mine(pd.Series([10**5000], dtype=object)),
        {},
        "column 'day' holds int, which cannot be read",
    ),
    "no text": (_mine([b"\xff"]), {}, "column 'day' holds binary that is no text in UTF-8"),
    "zone": (
        pa.table({"day": pa.array([0], pa.timestamp("us", "Mars/Phobos")), "from": ["TUR"], "to": ["ARM"]}),
        {},
        (
            "column 'day' is in the time zone 'Mars/Phobos', which nobody knows: convert it to one that is known, or "
            "drop the zone"
        ),
    ),
    "times": (
        pl.DataFrame({"day": [dt.time(1)], "from": "TUR", "to": "ARM"}),
        {},
        f"column 'day' holds time64[ns]; {FORMS}",
    ),
    "lazy times": (
        pl.LazyFrame({"day": [dt.time(1)], "from": "TUR", "to": "ARM"}),
        {},
        f"column 'day' holds Time; {FORMS}",
    ),
    "impossible": (_mine(["2001-02-29"]), {}, f"column 'day': 2001-02-29 is no day; {FORMS}"),
    "integer": (_mine([20010101, 20010229]), {}, f"column 'day': 20010229 is no day; {FORMS}"),
    "half": (_mine([20010101.5]), {}, f"column 'day': 20010101.5 is no day; {FORMS}"),
    "flags": (_mine([True]), {}, f"column 'day' holds bool; {FORMS}"),
    "too late": (
        _mine(np.array(["12000-01-01"], "datetime64[s]")),
        {},
        f"column 'day': 12000-01-01T00:00:00 is no day; {FORMS}",
    ),
    "codes": (_mine(["2001-01-01"], [True]), {}, "column 'from' holds bool; codes are text or integers"),
    "periods of codes": (
        _mine(["2001-01-01"], pd.PeriodIndex(["2001"], freq="Y")),
        {},
        "column 'from' holds extension<pandas.period<ArrowPeriodType>>; codes are text or integers",
    ),
    "zones": (
        _mine(pd.Series([pd.Timestamp("2001-01-01", tz=zone) for zone in ("UTC", "Asia/Baku")], dtype=object)),
        {},
        "column 'day' mixes time zones (Asia/Baku, UTC): convert it to one",
    ),
    "zones in text": (
        _mine(["2001-01-01T00:00:00Z", "2001-01-01T00:00:00+04:00"]),
        {},
        "column 'day' mixes time zones (+04:00, Z): convert it to one",
    ),
    "zones of windows": (
        _mine(pd.to_datetime(["2001-01-01"])).assign(end=pd.to_datetime(["2001-01-01"]).tz_localize("UTC")),
        {"date_end": "end"},
        "the columns of dates mix time zones ('day' in none, 'end' in UTC): convert them to one",
    ),
    "library": (
        [1],
        {},
        "cannot annotate a builtins.list (allowed: pandas, polars, pyarrow.Table, DuckDB relation, PySpark DataFrame)",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    """What cannot be read is refused with what can."""
    mine, asked, message = REFUSED[what]
    with pytest.raises(InvalidValueError) as caught:
        annotate(mine, **(ASKED | asked))
    assert str(caught.value) == message


def _writers(source: Path) -> dict[str, Any]:
    """List every function that writes a file, by what it is called."""
    return {
        "annotate": lambda target: annotate_parquet(source, target, **ASKED),
        "panel": lambda target: write_panel(target, "dyad", "year", 1991, 1992),
        "explorer": write_explorer,
    }


@pytest.mark.parametrize("name", ["annotate", "panel", "explorer"])
def test_nothing_of_the_readers_is_lost(source: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are followed, devices and pipes written to, a file called .partial and all else left as it was."""
    monkeypatch.setattr(explorer, "page_of", lambda *_: "a page")
    write, folder = _writers(source)[name], source.parent
    partial, kept, link = folder / "out.partial", folder / "kept", folder / "link"
    partial.write_text("mine")
    kept.write_text("older")
    link.symlink_to(kept)
    kept.chmod(0o640)
    write(link)
    write(folder / "out")
    write("/dev/null")
    assert link.is_symlink()
    assert kept.read_bytes() == (folder / "out").read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o640
    assert partial.read_text() == "mine"
    assert Path("/dev/null").is_char_device()
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(pipe)
    assert os.read(reader, 1 << 16) == kept.read_bytes()[: 1 << 16]
    os.close(reader)
    assert pipe.is_fifo()
    names = ["in.parquet", "kept", "link", "out", "out.partial", "pipe"]
    assert sorted(path.name for path in folder.iterdir()) == names


@pytest.mark.parametrize("name", ["annotate", "panel", "explorer"])
def test_what_cannot_be_written(source: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a missing one, a link to itself, a pipe that nobody reads or a full disk is one sentence, no file."""
    monkeypatch.setattr(explorer, "page_of", lambda *_: "a page")
    write, folder = _writers(source)[name], source.parent
    loop, pipe, older = folder / "loop", folder / "pipe", folder / "older"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    older.write_text("older")
    before = sorted(folder.iterdir())
    refused = {
        folder: "it is a folder; name a file in it",
        folder / "no" / "out": "No such file or directory",
        loop: "it is a link that leads back to itself; give a file",
        pipe: "nobody reads this pipe; start its reader first",
    }
    for target, why in refused.items():
        with pytest.raises(UnwritableError) as caught:
            write(target)
        assert str(caught.value) == f"cannot write {target}: {why}"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UnwritableError) as caught:
        write(older)
    assert str(caught.value) == f"cannot write {older}: No space left on device"
    assert older.read_text() == "older"
    assert sorted(folder.iterdir()) == before


def test_sources_that_are_no_file(source: Path) -> None:
    """A source that is a folder, a device, not there or damaged is refused by its name, and nothing is written."""
    target = source.with_name("out.parquet")
    for other in (source.parent, Path("/dev/null")):
        with pytest.raises(InvalidValueError) as caught:
            annotate_parquet(other, target, **ASKED)
        assert str(caught.value) == f"{other} cannot be read as Parquet: it is no file"
    damaged = source.with_name("damaged.parquet")
    damaged.write_bytes(source.read_bytes()[:60] + b"\xff" * 60 + source.read_bytes()[120:])
    for other in (damaged, source.with_name("none.parquet")):
        with pytest.raises(InvalidValueError, match=f"^{other} cannot be read as Parquet: "):
            annotate_parquet(other, target, **ASKED)
    assert sorted(path.name for path in source.parent.iterdir()) == ["damaged.parquet", "in.parquet"]


def test_unknown_type_and_scheme() -> None:
    """A type or a scheme that does not exist is refused with the nearest."""
    with pytest.raises(UnknownNameError) as caught:
        annotate(GOOD, **(ASKED | {"types": "aliance"}))
    assert str(caught.value).startswith("unknown status type 'aliance' (nearest: alliance; known: border_closed, ")
    with pytest.raises(InvalidValueError) as refused:
        annotate(GOOD, **(ASKED | {"codes": "iso"}))
    assert str(refused.value).startswith("unknown scheme of codes 'iso' (nearest: iso3; known: id, iso3, cow, ")


def test_lazy_frames_are_not_read() -> None:
    """A lazy frame comes back lazy and warns of nothing; its columns are checked all the same."""
    lazy = pl.LazyFrame({"day": ["2001-01-01"], "from": ["XXX"], "to": ["ARM"]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answered = annotate(lazy, **ASKED)
    assert isinstance(answered, pl.LazyFrame)
    with pytest.raises(InvalidValueError) as caught:
        annotate(lazy, **(ASKED | {"subject": "form"}))
    assert str(caught.value) == "unknown column 'form' (nearest: from; known: day, from, to)"


LAZY_DAYS = {
    "text": ["2001-01-01", "1980-01-01", None],
    "integers": [20010101, 19800101, None],
    "dates": [dt.date(2001, 1, 1), dt.date(1980, 1, 1), None],
    "timestamps": [dt.datetime(2001, 1, 1, 12), dt.datetime(1980, 1, 1), None],  # noqa: DTZ001 - without zone
}


@pytest.mark.parametrize("form", LAZY_DAYS)
@pytest.mark.parametrize("scheme", ["iso3", "cow", "name"])
def test_lazy_forms(form: str, scheme: str) -> None:
    """Lazy frames take the same forms of days and codes, and keep the reader's columns as they are."""
    subject = {"iso3": "TUR", "cow": 640, "name": "TURKEY "}[scheme]
    lazy = pl.LazyFrame({"day": LAZY_DAYS[form], "from": subject})
    asked = ASKED | {"object": None, "codes": scheme}
    answered = annotate(lazy, **asked).collect()
    assert answered["border_closed"].to_list() == [True, None, None]
    assert answered.drop("border_closed").equals(lazy.collect())
    relation = duckdb.from_arrow(lazy.collect().to_arrow())
    assert sorted(annotate(relation, **asked).df()["border_closed"].dropna().tolist()) == [True]
