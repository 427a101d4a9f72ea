"""The three layers: what a document says, what others narrow it to, what only others state; nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import caucasus_events as ce
from caucasus_events.coding import dates
from caucasus_events.errors import InvalidValueError
from caucasus_events.model import bounds, layers, rows
from caucasus_events.model.bounds import BOUNDS, Bounds, relation
from caucasus_events.model.rows import SEED_TABLES
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
DAYS = st.integers(-40, 40).map(lambda number: date(2000, 1, 1) + timedelta(days=number))
# What 1.0.0 says of each table of the seeds; these rows came before there was a second layer.
FIRST = ROOT / "validation" / "releases" / "1.0.0"


def _timestamps(bounds: Bounds) -> dict[str, pd.Timestamp]:
    """Give bounds as cells of a table."""
    return {name: pd.NaT if day is None else pd.Timestamp(day) for name, day in bounds._asdict().items()}


def _reading(bound: str, text: str, record: str = "a", **cells: object) -> dict[str, object]:
    """Give a row of corroborations that is applied."""
    row = {"reading_id": f"{record}-{bound}-{text}", "record_id": record, "bound": bound, "applied": True}
    return row | _timestamps(dates.reading_bounds(bound, text)) | cells


def _status(start: str | None, end: str | None) -> dict[str, object]:
    """Give a row of statuses, as a seed of 23 July 2020 dates it."""
    bounds, state = dates.status_bounds(start, end, date(2020, 7, 23))
    return {"status_id": "a", "end_state": state, "speaks_until": pd.Timestamp("2020-07-23")} | _timestamps(bounds)


def _sharp(record: dict[str, object], *said: dict[str, object]) -> dict[str, object]:
    """Sharpen one record."""
    columns = ["reading_id", "record_id", "bound", "applied", *BOUNDS]
    frame = pd.DataFrame([record]).astype(dict.fromkeys([*BOUNDS, "speaks_until"], "datetime64[us]"))
    read = pd.DataFrame(list(said), columns=columns).astype(dict.fromkeys(BOUNDS, "datetime64[us]"))
    return layers.sharpened(frame, read).iloc[0].to_dict()


def _days(row: dict[str, object]) -> list[str | None]:
    """Write the four bounds of a row."""
    return [None if pd.isna(row[name]) else str(row[name])[:10] for name in BOUNDS]


NARROWED = [
    # The coded start and end, the reading, the bounds, the state of the end, and until when the record speaks.
    ((None, ".."), ("start", "2003-09-18"), "2003-09-18 2003-09-18 2020-07-23 NaT ongoing 2020-07-23"),
    ((None, ".."), ("start", "[..1991-12-16]"), "NaT 1991-12-16 2020-07-23 NaT ongoing 2020-07-23"),
    (("1993", ".."), ("start", "1993-04"), "1993-04-01 1993-04-30 2020-07-23 NaT ongoing 2020-07-23"),
    ((None, ".."), ("end", "[2020-11..]"), "NaT 2020-07-23 2020-11-01 NaT ongoing 2020-11-01"),
    ((None, ".."), ("end", "2023-09"), "NaT 2020-07-23 2023-09-01 2023-09-30 ended 2023-09-30"),
    ((None, ".."), ("end", "[..2023-09]"), "NaT 2020-07-23 2020-07-23 2023-09-30 ended 2023-09-30"),
    (("1990", None), ("start", "1990-05"), "1990-05-01 1990-05-31 1990-05-01 NaT unknown 2020-07-23"),
    ((None, None), ("end", "1999"), "NaT 1999-12-31 1999-01-01 1999-12-31 ended 2020-07-23"),
]


@pytest.mark.parametrize(("coded", "said", "expected"), NARROWED)
def test_a_reading_narrows_the_window_that_it_is_about(
    coded: tuple[str | None, str | None], said: tuple[str, str], expected: str
) -> None:
    """A reading moves the bounds it speaks of, ends what it closes, and is the last word on the end."""
    row = _sharp(_status(*coded), _reading(*said))
    assert [str(row[name])[:10] for name in (*BOUNDS, "end_state", "speaks_until")] == expected.split()
    assert row["reading_ids"] == "a-{}-{}".format(*said)


def test_the_basis_names_the_window_that_moved() -> None:
    """A start that another source narrows is corroborated, an end that nobody narrows is the seed's."""
    row = _sharp(_status("1993", ".."), _reading("start", "1993-04"))
    assert (row["start_basis"], row["end_basis"]) == ("corroborated", "seed")
    untouched = _sharp(_status("1993", ".."))
    assert (untouched["start_basis"], untouched["end_basis"]) == ("seed", "seed")
    assert pd.isna(untouched["reading_ids"])


