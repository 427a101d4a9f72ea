"""Every step of the gate, broken on purpose: it fails, and its message names the cause.

Steps that need environments of their own use those that the gate left in the folder
``CAUCASUS_EVENTS_GATE`` (its ``--work``); without it they are built, which takes minutes, and only
where nothing may be left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tarfile
import zipfile
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from caucasus_events import __version__
from gate import __main__ as command
from gate import artefacts, environments, rehearsal, shares, steps
from gate.environments import Failed, Gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
KEPT = os.environ.get("CAUCASUS_EVENTS_GATE")
WHOLE = bool(KEPT or os.environ.get("CAUCASUS_EVENTS_STRICT"))
slow = pytest.mark.skipif(
    not WHOLE, reason="needs the environments of the gate: set CAUCASUS_EVENTS_GATE to its --work"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout of its own, to be broken."""
    return environments.copied(ROOT, tmp_path / "checkout")


@pytest.fixture
def at(root: Path, tmp_path: Path) -> Gate:
    """The gate, before a checkout that will be broken."""
    return Gate(root, tmp_path / "work")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """The gate, before this checkout, with its environments."""
    work = Path(KEPT) if KEPT else tmp_path_factory.mktemp("gate")
    return Gate(ROOT, work.resolve())


def failure(call: Callable[[], object]) -> str:
    """Call what must fail, and return the message."""
    with pytest.raises(Failed) as caught:
        call()
    return str(caught.value)


def replace(path: Path, old: str, new: str) -> None:
    """Change a file in its first such place."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def rewritten(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change the rows of a table and keep its metadata."""
    table = pq.read_table(path)
    frame = change(table.to_pandas())
    pq.write_table(pa.Table.from_pandas(frame, schema=table.schema, preserve_index=False), path)


def test_every_step_has_a_twin_that_fails() -> None:
    """No step is added to the gate without a test here that breaks it."""
    twins = {name.split("_")[1] for name in globals() if name.startswith("test_") and name.endswith("_fails")}
    assert set(steps.STEPS) <= twins


def test_rebuild_of_other_data_fails(at: Gate, root: Path) -> None:
    """Data that the seeds do not build are named by file."""
    replace(root / "data" / "README.md", "never edited", "sometimes edited")
    replace(root / "data" / "datapackage.json", "caucasus", "Caucasus")
    message = failure(lambda: steps.STEPS["rebuild"](at))
    assert message == "what is committed is not what the seeds build: README.md, datapackage.json"


def test_rebuild_beside_a_file_of_somebody_fails(at: Gate, root: Path) -> None:
    """A file in the data that no build writes is named: the build refuses to touch it."""
    (root / "data" / "notes.txt").write_text("mine")
    message = failure(lambda: steps.STEPS["rebuild"](at))
    assert message.startswith("python -m caucasus_events build …\n")
    assert message.endswith(
        "data/notes.txt: the build does not write this file\n"
        "    do        move it out of data/, or remove it\n\n"
        "1 problem; nothing was written."
    )


