"""The reader's own columns of codes to the numbers of entities, a slice at a time; their days are read in asking."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caucasus_events.asking.day_columns import DayColumn, warn_of_nones
from caucasus_events.errors import InvalidValueError, UnmatchedCodesWarning, clipped, nearest
from caucasus_events.model.words import counted
from caucasus_events.reading.arrays import as_integers, encoded, kind_of, slice_of, type_name, written
from caucasus_events.reading.names import casefolded, shared_codes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from numpy.typing import NDArray

    from caucasus_events.asking.answers import Ints
    from caucasus_events.reading.arrays import Flags

    # Takes the first row of a slice, and the row after its last.
    CodeReader = Callable[[int, int], Ints]

# Integer codes are found by their place in an array; those of every scheme are far below this.
_LARGEST_CODE = 1 << 16
# So many codes that nobody has are named in a warning.
_NAMED = 10


@dataclass(slots=True)
class Codes:
    """The codes of one column: the number of the entity each stands for, and what nobody has.

    Numbers count from 1; 0 is for null and for codes that the dataset does not have, which are counted in
    ``unmatched``. Of the scheme ``name`` the codes are written as ``names`` folds them.
    """

    column: str
    scheme: str
    numbers: Mapping[Hashable, int]
    unmatched: Counter[str] = field(default_factory=Counter)
    _texts: dict[str, int] = field(init=False)
    _by_integer: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Lay the codes out as text and, where they are integers, as an array."""
        self._texts = {str(code): number for code, number in self.numbers.items()}
        integers = {code: n for code, n in self.numbers.items() if isinstance(code, int) and 0 <= code < _LARGEST_CODE}
        # One place for what is too small, one for each code, and one for what is too large.
        self._by_integer = np.zeros(max(integers, default=-1) + 3, np.int64)
        for code, number in integers.items():
            self._by_integer[code + 1] = number

    def numbers_of(self, values: Any) -> Ints:
        """Return the number of every code of a slice."""
        kind = kind_of(values)
        if kind == "text":
            return self._of_texts(values)
        if kind in ("integer", "float"):
            return self._of_integers(*as_integers(values, self._count_unmatched))
        if kind == "null":
            return np.zeros(len(values), np.int64)
        raise InvalidValueError(f"column {self.column!r} holds {type_name(values)}; codes are text or integers")

    def _of_integers(self, values: Ints, null: Flags | None) -> Ints:
        """Return the number of every integer."""
        found = self._by_integer.take(np.clip(values, -1, len(self._by_integer) - 2) + 1)
        found = found if null is None else np.where(null, 0, found)
        if not found.all():
            self._count_unmatched(values[found == 0] if null is None else values[(found == 0) & ~null])
        return found

    def _of_texts(self, values: pa.Array) -> Ints:
        """Return the number of every text."""
        place = pc.index_in(values, pa.array(self._texts, values.type))
        # What was learnt is found when all is looked up again; what is then still lost is counted.
        if place.null_count > values.null_count and self._learn(values.filter(place.is_null())):
            return self._of_texts(values)
        numbers: Ints = np.array([*self._texts.values(), 0])
        found: Ints = numbers.take(place.fill_null(len(self._texts)).to_numpy())
        return found

    def _learn(self, lost: pa.Array) -> bool:
        """Learn other spellings of a code among texts that are none, and say if there are any; if not, count them."""
        often = {row["values"]: row["counts"] for row in lost.drop_null().value_counts().to_pylist()}
        spelt = {name: self.numbers.get(casefolded(name), 0) for name in often} if self.scheme == "name" else {}
        learnt = {name: number for name, number in spelt.items() if number}
        self._texts |= learnt
        if not learnt:
            self.unmatched.update(often)
        return bool(learnt)

    def _count_unmatched(self, values: NDArray[Any]) -> None:
        """Count codes that nobody has."""
        if len(values):
            distinct, often = np.unique(values, return_counts=True)
            self.unmatched.update(dict(zip(map(str, distinct.tolist()), often.tolist(), strict=True)))


class OwnColumns(NamedTuple):
    """The reader's own columns that are read: of days, and of codes."""

    days: list[DayColumn]
    parties: list[Codes]

    def warn(self) -> None:
        """Warn of the codes that nobody has, the most frequent first, and of what stands for no day."""
        listed = "; ".join(_listed_unmatched(column) for column in self.parties if column.unmatched)
        if listed:
            shared = ", or that several share," if any(map(_shared_of, self.parties)) else ""
            text = f"codes that nobody in this dataset has{shared} are answered <NA>: {listed}"
            # Past this function, the one that reads the rows, and the public one that called it.
            warnings.warn(text, UnmatchedCodesWarning, stacklevel=4)
        warn_of_nones(self.days, stacklevel=4)


def _shared_of(codes: Codes) -> dict[str, list[str]]:
    """Return the unmatched codes that several entities share, as the reader wrote them, and whose they are."""
    shared = shared_codes(codes.scheme)
    if not shared:
        return {}
    folded = {code: casefolded(code) if codes.scheme == "name" else code for code in codes.unmatched}
    return {code: shared[name] for code, name in folded.items() if name in shared}


def _listed_unmatched(codes: Codes) -> str:
    """List the unmatched codes of a column, with their rows and, of text, the nearest known."""
    known = [code for code in codes.numbers if isinstance(code, str)]
    named = []
    shared = _shared_of(codes)
    # Those that several entities share first: of these the reader can say which is meant.
    for code, often in sorted(codes.unmatched.most_common(_NAMED), key=lambda each: each[0] not in shared):
        near = None if code in shared else nearest(code, known)
        hint = f", the code of {' and of '.join(shared[code])}" if code in shared else ""
        named.append(f"{clipped(code)} ({counted(often, 'row')}{hint}{f', nearest: {near}' if near else ''})")
    more = len(codes.unmatched) - len(named)
    return f"column {codes.column!r}, scheme {codes.scheme}: {', '.join(named)}{f' and {more:,} more' if more else ''}"


def code_reader(column: Any, codes: Codes) -> CodeReader:
    """Read a column of codes, slice by slice, as the numbers of their entities; 0 for null and for nobody's.

    Codes are integers, floats that are integers, text, or categories of these; nobody's are counted.

    >>> import pandas as pd
    >>> codes = Codes("ccode", "cow", {640: 1, 371: 2})
    >>> code_reader(pd.Series([371, 640, 5, 371]), codes)(0, 4).tolist(), dict(codes.unmatched)
    ([2, 1, 0, 2], {'5': 1})
    """
    if (parted := encoded(column, codes.column)) is None:
        return lambda first, last: codes.numbers_of(slice_of(column, first, last, codes.column))
    places, categories = parted
    # Counted aside: it is rows that are told, and a category may have none or many.
    of_categories = Codes(codes.column, codes.scheme, codes.numbers)
    # Null is place -1, which wraps around to the last number.
    numbers = np.append(of_categories.numbers_of(categories), 0)
    names = categories.to_pylist()

    def read(first: int, last: int) -> Ints:
        found = numbers.take(places[first:last], mode="wrap")
        if of_categories.unmatched and not found.all():
            often = np.bincount(places[first:last][(found == 0) & (places[first:last] >= 0)])
            codes.unmatched.update({written(names[i]): int(often[i]) for i in np.flatnonzero(often)})
        return found

    return read
