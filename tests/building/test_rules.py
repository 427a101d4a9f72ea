"""The rules between rows: each is silent on whole tables and finds the row that breaks it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from caucasus_events.building import dataset, standing
from caucasus_events.building.rules import records, registry
from caucasus_events.coding import dates
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import FILES

HERE = Path(__file__).parents[1]
# The tables that no release can be without.
CORE = ("sources", "entities", "events", "participants", "statuses", "evidence", "coverage", "timeline")
Tables = dict[str, pd.DataFrame]
Break = Callable[[Tables], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dataset.Built:
    """Build the two good sheets of tests/bad."""
    root = tmp_path_factory.mktemp("good")
    (root / "seeds").mkdir()
    for name, target in (("sheet.toml", "mini.toml"), ("text.txt", "mini.txt")):
        shutil.copy(HERE / "bad" / name, root / "seeds" / target)
    for name in ("second.toml", "second.txt"):
        shutil.copy(HERE / "bad" / name, root / "seeds" / name)
    (root / "seeds" / "reported").mkdir()
    shutil.copy(HERE / "bad-readings" / "readings.toml", root / "seeds" / "reported")
    shutil.copy(HERE / "bad-reported" / "records.toml", root / "seeds" / "reported")
    return dataset.build_in_memory(root)


def _shipped(good: dataset.Built, change: Break | None = None) -> registry.Shipped:
    """Look at a copy of the tables with a change in it."""
    tables = {name: frame.copy() for name, frame in good.tables.items()}
    if change:
        change(tables)
    return registry.Shipped(tables, good.texts)


def _put(table: str, row: int | str, column: str, value: object) -> Break:
    """Change one cell, of a row by its place or its id."""

    def change(tables: Tables) -> None:
        frame = tables[table]
        place = frame.index[frame[FILES[table].key[0]] == row][0] if isinstance(row, str) else row
        frame.loc[place, column] = value

    return change


def _drop(table: str, row: int) -> Break:
    """Leave a row out."""

    def change(tables: Tables) -> None:
        tables[table] = tables[table].drop(index=row).reset_index(drop=True)

    return change


def _reverse(table: str) -> Break:
    """Turn the order of the rows round."""

    def change(tables: Tables) -> None:
        tables[table] = tables[table].iloc[::-1].reset_index(drop=True)

    return change


def _deny_what_is_said(tables: Tables) -> None:
    """Let the border be closed and not closed, both from 1988 on."""
    frame = tables["statuses"]
    twin = frame.iloc[[0]].assign(status_id="arvania-belmark-not-border-closed", holds=False)
    tables["statuses"] = pd.concat([frame, twin], ignore_index=True)


def _read(row: int, **cells: object) -> Break:
    """Change a reading, its bounds with its date."""

    def change(tables: Tables) -> None:
        frame = tables["corroborations"]
        for column, value in cells.items():
            frame.loc[row, column] = value
        bounds = dates.reading_bounds(frame.loc[row, "bound"], frame.loc[row, "date"])
        for column, day in bounds._asdict().items():
            frame.loc[row, column] = pd.Timestamp(day) if day else pd.NaT

    return change


def _deny_from_another_start(tables: Tables) -> None:
    """Let the seed deny what it says, on days that only a reading of the start makes certain."""
    closed = tables["statuses"].iloc[[0]]
    names = {
        "status_id": "arvania-belmark-not-border-closed",
        "reading_ids": "arvania-belmark-not-border-closed-end-by",
    }
    days = {"seed_end_earliest": pd.Timestamp("1988"), "end_earliest": pd.Timestamp("1989")}
    twin = closed.assign(**names, **days, holds=False)
    tables["statuses"] = pd.concat([tables["statuses"], twin], ignore_index=True)
    frame = tables["corroborations"]
    new = {"reading_id": f"{twin['status_id'].iloc[0]}-end-by", "record_id": twin["status_id"].iloc[0], "bound": "end"}
    day = {"end_earliest": pd.Timestamp("1989"), "end_latest": pd.Timestamp("1990"), "start_latest": pd.NaT}
    tables["corroborations"] = pd.concat([frame, frame.iloc[[1]].assign(**new, **day)], ignore_index=True)


def _exclude(tables: Tables) -> None:
    """Let the applied readings of a status end it before they let it begin."""
    _read(1, date="1988-06")(tables)
    frame = tables["corroborations"]
    new = {"reading_id": f"{CLOSED}-end-1988-05", "bound": "end", "end_latest": pd.Timestamp("1988-05-01")}
    twin = frame.iloc[[1]].assign(**new, start_earliest=pd.NaT, start_latest=pd.NaT)
    tables["corroborations"] = pd.concat([frame, twin], ignore_index=True)
    for column, value in {
        "start_earliest": pd.Timestamp("1988-06"),
        "start_latest": pd.Timestamp("1988-05-01"),
    }.items():
        _put("statuses", CLOSED, column, value)(tables)
    _put("statuses", CLOSED, "reading_ids", f"{READ}; {CLOSED}-end-1988-05")(tables)


def _say_it_again(tables: Tables) -> None:
    """Code a status a second time, from the same words."""
    for table, column in (("statuses", "status_id"), ("evidence", "record_id")):
        frame = tables[table]
        again = frame[frame[column] == CLOSED].assign(**{column: f"{CLOSED}-again"})
        tables[table] = pd.concat([frame, again], ignore_index=True)


def _report_it_again(tables: Tables) -> None:
    """Let other sources report, on the day of a seed's clash and at no place, a clash of one of its sides."""
    frame = tables["events"]
    frame.loc[frame["event_id"] == SHOTS, ["location", *BOUNDS]] = [None, *[pd.Timestamp("1988-04-12")] * len(BOUNDS)]
    cast = tables["participants"]
    tables["participants"] = cast[~((cast["event_id"] == SHOTS) & (cast["entity_id"] == "AAB"))].reset_index(drop=True)


