"""The Feedback Report in the layouts it comes in: three columns, two, headings with bullets, text or cells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline import forms
from pipeline.extract.model import BBox, Cell, Document, Line, Page
from pipeline.extract.plaintext import read_pages
from pipeline.records import Award, Finding, Score
from pipeline.thai import squeeze

STRENGTH1 = "ผู้บริหารลงพื้นที่พบชุมชนรอบสวนทุกเดือน และนำข้อคิดเห็นมาปรับแผนงาน"
STRENGTH3 = "มีช่องทางรับฟังเสียงผู้มาใช้สวนครบทุกกลุ่มวัย"
OFI11 = "มีการสื่อสารวิสัยทัศน์หลายช่องทาง แต่ยังขาดการวัดว่าเจ้าหน้าที่สวนเข้าใจตรงกันเพียงใด"
OFI13 = "ควรให้เครือข่ายอาสาสมัครร่วมออกแบบตัวชี้วัด"
OFI34 = "ยังไม่ได้วิเคราะห์ข้อร้องเรียนเรื่องแสงสว่างที่เกิดซ้ำทุกปี"
OFI34B = "ขาดการแจ้งผลกลับไปยังผู้ร้องเรียนภายในเวลาที่กำหนด"
INDICATOR = "ร้อยละของสวนที่ผ่านมาตรฐานความปลอดภัย (ตั้งเป้าหมายไม่ท้าทาย)"
EXPECTED = {
    ("strength", 1, None, None, STRENGTH1),
    ("ofi", 1, "1.1", None, OFI11),
    ("ofi", 1, "1.3", None, OFI13),
    ("strength", 3, None, None, STRENGTH3),
    ("ofi", 3, "3.4", None, OFI34),
    ("ofi", 3, "3.4", None, OFI34B),
    ("indicator_ofi", 7, None, "7.1.2", INDICATOR),
}
HEAD = """รายงานป้อนกลับ (Feedback Report)
รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0 ประจำปี พ.ศ. 2566
รอบที่ 2 รายงานผลการดำเนินการพัฒนาองค์การสู่ระบบราชการ 4.0 (Application Report)
หน่วยงาน กรมพัฒนาสวนสาธารณะแห่งชาติ
ผลการพิจารณา
จากการพิจารณารายงาน มีผลการพิจารณา ไม่ผ่าน เกณฑ์การสมัครรางวัล ซึ่งมีผลคะแนนรวม เท่ากับ 371.5 คะแนน โดย
ประเด็นที่เป็นจุดเด่น และโอกาสในการปรับปรุง มีรายละเอียด ดังนี้
"""
COLUMNS = "หมวด จุดแข็งที่แสดงถึงการเป็นราชการ 4.0 จุดที่ยังต้องปรับปรุงเพื่อนำไปสู่การเป็นราชการ 4.0"
C11 = "1.1 ระบบการนำองค์การที่สร้างความยั่งยืน"
C13A, C13B = "1.3 การมุ่งเน้นผลสัมฤทธิ์ผ่านการมีส่วนร่วมจากเครือข่ายทั้ง", "ภายในและภายนอก"
C34 = "3.4 กระบวนการแก้ไขข้อร้องเรียนที่รวดเร็วและสร้างสรรค์"


def columns(bullet: str = "- ") -> str:
    """Three columns read one after the other, as a text layer gives them."""
    return (
        HEAD
        + f"""
{COLUMNS}

หมวด 1 การนำองค์การ



{STRENGTH1[:30]}
{STRENGTH1[30:]}



{C11}
{bullet}{OFI11[:48]}
 {COLUMNS}

{OFI11[48:]}
{C13A}
{C13B}
{bullet}{OFI13}

หมวด 3 การให้ความสำคัญกับผู้รับบริการ
และผู้มีส่วนได้ส่วนเสีย

{STRENGTH3}

{C34}
{bullet}{OFI34}
{bullet}{OFI34B}

หมวด 7 ผลลัพธ์ -

ตัวชี้วัดผลลัพธ์ที่ควรปรับปรุง
-7.1.2 {INDICATOR}
"""
    )


def by_category(bullet: str) -> str:
    """Headings: each category with its strengths, then its OFIs."""
    return (
        HEAD
        + f"""
หมวด 1 การนำองค์การ
จุดแข็ง
{bullet}{STRENGTH1}
โอกาสในการปรับปรุง
{C11}
{bullet}{OFI11}
{C13A}{C13B}
{bullet}{OFI13}
หมวด 3 การให้ความสำคัญกับผู้รับบริการและผู้มีส่วนได้ส่วนเสีย
จุดแข็ง
{bullet}{STRENGTH3}
โอกาสในการปรับปรุง
{C34}
{bullet}{OFI34}
{bullet}{OFI34B}
หมวด 7 ผลลัพธ์การดำเนินการ
ตัวชี้วัดผลลัพธ์ที่ควรปรับปรุง
{bullet}7.1.2 {INDICATOR}
"""
    )


def by_part(bullet: str) -> str:
    """Headings: all strengths by category, then all OFIs by category."""
    return (
        HEAD
        + f"""
