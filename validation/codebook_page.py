"""Write the tables of ``seeds/CODEBOOK.md`` from ``codebook.toml``.

Run it after a change to ``codebook.toml``: ``python validation/codebook_page.py``. A test holds
the page against the file.
"""

import re
from pathlib import Path

from caucasus_events.model import codebook

PAGE = Path(__file__).parents[1] / "seeds" / "CODEBOOK.md"


def with_tables(page: str) -> str:
    """Replace what stands between the markers of a table by the table as it should be."""
    for vocabulary in ("reason", "assertion", "event", "status"):
        first, last = f"<!-- {vocabulary}: from codebook.toml -->", f"<!-- end of {vocabulary} -->"
        table = f"{first}\n{codebook.markdown(vocabulary)}\n{last}"
        page, count = re.subn(
            f"{re.escape(first)}.*?{re.escape(last)}", lambda _, table=table: table, page, flags=re.DOTALL
        )
        if count != 1:
            raise SystemExit(f"{PAGE.name}: {count} places for the table of {vocabulary}, expected 1: {first}")
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8", newline="\n")
    print(f"wrote {PAGE.name}")
