"""Self-assessment slides: one a category, a grid of criteria and levels, ticked points in its cells.

A slide, in the order in which it was drawn: titles of the category's criteria and the numbers of the tiles (01 02 …),
then cells, in no sure order: points, each after a box (☑ passed, ☒ not passed, ☐ open), some under a line that leads
in to them; somewhere the scale BASIC ADVANCE SIGNIFICANCE with หมวด N. So a point's category is known, its criterion
and level are not. A deck made from a copied slide still has that slide's cells under its own: they are printed again
and again, and only the first counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.forms.base import Form, Section, place
from pipeline.forms.lines import LEVEL, SCALE, TextLine
from pipeline.forms.titles import ALIKE, known_titles, likeness
from pipeline.forms.wording import ADDRESS, OPEN_END, apart
from pipeline.records import Finding, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "slides"

_BOXES = {**dict.fromkeys("☑✓✔", "pass"), **dict.fromkeys("☒✗✘", "fail"), **dict.fromkeys("☐□", "pending")}
#: A box on the line of another point, as of a cell beside its own.
_NEXT_POINT = re.compile(rf"(?<=\s)(?=[{''.join(_BOXES)}] ?\S)")
_POINT = re.compile(rf"^(?P<box>[{''.join(_BOXES)}]) ?(?P<text>\S.*)$")
_CATEGORY = re.compile(r"^หมวด(?:ที่)? ?(?P<category>[1-6])(?![\d.])")
#: The title of a slide: words on the assessment, then its category.
_HEADED = re.compile(r"^(?:ผล|สรุป|แบบ|การ|รายงาน).*ประเมิน.* หมวด(?:ที่)? ?(?P<category>[1-6])(?![\d.–-])")
_TILES = re.compile(r"^(?:[01]\d ?){2,}$")
_FIRST_TILE = re.compile(r"^(?=(?:[01]\d ?){2,}$)(?:\d\d ?)*?01")
_RULE = re.compile(r"^[-–—*_]{3,}$")
_LONE_NUMBER = re.compile(r"^\d{1,3}$")
_SUB_POINT = re.compile(r"^[-–•*]")
_GOES_ON = re.compile(r"^[-–•*(]")
_CRITERION = re.compile(r"^[1-6]\.\d$")
_NUMBER = re.compile(r"^[1-6]\.\d\.? ")
#: A list item or a numbered heading, of which the titles on a slide are neither.
_LISTED = re.compile(r"^[-–•*]|^\d+[.)]")
#: Lines around the scale in which points must stand, and how many; lines before the first tile that may be titles.
_AROUND, _ENOUGH, _TITLES = 250, 4, 60
#: How alike (0..100) to a known title a text is that stands where titles do.
_LIKE_A_TITLE = 62.0
#: Lines above the first tile in which the slide's category may stand.
_HEAD = 4
#: Lines that a title may take; the letters in a row that make a title out of a likeness.
_TITLE_LINES, _TITLE_LENGTH = 12, 20
#: Printings from which on a cell is left over from the slide that was copied.
_COPIES = 3


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The first title of the first slide: the scale names the form, ticked points around it prove it."""
    points = [i for i, line in enumerate(lines) if _POINT.match(line.plain)]
    scales = [i for i in range(len(lines)) if _is_scale(lines[i : i + 3])]
    believed = [at for at in scales if sum(abs(i - at) < _AROUND for i in points) >= _ENOUGH]
    if not believed:
        return
    first = min([believed[0], *(i for i in points if believed[0] - i < _AROUND)])
    tiles = [i for i, line in enumerate(lines[:first]) if _TILES.match(line.plain) and first - i < _TITLES]
    anchor = min([first, *tiles])
    above = range(max(0, anchor - _TITLES), anchor)
    listed = [i for i in above if _LISTED.match(lines[i].plain)]  # of the document before
    own = range(listed[-1] + 1 if listed else above.start, anchor)
    page = lines[anchor].line.page
    on_page = [i for i in above if page is not None and lines[i].line.page == page]
    titles = [i for i in own if _title_category(lines, i) is not None]
    near = [i for i in own if anchor - i <= _HEAD]
    titles += [i for i in near if _CATEGORY.match(lines[i].plain) or _HEADED.match(lines[i].plain)]
    titles.sort()
    yield min([anchor, *titles[:1], *on_page[:1]])


