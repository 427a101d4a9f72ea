"""What the explorer is made of: records once, and for every layer the lines, their pieces and answers as numbers.

Keys are short, and lists stand where a place in them says what a number means, because every byte is in the page.
Days are counted from 1970-01-01, null is unknown. Of a *record*, left out where empty:

======  ==========================================================================================================
id      its id; ``k`` 1 for an event; ``t`` type; ``n`` title; ``p`` parties in words; ``i`` places in ``entities``
h       0 for a denial; ``pl`` place; ``l`` layer (0 seed, 2 reported); ``c`` confidence; ``m`` claim; ``y`` dated by
b, w    the four bounds at their best, and start and end in words; ``u`` the last day spoken of; ``e`` end_state
b0, …   ``w0``, ``u0``, ``e0``: the same by the document alone
s, o    what its sources say; a note
r       places in ``refs`` of the sources that state it; ``x`` its document
q       passages: document, first and last character, then, as far as they are there, words, what stands before, after
d       readings: bound, date, relation, confidence, says, note, outcome, places in ``refs``
======  ==========================================================================================================

A *set* is how one layer answers at one confidence: ``day``, the one to open with, and ``lines`` in order: of
each the places of its line in ``lines``, label in ``labels``, tiles in ``tiles``, tiles carried on for ever (or null),
and marks over them. Tiles are flat: first day, mark, reason (-1: none), records; each lasts until the next begins.
Marks over them: mark, first day, last day, records. Records are places in ``records``, one or a list.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from caucasus_events.asking.answers import FIRST_DAY, LAST_DAY, REASONS
from caucasus_events.describing import about, citation
from caucasus_events.model import codebook, layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import dictionaries

from . import captions, look, marks
from .lines import PIECES, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .lines import Lines

    Frames = Mapping[str, pd.DataFrame]
    Numbers = dict[str, int]

# A confidence can be asked for where there are records that have one.
CONFIDENCES = ("high", "medium", "low")
SETS = {
    "seed": ("seed", "medium"),
    "corroborated": ("corroborated", "medium"),
    **{f"reported {one}": ("reported", one) for one in CONFIDENCES},
}
_SECONDS = 86_400
# Lines that begin before the others would leave the axis white: it opens with the year in which this share has begun.
_EARLY = 0.04
_OVER = ("ongoing", "ongoing denied", "start unknown", "end unknown")
# The columns that name sources.
_REFERRING = [("corroborations", "sources"), ("events", "reference_ids"), ("statuses", "reference_ids")]
_ANSWERED = ("certain", "corroborated", "denied", "denied corroborated")
_TEXTS = {"pl": "place", "c": "confidence", "s": "says", "o": "note", "x": "source_id"}


class Pool:
    """Values that stand once, and their places.

    >>> pool = Pool()
    >>> pool.place("a"), pool.place("b"), pool.place("a"), pool.held
    (0, 1, 0, ['a', 'b'])
    """

    def __init__(self) -> None:
        self.held: list[Any] = []
        self._places: dict[Any, int] = {}

    def place(self, value: Any) -> int:
        """Return the place of a value, which is added if it is new; lists are compared by what they hold."""
        key = repr(value)
        if key not in self._places:
            self._places[key] = len(self.held)
            self.held.append(value)
        return self._places[key]


def payload(frames: Frames) -> dict[str, Any]:
    """Gather all that the page shows."""
    cited = _cited_references(frames)
    references = {str(row["reference_id"]): place for place, row in enumerate(cited)}
    entities = _entities_used(frames)
    records = _records(frames, references, {identity: place for place, (identity, _) in enumerate(entities)})
    places = {record["id"]: place for place, record in enumerate(records)}
    attrs = frames["timeline"].attrs
    types: dict[str, Any] = {**codebook.event_types(), **codebook.status_types()}
    used = set(frames["timeline"]["type"])
    lanes = list(codebook.lanes())
    return {
        "version": about.VERSION,
        **{key: str(attrs.get(name, "")) for key, name in (("digest", "content_digest"), ("licence", "licence"))},
        "cite": [citation.bibliography([], about.VERSION, each, attrs.get("released")) for each in ("apa", "bibtex")],
        "address": about.HOMEPAGE,
        "lanes": [lane.title for lane in codebook.lanes().values()],
        "types": {name: [lanes.index(kind.lane), kind.definition] for name, kind in types.items() if name in used},
        "entities": entities,
        "sources": _sources(frames),
        "refs": [_reference(row) for row in cited],
        "records": records,
        "marks": _marks(),
        "reasons": list(REASONS),
        **_sets(frames, places),
    }


def _marks() -> list[list[str]]:
    """Return the marks, what each says of its days, and what the legend calls it."""
    said = pd.DataFrame({"mark": PIECES, "why": [""] * len(PIECES)})
    # The reason is that of each stretch.
    answers = [answer.removesuffix(" ()") for answer in captions.answers_of(said)]
    return [[mark, answer, look.LEGEND.get(mark, "")] for mark, answer in zip(PIECES, answers, strict=True)]


# ------------------------------------------------------------------ lines


def _sets(frames: Frames, places: Numbers) -> dict[str, Any]:
    """Answer as every layer does, at every confidence that matters; what several have alike stands once."""
    pools = {name: Pool() for name in ("lines", "labels", "tiles", "over")}
    found, axis, early = {}, (np.inf, -np.inf), np.inf
    for name, (layer, confidence) in SETS.items():
        tables = [frames[table] for table in ("events", "statuses", "participants", "entities")]
        drawn = lines_of(*tables, layer=layer, confidence=confidence)
        going_on = lines_of(*tables, layer=layer, confidence=confidence, carry_to=LAST_DAY)
        found[name] = {"day": _day_of_most_answers(drawn.pieces), "lines": _lines(drawn, going_on, places, pools)}
        first, last = _drawn_days(drawn.pieces)
        axis = min(axis[0], first), max(axis[1], last)
        early = min(early, float(drawn.lines["first_day"].quantile(_EARLY, interpolation="lower")))
    days = [_january(axis[0], 0), _january(axis[1], 1) - 1] if np.isfinite(axis[0]) else [0, 364]
    return {
        "sets": found,
        "days": days,
        "early": max(days[0], _january(early, 0)),
        **{name: pool.held for name, pool in pools.items()},
    }


def _lines(drawn: Lines, going_on: Lines, places: Numbers, pools: Mapping[str, Pool]) -> list[list[Any]]:
    """Write the lines of one set as places in the pools."""
    tiles, over = _pieces(drawn, places)
    carried = dict(zip(going_on.lines["line_id"], range(len(going_on.lines)), strict=True))
    for_ever, _ = _pieces(going_on, places)
    found = []
    for place, row in enumerate(dictionaries(drawn.lines)):
        behind = [places[name] for name in row["record_ids"].split("; ")]
        line = [row["line_id"], row["kind"] == "event", row["type"], behind]
        own, other = tiles.get(place, []), for_ever.get(carried[row["line_id"]], [])
        going = None if own == other else pools["tiles"].place(other)
        numbers = [pools["lines"].place(line), pools["labels"].place(row["label"]), pools["tiles"].place(own), going]
        found.append([*numbers, pools["over"].place(over.get(place, []))])
    return found


def _pieces(drawn: Lines, places: Numbers) -> tuple[dict[int, list[Any]], dict[int, list[Any]]]:
    """Flatten the pieces of every line: those that tile the calendar, and those that lie over them."""
    tiles: dict[int, list[Any]] = {}
    over: dict[int, list[Any]] = {}
    kinds = drawn.lines["kind"].tolist()
    table = drawn.pieces.drop(columns="why").assign(
        code=pd.Categorical(drawn.pieces["mark"], PIECES).codes, why=pd.Categorical(drawn.pieces["why"], REASONS).codes
    )
    for row in dictionaries(table):
        records = [places[one] for one in row["record_ids"].split("; ") if one]
        behind = records[0] if len(records) == 1 else records
        if kinds[row["line"]] == "event" or row["mark"] in _OVER:
            over.setdefault(row["line"], []).extend([row["code"], row["first_day"], row["last_day"], behind])
        else:
            tiles.setdefault(row["line"], []).extend([row["first_day"], row["code"], row["why"], behind])
    return tiles, over


def _drawn_days(pieces: pd.DataFrame) -> tuple[float, float]:
    """Return the first and the last day of what is drawn, open sides left out."""
    sides = pieces[(pieces["mark"] != marks.GAP) & ~pieces["mark"].isin(("start unknown", "end unknown"))]
    days = sides[["first_day", "last_day"]].to_numpy()
    closed = days[(days > FIRST_DAY) & (days < LAST_DAY)]
    return (float(closed.min()), float(closed.max())) if closed.size else (np.inf, -np.inf)


def _day_of_most_answers(pieces: pd.DataFrame) -> int:
    """Return the last of the days on which the most lines of statuses have an answer."""
    tiled = pieces["line"].isin(pieces["line"][pieces["first_day"] == FIRST_DAY])
    known = pieces[pieces["mark"].isin(_ANSWERED) & tiled]
    changes = [pd.Series(1, known["first_day"]), pd.Series(-1, known["last_day"] + 1)]
    total = pd.concat(changes).groupby(level=0).sum().cumsum()
    return int(total.index[np.flatnonzero(total == total.max())[-1] + 1]) - 1 if len(known) else 0


def _january(day: float, later: int) -> int:
    """Return the first day of the year of a day, or of a later year."""
    year = np.datetime64(int(day), "D").astype("datetime64[Y]") + later
    return int(year.astype("datetime64[D]").astype(np.int64))


# ------------------------------------------------------------------ records


def _records(frames: Frames, references: Numbers, entities: Numbers) -> list[dict[str, Any]]:
    """Describe every record once, in the order of timeline."""
    parties, passages = _ids_of_parties(frames), _passages(frames["evidence"])
    readings, times = _readings(frames, references), _times(frames)
    told = frames["timeline"].set_index("record_id")["parties"].fillna("")
    found = {}
    for kind, key in (("events", "event_id"), ("statuses", "status_id")):
        for row in dictionaries(frames[kind]):
            name = row[key]
            cited = [references[one] for one in (row.get("reference_ids") or "").split("; ") if one]
            described = {
                "id": name,
                "k": 1 if kind == "events" else None,
                "t": row["type"],
                "n": row["title"],
                "p": told.get(name, ""),
                "i": sorted(entities[one] for one in parties.get(name, []) if one in entities),
                "l": layers.LAYERS.index(row["layer"]) or None,
                **{short: row.get(long) for short, long in _TEXTS.items()},
                "m": _claim(row),
                "y": _who_dates(row, event=kind == "events"),
                "r": cited,
                "q": passages.get(name),
                "d": readings.get(name),
                **times[name],
            }
            found[name] = {short: value for short, value in described.items() if value not in (None, "", [])}
            if row.get("holds") is False:
                found[name]["h"] = 0
    return [found[name] for name in told.index]


def _times(frames: Frames) -> dict[str, dict[str, Any]]:
    """Return bounds, words and horizon of every record: at their best, and by the document alone."""
    found: dict[str, dict[str, Any]] = {}
    for table, kind in (("events", "event"), ("statuses", "status")):
        for layer, sign in ((layers.BEST, ""), ("seed", "0")):
            shown = layers.view(table, frames[table], layer)
            drawn = marks.prepare(shown.assign(kind=kind))
            start, end = captions.start_and_end(drawn)
            states = shown["end_state"].iloc[drawn["number"]] if kind == "status" else [None] * len(drawn)
            spoken = shown["speaks_until"].astype("datetime64[s]").astype(np.int64) // _SECONDS
            until = spoken.where(shown["speaks_until"].notna()).iloc[drawn["number"]]
            days = drawn[[*BOUNDS]].assign(until=until.to_numpy()).to_numpy(float)
            for name, *own in zip(drawn["record_id"], days, start, end, states, strict=True):
                *bounds, last = (None if np.isnan(day) else int(day) for day in own[0])
                words = [str(own[1]), str(own[2])]
                words = words[:1] if kind == "event" and words[0] == words[1] else words
                values = {"b": bounds, "w": words, "u": last, "e": own[3]}
                added = found.setdefault(name, {})
                # What the document alone says is told apart only where it differs.
                added.update({key + sign: value for key, value in values.items() if added.get(key) != value})
    return found


def _claim(row: Mapping[str, Any]) -> str:
    """Say who claims what a document states."""
    if not row["assertion"]:
        return ""
    return str(row["assertion"]) + (f" by {row['attributed_to']}" if row["attributed_to"] else "")


def _who_dates(row: Mapping[str, Any], *, event: bool) -> str:
    """Say who dates a record of a document, if not it alone."""
    start, end = (row["layer"] == "seed" and row[f"{side}_basis"] != "seed" for side in ("start", "end"))
    both = "other sources" if event else "start and end by other sources"
    words = {(True, True): both, (True, False): "start by other sources, end by the document"}
    return words.get((start, end), "start by the document, end by other sources" if end else "")


def _ids_of_parties(frames: Frames) -> dict[str, set[str]]:
    """Return the ids of who and what every record is about, places of events too."""
    found: dict[str, set[str]] = {}
    sides = [("participants", "event_id", "entity_id"), ("events", "event_id", "location")]
    sides += [("statuses", "status_id", column) for column in ("subject", "object", "about")]
    for table, key, column in sides:
        stated = frames[table][[key, column]].dropna()
        for name, ids in zip(stated[key], stated[column], strict=True):
            # On the border of two is of both.
            found.setdefault(name, set()).update(ids.split("-") if column == "location" else [ids])
    return found


def _entities_used(frames: Frames) -> list[list[str]]:
    """Return id and name of all that any record is about, by name."""
    used = set(itertools.chain.from_iterable(_ids_of_parties(frames).values()))
    named = frames["entities"].sort_values("name")
    return [[key, name] for key, name in zip(named["entity_id"], named["name"], strict=True) if key in used]


def _passages(evidence: pd.DataFrame) -> dict[str, list[list[Any]]]:
    """Return the passages of every record, in the order of the text."""
    found: dict[str, list[list[Any]]] = {}
    for row in dictionaries(evidence.sort_values(["source_id", "start_char"])):
        passage = [row["source_id"], row["start_char"], row["end_char"]]
        # Words and what stands around them may not be shipped; a passage stands in its text once.
        if row.get("context") is not None:
            before, words, after = row["context"].partition(row["quote"])
            passage += [words, before, after]
        elif row["quote"] is not None:
            passage.append(row["quote"])
        found.setdefault(row["record_id"], []).append(passage)
    return found


def _readings(frames: Frames, references: Numbers) -> dict[str, list[list[Any]]]:
    """Return what other sources say of the dates of every record, the preferred first."""
    order = frames["corroborations"].sort_values(["bound", "preferred", "reading_id"], ascending=[True, False, True])
    found: dict[str, list[list[Any]]] = {}
    for row in dictionaries(order):
        told = [row[name] or "" for name in ("bound", "date", "relation", "confidence", "says", "note")]
        outcome = "applied" if row["applied"] else f"not applied: {row['why_not']}"
        cited = [references[name] for name in row["sources"].split("; ")]
        found.setdefault(row["record_id"], []).append([*told, outcome, cited])
    return found


def _cited_references(frames: Frames) -> list[dict[str, Any]]:
    """Return the sources that any record or reading cites."""
    lists = [frames[name][column] for name, column in _REFERRING]
    used = set(itertools.chain.from_iterable(ids.split("; ") for each in lists for ids in each.dropna()))
    return [row for row in dictionaries(frames["references"]) if row["reference_id"] in used]


def _reference(row: Mapping[str, Any]) -> list[str]:
    """Write a source as its publisher, the rest of its citation, its year, its address, and its id."""
    publisher, url = str(row["publisher"]), str(row["url"])
    whole, short = citation.reference_citation(row), citation.short_citation(row)
    return [publisher, whole[len(publisher) : len(whole) - len(url)], short[len(publisher) :], url, row["reference_id"]]


def _sources(frames: Frames) -> dict[str, list[str]]:
    """Return citation, address and author of every document."""
    rows: Iterable[Mapping[str, Any]] = dictionaries(frames["sources"])
    return {row["source_id"]: [citation.source_citation(row), row["url"] or "", row["author"]] for row in rows}
