"""Break the built data and the sheets in named ways, and show that ``check`` catches each.

Run it in a checkout::

    python validation/mutation_audit.py            # the report, on the screen
    python validation/mutation_audit.py --write    # the report, to validation/mutation-audit.md

A mutation is one small function below: its name is its name in the report, its docstring says
what it does, its decorator what it gets. To add one is to add one function. The exit code is 1 if
a mutation survives or changes nothing, if a rule is never broken, or if the whole data fail.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.building import files, standing
from caucasus_events.building.rules import registry
from caucasus_events.coding import dates
from caucasus_events.errors import Problem, ProblemsError
from caucasus_events.ledger import frozen
from caucasus_events.model.bounds import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
REPORT = Path(__file__).with_name("mutation-audit.md")
SEED = "markedonov-2020"
READINGS = "seeds/reported/readings.toml"


class Tables(dict[str, pd.DataFrame]):
    """The tables of a checkout, each read when it is first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __missing__(self, name: str) -> pd.DataFrame:
        """Read a table; a copy, because what pandas reads may not be written to."""
        self[name] = pd.read_parquet(_parquet(self.root, name)).copy()
        return self[name]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break a checkout: what it does, in which part, and how."""

    does: str
    part: str
    apply: Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mutation came to: whether it changed a file, what the tables show alone, what ``check`` says."""

    name: str
    changed: bool
    alone: tuple[Problem, ...]
    unread: tuple[Problem, ...]
    problems: tuple[Problem, ...]

    @property
    def rules(self) -> list[str]:
        """The rules that the tables break by themselves, in their order."""
        found = {problem.rule for problem in self.alone}
        return [name for name in registry.RULES if name in found]

    @property
    def by_themselves(self) -> str:
        """What catches it when only the tables are looked at."""
        models = {problem.rule for problem in self.alone} - set(registry.RULES)
        catches = ["the reader"] * bool(self.unread) + ["the model"] * bool(models)
        return ", ".join(catches + [f"`{name}`" for name in self.rules]) or "nothing"

    @property
    def with_the_seeds(self) -> str:
        """What ``check`` adds: the first problem that only the seeds show."""
        only = [problem for problem in self.problems if problem not in {*self.alone, *self.unread}]
        return only[0].what if only else "nothing more" if self.problems else "**nothing: it survives**"


MUTATIONS: dict[str, Mutation] = {}
PARTS = TABLES, FILES, SHEETS = "The tables", "The files", "The sheets and the text"


def _register(part: str, function: Callable[..., object], apply: Callable[[Path], None]) -> None:
    """Keep a mutation under the name of its function."""
    name = function.__name__.replace("_", " ")
    MUTATIONS[name] = Mutation(str(function.__doc__).rstrip("."), part, apply)


def in_tables(function: Callable[[Tables], None]) -> Callable[[Tables], None]:
    """Register a mutation of the tables; what it changes is written as the build writes it."""

    def apply(root: Path) -> None:
        tables = Tables(root)
        function(tables)
        for name, frame in tables.items():
            _parquet(root, name).write_bytes(files.to_parquet(name, frame))

    _register(TABLES, function, apply)
    return function


def in_files(function: Callable[[Path], None]) -> Callable[[Path], None]:
    """Register a mutation of the folder ``data/``."""
    _register(FILES, function, lambda root: function(root / "data"))
    return function


def in_sheet(function: Callable[[str], str]) -> Callable[[str], str]:
    """Register a mutation of a sheet."""
    _register(SHEETS, function, lambda root: _rewrite(root / "seeds" / f"{SEED}.toml", function))
    return function


def in_text(function: Callable[[str], str]) -> Callable[[str], str]:
    """Register a mutation of the text of a seed."""
    _register(SHEETS, function, lambda root: _rewrite(root / "seeds" / f"{SEED}.txt", function))
    return function


def in_readings(function: Callable[[str], str]) -> Callable[[str], str]:
    """Register a mutation of what other sources say."""
    _register(SHEETS, function, lambda root: _rewrite(root / READINGS, function))
    return function


def _rewrite(path: Path, function: Callable[[str], str]) -> None:
    """Put a text through a function."""
    path.write_bytes(function(path.read_bytes().decode()).encode())


def _parquet(folder: Path, name: str) -> Path:
    """Name the file of a table in a checkout."""
    return folder / "data" / f"{name}.parquet"


def _row(frame: pd.DataFrame, column: str, value: object) -> int:
    """Give the first row in which a column has a value."""
    return int(frame.index[frame[column] == value][0])


def _without(frame: pd.DataFrame, row: int) -> pd.DataFrame:
    """Leave a row out."""
    return frame.drop(index=row).reset_index(drop=True)


def _metadata(path: Path, key: bytes, value: bytes) -> None:
    """Write a file anew with one entry of its metadata changed."""
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, key: value}), path, compression="zstd")


# ---------------------------------------------------------------------------- the tables


@in_tables
def offset_shifted(tables: Tables) -> None:
    """A passage is said to stand one character later than it does."""
    tables["evidence"].loc[0, ["start_char", "end_char"]] += 1


