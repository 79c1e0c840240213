"""The sample documents as PDFs, each with the faults of another kind of producer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image

from sampler import blocks, plain
from sampler.content import Content, Row, framework, read
from sampler.office_pdf import Document, Family, Fault, Font, save
from sampler.wrap import processor, report

FONTS = Path("/usr/share/fonts/truetype")
_MARGIN, _BOTTOM = 56.0, 60.0

#: Word 2007-2013: body and headings fail differently, the truth is still in the fonts.
WORD = (Fault.LOST_NIKHAHIT, Fault.LOST_NIKHAHIT | Fault.SPREAD_AM)
#: The same through a tool that strips the cmap and keeps the shifted marks' private codes.
DISTILLED = tuple(f | Fault.PRIVATE_MARKS | Fault.NO_CMAP for f in WORD)
#: A producer that also calls tones beside tall consonants vowels.
SWAPPED = tuple(f | Fault.SWAPPED_TONES for f in WORD)


@dataclass
class Style:
    """The fonts of a document."""

    regular: Family
    bold: Family


def _style(thai: str, faults: Sequence[Fault]) -> Style:
    """Regular and bold of a Thai font, with Latin and check boxes from other fonts."""
    boxes = {"☑": "\uf0fe", "☒": "\uf0fd", "☐": "\uf0a8"}  # what Wingdings calls them

    def family(weight: str, fault: Fault) -> Family:
        latin = Font(FONTS / f"noto/NotoSans-{weight}.ttf")
        signs = Font(FONTS / "dejavu/DejaVuSans.ttf", claims=boxes)
        return Family(thai, (Font(FONTS / f"noto/{thai}-{weight}.ttf", fault), latin, signs))

    return Style(family("Regular", faults[0]), family("Bold", faults[1]))


class Flow:
    """Lines set one under the other, with a head on every page."""

    def __init__(self, document: Document, style: Style, size: float, head: Callable[[], None]) -> None:
        self.document, self.style, self.size = document, style, size
        self._head = head
        self.y = 0.0

    @property
    def leading(self) -> float:
        """Distance of baselines in points."""
        return self.size * 1.55

    def new_page(self) -> None:
        """Start a page with its head."""
        self.document.new_page()
        self.y = _MARGIN
        self._head()

    def room(self, lines: int = 1) -> bool:
        """Whether that many lines fit on the page."""
        return self.y + lines * self.leading <= self.document.height - _BOTTOM

    def line(self, text: str, *, bold: bool = False, indent: float = 0.0) -> None:
        """Set one line, on the next page if this one is full."""
        if not self.room():
            self.new_page()
        self.y += self.leading
        self.draw(_MARGIN + indent, text, bold=bold)

    def draw(self, x: float, text: str, *, bold: bool = False) -> None:
        """Draw at the present line."""
        family = self.style.bold if bold else self.style.regular
        if text.strip():
            self.document.text(x, self.y, text.rstrip(), family, self.size)

    def paragraph(
        self, text: str, *, bold: bool = False, indent: float = 0.0, breaks: Callable[..., list[str]] = report
    ) -> None:
        """Set a paragraph over the full width."""
        width = self.document.width - 2 * _MARGIN - indent
        for line in breaks(text, width, partial(self.measure, bold=bold)):
            self.line(line, bold=bold, indent=indent)

    def measure(self, text: str, *, bold: bool = False) -> float:
        """Width in points."""
        return (self.style.bold if bold else self.style.regular).width(text, self.size)


def pdfs() -> dict[str, bytes]:
    """PDF files by name."""
    return {
        "parks_2564_summary.pdf": summary(read("parks_2564_summary"), _style("NotoSansThai", WORD)),
        "parks_2564_form3.pdf": form3(read("parks_2564_form3"), _style("NotoSansThai", WORD)),
        "parks_2564_form4.pdf": form4(read("parks_2564_form4"), _style("NotoSerifThai", WORD)),
        "parks_2564_feedback.pdf": feedback_table(read("parks_2564_feedback"), _style("NotoSansThai", SWAPPED)),
        "parks_2565_summary.pdf": summary(read("parks_2565_summary"), _style("NotoSerifThai", WORD)),
        "parks_2565_form3.pdf": form3(read("parks_2565_form3"), _style("NotoSansThai", SWAPPED)),
        "parks_2565_feedback.pdf": feedback_table(read("parks_2565_feedback"), _style("NotoSerifThai", WORD)),
        "reading_2565_form3.pdf": form3(read("reading_2565_form3"), _style("NotoSerifThai", DISTILLED)),
        "reading_2565_form4.pdf": form4(read("reading_2565_form4"), _style("NotoSerifThai", DISTILLED)),
        "reading_2565_feedback.pdf": feedback_bullets(read("reading_2565_feedback"), _style("NotoSansThai", DISTILLED)),
        "reading_2565_scan.pdf": scan(
            feedback_bullets(read("reading_2565_scan"), _style("NotoSerifThai", WORD)), "reading_2565_scan"
        ),
    }


def form3(content: Content, style: Style) -> bytes:
    """Form 3 with its scale in every page's head; the other agency's has its own head and foot."""
    document = Document()
    category = 0

    def head() -> None:
        if category and content.thai_digits:
            for text in blocks.head_lines(content, category):
                flow.y += flow.leading
                flow.draw(_MARGIN, text)
        elif category:
            _scale_head(flow, content, category)

    flow = Flow(document, style, 10.5, head)
    flow.new_page()
    for block in blocks.form3(content):
        if block.kind == "category":
            category = int(block.text)
            if category == 1:
                head()
            else:
                flow.new_page()
            continue
        bold = block.kind in ("title", "criterion")
        flow.paragraph(block.text, bold=bold, indent=14.0 if block.kind == "item" else 0.0)
    return _numbered(document, content, style)


def _scale_head(flow: Flow, content: Content, category: int) -> None:
    title, scale, *_ = blocks.head_lines(content, category)
    for text in (title, scale):
        flow.y += flow.leading
        flow.draw(_MARGIN, text, bold=True)
    top, right = flow.y + 4, flow.document.width - _MARGIN
    edges = (_MARGIN, _MARGIN + 62, _MARGIN + 124, right)
    for at, cell in enumerate(blocks.SCALE):
        for row, text in enumerate(cell, start=1):
            y = top + row * flow.size * 1.35
            flow.document.text(edges[at] + 4, y, text, flow.style.regular, flow.size)
    flow.y = top + 3 * flow.size * 1.35 + 6
    for x in edges:
        flow.document.rule(x, top, x, flow.y)
    for y in (top, flow.y):
        flow.document.rule(_MARGIN, y, right, y)


def _numbered(document: Document, content: Content, style: Style) -> bytes:
    """Page numbers go on when their total is known."""
    total = len(document.pages)
    for page in range(total):
        foot = f"Page {page + 1}/{total}"
        if content.thai_digits:
            foot = blocks.thai_digits(f"หน้า {page + 1} จาก {total}")
        document.text(document.width - 130, document.height - 34, foot, style.regular, 9, page)
    return document.save(content.name)


def form4(content: Content, style: Style) -> bytes:
    """Form 4: under every group a ruled table, figures in columns, the verdict in a row across."""
    document = Document()
    flow = Flow(document, style, 10.0, lambda: None)
    flow.new_page()
    write = blocks.thai_digits if content.thai_digits else str
    flow.paragraph(write("แบบฟอร์มที่ 4"), bold=True)
    flow.paragraph(write("ตัวชี้วัดหมวด 7"), bold=True)
    flow.paragraph(f"ชื่อผู้สมัครรางวัล : {content.agency}")
    flow.paragraph(f"พิมพ์เมื่อวันที่ : {content.printed}")
    results = framework().category(7)
    assert results is not None
    for criterion in results.criteria:
        flow.paragraph(write(f"{criterion.number} {criterion.title}"), bold=True)
        flow.paragraph("ดูจากตัวเลขที่หน่วยงานเก็บจริงเทียบกับเป้าหมายและปีก่อนหน้า")
        for group in criterion.groups:
            flow.paragraph(write(f"{group.number}. {group.title}") + "*" * group.compulsory, bold=True)
            flow.paragraph("ตัวเลขที่แสดงผลสำเร็จตามหัวข้อนี้")
            _table_head(flow, content)
            for row in content.rows:
                if row.sub_criterion == criterion.number and row.group == group:
                    _table_row(flow, content, row)
    return _numbered(document, content, style)


#: Left edges of Form 4's columns from the margin: indicator, target, three years, per cent, score.
_EDGES = (0.0, 180.0, 250.0, 298.0, 346.0, 394.0, 446.0)


def _table_head(flow: Flow, content: Content) -> None:
    if not flow.room(3):
        flow.new_page()
    top = flow.y + 5
    write = blocks.thai_digits if content.thai_digits else str
    years = [write(str(year)) for year in content.years]
    upper = ("ตัวชี้วัด", "ค่าเป้าหมาย", "", "ผลการดำเนินงาน", "", "%", "คะแนน")
    lower = ("", "ปีล่าสุด", *years, "ความสำเร็จ", "")
    for cells in (upper, lower):
        flow.y += flow.leading
        for x, cell in zip(_EDGES, cells, strict=True):
            size = 8.0 if cell == "ความสำเร็จ" else flow.size - 1
            if cell:
                flow.document.text(_MARGIN + x + 2, flow.y, cell, flow.style.regular, size)
    # The three years stand under one heading: no rules between them in the upper row.
    middle = flow.y - flow.leading + 5
    _rules(flow, top, middle, [edge for edge in _EDGES if edge not in _EDGES[3:5]])
    _rules(flow, middle, flow.y + 5, _EDGES)


def _table_row(flow: Flow, content: Content, row: Row) -> None:
    write = blocks.thai_digits if content.thai_digits else str
    name = report(write(f"{row.number} [{row.direction}] ") + row.name, _EDGES[1] - 6, flow.measure)
    target = f"{write(blocks.figure(row.target))} {row.unit}"
    cells = [target, *(write(blocks.figure(r)) for r in row.results), write(f"{row.pct:.1f}"), write(f"{row.score:g}")]
    if not flow.room(len(name) + 1):
        flow.new_page()
    top = flow.y + 5
    for at, text in enumerate(name):
        flow.y += flow.leading
        flow.draw(_MARGIN + 2, text)
        if at == 0:
            for x, cell in zip(_EDGES[1:], cells, strict=True):
                flow.draw(_MARGIN + x + 2, cell)
    _rules(flow, top, flow.y + 5, _EDGES)
    verdict, *comment = blocks.verdict(content, row.verdict, row.comment)
    if content.thai_digits:
        for block in (verdict, *comment):
            flow.paragraph(block.text)
    else:
        flow.paragraph(verdict.text + (f"... {row.comment} ..." if row.comment else ".........."))


def _rules(flow: Flow, top: float, bottom: float, edges: Sequence[float]) -> None:
    right = flow.document.width - _MARGIN
    for x in (*(_MARGIN + edge for edge in edges), right):
        flow.document.rule(x, top, x, bottom)
    for y in (top, bottom):
        flow.document.rule(_MARGIN, y, right, y)


def feedback_table(content: Content, style: Style) -> bytes:
    """The Feedback Report in three ruled columns; cells run on over pages under a repeated head."""
    document = Document((841.89, 595.28))
    edges = (_MARGIN, _MARGIN + 150, _MARGIN + 420, document.width - _MARGIN)
    started, top = False, 0.0

    def head() -> None:
        nonlocal top
        if started:
            flow.y += flow.leading
            for x, text in zip(edges, blocks.FEEDBACK_COLUMNS, strict=False):
                flow.draw(x + 4, text, bold=True)
            flow.y += 5
            document.rule(edges[0], flow.y, edges[-1], flow.y)
            top = flow.y - flow.leading - 4
            document.rule(edges[0], top, edges[-1], top)

    def close() -> None:
        """Rule off what stands on this page."""
        for x in edges:
            document.rule(x, top, x, flow.y + 5)
        document.rule(edges[0], flow.y + 5, edges[-1], flow.y + 5)

    flow = Flow(document, style, 10.5, head)
    flow.new_page()
    for at, text in enumerate(blocks.feedback_title(content)):
        flow.paragraph(text, bold=at == 0)
    flow.paragraph(blocks.result_line(content), breaks=processor)
    started = True
    flow.y += 6
    head()
    for appraisal in content.appraisals:
        columns = [
            _cell(flow, edges[at + 1] - edges[at] - 8, cell)
            for at, cell in enumerate(_feedback_cells(content, appraisal.category))
        ]
        for row in range(max(map(len, columns))):
            if not flow.room():
                close()
                flow.new_page()
            flow.y += flow.leading
            for x, lines in zip(edges, columns, strict=False):
                if row < len(lines):
                    text, bold = lines[row]
                    flow.draw(x + 4, text, bold=bold)
        close()
        flow.y += 5
    return _numbered(document, content, style)


def _feedback_cells(content: Content, category: int) -> Iterator[list[tuple[str, bool]]]:
    """The three cells of a category: paragraphs, and whether they are bold."""
    appraisal = next(a for a in content.appraisals if a.category == category)
    yield [(f"หมวด {category} {content.category_title(category)}", True)]
    several = len(appraisal.strengths) > 1
    yield [("- " * several + text, False) for text in appraisal.strengths] or [("-", False)]
    points = plain.feedback_points(content, category)
    yield [
        paragraph for heading, texts in points for paragraph in [(heading, True), *((f"- {t}", False) for t in texts)]
    ]


def _cell(flow: Flow, width: float, paragraphs: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    return [
        (line, bold) for text, bold in paragraphs for line in processor(text, width, partial(flow.measure, bold=bold))
    ]


def feedback_bullets(content: Content, style: Style) -> bytes:
    """The Feedback Report as headings with bullets."""
    document = Document()
    flow = Flow(document, style, 12.0, lambda: None)
    flow.new_page()
    for at, text in enumerate(blocks.feedback_title(content)):
        flow.paragraph(text, bold=at == 0)
    flow.paragraph(blocks.result_line(content), breaks=processor)
    for appraisal in content.appraisals:
        flow.y += 6
        write = blocks.thai_digits if content.thai_digits else str
        flow.paragraph(write(f"หมวด {appraisal.category} {content.category_title(appraisal.category)}"), bold=True)
        if appraisal.strengths:
            flow.paragraph("จุดแข็ง", bold=True)
        for text in appraisal.strengths:
            flow.paragraph(f"• {text}", indent=12, breaks=processor)
        flow.paragraph("โอกาสในการปรับปรุง", bold=True)
        for heading, texts in plain.feedback_points(content, appraisal.category):
            flow.paragraph(heading, breaks=processor)
            for text in texts:
                flow.paragraph(f"• {text}", indent=12, breaks=processor)
    return _numbered(document, content, style)


def summary(content: Content, style: Style) -> bytes:
    """The executive summary: paragraphs, the table of scores, the lists of what is not passed."""
    document = Document()
    flow = Flow(document, style, 12.0, lambda: None)
    flow.new_page()
    for kind, text in plain.summary_blocks(content):
        if kind in ("row", "head"):
            flow.paragraph(text, bold=kind == "head", breaks=processor)
        else:
            flow.paragraph("    " * (kind != "title") + text, bold=kind in ("title", "bold"), breaks=processor)
    total = len(document.pages)
    for page in range(total):
        document.text(document.width / 2, 40, "กขคงจ"[page], style.regular, 12, page)
    return document.save(content.name)


def scan(data: bytes, name: str) -> bytes:
    """The first page as a scanner gives it: an image in two colours, a little askew and speckled."""
    page = pypdfium2.PdfDocument(data)[0]
    image = page.render(scale=200 / 72, grayscale=True).to_pil()
    image = image.rotate(0.25, resample=Image.Resampling.BICUBIC, fillcolor=255)
    pixels = np.asarray(image, dtype=np.int16)
    noise = np.random.default_rng(2565).normal(0, 18, pixels.shape)
    black = Image.fromarray((pixels + noise < 128).astype(np.uint8) * 255).convert("1")
    pdf = pikepdf.new()
    packed = pdf.make_stream(
        bytes(255 - byte for byte in black.tobytes()),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=black.width,
        Height=black.height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=1,
    )
    width, height = page.get_size()
    drawing = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im0 Do Q".encode("ascii")
    pdf.pages.append(
        pikepdf.Page(
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Page,
                    MediaBox=[0, 0, width, height],
                    Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=packed)),
                    Contents=pdf.make_stream(drawing),
                )
            )
        )
    )
    return save(pdf, name)
