"""A draft as headings, paragraphs and tables: what Word and Markdown files are written from, section by section.

A template is a document with a paragraph `[[section]]` where each section goes, and with {agency}, {year}, ... in
its own text. The words and columns of the sections are data (`corpora/plans/form.toml`).
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import PmqaError
from pipeline.plans.model import MONTHS, Draft, Form, Gap, Step, month_label
from pipeline.resources import resource

#: The words and columns that ship.
SHIPPED = "corpora/plans/form.toml"
#: The fields of a plan's form, in its rows.
_FORM = (
    ("agency",),
    ("name", "criteria"),
    ("category", "unit"),
    ("objective", "budget"),
    ("kpis", "period"),
    ("summary", "date"),
)
_TABLES = ("activities", "gaps", "sources", "left_out", "scores", "plans", "roadmap", "checks")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title and its width in millimetres."""

    title: str
    width: float


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the plan: titles, labels of the form, columns of the tables."""

    texts: Mapping[str, str]
    labels: Mapping[str, str]
    statuses: tuple[str, ...]
    done: str
    cancelled: str
    sheet: Mapping[str, str]
    columns: Mapping[str, Mapping[str, Column]]


@dataclass(slots=True)
class Row:
    """Cells of a row; one cell of a heading row runs over all columns. `bar` is the months of a step, 1 to 12."""

    cells: list[str]
    heading: bool = False
    bar: tuple[int, int] | None = None


@dataclass(slots=True)
class Table:
    """A table. `gantt` is the columns before the twelve of the months, with the title over them; None without."""

    columns: list[Column]
    rows: list[Row]
    gantt: tuple[int, str] | None = None
    month_width: float = 0.0


@dataclass(slots=True)
class FormTable:
    """The head of a plan: rows of label and value, one or two a row."""

    rows: list[list[tuple[str, str]]]


@dataclass(slots=True)
class Heading:
    """A heading inside a section; it begins a page."""

    text: str


Block = Table | FormTable | Heading


@dataclass(slots=True)
class Layout:
    """What goes into a template: sections by name, and what stands for {words} in its own text."""

    sections: dict[str, list[Block]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def load(path: Path | None = None) -> Wording:
    """The words of a file, by default of the one that ships.

    Raises PmqaError ("form") if the file cannot be read or lacks a word.

    >>> load().labels["objective"]
    'วัตถุประสงค์'
    """
    return _load((path or resource(SHIPPED)).resolve())


@cache
def _load(path: Path) -> Wording:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return Wording(
            texts={key: value for key, value in data.items() if isinstance(value, str)},
            labels=data["labels"],
            statuses=tuple(data["status"]["offered"]),
            done=data["status"]["done"],
            cancelled=data["status"]["cancelled"],
            sheet=data["sheet"],
            columns={
                table: {key: Column(str(t), float(w)) for key, (t, w) in data[table].items()} for table in _TABLES
            },
        )
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise PmqaError(
            f"The form file {path.name} cannot be used: {error}.", hint=f"{SHIPPED} shows the form.", code="form"
        ) from error


def lay_out(draft: Draft, wording: Wording) -> Layout:
    """The sections of a draft."""
    page = _Page(draft, wording)
    sections: dict[str, Callable[[], Sequence[Block]]] = {
        "scores": page.scores,
        "plans": page.plans,
        "roadmap": page.roadmap,
        "forms": page.forms,
        "gaps": page.gaps,
        "sources": page.sources,
        "left_out": page.left_out,
        "checks": page.checks,
    }
    return Layout(
        {name: list(make()) for name, make in sections.items()},
        {
            "agency": draft.agency,
            "year": str(draft.year),
            "prepared": draft.prepared,
            "gaps": str(len(draft.gaps)),
            "plans": str(len(draft.forms)),
            "steps": str(sum(1 for _ in draft.steps)),
        },
    )


def step_name(form: Form, step: Step) -> str:
    """How the annex names a step: category and number.

    >>> from pipeline.plans.model import Proposal
    >>> form = Form("3", 3, "", Proposal(""), [], "", [], "", [], "", "", [])
    >>> step_name(form, Step("S-1", "plan", "", 1, 1, "", "", "", "", number="2.1"))
    'หมวด 3 ข้อ 2.1'
    """
    return f"หมวด {form.category} ข้อ {step.number}"


def form_fields(form: Form, draft: Draft) -> dict[str, str]:
    """The fields of a plan's form as text, people's wordings before the draft's, by the names of `Wording.labels`."""
    fields = {
        "agency": draft.agency,
        "name": form.name.text,
        "criteria": ", ".join(form.criteria) or "-",
        "category": f"หมวด {form.category} {form.category_title}",
        "unit": form.unit,
        "objective": _numbered([proposal.text for proposal in form.objectives]),
        "budget": form.budget,
        "kpis": _numbered(
            [f"{k.name} (หน่วย: {k.unit} | ค่าฐาน: {k.baseline} | เป้าหมาย: {k.target})" for k in form.kpis]
        ),
        "period": form.period,
        "summary": form.summary,
        "date": draft.prepared,
    }
    return {**fields, **form.edits}


