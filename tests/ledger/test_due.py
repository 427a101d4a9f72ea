"""How large a step is due: what comes, what goes, and what is told in other words."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from caucasus_events.building import dataset, release
from caucasus_events.ledger import due
from caucasus_events.ledger.frozen import read_frozen
from releases import CHANGE, FIGHTING, edit, events, refused, withdraw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# How the shape of the last release was, where it differs from that of today.
SHAPES: dict[str, Callable[[dict[str, Any]], object]] = {
    "column gone": lambda was: events(was).update(mood={"type": "str", "description": "x", "codes": []}),
    "column new": lambda was: events(was).pop("location"),
    "retyped": lambda was: events(was)["title"].update(type="category"),
    "code gone": lambda was: events(was)["type"]["codes"].append("parade"),
    "code new": lambda was: events(was)["type"]["codes"].remove("clash"),
    "codes in another order": lambda was: events(was)["type"]["codes"].reverse(),
    "table gone": lambda was: was["tables"].update(maps=was["tables"]["events"]),
    "table new": lambda was: was["tables"].pop("coverage"),
    "loader gone": lambda was: was["names"].append("load_maps"),
    "function new": lambda was: was["names"].remove("load_events"),
    "key": lambda was: was["tables"]["events"].update(key=["title"]),
    "words": lambda was: events(was)["title"].update(description="other words"),
}


def with_shape(root: Path, change: str) -> due.Due:
    """Compute the step that is due after the shape of the tables changed."""
    last = read_frozen(root)
    assert last is not None
    was: dict[str, Any] = copy.deepcopy(last.shape)
    SHAPES[change](was)
    return due.due(replace(last, shape=was), dataset.compare(root).tables, [], set())


@pytest.mark.parametrize(
    ("change", "level", "why"),
    [
        ("column gone", "major", "the column events.mood is gone"),
        ("column new", "minor", "the column events.location is new"),
        ("retyped", "major", "events.title was of type category and is str"),
        ("code gone", "major", "the code events.type = parade is gone"),
        ("code new", "minor", "the code events.type = clash is new"),
        ("codes in another order", "minor", "the codes of events.type stand in another order"),
        ("table gone", "major", "the table maps is gone"),
        ("table new", "minor", "the table coverage is new"),
        ("loader gone", "major", "the public name load_maps is gone"),
        ("function new", "minor", "the public name load_events is new"),
        ("key", "major", "the key of events is another"),
        (
            "words",
            "patch",
            "events.title is described in other words (if it means something else, that is a major step)",
        ),
    ],
)
def test_the_step_is_computed_from_the_shape(change: str, level: str, why: str, checkout: Path) -> None:
    """What a reader's code depends on may only go with a major step, and only come with a minor one."""
    assert with_shape(checkout, change) == due.Due(level, (why,))


def test_a_title_is_a_patch(checkout: Path) -> None:
    """Words that are only for reading change no analysis."""
    reason = CHANGE.replace("corrected_date", "corrected_text")
    edit(checkout, 'title = "Fighting between Aland and Borland"', 'title = "Fighting of Aland and Borland"', reason)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert found.due == due.Due("patch", ("cells of events are changed: title", "cells of timeline are changed: title"))
    assert found.version == "1.0.1"


def test_an_id_that_goes_without_a_word_is_a_major_step(checkout: Path) -> None:
    """Without a tombstone a lost id breaks what others built on it, and is not built at all."""
    withdraw(checkout, "")
    assert release.status(checkout).due == due.Due("major", (f"{FIGHTING} is gone from events without [[withdrawn]]",))
    assert f'add [[withdrawn]] with id = "{FIGHTING}", reason' in refused(checkout)
