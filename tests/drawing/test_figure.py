"""The figure: every record drawn or named, in order, escaped, and the same for a reader's own frame."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import states

from caucasus_events.drawing import figure, look
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Callable

# What is drawn of no record: the legend and names, what lies behind a mark, an axis, and white.
SILENT = ("legend", "label", "halo", "axis", "gap")
UCDP = Path(__file__).parents[3] / "shared" / "real" / "ucdpged_sample_1000.csv"


def drawn_ids(shown: object) -> set[str]:
    """Give the ids of all records that have a mark."""
    ids = (str(name).split("; ") for trace in shown.data if trace.meta not in SILENT for name in trace.customdata)
    return {name for listed in ids for name in listed}


def words_at(shown: object, identity: str) -> str:
    """Give what is shown when a record is pointed at."""
    for trace in shown.data:
        if trace.hovertext is not None and identity in list(trace.customdata):
            return str(trace.hovertext[list(trace.customdata).index(identity)])
    raise AssertionError(identity)


def heading(shown: object) -> str:
    """Give title and subtitle."""
    return str(shown.layout.title.text)


def test_every_record_is_drawn() -> None:
    """No record is lost, whether its end is open, its start unknown or its length a day."""
    assert drawn_ids(figure.timeline()) == set(tables.load_timeline()["record_id"])


def test_every_record_of_a_frame_is_drawn() -> None:
    """Each state of the table of marks has a mark in the figure."""
    assert drawn_ids(figure.timeline(states.frame())) == set(states.MARKS)


def test_the_tables_themselves_can_be_drawn() -> None:
    """Events and statuses as they are loaded, and a part of them, are frames like any other."""
    for frame, key in ((tables.load_events(), "event_id"), (tables.load_statuses().head(5), "status_id")):
        assert drawn_ids(figure.timeline(frame)) == set(frame[key])


def test_what_has_no_bound_is_named() -> None:
    """A record without any bound has no place on the axis: the call says which."""
    mine = pd.DataFrame({"id": ["a", "b"], "start_earliest": ["2001-01-01", None], "end_latest": ["2001-01-02", None]})
    with pytest.warns(UserWarning, match="^1 not drawn, without any bound: b$"):
        shown = figure.timeline(mine)
    assert drawn_ids(shown) == {"a"}


def test_a_window_that_is_open_on_both_sides_is_drawn() -> None:
    """What happened not after one day and not before an earlier one reaches over both, among few and very many."""
    mine = pd.DataFrame({"start_latest": ["2001-02-03"], "end_earliest": ["1999-01-01"], "kind": ["event"]})
    mine = mine.assign(start_earliest=None, end_latest=None)
    few = figure.timeline(mine)
    (symbol,) = [trace for trace in few.data if trace.meta == "window" and trace.mode == "markers"]
    (whisker,) = [trace for trace in few.data if trace.meta == "window" and trace.mode == "lines"]
    first, last = (pd.Timestamp(side(whisker.x[~np.isnan(whisker.x)]), unit="ms") for side in (np.min, np.max))
    assert first < pd.Timestamp("1999-01-01") < pd.Timestamp(symbol.x[0], unit="ms") < pd.Timestamp("2001-02-04") < last
    shown_from, shown_to = (pd.Timestamp(day, unit="ms") for day in few.layout.xaxis.range)
    assert shown_from < first < last < shown_to
    very_many = figure.timeline(pd.concat([mine] * (look.MANY + 1), ignore_index=True))
    assert [picture.name for picture in very_many.layout.images] == [f"window: {look.MANY + 1};"]


def test_very_many_records_fit_a_narrow_figure() -> None:
    """The names of lanes are never lower than plotly can write, however low the rows."""
    assert len(figure.timeline(many(look.MANY + 1), width=480).layout.images) == 1


def test_no_record_left_is_an_honest_empty_figure() -> None:
    """A selection that nothing fits gives a figure that says so, and no error."""
    shown = figure.timeline(start="1950", end="1951")
    assert drawn_ids(shown) == set()
    assert "0 of 42 records" in heading(shown)
    assert [note.text for note in shown.layout.annotations] == ["no record to draw"]


def test_types_entities_and_days_choose() -> None:
    """Types, parties and a window keep what fits, and the figure says how many of how many."""
    assert drawn_ids(figure.timeline(types="border_closed")) == {"turkey-armenia-border-closed"}
    shown = figure.timeline(entities=["Turkey"], types=["border_closed", "border_closure", "clash"])
    assert drawn_ids(shown) == {"turkey-armenia-border-closed", "turkey-armenia-border-closure-1993"}
    assert "2 of 42 records" in heading(shown)
    in_2016 = drawn_ids(figure.timeline(start="2016-04", end="2016-04", types=["clash", "ceasefire"]))
    assert in_2016 == {"armenia-azerbaijan-four-day-war-2016", "armenia-azerbaijan-ceasefire-2016"}


def test_parties_are_found_in_a_frame_of_the_dataset_as_in_the_dataset() -> None:
    """A loaded timeline has no columns of parties: its ids say who is party to a record."""
    shown = drawn_ids(figure.timeline(entities="Georgia"))
    assert len(shown) == 5
    assert drawn_ids(figure.timeline(tables.load_timeline(), entities="Georgia")) == shown


def test_a_window_is_the_axis() -> None:
    """Asked for two years, the axis shows these and no day more."""
    first, last = figure.timeline(start="2016", end="2017").layout.xaxis.range
    assert pd.Timestamp(first, unit="ms") == pd.Timestamp("2016-01-01")
    assert pd.Timestamp(last, unit="ms") == pd.Timestamp("2018-01-01")


def test_the_axis_runs_to_the_last_day_a_source_speaks() -> None:
    """Left alone, the axis begins before the earliest bound and ends a little after the last word, under a veil."""
    shown = figure.timeline(layer="seed")
    first, last = (pd.Timestamp(day, unit="ms") for day in shown.layout.xaxis.range)
    assert pd.Timestamp("1992-01-01") < first < pd.Timestamp("1993-01-01")
    assert pd.Timestamp("2020-07-24") < last < pd.Timestamp("2021-07-24")
    veils = [shape for shape in shown.layout.shapes if shape.fillcolor == look.VEIL]
    assert [pd.Timestamp(veil.x0, unit="ms") for veil in veils] == [pd.Timestamp("2020-07-24")]


def test_the_day_asked_about_is_marked_and_answered() -> None:
    """as_of draws a line on its day, and each record says what it was then."""
    shown = figure.timeline(as_of="1993-06-01", layer="seed", rows="records")
    lines = [shape for shape in shown.layout.shapes if shape.name == "as of"]
    assert [pd.Timestamp(line.x0, unit="ms") for line in lines] == [pd.Timestamp("1993-06-01")]
    assert "as of 1993-06-01" in [note.text for note in shown.layout.annotations]
    assert "on 1993-06-01: unknown (start uncertain)" in words_at(shown, "turkey-armenia-border-closed")
    with pytest.raises(InvalidValueError, match=r"^as_of is one day \(YYYY-MM-DD\), not '1993'$"):
        figure.timeline(as_of="1993", rows="records")


def test_what_is_shown_of_a_record() -> None:
    """Pointed at, a record says title, start, end, quote, citation and id; the end is never a day no source gives."""
    shown = words_at(figure.timeline(layer="seed", rows="records"), "turkey-armenia-border-closed")
    assert shown.startswith(
        "<b>Turkey keeps its border with Armenia closed</b><br>start 1993-01-01 … 1993-12-31<br>still so on 2020-07-23"
    )
    quote = "<i>“Turkey keeps its border with Armenia closed, since 1993, to this day.”</i>"
    assert quote in shown.replace("<br>", " ")
    assert shown.endswith("<br>turkey-armenia-border-closed")
    assert (
        "“"
        not in words_at(
            figure.timeline(types="alliance", quotes=False, rows="records"), "armenia-russia-alliance"
        ).split("<br>")[3][:1]
    )


def test_the_layer_is_said_where_the_frame_has_it() -> None:
    """A frame with corroboration says of each record where its bounds come from."""
    shown = figure.timeline(states.frame())
    assert "start and end by corroboration" in words_at(shown, "by-others")
    assert "dated by the seed alone" in words_at(shown, "certain")


def marks_of(shown: object, identity: str) -> list[str]:
    """Give the marks that a record is drawn with."""
    return [trace.meta for trace in shown.data if trace.meta not in SILENT and identity in list(trace.customdata)]


def test_a_layer_chooses_the_records_and_is_said() -> None:
    """Documents alone, the same with narrowed dates, or with what only others state; left out, the last."""
    reported = set(tables.load_timeline().query("layer == 'reported'")["record_id"])
    words = {"seed": "by documents alone", "corroborated": "dates narrowed by other sources"}
    words["reported"] = "by documents and other sources"
    for layer, said in words.items():
        shown = figure.timeline(layer=layer)
        assert drawn_ids(shown) & reported == (reported if layer == "reported" else set())
        assert len(drawn_ids(shown) - reported) == 34
        assert f"· {said} · caucasus-events" in heading(shown)
    assert figure.timeline() == figure.timeline(layer="reported")
    with pytest.raises(InvalidValueError) as caught:
        figure.timeline(layer="report")
    assert str(caught.value) == "unknown layer 'report' (nearest: reported; known: seed, corroborated, reported)"


def test_a_frame_brings_its_own_layer() -> None:
    """A layer that is asked for beside a frame is refused, with what to do."""
    with pytest.raises(InvalidValueError) as caught:
        figure.timeline(states.frame(), layer="seed")
    assert str(caught.value) == (
        "layer='seed' is for the released records; load the frame with layer='seed', it brings its own"
    )


def test_what_only_others_state_is_a_tint_that_says_what_they_say() -> None:
    """A reported record has no solid bar; pointed at it gives the sources' words as ours, confidence and citation."""
    shown = figure.timeline(rows="records")
    assert words_at(shown, "armenia-csto-membership-2002").split("<br>") == [
        "<b>Armenia is a member of the CSTO</b>",
        "start 2002-10-07",
        "still so on 2025-03-31",
        "stated by other sources alone, confidence high",
        "Armenia has been a member since the charter was signed on",
        "7 October 2002",
        "The Test Almanac (2021); The Test Gazetteer (2025)",
        "armenia-csto-membership-2002",
    ]
    assert marks_of(shown, "armenia-csto-membership-2002") == ["corroborated", "corroborated", "ongoing"]
    assert marks_of(shown, "armenia-azerbaijan-clash-2022") == ["day corroborated"]
    denial = "armenian-authorities-nagorno-karabakh-not-controlled-territory"
    assert set(marks_of(shown, denial)) == {"possible", "denied corroborated", "ongoing denied"}
    assert "charter" not in words_at(figure.timeline(quotes=False, rows="records"), "armenia-csto-membership-2002")


