"""From the picture of a page to its lines of print, in reading order: rules, cells, columns, lines.

Tesseract's own page analysis reads a two-column table straight across and tears Thai marks off their letters.
Here the page is taken apart first, so that the recogniser sees one clean line at a time. All functions are
pure; pictures are numpy arrays indexed [row, column], boxes are pixels from the top left corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from pipeline.extract.model import Cell

Gray = npt.NDArray[np.uint8]
Ink = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]

WHITE = 255
_RULE_LENGTH = 0.4  # inches: longer than any stroke of a letter
_RULE_THICKNESS = 0.06  # inches
_SPECK = 0.0004  # square inches below which a blot is dust; a full stop at 8 points is ten times that
_BODY = 0.75  # a blob at least this high, in body heights, is a letter, a smaller one a mark or a stop
_GUTTER = 1.2  # least width of the white between two columns, in body heights
_COLUMN = 5.0  # least height of a column, in body heights: two lines


class Box(NamedTuple):
    """A pixel box, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Blob:
    """A connected piece of ink: a letter, a mark, a stop."""

    label: int
    box: Box


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A line of print: its blobs from left to right, the box around them, the table cell it stands in."""

    box: Box
    blobs: tuple[Blob, ...]
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class PrintPage:
    """A page taken apart: each ink pixel's blob number (0 none), the lines, the body height in pixels."""

    labels: Labels
    lines: tuple[PrintLine, ...]
    body: float


def page_lines(gray: Gray, dpi: float) -> PrintPage:
    """The lines of print on a page picture in reading order: by cells, then columns, top to bottom."""
    ink = binarise(gray)
    rules = find_rules(ink, dpi)
    labels, blobs = find_blobs(ink & ~_grown(rules, 1), dpi)
    body = body_height(blobs)
    if not blobs:
        return PrintPage(labels, (), body)
    lines: list[PrintLine] = []
    for cell, group in _regions(rules, blobs, dpi):
        found = _untangled([line for line in _read(group, body) if _says(line, body)], labels)
        lines.extend(PrintLine(_around(line), line, cell) for line in found)
    return PrintPage(labels, tuple(lines), body)


def binarise(gray: Gray) -> Ink:
    """Ink by Otsu's threshold: the one that parts the shades best into two groups.

    >>> binarise(np.array([[0, 10, 250, 255]], np.uint8)).tolist()
    [[True, True, False, False]]
    """
    histogram = np.bincount(gray.ravel(), minlength=256).astype(float)
    weight = histogram.cumsum()
    total = (histogram * np.arange(256)).cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (total[-1] * weight / weight[-1] - total) ** 2 / (weight * (weight[-1] - weight))
    spread[~np.isfinite(spread)] = 0.0
    if not spread.any():  # a blank page has one shade only
        return np.zeros(gray.shape, np.bool_)
    ink: Ink = gray <= int(spread.argmax())
    return ink


