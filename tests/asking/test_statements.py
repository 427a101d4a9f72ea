"""What proves records: passages of the seeds word by word, and what other sources say of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from caucasus_events.asking import questions, statements
from caucasus_events.errors import InvalidValueError, UnknownNameError
from caucasus_events.reading import tables

SEEDS = Path(__file__).parents[1] / "chronicle" / "seeds"
QUOTE = "Turkey keeps its border with Armenia closed, since 1993, to this day."


def test_any_result_leads_to_its_passages() -> None:
    """Ids, columns, rows and frames of any query lead to the same passage."""
    identity = "turkey-armenia-border-closed"
    asked, statuses_ = questions.as_of("2020-07-23", types="border_closed"), tables.load_statuses()
    one = statuses_[statuses_["status_id"] == identity]
    timeline = tables.load_timeline().query("record_id == @identity")
    ways = [identity, [identity], asked, asked["status_ids"], asked.iloc[0], one, one.set_index("status_id"), timeline]
    ways += [
        pd.Index([identity, None, identity]),
        questions.history("TUR", "ARM").head(1),
        statements.evidence(identity),
    ]
    for records in ways:
        said = statements.evidence(records)
        assert said["layer"].tolist()[0] == "seed"
        assert said["quote"].dropna().tolist() == [QUOTE]
    assert len(statements.evidence(asked.head(0))) == 0


@pytest.mark.released
def test_passages_come_in_the_order_asked_for_and_then_of_the_text() -> None:
    """Records keep their order, each once, and every record of the release has a passage, a citation, a url."""
    ids = tables.load_timeline()["record_id"].tolist()[::-1]
    said = statements.evidence([*ids, ids[0]])
    assert said["record_id"].drop_duplicates().tolist() == ids
    passages = said[said["layer"] == "seed"].dropna(axis="columns", how="all")
    assert len(passages) == len(tables.load_evidence())
    assert passages.groupby("record_id")["start_char"].is_monotonic_increasing.all()
    assert passages.notna().all(axis=None)
    assert {str(dtype) for dtype in passages.dtypes} == {"str", "Int64"}


def test_readings_come_after_the_passages_with_every_source() -> None:
    """What other sources say of a record follows its passages, one row per reading and source, each to be cited."""
    said = statements.evidence(tables.load_timeline())
    read = said[said["layer"] == "corroborated"]
    listed = tables.load_corroborations().set_index("reading_id")["sources"].str.split("; ").explode()
    assert sorted(zip(read["reading_id"], read["source_id"], strict=True)) == sorted(listed.items())
    assert len(read) >= 100
    assert (
        read[["bound", "date", "relation", "confidence", "applied", "says", "url", "citation"]].notna().all(axis=None)
    )
    assert read["quote"].isna().all()
    layers = said.groupby("record_id")["layer"].agg(lambda layer: layer.ne("seed").is_monotonic_increasing)
    assert layers.all()
    csto = statements.evidence("armenia-csto-membership")
    assert csto["date"].dropna().unique().tolist() == ["2003-09-18", "1992-05-15", "1994-04-20", "2002-10-07"]
    assert csto["why_not"].tolist()[2:5] == ["not preferred"] * 3


@pytest.mark.released
def test_reported_records_come_with_what_each_of_their_sources_is_cited_for() -> None:
    """Of every reported record there is a row for each source, with what it says, its confidence and a citation."""
    records = pd.concat(
        [
            table.rename(columns={key: "record_id"})[["record_id", "layer", "says", "confidence", "reference_ids"]]
            for table, key in ((tables.load_events(), "event_id"), (tables.load_statuses(), "status_id"))
        ]
    ).query("layer == 'reported'")
    said = statements.evidence(records["record_id"])
    own = said[said["layer"] == "reported"]
    listed = records.set_index("record_id")["reference_ids"].str.split("; ").explode()
    assert sorted(zip(own["record_id"], own["source_id"], strict=True)) == sorted(listed.items())
    assert len(own) > 1_000
    assert own[["says", "confidence", "citation", "url"]].notna().all(axis=None)
    assert own[["quote", "reading_id", "start_char"]].isna().all(axis=None)
    assert not (said["layer"] == "seed").any()
    one = records.iloc[0]
    written = statements.cite(one["record_id"], style="apa").splitlines()
    assert written[1:3] == ["", "Other sources, of reported records and of dates:"]
    assert len(written) == 3 + len(one["reference_ids"].split("; "))


def test_the_context_of_every_passage_is_the_words_of_its_seed() -> None:
    """Prefix, quote and suffix joined stand in the text one after the other, but for white space."""
    texts = {path.stem: path.read_text("utf-8") for path in SEEDS.glob("*.txt")}
    passages = statements.evidence(tables.load_timeline()).query("layer == 'seed'")
    assert len(passages) == 34
    for row in passages.itertuples():
        folded = " ".join(texts[row.source_id].split())
        assert row.context.strip() in folded
        assert row.context == row.prefix + row.quote + row.suffix


def test_evidence_of_nothing_that_is_known_is_refused() -> None:
    """A record that does not exist, and a frame without ids, are errors."""
    with pytest.raises(UnknownNameError) as error:
        statements.evidence(["turkey-armenia-border-closed", "armenia-csto-memberships"])
    hint = f"nearest: armenia-csto-membership; load_timeline() lists all {len(tables.load_timeline())}"
    assert str(error.value) == f"unknown record 'armenia-csto-memberships' ({hint})"
    with pytest.raises(InvalidValueError) as error:
        statements.evidence(pd.DataFrame({"id": ["armenia-csto-membership"], "n": [1]}))
    assert str(error.value) == (
        "the frame has no column of record ids (known: status_ids, status_id, event_id, record_id; found: id, n)"
    )


def test_frames_of_every_library_lead_to_their_passages() -> None:
    """Frames, columns and lists of ids of Arrow and polars lead to what those of pandas do."""
    asked = questions.as_of("2020-07-23", types="border_closed")[["type", "status_ids"]].astype(str)
    ids = asked["status_ids"].tolist()
    others = [pa.Table.from_pandas(asked), pl.from_pandas(asked), pl.from_pandas(asked).lazy(), pa.array(ids)]
    others += [pl.Series(ids), asked.astype("category"), asked.set_index("status_ids"), [ids[0].encode()]]
    for records in others:
        pd.testing.assert_frame_equal(statements.evidence(records), statements.evidence(asked))
        assert statements.cite(records) == statements.cite(asked)


def test_records_that_cannot_be_read() -> None:
    """What names no records, or has its ids twice, is refused."""
    frame = pd.DataFrame({"status_id": ["a"]})
    refused = {
        "record 3 is no text: give a name, or several": 3,
        "column 'status_id' is there 2 times: rename all but one": pd.concat([frame, frame], axis=1),
    }
    for message, records in refused.items():
        with pytest.raises(InvalidValueError) as caught:
            statements.evidence(records)
        assert str(caught.value) == message


def test_readings_that_are_no_text_are_refused() -> None:
    """Bytes that are no text name no reading, and are refused as any other name that nobody has."""
    frame = pa.table({"record_id": ["turkey-armenia-border-closed"], "reading_ids": [b"\xff"]})
    with pytest.raises(UnknownNameError) as caught:
        statements.cite(frame)
    every = len(tables.load_corroborations())
    assert str(caught.value) == f"unknown reading '\N{REPLACEMENT CHARACTER}' (load_corroborations() lists all {every})"
