"""Questions to the tables, against the definition and against the seed read by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import day_answer, event_in_window, propositions, row_answer, window_answer
from strategies import BOUNDS, bounds, days, frame, statuses

from caucasus_events import __version__
from caucasus_events.asking import days as asked_days
from caucasus_events.asking import questions
from caucasus_events.asking.days import Days
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.model import codebook
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from oracle import Answer, Row

KEY = ["type", "subject", "object", "about"]
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


def _answers(asked: pd.DataFrame) -> dict[tuple[str | None, ...], Answer]:
    """Read a result as a mapping from proposition to answer and reason; no proposition may stand in it twice."""
    cells = asked.astype(object).where(asked.notna(), None)
    read = {tuple(row[name] for name in KEY): (row["answer"], row["why"]) for row in cells.to_dict("records")}
    assert len(read) == len(asked)
    return read


def _behind(rows: list[Row], first: dt.date, answer: Answer) -> set[str]:
    """Give the ids behind the answer of a single day."""
    said = {row["status_id"]: (row_answer(row, first), row["holds"]) for row in rows}
    if answer[0] == "unknown" and answer[1] != "sources disagree":
        return {identity for identity, (word, _) in said.items() if word == answer[1]}
    holds = {"yes": {True}, "no": {False}, "unknown": {True, False}}[answer[0]]
    return {identity for identity, (word, true) in said.items() if word == "certain" and true in holds}


# ---------------------------------------------------------------------------- as_of


def test_the_first_seed_answers_every_proposition_on_its_day() -> None:
    """On the day of the article every proposition of it is yes, or no where it is denied."""
    answers = _answers(questions.as_of("2020-07-23"))
    assert answers == {name: (answer, None) for name, answer in ON_ITS_DAY.items()}


@pytest.mark.parametrize("outside", ["unknown", "no"])
def test_after_the_source_nothing_is_known(outside: str) -> None:
    """On 1 January 2021 every proposition is unknown, after the source, whatever outside says."""
    answers = _answers(questions.as_of("2021-01-01", outside=outside))
    assert answers == dict.fromkeys(ON_ITS_DAY, ("unknown", "after the source"))


def test_before_a_stated_start_is_no_only_when_asked() -> None:
    """In 1992 the closed border is unknown; it is no for who takes the stated start at its word, and it alone."""
    expected = dict.fromkeys(ON_ITS_DAY, ("unknown", "start uncertain"))
    before = ("unknown", "before the stated start")
    assert _answers(questions.as_of("1992-06-01")) == expected | {CLOSED: before}
    assert _answers(questions.as_of("1992-06-01", outside="no")) == expected | {CLOSED: ("no", None)}


def test_a_year_is_yes_only_if_all_of_it_is() -> None:
    """The border "closed since 1993" is unknown in 1993 and yes in 1994; in 2020 the source ends too early."""
    asked = {year: _answers(questions.as_of(year))[CLOSED] for year in ("1992", "1993", "1994", "2020")}
    assert asked == {
        "1992": ("unknown", "before the stated start"),
        "1993": ("unknown", "start uncertain"),
        "1994": ("yes", None),
        "2020": ("unknown", "after the source"),
    }
    assert _answers(questions.as_of("2020-06"))[CLOSED] == ("yes", None)


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "1993", "2020-07", "9999-12-31"])
def test_every_proposition_has_a_row_on_every_day(day: str) -> None:
    """Whatever the day, each proposition of the tables is answered once, in one order and in exact types."""
    asked = questions.as_of(day)
    assert sorted(_answers(asked), key=str) == sorted(ON_ITS_DAY, key=str)
    assert asked["type"].cat.codes.is_monotonic_increasing
    assert list(asked["type"].cat.categories) == codebook.codes("status")
    assert list(asked["answer"].cat.categories) == ["yes", "no", "unknown"]
    days_and_words = dict.fromkeys(BOUNDS, "datetime64[us]") | {"answer": "category", "why": "category"}
    words = {"type": "category", "subject": "str", "object": "str", "about": "str", "status_ids": "str"}
    assert {name: str(dtype) for name, dtype in asked.dtypes.items()} == words | days_and_words
    assert asked.index.equals(pd.RangeIndex(len(asked)))
    assert asked.attrs == {"day": day, "dates": "seed", "outside": "unknown", "version": __version__}


def test_types_and_entities_narrow_the_question() -> None:
    """A type and a name keep the propositions that have them, and change none of their answers."""
    whole = _answers(questions.as_of("2020-07-23"))
    named = _answers(questions.as_of("2020-07-23", types=["alliance", "opposes"], entities="Türkiye"))
    assert named == {name: whole[name] for name in whole if name[0] in ("alliance", "opposes") and "TUR" in name}
    land = _answers(questions.as_of("2020-07-23", entities=["Nagorno-Karabakh"]))
    assert set(land) == {name for name in whole if "XNK" in name[1:]}
    nobody = questions.as_of("2020-07-23", entities="Akar")
    assert len(nobody) == 0
    pd.testing.assert_series_equal(nobody.dtypes, questions.as_of("2020-07-23").dtypes)


def test_fast_answers_are_those_of_the_definition() -> None:
    """On thousands of random propositions and days, every answer and every id behind it is that of the definition."""
    seen: Counter[Answer] = Counter()

    @settings(max_examples=150, deadline=None, database=None)
    @given(statuses(min_size=10, max_size=30), days(extremes=True), st.sampled_from(["unknown", "no"]))
    def compare(rows: list[Row], day: dt.date, outside: str) -> None:
        asked = questions.answer_propositions(frame(rows), Days(day, day), outside)
        expected = {name: day_answer(own, day, outside) for name, own in propositions(rows).items()}
        assert _answers(asked) == expected
        ids = dict(zip(_answers(asked), asked["status_ids"].str.split("; "), strict=True))
        for name, own in propositions(rows).items():
            if outside == "unknown":
                assert set(ids[name]) == _behind(own, day, expected[name])
            assert set(ids[name]) <= {row["status_id"] for row in own}
        seen.update(expected.values())

    compare()
    assert seen.total() >= 1500
    reasons = {why for _, why in seen}
    assert {"start uncertain", "end uncertain", "before the stated start", "after the stated end"} <= reasons
    assert {answer for answer, _ in seen} == {"yes", "no", "unknown"}
    assert "after the source" in reasons


def test_fast_answers_of_windows_are_those_of_the_definition() -> None:
    """On random windows every proposition is yes or no only throughout, with the reason that the definition gives."""
    seen: Counter[Answer] = Counter()

    @settings(max_examples=150, deadline=None, database=None)
    @given(
        statuses(min_size=10, max_size=30), days(extremes=False), st.integers(0, 12), st.sampled_from(["unknown", "no"])
    )
    def compare(rows: list[Row], first: dt.date, length: int, outside: str) -> None:
        window = Days(first, first + dt.timedelta(days=length))
        expected = {name: window_answer(own, *window, outside) for name, own in propositions(rows).items()}
        asked = questions.answer_propositions(frame(rows), window, outside)
        assert _answers(asked) == expected
        assert asked["status_ids"].str.len().gt(0).all()
        seen.update(expected.values())

    compare()
    assert seen.total() >= 1500
    assert {answer for answer, _ in seen} == {"yes", "no", "unknown"}


def test_disagreement_and_change_name_the_rows_behind_them() -> None:
    """A row and a denial of one day disagree, and both stand behind it; a change within names both spells."""
    row = tables.load_statuses().query("status_id == 'turkey-armenia-border-closed'")
    denial = row.assign(status_id="denial", holds=False)
    day = dt.date(2000, 1, 1)
    asked = questions.answer_propositions(pd.concat([row, denial]), Days(day, day))
    assert _answers(asked) == {CLOSED: ("unknown", "sources disagree")}
    assert asked["status_ids"].tolist() == ["denial; turkey-armenia-border-closed"]
    until, since = pd.Timestamp("1999-12-31"), pd.Timestamp("2000-01-01")
    spells = pd.concat([row.assign(end_earliest=until, end_latest=until), denial.assign(start_latest=since)])
    asked = questions.answer_propositions(spells, asked_days.read_days("1999-12"))
    assert _answers(asked) == {CLOSED: ("yes", None)}
    asked = questions.answer_propositions(spells, Days(dt.date(1999, 12, 1), dt.date(2000, 1, 31)))
    assert _answers(asked) == {CLOSED: ("unknown", "changes within")}
    assert asked["status_ids"].tolist() == ["denial; turkey-armenia-border-closed"]


def test_windows_of_several_rows_hold_those_of_each() -> None:
    """Two rows behind one answer give the narrowest windows around both, unknown where one is."""
    row = tables.load_statuses().query("status_id == 'turkey-armenia-border-closed'")
    april, ended = pd.Timestamp("1993-04-03"), pd.Timestamp("2020-07-01")
    other = row.assign(
        status_id="other", start_earliest=april, start_latest=april, end_earliest=ended, end_latest=ended
    )
    day = dt.date(2000, 1, 1)
    asked = questions.answer_propositions(pd.concat([row, other]), Days(day, day))
    assert asked["status_ids"].tolist() == ["other; turkey-armenia-border-closed"]
    windows = [pd.Timestamp("1993-01-01"), pd.Timestamp("1993-12-31"), ended]
    assert asked[list(BOUNDS)].iloc[0].tolist()[:3] == windows
    assert pd.isna(asked["end_latest"].iloc[0])


# ---------------------------------------------------------------------------- between and history


def test_events_of_july_2020_are_certain_in_july_and_possible_on_a_day() -> None:
    """What happened "this month" is certain up to the article's day, and only possible on the 14th."""
    july = {"armenia-azerbaijan-clashes-2020", "russia-mediation-offer-2020", "turkey-armenia-accusation-2020"}
    for start, end, certainty in (("2020-07", "2020-07", "certain"), ("2020-07-14", "2020-07-14", "possible")):
        asked = questions.between(start, end)
        assert dict(zip(asked["event_id"], asked["certainty"], strict=True)) == dict.fromkeys(july, certainty)
        assert asked.attrs == {"start": start, "end": end, "dates": "seed", "version": __version__}
    assert str(asked["certainty"].dtype) == "category"
    assert list(asked["certainty"].cat.categories) == ["certain", "possible"]
    assert len(questions.between("2020-07-24", "9999-12-31")) == 0


