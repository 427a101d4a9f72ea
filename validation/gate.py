"""Let nothing broken pass.

One command, in a checkout with the extra ``test``::

    python validation/gate.py                   # everything
    python validation/gate.py history versions  # some steps
    python validation/gate.py --tag v1.0.0      # as before publishing: the release must be frozen

A step is one function below; its name is its name at the command line, its docstring what it
promises. It returns lines to print, or raises :class:`Failed` with the cause. Environments are
kept in ``--work`` and used again; what was built of the checkout is built anew.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import tomllib
import zipfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import described
import pandas as pd
import pyarrow.parquet as pq

from caucasus_events.building import release
from caucasus_events.coding.quotes import fold_space
from caucasus_events.errors import CaucasusEventsError
from caucasus_events.ledger import frozen
from caucasus_events.model.rows import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PROFILE = "check-datapackage==0.37.0"
TOOLS = ("twine", "validate-pyproject[all]", "check-wheel-contents", "pydistcheck", "build")
# The newest versions that the build was made for are pinned in pyproject.toml; the oldest that read
# its files were found by trying. pyarrow 19.0.0 cannot read statistics that later versions write.
OLDEST = ("pandas==3.0.0", "pyarrow==16.0.0")
NEWEST = ("pandas", "pyarrow")
LARGEST = 8_000_000
NEVER = ("rapidfuzz", "pytest", "hypothesis", "polars", "duckdb")
LONG = 120
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis", "build", "dist", "data.new", "data.old"
)


class Failed(Exception):  # noqa: N818 - it is what a step did
    """A step found something broken; the message names it."""


@dataclass
class Gate:
    """A checkout at the gate, and the folder where environments and built files are kept."""

    root: Path
    work: Path
    tag: str | None = None
    locks: defaultdict[str, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))

    def dist(self) -> tuple[Path, Path]:
        """Build wheel and sdist twice, once for every state of the checkout."""
        built, now = self.work / "dist-of", checkout_digest(self.root)
        with self.locks["dist"]:
            fresh = (self.work / "dist").exists() and built.exists() and built.read_text("utf-8") == now
            if not fresh:
                # What was installed from older files would be tested instead of these.
                for name in ("dist", "env/wheel", "env/sdist", "env/editable"):
                    shutil.rmtree(self.work / name, ignore_errors=True)
                build_twice(self)
                built.write_text(now, "utf-8")
        wheel, sdist = next((self.work / "dist").glob("*.whl")), next((self.work / "dist").glob("*.tar.gz"))
        return wheel, sdist

    def python(self, name: str, *requirements: str, options: Iterable[str] = ()) -> Path:
        """Give the Python of an environment of its own, installed when it is first asked for."""
        folder = self.work / "env" / name
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        with self.locks[name]:
            if not (folder / "whole").exists():
                shutil.rmtree(folder, ignore_errors=True)
                run(sys.executable, "-m", "venv", "--without-pip", folder)
                # Compiling what is hardly used takes longer than installing it.
                pip(python, "install", "-q", "--no-compile", *options, *requirements)
                (folder / "whole").touch()
        return python


STEPS: dict[str, Callable[[Gate], list[str]]] = {}


def step(function: Callable[[Gate], list[str]]) -> Callable[[Gate], list[str]]:
    """Register a step under the name of its function."""
    STEPS[function.__name__] = function
    return function


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a command; what it prints if it succeeds, :class:`Failed` with it if it does not."""
    # Another environment must find its own packages, not those of this one.
    own = {} if command[0] == sys.executable else {"PYTHONPATH": ""}
    env = {**os.environ, **own, **environment}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(
            f"{Path(command[0]).name} {' '.join(map(str, command[1:4]))} …\n{done.stdout}{done.stderr}".strip()
        )
    return done.stdout.strip()


def pip(python: Path, *words: str | Path) -> str:
    """Run pip for an environment that has none of its own."""
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, *words)


