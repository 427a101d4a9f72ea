"""What changed since a release, and why: versions, frozen tables, differences, reasons, the changelog.

Nothing here makes tables from seeds or writes ``data/``; that is ``building``.
"""

import caucasus_events.coding  # noqa: F401 - without the extra `build` it says so, before a library is missed
