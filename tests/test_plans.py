"""Drafts of development plans: what they hold, what is written, what people's edits do."""

from __future__ import annotations

import datetime
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pdfplumber
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline import framework, ofi, plans
from pipeline.cli import app
from pipeline.errors import PmqaError
from pipeline.ingest import ingest
from pipeline.plans import followup, layout, priority, workbook
from pipeline.plans.actions import rewrite
from pipeline.plans.model import CONFIRM, undecided
from pipeline.plans.quality import check
from pipeline.store import open_store
from pipeline.thai import squeeze

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpora" / "samples"
SEEDS = ROOT.parent / "shared" / "seeds"
PARKS = plans.Options(year=2566, agency="กรมพัฒนาสวนสาธารณะแห่งชาติ", today=datetime.date(2022, 10, 3))


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the authored samples: two agencies assessed, the plan of a third."""
    path = tmp_path_factory.mktemp("plans") / "pmqa.db"
    ingest([SAMPLES / "text", SAMPLES / "families" / "development_plan.md"], db=path)
    return path


@pytest.fixture
def draft(db: Path) -> plans.Draft:
    return plans.make(db=db, options=replace(PARKS, year=2567))[0]


def cells(table: docx.table.Table) -> list[str]:
    return ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in table._tbl.iter(qn("w:tc"))]


# What a draft holds


def assert_whole(draft: plans.Draft, found: list[ofi.Ofi]) -> None:
    """Every OFI answered or left out with a reason, every step with an OFI and a source, nothing twice."""
    planned = {gap.ofi_id for gap in draft.gaps}
    left = {out.gap.ofi_id for out in draft.left_out}
    assert planned | left == {each.ofi_id for each in found}
    assert not planned & left
    assert all(out.reason for out in draft.left_out)
    assert {gap for step in draft.steps for gap in step.gaps} == planned
    assert all(step.gaps and step.sources for step in draft.steps)
    ids = [step.step_id for step in draft.steps]
    assert len(ids) == len(set(ids))
    for form in draft.forms:
        for group in form.groups:
            texts = [squeeze(step.text) for step in group.steps]
            assert len(texts) == len(set(texts))
    assert not [remark for remark in draft.checks if remark.level == "error"]


def test_a_draft_answers_every_open_gap_once(db: Path) -> None:
    with open_store(db) as store:
        found = ofi.ofis(store)
    draft = plans.make(db=db, options=PARKS)[0]
    assert_whole(draft, found)
    resolved = {each.ofi_id for each in found if each.status == "resolved"}
    assert resolved and not resolved & {gap.ofi_id for gap in draft.gaps}
    assert {form.category for form in draft.forms} == set(range(1, 8))


def test_what_a_person_decides_is_marked_and_the_past_of_others_gives_no_owner(draft: plans.Draft) -> None:
    past = [step for step in draft.steps if any(source.kind == "past" for source in step.sources)]
    assert past, "the plan of another agency is for the year before"
    assert all(undecided(step.responsible) and CONFIRM not in step.responsible for step in past)
    assert all(undecided(step.budget) for step in draft.steps)
    assert all(re.search(r"\d", kpi.target) or undecided(kpi.target) for form in draft.forms for kpi in form.kpis)


def test_plans_of_the_same_year_or_later_are_not_past(db: Path) -> None:
    draft = plans.make(db=db, options=PARKS)[0]
    assert not [source for step in draft.steps for source in step.sources if source.kind == "past"]


def test_the_most_pressing_first_and_the_rest_listed(db: Path) -> None:
    whole = plans.make(db=db, options=PARKS)[0]
    some = plans.make(db=db, options=replace(PARKS, top=5))[0]
    assert [gap.ofi_id for gap in some.gaps] == [gap.ofi_id for gap in whole.gaps[:5]]
    assert {gap.ofi_id for gap in whole.gaps[5:]} <= {out.gap.ofi_id for out in some.left_out}
    one = plans.make(db=db, options=replace(PARKS, category=3))[0]
    assert {gap.category for gap in one.gaps} == {3}
    assert {out.reason for out in one.left_out if out.gap.category == 1} >= {"อยู่นอกหมวด 3"}


def test_reasons_add_up_and_more_years_press_more(draft: plans.Draft) -> None:
    fw, weights = framework.load(), priority.load()
    for gap in draft.gaps:
        parts = [int(part) for reason in gap.priority.reasons for part in re.findall(r"\((\d+)/", reason)]
        assert abs(sum(parts) - gap.priority.points) <= 2
    gap = next(gap for gap in draft.gaps if gap.first_year == 2565)
    rated = [
        priority.rate(replace(gap, first_year=year), year=2567, score=350, fw=fw, weights=weights).points
        for year in (2566, 2565, 2564)
    ]
    assert rated == sorted(rated) and rated[0] < rated[-1]


@pytest.mark.parametrize(
    ("comment", "action"),
    [
        ("ไม่ควรนับจำนวนครั้งของการประชุม", "หลีกเลี่ยงการนับจำนวนครั้งของการประชุม"),
        ("แผนกำลังคนควรครอบคลุมทักษะใหม่", "ปรับปรุงแผนกำลังคนให้ครอบคลุมทักษะใหม่"),
        ("ความเสี่ยงยังไม่ครอบคลุมระบบสารสนเทศ", "ปรับปรุงความเสี่ยงให้ครอบคลุมระบบสารสนเทศ"),
        ("ยังไม่พบนวัตกรรมในงานสนับสนุน", "จัดให้มีนวัตกรรมในงานสนับสนุน"),
        ("ยังไม่พบข้อร้องเรียนซ้ำ จึงไม่ได้แสดงแนวทางลดการร้องเรียน", "แสดงแนวทางลดการร้องเรียน"),
        ("ควรแสดงให้เห็นว่ามีการนำข้อมูลมาใช้อย่างไร", "นำข้อมูลมาใช้ พร้อมรวบรวมหลักฐานที่แสดงผลได้"),
        ("มีแผนแล้ว แต่ขาดการติดตามผลรายไตรมาส", "ติดตามผลรายไตรมาส"),
        ("สมควรยกย่อง", "ดำเนินการเพื่อตอบประเด็น “สมควรยกย่อง”"),
    ],
)
def test_comments_become_actions(comment: str, action: str) -> None:
    assert rewrite(comment).text == action


@given(st.text(alphabet="ควรไม่ขาดการมียังแต่และ ()ว่าเช่นกขค\n", max_size=400))
def test_any_comment_has_an_action_of_bearable_length(comment: str) -> None:
    action = rewrite(comment)
    assert action.text.strip() and len(action.text) < 300


# The quality check


def test_the_check_finds_what_is_wrong(draft: plans.Draft) -> None:
    first = next(draft.steps)
    first.start, first.end, first.gaps = 9, 3, []
    form = draft.forms[-1]
    form.kpis = []
    twin = replace(form.groups[0].steps[0], step_id="twin")
    form.groups[0].steps.append(twin)
    lone = draft.gaps[0]
    for step in draft.steps:
        step.gaps = [gap for gap in step.gaps if gap != lone.ofi_id]
    errors = {(remark.rule, remark.about) for remark in check(draft) if remark.level == "error"}
    assert {
        ("วันเวลา", first.step_id),
        ("กิจกรรมตอบ OFI", first.step_id),
        ("ตัวชี้วัด", f"แผนหมวด {form.category}"),
        ("ไม่ซ้ำ", "twin"),
        ("OFI มีกิจกรรมตอบ", f"OFI {lone.code}"),
    } <= errors


# Word


def assert_document(draft: plans.Draft, data: bytes) -> None:
    document = docx.Document(io.BytesIO(data))
    page = document.sections[0]
    assert page.page_width > page.page_height
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (297, 210)
    defaults = document.styles.element.find(qn("w:docDefaults"))
    assert defaults.find(".//" + qn("w:rFonts")).get(qn("w:cs"))
    assert defaults.find(".//" + qn("w:lang")).get(qn("w:bidi")) == "th-TH"
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert draft.agency in text and "{" not in text and "[[" not in text
    written = {squeeze(cell) for table in document.tables for cell in cells(table)}
    for step in draft.steps:
        assert squeeze(f"{step.number} {step.text}") in written, step.step_id
    for gap in draft.gaps:
        assert squeeze(gap.text) in written and gap.code in written
    known = {style.style_id for style in document.styles}
    for table in document.tables:
        used = {style.get(qn("w:val")) for style in table._tbl.iter(qn("w:pStyle"), qn("w:rStyle"), qn("w:tblStyle"))}
        assert used <= known
    charts = [table for table in document.tables if len(table._tbl.tblGrid) > 12]
    assert len(charts) == len(draft.forms)
    for chart in charts:
        repeated = [row.trPr is not None and row.trPr.find(qn("w:tblHeader")) is not None for row in chart._tbl.tr_lst]
        assert repeated[:2] == [True, True] and not any(repeated[2:])


def test_a_word_document_reads_back(draft: plans.Draft, tmp_path: Path) -> None:
    plans.write(draft, tmp_path / "plan.docx")
    assert_document(draft, (tmp_path / "plan.docx").read_bytes())


def test_a_template_of_ones_own(draft: plans.Draft, tmp_path: Path) -> None:
    own = docx.Document(str(ROOT / "corpora" / "plans" / "template.docx"))
    for paragraph in list(own.paragraphs):
        if paragraph.text != "[[gaps]]":
            paragraph._p.getparent().remove(paragraph._p)
    own.add_paragraph("ของ {agency}")
    own.save(str(tmp_path / "own.docx"))
    plans.write(draft, tmp_path / "plan.docx", files=plans.Files(template=tmp_path / "own.docx"))
    made = docx.Document(str(tmp_path / "plan.docx"))
    assert len(made.tables) == 1 and made.paragraphs[-1].text == f"ของ {draft.agency}"
    docx.Document().save(str(tmp_path / "plain.docx"))
    with pytest.raises(PmqaError, match="style"):
        plans.write(draft, tmp_path / "plan.docx", files=plans.Files(template=tmp_path / "plain.docx"))


@pytest.mark.slow
def test_every_page_is_clean_in_libreoffice(db: Path, tmp_path: Path) -> None:
    """No page is blank, all text is drawn between head and foot in faces that have it, heads of tables are repeated."""
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice (soffice) is not installed: the pages cannot be drawn")
    draft = plans.make(db=db, options=replace(PARKS, year=2567))[0]
    for form in draft.forms[:3]:  # in a narrow column about a page long
        form.groups[1].steps[0].involved = "หน่วยงานที่ร่วมโครงการปลูกต้นไม้ใหญ่ในเขตเมือง " * 10
    draft.forms[0].groups[0].steps[0].text = "ตรวจสุขภาพต้นไม้ใหญ่ให้ครบตามรอบ" * 60
    plans.write(draft, tmp_path / "plan.docx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "plan.docx")], check=True, capture_output=True, timeout=240)
    said = "".join(cell for table in docx.Document(str(tmp_path / "plan.docx")).tables for cell in cells(table))
    drawn, charts = 0, []
    with pdfplumber.open(tmp_path / "plan.pdf") as pdf:
        for page in pdf.pages:
            inside = [45 < char["top"] < page.height - 46 for char in page.chars]
            body = [char for char, within in zip(page.chars, inside, strict=True) if within]
            rest = [char for char, within in zip(page.chars, inside, strict=True) if not within]
            rest = rest if page.page_number > 1 else []
            assert len(body) > 20, f"page {page.page_number} is blank"
            foot = squeeze("".join(char["text"] for char in rest if char["top"] > page.height / 2))
            assert not rest or re.fullmatch(r"ร่าง.*จาก\d+", foot), f"page {page.page_number} runs over its foot"
            assert all(char["x0"] >= 0 and char["x1"] <= page.width for char in page.chars)
            assert not [char for char in page.chars if "(cid:" in char["text"] or char["text"] == "\ufffd"]
            drawn += sum("ก" <= char["text"] <= "ฮ" for char in body)
            # Consonants only: marks come out of a PDF in orders of their own.
            top = re.sub("[^ก-ฮ]", "", "".join(char["text"] for char in body if char["top"] < 130))
            charts.append("รมตน" in top and "สนสด" in top)  # เริ่มต้น, สิ้นสุด
    assert drawn >= sum("ก" <= char <= "ฮ" for char in said)
    first = charts.index(True)
    assert charts[first : first + 3] == [True] * 3, "the long step runs over pages, each with the chart's head"


# Excel


def assert_workbook(draft: plans.Draft, path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book[workbook.STEPS]
    heads = [cell.value for cell in sheet[1]]
    names = workbook.columns()
    assert len(heads) == len(names)
    rows = [dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]]
    assert [row["id"] for row in rows] == [step.step_id for step in draft.steps]
    assert [row["text"] for row in rows] == [step.text for step in draft.steps]
    codes = {gap.code for gap in draft.gaps}
    assert {code for row in rows for code in row["gaps"].split()} == codes
    assert sheet.auto_filter.ref and sheet.freeze_panes
    validated = {str(each.sqref).split(":")[0].rstrip("0123456789") for each in sheet.data_validations.dataValidation}
    letter = {name: openpyxl.utils.get_column_letter(at) for at, name in enumerate(names, 1)}
    assert {letter[name] for name in ("status", "responsible", "start", "end")} <= validated
    charts = [str(each.sqref) for each in sheet.conditional_formatting if str(each.sqref).startswith(letter["m1"])]
    assert charts and letter["m12"] in charts[0]
    listed = {str(value[0]) for value in book[workbook.GAPS].iter_rows(min_row=2, values_only=True)}
    assert listed == {gap.ofi_id for gap in draft.gaps} | {out.gap.ofi_id for out in draft.left_out}
    assert book[workbook.BASE].sheet_state == "veryHidden"


def test_a_workbook_reads_back(draft: plans.Draft, tmp_path: Path) -> None:
    plans.write(draft, tmp_path / "plan.xlsx")
    assert_workbook(draft, tmp_path / "plan.xlsx")


def edit(path: Path, change: dict[tuple[str, str], str], *, drop: str = "", add: dict[str, str] | None = None) -> None:
    """Change cells by (row's id, column), drop a row, add one, as people do in Excel."""
    book = openpyxl.load_workbook(path)
    sheet = book[workbook.STEPS]
    names = workbook.columns()
    for row in list(sheet.iter_rows(min_row=2)):
        for name, cell in zip(names, row, strict=True):
            if (row[0].value, name) in change:
                cell.value = change[row[0].value, name]
    if drop:
        at = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value == drop)
        sheet.delete_rows(at)
    if add:
        last = max(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value)
        for name, value in add.items():
            sheet.cell(last + 1, names.index(name) + 1, value)
    book.save(path)


