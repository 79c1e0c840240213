"""From glyphs in drawing order to clusters: letters with their marks, spaces, and what the file claimed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from operator import attrgetter

from pipeline.extract.interpret import Drawn
from pipeline.extract.presentation import fold
from pipeline.thai import BELOW_VOWELS, MARKS, NIKHAHIT, SARA_AA, SARA_AM, THANTHAKHAT, TONES

_LAST = frozenset(TONES + THANTHAKHAT)
#: How far (in ems) a mark's ink may reach beyond the letter it belongs to.
_REACH = 0.15


class Piece:
    """A cluster being put together; lengths in points, `y` is the baseline.

    `claims` is what the file says of its glyphs, in drawing order.
    """

    __slots__ = (
        "claims", "confidence", "drawn", "guessed", "is_space", "letter", "marks", "size", "source", "unread",
        "x0", "x1", "y",
    )  # fmt: skip

    def __init__(self, drawn: Drawn, letter: str, source: str | None, confidence: float, is_space: bool) -> None:
        self.drawn = drawn  # the first of its glyphs
        self.letter = letter
        self.marks: Sequence[tuple[str, float]] = ()  # with the middle of their ink
        self.claims = drawn.glyph.claim
        self.x0 = x = drawn.x
        self.x1 = x + drawn.advance
        self.y = drawn.y
        self.size = drawn.size
        self.source = source
        self.confidence = confidence
        self.is_space = is_space
        self.unread = 0  # marks whose names were lost
        self.guessed = ""  # what one of them looks like

    @property
    def text(self) -> str:
        """The cluster as it is written: letter, vowel marks, tone marks; SARA AM whole."""
        if not self.marks:
            return self.letter
        marks = "".join(mark for mark, _ in self.marks)
        if len(marks) > 1:
            marks = "".join(sorted(marks, key=_LAST.__contains__))
        if self.letter.endswith(SARA_AM):
            return self.letter[:-1] + marks + SARA_AM
        return self.letter + marks

    def settle(self, source: str | None, confidence: float) -> None:
        """Notes the evidence behind a change, the least certain one if there are several."""
        if source is not None:
            self.source = source
            self.confidence = min(self.confidence, confidence)


def pieces(glyphs: Iterable[Drawn]) -> list[Piece]:
    """The clusters of a page in drawing order, spaces among them."""
    found: list[Piece] = []
    for actual, run in _statements(glyphs):
        _assemble(run if actual is None else _stated(actual, run), found)
    _adopt(found)
    return found


def _statements(glyphs: Iterable[Drawn]) -> Iterator[tuple[str | None, list[Drawn]]]:
    """Stretches of glyphs, each with the text that the file states for it (/ActualText), None for the most.

    SARA AM comes out in its two parts, as fonts draw it. A statement repeated because its glyphs had to be
    drawn in several goes counts once.
    """
    actual: str | None = None
    run: list[Drawn] = []
    for span, group in groupby(glyphs, key=attrgetter("span")):
        stretch = list(group)
        if actual is not None and run:
            if span is not None and _parted(span.text) == actual and len(run) + len(stretch) <= len(actual):
                run += stretch
                continue
            if span is None and _parted(stretch[0].glyph.claim) == actual and len(run) < len(actual):
                run.append(stretch.pop(0))
                if not stretch:
                    continue
            else:
                yield actual, run
                run = []
        elif run:
            yield None, run
            run = []
        if span is None and run:  # the statement may go on after this
            yield actual, run
            run = []
        actual, run = (None if span is None else _parted(span.text)), stretch
    if run:
        yield actual, run


def _parted(text: str) -> str:
    return fold(text).replace(SARA_AM, NIKHAHIT + SARA_AA)


def _stated(actual: str, run: list[Drawn]) -> list[Drawn]:
    """Glyphs with the text that the file states for the whole stretch of them."""
    read = [drawn.glyph.text for drawn in run]
    joined = "".join(read)
    if joined == actual:
        return run
    missing, surplus = Counter(actual), Counter(_parted(joined))
    missing, surplus = missing - surplus, surplus - missing
    if not surplus and not missing:
        return run
    if len(joined) == len(actual) and all(drawn.glyph.proven or _stands_otherwise(drawn, actual) for drawn in run):
        return run  # what is drawn is certain: the statement went to the wrong one of two marks
    stated = _dealt(actual, run) if len(actual) == len(run) else list(_aligned(read, actual))
    return [
        drawn if text == drawn.glyph.text else drawn.reading(drawn.glyph.reading(text, "actualtext"))
        for drawn, text in zip(run, stated, strict=True)
    ]


def _dealt(actual: str, run: list[Drawn]) -> list[str]:
    """One stated character for each glyph: first to those that are read, then letters in order, marks by height."""
    left = list(actual)
    dealt = [""] * len(run)
    for sure in (True, False):
        for n, drawn in enumerate(run):
            text = drawn.glyph.text
            if not dealt[n] and (drawn.glyph.proven or not sure) and text in left:
                dealt[n] = text
                left.remove(text)
    rest = [n for n, text in enumerate(dealt) if not text]
    marks = sorted((n for n in rest if _hangs(run[n])), key=lambda n: (run[n].glyph.ink or (0.0, 0.0))[1] - run[n].y)
    low_first = sorted((c for c in left if c in MARKS), key=lambda c: (c not in BELOW_VOWELS, c in _LAST))
    if len(marks) == len(low_first):
        for n, char in zip(marks, low_first, strict=True):
            dealt[n] = char
            left.remove(char)
        rest = [n for n in rest if not dealt[n]]
    for n, char in zip(rest, left, strict=True):
        dealt[n] = char
    return dealt


def _hangs(drawn: Drawn) -> bool:
    return drawn.advance < 0.05 * drawn.size


def _stands_otherwise(drawn: Drawn, actual: str) -> bool:
    """Whether a glyph's ink stands over the letter where the stated mark stands under it, or the reverse."""
    ink = drawn.glyph.ink
    if ink is None or len(actual) != 1 or actual not in MARKS:
        return False
    return (actual in BELOW_VOWELS) != (ink[3] < 0.1)


