"""The Feedback Report: strengths and opportunities for improvement by category, and the overall result.

Printed as a table of three columns (หมวด, จุดแข็ง, จุดที่ยังต้องปรับปรุง), of two, or as headings with bullets. In the
last column or part: criterion headings (1.1 …), each followed by its points ("- …"); for category 7, indicators
that should be improved ("- 7.1.1 …"). Cells run on over pages. Above it: the agency, the result and the score.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rapidfuzz import fuzz

from pipeline.forms.base import Form, Section, place
from pipeline.forms.lines import TextLine, number
from pipeline.forms.titles import ALIKE, heading_end, likeness, split_heading
from pipeline.records import Award, Finding, Record, Score
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "feedback_report"

_LANDMARK = re.compile(r"^(?:\(?ร่าง\)? ?)?รายงานป้อนกลับ|^Feedback Report\b", re.IGNORECASE)
_STRENGTH = re.compile(r"^(?:[\d.]* ?)?(?:จุดแข็ง|จุดเด่น|Strengths?\b)", re.IGNORECASE)
_OFI = re.compile(
    r"^(?:[\d.]* ?)?(?:จุดที่ ?(?:ยัง)?(?:ต้อง|ควร) ?(?:ปรับปรุง|พัฒนา)|โอกาสใน ?การ(?:ปรับปรุง|พัฒนา)|"
    r"(?:ประเด็น|สิ่ง|ข้อ)ที่ ?(?:ต้อง|ควร)(?:ปรับปรุง|พัฒนา)|ข้อควร(?:ปรับปรุง|พัฒนา)|"
    r"ข้อเสนอแนะ(?:เพื่อ|ใน|สำหรับ)(?:การ)?(?:ปรับปรุง|พัฒนา)|Opportunit|OFIs?\b)",
    re.IGNORECASE,
)
#: Headings long enough to be known even where OCR misread a letter, and how alike (0..100) they then are.
_OFI_HEADS = ("โอกาสในการปรับปรุง", "จุดที่ยังต้องปรับปรุง", "จุดที่ต้องปรับปรุง", "ประเด็นที่ต้องปรับปรุง")
_MISREAD = 85
_COLUMN_HEADS = re.compile(r"(?:จุดแข็ง|จุดเด่น).*(?:ปรับปรุง|OFI)")
_CATEGORY = re.compile(r"^หมวด(?:ที่)? ?(?P<number>[1-7])(?![\d.])[ :.]*(?P<title>.*)$")
_CRITERION = re.compile(r"^(?:[-–•] ?)?(?P<number>[1-7]\. ?\d)\.?(?: |(?=[ก-๙]))(?P<title>\D.*)$")
#: Where one may begin inside the text of a cell that was read as one line.
_RUN_IN = re.compile(r"(?<=\s)(?=(?P<number>[1-7]\. ?\d)\.? ?(?P<title>[ก-ฮเ-ไ].*))")
_BULLET = re.compile(
    r"^(?P<mark>[-–—•●▪◦*○✓➢·]|\.(?= )|\(?(?P<number>\d{1,2})\)|(?P<counted>\d{1,2})\.(?!\d)) ?(?P<text>\S.*)$"
)
_INDICATORS = re.compile(r"^(?:[-–•] ?)?ตัวชี้วัด(?:ผลลัพธ์)?ที่ ?(?:ยัง)?(?:ควร|ต้อง)ปรับปรุง")
_INDICATOR = re.compile(r"^(?:[-–•●▪*] ?)?(?:ตัวชี้วัด(?:ที่)? ?)?(?P<number>7\. ?\d\. ?\d{1,2})\.? ?(?P<text>\S.*)$")
_RESULT = re.compile(r"ผลการพิจารณา\s*:?\s*(?P<verdict>ไม่ผ่าน|ผ่าน)")
_TOTAL = re.compile(r"(?:ผล)?คะแนน(?:รวม|ภาพรวม)?\s*(?:เท่ากับ|จำนวน|:|=|คือ|ได้)?\s*(?P<score>\d{2,3}(?:\.\d+)?)\s*คะแนน")
_NOTHING = re.compile(r"^[-–—_.\s]*$|^ไม่มี$")
_ROUND = re.compile(r"(?:รอบ|ขั้นตอน)ที่ ?(\d)")
#: Points within which two lines start on the edge of the same column.
_SAME_EDGE = 12.0
#: Blank lines that part a statement from what follows, in a text without columns.
_BREAK = 2
#: Lines after a landmark in which columns or headings of the report must show up.
_SOON = 60


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """Each landmark with its two columns or parts below; else the first pair of column heads."""
    landmarks = [i for i, line in enumerate(lines) if _LANDMARK.match(line.plain)]
    heads = [i for i, line in enumerate(lines) if _COLUMN_HEADS.search(line.plain) and len(line.plain) < 160]
    strengths = [i for i, line in enumerate(lines) if _is_head(line, _STRENGTH)]
    ofis = [i for i, line in enumerate(lines) if _is_head(line, _OFI)]
    starts: list[int] = []
    for at in landmarks:
        near = range(at + 1, at + _SOON)
        if (starts and at - starts[-1] < 6) or not (
            any(i in near for i in heads) or (any(i in near for i in strengths) and any(i > at for i in ofis))
        ):
            continue
        # The report's first page repeats its name; later pages may carry it as a running head.
        if not starts or any(at < i <= at + 12 and _has_agency(lines[i]) for i in range(at, min(at + 12, len(lines)))):
            starts.append(at)
    if not starts:
        starts = [i for i in heads[:1] if sum(1 for line in lines[i:] if _CATEGORY.match(line.plain)) >= 2]
    yield from starts


def _is_head(line: TextLine, pattern: re.Pattern[str]) -> bool:
    """Whether a line heads a part; OCR may have misread a letter or two of it."""
    said = squeeze(line.plain)
    if len(said) >= 60:
        return False
    misread = pattern is _OFI and any(fuzz.ratio(said.lstrip("0123456789.)"), head) >= _MISREAD for head in _OFI_HEADS)
    return misread or bool(pattern.match(line.plain))


def _has_agency(line: TextLine) -> bool:
    return line.plain.startswith(("หน่วยงาน", "ส่วนราชการ", "ชื่อ"))


@dataclass(slots=True)
class _Point:
    """A statement in the making. `open` while the next plain line goes on with it."""

    kind: str
    category: int | None
    category_title: str | None
    criterion: str | None
    criterion_title: str | None
    indicator_no: str | None = None
    number: int | None = None
    texts: list[str] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)


def _parted(line: TextLine) -> Iterator[TextLine]:
    """A line of a cell, parted before each criterion's heading in it."""
    heads = [
        found.start()
        for found in _RUN_IN.finditer(line.plain)
        if (likeness(found["number"].replace(" ", ""), found["title"]) or 0.0) >= ALIKE
    ]
    if line.cell is None or not heads:
        yield line
        return
    for start, end in pairwise([0, *heads, len(line.text)]):
        yield replace(line, text=line.text[start:end].strip(), plain=line.plain[start:end].strip())


