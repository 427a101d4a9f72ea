"""What tests of releases do to a checkout: corrections, withdrawals, another document; what is refused then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from caucasus_events.building import dataset
from caucasus_events.describing import about
from caucasus_events.errors import ProblemsError
from caucasus_events.model.rows import sha256

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

FIGHTING = "aland-borland-fighting-1990"
REASON = "The text gives the month only."
CHANGE = f'\n[[change]]\nid = "{FIGHTING}"\nreason = "{REASON}"\nreason_code = "corrected_date"\n'
WITHDRAWN = f"""
[[withdrawn]]
id = "{FIGHTING}"
reason = "The fighting and the closure are one occurrence."
replaced_by = "aland-borland-border-closure-1988"

[[change]]
id = "mini"
reason = "The words are no longer cited."
reason_code = "corrected_text"
"""
SECOND = """\
[source]
title = "Another text"
author = "B. Writer"
publisher = "B Paper"
published = "1992-01-02"
speaks_until = "1992-01-02"
url = "https://example.org/second"
language = "en"
sha256 = "{digest}"

[[event]]
id = "aland-borland-fighting-1991"
type = "clash"
title = "More fighting between Aland and Borland"
date = "1991"
participants = [ {{ entity = "ALA", role = "side" }}, {{ entity = "BOR", role = "side" }} ]
assertion = "asserted"
passages = [ "Aland and Borland fought again in 1991." ]
"""


def set_version(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Let the package be of another version."""
    monkeypatch.setattr(about, "VERSION", version)


def edit(root: Path, old: str, new: str, more: str = "") -> None:
    """Change the sheet in one place, and add blocks at its end."""
    sheet = root / "seeds" / "mini.toml"
    written = sheet.read_text("utf-8")
    assert written.count(old) == 1
    sheet.write_text(written.replace(old, new) + more, "utf-8")


def correct_the_date(root: Path, more: str = CHANGE) -> None:
    """Correct a date in the sheet, and say why."""
    edit(root, 'date = "1990-02-20"', 'date = "1990-02"', more)


def withdraw(root: Path, more: str) -> None:
    """Take a record out of the sheet; its words are set aside."""
    sheet = root / "seeds" / "mini.toml"
    kept = re.sub(rf'\[\[event\]\]\nid = "{FIGHTING}".*?(?=\[\[event)', "", sheet.read_text("utf-8"), flags=re.DOTALL)
    kept = kept.replace('"and may go on."', '"Fighting broke out between them on 20 February 1990 and may go on."')
    sheet.write_text(kept + more, "utf-8")


def add_a_seed(root: Path) -> None:
    """Add a second document with one event."""
    text = "Aland and Borland fought again in 1991.\n"
    (root / "seeds" / "second.txt").write_text(text, "utf-8")
    (root / "seeds" / "second.toml").write_text(SECOND.format(digest=sha256(text.encode())), "utf-8")


def refused(root: Path) -> str:
    """Build what cannot be built, and return the whole message."""
    with pytest.raises(ProblemsError) as caught:
        dataset.build_in_memory(root)
    return str(caught.value)


def cells(frame: pd.DataFrame) -> set[tuple[object, ...]]:
    """Return table, id, column, old and new of every change."""
    return set(frame[["table", "id", "column", "old", "new"]].itertuples(index=False, name=None))


def events(shape: dict[str, Any]) -> dict[str, Any]:
    """Return what a release states of the columns of the events."""
    columns: dict[str, Any] = shape["tables"]["events"]["columns"]
    return columns
