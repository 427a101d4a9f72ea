"""The explorer: one HTML file with the timeline, the answers on any day, and the evidence behind every bar.

The page asks nothing of the network and executes nothing of the data. Its answers are computed
here, with the function behind ``as_of``; the page only looks up the stretch that holds a day.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from plotly.offline import get_plotlyjs

from caucasus_events.asking import steps
from caucasus_events.describing import about, citation
from caucasus_events.errors import ReleaseError
from caucasus_events.model import codebook, layers
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.model.rows import PROPOSITION
from caucasus_events.reading import tables

from . import figure, look, marks

if TYPE_CHECKING:
    from collections.abc import Mapping


_WIDTHS = {"wide": 1200, "narrow": 480}


_DARK_PAPER = "#15181C"


_DARK = {
    look.INK: "#E6E8EB",
    look.MUTED: "#A6ADB5",
    look.GRID: "#2C3238",
    look.BAND: "#1C2126",
    look.VEIL: "#333A42",
    look.PAPER: _DARK_PAPER,
    "#0072B2": "#4FB0E8",
    "#C04C00": "#F08A4B",
    "#005F73": "#3FB8CC",
    "#9B2226": "#F0868A",
    "#332288": "#A79BF0",
    "#4D4D4D": "#B8BDC4",
}


_EVENT_ANSWERS = ("happened", "may have happened", "not on this day")


TABLES = (
    *("entities", "events", "participants", "statuses", "evidence", "sources", "timeline"),
    *("corroborations", "references"),
)


def write_explorer(path: str | Path, *, dates: str = "seed") -> Path:
    """Write the dataset as one HTML page that anybody can open, with nothing installed and no network.

    The page holds the timeline; a day box and slider with the answer to every record on that day
    and the reason where it is unknown, as :func:`caucasus_events.as_of` gives them; the passage
    behind every record in its context, and what other sources say of its dates; the same records
    as a table that sorts, searches and filters; an address that restores what is shown; and what
    is shown as CSV.

    Parameters
    ----------
    path
        The file to write; one that is there is overwritten.
    dates
        Which dates the page opens with, ``"seed"`` or ``"corroborated"`` (see
        :func:`caucasus_events.load`); it holds both, and a reader can change between them.

    Returns
    -------
    Path
        The file. The same dataset and the same version of plotly give the same bytes.

    Raises
    ------
    ReleaseError
        If the file cannot be written.
    InvalidValueError
        If there is no such layer of dates (a ``ValueError``).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_explorer(Path(folder) / "explorer.html").name
    'explorer.html'
    """
    path = Path(path)
    page = render({name: tables.load(name) for name in TABLES}, dates)
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReleaseError(f"cannot write {path}: {error.strerror}") from None
    return path


def render(frames: Mapping[str, pd.DataFrame], dates: str = "seed") -> str:
    """Write the page of a dataset.

    Parameters
    ----------
    frames
        The tables entities, events, participants, statuses, evidence, sources, timeline,
        corroborations and references.
    dates
        Which dates the page opens with.

    Returns
    -------
    str
        HTML whose Content-Security-Policy allows its own two scripts and nothing else.

    Examples
    --------
    >>> page = render({name: tables.load(name) for name in TABLES})
    >>> page.startswith("<!DOCTYPE html>"), "http-equiv" in page
    (True, True)
    """
    home = resources.files(__package__)
    script, plotly = home.joinpath("explorer.js").read_text("utf-8"), get_plotlyjs()
    hashes = " ".join(f"'sha256-{_sha256(text)}'" for text in (plotly, script))
    policy = f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:"
    # In a script element, "<" alone can end the data or open a comment.
    both = {layer: payload(_dated(frames, layer)) for layer in layers.LAYERS}
    whole = {"dates": layers.checked(dates), "layers": both}
    data = json.dumps(whole, ensure_ascii=True, sort_keys=True, default=_plain).replace("<", "\\u003c")
    parts = {"POLICY": policy, "DATA": data, "PLOTLY": plotly, "SCRIPT": script}
    template = home.joinpath("explorer.html").read_text("utf-8")
    return re.sub("@@([A-Z]+)@@", lambda found: parts[found[1]], template)


def _dated(frames: Mapping[str, pd.DataFrame], layer: str) -> Mapping[str, pd.DataFrame]:
    """Date the tables that say when as a layer does."""
    if layer == "seed":
        return frames
    sharp = {name: layers.sharpened(frames[name], frames["corroborations"]) for name in tables.DATED}
    return {**frames, **sharp}


def payload(frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Gather what the page shows in one layer of dates: records, evidence, answers, and the figure at two widths.

    Parameters
    ----------
    frames
        As :func:`render` takes them, of either layer.

    Returns
    -------
    dict
        Nothing but what JSON holds, and arrays.

    Examples
    --------
    >>> found = payload({name: tables.load(name) for name in TABLES})
    >>> found["day"], len(found["records"])
    ('2020-07-23', 34)
    """
    whole = figure.with_horizons(frames["timeline"], frames["events"], frames["statuses"])
    drawn = marks.prepare(whole)
    day = drawn["until"].max()
    shown = {name: figure.compose(drawn, (width, None), ("", ""), as_of=day) for name, width in _WIDTHS.items()}
    stretches, home = _stretches(frames["statuses"], drawn)
    first = marks.extent(drawn)[0]
    return {
        **shown,
        "version": about.VERSION,
        "digest": str(frames["timeline"].attrs.get("content_digest", "")),
        "licence": str(frames["timeline"].attrs.get("licence", "")),
        "day": str(np.datetime64(int(day), "D")),
        "slider": [_january(np.nanmin(first), 0), _january(day, 2) - 1],
        "bounds": list(BOUNDS),
        "answers": [*steps.ANSWERS, *_EVENT_ANSWERS],
        "dark": _dark(),
        "lanes": [{"title": title} for title in drawn["lane"].cat.categories],
        "entities": _entities(frames),
        "sources": frames["sources"].pipe(_sources, frames["timeline"], whole),
        "stretches": stretches,
        "records": _records(frames, whole, drawn, home),
    }


