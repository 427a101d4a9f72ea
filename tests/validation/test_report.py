"""The agreement report: it is what the tables in data/ give, and tells every row of the second layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import report
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import dictionaries

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The tables in data/."""
    return report.read()


@pytest.fixture(scope="module")
def written(tables: dict[str, pd.DataFrame]) -> str:
    """The report on the tables in data/."""
    return report.agreement_report(tables)


def days(first: str | None, last: str | None) -> dict[str, Any]:
    """Write an event's bounds: it began and ended between two days."""
    one, other = pd.Timestamp(first), pd.Timestamp(last)
    return dict(zip(BOUNDS, (one, other, one, other), strict=True))


def reading(number: int, date: str, relation: str, **more: Any) -> dict[str, Any]:
    """Make up a reading of the clash on one day, not preferred and not applied."""
    row = {"reading_id": f"a-clash-{number}", "record_id": "a-clash", "bound": "date", "date": date}
    row |= days(date, date) | {"relation": relation, "preferred": False, "confidence": "low", "applied": False}
    return row | {"why_not": "not preferred", "says": "it was so", "note": "A note.", "sources": "a-page"} | more


def made_up(readings: list[dict[str, Any]], ids: list[dict[str, Any]] | None = None) -> dict[str, pd.DataFrame]:
    """Make up tables of two clashes in April 2016, of which the second has no reading."""
    record = {"kind": "event", "type": "clash", "holds": None, "end_state": None} | days("2016-04-01", "2016-04-30")
    return {
        "timeline": pd.DataFrame([{"record_id": name} | record for name in ("a-clash", "b-clash")]),
        "corroborations": pd.DataFrame(readings),
        "references": pd.DataFrame([{"reference_id": "atop-9", "kind": "dataset", "title": "A copy"}]),
        "external_ids": pd.DataFrame(ids or [], columns=["record_id", "scheme", "external_id", "match", "note"]),
    }


def identifier(match: str, record: str = "a-clash") -> dict[str, Any]:
    """Make up an identifier of ATOP."""
    return {"record_id": record, "scheme": "atop", "external_id": "7", "match": match, "note": "Of that."}


APPLIED = reading(1, "2016-04-05", "refines", preferred=True, applied=True, why_not=None, confidence="high", note=None)


def section(text: str, title: str) -> list[str]:
    """Return the lines of a section, up to the next title."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    end = next((at for at in range(start, len(lines)) if lines[at].startswith("#")), len(lines))
    return [line for line in lines[start:end] if line]


def test_the_report_is_what_the_command_computes(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    """validation/report.md is the report on the tables in data/, and the command prints the same."""
    assert report.main([]) == 0
    assert capsys.readouterr().out == written == report.REPORT.read_text("utf-8")


def test_write_writes_the_file(written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --write the report stands in the file, with line feeds alone."""
    monkeypatch.setattr(report, "REPORT", tmp_path / "report.md")

    assert report.main(["--write"]) == 0
    assert (tmp_path / "report.md").read_bytes() == written.encode()


def test_every_record_has_its_row(tables: dict[str, pd.DataFrame], written: str) -> None:
    """The section of records has one row for every record, and no other."""
    rows = section(written, "## Record by record")[2:]

    assert [row.split("`")[1] for row in rows] == tables["timeline"]["record_id"].tolist()
    assert len(rows) > 0


def test_every_reading_is_told_once_as_what_it_is(tables: dict[str, pd.DataFrame], written: str) -> None:
    """Every reading stands in the one section that it belongs to: applied, against, rival, compatible or too weak."""
    titles = [title for title in written.splitlines() if title.startswith("#")]
    kept = ("Record by", "Readings that contradict", "Rival", "Coarser", "Preferred readings")
    sections = [section(written, title) for title in titles if title.lstrip("# ").startswith(kept)]
    text = "\n".join(line for lines in sections for line in lines)
    told = {name: text.count(f"`{name}`") for name in tables["corroborations"]["reading_id"]}

    assert len(sections) == len(kept)
    assert len(told) > 0
    assert told == dict.fromkeys(told, 1)


