"""Compare the descriptors with the files, without a line of the code that wrote them.

The public validators miss a wrong hash, a key that is not unique and a code that is not allowed in
Parquet. Run it on a folder of tables::

    python validation/described.py data
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pyarrow.types as pt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
# What a constraint of a Table Schema asks of a value.
_KEEPS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, codes: value in codes,
    "pattern": lambda value, pattern: re.search(pattern, value) is not None,
    "minimum": lambda value, least: value >= least,
    "maximum": lambda value, most: value <= most,
    "minLength": lambda value, length: len(value) >= length,
}
_CROISSANT = {"string": "sc:Text", "datetime": "sc:Date", "boolean": "sc:Boolean", "integer": "sc:Integer"}


def problems(folder: Path) -> Iterator[str]:
    """Report everything in which a descriptor and the files of a folder disagree."""
    missing = list(_missing(folder))
    yield from missing
    if missing:
        return
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    croissant = json.loads((folder / "croissant.json").read_text("utf-8"))
    landing = json.loads((folder / "dataset.jsonld").read_text("utf-8"))
    tables = {each["path"]: pq.read_table(folder / each["path"]) for each in package["resources"]}
    yield from _described_everywhere(folder, package, croissant, landing)
    for each in package["resources"]:
        yield from _file(folder, each)
        yield from _columns(each, tables[each["path"]])
        yield from _keys(each, tables[each["path"]])
        yield from _references(each, tables, package)
    yield from _croissant(croissant, package)
    for other in (croissant, landing):
        for key, value in {"version": package["version"], "name": package["name"]}.items():
            if other[key] != value:
                yield f"{key} is {other[key]} in one descriptor and {value} in another"


def _missing(folder: Path) -> Iterator[str]:
    """Every descriptor is there, and every file that the Data Package describes."""
    names = ["datapackage.json", "croissant.json", "dataset.jsonld"]
    yield from (f"{name} is missing" for name in names if not (folder / name).is_file())
    if (folder / names[0]).is_file():
        package = json.loads((folder / names[0]).read_text("utf-8"))
        for each in package["resources"]:
            if not (folder / each["path"]).is_file():
                yield f"datapackage.json describes {each['path']}, which is missing"


def _described_everywhere(folder: Path, package: Json, croissant: Json, landing: Json) -> Iterator[str]:
    """Every file is described everywhere, with one hash."""
    files = sorted(path.name for path in folder.glob("*.parquet"))
    told = {
        "datapackage.json": {each["path"]: each["hash"].removeprefix("sha256:") for each in package["resources"]},
        "croissant.json": {each["contentUrl"]: each["sha256"] for each in croissant["distribution"]},
        "dataset.jsonld": {each["name"]: each["sha256"] for each in landing["distribution"]},
    }
    for name, hashes in told.items():
        if sorted(hashes) != files:
            yield f"{name} describes {sorted(hashes)}, the folder holds {files}"
        for file, digest in hashes.items():
            path = folder / file
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                yield f"{name}: the hash of {file} is not that of the file"


def _file(folder: Path, each: Json) -> Iterator[str]:
    """The size is that of the file."""
    size = (folder / each["path"]).stat().st_size
    if size != each["size"]:
        yield f"{each['path']}: {each['size']} bytes are described, the file has {size}"


def _columns(each: Json, table: Any) -> Iterator[str]:
    """The columns are those described, in type, nulls, codes, patterns and limits."""
    names = [field["name"] for field in each["schema"]["fields"]]
    if names != table.column_names:
        yield f"{each['path']}: columns {names} are described, the file has {table.column_names}"
        return
    if table.num_rows != each["rows"]:
        yield f"{each['path']}: {each['rows']} rows are described, the file has {table.num_rows}"
    for field in each["schema"]["fields"]:
        column = table.column(field["name"])
        place = f"{each['path']}: {field['name']}"
        if _type(column.type) != field["type"]:
            yield f"{place}: {field['type']} is described, the file has {column.type}"
            continue
        yield from _values(place, field["constraints"], column)


def _type(arrow: Any) -> str:
    """Name the type of a column as a Table Schema does."""
    if pt.is_dictionary(arrow):
        return _type(arrow.value_type)
    kinds = {
        "datetime": pt.is_timestamp,
        "boolean": pt.is_boolean,
        "integer": pt.is_integer,
        "number": pt.is_floating,
        "string": lambda one: pt.is_string(one) or pt.is_large_string(one),
    }
    return next((name for name, fits in kinds.items() if fits(arrow)), str(arrow))


def _values(place: str, limits: Json, column: Any) -> Iterator[str]:
    """Every value keeps the limits that its column states."""
    values = [value for value in column.to_pylist() if value is not None]
    if limits["required"] and len(values) < len(column):
        yield f"{place} is required and has nulls"
    if limits.get("unique") and len(set(values)) < len(values):
        yield f"{place} is unique and has a value twice"
    for name, keeps in _KEEPS.items():
        wrong = [value for value in values if name in limits and not keeps(value, limits[name])]
        if wrong:
            yield f"{place}: {wrong[0]!r} breaks {name}"


def _values_of_key(table: Any, names: list[str]) -> list[tuple[Any, ...]]:
    """Return the values of some columns, row by row."""
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))


def _keys(each: Json, table: Any) -> Iterator[str]:
    """Keys are unique, and a primary key has no null."""
    keys = [each["schema"]["primaryKey"]] if "primaryKey" in each["schema"] else each["schema"]["uniqueKeys"]
    for names in keys:
        rows = _values_of_key(table, names)
        if len(set(rows)) < len(rows):
            yield f"{each['path']}: the key {', '.join(names)} is there twice"
        if "primaryKey" in each["schema"] and any(None in row for row in rows):
            yield f"{each['path']}: the key {', '.join(names)} has nulls"


def _references(each: Json, tables: Json, package: Json) -> Iterator[str]:
    """Every foreign key names a row that exists."""
    paths = {one["name"]: one["path"] for one in package["resources"]}
    for foreign in each["schema"].get("foreignKeys", []):
        there = paths[foreign["reference"].get("resource", each["name"])]
        known = set(_values_of_key(tables[there], foreign["reference"]["fields"]))
        for row in _values_of_key(tables[each["path"]], foreign["fields"]):
            if None not in row and row not in known:
                yield f"{each['path']}: {foreign['fields'][0]}: {row[0]!r} is not in {there}"


def _croissant(croissant: Json, package: Json) -> Iterator[str]:
    """Croissant describes the columns that the Data Package describes, in the same words."""
    told = {each["@id"]: each for each in croissant["recordSet"]}
    for each in package["resources"]:
        name = each["path"].removesuffix(".parquet")
        fields = {field["name"]: field for field in told.get(name, {}).get("field", [])}
        for field in each["schema"]["fields"]:
            other = fields.get(field["name"])
            if other is None or other["description"] != field["description"]:
                yield f"croissant.json does not describe {name}.{field['name']} as datapackage.json does"
            elif other["dataType"] != _CROISSANT.get(field["type"], "sc:Float"):
                yield f"croissant.json: {name}.{field['name']} is {other['dataType']}, not {field['type']}"


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1])))
    sys.exit("\n".join(found) or None)
