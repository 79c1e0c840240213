"""Text as the index sees it: folded characters, words with their places, and character n-grams.

Folding is character by character wherever n-grams are concerned, so that any stretch of a text folds to a
stretch of the folded text: that is what makes every part of a text findable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from pythainlp.corpus.common import thai_words

from pipeline.resources import resource
from pipeline.thai import DEPENDENT, NIKHAHIT, SARA_AA, SARA_AM, THAI_DIGITS, TONES, is_thai

#: Characters of an n-gram, and the bits that one of them takes in the integer that stands for it.
GRAM, _BITS = 3, 21
#: Signs that join or part letters without being seen.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_WORD = re.compile(
    r"(?P<number>\d+(?:\.\d+)+)"
    r"|(?P<short>[ก-ฮ]{1,4}\.(?:\s?[ก-ฮ]{1,4}\.)+)"
    r"|(?P<latin>[^\W\u0e00-\u0e7f_]+(?:[-'’][^\W\u0e00-\u0e7f_]+)*)"
    r"|(?P<thai>[ก-ฮะ-ฺเ-ๅ็-๎]+)"
)
#: Syllables that make nouns of verbs and the like: they say nothing of the subject.
_AFFIXES = frozenset(("การ", "ความ", "ผู้", "ข้อ", "นัก", "ที่", "ให้", "ใน", "และ", "ของ", "ด้าน", "มี", "ได้", "เป็น", "ทาง"))
#: Lengths of words: the least that is taken apart, from which any is, the greatest that is, and the least of a part.
#: How much the parts of a compound count beside it.
PART_WEIGHT = 0.6
_COMPOUND, _LONG, _LONGEST, _PART = 5, 12, 60, 3


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


# ------------------------------------------------------------------------------------------------ words


@dataclass(frozen=True, slots=True)
class Word:
    """A term, with its place in the folded text."""

    term: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of a folded text, in order; white space and punctuation are left out.

    >>> [w.term for w in words(fold("ก.พ.ร. ใช้ Benchmarks ข้อ ๓.๔.๒"))]
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
        yield Word(_stem("".join(parts)), start, end)
    for part in parts:
        yield Word(_stem(part), start, start + len(part))
        start += len(part) + 1


def _stem(word: str) -> str:
    """An English word without its plural.

    >>> [_stem(w) for w in ("benchmarks", "policies", "process", "kpi")]
    ['benchmark', 'policy', 'process', 'kpi']
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@lru_cache(maxsize=50_000)
def segment(run: str) -> tuple[str, ...]:
    """A run of Thai letters as words that add up to it.

    Of the words that begin at a place the one wins that reaches farthest together with the word after it, of
    equals the longest. PyThaiNLP's newmm cuts alike for this purpose and takes more than twice as long.

    >>> segment("ขาดการวิเคราะห์ข้อร้องเรียน")
    ('ขาด', 'การวิเคราะห์', 'ข้อร้องเรียน')
    >>> segment("การกำหนดเป้าหมาย")
    ('การ', 'กำหนด', 'เป้าหมาย')
    """
    out: list[str] = []
    ahead: dict[int, list[int]] = {}
    at, unknown, size = 0, 0, len(run)
    while at < size:
        best = reach = 0
        for end in ahead.pop(at, None) or _ends(run, at):
            if end == size:
                best = end
                break
            ends = ahead[end] if end in ahead else ahead.setdefault(end, _ends(run, end))
            reached = ends[0] if ends else end
            if reached > reach:
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
    return [
        end
        for length in lengths.get(run[at : at + 3]) or lengths.get(run[at : at + 2], ())
        if (end := at + length) <= size and run[at:end] in known and (end == size or run[end] not in DEPENDENT)
    ]


@cache
def dictionary() -> frozenset[str]:
    """The words of general Thai."""
    return frozenset(thai_words())


