"""The definition of an answer, written once, plainly and slowly; every fast path is compared with it.

Rows are dictionaries with the columns of the table ``statuses``; days are ``datetime.date``, None is
null. A row without ``place`` or ``confidence`` has none. Nothing of the package is used here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Unpack

Row = dict[str, Any]
# What is answered, why it is unknown, and whether that rests on a row that is taken to go on.
Answer = tuple[str, str | None, bool]

UNANSWERED = ("start uncertain", "end uncertain", "before the stated start", "after the stated end", "after the source")
STATED_BOUNDS = ("before the stated start", "after the stated end")
CONFIDENCE = ("high", "medium", "low")


class Asked(TypedDict, total=False):
    """On which terms is answered; what is left out is as a user finds it."""

    outside: str
    confidence: str
    carry_to: date | None


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


# ---------------------------------------------------------------------------- one row among others


def is_weak(row: Row, confidence: str) -> bool:
    """Say if a row is below the confidence that is asked for; a document's has none, and never is."""
    return row.get("confidence") is not None and CONFIDENCE.index(row["confidence"]) > CONFIDENCE.index(confidence)


def was_still_so(row: Row) -> bool:
    """Say if a row was certain on its last day, the last that it can speak of."""
    return is_certain(row, row["speaks_until"])


def passes_over(other: Row, row: Row) -> bool:
    """Say if one true row knows how the spell of another went on after that one's last day.

    It was certain on that day or, where the other's end is stated less closely, on the last day on which both were.
    """
    if not (row["holds"] and other["holds"]) or row.get("place") != other.get("place"):
        return False
    shared = [row["speaks_until"]]
    if row["end_latest"] is not None and row["end_earliest"] is not None:
        last = min(row["end_earliest"], row["speaks_until"])
        shared += [last] if is_certain(row, last) else []
    return any(is_certain(other, day) for day in shared) and other["speaks_until"] > row["speaks_until"]


def is_passed_over(row: Row, strong: Sequence[Row], day: date) -> bool:
    """Say if a row is silent on a day: it does not speak any more, and another one, not a weak one, passes it over."""
    return day > row["speaks_until"] and any(passes_over(other, row) for other in strong)


def goes_on(row: Row, strong: Sequence[Row], day: date, carry_to: date | None) -> bool:
    """Say if a row that is not weak is taken to go on, after its last day, to a day."""
    last = row["speaks_until"]
    if carry_to is None or row["end_state"] != "ongoing" or not was_still_so(row) or not last < day <= carry_to:
        return False
    for other in strong:
        if other["holds"] != row["holds"] and _is_certain_between(other, last, day):
            return False
        if other["end_latest"] is not None and passes_over(other, row) and day >= other["end_earliest"]:
            return False
        begins = other["start_earliest"]
        same_place = other.get("place") == row.get("place")
        if other is not row and same_place and begins is not None and last < begins <= day:
            return False
    return True


def _is_certain_between(row: Row, last: date, day: date) -> bool:
    """Say if a row is certain on any day after the one and up to the other."""
    if row["start_latest"] is None or row["end_earliest"] is None:
        return False
    # Days that are certain lie in one stretch: of those asked about, the first that may be one of them, if any is.
    first = max(row["start_latest"], last + timedelta(days=1))
    return first <= day and row_answer(row, first) == "certain"


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


def sayings(
    rows: Sequence[Row], day: date, confidence: str = "medium", carry_to: date | None = None
) -> list[tuple[Row, str]]:
    """Give what each row says of the day beside the others: ``carried`` and ``passed over`` are sayings too."""
    strong = [row for row in rows if not is_weak(row, confidence)]
    said = []
    for row in rows:
        word = row_answer(row, day)
        if word == "after the source" and not is_weak(row, confidence) and goes_on(row, strong, day, carry_to):
            word = "carried"
        elif word == "after the source" and is_passed_over(row, strong, day):
            word = "passed over"
        said.append((row, word))
    return said


