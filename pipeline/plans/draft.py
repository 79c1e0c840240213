"""A draft plan from the OFIs in the store: forms by category, steps by criterion, each with its sources."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.forms.numbering import enumerated
from pipeline.ofi import Ofi, ofis
from pipeline.plans import priority
from pipeline.plans.actions import Action, rewrite
from pipeline.plans.model import (
    CONFIRM,
    MONTHS,
    PHASES,
    Draft,
    Form,
    Gap,
    Group,
    Kpi,
    LeftOut,
    Phase,
    Proposal,
    Score,
    Source,
    Step,
    decide,
    month_label,
)
from pipeline.plans.quality import check
from pipeline.plans.retrieval import Hit, PastPlans, nearest_criterion, question, updated, without_particulars
from pipeline.plans.skeletons import Skeleton, Skeletons, SkeletonStep
from pipeline.records import Finding, Indicator
from pipeline.records import Score as ScoreRecord
from pipeline.terminal import where
from pipeline.thai import arabic_digits, squeeze

if TYPE_CHECKING:
    from pipeline.framework import Criterion, Framework
    from pipeline.plans.priority import Weights
    from pipeline.store import Store

#: How like a gap a past step is at least to be proposed for it, and how many a criterion gets at most.
PAST_LIKENESS, PAST_STEPS = 0.15, 3
#: How like the gaps of a category a past plan's form is at least to lend its objective and measures.
_FORM_LIKENESS = 0.05
#: Likeness (0..100) of two actions from which they are one.
_SAME_ACTION = 90.0
#: Skeleton measures that a form takes over: of its most pressing criteria.
_MEASURES = 2
#: Years of the roadmap.
_ROADMAP = 3

_INDICATOR_REMARK = re.compile(r"^(?P<name>.+?)\s*\((?P<said>[^()]*(?:ควร|ไม่|ขาด|ต่ำกว่า|น้อยกว่า)[^()]*)\)?$")
_MONTH = re.compile("|".join(re.escape(month) + "?" for month in MONTHS))
_PLAIN_STATES = frozenset({"not_passed", "gap", "improvement_example"})


@dataclass(frozen=True, slots=True)
class Options:
    """What to draft: the fiscal year, and which gaps of it."""

    year: int | None = None
    category: int | None = None
    top: int | None = None
    agency: str | None = None
    today: datetime.date | None = None


def draft(
    store: Store,
    options: Options | None = None,
    *,
    skeletons: Skeletons | None = None,
    weights: Weights | None = None,
) -> Draft:
    """The draft of next year's plan from the OFIs in a store, checked.

    Raises PmqaError: "no-ofi" if there is nothing to plan for, "usage" for an agency the store does not have.
    """
    from pipeline.plans import skeletons as shipped

    return _Drafting(store, options or Options(), skeletons or shipped.load(), weights or priority.load()).draft()


class _Drafting:
    """One draft in the making."""

    def __init__(self, store: Store, options: Options, skeletons: Skeletons, weights: Weights) -> None:
        self.options = options
        self.skeletons = skeletons
        self.weights = weights
        self.framework: Framework = framework.load(skeletons.framework)
        self.findings = {finding.finding_id: finding for finding in store.records(Finding)}
        self.ofis = ofis(store)
        self.warnings: list[str] = []
        self.agency = self._chosen_agency()
        self.year = options.year or self._next_year()
        self.scores = self._scores(store.records(ScoreRecord))
        self.indicators = [i for i in store.records(Indicator) if i.agency in (self.agency, None)]
        self.past = PastPlans.of(store, before=self.year)

    # -- what to plan for

    def _chosen_agency(self) -> str:
        """The agency asked for, else the one with most gaps."""
        counts: dict[str, int] = defaultdict(int)
        for ofi in self.ofis:
            counts[ofi.agency or ""] += 1
        named = sorted((name for name in counts if name), key=lambda name: (-counts[name], name))
        if self.options.agency:
            wanted = squeeze(self.options.agency)
            named = [name for name in named if wanted in squeeze(name)]
            if not named:
                raise PmqaError(
                    f"The store has no OFI of an agency named {self.options.agency!r}.",
                    hint="`pmqa ofi list` shows what there is.",
                    code="usage",
                )
        elif len(named) > 1:
            others = ", ".join(named[1:])
            self.warnings.append(f"The plan is that of {named[0]}; OFIs of {others} are left out. --agency chooses.")
        return named[0] if named else ""

    def _next_year(self) -> int:
        """The fiscal year after the last one in which a gap stood."""
        years = [ofi.last_year for ofi in self.ofis if ofi.last_year and ofi.agency in (self.agency, None)]
        if not years:
            raise PmqaError(
                "No OFI in the store has a year.", hint="Name the plan's fiscal year with --year.", code="usage"
            )
        return max(years) + 1

    def _scores(self, records: Iterable[ScoreRecord]) -> list[Score]:
        by_category: dict[int | None, dict[int, float]] = defaultdict(dict)
        for record in records:
            if record.agency in (self.agency, None) and record.year <= self.year:
                by_category[record.category].setdefault(record.year, record.score)
        return [
            Score(number, self._category_title(number) if number else "รวม", dict(sorted(by_category[number].items())))
            for number in sorted(by_category, key=lambda number: (number is None, number or 0))
        ]

    def _last_score(self, category: int) -> tuple[int, float] | None:
        for score in self.scores:
            if score.category == category and score.by_year:
                return max(score.by_year.items())
        return None

    def _category_title(self, number: int) -> str:
        found = self.framework.category(number)
        return found.title if found else ""

    def _gaps(self) -> tuple[list[Gap], list[LeftOut]]:
        """The gaps to answer, most pressing first, and those left out with the reason."""
        gaps, left = [], []
        for ofi in self.ofis:
            gap = self._gap(ofi)
            reason = self._outside(ofi)
            if reason:
                left.append(LeftOut(gap, reason))
            else:
                gaps.append(gap)
        self._place(gaps)
        for gap in (*gaps, *(out.gap for out in left)):
            score = self._last_score(gap.category)
            gap.priority = priority.rate(
                gap, year=self.year, score=score[1] if score else None, fw=self.framework, weights=self.weights
            )
        gaps.sort(key=lambda gap: (-gap.priority.points, gap.category, _order(gap.number), gap.ofi_id))
        top = self.options.top
        if top is not None and top < len(gaps):
            left += [LeftOut(gap, f"ลำดับความสำคัญต่ำกว่า {top} อันดับแรก") for gap in gaps[top:]]
            gaps = gaps[:top]
        return gaps, left

    def _outside(self, ofi: Ofi) -> str | None:
        """Why a gap is not planned for; None if it is."""
        if ofi.agency and ofi.agency != self.agency:
            return f"เป็นของ{ofi.agency}"
        if ofi.category is None or self.framework.category(ofi.category) is None:
            return "ไม่ทราบหมวด"
        if ofi.first_year is not None and ofi.first_year > self.year:
            return f"พบหลังปีงบประมาณ {self.year}"
        if ofi.status == "resolved":
            return "แก้ไขแล้วตามผลการประเมินปีต่อมา"
        if self.options.category is not None and ofi.category != self.options.category:
            return f"อยู่นอกหมวด {self.options.category}"
        return None

    def _gap(self, ofi: Ofi) -> Gap:
        evidence = [self.findings[number] for number in ofi.finding_ids if number in self.findings]
        criterion = ofi.criterion
        basis = ""
        if criterion is None and ofi.indicator_no:
            # A Feedback Report numbers indicators within the category: 7.6.5 is of 7.6.
            found = re.match(r"\d+\.\d+(?=\.)", arabic_digits(ofi.indicator_no))
            if found and self.framework.criterion(found[0]):
                criterion, basis = found[0], "(ตามเลขตัวชี้วัด)"
        return Gap(
            ofi_id=ofi.ofi_id,
            category=ofi.category or 0,
            criterion=criterion,
            item=ofi.item,
            indicator_no=ofi.indicator_no,
            text=ofi.text,
            kinds=sorted({finding.kind for finding in evidence}),
            first_year=ofi.first_year,
            last_year=ofi.last_year,
            status=ofi.status,
            places=list(dict.fromkeys(where(finding) for finding in evidence)) or [where(ofi)],
            criterion_basis=basis,
            subject=next((f.item_title for f in evidence if f.item_title), None) or "",
        )

    def _place(self, gaps: Sequence[Gap]) -> None:
        """Find the criterion of gaps that name a category only, where the wording tells."""
        for category in self.framework.categories:
            loose = [gap for gap in gaps if gap.category == category.number and gap.criterion is None]
            for gap, found in zip(loose, nearest_criterion([gap.text for gap in loose], category), strict=True):
                if found:
                    gap.criterion = found[0]
                    gap.criterion_basis = f"(คล้าย {found[1]:.2f}) {CONFIRM}"

    # -- the plan

    def draft(self) -> Draft:
        gaps, left = self._gaps()
        if not gaps:
            raise PmqaError(
                f"There is no OFI to plan for in {self.year}.",
                hint="Read assessments with `pmqa ingest`; `pmqa ofi list` shows the OFIs, their years and status.",
                code="no-ofi",
            )
        by_group: dict[tuple[int, str | None], list[Gap]] = defaultdict(list)
        for gap in gaps:
            by_group[gap.category, gap.criterion].append(gap)
        chosen = self._past_steps(by_group)
        forms = [
            self._form(
                category.number, {key: by_group[key] for key in self._in_order(by_group, category.number)}, chosen
            )
            for category in self.framework.categories
            if any(gap.category == category.number for gap in gaps)
        ]
        result = Draft(
            agency=self.agency or decide("ส่วนราชการ"),
            year=self.year,
            prepared=_thai_date(self.options.today or _today()),
            framework=self.framework.id,
            pass_mark=self.framework.pass_mark,
            scores=self.scores,
            gaps=gaps,
            forms=forms,
            left_out=sorted(left, key=lambda out: (out.gap.category, -out.gap.priority.points, out.gap.ofi_id)),
            roadmap=self._roadmap(gaps, left),
            warnings=self.warnings,
        )
        result.renumber()
        result.checks = check(result)
        return result

    @staticmethod
    def _in_order(groups: Iterable[tuple[int, str | None]], category: int) -> list[tuple[int, str | None]]:
        keys = [key for key in groups if key[0] == category]
        return sorted(keys, key=lambda key: (key[1] is None, _order(key[1] or "")))

    def _past_steps(
        self, groups: Mapping[tuple[int, str | None], Sequence[Gap]]
    ) -> dict[tuple[int, str | None], list[tuple[Hit, list[Gap]]]]:
        """For each group its past steps with the gaps each answers. A step is proposed once, where it fits best."""
        offers: list[tuple[Hit, tuple[int, str | None], Gap]] = []
        for key, gaps in groups.items():
            criterion = self.framework.criterion(key[1]) if key[1] else None
            for gap in gaps:
                hits = self.past.search(question(gap.text, criterion), gap.category)
                offers += [(hit, key, gap) for hit in hits if hit.likeness >= PAST_LIKENESS]
        offers.sort(key=lambda offer: (-offer[0].score, offer[1][0], _order(offer[1][1] or ""), offer[2].ofi_id))
        chosen: dict[tuple[int, str | None], list[tuple[Hit, list[Gap]]]] = defaultdict(list)
        taken: dict[int, tuple[tuple[int, str | None], list[Gap]]] = {}
        texts: list[str] = []
        for hit, key, gap in offers:
            known = taken.get(id(hit.step))
            if known:
                if known[0] == key and gap not in known[1]:
                    known[1].append(gap)
                continue
            text = squeeze(hit.step.activity.text)
            if len(chosen[key]) >= PAST_STEPS or any(fuzz.ratio(text, other) >= _SAME_ACTION for other in texts):
                continue
            answered = [gap]
            taken[id(hit.step)] = (key, answered)
            texts.append(text)
            chosen[key].append((hit, answered))
        return chosen

    def _form(
        self,
        category: int,
        groups: Mapping[tuple[int, str | None], Sequence[Gap]],
        past: Mapping[tuple[int, str | None], Sequence[tuple[Hit, list[Gap]]]],
    ) -> Form:
        title = self._category_title(category)
        gaps = [gap for group in groups.values() for gap in group]
        criteria: list[str | None] = [key[1] for key in groups if key[1]]
        name = self.skeletons.plan_names.get(category)
        words = " ".join(gap.text for gap in gaps)
        objectives, measures = self._from_past_forms(words, category)
        by_weight = sorted(criteria, key=lambda c: -max(gap.priority.points for gap in groups[category, c]))
        for skeleton in map(self.skeletons.get, criteria or [None]):
            objectives.append(Proposal(skeleton.objective, [_skeleton_source(skeleton, "วัตถุประสงค์")]))
        measures = [*self._own_measures(category, gaps), *measures]
        if category != 7:
            measures += [
                Kpi(s.kpi, s.unit, decide("ค่าฐาน"), decide("เป้าหมาย"), [_skeleton_source(s, "ตัวชี้วัด")])
                for s in map(self.skeletons.get, (by_weight or [None])[:_MEASURES])
            ]
        unit = f"คณะทำงานพัฒนาคุณภาพการบริหารจัดการภาครัฐ (PMQA) หมวด {category} {title}"
        listed = ", ".join(f"{key[1] or 'ระดับหมวด'} ({len(group)})" for key, group in groups.items())
        return Form(
            form_id=str(category),
            category=category,
            category_title=title,
            name=Proposal(name or f"แผนพัฒนา{title}", [Source("skeleton", f"โครงร่าง หมวด {category}")]),
            criteria=[criterion for criterion in criteria if criterion],
            unit=unit,
            objectives=objectives,
            budget=decide("งบประมาณ"),
            kpis=_distinct(measures),
            period=f"ปีงบประมาณ พ.ศ. {self.year} ({month_label(1, self.year)} - {month_label(12, self.year)})",
            summary=(
                f"ตอบโอกาสในการปรับปรุง {len(gaps)} ประเด็นของหมวด {category} {title} "
                f"จากผลการประเมินที่มีอยู่ถึงปีงบประมาณ พ.ศ. {self.year} จำแนกตามเกณฑ์ (จำนวนประเด็น): {listed}"
            ),
            groups=[self._group(key, group, past.get(key, ())) for key, group in groups.items()],
        )

    def _from_past_forms(self, words: str, category: int) -> tuple[list[Proposal], list[Kpi]]:
        """Objectives and measures of the past plan of the category whose form is most like the gaps."""
        found = [(plan, likeness) for plan, likeness in self.past.forms(words, category) if likeness >= _FORM_LIKENESS]
        if not found:
            return [], []
        plan, likeness = found[0]

        def cited(text: str, what: str) -> list[Source]:
            year = f" ปี {plan.fiscal_year}" if plan.fiscal_year else ""
            said = f"{plan.name or ''}: {text}"
            return [Source("past", f"แผนเดิม{year} {what}", said, where(plan), round(likeness, 2))]

        def renewed(text: str) -> str:
            return updated(text, agency=self.agency, past_agency=plan.agency, past_year=plan.fiscal_year)

        before, listed = enumerated(plan.objective or "")
        texts = [text for text in (before, *(item.text for item in listed)) if text] or [plan.objective or ""]
        objectives = [Proposal(renewed(text), cited(text, "วัตถุประสงค์")) for text in texts if text]
        measures = [
            Kpi(renewed(kpi), _unit(kpi), decide("ค่าฐาน"), decide("เป้าหมาย"), cited(kpi, "ตัวชี้วัด")) for kpi in plan.kpis
        ]
        return objectives, measures

    def _own_measures(self, category: int, gaps: Sequence[Gap]) -> list[Kpi]:
        """Measures whose baseline the store knows: the category's score, the open gaps, indicators not passed."""
        measures = []
        score = self._last_score(category)
        if score:
            year, points = score
            mark = self.framework.pass_mark
            reached = mark is None or points >= mark
            sources = [Source("assessment", f"ผลการประเมินปี {year}", f"คะแนน {points:g}")]
            if not reached:
                sources.append(Source("framework", f"เกณฑ์ผ่านของ {self.framework.id}", f"{mark:g} คะแนน"))
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
            if indicator := self._indicator(gap):
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

    def _indicator(self, gap: Gap) -> Indicator | None:
        """The indicator that a gap of category 7 is about."""
        if gap.category != 7 or not gap.criterion or not gap.indicator_no:
            return None
        number = arabic_digits(gap.indicator_no)
        alike = [i for i in self.indicators if i.sub_criterion == gap.criterion]
        return next(
            (i for i in alike if squeeze(i.name or "") and squeeze(i.name or "") == squeeze(gap.subject)),
            next((i for i in alike if i.indicator_no == number), None),
        )

    # -- the steps of a group

    def _group(self, key: tuple[int, str | None], gaps: Sequence[Gap], past: Sequence[tuple[Hit, list[Gap]]]) -> Group:
        category, number = key
        criterion = self.framework.criterion(number) if number else None
        skeleton = self.skeletons.get(number)
        steps: dict[Phase, list[Step]] = {phase: [] for phase in PHASES}
        said, unsaid = self._reviewers_steps(gaps)
        steps["do"] += said
        for hit, answered in past:
            step = self._past_step(hit, answered)
            steps[hit.step.phase].append(step)
        for phase in PHASES:
            # Skeletons fill what nobody said: whole phases, and deeds for gaps that could only be quoted.
            answers = unsaid if phase == "do" else ([] if steps[phase] else list(gaps))
            if answers:
                steps[phase] += [
                    self._skeleton_step(category, skeleton, step, at, answers)
                    for at, step in enumerate(skeleton.of(phase), 1)
                ]
        return Group(
            number,
            _group_title(criterion),
            [gap.ofi_id for gap in gaps],
            [step for phase in PHASES for step in steps[phase]],
        )

    def _reviewers_steps(self, gaps: Sequence[Gap]) -> tuple[list[Step], list[Gap]]:
        """One step for each thing that reviewers ask for, and the gaps whose words could only be quoted."""
        steps: list[Step] = []
        unsaid = []
        for gap in gaps:
            action = _action(gap)
            if action.rule == "quoted":
                unsaid.append(gap)
            source = Source("reviewer", f"OFI {gap.code}", action.quote, gap.places[0] if gap.places else "")
            same = next((s for s in steps if fuzz.ratio(squeeze(s.text), squeeze(action.text)) >= _SAME_ACTION), None)
            if same:
                same.gaps.append(gap.ofi_id)
                same.sources.append(source)
                continue
            indicator = self._indicator(gap)
            owner = f"{indicator.owner} {CONFIRM}" if indicator and indicator.owner else decide()
            steps.append(
                self._step(f"R-{gap.code}", "do", action.text, [gap], [source], _evidence_of(gap), responsible=owner)
            )
        return steps, unsaid

    def _past_step(self, hit: Hit, gaps: Sequence[Gap]) -> Step:
        """A step of a past plan, renewed: its own months, and its owner where it was this agency's."""
        activity = hit.step.activity
        own = activity.agency == self.agency

        def renewed(text: str | None) -> str:
            year = activity.fiscal_year
            return updated(text or "", agency=self.agency, past_agency=activity.agency, past_year=year)

        def confirmed(text: str | None) -> str:
            listed = re.sub(r"(?:^|\s)-\s", "\n- ", renewed(text)).strip()
            return f"{listed}\n{CONFIRM}" if own and listed.strip("-– ") else decide()

        key = "\x1f".join((activity.doc_id, activity.plan_id or "", activity.step_no or "", squeeze(activity.text)))
        return self._step(
            f"P-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:8]}",
            hit.step.phase,
            without_particulars(renewed(activity.text)),
            gaps,
            [hit.step.source(hit.likeness)],
            renewed(activity.output) or decide(),
            responsible=confirmed(activity.responsible),
            involved=confirmed(activity.involved),
            months=self._as_long_as(fiscal_months(activity.start, activity.end), hit.step.phase),
        )

    def _as_long_as(self, past: tuple[int, int] | None, phase: Phase) -> tuple[int, int] | None:
        """The first months of a phase, as many as the past step took."""
        first, last = self.skeletons.months[phase]
        return (first, min(first + past[1] - past[0], last)) if past else None

    def _skeleton_step(
        self, category: int, skeleton: Skeleton, step: SkeletonStep, at: int, gaps: Sequence[Gap]
    ) -> Step:
        name = skeleton.criterion or str(category)
        group = decide() if step.phase == "do" else f"คณะทำงานฯ หมวด {category}"
        source = _skeleton_source(skeleton, _PHASE_NAMES[step.phase])
        return self._step(
            f"S-{name}-{step.phase}{at}", step.phase, step.text, gaps, [source], step.output, responsible=group
        )

    def _step(
        self,
        step_id: str,
        phase: Phase,
        text: str,
        gaps: Sequence[Gap],
        sources: list[Source],
        output: str,
        *,
        responsible: str,
        involved: str | None = None,
        months: tuple[int, int] | None = None,
    ) -> Step:
        start, end = months or self.skeletons.months[phase]
        return Step(
            step_id=step_id,
            phase=phase,
            text=text,
            start=start,
            end=end,
            output=output,
            responsible=responsible,
            involved=involved or decide(),
            budget=decide(),
            status="ยังไม่เริ่ม",
            gaps=[gap.ofi_id for gap in gaps],
            sources=sources,
        )

    def _roadmap(self, gaps: Sequence[Gap], left: Sequence[LeftOut]) -> list[dict[str, str]]:
        """Years by categories: what this plan answers, what it puts off; later years are for people to fill in."""
        later = [out.gap for out in left if out.reason.startswith("ลำดับความสำคัญ")]
        rows = []
        for at in range(_ROADMAP):
            row = {"year": str(self.year + at)}
            for category in self.framework.categories:
                of = [gap for gap in (gaps if at == 0 else later if at == 1 else ()) if gap.category == category.number]
                criteria = sorted({gap.criterion or "ระดับหมวด" for gap in of}, key=_order)
                row[str(category.number)] = (
                    f"{len(of)} ประเด็น: {' '.join(criteria)}" if of else ("-" if at == 0 else decide())
                )
            rows.append(row)
        return rows


