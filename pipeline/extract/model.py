"""What extraction yields, and every later stage reads: a document of pages of lines of clusters.

Lines come in reading order. Text is what a person sees on the page, `raw` is what the file claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class BBox(NamedTuple):
    """A box in PDF points from the page's top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


#: The row of cells that finish a row of the page before.
CUT_ROW = -1


class Cell(NamedTuple):
    """The table cell a line stands in: table number within the document, row and column, all from 0.

    Where a page break cut a row, its cells that are finished on the next page without having moved (see `Page`)
    stand there in row `CUT_ROW`.
    """

    table: int
    row: int
    column: int


class Correction(NamedTuple):
    """One stretch of a line that differs from what the file claims.

    `start`/`end` are offsets in `Line.raw`; `source` names the evidence ("actualtext", "cmap", "outline",
    "zero-width", "stream-order", "presentation-form", "repair:<rule>", "ocr", ...); `confidence` is 0..1.
    """

    start: int
    end: int
    before: str
    after: str
    source: str
    confidence: float


class Cluster(NamedTuple):
    """A base character with its marks, as drawn: text, place, font and size in points.

    `source` is the evidence that settled the text, None where the file's own claim stood.
    """

    text: str
    bbox: BBox
    font: str
    size: float
    source: str | None = None
    confidence: float = 1.0


@dataclass(slots=True)
class Line:
    """One line in reading order.

    `number` counts from 1 through the source text (a .txt file's own line numbers; for a PDF, the lines
    of the extracted text). `page` is 1-based, None for plain text, as are `bbox` and `cell`.
    `furniture` marks running headers, footers and page numbers, which no reader of forms may take for text.
    `joint` says how the line runs on into the next one of its paragraph: "" where a word goes on, " " where the
    layout shows a break between phrases, None where the paragraph ends or nothing is known (plain text).
    """

    text: str
    raw: str
    number: int
    page: int | None = None
    bbox: BBox | None = None
    cell: Cell | None = None
    furniture: bool = False
    joint: str | None = None
    corrections: tuple[Correction, ...] = ()
    clusters: tuple[Cluster, ...] = ()


@dataclass(slots=True)
class Page:
    """A page: its number from 1, its size in points (0 for plain text), its lines, how it was read.

    `method` is "text" (the file's own text layer), "ocr", or "mixed" (the better reading kept per line).
    `row_cut` says that its last table row goes on at the top of the next page. Cells of such a row are read
    to their end one after the other, so lines printed on the next page may stand among the lines of this one;
    `Line.page` tells where a line is printed. `proven` is the share (0..1) of its Thai glyphs whose reading the
    fonts themselves bear out. `unread` says that it shows print which could not be read.
    """

    number: int
    width: float
    height: float
    lines: list[Line]
    method: str = "text"
    row_cut: bool = False
    proven: float = 0.0
    unread: bool = False


@dataclass(slots=True)
class Document:
    """A read file. `warnings` are sentences for the user: what was mended, skipped or is doubtful."""

    name: str
    sha256: str
    media_type: str
    pages: list[Page]
    title: str | None = None
    warnings: list[str] = field(default_factory=list)

    def lines(self, *, furniture: bool = False) -> Iterator[Line]:
        """All lines in reading order; running headers and the like only if asked for."""
        for page in self.pages:
            for line in page.lines:
                if furniture or not line.furniture:
                    yield line


def as_dict(document: Document) -> dict[str, Any]:
    """The document as plain data: pages, their lines, and the source of each correction. Clusters stay out.

    Boxes are in points, offsets of corrections count characters of `raw`.
    """
    return {
        "source_name": document.name,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "title": document.title,
        "warnings": document.warnings,
        "pages": [
            {
                "number": page.number,
                "width": page.width,
                "height": page.height,
                "method": page.method,
                "row_cut": page.row_cut,
                "lines": [_line_as_dict(line) for line in page.lines],
            }
            for page in document.pages
        ],
    }


def _line_as_dict(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "page": line.page,
        "text": line.text,
        "raw": line.raw,
        "bbox": None if line.bbox is None else [round(value, 2) for value in line.bbox],
        "cell": None if line.cell is None else line.cell._asdict(),
        "furniture": line.furniture,
        "joint": line.joint,
        "corrections": [correction._asdict() for correction in line.corrections],
    }
