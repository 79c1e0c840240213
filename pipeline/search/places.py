"""Where findings stand in the framework: category, criterion, item, part, and what all of them are called.

Many findings share a place. What it is called is indexed once, and findings are found through it: a tick without
a comment has nothing else to be found by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline import framework
from pipeline.framework import Category, Criterion

#: How much the words of each title count.
ITEM, PART, CRITERION, KEY_TERM, CATEGORY = 1.0, 1.0, 0.55, 0.4, 0.25


@dataclass(frozen=True, slots=True)
class Place:
    """The fields of a finding that say where it stands."""

    category: int | None
    category_title: str | None
    criterion: str | None
    criterion_title: str | None
    item: str | None
    item_title: str | None
    part_label: str | None
    indicator_no: str | None

    def numbers(self) -> set[str]:
        """The numbers that people may call it by: item, criterion, and an indicator's number with its criterion's."""
        found = {n for n in (self.item, self.criterion) if n}
        if self.indicator_no:
            found.add(f"{self.criterion}.{self.indicator_no}" if self.criterion else self.indicator_no)
        return found

    def titles(self) -> Iterator[tuple[str, float]]:
        """What it is called, the framework's words for it too, each with how much it counts."""
        category, criterion = _known(self.category, self.criterion, self.criterion_title)
        if self.item_title:
            yield self.item_title, ITEM
        if self.part_label:
            yield self.part_label, PART
        title = self.criterion_title or (criterion.title if criterion else None)
        if title:
            yield title, CRITERION
        if criterion:
            for term in criterion.key_terms:
                yield term, KEY_TERM
            for group in criterion.groups:
                if (self.indicator_no or "").partition(".")[0] == str(group.number):
                    yield group.title, CRITERION
        title = self.category_title or (category.title if category else None)
        if title:
            yield title, CATEGORY


@lru_cache(maxsize=10_000)
def _known(category: int | None, criterion: str | None, title: str | None) -> tuple[Category | None, Criterion | None]:
    """What a framework knows of a criterion: the first edition that has one of this number and, if given, title."""
    for name in sorted(framework.available(), key=lambda n: n != framework.DEFAULT):
        edition = framework.load(name)
        found = edition.criterion(criterion) if criterion else None
        if found and title:
            named = edition.find_criterion(title, found.category)
            found = found if named and named.number == found.number else None
        if found:
            return edition.category(found.category), found
    edition = framework.load()
    return (edition.category(category) if category else None), None
