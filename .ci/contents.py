"""Check what is in wheel and sdist: all data, no text of a seed and no sheet."""

import sys
import tarfile
import zipfile

EXPECTED = {
    f"{name}.parquet"
    for name in ("sources", "entities", "events", "participants", "statuses", "evidence", "coverage", "timeline")
} | {"codebook.toml", "py.typed", "LICENSE", "LICENSE-DATA"}

for path in sys.argv[1:]:
    if path.endswith(".whl"):
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
    else:
        with tarfile.open(path) as sdist:
            names = sdist.getnames()
    missing = EXPECTED - {name.rsplit("/", 1)[-1] for name in names}
    strange = [name for name in names if "/seeds/" in f"/{name}" and not name.endswith("CODEBOOK.md")]
    if missing or strange:
        sys.exit(f"{path}: missing {sorted(missing)}, not to be shipped {strange}")
    print(f"{path.rsplit('/', 1)[-1]}: {len(names)} files, all data, no text of a seed and no sheet")