def test_rebuild_of_two_outcomes_fails(tmp_path: Path) -> None:
    """Two processes that build other bytes are told apart, and nothing at all is not the same."""
    for name, content in (("one", "1"), ("other", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.parquet").write_text(content)
    (tmp_path / "empty").mkdir()
    one, other, empty = (tmp_path / name for name in ("one", "other", "empty"))
    assert failure(lambda: steps.check_same_bytes(one, other, "they differ:")) == "they differ: events.parquet"
    assert failure(lambda: steps.check_same_bytes(empty, empty, "there is")) == "there is nothing at all"


@slow
def test_engines_that_find_another_cell_fails(kept: Gate, root: Path) -> None:
    """Under the oldest pandas and pyarrow, a changed cell is named with both values."""
    rewritten(root / "data" / "events.parquet", lambda frame: frame.assign(title=frame["title"].str.upper()))
    python = steps.engine(kept, "oldest")
    message = failure(lambda: steps.rebuilt_with(python, root))
    assert "title is not what the seeds give" in message


def test_audit_that_finds_a_survivor_fails(at: Gate, root: Path) -> None:
    """What the audit says of a mutation that survives is what the gate says."""
    audit = root / "validation" / "mutations" / "__main__.py"
    audit.write_text("import sys\nsys.exit('hash changed: it survives')\n")
    assert "hash changed: it survives" in failure(lambda: steps.STEPS["audit"](at))


def test_audit_that_finds_something_else_than_its_report_fails(at: Gate, root: Path) -> None:
    """A committed report that is not what the audit finds is refused with the command that writes it."""
    audit = root / "validation" / "mutations" / "__main__.py"
    audit.write_text("print('`caucasus-events check` caught 2 of 2.')\n")
    message = "mutation-audit.md is not what the audit finds: run python validation/mutations --write"
    assert failure(lambda: steps.STEPS["audit"](at)) == message
    (root / "validation" / "mutation-audit.md").write_text("`caucasus-events check` caught 2 of 2.\n")
    assert steps.STEPS["audit"](at) == ["`caucasus-events check` caught 2 of 2."]


def test_descriptors_with_a_wrong_hash_fails(at: Gate, root: Path) -> None:
    """A descriptor that gives another hash is named with the file."""
    told = json.loads((root / "data" / "croissant.json").read_text("utf-8"))
    told["distribution"][0]["sha256"] = "0" * 64
    (root / "data" / "croissant.json").write_text(json.dumps(told), "utf-8")
    message = failure(lambda: steps.STEPS["descriptors"](at))
    assert message == "croissant.json: the hash of sources.parquet is not that of the file"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("events.parquet", "datapackage.json describes events.parquet, which is missing"),
        ("datapackage.json", "datapackage.json is missing"),
        ("dataset.jsonld", "dataset.jsonld is missing"),
    ],
)
def test_descriptors_without_a_file_fails(at: Gate, root: Path, name: str, found: str) -> None:
    """A file that is missing is a finding like any other."""
    (root / "data" / name).unlink()
    assert failure(lambda: steps.STEPS["descriptors"](at)) == found


@slow
@pytest.mark.parametrize(
    "wrong",
    [
        ("with_frictionless", "datapackage.json", '"type": "integer"', '"type": "date"', "characters"),
        ("with_frictionless", "datapackage.json", '"size": ', '"bytes": 1', "byte-count"),
        ("with_mlcroissant", "croissant.json", '"column": "event_id"', '"column": "even_id"', "even_id"),
        ("with_mlcroissant", "croissant.json", '"contentUrl": "events', '"contentUrl": "event', "event.parquet"),
        ("with_jsonschema", "datapackage.json", '"name": "caucasus-events"', '"name": 7', "$.name"),
    ],
)
def test_validators_given_a_wrong_descriptor_fails(kept: Gate, root: Path, wrong: tuple[str, ...]) -> None:
    """Each validator refuses a wrong type, a column or a file that does not exist, and names it."""
    validator, file, old, new, cause = wrong
    replace(root / "data" / file, old, new)
    assert cause in failure(lambda: getattr(steps, validator)(kept, root / "data"))


@slow
def test_validators_given_a_wrong_citation_fails(kept: Gate, root: Path) -> None:
    """A citation file without authors is refused."""
    replace(root / "CITATION.cff", "authors:", "writers:")
    assert "authors" in failure(lambda: steps.with_cffconvert(kept, root))


@pytest.mark.parametrize(
    ("path", "old", "new", "named"),
    [
        ("CITATION.cff", f'\nversion: "{__version__}"', '\nversion: "0.0.9"', "CITATION.cff: 0.0.9"),
        (".zenodo.json", __version__, "0.0.9", ".zenodo.json: 0.0.9"),
        ("data/README.md", __version__, "0.0.9", "data/README.md: 0.0.9"),
        ("data/datapackage.json", f'"version": "{__version__}"', '"version": "0.0.9"', "data/datapackage.json: 0.0.9"),
        ("data/dataset.jsonld", f'"version": "{__version__}"', '"version": "0.0.9"', "data/dataset.jsonld: 0.0.9"),
        (
            "src/caucasus_events/describing/about.py",
            f'"{__version__}"',
            '"9.0.0"',
            f"data/events.parquet (attrs): {__version__}",
        ),
    ],
)
def test_versions_that_differ_fails(at: Gate, root: Path, path: str, old: str, new: str, named: str) -> None:
    """A place that tells another version is named with it."""
    replace(root / path, old, new)
    message = failure(lambda: steps.STEPS["versions"](at))
    assert message.startswith("the version is ")
    assert named in message.splitlines()


