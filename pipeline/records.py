"""The typed records of the dataset contract: one class a dataset, one field a column.

Unknown is None, never an empty string or a guess. Numbers are numbers, years are Buddhist-era integers,
criterion and item numbers use Arabic digits and dots. `docs/datasets.md` describes every column.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

FAMILIES = (
    "form3",
    "form4",
    "feedback_report",
    "executive_summary",
    "self_assessment",
    "slides",
    "indicator_form",
    "announcement",
    "development_plan",
    "action_plan",
    "award_report",
    "other",
)


@dataclass(slots=True, kw_only=True)
class Record:
    """Where a row comes from. `doc_id` and `source_name` are filled in when the row is stored."""

    dataset: ClassVar[str]

    doc_id: str = ""
    source_name: str = ""
    agency: str | None = None
    fiscal_year: int | None = None
    family: str = "other"
    page: int | None = None
    line_start: int | None = None
    line_end: int | None = None
    bbox: list[float] | dict[str, list[float]] | None = None
    label_source: str = "structure"
    confidence: float = 1.0


@dataclass(slots=True, kw_only=True)
class Finding(Record):
    """One statement of an assessment: a verdict, a strength, an OFI, a level reached, ..."""

    dataset: ClassVar[str] = "findings"

    finding_id: str = ""
    section: str | None = None
    kind: str
    category: int | None = None
    category_title: str | None = None
    criterion: str | None = None
    criterion_title: str | None = None
    item: str | None = None
    item_title: str | None = None
    part: int | None = None
    part_label: str | None = None
    verdict: str | None = None
    level: str | None = None
    number: int | None = None
    indicator_no: str | None = None
    text: str = ""


@dataclass(slots=True, kw_only=True)
class Indicator(Record):
    """One indicator of category 7 with its targets, results and verdict."""

    dataset: ClassVar[str] = "indicators"

    sub_criterion: str | None = None
    group_no: int | None = None
    group_title: str | None = None
    indicator_no: str | None = None
    name: str | None = None
    direction: str | None = None
    target: float | str | None = None
    unit: str | None = None
    targets: dict[str, float | str] = field(default_factory=dict)
    results: dict[str, float | str] = field(default_factory=dict)
    achievement_pct: float | None = None
    score: float | None = None
    verdict: str | None = None
    comment: str | None = None
    owner: str | None = None


@dataclass(slots=True, kw_only=True)
class Score(Record):
    """A score of one category in one year; `category` None is the total."""

    dataset: ClassVar[str] = "scores"

    category: int | None = None
    year: int
    score: float


@dataclass(slots=True, kw_only=True)
class Plan(Record):
    """A development plan, programme or project."""

    dataset: ClassVar[str] = "plans"

    plan_id: str = ""
    plan_no: str | None = None
    category: int | None = None
    criteria_refs: list[str] = field(default_factory=list)
    name: str | None = None
    programme_name: str | None = None
    objective: str | None = None
    target_group: str | None = None
    responsible: str | None = None
    kpis: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    scoring: dict[str, str] = field(default_factory=dict)
    period: str | None = None
    start: str | None = None
    end: str | None = None
    budget: str | None = None
    summary: str | None = None


@dataclass(slots=True, kw_only=True)
class Activity(Record):
    """One step of a plan."""

    dataset: ClassVar[str] = "activities"

    plan_id: str = ""
    plan_name: str | None = None
    group: str | None = None
    criteria_ref: str | None = None
    step_no: str | None = None
    text: str = ""
    duration: str | None = None
    start: str | None = None
    end: str | None = None
    output: str | None = None
    responsible: str | None = None
    involved: str | None = None
    budget: str | None = None


@dataclass(slots=True, kw_only=True)
class Award(Record):
    """A submission for an award and its result, or an agency named in an announcement."""

    dataset: ClassVar[str] = "awards"

    kind: str
    year: int | None = None
    step: int | None = None
    award: str | None = None
    group: str | None = None
    no: int | None = None
    agency_name: str | None = None
    branch: str | None = None
    award_type: str | None = None
    title: str | None = None
    office: str | None = None
    category: int | None = None
    verdict: str | None = None
    result_text: str | None = None
    award_received: bool | None = None


@dataclass(slots=True, kw_only=True)
class AwardCriterion(Record):
    """One criterion of an award, with its weight or threshold."""

    dataset: ClassVar[str] = "award_criteria"

    branch: str | None = None
    award_type: str | None = None
    level: str | None = None
    criterion: str | None = None
    weight: float | None = None
    threshold: float | None = None
    threshold_op: str | None = None
    category: int | None = None


@dataclass(slots=True, kw_only=True)
class Faq(Record):
    """A question and its answer."""

    dataset: ClassVar[str] = "faq"

    section: str | None = None
    question: str = ""
    answer: str = ""


@dataclass(slots=True, kw_only=True)
class Passage(Record):
    """A segmented passage with the labels that structure, a person or a model gave it."""

    dataset: ClassVar[str] = "passages"

    passage_id: str = ""
    text: str = ""
    raw_text: str = ""
    category: int | None = None
    category_probs: dict[str, float] | None = None
    criterion: str | None = None
    level: str | None = None
    role: str | None = None
    verdict: str | None = None
    abstained: bool | None = None
    repairs: list[dict[str, Any]] = field(default_factory=list)


#: The datasets that forms yield, by name.
RECORD_TYPES: dict[str, type[Record]] = {
    cls.dataset: cls for cls in (Finding, Indicator, Score, Plan, Activity, Award, AwardCriterion, Faq, Passage)
}


def columns(record_type: type[Record]) -> list[str]:
    """Column names of a dataset in export order: provenance last, because people read from the left."""
    own = [f.name for f in fields(record_type) if f.name not in Record.__dataclass_fields__]
    return own + [f.name for f in fields(Record)]
