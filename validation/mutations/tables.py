"""Mutations of the tables: what they change is written as the build writes it, so that only the rows are wrong.

Those that make one table anew are the table :data:`REMADE`; what touches several rows or tables is a function below
it. Those that set cells of one row stand in ``cells.py``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pyarrow.parquet as pq

from caucasus_events.building import files
from caucasus_events.coding import dates
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import FILES, PROPOSITION

from .registry import TABLES, register, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
APPLIED = ("reading_id", "armenia-eaeu-membership-start-2015-01-02")
BORDER = ("reading_id", "turkey-armenia-border-closed-start-1993-04")
IDS_OF_A_STATUS = {"statuses": "status_id", "timeline": "record_id", "evidence": "record_id"}


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
        "events",
        remade("date_precision", lambda column: column.cat.remove_unused_categories()),
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
        "References lists a source that nothing cites",
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
    coded = (statuses["type"] == "membership") & (statuses["layer"] == "seed")
    denial = statuses[coded & ~statuses["holds"]]
    # Beside another document the first claim may be of another than the first denial.
    same = statuses["source_id"] == denial["source_id"].iloc[0]
    claim = statuses[coded & statuses["holds"] & same].iloc[0]
    start = ["start", "seed_start_earliest", "seed_start_latest"]
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
    frame = tables["events"]
    # Beside another document the first two events may be of two.
    first, second = frame.index[frame["source_id"] == frame["source_id"].mode()[0]][:2]
    frame.loc[first, "same_as"] = frame.loc[second, "event_id"]


@in_tables
def fact_coded_twice(tables: Tables) -> None:
    """A status stands there a second time under another id, with the same passages."""
    old = tables["statuses"].loc[0, "status_id"]
    for name, column in IDS_OF_A_STATUS.items():
        frame = tables[name]
        again = frame[frame[column] == old].assign(**{column: f"{old}-again"})
        tables[name] = pd.concat([frame, again], ignore_index=True)
        tables.sort(name)


@in_tables
def whole_text_set_aside(tables: Tables) -> None:
    """No record cites a word of a document."""
    first = tables["sources"].loc[0, "source_id"]
    tables["evidence"] = tables["evidence"][tables["evidence"]["source_id"] != first].reset_index(drop=True)


@in_tables
def reading_later_than_its_sources(tables: Tables) -> None:
    """A reading says that a status went on in 2090, and its sources are older."""
    frame = tables["corroborations"]
    row = int(frame.index[frame["bound"] == "end"][0])
    frame.loc[row, "date"] = "[2090..]"
    _reread(frame, row)


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
    status = tables.find("statuses", "status_id", "armenia-eaeu-membership")
    cells = ["start_latest", "reading_ids"]
    tables["statuses"].loc[status, cells] = [
        pd.Timestamp("2014-12-31"),
        f"{APPLIED[1]}; armenia-eaeu-membership-end-2014",
    ]


@in_tables
def reading_that_makes_a_seed_contradict_itself(tables: Tables) -> None:
    """What the seed denies is said to have been so on days that readings alone make certain."""
    denial = tables.find("statuses", "status_id", "azerbaijan-csto-not-membership")
    tables["statuses"].loc[denial, ["subject", "object"]] = ["ARM", "CSTO"]
    member = tables.find("statuses", "status_id", "armenia-csto-membership")
    tables["statuses"].loc[member, ["end_earliest", "seed_end_earliest"]] = pd.Timestamp("2010-01-01")


# ---------------------------------------------------------------------------- what only other sources report


def _dated(tables: Tables, table: str, record: str, **cells: object) -> None:
    """Date a reported record anew, in its own table and, as far as it has the columns, in timeline."""
    for name, key in ((table, FILES[table].key[0]), ("timeline", "record_id")):
        row = tables.find(name, key, record)
        for column in cells.keys() & set(tables[name]):
            tables[name].loc[row, column] = cells[column]


def _reported(tables: Tables, table: str) -> pd.DataFrame:
    """Take the reported records of a table in the order in which they began."""
    frame: pd.DataFrame = tables[table]
    return frame[frame["layer"] == "reported"].sort_values(["start_latest", FILES[table].key[0]])


@in_tables
def spell_begun_before_the_last_one_ended(tables: Tables) -> None:
    """A reported spell is dated to the day before the one before it ended, in every table."""
    rows = _reported(tables, "statuses").dropna(subset=["start_latest", "end_earliest"])
    said = [*PROPOSITION, "place", "holds"]
    second = rows[rows.duplicated(said)].iloc[0]
    same = pd.concat([rows[column].eq(second[column]) | rows[column].isna() for column in said], axis=1).all(axis=1)
    day = rows[same].iloc[0]["end_earliest"] - pd.Timedelta("1D")
    _dated(tables, "statuses", second["status_id"], start=str(day.date()), start_earliest=day, start_latest=day)


@in_tables
def occurrence_reported_again(tables: Tables) -> None:
    """A reported event is dated to the day of another of its type, place and parties, or the next, in every table."""
    rows = _reported(tables, "events").query("date_precision == 'day' and type == 'clash'")
    alike = ["location", "participants"]
    first = rows[rows.duplicated(alike, keep="last")].iloc[0]
    second = rows[rows.duplicated(alike) & rows[alike].eq(first[alike]).all(axis=1)].iloc[0]
    day, after = first["start_earliest"], first["start_earliest"] + pd.Timedelta("1D")
    cells = {"start_earliest": day, "start_latest": after, "end_earliest": day, "end_latest": after}
    date = f"[{day.date()}..{after.date()}]"
    _dated(tables, "events", second["event_id"], date=date, date_precision="range", **cells)


@in_tables
def status_known_after_its_sources(tables: Tables) -> None:
    """A reported status is said to be known to go on in 2999, in every table."""
    day = pd.Timestamp("2999-01-01")
    ongoing = _reported(tables, "statuses").query("end == '..' and start.notna()")
    _dated(tables, "statuses", ongoing["status_id"].iloc[0], speaks_until=day, end_earliest=day)


@in_tables
def high_confidence_on_one_source(tables: Tables) -> None:
    """A reported record of high confidence loses all its sources but one."""
    rows = _reported(tables, "events").query("confidence == 'high'")
    cited = pd.concat([tables[name]["reference_ids"].dropna() for name in ("events", "statuses")]).str.split("; ")
    times = cited.explode().value_counts()
    # What it no longer cites is cited by others: else that would be found.
    kept = rows[rows["reference_ids"].str.split("; ").map(lambda names: times[names[1:]].min() > 1)].iloc[0]
    row = tables.find("events", "event_id", kept["event_id"])
    tables["events"].loc[row, "reference_ids"] = kept["reference_ids"].split("; ")[0]


@in_tables
def denial_of_what_is_reported(tables: Tables) -> None:
    """A reported membership is denied under another id, in every table."""
    member = _reported(tables, "statuses").query("type == 'membership' and holds and end == '..'").iloc[0]["status_id"]
    denial = member.replace("-membership", "-not-membership")
    for name, key in (("statuses", "status_id"), ("timeline", "record_id")):
        frame = tables[name]
        twin = frame[frame[key] == member].assign(**{key: denial}, holds=False)
        tables[name] = pd.concat([frame, twin], ignore_index=True).astype(frame.dtypes)
        tables.sort(name)
