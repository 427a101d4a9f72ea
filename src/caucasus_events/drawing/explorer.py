"""The explorer: one HTML file with the timeline, the answers on any day, and the evidence behind every bar.

The page asks nothing of the network and executes nothing of the data. Its answers are computed here, with the function
behind ``as_of``; the page only looks up the stretch that holds a day.
"""

from __future__ import annotations

import base64
import json
import math
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from plotly.offline import get_plotlyjs

from caucasus_events.asking import documents, steps
from caucasus_events.asking.answers import ANSWERS, FIRST_DAY, LAST_DAY
from caucasus_events.describing import about, citation
from caucasus_events.model import codebook, layers
from caucasus_events.model.asked import path as asked_path
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import PROPOSITION, dictionaries, sha256
from caucasus_events.reading import tables
from caucasus_events.reading.targets import whole_file

from . import captions, figure, look, marks, page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Frames = Mapping[str, pd.DataFrame]

# The tables that the page is made of.
EXPLORED = (*tables.DATED, "entities", "participants", "evidence", "sources", "corroborations", "references")
_WIDTHS = {"wide": 1200, "narrow": 480}
_HAPPENED, _MAY_HAVE, _NOT_THEN = _EVENT_ANSWERS = ("happened", "may have happened", "not on this day")
# What is told of every record, and of one that only other sources state.
_SHOWN = ("kind", "type", "title", "parties", "quote", "citation", "url")
_OF_REPORTED = ("layer", "place", "says", "note", "confidence")
# The inks of the figure that the page has too, by their names in its style.
_SHARED_INKS = {"ink": look.INK, "muted": look.MUTED, "band": look.BAND, "paper": look.PAPER}


def write_explorer(path: str | Path, *, layer: str = layers.BEST, texts: str | Path | None = None) -> Path:
    """Write the dataset as one HTML page that anybody can open, with nothing installed and no network.

    The page holds the timeline; a day box and slider with the answer to every record on that day
    and the reason where it is unknown, as :func:`caucasus_events.as_of` gives them, and as it gives
    them if what was still so is carried to a day that a reader writes down; the passage behind
    every record in its context, or what the sources of a reported one say, and what other sources
    say of its dates; the same records as a table that sorts, searches and filters; an address that
    restores what is shown; and what is shown as CSV.

    Parameters
    ----------
    path
        The file to write; one that is there is overwritten, once the page is complete. A link is
        followed; a device or a pipe is written to.
    layer
        Which layer the page opens with, ``"seed"``, ``"corroborated"`` or ``"reported"`` (see
        :func:`caucasus_events.load`); it holds all, and a reader can change between them.
    texts
        A folder that holds the documents (see :func:`caucasus_events.evidence`): the page shows
        every passage with its words and its context, and is not to be passed on where a document
        is not. Without it, with the words that are shipped.

    Returns
    -------
    Path
        The file. The same dataset and the same version of plotly give the same bytes.

    Raises
    ------
    UnwritableError
        If the file cannot be written (an ``OSError``).
    InvalidValueError
        If there is no such layer, or a document is not in the folder (a ``ValueError``).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_explorer(f"{folder}/explorer.html").name
    'explorer.html'
    """
    path = asked_path("path", path)
    frames = {name: tables.load(name) for name in EXPLORED}
    if texts is not None:
        frames["evidence"] = documents.in_words(frames["evidence"], texts)
    html = page_of(frames, layer)
    with whole_file(path) as partial:
        partial.write_text(html, encoding="utf-8", newline="\n")
    return path


def page_of(frames: Frames, layer: str = layers.BEST) -> str:
    """Write the page of the tables ``EXPLORED``; its Content-Security-Policy allows its own two scripts alone."""
    home = resources.files(__package__)
    script, plotly = home.joinpath("explorer.js").read_text("utf-8"), get_plotlyjs()
    digests = [base64.b64encode(bytes.fromhex(sha256(text.encode()))).decode() for text in (plotly, script)]
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    views = {one: {name: layers.view(name, frames[name], one) for name in tables.DATED} for one in layers.LAYERS}
    whole = {
        "layer": layers.checked(layer),
        "layers": {one: payload({**frames, **view}) for one, view in views.items()},
        "carried": {mark: look.LEGEND[mark] for mark in look.CARRIED},
        "measures": {"narrow": look.NARROW, "first": page.FIRST_ROW, "below": page.BELOW_LAST, "empty": page.EMPTY},
    }
    # In a script element, "<" alone can end the data or open a comment.
    data = json.dumps(whole, ensure_ascii=True, sort_keys=True, default=_as_json).replace("<", "\\u003c")
    parts = {
        "POLICY": f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:",
        "LIGHT": " ".join(f"--{name}: {ink};" for name, ink in _SHARED_INKS.items()),
        "DARK": " ".join(f"--{name}: {look.DARK[ink]};" for name, ink in _SHARED_INKS.items()),
        "DATA": data,
        "PLOTLY": plotly,
        "SCRIPT": script,
    }
    template = home.joinpath("explorer.html").read_text("utf-8")
    return re.sub("@@([A-Z]+)@@", lambda found: parts[found[1]], template)


