"""Releases: what is due, what changed and why, and that history holds."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from caucasus_events.building import dataset, release, standing
from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError, ProblemsError, ReleaseError, UnknownNameError
from caucasus_events.ledger import changelog, differences, due, frozen, reasons, versions
from caucasus_events.ledger.frozen import Frozen, read_frozen
from caucasus_events.model import schema
from caucasus_events.model.rows import FILES
from caucasus_events.reading import integrity, tables

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
FIGHTING = "aland-borland-fighting-1990"
# A correction that other sources bear out as they did the date before it.
HALF = "[2016-04-01..2016-04-15]"
REASON = "The text gives the month only."
CHANGE = f'\n[[change]]\nid = "{FIGHTING}"\nreason = "{REASON}"\nreason_code = "corrected_date"\n'
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


@pytest.fixture
def checkout(mini: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout in which 1.0.0 is frozen."""
    set_version(monkeypatch, "1.0.0")
    dataset.build_dataset(mini)
    release.freeze(mini, "2031-02-03")
    return mini


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


def refused(root: Path) -> str:
    """Build what cannot be built, and give the whole message."""
    with pytest.raises(ProblemsError) as caught:
        dataset.build_in_memory(root)
    return str(caught.value)


def cells(frame: pd.DataFrame) -> set[tuple[object, ...]]:
    """Give table, id, column, old and new of every change."""
    return set(frame[["table", "id", "column", "old", "new"]].itertuples(index=False, name=None))


CORRECTED = {
    ("events", FIGHTING, "date", "1990-02-20", "1990-02"),
    ("events", FIGHTING, "date_precision", "day", "month"),
    *(
        (table, FIGHTING, column, "1990-02-20", day)
        for table in ("events", "timeline")
        for column, day in {
            "start_earliest": "1990-02-01",
            "start_latest": "1990-02-28",
            "end_earliest": "1990-02-01",
            "end_latest": "1990-02-28",
        }.items()
    ),
}


def test_the_first_release_has_no_changes(checkout: Path) -> None:
    """With nothing before it, 1.0.0 is frozen with an empty history, and everything agrees."""
    assert standing.check_dataset(checkout)[0].history.table.empty
    assert release.status_text(release.status(checkout)) == (
        "last release   1.0.0\n"
        "this version   1.0.0\n"
        "due            nothing\n"
        "state          released: the tables are those of the last release"
    )
    assert release.check(checkout) == [
        "0 changes lead from each of 1 frozen releases to the tables of today",
        "the changelog tells the Data part of 1 releases as their tables do",
    ]
    assert (checkout / "CHANGELOG.md").read_text("utf-8") == (
        "# Changelog\n\n## Unreleased\n\n## 1.0.0 (2031-02-03)\n\n### Data\n\n"
        "The first release: 2 events and 3 statuses, 2 of them explicit denials, among 3 entities, coded from 1 "
        "document.\n"
    )


