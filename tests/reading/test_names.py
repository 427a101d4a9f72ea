"""Names and codes to entities."""

from __future__ import annotations

import pandas as pd
import pytest

from caucasus_events import load_entities, load_events, load_participants, load_statuses, load_timeline
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.reading import names

KNOWN = "AKAR, ARM, AZE, CSTO, EAEU, EU, GEO, NATO, PUTIN, RUS, TUR, USA, XAB, XNA, XNK, XSO"


def test_every_id_name_and_spelling_finds_its_entity() -> None:
    """Whoever is listed is found by all that is listed of them, in any capitals and with any white space."""
    looked_up = 0
    for row in load_entities().itertuples():
        called = [row.entity_id, row.name, *(row.also_known_as.split("; ") if pd.notna(row.also_known_as) else [])]
        for name in called:
            for written in (name, name.upper(), f"  {name.lower()}\n"):
                assert names.resolve(written) == row.entity_id
                looked_up += 1
    assert looked_up >= 150


@pytest.mark.parametrize(
    "name", ["Turkey", "TUR", "Türkiye", "Tu\u0308rkiye", "TÜRKİYE", "Turkiye", "Ankara", "Թուրքիա", "Турция"]
)
def test_turkey_has_many_names(name: str) -> None:
    """A state is found by code, English name, own name however its accents are stored, and capital."""
    assert names.resolve(name) == "TUR"


def test_an_unknown_name_comes_with_the_nearest_and_the_known() -> None:
    """Whoever mistypes a name reads which is near, and which there are."""
    with pytest.raises(UnknownNameError) as near:
        names.resolve("Turkei")
    assert str(near.value) == f"unknown entity 'Turkei' (nearest: Turkey; known: {KNOWN})"
    with pytest.raises(UnknownNameError) as far:
        names.resolve_all(["Baku", "Zanzibar"])
    assert str(far.value) == f"unknown entity 'Zanzibar' (known: {KNOWN})"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Republic of Azerbaijan", "AZE"),
        ("Republic of Armenia", "ARM"),
        ("Russian Federation", "RUS"),
        ("United States of America", "USA"),
        ("Azərbaycan", "AZE"),
        ("Azerbaycan", "AZE"),
        ("Հայաստան", "ARM"),
        ("საქართველო", "GEO"),
        ("ЕРМЕНИСТАН", None),
    ],
)
def test_states_are_found_by_the_names_of_the_standard_lists(name: str, found: str | None) -> None:
    """Official and common names in English and in the languages of the region find their state; no other does."""
    if found is None:
        with pytest.raises(UnknownNameError):
            names.resolve(name)
    else:
        assert names.resolve(name) == found


@pytest.mark.parametrize("name", ["Republic of Belarus", "Government of Germany", "United Nations", "the Republic"])
def test_nothing_unlike_is_offered_as_nearest(name: str) -> None:
    """That two names share the words that all states share makes them no neighbours."""
    with pytest.raises(UnknownNameError) as error:
        names.resolve(name)
    assert str(error.value) == f"unknown entity {name!r} (known: {KNOWN})"


def test_acled_numbers_states_as_iso_does() -> None:
    """The scheme of ACLED's column `iso` is the numeric code of ISO 3166-1, of the states that are entities."""
    meanings = names.code_meanings("iso_numeric")
    assert {51: "ARM", 31: "AZE", 268: "GEO", 643: "RUS", 792: "TUR"}.items() <= meanings.items()
    states = load_entities().query("kind == 'state'")
    assert sorted(meanings.values()) == sorted(states["entity_id"])


def test_a_shared_name_is_refused_and_stands_for_nobody() -> None:
    """A name that two entities bear is an error for who writes it, unless it is the id of one."""
    entities = load_entities().query("entity_id in ['ARM', 'AZE']").assign(also_known_as="the Republic; ARM")
    with pytest.raises(InvalidValueError) as error:
        names.find_entity(entities, "The Republic")
    assert str(error.value) == "'The Republic' is the name of several entities: ARM, AZE; give the id"
    assert names.find_entity(entities, "arm") == "ARM"
    assert names.spellings(entities)["the republic"] == ["ARM", "AZE"]


