"""The vocabulary is whole, and the coders' page says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


def test_symmetric_types_take_the_same_kinds_on_both_sides() -> None:
    """Where order carries no meaning, subject and object may be the same kinds."""
    symmetric = [kind for kind in codebook.status_types().values() if kind.symmetric]
    assert symmetric
    assert all(kind.subject == kind.object for kind in symmetric)


def test_white_text_is_readable_on_every_lane() -> None:
    """White on the colour of a lane has a contrast of at least 4.5 : 1 (WCAG 2, AA), and no two are alike."""
    colours = [lane.colour for lane in codebook.lanes().values()]
    assert len(set(colours)) == len(colours) > 0
    for colour in colours:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5
