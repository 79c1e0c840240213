"""Pictures of pages with what was read marked on them: lines, table cells, corrected and doubtful characters."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

from pipeline.errors import PmqaError
from pipeline.extract.mend import open_pdf
from pipeline.extract.model import BBox, Document, Page
from pipeline.extract.ocr import Renderer

DPI = 110
_LINE, _CELL, _FURNITURE = "#3060d0", "#109050", "#909090"
_CORRECTED, _DOUBTFUL = "#f0a000", "#e02020"
_SURE = 0.9


def write_pictures(document: Document, source: Path, folder: Path, *, password: str | None = None) -> list[Path]:
    """Writes one PNG a page of the PDF `source`, from which `document` was read, into `folder`; returns them.

    Lines are framed blue, lines in table cells green, running heads grey; corrected clusters are filled amber,
    those with a confidence under 0.9 red. A page that cannot be drawn is white. Raises PmqaError for a file
    that is no PDF, or a folder that cannot be written.
    """
    sound = open_pdf(source, password=password)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Renderer(sound.data) as renderer:
            for page in document.pages:
                target = folder / f"{Path(document.name).stem}-{page.number:04}.png"
                marked(page, *_picture(page, renderer)).save(target)
                written.append(target)
    except OSError as error:
        raise PmqaError(
            f"The pictures cannot be written to {folder}: {error.strerror or error}.", code="unwritable"
        ) from None
    return written


def _picture(page: Page, renderer: Renderer) -> tuple[Image.Image, float]:
    try:
        gray, dpi = renderer.render(page.number, DPI)
    except (PmqaError, pypdfium2.PdfiumError):
        size = (max(1, round(page.width * DPI / 72)), max(1, round(page.height * DPI / 72)))
        return Image.new("RGB", size, "white"), DPI
    return Image.fromarray(gray).convert("RGB"), dpi


def marked(page: Page, picture: Image.Image, dpi: float) -> Image.Image:
    """The page's picture, at `dpi`, with the lines and clusters of the page marked on it."""
    over = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(over)

    def box(place: BBox) -> tuple[float, float, float, float]:
        x0, top, x1, bottom = (edge * dpi / 72 for edge in place)
        return min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom)

    for line in page.lines:
        for cluster in line.clusters:
            if cluster.confidence < _SURE:
                draw.rectangle(box(cluster.bbox), fill=_DOUBTFUL + "90")
            elif cluster.source is not None and page.method == "text":
                draw.rectangle(box(cluster.bbox), fill=_CORRECTED + "70")
        if line.bbox is not None:
            colour = _FURNITURE if line.furniture else _CELL if line.cell is not None else _LINE
            draw.rectangle(box(line.bbox), outline=colour + "c0")
            draw.text((box(line.bbox)[0] - 18, box(line.bbox)[1]), str(line.number), fill=colour)
    return Image.alpha_composite(picture.convert("RGBA"), over).convert("RGB")
