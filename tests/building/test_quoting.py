"""Which words are shipped: first passages up to a third of a text, and all of what has a licence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caucasus_events.building import dataset, quoting

SEEDS = Path(__file__).parents[1] / "mini" / "seeds"
# Ten letters, of which each record cites some first.
TEXT = "ab cd ef ghij"


def _rows(*spans: tuple[str, int, int], licence: str | None = None) -> dict[str, list[dict[str, object]]]:
    """Give the rows of one document, whose records quote these places first."""
    said = [{"event_id": name, "quote": TEXT[start:end]} for name, start, end in spans]
    places = [
        {"record_id": name, "source_id": "s", "start_char": start, "end_char": end, "quote": TEXT[start:end]}
        for name, start, end in spans
    ]
    further = {"record_id": "a", "source_id": "s", "start_char": 9, "end_char": 13, "quote": "ghij"}
    sources: list[dict[str, object]] = [{"source_id": "s", "licence": licence}]
    return {"sources": sources, "events": said, "statuses": [], "evidence": [*places, further]}


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([("b", 0, 2)], ["ab", None]),
        ([("b", 0, 2), ("c", 3, 4)], ["ab", "c", None]),
        ([("b", 0, 2), ("c", 3, 5)], ["ab", None, None]),
        ([("c", 0, 2), ("b", 3, 5), ("d", 6, 7)], [None, "cd", None, None]),
        ([("b", 0, 2), ("c", 0, 2), ("d", 1, 4)], ["ab", "ab", "b c", None]),
        ([("b", 0, 8)], [None, None]),
    ],
    ids=["one", "just a third", "more than a third", "in the order of ids, and no further", "counted once", "too long"],
)
def test_first_passages_are_in_words_up_to_a_third(spans: list[tuple[str, int, int]], words: list[str | None]) -> None:
    """Records come in the order of their ids; with the first that would exceed a third of the letters it ends."""
    assert [row["quote"] for row in quoting.quoted(_rows(*spans), {"s": TEXT})] == words


def test_of_a_document_with_a_licence_everything_is_in_words() -> None:
    """Long and further passages of a document under a licence keep their words."""
    rows = _rows(("b", 0, 8), licence="CC-BY-4.0")
    assert quoting.quoted(rows, {"s": TEXT}) == rows["evidence"]


def test_a_sheet_with_a_licence_ships_all_words(tmp_path: Path) -> None:
    """``licence`` in a head, with spaces or as SPDX writes it, stands in sources; all passages are quoted."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "mini.txt").write_bytes((SEEDS / "mini.txt").read_bytes())
    sheet = (SEEDS / "mini.toml").read_text("utf-8")
    for licence in ("CC BY 4.0", "CC-BY-4.0"):
        with_it = re.sub("^sha256", f'licence = "{licence}"\nsha256', sheet, count=1, flags=re.MULTILINE)
        (tmp_path / "seeds" / "mini.toml").write_text(with_it, "utf-8")
        built = dataset.build_in_memory(tmp_path).tables
        assert built["sources"]["licence"].tolist() == ["CC-BY-4.0"]
        assert built["evidence"]["quote"].notna().all()
        assert built["timeline"]["quote"].notna().all()
