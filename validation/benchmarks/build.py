"""How long build and check take, and what importing and loading cost.

``python validation/benchmarks/build.py`` prints the tables; ``--write`` also puts them into
``validation/benchmarks/build.md``; ``--seeds 1 10`` measures fewer sizes; ``--profile`` says where
the time of a build in one process goes. Seeds are copies of the first one with ids of their own.
Texts and sheets that would make a search explode are built too, each within its limit or the run fails.
Every time is that of a whole process; ratios are against a peer in the same run, in turns.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import json
import os
import platform
import pstats
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pandas as pd

from caucasus_events.model import layers
from caucasus_events.model.words import markdown_table
from caucasus_events.reading import tables

ROOT = Path(__file__).parents[2]
REAL = ROOT / "seeds" / "markedonov-2020"
ROUNDS = 11
# So many seconds a text of any kind and a sheet of a thousand passages may take; the largest text, in letters.
LIMIT, LARGEST = 10, 4_900_000
_LAYERS = (
    "A table in each layer over the same file bare, in one process, the mean of events, statuses and timeline; the "
    "first line is the release. To reach: + 2 ms on the release, × 1.10 on 34,000 records."
)
MANY = 1_000

HEAD = """[source]
title = "A text"
author = "An author"
publisher = "A publisher"
published = "2020-07-23"
speaks_until = "2020-07-23"
url = "https://example.org/"
language = "en"
sha256 = "{}"
"""
STATES = """
[[entity]]
id = "ARM"
name = "Armenia"
iso3 = "ARM"
kind = "state"
[[entity]]
id = "AZE"
name = "Azerbaijan"
iso3 = "AZE"
kind = "state"
"""
ASIDE = """
[[set_aside]]
reason = "analysis"
passages = {}
"""
CLASH = """
[[event]]
id = "clash-{:04}"
type = "clash"
title = "A clash of Armenia and Azerbaijan"
date = "2016-04"
assertion = "asserted"
passages = {}
participants = [{{ entity = "ARM", role = "side" }}, {{ entity = "AZE", role = "side" }}]
"""


class Case(NamedTuple):
    """A text, the blocks of its sheet, and what build must say last."""

    text: str
    blocks: str
    says: str


def sentences() -> list[str]:
    """Write sentences of chance words, as many as the largest text holds."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(3, 9))) for _ in range(20_000)]
    return [f"{number} {' '.join(chance.choices(words, k=20))}." for number in range(LARGEST // 160)]


def near_repeats() -> list[str]:
    """Write sentences that differ in few letters, as many as the largest text holds."""
    line = "On {} May {} the presidents of Armenia and Azerbaijan met in Moscow for the {}th time."
    return [line.format(number % 28 + 1, 1990 + number % 31, number) for number in range(LARGEST // 90)]


def aside(*passages: str) -> str:
    """Set passages aside, each in a block of its own."""
    return "".join(ASIDE.format(json.dumps([passage])) for passage in passages)


def mistyped(passages: list[str]) -> list[str]:
    """Change one letter in the middle of each passage."""
    return [f"{each[: len(each) // 2]}#{each[len(each) // 2 + 1 :]}" for each in passages]


def hostile() -> dict[str, Case]:
    """Write what has taken minutes, and its siblings."""
    chance, many, near = random.Random(2), sentences(), near_repeats()
    treaty = "".join(f"a treaty {''.join(chance.choices('bcdfg', k=58))} " for _ in range(17_600))
    paragraphs = ["".join(many[at : at + len(many) // MANY]) for at in range(0, len(many), len(many) // MANY)][:MANY]
    some, alike, letter = many[1 :: len(many) // MANY][:MANY], near[:: len(near) // MANY][:MANY], "a" * LARGEST
    one, all_of_them, gaps = "1 problem", f"{MANY:,} problems", f"{MANY + 1:,} problems"
    short = ["".join(pair) for pair in zip("qrst" * (MANY // 4), "uvwxyz" * MANY, strict=False)]
    clashes = "".join(CLASH.format(at, json.dumps([passage])) for at, passage in enumerate(paragraphs))
    return {
        '"a treaty" 17,600 times': Case(treaty, aside("a treaty"), one),
        "one letter, and it cited": Case(letter, aside("a"), one),
        "one letter, a passage of 100,000 mistyped": Case(letter, aside("a" * 100_000 + "b"), one),
        "one letter, 1,000 mistyped": Case(letter, aside(*(f"{'a' * 300}{at}" for at in range(MANY))), all_of_them),
        "chance words, set aside whole": Case("\n\n".join(paragraphs), aside(*paragraphs), one),
        "chance words, coded whole": Case("\n\n".join(paragraphs), STATES + clashes, "built"),
        "chance words, 1,000 cited here and there": Case("\n".join(many), aside(*some), gaps),
        "chance words, 1,000 mistyped": Case("\n".join(many), aside(*mistyped(some)), all_of_them),
        "chance words, 1,000 of two letters that are not there": Case("\n".join(many), aside(*short), all_of_them),
        "near repeats, one mistyped": Case("\n".join(near), aside(*mistyped(near[5:6])), one),
        "near repeats, 1,000 mistyped": Case("\n".join(near), aside(*mistyped(alike)), all_of_them),
        "near repeats, half of them mistyped": Case("\n".join(near), aside(*mistyped(["\n".join(near[::2])])), one),
        "white space": Case("\n" * LARGEST + "a", aside("b"), one),
    }


def within_limits() -> tuple[str, list[str]]:
    """Build every hostile case; return the table, and the cases that take too long or end otherwise."""
    rows, missed = [], []
    for name, case in hostile().items():
        with tempfile.TemporaryDirectory() as folder:
            sheet = Path(folder, "seeds", "text-2020.toml")
            sheet.parent.mkdir()
            sheet.with_suffix(".txt").write_text(case.text, "utf-8", newline="\n")
            digest = hashlib.sha256(case.text.encode()).hexdigest()
            sheet.write_text(HEAD.format(digest) + case.blocks, "utf-8", newline="\n")
            start = time.perf_counter()
            command = [sys.executable, "-m", "caucasus_events", "build", "--root", folder]
            ended = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
            seconds = time.perf_counter() - start
        said = "built" if ended.returncode == 0 else ended.stderr.splitlines()[-1].split(";")[0]
        passages = case.blocks.count("passages = ")
        if seconds > LIMIT or said != case.says:
            missed.append(f"{name}: {seconds:.1f} s, {said!r} for {case.says!r}")
        rows.append([name, f"{len(case.text) / 1e6:.1f}", f"{passages:,}", said, f"{seconds:.1f}", str(LIMIT)])
    return markdown_table(["text and passages", "MB", "passages", "ends with", "build, s", "limit, s"], rows), missed


def grow(root: Path, count: int) -> None:
    """Write seeds, each with the text and the records of the real one under ids of its own."""
    text, sheet = REAL.with_suffix(".txt").read_text("utf-8"), REAL.with_suffix(".toml").read_text("utf-8")
    known = re.sub(r"\[\[entity\]\].*?(?=\[\[event\]\])", "", sheet, count=1, flags=re.DOTALL)
    (root / "seeds").mkdir()
    for number in range(count):
        name = root / "seeds" / f"seed-{number:04}"
        name.with_suffix(".txt").write_text(text, "utf-8", newline="\n")
        renamed = re.sub(r'(?m)^id = "([a-z].*)"$', rf'id = "\1-seed-{number:04}"', known if number else sheet)
        name.with_suffix(".toml").write_text(renamed, "utf-8", newline="\n")


def timed(command: list[str]) -> float:
    """Run a command as a whole process and return its seconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def building(sizes: list[int]) -> tuple[str, str]:
    """Measure build, check and loading for growing numbers of seeds; memory is that of the largest process."""
    rows, loaded = [], [loading(ROOT / "data", len(pd.read_parquet(ROOT / "data" / "timeline.parquet")))]
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            grow(Path(folder), count)
            command = [sys.executable, "-m", "caucasus_events"]
            seconds = {verb: timed([*command, verb, "--root", folder]) for verb in ("build", "check")}
            loaded.append(loading(Path(folder, "data"), 34 * count))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        each = f"{1000 * seconds['build'] / count:.0f}"
        cells = [f"{count:,}", f"{34 * count:,}", f"{seconds['build']:.1f}", each, f"{seconds['check']:.1f}"]
        rows.append([*cells, f"{memory:.0f}"])
    headings = ["seeds", "records", "build, s", "ms a seed", "check, s", "largest process, MB"]
    by_layer = ["records", "`pandas.read_parquet`, ms", *(f'`"{layer}"`, ms' for layer in layers.LAYERS)]
    return markdown_table(headings, rows), markdown_table(by_layer, loaded)


def in_turns(peer: str, ours: str) -> tuple[float, float]:
    """Time two programs A B A B …; return the median of each, in milliseconds."""
    commands = [[sys.executable, "-c", code] for code in (peer, ours)]
    for command in commands:
        timed(command)
    pairs = [[timed(command) for command in commands] for _ in range(ROUNDS)]
    one, other = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    return one, other


def reading() -> str:
    """Measure what importing the package and loading a table cost over doing it by hand."""
    import_bare, import_ours = in_turns("pass", "import caucasus_events")
    path = (ROOT / "data" / "events.parquet").as_posix()
    load_bare, load_ours = in_turns(
        f"import pandas; pandas.read_parquet({path!r})", "import caucasus_events; caucasus_events.load_events()"
    )
    importing, loading = import_ours - import_bare, load_ours / load_bare
    rows = [
        [
            "`import caucasus_events`, bare start",
            f"{import_bare:.0f}",
            f"{import_ours:.0f}",
            f"+ {importing:.1f}",
            "+ 10",
        ],
        [
            "`load_events()`, `pandas.read_parquet`",
            f"{load_bare:.0f}",
            f"{load_ours:.0f}",
            f"× {loading:.2f}",
            "× 1.10",
        ],
    ]
    return markdown_table(["", "by hand, ms", "ours, ms", "", "to reach"], rows)


def loading(folder: Path, records: int) -> list[str]:
    """Measure in one process, in turns, what loading a table in each layer costs over reading the file bare."""
    names = ("events", "statuses", "timeline")
    with mock.patch.object(tables, "_folder", return_value=folder):
        times: dict[str, list[float]] = {layer: [] for layer in ("bare", *layers.LAYERS)}
        for _ in range(ROUNDS):
            for name in names:
                for layer, spent in times.items():
                    start = time.perf_counter()
                    pd.read_parquet(folder / f"{name}.parquet") if layer == "bare" else tables.load(name, layer)
                    spent.append(1000 * (time.perf_counter() - start))
    # Of every table the median of the rounds, and of the tables the mean.
    each = {
        layer: statistics.mean(statistics.median(spent[at::3]) for at in range(3)) for layer, spent in times.items()
    }
    bare = each.pop("bare")
    return [f"{records:,}", f"{bare:.1f}", *(f"+ {spent - bare:.1f} (× {spent / bare:.2f})" for spent in each.values())]


def profile(count: int) -> list[str]:
    """Report where the time of a build in one process goes, by our own functions and the libraries' entries."""
    from caucasus_events.building import dataset  # noqa: PLC0415 - only what profiles needs the writers

    dataset._FEW = count + 1  # noqa: SLF001 - one process, so that the profile sees all of it
    with tempfile.TemporaryDirectory() as folder, cProfile.Profile() as profiler:
        grow(Path(folder), count)
        dataset.build_in_memory(Path(folder))
    stats = pstats.Stats(profiler).get_stats_profile()
    shares = sorted(
        ((entry.cumtime, name) for name, entry in stats.func_profiles.items() if entry.cumtime), reverse=True
    )
    return [f"{seconds / stats.total_tt:6.1%}  {name}" for seconds, name in shares[:40]]


def main() -> None:
    """Measure, print, and write if asked."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, nargs="*", default=[1, 10, 100, 1000])
    options.add_argument("--write", action="store_true")
    options.add_argument("--profile", action="store_true")
    chosen = options.parse_args()
    if chosen.profile:
        print("\n".join(profile(100)))
        return
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, median of {ROUNDS} rounds for the ratios."
    report = ["# Build, check, import, load", "", "`python validation/benchmarks/build.py --write`", "", machine, ""]
    limits, missed = within_limits()
    built, loaded = building(chosen.seeds)
    report += [built, "", reading(), "", f"{_LAYERS}\n", loaded, "", limits]
    print("\n".join(report))
    if chosen.write:
        Path(__file__).with_suffix(".md").write_text("\n".join(report) + "\n", "utf-8", newline="\n")
    if missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
