"""The descriptors as files: those that are shipped beside the tables, and those that stand at the root of a checkout.

``released`` is the day of the release, YYYY-MM-DD; None before it.
"""

import json
from collections.abc import Mapping

import pandas as pd

from . import about
from .croissant import croissant, landing
from .datapackage import Json, datapackage


def descriptors(
    tables: Mapping[str, pd.DataFrame], rendered: Mapping[str, bytes], released: str | None
) -> dict[str, bytes]:
    """Write the descriptors that are shipped, by name, for tables and the Parquet files that they are shipped as."""
    described = {
        "datapackage.json": datapackage(tables, rendered, released),
        "croissant.json": croissant(rendered, released),
        "dataset.jsonld": landing(rendered, released),
    }
    return {name: _json_text(content).encode() for name, content in described.items()}


def citation_cff(released: str | None) -> str:
    """Write ``CITATION.cff``: how to cite the dataset, in the Citation File Format 1.2.0."""
    # A string of JSON is one of YAML.
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
    """Write ``.zenodo.json``: what an archive asks of a deposit."""
    return _json_text(
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


def _json_text(content: Json) -> str:
    """Write JSON for people and for comparing: indented, one closing newline."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
