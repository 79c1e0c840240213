"""Reading files: what a person sees on the page, as pages of lines of clusters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import PmqaError
from pipeline.extract import mend, pdf, plaintext
from pipeline.extract.model import BBox, Cell, Cluster, Correction, Document, Line, Page

__all__ = ["BBox", "Cell", "Cluster", "Correction", "Document", "Line", "Ocr", "Page", "extract", "iter_pages"]

Ocr = Literal["auto", "never", "always"]

_MEDIA_TYPES = {".pdf": "application/pdf", ".txt": "text/plain", ".md": "text/markdown"}


def extract(path: str | Path, *, ocr: Ocr = "auto") -> Document:
    """Reads a .pdf, .txt or .md file whole.

    `ocr` says when scanned pages are read by OCR: "auto" where a page has no usable text, "never", "always".
    Raises PmqaError if the file cannot be read at all.
    """
    source = Path(path)
    data = _read(source)
    document = Document(source.name, hashlib.sha256(data).hexdigest(), _media_type(source, data), [])
    document.pages = list(_pages(source, data, document.media_type, document.warnings, ocr))
    document.title = next((line.text for line in document.lines() if line.text.strip()), None)
    return document


def iter_pages(path: str | Path, *, ocr: Ocr = "auto") -> Iterator[Page]:
    """Reads a file page by page; memory stays flat however many there are."""
    source = Path(path)
    data = _read(source)
    return _pages(source, data, _media_type(source, data), [], ocr)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PmqaError(f"There is no file {path}.", hint="Check the name.", code="unreadable") from None
    except OSError as error:
        raise PmqaError(f"{path} cannot be read: {error.strerror}.", code="unreadable") from None


def _media_type(path: Path, data: bytes) -> str:
    if mend.sniff(data) == "application/pdf":
        return "application/pdf"
    try:
        return _MEDIA_TYPES[path.suffix.lower()]
    except KeyError:
        raise PmqaError(
            f"{path.name} is not a kind of file pmqa reads.", hint="It reads .pdf, .txt and .md.", code="unsupported"
        ) from None


def _pages(path: Path, data: bytes, media_type: str, warnings: list[str], ocr: Ocr) -> Iterator[Page]:
    if media_type != "application/pdf":
        text, _ = plaintext.decode(data)
        yield from _repaired(plaintext.read_pages(text))
        return
    sound = mend.open_pdf(path)
    warnings.extend(sound.warnings)
    yield from _repaired(_numbered(pdf.read_pages(sound.data)))


def _numbered(pages: Iterable[Page]) -> Iterator[Page]:
    """Numbers the lines of a document through, from 1."""
    number = 0
    for page in pages:
        for line in page.lines:
            number += 1
            line.number = number
        yield page


def _repaired(pages: Iterable[Page]) -> Iterator[Page]:
    """Repairs what is wrong with the text itself, after the page has had its say."""
    repair = _repairer()
    for page in pages:
        if repair is not None and page.lines:
            for line, explained in zip(page.lines, repair([line.text for line in page.lines]), strict=True):
                if explained.text != line.text:
                    line.text = explained.text
        yield page


def _repairer() -> Callable[[list[str]], list[Any]] | None:
    try:
        from pipeline.repair import repair_lines  # type: ignore[attr-defined]
    except ImportError:
        return None
    return repair_lines  # type: ignore[no-any-return]
