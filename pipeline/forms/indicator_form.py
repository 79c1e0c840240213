"""The draft indicator form of category 7: one table, printed page after page.

The form, top to bottom: title (แบบฟอร์มตัวชี้วัดหมวด 7) › page header (ประเด็น/หัวข้อ … the years … หมายเหตุ) ›
sub-criterion (7.1 …) › group (1. …) › rows. A row, left to right: √, สำรอง or เสนอตัวใหม่ with its ordinal (n);
the indicator (1.1 name, particulars, ผู้รับผิดชอบ); the latest target with its unit; for each year เป้าหมาย and ผล;
remarks. Whether an indicator passed is printed there, or in a box that floats over the page and comes at its end,
after the note on how scores are worked out. A row may go on on the next page; a group may have no rows. Agencies
that set the form anew give it a column for each thing instead, see `indicator_table`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby

from pipeline.forms.allotment import Box, Outlook, allot
from pipeline.forms.base import Form, Section, place
from pipeline.forms.indicator_cells import (
    EMPTY,
    FIGURE,
    GROUP,
    NUMBERED,
    OWNER,
    TARGET,
    boxes,
    core_name,
    split_owner,
)
from pipeline.forms.indicator_table import indicators, is_table, printed_value
from pipeline.forms.lines import TextLine, number
from pipeline.records import Indicator, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "indicator_form"

_LANDMARK = re.compile(r"^(?:\(?ร่าง\)? ?)?แบบฟอร์ม(?:รายงาน)?(?:ผล)?ตัวชี้วัด")
#: Other names of the form, believed where a plain table of indicators follows.
_TABLE_LANDMARK = re.compile(r"^(?:\(?ร่าง\)? ?)?(?:\S+ ?)?ตัวชี้วัด.*หมวด(?:ที่)? ?7|^หมวด(?:ที่)? ?7\b")
_FORM_4 = re.compile(r"^แบบฟอร์มที่ ?4")
_HEADER = re.compile(r"^ประเด็น ?/ ?หัวข้อ")
_HEADER_WORD = re.compile(
    r"^(?:(?:ประเด็น ?/ ?หัวข้อ|\(Category/Item\)|เลือก ?/|ไม่เลือก|ตัวชี้วัด|(?:ค่า)?เป้าหมาย|\(ปีล่าสุด\)"
    r"|ข้อมูลย้อนหลัง|\(?ผลการดำเนินงาน\)?|(?:ปี )?25\d\d|หมายเหตุ) ?)+$"
)
_SUB = re.compile(r"^7 ?\. ?(?P<number>[1-9]) ?(?P<title>[ก-ฮเ-ไ].*)$")

_MARK = re.compile(r"^(?:[√✓✔☑]|สำรอง|เสนอ)")
_MARK_WORD = re.compile(r"^(?:\(?(?:ตัวชี้วัด|ตัว)?ใหม่\)?|\(ตัวชี้วัด|\*{1,3})$")
_ORDINAL = re.compile(r"^(?:[√✓✔☑]|สำรอง|เสนอ|\(?(?:ตัวชี้วัด|ตัว)?ใหม่\)?| )*\((?P<ordinal>\d{1,3})\) ?\**$")

_LABEL = re.compile(r"(?:^|(?<= ))(?P<label>เป้าหมาย|ผล)(?= |$) ?:? ?")
#: A figure alone, with its unit in brackets, or on one line with the label of the first year.
_FIGURES_BEGIN = re.compile(rf"^(?:{FIGURE}(?: ?\([^()]+\))?$|(?:{FIGURE} (?:\S+ )*?)?เป้าหมาย(?= |$))")
_FIGURE_WITH_UNIT = re.compile(r"^\d[\d,.]* ?(?!เป้าหมาย)[ก-ฮเ-ไ]\S*$")
_VALUE = re.compile(r"^(?:\d|[-–_.…]|ไม่ผ่าน|ผ่าน$|N/?A)")
_UNKNOWN = re.compile(r"^[-–_.… ]*$")

_METHOD = re.compile(r"^ใช้วิธีคิด")

#: Lines from a landmark to the first row; from a mark to its ordinal and from a figure to its label.
_SOON, _NEAR = 60, 6
#: Letters up to which a cell of a ruled table is taken as a whole.
_SMALL = 40
#: Letters in a row that a note shares with the name of the indicator it speaks of.
_SHARED = 14


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """Each landmark that a page header and a row follow, or a plain table of indicators; without one, the first such
    page header."""
    headers = [i for i, line in enumerate(lines) if _HEADER.match(line.plain)]
    rows = [i for i in range(len(lines)) if _after_mark(lines, i)]
    starts = [
        at
        for at, line in enumerate(lines)
        if _LANDMARK.match(line.plain) and all(any(at < i < at + _SOON for i in signs) for signs in (headers, rows))
    ]
    starts = starts or [at for at in headers[:1] if any(at < i < at + _SOON for i in rows)]
    titles = (at for at, line in enumerate(lines) if _LANDMARK.match(line.plain) or _TABLE_LANDMARK.match(line.plain))
    own = (at for at in titles if not any(_FORM_4.match(line.plain) for line in lines[max(at - 2, 0) : at + 1]))
    yield from starts or [at for at in own if is_table(lines[at : at + _SOON])][:1]


@dataclass(frozen=True, slots=True)
class _CellLine(TextLine):
    """A cell of figures or labels as one line; `parts` are its lines as printed, which a narrow column breaks."""

    parts: tuple[TextLine, ...] = ()


def _with_whole_cells(lines: Sequence[TextLine]) -> list[TextLine]:
    """Lines, those of a small cell of a ruled table made one. A cell with a name or an owner keeps its lines."""
    out: list[TextLine] = []
    for _, group in groupby(lines, key=lambda line: (line.line.page, line.cell) if line.cell else id(line)):
        parts = tuple(group)
        text = join_wrapped(line.text for line in parts)
        plain = arabic_digits(text)
        named = any(NUMBERED.match(line.plain) or OWNER.match(line.plain) for line in parts)
        if len(parts) == 1 or named or len(squeeze(text)) > _SMALL:
            out += parts
        else:
            out.append(_CellLine(text, plain, parts[0].indent, parts[0].gap, parts[0].line, parts))
    return out


def _printed(lines: Iterable[TextLine]) -> list[TextLine]:
    """Lines as printed."""
    return [part for line in lines for part in (line.parts if isinstance(line, _CellLine) else (line,))]


def _after_mark(lines: Sequence[TextLine], at: int) -> int:
    """The index after a row's mark and ordinal (√ … (n) **) if they stand at `at`, else 0."""
    if not _MARK.match(lines[at].plain):
        return 0
    for end in range(at, min(at + _NEAR, len(lines))):
        if _ORDINAL.match(lines[end].plain):
            while end + 1 < len(lines) and _MARK_WORD.match(lines[end + 1].plain):
                end += 1
            return end + 1
        if end > at and not _MARK_WORD.match(lines[end].plain):
            return 0
    return 0


