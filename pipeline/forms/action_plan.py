"""The action plan of a strategy (แผนปฏิบัติการ): projects, each on a form under the headings it belongs to.

    ยุทธศาสตร์ที่ 1 …  ›  กลยุทธ์ที่ 1.1 …  ›  แผนงานที่ 1.1.1 …  ›  โครงการที่ 1 …, or โครงการ … where there is but one

    หลักการและเหตุผล          prose
    วัตถุประสงค์               a list or a sentence
    กิจกรรม                   a list or a table, in some
    กลุ่มเป้าหมาย
    ตัวชี้วัด                   a list, or several groups ตัวชี้วัดที่ 1, ตัวชี้วัดที่ 2
    เป้าหมาย                  a table: ผลผลิต | ผลลัพธ์
    ระยะเวลาดำเนินการ เริ่มต้น … สิ้นสุด …
    เกณฑ์การให้คะแนน          a table: ระดับคะแนน | เกณฑ์การให้คะแนน, the levels 1, 3 and 5
    หมายเหตุ                  in some
    ผู้รับผิดชอบ                units, each with its bureau

Headings are repeated above every form; several project headings above one form share it. Where each of them has
an indicator group and a scoring table of its own, the n-th is the n-th project's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.forms import tables
from pipeline.forms.base import Form, Section, place
from pipeline.forms.lines import TextLine
from pipeline.forms.misreadings import dropped_consonants, misreadings, settled
from pipeline.forms.numbering import enumerated, numbered, without_bullet
from pipeline.forms.passages import passages, row_passage
from pipeline.forms.tables import Row, clean
from pipeline.records import Plan, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "action_plan"

#: Headings, from the highest down. A number ends where the title begins.
HEADINGS: Mapping[str, re.Pattern[str]] = {
    "strategy": re.compile(r"^(?:ประเด็น)?ยุทธศาสตร์ที่ ?(?P<number>\d+)[ :]+(?P<title>\S.*)$"),
    "tactic": re.compile(r"^กลยุทธ์ที่ ?(?P<number>\d+(?:\.\d+)*)[ :]+(?P<title>\S.*)$"),
    "programme": re.compile(r"^แผนงาน(?:ที่ ?(?P<number>\d+(?:\.\d+)*)[ :]+| ?: ?)(?P<title>\S.*)$"),
    "project": re.compile(
        r"^(?:โครงการ(?:ที่ ?(?P<number>\d+))?[ :]+|(?:\d{1,2}[.)] ?)?ชื่อโครงการ ?:? )(?P<title>(?!\d+\.\d)\S.*)$"
    ),
}
_ENDS = r"(?: ?:| ?$)"
#: Labels of the form, which may be numbered. What follows on the line is the field's.
LABELS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"^(?:\d{{1,2}}[.)] ?)?{words}")
    for name, words in {
        "rationale": rf"(?:หลักการและเหตุผล|ความเป็นมา(?:และความสำคัญ)?){_ENDS}",
        "objective": rf"(?:วัตถุประสงค์|จุดประสงค์)(?:ของโครงการ)?{_ENDS}",
        "activities": rf"(?:กิจกรรม(?:และการกำหนด.*|/ขั้นตอน.*)?(?:การดำเนินการ)?|วิธี(?:การ)?ดำเนิน(?:การ|งาน)){_ENDS}",
        "target_group": rf"กลุ่มเป้าหมาย{_ENDS}",
        "kpis": rf"ตัวชี้วัด(?:ความสำเร็จ|โครงการ|ของโครงการ)*(?:ที่ ?(?P<number>\d+))?{_ENDS}",
        "goals": rf"เป้าหมาย ?(?:\(.*\))?{_ENDS}",
        "period": r"ระยะเวลา(?:การ)?(?:ดำเนินการ|ดำเนินงาน|ดำเนินโครงการ) ?:?",
        "scoring": rf"เกณฑ์การให้คะแนน(?:/การดำเนินการ)?{_ENDS}",
        "remark": r"หมายเหตุ ?:?",
        "budget": rf"งบประมาณ(?:{_ENDS}| (?=[\d,.]+ (?:ล้าน)?บาท|ไม่))",
        "responsible": rf"(?:หน่วยงาน(?:ที่)?|ผู้)รับผิดชอบ(?:โครงการ|หลัก)?{_ENDS}",
    }.items()
}
_PERIOD = re.compile(r"เริ่มต้น ?(?P<start>.+?) ?สิ้นสุด ?(?P<end>.+)$")
#: A running footer that looks like a heading: a strategy's number and an abbreviation.
_FOOTER = re.compile(r"^ยุทธศาสตร์ที่ ?\d+ [ก-๙]{1,4}\.$")
#: The second head of a table that a field holds.
_TABLE_HEAD = re.compile(r"^(?:ค่า)?(?:เป้าหมาย|น้ำหนัก)$|^หน่วย(?:นับ|วัด)$")
_GOAL_HEADS = re.compile(r"^(?:ผลผลิต|ผลลัพธ์)$")
_SCORING_HEADS = re.compile(r"^(?:ระดับ)?(?:คะแนน|ความสำเร็จ)?$")
_LEVEL = re.compile(r"^(?:ระดับ(?:ที่)?)?(?P<level>[1-5])$")
#: An indicator that ends so is cut in two: its figure comes next.
_WANTS_FIGURE = re.compile(r"(?:อย่างน้อย|ไม่น้อยกว่า|ไม่ต่ำกว่า|ไม่เกิน|มากกว่า|น้อยกว่า|จำนวน|ร้อยละ)$")
_UNIT = re.compile(r"^(?:[-–] ?|\(?\d+[.)] ?)?(?:กลุ่ม|สำนัก|คณะ|กอง|ฝ่าย|ศูนย์|หน่วย|สถาบัน|กรม|งาน|ส่วน|ผู้)")
#: Lines after a project's heading in which its form must begin.
_SOON = 12


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The first heading above the first project that a form follows."""
    for at, line in enumerate(lines):
        if _heading(line) != "project" or line.cell is not None:
            continue
        below = tables.rows(lines[at + 1 : at + _SOON])
        if any(_field(row)[0] in ("rationale", "objective") for row in below):
            above = [i for i in range(max(at - _SOON, 0), at) if _heading(lines[i])]
            if any(_heading(lines[i]) != "project" for i in above):
                yield above[0]
                return


