"""What breaks a rule, told where it was written: at its line of a sheet, or at its row if there is none."""

from collections.abc import Sequence
from dataclasses import replace

from caucasus_events.coding import seeds
from caucasus_events.errors import Fact, Problem
from caucasus_events.model.rows import singular

from .rules import Finding, Shipped, broken


def rule_problems(shipped: Shipped, coded: Sequence[seeds.Coded]) -> list[Problem]:
    """Run the rules and place what they find."""
    # A block with a mistake of its own gave no row, and a seed with one no coverage: neither is reported twice.
    declared = {name for seed in coded for name in seed.declared}
    troubled = {seed.seed_id for seed in coded if seed.problems}
    return [
        _placed(name, finding, coded)
        for name, finding in broken(shipped)
        if finding.missing not in declared and not (finding.table == "sources" and finding.key in troubled)
    ]


def _placed(rule: str, finding: Finding, coded: Sequence[seeds.Coded]) -> Problem:
    """Turn a finding into a problem; of a record written twice, the second place is at fault."""
    written = [(seed, at) for seed in coded for at in seed.blocks.get((finding.table, finding.key), [])]
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
