"""Data of others that lies beside the checkout, never in it, and judgements of where it disagrees with the records."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REAL = Path(os.environ.get("CAUCASUS_EVENTS_REAL", Path(__file__).parents[2] / "shared" / "real"))
Key = TypeVar("Key")
Judgement = TypeVar("Judgement")


def judged(found: Iterable[Key], judgements: Mapping[Key, Judgement], where: str) -> list[tuple[Key, Judgement]]:
    """Pair every disagreement with its judgement; one without, or a judgement of none, is a ``ValueError``."""
    kept = list(found)
    lacking = [f"no judgement of {each}" for each in kept if each not in judgements]
    idle = [f"nothing disagrees at {each}" for each in judgements if each not in kept]
    if lacking or idle:
        raise ValueError(f"{'; '.join(lacking + idle)}; mend {where}")
    return [(each, judgements[each]) for each in kept]
