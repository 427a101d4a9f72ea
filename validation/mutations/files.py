"""Mutations of the folder ``data/``: what no change of rows would show."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from .registry import FILES, register, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


# What is written into the metadata of a file: what that does, the table, the key, the value.
METADATA = {
    "version in the metadata changed": ("A file says that it is of another version", "events", b"version", b"99.0"),
    "digest in the metadata changed": (
        "A file gives the digest of other rows",
        "events",
        b"content_digest",
        b"sha256:" + b"0" * 64,
    ),
    "licence in the metadata changed": (
        "A file says that it is under another licence",
        "events",
        b"licence",
        b"all rights reserved",
    ),
    "attrs changed": ("What pandas gives as attrs is empty", "events", b"PANDAS_ATTRS", b"{}"),
    "pandas metadata broken": ("What a file tells pandas of its columns is empty", "entities", b"pandas", b"{}"),
}


def set_metadata(root: Path, table: str, key: bytes, value: bytes) -> None:
    """Write a file anew with one entry of its metadata changed."""
    path = root / "data" / f"{table}.parquet"
    held = pq.read_table(path)
    pq.write_table(held.replace_schema_metadata({**held.schema.metadata, key: value}), path, compression="zstd")


for _name, (_does, _table, _key, _value) in METADATA.items():
    register(FILES, _name, _does, partial(set_metadata, table=_table, key=_key, value=_value))


def in_files(function: Callable[[Path], None]) -> Callable[[Path], None]:
    """Register a mutation that is a function of the folder."""
    register(FILES, *words_of(function), lambda root: function(root / "data"))
    return function


@in_files
def file_missing(data: Path) -> None:
    """The file of a table is gone."""
    (data / "coverage.parquet").unlink()


@in_files
def folder_missing(data: Path) -> None:
    """There is no data/ at all."""
    shutil.rmtree(data)


@in_files
def file_cut_short(data: Path) -> None:
    """The last bytes of a file are gone."""
    path = data / "events.parquet"
    path.write_bytes(path.read_bytes()[:-40])


@in_files
def file_emptied(data: Path) -> None:
    """A file has no bytes."""
    (data / "events.parquet").write_bytes(b"")


@in_files
def file_replaced_by_another(data: Path) -> None:
    """Events are read from the file of the statuses."""
    shutil.copy(data / "statuses.parquet", data / "events.parquet")


@in_files
def stranger_in_the_folder(data: Path) -> None:
    """There is a file that the build does not write."""
    (data / "notes.txt").write_text("to do\n")


@in_files
def readme_edited(data: Path) -> None:
    """A digest in the README is another one."""
    path = data / "README.md"
    path.write_bytes(path.read_bytes().replace(b"sha256:", b"sha256:0", 1))


@in_files
def readme_missing(data: Path) -> None:
    """The README is gone."""
    (data / "README.md").unlink()


@in_files
def module_edited(data: Path) -> None:
    """The module of the folder runs code."""
    with (data / "__init__.py").open("a") as module:
        module.write("import os\n")


@in_files
def pandas_metadata_dropped(data: Path) -> None:
    """A file does not tell pandas that its integers may be null."""
    table = pq.read_table(data / "entities.parquet")
    kept = {key: value for key, value in table.schema.metadata.items() if key != b"pandas"}
    pq.write_table(table.replace_schema_metadata(kept), data / "entities.parquet", compression="zstd")


@in_files
def compression_changed(data: Path) -> None:
    """A file is written without zstd."""
    path = data / "events.parquet"
    pq.write_table(pq.read_table(path), path, compression="snappy")


@in_files
def string_type_changed(data: Path) -> None:
    """Arrow's other type of string stands in a file; pandas reads the same."""
    path = data / "participants.parquet"
    table = pq.read_table(path)
    fields = [
        field.with_type(pa.string() if pa.types.is_large_string(field.type) else pa.large_string())
        for field in table.schema
    ]
    pq.write_table(table.cast(pa.schema(fields, table.schema.metadata)), path, compression="zstd")


# What is put in the first place of a descriptor where some words stand: what that does, the file, the old, the new.
DESCRIBED = {
    "descriptor of another version": (
        "The Data Package is of another version",
        "datapackage.json",
        '"version": "',
        '"version": "9',
    ),
    "descriptor of other sizes": (
        "The Data Package gives another size of a file",
        "datapackage.json",
        '"size": ',
        '"bytes": 1',
    ),
    "descriptor of another licence": (
        "The Data Package is under another licence",
        "datapackage.json",
        "CC-BY-4.0",
        "CC0-1.0",
    ),
    "descriptor without a key": ("The Data Package has no primary key", "datapackage.json", '"primaryKey"', '"key"'),
    "croissant of other hashes": (
        "The Croissant file gives another hash",
        "croissant.json",
        '"sha256": "',
        '"sha256": "0',
    ),
    "dataset of another name": (
        "The page for search engines names another dataset",
        "dataset.jsonld",
        '"name": "',
        '"name": "not ',
    ),
}


def describe(root: Path, name: str, old: str, new: str) -> None:
    """Write a descriptor anew with the first of some words put otherwise."""
    path = root / "data" / name
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))


for _name, (_does, _file, _old, _new) in DESCRIBED.items():
    register(FILES, _name, _does, partial(describe, name=_file, old=_old, new=_new))


@in_files
def descriptor_missing(data: Path) -> None:
    """The Data Package is gone."""
    (data / "datapackage.json").unlink()


@in_files
def rows_in_groups(data: Path) -> None:
    """A file has its rows in other groups; pandas reads the same."""
    path = data / "participants.parquet"
    pq.write_table(pq.read_table(path), path, compression="zstd", row_group_size=10)


@in_files
def folder_in_the_folder(data: Path) -> None:
    """There is a folder that the build does not write."""
    (data / "old").mkdir()
    shutil.copy(data / "events.parquet", data / "old")
