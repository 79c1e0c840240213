"""The organisation development plan (แผนพัฒนาองค์การ): one form a plan, then the table of its steps.

The form, two columns of "label : value", as a table or line by line:

    ส่วนราชการ
    ชื่อแผนพัฒนาองค์กร        เมื่อเทียบกับเกณฑ์ (อ้างอิงเลขข้อของเกณฑ์ที่ยังไม่ผ่านเกณฑ์)
    หมวด                     หน่วยงาน
    วัตถุประสงค์               งบประมาณ
    ตัวชี้วัดหลักของแผนงาน      ระยะเวลาดำเนินการ
    รายละเอียดโดยย่อ           วันที่จัดทำ

The table, its header and a row of months repeated on each page:

    กิจกรรม/ขั้นตอน | ระยะเวลา | เริ่มต้น | สิ้นสุด | ปีงบประมาณ (a bar chart) | ผลผลิต | ผู้รับผิดชอบ | ผู้เกี่ยวข้อง | งบประมาณ | หมายเหตุ

Its rows are steps ๑. ๑.๑ ๑.๑.๑ under headings (กิจกรรมที่ ๑ …, a criterion's code, or a number of the level above),
which carry over page breaks. The first columns keep their places; those after the chart may stand to the left
or right of their headers, so that what a cell says helps to tell which column it is of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pipeline import framework
from pipeline.forms import tables
from pipeline.forms.base import Form, Section, fiscal_year_of, place
from pipeline.forms.lines import TextLine
from pipeline.forms.numbering import ancestors, enumerated, following, numbered
from pipeline.forms.passages import passages, row_passage
from pipeline.forms.tables import Row, clean
from pipeline.forms.wording import OPEN_END
from pipeline.records import Activity, Plan, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "development_plan"

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
#: The headers of the table.
COLUMNS: Mapping[str, str] = {
    "number": r"(?:ลำดับ(?:ที่)?|ที่|ข้อ|No\.?)$",
    "group": "หมวด|เกณฑ์|ประเด็น|หัวข้อ|โอกาสในการ|OFI",
    "activity": "(?:กิจกรรม|ขั้นตอน|แนวทางการ(?:ดำเนิน|พัฒนา|ปรับปรุง)|วิธีดำเนินการ)",
    "duration": "ระยะเวลา",
    "start": "(?:วัน|เดือน)?(?:ที่)?เริ่ม",
    "end": "(?:วัน|เดือน)?(?:ที่)?(?:สิ้นสุด|แล้วเสร็จ)",
    "output": "(?:ผลผลิต|ดัชนี|ผลลัพธ์|เป้าหมาย|ตัวชี้วัด)",
    "responsible": "(?:หน่วยงาน)?(?:ที่|ผู้)?รับผิดชอบ|เจ้าภาพ",
    "involved": "(?:หน่วยงาน)?(?:ที่|ผู้)?(?:มีส่วน)?เกี่ยวข้อง|ผู้มีส่วน|(?:ผู้|หน่วยงาน)สนับสนุน",
    "budget": "งบประมาณ|วงเงิน",
    "remark": "หมายเหตุ",
}
#: The columns that keep to their headers, and those that stray.
LEADING = ("activity", "duration", "start", "end")
TRAILING = ("output", "responsible", "involved", "budget", "remark")
#: Columns that a table must have to be one of steps, beside the activity.
_ENOUGH = 2

_TITLE = re.compile(
    r"^(?:\(ร่าง\) ?)?แผน(?:พัฒนา|ปรับปรุง)(?:องค์(?:กร|การ)|คุณภาพการบริหารจัดการ(?:ภาครัฐ)?)"
    r" ?(?:\([^()]*\) ?)?หมวด(?:ที่)? ?[1-7]"
)
#: What stands above, or below, the form of a draft: "(ร่าง) แผนพัฒนา…", the category with the year.
_DRAFT_TITLE = re.compile(r"^\(?ร่าง\)? ?แผน|^หมวด(?:ที่)? ?[1-7](?!\d).*ประจำปี")
#: The head of a chart of months or years, which has no text of its own or names the year.
_CHART = re.compile(r"^$|^(?:ปี(?:งบประมาณ)?|แผนการดำเนิน(?:งาน|การ)|เดือน|ไตรมาส|Q ?\d)")
_LABELS = {name: re.compile(rf"(?:{words})(?: ?\([^()]*\))?") for name, words in FIELDS.items()}
_ANY_LABEL = re.compile(
    r"(?:^|(?<=\s))(?:" + "|".join(f"(?P<{name}>{words})" for name, words in FIELDS.items()) + r")(?: ?\([^()]*\))? ?:"
)
_NOTE = re.compile(r"\(?อ้างอิงเลข[^()]*\)?")
_MONTH = re.compile(
    r"^(?:ม\.?ค|ก\.?พ|มี\.?ค|เม\.?ย|พ\.?ค|มิ\.?ย|ก\.?ค|ส\.?ค|ก\.?ย|ต\.?ค|พ\.?ย|ธ\.?ค|Q ?[1-4]|ไตรมาส)[. \d]*$"
)
#: What is left of a chart's bars.
_BAR = re.compile(r"^[^0-9A-Za-zก-๙]*$|^\}")
_GROUP = re.compile(r"^กิจกรรม(?:หลัก)?(?:ที่)? ?\d")
_CODE = re.compile(r"^[A-Z]{2} ?\d{1,2}(?!\d)|\([A-Z]{2} ?\d{1,2}[^()]*\)|\((?:ข้อ ?)?[1-7]\.\d\)")
_LIST_ITEM = re.compile(r"<li\b[^<>]*>(.*?)(?=</?li\b|</?[ou]l\b|$)", re.IGNORECASE)
#: The criterion, with its level, that a step of a draft ends on.
TAG = re.compile(r"\((?P<number>[1-7]\.\d)(?: [A-Za-z, ]+)?\)")
#: What stands in a field that is left open.
NOTHING = re.compile(r"^[-–.\s]*$")
_MEASURE = re.compile(r"^(?:[-–•] ?|\(?\d{1,2}[.)] ?)?(?:ร้อยละ|ระดับ|จำนวน|อัตรา|คะแนน|สัดส่วน)")
_DASHES = re.compile(r"(?:^|\s+)- (?=[^\d๐-๙])")
_REMARK = re.compile(r"^หมายเหตุ")
_SUM = re.compile(r"^รวม(?:ทั้งสิ้น|ทั้งหมด|งบประมาณ|เงิน|เป็นเงิน)*$")
#: What a heading that is printed again on the next page ends on.
_CONTINUED = re.compile(r"\s*\(ต่อ\)$")
_CATEGORY = re.compile(r"หมวด(?:ที่)? ?([1-7])(?!\d)")
_NUMBER = re.compile(r"([1-7])(?![\d.])")
_AMOUNT = re.compile(r"^(?:-|–|ไม่มี|ไม่ใช้งบประมาณ|[\d,]+(?:\.\d+)?(?: ?(?:บาท|ลบ\.|ล้านบาท))?)$")
_UNIT = re.compile(
    r"^[-–] ?(?=\S)?(?:{0})|^(?:{0})".format(
        r"สำนัก|ส\.|กลุ่ม(?!ผู้(?:รับ|ใช้|มีส่วน)|เป้าหมาย)|คณะ|กอง|ฝ่าย|ศูนย์|หน่วย|ทุก|ผู้บริหาร|ผู้อำนวยการ|ผู้รับผิดชอบ|ผู้ที่|กพร|ก\.พ\.ร|เจ้าหน้าที่|บุคลากร"
        r"|ข้าราชการ|เลขา|อธิบดี|สถาบัน|กรม|งาน(?=[ก-๙]+$)"
    )
)
_EVERYONE = re.compile(r"^[-–]? ?(?:ทุก|ผู้บริหาร|บุคลากร|ข้าราชการ|ประชาชน|ผู้รับบริการ|ผู้เกี่ยวข้อง)")


def _is_title(row: Row) -> bool:
    plain = arabic_digits(row.text)
    return not row.in_table and bool(_TITLE.match(plain) or _DRAFT_TITLE.match(plain))


def _heads_table(rows: Sequence[Row], at: int) -> bool:
    """Whether a plan's title stands here with the table of its steps right below, without a form between."""
    titled = not rows[at].tabular and bool(_TITLE.match(arabic_digits(rows[at].text)))
    return titled and any(_header(row) for row in rows[at + 1 : at + 4])


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The first form's title or first label, if a table of steps with columns of its own follows."""
    rows = list(tables.rows(lines))
    named = next((at for at, row in enumerate(rows) if _labels(row, "name") or _heads_table(rows, at)), None)
    if named is None or not any(_header(row) for row in rows[named:]):
        return
    above = range(max(named - 6, 0), named)
    titles = [at for at in above if _is_title(rows[at])]
    agencies = [at for at in above if _labels(rows[at], "agency")]
    first = rows[[*titles, *agencies, named][0]].lines[0].line.number
    yield next(at for at, line in enumerate(lines) if line.line.number == first)


