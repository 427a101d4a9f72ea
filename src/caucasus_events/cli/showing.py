"""What ``show`` and ``list`` print: tables, records with their evidence, and when they were so, in 80 columns."""

import textwrap
from collections.abc import Mapping
from typing import Any

import click
import pandas as pd

from caucasus_events.describing import citation
from caucasus_events.errors import UnknownNameError, nearest, shown
from caucasus_events.model import words
from caucasus_events.model.rows import FILES, RECORDS, TABLES, dictionaries
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
    'began 1993-04-01 … 1993-04-30, still so on 2020-07-23'
    """
    bounds = row.start_earliest, row.start_latest, row.end_earliest, row.end_latest
    days = ["" if pd.isna(day) else day.date().isoformat() for day in bounds]
    start, end = words.window(*days[:2]), words.window(*days[2:])
    if row.end_state == "ongoing":
        return f"began {start}, still so on {days[2]}"
    return start if row.kind == "event" and start == end else f"began {start}, ended {end}"


def is_reported(row: Any) -> bool:
    """Say whether only other sources than a document state a record."""
    return bool(getattr(row, "layer", "seed") == "reported")


def support(row: Any) -> str:
    """Say how well other sources support a record that only they state; of another, nothing.

    >>> support(pd.Series({"layer": "reported", "confidence": "low"}))
    ' [reported, confidence low]'
    """
    return f" [reported, confidence {row.confidence}]" if is_reported(row) else ""


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


def show_record(identity: str, layer: str) -> None:
    """Print a record with what proves it: passages in their context and their document, or what other sources say."""
    timeline = tables.load("timeline", layer).set_index("record_id", drop=False)
    if identity not in timeline.index and identity in set(tables.load("timeline")["record_id"]):
        raise UnknownNameError(
            f"{identity} is no record of the layer {layer}: only other sources state it; leave --layer out"
        )
    if identity not in timeline.index:
        near = nearest(identity, [*TABLES, *timeline.index])
        hint = f"; did you mean {near}?" if near else "; caucasus-events list shows all"
        raise UnknownNameError(f"no table and no record is called {shown(identity)}{hint}")
    row = timeline.loc[identity]
    record = tables.load(_home(row), layer).set_index(f"{row['kind']}_id").loc[identity]
    click.echo(identity)
    paragraph("", str(row["title"]))
    click.echo("")
    for label, value in _facts(row, record).items():
        paragraph(f"  {label:<11}", str(value))
    click.echo("")
    if is_reported(row):
        _say_what_others_state(record)
    else:
        _quote_the_document(identity, row)


def _say_what_others_state(record: Any) -> None:
    """Print what the sources of a reported record say, in our words, with a note, and cite them."""
    paragraph("  ", f"{record['says']}.")
    if not pd.isna(record["note"]):
        click.echo("")
        paragraph("  ", f"note: {record['note']}")
    cited = tables.load("references").set_index("reference_id", drop=False)
    for name in record["reference_ids"].split("; "):
        source = dictionaries(cited.loc[[name]])[0]
        click.echo("")
        paragraph("  ", citation.reference_citation(source).removesuffix(source["url"]).rstrip())
        click.echo(f"  {source['url']}")


def _quote_the_document(identity: str, row: Any) -> None:
    """Print each passage in its context, the document, and what other sources say of the dates of a record."""
    evidence, readings = (tables.load(name) for name in ("evidence", "corroborations"))
    for passage in evidence[evidence["record_id"] == identity].itertuples():
        paragraph("  ", f"… {passage.prefix}>>{passage.quote}<<{passage.suffix} …")
        paragraph("  ", f"characters {passage.start_char} to {passage.end_char} of {passage.source_id}")
        click.echo("")
    paragraph("  ", str(row["citation"]))
    click.echo(f"  {row['url']}")
    of_record = readings[readings["record_id"] == identity]
    for reading in of_record.sort_values("preferred", ascending=False, kind="stable").itertuples():
        why = "applied" if reading.applied else f"not applied: {reading.why_not}"
        click.echo("")
        paragraph("  ", f"{reading.bound} {reading.date}: {reading.relation} the seed, {reading.confidence}, {why}")
        paragraph("  ", f"{reading.says}.")
        paragraph("  ", f"sources: {reading.sources}")


def _home(row: Any) -> str:
    """Name the table that a record of the timeline stands in."""
    return next(table for table, key in RECORDS.items() if key == f"{row['kind']}_id")


def _facts(row: Any, record: Any) -> Mapping[str, object]:
    """Return what is known of a record, by label: of the timeline, and of the table of the record itself."""
    facts = {"type": row["type"], "parties": row["parties"], "place": record.get("place"), "when": began_and_ended(row)}
    if not pd.isna(record["speaks_until"]):
        facts["after"] = f"unknown after {record['speaks_until'].date()}"
    if row["kind"] == "status":
        facts["holds"] = "yes" if record["holds"] else "no: an explicit denial"
    facts |= {"assertion": record["assertion"], "confidence": record.get("confidence")}
    facts["layer"] = "reported" if is_reported(row) else None
    return {label: value for label, value in facts.items() if not pd.isna(value)}