_PHASE_NAMES: dict[Phase, str] = {"plan": "P", "do": "D", "check": "C", "act": "A"}


def _action(gap: Gap) -> Action:
    """What a gap asks for. An indicator is named, for "define another target" says nothing alone."""
    desired = bool(_PLAIN_STATES & set(gap.kinds)) or squeeze(gap.text) == squeeze(gap.subject)
    if gap.category != 7:
        return rewrite(gap.text, desired=desired)
    remark = _INDICATOR_REMARK.match(gap.text)
    name = remark["name"] if remark else gap.subject or gap.text
    said = remark["said"] if remark else gap.text
    action = rewrite(said)
    if action.rule in ("quoted", "named", "state"):
        text = f"วิเคราะห์สาเหตุและจัดทำแนวทางปรับปรุงผลของตัวชี้วัด “{name}”"
        return Action(text, gap.text, "indicator")
    return Action(f"ตัวชี้วัด “{name}”: {action.text}" if name != gap.text else action.text, gap.text, action.rule)


def _evidence_of(gap: Gap) -> str:
    """What shows that a gap was answered."""
    if gap.indicator_no:
        return f"ผลของตัวชี้วัด {gap.number}"
    if gap.criterion is None:
        return f"หลักฐานที่ตอบ OFI {gap.code}"
    return f"หลักฐานที่ตอบข้อ {gap.number}"