# ------------------------------------------------------------------------------------------ the document


def parse(section: Section) -> Iterator[Record]:
    """Each plan, then its steps; what is neither form nor table becomes passages."""
    document = tables.document_text(section.lines)
    rest: list[TextLine] = []
    for sheet in _sheets(section, rest):
        reader = _PlanForm(sheet.form, document)
        plan = reader.plan(sheet.title, sheet.lines)
        plan.plan_id = f"plan {sheet.lines[0].line.number}"
        activities = list(_Steps(section, sheet, plan, document).activities())
        plan.criteria_refs = plan.criteria_refs or tagged(activities)
        if section.within and plan.budget and NOTHING.match(plan.budget):  # a draft's dash: not known yet
            plan.budget = None
        yield plan
        for activity in activities:
            activity.plan_id, activity.plan_name = plan.plan_id, plan.name
            activity.agency, activity.fiscal_year = plan.agency, plan.fiscal_year
            yield activity
        for row in sheet.notes:
            yield from row_passage(row)
    yield from passages(rest)


@dataclass(slots=True)
class _Sheet:
    """The rows of one plan: its title, its form, and its table rows with the columns they stand under."""

    title: list[TextLine]
    form: list[Row] = field(default_factory=list)
    table: list[tuple[Row, _Header]] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)

    @property
    def lines(self) -> list[TextLine]:
        lines = [*self.title, *(line for row in self.form for line in row.lines)]
        return sorted(lines, key=lambda line: line.line.number)


