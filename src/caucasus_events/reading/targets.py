"""Files and folders that the package writes for its reader: whole or not at all, and in place of nothing else."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from caucasus_events.errors import UnwritableError, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a place to write to; what is written there stands under ``target`` only when all of it does.

    A link is followed, and a device or a pipe is written to: neither is ever replaced. What cannot be written is an
    :class:`UnwritableError`, and nothing is left behind.
    """
    if "\0" in str(target):
        raise UnwritableError(f"cannot write {str(target)!r}: no name has a null character")
    try:
        os.fsencode(target)
    except UnicodeEncodeError:
        raise UnwritableError(f"cannot write {str(target)!r}: no name has half a character; give another") from None
    try:
        # What is meant is the file behind a link; to replace the link would leave the file as it was.
        home = Path(os.path.realpath(target))
        _check_target(home, target)
        special = home.exists() and not home.is_file()
        # Beside the target, so that renaming is one step; in a folder of its own, so that its name is nobody's.
        beside = None if special else home.parent
        with tempfile.TemporaryDirectory(dir=beside, prefix=".caucasus-events-", ignore_cleanup_errors=True) as folder:
            partial = Path(folder) / "partial"
            yield partial
            if special:
                _pour(partial, home)
                return
            if home.exists():
                shutil.copymode(home, partial)
            partial.replace(home)
    except UnwritableError:
        raise
    except OSError as error:
        raise UnwritableError(f"cannot write {target}: {error.strerror or error}") from error


@contextmanager
def whole_folder(target: Path, names: Collection[str]) -> Iterator[Path]:
    """Yield a folder to write to; it stands at ``target`` only when all is written.

    A folder that is there is replaced if it holds nothing but files of these names. Any other, and what cannot be
    written, is an :class:`UnwritableError`, and nothing is left behind.
    """
    try:
        home = Path(os.path.realpath(target))
        _check_folder(home, target, names)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=".caucasus-events-") as folder:
            partial, before = Path(folder) / "partial", Path(folder) / "before"
            partial.mkdir()
            yield partial
            if home.exists():
                home.replace(before)
            partial.replace(home)
    except UnwritableError:
        raise
    except OSError as error:
        raise UnwritableError(f"cannot write {target}: {error.strerror or error}") from error


def _check_target(home: Path, target: Path) -> None:
    """Refuse what no file can be written to."""
    why = ""
    if home.is_dir():
        why = "it is a folder; name a file in it"
    elif home.is_symlink():
        why = "it is a link that leads back to itself; give a file"
    elif home.exists() and not os.access(home, os.W_OK):
        why = "it may not be written to; give another file"
    if why:
        raise UnwritableError(f"cannot write {target}: {why}")


def _check_folder(home: Path, target: Path, names: Collection[str]) -> None:
    """Refuse a file, and a folder that holds something else than files of these names."""
    if home.exists() and not home.is_dir():
        raise UnwritableError(f"cannot write {target}: it is a file; name a folder")
    others = sorted(path.name for path in home.iterdir() if path.name not in names) if home.exists() else []
    if others:
        raise UnwritableError(f"cannot write {target}: it holds {shown(others[0])}; name a folder of its own")


def _pour(source: Path, device: Path) -> None:
    """Write a file to a device or a pipe; a pipe that nobody reads is an error, not a wait without end."""
    try:
        handle = os.open(device, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise UnwritableError(f"cannot write {device}: nobody reads this pipe; start its reader first") from error
        raise
    os.set_blocking(handle, True)
    with open(handle, "wb") as poured, source.open("rb") as read:  # noqa: PTH123 - a handle that is open
        shutil.copyfileobj(read, poured)