# -- where things stand ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """A row as cut out: its lines from the mark on, and those on the next page that go on with it."""

    sub: str | None
    group: tuple[int | None, str | None]
    years: Sequence[str]
    mark: Sequence[TextLine]
    body: list[TextLine] = field(default_factory=list)
    continued: list[TextLine] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    """A printed page: the years of its header, the rows that begin on it, what stands after its table."""

    years: Sequence[str] = ()
    rows: list[_Row] = field(default_factory=list)
    after: list[TextLine] = field(default_factory=list)


def _pages(lines: Sequence[TextLine]) -> list[_Page]:
    """The pages of the form, cut into rows."""
    pages = [_Page()]
    sub: str | None = None
    group: tuple[int | None, str | None] = (None, None)
    last: _Row | None = None  # the row printed last, on whichever page
    into: list[TextLine] = []  # what the next line goes to
    at = 0
    while at < len(lines):
        line = lines[at]
        if _HEADER.match(line.plain):
            if pages[-1].after and number(pages[-1].after[-1].plain) is not None:
                pages[-1].after.pop()  # the number of the page
            years, at = _page_header(lines, at)
            pages.append(_Page(years or pages[-1].years))
            into = last.continued if last else []
            continue
        if end := _after_mark(lines, at):
            last = _Row(sub, group, pages[-1].years, lines[at:end])
            pages[-1].rows.append(last)
            into, at = last.body, end
            continue
        if _METHOD.match(line.plain):
            into = pages[-1].after
        elif into is not pages[-1].after and (found := _SUB.match(line.plain)):
            sub, group, into = f"7.{found['number']}", (None, None), []
        elif into is not pages[-1].after and (found := GROUP.match(line.plain)) and _heads_group(lines, at):
            group, into = (int(found["number"]), line.text[found.start("title") :]), []
        into.append(line)
        at += 1
    return pages


