"""A line is a fact: what is drawn on every day is what is answered of that day, and every record stands on a line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pandas as pd
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from caucasus_events import load
from caucasus_events.asking import steps
from caucasus_events.asking.answers import FIRST_DAY, LAST_DAY
from caucasus_events.drawing import lines
from caucasus_events.model import codebook, layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import PROPOSITION

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = ("events", "statuses", "participants", "entities")
NAMES = {"ARM": "Armenia", "AZE": "Azerbaijan", "RUS": "Russia", "TUR": "Turkey", "XNK": "Nagorno-Karabakh"}
# What is drawn of a day, from its answer in the layer, whether it is carried, and the answer of the documents alone.
DRAWN = {
    ("yes", False, "yes"): "certain",
    ("yes", False, "no"): "corroborated",
    ("yes", False, "unknown"): "corroborated",
    ("no", False, "no"): "denied",
    ("no", False, "yes"): "denied corroborated",
    ("no", False, "unknown"): "denied corroborated",
}
OVER = ("start unknown", "end unknown", "ongoing", "ongoing denied")


def released(**terms: Any) -> lines.Lines:
    """Give the lines of the tables as they are loaded."""
    return lines.lines_of(*(load(name) for name in TABLES), **terms)


def mark_of(answer: oracle.Answer, alone: str) -> str:
    """Say what an answer is drawn as; unknown days may be a gap, a hatch or weak."""
    said, why, carried = answer
    if said == "unknown":
        return "disagree" if why == "sources disagree" else "gap"
    return {"yes": "carried", "no": "denied carried"}[said] if carried else DRAWN[said, False, alone]


def tiles_of(found: lines.Lines) -> dict[tuple[Any, ...], pd.DataFrame]:
    """Give the pieces of each line of statuses that tile the calendar, by its proposition."""
    tiles = found.pieces[~found.pieces["mark"].isin(OVER)]
    of_lines = dict(list(tiles.groupby("line")))
    keys = found.lines[[*PROPOSITION]].astype(object).where(found.lines[[*PROPOSITION]].notna(), None)
    return {
        tuple(key): of_lines[line].sort_values("first_day")
        for line, key, kind in zip(keys.index, keys.to_numpy(), found.lines["kind"], strict=True)
        if kind == "status"
    }


def days_around(rows: list[oracle.Row], tiles: pd.DataFrame) -> Iterator[date]:
    """Give every day on which anything of some rows or pieces changes, and the days beside it."""
    numbers = {(day - date(1970, 1, 1)).days for row in rows for day in row.values() if isinstance(day, date)}
    numbers |= {*tiles["first_day"], *tiles["last_day"]}
    near = {number + step for number in numbers for step in (-1, 0, 1)}
    for number in sorted(near):
        if FIRST_DAY <= number <= LAST_DAY:
            yield date.fromordinal(number - FIRST_DAY + 1)


@st.composite
def of_two_layers(draw: st.DrawFn) -> list[oracle.Row]:
    """Draw statuses of which those of documents are dated twice: by these alone, and as others narrow them."""
    rows = draw(strategies.statuses(min_size=1, max_size=6, crowded=draw(st.booleans())))
    for row in rows:
        own = draw(strategies.bounds()) if draw(st.booleans()) else row
        alone = {name: own[name] for name in BOUNDS} | {name: row[name] for name in ("speaks_until", "end_state")}
        row.update({f"seed_{name}": day if row["layer"] == "seed" else None for name, day in alone.items()})
    return rows


@given(rows=of_two_layers(), terms=strategies.asked())
def test_every_day_of_a_line_is_drawn_as_it_is_answered(rows: list[oracle.Row], terms: dict[str, Any]) -> None:
    """Solid or tinted is yes, outlined is no, crossed is disagreement, and the rest unknown for the reason it gives."""
    terms.pop("outside")
    frame = strategies.frame(rows)
    seeds = layers.view("statuses", frame, "seed")
    found = tiles_of(lines.status_lines(frame, seeds, NAMES, **strategies.in_numbers(terms)))
    of_seed = [{**row, **{name: row[f"seed_{name}"] for name in BOUNDS}} for row in rows if row["layer"] == "seed"]
    alone = oracle.propositions(of_seed)
    together = oracle.propositions(rows)
    assert found.keys() == together.keys()
    for key, own in together.items():
        tiles = found[key]
        assert (tiles["first_day"].iloc[0], tiles["last_day"].iloc[-1]) == (FIRST_DAY, LAST_DAY)
        assert (tiles["first_day"].iloc[1:].to_numpy() == tiles["last_day"].iloc[:-1].to_numpy() + 1).all()
        for day in days_around(own, tiles):
            number = (day - date(1970, 1, 1)).days
            tile = tiles[(tiles["first_day"] <= number) & (number <= tiles["last_day"])].iloc[0]
            answer = oracle.day_answer(own, day, **terms)
            by_seed = oracle.day_answer(alone.get(key, []), day, confidence=terms["confidence"])[0]
            mark = mark_of(answer, by_seed)
            assert (None if pd.isna(tile["why"]) else tile["why"]) == answer[1]
            assert tile["mark"] in ({"gap", "possible", "weak"} if mark == "gap" else {mark})
            strong = [row for row in own if not oracle.is_weak(row, terms["confidence"])]
            weak = [row for row in own if oracle.is_weak(row, terms["confidence"])]
            loose = answer[1] in ("start uncertain", "end uncertain") and any(is_bounded(row, day) for row in strong)
            faint = mark == "gap" and not loose and any(oracle.row_answer(row, day) == "certain" for row in weak)
            assert (tile["mark"] == "possible", tile["mark"] == "weak") == (loose, faint)


def is_bounded(row: oracle.Row, day: date) -> bool:
    """Say if a row is uncertain on a day within bounds that it states on both sides."""
    unknown = {name for name in BOUNDS if row[name] is None}
    said = oracle.row_answer(row, day)
    start = (
        said == "start uncertain" and "start_earliest" not in unknown and not {"start_latest", "end_latest"} <= unknown
    )
    return start or (said == "end uncertain" and "end_latest" not in unknown)


@pytest.mark.released
@pytest.mark.parametrize("layer", layers.LAYERS)
@pytest.mark.parametrize("confidence", ["high", "medium", "low"])
@pytest.mark.parametrize("carry_to", [None, 21914])
def test_every_line_of_the_release_is_drawn_as_it_is_answered(
    layer: str, confidence: str, carry_to: int | None
) -> None:
    """On every day on which anything changes, and the days beside it, a line is what the steps of answers are."""
    found = tiles_of(released(layer=layer, confidence=confidence, carry_to=carry_to))
    swept = steps.steps(load("statuses", layer), "unknown", confidence, carry_to)
    alone = steps.steps(load("statuses", "seed"), "unknown", confidence)
    answered, of_seed = by_proposition(swept), by_proposition(alone)
    assert found.keys() == answered.keys()
    for key, tiles in found.items():
        days = np.unique(np.concatenate([rows["first_day"] for rows in (tiles, answered[key])])[:, None] + [-1, 0, 1])
        days = days[days >= FIRST_DAY]
        at, said = (step_on(rows, days) for rows in (tiles, answered[key]))
        seed = step_on(of_seed[key], days)["answer"].tolist() if key in of_seed else ["unknown"] * len(days)
        for mark, reason, answer, why, carried, by_seed in zip(
            at["mark"], at["why"], said["answer"], said["why"], said["carried"], seed, strict=True
        ):
            asked = None if pd.isna(why) else why
            assert (None if pd.isna(reason) else reason) == asked
            expected = mark_of((answer, asked, carried), by_seed)
            assert mark in ({"gap", "possible", "weak"} if expected == "gap" else {expected})


def by_proposition(stretches: pd.DataFrame) -> dict[tuple[Any, ...], pd.DataFrame]:
    """Give the stretches of each proposition."""
    grouped = stretches.groupby([*PROPOSITION], observed=True, dropna=False)
    return {tuple(None if pd.isna(part) else part for part in key): rows for key, rows in grouped}


def step_on(stretches: pd.DataFrame, days: Any) -> pd.DataFrame:
    """Give the stretch of each day, of stretches in order that tile the calendar."""
    return stretches.iloc[np.searchsorted(stretches["first_day"].to_numpy(), days, "right") - 1]


@pytest.mark.released
def test_every_record_of_the_release_stands_on_a_line() -> None:
    """No record is lost between lines, and each piece names those behind it."""
    found = released()
    named = set(found.pieces["record_ids"].str.split("; ").explode())
    assert named == set(load("timeline")["record_id"])
    assert found.lines["records"].sum() == len(load("timeline"))
    assert found.lines["line_id"].is_unique


def status(**said: Any) -> oracle.Row:
    """Make a row of the table of statuses: Armenia is a member of an organisation from 2001 to 2003."""
    days = dict(zip(BOUNDS, (date(2001, 1, 1), date(2001, 1, 1), date(2003, 1, 1), date(2003, 1, 1)), strict=True))
    who = {"type": "membership", "subject": "ARM", "object": "AZE", "about": None, "symmetric": False, "holds": True}
    told = {"end_state": "ended", "speaks_until": date(2004, 1, 1), "layer": "seed", "title": "A membership"}
    row = {"status_id": "one", **who, **days, **told, **said}
    return row | {f"seed_{name}": row[name] for name in (*BOUNDS, "speaks_until", "end_state")}


def drawn(*rows: oracle.Row) -> tuple[str, list[tuple[str, int, int]]]:
    """Give the name of the one line of some statuses, and what is drawn of it, with first and last year."""
    frame = strategies.frame(rows)
    found = lines.status_lines(frame, layers.view("statuses", frame, "seed"), NAMES, "medium", None)
    (label,) = found.lines["label"]
    kept = found.pieces[found.pieces["mark"] != "gap"]
    days = (
        [date.fromordinal(int(day) - FIRST_DAY + 1).year for day in kept[side]] for side in ("first_day", "last_day")
    )
    return label, sorted(zip(kept["mark"], *days, strict=True), key=lambda piece: piece[1:])


def test_titles_of_one_fact_become_one() -> None:
    """One title names a line; of several the pattern of the type does; and where all deny, the words of the first."""
    assert drawn(status())[0] == "A membership"
    assert drawn(status(), status(status_id="two"))[0] == "A membership"
    assert drawn(status(), status(status_id="two", title="Another"))[0] == "Membership: Armenia in Azerbaijan (2)"
    about = {"about": "XNK"}
    limited = drawn(status(**about), status(status_id="two", title="Another", **about))[0]
    assert limited == "Membership: Armenia in Azerbaijan, Nagorno-Karabakh (2)"
    never = {"holds": False}
    assert drawn(status(**never), status(status_id="two", title="Another", **never))[0] == "A membership"


def test_an_unknown_bound_is_a_stub_beside_its_bar() -> None:
    """A null start is a stub that ends where the bar begins, a null end one that begins where it ends."""
    _, opened = drawn(status(start_earliest=None))
    assert opened == [("start unknown", 1, 2000), ("certain", 2001, 2003)]
    _, closed = drawn(status(end_latest=None, end_state="unknown"))
    assert closed == [("certain", 2001, 2003), ("end unknown", 2003, 9999)]


def test_an_unknown_bound_that_another_row_knows_is_no_stub() -> None:
    """Where another row of the proposition is certain beside the bar, nothing is open."""
    other = status(status_id="two", start_earliest=date(2000, 1, 1), start_latest=date(2000, 1, 1))
    _, found = drawn(status(start_earliest=None), other)
    assert found == [("certain", 2000, 2003)]


def test_an_arrowhead_ends_what_was_still_so_and_nobody_knows_more_of() -> None:
    """A row that goes on when its source falls silent ends in an arrowhead, unless another is certain later."""
    still = status(end_state="ongoing", end_earliest=date(2004, 1, 1), end_latest=None)
    assert drawn(still)[1] == [("certain", 2001, 2004), ("ongoing", 2004, 2004)]
    later = {"start_earliest": date(2005, 1, 1), "start_latest": date(2005, 1, 1), "speaks_until": date(2007, 1, 1)}
    later |= {"status_id": "two", "end_earliest": date(2006, 1, 1), "end_latest": date(2006, 1, 1)}
    assert drawn(still, status(**later))[1] == [("certain", 2001, 2004), ("certain", 2005, 2006)]
    knowing = {**later, "start_earliest": date(2000, 1, 1), "start_latest": date(2000, 1, 1)}
    assert drawn(still, status(**knowing))[1] == [("certain", 2000, 2006)]
    assert drawn(status(**{**still, "holds": False}))[1] == [("denied", 2001, 2004), ("ongoing denied", 2004, 2004)]


def event(**said: Any) -> dict[str, Any]:
    """Make a row of the table of events: something on a day of 2001."""
    days = dict.fromkeys(BOUNDS, pd.Timestamp("2001-05-06"))
    return {"event_id": "one", "type": "talks", "title": "Talks", "location": None, "confidence": None, **days, **said}


def event_lines(events: list[dict[str, Any]], parties: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Give id and name of the lines of some events with who takes part in which role."""
    people = pd.DataFrame(parties, columns=["event_id", "entity_id", "role"])
    names = {**NAMES, "ALIYEV": "Aliyev"}
    found = lines.event_lines(pd.DataFrame(events), people, names, {"ALIYEV"}, "medium")
    return list(zip(found.lines["line_id"], found.lines["label"], strict=True))


