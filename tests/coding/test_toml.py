"""Where things stand in a file that people write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caucasus_events.coding import toml

SHEET = (Path(__file__).parents[1] / "bad" / "sheet.toml").read_text("utf-8")
LINES = toml.Lines("seeds/mini.toml", SHEET)


def test_every_id_is_found_on_its_own_line() -> None:
    """The line of a value is the one on which the sheet writes it, for every block that has an id."""
    written = [(number, line) for number, line in enumerate(SHEET.splitlines(), 1) if line.startswith("id = ")]
    found = []
    for kind in ("entity", "event", "status"):
        blocks = re.findall(rf"^\[\[{kind}\]\]\nid = \"(.+)\"$", SHEET, re.MULTILINE)
        found += [(LINES.line_of(kind, number, name), f'id = "{name}"') for number, name in enumerate(blocks)]
    assert len(found) == 9
    assert found == written


@pytest.mark.parametrize(
    ("value", "key", "line"),
    [
        ("", "", "[[status]]"),
        ("LEAGUE", "", 'object = "LEAGUE"'),
        ("AAB", "", 'subject = "AAB"'),
        ("nowhere in the sheet", "", "[[status]]"),
        ("nowhere in the sheet", "holds", "holds = false"),
        ("", "passages", 'passages = [ "Belmark is not in the League." ]'),
        ("Belmark is not", "", 'title = "Belmark is not a member of the League"'),
        ("", "location", "[[status]]"),
    ],
)
def test_a_line_is_that_of_the_value_then_of_the_key_then_of_the_block(value: str, key: str, line: str) -> None:
    """A value in quotes comes first, then the bare words, then the key, then the header of the block."""
    assert SHEET.splitlines()[LINES.line_of("status", 2, value, key) - 1] == line


def test_a_line_stays_in_its_block() -> None:
    """A value that other blocks have too is found in the block that was asked for."""
    found = [LINES.line_of("event", number, "AAA") for number in range(2)]
    found += [LINES.line_of("status", number, "AAA") for number in range(2)]
    assert [SHEET.splitlines()[line - 1].partition(" ")[0] for line in found] == ["participants"] * 2 + ["subject"] * 2
    assert len(set(found)) == 4


def test_a_block_that_is_not_there_stands_on_the_first_line() -> None:
    """Where the sheet has no such block, the problem points at its beginning."""
    assert LINES.line_of("event", 99, "AAA") == 1
