"""The commands of a checkout, with the extra ``build``: new, build, check, and release status, freeze, describe."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from caucasus_events.describing import about
from caucasus_events.errors import ProblemsError

wing = click.Group()

_root = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The checkout, with seeds/ and data/ (default: this folder).",
)

# With fewer seeds than these the work is over before a bar is read.
_LONG_WORK = 16


class Writing(click.Command):
    """A command that writes all or nothing, and notes the latter where it meets problems."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ProblemsError as error:
            error.add_note("nothing was written")
            raise


@wing.command(cls=Writing)
@_root
def build(root: Path) -> None:
    """Build data/ from the seeds: everything, or nothing and why.

    \b
    Example:
        caucasus-events build
    """
    from caucasus_events.building import dataset

    built = dataset.build_dataset(root, _progress_of_seeds)
    for row in built.tables["sources"].itertuples():
        shares = f"{row.cited_share:.1%} cited, {row.set_aside_share:.1%} set aside"
        click.echo(f"read   seeds/{row.source_id}: {row.characters:,} characters, {shares}")
    for name, frame in built.tables.items():
        click.echo(f"wrote  data/{name}.parquet: {len(frame):,} rows")
    click.echo(f"built  caucasus-events {about.VERSION}: {len(built.tables['timeline']):,} records")


@wing.command()
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

    built, compared = standing.check_dataset(root, _progress_of_seeds)
    click.echo(f"data/ is what the seeds build (compared: {compared}).")
    click.echo(f"{len(RULES)} rules hold over {len(built.tables['timeline']):,} records.")


def _progress_of_seeds(coded: Iterable[Any], length: int) -> Iterator[Any]:
    """Show a bar on standard error where the work is long and somebody is watching."""
    if length < _LONG_WORK or not sys.stderr.isatty():
        yield from coded
        return
    with click.progressbar(coded, length, label="coding seeds", file=sys.stderr) as bar:
        yield from bar


@wing.command(cls=Writing)
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


@wing.group("release")
def releases() -> None:
    """Make a release, in a checkout: status, then freeze.

    \b
    Example:
        caucasus-events release status
        caucasus-events release freeze --date 2031-02-03
    """


@releases.command()
@_root
def status(root: Path) -> None:
    """Say which version is due and why.

    Compares what the seeds build with the last release. Exits with 1 if the
    version is too low, or if a change has no reason yet.

    \b
    Example:
        caucasus-events release status
    """
    from caucasus_events.building import release

    found = release.status(root)
    click.echo(release.status_text(found))
    if found.state in ("refused", "unexplained"):
        sys.exit(1)


@releases.command(cls=Writing)
@click.option("--date", "day", required=True, help="The day of the release, YYYY-MM-DD.")
@_root
def freeze(day: str, root: Path) -> None:
    """Freeze this version: tables, descriptors, and its part of the changelog.

    \b
    Example:
        caucasus-events release freeze --date 2031-02-03
    """
    from caucasus_events.building import release

    for path in release.freeze(root, day):
        click.echo(f"wrote  {path}")


@releases.command(cls=Writing)
@_root
def describe(root: Path) -> None:
    """Write CITATION.cff and .zenodo.json for the version as it is now.

    \b
    Example:
        caucasus-events release describe
    """
    from caucasus_events.building import release

    for path in release.describe(root):
        click.echo(f"wrote  {path}")
