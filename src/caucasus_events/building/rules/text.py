"""Rules of passages and stretches: that they are what stands in the text, and all of it."""

from collections.abc import Iterator

from caucasus_events.building import quoting
from caucasus_events.errors import Fact
from caucasus_events.model.folding import fold_space
from caucasus_events.model.rows import sha256

from .registry import Finding, Shipped, TableRow, rule


@rule("coverage")
def coverage_tiles_every_seed(shipped: Shipped) -> Iterator[Finding]:
    """The stretches of a seed tile it from first to last character; no two neighbours are alike."""
    tiled = shipped.stretches()
    for row in shipped.rows["sources"]:
        at, last = 0, None
        for stretch in tiled.get(row.key, []):
            if stretch["start_char"] != at or stretch["end_char"] <= at or stretch["disposition"] == last:
                yield stretch.breaks(f"the stretch does not follow the one that ends at {at}")
            at, last = stretch["end_char"], stretch["disposition"]
        if at != row["characters"]:
            yield row.breaks(f"coverage ends at {at}, the text at {row['characters']}")


@rule()
def cited_stretches_are_the_evidence(shipped: Shipped) -> Iterator[Finding]:
    """Every passage lies in cited stretches, and every cited stretch begins with a passage."""
    tiled = shipped.stretches()
    cited = {seed: [row for row in rows if row["disposition"] == "cited"] for seed, rows in tiled.items()}
    for row in shipped.rows["evidence"]:
        # That a seed has no coverage at all is another rule's.
        if row["source_id"] in cited and not any(
            stretch["start_char"] <= row["start_char"] and row["end_char"] <= stretch["end_char"]
            for stretch in cited[row["source_id"]]
        ):
            yield row.breaks("the passage is not in a cited stretch")
    starts = {(row["source_id"], row["start_char"]) for row in shipped.rows["evidence"]}
    for seed, stretches in cited.items():
        for stretch in stretches:
            # White space before the first passage belongs to its stretch.
            if stretch["start_char"] > 0 and (seed, stretch["start_char"]) not in starts:
                yield stretch.breaks("no passage begins where the cited stretch does")


@rule("coverage")
def a_seed_gives_a_record(shipped: Shipped) -> Iterator[Finding]:
    """Of every document something is coded."""
    cited = {row["source_id"] for row in shipped.rows["evidence"]}
    for row in shipped.rows["sources"]:
        if row.key not in cited:
            do = "code what it says; a document that says nothing that fits a type is no seed"
            yield row.breaks("the whole text is set aside", do)


@rule()
def quotes_stand_at_their_offsets(shipped: Shipped) -> Iterator[Finding]:
    """The text between the offsets, white space folded, has the digest of the passage; so has the quote, if shipped."""
    for row in shipped.rows["evidence"]:
        if row["quote"] is not None and sha256(row["quote"].encode()) != row["sha256"]:
            yield row.breaks("the quote has another digest than the passage")
        text = shipped.texts.get(row["source_id"])
        if text is None:
            continue
        cut = text[row["start_char"] : row["end_char"]]
        words = fold_space(cut)
        if sha256(words.encode()) != row["sha256"] or cut != cut.strip():
            facts = Fact("quote", row["quote"] or "not shipped"), Fact("text", words)
            yield row.breaks("the passage is not what stands at its offsets", facts=facts)


@rule("passages", "licence")
def words_are_a_quotation(shipped: Shipped) -> Iterator[Finding]:
    """Of a document without a licence no more than a third is in words: one passage a record, the first records'."""
    passages: dict[str, list[TableRow]] = {}
    for row in shipped.rows["evidence"]:
        passages.setdefault(row["source_id"], []).append(row)
    for source in shipped.rows["sources"]:
        of_source = sorted(passages.get(source.key, []), key=lambda row: str(row["record_id"]))
        said = [row for row in of_source if row["quote"] is not None]
        if source["licence"] is not None:
            yield from (
                row.breaks("the words are left out, and the licence of the document allows them")
                for row in of_source
                if row["quote"] is None
            )
            continue
        records = [row["record_id"] for row in said]
        for row, before in zip(said[1:], records, strict=False):
            if row["record_id"] == before:
                yield row.breaks("a second passage of the record is in words")
        for row in of_source:
            if records and row["record_id"] < records[-1] and row["record_id"] not in records:
                yield row.breaks("the words are left out, and those of a later record are not")
        text = shipped.texts.get(source.key, "")
        share = quoting.share_of(((row["start_char"], row["end_char"]) for row in said), text)
        if share > quoting.LARGEST:
            yield source.breaks(f"{float(share):.1%} of the text is in words, more than a third")


@rule("coverage", "sha256")
def sources_describe_their_text(shipped: Shipped) -> Iterator[Finding]:
    """Length, hash and shares of a source are those of its text."""
    tiled = shipped.stretches()
    for row in shipped.rows["sources"]:
        text = shipped.texts.get(row.key)
        if text is None:
            continue
        letters = {True: 0, False: 0}
        for stretch in tiled.get(row.key, []):
            words = text[stretch["start_char"] : stretch["end_char"]].split()
            letters[stretch["disposition"] == "cited"] += sum(map(len, words))
        total = sum(map(len, text.split()))
        found = (row["characters"], row["sha256"], row["cited_share"], row["set_aside_share"])
        shares = [round(letters[cited] / total, 6) for cited in (True, False)]
        expected = (len(text), sha256(text.encode()), *shares)
        if found != expected:
            facts = Fact("found", str(found)), Fact("expected", str(expected))
            yield row.breaks("the source does not describe its text", facts=facts)
