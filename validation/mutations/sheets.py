"""Mutations of what the data are built from: a sheet, the text of a seed, and what other sources say.

Those that put other words for some are the table :data:`WORDS`; the others are functions below it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .registry import SHEETS, register, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET, TEXT, READINGS = "seeds/markedonov-2020.toml", "seeds/markedonov-2020.txt", "seeds/reported/readings.toml"
REPORTED = "seeds/reported/organisations.toml"


class Words(NamedTuple):
    """Words, and what is put in the first place where they stand, or everywhere."""

    does: str
    old: str
    new: str
    path: str = SHEET
    everywhere: bool = False

    def replace(self, text: str) -> str:
        """Put the new words for the old ones."""
        return text.replace(self.old, self.new, -1 if self.everywhere else 1)


WORDS = {
    "passage shortened": Words(
        "The only passage of a record begins two words later",
        '"and since 1993, Turkey has kept',
        '"1993, Turkey has kept',
        everywhere=True,
    ),
    "letter changed in a passage": Words(
        "A passage has another letter than the text",
        "Ankara has consistently supported",
        "Ankara has consistently suported",
    ),
    "passage made ambiguous": Words(
        "A passage is so short that it stands in the text more than once",
        'passages = [ "Ankara has consistently supported Azerbaijan\'s territorial integrity" ]',
        'passages = [ "Azerbaijan" ]',
    ),
    "date coded anew": Words("The date of an event is a year later", 'date = "1993"', 'date = "1994"'),
    "start made vague": Words("The start of a status is about a year", 'start = "1993"', 'start = "1993~"'),
    "end left out": Words("A status that went on has an unknown end", 'end = ".."\n', ""),
    "start after the seed": Words("A status begins after the seed was published", 'start = "1993"', 'start = "2021"'),
    "holds flipped": Words("A claim is coded as a denial", "holds = true", "holds = false"),
    "subject and object swapped": Words(
        "Who keeps the border closed is coded the wrong way round",
        'subject = "TUR"\nobject = "ARM"\nholds',
        'subject = "ARM"\nobject = "TUR"\nholds',
    ),
    "type changed": Words("A partnership is coded as an alliance", 'type = "partnership"', 'type = "alliance"'),
    "title changed": Words(
        "The title of a record is put in other words", 'title = "Four-Day War', 'title = "The Four-Day War'
    ),
    "id changed": Words(
        "A released id is spelled otherwise",
        "turkey-armenia-border-closure-1993",
        "turkish-armenian-border-closure-1993",
    ),
    "reason of words set aside changed": Words(
        "A forecast is set aside as an opinion", 'reason = "forecast"', 'reason = "opinion"'
    ),
    "code of an entity changed": Words("A state gets another Correlates of War code", "cow = 371", "cow = 372"),
    "participant taken out": Words(
        "One of the sides of an event is left out", ', { entity = "AZE", role = "side" } ]', " ]"
    ),
    "assertion coded anew": Words(
        "An implied claim is coded as asserted", 'assertion = "implied"', 'assertion = "asserted"'
    ),
    "day of publication changed": Words(
        "The seed is said to have been published, and to speak, a day later",
        '"2020-07-23"',
        '"2020-07-24"',
        everywhere=True,
    ),
    "author changed": Words("The document has another author", 'author = "', 'author = "Not '),
    "reading preferred instead": Words(
        "The first reading that is not preferred is, too", "preferred = false", "preferred = true", READINGS
    ),
    "words of a source changed": Words(
        "What sources are said to say is something else", 'says = "', 'says = "perhaps ', READINGS
    ),
    "word of a reported record changed": Words(
        "What other sources are said to report is something else", 'says = "', 'says = "perhaps ', REPORTED
    ),
    "reported record known a day longer": Words(
        "The day on which a status is still known to go on is another",
        'known_until = "2025-',
        'known_until = "2024-',
        REPORTED,
    ),
    "reported file without its day": Words(
        "A file of reported records does not say when it was compiled", "compiled = ", "# compiled = ", REPORTED
    ),
    "word of the text changed": Words(
        "A word of the text is another one, the sheet is not", "since 1993", "since 1994", TEXT
    ),
}


def rewrite(root: Path, path: str, change: Callable[[str], str]) -> None:
    """Change a text, byte by byte: no line end is another one afterwards."""
    text = (root / path).read_bytes().decode()
    (root / path).write_bytes(change(text).encode())


for _name, _words in WORDS.items():
    register(SHEETS, _name, _words.does, partial(rewrite, path=_words.path, change=_words.replace))


# ---------------------------------------------------------------------------- everything else


def in_text(path: str) -> Callable[[Callable[[str], str]], Callable[[str], str]]:
    """Register a mutation that is a function of one of the texts."""

    def registered(function: Callable[[str], str]) -> Callable[[str], str]:
        register(SHEETS, *words_of(function), partial(rewrite, path=path, change=function))
        return function

    return registered


def without_block(sheet: str, name: str) -> str:
    """Take the block of an id out of a sheet."""
    return sheet.replace(next(block for block in sheet.split("\n\n") if f'id = "{name}"' in block), "")


@in_text(SHEET)
def record_removed(sheet: str) -> str:
    """A record is taken out whose words others cite too."""
    return without_block(sheet, "turkey-armenia-border-closed")


@in_text(SHEET)
def record_with_words_of_its_own_removed(sheet: str) -> str:
    """A record is taken out whose words nobody else cites."""
    return without_block(sheet, "georgia-russia-escalation-2008")


@in_text(SHEET)
def entity_taken_out(sheet: str) -> str:
    """An entity that records name is not introduced."""
    return without_block(sheet, "CSTO")


@in_text(SHEET)
def words_no_longer_set_aside(sheet: str) -> str:
    """The last block of words that are set aside is taken out."""
    return sheet[: sheet.rindex("[[set_aside]]")]


@in_text(READINGS)
def reading_dropped(written: str) -> str:
    """A reading is taken out."""
    head, _, *others = written.split("[[reading]]")
    return "[[reading]]".join([head, *others])


@in_text(TEXT)
def white_space_of_the_text_changed(text: str) -> str:
    """A line break is added at the end of the text."""
    return text + "\n"
