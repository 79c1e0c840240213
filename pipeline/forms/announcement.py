"""Announcements of an award: the agencies that passed a step, numbered, in groups.

The form, top to bottom: ประกาศ, its title (รายชื่อ … ที่ผ่านเกณฑ์ …, the award, the step) › how many passed › lists.
A list stands under a group (ส่วนราชการระดับกรม), under an award (๑. รางวัล …) or under a category (หมวด ๑ ด้าน …).
Rows are numbered through a list or through all the lists of an award, so the next number is what tells a row
from a date or from a numbered sentence; after a row that was lost, the word that an agency's name begins with does, and
so it does where rows have dashes. A table may have columns for the category applied for and for the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.agencies import restore_name
from pipeline.forms.base import AGENCY_WORDS, Form, Section, place
from pipeline.forms.lines import TextLine, table_rows
from pipeline.forms.ticks import read_verdict
from pipeline.forms.wording import apart
from pipeline.records import Award, Record
from pipeline.thai import join_wrapped

FAMILY = "announcement"

_LANDMARK = re.compile(r"^ประกาศ(?:$|\s|รายชื่อ|ผล|สำนักงาน)")
_TITLE = re.compile(r"รายชื่อ.*ผ่าน|ผลการ(?:พิจารณา|ตรวจ|ประเมิน|ตัดสิน).*รางวัล|ผลรางวัล")
_STEP = re.compile(r"(?:ขั้นตอน|รอบ)ที่ ?(?P<step>\d)")
_YEAR = re.compile(r"(?:พ\.?ศ\.?|ประจำปี|ปี) ?(?P<year>25\d\d)")
_AWARD = re.compile(r"^(?:\d{1,2}[.)] ?)?(?P<name>รางวัล.*)$")
_EDITION = re.compile(r"ภาครัฐ ?(?P<edition>\d\.\d)")
_CATEGORY = re.compile(r"^(?:\d{1,2}[.)] ?)?(?:รางวัล.*?)?(?:ราย)?หมวด(?:ที่)? ?(?P<number>[1-7])(?![\d.])")
_GROUP = re.compile(r"^(?:ส่วนราชการ|หน่วยงาน|องค์การมหาชน|จังหวัด$|กรม$|กลุ่ม|ประเภท|ระดับ|รัฐวิสาหกิจ|สถาบันอุดมศึกษา|องค์กรปกครอง)")
_COLUMN_HEAD = re.compile(r"^(?:ลำดับ(?:ที่)?|ที่|หน่วยงาน|ส่วนราชการ|ชื่อหน่วยงาน|จังหวัด| )+$")
_ROW = re.compile(rf"^(?P<no>\d{{1,3}})[.)]? ?(?P<name>(?:{AGENCY_WORDS}|[ก-ฮเ-ไ]).*)$")
_BULLETED = re.compile(rf"^[-–•●▪] ?(?P<name>(?:{AGENCY_WORDS})\S.{{0,90}})$")
_NAMED = re.compile(rf"^(?P<no>\d{{1,3}})[.)]? ?(?:{AGENCY_WORDS})")
_NUMBER = re.compile(r"^\d{1,3}[.)]?$")
_COUNT = re.compile(r"จำนวน(?:ทั้งสิ้น)? ?(?P<count>\d{1,4}) ?(?:หน่วยงาน|ส่วนราชการ|ผลงาน|แห่ง|ราย)")
_DATE = re.compile(r"^\d{1,2} ?\S+ ?(?:พ\.?ศ\.? ?)?25\d\d$")
#: Lines after the landmark in which the title must come, and those in which the first row must.
_SOON, _FIRST = 6, 30
#: Rows that may be lost between two.
_LOST = 3
#: Columns of a table beside number and name, by how their headers begin.
COLUMNS = {"award": re.compile(r"หมวด"), "result": re.compile(r"ผล|สถานะ")}
#: Lines that a name may take besides its first.
_WRAP = 2


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """Each ประกาศ outside of tables with the title of a list below it and a first row below that."""
    last = -_FIRST
    for at, line in enumerate(lines):
        if line.cell or not _LANDMARK.match(line.plain) or at - last < _SOON:
            continue
        head = " ".join(t.plain for t in lines[at : at + _SOON])
        if _TITLE.search(head) and any(_is_first(t.plain) for t in lines[at : at + _FIRST]):
            last = at
            yield at


def _is_first(plain: str) -> bool:
    found = _ROW.match(plain)
    named = found and found["no"] == "1" and not _AWARD.match(plain)
    return plain == "1" or bool(named) or bool(_BULLETED.match(plain))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the announcement a row stands; `promised` is the number of rows it says there are."""

    award: str | None = None
    group: str | None = None
    promised: int | None = None


