"""``python -m caucasus_events``: the command line."""

from .cli import main

main()
