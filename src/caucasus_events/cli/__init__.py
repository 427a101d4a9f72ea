"""The command line: ``caucasus-events COMMAND``."""

from __future__ import annotations

import sys
import textwrap
import warnings
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from caucasus_events.describing.about import VERSION
from caucasus_events.errors import (
    CaucasusEventsError,
    ProblemsError,
    UnknownNameError,
    UnmatchedCodesWarning,
    nearest,
    unknown,
)
from caucasus_events.model.rows import FILES, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    import pandas as pd

_WIDTH = 80
_LONG_WORK = 16


class Commands(click.Group):
    """A group that prints the package's own errors without a traceback and exits with 1."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Make sure, before anything is printed, that everything can be."""
        _speak_utf8()
        return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the package says is wrong goes to standard error."""
        try:
            return super().invoke(ctx)
        except ProblemsError as error:
            count = len(error.problems)
            click.echo(f"{error}\n\n{count} problem{'s' * (count != 1)}; nothing was written.", err=True)
        except CaucasusEventsError as error:
            click.echo(f"caucasus-events: {error}", err=True)
        return ctx.exit(1)


def _speak_utf8() -> None:
    """Write UTF-8 where the encoding of the system lacks letters that the data have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            try:
                "→ə".encode(stream.encoding)
            except UnicodeEncodeError:
                stream.reconfigure(encoding="utf-8")


_root = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The checkout, with seeds/ and data/ (default: this folder).",
)


_dates = click.option(
    "--dates",
    type=click.Choice(["seed", "corroborated"]),
    default="seed",
    help="corroborated: as other sources narrow them.",
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH})
@click.version_option(
    VERSION,
    prog_name="caucasus-events",
    message="%(prog)s, version %(version)s\nTo cite it: caucasus_events.cite(), in BibTeX, APA or CSL-JSON",
)
def main() -> None:
    """Events and statuses of the South Caucasus, each with its proof.

    \b
    Read the data:
        caucasus-events list --type clash
        caucasus-events show turkey-armenia-border-closed
        caucasus-events show timeline --format csv > timeline.csv
        caucasus-events explore --open
    Use them:
        caucasus-events annotate ged.parquet out.parquet --like ucdp_ged
    Work on them, in a checkout:
        caucasus-events new seeds/report-2021.txt
        caucasus-events build
        caucasus-events check
        caucasus-events release status
    """


@main.command()
@_root
def build(root: Path) -> None:
    """Build data/ from the seeds: everything, or nothing and why.

    \b
    Example:
        caucasus-events build
    """
    from caucasus_events.building import dataset

    built = dataset.build_dataset(root, _progress)
    for row in built.tables["sources"].itertuples():
        click.echo(f"read   seeds/{row.source_id}: {row.characters:,} characters, {_shares(row)}")
    for name, frame in built.tables.items():
        click.echo(f"wrote  data/{name}.parquet: {len(frame):,} rows")
    click.echo(f"built  caucasus-events {VERSION}: {len(built.tables['timeline']):,} records")


@main.command()
@_root
def check(root: Path) -> None:
    """Check that data/ is what the seeds build and that every rule holds.

    Exits with 1 and lists the problems if not.

    \b
    Example:
        caucasus-events check
    """
    from caucasus_events.building import standing
    from caucasus_events.building.rules import RULES

    built, compared = standing.check_dataset(root, _progress)
    click.echo(f"data/ is what the seeds build (compared: {compared}).")
    click.echo(f"{len(RULES)} rules hold over {len(built.tables['timeline']):,} records.")


@main.command()
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(["text", "csv"]), default="text", help="csv: the rows of a table.")
@_dates
def show(name: str | None, form: str, dates: str) -> None:
    """Show the dictionary of a table, or a record with its evidence.

    NAME is a table or the id of a record; without it, all tables are listed.

    \b
    Examples:
        caucasus-events show statuses
        caucasus-events show turkey-armenia-border-closed
        caucasus-events show events --format csv
    """
    from caucasus_events.reading import tables

    if form == "csv":
        if name not in TABLES:
            raise UnknownNameError(unknown("table", name or "", TABLES))
        click.echo(tables.load(name, dates).to_csv(index=False, lineterminator="\n"), nl=False)
    elif name is None:
        for table in TABLES:
            _paragraph(f"{table:<15}", f"{len(tables.load(table)):,} rows. {FILES[table].grain}")
    elif name in TABLES:
        _show_table(name)
    else:
        _show_record(name, dates)


@main.command("list")
@click.option("--type", "kind", help="Only records of this type, such as clash or membership.")
@click.option("--entity", help="Only records in which this entity is a party (id, name or spelling).")
@_dates
def list_records(kind: str | None, entity: str | None, dates: str) -> None:
    """List the records: id, when, title.

    \b
    Examples:
        caucasus-events list --type clash
        caucasus-events list --entity ARM
    """
    from caucasus_events.model import codebook
    from caucasus_events.reading import tables

    frame = tables.load("timeline", dates)
    known = [*codebook.codes("event"), *codebook.codes("status")]
    if kind is not None:
        if kind not in known:
            raise UnknownNameError(unknown("type", kind, known))
        frame = frame[frame["type"] == kind]
    if entity is not None:
        frame = frame[frame["record_id"].isin(_records_of(entity))]
    for row in frame.itertuples():
        click.echo(row.record_id)
        _paragraph("    ", f"{row.type}, {_when(row)}: {row.title}")
    click.echo(f"{len(frame)} record{'s' * (len(frame) != 1)}")