def test_versions_of_another_tag_fails(root: Path, tmp_path: Path) -> None:
    """A tag that is not the version is refused."""
    message = failure(lambda: steps.STEPS["versions"](Gate(root, tmp_path, "v0.0.9")))
    assert message == f"the tag is v0.0.9, the version {__version__}"


def test_history_of_a_version_that_is_not_frozen_fails(root: Path, tmp_path: Path) -> None:
    """Nothing is published that is not frozen: a tag needs its release."""
    told = sorted(set(pd.read_parquet(root / "data" / "changes.parquet")["version"]))
    shutil.rmtree(root / "validation" / "releases")
    log = root / "CHANGELOG.md"
    log.write_text(log.read_text("utf-8").partition("\n## ")[0], "utf-8")
    message = failure(lambda: steps.STEPS["history"](Gate(root, tmp_path, f"v{__version__}")))
    assert message == (
        f"data/changes.parquet: the tables tell of {', '.join(told)}, which {'are' if told[1:] else 'is'} not frozen\n"
        "    do        restore validation/releases/ as it was committed"
    )


def test_history_that_was_changed_fails(at: Gate, root: Path) -> None:
    """A changelog that tells of a release nobody froze is named."""
    log = root / "CHANGELOG.md"
    log.write_text(log.read_text("utf-8") + "\n## 0.0.9 (2020-01-01)\n", "utf-8")
    assert "CHANGELOG.md: version 0.0.9 has a section and is not frozen" in failure(lambda: steps.STEPS["history"](at))


def git(root: Path, *words: str) -> None:
    """Run git in a checkout, as somebody."""
    environments.run("git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words, cwd=root)


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_history_that_is_not_that_of_its_tag_fails(tmp_path: Path) -> None:
    """A release that differs from the tag that published it, or is gone, is named with both."""
    folder = tmp_path / "validation" / "releases" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "release.json").write_text("{}")
    assert steps.tagged(tmp_path) == []
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "1.0.0")
    git(tmp_path, "tag", "v1.0.0")
    assert steps.tagged(tmp_path) == ["1 tagged releases are those of their tags"]
    message = "validation/releases/1.0.0: it is not what the tag v1.0.0 holds: validation/releases/1.0.0/release.json"
    (folder / "release.json").write_text('{"version": "1.0.0"}')
    assert failure(lambda: steps.tagged(tmp_path)) == message
    shutil.rmtree(folder)
    assert failure(lambda: steps.tagged(tmp_path)) == message


def test_the_workflows_fetch_the_tags() -> None:
    """Every checkout of a workflow brings the tags that releases are held against."""
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
        checkouts = [step for job in jobs for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert checkouts
        assert all(step["with"]["fetch-depth"] == 0 for step in checkouts)


def wheel(to: Path, *, without: str = "", extra: dict[str, str] | None = None) -> Path:
    """Pack the package as a wheel does, with a file left out or added."""
    path = to / f"caucasus_events-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for folder, inside in (
            (ROOT / "src" / "caucasus_events", "caucasus_events"),
            (ROOT / "data", "caucasus_events/data"),
        ):
            for file in sorted(path for path in folder.rglob("*.*") if "__pycache__" not in path.parts):
                name = f"{inside}/{file.relative_to(folder).as_posix()}"
                if name != without:
                    packed.write(file, name)
        for name in ("LICENSE", "LICENSE-DATA"):
            packed.write(ROOT / name, f"caucasus_events-{__version__}.dist-info/licenses/{name}")
        for name, content in (extra or {}).items():
            packed.writestr(name, content)
        about = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        packed.writestr(f"caucasus_events-{__version__}.dist-info/WHEEL", about)
        listed = "".join(f"{name},,\n" for name in packed.namelist())
        packed.writestr(f"caucasus_events-{__version__}.dist-info/RECORD", listed)
    return path