def test_every_external_id_is_told_under_its_dataset(tables: dict[str, pd.DataFrame], written: str) -> None:
    """Every external id stands under its dataset with its match and its note, and no other does."""
    names = {scheme: name for name, (scheme, _) in report.DATASETS.items() if scheme}
    ids = dictionaries(tables["external_ids"])
    lines = {name: section(written, f"### {name}") for name in names.values()}

    for row in ids:
        assert f"  - `{row['external_id']}` ({row['match']}): {row['note']}" in lines[names[row["scheme"]]]
    assert sum(line.startswith("  - `") for kept in lines.values() for line in kept) == len(ids) > 0


def test_a_contradiction_is_told_with_both_dates() -> None:
    """A reading that contradicts is told in one line with the seed's dates and its own, and in no other list."""
    text = report.agreement_report(made_up([APPLIED, reading(2, "2016-06-01", "contradicts", why_not="contradicts")]))

    assert section(text, "### Readings that contradict the seed")[1:] == [
        (
            "- `a-clash`: the seed says start 2016-04-01 … 2016-04-30, end 2016-04-01 … 2016-04-30; "
            "`a-clash-2` says 2016-06-01 (low confidence; `a-page`): it was so. A note."
        )
    ]
    assert section(text, "### Rival readings")[1:] == ["None."]
    assert section(text, "### Coarser or compatible, no disagreement") == ["None."]


def test_a_rival_is_told_with_both_dates() -> None:
    """A reading that shares no day with the preferred one is told in one line with both dates, as no contradiction."""
    text = report.agreement_report(made_up([APPLIED, reading(2, "2016-04-09", "refines")]))

    assert section(text, "### Rival readings")[1:] == [
        (
            "- `a-clash`, date: preferred is 2016-04-05 (high confidence; `a-page`); "
            "`a-clash-2` says 2016-04-09 (low confidence; `a-page`): it was so. A note."
        )
    ]
    assert section(text, "### Readings that contradict the seed")[1:] == ["None."]


@pytest.mark.parametrize(
    ("first", "last", "how"),
    [
        ("2016-04-01", "2016-04-30", "coarser: it contains the preferred one"),
        ("2016-04-05", "2016-04-05", "the same days"),
        ("2016-04-06", "2016-04-06", "rival"),
        ("2016-04-04", "2016-04-04", "rival"),
    ],
)
def test_a_reading_is_compared_day_by_day(first: str, last: str, how: str) -> None:
    """A reading is a rival from the day before or after on, and coarser only where it holds all of the other."""
    assert report.rivalry(reading(2, first, "refines") | days(first, last), APPLIED) == how


def test_compatible_readings_are_told_apart_from_rivals() -> None:
    """A coarser reading, and one without a preferred one beside it, stand in the short list alone."""
    coarse = reading(2, "2016-04", "confirms") | days("2016-04-01", "2016-04-30")
    text = report.agreement_report(made_up([APPLIED, coarse, reading(3, "2016-04-09", "refines", record_id="b-clash")]))

    assert section(text, "### Coarser or compatible, no disagreement") == [
        "- `a-clash-2` (confirms), 2016-04 beside 2016-04-05: coarser: it contains the preferred one",
        "- `a-clash-3` (refines), 2016-04-09: no reading of this bound is preferred",
    ]
    assert section(text, "### Rival readings")[1:] == ["None."]


def test_a_record_without_a_source_is_said_plainly() -> None:
    """A record that no reading is about stands in the list of those, and one that has a reading does not."""
    text = report.agreement_report(made_up([APPLIED]))

    assert section(text, "### Records without any reading") == ["- `b-clash`: no source was found for its date"]
    assert section(text, "### Records of which one bound has no reading") == ["None."]


def test_a_weak_reading_is_said_not_to_be_applied() -> None:
    """A preferred reading of low confidence stands in the list of those, and does not sharpen its record."""
    weak = reading(2, "2016-04-05", "refines", preferred=True, why_not="low confidence")
    text = report.agreement_report(made_up([weak]))

    assert section(text, "### Preferred readings that are not applied, because their confidence is low") == [
        "- `a-clash-2`, 2016-04-05 (`a-page`): it was so. A note."
    ]
    assert "- 0 records sharpened: 0 starts and 0 ends" in section(text, "## Counts")


