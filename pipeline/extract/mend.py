"""Opens a PDF safely: what is not a PDF is refused in words, what is locked asks for its password,
what is damaged is mended, and what cannot be mended says so.

`open_pdf` yields bytes that every later engine can read: decrypted, with a sound cross-reference table and a
pages tree that ends. qpdf (through pikepdf) does the mending; pdfium is the second opinion on the number of
pages, and the second mender for files that qpdf gives up on. No page is parsed here, so the known files that
bring pdfium down while it reads a page do no harm.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium_c

from pipeline.errors import PmqaError

#: More pages than this are a mistake or an attack, not an assessment document.
MAX_PAGES = 20_000
#: How far into a file its header is looked for; web servers' and mail gateways' junk is far shorter.
_HEADER_WINDOW = 1 << 20
_HEADER = re.compile(rb"%PDF-\d")
_END = b"%%EOF"
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
    (b"Rar!", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
)
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_KINDS: dict[str, tuple[str, str]] = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        "a Word document",
        "Open it in Word and save it as PDF.",
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        "an Excel workbook",
        "Open it in Excel and save it as PDF.",
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (
        "a PowerPoint presentation",
        "Open it in PowerPoint and save it as PDF.",
    ),
    "application/x-ole-storage": (
        "an old or password-protected Office document",
        "Open it in the program it was written with and save it as PDF.",
    ),
    "application/zip": ("a ZIP archive", "Unpack it and give the PDF files inside."),
    "application/vnd.rar": ("a RAR archive", "Unpack it and give the PDF files inside."),
    "application/x-7z-compressed": ("a 7-Zip archive", "Unpack it and give the PDF files inside."),
    "application/gzip": ("a gzip archive", "Unpack it and give the PDF file inside."),
    "application/rtf": ("an RTF document", "Open it in Word and save it as PDF."),
    "application/postscript": ("a PostScript file", "Convert it to PDF first."),
    "text/html": ("a web page", "The download probably failed or asked for a login; download the PDF again."),
    "image/png": ("a PNG picture", "Print or convert it to PDF; the scan is then read by OCR."),
    "image/jpeg": ("a JPEG picture", "Print or convert it to PDF; the scan is then read by OCR."),
    "image/tiff": ("a TIFF picture", "Print or convert it to PDF; the scan is then read by OCR."),
    "image/gif": ("a GIF picture", "Print or convert it to PDF; the scan is then read by OCR."),
    "text/plain": ("a text file", "Give it the ending .txt if it is to be read as text."),
}


@dataclass(frozen=True, slots=True)
class SoundPdf:
    """A PDF fit to be read by any engine.

    `data` are its bytes, decrypted and mended where that was needed and otherwise the file's own; `pages` is
    the number of pages two engines agree on (>= 1); `mended` tells that the bytes were rebuilt, so that the
    text must pass a quality test before it is believed; `warnings` are sentences for the user.
    """

    data: bytes
    pages: int
    mended: bool = False
    warnings: tuple[str, ...] = ()


def sniff(data: bytes) -> str:
    """The media type that the bytes themselves show, whatever the file's name says.

    >>> sniff(b"%PDF-1.7 ..."), sniff(b"<!DOCTYPE html><html>"), sniff("ผลการประเมิน".encode())
    ('application/pdf', 'text/html', 'text/plain')
    """
    if _HEADER.search(data, 0, 1024):
        return "application/pdf"
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    # A file that begins with junk and a header further in is a PDF all the same.
    if _HEADER.search(data, 0, _HEADER_WINDOW):
        return "application/pdf"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")) or b"<html" in head:
        return "text/html"
    if re.search(rb"\d+ \d+ obj\b", data) and b"endobj" in data:
        return "application/pdf"  # the header itself was lost
    if b"\x00" in head:
        return "application/octet-stream"
    return "text/plain"


def open_pdf(source: Path | bytes, *, password: str | None = None) -> SoundPdf:
    """Bytes of the PDF that every engine can read, mended if need be.

    `source` is the path or the bytes of the file; `password` opens an encrypted one (the user's or the
    owner's). Raises PmqaError with code "unreadable" (no such file, no permission), "empty", "not-pdf",
    "encrypted", "wrong-password", "damaged", "no-pages" or "too-many-pages".
    """
    data = source if isinstance(source, bytes) else _read(source)
    if not data.strip(b"\x00 \t\r\n"):
        raise PmqaError(
            "The file is empty.",
            hint="The copy or download did not finish; get the file again.",
            code="empty",
        )
    kind = sniff(data)
    if kind != "application/pdf":
        name, hint = _KINDS.get(kind, ("not a PDF", "Check that it is the right file."))
        what = name if name == "not a PDF" else f"{name}, not a PDF"
        raise PmqaError(f"The file is {what}.", hint=hint, code="not-pdf")

    header = _HEADER.search(data, 0, _HEADER_WINDOW)
    junk = header.start() if header else 0
    data = data[junk:]
    if _END not in data[-2048:]:  # cut off: qpdf loses an object that ends with the very last byte
        data += b"\n" + _END + b"\n"
    sound = _mend(data, password)
    if junk:
        note = f"{junk:,} bytes of foreign data before the PDF were left out."
        sound = replace(sound, mended=True, warnings=(note, *sound.warnings))
    if sound.pages > MAX_PAGES:
        raise PmqaError(
            f"The PDF claims {sound.pages:,} pages.",
            hint=f"No more than {MAX_PAGES:,} are read from one file; split it first.",
            code="too-many-pages",
        )
    return sound


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PmqaError(f"There is no file {path}.", hint="Check the name.", code="unreadable") from None
    except IsADirectoryError:
        raise PmqaError(f"{path} is a folder.", hint="Give the files in it.", code="unreadable") from None
    except OSError as error:  # on Windows opening a folder is a PermissionError
        raise PmqaError(
            f"{path} cannot be read: {error.strerror or error}.",
            hint="Check that it is a file, that you may read it and that no other program holds it.",
            code="unreadable",
        ) from None


def _office_kind(data: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "application/zip"
    for folder, kind in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return kind
    return "application/zip"


def _mend(data: bytes, password: str | None) -> SoundPdf:
    """The first sound reading: as it is or mended by qpdf, with a new pages tree, copied by pdfium."""
    locked: PmqaError | None = None
    menders: tuple[Callable[[bytes, str | None], SoundPdf], ...] = (_qpdf, _qpdf_new_tree, _pdfium_copy)
    empty = False
    for mender in menders:
        try:
            reading = mender(data, password)
        except pikepdf.PasswordError:
            locked = _locked(password)
            continue
        except _UnmendableError:
            continue
        if reading.pages == 0:
            empty = True
            continue
        return reading
    if locked:
        raise locked
    if empty:
        raise PmqaError("The PDF has no pages.", hint="Make it again from the original document.", code="no-pages")
    raise PmqaError(
        "The PDF is damaged beyond mending.",
        hint="Get another copy, or open it in the program it was made with and save it as PDF again.",
        code="damaged",
    )


class _UnmendableError(Exception):
    """This engine cannot make sense of the file."""


def _qpdf(data: bytes, password: str | None) -> SoundPdf:
    """The file itself if qpdf and pdfium agree on it, else qpdf's version of it."""
    with _pike(data, password) as pdf:
        pages = _count(pdf)
        faults = len(pdf.get_warnings())
        encrypted = pdf.is_encrypted
        notes = []
        if encrypted and not pdf.allow.extract:
            notes.append("Its author asked that text is not copied from the file; it was read for analysis.")
        if not faults and not encrypted and pages and _pdfium_pages(data) == pages:
            return SoundPdf(data, pages, mended=False)
        saved = _saved(pdf)
    # Writing resolves every object and may turn up faults that opening did not: what counts is the result.
    with _pike(saved, None) as pdf:
        kept = _count(pdf)
    if faults:
        notes.append("The file was damaged and has been mended.")
    second = _pdfium_pages(saved)
    if kept and second is not None and second != kept:
        notes.append(f"One engine finds {kept:,} pages, another {second:,}; some may be missing.")
    return SoundPdf(saved, kept, bool(faults), tuple(notes))


def _qpdf_new_tree(data: bytes, password: str | None) -> SoundPdf:
    """For a pages tree with loops, holes or too many levels: a new, flat one over the pages there are."""
    with _pike(data, password) as pdf:
        try:
            dictionaries = (each for each in pdf.objects if isinstance(each, pikepdf.Dictionary))
            found = [each for each in dictionaries if each.get("/Type") == "/Page"]
            if not found:
                raise _UnmendableError
            for page in found:
                for key, value in _inherited(page):
                    page[key] = value
            tree = pikepdf.Dictionary(Type=pikepdf.Name.Pages, Count=len(found), Kids=pikepdf.Array(found))
            pdf.Root.Pages = pdf.make_indirect(tree)
            for page in found:
                page.Parent = pdf.Root.Pages
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _UnmendableError from error
        saved = _saved(pdf)
    with _pike(saved, None) as pdf:
        kept = _count(pdf)
    note = f"The table of pages was broken and has been rebuilt from the pages found in the file: {kept:,}."
    return SoundPdf(saved, kept, mended=True, warnings=(note,))


def _pdfium_copy(data: bytes, password: str | None) -> SoundPdf:
    """For what qpdf gives up on: pdfium's own copy of the file."""
    document = _pdfium(data, password)
    if document is None:
        raise _UnmendableError
    try:
        copy = io.BytesIO()
        document.save(copy, flags=pdfium_c.FPDF_REMOVE_SECURITY)
    except pypdfium2.PdfiumError as error:
        raise _UnmendableError from error
    finally:
        document.close()
    saved = copy.getvalue()
    with _pike(saved, None) as pdf:
        pages = _count(pdf)
    note = "The file was badly damaged and has been rebuilt."
    return SoundPdf(saved, pages, mended=True, warnings=(note,))


def _pike(data: bytes, password: str | None) -> pikepdf.Pdf:
    try:
        # Handing page attributes down walks the pages tree, which is the part that may be broken.
        return pikepdf.open(io.BytesIO(data), password=password or "", inherit_page_attributes=False)
    except pikepdf.PasswordError:
        raise
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError, RuntimeError) as error:
        raise _UnmendableError from error


