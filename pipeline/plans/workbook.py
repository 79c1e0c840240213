"""A draft as a working sheet in Excel: steps to filter and edit, a chart that follows the dates, lists to choose from.

A hidden sheet keeps what the draft said, so that what people changed can be told from it when the workbook is read back
(`pipeline.plans.followup`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.plans.layout import Wording, form_fields, step_name
from pipeline.plans.model import MONTHS, Draft, Form, Group, Step, month_label
from pipeline.xlsx import CREATED, FONT, row_height

#: Names of the sheets.
STEPS, FORMS, GAPS, SOURCES, CHECKS, LISTS, BASE = "แผน", "แบบฟอร์ม", "OFI", "ที่มา", "ตรวจคุณภาพ", "รายการ", "_draft"
#: The columns of the steps' sheet, before and after the months: a field's name and its width in Excel's unit.
BEFORE = {"id": 14, "category": 8, "criterion": 9, "number": 8, "text": 52, "duration": 11, "start": 12, "end": 12}
AFTER = {
    "output": 30,
    "responsible": 26,
    "involved": 22,
    "budget": 16,
    "status": 17,
    "remark": 26,
    "gaps": 22,
    "sources": 24,
    "priority": 12,
}
#: The fields of a step that people edit.
EDITED = ("text", "start", "end", "output", "responsible", "involved", "budget", "status", "remark", "gaps")
#: Rows below the last step that have lists and a chart too, for steps that people add.
SPARE = 60
_MONTH_WIDTH = 5
_MAX_TEXT = 32_000


def columns() -> list[str]:
    """The columns of the steps' sheet in order; "m1" to "m12" are the months."""
    return [*BEFORE, *(f"m{month}" for month in range(1, len(MONTHS) + 1)), *AFTER]


def step_fields(step: Step, form: Form, group: Group, draft: Draft) -> dict[str, str]:
    """A step as the cells of its row."""
    codes = {gap.ofi_id: gap.code for gap in draft.gaps}
    points = [gap.priority.points for gap in draft.gaps if gap.ofi_id in step.gaps]
    return {
        "id": step.step_id,
        "category": str(form.category),
        "criterion": group.criterion or "",
        "number": step.number,
        "text": step.text,
        "duration": step.duration,
        "start": month_label(step.start, draft.year) if step.start else "",
        "end": month_label(step.end, draft.year) if step.end else "",
        "output": step.output,
        "responsible": step.responsible,
        "involved": step.involved,
        "budget": step.budget,
        "status": step.status,
        "remark": step.note,
        "gaps": " ".join(codes.get(gap_id, gap_id) for gap_id in step.gaps),
        "sources": "\n".join(dict.fromkeys(source.label for source in step.sources)),
        "priority": f"{max(points):g}" if points else "",
    }


def snapshot(draft: Draft) -> dict[str, Any]:
    """What a draft says, by row and field: what edits are told from."""
    return {
        "year": draft.year,
        "agency": draft.agency,
        "steps": {
            step.step_id: {
                name: value for name, value in step_fields(step, form, group, draft).items() if name in EDITED
            }
            for form in draft.forms
            for group in form.groups
            for step in group.steps
        },
        "forms": {form.form_id: form_fields(form, draft) for form in draft.forms},
    }


def write(draft: Draft, wording: Wording, file: BinaryIO, base: Mapping[str, Any] | None = None) -> None:
    """Write a draft as a workbook; `base` is its `snapshot` before people's edits were put into it."""
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED, "title": f"แผนพัฒนาองค์การ {draft.agency} {draft.year}"})
    _Book(book, draft, wording).write(base or snapshot(draft))
    book.close()