def test_what_is_below_the_confidence_is_drawn_pale() -> None:
    """By default what is weakly supported is no certain bar; asked for, it is one, and less can be asked for too."""
    weak, medium = "azerbaijan-russia-military-base-gabala", "armenia-azerbaijan-clash-2022"
    found = {level: figure.timeline(confidence=level, rows="records") for level in ("low", "medium", "high")}
    told = {level: (set(marks_of(shown, weak)), set(marks_of(shown, medium))) for level, shown in found.items()}
    beside = {"possible", "end unknown"}
    assert told == {
        "low": (beside | {"corroborated"}, {"day corroborated"}),
        "medium": (beside | {"weak"}, {"day corroborated"}),
        "high": (beside | {"weak"}, {"day weak"}),
    }
    assert "low confidence" in [trace.name for trace in figure.timeline(rows="records").data if trace.showlegend]
    assert "low confidence" not in [trace.name for trace in found["low"].data if trace.showlegend]
    with pytest.raises(
        InvalidValueError, match=r"^unknown confidence 'lo' \(nearest: low; known: high, medium, low\)$"
    ):
        figure.timeline(confidence="lo", rows="records")


def continued(shown: object) -> dict[str, tuple[str, str]]:
    """Give the first and the last day of every continuation, by record."""
    found = {}
    for trace in shown.data:
        if trace.meta in look.CARRIED:
            for name, base, length in zip(trace.customdata, trace.base, trace.x, strict=True):
                days = pd.to_datetime([base, base + length - look.MILLISECONDS], unit="ms")
                found[name] = tuple(str(day.date()) for day in days)
    return found


