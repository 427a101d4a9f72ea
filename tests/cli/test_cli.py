"""The command line, as it is met at a terminal and in a pipe."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import caucasus_events
from caucasus_events.asking.statements import evidence
from caucasus_events.cli import main
from caucasus_events.model.layers import LAYERS
from caucasus_events.model.rows import FILES, TABLES
from caucasus_events.reading import tables

# Hides what only the extra `build` brings, as a plain install does, and runs the command line.
PLAIN_INSTALL = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pydantic", "rapidfuzz"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
from caucasus_events.cli import main
main(sys.argv[1:])
"""


def run(*words: str) -> Result:
    """Run a command as from a shell."""
    return CliRunner().invoke(main, list(words))


COMMANDS = sorted(main.commands)
SHEET = Path(__file__).parents[1] / "chronicle" / "seeds" / "chronicle-2020.toml"
CHRONICLE = tomllib.loads(SHEET.read_text("utf-8"))
CODED = [record["id"] for kind in ("event", "status") for record in CHRONICLE[kind]]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_shows_an_example(name: str) -> None:
    """Every command explains itself with an example, within 80 columns."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"caucasus-events {name}" in result.output
    assert max(map(len, result.output.splitlines())) <= 80


def test_help_lists_every_command() -> None:
    """The first help names all commands and fits 80 columns."""
    result = run("--help")
    assert all(f"\n  {name}" in result.output for name in COMMANDS)
    assert max(map(len, result.output.splitlines())) <= 80


def test_the_version_is_that_of_the_package() -> None:
    """--version, the module run with -m, and __version__ tell one version."""
    command = [sys.executable, "-m", "caucasus_events", "--version"]
    module = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = f"caucasus-events, version {caucasus_events.__version__}\n"
    told += "To cite it: caucasus-events cite, in BibTeX, APA or CSL-JSON\n"
    assert run("--version").output == module == told


def test_build_says_what_it_read_and_wrote(mini: Path) -> None:
    """Build names the seeds with their shares, the tables with their rows, and the records."""
    result = run("build", "--root", str(mini))
    assert result.exit_code == 0
    assert result.output == (
        "read   seeds/mini: 170 characters, 92.0% cited, 8.0% set aside\n"
        "wrote  data/sources.parquet: 1 rows\n"
        "wrote  data/entities.parquet: 4 rows\n"
        "wrote  data/events.parquet: 3 rows\n"
        "wrote  data/participants.parquet: 6 rows\n"
        "wrote  data/statuses.parquet: 5 rows\n"
        "wrote  data/evidence.parquet: 8 rows\n"
        "wrote  data/coverage.parquet: 2 rows\n"
        "wrote  data/timeline.parquet: 8 rows\n"
        "wrote  data/corroborations.parquet: 2 rows\n"
        "wrote  data/references.parquet: 4 rows\n"
        "wrote  data/external_ids.parquet: 1 rows\n"
        f"built  caucasus-events {caucasus_events.__version__}: 8 records\n"
    )


def test_check_passes_on_what_build_wrote(mini: Path) -> None:
    """Check says what it compared and how many rules hold."""
    run("build", "--root", str(mini))
    result = run("check", "--root", str(mini))
    assert result.exit_code == 0
    assert result.output.startswith("data/ is what the seeds build (compared: ")
    assert result.output.endswith(" rules hold over 8 records.\n")


def test_problems_go_to_standard_error_and_exit_with_1(mini: Path) -> None:
    """A mistake is printed in full to standard error, with the count, and nothing is written."""
    sheet = mini / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text().replace('kind = "organisation"', 'kind = "organization"'))
    result = run("build", "--root", str(mini))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "seeds/mini.toml:28: entity LEAGUE: unknown kind 'organization'\n"
        "    known     state, organisation, territory, authority, person\n"
        "    do        write organisation, or another known code\n"
        "\n1 problem; nothing was written.\n"
    )
    assert not (mini / "data").exists()


def test_a_code_of_any_length_is_cut_in_a_message(mini: Path) -> None:
    """Of a code that no codebook has, however long, a message shows what fits a line."""
    sheet = mini / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text().replace('kind = "organisation"', f'kind = "{"o" * 9_999}"'))
    assert run("build", "--root", str(mini)).stderr == (
        f"seeds/mini.toml:28: entity LEAGUE: unknown kind '{'o' * 58}' …\n"
        "    known     state, organisation, territory, authority, person\n"
        "    do        write one of the known codes\n"
        "\n1 problem; nothing was written.\n"
    )


def test_check_of_data_that_are_not_there_names_every_file(mini: Path) -> None:
    """Check in a checkout that was never built lists the missing files and exits with 1."""
    result = run("check", "--root", str(mini))
    assert result.exit_code == 1
    assert all(f"data/{name}.parquet: the file is missing" in result.stderr for name in TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_show_prints_the_dictionary_of_a_table(name: str) -> None:
    """Show TABLE lists every column with its meaning, within 80 columns."""
    result = run("show", name)
    assert result.exit_code == 0
    assert all(f"\n  {column}" in result.output for column in FILES[name].meanings)
    assert max(map(len, result.output.splitlines())) <= 80


@pytest.mark.parametrize("name", TABLES)
def test_show_prints_a_table_as_csv(name: str) -> None:
    """Show TABLE --format csv gives every row, for people without Parquet."""
    result = run("show", name, "--format", "csv")
    assert result.exit_code == 0
    frame = tables.load(name)
    read = pd.read_csv(io.StringIO(result.stdout), dtype=str, keep_default_na=False)
    assert list(read.columns) == list(frame.columns)
    assert len(read) == len(frame) > 0


def test_show_without_a_name_lists_the_tables() -> None:
    """Show alone lists every table with its grain."""
    assert [line.split()[0] for line in run("show").output.splitlines() if line[0] != " "] == list(TABLES)


@pytest.mark.parametrize("identity", CODED)
def test_show_prints_a_record_with_every_passage(identity: str) -> None:
    """Show RECORD gives title, dates, each quote that proves it, and the document."""
    result = run("show", identity)
    words = " ".join(result.output.split())
    passages = tables.load("evidence").query("record_id == @identity")["quote"]
    assert result.exit_code == 0
    assert len(passages) > 0
    assert all(quote in words for quote in passages)
    assert "The Test Gazette, 23 July 2020" in words
    assert all(len(line) <= 80 or line.startswith("  https://") for line in result.output.splitlines())


def test_show_gives_the_context_of_passages_where_the_document_is() -> None:
    """With a folder of documents every passage stands between the words around it; without one it stands alone."""
    passages = tables.load_evidence()
    record = passages["record_id"].iloc[0]
    proof = evidence(record, texts=SHEET.parent).query("layer == 'seed'")
    assert len(proof)
    shown, alone = (
        " ".join(run("show", record, *more).output.split()) for more in (["--texts", str(SHEET.parent)], [])
    )
    for context, quote in zip(proof["context"], proof["quote"], strict=True):
        assert " ".join(f"… {context.replace(quote, f'>>{quote}<<')} …".split()) in shown
        assert f">>{quote}<<" in alone
        assert context not in alone


@pytest.mark.parametrize(
    "words", [["show", "events"], ["show"], ["show", "nagorno-karabakh-war-2020", "--format", "csv"]]
)
def test_documents_are_for_one_record(words: list[str]) -> None:
    """Where there is no record to show, a folder of documents is refused before anything is printed."""
    result = run(*words, "--texts", str(SHEET.parent))
    assert result.exit_code == 1
    assert result.stderr == "caucasus-events: --texts is for one record: name its id\n"
    assert result.stdout == ""


@pytest.mark.parametrize("record", ["turkey-armenia-border-closed", "nagorno-karabakh-war-2020"])
def test_a_folder_that_is_none_is_told_before_anything_is_printed(record: str) -> None:
    """Of a record with passages and of one without any, nothing is shown by half."""
    result = run("show", record, "--texts", "no-such-folder")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "caucasus-events: texts: no-such-folder is no folder: name the one that holds the documents\n"
    )


def test_an_explorer_without_its_documents_is_not_written(tmp_path: Path) -> None:
    """A folder that lacks a document is told, and a page that is there stays as it was."""
    path, other = tmp_path / "page.html", tmp_path / "empty"
    path.write_text("mine", "utf-8")
    other.mkdir()
    result = run("explore", str(path), "--texts", str(other))
    digest = tables.load_sources()["sha256"].iloc[0]
    name = other / f"{tables.load_sources()['source_id'].iloc[0]}.txt"
    do = f"put the document there (SHA-256 {digest}), or leave texts out"
    assert (result.exit_code, " ".join(result.stderr.split())) == (
        1,
        f"caucasus-events: texts: there is no {name}: {do}",
    )
    assert path.read_text("utf-8") == "mine"


def test_show_prints_what_other_sources_state() -> None:
    """Of a reported record, show gives what its sources say in our words, the note, confidence, place and citations."""
    assert run("show", "azerbaijan-russia-military-base-gabala").output == (
        "azerbaijan-russia-military-base-gabala\n"
        "Russian radar station in Gabala, Azerbaijan\n"
        "\n"
        "  type       military_base\n"
        "  parties    Azerbaijan → Russia\n"
        "  place      Gabala\n"
        "  when       began 2001-01-01 … 2003-12-31, ended not before 2012-12-09\n"
        "  after      unknown after 2012-12-09\n"
        "  holds      yes\n"
        "  confidence low\n"
        "  layer      reported\n"
        "\n"
        "  a station was leased in 2002 or about then.\n"
        "\n"
        "  note: One source, which cites nobody.\n"
        "\n"
        "  The Test Gossip, “What Is Said in the Market”.\n"
        "  https://example.org/hearsay\n"
    )
    event = run("show", "nagorno-karabakh-war-2020").output
    assert "  when       began 2020-09-27, ended 2020-11-09\n  confidence high\n" in event
    assert event.count("  https://example.org/") == 2


def test_a_record_of_another_layer_is_not_in_this_one() -> None:
    """What only other sources state is no record of the documents: show says so, and where it is found."""
    result = run("show", "azerbaijan-russia-military-base-gabala", "--layer", "seed")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "caucasus-events: azerbaijan-russia-military-base-gabala is no record of the layer seed: only other sources "
        "state it; leave --layer out\n"
    )


def test_show_of_an_unknown_name_tells_the_nearest() -> None:
    """A name that is no table and no record exits with 1 and suggests the nearest."""
    result = run("show", "turkey-armenia-border-close")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "caucasus-events: no table and no record is called 'turkey-armenia-border-close'; "
        "did you mean turkey-armenia-border-closed?\n"
    )


def test_list_filters_by_type_and_entity() -> None:
    """List shows all records, those of a type, or those in which an entity is a party."""
    assert run("list").output.endswith("\n42 records\n")
    assert run("list", "--layer", "seed").output.endswith("\n34 records\n")
    assert run("list", "--type", "clash").output.endswith("\n5 records\n")
    of_war = "nagorno-karabakh-war-2020\n    clash, began 2020-09-27, ended 2020-11-09: War over Nagorno-Karabakh"
    assert f"{of_war}\n    [reported, confidence high]\n" in run("list", "--type", "clash").output
    georgia = run("list", "--type", "clash", "--entity", "Georgia").output
    assert georgia.startswith("georgia-russia-escalation-2008\n")
    assert georgia.endswith("\n1 record\n")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--type", "clashes", "unknown type 'clashes' (nearest: clash; known: "),
        ("--entity", "Turky", "unknown entity 'Turky' (nearest: Turkey; known: "),
    ],
)
def test_list_refuses_unknown_names(option: str, value: str, message: str) -> None:
    """An unknown type or entity exits with 1 and names the nearest."""
    result = run("list", option, value)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"caucasus-events: {message}")


def test_new_writes_the_head_of_a_sheet_that_only_needs_coding(mini: Path, tmp_path: Path) -> None:
    """New copies the text, fills in title and hash, and the build then asks for what a person must add."""
    text = tmp_path / "report-1991.txt"
    text.write_text("# A report\n\nNothing happened.\n")
    result = run("new", str(text), "--root", str(mini))
    assert result.exit_code == 0
    assert result.output == (
        "wrote  seeds/report-1991.toml\n"
        "next   fill in [source] and code every passage as seeds/CODEBOOK.md tells;\n"
        "       caucasus-events build lists what is still missing\n"
    )
    assert (mini / "seeds" / "report-1991.txt").read_bytes() == text.read_bytes()
    sheet = mini / "seeds" / "report-1991.toml"
    assert 'title = "A report"' in sheet.read_text()
    missing = run("build", "--root", str(mini)).stderr
    assert "seeds/report-1991.toml:8: source: published is not a day" in missing
    assert "seeds/report-1991.toml:5: source: author is empty" in missing
    filled = re.sub(r'(published|speaks_until) = "\?"', r'\1 = "1991-05-07"', sheet.read_text())
    filled = filled.replace('url = "?"', 'url = "https://example.org/report"')
    sheet.write_text(filled.replace('"?"', '"somebody"'))
    uncoded = run("build", "--root", str(mini)).stderr
    assert "seeds/report-1991.txt:1: words are neither cited nor set aside" in uncoded
    assert uncoded.endswith("\n1 problem; nothing was written.\n")


def test_the_commented_records_of_a_new_sheet_are_well_formed(mini: Path, tmp_path: Path) -> None:
    """Without their comment signs, the records in a new sheet have the keys that the format asks for."""
    text = tmp_path / "report-1991.txt"
    text.write_text("the words, exactly as they stand in the text\n")
    run("new", str(text), "--root", str(mini))
    sheet = mini / "seeds" / "report-1991.toml"
    head, _, records = sheet.read_text().replace('"?"', '"1991-05-07"').partition("# [[entity]]")
    sheet.write_text(head + "\n".join(line.removeprefix("# ") for line in ("# [[entity]]" + records).splitlines()))
    errors = run("build", "--root", str(mini)).stderr
    assert "unknown entity 'CSTO' in object" in errors
    assert all(words not in errors for words in ("unknown key", "missing", "wrong type", "TOML"))


def test_new_refuses_a_name_that_is_taken_or_no_id(mini: Path, tmp_path: Path) -> None:
    """A file that exists is never overwritten, and a name that is no id is refused."""
    before = {path: path.read_bytes() for path in (mini / "seeds").rglob("*.*")}
    (tmp_path / "mini.txt").write_text("Other words.\n")
    (tmp_path / "My Report.txt").write_text("Other words.\n")
    taken, unfit = (
        run("new", str(tmp_path / "mini.txt"), "--root", str(mini)),
        run("new", str(tmp_path / "My Report.txt"), "--root", str(mini)),
    )
    assert (taken.exit_code, unfit.exit_code) == (1, 1)
    assert "seeds/mini.txt: the file exists" in taken.stderr
    assert "seeds/My Report.txt: the name of the file is not the id of a seed" in unfit.stderr
    assert {path: path.read_bytes() for path in (mini / "seeds").rglob("*.*")} == before


def test_outside_a_checkout_the_error_says_where_to_go(tmp_path: Path) -> None:
    """Build and check in a folder without seeds exit with 1 and one line."""
    for name in ("build", "check"):
        result = run(name, "--root", str(tmp_path))
        assert result.exit_code == 1
        assert result.stderr == (
            f"caucasus-events: there are no seeds in {tmp_path / 'seeds'}; "
            "run this in a checkout, or give its folder with --root\n"
        )


@pytest.mark.parametrize(
    "words", ["build", "check", "new {text}", "release status", "release freeze --date 2031-02-03", "release describe"]
)
def test_without_the_extra_a_writer_is_told_the_remedy(words: str, mini: Path) -> None:
    """After a plain install every command that works on the seeds exits with 1 and one sentence."""
    text = mini / "report-1991.txt"
    text.write_text("Nothing happened.\n")
    asked = [*words.format(text=text).split(), "--root", str(mini)]
    failed = subprocess.run([sys.executable, "-c", PLAIN_INSTALL, *asked], check=False, capture_output=True, text=True)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == (
        "caucasus-events: what works on the seeds needs pydantic, which is not installed: "
        "pip install 'caucasus-events[build]'\n"
    )


@pytest.mark.released
def test_without_the_extra_a_reader_misses_nothing() -> None:
    """After a plain install the readers' commands work."""
    command = [sys.executable, "-c", PLAIN_INSTALL, "show", "turkey-armenia-border-closed"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    assert shown.startswith("turkey-armenia-border-closed\n")
    assert "  type       border_closed\n" in shown


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("build", True),
        ("new {text}", True),
        ("release freeze --date 2031-02-03", True),
        ("check", False),
        ("release status", False),
    ],
)
def test_nothing_was_written_is_said_where_something_would_be(words: str, mini: Path, *, written: bool) -> None:
    """Where they meet problems, commands that write say that they did not; the others have no reason to."""
    sheet = mini / "seeds" / "mini.toml"
    sheet.write_text(sheet.read_text("utf-8").replace('kind = "organisation"', 'kind = "organization"'), "utf-8")
    text = mini / "mini.txt"
    text.write_text("Other words.\n")
    result = run(*words.format(text=text).split(), "--root", str(mini))
    assert result.exit_code == 1
    closing = result.stderr.splitlines()[-1]
    assert re.fullmatch(r"\d problems?; nothing was written\." if written else r"\d problems?\.", closing)


