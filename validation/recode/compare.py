"""Compare a second coder's sheet with the release: which records, which readings, which characters.

The protocol stands in ``validation/recode/README.md``. Every sheet that lies in a folder named after its seed
is found; a sheet that lies elsewhere is compared by its path::

    python validation/recode/compare.py
    python validation/recode/compare.py --write
    python validation/recode/compare.py b.toml --seed markedonov-2020
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from bisect import bisect_left
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import krippendorff

from caucasus_events.building import dataset, standing
from caucasus_events.coding import accounting, seeds
from caucasus_events.describing import about
from caucasus_events.errors import Problem, ProblemsError, unknown
from caucasus_events.model.folding import fold_space
from caucasus_events.model.rows import RECORDS, dictionaries, sha256
from caucasus_events.model.words import markdown_table

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    Row = dict[str, Any]
    Pair = tuple[Row, Row]
    Matches = Mapping[str, list[tuple[str, Row, Row]]]
    # What pairs the records of two codings, and how alike two are: better scores are larger; None is no pair.
    Step = Callable[[list[Row], list[Row]], list[Pair]]
    Score = Callable[[Row, Row], tuple[float, ...] | None]

ROOT = Path(__file__).parents[2]
_HOW_SAID = ("assertion", "attributed_to", "passages")
FIELDS = {
    "status": ("type", "subject", "object", "about", "holds", "start", "end", *_HOW_SAID),
    "event": ("type", "date", "location", "participants", *_HOW_SAID),
}
_TABLES = {"status": "statuses", "event": "events"}
# What two records were paired by.
_PROPOSITION, _WINDOW, _PASSAGES = "proposition", "type and window", "passages"
_CLIP = 60
_NONE = "—"
_NO_SHEET = """\
There is no second coding yet: no sheet lies in `validation/recode/<seed>/`. How one is made stands in
[README.md](README.md).
"""


class Coding(NamedTuple):
    """What one coder made of a text.

    Characters are those of the text that are not white space, numbered from 0: ``words`` holds the
    offset of each, ``dispositions`` says of each whether it is cited or why not.
    """

    records: dict[str, list[Row]]
    dispositions: list[str]
    words: list[int]
    text: str


class Agreement(NamedTuple):
    """How far two coders agree on one field."""

    unit: str
    field: str
    compared: int
    equal: int
    alpha: float | None


class Difference(NamedTuple):
    """One field of one record that is read in two ways, or a record that only one of the two has."""

    first_id: str
    second_id: str
    field: str
    first: str
    second: str


class Stretch(NamedTuple):
    """Words that two coders dispose of in two ways."""

    start: int
    end: int
    words: str
    first: str
    second: str


# ---------------------------------------------------------------------------- the two codings


def coding(tables: Mapping[str, pd.DataFrame], seed: str, text: str) -> Coding:
    """Bring the tables of one seed into the form that is compared."""
    words = [offset for offset, character in enumerate(text) if not character.isspace()]
    cited: dict[str, set[int]] = {}
    for row in _of_seed(tables["evidence"], seed):
        cited.setdefault(row["record_id"], set()).update(_within(words, row))
    cast: dict[str, set[str]] = {}
    for row in dictionaries(tables["participants"]):
        cast.setdefault(row["event_id"], set()).add(f"{row['entity_id']}:{row['role']}")
    found: dict[str, list[Row]] = {}
    for kind, table in _TABLES.items():
        found[kind] = [_compared_fields(kind, row, cited, cast) for row in _of_seed(tables[table], seed)]
    coverage = sorted(_of_seed(tables["coverage"], seed), key=lambda row: row["start_char"])
    dispositions = [row["disposition"] for row in coverage for _ in _within(words, row)]
    return Coding(found, dispositions, words, text)


def _of_seed(frame: pd.DataFrame, seed: str) -> list[Row]:
    """Return the rows of one seed."""
    return dictionaries(frame[frame["source_id"] == seed])


def _within(words: list[int], row: Row) -> range:
    """Number the characters of a stretch."""
    return range(bisect_left(words, row["start_char"]), bisect_left(words, row["end_char"]))


def _compared_fields(kind: str, row: Row, cited: Mapping[str, set[int]], cast: Mapping[str, set[str]]) -> Row:
    """Keep what is compared of a record, and its outer bounds."""
    name = row[RECORDS[_TABLES[kind]]]
    row |= {"passages": frozenset(cited.get(name, ())), "participants": frozenset(cast.get(name, ()))}
    outer = tuple(str(row[side])[:10] if row[side] else "" for side in ("start_earliest", "end_latest"))
    kept = {field: row[field] for field in FIELDS[kind]}
    return kept | {"id": name, "window": outer, "symmetric": row.get("symmetric", False)}


def release_coding(seed: str, root: Path) -> Coding:
    """Read the first coding, the release's: the tables in ``data/`` and the text in ``seeds/``."""
    tables, problems = standing.read_shipped(root)
    if problems:
        raise ProblemsError(problems)
    sources = tables["sources"].set_index("source_id")
    if seed not in sources.index:
        do = "name the folder like the seed, or give it with --seed"
        raise ProblemsError([Problem("data/sources.parquet", "", unknown("seed", seed, sources.index), do)])
    path = root / "seeds" / f"{seed}.txt"
    text = path.read_text("utf-8") if path.is_file() else ""
    if sha256(text.encode()) != sources.loc[seed, "sha256"]:
        what, do = "the text is not the one that data/ was built from", "run caucasus-events build"
        raise ProblemsError([Problem(f"seeds/{seed}.txt", "", what, do)])
    return coding(tables, seed, text)


