"""The words of a text as the index sees them, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.search.lexicon import segment, stem

_WORD = re.compile(
    r"(?P<number>\d+(?:\.\d+)+)"
    r"|(?P<short>[ก-ฮ]{1,4}\.(?:\s?[ก-ฮ]{1,4}\.)+)"
    r"|(?P<latin>[^\W\u0e00-\u0e7f_]+(?:[-'’][^\W\u0e00-\u0e7f_]+)*)"
    r"|(?P<thai>[ก-ฮะ-ฺเ-ๅ็-๎]+)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A term, with its place in the folded text."""

    term: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of a folded text, in order; white space and punctuation are left out.

    >>> [w.term for w in words("ก.พ.ร. ใช้ benchmarks ข้อ 3.4.2")]
    ['กพร', 'ใช้', 'benchmark', 'ข้อ', '3.4.2']
    """
    found: list[Word] = []
    for match in _WORD.finditer(text):
        start = match.start()
        if match.lastgroup == "thai":
            for piece in segment(match[0]):
                found.append(Word(piece, start, start + len(piece)))
                start += len(piece)
        else:
            found += _others(match)
    return found


def terms_of(text: str) -> list[str]:
    """The terms of a folded text, as `words` has them, without their places."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        if match.lastgroup == "thai":
            found += segment(match[0])
        else:
            found += [word.term for word in _others(match)]
    return found


def _others(match: re.Match[str]) -> Iterator[Word]:
    """The words of a stretch that is not Thai prose."""
    match match.lastgroup:
        case "latin":
            yield from _latin(match[0], match.start())
        case "short":
            yield Word(re.sub(r"[.\s]", "", match[0]), match.start(), match.end())
        case _:
            yield Word(match[0], match.start(), match.end())


def _latin(token: str, start: int) -> Iterator[Word]:
    parts = re.split(r"[-'’]", token)
    end = start + len(token)
    if len(parts) > 1 and len(token) < 40:
        yield Word(stem("".join(parts)), start, end)
    for part in parts:
        yield Word(stem(part), start, start + len(part))
        start += len(part) + 1