def _heading(line: TextLine) -> str | None:
    """The level of the heading that a line is, None for any other line."""
    if "\t" in line.line.text:
        return None
    plain = without_bullet(arabic_digits(clean(line.text)))
    return next((level for level, pattern in HEADINGS.items() if pattern.match(plain)), None)


def _field(row: Row) -> tuple[str | None, re.Match[str] | None]:
    """The field whose label a line is, or the first of two cells, with the match."""
    if len(row.filled) > 2:
        return None, None
    plain = arabic_digits(clean(row.cells[0]))
    for name, pattern in LABELS.items():
        if found := pattern.match(plain):
            return name, found
    return None, None


def _is_label(line: TextLine) -> bool:
    return _field(Row((line.text,), (line,)))[0] is not None


# ------------------------------------------------------------------------------------------ the document


@dataclass(slots=True)
class _Project:
    """A project's heading, with the programme it stands under."""

    programme_no: str | None
    programme: str | None
    number: str | None
    name: str
    lines: list[TextLine]

    @property
    def plan_no(self) -> str | None:
        if self.programme_no is None:
            return self.number
        return f"{self.programme_no}/{self.number}" if self.number else self.programme_no


@dataclass(slots=True)
class _Sheet:
    """One form: the projects above it, and its fields as the rows that stand under each label."""

    projects: list[_Project] = field(default_factory=list)
    fields: list[tuple[str, int | None, list[Row]]] = field(default_factory=list)

    def rows(self, name: str, number: int | None = None) -> list[Row]:
        """The rows under a label; with a number, under the first so numbered."""
        found = [rows for label, nth, rows in self.fields if label == name and (number is None or nth == number)]
        return [row for rows in (found if number is None else found[:1]) for row in rows]


def parse(section: Section) -> Iterator[Record]:
    """A plan for each project; rationale, activities and remarks become passages."""
    document = tables.document_text(section.lines)
    rest: list[Row] = []
    for sheet in _sheets(section, rest):
        if not sheet.fields:
            section.warn("a project without a form", sheet.projects[0].lines[0])
        readings = _misreadings(sheet, document)
        for wrong, right in readings.items():
            section.warn(f"“{wrong}” is read as “{right}”", sheet.projects[0].lines[0])
        for project in sheet.projects:
            yield _settled(_plan(section, sheet, project), readings)
        for name, _, rows in sheet.fields:
            if name in ("rationale", "activities", "remark"):
                yield from _as_passages(rows)
    yield from _as_passages(rest)


def _as_passages(rows: Sequence[Row]) -> Iterator[Record]:
    prose: list[TextLine] = []
    for row in rows:
        if row.tabular:
            yield from passages(prose)
            prose = []
            yield from row_passage(row)
        else:
            prose += row.lines
    yield from passages(prose)