class _Reader:
    """Keeps category, part, criterion and the statements still open, one for each column."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self.lines = [part for line in section.lines for part in _parted(line)]
        self.category: int | None = None
        self.category_title: str | None = None
        self.part = "strength"
        self.criterion: str | None = None
        self.criterion_title: str | None = None
        self.open: dict[str, _Point | None] = {"strength": None, "ofi": None}
        self.points: list[_Point] = []
        self.columns = _Columns(self.lines)
        self.begun = False
        self.after_head = False
        self.headed = False  # columns or headings say which part a text is of
        self.just_turned = False
        self.over_categories = False
        self.under_criteria = False  # each criterion has its own parts, or its own row
        self.orphaned = False  # said once a stretch, not once a line

    def read(self) -> list[_Point]:
        at = 0
        while at < len(self.lines):
            at += self._step(at)
        return self.points

    def _step(self, at: int) -> int:
        """Take in the line at `at`; returns how many lines that took."""
        line = self.lines[at]
        if taken := self._table_head(at):
            self.after_head = True
            return taken
        self.after_head, after_head = False, self.after_head
        role = self.columns.role(line)
        found = _CATEGORY.match(line.plain)
        if found and (role in (None, "category") or (likeness(found["number"], found["title"]) or 0) >= ALIKE):
            taken = self._open_category(at, int(found["number"]), found.start("title"))
            self.just_turned = False
            return taken
        if role is None and _is_head(line, _STRENGTH):
            self._turn("strength")
            return 1
        if role is None and _is_head(line, _OFI):
            self._turn("ofi")
            return 1
        if not self.begun:
            return 1
        self.just_turned = False
        if role == "category":
            if (found := _CRITERION.match(line.plain)) and self._is_criterion(found["number"], found["title"], at):
                self.under_criteria = True
                self.open = {"strength": None, "ofi": None}
                return self._open_criterion(at, found["number"], found.start("title"))
            return 1  # the rest of a category's title
        if role in ("strength", "ofi"):
            self.part, self.headed = role, True
        if taken := self._indicators_head(at):
            self._turn("ofi")
            return taken
        if self.category == 7 and (found := _INDICATOR.match(line.plain)):
            self.part = "ofi"
            self._begin("indicator_ofi", line, line.text[found.start("text") :], found["number"].replace(" ", ""))
            return 1
        if found := _CRITERION.match(line.plain):
            key = found["number"].replace(" ", "")
            if self._is_criterion(key, found["title"], at):
                return self._open_criterion(at, key, found.start("title"))
        self._text(line, after_head)
        return 1

    def _indicators_head(self, at: int) -> int:
        """Lines taken by the heading of the indicators to improve, 0 if there is none."""
        line = self.lines[at]
        if _INDICATORS.match(line.plain):
            return 1
        after = self.lines[at + 1] if at + 1 < len(self.lines) else None
        wrapped = after is not None and after.cell == line.cell and _INDICATORS.fullmatch(line.plain + after.plain)
        return 2 if wrapped else 0

    # -- columns ----------------------------------------------------------------------------------------

    def _table_head(self, at: int) -> int:
        """Lines taken by the heads of the columns, which come again on every page."""
        line = self.lines[at]
        if _COLUMN_HEADS.search(line.plain) and len(squeeze(line.plain)) < 140:
            return 1
        if at in self.columns.heads:
            self.begun = self.begun or self.columns.without_category
            return 1
        if line.cell is not None:
            return 0
        after = self.lines[at + 1] if at + 1 < len(self.lines) else None
        pair = after is not None and (
            (line.plain == "หมวด" and _is_head(after, _STRENGTH))
            or (_is_head(line, _STRENGTH) and _is_head(after, _OFI))
        )
        if not pair:
            return 0
        end = at + 1
        while end < len(self.lines) and (_is_head(self.lines[end], _STRENGTH) or _is_head(self.lines[end], _OFI)):
            end += 1
        return end - at

    # -- headings ---------------------------------------------------------------------------------------

    def _open_category(self, at: int, category: int, start: int) -> int:
        self.begun = True
        line = self.lines[at]
        head, rest = split_heading(str(category), line.text[start:], line.line.text)
        parts = [head]
        taken = 1
        if not rest:
            following = [t for t in self.lines[at + 1 : at + 4] if t.cell == line.cell]
            more = heading_end(str(category), [head, *(t.text for t in following)])
            parts += [t.text for t in following[: max(more - 1, 0)]]
            taken = max(more, 1)
        if category != self.category:
            self.category, self.criterion, self.criterion_title = category, None, None
            self.open = {"strength": None, "ofi": None}
            # A part's heading right above the first category heads all categories; else each has its own parts.
            self.over_categories = self.over_categories or self.just_turned
            if not self.over_categories:
                self.part = "strength"
        self.category_title = join_wrapped(parts)
        if rest:
            self._text(TextLine(rest, arabic_digits(rest), 0, 0, line.line))
        return taken

    def _is_criterion(self, key: str, title: str, at: int) -> bool:
        """Whether a numbered line heads a criterion: by its title, or by a part's heading below it."""
        if self.category is not None and int(key[0]) != self.category:
            return False
        alike = likeness(key, title)
        return alike is None or alike >= ALIKE - 15 or self._part_below(at + 1)

    def _part_below(self, at: int) -> bool:
        below = self.lines[at] if at < len(self.lines) else None
        return bool(below and not below.cell and (_is_head(below, _STRENGTH) or _is_head(below, _OFI)))

    def _open_criterion(self, at: int, key: str, start: int) -> int:
        line = self.lines[at]
        if not self.headed:
            self.part = "ofi"  # criteria are listed among what to improve, where no heading says otherwise
        self.category = self.category or int(key[0])
        self.criterion = key
        self.open[self.part] = None
        head, rest = split_heading(key, line.text[start:], line.text)
        if rest and not _BULLET.match(rest):
            self.criterion_title = head
            self._begin(self.part, line, rest.lstrip(":– "))
            return 1
        parts = [line.text[start:]]
        following = []
        for after in self.lines[at + 1 : at + 5]:
            if (
                (after.cell != line.cell and self.columns.roles)
                or _is_head(after, _STRENGTH)
                or _is_head(after, _OFI)
                or _BULLET.match(after.plain)
                or _CRITERION.match(after.plain)
            ):
                break
            following.append(after)
        more = heading_end(key, [*parts, *(t.text for t in following)])
        stopped = len(following) < 4 and at + 1 + len(following) < len(self.lines)
        next_line = self.lines[at + 1 + len(following)] if stopped else None
        if not more and next_line is not None and _BULLET.match(next_line.plain):
            more = 1 + len(following)  # bullets below: all before them is the title
        parts += [t.text for t in following[: max(more - 1, 0)]]
        self.criterion_title = join_wrapped(parts)
        taken = max(more, 1)
        self.under_criteria = self.under_criteria or self._part_below(at + taken)
        return taken

    def _turn(self, part: str) -> None:
        self.part, self.headed, self.just_turned = part, True, True
        self.open = {"strength": None, "ofi": None}
        if not self.under_criteria:
            self.criterion = self.criterion_title = None
        self.begun = True

    # -- statements -------------------------------------------------------------------------------------

    def _text(self, line: TextLine, after_head: bool = False) -> None:
        if _NOTHING.match(line.plain):
            return
        bullet = _BULLET.match(line.plain)
        point = self.open[self.part]
        if point and not bullet and line.gap >= _BREAK and not line.cell and not after_head:
            point = self.open[self.part] = None
        if point is None and not bullet and not self._may_begin():
            if not self.orphaned:
                self.section.warn("text from here on belongs to no statement and is kept as a passage", line)
            self.orphaned = True
        elif bullet or point is None:
            self.orphaned = False
            text = line.text[bullet.start("text") :] if bullet else line.text
            kind = "indicator_ofi" if self.part == "ofi" and self.category == 7 else self.part
            number = (bullet["number"] or bullet["counted"]) if bullet else None
            self._begin(kind, line, text, number=int(number) if number else None)
        else:
            point.texts.append(line.text)
            point.lines.append(line)

    def _may_begin(self) -> bool:
        """Whether a statement without a bullet can begin: the first of its category's or criterion's part."""
        by_criterion = self.part == "ofi" or self.under_criteria
        here = (self.category, self.criterion if by_criterion else None, self.part)
        return not any(
            (p.category, p.criterion, "strength" if p.kind == "strength" else "ofi") == here for p in self.points
        )

    def _begin(
        self, kind: str, line: TextLine, text: str, indicator_no: str | None = None, number: int | None = None
    ) -> None:
        headed = self.headed and not self.columns.roles
        of_criterion = kind == "ofi" or (kind == "strength" and (headed or self.under_criteria))
        point = _Point(
            kind,
            self.category,
            self.category_title,
            self.criterion if of_criterion else None,
            self.criterion_title if of_criterion else None,
            indicator_no,
            number,
            [text],
            [line],
        )
        self.points.append(point)
        self.open[self.part] = point


