"""What the dataset is, in the words that every descriptor and every citation uses."""

from __future__ import annotations

NAME = "caucasus-events"
TITLE = "caucasus-events: events and statuses of the South Caucasus"
DESCRIPTION = (
    "Events and statuses of the South Caucasus as a versioned dataset: every row carries the verbatim passage that "
    "proves it."
)
AUTHOR = "The caucasus-events maintainers"
LICENCE = "CC-BY-4.0"
LICENCE_TITLE = "Creative Commons Attribution 4.0 International"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
HOMEPAGE = "https://pypi.org/project/caucasus-events/"
KEYWORDS = (
    "armenia",
    "azerbaijan",
    "border",
    "ceasefire",
    "conflict",
    "dataset",
    "event data",
    "georgia",
    "parquet",
    "south caucasus",
    "timeline",
)
VERSION = "1.1.0"
MESSAGE = "If you use this dataset, please cite it, and the documents that its rows come from."
