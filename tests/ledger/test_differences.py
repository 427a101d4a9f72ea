"""Two versions of a table to their differences, and back."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from caucasus_events.ledger import differences

KEY = ["a", "b"]
DTYPES = {
    "a": pd.StringDtype(na_value=float("nan")),
    "b": "int64",
    "words": pd.StringDtype(na_value=float("nan")),
    "day": "datetime64[us]",
    "truth": "boolean",
    "sign": "bool",
    "number": "Int16",
    "share": "float64",
    "code": pd.CategoricalDtype(["x", "y", "never"]),
}
CELLS = st.fixed_dictionaries(
    {
        "words": st.none() | st.text('abé "\n…', min_size=1, max_size=5),
        "day": st.none() | st.dates(date(1800, 1, 1), date(2100, 1, 1)),
        "truth": st.none() | st.booleans(),
        "sign": st.booleans(),
        "number": st.none() | st.integers(0, 32767),
        "share": st.floats(0, 1),
        "code": st.none() | st.sampled_from(["x", "y"]),
    }
)
TABLES = st.dictionaries(st.tuples(st.sampled_from(["k", "l", "Mé"]), st.integers(0, 3)), CELLS, max_size=8)


def table(rows: dict[tuple[str, int], dict[str, object]]) -> pd.DataFrame:
    """Make a typed table, sorted by key, as the build does."""
    flat = [{"a": a, "b": b, **cells} for (a, b), cells in sorted(rows.items())]
    columns = {
        name: pd.Series([row[name] for row in flat], dtype=object).astype(dtype) for name, dtype in DTYPES.items()
    }
    return pd.DataFrame(columns).sort_values(KEY, ignore_index=True)


@settings(deadline=None)  # the first example pays for imports
@given(TABLES, TABLES)
def test_changes_replayed_on_the_old_table_give_the_new_one(
    old: dict[tuple[str, int], dict[str, object]], new: dict[tuple[str, int], dict[str, object]]
) -> None:
    """Whatever two versions hold, the changes lead from one to the other to the last type and null."""
    before, after = table(old), table(new)
    changed = [each._asdict() for each in differences.table_differences(before, after, KEY)]
    pd.testing.assert_frame_equal(differences.replayed_table(before, changed, KEY, after.dtypes), after)
    same = {key for key in old.keys() & new.keys() if old[key] == new[key]}
    assert not {f"{a} {b}" for a, b in same} & {change["id"] for change in changed}


@settings(deadline=None)
@given(TABLES)
def test_a_table_does_not_differ_from_itself(rows: dict[tuple[str, int], dict[str, object]]) -> None:
    """No change is found where there is none."""
    assert differences.table_differences(table(rows), table(rows), KEY) == []


def test_rows_and_cells_that_differ_are_told_with_old_and_new() -> None:
    """A cell tells both values; a row that comes or goes tells all of its cells."""
    cells = {"words": "w", "day": None, "truth": None, "sign": True, "number": 1, "share": 0.5, "code": "x"}
    old = table({("k", 1): cells, ("k", 2): cells})
    new = table({("k", 2): cells | {"day": date(2020, 7, 23), "words": None}, ("l", 3): cells})
    whole = '{"a": "%s", "b": "%d", "words": "w", "sign": "True", "number": "1", "share": "0.5", "code": "x"}'
    assert differences.table_differences(old, new, KEY) == [
        differences.Difference("k 1", "removed", old=whole % ("k", 1)),
        differences.Difference("k 2", "changed", "words", "w", None),
        differences.Difference("k 2", "changed", "day", None, "2020-07-23"),
        differences.Difference("l 3", "added", new=whole % ("l", 3)),
    ]
