"""Releases: what is due, what a freeze writes, all of it or none, and that history holds."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from caucasus_events import schema
from caucasus_events.building import aside, dataset, files, release, standing
from caucasus_events.errors import InvalidValueError, ProblemsError, ReleaseError, UnknownNameError, UnwritableError
from caucasus_events.ledger import differences, frozen
from caucasus_events.ledger.versions import next_version
from caucasus_events.model.rows import FILES
from caucasus_events.reading import integrity, tables
from releases import FIGHTING, REASON, add_a_seed, cells, correct_the_date, set_version

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
DAY = "2031-03-04"
# A correction that other sources bear out as they did the date before it.
HALF = "[2016-04-01..2016-04-15]"
CORRECTED = {
    ("events", FIGHTING, "date", "1990-02-20", "1990-02"),
    ("events", FIGHTING, "date_precision", "day", "month"),
    *(
        (table, FIGHTING, column, "1990-02-20", day)
        for table in ("events", "timeline")
        for bound, day in {
            "start_earliest": "1990-02-01",
            "start_latest": "1990-02-28",
            "end_earliest": "1990-02-01",
            "end_latest": "1990-02-28",
        }.items()
        for column in (bound, f"seed_{bound}")
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
        "The first release: 3 events and 5 statuses, 2 of them explicit denials, among 4 entities, coded from 1 "
        "document and taken from other sources.\n"
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
    schema.MODELS["changes"].validate(found)
    assert release.check(checkout)[0] == "18 changes lead from each of 2 frozen releases to the tables of today"
    assert "## 1.1.0 (2031-03-04)\n\n### Data\n\n**Corrected dates**\n\n" in (checkout / "CHANGELOG.md").read_text(
        "utf-8"
    )
    assert f"- `{FIGHTING}`: date: 1990-02-20 → 1990-02. {REASON}\n" in (checkout / "CHANGELOG.md").read_text("utf-8")
    assert len(integrity.verify(checkout / "data")) == len(FILES)
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
    now = {name: pd.read_parquet(checkout / "data" / f"{name}.parquet") for name in differences.QUOTING}
    assert not any(words in str(cell) for words in differences.words_by_digest(now).values() for cell in shipped["new"])
    for version in ("1.0.0", "1.1.0"):
        old = frozen.read_frozen(checkout, version)
        assert old is not None
        later = shipped[shipped["version"] > version]
        assert len(later)
        for name, frame in differences.replay(old.tables, later, differences.words_by_digest(now)).items():
            pd.testing.assert_frame_equal(frame, pd.read_parquet(checkout / "data" / f"{name}.parquet"))


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
            "seed_start_earliest, seed_start_latest, seed_end_earliest, seed_end_latest, date_precision\n"
            "               cells of timeline are changed: start_earliest, start_latest, end_earliest, end_latest, "
            "seed_start_earliest, seed_start_latest, seed_end_earliest, seed_end_latest\n"
            "state          refused: the version is too low; "
            'write VERSION = "1.1.0" in src/caucasus_events/describing/about.py'
        )
        assert frozen.released(checkout) == ["1.0.0"]


def test_a_release_before_the_last_is_refused(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Releases follow each other in time: a day before the last release is refused before anything is built."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    monkeypatch.setattr(dataset, "compare", lambda *_, **__: pytest.fail("the day was not looked at first"))
    with pytest.raises(InvalidValueError) as caught:
        release.freeze(checkout, "2031-02-02")
    assert str(caught.value) == (
        "'2031-02-02' is before 1.0.0, which was released on 2031-02-03; write that day or a later one"
    )
    assert frozen.released(checkout) == ["1.0.0"]


def counting(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often the seeds are built and rendered, and how often each file of a release is read."""
    counted: Counter[str] = Counter()
    compare, render, read = dataset.compare, files.render, pd.read_parquet

    def read_counted(path: Path) -> pd.DataFrame:
        if "releases" in Path(path).parts:
            counted["/".join(Path(path).parts[-2:])] += 1
        return read(path)

    monkeypatch.setattr(
        dataset, "compare", lambda *args, **more: (counted.update(["built"]), compare(*args, **more))[1]
    )
    monkeypatch.setattr(files, "render", lambda *args: (counted.update(["rendered"]), render(*args))[1])
    monkeypatch.setattr(pd, "read_parquet", read_counted)
    return counted