def test_what_was_still_so_is_carried_to_the_day_asked_for() -> None:
    """Asked for, a pale bar goes on from the last word to that day, and the figure says so."""
    assert continued(figure.timeline(rows="records")) == {}
    shown = figure.timeline(types=["controlled_territory", "membership"], carry_to="2026", rows="records")
    statuses = tables.load_statuses()
    of_types = statuses["type"].isin(["controlled_territory", "membership"])
    going_on = statuses[of_types & statuses["end_state"].eq("ongoing")]
    days = continued(shown)
    assert set(days) == set(going_on["status_id"])
    assert {last for _, last in days.values()} == {"2026-12-31"}
    assert days["armenia-csto-membership-2002"] == ("2025-04-01", "2026-12-31")
    assert "· what was still so is taken to go on to 2026-12-31 ·" in heading(shown)
    names = [trace.name for trace in shown.data if trace.showlegend]
    assert {"assumed to go on", "denial assumed to go on"} <= set(names)


def test_what_a_record_says_is_needed_to_carry_it() -> None:
    """A frame that does not say of whom its records are cannot be carried: the column is named."""
    mine = states.frame().drop(columns="subject")
    with pytest.raises(UnknownNameError) as caught:
        figure.timeline(mine, carry_to="2022")
    start = "carry_to ends where the opposite is stated, so it needs what a record says: unknown column 'subject' "
    assert str(caught.value).startswith(start)


