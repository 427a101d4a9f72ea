"""What well-known datasets have of the records: by identifier, by the readings of a seed's record, and by citation.

What a dataset is, its releases together, is the one small table :data:`DATASETS`; to add one is to add a row.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from caucasus_events.model.codebook import codes
from caucasus_events.model.rows import RECORDS, dictionaries
from caucasus_events.model.words import counted
from prose import NESTED, listed, readings_of, statement, table, when

if TYPE_CHECKING:
    from prose import Row, Tables

    # Of a dataset and a record: the identifiers, and the readings that cite the dataset.
    Holdings = dict[tuple[str, str], tuple[list[Row], list[Row]]]

# Each dataset or register: the scheme of its identifiers, and how the ids of references to it begin (None: no such).
DATASETS: dict[str, tuple[str | None, str | None]] = {
    "UCDP/PRIO ACD": ("ucdp_conflict", "ucdp-acd-"),
    "UCDP Dyadic": ("ucdp_dyad", "ucdp-dyadic-"),
    "PA-X": ("pax_agreement", "pax-"),
    "ATOP": ("atop", "atop-"),
    "COW IGO": (None, "cow-igo-"),
    "COW wars": ("cow_war", "cow-wars"),
    "Wikidata": ("wikidata", "wikidata-"),
    "manystates": (None, "manystates-"),
    "rigour": (None, "opensanctions-rigour"),
    "Archigos": (None, "archigos"),
    "REIGN": (None, "reign-"),
    "SIPRI arms embargoes": (None, "sipri-osce-embargo"),
    "UN documents": ("un_document", None),
    "ECHR applications": ("echr_application", None),
}
CATEGORIES = HAS, WIDER, OTHERWISE, NOTHING = "has it", "only inside a wider unit", "codes otherwise", "nothing found"
CITED = "cited as a source"
_LEGEND = """\
What each dataset has of the records of documents, for every record of a type that it has anything
on; an empty cell is of a type outside its subject, as far as the copies read show. A dataset that
has nothing on any of them has no column.

- **has it**: an identifier that matches exactly or closely or, where there is no identifier,
  a reading that cites it and does not contradict the seed
- **only inside a wider unit**: its unit contains the record, and the record cannot be told apart
- **codes otherwise**: what it has is only related, a neighbour whose dates, sides and values must
  not be read across, or all that it says contradicts the seed
- **nothing found**: no identifier and no reading. This is no claim that the dataset lacks the
  record, only that nothing was found in the copies read
- **†**: a reading that cites it, alone or with others, sharpens the record all the same
"""
_OF_REPORTED = """\
### Reported records