def payload(frames: Frames) -> dict[str, Any]:
    """Gather what the page shows in one layer: records, evidence, answers, and the figure at two widths.

    What was still so is drawn and answered as if it went on for ever too; the page shows that up to the day asked for.
    """
    whole = figure.with_parties(frames["timeline"], frames["events"], frames["statuses"])
    drawn = marks.prepare(whole, carry_to=LAST_DAY)
    swept = steps.steps(frames["statuses"])
    day, first, last = _day_of_most_answers(swept), np.nanmin(marks.extent(drawn)[0]), drawn["until"].max()
    options: dict[str, Any] = {"window": (np.nan, _january(last, 2)), "as_of": day, "answers": False}
    shown = {name: figure.compose(drawn, (width, math.inf), ("", ""), **options) for name, width in _WIDTHS.items()}
    stretches, carried, home = _answers(frames["statuses"], swept, drawn)
    parties = _ids_of_parties(frames)
    used = {name for record in whole["record_id"] for name in parties.get(record, [])}
    named = frames["entities"].sort_values("name")
    attrs = frames["timeline"].attrs
    return {
        **shown,
        "version": about.VERSION,
        **{key: str(attrs.get(name, "")) for key, name in (("digest", "content_digest"), ("licence", "licence"))},
        "day": captions.iso_day(day),
        "slider": [_january(first, 0), _january(last, 2) - 1],
        "bounds": list(BOUNDS),
        "answers": [*ANSWERS, *_EVENT_ANSWERS],
        "dark": _dark_twins(),
        "lanes": [{"title": title} for title in drawn["lane"].cat.categories],
        "entities": {key: name for key, name in zip(named["entity_id"], named["name"], strict=True) if key in used},
        "sources": _citations(frames, whole),
        "stretches": stretches,
        "carried": carried,
        "records": _record_panels(frames, whole, drawn, home),
    }


