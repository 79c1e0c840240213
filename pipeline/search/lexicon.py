"""Which words there are: how text is cut into them, what parts they have, which of them say little."""

from __future__ import annotations

from functools import cache, lru_cache

from pythainlp.corpus.common import thai_words

from pipeline.resources import resource
from pipeline.search.folding import fold
from pipeline.search.synonyms import terms
from pipeline.thai import DEPENDENT, is_thai

#: Syllables that make nouns of verbs and the like: they say nothing of the subject.
_AFFIXES = frozenset(("การ", "ความ", "ผู้", "ข้อ", "นัก", "ที่", "ให้", "ใน", "และ", "ของ", "ด้าน", "มี", "ได้", "เป็น", "ทาง"))
#: How much the parts of a compound count beside it.
PART_WEIGHT = 0.6
#: Lengths of words: the least that is taken apart, from which any is, the greatest that is, and the least of a part.
_COMPOUND, _LONG, _LONGEST, _PART = 5, 12, 60, 3


@lru_cache(maxsize=50_000)
def segment(run: str) -> tuple[str, ...]:
    """A run of Thai letters as words that add up to it.

    Of the words that begin at a place the one wins that reaches farthest together with the word after it; of
    equals the one that a word of the domain comes after, and then the longest. PyThaiNLP's newmm cuts alike for
    this purpose and takes more than twice as long.

    >>> segment("ขาดการวิเคราะห์ข้อร้องเรียน")
    ('ขาด', 'การวิเคราะห์', 'ข้อร้องเรียน')
    >>> segment("ว่าความเสี่ยง")  # where ว่าความ is a word, too
    ('ว่า', 'ความเสี่ยง')
    >>> segment("การกำหนดทิศทาง")
    ('การ', 'กำหนด', 'ทิศทาง')
    """
    out: list[str] = []
    ahead: dict[int, list[int]] = {}
    ours = domain_terms()
    at, unknown, size = 0, 0, len(run)
    while at < size:
        best = reach = 0
        for end in ahead.pop(at, None) or _ends(run, at):
            if end == size:
                best = end
                break
            ends = ahead[end] if end in ahead else ahead.setdefault(end, _ends(run, end))
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


def _ends(run: str, at: int) -> list[int]:
    """Where words that begin at a place of a run end, the longest first; none ends before a mark."""
    known, lengths = _lexicon()
    size = len(run)
    found = lengths.get(run[at : at + 4]) or lengths.get(run[at : at + 3]) or lengths.get(run[at : at + 2], ())
    return [
        end
        for length in found
        if (end := at + length) <= size and run[at:end] in known and (end == size or run[end] not in DEPENDENT)
    ]


@cache
def dictionary() -> frozenset[str]:
    """The words of general Thai."""
    return frozenset(thai_words())


@cache
def _lexicon() -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    """The words that text is cut into, and the lengths, longest first, of those that begin with four letters.

    A shorter word stands under itself, and under whatever letters of others it begins.
    """
    listed = (*dictionary(), *domain_terms(), *stop_words())
    known = frozenset(word for word in listed if len(word) > 1 and all(map(is_thai, word)))
    lengths: dict[str, set[int]] = {}
    for word in known:
        lengths.setdefault(word[:4], set()).add(len(word))
    for start, found in lengths.items():
        found.update(size for size in (2, 3) if start[:size] in known)
    return known, {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


@cache
def domain_terms() -> frozenset[str]:
    """Words and phrases of the domain: what the list of synonyms holds, and the frameworks' key terms."""
    return frozenset(term for term in terms() if " " not in term)


@lru_cache(maxsize=100_000)
def parts_of(word: str) -> tuple[str, ...]:
    """The words inside a compound that say something of its subject.

    >>> parts_of("ความผูกพัน"), parts_of("ข้อร้องเรียน"), parts_of("วัฒนธรรม")
    (('ผูกพัน',), ('ร้องเรียน',), ())
    """
    if len(word) < _COMPOUND or len(word) > _LONGEST or not is_thai(word[0]):
        return ()
    pieces = _tiling(word)
    ours = word in domain_terms() and word not in dictionary()
    sound_parts = all(len(piece) >= _PART or piece in _AFFIXES for piece in pieces)
    if not ours and not (sound_parts and (len(word) >= _LONG or (pieces[:1] and pieces[0] in _AFFIXES))):
        return ()
    return tuple(dict.fromkeys(p for p in pieces if len(p) >= _PART and p not in _AFFIXES and p not in stop_words()))


def _tiling(word: str) -> tuple[str, ...]:
    """The fewest dictionary words, other than the word itself, that add up to it; () if none do."""
    known = dictionary()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if before is None or piece == word or len(piece) < 2 or piece not in known:
                continue
            held = best[end]
            if held is None or len(before) + 1 < len(held):
                best[end] = (*before, piece)
    return best[-1] or ()


@cache
def stop_words() -> frozenset[str]:
    """Words that say nothing of what is looked for. ไม่, ขาด, ยัง, ควร and ต้อง are none of them."""
    return _listed("corpora/search/stop_words.txt")


@cache
def light_words() -> frozenset[str]:
    """Words that say little of what is looked for, if another word does."""
    return _listed("corpora/search/light_words.txt")


def _listed(name: str) -> frozenset[str]:
    lines = resource(name).read_text(encoding="utf-8").splitlines()
    return frozenset(stem(fold(word)) for line in lines if (word := line.partition("#")[0].strip()))


def stem(word: str) -> str:
    """An English word without its plural.

    >>> [stem(w) for w in ("benchmarks", "policies", "process", "kpi")]
    ['benchmark', 'policy', 'process', 'kpi']
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@lru_cache(maxsize=200_000)
def features_of(word: str) -> tuple[tuple[str, float], ...]:
    """The terms a word is found by, with how much they count; none for a word that says nothing."""
    if word in stop_words():
        return ()
    return ((word, 1.0), *((part, PART_WEIGHT) for part in parts_of(word)))
