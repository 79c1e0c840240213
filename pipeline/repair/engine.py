"""Repair of lines: find what is suspicious, decode it, and let the damage of a stretch inform its neighbours."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from pipeline.repair.channel import PLAIN, TRACELESS, Costs
from pipeline.repair.decode import Reading, copy_cost, decode
from pipeline.repair.detect import PRIVATE, strange_sequences, suspicious_lines, traceless_words
from pipeline.repair.explain import Edit, Explained, composed, replay
from pipeline.repair.glyphs import PRIVATE_USE
from pipeline.repair.lexicon import Lexicon
from pipeline.thai import DEPENDENT, MARKS

_THAI = "ก-ฮะ-ฺเ-๎"
# A bracket belongs to it when a mark was pushed over it, a digit when a mark was pushed over the space before it.
_SEGMENT = re.compile(
    f"[{_THAI}](?:[{_THAI}]| +(?=[{_THAI}])|[)\\]}}”\"'](?=[{MARKS}]))*(?:(?<= [{MARKS}])[0-9๐-๙])?"
)
_GLYPHS = str.maketrans(PRIVATE_USE)
_LETTERSPACED_TOKEN = re.compile("(?<![^ ])(?:[ก-ฮเ-ไ][ัิ-ฺ็-๎]*(?! า)|า)(?= )")
_LOW_MARK = re.compile("[ก-ฮุู][็-์]")
_PLAIN_AA = re.compile("[ก-ฮ][่-๋]?า")
_SPACED_AM = re.compile("[ก-ฮ][่-๋]? ำ")
#: Readings kept for the next time the same stretch comes up.
_REMEMBERED = 50_000

#: Every letter spaced out: single spaces mean nothing.
LETTERSPACED = replace(PLAIN, join=0.2, join_words=0.4, unmarked=0.0, space=5.0, sara_am=0.0, lost_mark=99.0)
#: A justified column: a gap may open after a cluster with a mark.
JUSTIFIED = replace(PLAIN, join=3.0, join_words=0.5, space=3.0)
#: Marks right over their consonant are gone, as when a text lost its presentation forms.
DROPPED = replace(PLAIN, insert=5.0)
#: What each mark put back must gain at least.
_DROPPED_GAIN = 6.0
#: The words of an edit may cost this much, and more the longer they are.
_COMMON, _PER_LETTER = 10.0, 0.5
#: PHINTHU is right in Pali and in foreign names; only in a word this long is it taken for a smudge.
_PHINTHU_LENGTH = 6
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
    lost_ams: int = 0
    dropped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


class Repairer:
    """Repairs with one lexicon; remembers the stretches it has read."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._readings: dict[tuple[str, Costs, tuple[int, ...]], Reading] = {}

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
                 for m in PRIVATE.finditer(line)]
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
            dropped=self._dropped(stretch),
            lost_ams=rules["am_lost"],
            shifts=rules["shift"],
            ams=rules["aa_as_am"],
            plain_as=len(_PLAIN_AA.findall(text)) + rules["lost_sara_am"],
            joins=rules["stray_space"],
            spaces=text.count(" ") - rules["stray_space"] - rules["lost_sara_am"] - rules["space_before_mark"]
            - len(_SPACED_AM.findall(text)),
        )

    def _dropped(self, stretch: Stretch) -> int:
        """How many marks a stretch lost that has none right over a consonant, if putting them back explains it."""
        text = stretch.text
        if len(text) < 5 or _LOW_MARK.search(text):
            return 0
        reading = self._read(text, DROPPED, stretch.near)
        count = sum(op.rule == "dropped_mark" for op in reading.ops)
        gain = self._read(text, stretch.costs, stretch.near).cost - reading.cost
        return count if gain >= _DROPPED_GAIN * count else 0

    def _prior(self, stretch: Stretch, own: Tally, around: Tally) -> tuple[Costs, tuple[int, ...]]:
        """Costs in the light of the evidence, and where the edits that need it are open."""
        costs, near, text = stretch.costs, stretch.near, stretch.text
        if costs is LETTERSPACED:
            return costs, near
        if own.joins and own.joins >= own.spaces:
            costs, near = LETTERSPACED, (1,) * len(text)
        elif own.joins >= 2 or (around.joins >= 3 and own.joins):
            costs, near = JUSTIFIED, tuple(n or int(c == " ") for n, c in zip(near, text, strict=True))
        if own.shifts or around.shifts >= 2:
            costs = replace(costs, shift=4.0)
        if own.dropped >= 2 or own.dropped and around.dropped >= 2:
            costs = replace(costs, insert=DROPPED.insert)
        if own.lost_ams + around.lost_ams >= 2:
            costs = replace(costs, am_lost=5.0)
        if "ำ" in text:
            here = self._tally(stretch)
            if (here.ams or own.ams or around.ams >= 2) and not here.plain_as:
                costs = replace(costs, aa_as_am=-2.0, am_kept=6.0)
                near = tuple(n or int(c == "ำ") for n, c in zip(near, text, strict=True))
            elif here.ams:
                costs = replace(costs, aa_as_am=2.0)
        return costs, near

    def _edits(self, stretch: Stretch, costs: Costs, near: tuple[int, ...]) -> Iterator[Edit]:
        text = stretch.text
        reading = self._read(text, costs, near)
        if not reading.ops:
            return
        gain = (copy_cost(text, self.lexicon) - reading.cost) / len(reading.ops)
        confidence = round(1 / (1 + math.exp(-max(-20.0, min(7.0, gain)))), 3)
        for op in reading.ops:
            start, end = stretch.start + op.start, stretch.start + op.end
            yield Edit(start, end, text[op.start : op.end], op.after, op.rule, confidence)

    def _read(self, text: str, costs: Costs, near: tuple[int, ...]) -> Reading:
        key = text, costs, near
        reading = self._readings.get(key)
        if reading is None:
            if len(self._readings) > _REMEMBERED:
                self._readings.clear()
            reading = decode(text, self.lexicon, costs, near)
            doubtful = unsupported(reading, 1 if costs.shift < PLAIN.shift else 3)
            if any(near[i] for i in doubtful):
                reading = self._read(text, costs, tuple(0 if i in doubtful else n for i, n in enumerate(near)))
            self._readings[key] = reading
        return reading


