"""The commands of a plain install that ask: as-of, between, history, panel, cite."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
import pandas as pd

from . import options

wing = click.Group()

_type = options.several("--type", "--types", "types", says="Only of this type")
_entity = options.several("--entity", "--entities", "entities", says="Only of this entity, by id or name")


def _answered(command: Callable[..., tuple[pd.DataFrame, Callable[[pd.DataFrame], None]]]) -> options.Command:
    """Tell the table that a command returns in the words that it returns, or put it where a table is asked for."""
    form = click.option(
        "--format", "form", type=click.Choice(["text", "csv"]), default="text", help="csv: all columns."
    )

    @form
    @options.kept
    @wraps(command)
    def run(form: str, output: Path | None, *, excel: bool, **asked: Any) -> None:
        options.form_of(output, excel=excel)
        frame, tell = command(**options.given(asked))
        if form == "csv" or output or excel:
            options.put(frame, output, excel=excel)
        else:
            tell(frame)

    return run


@wing.command("as-of")
@click.argument("day")
@_type
@_entity
@options.layer
@options.confidence
@options.outside
@options.carry_to
@_answered
def as_of(day: str, **asked: Any) -> tuple[pd.DataFrame, Callable[[pd.DataFrame], None]]:
    """Tell what held on a DAY: yes, no, or unknown and why.

    DAY is YYYY-MM-DD; a month or a year means every day of it.

    \b
    Examples:
        caucasus-events as-of 2018-01-01 --entity Armenia
        caucasus-events as-of 2010 --type membership --entity GEO --outside no
    """
    from caucasus_events.asking import questions

    from . import showing

    return questions.as_of(day, **asked), showing.answers


@wing.command()
@click.argument("start")
@click.argument("end")
@_type
@_entity
@options.layer
@_answered
def between(start: str, end: str, **asked: Any) -> tuple[pd.DataFrame, Callable[[pd.DataFrame], None]]:
    """List the events from START to END, certain or possible.

    Both are YYYY-MM-DD, or a month or a year, and both are included.

    \b
    Example:
        caucasus-events between 2020-09 2020-12 --type clash,ceasefire
    """
    from caucasus_events.asking import questions

    from . import showing

    return questions.between(start, end, **asked), showing.events


@wing.command()
@click.argument("subject")
@click.argument("object", required=False)
@options.layer
@options.confidence
@options.carry_to
@_answered
def history(**asked: Any) -> tuple[pd.DataFrame, Callable[[pd.DataFrame], None]]:
    """List all that was so of SUBJECT, with regard to OBJECT or anybody.

    Both are ids or names of entities.

    \b
    Examples:
        caucasus-events history Georgia CIS
        caucasus-events history Armenia -o armenia.csv --excel
    """
    from caucasus_events.asking import questions

    from . import showing

    return questions.history(**asked), showing.windows


@wing.command()
@click.argument("unit")
@click.argument("freq")
@click.argument("start")
@click.argument("end")
@options.several("--types", "--type", "types", says="A column for this type")
@options.several("--entities", "--entity", "entities", says="Rows of this actor, by id, code or name")
@options.several("--objects", "--object", "--with", "objects", says="A column of its own for this object, such as CSTO")
@click.option("--rule", help="any (default), whole, first or last: which days of a period decide.")
@click.option("--undirected", is_flag=True, help="A with B and B with A are one row.")
@click.option("--codes", help="Codes of the actors: iso3 (default), cow, gw or id.")
@options.layer
@options.confidence
@options.outside
@options.carry_to
@options.kept
def panel(output: Path | None, *, excel: bool, undirected: bool, **asked: Any) -> None:
    """Lay statuses out: a row per UNIT and FREQ, from START to END.

    UNIT is dyad, entity or membership, FREQ day, month, quarter or year; a
    cell is TRUE, FALSE, or empty where it is unknown. Without -o it is
    printed as CSV.

    \b
    Examples:
        caucasus-events panel dyad year 1991 2025 --codes cow -o dyads.parquet
        caucasus-events panel entity year 1991 2025 --types membership \\
            --objects CSTO,EAEU -o members.csv
    """
    from caucasus_events.asking import panels

    options.form_of(output, excel=excel)
    options.put(panels.panel(directed=not undirected, **options.given(asked)), output, excel=excel)


@wing.command()
@click.argument("records", metavar="[ID]...", nargs=-1)
@click.option("--style", default="bibtex", show_default=True, help="bibtex, apa or csl-json.")
def cite(records: tuple[str, ...], style: str) -> None:
    """Write what to cite: the dataset, and what stands behind records.

    ID is the id of a record; without one, the dataset is cited as a whole.

    \b
    Example:
        caucasus-events cite georgia-cis-membership --style apa
    """
    from caucasus_events.asking import statements

    click.echo(statements.cite(list(records) or None, style=style))
