"""A walk over every public function and every command with bad inputs: no input ever ends in a traceback.

What may be raised: an error of the package (:class:`CaucasusEventsError`), and a ``TypeError`` only where the call
itself has the wrong shape, such as an option that does not exist or one argument too many: Python's own
answer, given before the function runs. A value of a wrong type is a wrong value, and so an error
of the package. A command
ends with 0, 1 or 2 (click's own code for a command line that it cannot read).
"""

# ruff: noqa: BLE001 - chance that is the same on every run; whatever is raised is what is looked for
from __future__ import annotations

import datetime as dt
import inspect
import random
import shutil
import tempfile
import warnings
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner

import caucasus_events as ce
from caucasus_events.cli import main
from caucasus_events.describing import public
from caucasus_events.drawing import explorer
from caucasus_events.errors import CaucasusEventsError
from caucasus_events.model import layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINI = Path(__file__).parent / "mini"
LEAST = 100
# Of the pairs of parameter and value, and of the command lines, a sample is tried, the same on every run.
MOST = 150

WORDS = ["alliance", "ARM", "Türkiye", "seed", "corroborated", "events", "2020-07-23", "1.0.0", "clash", "bibtex", "no"]
ODD = [
    "\0",
    "\u202e",
    "\u200b",
    "\ud800",
    "\n",
    "\r",
    "\t",
    "'",
    '"',
    "`",
    ";",
    "; ",
    "%s",
    "{}",
    "\\",
    "/",
    "<b>",
    "é",
    "ﬁ",
]
TEXTS = [
    "",
    " ",
    "\t\n",
    "\0",
    "\u202eARM\u202c",
    "\u2066\u2069",
    "A" * 100_000,
    "; ",
    ";",
    "../..",
    "/dev/null/x",
    "/",
]
TEXTS += [
    "nowhere/at/all.parquet",
    ".",
    "~",
    "NaN",
    "nan",
    "None",
    "null",
    "0",
    "-1",
    "1e400",
    "9" * 5_000,
    "\ud800",
    "\udcff.html",
]
TEXTS += ["2020-02-30", "0000-01-01", "10000-01-01", "2020-13", "2020-00-00", "99999999", "٢٠٢٠", "2020-01-01T25:00"]
TEXTS += ["2020-07-23T12:00:00+04:00", "[..]", "1.0", "v1.0.0", "01.02.03", "1.0.0.0", "=1+1", "javascript:alert(1)"]
TEXTS += ["<script>", "`type`", "@identity", "ARM; AZE", "İ", "ARM\n", "alliance ", "ALLIANCE", "a" * 300]


class Hostile:
    """An object that cannot even be written."""

    def __repr__(self) -> str:  # noqa: D105 - as it says above
        raise RuntimeError("no repr")

    def __bool__(self) -> bool:  # noqa: D105 - the same
        raise RuntimeError("no truth")

    __hash__ = None  # type: ignore[assignment]


def bad_texts(chance: random.Random) -> list[str]:
    """Texts by hand, and as many that come of good ones by chance."""
    broken = []
    for _ in range(len(TEXTS)):
        word = list(chance.choice(WORDS))
        word.insert(chance.randrange(len(word) + 1), chance.choice(ODD))
        broken.append("".join(word))
    return [*TEXTS, *broken]


def bad_scalars() -> list[Any]:
    """Return values of every kind that are no text."""
    east = dt.timezone(dt.timedelta(hours=4))
    numbers = [-1, 0, 1, 1.5, -0.0, float("nan"), float("inf"), 10**30, -(10**30), 10**5000, 2**63, 1j, Decimal("1e9")]
    of_numpy = [np.int8(3), np.float32("nan"), np.bool_(0), np.str_("x"), np.datetime64("NaT"), np.timedelta64(1, "D")]
    of_numpy += [np.datetime64("0000-01-01"), np.datetime64("10000-01-01"), np.datetime64(5, "Y")]
    of_pandas = [pd.NA, pd.NaT, pd.Timestamp("2020", tz="UTC"), pd.Timedelta(1, "D"), pd.Interval(0, 1)]
    of_pandas += [
        pd.Period("2020-01"),
        pd.Timestamp("2262-01-01"),
        pd.Index(["ARM"]),
        pd.Series([None, 1]),
        pd.Series(),
    ]
    days = [dt.datetime(2020, 1, 1, tzinfo=east), dt.date.min, dt.date.max, dt.time(1), dt.timedelta(1)]
    rest = [None, True, False, b"", b"\xff", bytearray(b"ARM"), memoryview(b"x"), object(), Hostile(), print, int, ...]
    return [*numbers, *of_numpy, *of_pandas, *days, *rest, NotImplemented, range(3), slice(1), Path("nowhere")]