def skew(gray: Gray, limit: float = 3.0) -> float:
    """Degrees by which the page must be turned counter-clockwise to make its lines level, 0 if it is level.

    The right angle is the one at which the rows of ink and of white stand out most clearly.
    """
    step = max(1, min(gray.shape) // 600)
    ink = binarise(gray[::step, ::step])
    rows, columns = np.nonzero(ink)
    if len(rows) < 100:
        return 0.0

    def clearness(degrees: float) -> float:
        turned = rows - columns * np.tan(np.radians(degrees))
        profile = np.bincount((turned - turned.min()).astype(int))
        return float((np.diff(profile.astype(float)) ** 2).sum())

    coarse = max(np.arange(-limit, limit + 0.01, 0.25), key=clearness)
    fine = max(np.arange(coarse - 0.2, coarse + 0.21, 0.05), key=clearness)
    if abs(fine) < 0.1 or clearness(fine) < 1.05 * clearness(0.0):
        return 0.0
    return float(fine)


def find_rules(ink: Ink, dpi: float) -> Ink:
    """The pixels of straight rules, level and upright: table borders, underlines, frames."""
    length, thick = round(_RULE_LENGTH * dpi), max(2, round(_RULE_THICKNESS * dpi))
    rules = np.zeros(ink.shape, np.bool_)
    for axis in (0, 1):
        runs = _spread(_worn(ink, length, axis), length, axis)
        # What is as long as a rule and thicker is a picture or a filled cell.
        solid = _spread(_worn(runs, thick, 1 - axis), thick, 1 - axis)
        rules |= runs & ~solid
    return rules


def _spread(mask: Ink, size: int, axis: int) -> Ink:
    """Where a window of so many pixels, centred on the pixel, meets the mask; outside the picture it meets nothing.

    This is `ndimage.maximum_filter1d`, but for the few distinct values of a mask windows can be doubled: each
    step joins two windows to one of twice the length, so that the time goes with the logarithm of the size.

    >>> _spread(np.array([[False, False, False, True]]), 3, axis=1).tolist()
    [[False, False, True, True]]
    """
    edges = [(0, 0), (0, 0)]
    edges[axis] = (size // 2, size - size // 2 - 1)
    window = np.pad(mask, edges)
    reach = 1
    while reach < size:
        step = min(reach, size - reach)
        window = window[:-step] | window[step:] if axis == 0 else window[:, :-step] | window[:, step:]
        reach += step
    return window


def _worn(mask: Ink, size: int, axis: int) -> Ink:
    """Where a window of so many pixels, centred on the pixel, lies in the mask all along."""
    return ~_spread(~mask, size, axis)


def find_blobs(ink: Ink, dpi: float) -> tuple[Labels, list[Blob]]:
    """The connected pieces of ink, dust left out."""
    labels, count = ndimage.label(ink, structure=np.ones((3, 3), np.int8), output=np.int32)
    least = _SPECK * dpi * dpi / 4
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    blobs = []
    for label, place in enumerate(ndimage.find_objects(labels), start=1):
        if place is not None and sizes[label] >= least:
            rows, columns = place
            blobs.append(Blob(label, Box(columns.start, rows.start, columns.stop, rows.stop)))
    return labels, blobs


def body_height(blobs: Sequence[Blob]) -> float:
    """The height of the common letters in pixels: the median over the blobs, each weighed by its area."""
    if not blobs:
        return 0.0
    heights = np.array([blob.box.height for blob in blobs], float)
    areas = np.array([blob.box.height * (blob.box.right - blob.box.left) for blob in blobs], float)
    order = heights.argsort()
    weight = np.minimum(areas, 4 * np.median(areas))[order].cumsum()  # no picture outweighs the letters
    return float(heights[order][np.searchsorted(weight, weight[-1] / 2)])


def _grown(mask: Ink, by: int) -> Ink:
    """The mask with everything within so many pixels of it, level and upright."""
    return _spread(_spread(mask, 2 * by + 1, axis=0), 2 * by + 1, axis=1)


def _regions(rules: Ink, blobs: Sequence[Blob], dpi: float) -> list[tuple[Cell | None, list[Blob]]]:
    """Blobs by the closed field of rules they stand in, fields in reading order with the text around them.

    A table cell is a piece of the page that rules close off; text between two tables stays between them.
    """
    if not rules.any():
        return [(None, list(blobs))]
    near = max(1, round(0.01 * dpi))
    walls = _closed(_grown(rules, near), dpi)  # scanned rules have gaps and missing corners
    fields, _ = ndimage.label(~walls)
    places = ndimage.find_objects(fields)
    tables, _ = ndimage.label(walls, structure=np.ones((3, 3), np.int8))
    outside = int(np.bincount(np.concatenate([fields[0], fields[-1], fields[:, 0], fields[:, -1]]))[1:].argmax()) + 1
    inside: dict[int, list[Blob]] = {}
    around: list[Blob] = []
    for blob in blobs:
        box = blob.box
        here = fields[box.top : box.bottom, box.left : box.right]
        counts = np.bincount(here.ravel())
        counts[0] = 0
        field = int(counts.argmax()) if counts.any() else outside
        (around if field == outside else inside.setdefault(field, [])).append(blob)
    boxes = {field: _box(places[field - 1]) for field in inside}
    grids: dict[int, list[int]] = {}
    for field, box in boxes.items():
        edge = tables[min(box.bottom, tables.shape[0] - 1), (box.left + box.right) // 2]
        grids.setdefault(int(edge), []).append(field)
    ordered = sorted(grids.values(), key=lambda grid: min(boxes[field].top for field in grid))
    regions: list[tuple[Cell | None, list[Blob]]] = []
    for number, grid in enumerate(ordered):
        top = min(boxes[field].top for field in grid)
        regions.append((None, [blob for blob in around if blob.box.bottom <= top]))
        around = [blob for blob in around if blob.box.bottom > top]
        rows = _ranks([boxes[field].top for field in grid], dpi)
        columns = _ranks([boxes[field].left for field in grid], dpi)
        cells = sorted((Cell(number, rows[boxes[f].top], columns[boxes[f].left]), f) for f in grid)
        regions.extend((cell, inside[field]) for cell, field in cells)
    regions.append((None, around))
    return [region for region in regions if region[1]]


def _closed(walls: Ink, dpi: float) -> Ink:
    """Rules with the open ends of tables closed: a row that a page break cut has no rule on that side."""
    walls = walls.copy()
    pieces, _ = ndimage.label(walls, structure=np.ones((3, 3), np.int8))
    for number, place in enumerate(ndimage.find_objects(pieces), start=1):
        box = _box(place)
        if box.height < _RULE_LENGTH * dpi or box.right - box.left < _RULE_LENGTH * dpi:
            continue
        piece = pieces[place] == number
        for edge, row in ((piece[0], box.top), (piece[-1], box.bottom - 1)):
            ends = np.nonzero(edge)[0]
            if np.ptp(ends) > 0.8 * (box.right - box.left):
                walls[row, box.left + ends[0] : box.left + ends[-1] + 1] = True
    return walls


def _box(place: tuple[slice, slice]) -> Box:
    rows, columns = place
    return Box(columns.start, rows.start, columns.stop, rows.stop)


def _ranks(edges: Iterable[int], dpi: float) -> dict[int, int]:
    """Edges numbered from 0, those within a twentieth of an inch of each other the same.

    >>> _ranks([100, 300, 103], 200.0)
    {100: 0, 103: 0, 300: 1}
    """
    ranks: dict[int, int] = {}
    last: int | None = None
    rank = -1
    for edge in sorted(set(edges)):
        if last is None or edge - last > dpi / 20:
            rank += 1
        ranks[edge] = rank
        last = edge
    return ranks


def _read(blobs: Sequence[Blob], body: float) -> list[tuple[Blob, ...]]:
    """Lines of one region in reading order: bands of letters, columns where bands share a gutter."""
    letters = [blob for blob in blobs if blob.box.height >= _BODY * body]
    marks = [blob for blob in blobs if blob.box.height < _BODY * body]
    lines = [list(line) for line in _columns(letters, body)]
    strays = _attach(lines, marks, body)
    if strays:  # a line of stops or dashes only
        lines.extend(list(band) for band in _bands(strays, 0.0))
        lines.sort(key=lambda line: _around(line).top)
    return [tuple(sorted(line, key=lambda blob: blob.box.left)) for line in lines]


def _untangled(lines: Sequence[tuple[Blob, ...]], labels: Labels) -> list[tuple[Blob, ...]]:
    """Lines with what lies between two of them shared out: a vowel under one that touches a mark over the next.

    Such ink is cut at its waist; the lower part gets a number of its own in `labels`, which is changed.
    """
    kept = [list(line) for line in lines]
    for number in range(1, len(kept) - 1):
        above, between, below = kept[number - 1 : number + 2]
        if not above or len(between) > 2:
            continue
        box, upper, lower = _around(between), _around(above), _around(below)
        inside = max(upper.left, lower.left) <= box.left and box.right <= min(upper.right, lower.right)
        if not inside or box.top >= upper.bottom or box.bottom <= lower.top:
            continue
        for blob in between:
            x0, top, x1, bottom = blob.box
            own = labels[top:bottom, x0:x1] == blob.label
            third = max(1, blob.box.height // 3)
            waist = third + int(own.sum(axis=1)[third : blob.box.height - third + 1].argmin())
            fresh = int(labels.max()) + 1
            labels[top + waist : bottom, x0:x1][own[waist:]] = fresh
            above.append(Blob(blob.label, Box(x0, top, x1, top + waist)))
            below.append(Blob(fresh, Box(x0, top + waist, x1, bottom)))
        between.clear()
    return [tuple(sorted(line, key=lambda blob: blob.box.left)) for line in kept if line]


def _says(line: Sequence[Blob], body: float) -> bool:
    """Whether a line is more than a speck or two that dust or a broken rule left."""
    return len(line) > 2 or any(blob.box.height >= body / 3 for blob in line)


def _bands(blobs: Sequence[Blob], overlap: float) -> list[list[Blob]]:
    """Blobs parted wherever a level white gap runs through; letters may overlap by so many pixels."""
    bands: list[list[Blob]] = []
    bottom = 0.0
    for blob in sorted(blobs, key=lambda blob: blob.box.top):
        if not bands or blob.box.top >= bottom - overlap:
            bands.append([])
            bottom = 0.0
        bands[-1].append(blob)
        bottom = max(bottom, blob.box.bottom)
    return bands


def _columns(letters: Sequence[Blob], body: float) -> list[list[Blob]]:
    """Lines of letters, read down one column before the next where columns there are."""
    bands = _bands(letters, 0.0)
    lines: list[list[Blob]] = []
    start = 0
    while start < len(bands):
        stop, gutter = _shared_gutter(bands, start, body)
        block = [blob for band in bands[start:stop] for blob in band]
        if gutter is None:
            lines.extend(_split_tall(block))
        else:
            for side in (
                [blob for blob in block if blob.box.right <= gutter],
                [blob for blob in block if blob.box.left >= gutter],
            ):
                lines.extend(_columns(side, body))
        start = stop
    return lines


def _shared_gutter(bands: Sequence[Sequence[Blob]], start: int, body: float) -> tuple[int, int | None]:
    """The longest run of bands from `start` that one upright white strip parts: (end, its middle)."""
    best: tuple[int, int | None] = (start + 1, None)
    gaps = _gaps(bands[start], _GUTTER * body)
    stop = start + 1
    while gaps:
        block = [blob for band in bands[start:stop] for blob in band]
        box = _around(block)
        if box.height >= _COLUMN * body:
            left, right = max(gaps, key=lambda gap: gap[1] - gap[0])
            middle = (left + right) // 2
            # A label with its value, or a number before a paragraph, is read across, not as two columns.
            sides = [[b for b in block if b.box.right <= middle], [b for b in block if b.box.left >= middle]]
            if all(len(_bands(side, 0.0)) >= 2 and _wide(side, body) for side in sides):
                best = (stop, middle)
        if stop == len(bands):
            break
        gaps = _common(gaps, _gaps(bands[stop], _GUTTER * body), _GUTTER * body)
        stop += 1
    return best


def _wide(side: Sequence[Blob], body: float) -> bool:
    box = _around(side)
    return box.right - box.left >= 8 * body


def _gaps(band: Sequence[Blob], least: float) -> list[tuple[int, int]]:
    """White strips at least so wide between the blobs of a band, as (left, right)."""
    gaps = []
    right = None
    for blob in sorted(band, key=lambda blob: blob.box.left):
        if right is not None and blob.box.left - right >= least:
            gaps.append((right, blob.box.left))
        right = blob.box.right if right is None else max(right, blob.box.right)
    return gaps


def _common(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]], least: float) -> list[tuple[int, int]]:
    """Where the strips of both bands overlap by at least so much."""
    both = [(max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other]
    return [(left, right) for left, right in both if right - left >= least]


def _split_tall(block: Sequence[Blob]) -> list[list[Blob]]:
    """One line, or several that a tall letter or a descender ties together, by the letters' feet."""
    body = body_height(block)
    if _around(block).height < 2.2 * body:
        return [list(block)]
    baselines = _baselines([blob.box.bottom for blob in block], body)
    lines: list[list[Blob]] = [[] for _ in baselines]
    for blob in block:
        lines[int(np.argmin([abs(blob.box.bottom - baseline) for baseline in baselines]))].append(blob)
    return [line for line in lines if line]


def _baselines(feet: Sequence[int], body: float) -> list[float]:
    """Where the lines stand on: the commonest feet, those of descenders beside a commoner one left out.

    >>> _baselines([100, 101, 100, 112, 140, 141, 141], 20.0)
    [100.0, 141.0]
    """
    ordered = np.array(sorted(feet), float)
    groups = np.split(ordered, np.nonzero(np.diff(ordered) > body / 5)[0] + 1)
    chosen: list[float] = []
    for group in sorted(groups, key=len, reverse=True):
        foot = float(np.median(group))
        if all(abs(foot - other) > 1.2 * body for other in chosen):
            chosen.append(foot)
    return sorted(chosen)


def _attach(lines: Sequence[list[Blob]], marks: Sequence[Blob], body: float) -> list[Blob]:
    """Gives each mark to the line of the ink it is nearest to; returns what is near to none.

    Marks close to a letter come first, so that a tone mark finds the vowel it stands on, not the line above.
    """
    left = list(marks)
    for reach in (0.12, 0.18, 0.24, 0.3, 0.36, 0.6, 1.2):
        if not left or not any(lines):
            break
        owners = np.array([number for number, line in enumerate(lines) for _ in line])
        boxes = np.array([blob.box for line in lines for blob in line], float)
        waiting = []
        for mark in left:
            aside = np.maximum(boxes[:, 0] - mark.box.right, mark.box.left - boxes[:, 2]).clip(0)
            away = np.maximum(boxes[:, 1] - mark.box.bottom, mark.box.top - boxes[:, 3]).clip(0)
            distance = away + aside
            nearest = int(distance.argmin())
            if distance[nearest] < reach * body:
                lines[owners[nearest]].append(mark)
            else:
                waiting.append(mark)
        left = waiting
    return left


def _around(blobs: Iterable[Blob]) -> Box:
    boxes = [blob.box for blob in blobs]
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
