"""Frozen releases held against their own files, and each against the one before it.

``release.json`` says what a release is. Whatever the Parquet files tell too is read from them again;
the rest is held by a digest of its own, and by that of the whole file, which the next release keeps.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from . import descriptors, ledger
from .errors import Fact, Problem, ProblemsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

_FILE = "release.json"
_RESTORE = "restore it: a release never changes"


def previous(root: Path) -> dict[str, str] | None:
    """Say which release the next one follows.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    dict or None
        ``version`` and ``sha256`` of the last ``release.json``; None before the first release.
    """
    versions = ledger.released(root)
    return _link(root, versions[-1]) if versions else None


def _link(root: Path, version: str) -> dict[str, str]:
    """Name a release by its version and the digest of what it says of itself."""
    content = (root / ledger.RELEASES / version / _FILE).read_bytes()
    return {"version": version, "sha256": hashlib.sha256(content).hexdigest()}


def problems(root: Path) -> list[Problem]:
    """Say everything in which the frozen releases disagree with their files and with each other.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    list of Problem
    """
    versions = ledger.released(root)
    found = list(_strays(root, versions))
    for number, version in enumerate(versions):
        try:
            frozen = ledger.frozen(root, version)
        except ProblemsError as error:
            found += error.problems
            continue
        if frozen:
            before = _link(root, versions[number - 1]) if number else None
            found += [*_linked(frozen, before), *_itself(frozen), *_unknown(frozen, versions[: number + 1])]
    return found


def _strays(root: Path, versions: Sequence[str]) -> Iterator[Problem]:
    """Report folders of releases that are none."""
    for path in sorted((root / ledger.RELEASES).glob("*/")):
        if path.name not in versions and path.suffix != ".new":
            place = f"{ledger.RELEASES}/{path.name}"
            yield Problem(place, "", f"the folder is no release: it holds no {_FILE}", "restore it, or remove it")


def _linked(frozen: ledger.Frozen, before: Mapping[str, str] | None) -> Iterator[Problem]:
    """Hold a release against the one before it."""
    told = frozen.form["previous"]
    if told == before:
        return
    facts = (Fact("told", _named(told)), Fact("found", _named(before)))
    what = "the release follows another one than stands before it"
    yield Problem(_place(frozen), "", what, "restore the release that is missing or altered", facts)


def _named(link: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    """Write a link of the chain on a line."""
    return f"{link['version']}, {link['sha256'][:16]}…" if isinstance(link, dict) and len(link) > 1 else str(link)


def _itself(frozen: ledger.Frozen) -> Iterator[Problem]:
    """Hold what a release says of itself against its files."""
    pairs = [("the version", frozen.form["version"], frozen.version)]
    pairs += [("the digest of this file", frozen.form["sha256"], ledger.own_digest(frozen.form))]
    for name, frame in frozen.tables.items():
        pairs += _table(name, frame, frozen)
    for what, told, found in pairs:
        if told != found:
            facts = (Fact("told", json.dumps(told)), Fact("found", json.dumps(found)))
            yield Problem(_place(frozen), "", f"{what} is another", _RESTORE, facts)


def _table(name: str, frame: pd.DataFrame, frozen: ledger.Frozen) -> list[tuple[str, Any, Any]]:
    """List what is told of a table, with what its file says."""
    told = frozen.form["tables"][name]
    codes = {str(column): list(getattr(dtype, "categories", ())) for column, dtype in frame.dtypes.items()}
    pairs = [
        (f"the number of rows of {name}", told.get("rows"), len(frame)),
        (f"the content digest of {name}", told.get("content_digest"), descriptors.content_digest(name, frame)),
        (f"the list of columns of {name}", list(told["columns"]), list(codes)),
    ]
    for column in [column for column in codes if column in told["columns"]]:
        about = told["columns"][column]
        pairs.append((f"the type of {name}.{column}", about.get("type"), str(frame[column].dtype)))
        pairs.append((f"the list of codes of {name}.{column}", about.get("codes"), codes[column]))
    kept = {"table": name, "version": frozen.version, "released": frozen.released}
    return pairs + [(f"{key} in the file of {name}", value, frame.attrs.get(key)) for key, value in kept.items()]


def _unknown(frozen: ledger.Frozen, versions: Sequence[str]) -> Iterator[Problem]:
    """Report releases that are told of and not there."""
    for version in dict.fromkeys(frozen.tables["changes"]["version"]):
        if version not in versions:
            place = f"{ledger.RELEASES}/{frozen.version}/changes.parquet"
            yield Problem(
                place, "", f"it tells of {version}, which is not frozen", f"restore {ledger.RELEASES}/{version}/"
            )


def _place(frozen: ledger.Frozen) -> str:
    """Name the file that tells of a release."""
    return f"{ledger.RELEASES}/{frozen.version}/{_FILE}"
