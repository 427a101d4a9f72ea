"""The head of a sheet for a new seed, with one commented record of each kind."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from caucasus_events.errors import Problem, ProblemsError

from . import quotes, sheets

if TYPE_CHECKING:
    from pathlib import Path


_SHEET = """\
# How to code: seeds/CODEBOOK.md. Every passage is cited by a record or set aside with a reason.

[source]
title = {title}
author = "?"
publisher = "?"
# first_published_by = "…"       # where the copy says it appeared first
published = "?"                  # YYYY-MM-DD
speaks_until = "?"               # the last day the text can know of: usually the same
url = "?"
language = "en"
sha256 = "{digest}"

# [[entity]]                     # only entities that no other sheet has introduced
# id = "ARM"
# name = "Armenia"
# kind = "state"                 # state | organisation | territory | authority | person
# iso3 = "ARM"

# [[event]]
# id = "armenia-azerbaijan-clashes-1991"
# type = "clash"
# title = "One neutral line in your own words"
# date = "1991-04"               # EDTF; leave it out when the text gives none
# location = "ARM-AZE"
# participants = [ {{ entity = "ARM", role = "side" }}, {{ entity = "AZE", role = "side" }} ]
# assertion = "asserted"         # asserted | implied | attributed (+ attributed_to = "…")
# passages = [ "the words, exactly as they stand in the text" ]

# [[status]]
# id = "armenia-csto-membership"
# type = "membership"
# title = "One neutral line in your own words"
# subject = "ARM"
# object = "CSTO"
# holds = true
# start = "1988"                 # leave it out when the text gives none
# end = ".."                     # ".." = still so when the text speaks; leave it out when unknown
# assertion = "asserted"
# passages = [ "the words, exactly as they stand in the text" ]

# [[set_aside]]
# reason = "forecast"            # furniture | forecast | repetition | opinion | analysis
# passages = [ "the words, exactly as they stand in the text" ]
"""


def new_seed(text: Path, root: Path) -> Path:
    """Write the head of a sheet beside the text of a new seed.

    Parameters
    ----------
    text
        The document; copied to ``seeds/`` if it is not there, never changed.
    root
        The checkout.

    Returns
    -------
    Path
        The sheet, ``seeds/<id>.toml``.

    Raises
    ------
    ProblemsError
        If the text cannot be coded, its name is no id, or a seed of that name exists.
    """
    target, problems = root / "seeds" / text.name, []
    place = f"seeds/{text.name}"
    if text.suffix != ".txt" or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text.stem):
        do = "name it like an id, in kebab-case with the year: author-2021.txt"
        problems.append(Problem(place, "", "the name of the file is not the id of a seed", do))
    taken = [path for path in (target, target.with_suffix(".toml")) if path.exists() and not path.samefile(text)]
    problems += [Problem(f"seeds/{path.name}", "", "the file exists", "choose another name") for path in taken]
    words, unfit = sheets.read_text(text)
    if problems or unfit:
        raise ProblemsError(problems + unfit)
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        target.write_bytes(text.read_bytes())
    title = next(line.strip("# ") for line in words.splitlines() if line.strip())
    sheet = target.with_suffix(".toml")
    quoted = json.dumps(title, ensure_ascii=False)
    sheet.write_text(_SHEET.format(title=quoted, digest=quotes.digest(words)), "utf-8", newline="\n")
    return sheet
