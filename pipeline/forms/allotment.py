"""Verdicts printed apart from the rows they belong to, given back to their rows as far as the text decides.

Floating boxes come out of a page after its table, in no sure order. A row's own figures say which boxes can be its:
an open result waits, one below target or below last year's failed, any other passed. A verdict is given where every
way to hand out the boxes gives the row the same one; else it stays open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

#: Rows from which on the ways to hand out boxes are too many to count; no page holds as many.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Box:
    """A verdict as printed: pass | fail | pending, the score beside it (None where none is), its words."""

    verdict: str
    score: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a row's figures say of its verdict: `open` no result yet, `below` worse than target or last year."""

    open: bool = False
    below: bool = False

    def fits(self, verdict: str) -> bool:
        """Whether the figures are those of such a verdict."""
        return verdict == ("pending" if self.open else "fail" if self.below else "pass")

    def allows(self, verdict: str) -> bool:
        """Whether the figures do not rule the verdict out: a result may be there and still be provisional.

        >>> Outlook().fits("pending"), Outlook().allows("pending"), Outlook(open=True).allows("pass")
        (False, True, False)
        """
        return verdict == "pending" or self.fits(verdict)

    def bears(self, verdict: str) -> bool:
        """Whether the verdict only says whether there is a result: of some measures less is better.

        >>> Outlook(below=True).allows("pass"), Outlook(below=True).bears("pass"), Outlook(open=True).bears("pass")
        (False, True, False)
        """
        return self.open == (verdict == "pending")


def allot(rows: Sequence[Outlook], boxes: Sequence[Box], tied: Mapping[int, int] | None = None) -> list[set[Box]]:
    """For each row the boxes it may have, the boxes being as many as the rows; all empty if they do not fit.

    `tied` says which box (its index) the text puts beside a row; it is listened to only where figures alone leave
    the verdict open.

    >>> passed, waits = Box("pass", 500, "ผ่าน (500)"), Box("pending", None, "รอผล")
    >>> [{box.verdict for box in row} for row in allot([Outlook(open=True), Outlook()], [passed, waits])]
    [{'pending'}, {'pass'}]
    >>> [len(row) for row in allot([Outlook(), Outlook()], [passed, waits])]
    [2, 2]
    >>> [len(row) for row in allot([Outlook(), Outlook()], [passed, waits], tied={1: 0})]
    [1, 1]
    """
    for test in (Outlook.fits, Outlook.allows, Outlook.bears):
        options = _options(rows, boxes, test)
        if options is None:
            continue
        if any(len({box.verdict for box in row}) > 1 for row in options) and tied:
            fixed = {row: boxes[box] for row, box in tied.items()}
            options = _options(rows, boxes, test, fixed) or options
        return options
    return [set() for _ in rows]


def _options(
    rows: Sequence[Outlook],
    boxes: Sequence[Box],
    test: Callable[[Outlook, str], bool],
    fixed: Mapping[int, Box] | None = None,
) -> list[set[Box]] | None:
    """For each row the boxes it has in some way to hand out all of them; None if there is no such way."""
    if len(rows) != len(boxes) or len(rows) > _MOST:
        return None
    kinds = sorted(set(boxes), key=lambda box: box.text)
    counts = Counter(boxes)

    def wanted(row: int, kind: Box) -> bool:
        return test(rows[row], kind.verdict) and (not fixed or fixed.get(row, kind) == kind)

    @cache
    def ways(row: int, left: tuple[int, ...]) -> bool:
        """Whether rows from `row` on can share out what is left of each kind."""
        return row == len(rows) or any(
            n and wanted(row, kinds[k]) and ways(row + 1, _without(left, k)) for k, n in enumerate(left)
        )

    states = {tuple(counts[kind] for kind in kinds)}
    if not ways(0, next(iter(states))):
        return None
    options: list[set[Box]] = []
    for row in range(len(rows)):
        reached: set[tuple[int, ...]] = set()
        options.append(set())
        for left in states:
            for k, n in enumerate(left):
                if n and wanted(row, kinds[k]) and ways(row + 1, _without(left, k)):
                    options[-1].add(kinds[k])
                    reached.add(_without(left, k))
        states = reached
    return options


def _without(left: tuple[int, ...], kind: int) -> tuple[int, ...]:
    """What is left when one of a kind is taken."""
    return (*left[:kind], left[kind] - 1, *left[kind + 1 :])
