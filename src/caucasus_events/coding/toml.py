"""What people write in TOML: its blocks, the lines that things stand on, and in plain words what is wrong.

Reading checks the form only: bytes, TOML, keys, types of values. Which blocks a file may have is in ``blocks``.
"""

import codecs
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from caucasus_events.errors import Fact, Problem, nearest, shown
from caucasus_events.model import codebook

from .blocks import LARGEST_CODE, Block, Participant

Document = dict[str, Any]

# A block: its kind, its number among those of its kind from 0, and what problems call it.
At = tuple[str, int, str]

# A sheet that quotes the whole of the largest text fits.
_LARGEST = 10_000_000
# A sheet nests four deep: [[event]], participants, one of them, its role.
_DEEPEST, _BITS, _DIGITS = 20, 63, 1000

_HEADER = re.compile(r"^\s*\[+\s*(\w+)\s*\]+", re.MULTILINE)
# What to do about the mistakes in TOML that coders make; the reader's own words say what is wrong.
_REMEDIES = {
    "Illegal character '\\n'": "close the string with a quote",
    "Cannot overwrite": "the key stands twice in this block: keep one",
    "Cannot declare": "write [source] once, and [[entity]], [[event]], [[status]], [[set_aside]] for every block",
    "Unclosed array": 'close the list with ], put commas between strings, and write \\" for a quote inside one',
}
_ANY_REMEDY = "mend the line; strings stand in quotes, true and false do not"
_TYPES = {
    "string_type": "a quoted string",
    "bool_type": "true or false",
    "int_type": "a whole number without quotes",
    "list_type": "a list: [ … ]",
    "model_type": "a table: { entity = …, role = … }",
}


class Lines:
    """A file as problems name it, and where things stand in it: the TOML reader gives no lines, so text is searched."""

    def __init__(self, path: str, text: str = "") -> None:
        self.path, self._text = path, text
        self._headers = [(match.group(1), match.start(1)) for match in _HEADER.finditer(text)]

    def line_of(self, kind: str, number: int = 0, value: str = "", key: str = "") -> int:
        r"""Return the line of ``value`` in a block, else of ``key``, else of its header; 1 if there is no such block.

        >>> Lines("a.toml", '[[event]]\nid = "war-1991"\n[[event]]\nid = "war-1992"').line_of("event", 1, "war-1992")
        4
        """
        starts = [start for name, start in self._headers if name == kind]
        if number >= len(starts):
            return 1
        start = starts[number]
        end = min((other for _, other in self._headers if other > start), default=len(self._text))
        keyed = re.compile(rf"(?m:^){re.escape(key)}\s*=").search(self._text, start, end) if key else None
        # A value such as "?" stands in many lines of a block: the one with its key comes first.
        origin = keyed.start() if keyed else start
        # In quotes first: a bare AAA stands in other words too.
        forms = [f'"{value}"', value] if value else []
        found = (self._text.find(form, at, end) for at in (origin, start) for form in forms)
        at = next((place for place in found if place >= 0), origin)
        return self._text.count("\n", 0, at) + 1

    def line_of_key(self, key: str) -> int:
        """Return the line of a key that stands in no block; 1 if there is none."""
        found = re.search(rf"(?m:^){re.escape(key)}\s*=", self._text)
        return self._text.count("\n", 0, found.start()) + 1 if found else 1

    def problem(self, at: At, value: str, what: str, do: str, *facts: Fact) -> Problem:
        """Say what is wrong with a block, at the line of ``value``."""
        kind, number, name = at
        return Problem(f"{self.path}:{self.line_of(kind, number, value)}", f"{kind} {name}".rstrip(), what, do, facts)

    def unknown_code(self, at: At, key: str, value: str | None, vocabulary: codebook.Vocabulary) -> list[Problem]:
        """Report a code that the codebook does not have; nothing if it has, or if there is none."""
        names = codebook.codes(vocabulary)
        if value is None or value in names:
            return []
        near = nearest(value, names)
        do = f"write {near}, or another known code" if near else "write one of the known codes"
        return [
            self.problem(at, value, f"unknown {key} {shown(value)}", do, Fact("known", ", ".join(names), wrap=True))
        ]


