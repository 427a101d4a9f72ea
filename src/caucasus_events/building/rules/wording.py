"""Rules of words: that what people wrote shows in a table what it says, and that an address leads to the web."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from caucasus_events.coding.wording import LONGEST_ID, LONGEST_LINE, LONGEST_NOTE, unfit
from caucasus_events.errors import Fact
from caucasus_events.model.rows import FILES, OWN

from .registry import Finding, Shipped, rule

# The tables that people write; what the others hold is taken from these, or from the text as it stands.
_WRITTEN = (*OWN, "external_ids")
_NOTES = ("says", "note", "url")
# Put together from other rows, and as long as these are many.
_DERIVED = {("events", "participants"), ("corroborations", "sources"), ("external_ids", "sources")}
_NOT_IN_AN_ADDRESS = re.compile(r"[\s<>\"\\^`{|}]")


def _written() -> Iterator[tuple[str, str, int]]:
    """Yield the columns that hold the words of people, each with its table and the longest that one may be."""
    for table in _WRITTEN:
        for name, column in FILES[table].columns.items():
            if column.kind == "text" and not column.codes and not column.refers and (table, name) not in _DERIVED:
                own = table in OWN and name in FILES[table].key
                yield table, name, LONGEST_ID if own else LONGEST_NOTE if name in _NOTES else LONGEST_LINE


@rule()
def words_belong_in_a_table(shipped: Shipped) -> Iterator[Finding]:
    """No words hold a character that is not seen, begin as a formula does, or are longer than their column takes."""
    for table, column, longest in _written():
        for row in shipped.rows[table]:
            # A spelling is a text of its own.
            parts = (row[column] or "").split("; ") if column == "also_known_as" else [row[column] or ""]
            for text in parts:
                wrong = unfit("id" if column in FILES[table].key else column, text, longest) if text else None
                if wrong:
                    yield row.breaks(wrong.what, wrong.do, text, wrong.facts)


@rule("url")
def addresses_lead_to_the_web(shipped: Shipped) -> Iterator[Finding]:
    """The address of a document or of a source is one of http or https."""
    for table in ("sources", "references"):
        for row in shipped.rows[table]:
            if not _leads_to_the_web(row["url"] or ""):
                do = "write it as it stands in a browser: https://…"
                yield row.breaks(
                    "url is no address of the web", do, row["url"] or "", [Fact("found", row["url"] or "")]
                )


def _leads_to_the_web(url: str) -> bool:
    """Say whether a text is an address that a browser opens as a page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not _NOT_IN_AN_ADDRESS.search(url)