class _Columns:
    """What the columns of the report's tables hold: category, strength or ofi.

    A table's own head says; where the head was read as a table of its own or as text, the order of three columns
    does, and a table of fewer, such as a row that goes on over the page, is held against the places of the three.
    """

    def __init__(self, lines: Sequence[TextLine]) -> None:
        self.heads: set[int] = set()
        self.without_category = False
        self.roles: dict[tuple[int | None, int], dict[int, str]] = {}
        self.edges: dict[str, float] = {}
        tables: dict[tuple[int | None, int], list[int]] = {}
        for at, line in enumerate(lines):
            if line.cell:
                tables.setdefault((line.line.page, line.cell.table), []).append(at)
        for key, places in tables.items():
            self._own_head(key, lines, places)
        for key, places in tables.items():
            self._by_order(key, lines, places)
        for key, places in tables.items():
            self._by_place(key, lines, places)

    def role(self, line: TextLine) -> str | None:
        """The role of the column a line stands in, None outside of the report's columns."""
        if line.cell:
            return self.roles.get((line.line.page, line.cell.table), {}).get(line.cell.column)
        box = line.line.bbox
        beside = box is not None and "ofi" in self.edges and abs(box.x0 - self.edges["ofi"]) < _SAME_EDGE
        return "ofi" if beside else None

    def _own_head(self, key: tuple[int | None, int], lines: Sequence[TextLine], places: Sequence[int]) -> None:
        rows: dict[int, list[int]] = {}
        for at in places:
            cell = lines[at].cell
            rows.setdefault(cell.row if cell else 0, []).append(at)
        for row in rows.values():
            cells: dict[int, str] = {}
            for at in row:
                cell = lines[at].cell
                if cell:
                    cells[cell.column] = f"{cells.get(cell.column, '')} {lines[at].plain}".strip()
            roles = {column: role for column, text in cells.items() if (role := _column_role(text))}
            merged = any("จุดแข็ง" in text or "จุดเด่น" in text for text in cells.values())
            if "ofi" in roles.values() and ("strength" in roles.values() or merged):
                self.heads.update(row)
                self.roles[key] = roles
                self.without_category = self.without_category or len(cells) == 2

    def _by_order(self, key: tuple[int | None, int], lines: Sequence[TextLine], places: Sequence[int]) -> None:
        body = [lines[at] for at in places if at not in self.heads]
        columns = sorted({line.cell.column for line in body if line.cell})
        of_categories = any(line.cell and line.cell.column == 0 and _CATEGORY.match(line.plain) for line in body)
        if key not in self.roles and columns == [0, 1, 2] and of_categories:
            self.roles[key] = {0: "category", 1: "strength", 2: "ofi"}
        if key in self.roles and not self.edges:
            for column, role in self.roles[key].items():
                edges = [t.line.bbox.x0 for t in body if t.line.bbox and t.cell and t.cell.column == column]
                if edges:
                    self.edges[role] = min(edges)

    def _by_place(self, key: tuple[int | None, int], lines: Sequence[TextLine], places: Sequence[int]) -> None:
        if key in self.roles or not self.edges:
            return
        found: dict[int, str] = {}
        for at in places:
            line = lines[at]
            if line.cell and line.line.bbox:
                x0 = line.line.bbox.x0
                role = min(self.edges, key=lambda r: abs(self.edges[r] - x0))
                if abs(self.edges[role] - x0) < _SAME_EDGE:
                    found.setdefault(line.cell.column, role)
        if "ofi" in found.values() or "strength" in found.values():
            self.roles[key] = found


