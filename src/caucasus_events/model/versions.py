"""Version numbers: three of them, as SemVer writes them, and how they compare."""

import re

from packaging.version import Version

from caucasus_events.errors import InvalidValueError, shown

# One number has one spelling: no zero before it, no suffix.
PATTERN = r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}"


def parse(version: str) -> Version:
    """Read ``X.Y.Z``; versions compare as numbers do. Anything else is an :class:`InvalidValueError`.

    >>> parse("1.10.0") > parse("1.9.2")
    True
    """
    if not is_version(version):
        raise InvalidValueError(f"{shown(version)} is no version; write three numbers: 1.0.0")
    return Version(version)


def is_version(text: object) -> bool:
    """Return whether something is written as a version."""
    return isinstance(text, str) and re.fullmatch(PATTERN, text, re.ASCII) is not None
