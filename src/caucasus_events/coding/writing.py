"""How anything is written in a checkout: one at a time, whole or not at all, under names that are nobody's.

What is written stands aside first, in a folder of a name that nobody gives, and is then put into its place in one step.
A link is followed: what it leads to is replaced, not the link.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from caucasus_events.errors import ReleaseError, UnwritableError
from caucasus_events.model.rows import sha256

# Folders of this name, and letters chosen by chance, hold what is not in its place yet; nobody else has one.
OURS = ".caucasus-events-"
_SWAP = f"{OURS}swap-"
_NEW, _OLD = "new", "old"

_WAYS_OUT = {
    errno.ENOSPC: "make room on the disk, and run it again",
    errno.EDQUOT: "make room on the disk, and run it again",
    errno.EACCES: "allow writing there, or work in another checkout",
    errno.EPERM: "allow writing there, or work in another checkout",
    errno.EROFS: "allow writing there, or work in another checkout",
    errno.ENOENT: "make the folder first",
    errno.ENOTDIR: "make it a folder, or move it away",
    errno.EEXIST: "make it a folder, or move it away",
}


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Let nobody else write in a checkout meanwhile; the lock ends with the process, however that ends."""
    # The file outlives the lock: in the checkout it would be one more file that nobody knows.
    name = f"caucasus-events-{sha256(os.fsencode(root.resolve()))[:16]}.lock"
    lock = FileLock(Path(tempfile.gettempdir(), name), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        what = f"another command is writing in {root.resolve()}"
        raise ReleaseError(f"{what}; wait until it has ended, and run this one again") from None
    except OSError as error:
        raise unwritable(Path(lock.lock_file), error) from error
    try:
        yield
    finally:
        lock.release()


def unwritable(place: Path, error: OSError) -> UnwritableError:
    """Say of an error of the system what could not be written, why, and the way out."""
    do = _WAYS_OUT.get(error.errno or 0, "mend that, and run it again")
    return UnwritableError(f"cannot write {place}: {error.strerror or error}; {do}")


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Turn errors of the system, while something is written, into the package's own."""
    try:
        yield
    except UnwritableError:
        raise
    except OSError as error:
        raise unwritable(place, error) from error


def aside(folder: Path, start: str) -> Path:
    """Make a folder of a name that is nobody's."""
    return Path(tempfile.mkdtemp(prefix=start, dir=folder))


def left(folder: Path, start: str = _SWAP) -> list[Path]:
    """List what killed commands left aside in a folder: folders of our names that hold nothing but our own."""
    found = [path for path in sorted(folder.glob(f"{start}*")) if path.is_dir() and not path.is_symlink()]
    return [path for path in found if {each.name for each in path.iterdir()} <= {_NEW, _OLD, "whole"}]


def put(place: Path, fill: Callable[[Path], object]) -> None:
    """Replace a file or a folder by what ``fill`` writes to the path it is given; if that fails, all is as before."""
    place = place.resolve()
    with told(place):
        work = aside(place.parent, f"{_SWAP}{place.name}-")
        new = work / _NEW
        try:
            fill(new)
            # No system replaces one folder by another in one step; between the two, bring_back() finds the old one.
            if new.is_dir() and place.exists():
                place.rename(work / _OLD)
            new.replace(place)
        finally:
            bring_back(work)


def bring_back(work: Path) -> None:
    """End what stands aside: the old folder goes back if nothing stands in its place, and the rest goes away."""
    # The letters that are chosen by chance hold no hyphen.
    place = work.parent / work.name.removeprefix(_SWAP).rpartition("-")[0]
    if (work / _OLD).exists() and not place.exists():
        (work / _OLD).rename(place)
    shutil.rmtree(work, ignore_errors=True)


def put_all(contents: Mapping[Path, bytes]) -> None:
    """Write new files, and the one folder that they stand in, all of it or nothing."""
    folder, written = next(iter(contents)).parent, list[Path]()
    there = folder.exists()
    try:
        with told(folder):
            folder.mkdir(exist_ok=True)
        for path, content in contents.items():
            put(path, partial(_fill, content))
            written.append(path)
    except BaseException:
        with suppress(OSError):
            for path in written:
                path.unlink()
            if not there:
                folder.rmdir()
        raise


def _fill(content: bytes, path: Path) -> None:
    """Write a file."""
    path.write_bytes(content)