@main.command()
@click.argument("text", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_root
def new(text: Path, root: Path) -> None:
    """Write the head of a sheet for a new seed TEXT, and say what comes next.

    The text is copied to seeds/ if it is not there yet; it is never changed.

    \b
    Example:
        caucasus-events new ~/report-2021.txt
    """
    from caucasus_events.coding import template

    sheet = template.new_seed(text, root)
    click.echo(f"wrote  seeds/{sheet.name}")
    click.echo("next   fill in [source] and code every passage as seeds/CODEBOOK.md tells;")
    click.echo("       caucasus-events build lists what is still missing")


@main.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--like", help="A dataset whose columns are known: ucdp_ged, gdelt or acled.")
@click.option("--date", help="The column with the day.")
@click.option("--date-end", help="The column with the last day, if a row is a window.")
@click.option("--subject", help="The column with the code of the actor.")
@click.option("--object", help="The column with the code of the other actor.")
@click.option("--type", "types", multiple=True, help="A status type; may be given again (default: all).")
@click.option("--codes", default=None, help="Scheme of the codes: iso3, cow, gw, name, … (default: iso3).")
@click.option("--prefix", default="", help="Put before the names of the new columns.")
@_dates
@click.option("--outside", default="unknown", help='"no": outside stated bounds the answer is no.')
def annotate(source: Path, target: Path, types: tuple[str, ...], codes: str | None, **asked: Any) -> None:
    """Add status columns to a Parquet file of any size.

    SOURCE is read and TARGET written some rows at a time; TARGET appears only when it is complete.

    \b
    Examples:
        caucasus-events annotate ged.parquet out.parquet --like ucdp_ged
        caucasus-events annotate mine.parquet out.parquet \\
            --date day --subject iso_a --object iso_b --type membership
    """
    from caucasus_events.joining.annotation import annotate_parquet

    scheme = {} if codes is None else {"codes": codes}
    with warnings.catch_warnings(record=True) as caught, _bar(f"annotating {source.name}") as progress:
        warnings.simplefilter("always", UnmatchedCodesWarning)
        count = annotate_parquet(source, target, types=types or None, progress=progress, **scheme, **asked)
    for warning in caught:
        click.echo(f"note   {warning.message}", err=True)
    click.echo(f"wrote  {target}: {count:,} rows")


@main.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), default="caucasus-events.html")
@click.option("--open", "show_it", is_flag=True, help="Open the page in a browser.")
@_dates
def explore(path: Path, dates: str, *, show_it: bool) -> None:
    """Write the explorer: one HTML page with every record and its proof.

    PATH is the file to write (default: caucasus-events.html). The page needs no network.

    \b
    Example:
        caucasus-events explore --open
    """
    from caucasus_events.drawing.explorer import write_explorer

    written = write_explorer(path, dates=dates)
    click.echo(f"wrote  {written}")
    if show_it:
        click.launch(written.resolve().as_uri())


@main.command()
def verify() -> None:
    """Hold the installed tables against the digests of their release.

    Exits with 1 and names every file that is missing, cut short, altered, that
    of another table or of another version.

    \b
    Example:
        caucasus-events verify
    """
    from caucasus_events.reading import integrity

    files = integrity.verify()
    for row in files.itertuples():
        click.echo(f"good   {row.file}: {row.rows:,} rows, {row.bytes:,} bytes, {str(row.content_digest)[:23]}…")
    click.echo(f"All {len(files)} files are those of caucasus-events {VERSION}.")


@main.group()
def release() -> None:
    """Make a release, in a checkout: status, then freeze.

    \b
    Example:
        caucasus-events release status
        caucasus-events release freeze --date 2031-02-03
    """


@release.command()
@_root
def status(root: Path) -> None:
    """Say which version is due and why.

    Compares what the seeds build with the last release. Exits with 1 if the
    version is too low, or if a change has no reason yet.

    \b
    Example:
        caucasus-events release status
    """
    from caucasus_events.building import release as releasing

    found = releasing.status(root)
    click.echo(releasing.status_text(found))
    if found.state in ("refused", "unexplained"):
        sys.exit(1)


@release.command()
@click.option("--date", "day", required=True, help="The day of the release, YYYY-MM-DD.")
@_root
def freeze(day: str, root: Path) -> None:
    """Freeze this version: tables, descriptors, and its part of the changelog.

    \b
    Example:
        caucasus-events release freeze --date 2031-02-03
    """
    from caucasus_events.building import release as releasing

    for path in releasing.freeze(root, day):
        click.echo(f"wrote  {path}")


