"""The public names of the package: what the root offers, and what a release tells of."""

# Which module a public name comes from, the version aside; `__init__` names them once more for type checkers.
HOME = {
    "load": "reading.tables",
    "load_events": "reading.tables",
    "load_statuses": "reading.tables",
    "load_participants": "reading.tables",
    "load_entities": "reading.tables",
    "load_sources": "reading.tables",
    "load_evidence": "reading.tables",
    "load_coverage": "reading.tables",
    "load_timeline": "reading.tables",
    "load_corroborations": "reading.tables",
    "load_references": "reading.tables",
    "load_external_ids": "reading.tables",
    "data_path": "reading.tables",
    "changes": "reading.tables",
    "as_of": "asking.questions",
    "between": "asking.questions",
    "history": "asking.questions",
    "evidence": "asking.statements",
    "cite": "asking.statements",
    "panel": "asking.panels",
    "write_panel": "asking.panels",
    "annotate": "joining.annotation",
    "annotate_parquet": "joining.annotation",
    "timeline": "drawing.figure",
    "CONFIG": "drawing.figure",
    "write_explorer": "drawing.explorer",
    "verify": "reading.integrity",
}

NAMES = sorted([*HOME, "__version__"])
