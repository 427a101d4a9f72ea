"""What breaks a rule, told where it was written: at its line of a sheet, or at its row if there is none."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from caucasus_events.coding import seeds
from caucasus_events.coding.toml import At
from caucasus_events.errors import Fact, Problem
from caucasus_events.model.rows import RECORDS, SEED_TABLES, TABLES, singular

from .modelled import cell_findings
from .rules import Finding, Shipped, broken

# The tables whose rows follow from other rows, and those of which: what is wrong was written there.
_FOLLOWING = {"timeline": tuple(RECORDS), "evidence": tuple(RECORDS), "coverage": ("sources",)}


class _Written(NamedTuple):
    """A record where it is written: its table, the file, the block."""

    table: str
    seed: seeds.Coded
    at: At


class Apart(NamedTuple):
    """Files in which every record has an id of its own, and what is wrong with the ids that were given twice."""

    coded: list[seeds.Coded]
    problems: list[Problem]


def apart(coded: Sequence[seeds.Coded]) -> Apart:
    """Give records whose id is taken one that is not, so that the rules find what else is wrong with them.

    Neither record is held against the readings of that id: nobody knows which of the two they are of.
    """
    written: dict[str, list[_Written]] = {}
    found, problems = [], []
    for seed in coded:
        new: dict[str, str] = {}
        for (table, key), places in seed.blocks.items():
            if table not in RECORDS or not places[0][2]:
                continue
            name = places[0][2]
            earlier = written.setdefault(name, [])
            if earlier:
                problems.append(_taken(seed, places[0], table, earlier))
                # Within one file they were kept apart when it was read.
                new |= {key: f"{key} ({seed.seed_id or seed.lines.path})"} if key == name else {}
            earlier.append(_Written(table, seed, places[0]))
        found.append(seeds.renamed(seed, new) if new else seed)
    taken = {name: frozenset({"id"}) for name, places in written.items() if len(places) > 1}
    if taken and found:
        found[0] = replace(found[0], faulty=seeds.faulty_columns([found[0], replace(found[0], faulty=taken)]))
    return Apart(found, problems)


def _taken(seed: seeds.Coded, at: At, table: str, earlier: Sequence[_Written]) -> Problem:
    """Report a record whose id another has."""
    if any(each.table != table for each in earlier):
        what, do = "the id is used by an event and by a status", "give one of them another id"
        return seed.lines.problem(at, at[2], what, do)
    facts = [Fact("first", each.seed.lines.problem(each.at, at[2], "", "").place) for each in earlier]
    do = f"give the new one another id; if it is from another seed: {at[2]}-{seed.seed_id}"
    # Of one that both a seed and other sources have the new one gives way, and that may be either.
    if not seed.seed_id:
        do = f"give the new one another id: {at[2]}-reported here, or {at[2]}-{earlier[0].seed.seed_id} in the sheet"
    if not earlier[0].seed.seed_id:
        do = "keep one, with every source; if they are two, give the new one another id"
    return seed.lines.problem(at, at[2], "the id is used twice", do, *facts)


def rule_problems(shipped: Shipped, coded: Sequence[seeds.Coded]) -> list[Problem]:
    """Run the models of the cells, if rows were just coded, and the rules, and place what they find."""
    # What a file that was not read whole defines may be named elsewhere.
    unread = {table for seed in coded if seed.unread for table in (SEED_TABLES if seed.seed_id else TABLES)}
    found = [
        (name, finding)
        for name, finding in broken(shipped)
        if finding.missing not in unread and not (finding.table == "references" and "references" in unread)
    ]
    told = {(finding.table, finding.key, finding.value) for _, finding in found}
    if coded:
        # A rule says in its own words what a model says of the same value.
        cells = (each for each in cell_findings(shipped) if (each.table, each.key, each.value) not in told)
        found += [("columns", finding) for finding in cells]
    problems = [_placed(name, finding, coded) for name, finding in found]
    # One mistake may show in several rows: of a record, or of all its passages.
    return list(dict.fromkeys(problems))


def _placed(rule: str, finding: Finding, coded: Sequence[seeds.Coded]) -> Problem:
    """Turn a finding into a problem; of a row written twice, the second place is at fault."""
    owner = finding.key.rsplit(" ", 2)[0] if finding.table == "evidence" else finding.key
    owner = owner.rsplit(" ", 1)[0] if finding.table == "coverage" else owner
    keys = [(table, owner) for table in _FOLLOWING.get(finding.table, (finding.table,))]
    written = [(seed, at) for seed in coded for key in keys for at in seed.blocks.get(key, [])]
    if not written:
        record = f"{singular(finding.table)} {finding.key}"
        return Problem(f"data/{finding.table}.parquet", record, finding.what, finding.do, finding.facts, rule)
    seed, at = written[-1]
    first = [Fact("first", other.lines.problem(place, place[2], "", "").place) for other, place in written[:-1]]
    problem = seed.lines.problem(at, finding.value, finding.what, finding.do, *first, *finding.facts)
    return replace(problem, rule=rule)


def file_order(problem: Problem) -> tuple[str, int]:
    """Sort problems by file and line."""
    path, _, line = problem.place.partition(":")
    return path, int(line or 0)
