"""Statuses to panels: units (pairs, actors, memberships) by periods, a column per status type.

Columns are emitted as runs: what a unit is from one day to another becomes so many periods of
one value, and those are repeated in one go. No day is computed on its own.
"""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError, UnknownNameError, unknown
from caucasus_events.model import codebook
from caucasus_events.reading import tables
from caucasus_events.reading.names import SCHEMES, resolve_all

from . import steps
from .days import read_days

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from typing import Unpack

    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Day = str | dt.date | np.datetime64


UNITS = ("dyad", "entity", "membership")


# Every period as so many of numpy's units of time.
FREQS = {"day": ("D", 1), "month": ("M", 1), "quarter": ("M", 3), "year": ("Y", 1)}


RULES = ("any", "whole", "first", "last")


# How the key of an actor is called, alone and in a pair, by the scheme of its codes.
KEYS = {
    "iso3": ("iso3", "iso3_1", "iso3_2"),
    "cow": ("ccode", "ccode1", "ccode2"),
    "gw": ("gwcode", "gwcode1", "gwcode2"),
    "id": ("entity", "entity1", "entity2"),
}


ORGANISATION = "organisation"


_ROWS_AT_ONCE = 1 << 20


# Where several stretches meet in one period, the highest decides; in the order no, yes, unknown.
_RANKS = {"any": np.array([0, 2, 1], np.int8), "whole": np.array([2, 0, 1], np.int8)}


class Options(TypedDict, total=False):
    """What may be left out when a panel is asked for; see :func:`panel`."""

    types: str | Sequence[str] | None
    entities: str | Sequence[str] | None
    rule: str
    directed: bool
    codes: str
    dates: str
    outside: str


_DEFAULTS = Options(types=None, entities=None, rule="any", directed=True, codes="iso3", dates="seed", outside="unknown")


class Settings(NamedTuple):
    """The options of a panel, checked."""

    types: list[str]
    rule: str
    directed: bool
    codes: str
    outside: str
    dates: str = "seed"


class Periods(NamedTuple):
    """Periods in order: the day by which each is called, and its first and last day in the panel."""

    name: Ints
    first: Ints
    last: Ints


class Runs(NamedTuple):
    """Runs of periods of one state, in the order of the units: which unit, how many, what."""

    unit: Ints
    length: Ints
    state: Ints


class Plan(NamedTuple):
    """A panel before its rows are written out."""

    units: pd.DataFrame
    keys: list[str]
    periods: Periods
    runs: dict[str, Runs]
    attrs: dict[str, Any]


def panel(  # noqa: PLR0913 - what can be asked of a panel
    unit: str,
    freq: str,
    start: Day,
    end: Day,
    *,
    types: str | Sequence[str] | None = None,
    entities: str | Sequence[str] | None = None,
    rule: str = "any",
    directed: bool = True,
    codes: str = "iso3",
    dates: str = "seed",
    outside: str = "unknown",
) -> pd.DataFrame:
    """Lay the statuses out as a panel: one row per unit and period, one column per status type.

    True is yes, False is no, ``<NA>`` is unknown. Before and after what the sources speak of a
    cell is ``<NA>``, never False, whatever ``outside`` says.

    Parameters
    ----------
    unit
        ``"dyad"``: pairs of actors. ``"entity"``: single actors; a cell is True if the status is
        with anybody, and never False. ``"membership"``: states by organisations.
    freq
        ``"day"``, ``"month"``, ``"quarter"`` or ``"year"``.
    start, end
        First and last day, both included; a year or a month stands for its first day as start
        and for its last as end. Periods are cut to them.
    types
        Status types to show, in this order; left out, all of them (of a membership panel those
        that the codebook has between states and organisations).
    entities
        Actors by id, code or name; left out, the states that have a code of the scheme. In a
        membership panel states and organisations, of either kind all if none is named.
    rule
        ``"any"``: True if some day of the period is yes, False if all are no. ``"whole"``: True
        if all days are yes, False if some day is no. ``"first"``, ``"last"``: the answer of that
        day.
    directed
        Whether A with B and B with A are two rows. If not, a directed type is True if either
        direction is, and False only if both are. Only for dyads.
    codes
        Codes of the actors: ``"iso3"`` (columns ``iso3_1``, ``iso3_2``), ``"cow"`` (``ccode1``,
        ``ccode2``), ``"gw"`` (``gwcode1``, ``gwcode2``), ``"id"`` (``entity1``, ``entity2``);
        without the digit where a unit is one actor. Organisations are called by their id.
    dates
        ``"seed"``: what the seeds say alone. ``"corroborated"``: with the windows that other
        sources narrow; see :func:`caucasus_events.load`, and what it assumes.
    outside
        ``"no"``: before a stated start and after a stated end the answer is no, not unknown.

    Returns
    -------
    DataFrame
        In order of the units, then of the periods: the keys, ``period`` (its first day), for
        yearly panels ``year`` (int64), and a nullable boolean per type. ``attrs`` holds unit,
        freq, rule, directed, codes, dates, outside and version. A yearly dyad panel with
        ``codes="cow"`` joins other data in one merge on ``["ccode1", "ccode2", "year"]``.

    Raises
    ------
    InvalidValueError
        If unit, freq, rule, dates or outside is not known, a day cannot be read, or the end comes before
        the start (a ``ValueError``).
    UnknownNameError
        If a type, an entity or a scheme does not exist, or an actor has no code of the scheme
        (a ``KeyError``).

    Examples
    --------
    >>> years = panel("dyad", "year", "1992", "1994", types="border_closed", entities=["ARM", "Turkey"], codes="cow")
    >>> years.drop(columns="period")
       ccode1  ccode2  year  border_closed
    0     371     640  1992           <NA>
    1     371     640  1993           <NA>
    2     371     640  1994           <NA>
    3     640     371  1992           <NA>
    4     640     371  1993           True
    5     640     371  1994           True
    """
    plan = _plan(
        unit,
        freq,
        start,
        end,
        types=types,
        entities=entities,
        rule=rule,
        directed=directed,
        codes=codes,
        dates=dates,
        outside=outside,
    )
    return rows(plan, 0, len(plan.units))


