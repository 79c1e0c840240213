"""OCR of pages that have no usable text: which pages, how they are read, which reading of a line is kept.

A page is rendered by pdfium, taken apart into lines (`raster`), read line by line by Tesseract through its
command line, and read again by the shapes of its letters (`shapes`); `fusion` makes one text of the two.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image
from scipy import ndimage

from pipeline.errors import PmqaError
from pipeline.extract.fusion import Reading, fuse
from pipeline.extract.model import BBox, Cluster, Correction, Line, Page
from pipeline.extract.quality import text_quality
from pipeline.extract.raster import WHITE, Box, Gray, PrintPage, page_lines, skew
from pipeline.extract.shapes import reader
from pipeline.thai import arabic_digits

When = Literal["auto", "never", "always"]

# Scans are drawn at their own resolution within these bounds: drawing a picture finer than it is only blurs it.
_LOW, DPI = 199, 300
_LINE_BODY = 28  # pixels: the body height at which lines are given to Tesseract
_MARGIN = 0.4  # white around a line, in body heights
_MAX_PIXELS = 36_000_000  # A2 at 300 dpi; larger pages are rendered more coarsely
_SECONDS_A_LINE, _SECONDS = 3.0, 30.0
_PROVEN = 0.9  # a page with a greater share of glyphs that their fonts bear out is read right as it is
_FEW = 200  # characters: a page with fewer may be a scan with a stamp or a page number on it
_DOUBTFUL = 0.45  # a line of OCR less likely than this is the grain of a picture
_SURE = 0.8  # the same for a line of a letter or two: a page number, or dust

_DEEPEST = 40  # forms within forms

_INSTALL = (
    "Windows: install Tesseract from https://github.com/UB-Mannheim/tesseract/wiki and tick "
    '"Additional language data: Thai". Debian and Ubuntu: apt install tesseract-ocr tesseract-ocr-tha. '
    "Or run with --ocr never to read only what has a text layer."
)


def read_scans(
    pages: Iterable[Page], data: bytes, warnings: list[str], *, when: When = "auto", mended: bool = False
) -> Iterator[Page]:
    """The pages, those without usable text read by OCR; lines are not numbered anew.

    `data` are the bytes the pages come from. With "auto" a page is read by OCR if it shows print that its
    text layer does not have, or if its text fails the quality test, which is stricter when the file had to be
    `mended`; the better reading is kept line by line. Under "auto" a missing engine is a warning, under "always"
    a PmqaError with code "ocr-missing".
    """
    engine: Tesseract | None = None
    skipped: list[int] = []
    missing: PmqaError | None = None
    with Renderer(data) as renderer:
        for page in pages:
            wanted = when == "always" or _unusable(page, mended=mended) or _is_scan(page, renderer)
            if not wanted:
                yield page
                continue
            if when != "never" and missing is None and engine is None:
                try:
                    engine = Tesseract()
                except PmqaError as error:
                    if when == "always":
                        raise
                    missing = error
            if engine is None:
                skipped.append(page.number)
                yield replace(page, unread=True)
                continue
            try:
                yield _read(page, renderer, engine)
            except PmqaError as error:
                warnings.append(f"Page {page.number} could not be read by OCR: {error.message}")
                yield replace(page, unread=True)
    if skipped:
        where = _ranges(skipped)
        if missing is not None:
            warnings.append(f"Scanned, and not read ({where}): {missing}")
        else:
            warnings.append(f"Scanned, and not read because OCR is off: {where}.")


def _unusable(page: Page, *, mended: bool) -> bool:
    """Whether the page has a text layer, but one that cannot be believed."""
    if page.proven > _PROVEN:
        return False
    quality = text_quality("\n".join(line.text for line in page.lines))
    if not quality.characters:
        return False
    return not quality.believable or (mended and quality.score < 0.9 and quality.characters >= _FEW)


def _is_scan(page: Page, renderer: Renderer) -> bool:
    """Whether the page shows several lines of print where its text layer has nothing.

    Text over a background picture is not a scan: the picture shows no lines of its own.
    """
    if sum(len(line.text) for line in page.lines) >= _FEW:
        return False
    if page.lines and not renderer.has_picture(page.number):
        return False
    dpi = DPI / 2
    try:
        gray, dpi = renderer.render(page.number, dpi)
    except PmqaError:
        return False
    live = [line.bbox for line in page.lines if line.bbox is not None]
    found = page_lines(gray, dpi).lines
    bare = [line for line in found if not any(_overlap(_points(line.box, dpi), box) > 0.3 for box in live)]
    return bool(bare) and len(bare) >= (1 if not page.lines else 5 + 2 * len(live))


def _read(page: Page, renderer: Renderer, engine: Tesseract) -> Page:
    gray, dpi = renderer.render(page.number, renderer.resolution(page.number))
    lines = read_picture(gray, dpi, engine)
    for line in lines:
        line.page = page.number
    if not page.lines:
        return replace(page, lines=lines, method="ocr")
    return replace(page, lines=better_lines(page.lines, lines), method="mixed")


def read_picture(gray: Gray, dpi: float, engine: Tesseract) -> list[Line]:
    """The lines on a page picture in reading order, boxes in points. Lines are not numbered."""
    tilt = skew(gray)
    if tilt:
        turned = Image.fromarray(gray).rotate(tilt, Image.Resampling.BICUBIC, fillcolor=WHITE)
        gray = np.asarray(turned)
    page = page_lines(gray, dpi)
    texts = engine.read(line_pictures(gray, page))
    readings = fuse(gray, page, texts, reader())
    lines = []
    for number, (printed, reading) in enumerate(zip(page.lines, readings, strict=True)):
        said = sum(char.isalnum() for char in reading.text)
        if not said or reading.confidence < (_DOUBTFUL if said > 2 else _SURE):
            continue
        box = _points(printed.box, dpi)
        size = page.body * 72 / dpi * 1.9  # a Thai letter is about half as high as its font
        clusters = tuple(
            Cluster(text, _points(place, dpi), "", round(size, 1), "ocr", round(likelihood, 3))
            for text, place, likelihood in reading.clusters
        )
        lines.append(Line(reading.text, reading.text, number, bbox=box, cell=printed.cell, clusters=clusters))
    return lines


def line_pictures(gray: Gray, page: PrintPage) -> list[Image.Image]:
    """Each line alone on white, nothing of its neighbours and of rules in it, all in one size of print."""
    own = np.zeros(int(page.labels.max()) + 1, np.bool_)
    scale = _LINE_BODY / page.body if page.body else 1.0
    margin = round(_MARGIN * _LINE_BODY)
    pictures = []
    for line in page.lines:
        box = Box(
            max(0, line.box.left - 3),
            max(0, line.box.top - 3),
            min(gray.shape[1], line.box.right + 3),
            min(gray.shape[0], line.box.bottom + 3),
        )
        place = np.s_[box.top : box.bottom, box.left : box.right]
        own[:] = False
        own[[blob.label for blob in line.blobs]] = True
        kept = ndimage.maximum_filter(own[page.labels[place]], size=5)  # with the soft edge of the letters
        picture = Image.fromarray(np.where(kept, gray[place], WHITE).astype(np.uint8))
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        canvas = Image.new("L", (size[0] + 2 * margin, size[1] + 2 * margin), WHITE)
        canvas.paste(picture.resize(size, Image.Resampling.LANCZOS), (margin, margin))
        pictures.append(canvas)
    return pictures


def better_lines(layer: Sequence[Line], read: Sequence[Line]) -> list[Line]:
    """For each line on the page the better of its two readings: the text layer's and that of OCR.

    >>> bad = Line("(cid:1)(cid:2) 2566", "(cid:1)(cid:2) 2566", 1, bbox=BBox(0, 0, 100, 10))
    >>> good = Line("รวม ๒๕๖๖", "รวม ๒๕๖๖", 1, bbox=BBox(1, 1, 99, 9))
    >>> [line.text for line in better_lines([bad], [good])]
    ['รวม 2566']
    """
    kept: list[Line] = []
    used: set[int] = set()
    for line in read:
        rivals = [
            number
            for number, other in enumerate(layer)
            if line.bbox is not None and other.bbox is not None and _overlap(other.bbox, line.bbox) > 0.5
        ]
        fresh = [number for number in rivals if number not in used]
        used.update(rivals)
        if not rivals:
            kept.append(line)
        elif fresh:
            claimed = [layer[number] for number in fresh]
            # The file's own letters beat a reading of their picture unless they are plainly worse.
            if min(text_quality(other.text).score for other in claimed) >= text_quality(line.text).score - 0.02:
                kept.extend(claimed)
            else:
                kept.append(_replacing(claimed, line))
    kept.extend(line for number, line in enumerate(layer) if number not in used and text_quality(line.text).believable)
    return kept


def _replacing(claimed: Sequence[Line], line: Line) -> Line:
    """The line as OCR read it, in place of what the file claims; digits stay in the script of the file."""
    raw = " ".join(other.raw for other in claimed)
    text = _digits_of(raw, line.text)
    confidence = float(np.mean([cluster.confidence for cluster in line.clusters])) if line.clusters else 0.5
    change = Correction(0, len(raw), raw, text, "ocr", round(confidence, 3))
    return replace(line, text=text, raw=raw, corrections=(change,), furniture=all(o.furniture for o in claimed))


def _digits_of(claimed: str, text: str) -> str:
    """`text` with its digits as the file writes them, if they are the same numbers.

    A font may draw Arabic digits as Thai ones, so that the picture does not tell which they are.
    """
    ours, theirs = re.findall(r"\d", text), re.findall(r"\d", re.sub(r"\(cid:\d+\)", "", claimed))
    if arabic_digits("".join(ours)) != arabic_digits("".join(theirs)):
        return text
    digits = iter(theirs)
    return re.sub(r"\d", lambda _: next(digits), text)


def _points(box: Box, dpi: float) -> BBox:
    return BBox(*(round(edge * 72 / dpi, 2) for edge in box))


def _overlap(one: BBox, other: BBox) -> float:
    """Share of the smaller box that lies in the larger."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box.x1 - box.x0) * (box.bottom - box.top) for box in (one, other)]
    return width * height / max(min(areas), 1e-6)


