"""Why a released row changed: which reason explains which cells, and what is refused without one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from caucasus_events.building import dataset, release, standing
from caucasus_events.coding import reported
from caucasus_events.ledger import differences, following, frozen, reasons
from caucasus_events.model import layers
from caucasus_events.model.rows import FILES
from releases import CHANGE, FIGHTING, WITHDRAWN, correct_the_date, edit, refused, set_version, withdraw

if TYPE_CHECKING:
    from pathlib import Path

    from caucasus_events.errors import Problem

UNEXPLAINED = (
    f"data/events.parquet: event {FIGHTING}: it changed since 1.0.0 and no sheet says why\n"
    "    cell      events.date: 1990-02-20 → 1990-02\n"
    "    cell      events.start_earliest: 1990-02-20 → 1990-02-01\n"
    "    cell      events.start_latest: 1990-02-20 → 1990-02-28\n"
    "    cell      events.end_earliest: 1990-02-20 → 1990-02-01\n"
    "    cell      events.end_latest: 1990-02-20 → 1990-02-28\n"
    "    cell      events.seed_start_earliest: 1990-02-20 → 1990-02-01\n"
    "    and       12 more\n"
    f'    do        add [[change]] with id = "{FIGHTING}", reason and\n'
    "              reason_code to its sheet, or undo the change"
)
NAMED = '\n[[change]]\nid = "ALA"\nreason = "Its name."\nreason_code = "corrected_text"\n'


def test_a_change_without_a_reason_is_refused_with_its_cells(checkout: Path) -> None:
    """Who changes a released cell is told which cells changed and what to add."""
    correct_the_date(checkout, more="")
    assert refused(checkout) == UNEXPLAINED
    assert release.status(checkout).state == "unexplained"


def test_a_reason_that_explains_nothing_is_refused(checkout: Path) -> None:
    """A block without a change is named at its line."""
    edit(checkout, "[[set_aside]]", "[[set_aside]]", CHANGE)
    assert refused(checkout) == (
        f"seeds/mini.toml:87: change {FIGHTING}: the block explains no change since 1.0.0\n"
        "    do        remove it, or make the change that it explains"
    )


def test_a_reason_is_spent_by_its_release(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words that explained one release explain no later one; they may stay in the sheet."""
    correct_the_date(checkout)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    standing.check_dataset(checkout)
    edit(checkout, 'date = "1990-02"', 'date = "1990"')
    assert refused(checkout).startswith(
        f"data/events.parquet: event {FIGHTING}: it changed since 1.1.0 and no sheet says why\n"
    )


def test_an_unknown_reason_code_lists_the_known_ones(checkout: Path) -> None:
    """A code that the codebook lacks is named with the nearest."""
    correct_the_date(checkout, CHANGE.replace("corrected_date", "corrected_dates"))
    assert refused(checkout) == (
        f"seeds/mini.toml:89: change {FIGHTING}: unknown reason_code 'corrected_dates'\n"
        "    known     corrected_date, corrected_parties, corrected_text, coding_rule,\n"
        "              form\n"
        "    do        write corrected_date, or another known code"
    )


def test_a_withdrawn_record_leaves_a_tombstone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A withdrawn id stays in changes with the row it was, why it went and what replaces it: a minor step."""
    withdraw(checkout, WITHDRAWN)
    assert "rows are withdrawn from events" in release.status(checkout).due.why
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    found = pd.read_parquet(checkout / "data" / "changes.parquet")
    stone = found[found["operation"] == "withdrawn"]
    assert stone[["table", "id", "new", "reason", "reason_code"]].to_numpy().tolist() == [
        [
            "events",
            FIGHTING,
            "aland-borland-border-closure-1988",
            "The fighting and the closure are one occurrence.",
            "withdrawn",
        ]
    ]
    assert '"date": "1990-02-20"' in stone["old"].iloc[0]
    line = f"- `{FIGHTING}`: withdrawn, replaced by `aland-borland-border-closure-1988`. The fighting and"
    assert line in (checkout / "CHANGELOG.md").read_text("utf-8")


def test_a_withdrawn_id_is_never_used_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id with a tombstone cannot come back for something else."""
    before = (checkout / "seeds" / "mini.toml").read_text("utf-8")
    withdraw(checkout, WITHDRAWN)
    set_version(monkeypatch, "1.1.0")
    release.freeze(checkout, "2031-03-04")
    (checkout / "seeds" / "mini.toml").write_text(before, "utf-8")
    assert (
        f"data/events.parquet: event {FIGHTING}: the id was withdrawn in an earlier release\n"
        "    do        give the record another id: a withdrawn one is never used again"
    ) in refused(checkout)


