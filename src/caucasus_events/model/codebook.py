"""The vocabulary, read from ``codebook.toml``: types, roles, kinds, reasons and their order."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from caucasus_events.errors import UnknownNameError, unknown

from .words import markdown_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Vocabulary = Literal[
    "lane",
    "event",
    "status",
    "role",
    "kind",
    "assertion",
    "reason",
    "precision",
    "end_state",
    "record",
    "change",
    "bound",
    "relation",
    "confidence",
    "why_not",
    "basis",
    "scheme",
    "match",
    "medium",
    "access",
]


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
    # Its colour on dark paper.
    dark: str


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


def codes(vocabulary: Vocabulary) -> list[str]:
    """List the codes of one vocabulary in codebook order.

    Examples
    --------
    >>> codes("assertion")
    ['asserted', 'attributed', 'implied']
    """
    return list(_document()[vocabulary])


@cache
def lanes() -> dict[str, Lane]:
    """Return the lanes of a figure by name, in codebook order."""
    return {name: Lane(name=name, **block) for name, block in _document()["lane"].items()}


@cache
def event_types() -> dict[str, EventType]:
    """Return the types of event by name, in codebook order.

    Examples
    --------
    >>> list(event_types()["border_closure"].roles)
    ['actor', 'target']
    """
    return {name: EventType(name=name, **block) for name, block in _document()["event"].items()}


@cache
def status_types() -> dict[str, StatusType]:
    """Return the types of status by name, in codebook order.

    Examples
    --------
    >>> status_types()["alliance"].symmetric
    True
    """
    return {name: StatusType(name=name, **block) for name, block in _document()["status"].items()}


def definitions(vocabulary: Vocabulary) -> dict[str, Code]:
    """Return the codes of a plain vocabulary with definition and example, in codebook order."""
    return {name: Code(name=name, **block) for name, block in _document()[vocabulary].items()}


def markdown(vocabulary: Literal["event", "status", "reason", "assertion"]) -> str:
    """Write one vocabulary as the Markdown table that stands in ``seeds/CODEBOOK.md``.

    Examples
    --------
    >>> print(markdown("assertion").splitlines()[0])
    | value | meaning | for example |
    """
    tables: dict[str, tuple[list[str], Callable[[], list[list[str]]]]] = {
        "event": (["type", "definition", "participants (role)", "CAMEO · PLOVER"], _event_rows),
        "status": (["type", "definition", "subject → object", "symmetric"], _status_rows),
        "reason": (["reason", "what it is", "for example"], partial(_code_rows, "reason")),
        "assertion": (["value", "meaning", "for example"], partial(_code_rows, "assertion")),
    }
    headings, rows = tables[vocabulary]
    return markdown_table(headings, rows())


def _event_rows() -> list[list[str]]:
    """Write the types of event, a row each."""
    return [[f"`{t.name}`", t.definition, t.parties, f"{t.cameo} · {t.plover}"] for t in event_types().values()]


def _status_rows() -> list[list[str]]:
    """Write the types of status, a row each."""
    return [[f"`{t.name}`", t.definition, t.parties, "yes" if t.symmetric else "no"] for t in status_types().values()]


def _code_rows(vocabulary: Vocabulary) -> list[list[str]]:
    """Write a plain vocabulary, a row each."""
    return [[f"`{code.name}`", code.definition, code.example] for code in definitions(vocabulary).values()]


def chosen(types: str | Iterable[str] | None, known: Iterable[str], what: str = "type") -> list[str]:
    """Return the types that are asked for, each once: one, several, or all that are known.

    A type that is not known is an :class:`UnknownNameError` that names the nearest.

    Examples
    --------
    >>> chosen("alliance", status_types()), chosen(None, ["clash", "ceasefire"])
    (['alliance'], ['clash', 'ceasefire'])
    """
    names = list(known)
    asked = names if types is None else [types] if isinstance(types, str) else list(dict.fromkeys(types))
    for name in asked:
        if name not in names:
            raise UnknownNameError(unknown(what, str(name), names))
    return asked