class _Book:
    """The sheets, one method each."""

    def __init__(self, book: xlsxwriter.Workbook, draft: Draft, wording: Wording) -> None:
        self.book = book
        self.draft = draft
        self.wording = wording
        self.head = book.add_format(
            {**FONT, "bold": True, "border": 1, "bg_color": "#DCE6F1", "align": "center", "valign": "vcenter"}
        )
        self.cell = book.add_format({**FONT, "border": 1, "border_color": "#BFBFBF"})
        self.centred = book.add_format({**FONT, "border": 1, "border_color": "#BFBFBF", "align": "center"})
        self.month = book.add_format({"border": 1, "border_color": "#D9D9D9"})

    def write(self, base: Mapping[str, Any]) -> None:
        sheets = {name: self.book.add_worksheet(name) for name in (STEPS, FORMS, GAPS, SOURCES, CHECKS, LISTS, BASE)}
        self._steps(sheets[STEPS])
        self._forms(sheets[FORMS])
        self._gaps(sheets[GAPS])
        self._sources(sheets[SOURCES])
        self._checks(sheets[CHECKS])
        self._lists(sheets[LISTS])
        text = json.dumps(base, ensure_ascii=False)
        for at in range(0, len(text), _MAX_TEXT):
            sheets[BASE].write_string(at // _MAX_TEXT, 0, text[at : at + _MAX_TEXT])
        sheets[BASE].very_hidden()

    # -- the working sheet

    def _steps(self, sheet: Worksheet) -> None:
        names = columns()
        titles = {**self.wording.sheet, **{key: c.title for key, c in self.wording.columns["activities"].items()}}
        widths = {**BEFORE, **AFTER}
        for at, name in enumerate(names):
            if name.startswith("m") and name[1:].isdigit():
                month, year = month_label(int(name[1:]), self.draft.year).split()
                sheet.set_column(at, at, _MONTH_WIDTH)
                sheet.write_string(0, at, f"{month}\n{year[-2:]}", self.head)
            else:
                sheet.set_column(at, at, widths[name])
                sheet.write_string(0, at, titles[name].replace("\n", " "), self.head)
        sheet.set_row(0, 50)
        last = 0
        for last, row in enumerate(self._rows(), 1):
            self._step_row(sheet, last, names, row)
        end = last + SPARE
        self._dressed(sheet, names, last, end)
        sheet.freeze_panes(1, names.index("text") + 1)
        sheet.autofilter(0, 0, end, len(names) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _rows(self) -> Iterator[dict[str, str]]:
        for form in self.draft.forms:
            for group in form.groups:
                for step in group.steps:
                    yield step_fields(step, form, group, self.draft)

    def _step_row(self, sheet: Worksheet, at: int, names: Sequence[str], row: Mapping[str, str]) -> None:
        sizes = {**BEFORE, **AFTER}
        texts = [name for name in names if name in row]
        sheet.set_row(at, row_height([row[name] for name in texts], [sizes[name] for name in texts]))
        for column, name in enumerate(names):
            if name not in row:
                sheet.write_blank(at, column, None, self.month)
            elif name == "duration":
                start, end = (xl_col_to_name(names.index(field)) + str(at + 1) for field in ("start", "end"))
                months = f'MATCH({end},months,0)-MATCH({start},months,0)+1&" เดือน"'
                sheet.write_formula(at, column, f'=IFERROR({months},"")', self.centred, row[name])
            elif name in ("category", "priority") and row[name]:
                sheet.write_number(at, column, float(row[name]), self.centred)
            else:
                narrow = name in ("id", "criterion", "number", "start", "end", "status")
                sheet.write_string(at, column, row[name], self.centred if narrow else self.cell)

    def _dressed(self, sheet: Worksheet, names: Sequence[str], last: int, end: int) -> None:
        """Lists to choose from, the chart, and colours for what is to be decided."""

        def column(name: str) -> str:
            return str(xl_col_to_name(names.index(name)))

        for name in ("start", "end"):
            at = names.index(name)
            sheet.data_validation(1, at, end, at, {"validate": "list", "source": "=months", "error_title": "เดือน"})
        at = names.index("status")
        sheet.data_validation(1, at, end, at, {"validate": "list", "source": "=statuses", "error_title": "สถานะ"})
        for name in ("responsible", "involved"):
            at = names.index(name)
            # An office that is not in the list may be typed.
            options = {"validate": "list", "source": "=owners", "error_type": "information", "show_error": False}
            sheet.data_validation(1, at, end, at, options)
        first = names.index("m1")
        month = f"COLUMN()-{first}"
        inside = f"AND({month}>=MATCH(${column('start')}2,months,0),{month}<=MATCH(${column('end')}2,months,0))"
        colours = [
            (f'AND(${column("status")}2="{self.wording.cancelled}",{inside})', "#D9D9D9"),
            (f'AND(${column("status")}2="{self.wording.done}",{inside})', "#70AD47"),
            (inside, "#5B9BD5"),
        ]
        for criteria, colour in colours:
            options = {
                "type": "formula",
                "criteria": f"=IFERROR({criteria},FALSE)",
                "format": self.book.add_format({"bg_color": colour}),
                "stop_if_true": True,
            }
            sheet.conditional_format(1, first, end, first + len(MONTHS) - 1, options)
        marked = self.book.add_format({"bg_color": "#FFF2AB"})
        for sign in ("[ระบุ", "[ยืนยัน"):
            options = {"type": "text", "criteria": "containing", "value": sign, "format": marked}
            sheet.conditional_format(1, names.index("text"), end, len(names) - 1, options)

    # -- the other sheets

    def _table(
        self, sheet: Worksheet, heads: Mapping[str, int], rows: Sequence[Sequence[str | float]], freeze: int = 0
    ) -> None:
        widths = list(heads.values())
        for at, (title, width) in enumerate(heads.items()):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, title, self.head)
        for at, row in enumerate(rows, 1):
            sheet.set_row(at, row_height(row, widths))
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at, column, value, self.cell)
                else:
                    sheet.write_number(at, column, value, self.centred)
        sheet.freeze_panes(1, freeze)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _forms(self, sheet: Worksheet) -> None:
        rows = [
            (form.form_id, name, self.wording.labels[name], value)
            for form in self.draft.forms
            for name, value in form_fields(form, self.draft).items()
        ]
        self._table(sheet, {self.wording.sheet["category"]: 8, "key": 10, "ช่อง": 34, "ข้อความ": 110}, rows)
        sheet.set_column(1, 1, 10, None, {"hidden": True})

    def _gaps(self, sheet: Worksheet) -> None:
        answered: dict[str, list[str]] = defaultdict(list)
        for form in self.draft.forms:
            for step in form.steps:
                for gap_id in step.gaps:
                    answered[gap_id].append(step_name(form, step))
        rows: list[tuple[str | float, ...]] = []
        planned = [(gap, "") for gap in self.draft.gaps]
        for gap, reason in [*planned, *((out.gap, out.reason) for out in self.draft.left_out)]:
            years = "-".join(dict.fromkeys(str(year) for year in (gap.first_year, gap.last_year) if year))
            rows.append(
                (
                    gap.ofi_id,
                    gap.code,
                    float(gap.category),
                    f"{gap.number} {gap.criterion_basis}".strip(),
                    gap.text,
                    years,
                    gap.priority.points,
                    "\n".join(gap.priority.reasons),
                    "\n".join(answered[gap.ofi_id]),
                    reason,
                    "\n".join(gap.places),
                )
            )
        heads = {
            "ofi_id": 18,
            "OFI": 12,
            self.wording.sheet["category"]: 8,
            "ข้อ": 16,
            "โอกาสในการปรับปรุง": 70,
            "ปี": 10,
            self.wording.sheet["priority"]: 12,
            "เหตุผลของความสำคัญ": 40,
            "กิจกรรมที่ตอบ": 20,
            "เหตุผลที่ไม่อยู่ในแผน": 24,
            "หลักฐาน": 44,
        }
        self._table(sheet, heads, rows, freeze=2)
        sheet.set_column(0, 0, 18, None, {"hidden": True})

    def _sources(self, sheet: Worksheet) -> None:
        rows: list[tuple[str | float, ...]] = [
            (step_name(form, step), step.step_id, source.label, source.text, source.place, source.likeness or "")
            for form in self.draft.forms
            for step in form.steps
            for source in step.sources
        ]
        heads = {
            "กิจกรรม": 16,
            self.wording.sheet["id"]: 14,
            "ที่มา": 26,
            "ข้อความของที่มา": 90,
            "ตำแหน่ง": 40,
            "ความคล้าย": 12,
        }
        self._table(sheet, heads, rows)

    def _checks(self, sheet: Worksheet) -> None:
        levels = {"error": "ผิด", "decide": "ต้องตัดสินใจ", "note": "หมายเหตุ"}
        rows = [(levels[remark.level], remark.rule, remark.about, remark.reason) for remark in self.draft.checks]
        self._table(sheet, {"ระดับ": 16, "เรื่องที่ตรวจ": 22, "เกี่ยวกับ": 18, "เหตุผล": 100}, rows)

    def _lists(self, sheet: Worksheet) -> None:
        months = [month_label(month, self.draft.year) for month in range(1, len(MONTHS) + 1)]
        owners = dict.fromkeys(
            owner
            for step in self.draft.steps
            for owner in (step.responsible, step.involved)
            if owner and "\n" not in owner and "[" not in owner
        )
        lists = {"months": months, "statuses": list(self.wording.statuses), "owners": list(owners) or ["-"]}
        for at, (name, values) in enumerate(lists.items()):
            sheet.set_column(at, at, 30)
            sheet.write_string(0, at, {"months": "เดือน", "statuses": "สถานะ", "owners": "ผู้รับผิดชอบ"}[name], self.head)
            for row, value in enumerate(values, 1):
                sheet.write_string(row, at, value, self.cell)
            column = xl_col_to_name(at)
            self.book.define_name(name, f"='{LISTS}'!${column}$2:${column}${len(values) + 1}")