CLASH, SECOND = "arvania-belmark-clash-1988", "arvania-belmark-clash-1988-second"
SPEECH, CLOSED = "arvania-belmark-accusation-1991", "arvania-belmark-border-closed"
NO_RELATIONS, DENIAL = "arvania-belmark-no-diplomatic-relations", "belmark-league-not-membership"
READ = f"{CLOSED}-start-1988-05"
TREATY, SHOTS = "arvania-belmark-agreement-1991", "arvania-belmark-border-clash-1990"
SPELL, AGAIN = "arvania-guild-membership", "arvania-guild-membership-1987"
# corroborations: 0 of the start of CLOSED, contradicts; 1 the same, applied; 2 and 3 of CLASH, applied and contradicts.
BREAKS: dict[str, tuple[Break, tuple[str, str]]] = {
    "keys_are_unique": (_put("events", CLASH, "event_id", SPEECH), ("events", SPEECH)),
    "rows_are_in_key_order": (_reverse("entities"), ("entities", "LEAGUE")),
    "ids_are_well_formed": (_put("events", CLASH, "event_id", "Clash"), ("events", "Clash")),
    "entity_ids_follow_their_kind": (_put("entities", "AAA", "iso3", "AAB"), ("entities", "AAA")),
    "references_resolve": (_put("statuses", DENIAL, "object", "LEAGEU"), ("statuses", DENIAL)),
    "records_and_timeline_agree": (_drop("timeline", 0), ("events", SPEECH)),
    "timeline_repeats_its_records": (_put("timeline", CLOSED, "title", "Another"), ("timeline", CLOSED)),
    "bounds_are_ordered": (_put("statuses", CLOSED, "seed_start_earliest", pd.Timestamp("1989")), ("statuses", CLOSED)),
    "nothing_is_later_than_its_seed": (
        _put("events", CLASH, "seed_end_latest", pd.Timestamp("1999")),
        ("events", CLASH),
    ),
    "bounds_follow_from_the_coded_dates": (_put("events", CLASH, "date", "1988"), ("events", CLASH)),
    "records_carry_the_horizon_of_their_seed": (
        _put("events", CLASH, "seed_speaks_until", pd.Timestamp("1991-05-06")),
        ("events", CLASH),
    ),
    "symmetric_pairs_are_ordered": (_put("statuses", NO_RELATIONS, "subject", "XCO"), ("statuses", NO_RELATIONS)),
    "nobody_stands_on_both_sides": (_put("statuses", DENIAL, "object", "AAB"), ("statuses", DENIAL)),
    "events_have_participants": (
        lambda tables: tables.update(participants=tables["participants"].iloc[2:].reset_index(drop=True)),
        ("events", SPEECH),
    ),
    "roles_fit_the_type": (_put("participants", CLASH, "role", "target"), ("events", CLASH)),
    "kinds_fit_the_type": (_put("statuses", DENIAL, "object", "XCO"), ("statuses", DENIAL)),
    "places_fit_the_type": (_put("events", SPEECH, "location", "AAA"), ("events", SPEECH)),
    "attributions_name_somebody": (_put("statuses", CLOSED, "attributed_to", "AAB"), ("statuses", CLOSED)),
    "occurrences_are_those_of_other_seeds": (_put("events", CLASH, "same_as", SPEECH), ("events", CLASH)),
    "no_seed_contradicts_itself": (_deny_what_is_said, ("statuses", "arvania-belmark-not-border-closed")),
    "coverage_tiles_every_seed": (_put("coverage", 0, "end_char", 3), ("coverage", None)),
    "cited_stretches_are_the_evidence": (_put("coverage", 0, "disposition", "opinion"), ("evidence", None)),
    "quotes_stand_at_their_offsets": (_put("evidence", 0, "end_char", 3), ("evidence", None)),
    "words_are_a_quotation": (_put("sources", "mini", "licence", "CC-BY-4.0"), ("evidence", None)),
    "sources_describe_their_text": (_put("sources", 0, "characters", 1), ("sources", "mini")),
    "readings_fit_their_record": (_read(1, bound="end"), ("corroborations", READ)),
    "readings_have_the_bounds_of_their_date": (
        _put("corroborations", 1, "start_latest", pd.Timestamp("1988-06-01")),
        ("corroborations", READ),
    ),
    "relations_are_borne_out": (_read(1, relation="confirms"), ("corroborations", READ)),
    "no_preferred_reading_contradicts": (_read(1, date="1970"), ("corroborations", READ)),
    "one_reading_is_preferred": (_put("corroborations", 0, "preferred", value=True), ("corroborations", READ)),
    "readings_are_applied_as_the_rules_say": (
        _put("corroborations", 1, "applied", value=False),
        ("corroborations", READ),
    ),
    "applied_readings_agree": (_exclude, ("corroborations", f"{CLOSED}-end-1988-05")),
    "no_reading_makes_a_seed_contradict_itself": (
        _deny_from_another_start,
        ("corroborations", "arvania-belmark-not-border-closed-end-by"),
    ),
    "bounds_are_at_their_best": (_put("statuses", CLOSED, "end_earliest", pd.Timestamp("1990")), ("statuses", CLOSED)),
    "reported_records_are_known_to_their_sources": (_put("events", TREATY, "date", "1992-03"), ("events", TREATY)),
    "high_confidence_rests_on_two_sources": (_put("statuses", AGAIN, "confidence", "high"), ("statuses", AGAIN)),
    "spells_follow_each_other": (
        _put("statuses", AGAIN, "start_latest", pd.Timestamp("1987-02-28")),
        ("statuses", AGAIN),
    ),
    "no_occurrence_is_reported_again": (_report_it_again, ("events", SHOTS)),
    "references_are_cited": (_put("references", 0, "reference_id", "aaa"), ("references", "aaa")),
    "a_code_means_one_entity": (_put("entities", "AAB", "cow", 9001), ("entities", "AAB")),
    "a_name_means_one_entity": (_put("entities", "LEAGUE", "also_known_as", "Arvánia; ABC"), ("entities", "LEAGUE")),
    "words_belong_in_a_table": (_put("statuses", CLOSED, "title", "=1+1"), ("statuses", CLOSED)),
    "addresses_lead_to_the_web": (_put("references", 0, "url", "javascript:a"), ("references", "atlas")),
    "nothing_is_published_tomorrow": (_put("sources", 0, "published", pd.Timestamp("2999-01-01")), ("sources", "mini")),
    "readings_are_known_to_their_sources": (_read(1, date="[2090..]"), ("corroborations", READ)),
    "languages_exist": (_put("sources", 1, "language", "xx"), ("sources", "second")),
    "no_fact_is_coded_twice": (_say_it_again, ("statuses", f"{CLOSED}-again")),
    "a_seed_gives_a_record": (
        lambda tables: tables.update(evidence=tables["evidence"][tables["evidence"]["source_id"] == "second"]),
        ("sources", "mini"),
    ),
}