def test_a_reading_that_is_not_applied_changes_nothing() -> None:
    """What contradicts, is not preferred or is weak leaves the record as the seed dates it."""
    record = _status("1993", "..")
    assert _days(_sharp(record, _reading("start", "1993-04", applied=False))) == _days(_sharp(record))


@given(st.data())
def test_sharpening_never_widens_a_window(data: st.DataObject) -> None:
    """Whatever is read, the new windows lie within the seed's, and the relation says whether they are others."""
    first, last = sorted(data.draw(st.lists(DAYS, min_size=2, max_size=2)))
    start = data.draw(st.sampled_from([None, f"[{first}..{last}]", str(first)]))
    one, other = sorted(data.draw(st.lists(DAYS, min_size=2, max_size=2)))
    text = data.draw(st.sampled_from([str(one), f"[{one}..{other}]", f"[..{one}]", f"[{one}..]"]))
    bound = data.draw(st.sampled_from(["start", "end"]))
    seed = dates.status_bounds(start, "..", date(2020, 7, 23))[0]
    relation = bounds.relation(seed, dates.reading_bounds(bound, text))
    if relation == "contradicts":
        return
    before, after = _status(start, ".."), _sharp(_status(start, ".."), _reading(bound, text))
    for name in BOUNDS:
        narrower = after[name] >= before[name] if name.endswith("earliest") else after[name] <= before[name]
        assert pd.isna(before[name]) or narrower
    for earliest, latest in (BOUNDS[:2], BOUNDS[2:]):
        assert not after[earliest] > after[latest]
    moved = [name for name in BOUNDS if str(before[name]) != str(after[name])]
    assert (relation == "refines") == bool(moved)


def test_a_reported_record_is_its_own_basis() -> None:
    """The windows of what only other sources state are called reported, and no reading moves them."""
    row = _sharp(_status("1993", "..") | {"layer": "reported"})
    assert (row["start_basis"], row["end_basis"]) == ("reported", "reported")
    assert _days(row) == ["1993-01-01", "1993-12-31", "2020-07-23", None]


@pytest.mark.parametrize("name", tables.DATED)
def test_each_layer_contains_the_one_before(name: str) -> None:
    """The narrower layers have the rows of seeds, the widest all; what is no window is the same in each."""
    seed, sharp, best = (tables.load(name, layer) for layer in layers.LAYERS)
    coded = best[best["layer"] == "seed"].reset_index(drop=True)
    assert len(best) > len(coded) == len(sharp) == len(seed) > 0
    windows = (*BOUNDS, "end_state", "speaks_until")
    pd.testing.assert_frame_equal(sharp, coded[list(sharp)])
    same = [column for column in seed if column not in windows]
    pd.testing.assert_frame_equal(seed[same], sharp[same])
    assert set(best) - set(sharp) <= {*layers.REPORTED}
    assert set(sharp) - set(seed) <= {*layers.NARROWED}


@pytest.mark.parametrize("name", tables.DATED)
def test_the_seed_layer_is_what_the_document_alone_says(name: str) -> None:
    """The windows of the layer of seeds are the columns seed_ of the file, and it has no others of them."""
    seed, sharp = tables.load(name, "seed"), tables.load(name, "corroborated")
    alone = [column for column in sharp if column.startswith(layers.SEED)]
    for column in alone:
        pd.testing.assert_series_equal(seed[column.removeprefix(layers.SEED)], sharp[column], check_names=False)
    assert len(alone) >= 5
    assert not [column for column in seed if column.startswith(layers.SEED) or column.endswith("_basis")]
    assert (sharp["start_latest"] != sharp["seed_start_latest"]).sum() >= 3
    assert {frame.attrs["layer"] for frame in (seed, sharp)} == {"seed", "corroborated"}


@pytest.mark.parametrize("name", tables.DATED)
def test_every_basis_names_whose_window_it_is(name: str) -> None:
    """A window is corroborated where it is not the document's own, reported where there is no document, else seed."""
    best = tables.load(name)
    for basis, bounds_of in (("start_basis", BOUNDS[:2]), ("end_basis", BOUNDS[2:])):
        own = [
            best[bound].eq(best[f"seed_{bound}"]) | best[[bound, f"seed_{bound}"]].isna().all(axis=1)
            for bound in bounds_of
        ]
        expected = (own[0] & own[1]).map({True: "seed", False: "corroborated"})
        expected = expected.mask(best["layer"] == "reported", "reported")
        assert best[basis].astype(str).tolist() == expected.tolist()
        assert {"corroborated", "reported"} <= set(expected)


