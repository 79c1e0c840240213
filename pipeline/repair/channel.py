"""The channel side: which characters a damaged stretch may have stood for, and what each reading costs.

A segment (Thai letters, and the spaces between them) becomes a small graph. Nodes 0..n are its positions, more
nodes lie inside an edit of several characters. An arc writes one character and leads on; most arcs copy. Costs are
negative natural logarithms, so 7 means "one in a thousand"; a negative cost rewards leaving an impossible sequence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.repair.quadgrams import strangeness
from pipeline.thai import ABOVE_VOWELS, BELOW_VOWELS, CONSONANTS, DEPENDENT, LEADING_VOWELS, MARKS, THANTHAKHAT, TONES

_VOWEL_MARKS = frozenset(ABOVE_VOWELS + BELOW_VOWELS)
_TONES = frozenset(TONES + THANTHAKHAT)
_MARKS = frozenset(MARKS)
_CONSONANTS = frozenset(CONSONANTS)
_LEADING = frozenset(LEADING_VOWELS)
#: Characters a mark can be pushed onto although it never stands there.
_NEVER_MARKED = _LEADING | frozenset("ะาำ)]}”\"'")
#: Words that open a phrase: a space before one is the writer's.
_OPENERS = ("และ", "หรือ", "โดย", "ซึ่ง", "เพื่อ", "เช่น", "ทั้งนี้", "ดังนี้", "ได้แก่", "ประจำ", "จำนวน", "รวมทั้ง", "ตลอดจน", "พร้อม")
_SIGNS = frozenset("ๆฯ")
_PUSHED = re.compile(f"(?<=[{CONSONANTS}{MARKS}])([{CONSONANTS}])[{MARKS}]{{1,2}}")
_DEPENDENT = frozenset(DEPENDENT)
_UPPER = frozenset("ัิีึื")
_AA = frozenset("าำ")
_TALL = frozenset("ปฝฟฬ")
_SILENT = {"ู": "้", "ุ": "่"}
_DROPPED = "่้็์"
#: The price of what is not on offer.
_CLOSED = 99.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Price of each kind of edit; evidence in the line or its neighbours lowers some of them."""

    shift: float = 6.5
    shift_certain: float = -6.0
    swap: float = -6.0
    doubled: float = -4.0
    nikhahit: float = -6.0
    nikhahit_else: float = 2.0
    sara_am: float = -8.0
    aa_as_am: float = 4.5
    am_kept: float = 0.0
    am_lost: float = 8.0
    join: float = 13.0
    join_words: float = _CLOSED
    unmarked: float = 6.0
    space: float = 2.0
    mark_space: float = -8.0
    mark_space_kept: float = -5.0
    lost_mark: float = 7.0
    lost_low_mark: float = 9.0
    silent_swap: float = 8.0
    insert: float = _CLOSED


PLAIN = Costs()
#: SARA AM never goes with a leading vowel.
_IMPOSSIBLE_AM = -6.0
#: What is known of a letter, bit by bit: something is suspicious about it; it is of a word that seems to have
#: lost a SARA AM without a trace; its mark moved one letter back makes the spelling less strange.
STRANGE, TRACELESS, SHIFTED = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Op:
    """An edit the graph offers: characters ``start``..``end`` of the segment become ``after``.

    A ``soft`` one costs something: only the words it leads to can justify it.
    """

    start: int
    end: int
    after: str
    rule: str
    soft: bool


#: An arc: character written, node reached, cost, index of the operation it begins (or -1).
Arc = tuple[str, int, float, int]
#: Offers the text that replaces start..end: (start, end, after, rule, cost).
Offer = Callable[[int, int, str, str, float], None]


@dataclass(frozen=True, slots=True)
class Drop:
    """A character that may be skipped: node reached, cost inside a word and between words, index of the operation."""

    to: int
    inside: float
    between: float
    op: int


@dataclass(slots=True)
class Graph:
    """Arcs by node; ``order`` lists the nodes so that every arc leads to a later one."""

    arcs: list[list[Arc]]
    order: list[int]
    #: position in the segment of each node, roughly for those inside an edit
    place: list[int]
    ops: list[Op]
    #: by node: what may be skipped there without writing anything
    drops: dict[int, Drop]


