"""What all tests share: a checkout of its own, and what is left out where there is no repository."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Speed is measured by benchmarks, never by a test: a busy machine must not fail a law.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

HERE = Path(__file__).parent
# The source distribution holds the tests, but neither the seeds nor the folders of examples.
WHOLE = all((HERE / name).is_dir() for name in ("mini", "bad", "bad-readings", "../seeds"))
IN_REPOSITORY_ONLY = [
    "test_bad.py",
    "test_build.py",
    "test_changelog.py",
    "test_checks.py",
    "test_cli.py",
    "test_codebook.py",
    "test_descriptors.py",
    "test_due.py",
    "test_frozen.py",
    "test_gate.py",
    "test_mutation_audit.py",
    "test_package.py",
    "test_readme.py",
    "test_reasons.py",
    "test_recode.py",
    "test_records.py",
    "test_release.py",
    "test_report.py",
    "test_sheets.py",
]
collect_ignore = [] if WHOLE else IN_REPOSITORY_ONLY
if os.environ.get("CAUCASUS_EVENTS_STRICT") and not WHOLE:
    raise pytest.UsageError("tests/mini, tests/bad or seeds/ is missing, and nothing may be left out here")


def pytest_report_header() -> list[str]:
    """Say what is left out, and why."""
    return (
        [] if WHOLE else [f"left out, seeds and examples stand in the repository only: {', '.join(IN_REPOSITORY_ONLY)}"]
    )


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
    for part in ("seeds", "validation"):
        shutil.copytree(HERE / "mini" / part, root / part)
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
