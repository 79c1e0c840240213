"""Repair of lines: decode what is suspicious, and let the damage of a stretch inform its neighbours."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from pipeline.repair.channel import PLAIN, TRACELESS, Costs
from pipeline.repair.decode import Reading, copy_cost, decode
from pipeline.repair.detect import PRIVATE, Span, suspicions
from pipeline.repair.explain import Edit, Explained, composed, replay
from pipeline.repair.glyphs import PRIVATE_USE
from pipeline.repair.lexicon import Lexicon
from pipeline.thai import DEPENDENT, MARKS

_GLYPHS = str.maketrans(PRIVATE_USE)
_THAI = "ก-ฮะ-ฺเ-๎"
# A bracket belongs to it when a mark was pushed over it, a digit when a mark was pushed over the space before it.
_SEGMENT = re.compile(
    f"[{_THAI}](?:[{_THAI}]| +(?=[{_THAI}])|[)\\]}}”\"'](?=[{MARKS}]))*(?:(?<= [{MARKS}])[0-9๐-๙])?"
)
_LETTERSPACED_TOKEN = re.compile("(?<![^ ])(?:[ก-ฮเ-ไ][ัิ-ฺ็-๎]*(?! า)|า)(?= )")
_SPACE = re.compile(f"(?<=[{_THAI}]) (?=[{_THAI}])")
_LOW_MARK = re.compile("[ก-ฮุู][็-์]")
_PLAIN_AA = re.compile("[ก-ฮ][่-๋]?า")
_SPACED_AM = re.compile("[ก-ฮ][่-๋]? ำ")

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
#: A word may cost this much when a space inside it is taken out.
_JOINED = 15.0
#: PHINTHU is right in Pali and in foreign names; only in a word this long is it taken for a smudge.
_PHINTHU_LENGTH = 6
#: How far, in lines, damage in one line says something about another.
_REACH = 6
#: Letters on either side of something suspicious where an edit may lie, and that are read along with it.
_NEAR, _CONTEXT = 2, 12
#: Letters at either end of what is read that may belong to a word cut there.
_EDGE = 6
#: Letters read at once, at most.
_LONGEST = 240
#: A repair may bring up another; a text that does not come to rest in so many rounds is left as it is.
_ROUNDS = 4
#: Readings kept for the next time the same stretch comes up.
_REMEMBERED = 50_000


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Thai text from ``start`` of a line on; ``near[i]`` says whether something is suspicious about its letter i."""

    start: int
    text: str
    near: bytes
    costs: Costs