def test_a_withdrawal_in_favour_of_nothing_is_refused(checkout: Path) -> None:
    """What replaces a record must exist."""
    withdraw(checkout, WITHDRAWN.replace("border-closure-1988", "border-closure-1989"))
    assert "no record is called 'aland-borland-border-closure-1989'" in refused(checkout)


def test_the_reason_of_a_seed_explains_what_follows_from_it(checkout: Path) -> None:
    """A corrected horizon changes every record of the seed; one reason, for the seed, is enough."""
    reason = '\n[[change]]\nid = "mini"\nreason = "It went to print a day before."\nreason_code = "corrected_date"\n'
    edit(checkout, 'speaks_until = "1991-05-07"', 'speaks_until = "1991-05-06"', reason)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {entry["reason"] for entry in found.entries} == {"It went to print a day before."}
    assert {entry["table"] for entry in found.entries} == {"sources", "events", "statuses", "timeline"}


def test_the_reason_of_an_entity_explains_its_name_and_no_date(checkout: Path) -> None:
    """A corrected name explains the parties written with it; a date changed beside it is still refused."""
    edit(checkout, 'name = "Aland"', 'name = "Åland"', NAMED)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {(entry["table"], entry["column"]) for entry in found.entries} == {
        ("entities", "name"),
        ("events", "participants"),
        ("timeline", "parties"),
    }
    correct_the_date(checkout, more="")
    assert refused(checkout) == UNEXPLAINED


def test_a_new_entity_explains_who_is_party_and_nothing_else(checkout: Path) -> None:
    """The reason of an entity that is new explains that records name it in place of another."""
    new = '\n[[entity]]\nid = "UNION"\nname = "Union of Lands"\nkind = "organisation"\n'
    why = '\n[[change]]\nid = "UNION"\nreason = "It is another."\nreason_code = "corrected_parties"\n'
    sheet = checkout / "seeds" / "mini.toml"
    head, _, rest = sheet.read_text("utf-8").partition('subject = "BOR"\nobject = "LEAGUE"')
    sheet.write_text(f'{head}subject = "BOR"\nobject = "UNION"{rest}{new}{why}', "utf-8")
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {(entry["table"], entry["column"], entry["reason"]) for entry in found.entries} == {
        ("entities", None, None),
        ("statuses", "object", "It is another."),
        ("timeline", "parties", "It is another."),
    }
    sheet.write_text(sheet.read_text("utf-8").replace("Borland is not a member", "Borland is no member"), "utf-8")
    assert refused(checkout) == (
        "data/statuses.parquet: status borland-league-not-membership: it changed since 1.0.0 and no sheet says why\n"
        "    cell      statuses.title: Borland is not a member of the League → Bo …\n"
        "    cell      timeline.title: Borland is not a member of the League → Bo …\n"
        '    do        add [[change]] with id = "borland-league-not-membership", reason\n'
        "              and reason_code to its sheet, or undo the change"
    )


SPELLED = """
[[change]]
table = "entities"
column = "also_known_as"
reason = "As sources spell them."
reason_code = "corrected_text"
"""


def test_one_reason_is_enough_for_a_column_whose_lists_grow(checkout: Path) -> None:
    """A spelling that is added to several entities is explained by one block for table and column."""
    edit(checkout, 'id = "ALA"\n', 'id = "ALA"\nalso_known_as = [ "Alandia" ]\n')
    edit(checkout, '"Bor" ]', '"Bor", "Borland State" ]', SPELLED)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert [(entry["id"], entry["column"], entry["new"], entry["reason"]) for entry in found.entries] == [
        ("ALA", "also_known_as", "Alandia", "As sources spell them."),
        ("BOR", "also_known_as", "Borlandia; Bor; Borland State", "As sources spell them."),
    ]


