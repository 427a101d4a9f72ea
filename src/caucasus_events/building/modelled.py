"""The models of the tables over rows that were just coded: what ``check`` would refuse, ``build`` refuses first."""

from collections.abc import Iterator

import pandas as pd
import pandera.pandas as pandera

from caucasus_events.errors import Fact
from caucasus_events.model.column_kinds import ENTITY, SLUG
from caucasus_events.model.rows import FILES, TABLES, dictionaries, key_of
from caucasus_events.model.schema import MODELS

from .rules import Finding, Shipped

# What the patterns of columns ask for, in words.
_FORMS = {
    SLUG: "write a-z, 0-9 and single hyphens: turkey-armenia-border-closed",
    ENTITY: "write A-Z and 0-9, a letter first",
    f"{ENTITY}(?:-{ENTITY})?": "write the code of an entity, or the two codes of a border: ARM-AZE",
    "[A-Z]{3}": "write three capital letters",
    "Q[1-9]\\d*": "write the number of the item as Wikidata does: Q399",
    "[a-z]{2,3}": "write the code of ISO 639 in small letters: en, hy, az, ka, ru, tr",
    "[0-9a-f]{64}": "write the 64 digits that caucasus-events new puts there",
}
# Rows of these follow from the rows of others, cell by cell.
_REPEATING = ("timeline", "coverage")
# That nothing stands there, or the same twice, is told by others.
_TOLD = ("not_nullable", "field_uniqueness", "multiple_fields_uniqueness")


def cell_findings(shipped: Shipped) -> Iterator[Finding]:
    """Yield every cell that its model refuses, but for those that a build could not read, which are told of already."""
    for name in TABLES:
        frame = shipped.tables[name]
        if name in _REPEATING or not len(frame):
            continue
        try:
            MODELS[name].validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as error:
            for case in error.failure_cases.to_dict("records"):
                yield from _cell_finding(shipped, name, frame, case)


def _cell_finding(shipped: Shipped, name: str, frame: pd.DataFrame, case: dict[str, object]) -> Iterator[Finding]:
    """Yield what is wrong with one cell, in the words of the sheet."""
    column, at = str(case["column"]), case["index"]
    described = FILES[name].columns.get(column)
    if not isinstance(at, int) or described is None or case["check"] in _TOLD:
        return
    row = dictionaries(frame.iloc[[at]])[0]
    key = key_of(name, row)
    lacks = shipped.lacks(key, frozenset({column, "id"} if column in FILES[name].key else {column}))
    if lacks or (described.refers and described.parted is None):
        return
    value = str(case["failure_case"])
    form = described.pattern.removeprefix("^(?:").removesuffix(")$") if described.pattern else ""
    do = _FORMS.get(form, f"write {described.meaning}")
    yield Finding(name, key, f"{column} is not well formed", do, value, (Fact("found", value),))