def copy(root: Path, to: Path) -> Path:
    """Copy a checkout without what git does not hold."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(root, to, ignore=_LEFT_OUT))


def checkout_digest(root: Path) -> str:
    """Digest every file of a checkout by name and content: what is built depends on nothing else."""
    hasher = hashlib.sha256()
    for path in held(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        hasher.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return hasher.hexdigest()


def held(root: Path) -> list[Path]:
    """List the files that git holds or would hold; without git, all that :func:`copy` copies."""
    if (root / ".git").exists() and shutil.which("git"):
        names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=root).split("\0")
        return sorted({root / name for name in names if (root / name).is_file()})
    found = []
    for folder, below, names in os.walk(root):
        left_out = _LEFT_OUT(folder, [*below, *names])
        below[:] = [name for name in below if name not in left_out]
        found += [Path(folder, name) for name in names if name not in left_out]
    return sorted(found)


@step
def rebuild(gate: Gate) -> list[str]:
    """Two processes with other hash seeds, zones and locales build what is committed, to the byte."""
    worlds = [("0", "UTC", "C"), ("4711", "Pacific/Kiritimati", "C.UTF-8")]
    folders = []
    for number, (seed, zone, locale) in enumerate(worlds):
        there = copy(gate.root, gate.work / f"rebuild-{number}")
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        run(sys.executable, "-m", "caucasus_events", "build", "--root", there, **environment)
        folders.append(there / "data")
    same_bytes(*folders, "two processes build another")
    same_bytes(gate.root / "data", folders[0], "what is committed is not what the seeds build:")
    return [f"{len(list(folders[0].iterdir()))} files are the same in {len(worlds)} processes and as committed"]


def same_bytes(one: Path, other: Path, what: str) -> None:
    """Compare the files of two folders."""
    files = [{path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} for folder in (one, other)]
    names = sorted(name for name in files[0].keys() | files[1].keys() if files[0].get(name) != files[1].get(name))
    if names or not files[0]:
        raise Failed(f"{what} {', '.join(names) or 'nothing at all'}")


@step
def engines(gate: Gate) -> list[str]:
    """The oldest and the newest pandas and pyarrow build the same rows and Arrow schemas."""
    lines = []
    for name, versions in {"oldest": OLDEST, "newest": NEWEST}.items():
        python = environment(gate, name, versions)
        lines.append(f"{name}: {engine(python, gate.root)}")
    return lines


def environment(gate: Gate, name: str, versions: Iterable[str]) -> Path:
    """Install the wheel, and what building needs but for its pins, under given versions."""
    project = tomllib.loads((gate.root / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [*project["dependencies"], *project["optional-dependencies"]["build"]]
    loose = [each for each in needs if not re.match(r"(pandas|pyarrow)\b", each)]
    python = gate.python(name, *loose, *versions)
    pip(python, "install", "-q", "--no-deps", "--force-reinstall", gate.dist()[0])
    return python


def engine(python: Path, root: Path) -> str:
    """Rebuild and compare under another environment; say which versions it has."""
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
    """Every named way of breaking the data is noticed."""
    told = run(sys.executable, "-W", "ignore", gate.root / "validation" / "mutation_audit.py").splitlines()
    return [line for line in told if line and not line.startswith(("|", "#"))][:3]


@step
def descriptors(gate: Gate) -> list[str]:
    """The descriptors say what the files hold: sizes, hashes, columns, keys, codes, references."""
    found = list(described.problems(gate.root / "data"))
    if found:
        raise Failed("\n".join(found))
    return ["datapackage.json, croissant.json and dataset.jsonld describe the files as they are"]


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
    """Validate the Data Package and its rows; frictionless reads Parquet with pandas 2."""
    python = gate.python("frictionless", "frictionless[parquet]>=5.18,<6", "pandas<3")
    return run(python, HERE / "validators" / "with_frictionless.py", data / "datapackage.json", cwd=data)


def with_mlcroissant(gate: Gate, data: Path) -> str:
    """Validate Croissant and load every record set."""
    python = gate.python("mlcroissant", "mlcroissant>=1.1,<1.2", "pandas", "pyarrow")
    return run(python, HERE / "validators" / "with_mlcroissant.py", data / "croissant.json", cwd=data)


def with_jsonschema(gate: Gate, data: Path) -> str:
    """Validate the Data Package against the published profile; it stands in a package for Python 3.12."""
    python = gate.python("jsonschema", "jsonschema>=4.23")
    profile = gate.work / "env" / "jsonschema" / "profile"
    if not profile.exists():
        pip(python, "install", "-q", "--no-deps", "--ignore-requires-python", "--target", profile, PROFILE)
    found = profile / "check_datapackage" / "schemas" / "data-package-2-0.json"
    return run(python, HERE / "validators" / "with_jsonschema.py", data / "datapackage.json", found)


def with_cffconvert(gate: Gate, root: Path) -> str:
    """Validate CITATION.cff."""
    python = gate.python("cffconvert", "cffconvert>=2.0", "setuptools<81")
    return f"cffconvert: {run(python.with_name('cffconvert'), '--validate', '-i', root / 'CITATION.cff')}"


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
    source = (root / "src" / "caucasus_events" / "describing" / "about.py").read_text("utf-8")
    match = re.search(r'^VERSION = "(.+)"$', source, re.MULTILINE)
    if not match:
        raise Failed("there is no VERSION in src/caucasus_events/describing/about.py")
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
    """Hold every release against the tag that published it, as far as git is there to tell."""
    if not (root / ".git").exists() or not shutil.which("git"):
        return []
    tags = [tag for tag in run("git", "tag", "--list", "v*", cwd=root).split() if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    for tag in tags:
        folder = f"{frozen.RELEASES}/{tag[1:]}"
        differ = run("git", "diff", "--name-only", tag, "--", folder, cwd=root).split()
        if differ or not (root / folder).is_dir():
            raise Failed(f"{folder}: it is not what the tag {tag} holds: {', '.join(differ) or 'nothing is there'}")
    return [f"{len(tags)} tagged releases are those of their tags"]


@step
def artefacts(gate: Gate) -> list[str]:
    """Wheel and sdist are the same twice, hold every file of data and nothing of the seeds, and pass the linters."""
    files = gate.dist()
    for file in files:
        contents(file)
    python = gate.python("tools", *TOOLS)
    tools = python.parent
    run(tools / "twine", "check", "--strict", *files)
    run(tools / "validate-pyproject", gate.root / "pyproject.toml")
    run(tools / "check-wheel-contents", files[0])
    expected = [
        part for name in _data_files(gate.root) for part in ("--expected-files", f"*caucasus_events/data/{name}")
    ]
    run(tools / "pydistcheck", "--inspect", *expected, files[0])
    run(tools / "pydistcheck", "--inspect", files[1])
    return [f"{file.name}: {hashlib.sha256(file.read_bytes()).hexdigest()}, twice" for file in files]


def _data_files(root: Path) -> list[str]:
    """Name the files of data that must be shipped."""
    return sorted(path.name for path in (root / "data").iterdir() if path.is_file())


def build_twice(gate: Gate) -> None:
    """Build wheel and sdist in two copies of a checkout; they must be the same to the byte."""
    root, work, python = gate.root, gate.work, gate.python("tools", *TOOLS)
    found: list[dict[str, str]] = []
    for number in (0, 1):
        there, out = copy(root, work / f"source-{number}"), work / f"dist-{number}"
        shutil.rmtree(out, ignore_errors=True)
        run(python, "-m", "build", "--outdir", out, there, SOURCE_DATE_EPOCH=str(epoch(root)))
        normalise(next(out.glob("*.tar.gz")), epoch(root))
        found.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()})
    same_twice(*found)
    (work / "dist-0").rename(work / "dist")


def same_twice(one: dict[str, str], other: dict[str, str]) -> None:
    """Compare what two builds gave, by name and digest."""
    if one != other or not one:
        wrong = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
        raise Failed(f"two builds differ: {', '.join(wrong) or 'nothing was built'}")


def epoch(root: Path) -> int:
    """Give the moment that built files carry: the day of the last release, or that of the first commit's year."""
    last = frozen.read_frozen(root)
    day = dt.date.fromisoformat(last.released) if last else dt.date(2020, 1, 1)
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