def test_one_reason_for_a_column_explains_no_cell_that_says_something_else(checkout: Path) -> None:
    """A spelling that goes is named with its cell, at the block: it is a reason of its row."""
    edit(checkout, 'id = "ALA"\n', 'id = "ALA"\nalso_known_as = [ "Alandia" ]\n')
    edit(checkout, '"Borlandia", "Bor" ]', '"Borlandia", "Borland State" ]', SPELLED)
    assert re.sub(r":\d+:", ":", refused(checkout)) == (
        "seeds/mini.toml: change: 1 cell of entities.also_known_as says something else now, and not only more\n"
        "    cell      entities.also_known_as: Borlandia; Bor → Borlandia; Borlan …\n"
        "    do        give each of these rows a [[change]] with its id, or undo the\n"
        "              change"
    )


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ("", "it names no row and no column of a table"),
        ('column = "name"', "it names no row and no column of a table"),
        ('id = "ALA"\ntable = "entities"', "it names a row and a column"),
        ('id = "ALA"\ncolumn = "name"', "it names a row and a column"),
    ],
)
def test_a_reason_says_what_it_is_of(keys: str, what: str, checkout: Path) -> None:
    """A block that names nothing, or two kinds of things, is refused with the two ways to write it."""
    block = f'\n[[change]]\n{keys}\nreason = "Its name."\nreason_code = "corrected_text"\n'
    edit(checkout, 'name = "Aland"\n', 'name = "Alland"\n', block)
    name = "change ALA" if "id" in keys else "change"
    assert re.sub(r":\d+:", ":", refused(checkout)) == (
        f"seeds/mini.toml: {name}: {what}\n"
        "    do        write the id of the row that changed; or, of one reason for all\n"
        "              cells of a column, table and column"
    )


def test_a_column_is_no_id(checkout: Path) -> None:
    """A column written as an id is the id of no row, and explains nothing."""
    block = NAMED.replace('"ALA"', '"entities.name"')
    edit(checkout, 'name = "Aland"\n', 'name = "Alland"\n', block)
    assert "change entities.name: the block explains no change since 1.0.0" in refused(checkout)


@pytest.mark.parametrize(
    ("key", "old", "new", "columns"),
    [
        ("title", "A small text", "A text", {"citation"}),
        ("url", "https://example.org/mini", "https://example.org/m", {"url"}),
    ],
)
def test_the_reason_of_a_seed_explains_its_citation_and_no_title(
    key: str, old: str, new: str, columns: set[str], checkout: Path
) -> None:
    """What is said of a document changes how its records cite it; a record's own words need their own reason."""
    reason = '\n[[change]]\nid = "mini"\nreason = "As printed."\nreason_code = "corrected_text"\n'
    edit(checkout, f'{key} = "{old}"', f'{key} = "{new}"', reason)
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {entry["column"] for entry in found.entries if entry["table"] == "timeline"} == columns
    edit(checkout, 'title = "Fighting between Aland and Borland"', 'title = "Fighting of Aland and Borland"')
    assert refused(checkout) == (
        f"data/events.parquet: event {FIGHTING}: it changed since 1.0.0 and no sheet says why\n"
        "    cell      events.title: Fighting between Aland and Borland → Fightin …\n"
        "    cell      timeline.title: Fighting between Aland and Borland → Fight …\n"
        f'    do        add [[change]] with id = "{FIGHTING}", reason and\n'
        "              reason_code to its sheet, or undo the change"
    )


def test_a_record_depends_on_its_document_first(checkout: Path) -> None:
    """Where several reasons would do, the document's is asked first; a reading depends on what its record does."""
    depends = following.dependence(dataset.compare(checkout).tables)
    assert list(dict.fromkeys(depends[FIGHTING])) == ["mini", "ALA", "BOR"]
    closed = "aland-borland-border-closed"
    assert depends[closed][0] == "mini"
    assert depends[f"{closed}-start-1987"] == [closed, *depends[closed]]
    assert "ALA" not in depends
    assert "mini" not in depends


def test_what_follows_from_what_names_columns_that_exist() -> None:
    """Every place in the table of what follows is a column of a table, or rows that come or go."""
    follows = following.FOLLOWS
    for place in {*follows, *(place for places in follows.values() for place in places)}:
        table, _, what = place.partition(".")
        assert what in {"added", "removed", *FILES[table].meanings}, place


