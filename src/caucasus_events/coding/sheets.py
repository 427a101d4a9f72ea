"""One seed as it stands in ``seeds/``: the text, and the sheet that a coder wrote for it.

Reading checks the form only: bytes, TOML, keys, types of values. What the records say is
checked in :mod:`.records` (against the text) and :mod:`.checks` (against each other).
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from caucasus_events.errors import Fact, Problem, nearest

from . import quotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails


LARGEST = 5_000_000


_EMPTY = "the text is empty"


# What to do about the mistakes in TOML that coders make; the reader's own words say what is wrong.
_TOML = {
    "Illegal character '\\n'": "close the string with a quote",
    "Cannot overwrite": "the key stands twice in this block: keep one",
    "Cannot declare": "write [source] once, and [[entity]], [[event]], [[status]], [[set_aside]] for every block",
    "Unclosed array": 'close the list with ], put commas between strings, and write \\" for a quote inside one',
}


_MEND = "mend the line; strings stand in quotes, true and false do not"


_CONVERT = "convert or split before coding; the sheet's hash is of that copy"


_HEADER = re.compile(r"^\s*\[+\s*(\w+)\s*\]+", re.MULTILINE)


_TYPES = {
    "string_type": "a quoted string",
    "bool_type": "true or false",
    "int_type": "a whole number without quotes",
    "list_type": "a list: [ … ]",
    "model_type": "a table: { entity = …, role = … }",
}


def _iso_day(value: str) -> str:
    """Accept a day of the calendar, YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError
    date.fromisoformat(value)
    return value


def _not_blank(value: str) -> str:
    """Accept a string that says something; "?" is what a new sheet begins with."""
    if value.strip() in ("", "?"):
        raise ValueError
    return value


def _not_empty(value: list[str]) -> list[str]:
    """Accept a list that holds something."""
    if not value:
        raise ValueError
    return value


Words = Annotated[str, AfterValidator(_not_blank)]


Day = Annotated[str, AfterValidator(_iso_day)]


Several = Annotated[list[Words], AfterValidator(_not_empty)]


class Block(BaseModel):
    """One block of a sheet: exactly these keys, exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(Block):
    """The document: who wrote it, who published this copy, and the last day it can speak of."""

    title: Words
    author: Words
    publisher: Words
    first_published_by: Words | None = None
    published: Day
    speaks_until: Day
    url: Words
    language: Words
    sha256: Words


class Entity(Block):
    """An actor or a place, with its codes in other datasets where a source gives them."""

    id: Words
    name: Words
    kind: Words
    iso3: Words | None = None
    cow: int | None = None
    cow_abbrev: Words | None = None
    gw: int | None = None
    cow_igo: int | None = None
    ucdp_actor: int | None = None
    wikidata: Words | None = None
    also_known_as: list[Words] = []


class Participant(Block):
    """An actor in a role."""

    entity: Words
    role: Words


class Record(Block):
    """What an event and a status have in common."""

    id: Words
    type: Words
    title: Words
    assertion: Words
    attributed_to: Words | None = None
    passages: Several


class Event(Record):
    """Something that happened."""

    date: Words | None = None
    location: Words | None = None
    participants: list[Participant] = []
    same_as: Words | None = None


class Status(Record):
    """Something that was the case."""

    subject: Words
    object: Words
    about: Words | None = None
    holds: bool
    start: Words | None = None
    end: Words | None = None


class SetAside(Block):
    """Passages that are not coded, and why."""

    reason: Words
    passages: Several
    note: str | None = None


class Change(Block):
    """Why a released row was changed, in a person's words."""

    id: Words
    reason: Words
    reason_code: Words


class Withdrawn(Block):
    """Why a released record is withdrawn, and which record replaces it."""

    id: Words
    reason: Words
    replaced_by: Words | None = None


BLOCKS: dict[str, type[Block]] = {
    "entity": Entity,
    "event": Event,
    "status": Status,
    "set_aside": SetAside,
    "change": Change,
    "withdrawn": Withdrawn,
}