1. จุดเด่น
หมวด 1 การนำองค์การ
{bullet}{STRENGTH1}
หมวด 3 การให้ความสำคัญกับผู้รับบริการและผู้มีส่วนได้ส่วนเสีย
{bullet}{STRENGTH3}
2. โอกาสในการปรับปรุง
หมวด 1 การนำองค์การ
{C11}
{bullet}{OFI11}
{C13A}{C13B}
{bullet}{OFI13}
หมวด 3 การให้ความสำคัญกับผู้รับบริการและผู้มีส่วนได้ส่วนเสีย
{C34}
{bullet}{OFI34}
{bullet}{OFI34B}
หมวด 7 ผลลัพธ์การดำเนินการ
ตัวชี้วัดผลลัพธ์ที่ควรปรับปรุง
{bullet}7.1.2 {INDICATOR}
"""
    )


def from_text(text: str) -> Document:
    return Document("feedback.txt", "0" * 64, "text/plain", read_pages(text))


THREE = [
    ["หมวด", "จุดแข็งที่แสดงถึงการเป็นราชการ\n4.0", "จุดที่ยังต้องปรับปรุงเพื่อนำไปสู่การเป็น\nราชการ 4.0"],
    ["หมวด 1 การนำ\nองค์การ", f"{STRENGTH1[:30]}\n{STRENGTH1[30:]}", f"{C11}\n- {OFI11[:40]}\n{OFI11[40:]}"],
    ["", "", f"{C13A}\n{C13B}\n- {OFI13[:15]}"],
    ["หมวด", "จุดแข็งที่แสดงถึงการเป็นราชการ 4.0", "จุดที่ยังต้องปรับปรุงเพื่อนำไปสู่การเป็นราชการ 4.0"],
    ["", "", OFI13[15:]],
    ["หมวด 3 การให้ความสำคัญ\nกับผู้รับบริการและ\nผู้มีส่วนได้ส่วนเสีย", STRENGTH3, f"{C34}\n- {OFI34}\n- {OFI34B}"],
    ["หมวด 7 ผลลัพธ์", "-", f"ตัวชี้วัดผลลัพธ์ที่ควรปรับปรุง\n- 7.1.2 {INDICATOR}"],
]
TWO = [
    ["จุดแข็ง (Strengths)", "โอกาสในการปรับปรุง (OFI)"],
    ["หมวด 1 การนำองค์การ", ""],
    [STRENGTH1, f"{C11}\n{OFI11}\n{C13A}\n{C13B}\n{OFI13}"],
    ["หมวด 3 การให้ความสำคัญกับผู้รับบริการและผู้มีส่วนได้ส่วนเสีย", ""],
    [f"• {STRENGTH3}", f"{C34}\n• {OFI34}\n• {OFI34B}"],
    ["หมวด 7 ผลลัพธ์การดำเนินการ", ""],
    ["-", f"ตัวชี้วัดผลลัพธ์ที่ควรปรับปรุง\n• 7.1.2 {INDICATOR}"],
]


def from_cells(table: list[list[str]]) -> Document:
    """A PDF page whose ruled table was read cell by cell."""

    def lines() -> Iterator[tuple[str, Cell | None]]:
        for line in HEAD.splitlines():
            yield line, None
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                for line in cell.splitlines():
                    yield line, Cell(0, row, column)

    out = [
        Line(text, text, n, page=1, bbox=BBox(50, 14 * n, 400, 14 * n + 12), cell=cell)
        for n, (text, cell) in enumerate(lines(), 1)
    ]
    return Document("feedback.pdf", "0" * 64, "application/pdf", [Page(1, 595, 842, out)])


LAYOUTS = {
    "columns": from_text(columns()),
    "columns-thai-digits": from_text(columns().translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))),
    **{f"by-category-{name}": from_text(by_category(mark)) for name, mark in {"dash": "- ", "dot": "• "}.items()},
    **{f"by-part-{name}": from_text(by_part(mark)) for name, mark in {"dash": "- ", "dot": "• "}.items()},
    "cells-three": from_cells(THREE),
    "cells-two": from_cells(TWO),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_point_is_read_once(layout: str) -> None:
    sections = forms.sections(LAYOUTS[layout])
    records = list(forms.parse(sections))
    digits = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
    found = [
        (f.kind, f.category, f.criterion, f.indicator_no, squeeze(f.text).translate(digits))
        for f in records
        if isinstance(f, Finding)
    ]
    assert len(found) == len(EXPECTED)
    assert set(found) == {(k, c, n, i, squeeze(t).translate(digits)) for k, c, n, i, t in EXPECTED}
    assert {(f.agency, f.fiscal_year, f.family) for f in records} == {
        ("กรมพัฒนาสวนสาธารณะแห่งชาติ", 2566, "feedback_report")
    }


def test_the_result_and_the_score_are_read() -> None:
    records = list(forms.parse(forms.sections(LAYOUTS["columns"])))
    assert [(s.category, s.year, s.score) for s in records if isinstance(s, Score)] == [(None, 2566, 371.5)]
    assert [(a.verdict, a.step) for a in records if isinstance(a, Award)] == [("fail", 2)]
