"""Events and statuses of the South Caucasus, each with the passage that proves it.

Importing the package loads none of pandas, pyarrow, pandera and plotly; each function brings
what it needs when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "1.1.0"

# Which module a public name comes from.
_HOME = {
    "load": "tables",
    "load_events": "tables",
    "load_statuses": "tables",
    "load_participants": "tables",
    "load_entities": "tables",
    "load_sources": "tables",
    "load_evidence": "tables",
    "load_coverage": "tables",
    "load_timeline": "tables",
    "load_corroborations": "tables",
    "load_references": "tables",
    "load_external_ids": "tables",
    "data_path": "tables",
    "changes": "tables",
    "as_of": "query",
    "between": "query",
    "history": "query",
    "evidence": "query",
    "cite": "query",
    "panel": "panels",
    "write_panel": "panels",
    "annotate": "annotation",
    "annotate_parquet": "annotation",
    "timeline": "figure",
    "CONFIG": "figure",
    "write_explorer": "explorer",
    "verify": "integrity",
}

__all__ = [
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

if TYPE_CHECKING:
    from .annotation import annotate, annotate_parquet
    from .explorer import write_explorer
    from .figure import CONFIG, timeline
    from .integrity import verify
    from .panels import panel, write_panel
    from .query import as_of, between, cite, evidence, history
    from .tables import (
        changes,
        data_path,
        load,
        load_corroborations,
        load_coverage,
        load_entities,
        load_events,
        load_evidence,
        load_external_ids,
        load_participants,
        load_references,
        load_sources,
        load_statuses,
        load_timeline,
    )


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Bring a public function from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_HOME[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
