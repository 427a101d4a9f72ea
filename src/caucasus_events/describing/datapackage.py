"""The tables described for machines: Data Package, Croissant, schema.org, CFF, Zenodo.

Everything said of a column is read from :mod:`.schema`, everything said of the dataset from
:mod:`.about`, everything said of a file from its bytes. The only day is that of the release.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from caucasus_events.model.rows import FILES, SAYS, Column, content_digest, references

from . import about

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


Json = dict[str, Any]


PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


PARQUET = "application/vnd.apache.parquet"


_CHECKS = {"greater_than_or_equal_to": ("minimum", "min_value"), "less_than_or_equal_to": ("maximum", "max_value")}


def text(content: Json) -> str:
    """Write JSON for people and for comparing: indented, one closing newline.

    Parameters
    ----------
    content
        What to write.

    Returns
    -------
    str
    """
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def datapackage(tables: Mapping[str, pd.DataFrame], rendered: Mapping[str, bytes], released: str | None) -> Json:
    """Describe the tables as a Data Package, version 2.

    Parameters
    ----------
    tables
        Every table of :data:`.rows.FILES` by name.
    rendered
        The Parquet files by name.
    released
        The day of the release; None before it.

    Returns
    -------
    dict
        The descriptor; ``contentDigest`` of a resource is that of :func:`content_digest`.
    """
    licence = {"name": about.LICENCE, "title": about.LICENCE_TITLE, "path": about.LICENCE_URL}
    return {
        "$schema": PROFILE,
        "name": about.NAME,
        "title": about.TITLE,
        "description": about.DESCRIPTION,
        "version": about.VERSION,
        **({"created": f"{released}T00:00:00Z"} if released else {}),
        "homepage": about.HOMEPAGE,
        "keywords": list(about.KEYWORDS),
        "licenses": [licence],
        "contributors": [{"title": about.AUTHOR, "roles": ["creator"]}],
        "sources": [{"title": row.title, "path": row.url} for row in tables["sources"].itertuples()],
        "resources": [_resource(name, tables[name], rendered[f"{name}.parquet"]) for name in FILES],
    }


def _resource(name: str, frame: pd.DataFrame, content: bytes) -> Json:
    """Describe one file of a Data Package."""
    return {
        "name": name.replace("_", "-"),
        "type": "table",
        "path": f"{name}.parquet",
        "description": FILES[name].grain,
        "format": "parquet",
        "mediatype": PARQUET,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": len(frame),
        "contentDigest": content_digest(name, frame),
        "schema": _table_schema(name),
    }


def _table_schema(name: str) -> Json:
    """Describe the columns of a table, its key and what its columns refer to."""
    described: Json = {"fields": _fields(name)}
    # A primary key of a Data Package may hold no null, and a change of a whole row names no column.
    key = list(FILES[name].key)
    described |= {"uniqueKeys": [key]} if name == "changes" else {"primaryKey": key}
    # A column of several names is no foreign key, and timeline only repeats the records.
    foreign = [
        _foreign(name, column, target)
        for column, target, parted in references(name)
        if not parted and (column,) != FILES[name].key
    ]
    return {**described, "foreignKeys": foreign} if foreign else described


def _foreign(name: str, column: str, target: str) -> Json:
    """Say that a column names a row of a table; the name of its own table is left out, as the profile asks."""
    there = {} if target == name else {"resource": target.replace("_", "-")}
    return {"fields": [column], "reference": {**there, "fields": list(FILES[target].key)}}


def _fields(name: str) -> list[Json]:
    """Describe every column as a field of a Table Schema."""
    alone = FILES[name].key[0] if len(FILES[name].key) == 1 else None
    return [
        {
            "name": column,
            "type": TYPES[described.kind][0],
            "description": described.meaning,
            "constraints": _constraints(described, unique=column == alone),
        }
        for column, described in FILES[name].columns.items()
    ]


# What a kind of column is called in a Table Schema, and in Croissant.
TYPES = {
    "day": ("datetime", "sc:Date"),
    "flag": ("boolean", "sc:Boolean"),
    "number": ("integer", "sc:Integer"),
    "count": ("integer", "sc:Integer"),
    "share": ("number", "sc:Float"),
    "text": ("string", "sc:Text"),
    "code": ("string", "sc:Text"),
}


def _constraints(column: Column, *, unique: bool) -> Json:
    """Say what a column may hold, as its model does."""
    found: Json = {"required": not column.nullable} | ({"unique": True} if unique else {})
    if column.pattern:
        # One that must only say something has no pattern of its own.
        found |= {"minLength": 1} if column.pattern == SAYS else {"pattern": column.pattern}
    if column.codes:
        found["enum"] = column.codes
    if column.kind in ("number", "count", "share"):
        found["minimum"] = 0
    return found | ({} if column.largest is None else {"maximum": column.largest})