def _page_header(lines: Sequence[TextLine], at: int) -> tuple[list[str], int]:
    """The years that a page header names, and the index after it."""
    years: list[str] = []
    while at < len(lines) and _HEADER_WORD.match(lines[at].plain):
        years += re.findall(r"25\d\d", lines[at].plain)
        at += 1
    return list(dict.fromkeys(years)), at


def _heads_group(lines: Sequence[TextLine], at: int) -> bool:
    """Whether a numbered line is the heading of a group, not a list in a name: a row or an empty one follows."""
    ahead = range(at + 1, min(at + 3, len(lines)))
    return any(_after_mark(lines, i) or EMPTY.match(lines[i].plain) for i in ahead)


# -- a row ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Content:
    """What a row says. `targets` and `results` are as printed, by year; `remarks` is the last column."""

    number: str | None
    name: str | None
    owner: str | None
    target: str | None
    unit: str | None
    targets: dict[str, str]
    results: dict[str, str]
    remarks: list[TextLine]
    understood: bool


def _content(row: _Row) -> _Content:
    begin = next((i for i in range(len(row.body)) if _figures_begin(row.body, i)), len(row.body))
    figures, remarks = _split_remarks(row.body[begin:])
    extra = [line for line in row.continued if all(_VALUE.match(word) for word in line.plain.split())]
    names, owner, notes = split_owner(row.body[:begin], [line for line in row.continued if line not in extra])
    values = _Figures(figures, [word for line in extra for word in line.text.split()])
    targets, results, understood = values.by_year(row.years)
    found = NUMBERED.match(names[0].plain) if names else None
    return _Content(
        number=found["number"] if found else None,
        name=core_name(names, found.start("name") if found else 0) or None,
        owner=join_wrapped(owner) or None,
        target=values.target,
        unit=values.unit,
        targets=targets,
        results=results,
        remarks=[*notes, *remarks],
        understood=understood,
    )


def _figures_begin(lines: Sequence[TextLine], at: int) -> bool:
    """Whether the cell of the target, or of the first year, begins at `at`."""
    ahead = [line.plain for line in lines[at : at + _NEAR]]
    if at and _FIGURE_WITH_UNIT.match(ahead[0]):  # so a name may begin, too: "1.1 จำนวน"
        return bool(ahead[1:]) and bool(_LABEL.match(ahead[1]))
    return bool(_FIGURES_BEGIN.match(ahead[0])) and any(_LABEL.search(plain) for plain in ahead)


def _split_remarks(lines: Sequence[TextLine]) -> tuple[Sequence[TextLine], Sequence[TextLine]]:
    """The lines of the figures, up to the value of the last ผล, and those of the remarks."""
    labels = [i for i, line in enumerate(lines) if _LABEL.search(line.plain)]
    if not labels:
        return [], lines
    end = labels[-1] + 1
    blank = bool(re.search(r"(?:^| )(?:เป้าหมาย|ผล) ?:?$", lines[end - 1].plain))
    if blank and end < len(lines) and _VALUE.match(lines[end].plain):
        end += 1
    return lines[:end], lines[end:]


class _Figures:
    """The cells of a row's figures: the target with its unit, then a target and a result a year."""

    def __init__(self, lines: Sequence[TextLine], extra: Sequence[str]) -> None:
        text = " ".join(line.text for line in lines)
        labels = list(_LABEL.finditer(text))
        ends = [*(label.start() for label in labels[1:]), len(text)]
        self.cells: list[tuple[str, str]] = [
            (label["label"], text[label.end() : end].strip()) for label, end in zip(labels, ends, strict=False)
        ]
        self.extra = list(extra)
        before = text[: labels[0].start()].strip() if labels else text
        found = TARGET.match(arabic_digits(before))
        self.target = found["target"] if found else None
        self.unit = (found["bracketed"] or found["unit"]) if found else None
        self.single = found["more"] if found else None
        if found and self.unit and _VALUE.match(self.unit):  # no unit: a year's cell that holds one value
            self.unit, self.single = None, self.unit

    def by_year(self, years: Sequence[str]) -> tuple[dict[str, str], dict[str, str], bool]:
        """Targets and results by year, and whether the cells are as many as the years.

        A first year may have one cell for both: a dash, or a verdict for want of a result.
        """
        pairs = self._pairs()
        targets: dict[str, str] = {}
        results: dict[str, str] = {}
        if not pairs:
            return targets, results, True
        if len(pairs) == len(years) - 1 and (self.single or self.target):
            single = self.single or self._take_target() or ""
            pairs.insert(0, (single if _UNKNOWN.match(single) else "", single))
        for year, (target, result) in zip(years, pairs, strict=False):
            if target:
                targets[year] = target
            if result:
                results[year] = result
        return targets, results, len(pairs) == len(years)

    def _take_target(self) -> str | None:
        taken, self.target = self.target, None
        return taken

    def _pairs(self) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        blank = sum(not value for _, value in self.cells)
        extra = iter(self.extra if len(self.extra) == blank else [])
        for label, value in self.cells:
            value = value or next(extra, "")
            if label == "เป้าหมาย":
                pairs.append((value, ""))
            elif pairs and not pairs[-1][1]:
                pairs[-1] = (pairs[-1][0], value)
            else:
                pairs.append(("", value))
        return pairs