@in_tables
def passage_cut_short(tables: Tables) -> None:
    """A passage is said to end a word earlier than its quote."""
    tables["evidence"].loc[0, "end_char"] -= 5


@in_tables
def letter_changed_in_a_quote(tables: Tables) -> None:
    """One letter of a quote is another one."""
    quote = tables["evidence"].loc[0, "quote"]
    tables["evidence"].loc[0, "quote"] = quote.replace("e", "a", 1)


@in_tables
def prefix_changed(tables: Tables) -> None:
    """The words before a passage are others."""
    tables["evidence"].loc[1, "prefix"] = "somewhere else"


@in_tables
def suffix_changed(tables: Tables) -> None:
    """The words after a passage are cut off."""
    row = int(tables["evidence"].index[tables["evidence"]["suffix"] != ""][0])
    tables["evidence"].loc[row, "suffix"] = ""


@in_tables
def passage_dropped(tables: Tables) -> None:
    """A record that has one passage loses it."""
    evidence = tables["evidence"]
    single = ~evidence["record_id"].duplicated(keep=False)
    tables["evidence"] = _without(evidence, int(evidence.index[single][0]))


@in_tables
def second_passage_dropped(tables: Tables) -> None:
    """A record that has several passages loses one."""
    evidence = tables["evidence"]
    tables["evidence"] = _without(evidence, int(evidence.index[evidence["record_id"].duplicated()][0]))


@in_tables
def passage_lent_to_another_record(tables: Tables) -> None:
    """A passage is cited by a record that its coder did not cite it for."""
    evidence = tables["evidence"]
    evidence.loc[0, "record_id"] = evidence["record_id"].iloc[-1]
    tables["evidence"] = evidence.sort_values(list(FILES["evidence"].key), ignore_index=True)


@in_tables
def bounds_of_a_start_swapped(tables: Tables) -> None:
    """Earliest and latest start of an event change places."""
    row = _row(tables["events"], "date_precision", "month")
    columns = ["start_earliest", "start_latest"]
    tables["events"].loc[row, columns] = tables["events"].loc[row, columns[::-1]].to_numpy()


@in_tables
def start_moved_by_a_day(tables: Tables) -> None:
    """A start begins a day earlier than the coded date says."""
    row = _row(tables["events"], "date_precision", "month")
    tables["events"].loc[row, "start_earliest"] -= pd.Timedelta(days=1)


@in_tables
def window_narrowed(tables: Tables) -> None:
    """A coded year is given the bounds of its first day."""
    row = _row(tables["statuses"], "start", "1993")
    tables["statuses"].loc[row, "start_latest"] = tables["statuses"].loc[row, "start_earliest"]


@in_tables
def unknown_bound_filled(tables: Tables) -> None:
    """A start that no source states is given the first day of 1991."""
    row = int(tables["statuses"].index[tables["statuses"]["start_earliest"].isna()][0])
    tables["statuses"].loc[row, "start_earliest"] = pd.Timestamp("1991-01-01")


@in_tables
def open_end_closed(tables: Tables) -> None:
    """What went on when the seed spoke ends in 9999."""
    row = _row(tables["statuses"], "end_state", "ongoing")
    tables["statuses"].loc[row, "end_latest"] = pd.Timestamp("9999-12-31")


@in_tables
def bound_after_the_seed(tables: Tables) -> None:
    """An event ends a year after the seed was published."""
    tables["events"].loc[0, "end_latest"] = tables["events"].loc[0, "speaks_until"] + pd.Timedelta(days=365)


@in_tables
def date_changed(tables: Tables) -> None:
    """The coded date of an event is a year later, its bounds are not."""
    row = _row(tables["events"], "date", "1993")
    tables["events"].loc[row, "date"] = "1994"


@in_tables
def date_and_bounds_changed(tables: Tables) -> None:
    """The coded date of an event and its bounds are a year later, in every table."""
    row = _row(tables["events"], "date", "1993")
    flat = _row(tables["timeline"], "record_id", tables["events"].loc[row, "event_id"])
    tables["events"].loc[row, "date"] = "1994"
    for name, at in (("events", row), ("timeline", flat)):
        tables[name].loc[at, list(BOUNDS)] += pd.DateOffset(years=1)


@in_tables
def precision_changed(tables: Tables) -> None:
    """A month is said to be a day."""
    tables["events"].loc[_row(tables["events"], "date_precision", "month"), "date_precision"] = "day"


@in_tables
def end_state_changed(tables: Tables) -> None:
    """What went on is said to have ended."""
    tables["statuses"].loc[_row(tables["statuses"], "end_state", "ongoing"), "end_state"] = "ended"


@in_tables
def horizon_of_a_record_moved(tables: Tables) -> None:
    """A record speaks a day longer than its seed."""
    tables["statuses"].loc[0, "speaks_until"] += pd.Timedelta(days=1)


@in_tables
def horizon_of_a_seed_moved(tables: Tables) -> None:
    """A seed speaks until a year after its publication."""
    tables["sources"].loc[0, "speaks_until"] += pd.Timedelta(days=365)


