"""Steps of propositions and cells, day by day against the definition."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise, permutations

import pandas as pd
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from oracle import day_answer, dyad_answer, propositions, subject_answer
from strategies import AROUND, ENTITIES, REACH, TYPES, asked, frame, in_numbers, statuses

from caucasus_events import load_statuses
from caucasus_events.asking import steps
from caucasus_events.asking.answers import ANSWERS, REASONS, Answer
from caucasus_events.errors import InvalidValueError

EPOCH = date(1970, 1, 1)
# Every day on which the random statuses differ, with some on either side, and the ends of the calendar.
DAYS = [AROUND + timedelta(days=number) for number in range(-REACH - 3, 2 * REACH + 4)]
DAYS += [date.min, date.min + timedelta(days=1), date.max - timedelta(days=1), date.max]
STATES = {answer.name.lower(): answer for answer in Answer}


def _number(day: date) -> int:
    """Count days from 1970-01-01."""
    return (day - EPOCH).days


def _tile(stretches: pd.DataFrame, key: list[str]) -> bool:
    """Say if the stretches of every key follow each other from the first day of the calendar to the last."""
    for _, of_key in stretches.groupby(key, dropna=False, observed=True):
        first, last = of_key["first_day"].tolist(), of_key["last_day"].tolist()
        if first[0] != _number(date.min) or last[-1] != _number(date.max):
            return False
        if any(after != before + 1 for before, after in zip(last, first[1:], strict=False)):
            return False
    return True


def test_steps_are_the_definition() -> None:
    """On every day, on whatever terms, every proposition has the answer and the reason that the definition gives."""
    checked: Counter[object] = Counter()

    @seed(20200723)
    @settings(max_examples=80, deadline=None, database=None)
    @given(st.one_of(statuses(min_size=6, max_size=16), statuses(min_size=8, max_size=16, crowded=True)), asked())
    def law(rows: list[dict], terms: dict) -> None:
        stretches = steps.steps(frame(rows), **in_numbers(terms))
        assert _tile(stretches, ["type", "subject", "object", "about"])
        said = stretches.astype(object).where(stretches.notna(), None).to_dict("records")
        for key, own in propositions(rows).items():
            of_key = [row for row in said if (row["type"], row["subject"], row["object"], row["about"]) == key]
            for day in DAYS:
                [row] = [row for row in of_key if row["first_day"] <= _number(day) <= row["last_day"]]
                assert (row["answer"], row["why"], row["carried"]) == day_answer(own, day, **terms), (day, own)
                checked.update({(row["answer"], row["carried"]), row["why"]})
        assert len(stretches.drop_duplicates(["type", "subject", "object", "about"])) == len(propositions(rows))

    law()
    of_one_day = {None, *REASONS} - {"no source", "changes within"}
    answers = {(answer, carried) for answer in ANSWERS for carried in (True, False)} - {("unknown", True)}
    assert set(checked) - {("unknown", True)} == of_one_day | answers, checked


def test_neighbouring_steps_differ() -> None:
    """Two stretches of a proposition that follow each other differ: none is cut in vain."""
    checked = 0

    @settings(max_examples=100, deadline=None)
    @given(statuses(min_size=1), asked())
    def law(rows: list[dict], terms: dict) -> None:
        nonlocal checked
        found = steps.steps(frame(rows), **in_numbers(terms))
        for _, own in found.groupby(["type", "subject", "object", "about"], dropna=False, observed=True):
            why = own["why"].astype(object).where(own["why"].notna(), None)
            said = list(zip(own["answer"].astype(object), why, own["carried"], strict=True))
            assert all(one != other for one, other in pairwise(said))
            checked += len(said) - 1

    law()
    assert checked > 100


@pytest.mark.parametrize("directed", [True, False])
def test_cells_of_pairs_are_the_definition(directed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """On every day the cell of every pair is what the definition gives, in order or without."""
    checked: Counter[str] = Counter()

    @settings(max_examples=30, deadline=None)
    @given(statuses(min_size=6, max_size=16), asked())
    def law(rows: list[dict], terms: dict) -> None:
        found = steps.cells(steps.steps(frame(rows), **in_numbers(terms)), pairs=True, directed=directed)
        assert _tile(found, ["type", "subject", "object"])
        by_cell = dict(iter(found.groupby(["type", "subject", "object"], observed=True)))
        for kind in TYPES:
            for subject, obj in permutations(ENTITIES, 2):
                if not directed and subject > obj:
                    continue
                for day in DAYS[::2]:
                    wanted = dyad_answer(rows, kind, (subject, obj), day, directed=directed, **terms)
                    assert _state(by_cell.get((kind, subject, obj)), day) == STATES[wanted]
                    checked[wanted] += 1

    law()
    assert set(checked) == {"yes", "no", "unknown"}, checked


def test_cells_of_actors_are_the_definition() -> None:
    """On every day the cell of every actor is yes if the definition says so, and never no."""
    checked: Counter[str] = Counter()

    @settings(max_examples=30, deadline=None)
    @given(statuses(min_size=6, max_size=16), asked())
    def law(rows: list[dict], terms: dict) -> None:
        found = steps.cells(steps.steps(frame(rows), **in_numbers(terms)), pairs=False)
        by_cell = dict(iter(found.groupby(["type", "subject"], observed=True)))
        for kind in TYPES:
            for subject in ENTITIES:
                for day in DAYS[::2]:
                    wanted = subject_answer(rows, kind, subject, day, **terms)
                    assert _state(by_cell.get((kind, subject)), day) == STATES[wanted]
                    checked[wanted] += 1

    law()
    assert set(checked) == {"yes", "unknown"}, checked


def _state(of_cell: pd.DataFrame | None, day: date) -> int:
    """Read the state of a cell on a day; who has none is unknown."""
    if of_cell is None:
        return STATES["unknown"]
    [state] = of_cell[(of_cell["first_day"] <= _number(day)) & (of_cell["last_day"] >= _number(day))]["state"]
    return int(state)


def test_a_symmetric_pair_is_one_proposition() -> None:
    """A symmetric status written in the wrong order belongs to the same proposition as the right one."""
    ally = load_statuses().query("status_id == 'armenia-russia-alliance'")
    turned = ally.assign(subject="RUS", object="ARM")
    pd.testing.assert_frame_equal(steps.steps(turned), steps.steps(ally))
    pd.testing.assert_frame_equal(steps.steps(pd.concat([ally, turned])), steps.steps(ally))


def test_no_statuses_have_no_steps() -> None:
    """Of an empty table there are no stretches and no cells, in the same columns and types."""
    some = steps.steps(load_statuses())
    none = steps.steps(load_statuses()[:0])
    assert len(none) == 0
    assert none.dtypes.equals(some.dtypes)
    for pairs in (True, False):
        assert steps.cells(none, pairs=pairs).dtypes.equals(steps.cells(some, pairs=pairs).dtypes)


def test_reasons_stand_in_their_order() -> None:
    """Answers and reasons are categories in the order in which they are tried."""
    some = steps.steps(load_statuses())
    assert some["answer"].cat.categories.tolist() == ["yes", "no", "unknown"]
    assert some["why"].cat.categories.tolist() == [
        "sources disagree",
        "between sources",
        "start uncertain",
        "end uncertain",
        "before the stated start",
        "after the stated end",
        "after the source",
        "low confidence",
        "no source",
        "changes within",
    ]


def test_terms_that_are_not_known() -> None:
    """Another value of outside or of confidence is refused with those that are allowed."""
    refused = {
        "unknown value of outside 'maybe' (known: unknown, no)": {"outside": "maybe"},
        "unknown confidence 'hig' (nearest: high; known: high, medium, low)": {"confidence": "hig"},
    }
    for message, terms in refused.items():
        with pytest.raises(InvalidValueError) as caught:
            steps.steps(load_statuses(), **terms)
        assert str(caught.value) == message