def write_panel(path: str | Path, unit: str, freq: str, start: Day, end: Day, **options: Unpack[Options]) -> Path:
    """Write a panel of any size to a Parquet file, a block of units at a time.

    Parameters
    ----------
    path
        The file; it stands under this name only when it is complete.
    unit, freq, start, end, **options
        As in :func:`panel`, which gives the same rows.

    Returns
    -------
    Path
        The file. Memory is bounded by a million rows, or by one unit if that has more.

    Raises
    ------
    InvalidValueError, UnknownNameError
        As in :func:`panel`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_panel(f"{folder}/days.parquet", "dyad", "day", "1990", "1999", codes="gw")
    ...     len(pd.read_parquet(path))
    109560
    """
    target, plan = Path(path), _plan(unit, freq, start, end, **options)
    partial = target.with_name(f"{target.name}.partial")
    try:
        _write_blocks(partial, plan)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def lay_out(statuses: pd.DataFrame, units: pd.DataFrame, periods: Periods, settings: Settings) -> dict[str, Runs]:
    """Compute the runs of every type, for units that are given.

    Parameters
    ----------
    statuses
        Rows of the table ``statuses``.
    units
        One row per unit: subject and, of pairs, object, as entity ids; without order
        (``directed`` false) in alphabetical order.
    periods
        The periods of the panel.
    settings
        Which types, and by which rules.

    Returns
    -------
    dict of str to Runs
        By type, in the order asked for; the lengths of a unit add up to the number of periods.

    Raises
    ------
    InvalidValueError
        If ``outside`` is not known.
    """
    parties = [name for name in ("subject", "object") if name in units]
    stretches = steps.steps(statuses[statuses["type"].isin(settings.types)], settings.outside)
    found = steps.cells(stretches, pairs=len(parties) > 1, directed=settings.directed)
    found["unit"] = pd.MultiIndex.from_frame(units[parties]).get_indexer(pd.MultiIndex.from_frame(found[parties]))
    return {
        kind: _in_periods(_clipped(found[found["type"] == kind], len(units), periods), periods, settings.rule)
        for kind in settings.types
    }


def rows(plan: Plan, first: int, last: int) -> pd.DataFrame:
    """Write out the rows of some units.

    Parameters
    ----------
    plan
        The panel.
    first, last
        The units by their place, the last not included.

    Returns
    -------
    DataFrame
        As in :func:`panel`.
    """
    count = len(plan.periods.name)
    day = plan.periods.name.astype("datetime64[D]")
    columns: dict[str, Any] = {name: _repeated(plan.units[name].array[first:last], count) for name in plan.keys}
    columns["period"] = np.tile(day.astype("datetime64[us]"), last - first)
    if plan.attrs["freq"] == "year":
        columns["year"] = np.tile(day.astype("datetime64[Y]").astype(np.int64) + 1970, last - first)
    columns |= {name: _column(runs, first, last) for name, runs in plan.runs.items()}
    frame = pd.DataFrame(columns, copy=False)
    frame.attrs.update(plan.attrs)
    return frame


