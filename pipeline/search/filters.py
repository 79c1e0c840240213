"""Filters: what findings must be, whatever they say; and the words of a query that mean them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from pipeline import framework
from pipeline.search import synonyms
from pipeline.search.folding import fold
from pipeline.search.lexicon import segment, stop_words
from pipeline.thai import arabic_digits, squeeze


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


class Known(Protocol):
    """What the index knows that filters are recognised by."""

    def has_value(self, field: str, value: str) -> bool:
        """Whether any finding has this kind, verdict, family or agency."""

    def has_number(self, number: str) -> bool:
        """Whether any finding is of this item, criterion or indicator, or of one below it."""

    def has_indicator(self, number: str) -> bool:
        """Whether any finding is of an indicator of this number, whatever its criterion."""

    def agencies(self) -> Sequence[tuple[str, str]]:
        """The agencies: how a folded text without spaces has their names, and the names; the longest first."""


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_AFTER = r"(?![a-z0-9ก-๎])"
_BEFORE = r"(?<![a-z0-9ก-๎.])"
_TO = r"\s*(?:-|–|จนถึง|ถึง|to)\s*"
#: Words before a number that say what it is the number of; every number below 7 is an indicator's or its criterion's.
_CUE = (
    r"(?:(?:(?:หัวข้อ|ข้อ|เกณฑ์|รายการ|ประเด็น|หมวด|มิติ|criterion|criteria|item|no\.?)\s*(?:ย่อย)?\s*(?:ที่|หมายเลข|ที)?"
    r"|(?:ตัวชี้วัด|ตัววัด|indicator|kpi)\s*(?:ที่|ข้อ)?(?=\s*7\.))\s*)?"
)
_SPACED_NUMBER = _pattern(r"(?<=ข้อ)\s*(?:ที่\s*)?\d{1,2}(?:\s*\.\s*\d{1,2}){1,3}(?![\d%])")
_COUNTED_CATEGORY = _pattern(r"(หมวด\s*(?:ที่)?\s*)(หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด)")
_COUNTS = {word: str(n) for n, word in enumerate(("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด"), 1)}
_CATEGORY = _pattern(
    rf"(?:หมวด|category|cat\.?)\s*(?:ที่)?\s*([1-7](?:(?:\s*(?:,|และ|กับ|หรือ|/|&|and)\s*|{_TO})[1-7](?![\d.]))*)(?![\d.]\d|\d)"
)
_CATEGORIES = _pattern(rf"([1-7])(?:{_TO}([1-7]))?")
_WITHIN_CATEGORY = _pattern(r"หมวด\s*(?:ที่)?\s*([1-7])\s*ข้อ\s*(?:ที่)?\s*(\d{1,2}(?:\.\d{1,2}){0,2})(?![\d%]|\.\d)")
_CATEGORY_NAME = _pattern(r"หมวด\s?([ก-๎]{3,})")
_YEARS = _pattern(
    r"(?:(?:ใน)?ปี\s*)?(?:งบประมาณ\s*)?(?:พ\.?\s?ศ\.?\s*)?(?<!\d)(25[4-9]\d)(?:\s*(?:-|–|ถึง|จนถึง)\s*(?:ปี\s*)?(25[4-9]\d))?(?![\d.]\d|\d)"
)
_SHORT_YEAR = _pattern(r"ปี\s*'?([4-9]\d)(?!\d)")
_WESTERN_YEAR = _pattern(r"(?:(?:ปี|fy|year|in|ค\.?\s?ศ\.?)\s*)(20[0-4]\d)(?!\d)")
_NUMBER = _pattern(
    rf"{_CUE}(?<![\d.])(\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})(?:{_TO}(?:ข้อ\s*)?(\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}))?(?![\d%]|\.\d)"
)
_CODE = _pattern(_BEFORE + r"([a-z]{2})[\s.]?(\d{1,2})" + _AFTER)
_INDICATOR = _pattern(r"(?:ตัวชี้วัด|ตัววัด|indicator|kpi)\s*(?:ที่|ข้อ)?\s*(\d{1,2}\.\d{1,2})(?![\d.])")
_ONES = r"(?:(?:เฉพาะ)?(?:หัวข้อ|ข้อ|รายการ)|เฉพาะ)"
#: Words for verdicts, kinds and forms. A word that may also be a part of other words must stand alone.
_VERDICTS = (
    (
        "fail",
        _pattern(
            _ONES
            + r"?\s*(?:ที่|ซึ่ง)?\s*(?:ยัง)?\s*ไม่\s*(?:ได้)?\s*ผ่าน\s*(?:เกณฑ์|การประเมิน)?|สอบตก|ตกเกณฑ์|"
            + _BEFORE
            + r"(?:ตก|not pass(?:ed)?|fail(?:ed|s)?)"
            + _AFTER
        ),
    ),
    ("pending", _pattern(r"รอผล|รอการพิจารณา|ยังไม่ตัดสิน|" + _BEFORE + "pending" + _AFTER)),
    (
        "pass",
        _pattern(
            rf"(?:{_BEFORE}(?:ที่|ซึ่ง)?|{_ONES}(?:ที่|ซึ่ง))"
            rf"(?:ผ่าน(?!\s*มา)(?:แล้ว|เกณฑ์|การประเมิน|หมด)?(?:(?=แต่|ของ)|{_AFTER})|pass(?:ed)?{_AFTER})"
        ),
    ),
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


def read_filters(text: str, known: Known) -> tuple[str, Filters]:
    """What is left of a folded text without the words that say what findings must be, and the filters they make.

    A value that no finding has is no filter but text.
    """
    return _Reader(known).read(text)


class _Reader:
    """Takes the filters out of a folded text."""

    def __init__(self, vocabulary: Known) -> None:
        self._vocabulary = vocabulary
        self._text = ""

    def read(self, text: str) -> tuple[str, Filters]:
        """What is left of a text, and its filters. A value that no finding has is no filter but text."""
        self._text = _COUNTED_CATEGORY.sub(lambda m: m[1] + _COUNTS[m[2]], text)
        self._text = _SPACED_NUMBER.sub(lambda m: " " + "".join(m[0].split()).removeprefix("ที่"), self._text)
        known = self._vocabulary
        agency = self._agency()
        families = frozenset(f for f, p in _FAMILIES if known.has_value("family", f) and self._take(p))
        indicators = frozenset(m[1] for m in self._take(_INDICATOR, lambda m: known.has_indicator(m[1])))
        within = {_below(m) for m in self._take(_WITHIN_CATEGORY, lambda m: known.has_number(_below(m)))}
        numbers = within | {
            number
            for m in self._take(_NUMBER, lambda m: known.has_number(m[1]))
            for number in _numbers(m[1], m[2] or m[1])
            if known.has_number(number)
        }
        codes = frozenset(
            (m[1] + m[2]).upper() for m in self._take(_CODE, lambda m: known.has_number((m[1] + m[2]).upper()))
        )
        categories = frozenset(
            n for m in self._take(_CATEGORY) for ends in _CATEGORIES.findall(m[1]) for n in _between(*ends)
        )
        categories |= self._named_categories()
        years = self._years()
        kinds = frozenset(
            kind for of, p in _KINDS if any(known.has_value("kind", k) for k in of) and self._take(p) for kind in of
        )
        verdicts = frozenset(v for v, p in _VERDICTS if known.has_value("verdict", v) and self._take(p))
        filters = Filters(categories, frozenset(numbers) | codes, indicators, kinds, verdicts, families, years, agency)
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

        def take(found: re.Match[str]) -> str:
            pieces = segment(found[1])
            for size in range(len(pieces), 0, -1):
                name = "".join(pieces[:size])
                if number := _category_called(name):
                    named.add(number)
                    return " " + found[1][len(name) :]
            return found[0]

        self._text = _CATEGORY_NAME.sub(take, self._text)
        return frozenset(named)

    def _agency(self) -> str | None:
        squeezed = squeeze(self._text)
        for shape, name in self._vocabulary.agencies():
            if shape in squeezed and self._take(re.compile(r"\s*".join(map(re.escape, shape)))):
                return name
        return None


def _below(found: re.Match[str]) -> str:
    """The number that "หมวด 3 ข้อ 4.2" stands for: 3.4.2, but 3.2 where the category's is said again ("ข้อ 3.2")."""
    category, number = found[1], found[2]
    return number if number.startswith(f"{category}.") else f"{category}.{number}"


