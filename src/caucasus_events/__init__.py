"""Events and statuses of the South Caucasus, each with the passage that proves it.

Importing the package loads none of pandas, pyarrow, pandera and plotly; each function brings
what it needs when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .describing import about
from .describing.public import HOME, NAMES

__version__ = about.VERSION

if TYPE_CHECKING:
    # For type checkers, which run nothing: "as" is how a package of types says that a name is public.
    from . import schema as schema
    from .asking.panels import panel as panel
    from .asking.panels import write_panel as write_panel
    from .asking.questions import as_of as as_of
    from .asking.questions import between as between
    from .asking.questions import history as history
    from .asking.statements import cite as cite
    from .asking.statements import evidence as evidence
    from .drawing.explorer import write_explorer as write_explorer
    from .drawing.figure import CONFIG as CONFIG
    from .drawing.figure import timeline as timeline
    from .joining.annotation import annotate as annotate
    from .joining.annotation import annotate_parquet as annotate_parquet
    from .reading.integrity import verify as verify
    from .reading.tables import changes as changes
    from .reading.tables import data_path as data_path
    from .reading.tables import load as load
    from .reading.tables import load_corroborations as load_corroborations
    from .reading.tables import load_coverage as load_coverage
    from .reading.tables import load_entities as load_entities
    from .reading.tables import load_events as load_events
    from .reading.tables import load_evidence as load_evidence
    from .reading.tables import load_external_ids as load_external_ids
    from .reading.tables import load_participants as load_participants
    from .reading.tables import load_references as load_references
    from .reading.tables import load_sources as load_sources
    from .reading.tables import load_statuses as load_statuses
    from .reading.tables import load_timeline as load_timeline
else:
    # Hidden from them, so that a misspelt name is an error there too.
    __all__ = list(NAMES)

    def __getattr__(name: str) -> Any:
        """Bring a public name from its module when it is first asked for, and the module of the models."""
        if name == "schema":
            return import_module(f"{__name__}.schema")
        if name not in HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f".{HOME[name]}", __name__), name)
        return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return NAMES
