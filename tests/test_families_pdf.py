"""Families from laid-out pages: what room, cells and page breaks say must give the records that text gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from pipeline.extract.furniture import mark
from pipeline.extract.model import CUT_ROW, BBox, Cell, Document, Line, Page
from pipeline.forms.base import fiscal_year_of
from pipeline.forms.lines import text_lines
from pipeline.forms.tables import blocks, clean, rows, unwrapped
from pipeline.read import read, read_document
from pipeline.records import Activity, Award, Faq, Finding, Indicator, Plan
from pipeline.thai import squeeze

SAMPLES = Path(__file__).resolve().parents[1] / "corpora" / "samples" / "families"
#: Points from line to line, and above a paragraph.
PITCH, ROOM = 20.0, 8.0
#: Fields that tell of the place and not of the content.
PLACE = {"page", "bbox", "line_start", "line_end", "plan_id", "confidence"}


def line(text: str, top: float, page: int = 1, cell: Cell | None = None, joint: str | None = None) -> Line:
    return Line(text, text, 0, page, BBox(70, top, 70 + 6 * len(text), top + 16), cell, joint=joint)


def document(lines: Sequence[Line]) -> Document:
    for number, each in enumerate(lines, 1):
        each.number = number
    pages = [
        Page(n, 595, 842, [each for each in lines if each.page == n]) for n in sorted({e.page or 1 for e in lines})
    ]
    return Document("x.pdf", "0" * 64, "application/pdf", pages)


def laid_out(text: str) -> Document:
    """A text as pages: blank lines as room, rows of tabs as ruled cells."""
    lines: list[Line] = []
    top, page, table, row, blank = 60.0, 1, -1, 0, False
    for printed in text.split("\n"):
        if not printed.strip():
            blank = True
            continue
        cells = printed.split("\t")
        in_table = bool(lines and lines[-1].cell and not blank)
        top += PITCH + (ROOM if blank else 0)
        if top > 760:
            top, page, in_table = 60.0, page + 1, False
        if len(cells) > 1:
            table, row = (table, row + 1) if in_table else (table + 1, 0)
        for column, cell in enumerate(cells):
            if clean(cell):
                place = Cell(table, row, column) if len(cells) > 1 or (in_table and "<b>" in cell) else None
                lines.append(line(clean(cell), top, page, place))
        blank = False
    return document(lines)


@pytest.mark.parametrize(
    ("name", "datasets"),
    [
        ("action_plan", {"plans"}),
        ("development_plan", {"plans", "activities"}),
        ("award_report", {"award_criteria", "awards", "faq", "findings"}),
    ],
)
def test_laid_out_sample(name: str, datasets: set[str]) -> None:
    """Titles that wrap early, indicators a paragraph each, tables at a page's top: as in the text."""

    def content(records: Sequence[object]) -> list[dict[str, object]]:
        return [
            {"dataset": getattr(record, "dataset", None)}
            | {k: squeeze(str(v)) for k, v in asdict(record).items() if k not in PLACE}  # type: ignore[call-overload]
            for record in records
            if getattr(record, "dataset", None) in datasets
        ]

    path = SAMPLES / f"{name}.md"
    expected = content(read(path).records)
    assert expected
    assert content(read_document(laid_out(path.read_text("utf-8"))).records) == expected


def test_a_paragraph_goes_on_beyond_the_foot_of_its_page() -> None:
    lines = [line("ห้องสมุดเปิดทุก", 740, joint=""), line("หน้า 1", 800), line("วันหยุด", 60, page=2)]
    lines[1].furniture = True
    assert [(each.text, each.gap) for each in text_lines(lines)] == [("ห้องสมุดเปิดทุก", 0), ("วันหยุด", 0)]


