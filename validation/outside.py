"""Use the installed package from a folder that is not the checkout, as a reader does.

Every loader, plain pandas, a question, a figure, the history, and the digests of the files.
"""

import json
import sys
from importlib import metadata

import pandas as pd

import caucasus_events as ce
from caucasus_events.model.rows import FILES, TABLES

version = ce.__version__
counts = {name: len(getattr(ce, f"load_{name}")()) for name in TABLES}
if not all(counts.values()):
    sys.exit(f"empty tables: {counts}")
plain = pd.read_parquet(ce.data_path("events"))
told = {"the package": version, "pip": metadata.version("caucasus-events"), "df.attrs": plain.attrs.get("version")}
if len(set(told.values())) > 1:
    sys.exit(f"the version differs: {told}")
if version not in ce.cite():
    sys.exit("cite() does not name the version")
answers = ce.as_of("2020-07-23")
drawn = len(ce.timeline().data)
if not (len(answers) and drawn and len(ce.verify()) == len(FILES)):
    sys.exit("as_of, timeline or verify gave nothing")
found = {"version": version, "rows": sum(counts.values()), "answers": len(answers), "traces": drawn}
print(json.dumps(found | {"changes": len(ce.changes())}))
