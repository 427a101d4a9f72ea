"""Every exception of the package, and the one way to print a problem.

The tree::

    CaucasusEventsError
    ├── ProblemsError           what is wrong with seeds or data, all of it at once
    ├── ReleaseError            a command that cannot work here: outside a checkout, or without the extra ``build``
    ├── UnwritableError         (OSError) a file that cannot be written
    ├── UnknownNameError        (KeyError) a table, record, entity or code that does not exist
    └── InvalidValueError       (ValueError) a value that cannot be read or is not allowed

    UnmatchedCodesWarning       (UserWarning) codes that belong to nobody in the dataset
    NoDayWarning                (UserWarning) values that stand for "none" in a column of days
"""

import datetime as dt
import difflib
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

# How a problem is laid out, in characters: a text on one line, what is kept before a caret, the labels, the margin.
_LINE, _MARGIN, _LABEL, _INDENT = 58, 8, 10, " " * 4
# What is written as it is in a message; of anything else only the kind, for it may have many lines, or none.
_PLAIN = (str, bytes, bool, int, float, complex, dt.date, dt.time, dt.timedelta, type(None))
# Letters and marks of Unicode that show nothing, though it counts them among what can be printed.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffc\ufffd]"
)
# Of a name that is longer than this, only the beginning is shown.
_LONGEST = 120


class CaucasusEventsError(Exception):
    """What every exception of the package descends from."""


class ProblemsError(CaucasusEventsError):
    """Seeds or data are wrong; ``problems`` holds everything that was found, in the order of the files."""

    def __init__(self, problems: Sequence["Problem"]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(map(str, self.problems)))


class ReleaseError(CaucasusEventsError):
    """A command cannot do its work here; the message says what it needs: a checkout, an extra, a higher version."""


class UnwritableError(CaucasusEventsError, OSError):
    """A file cannot be written; the message names it and says why."""


class UnknownNameError(CaucasusEventsError, KeyError):
    """A name that the dataset does not have; the message lists those it has and the nearest."""

    # KeyError prints the repr of its argument, which would show a message in quotes.
    __str__ = Exception.__str__


class InvalidValueError(CaucasusEventsError, ValueError):
    """A value that cannot be read or is not allowed; the message says what is."""


class UnmatchedCodesWarning(UserWarning):
    """Codes of the reader's rows belong to nobody in the dataset; their cells are unknown."""


class NoDayWarning(UserWarning):
    """Values such as -9 or 9999-12-31 stand for "none" in a column of the reader's days; they are unknown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One aligned line of a problem: a label, the text, where it stands, and a caret under it.

    ``aim`` is the character that must be seen when the text is too long for a line; ``wrap`` shows
    all of it, on as many lines as it takes.
    """

    label: str
    text: str
    where: str = ""
    caret: int | None = None
    aim: int | None = None
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, in which record, what, the facts, and what to do.

    ``rule`` names the check that found it; it is not printed.

    Examples
    --------
    >>> fact = Fact("found", "6 May 1999", "mini.txt:1", caret=0)
    >>> print(Problem("seeds/mini.toml:14", "event e02", "no such day", "look again", (fact,)))
    seeds/mini.toml:14: event e02: no such day
        found     6 May 1999      mini.txt:1
                  ^
        do        look again
    """

    place: str
    record: str
    what: str
    do: str
    facts: tuple[Fact, ...] = ()
    rule: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Write place, record and what is wrong; the facts, aligned; what to do."""
        # An id of a thousand letters would hide what is wrong with it.
        record = self.record if len(self.record) <= _LONGEST else f"{self.record[:_LINE]}…"
        head = seen(": ".join(part for part in (self.place, record, self.what) if part))
        facts = [line for fact in self.facts for line in _fact_lines(fact)]
        return "\n".join([head, *facts, *_beside_label("do", seen(self.do))])


