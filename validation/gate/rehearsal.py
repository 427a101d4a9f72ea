"""What the world will do with a release: upload it to an index, install it from there, upgrade, and use it.

The index is pypiserver, at home on 127.0.0.1: one package and one command, where devpi wants a database and a login.
It serves what was uploaded, and sends pip elsewhere for every name that it does not hold: ours can come from it alone.
"""

from __future__ import annotations

import base64
import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from caucasus_events.ledger import frozen
from caucasus_events.model import versions
from caucasus_events.model.rows import sha256

from . import artefacts as built
from .environments import Failed, has_git, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .environments import Gate

NAME = "caucasus-events"
_ELSEWHERE = "https://pypi.org/simple/"
_PATIENCE = 30  # seconds until an index answers
# What is asked at the command line of what was installed, and a word of its answer.
ASKED = {
    "verify": "files are those of caucasus-events",
    "as-of 2018-01-01 --entity Armenia --type membership": "armenia-csto-membership",
    "history Georgia CIS": "2009-08-18",
    "cite": NAME,
    "explore explorer.html": "explorer.html",
}


class Index(NamedTuple):
    """An index that runs, and the folder that it serves."""

    url: str
    folder: Path


@contextmanager
def index(gate: Gate, folder: Path) -> Iterator[Index]:
    """Start an index with nothing in it, and stop it in the end."""
    server = gate.python("index", "pypiserver>=2.3").with_name("pypi-server")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    words = ("run", "-i", "127.0.0.1", "-p", str(port), "-P", ".", "-a", ".", "--fallback-url", _elsewhere())
    with subprocess.Popen([server, *words, folder], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(process, f"http://127.0.0.1:{port}")
            yield Index(f"http://127.0.0.1:{port}", folder)
        finally:
            process.terminate()


def _elsewhere() -> str:
    """Return the index that this machine's pip asks: everything but our package comes from there."""
    listed = run(sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list")
    told = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    return next((told[key].strip("'") for key in (":env:.index-url", "global.index-url") if key in told), _ELSEWHERE)


def _wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until an index answers."""
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - at home
                return
        except OSError:
            time.sleep(0.1)
    raise Failed(f"pypiserver does not answer at {url}")


def upload(gate: Gate, to: Index, *files: Path) -> None:
    """Upload files as they are uploaded to PyPI; a file that is there already is refused."""
    # Only with --verbose does twine tell why.
    twine = gate.python("tools", *built.TOOLS).with_name("twine")
    words = ("upload", "--verbose", "--non-interactive", "--disable-progress-bar", "-u", "any", "-p", "any")
    run(twine, *words, "--repository-url", f"{to.url}/", *files, NO_COLOR="1", COLUMNS="200")


def commands(readme: str) -> dict[str, str]:
    """Read how the README says to install the package: plainly, anew, and with what builds it."""
    section = readme.partition("\n## Install and read\n")[2].partition("\n## ")[0]
    found = re.findall(rf"`pip install ([^`]*\b{NAME}\b[^`]*)`", " ".join(section.split()))
    kinds = {"upgrade": "-U", "build": "[build]"}
    told = {next((kind for kind, mark in kinds.items() if mark in words), "plain"): words for words in found}
    lacking = sorted({"plain", *kinds} - told.keys())
    if lacking:
        raise Failed(f"README.md does not say how to install: {', '.join(lacking)}")
    return told


def installed(at: Index, python: Path, words: str, *files: Path, **environment: str) -> str:
    """Do what the README says in an environment, and make sure that it was our file that came."""
    report = at.folder.with_name("report.json")
    here = {"PIP_INDEX_URL": f"{at.url}/simple/", "PIP_NO_COMPILE": "1", **environment}
    command = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, "install", "-q")
    run(*command, "--report", report, *words.replace("'", "").split(), cwd=at.folder, **here)
    ours = [each for each in json.loads(report.read_text("utf-8"))["install"] if each["metadata"]["name"] == NAME]
    if not ours:
        raise Failed(f"pip install {words}: nothing of ours was installed")
    url, digest = ours[0]["download_info"]["url"], ours[0]["download_info"]["archive_info"]["hashes"]["sha256"]
    if not url.startswith(at.url) or (files and digest not in map(sha256, files)):
        raise Failed(f"pip install {words}: what came is {url}, not what was uploaded")
    return str(ours[0]["metadata"]["version"])


def environment(folder: Path, with_python: str | Path = sys.executable) -> Path:
    """Make an environment with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    run(with_python, "-m", "venv", "--without-pip", folder)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def answers(python: Path, away: Path) -> list[str]:
    """Ask what was installed at the command line, as its installer put it there."""
    program = python.with_name(NAME)
    for words, part in ASKED.items():
        found = run(program, *words.split(), cwd=away)
        if part not in found:
            raise Failed(f"{NAME} {words}: its answer has no {part}:\n{found}")
    return list(ASKED)


def check_record(python: Path, wheel: Path, away: Path) -> int:
    """Compare what `verify` says of the tables with what the wheel's own RECORD does; return how many there are."""
    code = "import caucasus_events as ce; print(ce.verify()[['file', 'sha256']].to_json(orient='values'))"
    told = dict(json.loads(run(python, "-c", code, cwd=away)))
    packed = {name.rsplit("/", 1)[-1]: content for name, content in built.members(wheel).items()}
    rows = list(csv.reader(StringIO(packed["RECORD"].decode())))
    recorded = {Path(name).name: _hex(digest) for name, digest, _ in rows if name.endswith(".parquet")}
    if told != recorded:
        names = sorted(name for name in told.keys() | recorded.keys() if told.get(name) != recorded.get(name))
        raise Failed(f"{wheel.name}: RECORD and verify differ: {', '.join(names)}")
    return len(told)


def _hex(recorded: str) -> str:
    """Write a digest of a RECORD as `verify` does."""
    words = recorded.removeprefix("sha256=")
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4)).hex()


