"""Records to citations. No pandas here: a citation is text about a few strings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from caucasus_events.errors import InvalidValueError, unknown

from . import about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    Item = dict[str, Any]


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


_BETWEEN_AUTHORS = re.compile(r";\s+|,\s+(?:and\s+)?|\s+and\s+")


def source_citation(source: Mapping[str, object], published: date) -> str:
    """Cite the document that a row comes from.

    Parameters
    ----------
    source
        ``author``, ``title``, ``publisher`` and, where there is one, ``first_published_by``.
    published
        The day of publication.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> from datetime import date
    >>> source = {"author": "A. Writer", "title": "A title", "publisher": "A Paper"}
    >>> source_citation(source, date(1991, 5, 7))
    'A. Writer, “A title”, A Paper, 7 May 1991.'
    """
    first = source.get("first_published_by")
    day = f"{published.day} {_MONTHS[published.month - 1]} {published.year}"
    origin = f" (first published by {first})" if first else ""
    return f"{source['author']}, “{source['title']}”, {source['publisher']}, {day}{origin}."


def reference_citation(reference: Mapping[str, Any]) -> str:
    """Cite a source that dates a record: publisher, title, when, and where it was read.

    Parameters
    ----------
    reference
        ``title``, ``publisher``, ``date`` (EDTF, or None) and ``url``.

    Returns
    -------
    str
        A line.

    Examples
    --------
    >>> reference_citation({"title": "A title", "publisher": "A Paper", "date": "1991-05", "url": "https://example.org"})
    'A Paper, “A title”, May 1991. https://example.org'
    """
    issued = _issued(reference["date"])
    parts = [str(part) for part in reversed(issued)]
    if len(issued) > 1:
        parts[-2] = _MONTHS[issued[1] - 1]
    when = f", {' '.join(parts)}" if issued else ""
    return f"{reference['publisher']}, “{reference['title']}”{when}. {reference['url']}"


def _issued(date: str | None) -> list[int]:
    """Read year, month and day of a publication as far as they are given."""
    return [int(part) for part in re.findall(r"\d+", date or "")]


def bibliography(
    sources: Iterable[Mapping[str, Any]],
    version: str,
    style: str = "bibtex",
    released: str | None = None,
    references: Iterable[Mapping[str, Any]] = (),
) -> str:
    """Cite the dataset, the documents behind its rows, and the sources of their dates.

    A byline is read as given names and a family name, several joined by commas, semicolons or
    "and"; an author that is also the publisher is an institution and stays whole.

    Parameters
    ----------
    sources
        ``source_id``, ``author``, ``title``, ``publisher``, ``first_published_by`` (or None),
        ``published`` (a day) and ``url`` of each document.
    version
        Of the dataset.
    style
        ``"bibtex"``, ``"apa"`` or ``"csl-json"``.
    released
        The day of the release of that version, YYYY-MM-DD; None if it is not released.
    references
        ``reference_id``, ``title``, ``publisher``, ``date`` (EDTF, or None), ``url`` and ``kind`` of
        each source that dates a record.

    Returns
    -------
    str
        The dataset first, then each document: BibTeX entries, lines of the American
        Psychological Association's seventh edition, or a list in the Citation Style Language's
        JSON.

    Raises
    ------
    InvalidValueError
        If there is no such style (a ``ValueError``).

    Examples
    --------
    >>> print(bibliography([], "1.0.0"))
    @misc{caucasus-events,
      author = {{The caucasus-events maintainers}},
      title = {{caucasus-events: events and statuses of the South Caucasus}},
      howpublished = {Data set},
      note = {Version 1.0.0},
      url = {https://pypi.org/project/caucasus-events/},
    }
    """
    if style not in _STYLES:
        raise InvalidValueError(unknown("style", str(style), _STYLES))
    return _STYLES[style]([_dataset(version, released), *map(_document, sources), *map(_reference, references)])


def _dataset(version: str, released: str | None) -> Item:
    """Describe the dataset as an item of the Citation Style Language."""
    author = [{"literal": about.AUTHOR}]
    item = {"id": about.NAME, "type": "dataset", "title": about.TITLE, "author": author, "version": version}
    issued = {"issued": {"date-parts": [[int(part) for part in released.split("-")]]}} if released else {}
    return item | issued | {"URL": about.HOMEPAGE}


def _document(source: Mapping[str, Any]) -> Item:
    """Describe a document as an item of the Citation Style Language."""
    day, first = source["published"], source["first_published_by"]
    item = {
        "id": source["source_id"],
        "type": "webpage",
        "title": source["title"],
        "author": _authors(source["author"], source["publisher"], first),
        "container-title": source["publisher"],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "URL": source["url"],
    }
    return item | ({"note": f"First published by {first}"} if first else {})


def _reference(reference: Mapping[str, Any]) -> Item:
    """Describe a source as an item of the Citation Style Language; its publisher stands for an author."""
    kinds = {"news": "article-newspaper", "report": "report", "legal text": "legislation", "dataset": "dataset"}
    issued = _issued(reference["date"])
    item = {
        "id": reference["reference_id"],
        "type": kinds.get(reference["kind"], "webpage"),
        "title": reference["title"],
        "author": [{"literal": reference["publisher"]}],
        "URL": reference["url"],
    }
    return item | ({"issued": {"date-parts": [issued]}} if issued else {})


def _authors(byline: str, *institutions: str | None) -> list[dict[str, str]]:
    """Split a byline into persons, or keep it whole where it names an institution."""
    if byline in institutions or " " not in byline:
        return [{"literal": byline}]
    names = [name.rpartition(" ") for name in _BETWEEN_AUTHORS.split(byline)]
    return [{"family": family, "given": given} if given else {"literal": family} for given, _, family in names]


def _csl_json(items: list[Item]) -> str:
    """Write items as they are."""
    return json.dumps(items, ensure_ascii=False, indent=2)


def _apa(items: list[Item]) -> str:
    """Write one line per item."""
    return "\n".join(map(_apa_line, items))


def _apa_line(item: Item) -> str:
    """Write who, when, what and where, each closed by a full stop unless it closes itself."""
    *others, last = [_apa_name(author) for author in item["author"]]
    who = f"{', '.join(others)}, & {last}" if others else last
    version = f" (Version {item['version']})" if "version" in item else ""
    what = f"{item['title']}{version} [Data set]" if item["type"] == "dataset" else item["title"]
    parts = [who, f"({_apa_day(item)})", what, item.get("container-title"), item.get("URL")]
    *closed, end = [part for part in parts if part]
    lines = [part if part[-1] in ".?!" else f"{part}." for part in closed]
    # An address takes no full stop: it would become part of it.
    return " ".join([*lines, end if "URL" in item else f"{end}."])


def _apa_name(author: Mapping[str, str]) -> str:
    """Write the family name and initials; what is hyphenated keeps its hyphen."""
    if "literal" in author:
        return author["literal"]
    initials = ["-".join(f"{part[0]}." for part in name.split("-") if part) for name in author["given"].split()]
    return f"{author['family']}, {' '.join(initials)}"


def _apa_day(item: Item) -> str:
    """Write the day of publication, or that there is none."""
    if "issued" not in item:
        return "n.d."
    year, *rest = item["issued"]["date-parts"][0]
    return f"{year}, {' '.join([_MONTHS[rest[0] - 1], *map(str, rest[1:])])}" if rest else str(year)


def _bibtex(items: list[Item]) -> str:
    """Write one entry per item, every value readable by plain BibTeX."""
    return "\n\n".join(map(_bibtex_entry, items))


def _bibtex_entry(item: Item) -> str:
    """Write an entry; title and institutions in double braces keep their capitals and words together."""
    names = [_bibtex_name(author) for author in item["author"]]
    fields = {"author": " and ".join(names), "title": f"{{{_latex(item['title'])}}}"}
    if "container-title" in item:
        fields |= {"howpublished": _latex(item["container-title"])}
    if "issued" in item:
        named = zip(("year", "month", "day"), item["issued"]["date-parts"][0], strict=False)
        fields |= {name: _MONTHS[part - 1][:3].lower() if name == "month" else str(part) for name, part in named}
    if item["type"] == "dataset":
        fields |= {"howpublished": "Data set"} | ({"note": f"Version {item['version']}"} if "version" in item else {})
    fields |= {"note": _latex(item["note"])} if "note" in item else {}
    # Commands have no place in an address; only its braces would break the entry.
    fields |= {"url": item["URL"].replace("{", "%7B").replace("}", "%7D")} if "URL" in item else {}
    # BibTeX knows the months as words of its own, which stand without braces.
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{item['id']},", *lines, "}"])


def _bibtex_name(author: Mapping[str, str]) -> str:
    """Write family name, comma, given names; an institution in braces."""
    if "literal" in author:
        return f"{{{_latex(author['literal'])}}}"
    return f"{_latex(author['family'])}, {_latex(author['given'])}"


def _latex(text: str) -> str:
    """Write accents and special characters as LaTeX commands; letters that have none stay as they are."""
    from pylatexenc.latexencode import UnicodeToLatexEncoder  # noqa: PLC0415 - only who asks for BibTeX needs it

    encoder = UnicodeToLatexEncoder(
        unknown_char_policy="keep", unknown_char_warning=False, replacement_latex_protection="braces-all"
    )
    # BibTeX counts braces even where they are escaped.
    escaped: str = encoder.unicode_to_latex(text)
    return escaped.replace(r"{\{}", r"{\textbraceleft}").replace(r"{\}}", r"{\textbraceright}")


_STYLES: dict[str, Callable[[list[Item]], str]] = {"bibtex": _bibtex, "apa": _apa, "csl-json": _csl_json}
