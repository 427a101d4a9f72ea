"""What a reader hands over, checked before it is used: a value of a wrong kind is refused by name, in one sentence."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from caucasus_events.errors import InvalidValueError, UnknownNameError, shown, unknown


def one_of(
    what: str, value: Any, allowed: Iterable[str], error: type[InvalidValueError | UnknownNameError] = InvalidValueError
) -> str:
    """Return a value that is one of those allowed; another, of whatever kind, is an error that names the nearest.

    >>> one_of("rule", "any", ["any", "whole"])
    'any'
    """
    # Only texts are compared: arrays and frames have no one truth, and lists no hash.
    if not isinstance(value, str) or value not in allowed:
        raise error(unknown(what, value, allowed))
    return value


def text(what: str, value: Any, do: str = "give a name, or several") -> str:
    """Return a text; anything else is an :class:`InvalidValueError` that says what to do."""
    if not isinstance(value, str):
        raise InvalidValueError(f"{what} {shown(value)} is no text: {do}")
    return value


def texts(what: str, values: Any) -> Iterator[str]:
    """Yield the texts that are asked for, one or several; anything else is an :class:`InvalidValueError`.

    >>> list(texts("entity", "ARM")), list(texts("entity", ("ARM", "AZE")))
    (['ARM'], ['ARM', 'AZE'])
    """
    for value in one_by_one(what, values):
        yield text(what, value)


def one_by_one(what: str, values: Any) -> list[Any]:
    """List one text, or several values; what cannot be walked through is an :class:`InvalidValueError`."""
    try:
        return [values] if isinstance(values, str) else list(values)
    except Exception:  # noqa: BLE001 - whatever an object of the reader's answers when it is asked
        return [text(what, values)]


def flag(what: str, value: Any) -> bool:
    """Return True or False, written as such, as 1 or as 0; anything else is an :class:`InvalidValueError`."""
    if not isinstance(value, int | np.bool_):
        raise InvalidValueError(f"{what} is True or False, not {shown(value)}")
    return bool(value)


def path(what: str, value: Any) -> Path:
    """Return a path that is given as a text or as a path; anything else is an :class:`InvalidValueError`."""
    if not isinstance(value, str | os.PathLike) or not isinstance(os.fspath(value), str):
        raise InvalidValueError(f"{what} is a path, not {shown(value)}")
    return Path(value)
