"""Write the names of states from the standard lists into ``reading/spellings.toml``.

pycountry knows the English names, official and common; babel the names in the languages of the region.
What is written is committed, so that another version of either changes nothing until somebody runs this again:

    python -m pip install -e '.[names]'
    python validation/names.py --write
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import babel
import pycountry

from caucasus_events import load_entities

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = Path(__file__).parents[1] / "src" / "caucasus_events" / "reading" / "spellings.toml"
LANGUAGES = ("hy", "az", "ka", "ru", "tr")
_REPUBLIC = "Republic of "
# English names in common use that the lists do not have.
IN_USE = {
    "GEO": ["Republic of Georgia"],
    "TUR": ["Republic of Turkey", "Republic of Turkiye", "Turkey", "Turkiye"],
    "USA": ["U.S.", "U.S.A.", "US"],
}
_HEAD = """\
# What states are called in the standard lists: official and common names.
# Written by `python validation/names.py --write` from pycountry (en) and babel (the other languages); not edited.
"""


def spellings(iso3: str) -> str:
    """Write the names of one state, a language a line."""
    state: Any = pycountry.countries.get(alpha_3=iso3)
    listed = (getattr(state, name, None) for name in ("name", "official_name", "common_name"))
    english = {str(name) for name in listed if name}
    english |= set(IN_USE.get(iso3, ()))
    # As tables of states write them: the short name first.
    english |= {f"{name.removeprefix(_REPUBLIC)}, Republic of" for name in english if name.startswith(_REPUBLIC)}
    abroad = [_line(each, [babel.Locale(each).territories.get(state.alpha_2)]) for each in LANGUAGES]
    return "\n".join([f"[{iso3}]", _line("en", english), *abroad])


def _line(language: str, names: Iterable[str | None]) -> str:
    """Write the names in one language, each once."""
    known = sorted({name for name in names if name})
    return f"{language} = [ {', '.join(json.dumps(name, ensure_ascii=False) for name in known)} ]"


def page() -> str:
    """Write the file for every state of the dataset that is in the lists today, by code."""
    entities = load_entities()
    states = sorted(entities.loc[entities["iso_numeric"].notna(), "iso3"])
    return _HEAD + "".join(f"\n{spellings(iso3)}\n" for iso3 in states)


def main() -> None:
    """Print the file, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--write", action="store_true", help="write it to its place")
    if parser.parse_args().write:
        PATH.write_text(page(), "utf-8", newline="\n")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main()