def test_a_version_before_the_first_is_pending(mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 1.0.0 nothing is frozen, and the status says what to write."""
    set_version(monkeypatch, "0.9.0")
    assert release.status_text(release.status(mini)) == (
        "last release   none\n"
        "this version   0.9.0\n"
        "due            the first release, 1.0.0\n"
        'state          pending: to release, write VERSION = "1.0.0" in src/caucasus_events/describing/about.py'
    )
    with pytest.raises(ReleaseError, match=r"^0\.9\.0 cannot be frozen\n"):
        release.freeze(mini, "2031-02-03")


def test_a_corrected_date_becomes_its_cells_with_their_reason(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date corrected in a sheet leads to 1.1.0, whose changes are exactly the cells that follow from it."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    assert release.status(checkout).state == "ready"
    written = release.freeze(checkout, "2031-03-04")
    assert written == ["validation/releases/1.1.0/", "data/", "CHANGELOG.md", "CITATION.cff", ".zenodo.json"]
    found = pd.read_parquet(checkout / "data" / "changes.parquet")
    assert cells(found) == CORRECTED
    assert len(found) == len(CORRECTED)
    assert set(found[["version", "operation", "reason", "reason_code"]].itertuples(index=False, name=None)) == {
        ("1.1.0", "changed", REASON, "corrected_date")
    }
    schema.Changes.validate(found)
    assert release.check(checkout)[0] == "10 changes lead from each of 2 frozen releases to the tables of today"
    assert "## 1.1.0 (2031-03-04)\n\n### Data\n\n**Corrected dates**\n\n" in (checkout / "CHANGELOG.md").read_text(
        "utf-8"
    )
    assert f"- `{FIGHTING}`: date: 1990-02-20 → 1990-02. {REASON}\n" in (checkout / "CHANGELOG.md").read_text("utf-8")
    assert len(integrity.verify(checkout / "data")) == len(tables.FILES)
    standing.check_dataset(checkout)


def test_replaying_the_changes_on_a_frozen_release_gives_the_tables(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables of 1.0.0 and the shipped changes give those of 1.2.0, to the last type."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    add_a_seed(checkout)
    set_version(monkeypatch, "1.2.0")
    release.freeze(checkout, "2031-04-05")
    shipped = pd.read_parquet(checkout / "data" / "changes.parquet")
    for version in ("1.0.0", "1.1.0"):
        old = frozen.read_frozen(checkout, version)
        assert old is not None
        later = shipped[shipped["version"] > version]
        assert len(later)
        for name, frame in differences.replay(old.tables, later).items():
            pd.testing.assert_frame_equal(frame, pd.read_parquet(checkout / "data" / f"{name}.parquet"))


def add_a_seed(root: Path) -> None:
    """Add a second document with one event."""
    text = "Aland and Borland fought again in 1991.\n"
    (root / "seeds" / "second.txt").write_text(text, "utf-8")
    (root / "seeds" / "second.toml").write_text(SECOND.format(digest=dataset.records.quotes.digest(text)), "utf-8")


def test_new_records_need_no_reason(checkout: Path) -> None:
    """A new document is a minor step; its rows are told whole, as new records, and nobody is asked why."""
    add_a_seed(checkout)
    built = dataset.build_in_memory(checkout)
    found = built.history.table
    assert set(found["operation"]) == {"added"}
    assert set(found["reason_code"]) == {"new_record"}
    assert found["reason"].isna().all()
    assert built.history.due.level == "minor"
    assert changelog.data_part("1.1.0", built.shipped) == (
        "**New records**\n\n- `second`: added in sources\n- `aland-borland-fighting-1991`: added in events"
    )


UNEXPLAINED = (
    f"data/events.parquet: event {FIGHTING}: it changed since 1.0.0 and no sheet says why\n"
    "    cell      events.date: 1990-02-20 → 1990-02\n"
    "    cell      events.start_earliest: 1990-02-20 → 1990-02-01\n"
    "    cell      events.start_latest: 1990-02-20 → 1990-02-28\n"
    "    cell      events.end_earliest: 1990-02-20 → 1990-02-01\n"
    "    cell      events.end_latest: 1990-02-20 → 1990-02-28\n"
    "    cell      events.date_precision: day → month\n"
    "    and       4 more\n"
    f'    do        add [[change]] with id = "{FIGHTING}", reason and\n'
    "              reason_code to its sheet, or undo the change"
)


def without(root: Path, *tables: str, column: str = "") -> dataset.Compared:
    """Compare with a last release that lacked some tables, and a column of the events."""
    last = frozen.read_frozen(root)
    assert last is not None
    kept = {name: frame for name, frame in last.tables.items() if name not in tables}
    kept["events"] = kept["events"].drop(columns=[column] if column else [])
    form = {**last.form, "tables": {name: last.form["tables"][name] for name in kept}}
    then = frozen.Frozen(last.version, last.released, kept, form)
    compared = dataset.compare(root)
    coded = [*dataset.read_seeds(root), dataset.readings.code_layer(root)]
    return compared._replace(history=reasons.explain(compared.tables, coded, then, "1.1.0"))


def test_new_tables_and_columns_are_told_in_a_line_each(checkout: Path) -> None:
    """The rows of a new table and the cells of a new column are counted, not listed, and need no reason."""
    found = without(checkout, "corroborations", "external_ids", column="location")
    assert found.history.problems == []
    table = found.history.table
    assert set(table["reason_code"]) == {"new_table"}
    assert table["reason"].isna().all()
    schema.Changes.validate(table)
    assert changelog.data_part("1.1.0", {**found.tables, "changes": table}) == (
        "**New tables and columns**\n\n"
        "- table added: `corroborations`, 2 rows\n"
        "- column added: `events.location`\n"
        "- table added: `external_ids`, 1 row"
    )


@pytest.mark.parametrize(
    ("places", "line"),
    [
        ([("events", FIGHTING, "start_earliest")], f"- `{FIGHTING}`: start_earliest in events. Why."),
        ([("timeline", FIGHTING, "citation")], f"- `{FIGHTING}`: citation in timeline. Why."),
        (
            [("coverage", "mini 0", "end_char"), ("coverage", "mini 0", "disposition")],
            "- `mini`: end_char in coverage, disposition in coverage. Why.",
        ),
        (
            [("events", FIGHTING, "date"), ("timeline", FIGHTING, "start_latest")],
            f"- `{FIGHTING}`: date: 1 → 2. Why.",
        ),
    ],
)
def test_every_reason_is_told(places: list[tuple[str, str, str]], line: str, checkout: Path) -> None:
    """A record that changed only where others follow it is told with its reason; no reason is told twice."""
    same = {"version": "1.0.1", "operation": "changed", "old": "1", "new": "2"}
    same |= {"reason": "Why.", "reason_code": "coding_rule"}
    rows = [same | {"table": table, "id": name, "column": column} for table, name, column in places]
    told = changelog.data_part("1.0.1", {**dataset.compare(checkout).tables, "changes": pd.DataFrame(rows)})
    assert told == f"**Coding rules**\n\n{line}"


def test_a_change_without_a_reason_is_refused_with_its_cells(checkout: Path) -> None:
    """Who changes a released cell is told which cells changed and what to add."""
    correct_the_date(checkout, more="")
    assert refused(checkout) == UNEXPLAINED
    assert release.status(checkout).state == "unexplained"


def test_a_reason_that_explains_nothing_is_refused(checkout: Path) -> None:
    """A block without a change is named at its line."""
    edit(checkout, "[[set_aside]]", "[[set_aside]]", CHANGE)
    assert refused(checkout) == (
        f"seeds/mini.toml:87: change {FIGHTING}: the block explains no change since 1.0.0\n"
        "    do        remove it, or make the change that it explains"
    )


def test_a_reason_is_spent_by_its_release(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words that explained one release explain no later one; they may stay in the sheet."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    standing.check_dataset(checkout)
    edit(checkout, 'date = "1990-02"', 'date = "1990"')
    assert refused(checkout).startswith(
        f"data/events.parquet: event {FIGHTING}: it changed since 1.1.0 and no sheet says why\n"
    )


def test_an_unknown_reason_code_lists_the_known_ones(checkout: Path) -> None:
    """A code that the codebook lacks is named with the nearest."""
    correct_the_date(checkout, CHANGE.replace("corrected_date", "corrected_dates"))
    assert refused(checkout) == (
        f"seeds/mini.toml:89: change {FIGHTING}: unknown reason_code 'corrected_dates'\n"
        "    known     corrected_date, corrected_parties, corrected_text, coding_rule\n"
        "    do        write corrected_date, or another known code"
    )


@pytest.mark.parametrize(("version", "state"), [("1.0.1", "refused"), ("1.1.0", "ready"), ("2.0.0", "ready")])
def test_a_step_below_the_computed_one_is_refused(
    version: str, state: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corrected cell is a minor step: a patch is refused, and nothing is frozen."""
    correct_the_date(checkout)
    set_version(monkeypatch, version)
    assert release.status(checkout).state == state
    if state == "refused":
        with pytest.raises(ReleaseError) as caught:
            release.freeze(checkout, "2031-03-04")
        assert str(caught.value) == (
            "1.0.1 cannot be frozen\n"
            "last release   1.0.0\n"
            "this version   1.0.1\n"
            "due            minor: 1.1.0 or higher\n"
            "               cells of events are changed: date, start_earliest, start_latest, end_earliest, end_latest, "
            "date_precision\n"
            "               cells of timeline are changed: start_earliest, start_latest, end_earliest, end_latest\n"
            "state          refused: the version is too low; "
            'write VERSION = "1.1.0" in src/caucasus_events/describing/about.py'
        )
        assert frozen.released(checkout) == ["1.0.0"]


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


def withdraw(root: Path, more: str) -> None:
    """Take a record out of the sheet; its words are set aside."""
    sheet = root / "seeds" / "mini.toml"
    kept = re.sub(rf'\[\[event\]\]\nid = "{FIGHTING}".*?(?=\[\[event)', "", sheet.read_text("utf-8"), flags=re.DOTALL)
    kept = kept.replace('"and may go on."', '"Fighting broke out between them on 20 February 1990 and may go on."')
    sheet.write_text(kept + more, "utf-8")


def test_a_withdrawn_record_leaves_a_tombstone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A withdrawn id stays in changes with the row it was, why it went and what replaces it: a minor step."""
    withdraw(checkout, WITHDRAWN)
    assert "rows are withdrawn from events" in release.status(checkout).due.why
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    found = pd.read_parquet(checkout / "data" / "changes.parquet")
    stone = found[found["operation"] == "withdrawn"]
    assert stone[["table", "id", "new", "reason", "reason_code"]].to_numpy().tolist() == [
        [
            "events",
            FIGHTING,
            "aland-borland-border-closure-1988",
            "The fighting and the closure are one occurrence.",
            "withdrawn",
        ]
    ]
    assert '"date": "1990-02-20"' in stone["old"].iloc[0]
    line = f"- `{FIGHTING}`: withdrawn, replaced by `aland-borland-border-closure-1988`. The fighting and"
    assert line in (checkout / "CHANGELOG.md").read_text("utf-8")


def test_an_id_that_goes_without_a_word_is_a_major_step(checkout: Path) -> None:
    """Without a tombstone a lost id breaks what others built on it, and is not built at all."""
    withdraw(checkout, "")
    assert release.status(checkout).due == due.Due("major", (f"{FIGHTING} is gone from events without [[withdrawn]]",))
    assert f'add [[withdrawn]] with id = "{FIGHTING}", reason' in refused(checkout)


def test_a_withdrawn_id_is_never_used_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id with a tombstone cannot come back for something else."""
    before = (checkout / "seeds" / "mini.toml").read_text("utf-8")
    withdraw(checkout, WITHDRAWN)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    (checkout / "seeds" / "mini.toml").write_text(before, "utf-8")
    assert (
        f"data/events.parquet: event {FIGHTING}: the id was withdrawn in an earlier release\n"
        "    do        give the record another id: a withdrawn one is never used again"
    ) in refused(checkout)


def test_a_withdrawal_in_favour_of_nothing_is_refused(checkout: Path) -> None:
    """What replaces a record must exist."""
    withdraw(checkout, WITHDRAWN.replace("border-closure-1988", "border-closure-1989"))
    assert "no record is called 'aland-borland-border-closure-1989'" in refused(checkout)


def test_frozen_releases_are_never_touched(checkout: Path) -> None:
    """A frozen file with one other byte is named, and nothing is built on it."""
    path = checkout / "validation" / "releases" / "1.0.0" / "events.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"2")
    with pytest.raises(ProblemsError) as caught:
        dataset.build_in_memory(checkout)
    assert str(caught.value).startswith(
        "validation/releases/1.0.0/events.parquet: the file is not what was released\n    frozen    "
    )


RELEASE = "validation/releases/1.0.0/release.json"
RESTORE = "    do        restore it: a release never changes"


def said(root: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Change what a release says of itself, its own digest with it, and give the whole message."""
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
    assert whole == f"{RELEASE}: the number of rows of events is another\n    told      9\n    found     2\n{RESTORE}"
    message = said(
        checkout,
        lambda told: (told["tables"]["events"].update(rows=2), events(told)["type"]["codes"].remove("clash")),
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


def test_a_release_before_the_last_is_refused(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Releases follow each other in time: a day before the last release is refused, and nothing is frozen."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    with pytest.raises(InvalidValueError) as caught:
        release.freeze(checkout, "2031-02-02")
    assert str(caught.value) == (
        "'2031-02-02' is before 1.0.0, which was released on 2031-02-03; write that day or a later one"
    )
    assert frozen.released(checkout) == ["1.0.0"]


@pytest.mark.parametrize("part", ["changes", "changelog", "citation", "section"])
def test_whatever_tells_of_history_must_agree(part: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes that lead elsewhere, a changelog that says something else, an old citation: each is named."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    log = checkout / "CHANGELOG.md"
    if part == "changelog":
        log.write_text(log.read_text("utf-8").replace(REASON, "Nobody said why."), "utf-8")
    elif part == "section":
        log.write_text(log.read_text("utf-8") + "\n## 0.9.0 (2030-01-01)\n", "utf-8")
    elif part == "citation":
        (checkout / "CITATION.cff").write_text("version: 1.0.0\n", "utf-8")
    else:
        replay = differences.replay
        monkeypatch.setattr(differences, "replay", lambda old, changes: replay(old, changes.iloc[1:]))
    with pytest.raises(ProblemsError) as caught:
        release.check(checkout)
    expected = {
        "changelog": "CHANGELOG.md:5: the Data part of 1.1.0 is not what the tables tell\n",
        "section": "CHANGELOG.md: version 0.9.0 has a section and is not frozen\n",
        "citation": "CITATION.cff: the file does not describe 1.1.0\n",
        "changes": "events.parquet: the changes since 1.0.0 do not lead to data/events.parquet\n",
    }
    assert expected[part] in str(caught.value)


def test_every_release_has_one_section_with_one_data_part(checkout: Path) -> None:
    """A second section for a version, or a second Data part in one, is named with its place."""
    log = checkout / "CHANGELOG.md"
    text = log.read_text("utf-8")
    log.write_text(text + "\n## 1.0.0 (2031-02-04)\n\n### Data\n\nAnything.\n", "utf-8")
    with pytest.raises(ProblemsError) as second:
        release.check(checkout)
    assert str(second.value) == (
        "CHANGELOG.md: the sections are not the frozen versions, the newest first\n"
        "    sections  1.0.0, 1.0.0\n"
        "    frozen    1.0.0\n"
        "    do        restore it: every frozen version has one section"
    )
    log.write_text(text + "\n### Data\n\nAnything.\n", "utf-8")
    with pytest.raises(ProblemsError) as twice:
        release.check(checkout)
    assert str(twice.value) == ("CHANGELOG.md:5: 1.0.0 has 2 Data parts\n    do        keep the one that freeze wrote")


def test_the_sections_stand_with_the_newest_first() -> None:
    """Sections in another order, or without a day, are no changelog of these versions."""
    whole = "# Changelog\n\n## Unreleased\n\n## 1.1.0 (2031-03-04)\n\n## 1.0.0 (2031-02-03)\n"
    assert changelog.order_problems(whole, ["1.0.0", "1.1.0"]) == []
    found = changelog.order_problems("## 1.0.0 (2031-02-03)\n\n## 1.1.0 (2031-03-04)\n", ["1.0.0", "1.1.0"])
    assert [problem.what for problem in found] == ["the sections are not the frozen versions, the newest first"]
    bare = changelog.order_problems("## 1.0.0\n\n## Notes\n", ["1.0.0"])
    assert [problem.what for problem in bare] == ["version Notes has a section and is not frozen"]


# How the form of the last release was, where it differs from that of today.
FORMS: dict[str, Callable[[dict[str, Any]], object]] = {
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


def events(form: dict[str, Any]) -> dict[str, Any]:
    """Give the columns of the events."""
    columns: dict[str, Any] = form["tables"]["events"]["columns"]
    return columns


def changed_form(root: Path, change: str) -> due.Due:
    """Compute the step that is due after the form of the tables changed."""
    last = read_frozen(root)
    assert last is not None
    was: dict[str, Any] = copy.deepcopy(last.form)
    FORMS[change](was)
    frozen = Frozen(last.version, last.released, last.tables, was)
    return due.due(frozen, dataset.compare(root).tables, [], set())


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
def test_the_step_is_computed_from_the_form(change: str, level: str, why: str, checkout: Path) -> None:
    """What a reader's code depends on may only go with a major step, and only come with a minor one."""
    assert changed_form(checkout, change) == due.Due(level, (why,))


def test_a_title_is_a_patch(checkout: Path) -> None:
    """Words that are only for reading change no analysis."""
    reason = CHANGE.replace("corrected_date", "corrected_text")
    edit(checkout, 'title = "Fighting between Aland and Borland"', 'title = "Fighting of Aland and Borland"', reason)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert found.due == due.Due("patch", ("cells of events are changed: title", "cells of timeline are changed: title"))
    assert found.version == "1.0.1"


def test_the_reason_of_a_seed_explains_what_follows_from_it(checkout: Path) -> None:
    """A corrected horizon changes every record of the seed; one reason, for the seed, is enough."""
    reason = '\n[[change]]\nid = "mini"\nreason = "It went to print a day before."\nreason_code = "corrected_date"\n'
    edit(checkout, 'speaks_until = "1991-05-07"', 'speaks_until = "1991-05-06"', reason)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {entry["reason"] for entry in found.entries} == {"It went to print a day before."}
    assert {entry["table"] for entry in found.entries} == {"sources", "events", "statuses", "timeline"}


NAMED = '\n[[change]]\nid = "ALA"\nreason = "Its name."\nreason_code = "corrected_text"\n'


def test_the_reason_of_an_entity_explains_its_name_and_no_date(checkout: Path) -> None:
    """A corrected name explains the parties written with it; a date changed beside it is still refused."""
    edit(checkout, 'name = "Aland"', 'name = "Åland"', NAMED)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {(entry["table"], entry["column"]) for entry in found.entries} == {
        ("entities", "name"),
        ("events", "participants"),
        ("timeline", "parties"),
    }
    correct_the_date(checkout, more="")
    assert refused(checkout) == UNEXPLAINED


def test_a_new_entity_explains_who_is_party_and_nothing_else(checkout: Path) -> None:
    """The reason of an entity that is new explains that records name it in place of another."""
    new = '\n[[entity]]\nid = "UNION"\nname = "Union of Lands"\nkind = "organisation"\n'
    why = '\n[[change]]\nid = "UNION"\nreason = "It is another."\nreason_code = "corrected_parties"\n'
    sheet = checkout / "seeds" / "mini.toml"
    head, _, rest = sheet.read_text("utf-8").partition('subject = "BOR"\nobject = "LEAGUE"')
    sheet.write_text(f'{head}subject = "BOR"\nobject = "UNION"{rest}{new}{why}', "utf-8")
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {(entry["table"], entry["column"], entry["reason"]) for entry in found.entries} == {
        ("entities", None, None),
        ("statuses", "object", "It is another."),
        ("timeline", "parties", "It is another."),
    }
    sheet.write_text(sheet.read_text("utf-8").replace("Borland is not a member", "Borland is no member"), "utf-8")
    assert refused(checkout) == (
        "data/statuses.parquet: status borland-league-not-membership: it changed since 1.0.0 and no sheet says why\n"
        "    cell      statuses.title: Borland is not a member of the League → Bo …\n"
        "    cell      timeline.title: Borland is not a member of the League → Bo …\n"
        '    do        add [[change]] with id = "borland-league-not-membership", reason\n'
        "              and reason_code to its sheet, or undo the change"
    )


@pytest.mark.parametrize(
    ("key", "old", "new", "columns"),
    [
        ("title", "A small text", "A text", {"citation"}),
        ("url", "https://example.org/mini", "https://example.org/m", {"url"}),
    ],
)
def test_the_reason_of_a_seed_explains_its_citation_and_no_title(
    key: str, old: str, new: str, columns: set[str], checkout: Path
) -> None:
    """What is said of a document changes how its records cite it; a record's own words need their own reason."""
    reason = '\n[[change]]\nid = "mini"\nreason = "As printed."\nreason_code = "corrected_text"\n'
    edit(checkout, f'{key} = "{old}"', f'{key} = "{new}"', reason)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {entry["column"] for entry in found.entries if entry["table"] == "timeline"} == columns
    edit(checkout, 'title = "Fighting between Aland and Borland"', 'title = "Fighting of Aland and Borland"')
    assert refused(checkout) == (
        f"data/events.parquet: event {FIGHTING}: it changed since 1.0.0 and no sheet says why\n"
        "    cell      events.title: Fighting between Aland and Borland → Fightin …\n"
        "    cell      timeline.title: Fighting between Aland and Borland → Fight …\n"
        f'    do        add [[change]] with id = "{FIGHTING}", reason and\n'
        "              reason_code to its sheet, or undo the change"
    )


def test_what_follows_from_what_names_columns_that_exist() -> None:
    """Every place in the table of what follows is a column of a table, or rows that come or go."""
    follows = reasons._FOLLOWS  # noqa: SLF001 - the table is the rule itself
    for place in {*follows, *(place for places in follows.values() for place in places)}:
        table, _, what = place.partition(".")
        assert what in {"added", "removed", *FILES[table].meanings}, place


def test_a_withdrawn_record_takes_its_readings_with_it(checkout: Path) -> None:
    """One reason explains a record that goes and its readings; what replaces the record replaces none of these."""
    status, layer = "aland-borland-border-closed", checkout / "validation" / "corroboration.toml"
    sheet = checkout / "seeds" / "mini.toml"
    block = rf'\[\[status\]\]\nid = "{status}".*?(?=\[\[status)'
    gone = [(status, f'replaced_by = "{FIGHTING}"\n'), ("atlas", ""), ("gazette-1988", "")]
    why = [f'\n[[withdrawn]]\nid = "{name}"\nreason = "Wrong."\n{heir}' for name, heir in gone]
    text = re.sub(block, "", sheet.read_text("utf-8"), flags=re.DOTALL)
    sheet.write_text(text + "".join(why), "utf-8")
    layer.unlink()
    found = dataset.compare(checkout).history
    assert found.problems == []
    stones = found.table[found.table["operation"] == "withdrawn"]
    heirs = dict(zip(stones["id"], stones["new"].astype(object).where(stones["new"].notna(), None), strict=True))
    readings = dict.fromkeys((f"{status}-start-1987", f"{status}-start-1988-05"))
    assert heirs == {status: FIGHTING, **readings, "atlas": None, "gazette-1988": None}


def test_changes_are_filtered_by_version_and_table(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers ask for what changed after a version, in a table; versions compare as numbers."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.10.0")
    release.freeze(checkout, "2031-03-04")
    monkeypatch.setattr(tables, "data_path", lambda name: checkout / "data" / f"{name}.parquet")
    assert len(tables.changes()) == 10
    assert len(tables.changes("1.9.0")) == len(tables.changes(since="1.0.0")) == 10
    assert len(tables.changes("1.10.0")) == 0
    assert len(tables.changes(table="events")) == 6
    assert tables.changes(table="coverage").empty


def test_changes_refuse_what_is_no_version_and_no_table() -> None:
    """A version has three numbers, and a table a known name."""
    with pytest.raises(InvalidValueError) as version:
        tables.changes("last week")
    assert str(version.value) == "'last week' is no version; write three numbers: 1.0.0"
    with pytest.raises(UnknownNameError, match=r"^unknown table 'event' \(nearest: events; known: sources, "):
        tables.changes(table="event")


def test_a_day_that_is_none_is_refused(checkout: Path) -> None:
    """The day of a release is written by a person, as YYYY-MM-DD."""
    with pytest.raises(InvalidValueError) as caught:
        release.freeze(checkout, "tomorrow")
    assert str(caught.value) == "'tomorrow' is no day; write YYYY-MM-DD"


def command(root: Path, *words: str) -> str:
    """Run the command line of a clone."""
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONWARNINGS": "ignore"}
    line = [sys.executable, "-m", "caucasus_events", *words]
    return subprocess.run(line, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout


def releasing() -> str:
    """Return what CONTRIBUTING says under "Releasing"."""
    book = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    return book.partition("\n## Releasing\n")[2].partition("\n## ")[0]


def test_the_book_of_releasing_says_to_install_again() -> None:
    """After the version is written, CONTRIBUTING says to install again, before the gate compares the metadata."""
    steps = releasing()
    order = ["src/caucasus_events/describing/about.py", "`pip install -e .`", "release freeze", "validation/gate"]
    assert [*sorted(order, key=steps.index)] == order
    assert 0 < len(steps.strip().splitlines()) <= 20


def released_by_the_book(root: Path, day: str) -> None:
    """Do what CONTRIBUTING says under "Releasing", command by command."""
    section = releasing()
    assert 0 < len(section.strip().splitlines()) <= 20
    shown = re.findall(r"`caucasus-events ([^`]+)`", section)
    assert shown == ["build", "release status", "release freeze --date YYYY-MM-DD", "verify"]
    command(root, *shown[0].split())
    written = re.search(r'write VERSION = "(\S+)" in (\S+)', command(root, *shown[1].split()))
    if written:
        source = root / written[2]
        source.write_text(
            re.sub(r'(?m)^VERSION = ".*"$', f'VERSION = "{written[1]}"', source.read_text("utf-8")), "utf-8"
        )
    command(root, *shown[2].replace("YYYY-MM-DD", day).split())


def test_a_newcomer_releases_a_correction_by_the_book(tmp_path: Path) -> None:
    """In a clone, a corrected date and CONTRIBUTING alone lead to a minor release with exactly its cells, and why."""
    root = Path(shutil.copytree(ROOT, tmp_path / "clone", ignore=shutil.ignore_patterns(".*", "*.egg-info")))
    shutil.copy(ROOT / ".zenodo.json", root)
    if release.status(root).state != "released":
        released_by_the_book(root, "2031-02-03")
    before = frozen.read_frozen(root)
    assert before is not None
    record, reason = "armenia-azerbaijan-ceasefire-2016", "The text says that it was early in the month."
    sheet = root / "seeds" / "markedonov-2020.toml"
    head, found, rest = sheet.read_text("utf-8").partition(f'id = "{record}"')
    assert found
    block = f'\n[[change]]\nid = "{record}"\nreason = "{reason}"\nreason_code = "corrected_date"\n'
    sheet.write_text(head + found + rest.replace('date = "2016-04"', f'date = "{HALF}"', 1) + block, "utf-8")
    released_by_the_book(root, "2031-03-04")
    after = frozen.read_frozen(root)
    assert after is not None
    assert versions.parse(after.version) == (*versions.parse(versions.next_version(before.version, "minor")),)
    changes = after.tables["changes"]
    changes = changes[changes["version"] == after.version]
    expected = {
        (table, record, column, "2016-04-30", "2016-04-15")
        for table in ("events", "timeline")
        for column in ("start_latest", "end_latest")
    }
    expected |= {("events", record, "date", "2016-04", HALF), ("events", record, "date_precision", "month", "range")}
    assert cells(changes) == expected
    assert len(changes) == len(expected)
    assert set(changes["reason"]) == {reason}
    assert f"date: 2016-04 → {HALF}. {reason}" in (root / "CHANGELOG.md").read_text("utf-8")
    assert "compared" in command(root, "check")
