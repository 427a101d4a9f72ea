"""What a build and a freeze write, all of it or none: aside first, into its places last.

A freeze writes everything into one folder, which gets another name once it is whole. That is the moment from which it
counts: whatever stops a freeze before, nothing has changed, and whatever stops it after, the next run ends it.
"""

import shutil
from collections.abc import Container, Mapping
from functools import partial
from pathlib import Path

from caucasus_events.coding import writing
from caucasus_events.errors import Problem, ProblemsError, UnwritableError
from caucasus_events.ledger.frozen import RELEASES
from caucasus_events.model.versions import is_version

_FREEZE = f"{writing.OURS}freeze-"
# What stands in the one counts for nothing and is thrown away; what stands in the other counts and is put into place.
_NOTHING, _WHOLE = "new", "whole"


def strangers(data: Path, written: Container[str]) -> list[Problem]:
    """Report what stands in ``data/`` and is nothing that a build writes: it would be lost with the folder."""
    found = []
    for path in sorted(data.iterdir()) if data.is_dir() else ():
        cache = path.name == "__pycache__" and path.is_dir() and all(each.suffix == ".pyc" for each in path.iterdir())
        if not cache and (path.name not in written or path.is_symlink() or not path.is_file()):
            kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
            what, do = f"the build does not write this {kind}", "move it out of data/, or remove it"
            found.append(Problem(f"data/{path.name}", "", what, do))
    return found


def put_data(contents: Mapping[str, bytes], root: Path) -> None:
    """Replace ``data/`` by these files, or leave it as it was; what is not the build's own there is refused."""
    data = root / "data"
    if data.exists() and not data.is_dir():
        raise UnwritableError(f"cannot write {data}: it is not a folder; move it away, and run it again")
    if strange := strangers(data, contents):
        raise ProblemsError(strange)
    writing.put(data, partial(_write_all, contents))


def put(contents: Mapping[str, bytes], root: Path) -> None:
    """Replace files of a checkout, and whole folders: ``data/``, and by its version that of a release."""
    settle(root)
    data = {name.removeprefix("data/") for name in contents if name.startswith("data/")}
    if data and (strange := strangers(root / "data", data)):
        raise ProblemsError(strange)
    with writing.told(root):
        work = writing.aside(root, _FREEZE)
        try:
            _write_all(contents, work / _NOTHING)
            (work / _NOTHING).rename(work / _WHOLE)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    settle(root)


def _write_all(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files, by their names, into a new folder."""
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def settle(root: Path) -> bool:
    """Clear away what was stopped early, and end a freeze that was stopped late; say if there was one."""
    for work in [work for folder in _folders(root) for work in writing.left(folder)]:
        writing.bring_back(work)
    ended = False
    for work in writing.left(root, _FREEZE):
        if (work / _WHOLE).is_dir():
            _end(work / _WHOLE, root)
            ended = True
        shutil.rmtree(work, ignore_errors=True)
    return ended


def settle_if_stopped(root: Path) -> None:
    """Do the same where a build or a freeze was stopped, for a command that writes nothing itself."""
    if any(writing.left(folder) for folder in _folders(root)) or writing.left(root, _FREEZE):
        # What stands aside may as well be that of a build at work: then this says so.
        with writing.alone(root):
            settle(root)


def _folders(root: Path) -> list[Path]:
    """List the folders in which something may stand aside: those of what is replaced, links followed."""
    places = [root / "data", root / RELEASES / "0.0.0", root / "CHANGELOG.md", root / "CITATION.cff"]
    return sorted({place.resolve().parent for place in [*places, root / ".zenodo.json"]})


def _end(whole: Path, root: Path) -> None:
    """Put everything of a freeze into its place; what is there already is put there again."""
    for new in sorted(whole.iterdir()):
        place = root / RELEASES / new.name if is_version(new.name) else root / new.name
        with writing.told(place):
            place.parent.mkdir(parents=True, exist_ok=True)
        # Copied, because a link may lead to another disk; what is aside goes away once all is in its place.
        writing.put(place, partial(shutil.copytree if new.is_dir() else shutil.copy, new))