def _column_role(head: str) -> str | None:
    if _STRENGTH.match(head):
        return "strength"
    if _OFI.match(head):
        return "ofi"
    return "category" if re.match(r"^(?:หมวด|เกณฑ์|หัวข้อ|ประเด็น)", head) and len(head) < 30 else None


def parse(section: Section) -> Iterator[Record]:
    """Strengths, OFIs and indicator OFIs as findings; the overall result as an award row; the total score."""
    for point in _Reader(section).read():
        text = join_wrapped(point.texts).strip()
        if text and not _NOTHING.match(text):
            yield Finding(
                kind=point.kind,
                category=point.category,
                category_title=point.category_title,
                criterion=point.criterion,
                criterion_title=point.criterion_title,
                indicator_no=point.indicator_no,
                number=point.number,
                text=text,
                **place(point.lines),  # type: ignore[arg-type]
            )
    yield from _result(section)


def _result(section: Section) -> Iterator[Record]:
    """The verdict on the whole application and the total score, from the sentences above the table."""
    head: list[TextLine] = []
    for line in section.lines[:_SOON]:
        if _CATEGORY.match(line.plain) or _COLUMN_HEADS.search(line.plain):
            break
        head.append(line)
    whole = join_wrapped(line.text for line in head)
    plain = arabic_digits(whole)
    total = _TOTAL.search(plain)
    verdict = _RESULT.search(plain)
    at = place([line for line in head if re.search(r"คะแนนรวม|ผลการพิจารณา \S|\d{3} คะแนน", line.plain)] or head[:1])
    step = _ROUND.search(plain)
    if total and section.fiscal_year:
        value = number(total["score"])
        assert value is not None
        yield Score(category=None, year=section.fiscal_year, score=value, **at)  # type: ignore[arg-type]
    if verdict:
        yield Award(
            kind="submission",
            year=section.fiscal_year,
            step=int(step[1]) if step else None,
            agency_name=section.agency,
            verdict="fail" if verdict["verdict"].startswith("ไม่") else "pass",
            result_text=_sentence(whole, plain, verdict.start()),
            **at,  # type: ignore[arg-type]
        )


def _sentence(text: str, plain: str, at: int) -> str:
    end = plain.find("คะแนน โดย", at)
    stop = end + len("คะแนน") if end >= 0 else min(len(text), at + 200)
    return text[at:stop].strip()


FORM = Form(FAMILY, find, parse, prose=True)
