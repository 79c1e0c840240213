"""Assessment frameworks as data: categories, criteria, items and indicator groups with their titles.

A framework is one TOML file. Those that ship lie in `corpora/frameworks`; an agency adds its own as a file,
named outright or put in the folder that the environment variable ``PMQA_FRAMEWORKS`` names.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from rapidfuzz import fuzz

from pipeline.errors import PmqaError
from pipeline.resources import resource
from pipeline.thai import NIKHAHIT, SARA_AA, SARA_AM, TONES, arabic_digits, squeeze

DEFAULT = "pmqa-4.0"

# How alike (0-100) a wording must be to a title to count as that title, and how far ahead of the title of
# anything else. The nearest two criteria of the 4.0 edition, 7.3 and 7.4, are alike at 80.
_ALIKE, _AHEAD = 84.0, 8.0
# The least length at which a beginning stands for a title that the line broke off.
_BEGINNING = 12


@dataclass(frozen=True, slots=True)
class Level:
    """A level of maturity, with the least total score it is recognised at."""

    id: str
    title: str
    min_score: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A question of a criterion. `parts` labels its answer boxes, each of which gets a verdict of its own."""

    number: str
    title: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group of indicators within a criterion of the results category."""

    number: int
    title: str
    compulsory: bool = False
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion: "1.1" or, in older editions, a code such as "LD1". `title` is None where none is known."""

    number: str
    category: int
    title: str | None = None
    variants: tuple[str, ...] = ()
    key_terms: tuple[str, ...] = ()
    full_score: float | None = None
    items: tuple[Item, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A category (หมวด). `code` is the letters its criteria are numbered with, where they are not numbers."""

    number: int
    title: str
    variants: tuple[str, ...] = ()
    description: str = ""
    code: str | None = None
    full_score: float | None = None
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Framework:
    """One edition of a framework, with look-ups by number and by title as printed."""

    id: str
    title: str
    categories: tuple[Category, ...]
    variants: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    full_score: float | None = None
    pass_mark: float | None = None

    @property
    def criteria(self) -> Iterator[Criterion]:
        """All criteria in order."""
        return (criterion for category in self.categories for criterion in category.criteria)

    @cached_property
    def _categories(self) -> dict[int, Category]:
        return {category.number: category for category in self.categories}

    @cached_property
    def _criteria(self) -> dict[str, Criterion]:
        return {criterion.number: criterion for criterion in self.criteria}

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.number: item for criterion in self.criteria for item in criterion.items}

    def category(self, number: int) -> Category | None:
        """The category of a number, None if the framework has none such."""
        return self._categories.get(number)

    def criterion(self, number: str) -> Criterion | None:
        """The criterion of a number or code, in either digits and with or without spaces.

        >>> load().criterion("๒.๑").category, load("pmqa-fundamental").criterion("HR ๑").number
        (2, 'HR1')
        """
        return self._criteria.get(_number(number))

    def item(self, number: str) -> Item | None:
        """The item of a number such as "2.1.1", in either digits."""
        return self._items.get(_number(number))

    def find_category(self, text: str) -> Category | None:
        """The category that a heading names: by its printed number, otherwise by its title.

        Titles are compared without spaces, may differ a little, and may break off at the end of the line.
        None when no title, or more than one, is near enough.

        >>> fw = load()
        >>> [fw.find_category(t).number for t in ("หมวดที่ ๕", "การบริหารทรัพยากรบุคคล", "การนา องค์การ")]
        [5, 5, 1]
        >>> fw.find_category("การประชุมใหญ่") is None
        True
        """
        numbered = _CATEGORY_NUMBER.match(arabic_digits(text))
        if numbered:
            return self.category(int(numbered[1]))
        return _nearest(text, self.categories, lambda c: (c.title, *c.variants))

    def find_criterion(self, text: str, category: int | None = None) -> Criterion | None:
        """The criterion that a heading names: by its printed number or code, otherwise by its title.

        `category` narrows the search by title. None when no title, or more than one, is near enough.

        >>> fw = load()
        >>> fw.find_criterion("3.4 กระบวนการแก้ไขข้อร้องเรียน").number
        '3.4'
        >>> fw.find_criterion("การป้องกันทุจริตและสร้างความโปร่งใส", category=1).number
        '1.2'
        """
        numbered = _CRITERION_NUMBER.match(arabic_digits(text))
        if numbered:
            return self.criterion(numbered[1])
        pool = (c for c in self.criteria if category is None or c.category == category)
        return _nearest(text, pool, lambda c: (c.title or "", *c.variants))

    def find_group(self, text: str, criterion: str) -> Group | None:
        """The indicator group that a heading names within a criterion: by number, otherwise by title.

        >>> load().find_group("2. จำนวน Best practice*", "7.4").title
        'จำนวน Best practice'
        """
        found = self.criterion(criterion)
        groups = found.groups if found else ()
        numbered = _GROUP_NUMBER.match(arabic_digits(text))
        if numbered:
            return next((g for g in groups if g.number == int(numbered[1])), None)
        return _nearest(text, groups, lambda g: (g.title, *g.variants))

    def codes(self, text: str) -> list[str]:
        """Criterion numbers that a reference lists, ranges spelt out, in the order printed.

        Only numbers this framework has are returned.

        >>> load("pmqa-fundamental").codes("LD๑, LD๒ SP๑ - ๓ และ HR ๑, ๔")
        ['LD1', 'LD2', 'SP1', 'SP2', 'SP3', 'HR1', 'HR4']
        >>> load().codes("ข้อ 6.3 และ ๑.๒")
        ['6.3', '1.2']
        """
        found: list[str] = []
        for reference in _REFERENCE.finditer(arabic_digits(text)):
            if reference["dotted"]:
                found.append(reference["dotted"])
                continue
            for span in _SPAN.finditer(reference["numbers"]):
                first, last = int(span[1]), int(span[2] or span[1])
                found += [f"{reference['letters']}{n}" for n in range(first, min(last, first + 50) + 1)]
        return [number for number in dict.fromkeys(found) if number in self._criteria]


_CATEGORY_NUMBER = re.compile(r"\s*หมวด\s*(?:ที่)?\s*(\d+)(?![\d.])")
_CRITERION_NUMBER = re.compile(r"\s*(\d+\s?\.\s?\d+(?![\d.])|[A-Z]{2}\s*\.?\s*\d+)")
_GROUP_NUMBER = re.compile(r"\s*(\d+)\s*[.)](?!\d)")
_SPAN = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_REFERENCE = re.compile(
    r"(?<![\d.A-Za-z])(?:(?P<dotted>\d+\.\d+)(?![\d.])"
    r"|(?P<letters>[A-Z]{2})\s*(?P<numbers>\d+(?:\s*[-–,]\s*\d+)*))"
)
_NOT_LETTERS = re.compile(r"[^\w\u0e00-\u0e7f]+")


def _number(text: str) -> str:
    """A criterion or item number as the framework writes it: Arabic digits, no spaces, "LD.1" as "LD1"."""
    number = squeeze(arabic_digits(text)).upper()
    return re.sub(r"^([A-Z]+)\.?(?=\d)", r"\1", number)


@cache
def _key(title: str) -> str:
    """What is compared of a title: no spaces, digits Arabic, and ำ as า, which broken files confuse.

    >>> _key("การนําองค์การ") == _key("กำรนำ องค์การ*") == _key("การนาองค์การ")
    True
    """
    text = arabic_digits(squeeze(title)).casefold().replace(SARA_AM, SARA_AA)
    text = re.sub(f"{NIKHAHIT}([{TONES}]?){SARA_AA}", rf"\1{SARA_AA}", text)
    return _NOT_LETTERS.sub("", text)


_Titled = TypeVar("_Titled", Category, Criterion, Group)


def _nearest(text: str, pool: Iterable[_Titled], titles: Callable[[_Titled], tuple[str, ...]]) -> _Titled | None:
    """The one whose title the text is, None if none is near enough or two are about as near."""
    key = _key(text)
    if not key:
        return None
    titled = ((one, [title for title in titles(one) if title]) for one in pool)
    scored = [(max(_likeness(key, _key(t)) for t in named), one) for one, named in titled if named]
    ranked = sorted(scored, key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] < _ALIKE:
        return None
    if ranked[0][0] < 100.0 and len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _AHEAD:
        return None
    return ranked[0][1]


def _likeness(key: str, title: str) -> float:
    if len(key) >= _BEGINNING and title.startswith(key):
        return 99.0
    return fuzz.ratio(key, title)


# ------------------------------------------------------------------------------------------- loading


def available(directory: Path | None = None) -> dict[str, Path]:
    """Frameworks by name (the file's name without ".toml"); a user's file goes before a shipped one.

    `directory` is the user's folder of frameworks, by default the one that ``PMQA_FRAMEWORKS`` names.
    """
    folders = [resource("corpora/frameworks")]
    user = directory or (Path(os.environ["PMQA_FRAMEWORKS"]) if os.environ.get("PMQA_FRAMEWORKS") else None)
    if user is not None:
        if not user.is_dir():
            raise PmqaError(
                f"There is no folder of frameworks at {user}.",
                hint="Correct the path in PMQA_FRAMEWORKS or make the folder.",
                code="framework",
            )
        folders.append(user)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def load(name: str | Path = DEFAULT, directory: Path | None = None) -> Framework:
    """The framework of a name ("pmqa-4.0"), or of a TOML file's path.

    Raises PmqaError (code "framework") if there is none such, or if the file breaks the schema.

    >>> fw = load("pmqa-4.0")
    >>> len(fw.categories), len(list(fw.criteria)), fw.pass_mark
    (7, 30, 400)
    """
    if isinstance(name, Path) or name.endswith(".toml"):
        path = Path(name)
    else:
        known = available(directory)
        if name not in known:
            raise PmqaError(
                f"There is no framework named {name}.",
                hint=f"Known: {', '.join(sorted(known))}. A path to a .toml file is accepted too.",
                code="framework",
            )
        path = known[name]
    return _load(path.resolve())


@cache
def _load(path: Path) -> Framework:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PmqaError(
            f"The framework file {path} cannot be read.", hint="Check the path.", code="framework"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PmqaError(
            f"The framework file {path.name} is not valid TOML: {error}.",
            hint="Mend that line; corpora/frameworks/pmqa-4.0.toml shows the form.",
            code="framework",
        ) from error
    return _Reader(path.name).framework(data)


def category_of(reference: str, directory: Path | None = None) -> int | None:
    """The category that a criterion number or code belongs to in any known framework.

    >>> category_of("LD๑"), category_of("HR ๕"), category_of("6.4"), category_of("XX9")
    (1, 5, 6, None)
    """
    for name in available(directory):
        criterion = load(name, directory).criterion(reference)
        if criterion:
            return criterion.category
    return None


class _Reader:
    """Turns parsed TOML into a Framework, naming the place of the first thing that is wrong."""

    def __init__(self, file: str) -> None:
        self._file = file

    def framework(self, data: Mapping[str, Any]) -> Framework:
        self._known(data, "the file", "id title variants full_score pass_mark levels categories")
        categories = tuple(self._category(c) for c in self._tables(data, "categories", "the file"))
        if not categories:
            raise self._wrong("the file", "has no categories")
        self._unique("category", [c.number for c in categories])
        self._unique("criterion", [k.number for c in categories for k in c.criteria])
        self._unique("item", [i.number for c in categories for k in c.criteria for i in k.items])
        return Framework(
            id=self._text(data, "id", "the file"),
            title=self._text(data, "title", "the file"),
            categories=categories,
            variants=self._texts(data, "variants", "the file"),
            levels=tuple(self._level(level) for level in self._tables(data, "levels", "the file")),
            full_score=self._score(data, "full_score", "the file"),
            pass_mark=self._score(data, "pass_mark", "the file"),
        )

    def _level(self, data: Mapping[str, Any]) -> Level:
        where = f"level {data.get('id')}"
        self._known(data, where, "id title min_score")
        return Level(
            self._text(data, "id", where),
            self._text(data, "title", where),
            self._score(data, "min_score", where),
        )

    def _category(self, data: Mapping[str, Any]) -> Category:
        where = f"category {data.get('number')}"
        self._known(data, where, "number title variants description code full_score criteria")
        number = self._whole(data, "number", where)
        return Category(
            number=number,
            title=self._text(data, "title", where),
            variants=self._texts(data, "variants", where),
            description=self._text(data, "description", where) if "description" in data else "",
            code=self._text(data, "code", where) if "code" in data else None,
            full_score=self._score(data, "full_score", where),
            criteria=tuple(self._criterion(c, number) for c in self._tables(data, "criteria", where)),
        )

    def _criterion(self, data: Mapping[str, Any], category: int) -> Criterion:
        where = f"criterion {data.get('number')}"
        self._known(data, where, "number title variants key_terms full_score items groups")
        number = self._text(data, "number", where)
        items = tuple(self._item(i) for i in self._tables(data, "items", where))
        groups = tuple(self._group(g, where) for g in self._tables(data, "groups", where))
        for item in items:
            if not item.number.startswith(f"{number}."):
                raise self._wrong(f"item {item.number}", f"does not belong under criterion {number}")
        self._unique(f"group of {where}", [g.number for g in groups])
        return Criterion(
            number=number,
            category=category,
            title=self._text(data, "title", where) if "title" in data else None,
            variants=self._texts(data, "variants", where),
            key_terms=self._texts(data, "key_terms", where),
            full_score=self._score(data, "full_score", where),
            items=items,
            groups=groups,
        )

    def _item(self, data: Mapping[str, Any]) -> Item:
        where = f"item {data.get('number')}"
        self._known(data, where, "number title parts")
        return Item(
            self._text(data, "number", where),
            self._text(data, "title", where),
            self._texts(data, "parts", where, blank=True),
        )

    def _group(self, data: Mapping[str, Any], parent: str) -> Group:
        where = f"group {data.get('number')} of {parent}"
        self._known(data, where, "number title compulsory variants")
        compulsory = data.get("compulsory", False)
        if not isinstance(compulsory, bool):
            raise self._wrong(where, '"compulsory" must be true or false')
        return Group(
            self._whole(data, "number", where),
            self._text(data, "title", where),
            compulsory,
            self._texts(data, "variants", where),
        )

    def _wrong(self, where: str, what: str) -> PmqaError:
        return PmqaError(
            f"The framework file {self._file} is wrong at {where}: {what}.",
            hint="corpora/frameworks/pmqa-4.0.toml shows the form.",
            code="framework",
        )

    def _known(self, data: Mapping[str, Any], where: str, keys: str) -> None:
        strange = sorted(set(data) - set(keys.split()))
        if strange:
            raise self._wrong(where, f'"{strange[0]}" is not a known key (known: {keys.replace(" ", ", ")})')

    def _text(self, data: Mapping[str, Any], key: str, where: str) -> str:
        value = data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(where, f'"{key}" must be a text')
        return value

    def _texts(self, data: Mapping[str, Any], key: str, where: str, *, blank: bool = False) -> tuple[str, ...]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and (blank or v.strip()) for v in value):
            raise self._wrong(where, f'"{key}" must be a list of texts')
        return tuple(value)

    def _whole(self, data: Mapping[str, Any], key: str, where: str) -> int:
        value = data.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._wrong(where, f'"{key}" must be a whole number from 1')
        return value

    def _score(self, data: Mapping[str, Any], key: str, where: str) -> float | None:
        value = data.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise self._wrong(where, f'"{key}" must be a number')
        return value

    def _tables(self, data: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self._wrong(where, f'"{key}" must be a list of tables')
        return value

    def _unique(self, what: str, numbers: list[Any]) -> None:
        twice = sorted({n for n in numbers if numbers.count(n) > 1})
        if twice:
            raise self._wrong(f"{what} {twice[0]}", "the number is given twice")
