"""The self-assessment of one category: what was found for each criterion, shortly and in detail, and a draft plan.

Summary, a criterion after the other: number and title › ผลการดำเนินงาน, a sentence that names the level reached ›
ข้อสังเกตและข้อเสนอแนะ › ปัญหา อุปสรรค. Detail, again by criterion: a table of levels (Basic, Advance, Significance;
its header on every page) with approach and evidence › ข้อสังเกต/ข้อเสนอแนะ › ปัญหา อุปสรรค › แนวทางการดำเนินการ ›
ผู้รับผิดชอบ. Under each heading statements are numbered, bulleted, or a paragraph each; "-" stands for none. The
headings may also be labels with the statement beside them, or columns of a table with a row a criterion. Between the
two the slide of the category may be printed, which says nothing. At the end the draft of the plan for next year:
as running text it is read here (`draft_plan`), as a ruled table by `development_plan`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from rapidfuzz import fuzz

from pipeline.forms import development_plan, draft_plan, levels
from pipeline.forms.base import Form, Section, place
from pipeline.forms.lines import SCALE, TextLine, table_rows
from pipeline.forms.passages import passages
from pipeline.forms.titles import ALIKE, heading_end, likeness
from pipeline.forms.wording import ADDRESS, OPEN_END, apart
from pipeline.records import Finding, Passage, Plan, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "self_assessment"

LEVELS = ("Basic", "Advance", "Significance")
#: How the levels are printed, in the order of LEVELS.
LEVEL_WORDS = (r"Basic|พื้นฐาน", r"Advanced?|ก้าวหน้า", r"Significan(?:ce|t)|(?:พัฒนาจน)?เกิดผล")
#: The headings under a criterion, and the kind of statement below each; None for what is no finding.
HEADINGS: Mapping[str, str | None] = {
    "ผลการดำเนินงาน": "level",
    "ข้อสังเกตและข้อเสนอแนะ": "observation",
    "ข้อสังเกต/ข้อเสนอแนะ": "observation",
    "ข้อเสนอแนะ": "observation",
    "ปัญหาอุปสรรค": "obstacle",
    "ปัญหา/อุปสรรค": "obstacle",
    "ปัญหาและอุปสรรค": "obstacle",
    "แนวทางการดำเนินการ": "action",
    "ผู้รับผิดชอบ": None,
}
#: Headings that are labels of the draft plan as well, where a value stands beside them.
_OF_PLAN = ("ผู้รับผิดชอบ",)
#: The head of the column of criteria, where the statements on each are columns of a table.
_CRITERIA_COLUMN = re.compile(r"^(?:ประเด็น|เกณฑ์|หัวข้อ|ข้อ)")
_LABELLED = re.compile(r"^(?P<heading>[^::]{4,40}) ?[::] ?(?P<rest>\S.*)$")
#: How alike (0..100) a line must be to a heading: room for a mark that is lost or out of place.
_HEADING = 90.0

_LANDMARK = re.compile(r"^สรุป(?:รายงาน)?ผลการ(?:ดำเนินการ|ประเมินตนเอง)")
_CATEGORY = re.compile(r"^หมวด(?:ที่)? ?(?P<number>[1-7])(?![\d.]) ?:? ?(?P<title>.*?)(?: รอบ ?\d+ ?เดือน.*)?$")
_CRITERION = re.compile(r"^(?:ประเด็น|หัวข้อ|เกณฑ์)?(?:ที่)? ?(?P<number>[1-7]\. ?\d)\.? ?(?P<title>[^\d\s.].*)$")
_ANY_LEVEL = "|".join(LEVEL_WORDS)
_LEVEL = re.compile(rf"ระดับ ?(?P<level>{_ANY_LEVEL})", re.IGNORECASE)
_LEVEL_ROW = re.compile(rf"^(?P<level>{_ANY_LEVEL})(?: ?\((?:{_ANY_LEVEL})\))?$", re.IGNORECASE)
#: What before a level says that it was not reached.
_NOT_REACHED = re.compile(r"ไม่(?:สามารถ|ถึง|ผ่าน|ได้|บรรลุ|ครบ)")
_TABLE_HEAD = re.compile(r"^ระดับ(?: แนวทาง(?:การ)?ดำเนินการ.*)?$")
_TABLE_HEAD_WORD = re.compile(
    r"^(?:ระดับ|แนวทาง(?:การ)?ดำเนินการ|แบบ(?:การ)?ตรวจ(?:ประเมิน)?ตนเอง|แบบการตรวจประเมินตนเอง|\(PMQA 4\.0\)"
    r"|ผลการดำเนินงาน(?:ที่ตอบข้อคำถาม)?| )+$"
)
_ITEM = re.compile(r"^(?P<number>\d{1,2})[.)](?!\d) ?(?P<text>\S.*)$")
_BULLET = re.compile(r"^[-–•*] ?(?=\S)")
_NOTHING = re.compile(r"^[-–—.\s]*$|^ไม่มี$")
#: Points that the first line of a paragraph is set in by, at the least.
_INDENT = 8.0
#: Lines before the first sign of the form in which its title stands.
_ABOVE = 40


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The title of the form where a level reached or a table of levels follows; else the criterion's heading."""
    places = {line.line.number: at for at, line in reversed(list(enumerate(lines)))}
    lines = _unfolded(lines)
    signs = [i for i, line in enumerate(lines) if _is_sign(lines, i) or _TABLE_HEAD.match(line.plain)]
    signs = [i for i in signs if _heads_levels(lines, i)]
    if not signs:
        return
    above = range(max(0, signs[0] - _ABOVE), signs[0])
    titles = [i for i in above if _LANDMARK.match(lines[i].plain)]
    criteria = [i for i in above if _CRITERION.match(lines[i].plain)]
    yield places[lines[(titles or criteria[-1:] or signs)[0]].line.number]


