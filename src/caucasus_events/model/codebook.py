"""The vocabulary, read from ``codebook.toml``: types, roles, kinds, reasons and their order."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any, Literal

from caucasus_events.errors import InvalidValueError, UnknownNameError, shown

from .asked import one_of, texts
from .words import markdown_table

# What the sheets are coded with, and what is said of their records by others and between releases.
_Coded = Literal["lane", "event", "status", "role", "kind", "assertion", "reason", "precision", "end_state", "record"]
_Said = Literal["change", "layer", "bound", "relation", "confidence", "why_not", "basis"]
_Cited = Literal["scheme", "match", "medium", "access", "licence"]
Vocabulary = _Coded | _Said | _Cited


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of a closed list: what it means, and an example of it."""

    name: str
    definition: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A band of a figure: its heading, its colour, and that on dark paper."""

    name: str
    title: str
    colour: str
    dark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType(Code):
    """A type of event: who takes part in which role, whether it may have a place, the nearest codes of others.

    ``titled`` says that several can be of the same parties and day: they are told apart by what they are called.
    ``plural`` is what several on one line of a figure are called, with ``{parties}`` in it.
    """

    lane: str
    plural: str
    parties: str
    roles: dict[str, list[str]]
    located: bool
    titled: bool = False
    cameo: str | None = None
    plover: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusType(Code):
    """A type of status: which kinds of entity may be subject and object, and if order matters.

    ``label`` is what a line of a figure is called whose rows have several titles, with ``{subject}`` and ``{object}``.
    """

    lane: str
    label: str
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

    >>> list(event_types()["border_closure"].roles)
    ['actor', 'target']
    """
    return {
        name: EventType(name=name, **{**block, "plural": pattern(f"event.{name}", "plural", block, ["parties"])})
        for name, block in _document()["event"].items()
    }


@cache
def status_types() -> dict[str, StatusType]:
    """Return the types of status by name, in codebook order.

    >>> status_types()["alliance"].symmetric
    True
    """
    return {
        name: StatusType(
            name=name, **{**block, "label": pattern(f"status.{name}", "label", block, ["subject", "object"])}
        )
        for name, block in _document()["status"].items()
    }


def pattern(home: str, key: str, block: Mapping[str, Any], fields: Sequence[str]) -> str:
    """Return the pattern of a name from a block, which has every one of some fields, once, and no other.

    >>> pattern("event.clash", "plural", {"plural": "Clashes: {parties}"}, ["parties"])
    'Clashes: {parties}'
    """
    written = str(block.get(key, ""))
    try:
        found = sorted(name for _, name, _, _ in Formatter().parse(written) if name is not None)
    except ValueError:
        found = []
    if found != sorted(fields):
        wanted = " and ".join(f"{{{name}}}" for name in fields)
        raise InvalidValueError(f"codebook.toml: [{home}]: {key} {shown(written)} must have {wanted}, each once")
    return written


def definitions(vocabulary: Vocabulary) -> dict[str, Code]:
    """Return the codes of a plain vocabulary with definition and example, in codebook order."""
    return {name: Code(name=name, **block) for name, block in _document()[vocabulary].items()}


def markdown(vocabulary: Literal["event", "status", "reason", "assertion"]) -> str:
    """Write one vocabulary as the Markdown table that stands in ``seeds/CODEBOOK.md``.

    >>> print(markdown("assertion").splitlines()[0])
    | value | meaning | for example |
    """
    if vocabulary == "event":
        headings = ["type", "definition", "participants (role)", "CAMEO · PLOVER"]
        types = event_types().values()
        rows = [[t.name, t.definition, t.parties, " · ".join(filter(None, (t.cameo, t.plover)))] for t in types]
    elif vocabulary == "status":
        headings = ["type", "definition", "subject → object", "symmetric"]
        rows = [[t.name, t.definition, t.parties, "yes" if t.symmetric else "no"] for t in status_types().values()]
    else:
        headings = {"reason": ["reason", "what it is"], "assertion": ["value", "meaning"]}[vocabulary] + ["for example"]
        rows = [[code.name, code.definition, code.example] for code in definitions(vocabulary).values()]
    return markdown_table(headings, [[f"`{name}`", *cells] for name, *cells in rows])


def chosen(types: str | Iterable[str] | None, known: Iterable[str], what: str = "type") -> list[str]:
    """Return the types that are asked for, each once: one, several, or all that are known.

    A type that is not known is an :class:`UnknownNameError` that names the nearest.

    >>> chosen("alliance", status_types()), chosen(None, ["clash", "ceasefire"])
    (['alliance'], ['clash', 'ceasefire'])
    """
    names = list(known)
    asked = names if types is None else dict.fromkeys(texts(what, types))
    return [one_of(what, name, names, UnknownNameError) for name in asked]
