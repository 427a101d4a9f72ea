"""The agreement report: it is what the tables in data/ and the datasets beside the checkout give, and tells it all."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import beside
import counterparts
import fighting
import gains
import memberships
import report
from caucasus_events.model import layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import dictionaries
from caucasus_events.reading import tables as released

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.released
MISSING = [name for name, _ in report.BESIDE.values() if not (beside.REAL / name).exists()]
BESIDE = pytest.mark.skipif(bool(MISSING), reason=f"data of others is not beside the checkout: {', '.join(MISSING)}")


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The tables in data/."""
    return report.read()


@pytest.fixture(scope="module")
def written(tables: dict[str, pd.DataFrame]) -> str:
    """What the report tells of the tables in data/ alone."""
    return report.agreement_report(tables)


CLASHES = ["a-clash", "b-clash"]


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
    record = {"kind": "event", "type": "clash", "holds": None, "end_state": None, "layer": "seed", "confidence": None}
    stated = pd.DataFrame([{"record_id": name} | record | days("2016-04-01", "2016-04-30") for name in CLASHES])
    alone = stated[[*BOUNDS]].add_prefix("seed_")
    return {
        "timeline": layers.sharpened(stated, pd.DataFrame(readings)).join(alone),
        "events": pd.DataFrame({"event_id": CLASHES, "reference_ids": None}),
        "statuses": pd.DataFrame(columns=["status_id", "reference_ids"]),
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


def rows_of(lines: list[str]) -> list[list[str]]:
    """Return the cells of the tables in a section, without what rules them off."""
    cells = [line.strip("| ").split(" | ") for line in "\n".join(lines).splitlines() if line.startswith("| ")]
    return [row for row in cells if not row[0].startswith("---")]


@BESIDE
def test_the_report_is_what_the_command_computes(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    """validation/report.md is what the command prints, computed from the tables and from the data of others."""
    assert report.main([]) == 0
    printed = capsys.readouterr().out
    assert printed == report.REPORT.read_text("utf-8")
    assert printed.startswith(written)


def test_what_needs_no_data_of_others_is_computed_everywhere(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the data of others is not there, its sections keep their text, and all others are computed."""
    monkeypatch.setattr(report, "REAL", tmp_path)
    monkeypatch.setattr(report, "REPORT", shutil.copy(report.REPORT, tmp_path) and tmp_path / "report.md")
    stands = report.REPORT.read_text("utf-8")
    assert report.main([]) == 0
    assert capsys.readouterr().out == stands
    assert stands.startswith(written)

    altered = stands.replace("# Agreement report", "# Other").replace("known cells", "other cells")
    altered = altered.replace("The other 9 episodes", "The other 8 episodes")
    report.REPORT.write_text(altered, "utf-8")
    assert report.main([]) == 0
    kept = capsys.readouterr().out
    assert kept.startswith(written)
    assert section(kept, "### A made-up frame") == section(stands, "### A made-up frame")
    assert "The other 8 episodes" in kept
    assert "other cells" in "\n".join(section(kept, "## What a reader of UCDP GED gains"))


def test_a_section_that_can_neither_be_computed_nor_kept_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the data of others, and without a text that stands, the file that is needed is named."""
    monkeypatch.setattr(report, "REAL", tmp_path)
    monkeypatch.setattr(report, "REPORT", tmp_path / "report.md")
    report.REPORT.write_text("# Agreement report\n", "utf-8")
    with pytest.raises(ValueError, match="has no section") as error:
        report.whole_report()
    assert str(error.value) == (
        f"report.md has no section 'Memberships beside COW IGO'; put cow_igo_caucasus.csv into {tmp_path}"
    )


def test_write_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --write the report stands in the file, with line feeds alone."""
    whole = report.whole_report()
    monkeypatch.setattr(report, "REPORT", shutil.copy(report.REPORT, tmp_path) and tmp_path / "report.md")

    assert report.main(["--write"]) == 0
    assert (tmp_path / "report.md").read_bytes() == whole.encode()


def test_every_record_has_its_row(tables: dict[str, pd.DataFrame], written: str) -> None:
    """The section of records has one row for every record of a document, and no other."""
    rows = section(written, "## Record by record")[2:]

    assert [row.split("`")[1] for row in rows] == tables["timeline"].query("layer == 'seed'")["record_id"].tolist()
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
    names = {scheme: name for name, (scheme, _) in counterparts.DATASETS.items() if scheme}
    ids = dictionaries(tables["external_ids"])
    lines = {name: section(written, f"### {name}") for name in names.values()}

    for row in ids:
        assert (
            f"  - `{row['external_id']}` ({row['match']}): {row['note'] or 'no note.'}" in lines[names[row["scheme"]]]
        )
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
    assert "- 0 records sharpened: 0 starts and 0 ends" in section(text, "## Counts of readings")


def test_the_counts_are_those_of_the_tables() -> None:
    """Records, readings, sharpened bounds and days of uncertainty are counted from the tables."""
    text = report.agreement_report(made_up([APPLIED, reading(2, "2016-06-01", "contradicts", why_not="contradicts")]))

    assert section(text, "## Counts of readings") == [
        "- 2 records of documents, 1 of them with a reading",
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

    assert counterparts.matrix(tables)["ATOP"] == {"a-clash": expected, "b-clash": "nothing found"}


def test_a_type_outside_the_subject_of_a_dataset_is_not_listed() -> None:
    """A dataset that has nothing on any record of a type says nothing of the type, and the conclusion counts that."""
    tables = made_up([APPLIED])
    tables["timeline"].loc[1, "type"] = "ceasefire"
    tables["external_ids"] = pd.DataFrame([identifier("exact")])
    text = report.agreement_report(tables)

    assert counterparts.matrix(tables)["ATOP"] == {"a-clash": "has it"}
    assert counterparts.matrix(tables)["PA-X"] == {}
    assert section(text, "### What follows")[0].startswith(
        "Of the 2 records of documents, 1 have a counterpart in at least one of the 14 datasets and registers, "
        "0 only inside a wider unit, "
        "0 only coded otherwise; for 0 nothing was found though the type is one that a dataset covers, and 1 are of "
        "types on which none of them has anything in the copies read. "
        "No single dataset has more than 1 of the 2 (ATOP)."
    )


def test_the_matrix_marks_what_sharpens_all_the_same() -> None:
    """A cell whose dataset is cited by an applied reading has its mark, whatever its category."""
    text = report.agreement_report(made_up([APPLIED | {"sources": "a-page; atop-9"}], [identifier("related")]))
    row = next(line for line in section(text, "## What well-known datasets have") if line.startswith("| `a-clash`"))

    assert row == "| `a-clash` | clash | codes otherwise † |"


def test_a_dataset_that_is_in_no_row_is_not_passed_over() -> None:
    """A reference to a dataset and a scheme that the report does not know are refused by name."""
    tables = made_up([APPLIED], [identifier("exact") | {"scheme": "gtd"}])
    tables["references"].loc[1] = ["icb-15", "dataset", "Another"]

    with pytest.raises(ValueError, match="no dataset of the report has gtd, icb-15; add it to DATASETS"):
        report.agreement_report(tables)


def test_a_reported_record_is_counted_by_what_each_dataset_has_of_it() -> None:
    """A reported record counts by its closest identifier or, without one, as cited, under its type and the dataset."""
    tables = made_up([APPLIED], [identifier("related", "b-clash"), identifier("close", "c-clash")])
    more = tables["timeline"].iloc[[1, 1, 1]].assign(record_id=["c-clash", "d-clash", "e-clash"])
    tables["timeline"] = pd.concat([tables["timeline"].iloc[:1], more.assign(layer="reported", confidence="high")])
    tables["external_ids"] = tables["external_ids"].iloc[1:]
    tables["events"] = pd.DataFrame({"event_id": ["c-clash", "d-clash", "e-clash"], "reference_ids": "a-page; atop-9"})
    tables["events"].loc[2, "reference_ids"] = "a-page"
    text = report.agreement_report(tables)

    assert section(text, "### Reported records")[-1] == "| clash | ATOP | 3 | 1 |  |  | 1 |"
    assert section(text, "### ATOP")[1:] == ["- `c-clash`: has it (reported)", "  - `7` (close): Of that."]


def test_the_inventory_counts_every_record_once(tables: dict[str, pd.DataFrame], written: str) -> None:
    """The table of what is there has the records by layer and confidence, and by the decade of their start."""
    rows = rows_of(section(written, "## What is there"))
    names, total = rows[0], dict(zip(rows[0], rows[-1], strict=True))
    timeline = tables["timeline"]
    layer = (
        timeline["layer"]
        .astype(str)
        .where(timeline["layer"] == "seed", "reported, " + timeline["confidence"].astype(str))
    )
    year = timeline["start_earliest"].dt.year

    assert total["records"] == str(len(timeline))
    assert {name: total[name] for name in names if name in set(layer)} == layer.value_counts().astype(str).to_dict()
    assert total["start open"] == str(year.isna().sum())
    assert {name: total[name] for name in names if name[:1].isdigit()} == {
        f"{decade}s": str(number) for decade, number in (year.dropna() // 10 * 10).astype(int).value_counts().items()
    }


# ---------------------------------------------------------------------------- beside data of others


def alter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, **cells: Any) -> None:
    """Let the loaders read tables in which one row, named by its id, has other cells."""
    folder = tmp_path / "altered"
    shutil.copytree(released._folder(), folder)  # noqa: SLF001 - where the loaders read
    frame = pd.read_parquet(folder / f"{table}.parquet")
    row = frame.iloc[:, 0] == cells.pop("record")
    assert row.any()
    for name, value in cells.items():
        frame.loc[row, name] = value
    frame.to_parquet(folder / f"{table}.parquet")
    monkeypatch.setattr(released, "_folder", lambda: folder)


@BESIDE
def test_a_membership_of_other_days_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another start gives another answer than COW, a judgement is asked for, and one of none is refused."""
    other = pd.Timestamp("2003-01-01")
    alter(
        tmp_path, monkeypatch, "statuses", record="azerbaijan-coe-membership", start_earliest=other, start_latest=other
    )
    with pytest.raises(ValueError, match="no judgement") as error:
        memberships.section()
    assert str(error.value) == (
        "no judgement of ('AZE', 'COE', 2002, 2002); nothing disagrees at ('AZE', 'COE', 2001, 2001); mend JUDGEMENTS"
    )


@BESIDE
def test_a_membership_less_alters_the_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A membership that no longer answers leaves a count that report.md does not have."""
    alter(tmp_path, monkeypatch, "statuses", record="turkey-nato-membership", confidence="low")
    text = memberships.section()

    stands = report.REPORT.read_text("utf-8")
    assert "| NATO | 138 | 0 | 0 | 23 | 115 |" in "\n".join(text)
    assert "| NATO | 138 | 23 | 0 | 0 | 115 |" in stands


@BESIDE
def test_every_state_year_is_counted_once(tables: dict[str, pd.DataFrame]) -> None:
    """Alike, unlike and unknown add up, and every state-year that is unlike lies in one stretch that is judged."""
    found = memberships.cells(pd.read_csv(beside.REAL / memberships.FILE))
    unlike = found[found["ours"].notna() & (found["ours"] != found["theirs"]).fillna(value=False)]
    years = {
        (state, organisation, year)
        for state, organisation, first, last in memberships.JUDGEMENTS
        for year in range(first, last + 1)
    }

    assert years == set(unlike[["state", "organisation", "year"]].itertuples(index=False, name=None))
    assert not found.duplicated(["state", "organisation", "year"]).any()
    assert set(found["organisation"]) <= set(tables["statuses"]["object"])


def test_years_of_one_answer_that_follow_each_other_are_one_stretch() -> None:
    """A gap, another organisation and another answer begin a new stretch."""
    rows = [("A", "X", 2000, True), ("A", "X", 2001, True), ("A", "X", 2003, True), ("A", "X", 2004, False)]
    frame = pd.DataFrame([*rows, ("A", "Y", 2005, False)], columns=["state", "organisation", "year", "ours"])

    assert memberships.stretches(frame) == {
        ("A", "X", 2000, 2001): True,
        ("A", "X", 2003, 2003): True,
        ("A", "X", 2004, 2004): False,
        ("A", "Y", 2005, 2005): False,
    }
    assert memberships.stretches(frame.iloc[:0]) == {}


@BESIDE
def test_a_clash_of_other_days_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clash that no longer lies in an episode of UCDP asks for a judgement."""
    other = dict.fromkeys(BOUNDS, pd.Timestamp("2019-04-02"))
    alter(tmp_path, monkeypatch, "events", record="armenia-azerbaijan-four-day-war-2016", **other)
    with pytest.raises(ValueError, match="no judgement") as error:
        fighting.section()
    assert str(error.value) == ("no judgement of (388, 2016); mend YEARS_WITHOUT_OURS")


@pytest.mark.parametrize(
    ("sides", "place", "expected"),
    [
        ({"ARM", "AZE"}, None, 388),
        ({"XNA", "AZE"}, "GEO", 388),
        ({"GEO", "RUS"}, "GEO", 393),
        ({"GEO", "XAA"}, "XKO", 392),
        (set(), "XNK", 388),
        (set(), None, None),
        ({"SUN", "XPF"}, "XNK", None),
    ],
)
def test_an_event_belongs_to_the_conflict_of_its_sides(
    sides: set[str], place: str | None, expected: int | None
) -> None:
    """The conflict follows from both sides, and from the place only where no side is named."""
    assert fighting.conflict_of(sides, place) == expected


@pytest.mark.parametrize(
    ("day", "ends"), [("2004-10-12", True), ("2004-07-12", True), ("2004-07-11", False), ("2004-10-13", False)]
)
def test_a_ceasefire_ends_an_episode_for_a_quarter(day: str, *, ends: bool) -> None:
    """An episode that ends on the day of the ceasefire or within 92 days of it counts, one before it does not."""
    episode = fighting.Episode(393, pd.Timestamp("2004-08-19"), pd.Timestamp("2004-10-12"))
    row = {"start_earliest": pd.Timestamp(day)}

    assert fighting.ended_by(row, 393, [episode]) == (episode if ends else None)
    assert fighting.ended_by(row, 388, [episode]) is None


@BESIDE
def test_a_reader_of_ucdp_gains_more_than_ten_times() -> None:
    """The sample of UCDP has over ten times as many known cells of states of the region as with documents alone."""
    rows = rows_of(gains.of_sample())[1:]
    of_region = {row[0]: int(row[2]) for row in rows}

    assert [*of_region] == [*layers.LAYERS]
    assert of_region["reported"] > 10 * of_region["seed"] > 0


def test_shares_of_the_panel_add_up() -> None:
    """True, False and unknown are all that a cell can be: their shares are a hundred per cent."""
    rows = [row for row in rows_of(gains.section()) if row[0] in gains.OBJECTS]
    sums = [sum(float(cell.removesuffix(" %")) for cell in row[-3:]) for row in rows]

    assert len(rows) == 16
    assert sums == pytest.approx([100] * 16, abs=0.2)
