"""Segments in memory: which findings, or places, hold each term and each n-gram."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.search.folding import fold, key
from pipeline.search.lexicon import features_of
from pipeline.search.ngrams import gram_lists
from pipeline.search.places import Place
from pipeline.search.postings import pack, unpack
from pipeline.search.text import terms_of

#: A text of this many words is neither long nor short; how much length matters (0..1).
TYPICAL_LENGTH, LENGTH_EFFECT = 20.0, 0.6
#: Weights are kept as whole numbers, this many to one.
SCALE = 32


@dataclass(slots=True)
class Postings:
    """Which numbers hold each term, with what weight, and which hold each n-gram."""

    terms: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    grams: dict[int, np.ndarray] = field(default_factory=dict)


def text_postings(numbers: Sequence[int], texts: Sequence[str]) -> Postings:
    """The postings of what findings say; `numbers` ascend."""
    return _postings(numbers, (_weights(text) for text in texts), [key(text) for text in texts])


def title_postings(numbers: Sequence[int], places: Sequence[Place]) -> Postings:
    """The postings of what places are called."""
    titles = [list(place.titles()) for place in places]
    weights = (_title_weights(named) for named in titles)
    return _postings(numbers, weights, ["|".join(key(title) for title, _ in named) for named in titles])


def _postings(numbers: Sequence[int], weights: Iterable[dict[str, int]], keys: Sequence[str]) -> Postings:
    holders: dict[str, list[int]] = defaultdict(list)
    amounts: dict[str, bytearray] = defaultdict(bytearray)
    for number, of in zip(numbers, weights, strict=True):
        for term, weight in of.items():
            holders[term].append(number)
            amounts[term].append(weight)
    terms = {
        term: (np.array(holders[term], dtype=np.int64), np.frombuffer(amounts[term], dtype=np.uint8))
        for term in holders
    }
    at = np.asarray(numbers, dtype=np.int64)
    return Postings(terms, {gram: at[holders] for gram, holders in gram_lists(keys).items()})


def _weights(text: str) -> dict[str, int]:
    """How much each term of a text counts, in `SCALE`ths: as often as it stands there, for the text's length."""
    counts: dict[str, float] = defaultdict(float)
    length = 0
    for term in terms_of(fold(text)):
        features = features_of(term)
        length += bool(features)
        for feature, weight in features:
            counts[feature] += weight
    norm = SCALE / (1 - LENGTH_EFFECT + LENGTH_EFFECT * length / TYPICAL_LENGTH)
    return {term: amount if (amount := int(count * norm) + 1) < 256 else 255 for term, count in counts.items()}


def _title_weights(titles: Iterable[tuple[str, float]]) -> dict[str, int]:
    """How much each term of a place's titles counts: as much as the title that counts most."""
    best: dict[str, float] = defaultdict(float)
    for title, weight in titles:
        for word in terms_of(fold(title)):
            for term, share in features_of(word):
                best[term] = max(best[term], weight * share)
    return {term: max(1, round(SCALE * weight)) for term, weight in best.items()}


def joined(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Lists of several segments as one each; rows come by value, space and segment."""
    held: tuple[Any, int] | None = None
    numbers: list[np.ndarray] = []
    weights: list[bytes] = []

    def row() -> tuple[Any, ...]:
        assert held is not None
        whole = np.concatenate(numbers)
        return (*held, len(whole), pack(whole.astype(np.int64)), *([b"".join(weights)] if weights else []))

    for value, space, packed, *weight in rows:
        if held != (value, space):
            if held is not None:
                yield row()
            held, numbers, weights = (value, space), [], []
        numbers.append(unpack(packed))
        weights += weight
    if held is not None:
        yield row()
