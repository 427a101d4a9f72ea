"""A document and its sheet to rows: dates, quotes, readings, and what is wrong with them, line by line.

Rules between rows are in ``building.rules``; what changed since a release is in ``ledger``. Needs the extra ``build``.
"""

from importlib import import_module

from caucasus_events.errors import ReleaseError

for _library in ("pydantic", "rapidfuzz", "filelock"):
    try:
        import_module(_library)
    except ModuleNotFoundError:
        raise ReleaseError(
            f"what works on the seeds needs {_library}, which is not installed: pip install 'caucasus-events[build]'"
        ) from None