class Repairer:
    """Repairs with one lexicon; remembers the stretches it has read."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._readings: dict[tuple[str, Costs, bytes], Reading] = {}

    def lines(self, lines: Sequence[str]) -> list[Explained]:
        """Each line repaired, in the light of the lines around it."""
        results = [Explained(line) for line in lines]
        todo: Sequence[int] = range(len(lines))
        for _ in range(_ROUNDS):
            found = suspicions([results[i].text for i in todo])
            spans = {todo[k]: found[k] for k in found}
            stretches = {i: list(stretches_of(results[i].text, spans[i])) for i in spans}
            tallies = {i: self._tally(stretches[i], results[i].text) for i in spans}
            changed = []
            for i in spans:
                nearby = (tallies[j] for j in range(i - _REACH, i + _REACH + 1) if j != i and j in tallies)
                edits = self._edits(results[i].text, stretches[i], tallies[i], sum(nearby, Tally()))
                if edits:
                    changed.append(i)
                    before = results[i]
                    results[i] = Explained(replay(before.text, edits), composed(lines[i], before.edits, edits))
            todo = changed
        for i in todo:
            results[i] = Explained(lines[i])
        return results

    def _edits(self, line: str, stretches: list[Stretch], own: Tally, around: Tally) -> list[Edit]:
        edits = [Edit(m.start(), m.end(), m[0], PRIVATE_USE[m[0]], "glyph", 0.99) for m in PRIVATE.finditer(line)]
        for stretch in stretches:
            costs, near = self._prior(stretch, own, around)
            edits += self._stretch_edits(stretch, costs, near)
        edits.sort(key=lambda e: e.start)
        return edits

    def _tally(self, stretches: Sequence[Stretch], line: str) -> Tally:
        """The signs in the stretches of a line; what speaks against damage is counted in all of the line."""
        rules = Counter(op.rule for s in stretches for op in self._read(s.text, s.costs, s.near).ops)
        used = rules["stray_space"] + rules["lost_sara_am"] + rules["space_before_mark"]
        return Tally(
            shifts=rules["shift"],
            ams=rules["aa_as_am"],
            plain_as=len(_PLAIN_AA.findall(line)) + rules["lost_sara_am"],
            joins=rules["stray_space"],
            spaces=len(_SPACE.findall(line)) - used - len(_SPACED_AM.findall(line)),
            lost_ams=rules["am_lost"],
            dropped=sum(map(self._dropped, stretches)),
        )

    def _dropped(self, stretch: Stretch) -> int:
        """How many marks a stretch lost that has none right over a consonant, if putting them back explains it."""
        text = stretch.text
        if len(text) < 5 or _LOW_MARK.search(text) or not any(stretch.near):
            return 0
        reading = self._read(text, DROPPED, stretch.near)
        count = sum(op.rule == "dropped_mark" for op in reading.ops)
        gain = self._read(text, stretch.costs, stretch.near).cost - reading.cost
        return count if gain >= _DROPPED_GAIN * count else 0

    def _prior(self, stretch: Stretch, own: Tally, around: Tally) -> tuple[Costs, bytes]:
        """Costs in the light of the evidence, and where the edits that need it are open."""
        costs, near, text = stretch.costs, stretch.near, stretch.text
        if costs is LETTERSPACED:
            return costs, near
        if own.joins and own.joins >= own.spaces:
            costs, near = LETTERSPACED, bytes([1] * len(text))
        elif own.joins >= 2 or (around.joins >= 3 and own.joins):
            costs, near = JUSTIFIED, _opened(near, text, " ")
        if own.shifts or around.shifts >= 2:
            costs = replace(costs, shift=4.0)
        if own.dropped >= 2 or (own.dropped and around.dropped >= 2):
            costs = replace(costs, insert=DROPPED.insert)
        if own.lost_ams + around.lost_ams >= 2:
            costs = replace(costs, am_lost=5.0)
        if "ำ" in text:
            here = self._tally((stretch,), text)
            if (here.ams and not here.plain_as) or ((own.ams or around.ams >= 2) and not own.plain_as):
                costs, near = replace(costs, aa_as_am=-2.0, am_kept=6.0), _opened(near, text, "ำ")
            elif here.ams:
                costs = replace(costs, aa_as_am=2.0)
        return costs, near

    def _stretch_edits(self, stretch: Stretch, costs: Costs, near: bytes) -> Iterator[Edit]:
        text = stretch.text
        reading = self._read(text, costs, near)
        if not reading.ops:
            return
        gain = (copy_cost(text, self.lexicon) - reading.cost) / len(reading.ops)
        confidence = round(1 / (1 + math.exp(-max(-20.0, min(7.0, gain)))), 3)
        for op in reading.ops:
            start, end = stretch.start + op.start, stretch.start + op.end
            yield Edit(start, end, text[op.start : op.end], op.after, op.rule, confidence)

    def _read(self, text: str, costs: Costs, near: bytes) -> Reading:
        key = text, costs, near
        reading = self._readings.get(key)
        if reading is None:
            if len(self._readings) > _REMEMBERED:
                self._readings.clear()
            reading = decode(text, self.lexicon, costs, near)
            doubtful = unsupported(reading, 1 if costs.shift < PLAIN.shift else 3)
            if any(near[i] for i in doubtful):
                reading = self._read(text, costs, bytes(0 if i in doubtful else n for i, n in enumerate(near)))
            self._readings[key] = reading
        return reading


def unsupported(reading: Reading, reach: int) -> set[int]:
    """Places of operations that only their words justify, where those words are no good grounds.

    Where a true repair is made everything around it makes sense and the words are common ones; a foreign name is
    nonsense however its marks are moved. ``reach`` is how many pieces on either side are looked at; at either end
    of the text a word may be cut, so nothing is asked of the letters there.
    """
    tokens = reading.tokens
    places: set[int] = set()
    length = tokens[-1].end if tokens else 0
    agreed = sum(op.rule == "aa_as_am" for op in reading.ops) > 1
    for k, token in enumerate(tokens):
        soft = [op for op in token.ops if op.soft and not (agreed and op.rule == "aa_as_am")]
        if not soft:
            continue
        inner = [t for t in tokens[max(0, k - reach) : k + reach + 1] if t.end > _EDGE and t.start < length - _EDGE]
        touched = tokens[k : k + 2] if k + 2 < len(tokens) else tokens[k : k + 1]
        if (
            any(t.cost == math.inf for t in inner)
            or any(t.cost > _COMMON + _PER_LETTER * len(t.word) for t in touched)
            or any(op.rule == "phinthu" and len(token.word) < _PHINTHU_LENGTH for op in soft)
            or any(op.rule == "stray_space" and token.cost > _JOINED for op in soft)
        ):
            places.update(op.start for op in soft)
    return places


def stretches_of(line: str, spans: Sequence[Span]) -> Iterator[Stretch]:
    """The parts of a line to read: what is suspicious with what stands around it, and whatever may be told by it."""
    text = line.translate(_GLYPHS)
    near = bytearray(len(text))
    for start, end, lost in spans:
        if lost:
            near[start:end] = bytes([TRACELESS]) * (end - start)
        else:
            for i in range(max(0, start - _NEAR), min(len(text), end + _NEAR)):
                near[i] = near[i] or 1
    for match in _SEGMENT.finditer(text):
        start, end = match.span()
        while start < end and text[start] in DEPENDENT:  # the rest of a cluster cut off before
            start += 1
        if end - start < 3:
            continue
        if len(_LETTERSPACED_TOKEN.findall(text, start, end)) >= 3:
            for a, b in pieces(text, start, end):
                yield Stretch(a, text[a:b], bytes([1]) * (b - a), LETTERSPACED)
        else:
            for a, b in windows(text, near, start, end):
                yield Stretch(a, text[a:b], bytes(near[a:b]), PLAIN)


def windows(text: str, near: Sequence[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans within start..end that hold every suspicious letter and every SARA AM, each with some context."""
    low = high = -1
    for i in range(start, end):
        if near[i] or text[i] == "ำ":
            if low >= 0 and i - high > 2 * _CONTEXT:
                yield from pieces(text, max(start, low - _CONTEXT), min(end, high + _CONTEXT))
                low = -1
            if low < 0:
                low = i
            high = i
    if low >= 0:
        yield from pieces(text, max(start, low - _CONTEXT), min(end, high + _CONTEXT))


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span start..end in parts of bounded length, cut at spaces where there are any."""
    while end - start > _LONGEST:
        cut = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        if cut < 0:
            cut = start + _LONGEST
            while cut < end and text[cut] in DEPENDENT:
                cut += 1
        yield start, cut
        start = cut
    if end > start:
        yield start, end


def _opened(near: bytes, text: str, sign: str) -> bytes:
    """``near`` with every place of a sign opened."""
    return bytes(n or char == sign for n, char in zip(near, text, strict=True))
