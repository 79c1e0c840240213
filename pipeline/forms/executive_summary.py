"""The executive summary: scores by category and year, issues not passed, examples of what to improve.

Table: หมวด | ปี 2563 | ปี 2564 | เพิ่มขึ้น/ลดลง, one row a category and คะแนนรวม. Lists: a heading
"หมวด N … ประเด็นที่ยังไม่ผ่าน" with numbered points, or "(ผ่านทุกข้อ)"; for category 7 the indicators that failed.
The lists may be a table, too: หมวด | … | ประเด็นที่ยังไม่ผ่าน.
Paragraphs: "หมวด N … ประเด็นที่ต้องปรับปรุง …".
The report repeats its summary in longer form, so the same list and table come twice: each is one record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz

from pipeline.forms.base import Form, Section, place
from pipeline.forms.lines import TextLine, by_column, number, table_rows
from pipeline.forms.numbering import enumerated
from pipeline.records import Finding, Record, Score
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "executive_summary"

_LANDMARK = re.compile(r"^(?:\d{1,2}\. ?)?บทสรุป(?:สำหรับ)?ผู้บริหาร ?$")
_CATEGORY = re.compile(
    r"^(?:\d{1,2}[.)] ?)?หมวด(?:ที่)? ?(?P<number>[1-7])(?![\d.–-])(?! ?[–-] ?(?:หมวด ?)?\d) ?(?P<title>.*)$"
)
#: Where one of several categories begins that a heading names, and what stands before the next.
_EACH = re.compile(r"(?:^|\W|และ)(?P<category>หมวด(?:ที่)? ?[1-7](?![\d.]))")
_JOINED = re.compile(r"[\s,/]*(?:และ|กับ)?\s*$")
_NOT_PASSED = re.compile(r"(?:ประเด็น|ข้อ(?:คำถาม|ย่อย)?|หัวข้อ|รายการ|เกณฑ์|ตัวชี้วัด)ที่ ?(?:ยัง)?ไม่ผ่าน|อยู่ในสถานะ(?:ที่)? ?ไม่ผ่าน")
_ALL_PASSED = re.compile(r"ผ่าน(?:เกณฑ์)?(?:ครบ)?ทุก(?:ข้อ|ประเด็น)")
_TO_IMPROVE = re.compile(
    r"(?:(?:ประเด็น|จุด|ข้อ|สิ่ง)ที่ ?(?:ยัง)?(?:ต้อง|ควร)(?:ปรับปรุง|พัฒนา)|โอกาสในการ(?:ปรับปรุง|พัฒนา)|ข้อควรปรับปรุง)\s*:?\s*"
)
_POINT = re.compile(r"^\(? ?(?P<number>\d{1,2}) ?[).](?!\d) ?(?P<text>\S.*)$")
#: How many points a heading announces.
_HOW_MANY = re.compile(r"จำนวน ?(\d{1,2}) ?(?:ข้อ|ประเด็น|รายการ|ตัวชี้วัด)")
#: What follows a heading whose points stand on its line.
_LISTS = re.compile(
    r"^[\s☒]*(?:มี)? ?(?:จำนวน ?\d+ ?(?:ข้อ|ประเด็น|รายการ|ตัวชี้วัด))? ?(?P<lead>ได้แก่|คือ)?(?:ดังนี้|ประกอบด้วย)?"
    r" ?:? ?(?P<rest>\S.*)$"
)
#: The head of a column that only the Feedback Report has.
_STRENGTH = re.compile(r"^จุด(?:แข็ง|เด่น)")
_DASHED = re.compile(r"^[-–•●] ?(?P<text>\S.*)$")
_NOTHING = re.compile(r"^[-–—.\s]*$|^ไม่มี$")
_YEARS = re.compile(r"(?:ปี|พ\.ศ\.)?\s*(25\d\d)")
_SCORE = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d+)?(?![\d.])")
#: Heads of columns that stand before those of the years.
_OTHER_FIGURES = re.compile(r"คะแนนเต็ม|น้ำหนัก|เป้าหมาย")
_FIGURES = re.compile(r"\s\d{1,3}(?:\.\d+)? +(?:\d{1,3}(?:\.\d+)?|[-–])(?:\s|$)")
#: A category in a table whose head says that they are.
_NUMBERED = re.compile(r"^(?P<number>[1-7])[.)]? (?P<title>[ก-๙].*)$")
_SCORE_HEAD = re.compile(r"^(?:(?:ลำดับ(?:ที่)?|ที่) )?หมวด\b.*25\d\d")
_TOTAL = re.compile(r"^(?:คะแนน(?:รวม|เฉลี่ย|ภาพรวม)|รวม(?:คะแนน)?|ภาพรวม)")
#: Words that open a new paragraph rather than go on with a point.
_PARAGRAPH = re.compile(
    r"^(?:ทั้งนี้|นอกจากนี้|อย่างไรก็ตาม|ดังนั้น|โดยสรุป|สรุป(?!ได้)|\(รายละเอียด|\(เอกสาร|แสดง(?:ข้อมูล|ดัง)|ส่วนที่ ?\d|ตาราง)"
)
#: Page numbers in the margin: Thai letters for the front matter, figures alone.
_FOLIO = re.compile(r"^(?:[ก-ฮ]|\d{1,3})$")
#: Two wordings of one point, in the summary and in the report, from this likeness on (0..100).
_SAME = 88.0
#: Letters up to which a cell may be the head of a column.
_COLUMN_HEAD = 60
#: Lines a heading may take before its points or its verdict must have come.
_HEADING = 4


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The heading of the summary where a list, table or paragraph of its kinds follows; else the first of these."""
    signs = [
        i
        for i, line in enumerate(lines)
        if _CATEGORY.match(line.plain) and (_NOT_PASSED.search(line.plain) or _TO_IMPROVE.search(line.plain))
    ]
    signs += [at for at in range(len(lines) - 1) if _heads_lists(lines, at)]
    at = 0
    for row, below in pairwise([*table_rows(lines), []]):
        signs += [at] if _score_years(row, below) else []
        at += len(row)
    signs += [at for at, line in enumerate(lines) if line.cell and _heads_points(lines, line)][:1]
    signs.sort()
    if not signs:
        return
    headings = [i for i, line in enumerate(lines) if _LANDMARK.match(line.plain)]
    # The heading may also stand in the contents; the one that opens the summary is the last before its signs.
    before = [i for i in headings if i < signs[0] and signs[0] - i < 400]
    yield before[-1] if before else max(0, signs[0] - 1)


