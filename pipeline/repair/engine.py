"""Repair of lines: find what is suspicious, decode it, and let the damage of a stretch inform its neighbours."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from pipeline.repair.channel import Costs
from pipeline.repair.decode import Reading, copy_cost, decode
from pipeline.repair.explain import Edit, Explained, composed, replay
from pipeline.repair.glyphs import PRIVATE_USE
from pipeline.repair.lexicon import Lexicon
from pipeline.repair.quadgrams import unseen
from pipeline.thai import DEPENDENT, MARKS

_THAI = "ก-ฮะ-ฺเ-๎"
# A bracket belongs to it when a mark was pushed over it, a digit when a mark was pushed over the space before it.
_SEGMENT = re.compile(
    f"[{_THAI}](?:[{_THAI}]| +(?=[{_THAI}])|[)\\]}}”\"'](?=[{MARKS}]))*(?:(?<= [{MARKS}])[0-9๐-๙])?"
)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_GLYPHS = str.maketrans(PRIVATE_USE)
_LETTERSPACED_TOKEN = re.compile("(?<![^ ])(?:[ก-ฮเ-ไ][ัิ-ฺ็-๎]*(?! า)|า)(?= )")
_PLAIN_AA = re.compile("[ก-ฮ][่-๋]?า")
_SPACED_AM = re.compile("[ก-ฮ][่-๋]? ำ")
#: Readings kept for the next time the same stretch comes up.
_REMEMBERED = 50_000

PLAIN = Costs()
#: Every letter spaced out: single spaces mean nothing.
LETTERSPACED = replace(PLAIN, join=0.2, join_words=0.4, unmarked=0.0, space=5.0, sara_am=0.0, lost_mark=99.0)
#: A justified column: a gap may open after a cluster with a mark.
JUSTIFIED = replace(PLAIN, join=3.0, join_words=0.5, space=3.0)
#: How far, in lines, damage in one line says something about another.
_REACH = 6


@dataclass(frozen=True, slots=True)
class Tally:
    """What the first reading of a line found: signs of each kind of damage, and signs against it."""

    shifts: int = 0
    ams: int = 0
    plain_as: int = 0
    joins: int = 0
    spaces: int = 0
    inserts: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


class Repairer:
    """Repairs with one lexicon; remembers the stretches it has read."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._readings: dict[tuple[str, Costs, tuple[bool, ...]], Reading] = {}

    def lines(self, lines: Sequence[str]) -> list[Explained]:
        """Each line repaired, in the light of the lines around it."""
        results = [Explained(line) for line in lines]
        todo = suspicious_lines(lines)
        for _ in range(4):
            stretches = {i: list(stretches_of(results[i].text)) for i in todo}
            tallies = {i: sum((self._tally(s) for s in stretches[i]), Tally()) for i in todo}
            changed = []
            for i in todo:
                around = sum((tallies[j] for j in range(i - _REACH, i + _REACH + 1) if j != i and j in tallies), Tally())
                now = results[i]
                edits = self._line(now.text, stretches[i], tallies[i], around)
                if edits:
                    changed.append(i)
                    results[i] = Explained(replay(now.text, edits), composed(lines[i], now.edits, edits))
            todo = changed
        for i in todo:  # no reading to rest on: leave the line alone
            results[i] = Explained(lines[i])
        return results

    def _line(self, line: str, stretches: list[Stretch], own: Tally, around: Tally) -> list[Edit]:
        edits = [Edit(m.start(), m.end(), m[0], PRIVATE_USE[m[0]], "glyph", 0.99)
                 for m in _PRIVATE.finditer(line) if m[0] in PRIVATE_USE]
        for stretch in stretches:
            costs, near = self._prior(stretch, own, around)
            edits += self._edits(stretch, costs, near)
        edits.sort(key=lambda e: e.start)
        return edits

    def _tally(self, stretch: Stretch) -> Tally:
        reading = self._read(stretch.text, stretch.costs, stretch.near)
        rules = Counter(op.rule for op in reading.ops)
        text = stretch.text
        return Tally(
            shifts=rules["shift"],
            ams=rules["aa_as_am"],
            plain_as=len(_PLAIN_AA.findall(text)) + rules["lost_sara_am"],
            joins=rules["stray_space"],
            spaces=text.count(" ") - rules["stray_space"] - rules["lost_sara_am"] - rules["space_before_mark"]
            - len(_SPACED_AM.findall(text)),
        )

    def _prior(self, stretch: Stretch, own: Tally, around: Tally) -> tuple[Costs, tuple[bool, ...]]:
        """Costs in the light of the evidence, and where the edits that need it are open."""
        costs, near, text = stretch.costs, stretch.near, stretch.text
        if costs is LETTERSPACED:
            return costs, near
        if own.joins and own.joins >= own.spaces:
            costs, near = LETTERSPACED, (True,) * len(text)
        elif own.joins >= 2 or (around.joins >= 3 and own.joins):
            costs, near = JUSTIFIED, tuple(n or c == " " for n, c in zip(near, text, strict=True))
        if own.shifts or around.shifts >= 2:
            costs = replace(costs, shift=4.0)
        if "ำ" in text:
            here = self._tally(stretch)
            if (here.ams or own.ams or around.ams >= 2) and not here.plain_as:
                costs = replace(costs, aa_as_am=-2.0, am_kept=6.0)
                near = tuple(n or c == "ำ" for n, c in zip(near, text, strict=True))
            elif here.ams:
                costs = replace(costs, aa_as_am=2.0)
        return costs, near

    def _edits(self, stretch: Stretch, costs: Costs, near: tuple[bool, ...]) -> Iterator[Edit]:
        text = stretch.text
        reading = self._read(text, costs, near)
        if not reading.ops:
            return
        gain = (copy_cost(text, self.lexicon) - reading.cost) / len(reading.ops)
        confidence = round(1 / (1 + math.exp(-max(-20.0, min(7.0, gain)))), 3)
        for op in reading.ops:
            start, end = stretch.start + op.start, stretch.start + op.end
            yield Edit(start, end, text[op.start : op.end], op.after, op.rule, confidence)

    def _read(self, text: str, costs: Costs, near: tuple[bool, ...]) -> Reading:
        key = text, costs, near
        reading = self._readings.get(key)
        if reading is None:
            if len(self._readings) > _REMEMBERED:
                self._readings.clear()
            reading = self._readings[key] = decode(text, self.lexicon, costs, near)
        return reading


