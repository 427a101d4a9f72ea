"""Frozen releases: what is written of one, and whether each still agrees with its files and with the one before it.

A release is a folder, ``validation/releases/<version>/``: its tables, and ``release.json``, which states its version,
its day, the release before it, and its shape: what a reader's code can depend on. Whatever the Parquet files tell too
is read from them again; the rest is held by a digest of its own, and by that of the whole file, which the next release
keeps.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from caucasus_events.describing import public
from caucasus_events.errors import Fact, Problem, ProblemsError
from caucasus_events.model.rows import FILES, content_digest, sha256
from caucasus_events.model.versions import is_version, parse
from caucasus_events.model.words import counted

from .differences import Tables

RELEASES = "validation/releases"
STATEMENT = "release.json"
# Without these a release states neither what it is nor what it holds.
_REQUIRED = ("version", "released", "previous", "names", "tables", "sha256")
_NEEDED = {"sources", "entities", "events", "statuses", "changes"}
_RESTORE = "restore it: a release never changes"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A release as it was frozen: version, day, tables, and the shape that ``release.json`` states with them."""

    version: str
    released: str
    tables: Tables
    shape: dict[str, Any]

    @property
    def place(self) -> str:
        """The file that tells of it."""
        return f"{RELEASES}/{self.version}/{STATEMENT}"


def released(root: Path) -> list[str]:
    """List the versions that are frozen in a checkout, the oldest first."""
    found = (path.parent.name for path in (root / RELEASES).glob(f"*/{STATEMENT}"))
    return sorted(filter(is_version, found), key=parse)


def read_frozen(root: Path, version: str | None = None) -> Frozen | None:
    """Read a frozen release, the last one if none is named; None if it is not there.

    A release that was altered, and of the last one all before it too, is a :class:`ProblemsError`.
    """
    if version is not None:
        return _read(root / RELEASES / version) if version in released(root) else None
    releases, problems = read_chain(root, whole=False)
    if problems:
        raise ProblemsError(problems)
    return releases[-1] if releases else None


def read_chain(root: Path, *, whole: bool = True) -> tuple[list[Frozen], list[Problem]]:
    """Read every frozen release once, the oldest first; report where one disagrees with its files or with the others.

    Releases that cannot be read are left out, with the problems that say so. If it is not to be ``whole``, the tables
    are those of the last one only.
    """
    versions = released(root)
    found: list[Frozen] = []
    problems, before = list(_strays(root, versions)), None
    for number, version in enumerate(versions, 1):
        folder = root / RELEASES / version
        try:
            frozen = _read(folder, with_tables=whole or number == len(versions))
        except ProblemsError as error:
            problems += error.problems
        else:
            problems += [*_link_problems(frozen, before), *_own_problems(frozen), *_day_problems(frozen, found)]
            found.append(frozen)
            problems += _missing_releases(frozen, versions[:number])
        # Also of a release that cannot be read: whether the next one follows it is another question.
        before = link(folder)
    return found, problems


def _strays(root: Path, versions: Sequence[str]) -> Iterator[Problem]:
    """Report what stands among the releases and is none."""
    for path in sorted((root / RELEASES).glob("[!.]*")):
        if path.name not in versions:
            what, do = f"the folder is no release: it holds no {STATEMENT}", "restore it, or remove it"
            if not path.is_dir():
                what, do = "the file belongs to no release", "move it elsewhere, or remove it"
            elif not is_version(path.name):
                what, do = "the name of the folder is no version", "name it as it was released, or remove it"
            yield Problem(f"{RELEASES}/{path.name}", "", what, do)


def _read(folder: Path, *, with_tables: bool = True) -> Frozen:
    """Read one release, and compare its files with the digests they were frozen with."""
    shape, problems = _stated_shape(folder)
    problems = problems or list(_altered_files(folder, shape))
    if problems:
        raise ProblemsError(problems)
    tables = {}
    for name in shape["tables"] if with_tables else ():
        try:
            tables[name] = pd.read_parquet(folder / f"{name}.parquet")
        # Its digest may have been written for the damaged bytes, and these break the reader in any way.
        except Exception:  # noqa: BLE001
            what = "the file cannot be read"
            raise ProblemsError([Problem(f"{RELEASES}/{folder.name}/{name}.parquet", "", what, _RESTORE)]) from None
    return Frozen(folder.name, shape["released"], tables, shape)


