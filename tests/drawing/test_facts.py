"""The timeline of facts: a line for each, its pieces, what they list, and a page on which it can be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from caucasus_events.asking.questions import as_of
from caucasus_events.drawing import facts, figure, layout, look, marks
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.reading import tables

BORDER = "turkey-armenia-border-closed"


def labels(shown: Any) -> list[str]:
    """Give the names of the rows."""
    return [str(name).strip("\u00a0") for trace in shown.data if trace.meta == "label" for name in trace.text]


def records(shown: Any) -> set[str]:
    """Give the ids of all records that any mark lists."""
    ids = [name for trace in shown.data if trace.meta in look.LEGEND for name in trace.customdata]
    return {name for listed in ids for name in listed.split("; ")}


def words(shown: Any, mark: str, identity: str) -> list[str]:
    """Give what is shown at a mark, line by line."""
    for trace in shown.data:
        if trace.meta == mark and trace.hovertext is not None and identity in list(trace.customdata):
            return str(trace.hovertext[list(trace.customdata).index(identity)]).split("<br>")
    raise AssertionError(identity)


def own(**columns: Any) -> pd.DataFrame:
    """Make two reports of one war of a reader's own, and a ceasefire, as a frame of all columns that facts need."""
    days = {
        "start_earliest": ["2001-01-01", "2003-01-01", "2002-05-05"],
        "end_latest": ["2002-01-01", None, "2002-05-05"],
    }
    days |= {"start_latest": days["start_earliest"], "end_earliest": ["2002-01-01", "2004-01-01", "2002-05-05"]}
    said = {"id": ["a", "b", "c"], "kind": ["status", "status", "event"], "type": ["siege", "siege", "ceasefire"]}
    said |= {"title": ["A siege", "A siege", "The end"], "subject": ["ARM", "ARM", "ARM"], "object": ["Q", "Q", "AZE"]}
    said |= {"holds": [True, True, None], "end_state": ["ended", "ongoing", None]}
    said |= {"speaks_until": ["2004-01-01", "2004-01-01", None]}
    return pd.DataFrame({**said, **days, **columns})


def test_the_released_data_are_drawn_as_facts_and_no_record_is_lost() -> None:
    """Left alone, the figure has a row for each line, which together list every record; records have a row each."""
    shown = figure.timeline()
    assert records(shown) == set(tables.load_timeline()["record_id"])
    assert len(labels(shown)) == 35
    assert "Clashes: Armenia – Azerbaijan (3)" in labels(shown)
    assert "35 lines, 42 records ·" in shown.layout.title.text
    assert len(labels(figure.timeline(rows="records"))) == 42
    assert figure.timeline(rows="facts") == shown


def test_other_rows_are_refused() -> None:
    """What is neither facts nor records is named with the nearest."""
    with pytest.raises(InvalidValueError) as caught:
        figure.timeline(rows="fact")
    assert str(caught.value) == "unknown value of rows 'fact' (nearest: facts; known: facts, records)"


@pytest.mark.parametrize("day", ["1993-06-01", "2000-01-01", "2020-07-23", "2024-01-01"])
def test_a_bar_covers_a_day_where_the_answer_is_yes_or_no(day: str) -> None:
    """On a day the solid and tinted bars of statuses are the yeses of as_of, and the outlines its noes."""
    asked = {"yes": ("certain", "corroborated"), "no": ("denied", "denied corroborated")}
    shown, place = figure.timeline(types=list(as_of(day)["type"].unique())), pd.Timestamp(day).timestamp() * 1000
    answered = as_of(day)
    for answer, of_answer in asked.items():
        bars = [
            name
            for trace in shown.data
            if trace.type == "bar" and trace.meta in of_answer
            for name, base, length in zip(trace.customdata, trace.base, trace.x, strict=True)
            # A bar that ends in an arrowhead is drawn as two, of which the stem reaches the end.
            if base <= place < base + length
        ]
        said = answered.loc[answered["answer"] == answer, "status_ids"]
        assert {name for listed in said for name in listed.split("; ")} <= {n for bar in bars for n in bar.split("; ")}
        assert len(set(bars)) == len(said)


