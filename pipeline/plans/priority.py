"""How pressing each gap is, with the reasons.

They are the weight of its criterion, how firmly it was said, how many years it has been open, and how far its
category is below the pass mark.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import PmqaError
from pipeline.framework import Framework
from pipeline.plans.model import Gap, Priority
from pipeline.resources import resource

#: The file that ships.
SHIPPED = "corpora/plans/priority.toml"

#: What the firmest statement of a gap is, as printed.
_SAID = {
    "verdict": "ข้อคำถามไม่ผ่าน",
    "indicator_ofi": "ตัวชี้วัดไม่ผ่าน",
    "not_passed": "ประเด็นที่ยังไม่ผ่าน",
    "ofi": "เป็น OFI ในรายงานป้อนกลับ",
    "gap": "เป็นช่องว่างที่ระบุไว้",
    "improvement_example": "เป็นตัวอย่างสิ่งที่ควรปรับปรุง",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each reason counts."""

    points: Mapping[str, float]
    verdict: Mapping[str, float]
    full: Mapping[str, float]


def load(path: Path | None = None) -> Weights:
    """The weights of a file, by default of the one that ships.

    Raises PmqaError ("priority") if the file cannot be read or is not of the right form.

    >>> sum(load().points.values())
    100.0
    """
    return _load((path or resource(SHIPPED)).resolve())


@cache
def _load(path: Path) -> Weights:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        tables = {
            name: {key: float(value) for key, value in data[name].items()} for name in ("points", "verdict", "full")
        }
        if set(tables["points"]) != {"weight", "verdict", "years", "gap"} or set(tables["full"]) != {"years", "gap"}:
            raise ValueError("[points] has weight, verdict, years and gap, [full] has years and gap")
        if min(*tables["points"].values(), *tables["verdict"].values()) < 0 or min(tables["full"].values()) <= 0:
            raise ValueError("points are not negative, and what gives all points is more than 0")
    except (
        OSError,
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        raise PmqaError(
            f"The priority file {path.name} cannot be used: {error}.",
            hint=f"{SHIPPED} shows the form.",
            code="priority",
        ) from error
    return Weights(**tables)


def rate(gap: Gap, *, year: int, score: float | None, fw: Framework, weights: Weights) -> Priority:
    """The priority of a gap for the plan of a year; `score` is its category's in the last assessment known."""
    weight, heaviest = criterion_weight(gap.criterion, gap.category, fw), _heaviest(fw)
    said = max(gap.kinds, key=lambda kind: weights.verdict.get(kind, 0.0), default="")
    years = max(year - gap.first_year, 1) if gap.first_year else 0
    short = max(fw.pass_mark - score, 0.0) if fw.pass_mark is not None and score is not None else None
    parts = [
        (weight / heaviest if heaviest else 0.0, "weight", f"น้ำหนักเกณฑ์ {weight:.0f}/{heaviest:.0f}"),
        (weights.verdict.get(said, 0.0), "verdict", _SAID.get(said, "ไม่ระบุผลการประเมิน")),
        (min(years / weights.full["years"], 1.0), "years", f"ค้าง {years} ปี" if years else "ไม่ทราบปีที่พบ"),
        (min((short or 0.0) / weights.full["gap"], 1.0), "gap", _shortfall(short, score, fw)),
    ]
    points = [(share * weights.points[name], name, why) for share, name, why in parts]
    return Priority(
        round(sum(point for point, _, _ in points), 1),
        [f"{why} ({point:.0f}/{weights.points[name]:.0f})" for point, name, why in points],
    )


def criterion_weight(criterion: str | None, category: int, fw: Framework) -> float:
    """Points of 1000 that a criterion is worth: by the framework's full scores; where it has none, categories are equal
    and a category's criteria share its part equally."""
    whole = fw.category(category)
    if whole is None or not whole.criteria:
        return 0.0
    found = fw.criterion(criterion) if criterion else None
    if found is not None and found.full_score:
        return found.full_score
    part = whole.full_score or 1000.0 / len(fw.categories)
    return part / len(whole.criteria)


def _heaviest(fw: Framework) -> float:
    return max((criterion_weight(c.number, c.category, fw) for c in fw.criteria), default=0.0)


def _shortfall(short: float | None, score: float | None, fw: Framework) -> str:
    if short is None:
        return "ไม่ทราบคะแนนหมวด"
    return f"ต่ำกว่าเกณฑ์ผ่าน {fw.pass_mark:g} อยู่ {short:g}" if short else f"คะแนน {score:g} ถึงเกณฑ์ผ่าน {fw.pass_mark:g}"