def test_events_stand_in_the_order_of_time() -> None:
    """Over all years every event is certain, the earliest first."""
    asked = questions.between("0001", "9999")
    assert len(asked) == len(tables.load_events())
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
    asked = questions.history("Turkey", "Armenia")
    assert asked["status_id"].tolist() == [
        "turkey-armenia-border-closed",
        "armenia-turkey-no-diplomatic-relations",
        "turkey-armenia-nagorno-karabakh-opposes",
    ]
    assert questions.history("ARM", "TUR")["status_id"].tolist() == ["armenia-turkey-no-diplomatic-relations"]
    assert asked.attrs == {"dates": "seed", "version": __version__}
    assert set(questions.history("Georgia")["object"]) == {"EU", "NATO", "XAB", "XSO"}
    assert set(questions.history("Ankara").query("object == 'TUR'")["type"]) == {"no_diplomatic_relations", "alliance"}
    assert len(questions.history("Akar")) == 0


def test_spells_of_one_proposition_stand_in_the_order_of_time() -> None:
    """An earlier window comes first, one without a known start before all."""
    row = tables.load_statuses().query("status_id == 'turkey-armenia-border-closed'")
    early = row.assign(status_id="early", start_earliest=pd.Timestamp("1921-01-01"))
    open_start = row.assign(status_id="open", start_earliest=pd.NaT)
    asked = questions.windows_of(pd.concat([row, early, open_start]), "TUR", "ARM")
    assert asked["status_id"].tolist() == ["open", "early", "turkey-armenia-border-closed"]