def test_a_module_of_rules_is_found_by_its_name() -> None:
    """Every module beside the registry gives rules, and nothing else has to be edited for it."""
    found = {path.stem for path in Path(registry.__file__).parent.glob("*.py")} - {"__init__", "registry"}
    assert {function.__module__.rpartition(".")[2] for function in registry.RULES.values()} == found


def test_every_rule_is_tried() -> None:
    """No rule is without a way to break it."""
    assert set(BREAKS) == set(registry.RULES)


@pytest.mark.parametrize("name", registry.RULES)
def test_a_rule_finds_the_row_that_breaks_it(name: str, good: dataset.Built) -> None:
    """A rule is silent on whole tables, and names table and key of the row that was broken."""
    assert list(registry.RULES[name](_shipped(good))) == []

    change, (table, key) = BREAKS[name]
    found = list(registry.RULES[name](_shipped(good, change)))
    assert found
    assert table in {finding.table for finding in found}
    assert key is None or key in {finding.key for finding in found}
    assert all(finding.what and finding.do for finding in found)


@pytest.mark.released
def test_the_release_breaks_no_rule() -> None:
    """Every rule over every released row, with the texts at hand, finds nothing, and there was something to find."""
    root = HERE.parent
    tables, unread = standing.read_shipped(root)
    texts = {path.stem: path.read_bytes().decode() for path in (root / "seeds").glob("*.txt")}
    shipped = registry.Shipped(tables, texts)

    assert unread == []
    assert list(registry.broken(shipped)) == []
    assert set(tables["sources"]["source_id"]) == set(texts)
    counted = {name: len(tables[name]) for name in CORE}
    assert min(counted.values()) > 0, counted
    assert len(list(shipped.records())) == len(tables["timeline"]) > 30


