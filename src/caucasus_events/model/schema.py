"""One pandera model per table, derived from :mod:`.rows`; readers have them as :mod:`caucasus_events.schema`.

Only what builds and whoever validates imports this; reading a table never does.
"""

from functools import partial
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.engines import pandas_engine

from .column_kinds import Column, Table
from .rows import FILES


def _pandera_type(column: Column) -> Any:
    """Return the type of a column as pandera writes it."""
    if column.kind == "day":
        return pandas_engine.DateTime(unit="us")  # type: ignore[call-arg] # mypy does not see the fields
    return str if column.kind == "text" else column.dtype


def _checks(column: Column) -> list[pa.Check]:
    """List what pandera compares of the values of a column."""
    found = [pa.Check.str_contains(column.pattern)] if column.pattern else []
    if column.kind == "text" and column.codes:
        found.append(pa.Check.isin(column.codes))
    if column.kind in ("number", "count", "share"):
        found.append(pa.Check.ge(0))
    return found + ([pa.Check.le(column.largest)] if column.largest is not None else [])


def _exact_types(frame: pd.DataFrame, table: Table) -> bool:
    """Compare types to the letter: pandera itself takes any unit of time, string and order of codes."""
    # pandas holds two orders of the same codes to be equal.
    found, expected = (
        {str(name): (dtype, *getattr(dtype, "categories", ())) for name, dtype in types.items()}
        for types in (frame.dtypes, table.dtypes)
    )
    return found == expected


def _midnight(frame: pd.DataFrame) -> bool:
    """Compare days with their midnight: an hour would pass unseen wherever days are compared as text."""
    days = frame.select_dtypes("datetime").stack().dropna()  # noqa: PD013 - one column of all days
    return bool((days == days.dt.normalize()).all()) if len(days) else True


def _model(name: str) -> pa.DataFrameSchema:
    """Derive the model of a table: exactly these columns, in this order, each row once."""
    table = FILES[name]
    alone = table.key[0] if len(table.key) == 1 else None
    columns = {
        column: pa.Column(
            _pandera_type(each), _checks(each), nullable=each.nullable, unique=column == alone, description=each.meaning
        )
        for column, each in table.columns.items()
    }
    # A change of a whole row names no column, and the same row may change in many releases.
    unique = None if alone or name == "changes" else list(table.key)
    error = "every column has the type that plain pd.read_parquet gives"
    types = pa.Check(partial(_exact_types, table=table), error=error)
    midnight = pa.Check(_midnight, error="every day begins at midnight")
    return pa.DataFrameSchema(columns, [types, midnight], name=name, unique=unique, strict=True, ordered=True)


MODELS = {name: _model(name) for name in FILES}
