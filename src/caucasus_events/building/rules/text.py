"""TODO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caucasus_events.coding import quotes
from caucasus_events.errors import Fact
from caucasus_events.model.rows import sha256

from .registry import Finding, Shipped, as_rows, key_of, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule
def coverage_tiles_every_seed(shipped: Shipped) -> Iterator[Finding]:
    """The stretches of a seed tile it from first to last character; no two neighbours are alike."""
    tiled = shipped.stretches()
    for row in shipped.rows["sources"]:
        at, last = 0, None
        for stretch in tiled.get(row["source_id"], []):
            if stretch["start_char"] != at or stretch["end_char"] <= at or stretch["disposition"] == last:
                yield Finding(
                    "coverage",
                    key_of("coverage", stretch),
                    "",
                    f"the stretch does not follow the one that ends at {at}",
                    "build the data anew",
                )
            at, last = stretch["end_char"], stretch["disposition"]
        if at != row["characters"]:
            yield Finding(
                "sources",
                row["source_id"],
                "",
                f"coverage ends at {at}, the text at {row['characters']}",
                "build the data anew",
            )


@rule
def cited_stretches_are_the_evidence(shipped: Shipped) -> Iterator[Finding]:
    """Every passage lies in cited stretches, and every cited stretch begins with a passage."""
    cited = shipped.tables["coverage"].query("disposition == 'cited'")
    spans = {
        seed: list(group[["start_char", "end_char"]].itertuples(index=False))
        for seed, group in cited.groupby("source_id")
    }
    starts = set(shipped.tables["evidence"][["source_id", "start_char"]].itertuples(index=False, name=None))
    covered = set(shipped.tables["coverage"]["source_id"])
    for row in shipped.rows["evidence"]:
        # That a seed has no coverage at all is another rule's.
        if row["source_id"] in covered and not any(
            span.start_char <= row["start_char"] and row["end_char"] <= span.end_char
            for span in spans.get(row["source_id"], [])
        ):
            yield Finding(
                "evidence", key_of("evidence", row), "", "the passage is not in a cited stretch", "build the data anew"
            )
    for row in as_rows(cited):
        if row["start_char"] > 0 and (row["source_id"], row["start_char"]) not in starts:
            yield Finding(
                "coverage",
                key_of("coverage", row),
                "",
                "no passage begins where the cited stretch does",
                "build the data anew",
            )


@rule
def quotes_stand_at_their_offsets(shipped: Shipped) -> Iterator[Finding]:
    """The text between the offsets, white space folded, is the quote, and what is around it its context."""
    folded = {seed: quotes.FoldedText(text) for seed, text in shipped.texts.items()}
    for row in shipped.rows["evidence"]:
        text, span = folded.get(row["source_id"]), quotes.Span(row["start_char"], row["end_char"])
        if text is None:
            continue
        cut = text.text[span.start : span.end]
        if quotes.fold_space(cut) != row["quote"] or cut != cut.strip():
            facts = (Fact("quote", row["quote"]), Fact("text", quotes.fold_space(cut)))
            yield Finding(
                "evidence",
                key_of("evidence", row),
                "",
                "the quote is not what stands at its offsets",
                "build the data anew",
                facts,
            )
        elif quotes.context(span, text) != (row["prefix"], row["suffix"]):
            yield Finding(
                "evidence",
                key_of("evidence", row),
                "",
                "prefix or suffix is not what stands around the quote",
                "build the data anew",
            )


@rule
def sources_describe_their_text(shipped: Shipped) -> Iterator[Finding]:
    """Length, hash and shares of a source are those of its text."""
    tiled = shipped.stretches()
    for row in shipped.rows["sources"]:
        text = shipped.texts.get(row["source_id"])
        if text is None:
            continue
        counts = {
            stretch["start_char"]: _letters(text[stretch["start_char"] : stretch["end_char"]])
            for stretch in tiled.get(row["source_id"], [])
        }
        cited = sum(
            counts[stretch["start_char"]]
            for stretch in tiled.get(row["source_id"], [])
            if stretch["disposition"] == "cited"
        )
        total = _letters(text)
        found = (row["characters"], row["sha256"], row["cited_share"], row["set_aside_share"])
        expected = (
            len(text),
            sha256(text.encode()),
            round(cited / total, 6),
            round((sum(counts.values()) - cited) / total, 6),
        )
        if found != expected:
            facts = (Fact("found", str(found)), Fact("expected", str(expected)))
            yield Finding(
                "sources", row["source_id"], "", "the source does not describe its text", "build the data anew", facts
            )


def _letters(text: str) -> int:
    """Count the characters that are not white space."""
    return sum(map(len, text.split()))