def graph(s: str, costs: Costs, near: Sequence[int]) -> Graph:
    """The readings of a segment; edits that only the words can justify are offered where the bits ``near[i]`` say."""
    n = len(s)
    arcs: list[list[Arc]] = [[] for _ in range(n + 1)]
    inner: list[list[int]] = [[] for _ in range(n + 1)]
    place = list(range(n + 1))
    ops: list[Op] = []
    drops: dict[int, Drop] = {}

    def offer(start: int, end: int, after: str, rule: str, cost: float) -> None:
        """Adds a path that writes ``after`` for ``s[start:end]``."""
        ops.append(Op(start, end, after, rule, cost > 0))
        node = start
        for k, char in enumerate(after):
            if k == len(after) - 1:
                arcs[node].append((char, end, cost if k == 0 else 0.0, len(ops) - 1 if k == 0 else -1))
            else:
                arcs.append([])
                new = len(arcs) - 1
                inner[start].append(new)
                place.append(min(start + k + 1, end))
                arcs[node].append((char, new, cost if k == 0 else 0.0, len(ops) - 1 if k == 0 else -1))
                node = new

    for i, char in enumerate(s):
        before = s[i - 1] if i else ""
        following = s[i + 1] if i + 1 < n else ""
        if char != " ":
            kept = costs.am_kept if char == "ำ" and before != " " else 0.0
            arcs[i].append((char, i + 1, kept, -1))
        if char == " ":
            _offer_for_space(s, i, costs, near[i], offer, ops, drops)
            continue
        if char == following == "เ" and near[i]:
            offer(i, i + 2, "แ", "double_sara_e", 1.0)
        if not i:
            continue
        if near[i] and (before in _CONSONANTS or before in _MARKS):
            if char == "ำ":
                base = i - 2 if before in _TONES else i - 1
                impossible = base > 0 and s[base - 1] in _LEADING
                offer(i, i + 1, "า", "aa_as_am", _IMPOSSIBLE_AM if impossible else costs.aa_as_am)
            elif char == "า" and (near[i] & TRACELESS or costs.am_lost < PLAIN.am_lost):
                offer(i, i + 1, "ำ", "am_lost", costs.am_lost)
        if char in _MARKS:
            if following == char:
                offer(i, i + 2, char, "doubled", costs.doubled)
            if char in _TONES and following in _VOWEL_MARKS:
                offer(i, i + 2, following + char, "swap", costs.swap)
                if following == "ํ" and s[i + 2 : i + 3] == "า":
                    offer(i, i + 3, char + "ำ", "nikhahit", costs.nikhahit)
            if char == "ํ":
                if following == "า":
                    offer(i, i + 2, "ำ", "nikhahit", costs.nikhahit)
                    if near[i]:
                        offer(i, i + 2, "า", "nikhahit", costs.nikhahit_else)
                elif following in _TONES and s[i + 2 : i + 3] == "า":
                    offer(i, i + 3, following + "ำ", "nikhahit", costs.nikhahit)
                elif near[i]:
                    for sign in "์ำ":
                        offer(i, i + 1, sign, "nikhahit", costs.nikhahit_else)
            if char in _SILENT and before in _TALL and near[i]:
                offer(i, i + 1, _SILENT[char], "silent_swap", costs.silent_swap)
            if char == "ฺ" and near[i]:
                ops.append(Op(i, i + 1, "", "phinthu", True))
                drops[i] = Drop(i + 1, 5.0, _CLOSED, len(ops) - 1)
        elif following in _MARKS and _can_carry(s, i - 1):
            second = s[i + 2 : i + 3]
            certain = char in _NEVER_MARKED
            if not certain and not near[i] & SHIFTED:
                continue
            cost = costs.shift_certain if certain else costs.shift
            if following in _TONES and second in _VOWEL_MARKS:
                offer(i, i + 2, following + char, "shift", cost + costs.swap)
            else:
                offer(i, i + 2, following + char, "shift", cost + costs.doubled if following == second else cost)
            if second in _MARKS:
                pair = following + second if following in _VOWEL_MARKS else second + following
                offer(i, i + 3, pair + char, "shift", cost)
        alone = before == " " and following in {"", " "}  # an abbreviation, or the letter of an annex
        if costs.insert < _CLOSED and following not in _MARKS and (char in _CONSONANTS or char in "ุู") and not alone:
            for mark in _DROPPED if char in _CONSONANTS else "่้":
                offer(i, i + 1, char + mark, "dropped_mark", costs.insert)
    order: list[int] = []
    for i in range(n + 1):
        order += (i, *inner[i])
    return Graph(arcs, order, place, ops, drops)