def test_a_withdrawn_record_takes_its_readings_with_it(checkout: Path) -> None:
    """One reason explains a record that goes and its readings; what replaces the record replaces none of these."""
    status, layer = "aland-borland-border-closed", checkout / "seeds" / "reported" / "readings.toml"
    sheet = checkout / "seeds" / "mini.toml"
    block = rf'\[\[status\]\]\nid = "{status}".*?(?=\[\[status)'
    gone = [(status, f'replaced_by = "{FIGHTING}"\n'), ("atlas", ""), ("gazette-1988", "")]
    why = [f'\n[[withdrawn]]\nid = "{name}"\nreason = "Wrong."\n{heir}' for name, heir in gone]
    text = re.sub(block, "", sheet.read_text("utf-8"), flags=re.DOTALL)
    sheet.write_text(text + "".join(why), "utf-8")
    layer.unlink()
    found = dataset.compare(checkout).history
    assert found.problems == []
    stones = found.table[found.table["operation"] == "withdrawn"]
    heirs = dict(zip(stones["id"], stones["new"].astype(object).where(stones["new"].notna(), None), strict=True))
    readings = dict.fromkeys((f"{status}-start-1987", f"{status}-start-1988-05"))
    assert heirs == {status: FIGHTING, **readings, "atlas": None, "gazette-1988": None}


CLOSED, READINGS = "aland-borland-border-closed", "seeds/reported/readings.toml"
MOVED = ("start_earliest", "start_latest")
FORMS = "".join(
    f'\n[[change]]\ntable = "{table}"\ncolumn = "{column}"\nreason = "At its best."\nreason_code = "form"\n'
    for table in ("statuses", "timeline")
    for column in MOVED
)


def _since_1_1(root: Path) -> dataset.Compared:
    """Compare with a last release whose windows were those of the documents alone, as before 2.0."""
    last = frozen.read_frozen(root)
    assert last is not None
    alone = {name: layers.view(name, last.tables[name], "seed") for name in ("events", "statuses", "timeline")}
    kept = {**last.tables, **alone}
    shape = {**last.shape, "tables": {**last.shape["tables"], **frozen.shape_of(alone)["tables"]}}
    compared, coded = dataset.compare(root), [*dataset.read_seeds(root), *reported.code_reported(root)]
    then = replace(last, tables=kept, shape=shape)
    return compared._replace(history=reasons.explain(compared.tables, coded, then, "2.0.0"))


def _told(problems: list[Problem]) -> list[tuple[str, list[str]]]:
    """Return what is wrong, and the cells that are shown."""
    return [(problem.what, [fact.text for fact in problem.facts]) for problem in problems]


def test_one_reason_explains_a_column_that_is_written_in_another_form(checkout: Path) -> None:
    """Where a window is now what the last release's own readings make of it, one block for the column is enough."""
    assert {problem.record for problem in _since_1_1(checkout).history.problems} == {f"status {CLOSED}"}
    edit(checkout, "[[set_aside]]", "[[set_aside]]", FORMS)
    found = _since_1_1(checkout)
    assert found.history.problems == []
    changed = [entry for entry in found.history.entries if entry["operation"] == "changed" and entry["old"]]
    assert [(each["table"], each["id"], each["column"], each["old"], each["new"]) for each in changed] == [
        (table, CLOSED, column, old, new)
        for table in ("statuses", "timeline")
        for column, old, new in zip(MOVED, ("1988-01-01", "1988-12-31"), ("1988-05-01", "1988-05-31"), strict=True)
    ]
    assert {(each["reason"], each["reason_code"]) for each in changed} == {("At its best.", "form")}


def test_changes_of_form_are_replayed(checkout: Path) -> None:
    """The tables of a release before 2.0 and the changes since give the tables of today, to the last type."""
    edit(checkout, "[[set_aside]]", "[[set_aside]]", FORMS)
    found = _since_1_1(checkout)
    last = frozen.read_frozen(checkout)
    assert last is not None
    layered = ("events", "statuses", "timeline")
    old = {name: layers.view(name, frame, "seed") if name in layered else frame for name, frame in last.tables.items()}
    assert "seed_start_latest" not in old["statuses"]
    words = differences.words_by_digest(found.tables)
    for name, frame in differences.replay(old, found.history.table, words).items():
        pd.testing.assert_frame_equal(frame, found.tables[name])


