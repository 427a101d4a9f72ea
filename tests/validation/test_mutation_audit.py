"""The mutation audit: check catches every way of breaking the data that is written down."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

VALIDATION = Path(__file__).parents[2] / "validation"


@pytest.fixture(scope="module")
def audit() -> object:
    """Import the audit as its processes do, by the name of its file."""
    sys.path.insert(0, str(VALIDATION))
    try:
        return importlib.import_module("mutation_audit")
    finally:
        sys.path.remove(str(VALIDATION))


def test_every_mutation_is_caught_and_the_report_says_how(audit, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN001 - a script without types for the tests
    """No mutation survives or changes nothing, every rule is broken once, and the report is the one in validation/."""
    monkeypatch.syspath_prepend(str(VALIDATION))
    outcomes, failures = audit.run()

    assert failures == []
    assert len(outcomes) == len(audit.MUTATIONS) >= 60
    assert {part: len(audit.of_part(part, outcomes)) >= 10 for part in audit.PARTS} == dict.fromkeys(audit.PARTS, True)
    assert audit.report(outcomes) == audit.REPORT.read_text("utf-8")


def test_the_audit_fails_where_a_mutation_survives(audit, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN001 - a script without types for the tests
    """A mutation that check does not see is an outcome without problems, and the report says that it survives."""
    monkeypatch.setattr(audit.standing, "check_dataset", lambda root: root)
    outcome = audit.audit("hash changed")

    assert outcome.changed
    assert outcome.problems == ()
    assert "survives" in outcome.with_the_seeds
    assert audit.failures([outcome], audit.audit(""))[0] == "hash changed: it survives"


def test_a_mutation_that_changes_nothing_fails_the_audit(audit, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN001 - a script without types for the tests
    """A mutation whose target is gone is noticed, instead of passing for caught or missed."""
    nothing = audit.Mutation("It does nothing", audit.FILES, lambda root: root)
    monkeypatch.setitem(audit.MUTATIONS, "nothing done", nothing)
    outcome = audit.audit("nothing done")

    assert not outcome.changed
    assert "nothing done: it changed nothing" in audit.failures([outcome], outcome)