def _numbers(first: str, last: str) -> list[str]:
    """The numbers from one to another of the same criterion or category; of others, the two.

    >>> _numbers("5.4.2", "5.4.4"), _numbers("1.4", "2.1")
    (['5.4.2', '5.4.3', '5.4.4'], ['1.4', '2.1'])
    """
    (above, _, start), (other, _, end) = first.rpartition("."), last.rpartition(".")
    if above != other:
        return [first, last]
    return [f"{above}.{n}" for n in _between(start, end)]


def _between(first: str, last: str) -> range:
    """The whole numbers from one to another, whichever is greater; the first alone without the other."""
    ends = sorted((int(first), int(last or first)))
    return range(ends[0], ends[1] + 1)


@cache
def _category_called(name: str) -> int | None:
    """The category that people call by a name: by its title, or by words, or one of their meaning, that no other has.

    >>> _category_called("การนำองค์การ"), _category_called("ลูกค้า"), _category_called("การ")
    (1, 3, None)
    """
    editions = [framework.load(edition) for edition in framework.available()]
    for edition in editions:
        if found := edition.find_category(name):
            return found.number
    if name in stop_words():
        return None
    names = {name} | {other for other, weight in synonyms.meanings().get(name, {}).items() if weight >= synonyms.SAME}
    numbers = {c.number for e in editions for c in e.categories if any(n in squeeze(fold(c.title)) for n in names)}
    return numbers.pop() if len(numbers) == 1 else None
