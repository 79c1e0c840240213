"""Text into a command and out of it: from a file or standard input, to a file or standard output."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.errors import PmqaError
from pipeline.export import whole_file
from pipeline.extract.mend import sniff
from pipeline.extract.plaintext import decode

#: What the bytes of a text may look like; UTF-16 has zero bytes in it.
_TEXT = ("text/plain", "text/html", "application/octet-stream")


def read_text(file: Path | None) -> str:
    """The text of a file, or of standard input for None and "-", in whatever encoding Thai text files have.

    Raises PmqaError: "unreadable" if there is no such file, or it cannot be read; "unsupported" if it holds no text.
    """
    try:
        data = sys.stdin.buffer.read() if file is None or str(file) == "-" else file.read_bytes()
    except OSError as error:
        hint = "Check the name; a PDF is read by `pmqa extract`."
        raise PmqaError(f"{file} cannot be read: {error.strerror}.", hint=hint, code="unreadable") from error
    if sniff(data) not in _TEXT:
        hint = "`pmqa extract FILE` prints the text of a PDF; `pmqa ingest FILE` reads it whole."
        raise PmqaError(f"{file or 'Standard input'} is no text file.", hint=hint, code="unsupported")
    return decode(data)[0]


def write_text(text: str, output: Path | None) -> None:
    """Writes UTF-8 with the line ends as they are, to a file, all of it or nothing, or to standard output.

    Raises PmqaError ("output") if it cannot be written.
    """
    sys.stdout.flush()
    with whole_file(None if str(output or "-") == "-" else output, sys.stdout.buffer) as file:
        file.write(text.encode("utf-8", "surrogateescape"))