def _sheets(section: Section, rest: list[TextLine]) -> Iterator[_Sheet]:
    """The plans of a section. Lines outside of them are put into `rest`."""
    sheet: _Sheet | None = None
    title: list[TextLine] = []
    header: _Header | None = None
    for row in tables.rows(section.lines):
        plain = arabic_digits(row.text)
        found = _header(row)
        if found and title:  # a plan without a form
            if sheet:
                yield sheet
            sheet, title, header = _Sheet(title), [], found
        elif found and sheet:
            header, title = found, []
        elif _is_months(row) or (header and _is_foot(row, header)):
            continue
        elif _labels(row, "agency", "name") and (sheet is None or header):
            if sheet:
                yield sheet
            sheet, title, header = _Sheet(title, [row]), [], None
        elif not row.tabular and (_TITLE.match(plain) or (title and plain.startswith("ประจำปี"))):
            title += row.lines
        elif not header and not row.in_table and _DRAFT_TITLE.match(plain):
            (sheet.title if sheet else title).extend(row.lines)
        elif title and row.tabular:  # the head of a form set as a table
            rest += row.lines
        elif sheet is None or title:
            rest += [*title, *row.lines]
            title = []
        elif not header and not _GROUP.match(plain) and not plain.startswith("กิจกรรม/"):
            sheet.form.append(row)
        elif header and row.in_table:
            sheet.table.append((row, header))
        elif header and (_GROUP.match(plain) or _CODE.match(plain)):  # a heading across all columns
            across = ("",) * header.columns["activity"]
            sheet.table.append((Row((*across, *row.cells), row.lines), header))
        else:
            if not _REMARK.match(plain):
                section.warn("a line among the steps is none of them", row.lines[0])
            sheet.notes.append(row)
    if sheet:
        if not header:
            section.warn("a plan without a table of steps", sheet.lines[0])
        yield sheet
    rest += title


def _labels(row: Row, *names: str) -> bool:
    """Whether a row begins with the label of one of the fields."""
    label = _label(row.cells[0])
    return label is not None and label[0] in names


@dataclass(frozen=True, slots=True)
class _Header:
    """The head of a table: where its columns stand, and of how many; whether a chart stands among them."""

    columns: Mapping[str, int]
    width: int
    charted: bool

    def holds(self, row: Row) -> bool:
        """Whether the cells of a row stand under their headers. Those of a chart are lost or added in reading, unless
        the row is as wide as its header and marks its cells otherwise than by tabs."""
        as_wide = len(row.cells) == self.width and row.lines[0].cell is None and "\t" not in row.lines[0].line.text
        return not self.charted or as_wide


