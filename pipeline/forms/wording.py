"""Small facts about printed lines: how wide they are, how they break off, what is no text at all."""

from __future__ import annotations

import re

from pipeline.thai import MARKS, is_thai

#: Words after which a phrase is not at its end.
OPEN_END = re.compile(r"(?:การ|ความ|และ|หรือ|จาก|ของ|กับ|ที่|ใน|ให้|ต่อ|เพื่อ|โดย|เช่น|ได้แก่|เป็น|[,/(])$")
#: A line that is nothing but a web address, which link annotations leave in the text.
ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$")
#: Room that a character takes, in Thai letters; any other takes 1 or, if not Thai, 0.8.
_ROOM = {**dict.fromkeys(MARKS, 0.0), **dict.fromkeys(". ,'()/:;|iljtfI-", 0.5)}


def room(text: str) -> float:
    """How wide a text is on the page, in Thai letters.

    >>> room("ผู้"), room("กรม 4.0")
    (1.0, 5.6)
    """
    return round(sum(_ROOM.get(char, 1.0 if is_thai(char) else 0.8) for char in text), 1)
