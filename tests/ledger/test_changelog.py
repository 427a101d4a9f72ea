"""The Data part of the changelog: what it tells, and in which order its sections stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from caucasus_events import schema
from caucasus_events.building import dataset, release
from caucasus_events.coding import reported
from caucasus_events.errors import ProblemsError
from caucasus_events.ledger import changelog, frozen, reasons
from releases import FIGHTING, add_a_seed

if TYPE_CHECKING:
    from pathlib import Path


def test_new_records_need_no_reason(checkout: Path) -> None:
    """A new document is a minor step; its rows are told whole, as new records, and nobody is asked why."""
    add_a_seed(checkout)
    built = dataset.build_in_memory(checkout)
    found = built.history.table
    assert set(found["operation"]) == {"added"}
    assert set(found["reason_code"]) == {"new_record"}
    assert found["reason"].isna().all()
    assert built.history.due.level == "minor"
    assert changelog.data_part("1.1.0", built.shipped) == (
        "**New records**\n\n- `second`: added in sources\n- `aland-borland-fighting-1991`: added in events"
    )


def without(root: Path, *tables: str, column: str = "") -> dataset.Compared:
    """Compare with a last release that lacked some tables, and a column of the events."""
    last = frozen.read_frozen(root)
    assert last is not None
    kept = {name: frame for name, frame in last.tables.items() if name not in tables}
    kept["events"] = kept["events"].drop(columns=[column] if column else [])
    shape = {**last.shape, "tables": {name: last.shape["tables"][name] for name in kept}}
    then = replace(last, tables=kept, shape=shape)
    compared = dataset.compare(root)
    coded = [*dataset.read_seeds(root), *reported.code_reported(root)]
    return compared._replace(history=reasons.explain(compared.tables, coded, then, "1.1.0"))


def test_new_tables_and_columns_are_told_in_a_line_each(checkout: Path) -> None:
    """The rows of a new table and the cells of a new column are counted, not listed, and need no reason."""
    found = without(checkout, "corroborations", "external_ids", column="location")
    assert found.history.problems == []
    table = found.history.table
    assert set(table["reason_code"]) == {"new_table"}
    assert table["reason"].isna().all()
    schema.MODELS["changes"].validate(table)
    assert changelog.data_part("1.1.0", {**found.tables, "changes": table}) == (
        "**New tables and columns**\n\n"
        "- table added: `corroborations`, 2 rows\n"
        "- column added: `events.location`\n"
        "- table added: `external_ids`, 1 row"
    )


@pytest.mark.parametrize(
    ("places", "line"),
    [
        ([("events", FIGHTING, "start_earliest")], f"- `{FIGHTING}`: start_earliest in events. Why."),
        ([("timeline", FIGHTING, "citation")], f"- `{FIGHTING}`: citation in timeline. Why."),
        (
            [("coverage", "mini 0", "end_char"), ("coverage", "mini 0", "disposition")],
            "- `mini`: end_char in coverage, disposition in coverage. Why.",
        ),
        ([("events", FIGHTING, "date"), ("timeline", FIGHTING, "start_latest")], f"- `{FIGHTING}`: date: 1 → 2. Why."),
    ],
)
def test_every_reason_is_told(places: list[tuple[str, str, str]], line: str, checkout: Path) -> None:
    """A record that changed only where others follow it is told with its reason; no reason is told twice."""
    same = {"version": "1.0.1", "operation": "changed", "old": "1", "new": "2"}
    same |= {"reason": "Why.", "reason_code": "coding_rule"}
    rows = [same | {"table": table, "id": name, "column": column} for table, name, column in places]
    told = changelog.data_part("1.0.1", {**dataset.compare(checkout).tables, "changes": pd.DataFrame(rows)})
    assert told == f"**Coding rules**\n\n{line}"


def test_every_release_has_one_section_with_one_data_part(checkout: Path) -> None:
    """A second section for a version, or a second Data part in one, is named with its place."""
    log = checkout / "CHANGELOG.md"
    text = log.read_text("utf-8")
    log.write_text(text + "\n## 1.0.0 (2031-02-04)\n\n### Data\n\nAnything.\n", "utf-8")
    with pytest.raises(ProblemsError) as second:
        release.check(checkout)
    assert str(second.value) == (
        "CHANGELOG.md: the sections are not the frozen versions, the newest first\n"
        "    sections  1.0.0, 1.0.0\n"
        "    frozen    1.0.0\n"
        "    do        restore it: every frozen version has one section"
    )
    log.write_text(text + "\n### Data\n\nAnything.\n", "utf-8")
    with pytest.raises(ProblemsError) as twice:
        release.check(checkout)
    assert str(twice.value) == ("CHANGELOG.md:5: 1.0.0 has 2 Data parts\n    do        keep the one that freeze wrote")


def test_the_sections_stand_with_the_newest_first() -> None:
    """Sections in another order, or without a day, are no changelog of these versions."""
    whole = "# Changelog\n\n## Unreleased\n\n## 1.1.0 (2031-03-04)\n\n## 1.0.0 (2031-02-03)\n"
    assert changelog.order_problems(whole, ["1.0.0", "1.1.0"]) == []
    found = changelog.order_problems("## 1.0.0 (2031-02-03)\n\n## 1.1.0 (2031-03-04)\n", ["1.0.0", "1.1.0"])
    assert [problem.what for problem in found] == ["the sections are not the frozen versions, the newest first"]
    bare = changelog.order_problems("## 1.0.0\n\n## Notes\n", ["1.0.0"])
    assert [problem.what for problem in bare] == ["version Notes has a section and is not frozen"]