@in_tables
def sign_of_a_status_flipped(tables: Tables) -> None:
    """A status that the seed states is said to be denied."""
    tables["statuses"].loc[_row(tables["statuses"], "holds", value=True), "holds"] = False


@in_tables
def denial_made_a_claim(tables: Tables) -> None:
    """A status that the seed denies is said to hold, its id said nothing of it."""
    tables["statuses"].loc[_row(tables["statuses"], "holds", value=False), "holds"] = True


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
def symmetric_flag_flipped(tables: Tables) -> None:
    """An alliance is said to have a direction."""
    tables["statuses"].loc[_row(tables["statuses"], "type", "alliance"), "symmetric"] = False


@in_tables
def symmetric_pair_turned_round(tables: Tables) -> None:
    """The two states of an alliance change places."""
    row = _row(tables["statuses"], "type", "alliance")
    tables["statuses"].loc[row, ["subject", "object"]] = tables["statuses"].loc[row, ["object", "subject"]].to_numpy()


@in_tables
def directed_pair_turned_round(tables: Tables) -> None:
    """Who keeps the border closed and the neighbour change places."""
    row = _row(tables["statuses"], "type", "border_closed")
    tables["statuses"].loc[row, ["subject", "object"]] = tables["statuses"].loc[row, ["object", "subject"]].to_numpy()


@in_tables
def state_at_odds_with_itself(tables: Tables) -> None:
    """A state keeps its border with itself closed."""
    row = _row(tables["statuses"], "type", "border_closed")
    tables["statuses"].loc[row, "object"] = tables["statuses"].loc[row, "subject"]


@in_tables
def object_of_a_wrong_kind(tables: Tables) -> None:
    """A state is made a member of a state."""
    row = _row(tables["statuses"], "type", "membership")
    tables["statuses"].loc[row, "object"] = "RUS"


@in_tables
def role_changed(tables: Tables) -> None:
    """A side of a clash is said to be its target."""
    row = _row(tables["participants"], "role", "side")
    tables["participants"].loc[row, "role"] = "target"


@in_tables
def participant_dropped(tables: Tables) -> None:
    """One of two sides is gone."""
    tables["participants"] = _without(tables["participants"], _row(tables["participants"], "role", "side"))


@in_tables
def participants_of_an_event_dropped(tables: Tables) -> None:
    """Nobody takes part in an event."""
    people = tables["participants"]
    tables["participants"] = people[people["event_id"] != people["event_id"].iloc[0]].reset_index(drop=True)


@in_tables
def foreign_key_renamed(tables: Tables) -> None:
    """A participant is nobody that entities knows."""
    tables["participants"].loc[0, "entity_id"] = "XZZ"


@in_tables
def entity_renamed(tables: Tables) -> None:
    """The id of a person changes in entities alone."""
    tables["entities"].loc[_row(tables["entities"], "kind", "person"), "entity_id"] = "AKARSSON"


@in_tables
def iso_code_changed(tables: Tables) -> None:
    """A state gets the ISO code of another."""
    tables["entities"].loc[_row(tables["entities"], "entity_id", "ARM"), "iso3"] = "AZE"


@in_tables
def country_code_changed(tables: Tables) -> None:
    """A state gets another Correlates of War code."""
    tables["entities"].loc[_row(tables["entities"], "entity_id", "ARM"), "cow"] = 373


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
    for name, column in (("statuses", "status_id"), ("timeline", "record_id"), ("evidence", "record_id")):
        tables[name][column] = tables[name][column].replace(old, "aaa")
        tables[name] = tables[name].sort_values(list(FILES[name].key), ignore_index=True)


@in_tables
def location_given_to_a_speech(tables: Tables) -> None:
    """An accusation is said to have been made in a place."""
    tables["events"].loc[_row(tables["events"], "type", "accusation"), "location"] = "TUR"


@in_tables
def border_turned_round(tables: Tables) -> None:
    """The two codes of a border change places."""
    row = _row(tables["events"], "location", "ARM-AZE")
    tables["events"].loc[row, "location"] = "AZE-ARM"


@in_tables
def claim_attributed(tables: Tables) -> None:
    """A claim of the author is laid at somebody's door, its assertion is not."""
    tables["statuses"].loc[0, "attributed_to"] = "RUS"


@in_tables
def assertion_changed(tables: Tables) -> None:
    """An implied claim is said to be asserted."""
    tables["events"].loc[_row(tables["events"], "assertion", "implied"), "assertion"] = "asserted"


@in_tables
def occurrence_of_the_same_seed(tables: Tables) -> None:
    """An event is said to be the same as another one of its own seed."""
    tables["events"].loc[0, "same_as"] = tables["events"].loc[1, "event_id"]


@in_tables
def hole_in_the_coverage(tables: Tables) -> None:
    """A stretch of the text is neither cited nor set aside."""
    tables["coverage"] = _without(tables["coverage"], 2)


@in_tables
def overlap_in_the_coverage(tables: Tables) -> None:
    """Two stretches have a character in common."""
    tables["coverage"].loc[1, "end_char"] += 1


