"""Text folded to what is looked for in it.

Keys, of which n-grams are made, are folded character by character, so that any stretch of a text folds to a stretch
of the text's key: that is what makes every part of a text findable. Words are cut from text folded otherwise.
"""

from __future__ import annotations

import re

from pipeline.thai import NIKHAHIT, SARA_AA, SARA_AM, THAI_DIGITS, TONES

#: Signs that join or part letters without being seen.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class _Table(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __init__(self, special: dict[str, str]) -> None:
        super().__init__({ord(char): to for char, to in special.items()})

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = to = " " if char.isspace() else char.lower()
        return to


_DIGITS = {thai: str(value) for value, thai in enumerate(THAI_DIGITS)}
_FOLD = _Table({**dict.fromkeys(_INVISIBLE, ""), **_DIGITS})
#: SARA AM is SARA AA here and SARA AE two SARA E: broken texts confuse them.
_KEY = _Table(
    {
        **dict.fromkeys(_INVISIBLE, ""),
        **dict.fromkeys("\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", ""),
        **dict.fromkeys(map(chr, range(0x2000, 0x200B)), ""),
        **_DIGITS,
        NIKHAHIT: "",
        SARA_AM: SARA_AA,
        "แ": "เเ",
        "\0": "\ufffd",
    }
)
_APART = re.compile(f"{NIKHAHIT}([{TONES}]?){SARA_AA}|เเ")


def sound(text: str) -> str:
    """Text that any file can hold: halves of characters are replaced."""
    return _LONE_SURROGATES.sub("\ufffd", text)


def fold(text: str) -> str:
    """Text in which words are looked for: small letters, Arabic digits, SARA AM and SARA AE in one piece.

    >>> fold("หมวด ๕ KPI นํ้า เเละ")
    'หมวด 5 kpi น้ำ และ'
    """
    text = text.translate(_FOLD)
    return _APART.sub(_together, text) if NIKHAHIT in text or "เเ" in text else text


def _together(found: re.Match[str]) -> str:
    return "แ" if found[1] is None else found[1] + SARA_AM


def folded(text: str) -> tuple[str, list[int]]:
    """`fold(text)`, and for each of its characters the place in `text` it comes from; one more for the end."""
    chars: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        for to in _FOLD[ord(char)]:
            chars.append(to)
            places.append(at)
    joined = "".join(chars)
    out: list[str] = []
    offsets: list[int] = []
    last = 0
    for found in _APART.finditer(joined):
        out.append(joined[last : found.start()])
        offsets += places[last : found.start()]
        whole = _together(found)
        out.append(whole)
        offsets += [places[found.start()]] * len(whole)
        last = found.end()
    return "".join(out) + joined[last:], [*offsets, *places[last:], len(text)]


def key(text: str) -> str:
    """Text in which any stretch is looked for: no white space, and what broken texts confuse is one.

    >>> key("การ นำ องค์การ") == key("การนํา องค์การ") == key("การนา องค์การ")
    True
    """
    return text.translate(_KEY)