def _sheets(section: Section, rest: list[Row]) -> Iterator[_Sheet]:
    """The forms of a section. Rows outside of them are put into `rest`."""
    sheet = _Sheet()
    programme_no: str | None = None
    programme: str | None = None
    printed = (row for row in tables.rows(section.lines) if not _FOOTER.match(arabic_digits(row.text)))
    rows = list(tables.unwrapped(printed, _opens))
    at = 0
    over = False
    while at < len(rows):
        row = rows[at]
        level = _heading(row.lines[0]) if not row.tabular else None
        label, found = _field(row)
        at += 1
        over = over and not (level or label)
        if level:
            title, lines, at = _title(rows, at, level)
            if sheet.fields:
                yield sheet
                sheet = _Sheet()
            number = _match(level, row)["number"]
            if level == "programme":
                programme_no, programme = number, title
            elif level == "project":
                sheet.projects.append(_Project(programme_no, programme, number, title, lines))
        elif label and sheet.fields and row.tabular and _TABLE_HEAD.match(squeeze(clean(row.cells[-1]))):
            continue  # the head of a table within the field
        elif label and found and sheet.projects:
            number = found.groupdict().get("number")
            inline = [clean(row.cells[0])[found.end() :], *(b for cell in row.filled[1:] for b in tables.blocks(cell))]
            values = [Row((text.strip(),), row.lines) for text in inline if text.strip()]
            sheet.fields.append((label, int(number) if number else None, values))
        elif sheet.fields and not over and not _past_the_form(sheet, row):
            sheet.fields[-1][2].append(row)
        else:
            over = bool(sheet.fields)
            rest.append(row)
    if sheet.projects:
        yield sheet


def _match(level: str, row: Row) -> re.Match[str]:
    found = HEADINGS[level].match(without_bullet(arabic_digits(clean(row.text))))
    assert found is not None
    return found


def _title(rows: Sequence[Row], at: int, level: str) -> tuple[str, list[TextLine], int]:
    """A heading's title with the lines it wraps to, and the index after them; `at` is after its first."""
    first = rows[at - 1]
    text = without_bullet(clean(first.text))
    parts, lines = [text[_match(level, first).start("title") :]], list(first.lines)
    while at < len(rows) and not rows[at].tabular and _wraps(lines[-1], rows, at):
        parts.append(clean(rows[at].text))
        lines += rows[at].lines
        at += 1
    return join_wrapped(parts), lines, at


def _wraps(before: TextLine, rows: Sequence[Row], at: int) -> bool:
    """Whether a row below a heading belongs to its title: no heading and no label, and nothing blank in between.

    At the top of a page, which shows no gap, the title ends where a heading or a label comes next.
    """
    line = rows[at].lines[0]
    if _heading(line) or _is_label(line):
        return False
    if before.line.page == line.line.page:
        return line.gap == 0
    after = rows[at + 1].lines[0] if at + 1 < len(rows) and without_bullet(line.plain) == line.plain else None
    return after is not None and bool(_heading(after) or _is_label(after))


def _opens(row: Row, line: TextLine) -> bool:
    """Whether a heading or a label opens, though the line above is full: headings run on into labels, prose into
    headings; at the top of a page only prose of several lines does."""
    turned = row.lines[-1].line.page != line.line.page
    above = _heading(row.lines[0])
    if _heading(line):
        return bool(above) or (turned and len(row.lines) == 1)
    return _is_label(line) and (turned or not above)


def _past_the_form(sheet: _Sheet, row: Row) -> bool:
    """Whether the form is over: units are named, and a paragraph follows that is none."""
    name, _, rows = sheet.fields[-1]
    return name == "responsible" and bool(rows) and bool(row.lines[0].gap) and not _UNIT.match(arabic_digits(row.text))


# ------------------------------------------------------------------------------------------ the form