@in_tables
def reason_changed(tables: Tables) -> None:
    """What was set aside as furniture is said to be cited."""
    tables["coverage"].loc[_row(tables["coverage"], "disposition", "furniture"), "disposition"] = "cited"


@in_tables
def reason_changed_for_another(tables: Tables) -> None:
    """What was set aside as a forecast is said to be an opinion."""
    tables["coverage"].loc[_row(tables["coverage"], "disposition", "forecast"), "disposition"] = "opinion"


@in_tables
def cited_words_set_aside(tables: Tables) -> None:
    """What a record cites is said to be set aside as a forecast."""
    tables["coverage"].loc[_row(tables["coverage"], "disposition", "cited"), "disposition"] = "forecast"


@in_tables
def words_set_aside_cited(tables: Tables) -> None:
    """What was set aside as an opinion is said to be cited."""
    tables["coverage"].loc[_row(tables["coverage"], "disposition", "opinion"), "disposition"] = "cited"


@in_tables
def share_changed(tables: Tables) -> None:
    """A hundredth more of the text is said to be cited."""
    tables["sources"].loc[0, "cited_share"] += 0.01


@in_tables
def length_changed(tables: Tables) -> None:
    """The text is said to be a character longer."""
    tables["sources"].loc[0, "characters"] += 1


@in_tables
def hash_changed(tables: Tables) -> None:
    """The hash is that of another text."""
    tables["sources"].loc[0, "sha256"] = "0" * 64


@in_tables
def timeline_row_dropped(tables: Tables) -> None:
    """A record is missing in timeline."""
    tables["timeline"] = _without(tables["timeline"], 0)


@in_tables
def timeline_quote_changed(tables: Tables) -> None:
    """Timeline quotes a record in other words."""
    tables["timeline"].loc[0, "quote"] = "So it was."


@in_tables
def timeline_bound_changed(tables: Tables) -> None:
    """Timeline gives a record another start than its own table."""
    row = int(tables["timeline"].index[tables["timeline"]["start_earliest"].notna()][0])
    tables["timeline"].loc[row, "start_earliest"] -= pd.Timedelta(days=1)


@in_tables
def row_dropped(tables: Tables) -> None:
    """A status is gone from its table."""
    tables["statuses"] = _without(tables["statuses"], 0)


@in_tables
def row_dropped_everywhere(tables: Tables) -> None:
    """A status is gone from every table, and nothing points to it."""
    identity = tables["statuses"].loc[0, "status_id"]
    for name, column in (("statuses", "status_id"), ("timeline", "record_id"), ("evidence", "record_id")):
        tables[name] = tables[name][tables[name][column] != identity].reset_index(drop=True)


@in_tables
def row_doubled(tables: Tables) -> None:
    """A participant stands there twice."""
    people = tables["participants"]
    tables["participants"] = pd.concat([people.iloc[:1], people], ignore_index=True)


@in_tables
def rows_reordered(tables: Tables) -> None:
    """The rows of a table stand in the reverse order."""
    tables["statuses"] = tables["statuses"].iloc[::-1].reset_index(drop=True)


@in_tables
def null_where_none_may_be(tables: Tables) -> None:
    """A status has no subject."""
    tables["statuses"].loc[0, "subject"] = None


@in_tables
def null_for_a_day(tables: Tables) -> None:
    """A record does not say how far it speaks."""
    tables["events"].loc[0, "speaks_until"] = pd.NaT


@in_tables
def empty_string_for_null(tables: Tables) -> None:
    """What nobody stated is written as an empty string."""
    tables["statuses"]["about"] = tables["statuses"]["about"].fillna("")


@in_tables
def code_outside_the_codebook(tables: Tables) -> None:
    """An event is of a type that the codebook does not have."""
    events = tables["events"]
    events["type"] = events["type"].cat.rename_categories({"clash": "battle"})


@in_tables
def codes_reordered(tables: Tables) -> None:
    """The codes of a dictionary column stand in another order."""
    events = tables["events"]
    events["type"] = events["type"].cat.reorder_categories(list(events["type"].cat.categories)[::-1])


@in_tables
def unused_codes_left_out(tables: Tables) -> None:
    """A dictionary column has only the codes that occur."""
    statuses = tables["statuses"]
    statuses["end_state"] = statuses["end_state"].cat.remove_unused_categories()


@in_tables
def column_added(tables: Tables) -> None:
    """A table has a column more."""
    tables["events"]["deaths"] = 0


@in_tables
def column_dropped(tables: Tables) -> None:
    """A table has a column less."""
    tables["events"] = tables["events"].drop(columns="same_as")


@in_tables
def column_renamed(tables: Tables) -> None:
    """A column has another name."""
    tables["events"] = tables["events"].rename(columns={"location": "place"})


@in_tables
def columns_reordered(tables: Tables) -> None:
    """Two columns change places."""
    columns = list(tables["events"].columns)
    tables["events"] = tables["events"][[columns[0], columns[2], columns[1], *columns[3:]]]


@in_tables
def unit_of_time_changed(tables: Tables) -> None:
    """Days are written in nanoseconds."""
    tables["events"]["start_earliest"] = tables["events"]["start_earliest"].astype("datetime64[ns]")