def _ranges(numbers: Sequence[int]) -> str:
    """Page numbers as people write them.

    >>> _ranges([1, 2, 3, 7])
    'pages 1-3, 7'
    """
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    text = ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)
    return f"{'page' if len(numbers) == 1 else 'pages'} {text}"


class Renderer:
    """Pages of one PDF as pictures. A context manager; opens nothing until a page is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pdfium: pypdfium2.PdfDocument | None = None
        self._pike: pikepdf.Pdf | None = None

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pdfium is not None:
            self._pdfium.close()
        if self._pike is not None:
            self._pike.close()

    def render(self, number: int, dpi: float) -> tuple[Gray, float]:
        """Page `number` (from 1) in shades of grey, and the resolution it came out at.

        Raises PmqaError with code "unrenderable" for a page that pdfium cannot draw, or that would bring it down.
        """
        if _draws_itself(self._object(number)):
            raise PmqaError("The page is drawn by a form that contains itself.", code="unrenderable")
        try:
            if self._pdfium is None:
                self._pdfium = pypdfium2.PdfDocument(self._data)
            page = self._pdfium[number - 1]
            width, height = page.get_size()
            dpi = min(dpi, 72 * (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
            bitmap = page.render(scale=dpi / 72, grayscale=True)
            gray: Gray = np.array(bitmap.to_pil().convert("L"))
            bitmap.close()
            page.close()
        except (pypdfium2.PdfiumError, ValueError, OSError) as error:
            raise PmqaError(f"The page cannot be drawn: {error}.", code="unrenderable") from error
        return gray, dpi

    def has_picture(self, number: int) -> bool:
        """Whether the page, or a form drawn on it, has a picture among its resources."""
        return next(self._pictures(number), None) is not None

    def resolution(self, number: int) -> float:
        """Dots per inch at which to draw the page: those of its widest picture, within bounds."""
        page = self._object(number)
        left, _, right, _ = (float(edge) for edge in pikepdf.Page(page).mediabox)
        widest = max((int(picture.get("/Width", 0)) for picture in self._pictures(number)), default=0)
        inches = abs(right - left) / 72
        if not widest or not inches:
            return DPI
        # A hair less: pdfium rounds up, and one pixel more would smear the whole picture.
        return min(max((widest - 0.01) / inches, _LOW), DPI)

    def _pictures(self, number: int) -> Iterator[pikepdf.Object]:
        waiting, seen = [self._object(number)], set()
        while waiting:
            for child in _xobjects(waiting.pop()):
                if _is_picture(child):
                    yield child
                elif child.objgen not in seen:
                    seen.add(child.objgen)
                    waiting.append(child)

    def _object(self, number: int) -> pikepdf.Object:
        if self._pike is None:
            self._pike = pikepdf.open(io.BytesIO(self._data))
        return self._pike.pages[number - 1].obj


def _xobjects(owner: pikepdf.Object) -> Iterator[pikepdf.Stream]:
    """The forms and pictures among the resources of a page or form."""
    resources = owner.get("/Resources")
    found = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    if isinstance(found, pikepdf.Dictionary):
        yield from (child for child in found.values() if isinstance(child, pikepdf.Stream))


def _is_picture(xobject: pikepdf.Object) -> bool:
    return bool(xobject.get("/Subtype") == "/Image")


def _draws_itself(page: pikepdf.Object) -> bool:
    """Whether a form on the page contains itself: drawing it never ends, and pdfium takes all memory trying."""
    done: set[tuple[int, int]] = set()

    def loops(owner: pikepdf.Object, path: tuple[tuple[int, int], ...]) -> bool:
        for form in _xobjects(owner):
            if _is_picture(form) or form.objgen in done:
                continue
            if form.objgen in path or len(path) >= _DEEPEST or loops(form, (*path, form.objgen)):
                return True
        if path:
            done.add(path[-1])
        return False

    return loops(page, ())


class Tesseract:
    """The OCR engine, through its command line. Raises PmqaError, code "ocr-missing", if it is not there."""

    def __init__(self) -> None:
        self._program = _program()
        languages = _languages(self._program)
        if "tha" not in languages:
            raise PmqaError("Tesseract is installed without its Thai data.", hint=_INSTALL, code="ocr-missing")
        self._languages = "+".join(name for name in ("tha", "eng") if name in languages)

    def read(self, pictures: Sequence[Image.Image]) -> list[str]:
        """The text of each picture of one line, in one run of the program.

        Raises PmqaError with code "ocr-failed" if the program fails or takes too long.
        """
        if not pictures:
            return []
        with tempfile.TemporaryDirectory(prefix="pmqa-") as folder:
            # Relative names: the program cannot be relied on to open a path with Thai letters on Windows.
            names = [f"{number}.png" for number in range(len(pictures))]
            for name, picture in zip(names, pictures, strict=True):
                picture.save(Path(folder, name), dpi=(DPI, DPI))
            Path(folder, "list.txt").write_text("\n".join(names) + "\n", "ascii")
            command = [self._program, "list.txt", "-", "-l", self._languages, "--psm", "7", "--dpi", str(DPI), "tsv"]
            table = _run(command, folder, _SECONDS + _SECONDS_A_LINE * len(pictures))
        texts: list[list[str]] = [[] for _ in pictures]
        for row in table.splitlines()[1:]:
            level, number, *_, text = row.split("\t")
            if level == "5" and text.strip():
                texts[int(number) - 1].append(text)
        return [" ".join(words) for words in texts]


@cache
def _program() -> str:
    found = shutil.which("tesseract")
    if found:
        return found
    for variable in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"):
        root = os.environ.get(variable)
        for folder in (("Tesseract-OCR",), ("Programs", "Tesseract-OCR")) if root else ():
            candidate = Path(str(root), *folder, "tesseract.exe")
            if candidate.is_file():
                return str(candidate)
    raise PmqaError("The OCR engine Tesseract is not installed.", hint=_INSTALL, code="ocr-missing")


@cache
def _languages(program: str) -> frozenset[str]:
    return frozenset(_run([program, "--list-langs"], None, _SECONDS).split())


def _run(command: Sequence[str], folder: str | None, seconds: float) -> str:
    # One thread a run: documents are read side by side, and more threads only take turns.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        raise PmqaError(f"Tesseract took more than {seconds:.0f} seconds.", code="ocr-failed") from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise PmqaError(f"Tesseract failed: {error}.", hint=_INSTALL, code="ocr-failed") from None
    return done.stdout.decode("utf-8", "replace")


__all__ = ["DPI", "Reading", "Renderer", "Tesseract", "better_lines", "read_picture", "read_scans"]
