"""The commands that ask and export: what the functions answer, at a terminal, as CSV and as a file."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from caucasus_events.asking import panels, questions, statements
from caucasus_events.cli import main
from caucasus_events.model.codebook import status_types
from caucasus_events.model.rows import FILES
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from pathlib import Path

# Of each command that gives a table: what is asked, and what the function answers.
ASKED = {
    "as-of 2018 --type membership --entity Armenia --outside no --carry-to 2025 --confidence low": lambda: (
        questions.as_of("2018", types="membership", entities="ARM", outside="no", carry_to="2025", confidence="low")
    ),
    "between 1993 1994-06 --type ceasefire,border_closure --layer seed": lambda: questions.between(
        "1993", "1994-06", types=["ceasefire", "border_closure"], layer="seed"
    ),
    "history Armenia CSTO --carry-to 2025 --confidence high": lambda: questions.history(
        "ARM", "CSTO", carry_to="2025", confidence="high"
    ),
    "panel dyad quarter 1993 1994 --types border_closed --entities TUR,ARM --undirected --rule whole --codes cow": (
        lambda: panels.panel(
            "dyad",
            "quarter",
            "1993",
            "1994",
            types="border_closed",
            entities=["TUR", "ARM"],
            directed=False,
            rule="whole",
            codes="cow",
        )
    ),
    "panel entity year 2013 2025 --types membership --objects CSTO,EAEU --entities ARM,AZE --outside no": lambda: (
        panels.panel(
            "entity",
            "year",
            "2013",
            "2025",
            types="membership",
            objects=["CSTO", "EAEU"],
            entities=["ARM", "AZE"],
            outside="no",
        )
    ),
}


def run(words: str, *more: str) -> Result:
    """Run a command as from a shell."""
    return CliRunner().invoke(main, [*words.split(), *more])


def _check_csv(text: str, frame: pd.DataFrame) -> None:
    """Check that a CSV has every cell: days as ISO text, truths as TRUE and FALSE, nothing where nothing is known."""
    read = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    ours = frame.astype(dict.fromkeys(frame, object))
    for name, dtype in frame.dtypes.items():
        if dtype.kind == "M":
            ours[name] = frame[name].dt.strftime("%Y-%m-%d")
        if dtype.kind == "b":
            ours[name] = frame[name].map({True: "TRUE", False: "FALSE"})
    assert read.to_dict("list") == ours.astype(object).where(frame.notna(), "").astype(str).to_dict("list")


@pytest.mark.parametrize("words", ASKED)
def test_a_command_answers_what_its_function_does(words: str, tmp_path: Path) -> None:
    """As CSV on standard output, as a CSV file and as Parquet, an answer is that of the function, cell by cell."""
    frame = ASKED[words]()
    assert len(frame) > 0
    as_csv = [] if words.startswith("panel") else ["--format", "csv"]
    printed = run(words, *as_csv)
    assert (printed.exit_code, printed.stderr) == (0, "")
    _check_csv(printed.stdout, frame)
    for name in ("out.csv", "out.parquet"):
        written = run(words, "-o", str(tmp_path / name))
        assert (written.exit_code, written.output) == (0, f"wrote  {tmp_path / name}: {len(frame):,} rows\n")
    assert (tmp_path / "out.csv").read_text("utf-8") == printed.stdout
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), frame)


@pytest.mark.parametrize("words", ASKED)
def test_for_excel_a_csv_begins_with_a_mark(words: str, tmp_path: Path) -> None:
    """With --excel a CSV has the mark by which Excel knows UTF-8, in a file and on standard output."""
    plain = run(words, *([] if words.startswith("panel") else ["--format", "csv"])).stdout
    assert run(words, "--excel").stdout == f"\ufeff{plain}"
    run(words, "--excel", "-o", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_bytes() == b"\xef\xbb\xbf" + plain.encode()


def test_as_of_is_told_in_words() -> None:
    """Of each proposition a reader sees the answer, by which layer or why not, and the records behind it."""
    assert run("as-of 2018-01-01 --type membership,border_closed --entity Armenia").output == (
        "border_closed, Turkey → Armenia: yes (layer seed)\n"
        "    turkey-armenia-border-closed\n"
        "membership, Armenia → Collective Security Treaty Organization: yes (layer\n"
        "corroborated)\n"
        "    armenia-csto-membership\n"
        "    armenia-csto-membership-2002\n"
        "membership, Armenia → Eurasian Economic Union: yes (layer corroborated)\n"
        "    armenia-eaeu-membership\n"
        "3 propositions on 2018-01-01; who says so: caucasus-events show ID\n"
    )
    late = "as-of 2025-12-31 --type membership --entity EAEU --layer seed"
    assert run(late).output == (
        "membership, Armenia → Eurasian Economic Union: unknown (after the source)\n"
        "    armenia-eaeu-membership\n"
        "membership, Azerbaijan → Eurasian Economic Union: unknown (after the source)\n"
        "    azerbaijan-eaeu-not-membership\n"
        "2 propositions on 2025-12-31; who says so: caucasus-events show ID\n"
    )
    carried = run(late, "--carry-to", "2025").output
    assert carried.startswith("membership, Armenia → Eurasian Economic Union: yes (layer seed, carried)\n")


def test_between_is_told_in_words() -> None:
    """Of each event a reader sees when it was, what, and if that is certain."""
    assert run("between 1993 1994 --entity TUR --type border_closure --layer seed").output == (
        "turkey-armenia-border-closure-1993\n"
        "    border_closure, 1993-01-01 … 1993-12-31: Turkey closes its border with\n"
        "    Armenia [certain]\n"
        "1 event from 1993 to 1994; who says so: caucasus-events show ID\n"
    )


def test_history_is_told_in_words() -> None:
    """Of each status a reader sees from when to when, and to which day it is taken to go on."""
    assert run("history Armenia CSTO --carry-to 2025").output == (
        "armenia-csto-membership-2002\n"
        "    membership, began 2002-10-07, still so on 2025-03-31: Armenia is a member of\n"
        "    the CSTO [reported, confidence high] [carried to 2025-12-31]\n"
        "armenia-csto-membership\n"
        "    membership, began 2003-09-18, still so on 2020-07-23: Armenia is a member of\n"
        "    the CSTO [carried to 2025-12-31]\n"
        "2 statuses; who says so: caucasus-events show ID\n"
    )


def test_lists_are_parted_at_commas_and_spellings_are_not() -> None:
    """Several are named with commas or again; a spelling that has a comma of its own is one name."""
    several = [
        ["--entity", "TUR,ARM"],
        ["--entity", "TUR, ARM"],
        ["--entity", "TUR", "--entities", "ARM"],
        ["--entity", "TUR,Armenia, Republic of"],
        ["--entity", "Turkey, Republic of", "--entity", "ARM"],
    ]
    told = {run("as-of 2018 --format csv", *words).stdout for words in several}
    assert len(told) == 1
    _check_csv(told.pop(), questions.as_of("2018", entities=["TUR", "ARM"]))


def test_cite_writes_what_the_function_does() -> None:
    """Of the dataset, or of records, in the style that is asked for."""
    assert run("cite").output == statements.cite() + "\n"
    records = ["armenia-csto-membership-2002", "turkey-armenia-border-closed"]
    for style in ("bibtex", "apa", "csl-json"):
        assert run("cite", *records, "--style", style).output == statements.cite(records, style=style) + "\n"
    assert len(json.loads(run("cite --style csl-json", *records).output)) > 3


REFUSED = {
    "as-of 2018-02-30": "day '2018-02-30' does not exist",
    "as-of 2018 --type member": "unknown status type 'member' (nearest: membership; known: {statuses})",
    "as-of 2018 --outside yes": "unknown value of outside 'yes' (known: unknown, no)",
    "between 1994 1993": "the end, 1993-12-31, comes before the start, 1994-01-01",
    "history Gorgia": "unknown entity 'Gorgia' (nearest: Georgia; known: {entities})",
    "panel entitiy year 1991 1992": "unknown unit 'entitiy' (nearest: entity; known: dyad, entity, membership)",
    "panel dyad year 1991 1992 --objects CSTO": (
        "objects goes with unit 'entity' alone, not with 'dyad', whose rows have an object of their own"
    ),
    "cite --style bibtext": "unknown style 'bibtext' (nearest: bibtex; known: bibtex, apa, csl-json)",
}


@pytest.mark.parametrize("words", REFUSED)
def test_a_mistake_is_one_sentence_and_exits_with_1(words: str) -> None:
    """What a function refuses its command refuses in the same words, and prints nothing else."""
    result = run(words)
    assert (result.exit_code, result.stdout) == (1, "")
    known = {"statuses": status_types(), "entities": tables.load("entities")["entity_id"]}
    why = REFUSED[words].format(**{name: ", ".join(codes) for name, codes in known.items()})
    assert result.stderr == f"caucasus-events: {why}\n"


@pytest.mark.parametrize("words", ["panel dyad year 1991 1992", "history ARM"])
def test_a_file_whose_form_is_not_known_is_refused_before_any_work(words: str, tmp_path: Path) -> None:
    """A name that is neither CSV nor Parquet, or Parquet for Excel, exits with 1, and nothing is written."""
    refused = {
        ("-o", str(tmp_path / "a.xlsx")): "the name does not say in which form; end it in .csv or .parquet",
        ("--excel", "-o", str(tmp_path / "a.parquet")): (
            "Excel reads no Parquet; end it in .csv, or leave --excel out"
        ),
        ("-o", str(tmp_path / "nowhere" / "a.csv")): "No such file or directory",
    }
    for more, why in refused.items():
        result = run(words, *more)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == f"caucasus-events: cannot write {more[-1]}: {why}\n"
    assert list(tmp_path.iterdir()) == []


def test_export_says_what_it_wrote(tmp_path: Path) -> None:
    """`export` writes every table, and says how many there are; a form that it does not know exits with 1."""
    rows = sum(len(tables.load(name)) for name in FILES)
    for name in ("all.sqlite", "csv"):
        result = run("export", str(tmp_path / name))
        assert (result.exit_code, result.output) == (0, f"wrote  {tmp_path / name}: 12 tables, {rows:,} rows\n")
    failed = run("export", str(tmp_path / "all.dbf"))
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert failed.stderr == (
        f"caucasus-events: cannot write {tmp_path / 'all.dbf'}: the name does not say in which form; "
        "end it in .sqlite, .duckdb or .xlsx, or call a folder csv or dta\n"
    )
