"""The commands of a plain install that read: show, list, annotate, explore, verify, export."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError, UnknownNameError, UnmatchedCodesWarning, unknown
from caucasus_events.model.rows import TABLES
from caucasus_events.model.words import counted

from . import options

wing = click.Group()


@wing.command()
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(["text", "csv"]), default="text", help="csv: the rows of a table.")
@options.texts
@options.layer
def show(name: str | None, form: str, layer: str, texts: str | None) -> None:
    """Show the dictionary of a table, or a record with its evidence.

    NAME is a table or the id of a record; without it, all tables are listed.
    A record of a document comes with the words that prove it, one that only
    other sources state with what they say and how well it is supported.

    \b
    Examples:
        caucasus-events show statuses
        caucasus-events show turkey-armenia-border-closed
        caucasus-events show armenia-russia-alliance --texts documents/
        caucasus-events show events --format csv
    """
    from caucasus_events.reading import exports, tables

    from . import showing

    if texts is not None and (name is None or name in TABLES or form == "csv"):
        raise InvalidValueError("--texts is for one record: name its id")
    if form == "csv":
        if name not in TABLES:
            raise UnknownNameError(unknown("table", name or "", TABLES))
        click.echo(exports.csv_of(tables.load(name, layer)), nl=False)
    elif name is None:
        showing.list_tables()
    elif name in TABLES:
        showing.show_table(name)
    else:
        showing.show_record(name, layer, texts)


@wing.command("list")
@click.option("--type", "kind", help="Only records of this type, such as clash or membership.")
@click.option("--entity", help="Only records in which this entity is a party (id, name or spelling).")
@options.layer
def list_records(kind: str | None, entity: str | None, layer: str) -> None:
    """List the records: id, when, title.

    \b
    Examples:
        caucasus-events list --type clash
        caucasus-events list --entity ARM --layer seed
    """
    from caucasus_events.model import codebook
    from caucasus_events.reading import names, tables

    from . import showing

    frame = tables.load("timeline", layer)
    frame = frame[frame["type"].isin(codebook.chosen(kind, [*codebook.codes("event"), *codebook.codes("status")]))]
    frame = names.with_party(frame, entity)
    showing.records(frame)
    click.echo(counted(len(frame), "record"))


@wing.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--like", help="A dataset whose columns are known: ucdp_ged, gdelt or acled.")
@click.option("--date", help="The column with the day.")
@click.option("--date-end", help="The column with the last day, if a row is a window.")
@click.option("--subject", help="The column with the code of the actor.")
@click.option("--object", help="The column with the code of the other actor.")
@click.option("--type", "types", multiple=True, help="A status type; may be given again (default: all).")
@click.option(
    "--with", "objects", multiple=True, help="A column of its own for this object, such as CSTO (may be repeated)."
)
@click.option("--codes", help="Scheme of the codes: iso3, cow, gw, name, … (default: that of --like, else iso3).")
@click.option("--prefix", default="", help="Put before the names of the new columns.")
@options.layer
@options.outside
@options.confidence
@options.carry_to
def annotate(source: Path, target: Path, types: tuple[str, ...], objects: tuple[str, ...], **asked: Any) -> None:
    """Add status columns to a Parquet file of any size.

    SOURCE is read and TARGET written some rows at a time; TARGET appears only when it is complete.

    \b
    Examples:
        caucasus-events annotate ged.parquet out.parquet --like ucdp_ged
        caucasus-events annotate mine.parquet out.parquet \\
            --date day --subject iso_a --object iso_b --type membership
    """
    from caucasus_events.joining.annotation import annotate_parquet

    with warnings.catch_warnings(record=True) as caught, _progress_of_rows(f"annotating {source.name}") as progress:
        warnings.simplefilter("always", UnmatchedCodesWarning)
        count = annotate_parquet(
            source, target, types=types or None, objects=objects or None, progress=progress, **options.given(asked)
        )
    for warning in caught:
        click.echo(f"note   {warning.message}", err=True)
    click.echo(f"wrote  {target}: {count:,} rows")


@contextmanager
def _progress_of_rows(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Yield a progress callback that draws a bar, or None where nobody is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def advance(done: int, every: int) -> None:
            bar.length = max(every, 1)
            bar.update(done - bar.pos)

        yield advance


@wing.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), default="caucasus-events.html")
@click.option("--open", "show_it", is_flag=True, help="Open the page in a browser.")
@options.texts
@options.layer
def explore(path: Path, layer: str, texts: str | None, *, show_it: bool) -> None:
    """Write the explorer: one HTML page with every record and its proof.

    PATH is the file to write (default: caucasus-events.html). The page needs no network.
    It holds all layers, and opens with the one asked for.

    \b
    Example:
        caucasus-events explore --open
    """
    from caucasus_events.drawing.explorer import write_explorer

    written = write_explorer(path, layer=layer, texts=texts)
    click.echo(f"wrote  {written}")
    if show_it:
        click.launch(written.resolve().as_uri())


@wing.command()
def verify() -> None:
    """Compare the installed tables with the digests of their release.

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
    click.echo(f"All {len(files)} files are those of caucasus-events {about.VERSION}.")


@wing.command()
@click.argument("path", type=click.Path(path_type=Path))
def export(path: Path) -> None:
    """Write every table, with its dictionary, for other programs.

    PATH says in which form: a name that ends in .sqlite, .duckdb or .xlsx
    (a sheet a table), or a folder called csv or dta (Stata), a file a table.
    Those of DuckDB and Excel need pip install 'caucasus-events[export]'.

    \b
    Examples:
        caucasus-events export caucasus.sqlite
        caucasus-events export dta/
    """
    from caucasus_events.reading import exports

    rows = exports.write_tables(path)
    click.echo(f"wrote  {path}: {counted(len(rows), 'table')}, {counted(sum(rows.values()), 'row')}")
