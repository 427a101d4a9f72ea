"""One model per table, and it lets nothing else through."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pandera.pandas as pandera
import pytest

from caucasus_events import schema
from caucasus_events.model.rows import FILES, TABLES
from caucasus_events.reading import tables


@pytest.mark.released
@pytest.mark.parametrize("name", TABLES)
def test_the_released_table_passes_its_model(name: str) -> None:
    """Every released row has the columns, types and values that the schema says."""
    frame = tables.load(name)
    assert len(schema.MODELS[name].validate(frame, lazy=True)) == len(frame) > 0


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_described(name: str) -> None:
    """Each column has a description of its own words, on one line, and no two of a table are alike."""
    words = list(FILES[name].meanings.values())
    assert all(text and "\n" not in text and text != "None" for text in words)
    assert len(set(words)) == len(words)
    assert FILES[name].grain.startswith("One row per ")


def breakages() -> dict[str, pd.DataFrame]:
    """Give released statuses, each broken in one way that a careless writer might."""
    frame = tables.load("statuses")
    day = frame["start_latest"]
    return {
        "a unit of time": frame.assign(start_latest=day.astype("datetime64[ns]")),
        "a time zone": frame.assign(start_latest=day.dt.tz_localize("UTC")),
        "plain objects": frame.assign(title=frame["title"].astype(object)),
        "another string type": frame.assign(title=frame["title"].astype("string")),
        "a code that does not exist": frame.assign(
            end_state=frame["end_state"].cat.rename_categories({"ended": "over"})
        ),
        "another order of codes": frame.assign(
            type=frame["type"].cat.reorder_categories(list(frame["type"].cat.categories[::-1]))
        ),
        "a missing value": frame.assign(title=frame["title"].where(frame.index > 0)),
        "an empty string": frame.assign(about=frame["about"].fillna("")),
        "an id in capitals": frame.assign(status_id=frame["status_id"].str.upper()),
        "an id used twice": pd.concat([frame, frame.head(1)], ignore_index=True),
        "a column too many": frame.assign(remark="x"),
        "a column too few": frame.drop(columns="about"),
        "another order of columns": frame[frame.columns[::-1]],
    }


@pytest.mark.parametrize("name", breakages())
def test_a_broken_table_is_refused(name: str) -> None:
    """The model of a table refuses wrong units, types, codes, keys and columns."""
    with pytest.raises(pandera.errors.SchemaErrors):
        schema.Statuses.validate(breakages()[name], lazy=True)


def test_every_table_has_a_model_with_its_name() -> None:
    """The models are named as the tables are, in capitals, and there is none besides."""
    names = {table: "".join(map(str.capitalize, table.split("_"))) for table in FILES}
    assert {"MODELS", *names.values()} == set(schema.__all__)
    assert {table: getattr(schema, name) for table, name in names.items()} == schema.MODELS


@pytest.mark.released
@pytest.mark.parametrize(
    "spelling",
    [
        "import caucasus_events; model = caucasus_events.schema.Events",
        "from caucasus_events import schema; model = schema.Events",
        "from caucasus_events.schema import Events as model",
        "import caucasus_events.schema; model = caucasus_events.schema.Events",
    ],
)
def test_a_frame_of_ones_own_is_checked_in_every_spelling(spelling: str) -> None:
    """The models are there under the name of the package, however they are asked for, and only then bring pandera."""
    code = (
        "import sys, warnings, caucasus_events as ce; warnings.simplefilter('ignore'); frame = ce.load_events(); "
        f"early = 'pandera' in sys.modules; {spelling}; print(early, len(model.validate(frame)) == len(frame))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "False True\n"
