"""The head of a sheet for a new seed, with one commented record of each kind: the file ``template.toml``."""

import json
import os
import re
from importlib import resources
from pathlib import Path
from string import Template

from caucasus_events.errors import Problem, ProblemsError
from caucasus_events.model.column_kinds import SLUG
from caucasus_events.model.rows import sha256

from . import sheets, writing
from .seeds import MISNAMED


def new_seed(text: Path, root: Path) -> Path:
    """Write the head of a sheet beside the text of a new seed, and return its path.

    A document that does not stand in ``seeds/`` is copied there, never changed. A text that cannot be coded, a name
    that is no id, and a seed of that name are a :class:`ProblemsError`; nothing is written then.
    """
    with writing.alone(root):
        return _new_seed(text, root)


def _new_seed(text: Path, root: Path) -> Path:
    """Do so, with the checkout to itself."""
    target, problems = root / "seeds" / text.name, []
    place = f"seeds/{text.name}"
    if text.suffix != ".txt" or not re.fullmatch(SLUG, text.stem):
        problems.append(Problem(place, "", *MISNAMED))
    # A link that leads nowhere is taken too.
    there = filter(os.path.lexists, (target, target.with_suffix(".toml")))
    taken = [path for path in there if not (path.exists() and path.samefile(text))]
    problems += [Problem(f"seeds/{path.name}", "", "the file exists", "choose another name") for path in taken]
    words, unfit = sheets.read_text(text)
    if problems or unfit:
        raise ProblemsError(problems + unfit)
    # The first line that says something, without the signs of a heading.
    title = next(line.strip("# ") for line in words.splitlines() if line.strip())
    # Every string of JSON is one of TOML, but for the one control character that JSON need not escape.
    quoted = json.dumps(title, ensure_ascii=False).replace("\x7f", "\\u007f")
    filled = {"title": quoted, "digest": sha256(words.encode())}
    form = Template(resources.files(__package__).joinpath("template.toml").read_text("utf-8"))
    sheet = target.with_suffix(".toml")
    new = {} if target.exists() else {target: text.read_bytes()}
    writing.put_all(new | {sheet: form.substitute(filled).encode()})
    return sheet