def unsupported(reading: Reading, reach: int) -> set[int]:
    """Places of operations that only their words justify, where those words are no good grounds.

    Where a true repair is made everything around it makes sense and the words are common ones; a foreign name is
    nonsense however its marks are moved. ``reach`` is how many pieces on either side are looked at; at either end
    of the text a word may be cut, so nothing is asked of the pieces there.
    """
    tokens = reading.tokens
    places: set[int] = set()
    agreed = sum(op.rule == "aa_as_am" for op in reading.ops) > 1
    for k, token in enumerate(tokens):
        soft = [op for op in token.ops if op.soft and not (agreed and op.rule == "aa_as_am")]
        if not soft:
            continue
        around = tokens[max(1, k - reach) : min(len(tokens) - 1, k + reach + 1)]
        touched = tokens[k : k + 2] if k + 2 < len(tokens) else tokens[k : k + 1]
        if any(t.cost == math.inf for t in around) or any(
            t.cost > _COMMON + _PER_LETTER * len(t.word) for t in touched
        ) or (soft[0].rule == "phinthu" and len(token.word) < _PHINTHU_LENGTH):
            places.update(op.start for op in soft)
    return places


@dataclass(frozen=True, slots=True)
class Stretch:
    """Thai text of a line from ``start`` on that something is wrong with; ``near`` marks where."""

    start: int
    text: str
    near: tuple[int, ...]
    costs: Costs


def stretches_of(line: str) -> Iterator[Stretch]:
    """The stretches of Thai in a line that hold anything suspicious, or any SARA AM beside such a stretch."""
    text = line.translate(_GLYPHS)
    near = [0] * len(text)
    for start in strange_sequences(text):
        for i in range(max(0, start - 2), min(len(text), start + 6)):
            near[i] = 1
    for start, end in traceless_words(text):
        near[start:end] = [TRACELESS] * (end - start)
    for match in _SEGMENT.finditer(text):
        start, end = match.span()
        while start < end and text[start] in DEPENDENT:
            start += 1
        if end - start < 3:
            continue
        part = text[start:end]
        if is_letterspaced(part):
            yield Stretch(start, part, (1,) * len(part), LETTERSPACED)
        elif any(near[start:end]) or "ำ" in part:
            yield Stretch(start, part, tuple(near[start:end]), PLAIN)


def is_letterspaced(segment: str) -> bool:
    """Whether a stretch has its letters spaced out, as in a justified narrow column."""
    return len(_LETTERSPACED_TOKEN.findall(segment)) >= 3
