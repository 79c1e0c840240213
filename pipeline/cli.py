"""The command line: parses, calls the function of the same name, prints. No logic of its own.

Results go to stdout, progress and messages to stderr. Exit status: 0 all done, 1 some input failed
(the rest was done), 2 wrong usage.
"""

from __future__ import annotations

import sys

import typer

from pipeline.errors import PmqaError

app = typer.Typer(
    name="pmqa",
    help="Reads Thai PMQA assessment documents and turns reviewer comments into OFI data. Works offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Console entry point: UTF-8 on every platform, and no traceback for a failure we know."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="surrogateescape" if stream is sys.stdin else "replace")
    try:
        app()
    except PmqaError as error:
        typer.echo(f"pmqa: {error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