# -- verdicts -------------------------------------------------------------------------------------------


def _outlook(content: _Content) -> Outlook:
    """What the last year's figures say; a result may carry its unit."""
    years = sorted(content.results)
    last = years[-1] if years else ""
    result = _leading_number(content.results.get(last))
    if result is None:
        return Outlook(open=True)
    target = _leading_number(content.targets.get(last))
    before = _leading_number(content.results.get(years[-2])) if len(years) > 1 else None
    return Outlook(below=any(mark is not None and result < mark for mark in (target, before)))


def _leading_number(text: str | None) -> float | None:
    found = re.match(r"-?\d[\d,]*(?:\.\d+)?", arabic_digits(text or ""))
    return number(found[0]) if found else None


def _verdicts(section: Section, page: _Page, contents: Sequence[_Content]) -> list[Box | None]:
    """The verdict of each row of a page, as far as the text decides it. Its words and its score, too, are left
    out where two boxes could be the row's."""
    after = page.after or (contents[-1].remarks if contents else [])
    floating, notes = boxes(after)
    own = [boxes(c.remarks)[0] if c.remarks is not after else [] for c in contents]
    # Nothing ties a box to a row without figures.
    taking = [i for i, c in enumerate(contents) if c.results or c.targets]
    if len(floating) != len(taking):
        taking = [i for i in taking if not own[i]]
    out: list[Box | None] = [own[i][0] if len(own[i]) == 1 and i not in taking else None for i in range(len(contents))]
    if floating and len(floating) != len(taking):
        section.warn(f"{len(floating)} verdicts stand beside {len(taking)} rows: not given to any", after[0])
        return out
    outlooks = [_outlook(contents[i]) for i in taking]
    names = [contents[i].name or "" for i in taking]
    tied = {row: box for box, note in notes.items() if (row := _spoken_of(note, names)) is not None}
    for i, options in zip(taking, allot(outlooks, floating, tied), strict=True):
        verdicts = {box.verdict for box in options}
        if len(verdicts) == 1:
            scores, texts = {box.score for box in options}, {box.text for box in options}
            out[i] = Box(
                verdicts.pop(), scores.pop() if len(scores) == 1 else None, texts.pop() if len(texts) == 1 else ""
            )
    return out


def _spoken_of(note: str, names: Sequence[str]) -> int | None:
    """The one name a good part of which a note repeats."""
    shared = []
    for name in names:
        a, b = arabic_digits(squeeze(note)), arabic_digits(squeeze(name))
        shared.append(SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size)
    best = max(shared, default=0)
    return shared.index(best) if best >= _SHARED and shared.count(best) == 1 else None


# -- records --------------------------------------------------------------------------------------------


def parse(section: Section) -> Iterator[Record]:
    """The indicators in the order printed."""
    if is_table(section.lines):
        yield from indicators(section)
        return
    for page in _pages(_with_whole_cells(section.lines)):
        contents = [_content(row) for row in page.rows]
        for row, content, verdict in zip(page.rows, contents, _verdicts(section, page, contents), strict=True):
            if not content.understood:
                section.warn(f"indicator {content.number or content.name}: its years were not understood", row.mark[0])
            yield Indicator(
                sub_criterion=row.sub,
                group_no=row.group[0],
                group_title=row.group[1],
                indicator_no=content.number,
                name=content.name,
                target=number(content.target) if content.target else None,
                unit=content.unit,
                targets={year: printed_value(text) for year, text in content.targets.items()},
                results={year: printed_value(text) for year, text in content.results.items()},
                score=verdict.score if verdict else None,
                verdict=verdict.verdict if verdict else None,
                comment=(verdict.text or None) if verdict else None,
                owner=content.owner,
                **place(_printed([*row.mark, *row.body, *row.continued])),  # type: ignore[arg-type]
            )


FORM = Form(FAMILY, find, parse, closed=True)