@dataclass(slots=True)
class _Point:
    kind: str
    category: int
    category_title: str | None
    number: int | None
    texts: list[str] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)

    @property
    def text(self) -> str:
        return join_wrapped(self.texts)


def _heads_lists(lines: Sequence[TextLine], at: int) -> bool:
    """Whether a heading of points not passed stands here above the categories they are listed under."""
    line = lines[at]
    alone = line.cell is None and len(line.plain) < _COLUMN_HEAD and bool(_NOT_PASSED.match(line.plain))
    return alone and any(_CATEGORY.match(below.plain) for below in lines[at + 1 : at + 2])


def _heads_points(lines: Sequence[TextLine], line: TextLine) -> bool:
    """Whether a cell heads the column of points in a table of categories."""
    if not _points_kind(line.plain) or line.cell is None:
        return False
    table = [other for other in lines if other.cell and other.cell.table == line.cell.table]
    heads = [other for other in table if other.cell and other.cell.row == line.cell.row]
    rows = [other for other in table if other.cell and other.cell.column == 0 and _CATEGORY.match(other.plain)]
    of_feedback = any(_STRENGTH.match(head.plain) for head in heads)
    return bool(rows) and not of_feedback and any(head.plain.startswith("หมวด") for head in heads)


def _points_kind(head: str) -> str | None:
    """The kind of the points below the head of a column."""
    if len(head) > _COLUMN_HEAD:
        return None
    return "not_passed" if _NOT_PASSED.match(head) else "improvement_example" if _TO_IMPROVE.match(head) else None


def parse(section: Section) -> Iterator[Record]:
    """Findings not_passed, all_passed and improvement_example, each once, and the scores."""
    kept: list[_Point] = []
    for point in _points(section):
        if not any(_repeats(point, other) for other in kept):
            kept.append(point)
    for point in kept:
        yield Finding(
            kind=point.kind,
            category=point.category,
            category_title=point.category_title,
            number=point.number,
            verdict={"not_passed": "fail", "all_passed": "pass"}.get(point.kind),
            text=point.text,
            **place(point.lines),  # type: ignore[arg-type]
        )
    yield from _scores(section.lines)


def _repeats(point: _Point, other: _Point) -> bool:
    if (point.kind, point.category, point.number) != (other.kind, other.category, other.number):
        return False
    return fuzz.ratio(arabic_digits(squeeze(point.text)), arabic_digits(squeeze(other.text))) >= _SAME