def bad_collections(chance: random.Random) -> list[Any]:
    """Return collections that are empty, nested, of mixed kinds or used up."""
    mixed = [[chance.choice(bad_scalars()) for _ in range(chance.randrange(1, 4))] for _ in range(12)]
    nested: list[Any] = []
    nested.append(nested)
    plain = [
        [],
        (),
        {},
        set(),
        frozenset(),
        iter(()),
        [None],
        [""],
        ["ARM", None],
        ["alliance", 1],
        [["ARM"]],
        {"a": 1},
    ]
    return [
        *plain,
        [[]],
        {1, 2},
        (b"x",),
        nested,
        np.array([]),
        np.array(5),
        np.array([[1, 2]]),
        np.array([None]),
        *mixed,
    ]


def bad_frames() -> list[Any]:
    """Return frames of several libraries that are empty, odd or of wrong types."""
    doubled = pd.DataFrame([["a", "b"]], columns=["record_id", "record_id"])
    levels = pd.DataFrame({("record_id", "x"): ["a"], ("day", "y"): ["b"]})
    several = pd.DataFrame({"x": [1]}, index=pd.MultiIndex.from_tuples([("a", 1)], names=["record_id", None]))
    wrong = pd.DataFrame({"record_id": [1.5], "day": [b"x"], "from": [object()], "start_earliest": [1j]})
    lists = pd.DataFrame({"record_id": [["a"]], "reading_ids": [3], "start_earliest": [{}], "end_latest": [()]})
    numbered = pd.DataFrame([[1, 2]])
    frames = [pd.DataFrame(), pd.DataFrame(index=[1, 2]), doubled, levels, several, wrong, lists, numbered]
    series = [pd.Series({"record_id": None}), pd.Series({"status_ids": 5}), pd.Series(["x"], ["event_id"])]
    series += [pd.Series([1], pd.MultiIndex.from_tuples([("record_id", 1)]))]
    others = [pl.DataFrame(), pl.DataFrame({"record_id": [1]}), pl.Series([1]), pl.LazyFrame({"day": [[1]]})]
    arrow = [pa.table({}), pa.table({"record_id": [None]}), pa.array([1]), pa.scalar("x")]
    return [*frames, *series, *others, *arrow]


def bad_values() -> list[Any]:
    """Return all bad values, the same on every run; new ones each time, for some can be used up."""
    chance = random.Random(12)
    return [*bad_texts(chance), *bad_scalars(), *bad_collections(chance), *bad_frames()]


def good_calls(folder: Path) -> dict[str, dict[str, Any]]:
    """Return of every public function arguments with which it works."""
    mine = pd.DataFrame({"day": ["2001-05-01"], "from": ["TUR"], "to": ["ARM"]})
    mine.to_parquet(folder / "in.parquet")
    joined = {"date": "day", "subject": "from", "object": "to", "types": "border_closed"}
    asked = {"unit": "dyad", "freq": "year", "start": "1992", "end": "1994", "entities": ["ARM", "TUR"]}
    return {
        "load": {"name": "participants"},
        "as_of": {"day": "2020-07-23", "types": "border_closed"},
        "between": {"start": "1993", "end": "1994"},
        "history": {"subject": "TUR"},
        "evidence": {"records": "turkey-armenia-border-closed"},
        "panel": asked,
        "write_panel": {"path": folder / "panel.parquet"} | asked,
        "annotate": {"frame": mine} | joined,
        "annotate_parquet": {"source": folder / "in.parquet", "target": folder / "out.parquet"} | joined,
        "timeline": {"types": "border_closed"},
        "write_explorer": {"path": folder / "explorer.html"},
    }


def parameters(name: str) -> list[str]:
    """Name the parameters of a public function, those that it hands on to another included."""
    handed_on = {"write_panel": ["panel"], "annotate_parquet": ["annotate"]}.get(name, [])
    named = [each for one in [name, *handed_on] for each in inspect.signature(getattr(ce, one)).parameters.values()]
    plain = [each.name for each in named if each.kind is not each.VAR_KEYWORD]
    return [each for each in dict.fromkeys(plain) if (name, each) != ("annotate_parquet", "frame")]


FUNCTIONS = [name for name in public.NAMES if callable(getattr(ce, name))]


