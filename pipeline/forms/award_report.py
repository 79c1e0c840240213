"""The report on a year's award applications (รายงาน … รางวัลเลิศรัฐ): rules, questions, submissions, what was learnt.

    criteria      per branch (สาขา) and type (ประเภท): tables "criterion | N คะแนน" closed by รวม; tables with a full
                  score and a least score for each award; levels ("ตั้งแต่ 90 คะแนน"); numbered rules 1.1) …
    questions     sections "ข้อคำถาม…" of slides: a title, a number, a question, paragraphs of answer
    submissions   a table "การดำเนินงาน | หน่วยงานรับผิดชอบ": branch rows, type rows, then works “title” ☑ result; or one
                  with a column each for branch, type, work, office and result
    lessons       paragraphs under ปัจจัยความสำเร็จ, recommendations and gaps under ข้อเสนอแนะ, advice in the answers

Names of branches and types that OCR misread are settled by the document itself (see `award_terms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.forms import tables
from pipeline.forms.award_criteria import criteria
from pipeline.forms.award_questions import questions
from pipeline.forms.award_terms import Terms, award_name
from pipeline.forms.base import AGENCY_WORDS, Form, Section, place
from pipeline.forms.lines import TextLine
from pipeline.forms.numbering import following, numbered, without_bullet
from pipeline.forms.passages import paragraphs, passages
from pipeline.forms.tables import LINK_ONLY, Row, clean, columns_of
from pipeline.records import Award, Finding, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "award_report"

_TITLE = re.compile(r"รายงาน(?:ผล|สรุป|ผลสัมฤทธิ์|การ)|สรุป(?:ผล|การ|ราย)|ผลการ(?:สมัคร|ส่งผลงาน|ดำเนิน)|ถอดบทเรียน")
_AWARD = re.compile(r"รางวัลเลิศรัฐ|Public Sector Excellence Award", re.IGNORECASE)
#: What a report on awards has; two of them tell it from a letter that mentions one.
_PARTS = (
    re.compile(r"^#* ?(?:[\d.]+ )?(?:ข้อ)?คำถาม"),
    re.compile(r"^#* ?(?:[\d.]+ )?ข้อเสนอแนะ"),
    re.compile(r"^#* ?(?:[\d.]+ )?(?:เกณฑ์การ(?:ให้คะแนน|พิจารณา)|หลักเกณฑ์การพิจารณารางวัล)"),
    re.compile(r"หน่วยงาน(?:ที่)?(?:รับผิดชอบ|เจ้าของ)"),
    re.compile(r"^#* ?(?:[\d.]+ )?(?:ถอด)?บทเรียน"),
    re.compile(r"^#* ?(?:[\d.]+ )?ปัจจัย(?:แห่ง)?ความสำเร็จ"),
)
_YEAR = re.compile(r"ปี ?(?:งบประมาณ ?)?(?:พ\.ศ\. ?)?(25\d\d)")
_OF_AGENCY = re.compile(rf"^ของ((?:{AGENCY_WORDS})\S+)$")
#: Lines of a title page.
_HEAD = 15


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The title that names the award, on a report that has at least two of its parts."""
    for at, line in enumerate(lines[:80]):
        near = " ".join(clean(after.text) for after in lines[at : at + 3])
        if _TITLE.match(clean(line.text)) and _AWARD.search(near):
            plain = [arabic_digits(clean(after.text)) for after in lines[at:]]
            if sum(any(part.search(text) for text in plain) for part in _PARTS) >= 2:
                yield at
            return


def parse(section: Section) -> Iterator[Record]:
    """Criteria, questions, submissions and findings; the rest as passages."""
    rows = [row for row in tables.unwrapped(tables.rows(section.lines)) if not LINK_ONLY.match(row.text)]
    cells = [text for row in rows for cell in row.cells if (text := clean(cell))]
    terms = Terms(cells)
    section.agency = section.agency or _owner(section.lines[:_HEAD])
    used: set[int] = set()
    for records in (
        questions(rows, used),
        criteria(rows, terms, used),
        _submissions(section, rows, terms, used),
        _lessons(rows, used),
    ):
        yield from records
    yield from passages([line for row in rows if id(row) not in used for line in row.lines])


def _owner(lines: Sequence[TextLine]) -> str | None:
    """The agency a title page names as the report's own: a line "ของ<agency>"."""
    return next((found[1] for line in lines if (found := _OF_AGENCY.match(clean(line.text)))), None)


# ------------------------------------------------------------------------------------------ submissions

