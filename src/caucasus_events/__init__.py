"""Events and statuses of the South Caucasus, each with the passage that proves it.

Importing the package loads none of pandas, pyarrow, pandera and plotly; each function brings
what it needs when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .describing import about
from .describing.public import HOME

__version__ = about.VERSION

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
    from .asking.panels import panel, write_panel
    from .asking.questions import as_of, between, history
    from .asking.statements import cite, evidence
    from .drawing.explorer import write_explorer
    from .drawing.figure import CONFIG, timeline
    from .joining.annotation import annotate, annotate_parquet
    from .reading.integrity import verify
    from .reading.tables import (
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


def __getattr__(name: str) -> Any:
    """Bring a public function from its module when it is first asked for."""
    if name not in HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{HOME[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
