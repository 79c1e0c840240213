"""Where a word processor may break a Thai line: between dictionary words."""

from __future__ import annotations

import re

from pythainlp.tokenize import word_tokenize

from pipeline.thai import LEADING_VOWELS, MARKS

_CLINGS = re.compile(rf"[{MARKS}\s)\].,ๆฯ%]")
_CLAIMS = re.compile(rf"[(\[{LEADING_VOWELS}]$")


def words(text: str) -> list[str]:
    """Dictionary words, with marks and closing signs kept to what they follow.

    >>> words("กระบวนการทำงาน")
    ['กระบวนการ', 'ทำงาน']
    """
    pieces: list[str] = []
    for word in word_tokenize(text, engine="newmm", keep_whitespace=True):
        if pieces and (_CLINGS.match(word) or _CLAIMS.search(pieces[-1])):
            pieces[-1] += word
        else:
            pieces.append(word)
    return pieces
