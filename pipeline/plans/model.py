"""What a draft plan is made of: plain data that JSON, Word and Excel are written from.

Texts are Thai, as they are printed. What a person must decide is not left empty and not guessed: it is a marker
made by `decide`, found again by `undecided`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Phase = Literal["plan", "do", "check", "act"]
PHASES: tuple[Phase, ...] = ("plan", "do", "check", "act")

#: Where a proposal comes from: a step or form of a past plan, a reviewer's words, an authored skeleton, the
#: framework's own marks, figures of the assessment, or a person who edited the draft.
SourceKind = Literal["past", "reviewer", "skeleton", "framework", "assessment", "person"]

#: The category of results, which are measured by indicators.
RESULTS = 7

#: The months of a fiscal year as printed, October first.
MONTHS = ("ต.ค.", "พ.ย.", "ธ.ค.", "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.")

#: After a proposal that was right once and a person must confirm, such as an owner in a past plan.
CONFIRM = "[ยืนยัน]"

_MARKER = re.compile(r"\[(?:ระบุ|ยืนยัน)[^\[\]]*\]")


def decide(what: str = "") -> str:
    """The marker of something that a person decides; `what` where its place does not tell.

    >>> decide("งบประมาณ")
    '[ระบุงบประมาณ]'
    """
    return f"[ระบุ{what}]"


def undecided(text: str) -> list[str]:
    """The markers in a text.

    >>> undecided("ร้อยละ [ระบุเป้าหมาย] ภายในปี [ระบุปี]"), undecided("ร้อยละ 80")
    (['[ระบุเป้าหมาย]', '[ระบุปี]'], [])
    """
    return _MARKER.findall(text)


def month_label(month: int, year: int) -> str:
    """A month of a fiscal year (1 = October) with its calendar year.

    >>> month_label(1, 2565), month_label(12, 2565)
    ('ต.ค. 2564', 'ก.ย. 2565')
    """
    return f"{MONTHS[month - 1]} {year - (month <= 3)}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a proposal comes from. `label` is short, for a table's cell; `text` is what the source says, verbatim."""

    kind: SourceKind
    label: str
    text: str = ""
    place: str = ""
    likeness: float | None = None


@dataclass(slots=True)
class Proposal:
    """A text of the form with its sources."""

    text: str
    sources: list[Source] = field(default_factory=list)


@dataclass(slots=True)
class Kpi:
    """A measure of a plan. `baseline` and `target` are figures, or markers where a person decides."""

    name: str
    unit: str
    baseline: str
    target: str
    sources: list[Source] = field(default_factory=list)


@dataclass(slots=True)
class Priority:
    """How pressing a gap is: points of 100, and how they add up."""

    points: float
    reasons: list[str]


@dataclass(slots=True)
class Gap:
    """An OFI as the plan sees it. `criterion_basis` says how the criterion is known, where no document states it."""

    ofi_id: str
    category: int
    criterion: str | None
    item: str | None
    indicator_no: str | None
    text: str
    kinds: list[str]
    first_year: int | None
    last_year: int | None
    status: str
    places: list[str]
    criterion_basis: str = ""
    subject: str = ""
    priority: Priority = field(default_factory=lambda: Priority(0.0, []))

    @property
    def code(self) -> str:
        """The beginning of its id, enough for `pmqa ofi show`."""
        return self.ofi_id[:8]

    @property
    def number(self) -> str:
        """The most exact place in the framework that is known."""
        return (
            self.item
            or (f"{self.criterion} ({self.indicator_no})" if self.indicator_no else None)
            or (self.criterion or f"หมวด {self.category}")
        )


@dataclass(slots=True)
class Step:
    """A row of the activity table. `start` and `end` are months of the fiscal year, 1 = October to 12 = September."""

    step_id: str
    phase: Phase
    text: str
    start: int | None
    end: int | None
    output: str
    responsible: str
    involved: str
    budget: str
    note: str = ""
    status: str = ""
    number: str = ""
    gaps: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    @property
    def duration(self) -> str:
        """How long it takes, as printed."""
        return f"{self.end - self.start + 1} เดือน" if self.start and self.end and self.start <= self.end else ""


@dataclass(slots=True)
class Group:
    """The steps about one criterion; `criterion` is None for gaps that name a category only."""

    criterion: str | None
    title: str
    gaps: list[str]
    steps: list[Step]


@dataclass(slots=True)
class Form:
    """One plan: the form of its head, and its activity table. `form_id` is the category's number."""

    form_id: str
    category: int
    category_title: str
    name: Proposal
    criteria: list[str]
    unit: str
    objectives: list[Proposal]
    budget: str
    kpis: list[Kpi]
    period: str
    summary: str
    groups: list[Group]
    #: Wordings that people gave to fields of the form, by the field's name; they take the place of the draft's.
    edits: dict[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> Iterator[Step]:
        """All steps in order."""
        return (step for group in self.groups for step in group.steps)


@dataclass(slots=True)
class LeftOut:
    """A gap that the draft does not answer, and why."""

    gap: Gap
    reason: str


@dataclass(slots=True)
class Check:
    """One remark of the quality check. `level` is error (the draft is wrong), decide (a person's turn) or note."""

    level: Literal["error", "decide", "note"]
    rule: str
    about: str
    reason: str


@dataclass(slots=True)
class Score:
    """A category's score (category None: the total) in the years known."""

    category: int | None
    title: str
    by_year: dict[int, float]


@dataclass(slots=True)
class Draft:
    """A draft plan of one agency for one fiscal year."""

    agency: str
    year: int
    prepared: str
    framework: str
    pass_mark: float | None
    scores: list[Score]
    gaps: list[Gap]
    forms: list[Form]
    left_out: list[LeftOut]
    roadmap: list[dict[str, str]]
    checks: list[Check] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def steps(self) -> Iterator[Step]:
        """The steps of all plans in order."""
        return (step for form in self.forms for step in form.steps)

    def as_dict(self) -> dict[str, Any]:
        """The draft as JSON has it."""
        return asdict(self)

    def renumber(self) -> None:
        """Number the groups of each plan, and the steps in them: 1.1, 1.2, ... 2.1."""
        for form in self.forms:
            for at, group in enumerate(form.groups, 1):
                for number, step in enumerate(group.steps, 1):
                    step.number = f"{at}.{number}"
