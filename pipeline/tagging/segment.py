"""Cutting passages into clauses, as character offsets.

Thai has no full stop. A clause ends at a space that stands before a connective, or after enough text to be a
phrase of its own. (Passages are cut by `pipeline.forms.passages`, which knows the layout.)
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.thai import is_thai


class Stretch(NamedTuple):
    """A part of a text: `text[start:end]`."""

    start: int
    end: int


_CONNECTIVES = (
    "เพื่อ|โดย|ซึ่ง|แต่|และ|รวมทั้ง|รวมถึง|ตลอดจน|อีกทั้ง|ทั้งนี้|นอกจากนี้|อย่างไรก็ตาม|ดังนั้น|เนื่องจาก|เพราะ|หาก|"
    "เมื่อ|ส่งผลให้|ทำให้|พร้อมทั้ง|สำหรับ|ได้แก่|กล่าวคือ|ยัง|ไม่|ควร|มีการ|ขาด"
)
_CLAUSE_BREAK = re.compile(rf"[ \u00a0]+(?=(?:{_CONNECTIVES}))|\s*\n\s*")
_SPACE = re.compile(r"[ \u00a0]+")
#: Characters a clause has at least, and characters after which any space between Thai words ends one.
_SHORT, _LONG = 20, 60


def clauses(text: str, within: Stretch | None = None) -> list[Stretch]:
    """The clauses of a text, or of one passage of it.

    >>> text = "มีการสำรวจความพึงพอใจของผู้รับบริการ แต่ยังไม่นำผลไปปรับปรุงงาน"
    >>> [text[a:b] for a, b in clauses(text)]
    ['มีการสำรวจความพึงพอใจของผู้รับบริการ', 'แต่ยังไม่นำผลไปปรับปรุงงาน']
    """
    start, end = within or (0, len(text))
    cuts = [start]
    breaks = {m.start(): m for m in _CLAUSE_BREAK.finditer(text, start, end)}
    for gap in _SPACE.finditer(text, start, end):
        breaks.setdefault(gap.start(), gap)
    for at in sorted(breaks):
        gap, length = breaks[at], at - cuts[-1]
        connective = gap.re is _CLAUSE_BREAK
        if length >= (_SHORT if connective else _LONG) and _between_words(text, gap.start(), gap.end()):
            cuts.append(gap.end())
    pairs = zip(cuts, [*cuts[1:], end], strict=True)
    return [found for a, b in pairs if (found := _stripped(text, a, b)).end > found.start]


def _stripped(text: str, start: int, end: int) -> Stretch:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Stretch(start, end)


def _between_words(text: str, start: int, end: int) -> bool:
    """Whether a gap parts two Thai phrases, not a number from its unit or a bracket from its word."""
    return is_thai(text[start - 1 : start]) and is_thai(text[end : end + 1]) and text[end] not in "ๆฯ๐๑๒๓๔๕๖๗๘๙"
