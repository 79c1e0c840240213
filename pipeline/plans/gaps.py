"""What a plan is for: the gaps of one agency that are open in a fiscal year, most pressing first, and its figures."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import PmqaError
from pipeline.ofi import Ofi, ofis
from pipeline.plans import priority
from pipeline.plans.model import CONFIRM, Gap, LeftOut, Score
from pipeline.plans.retrieval import nearest_criterion
from pipeline.records import Finding, Indicator
from pipeline.records import Score as ScoreRecord
from pipeline.terminal import where
from pipeline.thai import arabic_digits, squeeze

if TYPE_CHECKING:
    from pipeline.framework import Framework
    from pipeline.plans.priority import Weights
    from pipeline.store import Store

#: Why gaps are put off by `Options.top`; the roadmap has them in the year after.
PUT_OFF = "ลำดับความสำคัญต่ำกว่า"


@dataclass(frozen=True, slots=True)
class Options:
    """What to draft: the fiscal year, and which gaps of it."""

    year: int | None = None
    category: int | None = None
    top: int | None = None
    agency: str | None = None
    today: datetime.date | None = None


@dataclass(slots=True)
class Situation:
    """What is known of an agency when its plan is made. `gaps` are in the order of their priority."""

    agency: str
    year: int
    scores: list[Score]
    indicators: list[Indicator]
    gaps: list[Gap]
    left_out: list[LeftOut]
    warnings: list[str] = field(default_factory=list)

    def last_score(self, category: int) -> tuple[int, float] | None:
        """The last year that a category has a score in, with the score."""
        return last_score(self.scores, category)


def last_score(scores: Iterable[Score], category: int) -> tuple[int, float] | None:
    """The last year that a category has a score in, with the score."""
    return next((max(score.by_year.items()) for score in scores if score.category == category), None)


def survey(store: Store, options: Options, fw: Framework, weights: Weights) -> Situation:
    """The situation of the agency asked for, else of the one with most gaps.

    OFIs of no agency are taken for its own. Raises PmqaError: "usage" for an agency that the store does not have,
    or if neither the store nor the options say which year to plan for.
    """
    return _Survey(store, options, fw, weights).situation()


class _Survey:
    """One look over a store."""

    def __init__(self, store: Store, options: Options, fw: Framework, weights: Weights) -> None:
        self.store = store
        self.options = options
        self.framework = fw
        self.weights = weights
        self.findings = {finding.finding_id: finding for finding in store.records(Finding)}
        self.ofis = ofis(store)
        self.warnings: list[str] = []
        self.agency = self._chosen_agency()
        self.year = options.year or self._next_year()

    def situation(self) -> Situation:
        scores = self._scores(self.store.records(ScoreRecord))
        gaps, left = self._gaps(scores)
        indicators = [i for i in self.store.records(Indicator) if i.agency in (self.agency, None)]
        return Situation(self.agency, self.year, scores, indicators, gaps, left, self.warnings)

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
            Score(number, self._title(number), dict(sorted(by_category[number].items())))
            for number in sorted(by_category, key=lambda number: (number is None, number or 0))
        ]

    def _title(self, number: int | None) -> str:
        found = self.framework.category(number) if number else None
        return found.title if found else "รวม" if number is None else ""

    def _gaps(self, scores: Sequence[Score]) -> tuple[list[Gap], list[LeftOut]]:
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
            score = last_score(scores, gap.category)
            gap.priority = priority.rate(
                gap, year=self.year, score=score[1] if score else None, fw=self.framework, weights=self.weights
            )
        gaps.sort(key=lambda gap: (-gap.priority.points, gap.category, in_order(gap.number), gap.ofi_id))
        top = self.options.top
        if top is not None and top < len(gaps):
            left += [LeftOut(gap, f"{PUT_OFF} {top} อันดับแรก") for gap in gaps[top:]]
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


def in_order(number: str) -> tuple[int, ...]:
    """Sorts "1.10" after "1.9".

    >>> sorted(["1.10", "1.9"], key=in_order)
    ['1.9', '1.10']
    """
    return tuple(int(part) for part in re.findall(r"\d+", number))
