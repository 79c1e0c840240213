"""Steps, measures and objectives of past plans that answered gaps like the ones at hand.

Texts are compared by TF-IDF over character n-grams, which need no word cutting and survive damaged spelling. A gap's
question is its words, its criterion's title and key terms. What a plan is about shows in all its steps, so
a step also gets a share of what its whole plan gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline import framework
from pipeline.plans.model import Phase, Source, decide
from pipeline.records import Activity, Plan
from pipeline.terminal import where
from pipeline.thai import arabic_digits, squeeze

if TYPE_CHECKING:
    from pipeline.store import Store

#: Characters of the n-grams compared.
NGRAMS = (2, 5)
#: The share of a step's score that its plan as a whole gives.
PLAN_SHARE = 0.5

#: Characters with which a step at least says what it is about, before it lists particulars.
_SUBJECT = 20
#: Years before a past plan from which a year in its text is a law's.
_LONG_BEFORE = 10
#: How like a criterion's wording a text is to be about it, and how far ahead of the next criterion. On 137 statements
#: whose criterion is known, 74 in 100 pass, 96 in 100 of them rightly (`benchmarks/plan.py`).
_LIKE, _AHEAD = 0.15, 0.08

_YEAR = re.compile(r"25\d\d|๒๕[๐-๙]{2}")
_SPAN = re.compile(rf"({_YEAR.pattern})(?: ?[-–] ?(?:{_YEAR.pattern}))?")
#: A list of particulars in a past step: what it lists was right then.
_PARTICULARS = re.compile(r"\s*(?:ได้แก่|ดังนี้|ประกอบด้วย|เพื่อ)?\s*(?:- |[๑1][.)] ?(?:[๑1] )?\S).*$", re.DOTALL)
_CODE = re.compile(r"\s*\((?:[A-Z]{2} ?[๐-๙\d]{1,2}|[1-7]\.\d)[^()]*\)")
#: What a step begins with, by phase; a step that begins otherwise is done, not planned or checked.
_PHASES: tuple[tuple[Phase, re.Pattern[str]], ...] = (
    ("act", re.compile("^(?:สรุป|ปรับปรุงแก้ไข|นำผล|รายงานสรุป|จัดทำรายงานสรุป|ทบทวนและปรับปรุง|นำรายงาน)")),
    ("check", re.compile("^(?:ติดตาม|ประเมินผล|รายงานผล|รายงานความ|วัดผล|ตรวจสอบ|การติดตาม)")),
    (
        "plan",
        re.compile("^(?:ทบทวน|ศึกษา|วิเคราะห์|กำหนด|สำรวจ|แต่งตั้ง|ประชุม|จัดประชุม|คัดเลือก|รวบรวม|วางแผน|เตรียม|ดำเนินการทบทวน)"),
    ),
)


@dataclass(frozen=True, slots=True)
class PastStep:
    """A step of a past plan, with the plan it belongs to where that is known."""

    activity: Activity
    plan: Plan | None
    category: int | None

    @property
    def said(self) -> str:
        """What of it is compared: what is done and what comes of it."""
        return f"{self.activity.text} {self.activity.output or ''}"

    @property
    def phase(self) -> Phase:
        """Where in the PDCA circle it stands, by its first words."""
        text = squeeze(self.activity.text)
        return next((phase for phase, words in _PHASES if words.match(text)), "do")

    @property
    def is_heading(self) -> bool:
        """Whether it is the row of a group's heading, which some tables give outputs and owners of its own."""
        return not self.activity.step_no and squeeze(self.activity.text) == squeeze(self.activity.group or "")

    def source(self, likeness: float) -> Source:
        """The citation of the step."""
        year = f" ปี {self.activity.fiscal_year}" if self.activity.fiscal_year else ""
        number = f" ขั้น {self.activity.step_no}" if self.activity.step_no else ""
        return Source(
            "past",
            f"แผนเดิม{year}{number}",
            f"{self.activity.plan_name or ''}: {self.activity.text}",
            where(self.activity),
            round(likeness, 2),
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A step found, and how like the question it is (0..1): itself, and with its plan's share."""

    step: PastStep
    likeness: float
    score: float


class PastPlans:
    """An index over the plans and steps of the store."""

    def __init__(self, plans: Iterable[Plan], activities: Iterable[Activity]) -> None:
        self.plans = list(plans)
        by_id = {plan.plan_id: plan for plan in self.plans if plan.plan_id}
        self.steps = [
            PastStep(activity, plan, _category(activity, plan))
            for activity in activities
            if activity.text
            for plan in [by_id.get(activity.plan_id)]
        ]
        self.steps = [step for step in self.steps if not step.is_heading]
        self._plan_of = _numbered([s.activity.plan_id or s.activity.plan_name or s.activity.doc_id for s in self.steps])
        self._steps = NgramIndex([step.said for step in self.steps])
        self._forms = NgramIndex([f"{p.name or ''} {p.objective or ''} {' '.join(p.kpis)}" for p in self.plans])

    @classmethod
    def of(cls, store: Store, *, before: int | None = None) -> PastPlans:
        """The past plans of a store: those for years before `before`, and those without a year."""

        def past(record: Plan | Activity) -> bool:
            return before is None or record.fiscal_year is None or record.fiscal_year < before

        return cls(filter(past, store.records(Plan)), filter(past, store.records(Activity)))

    def search(self, question: str, category: int | None = None) -> list[Hit]:
        """Steps by how well they answer, best first; of plans of another category none, where `category` is given."""
        own = self._steps.likeness([question])[0] if self.steps else np.empty(0)
        scores = with_plan_share(own[None, :], self._plan_of)[0] if self.steps else own
        order = np.argsort(-scores, kind="stable")
        return [
            Hit(self.steps[at], float(own[at]), float(scores[at]))
            for at in order
            if own[at] > 0 and (category is None or self.steps[at].category in (category, None))
        ]

    def forms(self, question: str, category: int) -> list[tuple[Plan, float]]:
        """Plans of a category by how like the question their forms are, best first."""
        if not self.plans:
            return []
        scores = self._forms.likeness([question])[0]
        order = np.argsort(-scores, kind="stable")
        return [(self.plans[at], float(scores[at])) for at in order if self.plans[at].category == category]


class NgramIndex:
    """Texts as TF-IDF vectors of character n-grams."""

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectors = None
        squeezed = [squeeze(arabic_digits(text)) for text in texts]
        if any(len(text) >= NGRAMS[0] for text in squeezed):
            self._grams = TfidfVectorizer(analyzer="char", ngram_range=NGRAMS, sublinear_tf=True)
            self._vectors = self._grams.fit_transform(squeezed)
        self._size = len(squeezed)

    def likeness(self, questions: Sequence[str]) -> npt.NDArray[np.float64]:
        """Cosines of questions with texts, 0..1; shape (questions, texts)."""
        if self._vectors is None:
            return np.zeros((len(questions), self._size))
        asked = self._grams.transform([squeeze(arabic_digits(question)) for question in questions])
        return np.asarray((asked @ self._vectors.T).toarray(), dtype=np.float64)


def with_plan_share(scores: npt.NDArray[np.float64], plans: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Scores (questions, steps) with each step's plan, by number, giving a share of its mean.

    >>> with_plan_share(np.array([[1.0, 0.0, 0.5]]), np.array([0, 0, 1])).tolist()
    [[0.75, 0.25, 0.5]]
    """
    shared = scores.copy()
    for plan in np.unique(plans):
        of_plan = plans == plan
        mean = scores[:, of_plan].mean(axis=1, keepdims=True)
        shared[:, of_plan] = (1 - PLAN_SHARE) * scores[:, of_plan] + PLAN_SHARE * mean
    return shared


def question(text: str, criterion: framework.Criterion | None) -> str:
    """What is asked about a gap: its words, its criterion's title and key terms."""
    if criterion is None:
        return text
    return " ".join([text, criterion.title or "", *criterion.key_terms])


def updated(text: str, *, agency: str, past_agency: str | None, past_year: int | None) -> str:
    """A past step's text for this plan: this agency's name, no codes of old criteria, years left for people to fill in.

    Years long before the past plan stay: they are those of laws.

    >>> text = "จัดทำแผนฯ พ.ศ. ๒๕๕๕-๒๕๕๖ ตาม พ.ร.บ. พ.ศ. ๒๕๑๘ (LD๑)"
    >>> updated(text, agency="กรม ก", past_agency=None, past_year=2553)
    'จัดทำแผนฯ พ.ศ. [ระบุปี] ตาม พ.ร.บ. พ.ศ. ๒๕๑๘'
    """

    def year(found: re.Match[str]) -> str:
        old = past_year is not None and int(arabic_digits(found[1])) < past_year - _LONG_BEFORE
        return found[0] if old else decide("ปี")

    if past_agency and past_agency != agency:
        text = text.replace(past_agency, agency)
    return " ".join(_SPAN.sub(year, _CODE.sub("", text)).split())


def without_particulars(text: str) -> str:
    """A past step's text with its list of particulars left for people to fill in.

    >>> without_particulars("สื่อสารผ่าน ๒ ช่องทาง ดังนี้ ๑. เว็บไซต์ ๒. บอร์ด")
    'สื่อสารผ่าน ๒ ช่องทาง [ระบุรายการ]'
    """
    found = _PARTICULARS.search(text, _SUBJECT)
    return f"{text[: found.start()]} {decide('รายการ')}" if found else text


def nearest_criterion(texts: Sequence[str], category: framework.Category) -> list[tuple[str, float] | None]:
    """The criterion of a category that each text is about with its likeness, None where none stands out.

    >>> category = framework.load().category(3)
    >>> nearest_criterion(["การจัดการข้อร้องเรียนซ้ำ", "ปลอดภัย"], category)[0][0]
    '3.4'
    """
    criteria = list(category.criteria)
    if not criteria or not texts:
        return [None] * len(texts)
    about = [
        " ".join(
            [c.title or "", *c.variants, *c.key_terms, *(part for i in c.items for part in (i.title, *i.parts))]
            + [group.title for group in c.groups]
        )
        for c in criteria
    ]
    likeness = NgramIndex(about).likeness(texts)
    found: list[tuple[str, float] | None] = []
    for row in likeness:
        first, second = np.argsort(-row, kind="stable")[:2] if len(row) > 1 else (0, 0)
        ahead = row[first] - (row[second] if len(row) > 1 else 0.0)
        sure = row[first] >= _LIKE and ahead >= _AHEAD
        found.append((criteria[first].number, float(row[first])) if sure else None)
    return found


def _category(activity: Activity, plan: Plan | None) -> int | None:
    if plan is not None and plan.category is not None:
        return plan.category
    return framework.category_of(activity.criteria_ref) if activity.criteria_ref else None


def _numbered(names: Sequence[str]) -> npt.NDArray[np.int64]:
    numbers = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)
