"""Repair of lines: decode what is suspicious, and let the damage of a stretch inform its neighbours."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.repair.channel import PLAIN, SHIFTED, STRANGE, TRACELESS, Costs, Op, is_gap, pushed_marks
from pipeline.repair.decode import NATS_A_LETTER, Reading, Token, copy_cost, decode, grounds
from pipeline.repair.detect import PRIVATE, Span, suspicions
from pipeline.repair.explain import Edit, Explained, composed, replay
from pipeline.repair.glyphs import PRIVATE_USE
from pipeline.repair.lexicon import Lexicon
from pipeline.thai import DEPENDENT, MARKS

_THAI = "ก-ฮะ-ฺเ-๎"
# A bracket belongs to it when a mark was pushed over it, a digit when a mark was pushed over the space before it.
_SEGMENT = re.compile(f"[{_THAI}](?:[{_THAI}]| +(?=[{_THAI}])|[)\\]}}”\"'](?=[{MARKS}]))*(?:(?<= [{MARKS}])[0-9๐-๙])?")
_MENDABLE = re.compile(f"[ ำํฺ]|เเ|[ปฝฟฬ][ุู]|[่-์][{MARKS}]|([{MARKS}])\\1|[ะาำเ-ไ)\\]}}”\"'][{MARKS}]")
_LETTERSPACED_TOKEN = re.compile("(?<![^ ])(?:[ก-ฮเ-ไ][ัิ-ฺ็-๎]*(?! า)|า)(?= )")
_BETWEEN_SPACES = re.compile("[^ ]+")
_SPACE = re.compile(f"(?<=[{_THAI}]) (?=[{_THAI}])")
#: Marks that have a presentation form of their own where no vowel is above: MAI TAIKHU only over tall consonants.
_LOW_MARK = re.compile("[ก-ฮุู][่-์]|[ปฝฟฬ]็")
_PLAIN_AA = re.compile("[ก-ฮ][่-๋]?า")
_SPACED_AM = re.compile("[ก-ฮ][่-๋]? ำ")

#: Every letter spaced out: single spaces mean nothing.
LETTERSPACED = replace(
    PLAIN, join=0.2, join_words=0.4, unmarked=0.0, space=5.0, sara_am=0.0, lost_mark=99.0, lost_low_mark=99.0
)
#: A justified column: a gap may open after a cluster with a mark.
JUSTIFIED = replace(PLAIN, join=3.0, join_words=0.5, space=3.0)
#: Gaps within words, but the spaces between words are as they were.
GAPPED = replace(PLAIN, join=3.0)
#: Marks right over their consonant are gone, as when a text lost its presentation forms.
DROPPED = replace(PLAIN, insert=5.0)
#: What each mark put back must gain at least, and what all of them must.
_DROPPED_GAIN, _DROPPED_IN_ALL = 4.0, 10.0
#: So many strange sequences, and no mark right over a consonant, make a line worth trying for lost marks.
_DROPPED_SPANS = 2
#: What a mark put back costs where two words of the line lost theirs, and where there are more about.
_DROPPED_PRICES = (2.5, 1.0)
#: So many words about a line that lost marks show that it lost them too.
_DROPPED_AROUND = 6
#: A line of so few letters may be a column, where one gap in a word says that gaps mean little.
_COLUMN = 60
#: A word may cost this much when a space inside it is taken out.
_JOINED = 15.0
#: A word shorter than this may itself be cut, if letters that make no word follow it.
_CUT_SAFE = 4
#: Rules that need no words, as a rule never the slip of a typist: signs that the whole line is damaged.
_SYSTEMATIC = frozenset({"aa_as_am", "lost_sara_am", "mark_over_space", "shift", "space_before_mark", "swap"})
#: Rules whose edits are judged by other means than the sense of the words around.
_SELF_EVIDENT = frozenset({"double_sara_e", "stray_space"})
#: Where nothing else is damaged, an edited word may cost so much more than its length accounts for; it and the
#: words around it, as a mean, so much; or so much if the word is long, which is of so many letters.
_LONE_WORD, _LONE_SENSE, _LONE_SENSE_LONG, _LONE_LONG = 6.9, 5.1, 6.0, 5
#: For ำ read as า the mean may be this, or this if there are two, as a typist has no reason to confuse them; a word
#: of so many letters is enough.
_LONE_AM, _LONE_AMS, _LONE_AM_LONG = 5.65, 6.9, 8
#: What a letter no word accounts for counts in that mean; how many words of doubt it starts from, and what each is.
_LONE_NONSENSE, _LONE_DOUBTS, _LONE_DOUBT = 10.0, 2, 6.0
#: PHINTHU is right in Pali and in foreign names, and NIKHAHIT before SARA AA is half a SARA AM; only in a word this
#: long are they taken for smudges.
_SMUDGE_LENGTH = 6
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


class Tally(NamedTuple):
    """What the first reading of a line found: signs of each kind of damage, and signs against it."""

    shifts: int = 0
    ams: int = 0
    plain_as: int = 0
    joins: int = 0
    spaces: int = 0
    lost_ams: int = 0
    kept_ams: int = 0
    dropped: int = 0
    low_marks: int = 0
    damage: int = 0
    letters: int = 0

    @property
    def speaks(self) -> bool:
        """Whether there is any sign of damage that says something about the lines around."""
        return bool(self.shifts or self.ams or self.joins or self.lost_ams or self.dropped or self.damage)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Thai text from ``start`` of a line on; ``near[i]`` says whether something is suspicious about its letter i."""

    start: int
    text: str
    near: bytes
    costs: Costs
    #: whether a word may be cut at the left and at the right end
    cut: tuple[bool, bool] = (False, False)


