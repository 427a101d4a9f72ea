"""A second coding: compare finds what differs from the release, all of it, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from caucasus_events.building import dataset
from recode import compare

# A change to a sheet, and what compare says of a sheet.
Perturb = Callable[[str], str]
Against = Callable[[str], str]

ROOT = Path(__file__).parents[2]
RECODE = ROOT / "validation" / "recode"
SEED = "markedonov-2020"
SHEET = ROOT / "seeds" / f"{SEED}.toml"
# Passages that no table quotes: no file that is shipped may hold them.
PLACES = (6055, 6157), (2065, 2173), (1512, 1663)
TEXT = (ROOT / "seeds" / f"{SEED}.txt").read_text("utf-8")
BROKER, TOUGHER, TWO_SIDES = (" ".join(TEXT[start:end].split()) for start, end in PLACES)
GUARDS = "Armenia's borders, for example, are patrolled by both Armenian and Russian border guards."
NOT_PREPARED = "They may not be prepared to do so,"
ADDED = f"""
[[status]]
id = "russia-georgia-opposes"
type = "opposes"
title = "Russia acts against Georgia"
subject = "RUS"
object = "GEO"
holds = true
assertion = "asserted"
passages = [ "{TOUGHER}" ]
"""


def edited(sheet: str, record: str, old: str, new: str) -> str:
    """Replace words in the one block of a record, or in the whole sheet; they must stand there once."""
    start = sheet.index(f'id = "{record}"') if record else 0
    end = sheet.find("\n[[", start) if record else len(sheet)
    block = sheet[start:end]
    assert block.count(old) == 1, (record, old)
    return sheet[:start] + block.replace(old, new) + sheet[end:]


def dropped(sheet: str, record: str) -> str:
    """Remove the block of a record."""
    start = sheet.rindex("\n[[", 0, sheet.index(f'id = "{record}"'))
    return sheet[:start] + sheet[sheet.index("\n[[", start + 1) :]


def set_aside(sheet: str, reason: str, passage: str) -> str:
    """Add a passage that is not coded."""
    return f'{sheet}\n[[set_aside]]\nreason = "{reason}"\npassages = [ "{passage}" ]\n'


def edit(record: str, old: str, new: str) -> Perturb:
    """Make a perturbation of one replacement."""
    return lambda sheet: edited(sheet, record, old, new)


def attributed(sheet: str) -> str:
    """Make the author's own claim somebody else's."""
    new = 'assertion = "attributed"\nattributed_to = "TUR"'
    return edited(sheet, "turkey-azerbaijan-supports", 'assertion = "asserted"', new)


def moved(sheet: str) -> str:
    """Set a passage aside that is cited by one record."""
    return set_aside(edited(sheet, "russia-nagorno-karabakh-mediator", f'  "{BROKER}",\n', ""), "forecast", BROKER)


def other_reason(sheet: str) -> str:
    """Set a passage aside for another reason."""
    return set_aside(edited(sheet, "", f'  "{NOT_PREPARED}",\n', ""), "analysis", NOT_PREPARED)


def dropped_with_its_words(sheet: str) -> str:
    """Drop a record that cites words of its own, and set them aside."""
    return set_aside(dropped(sheet, "armenia-russia-border-guards"), "analysis", GUARDS)


def renamed(sheet: str) -> str:
    """Give every record another id, in another order than theirs."""
    numbers = count()
    block = re.compile(r'(\[\[(?:event|status)\]\]\nid = )"[^"]+"')
    return block.sub(lambda match: f'{match[1]}"b-{97 * next(numbers) % 101:03}"', sheet)


def same(record: str, field: str, first: str, second: str) -> str:
    """Write the row of a record that has one id in both codings."""
    return f"| {record} | {record} | {field} | {first} | {second} |"


# What is done to the sheet, and the rows that compare must list: of records, of characters.
PERTURBATIONS: dict[str, tuple[Perturb, list[str]]] = {
    "another id": (edit("armenia-csto-membership", 'id = "armenia-csto-membership"', 'id = "z"'), []),
    "symmetric parties the other way round": (
        lambda sheet: edited(
            sheet,
            "armenia-turkey-no-diplomatic-relations",
            'subject = "ARM"\nobject = "TUR"',
            'subject = "TUR"\nobject = "ARM"',
        ),
        [],
    ),
    "another type of a status": (
        edit("azerbaijan-russia-partnership", 'type = "partnership"', 'type = "alliance"'),
        [same("azerbaijan-russia-partnership", "type", "partnership", "alliance")],
    ),
    "another subject": (
        edit("united-states-russia-nagorno-karabakh-supports", 'subject = "USA"', 'subject = "GEO"'),
        [same("united-states-russia-nagorno-karabakh-supports", "subject", "USA", "GEO")],
    ),
    "another object": (
        edit("armenia-russia-military-base", 'object = "RUS"', 'object = "USA"'),
        [same("armenia-russia-military-base", "object", "RUS", "USA")],
    ),
    "another party of a symmetric type": (
        edit("armenia-russia-alliance", 'subject = "ARM"\nobject = "RUS"', 'subject = "RUS"\nobject = "TUR"'),
        [same("armenia-russia-alliance", "subject", "ARM", "TUR")],
    ),
    "no about": (
        edit("turkey-armenia-nagorno-karabakh-opposes", 'about = "XNK"\n', ""),
        [same("turkey-armenia-nagorno-karabakh-opposes", "about", "XNK", "—")],
    ),
    "holds flipped": (
        edit("azerbaijan-nato-not-membership-aspiration", "holds = false", "holds = true"),
        [same("azerbaijan-nato-not-membership-aspiration", "holds", "false", "true")],
    ),
    "a start given": (
        edit("azerbaijan-csto-not-membership", "holds = false", 'holds = false\nstart = "[1994..1999]"'),
        [same("azerbaijan-csto-not-membership", "start", "—", r"\[1994..1999\]")],
    ),
    "an end left out": (
        edit("georgia-abkhazia-breakaway-territory", 'end = ".."\n', ""),
        [same("georgia-abkhazia-breakaway-territory", "end", "..", "—")],
    ),
    "another assertion": (
        edit("georgia-nato-membership-aspiration", '"implied"', '"asserted"'),
        [same("georgia-nato-membership-aspiration", "assertion", "implied", "asserted")],
    ),
    "attributed to somebody": (
        attributed,
        [
            same("turkey-azerbaijan-supports", "assertion", "asserted", "attributed"),
            same("turkey-azerbaijan-supports", "attributed_to", "—", "TUR"),
        ],
    ),
    "another type of an event": (
        edit("russia-mediation-offer-2020", 'type = "mediation_offer"', 'type = "accusation"'),
        [same("russia-mediation-offer-2020", "type", "mediation_offer", "accusation")],
    ),
    "another location": (
        edit("georgia-russia-escalation-2008", 'location = "GEO"', 'location = "XSO"'),
        [same("georgia-russia-escalation-2008", "location", "GEO", "XSO")],
    ),
    "another role": (
        edit("nagorno-karabakh-ceasefire-1994", 'role = "mediator"', 'role = "side"'),
        [same("nagorno-karabakh-ceasefire-1994", "participants", "RUS:mediator", "RUS:side")],
    ),
    "a participant left out": (
        edit("armenia-azerbaijan-ceasefire-2016", '  { entity = "AZE", role = "side" },\n', ""),
        [
            same(
                "armenia-azerbaijan-ceasefire-2016",
                "participants",
                "ARM:side, AZE:side, RUS:mediator",
                "ARM:side, RUS:mediator",
            )
        ],
    ),
    "a finer date": (
        edit("turkey-armenia-accusation-2020", 'date = "2020-07"', 'date = "2020-07-16"'),
        [same("turkey-armenia-accusation-2020", "date", "2020-07", "2020-07-16")],
    ),
    "a date in another year": (
        edit("turkey-armenia-border-closure-1993", 'date = "1993"', 'date = "1994"'),
        [same("turkey-armenia-border-closure-1993", "date", "1993", "1994")],
    ),
    "the date of another event of the same words": (
        edit("armenia-azerbaijan-clashes-2020", 'date = "2020-07"', 'date = "2016-04"'),
        [same("armenia-azerbaijan-clashes-2020", "date", "2020-07", "2016-04")],
    ),
    "a passage of one record of several left out": (
        edit("azerbaijan-turkey-alliance", f'  "{TWO_SIDES}",\n', ""),
        [
            same(
                "azerbaijan-turkey-alliance",
                "passages",
                "“As was to be expected from the allies of the two sides, Mos…”",
                "—",
            )
        ],
    ),
    "a passage moved from cited to set aside": (
        moved,
        [
            same(
                "russia-nagorno-karabakh-mediator",
                "passages",
                "“and cause Russia to lose its status as an unbiased broker i…”",
                "—",
            ),
            "| 6055–6157 | “and cause Russia to lose its status as an unbiased broker i…” | cited | forecast |",
        ],
    ),
    "another reason": (other_reason, ["| 5488–5522 | “They may not be prepared to do so,” | opinion | analysis |"]),
    "a record dropped that shares its words": (
        lambda sheet: dropped(sheet, "georgia-south-ossetia-breakaway-territory"),
        [
            (
                "| georgia-south-ossetia-breakaway-territory | — | record | type breakaway_territory; subject GEO; "
                "object XSO; holds true; end ..; assertion asserted; "
                "passages “The model used in the breakaway Georgian regions of Abkhazi…” | — |"
            )
        ],
    ),
    "a record dropped with its words": (
        dropped_with_its_words,
        [
            (
                "| armenia-russia-border-guards | — | record | type border_guards; subject ARM; object RUS; "
                "holds true; end ..; assertion asserted; "
                "passages “Armenia's borders, for example, are patrolled by both Armen…” | — |"
            ),
            "| 642–731 | “Armenia's borders, for example, are patrolled by both Armen…” | cited | analysis |",
        ],
    ),
    "a record added": (
        lambda sheet: sheet + ADDED,
        [
            (
                "| — | russia-georgia-opposes | record | — | type opposes; subject RUS; object GEO; holds true; "
                "assertion asserted; passages “In other conflicts in the former Soviet arena, from South O…” |"
            ),
            "| 2065–2173 | “In other conflicts in the former Soviet arena, from South O…” | analysis | cited |",
        ],
    ),
}


@pytest.fixture(scope="module")
def first() -> compare.Coding:
    """Read the release once."""
    return compare.release_coding(SEED, ROOT)


@pytest.fixture
def against(first: compare.Coding, tmp_path: Path) -> Against:
    """Compare a sheet with the release."""

    def run(sheet: str) -> str:
        path = tmp_path / "b.toml"
        path.write_text(sheet, "utf-8")
        return compare.compared(first, compare.second_coding(path, SEED, ROOT))

    return run


def disagreements(text: str) -> list[str]:
    """Return the rows of both tables of disagreements, without their heads."""
    rows = [line for line in text.split("### Disagreements", 1)[1].splitlines() if line.startswith("| ")]
    return [row for row in rows if not row.startswith(("| release's record |", "| characters |", "| --- |"))]


def agreement(text: str) -> list[str]:
    """Return the rows of the table of agreement, without its head."""
    table = text.split("### Agreement\n\n", 1)[1].split("\n\n", 1)[0]
    return table.splitlines()[2:]


def numbers(text: str) -> dict[str, str]:
    """Return what the table of agreement says of each field."""
    rows = [row.strip("| ").split(" | ") for row in agreement(text)]
    return {f"{unit} {field}": " ".join(rest) for unit, field, *rest in rows}


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_perturbation_is_found_and_nothing_else(against: Against, name: str) -> None:
    """Of a sheet that differs in one known way, exactly the rows of that difference are listed."""
    perturb, rows = PERTURBATIONS[name]

    assert perturb(SHEET.read_text("utf-8")) != SHEET.read_text("utf-8")
    assert disagreements(against(perturb(SHEET.read_text("utf-8")))) == rows


def perturbed() -> str:
    """Perturb the sheet in every way at once."""
    return reduce(lambda sheet, each: each[0](sheet), PERTURBATIONS.values(), SHEET.read_text("utf-8"))


def test_all_perturbations_at_once_are_found_and_nothing_else(against: Against) -> None:
    """Of a sheet that differs in every known way, exactly the rows of all differences are listed."""
    expected = sorted(row for _, rows in PERTURBATIONS.values() for row in rows)

    assert sorted(disagreements(against(perturbed()))) == expected


def test_ids_play_no_part(against: Against) -> None:
    """A sheet whose records all bear other ids is matched as well as one that shares them."""
    named, rows = (disagreements(against(sheet)) for sheet in (perturbed(), renamed(perturbed())))
    anonymous = re.compile(r"^(\| \S+ \| )\S+( \| \w+ \| )")
    one, other = (sorted(anonymous.sub(r"\1…\2", row) for row in each) for each in (named, rows))

    assert disagreements(against(renamed(SHEET.read_text("utf-8")))) == []
    assert "| b-" in "".join(rows)
    assert other == one


def test_the_same_sheet_agrees_in_everything(against: Against) -> None:
    """A sheet that is the release's own has alpha 1 wherever two values occur, and no disagreement."""
    text = against(SHEET.read_text("utf-8"))
    alone = ("status end", "status attributed_to", "event attributed_to")
    sizes = {"status": 26, "event": 8, "character": 5756}
    units = {name: sizes[name.split(" ")[0]] for name in numbers(text)}

    assert text.count("\nNone.\n") == 2
    assert disagreements(text) == []
    assert "| statuses | 26 | 26 | 26 | 0 | 0 | 0 |\n| events | 8 | 8 | 8 | 0 | 0 | 0 |\n" in text
    assert len(units) == 19
    assert numbers(text) == {
        name: f"{size} {size} 1.000 {'one value only' if name in alone else '1.000'}" for name, size in units.items()
    }