def test_asking_changes_no_table() -> None:
    """A result may be changed at will: the next one is as the first."""
    first = questions.as_of("2020-07-23")
    first.loc[:, "subject"] = "nobody"
    assert _answers(questions.as_of("2020-07-23")) == {name: (answer, None) for name, answer in ON_ITS_DAY.items()}


# ---------------------------------------------------------------------------- errors


def test_start_and_end_are_named_in_their_errors() -> None:
    """A window with a wrong end says so; one with a zone at one side names that side."""
    with pytest.raises(InvalidValueError) as error:
        questions.between("1994", "1993")
    assert str(error.value) == "the end, 1993-12-31, comes before the start, 1994-01-01"
    with pytest.raises(InvalidValueError) as error:
        questions.between("1993", "soon")
    assert str(error.value) == f"end 'soon' cannot be read {FORMS}"
    with pytest.raises(InvalidValueError) as error:
        questions.between("1993", pd.Timestamp("1994-01-01", tz="UTC"))
    assert str(error.value) == (
        "end 1994-01-01 00:00:00+00:00 has a time zone; the days of this dataset have none: give the date alone"
    )
    assert questions.between("1993-05", "1993")["event_id"].tolist() == ["turkey-armenia-border-closure-1993"]


def test_unknown_words_come_with_the_nearest_and_the_known() -> None:
    """A mistyped type, entity or value of outside lists what there is."""
    known = ", ".join(codebook.codes("status"))
    with pytest.raises(UnknownNameError) as error:
        questions.as_of("2020", types="border_close")
    assert str(error.value) == f"unknown status type 'border_close' (nearest: border_closed; known: {known})"
    with pytest.raises(UnknownNameError) as error:
        questions.as_of("2020", entities=["ARM", "Gorgia"])
    assert str(error.value) == f"unknown entity 'Gorgia' (nearest: Georgia; known: {KNOWN})"
    with pytest.raises(UnknownNameError) as error:
        questions.history("Armenia", "Turkei")
    assert str(error.value) == f"unknown entity 'Turkei' (nearest: Turkey; known: {KNOWN})"
    with pytest.raises(InvalidValueError) as error:
        questions.as_of("2020", outside="maybe")
    assert str(error.value) == "unknown value of outside 'maybe' (known: unknown, no)"
