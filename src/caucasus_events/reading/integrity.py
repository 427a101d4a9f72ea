"""Is what is installed what was released."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pandas as pd

from caucasus_events.describing import about
from caucasus_events.errors import Fact, Problem, ProblemsError
from caucasus_events.model.rows import content_digest

from . import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


_AGAIN = "install this version again: pip install --force-reinstall --no-deps caucasus-events"


_DESCRIPTOR = "datapackage.json"


def verify(folder: Path | None = None) -> pd.DataFrame:
    """Hold the installed files against the digests of their release.

    Parameters
    ----------
    folder
        The folder of the tables; left out, that of the installed package.

    Returns
    -------
    DataFrame
        One row per table that is as it was released: ``file``, ``version``, ``rows``, ``bytes``,
        ``sha256`` and ``content_digest``.

    Raises
    ------
    ProblemsError
        If a file is missing, cut short, altered, that of another table or of another version;
        every one of them is named.

    Notes
    -----
    The content digest depends on the rows only, not on what wrote the file. It tells an altered
    row from a file that was written anew with the same rows.

    Examples
    --------
    >>> verify()["file"].tolist()[:2]
    ['sources.parquet', 'entities.parquet']
    """
    home = tables.data_path() if folder is None else folder
    described, problems = _described(home)
    problems += [problem for each in described for problem in _file_problems(home, each, described)]
    problems += list(_other_files(home))
    if problems:
        raise ProblemsError(problems)
    rows = [_row(each) for each in described]
    return pd.DataFrame(rows)


def _described(home: Path) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Read what the release says of its files."""
    try:
        package = json.loads((home / _DESCRIPTOR).read_text("utf-8"))
        described = list(package["resources"])
        version = package["version"]
    except FileNotFoundError:
        return [], [Problem(_DESCRIPTOR, "", "the file is missing", _AGAIN)]
    except (ValueError, KeyError, TypeError):
        return [], [Problem(_DESCRIPTOR, "", "the file cannot be read", _AGAIN)]
    missing = [name for name in tables.FILES if f"{name}.parquet" not in {each["path"] for each in described}]
    problems = [Problem(_DESCRIPTOR, "", f"it does not describe {name}.parquet", _AGAIN) for name in missing]
    if version != about.VERSION:
        problems.append(_wrong_version(_DESCRIPTOR, version))
    return described, problems


def _wrong_version(name: str, found: object) -> Problem:
    """Say that a file is of another version than the package."""
    facts = (Fact("file", str(found)), Fact("package", about.VERSION))
    return Problem(name, "", "the file is of another version than the package", _AGAIN, facts)


def _file_problems(home: Path, each: Mapping[str, Any], described: list[dict[str, Any]]) -> Iterator[Problem]:
    """Hold one table against what the release says of it."""
    name, path = each["path"], home / each["path"]
    if not path.is_file():
        yield Problem(name, "", "the file is missing", _AGAIN)
        return
    content = path.read_bytes()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if digest != each["hash"]:
        yield _altered(home, each, content, described)
        return
    frame = pd.read_parquet(path)
    if frame.attrs.get("version") != about.VERSION:
        yield _wrong_version(name, frame.attrs.get("version"))
    if content_digest(name.removesuffix(".parquet"), frame) != each["contentDigest"]:
        yield Problem(name, "", "the rows are not those that the release describes", _AGAIN)


def _altered(home: Path, each: Mapping[str, Any], content: bytes, described: list[dict[str, Any]]) -> Problem:
    """Say in which way a file differs: that of another table, cut short, altered, or written anew."""
    name, digest = each["path"], f"sha256:{hashlib.sha256(content).hexdigest()}"
    other = next((one["path"] for one in described if one["hash"] == digest), None)
    facts = (
        Fact("bytes", f"{len(content)}; released: {each['bytes']}"),
        Fact("sha256", digest.removeprefix("sha256:")),
    )
    if other:
        return Problem(name, "", f"the file is {other}", _AGAIN, facts)
    # A whole file ends as it begins; one that was written anew may be smaller too.
    if len(content) < each["bytes"] and not content.endswith(b"PAR1"):
        return Problem(name, "", "the file is cut short", _AGAIN, facts)
    rows = "its rows are those of the release" if _same_rows(home / name, each) else "its rows are not those released"
    return Problem(name, "", f"the file is altered; {rows}", _AGAIN, facts)


def _same_rows(path: Path, each: Mapping[str, Any]) -> bool:
    """Say whether a file with other bytes still has the rows of the release."""
    try:
        frame = pd.read_parquet(path)
    except Exception:  # noqa: BLE001 - altered bytes break the reader in any way
        return False
    return bool(content_digest(path.stem, frame) == each["contentDigest"])


def _other_files(home: Path) -> Iterator[Problem]:
    """Hold what is installed beside the tables against the installer's own list."""
    for file in importlib.metadata.files("caucasus-events") or ():
        path = home / file.name
        if file.parent.as_posix() == "caucasus_events/data" and file.suffix != ".parquet" and file.hash:
            found = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
            if urlsafe_b64encode(found).rstrip(b"=").decode() != file.hash.value:
                what = "the file is altered" if found else "the file is missing"
                yield Problem(file.name, "", what, _AGAIN)


def _row(each: Mapping[str, Any]) -> dict[str, Any]:
    """Write what is true of one table."""
    return {
        "file": each["path"],
        "version": about.VERSION,
        "rows": each["rows"],
        "bytes": each["bytes"],
        "sha256": each["hash"].removeprefix("sha256:"),
        "content_digest": each["contentDigest"],
    }
