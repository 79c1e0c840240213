"""What a form is, and how a document is cut into the forms it holds.

One module a document family: it says where its sections open and how to read one. To add a family, write such
a module and add its FORM to `pipeline.forms.FORMS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.extract.model import BBox
from pipeline.forms import tables
from pipeline.forms.lines import TextLine, joined
from pipeline.forms.markup import printed
from pipeline.records import Record
from pipeline.thai import arabic_digits, join_wrapped

#: How the name of a public agency begins; what tells a name from a sentence where no colon does.
AGENCY_WORDS = (
    "สำนัก|กรม|กระทรวง|ทบวง|จังหวัด|มหาวิทยาลัย|สถาบัน|องค์การ|ศูนย์|โรงพยาบาล|โรงเรียน|วิทยาลัย|เทศบาล|กองทัพ|"
    "ธนาคาร|การไฟฟ้า|การประปา|คณะ|อำเภอ|ราช"
)
_AGENCY = re.compile(
    r"^(?:ชื่อ)?(?:ผู้สมัคร(?:ขอรับ)?(?:รางวัล)?|ส่วนราชการ|หน่วยงาน)(?:ที่สมัคร(?:รางวัล)?|ผู้สมัคร)?"
    rf"(?: ?[::] ?| (?={AGENCY_WORDS}))(?P<name>[ก-๙].{{3,}})$"
)
_TITLED = re.compile(
    rf"(?:ของ(?P<name>(?:{AGENCY_WORDS})[ก-์]{{4,60}}?) ?(?:ประจำปี|ปีงบประมาณ)"
    rf"|(?<=\s)(?P<before_year>(?:{AGENCY_WORDS})[ก-์]{{4,60}}) (?:ประจำปี|ปีงบประมาณ))"
)
#: A line of a title that ends on the agency's name.
_TITLE_OF = re.compile(
    r"^(?:(?:\(ร่าง\) ?)?(?:รายงาน|แผน|สรุป|บทสรุป|ผลการ|แบบ|การพัฒนา|การดำเนิน)\D*(?: |ของ)|ของ)"
    rf"(?P<name>(?:{AGENCY_WORDS})[ก-์]{{4,60}})$"
)
#: A label that markdown sets in bold, without a colon.
_BOLD_LABEL = re.compile(r"^\*\*([^*::]+)\*\*\s+(?![::])")
#: What may stand on the line after an agency's name.
_AFTER_NAME = re.compile(r"\s*[-–_.]+$|\s+(?:ประจำปี|ปีงบประมาณ|วันที่).*$")
_YEAR = re.compile(
    r"ประจำปี(?:งบประมาณ)?\s*(?:พ\s*\.?\s*ศ\s*\.?)?\s*(25\d\d)|ปีงบประมาณ\s*(?:พ\s*\.?\s*ศ\s*\.?)?\s*(25\d\d)"
)
_PRINTED = re.compile(r"(?:พิมพ์เมื่อ|วันที่พิมพ์|ข้อมูล\s*ณ)\D*\d{1,2}\s*(?P<month>\D+?)\s*(?:พ\.?ศ\.?\s*)?(?P<year>25\d\d)")
#: Months that belong to the fiscal year named after the next calendar year.
_NEXT_FISCAL_YEAR = ("ต.ค", "ตุลาคม", "พ.ย", "พฤศจิกายน", "ธ.ค", "ธันวาคม")
#: A line of a cover that is nothing but an agency's name; bureaus and committees are parts of one.
_NAME = re.compile(rf"^(?!คณะ|สำนัก(?!งาน|นายก|พระราชวัง)|ศูนย์)(?:{AGENCY_WORDS})[ก-์]{{3,60}}$")
#: What comes after a cover; a line longer than a title's is of a text.
_INSIDE = re.compile(r"^(?:คำนำ|สารบัญ|บทนำ|บทสรุป|เรื่อง|เรียน)")
_TITLE_LINE = 80
#: An agency and a year are named near the top of a section, or not at all.
_HEAD = 40
#: Lines that a title may take.
_TITLE = 8


@dataclass(slots=True)
class Section:
    """A stretch of a document that one form fills: its lines, whose it is, and of which fiscal year.

    `within` is the family of the form before it that it is a part of. `warnings` collects sentences for the user,
    each naming the place it speaks of.
    """

    family: str
    lines: Sequence[TextLine]
    agency: str | None = None
    fiscal_year: int | None = None
    within: str | None = None
    warnings: list[str] = field(default_factory=list)

    def warn(self, message: str, line: TextLine) -> None:
        """Record something a person should look at, with its place."""
        page = f"page {line.line.page}, " if line.line.page else ""
        self.warnings.append(f"{message} ({page}line {line.line.number})")


@dataclass(frozen=True, slots=True)
class Form:
    """A document family. `find` yields the indexes of the lines that open a section, `parse` its records.

    A form with `markup` is given the lines of the text as they are and reads markdown, tabs and HTML itself; any
    other is given them as they would stand on a page, see `pipeline.forms.markup`. One with `prose` holds running
    text beside what it yields records of, which is kept as passages; one that is `closed` has a field for everything
    below its head, so that what is left over was not understood: it is kept as passages, too, with a warning. `owns`
    tells of its section and the one that follows whether the second, though another form, is a part of the first.
    """

    family: str
    find: Callable[[Sequence[TextLine]], Iterable[int]]
    parse: Callable[[Section], Iterable[Record]]
    markup: bool = False
    prose: bool = False
    closed: bool = False
    owns: Callable[[Section, Section], bool] = lambda section, after: False


def cut(lines: Sequence[TextLine], forms: Iterable[Form]) -> list[Section]:
    """A document's lines as sections, in order; what no form claims is of the family "other"."""
    forms = list(forms)
    page = printed(lines)
    places = {line.line.number: index for index, line in reversed(list(enumerate(lines)))}
    openings: dict[int, str] = {}
    for form in forms:
        for index in form.find(lines if form.markup else page):
            openings.setdefault(index if form.markup else places[page[index].line.number], form.family)
    starts = sorted(openings)
    if not starts or starts[0] > 0:
        openings.setdefault(0, "other")
        starts = sorted(openings)
    unread = {form.family for form in forms if not form.markup}
    sections = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        body = lines[start:end]
        if body:
            family, shown = openings[start], printed(body)
            seen = shown if family in unread else body
            sections.append(Section(family, seen, agency_of(body), fiscal_year_of(shown)))
    owners = {form.family: form.owns for form in forms}
    for section, after in pairwise(sections):
        if section.family in owners and owners[section.family](section, after):
            after.within = section.family
    return sections


