"""Tables to the files of ``data/``, in memory: the same bytes every time.

Nothing here depends on the process, the time, the zone or the locale.
"""

import importlib.metadata
import json
import re
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.describing import about, papers
from caucasus_events.describing.citation import bibliography
from caucasus_events.model.rows import FILES, content_digest
from caucasus_events.model.words import markdown_table

_PACKAGE = '"""The released tables of caucasus-events: built from the seeds, never edited."""\n'
_README = """\
# {name} {version}: the tables

Built from `seeds/` by `caucasus-events build`; never edited by hand.

Licence of the tables: {licence}. The quotes are short excerpts of documents that belong to
their publishers: of a document without a licence no more than a third of the characters.

{digests}

## What is there

Records by type and by the decade in which they had begun at the latest, and how many of them only
other sources than the coded documents state. No record of a type in a decade says nothing of the
type: it is not known, or was not looked for.

{contents}
{dictionary}"""
_DICTIONARY = """
## {name}

{grain} Key: {key}.

{columns}
"""


def render(tables: Mapping[str, pd.DataFrame], released: str | None = None) -> dict[str, bytes]:
    """Write every file of ``data/`` in memory, by name; ``released`` is the day of the release, if it is one."""
    rendered = {f"{name}.parquet": to_parquet(name, frame, released) for name, frame in tables.items()}
    described = papers.descriptors(tables, rendered, released)
    return rendered | described | {"README.md": _readme(tables).encode(), "__init__.py": _PACKAGE.encode()}


def to_parquet(name: str, frame: pd.DataFrame, released: str | None = None) -> bytes:
    """Write a table as Parquet: one row group, zstd; ``pd.read_parquet`` returns its metadata as ``attrs``."""
    told: dict[Hashable, Any] = {
        "name": about.NAME,
        "table": name,
        "version": about.VERSION,
        "licence": about.LICENCE,
        "content_digest": content_digest(name, frame),
        "citation": bibliography([], about.VERSION, "apa", released),
        **({"released": released} if released else {}),
    }
    # The frame that is given keeps its own attrs.
    described = frame.copy(deep=False)
    described.attrs = told
    table = pa.Table.from_pandas(described, preserve_index=False)
    # Older versions of pyarrow do not read attrs back from the metadata of their own; pandas does.
    attrs = {"PANDAS_ATTRS": json.dumps(told)}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **told, **attrs})
    sink = pa.BufferOutputStream()
    # One row group, whatever its size; an empty table may not have groups of no rows.
    pq.write_table(table, sink, compression="zstd", row_group_size=max(1, len(frame)))
    return bytes(sink.getvalue().to_pybytes())


def pins_hold() -> bool:
    """Return whether pandas and pyarrow are those that the build extra pins; only then are the bytes the same."""
    wanted = [re.match(r"(pandas|pyarrow)==([\w.]+)", line) for line in importlib.metadata.requires(about.NAME) or []]
    return all(importlib.metadata.version(pin[1]) == pin[2] for pin in wanted if pin)


def _readme(tables: Mapping[str, pd.DataFrame]) -> str:
    """Write ``data/README.md``: version, digests and the dictionary of every table."""
    digests = [[f"`{name}`", len(frame), f"`{content_digest(name, frame)}`"] for name, frame in tables.items()]
    return _README.format(
        name=about.NAME,
        version=about.VERSION,
        licence=about.LICENCE,
        digests=markdown_table(["table", "rows", "content digest"], digests),
        contents=_contents(tables["timeline"]),
        dictionary="".join(map(_dictionary, tables)),
    )


def _contents(timeline: pd.DataFrame) -> str:
    """Count the records of every type by decade, in codebook order; types without any are left out."""
    year = timeline["start_latest"].fillna(timeline["end_latest"]).dt.year
    # Of what began long ago there is little: it stands in one column.
    first = 1980
    decade = (year // 10 * 10).clip(lower=first)
    names = {first: "before 1990", **{each: f"{each}s" for each in range(first + 10, int(decade.max()) + 1, 10)}}
    counts = pd.crosstab(timeline["type"], decade).reindex(columns=list(names), fill_value=0)
    reported = timeline["type"][timeline["layer"] == "reported"].value_counts()
    rows = [
        [f"`{kind}`", *(number or "" for number in row), sum(row), int(reported.get(kind, 0))]
        for kind, *row in counts.itertuples()
        if sum(row)
    ]
    right = range(1, len(names) + 3)
    return markdown_table(["type", *names.values(), "all", "reported"], rows, right)


def _dictionary(name: str) -> str:
    """Write what a table holds, column by column."""
    table = FILES[name]
    rows = []
    for column, described in table.columns.items():
        allowed = f" ({', '.join(described.codes)})" if described.kind == "code" else ""
        rows.append([f"`{column}`", described.dtype, described.meaning + allowed])
    key = ", ".join(f"`{column}`" for column in table.key)
    columns = markdown_table(["column", "type", "meaning"], rows)
    return _DICTIONARY.format(name=name, grain=table.grain, key=key, columns=columns)
