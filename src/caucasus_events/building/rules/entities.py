"""Rules of entities: that a code, a name or a spelling means one of them."""

import unicodedata
from collections.abc import Iterator

from caucasus_events.errors import Fact

from .registry import Finding, Shipped, TableRow, rule

# The codes of other datasets by which readers find an entity.
_CODES = ("iso3", "iso_numeric", "cow", "cow_abbrev", "gw", "cow_igo", "ucdp_actor", "wikidata")


@rule()
def a_code_means_one_entity(shipped: Shipped) -> Iterator[Finding]:
    """No two entities have the same code in one of the datasets that are joined."""
    for column in _CODES:
        bearers: dict[object, TableRow] = {}
        for row in shipped.rows["entities"]:
            first = bearers.setdefault(row[column], row)
            if row[column] is not None and first.key != row.key:
                yield _shared(first, row, f"{column} {row[column]}", str(row[column]))


@rule()
def a_name_means_one_entity(shipped: Shipped) -> Iterator[Finding]:
    """No two entities have the same id, name or spelling, whatever its capitals and accents."""
    bearers: dict[str, TableRow] = {}
    rows = shipped.rows["entities"]
    ids, names = ([(row, row[column]) for row in rows] for column in ("entity_id", "name"))
    spellings = [(row, each) for row in rows for each in (row["also_known_as"] or "").split("; ")]
    # An id comes before a name, and a name before a spelling: the one that gives way is at fault.
    for row, name in (*ids, *names, *spellings):
        first = bearers.setdefault(_folded(name), row) if name else row
        if first.key != row.key:
            yield _shared(first, row, repr(name), name)


def _shared(first: TableRow, second: TableRow, what: str, value: str) -> Finding:
    """Report what two entities have: a reader who writes it would find neither."""
    facts = [Fact(label, f"{row.key}, {row['name']}") for label, row in (("first", first), ("second", second))]
    do = "leave it to the one that it means; if both are the same, keep one [[entity]] block"
    return second.breaks(f"{what} is that of two entities", do, value, facts)


def _folded(name: str) -> str:
    """Write a name so that capitals, accents and white space do not matter."""
    letters = unicodedata.normalize("NFKD", name).casefold().replace("ı", "i")
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())
