"""Memberships of the states of the region beside COW IGO, version 3: state by state, organisation by organisation.

COW counts a year if the state was a member at some time in it, and so does the panel here. Which of the two is right
where they differ is a judgement, and stands in :data:`JUDGEMENTS` with its reason; what the record says and whom it
cites is read from the tables.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from beside import REAL, judged
from caucasus_events.asking.panels import panel
from caucasus_events.model.rows import dictionaries
from caucasus_events.model.words import counted
from caucasus_events.reading.tables import load_entities, load_statuses
from prose import cited, listed, statement, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    # A state, an organisation, and the first and the last year of a stretch in which both sides say one thing.
    Stretch = tuple[str, str, int, int]

FILE = "cow_igo_caucasus.csv"
# How the references of the tables call it.
COW = "cow-igo-3"
YEARS = (1992, 2014)
OURS, DEFINITION = "ours is right", "both are right, of another definition"
_EAPC = (
    OURS,
    "the council was founded in 1997, and COW begins in 1994; of the council that it replaced stands a record",
)
_CSTO = (DEFINITION, "COW begins with the year of the charter's signature, ours with the day of its entry into force")
# Where the two differ: who is right, and why.
JUDGEMENTS: dict[Stretch, tuple[str, str]] = {
    ("ARM", "CSTO", 2002, 2002): _CSTO,
    ("RUS", "CSTO", 2002, 2002): _CSTO,
    ("ARM", "EAPC", 1994, 1996): _EAPC,
    ("AZE", "EAPC", 1994, 1996): _EAPC,
    ("GEO", "EAPC", 1994, 1996): _EAPC,
    ("AZE", "COE", 2001, 2001): (OURS, "it joined on the same day as Armenia, which COW counts from 2001"),
    ("GEO", "CIS", 1993, 1994): (OURS, "ATOP dates the accession to December 1993, too; COW begins in 1995"),
    ("GEO", "CIS", 2008, 2009): (
        OURS,
        "COW ends with 2007, though a year in part counts in it; declared in 2008, the withdrawal took effect in 2009",
    ),
    ("RUS", "SCO", 1996, 2000): (OURS, "COW counts the group of five that met before the organisation was founded"),
}
_HEAD = """\
Of the states of the region and the organisations that both have, every year from {first} to {last} is
compared: COW's full membership (1) is a yes, none, associate and observer (0, 2, 3) are a no, and
what COW does not say (−1, −9) is left out. Ours is `panel("entity", "year", …, types="membership",
objects=[…], outside="no", codes="cow")`. That ours is unknown is no disagreement: nobody was found who
says that the state was not a member, or when it joined.

Agreement with COW is no independent proof: most of the records cite it, nearly always beside others.
"""


def organisations(igos: pd.DataFrame) -> list[str]:
    """List the organisations that both have: COW's code in capitals is our id."""
    return sorted(set(igos["igo"].str.upper()) & set(load_entities().query("kind == 'organisation'")["entity_id"]))


def cells(igos: pd.DataFrame, outside: str = "no") -> pd.DataFrame:
    """Pair the answers state-year by state-year: state, organisation, year, theirs and ours."""
    names = organisations(igos)
    asked = panel("entity", "year", *YEARS, types="membership", objects=names, outside=outside, codes="cow")
    long = asked.melt(["ccode", "year"], [f"membership_{name}" for name in names], "igo", "ours")
    long["igo"] = long["igo"].str.removeprefix("membership_").str.lower()
    both = igos[igos["value"] >= 0].merge(long, on=["ccode", "year", "igo"])
    ids = {row["cow"]: row["entity_id"] for row in dictionaries(load_entities()) if row["cow"]}
    state, organisation, theirs = both["ccode"].map(ids), both["igo"].str.upper(), both["value"] == 1
    found = both.assign(state=state, organisation=organisation, theirs=theirs)
    return found[["state", "organisation", "year", "theirs", "ours"]].sort_values(["state", "organisation", "year"])


