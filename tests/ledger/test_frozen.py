"""Frozen releases: none is altered, none vanishes, and each is what it states of itself."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from caucasus_events.building import dataset, release
from caucasus_events.errors import ProblemsError
from caucasus_events.ledger import frozen
from releases import correct_the_date, events, set_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RELEASE = "validation/releases/1.0.0/release.json"
RESTORE = "    do        restore it: a release never changes"


def test_frozen_releases_are_never_touched(checkout: Path) -> None:
    """A frozen file with one other byte is named, and nothing is built on it."""
    path = checkout / "validation" / "releases" / "1.0.0" / "events.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"2")
    with pytest.raises(ProblemsError) as caught:
        dataset.build_in_memory(checkout)
    assert str(caught.value).startswith(
        "validation/releases/1.0.0/events.parquet: the file is not what was released\n    frozen    "
    )


def said(root: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Change what a release says of itself, its own digest with it, and return the whole message."""
    told = json.loads((root / RELEASE).read_text("utf-8"))
    change(told)
    told["sha256"] = frozen.own_digest(told)
    (root / RELEASE).write_text(json.dumps(told), "utf-8")
    with pytest.raises(ProblemsError) as caught:
        release.check(root)
    return str(caught.value)


def test_a_release_is_held_against_its_files(checkout: Path) -> None:
    """Day, version, types, codes and numbers that release.json states are those of its files, each named if not."""
    message = said(checkout, lambda told: events(told)["title"].update(type="category"))
    head = f"{RELEASE}: the type of events.title is another\n"
    assert message == f'{head}    told      "category"\n    found     "str"\n{RESTORE}'
    whole = said(
        checkout, lambda told: (events(told)["title"].update(type="str"), told["tables"]["events"].update(rows=9))
    )
    assert whole == f"{RELEASE}: the number of rows of events is another\n    told      9\n    found     3\n{RESTORE}"
    message = said(
        checkout, lambda told: (told["tables"]["events"].update(rows=3), events(told)["type"]["codes"].remove("clash"))
    )
    assert message.startswith(f"{RELEASE}: the list of codes of events.type is another\n    told      [")
    message = said(checkout, lambda told: (events(told)["type"]["codes"].insert(0, "clash"), told.update(released="")))
    assert f'{RELEASE}: released in the file of events is another\n    told      ""\n' in message


def test_the_names_of_a_release_are_held_by_its_digest(checkout: Path) -> None:
    """What no file tells, the public names among it, is held by the digest that release.json has of itself."""
    path = checkout / RELEASE
    before = frozen.own_digest(json.loads(path.read_text("utf-8")))
    path.write_text(path.read_text("utf-8").replace('"load_events"', '"load_maps"'), "utf-8")
    after = frozen.own_digest(json.loads(path.read_text("utf-8")))
    with pytest.raises(ProblemsError) as caught:
        release.check(checkout)
    assert str(caught.value) == (
        f"{RELEASE}: the digest of this file is another\n"
        f'    told      "{before[:57]} …\n    found     "{after[:57]} …\n{RESTORE}'
    )


@pytest.mark.parametrize("name", ["changes", "coverage"])
def test_a_table_that_a_release_does_not_describe_is_named(name: str, checkout: Path) -> None:
    """A table dropped from release.json is a problem with a place, not a traceback."""
    message = said(checkout, lambda told: told["tables"].pop(name))
    assert message == f"{RELEASE}: it does not describe {name}.parquet\n{RESTORE}"


def test_a_release_cannot_vanish(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that is gone, its section with it, is missed by the one that follows it."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    digest = hashlib.sha256((checkout / RELEASE).read_bytes()).hexdigest()
    shutil.rmtree((checkout / RELEASE).parent)
    log = checkout / "CHANGELOG.md"
    log.write_text(log.read_text("utf-8").partition("\n## 1.0.0")[0], "utf-8")
    for call in (lambda: release.check(checkout), lambda: release.freeze(checkout, "2031-05-06")):
        with pytest.raises(ProblemsError) as caught:
            call()
        assert str(caught.value) == (
            "validation/releases/1.1.0/release.json: the release follows another one than stands before it\n"
            f"    told      1.0.0, {digest[:16]}…\n"
            "    found     None\n"
            "    do        restore the release that is missing or altered"
        )