@in_tables
def zone_added(tables: Tables) -> None:
    """Days are given a time zone."""
    tables["events"]["start_earliest"] = tables["events"]["start_earliest"].dt.tz_localize("UTC")


@in_tables
def hour_added(tables: Tables) -> None:
    """A day does not begin at midnight."""
    tables["sources"].loc[0, "published"] += pd.Timedelta(hours=1)


@in_tables
def strings_made_a_dictionary(tables: Tables) -> None:
    """A column of strings is a dictionary column."""
    tables["participants"]["role"] = tables["participants"]["role"].astype("category")


@in_tables
def integers_made_floats(tables: Tables) -> None:
    """Offsets are floating-point numbers."""
    tables["evidence"]["start_char"] = tables["evidence"]["start_char"].astype("float64")


APPLIED = "armenia-eaeu-membership-start-2015-01-02"
BORDER = "turkey-armenia-border-closed-start-1993-04"


def _reread(frame: pd.DataFrame, row: int) -> None:
    """Give a reading the bounds of its date."""
    bounds = dates.reading_bounds(str(frame.loc[row, "bound"]), str(frame.loc[row, "date"]))
    for column, day in bounds._asdict().items():
        frame.loc[row, column] = pd.Timestamp(day) if day else pd.NaT


@in_tables
def reading_of_a_record_that_is_not_there(tables: Tables) -> None:
    """A reading is about a record that nobody coded."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "reading_id", APPLIED), "record_id"] = "armenia-eaeu-membershp"


@in_tables
def source_of_a_reading_not_listed(tables: Tables) -> None:
    """A reading cites a source that references does not list."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "reading_id", APPLIED), "sources"] = "hearsay"


@in_tables
def reading_of_a_bound_that_an_event_lacks(tables: Tables) -> None:
    """What is said of the date of an event is called its start."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "bound", "date"), "bound"] = "start"


@in_tables
def bound_of_a_reading_moved(tables: Tables) -> None:
    """A reading starts a day later than its date says."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "reading_id", BORDER), "start_earliest"] += pd.Timedelta(days=1)


@in_tables
def date_and_bounds_of_a_reading_moved(tables: Tables) -> None:
    """A reading says another month, its bounds too."""
    frame = tables["corroborations"]
    row = _row(frame, "reading_id", BORDER)
    frame.loc[row, "date"] = "1993-05"
    _reread(frame, row)


@in_tables
def contradiction_called_a_refinement(tables: Tables) -> None:
    """A reading that lies outside the seed's window is said to refine it."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "relation", "contradicts"), "relation"] = "refines"


@in_tables
def contradiction_preferred(tables: Tables) -> None:
    """A reading that contradicts the seed is preferred."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "relation", "contradicts"), "preferred"] = True


@in_tables
def two_readings_preferred(tables: Tables) -> None:
    """A second reading of one start is preferred."""
    frame = tables["corroborations"]
    rivals = frame[frame["record_id"].eq("armenia-csto-membership") & ~frame["preferred"]]
    frame.loc[rivals.index[0], "preferred"] = True


