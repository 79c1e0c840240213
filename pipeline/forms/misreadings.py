"""OCR's misreadings of words, settled where the document itself has the right reading.

A sentence that repeats a heading, or another sentence, but for one short stretch is the same sentence misread, if
that stretch occurs nowhere else in the document while what the heading has in its place is in common use there.
So is one that lacks a single consonant at the head of a word. Digits, signs and differences in vowels or tones
only are left alone: they may be meant, or be the author's own spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein, Opcode

from pipeline.thai import CONSONANTS, squeeze

#: Letters that must agree on either side of a misreading, and on both together.
_SIDE, _BOTH = 5, 22
#: The longest stretch taken for a misreading, the shortest that may be one, in letters.
_LONGEST, _SHORTEST = 10, 4
#: How alike (0..100) a misreading is to what is meant, a letter on either side included.
_ALIKE = 45.0
#: How much more often the right reading must occur.
_OFTENER = 2
#: Letters kept on either side when a misreading is looked for in other places.
_CONTEXT = 3
_THAI = re.compile(r"^[ก-๎]+$")


def misreadings(headings: Iterable[str], texts: Iterable[str], document: str) -> dict[str, str]:
    """What to read for what, each with a few letters of context, from texts compared with headings.

    `document` is all of the document's text without white space, see `tables.document_text`.

    >>> heading = "พัฒนาระบบงานนักกฎหมายนิติบัญญัติให้มีประสิทธิภาพ"
    >>> misread = "มีการพัฒนาระบบงานนักรักษาหมยนิติบัญญัติให้มีประสิทธิภาพ"
    >>> misreadings([heading], [misread], heading + misread + "กฎหมาย" * 3)
    {'นักรักษาหมยนิ': 'นักกฎหมายนิ'}
    """
    found: dict[str, str] = {}
    squeezed = [squeeze(heading) for heading in headings]
    for text in map(squeeze, texts):
        for heading in squeezed:
            found.update(_differences(text, heading, document))
    return found


def settled(text: str, readings: dict[str, str]) -> str:
    """A text with its misreadings replaced, white space within them notwithstanding."""
    for wrong, right in readings.items():
        text = re.sub(r"\s?".join(map(re.escape, wrong)), right, text)
    return text


def _differences(text: str, heading: str, document: str) -> Iterator[tuple[str, str]]:
    for before, after in _gaps(text, heading):
        read = text[before.src_end : after.src_start]
        meant = heading[before.dest_end : after.dest_start]
        start, end = before.src_end - _CONTEXT, after.src_start + _CONTEXT
        edges = text[before.src_end - 1], text[after.src_start]
        if fuzz.ratio(read.join(edges), meant.join(edges)) < _ALIKE:
            continue
        if _is_misreading(read, meant, text[start : before.src_end], document):
            yield text[start:end], text[start : before.src_end] + meant + text[after.src_start : end]


def _gaps(text: str, other: str) -> Iterator[tuple[Opcode, Opcode]]:
    """The stretches in which two texts differ, as what agrees before and after, where enough does."""
    if not text or not other or text == other:
        return
    agreeing = [op for op in Levenshtein.opcodes(text, other) if op.tag == "equal"]
    for before, after in pairwise(op for op in agreeing if op.src_end - op.src_start >= _SIDE):
        if before.src_end - before.src_start + after.src_end - after.src_start >= _BOTH:
            yield before, after


def _is_misreading(read: str, meant: str, before: str, document: str) -> bool:
    if not _THAI.match(meant) or not _THAI.match(read) or max(len(read), len(meant)) > _LONGEST:
        return False
    if min(len(read), len(meant)) < _SHORTEST:
        return False
    elsewhere = document.count(read) - document.count(before + read)
    return elsewhere == 0 and document.count(meant) >= _OFTENER * document.count(read)


def dropped_consonants(texts: Sequence[str], document: str) -> dict[str, str]:
    """Readings of phrases that lack the first consonant of a word which an otherwise equal sentence has.

    >>> one, other = "การพัฒนากรอบหลักสูตรรูปแบบและวิธีการพัฒนา", "ในการพัฒนารอบหลักสูตรรูปแบบและวิธีการพัฒนาบุคลากร"
    >>> dropped_consonants([one, other], one + other + "กรอบงาน" * 9)
    {'ฒนารอบห': 'ฒนากรอบห'}
    """
    found: dict[str, str] = {}
    squeezed = list(dict.fromkeys(map(squeeze, texts)))
    for text in squeezed:
        for other in squeezed:
            for before, after in _gaps(text, other):
                at = before.src_end
                meant = other[before.dest_end : after.dest_start]
                if at != after.src_start or len(meant) != 1 or meant not in CONSONANTS or text[at - 1] == meant:
                    continue
                word = text[at : at + _CONTEXT]
                whole, bare = document.count(meant + word), document.count(word)
                if 2 * whole > bare and _THAI.match(word):
                    start, end = at - _CONTEXT, at + _CONTEXT + 1
                    found[text[start:end]] = text[start:at] + meant + text[at:end]
    return found
