"""Break a copy of the data in every way that is registered, and show that ``check`` notices each.

Run it in a checkout::

    python validation/mutations            # the report, on the screen
    python validation/mutations --write    # the report, to validation/mutation-audit.md

To add a mutation is to add a row or a function to ``cells.py``, ``tables.py``, ``files.py`` or ``sheets.py``. The
exit code is 1 if a mutation survives or changes nothing, if a rule is never broken, or if the whole data fail.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from caucasus_events.building import dataset, standing
from caucasus_events.building.rules import registry as rules
from caucasus_events.errors import Problem, ProblemsError
from caucasus_events.ledger import frozen
from caucasus_events.model.words import markdown_table

# Imported for what they register, in the order of the report.
from . import cells, files, sheets, tables  # noqa: F401
from .registry import FILES, MUTATIONS, SHEETS, TABLES

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "validation" / "mutation-audit.md"
# What a checkout is built from, and what it is compared with: a frozen release says what the data must say of
# themselves, its day and what changed since.
_NEEDED = ("seeds", "data", frozen.RELEASES)
_HEAD = """\
# Mutation audit

Written by `python validation/mutations --write`. Each row is one way in which a copy of the
released data, or of the sheet and the text that they were built from, was broken on purpose.
`caucasus-events check` caught {caught} of {total}.

- **by themselves**: what catches it when the tables are looked at, and no seed is built: the reader
  of the files, the model of the table (columns, types, codes, nulls), or the rules named. The text
  of the seed is at hand.
- **with the seeds**: the first of what `check` says on top of that, because it builds the seeds anew
  and compares.