_WORK = re.compile(r"^(?:\(?\d+[.)] ?)?(?:ผลงาน)? ?[“\"](?P<title>.+)[”\"]\s*(?P<result>.*)$")
#: The columns of a table with one for each thing said of a work; it has the first two and one more.
COLUMNS: Mapping[str, str] = {
    "title": "(?:ชื่อ)?(?:ผลงาน|โครงการ)",
    "result": "ผล(?:การ|ที่|$|รางวัล)|สถานะ",
    "branch": "สาขา",
    "award_type": "ประเภท",
    "office": "หน่วยงาน|ส่วนราชการ|(?:ผู้|เจ้าของ)(?:รับผิดชอบ|ผลงาน)|เจ้าของ",
}
_BRANCH_AND_TYPE = re.compile(r"^(?P<branch>สาขา\S+(?: สาขา\S+)*)(?: (?P<type>\S.*))?$")
_TICK = re.compile(r"<input[^<>]*>|[☑☒☐✓✔✅]", re.IGNORECASE)
_CATEGORY = re.compile(r"^หมวด(?:ที่)? ?([1-7])(?!\d)")


def _submissions(section: Section, rows: Sequence[Row], terms: Terms, used: set[int]) -> Iterator[Record]:
    """The works of the table of results. An office cell left empty is the one above, merged."""
    inside = False
    columns: dict[str, int] = {}
    branch: str | None = None
    award_type: str | None = None
    office: str | None = None
    year = section.fiscal_year
    for row in rows:
        plain = arabic_digits(row.text)
        if not row.in_table:
            inside, columns = False, {}
            if (found := _YEAR.search(plain)) and plain.startswith("ตารางที่"):
                year = int(found[1])
            continue
        first, last = clean(row.cells[0]), clean(row.cells[-1]) if row.tabular else ""
        if re.match(r"^(?:การดำเนินงาน|ผลงาน|ชื่อผลงาน)", first) and "รับผิดชอบ" in last:
            inside = True
            used.add(id(row))
            continue
        if found_columns := _columns(row):
            columns, branch, award_type = found_columns, None, None
            used.add(id(row))
            continue
        if columns:
            used.add(id(row))
            cells = {name: clean(row.cells[at]) for name, at in columns.items() if at < len(row.cells)}
            both = _BRANCH_AND_TYPE.match(cells.get("branch", ""))
            said_type = cells.get("award_type") or (both["type"] if both else None)
            if both:
                branch, award_type = both["branch"], None
            award_type = said_type or award_type
            if cells.get("title"):
                yield _work(row, year, terms.settle(branch or "") or branch, award_type, cells.get("office"), cells)
            continue
        if not inside:
            continue
        used.add(id(row))
        bold = " ".join(re.findall(r"<b>(.*?)</b>", row.cells[0])) or next(iter(tables.blocks(row.cells[0])), first)
        if first.startswith("สาขา"):
            branch, award_type, office = terms.settle(first) or first, None, None
        elif not _TICK.search(row.cells[0]) and not _WORK.match(first) and not last:
            award_type, office = terms.opening(clean(bold)) or award_name(clean(bold)), None
        else:
            office = last or office
            yield _submission(row, year, branch, award_type, office)


def _columns(row: Row) -> dict[str, int]:
    """The columns of a table with one for each thing said of a work; empty for any other row."""
    found = columns_of(enumerate(squeeze(clean(cell)) for cell in row.cells), COLUMNS)
    return found if {"title", "result"} <= found.keys() and len(found) > 2 else {}


def _submission(row: Row, year: int | None, branch: str | None, award_type: str | None, office: str | None) -> Award:
    """One work: its title in quotation marks, or what stands before the tick; then its result."""
    before, _, after = _TICK.sub("\x00", row.cells[0], count=1).partition("\x00")
    work = _WORK.match(clean(before))
    title = work["title"] if work else numbered(clean(before)).text
    result = clean(after) or (work["result"] if work else "")
    return _work(row, year, branch, award_type, office, {"title": title, "result": result})


def _work(
    row: Row,
    year: int | None,
    branch: str | None,
    award_type: str | None,
    office: str | None,
    said: Mapping[str, str],
) -> Award:
    """One work, `said` its title and result."""
    title, result = said["title"].strip('“”" '), said.get("result", "")
    category = _CATEGORY.match(arabic_digits(title))
    return Award(
        kind="submission",
        year=year,
        branch=branch,
        award_type=award_type,
        title=title or None,
        office=office or None,
        category=int(category[1]) if category else None,
        verdict="fail" if "ไม่ผ่าน" in result else "pass" if "ผ่าน" in result else None,
        result_text=result or None,
        award_received="ได้รับรางวัล" in result if result else None,
        **place(row.lines),  # type: ignore[arg-type]
    )


# ------------------------------------------------------------------------------------------ lessons

