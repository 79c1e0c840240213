"""Writes `plans/template.docx`: page, styles and frame of the plan in Word, the same bytes each time.

    python corpora/make_plan_template.py

An agency changes a copy of the template in Word itself: its text, logo, order of sections and styles.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FOLDER = Path(__file__).parent / "plans"
#: The face Thai offices write in. Where it is missing, Word and LibreOffice take the ones named beside it.
FACE, OTHERS = "TH Sarabun New", "TH SarabunPSK;TH Sarabun PSK;Sarabun;Laksaman;Cordia New;Garuda"
_WHEN = datetime.datetime(2000, 1, 1)
_DECIDE = re.compile(r"(\[(?:ระบุ|ยืนยัน)[^\[\]]*\])")
DARK = RGBColor(0x1F, 0x3A, 0x5F)


def main() -> None:
    """Write the template."""
    document = docx.Document()
    page(document)
    styles(document)
    frame(document)
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.title = "แผนพัฒนาองค์การ"
    properties.created = properties.modified = _WHEN
    stream = io.BytesIO()
    document.save(stream)
    (FOLDER / "template.docx").write_bytes(with_fonts(stream.getvalue()))


def page(document: Any) -> None:
    """Landscape A4, with the plan's name above and the page below."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin, section.bottom_margin = Mm(20), Mm(16)
    section.header_distance, section.footer_distance = Mm(9), Mm(8)
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.style = document.styles["Header"]
    header.add_run("แผนพัฒนาองค์การ {agency} ประจำปีงบประมาณ พ.ศ. {year}")
    header.alignment = WD_ALIGN_PARAGRAPH.LEFT
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer.add_run("ร่าง ณ วันที่ {prepared}    หน้า ")
    field(footer, "PAGE")
    footer.add_run(" จาก ")
    field(footer, "NUMPAGES")


def field(paragraph: Any, code: str) -> None:
    """A number that Word counts."""
    simple = OxmlElement("w:fldSimple")
    simple.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    simple.append(run)
    paragraph._p.append(simple)


def styles(document: Any) -> None:
    """The styles of headings, cells and tables."""
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for child in list(defaults):
        defaults.remove(child)
    defaults.append(element("w:rFonts", ascii=FACE, hAnsi=FACE, eastAsia=FACE, cs=FACE))
    defaults.append(element("w:sz", val="28"))
    defaults.append(element("w:szCs", val="28"))
    defaults.append(element("w:lang", val="en-US", eastAsia="en-US", bidi="th-TH"))
    style = document.styles
    dress(style["Normal"], 14, after=4)
    dress(style["Title"], 30, bold=True, colour=DARK, after=6)
    dress(style["Subtitle"], 20, colour=DARK, after=6)
    dress(style["Heading 1"], 20, bold=True, colour=DARK, before=6, after=4)
    dress(style["Heading 2"], 17, bold=True, colour=DARK, before=6, after=3)
    dress(style["Heading 3"], 15, bold=True, colour=DARK, before=4, after=2)
    dress(style["Header"], 11, colour=RGBColor(0x59, 0x59, 0x59), after=0)
    dress(style["Footer"], 11, colour=RGBColor(0x59, 0x59, 0x59), after=0)
    for name, size, bold, centred in (
        ("PMQA Cell", 11, False, False),
        ("PMQA Form", 12.5, False, False),
        ("PMQA Head", 11, True, True),
        ("PMQA Month", 8, False, True),
        ("PMQA Group", 12, True, False),
    ):
        made = style.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = style["Normal"]
        dress(made, size, bold=bold, after=0)
        if centred:
            made.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    label = style.add_style("PMQA Label", WD_STYLE_TYPE.CHARACTER)
    properties(label, size=12.5, bold=True)
    decide = style.add_style("PMQA Decide", WD_STYLE_TYPE.CHARACTER)
    decide.element.get_or_add_rPr().append(element("w:shd", val="clear", color="auto", fill="FFF2AB"))
    table = style.add_style("PMQA Table", WD_STYLE_TYPE.TABLE)
    table.base_style = style["Normal Table"]
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{side}", val="single", sz="4", space="0", color="7F7F7F"))
    whole = OxmlElement("w:tblPr")
    whole.append(borders)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 15), ("left", 55), ("bottom", 15), ("right", 55)):
        margins.append(element(f"w:{side}", w=str(width), type="dxa"))
    whole.append(margins)
    table.element.append(whole)


def dress(
    style: Any, size: float, *, bold: bool = False, colour: RGBColor | None = None, before: float = 0, after: float = 0
) -> None:
    """A paragraph style: face and size for Latin and for Thai alike."""
    properties(style, size=size, bold=bold)
    if colour is not None:
        style.font.color.rgb = colour
    borders = style.element.find(qn("w:pPr"))
    if borders is not None and borders.find(qn("w:pBdr")) is not None:
        borders.remove(borders.find(qn("w:pBdr")))
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.0


