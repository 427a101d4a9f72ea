"""What a row is: keys, references, and cells as text that come back as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from caucasus_events.model import rows
from caucasus_events.model.bounds import BOUNDS
from caucasus_events.reading import tables

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.released
@pytest.mark.parametrize("name", rows.FILES)
def test_every_cell_comes_back_from_its_text(name: str) -> None:
    """Each column of a released table, written as text and read back, is the column."""
    for column, cells in pd.read_parquet(tables.data_path(name)).items():
        read = rows.typed(rows.texts(cells), rows.FILES[name].dtypes[str(column)])
        pd.testing.assert_series_equal(read, cells, check_names=False)


@pytest.mark.parametrize("name", rows.FILES)
def test_keys_and_references_are_columns(name: str) -> None:
    """The key of a table stands in its columns, and what a column names is a table with one id."""
    table = rows.FILES[name]
    assert set(table.key) <= set(table.columns)
    assert all(len(rows.FILES[target].key) == 1 for _, target, _ in rows.references(name))


def test_the_bounds_stand_together_and_in_order() -> None:
    """Wherever a table has bounds it has all four, side by side, in the order that they have everywhere."""
    dated = [list(table.columns) for table in rows.FILES.values() if set(BOUNDS) & set(table.columns)]
    assert len(dated) >= 4
    for columns in dated:
        first = columns.index(BOUNDS[0])
        assert columns[first : first + 4] == list(BOUNDS)


def test_bytes_and_the_file_that_holds_them_have_one_digest(tmp_path: Path) -> None:
    """SHA-256 is that of the content, whether it is in memory or on disk."""
    path = tmp_path / "a"
    path.write_bytes(b"a")
    assert rows.sha256(path) == rows.sha256(b"a")
    assert rows.sha256(b"a").startswith("ca978112")
