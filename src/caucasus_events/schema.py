"""One model per table: checks that a frame of your own has the columns, types and values of the dataset.

``schema.Events`` is the model of ``events``, and so for every table; ``schema.MODELS`` has them by the
name of the table. They are `pandera <https://pandera.readthedocs.io>`_ models.

Methods
-------
Events.validate(frame, *, lazy=False)
    Return ``frame``, a pandas DataFrame with one row per event, if the dataset could have it: exactly
    the columns of ``events`` in their order, the types of plain ``pd.read_parquet``, days at midnight
    without a zone, null only where a column may be, ids and codes well formed, each key once. That
    what a row names exists in another table is not checked.

Raises
------
pandera.errors.SchemaError
    If anything is wrong: the first thing that is found.
pandera.errors.SchemaErrors
    The same with ``lazy=True``: everything, in the frame ``failure_cases``.

Examples
--------
>>> import caucasus_events
>>> from pandera.errors import SchemaErrors
>>> events = caucasus_events.load_events()
>>> len(caucasus_events.schema.Events.validate(events)) == len(events)
True
>>> try:
...     caucasus_events.schema.Events.validate(events.assign(holds=True), lazy=True)
... except SchemaErrors as error:
...     print(error.failure_cases["check"].unique().tolist())
['column_in_schema', 'every column has the type that plain pd.read_parquet gives']
"""

from .model.schema import MODELS

__all__ = ["MODELS", "Changes", "Corroborations", "Coverage", "Entities", "Events", "Evidence", "ExternalIds"]
__all__ += ["Participants", "References", "Sources", "Statuses", "Timeline"]

Sources, Entities, Events = MODELS["sources"], MODELS["entities"], MODELS["events"]
Participants, Statuses, Evidence = MODELS["participants"], MODELS["statuses"], MODELS["evidence"]
Coverage, Timeline, Corroborations = MODELS["coverage"], MODELS["timeline"], MODELS["corroborations"]
References, ExternalIds, Changes = MODELS["references"], MODELS["external_ids"], MODELS["changes"]
