"""The detail table of a self-assessment: for each level of a criterion four columns, cell by cell.

Columns: what the level asks for, the approach (แนวทางดำเนินการ), the self-check, the evidence. In a ruled PDF each
line tells its column. In plain text the cells of a row come one after the other, parted by blank lines, again on
each page that the row goes on to; then their order and how wide their lines run tell the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.forms.lines import TextLine
from pipeline.forms.wording import apart, room

#: The columns, left to right.
COLUMNS = ("description", "approach", "self_check", "evidence")
#: What speaks against a reading: a line wider than its column; a cell that wraps long before its column ends (both
#: by the share of the width); a gap inside of a cell; a column to the left of the one before.
_WIDER, _NARROWER, _GAP, _BACK = 20.0, 4.0, 0.6, 4.0
#: A column passed over: on the row's first page, where all begin; on a later one, before and after its first cell.
_SKIPPED, _ENDED, _THEN_ENDED = 5.0, 0.06, 0.05
#: A line may be so much wider than its column was found to be.
_TOLERANCE = 1.05


@dataclass(slots=True)
class Chunk:
    """Lines that stand together; `page` counts the pages of the row from 0."""

    page: int
    lines: list[TextLine] = field(default_factory=list)

    @property
    def width(self) -> float:
        """The widest line, in Thai letters."""
        return max(room(line.text) for line in self.lines)

    def wraps_at(self) -> float | None:
        """How wide the lines run that the column's edge broke; None if none is known to be."""
        broken = [room(a.text) for a, b in pairwise(self.lines) if not b.plain.startswith(("-", "*", "("))]
        return max(broken) if len(broken) > 1 else None


def columns(rows: Sequence[Sequence[Chunk]]) -> list[dict[str, list[TextLine]] | None]:
    """For each row its lines by column; None for a row whose columns can not be told."""
    widths = _widths(rows)
    out: list[dict[str, list[TextLine]] | None] = []
    for chunks in rows:
        if all(line.cell is not None for chunk in chunks for line in chunk.lines):
            out.append(_by_cell([line for chunk in chunks for line in chunk.lines]))
        elif widths is None or len(chunks) < len(COLUMNS):
            out.append(None)
        else:
            cells: dict[str, list[TextLine]] = {name: [] for name in COLUMNS}
            for chunk, column in zip(chunks, _assign(chunks, widths), strict=True):
                cells[COLUMNS[column]] += chunk.lines
            out.append(cells)
    return out


def _by_cell(lines: Sequence[TextLine]) -> dict[str, list[TextLine]] | None:
    numbers = sorted({line.cell.column for line in lines if line.cell})
    # A column of its own for the level's name stands before the four.
    if len(numbers) == len(COLUMNS) + 1:
        numbers = numbers[1:]
    if len(numbers) != len(COLUMNS):
        return None
    names = dict(zip(numbers, COLUMNS, strict=True))
    cells: dict[str, list[TextLine]] = {name: [] for name in COLUMNS}
    for line in lines:
        if line.cell and line.cell.column in names:
            cells[names[line.cell.column]].append(line)
    return cells


def _widths(rows: Sequence[Sequence[Chunk]]) -> tuple[float, ...] | None:
    """The width of each column: that of the widest of the first chunks of the rows, which stand in order."""
    full = [row for row in rows if len(row) >= len(COLUMNS)]
    if not full:
        return None
    return tuple(max(row[column].width for row in full) for column in range(len(COLUMNS)))


def _assign(chunks: Sequence[Chunk], widths: Sequence[float]) -> list[int]:
    """The column of each chunk: the cheapest reading in order, the first four being the four columns."""
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [0])}
    for before, chunk in pairwise(chunks):
        new_page = chunk.page != before.page
        step: dict[int, tuple[float, list[int]]] = {}
        for column in range(len(COLUMNS)):
            cost, path = min(
                (cost + _move(last, column, chunk.page, new_page), path) for last, (cost, path) in best.items()
            )
            step[column] = (cost + _misfit(chunk, widths[column]), [*path, column])
        best = step
    return min(best.values())[1]


def _move(before: int, column: int, page: int, new_page: bool) -> float:
    if new_page:  # the row begins anew, with whichever cells go on
        return _ENDED * column
    if column == before:
        return _GAP
    return (_THEN_ENDED if page else _SKIPPED) * (column - before - 1) if column > before else _BACK


def _misfit(chunk: Chunk, width: float) -> float:
    cost = max(0.0, chunk.width / width - _TOLERANCE) * _WIDER
    wraps = chunk.wraps_at()
    return cost if wraps is None else cost + max(0.0, 1 - wraps / width) * _NARROWER


def chunks(lines: Sequence[TextLine], breaks: Sequence[int]) -> Iterator[Chunk]:
    """Lines of a row cut where something blank is between them; `breaks` are indexes of first lines of pages."""
    page = 0
    chunk = Chunk(page)
    for index, line in enumerate(lines):
        new_page = index in breaks
        if chunk.lines and (new_page or apart(chunk.lines[-1], line)):
            yield chunk
            chunk = Chunk(page + new_page)
        page += new_page
        chunk.page = page
        chunk.lines.append(line)
    if chunk.lines:
        yield chunk