def _offer_for_space(
    s: str, i: int, costs: Costs, near: int, offer: Offer, ops: list[Op], drops: dict[int, Drop]
) -> None:
    j = i
    while j < len(s) and s[j] == " ":
        j += 1
    before, following = s[i - 1] if i else "", s[j : j + 1]
    if not following or not before or before == " ":
        return
    if following in _AA:
        if before in _CONSONANTS or before in _TONES:
            rule = "lost_sara_am" if following == "า" else "aa_as_am"
            if j - i == 2 and before in _CONSONANTS:  # one space for the tone mark, one for the lost half of the vowel
                offer(i, j + 1, "้ำ", "lost_mark", costs.sara_am)
                offer(i, j + 1, "ำ", rule, costs.sara_am + 4.0)
            else:
                offer(i, j + 1, "ำ", rule, costs.sara_am)
    elif following in _MARKS and following != "ฺ":
        offer(i, j + 1, following, "space_before_mark", costs.mark_space)
        after = s[j + 1 : j + 2]
        if after == " ":
            if before in _MARKS and s[i - 2 : i - 1] == " ":  # both marks of a cluster stand apart on both sides
                offer(i, j + 2, following, "space_before_mark", costs.mark_space - 2.0)
        else:
            kept = costs.mark_space - 6.0 if after.isdigit() else costs.mark_space_kept
            offer(i, j + 1, following + " ", "mark_over_space", kept)
        if following in _TONES and after == "า":
            offer(i, j + 2, following + "ำ", "lost_sara_am", costs.mark_space + 2.0)
    if near and before in _UPPER:
        for mark in "้่":
            offer(i, j, mark, "lost_mark", costs.lost_mark)
    elif near and j - i == 1 and before in _CONSONANTS and following in _CONSONANTS:
        for mark in "ุู้่็":
            offer(i, j, mark, "lost_mark", costs.lost_low_mark)
    if (j - i == 1 or before in _LEADING) and before not in _SIGNS and following not in _SIGNS:
        ops.append(Op(i, j, "", "stray_space", costs.join > 1.0 and before not in _LEADING and following != "ะ"))
        if before in _LEADING or following == "ะ":
            drops[i] = Drop(j, -4.0, -4.0, len(ops) - 1)
        elif s[i - 2 : i] in (" า", " ำ"):  # a vowel cut loose on both sides
            drops[i] = Drop(j, 1.0, costs.join_words, len(ops) - 1)
        elif near:
            between = costs.join_words
            if before not in _MARKS or s.startswith(_OPENERS, j):
                between += costs.unmarked
            drops[i] = Drop(j, costs.join, between, len(ops) - 1)


def _can_carry(s: str, i: int) -> bool:
    """Whether the letter at ``i`` may have room for this mark (its own marks may have come from before it)."""
    while i > 0 and s[i] in _MARKS:
        i -= 1
    return s[i] in _CONSONANTS


def pushed_marks(s: str, near: Sequence[int]) -> Iterator[int]:
    """Letters at strange places whose mark, moved to the letter before, makes the spelling less strange."""
    mended, mended_end = "", 0
    for match in _PUSHED.finditer(s):
        i, end = match.start(1), match.end()
        if not near[i] or not _can_carry(s, i - 1):
            continue
        left = s[max(0, i - 4) : i]
        letter, marks, right = s[i], s[i + 1 : end], s[end : end + 4]
        moved = {marks[0] + letter + marks[1:], "".join(sorted(marks, key=_TONES.__contains__)) + letter}
        contexts = [(left, right), (left, ""), ("", right)]  # there may be damage on one side too
        if i - mended_end < 3:
            contexts.append(((mended + s[mended_end:i])[-4:], ""))
        for before, after in contexts:
            now = strangeness(f"  {before}{letter}{marks}{after} ")
            if not now:
                continue
            best = min(moved, key=lambda text: strangeness(f"  {before}{text}{after} "))
            if strangeness(f"  {before}{best}{after} ") < now:
                mended, mended_end = before + best, end
                yield i
                break


def is_gap(s: str, i: int) -> bool:
    """Whether the spelling about the space at ``i`` is less strange without it."""
    left, right = s[max(0, i - 4) : i], s[i : i + 8].lstrip(" ")[:4]
    if right[:1] in _DEPENDENT:
        return True
    now = strangeness(f"  {left} {right} ")
    return now > 0 and strangeness(f"  {left}{right} ") < now
