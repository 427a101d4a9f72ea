"""Tables to the files in ``data/``: all of them or none, the same bytes every time.

Nothing here depends on the process, the time, the zone or the locale.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
import shutil
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from . import __version__, diff, schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

NAME = "caucasus-events"
LICENCE = "CC-BY-4.0"
_INIT = '"""The released tables of caucasus-events: built from the seeds, never edited."""\n'


def render(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Write every file of ``data/`` in memory.

    Parameters
    ----------
    tables
        Every table of :mod:`.schema` by name.

    Returns
    -------
    dict of str to bytes
        Content by file name.
    """
    rendered = {f"{name}.parquet": to_parquet(name, frame) for name, frame in tables.items()}
    return rendered | {"README.md": _readme(tables).encode(), "__init__.py": _INIT.encode()}


def to_parquet(name: str, frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet: one row group, zstd, version and content digest in its metadata.

    Parameters
    ----------
    name
        The table.
    frame
        Its rows, in the types of :mod:`.schema`.

    Returns
    -------
    bytes
        The file. ``pd.read_parquet`` gives the metadata back as ``attrs``.
    """
    about = {"name": NAME, "table": name, "version": __version__, "licence": LICENCE}
    about["content_digest"] = content_digest(name, frame)
    described = frame.copy(deep=False)
    described.attrs = {key: value for key, value in about.items()}  # noqa: C416 - typed by its place
    table = pa.Table.from_pandas(described, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **about})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=max(1, len(frame)))
    return bytes(sink.getvalue().to_pybytes())


def content_digest(name: str, frame: pd.DataFrame) -> str:
    """Digest the content of a table, whatever wrote its file.

    Parameters
    ----------
    name
        The table.
    frame
        Its rows.

    Returns
    -------
    str
        ``sha256:`` and 64 hexadecimal digits, over one line of JSON for the name and the
        columns and one for each row, every cell as text, null where nothing stands.

    Examples
    --------
    >>> import pandas as pd
    >>> content_digest("t", pd.DataFrame({"a": [1]})) == content_digest("t", pd.DataFrame({"a": [1]}))
    True
    """
    columns = [str(column) for column in frame.columns]
    values = zip(*(diff.texts(frame[column]) for column in columns), strict=True)
    hasher = hashlib.sha256(json.dumps([name, columns]).encode())
    for row in values:
        hasher.update(b"\n" + json.dumps(row, ensure_ascii=False).encode())
    return f"sha256:{hasher.hexdigest()}"


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
    """Clear away what a build left that was killed; bring the last whole ``data/`` back.

    Parameters
    ----------
    root
        The checkout.
    """
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
    about = {"name": NAME, "version": __version__, "licence": LICENCE}
    return _README.format(**about, digests="\n".join(digests), dictionary=dictionary)


def _dictionary(name: str) -> str:
    """Write what a table holds, column by column."""
    model = schema.TABLES[name]
    types, codes = schema.dtypes(model), schema.codes(model)
    key = ", ".join(f"`{column}`" for column in schema.KEYS[name])
    lines = [
        "",
        f"## {name}",
        "",
        f"{schema.grain(model)} Key: {key}.",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
    ]
    for column, meaning in schema.descriptions(model).items():
        allowed = f" ({', '.join(codes[column])})" if column in codes else ""
        lines.append(f"| `{column}` | {types[column]} | {meaning}{allowed} |")
    return "\n".join(lines) + "\n"
