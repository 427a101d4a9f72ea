"""Options of the figure and of the page that nothing can be drawn with: each is refused by name."""

import re
from typing import Any

import pandas as pd
import pytest

import caucasus_events as ce
from caucasus_events.errors import InvalidValueError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": "800"}, "width is a number of at most 1,000,000 pixels, not '800'"),
        ({"width": float("nan")}, "width is a number of at most 1,000,000 pixels, not nan"),
        ({"height": 10**400}, "height is a number of at most 1,000,000 pixels, not a number of 1,329 bits"),
        ({"height": True}, "height is a number of at most 1,000,000 pixels, not True"),
        ({"title": 5}, "title 5 is no text: write one"),
        ({"quotes": "no"}, "quotes is True or False, not 'no'"),
        ({"lanes": 5}, "lanes is the name of a column, or a lane for every type, not 5"),
        (
            {"lanes": pd.Series(["x"])},
            "lanes is the name of a column, or a lane for every type, not a value of type Series",
        ),
        ({"lanes": {"border_closed": ["x"]}}, "lane a value of type list is no text: name one"),
    ],
)
def test_an_option_of_a_wrong_kind_is_named(options: dict[str, Any], message: str) -> None:
    """What is no number, no text or no lanes is refused in one sentence."""
    with pytest.raises(InvalidValueError, match=f"^{re.escape(message)}$"):
        ce.timeline(types="border_closed", **options)


def test_a_page_is_written_to_a_path() -> None:
    """What is no path is refused before the page is made."""
    path: Any = ["x"]
    with pytest.raises(InvalidValueError, match=r"^path is a path, not a value of type list$"):
        ce.write_explorer(path)
