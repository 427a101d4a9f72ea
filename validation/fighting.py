"""Fighting and ceasefires beside the UCDP/PRIO Armed Conflict Dataset, release 25.1.

UCDP lists a conflict in the years in which fighting between its two sides killed at least 25 people; ours are clashes
as sources tell them, of any size. Which of ours belongs to which conflict follows from the sides: :data:`CONFLICTS`.
What differs is told in words, each with its judgement; one without is a ``ValueError``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from beside import REAL, judged
from caucasus_events.model.rows import dictionaries
from caucasus_events.model.words import counted, window
from caucasus_events.reading.tables import load_events, load_participants
from prose import listed, table, when

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prose import Row

FILE = "ucdp_acd_caucasus.csv"
# A ceasefire is at the end of an episode if UCDP ends it within so many days of it.
SOON = 92


@dataclass(frozen=True)
class Conflict:
    """A conflict of UCDP: its title, who of ours fights on either side, and where a ceasefire without sides belongs."""

    title: str
    one: frozenset[str]
    other: frozenset[str]
    place: str | None = None


class Episode(NamedTuple):
    """An episode of a conflict: its first and its last day in UCDP."""

    conflict: int
    first: pd.Timestamp
    last: pd.Timestamp


CONFLICTS = {
    380: Conflict("Georgia, over government", frozenset({"GEO"}), frozenset({"XGO"})),
    388: Conflict("Nagorno-Karabakh", frozenset({"AZE"}), frozenset({"ARM", "XNA", "XAI"}), "XNK"),
    392: Conflict("Abkhazia", frozenset({"GEO", "XGP", "XGL"}), frozenset({"XAA"}), "XAB"),
    393: Conflict("South Ossetia", frozenset({"GEO"}), frozenset({"XSA", "RUS"}), "XSO"),
    396: Conflict("Azerbaijan, over government", frozenset({"AZE"}), frozenset({"XHU"})),
}
_GAP = "a gap of ours: no record of fighting in that year; "
_LINE = _GAP + "UCDP's episode runs from 1997-04-20, not precisely, to 1998-12-31"
# Years of a conflict in UCDP in which no clash of ours falls.
YEARS_WITHOUT_OURS: dict[tuple[int, int], str] = {
    (380, 1993): _GAP + "UCDP's episode, which begins with ours of 1991, goes on to 1993-11-16",
    (388, 1997): _LINE,
    (388, 1998): _LINE,
    (388, 2005): _GAP + "UCDP dates it by one day, 2005-12-05",
    (396, 1995): _GAP + "UCDP dates it by one day, 1995-03-17",
}
_FEW = "the dead whom its sources count stay below the 25 in a year that UCDP asks for"
_NO_STATE = (
    "one side are the territory's authorities, the other irregular groups; UCDP's conflict is one of the Georgian "
    "government"
)
# Clashes of ours outside every episode of UCDP.
CLASHES_OUTSIDE = {
    "baku-black-january-clash-1990": "a matter of scope: one side is the Soviet Union, whose conflicts (376) the copy "
    "does not hold",
    "operation-ring-clash-1991": "a matter of definition: Soviet troops fought beside the Azerbaijan SSR, and UCDP "
    "begins the conflict of the independent state on 1991-12-29",
    "ganja-clash-1993": "a matter of days: UCDP begins the episode two days later, and not precisely",
    "gali-clashes-1998": _NO_STATE,
    "kodori-clashes-2001": _NO_STATE,
    "mardakert-clash-2008": "the year is in UCDP, which gives it no day of its own (2008-12-31)",
    "upper-kodori-clash-2008": "a part of the war of August 2008, which UCDP counts under South Ossetia alone",
    "mardakert-clash-june-2010": _FEW,
    "mardakert-clash-august-2010": _FEW,
    "armenia-azerbaijan-border-clashes-2012": "the year is in UCDP, which dates it by one day, 2012-09-25",
    "nakhchivan-clashes-2018": _FEW,
    "nerkin-hand-clash-2024": _FEW,
}
_WENT_ON = "the fighting went on or was soon resumed, as UCDP's open episode says, too"
_STILL_DEADLY = (
    "it held as a halt of the larger fighting; UCDP's episode goes on over later clashes, of which ours has some"
)
# Ceasefires of ours after which UCDP ends no episode soon.
CEASEFIRES_WITHIN = {
    "nagorno-karabakh-ceasefire-march-1992": _WENT_ON,
    "abkhazia-ceasefire-1992": _WENT_ON,
    "abkhazia-ceasefire-may-1993": _WENT_ON,
    "nagorno-karabakh-ceasefire-july-1993": _WENT_ON,
    "abkhazia-ceasefire-july-1993": _WENT_ON,
    "abkhazia-ceasefire-1994": "UCDP had ended its episode on 1993-11-29; ours is the agreement of half a year later",
    "gali-ceasefire-1998": "UCDP has no episode: it ended the fighting with partisans that is not in UCDP either",
    "armenia-azerbaijan-ceasefire-2016": _STILL_DEADLY,
    "nagorno-karabakh-ceasefire-10-october-2020": _WENT_ON,
    "nagorno-karabakh-ceasefire-18-october-2020": _WENT_ON,
    "nagorno-karabakh-ceasefire-26-october-2020": _WENT_ON,
    "nagorno-karabakh-ceasefire-november-2020": _STILL_DEADLY,
    "armenia-azerbaijan-border-ceasefire-july-2021": _STILL_DEADLY,
    "armenia-azerbaijan-border-ceasefire-november-2021": _STILL_DEADLY,
    "armenia-azerbaijan-border-ceasefire-13-september-2022": _WENT_ON,
    "armenia-azerbaijan-border-ceasefire-14-september-2022": _STILL_DEADLY,
}
_EBBED = "no source of ours tells of a ceasefire; what UCDP ends is a run of years with 25 deaths each"
_HOME = "a struggle over government inside the state; no source of ours tells of a ceasefire"
_LATER = "UCDP counts on where ours ends the war, on 1993-09-30; the next ceasefire is that of 1994-05-14"
# Episodes of UCDP, by conflict and last day, that no ceasefire of ours ended.
EPISODES_WITHOUT_CEASEFIRE = {
    (380, "1993-11-16"): _HOME,
    (388, "1998-12-31"): _EBBED,
    (388, "2005-12-05"): _EBBED,
    (388, "2008-12-31"): _EBBED,
    (388, "2012-09-25"): _EBBED,
    (388, "2017-12-14"): _EBBED,
    (392, "1993-11-29"): _LATER,
    (396, "1993-06-15"): _HOME,
    (396, "1995-03-17"): _HOME,
}
_HEAD = """\
UCDP lists a conflict in the years in which the fighting of its two sides killed at least 25 people,
and joins years that follow each other into an episode, from a first day to a last. Ours are clashes
of any size, and ceasefires as they were agreed. A clash belongs to the conflict whose sides it has;
UCDP's Nagorno-Karabakh (388) is between Azerbaijan and the local authorities, Armenia only beside
them, and stands here for the border of the two states, too.
"""


def episodes(rows: pd.DataFrame) -> list[Episode]:
    """List the episodes of UCDP; the release ends every one."""
    ends = rows.groupby(["conflict_id", "start_date2"])["ep_end_date"].max().reset_index()
    return [Episode(*each) for each in ends.itertuples(index=False, name=None)]


def ours_of(kind: str) -> list[tuple[dict[str, Any], int | None]]:
    """List the events of a type in order of their days, each with its conflict."""
    sides = load_participants().query("role == 'side'").groupby("event_id")["entity_id"].agg(set)
    rows = dictionaries(load_events().query(f"type == {kind!r}").sort_values(["start_earliest", "event_id"]))
    return [(row, conflict_of(sides.get(row["event_id"], set()), row["location"])) for row in rows]


def conflict_of(sides: set[str], place: str | None) -> int | None:
    """Return the conflict that an event belongs to: by its sides, and by its place where it names none."""
    for number, each in CONFLICTS.items():
        if (sides & each.one and sides & each.other) or (not sides and place and place == each.place):
            return number
    return None


def overlapping(row: Row, conflict: int | None, known: Iterable[Episode]) -> Episode | None:
    """Return the first episode of the conflict that shares a day with an event, None if there is none."""
    of_conflict = (each for each in known if each.conflict == conflict)
    return next(
        (each for each in of_conflict if row["start_earliest"] <= each.last and each.first <= row["end_latest"]), None
    )


def ended_by(row: Row, conflict: int | None, known: Iterable[Episode]) -> Episode | None:
    """Return the episode of the conflict that ends within :data:`SOON` days of a ceasefire, None if there is none."""
    days = {each: (each.last - row["start_earliest"]).days for each in known if each.conflict == conflict}
    return next((each for each, number in days.items() if 0 <= number <= SOON), None)


def section() -> list[str]:
    """Write the section."""
    rows = pd.read_csv(REAL / FILE, parse_dates=["start_date2", "ep_end_date"])
    known, clashes, ceasefires = episodes(rows), ours_of("clash"), ours_of("ceasefire")
    return [_HEAD, *_of_years(rows, clashes), *_of_clashes(known, clashes), *_of_ceasefires(known, ceasefires)]


def _of_years(rows: pd.DataFrame, clashes: list[tuple[dict[str, Any], int | None]]) -> list[str]:
    """Write which years of UCDP's conflicts have a clash of ours."""
    theirs = [(int(each["conflict_id"]), int(each["year"])) for each in dictionaries(rows)]
    ours = {(conflict, year) for row, conflict in clashes for year in _years(row)}
    without = judged([each for each in theirs if each not in ours], YEARS_WITHOUT_OURS, "YEARS_WITHOUT_OURS")
    number = Counter(conflict for conflict, _ in theirs)
    lacking = Counter(conflict for (conflict, _), _ in without)
    body = [
        [f"{each}, {CONFLICTS[each].title}", str(count), str(count - lacking[each]), str(lacking[each])]
        for each, count in number.items()
    ]
    return [
        f"### Of {counted(len(theirs), 'year')} of conflicts, {len(theirs) - len(without)} have a clash of ours",
        "",
        *table(["conflict", "years in UCDP", "with a clash of ours", "without"], body, right=(1, 2, 3)),
        *listed([f"{conflict}, {CONFLICTS[conflict].title}, {year}: {why}" for (conflict, year), why in without]),
    ]


