"""Where lines break: as reporting tools do it, and as word processors do it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from pythainlp.tokenize import word_tokenize

from pipeline.thai import LEADING_VOWELS, MARKS

_WORD = re.compile(r"\S+\s*|\s+")
_CLINGS = re.compile(rf"[{MARKS}\s)\].,ๆฯ%]")
_CLAIMS = re.compile(rf"[(\[{LEADING_VOWELS}]$")
_CLUSTER = re.compile(rf"[^{MARKS}][{MARKS}]*|[{MARKS}]+")


def clusters(text: str) -> list[str]:
    """Letters with the marks over and under them.

    >>> clusters("ที่นี่")
    ['ที่', 'นี่']
    """
    return _CLUSTER.findall(text)


def columns(text: str) -> int:
    """The width of a text in letter cells: marks take none.

    >>> columns("ที่นี่")
    2
    """
    return len(re.sub(f"[{MARKS}]", "", text))


def report(text: str, width: float, measure: Callable[[str], float] = columns) -> list[str]:
    """Lines as reporting tools break them: at spaces; a word too long for a line starts one, and breaks anywhere.

    `width` is in the units of `measure`.

    >>> report("ก ขคงจฉ", 3)
    ['ก ', 'ขคง', 'จฉ']
    """
    lines, line = [], ""
    for word in _WORD.findall(text):
        if measure(line + word.rstrip()) > width and line.strip():
            lines.append(line)
            line = ""
        if measure(word.rstrip()) <= width:
            line += word
        else:
            *full, line = _fill(clusters(word), width, measure)
            lines += full
    return [*lines, line]


def processor(text: str, width: float, measure: Callable[[str], float] = columns) -> list[str]:
    """Lines as word processors break them: between dictionary words, wherever the line is full.

    >>> processor("มีต้นไม้ ใหญ่", 5)
    ['มีต้นไม้ ', 'ใหญ่']
    """
    return _fill(words(text), width, measure)


def _fill(pieces: Iterable[str], width: float, measure: Callable[[str], float]) -> list[str]:
    lines, line = [], ""
    for piece in pieces:
        if line and measure(line + piece.rstrip()) > width:
            lines.append(line)
            line = ""
        line += piece
    return [*lines, line]


def words(text: str) -> list[str]:
    """Dictionary words, with marks, spaces and closing signs kept to what they follow.

    >>> words("มีต้นไม้ (ใหญ่)")
    ['มี', 'ต้นไม้ ', '(ใหญ่)']
    """
    pieces: list[str] = []
    for word in word_tokenize(text, engine="newmm", keep_whitespace=True):
        if pieces and (_CLINGS.match(word) or _CLAIMS.search(pieces[-1])):
            pieces[-1] += word
        else:
            pieces.append(word)
    return pieces
