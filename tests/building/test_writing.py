"""Nothing of the user's is lost, nothing is half-written, and the system's errors come in plain words."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from caucasus_events.building import aside, dataset, release, standing
from caucasus_events.coding import template, writing
from caucasus_events.errors import ProblemsError, ReleaseError, UnwritableError
from releases import set_version

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = OSError(errno.ENOSPC, "No space left on device")
DENIED = PermissionError(errno.EACCES, "Permission denied")


def everything(root: Path) -> dict[str, bytes]:
    """Read every file of a folder, links followed; empty folders count too."""
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else b"" for path in root.rglob("*")}


def failing(error: OSError) -> Callable[..., object]:
    """Fail as the system does."""

    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


def refused(call: Callable[[], object]) -> str:
    """Call what finds problems, and return the whole message."""
    with pytest.raises(ProblemsError) as caught:
        call()
    return str(caught.value)


def test_folders_of_any_name_beside_the_data_are_the_users(mini: Path) -> None:
    """What a user keeps beside data/, a copy of it too, is there after a build as it was before."""
    dataset.build_dataset(mini)
    for name in ("data.old", "data.new", "freeze.new", "freeze.whole", ".caucasus-events-mine"):
        shutil.copytree(mini / "data", mini / name)
    (mini / ".caucasus-events-mine" / "notes.txt").write_text("mine", "utf-8")
    before = everything(mini)
    dataset.build_dataset(mini)
    standing.check_dataset(mini)
    assert everything(mini) == before


def test_files_of_the_user_in_the_data_are_named_and_kept(mini: Path) -> None:
    """What a build does not write it does not delete: it refuses, names each, and changes nothing."""
    dataset.build_dataset(mini)
    (mini / "data" / "own.csv").write_text("1", "utf-8")
    (mini / "data" / "plots").mkdir()
    (mini / "data" / "plots" / "map.png").write_bytes(b"2")
    (mini / "own.parquet").write_bytes(b"3")
    (mini / "data" / "events.parquet").unlink()
    (mini / "data" / "events.parquet").symlink_to(mini / "own.parquet")
    (mini / "data" / "__pycache__").mkdir()
    (mini / "data" / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"4")
    before = everything(mini)
    out = "move it out of data/, or remove it"
    assert refused(lambda: dataset.build_dataset(mini)) == (
        f"data/events.parquet: the build does not write this link\n    do        {out}\n\n"
        f"data/own.csv: the build does not write this file\n    do        {out}\n\n"
        f"data/plots: the build does not write this folder\n    do        {out}"
    )
    assert everything(mini) == before
    assert refused(lambda: release.freeze(mini, "2031-02-03")) == refused(lambda: dataset.build_dataset(mini))
    assert everything(mini) == before


def test_a_link_to_the_data_is_followed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where data/ or the changelog is a link, what it leads to is replaced, and the link stays."""
    away = tmp_path_factory.mktemp("away")
    for name in ("data", "CHANGELOG.md"):
        (checkout / name).rename(away / name)
        (checkout / name).symlink_to(away / name)
    expected = everything(away / "data")
    (away / "data" / "events.parquet").write_bytes(b"old")
    dataset.build_dataset(checkout)
    assert everything(away / "data") == expected
    aside.put({**{f"data/{name}": b"1" for name in expected}, "CHANGELOG.md": b"2"}, checkout)
    assert everything(away) == {"data": b"", "CHANGELOG.md": b"2", **{f"data/{name}": b"1" for name in expected}}
    assert (checkout / "data").is_symlink()
    assert (checkout / "CHANGELOG.md").is_symlink()
    assert not list(checkout.rglob(".caucasus-events-*"))


def test_data_that_are_a_file_are_refused(mini: Path) -> None:
    """A file in the place of the folder is the user's too."""
    (mini / "data").write_text("mine", "utf-8")
    with pytest.raises(UnwritableError) as caught:
        dataset.build_dataset(mini)
    assert str(caught.value) == f"cannot write {mini / 'data'}: it is not a folder; move it away, and run it again"
    assert (mini / "data").read_text("utf-8") == "mine"


@pytest.mark.parametrize("moment", ["while writing", "between the renames", "before clearing up"])
def test_a_killed_build_leaves_a_whole_release(mini: Path, moment: str) -> None:
    """Whenever a build is killed, the next command finds the old or the new data whole, and clears the rest away."""
    dataset.build_dataset(mini)
    before = everything(mini)
    work = mini / ".caucasus-events-swap-data-ab_12cd3"
    shutil.copytree(mini / "data", work / "new")
    if moment == "while writing":
        (work / "new" / "events.parquet").unlink()
    else:
        (mini / "data").rename(work / "old")
    if moment == "before clearing up":
        (work / "new").rename(mini / "data")
    standing.check_dataset(mini)
    assert everything(mini) == before