def test_no_veil_lies_on_what_a_source_states() -> None:
    """Of events that have no horizon the last day is one of which a source speaks."""
    (veil,) = [shape for shape in figure.timeline(types="clash").layout.shapes if shape.fillcolor == look.VEIL]
    assert pd.Timestamp(veil.x0, unit="ms") == pd.Timestamp("2022-09-14")


def test_hostile_text_is_escaped_wherever_it_is_shown() -> None:
    """Markup in title, quote, id, lane and title of the figure comes out as text."""
    bad = "</script><img src=x onerror=alert(1)>"
    mine = states.frame().head(1).assign(record_id=bad, title=bad, quote=bad * 400, citation=bad, country=bad)
    shown = figure.timeline(mine, lanes="country", title=bad)
    texts = [heading(shown), *(note.text for note in shown.layout.annotations)]
    texts += [
        str(text)
        for trace in shown.data
        for part in (trace.hovertext, getattr(trace, "text", None))
        for text in np.atleast_1d(part)
    ]
    assert len([text for text in texts if "&lt;img" in text]) >= 4
    assert [text for text in texts if "<img" in text or "<script" in text or "</script" in text] == []
    assert max(map(len, texts)) < 2000


def test_half_characters_do_not_break_the_figure() -> None:
    """A lone surrogate in a title is replaced, and the figure can be written."""
    mine = states.frame().head(1)
    mine["title"] = pd.Series(["half \ud800 character"], dtype=object)
    assert "half \ufffd character" in figure.timeline(mine).to_json(engine="json").encode().decode("unicode_escape")


def test_an_unknown_type_entity_or_column_is_named_with_the_nearest() -> None:
    """A misspelling is answered with what exists."""
    with pytest.raises(UnknownNameError, match=r"^unknown type 'clashes' \(nearest: clash; known: clash, "):
        figure.timeline(types="clashes")
    with pytest.raises(UnknownNameError, match=r"nearest: Türkiye"):
        figure.timeline(entities="Turkye")
    bounds = states.frame()[["start_earliest", "end_latest"]]
    with pytest.raises(UnknownNameError, match=r"^unknown column 'type' \(known: start_earliest, end_latest\)$"):
        figure.timeline(bounds, types="clash")
    with pytest.raises(UnknownNameError, match=r"^unknown column 'subject' \(known: start_earliest, end_latest\)$"):
        figure.timeline(bounds, entities="TUR")


def test_a_size_in_which_nothing_can_be_read_is_refused() -> None:
    """Too narrow or too low a figure is an error that says how much it needs."""
    with pytest.raises(InvalidValueError, match=r"^width 200 is too narrow: it must be at least 320 pixels$"):
        figure.timeline(width=200)
    with pytest.raises(
        InvalidValueError, match=r"^height 100 leaves no room for the rows: it must be above \d+ pixels$"
    ):
        figure.timeline(height=100, rows="records")
    with pytest.raises(InvalidValueError, match=r"^end 1999 is before start 2000$"):
        figure.timeline(start="2000", end="1999", rows="records")


def test_the_height_grows_with_the_records_or_is_the_one_given() -> None:
    """Without a height every row has its full size; with one, the figure has it."""
    assert figure.timeline(height=700, rows="records").layout.height == 700
    few, all_of_them = (
        figure.timeline(types="clash", rows="records").layout.height,
        figure.timeline(rows="records").layout.height,
    )
    assert all_of_them - few > 25 * (42 - 5)


