"""What the index knows that queries are understood by: words, numbers, kinds, agencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from pipeline.search import synonyms
from pipeline.search.filters import Filters
from pipeline.search.folding import fold
from pipeline.search.index import Index
from pipeline.search.spelling import Speller
from pipeline.search.text import words
from pipeline.thai import squeeze


class IndexVocabulary:
    """What one state of an index knows."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._values = index.view().values

    @cached_property
    def speller(self) -> Speller:
        """Sets words right by the words of the index and the domain."""
        accepted = {w.term for term in synonyms.terms() for w in words(fold(term))}
        return Speller(self._index.vocabulary(), frozenset(accepted))

    def has_value(self, field: str, value: str) -> bool:
        """Whether any finding has this kind, verdict, family or agency."""
        return value in self._values.get(field, ())

    def has_number(self, number: str) -> bool:
        """Whether any finding is of this item, criterion or indicator, or of one below it."""
        return number in self._by_number

    def has_indicator(self, number: str) -> bool:
        """Whether any finding is of an indicator of this number, whatever its criterion."""
        return number in self._by_indicator

    def agencies(self) -> Sequence[tuple[str, str]]:
        """The agencies: how a folded text without spaces has their names, and the names; the longest first."""
        return self._agencies

    @cached_property
    def _agencies(self) -> list[tuple[str, str]]:
        names = [(squeeze(fold(name)), name) for name in self._values.get("agency", ())]
        return sorted((pair for pair in names if pair[0]), key=lambda pair: (-len(pair[0]), pair[1]))

    def places(self, filters: Filters) -> np.ndarray:
        """Which places, by number, fit the filters on places."""
        fits = np.ones(len(self._categories), dtype=bool)
        if filters.categories:
            fits &= np.isin(self._categories, list(filters.categories))
        for wanted, known in ((filters.numbers, self._by_number), (filters.indicators, self._by_indicator)):
            if wanted:
                among = np.zeros(len(fits), dtype=bool)
                for number in wanted:
                    among[known.get(number, [])] = True
                fits &= among
        return fits

    def exactly(self, numbers: Iterable[str]) -> np.ndarray:
        """Which places, by number, are of one of these numbers themselves, not below one."""
        among = np.zeros(len(self._categories), dtype=bool)
        for number in numbers:
            held = self._by_number.get(number, [])
            among[[at for at in held if number in self._index.places()[at].numbers()]] = True
        return among

    @cached_property
    def criteria(self) -> np.ndarray:
        """The criterion of each place, as numbers; 0 for none."""
        known: dict[str, int] = {}
        places = self._index.places()
        return np.array(
            [known.setdefault(p.criterion, len(known) + 1) if p.criterion else 0 for p in places], dtype=np.int64
        )

    @cached_property
    def _categories(self) -> np.ndarray:
        return np.array([place.category or 0 for place in self._index.places()], dtype=np.int32)

    @cached_property
    def _by_number(self) -> dict[str, list[int]]:
        """The places of each number, and of each number that one begins with."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, place in enumerate(self._index.places()):
            for start in {start for number in place.numbers() for start in _beginnings(number)}:
                found[start].append(at)
        return dict(found)

    @cached_property
    def _by_indicator(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, place in enumerate(self._index.places()):
            if place.indicator_no:
                found[place.indicator_no].append(at)
        return dict(found)


def _beginnings(number: str) -> list[str]:
    """A number and those it is below, down to a criterion's.

    >>> _beginnings("3.4.2"), _beginnings("LD1")
    (['3.4', '3.4.2'], ['LD1'])
    """
    parts = number.split(".")
    return [".".join(parts[:n]) for n in range(min(2, len(parts)), len(parts) + 1)]