@pytest.mark.parametrize("error", [FULL, DENIED])
def test_a_build_that_cannot_write_changes_nothing(error: OSError, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or a checkout that may not be written is one sentence with place and way out; all is as before."""
    built = dataset.build_dataset(mini)
    before, real = (
        everything(mini),
        {call: getattr(Path, call) for call in ("mkdir", "write_bytes", "rename", "replace")},
    )
    ways = {FULL: "make room on the disk, and run it again", DENIED: "allow writing there, or work in another checkout"}

    def but_for_the_old(call: str) -> Callable[..., object]:
        # What brings the old folder back must not fail with it.
        return lambda path, *args: real[call](path, *args) if path.name == "old" else failing(error)()

    for call in real:
        with monkeypatch.context() as patch:
            patch.setattr(Path, call, but_for_the_old(call))
            with pytest.raises(UnwritableError) as caught:
                aside.put_data(built.files, mini)
        assert str(caught.value) == f"cannot write {mini / 'data'}: {error.strerror}; {ways[error]}"
        assert everything(mini) == before


@pytest.mark.parametrize("there", [True, False])
def test_a_new_sheet_that_cannot_be_written_leaves_no_text(
    there: bool,  # noqa: FBT001 - a parameter of the test
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of text and sheet both are written or none, and the folder they stand in is made with them."""
    document = tmp_path / "author-2021.txt"
    document.write_text("A line.\n", "utf-8")
    root = tmp_path / "checkout"
    root.mkdir()
    if there:
        (root / "seeds").mkdir()
    before, real = everything(tmp_path), Path.write_bytes
    with monkeypatch.context() as patch:
        patch.setattr(
            Path, "write_bytes", lambda path, data: real(path, data) if b"[source]" not in data else failing(FULL)()
        )
        with pytest.raises(UnwritableError) as caught:
            template.new_seed(document, root)
    sheet = root / "seeds" / "author-2021.toml"
    assert str(caught.value) == f"cannot write {sheet}: {FULL.strerror}; make room on the disk, and run it again"
    assert everything(tmp_path) == before


def test_a_new_sheet_for_a_checkout_that_is_missing_says_so(tmp_path: Path) -> None:
    """Without the folder of the checkout there is nothing to write in; nothing is made of a mistyped name."""
    document = tmp_path / "author-2021.txt"
    document.write_text("A line.\n", "utf-8")
    with pytest.raises(UnwritableError) as caught:
        template.new_seed(document, tmp_path / "none")
    seeds = tmp_path / "none" / "seeds"
    assert str(caught.value) == f"cannot write {seeds}: No such file or directory; make the folder first"
    assert not (tmp_path / "none").exists()


def test_a_link_that_leads_nowhere_is_a_taken_name(tmp_path: Path) -> None:
    """A sheet is not written through a link to a file that somebody will put there."""
    document = tmp_path / "author-2021.txt"
    document.write_text("A line.\n", "utf-8")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "author-2021.toml").symlink_to(tmp_path / "later.toml")
    message = refused(lambda: template.new_seed(document, tmp_path))
    assert message == "seeds/author-2021.toml: the file exists\n    do        choose another name"
    assert not (tmp_path / "later.toml").exists()


def test_two_at_once_are_one_and_a_sentence(mini: Path) -> None:
    """Whoever writes in a checkout has it alone: the second command says so at once, and changes nothing."""
    document = mini / "author-2021.txt"
    document.write_text("A line.\n", "utf-8")
    commands: list[Callable[[], object]] = [
        lambda: dataset.build_dataset(mini),
        lambda: release.freeze(mini, "2031-02-03"),
        lambda: release.describe(mini),
        lambda: template.new_seed(document, mini),
    ]
    before = everything(mini)
    for command in commands:
        with writing.alone(mini), pytest.raises(ReleaseError) as caught:
            command()
        what = f"another command is writing in {mini}"
        assert str(caught.value) == f"{what}; wait until it has ended, and run this one again"
        assert everything(mini) == before
    template.new_seed(document, mini)


