"""TODO."""

from __future__ import annotations

import re

from caucasus_events.errors import InvalidValueError

FIRST = "1.0.0"


LEVELS = ("none", "patch", "minor", "major")


VERSION = r"(\d+)\.(\d+)\.(\d+)"


def parse(version: str) -> tuple[int, int, int]:
    """Read a version number, X.Y.Z.

    Parameters
    ----------
    version
        As SemVer writes it, without a suffix.

    Returns
    -------
    tuple of int
        Major, minor, patch; they compare as versions do.

    Raises
    ------
    InvalidValueError
        If it is no such number (a ``ValueError``).

    Examples
    --------
    >>> parse("1.10.0") > parse("1.9.2")
    True
    """
    match = re.fullmatch(VERSION, version)
    if not match:
        raise InvalidValueError(f"{version!r} is no version; write three numbers: 1.0.0")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def next_version(version: str, level: str) -> str:
    """Give the lowest version that a step of this level leads to.

    Parameters
    ----------
    version
        The last release.
    level
        ``none``, ``patch``, ``minor`` or ``major``.

    Returns
    -------
    str

    Examples
    --------
    >>> [next_version("1.2.3", level) for level in ("none", "patch", "minor", "major")]
    ['1.2.4', '1.2.4', '1.3.0', '2.0.0']
    """
    major, minor, patch = parse(version)
    steps = {"minor": (major, minor + 1, 0), "major": (major + 1, 0, 0)}
    return ".".join(map(str, steps.get(level, (major, minor, patch + 1))))
