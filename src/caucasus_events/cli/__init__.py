"""The command line, ``caucasus-events COMMAND``: the commands of both wings under one roof, and how they fail.

What a command does is in ``readers`` and ``writers``, what ``show`` and ``list`` print of a record in ``showing``;
nothing here knows more of the dataset than its version.
"""

import errno
import sys
from io import TextIOWrapper
from typing import Any

import click

from caucasus_events.describing import about
from caucasus_events.errors import CaucasusEventsError, ProblemsError
from caucasus_events.model.words import counted

from . import readers, writers


class Commands(click.Group):
    """A group that prints the package's own errors without a traceback and exits with 1."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Write UTF-8, before anything is printed, where the system's encoding lacks letters that the data have."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                try:
                    "→ə".encode(stream.encoding)
                except UnicodeEncodeError:
                    stream.reconfigure(encoding="utf-8")
        return super().make_context(*args, **kwargs)

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


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(
    about.VERSION,
    prog_name="caucasus-events",
    message="%(prog)s, version %(version)s\nTo cite it: caucasus_events.cite(), in BibTeX, APA or CSL-JSON",
)
def main() -> None:
    """Events and statuses of the South Caucasus, each with its proof.

    \b
    Read the data:
        caucasus-events list --type clash
        caucasus-events show turkey-armenia-border-closed
        caucasus-events show timeline --format csv > timeline.csv
        caucasus-events explore --open
    Use them:
        caucasus-events annotate ged.parquet out.parquet --like ucdp_ged
    Work on them, in a checkout:
        caucasus-events new seeds/report-2021.txt
        caucasus-events build
        caucasus-events check
        caucasus-events release status
    """


for _wing in (readers.wing, writers.wing):
    main.commands.update(_wing.commands)
