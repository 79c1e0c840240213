"""A draft as a Word document, from a template with [[sections]]: real styles, head rows that repeat, Thai faces.

Tables are written as XML: a plan has thousands of cells, for which a document object model is slow.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.sax.saxutils import escape

from pipeline.errors import PmqaError
from pipeline.plans.layout import Block, Column, FormTable, Heading, Layout, Row, Table
from pipeline.plans.model import MONTHS, undecided
from pipeline.resources import resource

if TYPE_CHECKING:
    from docx.document import Document

#: The template that ships.
SHIPPED = "corpora/plans/template.docx"
#: The styles that a template must have, beside Word's own.
STYLES = ("PMQA Cell", "PMQA Form", "PMQA Head", "PMQA Month", "PMQA Group", "PMQA Label", "PMQA Decide", "PMQA Table")

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SECTION = re.compile(r"^\s*\[\[(\w+)\]\]\s*$")
_VALUE = re.compile(r"\{(\w+)\}")
#: Signs that XML cannot hold.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Lines of a row's longest cell from which the row may break over pages, and Thai characters on a millimetre.
_LONG_ROW, _DENSITY = 10, 0.6
#: Widths of a form's columns in millimetres: label, value, label, value.
_FORM = (34.0, 118.0, 48.0, 67.0)
_BAR, _HEAD, _GROUP = "5B9BD5", "DCE6F1", "F2F2F2"


def write(layout: Layout, file: BinaryIO, template: Path | None = None) -> None:
    """Write a plan as a Word document.

    Raises PmqaError ("template") if the template cannot be opened or lacks one of `STYLES`.
    """
    document = _opened(template or resource(SHIPPED))
    ids = {style.name: style.style_id for style in document.styles}
    missing = [name for name in STYLES if name not in ids]
    if missing:
        raise PmqaError(
            f"The template has no style {missing[0]!r}.",
            hint=f"Make yours from a copy of {SHIPPED}; it needs the styles {', '.join(STYLES)}.",
            code="template",
        )
    for paragraph in _paragraphs(document):
        for run in paragraph.runs:
            if "{" in run.text:
                run.text = _fit(_VALUE.sub(lambda found: layout.values.get(found[1], found[0]), run.text))
    xml = _Xml(ids)
    for paragraph in list(document.paragraphs):
        section = _SECTION.match(paragraph.text)
        if section:
            for block in layout.sections.get(section[1], ()):
                for made in xml.block(block):
                    paragraph._p.addprevious(made)
            # A page break before what follows would leave a blank page behind an empty paragraph.
            after = paragraph._p.getnext()
            if after is not None and after.tag.endswith("}p"):
                paragraph._p.getparent().remove(paragraph._p)
            else:
                paragraph.text = ""
    document.save(file)


def _opened(path: Path) -> Document:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return docx.Document(str(path))
    except (PackageNotFoundError, OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise PmqaError(
            f"The template {path} cannot be opened.", hint="Name a Word document (.docx).", code="template"
        ) from error


def _paragraphs(document: Document) -> Iterator[Any]:
    """The template's own paragraphs, in body, heads and feet."""
    yield from document.paragraphs
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            yield from part.paragraphs


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)