def _plan(unit: str, freq: str, start: Day, end: Day, **given: Unpack[Options]) -> Plan:
    """Check what is asked for, and compute the runs of every column."""
    options = _DEFAULTS | given
    for what, value, allowed in (("unit", unit, UNITS), ("freq", freq, FREQS), ("rule", options["rule"], RULES)):
        if value not in allowed:
            raise InvalidValueError(unknown(what, str(value), allowed))
    directed = options["directed"] or unit != "dyad"
    said = (options["codes"], options["outside"], options["dates"])
    settings = Settings(_types(unit, options["types"]), options["rule"], directed, *said)
    units, keys = _units(unit, options["entities"], settings)
    periods = _periods(freq, start, end)
    runs = lay_out(tables.load_statuses(settings.dates), units, periods, settings)
    shown = {name: value for name, value in settings._asdict().items() if name != "types"}
    return Plan(units, keys, periods, runs, {"unit": unit, "freq": freq, **shown, "version": about.VERSION})


def _types(unit: str, types: str | Sequence[str] | None) -> list[str]:
    """List the types to show."""
    known = codebook.status_types()
    if types is None:
        return [name for name, kind in known.items() if unit != "membership" or "organisation" in kind.object]
    wanted = [types] if isinstance(types, str) else list(dict.fromkeys(types))
    for name in wanted:
        if name not in known:
            raise UnknownNameError(unknown("status type", name, known))
    return wanted


def _units(unit: str, named: str | Sequence[str] | None, settings: Settings) -> tuple[pd.DataFrame, list[str]]:
    """List the units, in order of their keys, and the names of these."""
    scheme = settings.codes
    if scheme not in KEYS:
        raise InvalidValueError(unknown("scheme of codes", str(scheme), KEYS))
    entities = tables.load("entities").set_index("entity_id")
    ids = None if named is None else resolve_all(named)
    alone, *both = KEYS[scheme]
    if unit == "membership":
        return _memberships(entities, ids, scheme), [alone, ORGANISATION]
    actors = _coded(entities, ids, scheme)
    if unit == "entity":
        return pd.DataFrame({"subject": actors.index, alone: _key(actors)}), [alone]
    return _pairs(actors, both, directed=settings.directed), both


def _coded(entities: pd.DataFrame, ids: list[str] | None, scheme: str) -> pd.Series:
    """Give the code of every actor by its id, in order of the codes; without ids, of the states that have one."""
    column = entities.index.to_series() if scheme == "id" else entities[SCHEMES[scheme]]
    if ids is None:
        return column[(entities["kind"] == "state") & column.notna()].sort_values()
    for name in ids:
        if pd.isna(column[name]):
            raise UnknownNameError(f"{name!r} has no {scheme} code; codes='id' calls every entity by its id")
    return column[ids].sort_values()


def _key(codes: pd.Series) -> Any:
    """Give codes as small as they can be: text as categories, numbers as int16."""
    return codes.to_numpy(np.int16) if codes.dtype == "Int16" else pd.Categorical(codes, categories=codes.array)


def _pairs(actors: pd.Series, names: Sequence[str], *, directed: bool) -> pd.DataFrame:
    """Pair the actors; without order the ids are in alphabetical order, and the keys in their own."""
    pairing = itertools.permutations if directed else itertools.combinations
    places = np.array(list(pairing(range(len(actors)), 2)), dtype=int).reshape(-1, 2)
    ids, keys = actors.index.to_numpy(object)[places], _key(actors)
    parties = ids if directed else np.sort(ids, axis=1)
    columns = {name: keys[place] for name, place in zip(names, places.T, strict=True)}
    return pd.DataFrame({"subject": parties[:, 0], "object": parties[:, 1], **columns})


def _memberships(entities: pd.DataFrame, ids: list[str] | None, scheme: str) -> pd.DataFrame:
    """Pair states and organisations; of either kind all, if none is named."""
    of_kind: dict[str, list[str]] = {"state": [], "organisation": []}
    for name in ids or ():
        kind = str(entities["kind"][name])
        if kind not in of_kind:
            raise InvalidValueError(f"{name!r} is of kind {kind}; a membership panel is of states and organisations")
        of_kind[kind].append(name)
    states = _coded(entities, of_kind["state"] or None, scheme)
    organisations = sorted(of_kind["organisation"] or entities.index[entities["kind"] == "organisation"])
    first, second = np.divmod(np.arange(len(states) * len(organisations)), max(1, len(organisations)))
    objects = pd.Categorical(organisations, categories=organisations)[second]
    keys = {KEYS[scheme][0]: _key(states)[first], ORGANISATION: objects}
    return pd.DataFrame({"subject": states.index[first], "object": objects.astype("str"), **keys})