class Repairer:
    """Repairs with one lexicon; remembers the stretches it has read."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._readings: dict[tuple[str, bytes, Costs, tuple[bool, bool]], Reading] = {}

    def lines(self, lines: Sequence[str]) -> list[Explained]:
        """Each line repaired, in the light of the lines around it."""
        results = [without_private_use(line) if PRIVATE.search(line) else Explained(line) for line in lines]
        todo: Sequence[int] = range(len(lines))
        for _ in range(_ROUNDS):
            found = suspicions([results[i].text for i in todo])
            spans = {todo[k]: found[k] for k in found}
            stretches = {i: list(stretches_of(results[i].text, spans[i])) for i in spans}
            tallies = {i: self._tally(stretches[i], results[i].text) for i in spans}
            for i, signs in self._wider(results, tallies).items():
                text = results[i].text
                whole = [Span(0, len(text), True)] * _DROPPED_SPANS if signs == "า" else spans[i]
                stretches[i] = list(stretches_of(text, whole, signs))
                tallies[i] = self._tally(stretches[i], text)
            speaking = {i for i, tally in tallies.items() if tally.speaks}
            changed = []
            for i in sorted(tallies):
                nearby = [tallies[j] for j in range(i - _REACH, i + _REACH + 1) if j != i and j in speaking]
                around = Tally(*map(sum, zip(*nearby, strict=True))) if nearby else Tally()
                alone = not (tallies[i].damage or around.damage >= 2)
                edits = [edit for s in stretches[i] for edit in self._edits(self._prior(s, tallies[i], around), alone)]
                if edits:
                    changed.append(i)
                    before = results[i]
                    results[i] = Explained(replay(before.text, edits), composed(lines[i], before.edits, edits))
            todo = changed
        for i in todo:
            results[i] = without_private_use(lines[i])
        return results

    def _wider(self, results: Sequence[Explained], tallies: dict[int, Tally]) -> dict[int, str]:
        """Lines to read again more widely, as their damage may be where nothing is suspicious: the signs to look at."""
        wider: dict[int, str] = {}
        for i, tally in tallies.items():
            if tally.ams or tally.joins:
                wider[i] = "ำ" * bool(tally.ams) + " " * bool(tally.joins)
            if tally.dropped >= 2 or tally.lost_ams >= 2:  # every line about it
                wider.update(dict.fromkeys(range(max(0, i - _REACH), min(len(results), i + _REACH + 1)), "า"))
        return wider

    def _tally(self, stretches: Sequence[Stretch], line: str) -> Tally:
        """The signs in the stretches of a line; what speaks against damage is counted in all of the line."""
        hard = [op for s in stretches for op in self._read(s).ops if not op.soft and op.rule in _SYSTEMATIC]
        low_marks = len(_LOW_MARK.findall(line))
        ops = [op for s in stretches for op in self._reading(s, not hard).ops]
        rules = Counter(op.rule for op in ops)
        used = rules["stray_space"] + rules["lost_sara_am"] + rules["space_before_mark"]
        return Tally(
            shifts=rules["shift"],
            ams=rules["aa_as_am"],
            plain_as=len(_PLAIN_AA.findall(line)) + rules["lost_sara_am"],
            joins=rules["stray_space"],
            spaces=len(_SPACE.findall(line)) - used - len(_SPACED_AM.findall(line)),
            lost_ams=rules["am_lost"],
            kept_ams=line.count("ำ"),
            dropped=0 if low_marks else sum(map(self._dropped, stretches)),
            low_marks=low_marks,
            damage=len(hard) + sum(op.soft and op.rule not in _SELF_EVIDENT for op in ops),
            letters=len(line) - line.count(" "),
        )

    def _dropped(self, stretch: Stretch) -> int:
        """In how many words a stretch lost marks right over a consonant, if putting them back explains it."""
        if stretch.costs is not PLAIN or not any(stretch.near):
            return 0
        reading = self._read(replace(stretch, costs=DROPPED))
        weak = senseless(reading, stretch)
        marks = [[op for op in t.ops if op.rule == "dropped_mark" and op.start not in weak] for t in reading.tokens]
        gain = self._read(stretch).cost - reading.cost
        return sum(map(bool, marks)) if gain >= max(_DROPPED_GAIN * sum(map(len, marks)), _DROPPED_IN_ALL) else 0

    def _prior(self, stretch: Stretch, own: Tally, around: Tally) -> Stretch:
        """The stretch with its costs, and where edits are open, in the light of the evidence."""
        costs, near, text = stretch.costs, stretch.near, stretch.text
        if costs is LETTERSPACED:
            return stretch
        if own.joins:
            justified = own.joins >= 3 or own.letters <= _COLUMN
            if justified and own.joins >= own.spaces:
                costs, near = LETTERSPACED, bytes([STRANGE | SHIFTED] * len(text))
            elif own.joins >= 2 or around.joins >= 3:
                costs, near = JUSTIFIED if justified else GAPPED, _opened(near, text, " ")
        if own.shifts or around.shifts >= 2:
            costs = replace(costs, shift=4.0)
        if own.dropped >= 2 or (own.dropped and around.dropped >= 2):
            costs = replace(costs, insert=_DROPPED_PRICES[own.dropped + around.dropped >= 3])
        elif around.dropped >= _DROPPED_AROUND and not own.low_marks and around.low_marks < around.dropped:
            costs = replace(costs, insert=DROPPED.insert)
        if own.lost_ams + around.lost_ams >= 3 and not own.kept_ams + around.kept_ams:
            costs, near = replace(costs, am_lost=1.5), _opened(near, text, "า", TRACELESS)
        elif own.lost_ams or around.lost_ams >= 2:
            costs = replace(costs, am_lost=5.0)
        if "ำ" in text:
            here = self._tally((stretch,), text)
            if (here.ams and not here.plain_as) or ((own.ams or around.ams >= 2) and not own.plain_as):
                costs, near = replace(costs, aa_as_am=-2.0, am_kept=6.0), _opened(near, text, "ำ")
            elif here.ams:
                costs = replace(costs, aa_as_am=2.0)
        return replace(stretch, costs=costs, near=near)

    def _edits(self, stretch: Stretch, alone: bool) -> Iterator[Edit]:
        text = stretch.text
        reading = self._reading(stretch, alone)
        if not reading.ops:
            return
        gain = (copy_cost(text, self.lexicon) - reading.cost) / len(reading.ops)
        confidence = round(1 / (1 + math.exp(-max(-20.0, min(7.0, gain)))), 3)
        for op in reading.ops:
            start, end = stretch.start + op.start, stretch.start + op.end
            yield Edit(start, end, text[op.start : op.end], op.after, op.rule, confidence)

    def _closed_in_words(self, stretch: Stretch) -> bytes:
        """Where edits are open, but for words of the dictionary that stand between spaces as they are."""
        text, near = stretch.text, stretch.near
        for match in _BETWEEN_SPACES.finditer(text):
            start, end = match.span()
            whole = (start > 0 or not stretch.cut[0]) and (end < len(text) or not stretch.cut[1])
            if whole and match[0] in self.lexicon:
                near = near[:start] + bytes(end - start) + near[end:]
        return near

    def _reading(self, stretch: Stretch, alone: bool) -> Reading:
        """The best reading; if the stretch stands ``alone``, nothing about it damaged, edits must make plain sense."""
        reading = self._read(stretch)
        weak = senseless(reading, stretch) if alone and stretch.costs is not LETTERSPACED else ()
        if not any(stretch.near[i] for i in weak):
            return reading
        closed = bytes(0 if i in weak else n for i, n in enumerate(stretch.near))
        return self._reading(replace(stretch, near=closed), alone)

    def _read(self, stretch: Stretch) -> Reading:
        near, costs = stretch.near, stretch.costs
        key = stretch.text, near, costs, stretch.cut
        reading = self._readings.get(key)
        if reading is None:
            if len(self._readings) > _REMEMBERED:
                self._readings.clear()
            if costs.aa_as_am == PLAIN.aa_as_am:
                near = self._closed_in_words(stretch)
            reading = decode(stretch.text, self.lexicon, costs, near)
            if costs is LETTERSPACED and is_list_of_letters(reading):
                return self._read(replace(stretch, near=bytes(len(near)), costs=PLAIN))
            doubtful = unsupported(reading, stretch, 1 if costs.shift < PLAIN.shift else 3)
            if any(near[i] for i in doubtful):
                closed = bytes(0 if i in doubtful else n for i, n in enumerate(near))
                reading = self._read(replace(stretch, near=closed))
            self._readings[key] = reading
        return reading


def without_private_use(line: str) -> Explained:
    """The line with every private-use character of a known meaning replaced by what it stands for."""
    edits = [Edit(m.start(), m.end(), m[0], PRIVATE_USE[m[0]], "private_use", 0.99) for m in PRIVATE.finditer(line)]
    return Explained(replay(line, edits), tuple(edits))


def unsupported(reading: Reading, stretch: Stretch, reach: int) -> set[int]:
    """Places of operations that only their words justify, where those words are no good grounds.

    Where a true repair is made everything around it makes sense and the words are common ones; a foreign name is
    nonsense however its marks are moved. ``reach`` is how many pieces on either side are looked at; nothing is asked
    of the letters at an end where a word may be cut.
    """
    tokens = reading.tokens
    places: set[int] = set()
    agreed = sum(op.rule == "aa_as_am" for op in reading.ops) > 1
    garbled = any(op.soft and op.rule == "nikhahit" for op in reading.ops)
    for k, token in enumerate(tokens):
        soft = [op for op in token.ops if op.soft and not (agreed and op.rule == "aa_as_am")]
        if not soft:
            continue
        crosses = soft[-1].end > token.end  # the letter that loses its mark begins the next word
        nearby = inner(stretch, tokens[max(0, k - reach) : k + reach + 1])
        touched = [t for t in tokens[k : k + 2] if t is token or (crosses and t.cost < math.inf)]
        if (
            (any(t.cost == math.inf for t in nearby) and any(op.rule != "aa_as_am" for op in soft))
            or (any(t.cost == math.inf for t in tokens[k + 1 : k + 2]) and len(token.word) < _CUT_SAFE)
            or any(t.cost > grounds(t.word) for t in touched)
            or (len(token.word) < _SMUDGE_LENGTH and any(is_smudge(op) for op in soft))
            or (garbled and len(token.word) < _SMUDGE_LENGTH and any(op.rule == "aa_as_am" for op in soft))
            or any(op.rule == "stray_space" and token.cost > _JOINED for op in soft)
        ):
            places.update(op.start for op in soft)
    return places


def senseless(reading: Reading, stretch: Stretch) -> set[int]:
    """Places of operations that only their words justify, where word and surroundings do not make plain sense.

    The names and foreign words of clean text can be cut, with a mark moved, into words that are short or rare; where
    a mark did move, the words are common, and so are those around.
    """
    words = [t for t in reading.tokens if t.cost > 0]
    places: set[int] = set()
    ams = {op.start for op in reading.ops if op.rule == "aa_as_am"}
    for k, token in enumerate(words):
        soft = [op for op in token.ops if op.soft and op.rule not in _SELF_EVIDENT]
        am = any(op.rule == "aa_as_am" for op in soft)
        if not soft or (am and len(token.word) >= _LONE_AM_LONG):
            continue
        around = {token, *inner(stretch, words[max(0, k - 2) : k + 3])}
        doubts = 0 if am else _LONE_DOUBTS
        sense = (doubts * _LONE_DOUBT + sum(map(surprise, around))) / (doubts + len(around))
        if am:
            enough = _LONE_AM if len(ams) == 1 else _LONE_AMS
        else:
            enough = _LONE_SENSE if len(token.word) < _LONE_LONG else _LONE_SENSE_LONG
        if surprise(token) > _LONE_WORD or sense > enough:
            places.update(op.start for op in soft)
    return places if ams <= places else places - ams  # one that makes sense speaks for the others


def is_smudge(op: Op) -> bool:
    """Whether an operation takes a sign away for which nothing comes in its place."""
    return op.rule == "phinthu" or (op.rule == "nikhahit" and op.after == "า")


def inner(stretch: Stretch, tokens: Iterable[Token]) -> Iterator[Token]:
    """The pieces that reach beyond the ends, where nothing is asked of a word as it may be cut."""
    length = len(stretch.text)
    first, last = (_EDGE if cut else min(_EDGE, length // 5) for cut in stretch.cut)
    return (t for t in tokens if t.end > first and t.start < length - last)


def surprise(token: Token) -> float:
    """How much a word costs beyond what its length accounts for."""
    return _LONE_NONSENSE if token.cost == math.inf else token.cost - NATS_A_LETTER * len(token.word)


def is_list_of_letters(reading: Reading) -> bool:
    """Whether most spaces were taken out beside letters that make no word: so they stand alone by right."""
    tokens = reading.tokens
    beside = sum(
        bool(token.word == " " and token.ops and math.inf in (before.cost, after.cost))
        for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )
    return beside > 1 and 2 * beside > sum(op.rule == "stray_space" for op in reading.ops)


def stretches_of(text: str, spans: Sequence[Span], signs: str = "") -> Iterator[Stretch]:
    """The parts of a line to read: where something suspicious, or one of the signs, can be mended, with its context."""
    near = bytearray(len(text))
    for start, end, lost in spans:
        for i in range(max(0, start - _NEAR), min(len(text), end + _NEAR)):
            near[i] |= STRANGE
        if lost:
            for i in range(start, end):
                near[i] |= TRACELESS
    mendable = [
        i for i in (m.start() for m in _MENDABLE.finditer(text)) if near[i] and (text[i] != " " or is_gap(text, i))
    ]
    mendable += (i for i, bits in enumerate(near) if bits & TRACELESS and text[i] == "า")
    for i in pushed_marks(text, near):
        near[i] |= SHIFTED
        mendable.append(i)
    if len(spans) >= _DROPPED_SPANS and not _LOW_MARK.search(text):
        mendable = [i for i in range(len(text)) if near[i]]
    if signs:
        mendable += (i for i, char in enumerate(text) if char in signs)
    mendable.sort()
    for match in _SEGMENT.finditer(text):
        start, end = match.span()
        while start < end and text[start] in DEPENDENT:  # the rest of a cluster cut off before
            start += 1
        if end - start < 3:
            continue
        if len(_LETTERSPACED_TOKEN.findall(text, start, end)) >= 3:
            for a, b in pieces(text, start, end):
                yield Stretch(a, text[a:b], bytes([STRANGE | SHIFTED]) * (b - a), LETTERSPACED)
        else:
            inside = mendable[bisect_left(mendable, start) : bisect_left(mendable, end)]
            for a, b in windows(text, inside, start, end):
                yield Stretch(a, text[a:b], bytes(near[a:b]), PLAIN, (a > start, b < end))


def windows(text: str, places: Sequence[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans within start..end that hold the places (ascending), each with some context."""
    low = high = -1
    for i in (*places, math.inf):
        if low >= 0 and i - high > 2 * _CONTEXT:
            a = low - _CONTEXT if low - start > 2 * _CONTEXT else start
            b = high + _CONTEXT if end - high > 2 * _CONTEXT else end
            yield from pieces(text, a, b)
            low = -1
        if low < 0:
            low = int(i) if i != math.inf else low
        high = int(i) if i != math.inf else high


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


def _opened(near: bytes, text: str, sign: str, how: int = STRANGE) -> bytes:
    """``near`` with every place of a sign opened."""
    return bytes(n | how if char == sign else n for n, char in zip(near, text, strict=True))