def seed() -> tuple[str, str]:
    """Return a seed: its id and text."""
    path = min((ROOT / "seeds").glob("*.txt"))
    return path.stem, path.read_text("utf-8")


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_artefacts_without_a_file_fails(tmp_path: Path) -> None:
    """A wheel or sdist that lacks data, or a licence, or holds a sheet, is named with what is wrong."""
    whole = wheel(tmp_path)
    artefacts.check_contents(whole)
    name = whole.name
    lacking = wheel(tmp_path, without="caucasus_events/data/events.parquet")
    assert failure(lambda: artefacts.check_contents(lacking)) == f"{name} lacks data/events.parquet"
    module = wheel(tmp_path, without="caucasus_events/data/__init__.py")
    assert failure(lambda: artefacts.check_contents(module)) == f"{name} lacks data/__init__.py"
    code = wheel(tmp_path, without="caucasus_events/model/codebook.toml")
    assert failure(lambda: artefacts.check_contents(code)) == f"{name} lacks codebook.toml"
    form = wheel(tmp_path, without="caucasus_events/coding/template.toml")
    assert failure(lambda: artefacts.check_contents(form)) == f"{name} lacks template.toml"
    sheet = wheel(tmp_path, extra={"caucasus_events/seeds/a.toml": "[source]"})
    assert failure(lambda: artefacts.check_contents(sheet)) == f"{name} holds caucasus_events/seeds/a.toml"
    sdist = tmp_path / "caucasus_events-0.tar.gz"
    with tarfile.open(sdist, "w:gz") as packed:
        packed.add(ROOT / "data" / "README.md", "caucasus_events-0/data/README.md")
    assert failure(lambda: artefacts.check_contents(sdist)).startswith(
        "caucasus_events-0.tar.gz lacks data/__init__.py, data/changes.parquet, "
    )


def test_artefacts_that_differ_fails(tmp_path: Path) -> None:
    """Two builds with other digests are named; an sdist packed at another time is made the same."""
    assert failure(lambda: artefacts.check_same_twice({"a.whl": "1"}, {"a.whl": "2"})) == "two builds differ: a.whl"
    assert failure(lambda: artefacts.check_same_twice({}, {})) == "two builds differ: nothing was built"
    packed = []
    for moment in (1, 2_000_000_000):
        path = tmp_path / "a.tar.gz"
        file = tmp_path / "file.txt"
        file.write_text("x")
        os.utime(file, (moment, moment))
        with tarfile.open(path, "w:gz") as archive:
            archive.add(file, "a/file.txt")
        before = path.read_bytes()
        artefacts.normalise(path, 1_577_836_800)
        packed.append((before, path.read_bytes()))
    assert packed[0][0] != packed[1][0]
    assert packed[0][1] == packed[1][1]


@slow
def test_artefacts_refused_by_a_linter_fails(kept: Gate, tmp_path: Path) -> None:
    """The linters of the gate refuse a wheel without metadata and a project without a name."""
    tools = kept.python("tools", *artefacts.TOOLS).parent
    bare = wheel(tmp_path)
    assert "METADATA" in failure(lambda: environments.run(tools / "twine", "check", "--strict", bare))
    project = tmp_path / "pyproject.toml"
    project.write_text("[project]\nversion = '1'\n")
    assert "name" in failure(lambda: environments.run(tools / "validate-pyproject", project))
    extra = wheel(tmp_path, extra={"tests/__init__.py": ""})
    assert "W009" in failure(lambda: environments.run(tools / "check-wheel-contents", extra))
    lacking = wheel(tmp_path, without="caucasus_events/data/events.parquet")
    expected = ["--inspect", "--expected-files", "*caucasus_events/data/events.parquet"]
    assert "events.parquet" in failure(lambda: environments.run(tools / "pydistcheck", *expected, lacking))


def test_leaks_of_a_text_fails(tmp_path: Path) -> None:
    """A paragraph of a seed in any readable file is named with the file and the seed."""
    name, text = seed()
    paragraph = max(text.splitlines(), key=len)
    leaking = wheel(tmp_path, extra={"caucasus_events/notes.md": f"As we read:\n\n{paragraph}\n"})
    message = failure(lambda: artefacts.check_leaks(leaking, {name: text}))
    assert message == f"{leaking.name}: caucasus_events/notes.md holds words of seeds/{name}.txt: {paragraph[:40]}…"
    artefacts.check_leaks(wheel(tmp_path), {name: text})


