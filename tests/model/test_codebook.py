"""The vocabulary is whole, and the coders' page says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caucasus_events.drawing import look
from caucasus_events.errors import InvalidValueError
from caucasus_events.model import codebook

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("vocabulary", ["reason", "assertion", "event", "status"])
def test_the_coders_page_has_the_tables_of_the_codebook(vocabulary: str) -> None:
    """Every table of codes in seeds/CODEBOOK.md is the one that codebook.toml gives."""
    page = (ROOT / "seeds" / "CODEBOOK.md").read_text("utf-8")
    marked = re.search(
        f"<!-- {vocabulary}: from codebook.toml -->\n(.*?)\n<!-- end of {vocabulary} -->", page, re.DOTALL
    )
    assert marked is not None
    assert marked[1] == codebook.markdown(vocabulary)


def test_types_stand_on_known_lanes_roles_and_kinds() -> None:
    """Every lane, role and kind that a type names is defined, and every lane and role is used."""
    events, statuses = codebook.event_types().values(), codebook.status_types().values()
    kinds = set(codebook.codes("kind"))
    assert {kind.lane for kind in (*events, *statuses)} == set(codebook.codes("lane"))
    assert {role for kind in events for role in kind.roles} == set(codebook.codes("role"))
    assert {name for kind in events for allowed in kind.roles.values() for name in allowed} <= kinds
    assert {name for kind in statuses for name in (*kind.subject, *kind.object)} <= kinds


def test_a_type_without_roles_says_by_its_place_of_whom_it_is() -> None:
    """Whatever type of event nobody takes part in may have a location, and there is one."""
    without = [kind.located for kind in codebook.event_types().values() if not kind.roles]
    assert without
    assert all(without)


def test_a_type_is_defined_for_whatever_source_states_it() -> None:
    """No definition, and no account of the parties, of a type leans on what a seed says."""
    types = [*codebook.event_types().values(), *codebook.status_types().values()]
    assert [kind.name for kind in types if "the seed" in f"{kind.definition} {kind.parties}"] == []


def test_symmetric_types_take_the_same_kinds_on_both_sides() -> None:
    """Where order carries no meaning, subject and object may be the same kinds."""
    symmetric = [kind for kind in codebook.status_types().values() if kind.symmetric]
    assert symmetric
    assert all(kind.subject == kind.object for kind in symmetric)


@pytest.mark.parametrize("written", ["Clashes", "Clashes: {party}", "Clashes: {parties} {parties}", "Clashes: {", None])
def test_a_pattern_has_its_fields_once(written: str | None) -> None:
    """A name of a line that misses a field, has one twice, or another, is refused where it stands."""
    with pytest.raises(InvalidValueError) as caught:
        codebook.pattern("event.clash", "plural", {} if written is None else {"plural": written}, ["parties"])
    assert (
        str(caught.value) == f"codebook.toml: [event.clash]: plural '{written or ''}' must have {{parties}}, each once"
    )


def luminance(colour: str) -> float:
    """Measure how bright a colour is, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Compare two colours, as WCAG 2 defines it."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_lane_can_be_read_on_light_and_dark_paper() -> None:
    """The inks of a lane reach 4.5 : 1 (WCAG 2, AA) on paper and bands of either scheme, and no two are alike."""
    lanes = codebook.lanes().values()
    light, dark = [lane.colour for lane in lanes], [lane.dark for lane in lanes]
    papers = [look.PAPER, look.BAND]
    for inks, behind in ((light, papers), (dark, [look.DARK[paper] for paper in papers])):
        assert len(set(inks)) == len(inks) > 0
        for ink in inks:
            assert re.fullmatch("#[0-9A-F]{6}", ink)
            assert min(contrast(ink, paper) for paper in behind) >= 4.5, ink
