"""Statuses to panels: units (pairs, actors, memberships) by periods, a column per status type.

Columns are emitted as runs: what a unit is from one day to another becomes so many periods of one value, and those are
repeated in one go. No day is computed on its own.
"""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from caucasus_events.describing import about
from caucasus_events.errors import InvalidValueError
from caucasus_events.model import layers
from caucasus_events.model.asked import flag, one_of
from caucasus_events.model.asked import path as asked_path
from caucasus_events.model.codebook import chosen, status_types
from caucasus_events.reading import tables
from caucasus_events.reading.targets import whole_file

from . import steps
from .answers import Answer
from .crossings import crossed_cells, crossings
from .days import last_day, read_days, written_carry
from .units import UNITS, panel_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Unpack

    from numpy.typing import NDArray

    from .answers import Ints
    from .crossings import Crossing
    from .days import Day

# Every period as so many of numpy's units of time.
FREQS = {"day": ("D", 1), "month": ("M", 1), "quarter": ("M", 3), "year": ("Y", 1)}

# By rule: where several answers meet in one period, the last of these that is among them decides.
_DECIDING = {"any": (Answer.NO, Answer.UNKNOWN, Answer.YES), "whole": (Answer.YES, Answer.UNKNOWN, Answer.NO)}
PERIOD_RULES = (*_DECIDING, "first", "last")

_ROWS_AT_ONCE = 1 << 20


class Options(TypedDict, total=False):
    """What may be left out when a panel is asked for; :func:`panel` says what each is, and what it is then."""

    types: str | Sequence[str] | None
    entities: str | Sequence[str] | None
    objects: str | Sequence[str] | None
    rule: str
    directed: bool
    codes: str
    layer: str
    confidence: str
    outside: str
    carry_to: Day | None


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
    objects: str | Sequence[str] | None = None,
    rule: str = "any",
    directed: bool = True,
    codes: str = "iso3",
    layer: str = layers.BEST,
    confidence: str = "medium",
    outside: str = "unknown",
    carry_to: Day | None = None,
) -> pd.DataFrame:
    """Lay the statuses out as a panel: one row per unit and period, one column per status type.

    True is yes, False is no, ``<NA>`` is unknown. Where no source speaks a cell is ``<NA>``, never
    False, whatever ``outside`` says.

    Parameters
    ----------
    unit
        ``"dyad"``: pairs of actors. ``"entity"``: single actors; a cell is True if the status is
        with anybody, and never False: ``membership`` is then "member of anything", and
        ``objects`` asks for one organisation. ``"membership"``: states by organisations.
    freq
        ``"day"``, ``"month"``, ``"quarter"`` or ``"year"``.
    start, end
        First and last day, both included; a year or a month stands for its first day as start
        and for its last as end. Periods are cut to them.
    types
        Status types to show, in this order; left out, all of them (of a membership panel those
        that the codebook has between states and organisations).
    entities
        Actors by id, code or name; left out, the states of the region (Armenia, Azerbaijan,
        Georgia, Iran, Russia, Turkey), with another layer than ``"reported"`` the states of the
        documents, that have a code of the scheme. In a membership panel states and organisations;
        if none is named, of organisations all, with another layer those of the documents.
    objects
        With ``unit="entity"``: one column per type and object, ``membership_CSTO``, for the actor
        and that object alone. A denial is False there, and with ``outside="no"`` a time outside
        the stated spell. A type has only objects of its kinds; symmetric types match either
        order, others the actor as subject; what is limited to a territory never makes False; an
        actor with itself is ``<NA>``. Left out, a column of an actor says "with anybody".
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
    layer
        ``"seed"``: what documents say alone. ``"corroborated"``: with the windows that other
        sources narrow. ``"reported"``: and the statuses that only other sources state; see
        :func:`caucasus_events.load`, and what it assumes.
    confidence
        ``"high"``, ``"medium"`` or ``"low"``: a reported status of less makes nothing True or
        False.
    outside
        ``"no"``: before a stated start and after a stated end the answer is no, not unknown; see
        :func:`caucasus_events.as_of`.
    carry_to
        A day, a month or a year to the last day of which what was still so when its source last
        spoke is taken to go on, as far as :func:`caucasus_events.as_of` says; left out, nothing
        is. That is your assumption, and stands in ``attrs``.

    Returns
    -------
    DataFrame
        In order of the units, then of the periods: the keys, ``period`` (its first day), for
        yearly panels ``year`` (int64), and a nullable boolean per type, or per type and object.
        ``attrs`` holds unit, freq, objects (ids; null: none), rule, directed, codes, layer,
        confidence, outside, carry_to and version. A yearly dyad panel with
        ``codes="cow"`` joins other data in one merge on ``["ccode1", "ccode2", "year"]``.

    Raises
    ------
    InvalidValueError
        If unit, freq, rule, layer, confidence or outside is not known, a day cannot be read, the
        end comes before the start, no type can have one of the objects, or the unit has objects
        of its own (a ``ValueError``).
    UnknownNameError
        If a type, an entity or a scheme does not exist, or an actor has no code of the scheme
        (a ``KeyError``).

    Examples
    --------
    >>> asked = {"types": "border_closed", "entities": ["ARM", "Turkey"], "codes": "cow", "layer": "seed"}
    >>> panel("dyad", "year", 1992, 1994, **asked).drop(columns="period")
       ccode1  ccode2  year  border_closed
    0     371     640  1992           <NA>
    1     371     640  1993           <NA>
    2     371     640  1994           <NA>
    3     640     371  1992           <NA>
    4     640     371  1993           True
    5     640     371  1994           True
    """
    # Every argument by its name: they stand in the signature and, with their types, in Options, and nowhere else.
    plan = _plan(**locals())
    return unit_rows(plan, 0, len(plan.units))