def test_a_slide_title_close_to_other_lines_is_no_part_of_them() -> None:
    """An answer ends at the foot of a page; the next slide's title, year and question stand close together."""
    text = (SAMPLES / "award_report.md").read_text("utf-8")
    asked = next(record for record in read(SAMPLES / "award_report.md").records if isinstance(record, Faq))
    head = next(part for part in text.split("\n") if part.startswith("#") and asked.section in part)
    title = head.lstrip("# ").removeprefix(asked.section).strip()
    start = text.index(head) + len(head)
    slides = ["1. สมัครได้กี่ผลงาน?", "สมัครได้สองผลงาน"]
    again = [title, "ประจำปี 2566", "2. แนบคลิปได้ไหม?"]
    body = "\n".join(["", *slides[:1], "", *slides[1:], *again, "", "แนบได้", "", ""])
    end = text.index("\n#", start)
    found = read_document(laid_out(text[:start] + "\n" + body + text[end:]))
    faq = [(record.question, record.answer) for record in found.records if isinstance(record, Faq)]
    assert faq[:2] == [("สมัครได้กี่ผลงาน?", "สมัครได้สองผลงาน"), ("แนบคลิปได้ไหม?", "แนบได้")]


def test_row_cut_by_a_page_is_one_row() -> None:
    """The first cell's end has moved up to its beginning; the last cell's end stands on the next page."""
    lines = [
        line("๑. จัด", 700, cell=Cell(0, 3, 0), joint=""),
        line("ประชุม", 60, page=2, cell=Cell(0, 3, 0)),
        line("๒ วัน", 700, cell=Cell(0, 3, 1)),
        line("กองแผน", 700, cell=Cell(0, 3, 2), joint=""),
        line("งาน", 60, page=2, cell=Cell(1, CUT_ROW, 2)),
        line("๒. สรุป", 90, page=2, cell=Cell(1, 1, 0)),
    ]
    assert [row.cells for row in rows(text_lines(lines))] == [("๑. จัดประชุม", "๒ วัน", "กองแผนงาน"), ("๒. สรุป",)]


@pytest.mark.parametrize(("joint", "text"), [("", "ห้องสมุดประชาชน"), (" ", "ห้องสมุด ประชาชน")])
def test_a_wrap_of_a_cell_or_a_line_has_a_space_where_the_page_shows_one(joint: str, text: str) -> None:
    def pair(cell: Cell | None) -> list[Line]:
        return [line("ห้องสมุด", 60, cell=cell, joint=joint), line("ประชาชน", 80, cell=cell)]

    for lines in (pair(Cell(0, 0, 0)), pair(None)):
        assert [row.text for row in unwrapped(rows(text_lines(lines)))] == [text]


def test_an_award_type_stands_before_the_rest_of_its_cell() -> None:
    text = (SAMPLES / "award_report.md").read_text("utf-8")
    expected = [record.award_type for record in read(SAMPLES / "award_report.md").records if isinstance(record, Award)]
    found = laid_out(text)
    lines = [each for page in found.pages for each in page.lines]
    name = next(n for n, each in enumerate(lines) if each.cell and clean(each.text) == expected[0])
    lines[name + 1 : name + 1] = [line("ประกอบด้วยสองผลงาน", 0, lines[name].page or 1, lines[name].cell)]
    awards = [record for record in read_document(document(lines)).records if isinstance(record, Award)]
    assert [award.award_type for award in awards] == expected


def test_paragraphs_of_a_cell_stay_apart() -> None:
    lines = [line("๑. เด็กเข้า", 60, cell=Cell(0, 0, 0), joint=""), line("ห้องสมุด", 80, cell=Cell(0, 0, 0))]
    lines.append(line("๒. ผู้อ่านมั่นใจ", 100, cell=Cell(0, 0, 0)))
    (row,) = rows(text_lines(lines))
    assert blocks(row.cells[0]) == ["๑. เด็กเข้าห้องสมุด", "๒. ผู้อ่านมั่นใจ"]


@pytest.mark.parametrize("above", ["table", "text"])
def test_head_of_a_table_is_furniture_only_where_it_goes_on(above: str) -> None:
    def table(page: int, top: float, level: str) -> list[Line]:
        cells = [("ระดับคะแนน", 0, 0), ("เกณฑ์", 0, 1), (level, 1, 0), ("มีแผน", 1, 1)]
        return [line(text, top + 20 * row, page, Cell(0, row, column)) for text, row, column in cells]

    first = [line("เกณฑ์การให้คะแนน", 60), *table(1, 90, "๑")]
    if above == "text":
        first.append(line("ผู้รับผิดชอบ", 200))
    _, second = mark([Page(1, 595, 842, first), Page(2, 595, 842, table(2, 60, "๓"))])
    assert [each.text for each in second.lines if each.furniture] == (["ระดับคะแนน", "เกณฑ์"] if above == "table" else [])