def _stated_shape(folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Read what a release states of itself, and report what is lacking to read its tables by it."""
    place = f"{RELEASES}/{folder.name}/{STATEMENT}"
    try:
        shape = json.loads((folder / STATEMENT).read_text("utf-8"))
        stated = {name for name, each in shape["tables"].items() if each["sha256"] and each["columns"] and each["key"]}
        stated &= {name for name, each in shape["tables"].items() if all(map(dict.keys, each["columns"].values()))}
        lacking = [key for key in _REQUIRED if key not in shape]
    # Whatever was written into it by hand: no JSON, no object, a table without its digest, lists in lists without end.
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, [Problem(place, "", "the file cannot be read", _RESTORE)]
    # A file that nothing describes is a problem like a description that is gone: neither may slip away with the other.
    needed = {path.stem for path in folder.glob("*.parquet")} | _NEEDED
    whats = [f"it does not say {key}" for key in lacking]
    whats += [f"it does not describe {name}.parquet" for name in sorted(needed - stated)]
    return shape, [Problem(place, "", what, _RESTORE) for what in whats]


def _altered_files(folder: Path, shape: Mapping[str, Any]) -> Iterator[Problem]:
    """Report the files that are not what was released."""
    for name, stated in shape["tables"].items():
        path = folder / f"{name}.parquet"
        if not path.is_file() or sha256(path) != stated["sha256"]:
            place, fact = f"{RELEASES}/{folder.name}/{path.name}", Fact("frozen", stated["sha256"][:16] + "…")
            yield Problem(place, "", "the file is not what was released", _RESTORE, (fact,))
    known = {STATEMENT, *(f"{name}.parquet" for name in shape["tables"])}
    for path in sorted(folder.glob("[!.]*")):
        if path.name not in known:
            place = f"{RELEASES}/{folder.name}/{path.name}"
            yield Problem(place, "", "the file belongs to no release", "move it elsewhere, or remove it")


def link(folder: Path) -> dict[str, str]:
    """Name a release as the next one does: by its version and the digest of what it states of itself."""
    return {"version": folder.name, "sha256": sha256(folder / STATEMENT)}


def own_digest(stated: Mapping[str, Any]) -> str:
    """Digest what a release states of itself, but for this digest.

    >>> own_digest({"version": "1.0.0", "sha256": "0"}) == own_digest({"version": "1.0.0"})
    True
    """
    rest = {key: value for key, value in stated.items() if key != "sha256"}
    return sha256(json.dumps(rest, ensure_ascii=False).encode())


def shape_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Describe what a reader's code can depend on: public names, and keys, columns, types, words and codes of tables.

    >>> languages = pd.DataFrame({"language": pd.Series(["en"], dtype="str")})
    >>> shape_of({"sources": languages})["tables"]["sources"]["columns"]["language"]["type"]
    'str'
    """
    found = {}
    for name, frame in tables.items():
        meanings = FILES[name].meanings
        columns = {
            str(column): {"type": str(dtype), "description": meanings[str(column)], "codes": _codes_of(dtype)}
            for column, dtype in frame.dtypes.items()
        }
        found[name] = {"key": list(FILES[name].key), "columns": columns}
    return {"tables": found, "names": public.NAMES}


def _codes_of(dtype: Any) -> list[str]:
    """List the codes that a column may hold; none where the list is open."""
    return list(getattr(dtype, "categories", ()))


def release_files(
    version: str, day: str, previous: Mapping[str, str] | None, tables: Tables, rendered: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Write the files of a release by name: its tables as they are shipped, and what it states of itself."""
    shape = shape_of(tables)
    files = {f"{name}.parquet": rendered[f"{name}.parquet"] for name in tables}
    for name, frame in tables.items():
        digests = {"sha256": sha256(files[f"{name}.parquet"]), "content_digest": content_digest(name, frame)}
        shape["tables"][name] |= {"rows": len(frame), **digests}
    stated = {"version": version, "released": day, "previous": previous, **shape}
    stated["sha256"] = own_digest(stated)
    return {**files, STATEMENT: (json.dumps(stated, indent=1, ensure_ascii=False) + "\n").encode()}


def _link_problems(frozen: Frozen, before: Mapping[str, str] | None) -> Iterator[Problem]:
    """Compare the release that one says it follows with the one that stands before it."""
    stated = frozen.shape["previous"]
    if stated != before:
        facts = (Fact("told", _link_text(stated)), Fact("found", _link_text(before)))
        what = "the release follows another one than stands before it"
        yield Problem(frozen.place, "", what, "restore the release that is missing or altered", facts)


def _day_problems(frozen: Frozen, before: Sequence[Frozen]) -> Iterator[Problem]:
    """Report a day that is none, and one before that of the release before."""
    days = [stated_day(each.released) for each in (*before[-1:], frozen)]
    if days[-1] is None:
        fact = Fact("told", json.dumps(frozen.released))
        yield Problem(frozen.place, "", "the day of the release is no day of the calendar", _RESTORE, (fact,))
    elif days[0] and days[0] > days[-1]:
        facts = (Fact("told", frozen.released), Fact(before[-1].version, before[-1].released))
        yield Problem(frozen.place, "", "the day is before that of the release before", _RESTORE, facts)


def stated_day(text: object) -> date | None:
    """Read a day written YYYY-MM-DD; None if it is none.

    >>> stated_day("2026-13-45") is None, stated_day("20260102") is None
    (True, True)
    """
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def vanished(root: Path, last: Frozen | None) -> list[Problem]:
    """Report what the tables in ``data/`` know of earlier releases and the frozen ones do not: a history only grows."""
    path = root / "data" / "changes.parquet"
    try:
        shipped = pd.read_parquet(path)
        versions = [str(version) for version in shipped["version"]]
        rows = set(shipped[list(FILES["changes"].key)].astype(str).itertuples(index=False, name=None))
        now = str(shipped.attrs["version"]) if "released" in shipped.attrs else None
    # There may be none yet, or a damaged one; a build writes it anew.
    except Exception:  # noqa: BLE001
        return []
    known = released(root)
    # What is built and not released yet stands under a version of its own, after the last.
    pending = max(versions, key=parse, default=None) if all(map(is_version, versions)) else None
    told = set(versions) - ({pending} if last and pending and parse(pending) > parse(last.version) else set())
    lost = (told | ({now} if now else set())) - set(known)
    do = f"restore {RELEASES}/ as it was committed"
    if lost:
        what = f"the tables tell of {', '.join(sorted(lost))}, which {'is' if len(lost) == 1 else 'are'} not frozen"
        return [Problem("data/changes.parquet", "", what, do)]
    frozen_rows = last.tables["changes"][list(FILES["changes"].key)].astype(str) if last else pd.DataFrame()
    missing = {row for row in rows if row[0] in known} - set(frozen_rows.itertuples(index=False, name=None))
    if missing:
        what = f"it tells of {counted(len(missing), 'change')} that no frozen release has"
        return [Problem("data/changes.parquet", "", what, do, (Fact("first", " ".join(min(missing))),))]
    return []


def _link_text(stated: Any) -> str:
    """Write a link of the chain on a line, whatever was written for one."""
    if isinstance(stated, dict) and len(stated) > 1:
        return f"{stated['version']}, {stated['sha256'][:16]}…"
    return str(stated)


def _own_problems(frozen: Frozen) -> Iterator[Problem]:
    """Compare what a release states of itself with its files."""
    pairs = [("the version", frozen.shape["version"], frozen.version)]
    # A release in the folder of another differs in every file, and only for that.
    if frozen.shape["version"] == frozen.version:
        pairs += [("the digest of this file", frozen.shape["sha256"], own_digest(frozen.shape))]
        for name, frame in frozen.tables.items():
            pairs += _stated_and_found(name, frame, frozen)
    for what, stated, found in pairs:
        if stated != found:
            facts = (Fact("told", json.dumps(stated)), Fact("found", json.dumps(found)))
            yield Problem(frozen.place, "", f"{what} is another", _RESTORE, facts)


def _stated_and_found(name: str, frame: pd.DataFrame, frozen: Frozen) -> list[tuple[str, Any, Any]]:
    """List what is stated of a table, each with what its file says."""
    stated = frozen.shape["tables"][name]
    pairs = [
        (f"the number of rows of {name}", stated.get("rows"), len(frame)),
        (f"the content digest of {name}", stated.get("content_digest"), content_digest(name, frame)),
        (f"the list of columns of {name}", list(stated["columns"]), list(map(str, frame))),
    ]
    for column in [column for column in map(str, frame) if column in stated["columns"]]:
        dtype, each = frame[column].dtype, stated["columns"][column]
        pairs.append((f"the type of {name}.{column}", each.get("type"), str(dtype)))
        pairs.append((f"the list of codes of {name}.{column}", each.get("codes"), _codes_of(dtype)))
    kept = {"table": name, "version": frozen.version, "released": frozen.released}
    return pairs + [(f"{key} in the file of {name}", value, frame.attrs.get(key)) for key, value in kept.items()]


def _missing_releases(frozen: Frozen, versions: Sequence[str]) -> Iterator[Problem]:
    """Report the releases that the changes of one tell of and that are not there."""
    changes = frozen.tables.get("changes", pd.DataFrame({"version": []}))
    for version in dict.fromkeys(changes["version"]):
        if version not in versions:
            place = f"{RELEASES}/{frozen.version}/changes.parquet"
            yield Problem(place, "", f"it tells of {version}, which is not frozen", f"restore {RELEASES}/{version}/")