def test_a_check_while_a_build_is_at_work_waits_for_nobody(mini: Path) -> None:
    """What stands aside may be that of a build at work: check then leaves it alone, and says so."""
    dataset.build_dataset(mini)
    standing.check_dataset(mini)
    (mini / ".caucasus-events-swap-data-ab_12cd3" / "new").mkdir(parents=True)
    with writing.alone(mini), pytest.raises(ReleaseError, match=r"^another command is writing in "):
        standing.check_dataset(mini)
    assert (mini / ".caucasus-events-swap-data-ab_12cd3").is_dir()


def test_files_that_are_not_read_are_named(mini: Path) -> None:
    """Of what stands in seeds/ nothing is dropped in silence, whatever its suffix and its folder."""
    document = "a document is a text <id>.txt and its sheet <id>.toml, both in seeds/ itself"
    reported = "other sources stand in reported/*.toml"
    unread = {
        **dict.fromkeys(["Report-2021.TXT", "mini.toml.orig", "more/deep/report-2021.toml"], document),
        **dict.fromkeys(["more/report-2021.txt", "report-2021.md"], document),
        **dict.fromkeys(["reported/acts.TOML", "reported/acts.txt", "reported/more/acts.toml"], reported),
    }
    for name in unread:
        (mini / "seeds" / name).parent.mkdir(parents=True, exist_ok=True)
        (mini / "seeds" / name).write_text("A line.\n", "utf-8")
    do = "    do        rename it, or move it there or out of seeds/"
    told = [f"seeds/{name}: the file is not read: {words}\n{do}" for name, words in sorted(unread.items())]
    assert refused(lambda: dataset.build_dataset(mini)) == "\n\n".join(told)
    assert not (mini / "data").exists()
    # Nor are they, where nothing else stands there.
    (mini / "seeds" / "mini.txt").unlink()
    (mini / "seeds" / "mini.toml").unlink()
    assert refused(lambda: dataset.build_dataset(mini)) == "\n\n".join(told)


def test_the_codebook_and_hidden_files_are_no_documents(mini: Path) -> None:
    """What a system leaves in a folder, and how to code, stand in nobody's way."""
    for name in ("CODEBOOK.md", ".DS_Store", ".mini.toml.swp", "reported/.keep", ".git/x.txt"):
        (mini / "seeds" / name).parent.mkdir(exist_ok=True)
        (mini / "seeds" / name).write_text("x", "utf-8")
    dataset.build_dataset(mini)


@pytest.mark.parametrize("kind", ["folder", "link that leads nowhere"])
def test_seeds_that_are_no_files_are_named(kind: str, mini: Path) -> None:
    """A folder or a broken link in the place of a text or a sheet is told as what it is."""
    names = {"second.txt": "text", "third.toml": "sheet", "reported/fourth.toml": "sheet"}
    for name in names:
        path = mini / "seeds" / name
        path.parent.mkdir(exist_ok=True)
        path.mkdir() if kind == "folder" else path.symlink_to(mini / "nowhere")
    message = refused(lambda: dataset.build_dataset(mini))
    for name, what in names.items():
        assert f"seeds/{name}: the {what} is a {kind}\n    do        put a file there, or remove it" in message


def test_a_sheet_that_may_not_be_read_is_named(mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system refuses is a problem with a place."""
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: failing(DENIED)() if path.suffix == ".toml" else real(path))
    assert refused(lambda: dataset.build_dataset(mini)).startswith(
        "seeds/mini.toml: the file cannot be read\n"
        "    system    Permission denied\n"
        "    do        allow reading it, or restore it"
    )


HISTORY = "    do        restore validation/releases/ as it was committed"


def frozen_twice(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze a second release with a change in it."""
    from releases import correct_the_date  # noqa: PLC0415 - where it is needed

    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")


def test_releases_that_vanish_are_missed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables know what was released: build, check and freeze refuse a history that is shorter."""
    frozen_twice(checkout, monkeypatch)
    told = f"data/changes.parquet: the tables tell of 1.1.0, which is not frozen\n{HISTORY}"
    # The last one alone, then all of them.
    for lost in ("validation/releases/1.1.0", "validation/releases"):
        shutil.rmtree(checkout / lost)
        before = everything(checkout)
        for call in (dataset.build_dataset, standing.check_dataset, release.check, release.status):
            assert refused(lambda call=call: call(checkout)) == told  # type: ignore[misc]
        assert refused(lambda: release.freeze(checkout, "2031-05-06")) == told
        assert everything(checkout) == before


def test_another_history_of_the_same_versions_is_refused(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that was frozen anew, without the changes that the tables tell of, is not the one that was."""
    frozen_twice(checkout, monkeypatch)
    shutil.copytree(checkout / "data", checkout / "kept")
    shutil.rmtree(checkout / "validation")
    shutil.rmtree(checkout / "data")
    sheet = checkout / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text("utf-8").partition("\n[[change]]")[0], "utf-8")
    release.freeze(checkout, "2031-03-04")
    shutil.rmtree(checkout / "data")
    (checkout / "kept").rename(checkout / "data")
    assert refused(lambda: dataset.build_dataset(checkout)) == (
        "data/changes.parquet: it tells of 18 changes that no frozen release has\n"
        "    first     1.1.0 events aland-borland-fighting-1990 changed date\n" + HISTORY
    )


