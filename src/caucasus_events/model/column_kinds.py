"""What a column can be, and what a table is made of; the columns themselves stand in :mod:`.rows`."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

# What plain pd.read_parquet gives of a kind of column; of codes, their list.
_DTYPES = {
    "text": pd.StringDtype(na_value=float("nan")),
    "day": np.dtype("datetime64[us]"),
    "number": pd.Int16Dtype(),
    "count": np.dtype("int64"),
    "share": np.dtype("float64"),
    "flag": np.dtype("bool"),
}
# What the patterns of columns are made of.
SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
ENTITY = r"[A-Z][A-Z0-9]*"
# A string that says something, whatever it says.
SAYS = r"(?s)\S"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it means, what it holds, and what it may hold."""

    meaning: str
    # The values that it may hold, in their order; empty where the list is open.
    codes: list[str] = field(default_factory=list)
    _: KW_ONLY
    kind: str
    nullable: bool = False
    # No analysis rests on how it is worded.
    descriptive: bool = False
    pattern: str | None = None
    largest: float | None = None
    # The table whose row it names ("timeline": an event or a status), and what parts the names of several.
    refers: str | None = None
    parted: str | None = None

    @property
    def dtype(self) -> Any:
        """The pandas type that plain ``pd.read_parquet`` gives."""
        if self.kind == "code":
            return pd.CategoricalDtype(self.codes)
        return pd.BooleanDtype() if self.kind == "flag" and self.nullable else _DTYPES[self.kind]


class Table(NamedTuple):
    """A table: what one row of it is, what identifies one and orders them, and its columns."""

    grain: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    @property
    def dtypes(self) -> dict[str, Any]:
        """The pandas type of every column, in order."""
        return {name: column.dtype for name, column in self.columns.items()}

    @property
    def meanings(self) -> dict[str, str]:
        """The one-line description of every column, in order."""
        return {name: column.meaning for name, column in self.columns.items()}

    @property
    def codes(self) -> dict[str, list[str]]:
        """The allowed codes of every dictionary column."""
        return {name: column.codes for name, column in self.columns.items() if column.kind == "code"}

    @property
    def analytic(self) -> list[str]:
        """The columns that an analysis can rest on: all but those that are for reading."""
        return [name for name, column in self.columns.items() if not column.descriptive]


# The kinds of column, which .rows calls of.ids, of.days and so on. Strings of a closed list are choices, or codes where
# Parquet keeps the whole list.
codes = partial(Column, kind="code")
choices = partial(Column, kind="text")
flags = partial(Column, kind="flag")
counts = partial(Column, kind="count")
shares = partial(Column, kind="share", largest=1)
numbers = partial(Column, kind="number", nullable=True)
days = partial(Column, kind="day", nullable=True)
words = partial(Column, kind="text", pattern=SAYS, descriptive=True)


def text(meaning: str, *, matches: str | None = None, **more: Any) -> Column:
    """Describe a column of strings; an empty string is never a value."""
    return Column(meaning, kind="text", pattern=rf"^(?:{matches})$" if matches else SAYS, **more)


ids = partial(text, matches=SLUG)
entities = partial(text, matches=ENTITY, refers="entities")