@pytest.mark.parametrize("name", ["events", "statuses"])
def test_what_only_one_kind_of_record_has_is_null_in_the_other(name: str) -> None:
    """A seed's record has its document and no words of others; a reported one says, with sources and confidence."""
    best = tables.load(name)
    reported = best["layer"] == "reported"
    for column in ("says", "confidence", "reference_ids"):
        assert (best[column].notna() == reported).all(), column
    for column in ("source_id", "assertion", "seed_speaks_until"):
        assert (best[column].notna() == ~reported).all(), column


FROZEN = ROOT / "validation" / "releases" / "1.1.0"
SHARED_LAYERS = [("seed", False), ("corroborated", True)]


@pytest.mark.released
@pytest.mark.parametrize("name", tables.DATED)
@pytest.mark.parametrize(("layer", "sharp"), SHARED_LAYERS)
def test_the_narrower_layers_give_what_the_last_release_gave(*, name: str, layer: str, sharp: bool) -> None:
    """Ids and shared columns of 1.1.0 are the same to the cell, with dates= then and layer= now."""
    if not FROZEN.is_dir():
        pytest.skip("the frozen releases stand in the repository only, not in wheel or sdist")
    then = pd.read_parquet(FROZEN / f"{name}.parquet")
    if sharp:
        then = layers.sharpened(then, pd.read_parquet(FROZEN / "corroborations.parquet"))
    now = tables.load(name, layer)
    key = then.columns[0]
    later = sorted(set(now[key]) - set(then[key]))
    told = tables.changes("1.1.0", table=name)
    assert sorted(set(told[told["operation"] == "added"]["id"]) & set(later)) == later
    assert sorted(set(then[key]) - set(now[key])) == []
    kept = now[now[key].isin(then[key])].reset_index(drop=True)
    # The codes of a closed list may be more by now.
    pairs = {column: (rows.texts(then[column]), rows.texts(kept[column])) for column in then if column in kept}
    assert {column: pair for column, pair in pairs.items() if pair[0] != pair[1]} == {}
    # Which readings narrow a record is told where the record is, and no longer in timeline too.
    assert [column for column in then if column not in kept] == ["reading_ids"] * (sharp and name == "timeline")
    assert len(then) * len(pairs) >= 8 * 16


@pytest.mark.released
def test_the_seed_tables_say_what_they_said_in_the_first_release() -> None:
    """Rows of the seed tables that 1.0.0 has say in its columns what they said there, unless a change is told of."""
    if not FIRST.is_dir():
        pytest.skip("the frozen releases stand in the repository only, not in wheel or sdist")
    told = set(tables.changes().query("not operation.str.endswith('added')")["table"])
    checked = 0
    for name in SEED_TABLES:
        before, now = pd.read_parquet(FIRST / f"{name}.parquet"), tables.load(name, "seed")
        key = list(rows.FILES[name].key)
        kept = now[pd.MultiIndex.from_frame(now[key]).isin(pd.MultiIndex.from_frame(before[key]))]
        if name not in told:
            assert rows.content_digest(name, before) == rows.content_digest(name, kept[before.columns])
            checked += 1
    assert checked == 8 - len(told & set(SEED_TABLES))


@pytest.mark.released
def test_readings_are_applied_as_their_own_words_say() -> None:
    """Of all released readings those are applied that are preferred, not weak, and do not contradict."""
    read, bounds = tables.load_corroborations(), tables.load_timeline("seed").set_index("record_id")[list(BOUNDS)]
    checked = 0
    for row in read.to_dict("records"):
        own, seed = (
            Bounds(*(None if pd.isna(day) else day.date() for day in days))
            for days in ([row[name] for name in BOUNDS], bounds.loc[row["record_id"]])
        )
        assert own == dates.reading_bounds(row["bound"], row["date"])
        assert row["relation"] == relation(seed, own)
        fits = row["preferred"] and row["confidence"] in ("high", "medium") and row["relation"] != "contradicts"
        assert row["applied"] == fits == pd.isna(row["why_not"])
        checked += 1
    assert checked >= 50
    assert set(read["relation"]) == {"confirms", "refines", "contradicts"}
    assert set(read["why_not"].dropna()) == {"not preferred", "low confidence", "contradicts"}