def bad_calls(name: str, good: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield of a function every parameter in turn with every bad value, the others good; and an option that is not."""
    tried = [*parameters(name), "no_such_option"]
    pairs = [(parameter, place) for parameter in tried for place in range(len(bad_values()))]
    pairs = random.Random(name).sample(pairs, min(len(pairs), MOST))
    values = {parameter: bad_values() for parameter in tried}
    for parameter, place in pairs:
        yield parameter, {**good, parameter: values[parameter][place]}


def written(value: object) -> str:
    """Write a value for the report of a failure."""
    try:
        return f"{type(value).__name__} {repr(value)[:80]}"
    except Exception:
        return type(value).__name__


def fault(call: Callable[..., Any], arguments: dict[str, Any], longest: int = 1_000_000) -> BaseException | None:
    """Call a function; return what is raised and may not be, or says nothing or too much."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(**arguments)
    except CaucasusEventsError as error:
        return None if 0 < len(str(error)) <= longest else error
    except TypeError as error:
        try:
            inspect.signature(call).bind(**arguments)
        except TypeError:
            return None
        return None if "no_such_option" in arguments else error
    except BaseException as error:
        return error
    return None


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, where written files do no harm; pages are written without their content."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(explorer, "page_of", lambda frames, dates: layers.checked(dates) and str(len(frames)))
    monkeypatch.setattr(click, "launch", lambda _: 0)
    return tmp_path


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_refuses_bad_inputs_in_its_own_words(name: str, elsewhere: Path) -> None:
    """Whatever a public function is given, it answers or says what is wrong."""
    good = good_calls(elsewhere).get(name, {})
    assert fault(getattr(ce, name), good) is None
    tried, faults = 0, []
    for parameter, arguments in bad_calls(name, good):
        tried += 1
        if error := fault(getattr(ce, name), arguments):
            faults.append(f"{name}({parameter}={written(arguments[parameter])}): {error!r:.200}")
    assert tried >= LEAST
    assert not faults, f"{len(faults)} of {tried}:\n" + "\n".join(faults)


def bad_columns() -> dict[str, pa.Array]:
    """Return columns of Arrow of every type, with values that are no day and no code, or hardly one."""
    far, held = 2**31 - 1, pa.array(["2001-05-01", "ARM"])
    day, stamp = dt.date(2001, 5, 1), pd.Timestamp(2001, 5, 1)
    texts = [text for text in bad_texts(random.Random(12)) if text.isascii() or text.isprintable()]
    numbers = [20010501, -9, 0, 9999, 201605, 2**62, None]
    as_text = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]
    columns = {str(kind): held.cast(kind) for kind in as_text}
    columns |= {f"text {at}": pa.array([text, None]) for at, text in enumerate(texts)}
    columns |= {str(kind): pa.array([1, 99, None], kind) for kind in (pa.int8(), pa.uint8(), pa.int16(), pa.uint64())}
    columns |= {"int64": pa.array(numbers), "uint64, largest": pa.array([2**64 - 1], pa.uint64())}
    columns |= {"float64": pa.array([*map(float, numbers[:-1]), float("nan"), float("inf"), -0.0, 1e300, 20010501.5])}
    columns |= {"float16": pa.array(np.array([2001], np.float16)), "decimal": pa.array([Decimal("2001.5"), None])}
    columns |= {"date32": pa.array([day, None]), "date64": pa.array([day], pa.date64())}
    columns |= {"date32, last": pa.array([far], pa.date32()), "date32, first": pa.array([-far], pa.date32())}
    columns |= {f"timestamp {unit}": pa.array([stamp], pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")}
    columns |= {f"timestamp {zone}": pa.array([0], pa.timestamp("us", zone)) for zone in ("UTC", "+04:00", "Asia/Baku")}
    columns |= {"timestamp, last": pa.array([10**13], pa.timestamp("s")), "time": pa.array([1], pa.time64("us"))}
    columns |= {"duration": pa.array([1], pa.duration("s")), "null": pa.nulls(2), "bool": pa.array([True, None])}
    columns |= {"list": pa.array([["ARM"]]), "struct": pa.array([{"a": 1}]), "no rows": pa.array([], pa.string())}
    columns |= {"map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "dictionary": held.dictionary_encode()}
    columns |= {"interval": pa.array([(1, 2, 3)], pa.month_day_nano_interval()), "not UTF-8": pa.array([b"\xff"])}
    columns |= {"dictionary of days": pa.array([day]).dictionary_encode(), "fixed": pa.array([b"ARM"], pa.binary(3))}
    return columns | {"run ends": pa.RunEndEncodedArray.from_arrays([2], pa.array(["ARM"]))}


ENGINES = {
    "pandas": lambda table: table.to_pandas(),
    "pandas of Arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "arrow": lambda table: table,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "duckdb": duckdb.from_arrow,
}
# So many columns are tried in each; together, of every type. To start a query takes DuckDB its time.
FEW = dict.fromkeys(ENGINES, 45) | {"duckdb": 15}
# Of each function the columns that it reads, and of each what stands in it where another is tried.
READ = {
    "annotate": {"date": "2001-05-01", "date_end": "2001-05-02", "subject": "ARM", "object": "TUR"},
    "evidence": {"record_id": "turkey-armenia-border-closed"},
    "cite": {"record_id": "turkey-armenia-border-closed", "reading_ids": ""},
    "timeline": dict.fromkeys(("start_earliest", "start_latest", "end_earliest", "end_latest"), "2001-05-01")
    | dict.fromkeys(("record_id", "kind", "type", "title", "parties", "end_state"), "clash"),
}


def held(engine: str, table: pa.Table) -> Any:
    """Hand a table to a library; None if it has no such columns."""
    try:
        return ENGINES[engine](table)
    except BaseException:
        return None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", READ)
def test_a_column_of_any_type_is_read_or_refused(name: str, engine: str, elsewhere: Path) -> None:
    """Whatever a column of a reader's frame holds, in any library, it is read or refused by name, in few words."""
    assert elsewhere
    columns, faults, tried = bad_columns(), [], 0
    asked = {each: each for each in READ[name]} | {"types": "border_closed"} if name == "annotate" else {}
    first = next(iter(inspect.signature(getattr(ce, name)).parameters))
    pairs = [(column, kind) for column in READ[name] for kind in columns]
    for column, kind in random.Random(name + engine).sample(pairs, FEW[engine]):
        others = {other: [value] * len(columns[kind]) for other, value in READ[name].items()}
        frame = held(engine, pa.table(others | {column: columns[kind]}))
        # What a library cannot hold, nobody hands over.
        if frame is None:
            continue
        tried += 1
        error = fault(getattr(ce, name), {first: frame} | asked, 1_000)
        faults += [f"{name}({column}: {kind}): {type(error).__name__} {str(error)[:200]}"] if error else []
    assert tried >= FEW[engine] / 2
    assert not faults, f"{len(faults)} of {tried}:\n" + "\n".join(faults)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with its words."""
    yield path, group
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(main))


def command_lines(path: tuple[str, ...], command: click.Command, root: Path) -> Iterator[list[str]]:
    """Yield command lines: a bad text as each argument and option in turn, the others good; one too many; no option."""
    good = {"source": "in.parquet", "target": "out.parquet", "like": "ucdp_ged", "day": "2031-02-03"}
    good |= {"text": "in.parquet", "root": str(root), "path": "out.sqlite"}
    good |= {"start": "1993", "end": "1994", "subject": "ARM", "object": "RUS", "unit": "entity", "freq": "year"}
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    valued = [each for each in command.params if isinstance(each, click.Option) and not each.is_flag]
    usual = [good[str(each.name)] for each in arguments if each.required]
    needed = [word for each in valued if each.required for word in (each.opts[0], good[str(each.name)])]
    home = ["--root", str(root)] if any(each.name == "root" for each in valued) else []
    texts = bad_texts(random.Random(12))
    for text in texts:
        for place in range(len(arguments)):
            words = [good.get(str(one.name), "x") for one in arguments]
            words[place] = text
            yield [*path, *needed, *home, "--", *words[: max(place + 1, len(usual))]]
        for each in valued:
            yield [*path, *needed, *home, each.opts[0], text, *usual]
        yield [*path, *needed, *home, *usual, text]
        yield [*path, *needed, *home, *usual, f"--{text}"]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_refuses_bad_inputs_without_a_traceback(path: tuple[str, ...], elsewhere: Path) -> None:
    """Whatever a command is given, it ends with 0, 1 or 2, and with a sentence where it fails."""
    root, good = elsewhere / "checkout", good_calls(Path.cwd())
    shutil.copytree(MINI / "seeds", root / "seeds")
    assert good
    tried, faults = 0, []
    lines = list(command_lines(path, COMMANDS[path], root))
    for line in random.Random(12).sample(lines, min(len(lines), MOST)):
        tried += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ended = CliRunner().invoke(main, line)
        odd = ended.exception is not None and not isinstance(ended.exception, SystemExit)
        if (
            odd
            or ended.exit_code not in (0, 1, 2)
            or "Traceback" in ended.output
            or (ended.exit_code and not ended.output)
        ):
            faults.append(f"{[word[:80] for word in line]}: {ended.exit_code}, {ended.exception!r:.200}")
    assert tried >= LEAST
    assert not faults, f"{len(faults)} of {tried}:\n" + "\n".join(faults)
