"""The authored content of a sample document, read from `corpora/samples/content/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.framework import Framework, Group, Item, load

CONTENT = Path(__file__).resolve().parent.parent / "samples" / "content"


@dataclass(frozen=True, slots=True)
class Part:
    """An answer box: its label, what the agency wrote (with further boxes), the reviewer's verdict and comment."""

    label: str
    answer: str | None
    more: tuple[tuple[str, str], ...]
    verdict: str
    comment: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with its parts filled in."""

    item: Item
    criterion: str
    category: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator of Form 4. `results` run over the form's years."""

    sub_criterion: str
    group: Group
    number: str
    name: str
    direction: str
    target: float
    unit: str
    results: tuple[float, ...]
    pct: float
    score: float
    verdict: str
    comment: str


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A category of a Feedback Report: strengths, points to improve by criterion, indicators to improve."""

    category: int
    strengths: tuple[str, ...]
    ofis: tuple[tuple[str, str], ...]
    indicators: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Content:
    """One form of one agency and year. Only the fields of its family are filled."""

    name: str
    family: str
    agency: str
    fiscal_year: int
    thai_digits: bool
    printed: str = ""
    layout: str = ""
    sheet: tuple[int, int] = (84, 40)
    category_titles: dict[int, str] = field(default_factory=dict)
    reported_by: dict[int, str] = field(default_factory=dict)
    items: tuple[Answered, ...] = ()
    years: tuple[int, ...] = ()
    rows: tuple[Row, ...] = ()
    appraisals: tuple[Appraisal, ...] = ()
    passed: bool = False
    score: float = 0
    scores: dict[int, tuple[float, ...]] = field(default_factory=dict)
    not_passed: dict[int, tuple[str, ...]] = field(default_factory=dict)
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()

    def category_title(self, number: int) -> str:
        """The category's title as this agency prints it."""
        category = framework().category(number)
        assert category is not None
        return str(self.category_titles.get(number, category.title))


def framework() -> Framework:
    """The framework that the samples are written for."""
    return load("pmqa-4.0")


def names() -> list[str]:
    """Names of all content files."""
    return sorted(path.stem for path in CONTENT.glob("*.toml"))


def read(name: str) -> Content:
    """The content of a name such as "parks_2564_form3"."""
    data = _data(name)
    return Content(
        name=name,
        family=data["family"],
        agency=data["agency"],
        fiscal_year=data["fiscal_year"],
        thai_digits=data.get("habit") == "thai-digits",
        printed=data.get("printed", ""),
        layout=data.get("layout", ""),
        sheet=tuple(data.get("sheet", (84, 40))),
        category_titles={int(k): v for k, v in data.get("category_titles", {}).items()},
        reported_by={int(k): v for k, v in data.get("reported_by", {}).items()},
        items=_items(data),
        years=tuple(data.get("years", ())),
        rows=tuple(_row(row) for row in data.get("indicators", ())),
        appraisals=tuple(_appraisal(c) for c in data.get("categories", ())),
        passed=data.get("passed", False),
        score=data.get("score", 0),
        scores={int(k): tuple(v) for k, v in data.get("scores", {}).items()},
        not_passed={int(k): tuple(v) for k, v in data.get("not_passed", {}).items()},
        opening=tuple(p.format(step1=data.get("step1", "")) for p in data.get("opening", ())),
        closing=tuple(data.get("closing", ())),
    )


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def _items(data: dict[str, Any]) -> tuple[Answered, ...]:
    """The items in the form's order; those of `same_as` stand where this file has none of its own."""
    given = {item["number"]: item["parts"] for item in data.get("items", ())}
    if "same_as" in data:
        before = {item["number"]: item["parts"] for item in _data(data["same_as"])["items"]}
        given = {n: given.get(n) or before[n] for n in data["only"]}
    return tuple(
        Answered(item, criterion.number, criterion.category, _parts(item, given[item.number]))
        for criterion in framework().criteria
        for item in criterion.items
        if item.number in given
    )


def _parts(item: Item, parts: list[dict[str, Any]]) -> tuple[Part, ...]:
    if len(parts) != len(item.parts):
        raise ValueError(f"item {item.number} has {len(item.parts)} parts, the content gives {len(parts)}")
    return tuple(
        Part(
            label=part.get("label", label),
            answer=part.get("answer"),
            more=tuple((a, b) for a, b in part.get("more", ())),
            verdict=part.get("verdict", "pass"),
            comment=part.get("comment", ""),
        )
        for part, label in zip(parts, item.parts, strict=True)
    )


def _row(row: dict[str, Any]) -> Row:
    sub_criterion, number = row["group"].split("/")
    criterion = framework().criterion(sub_criterion)
    assert criterion is not None
    return Row(
        sub_criterion=sub_criterion,
        group=criterion.groups[int(number) - 1],
        number=row["no"],
        name=row["name"],
        direction=row.get("direction", "มากดี"),
        target=row["target"],
        unit=row["unit"],
        results=tuple(row["results"]),
        pct=row["pct"],
        score=row["score"],
        verdict=row.get("verdict", "pass"),
        comment=row.get("comment", ""),
    )


def _appraisal(data: dict[str, Any]) -> Appraisal:
    return Appraisal(
        category=data["number"],
        strengths=tuple(data.get("strengths", ())),
        ofis=tuple((criterion, text) for criterion, texts in data.get("ofis", {}).items() for text in texts),
        indicators=tuple((number, text) for number, text in data.get("indicators", ())),
    )