def test_head_of_a_table_is_furniture_below_an_empty_row_too() -> None:
    """Some programs draw a strip above the head that they repeat; rows are then counted from it."""

    def page(number: int, top: int, body: str) -> Page:
        rows = [("ระดับคะแนน", top, 0), ("เกณฑ์", top, 1), (body, top + 1, 0), ("มีแผน", top + 1, 1)]
        lines = [line(text, 60 + 20 * row, number, Cell(0, row, column)) for text, row, column in rows]
        return Page(number, 595, 842, lines)

    _, second = mark([page(1, 0, "๑"), page(2, 1, "๓")])
    assert [each.text for each in second.lines if each.furniture] == ["ระดับคะแนน", "เกณฑ์"]


def test_a_field_at_the_top_of_a_page_is_no_end_of_a_title() -> None:
    text = (SAMPLES / "action_plan.md").read_text("utf-8")
    found = laid_out(text)
    lines = [each for page in found.pages for each in page.lines]
    labels = ("หลักการและเหตุผล", "วัตถุประสงค์")
    label = next(n for n, each in enumerate(lines) if each.text in labels and "โครงการที่" in lines[n - 1].text)
    lines[label - 1].joint = ""  # the title fills its line, the last of the page
    for each in lines[label:]:
        each.page = (each.page or 0) + 1
    plans = [record for record in read_document(document(lines)).records if isinstance(record, Plan)]
    expected = [record for record in read(SAMPLES / "action_plan.md").records if isinstance(record, Plan)]
    assert [plan.name for plan in plans] == [plan.name for plan in expected]


@pytest.mark.parametrize(("lines_of_prose", "plans"), [(1, 2), (2, 1)])
def test_a_heading_at_the_top_of_a_page_may_be_a_citation(lines_of_prose: int, plans: int) -> None:
    """A full line alone at a page's end is followed by a heading; prose of several lines goes on into what looks so."""
    form = ["แผนงานที่ ๑.๑ สร้างนิสัยการอ่าน", "โครงการที่ ๑ ตู้หนังสือ", "หลักการและเหตุผล", "ชุมชนขาดหนังสือ", "วัตถุประสงค์"]
    top = [line(text, 60 + 30 * n) for n, text in enumerate(form)]
    prose = [line("เพื่อให้มีหนังสืออ่านครบทุกหมู่บ้านตาม", 220 + 20 * n, joint="") for n in range(lines_of_prose)]
    cited = ["แผนงานที่ ๑.๒ ขยายสาขา", "โครงการที่ ๒ รถหนังสือ", "วัตถุประสงค์", "เพื่อถึงบ้าน"]
    below = [line(text, 60 + 30 * n, page=2) for n, text in enumerate(cited)]
    below[0].joint = "" if lines_of_prose > 1 else None
    below[1].joint = "" if lines_of_prose > 1 else None
    below[1].bbox = BBox(70, 80, 300, 96)
    found = read_document(document([*top, *prose, *below])).records
    assert sum(isinstance(record, Plan) for record in found) == plans


RULED_PLAN = """\
(ร่าง) แผนพัฒนาการดำเนินการ หมวด 6
ประจำปีงบประมาณ พ.ศ. 2566
ส่วนราชการ : สำนักงานส่งเสริมการเดินเรือชุมชน
ชื่อแผนพัฒนาองค์กร : แผนเชื่อมผังงานท่าเรือ
หมวด : 6 การมุ่งเน้นระบบปฏิบัติการ
ตัวชี้วัดหลักของแผนงาน : ร้อยละของท่าเรือที่ผังตรงกับงานจริง
จำนวนครั้งที่แก้ผังทันกำหนด
งบประมาณ : -

กิจกรรม/ขั้นตอน\tระยะเวลา\tเริ่มต้น\tสิ้นสุด\tปีงบประมาณ 2566\tผลผลิต\tผู้รับผิดชอบ\tผู้เกี่ยวข้อง
1. ประชุมคณะทำงาน\t1 เดือน\tต.ค.\tต.ค.\t\tรายงานการประชุม\tคณะทำงาน\t
2. เชื่อมผังงาน\t\t\t\t\t\t\t
2.1 ทบทวนผังงานของท่าเรือ (6.1 Basic)\t3 เดือน\tพ.ย.\tม.ค.\t\t- กลุ่มผู้ใช้บริการท่าเรือ\tคณะทำงาน\tทุกกอง
2.2 เชื่อมผังกับเจ้าท่า (6.1 Advance) (6.2 Basic)\t6 เดือน\tก.พ.\tก.ค.\t\t- แบบแจ้งเรือใบเดียวกัน\tกองแผนงาน\t
"""