def hidden(text: str) -> int | None:
    r"""Find the first character that a reader does not see: a control, a mark of direction, a white space but space.

    >>> hidden("A\u200btitle"), hidden("A title")
    (1, None)
    """
    if text.isprintable():
        found = _INVISIBLE.search(text)
        return found.start() if found else None
    return next(at for at, each in enumerate(text) if not each.isprintable() or _INVISIBLE.match(each))


def seen(text: str) -> str:
    r"""Write a text so that every character that is not seen shows as its number: a terminal would obey it.

    >>> seen("A\u202etitle")
    'A<U+202E>title'
    """
    if hidden(text) is None:
        return text
    return "".join(each if hidden(each) is None else f"<U+{ord(each):04X}>" for each in text)


def nearest(value: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the known name most like ``value``, or None if none is like it.

    >>> nearest("ceasefires", ["clash", "ceasefire"])
    'ceasefire'
    """
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(value.casefold(), folded, n=1, cutoff=alike)
    return folded[close[0]] if close else None


def shown(value: object) -> str:
    """Write a value for a message, on one line: of a long one the beginning, of one that is not plain its kind.

    >>> shown("events"), shown(["events"]), shown(10**400), shown("a" * 100)[-7:]
    ("'events'", 'a value of type list', 'a number of 1,329 bits', "aaaa' …")
    """
    if isinstance(value, str) and len(value) > _LINE:
        return f"{value[:_LINE]!r} …"
    # Python refuses to write numbers of thousands of digits.
    if isinstance(value, int) and abs(value) >= 10**_LINE:
        return f"a number of {value.bit_length():,} bits"
    written = repr(value) if isinstance(value, _PLAIN) else f"a value of type {type(value).__name__}"
    return written if len(written) <= _LINE + len("''") else f"{written[:_LINE]} …"


def clipped(text: str) -> str:
    """Keep of a text for a message what fits a line.

    >>> clipped("2001-01-01"), clipped("2" * 100)[-4:]
    ('2001-01-01', '22 …')
    """
    return text if len(text) <= _LINE else f"{text[:_LINE]} …"


def unknown(what: str, value: object, known: Iterable[str]) -> str:
    """Say that a name does not exist, with the nearest and the known ones.

    >>> unknown("table", "event", ["events", "sources"])
    "unknown table 'event' (nearest: events; known: events, sources)"
    """
    names = list(known)
    near = nearest(value, names) if isinstance(value, str) else None
    hint = f"nearest: {near}; " if near else ""
    return f"unknown {what} {shown(value)} ({hint}known: {', '.join(names)})"


def _beside_label(label: str, text: str) -> list[str]:
    """Lay out a text under its label, on as many lines as it takes."""
    first, other = f"{_INDENT}{label:<{_LABEL}}", " " * (len(_INDENT) + _LABEL)
    width = len(first) + _LINE + _MARGIN
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=other, break_on_hyphens=False)


def _fact_lines(fact: Fact) -> list[str]:
    """Lay out one fact, clipped around what it points at so that it fits a terminal."""
    text = seen(fact.text)
    if fact.wrap:
        return _beside_label(fact.label, text)
    # What is written out before them moves what is pointed at.
    caret, aim = (at if at is None else len(seen(fact.text[:at])) for at in (fact.caret, fact.aim))
    # Of a text that is too long, half a line is shown before the character that must be seen.
    aim = caret if aim is None else aim
    start = 0 if aim is None or aim < _LINE - _MARGIN else aim - _LINE // 2
    head = "… " if start else ""
    tail = " …" if start + _LINE < len(text) else ""
    where = f"      {fact.where}" if fact.where else ""
    lines = [f"{_INDENT}{fact.label:<{_LABEL}}{head}{text[start : start + _LINE]}{tail}{where}"]
    if caret is not None:
        lines.append(" " * (len(_INDENT) + _LABEL + len(head) + caret - start) + "^")
    return lines