def test_a_piece_lists_its_records() -> None:
    """Pointed at, a piece says the line, its days, the answer and by whom, the answer on a day, and each record."""
    shown = figure.timeline(types="membership", as_of="2021-01-01")
    both = "armenia-csto-membership; armenia-csto-membership-2002"
    assert words(shown, "certain", both) == [
        "<b>Armenia is a member of the CSTO</b>",
        "2020-07-23: yes, by documents",
        "on 2021-01-01: yes, by other sources",
        "\u00a0",
        "start 2003-09-18",
        "still so on 2020-07-23",
        "start by corroboration, end by the seed",
        "<i>“Armenia is a member of the CSTO, to this day.”</i>",
        "A. Chronicler, “A Chronicle of the South Caucasus, Retold",
        "for Tests”, The Test Gazette, 23 July 2020 (first",
        "published by The Chronicle Office).",
        "armenia-csto-membership",
        "\u00a0",
        "start 2002-10-07",
        "still so on 2025-03-31",
        "stated by other sources alone, confidence high",
        "Armenia has been a member since the charter was signed on",
        "7 October 2002",
        "The Test Almanac (2021); The Test Gazetteer (2025)",
        "armenia-csto-membership-2002",
    ]


def test_white_says_why() -> None:
    """Pointed at, what is white says the reason why the answer is unknown."""
    shown = figure.timeline(types="border_closed")
    assert words(shown, "gap", BORDER) == [
        "<b>Turkey keeps its border with Armenia closed</b>",
        "not after 1993-03-31: unknown (before the stated start)",
    ]
    assert [trace.name for trace in shown.data if trace.showlegend][-2:] == [look.LEGEND["gap"], look.LEGEND["veil"]]


def test_events_that_cannot_be_told_apart_are_listed_together() -> None:
    """Of marks that lie on each other, each lists the records of all, and the rest is counted."""
    mine = pd.concat([own()[2:].assign(id=name, title=f"End {name}") for name in "abcdefghi"], ignore_index=True)
    mine = mine.assign(quote="One word after another. " * 12)
    shown = words(figure.timeline(mine, rows="facts"), "day", "a")
    assert shown[0] == "<b>Ceasefires: Armenia – Azerbaijan (9)</b>"
    assert [line for line in shown if line.startswith("<b>End")] == [f"<b>End {name}</b>" for name in "abc"]
    assert shown[-1] == "and 6 more"


def test_long_events_lie_behind_short_ones() -> None:
    """A stretch of more than 45 days is a bar; a battle in it a diamond, drawn after it, with white behind."""
    mine = own().iloc[[2, 2, 2]].assign(id=["war", "battle", "brief"], title=["War", "Battle", "Brief"])
    ends = {"end_earliest": ["2002-06-20", "2002-05-05", "2002-06-18"]}
    mine = mine.assign(**ends, end_latest=ends["end_earliest"])
    shown = figure.timeline(mine, rows="facts")
    drawn = [
        (trace.meta, list(trace.customdata))
        for trace in shown.data
        if trace.meta in (*look.LEGEND, "halo") and trace.customdata is not None
    ]
    assert drawn == [("certain", ["war"]), ("day", ["battle", "brief"])]
    assert [trace.meta for trace in shown.data][:3] == ["certain", "halo", "day"]


def test_a_frame_is_drawn_as_facts_if_asked() -> None:
    """A reader's own rows of one proposition are one line, with types and parties that the dataset does not have."""
    shown = figure.timeline(own(), rows="facts")
    assert labels(shown) == ["The end", "A siege"]
    assert records(shown) == {"a", "b", "c"}
    assert len(labels(figure.timeline(own()))) == 3
    assert {trace.meta for trace in shown.data if trace.meta in look.LEGEND} == {"gap", "certain", "ongoing", "day"}


def test_the_first_column_that_facts_need_is_named() -> None:
    """A frame that does not say of whom its rows are cannot be facts."""
    mine = own().drop(columns=["object", "holds"])
    with pytest.raises(UnknownNameError) as caught:
        figure.timeline(mine, rows="facts")
    needed = "type, title, subject, object, holds, start_earliest, start_latest, end_earliest, end_latest"
    assert str(caught.value).startswith(
        f"rows='facts' needs {needed}, end_state, speaks_until: unknown column 'object' (nearest: subject; known: "
    )


def test_every_row_of_a_frame_needs_an_id_of_its_own() -> None:
    """Two rows of one id cannot be told apart in what a piece lists."""
    with pytest.raises(InvalidValueError) as caught:
        figure.timeline(own(id=["a", "a", "c"]), rows="facts")
    assert str(caught.value) == (
        "rows='facts' needs an id of its own for every row (record_id, event_id, status_id, id)"
    )