@pytest.mark.parametrize("space", [" ", "\n    ", "\n\n"])
def test_leaks_of_sixty_characters_fails(space: str, tmp_path: Path) -> None:
    """So many characters in a row are found in the middle of a line, and over lines; fewer are not."""
    text = f"{'The border was opened, and many people crossed it on the first of May in that year. ' * 3}\n\n{'x' * 70}"
    text = f"Nothing else is said here of how the two neighbours came to terms in the end, nor when. {text}"
    part = text[20 : 20 + artefacts.LONG]
    words = f"y{part}y".replace(" ", space)
    leaking = wheel(tmp_path, extra={"caucasus_events/notes.md": words})
    message = failure(lambda: artefacts.check_leaks(leaking, {"a-2020": text}))
    assert message == f"{leaking.name}: caucasus_events/notes.md holds words of seeds/a-2020.txt: {part.strip()[:40]}…"
    artefacts.check_leaks(wheel(tmp_path, extra={"caucasus_events/notes.md": words[:-2] + "y"}), {"a-2020": text})


def test_quotation_that_the_readme_hides_fails(root: Path, at: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A README that does not state the share that all shipped files could rebuild is refused."""
    at.work.mkdir()
    packed = wheel(at.work)
    monkeypatch.setattr(artefacts, "wheel_and_sdist", lambda _: (packed,))
    name, text = seed()
    part = shares.rebuilt(packed, {name: text})[name]
    assert steps.STEPS["quotation"](at) == [f"{name}: {packed.name} could rebuild {float(part):.1%}"]
    readme = root / "README.md"
    readme.write_text(readme.read_text("utf-8").replace(f"{float(part):.0%}", "little"), "utf-8")
    message = failure(lambda: steps.STEPS["quotation"](at))
    assert message == f"README.md does not say that the tables could rebuild {float(part):.0%} of a text"


def test_quotation_of_more_than_a_third_fails(at: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that only the history holds count too: with half a text among them, a wheel is refused."""
    name, text = seed()
    history = pd.read_parquet(ROOT / "data" / "changes.parquet")
    history.loc[0, "new"] = json.dumps({"quote": text[: len(text) // 2]})
    at.work.mkdir()
    kept = at.work / "changes.parquet"
    history.to_parquet(kept)
    packed = wheel(at.work, without="caucasus_events/data/changes.parquet")
    with zipfile.ZipFile(packed, "a") as file:
        file.write(kept, "caucasus_events/data/changes.parquet")
    monkeypatch.setattr(artefacts, "wheel_and_sdist", lambda _: (packed,))
    part = float(shares.rebuilt(packed, {name: text})[name])
    assert 0.5 < part < 0.8
    message = failure(lambda: steps.STEPS["quotation"](at))
    assert message == f"{packed.name} could rebuild {part:.1%} of seeds/{name}.txt, more than a third"


def test_the_share_of_a_text_is_what_cells_and_files_hold_together(tmp_path: Path) -> None:
    """Short passages, cells of the history and readable files are counted once, white space is not."""
    text = "Short one. " + "abcdefghij klmnopqrst uvwxyz" * 3 + " END." + " Nothing of this is shipped."
    quoted, long = tmp_path / "evidence.parquet", tmp_path / "notes.md"
    pd.DataFrame({"source_id": ["s", "s"], "quote": ["Short one.", None]}).to_parquet(quoted)
    long.write_text("As it says: " + "abcdefghij klmnopqrst\nuvwxyz" * 3, "utf-8")
    packed = tmp_path / "a.whl"
    with zipfile.ZipFile(packed, "w") as file:
        file.write(quoted, "caucasus_events/data/evidence.parquet")
        file.write(long, "caucasus_events/notes.md")
    letters = len("".join(text.split()))
    assert shares.rebuilt(packed, {"s": text}) == {"s": Fraction(9 + 78, letters)}


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A folder with an installation that lacks a table."""
    with zipfile.ZipFile(wheel(tmp_path, without="caucasus_events/data/events.parquet")) as packed:
        packed.extractall(tmp_path / "site")  # noqa: S202 - a wheel that was packed above
    return tmp_path / "site"


def test_installs_without_a_table_fails(unpacked: Path, tmp_path: Path) -> None:
    """An installation that lacks a table fails as a reader would see it."""
    python = Path(sys.executable)
    message = failure(lambda: steps.used(python, tmp_path, PYTHONPATH=str(unpacked)))
    assert "events.parquet" in message


def test_zipped_without_a_table_fails(tmp_path: Path) -> None:
    """A zip that lacks a table fails, and so does one that is not what was imported."""
    lacking = wheel(tmp_path, without="caucasus_events/data/events.parquet")
    python = Path(sys.executable)
    assert "events.parquet" in failure(lambda: steps.used(python, tmp_path, PYTHONPATH=str(lacking)))
    absent = tmp_path / "absent.whl"
    assert failure(lambda: steps.imported_from_zip(python, absent, tmp_path)).endswith("not from absent.whl")


@pytest.mark.parametrize(
    "ending",
    [
        "raise ModuleNotFoundError('rapidfuzz')",
        "print({remedy!r}, file=sys.stderr)",
        "sys.exit('install what is missing')",
        "print('built'); sys.exit({remedy!r})",
        "sys.exit('Traceback:\\n' + {remedy!r})",
    ],
)
def test_bare_installation_without_the_remedy_fails(tmp_path: Path, ending: str) -> None:
    """A traceback, another exit code, no remedy, or more than one sentence is told with the command and its words."""
    (tmp_path / "caucasus_events").mkdir()
    module = tmp_path / "caucasus_events" / "__main__.py"
    refusal = partial(steps.refusal, Path(sys.executable), ("release", "status"), tmp_path, PYTHONPATH=str(tmp_path))
    module.write_text(f"import sys\n{ending.format(remedy=steps.REMEDY)}\n")
    assert failure(refusal).startswith("caucasus-events release status ends with ")
    module.write_text(f"import sys\nsys.exit({steps.REMEDY!r})\n")
    assert refusal() == steps.REMEDY


def test_size_beyond_its_limit_fails() -> None:
    """A package that grows too large, or brings what only builders need, is refused."""
    steps.check_size(steps.LARGEST, {"pandas": "3"})
    assert (
        failure(lambda: steps.check_size(9_000_000, {})) == "the package is 9,000,000 bytes; the largest is 8,000,000"
    )
    message = failure(lambda: steps.check_size(1, {"rapidfuzz": "3", "pandas": "3"}))
    assert message == "readers would install rapidfuzz, which only builders need"


@pytest.fixture
def at_home(kept: Gate, tmp_path: Path) -> Iterator[rehearsal.Index]:
    """An index with nothing in it."""
    with rehearsal.index(kept, tmp_path / "home" / "packages") as running:
        yield running


def lacking(whole: Path, to: Path, name: str, *, unlisted: bool = False) -> Path:
    """Pack a wheel again without a table, which its RECORD still lists unless told otherwise; it asks for nothing."""
    to.mkdir()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(to / whole.name, "w") as new:
        for each in old.namelist():
            lines = old.read(each).splitlines(keepends=True) if each.endswith(("/METADATA", "/RECORD")) else []
            kept = [line for line in lines if not line.startswith(b"Requires-Dist:")]
            kept = [line for line in kept if not (unlisted and name.encode() in line)]
            if not each.endswith(f"/{name}"):
                new.writestr(each, b"".join(kept) if lines else old.read(each))
    return to / whole.name


@slow
def test_rehearsal_of_a_version_that_is_there_already_fails(kept: Gate, at_home: rehearsal.Index) -> None:
    """What the index has already is not uploaded again: a version is published once."""
    file, _ = artefacts.wheel_and_sdist(kept)
    rehearsal.upload(kept, at_home, file)
    message = " ".join(failure(lambda: rehearsal.upload(kept, at_home, file)).split())
    assert re.search(rf"Package \S*{re.escape(file.name)}\S* already exists!", message), message


@slow
def test_rehearsal_of_a_wheel_without_data_fails(kept: Gate, at_home: rehearsal.Index, tmp_path: Path) -> None:
    """A wheel that lacks a table is uploaded and installed as any other; used, it names the table."""
    broken = lacking(artefacts.wheel_and_sdist(kept)[0], tmp_path / "broken", "events.parquet", unlisted=True)
    rehearsal.upload(kept, at_home, broken)
    python = rehearsal.environment(tmp_path / "env")
    assert rehearsal.installed(at_home, python, "caucasus-events", broken) == __version__
    # What it needs is at hand, behind what was installed.
    needs = Path(str(pd.__file__)).parents[1]
    [site] = (tmp_path / "env").rglob("site-packages")
    (site / "needs.pth").write_text(str(needs))
    assert "events.parquet" in failure(lambda: steps.used(python, tmp_path))


@slow
def test_rehearsal_of_another_file_than_was_uploaded_fails(
    kept: Gate, at_home: rehearsal.Index, tmp_path: Path
) -> None:
    """What pip brings is held against the file that was built, by its digest."""
    file, sdist = artefacts.wheel_and_sdist(kept)
    bare = lacking(file, tmp_path / "bare", "no table")
    rehearsal.upload(kept, at_home, bare)
    python = rehearsal.environment(tmp_path / "env")
    message = failure(lambda: rehearsal.installed(at_home, python, "caucasus-events", file, sdist))
    came = f"{at_home.url}/packages/{file.name}"
    assert message == f"pip install caucasus-events: what came is {came}, not what was uploaded"


@slow
def test_rehearsal_of_another_record_fails(kept: Gate, tmp_path: Path) -> None:
    """A RECORD that does not list a table, which verify does, is told by the name of the table."""
    file, _ = artefacts.wheel_and_sdist(kept)
    python = kept.python("wheel", str(file))
    assert rehearsal.check_record(python, file, tmp_path) == len(list((ROOT / "data").glob("*.parquet")))
    unlisted = lacking(file, tmp_path / "unlisted", "events.parquet", unlisted=True)
    message = failure(lambda: rehearsal.check_record(python, unlisted, tmp_path))
    assert message == f"{file.name}: RECORD and verify differ: events.parquet"


@slow
def test_rehearsal_of_an_answer_that_is_not_given_fails(
    kept: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command whose answer lacks what it must say is told with that answer."""
    python = kept.python("wheel", str(artefacts.wheel_and_sdist(kept)[0]))
    monkeypatch.setattr(rehearsal, "ASKED", {"--version": "9.9.9"})
    message = failure(lambda: rehearsal.answers(python, tmp_path))
    start = f"caucasus-events --version: its answer has no 9.9.9:\ncaucasus-events, version {__version__}\n"
    assert message.startswith(start)


def test_rehearsal_without_its_commands_in_the_readme_fails() -> None:
    """How to install is read out of the README: what it does not say cannot be rehearsed."""
    told = "\n## Install and read\n\n`pip install caucasus-events`, `pip install\n-U caucasus-events`.\n\n## Ask it\n"
    message = failure(lambda: rehearsal.commands(told + "`pip install 'caucasus-events[build]'`\n"))
    assert message == "README.md does not say how to install: build"
    assert rehearsal.commands((ROOT / "README.md").read_text("utf-8")) == {
        "plain": "caucasus-events",
        "upgrade": "-U caucasus-events",
        "build": "'caucasus-events[build]'",
    }


def test_an_upgrade_that_cannot_be_rehearsed_says_why(at: Gate) -> None:
    """Before the first release, and in a checkout without history, there is nothing to upgrade from, and it is said."""
    assert rehearsal.wheel_before(at, "1.0.0", at.work) == (None, "no release is before 1.0.0")
    reason = "1.0.0: this checkout has no history to build it from"
    assert rehearsal.wheel_before(at, "1.1.0", at.work) == (None, reason)


def test_every_step_has_a_budget(at: Gate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each step has its seconds; one that takes more is told so, and passes."""
    assert steps.BUDGETS.keys() == steps.STEPS.keys()
    monkeypatch.setitem(steps.BUDGETS, "size", -1)
    monkeypatch.setitem(steps.STEPS, "size", lambda _: [])
    assert command.passes(at, "size")
    assert capsys.readouterr().out == "passed size (0 s of -1: over its budget, which fails nothing)\n"


def test_artefacts_of_an_earlier_run_are_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What another state of the checkout left in the folder is never taken for what is released."""
    old = [tmp_path / name for name in ("dist/old.whl", "env/wheel/whole", "env/sdist/whole", "env/editable/whole")]
    tools = tmp_path / "env" / "tools" / "whole"
    for path in [*old, tools]:
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.setattr(sys, "argv", ["gate", "descriptors", "--work", str(tmp_path)])
    command.main()
    assert [path for path in [*old, tools] if path.exists()] == [tools]
    assert capsys.readouterr().out.endswith("the gate is passed: 1 steps\n")


def test_the_gate_prints_the_cause_and_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failing step is named with its message, and the exit code is 1."""

    def broken(_: object) -> list[str]:
        raise Failed("the cause")

    monkeypatch.setitem(steps.STEPS, "size", broken)
    monkeypatch.setattr(sys, "argv", ["gate", "size", "descriptors"])
    with pytest.raises(SystemExit, match=r"^1 of 2 steps failed$"):
        command.main()
    printed = capsys.readouterr().out
    assert "FAILED size (0 s of 30)\n    the cause\n" in printed
    assert "passed descriptors (" in printed


@pytest.mark.parametrize("tracked", [True, False])
def test_what_was_built_from_another_checkout_is_built_again(
    tracked: bool,  # noqa: FBT001 - a parameter of the test
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a folder used again, only a checkout that changed is built again, and what was installed goes with it."""
    root, work = tmp_path / "checkout", tmp_path / "work"
    root.mkdir()
    (root / "a.py").write_text("1")
    if tracked:
        git(root, "init", "-q")
    built: list[str] = []

    def build(at: Gate) -> None:
        built.append((root / "a.py").read_text())
        (at.work / "dist").mkdir(parents=True)
        for name in ("a.whl", "a.tar.gz"):
            (at.work / "dist" / name).write_text(built[-1])

    monkeypatch.setattr(artefacts, "build_twice", build)
    artefacts.wheel_and_sdist(Gate(root, work))
    installed = work / "env" / "wheel" / "whole"
    installed.parent.mkdir(parents=True)
    installed.touch()
    artefacts.wheel_and_sdist(Gate(root, work))
    assert (built, installed.exists()) == (["1"], True)
    (root / "a.py").write_text("2")
    wheel, _ = artefacts.wheel_and_sdist(Gate(root, work))
    assert (built, installed.exists(), wheel.read_text()) == (["1", "2"], False, "2")


def test_a_step_that_breaks_off_is_named_and_the_others_go_on(
    at: Gate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a step raises, the gate names step and error, and fails without a traceback."""

    def broken(_: object) -> list[str]:
        raise FileNotFoundError("no such file")

    monkeypatch.setitem(steps.STEPS, "size", broken)
    assert command.passes(at, "size") is False
    expected = "FAILED size (0 s of 30)\n    the step size broke off: FileNotFoundError: no such file\n"
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("folder", [".", "gate", "data/../deep/gate"])
def test_the_gate_refuses_to_work_inside_the_checkout(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A work folder inside the checkout is refused, before anything is written, with what to name instead."""
    monkeypatch.setattr(sys, "argv", ["gate", "--work", str(ROOT / folder), "size"])
    with pytest.raises(SystemExit) as caught:
        command.main()
    asked = ROOT / folder
    expected = f"--work {asked}: the folder is inside the checkout; name one outside it: --work ../gate"
    assert str(caught.value) == expected
    assert not (ROOT / "gate").exists()


def test_the_workflow_works_outside_the_checkout_and_uploads_from_there() -> None:
    """What is published is what the gate built, in a folder outside the checkout."""
    written = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text("utf-8"))
    listed = written["jobs"]["gate"]["steps"]
    passing = next(step for step in listed if "validation/gate" in step.get("run", ""))
    assert passing["run"] == 'python validation/gate --work "$WORK" --tag "$TAG"'
    assert passing["env"]["WORK"] == "${{ runner.temp }}/gate"
    upload = next(step for step in listed if "upload-artifact" in step.get("uses", ""))
    assert upload["with"]["path"] == passing["env"]["WORK"] + "/dist/"


def test_the_pins_of_the_actions_are_whole_hashes() -> None:
    """Every action of every workflow is pinned by the hash of a commit, with its version beside it."""
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    used = [line.strip() for path in workflows for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert len(used) >= 5
    assert all(re.fullmatch(r"- uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used), used
    assert all("permissions:" in path.read_text("utf-8") for path in workflows)


def test_the_oldest_versions_are_those_that_the_project_allows() -> None:
    """What the gate tries as the oldest is the lower end of the range in pyproject.toml."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    for pin in steps.ENGINES["oldest"]:
        name, _, version = pin.partition("==")
        assert f'"{name}>={version.removesuffix(".0.0") if name == "pyarrow" else "3.0"}' in project
