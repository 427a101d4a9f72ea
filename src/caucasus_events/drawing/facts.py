"""Lines to what a page is made of: a row for each, its pieces as marks, and the records that each piece lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.asking.answers import FIRST_DAY, LAST_DAY
from caucasus_events.errors import InvalidValueError, UnknownNameError, unknown
from caucasus_events.model import codebook, layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.reading import tables
from caucasus_events.reading.frames import texts
from caucasus_events.reading.names import PARTIES

from . import captions, marks
from .lines import GAP, Lines, event_lines, in_order, lines_of, status_lines
from .look import DIAMONDS, MANY

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a frame of the reader's must have to be drawn as facts.
_NEEDED = ("type", "title", "subject", "object", "holds", *BOUNDS, "end_state", "speaks_until")
_MAY = ("about", "place", "confidence", "layer", "location")
_OF_SEED = tuple(f"seed_{name}" for name in (*BOUNDS, "end_state", "speaks_until"))
READ = (*_NEEDED, *_MAY, *_OF_SEED, "kind")


class Facts(NamedTuple):
    """Lines, and the prepared records behind them, by id."""

    lines: Lines
    records: pd.DataFrame


def of_release(
    events: pd.DataFrame,
    statuses: pd.DataFrame,
    records: pd.DataFrame,
    layer: str,
    confidence: str,
    carry_to: int | None,
) -> Facts:
    """Draw some released events and statuses, all layers of them, as one layer has them."""
    others = tables.load_participants(), tables.load_entities()
    found = lines_of(events, statuses, *others, layer=layer, confidence=confidence, carry_to=carry_to)
    return Facts(found, records.set_index("record_id"))


def of_frame(frame: pd.DataFrame, records: pd.DataFrame, confidence: str, carry_to: int | None) -> Facts:
    """Draw a reader's own events and statuses; what is missing is an :class:`UnknownNameError` that names the first."""
    missing = [name for name in _NEEDED if name not in frame]
    if missing:
        needs = f"rows='facts' needs {', '.join(_NEEDED)}: "
        raise UnknownNameError(needs + unknown("column", missing[0], map(str, frame.columns)))
    whole = frame.reset_index(drop=True).iloc[records["number"]].reset_index(drop=True)
    whole = whole.assign(
        **{name: marks.as_days(records[name].to_numpy()) for name in BOUNDS},
        speaks_until=marks.as_days(records["until"].to_numpy()),
        record_id=records["record_id"],
        **{name: texts(whole[name]) for name in ("type", "title", "subject", "object")},
    )
    if whole["record_id"].duplicated().any():
        raise InvalidValueError(
            "rows='facts' needs an id of its own for every row (record_id, event_id, status_id, id)"
        )
    # The id stands in one column, whatever the reader calls it.
    whole = whole.drop(columns=["event_id", "status_id"], errors="ignore")
    whole = whole.reindex(columns=[*dict.fromkeys([*whole.columns, *_MAY])])
    event = records["event"].to_numpy(bool)
    entities = tables.load_entities()
    names = dict(zip(entities["entity_id"], entities["name"], strict=True))
    sides = whole[event].melt("record_id", ["subject", "object"], value_name="entity_id").dropna(subset="entity_id")
    sides = sides.assign(event_id=sides["record_id"], role="side")
    people = set(entities["entity_id"][entities["kind"] == "person"])
    types = codebook.status_types()
    stated = whole[~event].rename(columns={"record_id": "status_id"})
    stated["symmetric"] = [kind in types and types[kind].symmetric for kind in stated["type"]]
    stated["holds"] = stated["holds"].fillna(value=True).astype(bool)
    own = whole[event].rename(columns={"record_id": "event_id"})
    layered = stated["layer"].notna().any() and {*_OF_SEED} <= {*stated}
    seeds = layers.view("statuses", stated, "seed") if layered else stated
    both = [event_lines(own, sides, names, people, confidence)] if event.any() else []
    both += [status_lines(stated, seeds, names, confidence, carry_to)] if not event.all() else []
    return Facts(in_order(both), records.set_index("record_id"))


def rows(
    facts: Facts, lanes: str | Mapping[str, str] | None, window: tuple[float, float] = (np.nan, np.nan)
) -> pd.DataFrame:
    """Return the lines as the rows of a page, as columns of prepared records; ``number`` is the place of a line.

    Lines of which nothing is drawn within a window, first and last day, are left out; NaN is open.
    """
    lines, pieces = facts.lines
    entities = tables.load_entities()
    names = dict(zip(entities["entity_id"], entities["name"], strict=True))
    named = lines.assign(**{side: lines[side].map(lambda name: names.get(name, name)) for side in PARTIES})
    types = pd.Categorical.from_codes(*pd.factorize(lines["type"]))
    lane, colour = marks.lanes_and_colours(named, types, lanes)
    drawn = pieces[pieces["mark"] != GAP]
    tips = drawn[drawn["mark"].isin(["ongoing", "ongoing denied"])].groupby("line")["last_day"].max()
    carried = drawn[drawn["mark"].isin(["carried", "denied carried"])].groupby("line")["last_day"].max()
    first, last = _drawn_days(drawn)
    ids = drawn["record_ids"].str.split("; ").explode()
    spoken = ids.map(facts.records["until"]).groupby(drawn["line"].reindex(ids.index)).max()
    found = pd.DataFrame(
        {
            "record_id": lines["line_id"],
            "label": lines["label"],
            "event": lines["kind"] == "event",
            "still": lines.index.isin(tips.index),
            "lane": lane,
            "colour": colour,
            "start_earliest": first.groupby(drawn["line"]).min().reindex(lines.index),
            "end_earliest": tips.reindex(lines.index).astype(float),
            "end_latest": last.groupby(drawn["line"]).max().reindex(lines.index),
            "until": spoken.reindex(lines.index),
            "carried": carried.reindex(lines.index).astype(float),
            "records": lines["records"],
            "number": np.arange(len(lines)),
        }
    ).assign(start_latest=np.nan)
    # Comparisons with NaN are false: a side that is left out, or unknown, keeps all.
    inside = set(drawn["line"][~((first > window[1]) | (last < window[0]))])
    order = [place for place in np.argsort(lane.codes, kind="stable") if place in inside]
    return found.iloc[order].reset_index(drop=True)