def read_file(path: Path, place: str, kind: str, largest: int, do: str) -> bytes | Problem:
    """Read a text or a sheet that problems call ``place``; a problem if it is no file, cannot be read, or is too long.

    ``do`` is what to do with one that is longer than ``largest`` bytes.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no file" if path.exists() else "a link that leads nowhere"
        return Problem(place, "", f"the {kind} is {found}", "put a file there, or remove it")
    try:
        size = path.stat().st_size
        if size > largest:
            fact = Fact("size", f"{size:,} bytes; the largest is {largest:,}")
            return Problem(place, "", f"the {kind} is too long", do, (fact,))
        return path.read_bytes()
    except OSError as error:
        fact = Fact("system", error.strerror or str(error))
        return Problem(place, "", "the file cannot be read", "allow reading it, or restore it", (fact,))


def read_toml(path: Path, place: str) -> tuple[Document | None, Lines, list[Problem]]:
    """Read a file that problems call ``place``; None and one problem if it cannot be read."""
    data = read_file(path, place, "sheet", _LARGEST, "split the document, and its sheet with it")
    raw = data if isinstance(data, Problem) else _decoded(data, place)
    if isinstance(raw, Problem):
        return None, Lines(place), [raw]
    try:
        document = tomllib.loads(raw)
    except tomllib.TOMLDecodeError as error:
        problem: Problem | None = _bad_toml(place, raw, str(error))
    except RecursionError:
        problem = _too_deep(place, raw)
    # Python itself reads no decimal number of more digits than some thousands.
    except ValueError:
        problem = _too_large(place, raw, "")
    else:
        problem = _beyond(document, place, raw)
    return (None, Lines(place), [problem]) if problem else (document, Lines(place, raw), [])


def _decoded(data: bytes, place: str) -> str | Problem:
    """Decode the bytes of a sheet, or say why they are none of one."""
    if data.startswith(codecs.BOM_UTF8):
        what, do = "the sheet begins with a byte order mark", "save it as UTF-8 without one"
        return Problem(f"{place}:1", "", what, do)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        fact = Fact("byte", f"0x{data[error.start]:02x} at offset {error.start}")
        return Problem(place, "", "the sheet is not UTF-8", "save it as UTF-8", (fact,))


def _beyond(document: Document, place: str, raw: str) -> Problem | None:
    """Report what TOML can say and no sheet does: values within values without end, and numbers beyond 64 bits."""
    level: list[tuple[str, Any]] = list(document.items())
    for _ in range(_DEEPEST):
        for key, value in level:
            if type(value) is int and value.bit_length() > _BITS:
                return _too_large(place, raw, key)
        # A list hands its key down: that is what stands in the line.
        below: list[tuple[str, Any]] = []
        for key, value in level:
            if isinstance(value, dict):
                below += value.items()
            elif isinstance(value, list):
                below += [(key, each) for each in value]
        if not below:
            return None
        level = below
    return _too_deep(place, raw)


def _too_deep(place: str, raw: str) -> Problem:
    """Report values within values, at the line that opens most of them."""
    lines = raw.split("\n")
    depth = [len(re.findall(r"[\[{]|\w\s*\.", line)) for line in lines]
    place = f"{place}:{depth.index(max(depth)) + 1}"
    do = "write what the sheet format asks for: blocks, and lists in them"
    return Problem(place, "", f"values are nested more than {_DEEPEST} deep", do)


def _too_large(place: str, raw: str, key: str) -> Problem:
    """Report a number that no column holds, at its line."""
    found = re.search(rf"^\W*{re.escape(key)}\W*=" if key else rf"[0-9_]{{{_DIGITS},}}", raw, re.MULTILINE)
    line = raw.count("\n", 0, found.start()) + 1 if found else 1
    do = "write the number as its source does; if it is a word, in quotes"
    return Problem(f"{place}:{line}", "", "a whole number has too many digits", do)


def _bad_toml(place: str, raw: str, message: str) -> Problem:
    """Turn the TOML reader's message into a problem with line and caret."""
    what, _, position = message.partition(" (at ")
    # "(at line 3, column 7)", or "(at end of document)".
    numbers = [int(number) for number in re.findall(r"\d+", position)]
    line, column = (numbers[0], numbers[1]) if numbers else (raw.count("\n") + 1, 1)
    shown = [*raw.split("\n"), ""][line - 1]
    fact = Fact("found", shown, caret=min(column - 1, len(shown))) if shown.strip() else Fact("found", "the end")
    do = next((do for words, do in _REMEDIES.items() if what.startswith(words)), _ANY_REMEDY)
    # The reader names a block as a tuple, ('event',): a coder wrote [event].
    what = re.sub(r"\('(\w+)',\)", r"[\1]", what)
    return Problem(f"{place}:{line}", "", f"not valid TOML: {what}", do, (fact,))


