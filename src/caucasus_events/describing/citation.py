"""Records to citations. No pandas here: a citation is text about a few strings.

In between stand items of the Citation Style Language (CSL), which every style is written from.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from caucasus_events.model.asked import one_of

from . import about

Item = dict[str, Any]
Rows = Iterable[Mapping[str, Any]]

# Those of the standard library speak the language of the machine.
_MONTHS = "January February March April May June July August September October November December"
_MONTH_NAMES = _MONTHS.split()
_BETWEEN_AUTHORS = re.compile(r";\s+|,\s+(?:and\s+)?|\s+and\s+")
# What CSL calls the kinds of reference; the others are pages of the web.
_CSL_TYPES = {"news": "article-newspaper", "report": "report", "legal text": "legislation", "dataset": "dataset"}

# Stands before the sources where they follow dataset and documents.
_HEADING = "Other sources, of reported records and of dates:"


def source_citation(source: Mapping[str, Any]) -> str:
    """Cite the document that a row comes from, in one sentence.

    >>> from datetime import date
    >>> source = {"author": "A. Writer", "title": "A title", "publisher": "A Paper", "published": date(1991, 5, 7)}
    >>> source_citation(source)
    'A. Writer, “A title”, A Paper, 7 May 1991.'
    """
    first, day = source.get("first_published_by"), source["published"]
    origin = f" (first published by {first})" if first else ""
    when = f"{day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"
    return f"{source['author']}, “{source['title']}”, {source['publisher']}, {when}{origin}."


def reference_citation(reference: Mapping[str, Any]) -> str:
    """Cite a source that dates a record: publisher, title, when, and where it was read.

    >>> reference_citation({"title": "A title", "publisher": "A Paper", "date": "1991-05", "url": "https://example.org"})
    'A Paper, “A title”, May 1991. https://example.org'
    """
    day = " ".join(reversed(_date_words(_issued(reference["date"]))))
    when = f", {day}" if day else ""
    return f"{reference['publisher']}, “{reference['title']}”{when}. {reference['url']}"


def short_citation(reference: Mapping[str, Any]) -> str:
    """Cite a source in a few words: publisher and year.

    >>> short_citation({"publisher": "A Paper", "date": "1991-05"})
    'A Paper (1991)'
    """
    year = (_date_words(_issued(reference["date"])) or ["n.d."])[0]
    return f"{reference['publisher']} ({year})"


def bibliography(
    sources: Rows, version: str, style: str = "bibtex", released: str | None = None, references: Rows = ()
) -> str:
    """Cite the dataset in a version (and the day of its release), then documents, then the other sources.

    The sources stand under a heading, those of one publisher together. Rows of ``sources`` and of ``references`` are
    written as BibTeX entries, as lines of the American Psychological Association's seventh edition (``"apa"``), or as
    a list in the Citation Style Language's JSON (``"csl-json"``); another style is an :class:`InvalidValueError`.

    >>> bibliography([], "1.0.0").splitlines()[0]
    '@misc{caucasus-events,'
    """
    one_of("style", style, ("bibtex", "apa", "csl-json"))
    items = [_dataset_item(version, released), *map(_source_item, sources)]
    others = [_reference_item(each) for each in sorted(references, key=_by_publisher)]
    if style == "csl-json":
        return json.dumps([*items, *others], ensure_ascii=False, indent=2)
    write, gap = (_bibtex_entry, "\n\n") if style == "bibtex" else (_apa_line, "\n")
    cited = gap.join(map(write, items))
    # BibTeX passes over what stands between its entries.
    return cited + (f"\n\n{_HEADING}\n{gap.join(map(write, others))}" if others else "")


def _by_publisher(reference: Mapping[str, Any]) -> tuple[str, str, str]:
    """Order sources by publisher, then by date."""
    return reference["publisher"].casefold(), reference["date"] or "", reference["reference_id"]


def _dataset_item(version: str, released: str | None) -> Item:
    """Describe the dataset."""
    author = [{"literal": about.AUTHOR}]
    item = {"id": about.NAME, "type": "dataset", "title": about.TITLE, "author": author, "version": version}
    return item | _issued(released) | {"URL": about.HOMEPAGE}


def _source_item(source: Mapping[str, Any]) -> Item:
    """Describe a document."""
    day, first = source["published"], source["first_published_by"]
    item = {
        "id": source["source_id"],
        "type": "webpage",
        "title": source["title"],
        "author": _authors(source["author"], source["publisher"], first),
        "container-title": source["publisher"],
        **_issued(day.isoformat()[:10]),
        "URL": source["url"],
    }
    return item | ({"note": f"First published by {first}"} if first else {})


def _reference_item(reference: Mapping[str, Any]) -> Item:
    """Describe a source that dates a record; its publisher stands for an author."""
    return {
        "id": reference["reference_id"],
        "type": _CSL_TYPES.get(reference["kind"], "webpage"),
        "title": reference["title"],
        "author": [{"literal": reference["publisher"]}],
        "URL": reference["url"],
        **_issued(reference["date"]),
    }


def _issued(date: str | None) -> Item:
    """Date an item by year, month and day, as far as they are given; of a set or an interval by its first date."""
    first = re.search(r"\d{4}(?:-\d{2}){0,2}", date or "")
    parts = [int(part) for part in first[0].split("-")] if first else []
    return {"issued": {"date-parts": [parts]}} if parts else {}


def _date_words(item: Item) -> list[str]:
    """Write year, month and day of an item, as far as they are given; the month by its name."""
    parts = item["issued"]["date-parts"][0] if "issued" in item else []
    return [_MONTH_NAMES[part - 1] if place == 1 else str(part) for place, part in enumerate(parts)]


def _authors(byline: str, *institutions: str | None) -> list[dict[str, str]]:
    """Split a byline into persons; an institution stays whole: one that publishes, or one word."""
    if byline in institutions or " " not in byline:
        return [{"literal": byline}]
    names = [name.rpartition(" ") for name in _BETWEEN_AUTHORS.split(byline)]
    return [{"family": family, "given": given} if given else {"literal": family} for given, _, family in names]


def _apa_line(item: Item) -> str:
    """Write who, when, what and where, each closed by a full stop unless it closes itself."""
    *others, last = [_apa_name(author) for author in item["author"]]
    who = f"{', '.join(others)}, & {last}" if others else last
    version = f" (Version {item['version']})" if "version" in item else ""
    what = f"{item['title']}{version} [Data set]" if item["type"] == "dataset" else item["title"]
    year, *rest = _date_words(item) or ["n.d."]
    when = f"{year}, {' '.join(rest)}" if rest else year
    parts = [who, f"({when})", what, item.get("container-title"), item.get("URL")]
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


def _bibtex_entry(item: Item) -> str:
    """Write an entry; title and institutions in double braces keep their capitals and words together."""
    names = [_bibtex_name(author) for author in item["author"]]
    fields = {"author": " and ".join(names), "title": f"{{{_latex(item['title'])}}}"}
    if "container-title" in item:
        fields |= {"howpublished": _latex(item["container-title"])}
    for name, word in zip(("year", "month", "day"), _date_words(item), strict=False):
        fields[name] = word[:3].lower() if name == "month" else word
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