@dataclass(slots=True)
class _Row:
    """A row in the making."""

    no: int | None
    name: list[str]
    lines: list[TextLine]
    place: _Place
    verdict: str | None = "pass"


def parse(section: Section) -> Iterator[Record]:
    """One award row an agency listed; its name with lost marks restored."""
    rows = table_rows(section.lines)
    head = " ".join(line.plain for line in section.lines[:_FIRST])
    step = _STEP.search(head)
    year = _YEAR.search(head)
    edition = _EDITION.search(head)
    found = _listed(section, rows, _Place(award=edition["edition"] if edition else None))
    _check_counts(section, found)
    for row in found:
        yield Award(
            kind="announcement",
            year=int(year["year"]) if year else section.fiscal_year,
            step=int(step["step"]) if step else None,
            award=row.place.award,
            group=row.place.group,
            no=row.no,
            agency_name=restore_name(join_wrapped(row.name)),
            verdict=row.verdict,
            **place(row.lines),  # type: ignore[arg-type]
        )


def _listed(section: Section, rows: Sequence[Sequence[TextLine]], where: _Place) -> list[_Row]:
    """The rows of all lists, each with its place."""
    out: list[_Row] = []
    columns: dict[str, int] = {}
    rows = [row for row in rows if row[0].cell or not _is_column_head(row)]
    at = 0
    while at < len(rows):
        if _is_column_head(rows[at]):
            columns = _columns(rows[at])
            at += 1
            continue
        row = rows[at]
        plain = _plain(row)
        text = _text(row)
        if count := _COUNT.search(plain):
            where = replace(where, promised=int(count["count"]))
        if category := _CATEGORY.match(plain):
            where = replace(where, award=f"หมวด {category['number']}", group=None)
            at += 1
        elif award := _AWARD.match(plain):
            edition = _EDITION.search(plain)
            where = _Place(award=edition["edition"] if edition else text[award.start("name") :].strip())
            at += 1
        elif entry := _entry(rows, at, out):
            no, name, taken = entry
            lines = [line for r in rows[at : at + taken] for line in r]
            before = out[-1].no if out else None
            if no and before and no > before + 1:
                section.warn(f"row {no} follows {before}, some may be missing", lines[0])
            said = {name: [t.plain for t in lines if t.cell and t.cell.column == at] for name, at in columns.items()}
            category = _CATEGORY.match(" ".join(said.get("award", ())))
            result = read_verdict(" ".join(said.get("result", ())))
            out.append(
                _Row(
                    no,
                    name,
                    lines,
                    replace(where, award=f"หมวด {category['number']}") if category else where,
                    result.value if result else "pass",
                )
            )
            at += taken
        else:
            due = _due(out)
            bulleted = at + 1 < len(rows) and _BULLETED.match(_plain(rows[at + 1]))
            if _is_group(plain) and (bulleted or any(_row_soon(rows, at + 1, no) for no in due)):
                where = replace(where, group=text.strip())
            at += 1
    return out


def _columns(row: Sequence[TextLine]) -> dict[str, int]:
    """The columns of a table's head beside number and name."""
    return {
        name: line.cell.column
        for name, words in COLUMNS.items()
        for line in row
        if line.cell and line.cell.column > 1 and words.match(line.plain)
    }


def _due(before: Sequence[_Row]) -> tuple[int, ...]:
    """The numbers that the next row may have."""
    last = next((row.no for row in reversed(before) if row.no), None)
    return (1, last + 1) if last else (1,)