def test_the_counts_are_those_of_the_tables() -> None:
    """Records, readings, sharpened bounds and days of uncertainty are counted from the tables."""
    text = report.agreement_report(made_up([APPLIED, reading(2, "2016-06-01", "contradicts", why_not="contradicts")]))

    assert section(text, "## Counts") == [
        "- 2 records, 1 of them with a reading",
        "- 2 readings: refines 1, contradicts 1",
        "- 1 record sharpened: 1 start and 1 end",
        (
            "- 4 windows of a start or an end known on both sides in the seed: from first to last day they span 116 "
            "days together as the seed has them and 58 days sharpened, 58 fewer"
        ),
        "- 0 windows more that the seed leaves open on a side and a reading closes",
        "| relation | preferred | applied | why not | readings |",
        "| --- | --- | --- | --- | --- |",
        "| refines | yes | yes |  | 1 |",
        "| contradicts | no | no | contradicts | 1 |",
    ]


@pytest.mark.parametrize(
    ("matches", "relations", "expected"),
    [
        (["exact"], [], "has it"),
        (["related", "close"], ["contradicts"], "has it"),
        ([], ["contradicts", "refines"], "has it"),
        (["related", "broader"], [], "only inside a wider unit"),
        (["related"], ["refines"], "codes otherwise"),
        ([], ["contradicts"], "codes otherwise"),
    ],
)
def test_each_category_follows_from_identifiers_and_readings(
    matches: list[str], relations: list[str], expected: str
) -> None:
    """Of a record a dataset has what its closest identifier says or, without one, what its readings say."""
    readings = [reading(at, f"2016-04-0{at + 1}", each, sources="atop-9") for at, each in enumerate(relations)]
    tables = made_up(readings or [APPLIED], [identifier(match) for match in matches])

    assert report.matrix(tables)["ATOP"] == {"a-clash": expected, "b-clash": "nothing found"}


def test_a_type_outside_the_subject_of_a_dataset_is_not_listed() -> None:
    """A dataset that has nothing on any record of a type says nothing of the type, and the conclusion counts that."""
    tables = made_up([APPLIED])
    tables["timeline"].loc[1, "type"] = "ceasefire"
    tables["external_ids"] = pd.DataFrame([identifier("exact")])
    text = report.agreement_report(tables)

    assert report.matrix(tables)["ATOP"] == {"a-clash": "has it"}
    assert report.matrix(tables)["PA-X"] == {}
    assert section(text, "### What follows")[0].startswith(
        "Of the 2 records, 1 have a counterpart in at least one of the 9 datasets, 0 only inside a wider unit, "
        "0 only coded otherwise; for 0 nothing was found though the type is one that a dataset covers, and 1 are of "
        "types on which none of them has anything in the copies read. "
        "No single dataset has more than 1 of the 2 (ATOP)."
    )


def test_the_matrix_marks_what_sharpens_all_the_same() -> None:
    """A cell whose dataset is cited by an applied reading has its mark, whatever its category."""
    text = report.agreement_report(made_up([APPLIED | {"sources": "a-page; atop-9"}], [identifier("related")]))
    row = next(line for line in section(text, "## What well-known datasets have") if line.startswith("| `a-clash`"))

    assert row == "| `a-clash` | clash |  |  |  | codes otherwise † |  |  |  |  |  |"


def test_a_dataset_that_is_in_no_row_is_not_passed_over() -> None:
    """A reference to a dataset and a scheme that the report does not know are refused by name."""
    tables = made_up([APPLIED], [identifier("exact") | {"scheme": "gtd"}])
    tables["references"].loc[1] = ["icb-15", "dataset", "Another"]

    with pytest.raises(ValueError, match="no dataset of the report has gtd, icb-15; add it to DATASETS"):
        report.agreement_report(tables)
