"""What every step works with: a checkout, a folder to work in, commands, and environments of its own.

Environments are made here and not by nox: that would save the twenty lines of :meth:`Gate.python` and :func:`pip`,
and cost a tool more on a machine that has nothing but Python and pip. Steps run side by side and share environments,
for which nox has no words.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from caucasus_events.model.rows import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable

# What is built of a checkout, or installed from that, in the folder to work in; the other environments are of none.
OF_A_CHECKOUT = ("dist", "env/wheel", "env/sdist", "env/editable")
_LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    "*.egg-info",
    "__pycache__",
    "node_modules",
    ".*_cache",
    ".hypothesis",
    "build",
    "dist",
    ".caucasus-events-*",
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

    def python(self, name: str, *requirements: str, options: Iterable[str] = ()) -> Path:
        """Return the Python of an environment of its own, installed when it is first asked for."""
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

    def elsewhere(self, name: str) -> Path:
        """Return an empty place outside the checkout, as a reader works in."""
        folder = self.work / name
        folder.mkdir(exist_ok=True)
        return folder


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a command and return what it prints, or raise :class:`Failed` with it."""
    done = completed(*command, cwd=cwd, **environment)
    if done.returncode:
        words = f"{Path(command[0]).name} {' '.join(map(str, command[1:4]))}"
        raise Failed(f"{words} …\n{done.stdout}{done.stderr}".strip())
    return done.stdout.strip()


def completed(*command: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, however it ends."""
    # Another environment must find its own packages, not those of this one.
    own = {} if command[0] == sys.executable else {"PYTHONPATH": ""}
    env = {**os.environ, **own, **environment}
    return subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)


def pip(python: Path, *words: str | Path) -> str:
    """Run pip for an environment that has none of its own."""
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, *words)


def copied(root: Path, to: Path) -> Path:
    """Copy a checkout without what git does not hold."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(root, to, ignore=_LEFT_OUT))


def forget(work: Path) -> None:
    """Remove what was built of a checkout, and installed from it: it may have been another one."""
    for name in OF_A_CHECKOUT:
        shutil.rmtree(work / name, ignore_errors=True)


def has_git(root: Path) -> bool:
    """Report whether a checkout is git's, and git is there to ask."""
    return (root / ".git").exists() and shutil.which("git") is not None


def checkout_digest(root: Path) -> str:
    """Digest every file of a checkout by name and content: what is built depends on nothing else."""
    hasher = hashlib.sha256()
    for path in files_of(root):
        hasher.update(f"{path.relative_to(root).as_posix()} {sha256(path)}\n".encode())
    return hasher.hexdigest()


def files_of(root: Path) -> list[Path]:
    """List the files that git holds or would hold; without git, all that :func:`copied` copies."""
    if has_git(root):
        names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=root).split("\0")
        return sorted({root / name for name in names if (root / name).is_file()})
    found = []
    for folder, below, names in os.walk(root):
        left_out = _LEFT_OUT(folder, [*below, *names])
        # In place, because this is how os.walk is told where not to go.
        below[:] = [name for name in below if name not in left_out]
        found += [Path(folder, name) for name in names if name not in left_out]
    return sorted(found)
