"""The part of a finding that shows why it was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.records import Finding
from pipeline.search.folding import folded, key
from pipeline.search.lexicon import features_of
from pipeline.search.query import Query
from pipeline.search.text import words
from pipeline.thai import DEPENDENT

#: Characters of a snippet, and those before its first match.
WIDTH, BEFORE = 220, 60
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of text, and the spans [start, end) in it that match the query."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()

    def marked(self, start: str, end: str) -> str:
        """The text with signs around what matches.

        >>> Snippet("ข้อร้องเรียนซ้ำ", ((0, 12),)).marked("[", "]")
        '[ข้อร้องเรียน]ซ้ำ'
        """
        out, last = "", 0
        for first, stop in self.highlights:
            out += self.text[last:first] + start + self.text[first:stop] + end
            last = stop
        return out + self.text[last:]


def snippet(finding: Finding, query: Query) -> Snippet:
    """The snippet of a finding: of its text, or of its titles where it has none."""
    text = (
        finding.text
        or " · ".join(filter(None, (finding.item_title, finding.part_label)))
        or (finding.criterion_title or finding.category_title or "")
    )
    spans = list(_clear(text, matches(text, query)))
    first, last = _window(text, spans)
    shown = [(max(a, first), min(b, last)) for a, b in spans if a < last and b > first]
    lead = _ELLIPSIS if first else ""
    return Snippet(
        lead + text[first:last] + (_ELLIPSIS if last < len(text) else ""),
        tuple((a - first + len(lead), b - first + len(lead)) for a, b in shown),
    )


def matches(text: str, query: Query) -> Iterator[tuple[int, int]]:
    """Spans of a text whose words the query asks for, by themselves or by what means the same; and its phrases."""
    wanted = {term for concept in query.concepts for a in concept.alternatives for term in a.terms}
    small, places = folded(text)
    for word in words(small):
        if any(term in wanted for term, _ in features_of(word.term)):
            yield places[word.start], places[word.end]
    shape = [(char, at) for at, original in enumerate(text) for char in key(original)]
    shaped = "".join(char for char, _ in shape)
    for phrase in query.phrases:
        at = shaped.find(phrase)
        while at >= 0:
            yield shape[at][1], shape[at + len(phrase) - 1][1] + 1
            at = shaped.find(phrase, at + len(phrase))


def _clear(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that touch put together, none that ends between a letter and its marks."""
    held: tuple[int, int] | None = None
    for start, end in sorted(spans):
        while start > 0 and text[start : start + 1] in DEPENDENT and start < len(text):
            start -= 1
        while end < len(text) and text[end] in DEPENDENT:
            end += 1
        if held is not None and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _window(text: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """The stretch of a text to show: around the first match, not cut before a mark."""
    if len(text) <= WIDTH:
        return 0, len(text)
    first = max(0, min(spans[0][0] - BEFORE if spans else 0, len(text) - WIDTH))
    last = min(len(text), first + WIDTH)
    while first > 0 and text[first] in DEPENDENT:
        first -= 1
    while last < len(text) and text[last] in DEPENDENT:
        last += 1
    return first, last
