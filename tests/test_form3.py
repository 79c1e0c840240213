"""Form 3 in every style it is printed in."""

from __future__ import annotations

import pytest

from pipeline import forms
from pipeline.read import read
from pipeline.records import Finding, Passage
from pipeline.thai import squeeze
from tests.form_styles import AGENCY, ITEMS, STYLES, Style, document

EXPECTED = [
    (number, at, verdict, squeeze(comment), squeeze(title))
    for number, title, parts in ITEMS
    for at, (_, _, verdict, comment) in enumerate(parts, 1)
]


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_verdict_and_comment_is_read(style: Style) -> None:
    sections = forms.sections(document(style))
    found = [r for r in forms.parse(sections) if isinstance(r, Finding)]
    digits = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
    got = [
        (f.item, f.part, f.verdict, squeeze(f.text).translate(digits), squeeze(f.item_title or "").translate(digits))
        for f in found
    ]
    assert got == EXPECTED
    assert {(f.family, f.agency, f.fiscal_year, f.category, f.kind) for f in found} == {
        ("form3", AGENCY, 2566, 1, "verdict")
    }
    assert not [w for s in sections for w in s.warnings]


BESIDE = "ข้อความที่ผู้ตรวจเขียนแทรกไว้โดยไม่มีช่องใดของแบบฟอร์มรองรับและยาวพอจะบอกอะไรได้"


def test_text_in_no_field_is_kept_with_its_place(tmp_path):
    head = "หมวด 1 การนำองค์การ\nระดับการพัฒนาองค์การสู่การเป็นระบบราชการ 4.0\nยังไม่ได้\nดำเนินการ\nหัวข้อ\n"
    items = "".join(
        f"{head}1.2.{n} มีมาตรการด้านความโปร่งใสลำดับที่ {n}\n[/]คือ\n...จัดทำแล้ว...\n[/] ผ่าน\n..........\n"
        for n in range(1, 5)
    )
    criterion = "1.3 การมุ่งเน้นผลสัมฤทธิ์ผ่านการมีส่วนร่วมจากเครือข่ายทั้งภายในและภายนอก\n"
    text = f"แบบฟอร์มที่ 3\nชื่อผู้สมัครรางวัล : กรมหิ่งห้อย\n1.2 การป้องกันการทุจริต\n{items}{criterion}{BESIDE}\n"
    path = tmp_path / "form3.txt"
    path.write_text(text, "utf-8")
    reading = read(path)
    kept = [r for r in reading.records if isinstance(r, Passage) and r.role != "answer"]
    assert [passage.text for passage in kept] == [BESIDE]
    assert [w for w in reading.warnings if "in no field" in w] == [
        f"text that is in no field of the form is kept as a passage (line {kept[0].line_start})"
    ]