def test_alpha_is_the_value_worked_out_by_hand() -> None:
    """Alpha of ten units that two coders read is what the formula gives with paper and pencil."""
    # 4 of 10 units differ; of the 20 values 14 are 0 and 6 are 1. Pairs of values within units that differ:
    # 2 * 4 = 8 of 20. Pairs of any two values that differ: 2 * 14 * 6 = 168 of 20 * 19 = 380.
    # alpha = 1 - (8 / 20) / (168 / 380) = 1 - 152 / 168 = 2 / 21.
    first, second = "0100000010", "1110010000"

    assert compare.alpha(first, second) == pytest.approx(2 / 21, abs=1e-12)
    assert compare.alpha("aabb", "aabb") == 1.0
    assert compare.alpha("aaaa", "aaaa") is None
    assert compare.alpha("", "") is None


def test_agreement_is_the_value_worked_out_by_hand(against: Against) -> None:
    """The lines of fields and of characters hold the counts and the alpha of one known difference."""
    flipped = against(PERTURBATIONS["holds flipped"][0](SHEET.read_text("utf-8")))
    aside = against(PERTURBATIONS["a passage moved from cited to set aside"][0](SHEET.read_text("utf-8")))

    # Of 26 statuses 4 are denials in the release and 3 in the second: of 52 values 45 and 7.
    # alpha = 1 - (2 / 52) / (2 * 45 * 7 / (52 * 51)) = 1 - 51 / 315.
    assert "| status | holds | 26 | 25 | 0.962 | 0.838 |" in agreement(flipped)
    # Of 5756 characters 2441 are cited in the release, 87 fewer in the second: of 11512 values 4795 and 6717.
    # alpha = 1 - 11511 * 87 / (4795 * 6717) = 1 - 0.0311.
    assert "| character | cited or set aside | 5756 | 5669 | 0.985 | 0.969 |" in agreement(aside)
    assert [row for row in agreement(flipped) if " | 1.000 | " not in row] == [
        "| status | holds | 26 | 25 | 0.962 | 0.838 |"
    ]