def _is_scale(lines: Sequence[TextLine]) -> bool:
    """Whether the scale begins with the first of these lines: on one, or a level a line."""
    found = [level for line in lines if (level := LEVEL.match(line.plain))]
    return bool(SCALE.match(lines[0].plain)) or (len(found) == 3 and found[0]["first"] is not None)


def _title_category(lines: Sequence[TextLine], at: int, least: float = ALIKE) -> int | None:
    """The category whose criterion's title begins at `at`."""
    if _POINT.match(lines[at].plain) or _is_furniture(lines[at]):
        return None
    parts: list[str] = []
    for line in lines[at : at + _TITLE_LINES]:
        if _POINT.match(line.plain) or _is_furniture(line):
            break
        parts.append(line.plain)
    text = squeeze(_NUMBER.sub("", " ".join(parts)))
    if len(text) < _TITLE_LENGTH:
        return None
    numbers = [number for number in known_titles() if _CRITERION.match(number)]
    best = max(numbers, key=lambda number: likeness(number, text) or 0.0)
    return int(best[0]) if (likeness(best, text) or 0.0) >= least else None


def _is_furniture(line: TextLine) -> bool:
    return any(p.match(line.plain) for p in (SCALE, LEVEL, _TILES, _RULE, ADDRESS, _LONE_NUMBER, _CATEGORY))


@dataclass(slots=True)
class _Point:
    """A ticked point in the making; `label` is the line that leads in to it."""

    verdict: str
    label: str | None
    texts: list[str]
    lines: list[TextLine]

    @property
    def text(self) -> str:
        """What the box ticks."""
        return join_wrapped(self.texts)

    def is_open(self) -> bool:
        """Whether what follows after a gap still belongs to it: a list of its own, or a phrase broken off."""
        return any(_SUB_POINT.match(t.plain) for t in self.lines[1:]) or bool(OPEN_END.search(self.lines[-1].text))


@dataclass(slots=True)
class _Slide:
    """A slide: the category that its scale or its titles name, its cells of points."""

    page: int | None
    category: int | None = None
    named: bool = False  # it says its category itself, in a line of its own
    cells: list[list[_Point]] = field(default_factory=list)


def parse(section: Section) -> Iterator[Record]:
    """A finding a point, with the verdict its box gives."""
    category: int | None = None
    for slide in _without_copies(_slides(section)):
        if slide.category is None and slide.cells:
            taken = f", taken to go on with category {category}" if category else ""
            section.warn(f"a slide that names no category{taken}", slide.cells[0][0].lines[0])
            slide.category = category
        category = slide.category or category
        for point in (point for cell in slide.cells for point in cell):
            yield Finding(
                kind="verdict",
                category=slide.category,
                part_label=point.label,
                verdict=point.verdict,
                text=point.text,
                **place(point.lines),  # type: ignore[arg-type]
            )


def _without_copies(slides: Sequence[_Slide]) -> Sequence[_Slide]:
    """The slides without the cells that a copied slide left in them, also where the next cell follows close."""
    printings = Counter(_key(cell) for slide in slides for cell in slide.cells)
    copied = {key for key, times in printings.items() if times >= _COPIES}
    seen: set[tuple[str, ...]] = set()
    for slide in slides:
        kept = []
        for cell in slide.cells:
            left_over = next((key for key in seen if _key(cell)[: len(key)] == key), ())
            seen |= {_key(cell)} & copied
            kept.append(cell[len(left_over) :])
        slide.cells = [cell for cell in kept if cell]
    return slides


def _key(cell: Sequence[_Point]) -> tuple[str, ...]:
    return tuple(arabic_digits(squeeze(point.text)) for point in cell)