def _sources(sources: pd.DataFrame, timeline: pd.DataFrame, whole: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Give citation and address of every source, as the records carry them."""
    cited = timeline.assign(source=whole["source_id"].to_numpy()).drop_duplicates("source").set_index("source")
    blank = {"citation": "", "url": ""}
    return {
        name: cited.loc[name, ["citation", "url"]].to_dict() if name in cited.index else blank
        for name in sources["source_id"]
    }


def _entities(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Name everybody who is a party to a record, in alphabetical order of the names."""
    used = {name for ids in _parties(frames).values() for name in ids}
    named = frames["entities"].sort_values("name")
    return {str(key): str(name) for key, name in zip(named["entity_id"], named["name"], strict=True) if key in used}


def _parties(frames: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Give the ids of the parties of every record."""
    statuses, people = frames["statuses"], frames["participants"]
    long = statuses.melt("status_id", ["subject", "object", "about"], value_name="entity_id").dropna(subset="entity_id")
    both = pd.concat([long.rename(columns={"status_id": "record"}), people.rename(columns={"event_id": "record"})])
    return {str(name): sorted(set(group)) for name, group in both.groupby("record")["entity_id"]}


def _records(
    frames: Mapping[str, pd.DataFrame], whole: pd.DataFrame, drawn: pd.DataFrame, home: list[int]
) -> list[dict[str, Any]]:
    """Describe every record, in the order in which the figure draws them."""
    parties, passages, readings = _parties(frames), _passages(frames["evidence"]), _readings(frames)
    types: dict[str, Any] = {**codebook.event_types(), **codebook.status_types()}
    start, end = marks.when(drawn)
    when = figure.when_text(drawn, " – ")
    rows = whole.iloc[drawn["number"]].astype(object).where(lambda frame: frame.notna(), "").to_dict("records")
    found = []
    for place, row in enumerate(rows):
        claim = row["assertion"] + (f" by {row['attributed_to']}" if row["attributed_to"] else "")
        denial = "; an explicit denial" if row["holds"] is False else ""
        evidence = passages.get(row["record_id"], [])
        record = {
            "id": row["record_id"],
            **{name: str(row[name]) for name in ("kind", "type", "title", "parties", "quote")},
            "definition": types[row["type"]].definition,
            "lane": str(drawn["lane"].iloc[place]),
            "start": str(start[place]),
            "end": str(end[place]),
            "when": str(when[place]),
            "order": place,
            "claim": claim + denial,
            "source": row["source_id"],
            "days": {name: "" if row[name] == "" else str(row[name].date()) for name in BOUNDS},
            "entities": parties.get(row["record_id"], []),
            "evidence": evidence,
            "readings": readings.get(row["record_id"], []),
            "basis": _basis(row),
            "stretches": home[place],
        }
        words = [record["title"], record["parties"], record["type"], record["id"], *(one["quote"] for one in evidence)]
        found.append({**record, "search": " ".join(words).lower()})
    return found


def _passages(evidence: pd.DataFrame) -> dict[str, list[dict[Any, Any]]]:
    """Give the passages of every record, in the order of the text."""
    names = {"source_id": "source", "start_char": "start", "end_char": "end"}
    columns = ["source_id", "start_char", "end_char", "quote", "prefix", "suffix"]
    return {
        str(name): group[columns].rename(columns=names).fillna("").to_dict("records")
        for name, group in evidence.sort_values(["source_id", "start_char"]).groupby("record_id")
    }


def _readings(frames: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """Give what other sources say of the dates of every record, the preferred first, each with its sources."""
    cited: Any = frames["references"].astype(object).where(frames["references"].notna(), None).to_dict("records")
    sources = {row["reference_id"]: {"text": citation.reference_citation(row), "url": row["url"]} for row in cited}
    order = frames["corroborations"].sort_values(["bound", "preferred", "reading_id"], ascending=[True, False, True])
    found: dict[str, list[dict[str, Any]]] = {}
    for row in order.fillna("").to_dict("records"):
        told = {name: row[name] for name in ("bound", "date", "relation", "confidence", "says", "note")}
        outcome = "applied" if row["applied"] else f"not applied: {row['why_not']}"
        named = [sources[name] for name in row["sources"].split("; ")]
        found.setdefault(row["record_id"], []).append({**told, "outcome": outcome, "sources": named})
    return found


def _basis(row: Mapping[Any, Any]) -> str:
    """Say who dates a record."""
    start, end = (row.get(f"{side}_basis", "seed") == "corroborated" for side in ("start", "end"))
    if row["kind"] == "event" and start and end:
        return "other sources"
    words = {(True, True): "start and end by other sources", (True, False): "start by other sources, end by the seed"}
    return words.get((start, end), "start by the seed, end by other sources" if end else "the seed alone")


def _stretches(statuses: pd.DataFrame, drawn: pd.DataFrame) -> tuple[list[list[list[Any]]], list[int]]:
    """Give the answers as stretches of days, and for every record drawn which of them are its own.

    A status has those of its proposition; an event has its own words, since it is no state of affairs.
    """
    swept = steps.steps(statuses)
    number = swept.groupby([*PROPOSITION], observed=True, dropna=False, sort=False).ngroup()
    lists = [_rows(group) for _, group in swept.groupby(number)]
    place = dict(zip(_keys(swept, [*PROPOSITION]), number, strict=True))
    turned = statuses["symmetric"] & (statuses["subject"] > statuses["object"])
    swapped = statuses.assign(
        subject=statuses["subject"].mask(turned, statuses["object"]),
        object=statuses["object"].mask(turned, statuses["subject"]),
    )
    of_status = dict(zip(statuses["status_id"], map(place.get, _keys(swapped, [*PROPOSITION])), strict=True))
    home = []
    for row in drawn.itertuples():
        if row.event:
            lists.append(_of_event(row))
        home.append(len(lists) - 1 if row.event else int(of_status[row.record_id]))
    return lists, home


def _keys(frame: pd.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    """Write the key of every row; null is empty."""
    return list(frame[columns].astype(object).where(lambda part: part.notna(), "").itertuples(index=False, name=None))


def _rows(group: pd.DataFrame) -> list[list[Any]]:
    """Write stretches as first day, last day, answer and reason (empty with yes and no)."""
    why = group["why"].astype(object).where(group["why"].notna(), "")
    return [
        list(row)
        for row in zip(
            group["first_day"].tolist(), group["last_day"].tolist(), group["answer"].tolist(), why, strict=True
        )
    ]


def _of_event(row: Any) -> list[list[Any]]:
    """Say of an event on which days it happened, may have happened, or was not on this day."""
    happened, possible, not_then = _EVENT_ANSWERS
    first = steps.FIRST_DAY if np.isnan(row.start_earliest) else int(row.start_earliest)
    last = int(row.until if np.isnan(row.end_latest) else row.end_latest)
    certain = (
        (int(row.start_latest), int(row.end_earliest)) if row.start_latest <= row.end_earliest else (last + 1, last)
    )
    cuts = [
        (steps.FIRST_DAY, first - 1, not_then, ""),
        (first, certain[0] - 1, possible, "the day is not known"),
        (*certain, happened, ""),
        (certain[1] + 1 if certain[0] <= certain[1] else last + 1, last, possible, "the day is not known"),
        (last + 1, steps.LAST_DAY, not_then, ""),
    ]
    return [list(cut) for cut in cuts if cut[0] <= cut[1]]


def _dark() -> dict[str, str]:
    """Give for every colour of the figure the one that takes its place in the dark."""
    lanes = [lane.colour for lane in codebook.lanes().values()]
    tints = {
        look.tint(lane, share): look.tint(_DARK[lane], share, _DARK_PAPER) for lane in lanes for share in look.SHARES
    }
    return {**_DARK, **tints}


def _january(day: float, later: int) -> int:
    """Give the first day of the year of a day, or of a later year."""
    year = np.datetime64(int(day), "D").astype("datetime64[Y]") + later
    return int(year.astype("datetime64[D]").astype(np.int64))


def _plain(value: Any) -> Any:
    """Turn arrays into lists, NaN into null."""
    if isinstance(value, np.ndarray):
        return [None if isinstance(one, float) and np.isnan(one) else one for one in value.tolist()]
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _sha256(text: str) -> str:
    """Hash a script as a Content-Security-Policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
