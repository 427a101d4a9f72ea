"""Validate croissant.json with mlcroissant, and load every record set."""

import logging
import os
import sys

import mlcroissant

logging.disable(logging.WARNING)
dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
counts = {each.uuid: sum(1 for _ in dataset.records(each.uuid)) for each in dataset.metadata.record_sets}
if not sum(counts.values()):
    sys.exit("no record was loaded")
print(f"mlcroissant: {len(counts)} record sets, {sum(counts.values())} records load", flush=True)
# Threads of its libraries sometimes abort the interpreter while it shuts down, after the work is done.
os._exit(0)