def _years(row: Row) -> range:
    """Return the years in which an event can have been."""
    return range(row["start_earliest"].year, row["end_latest"].year + 1)


def _of_clashes(known: list[Episode], clashes: list[tuple[dict[str, Any], int | None]]) -> list[str]:
    """Write which clashes of ours lie in an episode of UCDP."""
    found = {row["event_id"]: overlapping(row, conflict, known) for row, conflict in clashes}
    outside = judged([name for name, each in found.items() if each is None], CLASHES_OUTSIDE, "CLASHES_OUTSIDE")
    citing = sum("ucdp-acd-25-1" in (row["reference_ids"] or "") for row, _ in clashes)
    body = [
        [f"`{row['event_id']}`", _days(row), _titled(conflict), _span(found[row["event_id"]])]
        for row, conflict in clashes
    ]
    inside = len(clashes) - len(outside)
    return [
        f"### Of {counted(len(clashes), 'clash', 'clashes')} of ours, {inside} share a day with an episode",
        "",
        f"{citing} of them cite UCDP itself among their sources.",
        "",
        *table(["clash", "ours", "conflict", "episode of UCDP"], body),
        *listed([f"`{name}`: {why}" for name, why in outside]),
    ]


def _of_ceasefires(known: list[Episode], ceasefires: list[tuple[dict[str, Any], int | None]]) -> list[str]:
    """Write which episodes end soon after a ceasefire of ours, and which ceasefires end none."""
    ended = {row["event_id"]: (ended_by(row, conflict, known), row) for row, conflict in ceasefires}
    within = judged([name for name, (each, _) in ended.items() if each is None], CEASEFIRES_WITHIN, "CEASEFIRES_WITHIN")
    with_one = {each for each, _ in ended.values() if each}
    rest = [(each.conflict, f"{each.last:%Y-%m-%d}") for each in known if each not in with_one]
    without = judged(rest, EPISODES_WITHOUT_CEASEFIRE, "EPISODES_WITHOUT_CEASEFIRE")
    alike = [
        f"`{name}`, {_days(row)}: UCDP ends the episode {_span(each)} "
        f"{counted((each.last - row['start_earliest']).days, 'day')} later"
        for name, (each, row) in ended.items()
        if each
    ]
    return [
        f"### Of {counted(len(known), 'episode')}, {len(with_one)} end within {SOON} days of a ceasefire of ours",
        "",
        *listed(alike),
        f"The other {len(without)} episodes:",
        "",
        *listed([f"{conflict}, {CONFLICTS[conflict].title}, to {last}: {why}" for (conflict, last), why in without]),
        f"The other {len(within)} of {counted(len(ceasefires), 'ceasefire')}:",
        "",
        *listed([f"`{name}`, {_days(ended[name][1])}: {why}" for name, why in within]),
    ]


def _days(row: Row) -> str:
    """Write the days of an event."""
    start, end = when(row, "start"), when(row, "end")
    return start if start == end else f"{start} to {end}"


def _titled(conflict: int | None) -> str:
    """Write the number and the title of a conflict."""
    return "none in the copy" if conflict is None else f"{conflict}, {CONFLICTS[conflict].title}"


def _span(episode: Episode | None) -> str:
    """Write the days of an episode."""
    return "none" if episode is None else window(f"{episode.first:%Y-%m-%d}", f"{episode.last:%Y-%m-%d}")
