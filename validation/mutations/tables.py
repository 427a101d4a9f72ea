"""Mutations of the tables: what they change is written as the build writes it, so that only the rows are wrong.

Those that set cells of one row, or leave one out, are the table :data:`EDITS`, those that make one table anew
:data:`REMADE`; what touches several rows or tables is a function below them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pyarrow.parquet as pq

from caucasus_events.building import files
from caucasus_events.coding import dates
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import FILES

from .registry import TABLES, register, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Tables(dict[str, Any]):
    """The tables of a checkout, each read when it is first asked for; Any, for what is done to them fits no type."""

    def __init__(self, root: Path) -> None:
        self.data = root / "data"

    def __missing__(self, name: str) -> Any:
        """Read a table; a copy, because what pandas reads may not be written to."""
        self[name] = pd.read_parquet(self.data / f"{name}.parquet").copy()
        return self[name]

    def write(self) -> None:
        """Write what was asked for as the build writes it, of the same release."""
        for name, frame in self.items():
            path = self.data / f"{name}.parquet"
            released = pq.read_schema(path).metadata.get(b"released", b"").decode()
            path.write_bytes(files.to_parquet(name, frame, released or None))

    def find(self, name: str, column: str, value: object) -> int:
        """Return the first row in which a column has a value; None is no value, ``...`` is any."""
        cells = self[name][column]
        found = cells.isna() if value is None else cells.notna() & (cells != "") if value is ... else cells == value
        return int(self[name].index[found][0])

    def drop(self, name: str, row: int) -> None:
        """Leave a row out."""
        self[name] = self[name].drop(index=row).reset_index(drop=True)

    def sort(self, name: str) -> None:
        """Bring a table back into the order of its key."""
        self[name] = self[name].sort_values(list(FILES[name].key), ignore_index=True)


def changed(root: Path, change: Callable[[Tables], None]) -> None:
    """Change the tables of a checkout."""
    tables = Tables(root)
    change(tables)
    tables.write()


# ---------------------------------------------------------------------------- cells of one row


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
MONTH, YEAR_1993, ONGOING = ("date_precision", "month"), ("start", "1993"), ("end_state", "ongoing")
ALLIANCE, CLOSED, MEMBER = ("type", "alliance"), ("type", "border_closed"), ("type", "membership")
SIDE, ARMENIA, AGAINST = ("role", "side"), ("entity_id", "ARM"), ("relation", "contradicts")
APPLIED = ("reading_id", "armenia-eaeu-membership-start-2015-01-02")
BORDER = ("reading_id", "turkey-armenia-border-closed-start-1993-04")
IDS_OF_A_STATUS = {"statuses": "status_id", "timeline": "record_id", "evidence": "record_id"}
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
            {"start_earliest": as_in("start_latest"), "start_latest": as_in("start_earliest")},
        ),
        "start moved by a day": Edit(
            "A start begins a day earlier than the coded date says", MONTH, {"start_earliest": plus(-DAY)}
        ),
        "bound after the seed": Edit(
            "An event ends a year after the seed was published", 0, {"end_latest": plus(YEAR, of="speaks_until")}
        ),
        "date changed": Edit(
            "The coded date of an event is a year later, its bounds are not", ("date", "1993"), {"date": "1994"}
        ),
        "precision changed": Edit("A month is said to be a day", MONTH, {"date_precision": "day"}),
        "location given to a speech": Edit(
            "An accusation is said to have been made in a place", ("type", "accusation"), {"location": "TUR"}
        ),
        "border turned round": Edit(
            "The two codes of a border change places", ("location", "ARM-AZE"), {"location": "AZE-ARM"}
        ),
        "assertion changed": Edit(
            "An implied claim is said to be asserted", ("assertion", "implied"), {"assertion": "asserted"}
        ),
        "null for a day": Edit("A record does not say how far it speaks", 0, {"speaks_until": pd.NaT}),
    },
    "statuses": {
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
        "horizon of a record moved": Edit("A record speaks a day longer than its seed", 0, {"speaks_until": plus(DAY)}),
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
            "A claim of the author is laid at somebody's door, its assertion is not", 0, {"attributed_to": "RUS"}
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


# ---------------------------------------------------------------------------- whole tables


class Remake(NamedTuple):
    """What is done to a whole table."""

    does: str
    table: str
    by: Callable[[pd.DataFrame], pd.DataFrame]

    def apply(self, tables: Tables) -> None:
        """Make the table anew."""
        tables[self.table] = self.by(tables[self.table])


def remade(column: str, by: Callable[[pd.Series], pd.Series]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Make a column anew."""
    return lambda frame: frame.assign(**{column: by(frame[column])})


