"""Frozen releases held against their own files, and each against the one before it.

``release.json`` says what a release is. Whatever the Parquet files tell too is read from them again;
the rest is held by a digest of its own, and by that of the whole file, which the next release keeps.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from caucasus_events.describing import public
from caucasus_events.errors import Fact, Problem, ProblemsError
from caucasus_events.model import rows
from caucasus_events.model.rows import FILES

from .versions import VERSION, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from .differences import Tables


RELEASES = "validation/releases"


# Without these a release tells neither what it is nor what it holds.
_SAYS = ("version", "released", "previous", "names", "tables", "sha256")


_NEEDED = {"sources", "entities", "events", "statuses", "changes"}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A release as it was frozen: version, day, tables and their form."""

    version: str
    released: str
    tables: Tables
    form: dict[str, Any]


def read_frozen(root: Path, version: str | None = None) -> Frozen | None:
    """Read a frozen release, and hold it against the digests it was frozen with.

    Parameters
    ----------
    root
        The checkout.
    version
        Which; left out, the last one.

    Returns
    -------
    Frozen or None
        None if nothing is released.

    Raises
    ------
    ProblemsError
        If a file of the release is not what was frozen.
    """
    versions = released(root)
    if not versions or (version is not None and version not in versions):
        return None
    version = version or versions[-1]
    folder = root / RELEASES / version
    form, problems = _read(folder)
    problems = problems or [_altered(folder, name, form) for name in form["tables"] if not _intact(folder, name, form)]
    if problems:
        raise ProblemsError(problems)
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in form["tables"]}
    return Frozen(version, form["released"], tables, form)


