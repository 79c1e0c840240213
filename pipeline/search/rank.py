"""Ranking: words, n-grams and related words, each scored by whole arrays, added up.

Every signal lies between 0 and 1 for each finding. What a finding says counts in full; what its place in the
framework is called counts less, and adds to it as independent evidence does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.search.filters import Filters
from pipeline.search.folding import key
from pipeline.search.index import Index, View
from pipeline.search.ngrams import GRAM, gram_range, grams
from pipeline.search.query import Alternative, Concept, Query
from pipeline.search.schema import TEXT, TITLE
from pipeline.search.segments import SCALE
from pipeline.search.vocabulary import IndexVocabulary

#: How soon more of a term counts no more.
SATURATION = 0.5
#: Entries of n-gram lists that are read for one query at most; rare n-grams go first.
GRAM_BUDGET = 250_000


#: Related words that are looked for at most.
RELATED = 10
#: The best findings, whose criteria speak for others of the same.
FEEDBACK = 12


#: Findings so few are read rather than looked up by one more n-gram, and so many are read to be sure of them.
FEW, READ = 50, 2000


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts.

    Chosen on the tune split of `corpora/search/judged.toml` and on queries over real documents that are not published.
    """

    words: float = 1.0
    grams: float = 0.25
    #: Having something of everything that is asked for.
    together: float = 0.2
    #: Being of the criterion that the best findings are of, in shares of the best score.
    feedback: float = 0.2
    #: Words that keep company with those of the query.
    related: float = 0.08
    #: Holding the query as it was typed.
    literal: float = 0.15
    #: A place's titles, beside what a finding says.
    title: float = 0.65
    #: Saying something at all.
    said: float = 0.03
    #: Being of the very number that was asked for, not of one below it.
    exact: float = 0.05
    #: A light word beside others.
    light: float = 0.12
    #: Ticks on a checklist, whose words are no reviewer's, beside other findings.
    checklist: float = 0.4
    #: The least share of a query's n-grams that a finding without any of its words must have.
    least_grams: float = 0.45