def day_answer(
    rows: Sequence[Row], day: date, outside: str = "unknown", confidence: str = "medium", carry_to: date | None = None
) -> Answer:
    """Give the answer of a proposition on one day, and why it is unknown; ``rows`` are all its rows."""
    if not rows:
        return "unknown", "no source", False
    said = sayings(rows, day, confidence, carry_to)
    strong = [(row, word) for row, word in said if not is_weak(row, confidence)]
    if not strong:
        return "unknown", "low confidence", False
    of_true = [word for row, word in strong if row["holds"]]
    of_false = [word for row, word in strong if not row["holds"]]
    yes, no = ("certain" in words or "carried" in words for words in (of_true, of_false))
    if yes and no:
        return "unknown", "sources disagree", not ("certain" in of_true and "certain" in of_false)
    # A weak row makes no "no", but prevents one. Who is passed over does neither.
    of_all_true = [word for row, word in said if row["holds"] and word != "passed over"]
    of_true = [word for word in of_true if word != "passed over"]
    closed = outside == "no" and of_true and all(word in STATED_BOUNDS for word in of_all_true)
    if yes or no or closed:
        sure = closed or "certain" in (of_true if yes else of_false)
        return "yes" if yes else "no", None, not sure
    return "unknown", _why_unknown(strong, day), False


def _why_unknown(strong: Sequence[tuple[Row, str]], day: date) -> str:
    """Give the first reason why rows that are not weak, and what they say of the day, leave it open."""
    had_been = any(row["holds"] and day > row["speaks_until"] and was_still_so(row) for row, _ in strong)
    if had_been and any(row["holds"] and word == "start uncertain" for row, word in strong):
        return "between sources"
    # Who passes another over speaks later, so that some row always has a reason.
    return next(reason for reason in UNANSWERED if any(word == reason for _, word in strong))


def days_between(first: date, last: date) -> list[date]:
    """List the days from first to last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def window_answer(rows: Sequence[Row], first: date, last: date, **asked: Unpack[Asked]) -> Answer:
    """Give the answer of a proposition on a coarse day or a window: yes or no only if every day of it is."""
    answers = [day_answer(rows, day, **asked) for day in days_between(first, last)]
    for answer in answers:
        if answer[0] == "unknown":
            return answer
    said, carried = {answer for answer, *_ in answers}, any(carried for *_, carried in answers)
    return (said.pop(), None, carried) if len(said) == 1 else ("unknown", "changes within", carried)


# ---------------------------------------------------------------------------- cells of panels and annotations


def subject_answer(rows: Iterable[Row], kind: str, subject: str, day: date, **asked: Unpack[Asked]) -> str:
    """Give the answer of one actor alone: yes if any object gives yes, else unknown, never no."""
    for (name, first, second, _), own in propositions(rows).items():
        symmetric = own[0]["symmetric"]
        named = subject == first or (symmetric and subject == second)
        if name == kind and named and day_answer(own, day, **asked)[0] == "yes":
            return "yes"
    return "unknown"


def dyad_answer(
    rows: Iterable[Row], kind: str, pair: tuple[str, str], day: date, *, directed: bool = True, **asked: Unpack[Asked]
) -> str:
    """Give the answer of a pair: yes if any ``about`` is, no only if the proposition without ``about`` is.

    A symmetric type matches either order. In an undirected pair a directed type is yes if either
    direction is, no only if both are.
    """
    rows = list(rows)
    turned = (pair[1], pair[0])
    if not directed:
        both = {dyad_answer(rows, kind, order, day, **asked) for order in (pair, turned)}
        return "yes" if "yes" in both else "no" if both == {"no"} else "unknown"
    of_pair: dict[str | None, str] = {}
    for (name, first, second, about), own in propositions(rows).items():
        matches = (first, second) == pair or (own[0]["symmetric"] and (first, second) == turned)
        if name == kind and matches:
            of_pair[about] = day_answer(own, day, **asked)[0]
    if "yes" in of_pair.values():
        return "yes"
    return "no" if of_pair.get(None) == "no" else "unknown"


def object_answer(rows: Iterable[Row], kind: str, pair: tuple[str, str], day: date, **asked: Unpack[Asked]) -> str:
    """Give the answer of an actor and one object that is named: that of the pair; with itself nobody is asked."""
    return "unknown" if pair[0] == pair[1] else dyad_answer(rows, kind, pair, day, **asked)


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
