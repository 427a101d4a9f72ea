"""Panels against the definition, cell by cell, and their shape, keys, files and errors."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import cell, days_between, dyad_answer, object_answer, subject_answer
from strategies import AROUND, ENTITIES, REACH, TYPES, asked, frame, statuses

from caucasus_events import __version__
from caucasus_events.asking import panels
from caucasus_events.asking.panels import panel, write_panel
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.model import codebook
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _periods(freq: str, start: date, end: date) -> list[list[date]]:
    """Gather the days from start to end by period, the slow way."""
    if freq == "day":
        return [[day] for day in days_between(start, end)]
    gathered: dict[tuple[int, int], list[date]] = {}
    for day in days_between(start, end):
        gathered.setdefault((day.year, (day.month - 1) // MONTHS[freq]), []).append(day)
    return list(gathered.values())


def _panel_of(rows: list[dict], unit: str, freq: str, start: date, end: date, **options: object) -> pd.DataFrame:
    """Ask for a panel of random statuses instead of the released ones."""
    loaded = {"statuses": frame(rows), "entities": tables.load("entities")}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(panels.tables, "load", lambda name, _="seed": loaded[name])
        return panel(unit, freq, start, end, **{"entities": ENTITIES, "types": list(TYPES)} | options)


def _listed(column: pd.Series) -> list[bool | None]:
    """Write a nullable column as True, False and None."""
    return [None if pd.isna(value) else bool(value) for value in column]


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("freq", ["day", "month", "quarter", "year"])
def test_dyads_are_the_definition(freq: str, directed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Every cell of a random dyad panel is what the definition gives for the days of its period."""
    checked: Counter[bool | None] = Counter()
    near = st.integers(-REACH, REACH).map(lambda number: AROUND + timedelta(days=number))

    @settings(max_examples=12, deadline=None)
    @given(statuses(min_size=12, max_size=24), near, near, st.sampled_from(panels.PERIOD_RULES), asked())
    def law(rows: list[dict], one: date, other: date, rule: str, terms: dict) -> None:
        start, end = sorted((one, other))
        found = _panel_of(rows, "dyad", freq, start, end, rule=rule, directed=directed, **terms)
        for (subject, obj), own in found.groupby(["iso3_1", "iso3_2"], observed=True):
            for kind in TYPES:
                pair = (subject, obj)
                said = [
                    [dyad_answer(rows, kind, pair, day, directed=directed, **terms) for day in period]
                    for period in _periods(freq, start, end)
                ]
                wanted = [cell(answers, rule) for answers in said]
                assert _listed(own[kind]) == wanted, (subject, obj, kind, rule)
                checked.update(wanted)

    law()
    assert checked[True] + checked[False] > 0, checked


@pytest.mark.parametrize("rule", ["any", "whole", "first", "last"])
def test_entities_are_the_definition(rule: str) -> None:
    """Every cell of a random panel of actors is what the definition gives, and never False."""
    checked: Counter[bool | None] = Counter()

    @settings(max_examples=15, deadline=None)
    @given(statuses(min_size=12, max_size=24), asked())
    def law(rows: list[dict], terms: dict) -> None:
        start, end = date(1969, 12, 25), date(1970, 1, 12)
        found = _panel_of(rows, "entity", "month", start, end, rule=rule, **terms)
        for subject, own in found.groupby("iso3", observed=True):
            for kind in TYPES:
                days = _periods("month", start, end)
                said = [[subject_answer(rows, kind, subject, day, **terms) for day in month] for month in days]
                wanted = [cell(answers, rule) for answers in said]
                assert _listed(own[kind]) == wanted
                checked.update(wanted)

    law()
    assert set(checked) == {True, None}, checked


def test_actors_and_objects_are_the_definition() -> None:
    """Every cell of an actor and an object that is named is the answer of the pair; of an actor with itself unknown."""
    checked: Counter[bool | None] = Counter()

    @settings(max_examples=15, deadline=None)
    @given(statuses(min_size=12, max_size=24), asked(), st.sampled_from(panels.PERIOD_RULES))
    def law(rows: list[dict], terms: dict, rule: str) -> None:
        start, end = date(1969, 12, 25), date(1970, 1, 12)
        types = ["alliance", "border_closed"]
        found = _panel_of(
            rows, "entity", "month", start, end, rule=rule, objects=["Turkey", "ARM"], types=types, **terms
        )
        assert found.columns.tolist()[2:] == [f"{kind}_{name}" for kind in types for name in ("TUR", "ARM")]
        for subject, own in found.groupby("iso3", observed=True):
            for kind, name in product(types, ("TUR", "ARM")):
                months = _periods("month", start, end)
                said = [[object_answer(rows, kind, (subject, name), day, **terms) for day in month] for month in months]
                wanted = [cell(answers, rule) for answers in said]
                assert _listed(own[f"{kind}_{name}"]) == wanted
                checked.update(wanted)

    law()
    assert set(checked) == {True, False, None}, checked