def test_above_200_records_a_figure_is_packed() -> None:
    """So many records are as high as a screen, not as their rows would be."""
    few, most = (figure.timeline(many(count)).layout.height for count in (200, 300))
    assert few > 200 * 26
    assert most < few / 4


def test_the_legend_explains_the_marks_that_occur() -> None:
    """The legend has one entry for each mark drawn, and none for a lane."""
    entries = [trace.name for trace in figure.timeline(types="clash", layer="seed").data if trace.showlegend]
    assert entries == ["event within a window", "no source speaks"]
    every = [trace.name for trace in figure.timeline(states.frame(), carry_to=states.CARRIED).data if trace.showlegend]
    assert every == [name for mark, name in look.LEGEND.items() if mark not in ("disagree", "gap")]


def test_each_trace_has_one_colour() -> None:
    """Not one trace carries an array of colours: that is what makes large figures slow, and hatches black."""
    checked = 0
    for shown in (figure.timeline(), figure.timeline(states.frame())):
        for trace in shown.data:
            if trace.type == "bar":
                assert isinstance(trace.marker.color, str)
                assert trace.marker.pattern.fillmode in (None, "replace")
                checked += 1
    assert checked > 20


def test_the_config_offers_no_upload() -> None:
    """The button that sends a chart to somebody's cloud is off, and so is the logo."""
    assert figure.CONFIG["showSendToCloud"] is False
    assert figure.CONFIG["displaylogo"] is False


def many(count: int) -> pd.DataFrame:
    """Make records by arithmetic."""
    first = pd.Timestamp("1990-01-01") + pd.to_timedelta(np.arange(count) * 7919 % 9000, unit="D")
    days = dict(zip(["start_earliest", "start_latest", "end_earliest", "end_latest"], (0, 30, 300, 330), strict=True))
    return pd.DataFrame(
        {"record_id": np.arange(count), **{name: first + pd.Timedelta(days=d) for name, d in days.items()}}
    )


def test_above_the_limit_all_records_are_drawn_in_pictures() -> None:
    """Above 5,000 records each still has its marks and its words; up to it, there are bars and labels."""
    shown = figure.timeline(many(look.MANY + 1))
    points = [trace for trace in shown.data if trace.meta == "record"]
    assert sum(len(trace.x) for trace in points) == look.MANY + 1
    assert {name for trace in points for name in trace.hovertext} == set(map(str, range(look.MANY + 1)))
    for mark in ("certain", "possible"):
        stretches = [re.search(f"(?:^| ){mark}: (\\d+);", picture.name) for picture in shown.layout.images]
        assert sum(int(found[1]) for found in stretches if found) == look.MANY + 1
    assert sum(picture.source.count("M") for picture in shown.layout.images) == 2 * 2 * (look.MANY + 1)
    below = figure.timeline(many(look.MANY), quotes=False)
    assert {trace.type for trace in below.data if trace.meta in ("certain", "possible")} == {"bar"}


def test_no_grid_runs_over_pictures_and_a_denial_is_an_outline() -> None:
    """Above 5,000 records there is no grid, which would run over the bars, and a denial is white with an edge."""
    mine = many(look.MANY + 1).assign(kind="status", end_state="ended", holds=False)
    shown = figure.timeline(mine)
    assert shown.layout.xaxis.showgrid is shown.layout.yaxis.showgrid is False
    assert figure.timeline().layout.xaxis.showgrid is True
    outline = "stroke='%23([0-9A-F]+)' stroke-width='1.5' stroke-linecap='butt' fill='%23FFFFFF'"
    assert [re.findall(outline, picture.source) for picture in shown.layout.images] == [["0072B2"]]
    denied = [trace for trace in shown.data if trace.name == look.LEGEND["denied"]]
    assert [trace.marker.color for trace in denied] == [look.PAPER]


def test_a_hundred_thousand_records_are_no_matter_of_seconds() -> None:
    """Nothing is done record by record: a hundred thousand take less than two seconds of the processor."""
    frame = many(100_000)
    figure.timeline(frame.head(look.MANY + 1))
    start = time.process_time()
    figure.timeline(frame)
    assert time.process_time() - start < 2


