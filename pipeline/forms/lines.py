"""The lines of a document as the readers of forms see them: repaired, numbered alike, without furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.extract.model import Cell, Line
from pipeline.thai import arabic_digits

_RUN_OF_SPACE = re.compile(r"\s+")
#: A line that is nothing but a page number: "Page 2/63", "หน้า 3 จาก 40", "- 12 -".
PAGE_MARK = re.compile(
    r"(?:(?:page|หน้า(?:ที่)?)\s*:?\s*\d{1,4}(?:\s*(?:/|of|จาก)\s*\d{1,4})?\s*)+|-\s*\d{1,4}\s*-", re.IGNORECASE
)
#: What Acrobat leaves in the text for a note on the page: the author's name, this, and the words of the note.
_ANNOTATION = re.compile(r"Text Box|Typewriter(?: Comment)?|Sticky Note|Callout", re.IGNORECASE)
#: Rows above and below a page mark that may be the rest of a running header or footer.
_REACH = 3


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line with text on it.

    `text` is repaired, stripped and single-spaced; `plain` is the same with Arabic digits, character for
    character, and is what patterns are matched against. `indent` is the white space the line began with
    (characters; for a PDF, see `bbox`), `gap` the number of blank lines before it.
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
    """Lines with text, page marks and what runs along with them left out."""
    out: list[TextLine] = []
    gap = 0
    for line in lines:
        text = _RUN_OF_SPACE.sub(" ", line.text).strip()
        if not text:
            gap += 1
            continue
        plain = arabic_digits(text)
        indent = len(line.raw) - len(line.raw.lstrip(" \t\u00a0"))
        out.append(TextLine(text, plain, indent, gap, line))
        gap = 0
    running = _running(out)
    return [line for i, line in enumerate(out) if i not in running]


def _running(lines: Sequence[TextLine]) -> set[int]:
    """Indexes of page marks, of lines that come back at the same distance from them, and of notes' remains."""
    marks = [i for i, line in enumerate(lines) if PAGE_MARK.fullmatch(line.plain)]
    seen: Counter[tuple[int, str]] = Counter()
    places: dict[tuple[int, str], list[int]] = {}
    for mark in marks:
        for step in (*range(-_REACH, 0), *range(1, _REACH + 1)):
            at = mark + step
            if 0 <= at < len(lines):
                key = (step, re.sub(r"\d+", "#", lines[at].plain))
                seen[key] += 1
                places.setdefault(key, []).append(at)
    running = set(marks)
    for at, line in enumerate(lines):
        if _ANNOTATION.fullmatch(line.plain):
            running.update(i for i in (at - 1, at, at + 1) if 0 <= i < len(lines))
    for key, times in seen.items():
        if times >= max(2, (len(marks) + 1) // 2) and not re.fullmatch(r"[\W\d_#]*", key[1]):
            running.update(places[key])
    return running


def table_rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Lines grouped as they stand side by side: one list a table row, one list a line outside of tables."""
    rows: list[list[TextLine]] = []
    last: tuple[int | None, int, int] | None = None
    for line in lines:
        key = (line.line.page, line.cell.table, line.cell.row) if line.cell else None
        if key is not None and key == last:
            rows[-1].append(line)
        else:
            rows.append([line])
        last = key
    return rows


def number(text: str) -> int | float | None:
    """A printed figure as a number; None for what is no figure ("-", "N/A", "___").

    >>> number("3,000"), number("๘๒.๕๐"), number("-")
    (3000, 82.5, None)
    """
    digits = arabic_digits(text).replace(",", "").strip()
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", digits):
        return None
    return float(digits) if "." in digits else int(digits)