def second_coding(sheet: Path, seed: str, root: Path) -> Coding:
    """Read a second coder's sheet against the text, as the build reads the first."""
    place = shown_path(sheet, root)
    if not sheet.is_file():
        raise ProblemsError([Problem(place, "", "there is no such sheet", "give the path of a sheet, <coder>.toml")])
    with tempfile.TemporaryDirectory() as folder:
        # The reader names a sheet after its seed and looks for the text beside it.
        copy = Path(folder) / f"{seed}.toml"
        shutil.copyfile(sheet, copy)
        shutil.copyfile(root / "seeds" / f"{seed}.txt", copy.with_suffix(".txt"))
        coded = seeds.code_seed(copy)
    problems = [
        _at_its_own_path(problem, coded.lines.path, place) for problem in [*coded.problems, *_ids_used_twice(coded)]
    ]
    if problems:
        raise ProblemsError(problems)
    return coding(dataset.assemble([coded]), seed, coded.text)


def _ids_used_twice(coded: seeds.Coded) -> Iterator[Problem]:
    """Report every id that a second record bears; the passages of the two could not be told apart."""
    seen = set()
    for (table, _), places in coded.blocks.items():
        for at in places if table in _TABLES.values() else ():
            # The name as it is written: the reader keeps two records of one id apart by another.
            name = at[2]
            if name in seen:
                yield coded.lines.problem(at, name, "the id is used twice", "give each record an id of its own")
            seen.add(name)


def _at_its_own_path(problem: Problem, path: str, place: str) -> Problem:
    """Name the sheet by its own path, not by that of the copy that was read."""
    return replace(problem, place=problem.place.replace(path, place), do=problem.do.replace(path, place))


def shown_path(sheet: Path, root: Path) -> str:
    """Name a file as seen from the root of the checkout, or as it was given."""
    inside = sheet.resolve().is_relative_to(root.resolve())
    return (sheet.resolve().relative_to(root.resolve()) if inside else sheet).as_posix()


# ---------------------------------------------------------------------------- which records are the same


def match(kind: str, first: list[Row], second: list[Row]) -> list[tuple[str, Row, Row]]:
    """Pair the records of two codings, each once, and say by what; ids play no part."""
    pairs: list[tuple[str, Row, Row]] = []
    first, second = sorted(first, key=_content), sorted(second, key=_content)
    for how, step in _STEPS[kind]:
        found = step(first, second)
        pairs += [(how, one, other) for one, other in found]
        first = [row for row in first if all(row is not one for one, _ in found)]
        second = [row for row in second if all(row is not other for _, other in found)]
    return pairs


def _content(row: Row) -> tuple[Any, ...]:
    """Order records by when they were and by all they say, never by their ids."""
    said = [(field, sorted(map(str, value)) if isinstance(value, frozenset) else value) for field, value in row.items()]
    return row["window"], str([each for each in said if each[0] != "id"])


def _pairs_in_order(key: Callable[[Row], Hashable]) -> Step:
    """Pair records with one key, the earliest with the earliest."""

    def step(first: list[Row], second: list[Row]) -> list[Pair]:
        """Walk through the keys of the first coding."""
        keys = dict.fromkeys(map(key, first))
        sides = [
            ([row for row in first if key(row) == one], [row for row in second if key(row) == one]) for one in keys
        ]
        return [pair for one, other in sides for pair in zip(one, other, strict=False)]

    return step


