"""The lines of a document as the readers of forms see them: repaired, numbered alike, without furniture."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from statistics import median

from pipeline.extract.model import CUT_ROW, Cell, Line
from pipeline.forms.ticks import LETTER_TICKS, read_tick, read_verdict
from pipeline.thai import arabic_digits, join_wrapped

_RUN_OF_SPACE = re.compile(r"\s+")
#: A line that is nothing but a page number: "Page 2/63", "หน้า 3 จาก 40", "- หน้า 4 -", "- 12 -", "- ข -"; or one
#: that a foot's words stand before, where it also says of how many.
PAGE_MARK = re.compile(
    r"(?:-\s*)?(?:(?:page|หน้า(?:ที่)?)\s*:?\s*\d{1,4}(?:\s*(?:/|of|จาก)\s*\d{1,4})?\s*)+-?|-\s*(?:\d{1,4}|[ก-ฮ])\s*-"
    r"|\S.{0,60}\s(?:page|หน้า(?:ที่)?)\s*\d{1,4}\s*(?:/|of|จาก)\s*\d{1,4}",
    re.IGNORECASE,
)
#: A number that may be a page's, and the letters that words must have to be those of a page's head.
_FOLIO = re.compile(r"\d{1,3}")
_HEAD_WORDS = 12
#: A letter of Wingdings that stands for a box: at the start of a line, or before a verdict.
_LETTER = f"[{''.join(LETTER_TICKS)}]"
_LETTER_BOX = re.compile(rf"^{_LETTER} ?(?=[ก-ฮเ-ไ])|(?<=\s){_LETTER} ?(?=ไม่ ?ผ่าน|ผ่าน)")
#: Lines that begin so in a document whose boxes are letters.
_LETTER_BOXES = 4
#: The levels over the columns of a slide's grid, with the category beside them.
SCALE = re.compile(
    r"^BASIC[ |/]*ADVANCED?[ |/]*SIGNIFICAN(?:CE|T)[ |/]*(?:หมวด(?:ที่)? ?(?P<category>[1-6]))?$", re.IGNORECASE
)
#: One of them on a line of its own, as from a text box each.
LEVEL = re.compile(r"^(?:(?P<first>BASIC)|ADVANCED?|SIGNIFICAN(?:CE|T))$", re.IGNORECASE)
#: What Acrobat leaves in the text for a note on the page: the author's name, this, and the words of the note.
_ANNOTATION = re.compile(r"Text Box|Typewriter(?: Comment)?|Sticky Note|Callout", re.IGNORECASE)
#: Width of a space, in heights of a line.
_SPACE_WIDTH = 0.2
#: How much further apart than others two lines stand between which a paragraph ends.
_APART = 1.15
#: Wrapped lines from which on a document shows how far apart it sets them.
_MANY = 20
#: Lines that a running head or foot may take.
_REACH = 12


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line with text on it.

    `text` is repaired, stripped and single-spaced; `plain` is the same with Arabic digits, character for
    character, and is what patterns are matched against. `indent` is how far it stands from the left margin, in
    characters (of a PDF's lines outside of tables, from their place), `gap` the number of blank lines before it:
    in a PDF 1 where room, a page's end or a table's is above it.
    """

    text: str
    plain: str
    indent: int
    gap: int
    line: Line

    @property
    def cell(self) -> Cell | None:
        """The table cell the line stands in, if any."""
        return self.line.cell


def text_lines(lines: Iterable[Line]) -> list[TextLine]:
    """Lines with text, without furniture, page marks and what runs along with them."""
    lines = list(lines)
    margins, leadings = _margins(lines), _leadings(lines)
    out: list[TextLine] = []
    above: Line | None = None  # the last line that is no furniture
    gap = 0
    for line in lines:
        text = _RUN_OF_SPACE.sub(" ", line.text).strip()
        if not text:
            gap += 1
            continue
        plain = arabic_digits(text)
        indent = len(line.raw) - len(line.raw.lstrip(" \t\u00a0"))
        if line.bbox and not line.cell:
            indent = round(
                (line.bbox.x0 - margins[line.page]) / max(_SPACE_WIDTH * (line.bbox.bottom - line.bbox.top), 1)
            )
        if line.bbox and above:
            gap = int(_stands_off(above, line, leadings))
        out.append(TextLine(text, plain, indent, gap, line))
        above = above if line.furniture else line
        gap = 0
    running = _running(out)
    return _with_boxes([line for i, line in enumerate(out) if i not in running])


