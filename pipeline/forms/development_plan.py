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
which carry over page breaks. See `plan_form` for the form, `plan_columns` for the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.forms import tables
from pipeline.forms.base import Form, Section, place
from pipeline.forms.lines import TextLine
from pipeline.forms.numbering import ancestors, enumerated, following, numbered
from pipeline.forms.passages import passages, row_passage
from pipeline.forms.plan_columns import Header, cell_at, header_of, is_foot, is_months, values_of
from pipeline.forms.plan_form import NOTHING, PlanForm, codes, is_labelled
from pipeline.forms.tables import Row
from pipeline.records import Activity, Plan, Record
from pipeline.thai import arabic_digits, squeeze

FAMILY = "development_plan"

_TITLE = re.compile(
    r"^(?:\(ร่าง\) ?)?แผน(?:พัฒนา|ปรับปรุง)(?:องค์(?:กร|การ)|คุณภาพการบริหารจัดการ(?:ภาครัฐ)?)"
    r" ?(?:\([^()]*\) ?)?หมวด(?:ที่)? ?[1-7]"
)
#: What stands above, or below, the form of a draft: "(ร่าง) แผนพัฒนา…", the category with the year.
_DRAFT_TITLE = re.compile(r"^\(?ร่าง\)? ?แผน|^หมวด(?:ที่)? ?[1-7](?!\d).*ประจำปี")
_GROUP = re.compile(r"^กิจกรรม(?:หลัก)?(?:ที่)? ?\d")
_CODE = re.compile(r"^[A-Z]{2} ?\d{1,2}(?!\d)|\([A-Z]{2} ?\d{1,2}[^()]*\)|\((?:ข้อ ?)?[1-7]\.\d\)")
#: The criterion, with its level, that a step of a draft ends on.
TAG = re.compile(r"\((?P<number>[1-7]\.\d)(?: [A-Za-z, ]+)?\)")
_REMARK = re.compile(r"^หมายเหตุ")
_SUM = re.compile(r"^รวม(?:ทั้งสิ้น|ทั้งหมด|งบประมาณ|เงิน|เป็นเงิน)*$")
#: What a heading that is printed again on the next page ends on.
_CONTINUED = re.compile(r"\s*\(ต่อ\)$")


def _is_title(row: Row) -> bool:
    plain = arabic_digits(row.text)
    return not row.in_table and bool(_TITLE.match(plain) or _DRAFT_TITLE.match(plain))


def _heads_table(rows: Sequence[Row], at: int) -> bool:
    """Whether a plan's title stands here with the table of its steps right below, without a form between."""
    titled = not rows[at].tabular and bool(_TITLE.match(arabic_digits(rows[at].text)))
    return titled and any(header_of(row) for row in rows[at + 1 : at + 4])


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The first form's title or first label, if a table of steps with columns of its own follows."""
    rows = list(tables.rows(lines))
    named = next((at for at, row in enumerate(rows) if is_labelled(row, "name") or _heads_table(rows, at)), None)
    if named is None or not any(header_of(row) for row in rows[named:]):
        return
    above = range(max(named - 6, 0), named)
    titles = [at for at in above if _is_title(rows[at])]
    agencies = [at for at in above if is_labelled(rows[at], "agency")]
    first = rows[[*titles, *agencies, named][0]].lines[0].line.number
    yield next(at for at, line in enumerate(lines) if line.line.number == first)


# ------------------------------------------------------------------------------------------ the document


def parse(section: Section) -> Iterator[Record]:
    """Each plan, then its steps; what is neither form nor table becomes passages."""
    document = tables.document_text(section.lines)
    rest: list[TextLine] = []
    for sheet in _sheets(section, rest):
        reader = PlanForm(sheet.form, document)
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
    table: list[tuple[Row, Header]] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)

    @property
    def lines(self) -> list[TextLine]:
        lines = [*self.title, *(line for row in self.form for line in row.lines)]
        return sorted(lines, key=lambda line: line.line.number)


def _sheets(section: Section, rest: list[TextLine]) -> Iterator[_Sheet]:
    """The plans of a section. Lines outside of them are put into `rest`."""
    sheet: _Sheet | None = None
    title: list[TextLine] = []
    header: Header | None = None
    for row in tables.rows(section.lines):
        plain = arabic_digits(row.text)
        found = header_of(row)
        if found and title:  # a plan without a form
            if sheet:
                yield sheet
            sheet, title, header = _Sheet(title), [], found
        elif found and sheet:
            header, title = found, []
        elif is_months(row) or (header and is_foot(row, header)):
            continue
        elif is_labelled(row, "agency", "name") and (sheet is None or header):
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


def tagged(activities: Sequence[Activity]) -> list[str]:
    """The criteria that steps refer to, in order, each once."""
    return list(dict.fromkeys(ref for a in activities for ref in (a.criteria_ref or "").split(", ") if ref))


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
            values, offset = values_of(row, header, offset)
            first, number, group = (cell_at(row, header.columns.get(name)) for name in ("activity", "number", "group"))
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


FORM = Form(FAMILY, find, parse, markup=True)