#: Headings, and the kind of statement that stands below each.
HEADINGS: Mapping[str, re.Pattern[str]] = {
    "lesson": re.compile(r"^(?:[\d.]+ )?(?:ปัจจัย(?:แห่ง)?ความสำเร็จ|(?:ถอด)?บทเรียน)"),
    "recommendation": re.compile(r"^(?:[\d.]+ )?(?:ข้อเสนอแนะ|ข้อเสนอเพื่อ|แนวทางการพัฒนา(?:ต่อไป)?$)"),
    "obstacle": re.compile(r"^(?:[\d.]+ )?ปัญหา ?(?:และ|/)? ?อุปสรรค"),
}
_OPENS_ITEM = re.compile(r"^(?:[-–•●▪] ?|\(?\d{1,2}[.)] ?)\S")
_PROSE = 40
#: What lacks: after "but", or a clause that says so.
_GAP = re.compile(r"(?: แต่ ?|(?:^|\s)(?=\S*(?:ยังขาด|ยังไม่|ขาดการ)))(?P<gap>\S.*?) ?(?:จึง|ดังนั้น)(?= ?(?:ควร|ต้อง|เห็น|ขอ))")
_THEREFORE = re.compile(r"(?:จึง|ดังนั้น ?)?ควร(?:จะ)?(?:มีการ(?:ดำเนินการ)?)?")
_AND = re.compile(
    r" (?:พร้อมทั้ง|พร้อมกับ(?:การ)?|รวมทั้ง|ตลอดจน|อีกทั้ง"
    r"|และ(?=สนับสนุน|ส่งเสริม|จัดให้|จัดทำ|จัดตั้ง|กำหนด|เผยแพร่|ผลักดัน)) ?"
)


def _lessons(rows: Sequence[Row], used: set[int]) -> Iterator[Record]:
    """What follows a heading on success factors, recommendations or obstacles, up to the next heading."""
    for at, row in enumerate(rows):
        plain = arabic_digits(row.text)
        kind = next((kind for kind, heading in HEADINGS.items() if heading.match(plain)), None)
        if row.tabular or kind is None or len(plain) > 80 or id(row) in used:
            continue
        body: list[TextLine] = []
        count: str | None = None
        for after in rows[at + 1 :]:
            opening = arabic_digits(after.text)
            number = numbered(without_bullet(after.text)).number
            if number and number != (following(count) if count else "1"):  # the report's next section
                break
            count = number or count
            listed = bool(_OPENS_ITEM.match(arabic_digits(after.lines[0].text)))
            headed = any(heading.match(opening) for heading in HEADINGS.values()) or _goes_past(plain, opening)
            if after.tabular or after.heading or headed or (len(after.text) < _PROSE and not listed):
                break
            body += after.lines
            used.add(id(after))
        if not body:
            continue
        groups = list(paragraphs(body))
        items = [bool(_OPENS_ITEM.match(arabic_digits(group[0].text))) for group in groups]
        if kind != "recommendation" and not all(items):
            text = join_wrapped(clean(line.text) for line in body)
            yield Finding(kind=kind, text=text, **place(body))  # type: ignore[arg-type]
            continue
        for group, item in zip(groups, items, strict=True):
            text = join_wrapped(clean(line.text) for line in group)
            if item:
                bare = numbered(without_bullet(text)).text
                yield Finding(kind=kind, text=bare, **place(group))  # type: ignore[arg-type]
                continue
            for stated, part in _statements(text):
                yield Finding(kind=stated, text=part, **place(group))  # type: ignore[arg-type]


def _goes_past(heading: str, text: str) -> bool:
    """Whether a text has the number after a numbered heading's: it is the next heading.

    >>> _goes_past("3. ข้อเสนอแนะ", "4. สรุป"), _goes_past("3. ข้อเสนอแนะ", "1. ควรทบทวน")
    (True, False)
    """
    number = numbered(heading).number
    return number is not None and numbered(text).number == following(number)


def _statements(text: str) -> Iterator[tuple[str, str]]:
    """The gap that a paragraph states, and the recommendations it draws from it.

    >>> list(_statements("งานดีขึ้น แต่ข้อมูลยังไม่ครบ จึงควรจัดเก็บข้อมูล พร้อมทั้งทบทวนคู่มือ"))
    [('gap', 'ข้อมูลยังไม่ครบ'), ('recommendation', 'จัดเก็บข้อมูล'), ('recommendation', 'ทบทวนคู่มือ')]
    """
    if gap := _GAP.search(text):
        yield "gap", gap["gap"].strip()
    if therefore := _THEREFORE.search(text, gap.end("gap") if gap else 0):
        for part in _AND.split(text[therefore.end() :]):
            if part.strip():
                yield "recommendation", part.strip()


FORM = Form(FAMILY, find, parse, markup=True)