@dataclass(frozen=True, slots=True)
class Stretch:
    """Thai text of a line from ``start`` on that something is wrong with; ``near`` marks where."""

    start: int
    text: str
    near: tuple[bool, ...]
    costs: Costs


def stretches_of(line: str) -> Iterator[Stretch]:
    """The stretches of Thai in a line that hold anything suspicious, or any SARA AM beside such a stretch."""
    text = line.translate(_GLYPHS)
    near = [False] * (len(text) + 1)
    flagged = unseen(f"\n{text}\n\n\n").tolist()
    if not flagged:
        return
    for i in flagged:  # the position in "\n" + text where four strange letters begin
        near[max(0, i - 3) : i + 5] = [True] * (i + 5 - max(0, i - 3))
    for match in _SEGMENT.finditer(text):
        start, end = match.span()
        while start < end and text[start] in DEPENDENT:
            start += 1
        if end - start < 3:
            continue
        part = text[start:end]
        if is_letterspaced(part):
            yield Stretch(start, part, (True,) * len(part), LETTERSPACED)
        elif any(near[start:end]) or "ำ" in part:
            yield Stretch(start, part, tuple(near[start:end]), PLAIN)


def suspicious_lines(lines: Sequence[str]) -> list[int]:
    """Indices of the lines that hold anything clean Thai is not expected to hold."""
    import numpy as np

    text = "\n".join(("", *lines, "", "", ""))
    found = unseen(text)
    private = np.array([m.start() for m in _PRIVATE.finditer(text)], np.int64)
    found = np.concatenate((found + 1, private))
    if not len(found):
        return []
    ends = np.cumsum(np.array([len(line) + 1 for line in lines], np.int64)) + 1
    return [int(i) for i in np.unique(np.searchsorted(ends, found, side="right")) if i < len(lines)]


def is_letterspaced(segment: str) -> bool:
    """Whether a stretch has its letters spaced out, as in a justified narrow column."""
    return len(_LETTERSPACED_TOKEN.findall(segment)) >= 3
