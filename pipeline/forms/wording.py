"""Small facts about printed lines: how wide they are, how they break off, what is no text at all."""

from __future__ import annotations

import re

from pipeline.forms.lines import TextLine
from pipeline.thai import MARKS, is_thai

#: Words after which a phrase is not at its end.
OPEN_END = re.compile(r"(?:การ|ความ|และ|หรือ|จาก|ของ|กับ|ที่|ใน|ให้|ต่อ|เพื่อ|โดย|เช่น|ได้แก่|เป็น|[,/(])$")
#: A line that is nothing but a web address, which link annotations leave in the text.
ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$")
#: Room that a character takes, in Thai letters; any other takes 1 or, if not Thai, 0.8.
_ROOM = {**dict.fromkeys(MARKS, 0.0), **dict.fromkeys(". ,'()/:;|iljtfI-", 0.5)}

#: Room between two lines, in heights of a line, from which on something is between them.
_BLANK = 0.9


def room(text: str) -> float:
    """How wide a text is on the page, in Thai letters.

    >>> room("ผู้"), room("กรม 4.0")
    (1.0, 5.6)
    """
    return round(sum(_ROOM.get(char, 1.0 if is_thai(char) else 0.8) for char in text), 1)


def apart(before: TextLine, line: TextLine) -> bool:
    """Whether something blank is between two lines that follow each other: blank lines in a text; in a PDF room
    above the second, or another cell, or another column."""
    a, b = before.line, line.line
    if a.cell != b.cell:
        return True
    if a.bbox is None or b.bbox is None:
        return line.gap > 0
    if a.page != b.page:
        return False
    height = a.bbox.bottom - a.bbox.top
    return b.bbox.top < a.bbox.top or b.bbox.top - a.bbox.bottom > _BLANK * height or b.bbox.x0 > a.bbox.x1