def _unfolded(lines: Sequence[TextLine]) -> list[TextLine]:
    """Lines, a heading that its statement follows on the line made a line of its own, and so those over columns."""
    out: list[TextLine] = []
    heads: dict[int, TextLine] = {}  # of the columns of a table
    for row in table_rows(lines):
        found = {line.cell.column: line for line in row if line.cell and _heading(line)}
        if len(found) > 1 and _CRITERIA_COLUMN.match(row[0].plain):
            heads = found
            continue
        heads = heads if row[0].cell else {}
        last: int | None = None
        for line in row:
            if line.cell and line.cell.column in heads and line.cell.column != last:
                last = line.cell.column
                out.append(heads[last])
            out += _parted_heading(line)
    return out


def _parted_heading(line: TextLine) -> list[TextLine]:
    """A line as the heading it begins with and the statement after it; as it is if it does not begin so."""
    found = _LABELLED.match(line.text)
    if not found or found["heading"].strip() in _OF_PLAN:
        return [line]
    head, rest = (replace(line, text=text, plain=arabic_digits(text)) for text in found.group("heading", "rest"))
    return [head, rest] if _heading(head) else [line]


def _is_sign(lines: Sequence[TextLine], at: int) -> bool:
    """Whether the sentence on the level reached stands here, below its heading."""
    return at > 0 and bool(_LEVEL.search(lines[at].plain)) and _heading(lines[at - 1]) == "level"


def _heads_levels(lines: Sequence[TextLine], at: int) -> bool:
    return _is_sign(lines, at) or any(_LEVEL_ROW.match(line.plain) for line in lines[at : at + 8])


def _heading(line: TextLine) -> str | None:
    """The kind of statement that a heading announces ("none" for what is no finding), None for any other line."""
    text = squeeze(line.plain).rstrip(":")
    if not 4 < len(text) < 40:
        return None
    best = max(HEADINGS, key=lambda heading: fuzz.ratio(text, heading))
    return (HEADINGS[best] or "none") if fuzz.ratio(text, best) >= _HEADING else None


# -- where things stand ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Level:
    """A row of the table of levels; `breaks` are the indexes of lines that open a page."""

    name: str
    lines: list[TextLine] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Criterion:
    """What stands under one heading of a criterion: its levels, the lines under each heading, those under none."""

    number: str
    title: str
    loose: list[TextLine] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=list)
    parts: list[tuple[str, list[TextLine]]] = field(default_factory=list)


@dataclass(slots=True)
class _Outline:
    """The parts of the document."""

    category_title: str | None = None
    criteria: list[_Criterion] = field(default_factory=list)
    plan: Sequence[TextLine] = ()


