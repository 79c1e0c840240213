"""Page furniture: running headers and footers, page numbers, and table heads repeated on every page.

What stands on the same spot of neighbouring pages, from the page's edge inwards, and says the same but for
a number that counts the pages, belongs to the pages and not to the text.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.extract.model import Line, Page
from pipeline.thai import arabic_digits, squeeze

#: Neighbouring pages looked at on either side; two, because left and right pages may differ.
_REACH = 2
#: Lines from an edge of the page that may be furniture, and points that they may shift from page to page.
_DEEPEST, _SHIFT = 8, 8.0
#: Rows that the head of a table may take.
_HEAD = 3
_NUMBER = re.compile(r"\d+")
#: A line that is nothing but a page number and says so.
_PAGE_NUMBER = re.compile(
    r"(?:หน้า(?:ที่)?|[Pp]age)\s*\d+(?:\s*(?:/|จาก|ของ|of)\s*\d+)?|[-–—]\s*\d+\s*[-–—]|\d+\s*(?:/|จาก|of)\s*\d+"
)


def mark(pages: Iterable[Page]) -> Iterator[Page]:
    """Marks the furniture of pages as they pass; looks two pages ahead and keeps no more."""
    behind: deque[Page] = deque(maxlen=_REACH)
    ahead: deque[Page] = deque()
    for page in pages:
        ahead.append(page)
        if len(ahead) > _REACH:
            yield _marked(ahead, behind)
    while ahead:
        yield _marked(ahead, behind)


def _marked(ahead: deque[Page], behind: deque[Page]) -> Page:
    page = ahead.popleft()
    neighbours = [*behind, *list(ahead)[:_REACH]]
    level = [line for line in page.lines if line.bbox is not None]
    by_height = sorted(level, key=lambda line: line.bbox.top if line.bbox else 0.0)
    for inwards in (by_height, by_height[::-1]):
        count = 0
        for line in inwards[:_DEEPEST]:
            if line.cell is not None or not _repeated(line, page, neighbours):
                break
            count += 1
        while 0 < count < len(inwards) and not _apart(inwards[count - 1], inwards[count], by_height):
            count -= 1
        for line in inwards[:count]:
            line.furniture = True
    for line in (by_height[:2] + by_height[-2:]) if by_height else ():
        if line.cell is None and _PAGE_NUMBER.fullmatch(arabic_digits(line.text.strip())):
            line.furniture = True
    _mark_head(page, behind[-1] if behind else None, by_height)
    behind.append(page)
    return page


def _apart(line: Line, inner: Line, by_height: Sequence[Line]) -> bool:
    """Whether a line stands further from the next one than the lines of the text do from each other."""
    tops = [each.bbox.top for each in by_height if each.bbox is not None]
    pitches = sorted(b - a for a, b in pairwise(tops) if b - a > 3)
    if line.bbox is None or inner.bbox is None or len(pitches) < 3:
        return True
    return abs(line.bbox.top - inner.bbox.top) > 1.2 * pitches[len(pitches) // 2]


def _repeated(line: Line, page: Page, neighbours: Sequence[Page]) -> bool:
    """Whether enough neighbouring pages have the line too."""
    pages = sum(any(_alike(line, page, other, there) for other in there.lines) for there in neighbours)
    return pages >= min(2, len(neighbours)) and pages > 0


def _alike(line: Line, page: Page, other: Line, there: Page) -> bool:
    if line.bbox is None or other.bbox is None or other.cell is not None:
        return False
    from_bottom = line.bbox.bottom > page.height / 2
    height = line.bbox.top - (page.height if from_bottom else 0)
    if abs(height - (other.bbox.top - (there.height if from_bottom else 0))) > _SHIFT:
        return False
    return same_but_number(line.text, page.number, other.text, there.number)


def same_but_number(text: str, page: int, other: str, there: int) -> bool:
    """Whether two lines say the same but for numbers that count with their pages.

    >>> same_but_number("หน้า ๓ จาก 40", 3, "หน้า ๕ จาก 40", 5), same_but_number("12", 3, "57", 4)
    (True, False)
    """
    a, b = arabic_digits(squeeze(text)), arabic_digits(squeeze(other))
    if a == b:
        return bool(_NUMBER.sub("", a))
    if not a or _NUMBER.sub("#", a) != _NUMBER.sub("#", b):
        return False
    steps = [int(y) - int(x) for x, y in zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True)]
    return all(step in (0, there - page) for step in steps)


def _mark_head(page: Page, before: Page | None, by_height: Sequence[Line]) -> None:
    """Marks the head at the top of a page that repeats the head of the table in which the page before ends."""
    body = [line for line in by_height if not line.furniture]
    above = [line for line in before.lines if not line.furniture] if before else []
    if not body or body[0].cell is None or before is None or not above or above[-1].cell is None:
        return
    table = body[0].cell.table
    rows = _rows(page, table)
    head = list(_rows(before, above[-1].cell.table).values())[:_HEAD]
    known = list(rows)[: _common(list(rows.values()), head)]
    if len(known) < len(rows):
        for line in page.lines:
            if line.cell is not None and line.cell.table == table and line.cell.row in known:
                line.furniture = True


def _rows(page: Page, table: int) -> dict[int, tuple[str, ...]]:
    """What the rows of a table say, by their numbers; rows without text are left out."""
    cells: dict[tuple[int, int], str] = {}
    for line in page.lines:
        if line.cell is not None and line.cell.table == table:
            key = (line.cell.row, line.cell.column)
            cells[key] = cells.get(key, "") + squeeze(line.text)
    rows = sorted({row for row, _ in cells})
    return {row: tuple(f"{c}:{t}" for (r, c), t in sorted(cells.items()) if r == row) for row in rows}


def _common(rows: Sequence[tuple[str, ...]], head: Sequence[tuple[str, ...]]) -> int:
    """How many first rows agree; rows of one cell alone or without letters are no head."""
    count = 0
    for mine, theirs in zip(rows, head, strict=False):
        if mine != theirs or len(mine) < 2:
            break
        count += 1
    return count
