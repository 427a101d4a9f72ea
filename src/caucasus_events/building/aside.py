"""What a freeze writes, all of it or none: aside first, into its places last.

Everything is written into one folder, which gets another name once it is whole. That is the moment from which it
counts: whatever stops a freeze before, nothing has changed, and whatever stops it after, the next run ends it.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from caucasus_events.ledger.frozen import RELEASES
from caucasus_events.model.versions import is_version

# What stands in the one counts for nothing and is thrown away; what stands in the other counts and is put into place.
# Both stand beside what they replace, and so on the same disk: to rename is then one step, and copies nothing.
_NOTHING, _WHOLE = "freeze.new", "freeze.whole"


def put(contents: Mapping[str, bytes], root: Path) -> None:
    """Replace files of a checkout, and whole folders: ``data/``, and by its version that of a release."""
    settle(root)
    nothing = root / _NOTHING
    try:
        for name, content in contents.items():
            (nothing / name).parent.mkdir(parents=True, exist_ok=True)
            (nothing / name).write_bytes(content)
        nothing.rename(root / _WHOLE)
    except BaseException:
        shutil.rmtree(nothing, ignore_errors=True)
        raise
    settle(root)


def settle(root: Path) -> bool:
    """Throw away what a freeze left that was stopped early, and end one that was stopped late; say if there was one."""
    nothing, whole = root / _NOTHING, root / _WHOLE
    shutil.rmtree(nothing, ignore_errors=True)
    if not whole.is_dir():
        return False
    for new in sorted(whole.iterdir()):
        place = root / RELEASES / new.name if is_version(new.name) else root / new.name
        # No folder can be put onto another one; of what stood there nothing is needed any more.
        if place.is_dir():
            nothing.mkdir(exist_ok=True)
            place.rename(nothing / new.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        new.replace(place)
    whole.rmdir()
    shutil.rmtree(nothing, ignore_errors=True)
    return True