@in_tables
def reading_not_applied(tables: Tables) -> None:
    """A reading that is to be applied is not."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "reading_id", APPLIED), "applied"] = False


@in_tables
def weak_reading_applied(tables: Tables) -> None:
    """A reading of low confidence is applied."""
    frame = tables["corroborations"]
    frame.loc[_row(frame, "why_not", "low confidence"), ["applied", "why_not"]] = [True, None]


@in_tables
def readings_that_exclude_each_other(tables: Tables) -> None:
    """The applied readings of a status end it before they let it begin."""
    frame = tables["corroborations"]
    twin = frame[frame["reading_id"] == APPLIED].assign(
        reading_id="armenia-eaeu-membership-end-2014", bound="end", date="2014", relation="contradicts"
    )
    tables["corroborations"] = pd.concat([frame, twin]).sort_values("reading_id", ignore_index=True)
    _reread(tables["corroborations"], _row(tables["corroborations"], "reading_id", "armenia-eaeu-membership-end-2014"))


@in_tables
def reading_that_makes_a_seed_contradict_itself(tables: Tables) -> None:
    """What the seed denies is said to have been so on days that readings alone make certain."""
    statuses = tables["statuses"]
    denial = _row(statuses, "status_id", "azerbaijan-csto-not-membership")
    statuses.loc[denial, ["subject", "object"]] = ["ARM", "CSTO"]
    member = _row(statuses, "status_id", "armenia-csto-membership")
    statuses.loc[member, "end_earliest"] = pd.Timestamp("2010-01-01")


@in_tables
def source_that_nobody_cites(tables: Tables) -> None:
    """References lists a source that no reading and no identifier cites."""
    frame = tables["references"]
    extra = frame.iloc[[-1]].assign(reference_id="zz-not-cited")
    tables["references"] = pd.concat([frame, extra], ignore_index=True)


@in_tables
def identifier_of_a_record_that_is_not_there(tables: Tables) -> None:
    """An identifier of another dataset belongs to no record."""
    tables["external_ids"].loc[0, "record_id"] = "armenia"


@in_tables
def match_of_an_identifier_raised(tables: Tables) -> None:
    """What is only related is said to be the same."""
    frame = tables["external_ids"]
    frame.loc[_row(frame, "match", "related"), "match"] = "exact"


# ---------------------------------------------------------------------------- the files


@in_files
def file_missing(data: Path) -> None:
    """The file of a table is gone."""
    (data / "coverage.parquet").unlink()


@in_files
def folder_missing(data: Path) -> None:
    """There is no data/ at all."""
    shutil.rmtree(data)


@in_files
def file_cut_short(data: Path) -> None:
    """The last bytes of a file are gone."""
    path = data / "events.parquet"
    path.write_bytes(path.read_bytes()[:-40])


@in_files
def file_emptied(data: Path) -> None:
    """A file has no bytes."""
    (data / "events.parquet").write_bytes(b"")


@in_files
def file_replaced_by_another(data: Path) -> None:
    """Events are read from the file of the statuses."""
    shutil.copy(data / "statuses.parquet", data / "events.parquet")


@in_files
def stranger_in_the_folder(data: Path) -> None:
    """There is a file that the build does not write."""
    (data / "notes.txt").write_text("to do\n")


@in_files
def readme_edited(data: Path) -> None:
    """A digest in the README is another one."""
    path = data / "README.md"
    path.write_bytes(path.read_bytes().replace(b"sha256:", b"sha256:0", 1))


@in_files
def readme_missing(data: Path) -> None:
    """The README is gone."""
    (data / "README.md").unlink()


@in_files
def module_edited(data: Path) -> None:
    """The module of the folder runs code."""
    with (data / "__init__.py").open("a") as module:
        module.write("import os\n")


@in_files
def version_in_the_metadata_changed(data: Path) -> None:
    """A file says that it is of another version."""
    _metadata(data / "events.parquet", b"version", b"99.0")


@in_files
def digest_in_the_metadata_changed(data: Path) -> None:
    """A file gives the digest of other rows."""
    _metadata(data / "events.parquet", b"content_digest", b"sha256:" + b"0" * 64)


@in_files
def licence_in_the_metadata_changed(data: Path) -> None:
    """A file says that it is under another licence."""
    _metadata(data / "events.parquet", b"licence", b"all rights reserved")


@in_files
def attrs_changed(data: Path) -> None:
    """What pandas gives as attrs is empty."""
    _metadata(data / "events.parquet", b"PANDAS_ATTRS", b"{}")


@in_files
def pandas_metadata_dropped(data: Path) -> None:
    """A file does not tell pandas that its integers may be null."""
    table = pq.read_table(data / "entities.parquet")
    kept = {key: value for key, value in table.schema.metadata.items() if key != b"pandas"}
    pq.write_table(table.replace_schema_metadata(kept), data / "entities.parquet", compression="zstd")


@in_files
def pandas_metadata_broken(data: Path) -> None:
    """What a file tells pandas of its columns is empty."""
    _metadata(data / "entities.parquet", b"pandas", b"{}")


@in_files
def compression_changed(data: Path) -> None:
    """A file is written without zstd."""
    path = data / "events.parquet"
    pq.write_table(pq.read_table(path), path, compression="snappy")


@in_files
def string_type_changed(data: Path) -> None:
    """Arrow's other type of string stands in a file; pandas reads the same."""
    path = data / "participants.parquet"
    table = pq.read_table(path)
    fields = [
        field.with_type(pa.string() if pa.types.is_large_string(field.type) else pa.large_string())
        for field in table.schema
    ]
    pq.write_table(table.cast(pa.schema(fields, table.schema.metadata)), path, compression="zstd")


# ---------------------------------------------------------------------------- the sheets and the text


@in_sheet
def passage_shortened(sheet: str) -> str:
    """The only passage of a record begins two words later."""
    return sheet.replace('"and since 1993, Turkey has kept', '"1993, Turkey has kept')


@in_sheet
def letter_changed_in_a_passage(sheet: str) -> str:
    """A passage has another letter than the text."""
    return sheet.replace("Ankara has consistently supported", "Ankara has consistently suported", 1)


@in_sheet
def passage_made_ambiguous(sheet: str) -> str:
    """A passage is so short that it stands in the text more than once."""
    return sheet.replace(
        'passages = [ "Ankara has consistently supported Azerbaijan\'s territorial integrity" ]',
        'passages = [ "Azerbaijan" ]',
    )


@in_sheet
def date_coded_anew(sheet: str) -> str:
    """The date of an event is a year later."""
    return sheet.replace('date = "1993"', 'date = "1994"')


@in_sheet
def start_made_vague(sheet: str) -> str:
    """The start of a status is about a year."""
    return sheet.replace('start = "1993"', 'start = "1993~"')


@in_sheet
def end_left_out(sheet: str) -> str:
    """A status that went on has an unknown end."""
    return sheet.replace('end = ".."\n', "", 1)


@in_sheet
def start_after_the_seed(sheet: str) -> str:
    """A status begins after the seed was published."""
    return sheet.replace('start = "1993"', 'start = "2021"')