def _points(section: Section) -> list[_Point]:
    tabled, tables = _table_points(section.lines)
    lines = [
        line
        for line in section.lines
        if not (_FOLIO.match(line.plain) and line.cell is None) and not (line.cell and line.cell.table in tables)
    ]
    flush = _flush_left(lines)
    points: list[_Point] = []
    category: int | None = None
    title: str | None = None
    listing = False  # points of a list not passed may follow
    current: _Point | None = None
    expected = 1
    announced: int | None = None
    heading: list[TextLine] = []
    over = False  # the categories' lists stand under one heading

    for at, line in enumerate(lines):
        if not heading and _heads_lists(lines, at):
            category, listing, current, over = None, False, None, True
            continue
        found = _CATEGORY.match(line.plain)
        if found and _FIGURES.search(line.plain):  # a row of scores
            category, listing, current, heading = None, False, None, []
            continue
        if found:
            category, title, listing, current, expected = int(found["number"]), None, False, None, 1
            heading = [line]
        elif category is not None and not listing and current is None and 0 < len(heading) < _HEADING:
            heading.append(line)
        if heading and current is None and not listing and category is not None:
            whole = join_wrapped(t.text for t in heading)
            plain = arabic_digits(whole)
            title = _title(whole)
            if done := _ALL_PASSED.search(plain):
                points += _all_passed(whole, done, heading)
                heading, category = [], None
                continue
            if found and over and not _TO_IMPROVE.search(plain):
                listing, heading = True, []
                continue
            failing = _NOT_PASSED.search(plain)
            if failing and not (not found and _POINT.match(line.plain)):
                listing = True
                how_many = _HOW_MANY.search(plain, failing.end())
                announced = int(how_many[1]) if how_many else None
                if found and (own := _run_in(line)):
                    points += [_Point("not_passed", category, title, n, [text], [line]) for n, text in own]
                    current, expected, heading = points[-1], len(own) + 1, []
                    continue
                if found or _NOT_PASSED.search(line.plain):
                    continue
            elif example := _TO_IMPROVE.search(plain):
                current = _Point("improvement_example", category, title, None, [whole[example.end() :]], [*heading])
                points.append(current)
                heading = []
                continue
        if found:
            continue
        dashed = _DASHED.match(line.plain) if expected == 1 else None
        if listing and category is not None and dashed:
            current = _Point("not_passed", category, title, None, [line.text[dashed.start("text") :]], [line])
            points.append(current)
        elif listing and category is not None and (point := _POINT.match(line.plain)):
            if int(point["number"]) == expected and expected <= (announced or expected):
                text = line.text[point.start("text") :]
                current = _Point("not_passed", category, title, expected, [text], [line])
                points.append(current)
                expected += 1
            else:
                category, listing, current, heading = None, False, None, []
        elif current is not None:
            if _starts_paragraph(line, flush, current.lines[0]):
                category, listing, current, heading = None, False, None, []
            else:
                current.texts.append(line.text)
                current.lines.append(line)
        elif listing and _starts_paragraph(line, flush):
            category, listing, heading = None, False, []
    return points + tabled


def _all_passed(text: str, done: re.Match[str], lines: list[TextLine]) -> Iterator[_Point]:
    """Each of the categories of which a heading says that they passed in all."""
    head = text[: done.start()]
    starts = [found.start("category") for found in _EACH.finditer(arabic_digits(head))]
    for start, end in pairwise([*starts, len(head)]):
        named = _JOINED.sub("", head[start:end])
        if found := _CATEGORY.match(arabic_digits(named)):
            said = [text[done.start() : done.end()]]
            yield _Point("all_passed", int(found["number"]), _title(named), None, said, lines)


def _run_in(line: TextLine) -> list[tuple[int | None, str]]:
    """The points that a heading of points not passed goes on to list on its own line, with their numbers."""
    head = _NOT_PASSED.search(line.plain)
    found = _LISTS.match(line.plain[head.end() :]) if head else None
    if not head or not found:
        return []
    text = line.text[head.end() + found.start("rest") :]
    items = enumerated(text)[1]
    if items:
        return [(int(item.number or 0), item.text) for item in items]
    return [(None, text)] if found["lead"] and not _POINT.match(found["rest"]) else []


def _table_points(lines: Sequence[TextLine]) -> tuple[list[_Point], set[int]]:
    """The points of tables, and these tables: a row a category, its points in the column so headed."""
    points: list[_Point] = []
    tables: set[int] = set()
    kinds: dict[int, str] = {}  # of the points in a column
    for row in table_rows(lines):
        cells = by_column(row)
        table = row[0].cell.table if row[0].cell else None
        if table is not None and any(_heads_points(lines, line) for line in row):
            tables.add(table)
            kinds = {column: kind for column, (head, *_) in cells.items() if (kind := _points_kind(head.plain))}
            continue
        first = join_wrapped(line.text for line in cells.get(0, ()))
        found = _CATEGORY.match(arabic_digits(first))
        if table not in tables or not found:
            continue
        category, title = int(found["number"]), _title(first)
        for column, group in cells.items():
            if column in kinds:
                points += _cell_points(group, kinds[column], category, title)
                continue
            for line in group:
                if column and (done := _ALL_PASSED.search(line.plain)):
                    text = line.text[done.start() : done.end()]
                    points.append(_Point("all_passed", category, title, None, [text], [line]))
    return points, tables


