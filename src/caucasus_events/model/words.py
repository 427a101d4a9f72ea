"""Words that are written in many places, each in one way: counts, windows of days, Markdown tables."""

from collections.abc import Iterable, Sequence

UNKNOWN = "unknown"
NOT_BEFORE, NOT_AFTER, FROM_TO = "not before ", "not after ", " … "


def counted(number: int, noun: str, plural: str = "") -> str:
    """Write a number and what it counts.

    >>> counted(1, "record"), counted(2_000, "record"), counted(2, "entity", "entities")
    ('1 record', '2,000 records', '2 entities')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def window(first: str, last: str) -> str:
    """Write a window of days whose sides may be empty: one day, two, one side, or unknown.

    >>> window("1993-04-03", "1993-04-03"), window("1993-01-01", "1993-12-31")
    ('1993-04-03', '1993-01-01 … 1993-12-31')
    >>> window("", "1993-12-31"), window("1993-01-01", ""), window("", "")
    ('not after 1993-12-31', 'not before 1993-01-01', 'unknown')
    """
    if first == last:
        return first or UNKNOWN
    if not (first and last):
        return NOT_AFTER + last if last else NOT_BEFORE + first
    return first + FROM_TO + last


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[int] = ()) -> str:
    r"""Write a Markdown table; pipes in cells are escaped, columns in ``right`` are aligned right.

    >>> print(markdown_table(["code", "rows"], [["a|b", 1]], right=[1]))
    | code | rows |
    | --- | ---: |
    | a\|b | 1 |
    """
    to_right = set(right)
    rule = ["---:" if place in to_right else "---" for place in range(len(headings))]
    lines = [headings, rule, *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
