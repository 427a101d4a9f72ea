"""Questions to the tables, against the definition and against the seed read by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from oracle import (
    STATED_BOUNDS,
    day_answer,
    event_in_window,
    is_weak,
    propositions,
    sayings,
    was_still_so,
    window_answer,
)
from strategies import BOUNDS, asked, bounds, days, frame, in_numbers, statuses

from caucasus_events import __version__
from caucasus_events.asking import days as asked_days
from caucasus_events.asking import questions, statements, windows
from caucasus_events.asking.answers import REASONS
from caucasus_events.asking.days import Days
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.model import codebook
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from oracle import Answer, Row

KEY = ["type", "subject", "object", "about"]
# What the document alone says, which was read by hand.
as_of, between, history = (
    partial(each, layer="seed") for each in (questions.as_of, questions.between, questions.history)
)
KNOWN = "AKAR, ARM, AZE, CSTO, EAEU, EU, GEO, NATO, PUTIN, RUS, TUR, USA, XAB, XNA, XNK, XSO"
FORMS = "(write a date, a Timestamp, 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD')"

# What the first seed says of 23 July 2020, its own day, read from the article.
ON_ITS_DAY = {
    ("border_closed", "TUR", "ARM", None): "yes",
    ("no_diplomatic_relations", "ARM", "TUR", None): "yes",
    ("membership", "ARM", "CSTO", None): "yes",
    ("membership", "ARM", "EAEU", None): "yes",
    ("membership", "AZE", "CSTO", None): "no",
    ("membership", "AZE", "EAEU", None): "no",
    ("membership_aspiration", "AZE", "EU", None): "no",
    ("membership_aspiration", "AZE", "NATO", None): "no",
    ("membership_aspiration", "GEO", "EU", None): "yes",
    ("membership_aspiration", "GEO", "NATO", None): "yes",
    ("alliance", "ARM", "RUS", None): "yes",
    ("alliance", "AZE", "TUR", None): "yes",
    ("partnership", "AZE", "RUS", None): "yes",
    ("military_base", "ARM", "RUS", None): "yes",
    ("border_guards", "ARM", "RUS", None): "yes",
    ("recognised_territory", "AZE", "XNK", None): "yes",
    ("controlled_territory", "XNA", "XNK", None): "yes",
    ("breakaway_territory", "GEO", "XAB", None): "yes",
    ("breakaway_territory", "GEO", "XSO", None): "yes",
    ("supports", "ARM", "RUS", "XNK"): "yes",
    ("supports", "AZE", "RUS", "XNK"): "yes",
    ("supports", "EU", "RUS", "XNK"): "yes",
    ("supports", "TUR", "AZE", None): "yes",
    ("supports", "USA", "RUS", "XNK"): "yes",
    ("opposes", "TUR", "ARM", "XNK"): "yes",
    ("mediator", "RUS", "XNK", None): "yes",
}
CLOSED = ("border_closed", "TUR", "ARM", None)
_ROWS = st.one_of(statuses(min_size=8, max_size=16), statuses(min_size=6, max_size=12, crowded=True))


def _answers(asked: pd.DataFrame) -> dict[tuple[str | None, ...], Answer]:
    """Read a result as a mapping from proposition to answer and reason; no proposition may stand in it twice."""
    cells = asked.astype(object).where(asked.notna(), None)
    rows = cells.to_dict("records")
    read = {tuple(row[name] for name in KEY): (row["answer"], row["why"], row["carried"]) for row in rows}
    assert len(read) == len(asked)
    return read


def _behind(rows: list[Row], day: dt.date, answer: Answer, terms: dict) -> set[str]:
    """Give the ids behind the answer of a single day."""
    strong = [row for row in rows if not is_weak(row, terms["confidence"])]
    said = sayings(rows, day, terms["confidence"], terms["carry_to"])
    words = [(row, word) for row, word in said if row in strong]
    kind, why, carried = answer
    if why == "low confidence":
        found = rows
    elif why == "between sources":
        past = [row for row in strong if row["holds"] and day > row["speaks_until"] and was_still_so(row)]
        found = past + [row for row, word in words if row["holds"] and word == "start uncertain"]
    elif why and why != "sources disagree":
        found = [row for row, word in words if word == why]
    else:
        holds = {"yes": {True}, "no": {False}, "unknown": {True, False}}[kind]
        certain = {"certain", "carried"} if carried else {"certain"}
        found = [row for row, word in words if word in certain and row["holds"] in holds]
        if kind == "no" and terms["outside"] == "no":
            found += [row for row, word in words if word in STATED_BOUNDS and row["holds"]]
    return {row["status_id"] for row in found}


# ---------------------------------------------------------------------------- as_of


def test_the_first_seed_answers_every_proposition_on_its_day() -> None:
    """On the day of the article every proposition of it is yes, or no where it is denied."""
    answers = _answers(as_of("2020-07-23"))
    assert answers == {name: (answer, None, False) for name, answer in ON_ITS_DAY.items()}


@pytest.mark.parametrize("outside", ["unknown", "no"])
def test_after_the_source_nothing_is_known(outside: str) -> None:
    """On 1 January 2021 every proposition is unknown, after the source, whatever outside says."""
    answers = _answers(as_of("2021-01-01", outside=outside))
    assert answers == dict.fromkeys(ON_ITS_DAY, ("unknown", "after the source", False))


def test_before_a_stated_start_is_no_only_when_asked() -> None:
    """In 1992 the closed border is unknown; it is no for who takes the stated start at its word, and it alone."""
    expected = dict.fromkeys(ON_ITS_DAY, ("unknown", "start uncertain", False))
    before = ("unknown", "before the stated start", False)
    assert _answers(as_of("1992-06-01")) == expected | {CLOSED: before}
    assert _answers(as_of("1992-06-01", outside="no")) == expected | {CLOSED: ("no", None, False)}


def test_a_year_is_yes_only_if_all_of_it_is() -> None:
    """The border "closed since 1993" is unknown in 1993 and yes in 1994; in 2020 the source ends too early."""
    asked = {year: _answers(as_of(year))[CLOSED] for year in ("1992", "1993", "1994", "2020")}
    assert asked == {
        "1992": ("unknown", "before the stated start", False),
        "1993": ("unknown", "start uncertain", False),
        "1994": ("yes", None, False),
        "2020": ("unknown", "after the source", False),
    }
    assert _answers(as_of("2020-06"))[CLOSED] == ("yes", None, False)


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "1993", "2020-07", "9999-12-31"])
def test_every_proposition_has_a_row_on_every_day(day: str) -> None:
    """Whatever the day, each proposition of the tables is answered once, in one order and in exact types."""
    asked = as_of(day)
    assert sorted(_answers(asked), key=str) == sorted(ON_ITS_DAY, key=str)
    assert asked["type"].cat.codes.is_monotonic_increasing
    assert list(asked["type"].cat.categories) == codebook.codes("status")
    assert list(asked["answer"].cat.categories) == ["yes", "no", "unknown"]
    days_and_words = dict.fromkeys(BOUNDS, "datetime64[us]") | {"answer": "category", "why": "category"}
    days_and_words |= {"layer": "category", "carried": "bool", "references": "str"}
    words = {"type": "category", "subject": "str", "object": "str", "about": "str", "status_ids": "str"}
    assert {name: str(dtype) for name, dtype in asked.dtypes.items()} == words | days_and_words
    assert asked.index.equals(pd.RangeIndex(len(asked)))
    terms = {"confidence": "medium", "outside": "unknown", "carry_to": None}
    assert asked.attrs == {"day": day, "layer": "seed", **terms, "version": __version__}


def test_types_and_entities_narrow_the_question() -> None:
    """A type and a name keep the propositions that have them, and change none of their answers."""
    whole = _answers(as_of("2020-07-23"))
    named = _answers(as_of("2020-07-23", types=["alliance", "opposes"], entities="Türkiye"))
    assert named == {name: whole[name] for name in whole if name[0] in ("alliance", "opposes") and "TUR" in name}
    land = _answers(as_of("2020-07-23", entities=["Nagorno-Karabakh"]))
    assert set(land) == {name for name in whole if "XNK" in name[1:]}
    nobody = as_of("2020-07-23", entities="Akar")
    assert len(nobody) == 0
    pd.testing.assert_series_equal(nobody.dtypes, as_of("2020-07-23").dtypes)


def test_fast_answers_are_those_of_the_definition() -> None:
    """On random propositions, days and terms, every answer and every id behind it is that of the definition."""
    seen: Counter[Answer] = Counter()

    @settings(max_examples=100, deadline=None, database=None)
    @given(_ROWS, days(extremes=True), asked())
    def compare(rows: list[Row], day: dt.date, terms: dict) -> None:
        found = windows.answer_propositions(frame(rows), Days(day, day), **in_numbers(terms))
        expected = {name: day_answer(own, day, **terms) for name, own in propositions(rows).items()}
        assert _answers(found) == expected
        ids = dict(zip(_answers(found), found["status_ids"].str.split("; "), strict=True))
        for name, own in propositions(rows).items():
            assert set(ids[name]) == _behind(own, day, expected[name], terms)
        seen.update(expected.values())

    compare()
    assert {answer for answer, *_ in seen} == {"yes", "no", "unknown"}
    assert {carried for *_, carried in seen} == {True, False}
    # Those that take two rows and a certain day are worked out by hand.
    rare = {"sources disagree", "between sources", "no source", "changes within"}
    assert {why for _, why, _ in seen} >= {*REASONS} - rare


def test_fast_answers_of_windows_are_those_of_the_definition() -> None:
    """On random windows every proposition is yes or no only throughout, with the reason that the definition gives."""
    seen: Counter[Answer] = Counter()

    @settings(max_examples=60, deadline=None, database=None)
    @given(_ROWS, days(extremes=False), st.integers(0, 8), asked())
    def compare(rows: list[Row], first: dt.date, length: int, terms: dict) -> None:
        window = Days(first, first + dt.timedelta(days=length))
        expected = {name: window_answer(own, *window, **terms) for name, own in propositions(rows).items()}
        found = windows.answer_propositions(frame(rows), window, **in_numbers(terms))
        assert _answers(found) == expected
        assert found["status_ids"].str.len().gt(0).all()
        seen.update(expected.values())

    compare()
    assert {answer for answer, *_ in seen} == {"yes", "no", "unknown"}
    assert {carried for *_, carried in seen} == {True, False}


def test_the_smallest_layer_with_the_same_answer_is_named() -> None:
    """Of random rows, each in one of three layers, the layer of a yes or no is the first that gives it; else null."""
    seen: Counter[object] = Counter()

    @seed(20200723)
    @settings(max_examples=120, deadline=None, database=None)
    @given(_ROWS, days(extremes=False), asked())
    def compare(rows: list[Row], day: dt.date, terms: dict) -> None:
        first = {
            "seed": ("seed-a",),
            "corroborated": ("seed-a", "seed-b"),
            "reported": ("seed-a", "seed-b", "seed-c", None),
        }
        views = {name: [row for row in rows if row["source_id"] in sources] for name, sources in first.items()}
        frames = {name: frame(own) for name, own in views.items()}
        found = windows.answer_propositions(frames["reported"], Days(day, day), **in_numbers(terms))
        layers = windows.smallest_layers(found, frames, Days(day, day), **in_numbers(terms))
        answers = {
            name: {key: day_answer(own, day, **terms)[0] for key, own in propositions(views[name]).items()}
            for name in first
        }
        for key, layer in zip(_answers(found), layers.astype(object).where(layers.notna(), None), strict=True):
            said = answers["reported"][key]
            same = [name for name in first if answers[name].get(key) == said != "unknown"]
            assert layer == (same[0] if same else None)
            seen[layer] += 1

    compare()
    assert set(seen) == {"seed", "corroborated", "reported", None}, seen


def test_disagreement_and_change_name_the_rows_behind_them() -> None:
    """A row and a denial of one day disagree, and both stand behind it; a change within names both spells."""
    row = tables.load_statuses("seed").query("status_id == 'turkey-armenia-border-closed'")
    denial = row.assign(status_id="denial", holds=False)
    day = dt.date(2000, 1, 1)
    asked = windows.answer_propositions(pd.concat([row, denial]), Days(day, day))
    assert _answers(asked) == {CLOSED: ("unknown", "sources disagree", False)}
    assert asked["status_ids"].tolist() == ["denial; turkey-armenia-border-closed"]
    until, since = pd.Timestamp("1999-12-31"), pd.Timestamp("2000-01-01")
    spells = pd.concat([row.assign(end_earliest=until, end_latest=until), denial.assign(start_latest=since)])
    asked = windows.answer_propositions(spells, asked_days.read_days("1999-12"))
    assert _answers(asked) == {CLOSED: ("yes", None, False)}
    asked = windows.answer_propositions(spells, Days(dt.date(1999, 12, 1), dt.date(2000, 1, 31)))
    assert _answers(asked) == {CLOSED: ("unknown", "changes within", False)}
    assert asked["status_ids"].tolist() == ["denial; turkey-armenia-border-closed"]


def test_windows_of_several_rows_hold_those_of_each() -> None:
    """Two rows behind one answer give the narrowest windows around both, unknown where one is."""
    row = tables.load_statuses("seed").query("status_id == 'turkey-armenia-border-closed'")
    april, ended = pd.Timestamp("1993-04-03"), pd.Timestamp("2020-07-01")
    other = row.assign(
        status_id="other", start_earliest=april, start_latest=april, end_earliest=ended, end_latest=ended
    )
    day = dt.date(2000, 1, 1)
    asked = windows.answer_propositions(pd.concat([row, other]), Days(day, day))
    assert asked["status_ids"].tolist() == ["other; turkey-armenia-border-closed"]
    narrowest = [pd.Timestamp("1993-01-01"), pd.Timestamp("1993-12-31"), ended]
    assert asked[list(BOUNDS)].iloc[0].tolist()[:3] == narrowest
    assert pd.isna(asked["end_latest"].iloc[0])


def test_a_membership_is_answered_layer_by_layer() -> None:
    """Armenia's in the CSTO in 2018: its document says only that it is so in 2020, other sources since when."""
    asked_for = {"types": "membership", "entities": "ARM"}
    told = {}
    for layer in ("seed", "corroborated", "reported"):
        found = questions.as_of("2018", layer=layer, **asked_for).astype(object).set_index("object").loc["CSTO"]
        told[layer] = found[["answer", "why", "layer"]].fillna("").tolist()
        assert isinstance(found["references"], str) == (layer != "seed")
    assert told["seed"] == ["unknown", "start uncertain", ""]
    assert told["corroborated"] == told["reported"] == ["yes", "", "corroborated"]
    carried = questions.as_of("2018", layer="seed", carry_to="2018", **asked_for)
    assert not carried["carried"].any()
    later = questions.as_of("2020-12-31", layer="seed", carry_to="2020", **asked_for).set_index("object")
    assert later.loc["CSTO", ["answer", "layer", "carried"]].tolist() == ["yes", "seed", True]
    assert later.attrs["carry_to"] == "2020"


