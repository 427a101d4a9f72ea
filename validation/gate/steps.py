"""The steps of the gate: each is one function, its name that at the command line, its docstring what it promises.

A step returns lines to print, or raises :class:`.environments.Failed` with the cause. To add one is to add a function
here, and to ``tests/validation/test_gate.py`` a twin that fails.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq

import described
from caucasus_events.building import release
from caucasus_events.errors import CaucasusEventsError
from caucasus_events.ledger import frozen
from caucasus_events.model import versions as version_words
from caucasus_events.model.rows import sha256
from caucasus_events.model.words import counted

from . import artefacts as built
from . import rehearsal as index
from . import shares
from .environments import Failed, completed, copied, has_git, pip, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .environments import Gate

    Step = Callable[[Gate], list[str]]

VALIDATION = Path(__file__).resolve().parents[1]
ROOT = VALIDATION.parent
# The newest versions that the build was made for are pinned in pyproject.toml; the oldest that read
# its files were found by trying. pyarrow 19.0.0 cannot read statistics that later versions write.
ENGINES = {"oldest": ("pandas==3.0.0", "pyarrow==16.0.0"), "newest": ("pandas", "pyarrow")}
# The profile of Data Package 2, of all packages only this one holds it.
PROFILE = "check-datapackage==0.37.0"
LARGEST = 8_000_000
NEVER = ("rapidfuzz", "pytest", "hypothesis", "polars", "duckdb")
# What builders run, and what a plain install must answer.
FOR_BUILDERS = (("build",), ("check",), ("new", "note.txt"), ("release", "status"))
REMEDY = "pip install 'caucasus-events[build]'"
STEPS: dict[str, Step] = {}
# So many seconds a step may take on two cores with empty environments. What takes longer is said and fails nothing:
# a slow machine, or a slow index, is no fault of a checkout.
BUDGETS = {
    "rebuild": 30,
    "engines": 180,
    "audit": 180,
    "descriptors": 10,
    "validators": 90,
    "versions": 10,
    "history": 15,
    "artefacts": 60,
    "leaks": 60,
    "quotation": 30,
    "installs": 90,
    "bare": 60,
    "zipped": 30,
    "size": 30,
    "rehearsal": 240,
}


def step(function: Step) -> Step:
    """Register a step under the name of its function."""
    STEPS[function.__name__] = function
    return function


# ---------------------------------------------------------------------------- what is committed


@step
def rebuild(gate: Gate) -> list[str]:
    """Two processes with other hash seeds, zones and locales build what is committed, to the byte."""
    one, other = rebuilt_in(gate, "0", "UTC", "C"), rebuilt_in(gate, "4711", "Pacific/Kiritimati", "C.UTF-8")
    check_same_bytes(one, other, "two processes build another")
    check_same_bytes(gate.root / "data", one, "what is committed is not what the seeds build:")
    return [f"{len(list(one.iterdir()))} files are the same in 2 processes and as committed"]


def rebuilt_in(gate: Gate, seed: str, zone: str, locale: str) -> Path:
    """Build in a copy of the checkout, in a world of its own."""
    there = copied(gate.root, gate.work / f"rebuild-{seed}")
    command = (sys.executable, "-m", "caucasus_events", "build", "--root", there)
    run(*command, PYTHONHASHSEED=seed, TZ=zone, LC_ALL=locale)
    return there / "data"


def check_same_bytes(one: Path, other: Path, what: str) -> None:
    """Compare the files of two folders."""
    files = [{path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} for folder in (one, other)]
    names = sorted(name for name in files[0].keys() | files[1].keys() if files[0].get(name) != files[1].get(name))
    if names or not files[0]:
        raise Failed(f"{what} {', '.join(names) or 'nothing at all'}")


@step
def engines(gate: Gate) -> list[str]:
    """The oldest and the newest pandas and pyarrow build the same rows and Arrow schemas."""
    return [f"{name}: {rebuilt_with(engine(gate, name), gate.root)}" for name in ENGINES]


def engine(gate: Gate, name: str) -> Path:
    """Install the wheel, and what building needs but for its pins, under given versions."""
    project = tomllib.loads((gate.root / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [*project["dependencies"], *project["optional-dependencies"]["build"]]
    loose = [each for each in needs if not re.match(r"(pandas|pyarrow)\b", each)]
    python = gate.python(name, *loose, *ENGINES[name])
    pip(python, "install", "-q", "--no-deps", "--force-reinstall", built.wheel_and_sdist(gate)[0])
    return python


def rebuilt_with(python: Path, root: Path) -> str:
    """Rebuild and compare under another environment; return which versions it has."""
    code = (
        "import importlib.metadata as m, pathlib, sys\n"
        "from caucasus_events.building import standing\nfrom caucasus_events.reading import integrity\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "print(standing.check_dataset(root)[1], 'equal;', len(integrity.verify(root / 'data')), 'files verified;',\n"
        "      'pandas', m.version('pandas') + ', pyarrow', m.version('pyarrow'))\n"
    )
    return run(python, "-W", "ignore", "-c", code, root, cwd=root.parent)


@step
def audit(gate: Gate) -> list[str]:
    """Every named way of breaking the data is noticed, every rule is made to fire, and the report says so."""
    found = run(sys.executable, "-W", "ignore", gate.root / "validation" / "mutations")
    page = gate.root / "validation" / "mutation-audit.md"
    if found != page.read_text("utf-8").strip():
        raise Failed(f"{page.name} is not what the audit finds: run python validation/mutations --write")
    return [line for line in found.splitlines() if "caught" in line]


@step
def descriptors(gate: Gate) -> list[str]:
    """The descriptors say what the files hold: sizes, hashes, columns, keys, codes, references."""
    found = list(described.problems(gate.root / "data"))
    if found:
        raise Failed("\n".join(found))
    return ["datapackage.json, croissant.json and dataset.jsonld describe the files as they are"]


# ---------------------------------------------------------------------------- what others make of it


@step
def validators(gate: Gate) -> list[str]:
    """The public validators accept the descriptors, and load every table."""
    data = gate.root / "data"
    return [
        with_frictionless(gate, data),
        with_mlcroissant(gate, data),
        with_jsonschema(gate, data),
        with_cffconvert(gate, gate.root),
    ]


def with_frictionless(gate: Gate, data: Path) -> str:
    """Validate the Data Package and its rows by the command that anybody would give; it reads Parquet with pandas 2."""
    python = gate.python("frictionless", "frictionless[parquet]>=5.18,<6", "pandas<3")
    command = (python.with_name("frictionless"), "validate", data / "datapackage.json")
    found = json.loads(run(*command, "--json", cwd=data))
    rows = sum(task["stats"].get("rows", 0) for task in found["tasks"])
    # Where it read nothing, nothing is wrong.
    if not rows:
        raise Failed("frictionless: no row was read")
    return f"frictionless: {len(found['tasks'])} tables, {rows} rows are valid"


def with_mlcroissant(gate: Gate, data: Path) -> str:
    """Validate Croissant and load every record set."""
    python = gate.python("mlcroissant", "mlcroissant>=1.1,<1.2", "pandas", "pyarrow")
    return run(python, VALIDATION / "validators" / "with_mlcroissant.py", data / "croissant.json", cwd=data)


def with_jsonschema(gate: Gate, data: Path) -> str:
    """Validate the Data Package against the published profile; it stands in a package for Python 3.12."""
    python = gate.python("jsonschema", "jsonschema>=4.23")
    profile = gate.work / "env" / "jsonschema" / "profile"
    if not profile.exists():
        pip(python, "install", "-q", "--no-deps", "--ignore-requires-python", "--target", profile, PROFILE)
    found = profile / "check_datapackage" / "schemas" / "data-package-2-0.json"
    return run(python, VALIDATION / "validators" / "with_jsonschema.py", data / "datapackage.json", found)


def with_cffconvert(gate: Gate, root: Path) -> str:
    """Validate CITATION.cff."""
    python = gate.python("cffconvert", "cffconvert>=2.0", "setuptools<81")
    return f"cffconvert: {run(python.with_name('cffconvert'), '--validate', '-i', root / 'CITATION.cff')}"


# ---------------------------------------------------------------------------- versions and releases


@step
def versions(gate: Gate) -> list[str]:
    """One version stands in every place that tells one."""
    expected = _written(gate.root)
    found = dict(places(gate.root))
    wrong = [f"{place}: {version}" for place, version in found.items() if version != expected]
    if wrong:
        raise Failed(f"the version is {expected}, but not in\n" + "\n".join(wrong))
    if gate.tag not in (None, f"v{expected}"):
        raise Failed(f"the tag is {gate.tag}, the version {expected}")
    return [f"{expected} in {len(found)} places"]


def _written(root: Path) -> str:
    """Read the version where it is written."""
    path = "src/caucasus_events/describing/about.py"
    match = re.search(r'^VERSION = "(.+)"$', (root / path).read_text("utf-8"), re.MULTILINE)
    if not match:
        raise Failed(f"there is no VERSION in {path}")
    return match[1]


def places(root: Path) -> Iterator[tuple[str, str]]:
    """Read the version in every other place."""
    data = root / "data"
    for path in sorted(data.glob("*.parquet")):
        metadata = pq.read_schema(path).metadata
        yield f"data/{path.name}", metadata[b"version"].decode()
        yield f"data/{path.name} (attrs)", str(pd.read_parquet(path).attrs["version"])
    for name in ("datapackage.json", "croissant.json", "dataset.jsonld"):
        yield f"data/{name}", json.loads((data / name).read_text("utf-8"))["version"]
    yield "data/README.md", (data / "README.md").read_text("utf-8").split()[2].rstrip(":")
    cff = re.search(r'^version: "?([^"\n]+)"?$', (root / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    yield "CITATION.cff", cff[1] if cff else "none"
    yield ".zenodo.json", json.loads((root / ".zenodo.json").read_text("utf-8"))["version"]
    # What is installed here is of this checkout, and of no copy.
    if root == ROOT:
        yield "pip show (after a new version: pip install -e .)", importlib.metadata.version("caucasus-events")
        yield "--version", run(sys.executable, "-m", "caucasus_events", "--version").split()[2]


@step
def history(gate: Gate) -> list[str]:
    """Frozen releases are untouched, the changes lead from each to today, version and changelog fit."""
    try:
        lines, found = release.check(gate.root), release.status(gate.root)
    except CaucasusEventsError as error:
        raise Failed(str(error)) from None
    if found.state == "refused" or (gate.tag and found.state != "released"):
        raise Failed(release.status_text(found))
    return [*lines, *tagged(gate.root), *release.status_text(found).splitlines()]


def tagged(root: Path) -> list[str]:
    """Compare every release with the tag that published it, as far as git is there to tell."""
    if not has_git(root):
        return []
    tags = [tag for tag in run("git", "tag", "--list", "v*", cwd=root).split() if version_words.is_version(tag[1:])]
    for tag in tags:
        folder = f"{frozen.RELEASES}/{tag[1:]}"
        differ = run("git", "diff", "--name-only", tag, "--", folder, cwd=root).split()
        if differ or not (root / folder).is_dir():
            raise Failed(f"{folder}: it is not what the tag {tag} holds: {', '.join(differ) or 'nothing is there'}")
    return [f"{len(tags)} tagged releases are those of their tags"]


# ---------------------------------------------------------------------------- what is published


@step
def artefacts(gate: Gate) -> list[str]:
    """Wheel and sdist are the same twice, hold every file of data and nothing of the seeds, and pass the linters."""
    files = built.wheel_and_sdist(gate)
    for file in files:
        built.check_contents(file)
    tools = gate.python("tools", *built.TOOLS).parent
    run(tools / "twine", "check", "--strict", *files)
    run(tools / "validate-pyproject", gate.root / "pyproject.toml")
    # W004: PyInstaller finds its hook by a name that no module may have.
    run(tools / "check-wheel-contents", "--ignore", "W004", files[0])
    data = sorted(path.name for path in (gate.root / "data").iterdir() if path.is_file())
    expected = [part for name in data for part in ("--expected-files", f"*caucasus_events/data/{name}")]
    run(tools / "pydistcheck", "--inspect", *expected, files[0])
    run(tools / "pydistcheck", "--inspect", files[1])
    return [f"{file.name}: {sha256(file)}, twice" for file in files]


@step
def leaks(gate: Gate) -> list[str]:
    """No readable file that is shipped holds words of a seed that its tables do not quote."""
    texts = _texts(gate.root)
    for file in built.wheel_and_sdist(gate):
        built.check_leaks(file, texts)
    return [f"{counted(len(texts), 'text')} looked for in wheel and sdist"]


@step
def quotation(gate: Gate) -> list[str]:
    """All that is shipped could rebuild a third of a text without a licence at most, and the README states how much."""
    texts, readme = _texts(gate.root), (gate.root / "README.md").read_text("utf-8")
    sources = pd.read_parquet(gate.root / "data" / "sources.parquet")
    licensed = set(sources.dropna(subset="licence")["source_id"])
    told = []
    for file in built.wheel_and_sdist(gate):
        parts = shares.rebuilt(file, texts)
        bound = {name: part for name, part in parts.items() if name not in licensed}
        for name, part in bound.items():
            if part > shares.LARGEST:
                raise Failed(f"{file.name} could rebuild {float(part):.1%} of seeds/{name}.txt, more than a third")
        largest = f"{float(max(bound.values(), default=0)):.0%}"
        if bound and largest not in readme:
            raise Failed(f"README.md does not say that the tables could rebuild {largest} of a text")
        told += [f"{name}: {file.name} could rebuild {float(part):.1%}" for name, part in parts.items()]
    return told


def _texts(root: Path) -> dict[str, str]:
    """Read the texts of the seeds, by name."""
    return {path.stem: path.read_text("utf-8") for path in sorted((root / "seeds").glob("*.txt"))}


@step
def installs(gate: Gate) -> list[str]:
    """Wheel, sdist and checkout, each installed in an empty environment, work from another folder."""
    wheel, sdist = built.wheel_and_sdist(gate)
    away = gate.elsewhere("elsewhere")
    ways = {
        "wheel": gate.python("wheel", str(wheel)),
        "sdist": gate.python("sdist", str(sdist)),
        "editable": gate.python("editable", str(gate.root), options=["-e"]),
    }
    return [f"{name}: {used(python, away)}" for name, python in ways.items()]


def used(python: Path, away: Path, **environment: str) -> str:
    """Use an installation from another folder, as a reader does."""
    script = away / "outside.py"
    shutil.copy(VALIDATION / "outside.py", script)
    return run(python, "-W", "error", script, cwd=away, **environment)


@step
def bare(gate: Gate) -> list[str]:
    """Where only what readers need is installed, a command for builders says in one sentence what is missing."""
    python, away = gate.python("wheel", str(built.wheel_and_sdist(gate)[0])), gate.elsewhere("bare")
    (away / "note.txt").write_text("The border was opened on 3 May 1994.\n", "utf-8")
    return [f"{words[0]}: {refusal(python, words, away)}" for words in FOR_BUILDERS]


def refusal(python: Path, words: Iterable[str], away: Path, **environment: str) -> str:
    """Run a command for builders; it must end with 1, and with one sentence that names the remedy."""
    done = completed(python, "-m", "caucasus_events", *words, cwd=away, **environment)
    sentence = done.stderr.strip()
    if done.returncode != 1 or done.stdout or len(sentence.splitlines()) != 1 or REMEDY not in sentence:
        told = (done.stdout + done.stderr).strip()
        raise Failed(f"caucasus-events {' '.join(words)} ends with {done.returncode}, not with the remedy:\n{told}")
    return sentence


@step
def zipped(gate: Gate) -> list[str]:
    """The wheel works without being unpacked, through importlib.resources."""
    wheel, _ = built.wheel_and_sdist(gate)
    python, away = gate.python("wheel", str(wheel)), gate.elsewhere("zipped")
    return [used(python, away, PYTHONPATH=str(wheel)), imported_from_zip(python, wheel, away)]


def imported_from_zip(python: Path, wheel: Path, away: Path) -> str:
    """Make sure that it was the zip that was imported."""
    code = "import caucasus_events; print(caucasus_events.__file__)"
    found = run(python, "-c", code, cwd=away, PYTHONPATH=str(wheel))
    if wheel.name not in found:
        raise Failed(f"the package was imported from {found}, not from {wheel.name}")
    return f"imported from {wheel.name}"


@step
def size(gate: Gate) -> list[str]:
    """What a reader installs is small, and holds nothing that only builders need."""
    wheel, _ = built.wheel_and_sdist(gate)
    unpacked = sum(len(content) for content in built.members(wheel).values())
    listed = json.loads(pip(gate.python("wheel", str(wheel)), "list", "--format", "json"))
    packages = {each["name"]: each["version"] for each in listed}
    check_size(unpacked, packages)
    names = ", ".join(f"{name} {version}" for name, version in packages.items())
    return [f"{unpacked:,} bytes installed", f"{len(packages)} packages: {names}"]


def check_size(unpacked: int, packages: dict[str, str]) -> None:
    """Compare size and dependencies of an installation with their limits."""
    if unpacked > LARGEST:
        raise Failed(f"the package is {unpacked:,} bytes; the largest is {LARGEST:,}")
    strange = sorted(name for name in packages if name.lower() in NEVER)
    if strange:
        raise Failed(f"readers would install {', '.join(strange)}, which only builders need")


@step
def rehearsal(gate: Gate) -> list[str]:
    """Uploaded to an index at home, the release is installed and upgraded from it as the README says, and used."""
    files, version, home = built.wheel_and_sdist(gate), _written(gate.root), gate.elsewhere("rehearsal")
    told = index.commands((gate.root / "README.md").read_text("utf-8"))
    with index.index(gate, home / "packages") as at:
        upgraded, lines = _upgraded_from(gate, at, home, version)
        index.upload(gate, at, *files)
        plain, builder = index.environment(home / "plain"), index.environment(home / "build")
        for python, words in ((upgraded, told["upgrade"]), (plain, told["plain"]), (builder, told["build"])):
            if python:
                index.installed(at, python, words, files[0])
                lines.append(f"pip install {words}: {used(python, gate.elsewhere('elsewhere'))}")
        asked = index.answers(plain, gate.elsewhere("elsewhere"))
        lines.append(f"at the command line: {', '.join(asked)}")
        lines.append(f"{index.check_record(plain, files[0], home)} tables: RECORD says of them what verify does")
        # With the extra, what is installed builds what is committed.
        run(builder, "-m", "caucasus_events", "check", "--root", gate.root, cwd=home)
        lines += [f"sdist: {_from_sdist(gate, at, name, plain, files[1])}" for name in index.pythons()]
    return lines


def _upgraded_from(gate: Gate, at: index.Index, home: Path, version: str) -> tuple[Path | None, list[str]]:
    """Install the release before this one from the index, where there is one to upgrade from; say which."""
    before, what = index.wheel_before(gate, version, home / "before")
    if before is None:
        return None, [f"no upgrade was rehearsed: {what}"]
    index.upload(gate, at, before)
    python = index.environment(home / "upgraded")
    index.installed(at, python, index.NAME, before)
    return python, [f"upgraded from {what}"]


def _from_sdist(gate: Gate, at: index.Index, with_python: str, plain: Path, sdist: Path) -> str:
    """Install the sdist under a Python, and use it there; under that of the gate what it needs is there already."""
    own = run(with_python, "--version") == run(plain, "--version")
    python = plain if own else index.environment(at.folder.with_name("from-sdist"), with_python)
    words = f"--force-reinstall --no-deps {index.NAME}" if own else index.NAME
    index.installed(at, python, words, sdist, PIP_NO_BINARY=index.NAME)
    return f"{run(python, '--version')}: {used(python, gate.elsewhere('elsewhere'))}"