def _best_pairs_first(score: Score) -> Step:
    """Pair records by a score, the best pair first; no score, no pair."""

    def step(first: list[Row], second: list[Row]) -> list[Pair]:
        """Take from all pairs the best whose records are both free."""
        scored = [(found, one, other) for one in first for other in second if (found := score(one, other)) is not None]
        ranked = sorted(scored, key=itemgetter(0), reverse=True)
        taken: set[int] = set()
        pairs = []
        for _, one, other in ranked:
            if not taken & {id(one), id(other)}:
                taken |= {id(one), id(other)}
                pairs.append((one, other))
        return pairs

    return step


def _proposition(row: Row) -> tuple[Any, ...]:
    """Return what a status is about; the parties of a symmetric type in any order."""
    parties = (row["subject"], row["object"])
    return row["type"], tuple(sorted(parties)) if row["symmetric"] else parties, row["about"]


def _spell(row: Row) -> tuple[Any, ...]:
    """Return a proposition with the time it is said of."""
    return _proposition(row), row["holds"], row["start"], row["end"]


def _same_event(one: Row, other: Row) -> tuple[float, ...] | None:
    """Score events of one type whose windows overlap and that share words or parties."""
    starts, ends = zip(one["window"], other["window"], strict=True)
    # An unknown start is "", which is earlier than every day; the end of an event is never unknown.
    shared = len(one["passages"] & other["passages"]), len(one["participants"] & other["participants"])
    if one["type"] != other["type"] or max(starts) > min(ends) or not any(shared):
        return None
    return *shared, _alike("event", one, other)


def _same_passages(kind: str) -> Score:
    """Score records that share at least half of the characters of the shorter."""

    def score(one: Row, other: Row) -> tuple[float, ...] | None:
        """Put those first whose passages are most alike, then those that say most alike."""
        shared = len(one["passages"] & other["passages"])
        if 2 * shared < min(len(one["passages"]), len(other["passages"])):
            return None
        return shared / len(one["passages"] | other["passages"]), _alike(kind, one, other)

    return score


def _alike(kind: str, one: Row, other: Row) -> int:
    """Count the fields in which two records agree."""
    other = _oriented(one, other)
    return sum(one[field] == other[field] for field in FIELDS[kind])


def _oriented(one: Row, other: Row) -> Row:
    """Turn the second record round where order carries no meaning and the parties agree better so."""
    turned = other | {"subject": other.get("object"), "object": other.get("subject")}
    agree, turned_agree = (sum(one.get(f) == row.get(f) for f in ("subject", "object")) for row in (other, turned))
    return turned if (one["symmetric"] or other["symmetric"]) and turned_agree > agree else other


_STEPS: dict[str, tuple[tuple[str, Step], ...]] = {
    # Of several spells of one proposition, those that are dated alike are the same.
    "status": (
        (_PROPOSITION, _pairs_in_order(_spell)),
        (_PROPOSITION, _pairs_in_order(_proposition)),
        (_PASSAGES, _best_pairs_first(_same_passages("status"))),
    ),
    "event": ((_WINDOW, _best_pairs_first(_same_event)), (_PASSAGES, _best_pairs_first(_same_passages("event")))),
}


# ---------------------------------------------------------------------------- how far the two agree


def agreement(unit: str, field: str, first: Sequence[Hashable], second: Sequence[Hashable]) -> Agreement:
    """Count what is equal in two readings of the same units, and compute alpha."""
    equal = sum(one == other for one, other in zip(first, second, strict=True))
    return Agreement(unit, field, len(first), equal, alpha(first, second))