def pythons() -> list[str]:
    """List the oldest Python that we promise and the newest on this machine, one if it is the same."""
    found = [name for minor in range(11, 30) if (name := shutil.which(f"python3.{minor}"))]
    # Where there is a shim without a Python behind it, as pyenv has them, there is none.
    whole = [
        name for name in found if subprocess.run([name, "-c", ""], capture_output=True, check=False).returncode == 0
    ]
    return list(dict.fromkeys([*whole[:1], *whole[-1:]])) or [sys.executable]


def wheel_before(gate: Gate, version: str, to: Path) -> tuple[Path | None, str]:
    """Build the release before a version from the commit that froze it, or say why it cannot be."""
    before = [each for each in _frozen(gate.root) if versions.parse(each) < versions.parse(version)]
    if not before:
        return None, f"no release is before {version}"
    commit = _commit_of(gate.root, before[-1])
    if not commit:
        return None, f"{before[-1]}: this checkout has no history to build it from"
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    run("git", "archive", "--output", to / "release.tar", commit, cwd=gate.root)
    shutil.unpack_archive(to / "release.tar", to / "source", filter="data")
    python = gate.python("tools", *built.TOOLS)
    run(python, "-m", "build", "--wheel", "--outdir", to / "dist", to / "source")
    return next((to / "dist").glob("*.whl")), f"{before[-1]} from {commit[:10]}"


def _frozen(root: Path) -> list[str]:
    """List the versions that were frozen, the first first."""
    names = [path.name for path in (root / frozen.RELEASES).iterdir() if versions.is_version(path.name)]
    return sorted(names, key=versions.parse)


def _commit_of(root: Path, version: str) -> str:
    """Find the commit of a release: that of its tag, else the one that brought its tables."""
    if not has_git(root):
        return ""
    tagged = run("git", "tag", "--list", f"v{version}", "--format=%(objectname)", cwd=root)
    kept = f"{frozen.RELEASES}/{version}/release.json"
    return tagged or run("git", "log", "--diff-filter=A", "--format=%H", "-1", "--", kept, cwd=root)