def _cell_points(lines: Sequence[TextLine], kind: str, category: int, title: str | None) -> list[_Point]:
    """The points of a cell: numbered, after dashes, or all of it as one."""
    points: list[_Point] = []
    for line in lines:
        if _NOTHING.match(line.plain):
            continue
        counted, dashed = _POINT.match(line.plain), _DASHED.match(line.plain)
        if counted or dashed or not points:
            points.append(_Point(kind, category, title, int(counted["number"]) if counted else None))
        found = counted or dashed
        points[-1].texts.append(line.text[found.start("text") if found else 0 :])
        points[-1].lines.append(line)
    return points


def _title(heading: str) -> str | None:
    found = _CATEGORY.match(arabic_digits(heading))
    if not found:
        return None
    rest = heading[found.start("title") :]
    cut = re.split(
        r"(?:ประเด็น|จุด|ข้อ(?:คำถาม|ย่อย)?|หัวข้อ|รายการ|เกณฑ์|ตัวชี้วัด|สิ่ง)ที่|โอกาสในการ|ข้อควร|กำหนดสถานะ|\(|☑|☒|ผ่านทุก", rest
    )[0].strip(" :–-")
    return cut or None


def _flush_left(lines: Sequence[TextLine]) -> bool:
    """Whether lines that go on stand at the margin, so that an indented one opens a paragraph."""
    plain = [line for line in lines if not line.cell and not _POINT.match(line.plain)]
    return bool(plain) and sum(line.indent == 0 for line in plain) > len(plain) / 2


def _starts_paragraph(line: TextLine, flush: bool, first: TextLine | None = None) -> bool:
    """Whether a line opens a paragraph instead of going on with the point that `first` opened."""
    if _PARAGRAPH.match(line.plain) or _SCORE_HEAD.match(line.plain):
        return True
    if flush and (line.indent >= 2 or (line.indent == 1 and line.gap > 0)):
        return True
    # Points are indented like paragraphs; what goes on with one stands at the margin or deeper.
    return first is not None and line.indent >= 2 and line.indent == first.indent and line.cell is None


def _score_years(row: Sequence[TextLine], below: Sequence[TextLine]) -> list[int]:
    """The years that the head of a table of scores names; of one year only where it has cells and a category below."""
    text = " ".join(line.plain for line in row)
    years = [int(year) for year in _YEARS.findall(text)]
    if not _SCORE_HEAD.match(text) or _NOT_PASSED.search(text):
        return []
    first = " ".join(line.plain for line in below)
    single = bool(row[0].cell and (_CATEGORY.match(first) or _NUMBERED.match(first)) and "คะแนน" in text)
    return years if len(years) > 1 or single else []


def _scores(lines: Sequence[TextLine]) -> Iterator[Record]:
    """The rows of score tables; a table printed again adds nothing."""
    seen: set[tuple[int | None, int]] = set()
    years: list[int] = []
    columns: dict[int, int] = {}  # of a table with cells: the year that each stands under
    before = 0  # columns of other figures between the category and the years
    for row, below in pairwise([*table_rows(lines), []]):
        text = " ".join(line.plain for line in row)
        if found_years := _score_years(row, below):
            years = found_years
            before = len(_OTHER_FIGURES.findall(text.partition(str(years[0]))[0]))
            columns = {
                line.cell.column: int(found[1]) for line in row if line.cell and (found := _YEARS.search(line.plain))
            }
            continue
        category = _CATEGORY.match(text) or (_NUMBERED.match(text) if row[0].cell else None)
        if not years or not (category or _TOTAL.match(text)):
            continue
        rest = text[category.start("title") :] if category else text
        values: Sequence[str] = _SCORE.findall(rest)[before : before + len(years)]
        if len(columns) == len(years) and row[0].cell:
            cells = {line.cell.column: line.plain for line in row if line.cell}
            years, values = list(columns.values()), [cells.get(column, "") for column in columns]
        elif len(values) < len(years):
            continue
        for year, value in zip(years, values, strict=True):
            key = (int(category["number"]) if category else None, year)
            score = number(value)
            if key not in seen and score is not None:
                seen.add(key)
                yield Score(category=key[0], year=year, score=score, **place(row))  # type: ignore[arg-type]
        if not category:
            years = []


FORM = Form(FAMILY, find, parse, prose=True)