def _assessment_with(plan: str) -> list[object]:
    text = (SAMPLES / "self_assessment.txt").read_text("utf-8")
    return list(read_document(laid_out(text[: text.index("ส่วนราชการ :")] + plan)).records)


def test_a_ruled_draft_plan_is_part_of_its_self_assessment() -> None:
    """Its steps name their criteria at their ends; its year is the next one and not that of what was found."""
    records = _assessment_with(RULED_PLAN)
    (plan,) = [record for record in records if isinstance(record, Plan)]
    assert (plan.family, plan.category, plan.fiscal_year, plan.budget) == ("self_assessment", 6, 2566, None)
    assert plan.criteria_refs == ["6.1", "6.2"]
    assert plan.kpis == ["ร้อยละของท่าเรือที่ผังตรงกับงานจริง", "จำนวนครั้งที่แก้ผังทันกำหนด"]
    steps = [record for record in records if isinstance(record, Activity)]
    assert [(s.step_no, s.group, s.criteria_ref, s.output, s.responsible, s.family) for s in steps] == [
        ("1", None, None, "รายงานการประชุม", "คณะทำงาน", "self_assessment"),
        ("2.1", "2. เชื่อมผังงาน", "6.1", "- กลุ่มผู้ใช้บริการท่าเรือ", "คณะทำงาน", "self_assessment"),
        ("2.2", "2. เชื่อมผังงาน", "6.1, 6.2", "- แบบแจ้งเรือใบเดียวกัน", "กองแผนงาน", "self_assessment"),
    ]
    found = [record for record in records if isinstance(record, Finding)]
    assert found and {finding.fiscal_year for finding in found} == {None}


@pytest.mark.parametrize(
    "plans", [RULED_PLAN + RULED_PLAN, RULED_PLAN.replace("หมวด : 6", "หมวด : 2").replace("หมวด 6", "หมวด 2")]
)
def test_plans_of_other_categories_are_no_part_of_a_self_assessment(plans: str) -> None:
    found = [record for record in _assessment_with(plans) if isinstance(record, Plan)]
    assert {plan.family for plan in found} == {"development_plan"}


def test_a_year_may_stand_where_a_line_wraps() -> None:
    head = [line(f"บรรทัดที่ {n}", 60 + 30 * n) for n in range(10)]
    wrapped = [line("ผลการดำเนินการ ประจำปีงบประมาณ", 400, joint=" "), line("พ.ศ. 2566", 420)]
    assert fiscal_year_of(text_lines([*head, *wrapped])) == 2566


INDICATOR_HEAD = [
    ["ประเด็น/หัวข้อ", "เลือก/ ไม่เลือก", "ตัวชี้วัด", "เป้าหมาย (ปีล่าสุด)", "ข้อมูลย้อนหลัง", "", "", "หมายเหตุ"],
    ["", "", "", "", "2564", "2565", "2566", ""],
]


def ruled(rows: Sequence[Sequence[str]], table: int, top: float, page: int) -> list[Line]:
    """Rows of cells whose lines are parted by "|", as the lines of a ruled table, 30 points a column."""
    lines: list[Line] = []
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            for n, text in enumerate(filter(None, cell.split("|"))):
                place = BBox(40 + 60 * column, top + 14 * n, 95 + 60 * column, top + 14 * n + 12)
                lines.append(Line(text, text, 0, page, place, Cell(table, at, column)))
        top += 14 * max(cell.count("|") + 1 for cell in row) + 6
    return lines