@pytest.mark.parametrize(
    ("file", "old", "new", "cells"),
    [
        (
            READINGS,
            'date = "1988-05"',
            'date = "1988-06"',
            ["start_earliest: 1988-01-01 → 1988-06-01", "start_latest: 1988-12-31 → 1988-06-30"],
        ),
        ("seeds/mini.toml", 'start = "1988"', 'start = "[1988-02..1988]"', ["start_earliest: 1988-01-01 → 1988-05-01"]),
    ],
    ids=["another reading", "another date of the document"],
)
def test_another_form_is_no_reason_for_another_date(
    file: str, old: str, new: str, cells: list[str], checkout: Path
) -> None:
    """A window that its frozen readings do not give, or whose document says something else, needs its own reason."""
    edit(checkout, "[[set_aside]]", "[[set_aside]]", FORMS)
    text = (checkout / file).read_text("utf-8")
    assert text.count(old) == 1
    (checkout / file).write_text(text.replace(old, new), "utf-8")
    wide = [each for each in _told(_since_1_1(checkout).history.problems) if "something else now" in each[0]]
    assert wide == [
        (f"1 cell of {table}.{cell.partition(':')[0]} says something else now, and not only more", [f"{table}.{cell}"])
        for table in ("statuses", "timeline")
        for cell in cells
    ]


REREAD = f"""
[[change]]
id = "{CLOSED}-start-1988-05"
reason = "The gazette was misread."
reason_code = "corrected_date"
"""


def test_the_reason_of_a_reading_explains_what_it_sets(checkout: Path) -> None:
    """A corrected reading moves the windows of its record; one reason, for the reading, is enough."""
    path = checkout / READINGS
    path.write_text(path.read_text("utf-8").replace('date = "1988-05"', 'date = "1988-04"') + REREAD, "utf-8")
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {(entry["table"], entry["id"], entry["column"]) for entry in found.entries} == {
        ("corroborations", f"{CLOSED}-start-1988-05", "date"),
        *((table, CLOSED, column) for table in ("statuses", "timeline") for column in MOVED),
        *(("corroborations", f"{CLOSED}-start-1988-05", column) for column in MOVED),
    }
    edit(checkout, 'title = "Aland keeps its border with Borland closed"', 'title = "The border is closed"')
    assert [cell for _, cells in _told(dataset.compare(checkout).history.problems) for cell in cells] == [
        "statuses.title: Aland keeps its border with Borland closed → The border is closed",
        "timeline.title: Aland keeps its border with Borland closed → The border is closed",
    ]


def test_the_reason_of_a_source_explains_how_reported_records_cite_it(checkout: Path) -> None:
    """What is corrected of a cited source changes the citations of the reported records that rest on it."""
    path = checkout / "seeds" / "reported" / "records.toml"
    why = '\n[[change]]\nid = "yearbook-1992"\nreason = "As printed."\nreason_code = "corrected_text"\n'
    path.write_text(path.read_text("utf-8").replace('publisher = "A Press"', 'publisher = "B Press"') + why, "utf-8")
    found = dataset.compare(checkout).history
    assert found.problems == []
    assert {(entry["table"], entry["id"], entry["column"]) for entry in found.entries} == {
        ("references", "yearbook-1992", "publisher"),
        *(("timeline", name, "citation") for name in REPORTED),
    }


REPORTED = ("aland-borland-agreement-1991", "aland-guild-membership", "borland-guild-observer")


def test_a_lost_file_of_reported_records_is_one_problem(checkout: Path) -> None:
    """Who loses a file of reported records is told that, and not of every row that goes with it."""
    (checkout / "seeds" / "reported" / "records.toml").unlink()
    assert refused(checkout) == (
        "seeds/reported: 5 rows of 1.0.0 are in no file of this folder\n"
        "    row       event aland-borland-agreement-1991\n"
        "    row       status aland-guild-membership\n"
        "    row       status borland-guild-observer\n"
        "    row       reference register-1992\n"
        "    row       reference yearbook-1992\n"
        "    do        restore the file that held them; of what shall go, write\n"
        "              [[withdrawn]] with its id in another file"
    )
