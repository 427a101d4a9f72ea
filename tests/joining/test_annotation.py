"""Annotating the reader's own rows: what is kept, the traps of other joins, recipes, files and errors."""

from __future__ import annotations

import datetime as dt
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

from caucasus_events.errors import InvalidValueError, UnknownNameError, UnmatchedCodesWarning
from caucasus_events.joining import lookups, memory
from caucasus_events.joining.annotation import annotate, annotate_by, annotate_parquet
from caucasus_events.joining.lookups import build_lookup
from caucasus_events.joining.wanted import Wanted
from caucasus_events.model import codebook
from caucasus_events.reading import names
from caucasus_events.reading.tables import load_entities, load_statuses

REAL = Path(os.environ.get("CAUCASUS_EVENTS_REAL", Path(__file__).parents[3] / "shared" / "real"))
ASKED: dict[str, Any] = {"date": "day", "subject": "from", "object": "to", "types": "border_closed"}


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
    lookup = build_lookup(closed.assign(**gone), ["TUR", "ARM"], ("border_closed",), "no", pairs=True)
    column = pd.Series(AS[form](["2001-01-01"] * 2))
    column[1] = None
    wanted = Wanted(days=("day",), parties=("from", "to"), scheme="id", types=("border_closed",))
    answered = annotate_by(lookup, {"TUR": "TUR", "ARM": "ARM"}, _mine(column), wanted)
    assert _listed(answered["border_closed"]) == [False, None]


def test_days_before_1970_and_far_away() -> None:
    """Days before 1970 and at the ends of the calendar are answered like any other: here, unknown."""
    days = ["0001-01-01", "1816-01-01", "1969-12-31", "1970-01-01", "2001-01-01", "9999-12-31"]
    for form in ("text", "dates", "integers"):
        assert _closed(_mine(AS[form](days))) == [None, None, None, None, True, None]
        assert _closed(_mine(AS[form](days)), outside="no") == [False, False, False, False, True, None]


def test_windows_are_answered_whole() -> None:
    """A window is True or False only if every day of it is; one that ends before it begins has no day."""
    mine = _mine(["1993-12-31", "1993-12-30", "2020-07-23", "1900-01-01", "2001-01-02", "2001-01-01", None])
    mine["end"] = ["2020-07-23", "2020-07-23", "2020-07-24", "1992-12-31", "2001-01-01", None, "2001-01-01"]
    assert _closed(mine, date_end="end") == [True, None, None, None, None, None, None]
    assert _closed(mine, date_end="end", outside="no") == [True, None, None, False, None, None, None]


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
        answered = annotate(mine, like="ucdp_ged")
    pd.testing.assert_frame_equal(answered[mine.columns], mine)
    known = answered[codebook.codes("status")].notna().sum().loc[lambda count: count > 0]
    turkish = mine["gwnoa"].eq(640) & mine["date_start"].ge("1993-12-31") & mine["date_end"].le("2020-07-23")
    assert len(answered) == 1_000
    assert known.to_dict() == {"border_closed": turkish.sum()}
    assert turkish.sum() > 0


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

FORMS = "a column of dates holds timestamps, dates, text YYYY-MM-DD or integers YYYYMMDD, in the years 0001 to 9999"
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
    "coarse": (_mine(["1993"]), {}, f"column 'day': 1993 is no day; {FORMS}"),
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