def test_the_indicator_form_with_its_rules() -> None:
    """Topic, group, mark, name with its owner, target, a year's target and result, and a box among the remarks, each in
    a cell; a row that a page cuts is one, words that a narrow column breaks are whole."""
    name = "1.1 ร้อยละของท่า|ที่ตรวจแล้ว|(ตรวจปีละครั้ง)|ผู้รับผิด|ชอบ : ทุกกอง (กอง|ผู้รับผิดชอบ|งาน) (หมวด 6)"
    box = "ผลต่ำ|กว่าปีที่|ผ่านมา|(คะแนนต่ำกว่า|300)"
    first = [
        *INDICATOR_HEAD,
        ["7.1 การบรรลุ|ผลลัพธ์", "1. ตัวชี้วัดตามภารกิจ*"],
        ["", "√|(1)", name, "90|(ร้อยละ)", "-", "เป้า|หมาย|85|ผล|88", "เป้าหมาย|90|ผล|80", box],
        ["", "2. ตัวชี้วัดอื่น"],
        ["", "- ...... (ชื่อตัวชี้วัด) ......"],
        ["", "√|(2)", "2.1 จำนวนเส้นทาง", "5 เส้นทาง", "เป้าหมาย|3|ผล|4", "เป้าหมาย|4|ผล|5", "เป้าหมาย|5|ผล", "ผ่าน"],
    ]
    second = [*INDICATOR_HEAD, ["", "", "เดินเรือใหม่|ผู้รับผิดชอบ :|- กองแผนงาน", "", "", "", "6", "(500)"]]
    second += [["7.2 ผู้รับบริการ", "", "1.2 จำนวนเรือ", "", "", "", "7", ""]]
    title = [line("(ร่าง) แบบฟอร์มตัวชี้วัดหมวด 7", 30)]
    found = read_document(document([*title, *ruled(first, 0, 60, 1), *ruled(second, 1, 40, 2)])).records
    a, b, c = [record for record in found if isinstance(record, Indicator)]
    assert (a.sub_criterion, a.group_no, a.indicator_no, a.name) == ("7.1", 1, "1.1", "ร้อยละของท่าที่ตรวจแล้ว")
    assert (a.owner, a.target, a.unit) == ("ทุกกอง (กองผู้รับผิดชอบงาน) (หมวด 6)", 90, "ร้อยละ")
    assert (a.targets, a.results) == ({"2565": 85, "2566": 90}, {"2564": "-", "2565": 88, "2566": 80})
    assert a.verdict == "fail"
    assert (b.group_no, b.name, b.owner, b.unit) == (2, "จำนวนเส้นทางเดินเรือใหม่", "- กองแผนงาน", "เส้นทาง")
    assert (b.results["2566"], b.verdict, b.score) == (6, "pass", 500)
    assert (c.sub_criterion, c.group_no, c.name, c.results) == ("7.2", None, "จำนวนเรือ", {"2566": 7})


def test_a_target_may_stand_in_the_first_column() -> None:
    rows = [["เป้าหมาย", "ตัวชี้วัด", "2566", "หมายเหตุ"], ["90|(ร้อยละ)", "1.1 ร้อยละของท่าที่ตรวจแล้ว", "80", "ผลต่ำ|(300)"]]
    title = [line("(ร่าง) แบบฟอร์มตัวชี้วัดหมวด 7", 30)]
    found = read_document(document([*title, *ruled(rows, 0, 60, 1)])).records
    assert [(r.target, r.unit, r.results) for r in found if isinstance(r, Indicator)] == [(90, "ร้อยละ", {"2566": 80})]


def test_what_heads_each_slide_is_no_furniture() -> None:
    """Title and scale keep their place on every slide; cells side by side may share a line, a figure may wrap."""
    lines = []
    for page in (1, 2, 3):
        heads = [line(f"ผลการประเมินตนเอง หมวด {page}", 40, page), line("BASIC ADVANCE SIGNIFICANCE", 70, page)]
        foot = line(f"หน้า {page}", 800, page)
        for each in (*heads, foot):
            each.furniture = True
        points = [
            line(f"☑ ท่าที่ {page} มีป้าย ☒ ท่าที่ {page} มีไฟ", 120, page),
            line(f"☑ ท่าที่ {page} มีผู้ใช้ร้อยละ", 140, page, joint=" "),
            line("100", 160, page),
        ]
        lines += [*heads, *points, foot]
    found = [record for record in read_document(document(lines)).records if isinstance(record, Finding)]
    assert [(f.category, f.verdict, f.text) for f in found] == [
        (page, verdict, f"ท่าที่ {page} {text}")
        for page in (1, 2, 3)
        for verdict, text in (("pass", "มีป้าย"), ("fail", "มีไฟ"), ("pass", "มีผู้ใช้ร้อยละ 100"))
    ]


