"""Options of the joins that no join can use: each is refused by name before anything is read or written."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import caucasus_events as ce
from caucasus_events.errors import InvalidValueError

MINE = pd.DataFrame({"day": ["2001-05-01"], "from": ["TUR"], "to": ["ARM"]})
ASKED: dict[str, Any] = {"date": "day", "subject": "from", "object": "to", "types": "border_closed"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"date": MINE}, "date a value of type DataFrame is no name of a column: give one"),
        ({"date_end": np.array([])}, "date_end a value of type ndarray is no name of a column: give one"),
        ({"subject": ["from"]}, "subject a value of type list is no name of a column: give one"),
        ({"object": (np.array([1]), 2)}, "object a value of type tuple is no name of a column: give one"),
        ({"prefix": None}, "prefix None is no text: give one"),
        ({"prefix": "\ud800"}, r"prefix '\ud800' has half a character: give another"),
        ({"like": ["acled"]}, "unknown dataset a value of type list (known: ucdp_ged, gdelt, acled)"),
        ({"layer": {"seed"}}, "unknown layer a value of type set (known: seed, corroborated, reported)"),
        ({"confidence": 1}, "unknown confidence 1 (known: high, medium, low)"),
        (
            {"carry_to": "soon"},
            "carry_to 'soon' cannot be read (write a date, a Timestamp, 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD')",
        ),
        (
            {"objects": "CSTO"},
            "objects goes without object, and column 'to' is that of the object: a row is of an actor alone, or of two",
        ),
        ({"outside": ["no"]}, "unknown value of outside a value of type list (known: unknown, no)"),
    ],
)
def test_an_option_of_a_wrong_kind_is_named(options: dict[str, Any], message: str) -> None:
    """Frames, lists and arrays in place of a name are refused in one sentence."""
    with pytest.raises(InvalidValueError, match=f"^{re.escape(message)}$"):
        ce.annotate(MINE, **(ASKED | options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": 5}, "source is a path, not 5"),
        ({"target": None}, "target is a path, not None"),
        ({"progress": "print"}, "progress is a function of the rows done and of all, not 'print'"),
        ({"source": "\ud800"}, r"'\ud800' cannot be read as Parquet: no name has half a character"),
    ],
)
def test_a_file_of_a_wrong_kind_is_named(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    """What is no path or no function is refused, and nothing is written."""
    MINE.to_parquet(tmp_path / "in.parquet")
    files = {"source": tmp_path / "in.parquet", "target": tmp_path / "out.parquet"}
    with pytest.raises(InvalidValueError, match=f"^{re.escape(message)}$"):
        ce.annotate_parquet(**(ASKED | files | options))
    assert [each.name for each in tmp_path.iterdir()] == ["in.parquet"]


def test_a_column_may_be_named_by_a_number() -> None:
    """A frame of pandas without names has numbers for them."""
    numbered = MINE.set_axis([0, 1, 2], axis=1)
    asked: dict[str, Any] = {"date": 0, "subject": 1, "object": 2}
    assert ce.annotate(numbered, types="border_closed", **asked)["border_closed"].tolist() == [True]
