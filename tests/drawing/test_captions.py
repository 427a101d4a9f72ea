"""The words of a figure: what is said of each record, escaped."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import states

from caucasus_events.drawing import captions, figure, look, marks
from caucasus_events.model import words
from caucasus_events.model.bounds import BOUNDS


def day(text: str) -> float:
    """Count days from 1970-01-01 with the standard library of numpy."""
    return float(np.datetime64(text, "D").astype(int))


def every_window() -> pd.DataFrame:
    """Make a record of every kind for every pair of windows in which it can have begun and ended."""
    sides = [
        [("", ""), ("", two), (one, ""), (one, one), (one, two)]
        for one, two in (("1999-01-02", "2001-02-03"), ("2010-11-12", "2013-01-01"))
    ]
    kinds = [("status", "ended"), ("status", "ongoing"), ("event", "")]
    rows = [(*start, *end, *kind) for start, end, kind in itertools.product(*sides, kinds) if any(start + end)]
    rows += [(*window, *window, "event", "") for window in sides[0] if any(window)]
    return pd.DataFrame(rows, columns=[*BOUNDS, "kind", "end_state"]).replace("", None)


def test_a_window_is_written_as_in_the_rest_of_the_house() -> None:
    """Whatever side is unknown, start and end are written as words.window writes them."""
    mine = every_window().query("end_state == 'ended'").fillna("")
    start, end = captions.start_and_end(marks.prepare(mine.replace("", None)).sort_values("number"))
    assert start.tolist() == list(map(words.window, mine["start_earliest"], mine["start_latest"]))
    assert end.tolist() == list(map(words.window, mine["end_earliest"], mine["end_latest"]))


def test_of_very_many_the_browser_writes_the_same_words() -> None:
    """What the templates say when they are filled in is what is written of few records."""
    mine = every_window()
    mine = pd.concat([mine] * (look.MANY // len(mine) + 1), ignore_index=True)
    expected = captions.when(marks.prepare(mine).sort_values("number")).tolist()
    said = {}
    for trace in figure.timeline(mine).data:
        if trace.meta == "record":
            template = trace.hovertemplate.split("<br>", 1)[1].rsplit("<br>", 1)[0]
            for name, parts in zip(trace.hovertext, trace.customdata, strict=True):
                said[int(name)] = re.sub(
                    r"%{customdata\[(\d+)\]:(\d+)d}", lambda at, of=parts: f"{of[int(at[1])]:{at[2]}d}", template
                )
    assert [said[number] for number in mine.index] == expected


def test_words_never_name_an_end_that_no_source_gives() -> None:
    """What goes on is "still so" on the source's last day; an unknown side is said to be unknown."""
    records = marks.prepare(states.frame())
    said = dict(
        zip(
            records["record_id"],
            zip(*(part.tolist() for part in captions.start_and_end(records)), strict=True),
            strict=True,
        )
    )
    assert said["ongoing"] == ("1994-05-12", "still so on 2020-07-23")
    assert said["start-unknown"] == ("not after 1999-01-01", "2003-01-01")
    assert said["end-unknown"] == ("1995-01-01", "not before 1997-01-01")
    assert said["possible-both"] == ("1995-01-01 … 1995-12-31", "2001-01-01 … 2001-12-31")


def test_each_record_answers_a_day_with_its_reason() -> None:
    """One record's answer follows the order of the rules: low confidence, carried, after the source, and so on."""
    records = marks.prepare(states.frame(), carry_to=int(day(states.CARRIED)))
    names = records["record_id"].tolist()
    on = {
        text: dict(zip(names, captions.state_on(records, day(text)), strict=True))
        for text in ("1995-06-01", "2010-06-01", "2021-01-01")
    }
    assert on["1995-06-01"]["certain"] == "yes"
    assert on["1995-06-01"]["possible-both"] == "unknown (start uncertain)"
    assert on["1995-06-01"]["denied"] == "unknown (before the stated start)"
    assert on["1995-06-01"]["start-unknown"] == "unknown (start uncertain)"
    assert on["2010-06-01"]["weak"] == "unknown (low confidence)"
    later = on["2021-01-01"]
    assert (later.pop("ongoing"), later.pop("denied-ongoing")) == ("yes, taken to go on", "no, taken to go on")
    assert (later.pop("weak"), later.pop("event-weak")) == ("unknown (low confidence)",) * 2
    assert set(later.values()) == {"unknown (after the source)"}


def test_text_is_escaped_and_half_characters_are_replaced() -> None:
    """Markup, marks of direction and lone surrogates come out as text that can be written to a file."""
    hostile = pd.Series(["<b>&", "\u202eright to left", "half \ud800 character", None], dtype=object)
    assert captions.escape(hostile).tolist() == ["&lt;b&gt;&amp;", "\u202eright to left", "half \ufffd character", ""]
    assert captions.escape_many(pd.Series(["<b>&", "plain"])).tolist() == ["&lt;b&gt;&amp;", "plain"]
