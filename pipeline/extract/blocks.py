"""Reading order: stretches of text that were drawn as one, and how they stand to each other on the page.

Programs draw a column, a cell or a text box as a whole before they go on to the next, so the drawing order
says what belongs together; the page says what is read first. Where two stretches stand side by side they
are columns, where they run through each other they are one.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.layout import Run, gather

#: More stretches than this on a page are not columns but a text drawn piece by piece; the page alone decides.
_MAX_BLOCKS = 250
#: Points within which a text's start stands on the edge of a column.
EDGE = 1.5
#: Points within which two tables or columns begin on the same edge.
_SAME = 1.0
#: Ems of a gap that parts columns, and of one that may do so where another page shows the columns.
_CLEAR, _NARROW = 0.8, 0.1


class Block:
    """Lines that belong together, top to bottom, and the box around their letters' bodies."""

    __slots__ = ("bottom", "lines", "top", "x0", "x1")

    def __init__(self, lines: list[list[Run]]) -> None:
        self.lines = lines
        self.x0 = min(run.x0 for line in lines for run in line)
        self.x1 = max(run.x1 for line in lines for run in line)
        self.top = min(run.y - 0.5 * run.size for line in lines for run in line)
        self.bottom = max(run.y for line in lines for run in line)

    def part(self, top: float, bottom: float) -> list[list[Run]]:
        """The lines whose letters stand between two heights."""
        return [line for line in self.lines if line[0].y - 0.5 * line[0].size < bottom and line[0].y > top]


def arrange(found: Sequence[Run]) -> list[list[Block]]:
    """Stretches of text in reading order: bands down the page, each with its columns from left to right."""
    blocks = [Block(gather(stretch)) for stretch in _stretches(found)]
    if not blocks:
        return []
    if len(blocks) > _MAX_BLOCKS:
        return [[Block(gather(found))]]
    return _cut(_parted(_merged(blocks)))


def _stretches(found: Sequence[Run]) -> list[list[Run]]:
    """Runs in drawing order, cut wherever drawing goes back up or off to another column."""
    stretches: list[list[Run]] = []
    x0 = x1 = 0.0
    for run in found:
        if stretches:
            last = stretches[-1][-1]
            size = max(run.size, last.size)
            onward = abs(run.y - last.y) < 0.35 * size and run.x0 >= last.x1 - 0.5 * size
            downward = run.y > last.y and run.x0 < x1 and run.x1 > x0
            if onward or downward:
                stretches[-1].append(run)
                x0, x1 = min(x0, run.x0), max(x1, run.x1)
                continue
        stretches.append([run])
        x0, x1 = run.x0, run.x1
    return stretches


def _beside(a: Block, b: Block) -> bool:
    """Whether two stretches share heights of the page."""
    return a.top < b.bottom and b.top < a.bottom


def _columns(a: Block, b: Block) -> bool:
    """Whether two stretches stand side by side as columns at the heights they share."""
    top, bottom = max(a.top, b.top), min(a.bottom, b.bottom)
    left, right = a.part(top, bottom), b.part(top, bottom)
    if not left or not right:
        return True
    if min(r.x0 for line in left for r in line) > min(r.x0 for line in right for r in line):
        left, right = right, left
    size = right[0][0].size
    if max(r.x1 for line in left for r in line) > min(r.x0 for line in right for r in line) + 0.2 * size:
        return False
    return _aligned([(line[0].x0, line[-1].x1) for line in right], size)