class _Xml:
    """Blocks as WordprocessingML."""

    def __init__(self, ids: dict[str, str]) -> None:
        self._ids = ids

    def block(self, block: Block) -> list[Any]:
        match block:
            case Heading():
                paragraph = self._paragraph(block.text, "Heading 1", "<w:pageBreakBefore/>")
                return [_parsed(paragraph)]
            case FormTable():
                # Without a paragraph between them Word would make one table of two.
                return [_parsed(self._form(block)), _parsed(self._paragraph("", "PMQA Cell"))]
            case Table():
                return [_parsed(self._table(block))]

    # -- tables

    def _table(self, table: Table) -> str:
        at = table.gantt[0] if table.gantt else len(table.columns)
        widths = [column.width for column in table.columns]
        if table.gantt:
            widths[at:at] = [table.month_width] * len(MONTHS)
        heads = self._gantt_heads(table, at) if table.gantt else [self._heads(table.columns)]
        rows = [self._row(row, table, at) for row in table.rows]
        return self._framed(widths, [*heads, *rows])

    def _framed(self, widths: Sequence[float], rows: Iterable[str]) -> str:
        grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
        style = self._ids["PMQA Table"]
        return (
            f'<w:tbl xmlns:w="{_NAMESPACE}"><w:tblPr><w:tblStyle w:val="{style}"/>'
            f'<w:tblW w:w="{sum(map(_twips, widths))}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="0000" w:firstRow="0" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" '
            f'w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
        )

    def _heads(self, columns: Sequence[Column]) -> str:
        cells = "".join(self._cell(column.title, column.width, "PMQA Head", fill=_HEAD) for column in columns)
        return _row_of(cells, head=True)

    def _gantt_heads(self, table: Table, at: int) -> list[str]:
        """Two rows that repeat on each page: the titles, and below the year the months, written upwards."""
        over = table.gantt[1] if table.gantt else ""

        def titled(columns: Sequence[Column], merge: str) -> str:
            return "".join(
                self._cell(c.title if merge == "restart" else "", c.width, "PMQA Head", fill=_HEAD, merge=merge)
                for c in columns
            )

        before, after = table.columns[:at], table.columns[at:]
        year = self._cell(over, table.month_width * len(MONTHS), "PMQA Head", span=len(MONTHS), fill=_HEAD)
        months = "".join(
            self._cell(month, table.month_width, "PMQA Month", fill=_HEAD, upwards=True) for month in MONTHS
        )
        return [
            _row_of(titled(before, "restart") + year + titled(after, "restart"), head=True, height=7.5),
            _row_of(titled(before, "continue") + months + titled(after, "continue"), head=True, height=12.0),
        ]

    def _row(self, row: Row, table: Table, at: int) -> str:
        if row.heading:
            span = len(table.columns) + (len(MONTHS) if table.gantt else 0)
            width = sum(column.width for column in table.columns) + table.month_width * len(MONTHS)
            return _row_of(self._cell(row.cells[0], width, "PMQA Group", span=span, fill=_GROUP, keep=True))
        cells = [
            self._cell(text, column.width, "PMQA Cell") for text, column in zip(row.cells, table.columns, strict=True)
        ]
        if table.gantt:
            first, last = row.bar or (0, -1)
            cells[at:at] = [
                self._cell("", table.month_width, "PMQA Month", fill=_BAR if first <= month <= last else None)
                for month in range(1, len(MONTHS) + 1)
            ]
        widths = [column.width for column in table.columns]
        return _row_of("".join(cells), whole=_lines(row.cells, widths) <= _LONG_ROW)

    def _form(self, table: FormTable) -> str:
        """Labels and values, two pairs a row; a lone pair takes the whole row."""
        rows = []
        for pairs in table.rows:
            cells = []
            for at, (label, value) in enumerate(pairs):
                span, width = (1, _FORM[2 * at + 1]) if len(pairs) == 2 else (3, sum(_FORM[1:]))
                cells.append(self._cell(label, _FORM[2 * at], "PMQA Form", fill=_HEAD, label=True))
                cells.append(self._cell(value, width, "PMQA Form", span=span))
            values = [value for _, value in pairs]
            rows.append(_row_of("".join(cells), whole=_lines(values, _FORM[1::2]) <= _LONG_ROW / 2))
        return self._framed(_FORM, rows)

    # -- cells and paragraphs

    def _cell(
        self,
        text: str,
        width: float,
        style: str,
        *,
        span: int = 1,
        fill: str | None = None,
        merge: str | None = None,
        upwards: bool = False,
        keep: bool = False,
        label: bool = False,
    ) -> str:
        parts = [f'<w:tcW w:w="{_twips(width)}" w:type="dxa"/>']
        if span > 1:
            parts.append(f'<w:gridSpan w:val="{span}"/>')
        if merge:
            parts.append("<w:vMerge/>" if merge == "continue" else '<w:vMerge w:val="restart"/>')
        if fill:
            parts.append(f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>')
        if upwards:
            margins = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("left", "right"))
            parts.append(f'<w:tcMar>{margins}</w:tcMar><w:textDirection w:val="btLr"/><w:vAlign w:val="center"/>')
        elif style == "PMQA Head":
            parts.append('<w:vAlign w:val="center"/>')
        extra = "<w:keepNext/>" if keep else ""
        paragraphs = "".join(self._paragraph(line, style, extra, label=label) for line in text.split("\n"))
        return f"<w:tc><w:tcPr>{''.join(parts)}</w:tcPr>{paragraphs}</w:tc>"

    def _paragraph(self, text: str, style: str, extra: str = "", *, label: bool = False) -> str:
        return (
            f'<w:p xmlns:w="{_NAMESPACE}"><w:pPr><w:pStyle w:val="{self._ids[style]}"/>{extra}</w:pPr>'
            f"{self._runs(text, 'PMQA Label' if label else None)}</w:p>"
        )

    def _runs(self, text: str, style: str | None) -> str:
        """Text as runs; what a person decides has a style of its own."""
        runs = []
        for marker in [*undecided(text), None]:
            before, text = (text, "") if marker is None else text.split(marker, 1)
            runs += [self._run(before, style), self._run(marker or "", "PMQA Decide")]
        return "".join(runs)

    def _run(self, text: str, style: str | None) -> str:
        if not text:
            return ""
        look = f'<w:rPr><w:rStyle w:val="{self._ids[style]}"/></w:rPr>' if style else ""
        return f'<w:r>{look}<w:t xml:space="preserve">{escape(_fit(text))}</w:t></w:r>'


def _row_of(cells: str, *, head: bool = False, whole: bool = True, height: float | None = None) -> str:
    parts = []
    if whole or head:
        parts.append("<w:cantSplit/>")
    if height is not None:
        parts.append(f'<w:trHeight w:val="{_twips(height)}" w:hRule="atLeast"/>')
    if head:
        parts.append("<w:tblHeader/>")
    return f"<w:tr><w:trPr>{''.join(parts)}</w:trPr>{cells}</w:tr>"


def _lines(texts: Sequence[str], widths: Sequence[float]) -> float:
    """About how many lines the longest of a row's cells takes."""
    return max(
        (
            sum(max(len(line) / (width * _DENSITY), 1.0) for line in text.split("\n"))
            for text, width in zip(texts, widths, strict=False)
        ),
        default=0.0,
    )


def _twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)


def _parsed(xml: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(xml)
