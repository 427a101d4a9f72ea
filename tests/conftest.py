"""What all tests share: a checkout of its own, and what is left out where there is no repository."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from caucasus_events.joining import lookups
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

# Speed is measured by benchmarks, never by a test: a busy machine must not fail a law.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

HERE = Path(__file__).parent
# The source distribution holds the tests, but neither the seeds nor the folders of examples.
WHOLE = all((HERE / name).is_dir() for name in ("mini", "bad", "bad-readings", "bad-reported", "chronicle", "../seeds"))
# What is not left out there needs no tables, or reads the installed ones in a process of its own.
IN_REPOSITORY_ONLY = [path.name for path in sorted(HERE.iterdir()) if [*path.glob("test_*.py")]]
collect_ignore = [] if WHOLE else IN_REPOSITORY_ONLY
# Where the tables of the release are, whatever the tests read.
RELEASE = tables._folder  # noqa: SLF001 - the one place to say what every loader reads

if os.environ.get("CAUCASUS_EVENTS_STRICT") and not WHOLE:
    raise pytest.UsageError("examples of tests/ or seeds/ are missing, and nothing may be left out here")


def pytest_report_header() -> list[str]:
    """Say what is left out, and why."""
    return (
        [] if WHOLE else [f"left out, seeds and examples stand in the repository only: {', '.join(IN_REPOSITORY_ONLY)}"]
    )


@pytest.fixture(scope="session")
def chronicle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of tables that tests of code read: built from ``tests/chronicle``, never changed."""
    from caucasus_events.building import dataset  # noqa: PLC0415 - built once, where it is needed

    root = tmp_path_factory.mktemp("chronicle")
    shutil.copytree(HERE / "chronicle" / "seeds", root / "seeds")
    dataset.build_dataset(root)
    return root / "data"


@pytest.fixture(scope="module", autouse=True)
def _tables_of_their_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let every loader read the chronicle, in fixtures of a module too: another document changes no test of code."""
    with pytest.MonkeyPatch.context() as patch:
        if WHOLE and not request.node.get_closest_marker("released"):
            folder = request.getfixturevalue("chronicle")
            patch.setattr(tables, "_folder", lambda: folder)
        yield
    lookups.released_lookup.cache_clear()


@pytest.fixture(autouse=True)
def _tables_of_the_release(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test of the release read the release; no test finds the answers that another one kept."""
    if request.node.get_closest_marker("released"):
        monkeypatch.setattr(tables, "_folder", RELEASE)
    lookups.released_lookup.cache_clear()


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    """A checkout of its own with the small seed, and what other sources say of it."""
    shutil.copytree(HERE / "mini" / "seeds", tmp_path / "seeds")
    return tmp_path


@pytest.fixture(scope="session")
def frozen_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the small seed in which 1.0.0 is frozen: to be copied, never changed."""
    from caucasus_events.building import release  # noqa: PLC0415 - most tests need no writers
    from caucasus_events.describing import about  # noqa: PLC0415 - the same

    root = tmp_path_factory.mktemp("frozen")
    shutil.copytree(HERE / "mini" / "seeds", root / "seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(about, "VERSION", "1.0.0")
        release.freeze(root, "2031-02-03")
    return root


@pytest.fixture
def checkout(frozen_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own in which 1.0.0 is frozen."""
    from caucasus_events.describing import about  # noqa: PLC0415 - as above

    monkeypatch.setattr(about, "VERSION", "1.0.0")
    return Path(shutil.copytree(frozen_once, tmp_path, dirs_exist_ok=True))
