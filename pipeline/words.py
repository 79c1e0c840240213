"""Thai text cut into the words of a list, and compounds into theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from pipeline.thai import DEPENDENT, is_thai

#: Syllables that make nouns of verbs and the like: they say nothing of the subject.
AFFIXES = frozenset(("การ", "ความ", "ผู้", "ข้อ", "นัก", "ที่", "ให้", "ใน", "และ", "ของ", "ด้าน", "มี", "ได้", "เป็น", "ทาง"))
#: Runs and compounds that are remembered.
_REMEMBERED = 100_000


class WordList:
    """Words that text is cut into."""

    __slots__ = ("_lengths", "_preferred", "_runs", "words")

    def __init__(self, words: Iterable[str], preferred: Collection[str] = frozenset()) -> None:
        """Of the words, those of at least two letters, all Thai, count; `preferred` ones settle what is even."""
        self.words = frozenset(word for word in words if len(word) > 1 and all(map(is_thai, word)))
        self._lengths = _lengths(self.words)
        self._preferred = preferred
        self._runs: dict[str, tuple[str, ...]] = {}

    def segment(self, run: str) -> tuple[str, ...]:
        """A run of Thai letters as pieces that add up to it: words, and what stands between them.

        Of the words that begin at a place the one wins that reaches farthest together with the word after it; of
        equals the one that a preferred word comes after, and then the longest. PyThaiNLP's newmm cuts alike for
        this purpose and takes more than twice as long.

        >>> WordList(["ขาด", "การ", "วิเคราะห์", "การวิเคราะห์", "ข้อ"]).segment("ขาดการวิเคราะห์ข้อมูล")
        ('ขาด', 'การวิเคราะห์', 'ข้อ', 'มูล')
        """
        cut = self._runs.get(run)
        if cut is None:
            if len(self._runs) >= _REMEMBERED:
                self._runs.clear()
            cut = self._runs[run] = self._cut(run)
        return cut

    def _cut(self, run: str) -> tuple[str, ...]:
        out: list[str] = []
        ahead: dict[int, list[int]] = {}
        ours = self._preferred
        at, unknown, size = 0, 0, len(run)
        while at < size:
            best = reach = 0
            for end in ahead.pop(at, None) or self._ends(run, at):
                if end == size:
                    best = end
                    break
                ends = ahead[end] if end in ahead else ahead.setdefault(end, self._ends(run, end))
                reached = ends[0] if ends else end
                if reached > reach or (reached == reach and run[end:reach] in ours and run[best:reach] not in ours):
                    best, reach = end, reached
            if not best:
                at += 1
                continue
            if unknown < at:
                out.append(run[unknown:at])
            out.append(run[at:best])
            at = unknown = best
        if unknown < size:
            out.append(run[unknown:])
        return tuple(out)

    def _ends(self, run: str, at: int) -> list[int]:
        """Where words that begin at a place of a run end, the longest first; none ends before a mark."""
        known, lengths, size = self.words, self._lengths, len(run)
        found = lengths.get(run[at : at + 4]) or lengths.get(run[at : at + 3]) or lengths.get(run[at : at + 2], ())
        return [
            end
            for length in found
            if (end := at + length) <= size and run[at:end] in known and (end == size or run[end] not in DEPENDENT)
        ]


@lru_cache(maxsize=_REMEMBERED)
def tiling(word: str, known: frozenset[str]) -> tuple[str, ...]:
    """The fewest known words of at least two letters, other than the word itself, that add up to it; () if none do.

    >>> tiling("ข้อร้องเรียน", frozenset(["ข้อ", "ร้อง", "เรียน", "ร้องเรียน", "ข้อร้องเรียน"]))
    ('ข้อ', 'ร้องเรียน')
    """
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end - 1):
            before, piece = best[start], word[start:end]
            if before is None or piece == word or piece not in known:
                continue
            held = best[end]
            if held is None or len(before) + 1 < len(held):
                best[end] = (*before, piece)
    return best[-1] or ()


def _lengths(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """The lengths, longest first, of the words that begin with four letters.

    A shorter word stands under itself, and under whatever letters of others it begins.
    """
    known = frozenset(words)
    lengths: dict[str, set[int]] = {}
    for word in known:
        lengths.setdefault(word[:4], set()).add(len(word))
    for start, found in lengths.items():
        found.update(size for size in (2, 3) if start[:size] in known)
    return {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}
