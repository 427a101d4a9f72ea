"""Marks: what is drawn of each record, from its bounds alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import states
from hypothesis import given
from hypothesis import strategies as st

from caucasus_events.drawing import marks
from caucasus_events.errors import InvalidValueError, NoDayWarning, UnknownNameError
from caucasus_events.model.bounds import BOUNDS

DAYS = st.integers(min_value=-20_000, max_value=20_000)
NO_DAY = np.nan


def day(text: str) -> float:
    """Count days from 1970-01-01 with the standard library of numpy."""
    return float(np.datetime64(text, "D").astype(int))


def of(records: pd.DataFrame, found: pd.DataFrame, name: str) -> list[tuple[str, float, float]]:
    """List the marks of one record as (mark, first, last)."""
    place = records.index[records["record_id"] == name][0]
    rows = found[found["record"] == place]
    return sorted(
        zip(rows["mark"].astype(str), rows["first"], rows["last"], strict=True), key=lambda row: (row[0], row[1])
    )


@pytest.fixture
def drawn() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every state, and its marks."""
    records = marks.prepare(states.frame(), carry_to=int(day(states.CARRIED)))
    return records, marks.spans(records)


def test_every_state_has_the_marks_of_the_table(drawn: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Each state of a record is drawn with exactly the marks that the visual language gives it."""
    records, found = drawn
    names = [records.loc[place, "record_id"] for place in found["record"]]
    drawn_marks = {name: [] for name in records["record_id"]}
    for name, mark in zip(names, found["mark"], strict=True):
        drawn_marks[name].append(str(mark))
    assert {name: sorted(of_record) for name, of_record in drawn_marks.items()} == states.MARKS
    assert {mark for of_record in states.MARKS.values() for mark in of_record} == {*marks.MARKS} - {"gap", "disagree"}


def test_a_closed_day_ends_at_the_next_midnight(drawn: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """A bar of one day is one day long, and a window of two years ends at the midnight after its last day."""
    records, found = drawn
    assert of(records, found, "one-day") == [("certain", day("2010-05-05"), day("2010-05-06"))]
    assert of(records, found, "event-window") == [("window", day("1997-01-01"), day("2000-01-01"))]


def test_certain_lies_between_the_inner_bounds(drawn: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Solid runs from start_latest to end_earliest, hatched from there to the outer bounds."""
    records, found = drawn
    assert of(records, found, "possible-both") == [
        ("certain", day("1995-12-31"), day("2001-01-02")),
        ("possible", day("1995-01-01"), day("1995-12-31")),
        ("possible", day("2001-01-02"), day("2002-01-01")),
    ]


def test_what_other_sources_add_is_parted_from_the_seed(drawn: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Solid is what the seed makes certain; before and after it, what only other sources do is tinted."""
    records, found = drawn
    assert of(records, found, "by-others") == [
        ("certain", day("2000-01-01"), day("2005-01-01")),
        ("corroborated", day("1992-01-01"), day("2000-01-01")),
        ("corroborated", day("2005-01-01"), day("2015-01-02")),
    ]


def test_what_no_seed_makes_certain_is_tinted_throughout() -> None:
    """Where the seed's own windows leave no certain day, all that is certain is tinted."""
    mine = states.frame().query("record_id == 'by-others'").assign(seed_start_latest=None, seed_end_earliest=None)
    records = marks.prepare(mine)
    assert of(records, marks.spans(records), "by-others") == [("corroborated", day("1992-01-01"), day("2015-01-02"))]


@st.composite
def rows(draw: st.DrawFn) -> dict[str, float | str | bool]:
    """Draw a record whose bounds are in order, any of them unknown."""
    start, start_latest, end_earliest, end = draw(st.lists(DAYS, min_size=4, max_size=4).map(sorted))
    if draw(st.booleans()):
        start_latest, end_earliest = end_earliest, start_latest
    bounds = [start, start_latest, end_earliest, end]
    kept = draw(st.lists(st.booleans(), min_size=4, max_size=4))
    days = [
        np.datetime64(bound, "D") if keep else np.datetime64("NaT") for bound, keep in zip(bounds, kept, strict=True)
    ]
    still = draw(st.booleans()) and not kept[3]
    return {
        **dict(zip(BOUNDS, days, strict=True)),
        "kind": draw(st.sampled_from(["event", "status"])),
        "end_state": "ongoing" if still else "ended",
        "holds": draw(st.booleans()),
    }


@given(st.lists(rows(), min_size=1, max_size=8))
def test_solid_is_certain_and_nothing_leaves_the_bounds(given_rows: list[dict[str, float | str | bool]]) -> None:
    """Whatever the bounds: what has a bound has a mark, and solid and hatched stay within certain and possible."""
    records = marks.prepare(pd.DataFrame(given_rows))
    found = marks.spans(records)
    stated = records[list(BOUNDS)].notna().any(axis=1)
    assert set(found["record"]) == set(np.flatnonzero(stated))
    for mark, place, first, last in zip(found["mark"], found["record"], found["first"], found["last"], strict=True):
        row = records.loc[place]
        assert not first > last
        if mark in ("certain", "denied"):
            assert (first, last) == (row["start_latest"], row["end_earliest"] + 1)
        if mark == "possible":
            assert not first < row["start_earliest"]
            assert not last > row["end_latest"] + 1
        if mark == "start unknown":
            assert np.isnan(first)
            assert np.isnan(row["start_earliest"])
        if mark.startswith("ongoing"):
            assert row["still"]


def test_nothing_is_carried_past_what_is_stated() -> None:
    """What was still so goes on to the day before its opposite is certain, its end, or what may begin anew."""
    row = {"type": "military_base", "subject": "A", "object": "B", "holds": True, "end_state": "ongoing"}
    row |= {"start_earliest": "2001-01-01", "start_latest": "2001-01-01", "end_earliest": "2010-05-06"}
    later = {"start_earliest": "2014-01-01", "start_latest": "2015-01-01", "end_earliest": "2016-01-01"}
    ended = {
        "end_state": "ended",
        "end_earliest": "2012-03-01",
        "end_latest": "2012-03-09",
        "speaks_until": "2020-01-01",
    }
    cases = {
        "nobody": [],
        "denied": [row | later | {"holds": False}],
        "denied of another place": [row | later | {"holds": False, "place": "hill"}],
        "denied elsewhere": [row | later | {"holds": False, "object": "C"}],
        "over": [row | ended],
        "anew": [row | later],
        "anew at another place": [row | later | {"place": "hill"}],
    }
    found = {}
    for name, others in cases.items():
        rows = [row, *others]
        mine = pd.DataFrame([{"speaks_until": "2016-01-01", "end_latest": None, "place": None} | one for one in rows])
        mine["speaks_until"] = mine["speaks_until"].where(mine.index > 0, "2010-05-06")
        records = marks.prepare(mine, carry_to=int(day("2018-01-01"))).set_index("number")
        found[name] = str(np.datetime64(int(records.loc[0, "carried"]), "D"))
    assert found == {
        "nobody": "2018-01-01",
        "denied": "2013-12-31",
        "denied of another place": "2014-12-31",
        "denied elsewhere": "2018-01-01",
        "over": "2012-02-29",
        "anew": "2013-12-31",
        "anew at another place": "2018-01-01",
    }


def test_the_outer_bounds_alone_are_an_event_in_a_window() -> None:
    """A reader's event with a first and a last day only is an event that took place some time between them."""
    mine = pd.DataFrame({"start_earliest": ["2016-04-02", "2016-05-01"], "end_latest": ["2016-04-05", "2016-05-01"]})
    found = marks.spans(marks.prepare(mine))
    assert Counter(found["mark"].astype(str)) == {"window": 1, "day": 1}


def test_a_frame_without_the_bounds_is_refused() -> None:
    """A missing column is named, with the nearest one that is there."""
    with pytest.raises(UnknownNameError) as caught:
        marks.prepare(pd.DataFrame({"start_earlier": ["1999"], "end_latest": ["1999"]}))
    assert str(caught.value) == (
        "a timeline needs start_earliest and start_latest and end_earliest and end_latest, or the first and the last "
        "alone: unknown column 'start_earliest' (nearest: start_earlier; known: start_earlier, end_latest)"
    )


def test_an_end_before_the_start_is_refused_by_name() -> None:
    """Records that end before they start are named, the first five, with their days."""
    mine = pd.DataFrame(
        {"id": ["a", "b"], "start_earliest": ["2001-02-03", "2001-01-01"], "end_latest": ["2001-02-02"] * 2}
    )
    with pytest.raises(InvalidValueError) as caught:
        marks.prepare(mine)
    assert str(caught.value) == "start_earliest is after end_latest in 1 record: a (2001-02-03 > 2001-02-02)"


def test_what_is_no_day_is_refused_by_name() -> None:
    """A cell that cannot be read as a day is shown with the record it stands in."""
    mine = pd.DataFrame(
        {"id": ["a", "b"], "start_earliest": ["2001-02-30", "2001-01-01"], "end_latest": ["2001-03-02"] * 2}
    )
    with pytest.raises(InvalidValueError) as caught:
        marks.prepare(mine)
    assert str(caught.value) == "start_earliest is not a day (YYYY-MM-DD) in 1 record: a ('2001-02-30')"


def test_lanes_come_in_codebook_order_with_its_colours() -> None:
    """Records of the codebook's types stand in its lanes, in its order and colours."""
    records = marks.prepare(states.frame())
    assert list(records["lane"].cat.categories) == ["Borders", "Fighting", "Diplomacy", "Alliances", "Organisations"]
    assert records["colour"].unique().tolist() == ["#0072B2", "#C04C00", "#005F73", "#9B2226", "#332288"]


def test_lanes_may_be_a_column_or_given_by_type() -> None:
    """Rows are grouped by any column, or by a lane for each type; what has none shares one."""
    mine = states.frame().assign(country=["X", "Y"] * 8 + ["X"])
    assert list(marks.prepare(mine, "country")["lane"].cat.categories) == ["X", "Y"]
    by_type = marks.prepare(mine, {"clash": "War"})
    assert list(by_type["lane"].cat.categories) == ["Other records", "War"]
    with pytest.raises(UnknownNameError, match=r"^unknown column 'contry' \(nearest: country; known: .*\)$"):
        marks.prepare(mine, "contry")


def test_what_has_no_type_or_lane_shares_a_lane() -> None:
    """A null type or lane is no error: these records stand in a lane of their own."""
    mine = states.frame().assign(country=["X", None] * 8 + ["X"], type=["clash", None] * 8 + ["clash"])
    assert list(marks.prepare(mine)["lane"].cat.categories) == ["Fighting", "Other records"]
    records = marks.prepare(mine, "country")
    assert records["lane"].value_counts().to_dict() == {"X": 9, "Other records": 8}


def test_a_month_or_a_year_is_its_whole_window() -> None:
    """What is dated to a month or a year reaches over all of it, and is no event on a known day."""
    mine = pd.DataFrame({"start_earliest": ["2016-04", "1994-03-01", "2016"], "end_latest": ["2016-04", "1994", 2016]})
    records = marks.prepare(mine)
    found = [(row.mark, row.first, row.last) for row in marks.spans(records).itertuples()]
    assert found == [
        ("window", day("1994-03-01"), day("1995-01-01")),
        ("window", day("2016-01-01"), day("2017-01-01")),
        ("window", day("2016-04-01"), day("2016-05-01")),
    ]


def test_within_a_year_nothing_ends_before_it_starts() -> None:
    """A status that starts on a day and ends some time in the same year ends no earlier than it started."""
    stated = dict.fromkeys(BOUNDS[:2], "1994-03-01") | dict.fromkeys(BOUNDS[2:], "1994")
    turned = dict.fromkeys(BOUNDS[:2], "1994") | dict.fromkeys(BOUNDS[2:], "1994-03-01")
    records = marks.prepare(pd.DataFrame([stated, turned])).set_index("record_id")[list(BOUNDS)]
    assert records.loc["0"].tolist() == [day(text) for text in ("1994-03-01", "1994-03-01", "1994-03-01", "1994-12-31")]
    assert records.loc["1"].tolist() == [day(text) for text in ("1994-01-01", "1994-03-01", "1994-03-01", "1994-03-01")]


@pytest.mark.parametrize(
    "written", [20160402, "20160402", "02 April 2016", "02-Apr-16", pd.Period("2016-04-02"), 20160402.0]
)
def test_days_of_other_datasets(written: object) -> None:
    """Days of GDELT and ACLED are the days that they are."""
    records = marks.prepare(pd.DataFrame({"start_earliest": [written], "end_latest": [written]}))
    assert records.loc[0, ["start_earliest", "end_latest"]].tolist() == [day("2016-04-02")] * 2


def test_what_stands_for_none_is_unknown_and_told() -> None:
    """No record is drawn over eight thousand years because its end is written 9999-12-31."""
    stated = {"start_earliest": ["2016-04-02"] * 3, "end_latest": ["9999-12-31", "-9", " "]}
    with pytest.warns(NoDayWarning) as caught:
        records = marks.prepare(pd.DataFrame(stated))
    assert records["end_latest"].isna().all()
    told = "2 values that stand for no day are taken as unknown: column 'end_latest', 9999-12-31 (1 row), -9 (1 row)"
    assert [str(warning.message) for warning in caught] == [told]


def test_rows_of_several_levels_and_titles_of_any_type() -> None:
    """An index of several levels or of one value twice is no matter, nor are titles that are numbers, bytes or null."""
    mine = pd.DataFrame({"start_earliest": [2001] * 4, "end_latest": 2001, "title": [1, b"x", None, 2.5]})
    mine.index = pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2), ("b", 3)])
    records = marks.prepare(mine)
    assert records["label"].tolist() == ["1", "x", "b, 2", "2.5"]
    assert records["record_id"].tolist() == ["a, 1", "a, 1", "b, 2", "b, 3"]


def test_mixed_zones_are_refused() -> None:
    """Texts with different offsets are refused as such, though each of them is a day."""
    mine = pd.DataFrame({"start_earliest": ["2001-01-01T00:00Z", "2001-01-01T00:00+04:00"], "end_latest": "2001-01-02"})
    with pytest.raises(InvalidValueError) as caught:
        marks.prepare(mine)
    assert str(caught.value) == "column 'start_earliest' mixes time zones (+04:00, Z): convert it to one"