def _count(pdf: pikepdf.Pdf) -> int:
    try:
        return len(pdf.pages)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        raise _UnmendableError from error


def _saved(pdf: pikepdf.Pdf) -> bytes:
    """The document written anew: no encryption, all objects in the open, a sound cross-reference table."""
    target = io.BytesIO()
    # pikepdf's logger repeats on stderr what the warnings of the result say in words.
    logger = logging.getLogger("pikepdf")
    level, logger.level = logger.level, logging.CRITICAL
    try:
        pdf.save(target, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        raise _UnmendableError from error
    finally:
        logger.level = level
    return target.getvalue()


def _inherited(page: pikepdf.Dictionary) -> Iterator[tuple[str, pikepdf.Object]]:
    """Attributes the page takes from the nodes above it, the nearest first, however the nodes are tangled."""
    missing = {key for key in _INHERITED if key not in page}
    seen: set[tuple[int, int]] = set()
    node = page.get("/Parent")
    while missing and isinstance(node, pikepdf.Dictionary) and node.objgen not in seen:
        seen.add(node.objgen)
        for key in sorted(missing & set(node.keys())):
            missing.discard(key)
            yield key, node[key]
        node = node.get("/Parent")


def _pdfium(data: bytes, password: str | None) -> pypdfium2.PdfDocument | None:
    try:
        return pypdfium2.PdfDocument(data, password=password)
    except pypdfium2.PdfiumError:
        return None


def _pdfium_pages(data: bytes) -> int | None:
    """How many pages pdfium finds, None if it cannot open the file at all."""
    document = _pdfium(data, None)
    if document is None:
        return None
    try:
        return len(document)
    finally:
        document.close()


def _locked(password: str | None) -> PmqaError:
    if password:
        return PmqaError(
            "The password does not open this PDF.",
            hint="Capital and small letters differ; check whether the keyboard is set to Thai or English.",
            code="wrong-password",
        )
    return PmqaError(
        "The PDF is locked with a password.",
        hint="Give it with --password, or open the file, remove the password and save it again.",
        code="encrypted",
    )
