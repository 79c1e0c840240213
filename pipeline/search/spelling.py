"""Misspelt words set right against the words that the index and the domain have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from pipeline.search.lexicon import dictionary, segment, stop_words

#: Words shorter than this are not set right; whole words as long as that may have two faults.
SHORTEST, LONG = 5, 9
#: What it costs to read a stretch as a word of the index, as another word, as a short one, with a fault, as no word
#: (a letter). A bare ความ costs as much as a short word: words that begin with it are known as a whole.
_KNOWN, _OTHER, _SHORT, _FAULT, _LETTER = 1.0, 1.8, 2.5, 1.6, 2.5
_BARE = "ความ"


class Speller:
    """Sets words right.

    `known` are the words of the index with the number of findings that have them; `accepted` are words
    that mean something here even if no finding has them.
    """

    def __init__(self, known: Mapping[str, int], accepted: frozenset[str]) -> None:
        self._known = known
        self._accepted = accepted
        self._by_stump: dict[str, list[str]] = defaultdict(list)
        self._long: list[str] = []
        self._longest = 0
        for word in {*known, *accepted}:
            if SHORTEST <= len(word) <= 30 and not word[0].isdigit():
                self._longest = max(self._longest, len(word))
                if len(word) >= LONG - 2:
                    self._long.append(word)
                for stump in {word, *_without_one(word)}:
                    self._by_stump[stump].append(word)

    def is_right(self, word: str) -> bool:
        """Whether a word is known here, says nothing, or is one of general Thai of more than two letters."""
        return (
            word in self._known
            or word in self._accepted
            or word in stop_words()
            or (len(word) > 2 and word in dictionary())
        )

    def is_nearly(self, word: str) -> bool:
        """Whether a long word is unknown, and a known one is a fault from it, or two if it is very long."""
        if len(word) < LONG - 2 or self.is_right(word):
            return False
        return any(near in self._known for near, _ in (*self._near(word), *self._far(word)))

    def word(self, word: str) -> str | None:
        """The known word that a word of Latin letters was meant to be, None if there is none near."""
        near = [(faults, -self._known.get(other, 0), other) for other, faults in (*self._near(word), *self._far(word))]
        return min(near)[2] if near else None

    def run(self, run: str) -> str | None:
        """A run of Thai letters set right, None if nothing better than the run itself is found.

        The reading with the fewest faults and the fewest, best known words is taken.
        """
        best: list[tuple[float, str]] = [(0.0, "")] + [(float("inf"), "")] * len(run)
        for start in range(len(run)):
            cost, before = best[start]
            for end, price, word in self._readings(run, start):
                if cost + price < best[end][0]:
                    best[end] = (cost + price, before + word)
        whole = [(_KNOWN + _FAULT * faults, word) for word, faults in self._far(run)]
        found = min([best[-1], *whole])[1]
        return found if found != run else None

    def _readings(self, run: str, start: int) -> Iterator[tuple[int, float, str]]:
        """Stretches from a place as words: where each ends, what it costs, and the word."""
        yield start + 1, _LETTER, run[start]
        for end in range(start + 2, min(len(run), start + self._longest + 2) + 1):
            piece = run[start:end]
            if piece == _BARE:
                yield end, _SHORT, piece
            elif piece in self._known or piece in self._accepted or piece in stop_words():
                yield end, _KNOWN, piece
            elif piece in dictionary():
                yield end, _OTHER if len(piece) > 2 else _SHORT, piece
            if len(piece) >= SHORTEST - 1:
                for word, faults in self._near(piece):
                    yield end, _KNOWN + _FAULT * faults + (0.0 if word in self._known else 0.2), word

    def _far(self, word: str) -> Iterator[tuple[str, int]]:
        """Long known words at two faults at most from a long word."""
        if len(word) >= LONG:
            pool = [other for other in self._long if abs(len(other) - len(word)) <= 2]
            for other, faults, _ in process.extract(word, pool, scorer=OSA.distance, score_cutoff=2, limit=5):
                yield other, int(faults)

    def _near(self, piece: str) -> Iterator[tuple[str, int]]:
        """Known words at one fault from a piece."""
        seen: set[str] = set()
        for stump in (piece, *_without_one(piece)):
            for word in self._by_stump.get(stump, ()):
                if word not in seen and word != piece and len(word) >= SHORTEST:
                    seen.add(word)
                    if OSA.distance(piece, word, score_cutoff=1) <= 1:
                        yield word, 1


def _without_one(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def is_odd(run: str, speller: Speller) -> bool:
    """Whether a run of Thai letters is worth reading anew.

    It is if it is cut into pieces that are no words, or if pieces or all of it make a word but for a fault.
    """
    pieces = segment(run)
    if len(pieces) > 1 and speller.is_nearly(run):
        return True
    if any(not speller.is_right(piece) for piece in pieces):
        return True
    pairs = pairwise(pieces)
    return any(first in ("การ", "ความ") and speller.is_nearly(first + second) for first, second in pairs)
