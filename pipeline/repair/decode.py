"""The decoder: the cheapest reading of a segment under the channel and the lexicon together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.repair.channel import Costs, Op, graph
from pipeline.repair.lexicon import Lexicon
from pipeline.thai import LEADING_VOWELS, MARKS

#: What an unknown letter costs, by its kind: base letters begin a syllable, the rest come with one.
_UNKNOWN = {**dict.fromkeys(MARKS, 8.0), **dict.fromkeys("ะาำๅ", 9.0), **dict.fromkeys(LEADING_VOWELS, 10.0)}
_UNKNOWN_BASE = 11.0
#: A dictionary word is reason enough to leave the text as it is, however rare, and costs no more than this.
_RARE = 14.0
#: Short letter groups happen to be rare words: they are less of a reason.
_SHORT = {2: 9.0, 3: 2.0}
#: A word with a bond to the next one this strong loses the space between them.
_TIED = 6.0
#: Long words may be rarer by so much.
NATS_A_LETTER = 0.8
_SIGN = {"ๆ": 3.0, "ฯ": 3.0, " ": 2.0}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the best path, read for ``start``..``end`` of the segment.

    ``cost`` is that of the word, 0 for a space or sign, infinite for a letter that is part of no known word.
    """

    start: int
    end: int
    word: str
    cost: float
    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The best path through a segment, in order, and its cost."""

    tokens: tuple[Token, ...]
    cost: float

    @property
    def ops(self) -> tuple[Op, ...]:
        """The operations of the path, in order."""
        return tuple(op for token in self.tokens for op in token.ops)


def grounds(word: str) -> float:
    """The most a word may cost and still be good grounds for an edit: long words may be rarer."""
    return 9.0 + NATS_A_LETTER * len(word)


def decode(segment: str, lexicon: Lexicon, costs: Costs, near: Sequence[int]) -> Reading:
    """Viterbi search over word boundaries in the graph of the segment (``near``: see ``graph``)."""
    lattice = graph(segment, costs, near)
    arcs, drops, prefixes, bound = lattice.arcs, lattice.drops, lexicon.prefixes, lexicon.bound
    breaks = {i for i, char in enumerate(segment) if char == " "}
    best = [math.inf] * len(arcs)
    back: list[tuple[int, str, tuple[int, ...]]] = [(-1, "", ())] * len(arcs)
    best[0] = 0.0
    for node in lattice.order:
        base = best[node]
        if base == math.inf:
            continue
        # A space kept or dropped, and letters no word accounts for.
        if node in drops:
            drop = drops[node]
            total = base + drop.between
            if total < best[drop.to]:
                best[drop.to], back[drop.to] = total, (node, " ", (drop.op,))
        if node in breaks:
            total = base + costs.space
            if total < best[node + 1]:
                best[node + 1], back[node + 1] = total, (node, " ", ())
        for char, to, cost, op in arcs[node]:
            if op >= 0 and cost > 0:  # only a word can justify it
                continue
            sign = _SIGN.get(char)
            total = base + cost + (sign or _UNKNOWN.get(char, _UNKNOWN_BASE))
            if total < best[to]:
                best[to], back[to] = total, (node, char, (op,) if op >= 0 else ())
        # Words: (node reached, letters written, cost so far, operations, whether only the word justifies them)
        stack: list[tuple[int, str, float, tuple[int, ...], bool]] = [(node, "", base, (), False)]
        while stack:
            at, prefix, spent, path, soft = stack.pop()
            for char, to, cost, op in arcs[at]:
                grown = prefix + char
                if grown not in prefixes:
                    continue
                word = prefixes[grown]
                total = spent + cost
                trail, bold = ((*path, op), soft or cost > 0) if op >= 0 else (path, soft)
                if word is not None and not (bold and word > grounds(grown)):
                    if word > _RARE and not bold:
                        word = min(word, _RARE + _SHORT.get(len(grown), 0.0))
                    reached = total + word
                    if to in breaks and grown in bound:
                        tie = bound[grown]
                        if tie > _TIED and to in drops and reached + 1.0 < best[drops[to].to]:
                            drop = drops[to]
                            best[drop.to], back[drop.to] = reached + 1.0, (node, grown, (*trail, drop.op))
                        reached += tie
                    if reached < best[to]:
                        best[to], back[to] = reached, (node, grown, trail)
                stack.append((to, grown, total, trail, bold))
            if prefix and at in drops:
                drop = drops[at]
                stack.append((drop.to, prefix, spent + drop.inside, (*path, drop.op), soft or drop.inside > 0))
    tokens: list[Token] = []
    at, place = len(segment), len(segment)
    while at > 0:
        at, read, path = back[at]
        start = lattice.place[at]
        cost = 0.0 if read in _SIGN else lexicon.cost(read)
        tokens.append(Token(start, place, read, cost, tuple(lattice.ops[op] for op in path)))
        place = start
    return Reading(tuple(reversed(tokens)), best[len(segment)])


def copy_cost(segment: str, lexicon: Lexicon) -> float:
    """What the segment costs as it stands, with no operation."""
    return _cost(segment, lexicon, len(segment))


def split_cost(word: str, lexicon: Lexicon) -> float:
    """What a word costs as a sequence of shorter ones."""
    return _cost(word, lexicon, len(word) - 1)


def cuts(segment: str, lexicon: Lexicon) -> list[tuple[int, float]]:
    """Where the cheapest reading of a segment as it stands begins and ends its pieces, with the cost up to there.

    >>> from pipeline.repair.lexicon import Lexicon
    >>> [place for place, _ in cuts("ตากลม", Lexicon({"ตา": 9, "กลม": 9, "ตาก": 1, "ลม": 1}))]
    [0, 2, 5]
    """
    best, back = _best(segment, lexicon, len(segment))
    places = [len(segment)]
    while places[-1] > 0:
        places.append(back[places[-1]])
    return [(place, best[place]) for place in reversed(places)]


def _cost(segment: str, lexicon: Lexicon, longest: int) -> float:
    return _best(segment, lexicon, longest)[0][-1]


def _best(segment: str, lexicon: Lexicon, longest: int) -> tuple[list[float], list[int]]:
    """By position: what the segment costs up to there without an edit, and where the last piece begins."""
    prefixes = lexicon.prefixes
    best = [math.inf] * (len(segment) + 1)
    back = [0] * (len(segment) + 1)
    best[0] = 0.0
    for start, char in enumerate(segment):
        base = best[start]
        total = base + (_SIGN.get(char) or _UNKNOWN.get(char, _UNKNOWN_BASE))
        if total < best[start + 1]:
            best[start + 1], back[start + 1] = total, start
        for end in range(start + 1, min(len(segment), start + longest) + 1):
            prefix = segment[start:end]
            if prefix not in prefixes:
                break
            word = prefixes[prefix]
            if word is not None:
                total = base + min(word, _RARE + _SHORT.get(len(prefix), 0.0))
                if total < best[end]:
                    best[end], back[end] = total, start
    return best, back