def test_an_id_used_twice_silences_the_rules_about_the_mixture(good: dataset.Built) -> None:
    """Of two records with one id only the id is reported: what their rows say together is nobody's mistake."""
    shipped = _shipped(good, BREAKS["keys_are_unique"][0])
    assert shipped.doubled == {SPEECH}
    about = [(name, finding.key) for name, finding in registry.broken(shipped) if finding.key == SPEECH]
    assert about == [("keys_are_unique", SPEECH)]


def _status(holds: str, start: str, end: str) -> dict[str, object]:
    """Give a status with certain days only between two years."""
    windows = {"seed_start_latest": pd.Timestamp(start), "seed_end_earliest": pd.Timestamp(end)}
    return {"status_id": f"a-b-{holds}membership", "holds": not holds, **windows}


@pytest.mark.parametrize(
    ("claim", "denial", "day"),
    [
        (("1990", "1992"), ("1991", "1993"), "1991-01-01"),
        (("1990", "1992"), ("1992", "1993"), "1992-01-01"),
        (("1990", "1992"), ("1993", "1994"), None),
        (("1994", "1990"), ("1991", "1993"), None),
    ],
    ids=["overlap", "one day", "one after the other", "never certain"],
)
def test_a_contradiction_needs_a_day_on_which_both_are_certain(
    claim: tuple[str, str], denial: tuple[str, str], day: str | None, good: dataset.Built
) -> None:
    """Yes and no of one proposition clash on the first day that is certain for both, and only there."""

    def change(tables: Tables) -> None:
        frame = tables["statuses"]
        row = frame[frame["status_id"] == DENIAL]
        rows = [row.assign(**_status("", *claim)), row.assign(**_status("not-", *denial))]
        tables["statuses"] = pd.concat(rows, ignore_index=True)

    found = list(records.no_seed_contradicts_itself(_shipped(good, change)))
    assert [finding.facts[-1].text for finding in found] == ([day] if day else [])