How many of the records that only other sources state each dataset has, by type: with an identifier
that matches exactly or closely, with one of a wider unit, with one that is only related, or without
any, cited as a source of the record. That it is cited is no claim that it agrees in every date.
"""


def dataset_of(reference: str) -> str | None:
    """Return the dataset that a reference belongs to, None if to none."""
    return next((name for name, (_, start) in DATASETS.items() if start and reference.startswith(start)), None)


def ungrouped(tables: Tables) -> list[str]:
    """Name schemes and references of datasets that :data:`DATASETS` does not know."""
    references = [row["reference_id"] for row in dictionaries(tables["references"]) if row["kind"] == "dataset"]
    schemes = {scheme for scheme, _ in DATASETS.values()}
    return sorted({*tables["external_ids"]["scheme"]} - schemes) + [each for each in references if not dataset_of(each)]


def holdings(tables: Tables) -> Holdings:
    """Return what every dataset has of every record."""
    found: Holdings = {(name, record): ([], []) for name in DATASETS for record in tables["timeline"]["record_id"]}
    names = {scheme: name for name, (scheme, _) in DATASETS.items() if scheme}
    for row in dictionaries(tables["external_ids"]):
        found[names[row["scheme"]], row["record_id"]][0].append(row)
    for row in readings_of(tables):
        for name in dict.fromkeys(filter(None, map(dataset_of, row["sources"].split("; ")))):
            found[name, row["record_id"]][1].append(row)
    return found


def category(ids: list[Row], readings: list[Row]) -> str:
    """Return what a dataset has of a record.

    An identifier is a judgement of the join as a whole, so that where there is one it decides,
    and no reading makes a counterpart of what is only related.
    """
    matches = {row["match"] for row in ids}
    if matches & {"exact", "close"}:
        return HAS
    if matches:
        return WIDER if "broader" in matches else OTHERWISE
    if not readings:
        return NOTHING
    return OTHERWISE if {row["relation"] for row in readings} == {"contradicts"} else HAS


def matrix(tables: Tables) -> dict[str, dict[str, str]]:
    """Give, dataset by dataset, the category of every record of a document whose type it has anything on."""
    found = holdings(tables)
    seeds = tables["timeline"].query("layer == 'seed'")
    types: dict[str, str] = dict(zip(*(seeds[name] for name in ("record_id", "type")), strict=True))
    listing: dict[str, dict[str, str]] = {}
    for name in DATASETS:
        kept = {record: category(*found[name, record]) for record in types}
        covered = {types[record] for record, each in kept.items() if each != NOTHING}
        listing[name] = {record: each for record, each in kept.items() if types[record] in covered}
    return listing


def of_reported(tables: Tables, has: Holdings) -> dict[tuple[str, str], Counter[str]]:
    """Count, of every type and dataset, the reported records by what the dataset has of them."""
    cites = {
        (dataset_of(reference), row[key])
        for name, key in RECORDS.items()
        for row in dictionaries(tables[name])
        for reference in (row["reference_ids"] or "").split("; ")
    }
    reported = tables["timeline"].query("layer == 'reported'")
    counts: dict[tuple[str, str], Counter[str]] = {}
    for record, kind in zip(reported["record_id"], reported["type"], strict=True):
        for name in DATASETS:
            held = category(*has[name, record])
            held = CITED if held == NOTHING and (name, record) in cites else held
            if held != NOTHING:
                counts.setdefault((kind, name), Counter())[held] += 1
    return counts


def demonstration(tables: Tables) -> list[str]:
    """Write the matrix of datasets, the facts behind it, and what follows."""
    found, has = matrix(tables), holdings(tables)
    records = sorted(dictionaries(tables["timeline"]), key=lambda row: (row["kind"], row["type"], row["record_id"]))
    seeds = [row for row in records if row["layer"] == "seed"]
    shown = [name for name in DATASETS if any(held != NOTHING for held in found[name].values())]
    body = [
        [f"`{row['record_id']}`", row["type"], *(_matrix_cell(found, has, name, row["record_id"]) for name in shown)]
        for row in seeds
        if any(row["record_id"] in kept for kept in found.values())
    ]
    totals = [["**sum**", "", *("; ".join(_sums(found[name])) for name in shown)]]
    references = dictionaries(tables["references"])
    facts = [line for name in DATASETS for line in _dataset_section(name, found[name], has, records, references)]
    return [
        *(_LEGEND, *table(["record", "type", *shown], body + totals)),
        *(_OF_REPORTED, *_reported_table(tables, has), *facts),
        *("### What follows", "", conclusion(seeds, found), ""),
    ]


def _reported_table(tables: Tables, has: Holdings) -> list[str]:
    """Write what the datasets have of reported records, a type and a dataset a row."""
    counts, total = of_reported(tables, has), Counter(tables["timeline"].query("layer == 'reported'")["type"])
    types = [*codes("event"), *codes("status")]
    order = [(each, name) for each in types for name in DATASETS if (each, name) in counts]
    kinds = (HAS, WIDER, OTHERWISE, CITED)
    body = [[*key, str(total[key[0]]), *(str(counts[key][kind] or "") for kind in kinds)] for key in order]
    headings = ["type", "dataset", "records", "exactly or closely", "in a wider unit", "only related", CITED]
    return table(headings, body, right=range(2, len(headings)))


def _matrix_cell(found: dict[str, dict[str, str]], has: Holdings, dataset: str, record: str) -> str:
    """Write a cell of the matrix."""
    applied = any(row["applied"] for row in has[dataset, record][1])
    return found[dataset].get(record, "") + " †" * applied


def _sums(kept: dict[str, str]) -> list[str]:
    """Count the records of a dataset by category, those that occur."""
    number = Counter(kept.values())
    return [f"{name} {number[name]}" for name in CATEGORIES if number[name]]


def _dataset_section(
    dataset: str, kept: dict[str, str], has: Holdings, records: list[dict[str, Any]], references: list[dict[str, Any]]
) -> list[str]:
    """Write what a dataset has of the records and, with the start of each, for which nothing was found."""
    copies = [row for row in references if dataset_of(row["reference_id"]) == dataset]
    read_in = "; ".join(f"{row['title']} (`{row['reference_id']}`)" for row in copies) or "no copy named"
    lines: list[str] = []
    for row in records:
        ids, _ = joined = has[dataset, row["record_id"]]
        if row["record_id"] not in kept and not ids:
            continue
        held = kept.get(row["record_id"]) or f"{category(*joined)} (reported)"
        begun = f" (start {when(row, 'start')})" * (held == NOTHING)
        lines += [f"`{row['record_id']}`{begun}: {held}", *_facts(*joined)]
    return [f"### {dataset}", "", f"Read in: {read_in}.", "", *listed(lines)]


def _facts(ids: list[Row], readings: list[Row]) -> list[str]:
    """Write the identifiers of a record and the readings, one a line."""
    joins = [f"`{row['external_id']}` ({row['match']}): {row['note'] or 'no note.'}" for row in ids]
    says = [f"{row['date']} ({row['relation']}, {_use(row)}): {statement(row)}" for row in readings]
    return [f"{NESTED}{line}" for line in joins + says]


def _use(reading: Row) -> str:
    """Report whether a reading is applied, and why not."""
    if reading["applied"]:
        return "applied"
    why = f": {reading['why_not']}" if reading["why_not"] != "contradicts" else ""
    return f"not applied{why}"


def conclusion(records: list[dict[str, Any]], found: dict[str, dict[str, str]]) -> str:
    """Draw the conclusion from the counts."""
    best: Counter[str] = Counter()
    for row in records:
        held = {kept[row["record_id"]] for kept in found.values() if row["record_id"] in kept}
        best[next((name for name in CATEGORIES if name in held), "outside")] += 1
    most = max(found, key=lambda name: Counter(found[name].values())[HAS])
    total, number = len(records), Counter(found[most].values())[HAS]
    return (
        f"Of the {counted(total, 'record')} of documents, {best[HAS]} have a counterpart in at least one of the "
        f"{len(found)} datasets and registers, {best[WIDER]} only inside a wider unit, {best[OTHERWISE]} only coded "
        f"otherwise; for {best[NOTHING]} nothing was found though the type is one that a dataset covers, and "
        f"{best['outside']} are of types on which none of them has anything in the copies read. No single dataset has "
        f"more than {number} of the {total} ({most}). As far as the copies read show, whoever asks about these records "
        f"together is served by no single one of them, and for {total - best[HAS]} of the {total} not by all of them "
        f"together; what they do have is joined here by identifier or by reading, and the reach of each join is stated."
    )