def spans(facts: Facts, shown: pd.DataFrame) -> pd.DataFrame:
    """Return the pieces of the rows that are shown as marks, with the midnight that ends each and what it lists.

    Columns as of :func:`.marks.spans`; ``piece`` is the place in ``facts.lines.pieces``; gaps lie where the page says.
    """
    pieces = facts.lines.pieces
    place = pd.Series(shown.index, index=shown["number"])
    kept = pieces[pieces["line"].isin(place.index)]
    first, last = kept["first_day"].to_numpy(float), kept["last_day"].to_numpy(float) + 1
    loose = (kept["mark"] != GAP).to_numpy()
    opens = (kept["mark"] == "start unknown").to_numpy() | (loose & (first == FIRST_DAY))
    closes = (kept["mark"] == "end unknown").to_numpy() | (loose & (last == LAST_DAY + 1))
    return pd.DataFrame(
        {
            "record": kept["line"].map(place).to_numpy(np.int64),
            "mark": pd.Categorical(kept["mark"], marks.MARKS),
            "first": np.where(opens, np.nan, first),
            "last": np.where(closes, np.nan, last),
            # How far a stub may reach.
            "room": np.where(opens, first, np.where(closes, last, np.nan)),
            "piece": kept.index,
        }
    )


def told(
    facts: Facts, shown: pd.DataFrame, drawn: pd.DataFrame, day: float, *, width: int, quotes: bool
) -> pd.DataFrame:
    """Write what is shown at each mark: the line, what it is there, and the records behind it, up to a length.

    ``day`` is one on which the answer of the line is told, or NaN.
    """
    pieces = facts.lines.pieces.loc[drawn["piece"]]
    own = facts.records.reset_index()
    headed = dict(zip(own["record_id"], own["label"], strict=True))
    bare = captions.hover(own.assign(label=""), np.nan, width=width, quotes=quotes)
    text = dict(zip(own["record_id"], bare, strict=True))
    heads = captions.fact_heads(shown, pieces, drawn["record"].to_numpy(), _on_day(facts, shown, day), day, width)
    listed = _listed(drawn, pieces["record_ids"].str.split("; ").tolist())
    labels = shown["label"].to_numpy(object)[drawn["record"]]
    words = [
        captions.fact_hover(head, [(headed[name] if headed[name] != label else "", text[name]) for name in ids], width)
        if mark != GAP
        else head
        for head, ids, label, mark in zip(heads, listed, labels, drawn["mark"], strict=True)
    ]
    return drawn.assign(hover=words, record_id=pieces["record_ids"].to_numpy(object))


def _drawn_days(drawn: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return first and last day of pieces as far as they are drawn: of a stub the day beside the bar."""
    first = drawn["first_day"].where(drawn["mark"] != "start unknown", drawn["last_day"])
    last = drawn["last_day"].where(drawn["mark"] != "end unknown", drawn["first_day"])
    return first.where(first != FIRST_DAY).astype(float), last.where(last != LAST_DAY).astype(float)


def _on_day(facts: Facts, shown: pd.DataFrame, day: float) -> list[str]:
    """Say of each row what its proposition is on a day; of events, or without a day, nothing."""
    if np.isnan(day):
        return [""] * len(shown)
    pieces = facts.lines.pieces
    on = pieces[(pieces["first_day"] <= day) & (day <= pieces["last_day"])]
    tiles = on[~on["mark"].isin(["start unknown", "end unknown", "ongoing", "ongoing denied"])]
    answers = captions.answers_of(tiles).groupby(tiles["line"]).first().reindex(shown["number"]).fillna("")
    return [answer if not event else "" for answer, event in zip(answers, shown["event"], strict=True)]


def _listed(drawn: pd.DataFrame, ids: list[list[str]]) -> list[list[str]]:
    """List the records of each mark; of an event's those too that are too near to be pointed at alone."""
    found = list(ids)
    symbols = drawn[drawn["mark"].isin([*DIAMONDS, "window"])]
    for _, group in symbols.groupby("record"):
        middle = ((group["first"] + group["last"]) / 2).to_numpy()
        places = group.index.to_numpy()
        order = np.argsort(middle, kind="stable")
        near = np.abs(middle[:, None] - middle[None, :]) < group["near"].to_numpy()[0]
        for place, close in zip(places, near, strict=True):
            others = [each for each in order if close[each] and places[each] != place]
            found[place] = [*ids[place], *(name for each in others for name in ids[places[each]])]
    return found


def too_many(count: int) -> None:
    """Refuse more lines than can be pointed at."""
    if count > MANY:
        do = "choose types or entities, or draw rows='records'"
        raise InvalidValueError(f"{count:,} lines are more than the {MANY:,} that can be drawn as facts: {do}")
