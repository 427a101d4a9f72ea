"""A second document costs one text and one sheet: run what reads the release where there are two documents.

In a copy of the checkout the text and the sheet of ``tests/second`` are added to ``seeds/``, the data are built and
checked, and what reads the release is run: tests marked ``released``, and the examples of docstrings, README and
CONTRIBUTING. All other tests read tables of their own, which no document changes: with ``--all`` they run too.
Browser, gate, audit, Spark and the report, which states counts on purpose, do not.

    python validation/second_document.py [--all]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECOND = ROOT / "tests" / "second"
LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".ci", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info", "build", "dist", ".coverage*")
)
# The data are a folder beside the package: whoever imports the package of the copy must find those of the copy.
FINDS_ITS_DATA = "import caucasus_events\n\ncaucasus_events.__path__.append({root!r})\n"
EXAMPLES = ("src", "README.md", ".github/CONTRIBUTING.md")
NOT_HERE = ("tests/validation", "tests/drawing/test_browser.py", "tests/drawing/test_explorer_page.py")


def with_second_document(folder: Path) -> Path:
    """Copy the checkout, and add the second document to the seeds of the copy."""
    root = Path(shutil.copytree(ROOT, folder / "checkout", ignore=LEFT_OUT))
    for file in sorted(SECOND.iterdir()):
        shutil.copy(file, root / "seeds")
    (folder / "path").mkdir()
    (folder / "path" / "sitecustomize.py").write_text(FINDS_ITS_DATA.format(root=str(root)), "utf-8")
    return root


def released(root: Path) -> list[str]:
    """List the files that have tests of the release."""
    files = [path.relative_to(root) for path in sorted((root / "tests").rglob("test_*.py")) if path.is_file()]
    kept = [path for path in map(Path.as_posix, files) if not path.startswith(NOT_HERE)]
    return [path for path in kept if "mark.released" in (root / path).read_text("utf-8")]


def run(root: Path, *words: str) -> None:
    """Run a Python module that imports the package of the copy, and stop where it fails."""
    paths = os.pathsep.join([str(root / "src"), str(root.parent / "path")])
    command = [sys.executable, "-W", "ignore::FutureWarning", "-m", *words]
    print(f"-- {' '.join(words)}", flush=True)
    code = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": paths}, check=False).returncode
    if code:
        sys.exit(f"with a second document: {' '.join(words)} ends with {code}")


def main() -> None:
    """Build with two documents, and run what reads the release."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="run every test but those of browser, gate, audit and Spark")
    every, start = parser.parse_args().all, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="second-") as folder:
        root = with_second_document(Path(folder))
        run(root, "caucasus_events", "build")
        run(root, "caucasus_events", "check")
        pytest = ("pytest", "-q", "-n", "auto", "--dist", "loadfile", "-p", "no:cacheprovider")
        if every:
            run(root, *pytest, "-k", "not spark", *(f"--ignore={name}" for name in NOT_HERE))
        else:
            # What is asked for are the words of a test's name and marks; the name of an example begins with its module.
            run(
                root, *pytest, "-k", "released or caucasus_events or README or CONTRIBUTING", *EXAMPLES, *released(root)
            )
    print(f"two documents, built and tested: {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
