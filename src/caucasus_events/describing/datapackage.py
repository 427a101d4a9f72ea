"""The tables described for machines: Data Package, Croissant, schema.org, CFF, Zenodo.

Everything said of a column is read from :mod:`.schema`, everything said of the dataset from
:mod:`.about`, everything said of a file from its bytes. The only day is that of the release.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..model import schema
from ..model.rows import content_digest
from . import about

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        Every table of :data:`.schema.FILES` by name.
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
        "resources": [_resource(name, tables[name], rendered[f"{name}.parquet"]) for name in schema.FILES],
    }


def _resource(name: str, frame: pd.DataFrame, content: bytes) -> Json:
    """Describe one file of a Data Package."""
    return {
        "name": name.replace("_", "-"),
        "type": "table",
        "path": f"{name}.parquet",
        "description": schema.grain(schema.FILES[name]),
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
    if name in schema.KEYS:
        described["primaryKey"] = list(schema.KEYS[name])
    else:
        described["uniqueKeys"] = [list(schema.CHANGES_KEY)]
    foreign = [_foreign(name, column, target) for column, target in schema.REFERENCES.get(name, {}).items()]
    return {**described, "foreignKeys": foreign} if foreign else described


def _foreign(name: str, column: str, target: str) -> Json:
    """Say that a column names a row of a table; the name of its own table is left out, as the profile asks."""
    there = {} if target == name else {"resource": target.replace("_", "-")}
    return {"fields": [column], "reference": {**there, "fields": list(schema.KEYS[target])}}


def _fields(name: str) -> list[Json]:
    """Describe every column as a field of a Table Schema."""
    model = schema.FILES[name]
    columns, types = model.to_schema().columns, schema.dtypes(model)
    return [
        {
            "name": column,
            "type": TYPES[kind_of(types[column])][0],
            "description": str(described.description),
            "constraints": _constraints(described, types[column]),
        }
        for column, described in columns.items()
    ]


TYPES = {
    "day": ("datetime", "sc:Date"),
    "truth": ("boolean", "sc:Boolean"),
    "number": ("integer", "sc:Integer"),
    "share": ("number", "sc:Float"),
    "text": ("string", "sc:Text"),
}


def kind_of(dtype: Any) -> str:  # noqa: ANN401 - any pandas type
    """Name the kind of values that a column holds."""
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "day"
    if pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return "truth"
    if pd.api.types.is_integer_dtype(dtype):
        return "number"
    return "share" if pd.api.types.is_float_dtype(dtype) else "text"


def _constraints(column: Any, dtype: Any) -> Json:  # noqa: ANN401 - pandera's and pandas's types
    """Say what a column may hold, as its model does."""
    found: Json = {"required": not column.nullable}
    if column.unique:
        found["unique"] = True
    if isinstance(dtype, pd.CategoricalDtype):
        found["enum"] = list(dtype.categories)
    for check in column.checks:
        rule, told = check.name, check.statistics
        if rule == "isin":
            found["enum"] = list(told["allowed_values"])
        elif rule in _CHECKS:
            found[_CHECKS[rule][0]] = told[_CHECKS[rule][1]]
        elif rule == "str_contains":
            found |= _pattern(str(getattr(told["pattern"], "pattern", told["pattern"])))
    return found


def _pattern(pattern: str) -> Json:
    """Write what a string must look like; one that must only say something has no pattern."""
    return {"minLength": 1} if pattern.startswith("(?s)") else {"pattern": pattern}