WORDS_ONLY = Weights(
    checklist=1.0, together=0.0, feedback=0.0, grams=0.0, related=0.0, literal=0.0, said=0.0, least_grams=2.0
)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Numbers of findings, best first, with their scores; and how many findings answer in all."""

    numbers: np.ndarray
    scores: np.ndarray
    total: int


class Ranker:
    """Ranks the findings of an index."""

    def __init__(self, index: Index, weights: Weights | None = None) -> None:
        self._index = index
        self._weights = weights or Weights()
        self._vocabulary: tuple[int, IndexVocabulary] | None = None

    @property
    def vocabulary(self) -> IndexVocabulary:
        """What the index knows that queries are understood by."""
        generation = self._index.view().generation
        if self._vocabulary is None or self._vocabulary[0] != generation:
            self._vocabulary = (generation, IndexVocabulary(self._index))
        return self._vocabulary[1]

    def rank(
        self, query: Query, fixed: Filters, worded: Filters, limit: int, *, without: Sequence[int] = ()
    ) -> Ranking:
        """The best findings that fit the filters.

        `fixed` holds for every finding; a finding that holds the query itself need not fit `worded`, the filters
        read from the query's words, and comes after those that do. Where filters are narrow, what fits them and
        has none of the words comes next, what says something before what does not, and last what only refers to
        the numbers that `worded` asks for.
        """
        view, weights = self._index.view(), self._weights
        allowed = self._fitting(view, fixed)
        allowed[list(without)] = False
        answering = allowed.copy()
        for phrase in query.excluded:
            answering[self._said(view, phrase)] = False
        for phrase in query.phrases:
            only = np.zeros(len(answering), dtype=bool)
            only[self._said(view, phrase)] = True
            answering &= only
        fitting = answering & self._fitting(view, worded) if worded else answering
        numbers = np.flatnonzero(fitting)
        scores = self._scores(view, query, numbers, fitting)
        if worded and all(concept.light for concept in query.concepts):
            scores += 1.0  # the filters say what is asked for
        elif not query.concepts and (query.phrases or fixed or query.excluded):
            scores += 1.0  # all that is left answers
        if query.phrases:
            scores = np.maximum(scores, 0.5)
        scores += weights.said * (view.columns["text"][numbers] > 0) * (scores > 0)
        if view.checklists:
            scores *= np.where(_among(view.columns["family"][numbers], view.checklists), weights.checklist, 1.0)
        outside = numbers[:0]
        if weights.literal:
            literal = self._holders(TEXT, query.literal)
            literal = literal[allowed[literal]]
            inside = fitting[literal]
            scores[np.searchsorted(numbers, literal[inside])] += weights.literal
            outside = literal[~inside]
        found = scores > 0
        exact = np.zeros(len(numbers), dtype=bool)
        if asked := fixed.numbers | worded.numbers:
            exact = self.vocabulary.exactly(asked)[view.place[numbers]]
            scores += weights.exact * exact * found
        best = _best(numbers[found], scores[found], limit)
        rest = numbers[:0]
        if _is_narrow(fixed) or _is_narrow(worded):
            prominence = 2 * exact[~found] + (view.columns["text"][numbers[~found]] > 0)
            rest = numbers[~found][np.argsort(-prominence, kind="stable")]
        referring = self._referring(view, worded, answering & ~fitting)
        tail = np.concatenate([outside, rest, np.setdiff1d(referring, outside)])[: max(0, limit - len(best[0]))]
        return Ranking(
            np.concatenate([best[0], tail]),
            np.concatenate([best[1], np.zeros(len(tail), dtype=np.float32)]),
            int(found.sum()) + len(outside),
        )

    # Signals

    def _scores(self, view: View, query: Query, numbers: np.ndarray, fitting: np.ndarray) -> np.ndarray:
        """The sum of the signals for findings, 0 for what has too little of any."""
        weights = self._weights
        total = np.zeros(len(numbers), dtype=np.float32)
        if not len(numbers) or not query.concepts:
            return total
        mass = 0.0
        least = np.ones(len(numbers), dtype=np.float32)
        alone = all(concept.light for concept in query.concepts)
        for concept in query.concepts:
            score = self._concept(view, concept, numbers, fitting)
            if not score.any():
                continue  # what nothing holds tells nothing of the rest
            importance = _rarity(view.size, int(np.count_nonzero(score > 0.02)) * view.size / len(numbers))
            importance *= weights.light if concept.light and not alone else 1.0
            total += importance * score
            mass += importance
            if alone or not concept.light:
                least = np.minimum(least, score)
        if mass:
            total *= weights.words / mass
            total += weights.together * least
        if weights.grams or weights.least_grams <= 1:
            near = self._grams(view, key(query.words), numbers, fitting)
            kept = (total > 0) | (near >= weights.least_grams)
            total += weights.grams * near
            total[~kept] = 0.0
        if weights.feedback and len(numbers) > FEEDBACK:
            total += weights.feedback * total.max() * self._fellow(view, total, numbers) * (total > 0)
        if weights.related and (total > 0).any():
            related = self._related(query)
            if related is not None:
                total += weights.related * self._concept(view, related, numbers, fitting) * (total > 0)
        return total

    def _concept(self, view: View, concept: Concept, numbers: np.ndarray, fitting: np.ndarray) -> np.ndarray:
        said: np.ndarray = self._alternatives(TEXT, concept.alternatives, len(fitting), fitting)[numbers]
        called = self._alternatives(TITLE, concept.alternatives, view.places, None)
        if called.any():
            said = said + self._weights.title * (1 - said) * called[view.place[numbers]]
        return said

    def _alternatives(
        self, space: int, alternatives: Sequence[Alternative], size: int, fitting: np.ndarray | None
    ) -> np.ndarray:
        """For each finding (or place) the alternative that scores best."""
        best = np.zeros(size, dtype=np.float32)
        sizes = self._index.sizes(space, [term for a in alternatives for term in a.terms])
        for alternative in alternatives:
            if len(alternative.terms) == 1:
                if alternative.terms[0] in sizes:
                    at, score = self._term(space, alternative.terms[0], fitting)
                    best[at] = np.maximum(best[at], alternative.weight * score)
                continue
            if not all(term in sizes for term in alternative.terms):
                continue
            shares = [_rarity(size, sizes[term]) for term in alternative.terms]
            together = np.zeros(size, dtype=np.float32)
            for term, share in zip(alternative.terms, shares, strict=True):
                at, score = self._term(space, term, fitting)
                together[at] += share / sum(shares) * score
            at = np.flatnonzero(together)
            best[at] = np.maximum(best[at], alternative.weight * together[at] ** 2)
        return best

    def _term(self, space: int, term: str, fitting: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """The findings that hold a term, and how well: for places as much as the title counts."""
        at, amounts = self._index.term(space, term)
        if fitting is not None:
            inside = fitting[at]
            at, amounts = at[inside], amounts[inside]
        return at, (_SATURATED if space == TEXT else _PLAIN)[amounts]

    def _grams(self, view: View, text: str, numbers: np.ndarray, fitting: np.ndarray) -> np.ndarray:
        """The share of a text's n-grams that each finding has, rare ones counting more."""
        if len(text) < GRAM:
            return np.zeros(len(numbers), dtype=np.float32)
        wanted = grams(text)
        sizes, titled = self._index.gram_sizes(TEXT, wanted), self._index.gram_sizes(TITLE, wanted)
        rarity = {g: _rarity(view.size + 1, sizes.get(g, 0) + titled.get(g, 0)) for g in wanted}
        said, called = np.zeros(len(fitting), dtype=np.float32), np.zeros(view.places, dtype=np.float32)
        budget = GRAM_BUDGET
        for gram in sorted(sizes, key=lambda g: sizes[g]):
            budget -= sizes[gram]
            if budget < 0 and len(fitting) > GRAM_BUDGET:
                break
            said[self._index.gram(TEXT, gram)] += rarity[gram]
        for gram in titled:
            called[self._index.gram(TITLE, gram)] += rarity[gram]
        mass = sum(rarity.values())
        here: np.ndarray = np.maximum(said[numbers], self._weights.title * called[view.place[numbers]])
        return here / mass

    def _fellow(self, view: View, scores: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """For each finding, how much of what the best findings score is scored by those of its criterion."""
        best = np.argpartition(-scores, FEEDBACK)[:FEEDBACK]
        of_place = self.vocabulary.criteria
        shares = np.bincount(
            of_place[view.place[numbers[best]]], weights=scores[best], minlength=int(of_place.max()) + 1
        )
        shares[0] = 0.0  # no criterion
        whole = max(float(scores[best].sum()), 1e-9)
        fellow: np.ndarray = (shares / whole).astype(np.float32)[of_place[view.place[numbers]]]
        return fellow

    def _related(self, query: Query) -> Concept | None:
        """What the ingested documents speak of together with what is looked for."""
        asked = {term for concept in query.concepts for a in concept.alternatives for term in a.terms}
        near: dict[str, float] = {}
        for concept in query.concepts:
            if concept.light:
                continue
            for a in concept.alternatives:
                for term in a.terms if len(a.terms) == 1 else ():
                    for other, weight in self._index.near(term).items():
                        if other not in asked:
                            near[other] = max(near.get(other, 0.0), weight * a.weight)
        best = sorted(near, key=lambda term: -near[term])[:RELATED]
        return Concept("", tuple(Alternative((term,), near[term]) for term in best)) if best else None

    # What findings hold

    def _said(self, view: View, phrase: str) -> np.ndarray:
        """The findings that hold a phrase in their text, or, where they have none, in their place's titles."""
        said = self._holders(TEXT, phrase)
        titled = np.zeros(view.places, dtype=bool)
        titled[self._holders(TITLE, phrase)] = True
        silent = np.flatnonzero((view.columns["text"] == 0) & titled[view.place]) if titled.any() else said[:0]
        return np.union1d(said, silent)

    def _holders(self, space: int, text: str) -> np.ndarray:
        """The findings (or places) that hold a text in the shape of `key`, ascending.

        They are those that have all its n-grams. Where they are few they are read; where they are very many, an
        n-gram's worth of doubt is left.
        """
        if len(text) < GRAM:
            return self._index.gram_prefix(space, *gram_range(text)) if text else np.zeros(0, dtype=np.int64)
        wanted = grams(text)
        sizes = self._index.gram_sizes(space, wanted)
        if len(sizes) < len(wanted):
            return np.zeros(0, dtype=np.int64)
        first, *others = sorted(wanted, key=lambda g: sizes[g])
        found = self._index.gram(space, first)
        for gram in others:
            if space == TEXT and len(found) <= FEW:
                break
            among = self._index.gram(space, gram)
            found = found[among[np.minimum(np.searchsorted(among, found), len(among) - 1)] == found]
        if space == TEXT and len(found) <= READ:
            found = found[[text in key(self._index.text(number)) for number in found.tolist()]]
        return found

    def _referring(self, view: View, worded: Filters, among: np.ndarray) -> np.ndarray:
        """The findings that name a number that is asked for in what they say, and fit all other filters."""
        if not worded.numbers:
            return np.zeros(0, dtype=np.int64)
        among = among & self._fitting(view, replace(worded, numbers=frozenset()))
        found = [self._index.term(TEXT, number.lower())[0] for number in worded.numbers]
        named = np.unique(np.concatenate(found))
        fitting: np.ndarray = named[among[named]]
        return fitting

    # Filters

    def _fitting(self, view: View, filters: Filters) -> np.ndarray:
        """Which findings are there and fit filters."""
        fits = view.alive.copy()
        for name, wanted in (("kind", filters.kinds), ("verdict", filters.verdicts), ("family", filters.families)):
            if wanted:
                fits &= _among(view.columns[name], [view.values.get(name, {}).get(value, -1) for value in wanted])
        if filters.years:
            fits &= _among(view.columns["year"], filters.years)
        if filters.agency:
            name = key(filters.agency)
            fits &= _among(
                view.columns["agency"], [n for value, n in view.values.get("agency", {}).items() if name in key(value)]
            )
        if filters.categories or filters.numbers or filters.indicators:
            wanted_places = self.vocabulary.places(filters)
            fits &= wanted_places[view.place] if len(wanted_places) else False
        return fits


def _among(column: np.ndarray, values: Iterable[int]) -> np.ndarray:
    fits = np.zeros(len(column), dtype=bool)
    for value in values:
        fits |= column == value
    return fits


def _is_narrow(filters: Filters) -> bool:
    """Whether so little fits filters that all of it is worth showing: an item, or a category and something else."""
    others = (filters.kinds, filters.verdicts, filters.families, filters.years, filters.agency)
    return bool(filters.numbers or filters.indicators or (filters.categories and any(others)))


def _best(numbers: np.ndarray, scores: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """The best `limit` numbers and their scores, best first; of equals the lower number first."""
    if len(scores) > 4 * limit:
        least = -np.partition(-scores, limit - 1)[limit - 1]
        kept = scores >= least
        numbers, scores = numbers[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:limit]
    return numbers[order], scores[order]


def _rarity(size: float, holders: float) -> float:
    """How telling it is to hold what so many of so many hold; never less than a little."""
    return float(np.log(1 + (max(size - holders, 0.0) + 0.5) / (holders + 0.5))) + 0.05


_AMOUNTS = np.arange(256, dtype=np.float32) / SCALE
_SATURATED = (_AMOUNTS / (_AMOUNTS + SATURATION)).astype(np.float32)
_PLAIN = np.minimum(_AMOUNTS, 1.0)