def test_a_number_that_is_not_quite_one_is_not_written_as_one() -> None:
    """One character of thousands does not round to full agreement."""
    assert [compare._rounded(value) for value in (1.0, 0.9999, 0.9994, -0.0526)] == [  # noqa: SLF001 - the one place
        "1.000",
        "0.999",
        "0.999",
        "-0.053",
    ]


SPELLS = (
    ('start = "1992"\nend = "1994"', "spell-1"),
    ('start = "1996"\nend = "1998"', "spell-2"),
    ('start = "2000"\nend = ".."', "spell-3"),
)


def spelled(sheet: str, *spells: tuple[str, str]) -> str:
    """Split a status into spells."""
    start = sheet.index('[[status]]\nid = "armenia-csto-membership"')
    block = sheet[start : sheet.index("\n[[", start)]
    blocks = [block.replace("armenia-csto-membership", name).replace('end = ".."', dated) for dated, name in spells]
    return sheet.replace(block, "\n".join(blocks))


@pytest.mark.parametrize(
    ("second", "rows"),
    [
        (SPELLS, []),
        (SPELLS[::-1], []),
        (SPELLS[2:], [("spell-1", "—", "record"), ("spell-2", "—", "record")]),
        (
            (('start = "1993"\nend = "1994"', "x"), SPELLS[1], ('start = "2001"\nend = ".."', "a")),
            [("spell-1", "x", "start"), ("spell-3", "a", "start")],
        ),
    ],
)
def test_spells_of_one_proposition_are_matched_in_order(
    tmp_path: Path, second: tuple[tuple[str, str], ...], rows: list[tuple[str, ...]]
) -> None:
    """Of several records of one proposition those dated alike are the same, and the others go by their windows."""
    codings = []
    for name, spells in (("a", SPELLS), ("b", second)):
        path = tmp_path / f"{name}.toml"
        path.write_text(spelled(SHEET.read_text("utf-8"), *spells), "utf-8")
        codings.append(compare.second_coding(path, SEED, ROOT))
    listed = [tuple(row.strip("| ").split(" | ")[:3]) for row in disagreements(compare.compared(*codings))]

    assert listed == rows


