"""Cells of a table row whose lines were printed side by side on one text line, parted again.

A space is all that is left between two columns, and there are spaces inside of cells too. What tells them apart: cells
begin together at the top of the row and, once ended, stay so; no line is wider than its column; the end of a cell's
line and the beginning of its next make phrases that stand elsewhere in the document; no cell ends on a word that
calls for another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise

from pipeline.forms.wording import OPEN_END, room
from pipeline.thai import squeeze

#: Costs of what speaks against a reading.
_TOO_WIDE, _NO_PHRASE, _GAP, _BROKEN_OFF = 20.0, 2.0, 0.6, 2.5
#: A part may be so much wider than its column was found to be.
_TOLERANCE = 1.06
#: The length, in characters, of a phrase across two lines that leaves no doubt, and the least on either side.
_SURE, _SIDE = 16, 3
#: Words on a line from which on its readings are too many to try.
_MOST_WORDS = 10
#: How much cheaper than any other a reading must be to be believed.
MARGIN = 0.25


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how wide it is (see `room`), and what speaks, as a cost, against a text that begins something in it,
    a text on any of its lines, two on lines that follow, and a text at its end above the end of the row."""

    width: float
    opens: Callable[[str], float] = lambda text: 0.0
    holds: Callable[[str], float] = lambda text: 0.0
    after: Callable[[str, str], float] = lambda before, text: 0.0
    ends: Callable[[str], float] = lambda text: 0.0


Part = tuple[str, ...]


def split(
    lines: Sequence[Sequence[str]], columns: Sequence[Column], document: str
) -> tuple[list[list[str]], float] | None:
    """The lines of each column's cell, and by how much this reading is cheaper than the next best.

    `lines` are the words of each line; the first word of the first line is all that the first column has there.
    `document` is the text to find phrases in, without white space. None if no reading is possible.
    """

    @cache
    def phrase(before: str, after: str) -> float:
        return 1 - min(_known(squeeze(before), squeeze(after), document), _SURE) / _SURE

    states: dict[Part, list[tuple[float, list[Part]]]] = {}
    if any(len(words) > _MOST_WORDS for words in lines):
        return None
    for at, words in enumerate(lines):
        step: dict[Part, list[tuple[float, list[Part]]]] = {}
        for groups in _readings(words, len(columns)):
            if not at and groups[0] != words[:1]:
                continue
            parts = tuple(map(" ".join, groups))
            held = [(part, column) for part, column in zip(parts, columns, strict=True) if part]
            own = sum(_width_cost(part, column) + column.holds(part) for part, column in held)
            own += _GAP * sum(phrase(a, b) for group in groups for a, b in pairwise(group))
            if not at:
                own += sum(column.opens(part) for part, column in held)
                step[parts] = [(own, [parts])]
                continue
            ways = [
                (cost + own + _follow(before, parts, columns, phrase), [*path, parts])
                for before, known in states.items()
                if all(b or not p for b, p in zip(before, parts, strict=True))
                for cost, path in known
            ]
            if ways:
                step[parts] = sorted(ways)[:2]
        states = step
    ends = sorted(
        (cost + sum(bool(part) and _is_broken_off(part) for part in parts) * _BROKEN_OFF, path)
        for parts, known in states.items()
        for cost, path in known
    )
    if not ends:
        return None
    cost, path = ends[0]
    margin = ends[1][0] - cost if len(ends) > 1 else float("inf")
    return [[parts[c] for parts in path if parts[c]] for c in range(len(columns))], margin


def _readings(words: Sequence[str], count: int) -> Iterator[list[Sequence[str]]]:
    """Every way to share words out, in order, among some of the columns."""
    for size in range(1, min(count, len(words)) + 1):
        for chosen in combinations(range(count), size):
            for cuts in combinations(range(1, len(words)), size - 1):
                groups: list[Sequence[str]] = [()] * count
                for column, (start, end) in zip(chosen, pairwise((0, *cuts, len(words))), strict=True):
                    groups[column] = words[start:end]
                yield groups


def _width_cost(part: str, column: Column) -> float:
    return max(0.0, room(part) / column.width - _TOLERANCE) * _TOO_WIDE


def _follow(before: Part, parts: Part, columns: Sequence[Column], phrase: Callable[[str, str], float]) -> float:
    """The cost of one line after another: how well parts run on, and which cells end."""
    cost = 0.0
    for b, p, column in zip(before, parts, columns, strict=True):
        if b and p:
            cost += min(_NO_PHRASE * phrase(b, p), column.opens(p)) + column.after(b, p)
        elif b:
            cost += _BROKEN_OFF * _is_broken_off(b) + column.ends(b)
    return cost


def _is_broken_off(part: str) -> bool:
    return bool(OPEN_END.search(part)) or part.count("(") > part.count(")")


def _known(before: str, after: str, document: str) -> int:
    """The length of the longest text around the place where two lines meet that stands in the document."""
    best = 0
    for left in range(_SIDE, min(_SURE, len(before)) + 1):
        if before[-left:] + after[:_SIDE] not in document:
            break
        right = _SIDE
        while right < min(_SURE, len(after)) and before[-left:] + after[: right + 1] in document:
            right += 1
        best = max(best, left + right)
    return best
