"""Whether a draft can be worked with: remarks with reasons, what a person must still decide apart from errors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.plans.model import Check, Draft, Form, Kpi, Step, undecided
from pipeline.thai import squeeze

_FIGURE = re.compile(r"[\d๐-๙]")


def check(draft: Draft) -> list[Check]:
    """All remarks: gaps unanswered, steps without a gap or twice there, dates, owners, measures."""
    remarks = [*_coverage(draft), *_twice(draft)]
    for form in draft.forms:
        remarks += _measures(form)
        for step in form.steps:
            remarks += _step(step)
    return remarks


def _coverage(draft: Draft) -> Iterator[Check]:
    known = {gap.ofi_id: gap for gap in draft.gaps}
    answered = {gap_id for step in draft.steps for gap_id in step.gaps if step.status != "ยกเลิก"}
    for gap_id, gap in known.items():
        if gap_id not in answered:
            yield Check("error", "OFI มีกิจกรรมตอบ", f"OFI {gap.code}", f"ไม่มีกิจกรรมใดตอบ {gap.number}: {gap.text[:80]}")
    for step in draft.steps:
        if not any(gap_id in known for gap_id in step.gaps):
            yield Check("error", "กิจกรรมตอบ OFI", f"{step.step_id}", f"กิจกรรมไม่ได้ตอบ OFI ใด: {step.text[:80]}")


def _twice(draft: Draft) -> Iterator[Check]:
    for form in draft.forms:
        for group in form.groups:
            seen: dict[str, Step] = {}
            for step in group.steps:
                first = seen.setdefault(squeeze(step.text), step)
                if first is not step:
                    yield Check("error", "ไม่ซ้ำ", step.step_id, f"ข้อความเดียวกับ {first.step_id}: {step.text[:80]}")


def _step(step: Step) -> Iterator[Check]:
    if step.start is None or step.end is None:
        yield Check("decide", "วันเวลา", step.step_id, "ไม่ได้ระบุเดือนเริ่มต้นหรือสิ้นสุด")
    elif not 1 <= step.start <= step.end <= 12:
        yield Check("error", "วันเวลา", step.step_id, "เดือนสิ้นสุดอยู่ก่อนเดือนเริ่มต้น หรืออยู่นอกปีงบประมาณ")
    if not step.responsible.strip("-– ") or undecided(step.responsible):
        yield Check(
            "decide", "ผู้รับผิดชอบ", step.step_id, f"ผู้รับผิดชอบยังต้องระบุหรือยืนยัน: {' '.join(step.responsible.split()) or '-'}"
        )
    if undecided(step.text):
        yield Check("decide", "ข้อความ", step.step_id, f"ข้อความกิจกรรมมีส่วนที่ต้องระบุ: {', '.join(undecided(step.text))}")


def _measures(form: Form) -> Iterator[Check]:
    about = f"แผนหมวด {form.category}"
    if "kpis" in form.edits:
        return  # people have written the measures as one text
    if not form.kpis:
        yield Check("error", "ตัวชี้วัด", about, "แผนไม่มีตัวชี้วัด")
    for kpi in form.kpis:
        missing = [what for what, given in _parts(kpi) if not given]
        if missing:
            yield Check("decide", "ตัวชี้วัดวัดได้", about, f"ยังไม่มี{' '.join(missing)}: {kpi.name[:80]}")


def _parts(kpi: Kpi) -> list[tuple[str, bool]]:
    """What makes a measure measurable, and whether it is there."""
    return [
        ("หน่วย", bool(kpi.unit) and not undecided(kpi.unit)),
        ("ค่าฐาน", bool(_FIGURE.search(kpi.baseline)) and not undecided(kpi.baseline)),
        ("เป้าหมาย", bool(_FIGURE.search(kpi.target)) and not undecided(kpi.target)),
    ]