REMADE = {
    "participants of an event dropped": Remake(
        "Nobody takes part in an event",
        "participants",
        lambda frame: frame[frame["event_id"] != frame["event_id"].iloc[0]].reset_index(drop=True),
    ),
    "row doubled": Remake(
        "A participant stands there twice",
        "participants",
        lambda frame: pd.concat([frame.iloc[:1], frame], ignore_index=True),
    ),
    "rows reordered": Remake(
        "The rows of a table stand in the reverse order",
        "statuses",
        lambda frame: frame.iloc[::-1].reset_index(drop=True),
    ),
    "empty string for null": Remake(
        "What nobody stated is written as an empty string",
        "statuses",
        remade("about", lambda column: column.fillna("")),
    ),
    "code outside the codebook": Remake(
        "An event is of a type that the codebook does not have",
        "events",
        remade("type", lambda column: column.cat.rename_categories({"clash": "battle"})),
    ),
    "codes reordered": Remake(
        "The codes of a dictionary column stand in another order",
        "events",
        remade("type", lambda column: column.cat.reorder_categories(list(column.cat.categories)[::-1])),
    ),
    "unused codes left out": Remake(
        "A dictionary column has only the codes that occur",
        "statuses",
        remade("end_state", lambda column: column.cat.remove_unused_categories()),
    ),
    "column added": Remake("A table has a column more", "events", lambda frame: frame.assign(deaths=0)),
    "column dropped": Remake("A table has a column less", "events", lambda frame: frame.drop(columns="same_as")),
    "column renamed": Remake(
        "A column has another name", "events", lambda frame: frame.rename(columns={"location": "place"})
    ),
    "columns reordered": Remake(
        "Two columns change places", "events", lambda frame: frame.iloc[:, [0, 2, 1, *range(3, frame.shape[1])]]
    ),
    "unit of time changed": Remake(
        "Days are written in nanoseconds",
        "events",
        remade("start_earliest", lambda column: column.astype("datetime64[ns]")),
    ),
    "zone added": Remake(
        "Days are given a time zone", "events", remade("start_earliest", lambda column: column.dt.tz_localize("UTC"))
    ),
    "strings made a dictionary": Remake(
        "A column of strings is a dictionary column",
        "participants",
        remade("role", lambda column: column.astype("category")),
    ),
    "integers made floats": Remake(
        "Offsets are floating-point numbers", "evidence", remade("start_char", lambda column: column.astype("float64"))
    ),
    "source that nobody cites": Remake(
        "References lists a source that no reading and no identifier cites",
        "references",
        lambda frame: pd.concat([frame, frame.iloc[[-1]].assign(reference_id="zz-not-cited")], ignore_index=True),
    ),
}


for _name, _remake in REMADE.items():
    register(TABLES, _name, _remake.does, partial(changed, change=_remake.apply))


# ---------------------------------------------------------------------------- everything else


def in_tables(function: Callable[[Tables], None]) -> Callable[[Tables], None]:
    """Register a mutation that is a function of the tables."""
    register(TABLES, *words_of(function), partial(changed, change=function))
    return function


@in_tables
def passage_dropped(tables: Tables) -> None:
    """A record that has one passage loses it."""
    several = tables["evidence"]["record_id"].duplicated(keep=False)
    tables.drop("evidence", int(several.idxmin()))


@in_tables
def second_passage_dropped(tables: Tables) -> None:
    """A record that has several passages loses one."""
    tables.drop("evidence", int(tables["evidence"]["record_id"].duplicated().idxmax()))


@in_tables
def passage_lent_to_another_record(tables: Tables) -> None:
    """A passage is cited by a record that its coder did not cite it for."""
    tables["evidence"].loc[0, "record_id"] = tables["evidence"]["record_id"].iloc[-1]
    tables.sort("evidence")


