"""The public names of the package: what the root offers, and what a release tells of."""

# What each module offers, the version aside; `__init__` names them once more for type checkers.
_OFFERED = {
    "reading.tables": "load load_events load_statuses load_participants load_entities load_sources load_evidence "
    "load_coverage load_timeline load_corroborations load_references load_external_ids data_path changes",
    "asking.questions": "as_of between history",
    "asking.statements": "evidence cite",
    "asking.panels": "panel write_panel",
    "joining.annotation": "annotate annotate_parquet",
    "drawing.figure": "timeline CONFIG",
    "drawing.explorer": "write_explorer",
    "reading.integrity": "verify",
}
# Which module a public name comes from.
HOME = {name: module for module, names in _OFFERED.items() for name in names.split()}
NAMES = sorted([*HOME, "__version__"])
