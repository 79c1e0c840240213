"""The executive summary: score table, issues not passed, examples; said twice, recorded once."""

from __future__ import annotations

from pipeline import forms
from pipeline.extract.model import Document
from pipeline.extract.plaintext import read_pages
from pipeline.records import Finding, Score
from pipeline.repair import repair_lines
from pipeline.thai import squeeze

LISTS = """
     หมวด ๑ การน าองค์การ ประเด็นท่ียังไม่ผ่าน   มีดังนี้
  (๑) หน่วยงานยังไม่มีแบบอย่างการรับฟังเสียงชุมชนรอบสวนท่ีหน่วยงานอื่นน าไป
ใช้ได้
  (๒) ไม่มีการวัดความเข้าใจของเจ้าหน้าที่



ค

ต่อวิสัยทัศน์ใหม่
 หมวด ๒ การวางแผนเชิงยุทธศาสตร์ ( ผ่านทุกข้อ)
 หมวด ๗ ผลลัพธ์การด าเนินการ ก าหนดสถานะตัวช้ีวัดเป็น ๓ สถานะ
ซ่ึงพบว่าอยู่ในสถานะท่ีไม่ผ่าน จ านวน ๑ ตัวช้ีวัด ประกอบด้วย
  ๑. ร้อยละความพึงพอใจของผู้ใช้สวน ปี ๒๕๖๖ ร้อยละ ๗๘.๕๐ (ไม่ผ่าน)
 ท้ังน้ี กรมได้หาตัวช้ีวัดส ารองไว้แล้ว
 ๒. แผนพัฒนาองค์การ ประจ าปีงบประมาณ พ.ศ. ๒๕๖๗ จะน าผลไปวิเคราะห์ต่อ
"""
TABLE = """
หมวด ปี ๒๕๖๕ ปี ๒๕๖๖ เพิ่มขึ้น/ลดลง
หมวด ๑ การน าองค์การ  ๓๐๐ ๓๓๕.๕๐  เพิ่มขึ้น ๓๕.๕๐ คะแนน
หมวด ๒ การวางแผนเชิงยุทธศาสตร์  ๓๒๐ ๓๒๐ เท่าเดิม
คะแนนรวม  ๓๑๐  ๓๒๘  เพิ่มขึ้น ๑๘ คะแนน
"""
EXAMPLES = """
ตัวอยา่ง จุดท่ีต้องปรับปรุง ดังนี้
  หมวด ๑ การน าองค์การ ประเด็นท่ีต้องปรับปรุง ขาดการทบทวนช่องทางส่ือสารกับเขตพื้นท่ี
ห่างไกล
  หมวด ๒ การวางแผนเชิงยุทธศาสตร์ ประเด็นท่ีต้องปรับปรุง แผนยังไม่คาดการณ์ปริมาณฝน
(รายละเอียดปรากฏตามเอกสารภาคผนวก)
"""
TITLE = "บทสรุปผู้บริหาร\nของกรมพัฒนาสวนสาธารณะแห่งชาติ ประจ าปีงบประมาณ พ.ศ. ๒๕๖๖\n"
TEXT = f"{TITLE}{TABLE}{LISTS}\nรายงานผล\n{EXAMPLES}{TABLE}{LISTS}"


def read(text: str) -> tuple[list[Finding], list[Score]]:
    pages = read_pages(text)
    for line, repaired in zip(pages[0].lines, repair_lines([line.raw for line in pages[0].lines]), strict=True):
        line.text = repaired.text
    records = list(forms.parse(forms.sections(Document("summary.txt", "0" * 64, "text/plain", pages))))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Score)]


def test_points_are_read_once_though_said_twice() -> None:
    findings, _ = read(TEXT)
    assert [(f.kind, f.category, f.number, squeeze(f.text)) for f in findings] == [
        ("not_passed", 1, 1, "หน่วยงานยังไม่มีแบบอย่างการรับฟังเสียงชุมชนรอบสวนที่หน่วยงานอื่นนำไปใช้ได้"),
        ("not_passed", 1, 2, "ไม่มีการวัดความเข้าใจของเจ้าหน้าที่ต่อวิสัยทัศน์ใหม่"),
        ("all_passed", 2, None, "ผ่านทุกข้อ"),
        ("not_passed", 7, 1, "ร้อยละความพึงพอใจของผู้ใช้สวนปี๒๕๖๖ร้อยละ๗๘.๕๐(ไม่ผ่าน)"),
        ("improvement_example", 1, None, "ขาดการทบทวนช่องทางสื่อสารกับเขตพื้นที่ห่างไกล"),
        ("improvement_example", 2, None, "แผนยังไม่คาดการณ์ปริมาณฝน"),
    ]
    assert {(f.family, f.fiscal_year) for f in findings} == {("executive_summary", 2566)}


def test_scores_are_read_once() -> None:
    _, scores = read(TEXT)
    assert [(s.category, s.year, s.score) for s in scores] == [
        (1, 2565, 300),
        (1, 2566, 335.5),
        (2, 2565, 320),
        (2, 2566, 320),
        (None, 2565, 310),
        (None, 2566, 328),
    ]


def test_prose_about_categories_is_no_summary() -> None:
    findings, scores = read("หมวด ๑ – ๖ มีคณะทำงานรับผิดชอบ\nหมวด ๒ การวางแผนเชิงยุทธศาสตร์ เป็นหมวดที่ยาก\n")
    assert not findings and not scores
