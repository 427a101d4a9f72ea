"""What a program that uses the package needs beside its modules: the tables, the other files, and the metadata.

PyInstaller runs this file, and reads the two names below. It does without PyInstaller's helpers, which look for files
in the folder of the package: in an editable installation the tables stand elsewhere.
"""

from importlib import metadata, resources
from pathlib import Path

import caucasus_events
from caucasus_events.describing import about

_MODULES = (".py", ".pyc")


def _files(folder: Path, to: str) -> list[tuple[str, str]]:
    """List what is no module in a folder and below, each with the folder of the program that it goes to."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in _MODULES]
    return [(str(path), (Path(to) / path.parent.relative_to(folder)).as_posix()) for path in found]


def _metadata() -> list[tuple[str, str]]:
    """List the files of the metadata: what is installed, and in which version, is read there."""
    files = metadata.files(about.NAME) or []
    found = [file for file in files if file.parts[0].endswith((".dist-info", ".egg-info"))]
    return [(str(Path(str(file.locate())).resolve()), file.parent.as_posix()) for file in found]


# Nobody imports it by name: it is found as a resource.
hiddenimports = ["caucasus_events.data"]
_found = [
    *_files(Path(caucasus_events.__file__).parent, "caucasus_events"),
    *_files(Path(str(resources.files("caucasus_events.data"))), "caucasus_events/data"),
    *_metadata(),
]
# Where the package is installed whole, the folder of the tables lies in that of the package.
datas = sorted(set(_found))
