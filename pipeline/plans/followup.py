"""A working sheet read back: what people changed goes into the next draft; how far the plan has come is reported."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.plans import workbook
from pipeline.plans.layout import Wording
from pipeline.plans.model import MONTHS, Draft, Form, Group, Proposal, Source, Step, decide, undecided
from pipeline.plans.quality import check
from pipeline.thai import arabic_digits, squeeze

#: Months after which a plan is looked at.
CHECKPOINTS = (6, 9, 12)

_MONTH = re.compile("|".join(re.escape(month) + "?" for month in MONTHS))
_CODE = re.compile(r"[0-9a-f]{8,16}")


@dataclass(slots=True)
class Edited:
    """A workbook as people left it. `base` is what the draft said; rows and forms hold what stands there now."""

    year: int
    agency: str
    base_steps: Mapping[str, Mapping[str, str]]
    base_forms: Mapping[str, Mapping[str, str]]
    rows: list[dict[str, str]]
    forms: dict[str, dict[str, str]]
    gaps: list[dict[str, str]]


@dataclass(slots=True)
class Checkpoint:
    """The steps that were due by the end of a month of the plan's year, and those of them not done."""

    months: int
    due_by: str
    reached: bool
    due: int
    late: list[dict[str, str]]


@dataclass(slots=True)
class Status:
    """How far a plan has come."""

    year: int
    agency: str
    steps: int
    by_status: dict[str, int]
    to_decide: int
    unanswered: list[dict[str, str]]
    without_gap: list[dict[str, str]]
    without_dates: list[dict[str, str]]
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return asdict(self)


