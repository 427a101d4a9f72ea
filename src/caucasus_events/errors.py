"""Every exception of the package, and the one way to print a problem.

The tree::

    CaucasusEventsError
    ├── ProblemsError           what is wrong with seeds or data, all of it at once
    ├── ReleaseError            a command that needs a checkout, or an extra, that is not there
    ├── UnwritableError         (OSError) a file that cannot be written
    ├── UnknownNameError        (KeyError) a table, record, entity or code that does not exist
    └── InvalidValueError       (ValueError) a value that cannot be read or is not allowed

    UnmatchedCodesWarning       (UserWarning) codes that belong to nobody in the dataset
"""

from __future__ import annotations

import difflib
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_WIDTH = 58


_MARGIN = 8


_LABEL = 10


_INDENT = " " * 4


class CaucasusEventsError(Exception):
    """What every exception of the package descends from."""


class ProblemsError(CaucasusEventsError):
    """Seeds or data are wrong; ``problems`` holds everything that was found.

    Parameters
    ----------
    problems
        What was found, in the order of the files.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(render(problem) for problem in self.problems))


class ReleaseError(CaucasusEventsError):
    """A command cannot work here: it needs a checkout, or an extra that is not installed."""


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
    """

    place: str
    record: str
    what: str
    do: str
    facts: tuple[Fact, ...] = ()
    rule: str = field(default="", compare=False)


def render(problem: Problem) -> str:
    """Print a problem: place, record and what is wrong; the facts, aligned; what to do.

    Parameters
    ----------
    problem
        What to print.

    Returns
    -------
    str
        Two or more lines without a closing newline.

    Examples
    --------
    >>> fact = Fact("found", "6 May 1999", "mini.txt:1", caret=0)
    >>> print(render(Problem("seeds/mini.toml:14", "event e02", "no such day", "look again", (fact,))))
    seeds/mini.toml:14: event e02: no such day
        found     6 May 1999      mini.txt:1
                  ^
        do        look again
    """
    head = ": ".join(part for part in (problem.place, problem.record, problem.what) if part)
    facts = [line for fact in problem.facts for line in _fact_lines(fact)]
    return "\n".join([head, *facts, *_wrapped("do", problem.do)])


def nearest(value: str, known: Iterable[str]) -> str | None:
    """Return the known name most like ``value``, or None if none is like it.

    Parameters
    ----------
    value
        What was written.
    known
        The names that exist.

    Returns
    -------
    str or None
        One of ``known``.

    Examples
    --------
    >>> nearest("ceasefires", ["clash", "ceasefire"])
    'ceasefire'
    """
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(value.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def unknown(what: str, value: str, known: Iterable[str]) -> str:
    """Say that a name does not exist, with the nearest and the known ones.

    Parameters
    ----------
    what
        What kind of name it is: "table", "entity", "column".
    value
        What was written.
    known
        The names that exist.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> unknown("table", "event", ["events", "sources"])
    "unknown table 'event' (nearest: events; known: events, sources)"
    """
    names = list(known)
    near = nearest(value, names)
    hint = f"nearest: {near}; " if near else ""
    return f"unknown {what} {value!r} ({hint}known: {', '.join(names)})"


def _wrapped(label: str, text: str) -> list[str]:
    """Lay out a text under its label, on as many lines as it takes."""
    first, other = f"{_INDENT}{label:<{_LABEL}}", " " * (len(_INDENT) + _LABEL)
    width = len(first) + _WIDTH + _MARGIN
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=other, break_on_hyphens=False)


def _fact_lines(fact: Fact) -> list[str]:
    """Lay out one fact, clipped around what it points at so that it fits a terminal."""
    if fact.wrap:
        return _wrapped(fact.label, fact.text)
    aim = fact.caret if fact.aim is None else fact.aim
    start = 0 if aim is None or aim < _WIDTH - _MARGIN else aim - _WIDTH // 2
    head, tail = "… " * (start > 0), " …" * (start + _WIDTH < len(fact.text))
    shown = head + fact.text[start : start + _WIDTH] + tail
    lines = [f"{_INDENT}{fact.label:<{_LABEL}}{shown}" + f"      {fact.where}" * bool(fact.where)]
    if fact.caret is not None:
        lines.append(" " * (len(_INDENT) + _LABEL + len(head) + fact.caret - start) + "^")
    return lines
