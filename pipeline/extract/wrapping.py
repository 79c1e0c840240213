"""Line wraps: which lines run on into the next, and whether a space was given up where they were broken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pythainlp.corpus import thai_words
from pythainlp.tokenize import word_dict_trie, word_tokenize

from pipeline.extract.model import Line
from pipeline.thai import arabic_digits, is_thai, join_wrapped

#: Ems that a paragraph's first line may be set in, over which an indent begins a new one.
_INDENT = 0.9
#: How much further apart than usual two lines stand between which a paragraph ends.
_APART = 1.45
#: Ems. Room smaller than any word; and room that any word fits into.
_TIGHT, _ROOMY = 1.0, 9.0
#: Share by which the letters of a paragraph's lines may differ in size.
_SAME_SIZE = 0.05
#: Ems by which the words that programs break lines at are longer than those of the dictionary here.
_SLACK = 1.2
#: What opens a list item; a dash before a figure is a range's or a minus.
_ITEM = re.compile(
    r"(?:[-–—](?!\s?[\d๐-๙]+(?![\d๐-๙.)]))|[•●○▪➢✓*]|[(（]?[\d๐-๙]{1,3}(?:[.][\d๐-๙]{1,2})*[).]|[\d๐-๙]{1,2}(?:[.][\d๐-๙]{1,2}){2,3}"
    r"|[(][ก-ฮa-z][)]|[a-zก-ฮ][)])\s"
)


#: Ems of room that may be left where a wrap falls inside a word of the dictionary here.
_CUT_ROOM = 4.0
#: Letters on either side of a wrap that are looked at for such a word.
_WORD = 24

#: An item's number in brackets, as lists within sentences have it.
_BRACKETED = re.compile(r"\((\d{1,2})\)")


def join(lines: Sequence[Line], right: float) -> None:
    """Sets the joints of lines that stand under each other in a column, whose right edge is at `right`.

    A line's joint comes in as " " where a space was drawn at its end and "" where none was.
    """
    pitches = [b.bbox.top - a.bbox.top for a, b in pairwise(lines) if a.bbox and b.bbox]
    usual = median(p for p in pitches if p > 1) if any(p > 1 for p in pitches) else 0.0
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        if after is None:
            if line.cell is not None or not is_full(line, right):  # else it may run on over the end of the page
                line.joint = None
        else:
            line.joint = _joint(line, after) if _below(line, after, usual) and runs_on(line, after, right) else None


def is_full(line: Line, right: float) -> bool:
    """Whether a line reaches about as far as it could."""
    return line.bbox is not None and right - line.bbox.x1 < 0.4 * _ROOMY * line.clusters[-1].size


def join_over_page(line: Line, after: Line, right: float) -> None:
    """Sets the joint of a line at the end of a page by the line at the top of the next; see `join`."""
    line.joint = _joint(line, after) if runs_on(line, after, right) else None


def _joint(line: Line, after: Line) -> str:
    return line.joint or join_wrapped([line.text[-1:], after.text[:1]])[1:-1]


def _below(line: Line, after: Line, usual: float) -> bool:
    """Whether a line stands under another as close as the lines of a paragraph do."""
    if line.bbox is None or after.bbox is None or not line.clusters:
        return False
    apart = max(_APART * usual, 1.2 * max(line.clusters[-1].size, 1.0))
    return 0 < after.bbox.top - line.bbox.top <= apart


def runs_on(line: Line, after: Line, right: float) -> bool:
    """Whether a line whose column ends at `right` was broken for want of room, and goes on in another."""
    if line.bbox is None or after.bbox is None or not line.clusters or not after.clusters:
        return False
    size = max(line.clusters[-1].size, 1.0)
    if abs(_size(after) / _size(line) - 1) > _SAME_SIZE or (_ITEM.match(after.text + " ") and not _run_in(line, after)):
        return False
    if (faces := _faces(line)) and (others := _faces(after)) and not faces & others:  # a heading and its text
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
    return room < _first_word(after) + _SLACK * size or (room < _CUT_ROOM * size and _cuts_word(line, after))


def _size(line: Line) -> float:
    """The size of a line's letters, in points."""
    thai = [cluster.size for cluster in line.clusters if is_thai(cluster.text[:1])]
    return max(median(thai or [cluster.size for cluster in line.clusters]), 1.0)


def _run_in(line: Line, after: Line) -> bool:
    """Whether the number that a line begins with goes on counting within the line before."""
    found = _BRACKETED.match(arabic_digits(after.text))
    return found is not None and f" ({int(found[1]) - 1})" in arabic_digits(line.text)


def _faces(line: Line) -> set[str]:
    """The fonts of a line's Thai letters, whatever part of them the file holds."""
    return {cluster.font.rpartition("+")[2] for cluster in line.clusters if is_thai(cluster.text[:1])}


def _cuts_word(line: Line, after: Line) -> bool:
    """Whether the end of a line and the beginning of the next are one word of the dictionary."""
    tail, head = line.text.split(" ")[-1][-_WORD:], after.text.split(" ", 1)[0][:_WORD]
    if not (tail and head and is_thai(tail[-1]) and is_thai(head[0])):
        return False
    end = 0
    for word in word_tokenize(tail + head, engine="newmm"):
        start, end = end, end + len(word)
        if start < len(tail) < end:
            return word in thai_words()
    return False


def _first_word(line: Line) -> float:
    """Width of the part of a line that would have had to fit on the line before, in points."""
    head = _unit(line.text.split(" ", 1)[0])
    left, seen = line.clusters[0].bbox.x0, 0
    for cluster in line.clusters:
        seen += len(cluster.text)
        if seen >= len(head):
            return cluster.bbox.x1 - left
    return line.clusters[-1].bbox.x1 - left


def _unit(text: str) -> str:
    """The beginning of a text without spaces that no program breaks: a word, with what an oblique or a full stop
    ties to it.

    >>> _unit("กิจกรรมการประชุม"), _unit("ส.พัฒนา"), _unit("งาน/โครงการใหม่"), _unit("Plan)")
    ('กิจกรรม', 'ส.พัฒนา', 'งาน/โครงการ', 'Plan)')
    """
    if not is_thai(text[:1]):
        return text
    word = max(word_dict_trie().prefixes(text[:_WORD]), key=len, default="")
    if not word:
        word = word_tokenize(text[:_WORD], engine="newmm")[0]
    tie = text[len(word) : len(word) + 1]
    if tie and tie in "/." and len(text) > len(word) + 1:
        return word + tie + _unit(text[len(word) + 1 :])
    return word
