"""The dataset in JSON-LD: its tables in Croissant 1.1, and the whole in schema.org, for a page that presents it.

``rendered`` has the Parquet files by name; ``released`` is the day of the release, None before it.
"""

import json
from collections.abc import Mapping
from importlib import resources

from caucasus_events.model.rows import FILES, sha256

from . import about, citation
from .datapackage import PARQUET, TYPES, Json

_CROISSANT = "http://mlcommons.org/croissant/1.1"
# What the specification prescribes, to the letter.
_CONTEXT = "croissant_context.json"


def croissant(rendered: Mapping[str, bytes], released: str | None) -> Json:
    """Describe the tables in Croissant, one record set each."""
    return {
        "@context": json.loads(resources.files(__package__).joinpath(_CONTEXT).read_text("utf-8")),
        "@type": "sc:Dataset",
        "conformsTo": _CROISSANT,
        **_dataset(released),
        "citeAs": citation.bibliography([], about.VERSION, "apa", released),
        "isLiveDataset": False,
        "distribution": [
            {"@type": "cr:FileObject", "@id": name, "name": name, "contentUrl": name}
            | {"contentSize": f"{len(content)} B", "encodingFormat": "application/x-parquet", "sha256": sha256(content)}
            for name, content in rendered.items()
        ],
        "recordSet": [_record_set(name) for name in FILES],
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
            {"@type": "cr:Field", "@id": f"{name}/{column}", "name": column, "description": each.meaning}
            | {"dataType": TYPES[each.kind][1]}
            | {"source": {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column}}}
            for column, each in table.columns.items()
        ],
    }


def landing(rendered: Mapping[str, bytes], released: str | None) -> Json:
    """Describe the dataset in schema.org."""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **_dataset(released),
        "identifier": f"{about.NAME} {about.VERSION}",
        "isAccessibleForFree": True,
        "spatialCoverage": "South Caucasus",
        "citation": citation.bibliography([], about.VERSION, "apa", released),
        "distribution": [
            # The files are inside what is downloaded there.
            {"@type": "DataDownload", "name": name, "contentUrl": about.HOMEPAGE, "encodingFormat": PARQUET}
            | {"contentSize": f"{len(content)} B", "sha256": sha256(content)}
            for name, content in rendered.items()
        ],
    }


def _dataset(released: str | None) -> Json:
    """Describe the dataset in the words that both have."""
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
