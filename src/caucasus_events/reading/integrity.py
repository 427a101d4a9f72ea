"""Is what is installed what was released."""

from __future__ import annotations

import importlib.metadata
import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from caucasus_events.describing import about
from caucasus_events.errors import Fact, Problem, ProblemsError
from caucasus_events.model.asked import path
from caucasus_events.model.rows import FILES, content_digest, sha256

from . import tables
from .tables import AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DESCRIPTOR = "datapackage.json"
# What the descriptor says of a file, and what it is.
_SAID = {"path": str, "hash": str, "contentDigest": str, "size": int, "rows": int}


def verify(folder: str | Path | None = None) -> pd.DataFrame:
    """Compare the installed files with the digests of their release.

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
    InvalidValueError
        If ``folder`` is no path (a ``ValueError``).
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
    home = tables.data_path() if folder is None else path("folder", folder)
    released, problems = _released_files(home)
    problems += [problem for each in released for problem in _file_problems(home, each, released)]
    problems += list(_other_files(home))
    if problems:
        raise ProblemsError(problems)
    return pd.DataFrame([_as_released(each) for each in released])


def _released_files(home: Path) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Read what the release says of its files."""
    try:
        package = json.loads((home / _DESCRIPTOR).read_text("utf-8"))
        told, version = list(package["resources"]), package["version"]
    except FileNotFoundError:
        return [], [Problem(_DESCRIPTOR, "", "the file is missing", AGAIN)]
    # Lists in lists without end are a RecursionError, numbers of thousands of digits a ValueError.
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return [], [Problem(_DESCRIPTOR, "", "the file cannot be read", AGAIN)]
    released = [each for each in told if _is_whole(each)]
    missing = [name for name in FILES if f"{name}.parquet" not in {each["path"] for each in released}]
    problems = [Problem(_DESCRIPTOR, "", f"it does not describe {name}.parquet", AGAIN) for name in missing]
    if version != about.VERSION:
        problems.append(_wrong_version(_DESCRIPTOR, version))
    return released, problems


def _is_whole(said: Any) -> bool:
    """Check whether the descriptor says all of a file that there is to compare, and names it without a folder."""
    whole = isinstance(said, dict) and all(isinstance(said.get(key), kind) for key, kind in _SAID.items())
    return whole and Path(said["path"]).name == said["path"]


def _wrong_version(name: str, found: object) -> Problem:
    """Report that a file is of another version than the package."""
    facts = (Fact("file", str(found)), Fact("package", about.VERSION))
    return Problem(name, "", "the file is of another version than the package", AGAIN, facts)


def _file_problems(home: Path, each: Mapping[str, Any], released: list[dict[str, Any]]) -> Iterator[Problem]:
    """Compare one table with what the release says of it."""
    name, path = each["path"], home / each["path"]
    if not path.is_file():
        yield Problem(name, "", "the file is missing", AGAIN)
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        yield Problem(name, "", f"the file cannot be read: {error.strerror}", AGAIN)
        return
    if f"sha256:{sha256(content)}" != each["hash"]:
        yield _altered_file(path, each, content, released)
        return
    try:
        frame = pd.read_parquet(path)
    except Exception:  # noqa: BLE001 - a descriptor that was altered with its file vouches for any bytes
        yield Problem(name, "", "the file cannot be read", AGAIN)
        return
    if frame.attrs.get("version") != about.VERSION:
        yield _wrong_version(name, frame.attrs.get("version"))
    if content_digest(path.stem, frame) != each["contentDigest"]:
        yield Problem(name, "", "the rows are not those that the release describes", AGAIN)


def _altered_file(path: Path, each: Mapping[str, Any], content: bytes, released: list[dict[str, Any]]) -> Problem:
    """Report in which way a file differs: it is another table, cut short, altered, or written anew."""
    name, digest = each["path"], sha256(content)
    other = next((one["path"] for one in released if one["hash"] == f"sha256:{digest}"), None)
    facts = (Fact("bytes", f"{len(content)}; released: {each['size']}"), Fact("sha256", digest))
    if other:
        return Problem(name, "", f"the file is {other}", AGAIN, facts)
    # A whole Parquet file ends as it begins; one that was written anew may be smaller too.
    if len(content) < each["size"] and not content.endswith(b"PAR1"):
        return Problem(name, "", "the file is cut short", AGAIN, facts)
    rows = "its rows are those of the release" if _same_rows(path, each) else "its rows are not those released"
    return Problem(name, "", f"the file is altered; {rows}", AGAIN, facts)


def _same_rows(path: Path, each: Mapping[str, Any]) -> bool:
    """Check whether a file with other bytes still has the rows of the release."""
    try:
        frame = pd.read_parquet(path)
    except Exception:  # noqa: BLE001 - altered bytes break the reader in any way
        return False
    return bool(content_digest(path.stem, frame) == each["contentDigest"])


def _other_files(home: Path) -> Iterator[Problem]:
    """Compare what is installed beside the tables with the installer's own list."""
    for file in importlib.metadata.files("caucasus-events") or ():
        path = home / file.name
        if file.parent.as_posix() == "caucasus_events/data" and file.suffix != ".parquet" and file.hash:
            # The list writes a digest as URL-safe Base64 without its padding.
            found = bytes.fromhex(sha256(path)) if path.is_file() else b""
            if urlsafe_b64encode(found).rstrip(b"=").decode() != file.hash.value:
                what = "the file is altered" if found else "the file is missing"
                yield Problem(file.name, "", what, AGAIN)


def _as_released(each: Mapping[str, Any]) -> dict[str, Any]:
    """Write what the release says of one table, once its file bears it out."""
    size = {"rows": each["rows"], "bytes": each["size"]}
    digests = {"sha256": each["hash"].removeprefix("sha256:"), "content_digest": each["contentDigest"]}
    return {"file": each["path"], "version": about.VERSION, **size, **digests}