def test_edits_live_through_a_new_draft(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    made, base = plans.make(db=db, options=PARKS)
    plans.write(made, path, base=base)
    ids = [step.step_id for step in made.steps]
    gap = made.gaps[0]
    edit(
        path,
        {(ids[0], "responsible"): "กองแผนงาน", (ids[0], "end"): "ก.พ. 2566", (ids[1], "status"): "แล้วเสร็จ"},
        drop=ids[2],
        add={"category": "1", "criterion": "1.2", "text": "จัดเวทีของเราเอง", "gaps": gap.code, "start": "ต.ค. 2565"},
    )
    book = openpyxl.load_workbook(path)
    for row in book[workbook.FORMS].iter_rows(min_row=2):
        if (row[0].value, row[1].value) == ("1", "objective"):
            row[3].value = "เพื่อสิ่งที่เราตกลงกัน"
    book.save(path)
    for _ in range(2):  # and through the one after that
        again, base = plans.make(db=db, options=PARKS, edits=path)
        plans.write(again, path, base=base)
        steps = {step.step_id: step for step in again.steps}
        assert (steps[ids[0]].responsible, steps[ids[0]].end) == ("กองแผนงาน", 5)
        assert steps[ids[1]].status == "แล้วเสร็จ"
        assert ids[2] not in steps
        own = [step for step in again.steps if step.text == "จัดเวทีของเราเอง"]
        assert len(own) == 1 and own[0].gaps == [gap.ofi_id] and own[0].start == 1
        assert layout.form_fields(again.forms[0], again)["objective"] == "เพื่อสิ่งที่เราตกลงกัน"
        untouched = {step.step_id: step.text for step in made.steps} | {ids[0]: steps[ids[0]].text}
        assert all(steps[each].text == untouched[each] for each in ids if each in steps)


def test_another_years_sheet_is_refused(db: Path, tmp_path: Path) -> None:
    made, base = plans.make(db=db, options=PARKS)
    plans.write(made, tmp_path / "plan.xlsx", base=base)
    with pytest.raises(PmqaError, match="2566"):
        plans.make(db=db, options=replace(PARKS, year=2567), edits=tmp_path / "plan.xlsx")


def test_status_tells_what_is_late_and_unanswered(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    made, base = plans.make(db=db, options=replace(PARKS, category=2))
    plans.write(made, path, base=base)
    gap = made.gaps[0]
    steps = [step for step in made.steps if step.gaps == [gap.ofi_id]]
    shared = [step for step in made.steps if gap.ofi_id in step.gaps and step not in steps]
    change = {(step.step_id, "gaps"): "" for step in (*steps, *shared)}
    done = next(step for step in made.steps if step.end == 3)
    change |= {(done.step_id, "status"): "แล้วเสร็จ"}
    edit(path, change)
    wording = layout.load()
    report = followup.status(followup.read(path, wording), wording, datetime.date(2023, 4, 1))
    assert [row["ofi"] for row in report.unanswered] and gap.code in {row["ofi"] for row in report.unanswered}
    assert {row["id"] for row in report.without_gap} == {step.step_id for step in (*steps, *shared)}
    by_march, by_june, by_september = report.checkpoints
    assert (by_march.reached, by_june.reached) == (True, False)
    expected = {step.step_id for step in made.steps if (step.end or 0) <= 6} - {done.step_id}
    assert {row["id"] for row in by_march.late} == expected
    assert by_september.due == sum(1 for _ in made.steps)


@pytest.mark.parametrize(("text", "month"), [("มี.ค. 2566", 6), ("มี.ค.66", 6), ("ต.ค. ๒๕๖๕", 1), ("ต.ค. 2566", None)])
def test_months_that_people_type(text: str, month: int | None) -> None:
    assert followup.fiscal_month(text, 2566) == month


# The command


def test_the_command_writes_all_formats_and_keeps_edits(db: Path, tmp_path: Path) -> None:
    run = CliRunner()
    common = ["plan", "--db", str(db), "--year", "2566", "--agency", "กรมพัฒนาสวน", "--category", "3"]
    for name in ("plan.docx", "plan.xlsx", "plan.md", "plan.json"):
        result = run.invoke(app, [*common, "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    held = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    step = held["forms"][0]["groups"][0]["steps"][0]
    assert step["text"] in (tmp_path / "plan.md").read_text(encoding="utf-8")
    edit(tmp_path / "plan.xlsx", {(step["step_id"], "remark"): "คุยกับกองคลังแล้ว"})
    assert run.invoke(app, [*common, "-o", str(tmp_path / "plan.xlsx")]).exit_code == 0
    values = [
        cell
        for row in openpyxl.load_workbook(tmp_path / "plan.xlsx")["แผน"].iter_rows(values_only=True)
        for cell in row
    ]
    assert "คุยกับกองคลังแล้ว" in values
    result = run.invoke(app, ["plan", "status", "--json", str(tmp_path / "plan.xlsx")])
    assert json.loads(result.stdout)["year"] == 2566


def test_a_workbook_of_another_kind_is_not_overwritten(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    openpyxl.Workbook().save(path)
    before = path.read_bytes()
    with pytest.raises(PmqaError, match="not a working sheet"):
        CliRunner().invoke(app, ["plan", "--db", str(db), "--year", "2566", "-o", str(path)], catch_exceptions=False)
    assert path.read_bytes() == before


def test_nothing_to_plan_is_said(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("บันทึกทั่วไป", encoding="utf-8")
    ingest([tmp_path / "note.txt"], db=tmp_path / "pmqa.db")
    with pytest.raises(PmqaError, match="no OFI to plan for"):
        plans.make(db=tmp_path / "pmqa.db", options=plans.Options(year=2565))


# Real documents


@pytest.mark.slow
def test_a_plan_from_real_documents(tmp_path: Path) -> None:
    documents = [*SEEDS.glob("000*.txt"), *SEEDS.glob("002*.txt")]
    if len(documents) < 2:
        pytest.skip("the real documents are not beside the project (../shared/seeds)")
    ingest(documents, db=tmp_path / "pmqa.db")
    made, base = plans.make(db=tmp_path / "pmqa.db", options=plans.Options(year=2565))
    with open_store(tmp_path / "pmqa.db") as store:
        found = ofi.ofis(store)
    assert_whole(made, found)
    assert {gap.ofi_id for gap in made.gaps} == {each.ofi_id for each in found}
    assert {gap.category for gap in made.gaps if gap.kinds} == set(range(1, 8))
    cited = [source for step in made.steps for source in step.sources if source.kind == "past"]
    assert len(cited) >= 20 and all(source.place and source.text for source in cited)
    assert any(CONFIRM in step.responsible for step in made.steps), "owners of one's own past plans are proposed"
    plans.write(made, tmp_path / "plan.docx")
    assert_document(made, (tmp_path / "plan.docx").read_bytes())
    plans.write(made, tmp_path / "plan.xlsx", base=base)
    assert_workbook(made, tmp_path / "plan.xlsx")
