"""For PyInstaller, which asks every installed package where its hooks are: a program that it makes has the tables too.

PyInstaller finds modules by the imports that it reads; tables, pages and metadata are opened while the program runs.
"""

from pathlib import Path


def hook_folders() -> list[str]:
    """Name the folder with the hook, as the entry point ``pyinstaller40`` is asked."""
    return [str(Path(__file__).parent)]
