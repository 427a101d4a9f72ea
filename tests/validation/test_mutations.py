"""The mutation audit: what breaks the data is written down, broken, and what notices it reported.

Every mutation is tried once, by the step ``audit`` of the gate, which compares what comes of it with
``validation/mutation-audit.md``; here a few of each part show that the audit would notice if one survived.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from caucasus_events.building.rules import registry as rules
from mutations import audit
from mutations.registry import FILES, MUTATIONS, PARTS, SHEETS, TABLES, Mutation

if TYPE_CHECKING:
    from pathlib import Path

ONE_OF_EACH = {
    "hash changed": (TABLES, "`sources_describe_their_text`", "sha256 is not what the seeds give"),
    "column added": (TABLES, "the model", "the file is not what the seeds build; its rows are"),
    "timeline row dropped": (TABLES, "`records_and_timeline_agree`", "the seeds give this row, data/ lacks it"),
    "file cut short": (FILES, "the reader", "nothing more"),
    "attrs changed": (FILES, "nothing", "the file is not what the seeds build; its rows are"),
    "passage made ambiguous": (SHEETS, "nothing", "the quote stands 20 times in seeds/markedonov-2020.txt"),
}


def rows_of(title: str) -> list[list[str]]:
    """Read the rows of one table of the committed report, without its head."""
    section = audit.REPORT.read_text("utf-8").split(f"## {title}\n\n", 1)[1].split("\n\n", 1)[0]
    return [line.strip("| ").split(" | ") for line in section.splitlines()[2:]]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_mutation_is_noticed_and_told_as_the_report_has_it(name: str) -> None:
    """A mutation of each kind changes a file, and what notices it is what the committed report says."""
    part, alone, with_the_seeds = ONE_OF_EACH[name]
    outcome = audit.audited(name)

    assert outcome.changed
    assert (MUTATIONS[name].part, outcome.by_themselves, outcome.with_the_seeds) == ONE_OF_EACH[name]
    assert [name, MUTATIONS[name].does, *([] if part == SHEETS else [alone]), with_the_seeds] in rows_of(part)


def test_the_report_has_every_mutation_and_every_rule() -> None:
    """The report lists what is registered, in its order; no mutation survived, and no rule was never broken."""
    listed = {part: [(row[0], row[1]) for row in rows_of(part)] for part in PARTS}
    named = {part: [(name, each.does) for name, each in MUTATIONS.items() if each.part == part] for part in PARTS}
    broken = {row[0].strip("`"): (int(row[1]), row[2]) for row in rows_of("The rules")}

    assert listed == named, "validation/mutation-audit.md is of other mutations: python validation/mutations --write"
    assert all(len(found) >= 10 for found in listed.values())
    assert sum(map(len, listed.values())) >= 200
    assert list(broken) == list(rules.RULES)
    assert all(count and name in MUTATIONS for count, name in broken.values())
    assert "**" not in re.sub(r"\*\*(by themselves|with the seeds)\*\*", "", audit.REPORT.read_text("utf-8"))


def test_the_audit_fails_where_a_mutation_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutation that check does not see is an outcome without problems, and the report says that it survives."""
    monkeypatch.setattr(audit.standing, "problems_of_data", lambda *_: ((), (), ()))
    outcome = audit.audited("hash changed")

    assert outcome.changed
    assert outcome.problems == ()
    assert "survives" in outcome.with_the_seeds
    assert audit.failures([outcome], outcome)[0] == "hash changed: it survives"
    assert "hash changed | The hash is that of another text | nothing | **nothing: it survives**" in (
        audit.audit_report([outcome])
    )


def test_a_mutation_that_changes_nothing_fails_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutation whose target is gone is noticed, instead of passing for caught or missed."""

    def nothing(root: Path) -> None:
        """Leave the checkout as it is."""

    monkeypatch.setitem(MUTATIONS, "nothing done", Mutation("It does nothing", FILES, nothing))
    outcome = audit.audited("nothing done")

    assert not outcome.changed
    assert "nothing done: it changed nothing" in audit.failures([outcome], outcome)


def test_whole_data_that_fail_and_a_rule_that_nothing_breaks_fail_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What check finds in the whole data is named, and so is a rule that no mutation makes fire."""
    monkeypatch.setitem(rules.RULES, "never_broken", lambda _: iter(()))
    broken = audit.audited("readme missing")

    assert audit.failures([broken], broken) == [
        "the whole data fail: data/README.md: the file is not what the seeds build",
        *(f"{name}: no mutation breaks this rule" for name in rules.RULES),
    ]
