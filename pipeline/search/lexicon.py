"""Which words there are: how text is cut into them, what parts they have, which of them say little."""

from __future__ import annotations

from functools import cache, lru_cache

from pythainlp.corpus.common import thai_words

from pipeline.resources import resource
from pipeline.search.folding import fold
from pipeline.search.synonyms import terms
from pipeline.thai import is_thai
from pipeline.words import AFFIXES, WordList, tiling

#: How much the parts of a compound count beside it.
PART_WEIGHT = 0.6
#: Lengths of words: the least that is taken apart, from which any is, the greatest that is, and the least of a part.
_COMPOUND, _LONG, _LONGEST, _PART = 5, 12, 60, 3


def segment(run: str) -> tuple[str, ...]:
    """A run of Thai letters as words that add up to it.

    >>> segment("ขาดการวิเคราะห์ข้อร้องเรียน")
    ('ขาด', 'การวิเคราะห์', 'ข้อร้องเรียน')
    >>> segment("ว่าความเสี่ยง")  # where ว่าความ is a word, too
    ('ว่า', 'ความเสี่ยง')
    >>> segment("การกำหนดทิศทาง")
    ('การ', 'กำหนด', 'ทิศทาง')
    """
    return _words().segment(run)


@cache
def dictionary() -> frozenset[str]:
    """The words of general Thai."""
    return frozenset(thai_words())


@cache
def _words() -> WordList:
    """The words that text is cut into; those of the domain before others."""
    return WordList((*dictionary(), *domain_terms(), *stop_words()), preferred=domain_terms())


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
    pieces = tiling(word, dictionary())
    ours = word in domain_terms() and word not in dictionary()
    sound_parts = all(len(piece) >= _PART or piece in AFFIXES for piece in pieces)
    if not ours and not (sound_parts and (len(word) >= _LONG or (pieces[:1] and pieces[0] in AFFIXES))):
        return ()
    return tuple(dict.fromkeys(p for p in pieces if len(p) >= _PART and p not in AFFIXES and p not in stop_words()))


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