class Lines:
    """Where things stand in a sheet: the TOML reader gives no lines, so the text is searched."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._headers = [(match.group(1), match.start(1)) for match in _HEADER.finditer(text)]

    def of(self, kind: str, number: int = 0, value: str = "", key: str = "") -> int:
        """Return the line of ``value`` inside a block, else of ``key``, else of the block's header.

        Parameters
        ----------
        kind
            ``source``, ``entity``, ``event``, ``status``, ``set_aside``, ``change`` or ``withdrawn``.
        number
            Which block of that kind, from 0.
        value
            What to look for, verbatim; where it stands in quotes comes first.
        key
            The key whose line it is if the value stands nowhere.
        """
        starts = [start for name, start in self._headers if name == kind]
        if number >= len(starts):
            return 1
        start = starts[number]
        end = min((other for _, other in self._headers if other > start), default=len(self._text))
        keyed = re.compile(rf"(?m:^){key}\s*=").search(self._text, start, end) if key else None
        # A value such as "?" stands in many lines of a block: the one with its key comes first.
        origin = keyed.start() if keyed else start
        forms = [re.escape(f'"{value}"'), re.escape(value)] * bool(value)
        found = (re.compile(form).search(self._text, at, end) for at in (origin, start) for form in forms)
        at = next((match.start() for match in found if match), origin)
        return self._text.count("\n", 0, at) + 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The blocks of a sheet that are well formed, with the number each has in the file."""

    seed_id: str
    path: str
    lines: Lines
    source: Source | None = None
    entity: list[tuple[int, Entity]] = field(default_factory=list)
    event: list[tuple[int, Event]] = field(default_factory=list)
    status: list[tuple[int, Status]] = field(default_factory=list)
    set_aside: list[tuple[int, SetAside]] = field(default_factory=list)
    change: list[tuple[int, Change]] = field(default_factory=list)
    withdrawn: list[tuple[int, Withdrawn]] = field(default_factory=list)
    declared: frozenset[str] = frozenset()
    whole: bool = False


def read_text(path: Path) -> tuple[str, list[Problem]]:
    """Read the text of a seed, or say why it cannot be coded.

    Parameters
    ----------
    path
        ``seeds/<id>.txt``.

    Returns
    -------
    text : str
        Empty if there is a problem.
    problems : list of Problem
        At most one.
    """
    place = f"seeds/{path.name}"
    if not path.is_file():
        do = f"put the document there, or remove seeds/{path.stem}.toml"
        return "", [Problem(place, "", "the sheet has no text", do)]
    data = path.read_bytes()
    unfit = _unfit(data)
    if unfit is None:
        return data.decode(), []
    what, at, *facts = unfit
    line = "" if at is None else ":" + str(data.count(b"\n", 0, at) + 1)
    do = "put the document there" if what == _EMPTY else _CONVERT
    return "", [Problem(place + line, "", what, do, tuple(facts))]


def _unfit(data: bytes) -> tuple[Any, ...] | None:
    """Say why a text cannot be coded, at which byte, and the facts; None if it can."""
    if len(data) > LARGEST:
        return "the text is too long", None, Fact("size", f"{len(data):,} bytes; the largest is {LARGEST:,}")
    if data.startswith(b"\xef\xbb\xbf"):
        return "the text begins with a byte order mark", 0
    try:
        data.decode()
    except UnicodeDecodeError as error:
        fact = Fact("byte", f"0x{data[error.start]:02x} at offset {error.start}")
        return "the text is not UTF-8", error.start, fact
    if b"\r" in data:
        return "the text has carriage returns (CR)", data.index(b"\r")
    return None if data.decode().strip() else (_EMPTY, None)


def read_sheet(path: Path, text: str) -> tuple[Sheet, list[Problem]]:
    """Read the sheet of a seed, block by block, so that one bad block hides no other.

    Parameters
    ----------
    path
        ``seeds/<id>.toml``.
    text
        The text of the seed, whose hash the sheet holds; empty if it could not be read.

    Returns
    -------
    sheet : Sheet
        Every block that is well formed.
    problems : list of Problem
        One for every key, value or block that is not.
    """
    place = f"seeds/{path.name}"
    if not path.is_file():
        do = f"run caucasus-events new seeds/{path.stem}.txt, and code the text"
        return Sheet(path.stem, place, Lines("")), [Problem(f"seeds/{path.stem}.txt", "", "the text has no sheet", do)]
    document, lines, problems = read_toml(path, place)
    if document is None:
        return Sheet(path.stem, place, lines), problems
    problems += unknown_blocks(document, ["source", *BLOCKS], place, lines)
    source = _read_source(document, place, lines, text, problems)
    found = read_blocks(document, BLOCKS, place, lines, problems)
    whole = all(problem.record == "source" for problem in problems)
    named = declared(document, ("entity", "event", "status"))
    return Sheet(path.stem, place, lines, source, declared=named, whole=whole, **found), problems


