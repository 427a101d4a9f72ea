"""The tables described for machines: Data Package, Croissant, schema.org, CFF, Zenodo.

Everything said of a column is read from :mod:`.schema`, everything said of the dataset from
:mod:`.about`, everything said of a file from its bytes. The only day is that of the release.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import about, citation, diff, schema

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
CROISSANT = "http://mlcommons.org/croissant/1.1"
PARQUET = "application/vnd.apache.parquet"
# The context that the Croissant specification prescribes, to the letter.
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "readLines": "cr:readLines",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_CHECKS = {"greater_than_or_equal_to": ("minimum", "min_value"), "less_than_or_equal_to": ("maximum", "max_value")}


def render(tables: Mapping[str, pd.DataFrame], rendered: Mapping[str, bytes], released: str | None) -> dict[str, bytes]:
    """Write the descriptors that are shipped beside the tables.

    Parameters
    ----------
    tables
        Every table of :data:`.schema.FILES` by name.
    rendered
        The Parquet files by name, as they are shipped.
    released
        The day of the release, YYYY-MM-DD; None before it.

    Returns
    -------
    dict of str to bytes
        ``datapackage.json``, ``croissant.json`` and ``dataset.jsonld``.
    """
    made = {
        "datapackage.json": datapackage(tables, rendered, released),
        "croissant.json": croissant(rendered, released),
        "dataset.jsonld": landing(rendered, released),
    }
    return {name: text(content).encode() for name, content in made.items()}


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
    >>> content_digest("t", pd.DataFrame({"a": [1]})) == content_digest("t", pd.DataFrame({"a": [1]}))
    True
    """
    columns = [str(column) for column in frame.columns]
    values = zip(*(diff.texts(frame[column]) for column in columns), strict=True)
    hasher = hashlib.sha256(json.dumps([name, columns]).encode())
    for row in values:
        hasher.update(b"\n" + json.dumps(row, ensure_ascii=False).encode())
    return f"sha256:{hasher.hexdigest()}"


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
            "type": _TYPES[_kind(types[column])][0],
            "description": str(described.description),
            "constraints": _constraints(described, types[column]),
        }
        for column, described in columns.items()
    ]


_TYPES = {
    "day": ("datetime", "sc:Date"),
    "truth": ("boolean", "sc:Boolean"),
    "number": ("integer", "sc:Integer"),
    "share": ("number", "sc:Float"),
    "text": ("string", "sc:Text"),
}


def _kind(dtype: Any) -> str:  # noqa: ANN401 - any pandas type
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


def croissant(rendered: Mapping[str, bytes], released: str | None) -> Json:
    """Describe the tables in Croissant 1.1.

    Parameters
    ----------
    rendered
        The Parquet files by name.
    released
        The day of the release; None before it.

    Returns
    -------
    dict
        JSON-LD; one record set a table.
    """
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CROISSANT,
        **_dataset(released),
        "citeAs": citation.bibliography([], about.VERSION, "apa", released),
        "isLiveDataset": False,
        "distribution": [_file_object(name, rendered[name]) for name in _parquet()],
        "recordSet": [_record_set(name) for name in schema.FILES],
    }


def _dataset(released: str | None) -> Json:
    """Describe the dataset in the words of schema.org."""
    return {
        "name": about.NAME,
        "alternateName": about.TITLE,
        "description": about.DESCRIPTION,
        "version": about.VERSION,
        "url": about.HOMEPAGE,
        "license": about.LICENCE_URL,
        "keywords": list(about.KEYWORDS),
        "creator": {"@type": "Organization", "name": about.AUTHOR},
        **({"datePublished": released} if released else {}),
    }


def _parquet() -> list[str]:
    """Name the files of the tables."""
    return [f"{name}.parquet" for name in schema.FILES]


def _file_object(name: str, content: bytes) -> Json:
    """Describe one file in Croissant."""
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{len(content)} B",
        "encodingFormat": "application/x-parquet",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _record_set(name: str) -> Json:
    """Describe one table in Croissant."""
    model = schema.FILES[name]
    types, words = schema.dtypes(model), schema.descriptions(model)
    key = schema.KEYS.get(name, schema.CHANGES_KEY)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": schema.grain(model),
        "key": [{"@id": f"{name}/{column}"} for column in key],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "description": words[column],
                "dataType": _TYPES[_kind(dtype)][1],
                "source": {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column}},
            }
            for column, dtype in types.items()
        ],
    }


def landing(rendered: Mapping[str, bytes], released: str | None) -> Json:
    """Describe the dataset in schema.org JSON-LD, to stand in the page that presents it.

    Parameters
    ----------
    rendered
        The Parquet files by name.
    released
        The day of the release; None before it.

    Returns
    -------
    dict
    """
    files = [
        {
            "@type": "DataDownload",
            "name": name,
            "contentUrl": about.HOMEPAGE,
            "encodingFormat": PARQUET,
            "contentSize": f"{len(rendered[name])} B",
            "sha256": hashlib.sha256(rendered[name]).hexdigest(),
        }
        for name in _parquet()
    ]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **_dataset(released),
        "identifier": f"{about.NAME} {about.VERSION}",
        "isAccessibleForFree": True,
        "spatialCoverage": "South Caucasus",
        "citation": citation.bibliography([], about.VERSION, "apa", released),
        "distribution": files,
    }


def citation_cff(released: str | None) -> str:
    """Write ``CITATION.cff``: how to cite the dataset, in the Citation File Format 1.2.0.

    Parameters
    ----------
    released
        The day of the release; None before it.

    Returns
    -------
    str
    """
    lines = [
        "cff-version: 1.2.0",
        f"message: {json.dumps(about.MESSAGE)}",
        "type: dataset",
        f"title: {json.dumps(about.TITLE)}",
        f"abstract: {json.dumps(about.DESCRIPTION)}",
        "authors:",
        f"  - name: {json.dumps(about.AUTHOR)}",
        f"version: {json.dumps(about.VERSION)}",
        *([f"date-released: {json.dumps(released)}"] if released else []),
        f"license: {about.LICENCE}",
        f"url: {json.dumps(about.HOMEPAGE)}",
        "keywords:",
        *(f"  - {json.dumps(word)}" for word in about.KEYWORDS),
    ]
    return "\n".join(lines) + "\n"


def zenodo(released: str | None) -> str:
    """Write ``.zenodo.json``: what an archive asks of a deposit.

    Parameters
    ----------
    released
        The day of the release; None before it.

    Returns
    -------
    str
    """
    return text(
        {
            "upload_type": "dataset",
            "title": about.TITLE,
            "description": about.DESCRIPTION,
            "creators": [{"name": about.AUTHOR}],
            "version": about.VERSION,
            **({"publication_date": released} if released else {}),
            "license": about.LICENCE,
            "access_right": "open",
            "language": "eng",
            "keywords": list(about.KEYWORDS),
        }
    )