def test_two_seeds_may_contradict_each_other(good: dataset.Built) -> None:
    """Opposite claims of two seeds are both kept."""

    def change(tables: Tables) -> None:
        _deny_what_is_said(tables)
        tables["statuses"].loc[len(tables["statuses"]) - 1, "source_id"] = "second"

    assert list(records.no_seed_contradicts_itself(_shipped(good, change))) == []


def test_a_bound_that_is_unknown_breaks_no_order(good: dataset.Built) -> None:
    """Null bounds are neither before nor after anything."""

    def change(tables: Tables) -> None:
        tables["statuses"].loc[:, [*BOUNDS, *(f"seed_{name}" for name in BOUNDS)]] = pd.NaT

    assert list(records.bounds_are_ordered(_shipped(good, change))) == []
    assert list(records.nothing_is_later_than_its_seed(_shipped(good, change))) == []


def test_without_texts_the_rules_about_texts_are_silent(good: dataset.Built) -> None:
    """Where a seed's text is not at hand, its quotes and its hash are not judged."""
    for name in ("quotes_stand_at_their_offsets", "sources_describe_their_text"):
        broken = _shipped(good, BREAKS[name][0])
        assert list(registry.RULES[name](broken))
        assert list(registry.RULES[name](registry.Shipped(broken.tables, {}))) == []


