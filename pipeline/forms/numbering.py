"""Numbers before headings, steps and list items: ๑. ๑.๑ 1.1.1 ๑) (1), in Thai or Arabic digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.thai import arabic_digits

_LEADING = re.compile(r"^\(?(?P<number>\d{1,2}(?:\.\d{1,2})+|\d{1,2}(?=[.)]))[.)]*(?![\d,])\s*")
_BULLET = re.compile(r"^[-–—]\s*(?=\D|\d{1,2}[.)])")
_ITEM = re.compile(r"(?:^|(?<=\s))\(?(?P<number>\d{1,2})[.)](?!\d)\s*")


class Numbered(NamedTuple):
    """A text and the number printed before it, in Arabic digits with dots; None where there is none."""

    number: str | None
    text: str


def numbered(text: str) -> Numbered:
    """A text parted from its number.

    >>> numbered("๑.๓.๒ ออกแบบ"), numbered("๒) จัดทำ").number, numbered("๓ เดือน").number
    (Numbered(number='1.3.2', text='ออกแบบ'), '2', None)
    """
    found = _LEADING.match(arabic_digits(text))
    return Numbered(found["number"], text[found.end() :]) if found else Numbered(None, text)


def without_bullet(text: str) -> str:
    """A list item's text without the dash before it.

    >>> without_bullet("- ร้อยละของผู้ผ่าน"), without_bullet("-5")
    ('ร้อยละของผู้ผ่าน', '-5')
    """
    return text[found.end() :] if (found := _BULLET.match(text)) else text


def enumerated(text: str) -> tuple[str, list[Numbered]]:
    """What stands before a run-in list ๑. … ๒. … ๓. …, and its items; no items unless it counts from 1.

    A number out of turn belongs to the text.

    >>> enumerated("ได้แก่ ๑. สำรวจ ๓. ภาค ๒. สรุป")
    ('ได้แก่', [Numbered(number='1', text='สำรวจ ๓. ภาค'), Numbered(number='2', text='สรุป')])
    """
    starts: list[re.Match[str]] = []
    for found in _ITEM.finditer(arabic_digits(text)):
        if int(found["number"]) == len(starts) + 1:
            starts.append(found)
    if len(starts) < 2:
        return text, []
    ends = [*(found.start() for found in starts[1:]), len(text)]
    items = [
        Numbered(found["number"], text[found.end() : end].strip()) for found, end in zip(starts, ends, strict=True)
    ]
    return text[: starts[0].start()].strip(), items


def parent(number: str) -> str:
    """The number one level up, "" for a number of the first.

    >>> parent("1.3.2"), parent("4")
    ('1.3', '')
    """
    return number.rpartition(".")[0]


def ancestors(number: str) -> Iterator[str]:
    """The numbers of the levels above, from the nearest up.

    >>> list(ancestors("1.3.2"))
    ['1.3', '1']
    """
    while number := parent(number):
        yield number


def following(number: str) -> str:
    """The number after this one on its level.

    >>> following("1.9")
    '1.10'
    """
    head, _, last = number.rpartition(".")
    return f"{head}.{int(last) + 1}".lstrip(".")