def test_verify_never_says_that_nothing_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`verify` lists what is wrong with the installed files, with their number alone."""
    monkeypatch.setattr(tables, "data_path", lambda: tmp_path)
    result = run("verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"\d+ problems?\.", result.stderr.splitlines()[-1])


def test_annotate_adds_columns_to_a_file(tmp_path: Path) -> None:
    """`annotate` writes the same rows with a column per type, and notes codes that nobody has."""
    mine = pd.DataFrame({"day": ["1992-05-01", "2001-05-01", "2001-05-01"], "a": ["TUR", "TUR", "FRA"]})
    mine.to_parquet(tmp_path / "in.parquet")
    words = ("--date", "day", "--subject", "a", "--type", "border_closed", "--prefix", "ce_")
    result = run("annotate", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), *words)
    assert (result.exit_code, result.stdout) == (0, f"wrote  {tmp_path / 'out.parquet'}: 3 rows\n")
    assert result.stderr.startswith("note   codes that nobody in this dataset has are answered <NA>: column 'a'")
    written = pd.read_parquet(tmp_path / "out.parquet")
    assert list(written.columns) == ["day", "a", "ce_border_closed"]
    assert written["ce_border_closed"].fillna(value=False).tolist() == [False, True, False]
    assert written["ce_border_closed"].isna().tolist() == [True, False, True]


def test_annotate_reads_the_codes_that_are_asked_for(tmp_path: Path) -> None:
    """With --like, --codes says what the named column holds, iso3 too; left out, it is as the dataset has it."""
    mine = pd.DataFrame({"gwnoa": [640], "a": "TUR", "date_start": "2001-05-01", "date_end": "2001-05-02"})
    mine.to_parquet(tmp_path / "in.parquet")
    words = ("annotate", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), "--like", "ucdp_ged")
    for more in ((), ("--subject", "a", "--codes", "iso3")):
        assert run(*words, *more).stderr == ""
        assert pd.read_parquet(tmp_path / "out.parquet")["border_closed"].tolist() == [True]


def test_annotate_takes_objects_confidence_and_a_day_to_carry_to(tmp_path: Path) -> None:
    """A column for one object, what is weakly supported, and what was still so are asked for by name."""
    mine = pd.DataFrame({"day": ["2012-01-01", "2025-05-01"], "a": ["AZE", "ARM"]})
    mine.to_parquet(tmp_path / "in.parquet")
    words = ("--date", "day", "--subject", "a", "--type", "membership", "--type", "military_base")
    words += ("--with", "CSTO", "--with", "RUS", "--confidence", "low", "--carry-to", "2025")
    assert run("annotate", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), *words).exit_code == 0
    written = pd.read_parquet(tmp_path / "out.parquet").drop(columns=["day", "a"])
    assert written.to_dict("list") == {"membership_CSTO": [False, True], "military_base_RUS": [True, True]}
    left = words[: -len(("--confidence", "low", "--carry-to", "2025"))]
    assert run("annotate", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), *left).exit_code == 0
    written = pd.read_parquet(tmp_path / "out.parquet").drop(columns=["day", "a"])
    assert written.isna().to_dict("list") == {"membership_CSTO": [False, True], "military_base_RUS": [True, True]}


def test_annotate_of_a_missing_column_writes_nothing(tmp_path: Path) -> None:
    """A column that is not there exits with 1, and no file is left behind."""
    pd.DataFrame({"day": ["1992-05-01"], "a": ["TUR"]}).to_parquet(tmp_path / "in.parquet")
    result = run(
        "annotate", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), "--date", "day", "--subject", "b"
    )
    assert result.exit_code == 1
    assert "'b'" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_the_layer_is_that_of_what_is_shown_listed_annotated_and_explored(tmp_path: Path) -> None:
    """With --layer every command that says when says it as that layer has it; left out, as the best that is known."""
    shown = run("show", "armenia-eaeu-membership", "--layer", "seed").stdout
    assert "  when       began not after 2020-07-23, still so on 2020-07-23\n" in shown
    assert (
        "  start 2015-01-02: refines the seed, high, applied\n"
        "  Armenia became a member on 2 January 2015, a day after the union came into\n"
        "  being.\n"
        "  sources: ragmamoul-2015-01-02; commonspace-eeu-membership\n"
    ) in shown
    for layer in (["--layer", "corroborated"], []):
        shown = run("show", "armenia-eaeu-membership", *layer).stdout
        assert "  when       began 2015-01-02, still so on 2020-07-23\n" in shown
    listed = run("list", "--type", "ceasefire", "--layer", "corroborated").stdout
    assert "    ceasefire, 1994-05-12: Ceasefire in the Nagorno-Karabakh conflict, brokered" in listed
    for layer in LAYERS:
        header = run("show", "events", "--format", "csv", "--layer", layer).stdout.splitlines()[0]
        assert header == ",".join(tables.load("events", layer).columns)
    pd.DataFrame({"day": ["2018-01-01"], "a": ["ARM"]}).to_parquet(tmp_path / "in.parquet")
    words = ("--date", "day", "--subject", "a", "--type", "membership", "--layer", "corroborated")
    assert run("annotate", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), *words).exit_code == 0
    assert pd.read_parquet(tmp_path / "out.parquet")["membership"].tolist() == [True]
    assert run("explore", str(tmp_path / "page.html"), "--layer", "corroborated").exit_code == 0
    assert '"layer":"corroborated"' in (tmp_path / "page.html").read_text("utf-8")


def test_explore_writes_one_page(tmp_path: Path) -> None:
    """`explore` writes a page, and says so; a folder that is not there is an error."""
    result = run("explore", str(tmp_path / "page.html"))
    assert (result.exit_code, result.output) == (0, f"wrote  {tmp_path / 'page.html'}\n")
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    failed = run("explore", str(tmp_path / "nowhere" / "page.html"))
    assert (failed.exit_code, failed.stderr) == (
        1,
        f"caucasus-events: cannot write {tmp_path / 'nowhere' / 'page.html'}: No such file or directory\n",
    )


def test_verify_names_every_good_file() -> None:
    """`verify` lists each table of the installed release."""
    result = run("verify")
    assert result.exit_code == 0
    assert all(f"good   {name}.parquet: " in result.output for name in TABLES)
    assert result.output.endswith(f" files are those of caucasus-events {caucasus_events.__version__}.\n")


@pytest.mark.released
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_whatever_the_system_encodes_a_record_is_printed_whole(encoding: str) -> None:
    """Where output cannot hold every letter of the data, it is written as UTF-8."""
    record = str(tables.load_events()["event_id"].iloc[0])
    command = [sys.executable, "-W", "ignore", "-m", "caucasus_events", "show", record]
    printed = [
        subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": each}).stdout
        for each in ("utf-8", encoding)
    ]
    assert printed[0] == printed[1]
    assert not printed[0].isascii()