def _outline(lines: Sequence[TextLine]) -> _Outline:
    out = _Outline()
    into: list[TextLine] = []  # what the next line goes to
    level: _Level | None = None
    new_page = False
    at = 0
    while at < len(lines):
        line = lines[at]
        if draft_plan.opens(lines, at):
            out.plan = lines[at:]
            break
        if (found := _CRITERION.match(line.plain)) and (taken := _title_lines(found, lines, at)):
            title = join_wrapped([line.text[found.start("title") :], *(t.text for t in lines[at + 1 : at + taken])])
            out.criteria.append(_Criterion(found["number"].replace(" ", ""), title))
            into, level, at = out.criteria[-1].loose, None, at + taken
            continue
        current = out.criteria[-1] if out.criteria else None
        if _TABLE_HEAD.match(line.plain) and current:
            while at + 1 < len(lines) and _TABLE_HEAD_WORD.match(lines[at + 1].plain):
                at += 1
            new_page = True
        elif ADDRESS.match(line.plain):
            new_page = True
        elif SCALE.match(line.plain) or _LANDMARK.match(line.plain):
            into, level = [], None
        elif category := _category(line):
            out.category_title = out.category_title or category
            into, level = [], None
        elif (row := _LEVEL_ROW.match(line.plain)) and current:
            level = _Level(_level_name(row["level"]))
            current.levels.append(level)
            into, new_page = level.lines, False
        elif current and (kind := _heading(line)):
            into, level = [], None
            current.parts.append((kind, into))
        else:
            if level is not None and (new_page or _opens_page(level, line)):
                level.breaks.append(len(level.lines))
            new_page = False
            into.append(line)
        at += 1
    return out


def _category(line: TextLine) -> str | None:
    """The title of a category heading."""
    found = _CATEGORY.match(line.plain)
    if found and (likeness(found["number"], found["title"]) or 0.0) >= ALIKE:
        return line.text[found.start("title") : found.end("title")]
    return None


def _title_lines(found: re.Match[str], lines: Sequence[TextLine], at: int) -> int:
    """How many lines a criterion's heading takes, by the titles known; 0 if the line is none. A title that is not
    known is believed if a heading or a table follows."""
    number = found["number"].replace(" ", "")
    if (likeness(number, found["title"]) or 0.0) < ALIKE:
        below = enumerate(lines[at + 1 : at + 4], 1)
        return next((n for n, line in below if _heading(line) or _TABLE_HEAD.match(line.plain)), 0)
    more = takewhile(lambda line: not _heading(line), lines[at + 1 : at + 3])
    parts = [found["title"], *(line.plain for line in more)]
    return max(heading_end(number, parts), 1)


def _opens_page(level: _Level, line: TextLine) -> bool:
    """Whether a line is the first of a page. In plain text the one white space before it tells, which is what is
    left of the page's top."""
    if line.line.page is not None:
        return bool(level.lines) and level.lines[-1].line.page != line.line.page
    return line.gap == 0 and line.indent == 1 and not _BULLET.match(line.plain)


def _level_name(printed: str) -> str:
    return next(
        level for level, words in zip(LEVELS, LEVEL_WORDS, strict=True) if re.fullmatch(words, printed, re.IGNORECASE)
    )


# -- records --------------------------------------------------------------------------------------------


def parse(section: Section) -> Iterator[Record]:
    """Findings in the order printed, approach and evidence of each level as passages, the plan with its activities."""
    lines = _unfolded(section.lines)
    outline = _outline(lines)
    plan = draft_plan.read(outline.plan, _text_before(lines, outline.plan)) if outline.plan else None
    if plan and section.agency is None:
        section.agency = plan.agency
    numbers = [criterion.number for criterion in outline.criteria]
    twice = len(set(numbers)) < len(numbers)
    for criterion in outline.criteria:
        place_of = ("detail" if criterion.levels else "summary") if twice else None
        for kind, lines in criterion.parts:
            for finding in _findings(section, kind, lines):
                finding.section = place_of
                finding.category = int(criterion.number[0])
                finding.category_title = outline.category_title
                finding.criterion, finding.criterion_title = criterion.number, criterion.title
                yield finding
        if criterion.loose:
            section.warn(f"criterion {criterion.number}: text under no known heading", criterion.loose[0])
        for passage in passages(criterion.loose):
            passage.category, passage.criterion = int(criterion.number[0]), criterion.number
            yield passage
    yield from _levels(section, outline.criteria)
    if plan:
        yield from plan.records(section)


