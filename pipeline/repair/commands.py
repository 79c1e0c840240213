"""What ``pmqa repair`` does around the repair: reads, lists, writes."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.errors import PmqaError
from pipeline.extract.plaintext import decode
from pipeline.repair import Explained, Repairer, default_repairer, read_terms, repair_and_explain


def read_text(file: Path | None) -> str:
    """The text of a file, or of standard input for None and "-", in whatever encoding Thai text files have.

    Raises PmqaError if there is no such file, or it cannot be read.
    """
    if file is None or str(file) == "-":
        return decode(sys.stdin.buffer.read())[0]
    try:
        return decode(file.read_bytes())[0]
    except OSError as error:
        hint = "Check the name; a PDF is repaired by `pmqa extract`."
        raise PmqaError(f"{file} cannot be read.", hint=hint, code="unreadable") from error


def repaired(text: str, terms: Path | None) -> Explained:
    """The text repaired, with the lexicon widened by a file of terms if there is one."""
    repairer = default_repairer()
    if terms is not None:
        repairer = Repairer(repairer.lexicon.with_terms(read_terms(terms)))
    return repair_and_explain(text, repairer)


def listing(text: str, result: Explained) -> str:
    """One line an edit: line:column (from 1), rule, before, after, confidence, separated by tabs."""
    rows: list[str] = []
    number, line_start = 1, 0
    for edit in result.edits:
        number += text.count("\n", line_start, edit.start)
        line_start = text.rfind("\n", 0, edit.start) + 1
        place = f"{number}:{edit.start - line_start + 1}"
        rows.append(f"{place}\t{edit.rule}\t{edit.before}\t{edit.after}\t{edit.confidence:.3f}\n")
    return "".join(rows)


def write_text(text: str, output: Path | None) -> None:
    """Writes UTF-8 with the line ends as they are, to a file or to standard output."""
    data = text.encode("utf-8", "surrogateescape")
    if output is None or str(output) == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise PmqaError(f"{output} cannot be written.", hint="Name a file in a folder you may write to.") from error
