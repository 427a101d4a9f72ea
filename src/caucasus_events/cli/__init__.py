"""The command line, ``caucasus-events COMMAND``: the commands of both wings under one roof, and how they fail.

What a command does is in ``readers``, ``questions`` and ``writers``, what they print of a record in ``showing``, what
several are given alike in ``options``; nothing here knows more of the dataset than its version.
"""

import errno
import os
import sys
from io import TextIOWrapper
from typing import Any

import click

from caucasus_events.describing import about
from caucasus_events.errors import CaucasusEventsError, ProblemsError, shown
from caucasus_events.model.words import counted

from . import questions, readers, writers


class Commands(click.Group):
    """A group that prints the package's own errors without a traceback and exits with 1."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> click.Context:
        """Write UTF-8, before anything is printed, where the system's encoding lacks letters that the data have."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                try:
                    "→ə".encode(stream.encoding)
                except UnicodeEncodeError:
                    stream.reconfigure(encoding="utf-8")
                # The name of a file may hold bytes that are no letters in any encoding.
                stream.reconfigure(errors="backslashreplace")
        for word in args:
            if not _can_be_given(word):
                raise click.UsageError(f"{shown(word)} holds a character that no system can hand over: leave it out")
        return super().make_context(info_name, args, *rest, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the package says is wrong goes to standard error."""
        try:
            return super().invoke(ctx)
        except ProblemsError as error:
            # A command that writes has noted that it did not.
            closing = [counted(len(error.problems), "problem"), *getattr(error, "__notes__", [])]
            click.echo(f"{error}\n\n{'; '.join(closing)}.", err=True)
        except CaucasusEventsError as error:
            click.echo(f"caucasus-events: {error}", err=True)
        except OSError as error:
            # Nobody listens any more: click ends in silence.
            if error.errno == errno.EPIPE:
                raise
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"caucasus-events: {place}{error.strerror or error}; mend that, and run it again", err=True)
        return ctx.exit(1)


def _can_be_given(word: str) -> bool:
    """Check whether a word can stand on a command line and name a file: no null character, no half of a letter."""
    try:
        return b"\0" not in os.fsencode(word)
    except UnicodeEncodeError:
        return False


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(
    about.VERSION,
    prog_name="caucasus-events",
    message="%(prog)s, version %(version)s\nTo cite it: caucasus-events cite, in BibTeX, APA or CSL-JSON",
)
def main() -> None:
    """Events and statuses of the South Caucasus, each with its proof.

    \b
    Read the data:
        caucasus-events list --type clash
        caucasus-events show turkey-armenia-border-closed
        caucasus-events show timeline --format csv > timeline.csv
        caucasus-events explore --open
    Ask them:
        caucasus-events as-of 2018-01-01 --entity Armenia
        caucasus-events history Georgia CIS
    Use them:
        caucasus-events panel dyad year 1991 2025 --codes cow -o dyads.csv
        caucasus-events annotate ged.parquet out.parquet --like ucdp_ged
        caucasus-events export caucasus.sqlite
    Work on them, in a checkout:
        caucasus-events new seeds/report-2021.txt
        caucasus-events build
        caucasus-events check
        caucasus-events release status
    """


for _wing in (readers.wing, questions.wing, writers.wing):
    main.commands.update(_wing.commands)
