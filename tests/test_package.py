"""The package as a whole: its public names, what importing costs, and which way imports go."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import caucasus_events
from caucasus_events.describing import public

SOURCE = Path(__file__).parents[1] / "src" / "caucasus_events"

PUBLIC = [
    "CONFIG",
    "__version__",
    "annotate",
    "annotate_parquet",
    "as_of",
    "between",
    "changes",
    "cite",
    "data_path",
    "evidence",
    "history",
    "load",
    "load_corroborations",
    "load_coverage",
    "load_entities",
    "load_events",
    "load_evidence",
    "load_external_ids",
    "load_participants",
    "load_references",
    "load_sources",
    "load_statuses",
    "load_timeline",
    "panel",
    "timeline",
    "verify",
    "write_explorer",
    "write_panel",
]
FUNCTIONS = [name for name in PUBLIC if name not in ("CONFIG", "__version__")]


def test_the_public_names_are_these() -> None:
    """Nothing is added to or taken from the public names without this list."""
    assert caucasus_events.__all__ == PUBLIC
    assert dir(caucasus_events) == sorted(PUBLIC)


def test_a_type_checker_sees_the_names_that_a_program_gets() -> None:
    """What is imported for type checkers is, name by name, what is brought when it is asked for, and no more."""
    tree = ast.parse((SOURCE / "__init__.py").read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    seen = {name.name: node.module for node in imports for name in node.names if name.asname == name.name}
    assert seen == {"schema": None} | public.HOME


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that the package does not have fails like that of any module."""
    with pytest.raises(AttributeError, match=r"^module 'caucasus_events' has no attribute 'no_such_name'$"):
        getattr(caucasus_events, "no_such_name")  # noqa: B009 - the name is not there for a type checker either


def test_importing_loads_nothing_heavy() -> None:
    """`import caucasus_events`, its version and its list of names load none of the large libraries."""
    code = (
        "import sys, caucasus_events; caucasus_events.__version__; dir(caucasus_events); "
        "print([name for name in ('pandas', 'pyarrow', 'pandera', 'plotly', 'numpy') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.released
def test_loading_pays_for_pandas_only() -> None:
    """Loading a table brings pandas and what it reads with, and nothing of what builds, draws or commands."""
    code = (
        "import sys, caucasus_events; caucasus_events.load_events(); "
        "print([name for name in ('pandera', 'plotly', 'pydantic', 'rapidfuzz', 'click') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.released
def test_asking_and_verifying_need_no_checker() -> None:
    """Verifying, asking and annotating load no pandera, and raise no warning, where PySpark is installed too."""
    code = """
import sys
import pandas as pd
import caucasus_events as ce

rows = pd.DataFrame({"day": ["2020-07-23"], "state": ["TUR"]})
ce.verify(), ce.load_timeline(), ce.load_timeline("corroborated"), ce.changes(since="1.0.0")
asked = ce.as_of("2020-07-23", layer="corroborated")
ce.evidence(asked), ce.cite(asked), ce.history("ARM"), ce.between("1993", "1994")
ce.panel("dyad", "year", "1993", "1994"), ce.annotate(rows, date="day", subject="state", codes="iso3")
print([name for name in ("pandera", "pyspark") if name in sys.modules])
"""
    command = [sys.executable, "-W", "error", "-c", code]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "[]\n"


def test_modules_do_not_shadow_functions() -> None:
    """After every submodule is imported, each public function is still callable, twice; no file has its name."""
    modules = [path.relative_to(SOURCE).with_suffix("").parts for path in SOURCE.rglob("*.py")]
    named = [parts for parts in modules if parts[-1] not in ("__init__", "__main__")]
    assert named
    for parts in named:
        importlib.import_module(".".join(["caucasus_events", *parts]))
    for _ in range(2):
        for name in FUNCTIONS:
            assert callable(getattr(caucasus_events, name))
    assert not {part for parts in modules for part in parts} & set(PUBLIC)


def test_every_public_function_says_what_it_does_with_an_example() -> None:
    """Each public function has a docstring with a first sentence, what it returns, and an example that runs."""
    for name in FUNCTIONS:
        docstring = getattr(caucasus_events, name).__doc__
        assert docstring.split("\n")[0].endswith("."), name
        assert "Returns\n" in docstring, name
        assert ">>> " in docstring, name
