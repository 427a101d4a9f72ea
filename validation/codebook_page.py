"""Write the tables of ``seeds/CODEBOOK.md`` from ``codebook.toml``.

Run it after a change to ``codebook.toml``: ``python validation/codebook_page.py``. A test compares
the page with the file.
"""

from pathlib import Path

from caucasus_events.model import codebook

PAGE = Path(__file__).parents[1] / "seeds" / "CODEBOOK.md"


def with_tables(page: str) -> str:
    """Replace what stands between the markers of a table by the table as it should be."""
    for vocabulary in ("reason", "assertion", "event", "status"):
        first, last = f"<!-- {vocabulary}: from codebook.toml -->", f"<!-- end of {vocabulary} -->"
        if not page.count(first) == page.count(last) == 1:
            raise SystemExit(f"{PAGE.name}: {page.count(first)} places for the table of {vocabulary}: {first} … {last}")
        before, after = page[: page.index(first)], page[page.index(last) :]
        page = f"{before}{first}\n{codebook.markdown(vocabulary)}\n{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8", newline="\n")
    print(f"wrote {PAGE.name}")
