"""Names of award branches and types as one document prints them, and which reading of a misread one is right.

A name that stands on a line of its own (a heading, a list item, a table cell) is a term. Two terms alike in every
word are two readings of one name, unless one list names both; the reading that more lines carry is the right one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from pipeline.forms.numbering import numbered, without_bullet
from pipeline.thai import arabic_digits, squeeze

_PREFIX = re.compile(r"^(?:ประเภทราย?าง?วัล|ประเภทรางวัล|ประเภท|รางวัล(?=คุณภาพ|เลิศรัฐ|การ|บริการ))\s*")
_TERM = re.compile(r"^(?:สาขา|ประเภท|รางวัล|คุณภาพการบริหาร)[ก-๙]")
#: What the awards of one branch are called after.
_AN_AWARD = re.compile(r"คุณภาพการบริหาร")
#: The branches of the award that every edition has.
BRANCHES = ("สาขาบริการภาครัฐ", "สาขาคุณภาพการบริหารจัดการภาครัฐ", "สาขาการบริหารราชการแบบมีส่วนร่วม")
#: Words of a sentence that goes on to list what a name stands for.
_LISTS = re.compile(r"ประกอบด้วย|ได้แก่|ดังนี้|ดังต่อไปนี้")
_POINTS = re.compile(r"\s*\([\d,.]+ ?คะแนน\)$")
#: A term's words are the same name from this likeness on (0..100); a last word beside equal ones from less on.
_ALIKE, _LAST = 72.0, 55.0
_LONGEST = 90
_CERTAIN = 90.0
_BRANCH = re.compile(r"^(?:รางวัลเลิศรัฐ\s*)?(?:สาขา|รางวัล)\s*")
_MENTION = re.compile(r"(?:ประเภท|รางวัล)[ก-๙]+(?: [ก-๙]+| [\d๐-๙]\.[\d๐-๙])?")


def core(term: str) -> str:
    """A term without the words "type" or "award" before it, without white space, in Arabic digits.

    >>> core("ประเภทรางวัลเปิดใจ") == core("ประเภทเปิดใจ") == "เปิดใจ"
    True
    """
    return arabic_digits(squeeze(_PREFIX.sub("", term)))


def award_name(text: str) -> str:
    """The name of an award as its branch says it, with the word "award" that a table of results leaves out.

    >>> award_name("คุณภาพการบริหารจัดการภาครัฐ รายหมวด"), award_name("ประเภทเปิดใจ")
    ('รางวัลคุณภาพการบริหารจัดการภาครัฐ รายหมวด', 'ประเภทเปิดใจ')
    """
    return f"รางวัล{text}" if _AN_AWARD.match(text) else text


@dataclass(frozen=True)
class Terms:
    """The terms of a document. `lines` are its lines as clean text, in order."""

    lines: Sequence[str]

    @cached_property
    def _standing(self) -> dict[str, list[tuple[int, str]]]:
        """Terms by core, each with the places and wordings of the lines it makes up."""
        found: dict[str, list[tuple[int, str]]] = {}
        for at, line in enumerate(self.lines):
            text = _POINTS.sub("", numbered(without_bullet(line)).text)
            if len(text) <= _LONGEST and _TERM.match(text) and not _LISTS.search(text) and core(text):
                found.setdefault(core(text), []).append((at, text))
        return found

    @cached_property
    def _printed(self) -> list[str]:
        return [squeeze(line) for line in self.lines]

    @cached_property
    def _squeezed(self) -> list[str]:
        return [arabic_digits(squeeze(line)) for line in self.lines]

    def _carriers(self, wording: str) -> int:
        """How many lines carry a wording, digits and all."""
        return sum(squeeze(wording) in line for line in self._printed)

    def _votes(self, name: str, readings: Sequence[str]) -> int:
        """How many lines carry a reading, and not just as a part of another."""
        longer = [other for other in readings if other != name and name in other]
        return sum(name in line and not any(other in line for other in longer) for line in self._squeezed)

    def settle(self, text: str) -> str | None:
        """The name that a text is a reading of, in the wording most lines have; None if it is no known name.

        `text` may lack the word before the name ("ประเภท").
        """
        is_branch, words = text.startswith("สาขา"), _words(text)
        pool = {
            name: wordings
            for name, places in self._standing.items()
            if (wordings := [w for _, w in places if w.startswith("สาขา") == is_branch])
        }
        readings = [n for n, wordings in pool.items() if _alike(words, _words(wordings[0]))]
        readings = [n for n in readings if n == core(text) or not self._siblings(n, core(text))]
        if not readings:
            return None
        best = max(readings, key=lambda name: self._votes(name, readings))
        body = max(pool[best], key=self._carriers)
        if is_branch:
            return body
        prefixes = [found[0] for name in readings for wording in pool[name] if (found := _PREFIX.match(wording))]
        prefix = max(dict.fromkeys(prefixes), key=prefixes.count, default="")
        bare = _PREFIX.sub("", body)
        return f"ประเภท{bare}" if prefix.startswith("ประเภท") else f"รางวัล{bare}" if prefix else award_name(bare)

    def _siblings(self, one: str, other: str) -> bool:
        """Whether one list names both: they stand on lines with nothing but terms between them."""
        standing = {at for places in self._standing.values() for at, _ in places}
        return any(
            abs(a - b) < 12 and all(at in standing for at in range(min(a, b), max(a, b)))
            for a, _ in self._standing.get(one, ())
            for b, _ in self._standing.get(other, ())
        )

    @cached_property
    def branches(self) -> list[str]:
        """The branches the document names more than once, and those of every edition."""
        found = [
            wording
            for places in self._standing.values()
            for _, wording in places
            if wording.startswith("สาขา") and len(places) > 1
        ]
        named = list(dict.fromkeys(filter(None, map(self.settle, found))))
        return [*named, *(branch for branch in BRANCHES if self.settle(branch) not in named)]

    def branch(self, text: str) -> str | None:
        """The branch that a heading opens: "สาขา…", or "รางวัล…" of the same name."""
        name = _BRANCH.sub("", text)
        scored = [
            (fuzz.ratio(squeeze(name), squeeze(known)), branch)
            for branch in self.branches
            if len((known := _BRANCH.sub("", branch)).split()) == len(name.split())  # one word more names a type
        ]
        score, branch = max(scored, default=(0.0, ""))
        return branch if score >= _CERTAIN else None

    def opening(self, text: str) -> str | None:
        """The name that a text begins with, in as many words as one has."""
        words = text.split()
        return next(filter(None, (self.settle(" ".join(words[:n])) for n in range(len(words), 0, -1))), None)

    def mentioned(self, text: str) -> str | None:
        """The type that a sentence speaks of, if it has one of the names, or a reading alike."""
        for found in _MENTION.finditer(text):
            for wording in (found[0], found[0].split()[0]):
                if core(wording) and (name := self.settle(wording)):
                    return name
        return None


def _words(term: str) -> list[str]:
    return [core(word) if not at else arabic_digits(word) for at, word in enumerate(term.split())]


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two terms are alike in every word, or in all but the last and somewhat in that."""
    if len(one) != len(other):  # a line's end may have taken the space before the last word
        one, other = _aligned(one, other), _aligned(other, one)
    if len(one) != len(other) or not one:
        return False
    ratios = [fuzz.ratio(a, b) for a, b in zip(one, other, strict=True)]
    if any(a.isascii() and a != b for a, b in zip(one, other, strict=True)):
        return False
    least = _LAST if len(one) > 1 and min(ratios[:-1]) == 100 else _ALIKE
    return ratios[-1] >= least and min(ratios) >= least


def _aligned(words: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    """Words parted before the last as another term's are, if all before it are the same.

    >>> _aligned(["งานดีรายปี"], ["งานดี", "รายหมวด"])
    ['งานดี', 'รายปี']
    """
    head = "".join(other[:-1])
    if len(words) < len(other) and (text := "".join(words)).startswith(head) and text != head:
        return [*other[:-1], text.removeprefix(head)]
    return words