@pytest.mark.released
def test_what_no_longer_is_so_is_no_where_bounds_are_taken_at_their_word() -> None:
    """Georgia left the Commonwealth in 2009: in 2010 it is no longer a member, and who says so stands beside."""
    found = questions.as_of("2010-01-01", types="membership", entities="GEO", outside="no").set_index("object")
    assert found.loc["CIS", ["answer", "layer", "carried"]].tolist() == ["no", "reported", False]
    cited = found.loc["CIS", "references"].split("; ")
    assert set(cited) <= set(tables.load_references()["reference_id"])
    # What is listed once for readings and reported rows leads to the same sources in what is cited.
    titles = tables.load_references().set_index("reference_id").loc[cited, "url"]
    written = statements.cite(found.loc["CIS", "status_ids"].split("; "), style="apa")
    assert all(url in written for url in titles)


# ---------------------------------------------------------------------------- between and history


def test_events_of_july_2020_are_certain_in_july_and_possible_on_a_day() -> None:
    """What happened "this month" is certain up to the article's day, and only possible on the 14th."""
    july = {"armenia-azerbaijan-clashes-2020", "russia-mediation-offer-2020", "turkey-armenia-accusation-2020"}
    for start, end, certainty in (("2020-07", "2020-07", "certain"), ("2020-07-14", "2020-07-14", "possible")):
        asked = between(start, end)
        assert dict(zip(asked["event_id"], asked["certainty"], strict=True)) == dict.fromkeys(july, certainty)
        assert asked.attrs == {"start": start, "end": end, "layer": "seed", "version": __version__}
    assert str(asked["certainty"].dtype) == "category"
    assert list(asked["certainty"].cat.categories) == ["certain", "possible"]
    assert len(between("2020-07-24", "9999-12-31")) == 0


