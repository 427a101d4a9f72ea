"""The text of a document as both wings read it: its white space folded, and what stands around a passage.

White space is what ``str.isspace`` says it is.
"""

# How much of the text around a passage is shown with it, in code points on either side.
CONTEXT = 32


def fold_space(text: str) -> str:
    r"""Write every run of white space as one space, and none at either end.

    >>> fold_space("Azerbaijan\n\nhas  refrained ")
    'Azerbaijan has refrained'
    """
    return " ".join(text.split())


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the folded words before and after a place that begins and ends with a letter.

    >>> around("a b  c", 2, 3)
    ('a ', ' c')
    """
    # So many words hold at least as many code points: the rest of the text need not be gone through.
    before, after = text[:start].rsplit(None, CONTEXT)[-CONTEXT:], text[end:].split(None, CONTEXT)[:CONTEXT]
    left = " ".join(before) + " " * (bool(before) and text[start - 1].isspace())
    right = " " * (bool(after) and text[end].isspace()) + " ".join(after)
    return left[-CONTEXT:], right[:CONTEXT]
