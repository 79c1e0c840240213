"""Known titles of categories, criteria and items: what tells a heading from a sentence that looks like one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from rapidfuzz import fuzz

from pipeline import framework
from pipeline.thai import arabic_digits, squeeze

#: A heading is a known title from this similarity on (0..100): room for a slip of the author's and for OCR.
ALIKE = 82.0
#: Characters from which what follows a title is a sentence.
_SENTENCE = 25


@cache
def known_titles() -> Mapping[str, tuple[str, ...]]:
    """Titles with their variants, white space removed, of every framework, by number: "5" for a
    category, "5.1" for a criterion, "5.1.2" for an item, "7.1/2" for a group of indicators."""
    titles: dict[str, dict[str, None]] = {}
    for name in framework.available():
        edition = framework.load(name)
        headed: list[tuple[str, str | None, tuple[str, ...]]] = []
        headed += [(str(c.number), c.title, c.variants) for c in edition.categories]
        headed += [(c.number, c.title, c.variants) for c in edition.criteria]
        headed += [(item.number, item.title, ()) for c in edition.criteria for item in c.items]
        headed += [(f"{c.number}/{g.number}", g.title, g.variants) for c in edition.criteria for g in c.groups]
        for number, title, variants in headed:
            for wording in (title, *variants):
                if wording:
                    titles.setdefault(number, {})[_bare(wording)] = None
    return {number: tuple(variants) for number, variants in titles.items()}


def likeness(number: str, text: str) -> float | None:
    """How much `text` begins like a known title of `number` (0..100); None where no title is known.

    Either may be cut short: a heading wraps to the next line, an answer may follow on the same.
    """
    variants = known_titles().get(number)
    if not variants:
        return None
    got = _bare(text)
    if not got:
        return 0.0
    return max(_prefix_ratio(got, title) for title in variants)


def heading_end(number: str, parts: Sequence[str]) -> int:
    """How many of the lines that follow a heading's number belong to its title, by the titles known.

    0 where no known title fits: the caller then has to find the end some other way.
    """
    best, best_score = 0, ALIKE
    text = ""
    for count, part in enumerate(parts, 1):
        text += _bare(part)
        score = max((fuzz.ratio(text, title) for title in known_titles().get(number, ())), default=0.0)
        if score > best_score:
            best, best_score = count, score
    return best


def split_heading(number: str, text: str, printed: str) -> tuple[str, str]:
    """The title at the start of `text`, and what else stands on the line after it ("" if nothing).

    Two columns read as one text line are told apart by the run of spaces between them in `printed`, the line
    as it stands; without one, by the title known.
    """
    for run in re.finditer(r"\S(?=\s{2,}\S)", printed):
        head = _single_spaced(printed[: run.end()])
        at = len(text) - len(_single_spaced(printed)) + len(head)
        if at > 0 and any(fuzz.ratio(_bare(text[:at]), title) >= ALIKE for title in known_titles().get(number, ())):
            return text[:at], text[at:].strip()
    for title in sorted(known_titles().get(number, ()), key=len, reverse=True):
        end = _end_of(text, len(title))
        rest = text[end:].strip()
        # Without a space between, only a whole sentence is something else than the rest of a longer title.
        apart = text[end : end + 1].isspace() or len(rest) >= _SENTENCE
        if end and rest and apart and _bare(text[:end]) == title:
            return text[:end], rest
    return text, ""


def _end_of(text: str, letters: int) -> int:
    """The offset after so many characters that are not white space; 0 if there are not so many."""
    for end, char in enumerate(text, 1):
        letters -= not char.isspace()
        if not letters:
            return end
    return 0


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _prefix_ratio(got: str, title: str) -> float:
    length = min(len(got), len(title))
    return float(fuzz.ratio(got[:length], title[:length])) if length >= min(6, len(title)) else 0.0


def _bare(text: str) -> str:
    return arabic_digits(squeeze(text)).rstrip("*")