def test_a_reader_draws_ucdp_in_three_lines(tmp_path: Path) -> None:
    """Events in the form of UCDP's are read, renamed once and drawn, every one of them, in lanes of their own."""
    path = tmp_path / "ged.csv"
    header = "id,dyad_name,country,date_start,date_end\n"
    path.write_text(
        header
        + "1,A - B,Azerbaijan,2016-04-02 00:00:00.000,2016-04-05 00:00:00.000\n2,A - C,Georgia,2008-08-08,2008-08-08\n"
    )
    mine = pd.read_csv(path)
    mine = mine.rename(columns={"date_start": "start_earliest", "date_end": "end_latest", "dyad_name": "title"})
    shown = figure.timeline(mine, lanes="country")
    assert drawn_ids(shown) == {"1", "2"}
    assert {trace.meta for trace in shown.data if not trace.showlegend} == {"window", "day", "label", "halo"}


@pytest.mark.skipif(not UCDP.is_file(), reason="no sample of UCDP beside the checkout")
def test_a_thousand_real_events_are_drawn() -> None:
    """A random thousand of UCDP's events are all drawn."""
    mine = pd.read_csv(UCDP).rename(
        columns={"date_start": "start_earliest", "date_end": "end_latest", "dyad_name": "title"}
    )
    shown = figure.timeline(mine, lanes="region")
    assert drawn_ids(shown) == set(mine["id"].astype(str))
    assert len(mine) == 1000


OWN = pd.DataFrame({"start_earliest": ["2016-04-02"] * 2, "end_latest": ["2016-04-05"] * 2, "title": [1, 2]})


@pytest.mark.parametrize("library", [pa.Table.from_pandas, pl.from_pandas, lambda own: pl.from_pandas(own).lazy()])
def test_frames_of_every_library_are_drawn(library: Callable[[pd.DataFrame], Any]) -> None:
    """Frames of Arrow and polars, lazy ones too, are drawn as the same frame of pandas is."""
    assert figure.timeline(library(OWN)).to_json() == figure.timeline(OWN).to_json()


REFUSED_FRAMES = {
    "doubled": (pd.concat([OWN, OWN[["title"]]], axis=1), "column 'title' is there 2 times: rename all but one"),
    "levels": (
        OWN.set_axis(pd.MultiIndex.from_product([["a"], OWN.columns]), axis=1),
        "the frame has columns of 2 levels, such as ('a', 'start_earliest'): give each one name",
    ),
    "zone": (
        pa.table({"start_earliest": pa.array([0], pa.timestamp("us", "Mars/Phobos")), "end_latest": ["2001"]}),
        "column 'start_earliest' holds timestamp[us, tz=Mars/Phobos], which cannot be read: convert it",
    ),
    "no frame": (7, "cannot read a builtins.int (allowed: a frame of pandas, polars, pyarrow, DuckDB or PySpark)"),
    "things": (
        OWN.assign(start_earliest=[{"a": 1}, 3.5]),
        "column 'start_earliest' mixes dict, float: convert it to one type",
    ),
}


@pytest.mark.parametrize("what", REFUSED_FRAMES)
def test_frames_that_cannot_be_drawn(what: str) -> None:
    """What cannot be read is refused by the name of the column, or of the type."""
    mine, message = REFUSED_FRAMES[what]
    with pytest.raises(InvalidValueError) as caught:
        figure.timeline(mine)
    assert str(caught.value) == message


@pytest.mark.parametrize("kind", [pa.string_view(), pa.binary_view(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_text_of_arrow_in_pandas_is_drawn_as_other_text(kind: pa.DataType) -> None:
    """Columns of any type of Arrow in a frame of pandas give the figure that plain text gives."""
    mine = {"kind": ["event", "status"], "title": ["A", "B"], "type": ["clash", None]}
    mine |= {"start_earliest": ["1994", "1995-02"], "end_latest": ["1994-05-01", "1996"]}
    plain = pa.table(mine)
    table = pa.table({name: pa.array(values, kind) for name, values in mine.items()})
    drawn = figure.timeline(table.to_pandas(types_mapper=pd.ArrowDtype))
    assert drawn.to_json() == figure.timeline(plain.to_pandas()).to_json()


def test_a_value_of_any_length_is_cut_in_a_message() -> None:
    """Of a value that is no day, and of the name of its record, a message shows what fits a line."""
    mine = pd.DataFrame({"title": "A", "start_earliest": ["x" * 9_999], "end_latest": "1999"}, index=["r" * 9_999])
    with pytest.raises(InvalidValueError) as caught:
        figure.timeline(mine)
    told = f"start_earliest is not a day (YYYY-MM-DD) in 1 record: {'r' * 58} … ({'x' * 58!r} …)"
    assert str(caught.value) == told