def _read(folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Read what a release says of itself, as far as its tables can be read by it."""
    place, restore = f"{RELEASES}/{folder.name}", "restore it: a release never changes"
    try:
        form = json.loads((folder / "release.json").read_text("utf-8"))
        told = {name for name, each in form["tables"].items() if each["sha256"] and each["columns"] and each["key"]}
        lacking = [key for key in _SAYS if key not in form]
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, [Problem(f"{place}/release.json", "", "the file cannot be read", restore)]
    problems = [Problem(f"{place}/release.json", "", f"it does not say {key}", restore) for key in lacking]
    there = {path.stem for path in folder.glob("*.parquet")}
    undescribed = [f"it does not describe {name}.parquet" for name in sorted((there | _NEEDED) - told)]
    return form, problems + [Problem(f"{place}/release.json", "", what, restore) for what in undescribed]


def own_digest(form: Mapping[str, Any]) -> str:
    """Digest what a release says of itself.

    Parameters
    ----------
    form
        What stands in ``release.json``.

    Returns
    -------
    str
        The SHA-256 of everything in it but this digest.

    Examples
    --------
    >>> own_digest({"version": "1.0.0", "sha256": "0"}) == own_digest({"version": "1.0.0"})
    True
    """
    rest = {key: value for key, value in form.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False).encode()).hexdigest()


def released(root: Path) -> list[str]:
    """List the versions that are frozen in a checkout, the oldest first.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    list of str
    """
    found = (path.parent.name for path in (root / RELEASES).glob("*/release.json"))
    # What a freeze left that was killed has another name.
    return sorted((name for name in found if re.fullmatch(VERSION, name)), key=parse)


def _intact(folder: Path, name: str, form: Mapping[str, Any]) -> bool:
    """Compare a frozen file with its digest."""
    path = folder / f"{name}.parquet"
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == form["tables"][name]["sha256"]


def _altered(folder: Path, name: str, form: Mapping[str, Any]) -> Problem:
    """Say that a frozen file is not what was released."""
    place = f"{RELEASES}/{folder.name}/{name}.parquet"
    fact = Fact("frozen", form["tables"][name]["sha256"][:16] + "…")
    return Problem(place, "", "the file is not what was released", "restore it: a release never changes", (fact,))


def shape(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Describe the form of tables: what a reader's code can depend on.

    Parameters
    ----------
    tables
        Tables by name.

    Returns
    -------
    dict
        ``tables``: for each its key and, by column, type, description and codes; ``names``: the
        public names of the package.

    Examples
    --------
    >>> languages = pd.DataFrame({"language": pd.Series(["en"], dtype="str")})
    >>> form({"sources": languages})["tables"]["sources"]["columns"]["language"]["type"]
    'str'
    """
    return {
        "tables": {name: _table_shape(name, frame) for name, frame in tables.items()},
        "names": public.NAMES,
    }


def _table_shape(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Describe one table."""
    words = FILES[name].meanings
    columns = {
        str(column): {
            "type": str(dtype),
            "description": words[str(column)],
            "codes": list(getattr(dtype, "categories", ())),
        }
        for column, dtype in frame.dtypes.items()
    }
    return {"key": list(FILES[name].key), "columns": columns}


_FILE = "release.json"


_RESTORE = "restore it: a release never changes"


def previous_link(root: Path) -> dict[str, str] | None:
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
    versions = released(root)
    return _link(root, versions[-1]) if versions else None


def _link(root: Path, version: str) -> dict[str, str]:
    """Name a release by its version and the digest of what it says of itself."""
    content = (root / RELEASES / version / _FILE).read_bytes()
    return {"version": version, "sha256": hashlib.sha256(content).hexdigest()}


def chain_problems(root: Path) -> list[Problem]:
    """Say everything in which the frozen releases disagree with their files and with each other.

    Parameters
    ----------
    root
        The checkout.

    Returns
    -------
    list of Problem
    """
    versions = released(root)
    found = list(_strays(root, versions))
    for number, version in enumerate(versions):
        try:
            frozen = read_frozen(root, version)
        except ProblemsError as error:
            found += error.problems
            continue
        if frozen:
            before = _link(root, versions[number - 1]) if number else None
            found += [*_linked(frozen, before), *_itself(frozen), *_unknown(frozen, versions[: number + 1])]
    return found


def _strays(root: Path, versions: Sequence[str]) -> Iterator[Problem]:
    """Report folders of releases that are none."""
    for path in sorted((root / RELEASES).glob("*/")):
        if path.name not in versions and path.suffix != ".new":
            place = f"{RELEASES}/{path.name}"
            yield Problem(place, "", f"the folder is no release: it holds no {_FILE}", "restore it, or remove it")


def _linked(frozen: Frozen, before: Mapping[str, str] | None) -> Iterator[Problem]:
    """Hold a release against the one before it."""
    told = frozen.form["previous"]
    if told == before:
        return
    facts = (Fact("told", _named(told)), Fact("found", _named(before)))
    what = "the release follows another one than stands before it"
    yield Problem(_place(frozen), "", what, "restore the release that is missing or altered", facts)


def _named(link: Any) -> str:
    """Write a link of the chain on a line."""
    return f"{link['version']}, {link['sha256'][:16]}…" if isinstance(link, dict) and len(link) > 1 else str(link)


def _itself(frozen: Frozen) -> Iterator[Problem]:
    """Hold what a release says of itself against its files."""
    pairs = [("the version", frozen.form["version"], frozen.version)]
    pairs += [("the digest of this file", frozen.form["sha256"], own_digest(frozen.form))]
    for name, frame in frozen.tables.items():
        pairs += _table(name, frame, frozen)
    for what, told, found in pairs:
        if told != found:
            facts = (Fact("told", json.dumps(told)), Fact("found", json.dumps(found)))
            yield Problem(_place(frozen), "", f"{what} is another", _RESTORE, facts)


def _table(name: str, frame: pd.DataFrame, frozen: Frozen) -> list[tuple[str, Any, Any]]:
    """List what is told of a table, with what its file says."""
    told = frozen.form["tables"][name]
    codes = {str(column): list(getattr(dtype, "categories", ())) for column, dtype in frame.dtypes.items()}
    pairs = [
        (f"the number of rows of {name}", told.get("rows"), len(frame)),
        (f"the content digest of {name}", told.get("content_digest"), rows.content_digest(name, frame)),
        (f"the list of columns of {name}", list(told["columns"]), list(codes)),
    ]
    for column in [column for column in codes if column in told["columns"]]:
        about = told["columns"][column]
        pairs.append((f"the type of {name}.{column}", about.get("type"), str(frame[column].dtype)))
        pairs.append((f"the list of codes of {name}.{column}", about.get("codes"), codes[column]))
    kept = {"table": name, "version": frozen.version, "released": frozen.released}
    return pairs + [(f"{key} in the file of {name}", value, frame.attrs.get(key)) for key, value in kept.items()]


def _unknown(frozen: Frozen, versions: Sequence[str]) -> Iterator[Problem]:
    """Report releases that are told of and not there."""
    for version in dict.fromkeys(frozen.tables["changes"]["version"]):
        if version not in versions:
            place = f"{RELEASES}/{frozen.version}/changes.parquet"
            yield Problem(place, "", f"it tells of {version}, which is not frozen", f"restore {RELEASES}/{version}/")


def _place(frozen: Frozen) -> str:
    """Name the file that tells of a release."""
    return f"{RELEASES}/{frozen.version}/{_FILE}"
