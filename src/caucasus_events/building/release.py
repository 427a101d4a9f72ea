"""Making a release: which version is due, freezing it, and whether history still holds."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from caucasus_events.coding import writing
from caucasus_events.describing import about, papers
from caucasus_events.errors import InvalidValueError, Problem, ProblemsError, ReleaseError, shown
from caucasus_events.ledger import changelog, differences, due, frozen
from caucasus_events.ledger.differences import Tables
from caucasus_events.ledger.frozen import Frozen
from caucasus_events.ledger.versions import FIRST, next_version
from caucasus_events.model.versions import parse

from . import aside, dataset, files

_VERSION_FILE = "src/caucasus_events/describing/about.py"
_NEXT = {
    "released": "the tables are those of the last release",
    "pending": 'to release, write VERSION = "{needed}" in {init}',
    "unexplained": "run caucasus-events build; it lists what to add to the sheets",
    "ready": "caucasus-events release freeze --date YYYY-MM-DD",
    "refused": 'the version is too low; write VERSION = "{needed}" in {init}',
}


class ReleaseState(NamedTuple):
    """Where a checkout stands between two releases, and the tables that were built to say so.

    ``state`` is ``released`` (the tables are those of the last release), ``pending`` (they changed, and the version is
    still the old one), ``unexplained`` (a change has no reason, or a reason no change), ``ready`` (the version fits
    what changed) or ``refused`` (it is too low).
    """

    state: str
    last: str | None
    due: due.Due
    needed: str
    compared: dataset.Compared

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the reasons."""
        return self.compared.history.problems

    @property
    def tables(self) -> Tables:
        """The tables as a release ships them, with what changed in them."""
        return {**self.compared.tables, "changes": self.compared.history.table}


def status(root: Path, last: Frozen | None = None) -> ReleaseState:
    """Build the seeds, compare them with the last release (read, if it is not given), and compute what is due."""
    compared = dataset.compare(root, last=last)
    history = compared.history
    version = history.last.version if history.last else None
    needed = next_version(version, history.due.level) if version else FIRST
    state = "unexplained" if history.problems else _state_name(version, history.due.level, needed)
    return ReleaseState(state, version, history.due, needed, compared)


def _state_name(last: str | None, level: str, needed: str) -> str:
    """Name where a checkout stands; the version before the first release is open."""
    if parse(about.VERSION) >= parse(needed):
        return "ready"
    if last is None:
        return "pending"
    if last != about.VERSION:
        return "refused"
    return "released" if level == "none" else "pending"


def status_text(found: ReleaseState) -> str:
    """Write where a checkout stands, on some lines."""
    step = "nothing" if found.due.level == "none" else f"{found.due.level}: {found.needed} or higher"
    lines = [
        f"last release   {found.last or 'none'}",
        f"this version   {about.VERSION}",
        f"due            {step if found.last else f'the first release, {found.needed}'}",
    ]
    lines += [f"               {reason}" for reason in found.due.why]
    do = _NEXT[found.state].format(needed=found.needed, init=_VERSION_FILE)
    return "\n".join([*lines, f"state          {found.state}: {do}"])


def freeze(root: Path, day: str) -> list[str]:
    """Freeze a release: its tables, ``data/``, its part of the changelog and the descriptors, all of them or none.

    What is cheap to find wrong is refused first: the day, then an earlier release that is missing or altered, then
    what the seeds give, and a version that may not be released now. Returns the paths that were written.
    """
    try:
        released = date.fromisoformat(day).isoformat()
    except ValueError:
        raise InvalidValueError(f"{shown(day)} is no day; write YYYY-MM-DD") from None
    with writing.alone(root):
        return _freeze(root, released)


def _freeze(root: Path, released: str) -> list[str]:
    """Do so, with the checkout to itself."""
    ended = aside.settle(root)
    releases, broken = frozen.read_chain(root)
    if broken:
        raise ProblemsError(broken)
    last = releases[-1] if releases else None
    if last and released < last.released:
        what = f"{shown(released)} is before {last.version}, which was released on {last.released}"
        raise InvalidValueError(f"{what}; write that day or a later one")
    descriptors = root_descriptors(released)
    written = [f"{frozen.RELEASES}/{about.VERSION}/", "data/", changelog.FILE, *descriptors]
    # The same freeze was stopped on its last steps: it is made, and only its places were missing.
    if ended and last and (last.version, last.released) == (about.VERSION, released):
        return written
    found = status(root, last)
    if found.problems:
        raise ProblemsError(found.problems)
    if found.state != "ready":
        raise ReleaseError(f"{about.VERSION} cannot be frozen\n{status_text(found)}")
    _put_release(root, found.tables, last, released)
    return written