def test_the_layers_of_a_frame_are_told_apart() -> None:
    """Of a frame with layers and the bounds of the seed, solid is what the seed alone makes certain."""
    alone = {f"seed_{name}": own()[name].where(own()["id"] != "b") for name in (*BOUNDS, "end_state", "speaks_until")}
    mine = own(layer=["seed", "reported", "seed"], **alone)
    shown = figure.timeline(mine, rows="facts")
    assert words(shown, "certain", "a")[1] == "2001-01-01 … 2002-01-01: yes, by documents"
    assert words(shown, "corroborated", "b")[1] == "2003-01-01 … 2004-01-01: yes, by other sources"


def test_a_height_in_which_names_cannot_be_read_is_refused() -> None:
    """Lines are never shrunk to dust: the error says what height they need."""
    with pytest.raises(InvalidValueError) as caught:
        figure.timeline(height=400)
    do = "leave it out, give at least 624, or choose types or entities"
    assert str(caught.value) == f"height 400 is too little for the names of 35 lines: {do}"
    assert figure.timeline(height=624).layout.height == 624


def test_more_lines_than_can_be_pointed_at_are_refused() -> None:
    """What is too much for a picture of facts says what to do."""
    facts.too_many(look.MANY)
    with pytest.raises(InvalidValueError) as caught:
        facts.too_many(look.MANY + 1)
    do = "choose types or entities, or draw rows='records'"
    assert str(caught.value) == f"5,001 lines are more than the 5,000 that can be drawn as facts: {do}"


def test_a_tall_page_says_days_and_lanes_again() -> None:
    """Of four hundred lines each has a name of full size; days stand above too, and lanes are named every 30 rows."""
    mine = pd.concat([own()[:1]] * 400, ignore_index=True)
    mine = mine.assign(id=np.arange(400).astype(str), object="Q" + mine.index.astype(str), title="Siege")
    shown = figure.timeline(mine, rows="facts")
    assert shown.layout.height > 400 * 20
    assert [trace.textfont.size for trace in shown.data if trace.meta == "label"] == [12]
    assert shown.layout.xaxis3.side == "top"
    assert len([note for note in shown.layout.annotations if note.text == "<b>Records</b>"]) == 13
    short = figure.timeline(types="border_closed")
    assert "xaxis3" not in short.layout


def test_a_window_keeps_the_lines_of_which_anything_is_in_it() -> None:
    """A line that was over before, or begins after, is left out; the events of a line are those of the window."""
    shown = figure.timeline(start="2022", end="2022")
    assert "Clash on the border, September 2022" not in labels(shown)
    assert [name for name in labels(shown) if "lash" in name] == [
        str(tables.load_events().set_index("event_id").loc["armenia-azerbaijan-clash-2022", "title"])
    ]
    assert "Turkey keeps its border with Armenia closed" not in labels(shown)
    assert "Armenia is a member of the CSTO" in labels(shown)


def test_lanes_may_be_whose_lines_they_are() -> None:
    """By object, the lanes are organisations, by their names."""
    shown = figure.timeline(types="membership", lanes="object")
    assert [note.text for note in shown.layout.annotations] == [
        "<b>Collective Security Treaty Org …</b>",
        "<b>Eurasian Economic Union</b>",
    ]


def test_a_carried_line_goes_on_pale() -> None:
    """What is taken to go on is a pale piece, and says so."""
    shown = figure.timeline(types="border_closed", carry_to="2026")
    assert words(shown, "carried", BORDER)[1] == "2020-07-24 … 2026-12-31: yes, taken to go on"
    assert "what was still so is taken to go on to 2026-12-31" in shown.layout.title.text


def test_sources_that_disagree_are_crossed() -> None:
    """Where one says yes and another no, the piece is crossed, with a dark edge, and lists both."""
    mine = own(holds=[True, False, None], start_earliest=["2001-01-01"] * 3, start_latest=["2001-01-01"] * 3)
    mine = mine.assign(end_latest=["2003-01-01"] * 3, end_earliest=["2003-01-01"] * 3, end_state="ended")
    shown = figure.timeline(mine[:2], rows="facts")
    assert words(shown, "disagree", "a; b")[1] == "2001-01-01 … 2003-01-01: unknown (sources disagree)"
    (crossed,) = [trace for trace in shown.data if trace.meta == "disagree"]
    assert (crossed.marker.pattern.shape, crossed.marker.line.color) == ("x", look.INK)


def test_the_marks_of_a_figure_are_all_explained() -> None:
    """Every mark has a name in the legend, but those that are one with another's."""
    assert {*marks.MARKS} - {*look.LEGEND} == {"ongoing denied"}
    assert layout.PAPER == look.PAPER