def test_armenia_in_csto_and_eaeu_is_the_case_that_matters() -> None:
    """In 2018 the seed alone does not know; other sources say yes, and are named, cited and shown."""
    asked = {"types": "membership", "entities": "ARM"}
    seed = ce.as_of("2018-01-01", **asked, layer="seed")
    assert seed["answer"].tolist() == ["unknown", "unknown"]
    sharp = ce.as_of("2018-01-01", **asked, layer="corroborated")
    assert sharp[["object", "answer", "layer", "references"]].to_numpy().tolist() == [
        ["CSTO", "yes", "corroborated", "wikipedia-csto-2006-05-28"],
        ["EAEU", "yes", "corroborated", "commonspace-eeu-membership; ragmamoul-2015-01-02"],
    ]
    assert sharp["reading_ids"].tolist() == [
        "armenia-csto-membership-start-2003-09-18",
        "armenia-eaeu-membership-start-2015-01-02",
    ]
    assert sharp.attrs["layer"] == "corroborated"
    # The dataset and its document stand first, the other sources below a heading.
    cited = [line for line in ce.cite(sharp, style="apa").splitlines() if line and not line.endswith(":")]
    eaeu = "https://www.commonspace.eu/commentary/armenia-becomes-4th-member-eeu-which-came-being-1-january-2015"
    assert cited[2] == f"commonspace.eu. (n.d.). Armenia becomes 4th member of EEU. {eaeu}"
    assert cited[3].startswith("ragmamoul. (2015, January 2). Armenia Becomes Member of the EEU. https://")
    assert cited[4].startswith("Wikipedia. (2006, May 28). Collective Security Treaty Organization, revision of")
    assert len(cited) == 5
    one = ce.cite(sharp.iloc[0], style="apa")
    assert "Wikipedia. (2006, May 28)." in one
    assert "commonspace" not in one


def test_every_way_of_asking_knows_the_layer() -> None:
    """between, history, panel and annotate give other answers where other sources are asked too."""
    found = {
        layer: set(ce.between("2016-04-10", "2016-04-20", layer=layer)["event_id"])
        for layer in ("seed", "corroborated")
    }
    assert "armenia-azerbaijan-four-day-war-2016" in found["seed"] - found["corroborated"]
    assert ce.history("ARM", "EAEU", layer="corroborated")["start_latest"].dt.year.tolist() == [2015]
    asked = {"types": "membership", "entities": ["ARM", "EAEU"]}
    years = {layer: ce.panel("membership", "year", "2014", "2016", layer=layer, **asked) for layer in layers.LAYERS[:2]}
    assert years["seed"]["membership"].isna().all()
    assert years["corroborated"]["membership"].tolist() == [pd.NA, True, True]
    assert years["corroborated"].attrs["layer"] == "corroborated"
    mine = pd.DataFrame({"day": ["2010-05-01", "2019-05-01"], "who": "ARM", "what": "EAEU"})
    columns = {"date": "day", "subject": "who", "object": "what", "codes": "id", "types": "membership"}
    assert ce.annotate(mine, **columns, layer="corroborated")["membership"].tolist() == [pd.NA, True]
    assert ce.annotate(mine, **columns, layer="seed")["membership"].isna().all()


@pytest.mark.parametrize(
    "ask",
    [
        lambda layer: ce.load("events", layer),
        lambda layer: ce.load("entities", layer),
        lambda layer: ce.as_of("2018", layer=layer),
        lambda layer: ce.between("2018", "2019", layer=layer),
        lambda layer: ce.history("ARM", layer=layer),
        lambda layer: ce.panel("dyad", "year", "2018", "2019", layer=layer),
        lambda layer: ce.timeline(layer=layer),
        lambda layer: ce.write_explorer("never-written.html", layer=layer),
    ],
)
def test_a_layer_that_does_not_exist_is_named(ask: Callable[[str], object]) -> None:
    """Every way of asking refuses another layer in the same words."""
    with pytest.raises(InvalidValueError) as caught:
        ask("corroborate")
    assert str(caught.value) == (
        "unknown layer 'corroborate' (nearest: corroborated; known: seed, corroborated, reported)"
    )


def test_what_is_left_out_is_left_out() -> None:
    """No reading rests on what speaks of something else, and no record has a source that is not listed."""
    read = tables.load_corroborations()
    assert "georgia-eu-membership-aspiration" not in set(read["record_id"])
    listed = set(tables.load_references()["reference_id"])
    records = [tables.load(name)["reference_ids"].dropna() for name in ("events", "statuses")]
    cited = {
        name
        for column in (read["sources"], tables.load_external_ids()["sources"], *records)
        for ids in column
        for name in ids.split("; ")
    }
    assert cited == listed
    assert len(listed) >= 60