def read(path: Path, wording: Wording) -> Edited:
    """A working sheet that `pmqa plan` wrote, with what people changed in it.

    Raises PmqaError: "no-plan" if there is no such file, "not-a-plan" if it is something else.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        raise PmqaError(
            f"There is no working sheet at {path}.", hint="`pmqa plan -o plan.xlsx` writes one.", code="no-plan"
        )
    strange = PmqaError(
        f"{path.name} is not a working sheet of this program.",
        hint="Name a workbook that `pmqa plan -o plan.xlsx` wrote; its sheets must keep their names.",
        code="not-a-plan",
    )
    try:
        book = load_workbook(path, data_only=True, read_only=False)
    except (InvalidFileException, zipfile.BadZipFile, OSError, KeyError, ValueError) as error:
        raise strange from error
    if not {workbook.STEPS, workbook.FORMS, workbook.GAPS, workbook.BASE} <= set(book.sheetnames):
        raise strange
    try:
        base = json.loads("".join(str(row[0] or "") for row in book[workbook.BASE].iter_rows(values_only=True)))
        return Edited(
            year=base["year"],
            agency=base["agency"],
            base_steps=base["steps"],
            base_forms=base["forms"],
            rows=_rows(book[workbook.STEPS], _step_titles(wording)),
            forms=_forms(book[workbook.FORMS]),
            gaps=_gaps(book[workbook.GAPS]),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise strange from error


def _step_titles(wording: Wording) -> dict[str, str]:
    """The fields by the titles of their columns, which people may have moved."""
    titles = {**wording.sheet, **{key: c.title.replace("\n", " ") for key, c in wording.columns["activities"].items()}}
    return {squeeze(titles[name]): name for name in workbook.columns() if name in titles}


def _rows(sheet: Any, titles: Mapping[str, str]) -> list[dict[str, str]]:
    lines = sheet.iter_rows(values_only=True)
    heads = [titles.get(squeeze(str(cell or "")), "") for cell in next(lines, ())]
    if not {"id", "text", "status"} <= set(heads):
        raise ValueError("columns are missing")
    rows: list[dict[str, str]] = []
    seen: set[str] = set()
    for line in lines:
        row = {name: _text(cell) for name, cell in zip(heads, line, strict=False) if name}
        if row["id"] in seen:  # a row that people copied is a step of their own
            row["id"] = ""
        if row["id"] or row["text"]:
            rows.append(row)
        seen |= {row["id"]} - {""}
    return rows


def _forms(sheet: Any) -> dict[str, dict[str, str]]:
    forms: dict[str, dict[str, str]] = {}
    for form_id, name, _, value, *_ in sheet.iter_rows(min_row=2, values_only=True):
        if form_id is not None and name:
            forms.setdefault(_text(form_id), {})[str(name)] = _text(value)
    return forms


def _gaps(sheet: Any) -> list[dict[str, str]]:
    names = ("ofi_id", "code", "category", "number", "text", "years", "points", "reasons", "steps", "reason")
    rows = sheet.iter_rows(min_row=2, values_only=True)
    return [dict(zip(names, map(_text, row), strict=False)) for row in rows if row and row[0]]


def _text(cell: Any) -> str:
    """A cell as text: dates as month and year, whole numbers without a point."""
    match cell:
        case None:
            return ""
        case datetime.datetime() | datetime.date():
            year = cell.year if cell.year > 2400 else cell.year + 543
            return f"{MONTHS[(cell.month + 2) % 12]} {year}"
        case float() if cell.is_integer():
            return str(int(cell))
    return str(cell).replace("\r\n", "\n").strip()


def fiscal_month(text: str, year: int) -> int | None:
    """The month of the fiscal year that a text names, 1 to 12; None if it names none, or one of another year.

    >>> fiscal_month("มี.ค. 2565", 2565), fiscal_month("พ.ย. 64", 2565), fiscal_month("พ.ย. 2565", 2565)
    (6, 2, None)
    """
    plain = arabic_digits(text)
    found = _MONTH.search(plain)
    if not found:
        return None
    month = MONTHS.index(found[0].rstrip(".") + ".") + 1
    printed = re.search(r"\d{2,4}", plain[found.end() :])
    stated = int(printed[0]) % 100 if printed else (year - (month <= 3)) % 100
    return month if stated == (year - (month <= 3)) % 100 else None


# ------------------------------------------------------------------------------------------- edits kept


def apply(draft: Draft, edited: Edited) -> None:
    """Put people's edits into a new draft: fields they changed, steps they added or removed, forms they reworded.

    What they left as the old draft had it follows the new draft. What was carried over or given up is told in
    `draft.warnings`; the draft is checked again.
    """
    by_id = {row["id"]: row for row in edited.rows if row["id"]}
    removed = set(edited.base_steps) - set(by_id)
    gone = 0
    for form in draft.forms:
        for group in form.groups:
            kept = [step for step in group.steps if step.step_id not in removed]
            gone += len(group.steps) - len(kept)
            group.steps = kept
            for step in kept:
                row = by_id.get(step.step_id)
                if row:
                    _change(step, row, edited.base_steps.get(step.step_id, {}), draft)
        _reword(form, edited)
    if gone:
        draft.warnings.append(f"{gone} steps that people removed stay removed.")
    known = {step.step_id for step in draft.steps}
    carried = 0
    for row in edited.rows:
        base = edited.base_steps.get(row["id"])
        untouched = base is not None and not _changed(row, base)
        if row["id"] in known or untouched or not row["text"]:
            continue
        _add(draft, row)
        carried += 1
    if carried:
        draft.warnings.append(
            f"{carried} steps are people's own, or answered OFIs no longer in the draft; they are kept."
        )
    draft.renumber()
    draft.checks = check(draft)


def _changed(row: Mapping[str, str], base: Mapping[str, str]) -> list[str]:
    """The fields of a row that people changed."""
    return [
        name for name in workbook.EDITED if name in row and squeeze(row[name]) != squeeze(_text(base.get(name, "")))
    ]


def _change(step: Step, row: Mapping[str, str], base: Mapping[str, str], draft: Draft) -> None:
    changed = _changed(row, base)
    for name in changed:
        value = row[name]
        if name in ("start", "end"):
            setattr(step, name, fiscal_month(value, draft.year))
        elif name == "gaps":
            step.gaps = _linked(value, draft)
        elif name == "remark":
            step.note = value
        else:
            setattr(step, name, value)
    if set(changed) - {"status"}:
        step.sources = [*step.sources, Source("person", "ผู้ใช้แก้ไข", ", ".join(changed))]


def _reword(form: Form, edited: Edited) -> None:
    now, base = edited.forms.get(form.form_id, {}), edited.base_forms.get(form.form_id, {})
    form.edits |= {
        name: value for name, value in now.items() if name != "date" and squeeze(value) != squeeze(base.get(name, ""))
    }


def _linked(text: str, draft: Draft) -> list[str]:
    """The gaps that codes in a cell name; a code of no gap in the draft is kept as it is."""
    known = {gap.code: gap.ofi_id for gap in draft.gaps}
    return [known.get(code[:8], code) for code in _CODE.findall(text.lower())]


def _add(draft: Draft, row: Mapping[str, str]) -> None:
    """A step of people's own, at the end of its criterion's group."""
    number = re.search(r"\d+", row.get("category") or row.get("criterion", ""))
    category = int(number[0]) if number else draft.forms[0].category
    criterion = row.get("criterion") or None
    form = next((form for form in draft.forms if form.category == category), None)
    if form is None:
        form = _empty_form(draft, category)
        draft.forms.append(form)
        draft.forms.sort(key=lambda each: each.category)
    group = next((group for group in form.groups if group.criterion == criterion), None)
    if group is None:
        found = framework.load(draft.framework).criterion(criterion) if criterion else None
        group = Group(criterion, (found.title if found else None) or criterion or decide("เกณฑ์"), [], [])
        form.groups.append(group)
    own = hashlib.sha256(squeeze(row["text"]).encode("utf-8", "replace")).hexdigest()[:8]
    group.steps.append(
        Step(
            step_id=row["id"] or f"U-{own}",
            phase="do",
            text=row["text"],
            start=fiscal_month(row.get("start", ""), draft.year),
            end=fiscal_month(row.get("end", ""), draft.year),
            output=row.get("output", ""),
            responsible=row.get("responsible", ""),
            involved=row.get("involved", ""),
            budget=row.get("budget", ""),
            note=row.get("remark", ""),
            status=row.get("status", ""),
            gaps=_linked(row.get("gaps", ""), draft),
            sources=[Source("person", "ผู้ใช้เพิ่ม")],
        )
    )


def _empty_form(draft: Draft, category: int) -> Form:
    found = framework.load(draft.framework).category(category)
    return Form(
        form_id=str(category),
        category=category,
        category_title=found.title if found else "",
        name=Proposal(decide("ชื่อแผน")),
        criteria=[],
        unit=decide("หน่วยงาน"),
        objectives=[Proposal(decide("วัตถุประสงค์"))],
        budget=decide("งบประมาณ"),
        kpis=[],
        period=decide("ระยะเวลา"),
        summary=decide("รายละเอียด"),
        groups=[],
    )


# ----------------------------------------------------------------------------------------------- status


def status(edited: Edited, wording: Wording, today: datetime.date | None = None) -> Status:
    """How far a plan has come: what has no activity, what is late at each checkpoint, what is still to decide."""
    today = today or datetime.date.today()
    ended = {wording.done, wording.cancelled}
    live = [row for row in edited.rows if row.get("status") != wording.cancelled]
    answered = {code[:8] for row in live for code in _CODE.findall(row.get("gaps", "").lower())}
    by_status: dict[str, int] = dict.fromkeys(wording.statuses, 0)
    for row in edited.rows:
        name = row.get("status") or wording.statuses[0]
        by_status[name] = by_status.get(name, 0) + 1
    ends = [(row, fiscal_month(row.get("end", ""), edited.year)) for row in live]
    starts = {id(row): fiscal_month(row.get("start", ""), edited.year) for row in live}
    checkpoints = []
    for months in CHECKPOINTS:
        due = [row for row, end in ends if end is not None and end <= months]
        checkpoints.append(
            Checkpoint(
                months,
                f"สิ้น {MONTHS[months - 1]} {edited.year - (months <= 3)}",
                _reached(today, months, edited.year),
                len(due),
                [_brief(row) for row in due if row.get("status") not in ended],
            )
        )
    return Status(
        year=edited.year,
        agency=edited.agency,
        steps=len(edited.rows),
        by_status=by_status,
        to_decide=sum(1 for row in live for name in workbook.EDITED if undecided(row.get(name, ""))),
        unanswered=[
            {"ofi": gap["code"], "number": gap["number"], "text": gap["text"]}
            for gap in edited.gaps
            if not gap.get("reason") and gap["code"] not in answered
        ],
        without_gap=[_brief(row) for row in live if not _CODE.search(row.get("gaps", "").lower())],
        without_dates=[_brief(row) for row, end in ends if end is None or (starts[id(row)] or 13) > end],
        checkpoints=checkpoints,
    )


def _brief(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row.get(name, "") for name in ("id", "criterion", "number", "text", "end", "responsible", "status")}


def _reached(today: datetime.date, months: int, year: int) -> bool:
    """Whether the first months of a fiscal year (B.E.) are over."""
    month = (months + 8) % 12 + 1
    calendar_year = year - 543 - (months <= 3)
    return (today.year, today.month) > (calendar_year, month)
