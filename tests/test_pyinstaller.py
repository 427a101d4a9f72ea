"""A program made with PyInstaller has what the package opens while it runs: tables, pages, metadata."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata, resources, util
from pathlib import Path
from typing import Any

import pytest

import caucasus_events

PACKAGE = Path(caucasus_events.__file__).parent
DATA = Path(str(resources.files("caucasus_events.data")))
PROJECT = Path(__file__).parents[1] / "pyproject.toml"

# Every wing of the readers, the command line, and what is opened by name: tables, page, metadata.
PROGRAM = """
import caucasus_events as ce
from caucasus_events.cli import main

print(ce.__version__, len(ce.load_events()), len(ce.as_of("2020-07-23")), len(ce.timeline().data))
print(ce.cite(), len(ce.changes()), len(ce.verify()), ce.data_path("events").name)
ce.write_explorer("explorer.html")
main(["list", "--type", "border_closed"])
"""
# What a reader never needs, and is large; it would be taken along because a library could use it.
LEFT_OUT = ["duckdb", "hypothesis", "mypy", "pandera", "polars", "pyspark", "pytest"]


@pytest.fixture(scope="module")
def hook() -> dict[str, Any]:
    """What PyInstaller finds in the hook that the entry point leads to."""
    found = metadata.entry_points(group="pyinstaller40", name="hook-dirs")
    (folder,) = next(each.load()() for each in found if each.value.startswith("caucasus_events."))
    return runpy.run_path(str(Path(folder, "hook-caucasus_events.py")))


def test_the_hook_names_every_file_that_the_wheel_has_beside_modules(hook: dict[str, Any]) -> None:
    """What pyproject.toml puts into the wheel beside modules goes to the same place in a program, and is there."""
    wanted = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    # The tables stand in a folder of their own in a checkout.
    homes = {
        name: DATA if name == "caucasus_events.data" else PACKAGE / "/".join(name.split(".")[1:]) for name in wanted
    }
    expected = {
        (name.replace(".", "/"), path.name)
        for name, patterns in wanted.items()
        for pattern in patterns
        for path in homes[name].glob(pattern)
    }
    assert len(expected) > sum(map(len, wanted.values()))
    assert expected <= {(to, Path(path).name) for path, to in hook["datas"]}
    assert [path for path, _ in hook["datas"] if not Path(path).is_file()] == []


def test_the_hook_names_the_tables_as_a_module_and_the_metadata(hook: dict[str, Any]) -> None:
    """Nobody imports the package of the tables by name, and the version is read in the metadata: both are named."""
    assert hook["hiddenimports"] == ["caucasus_events.data"]
    taken = {Path(to, Path(path).name).as_posix() for path, to in hook["datas"]}
    assert [name for name in taken if name.endswith(("-info/METADATA", ".egg-info/PKG-INFO"))] != []


@pytest.mark.skipif(
    not util.find_spec("PyInstaller"),
    reason="PyInstaller is not on this machine; no extra names it, for making the program takes a minute",
)
def test_a_program_made_with_pyinstaller_does_what_the_package_does(tmp_path: Path) -> None:
    """A program in a folder of its own prints and writes what the same lines do with the installed package."""
    # As a wheel lays it out: PyInstaller does not see through an editable installation.
    site = tmp_path / "site"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, site / "caucasus_events", ignore=ignored)
    shutil.copytree(DATA, site / "caucasus_events" / "data", ignore=ignored, dirs_exist_ok=True)
    told = Path(str(metadata.distribution("caucasus-events").locate_file("")))
    for folder in told.glob("caucasus_events*-info"):
        shutil.copytree(folder, site / folder.name)
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    without = [word for name in LEFT_OUT for word in ("--exclude-module", name)]
    command = [sys.executable, "-m", "PyInstaller", "--onedir", "--noconfirm", *without, "program.py"]
    environment = os.environ | {"PYTHONPATH": str(site)}
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=environment)
    made = tmp_path / "dist" / "program" / ("program.exe" if sys.platform == "win32" else "program")
    printed, pages = [], []
    for name, program in (("made", [str(made)]), ("installed", [sys.executable, str(tmp_path / "program.py")])):
        (tmp_path / name).mkdir()
        ended = subprocess.run(program, check=True, capture_output=True, cwd=tmp_path / name, encoding="utf-8")
        printed.append(ended.stdout)
        pages.append((tmp_path / name / "explorer.html").read_bytes())
    assert printed[0] == printed[1] != ""
    assert pages[0] == pages[1]
