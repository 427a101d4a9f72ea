"""Mutations of one row of a table: cells that are set to something else, and rows that are left out.

To add one is to add a row to :data:`EDITS`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from .registry import TABLES, register
from .tables import APPLIED, BORDER, changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tables import Tables


class Edit(NamedTuple):
    """What is done to one row of a table.

    ``row`` is its place, or a column and the value there, as :meth:`Tables.find` takes it. ``cells`` are new values
    by column, or what computes one from the row and the name of the column; None: the row is gone.
    """

    does: str
    row: int | tuple[str, object]
    cells: dict[str, Any] | None

    def apply(self, table: str, tables: Tables) -> None:
        """Change the row, or leave it out."""
        row = self.row if isinstance(self.row, int) else tables.find(table, *self.row)
        if self.cells is None:
            tables.drop(table, row)
            return
        old = tables[table].loc[row].copy()
        for column, value in self.cells.items():
            tables[table].loc[row, column] = value(old, column) if callable(value) else value


def plus(by: Any, of: str = "") -> Callable[[Any, str], Any]:
    """Compute a cell and something more; of another column, if one is named."""
    return lambda row, column: row[of or column] + by


def as_in(other: str) -> Callable[[Any, str], Any]:
    """Take what stands in another column."""
    return lambda row, _: row[other]


DAY, HOUR, YEAR = pd.Timedelta("1D"), pd.Timedelta("1h"), pd.Timedelta("365D")
BORDERS = ("location", "ARM-AZE")
MONTH, YEAR_1993, ONGOING = ("date_precision", "month"), ("start", "1993"), ("end_state", "ongoing")
ALLIANCE, CLOSED, MEMBER = ("type", "alliance"), ("type", "border_closed"), ("type", "membership")
CODED, REPORTED = ("layer", "seed"), ("layer", "reported")
SIDE, ARMENIA, AGAINST = ("role", "side"), ("entity_id", "ARM"), ("relation", "contradicts")
TURNED = {"subject": as_in("object"), "object": as_in("subject")}

EDITS = {
    "evidence": {
        "offset shifted": Edit(
            "A passage is said to stand one character later than it does",
            0,
            {"start_char": plus(1), "end_char": plus(1)},
        ),
        "passage cut short": Edit("A passage is said to end a word earlier than its quote", 0, {"end_char": plus(-5)}),
        "letter changed in a quote": Edit(
            "One letter of a quote is another one", 0, {"quote": lambda row, _: row["quote"].replace("e", "a", 1)}
        ),
        "prefix changed": Edit("The words before a passage are others", 1, {"prefix": "somewhere else"}),
        "suffix changed": Edit("The words after a passage are cut off", ("suffix", ...), {"suffix": ""}),
    },
    "events": {
        "bounds of a start swapped": Edit(
            "Earliest and latest start of an event change places",
            MONTH,
            {"seed_start_earliest": as_in("seed_start_latest"), "seed_start_latest": as_in("seed_start_earliest")},
        ),
        "start moved by a day": Edit(
            "A start begins a day earlier than the coded date says", MONTH, {"seed_start_earliest": plus(-DAY)}
        ),
        "bound after the seed": Edit(
            "An event ends a year after the seed was published",
            CODED,
            {"seed_end_latest": plus(YEAR, of="seed_speaks_until")},
        ),
        "date changed": Edit(
            "The coded date of an event is a year later, its bounds are not", ("date", "1993"), {"date": "1994"}
        ),
        "precision changed": Edit("A month is said to be a day", MONTH, {"date_precision": "day"}),
        "location given to a speech": Edit(
            "An accusation is said to have been made in a place", ("type", "accusation"), {"location": "TUR"}
        ),
        "border of a territory": Edit(
            "An event on a border is said to be on that of a territory", BORDERS, {"location": "ARM-XNK"}
        ),
        "border turned round": Edit("The two codes of a border change places", BORDERS, {"location": "AZE-ARM"}),
        "direction of a title turned": Edit(
            "A title holds a character that turns what follows it round", 0, {"title": plus("\u202e")}
        ),
        "assertion changed": Edit(
            "An implied claim is said to be asserted", ("assertion", "implied"), {"assertion": "asserted"}
        ),
    },
    "statuses": {
        "null for a day": Edit("A record does not say how far it speaks", 0, {"speaks_until": pd.NaT}),
        "window narrowed": Edit(
            "A coded year is given the bounds of its first day", YEAR_1993, {"start_latest": as_in("start_earliest")}
        ),
        "unknown bound filled": Edit(
            "A start that no source states is given the first day of 1991",
            ("start_earliest", None),
            {"start_earliest": pd.Timestamp("1991-01-01")},
        ),
        "open end closed": Edit(
            "What went on when the seed spoke ends in 9999", ONGOING, {"end_latest": pd.Timestamp("9999-12-31")}
        ),
        "end state changed": Edit("What went on is said to have ended", ONGOING, {"end_state": "ended"}),
        "horizon of a record moved": Edit(
            "A record speaks a day longer than its seed", CODED, {"seed_speaks_until": plus(DAY)}
        ),
        "basis of a reported window changed": Edit(
            "A window that other sources state is said to be a document's", REPORTED, {"start_basis": "seed"}
        ),
        "document given to a reported record": Edit(
            "What only other sources state is said to be coded", REPORTED, {"source_id": "markedonov-2020"}
        ),
        "reported confidence left out": Edit(
            "A reported record does not say how well it is supported", REPORTED, {"confidence": None}
        ),
        "sign of a status flipped": Edit(
            "A status that the seed states is said to be denied", ("holds", True), {"holds": False}
        ),
        "denial made a claim": Edit(
            "A status that the seed denies is said to hold, its id said nothing of it",
            ("holds", False),
            {"holds": True},
        ),
        "symmetric flag flipped": Edit("An alliance is said to have a direction", ALLIANCE, {"symmetric": False}),
        "symmetric pair turned round": Edit("The two states of an alliance change places", ALLIANCE, TURNED),
        "directed pair turned round": Edit(
            "Who keeps the border closed and the neighbour change places", CLOSED, TURNED
        ),
        "state at odds with itself": Edit(
            "A state keeps its border with itself closed", CLOSED, {"object": as_in("subject")}
        ),
        "object of a wrong kind": Edit("A state is made a member of a state", MEMBER, {"object": "RUS"}),
        "claim attributed": Edit(
            "A claim of the author is laid at somebody's door, its assertion is not", CODED, {"attributed_to": "RUS"}
        ),
        "row dropped": Edit("A status is gone from its table", 0, None),
        "null where none may be": Edit("A status has no subject", 0, {"subject": None}),
    },
    "sources": {
        "horizon of a seed moved": Edit(
            "A seed speaks until a year after its publication", 0, {"speaks_until": plus(YEAR)}
        ),
        "share changed": Edit("A hundredth more of the text is said to be cited", 0, {"cited_share": plus(0.01)}),
        "length changed": Edit("The text is said to be a character longer", 0, {"characters": plus(1)}),
        "hash changed": Edit("The hash is that of another text", 0, {"sha256": "0" * 64}),
        "day that has not come": Edit("A document was published in 2999", 0, {"published": pd.Timestamp("2999-01-01")}),
        "language that does not exist": Edit("A document is in a language without a code", 0, {"language": "xx"}),
        "address that runs": Edit("The address of a document is a programme", 0, {"url": "javascript:alert(1)"}),
        "hour added": Edit("A day does not begin at midnight", 0, {"published": plus(HOUR)}),
    },
    "participants": {
        "role changed": Edit("A side of a clash is said to be its target", SIDE, {"role": "target"}),
        "participant dropped": Edit("One of two sides is gone", SIDE, None),
        "foreign key renamed": Edit("A participant is nobody that entities knows", 0, {"entity_id": "XZZ"}),
    },
    "entities": {
        "entity renamed": Edit(
            "The id of a person changes in entities alone", ("kind", "person"), {"entity_id": "AKARSSON"}
        ),
        "iso code changed": Edit("A state gets the ISO code of another", ARMENIA, {"iso3": "AZE"}),
        "name given twice": Edit("A state has a spelling of another", ARMENIA, {"also_known_as": "Baku"}),
        "country code changed": Edit("A state gets another Correlates of War code", ARMENIA, {"cow": 373}),
    },
    "coverage": {
        "hole in the coverage": Edit("A stretch of the text is neither cited nor set aside", 2, None),
        "overlap in the coverage": Edit("Two stretches have a character in common", 1, {"end_char": plus(1)}),
        "reason changed": Edit(
            "What was set aside as furniture is said to be cited",
            ("disposition", "furniture"),
            {"disposition": "cited"},
        ),
        "reason changed for another": Edit(
            "What was set aside as a forecast is said to be an opinion",
            ("disposition", "forecast"),
            {"disposition": "opinion"},
        ),
        "cited words set aside": Edit(
            "What a record cites is said to be set aside as a forecast",
            ("disposition", "cited"),
            {"disposition": "forecast"},
        ),
        "words set aside cited": Edit(
            "What was set aside as an opinion is said to be cited", ("disposition", "opinion"), {"disposition": "cited"}
        ),
    },
    "timeline": {
        "timeline row dropped": Edit("A record is missing in timeline", 0, None),
        "timeline quote changed": Edit("Timeline quotes a record in other words", 0, {"quote": "So it was."}),
        "timeline bound changed": Edit(
            "Timeline gives a record another start than its own table",
            ("start_earliest", ...),
            {"start_earliest": plus(-DAY)},
        ),
    },
    "corroborations": {
        "reading of a record that is not there": Edit(
            "A reading is about a record that nobody coded", APPLIED, {"record_id": "armenia-eaeu-membershp"}
        ),
        "source of a reading not listed": Edit(
            "A reading cites a source that references does not list", APPLIED, {"sources": "hearsay"}
        ),
        "reading of a bound that an event lacks": Edit(
            "What is said of the date of an event is called its start", ("bound", "date"), {"bound": "start"}
        ),
        "bound of a reading moved": Edit(
            "A reading starts a day later than its date says", BORDER, {"start_earliest": plus(DAY)}
        ),
        "contradiction called a refinement": Edit(
            "A reading that lies outside the seed's window is said to refine it", AGAINST, {"relation": "refines"}
        ),
        "contradiction preferred": Edit(
            "A reading that contradicts the seed is preferred", AGAINST, {"preferred": True}
        ),
        "reading not applied": Edit("A reading that is to be applied is not", APPLIED, {"applied": False}),
        "weak reading applied": Edit(
            "A reading of low confidence is applied", ("why_not", "low confidence"), {"applied": True, "why_not": None}
        ),
    },
    "external_ids": {
        "identifier of a record that is not there": Edit(
            "An identifier of another dataset belongs to no record", 0, {"record_id": "armenia"}
        ),
        "match of an identifier raised": Edit(
            "What is only related is said to be the same", ("match", "related"), {"match": "exact"}
        ),
    },
}


for _table, _edits in EDITS.items():
    for _name, _edit in _edits.items():
        register(TABLES, _name, _edit.does, partial(changed, change=partial(_edit.apply, _table)))
