"""Gold rows of a sample in the shape of the dataset contract: what a perfect reading yields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sampler.content import Content, framework

Gold = dict[str, Any]


def rows(content: Content) -> Iterator[tuple[str, Gold]]:
    """(dataset, row) pairs of a document."""
    base = {
        "doc": content.name.rsplit("_", 1)[0],
        "family": content.family,
        "agency": content.agency,
        "fiscal_year": content.fiscal_year,
    }
    build = {
        "form3": _form3,
        "form4": _form4,
        "feedback_report": _feedback,
        "executive_summary": _summary,
    }[content.family]
    for dataset, row in build(content):
        yield dataset, base | row


def _form3(content: Content) -> Iterator[tuple[str, Gold]]:
    for answered in content.items:
        for number, part in enumerate(answered.parts, start=1):
            yield (
                "findings",
                {
                    "kind": "verdict",
                    "category": answered.category,
                    "criterion": answered.criterion,
                    "item": answered.item.number,
                    "part": number,
                    "item_title": answered.item.title,
                    "verdict": part.verdict,
                    "text": part.comment,
                },
            )


def _form4(content: Content) -> Iterator[tuple[str, Gold]]:
    for row in content.rows:
        yield (
            "indicators",
            {
                "sub_criterion": row.sub_criterion,
                "group_no": row.group.number,
                "indicator_no": row.number,
                "direction": row.direction,
                "name": row.name,
                "group_title": row.group.title + "*" * row.group.compulsory,
                "target": row.target,
                "unit": row.unit,
                "results": {str(y): r for y, r in zip(content.years, row.results, strict=True)},
                "achievement_pct": row.pct,
                "score": row.score,
                "verdict": row.verdict,
                "comment": row.comment,
            },
        )


def _feedback(content: Content) -> Iterator[tuple[str, Gold]]:
    for appraisal in content.appraisals:
        place = {"category": appraisal.category}
        for text in appraisal.strengths:
            yield "findings", place | {"kind": "strength", "criterion": None, "indicator_no": None, "text": text}
        for criterion, text in appraisal.ofis:
            yield "findings", place | {"kind": "ofi", "criterion": criterion, "indicator_no": None, "text": text}
        for number, text in appraisal.indicators:
            yield (
                "findings",
                place | {"kind": "indicator_ofi", "criterion": None, "indicator_no": number, "text": text},
            )


def _summary(content: Content) -> Iterator[tuple[str, Gold]]:
    for category, points in content.not_passed.items():
        if not points:
            yield "findings", {"kind": "all_passed", "category": category, "number": None, "text": "ผ่านทุกข้อ"}
        for number, text in enumerate(points, start=1):
            yield "findings", {"kind": "not_passed", "category": category, "number": number, "text": text}
    for category in [*(c.number for c in framework().categories), 0]:
        for year, score in zip(content.years, content.scores[category], strict=True):
            yield "scores", {"category": category or None, "year": year, "score": score}