def _assemble(glyphs: Iterable[Drawn], found: list[Piece]) -> None:
    """Adds glyphs to the clusters found so far."""
    base = next((p for p in reversed(found) if not p.is_space), None)
    for drawn in glyphs:
        glyph = drawn.glyph
        text = glyph.text
        if glyph.is_mark:
            if base is not None and _is_over(drawn, base):
                _add_mark(base, drawn)
                if found[-1].is_space and found[-1] is not base:
                    _drop_carriers(found, base)
            else:
                base = Piece(drawn, "", glyph.source, glyph.confidence, False)
                _add_mark(base, drawn, claimed=True)
                found.append(base)
            continue
        if glyph.is_space:
            if text:
                found.append(Piece(drawn, " ", glyph.source, glyph.confidence, True))
            continue
        if text in (SARA_AA, SARA_AM) and base is not None and base is found[-1] and _awaits_aa(base, drawn):
            _compose(base, drawn)
            continue
        base = Piece(drawn, text, glyph.source, glyph.confidence, False)
        found.append(base)


def _ink(drawn: Drawn) -> tuple[float, float]:
    """The stretch of line a mark's ink stands over; where its drawing is unknown, what its advance suggests."""
    ink = drawn.glyph.ink
    if ink is not None:
        return drawn.x + ink[0] * drawn.size, drawn.x + ink[2] * drawn.size
    if drawn.advance > 0.01 * drawn.size:
        return drawn.x, drawn.x + drawn.advance
    return drawn.x - 0.35 * drawn.size, drawn.x


def _is_over(drawn: Drawn, base: Piece) -> bool:
    if abs(drawn.y - base.y) > 1.2 * base.size or drawn.angle != base.drawn.angle or not base.letter:
        return False
    left, right = _ink(drawn)
    reach = _REACH * base.size
    if right > base.x0 - reach and left < base.x1 + reach:
        return True
    # Marks of fonts with letters of one width have room of their own, which shaping takes away again.
    return drawn.advance > 0.1 * drawn.size and abs(drawn.x - base.x1) < 0.1 * base.size


