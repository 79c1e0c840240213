"""The decoder: the cheapest reading of a segment under the channel and the lexicon together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.repair.channel import Costs, Op, graph
from pipeline.repair.lexicon import Lexicon
from pipeline.thai import LEADING_VOWELS, MARKS

#: What an unknown letter costs, by its kind: base letters begin a syllable, the rest come with one.
_UNKNOWN = {**dict.fromkeys(MARKS, 8.0), **dict.fromkeys("ะาำๅ", 9.0), **dict.fromkeys(LEADING_VOWELS, 8.0)}
_UNKNOWN_BASE = 9.0
#: A word as rare as this is poor grounds for an edit, and costs more when it comes of one.
_RARE, _RARE_EDIT = 14.5, 5.0
#: A word with a bond to the next one this strong loses the space between them.
_TIED = 6.0
_SIGN = {"ๆ": 3.0, "ฯ": 3.0, " ": 2.0}


@dataclass(frozen=True, slots=True)
class Reading:
    """The operations of the best path, in order, and its cost."""

    ops: tuple[Op, ...]
    cost: float


def decode(segment: str, lexicon: Lexicon, costs: Costs, near: Sequence[bool]) -> Reading:
    """Viterbi search over word boundaries in the graph of the segment (``near``: see ``graph``)."""
    lattice = graph(segment, costs, near)
    arcs, drops, prefixes, bound = lattice.arcs, lattice.drops, lexicon.prefixes, lexicon.bound
    breaks = {i for i, char in enumerate(segment) if char == " "}
    inf = float("inf")
    best = [inf] * len(arcs)
    back: list[tuple[int, tuple[int, ...]]] = [(-1, ())] * len(arcs)
    best[0] = 0.0
    for node in lattice.order:
        base = best[node]
        if base == inf:
            continue
        # A space kept or dropped, and letters no word accounts for.
        if node in drops:
            drop = drops[node]
            total = base + drop.between
            if total < best[drop.to]:
                best[drop.to], back[drop.to] = total, (node, (drop.op,))
        if node < len(segment) and segment[node] == " ":
            total = base + costs.space
            if total < best[node + 1]:
                best[node + 1], back[node + 1] = total, (node, ())
        for char, to, cost, op in arcs[node]:
            total = base + cost + (_SIGN.get(char) or _UNKNOWN.get(char, _UNKNOWN_BASE))
            if total < best[to]:
                best[to], back[to] = total, (node, (op,) if op >= 0 else ())
        # Words.
        stack: list[tuple[int, str, float, tuple[int, ...]]] = [(node, "", base, ())]
        while stack:
            at, prefix, spent, done = stack.pop()
            for char, to, cost, op in arcs[at]:
                grown = prefix + char
                if grown in prefixes:
                    word = prefixes[grown]
                    total = spent + cost
                    path = (*done, op) if op >= 0 else done
                    if word is not None:
                        if path and word > _RARE:
                            word += _RARE_EDIT
                        reached = total + word
                        if to in breaks and grown in bound:
                            tie = bound[grown]
                            if tie > _TIED and to in drops and reached + 1.0 < best[drops[to].to]:
                                drop = drops[to]
                                best[drop.to], back[drop.to] = reached + 1.0, (node, (*path, drop.op))
                            reached += tie
                        if reached < best[to]:
                            best[to], back[to] = reached, (node, path)
                    stack.append((to, grown, total, path))
            if prefix and at in drops:
                drop = drops[at]
                stack.append((drop.to, prefix, spent + drop.inside, (*done, drop.op)))
    ops: list[Op] = []
    at = len(segment)
    while at > 0:
        at, path = back[at]
        ops += (lattice.ops[op] for op in reversed(path))
    return Reading(tuple(reversed(ops)), best[len(segment)])


def copy_cost(segment: str, lexicon: Lexicon) -> float:
    """What the segment costs as it stands, with no operation."""
    prefixes = lexicon.prefixes
    best = [float("inf")] * (len(segment) + 1)
    best[0] = 0.0
    for start, base in enumerate(best[:-1]):
        base = best[start]
        char = segment[start]
        total = base + (_SIGN.get(char) or _UNKNOWN.get(char, _UNKNOWN_BASE))
        if total < best[start + 1]:
            best[start + 1] = total
        for end in range(start + 1, len(segment) + 1):
            prefix = segment[start:end]
            if prefix not in prefixes:
                break
            word = prefixes[prefix]
            if word is not None and base + word < best[end]:
                best[end] = base + word
    return best[-1]