def status(
    said: str, passages: range, *, window: tuple[str, str] = ("", ""), symmetric: bool = False
) -> dict[str, Any]:
    """Make a status as it is compared: "type subject object", and the characters that it cites."""
    fields = dict(zip(("type", "subject", "object"), said.split(), strict=True))
    rest = {"about": None, "holds": True, "end": None, "assertion": "asserted", "attributed_to": None}
    about = {"start": window[0] or None, "passages": frozenset(passages), "window": window, "symmetric": symmetric}
    return fields | rest | about


def event(said: str, passages: range, window: tuple[str, str], date: str | None = None) -> dict[str, Any]:
    """Make an event as it is compared: "type party party …", and the characters that it cites."""
    kind, *parties = said.split()
    rest = {"location": None, "assertion": "asserted", "attributed_to": None, "symmetric": False}
    cites = {"participants": frozenset(parties), "passages": frozenset(passages)}
    return {"type": kind, "date": date, "window": window} | rest | cites


APRIL, MAY, SPRING = ("2001-04-01", "2001-04-30"), ("2001-05-01", "2001-05-31"), ("2001-03-01", "2001-05-31")
MATCHES = {
    "a proposition needs no words in common": (
        [status("supports A B", range(5))],
        [status("supports A B", range(10, 15))],
        [("proposition", 0, 0)],
    ),
    "the parties of a directed type have an order": (
        [status("supports A B", range(5))],
        [status("supports B A", range(10, 15))],
        [],
    ),
    "the parties of a symmetric type have none": (
        [status("alliance A B", range(5), symmetric=True)],
        [status("alliance B A", range(10, 15), symmetric=True)],
        [("proposition", 0, 0)],
    ),
    "spells of other dates go in order": (
        [
            status("supports A B", range(9), window=("1990", "")) | {"assertion": "asserted"},
            status("supports A B", range(5), window=("1980", "")) | {"assertion": "implied"},
        ],
        [
            status("supports A B", range(9), window=("1981", "")) | {"assertion": "asserted"},
            status("supports A B", range(5), window=("1991", "")) | {"assertion": "implied"},
        ],
        [("proposition", 0, 1), ("proposition", 1, 0)],
    ),
    "half of the shorter is enough": (
        [status("supports A B", range(10))],
        [status("opposes A C", range(5, 30))],
        [("passages", 0, 0)],
    ),
    "less than half of the shorter is not": (
        [status("supports A B", range(10))],
        [status("opposes A B", range(6, 30))],
        [],
    ),
    "the words that are most alike come first": (
        [status("supports A B", range(10))],
        [status("opposes A B", range(40)), status("opposes C D", range(10))],
        [("passages", 0, 1)],
    ),
    "of the same words the record that says most alike comes first": (
        [status("supports A B", range(10))],
        [status("alliance C D", range(10)), status("opposes A B", range(10))],
        [("passages", 0, 1)],
    ),
    "events of overlapping windows need little in common": (
        [event("clash A B", range(100), SPRING)],
        [event("clash A C", range(200, 300), MAY)],
        [("type and window", 0, 0)],
    ),
    "events with nothing in common are two": (
        [event("clash A B", range(10), APRIL)],
        [event("clash C D", range(20, 30), APRIL)],
        [],
    ),
    "events of windows apart are two, unless their words are the same": (
        [event("clash A B", range(10), APRIL), event("clash C D", range(20, 30), APRIL)],
        [event("clash A B", range(8, 40), MAY), event("clash C D", range(20, 30), MAY)],
        [("passages", 1, 1)],
    ),
    "events of two types are two, unless their words are the same": (
        [event("clash A B", range(10), APRIL)],
        [event("ceasefire A B", range(8, 40), APRIL)],
        [],
    ),
    "an event without a date may be any earlier one": (
        [event("clash A B", range(100), APRIL)],
        [event("clash A C", range(200, 300), ("", "2001-06-01"))],
        [("type and window", 0, 0)],
    ),
    "the most words come before the most participants": (
        [event("clash A B", range(10), APRIL)],
        [event("clash A B", range(3), APRIL), event("clash A C", range(4), APRIL)],
        [("type and window", 0, 1)],
    ),
    "then the most participants": (
        [event("clash A B C", range(10), APRIL, "2001-04")],
        [event("clash A D", range(4), APRIL, "2001-04"), event("clash A B D", range(4), SPRING, "2001")],
        [("type and window", 0, 1)],
    ),
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", MATCHES)
def test_records_are_matched_by_the_rules(name: str, turned: bool) -> None:  # noqa: FBT001 - a case
    """Each rule of the protocol pairs the records that it says, in whatever order they come and whatever their ids."""
    first, second, expected = MATCHES[name]
    kind = "event" if "participants" in first[0] else "status"
    sides = [[row | {"id": str(number)} for number, row in enumerate(rows)] for rows in (first, second)]
    mixed = [[row | {"id": f"{'zyx'[int(row['id'])]}"} for row in side[::-1]] for side in sides] if turned else sides
    number = {"z": 0, "y": 1, "x": 2, "0": 0, "1": 1, "2": 2}
    found = [(how, number[one["id"]], number[other["id"]]) for how, one, other in compare.match(kind, *mixed)]

    assert sorted(found) == expected


def test_a_tie_is_never_broken_by_an_id() -> None:
    """Of two records that match equally well the same is taken whichever id each bears."""
    first = [status("supports A B", range(10)) | {"id": "r"}]
    others = status("opposes A C", range(10)), status("opposes A D", range(10))
    taken = {
        compare.match("status", first, sorted(rows, key=lambda row: row["id"]))[0][2]["object"]
        for ids in ("ab", "ba")
        for rows in [[row | {"id": name} for row, name in zip(others, ids, strict=True)]]
    }

    assert len(taken) == 1


@pytest.fixture
def checkout(mini: Path) -> Path:
    """A checkout of its own with built tables and an empty folder for second codings of its seed."""
    dataset.build_dataset(mini)
    (mini / "validation" / "recode" / "mini").mkdir(parents=True)
    return mini


def second(checkout: Path, old: str = "", new: str = "", name: str = "b") -> Path:
    """Put a second sheet where the command finds it."""
    path = checkout / "validation" / "recode" / "mini" / f"{name}.toml"
    path.write_text((checkout / "seeds" / "mini.toml").read_text("utf-8").replace(old, new), "utf-8")
    return path


def test_a_sheet_in_its_place_is_found_and_reported(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sheet dropped into validation/recode/<seed>/ is compared and written to the report without another edit."""
    second(checkout, name="b")
    second(checkout, "holds = true", "holds = false", name="c")

    assert compare.main(["--root", str(checkout), "--write"]) == 0
    text = (checkout / "validation" / "recode" / "report.md").read_text("utf-8")
    one, other = text.split("## mini, coder b\n")[1].split("## mini, coder c\n")
    assert text == capsys.readouterr().out
    assert "`validation/recode/mini/b.toml`" in one
    assert disagreements(one) == []
    assert disagreements(other) == [same("aland-borland-border-closed", "holds", "true", "false")]


def test_a_sheet_elsewhere_is_compared_by_its_path(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sheet anywhere is compared with the seed that is named, and nothing is written."""
    path = second(checkout, '"forecast"', '"opinion"').rename(tmp_path / "other.toml")

    assert compare.main([str(path), "--seed", "mini", "--root", str(checkout)]) == 0
    assert disagreements(capsys.readouterr().out) == ["| 155–169 | “and may go on.” | forecast | opinion |"]
    assert not (checkout / "validation" / "recode" / "report.md").exists()


def test_without_a_second_sheet_the_report_says_so(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no second sheet lies the command says it plainly and succeeds."""
    assert compare.main(["--root", str(checkout)]) == 0
    assert "There is no second coding yet: no sheet lies in `validation/recode/<seed>/`." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "and may go on.",
            "and may go off.",
            "validation/recode/mini/b.toml:84: set_aside 1: the quote is not in seeds/mini.txt\n",
        ),
        ('type = "clash"', 'type = "clashes"', "validation/recode/mini/b.toml:32: event aland-borland-fighting-1990: "),
        (
            'id = "borland-league-not-membership"',
            'id = "aland-league-not-membership"',
            (
                "validation/recode/mini/b.toml:72: status aland-league-not-membership: the id is used twice\n"
                "    do        give each record an id of its own\n"
            ),
        ),
        (
            '"and may go on."',
            '"may go on."',
            (
                "seeds/mini.txt:4: words are neither cited nor set aside\n"
                "    words     and\n"
                "    do        cite the words in a record of validation/recode/mini/b.toml, or\n"
                "              set them aside\n"
            ),
        ),
    ],
)
def test_a_sheet_with_problems_is_not_compared(
    checkout: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, expected: str
) -> None:
    """A sheet that cannot be read is reported like a seed, by its own path; the others are compared, the code is 1."""
    second(checkout, old, new)
    second(checkout, name="c")
    code = compare.main(["--root", str(checkout), "--write"])
    out, err = capsys.readouterr()

    assert code == 1
    assert err.startswith(expected)
    assert "## mini, coder c\n" in out
    assert "## mini, coder b\n" not in out
    assert not (checkout / "validation" / "recode" / "report.md").exists()


def test_what_cannot_be_compared_is_told(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A seed, a sheet or a table that is not there, and a text that was edited, are problems with a remedy."""
    sheet = str(second(checkout))
    text = checkout / "seeds" / "mini.txt"

    assert compare.main([sheet, "--seed", "mino", "--root", str(checkout)]) == 1
    assert "unknown seed 'mino' (nearest: mini; known: mini)" in capsys.readouterr().err
    assert compare.main([str(tmp_path / "no.toml"), "--seed", "mini", "--root", str(checkout)]) == 1
    assert "no.toml: there is no such sheet\n" in capsys.readouterr().err
    text.write_text(text.read_text("utf-8") + "More.\n", "utf-8")
    assert compare.main([sheet, "--root", str(checkout)]) == 1
    assert capsys.readouterr().err.startswith("seeds/mini.txt: the text is not the one that data/ was built from\n")
    (checkout / "data" / "events.parquet").unlink()
    assert compare.main([sheet, "--root", str(checkout)]) == 1
    assert capsys.readouterr().err.startswith("data/events.parquet: the file is missing\n")


@pytest.mark.parametrize("arguments", [["b.toml", "--write"], ["--seed", "mini"]])
def test_choices_that_do_not_go_together_are_refused(arguments: list[str]) -> None:
    """The report of all sheets is never overwritten by that of one, and a seed without a sheet is no question."""
    with pytest.raises(SystemExit) as refused:
        compare.main(arguments)
    assert refused.value.code == 2


def test_the_committed_sheets_stand_in_the_committed_report() -> None:
    """Every second sheet of the repository can be compared, and the report in validation/recode/ names it."""
    sheets = compare.committed(ROOT)
    text, problems = compare.codings_report(sheets, ROOT)
    written = (RECODE / "report.md").read_text("utf-8")
    heads = [line for line in text.splitlines() if line.startswith("## ")]

    assert problems == []
    assert [line for line in written.splitlines() if line.startswith("## ")] == heads
    assert ("There is no second coding yet" in written) == (not sheets)