def test_a_freeze_builds_once_and_reads_each_release_once(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is done twice: one build, one rendering, and every file of the releases before is read once."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    with monkeypatch.context() as patch:
        counted = counting(patch)
        release.freeze(checkout, "2031-03-04")
    assert counted == {"built": 1, "rendered": 1} | dict.fromkeys((f"1.0.0/{name}.parquet" for name in FILES), 1)
    with monkeypatch.context() as patch:
        counted = counting(patch)
        release.check(checkout)
    both = (f"{version}/{name}.parquet" for version in ("1.0.0", "1.1.0") for name in FILES)
    assert counted == {"built": 1} | dict.fromkeys(both, 1)


def snapshot(root: Path) -> dict[str, bytes]:
    """Read every file of a checkout, whatever it is called; empty folders count too."""
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else b"" for path in root.rglob("*")}


def whole_folder(root: Path) -> Path | None:
    """Find what a stopped freeze left, if it was whole."""
    return next(root.glob(".caucasus-events-freeze-*/whole"), None)


def let_fail(patch: pytest.MonkeyPatch, number: int) -> list[str]:
    """Let one step fail, by its number, of all that write or rename; return the steps as they are begun."""
    begun: list[str] = []

    def failing(real: Callable[..., object], name: str) -> Callable[..., object]:
        def step(path: Path, *args: object, **more: object) -> object:
            begun.append(f"{name} {path.name}")
            if len(begun) == number:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(path, *args, **more)

        return step

    for name in ("mkdir", "write_bytes", "write_text", "rename", "replace", "rmdir"):
        patch.setattr(Path, name, failing(getattr(Path, name), name))
    return begun


