"""Validate datapackage.json against the profile of Data Package 2, as check-datapackage ships it."""

import json
import sys
from pathlib import Path

import jsonschema

profile = json.loads(Path(sys.argv[2]).read_text("utf-8"))
described = json.loads(Path(sys.argv[1]).read_text("utf-8"))
validator = jsonschema.validators.validator_for(profile)(profile)
found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(described)]
if found:
    sys.exit("\n".join(found))
print(f"jsonschema: {len(described['resources'])} resources follow the profile")