def _header(row: Row) -> _Header | None:
    """The columns a header row names; None for any other row."""
    if not row.tabular:
        return None
    columns: dict[str, int] = {}
    texts = [squeeze(clean(cell)) for cell in row.cells]
    for index, text in enumerate(texts):
        for name, words in COLUMNS.items():
            if name not in columns and 0 < len(text) < 60 and re.match(words, text):
                columns[name] = index
                break
    if "activity" not in columns or len(set(columns) - {"number", "group", "activity"}) < _ENOUGH:
        return None
    between = range(min(columns.values()), max(columns.values()))
    charted = any(at not in columns.values() and _CHART.match(texts[at]) for at in between)
    return _Header(columns, len(row.cells), charted)


def _is_foot(row: Row, header: _Header) -> bool:
    """Whether a row is a page's foot: words and a bare number, nothing of the table's other columns."""
    filled = [text for cell in row.cells if (text := clean(cell))]
    return len(filled) == 2 and arabic_digits(filled[1]).isdigit() and len(row.cells) < min(header.width, 4)


def _is_months(row: Row) -> bool:
    cells = [arabic_digits(squeeze(clean(cell))) for cell in row.cells]
    months = sum(1 for cell in cells if _MONTH.match(cell))
    return months >= 3 and not any(cell for cell in cells if not _MONTH.match(cell))


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


# ------------------------------------------------------------------------------------------ the form


class _PlanForm:
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


def tagged(activities: Sequence[Activity]) -> list[str]:
    """The criteria that steps refer to, in order, each once."""
    return list(dict.fromkeys(ref for a in activities for ref in (a.criteria_ref or "").split(", ") if ref))


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


# ------------------------------------------------------------------------------------------ the table


@dataclass(slots=True)
class _Entry:
    """A row of the table in the making: its first cell and its values, with more rows that belong to it."""

    text: str
    cell: str
    values: dict[str, str | None]
    lines: list[TextLine]
    heads: bool = False  # it is a cell that several rows share, and stands above them
    more: list[tuple[dict[str, str | None], tuple[TextLine, ...]]] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        return any(self.values.values())


@dataclass(slots=True)
class _Heading:
    """A heading that steps stand under: its text, its number if it has one, the criterion it names."""

    text: str
    number: str | None
    code: str | None