def read_blocks(
    document: Document, models: Mapping[str, type[Block]], lines: Lines, single: Iterable[str] = ()
) -> tuple[dict[str, list[Any]], list[Problem]]:
    """Read the blocks of every kind, so that one bad block hides no other.

    Returns the well formed ones of each kind with their number in the file, and a problem for every key, value or block
    that is wrong. ``single`` are blocks that the file may have beside these lists.
    """
    known = [*single, *models]
    problems = [
        Problem(f"{lines.path}:{lines.line_of(key)}", "", f"unknown block {shown(key)}", _spelled(key, known))
        for key in document
        if key not in known
    ]
    found: dict[str, list[Any]] = {kind: [] for kind in models}
    for kind, model in models.items():
        blocks = _listed(document, kind)
        if document.get(kind, blocks) != blocks:
            place = f"{lines.path}:{lines.line_of(kind)}"
            problems.append(Problem(place, "", f"{kind} is not a list of blocks", f"write [[{kind}]]"))
        for number, block in enumerate(blocks):
            read, wrong = read_block(model, block, lines, kind, number)
            problems += wrong
            found[kind].append((number, read))
    return found, problems


def _listed(document: Document, kind: str) -> list[Any]:
    """Return the blocks of a kind; one that is written as ``[kind]`` is read too, beside what is said of it."""
    blocks = document.get(kind, [])
    return [block for block in (blocks if isinstance(blocks, list) else [blocks]) if isinstance(block, dict)]


def read_block(
    model: type[Block], block: Document, lines: Lines, kind: str, number: int = 0
) -> tuple[Any, list[Problem]]:
    """Read one block, without what is wrong in it; every key that is wrong is a problem of its own."""
    try:
        return model.model_validate(block), []
    except ValidationError as error:
        details = error.errors()
        mended = model.mended(block, [detail["loc"] for detail in details])
        return mended, [_key_problem(model, block, lines, (kind, number), detail) for detail in details]


def _key_problem(
    model: type[Block], block: Document, lines: Lines, at: tuple[str, int], detail: ErrorDetails
) -> Problem:
    """Say in the words of the sheet what is wrong with one key."""
    kind, number = at
    error, loc, value = detail["type"], detail["loc"], detail["input"]
    key = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    # Inside a list: ("passages", 1), ("participants", 0, "role").
    inner = len(loc) > 1
    fields = Participant.model_fields if inner and loc[0] == "participants" else model.model_fields
    name = str(number + 1) if kind == "set_aside" else block.get("id", block.get("record", ""))
    if error == "missing":
        # What is not there has no line: that of the block, or of the list that it is missing in.
        sought, place = "", str(loc[0]) if inner else ""
    elif error == "extra_forbidden":
        sought, place = key if inner else "", str(loc[0])
    else:
        sought, place = value if isinstance(value, str) and value.strip() else "", str(loc[0])
    what, do = _key_words(error, key, value, fields)
    # On one line, as it would stand in a sheet.
    shown = value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False, default=str)
    facts = () if error == "missing" else (Fact("found", shown),)
    line = lines.line_of(kind, number, sought, place)
    return Problem(f"{lines.path}:{line}", f"{kind} {name}".strip(), what, do, facts)


def _key_words(error: str, key: str, value: object, fields: dict[str, FieldInfo]) -> tuple[str, str]:
    """Return the words and the way out for one kind of mistake."""
    if error == "missing":
        return f"{key} is missing", f"add {key}; the sheet's format needs it"
    if error == "extra_forbidden":
        return f"unknown key {shown(key)}", _spelled(key, list(fields))
    if isinstance(value, date):
        return f"{key} is a bare date", f'write it in quotes: {key} = "{value.isoformat()}"'
    if error == "value_error":
        return _empty_words(key, needed=fields[key].is_required())
    if error in ("greater_than_equal", "less_than_equal"):
        what = f"{key} is not a number from 0 to {LARGEST_CODE:,}"
        return what, f"write the code as its dataset gives it, or leave {key} out"
    return f"{key} has the wrong type", f"write {_TYPES.get(error, 'what the sheet format asks for')}"


def _empty_words(key: str, *, needed: bool) -> tuple[str, str]:
    """Return the words and the way out for a value of the right type that says nothing."""
    if key in ("published", "speaks_until", "known_until"):
        return f"{key} is not a day", 'write a day of the calendar as "YYYY-MM-DD"'
    if key == "passages":
        return "a passage is missing", "copy the words that prove it, exactly as they stand in the text"
    return f"{key} is empty", f"give {key} a value" + ("" if needed else ", or leave the key out")


def _spelled(value: str, known: list[str]) -> str:
    """Say which names exist, the nearest first."""
    near = nearest(value, known)
    return (f"write {near}; " if near else "remove it; ") + "known: " + ", ".join(known)
