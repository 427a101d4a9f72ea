"""The tables as a Data Package, version 2: what is said of a column is read from ``model.rows``, of a file from it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from caucasus_events.model.column_kinds import SAYS, Column
from caucasus_events.model.rows import FILES, content_digest, references, sha256

from . import about

Json = dict[str, Any]

PARQUET = "application/vnd.apache.parquet"
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
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def datapackage(tables: Mapping[str, pd.DataFrame], rendered: Mapping[str, bytes], released: str | None) -> Json:
    """Describe the tables and their Parquet files; ``released`` is the day of the release, None before it."""
    licence = {"name": about.LICENCE, "title": about.LICENCE_TITLE, "path": about.LICENCE_URL}
    return {
        "$schema": _PROFILE,
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
    """Describe one file."""
    return {
        # The profile allows no underscore in a name.
        "name": name.replace("_", "-"),
        "type": "table",
        "path": f"{name}.parquet",
        "description": FILES[name].grain,
        "format": "parquet",
        "mediatype": PARQUET,
        # Not "bytes": frictionless counts none of a Parquet file, and calls every number wrong.
        "size": len(content),
        "hash": f"sha256:{sha256(content)}",
        "rows": len(frame),
        "contentDigest": content_digest(name, frame),
        "schema": _table_schema(name),
    }


def _table_schema(name: str) -> Json:
    """Describe the columns of a table, its key and what its columns refer to."""
    table, key = FILES[name], list(FILES[name].key)
    fields = [
        {"name": column, "type": TYPES[each.kind][0], "description": each.meaning}
        | {"constraints": _constraints(each, unique=[column] == key)}
        for column, each in table.columns.items()
    ]
    # A primary key of a Data Package may hold no null, and a change of a whole row names no column.
    identified: Json = {"uniqueKeys": [key]} if name == "changes" else {"primaryKey": key}
    # A column of several names is no foreign key, and timeline only repeats the records.
    foreign = [
        {
            "fields": [column],
            "reference": {
                # The name of its own table is left out, as the profile asks.
                **({} if target == name else {"resource": target.replace("_", "-")}),
                "fields": list(FILES[target].key),
            },
        }
        for column, target, parted in references(name)
        if not parted and [column] != key
    ]
    return {"fields": fields} | identified | ({"foreignKeys": foreign} if foreign else {})


def _constraints(column: Column, *, unique: bool) -> Json:
    """Describe what a column may hold, as its model does."""
    found: Json = {"required": not column.nullable} | ({"unique": True} if unique else {})
    if column.pattern:
        # One that must only say something has no pattern of its own.
        found |= {"minLength": 1} if column.pattern == SAYS else {"pattern": column.pattern}
    if column.codes:
        found["enum"] = column.codes
    if column.kind in ("number", "count", "share"):
        found["minimum"] = 0
    return found | ({} if column.largest is None else {"maximum": column.largest})