def test_a_day_that_has_not_come_is_one_that_it_is_nowhere_on_earth(
    good: dataset.Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is refused for the day of the build is what lies after it, and not the day itself."""
    rule = registry.RULES["nothing_is_published_tomorrow"]
    monkeypatch.setattr(dates, "today", lambda: date(1992, 4, 12))
    assert list(rule(_shipped(good))) == []
    monkeypatch.setattr(dates, "today", lambda: date(1992, 4, 11))
    assert [(finding.table, finding.key) for finding in rule(_shipped(good))] == [("sources", "second")]


@pytest.mark.parametrize(
    ("date_read", "source_date", "refused"),
    [
        ("1988-05", "1988", False),
        ("1988", "1988-05-03", False),
        ("[..1989]", "1988-12-31", True),
        ("[1988-06..]", "1988-05-03", True),
        ("1988-05-04~", "1988-05-03", True),
        ("2024", None, False),
        ("2999", None, True),
    ],
)
def test_a_reading_is_known_to_its_newest_source(
    *, date_read: str, source_date: str | None, refused: bool, good: dataset.Built
) -> None:
    """A reading may be as late as its newest source can be, whatever their precision; an undated one is of today."""

    def change(tables: Tables) -> None:
        _read(1, date=date_read)(tables)
        tables["references"].loc[1, "date"] = source_date

    found = list(registry.RULES["readings_are_known_to_their_sources"](_shipped(good, change)))
    assert [finding.key for finding in found] == ([READ] if refused else [])


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("https://ru.wikipedia.org/wiki/Кавказ", True),
        ("ftp://example.org/a", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,a", False),
        ("https://", False),
        ("//example.org", False),
        ("example.org", False),
        ("https://example.org/a b", False),
        ('https://example.org/"onclick', False),
        ("http://[", False),
    ],
)
def test_an_address_leads_to_the_web(*, url: str, right: bool, good: dataset.Built) -> None:
    """Of addresses, those of http and https with a host are taken, and nothing that would break out of a page."""
    found = list(registry.RULES["addresses_lead_to_the_web"](_shipped(good, _put("references", 1, "url", url))))
    assert [finding.key for finding in found] == ([] if right else ["gazette"])


def test_the_same_fact_from_other_words_or_of_another_place_is_another_record(good: dataset.Built) -> None:
    """Two records of one fact are refused where they share words; with another date or other words they stand."""

    def later(tables: Tables) -> None:
        _say_it_again(tables)
        tables["statuses"].loc[tables["statuses"].index[-1], "start"] = "1989"

    def elsewhere(tables: Tables) -> None:
        _say_it_again(tables)
        tables["evidence"].loc[tables["evidence"].index[-1], ["start_char", "end_char"]] = [0, 5]

    rule = registry.RULES["no_fact_is_coded_twice"]
    assert [len(list(rule(_shipped(good, change)))) for change in (_say_it_again, later, elsewhere)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("begins", "ends", "refused"),
    [
        ("1987-03-01", None, False),
        ("1987-03-02", None, False),
        ("1987-02-28", None, True),
        ("1986-01-01", "1986-12-31", True),
        ("1986-01-01", "1986-01-01", True),
        ("1985-12-31", "1985-12-31", False),
        ("1986-12-31", "1986-01-01", False),
    ],
    ids=["day of hand-over", "after it", "the day before", "within", "a day within", "ends with it", "never certain"],
)
def test_two_spells_share_the_day_of_hand_over_at_most(
    *, begins: str, ends: str | None, refused: bool, good: dataset.Built
) -> None:
    """Two reported spells of one proposition and place have no certain day in common but the last of the first."""

    def change(tables: Tables) -> None:
        frame = tables["statuses"]
        row = frame["status_id"] == AGAIN
        frame.loc[row, "start_latest"] = pd.Timestamp(begins)
        frame.loc[row, "end_earliest"] = pd.Timestamp(ends or "1991-12-31")

    found = list(registry.RULES["spells_follow_each_other"](_shipped(good, change)))
    assert [finding.key for finding in found] == ([AGAIN] if refused else [])


def test_spells_of_two_places_may_overlap(good: dataset.Built) -> None:
    """Two bases of one state are two spells; two rows that name the same place are one after the other."""

    def at(place: str) -> Break:
        def change(tables: Tables) -> None:
            frame = tables["statuses"]
            frame.loc[frame["status_id"] == SPELL, "place"] = "the port"
            frame.loc[frame["status_id"] == AGAIN, ["place", "start_latest"]] = [place, pd.Timestamp("1986")]

        return change

    rule = registry.RULES["spells_follow_each_other"]
    assert [len(list(rule(_shipped(good, at(place))))) for place in ("the airfield", "the port")] == [0, 1]


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({}, True),
        ({"location": "XCO"}, True),
        ({"location": "AAA-AAB"}, False),
        ({"type": "ceasefire"}, False),
        ({"start_earliest": "1988-04-13", "start_latest": "1988-04-13"}, False),
        ({"start_latest": "1988-04-30", "end_latest": "1988-05-12"}, True),
        ({"start_earliest": "1988-01-01", "start_latest": "1988-12-31", "end_latest": "1988-12-31"}, False),
        ({"end_earliest": "1989-04-12", "end_latest": "1989-04-12"}, False),
    ],
    ids=["alike", "at its place", "elsewhere", "another type", "the day after", "a month", "a year", "a war around it"],
)
def test_a_seeds_event_is_told_by_type_days_place_and_parties(
    *, cells: dict[str, str], refused: bool, good: dataset.Built
) -> None:
    """A reported event is a seed's only where nothing that is known to about a month tells the two apart."""

    def change(tables: Tables) -> None:
        _report_it_again(tables)
        frame = tables["events"]
        for column, value in cells.items():
            day = pd.Timestamp(value) if column in BOUNDS else value
            frame.loc[frame["event_id"] == SHOTS, column] = day

    found = list(registry.RULES["no_occurrence_is_reported_again"](_shipped(good, change)))
    assert {finding.key for finding in found} == ({SHOTS} if refused else set())


def test_the_same_words_the_other_way_round_are_another_event(good: dataset.Built) -> None:
    """Who accuses whom is part of what happened: the answer of the accused on one day is no repetition."""

    def accuse(actor: str, target: str) -> Break:
        def change(tables: Tables) -> None:
            frame, cast = tables["events"], tables["participants"]
            frame.loc[frame["event_id"] == SHOTS, ["type", "location"]] = ["accusation", None]
            frame.loc[frame["event_id"] == SHOTS, list(BOUNDS)] = pd.Timestamp("1991-05-03")
            cast.loc[cast["event_id"] == SHOTS, "role"] = ["actor", "target"]
            cast.loc[cast["event_id"] == SHOTS, "entity_id"] = [actor, target]

        return change

    rule = registry.RULES["no_occurrence_is_reported_again"]
    assert [len(list(rule(_shipped(good, accuse(*pair))))) for pair in (("AAA", "AAB"), ("AAB", "AAA"))] == [1, 0]


def test_two_documents_of_one_day_are_told_apart_by_their_titles(good: dataset.Built) -> None:
    """Two protocols that the same parties sign on one day are two agreements; under one title they are one."""

    def sign(title: str) -> Break:
        def change(tables: Tables) -> None:
            for table in ("events", "participants"):
                frame = tables[table]
                twin = frame[frame["event_id"] == TREATY].assign(event_id=f"{TREATY}-again")
                tables[table] = pd.concat([frame, twin], ignore_index=True)
            _put("events", f"{TREATY}-again", "title", title)(tables)

        return change

    titles = ("A protocol on the border", "Arvania and Belmark sign a treaty of trade")
    rules = [registry.RULES[name] for name in ("no_fact_is_coded_twice", "no_occurrence_is_reported_again")]
    assert [[len(list(rule(_shipped(good, sign(title))))) for rule in rules] for title in titles] == [[0, 0], [1, 0]]


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({"speaks_until": "1992-02-29"}, False),
        ({"speaks_until": "1992-03-01"}, True),
        ({"speaks_until": "1992-03-01", "reference_ids": "yearbook; register"}, False),
        ({"speaks_until": "2999-01-01", "reference_ids": "yearbook; register"}, True),
        ({"speaks_until": "1992-06-30", "end": "1992-01"}, False),
        ({"speaks_until": "1992-06-30", "end": "1992-03"}, True),
        ({"start": "[1991..1992-03]"}, True),
    ],
)
def test_a_reported_status_is_known_to_its_newest_source(
    *, cells: dict[str, str], refused: bool, good: dataset.Built
) -> None:
    """A status is dated, and known to go on, up to the day of its newest source; with an undated one, up to today."""

    def change(tables: Tables) -> None:
        for column, value in cells.items():
            day = pd.Timestamp(value) if column == "speaks_until" else value
            _put("statuses", AGAIN, column, day)(tables)

    found = list(registry.RULES["reported_records_are_known_to_their_sources"](_shipped(good, change)))
    assert [finding.key for finding in found] == ([AGAIN] if refused else [])


def test_the_sides_of_a_border_are_states(good: dataset.Built) -> None:
    """On a border two states meet; a territory is a place of its own."""
    found = list(registry.RULES["places_fit_the_type"](_shipped(good, _put("events", SHOTS, "location", "AAA-XCO"))))
    assert [(finding.key, finding.what) for finding in found] == [
        (SHOTS, "XCO is of kind territory and cannot be a side of a border")
    ]
