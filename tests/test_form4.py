"""Form 4 as text and as table cells, with other units, digits, marks and years."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from pipeline import forms
from pipeline.extract.model import BBox, Cell, Document, Line, Page
from pipeline.extract.plaintext import read_pages
from pipeline.records import Finding, Indicator
from pipeline.thai import squeeze

HEAD = """แบบฟอร์มที่ 4
ตัวชี้วัดหมวด 7
ชื่อผู้สมัครรางวัล : กรมพัฒนาสวนสาธารณะแห่งชาติ
พิมพ์เมื่อวันที่ : 5 ธันวาคม 2565
7.1 การบรรลุผลลัพธ์ของตัวชี้วัดตามพันธกิจ
วัดว่างานตามพันธกิจหลักของกรมสำเร็จเพียงใด
1. ตัววัดตามภารกิจหลัก*
ตัวชี้วัดตามภารกิจที่ระบุไว้ในกฎกระทรวง
"""
COMMENT = "ควรตั้งเป้าหมายให้สูงกว่าผลของปีก่อน (พ.ศ. 2564) และเทียบกับหน่วยงานอื่น"
NAME = "จำนวนสวนที่ผ่านมาตรฐานความปลอดภัยของสนามเด็กเล่น ประจำปี 2565"
EXPECTED = [
    ("7.1", 1, "ตัววัดตามภารกิจหลัก*", "1.1", "มากดี", NAME, 45, "แห่ง", {"2563": 30, "2564": 41.5, "2565": 52}, 115.6, 500, "pass", ""),
    ("7.1", 1, "ตัววัดตามภารกิจหลัก*", "1.2", "น้อยดี", "ข้อร้องเรียนเรื่องแสงสว่าง", 1200, "เรื่อง", {"2563": 1900, "2564": 1450, "2565": 1300}, 92.3, 300, "fail", COMMENT),
]  # fmt: skip

TEXT = (
    HEAD
    + f"""ตัวชี้วัด ค่าเป้าหมาย ผลการดำเนินงาน % คะแนน
ปีล่าสุด 2563 2564 2565 ความสำเร็จ
1.1 [มากดี]
{NAME[:40]}
{NAME[40:]}
45 แห่ง 30 41.50 52 115.6 500
[/] ผ่าน ..........
1.2 [น้อยดี] ข้อร้องเรียนเรื่องแสงสว่าง 1,200 เรื่อง 1,900 1,450 1,300 92.3 300
[] ไม่ผ่าน ... {COMMENT[:30]}
{COMMENT[30:]} ...
2. ตัววัดตามนโยบายและแผนรัฐบาล
ตัวชี้วัด ค่าเป้าหมาย ผลการดำเนินงาน % คะแนน
ปีล่าสุด 2563 2564 2565 ความสำเร็จ
"""
)
PLAIN = TEXT.replace("[/] ผ่าน ..........", "☑ ผ่าน").replace(f"[] ไม่ผ่าน ... {COMMENT[:30]}", f"☒ ไม่ผ่าน\n{COMMENT[:30]}").replace(f"{COMMENT[30:]} ...", COMMENT[30:])  # fmt: skip
THAI = TEXT.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
CELLS = [
    ["ตัวชี้วัด", "ค่าเป้าหมาย\nปีล่าสุด", "ผลการดำเนินงาน\n2563", "2564", "2565", "%\nความสำเร็จ", "คะแนน"],
    [f"1.1 [มากดี]\n{NAME[:30]}\n{NAME[30:]}", "45 แห่ง", "30", "41.5", "52", "115.6", "500"],
    ["[/] ผ่าน .........."],
    ["1.2 [น้อยดี]\nข้อร้องเรียนเรื่องแสงสว่าง", "1,200 เรื่อง", "1,900", "1,450", "1,300", "92.3", "300"],
    [f"[ ] ไม่ผ่าน ...{COMMENT[:40]}\n{COMMENT[40:]}..."],
]


def cells() -> Document:
    out: list[Line] = []
    for text in HEAD.splitlines():
        out.append(Line(text, text, len(out) + 1, page=1, bbox=BBox(50, 10, 400, 20)))
    for row, texts in enumerate(CELLS):
        for column, cell in enumerate(texts):
            for text in cell.splitlines():
                place = Cell(0, row, column)
                out.append(Line(text, text, len(out) + 1, page=1, bbox=BBox(50, 10, 400, 20), cell=place))
    return Document("form4.pdf", "0" * 64, "application/pdf", [Page(1, 595, 842, out)])


def from_text(text: str) -> Document:
    return Document("form4.txt", "0" * 64, "text/plain", read_pages(text))


DOCUMENTS = {"text": from_text(TEXT), "plain": from_text(PLAIN), "thai": from_text(THAI), "cells": cells()}


@pytest.mark.parametrize("layout", DOCUMENTS)
def test_every_indicator_is_read(layout: str) -> None:
    records = list(forms.parse(forms.sections(DOCUMENTS[layout])))
    digits = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
    got = [
        (r.sub_criterion, r.group_no, r.group_title, r.indicator_no, r.direction, squeeze(r.name or "").translate(digits),
         r.target, r.unit, r.results, r.achievement_pct, r.score, r.verdict, squeeze(r.comment or "").translate(digits))
        for r in records
        if isinstance(r, Indicator)
    ]  # fmt: skip
    assert got == [(*row[:5], squeeze(row[5]), *row[6:12], squeeze(row[12])) for row in EXPECTED]
    assert {(r.agency, r.fiscal_year) for r in records} == {("กรมพัฒนาสวนสาธารณะแห่งชาติ", 2566)}
    verdicts = [(r.category, r.criterion, r.indicator_no, r.verdict) for r in records if isinstance(r, Finding)]
    assert verdicts == [(7, "7.1", "1.1", "pass"), (7, "7.1", "1.2", "fail")]


def test_a_row_that_is_not_understood_is_kept_and_named() -> None:
    broken = TEXT.replace("45 แห่ง 30 41.50 52 115.6 500", "45 แห่ง")
    sections = forms.sections(from_text(broken))
    found = [r for r in forms.parse(sections) if isinstance(r, Indicator)]
    assert [(r.indicator_no, r.verdict, r.results) for r in found] == [
        ("1.1", "pass", {}),
        ("1.2", "fail", EXPECTED[1][8]),
    ]
    assert ["indicator 1.1" in w and "line" in w for s in sections for w in s.warnings] == [True]
