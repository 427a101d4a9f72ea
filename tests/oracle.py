"""The definition of an answer, written once, plainly and slowly; every fast path is compared with it.

Rows are dictionaries with the columns of the table ``statuses``; days are ``datetime.date``, None is
null. Nothing of the package is used here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, Any]
Answer = tuple[str, str | None]

UNANSWERED = ("start uncertain", "end uncertain", "before the stated start", "after the stated end", "after the source")
STATED_BOUNDS = ("before the stated start", "after the stated end")


# ---------------------------------------------------------------------------- one row, one day


def is_certain(row: Row, day: date) -> bool:
    """Say if the day lies between the latest start and the earliest end; null is never certain."""
    if row["start_latest"] is None or row["end_earliest"] is None:
        return False
    return row["start_latest"] <= day <= row["end_earliest"]


def is_possible(row: Row, day: date) -> bool:
    """Say if the outer bounds do not exclude the day; null excludes nothing."""
    if row["start_earliest"] is not None and day < row["start_earliest"]:
        return False
    return row["end_latest"] is None or day <= row["end_latest"]


def row_answer(row: Row, day: date) -> str:
    """Give what one row says of the day: the first of these that fits."""
    if day > row["speaks_until"]:
        return "after the source"
    if is_certain(row, day):
        return "certain"
    if row["start_earliest"] is not None and day < row["start_earliest"]:
        return "before the stated start"
    if row["end_latest"] is not None and day > row["end_latest"]:
        return "after the stated end"
    if row["start_latest"] is None or row["start_latest"] > day:
        return "start uncertain"
    return "end uncertain"


# ---------------------------------------------------------------------------- one proposition


def proposition(row: Row) -> tuple[str, str, str, str | None]:
    """Name what a row is about; in a symmetric type the pair is written in alphabetical order."""
    pair = [row["subject"], row["object"]]
    if row["symmetric"]:
        pair.sort()
    return row["type"], pair[0], pair[1], row["about"]


def propositions(rows: Iterable[Row]) -> dict[tuple[str, str, str, str | None], list[Row]]:
    """Gather the rows of each proposition, over all seeds."""
    gathered: dict[tuple[str, str, str, str | None], list[Row]] = {}
    for row in rows:
        gathered.setdefault(proposition(row), []).append(row)
    return gathered


def day_answer(rows: Sequence[Row], day: date, outside: str = "unknown") -> Answer:
    """Give the answer of a proposition on one day, and why it is unknown; ``rows`` are all its rows."""
    if not rows:
        return "unknown", "no source"
    of_true = [row_answer(row, day) for row in rows if row["holds"]]
    of_false = [row_answer(row, day) for row in rows if not row["holds"]]
    if "certain" in of_true and "certain" in of_false:
        return "unknown", "sources disagree"
    if "certain" in of_true:
        return "yes", None
    if "certain" in of_false:
        return "no", None
    if outside == "no" and of_true and all(said in STATED_BOUNDS for said in of_true):
        return "no", None
    for reason in UNANSWERED:
        if reason in of_true or reason in of_false:
            return "unknown", reason
    raise AssertionError("a row that is not certain has a reason")


def days_between(first: date, last: date) -> list[date]:
    """List the days from first to last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def window_answer(rows: Sequence[Row], first: date, last: date, outside: str = "unknown") -> Answer:
    """Give the answer of a proposition on a coarse day or a window: yes or no only if every day of it is."""
    answers = [day_answer(rows, day, outside) for day in days_between(first, last)]
    said = {answer for answer, _ in answers}
    if said in ({"yes"}, {"no"}):
        return said.pop(), None
    for answer, why in answers:
        if answer == "unknown":
            return "unknown", why
    return "unknown", "changes within"


# ---------------------------------------------------------------------------- cells of panels and annotations


def subject_answer(rows: Iterable[Row], kind: str, subject: str, day: date, outside: str = "unknown") -> str:
    """Give the answer of one actor alone: yes if any object gives yes, else unknown, never no."""
    for (name, first, second, _), own in propositions(rows).items():
        symmetric = own[0]["symmetric"]
        named = subject == first or (symmetric and subject == second)
        if name == kind and named and day_answer(own, day, outside)[0] == "yes":
            return "yes"
    return "unknown"


def dyad_answer(
    rows: Iterable[Row], kind: str, pair: tuple[str, str], day: date, outside: str = "unknown", *, directed: bool = True
) -> str:
    """Give the answer of a pair: yes if any ``about`` is, no only if the proposition without ``about`` is.

    A symmetric type matches either order. In an undirected pair a directed type is yes if either
    direction is, no only if both are.
    """
    rows = list(rows)
    turned = (pair[1], pair[0])
    if not directed:
        both = {dyad_answer(rows, kind, order, day, outside) for order in (pair, turned)}
        return "yes" if "yes" in both else "no" if both == {"no"} else "unknown"
    of_pair: dict[str | None, str] = {}
    for (name, first, second, about), own in propositions(rows).items():
        matches = (first, second) == pair or (own[0]["symmetric"] and (first, second) == turned)
        if name == kind and matches:
            of_pair[about] = day_answer(own, day, outside)[0]
    if "yes" in of_pair.values():
        return "yes"
    return "no" if of_pair.get(None) == "no" else "unknown"


def cell(answers: Sequence[str], rule: str) -> bool | None:
    """Give the cell of a period from the answers of its days, in order; None is ``<NA>``."""
    if rule == "any":
        return True if "yes" in answers else False if set(answers) == {"no"} else None
    if rule == "whole":
        return True if set(answers) == {"yes"} else False if "no" in answers else None
    said = answers[0] if rule == "first" else answers[-1]
    return {"yes": True, "no": False, "unknown": None}[said]


def window_cell(answers: Sequence[str]) -> bool | None:
    """Give the cell of a reader's row whose date is a window: True or False only if every day of it is."""
    return True if set(answers) == {"yes"} else False if set(answers) == {"no"} else None


# ---------------------------------------------------------------------------- events


def event_in_window(event: Row, start: date, end: date) -> str | None:
    """Say if an event certainly or possibly took place in a window; None if it did not."""
    known = event["start_latest"] is not None and event["end_earliest"] is not None
    if known and event["start_latest"] <= end and event["end_earliest"] >= start:
        return "certain"
    begins_after = event["start_earliest"] is not None and event["start_earliest"] > end
    ends_before = event["end_latest"] is not None and event["end_latest"] < start
    return None if begins_after or ends_before else "possible"