def test_a_question_ends_with_its_mark() -> None:
    """Below the mark the answer begins, however full the line; at a page's end the question goes on to its mark."""
    text = (SAMPLES / "award_report.md").read_text("utf-8")
    asked = next(record for record in read(SAMPLES / "award_report.md").records if isinstance(record, Faq))
    head = next(part for part in text.split("\n") if part.startswith("#") and asked.section in part)
    above = list(laid_out(text[: text.index(head) + len(head)]).lines())
    page = (above[-1].page or 0) + 1
    lines = [
        line("1. ส่งผลงานเดิมของห้องสมุดได้ไหม?", 140, page, joint=" "),
        *(line("ส่งได้ ควรบอกสิ่งที่ต่างจากเดิม", 170 + 20 * n, page, joint="" if n < 24 else None) for n in range(25)),
        line("2. ผลงานของห้องสมุดที่ทำร่วมกับวัด", 750, page),
        line("ส่งในนามวัดได้หรือไม่?", 60, page + 1),
        line("ต้องส่งในนามหน่วยงาน", 90, page + 1),
    ]
    found = [record for record in read_document(document([*above, *lines])).records if isinstance(record, Faq)]
    assert [(faq.question, faq.answer) for faq in found] == [
        ("ส่งผลงานเดิมของห้องสมุดได้ไหม?", "ส่งได้ ควรบอกสิ่งที่ต่างจากเดิม" * 25),
        ("ผลงานของห้องสมุดที่ทำร่วมกับวัดส่งในนามวัดได้หรือไม่?", "ต้องส่งในนามหน่วยงาน"),
    ]


def test_a_list_goes_on_within_the_lines_of_its_cell() -> None:
    text = (SAMPLES / "action_plan.md").read_text("utf-8").replace("มีเรื่องเล่าใหม่ ๑๐ เรื่อง", "๑. มีเรื่องเล่า", 1)
    found = laid_out(text)
    lines = [each for page in found.pages for each in page.lines]
    first = next(n for n, each in enumerate(lines) if each.text == "๑. มีเรื่องเล่า")
    more = line("๒. มีผู้ฟัง ๓. มีผู้อ่าน", 0, lines[first].page or 1, lines[first].cell)
    lines[first + 1 : first + 1] = [more]
    plans = [record for record in read_document(document(lines)).records if isinstance(record, Plan)]
    assert plans[0].outputs == ["มีเรื่องเล่า", "มีผู้ฟัง", "มีผู้อ่าน"]


def test_the_last_output_may_stand_beside_an_empty_cell() -> None:
    text = (SAMPLES / "action_plan.md").read_text("utf-8")
    rows_of_goals = re.search(r"(?m)^ผลผลิต\tผลลัพธ์\n.+$", text)
    assert rows_of_goals
    text = text[: rows_of_goals.end()] + "\nมีคู่มือฉบับประชาชน\t" + text[rows_of_goals.end() :]
    found = laid_out(text)
    plans = [record for record in read_document(found).records if isinstance(record, Plan)]
    assert plans[0].outputs[-1] == "มีคู่มือฉบับประชาชน"


@pytest.mark.parametrize(
    ("cover", "agency"),
    [
        (["แผนปฏิบัติการ", "กรมห้องสมุดชุมชน"], "กรมห้องสมุดชุมชน"),
        (["แผนปฏิบัติการ", "กรมห้องสมุดชุมชน", "กรมท่าเรือ"], None),
        (["แผนปฏิบัติการ", "คณะกรรมการห้องสมุด", "คำนำ", "กรมห้องสมุดชุมชน"], None),
    ],
)
def test_agency_of_the_cover(cover: list[str], agency: str | None) -> None:
    text = (SAMPLES / "action_plan.md").read_text("utf-8")
    text = "\n\n".join(cover) + "\n\n" + text[text.index("ยุทธศาสตร์ที่") :]
    lines = [Line(each, each, number) for number, each in enumerate(text.split("\n"), 1)]
    found = read_document(Document("x.txt", "0" * 64, "text/plain", [Page(1, 0, 0, lines)]))
    assert {record.agency for record in found.records} == {agency}