def test_types_and_entities_narrow_a_window() -> None:
    """Of a window the events of a type, or those in which somebody took part, can be asked for alone."""
    whole = between("1988", "2020")
    clashes = between("1988", "2020", types="clash", entities="Azerbaijan")
    people = tables.load_participants()
    theirs = set(people["event_id"][people["entity_id"] == "AZE"])
    expected = whole[(whole["type"] == "clash") & whole["event_id"].isin(theirs)]
    assert clashes["event_id"].tolist() == expected["event_id"].tolist()
    assert 0 < len(clashes) < len(whole)
    with pytest.raises(UnknownNameError) as error:
        between("1988", "2020", types="clashes")
    known = ", ".join(codebook.codes("event"))
    assert str(error.value) == f"unknown event type 'clashes' (nearest: clash; known: {known})"


def test_events_stand_in_the_order_of_time() -> None:
    """Over all years every event is certain, the earliest first."""
    asked = between("0001", "9999")
    assert len(asked) == len(tables.load_events("seed"))
    assert asked["start_earliest"].is_monotonic_increasing
    assert asked["event_id"].tolist()[:2] == ["turkey-armenia-border-closure-1993", "nagorno-karabakh-ceasefire-1994"]


def test_events_are_told_apart_as_the_definition_does() -> None:
    """On random events and windows the fast path says certain, possible or nothing as the definition does."""
    released = tables.load_events()
    seen: Counter[str | None] = Counter()

    @settings(max_examples=200, deadline=None, database=None)
    @given(st.lists(bounds(), min_size=1, max_size=8), days(), days())
    def compare(spells: list[dict[str, dt.date | None]], one: dt.date, other: dt.date) -> None:
        rows = [dict(released.iloc[0].astype(object)) | spell | {"event_id": f"e{n}"} for n, spell in enumerate(spells)]
        events = released.iloc[[0] * len(rows)].assign(event_id=[row["event_id"] for row in rows])
        for bound in BOUNDS:
            stated = [row[bound] and row[bound].isoformat() for row in rows]
            events[bound] = pd.array(stated, dtype="datetime64[us]")
        window = Days(min(one, other), max(one, other))
        asked = questions.events_between(events.reset_index(drop=True), window)
        expected = {row["event_id"]: event_in_window(row, *window) for row in rows}
        found = dict(zip(asked["event_id"], asked["certainty"], strict=True))
        assert found == {name: certainty for name, certainty in expected.items() if certainty}
        seen.update(expected.values())

    compare()
    assert seen.total() >= 300
    assert set(seen) == {"certain", "possible", None}


