"""Records to citations. No pandas here: a citation is text about a few strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_MONTHS = (
    "January February March April May June July August September October November December".split()
)


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
