"""What commands print, in 80 columns: tables, records with their evidence, when they were so, and answers."""

import textwrap
from collections.abc import Mapping
from typing import Any

import click
import pandas as pd

from caucasus_events.asking.statements import evidence
from caucasus_events.describing import citation
from caucasus_events.errors import UnknownNameError, nearest, shown
from caucasus_events.model import words
from caucasus_events.model.rows import FILES, RECORDS, TABLES, dictionaries
from caucasus_events.reading import tables

_COLUMNS = 80
# What leads on from an answer.
_WHO = "who says so: caucasus-events show ID"


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


def records(timeline: pd.DataFrame, remarks: Mapping[str, str] | None = None) -> None:
    """Print records in their order, each with a remark of its own: id, type, when, title."""
    for row in timeline.itertuples():
        remark = (remarks or {}).get(str(row.record_id), "")
        click.echo(row.record_id)
        paragraph("    ", f"{row.type}, {began_and_ended(row)}: {row.title}{support(row)}{remark}")


def answers(frame: pd.DataFrame) -> None:
    """Print what ``as_of`` answers: of each proposition the answer, why or by which layer, and the records behind."""
    parties = tables.load("timeline").set_index("record_id")["parties"]
    for row in dictionaries(frame):
        ids = row["status_ids"].split("; ")
        beside = [row["why"] or f"layer {row['layer']}", *["carried"] * row["carried"]]
        paragraph("", f"{row['type']}, {parties[ids[0]]}: {row['answer']} ({', '.join(beside)})")
        for identity in ids:
            click.echo(f"    {identity}")
    click.echo(f"{words.counted(len(frame), 'proposition')} on {frame.attrs['day']}; {_WHO}")


def events(frame: pd.DataFrame) -> None:
    """Print what ``between`` lists."""
    remarks = {row["event_id"]: f" [{row['certainty']}]" for row in dictionaries(frame)}
    records(_in_timeline(frame, "event_id"), remarks)
    click.echo(f"{words.counted(len(frame), 'event')} from {frame.attrs['start']} to {frame.attrs['end']}; {_WHO}")


def windows(frame: pd.DataFrame) -> None:
    """Print what ``history`` lists."""
    carried = dictionaries(frame[frame["carried_until"].notna()])
    remarks = {row["status_id"]: f" [carried to {row['carried_until'].date()}]" for row in carried}
    records(_in_timeline(frame, "status_id"), remarks)
    click.echo(f"{words.counted(len(frame), 'status', 'statuses')}; {_WHO}")


def _in_timeline(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Find the records of an answer in the timeline of its layer, in their order."""
    timeline = tables.load("timeline", frame.attrs["layer"]).set_index("record_id", drop=False)
    return timeline.loc[frame[key]]


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


def show_record(identity: str, layer: str, texts: str | None = None) -> None:
    """Print a record with what proves it: passages and their document, or what other sources say.

    With a folder of documents, ``texts``, passages stand in their context.
    """
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
    # A document that is not there is told before anything is printed.
    proof = evidence(identity, texts)
    click.echo(identity)
    paragraph("", str(row["title"]))
    click.echo("")
    for label, value in _facts(row, record).items():
        paragraph(f"  {label:<11}", str(value))
    click.echo("")
    if is_reported(row):
        _say_what_others_state(record)
    else:
        _quote_the_document(identity, row, proof)


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


def _quote_the_document(identity: str, row: Any, proof: pd.DataFrame) -> None:
    """Print each passage, the document, and what other sources say of the dates of a record."""
    readings = tables.load("corroborations")
    for passage in dictionaries(proof[proof["layer"] == "seed"]):
        place = f"characters {passage['start_char']} to {passage['end_char']} of {passage['source_id']}"
        if passage["context"] is not None:
            # It stands in the whole text once.
            before, quote, after = passage["context"].partition(passage["quote"])
            paragraph("  ", f"… {before}>>{quote}<<{after} …")
        elif passage["quote"] is not None:
            paragraph("  ", f">>{passage['quote']}<<")
        paragraph("  ", place if passage["quote"] is not None else f"words not shipped: {place}")
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
    if row["end_state"] == "ended":
        facts["after"] = f"unknown after {row['end_latest'].date()}, its stated end"
    elif not pd.isna(record["speaks_until"]):
        facts["after"] = f"unknown after {record['speaks_until'].date()}"
    if row["kind"] == "status":
        facts["holds"] = "yes" if record["holds"] else "no: an explicit denial"
    facts |= {"assertion": record["assertion"], "confidence": record.get("confidence")}
    facts["layer"] = "reported" if is_reported(row) else None
    return {label: value for label, value in facts.items() if not pd.isna(value)}
