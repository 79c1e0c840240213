"""Presentation forms: code points and glyph numbers that stand for a shape of a letter, not for the letter.

The tables of private-use forms are those of HarfBuzz's Thai shaper: for each letter the code points that
Windows fonts and Macintosh fonts give to its shape moved down, down and left, left, or without its descender.
"""

from __future__ import annotations

import re

_FORMS = {
    "\u0e48": "\uf70a\uf88b\uf705\uf88c\uf713\uf88a",
    "\u0e49": "\uf70b\uf88e\uf706\uf88f\uf714\uf88d",
    "\u0e4a": "\uf70c\uf891\uf707\uf892\uf715\uf890",
    "\u0e4b": "\uf70d\uf894\uf708\uf895\uf716\uf893",
    "\u0e4c": "\uf70e\uf897\uf709\uf898\uf717\uf896",
    "\u0e38": "\uf718\uf89b",
    "\u0e39": "\uf719\uf89c",
    "\u0e3a": "\uf71a\uf89d",
    "\u0e31": "\uf710\uf884",
    "\u0e34": "\uf701\uf885",
    "\u0e35": "\uf702\uf886",
    "\u0e36": "\uf703\uf887",
    "\u0e37": "\uf704\uf888",
    "\u0e47": "\uf712\uf889",
    "\u0e4d": "\uf711\uf899",
    "\u0e0d": "\uf70f\uf89a",
    "\u0e10": "\uf700\uf89e",
}

_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
_INVISIBLE = "\u200b\u2060\ufeff\u00ad"

_FOLD = (
    str.maketrans({form: letter for letter, forms in _FORMS.items() for form in forms})
    | str.maketrans(_LIGATURES)
    | str.maketrans(dict.fromkeys("\t\n\r\u00a0\u2002\u2003\u2009\u3000", " "))
    | str.maketrans("", "", _INVISIBLE)
)

#: The Windows families whose fonts all number their Thai glyphs alike.
_WINDOWS_FAMILY = re.compile(
    r"(Angsana|Browallia|Cordia|Dillenia|Eucrosia|Freesia|Iris|Jasmine|Kodchiang|Lily)\s*(New|UPC|DSE)", re.I
)


def fold(text: str) -> str:
    """Text with every presentation form replaced by what it is a form of; invisible signs go.

    >>> fold("ท\\uf70b") == "ท้", fold("o\\ufb03ce")
    (True, 'office')
    """
    return text.translate(_FOLD)


def windows_character(font: str, gid: int) -> str | None:
    """The Thai character of a glyph by its number in the Windows families; None in any other font.

    >>> windows_character("AngsanaUPC-Bold", 181), windows_character("Sarabun", 181)
    ('า', None)
    """
    if not _WINDOWS_FAMILY.match(font):
        return None
    if 110 <= gid <= 114:  # marks moved down
        return chr(0x0E48 + gid - 110)
    if 132 <= gid <= 189:
        return chr(0x0E01 + gid - 132)
    if 193 <= gid <= 206:
        return chr(0x0E40 + gid - 193)
    return None