def test_objects_are_crossed_with_the_types_that_can_have_them() -> None:
    """However it is spelt, an object has a column by type and id, once, of each type that can have it."""
    found = panel(
        "entity",
        "day",
        "2020-07-23",
        "2020-07-23",
        types=["membership", "alliance"],
        layer="seed",
        objects=["Eurasian Economic Union", "CSTO", "EAEU", "Russia"],
    )
    assert found.columns.tolist() == ["iso3", "period", "membership_EAEU", "membership_CSTO", "alliance_RUS"]
    cells = {name: dict(zip(found["iso3"], _listed(found[name]), strict=True)) for name in found.columns[2:]}
    nobody = dict.fromkeys(("ARM", "AZE", "GEO", "RUS", "TUR", "USA"))
    assert cells == {
        "membership_EAEU": nobody | {"ARM": True, "AZE": False},
        "membership_CSTO": nobody | {"ARM": True, "AZE": False},
        "alliance_RUS": nobody | {"ARM": True},
    }
    assert found.attrs["objects"] == ["EAEU", "CSTO", "RUS"]
    every = panel("entity", "day", "2020-07-23", "2020-07-23", objects="CSTO").columns.tolist()[2:]
    known = codebook.status_types()
    can = [name for name, kind in known.items() if "organisation" in kind.object]
    assert [name.removesuffix("_CSTO") for name in every] == can


def test_memberships_of_the_first_seed() -> None:
    """On the day of the first seed Armenia is in two organisations, Azerbaijan in neither; NATO's are unknown."""
    found = panel("membership", "day", "2020-07-23", "2020-07-23", types="membership", layer="seed")
    known = found.dropna(subset="membership")
    cells = {(row.iso3, row.organisation): row.membership for row in known.itertuples()}
    assert cells == {("ARM", "CSTO"): True, ("ARM", "EAEU"): True, ("AZE", "CSTO"): False, ("AZE", "EAEU"): False}
    states, organisations = found["iso3"].nunique(), found["organisation"].nunique()
    assert (states, organisations, len(found)) == (6, 4, 24)


def test_beyond_the_sources_nothing_is_false() -> None:
    """After the last source speaks every cell is unknown, with outside="no" too."""
    for outside in ("unknown", "no"):
        found = panel("dyad", "year", "2021", "2030", outside=outside, layer="seed")
        cells = found[codebook.codes("status")]
        assert cells.size > 4_000
        assert cells.isna().all(axis=None)


def test_joins_yearly_data_in_one_merge() -> None:
    """A yearly panel with Correlates of War codes joins a frame on ccode1, ccode2, year, row by row."""
    years = np.arange(1990, 2024)
    mine = pd.DataFrame({"ccode1": 640, "ccode2": 371, "year": years, "trade": 1.5}).astype({"ccode1": "float64"})
    closed = panel("dyad", "year", "1990", "2023", types="border_closed", codes="cow", layer="seed")
    joined = mine.merge(closed, on=["ccode1", "ccode2", "year"], how="left", validate="one_to_one")
    assert len(joined) == len(mine)
    wanted = {year: True if 1993 <= year <= 2020 else None for year in years.tolist()}
    assert dict(zip(joined["year"].tolist(), _listed(joined["border_closed"]), strict=True)) == wanted


def test_shape_keys_and_types() -> None:
    """Rows are in order of the keys, then of the periods; keys, types and attrs are those that are promised."""
    found = panel("dyad", "month", "2019-11-15", "2020-02-10", entities=["Turkey", "ARM"], codes="gw", directed=False)
    assert found[["gwcode1", "gwcode2"]].drop_duplicates().to_numpy().tolist() == [[371, 640]]
    assert found["period"].dt.strftime("%Y-%m-%d").tolist() == ["2019-11-01", "2019-12-01", "2020-01-01", "2020-02-01"]
    assert found.columns.tolist() == ["gwcode1", "gwcode2", "period", *codebook.codes("status")]
    assert {str(dtype) for dtype in found.dtypes[3:]} == {"boolean"}
    assert found.attrs == {
        "unit": "dyad",
        "freq": "month",
        "objects": None,
        "rule": "any",
        "directed": False,
        "codes": "gw",
        "layer": "reported",
        "confidence": "medium",
        "outside": "unknown",
        "carry_to": None,
        "version": __version__,
    }


def test_entities_by_their_ids() -> None:
    """With codes="id" actors that are no states can be asked for."""
    found = panel("dyad", "day", "2020-07-23", "2020-07-23", entities=["XNA", "XNK"], codes="id")
    assert found.loc[found["controlled_territory"].fillna(value=False), ["entity1", "entity2"]].to_numpy().tolist() == [
        ["XNA", "XNK"]
    ]


def test_no_entities_give_an_empty_panel() -> None:
    """A panel of nobody has no rows and the right columns."""
    none, some = (panel("dyad", "year", "1990", "1991", entities=who) for who in ([], None))
    assert len(none) == 0
    assert none.columns.tolist() == some.columns.tolist()


