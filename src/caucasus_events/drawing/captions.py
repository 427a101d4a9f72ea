"""The words of a figure: when a record was, what it was on a day, and what is shown when it is pointed at.

Whatever comes from the data is escaped, so that nothing in it is markup.
"""

from __future__ import annotations

import html
import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from caucasus_events.model import words
from caucasus_events.model.bounds import BOUNDS

from .look import MANY, NARROW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .look import Floats

    Strings = NDArray[np.str_]

# What goes on when its source speaks; the day, where one is stated, follows.
STILL_SO, ON = "still so", " on "
# How wide a passage is in letters, how wide in a narrow figure, and its most lines.
_QUOTE, _QUOTE_NARROW, _QUOTE_LINES = 58, 40, 8
# How many lines a piece may list, and the number of days beyond which a side is open.
_FACT_LINES, _ANY_DAY = 30, 719_162
_DAYS = ("first_day", "last_day")
_OF_ONE_SIDE = ("start unknown", "end unknown")
# What a piece says of its days; of others the reason is told.
_ANSWERS = {
    "certain": "yes, by documents",
    "corroborated": "yes, by other sources",
    "denied": "no, by documents",
    "denied corroborated": "no, by other sources",
    "carried": "yes, taken to go on",
    "denied carried": "no, taken to go on",
    "ongoing": "still so",
    "ongoing denied": "still so",
    "start unknown": "start unknown",
    "end unknown": "end unknown",
}


def start_and_end(records: pd.DataFrame) -> tuple[Strings, Strings]:
    """Write when each record began and when it ended, and never a day that no source gives."""
    start_earliest, start_latest, end_earliest, end_latest = (
        iso_days(records[name].to_numpy(float)) for name in BOUNDS
    )
    still = np.where(end_earliest == "", STILL_SO, np.strings.add(STILL_SO + ON, end_earliest))
    ended = np.where(records["still"].to_numpy(bool), still, _windows(end_earliest, end_latest))
    return _windows(start_earliest, start_latest), ended


def when(records: pd.DataFrame, between: str = "<br>") -> Strings:
    """Write when each record was: one window of an event, start and end of all else."""
    start, end = start_and_end(records)
    end_word = np.where(records["still"], "", "end ")
    both = [f"start {first}{between}{word}{last}" for first, word, last in zip(start, end_word, end, strict=True)]
    return np.where(records["event"].to_numpy(bool) & (start == end), start, np.array(both, dtype=np.str_))


def state_on(records: pd.DataFrame, day: float) -> pd.Series:
    """Say of each record by itself what it was on a day: yes, no, or unknown with the reason.

    The first that fits: low confidence; taken to go on; after the source; certain; before the stated start; after the
    stated end; start uncertain; end uncertain.

    >>> from caucasus_events import load_timeline
    >>> from caucasus_events.drawing.marks import prepare
    >>> records = prepare(load_timeline().query("record_id == 'turkey-armenia-border-closed'"))
    >>> state_on(records, 8500)[0]
    'unknown (start uncertain)'
    """
    start, start_latest, end_earliest, end = (records[name].to_numpy(float) for name in BOUNDS)
    certain = (start_latest <= day) & (day <= end_earliest)
    silent, denied = records["until"].to_numpy(float) < day, records["denied"].to_numpy(bool)
    cases = {
        "low confidence": records["weak"].to_numpy(bool),
        "carried": silent & (day <= records["carried"].to_numpy(float)),
        "after the source": silent,
        "certain": certain,
        "before the stated start": day < start,
        "after the stated end": day > end,
        # Last, not "day < start_latest": of a start that is unknown, too, the day may be before it.
        "start uncertain": ~(start_latest <= day),
    }
    found = pd.Series(np.select(list(cases.values()), list(cases), "end uncertain").astype(object))
    answer = pd.Series(np.where(denied, "no", "yes").astype(object))
    unknown = (words.UNKNOWN + " (" + found + ")").where(found != "carried", answer + ", taken to go on")
    return answer.where(found == "certain", unknown)


def hover(records: pd.DataFrame, day: float, *, width: int, quotes: bool) -> pd.Series:
    """Write what is shown when a record is pointed at; of more than ``MANY`` the browser writes it.

    With a ``day``, what the record was then, unless it is an event, which is no state of affairs.
    """
    if len(records) > MANY:
        return pd.Series("", records.index)
    wrap = _QUOTE_NARROW if width < NARROW else _QUOTE
    lines = [_broken_lines(records["label"], wrap, "<b>", "</b>"), pd.Series(when(records)), _basis_line(records)]
    if not math.isnan(day):
        lines.append(pd.Series(np.where(records["event"], "", f"on {iso_day(day)}: " + state_on(records, day))))
    if quotes and "quote" in records:
        lines.append(_broken_lines(records["quote"], wrap, "<i>“", "”</i>"))
    if quotes and "says" in records:
        lines.append(_broken_lines(records["says"], wrap))
    if "citation" in records:
        lines.append(_broken_lines(records["citation"], wrap))
    table = pd.DataFrame(dict(enumerate([*lines, escape(records["record_id"])]))).fillna("")
    stacked = ["<br>".join(filter(None, row)) for row in table.itertuples(index=False)]
    return pd.Series(stacked, table.index, dtype=object)


def line_hover(shown: pd.DataFrame, width: int) -> pd.Series:
    """Write what is shown when the name of a line is pointed at: all of it, and of how many records it is."""
    count = shown["records"].map(lambda number: words.counted(number, "record"))
    return _broken_lines(shown["label"], _QUOTE_NARROW if width < NARROW else _QUOTE, "<b>", "</b>") + "<br>" + count