def test_strays_among_the_releases_are_named(checkout: Path) -> None:
    """What stands among the releases and is none, whatever its name, stops build, check and freeze."""
    releases = checkout / "validation" / "releases"
    for name in ("01.02.00", "99.0.0"):
        (releases / name).mkdir()
    for name in ("01.02.00/release.json", "1.0.0/notes.txt", "notes.txt", ".keep"):
        (releases / name).write_text("x", "utf-8")
    strays = {
        "01.02.00": ("the name of the folder is no version", "name it as it was released, or remove it"),
        "99.0.0": ("the folder is no release: it holds no release.json", "restore it, or remove it"),
        "notes.txt": ("the file belongs to no release", "move it elsewhere, or remove it"),
        "1.0.0/notes.txt": ("the file belongs to no release", "move it elsewhere, or remove it"),
    }
    told = "\n\n".join(f"validation/releases/{name}: {what}\n    do        {do}" for name, (what, do) in strays.items())
    for call in (dataset.build_dataset, standing.check_dataset, release.check):
        assert refused(lambda call=call: call(checkout)) == told  # type: ignore[misc]
    assert refused(lambda: release.freeze(checkout, "2031-05-06")) == told


def test_a_release_under_another_name_is_one_problem(checkout: Path) -> None:
    """A copy of a release in the folder of a later version is told once, not for every file."""
    releases = checkout / "validation" / "releases"
    shutil.copytree(releases / "1.0.0", releases / "99.0.0")
    message = refused(lambda: dataset.build_dataset(checkout))
    assert message.endswith(
        "validation/releases/99.0.0/release.json: the version is another\n"
        '    told      "1.0.0"\n    found     "99.0.0"\n    do        restore it: a release never changes'
    )
    assert message.count("\n\n") == 1


@pytest.mark.parametrize("day", ["2026-13-45", "20310203", 5, None])
def test_a_day_of_a_release_that_is_none_is_named(day: object, checkout: Path) -> None:
    """The day in release.json is one of the calendar."""
    path = checkout / "validation" / "releases" / "1.0.0" / "release.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(told | {"released": day}), "utf-8")
    assert (
        "validation/releases/1.0.0/release.json: the day of the release is no day of the calendar\n"
        f"    told      {json.dumps(day)}\n    do        restore it: a release never changes"
    ) in refused(lambda: dataset.build_dataset(checkout))


@pytest.mark.parametrize("content", ["[" * 100_000, '{"tables": ' + "9" * 5000 + "}", '{"tables": {"events": 1}}', ""])
def test_a_statement_that_cannot_be_read_is_named(content: str, checkout: Path) -> None:
    """Lists in lists without end, and numbers without end, are no traceback."""
    (checkout / "validation" / "releases" / "1.0.0" / "release.json").write_text(content, "utf-8")
    assert refused(lambda: dataset.build_dataset(checkout)) == (
        "validation/releases/1.0.0/release.json: the file cannot be read\n"
        "    do        restore it: a release never changes"
    )


def test_without_docstrings_the_same_bytes_are_built(mini: Path) -> None:
    """Under PYTHONOPTIMIZE=2 the files are the same: what they say of themselves is no docstring."""
    environment = {**os.environ, "PYTHONOPTIMIZE": "2", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "caucasus_events", "build", "--root", str(mini)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    built = dataset.build_in_memory(mini).files
    assert {path.name: path.read_bytes() for path in (mini / "data").iterdir()} == built
    assert b"None" not in built["README.md"]


def test_a_full_disk_is_a_sentence_on_the_command_line(mini: Path) -> None:
    """A command that cannot write ends with 1 and one sentence, without a traceback."""
    (mini / "data").symlink_to("/proc/none/data")
    command = [sys.executable, "-W", "ignore", "-m", "caucasus_events", "build", "--root", str(mini)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("caucasus-events: cannot write /proc/none/data: ")
    assert done.stderr.count("\n") == 1