@in_tables
def date_and_bounds_changed(tables: Tables) -> None:
    """The coded date of an event and its bounds are a year later, in every table."""
    row = tables.find("events", "date", "1993")
    flat = tables.find("timeline", "record_id", tables["events"].loc[row, "event_id"])
    tables["events"].loc[row, "date"] = "1994"
    for name, at in (("events", row), ("timeline", flat)):
        tables[name].loc[at, list(BOUNDS)] += pd.DateOffset(years=1)


@in_tables
def contradiction_made(tables: Tables) -> None:
    """The seed is made to deny the membership that it states."""
    statuses = tables["statuses"]
    denial = statuses[(statuses["type"] == "membership") & ~statuses["holds"]]
    claim = statuses[(statuses["type"] == "membership") & statuses["holds"]].iloc[0]
    start = ["start", "start_earliest", "start_latest"]
    for row in (int(denial.index[0]), int(claim.name)):
        statuses.loc[row, start] = ["1993", pd.Timestamp("1993-01-01"), pd.Timestamp("1993-12-31")]
        statuses.loc[row, ["subject", "object"]] = claim[["subject", "object"]].to_numpy()


@in_tables
def id_reused(tables: Tables) -> None:
    """Two events have one id."""
    tables["events"].loc[1, "event_id"] = tables["events"].loc[0, "event_id"]


@in_tables
def id_of_an_event_given_to_a_status(tables: Tables) -> None:
    """An event and a status have one id."""
    tables["statuses"].loc[0, "status_id"] = tables["events"].loc[0, "event_id"]


@in_tables
def id_without_its_type(tables: Tables) -> None:
    """The id of a status does not name its type, in any table."""
    old = tables["statuses"].loc[0, "status_id"]
    for name, column in IDS_OF_A_STATUS.items():
        tables[name][column] = tables[name][column].replace(old, "aaa")
        tables.sort(name)


@in_tables
def occurrence_of_the_same_seed(tables: Tables) -> None:
    """An event is said to be the same as another one of its own seed."""
    tables["events"].loc[0, "same_as"] = tables["events"].loc[1, "event_id"]


@in_tables
def row_dropped_everywhere(tables: Tables) -> None:
    """A status is gone from every table, and nothing points to it."""
    identity = tables["statuses"].loc[0, "status_id"]
    for name, column in IDS_OF_A_STATUS.items():
        tables[name] = tables[name][tables[name][column] != identity].reset_index(drop=True)


def _reread(frame: pd.DataFrame, row: int) -> None:
    """Give a reading the bounds of its date."""
    bounds = dates.reading_bounds(str(frame.loc[row, "bound"]), str(frame.loc[row, "date"]))
    for column, day in bounds._asdict().items():
        frame.loc[row, column] = pd.Timestamp(day) if day else pd.NaT


@in_tables
def date_and_bounds_of_a_reading_moved(tables: Tables) -> None:
    """A reading says another month, its bounds too."""
    frame = tables["corroborations"]
    row = tables.find("corroborations", *BORDER)
    frame.loc[row, "date"] = "1993-05"
    _reread(frame, row)


@in_tables
def two_readings_preferred(tables: Tables) -> None:
    """A second reading of one start is preferred."""
    frame = tables["corroborations"]
    rivals = frame[frame["record_id"].eq("armenia-csto-membership") & ~frame["preferred"]]
    frame.loc[rivals.index[0], "preferred"] = True


@in_tables
def readings_that_exclude_each_other(tables: Tables) -> None:
    """The applied readings of a status end it before they let it begin."""
    frame = tables["corroborations"]
    twin = frame[frame["reading_id"] == APPLIED[1]].assign(
        reading_id="armenia-eaeu-membership-end-2014", bound="end", date="2014", relation="contradicts"
    )
    tables["corroborations"] = pd.concat([frame, twin]).sort_values("reading_id", ignore_index=True)
    _reread(tables["corroborations"], tables.find("corroborations", "reading_id", "armenia-eaeu-membership-end-2014"))


@in_tables
def reading_that_makes_a_seed_contradict_itself(tables: Tables) -> None:
    """What the seed denies is said to have been so on days that readings alone make certain."""
    denial = tables.find("statuses", "status_id", "azerbaijan-csto-not-membership")
    tables["statuses"].loc[denial, ["subject", "object"]] = ["ARM", "CSTO"]
    member = tables.find("statuses", "status_id", "armenia-csto-membership")
    tables["statuses"].loc[member, "end_earliest"] = pd.Timestamp("2010-01-01")