def stretches(unlike: pd.DataFrame) -> dict[Stretch, bool]:
    """Group state-years that follow each other; what ours says in each stretch."""
    rows = list(unlike[["state", "organisation", "year", "ours"]].itertuples(index=False, name=None))
    breaks = [at for at, (one, other) in enumerate(pairwise(rows), 1) if other != (*one[:2], one[2] + 1, one[3])]
    parts = [rows[first:last] for first, last in pairwise([0, *breaks, len(rows)])] if rows else []
    return {(*part[0][:2], part[0][2], part[-1][2]): bool(part[0][3]) for part in parts}


def section() -> list[str]:
    """Write the section."""
    igos = pd.read_csv(REAL / FILE)
    found = cells(igos)
    unlike = stretches(_unlike(found))
    told = [_line(key, judgement, ours=unlike[key]) for key, judgement in judged(unlike, JUDGEMENTS, "JUDGEMENTS")]
    return [
        _HEAD.format(first=YEARS[0], last=YEARS[1]),
        *listed(
            [
                *(f'`outside="{each}"`: {_tally(cells(igos, each))}' for each in ("no", "unknown")),
                f"without the records that cite COW: {_tally(found[~_cites_cow(found)])}",
            ]
        ),
        *table(
            ["organisation", "compared", "alike", "unlike", "ours unknown, COW yes", "ours unknown, COW no"],
            [*_rows(found), ["**sum**", *_counts(found)]],
            right=range(1, 6),
        ),
        f"### The {counted(len(_unlike(found)), 'state-year')} that are unlike",
        "",
        *listed(told),
    ]


def _cites_cow(found: pd.DataFrame) -> pd.Series:
    """Say of every state-year whether a record of the state in the organisation cites COW itself."""
    rows = dictionaries(load_statuses().query("type == 'membership'"))
    citing = {(row["subject"], row["object"]) for row in rows if COW in (row["reference_ids"] or "").split("; ")}
    return pd.MultiIndex.from_frame(found[["state", "organisation"]]).map(citing.__contains__).to_series(found.index)


def _unlike(found: pd.DataFrame) -> pd.DataFrame:
    """Keep the state-years of which the two say different things."""
    return found[(found["ours"] != found["theirs"]).fillna(value=False)]


def _tally(found: pd.DataFrame) -> str:
    """Count the state-years in words."""
    known = found["ours"].notna().sum()
    unlike = len(_unlike(found))
    return (
        f"of {counted(len(found), 'state-year')} ours knows {known:,}, of which {known - unlike:,} are alike and "
        f"{unlike} unlike"
    )


def _rows(found: pd.DataFrame) -> Iterable[list[str]]:
    """Write a row for each organisation."""
    return ([str(name), *_counts(part)] for name, part in found.groupby("organisation"))


def _counts(found: pd.DataFrame) -> list[str]:
    """Count what is compared, alike, unlike, and unknown by what COW says."""
    silent, unlike = found[found["ours"].isna()], len(_unlike(found))
    alike = len(found) - len(silent) - unlike
    numbers = (len(found), alike, unlike, silent["theirs"].sum(), (~silent["theirs"]).sum())
    return [f"{number:,}" for number in numbers]


def _line(key: Stretch, judgement: tuple[str, str], *, ours: bool) -> str:
    """Write a disagreement: what each says, who is right and why, what the record says and whom it cites."""
    state, organisation, first, last = key
    right, why = judgement
    years = str(first) if first == last else f"{first} to {last}"
    says = f"{state}, {organisation}, {years}: COW {'no' if ours else 'yes'}, ours {'yes' if ours else 'no'}. "
    statuses = load_statuses().query("type == 'membership' and subject == @state and object == @organisation")
    rows = [row for row in dictionaries(statuses) if row["reference_ids"]]
    told = [f"`{row['status_id']}`: {statement(row)} Sources: {cited(row['reference_ids'])}." for row in rows]
    return f"**{says}{right[0].upper()}{right[1:]}**: {why}. {' '.join(told)}"