def _plan(section: Section, sheet: _Sheet, project: _Project) -> Plan:
    """The form's fields as one project's plan."""
    nth = sheet.projects.index(project) + 1
    scorings = _scorings(sheet)
    own = len(sheet.projects) > 1 and {number for number, _ in scorings} == set(range(1, len(sheet.projects) + 1))
    groups = sorted({number for name, number, _ in sheet.fields if name == "kpis" and number})
    if own:
        kpis = _kpis(sheet.rows("kpis", nth))
    elif groups:
        kpis = [kpi for number in groups for kpi in _kpis(sheet.rows("kpis", number))]
    else:
        kpis = _kpis(sheet.rows("kpis"))
    scoring = next((levels for number, levels in scorings if not own or number == nth), {})
    period = next(filter(None, (_PERIOD.search(row.text) for row in sheet.rows("period"))), None)
    whole_period = None if period else _text(sheet.rows("period"))
    outputs, outcomes = _goals(sheet.rows("goals"))
    form = [line for _, _, rows in sheet.fields for row in rows for line in row.lines]
    objective = _text(sheet.rows("objective"))
    responsible = _text(_owners(sheet, nth if own else None))
    found = {"objective": objective, "kpis": kpis, "scoring": scoring, "responsible": responsible}
    if sheet.fields and (missing := [name for name, value in found.items() if not value]):
        section.warn(f"project {project.plan_no}: no {', '.join(missing)} found", project.lines[0])
    return Plan(
        plan_no=project.plan_no,
        name=project.name,
        programme_name=project.programme,
        objective=objective,
        target_group=_text(sheet.rows("target_group")),
        responsible=responsible,
        kpis=kpis,
        outputs=outputs,
        outcomes=outcomes,
        scoring={level: clean(text) for level, text in scoring.items()},
        period=whole_period,
        start=period["start"] if period else None,
        end=period["end"] if period else None,
        budget=_text(sheet.rows("budget")),
        **place([*project.lines, *form]),  # type: ignore[arg-type]
    )


def _misreadings(sheet: _Sheet, document: str) -> dict[str, str]:
    """What to read for what in a form, by its own headings and by sentences it states twice."""
    headings = [text for project in sheet.projects for text in (project.name, project.programme) if text]
    texts = [text for _, _, rows in sheet.fields for row in rows for cell in row.cells for text in tables.blocks(cell)]
    return misreadings(headings, texts, document) | dropped_consonants(texts, document)


def _settled(plan: Plan, readings: dict[str, str]) -> Plan:
    if not readings:
        return plan
    plan.objective = settled(plan.objective, readings) if plan.objective else None
    plan.kpis, plan.outputs, plan.outcomes = (
        [settled(text, readings) for text in texts] for texts in (plan.kpis, plan.outputs, plan.outcomes)
    )
    plan.scoring = {level: settled(text, readings) for level, text in plan.scoring.items()}
    return plan


def _text(rows: Sequence[Row]) -> str | None:
    return " ".join(row.text for row in rows) or None


def _owners(sheet: _Sheet, nth: int | None) -> list[Row]:
    """The rows that name who is responsible: of the n-th block, if each project has its own."""
    blocks = [rows for name, _, rows in sheet.fields if name == "responsible" and rows]
    if not blocks:
        return []
    return blocks[min(nth or 1, len(blocks)) - 1]


def _kpis(rows: Sequence[Row]) -> list[str]:
    """The indicators of a list: numbered, dashed, or a paragraph each."""
    kpis: list[str] = []
    for row in rows:
        text = row.text
        if _GOAL_HEADS.match(text):
            continue
        number, bare = numbered(without_bullet(text))
        marked = number is not None or bare != text or row.tabular
        if kpis and (_WANTS_FIGURE.search(kpis[-1]) or not (marked or row.lines[0].gap)):
            kpis[-1] = f"{kpis[-1]} {without_bullet(text).strip()}"
        else:
            kpis.append(bare)
    return kpis


def _goals(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """Outputs and outcomes, from the table's two columns."""
    columns: tuple[list[str], list[str]] = ([], [])
    for row in rows:
        if not row.in_table or _GOAL_HEADS.match(squeeze(clean(row.cells[0]))):
            continue
        for column, cell in zip(columns, row.cells, strict=False):
            blocks = tables.blocks(cell)
            if blocks and all(numbered(block).number for block in blocks):  # a list that may go on within its lines
                blocks = [" ".join(blocks)]
            for block in blocks:
                before, items = enumerated(block)
                column += filter(None, [before, *(item.text for item in items)]) if items else [numbered(block).text]
    return columns


def _scorings(sheet: _Sheet) -> list[tuple[int | None, dict[str, str]]]:
    """The scoring tables, each with the number of the indicator group it stands under, and its levels."""
    found: list[tuple[int | None, dict[str, str]]] = []
    group: int | None = None
    for name, number, rows in sheet.fields:
        if name == "kpis":
            group = number
        inside, last = False, ""
        for row in rows:
            first = squeeze(arabic_digits(clean(row.cells[0])))
            if not row.tabular:
                inside = False
            elif _SCORING_HEADS.match(first) and len(row.cells) == 2:
                inside = True
            elif inside and (level := _LEVEL.match(first)):
                last = level["level"]
                if not found or last in found[-1][1] or found[-1][0] != group:
                    found.append((group, {}))
                found[-1][1][last] = row.cells[1]
            elif inside and not first and last:
                found[-1][1][last] += f" {row.cells[1]}"
    return found


FORM = Form(FAMILY, find, parse, markup=True)
