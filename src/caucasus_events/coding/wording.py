"""What people write in words: what does not belong in a table, and characters by their name."""

import unicodedata
from typing import NamedTuple

from caucasus_events.errors import Fact, hidden

# The longest that a text may be, in characters: an id, a line, a note, an address.
LONGEST_ID, LONGEST_LINE, LONGEST_NOTE = 100, 200, 2_000
# What a spreadsheet takes for a formula.
_FORMULA = "=+-@"
# Control characters have no name in Unicode but what they are called.
_CONTROLS = {"\t": "TAB", "\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\0": "NULL", "\x1b": "ESCAPE", "\x7f": "DELETE"}
# Of letters that look alike in ASCII, too, the names help.
_ALIKE = ("Il1|", "O0", "'`")


class Unfit(NamedTuple):
    """What is wrong with a text, what to do about it, and the facts."""

    what: str
    do: str
    facts: tuple[Fact, ...] = ()


def named(character: str) -> str:
    r"""Name a character as Unicode does, with its number.

    >>> named("\u202e"), named("а"), named("\n")
    ('RIGHT-TO-LEFT OVERRIDE (U+202E)', 'CYRILLIC SMALL LETTER A (U+0430)', 'LINE FEED (U+000A)')
    """
    name = unicodedata.name(character, "") or _CONTROLS.get(character, "control character")
    return f"{name} (U+{ord(character):04X})"


def unfit(key: str, text: str, longest: int = LONGEST_NOTE) -> Unfit | None:
    """Say why a text does not belong in a table; None if it does.

    >>> unfit("title", "A\u200btitle").what
    'title holds a ZERO WIDTH SPACE (U+200B)'
    >>> unfit("note", "=1+1").what, unfit("title", "A title")
    ("note begins with '='", None)
    """
    at = hidden(text)
    if at is not None:
        fact = Fact("found", text, caret=at)
        return Unfit(f"{key} holds a {named(text[at])}", "write it without that character", (fact,))
    if len(text) > longest:
        length = Fact("found", text), Fact("length", f"{len(text):,} characters; the longest is {longest:,}")
        return Unfit(f"{key} is too long", "make it shorter", length)
    if text != text.strip():
        return Unfit(f"{key} begins or ends with a space", "write it without", (Fact("found", repr(text)),))
    if text[:1] in _FORMULA and text:
        do = "begin it with a word: a spreadsheet takes this for a formula"
        return Unfit(f"{key} begins with {text[0]!r}", do, (Fact("found", text),))
    return None


def difference(quote: str, text: str, at: int) -> list[Fact]:
    """Name the two characters in which a quote and a text differ, where they may look the same.

    >>> difference("Bаku", "Baku", 1)[0].text
    'CYRILLIC SMALL LETTER A (U+0430) in the quote, LATIN SMALL LETTER A (U+0061) in the text'
    """
    one, other = quote[at : at + 1], text[at : at + 1]
    # That one ends where the other goes on is seen.
    alike = any(one in group and other in group for group in _ALIKE)
    if not (one and other) or ((one + other).isascii() and not alike):
        return []
    return [Fact("differs", f"{named(one)} in the quote, {named(other)} in the text", wrap=True)]