def _numbered(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))


class _Page:
    """The sections, one method each."""

    def __init__(self, draft: Draft, wording: Wording) -> None:
        self.draft = draft
        self.wording = wording
        self.gap_by_id = {gap.ofi_id: gap for gap in draft.gaps}

    def _table(self, name: str, rows: Sequence[Mapping[str, str]], **values: Any) -> Table:
        """A table of rows that name their columns."""
        columns = self.wording.columns[name]
        shown = [Column(column.title.format(**values), column.width) for column in columns.values()]
        return Table(shown, [Row([row.get(key, "") for key in columns]) for row in rows])

    def scores(self) -> list[Block]:
        columns = self.wording.columns["scores"]
        years = sorted({year for score in self.draft.scores for year in score.by_year})[-3:]
        mark = self.draft.pass_mark
        heads = [
            columns["title"],
            *(Column(columns["year"].title.format(year=y), columns["year"].width) for y in years),
        ]
        if mark is not None:
            heads.append(Column(columns["gap"].title.format(mark=f"{mark:g}"), columns["gap"].width))
        rows = []
        for score in self.draft.scores:
            last = score.by_year[max(score.by_year)]
            name = f"หมวด {score.category} {score.title}" if score.category else score.title
            cells = [name, *(f"{score.by_year[y]:g}" if y in score.by_year else self._none for y in years)]
            if mark is not None:
                cells.append(f"ขาด {mark - last:g}" if last < mark else "ถึงเกณฑ์")
            rows.append(Row(cells))
        return [Table(heads, rows or [Row([self._none] * len(heads))])]

    @property
    def _none(self) -> str:
        return self.wording.texts["none"]

    def plans(self) -> list[Block]:
        rows = [
            {
                "category": f"หมวด {form.category} {form.category_title}",
                "name": form_fields(form, self.draft)["name"],
                "gaps": str(sum(len(group.gaps) for group in form.groups)),
                "steps": str(sum(1 for _ in form.steps)),
                "criteria": ", ".join(form.criteria) or self._none,
            }
            for form in self.draft.forms
        ]
        return [self._table("plans", rows)]

    def roadmap(self) -> list[Block]:
        columns = self.wording.columns["roadmap"]
        keys = [key for key in self.draft.roadmap[0] if key != "year"]
        titles = {str(form.category): form.category_title for form in self.draft.forms}
        head = columns["category"]
        shown = [columns["year"]]
        shown += [
            Column(head.title.format(category=key, title=titles.get(key, "")).strip(), head.width) for key in keys
        ]
        rows = [Row([row["year"], *(row[key] for key in keys)]) for row in self.draft.roadmap]
        return [Table(shown, rows)]

    def forms(self) -> list[Block]:
        blocks: list[Block] = []
        for form in self.draft.forms:
            texts = self.wording.texts
            title = texts["plan_title"].format(category=form.category, title=form.category_title, year=self.draft.year)
            blocks += [Heading(title), self._form(form), self._activities(form)]
        return blocks

    def _form(self, form: Form) -> FormTable:
        values = form_fields(form, self.draft)
        return FormTable([[(self.wording.labels[name], values[name]) for name in pair] for pair in _FORM])

    def _activities(self, form: Form) -> Table:
        columns = dict(self.wording.columns["activities"])
        month_width = columns.pop("months").width
        before = list(columns).index("end") + 1
        rows = []
        for number, group in enumerate(form.groups, 1):
            known = "group_title" if group.criterion else "group_title_loose"
            title = self.wording.texts[known].format(number=number, title=group.title, criterion=group.criterion)
            rows.append(Row([title], heading=True))
            rows += [Row(self._cells(step, columns), bar=_bar(step)) for step in group.steps]
        over = self.wording.texts["gantt_title"].format(year=self.draft.year)
        return Table(list(columns.values()), rows, (before, over), month_width)

    def _cells(self, step: Step, columns: Mapping[str, Column]) -> list[str]:
        year = self.draft.year
        note = [step.note] if step.note else []
        cells = {
            "text": f"{step.number} {step.text}",
            "duration": step.duration,
            "start": month_label(step.start, year) if step.start else "",
            "end": month_label(step.end, year) if step.end else "",
            "output": step.output,
            "responsible": step.responsible,
            "involved": step.involved,
            "budget": step.budget,
            "note": "\n".join([*note, *dict.fromkeys(source.label for source in step.sources)]),
        }
        return [cells[key] for key in columns]

    def gaps(self) -> list[Block]:
        answered: dict[str, list[str]] = defaultdict(list)
        for form in self.draft.forms:
            for step in form.steps:
                for gap_id in step.gaps:
                    answered[gap_id].append(step_name(form, step).removeprefix(f"หมวด {form.category} ข้อ "))
        in_place = sorted(
            self.draft.gaps,
            key=lambda gap: (gap.category, gap.criterion is None, gap.criterion or "", -gap.priority.points),
        )
        rows = [
            {
                **self._gap(gap),
                "steps": f"หมวด {gap.category} ข้อ {', '.join(answered[gap.ofi_id])}"
                if answered[gap.ofi_id]
                else self._none,
                "places": "\n".join(gap.places[:2] + (["…"] if len(gap.places) > 2 else [])),
            }
            for gap in in_place
        ]
        return [self._table("gaps", rows)]

    def _gap(self, gap: Gap) -> dict[str, str]:
        years = "-".join(dict.fromkeys(str(year) for year in (gap.first_year, gap.last_year) if year))
        number = gap.number if not gap.criterion_basis else f"{gap.number} {gap.criterion_basis}"
        weighed = f"{gap.priority.points:g}: {' · '.join(gap.priority.reasons)}"
        return {"code": gap.code, "number": number, "text": gap.text, "years": years, "priority": weighed}

    def sources(self) -> list[Block]:
        rows = []
        for form in self.draft.forms:
            for step in form.steps:
                cited = [
                    " · ".join(
                        part
                        for part in (
                            source.label,
                            f"ความคล้าย {source.likeness:.2f}" if source.likeness is not None else "",
                            "" if source.kind == "reviewer" else source.text,  # the table of OFIs has it
                            source.place,
                        )
                        if part
                    )
                    for source in step.sources
                ]
                codes = [self.gap_by_id[g].code if g in self.gap_by_id else g for g in step.gaps]
                rows.append(
                    {
                        "step": step_name(form, step),
                        "gaps": " ".join(codes) or self._none,
                        "sources": "\n".join(cited) or self._none,
                    }
                )
        return [self._table("sources", rows)]

    def left_out(self) -> list[Block]:
        rows = [{**self._gap(out.gap), "reason": out.reason} for out in self.draft.left_out]
        return [self._table("left_out", rows or [{"code": self._none}])]

    def checks(self) -> list[Block]:
        by_rule = defaultdict(list)
        for remark in self.draft.checks:
            by_rule[remark.rule].append(remark)
        rows = [
            {
                "rule": rule,
                "errors": str(sum(remark.level == "error" for remark in remarks)),
                "decide": str(sum(remark.level == "decide" for remark in remarks)),
                "example": f"{remarks[0].about}: {remarks[0].reason}",
            }
            for rule, remarks in by_rule.items()
        ]
        return [self._table("checks", rows or [{"rule": self._none}])]


def _bar(step: Step) -> tuple[int, int] | None:
    in_year = step.start and step.end and 1 <= step.start <= step.end <= len(MONTHS)
    return (step.start, step.end) if in_year and step.start and step.end else None