def test_history_gives_every_window_of_a_pair_in_order() -> None:
    """A pair's statuses come type by type; symmetric ones in either order, directed ones as asked."""
    asked = history("Turkey", "Armenia")
    assert asked["status_id"].tolist() == [
        "turkey-armenia-border-closed",
        "armenia-turkey-no-diplomatic-relations",
        "turkey-armenia-nagorno-karabakh-opposes",
    ]
    assert history("ARM", "TUR")["status_id"].tolist() == ["armenia-turkey-no-diplomatic-relations"]
    assert asked.attrs == {"layer": "seed", "confidence": "medium", "carry_to": None, "version": __version__}
    assert set(history("Georgia")["object"]) == {"EU", "NATO", "XAB", "XSO"}
    assert set(history("Ankara").query("object == 'TUR'")["type"]) == {"no_diplomatic_relations", "alliance"}
    assert len(history("Akar")) == 0


def test_a_history_says_how_far_a_window_is_carried() -> None:
    """What was still so when its document spoke is carried to the last day asked for, what ended is not."""
    row = tables.load_statuses("seed").query("status_id == 'turkey-armenia-border-closed'")
    day = pd.Timestamp("2019-01-01")
    ended = row.assign(status_id="ended", end_earliest=day, end_latest=day, end_state="ended")
    number = (dt.date(2024, 12, 31) - dt.date(1970, 1, 1)).days
    found = questions.windows_of(pd.concat([row, ended]), "TUR", carry_to=number).set_index("status_id")
    assert found["carried_until"].to_dict() == {
        "ended": pd.NaT,
        "turkey-armenia-border-closed": pd.Timestamp("2024-12-31"),
    }
    told = history("Turkey", "Armenia", carry_to="2024")
    assert told["carried_until"].notna().tolist() == (told["end_state"] == "ongoing").tolist()
    assert told.attrs["carry_to"] == "2024"
    assert history("Turkey", "Armenia")["carried_until"].isna().all()


