"""What ``show`` and ``list`` print: tables, records with their evidence, and when they were so, in 80 columns."""

import textwrap
from collections.abc import Mapping
from typing import Any

import click
import pandas as pd

from caucasus_events.errors import UnknownNameError, nearest, shown
from caucasus_events.model import words
from caucasus_events.model.rows import FILES, TABLES
from caucasus_events.reading import tables

_COLUMNS = 80


def paragraph(label: str, text: str) -> None:
    """Print text beside a label, wrapped."""
    click.echo(
        textwrap.fill(text, _COLUMNS, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)
    )


def began_and_ended(row: Any) -> str:
    """Write when a record began and ended.

    >>> began_and_ended(tables.load("timeline").set_index("record_id").loc["turkey-armenia-border-closed"])
    'began 1993-01-01 … 1993-12-31, still so on 2020-07-23'
    """
    bounds = row.start_earliest, row.start_latest, row.end_earliest, row.end_latest
    days = ["" if pd.isna(day) else day.date().isoformat() for day in bounds]
    start, end = words.window(*days[:2]), words.window(*days[2:])
    if row.end_state == "ongoing":
        return f"began {start}, still so on {days[2]}"
    return start if row.kind == "event" and start == end else f"began {start}, ended {end}"


def list_tables() -> None:
    """Print every table: how many rows, and what one is."""
    for name in TABLES:
        paragraph(f"{name:<15}", f"{len(tables.load(name)):,} rows. {FILES[name].grain}")


def show_table(name: str) -> None:
    """Print what a table holds, column by column."""
    table = FILES[name]
    types, codes = table.dtypes, table.codes
    paragraph("", f"{name}: {table.grain}")
    click.echo(f"Key: {', '.join(table.key)}\n")
    for column, meaning in table.meanings.items():
        allowed = f" One of: {', '.join(codes[column])}." if column in codes else ""
        paragraph(f"  {column:<20}", f"{types[column]}. {meaning}.{allowed}")


def show_record(identity: str, dates: str) -> None:
    """Print a record, each passage in its context, the document, and what other sources say of its dates."""
    timeline = tables.load("timeline", dates).set_index("record_id", drop=False)
    if identity not in timeline.index:
        near = nearest(identity, [*TABLES, *timeline.index])
        hint = f"; did you mean {near}?" if near else "; caucasus-events list shows all"
        raise UnknownNameError(f"no table and no record is called {shown(identity)}{hint}")
    row = timeline.loc[identity]
    click.echo(identity)
    paragraph("", str(row["title"]))
    click.echo("")
    for label, value in _facts(row, dates).items():
        paragraph(f"  {label:<11}", str(value))
    for passage in tables.load("evidence").query("record_id == @identity").itertuples():
        click.echo("")
        paragraph("  ", f"… {passage.prefix}>>{passage.quote}<<{passage.suffix} …")
        paragraph("  ", f"characters {passage.start_char} to {passage.end_char} of {passage.source_id}")
    click.echo("")
    paragraph("  ", str(row["citation"]))
    click.echo(f"  {row['url']}")
    readings = tables.load("corroborations").query("record_id == @identity")
    for reading in readings.sort_values("preferred", ascending=False, kind="stable").itertuples():
        why = "applied" if reading.applied else f"not applied: {reading.why_not}"
        click.echo("")
        paragraph("  ", f"{reading.bound} {reading.date}: {reading.relation} the seed, {reading.confidence}, {why}")
        paragraph("  ", f"{reading.says}.")
        paragraph("  ", f"sources: {reading.sources}")


def _facts(row: Any, dates: str) -> Mapping[str, object]:
    """Return what stands in the table of the record itself, by label."""
    home = "events" if row["kind"] == "event" else "statuses"
    record = tables.load(home, dates).set_index(f"{row['kind']}_id").loc[row["record_id"]]
    facts = {
        "type": row["type"],
        "parties": row["parties"],
        "when": began_and_ended(row),
        "after": f"unknown after {record['speaks_until'].date()}",
    }
    if row["kind"] == "status":
        facts["holds"] = "yes" if record["holds"] else "no: an explicit denial"
    return facts | {"assertion": record["assertion"]}