def _entry(
    rows: Sequence[Sequence[TextLine]], at: int, before: Sequence[_Row]
) -> tuple[int | None, list[str], int] | None:
    """Number, lines of the name and rows taken of the entry at `at`; None if none with the number due stands there."""
    due = _due(before)
    if bulleted := _BULLETED.match(_plain(rows[at])):
        return None, [_text(rows[at])[bulleted.start("name") :]], 1
    plain = _plain(rows[at])
    text = _text(rows[at])
    taken = 1
    if _NUMBER.match(plain) and at + 1 < len(rows):  # the number in a line of its own, the name below it
        plain, text = f"{plain} {_plain(rows[at + 1])}", f"{text} {_text(rows[at + 1])}"
        taken = 2
    found = _ROW.match(plain)
    if not found or _DATE.match(plain):
        return None
    after_lost = bool(_NAMED.match(plain)) and due[-1] < int(found["no"]) <= due[-1] + _LOST
    if int(found["no"]) not in due and not (before and after_lost):
        return None
    no, name = int(found["no"]), [text[found.start("name") :]]
    for more in range(1, _WRAP + 1):  # a wrapped name is one that the next number follows
        following = rows[at + taken : at + taken + more]
        runs_on = (
            _row_soon(rows, at + taken + more, no + 1, 1)
            or _group_soon(rows, at + taken + more)
            or any(_plain(row).startswith("(") for row in following)
        )
        stretch = [line for row in rows[at : at + taken + more] for line in row]
        if not runs_on or any(apart(a, b) and a.cell == b.cell for a, b in pairwise(stretch)):
            continue
        if not any(_opens(row, no + 1) for row in following):
            name += [line.text for row in following for line in row]
            taken += more
            break
    return no, name, taken


def _plain(row: Sequence[TextLine]) -> str:
    return " ".join(line.plain for line in _first_cells(row))


def _text(row: Sequence[TextLine]) -> str:
    return " ".join(line.text for line in _first_cells(row))


def _first_cells(row: Sequence[TextLine]) -> Sequence[TextLine]:
    """The lines of a row's first two cells, number and name; of one outside of tables, all."""
    columns = sorted({line.cell.column for line in row if line.cell})[:2]
    return [line for line in row if line.cell is None or line.cell.column in columns]


def _is_heading(plain: str) -> bool:
    return bool(_CATEGORY.match(plain) or _AWARD.match(plain) or _COUNT.search(plain))


def _is_group(plain: str) -> bool:
    return bool(_GROUP.match(plain)) and len(plain) < 60


def _is_column_head(row: Sequence[TextLine]) -> bool:
    """Whether a row heads columns; a word for agencies alone on its line heads a group."""
    plain = _plain(row)
    several = len({line.cell for line in row}) > 1 or " " in plain
    return bool(_COLUMN_HEAD.match(plain)) and (several or not _is_group(plain))


def _starts(row: Sequence[TextLine], no: int) -> bool:
    plain = _plain(row)
    found = _ROW.match(plain)
    named = found and int(found["no"]) == no and not _DATE.match(plain) and not _AWARD.match(plain)
    return bool(named) or plain.rstrip(".)") == str(no)


def _opens(row: Sequence[TextLine], no: int) -> bool:
    """Whether a row is a heading, or the first of a list or the one numbered so."""
    plain = _plain(row)
    return _is_heading(plain) or _is_group(plain) or _starts(row, no) or _starts(row, 1) or bool(_NAMED.match(plain))


def _group_soon(rows: Sequence[Sequence[TextLine]], at: int) -> bool:
    """Whether a group's heading and its first row stand here."""
    return at < len(rows) and _is_group(_plain(rows[at])) and _row_soon(rows, at + 1, 1, 1)


def _row_soon(rows: Sequence[Sequence[TextLine]], at: int, no: int, reach: int = 3) -> bool:
    return any(_starts(row, no) for row in rows[at : at + reach])


def _check_counts(section: Section, rows: Sequence[_Row]) -> None:
    """Warn where a list holds fewer or more agencies than its heading says."""
    lists: dict[tuple[str | None, int | None], list[_Row]] = {}
    for row in rows:
        lists.setdefault((row.place.award, row.place.promised), []).append(row)
    for (_, promised), listed in lists.items():
        if promised is not None and promised != len(listed):
            section.warn(f"{len(listed)} agencies were read where the announcement says {promised}", listed[0].lines[0])
    if not rows and section.lines:
        section.warn("an announcement without a list of agencies", section.lines[0])


FORM = Form(FAMILY, find, parse, prose=True)
