"""What a mutation is, and the list of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MUTATIONS: dict[str, Mutation] = {}
PARTS = TABLES, FILES, SHEETS = "The tables", "The files", "The sheets and the text"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break a checkout: what it does, in which part, and how."""

    does: str
    part: str
    apply: Callable[[Path], None]


def register(part: str, name: str, does: str, apply: Callable[[Path], None]) -> None:
    """Keep a mutation under its name in the report."""
    MUTATIONS[name] = Mutation(does, part, apply)


def words_of(function: Callable[..., object]) -> tuple[str, str]:
    """Take the name of a mutation that is a function from the function's, and what it does from its docstring."""
    return function.__name__.replace("_", " "), str(function.__doc__).rstrip(".")
