"""Which files a user means: the ones named, and the documents in the folders named."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import PmqaError

#: Media type of each kind of file that is read.
MEDIA_TYPES = {".pdf": "application/pdf", ".txt": "text/plain", ".md": "text/markdown"}


@dataclass(frozen=True, slots=True)
class Input:
    """A file to ingest, or something that was named or found and cannot be: then `problem` says why.

    `key` is the path it is known by in the store.
    """

    path: Path
    problem: PmqaError | None = None

    @property
    def key(self) -> str:
        """Its absolute path, in the form in which the system compares paths and text files can hold."""
        path = os.path.normcase(os.path.abspath(self.path))  # noqa: PTH100 - a link is a path of its own
        return os.fsencode(path).decode("utf-8", "backslashreplace")

    @property
    def name(self) -> str:
        """Its file name, in Unicode's composed form."""
        name = os.fsencode(self.path.name).decode("utf-8", "replace")
        return unicodedata.normalize("NFC", name)

    @property
    def media_type(self) -> str | None:
        """What its suffix says it is, None for a file of another kind."""
        return MEDIA_TYPES.get(self.path.suffix.lower())


@dataclass(slots=True)
class Inputs:
    """The files that were meant, in a lasting order, and how many others the folders held."""

    files: list[Input] = field(default_factory=list)
    skipped: int = 0


def find_inputs(paths: Iterable[str | os.PathLike[str]]) -> Inputs:
    """The files named, and the documents in the folders named and their subfolders, each once.

    In folders, files of other kinds and hidden ones are passed over; what is named is always answered for.
    """
    found = Inputs()
    seen: set[str] = set()
    for path in map(Path, paths):
        for file in _in_folder(path, found) if _is_folder(path) else [_named(path)]:
            if file.key not in seen:
                seen.add(file.key)
                found.files.append(file)
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long to be one
        return False


def _named(path: Path) -> Input:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        return Input(path, _unreachable(path, error))
    if not stat.S_ISREG(mode):
        return Input(path, _NOT_A_FILE)
    return Input(path, None if path.suffix.lower() in MEDIA_TYPES else _WRONG_TYPE)


def _in_folder(folder: Path, found: Inputs) -> Iterator[Input]:
    waiting = [folder]
    visited: set[str] = set()
    while waiting:
        path = waiting.pop()
        if not _is_folder(path):
            yield _named(path)
            continue
        real = os.path.realpath(path)
        if real in visited:  # links can lead round in a circle
            continue
        visited.add(real)
        try:
            entries = list(path.iterdir())
        except OSError as error:
            yield Input(path, _unreachable(path, error))
            continue
        wanted = [entry for entry in entries if _is_wanted(entry)]
        found.skipped += len(entries) - len(wanted)
        waiting += sorted(wanted, key=lambda entry: unicodedata.normalize("NFC", entry.name), reverse=True)


def _is_wanted(path: Path) -> bool:
    # "~$..." is what Word leaves beside an open document, "._..." what macOS leaves on other disks.
    hidden = path.name.startswith((".", "~$"))
    return not hidden and (path.suffix.lower() in MEDIA_TYPES or _is_folder(path))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal. Raises PmqaError ("unreadable")."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreachable(path, error) from error


def _unreachable(path: Path, error: Exception) -> PmqaError:
    if isinstance(error, FileNotFoundError) and not path.is_symlink():
        return PmqaError(
            "There is no file or folder of this name.",
            hint="Check the name, and whether the disk or network folder is there.",
            code="missing",
        )
    reason = getattr(error, "strerror", None) or str(error)
    return PmqaError(
        f"It cannot be opened: {reason}.",
        hint="Check that you may read it and that no other program holds it, then run again.",
        code="unreadable",
    )


_NOT_A_FILE = PmqaError(
    "It is not a file that can be read, but a device, a socket or a pipe.",
    hint="Name the document itself.",
    code="not-a-file",
)
_WRONG_TYPE = PmqaError(
    "Documents of this kind are not read.",
    hint=f"Only {', '.join(MEDIA_TYPES)} are: save it as a PDF and ingest that.",
    code="wrong-type",
)