def read_toml(path: Path, place: str) -> tuple[dict[str, Any] | None, Lines, list[Problem]]:
    """Read a file that people write in TOML.

    Parameters
    ----------
    path
        The file.
    place
        What problems call it.

    Returns
    -------
    document : dict or None
        None if it cannot be read.
    lines : Lines
        Where things stand in it.
    problems : list of Problem
        At most one.
    """
    try:
        raw = path.read_bytes().decode()
        return tomllib.loads(raw), Lines(raw), []
    except UnicodeDecodeError as error:
        fact = Fact("byte", f"0x{error.object[error.start]:02x} at offset {error.start}")
        return None, Lines(""), [Problem(place, "", "the sheet is not UTF-8", "save it as UTF-8", (fact,))]
    except tomllib.TOMLDecodeError as error:
        return None, Lines(""), [_bad_toml(place, raw, str(error))]


def read_blocks(
    document: dict[str, Any], models: Mapping[str, type[Block]], place: str, lines: Lines, problems: list[Problem]
) -> dict[str, list[Any]]:
    """Read the blocks of every kind, so that one bad block hides no other.

    Parameters
    ----------
    document
        What :func:`read_toml` gives.
    models
        The form of each kind of block.
    place, lines
        For the problems.
    problems
        Gets one for every key, value or block that is wrong.

    Returns
    -------
    dict of str to list of (int, Block)
        The well formed blocks of each kind, with their number in the file.
    """
    found: dict[str, list[Any]] = {kind: [] for kind in models}
    for kind, model in models.items():
        for number, block in enumerate(_blocks(document, kind, place, lines, problems)):
            read = _read_block(model, block, (place, kind, number), lines, problems)
            if read is not None:
                found[kind].append((number, read))
    return found


def declared(document: dict[str, Any], kinds: Iterable[str]) -> frozenset[str]:
    """Give the ids of all blocks of some kinds, of those that are not well formed too.

    Parameters
    ----------
    document
        What :func:`read_toml` gives.
    kinds
        Kinds of block.

    Returns
    -------
    frozenset of str
    """
    return frozenset(str(block["id"]) for kind in kinds for block in _listed(document, kind) if "id" in block)


def _bad_toml(place: str, raw: str, message: str) -> Problem:
    """Turn the TOML reader's message into a problem with line and caret."""
    what, _, position = message.partition(" (at ")
    numbers = [int(number) for number in re.findall(r"\d+", position)]
    line, column = (numbers[0], numbers[1]) if numbers else (raw.count("\n") + 1, 1)
    shown = [*raw.split("\n"), ""][line - 1]
    fact = Fact("found", shown, caret=min(column - 1, len(shown))) if shown.strip() else Fact("found", "the end")
    do = next((do for words, do in _TOML.items() if what.startswith(words)), _MEND)
    what = re.sub(r"\('(\w+)',\)", r"[\1]", what)
    return Problem(f"{place}:{line}", "", f"not valid TOML: {what}", do, (fact,))


def unknown_blocks(document: dict[str, Any], known: list[str], place: str, lines: Lines) -> list[Problem]:
    """Report every top-level key that is no block of the file.

    Parameters
    ----------
    document
        What :func:`read_toml` gives.
    known
        The kinds of block that the file may hold.
    place, lines
        For the problems.

    Returns
    -------
    list of Problem
        One for each key.
    """
    return [
        Problem(f"{place}:{lines.of(key)}", "", f"unknown block {key!r}", _spelled(key, known))
        for key in document
        if key not in known
    ]


def _spelled(value: str, known: list[str]) -> str:
    """Say which names exist, the nearest first."""
    near = nearest(value, known)
    return (f"write {near}; " if near else "remove it; ") + "known: " + ", ".join(known)


