"""From clusters to lines in reading order: words and spaces, lines, columns, the cells of ruled tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from pipeline.extract.clusters import Piece
from pipeline.extract.model import BBox, Cell, Cluster, Correction, Line
from pipeline.extract.tables import Grid
from pipeline.thai import SARA_AM

#: Ems. Text drawn with spaces in it needs a wider gap to be given one more; text without any, a narrower one.
_GAP_WITH_SPACES, _GAP_WITHOUT = 0.22, 0.15
#: Ems. A gap this wide ends a stretch of text.
_BREAK = 1.5
#: Height of a line over and under its baseline, in ems.
_ASCENT, _DESCENT = 0.95, 0.3
#: What the constructor of a named tuple comes to, without the call in between: it is called for every cluster.
_new = tuple.__new__


class Run:
    """Clusters drawn one after the other on one baseline, without a wide gap."""

    __slots__ = ("cell", "pieces", "size", "x0", "x1", "y")

    def __init__(self, first: Piece) -> None:
        self.pieces = [first]
        self.x0, self.x1, self.y, self.size = first.x0, first.x1, first.y, first.size
        self.cell: Cell | None = None

    def add(self, piece: Piece) -> None:
        """Adds the next cluster."""
        self.pieces.append(piece)
        if piece.x0 < self.x0:
            self.x0 = piece.x0
        if piece.x1 > self.x1:
            self.x1 = piece.x1
        if piece.size > self.size:
            self.size = piece.size


class Spaces:
    """Spaces drawn apart from the words they part, by their place."""

    def __init__(self) -> None:
        self._by_height: dict[int, list[Piece]] = {}

    def add(self, space: Piece) -> None:
        """Notes a space."""
        self._by_height.setdefault(round(space.y), []).append(space)

    def between(self, left: Piece, right: Piece) -> bool:
        """Whether a space was drawn in the gap between two clusters."""
        return self._any(left, left.x1, right.x0)

    def after(self, last: Piece) -> bool:
        """Whether a space was drawn right behind a cluster."""
        return self._any(last, last.x1, last.x1 + 0.6 * last.size)

    def _any(self, beside: Piece, x0: float, x1: float) -> bool:
        if not self._by_height:
            return False
        reach = 0.1 * beside.size
        return any(
            x0 - reach <= (space.x0 + space.x1) / 2 <= x1 + reach and abs(space.y - beside.y) < 0.3 * beside.size
            for height in range(round(beside.y) - 2, round(beside.y) + 3)
            for space in self._by_height.get(height, ())
        )


def runs(pieces: Iterable[Piece]) -> tuple[list[Run], Spaces]:
    """Clusters in drawing order cut into runs, and the spaces that were drawn by themselves."""
    found: list[Run] = []
    run: Run | None = None
    for piece in pieces:
        if run is not None:
            last = run.pieces[-1]
            gap = piece.x0 - last.x1
            if (
                abs(piece.y - last.y) <= 0.12 * last.size
                and -0.5 * last.size <= gap <= _BREAK * last.size
                and 0.8 < (piece.size / last.size if last.size else 1) < 1.25
            ):
                run.add(piece)
                continue
        run = Run(piece)
        found.append(run)
    words: list[Run] = []
    spaces = Spaces()
    for run in found:
        if all(piece.is_space for piece in run.pieces):
            for piece in run.pieces:
                spaces.add(piece)
        else:
            words.append(run)
    return words, spaces


def by_cells(found: Sequence[Run], grid: Grid) -> list[Run]:
    """Runs with the cells they stand in; text that goes on from one cell to the next is cut between them."""
    placed: list[Run] = []
    for run in found:
        height = run.y - 0.3 * run.size
        ends = [grid.cell_at(x, height) for x in (run.x0 + 0.1 * run.size, run.x1 - 0.1 * run.size)]
        if ends[0] == ends[1]:
            run.cell = ends[0]
            placed.append(run)
            continue
        part: Run | None = None
        for piece in run.pieces:
            cell = grid.cell_at((piece.x0 + piece.x1) / 2, height)
            if part is None or (cell != part.cell and not piece.is_space):
                part = Run(piece)
                part.cell = cell
                placed.append(part)
            else:
                part.add(piece)
    return [run for run in placed if not all(piece.is_space for piece in run.pieces)]


def gather(found: Sequence[Run]) -> list[list[Run]]:
    """Runs that stand on one line, top to bottom; within a line from left to right."""
    lines: list[list[Run]] = []
    for run in sorted(found, key=lambda r: (r.y, r.x0)):
        for line in reversed(lines[-6:]):
            if _same_line(run, line):
                line.append(run)
                break
        else:
            lines.append([run])
    for line in lines:
        line.sort(key=lambda r: r.x0)
    return lines


def _same_line(run: Run, line: list[Run]) -> bool:
    anchor = max(line, key=lambda r: r.size)
    big, small = max(anchor.size, run.size), min(anchor.size, run.size)
    away = abs(run.y - anchor.y)
    # Raised and lowered small print reaches further from the baseline than text of one size.
    if away > (0.5 if small < 0.8 * big else 0.25) * big:
        return False
    overlap = max((min(r.x1, run.x1) - max(r.x0, run.x0) for r in line), default=0.0)
    return away <= 0.1 * big or overlap <= 0.3 * (run.x1 - run.x0)


def set_line(line: list[Run], loose: Spaces, *, spaced: bool, angle: int) -> Line | None:
    """A line of text from its runs, with spaces where the page shows them."""
    members = sorted((p for run in line for p in run.pieces), key=lambda p: p.x0) if len(line) > 1 else line[0].pieces
    members = _once(members)
    gaps = [b.x0 - a.x1 for a, b in pairwise(members) if not (a.is_space or b.is_space)]
    size = max(run.size for run in line)
    spread = max(median(gaps), 0.0) if len(gaps) > 4 else 0.0
    enough = spread + (_GAP_WITH_SPACES if spaced else _GAP_WITHOUT) * size
    text: list[str] = []
    raw: list[str] = []
    clusters: list[Cluster] = []
    corrections: list[Correction] = []
    offset = 0
    previous: Piece | None = None
    spaced_out = False
    for piece in members:
        claims = piece.claims
        if piece.is_space:
            raw.append(claims)
            offset += len(claims)
            spaced_out = previous is not None
            continue
        if previous is not None:
            gap = piece.x0 - previous.x1
            if gap > 0.04 * size and (gap > enough or spaced_out or loose.between(previous, piece)):
                text.append(" ")
                if not spaced_out:
                    raw.append(" ")
                    offset += 1
        written = piece.text if piece.marks else piece.letter
        text.append(written)
        raw.append(claims)
        if written != claims:
            source = piece.source or ("composition" if SARA_AM in written else "stream-order")
            corrections.append(Correction(offset, offset + len(claims), claims, written, source, piece.confidence))
        offset += len(claims)
        em = piece.size
        box = _new(BBox, (piece.x0, piece.y - _ASCENT * em, piece.x1, piece.y + _DESCENT * em))
        if angle:
            box = _turned(box, angle)
        clusters.append(_new(Cluster, (written, box, piece.drawn.font.name, em, piece.source, piece.confidence)))
        previous, spaced_out = piece, False
    if previous is None:
        return None
    left = next(piece.x0 for piece in members if not piece.is_space)
    baseline = max(line, key=lambda r: r.size).y
    box = BBox(left, baseline - _ASCENT * size, previous.x1, baseline + _DESCENT * size)
    return Line(
        text="".join(text),
        raw="".join(raw),
        number=0,
        bbox=_turned(box, angle) if angle else box,
        cell=line[0].cell,
        joint=" " if members[-1].is_space or loose.after(previous) else "",
        corrections=tuple(corrections),
        clusters=tuple(clusters),
    )


def _once(members: list[Piece]) -> list[Piece]:
    """The clusters without those drawn a second time on the same spot, for shadow or weight."""
    kept: list[Piece] = []
    last: Piece | None = None
    before: Piece | None = None
    for piece in members:
        # On the same spot begins what is drawn twice; in order from the left its twin is next to it.
        if last is not None and piece.x0 - last.x0 < 0.12 * last.size and (_twin(last, piece) or _twin(before, piece)):
            continue
        kept.append(piece)
        before, last = last, piece
    return kept


def _twin(first: Piece | None, second: Piece) -> bool:
    return (
        first is not None
        and first.letter == second.letter
        and not second.is_space
        and abs(first.x0 - second.x0) < 0.12 * first.size
        and first.x1 - first.x0 > 0.15 * first.size
    )


def _turned(box: BBox, angle: int) -> BBox:
    """A box of level-laid text put back where the turned text stands."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(x * cos + y * sin, y * cos - x * sin) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    return BBox(min(xs), min(ys), max(xs), max(ys))