@in_sheet
def holds_flipped(sheet: str) -> str:
    """A claim is coded as a denial."""
    return sheet.replace("holds = true", "holds = false", 1)


@in_sheet
def subject_and_object_swapped(sheet: str) -> str:
    """Who keeps the border closed is coded the wrong way round."""
    return sheet.replace('subject = "TUR"\nobject = "ARM"\nholds', 'subject = "ARM"\nobject = "TUR"\nholds')


@in_sheet
def type_changed(sheet: str) -> str:
    """A partnership is coded as an alliance."""
    return sheet.replace('type = "partnership"', 'type = "alliance"')


@in_sheet
def title_changed(sheet: str) -> str:
    """The title of a record is put in other words."""
    return sheet.replace('title = "Four-Day War', 'title = "The Four-Day War')


@in_sheet
def id_changed(sheet: str) -> str:
    """A released id is spelled otherwise."""
    return sheet.replace("turkey-armenia-border-closure-1993", "turkish-armenian-border-closure-1993")


@in_sheet
def record_removed(sheet: str) -> str:
    """A record is taken out whose words others cite too."""
    block = next(block for block in sheet.split("\n\n") if 'id = "turkey-armenia-border-closed"' in block)
    return sheet.replace(block, "")


@in_sheet
def record_with_words_of_its_own_removed(sheet: str) -> str:
    """A record is taken out whose words nobody else cites."""
    block = next(block for block in sheet.split("\n\n") if 'id = "georgia-russia-escalation-2008"' in block)
    return sheet.replace(block, "")


@in_sheet
def reason_of_words_set_aside_changed(sheet: str) -> str:
    """A forecast is set aside as an opinion."""
    return sheet.replace('reason = "forecast"', 'reason = "opinion"', 1)


@in_sheet
def words_no_longer_set_aside(sheet: str) -> str:
    """The last block of words that are set aside is taken out."""
    return sheet[: sheet.rindex("[[set_aside]]")]


@in_sheet
def code_of_an_entity_changed(sheet: str) -> str:
    """A state gets another Correlates of War code."""
    return sheet.replace("cow = 371", "cow = 372")


@in_sheet
def entity_taken_out(sheet: str) -> str:
    """An entity that records name is not introduced."""
    block = next(block for block in sheet.split("\n\n") if 'id = "CSTO"' in block)
    return sheet.replace(block, "")


@in_sheet
def participant_taken_out(sheet: str) -> str:
    """One of the sides of an event is left out."""
    return sheet.replace(', { entity = "AZE", role = "side" } ]', " ]", 1)


@in_sheet
def assertion_coded_anew(sheet: str) -> str:
    """An implied claim is coded as asserted."""
    return sheet.replace('assertion = "implied"', 'assertion = "asserted"', 1)


@in_sheet
def day_of_publication_changed(sheet: str) -> str:
    """The seed is said to have been published, and to speak, a day later."""
    return sheet.replace('"2020-07-23"', '"2020-07-24"')


@in_sheet
def author_changed(sheet: str) -> str:
    """The document has another author."""
    return sheet.replace('author = "', 'author = "Not ')


@in_readings
def reading_dropped(written: str) -> str:
    """A reading is taken out."""
    return "[[reading]]".join(written.split("[[reading]]")[:1] + written.split("[[reading]]")[2:])


@in_readings
def reading_preferred_instead(written: str) -> str:
    """The first reading that is not preferred is, too."""
    return written.replace("preferred = false", "preferred = true", 1)


@in_readings
def words_of_a_source_changed(written: str) -> str:
    """What sources are said to say is something else."""
    return written.replace('says = "', 'says = "perhaps ', 1)


@in_text
def word_of_the_text_changed(text: str) -> str:
    """A word of the text is another one, the sheet is not."""
    return text.replace("since 1993", "since 1994")


@in_text
def white_space_of_the_text_changed(text: str) -> str:
    """A line break is added at the end of the text."""
    return text + "\n"


# ---------------------------------------------------------------------------- the audit