def properties(style: Any, *, size: float, bold: bool) -> None:
    """Run properties with the complex-script twins, which Word takes for Thai, in the order of the schema."""
    run = style.element.get_or_add_rPr()
    for name in ("w:rFonts", "w:b", "w:bCs", "w:i", "w:iCs", "w:sz", "w:szCs", "w:spacing", "w:kern", "w:color"):
        for old in run.findall(qn(name)):
            run.remove(old)
    run.insert(0, element("w:rFonts", ascii=FACE, hAnsi=FACE, eastAsia=FACE, cs=FACE))
    at = 1
    for name in ("w:b", "w:bCs"):
        run.insert(at, element(name, val="1" if bold else "0"))
        at += 1
    for name in ("w:sz", "w:szCs"):
        run.insert(at, element(name, val=str(round(size * 2))))
        at += 1


def frame(document: Any) -> None:
    """The text around the sections."""

    def add(text: str, style: str = "Normal", *, centred: bool = False, new_page: bool = False) -> None:
        paragraph = document.add_paragraph(style=style)
        for part in _DECIDE.split(text):
            if part:
                paragraph.add_run(part, style="PMQA Decide" if _DECIDE.fullmatch(part) else None)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.page_break_before = new_page

    for _ in range(5):
        add("")
    add("แผนพัฒนาองค์การ", "Title", centred=True)
    add("{agency}", "Subtitle", centred=True)
    add("ประจำปีงบประมาณ พ.ศ. {year}", "Subtitle", centred=True)
    add("")
    add("(ร่าง) จัดทำวันที่ {prepared}", centred=True)
    add("บทสรุปสำหรับผู้บริหาร", "Heading 1", new_page=True)
    add("หลักการและเหตุผล", "Heading 2")
    add(
        "{agency} ได้นำผลการประเมินคุณภาพการบริหารจัดการภาครัฐมาจัดทำแผนพัฒนาองค์การประจำปีงบประมาณ พ.ศ. {year} "
        "เพื่อตอบโอกาสในการปรับปรุง (OFI) จำนวน {gaps} ประเด็น ด้วย {plans} แผน {steps} กิจกรรม "
        "ทุกกิจกรรมระบุ OFI ที่ตอบและที่มา ส่วนที่ทำเครื่องหมายว่า [ระบุ] และ [ยืนยัน] คือสิ่งที่คณะทำงานต้องตัดสินใจ"
    )
    add("ผลการประเมิน", "Heading 2")
    add("[[scores]]")
    add("การจัดทำแผน", "Heading 2")
    add("[[plans]]")
    add("แผนที่นำทาง (Roadmap)", "Heading 2", new_page=True)
    add("[[roadmap]]")
    add("การพิจารณา", "Heading 2")
    add("พิจารณาเห็นชอบดำเนินการ", centred=True)
    add("")
    add("ลงนาม ..........................................................", centred=True)
    add("( [ระบุชื่อผู้ลงนาม] )", centred=True)
    add("[ระบุตำแหน่ง]", centred=True)
    add("วันที่ ..........................................................", centred=True)
    add("[[forms]]")
    add("ภาคผนวก", "Heading 1", new_page=True)
    add("OFI และกิจกรรมที่ตอบ", "Heading 2")
    add("[[gaps]]")
    add("กิจกรรม OFI และที่มา", "Heading 2", new_page=True)
    add("[[sources]]")
    add("OFI ที่ไม่อยู่ในแผนนี้", "Heading 2", new_page=True)
    add("[[left_out]]")
    add("ผลการตรวจคุณภาพร่างแผน", "Heading 2")
    add("[[checks]]")


def element(name: str, **attributes: str) -> Any:
    """An element with attributes of WordprocessingML."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def with_fonts(package: bytes) -> bytes:
    """The file with the faces that may stand for ours in its font table, Thai as complex script, and fixed dates."""
    font = (
        f'<w:font w:name="{FACE}"><w:altName w:val="{OTHERS}"/><w:charset w:val="DE"/>'
        '<w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name == "docProps/thumbnail.jpeg":
                continue
            data = old.read(name).decode("utf-8") if name.endswith((".xml", ".rels")) else old.read(name)
            if name == "word/fontTable.xml":
                data = re.sub(r"(<w:fonts[^>]*>)", lambda found: found[1] + font, data, count=1)
            elif name == "word/settings.xml":
                data = re.sub(r"<w:themeFontLang[^>]*/>", '<w:themeFontLang w:val="en-US" w:bidi="th-TH"/>', data)
            elif name == "_rels/.rels":
                data = re.sub(r"<Relationship [^>]*thumbnail[^>]*/>", "", data)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


if __name__ == "__main__":
    main()