def alpha(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Compute Krippendorff's alpha of two readings, nominal; None where fewer than two values occur."""
    codes = {value: code for code, value in enumerate(dict.fromkeys([*first, *second]))}
    if len(codes) < 2:  # noqa: PLR2004 - alpha compares with chance, and one value leaves none
        return None
    data = [[codes[value] for value in coder] for coder in (first, second)]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def agreements(first: Coding, second: Coding, matched: Mapping[str, list[Pair]]) -> list[Agreement]:
    """Return the agreement on every field of the matched records, and on the characters."""
    found = []
    for kind, pairs in matched.items():
        for field in FIELDS[kind]:
            sides = [[row[field] for row in side] for side in zip(*pairs, strict=True)] or [[], []]
            found.append(agreement(kind, field, *sides))
    whether = [[each == accounting.CITED for each in side.dispositions] for side in (first, second)]
    found.append(agreement("character", "cited or set aside", *whether))
    found.append(agreement("character", "cited or the reason", first.dispositions, second.dispositions))
    return found


def differences(first: Coding, second: Coding, matched: Mapping[str, list[Pair]]) -> Iterator[Difference]:
    """List every field that is read in two ways, then the records that only one coding has."""
    for kind, pairs in matched.items():
        for one, other in sorted(pairs, key=lambda pair: pair[0]["id"]):
            for field in FIELDS[kind]:
                if one[field] != other[field]:
                    yield Difference(one["id"], other["id"], field, *_readings(field, one, other, first))
    for kind, pairs in matched.items():
        both = {one["id"] for one, _ in pairs}, {other["id"] for _, other in pairs}
        for row in first.records[kind]:
            if row["id"] not in both[0]:
                yield Difference(row["id"], _NONE, "record", _all_it_says(kind, row, first), _NONE)
        for row in second.records[kind]:
            if row["id"] not in both[1]:
                yield Difference(_NONE, row["id"], "record", _NONE, _all_it_says(kind, row, first))


def _readings(field: str, one: Row, other: Row, coded: Coding) -> tuple[str, str]:
    """Show both readings of a field; of passages, the words that the other does not cite."""
    values = one[field], other[field]
    if field == "passages":
        values = values[0] - values[1], values[1] - values[0]
    return _reading(field, values[0], coded), _reading(field, values[1], coded)


def _reading(field: str, value: Any, coded: Coding) -> str:
    """Show the value of a field as the sheet would have it."""
    if field == "passages":
        return " ".join(f"“{_quoted_words(start, end, coded.text)}”" for start, end in _runs(value, coded)) or _NONE
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or _NONE
    return str(value).lower() if isinstance(value, bool) else value or _NONE


def _all_it_says(kind: str, row: Row, coded: Coding) -> str:
    """Show all that a record says."""
    shown = {field: _reading(field, row[field], coded) for field in FIELDS[kind]}
    return "; ".join(f"{field} {value}" for field, value in shown.items() if value != _NONE)


def stretches(first: Coding, second: Coding) -> Iterator[Stretch]:
    """List every stretch of the text that is cited or set aside in two ways."""
    both = list(zip(first.dispositions, second.dispositions, strict=True))
    for (one, other), group in groupby(range(len(both)), key=lambda number: both[number]):
        numbers = list(group)
        if one != other:
            start, end = first.words[numbers[0]], first.words[numbers[-1]] + 1
            yield Stretch(start, end, _quoted_words(start, end, first.text), one, other)


def _runs(numbers: Iterable[int], coded: Coding) -> Iterator[tuple[int, int]]:
    """Turn characters into stretches of the text; white space does not part them."""
    for _, group in groupby(enumerate(sorted(numbers)), key=lambda each: each[1] - each[0]):
        run = [number for _, number in group]
        yield coded.words[run[0]], coded.words[run[-1]] + 1


def _quoted_words(start: int, end: int, text: str) -> str:
    """Return the words of a stretch, and no more of them than a line takes."""
    words = fold_space(text[start:end])
    return words if len(words) <= _CLIP else words[: _CLIP - 1].rstrip() + "…"


# ---------------------------------------------------------------------------- the report


def compared(first: Coding, second: Coding) -> str:
    """Compare two codings of one text, and write what is found as three tables."""
    matches = matches_of(first, second)
    parts = [
        summary(first, second, matches),
        "### Disagreements on records\n",
        _table_or_none(
            ("release's record", "second coder's record", "field", "release", "second coder"),
            list(differences(first, second, _pairs(matches))),
        ),
        "### Disagreements on characters\n",
        _table_or_none(
            ("characters", "words", "release", "second coder"),
            [(f"{each.start}–{each.end}", f"“{each.words}”", *each[3:]) for each in stretches(first, second)],
        ),
    ]
    return "\n".join(parts)


def matches_of(first: Coding, second: Coding) -> Matches:
    """Pair the records of two codings, the sides of a symmetric one in the same order, and say by what."""
    found = {kind: match(kind, first.records[kind], second.records[kind]) for kind in FIELDS}
    return {kind: [(how, one, _oriented(one, other)) for how, one, other in each] for kind, each in found.items()}


def summary(first: Coding, second: Coding, matches: Matches) -> str:
    """Count the records of two codings of one text, and write how far they agree on each field."""
    agreed = _escaped_table(
        ("unit", "field", "compared", "equal", "share", "alpha"),
        [(*each[:4], _share_equal(each), _alpha(each)) for each in agreements(first, second, _pairs(matches))],
    )
    hows = {kind: [how for how, _, _ in found] for kind, found in matches.items()}
    return "\n".join([_counts(first, second, hows), "### Agreement\n", agreed])


def _pairs(matches: Matches) -> dict[str, list[Pair]]:
    """Return the pairs alone."""
    return {kind: [(one, other) for _, one, other in found] for kind, found in matches.items()}


def _counts(first: Coding, second: Coding, hows: Mapping[str, list[str]]) -> str:
    """Count the records of either coding, and what they were matched by."""
    head = ("records", "release", "second coder", "matched by what they say", "matched by passages")
    rows = []
    for kind, table in _TABLES.items():
        one, other, by = len(first.records[kind]), len(second.records[kind]), hows[kind].count(_PASSAGES)
        rows.append((table, one, other, len(hows[kind]) - by, by, one - len(hows[kind]), other - len(hows[kind])))
    return "### Records\n\n" + _escaped_table((*head, "only in the release", "only in the second"), rows)


def _share_equal(each: Agreement) -> str:
    """Write the share that is equal."""
    return _rounded(each.equal / each.compared) if each.compared else _NONE


def _alpha(each: Agreement) -> str:
    """Write alpha, or why there is none."""
    if not each.compared:
        return "nothing to compare"
    return "one value only" if each.alpha is None else _rounded(each.alpha)


def _rounded(value: float) -> str:
    """Write three decimals; what is not quite 1 is never written as 1."""
    return "0.999" if value < 1 and f"{value:.3f}" == "1.000" else f"{value:.3f}"


def _table_or_none(head: tuple[str, ...], rows: Sequence[Sequence[object]]) -> str:
    """Write disagreements as a table, or that there are none."""
    return _escaped_table(head, rows) if rows else "None.\n"


def _escaped_table(head: tuple[str, ...], rows: Sequence[Sequence[object]]) -> str:
    """Write a table in Markdown."""
    # The words of a text are not to be read as Markdown; pipes are escaped there.
    cells = [[re.sub(r"([\\`*<>\[\]])", r"\\\1", str(cell)) for cell in row] for row in rows]
    return markdown_table(head, cells) + "\n"


def codings_report(sheets: Sequence[tuple[Path, str]], root: Path) -> tuple[str, list[Problem]]:
    """Compare sheets, each with its seed, and write one report; the problems are those of sheets left out."""
    parts = ["# Second codings\n", "Written by `python validation/recode/compare.py --write`.\n"]
    parts += [f"The release is the tables in `data/`, version {about.VERSION}.\n"] if sheets else [_NO_SHEET]
    problems: list[Problem] = []
    for sheet, seed in sheets:
        try:
            found = compared(release_coding(seed, root), second_coding(sheet, seed, root))
        except ProblemsError as error:
            problems += error.problems
        else:
            parts += [f"## {seed}, coder {sheet.stem}\n", f"`{shown_path(sheet, root)}`\n", found]
    return "\n".join(parts), problems


def committed(root: Path) -> list[tuple[Path, str]]:
    """Find every second sheet of a checkout, with the seed that its folder names."""
    return [(path, path.parent.name) for path in sorted((root / "validation" / "recode").glob("*/*.toml"))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare one sheet, or all that are committed; 1 if any cannot be compared."""
    parser = argparse.ArgumentParser(description="Compare a second coder's sheet with the release.")
    parser.add_argument("sheet", type=Path, nargs="?", help="a sheet (default: all in validation/recode/<seed>/)")
    parser.add_argument("--seed", help="the seed that it codes (default: the name of its folder)")
    parser.add_argument("--write", action="store_true", help="write validation/recode/report.md, too")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout, with seeds/ and data/")
    given = parser.parse_args(arguments)
    if given.sheet and given.write:
        parser.error("report.md is of all sheets in validation/recode/: put the sheet there, and give --write alone")
    if given.seed and not given.sheet:
        parser.error("--seed belongs to a sheet: give its path, too")
    sheets = [(given.sheet, given.seed or given.sheet.resolve().parent.name)] if given.sheet else committed(given.root)
    text, problems = codings_report(sheets, given.root)
    print(text, end="")
    if problems:
        print(ProblemsError(problems), file=sys.stderr)
    elif given.write:
        (given.root / "validation" / "recode" / "report.md").write_text(text, "utf-8", newline="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
