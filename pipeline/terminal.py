"""What people see: tables that fit the terminal, a progress bar where there is one, nothing but data in a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pipeline.records import Record

#: Columns of a table that goes to a pipe or a file.
_PIPE_WIDTH = 120
#: Signs with which a file's name or text could command the terminal.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Text without signs that command a terminal.

    >>> printable("รายงาน\\x1b[2J.pdf")
    'รายงาน�[2J.pdf'
    """
    return _CONTROLS.sub("\ufffd", text)


def where(record: Record) -> str:
    """Where a record stands, for a person: file, page, lines."""
    lines = "-".join(dict.fromkeys(str(n) for n in (record.line_start, record.line_end) if n))
    parts = [record.source_name, f"p. {record.page}" if record.page else "", f"l. {lines}" if lines else ""]
    return ", ".join(part for part in parts if part)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, wide: Sequence[str] = ()) -> None:
    """Print a table to standard output; the columns named in `wide` share the room that the others leave."""
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, markup=False, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, expand=bool(wide) and sys.stdout.isatty(), pad_edge=False)
    for heading in headings:
        table.add_column(heading, ratio=1 if heading in wide else None, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else printable(str(cell))) for cell in row))
    console.print(table)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error if it is a terminal, nothing otherwise; yields `report(done, total, name)`."""
    console = Console(stderr=True, markup=False)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=None, name="")

        def report(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, name=printable(name))

        yield report