def _aligned(spans: Sequence[tuple[float, float]], size: float) -> bool:
    """Whether lines share their left edge, or their middle, as those of a column do."""
    for edges in ([a for a, _ in spans], [(a + b) / 2 for a, b in spans], [b for _, b in spans]):
        middle = sorted(edges)[len(edges) // 2]
        if sum(abs(edge - middle) < 1.2 * size for edge in edges) >= 0.5 * len(edges):
            return True
    return False


def _merged(blocks: list[Block]) -> list[Block]:
    """Stretches that run through each other made one."""
    merged = True
    while merged and len(blocks) > 1:
        merged = False
        kept: list[Block] = []
        for block in blocks:
            for n, other in enumerate(kept):
                if _beside(block, other) and not _columns(block, other):
                    runs = [run for part in (other, block) for line in part.lines for run in line]
                    kept[n] = Block(gather(runs))
                    merged = True
                    break
            else:
                kept.append(block)
        blocks = kept
    return blocks


def _parted(blocks: list[Block]) -> list[Block]:
    """Stretches parted where one has lines both beside another and over or under it."""
    for _ in range(len(blocks) * 4):
        for n, block in enumerate(blocks):
            cut = next((c for other in blocks if other is not block and (c := _crossing(block, other))), None)
            if cut is not None:
                above = [line for line in block.lines if line[0].y <= cut]
                below = [line for line in block.lines if line[0].y > cut]
                if above and below:
                    blocks[n : n + 1] = [Block(above), Block(below)]
                    break
        else:
            break
    return blocks


def _crossing(block: Block, other: Block) -> float | None:
    """The height at which a stretch must be cut to have no line over or under one that it also stands beside."""
    if not _beside(block, other) or block.x1 <= other.x0 or block.x0 >= other.x1:
        return None
    top, bottom = max(block.top, other.top), min(block.bottom, other.bottom)
    beside = [run for line in other.part(top, bottom) for run in line]
    if not beside:
        return None
    x0, x1 = min(run.x0 for run in beside), max(run.x1 for run in beside)
    for line in block.lines:
        if line[0].x0 < x1 and line[-1].x1 > x0:
            if line[0].y <= top:
                return top
            if line[0].y - 0.5 * line[0].size >= bottom:
                return bottom
    return None


def _cut(blocks: list[Block]) -> list[list[Block]]:
    """Bands of the page from top to bottom, each with what stands side by side in it from left to right."""
    bands: list[list[Block]] = []
    reach = 0.0
    for block in sorted(blocks, key=lambda b: b.top):
        if bands and block.top < reach:
            bands[-1].append(block)
            reach = max(reach, block.bottom)
        else:
            bands.append([block])
            reach = block.bottom
    return [_across(band) for band in bands]


def _across(band: list[Block]) -> list[Block]:
    """The columns of a band, each read down before the next."""
    columns: list[list[Block]] = []
    reach = 0.0
    for block in sorted(band, key=lambda b: b.x0):
        if columns and block.x0 < reach - 1:
            columns[-1].append(block)
            reach = max(reach, block.x1)
        else:
            columns.append([block])
            reach = block.x1
    return [Block([line for b in sorted(column, key=lambda b: b.top) for line in b.lines]) for column in columns]


def with_rows(bands: list[list[Block]], ending: tuple[float, ...] = ()) -> list[list[Block]]:
    """Bands where lines next to columns, whose words start on the edges of these columns, are rows of them too.

    `ending` are the edges of a table known to follow the last band.
    """
    bands = _with_shared_edges(bands)
    for forth in (True, False):
        found: list[list[Block]] = []
        columns: tuple[float, ...] = () if forth else ending
        gap = _CLEAR if forth or not ending else _NARROW  # beside another page's columns narrow gaps count too
        for band in bands if forth else bands[::-1]:
            if len(band) > 1:
                whole = _in_columns(band, columns) if len(columns) > len(band) else None
                found.append(whole or band)
                if whole is None:
                    columns = tuple(block.x0 for block in band)
            else:
                rows, rest = _rows(band[0].lines, columns, gap, forth) if columns else ([], band[0].lines)
                found.extend(rows if forth else rows[::-1])
                if rest:
                    found.append([Block(rest)])
                    columns = ()
            gap = _CLEAR
        bands = found if forth else found[::-1]
    return bands


def _with_shared_edges(bands: list[list[Block]]) -> list[list[Block]]:
    """Bands of columns that follow each other from one left edge, each cut at the edges that any of them has."""
    stretches: list[list[list[Block]]] = []
    for band in bands:
        before = stretches[-1][-1] if stretches else band
        if stretches and len(before) > 1 and len(band) > 1 and abs(before[0].x0 - band[0].x0) < _SAME:
            stretches[-1].append(band)
        else:
            stretches.append([band])
    found: list[list[Block]] = []
    for stretch in stretches:
        edges: list[float] = []
        for x0 in sorted(block.x0 for band in stretch for block in band):
            if not edges or x0 - edges[-1] > 2 * EDGE:
                edges.append(x0)
        for band in stretch:
            whole = _in_columns(band, tuple(edges)) if 1 < len(band) < len(edges) else None
            found.append(whole or band)
    return found


def _rows(
    lines: list[list[Run]], columns: tuple[float, ...], gap: float, forth: bool
) -> tuple[list[list[Block]], list[list[Run]]]:
    """Lines as rows, from the first on or back from the last, as far as they fit the columns; and the others.

    A line that has nothing in the first column goes on with the row over it.
    """
    parts = [_parts(line, columns, gap) for line in lines]
    fit = [cells is not None and (len(cells) > 1 or 0 not in cells) for cells in parts]
    count = 0
    while count < len(lines) and fit[count if forth else -1 - count]:
        count += 1
    start = 0 if forth else len(lines) - count
    rows: list[dict[int, list[list[Run]]]] = []
    for cells in parts[start : start + count]:
        if cells is None or (not rows and 0 not in cells):
            return [], lines
        if 0 in cells:
            rows.append({})
        for column, run in cells.items():
            rows[-1].setdefault(column, []).append([run])
    rest = lines[count:] if forth else lines[:start]
    return [[Block(row[column]) for column in sorted(row)] for row in rows], rest


def _in_columns(band: list[Block], columns: tuple[float, ...]) -> list[Block] | None:
    """A band with the columns of its neighbours, where all its lines start on their edges; None where not."""
    cells: dict[int, list[list[Run]]] = {}
    for block in band:
        for line in block.lines:
            parts = _parts(line, columns, _CLEAR)
            if parts is None:
                return None
            for column, run in parts.items():
                cells.setdefault(column, []).append([run])
    if len(cells) <= len(band):
        return None
    return [Block(sorted(cells[column], key=lambda line: line[0].y)) for column in sorted(cells)]


def _parts(line: list[Run], columns: tuple[float, ...], gap: float) -> dict[int, Run] | None:
    """The stretches of a line by the column on whose edge they start; None if the first starts on none."""
    pieces = sorted((piece for run in line for piece in run.pieces), key=lambda p: p.x0)
    parts: dict[int, Run] = {}
    run: Run | None = None
    last: float | None = None  # where the text so far ends
    for piece in pieces:
        if not piece.is_space and (last is None or piece.x0 - last >= gap * piece.size):
            column = next((n for n, edge in enumerate(columns) if abs(piece.x0 - edge) < EDGE), None)
            if column is None and last is None:
                return None
            if column is not None:
                run = parts[column] = Run(piece)
                last = piece.x1
                continue
        if run is not None:
            run.add(piece)
        if not piece.is_space:
            last = piece.x1
    return parts
