"""Tables to the files in ``data/``: all of them or none, the same bytes every time.

Nothing here depends on the process, the time, the zone or the locale.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.describing import about, papers
from caucasus_events.describing.about import LICENCE, NAME
from caucasus_events.describing.citation import bibliography
from caucasus_events.model.rows import FILES, content_digest

from . import aside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd


_INIT = '"""The released tables of caucasus-events: built from the seeds, never edited."""\n'


def render(tables: Mapping[str, pd.DataFrame], released: str | None = None) -> dict[str, bytes]:
    """Write every file of ``data/`` in memory.

    Parameters
    ----------
    tables
        Every table of :data:`.rows.FILES` by name.
    released
        The day of the release, YYYY-MM-DD; None before it.

    Returns
    -------
    dict of str to bytes
        Content by file name.
    """
    rendered = {f"{name}.parquet": to_parquet(name, frame, released) for name, frame in tables.items()}
    described = papers.render(tables, rendered, released)
    return rendered | described | {"README.md": _readme(tables).encode(), "__init__.py": _INIT.encode()}


def to_parquet(name: str, frame: pd.DataFrame, released: str | None = None) -> bytes:
    """Write a table as Parquet: one row group, zstd; version, digest and citation in its metadata.

    Parameters
    ----------
    name
        The table.
    frame
        Its rows, in the types of :mod:`.schema`.
    released
        The day of the release, YYYY-MM-DD; None before it.

    Returns
    -------
    bytes
        The file. ``pd.read_parquet`` gives the metadata back as ``attrs``.
    """
    told = {"name": NAME, "table": name, "version": about.VERSION, "licence": LICENCE}
    told["content_digest"] = content_digest(name, frame)
    told["citation"] = bibliography([], about.VERSION, "apa", released)
    told |= {"released": released} if released else {}
    described = frame.copy(deep=False)
    described.attrs = {key: value for key, value in told.items()}  # noqa: C416 - typed by its place
    table = pa.Table.from_pandas(described, preserve_index=False)
    # Older versions of pyarrow do not read attrs back from the metadata of their own; pandas does.
    attrs = {"PANDAS_ATTRS": json.dumps(told)}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **told, **attrs})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=max(1, len(frame)))
    return bytes(sink.getvalue().to_pybytes())


def write(rendered: Mapping[str, bytes], root: Path) -> None:
    """Replace ``data/`` by these files, or leave it as it was.

    Parameters
    ----------
    rendered
        Every file of the folder by name.
    root
        The checkout.
    """
    recover(root)
    data, new, old = root / "data", root / "data.new", root / "data.old"
    new.mkdir()
    for name, content in rendered.items():
        (new / name).write_bytes(content)
    if data.exists():
        data.rename(old)
    new.rename(data)
    shutil.rmtree(old, ignore_errors=True)


def recover(root: Path) -> None:
    """Clear away what a build left that was killed; bring the last whole ``data/`` back. End a freeze that was stopped.

    Parameters
    ----------
    root
        The checkout.
    """
    aside.settle(root)
    data, new, old = root / "data", root / "data.new", root / "data.old"
    if old.exists() and not data.exists():
        old.rename(data)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)


def pins_hold() -> bool:
    """Say whether pandas and pyarrow are the versions that the build extra pins.

    Returns
    -------
    bool
        True only if both are; only then the same rows give the same bytes.
    """
    wanted = [re.match(r"(pandas|pyarrow)==([\w.]+)", line) for line in importlib.metadata.requires(NAME) or []]
    return all(importlib.metadata.version(pin[1]) == pin[2] for pin in wanted if pin)


_README = """\
# {name} {version}: the tables

Built from `seeds/` by `caucasus-events build`; never edited by hand.

Licence of the tables: {licence}. The quotes are short excerpts of documents that belong to
their publishers.

| table | rows | content digest |
| --- | --- | --- |
{digests}
{dictionary}"""


def _readme(tables: Mapping[str, pd.DataFrame]) -> str:
    """Write ``data/README.md``: version, digests and the dictionary of every table."""
    digests = [f"| `{name}` | {len(frame)} | `{content_digest(name, frame)}` |" for name, frame in tables.items()]
    dictionary = "".join(_dictionary(name) for name in tables)
    told = {"name": NAME, "version": about.VERSION, "licence": LICENCE}
    return _README.format(**told, digests="\n".join(digests), dictionary=dictionary)


def _dictionary(name: str) -> str:
    """Write what a table holds, column by column."""
    table = FILES[name]
    types, codes = table.dtypes, table.codes
    key = ", ".join(f"`{column}`" for column in FILES[name].key)
    lines = [
        "",
        f"## {name}",
        "",
        f"{table.grain} Key: {key}.",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
    ]
    for column, meaning in table.meanings.items():
        allowed = f" ({', '.join(codes[column])})" if column in codes else ""
        lines.append(f"| `{column}` | {types[column]} | {meaning}{allowed} |")
    return "\n".join(lines) + "\n"
