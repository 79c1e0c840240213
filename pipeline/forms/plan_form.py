"""The form at the head of a development plan: two columns of "label : value", as a table or line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline import framework
from pipeline.forms import tables
from pipeline.forms.base import fiscal_year_of, place
from pipeline.forms.lines import TextLine
from pipeline.forms.numbering import enumerated, numbered
from pipeline.forms.tables import Row, clean
from pipeline.forms.wording import OPEN_END
from pipeline.records import Plan
from pipeline.thai import arabic_digits, join_wrapped

#: The labels of the form.
FIELDS: Mapping[str, str] = {
    "agency": "(?:ชื่อ)?ส่วนราชการ",
    "name": "ชื่อแผน(?:การ)?(?:พัฒนา|ปรับปรุง)?(?:องค์(?:กร|การ)|คุณภาพการบริหารจัดการ(?:ภาครัฐ)?|งาน)?",
    "criteria": "เมื่อเทียบกับเกณฑ์ฯ?|(?:เกณฑ์|ประเด็น|ข้อ)(?:ข้อ)?ที่(?:ยัง)?ไม่ผ่าน(?:เกณฑ์ฯ?)?",
    "category": "หมวด",
    "unit": "หน่วยงาน(?:(?:ที่|ผู้)?รับผิดชอบ(?:หลัก)?)?|เจ้าภาพ(?:หลัก)?|คณะทำงาน",
    "responsible": "ผู้รับผิดชอบ(?:หลัก|แผน(?:งาน)?)?",
    "objective": "วัตถุประสงค์",
    "budget": "งบประมาณ",
    "kpis": "(?:ตัวชี้วัด|KPIs?)(?:หลัก|ความสำเร็จ)?(?:ของ)?(?:แผน(?:งาน|พัฒนา|ปรับปรุง)?)?",
    "period": "ระยะเวลา(?:การ)?(?:ดำเนินการ|ดำเนินงาน)?",
    "summary": "รายละเอียด(?:โดย)?(?:ย่อ|สังเขป)",
    "date": "วันที่จัดทำ",
}
_LABELS = {name: re.compile(rf"(?:{words})(?: ?\([^()]*\))?") for name, words in FIELDS.items()}
_ANY_LABEL = re.compile(
    r"(?:^|(?<=\s))(?:" + "|".join(f"(?P<{name}>{words})" for name, words in FIELDS.items()) + r")(?: ?\([^()]*\))? ?:"
)
_NOTE = re.compile(r"\(?อ้างอิงเลข[^()]*\)?")
_LIST_ITEM = re.compile(r"<li\b[^<>]*>(.*?)(?=</?li\b|</?[ou]l\b|$)", re.IGNORECASE)
#: What stands in a field that is left open.
NOTHING = re.compile(r"^[-–.\s]*$")
_MEASURE = re.compile(r"^(?:[-–•] ?|\(?\d{1,2}[.)] ?)?(?:ร้อยละ|ระดับ|จำนวน|อัตรา|คะแนน|สัดส่วน)")
_DASHES = re.compile(r"(?:^|\s+)- (?=[^\d๐-๙])")
_CATEGORY = re.compile(r"หมวด(?:ที่)? ?([1-7])(?!\d)")
_NUMBER = re.compile(r"([1-7])(?![\d.])")


def is_labelled(row: Row, *names: str) -> bool:
    """Whether a row begins with the label of one of the fields."""
    label = _label(row.cells[0])
    return label is not None and label[0] in names


def _label(cell: str) -> tuple[str, str] | None:
    """The field that a cell's label names, and what stands after it; None for a cell without one."""
    text = clean(cell)
    plain = arabic_digits(text)
    if found := _ANY_LABEL.match(plain):
        return str(found.lastgroup), text[found.end() :].strip()
    for name, label in _LABELS.items():
        if label.fullmatch(plain):
            return name, ""
    return None


