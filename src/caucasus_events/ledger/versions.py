"""The first version, the sizes of a step, and where a step of each size leads."""

from caucasus_events.model.versions import parse

FIRST = "1.0.0"
LEVELS = ("none", "patch", "minor", "major")


def next_version(version: str, level: str) -> str:
    """Return the lowest version that a step of this level leads to; without a step, the next patch.

    >>> [next_version("1.2.3", level) for level in LEVELS]
    ['1.2.4', '1.2.4', '1.3.0', '2.0.0']
    """
    major, minor, patch = parse(version).release
    steps = {"minor": (major, minor + 1, 0), "major": (major + 1, 0, 0)}
    return ".".join(map(str, steps.get(level, (major, minor, patch + 1))))
