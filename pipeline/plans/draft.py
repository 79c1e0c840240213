"""A draft plan from the OFIs in the store: forms by category, steps by criterion, each with its sources."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.plans import priority
from pipeline.plans.actions import Action, rewrite
from pipeline.plans.gaps import PUT_OFF, Options, Situation, in_order, survey
from pipeline.plans.measures import distinct, from_past_forms, indicator_of, own_measures
from pipeline.plans.model import (
    CONFIRM,
    MONTHS,
    PHASES,
    RESULTS,
    Draft,
    Form,
    Gap,
    Group,
    Kpi,
    LeftOut,
    Phase,
    Proposal,
    Source,
    Step,
    decide,
    month_label,
)
from pipeline.plans.quality import check
from pipeline.plans.retrieval import Hit, PastPlans, question, updated, without_particulars
from pipeline.plans.skeletons import Skeleton, Skeletons, SkeletonStep
from pipeline.thai import squeeze

if TYPE_CHECKING:
    from pipeline.framework import Criterion, Framework
    from pipeline.plans.priority import Weights
    from pipeline.store import Store

#: How like a gap a past step is at least to be proposed for it, and how many a criterion gets at most.
PAST_LIKENESS, PAST_STEPS = 0.15, 3
#: Likeness (0..100) of two actions from which they are one.
_SAME_ACTION = 90.0
#: Skeleton measures that a form takes over: of its most pressing criteria.
_MEASURES = 2
#: Years of the roadmap.
_ROADMAP = 3

_INDICATOR_REMARK = re.compile(r"^(?P<name>.+?)\s*\((?P<said>[^()]*(?:ควร|ไม่|ขาด|ต่ำกว่า|น้อยกว่า)[^()]*)\)?$")
_MONTH = re.compile("|".join(re.escape(month) + "?" for month in MONTHS))
_PLAIN_STATES = frozenset({"not_passed", "gap", "improvement_example"})


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

    options = options or Options()
    skeletons = skeletons or shipped.load()
    fw = framework.load(skeletons.framework)
    situation = survey(store, options, fw, weights or priority.load())
    if not situation.gaps:
        raise PmqaError(
            f"There is no OFI to plan for in {situation.year}.",
            hint="Read assessments with `pmqa ingest`; `pmqa ofi list` shows the OFIs, their years and status.",
            code="no-ofi",
        )
    past = PastPlans.of(store, before=situation.year)
    return _Drafting(situation, past, skeletons, fw).draft(_thai_date(options.today or _today()))


#: A category and one of its criteria; None for gaps that name the category only.
GroupKey = tuple[int, str | None]


class _Drafting:
    """One draft in the making."""

    def __init__(self, situation: Situation, past: PastPlans, skeletons: Skeletons, fw: Framework) -> None:
        self.situation = situation
        self.agency, self.year = situation.agency, situation.year
        self.past = past
        self.skeletons = skeletons
        self.framework = fw

    def _category_title(self, number: int) -> str:
        found = self.framework.category(number)
        return found.title if found else ""

    def draft(self, prepared: str) -> Draft:
        gaps, left = self.situation.gaps, self.situation.left_out
        by_group: dict[GroupKey, list[Gap]] = defaultdict(list)
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
            prepared=prepared,
            framework=self.framework.id,
            pass_mark=self.framework.pass_mark,
            scores=self.situation.scores,
            gaps=gaps,
            forms=forms,
            left_out=sorted(left, key=lambda out: (out.gap.category, -out.gap.priority.points, out.gap.ofi_id)),
            roadmap=self._roadmap(gaps, left),
            warnings=self.situation.warnings,
        )
        result.renumber()
        result.checks = check(result)
        return result

    @staticmethod
    def _in_order(groups: Iterable[GroupKey], category: int) -> list[GroupKey]:
        keys = [key for key in groups if key[0] == category]
        return sorted(keys, key=lambda key: (key[1] is None, in_order(key[1] or "")))

    def _past_steps(self, groups: Mapping[GroupKey, Sequence[Gap]]) -> dict[GroupKey, list[tuple[Hit, list[Gap]]]]:
        """For each group its past steps with the gaps each answers. A step is proposed once, where it fits best."""
        offers: list[tuple[Hit, GroupKey, Gap]] = []
        for key, gaps in groups.items():
            criterion = self.framework.criterion(key[1]) if key[1] else None
            for gap in gaps:
                hits = self.past.search(question(gap.text, criterion), gap.category)
                offers += [(hit, key, gap) for hit in hits if hit.likeness >= PAST_LIKENESS]
        offers.sort(key=lambda offer: (-offer[0].score, offer[1][0], in_order(offer[1][1] or ""), offer[2].ofi_id))
        chosen: dict[GroupKey, list[tuple[Hit, list[Gap]]]] = defaultdict(list)
        taken: dict[int, tuple[GroupKey, list[Gap]]] = {}
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
        groups: Mapping[GroupKey, Sequence[Gap]],
        past: Mapping[GroupKey, Sequence[tuple[Hit, list[Gap]]]],
    ) -> Form:
        title = self._category_title(category)
        gaps = [gap for group in groups.values() for gap in group]
        criteria: list[str | None] = [key[1] for key in groups if key[1]]
        name = self.skeletons.plan_names.get(category)
        words = " ".join(gap.text for gap in gaps)
        objectives, measures = from_past_forms(self.past, words, category, self.agency)
        by_weight = sorted(criteria, key=lambda c: -max(gap.priority.points for gap in groups[category, c]))
        for skeleton in map(self.skeletons.get, criteria or [None]):
            objectives.append(Proposal(skeleton.objective, [_skeleton_source(skeleton, "วัตถุประสงค์")]))
        measures = [*own_measures(self.situation, self.framework, category, gaps), *measures]
        if category != RESULTS:
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
            kpis=distinct(measures),
            period=f"ปีงบประมาณ พ.ศ. {self.year} ({month_label(1, self.year)} - {month_label(12, self.year)})",
            summary=(
                f"ตอบโอกาสในการปรับปรุง {len(gaps)} ประเด็นของหมวด {category} {title} "
                f"จากผลการประเมินที่มีอยู่ถึงปีงบประมาณ พ.ศ. {self.year} จำแนกตามเกณฑ์ (จำนวนประเด็น): {listed}"
            ),
            groups=[self._group(key, group, past.get(key, ())) for key, group in groups.items()],
        )

    # -- the steps of a group

    def _group(self, key: GroupKey, gaps: Sequence[Gap], past: Sequence[tuple[Hit, list[Gap]]]) -> Group:
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
            _group_title(criterion, number),
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
            indicator = indicator_of(gap, self.situation)
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
        later = [out.gap for out in left if out.reason.startswith(PUT_OFF)]
        rows = []
        for at in range(_ROADMAP):
            row = {"year": str(self.year + at)}
            for category in self.framework.categories:
                of = [gap for gap in (gaps if at == 0 else later if at == 1 else ()) if gap.category == category.number]
                criteria = sorted({gap.criterion or "ระดับหมวด" for gap in of}, key=in_order)
                row[str(category.number)] = (
                    f"{len(of)} ประเด็น: {' '.join(criteria)}" if of else ("-" if at == 0 else decide())
                )
            rows.append(row)
        return rows


_PHASE_NAMES: dict[Phase, str] = {"plan": "P", "do": "D", "check": "C", "act": "A"}


def _action(gap: Gap) -> Action:
    """What a gap asks for. An indicator is named, for "define another target" says nothing alone."""
    desired = bool(_PLAIN_STATES & set(gap.kinds)) or squeeze(gap.text) == squeeze(gap.subject)
    if gap.category != RESULTS:
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


def _group_title(criterion: Criterion | None, number: str | None) -> str:
    title = criterion.title if criterion else None
    return title or (f"เกณฑ์ {number}" if number else f"ประเด็นระดับหมวด {decide('เกณฑ์')}")


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