def _text_before(lines: Sequence[TextLine], plan: Sequence[TextLine]) -> str:
    """The text before the plan, without white space: its phrases are those of the plan."""
    return squeeze("".join(line.text for line in lines[: len(lines) - len(plan)]))


def _findings(section: Section, kind: str, lines: Sequence[TextLine]) -> Iterator[Finding]:
    """The statements under a heading."""
    if kind == "none":
        return
    if kind == "level":
        text = join_wrapped(line.text for line in lines)
        found = _LEVEL.search(text)
        if found:
            level = None if _NOT_REACHED.search(text, 0, found.start()) else _level_name(found["level"])
            yield Finding(kind=kind, level=level, text=text, **place(lines))  # type: ignore[arg-type]
        elif lines:
            section.warn("no level is named where one should be", lines[0])
        return
    for number, texts, taken in _statements(lines):
        text = join_wrapped(texts)
        if not _NOTHING.match(text):
            yield Finding(kind=kind, number=number, text=text, **place(taken))  # type: ignore[arg-type]


def _statements(lines: Sequence[TextLine]) -> Iterator[tuple[int | None, list[str], list[TextLine]]]:
    """Statements with their numbers: numbered in turn, bulleted, or a paragraph each."""
    number: int | None = None
    listed = False
    texts: list[str] = []
    taken: list[TextLine] = []
    for line in lines:
        item, bullet = _ITEM.match(line.plain), _BULLET.match(line.plain)
        in_turn = bool(item) and int(item["number"]) == (number or 0) + 1 if item else False
        paragraph = bool(taken) and not listed and _parted(taken[-1], line)
        if in_turn or (bullet and number is None) or paragraph:
            if texts:
                yield number, texts, taken
            number = int(item["number"]) if item and in_turn else None
            listed = in_turn or bool(bullet)
            start = item.start("text") if item and in_turn else bullet.end() if bullet else 0
            texts, taken = [line.text[start:]], [line]
        else:
            texts.append(line.text)
            taken.append(line)
    if texts:
        yield number, texts, taken


def _parted(before: TextLine, line: TextLine) -> bool:
    """Whether a paragraph ends between two lines: something blank is there, or in a PDF the second is set in; and
    the phrase is at its end."""
    a, b = before.line, line.line
    set_in = a.joint is None and a.bbox is not None and b.bbox is not None and b.bbox.x0 - a.bbox.x0 > _INDENT
    return (set_in or apart(before, line)) and not OPEN_END.search(before.text)


def _levels(section: Section, criteria: Sequence[_Criterion]) -> Iterator[Record]:
    """Approach and evidence of each level of each criterion."""
    rows = [(criterion, level) for criterion in criteria for level in criterion.levels if level.lines]
    cut = [list(levels.chunks(level.lines, level.breaks)) for _, level in rows]
    for (criterion, level), cells in zip(rows, levels.columns(cut), strict=True):
        if cells is None:
            section.warn(f"criterion {criterion.number}, {level.name}: columns not told apart", level.lines[0])
            cells = {"answer": level.lines}
        for role in ("approach", "evidence", "answer"):
            lines = cells.get(role, [])
            text = join_wrapped(line.text for line in lines)
            if text:
                yield Passage(
                    text=_BULLET.sub("", text),
                    raw_text="\n".join(line.line.raw for line in lines),
                    category=int(criterion.number[0]),
                    criterion=criterion.number,
                    level=level.name,
                    role=role,
                    **place(lines),  # type: ignore[arg-type]
                )


def _owns(section: Section, after: Section) -> bool:
    """Whether what follows is the draft plan of the category assessed, and no collection of plans."""
    if after.family != development_plan.FAMILY:
        return False
    outline = _outline(_unfolded(section.lines))
    assessed = {int(criterion.number[0]) for criterion in outline.criteria}
    records = development_plan.parse(replace(after, warnings=[]))
    plans = [record.category for record in records if isinstance(record, Plan)]
    return not outline.plan and len(plans) == 1 and plans[0] in assessed


FORM = Form(FAMILY, find, parse, owns=_owns)