def test_spells_of_one_proposition_stand_in_the_order_of_time() -> None:
    """An earlier window comes first, one without a known start before all."""
    row = tables.load_statuses("seed").query("status_id == 'turkey-armenia-border-closed'")
    early = row.assign(status_id="early", start_earliest=pd.Timestamp("1921-01-01"))
    open_start = row.assign(status_id="open", start_earliest=pd.NaT)
    asked = questions.windows_of(pd.concat([row, early, open_start]), "TUR", "ARM")
    assert asked["status_id"].tolist() == ["open", "early", "turkey-armenia-border-closed"]


def test_asking_changes_no_table() -> None:
    """A result may be changed at will: the next one is as the first."""
    first = as_of("2020-07-23")
    first.loc[:, "subject"] = "nobody"
    assert _answers(as_of("2020-07-23")) == {name: (answer, None, False) for name, answer in ON_ITS_DAY.items()}


# ---------------------------------------------------------------------------- errors


def test_start_and_end_are_named_in_their_errors() -> None:
    """A window with a wrong end says so; one with a zone at one side names that side."""
    with pytest.raises(InvalidValueError) as error:
        between("1994", "1993")
    assert str(error.value) == "the end, 1993-12-31, comes before the start, 1994-01-01"
    with pytest.raises(InvalidValueError) as error:
        between("1993", "soon")
    assert str(error.value) == f"end 'soon' cannot be read {FORMS}"
    with pytest.raises(InvalidValueError) as error:
        between("1993", pd.Timestamp("1994-01-01", tz="UTC"))
    assert str(error.value) == (
        "end 1994-01-01 00:00:00+00:00 has a time zone; the days of this dataset have none: give the date alone"
    )
    assert between("1993-05", "1993")["event_id"].tolist() == ["turkey-armenia-border-closure-1993"]


def test_unknown_words_come_with_the_nearest_and_the_known() -> None:
    """A mistyped type, entity or value of outside lists what there is."""
    known = ", ".join(codebook.codes("status"))
    with pytest.raises(UnknownNameError) as error:
        as_of("2020", types="border_close")
    assert str(error.value) == f"unknown status type 'border_close' (nearest: border_closed; known: {known})"
    with pytest.raises(UnknownNameError) as error:
        as_of("2020", entities=["ARM", "Gorgia"])
    assert str(error.value) == f"unknown entity 'Gorgia' (nearest: Georgia; known: {KNOWN})"
    with pytest.raises(UnknownNameError) as error:
        history("Armenia", "Turkei")
    assert str(error.value) == f"unknown entity 'Turkei' (nearest: Turkey; known: {KNOWN})"
    with pytest.raises(InvalidValueError) as error:
        as_of("2020", outside="maybe")
    assert str(error.value) == "unknown value of outside 'maybe' (known: unknown, no)"