def _add_mark(base: Piece, drawn: Drawn, *, claimed: bool = False) -> None:
    glyph = drawn.glyph
    if not claimed:
        base.claims += glyph.claim
        base.settle(glyph.source, glyph.confidence)
    if glyph.lost:
        base.unread += 1
    elif len(base.letter) > 1 and all(char in MARKS for char in base.letter[1:]):
        base.letter = base.letter[0]  # credited with the marks that now come by themselves
    middle = sum(_ink(drawn)) / 2
    for char in glyph.text:
        if any(char == mark and abs(middle - at) < 0.1 * base.size for mark, at in base.marks):
            continue  # struck twice, as some programs do to make letters bold
        base.marks = [*base.marks, (char, middle)]
        if glyph.lost:
            base.guessed = char


def _drop_carriers(found: list[Piece], base: Piece) -> None:
    """Removes spaces put in only to carry a mark whose letter stands before them."""
    while found[-1].is_space:
        base.claims += found.pop().claims


def _awaits_aa(base: Piece, drawn: Drawn) -> bool:
    """Whether the letter already wears the ring of SARA AM, so that the next SARA AA completes it."""
    if not base.unread and not any(mark == NIKHAHIT for mark, _ in base.marks):
        return False
    return abs(drawn.y - base.y) < 0.5 * base.size and -0.6 * base.size < drawn.x - base.x1 < 0.6 * base.size


def _compose(base: Piece, drawn: Drawn) -> None:
    # A mark whose name was lost is the ring then, whatever it looks like.
    ring = base.guessed if base.unread and base.guessed else NIKHAHIT
    base.marks = [(mark, at) for mark, at in base.marks if mark != ring]
    base.unread = max(base.unread - 1, 0)
    base.letter += SARA_AM
    base.claims += drawn.glyph.claim
    base.settle(drawn.glyph.source, drawn.glyph.confidence)
    base.x1 = max(base.x1, drawn.x + drawn.advance)


def _aligned(read: list[str], actual: str) -> Iterator[str]:
    """The text stated for a stretch, cut where the clusters read in it begin and end."""
    joined = "".join(read)
    place = {0: 0, len(joined): len(actual)}
    for _, a0, a1, b0, b1 in SequenceMatcher(None, joined, actual, autojunk=False).get_opcodes():
        for n in range(a1 - a0):
            place[a0 + n] = min(b0 + n, b1)
    at = 0
    for text in read:
        yield actual[place[at] : place[at + len(text)]]
        at += len(text)


def _adopt(found: list[Piece]) -> None:
    """Gives marks that no letter before them carries to the letter their ink stands over (visual-order text)."""
    orphans = [n for n, piece in enumerate(found) if not piece.letter and not piece.is_space]
    if not orphans:
        return
    gone = set()
    for n in orphans:
        orphan = found[n]
        if not orphan.marks and not orphan.unread:
            continue
        at = orphan.marks[0][1] if orphan.marks else orphan.x0
        nearby = found[max(0, n - 40) : n + 40]
        bases = [
            p
            for p in nearby
            if p.letter
            and not p.is_space
            and abs(p.y - orphan.y) < 0.6 * p.size
            and p.drawn.angle == orphan.drawn.angle
            and p.x0 - _REACH * p.size <= at <= p.x1 + _REACH * p.size
        ]
        if bases:
            # Over the letter itself rather than beside it; over its right part, where marks stand.
            base = min(bases, key=lambda p: (not p.x0 <= at <= p.x1, abs(p.x1 - 0.15 * p.size - at)))
            base.marks = [*orphan.marks, *base.marks]
            base.unread += orphan.unread
            base.claims = orphan.claims + base.claims
            base.settle(orphan.source or "stream-order", min(orphan.confidence, 0.97))
            gone.add(n)
    found[:] = [piece for n, piece in enumerate(found) if n not in gone]