def answers_of(pieces: pd.DataFrame) -> pd.Series:
    """Say what a line of statuses is on the days of its pieces, and by whom; of an unknown day, why."""
    found = pieces["mark"].astype(object).map(_ANSWERS)
    return found.where(found.notna(), words.UNKNOWN + " (" + pieces["why"].astype(object) + ")")


def fact_heads(
    shown: pd.DataFrame, pieces: pd.DataFrame, at: NDArray[np.intp], on_day: list[str], day: float, width: int
) -> list[str]:
    """Write the line of each piece, its days and its answer, and the answer of the line on a day.

    ``at`` is the row of each piece in ``shown``, ``on_day`` the answer of each row.
    """
    wrap = _QUOTE_NARROW if width < NARROW else _QUOTE
    labels = _broken_lines(shown["label"], wrap, "<b>", "</b>").to_numpy(object)[at]
    first, last = ((pieces[name].where(pieces[name].abs() < _ANY_DAY)).to_numpy(float) for name in _DAYS)
    stretch = _windows(iso_days(first), iso_days(last))
    stretch = np.where(np.isnan(first) & np.isnan(last), "", np.strings.add(stretch, ": "))
    own = pieces["mark"].isin(_OF_ONE_SIDE).to_numpy() | shown["event"].to_numpy(bool)[at]
    answered = np.where(own, "", np.strings.add(stretch, answers_of(pieces).fillna("").to_numpy(str)))
    then = [f"on {iso_day(day)}: {answer}" if answer else "" for answer in on_day]
    return [
        "<br>".join(filter(None, [label, answer, then[row]]))
        for label, answer, row in zip(labels, answered, at, strict=True)
    ]


def fact_hover(head: str, records: list[tuple[str, str]], width: int) -> str:
    """Write what a piece lists: its records, title and words, as many as can be read; the others are counted."""
    wrap = _QUOTE_NARROW if width < NARROW else _QUOTE
    found, lines = [head], 0
    for shown, (title, text) in enumerate(records):
        named = "<br>".join(f"<b>{escape_one(line)}</b>" for line in textwrap.wrap(title, wrap))
        block = "<br>".join(filter(None, [named, text]))
        lines += block.count("<br>") + 2
        if shown and lines > _FACT_LINES:
            found.append(f"and {len(records) - shown} more")
            break
        found.append(block)
    return "<br> <br>".join(found)


def escape(text: pd.Series) -> pd.Series:
    """Make text safe to show: nothing in it is markup, half characters become U+FFFD, null becomes empty.

    >>> escape(pd.Series(["<b>bold</b> & more"]))[0]
    '&lt;b&gt;bold&lt;/b&gt; &amp; more'
    """
    return pd.Series([escape_one(value) for value in text.fillna("")], text.index, dtype=object)


def escape_one(text: object) -> str:
    """Escape one text; what UTF-16 cannot hold, half a pair of surrogates, is replaced."""
    return html.escape(str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), quote=False)


def escape_many(text: pd.Series) -> Strings:
    """Escape very many texts at once, where none is null; half characters are left to the browser."""
    found = text.to_numpy(object).astype(str)
    # An array of texts is a block of 32-bit letters: searching it is cheap, and most signs are nowhere in it.
    letters = found.view(np.uint32)
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        if (letters == ord(sign)).any():
            found = np.strings.replace(found, sign, written)
    return found


def iso_day(day: float) -> str:
    """Write a day, counted from 1970-01-01, as YYYY-MM-DD."""
    return str(np.datetime64(int(day), "D"))


def iso_days(days: Floats) -> Strings:
    """Write days as YYYY-MM-DD, each day once; null is empty."""
    unknown_day = np.isnan(days)
    codes, found = pd.factorize(np.where(unknown_day, 0, days).astype(np.int64))
    written = np.datetime_as_string(found.astype("datetime64[D]"))[codes]
    return np.where(unknown_day, "", written) if unknown_day.any() else written


def _windows(first: Strings, last: Strings) -> Strings:
    """Write very many windows of days as :func:`caucasus_events.model.words.window` writes one."""
    both = np.strings.add(np.strings.add(first, words.FROM_TO), last)
    cases = [(first == "") & (last == ""), first == "", last == "", first == last]
    until, since = np.strings.add(words.NOT_AFTER, last), np.strings.add(words.NOT_BEFORE, first)
    return np.select(cases, [np.full(len(first), words.UNKNOWN), until, since, first], both)


def _basis_line(records: pd.DataFrame) -> pd.Series:
    """Say which bounds come from other sources than the seed, and how well they support what only they state."""
    none = pd.Series("", records.index)
    start, end = (records.get(name, none).eq("corroborated").to_numpy() for name in ("start_basis", "end_basis"))
    reported = records.get("start_basis", none).eq("reported").to_numpy()
    default = "dated by the seed alone" if "start_basis" in records else ""
    cases = {
        "stated by other sources alone": reported,
        "start and end by corroboration": start & end,
        "start by corroboration, end by the seed": start,
        "start by the seed, end by corroboration": end,
    }
    confidence = records.get("confidence", none).fillna("").where(reported, "")
    said = pd.Series(np.select(list(cases.values()), list(cases), default), records.index)
    return said + (", confidence " + confidence).where(confidence != "", "")


def _broken_lines(text: pd.Series, width: int, before: str = "", after: str = "") -> pd.Series:
    """Wrap text, which plotly never does; a very long one ends in an ellipsis."""
    broken = [textwrap.wrap(str(value), width, max_lines=_QUOTE_LINES, placeholder=" …") for value in text.fillna("")]
    joined = ["<br>".join(map(escape_one, lines)) for lines in broken]
    return pd.Series([f"{before}{lines}{after}" if lines else "" for lines in joined], text.index, dtype=object)