class _Steps:
    """Reads the table of one plan."""

    def __init__(self, section: Section, sheet: _Sheet, plan: Plan, document: str) -> None:
        self._section = section
        self._sheet = sheet
        self._plan = plan
        self._document = document
        self._group: _Heading | None = None
        self._sub: _Heading | None = None
        self._last: str | None = None

    def activities(self) -> Iterator[Activity]:
        """The steps in order, each with the heading it stands under."""
        entries = [part for entry in self._entries() for part in self._parted(entry)]
        for at, entry in enumerate(entries):
            after = numbered(entries[at + 1].text).number if at + 1 < len(entries) else None
            yield from self._entry(entry, after)

    # -- rows to entries

    def _entries(self) -> list[_Entry]:
        """Rows of all pages as entries; a row without a first cell belongs to the entry before it."""
        entries: list[_Entry] = []
        offset = 0.0
        for row, header in self._sheet.table:
            values, offset = _values(row, header, offset)
            first, number, group = (_at(row, header.columns.get(name)) for name in ("activity", "number", "group"))
            text = self._mended(first)
            if group and (heading := self._mended(group)):
                entries.append(_Entry(heading, group, dict.fromkeys(values), list(row.lines), heads=True))
            if text and number and numbered(text).number is None and (counted := numbered(f"{number}.").number):
                text = f"{counted}. {text}"
            if _REMARK.match(text) or _SUM.match(text):
                self._sheet.notes.append(row)
            elif text:
                entries.append(_Entry(text, first, values, list(row.lines)))
            elif entries and any(values.values()):
                entries[-1].more.append((values, row.lines))
            elif any(values.values()):
                self._section.warn("a table row belongs to no step", row.lines[0])
                self._sheet.notes.append(row)
        return entries

    def _parted(self, entry: _Entry) -> Iterator[_Entry]:
        """An entry as the several that its cell may hold, each with the row of values that is its own."""
        bodies = [(entry.values, list(entry.lines)), *((values, list(lines)) for values, lines in entry.more)]
        before, items = enumerated(entry.text)
        if len(bodies) > 1 and before and self._is_heading(before, entry.cell) and len(items) + 1 <= len(bodies):
            texts = [before, *(f"{item.number}. {item.text}" for item in items)]
            heads = bodies[: len(texts)]
            for values, lines in bodies[len(texts) :]:
                heads[-1] = (_joined(heads[-1][0], values), heads[-1][1] + lines)
            for text, (values, lines) in zip(texts, heads, strict=True):
                yield _Entry(text, text, values, lines)
            return
        parts = _unnumbered_items(entry.cell)
        owners = tables.blocks(entry.values["responsible"] or "") + [v["responsible"] or "" for v, _ in bodies[1:]]
        if len(parts) > 1 and len(parts) == len(owners):
            for text, owner in zip(parts, owners, strict=True):
                lines = [line for _, body in bodies for line in body]
                yield _Entry(self._mended(text), text, {**entry.values, "responsible": owner}, lines)
            return
        for values, lines in bodies[1:]:
            entry.values = _joined(entry.values, values)
            entry.lines += lines
        yield entry

    # -- entries to activities

    def _entry(self, entry: _Entry, after: str | None) -> Iterator[Activity]:
        """The activity of an entry, if it is more than a heading."""
        number, text = numbered(entry.text)
        if entry.heads:
            self._group = _Heading(entry.text, None, next(iter(codes(entry.text)), None))
            self._sub = self._last = None
            return
        if split := _fused_heading(entry.text, after):
            head, number, text = split
            self._open(head, entry)
        elif self._is_heading(entry.text, entry.cell) or (
            not entry.filled and (number is None or after == f"{number}.1")
        ):
            self._open(entry.text, entry)
            if not entry.filled:
                return
        elif self._sub and self._sub.number and number and number.partition(".")[0] != self._sub.number:
            self._sub = None
        if number != self._last:
            self._check_order(number, entry)
        above = self._sub or self._group
        yield Activity(
            group=above.text if above else None,
            criteria_ref=tags(text) or (self._sub and self._sub.code) or (self._group and self._group.code) or None,
            step_no=number,
            text=text,
            **{name: self._mended(value) or None for name, value in entry.values.items() if value},  # type: ignore[arg-type]
            **place(entry.lines),  # type: ignore[arg-type]
        )

    def _open(self, text: str, entry: _Entry) -> None:
        """A heading opens: of the upper level, unless it is numbered like the steps under it."""
        text = _CONTINUED.sub("", text)
        number = numbered(text).number
        heading = _Heading(text, number, self._code(text))
        if number:
            self._check_order(number, entry)
            self._sub = heading
        elif self._group is None or squeeze(self._group.text) != squeeze(text):
            self._group, self._sub, self._last = heading, None, None

    def _is_heading(self, text: str, cell: str) -> bool:
        plain = arabic_digits(text)
        return bool(_GROUP.match(plain) or _CODE.search(plain)) or tables.is_bold(cell)

    def _code(self, text: str) -> str | None:
        """The criterion that a heading names. Misread letters are settled by the plan's own list of criteria."""
        found = _CODE.search(arabic_digits(text))
        if not found:
            return None
        if known := codes(found[0]):
            return known[0]
        digits = re.search(r"\d+", found[0])
        alike = [ref for ref in self._plan.criteria_refs if digits and re.sub(r"\D", "", ref) == digits[0]]
        return alike[0] if len(alike) == 1 else None

    def _check_order(self, number: str | None, entry: _Entry) -> None:
        """Warn where the numbers of steps leap: a page may be missing."""
        if number and self._last and number != following(self._last):
            ups = [following(up) for up in ancestors(self._last)]
            if number not in (f"{self._last}.1", "1", "1.1", *ups):
                name = f"“{self._plan.name}”: " if self._plan.name else ""
                self._section.warn(f"{name}step {number} follows {self._last}, some may be missing", entry.lines[0])
        self._last = number or self._last

    def _mended(self, cell: str) -> str:
        return tables.cell_text(cell, self._document)


def tags(text: str) -> str | None:
    """The criteria in brackets at a step's end, each with the levels it is to reach; None where there are none.

    >>> tags("ทบทวนช่องทาง (3.1 Significance) (๓.๓ Advance)"), tags("ข้อ 3.1 ของแบบ")
    ('3.1, 3.3', None)
    """
    refs = [found["number"] for found in TAG.finditer(arabic_digits(text))]
    return ", ".join(dict.fromkeys(refs)) or None


