"""Citations, read back by a parser that is not ours."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text

from caucasus_events import __version__
from caucasus_events.asking import questions, statements
from caucasus_events.describing import citation
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.reading import tables

URL = "https://example.org/chronicle-2020"
TITLE = "A Chronicle of the South Caucasus, Retold for Tests"
HOME = "https://pypi.org/project/caucasus-events/"
DATASET = "caucasus-events: events and statuses of the South Caucasus"
ROOT = Path(__file__).parents[2]


def _source(**changed: str | None) -> dict[str, Any]:
    """Describe a document."""
    source = {"source_id": "akar-1991", "author": "Jean-Paul A. Akar", "title": "A title", "publisher": "A Paper"}
    return source | {"first_published_by": None, "published": date(1991, 5, 7), "url": "https://a.example/"} | changed


def _document(**changed: str | None) -> str:
    """Cite a document in the style of the APA."""
    return citation.bibliography([_source(**changed)], "1.0.0", "apa").splitlines()[1]


def test_apa_gives_the_dataset_and_the_documents_behind_the_rows() -> None:
    """A row is cited with the dataset in its version and the article it was coded from."""
    assert statements.cite(questions.as_of("2020-07-23", layer="seed"), style="apa") == (
        f"The caucasus-events maintainers. (n.d.). {DATASET} (Version {__version__}) [Data set]. {HOME}\n"
        f"Chronicler, A. (2020, July 23). {TITLE}. The Test Gazette. {URL}"
    )


def test_rows_of_no_seed_and_no_rows_at_all_cite_the_dataset_alone() -> None:
    """Without records, or with none, only the dataset is cited."""
    for records in (None, [], tables.load_events().head(0)):
        assert statements.cite(records, style="apa") == (
            f"The caucasus-events maintainers. (n.d.). {DATASET} (Version {__version__}) [Data set]. {HOME}"
        )


@pytest.mark.released
def test_the_release_is_dated_as_in_citation_cff() -> None:
    """Tables that are released are cited with the date of CITATION.cff, tables that are not yet without any."""
    released = re.search(r'^date-released: "(.+)"$', (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    day = date.fromisoformat(released[1]) if released else None
    (dataset,) = json.loads(statements.cite(style="csl-json"))
    assert dataset.get("issued") in (None, {"date-parts": [[day.year, day.month, day.day]]} if day else None)


@pytest.mark.parametrize(
    ("released", "apa", "issued"),
    [(None, "(n.d.)", None), ("2031-02-03", "(2031, February 3)", {"date-parts": [[2031, 2, 3]]})],
)
def test_the_dataset_is_dated_once_it_is_released(released: str | None, apa: str, issued: object) -> None:
    """Before its release a version has no date, and from then on that of its release."""
    assert citation.bibliography([], "1.0.0", "apa", released) == (
        f"The caucasus-events maintainers. {apa}. {DATASET} (Version 1.0.0) [Data set]. {HOME}"
    )
    assert json.loads(citation.bibliography([], "1.0.0", "csl-json", released))[0].get("issued") == issued


def test_bibtex_is_read_by_a_parser() -> None:
    """The default style gives two entries that a BibTeX parser takes apart into what the sheet says."""
    entries = parse_string(statements.cite("turkey-armenia-border-closed"), "bibtex").entries
    assert list(entries) == ["caucasus-events", "chronicle-2020"]
    article = entries["chronicle-2020"]
    assert [str(person) for person in article.persons["author"]] == ["Chronicler, A."]
    assert dict(article.fields) == {
        "title": f"{{{TITLE}}}",
        "howpublished": "The Test Gazette",
        "year": "2020",
        "month": "July",
        "day": "23",
        "note": "First published by The Chronicle Office",
        "url": URL,
    }
    assert dict(entries["caucasus-events"].fields)["note"] == f"Version {__version__}"


def test_bibtex_escapes_what_latex_would_take_for_itself() -> None:
    """Special characters, braces and accents become commands; letters without one stay."""
    source = _source(
        title="Şuşa & {50%} of $3_#~^\\ Əliyev’s Türkiye", author="İlham Əliyev", url="https://a.example/{1}"
    )
    written = citation.bibliography([source], "1.0.0")
    assert r"{\c{S}}u{\c{s}}a {\&} {\textbraceleft}50{\%}{\textbraceright} of {\$}3{\_}{\#}" in written
    assert r"{\textasciitilde}{\textasciicircum}{\textbackslash}" in written
    assert r"T{\"u}rkiye" in written
    assert "Əliyev, " in written
    assert "https://a.example/%7B1%7D" in written


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Sm", "Sc"]), min_size=1, max_size=30))
def test_no_title_breaks_an_entry(title: str) -> None:
    """Whatever stands in a title, the entry parses, its neighbours survive and its braces balance."""
    written = citation.bibliography([_source(title=title), _source(source_id="b-1991")], "1.0.0")
    entries = parse_string(written, "bibtex").entries
    assert list(entries) == ["caucasus-events", "akar-1991", "b-1991"]
    assert entries["akar-1991"].fields["url"] == "https://a.example/"


@given(st.text(st.sampled_from("aZéüğışçÖŁñ&%$#_\\ "), min_size=1, max_size=20).map(str.strip).filter(bool))
def test_a_title_comes_back_from_latex(title: str) -> None:
    """What LaTeX makes of an escaped title is the title."""
    written = citation.bibliography([_source(title=title)], "1.0.0")
    field = next(line for line in written.splitlines() if line.startswith("  title = {{") and DATASET not in line)
    read = LatexNodes2Text(keep_braced_groups=False, strict_latex_spaces=True).latex_to_text(field[11:-3])
    assert read == title


def test_csl_json_is_a_list_of_items() -> None:
    """Reference managers get a JSON list with the dataset, the article, its day and its address."""
    dataset, article = json.loads(statements.cite("turkey-armenia-border-closed", style="csl-json"))
    assert dataset == {
        "id": "caucasus-events",
        "type": "dataset",
        "title": DATASET,
        "author": [{"literal": "The caucasus-events maintainers"}],
        "version": __version__,
        "URL": HOME,
    }
    assert article == {
        "id": "chronicle-2020",
        "type": "webpage",
        "title": TITLE,
        "author": [{"family": "Chronicler", "given": "A."}],
        "container-title": "The Test Gazette",
        "issued": {"date-parts": [[2020, 7, 23]]},
        "URL": URL,
        "note": "First published by The Chronicle Office",
    }


def test_sources_follow_under_a_heading_those_of_a_publisher_together() -> None:
    """Dataset and documents come first; each other source stands once below them, by publisher and date."""
    asked = questions.as_of("2018")
    dataset, document, gap, heading, *others = statements.cite(asked, style="apa").splitlines()
    assert dataset.startswith("The caucasus-events maintainers. (n.d.)")
    assert document == f"Chronicler, A. (2020, July 23). {TITLE}. The Test Gazette. {URL}"
    assert (gap, heading) == ("", "Other sources, of reported records and of dates:")
    listed = asked["references"].str.split("; ").explode().dropna().unique()
    assert len(others) == len(set(others)) == len(listed) > 5
    cited = tables.load_references().set_index("reference_id").loc[listed]
    assert [line.partition(" (")[0].rstrip(".") for line in others] == sorted(
        cited["publisher"].str.rstrip("."), key=str.casefold
    )
    ids = [item["id"] for item in json.loads(statements.cite(asked, style="csl-json"))]
    assert ids[:2] == ["caucasus-events", "chronicle-2020"]
    assert list(parse_string(statements.cite(asked), "bibtex").entries) == ids


def test_authors_are_persons_unless_they_publish_the_copy() -> None:
    """Given names shrink to initials, several authors are joined, an institution stays whole."""
    assert _document() == "Akar, J.-P. A. (1991, May 7). A title. A Paper. https://a.example/"
    assert _document(author="Ann Lee, Bo Roe and Cy Poe").startswith("Lee, A., Roe, B., & Poe, C. (1991")
    assert _document(author="A Paper") == "A Paper. (1991, May 7). A title. A Paper. https://a.example/"
    assert _document(author="Reuters").startswith("Reuters. (1991")


def test_an_unknown_style_names_those_there_are() -> None:
    """Whoever mistypes a style reads the nearest and all of them."""
    with pytest.raises(InvalidValueError) as error:
        statements.cite(style="bibtext")
    assert str(error.value) == "unknown style 'bibtext' (nearest: bibtex; known: bibtex, apa, csl-json)"


def test_an_unknown_record_is_not_cited() -> None:
    """Rows that are not in the dataset have no citation."""
    with pytest.raises(UnknownNameError) as error:
        statements.cite("turkey-armenia-border-close")
    assert str(error.value) == (
        "unknown record 'turkey-armenia-border-close' (nearest: turkey-armenia-border-closed; "
        "load_timeline() lists all 42)"
    )