def _periods(freq: str, start: Day, end: Day) -> Periods:
    """List the periods that the days from start to end fall in, cut to these."""
    opening, closing = read_days(start, "start").first, read_days(end, "end").last
    if closing < opening:
        raise InvalidValueError(f"the end, {closing}, comes before the start, {opening}")
    unit, step = FREQS[freq]
    days = np.array([opening, closing], "datetime64[D]")
    (first, last), edges = days.astype(np.int64), days.astype(f"datetime64[{unit}]").astype(np.int64) // step
    every = (np.arange(edges[0], edges[1] + 2) * step).astype(f"datetime64[{unit}]")
    name = every.astype("datetime64[D]").astype(np.int64)
    return Periods(name[:-1], np.maximum(name[:-1], first), np.minimum(name[1:] - 1, last))


def _clipped(found: pd.DataFrame, units: int, periods: Periods) -> tuple[Ints, Ints, Ints, Ints]:
    """Cut stretches of days to the panel, in order of the units; who has none is unknown throughout."""
    start, end = periods.first[0], periods.last[-1]
    unit, first, last, state = (found[name].to_numpy() for name in ("unit", "first_day", "last_day", "state"))
    kept = (unit >= 0) & (last >= start) & (first <= end)
    silent = np.setdiff1d(np.arange(units), unit)
    unit = np.append(unit[kept], silent)
    first = np.append(np.maximum(first[kept], start), np.full(len(silent), start))
    last = np.append(np.minimum(last[kept], end), np.full(len(silent), end))
    state = np.append(state[kept], np.full(len(silent), steps.UNKNOWN, np.int8))
    order = np.lexsort((first, unit))
    return unit[order], first[order], last[order], state[order]


def _in_periods(days: tuple[Ints, Ints, Ints, Ints], periods: Periods, rule: str) -> Runs:
    """Turn stretches of days into runs of periods."""
    unit, first, last, state = days
    if rule in _RANKS:
        return _meeting(days, periods, _RANKS[rule])
    points = periods.first if rule == "first" else periods.last
    length = np.searchsorted(points, last, "right") - np.searchsorted(points, first, "left")
    kept = length > 0
    return Runs(unit[kept], length[kept], state[kept])


def _meeting(days: tuple[Ints, Ints, Ints, Ints], periods: Periods, rank: NDArray[np.int8]) -> Runs:
    """Decide, where several stretches meet in one period, by the rank of their states.

    A stretch touches its first period and its last, where others may meet it, and has those
    between to itself: three runs, of which neighbours in one period are joined.
    """
    unit, first, last, state = days
    opening, closing = (np.searchsorted(periods.first, day, "right") - 1 for day in (first, last))
    begins = np.stack([opening, opening + 1, closing], axis=-1).ravel()
    length = np.stack([np.ones_like(opening), closing - opening - 1, closing > opening], axis=-1).ravel()
    kept = np.flatnonzero(length > 0)
    unit, begins = np.repeat(unit, 3)[kept], begins[kept]
    opens = np.flatnonzero((np.diff(unit, prepend=-1) != 0) | (np.diff(begins, prepend=-1) != 0))
    highest = np.maximum.reduceat(np.repeat(rank[state], 3)[kept], opens) if len(opens) else rank[state]
    return Runs(unit[opens], length[kept][opens], np.argsort(rank)[highest].astype(np.int8))


def _column(runs: Runs, first: int, last: int) -> pd.arrays.BooleanArray:
    """Write out the runs of some units."""
    of_units = slice(*np.searchsorted(runs.unit, [first, last]))
    state, length = runs.state[of_units], runs.length[of_units]
    is_yes, is_unknown = state == steps.YES, state == steps.UNKNOWN
    return pd.arrays.BooleanArray(np.repeat(is_yes, length), np.repeat(is_unknown, length))


def _repeated(values: Any, count: int) -> Any:
    """Repeat every value; categories by their numbers."""
    if isinstance(values, pd.Categorical):
        return pd.Categorical.from_codes(np.repeat(values.codes, count), dtype=values.dtype, validate=False)
    return np.repeat(values, count)


def _write_blocks(path: Path, plan: Plan) -> None:
    """Write the panel in blocks of units; every block is a row group."""
    many = max(1, _ROWS_AT_ONCE // len(plan.periods.name))
    schema = None
    with contextlib.ExitStack() as stack:
        for first in range(0, max(1, len(plan.units)), many):
            block = rows(plan, first, min(first + many, len(plan.units)))
            table = pa.Table.from_pandas(block, schema, preserve_index=False)
            if schema is None:
                schema = table.schema
                writer = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))
            writer.write_table(table)