def write_panel(path: str | Path, unit: str, freq: str, start: Day, end: Day, **options: Unpack[Options]) -> Path:
    """Write a panel of any size to a Parquet file, a block of units at a time.

    Parameters
    ----------
    path
        The file; it stands under this name only when it is complete. A link is followed; a device
        or a pipe is written to when all is done.
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
    UnwritableError
        If the file cannot be written (an ``OSError``).
    TypeError
        If there is no such option.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_panel(f"{folder}/days.parquet", "dyad", "day", "1990", "1999", entities=["ARM", "TUR"])
    ...     len(pd.read_parquet(path))
    7304
    """
    # The signature of panel() fills in what is left out, and refuses what it does not have.
    asked = inspect.signature(panel).bind(unit, freq, start, end, **options)
    asked.apply_defaults()
    target, plan = asked_path("path", path), _plan(**asked.arguments)
    with whole_file(target) as partial:
        _write_blocks(partial, plan)
    return target


def _plan(unit: str, freq: str, start: Day, end: Day, **options: Unpack[Options]) -> Plan:
    """Check what is asked for, and compute the runs of every column."""
    for what, value, allowed in (("unit", unit, UNITS), ("freq", freq, FREQS), ("rule", options["rule"], PERIOD_RULES)):
        one_of(what, value, allowed)
    types, entities, objects = options.pop("types"), options.pop("entities"), options.pop("objects")
    options["directed"] = flag("directed", options["directed"]) or unit != "dyad"
    if objects is not None and unit != "entity":
        what = f"objects goes with unit 'entity' alone, not with {unit!r}, whose rows have an object of their own"
        raise InvalidValueError(what)
    crossed = None if objects is None else crossings(types, objects)
    columns = _usual_types(unit, types) if crossed is None else [each.column for each in crossed]
    units, keys = panel_units(
        unit, entities, options["codes"], layers.checked(options["layer"]), directed=options["directed"]
    )
    periods = periods_between(freq, start, end)
    runs = lay_out(tables.load_statuses(options["layer"]), columns, units, periods, options, crossed)
    ids = None if crossed is None else list(dict.fromkeys(each.object for each in crossed))
    shown = {**options, "carry_to": written_carry(options["carry_to"])}
    return Plan(
        units, keys, periods, runs, {"unit": unit, "freq": freq, "objects": ids, **shown, "version": about.VERSION}
    )


def _usual_types(unit: str, types: str | Sequence[str] | None) -> list[str]:
    """Return the types that are asked for; if none is, all that the unit can have."""
    known = status_types()
    usual = [name for name, kind in known.items() if unit != "membership" or "organisation" in kind.object]
    return chosen(usual if types is None else types, known, "status type")


def lay_out(
    statuses: pd.DataFrame,
    columns: Sequence[str],
    units: pd.DataFrame,
    periods: Periods,
    options: Options,
    crossed: Sequence[Crossing] | None = None,
) -> dict[str, Runs]:
    """Compute the runs of every column, for units that are given; those of a unit add up to the number of periods.

    A column is a type, or a type crossed with an object. Pairs without order stand in alphabetical order.
    """
    parties = [name for name in ("subject", "object") if name in units]
    types = columns if crossed is None else [each.type for each in crossed]
    terms = options["outside"], options["confidence"], last_day(options["carry_to"])
    stretches = steps.steps(statuses[statuses["type"].isin(types)], *terms)
    if crossed is None:
        found = steps.cells(stretches, pairs=len(parties) > 1, directed=options["directed"])
    else:
        found = crossed_cells(stretches, crossed)
    found["unit"] = pd.MultiIndex.from_frame(units[parties]).get_indexer(pd.MultiIndex.from_frame(found[parties]))
    days = {name: _clipped(found[found["type"] == name], len(units), periods) for name in columns}
    return {name: _in_periods(of_column, periods, options["rule"]) for name, of_column in days.items()}


