"""Records to facts: one line for every proposition and for every type and parties of events, and its pieces.

Nothing here draws: the figure and the explorer both draw these lines, and answers come of the same step functions, so
that none of the three can say what another does not. Days are counted from 1970-01-01; first and last are included.

A line of statuses is a *proposition* (:mod:`caucasus_events.asking.steps`), over all rows and layers. Its pieces tile
the whole calendar; what a piece is follows from the answer of its days, first that fits:

==================  =================================================================================================
``certain``         the answer is yes, and it is in the layer ``seed`` alone, without anything assumed
``corroborated``    it is yes
``denied``          it is no, and it is in the layer ``seed`` alone
``denied            it is no
corroborated``
``carried``         it is yes only because of ``carry_to``
``denied carried``  it is no only because of ``carry_to``
``disagree``        sources disagree
``possible``        start uncertain or end uncertain, within the outer bounds of a row that speaks of the day
``weak``            unknown for any reason, and a row below the confidence that is asked for is certain
``gap``             unknown: nothing is drawn, ``why`` is the reason
==================  =================================================================================================

Over these lie marks of one side or one day. ``start unknown`` and ``end unknown`` are stubs: of a row whose bound is
null, over the gap before its start or after its end. Their days are those that there is room for; of these the ones
beside the bar are drawn, a fixed length. ``ongoing`` and ``ongoing denied`` are arrowheads, on the last day of a row
that was still so, is not passed over, and after which no row of the proposition is certain.

A line of events is a *type and its parties*, in whatever order and role: without mediators and, where anybody else is
left, without persons; if nobody takes part, its location. Its pieces lie where the marks of the records do, one over
the other: of an event of more than :data:`LONG` days a bar (``certain``, ``corroborated``, ``possible``, ``weak`` and
stubs), of any other the one mark ``day``, ``day corroborated``, ``day weak`` or, where no day is certain, ``window``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from caucasus_events.asking import answers, spells, steps
from caucasus_events.asking.answers import FIRST_DAY, LAST_DAY, Answer, Why
from caucasus_events.model import codebook, layers
from caucasus_events.model.rows import PROPOSITION
from caucasus_events.reading.names import PARTIES

from . import marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from caucasus_events.asking.answers import Ints
    from caucasus_events.asking.spells import Spells

    Mask = NDArray[np.bool_]

# An event of more days is a bar, behind all that is shorter.
LONG = 45
GAP = marks.GAP
# Of the marks that tile a calendar those that are an answer.
_YES_OR_NO = ("certain", "corroborated", "denied", "denied corroborated", "carried", "denied carried")
# What a piece may be, in the order in which pieces of a line are drawn, the last on top.
PIECES = marks.MARKS
_UNCERTAIN = (Why.START_UNCERTAIN, Why.END_UNCERTAIN)
_NO_REASON = -1


class Lines(NamedTuple):
    """Lines and their pieces.

    ``lines``, in the order in which they are drawn (events before statuses in a lane, types in codebook order, then by
    the first day drawn):

    ==========  ======================================================================================
    line_id     type and parties joined by slashes: ``membership/ARM/EAEU``, ``clash/ARM/AZE``
    lane        the lane of the codebook, its name
    kind        event or status
    type        that of its records
    label       one row: its title; several with one title: that; else by the pattern of the codebook
    parties     ids, joined by ``"; "``: subject, object, about; of events in alphabetical order
    subject     of a status; null in lines of events, and so are the next two
    object
    about
    records     how many records it is of
    record_ids  which, joined by ``"; "``
    first_day   the first day on which anything but a gap is drawn; FIRST_DAY where nothing is
    ==========  ======================================================================================

    ``pieces``, by line, then by first day, then in the order of :data:`PIECES`:

    ==========  ======================================================================================
    line        the place of the line in ``lines``
    mark        one of :data:`PIECES`
    first_day   included; FIRST_DAY and LAST_DAY where the side is open
    last_day    included
    why         of unknown days the reason, a category; else null
    record_ids  the records behind it, joined by ``"; "``: those that say so on any of its days
    ==========  ======================================================================================
    """

    lines: pd.DataFrame
    pieces: pd.DataFrame


def lines_of(  # noqa: PLR0913 - four tables, and the terms on which is answered
    events: pd.DataFrame,
    statuses: pd.DataFrame,
    participants: pd.DataFrame,
    entities: pd.DataFrame,
    *,
    layer: str = layers.BEST,
    confidence: str = "medium",
    carry_to: int | None = None,
) -> Lines:
    """Turn records of all layers into lines, as one layer answers; ``carry_to`` is the number of a day.

    The tables are as the loaders give them, without a layer, or any part of their rows.

    >>> from caucasus_events import load
    >>> border = load("statuses").query("type == 'border_closed' and subject == 'TUR'")
    >>> found = lines_of(load("events").head(0), border, load("participants"), load("entities"))
    >>> found.lines["line_id"].tolist()
    ['border_closed/TUR/ARM']
    >>> {"possible", "certain", "ongoing"} <= set(found.pieces["mark"])
    True
    """
    names = dict(zip(entities["entity_id"], entities["name"], strict=True))
    people = set(entities["entity_id"][entities["kind"] == "person"])
    of_events = event_lines(layers.view("events", events, layer), participants, names, people, confidence)
    seeds = layers.view("statuses", statuses, "seed") if "layer" in statuses else statuses
    shown = layers.view("statuses", statuses, layer)
    return in_order([of_events, status_lines(shown, seeds, names, confidence, carry_to)])


def status_lines(
    statuses: pd.DataFrame, seeds: pd.DataFrame, names: Mapping[str, str], confidence: str, carry_to: int | None
) -> Lines:
    """Turn statuses into lines and pieces, one line a proposition; ``seeds`` are those of the documents alone."""
    number, named = steps.propositions(statuses)
    rows = spells.read_spells(statuses, number, confidence)
    said = spells.row_stretches(rows, carry_to)
    said["line"] = number[said["row"]]
    whole = steps.steps(statuses, "unknown", confidence, carry_to)
    spans = {"possible": said[_bounded(said, rows, statuses)], "weak": said[_weak(said, rows)]}
    tiles = _tiles(whole, steps.steps(seeds, "unknown", confidence), said, spans, named)
    tiles["record_ids"] = _ids_behind(tiles, said, rows, statuses["status_id"].to_numpy(object))
    pieces = pd.concat([tiles, _stubs(tiles, rows, statuses), _arrows(tiles, rows, statuses)], ignore_index=True)
    lines = named.reset_index(drop=True)[[*PROPOSITION]].assign(kind="status")
    # Half characters can only stand in a column of objects.
    lines["label"] = pd.Series(_status_labels(lines, statuses.assign(line=number), names), dtype=object)
    lines["parties"] = [_joined("; ", row) for row in lines[[*PARTIES]].itertuples(index=False)]
    lines["line_id"] = [_joined("/", row) for row in lines[[*PROPOSITION]].itertuples(index=False)]
    lines["records"] = np.bincount(number, minlength=len(lines))
    lines["record_ids"] = statuses["status_id"].groupby(number).agg("; ".join)
    return Lines(lines, pieces)


def event_lines(
    events: pd.DataFrame, participants: pd.DataFrame, names: Mapping[str, str], people: set[str], confidence: str
) -> Lines:
    """Turn events into lines and pieces, one line a type and its parties."""
    parties = _parties(events, participants, people)
    keys = pd.DataFrame({"type": events["type"].astype("str").to_numpy(), "parties": parties})
    number = keys.groupby([*keys]).ngroup().to_numpy()
    lines = keys.iloc[np.unique(number, return_index=True)[1]].reset_index(drop=True)
    titles, known = events["title"].groupby(number), codebook.event_types()
    told = zip(titles.first().tolist(), titles.size().tolist(), strict=True)
    own = zip(lines["type"].tolist(), lines["parties"].tolist(), told, strict=True)
    lines["label"] = [
        first if count == 1 else f"{_plural(known, kind, _named(ids, names))} ({count})"
        for kind, ids, (first, count) in own
    ]
    both = zip(lines["type"], lines["parties"], strict=True)
    lines["line_id"] = ["/".join(filter(None, [kind, *ids.split("; ")])) for kind, ids in both]
    lines = lines.assign(kind="event", records=titles.size().to_numpy(), **dict.fromkeys(PARTIES))
    lines["record_ids"] = events["event_id"].groupby(number).agg("; ".join)
    records = marks.prepare(events.assign(kind="event"), None, confidence)
    return Lines(lines, _event_pieces(records, number[records["number"]]))


def _tiles(
    whole: pd.DataFrame, alone: pd.DataFrame, said: pd.DataFrame, spans: Mapping[str, pd.DataFrame], named: pd.DataFrame
) -> pd.DataFrame:
    """Cut the calendar of every proposition into pieces of one mark and one reason.

    ``whole`` are the answers of the layer, ``alone`` those of the documents, ``said`` what every row says, ``spans``
    those stretches of it that make a day possible, or weakly certain.
    """
    keys = pd.MultiIndex.from_frame(named[[*PROPOSITION]].astype(object))
    ends = said["last_day"] + 1
    changes = [(said["line"].to_numpy(), said["first_day"].to_numpy())]
    changes.append((said["line"].to_numpy()[ends <= LAST_DAY], ends.to_numpy()[ends <= LAST_DAY]))
    changes += [(_numbers(frame, keys), frame["first_day"].to_numpy()) for frame in (whole, alone)]
    place = np.unique(np.concatenate([answers.places(at, day) for at, day in changes]))
    line, day = place // answers.CALENDAR, place % answers.CALENDAR + FIRST_DAY
    answer, why, carried = (_on(whole, keys, line, day, what) for what in ("answer", "why", "carried"))
    by_seed = _on(alone, keys, line, day, "answer")
    yes, no, unknown = answer == Answer.YES, answer == Answer.NO, answer == Answer.UNKNOWN
    cases = {
        "carried": yes & (carried == 1),
        "denied carried": no & (carried == 1),
        "certain": yes & (by_seed == Answer.YES),
        "corroborated": yes,
        "denied": no & (by_seed == Answer.NO),
        "denied corroborated": no,
        "disagree": unknown & (why == Why.SOURCES_DISAGREE),
        "possible": np.isin(why, _UNCERTAIN) & _covered(spans["possible"], line, day),
        "weak": _covered(spans["weak"], line, day),
    }
    mark = np.select(list(cases.values()), [PIECES.index(name) for name in cases], PIECES.index(GAP))
    kept = np.flatnonzero(np.logical_or.reduce([np.diff(each, prepend=-2) != 0 for each in (line, mark, why)]))
    return _frame(line[kept], mark[kept], day[kept], answers.last_days(line[kept], day[kept]), why[kept])


def _frame(line: Ints, mark: Ints, first: Ints, last: Ints, why: Ints | None = None) -> pd.DataFrame:
    """Put pieces together; ``mark`` and ``why`` are numbers."""
    reasons = np.full(len(line), _NO_REASON) if why is None else why
    return pd.DataFrame(
        {
            "line": line,
            "mark": pd.Categorical.from_codes(mark, pd.Index(PIECES)),
            "first_day": first,
            "last_day": last,
            "why": pd.Categorical.from_codes(reasons, pd.Index(answers.REASONS)),
        }
    )


def _numbers(stretches: pd.DataFrame, keys: pd.MultiIndex) -> Ints:
    """Return the numbers of the propositions of stretches."""
    return keys.get_indexer(pd.MultiIndex.from_frame(stretches[[*PROPOSITION]].astype(object))).astype(np.int64)


def _on(stretches: pd.DataFrame, keys: pd.MultiIndex, line: Ints, day: Ints, what: str) -> Ints:
    """Look up what stretches that tile the calendar say of days of lines, as codes; -1 where a line has none."""
    number, column = _numbers(stretches, keys), stretches[what]
    place = answers.places(number, stretches["first_day"].to_numpy())
    order = np.argsort(place)
    codes = column.cat.codes.to_numpy() if what != "carried" else column.to_numpy()
    if not len(order):
        return np.full(len(line), -1)
    at = order[np.maximum(np.searchsorted(place[order], answers.places(line, day), "right") - 1, 0)]
    return np.where(number[at] == line, codes[at], -1)


def _covered(spans: pd.DataFrame, line: Ints, day: Ints) -> Mask:
    """Say of days of lines whether any of some stretches of rows has them."""
    sides = [spans[name].to_numpy() for name in ("line", "first_day", "last_day")]
    return answers.covered(sides, line, day)


def _bounded(said: pd.DataFrame, rows: Spells, statuses: pd.DataFrame) -> Mask:
    """Say which stretches of rows are uncertain within bounds that somebody states on both sides."""
    row, says = said["row"].to_numpy(), said["says"].to_numpy()
    null = {name: statuses[name].isna().to_numpy()[row] for name in ("start_earliest", "start_latest", "end_latest")}
    start = (says == Why.START_UNCERTAIN) & ~null["start_earliest"] & ~(null["start_latest"] & null["end_latest"])
    found: Mask = rows.strong[row] & (start | ((says == Why.END_UNCERTAIN) & ~null["end_latest"]))
    return found


def _weak(said: pd.DataFrame, rows: Spells) -> Mask:
    """Say which stretches of rows are certain, below the confidence that is asked for."""
    return ~rows.strong[said["row"]] & (said["says"] == spells.CERTAIN).to_numpy()


def _ids_behind(tiles: pd.DataFrame, said: pd.DataFrame, rows: Spells, ids: NDArray[Any]) -> NDArray[Any]:
    """Join the ids of the rows behind each piece: those that say on any of its days what it shows."""
    names = ["line", "first_day", "last_day"]
    pairs = tiles[[*names, "mark", "why"]].reset_index(names="piece").merge(said, on="line", suffixes=("", "_said"))
    pairs = pairs[(pairs["first_day"] <= pairs["last_day_said"]) & (pairs["first_day_said"] <= pairs["last_day"])]
    row, says = pairs["row"].to_numpy(), pairs["says"].to_numpy()
    mark, why = pairs["mark"].astype(object).to_numpy(), pairs["why"].cat.codes.to_numpy()
    certain = rows.strong[row] & np.isin(says, [spells.CERTAIN, spells.CARRIED])
    told = rows.strong[row] & (why == says)
    told |= certain & np.isin(mark, _YES_OR_NO) & (np.char.startswith(mark.astype(str), "denied") != rows.holds[row])
    told |= certain & (mark == "disagree")
    # A day between sources follows the last of one row, and precedes the certain start of another.
    was_so = (pairs["first_day_said"].to_numpy() > rows.until[row]) & rows.still_so[row]
    told |= (why == Why.BETWEEN_SOURCES) & rows.strong[row] & rows.holds[row] & (was_so | (says == Why.START_UNCERTAIN))
    # What is drawn weak is of weak rows alone.
    faint, weak = mark == "weak", ~rows.strong[row]
    told = np.where(faint, weak & (says == spells.CERTAIN), told | (weak & (why == Why.LOW_CONFIDENCE)))
    behind = pairs[told].drop_duplicates(["piece", "row"])
    behind = behind.assign(id=ids[behind["row"]]).sort_values(["piece", "id"])
    found: NDArray[Any] = behind.groupby("piece")["id"].agg("; ".join).reindex(tiles.index).fillna("").to_numpy(object)
    return found


def _stubs(tiles: pd.DataFrame, rows: Spells, statuses: pd.DataFrame) -> pd.DataFrame:
    """Find the stubs of unknown bounds: beside the bar of their row, and only where there is a gap."""
    # Gaps of several reasons that follow on each other are one room.
    white = (tiles["mark"] == GAP).to_numpy()
    run = pd.Series(np.cumsum(~white | (np.diff(tiles["line"], prepend=-1) != 0)), tiles.index)
    gaps = tiles[white]
    opening, closing = (gaps[name].groupby(run[white]) for name in ("first_day", "last_day"))
    gaps = gaps.assign(opens=opening.transform("min"), closes=closing.transform("max"))
    place = answers.places(gaps["line"].to_numpy(), gaps["first_day"].to_numpy())
    null = {name: statuses[name].isna().to_numpy() for name in ("start_earliest", "end_latest")}
    certain = rows.strong & (rows.start_latest <= rows.known_last)
    sides = {
        "start unknown": (certain & null["start_earliest"] & (rows.start_latest > FIRST_DAY), rows.start_latest - 1),
        "end unknown": (
            certain & null["end_latest"] & ~rows.ongoing & (rows.known_last < LAST_DAY),
            rows.known_last + 1,
        ),
    }
    ids = statuses["status_id"].to_numpy(object)
    found = []
    for mark, (where, beside) in sides.items():
        line, day = rows.proposition[where], beside[where]
        at = np.searchsorted(place, answers.places(line, day), "right") - 1
        gap = gaps.iloc[at]
        inside = (at >= 0) & (gap["line"].to_numpy() == line) & (gap["last_day"].to_numpy() >= day)
        first, last = gap["opens"].to_numpy(), gap["closes"].to_numpy()
        first, last = (first, day) if mark == "start unknown" else (day, last)
        stub = _frame(line, np.full(len(line), PIECES.index(mark)), first, last)
        stub["why"] = gap["why"].to_numpy()
        stub["record_ids"] = ids[where]
        found.append(_united(stub[inside]))
    return pd.concat(found)


def _arrows(tiles: pd.DataFrame, rows: Spells, statuses: pd.DataFrame) -> pd.DataFrame:
    """Find the arrowheads: where a row was still so on its last day, and nobody is certain of any later one."""
    certain = rows.strong & (rows.start_latest <= rows.known_last)
    latest = pd.Series(np.where(certain, rows.known_last, FIRST_DAY - 1)).groupby(rows.proposition).transform("max")
    still = certain & rows.ongoing & rows.still_so & ~spells.is_passed_over(rows) & (rows.until >= latest.to_numpy())
    line, day = rows.proposition[still], rows.until[still]
    mark = np.where(rows.holds[still], PIECES.index("ongoing"), PIECES.index("ongoing denied"))
    arrows = _frame(line, mark, day, day).assign(record_ids=statuses["status_id"].to_numpy(object)[still])
    # Where sources disagree on the last day, nothing goes on.
    torn = tiles[tiles["mark"] == "disagree"]
    return _united(arrows[~_covered(torn, line, day)])


def _united(pieces: pd.DataFrame) -> pd.DataFrame:
    """Unite pieces of one line, mark and days."""
    names = ["line", "mark", "first_day", "last_day"]
    ids = pieces.groupby(names, observed=True)["record_ids"].transform(lambda each: "; ".join(sorted(each)))
    return pieces.assign(record_ids=ids).drop_duplicates(names)


def _event_pieces(records: pd.DataFrame, line: Ints) -> pd.DataFrame:
    """Return the marks of prepared events as pieces: bars of those that are long, one mark of any other."""
    spans = marks.spans(records)
    at = spans["record"].to_numpy()
    first, last = marks.extent(records)
    mark = spans["mark"].astype(object).to_numpy()
    # A certain stretch of few days is a day on this scale.
    long = ~(last - first < LONG)
    barred = ~np.isin(mark, ["day", "day corroborated", "day weak", "window"])
    brief = pd.DataFrame({"record": at, "mark": mark})[barred & ~long[at]]
    rank = {"weak": "day weak", "certain": "day", "corroborated": "day corroborated"}
    brief = brief[brief["mark"].isin(rank)].drop_duplicates("record")
    # What the seed makes certain on any day of it is the seed's.
    seeds = set(at[(mark == "certain") & ~long[at]])
    named = ["day" if record in seeds else rank[each] for record, each in brief.itertuples(index=False)]
    own = spans[~barred | long[at]]
    row = np.concatenate([own["record"].to_numpy(), brief["record"].to_numpy()]).astype(np.int64)
    starts = np.concatenate([own["first"].to_numpy(), first[brief["record"]]])
    ends = np.concatenate([own["last"].to_numpy() - 1, last[brief["record"]]])
    marked = [*own["mark"], *named]
    opens, closes = np.isnan(starts), np.isnan(ends)
    starts, ends = np.where(opens, FIRST_DAY, starts).astype(int), np.where(closes, LAST_DAY, ends).astype(int)
    codes = np.array([PIECES.index(each) for each in marked], np.int64)
    pieces = _frame(line[row], codes, starts, ends)
    return pieces.assign(record_ids=records["record_id"].to_numpy(object)[row])


def _parties(events: pd.DataFrame, participants: pd.DataFrame, people: set[str]) -> NDArray[Any]:
    """Join the ids of the parties of each event: who takes part, no mediators, and persons only if nobody else does."""
    ids = events["event_id"]
    present = participants[participants["event_id"].isin(ids)].sort_values("entity_id")
    mediates, person = present["role"] == "mediator", present["entity_id"].isin(people)
    united = [
        present[where].drop_duplicates(["event_id", "entity_id"]).groupby("event_id")["entity_id"].agg("; ".join)
        for where in (~mediates & ~person, ~mediates, mediates)
    ]
    # On the border of two is of both.
    place = events["location"].astype("str").str.replace("-", "; ").set_axis(ids)
    found = united[0].reindex(ids)
    for other in (place, *united[1:]):
        found = found.where(found.notna(), other.reindex(ids))
    return found.fillna("").to_numpy(object)


def _status_labels(lines: pd.DataFrame, statuses: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """Name lines of statuses: by their one title, by the first denial if all deny, or by the pattern of their type."""
    title, holds = statuses.groupby("line")["title"], statuses.groupby("line")["holds"].any().tolist()
    told = zip(title.first().tolist(), title.nunique().tolist(), title.size().tolist(), holds, strict=True)
    known, found = codebook.status_types(), []
    parties = zip(*(lines[name].tolist() for name in PROPOSITION), strict=True)
    for (kind, *ids), (first, several, rows, affirmed) in zip(parties, told, strict=True):
        if several == 1 or not affirmed or kind not in known:
            found.append(first)
            continue
        subject, other, about = (names.get(identity, identity) for identity in ids)
        limited = "" if pd.isna(about) else f", {about}"
        found.append(f"{known[kind].label.format(subject=subject, object=other)}{limited} ({rows})")
    return found


def _plural(known: Mapping[str, codebook.EventType], kind: str, parties: str) -> str:
    """Write what several events are called; types that the codebook does not have by their name."""
    return known[kind].plural.format(parties=parties) if kind in known else f"{kind}: {parties}"


def _named(ids: str, names: Mapping[str, str]) -> str:
    """Write parties by their names."""
    return " – ".join(names.get(identity, identity) for identity in ids.split("; "))


def _joined(sign: str, parts: Any) -> str:
    """Join what is not null."""
    return sign.join(str(part) for part in parts if not pd.isna(part))


def in_order(both: list[Lines]) -> Lines:
    """Put lines of events and statuses in the order in which they are drawn, and their pieces with them."""
    offsets = np.cumsum([0, *(len(each.lines) for each in both)])
    pieces = pd.concat(
        [each.pieces.assign(line=each.pieces["line"] + start) for each, start in zip(both, offsets, strict=False)],
        ignore_index=True,
    )
    lines = pd.concat([each.lines.astype({"type": "str"}) for each in both], ignore_index=True)
    drawn = pieces[pieces["mark"] != GAP]
    # The day beside the bar is where a stub stands.
    first = drawn["first_day"].where(drawn["mark"] != "start unknown", drawn["last_day"])
    lines["first_day"] = first.groupby(drawn["line"]).min().reindex(lines.index, fill_value=FIRST_DAY)
    types: dict[str, Any] = {**codebook.event_types(), **codebook.status_types()}
    lines["lane"] = [types[kind].lane if kind in types else None for kind in lines["type"]]
    lanes = {lane: place for place, lane in enumerate(codebook.lanes())}
    rank = {kind: place for place, kind in enumerate(dict.fromkeys([*types, *lines["type"]]))}
    keys = [
        lines["first_day"],
        lines["type"].map(rank),
        lines["kind"] == "status",
        lines["lane"].map(lanes).fillna(len(lanes)),
    ]
    order = np.lexsort([np.asarray(key) for key in keys])
    names = ["line_id", "lane", "kind", "type", "label", "parties", *PARTIES, "records", "record_ids", "first_day"]
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    moved = pieces.assign(line=place[pieces["line"].to_numpy(np.int64)])
    moved = moved.sort_values(["line", "first_day", "mark"], kind="stable", ignore_index=True)
    return Lines(lines.iloc[order][names].reset_index(drop=True), moved)
