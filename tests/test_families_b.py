"""Development plans, action plans, award reports and unknown documents: authored samples, variants, the real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.model import Cell, Document, Line, Page
from pipeline.forms.numbering import numbered
from pipeline.forms.tables import clean, rows
from pipeline.read import Reading, read, read_document

SAMPLES = Path(__file__).resolve().parents[1] / "corpora" / "samples" / "families"
SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real documents in ../shared")
SEEDS = {
    "002": "seeds/002_e29cb1e540ca8bf2.txt",
    "003": "seeds/003_1be10cb8edf6d450.txt",
    "004": "seeds/004_b9e82140ee5a4632.txt",
}


@cache
def reading(path: Path) -> Reading:
    return read(path)


def document(text: str) -> Document:
    lines = [Line(line, line, number) for number, line in enumerate(text.split("\n"), 1)]
    return Document("x.txt", "0" * 64, "text/plain", [Page(1, 0, 0, lines)])


@pytest.mark.parametrize("name", ["development_plan.md", "action_plan.md", "award_report.md", "other.txt"])
def test_sample(name: str) -> None:
    """Every record of the sample, and none besides; fields the gold leaves out are empty."""
    path = SAMPLES / name
    gold = [json.loads(line) for line in path.with_suffix(".gold.jsonl").read_text("utf-8").splitlines()]
    records = reading(path).records
    assert [record.dataset for record in records] == [row["dataset"] for row in gold]
    ignored = {"doc_id", "source_name", "plan_id", "label_source", "confidence", "repairs", "raw_text", "page", "bbox"}
    # What the model says of a passage is not the form's, and changes with the model.
    of_the_model = {"category", "category_probs", "criterion", "role", "verdict", "abstained"}
    for record, row in zip(records, gold, strict=True):
        given_fields = {"dataset": record.dataset, **asdict(record)}
        left_out = ignored | (of_the_model if record.label_source == "model" else set())
        filled = {k: v for k, v in given_fields.items() if k not in left_out and v not in (None, "", [], {})}
        assert filled == row


def test_steps_lead_back_to_their_plan_and_lines() -> None:
    path = SAMPLES / "development_plan.md"
    source = path.read_text("utf-8").split("\n")
    records = reading(path).records
    (plan,) = (record for record in records if record.dataset == "plans")
    steps = [record for record in records if record.dataset == "activities"]
    assert {getattr(step, "plan_id", None) for step in steps} == {getattr(plan, "plan_id", "")}
    for step in steps:
        assert step.line_start is not None
        assert getattr(step, "duration", "") in source[step.line_start - 1]


def test_missing_page_is_reported_with_its_place() -> None:
    assert any(
        "step 3.1 follows 1.2" in w and "line 29" in w for w in reading(SAMPLES / "development_plan.md").warnings
    )


@pytest.mark.parametrize("shift", [-1, 0, 1, 2])
def test_columns_may_stray_from_their_headers(shift: int) -> None:
    """The cells after the chart are told apart wherever they stand."""
    text = (SAMPLES / "development_plan.md").read_text("utf-8")
    header = "กิจกรรม/ขั้นตอน\tระยะเวลา\tเริ่มต้น\tสิ้นสุด\tปีงบประมาณ ๒๕๖๖\t\t\tผลผลิต\tผู้รับผิดชอบ\tผู้เกี่ยวข้อง\tงบประมาณ"
    cells = ["๑. จัดเวที", "๑ วัน", "ม.ค.", "ม.ค.", *[""] * (3 + shift), "สรุปผลเวที", "กองแผนงาน", "ทุกสาขา", "๙๐๐"]
    form = text[text.index("ส่วนราชการ") : text.index("กิจกรรม/ขั้นตอน")]
    found = read_document(document(form + header + "\n" + "\t".join(cells))).records
    (step,) = (asdict(record) for record in found if record.dataset == "activities")
    assert [step[k] for k in ("output", "responsible", "involved", "budget")] == [
        "สรุปผลเวที",
        "กองแผนงาน",
        "ทุกสาขา",
        "๙๐๐",
    ]


def test_digits_of_either_kind_read_alike() -> None:
    """A variant in Arabic digits gives the same plan and steps, but for the digits printed."""
    text = (SAMPLES / "development_plan.md").read_text("utf-8")
    arabic = text.translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789"))
    thai_records, arabic_records = read_document(document(text)).records, read_document(document(arabic)).records
    key = [(r.dataset, getattr(r, "step_no", None), getattr(r, "criteria_ref", None)) for r in thai_records]
    assert [(r.dataset, getattr(r, "step_no", None), getattr(r, "criteria_ref", None)) for r in arabic_records] == key


def test_cells_of_a_ruled_table_are_rows() -> None:
    """A PDF's table, cell by cell, gives the plan that its text gives."""
    lines, number = [], 0
    for row_no, line in enumerate((SAMPLES / "development_plan.md").read_text("utf-8").split("\n")):
        for column, cell in enumerate(line.split("\t") if "\t" in line else [line]):
            if cell.strip():
                number += 1
                place = Cell(0, row_no, column) if "\t" in line else None
                lines.append(Line(clean(cell), clean(cell), number, page=1, cell=place))
    found = read_document(Document("x.pdf", "0" * 64, "application/pdf", [Page(1, 595, 842, lines)])).records
    steps = [asdict(r) for r in found if r.dataset == "activities"]
    expected = [asdict(r) for r in reading(SAMPLES / "development_plan.md").records if r.dataset == "activities"]
    for key in ("step_no", "text", "start", "output", "responsible", "involved", "criteria_ref"):
        assert [step[key] for step in steps] == [step[key] for step in expected], key