def _skeleton_source(skeleton: Skeleton, what: str) -> Source:
    return Source("skeleton", f"โครงร่าง {skeleton.criterion or 'ทั่วไป'} {what}")


def _group_title(criterion: Criterion | None) -> str:
    return criterion.title or criterion.number if criterion else f"ประเด็นระดับหมวด {decide('เกณฑ์')}"


def fiscal_months(start: str | None, end: str | None) -> tuple[int, int] | None:
    """First and last month of the fiscal year that a past step's dates name; None if they do not, or not in order.

    >>> fiscal_months("ม.ค.๕๓", "ก.พ.๕๓"), fiscal_months("พ.ค. ส.ค.", "ส.ค."), fiscal_months("ก.ย.", "ต.ค.")
    ((4, 5), (8, 11), None)
    """
    first, last = _MONTH.findall(start or ""), _MONTH.findall(end or "")
    if not first or not last:
        return None
    span = _month(first[0]), _month(last[-1])
    return span if span[0] <= span[1] else None


def _month(name: str) -> int:
    return MONTHS.index(name.rstrip(".") + ".") + 1


def _unit(kpi: str) -> str:
    """The unit that a measure's first word names."""
    text = kpi.strip()
    return next((unit for unit in ("ร้อยละ", "ระดับ", "คะแนน") if text.startswith(unit)), decide("หน่วย"))


def _distinct(kpis: Iterable[Kpi]) -> list[Kpi]:
    return list({squeeze(kpi.name): kpi for kpi in reversed(list(kpis))}.values())[::-1]


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", number))


def _today() -> datetime.date:
    """Today, or the day that `$SOURCE_DATE_EPOCH` sets so that runs can be repeated."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (
        datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date() if epoch.isdigit() else datetime.date.today()
    )


def _thai_date(day: datetime.date) -> str:
    """A day as printed.

    >>> _thai_date(datetime.date(2021, 10, 4))
    '4 ต.ค. 2564'
    """
    return f"{day.day} {MONTHS[(day.month + 2) % 12]} {day.year + 543}"