def normalise(sdist: Path, moment: int) -> None:
    """Write an sdist again without the times and owners of the machine: setuptools keeps them."""
    with tarfile.open(sdist) as archive:
        held = [(each, archive.extractfile(each)) for each in archive.getmembers() if each.isfile()]
        contents = {each.name: (each.mode & 0o755, file.read()) for each, file in held if file}
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, (mode, content) in sorted(contents.items()):
            about = tarfile.TarInfo(name)
            about.size, about.mtime, about.mode = len(content), moment, mode
            archive.addfile(about, BytesIO(content))
    with sdist.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=moment) as packer:
        packer.write(packed.getvalue())


def members(file: Path) -> dict[str, bytes]:
    """Read everything that a wheel or an sdist holds."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/")}
    with tarfile.open(file) as sdist:
        held = [(each.name, sdist.extractfile(each)) for each in sdist.getmembers() if each.isfile()]
        return {name: part.read() for name, part in held if part}


def contents(file: Path) -> None:
    """Hold a wheel or an sdist against what it must and may hold."""
    found = members(file)
    folder = "caucasus_events/data/" if file.suffix == ".whl" else "/data/"
    held = {name.rsplit("/", 1)[-1] for name in found if folder in name}
    needed = {f"{name}.parquet" for name in FILES} | {"datapackage.json", "croissant.json", "dataset.jsonld"}
    missing = sorted(needed | {"README.md", "__init__.py"} - held if not held else (needed | {"README.md"}) - held)
    if missing:
        raise Failed(f"{file.name} lacks data/{', data/'.join(missing)}")
    bare = {name.rsplit("/", 1)[-1] for name in found}
    lacking = sorted({"LICENSE", "LICENSE-DATA", "codebook.toml", "py.typed"} - bare)
    if lacking:
        raise Failed(f"{file.name} lacks {', '.join(lacking)}")
    strange = [name for name in found if "/seeds/" in f"/{name}" or "validation/releases" in name]
    if strange:
        raise Failed(f"{file.name} holds {', '.join(strange)}")


@step
def leaks(gate: Gate) -> list[str]:
    """No text of a seed is shipped, and the README states how much of it the tables could rebuild."""
    lines = []
    texts = {path.stem: path.read_text("utf-8") for path in sorted((gate.root / "seeds").glob("*.txt"))}
    for file in gate.dist():
        leaked(file, texts)
    shares = {name: share(gate.root, name, text) for name, text in texts.items()}
    lines += [f"{name}: the tables could rebuild {part:.1%} of its characters" for name, part in shares.items()]
    largest = f"{max(shares.values()):.0%}"
    if largest not in (gate.root / "README.md").read_text("utf-8"):
        raise Failed(f"README.md does not say that the tables could rebuild {largest} of a text")
    return lines


def leaked(file: Path, texts: dict[str, str]) -> None:
    """Look for paragraphs of the seeds in the readable files of a wheel or an sdist."""
    for name, content in members(file).items():
        if name.endswith(".parquet"):
            continue
        words = fold_space(content.decode("utf-8", "replace"))
        for seed, text in texts.items():
            for line in text.splitlines():
                if len(line) >= LONG and fold_space(line) in words:
                    raise Failed(f"{file.name}: {name} holds words of seeds/{seed}.txt: {line[:40]}…")


def share(root: Path, seed: str, text: str) -> float:
    """Give the share of a text, white space aside, that quotes with prefix and suffix cover."""
    evidence = pd.read_parquet(root / "data" / "evidence.parquet")
    letters = [position for position, letter in enumerate(text) if not letter.isspace()]
    index = {position: number for number, position in enumerate(letters)}
    covered: set[int] = set()
    for row in evidence[evidence["source_id"] == seed].itertuples():
        first, last = index[row.start_char], index[row.end_char - 1]
        before, after = (len("".join(part.split())) for part in (row.prefix, row.suffix))
        covered.update(range(first - before, last + after + 1))
    return len(covered & set(range(len(letters)))) / len(letters)


@step
def installs(gate: Gate) -> list[str]:
    """Wheel, sdist and checkout, each installed in an empty environment, work from another folder."""
    wheel, sdist = gate.dist()
    away = gate.work / "elsewhere"
    away.mkdir(exist_ok=True)
    ways = {
        "wheel": gate.python("wheel", str(wheel)),
        "sdist": gate.python("sdist", str(sdist)),
        "editable": gate.python("editable", str(gate.root), options=["-e"]),
    }
    return [f"{name}: {outside(python, away)}" for name, python in ways.items()]


def outside(python: Path, away: Path, **environment: str) -> str:
    """Use an installation from another folder, as a reader does."""
    script = away / "outside.py"
    shutil.copy(HERE / "outside.py", script)
    return run(python, "-W", "error", "-W", "ignore:PySpark:FutureWarning", script, cwd=away, **environment)


@step
def zipped(gate: Gate) -> list[str]:
    """The wheel works without being unpacked, through importlib.resources."""
    wheel, _ = gate.dist()
    away = gate.work / "zipped"
    away.mkdir(exist_ok=True)
    python = gate.python("wheel", str(wheel))
    return [outside(python, away, PYTHONPATH=str(wheel)), from_zip(python, wheel, away)]


def from_zip(python: Path, wheel: Path, away: Path) -> str:
    """Make sure that it was the zip that was imported."""
    code = "import caucasus_events; print(caucasus_events.__file__)"
    found = run(python, "-c", code, cwd=away, PYTHONPATH=str(wheel))
    if wheel.name not in found:
        raise Failed(f"the package was imported from {found}, not from {wheel.name}")
    return f"imported from {wheel.name}"


@step
def size(gate: Gate) -> list[str]:
    """What a reader installs is small, and holds nothing that only builders need."""
    wheel, _ = gate.dist()
    unpacked = sum(len(content) for content in members(wheel).values())
    python = gate.python("wheel", str(wheel))
    listed = json.loads(pip(python, "list", "--format", "json"))
    packages = {each["name"]: each["version"] for each in listed}
    fits(unpacked, packages)
    names = ", ".join(f"{name} {version}" for name, version in packages.items())
    return [f"{unpacked:,} bytes installed", f"{len(packages)} packages: {names}"]


def fits(unpacked: int, packages: dict[str, str]) -> None:
    """Hold size and dependencies of an installation against their limits."""
    if unpacked > LARGEST:
        raise Failed(f"the package is {unpacked:,} bytes; the largest is {LARGEST:,}")
    strange = sorted(name for name in packages if name.lower() in NEVER)
    if strange:
        raise Failed(f"readers would install {', '.join(strange)}, which only builders need")


def forget(work: Path) -> None:
    """Remove what was built of a checkout, and installed from it: it may have been another one."""
    for name in ("dist", "env/wheel", "env/sdist", "env/editable"):
        shutil.rmtree(work / name, ignore_errors=True)


def passes(gate: Gate, name: str) -> bool:
    """Run one step and print how it went."""
    start = time.monotonic()
    try:
        lines, good = STEPS[name](gate), True
    except Failed as error:
        lines, good = str(error).splitlines(), False
    # Whatever else a step meets must not keep the others from telling what they found.
    except Exception as error:  # noqa: BLE001
        lines, good = [f"the step {name} broke off: {type(error).__name__}: {error}"], False
    words = f"{'passed' if good else 'FAILED'} {name} ({time.monotonic() - start:.0f} s)"
    print("\n".join([words, *(f"    {line}" for line in lines)]), flush=True)
    return good


def outside_checkout(work: Path, root: Path) -> Path:
    """Refuse a folder inside the checkout: the checkout is copied there, and would be copied into itself."""
    if work.resolve().is_relative_to(root.resolve()):
        sys.exit(f"--work {work}: the folder is inside the checkout; name one outside it: --work ../gate")
    return work.resolve()


def main() -> None:
    """Run the steps, two at a time, and exit with 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", choices=[[], *STEPS], default=[], metavar="step")
    parser.add_argument("--tag", help="the tag that is to be published")
    parser.add_argument("--work", type=Path, help="where environments and built files are kept")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = outside_checkout(asked.work or Path(folder), ROOT)
        work.mkdir(parents=True, exist_ok=True)
        forget(work)
        gate = Gate(ROOT, work, asked.tag)
        with ThreadPoolExecutor(2) as pool:
            good = list(pool.map(lambda name: passes(gate, name), asked.steps or STEPS))
    if not all(good):
        sys.exit(f"{good.count(False)} of {len(good)} steps failed")
    print(f"the gate is passed: {len(good)} steps")


if __name__ == "__main__":
    main()
