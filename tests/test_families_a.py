"""Self-assessment, slides, indicator form and announcement: authored samples line by line, the real ones by gold."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from functools import cache
from itertools import chain, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.model import Cell, Document, Line, Page
from pipeline.extract.plaintext import read_pages
from pipeline.forms.allotment import Box, Outlook, allot
from pipeline.read import Reading, read, read_document
from pipeline.records import Activity, Award, Finding, Indicator, Passage, Record
from pipeline.repair.glyphs import PRIVATE_USE

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples" / "families"
FAMILIES = ("announcement", "indicator_form", "self_assessment", "slides")
SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_seeds = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real documents in ../shared")


def sample(family: str) -> str:
    return (SAMPLES / f"{family}.txt").read_text(encoding="utf-8")


def read_text(text: str) -> Reading:
    text = text.translate(str.maketrans(PRIVATE_USE))
    return read_document(Document("sample.txt", "", "text/plain", read_pages(text)))


def content(record: Record, *, lines: bool = True) -> dict[str, object]:
    """What a record says, without what is empty and without what the gold files leave to the reader."""
    idle = {"doc_id", "source_name", "page", "bbox", "label_source", "raw_text", "repairs"}
    idle |= set() if lines else {"line_start", "line_end", "plan_id"}
    if record.label_source == "model":  # what the model says of a passage changes with the model
        idle |= {"category", "category_probs", "criterion", "role", "verdict", "abstained", "confidence"}
    row = {"dataset": record.dataset, **asdict(record)}
    return {key: value for key, value in row.items() if key not in idle and value not in (None, "", [], {})}


# -- authored samples -----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_sample(family):
    gold = (SAMPLES / f"{family}.gold.jsonl").read_text(encoding="utf-8").splitlines()
    reading = read(SAMPLES / f"{family}.txt")
    assert reading.families == [family]
    assert [content(record) for record in reading.records] == [json.loads(line) for line in gold]


def _as_arabic(text: str) -> str:
    return text.translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789"))


def _as_thai(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))


@pytest.mark.parametrize("change", [_as_arabic, _as_thai])
def test_announcement_in_either_digits(change):
    def listed(text):
        return [content(r) for r in read_text(text).records if isinstance(r, Award)]

    assert listed(change(sample("announcement"))) == listed(sample("announcement"))


def test_announcement_as_a_ruled_table():
    """Number, name and ministry in cells of their own: the third is no part of the name."""
    head = ["ประกาศ", "รายชื่อหน่วยงานที่ผ่านเกณฑ์การประเมินรางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0 ปี 2567", "จังหวัด"]
    lines = [Line(text, text, n, page=1) for n, text in enumerate(head, 1)]
    for row, name in enumerate(("จังหวัดน่าน", "จังหวัดเลย"), 1):
        for column, text in enumerate((str(row), name, "กระทรวงมหาดไทย")):
            lines.append(Line(text, text, len(lines) + 1, page=1, cell=Cell(0, row, column)))
    reading = read_document(Document("a.pdf", "", "application/pdf", [Page(1, 595, 842, lines)]))
    found = [(r.no, r.agency_name, r.year) for r in reading.records if isinstance(r, Award)]
    assert found == [(1, "จังหวัดน่าน", 2567), (2, "จังหวัดเลย", 2567)]


def test_announcement_that_promises_more_says_so():
    reading = read_text(sample("announcement").replace("จำนวน ๔ ผลงาน", "จำนวน ๕ ผลงาน"))
    assert [w for w in reading.warnings if "4 agencies" in w and "says 5" in w and "line 13" in w]


@pytest.mark.parametrize("boxes", ["☑☒☐", "\uf052\uf0fd\uf0a3", "\uf0fe\uf0fd\uf0a8"])
def test_slides_whichever_glyphs_carry_the_ticks(boxes):
    text = sample("slides").translate(str.maketrans(PRIVATE_USE)).translate(str.maketrans("☑☒☐", boxes))
    verdicts = Counter(r.verdict for r in read_text(text).records if isinstance(r, Finding))
    assert verdicts == {"pass": 5, "fail": 3, "pending": 1}


def test_slides_by_page():
    """Where each slide is a page, one that names no category goes on with the one before, and a warning tells which."""
    first, _, second = sample("slides").translate(str.maketrans(PRIVATE_USE)).partition("\n\n\n\n")
    pages = [[(1, text) for text in first.splitlines()], [(2, second[second.index("☒") :].strip())]]

    def last(pages):
        lines = [Line(text, text, n, page=page) for n, (page, text) in enumerate(chain(*pages), 1)]
        reading = read_document(Document("a.pdf", "", "application/pdf", [Page(1, 960, 540, lines)]))
        return [r for r in reading.records if isinstance(r, Finding)][-1], reading.warnings

    finding, warnings = last(pages)
    assert (finding.category, finding.verdict, finding.page) == (4, "fail", 2)
    assert [w for w in warnings if "no category" in w and "page 2" in w]
    finding, warnings = last([*pages, [(2, "BASIC ADVANCE SIGNIFICANCE หมวด 5")]])
    assert (finding.category, warnings) == (5, [])


def test_indicators_whose_boxes_do_not_fit_stay_open():
    text = sample("indicator_form").replace("ผ่าน\n(300)\n", "")
    reading = read_text(text)
    first = [r for r in reading.records if isinstance(r, Indicator)][:3]
    assert [r.verdict for r in first] == [None, None, None]
    assert [r.results["2566"] for r in first] == [91, "5 เส้นทาง", "___"]
    assert [w for w in reading.warnings if "2 verdicts" in w and "3 rows" in w and "line" in w]


def test_levels_without_blank_lines_are_not_cut_into_columns():
    text = "\n".join(line for line in sample("self_assessment").splitlines() if line.strip())
    reading = read_text(text)
    roles = {r.role for r in reading.records if isinstance(r, Passage) and r.level}
    assert roles == {"answer"}
    assert [w for w in reading.warnings if "columns not told apart" in w]
    kinds = Counter(r.kind for r in reading.records if isinstance(r, Finding))
    assert kinds["level"] == 2
    assert kinds["observation"] == 4


def test_text_under_a_heading_not_known_becomes_passages():
    heading = "6.2 การสร้างนวัตกรรมในการปรับปรุงผลผลิต กระบวนการ และบริการ\n"
    text = sample("self_assessment").replace(heading, f"{heading}\nจุดเด่น\nชาวเรือช่วยกันเขียนป้าย\n", 1)
    reading = read_text(text)
    found = [r for r in reading.records if isinstance(r, Passage) and r.criterion == "6.2"]
    assert ["ชาวเรือช่วยกันเขียนป้าย" in r.text for r in found] == [True]
    assert [w for w in reading.warnings if "criterion 6.2" in w and "line 24" in w]


def test_levels_in_ruled_cells():
    """In a ruled table each line says which column it is of, in whatever order the cells are drawn."""
    cells = {0: ["Basic", "- มีผังงาน"], 1: ["* วาดผังงาน"], 2: ["* หน่วยงานมีผัง"], 3: ["- วาดผังครบทุกท่า", "เมื่อต้นปี"]}
    head = ["6.1 กระบวนการทำงานที่เชื่อมโยงตั้งแต่ต้นจนจบสู่ผลลัพธ์ที่ต้องการ"]
    lines = [Line(text, text, n, page=1) for n, text in enumerate(head, 1)]
    for column, text in enumerate(["ระดับ", "แนวทางดำเนินการ", "แบบการตรวจประเมินตนเอง", "ผลการดำเนินงาน"]):
        lines.append(Line(text, text, len(lines) + 1, page=1, cell=Cell(0, 0, column)))
    for column, texts in cells.items():
        for text in texts:
            lines.append(Line(text, text, len(lines) + 1, page=1, cell=Cell(0, 1, column)))
    reading = read_document(Document("a.pdf", "", "application/pdf", [Page(1, 595, 842, lines)]))
    found = {r.role: r.text for r in reading.records if isinstance(r, Passage)}
    assert found == {"approach": "วาดผังงาน", "evidence": "วาดผังครบทุกท่าเมื่อต้นปี"}


# -- verdicts apart from their rows ---------------------------------------------------------------------

OUTLOOKS = st.sampled_from([Outlook(), Outlook(open=True), Outlook(below=True)])
BOXES = st.sampled_from([Box("pass", 500, "ผ่าน (500)"), Box("fail", None, "ผลต่ำกว่า"), Box("pending", None, "รอผล")])


@given(
    st.integers(0, 5).flatmap(
        lambda n: st.tuples(st.lists(OUTLOOKS, min_size=n, max_size=n), st.lists(BOXES, min_size=n, max_size=n))
    )
)
def test_allotment_is_what_trying_every_order_gives(rows_and_boxes):
    rows, boxes = rows_and_boxes
    expected = [set() for _ in rows]
    for test in (Outlook.fits, Outlook.allows, Outlook.bears):
        orders = [p for p in permutations(boxes) if all(test(r, b.verdict) for r, b in zip(rows, p, strict=True))]
        if orders:
            expected = [{order[i] for order in orders} for i in range(len(rows))]
            break
    assert allot(rows, boxes) == expected


# -- the real documents ---------------------------------------------------------------------------------


@cache
def seed(number: str) -> Reading:
    return read(next((SHARED / "seeds").glob(f"{number}_*.txt")))


@needs_seeds
@pytest.mark.parametrize(
    ("number", "dataset", "only"),
    [
        ("000", "indicators", "family=indicator_form"),
        ("000", "awards", "kind=announcement"),
        ("001", "findings", "family=self_assessment"),
    ],
)
def test_gold(number, dataset, only, tmp_path):
    export = tmp_path / "export.jsonl"
    rows = [{**asdict(r), "source_name": f"{number}_.txt"} for r in seed(number).records if r.dataset == dataset]
    export.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    command = [sys.executable, SHARED / "tools/score_dataset.py", SHARED / f"gold_dev/{dataset}.jsonl", export]
    command += ["--only", only, "--source", f"{number}_", "--min", "1.0", "--show", "5"]
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stdout


@needs_seeds
def test_all_that_the_real_documents_hold_and_no_more():
    """Counted by hand in the documents."""
    records = seed("000").records
    ticks = Counter((r.category, r.verdict) for r in records if isinstance(r, Finding) and r.family == "slides")
    assert ticks == {
        (1, "pass"): 32, (1, "fail"): 2, (2, "pass"): 16, (2, "fail"): 9, (3, "pass"): 16, (4, "pass"): 28,
        (5, "pass"): 22, (5, "fail"): 11, (6, "pass"): 26, (6, "pending"): 2,
    }  # fmt: skip
    indicators = Counter(r.verdict for r in records if isinstance(r, Indicator) and r.family == "indicator_form")
    assert indicators == {"pass": 9, "fail": 5, "pending": 20, None: 3}
    lists = Counter((r.step, r.award) for r in records if isinstance(r, Award) and r.kind == "announcement")
    assert lists == {
        (1, "4.0"): 74, (2, "4.0"): 21, (2, "หมวด 1"): 11, (2, "หมวด 2"): 11, (2, "หมวด 3"): 9, (2, "หมวด 4"): 3,
        (2, "หมวด 5"): 2, (2, "หมวด 6"): 4,
    }  # fmt: skip
    records = seed("001").records
    kinds = Counter((r.section, r.kind) for r in records if isinstance(r, Finding))
    assert kinds == {
        ("summary", "level"): 4, ("summary", "observation"): 6, ("summary", "obstacle"): 1,
        ("detail", "observation"): 7, ("detail", "obstacle"): 1, ("detail", "action"): 2,
    }  # fmt: skip
    roles = Counter(r.role for r in records if isinstance(r, Passage) and r.level)
    assert roles == {"approach": 12, "evidence": 12}
    assert sum(isinstance(r, Activity) for r in records) == 19