def _slides(section: Section) -> list[_Slide]:
    """The slides with their cells, in the order drawn."""
    lines = _a_point_a_line(section.lines)
    slides = [_Slide(lines[0].line.page)]
    above: list[int] = []  # where texts without ticks begin, since the last cell
    for start, end in _blocks(lines):
        block = lines[start:end]
        if block[0].line.page != slides[-1].page:
            slides.append(_Slide(block[0].line.page))
        slide = slides[-1]
        # A page on which nothing names a slide yet may go on with the last point of the page before.
        running = slides if slide.category is None else [slide]
        last = next((s.cells[-1][-1] for s in reversed(running) if s.cells), None)
        ticks = [i for i, line in enumerate(block) if _POINT.match(line.plain)]
        lead = block[: ticks[0]] if ticks else block
        above = [] if ticks else [*above, start]
        if _FIRST_TILE.match(block[0].plain) and slide.cells:  # another slide, whose titles were not known for such
            slides.append(_Slide(block[0].line.page, next(filter(None, _categories(lines, above)), None)))
        elif _is_furniture(block[0]):
            scale = SCALE.match(block[0].plain) or _CATEGORY.match(block[0].plain)
            if scale and scale["category"]:
                if slide.named and slide.cells and slide.category != int(scale["category"]):
                    slide = _Slide(block[0].line.page)
                    slides.append(slide)
                slide.category, slide.named = int(scale["category"]), True
        elif not ticks and (headed := _HEADED.match(block[0].plain)):
            if slide.cells:
                slide = _Slide(block[0].line.page)
                slides.append(slide)
            slide.category = int(headed["category"])
        elif not ticks and (category := _title_category(lines, start)) is not None:
            if slide.cells and category != slide.category:
                slide = _Slide(block[0].line.page)
                slides.append(slide)
            slide.category = slide.category or category
        elif last is not None and lead and (_GOES_ON.match(lead[0].plain) or last.is_open()):
            last.texts += [line.text for line in lead]
            last.lines += lead
            if ticks:
                slide.cells.append(_points(block[len(lead) :], last.label))
        elif ticks:
            slide.cells.append(_points(block[len(lead) :], join_wrapped(line.text for line in lead) or None))
        elif slide.cells:
            section.warn("text beside no tick is kept as a passage", block[0])
    return slides


def _categories(lines: Sequence[TextLine], starts: Sequence[int]) -> Iterator[int | None]:
    """The categories of texts that must be a slide's titles, for the next thing is its first tile."""
    return (_title_category(lines, at, _LIKE_A_TITLE) for at in starts)


def _points(block: Sequence[TextLine], label: str | None) -> list[_Point]:
    points: list[_Point] = []
    for line in block:
        if found := _POINT.match(line.plain):
            points.append(_Point(_BOXES[found["box"]], label, [line.text[found.start("text") :]], [line]))
        else:
            points[-1].texts.append(line.text)
            points[-1].lines.append(line)
    return points


def _blocks(lines: Sequence[TextLine]) -> Iterator[tuple[int, int]]:
    """Spans of lines that stand together: nothing blank between them, one cell, one page; furniture by itself."""
    start = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or _parts(lines[at - 1], lines[at]):
            yield start, at
            start = at


def _parts(before: TextLine, line: TextLine) -> bool:
    """Whether a block ends between two lines."""
    if before.line.page != line.line.page or apart(before, line) or _is_furniture(before):
        return True
    wrapped = before.line.joint is not None and _LONE_NUMBER.match(line.plain)  # "ร้อยละ", and below it the figure
    return _is_furniture(line) and not wrapped


def _a_point_a_line(lines: Sequence[TextLine]) -> list[TextLine]:
    """Lines, each box with what it ticks on a line of its own."""
    out: list[TextLine] = []
    for line in lines:
        parts = [part.strip() for part in _NEXT_POINT.split(line.text)] if _POINT.match(line.plain) else []
        if len(parts) < 2:
            out.append(line)
        else:
            out += [replace(line, text=part, plain=arabic_digits(part)) for part in parts]
    return out


FORM = Form(FAMILY, find, parse, prose=True)