def test_events_of_the_same_parties_are_one_line() -> None:
    """Order and role of the parties do not matter, mediators and persons are left out, and several get the plural."""
    both = [event(), event(event_id="two", title="More talks")]
    parties = [("one", "ARM", "party"), ("one", "AZE", "party"), ("one", "RUS", "mediator")]
    parties += [("two", "AZE", "actor"), ("two", "ARM", "target"), ("two", "ALIYEV", "actor")]
    assert event_lines(both, parties) == [("talks/ARM/AZE", "Talks: Armenia – Azerbaijan (2)")]
    assert event_lines(both[:1], parties) == [("talks/ARM/AZE", "Talks")]
    assert event_lines([event(), event(event_id="two")], parties) == [
        ("talks/ARM/AZE", "Talks: Armenia – Azerbaijan (2)")
    ]


def test_an_event_without_parties_is_of_its_place() -> None:
    """Whatever nobody takes part in is of its location, which may be a border; else of who mediates."""
    fled = [event(type="displacement", location="XNK"), event(event_id="two", type="displacement", location="ARM-AZE")]
    assert [name for name, _ in event_lines(fled, [])] == ["displacement/ARM/AZE", "displacement/XNK"]
    assert event_lines([event()], [("one", "RUS", "mediator")]) == [("talks/RUS", "Talks")]
    assert event_lines([event()], []) == [("talks", "Talks")]


def test_lines_stand_in_the_order_of_the_codebook() -> None:
    """In a lane events come first, then statuses, each by type and then by the first day on which anything is drawn."""
    found = lines.lines_of(*(load(name) for name in TABLES)).lines
    types = [*codebook.event_types(), *codebook.status_types()]
    lanes = [*codebook.lanes()]
    kinds = zip(found["lane"], found["kind"], found["type"], found["first_day"], strict=True)
    places = [(lanes.index(lane), kind == "status", types.index(name), day) for lane, kind, name, day in kinds]
    assert places == sorted(places)
