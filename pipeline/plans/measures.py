"""Objectives and measures of a plan: from the nearest past form, and from figures that the store knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline.forms.numbering import enumerated
from pipeline.plans.gaps import Situation
from pipeline.plans.model import RESULTS, Gap, Kpi, Proposal, Source, decide
from pipeline.plans.retrieval import PastPlans, updated
from pipeline.records import Indicator
from pipeline.terminal import where
from pipeline.thai import arabic_digits, squeeze

if TYPE_CHECKING:
    from pipeline.framework import Framework

#: How like the gaps of a category a past plan's form is at least to lend its objective and measures.
_FORM_LIKENESS = 0.05


def from_past_forms(past: PastPlans, words: str, category: int, agency: str) -> tuple[list[Proposal], list[Kpi]]:
    """Objectives and measures of the past plan of the category whose form is most like the gaps."""
    found = [(plan, likeness) for plan, likeness in past.forms(words, category) if likeness >= _FORM_LIKENESS]
    if not found:
        return [], []
    plan, likeness = found[0]

    def cited(text: str, what: str) -> list[Source]:
        year = f" ปี {plan.fiscal_year}" if plan.fiscal_year else ""
        said = f"{plan.name or ''}: {text}"
        return [Source("past", f"แผนเดิม{year} {what}", said, where(plan), round(likeness, 2))]

    def renewed(text: str) -> str:
        return updated(text, agency=agency, past_agency=plan.agency, past_year=plan.fiscal_year)

    before, listed = enumerated(plan.objective or "")
    texts = [text for text in (before, *(item.text for item in listed)) if text] or [plan.objective or ""]
    objectives = [Proposal(renewed(text), cited(text, "วัตถุประสงค์")) for text in texts if text]
    measures = [
        Kpi(renewed(kpi), _unit(kpi), decide("ค่าฐาน"), decide("เป้าหมาย"), cited(kpi, "ตัวชี้วัด")) for kpi in plan.kpis
    ]
    return objectives, measures


def own_measures(situation: Situation, fw: Framework, category: int, gaps: Sequence[Gap]) -> list[Kpi]:
    """Measures whose baseline the store knows: the category's score, the open gaps, indicators not passed."""
    measures = []
    score = situation.last_score(category)
    if score:
        year, points = score
        mark = fw.pass_mark
        reached = mark is None or points >= mark
        sources = [Source("assessment", f"ผลการประเมินปี {year}", f"คะแนน {points:g}")]
        if not reached:
            sources.append(Source("framework", f"เกณฑ์ผ่านของ {fw.id}", f"{mark:g} คะแนน"))
        measures.append(
            Kpi(
                f"คะแนนประเมินหมวด {category} (ขั้นตอนที่ 2)",
                "คะแนน",
                f"{points:g} (ปี {year})",
                decide("เป้าหมาย") if reached else f"ไม่น้อยกว่า {mark:g}",
                sources,
            )
        )
    measures.append(
        Kpi(
            f"จำนวนโอกาสในการปรับปรุงของหมวด {category} ที่ยังไม่ได้ดำเนินการ (น้อยดี)",
            "ประเด็น",
            str(len(gaps)),
            decide("เป้าหมาย"),
            [Source("assessment", "จำนวน OFI ในฐานข้อมูล")],
        )
    )
    for gap in gaps:
        if indicator := indicator_of(gap, situation):
            results = {year: value for year, value in indicator.results.items() if isinstance(value, int | float)}
            last = max(results, default=None)
            measures.append(
                Kpi(
                    indicator.name or gap.subject,
                    indicator.unit or decide("หน่วย"),
                    f"{results[last]:g} (ปี {last})" if last else decide("ค่าฐาน"),
                    decide("เป้าหมาย"),
                    [Source("assessment", f"ตัวชี้วัด {gap.number}", gap.text, where(indicator))],
                )
            )
    return measures


def indicator_of(gap: Gap, situation: Situation) -> Indicator | None:
    """The indicator that a gap of category 7 is about."""
    if gap.category != RESULTS or not gap.criterion or not gap.indicator_no:
        return None
    number = arabic_digits(gap.indicator_no)
    alike = [i for i in situation.indicators if i.sub_criterion == gap.criterion]
    return next(
        (i for i in alike if squeeze(i.name or "") and squeeze(i.name or "") == squeeze(gap.subject)),
        next((i for i in alike if i.indicator_no == number), None),
    )


def _unit(kpi: str) -> str:
    """The unit that a measure's first word names."""
    text = kpi.strip()
    return next((unit for unit in ("ร้อยละ", "ระดับ", "คะแนน") if text.startswith(unit)), decide("หน่วย"))


def distinct(kpis: Iterable[Kpi]) -> list[Kpi]:
    """Measures without those whose name was there before."""
    first: dict[str, Kpi] = {}
    for kpi in kpis:
        first.setdefault(squeeze(kpi.name), kpi)
    return list(first.values())