def test_action_plan_without_scores_says_so() -> None:
    text = (SAMPLES / "action_plan.md").read_text("utf-8")
    found = read_document(document(text.replace("ระดับคะแนน\t", "อะไร\t")))
    assert sum(record.dataset == "plans" for record in found.records) == 3
    assert any("1.1.1/1: no scoring found" in warning and "line 11" in warning for warning in found.warnings)


def test_letter_about_an_award_is_no_report() -> None:
    found = read_document(document("รายงานการประชุม เรื่อง รางวัลเลิศรัฐ\n\nที่ประชุมรับทราบ"))
    assert found.families == ["other"]
    assert {record.dataset for record in found.records} == {"passages"}


@given(st.text(alphabet="กขคงาี่ำ ๑๒12.-\t|<>()/:p●*#", max_size=400))
def test_any_text_gives_passages_that_stand_in_it(text: str) -> None:
    """Nothing is invented and nothing breaks, whatever the text is."""
    for record in read_document(document(text)).records:
        raw = asdict(record).get("raw_text", "")
        assert all(line in text for line in raw.split("\n"))


@given(st.lists(st.integers(1, 99), min_size=2, max_size=4), st.booleans())
def test_numbers_are_parted_from_text(parts: list[int], thai: bool) -> None:
    number = ".".join(map(str, parts))
    printed = number.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")) if thai else number
    assert numbered(f"{printed} จัดทำแผน") == (number, "จัดทำแผน")


def test_rows_of_a_markdown_table() -> None:
    (section_lines,) = [document("- | ก | ข |\n|---|---|\n| ๑ | ๒<br>๓ |").pages[0].lines]
    from pipeline.forms.lines import text_lines

    assert [row.cells for row in rows(text_lines(section_lines))] == [("ก", "ข"), ("๑", "๒<br>๓")]


# ------------------------------------------------------------------------------------ the real documents

#: What each real document holds, counted by hand.
HELD = {
    "002": {"plans": 10, "activities": 147},
    "003": {"awards": 9, "award_criteria": 165, "faq": 26, "findings": 16},
    "004": {"plans": 37},
}


@needs_shared
@pytest.mark.parametrize("seed", HELD)
def test_all_that_the_document_holds(seed: str) -> None:
    counts = Counter(record.dataset for record in reading(SHARED / SEEDS[seed]).records)
    counts.pop("passages")
    assert counts == HELD[seed]


@needs_shared
@pytest.mark.parametrize(
    ("seed", "dataset", "only", "least"),
    [
        ("002", "plans", "family=development_plan", 1.0),
        ("002", "activities", "family=development_plan", 1.0),
        # One word of a scoring table is misread where the document has no right reading of it.
        ("004", "plans", "family=action_plan", 0.87),
        ("003", "awards", "kind=submission", 1.0),
        ("003", "award_criteria", "", 1.0),
        ("003", "faq", "", 1.0),
        ("003", "findings", "family=award_report", 1.0),
    ],
)
def test_gold(seed: str, dataset: str, only: str, least: float, tmp_path: Path) -> None:
    found: list[dict[str, Any]] = [
        {**asdict(record), "source_name": f"{seed}_.txt"}
        for record in reading(SHARED / SEEDS[seed]).records
        if record.dataset == dataset
    ]
    export = tmp_path / "export.jsonl"
    export.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in found), "utf-8")
    command = [sys.executable, SHARED / "tools/score_dataset.py", SHARED / f"gold_dev/{dataset}.jsonl", export]
    command += ["--min", str(least), "--show", "5", *(["--only", only] if only else [])]
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stdout
