"""All seeds to the files in ``data/``: assembled, held against every rule, written whole, frozen as a release.

How one sheet is read is in ``coding``, how a change is explained in ``ledger``; readers never come here.
"""

import caucasus_events.coding  # noqa: F401 - without the extra `build` it says so, before a library is missed
