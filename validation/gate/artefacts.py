"""Wheel and sdist: built twice, the same to the byte, and looked through for what they must and must not hold."""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
import tarfile
import zipfile
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from caucasus_events.ledger import frozen
from caucasus_events.model.folding import fold_space
from caucasus_events.model.rows import FILES, sha256

from .environments import OF_A_CHECKOUT, Failed, checkout_digest, copied, forget, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .environments import Gate

TOOLS = ("twine", "validate-pyproject[all]", "check-wheel-contents", "pydistcheck", "build")
# So many characters in a row, white space folded, are words of a text; fewer, its headings and names, may well stand
# elsewhere. Half of them, from one of these on, lie whole in any such run.
LONG, _HALF = 60, 30
# What built files say of their time before there is a release; any day after 1980 does, zip knows none before.
_BEFORE_ANY_RELEASE = dt.date(2020, 1, 1)
_DATA = {f"{name}.parquet" for name in FILES} | {"datapackage.json", "croissant.json", "dataset.jsonld", "README.md"}


def wheel_and_sdist(gate: Gate) -> tuple[Path, Path]:
    """Return the built files; they are built once for every state of the checkout."""
    dist, built, now = gate.work / OF_A_CHECKOUT[0], gate.work / "dist-of", checkout_digest(gate.root)
    with gate.locks["dist"]:
        if not (dist.exists() and built.exists() and built.read_text("utf-8") == now):
            # What was installed from older files would be tested instead of these.
            forget(gate.work)
            build_twice(gate)
            built.write_text(now, "utf-8")
    return next(dist.glob("*.whl")), next(dist.glob("*.tar.gz"))


def build_twice(gate: Gate) -> None:
    """Build wheel and sdist in two copies of a checkout; they must be the same to the byte."""
    root, work, python = gate.root, gate.work, gate.python("tools", *TOOLS)
    found: list[dict[str, str]] = []
    for number in (0, 1):
        there, out = copied(root, work / f"source-{number}"), work / f"dist-{number}"
        shutil.rmtree(out, ignore_errors=True)
        run(python, "-m", "build", "--outdir", out, there, SOURCE_DATE_EPOCH=str(epoch(root)))
        normalise(next(out.glob("*.tar.gz")), epoch(root))
        found.append({path.name: sha256(path) for path in out.iterdir()})
    check_same_twice(*found)
    (work / "dist-0").rename(work / OF_A_CHECKOUT[0])


def check_same_twice(one: dict[str, str], other: dict[str, str]) -> None:
    """Compare what two builds gave, by name and digest."""
    if one != other or not one:
        wrong = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
        raise Failed(f"two builds differ: {', '.join(wrong) or 'nothing was built'}")


def epoch(root: Path) -> int:
    """Return the moment that built files carry: the day of the last release, or 2020-01-01 before the first."""
    last = frozen.read_frozen(root)
    day = dt.date.fromisoformat(last.released) if last else _BEFORE_ANY_RELEASE
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


def check_contents(file: Path) -> None:
    """Check a wheel or an sdist for what it must hold, and for what it may not."""
    found = members(file)
    folder = "caucasus_events/data/" if file.suffix == ".whl" else "/data/"
    data = {name.rsplit("/", 1)[-1] for name in found if folder in name}
    # By its module the folder is a package: without it importlib.resources does not find the tables.
    missing = sorted((_DATA | {"__init__.py"}) - data)
    if missing:
        raise Failed(f"{file.name} lacks data/{', data/'.join(missing)}")
    bare = {name.rsplit("/", 1)[-1] for name in found}
    lacking = sorted({"LICENSE", "LICENSE-DATA", "codebook.toml", "template.toml", "py.typed"} - bare)
    if lacking:
        raise Failed(f"{file.name} lacks {', '.join(lacking)}")
    strange = [name for name in found if "/seeds/" in f"/{name}" or "validation/releases" in name]
    if strange:
        raise Failed(f"{file.name} holds {', '.join(strange)}")


def check_leaks(file: Path, texts: dict[str, str]) -> None:
    """Look for words of the seeds in the readable files of a wheel or an sdist.

    What its tables say of a document may stand there as an example, a whole title or quote and hardly more.
    """
    found = members(file)
    told = _told(found)
    for name, content in found.items():
        words = "" if name.endswith(".parquet") else fold_space(content.decode("utf-8", "replace"))
        for seed, text in texts.items():
            for shared in leaked(words, fold_space(text)):
                if not any(each in shared and len(shared) - len(each) < _HALF for each in told):
                    raise Failed(f"{file.name}: {name} holds words of seeds/{seed}.txt: {shared.strip()[:40]}…")


def _told(found: dict[str, bytes]) -> set[str]:
    """List the titles, addresses and quotes in the tables of a wheel or an sdist."""
    told: set[str] = set()
    for name, content in found.items():
        for column in {"sources": ("title", "url"), "evidence": ("quote",)}.get(Path(name).stem, ()):
            frame = pd.read_parquet(BytesIO(content)) if name.endswith(".parquet") else pd.DataFrame({column: []})
            told |= set(frame[column].dropna())
    return told


def leaked(words: str, text: str) -> Iterator[str]:
    """Yield every run of characters that both have and that is too long."""
    for start in range(0, len(text) - _HALF + 1, _HALF):
        at = words.find(text[start : start + _HALF])
        while at >= 0:
            before = _common(reversed(text[:start]), reversed(words[:at]))
            after = _common(text[start:], words[at:])
            if before + after >= LONG:
                yield text[start - before : start + after]
            at = words.find(text[start : start + _HALF], at + 1)


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    """Count the characters in which two begin alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
