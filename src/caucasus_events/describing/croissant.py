"""TODO."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from caucasus_events.model.rows import FILES

from . import about, citation
from .datapackage import PARQUET, TYPES, Json

if TYPE_CHECKING:
    from collections.abc import Mapping


CROISSANT = "http://mlcommons.org/croissant/1.1"


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
        "recordSet": [_record_set(name) for name in FILES],
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
    return [f"{name}.parquet" for name in FILES]


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
    table = FILES[name]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.grain,
        "key": [{"@id": f"{name}/{column}"} for column in table.key],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "description": described.meaning,
                "dataType": TYPES[described.kind][1],
                "source": {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column}},
            }
            for column, described in table.columns.items()
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