@release.command()
@_root
def describe(root: Path) -> None:
    """Write CITATION.cff and .zenodo.json for the version as it is now.

    \b
    Example:
        caucasus-events release describe
    """
    from caucasus_events.building import release as releasing

    for path in releasing.describe(root):
        click.echo(f"wrote  {path}")


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give a progress callback that draws a bar, or None where nobody is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def advance(done: int, every: int) -> None:
            bar.length = max(every, 1)
            bar.update(done - bar.pos)

        yield advance


def _progress(coded: Iterable[Any], length: int) -> Iterator[Any]:
    """Show a bar on standard error where the work is long and somebody is watching."""
    if length < _LONG_WORK or not sys.stderr.isatty():
        yield from coded
        return
    with click.progressbar(coded, length, label="coding seeds", file=sys.stderr) as bar:
        yield from bar


def _shares(row: Any) -> str:
    """Say how much of a seed is coded."""
    return f"{row.cited_share:.1%} cited, {row.set_aside_share:.1%} set aside"


def _paragraph(label: str, text: str) -> None:
    """Print text beside a label, wrapped at 80 columns."""
    click.echo(
        textwrap.fill(text, _WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)
    )


def _window(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Write a window of days: one day, two days, or the side that is known."""
    start, end = (day and day.isoformat() for day in map(_known_day, (first, last)))
    if start == end:
        return start or "on an unknown day"
    return f"{start} … {end}" if start and end else f"by {end}" if end else f"{start} or later"


def _known_day(day: pd.Timestamp) -> date | None:
    """Turn a cell into a day; NaT, which is not equal to itself, into None."""
    return day.date() if day == day else None  # noqa: PLR0124 - see above


def _when(row: Any) -> str:
    """Write when a record began and ended."""
    start, end = _window(row.start_earliest, row.start_latest), _window(row.end_earliest, row.end_latest)
    if row.end_state == "ongoing":
        return f"began {start}, still so on {row.end_earliest.date()}"
    return start if row.kind == "event" and start == end else f"began {start}, ended {end}"


def _records_of(name: str) -> set[str]:
    """Give the ids of all records in which an entity is a party."""
    from caucasus_events.reading import names, tables

    party = names.resolve(name)
    people, statuses = tables.load("participants"), tables.load("statuses")
    parties = statuses[["subject", "object", "about"]].isin([party]).any(axis=1)
    return {*people[people["entity_id"] == party]["event_id"], *statuses[parties]["status_id"]}


def _show_table(name: str) -> None:
    """Print what a table holds, column by column."""
    table = FILES[name]
    types, codes = table.dtypes, table.codes
    _paragraph("", f"{name}: {table.grain}")
    click.echo(f"Key: {', '.join(FILES[name].key)}\n")
    for column, meaning in table.meanings.items():
        allowed = f" One of: {', '.join(codes[column])}." if column in codes else ""
        _paragraph(f"  {column:<20}", f"{types[column]}. {meaning}.{allowed}")


def _show_record(identity: str, dates: str) -> None:
    """Print a record, each passage in its context, the document, and what other sources say of its dates."""
    from caucasus_events.reading import tables

    timeline = tables.load("timeline", dates).set_index("record_id", drop=False)
    if identity not in timeline.index:
        near = nearest(identity, [*TABLES, *timeline.index])
        hint = f"; did you mean {near}?" if near else "; caucasus-events list shows all"
        raise UnknownNameError(f"no table and no record is called {identity!r}{hint}")
    row = timeline.loc[identity]
    home = "events" if row["kind"] == "event" else "statuses"
    record = tables.load(home, dates).set_index(f"{row['kind']}_id").loc[identity]
    click.echo(identity)
    _paragraph("", str(row["title"]))
    click.echo("")
    facts = {
        "type": row["type"],
        "parties": row["parties"],
        "when": _when(row),
        "after": f"unknown after {record['speaks_until'].date()}",
    }
    if row["kind"] == "status":
        facts["holds"] = "yes" if record["holds"] else "no: an explicit denial"
    for label, value in {**facts, "assertion": record["assertion"]}.items():
        _paragraph(f"  {label:<11}", str(value))
    for passage in tables.load("evidence").query("record_id == @identity").itertuples():
        click.echo("")
        _paragraph("  ", f"… {passage.prefix}>>{passage.quote}<<{passage.suffix} …")
        _paragraph("  ", f"characters {passage.start_char} to {passage.end_char} of {passage.source_id}")
    click.echo("")
    _paragraph("  ", str(row["citation"]))
    click.echo(f"  {row['url']}")
    readings = tables.load("corroborations").query("record_id == @identity")
    for reading in readings.sort_values("preferred", ascending=False, kind="stable").itertuples():
        _show_reading(reading)


def _show_reading(reading: Any) -> None:
    """Print what other sources say of a date, whether it is applied, and who they are."""
    why = "applied" if reading.applied else f"not applied: {reading.why_not}"
    click.echo("")
    _paragraph("  ", f"{reading.bound} {reading.date}: {reading.relation} the seed, {reading.confidence}, {why}")
    _paragraph("  ", f"{reading.says}.")
    _paragraph("  ", f"sources: {reading.sources}")
