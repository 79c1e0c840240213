"""Line wraps: which lines run on into the next, and whether a space was given up where they were broken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pythainlp.tokenize import word_tokenize

from pipeline.extract.model import Line
from pipeline.thai import is_thai, join_wrapped

#: Ems that a paragraph's first line may be set in, over which an indent begins a new one.
_INDENT = 0.9
#: How much further apart than usual two lines stand between which a paragraph ends.
_APART = 1.45
#: Ems. Room smaller than any word; and room that any word fits into.
_TIGHT, _ROOMY = 1.0, 9.0
#: Ems by which the words that programs break lines at are longer than those of the dictionary here.
_SLACK = 1.2
_ITEM = re.compile(r"(?:[-–—•●○▪➢✓*]|[(（]?[\d๐-๙]{1,3}(?:[.][\d๐-๙]{1,2})*[).]|[(][ก-ฮa-z][)]|[a-zก-ฮ][)])\s")


def join(lines: Sequence[Line], right: float) -> None:
    """Sets the joints of lines that stand under each other in a column, whose right edge is at `right`.

    A line's joint comes in as " " where a space was drawn at its end and "" where none was.
    """
    pitches = [b.bbox.top - a.bbox.top for a, b in pairwise(lines) if a.bbox and b.bbox]
    usual = median(p for p in pitches if p > 1) if any(p > 1 for p in pitches) else 0.0
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        if after is None:
            full = line.bbox is not None and right - line.bbox.x1 < 0.4 * _ROOMY * line.clusters[-1].size
            if line.cell is not None or not full:  # else it may run on over the end of the page
                line.joint = None
        elif not _runs_on(line, after, right, usual):
            line.joint = None
        elif line.joint == "" and " " in join_wrapped([line.text[-1:], after.text[:1]]):
            line.joint = " "


def _runs_on(line: Line, after: Line, right: float, usual: float) -> bool:
    if line.bbox is None or after.bbox is None or not line.clusters or not after.clusters:
        return False
    size = max(line.clusters[-1].size, 1.0)
    if after.bbox.top - line.bbox.top > max(_APART * usual, 1.2 * size) or after.bbox.top <= line.bbox.top:
        return False
    if abs(after.clusters[0].size / size - 1) > 0.2 or _ITEM.match(after.text + " "):
        return False
    centred = abs(after.bbox.x0 + after.bbox.x1 - line.bbox.x0 - line.bbox.x1) < 1.2 * size
    if after.bbox.x0 - line.bbox.x0 > _INDENT * size and not centred and not _ITEM.match(line.text):
        return False
    # A centred line leaves its room on both sides.
    room = (right - line.bbox.x1) * (2 if centred and after.bbox.x0 - line.bbox.x0 > _INDENT * size else 1)
    if room < _TIGHT * size:
        return True
    if room > _ROOMY * size:
        return False
    return room < _first_word(after) + _SLACK * size


def _first_word(line: Line) -> float:
    """Width of the part of a line that would have had to fit on the line before, in points."""
    head = line.text.split(" ", 1)[0]
    if head and is_thai(head[0]):
        head = word_tokenize(head[:40], engine="newmm")[0]
    left, seen = line.clusters[0].bbox.x0, 0
    for cluster in line.clusters:
        seen += len(cluster.text)
        if seen >= len(head):
            return cluster.bbox.x1 - left
    return line.clusters[-1].bbox.x1 - left