def _with_boxes(lines: list[TextLine]) -> list[TextLine]:
    """Lines, the letters of a symbol font as the boxes they are drawn as, where so many lines begin with one that
    they are no letters."""
    if sum(bool(_LETTER_BOX.match(line.text)) for line in lines) < _LETTER_BOXES:
        return lines
    return [
        replace(line, text=_boxed(line.text), plain=_boxed(line.plain)) if _LETTER_BOX.match(line.text) else line
        for line in lines
    ]


def _boxed(text: str) -> str:
    """A text with boxes for the letters at its start and before a second verdict.

    >>> _boxed("P ผ่าน O ไม่ผ่าน")
    '☑ ผ่าน ☒ ไม่ผ่าน'
    """
    return _LETTER_BOX.sub(lambda found: f"{LETTER_TICKS[found[0].strip()]} ", text)


def _margins(lines: Iterable[Line]) -> dict[int | None, float]:
    """The left margin of each page, in points."""
    margins: dict[int | None, float] = {}
    for line in lines:
        if line.bbox and not line.cell and line.text.strip():
            margins[line.page] = min(margins.get(line.page, line.bbox.x0), line.bbox.x0)
    return margins


def _leadings(lines: Sequence[Line]) -> tuple[float, float]:
    """How far below each other the closest lines of a document stand, and how far a line and the one it runs on
    into, in heights of a line; infinite where too few tell."""
    pitches = sorted((pitch, a.joint is not None) for a, b in pairwise(lines) if (pitch := _pitch(a, b) or 0) > 0.5)
    wrapped = [pitch for pitch, runs_on in pitches if runs_on]
    closest = pitches[len(pitches) // 10][0] if pitches else inf
    return closest, median(wrapped) if len(wrapped) >= _MANY else inf


def _pitch(line: Line, after: Line) -> float | None:
    """How far a line stands below the one before it, in its heights; None in tables and over a page's end."""
    if not line.bbox or not after.bbox or line.cell or after.cell or line.page != after.page:
        return None
    return (after.bbox.top - line.bbox.top) / max(after.bbox.bottom - after.bbox.top, 1)


def _stands_off(line: Line, after: Line, leadings: tuple[float, float]) -> bool:
    """Whether something blank is between two lines of a PDF that follow each other."""
    closest, wrapped = leadings
    pitch = _pitch(line, after)
    if pitch is None:
        return line.joint is None and not (line.cell and after.cell)
    return pitch < 0 or pitch > _APART * (closest if line.joint is None else wrapped)


def _running(lines: Sequence[TextLine]) -> set[int]:
    """Indexes of page marks, of the lines that run along with them, and of notes' remains.

    A line runs along if it comes back at the same distance from page ends that follow one another, and so do
    all lines between it and the end: a running head is removed whole or not at all. What heads a slide is the
    slide's own, though every slide has the like in its place.
    """
    heads = _slide_heads(lines)
    running = {i for i, line in enumerate(lines) if line.line.furniture or PAGE_MARK.fullmatch(line.plain)}
    running |= _numbers_of_heads(lines)
    ends = _page_ends(lines, running)
    for at, line in enumerate(lines):
        if _ANNOTATION.fullmatch(line.plain):
            running.update(i for i in (at - 1, at, at + 1) if 0 <= i < len(lines))
    for side, way in ((0, -1), (1, 1)):
        reached: Sequence[int] = range(len(ends))
        for step in range(_REACH):
            pages: dict[str, list[int]] = {}
            for page in reached:
                at = ends[page][side] + way * step
                if 0 <= at < len(lines) and _can_run(lines[at]):
                    pages.setdefault(re.sub(r"\d+", "#", lines[at].plain), []).append(page)
            runs = [run for found in pages.values() for run in _runs(found) if len(run) >= min(3, max(2, len(ends)))]
            reached = sorted(page for run in runs for page in run)
            running.update(ends[page][side] + way * step for page in reached)
            if not reached:
                break
    return running - heads


def _slide_heads(lines: Sequence[TextLine]) -> set[int]:
    """Indexes of the lines at the top of pages, down to the scale of levels where a page has one."""
    scales: dict[int | None, float] = {}
    for line in lines:
        if line.line.bbox and not line.cell and (SCALE.match(line.plain) or LEVEL.match(line.plain)):
            scales[line.line.page] = max(scales.get(line.line.page, 0.0), line.line.bbox.bottom)
    above = [
        i for i, line in enumerate(lines) if line.line.bbox and line.line.bbox.top < scales.get(line.line.page, 0.0)
    ]
    return {i for i in above if not PAGE_MARK.fullmatch(lines[i].plain)}


def _numbers_of_heads(lines: Sequence[TextLine]) -> set[int]:
    """Indexes of bare numbers that count on, each right above the same words: the heads of pages."""
    found: set[int] = set()
    before: dict[str, tuple[int, int]] = {}  # by the words: the last such number, and where it stands
    for at, (line, below) in enumerate(pairwise(lines)):
        if line.cell or len(below.plain) < _HEAD_WORDS or not _FOLIO.fullmatch(line.plain):
            continue
        folio, words = int(line.plain), below.plain
        if words in before and folio == before[words][0] + 1:
            found |= {before[words][1], at}
        before[words] = folio, at
    return found


def _page_ends(lines: Sequence[TextLine], marks: Collection[int]) -> list[tuple[int, int]]:
    """Where pages end: the index of the last line before each end, and of the first after it."""
    ends: list[tuple[int, int]] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and end in marks:
            end += 1
        if end > at or (at and lines[at].line.page != lines[at - 1].line.page):
            ends.append((at - 1, end))
        at = max(end, at) + 1
    return ends


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Ascending numbers as runs without gaps.

    >>> _runs([1, 2, 3, 7, 8])
    [[1, 2, 3], [7, 8]]
    """
    runs: list[list[int]] = []
    for n in numbers:
        if runs and runs[-1][-1] == n - 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return runs


def _can_run(line: TextLine) -> bool:
    """Whether a line can be part of a running head: no cell, no verdict, no box, no dots or bare figures."""
    if line.cell:
        return False
    boxed = read_verdict(line.plain) or read_tick(line.plain) is not None
    return not boxed and not re.fullmatch(r"[\W\d_]*", line.plain)


def joined(lines: Sequence[TextLine]) -> str:
    """The lines of one paragraph as one text: with a space where the page shows one, else as wrapped Thai is joined."""
    text = ""
    for before, line in zip([None, *lines], lines, strict=False):
        spaced = before is not None and before.line.joint == " "
        text = f"{text} {line.text}" if spaced else join_wrapped([text, line.text])
    return text


def table_rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Lines grouped as they stand side by side: one list a table row, one list a line outside of tables.

    A row that a page break cut is one list.
    """
    rows: list[list[TextLine]] = []
    last: TextLine | None = None
    for line in lines:
        if last is not None and _same_row(last, line):
            rows[-1].append(line)
        else:
            rows.append([line])
        last = line
    return rows


def by_column(row: Iterable[TextLine]) -> dict[int, list[TextLine]]:
    """The lines of each cell of a table row, by its column; a line outside of tables is in none."""
    columns: dict[int, list[TextLine]] = {}
    for line in row:
        if line.cell is not None:
            columns.setdefault(line.cell.column, []).append(line)
    return columns


def _same_row(before: TextLine, line: TextLine) -> bool:
    """Whether two lines that follow each other stand in one row, whose cells may go on on the next page."""
    a, b = before.cell, line.cell
    if a is None or b is None:
        return False
    if b.row == CUT_ROW or a.row == CUT_ROW:
        return b.row == CUT_ROW
    return a[:2] == b[:2]


def number(text: str) -> int | float | None:
    """A printed figure as a number; None for what is no figure ("-", "N/A", "___").

    >>> number("3,000"), number("๘๒.๕๐"), number("-")
    (3000, 82.5, None)
    """
    digits = arabic_digits(text).replace(",", "").strip()
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", digits):
        return None
    return float(digits) if "." in digits else int(digits)