@cache
def _lexicon() -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    """The words that text is cut into, and the lengths, longest first, of those that begin with three letters.

    A word of two letters stands under itself, and under whatever three letters of others it begins.
    """
    known = frozenset(word for word in (*dictionary(), *domain_terms()) if len(word) > 1 and all(map(is_thai, word)))
    lengths: dict[str, set[int]] = {}
    for word in known:
        lengths.setdefault(word[:3], set()).add(len(word))
    for start, found in lengths.items():
        if start[:2] in known:
            found.add(2)
    return known, {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


@cache
def domain_terms() -> frozenset[str]:
    """Words and phrases of the domain: what the list of synonyms holds, and the frameworks' key terms."""
    from pipeline.search.synonyms import terms  # which folds its terms by this module

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
    return frozenset(fold(word) for line in lines if (word := line.partition("#")[0].strip()))


@lru_cache(maxsize=200_000)
def features_of(word: str) -> tuple[tuple[str, float], ...]:
    """The terms a word is found by, with how much they count; none for a word that says nothing."""
    if word in stop_words():
        return ()
    return ((word, 1.0), *((part, PART_WEIGHT) for part in parts_of(word)))


# -------------------------------------------------------------------------------------------- n-grams


def grams(text: str) -> list[int]:
    """The n-grams of a key as integers, without repetition, ascending.

    >>> len(grams(key("ข้อร้องเรียน"))), grams("ab")
    (10, [])
    """
    codes = _codes(text)
    return (
        np.unique((codes[:-2] << 2 * _BITS) | (codes[1:-1] << _BITS) | codes[2:]).tolist() if len(text) >= GRAM else []
    )


def gram_lists(keys: Sequence[str]) -> dict[int, np.ndarray]:
    """For each n-gram of many keys, which of the keys have it, ascending.

    An n-gram begins at every character: the last ones of a key are filled up with U+0000.
    """
    text = "".join(k + "\0\0" for k in keys)
    codes = _codes(text + "\0\0")
    owner = np.repeat(np.arange(len(keys)), [len(k) + 2 for k in keys])
    # Few of all characters occur: numbered anew, an n-gram and its owner fit one integer, which sorts fast.
    letters = np.flatnonzero(np.bincount(codes, minlength=1))
    small = np.zeros(int(letters[-1]) + 1 if len(letters) else 1, dtype=np.int64)
    small[letters] = np.arange(len(letters))
    bits, low = max(1, int(len(letters) - 1).bit_length()), max(1, len(keys).bit_length())
    if 3 * bits + low > 63:  # a batch in all the world's scripts
        half = len(keys) // 2
        return _joined(gram_lists(keys[:half]), gram_lists(keys[half:]), half)
    numbered = small[codes]
    whole = (numbered[:-2] << 2 * bits) | (numbered[1:-1] << bits) | numbered[2:]
    packed = (whole[codes[:-2] != 0] << low) | owner[codes[:-2] != 0]
    packed.sort()  # sorting beats the hashing of `np.unique` by far
    packed = packed[np.diff(packed, prepend=-1) != 0]
    found, holders = packed >> low, packed & ((1 << low) - 1)
    starts = np.flatnonzero(np.diff(found, prepend=-1))
    mask = (1 << bits) - 1
    heads = found[starts]
    names = (letters[heads >> 2 * bits] << 2 * _BITS) | (letters[heads >> bits & mask] << _BITS) | letters[heads & mask]
    return dict(zip(names.tolist(), np.split(holders, starts[1:]), strict=True)) if len(starts) else {}


def _joined(first: dict[int, np.ndarray], second: dict[int, np.ndarray], shift: int) -> dict[int, np.ndarray]:
    for gram, holders in second.items():
        moved = holders + shift
        first[gram] = np.concatenate([first[gram], moved]) if gram in first else moved
    return first


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)


def gram_range(prefix: str) -> tuple[int, int]:
    """The first and the last n-gram that begin with one to three characters."""
    low = 0
    for char in prefix:
        low = (low << _BITS) | ord(char)
    missing = _BITS * (GRAM - len(prefix))
    return low << missing, ((low + 1) << missing) - 1
