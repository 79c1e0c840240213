"""What a person typed, as what to look for: concepts, phrases, what to leave out, and filters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pipeline.search import synonyms
from pipeline.search.filters import ANYTHING, Filters, Known, read_filters
from pipeline.search.folding import fold, key, sound
from pipeline.search.lexicon import dictionary, features_of, light_words, parts_of
from pipeline.search.spelling import Speller, is_odd
from pipeline.search.text import Word, words
from pipeline.thai import squeeze

#: Characters of a query that are read; a pasted page is cut here.
LONGEST = 600
#: How much a compound's parts count in its stead.
PARTS = 0.6
#: Words of one synonym at most.
_WINDOW = 6

_QUOTED = re.compile(r'(?P<minus>(?<!\S)-)?(?:"([^"]+)"|“([^”]+)”|«([^»]+)»)')
_MINUS = re.compile(r"(?<!\S)-(?=[^\W\d_])(\S+)")


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
    filters: Filters = ANYTHING
    literal: str = ""

    @property
    def words(self) -> str:
        """What is left of the text for n-grams: all of it but the filters."""
        return " ".join(concept.text for concept in self.concepts)


class Vocabulary(Known, Protocol):
    """What the index knows that a query is understood by."""

    @property
    def speller(self) -> Speller:
        """Sets words right."""


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
    left, filters = read_filters(folded, vocabulary)
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
        yield from _concepts(piece, found[at : at + size])
        at += size
        while at < len(found) and found[at].start < found[at - 1].end:
            at += 1  # the parts of a word with a hyphen


def _concepts(text: str, of: Sequence[Word]) -> Iterator[Concept]:
    """The concept of a listed phrase or a word; those of its parts, where no meaning is listed for a compound."""
    terms = _telling(of)
    if not terms:
        return
    parts = parts_of(terms[0]) if len(terms) == 1 else ()
    if len(parts) > 1 and terms[0] not in synonyms.meanings() and terms[0] not in dictionary():
        for part in parts:
            concept = _concept(part, (part,))
            yield replace(concept, alternatives=(Alternative(terms, 1.0), *concept.alternatives))
    else:
        yield _concept(text, terms)


def _concept(text: str, terms: tuple[str, ...]) -> Concept:
    alternatives = {terms: 1.0}
    if len(terms) == 1 and (parts := parts_of(terms[0])):
        alternatives.setdefault(parts, PARTS)
    listed = synonyms.meanings()
    squeezed = text.replace(" ", "")
    others = (
        listed.get(squeezed) or listed.get(squeezed.replace("-", "")) or listed.get(terms[0] if len(terms) == 1 else "")
    )
    for other, weight in {squeezed: 1.0, **(others or {})}.items():
        found = _telling(words(other))
        if found and alternatives.get(found, 0.0) < weight:
            alternatives[found] = weight
    light = text in light_words() or squeezed in light_words()
    return Concept(text, tuple(Alternative(t, w) for t, w in alternatives.items()), light)


def _telling(of: Sequence[Word]) -> tuple[str, ...]:
    """The terms among words that say something, each once."""
    return tuple(dict.fromkeys(word.term for word in of if features_of(word.term)))