def _listed(document: dict[str, Any], kind: str) -> list[Any]:
    """Give the blocks of a kind, those that are written as ``[[kind]]``."""
    blocks = document.get(kind, [])
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _blocks(document: dict[str, Any], kind: str, place: str, lines: Lines, problems: list[Problem]) -> list[Any]:
    """Give the blocks of a kind; one written with single brackets is a problem."""
    if kind in document and document[kind] != _listed(document, kind):
        problems.append(
            Problem(f"{place}:{lines.of(kind)}", "", f"{kind} is not a list of blocks", f"write [[{kind}]]")
        )
    return _listed(document, kind)


def _read_source(
    document: dict[str, Any], place: str, lines: Lines, text: str, problems: list[Problem]
) -> Source | None:
    """Read the one block that says what the document is, and hold its hash against the text."""
    if "source" not in document:
        do = "begin the sheet with [source]: title, author, publisher, published, …"
        problems.append(Problem(place, "", "there is no [source]", do))
        return None
    if not isinstance(document["source"], dict):
        problems.append(Problem(f"{place}:{lines.of('source')}", "", "source is not one block", "write [source]"))
        return None
    source = _read_block(Source, document["source"], (place, "source", 0), lines, problems)
    digest = quotes.digest(text)
    if isinstance(source, Source) and text and source.sha256 != digest:
        facts = (Fact("sheet", source.sha256[:16] + "…"), Fact("text", digest[:16] + "…"))
        do = "restore the text that was coded; if the new one is right, check every passage and set the hash"
        line = lines.of("source", 0, source.sha256)
        problems.append(Problem(f"{place}:{line}", "source", "the text has changed since it was coded", do, facts))
    return source if isinstance(source, Source) else None


def _read_block(
    model: type[Block], block: object, at: tuple[str, str, int], lines: Lines, problems: list[Problem]
) -> Block | None:
    """Read one block; every key that is wrong is a problem of its own."""
    try:
        return model.model_validate(block)
    except ValidationError as error:
        problems.extend(_key_problem(model, block, at, lines, detail) for detail in error.errors())
        return None


def _key_problem(
    model: type[Block], block: object, at: tuple[str, str, int], lines: Lines, detail: ErrorDetails
) -> Problem:
    """Say in the words of the sheet what is wrong with one key."""
    place, kind, number = at
    loc, value = detail["loc"], detail["input"]
    key = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    fields = Participant.model_fields if loc[:1] == ("participants",) and len(loc) > 1 else model.model_fields
    identity = block.get("id", block.get("record", "")) if isinstance(block, dict) else ""
    record = f"{kind} {identity}".strip() if kind != "set_aside" else f"set_aside {number + 1}"
    shown = _shown(value)
    inner = len(loc) > 1
    stated = {"missing": "", "extra_forbidden": key * inner}.get(detail["type"], value)
    stated = stated if isinstance(stated, str) and stated.strip() else ""
    line = lines.of(kind, number, stated, str(loc[0]) if inner or detail["type"] != "missing" else "")
    what, do = _key_words(detail["type"], key, value, fields)
    facts = () if detail["type"] == "missing" else (Fact("found", shown),)
    return Problem(f"{place}:{line}", record, what, do, facts)


def _shown(value: object) -> str:
    """Write a value as it would stand in a sheet, on one line."""
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False, default=str)


def _key_words(error: str, key: str, value: object, fields: dict[str, FieldInfo]) -> tuple[str, str]:
    """Give the words and the way out for one kind of mistake."""
    if error == "missing":
        return f"{key} is missing", f"add {key}; the sheet's format needs it"
    if error == "extra_forbidden":
        return f"unknown key {key!r}", _spelled(key, list(fields))
    if isinstance(value, date):
        return f"{key} is a bare date", f'write it in quotes: {key} = "{value.isoformat()}"'
    if error == "value_error":
        return _empty_words(key, needed=fields[key].is_required())
    return f"{key} has the wrong type", f"write {_TYPES.get(error, 'what the sheet format asks for')}"


def _empty_words(key: str, *, needed: bool) -> tuple[str, str]:
    """Give the words and the way out for a value of the right type that says nothing."""
    if key in ("published", "speaks_until"):
        return f"{key} is not a day", 'write a day of the calendar as "YYYY-MM-DD"'
    if key == "passages":
        return "a passage is missing", "copy the words that prove it, exactly as they stand in the text"
    return f"{key} is empty", f"give {key} a value" + ("" if needed else ", or leave the key out")
