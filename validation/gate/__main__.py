"""Let nothing broken pass.

One command, in a checkout with the extra ``test``::

    python validation/gate                   # everything
    python validation/gate history versions  # some steps
    python validation/gate --tag v1.0.0      # as before publishing: the release must be frozen

A step is one function in ``validation/gate/steps.py``. Environments are kept in ``--work`` and used again; what was
built of the checkout is built anew.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# A folder that is run is no package; from the one above it is found as one, and so is what stands beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from gate.environments import Failed, Gate, forget
from gate.steps import BUDGETS, ROOT, STEPS


def passes(gate: Gate, name: str) -> bool:
    """Run one step and print how it went."""
    start = time.monotonic()
    try:
        lines, good = STEPS[name](gate), True
    except Failed as error:
        lines, good = str(error).splitlines(), False
    # Whatever else a step meets must not keep the others from telling what they found.
    except Exception as error:  # noqa: BLE001
        lines, good = [f"the step {name} broke off: {type(error).__name__}: {error}"], False
    took = time.monotonic() - start
    over = ": over its budget, which fails nothing" if took > BUDGETS[name] else ""
    words = f"{'passed' if good else 'FAILED'} {name} ({took:.0f} s of {BUDGETS[name]}{over})"
    print("\n".join([words, *(f"    {line}" for line in lines)]), flush=True)
    return good


def outside_checkout(work: Path, root: Path) -> Path:
    """Refuse a folder inside the checkout: the checkout is copied there, and would be copied into itself."""
    if work.resolve().is_relative_to(root.resolve()):
        sys.exit(f"--work {work}: the folder is inside the checkout; name one outside it: --work ../gate")
    return work.resolve()


def main() -> None:
    """Run the steps, two at a time, and exit with 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", choices=[[], *STEPS], default=[], metavar="step")
    parser.add_argument("--tag", help="the tag that is to be published")
    parser.add_argument("--work", type=Path, help="where environments and built files are kept")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = outside_checkout(asked.work or Path(folder), ROOT)
        work.mkdir(parents=True, exist_ok=True)
        forget(work)
        gate = Gate(ROOT, work, asked.tag)
        with ThreadPoolExecutor(2) as pool:
            good = list(pool.map(lambda name: passes(gate, name), asked.steps or STEPS))
    if not all(good):
        sys.exit(f"{good.count(False)} of {len(good)} steps failed")
    print(f"the gate is passed: {len(good)} steps")


if __name__ == "__main__":
    main()