Where the tables by themselves show nothing, they agree with each other and with the text, and only
the sheet tells that they are not what was coded.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mutation came to: whether it changed a file, what the tables show alone, what ``check`` says."""

    name: str
    changed: bool
    alone: tuple[Problem, ...]
    unread: tuple[Problem, ...]
    problems: tuple[Problem, ...]

    @property
    def rules(self) -> list[str]:
        """The rules that the tables break by themselves, in their order."""
        found = {problem.rule for problem in self.alone}
        return [name for name in rules.RULES if name in found]

    @property
    def by_themselves(self) -> str:
        """What catches it when only the tables are looked at."""
        catches = ["the reader"] if self.unread else []
        catches += ["the model"] if {problem.rule for problem in self.alone} - set(rules.RULES) else []
        return ", ".join(catches + [f"`{name}`" for name in self.rules]) or "nothing"

    @property
    def with_the_seeds(self) -> str:
        """What ``check`` adds: the first problem that only the seeds show."""
        only = [problem for problem in self.problems if problem not in {*self.alone, *self.unread}]
        return only[0].what if only else "nothing more" if self.problems else "**nothing: it survives**"


def audited(name: str, whole: Path = ROOT) -> Outcome:
    """Break a copy of a checkout by a mutation, or by none (``""``), and look at it with and without its seeds."""
    with tempfile.TemporaryDirectory() as folder:
        root = checkout_copy(whole, Path(folder))
        before = contents(root)
        if name:
            MUTATIONS[name].apply(root)
        after = contents(root)
        changed = after != before
        if not name or MUTATIONS[name].part == SHEETS:
            return Outcome(name, changed, (), (), found_by_check(root))
        # The seeds are as they were: what they build is built once a process.
        # A file that nobody touched fits its model, as the run without a mutation shows.
        sound = {path.stem for path in before if path.parent.name == "data" and after.get(path) == before[path]}
        unread, alone, differing = map(tuple, standing.problems_of_data(whole_build(whole), root, sound))
        return Outcome(name, changed, alone, unread, unread + alone + differing)


def checkout_copy(whole: Path, to: Path) -> Path:
    """Copy what ``check`` looks at."""
    for path in [whole / part for part in _NEEDED if (whole / part).exists()]:
        there = to / path.relative_to(whole)
        there.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, there, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            shutil.copy(path, there)
    return to


def contents(root: Path) -> dict[Path, bytes]:
    """Read every file of a checkout."""
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@cache
def whole_build(whole: Path) -> dataset.Built:
    """Build what is not mutated."""
    return dataset.build_in_memory(whole)


def found_by_check(root: Path) -> tuple[Problem, ...]:
    """Return what ``check`` finds."""
    try:
        standing.check_dataset(root)
    except ProblemsError as error:
        return error.problems
    return ()


def audit(whole: Path = ROOT) -> tuple[list[Outcome], list[str]]:
    """Try every mutation, in the order of the report; beside what they came to, why the audit fails, if it does."""
    # Spawned, because a process that has read Parquet has threads, and must not be forked.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        untouched, *outcomes = pool.map(partial(audited, whole=whole), ["", *MUTATIONS])
    return outcomes, failures(outcomes, untouched)


def failures(outcomes: list[Outcome], untouched: Outcome) -> list[str]:
    """Report why the audit fails: the whole data do, a mutation survives or changes nothing, nothing breaks a rule."""
    found = [f"the whole data fail: {problem.place}: {problem.what}" for problem in untouched.problems]
    found += [f"{each.name}: it changed nothing" for each in outcomes if not each.changed]
    found += [f"{each.name}: it survives" for each in outcomes if not each.problems]
    return found + [f"{name}: no mutation breaks this rule" for name in rules.RULES if not breaking(outcomes, name)]


def breaking(outcomes: list[Outcome], rule: str) -> list[Outcome]:
    """List the mutations that break a rule when only the tables are looked at, fewest rules first."""
    return sorted((each for each in outcomes if rule in each.rules), key=lambda each: len(each.rules))


def audit_report(outcomes: list[Outcome]) -> str:
    """Write the audit as Markdown; the same for the same data."""
    lines = [_HEAD.format(caught=sum(bool(each.problems) for each in outcomes), total=len(outcomes))]
    for part in (TABLES, FILES):
        rows = [[*_name_and_act(each), each.by_themselves, each.with_the_seeds] for each in of_part(part, outcomes)]
        lines += _section(part, ["mutation", "what it does", "by themselves", "with the seeds"], rows)
    rows = [[*_name_and_act(each), each.with_the_seeds] for each in of_part(SHEETS, outcomes)]
    lines += _section(SHEETS, ["mutation", "what it does", "what `check` says first"], rows)
    by_rule = {name: [each.name for each in breaking(outcomes, name)] for name in rules.RULES}
    rows = [[f"`{name}`", str(len(found)), *(found or ["**none**"])[:1]] for name, found in by_rule.items()]
    lines += _section("The rules", ["rule", "mutations that break it", "the one that breaks the fewest others"], rows)
    return "\n".join(lines)


def of_part(part: str, outcomes: list[Outcome]) -> list[Outcome]:
    """List the outcomes of one part of :data:`.registry.PARTS`."""
    return [each for each in outcomes if MUTATIONS[each.name].part == part]


def _name_and_act(outcome: Outcome) -> list[str]:
    """Write the name of a mutation and what it does."""
    return [outcome.name, MUTATIONS[outcome.name].does]


def _section(title: str, headings: list[str], rows: list[list[str]]) -> list[str]:
    """Write one table under its title."""
    return [f"## {title}", "", markdown_table(headings, rows), ""]


def main(arguments: list[str] | None = None) -> int:
    """Run the audit from the command line; 0 if everything is caught, else 1."""
    parser = argparse.ArgumentParser(description="Break a copy of the data and show that check catches it.")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name} instead of printing it")
    options = parser.parse_args(arguments)
    outcomes, failed = audit()
    if options.write:
        REPORT.write_text(audit_report(outcomes), "utf-8", newline="\n")
    else:
        print(audit_report(outcomes), end="")
    print(*failed, sep="\n", end="\n" if failed else "", file=sys.stderr)
    return 1 if failed else 0
