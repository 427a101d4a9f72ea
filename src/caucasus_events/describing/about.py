"""What the dataset is, in the words that every descriptor and every citation uses."""

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
# pyproject.toml, which can read no more than the version from here, repeats name, description and keywords.
KEYWORDS: tuple[str, ...] = ("armenia", "azerbaijan", "border", "ceasefire", "conflict", "dataset", "event data")
KEYWORDS += ("georgia", "parquet", "south caucasus", "timeline")
# The version of package and data: three numbers, which SemVer and PEP 440 read alike. pyproject.toml takes it from
# here, and code as about.VERSION, so that a test can set another in one place.
VERSION = "2.0.0"
# What CITATION.cff asks of readers.
MESSAGE = "If you use this dataset, please cite it, and the documents that its rows come from."
