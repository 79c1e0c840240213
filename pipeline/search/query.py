"""What a person typed, as what to look for: concepts, phrases, what to leave out, and filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline import framework
from pipeline.search import synonyms
from pipeline.search.spelling import Speller, is_odd
from pipeline.search.text import Word, features_of, fold, key, light_words, parts_of, sound, words
from pipeline.thai import arabic_digits, squeeze

#: Characters of a query that are read; a pasted page is cut here.
LONGEST = 600
#: How much a compound's parts count in its stead.
PARTS = 0.6
#: Words of one synonym at most.
_WINDOW = 6

_QUOTED = re.compile(r'(?P<minus>(?<!\S)-)?(?:"([^"]+)"|“([^”]+)”|«([^»]+)»)')
_MINUS = re.compile(r"(?<!\S)-(?=[^\W\d_])(\S+)")


@dataclass(frozen=True, slots=True)
class Filters:
    """What findings must be, whatever they say. Empty means anything.

    `numbers` are items, criteria or indicators ("3.4" takes 3.4.2 too); `agency` is a part of a name; `years`
    are Buddhist-era.
    """

    categories: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    verdicts: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    agency: str | None = None

    @classmethod
    def of(
        cls,
        *,
        category: int | None = None,
        criterion: str | None = None,
        kind: str | None = None,
        verdict: str | None = None,
        year: int | None = None,
        agency: str | None = None,
    ) -> Filters:
        """Filters of one value each, as a command gives them. `criterion` may be an item, in either digits.

        >>> Filters.of(criterion="๓.๔").shown(), bool(Filters.of())
        (['ข้อ 3.4'], False)
        """
        return cls(
            categories=frozenset([category] if category is not None else ()),
            numbers=frozenset([squeeze(arabic_digits(criterion)).upper()] if criterion else ()),
            kinds=frozenset([kind] if kind else ()),
            verdicts=frozenset([verdict] if verdict else ()),
            years=frozenset([year] if year is not None else ()),
            agency=agency or None,
        )

    def __bool__(self) -> bool:
        return self != ANYTHING

    def shown(self) -> list[str]:
        """The filters for a person to read."""
        return [
            *(f"หมวด {n}" for n in sorted(self.categories)),
            *(f"ข้อ {n}" for n in sorted(self.numbers)),
            *(f"ตัวชี้วัด {n}" for n in sorted(self.indicators)),
            *(_SHOWN_VERDICTS.get(v, v) for v in sorted(self.verdicts)),
            *sorted(self.kinds),
            *sorted(self.families),
            *([f"ปี {_span(self.years)}"] if self.years else []),
            *([self.agency] if self.agency else []),
        ]


#: No filter at all.
ANYTHING = Filters()
_SHOWN_VERDICTS = {"pass": "ผ่าน", "fail": "ไม่ผ่าน", "pending": "รอผล"}


def _span(years: Iterable[int]) -> str:
    first, *rest = sorted(years)
    return f"{first}-{rest[-1]}" if rest and rest[-1] - first == len(rest) else ", ".join(map(str, [first, *rest]))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that together stand for a concept, and how much they count for it."""

    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that is looked for: what was typed, and what else says the same. `light` ones decide little."""

    text: str
    alternatives: tuple[Alternative, ...]
    light: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query, understood.

    `typed` is what was typed, `text` what is looked for after repair and correction; `corrected` says whether
    they differ. `phrases` must stand in a finding and `excluded` ones must not, both in the shape of `text.key`;
    `without` are the latter as they were typed. `filters` are those found in the words. `literal` is what a finding
    holds that holds the query
    itself, in the same shape.
    """

    typed: str
    text: str = ""
    corrected: bool = False
    concepts: tuple[Concept, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    literal: str = ""

    @property
    def words(self) -> str:
        """What is left of the text for n-grams: all of it but the filters."""
        return " ".join(concept.text for concept in self.concepts)


class Vocabulary(Protocol):
    """What the index knows that a query is understood by."""

    @property
    def speller(self) -> Speller:
        """Sets words right."""

    def has_value(self, field: str, value: str) -> bool:
        """Whether any finding has this kind, verdict, family or agency."""

    def has_number(self, number: str) -> bool:
        """Whether any finding is of this item, criterion or indicator, or of one below it."""

    def has_indicator(self, number: str) -> bool:
        """Whether any finding is of an indicator of this number, whatever its criterion."""

    def agencies(self) -> Sequence[tuple[str, str]]:
        """The agencies: how a folded text without spaces has their names, and the names; the longest first."""


def understand(typed: str, vocabulary: Vocabulary) -> Query:
    """A query from what a person typed. Nothing in it can be wrong: what is no filter is looked for as text."""
    typed = sound(typed)
    rest = typed[:LONGEST]
    phrases: list[str] = []
    excluded: list[str] = []

    def take_quoted(found: re.Match[str]) -> str:
        (excluded if found["minus"] else phrases).append(next(g for g in found.groups()[1:] if g is not None))
        return " "

    def take_minus(found: re.Match[str]) -> str:
        excluded.append(found[1])
        return " "

    rest = _QUOTED.sub(take_quoted, rest)
    rest = _MINUS.sub(take_minus, rest)
    repaired = mended(rest)
    folded = fold(repaired)
    left, filters = _Reader(vocabulary).read(folded)
    right = correct(left, vocabulary.speller)
    concepts = list(concepts_of(right))
    for phrase in phrases:
        concepts += concepts_of(fold(phrase))
    shown = repaired if right == left else _corrected(repaired, left, right)
    return Query(
        typed=typed,
        text=" ".join(shown.split()),
        corrected=squeeze(shown) != squeeze(rest),
        concepts=tuple(concepts),
        phrases=tuple(k for p in phrases if (k := key(p))),
        excluded=tuple(k for p in excluded if (k := key(p))),
        without=tuple(p for p in excluded if key(p)),
        filters=filters,
        literal=key(typed[:LONGEST]),
    )


def mended(text: str) -> str:
    """Text pasted from a broken file as it was meant."""
    from pipeline.repair import is_damaged, repair

    return repair(text) if is_damaged(text) else text


def correct(text: str, speller: Speller) -> str:
    """A folded text with its misspelt words set right.

    Runs of Thai letters that are cut into pieces no one knows are read anew; Latin words are compared whole.
    """

    def thai(found: re.Match[str]) -> str:
        run = found[0]
        return speller.run(run) or run if len(run) <= 80 and is_odd(run, speller) else run

    def latin(found: re.Match[str]) -> str:
        word = found[0]
        (term,) = {w.term for w in words(word)}
        return word if speller.is_right(term) else speller.word(term) or word

    text = re.sub("[ก-ฮะ-ฺเ-ๅ็-๎]{4,}", thai, text)
    return re.sub("[a-z]{5,}", latin, text)


def _corrected(repaired: str, left: str, right: str) -> str:
    """The text as it is shown when words were set right: what was left of it is replaced by what it was meant to be."""
    shown = fold(repaired)
    for was, now in zip(left.split(), right.split(), strict=False):
        if was != now:
            shown = shown.replace(was, now, 1)
    return shown


def concepts_of(text: str) -> Iterator[Concept]:
    """What a folded text speaks of, one concept a word or listed phrase.

    >>> [c.text for c in concepts_of("big data กับลูกค้า")]
    ['big data', 'ลูกค้า']
    """
    found = words(text)
    meanings = synonyms.meanings()
    at = 0
    while at < len(found):
        for size in range(min(_WINDOW, len(found) - at), 0, -1):
            piece = text[found[at].start : found[at + size - 1].end]
            if size == 1 or piece.replace(" ", "").replace("-", "") in meanings:
                break
        concept = _concept(piece, found[at : at + size])
        if concept:
            yield concept
        at += size
        while at < len(found) and found[at].start < found[at - 1].end:
            at += 1  # the parts of a word with a hyphen


def _concept(text: str, of: Sequence[Word]) -> Concept | None:
    terms = tuple(dict.fromkeys(word.term for word in of if features_of(word.term)))
    if not terms:
        return None
    alternatives = {terms: 1.0}
    if len(terms) == 1 and (parts := parts_of(terms[0])):
        alternatives.setdefault(parts, PARTS)
    listed = synonyms.meanings()
    squeezed = text.replace(" ", "")
    others = (
        listed.get(squeezed) or listed.get(squeezed.replace("-", "")) or listed.get(terms[0] if len(terms) == 1 else "")
    )
    for other, weight in (others or {}).items():
        found = tuple(dict.fromkeys(w.term for w in words(other) if features_of(w.term)))
        if found and alternatives.get(found, 0.0) < weight:
            alternatives[found] = weight
    return Concept(text, tuple(Alternative(t, w) for t, w in alternatives.items()), text in light_words())


# -------------------------------------------------------------------------------------------- filters


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_AFTER = r"(?![a-z0-9ก-๎])"
_BEFORE = r"(?<![a-z0-9ก-๎.])"
_CUE = r"(?:(?:ข้อ|เกณฑ์|หัวข้อ|รายการ|ประเด็น|criterion|criteria|item|no\.?)\s*(?:ย่อย)?\s*(?:ที่|หมายเลข|ที)?\s*)?"
_CATEGORY = _pattern(
    r"(?:หมวด|category|cat\.?)\s*(?:ที่)?\s*([1-7](?:\s*(?:,|และ|กับ|หรือ|/|&|-|and)\s*[1-7](?![\d.]))*)(?![\d.]\d|\d)"
)
_CATEGORY_NAME = _pattern(r"หมวด\s?([ก-๎]{3,})")
_YEARS = _pattern(
    r"(?:(?:ใน)?ปี\s*)?(?:งบประมาณ\s*)?(?:พ\.?\s?ศ\.?\s*)?(?<!\d)(25[4-9]\d)(?:\s*(?:-|–|ถึง|จนถึง)\s*(?:ปี\s*)?(25[4-9]\d))?(?![\d.]\d|\d)"
)
_SHORT_YEAR = _pattern(r"ปี\s*'?([4-9]\d)(?!\d)")
_WESTERN_YEAR = _pattern(r"(?:(?:ปี|fy|year|in|ค\.?\s?ศ\.?)\s*)(20[0-4]\d)(?!\d)")
_NUMBER = _pattern(_CUE + r"(?<![\d.])(\d{1,2}(?:\.\d{1,2}){1,3})(?![\d%]|\.\d)")
_CODE = _pattern(_BEFORE + r"([a-z]{2})[\s.]?(\d{1,2})" + _AFTER)
_INDICATOR = _pattern(r"(?:ตัวชี้วัด|ตัววัด|indicator|kpi)\s*(?:ที่|ข้อ)?\s*(\d{1,2}\.\d{1,2})(?![\d.])")
#: Words for verdicts, kinds and forms. A word that may also be a part of other words must stand alone.
_VERDICTS = (
    (
        "fail",
        _pattern(
            r"(?:ที่|ซึ่ง)?(?:ยัง)?ไม่ผ่าน(?:เกณฑ์|การประเมิน)?|สอบตก|ตกเกณฑ์|"
            + _BEFORE
            + r"(?:not pass(?:ed)?|fail(?:ed|s)?)"
            + _AFTER
        ),
    ),
    ("pending", _pattern(r"รอผล|รอการพิจารณา|ยังไม่ตัดสิน|" + _BEFORE + "pending" + _AFTER)),
    ("pass", _pattern(_BEFORE + r"(?:ที่|ซึ่ง)?(?:ผ่าน(?:แล้ว|เกณฑ์|การประเมิน|หมด)?|pass(?:ed)?)" + _AFTER)),
)
_KINDS = (
    (("strength",), _pattern(r"จุดแข็ง|จุดเด่น|" + _BEFORE + "strengths?" + _AFTER)),
    (
        ("ofi", "indicator_ofi"),
        _pattern(
            r"โอกาสในการปรับปรุง|โอกาสพัฒนา|จุดอ่อน|(?:จุด|สิ่ง|ข้อ)ที่(?:ควร|ต้อง)ปรับปรุง|"
            + _BEFORE
            + r"(?:ofis?|weakness(?:es)?|opportunit(?:y|ies) for improvement|areas? for improvement)"
            + _AFTER
        ),
    ),
    (("observation",), _pattern(r"ข้อสังเกต|" + _BEFORE + "observations?" + _AFTER)),
    (("lesson",), _pattern(r"บทเรียน|" + _BEFORE + "lessons?(?: learned)?" + _AFTER)),
    (("all_passed",), _pattern(r"ผ่านทุกข้อ|ผ่านทั้งหมวด")),
)
_FAMILIES = (
    ("form3", _pattern(r"(?:แบบ)?ฟอร์ม\s*(?:ที่)?\s*3|form\s*3")),
    ("form4", _pattern(r"(?:แบบ)?ฟอร์ม\s*(?:ที่)?\s*4|form\s*4")),
    ("feedback_report", _pattern(r"feedback\s*report|รายงานป้อนกลับ")),
    ("executive_summary", _pattern(r"บทสรุปผู้บริหาร|executive\s*summary")),
    ("slides", _pattern(r"สไลด์|" + _BEFORE + "slides?" + _AFTER)),
)


class _Reader:
    """Takes the filters out of a folded text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._text = ""

    def read(self, text: str) -> tuple[str, Filters]:
        """What is left of a text, and its filters. A value that no finding has is no filter but text."""
        self._text = text
        known = self._vocabulary
        agency = self._agency()
        families = frozenset(f for f, p in _FAMILIES if known.has_value("family", f) and self._take(p))
        indicators = frozenset(m[1] for m in self._take(_INDICATOR, lambda m: known.has_indicator(m[1])))
        numbers = frozenset(m[1] for m in self._take(_NUMBER, lambda m: known.has_number(m[1])))
        codes = frozenset(
            (m[1] + m[2]).upper() for m in self._take(_CODE, lambda m: known.has_number((m[1] + m[2]).upper()))
        )
        categories = frozenset(int(n) for m in self._take(_CATEGORY) for n in re.findall(r"\d", m[1]))
        categories |= self._named_categories()
        years = self._years()
        kinds = frozenset(
            kind for of, p in _KINDS if any(known.has_value("kind", k) for k in of) and self._take(p) for kind in of
        )
        verdicts = frozenset(v for v, p in _VERDICTS if known.has_value("verdict", v) and self._take(p))
        filters = Filters(categories, numbers | codes, indicators, kinds, verdicts, families, years, agency)
        return self._text, filters

    def _take(
        self, pattern: re.Pattern[str], wanted: Callable[[re.Match[str]], bool] = lambda found: True
    ) -> list[re.Match[str]]:
        """Take what matches a pattern out of the text."""
        found: list[re.Match[str]] = []

        def take(match: re.Match[str]) -> str:
            if not wanted(match):
                return match[0]
            found.append(match)
            return " "

        self._text = pattern.sub(take, self._text)
        return found

    def _years(self) -> frozenset[int]:
        years: set[int] = set()
        for found in self._take(_YEARS):
            first, last = int(found[1]), int(found[2] or found[1])
            years |= set(range(min(first, last), max(first, last) + 1))
        years |= {2500 + int(found[1]) for found in self._take(_SHORT_YEAR)}
        years |= {543 + int(found[1]) for found in self._take(_WESTERN_YEAR)}
        return frozenset(years)

    def _named_categories(self) -> frozenset[int]:
        named: set[int] = set()

        def is_title(found: re.Match[str]) -> bool:
            for name in framework.available():
                category = framework.load(name).find_category(found[1])
                if category:
                    named.add(category.number)
                    return True
            return False

        self._take(_CATEGORY_NAME, is_title)
        return frozenset(named)

    def _agency(self) -> str | None:
        squeezed = squeeze(self._text)
        for shape, name in self._vocabulary.agencies():
            if shape in squeezed and self._take(re.compile(r"\s*".join(map(re.escape, shape)))):
                return name
        return None