@pytest.mark.parametrize("many", [1, 50, 1 << 20])
def test_a_file_holds_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """A panel written in blocks of any size reads back as the panel itself, attrs included."""
    monkeypatch.setattr(panels, "_ROWS_AT_ONCE", many)
    asked_for = {"directed": False, "layer": "seed", "carry_to": 2025}
    path = write_panel(tmp_path / "panel.parquet", "dyad", "month", "1992", "1994", **asked_for)
    wanted = panel("dyad", "month", "1992", "1994", **asked_for)
    assert wanted.attrs["carry_to"] == "2025"
    back = pd.read_parquet(path)
    pd.testing.assert_frame_equal(back, wanted)
    assert back.attrs == wanted.attrs
    assert [file.name for file in tmp_path.iterdir()] == ["panel.parquet"]
    assert pl.read_parquet(path)["border_closed"].sum() == wanted["border_closed"].sum() == 13


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails half-way, neither the file nor a part of it is left."""
    monkeypatch.setattr(panels, "_ROWS_AT_ONCE", 1)
    calls: list[int] = []

    def unit_rows(plan: panels.Plan, first: int, last: int) -> pd.DataFrame:
        calls.append(first)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(plan, first, last)

    real = panels.unit_rows
    monkeypatch.setattr(panels, "unit_rows", unit_rows)
    with pytest.raises(KeyboardInterrupt):
        write_panel(tmp_path / "panel.parquet", "dyad", "year", "1992", "1994", layer="seed")
    assert list(tmp_path.iterdir()) == []


# Legend: what is asked -> the error, its message.
REFUSED = [
    ({"unit": "dyads"}, InvalidValueError, "unknown unit 'dyads' (nearest: dyad; known: dyad, entity, membership)"),
    ({"freq": "week"}, InvalidValueError, "unknown freq 'week' (known: day, month, quarter, year)"),
    ({"rule": "all"}, InvalidValueError, "unknown rule 'all' (known: any, whole, first, last)"),
    ({"outside": 0}, InvalidValueError, "unknown value of outside 0 (known: unknown, no)"),
    ({"codes": "iso"}, InvalidValueError, "unknown scheme of codes 'iso' (nearest: iso3; known: iso3, cow, gw, id)"),
    ({"entities": ["ARM", "XNK"]}, UnknownNameError, "'XNK' has no iso3 code; codes='id' calls every entity by its id"),
    (
        {"unit": "membership", "entities": "XNK"},
        InvalidValueError,
        "'XNK' is of kind territory; a membership panel is of states and organisations",
    ),
    (
        {"objects": "CSTO"},
        InvalidValueError,
        "objects goes with unit 'entity' alone, not with 'dyad', whose rows have an object of their own",
    ),
    (
        {"unit": "entity", "objects": "CSTO", "types": ["military_base", "alliance"]},
        InvalidValueError,
        "'CSTO' is of kind organisation; the types asked for have as object: state, authority",
    ),
    ({"unit": "entity", "objects": ["CSTO", 3]}, InvalidValueError, "entity 3 is no text: give a name, or several"),
    ({"confidence": "hig"}, InvalidValueError, "unknown confidence 'hig' (nearest: high; known: high, medium, low)"),
    (
        {"layer": "seeds"},
        InvalidValueError,
        "unknown layer 'seeds' (nearest: seed; known: seed, corroborated, reported)",
    ),
    (
        {"carry_to": "soon"},
        InvalidValueError,
        "carry_to 'soon' cannot be read (write a date, a Timestamp, 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD')",
    ),
    ({"start": "1995", "end": "1994"}, InvalidValueError, "the end, 1994-12-31, comes before the start, 1995-01-01"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), REFUSED)
def test_refused(wrong: dict[str, object], error: type[Exception], message: str) -> None:
    """What cannot be asked is refused with what can."""
    usual: dict[str, object] = {"unit": "dyad", "freq": "year", "start": "1990", "end": "1991"}
    with pytest.raises(error) as caught:
        panel(**(usual | wrong))
    assert str(caught.value) == message


def test_unknown_type() -> None:
    """A type that does not exist is refused with the nearest."""
    with pytest.raises(UnknownNameError) as caught:
        panel("dyad", "year", "1990", "1991", types=["aliance"])
    assert str(caught.value).startswith("unknown status type 'aliance' (nearest: alliance; known: border_closed, ")


def test_options_stand_where_panel_has_them() -> None:
    """A panel in a file can be asked all that a panel can, and nothing else."""
    assert list(panels.Options.__annotations__) == list(panel.__kwdefaults__)


def test_an_option_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """A mistyped option of a panel in a file is an error, as it is of a panel, and nothing is written."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'entites'"):
        write_panel(tmp_path / "panel.parquet", "dyad", "year", "1990", "1991", entites=["ARM", "TUR"])
    assert list(tmp_path.iterdir()) == []