def _fused_heading(text: str, after: str | None) -> tuple[str, str, str] | None:
    """A heading that shares its cell with its first step: the heading, and the step's number and text.

    So it is where the cell says ๑. … ๑.๑ … and the next row goes on with ๑.๒.
    """
    number = numbered(text).number
    if not number or not after or after != f"{number}.2":
        return None
    found = re.search(rf"(?<=\s){re.escape(number)}\.1\.?(?![.\d])\s*", arabic_digits(text))
    if not found:
        return None
    return text[: found.start()].strip(), f"{number}.1", text[found.end() :]


def _unnumbered_items(cell: str) -> list[str]:
    """The items of a cell whose paragraphs are heads with lists of dashes, each head with its list."""
    items: list[str] = []
    for block in tables.blocks(cell):
        if numbered(block).number:
            return []
        if block.startswith("-") and items:
            items[-1] += f" {block}"
        else:
            items.append(block)
    return items


def _joined(values: Mapping[str, str | None], more: Mapping[str, str | None]) -> dict[str, str | None]:
    """Two rows' values as one: what the second adds stands after what the first says."""
    return {
        name: " ".join(filter(None, [value, more[name]])) if more[name] != value else value
        for name, value in values.items()
    } | {"budget": values["budget"] or more["budget"]}


# ------------------------------------------------------------------------------------------ columns


def _at(row: Row, column: int | None) -> str:
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def _values(row: Row, header: _Header, offset: float) -> tuple[dict[str, str | None], float]:
    """A row's values by field, and how far its last columns stand from their headers (in columns)."""
    columns = header.columns
    values: dict[str, str | None] = dict.fromkeys((*LEADING[1:], *TRAILING[:-1]))
    for name in LEADING[1:]:
        values[name] = clean(_at(row, columns.get(name))) or None
    if header.holds(row):
        cells_held = {name: _at(row, columns.get(name)) for name in TRAILING[:-1]}
        return values | {name: cell if clean(cell) else None for name, cell in cells_held.items()}, 0.0
    fields = [name for name in TRAILING if name in columns]
    if not fields:
        return values, offset
    chart_end = min(columns[name] for name in fields) - 2
    lead_end = max(columns[name] for name in LEADING if name in columns)
    cells = [
        (index, cell)
        for index, cell in enumerate(row.cells)
        if index > lead_end and clean(cell) and not _is_bar(clean(cell), index > chart_end)
    ]
    cells = [(index, cell) for index, cell in cells if index > chart_end][-len(fields) :]
    best: tuple[float, tuple[str, ...]] = (float("-inf"), ())
    for chosen in combinations(fields, len(cells)):
        strays = [index - columns[name] for (index, _), name in zip(cells, chosen, strict=True)]
        score = sum(_fit(clean(cell), name) for (_, cell), name in zip(cells, chosen, strict=True))
        if strays:
            score -= 0.6 * (max(strays) - min(strays)) + 0.3 * abs(strays[-1] - offset)
        best = max(best, (score, chosen), key=lambda pair: pair[0])
    for (index, cell), name in zip(cells, best[1], strict=True):
        if name in values:
            values[name] = cell
            offset = index - columns[name]
    if values["responsible"] == "ผู้รับผิดชอบ" and values["involved"] and not _UNIT.match(values["involved"]):
        values["responsible"] += f" {values['involved']}"
        values["involved"] = None
    return values, offset


def _is_bar(text: str, after_chart: bool) -> bool:
    return bool(_BAR.match(arabic_digits(text))) and not (after_chart and text in ("-", "–"))


def _fit(text: str, name: str) -> float:
    """How well a text suits a column, by what it says."""
    plain = arabic_digits(text)
    if _AMOUNT.match(plain):
        return 3.0 if name == "budget" else -1.0
    unit, everyone = bool(_UNIT.match(plain)), bool(_EVERYONE.match(plain))
    match name:
        case "output":
            return -2.0 if unit else 2.0
        case "responsible":
            return (2.0 if unit else -1.0) - (1.5 if everyone else 0.0)
        case "involved":
            return (1.0 if unit else -1.0) + (1.0 if everyone else 0.0)
        case _:
            return -3.0


FORM = Form(FAMILY, find, parse, markup=True)
