"""What several commands are given alike: a layer, documents, lists of names, terms, and where a table goes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pandas as pd

from caucasus_events.errors import UnwritableError
from caucasus_events.model.layers import BEST, LAYERS

Command = Callable[..., Any]

# The mark at the beginning of a file by which Excel knows UTF-8.
_MARK = "\ufeff"

layer = click.option(
    "--layer",
    type=click.Choice(LAYERS),
    default=BEST,
    show_default=True,
    help="seed: documents; corroborated: dates narrowed by other sources; reported: and what only these state.",
)
texts = click.option(
    "--texts", metavar="FOLDER", help="Where you have the documents, <id>.txt: all words, in their context."
)
outside = click.option("--outside", help='"no": outside stated bounds the answer is no.')
confidence = click.option(
    "--confidence", help="The least that counts of reported statuses: high, medium (default) or low."
)
carry_to = click.option("--carry-to", help="Take what was still so to go on up to this day: your assumption.")


def several(*names: str, says: str) -> Callable[[Command], Command]:
    """Take several names, separated by commas or given again; None if there is none."""
    return click.option(*names, multiple=True, callback=_parted, help=f"{says} (several: A,B).")


def _parted(_context: click.Context, _option: click.Parameter, words: tuple[str, ...]) -> list[str] | None:
    """Part lists at their commas; a spelling that has one, "Iran, Islamic Republic of", stays whole."""
    from caucasus_events.reading import names, tables

    spelt = names.spellings(tables.load_entities()) if any("," in word for word in words) else {}
    parts = [part for word in words for part in re.split(r",(?!\s)", word)]
    parted = [[part] if names.casefolded(part) in spelt else part.split(",") for part in parts]
    return [name.strip() for each in parted for name in each] or None


def kept(command: Command) -> Command:
    """Let a table go to a file, or for Excel."""
    file = click.Path(dir_okay=False, path_type=Path)
    to_file = click.option("-o", "--output", type=file, help="The file to write, a .csv or a .parquet.")
    return to_file(click.option("--excel", is_flag=True, help="A CSV that Excel reads as UTF-8.")(command))


def form_of(output: Path | None, *, excel: bool) -> str:
    """Tell from its name what kind of file a table goes to; what is printed is CSV."""
    form = ".csv" if output is None else output.suffix.lower()
    if form not in (".csv", ".parquet"):
        raise UnwritableError(f"cannot write {output}: the name does not say in which form; end it in .csv or .parquet")
    if excel and form != ".csv":
        raise UnwritableError(f"cannot write {output}: Excel reads no Parquet; end it in .csv, or leave --excel out")
    return form


def put(frame: pd.DataFrame, output: Path | None, *, excel: bool) -> None:
    """Write a table to a file, or print it as CSV."""
    from caucasus_events.reading.exports import csv_of
    from caucasus_events.reading.targets import whole_file

    form = form_of(output, excel=excel)
    written = (_MARK if excel else "") + csv_of(frame) if form == ".csv" else ""
    if output is None:
        click.echo(written, nl=False)
        return
    with whole_file(output) as partial:
        if form == ".csv":
            partial.write_text(written, "utf-8", newline="")
        else:
            frame.to_parquet(partial, index=False)
    click.echo(f"wrote  {output}: {len(frame):,} rows")


def given(asked: dict[str, Any]) -> dict[str, Any]:
    """Keep what was asked for; what was left out is the function's own to choose."""
    return {name: value for name, value in asked.items() if value is not None}
