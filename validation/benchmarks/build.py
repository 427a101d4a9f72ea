"""How long build and check take, and what importing and loading cost.

``python validation/benchmarks/build.py`` prints the tables; ``--write`` also puts them into
``validation/benchmarks/build.md``; ``--seeds 1 10`` measures fewer sizes; ``--profile`` says where
the time of a build in one process goes. Seeds are copies of the first one with ids of their own.
Every time is that of a whole process; ratios are against a peer in the same run, in turns.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import platform
import pstats
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from caucasus_events.model.words import markdown_table

ROOT = Path(__file__).parents[2]
REAL = ROOT / "seeds" / "markedonov-2020"
ROUNDS = 11


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


def building(sizes: list[int]) -> str:
    """Measure build and check for growing numbers of seeds; memory is that of the largest process."""
    rows = []
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            grow(Path(folder), count)
            command = [sys.executable, "-m", "caucasus_events"]
            seconds = {verb: timed([*command, verb, "--root", folder]) for verb in ("build", "check")}
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        each = f"{1000 * seconds['build'] / count:.0f}"
        cells = [f"{count:,}", f"{34 * count:,}", f"{seconds['build']:.1f}", each, f"{seconds['check']:.1f}"]
        rows.append([*cells, f"{memory:.0f}"])
    return markdown_table(["seeds", "records", "build, s", "ms a seed", "check, s", "largest process, MB"], rows)


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
    report += [building(chosen.seeds), "", reading()]
    print("\n".join(report))
    if chosen.write:
        Path(__file__).with_suffix(".md").write_text("\n".join(report) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