def agency_of(lines: Sequence[TextLine]) -> str | None:
    """The agency named at the top of a section: after its label, else in the title ("... ของกรม...")."""
    for row in tables.rows(lines[:_HEAD]):
        cells = row.filled if row.tabular else (_BOLD_LABEL.sub(r"\1 : ", row.cells[0]),)
        label, *values = [*map(tables.clean, cells), ""]
        for text in [label, *(f"{label} {value}" for value in values[:1])]:
            if found := _AGENCY.match(text):
                return _AFTER_NAME.sub("", text[found.start("name") :]) or None
    head = printed(lines[:_TITLE])
    if found := _TITLED.search(_title(head)):
        return found["name"] or found["before_year"]
    return next((found["name"] for line in head if (found := _TITLE_OF.match(line.text))), None)


def cover_agency(lines: Sequence[TextLine]) -> str | None:
    """The agency that a document's cover names on a line of its own; None where it names none or several."""
    names = set()
    for line in printed(lines[:_HEAD]):
        turned = line.line.page != lines[0].line.page
        if turned or line.cell or len(line.text) > _TITLE_LINE or _INSIDE.match(line.text):
            break
        if _NAME.match(line.text):
            names.add(line.text)
    return names.pop() if len(names) == 1 else None


def fiscal_year_of(lines: Sequence[TextLine]) -> int | None:
    """The fiscal year (Buddhist era) in a section's title, else that of the date it was printed, else the first
    one named near its top."""
    if found := _YEAR.search(arabic_digits(_title(lines))):
        return int(found[1] or found[2])
    for line in lines[:_HEAD]:
        if found := _PRINTED.search(line.plain):
            later = found["month"].strip().startswith(_NEXT_FISCAL_YEAR)
            return int(found["year"]) + later
    for paragraph in _paragraphs(lines[_TITLE:_HEAD]):
        if found := _YEAR.search(arabic_digits(joined(paragraph))):
            return int(found[1] or found[2])
    return None


def _paragraphs(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """Lines, those that run on into each other together."""
    held: list[TextLine] = []
    for line in lines:
        held.append(line)
        if line.line.joint is None:
            yield held
            held = []
    if held:
        yield held


def _title(lines: Sequence[TextLine]) -> str:
    return join_wrapped(line.text for line in lines[:_TITLE])


def place(lines: Sequence[TextLine]) -> dict[str, object]:
    """The provenance fields of a record that stands on these lines: page, line_start, line_end, bbox."""
    boxes: dict[int, BBox] = {}
    for text_line in lines:
        line = text_line.line
        if line.page is not None and line.bbox is not None:
            box = boxes.get(line.page, line.bbox)
            boxes[line.page] = BBox(
                min(box.x0, line.bbox.x0),
                min(box.top, line.bbox.top),
                max(box.x1, line.bbox.x1),
                max(box.bottom, line.bbox.bottom),
            )
    rounded = {page: [round(v, 1) for v in box] for page, box in boxes.items()}
    bbox: list[float] | dict[str, list[float]] | None = None
    if len(rounded) == 1:
        bbox = next(iter(rounded.values()))
    elif rounded:
        bbox = {str(page): box for page, box in sorted(rounded.items())}
    return {
        "page": lines[0].line.page if lines else None,
        "line_start": min(t.line.number for t in lines) if lines else None,
        "line_end": max(t.line.number for t in lines) if lines else None,
        "bbox": bbox,
    }