def test_rows_are_kept_by_their_parties_wherever_these_stand() -> None:
    """A party is found in the columns of a row, and in the record that its id names; nobody named keeps all."""
    statuses, timeline, people = load_statuses(), load_timeline(), load_participants()
    named = names.with_party(statuses, ["Türkiye", "XNK"])
    parties = statuses[["subject", "object", "about"]].isin(["TUR", "XNK"]).any(axis=1)
    assert named["status_id"].tolist() == statuses["status_id"][parties].tolist()
    joined = set(people["event_id"][people["entity_id"].isin(["TUR", "XNK"])])
    assert set(names.with_party(timeline, ["TUR", "XNK"])["record_id"]) == {*named["status_id"], *joined}
    assert set(names.with_party(load_events(), ["TUR", "XNK"])["event_id"]) == joined
    assert len(names.with_party(statuses, [])) == 0
    for frame in (statuses, timeline):
        pd.testing.assert_frame_equal(names.with_party(frame, None), frame)
    with pytest.raises(UnknownNameError) as error:
        names.with_party(pd.DataFrame({"subjects": ["TUR"]}), "TUR")
    assert str(error.value) == "unknown column 'subject' (nearest: subjects; known: subjects)"


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("iso3", {"ARM": "ARM", "AZE": "AZE", "GEO": "GEO", "RUS": "RUS", "TUR": "TUR", "USA": "USA"}),
        ("cow", {371: "ARM", 373: "AZE", 372: "GEO", 365: "RUS", 640: "TUR", 2: "USA"}),
        ("gw", {371: "ARM", 373: "AZE", 372: "GEO", 365: "RUS", 640: "TUR", 2: "USA"}),
        ("cow_abbrev", {"ARM": "ARM", "AZE": "AZE", "GRG": "GEO", "RUS": "RUS", "TUR": "TUR", "USA": "USA"}),
        ("ucdp_actor", {64: "AZE", 63: "GEO", 57: "RUS", 338: "XNA"}),
        ("cow_igo", {1125: "CSTO", 3700: "NATO", 1830: "EU"}),
    ],
)
def test_codes_of_other_datasets_are_theirs(scheme: str, expected: dict[object, str]) -> None:
    """Each scheme gives the codes that the datasets themselves use, and nothing for who has none."""
    assert names.code_meanings(scheme) == expected


def test_names_and_ids_are_schemes_too() -> None:
    """A column of names is matched by name and by every spelling, folded; one of ids by id."""
    by_name = names.code_meanings("name")
    assert {by_name[name] for name in ("turkey", "turkiye", "ankara")} == {"TUR"}
    assert all(names.casefolded(str(name)) == name for name in by_name)
    assert sorted(names.code_meanings("id")) == KNOWN.split(", ")
    assert names.code_meanings("wikidata")["Q43"] == "TUR"


def test_an_unknown_scheme_names_those_there_are() -> None:
    """Whoever mistypes a scheme reads the nearest and all of them."""
    with pytest.raises(InvalidValueError) as error:
        names.code_meanings("iso2")
    assert str(error.value) == (
        "unknown scheme of codes 'iso2' (nearest: iso3; known: id, iso3, cow, cow_abbrev, gw, cow_igo, "
        "ucdp_actor, wikidata, name, iso_numeric)"
    )


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Republic of Turkey", "TUR"),
        ("republic of turkiye", "TUR"),
        ("Republic of Georgia", "GEO"),
        ("Armenia, Republic of", "ARM"),
        ("U.S.A.", "USA"),
    ],
)
def test_states_are_known_as_tables_of_states_write_them(name: str, state: str) -> None:
    """A republic by its short name, and the words of an official name turned round."""
    assert names.resolve(name) == state


def test_a_name_of_another_state_is_not_taken() -> None:
    """What would be another state if a name were made by rule is nobody."""
    with pytest.raises(UnknownNameError):
        names.resolve("Republic of China")
