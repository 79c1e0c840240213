"""Reading files: what a person sees on the page, as pages of lines of clusters."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Literal

from pythainlp.tokenize import word_tokenize

from pipeline.errors import PmqaError
from pipeline.extract import mend, outlines, pdf, plaintext
from pipeline.extract.model import BBox, Cell, Cluster, Correction, Document, Line, Page
from pipeline.extract.ocr import read_scans
from pipeline.extract.quality import text_quality
from pipeline.repair import Edit, correct_misreadings, repair_lines, replay

__all__ = ["BBox", "Cell", "Cluster", "Correction", "Document", "Line", "Ocr", "Page", "extract", "iter_pages"]

Ocr = Literal["auto", "never", "always"]

_MEDIA_TYPES = {".pdf": "application/pdf", ".txt": "text/plain", ".md": "text/markdown"}


def extract(path: str | Path, *, ocr: Ocr = "auto", password: str | None = None) -> Document:
    """Reads a .pdf, .txt or .md file whole.

    `ocr` says when scanned pages are read by OCR: "auto" where a page has no usable text, "never", "always".
    `password` opens an encrypted PDF. Raises PmqaError if the file cannot be read at all.
    """
    source = Path(path)
    data = _read(source)
    document = Document(source.name, hashlib.sha256(data).hexdigest(), _media_type(source, data), [])
    document.pages = list(_pages(source, data, document.media_type, document.warnings, ocr, password))
    _correct(document)
    document.title = next((line.text for line in document.lines() if line.text.strip()), None)
    return document


def iter_pages(path: str | Path, *, ocr: Ocr = "auto", password: str | None = None) -> Iterator[Page]:
    """Reads a file page by page; memory stays flat however many there are.

    What OCR misread stays: it is told by the whole document.
    """
    source = Path(path)
    data = _read(source)
    return _pages(source, data, _media_type(source, data), [], ocr, password)


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


@cache
def _ready() -> None:
    """Loads what every document needs, once, and spares the garbage collector from walking it again and again.

    Pages are made of very many small objects without cycles, for which it would run all the time.
    """
    repair_lines(["ก ารทำาง่าน"])
    outlines.library()
    text_quality("ไทย")
    word_tokenize("ไทย", engine="newmm")
    gc.freeze()
    gc.set_threshold(max(gc.get_threshold()[0], 50_000), 20, 20)


def _pages(
    path: Path, data: bytes, media_type: str, warnings: list[str], ocr: Ocr, password: str | None
) -> Iterator[Page]:
    if media_type != "application/pdf":
        text, _ = plaintext.decode(data)
        yield from _repaired(plaintext.read_pages(text))
        return
    _ready()
    sound = mend.open_pdf(path, password=password)
    warnings.extend(sound.warnings)
    pages = read_scans(pdf.read_pages(sound.data), sound.data, warnings, when=ocr, mended=sound.mended)
    yield from _repaired(_numbered(pages))


def _numbered(pages: Iterable[Page]) -> Iterator[Page]:
    """Numbers the lines of a document through, from 1, and its tables, from 0."""
    number = tables = 0
    for page in pages:
        first = tables
        for line in page.lines:
            number += 1
            line.number = number
            if line.cell is not None:
                line.cell = line.cell._replace(table=first + line.cell.table)
                tables = max(tables, line.cell.table + 1)
        yield page


def _repaired(pages: Iterable[Page]) -> Iterator[Page]:
    """Repairs what is wrong with the text itself, after the page has had its say."""
    for page in pages:
        for line, repaired in zip(page.lines, repair_lines([line.text for line in page.lines]), strict=True):
            # What the glyphs of a page do not show was not lost on the way from the page.
            drawn = page.method == "text" and bool(line.clusters)
            edits = [edit for edit in repaired.edits if not (drawn and "dropped_mark" in edit.rule)]
            if edits:
                _take(line, edits)
        yield page


def _correct(document: Document) -> None:
    """Corrects what OCR misread, on the pages it read, and says so."""
    if document.media_type == "application/pdf":
        lines = [line for page in document.pages if page.method == "ocr" for line in page.lines]
    else:
        lines = list(document.lines())
        if not plaintext.is_from_ocr("\n".join(line.raw for line in lines)):
            return
    found: dict[tuple[str, str], list[str]] = {}
    for line, corrected in zip(lines, correct_misreadings([line.text for line in lines]), strict=True):
        if corrected.edits:
            _take(line, list(corrected.edits))
        for edit in corrected.edits:
            found.setdefault((edit.before, edit.after), []).append(str(line.number))
    for (before, after), numbers in found.items():
        where = f"line{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
        document.warnings.append(f"“{before}” is read as “{after}” ({where})")


def _take(line: Line, edits: list[Edit]) -> None:
    """Gives a line its repaired text; edits count characters of the old text, corrections those of `raw`."""
    place = _offsets(line.text, line.raw)
    repairs = [
        Correction(place[e.start], place[e.end], e.before, e.after, f"repair:{e.rule}", e.confidence) for e in edits
    ]
    line.text = replay(line.text, edits)
    line.corrections = tuple(sorted((*line.corrections, *repairs), key=lambda c: (c.start, c.end)))


def _offsets(text: str, raw: str) -> list[int]:
    """For each offset of a text the offset of what it was made from."""
    if text == raw:
        return list(range(len(text) + 1))
    place = [0] * (len(text) + 1)
    for _, a0, a1, b0, b1 in SequenceMatcher(None, text, raw, autojunk=False).get_opcodes():
        for n in range(a0, a1):
            place[n] = min(b0 + n - a0, b1)
    place[len(text)] = len(raw)
    return place