def _put_release(root: Path, tables: Tables, last: Frozen | None, released: str) -> None:
    """Write everything that a release is, and what tells of it."""
    version, rendered = about.VERSION, files.render(tables, released)
    previous = frozen.link(root / frozen.RELEASES / last.version) if last else None
    whole = frozen.release_files(version, released, previous, tables, rendered)
    part = changelog.data_part(version, tables)
    log = _log(root)
    log = changelog.with_release("# Changelog\n" if log is None else log, version, released, part)
    texts = {changelog.FILE: log, **root_descriptors(released)}
    contents = {f"{version}/{name}": content for name, content in whole.items()}
    contents |= {f"data/{name}": content for name, content in rendered.items()}
    aside.put(contents | {name: text.encode() for name, text in texts.items()}, root)


def _log(root: Path) -> str | None:
    """Read the changelog, if there is one."""
    path = root / changelog.FILE
    return path.read_text("utf-8") if path.exists() else None


def describe(root: Path) -> list[str]:
    """Write the descriptors at the root of a checkout, for the version as it is now; return their names."""
    with writing.alone(root):
        aside.settle(root)
        made = root_descriptors(_released_day(frozen.read_frozen(root)))
        aside.put({name: content.encode() for name, content in made.items()}, root)
    return list(made)


def _released_day(last: Frozen | None) -> str | None:
    """Return the day of the last release if it is that of this version, which else has none yet."""
    return last.released if last and last.version == about.VERSION else None


def root_descriptors(released: str | None) -> dict[str, str]:
    """Write ``CITATION.cff`` and ``.zenodo.json``; ``released`` is the day of the release, None before it."""
    return {"CITATION.cff": papers.citation_cff(released), ".zenodo.json": papers.zenodo(released)}


def check(root: Path) -> list[str]:
    """Check that every frozen release, the changes between them, and what tells of them fit together.

    Returns what was checked. Raises a :class:`ProblemsError` if a release is missing or not what it states of itself,
    if the changes do not lead from one to the next, or if the changelog or a descriptor says something else.
    """
    aside.settle_if_stopped(root)
    releases, broken = frozen.read_chain(root)
    if broken:
        raise ProblemsError(broken)
    last = releases[-1] if releases else None
    found = status(root, last)
    problems = [*found.problems, *_descriptor_problems(root, last)]
    log, now = _log(root), found.tables
    for release in releases:
        problems += [*_replay_problems(release, now), *_changelog_problems(release, log)]
    problems += changelog.order_problems(log or "", [release.version for release in releases])
    if problems:
        raise ProblemsError(problems)
    count = len(releases)
    return [
        f"{len(now['changes'])} changes lead from each of {count} frozen releases to the tables of today",
        f"the changelog tells the Data part of {count} releases as their tables do",
    ]


def _replay_problems(release: Frozen, now: Tables) -> Sequence[Problem]:
    """Carry out all later changes on a frozen release; the outcome must be the tables of today."""
    changes = now["changes"]
    later = changes[[parse(each) > parse(release.version) for each in changes["version"]]]
    what, do = f"the changes since {release.version} do not lead to", "restore validation/releases/ and build anew"
    return [
        Problem(f"{frozen.RELEASES}/{release.version}/{name}.parquet", "", f"{what} data/{name}.parquet", do)
        for name, frame in differences.replay(release.tables, later).items()
        if not _equal(frame, now[name])
    ]


def _equal(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Compare two tables, types included."""
    try:
        pd.testing.assert_frame_equal(one, other)
    except AssertionError:
        return False
    return True


def _changelog_problems(release: Frozen, log: str | None) -> Sequence[Problem]:
    """Compare what the changelog says of a release with its frozen tables."""
    if log is None:
        return [Problem(changelog.FILE, "", "the file is missing", "restore it")]
    part = changelog.data_part(release.version, release.tables)
    return changelog.part_problems(log, release.version, release.released, part)


def _descriptor_problems(root: Path, last: Frozen | None) -> Sequence[Problem]:
    """Compare CITATION.cff and .zenodo.json with the version and the day of its release."""
    return [
        Problem(name, "", f"the file does not describe {about.VERSION}", "run caucasus-events release describe")
        for name, content in root_descriptors(_released_day(last)).items()
        if not (root / name).exists() or (root / name).read_text("utf-8") != content
    ]
