"""Load every table of the installed package, from a folder that is not the checkout."""

import sys

import caucasus_events
from caucasus_events import tables

loaded = {name: len(caucasus_events.load(name)) for name in tables.TABLES}
if not all(loaded.values()):
    sys.exit(f"empty tables: {loaded}")
print(f"caucasus-events {caucasus_events.__version__}: {sum(loaded.values())} rows in {len(loaded)} tables load")