def test_whatever_fails_nothing_is_half_done(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever step of a freeze fails, everything is as before, or, where all was written, the next run ends it."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    before = snapshot(checkout)
    contents: dict[str, bytes] = {}
    with monkeypatch.context() as patch:
        patch.setattr(aside, "put", lambda given, _: contents.update(given))
        written = release.freeze(checkout, DAY)
        # All that a freeze writes is put there, and nothing beside.
        assert snapshot(checkout) == before

    def tried(number: int) -> tuple[Path, list[str]]:
        root = Path(shutil.copytree(checkout, tmp_path_factory.mktemp("tried") / "checkout"))
        full = r"^cannot write \S+: No space left on device; make room on the disk, and run it again$"
        expected = pytest.raises(UnwritableError, match=full) if number else nullcontext()
        with monkeypatch.context() as patch:
            begun = let_fail(patch, number)
            with expected:
                aside.put(contents, root)
        return root, begun

    root, steps = tried(0)
    after, whole = snapshot(root), []
    for number, step in enumerate(steps, 1):
        root, begun = tried(number)
        assert begun[number - 1] == step
        if whole_folder(root):
            whole.append(step)
            assert release.freeze(root, DAY) == written
            assert snapshot(root) == after, step
        else:
            assert snapshot(root) == before, step
    # Five things are put into their places, each from a folder of its own; data/ was there and goes aside first.
    moved = [step for step in whole if not step.startswith("mkdir")]
    assert moved == [*["replace new"] * 4, "rename data", "replace new"]
    assert steps.index(whole[0]) == steps.index("rename new") + 1


@pytest.mark.parametrize("command", ["build", "check", "freeze of another day"])
def test_the_next_run_ends_a_freeze_that_was_stopped(
    command: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is run next in a checkout, what was frozen is put into its place before anything else is done."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("the disk went away")))
        with pytest.raises(UnwritableError, match="the disk went away"):
            release.freeze(checkout, DAY)
    left = whole_folder(checkout)
    assert left is not None
    aside_still = snapshot(left)
    assert frozen.released(checkout) == ["1.0.0"]
    if command == "build":
        dataset.build_dataset(checkout)
    elif command == "check":
        standing.check_dataset(checkout)
    else:
        with pytest.raises(ReleaseError, match="released: the tables are those of the last release"):
            release.freeze(checkout, "2031-05-06")
    assert not list(checkout.rglob(".caucasus-events-*"))
    in_place = {
        f"validation/releases/{name}" if name.startswith("1.1.0") else name: content
        for name, content in aside_still.items()
    }
    assert in_place.items() <= snapshot(checkout).items()


def test_what_a_killed_freeze_left_is_thrown_away(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A freeze that was killed while it wrote has changed nothing; the next one begins anew."""
    before = snapshot(checkout)
    left = checkout / ".caucasus-events-freeze-abc_1234" / "new"
    (left / "data").mkdir(parents=True)
    (left / "CHANGELOG.md").write_text("# Cha", "utf-8")
    assert not aside.settle(checkout)
    assert snapshot(checkout) == before
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    (left / "1.1.0").mkdir(parents=True)
    release.freeze(checkout, DAY)
    release.check(checkout)


def test_a_day_that_is_none_is_refused(checkout: Path) -> None:
    """The day of a release is written by a person, as YYYY-MM-DD."""
    with pytest.raises(InvalidValueError) as caught:
        release.freeze(checkout, "tomorrow")
    assert str(caught.value) == "'tomorrow' is no day; write YYYY-MM-DD"


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
        monkeypatch.setattr(differences, "replay", lambda old, changes, words: replay(old, changes.iloc[1:], words))
    with pytest.raises(ProblemsError) as caught:
        release.check(checkout)
    expected = {
        "changelog": "CHANGELOG.md:5: the Data part of 1.1.0 is not what the tables tell\n",
        "section": "CHANGELOG.md: version 0.9.0 has a section and is not frozen\n",
        "citation": "CITATION.cff: the file does not describe 1.1.0\n",
        "changes": "events.parquet: the changes since 1.0.0 do not lead to data/events.parquet\n",
    }
    assert expected[part] in str(caught.value)


def test_changes_are_filtered_by_version_and_table(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers ask for what changed after a version, in a table; versions compare as numbers."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.10.0")
    release.freeze(checkout, "2031-03-04")
    monkeypatch.setattr(tables, "data_path", lambda name: checkout / "data" / f"{name}.parquet")
    assert len(tables.changes()) == 18
    assert len(tables.changes("1.9.0")) == len(tables.changes(since="1.0.0")) == 18
    assert len(tables.changes("1.10.0")) == 0
    assert len(tables.changes(table="events")) == 10
    assert tables.changes(table="coverage").empty


def test_changes_refuse_what_is_no_version_and_no_table() -> None:
    """A version has three numbers, and a table a known name."""
    with pytest.raises(InvalidValueError) as version:
        tables.changes("last week")
    assert str(version.value) == "'last week' is no version; write three numbers: 1.0.0"
    with pytest.raises(UnknownNameError, match=r"^unknown table 'event' \(nearest: events; known: sources, "):
        tables.changes(table="event")


def command(root: Path, *words: str) -> str:
    """Run the command line of a clone."""
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONWARNINGS": "ignore"}
    line = [sys.executable, "-m", "caucasus_events", *words]
    return subprocess.run(line, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout


def releasing() -> str:
    """Return what CONTRIBUTING says under "Releasing"."""
    book = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    return book.partition("\n## Releasing\n")[2].partition("\n## ")[0]


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_freeze_with_a_wrong_day_is_made_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A freeze with a wrong day that is not committed is gone once git puts the last commit back, and made again."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    for words in ("init -q", "add .", "-c user.name=A -c user.email=a@example.org commit -q -m x"):
        subprocess.run(f"git {words}".split(), cwd=checkout, check=True)
    release.freeze(checkout, "2032-03-04")
    for words in ("restore .", "clean -fdq"):
        subprocess.run(f"git {words}".split(), cwd=checkout, check=True)
    release.freeze(checkout, "2031-03-04")
    release.check(checkout)
    sections = [line for line in (checkout / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("## ")]
    assert sections == ["## Unreleased", "## 1.1.0 (2031-03-04)", "## 1.0.0 (2031-02-03)"]


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


@pytest.mark.released
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
    assert after.version == next_version(before.version, "minor")
    changes = after.tables["changes"]
    changes = changes[changes["version"] == after.version]
    expected = {
        (table, record, column, "2016-04-30", "2016-04-15")
        for table in ("events", "timeline")
        for column in ("seed_start_latest", "seed_end_latest")
    }
    expected |= {("events", record, "date", "2016-04", HALF), ("events", record, "date_precision", "month", "range")}
    assert cells(changes) == expected
    assert len(changes) == len(expected)
    assert set(changes["reason"]) == {reason}
    assert f"date: 2016-04 → {HALF}. {reason}" in (root / "CHANGELOG.md").read_text("utf-8")
    assert "compared" in command(root, "check")