def periods_between(freq: str, start: Day, end: Day) -> Periods:
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
    # The stretches of a unit tile the calendar, so one that has any has some in the panel.
    kept = (unit >= 0) & (last >= start) & (first <= end)
    silent = np.setdiff1d(np.arange(units), unit)
    unit = np.append(unit[kept], silent)
    first = np.append(np.maximum(first[kept], start), np.full(len(silent), start))
    last = np.append(np.minimum(last[kept], end), np.full(len(silent), end))
    state = np.append(state[kept], np.full(len(silent), Answer.UNKNOWN, np.int8))
    order = np.lexsort((first, unit))
    return unit[order], first[order], last[order], state[order]


def _in_periods(days: tuple[Ints, Ints, Ints, Ints], periods: Periods, rule: str) -> Runs:
    """Turn stretches of days into runs of periods."""
    if rule in _DECIDING:
        return _decided_periods(days, periods, np.array(_DECIDING[rule], np.int8))
    unit, first, last, state = days
    # The periods whose day of asking lies in the stretch.
    points = periods.first if rule == "first" else periods.last
    length = np.searchsorted(points, last, "right") - np.searchsorted(points, first, "left")
    kept = length > 0
    return Runs(unit[kept], length[kept], state[kept])


def _decided_periods(days: tuple[Ints, Ints, Ints, Ints], periods: Periods, deciding: NDArray[np.int8]) -> Runs:
    """Decide, where several stretches share a period, by the state that comes last in ``deciding``.

    A stretch touches its first period and its last, where it may meet others, and has those between to itself: three
    runs, of which neighbours in one period are joined.
    """
    unit, first, last, state = days
    rank = np.argsort(deciding)
    opening, closing = (np.searchsorted(periods.first, day, "right") - 1 for day in (first, last))
    # Of each stretch: its first period, those between, its last (if that is another).
    begins = np.stack([opening, opening + 1, closing], axis=-1).ravel()
    length = np.stack([np.ones_like(opening), closing - opening - 1, closing > opening], axis=-1).ravel()
    kept = np.flatnonzero(length > 0)
    unit, begins = np.repeat(unit, 3)[kept], begins[kept]
    # Runs of one unit that begin with the same period are of this period alone, and the highest rank decides.
    opens = np.flatnonzero((np.diff(unit, prepend=-1) != 0) | (np.diff(begins, prepend=-1) != 0))
    highest = np.maximum.reduceat(np.repeat(rank[state], 3)[kept], opens) if len(opens) else rank[state]
    return Runs(unit[opens], length[kept][opens], deciding[highest])


def unit_rows(plan: Plan, first: int, last: int) -> pd.DataFrame:
    """Write out the rows of some units, given by their place, the last not included; as :func:`panel` returns them."""
    count = len(plan.periods.name)
    day = plan.periods.name.astype("datetime64[D]")
    columns: dict[str, Any] = {name: _repeated(plan.units[name].array[first:last], count) for name in plan.keys}
    columns["period"] = np.tile(day.astype("datetime64[us]"), last - first)
    if plan.attrs["freq"] == "year":
        columns["year"] = np.tile(day.astype("datetime64[Y]").astype(np.int64) + 1970, last - first)
    columns |= {name: _flags(runs, first, last) for name, runs in plan.runs.items()}
    frame = pd.DataFrame(columns, copy=False)
    frame.attrs.update(plan.attrs)
    return frame


def _flags(runs: Runs, first: int, last: int) -> pd.arrays.BooleanArray:
    """Write out the runs of some units."""
    of_units = slice(*np.searchsorted(runs.unit, [first, last]))
    state, length = runs.state[of_units], runs.length[of_units]
    is_yes, is_unknown = state == Answer.YES, state == Answer.UNKNOWN
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
            block = unit_rows(plan, first, min(first + many, len(plan.units)))
            table = pa.Table.from_pandas(block, schema, preserve_index=False)
            if schema is None:
                schema = table.schema
                writer = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))
            writer.write_table(table)
