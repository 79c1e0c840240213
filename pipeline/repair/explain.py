"""What a repair did, as data: edits with offsets that can be replayed on the input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: ``input[start:end] == before`` became ``after``.

    ``rule`` names the kind of damage undone, ``confidence`` (0..1) is how far the reading chosen is ahead of
    leaving the text as it was.
    """

    start: int
    end: int
    before: str
    after: str
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Explained:
    """A repaired text with the edits that lead to it, in the order of their offsets, without overlap."""

    text: str
    edits: tuple[Edit, ...] = ()


def replay(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits.

    Raises ValueError if an edit does not fit: out of order, or another text at its place.

    >>> replay("ส านัก", [Edit(1, 3, " า", "ำ", "lost_sara_am", 0.99)])
    'สำนัก'
    """
    parts: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at or text[edit.start : edit.end] != edit.before:
            raise ValueError(f"edit does not fit the text at {edit.start}: {edit.before!r}")
        parts += (text[at : edit.start], edit.after)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def shifted(edits: Iterable[Edit], offset: int) -> tuple[Edit, ...]:
    """The edits of a part of a text as edits of the whole, the part beginning at ``offset``."""
    return tuple(replace(e, start=e.start + offset, end=e.end + offset) for e in edits)


def composed(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> tuple[Edit, ...]:
    """One list of edits of ``text`` that does what ``first`` and then ``second`` (edits of its result) do.

    Edits that touch the same place are joined into one, which keeps the rule of both ("a+b").

    >>> a = Edit(1, 3, " า", "ำ", "lost_sara_am", 0.9)
    >>> b = Edit(1, 2, "ำ", "า", "aa_as_am", 0.8)
    >>> composed("ก าร", [a], [b])
    (Edit(start=1, end=3, before=' า', after='า', rule='lost_sara_am+aa_as_am', confidence=0.8),)
    """
    if not second:
        return tuple(first)
    if not first:
        return tuple(second)
    middle = replay(text, first)
    # Blocks in middle coordinates: (start, end, start in text, edit); text between them is copied.
    blocks: list[tuple[int, int, int, int, str, float]] = []
    drift = 0
    for e in first:
        start = e.start + drift
        blocks.append((start, start + len(e.after), e.start, e.end, e.rule, e.confidence))
        drift += len(e.after) - len(e.before)
    result: list[Edit] = []
    i = j = 0
    drift = 0  # text offset - middle offset, before the next block
    while i < len(blocks) or j < len(second):
        lo = min(
            b
            for b in (blocks[i][0] if i < len(blocks) else None, second[j].start if j < len(second) else None)
            if b is not None
        )
        hi = lo
        left, right = lo + drift, lo + drift
        rules: list[str] = []
        confidence = 1.0
        after: list[str] = []
        at = lo
        grown = True
        while grown:
            grown = False
            while i < len(blocks) and (blocks[i][0] < hi or blocks[i][0] == lo):
                start, end, _, text_end, rule, sure = blocks[i]
                right = text_end
                drift = text_end - end
                hi = max(hi, end)
                rules.append(rule)
                confidence = min(confidence, sure)
                i += 1
                grown = True
            while j < len(second) and (second[j].start < hi or second[j].start == lo):
                e = second[j]
                after += (middle[at : e.start], e.after)
                at = e.end
                hi = max(hi, e.end)
                rules.append(e.rule)
                confidence = min(confidence, e.confidence)
                j += 1
                grown = True
        after.append(middle[at:hi])
        right = hi + drift
        merged = "".join(after)
        if merged != text[left:right]:
            names = list(dict.fromkeys(part for rule in rules for part in rule.split("+")))
            result.append(Edit(left, right, text[left:right], merged, "+".join(names), confidence))
    return tuple(result)