class PlanForm:
    """Reads the form of one plan: values by label, whichever way the two columns were read."""

    def __init__(self, form: Sequence[Row], document: str) -> None:
        self._form = form
        self._document = document
        self._values: dict[str, list[str]] = {}
        self._open: str | None = None
        for row in form:
            for cell in row.filled:
                self._read(cell, row.tabular)

    def _read(self, cell: str, tabular: bool) -> None:
        """Take in one cell or line: labels with values, or more of a value."""
        text = clean(cell)
        labels = list(_ANY_LABEL.finditer(arabic_digits(text)))
        if not labels and (label := _label(cell)):
            self._open = label[0]
            self._values.setdefault(label[0], [])
            return
        before = text[: labels[0].start()].strip() if labels else text
        for part in [before] if labels or self._open != "kpis" else _items(cell):
            self._continue(part, tabular)
        ends = [found.start() for found in labels] + [len(text)]
        for found, end in zip(labels, ends[1:], strict=True):
            self._open = str(found.lastgroup)
            value = text[found.end() : end].strip()
            self._values.setdefault(self._open, []).extend([value] if value else [])

    def _continue(self, text: str, tabular: bool) -> None:
        """More of a value, if any. Where two columns were read line by line, a list goes on where its number says."""
        target = self._open
        number = numbered(text).number
        if not tabular and number and int(number.partition(".")[0]) > 1:
            before = str(int(number.partition(".")[0]) - 1)
            target = next(
                (
                    name
                    for name, parts in reversed(self._values.items())
                    if any(numbered(part).number == before for part in parts[-1:])
                ),
                target,
            )
        if text and target:
            self._values.setdefault(target, []).append(text)

    def _text(self, name: str) -> str | None:
        text = _NOTE.sub(" ", " ".join(self._values.get(name, ())))
        return tables.cell_text(text, self._document) or None

    def _kpis(self) -> list[str]:
        items = _listed(self._text("kpis") or "")
        apart = measures(self._values.get("kpis", ())) if len(items) == 1 else []
        return apart if len(apart) > 1 else items

    def plan(self, title: Sequence[TextLine], lines: Sequence[TextLine]) -> Plan:
        """The plan the form describes, which has a title and stands on `lines`."""
        said = [self._text("category") or "", *(t.text for t in title)]
        category = _CATEGORY.search(arabic_digits(" ".join(said))) or _NUMBER.match(arabic_digits(said[0]))
        return Plan(
            agency=self._text("agency"),
            fiscal_year=fiscal_year_of(title),
            category=int(category[1]) if category else None,
            criteria_refs=codes(self._text("criteria") or ""),
            name=self._text("name"),
            objective=self._text("objective"),
            responsible=self._text("unit") or self._text("responsible"),
            kpis=self._kpis(),
            period=self._text("period"),
            budget=self._text("budget"),
            summary=self._text("summary"),
            **place(lines),  # type: ignore[arg-type]
        )


def _items(cell: str) -> list[str]:
    """A cell's paragraphs, or the items of a list in it, each after a dash where nothing else is before it.

    >>> _items("<ul><li>จำนวนคู่มือ</li><li>ร้อยละผู้ใช้</li></ul>")
    ['- จำนวนคู่มือ', '- ร้อยละผู้ใช้']
    """
    items = [text for part in _LIST_ITEM.findall(cell) if (text := clean(part))]
    if len(items) < 2 or any(item.startswith("-") or numbered(item).number for item in items):
        return tables.blocks(cell)
    return [f"- {item}" for item in items]


def measures(parts: Sequence[str]) -> list[str]:
    """Indicators that nothing but the layout parts: each begins a line or paragraph with what it measures.

    >>> measures(["ร้อยละของท่า", "ที่ตรงเวลา", "จำนวนครั้งที่แก้"])
    ['ร้อยละของท่าที่ตรงเวลา', 'จำนวนครั้งที่แก้']
    """
    groups: list[list[str]] = []
    for part in parts:
        if not groups or (_MEASURE.match(part) and not OPEN_END.search(groups[-1][-1])):
            groups.append([])
        groups[-1].append(part)
    return [text for group in groups if not NOTHING.match(text := join_wrapped(group))]


def _listed(text: str) -> list[str]:
    """The items of a run-in list, or the text as the only one."""
    before, items = enumerated(text)
    if not items and text.startswith("- "):
        return [item for item in _DASHES.split(text) if item]
    if not items:
        return [numbered(text).text] if text else []
    return [*filter(None, [before]), *(item.text for item in items)]


def codes(text: str) -> list[str]:
    """The criteria that a reference lists, by the framework that has most of them.

    >>> codes("HR ๑, ๒ (แผน ๓ ปี)"), codes("1.2, 6.4")
    (['HR1', 'HR2'], ['1.2', '6.4'])
    """
    known = [framework.load(name).codes(text) for name in framework.available()]
    return max(known, key=len, default=[])
