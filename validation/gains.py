"""What a reader gains by the layers: known cells of panels and of frames that are annotated."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from beside import REAL
from caucasus_events.asking.panels import panel
from caucasus_events.errors import UnmatchedCodesWarning
from caucasus_events.joining.annotation import annotate
from caucasus_events.model.codebook import status_types
from caucasus_events.model.layers import LAYERS
from caucasus_events.reading.tables import load_entities
from prose import table

SAMPLE = "ucdpged_sample_1000.csv"
ROWS, SEED, DAYS = 10_000, 1, ("1991-01-01", "2025-12-31")
OBJECTS = ["CSTO", "CIS", "EAEU", "COE"]
_FRAME = f"""\
A made-up frame of {ROWS:,} rows (`numpy.random.default_rng({SEED})`): a day from {DAYS[0]} to {DAYS[1]}, each as
likely as another, and two different states of the region. Annotated with all status types, once for
the pair and once for the first state alone, where a cell is True or unknown.
"""
_PANEL = """\
The shares of `panel("entity", "year", 1991, 2025, types="membership", objects=[…])`, six states in 35
years, of each organisation.
"""


def made_up() -> pd.DataFrame:
    """Make up rows about two states of the region each, the same every time."""
    chance = np.random.default_rng(SEED)
    states = sorted(load_entities().query("region")["entity_id"])
    days = pd.date_range(*DAYS).to_numpy()
    first = chance.integers(len(states), size=ROWS)
    second = (first + chance.integers(1, len(states), size=ROWS)) % len(states)
    day = days[chance.integers(len(days), size=ROWS)]
    return pd.DataFrame({"day": day, "from": np.take(states, first), "to": np.take(states, second)})


def share(part: float, whole: float) -> str:
    """Write a share in per cent.

    >>> share(1, 8)
    '12.5 %'
    """
    return f"{part / whole:.1%}".replace("%", " %")


def section() -> list[str]:
    """Write the section of what is asked of the tables alone."""
    return ["### A made-up frame", "", _FRAME, *_of_frame(), "### Memberships year by year", "", _PANEL, *_of_panel()]


def _of_frame() -> list[str]:
    """Write the shares of known cells in the made-up frame."""
    mine = made_up()
    body = []
    for what, asked in (("the pair", {"subject": "from", "object": "to"}), ("the first state", {"subject": "from"})):
        for layer in LAYERS:
            known = annotate(mine, date="day", layer=layer, **asked)[[*status_types()]].notna()
            cells, rows = int(known.to_numpy().sum()), int(known.any(axis=1).sum())
            body.append([what, layer, f"{cells:,}", share(cells, known.size), f"{rows:,}", share(rows, ROWS)])
    return table(["of", "layer", "known cells", "of all", "rows with one", "of all"], body, right=range(2, 6))


def _of_panel() -> list[str]:
    """Write the shares of True, False and unknown in the panel of memberships."""
    body = []
    for outside in ("unknown", "no"):
        for carry_to in (None, "2025-12-31"):
            terms: dict[str, Any] = {"outside": outside, "carry_to": carry_to}
            found = panel("entity", "year", 1991, 2025, types="membership", objects=OBJECTS, **terms)
            for name in OBJECTS:
                cells = found[f"membership_{name}"]
                counts = (cells.sum(), (~cells).sum(), cells.isna().sum())
                shares = [share(count, len(cells)) for count in counts]
                body.append([name, f'"{outside}"', carry_to or "", *shares])
    return table(["organisation", "outside", "carry_to", "True", "False", "NA"], body, right=range(3, 6))


def of_sample() -> list[str]:
    """Write the section of the rows of UCDP GED."""
    mine = pd.read_csv(REAL / SAMPLE)
    codes = load_entities().query("region")["gw"]
    region = mine["gwnoa"].isin(codes) | mine["gwnob"].isin(codes)
    body = []
    for layer in LAYERS:
        with warnings.catch_warnings():
            # Most rows of the sample are about other parts of the world.
            warnings.simplefilter("ignore", UnmatchedCodesWarning)
            known = annotate(mine, like="ucdp_ged", layer=layer)[[*status_types()]].notna()
        cells, rows = int(known.to_numpy().sum()), int(known.any(axis=1).sum())
        of_region = int(known[region].to_numpy().sum())
        body.append([layer, str(cells), str(of_region), str(rows), str(int(known.any().sum()))])
    told = (
        f'A random sample of {len(mine):,} events of UCDP GED, `annotate(sample, like="ucdp_ged", layer=…)`; '
        f"{region.sum()} of them have a state of the region as a side."
    )
    headings = ["layer", "known cells", "of rows of the region", "rows with one", "types with one"]
    return [told, "", *table(headings, body, right=range(1, 5))]
