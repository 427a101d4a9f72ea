"""A made-up frame in which every state of a record occurs, each under its own name."""

from __future__ import annotations

import pandas as pd

COLUMNS = [
    "record_id",
    "kind",
    "type",
    "start_earliest",
    "start_latest",
    "end_earliest",
    "end_latest",
    "end_state",
    "holds",
]
SPOKEN = "2020-07-23"
# The day to which what was still so is taken to go on.
CARRIED = "2021-12-31"

ROWS = [
    ("certain", "status", "border_closed", "1993-01-01", "1993-01-01", "2018-01-01", "2018-01-01", "ended", True),
    ("possible-both", "status", "alliance", "1995-01-01", "1995-12-31", "2001-01-01", "2001-12-31", "ended", True),
    ("start-unknown", "status", "alliance", None, "1999-01-01", "2003-01-01", "2003-01-01", "ended", True),
    ("end-unknown", "status", "alliance", "1995-01-01", "1995-01-01", "1997-01-01", None, "unknown", True),
    ("no-certain-day", "status", "supports", "2001-01-01", "2001-12-31", "2001-01-01", "2001-12-31", "ended", True),
    ("one-day", "status", "opposes", "2010-05-05", "2010-05-05", "2010-05-05", "2010-05-05", "ended", True),
    ("ongoing", "status", "mediator", "1994-05-12", "1994-05-12", SPOKEN, None, "ongoing", True),
    ("denied", "status", "membership", "1998-05-12", "1998-05-12", "2010-07-23", "2010-07-23", "ended", False),
    ("denied-ongoing", "status", "membership", "1999-05-12", "1999-05-12", SPOKEN, None, "ongoing", False),
    ("event-day", "event", "clash", "2016-04-02", "2016-04-02", "2016-04-02", "2016-04-02", None, None),
    ("event-window", "event", "clash", "1997-01-01", "1999-12-31", "1997-01-01", "1999-12-31", None, None),
    ("event-undated", "event", "clash", None, SPOKEN, None, SPOKEN, None, None),
    ("by-others", "status", "military_base", "1992-01-01", "1992-01-01", "2015-01-01", "2015-01-01", "ended", True),
    ("event-by-others", "event", "ceasefire", "1994-05-12", "1994-05-12", "1994-05-12", "1994-05-12", None, None),
    (
        "denied-by-others",
        "status",
        "membership",
        "1992-01-01",
        "1992-01-01",
        "2015-01-01",
        "2015-01-01",
        "ended",
        False,
    ),
    ("weak", "status", "military_base", "2001-01-01", "2003-12-31", "2012-12-09", "2012-12-09", "ended", True),
    ("event-weak", "event", "clash", "2012-06-04", "2012-06-04", "2012-06-04", "2012-06-04", None, None),
]

# What each record is drawn with where it is carried to CARRIED, by hand from the table of marks.
MARKS = {
    "certain": ["certain"],
    "possible-both": ["certain", "possible", "possible"],
    "start-unknown": ["certain", "start unknown"],
    "end-unknown": ["certain", "end unknown"],
    "no-certain-day": ["possible"],
    "one-day": ["certain"],
    "ongoing": ["carried", "certain", "ongoing"],
    "denied": ["denied"],
    "denied-ongoing": ["denied", "denied carried", "ongoing denied"],
    "event-day": ["day"],
    "event-window": ["window"],
    "event-undated": ["window"],
    "by-others": ["certain", "corroborated", "corroborated"],
    "event-by-others": ["day corroborated"],
    "denied-by-others": ["denied", "denied corroborated", "denied corroborated"],
    "weak": ["possible", "weak"],
    "event-weak": ["day weak"],
}


def frame() -> pd.DataFrame:
    """Give the frame; by their seeds, those dated by others are certain from 2000 to 2004, or in May 1994."""
    found = pd.DataFrame(ROWS, columns=COLUMNS)
    found["title"] = "The record " + found["record_id"]
    found["speaks_until"] = SPOKEN
    found["quote"] = "Words of the source."
    # Each is of parties of its own, so that none says the opposite of another.
    found = found.assign(subject="SUBJECT " + found["record_id"], object="OBJECT")
    weak = found["record_id"].str.contains("weak")
    found["confidence"] = weak.map({True: "low", False: None})
    others = found["record_id"].isin(["by-others", "denied-by-others"])
    found["seed_start_latest"] = found["start_latest"].mask(others, "2000-01-01")
    found["seed_end_earliest"] = found["end_earliest"].mask(others, "2004-12-31")
    found.loc[weak, ["seed_start_latest", "seed_end_earliest"]] = None
    event = found["record_id"] == "event-by-others"
    found["seed_start_latest"] = found["seed_start_latest"].mask(event, "1994-05-31")
    found["seed_end_earliest"] = found["seed_end_earliest"].mask(event, "1994-05-01")
    others |= event
    found["start_basis"] = others.map({True: "corroborated", False: "seed"})
    found["end_basis"] = found["start_basis"] = found["start_basis"].mask(weak, "reported")
    return found
