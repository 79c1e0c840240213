"""Repair of lines: find what is suspicious, decode it, and let the damage of a stretch inform its neighbours."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.repair.channel import Costs
from pipeline.repair.decode import Reading, copy_cost, decode
from pipeline.repair.explain import Edit, Explained, composed, replay
from pipeline.repair.glyphs import PRIVATE_USE
from pipeline.repair.lexicon import Lexicon
from pipeline.repair.quadgrams import unseen
from pipeline.thai import DEPENDENT, MARKS

_THAI = "ก-ฮะ-ฺเ-๎"
_SEGMENT = re.compile(f"[{_THAI}](?:[{_THAI}]| +(?=[{_THAI}])|[)\\]}}”\"'](?=[{MARKS}]))*")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_GLYPHS = str.maketrans(PRIVATE_USE)
_LETTERSPACED_TOKEN = re.compile("(?<![^ ])[ก-ฮเ-ไ][ัิ-ฺ็-๎]*(?= )(?! า)")
#: A window is cut at a space at least this far from anything suspicious.
_MARGIN = 6
#: Longest stretch decoded at once.
_LONGEST = 400

PLAIN = Costs()
#: A justified column: single spaces mean nothing.
LETTERSPACED = replace(PLAIN, join=0.2, join_words=0.4, space=5.0, sara_am=0.0)


class Repairer:
    """Repairs with one lexicon; remembers the stretches it has read."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._readings: dict[tuple[str, Costs], Reading] = {}

    def lines(self, lines: Sequence[str]) -> list[Explained]:
        """Each line repaired, in the light of the lines around it."""
        results = [Explained(line) for line in lines]
        todo = suspicious_lines(lines)
        for _ in range(4):
            changed = []
            for i in todo:
                now = results[i]
                edits = self._line(now.text)
                if edits:
                    changed.append(i)
                    results[i] = Explained(replay(now.text, edits), composed(lines[i], now.edits, edits))
            todo = changed
        for i in todo:  # no reading to rest on: leave the line alone
            results[i] = Explained(lines[i])
        return results

    def _line(self, line: str) -> list[Edit]:
        text = line.translate(_GLYPHS)
        edits = [Edit(m.start(), m.end(), m[0], text[m.start()], "glyph", 0.99)
                 for m in _PRIVATE.finditer(line) if text[m.start()] != m[0]]
        flagged = [int(i) for i in unseen(f"\n{text}\n\n\n")]
        for start, end in windows(text, flagged):
            segment = text[start:end]
            costs = LETTERSPACED if is_letterspaced(segment) else PLAIN
            edits += self._segment(segment, start, costs)
        edits.sort(key=lambda e: e.start)
        return edits

    def _segment(self, segment: str, offset: int, costs: Costs) -> Iterator[Edit]:
        reading = self._read(segment, costs)
        if not reading.ops:
            return
        gain = (copy_cost(segment, self.lexicon) - reading.cost) / len(reading.ops)
        confidence = round(1 / (1 + math.exp(-max(-20.0, min(7.0, gain)))), 3)
        for op in reading.ops:
            yield Edit(offset + op.start, offset + op.end, segment[op.start : op.end], op.after, op.rule, confidence)

    def _read(self, segment: str, costs: Costs) -> Reading:
        key = segment, costs
        reading = self._readings.get(key)
        if reading is None:
            if len(self._readings) > 50_000:
                self._readings.clear()
            reading = self._readings[key] = decode(segment, self.lexicon, costs)
        return reading


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


def windows(text: str, flagged: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches of Thai, cut at safe spaces, that hold a flagged position."""
    if not flagged:
        return
    for match in _SEGMENT.finditer(text):
        start, end = match.span()
        while start < end and text[start] in DEPENDENT:
            start += 1
        if end - start < 3:
            continue
        inside = [i for i in flagged if start - 3 <= i <= end]
        if not inside:
            continue
        yield start, end


def is_letterspaced(segment: str) -> bool:
    """Whether a stretch has its letters spaced out, as in a justified narrow column."""
    return len(_LETTERSPACED_TOKEN.findall(segment)) >= 3