def _citations(frames: Frames, whole: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return citation and address of every source, as the records carry them."""
    cited = frames["timeline"].assign(source=whole["source_id"].to_numpy())
    cited = cited.drop_duplicates("source").set_index("source")
    blank = {"citation": "", "url": ""}
    return {
        name: cited.loc[name, ["citation", "url"]].to_dict() if name in cited.index else blank
        for name in frames["sources"]["source_id"]
    }


def _ids_of_parties(frames: Frames) -> dict[str, list[str]]:
    """Return the ids of the parties of every record."""
    statuses, people = frames["statuses"], frames["participants"]
    long = statuses.melt("status_id", ["subject", "object", "about"], value_name="entity_id").dropna(subset="entity_id")
    both = pd.concat([long.rename(columns={"status_id": "record"}), people.rename(columns={"event_id": "record"})])
    return {str(name): sorted(set(group)) for name, group in both.groupby("record")["entity_id"]}


def _record_panels(frames: Frames, whole: pd.DataFrame, drawn: pd.DataFrame, home: list[int]) -> list[dict[str, Any]]:
    """Describe every record, in the order in which the figure draws them."""
    known: dict[str, Mapping[str, list[Any]]] = {
        "entities": _ids_of_parties(frames),
        "evidence": _evidence_shown(frames["evidence"]),
        "readings": _readings_shown(frames),
        "stated": _sources_stated(frames, whole),
    }
    types: dict[str, Any] = {**codebook.event_types(), **codebook.status_types()}
    (start, end), when = captions.start_and_end(drawn), captions.when(drawn, " – ")
    told = whole.reindex(columns=[*whole, *(name for name in _OF_REPORTED if name not in whole)])
    rows = told.iloc[drawn["number"]].astype(object).where(lambda frame: frame.notna(), "").to_dict("records")
    found = []
    for place, row in enumerate(rows):
        name = row["record_id"]
        claim = row["assertion"] or "stated by other sources alone"
        claim += f" by {row['attributed_to']}" if row["attributed_to"] else ""
        record = {
            "id": name,
            **{column: str(row[column]) for column in (*_SHOWN, *_OF_REPORTED)},
            "definition": types[row["type"]].definition,
            "lane": str(drawn["lane"].iloc[place]),
            "start": str(start[place]),
            "end": str(end[place]),
            "when": str(when[place]),
            "order": place,
            "claim": claim + ("; an explicit denial" if row["holds"] is False else ""),
            "source": row["source_id"],
            "days": {bound: "" if row[bound] == "" else str(row[bound].date()) for bound in BOUNDS},
            **{key: told.get(name, []) for key, told in known.items()},
            "basis": _who_dates(row),
            "stretches": home[place],
        }
        words = [record[key] for key in ("title", "parties", "type", "id", "place", "says", "note")]
        quotes = [one["quote"] for one in record["evidence"] if "quote" in one]
        found.append({**record, "search": " ".join([*words, *quotes]).lower()})
    return found


def _evidence_shown(evidence: pd.DataFrame) -> dict[str, list[dict[Any, Any]]]:
    """Return the passages of every record, in the order of the text; words and context where there are any."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in dictionaries(evidence.sort_values(["source_id", "start_char"])):
        place = {"source": row["source_id"], "start": row["start_char"], "end": row["end_char"]}
        words = {name: row[name] for name in ("quote", "context") if row.get(name) is not None}
        found.setdefault(row["record_id"], []).append(place | words)
    return found


def _references_shown(frames: Frames) -> dict[str, dict[str, str]]:
    """Return citation and address of every source that is cited beside the documents."""
    return {
        row["reference_id"]: {"text": citation.reference_citation(row), "url": row["url"]}
        for row in dictionaries(frames["references"])
    }


def _sources_stated(frames: Frames, whole: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
    """Return the sources of every record that only other sources state."""
    cited, ids = _references_shown(frames), whole.set_index("record_id")["reference_ids"].dropna()
    return {str(record): [cited[name] for name in names.split("; ")] for record, names in ids.items()}


def _readings_shown(frames: Frames) -> dict[str, list[dict[str, Any]]]:
    """Return what other sources say of the dates of every record, the preferred first, each with its sources."""
    cited = _references_shown(frames)
    order = frames["corroborations"].sort_values(["bound", "preferred", "reading_id"], ascending=[True, False, True])
    found: dict[str, list[dict[str, Any]]] = {}
    for row in order.fillna("").to_dict("records"):
        told = {name: row[name] for name in ("bound", "date", "relation", "confidence", "says", "note")}
        outcome = "applied" if row["applied"] else f"not applied: {row['why_not']}"
        sources = [cited[name] for name in row["sources"].split("; ")]
        found.setdefault(row["record_id"], []).append({**told, "outcome": outcome, "sources": sources})
    return found


def _who_dates(row: Mapping[Any, Any]) -> str:
    """Say who dates a record."""
    start, end = (row.get(f"{side}_basis", "seed") != "seed" for side in ("start", "end"))
    if row["layer"] == "reported" or (row["kind"] == "event" and start and end):
        return "other sources"
    words = {(True, True): "start and end by other sources", (True, False): "start by other sources, end by the seed"}
    return words.get((start, end), "start by the seed, end by other sources" if end else "the seed alone")


def _answers(
    statuses: pd.DataFrame, swept: pd.DataFrame, drawn: pd.DataFrame
) -> tuple[list[list[list[Any]]], dict[int, list[list[Any]]], list[int]]:
    """Return the answers as stretches of days, those that change if what was still so goes on, and whose they are.

    A stretch is its first day, its last, the answer and the reason, empty with yes and no; of what goes on, whether it
    rests on that too. The first two are numbered alike; the third has the number of every record drawn. A status has
    the answers of its proposition; an event has its own words, since it is no state of affairs.
    """
    lists, place = _stretches(swept, "first_day", "last_day", "answer", "why")
    going_on, places = _stretches(
        steps.steps(statuses, carry_to=LAST_DAY), "first_day", "last_day", "answer", "why", "carried"
    )
    carried = {place[key]: going_on[at] for key, at in places.items() if any(stretch[-1] for stretch in going_on[at])}
    # A symmetric proposition is written in alphabetical order, whichever way its rows are.
    turned = statuses["symmetric"] & (statuses["subject"] > statuses["object"])
    swapped = statuses.assign(
        subject=statuses["subject"].mask(turned, statuses["object"]),
        object=statuses["object"].mask(turned, statuses["subject"]),
    )
    of_status = dict(zip(statuses["status_id"], map(place.get, _proposition_keys(swapped)), strict=True))
    home = []
    for row in drawn.itertuples():
        if row.event:
            lists.append(_event_stretches(row))
        home.append(len(lists) - 1 if row.event else int(of_status[row.record_id]))
    return lists, carried, home


def _stretches(swept: pd.DataFrame, *columns: str) -> tuple[list[list[list[Any]]], dict[tuple[str, ...], int]]:
    """List the stretches of every proposition, and say where in the list those of each stand."""
    said = swept.assign(why=swept["why"].astype(object).where(swept["why"].notna(), ""))
    number = said.groupby([*PROPOSITION], observed=True, dropna=False, sort=False).ngroup()
    lists = [group[[*columns]].to_numpy(object).tolist() for _, group in said.groupby(number)]
    return lists, dict(zip(_proposition_keys(said), number.tolist(), strict=True))


def _day_of_most_answers(swept: pd.DataFrame) -> int:
    """Return the last of the days on which the most propositions have an answer."""
    known = swept[swept["answer"] != "unknown"]
    changes = [pd.Series(1, known["first_day"]), pd.Series(-1, known["last_day"] + 1)]
    total = pd.concat(changes).groupby(level=0).sum().cumsum()
    return int(total.index[np.flatnonzero(total == total.max())[-1] + 1]) - 1


def _proposition_keys(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what a row is of: type, subject, object and about; null is empty."""
    part = frame[["type", "subject", "object", "about"]].astype(object)
    return list(part.where(part.notna(), "").itertuples(index=False, name=None))


def _event_stretches(row: Any) -> list[list[Any]]:
    """Say of an event on which days it happened, may have happened, or was not on this day."""
    first = FIRST_DAY if np.isnan(row.start_earliest) else int(row.start_earliest)
    last = int(row.until if np.isnan(row.end_latest) else row.end_latest)
    if row.weak:
        return _stretched((first, last, _MAY_HAVE, "low confidence"))
    # Without a certain day, the certain stretch is the empty one after the last: what may have been before it is all.
    sure_from, sure_to = last + 1, last
    if row.start_latest <= row.end_earliest:
        sure_from, sure_to = int(row.start_latest), int(row.end_earliest)
    return _stretched(
        (first, sure_from - 1, _MAY_HAVE, "the day is not known"),
        (sure_from, sure_to, _HAPPENED, ""),
        (sure_to + 1, last, _MAY_HAVE, "the day is not known"),
    )


def _stretched(*within: tuple[int, int, str, str]) -> list[list[Any]]:
    """Lay out the stretches of an event from first to last day, and that it was not on the days before and after."""
    before, after = (FIRST_DAY, within[0][0] - 1, _NOT_THEN, ""), (within[-1][1] + 1, LAST_DAY, _NOT_THEN, "")
    return [list(stretch) for stretch in (before, *within, after) if stretch[0] <= stretch[1]]


def _dark_twins() -> dict[str, str]:
    """Return for every colour of the figure the one that takes its place in the dark."""
    lanes = {lane.colour: lane.dark for lane in codebook.lanes().values()}
    twins = {**look.DARK, **lanes}
    tints = {
        look.tint(colour, share): look.tint(twins[colour], share, look.DARK_PAPER)
        for colour in (look.LEGEND_INK, *lanes)
        for share in look.SHARES
    }
    return {**twins, **tints}


def _january(day: float, later: int) -> int:
    """Return the first day of the year of a day, or of a later year."""
    year = np.datetime64(int(day), "D").astype("datetime64[Y]") + later
    return int(year.astype("datetime64[D]").astype(np.int64))


def _as_json(value: Any) -> Any:
    """Turn arrays into lists, NaN into null."""
    if isinstance(value, np.ndarray):
        return [None if isinstance(one, float) and np.isnan(one) else one for one in value.tolist()]
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"no JSON for {type(value).__name__}")
