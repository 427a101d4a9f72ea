"""Which words of the documents are shipped: quotations, never so many that a text could be put together again.

Of a document under a licence all passages are in words. Of any other, of each record the one that stands first in its
sheet, records in the order of their ids, until a third of the text would be exceeded; the rest has offsets and digest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, takewhile

from caucasus_events.coding.quotes import Span, letters_of
from caucasus_events.model.rows import RECORDS, Row

LARGEST = Fraction(1, 3)


def quoted(rows: Mapping[str, Sequence[Row]], texts: Mapping[str, str]) -> list[Row]:
    """Return the rows of evidence, with null for the words that are not shipped."""
    licensed = {row["source_id"] for row in rows["sources"] if row.get("licence")}
    first = {(row[key], row["quote"]) for table, key in RECORDS.items() for row in rows[table] if row.get("quote")}
    by_seed: dict[str, list[Row]] = {}
    for row in sorted(rows["evidence"], key=lambda row: str(row["record_id"])):
        if row["source_id"] not in licensed and (row["record_id"], row["quote"]) in first:
            by_seed.setdefault(row["source_id"], []).append(row)
    kept = {id(row) for seed, each in by_seed.items() for row in _within(each, texts.get(seed, ""))}
    return [
        row if row["source_id"] in licensed or id(row) in kept else row | {"quote": None} for row in rows["evidence"]
    ]


def _within(passages: Sequence[Row], text: str) -> list[Row]:
    """Return the first of some passages of a text, as many as are no more than a third of it together."""
    shares = shares_of(((row["start_char"], row["end_char"]) for row in passages), text)
    return [row for row, _ in takewhile(lambda pair: pair[1] <= LARGEST, zip(passages, shares, strict=True))]


def shares_of(spans: Iterable[tuple[int, int]], text: str) -> Iterator[Fraction]:
    """Yield after each of some places the share of a text, white space aside, that it and those before it hold.

    >>> [str(share) for share in shares_of([(0, 1), (0, 3), (4, 5)], "a b c d")]
    ['1/4', '1/2', '3/4']
    """
    missing = letters_of(text)
    total, held = max(int(missing.sum()), 1), 0
    for span in map(Span._make, spans):
        held += int(missing[span.start : span.end].sum())
        missing[span.start : span.end] = False
        yield Fraction(held, total)


def share_of(spans: Iterable[tuple[int, int]], text: str) -> Fraction:
    """Return the share of a text, white space aside, that some places hold together."""
    return list(chain([Fraction(0)], shares_of(spans, text)))[-1]
