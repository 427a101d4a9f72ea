"""The vocabulary, read from ``codebook.toml``: types, roles, kinds, reasons and their order."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of a closed list: what it means, and an example of it."""

    name: str
    definition: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A band of a figure: its heading and its colour."""

    name: str
    title: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType(Code):
    """A type of event: who takes part in which role, whether it has a place, its CAMEO code."""

    lane: str
    parties: str
    roles: dict[str, list[str]]
    located: bool
    cameo: str
    plover: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusType(Code):
    """A type of status: which kinds of entity may be subject and object, and if order matters."""

    lane: str
    parties: str
    subject: list[str]
    object: list[str]
    symmetric: bool


@cache
def _document() -> dict[str, dict[str, dict[str, Any]]]:
    """Read the file once."""
    return tomllib.loads(resources.files(__package__).joinpath("codebook.toml").read_text("utf-8"))


def codes(vocabulary: str) -> list[str]:
    """List the codes of one vocabulary in codebook order.

    Parameters
    ----------
    vocabulary
        ``lane``, ``event``, ``status``, ``role``, ``kind``, ``assertion``, ``reason``,
        ``precision``, ``end_state``, ``record`` or ``change``; of the second layer ``bound``,
        ``relation``, ``confidence``, ``why_not``, ``basis``, ``scheme``, ``match``, ``medium`` or
        ``access``.

    Returns
    -------
    list of str
        The codes.

    Raises
    ------
    KeyError
        If there is no such vocabulary.

    Examples
    --------
    >>> codes("assertion")
    ['asserted', 'attributed', 'implied']
    """
    return list(_document()[vocabulary])


@cache
def lanes() -> dict[str, Lane]:
    """Give the lanes of a figure by name, in codebook order.

    Returns
    -------
    dict of str to Lane

    Examples
    --------
    >>> lanes()["borders"].colour
    '#0072B2'
    """
    return {name: Lane(name=name, **block) for name, block in _document()["lane"].items()}


@cache
def event_types() -> dict[str, EventType]:
    """Give the types of event by name, in codebook order.

    Returns
    -------
    dict of str to EventType

    Examples
    --------
    >>> list(event_types()["border_closure"].roles)
    ['actor', 'target']
    """
    return {name: EventType(name=name, **block) for name, block in _document()["event"].items()}


@cache
def status_types() -> dict[str, StatusType]:
    """Give the types of status by name, in codebook order.

    Returns
    -------
    dict of str to StatusType

    Examples
    --------
    >>> status_types()["alliance"].symmetric
    True
    """
    return {name: StatusType(name=name, **block) for name, block in _document()["status"].items()}


def definitions(vocabulary: str) -> dict[str, Code]:
    """Give the codes of a plain vocabulary with definition and example, in codebook order.

    Parameters
    ----------
    vocabulary
        One that :func:`codes` knows, but for ``lane``, ``event`` and ``status``.

    Returns
    -------
    dict of str to Code

    Examples
    --------
    >>> definitions("kind")["person"].definition
    'a person, by SURNAME'
    """
    return {name: Code(name=name, **block) for name, block in _document()[vocabulary].items()}


def markdown(vocabulary: str) -> str:
    """Write one vocabulary as the Markdown table that stands in ``seeds/CODEBOOK.md``.

    Parameters
    ----------
    vocabulary
        ``event``, ``status``, ``reason`` or ``assertion``.

    Returns
    -------
    str
        The table, without a closing newline.

    Examples
    --------
    >>> print(markdown("assertion").splitlines()[0])
    | value | meaning | for example |
    """
    headings, rows = _TABLES[vocabulary]
    lines = [headings, ["---"] * len(headings), *rows()]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _event_rows() -> list[list[str]]:
    """Write the types of event, a row each."""
    return [[f"`{t.name}`", t.definition, t.parties, f"{t.cameo} · {t.plover}"] for t in event_types().values()]


def _status_rows() -> list[list[str]]:
    """Write the types of status, a row each."""
    return [[f"`{t.name}`", t.definition, t.parties, "yes" if t.symmetric else "no"] for t in status_types().values()]


def _code_rows(vocabulary: str) -> list[list[str]]:
    """Write a plain vocabulary, a row each."""
    return [[f"`{code.name}`", code.definition, code.example] for code in definitions(vocabulary).values()]


_TABLES: dict[str, Any] = {
    "event": (["type", "definition", "participants (role)", "CAMEO · PLOVER"], _event_rows),
    "status": (["type", "definition", "subject → object", "symmetric"], _status_rows),
    "reason": (["reason", "what it is", "for example"], lambda: _code_rows("reason")),
    "assertion": (["value", "meaning", "for example"], lambda: _code_rows("assertion")),
}