def audit(name: str, whole: Path = ROOT) -> Outcome:
    """Break a copy of a checkout, and look at it with and without its seeds.

    Parameters
    ----------
    name
        A mutation, or ``""`` for none.
    whole
        The checkout; it is not touched.

    Returns
    -------
    Outcome
        What caught the mutation.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        # A frozen release says what the data must say of themselves: its day, and what changed since.
        for part in [part for part in ("seeds", "data", frozen.RELEASES) if (whole / part).exists()]:
            shutil.copytree(whole / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        before = _content(root)
        if name:
            MUTATIONS[name].apply(root)
        alone, unread = _look(root) if name and MUTATIONS[name].part != SHEETS else ([], [])
        return Outcome(name, _content(root) != before, tuple(alone), tuple(unread), _check(root))


def _look(root: Path) -> tuple[list[Problem], list[Problem]]:
    """Say what the tables show by themselves, and which of them cannot be read."""
    tables, unread = standing.read_shipped(root)
    texts = {path.stem: path.read_bytes().decode() for path in (root / "seeds").glob("*.txt")}
    return standing.shipped_problems(tables, texts), unread


def _content(root: Path) -> dict[Path, bytes]:
    """Read every file of a checkout."""
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _check(root: Path) -> tuple[Problem, ...]:
    """Say what ``check`` finds."""
    try:
        standing.check_dataset(root)
    except ProblemsError as error:
        return error.problems
    return ()


def run(whole: Path = ROOT) -> tuple[list[Outcome], list[str]]:
    """Try every mutation.

    Parameters
    ----------
    whole
        The checkout; it is not touched.

    Returns
    -------
    outcomes : list of Outcome
        One a mutation, in the order in which they are written.
    failures : list of str
        Why the audit fails: a mutation that survives or changes nothing, a rule that nothing
        breaks, or whole data that fail; empty if it does not.
    """
    # Spawned, because a process that has read Parquet has threads, and must not be forked.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        untouched, *outcomes = pool.map(partial(audit, whole=whole), ["", *MUTATIONS])
    return outcomes, failures(outcomes, untouched)


def failures(outcomes: list[Outcome], untouched: Outcome) -> list[str]:
    """Say why the audit fails.

    Parameters
    ----------
    outcomes
        What the mutations came to.
    untouched
        What looking at the whole data came to.

    Returns
    -------
    list of str
        Empty if it does not fail.
    """
    found = [f"the whole data fail: {problem.place}: {problem.what}" for problem in untouched.problems]
    found += [f"{each.name}: it changed nothing" for each in outcomes if not each.changed]
    found += [f"{each.name}: it survives" for each in outcomes if not each.problems]
    return found + [f"{name}: no mutation breaks this rule" for name in registry.RULES if not _breaks(outcomes, name)]


def _breaks(outcomes: list[Outcome], rule: str) -> list[Outcome]:
    """Give the mutations that break a rule when only the tables are looked at, fewest rules first."""
    return sorted((each for each in outcomes if rule in each.rules), key=lambda each: len(each.rules))


_HEAD = """\
# Mutation audit

Written by `python validation/mutation_audit.py --write`. Each row is one way in which a copy of the
released data, or of the sheet and the text that they were built from, was broken on purpose.
`caucasus-events check` caught {caught} of {total}.

- **by themselves**: what catches it when the tables are looked at, and no seed is built: the reader
  of the files, the model of the table (columns, types, codes, nulls), or the rules named. The text
  of the seed is at hand.
- **with the seeds**: the first of what `check` says on top of that, because it builds the seeds anew
  and compares.

Where the tables by themselves show nothing, they agree with each other and with the text, and only
the sheet tells that they are not what was coded.
"""


def report(outcomes: list[Outcome]) -> str:
    """Write the audit as Markdown.

    Parameters
    ----------
    outcomes
        What the mutations came to.

    Returns
    -------
    str
        The whole file; the same for the same data.
    """
    lines = [_HEAD.format(caught=sum(bool(each.problems) for each in outcomes), total=len(outcomes))]
    for part in (TABLES, FILES):
        rows = [[*_named(each), each.by_themselves, each.with_the_seeds] for each in of_part(part, outcomes)]
        lines += _section(part, ["mutation", "what it does", "by themselves", "with the seeds"], rows)
    rows = [[*_named(each), each.with_the_seeds] for each in of_part(SHEETS, outcomes)]
    lines += _section(SHEETS, ["mutation", "what it does", "what `check` says first"], rows)
    breaking = {name: [each.name for each in _breaks(outcomes, name)] for name in registry.RULES}
    rows = [[f"`{name}`", str(len(found)), *(found or ["**none**"])[:1]] for name, found in breaking.items()]
    lines += _section("The rules", ["rule", "mutations that break it", "the one that breaks the fewest others"], rows)
    return "\n".join(lines)


def of_part(part: str, outcomes: list[Outcome]) -> list[Outcome]:
    """Give the outcomes of one part of :data:`PARTS`."""
    return [each for each in outcomes if MUTATIONS[each.name].part == part]


def _named(outcome: Outcome) -> list[str]:
    """Give the name of a mutation and what it does."""
    return [outcome.name, MUTATIONS[outcome.name].does]


def _section(title: str, headings: list[str], rows: list[list[str]]) -> list[str]:
    """Write one table under its title."""
    lines = [headings, ["---"] * len(headings), *rows]
    return [f"## {title}", "", *("| " + " | ".join(cells) + " |" for cells in lines), ""]


def main(arguments: list[str] | None = None) -> int:
    """Run the audit from the command line.

    Parameters
    ----------
    arguments
        Those of the command line, if not given.

    Returns
    -------
    int
        0 if everything is caught, else 1.
    """
    parser = argparse.ArgumentParser(description="Break a copy of the data and show that check catches it.")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name} instead of printing it")
    options = parser.parse_args(arguments)
    outcomes, failed = run()
    if options.write:
        REPORT.write_text(report(outcomes), "utf-8", newline="\n")
    else:
        print(report(outcomes), end="")
    print(*failed, sep="\n", end="\n" if failed else "", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
