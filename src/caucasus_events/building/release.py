"""Making a release: which version is due, freezing it, and whether history still holds."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from caucasus_events.describing import about, papers
from caucasus_events.errors import InvalidValueError, Problem, ProblemsError, ReleaseError
from caucasus_events.ledger import changelog, differences, due, frozen, reasons, versions
from caucasus_events.model import rows

from . import dataset, files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from caucasus_events.ledger.due import Due


_INIT = "src/caucasus_events/describing/about.py"


class Status(NamedTuple):
    """Where a checkout stands between two releases.

    ``state`` is ``released`` (the tables are those of the last release), ``pending`` (they
    changed, and the version is still the old one), ``unexplained`` (a change has no reason, or a
    reason no change), ``ready`` (the version fits what changed) or ``refused`` (it is too low).
    """

    state: str
    last: str | None
    due: due.Due
    needed: str
    problems: tuple[Problem, ...]


def status(root: Path) -> Status:
    """Compare what the seeds build with the last release, and compute which version is due.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    Status

    Raises
    ------
    ProblemsError
        If the seeds cannot be built, or a frozen file is not what was released.
    ReleaseError
        If there are no seeds in ``root``.
    """
    history = dataset.compare(root).history
    last = history.last.version if history.last else None
    needed = versions.next_version(last, history.due.level) if last else versions.FIRST
    state = "unexplained" if history.problems else _state(last, history.due, needed)
    return Status(state, last, history.due, needed, tuple(history.problems))


def _state(last: str | None, due: Due, needed: str) -> str:
    """Name where a checkout stands; the version before the first release is open."""
    version = versions.parse(about.VERSION)
    if version >= versions.parse(needed):
        return "ready"
    if last is None:
        return "pending"
    if last != about.VERSION:
        return "refused"
    return "released" if due.level == "none" else "pending"


def status_text(found: Status) -> str:
    """Say where a checkout stands, in the words of a person.

    Parameters
    ----------
    found
        The status.

    Returns
    -------
    str
        Some lines.
    """
    lines = [
        f"last release   {found.last or 'none'}",
        f"this version   {about.VERSION}",
        f"due            {_due(found)}",
    ]
    lines += [f"               {reason}" for reason in found.due.why]
    do = _NEXT[found.state].format(needed=found.needed, init=_INIT)
    return "\n".join([*lines, f"state          {found.state}: {do}"])


def _due(found: Status) -> str:
    """Say which step is due."""
    if found.last is None:
        return f"the first release, {found.needed}"
    return "nothing" if found.due.level == "none" else f"{found.due.level}: {found.needed} or higher"


_NEXT = {
    "released": "the tables are those of the last release",
    "pending": 'to release, write VERSION = "{needed}" in {init}',
    "unexplained": "run caucasus-events build; it lists what to add to the sheets",
    "ready": "caucasus-events release freeze --date YYYY-MM-DD",
    "refused": 'the version is too low; write VERSION = "{needed}" in {init}',
}


def freeze(root: Path, day: str) -> list[str]:
    """Freeze a release: its tables, its descriptors, its part of the changelog.

    Parameters
    ----------
    root
        The checkout.
    day
        The day of the release, YYYY-MM-DD.

    Returns
    -------
    list of str
        The paths that were written, relative to ``root``.

    Raises
    ------
    InvalidValueError
        If ``day`` is no day, or before that of the last release (a ``ValueError``).
    ProblemsError
        If the seeds cannot be built, a change has no reason, or an earlier release is missing or
        altered.
    ReleaseError
        If the version is not one that may be released now.
    """
    released, found = _day(day), status(root)
    problems = [*frozen.chain_problems(root), *found.problems]
    if problems:
        raise ProblemsError(problems)
    if found.state != "ready":
        raise ReleaseError(f"{about.VERSION} cannot be frozen\n{status_text(found)}")
    _not_before(released, frozen.read_frozen(root))
    built = dataset.build_in_memory(root)
    rendered = files.render(built.shipped, released)
    _write_frozen(root, built, rendered, released)
    dataset.build_dataset(root)
    log = root / changelog.FILE
    part = changelog.data_part(about.VERSION, built.shipped)
    text = log.read_text("utf-8") if log.exists() else "# Changelog\n"
    log.write_text(changelog.with_release(text, about.VERSION, released, part), "utf-8", newline="\n")
    for name, content in root_descriptors(released).items():
        (root / name).write_text(content, "utf-8", newline="\n")
    return [f"{frozen.RELEASES}/{about.VERSION}/", "data/", changelog.FILE, *root_descriptors(released)]


def describe(root: Path) -> list[str]:
    """Write the descriptors that stand at the root of a checkout, for the version as it is now.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    list of str
        The files that were written.
    """
    last = frozen.read_frozen(root)
    made = root_descriptors(last.released if last and last.version == about.VERSION else None)
    for name, content in made.items():
        (root / name).write_text(content, "utf-8", newline="\n")
    return list(made)


def root_descriptors(released: str | None) -> dict[str, str]:
    """Write the descriptors that stand at the root of a checkout.

    Parameters
    ----------
    released
        The day of the release; None before it.

    Returns
    -------
    dict of str to str
        ``CITATION.cff`` and ``.zenodo.json``.
    """
    return {"CITATION.cff": papers.citation_cff(released), ".zenodo.json": papers.zenodo(released)}


def _day(written: str) -> str:
    """Read the day of a release."""
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise InvalidValueError(f"{written!r} is no day; write YYYY-MM-DD") from None


def _not_before(day: str, last: frozen.Frozen | None) -> None:
    """Refuse a day before that of the last release: releases follow each other in time as in number."""
    if last and day < last.released:
        what = f"{day!r} is before {last.version}, which was released on {last.released}"
        raise InvalidValueError(f"{what}; write that day or a later one")


def _write_frozen(root: Path, built: dataset.Built, rendered: Mapping[str, bytes], released: str) -> None:
    """Write a frozen release beside its place, and move it there when it is whole."""
    folder = root / frozen.RELEASES / about.VERSION
    new = folder.with_name(f"{about.VERSION}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    form = frozen.shape(built.shipped)
    for name, frame in built.shipped.items():
        content = rendered[f"{name}.parquet"]
        (new / f"{name}.parquet").write_bytes(content)
        form["tables"][name] |= {
            "rows": len(frame),
            "sha256": hashlib.sha256(content).hexdigest(),
            "content_digest": rows.content_digest(name, frame),
        }
    told = {"version": about.VERSION, "released": released, "previous": frozen.previous_link(root), **form}
    told["sha256"] = frozen.own_digest(told)
    (new / "release.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")
    new.rename(folder)


def check(root: Path) -> list[str]:
    """Hold history together: every frozen release, the changes between them, and what tells of them.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    list of str
        What was checked.

    Raises
    ------
    ProblemsError
        If a release is missing, if a frozen file is not what was released or what its release
        says of it, if the changes do not lead from one release to the next, if the changelog or a
        descriptor says something else.
    """
    broken = frozen.chain_problems(root)
    if broken:
        raise ProblemsError(broken)
    compared = dataset.compare(root)
    history = compared.history
    now = {**compared.tables, "changes": history.table}
    versions = frozen.released(root)
    problems = [*history.problems, *_paper_problems(root, history)]
    for version in versions:
        problems += _replay_problems(root, version, now) + _told_problems(root, version)
    log = root / changelog.FILE
    problems += changelog.order_problems(log.read_text("utf-8") if log.exists() else "", versions)
    if problems:
        raise ProblemsError(problems)
    counted = f"{len(history.table)} changes lead from each of {len(versions)} frozen releases to the tables of today"
    return [counted, f"the changelog tells the Data part of {len(versions)} releases as their tables do"]


def _replay_problems(root: Path, version: str, now: differences.Tables) -> list[Problem]:
    """Carry out all later changes on a frozen release; the outcome must be the tables of today."""
    old = frozen.read_frozen(root, version)
    changes = now["changes"]
    later = changes[[versions.parse(each) > versions.parse(version) for each in changes["version"]]]
    replayed = differences.replay(old.tables if old else {}, later)
    return [
        Problem(
            f"{frozen.RELEASES}/{version}/{name}.parquet",
            "",
            f"the changes since {version} do not lead to data/{name}.parquet",
            "restore validation/releases/ and build anew",
        )
        for name, frame in replayed.items()
        if not _equal(frame, now[name])
    ]


def _equal(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Compare two tables, types included."""
    try:
        pd.testing.assert_frame_equal(one, other)
    except AssertionError:
        return False
    return True


def _told_problems(root: Path, version: str) -> list[Problem]:
    """Hold the changelog's part on a release against its frozen tables."""
    old = frozen.read_frozen(root, version)
    log = root / changelog.FILE
    if old is None or not log.exists():
        return [Problem(changelog.FILE, "", "the file is missing", "restore it")]
    part = changelog.data_part(version, old.tables)
    return changelog.compare(log.read_text("utf-8"), version, old.released, part)


def _paper_problems(root: Path, history: reasons.History) -> list[Problem]:
    """Hold CITATION.cff and .zenodo.json against the version and the day of its release."""
    same = history.last is not None and history.last.version == about.VERSION
    expected = root_descriptors(history.last.released if same and history.last else None)
    return [
        Problem(name, "", f"the file does not describe {about.VERSION}", "run caucasus-events release describe")
        for name, content in expected.items()
        if not (root / name).exists() or (root / name).read_text("utf-8") != content
    ]
