"""Two readings of a printed line made one: what Tesseract read, and what the shapes of the pieces say.

Tesseract knows words but drops tone marks, invents letters where it takes marks for a line of their own, and
confuses Thai digits; the shape reader sees every piece but knows no words. Each line's text is aligned with its
pieces of ink; the pieces that look alike are pooled over the page, so that a letter read rightly in ten
places corrects the eleventh; then each piece takes the name that both together make likeliest. A character
without ink goes, a piece of ink that was passed over comes in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.extract.quality import text_quality
from pipeline.extract.raster import Blob, Box, Gray, PrintLine, PrintPage
from pipeline.extract.shapes import PART, PIECES, ShapeReader, Vector, describe, line_measures
from pipeline.thai import ABOVE_VOWELS, BELOW_VOWELS, MARKS, NIKHAHIT, SARA_AA, SARA_AM, TONES, is_thai

_ALIKE = 2.0  # distance of two pieces' features below which they are prints of one glyph
_VOTE = 1.6  # weight of Tesseract's unanimous vote against the shape reader's probability
_DIGIT_VOTE = 0.4  # the same where it votes for a Thai digit: it takes ๖ for ๒ and ๘ for ๕ more often than not
_MISSING = 0.8  # cost of a character without ink, or of ink without a character
_MARGIN = 0.15  # by how much another name must be likelier before Tesseract's is changed
_SURE = 0.6  # how likely a name must be for ink that Tesseract passed over
_BACKED = 0.3  # how likely the ink must make the letters of a Latin word, on average
_CLEAN = 0.5  # share of pieces that have a double on the page, where print is clean; measured: see the decisions
_SPACE = 0.38  # white between letters, in body heights, that is a space
#: Names whose shapes differ in size at most: here the context, which Tesseract knows, decides.
_TWINS = [
    set(pair) for pair in ("cC", "oO0๐", "sS", "vV", "wW", "xX", "zZ", "kK", "pP", "uU", "l1I|", "-–_", "'’‘,", ".:;!?")
]
THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_BARE = frozenset("าะเโใไๅๆฯ()[]/|" + THAI_DIGITS)  # what carries no mark


@dataclass(frozen=True, slots=True)
class Reading:
    """What a printed line says: its text, the mean likelihood (0..1) of its pieces' names, its clusters.

    Each cluster is its text, its box and the least likelihood of its pieces.
    """

    text: str
    confidence: float
    clusters: tuple[tuple[str, Box, float], ...] = ()


@dataclass(slots=True)
class _Row:
    """A line under work: its pieces in the order of the script, their features, Tesseract's symbols."""

    blobs: list[Blob]
    features: Vector
    symbols: list[str]
    body: float
    baseline: float
    odds: Vector
    votes: Vector


def fuse(gray: Gray, page: PrintPage, texts: Sequence[str], reader: ShapeReader) -> list[Reading]:
    """The best reading of each line of the page; `texts` are Tesseract's, one a line of `page`."""
    rows = [_row(gray, page, line, text, reader) for line, text in zip(page.lines, texts, strict=True)]
    if not rows:
        return []
    column = {name: number for number, name in enumerate(reader.classes)}
    features = np.concatenate([row.features for row in rows])
    odds = np.concatenate([row.odds for row in rows])
    votes = np.zeros_like(odds)
    start = 0
    for row in rows:
        for symbol, piece in _align(row.symbols, row.odds, column):
            if symbol is not None and piece is not None and row.symbols[symbol] in column:
                votes[start + piece, column[row.symbols[symbol]]] = 1.0
        start += len(row.blobs)
    weights = np.array([_DIGIT_VOTE if name in THAI_DIGITS and name else _VOTE for name in reader.classes])
    pooled, cast, repeated = _pooled(features, odds, votes, weights.astype(np.float32))
    start = 0
    for row in rows:
        row.odds = pooled[start : start + len(row.blobs)]
        row.votes = cast[start : start + len(row.blobs)]
        start += len(row.blobs)
    readings = [_settle(row, column, reader.classes) for row in rows]
    if repeated >= _CLEAN:
        return readings
    # Worn or blurred print, no letter like the next: shapes lead astray, and Tesseract's line stands unless it is
    # plainly the worse.
    faithful = [_settle(row, column, reader.classes, faithful=True) for row in rows]
    pairs = zip(readings, faithful, strict=True)
    return [
        one if text_quality(one.text).score > text_quality(other.text).score + 0.02 else other for one, other in pairs
    ]


def _row(gray: Gray, page: PrintPage, line: PrintLine, text: str, reader: ShapeReader) -> _Row:
    body, baseline = line_measures(line.blobs, page.body)
    features = describe(gray, page.labels, line.blobs, body, baseline)
    odds = reader.read(features)
    names = [reader.classes[number] for number in odds.argmax(axis=1)]
    order = _script_order(line.blobs, names, body, baseline)
    blobs = [line.blobs[number] for number in order]
    return _Row(blobs, features[order], symbols(text), body, baseline, odds[order], np.zeros_like(odds))


def symbols(text: str) -> list[str]:
    """A text as the pieces a page shows of it, in the order in which `_script_order` puts them.

    >>> symbols("น้ำ แม่")
    ['น', 'ํ', '้', 'า', 'เ', 'เ', 'ม', '่']
    """
    text = re.sub(r"\s+", "", text)
    text = "".join(PIECES.get(char, char) for char in text)
    text = re.sub(f"([{TONES}])({NIKHAHIT})", r"\2\1", text)
    return list(text)


def composed(pieces: str) -> str:
    """The text that the pieces spell.

    >>> composed("นํ้าเเมะะ")
    'น้ำแมะ'
    """
    text = re.sub(f"{NIKHAHIT}([{TONES}]?){SARA_AA}", rf"\1{SARA_AM}", pieces)
    return re.sub("ะะ?", "ะ", text.replace("เเ", "แ"))


def _script_order(blobs: Sequence[Blob], names: Sequence[str], body: float, baseline: float) -> list[int]:
    """Indices of the blobs in the order of the script: each letter, then what is under and over it."""
    bases: list[int] = []
    marks: list[int] = []
    for index, (blob, name) in enumerate(zip(blobs, names, strict=True)):
        high = blob.box.bottom <= baseline - 0.7 * body
        low = blob.box.top >= baseline
        (marks if _is_mark(name) and (high or low) else bases).append(index)
    rank: dict[int, tuple[float, int]] = {index: (blobs[index].box.left, 0) for index in bases}
    bearers = [index for index in bases if names[index] not in _BARE and blobs[index].box.height > body / 2]
    for index in marks:
        box = blobs[index].box
        middle = (box.left + box.right) / 2

        def fit(base: int, middle: float = middle) -> tuple[float, float]:
            own = blobs[base].box
            outside = max(own.left - middle, middle - own.right - 0.25 * body, 0.0)
            return outside, abs(own.right - middle)

        best = min(bearers, key=fit, default=None)
        if best is None or fit(best)[0] > body:
            rank[index] = (box.left, 1)
        else:
            rank[index] = (blobs[best].box.left, _level(names[index]))
    return sorted(rank, key=rank.__getitem__)


def _level(name: str) -> int:
    """Where a mark stands in its cluster: 1 under the letter, 2 a vowel over it, 3 on top; 0 for what is no mark."""
    if not _is_mark(name):
        return 0
    return 1 if name[0] in BELOW_VOWELS else 2 if name[0] in ABOVE_VOWELS else 3


def _align(symbols: Sequence[str], odds: Vector, column: dict[str, int]) -> list[tuple[int | None, int | None]]:
    """Pairs of symbol and piece by least cost; None where one of them has no partner."""
    rows, columns = len(symbols), len(odds)
    match = np.ones((rows, columns), np.float32)
    for number, symbol in enumerate(symbols):
        if symbol in column:
            # A piece of two that touch stands for the first of them; the second is left without ink.
            same = [place for name, place in column.items() if name[:1] == symbol]
            match[number] = 1.0 - odds[:, same].sum(axis=1)
    part = odds[:, column[PART]]
    signs = [number for number, symbol in enumerate(symbols) if not symbol.isalnum() and not is_thai(symbol)]
    match[signs] = np.minimum(match[signs], 1.0 - 0.7 * part)
    skip = _MISSING * (1.0 - part)  # a part of a character has no symbol of its own
    costs, skips = match.tolist(), skip.tolist()
    table = [[0.0, *np.cumsum(skip).tolist()]]
    for i in range(1, rows + 1):
        above, now = table[-1], [i * _MISSING]
        for j in range(1, columns + 1):
            now.append(min(above[j - 1] + costs[i - 1][j - 1], above[j] + _MISSING, now[-1] + skips[j - 1]))
        table.append(now)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = rows, columns
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + costs[i - 1][j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and (not j or table[i][j] == table[i - 1][j] + _MISSING):
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def _pooled(features: Vector, odds: Vector, votes: Vector, weights: Vector) -> tuple[Vector, Vector, float]:
    """For each piece the likelihood of each name and the votes for it, from all the pieces that look alike.

    Last comes the share of pieces that look like another one.
    """
    repeated = 0
    result, ballots = np.empty_like(odds), np.empty_like(odds)
    left = np.ones(len(features), np.bool_)
    weighed = features.copy()
    weighed[:, -4:] *= 5.0  # a shift by a tenth of the body height counts as much as some changed pixels
    for index in range(len(features)):
        if not left[index]:
            continue
        candidates = np.nonzero(left)[0]
        away = ((weighed[candidates] - weighed[index]) ** 2).sum(axis=1)
        group = candidates[away < _ALIKE**2]
        left[group] = False
        repeated += len(group) if len(group) > 1 else 0
        cast = votes[group].sum(axis=0)
        voters = float(votes[group].max(axis=1).sum())
        pooled = odds[group].mean(axis=0) + weights * cast / (voters + 1.0)
        result[group] = pooled / (1.0 + _VOTE * voters / (voters + 1.0))
        ballots[group] = cast
    return result, ballots, repeated / max(len(features), 1)


def _settle(row: _Row, column: dict[str, int], classes: Sequence[str], *, faithful: bool = False) -> Reading:
    """The text of a line: the likelier name for each piece, spaces by the white between them.

    A `faithful` text is Tesseract's, with nothing but its spaces set anew.
    """
    chosen: list[tuple[str, int | None]] = []
    likelihood: list[float] = []
    last: int | None = None  # the piece of the symbol before
    fresh: set[int] = set()
    touching = ""  # what the piece of the symbol before holds besides
    pairs = _align(row.symbols, row.odds, column)
    denied = _denied(row, pairs, column)
    for number, (symbol, piece) in enumerate(pairs):
        name = None if symbol is None else row.symbols[symbol]
        if faithful:
            if name is not None:
                chosen.append((name, piece))
                likelihood.append(0.0 if piece is None else float(row.odds[piece][column.get(name, column[PART])]))
            continue
        if piece is None:
            # A mark that touches its letter is one piece of ink with it; a letter without ink was never there.
            if name is not None and touching and _is_mark(name):
                touching = ""
            elif name is not None and (
                (last is not None and _is_mark(name)) or (symbol not in denied and _hidden(row, pairs, number))
            ):
                chosen.append((name, _taken_back(name, chosen, fresh)))
            continue
        odds = row.odds[piece]
        best = int(odds.argmax())
        if name is None:
            if odds[best] >= _SURE and _may_come_in(classes[best], chosen, row.blobs[piece], row):
                chosen.append((classes[best], piece))
                fresh.add(piece)
            continue
        own = column.get(name)
        digits = bool(chosen) and chosen[-1][0] in THAI_DIGITS
        if own is None:
            rivals = odds
        elif symbol in denied:
            rivals, own = np.where(np.arange(len(odds)) == own, np.float32(0.0), odds), None
        else:
            rivals = _comparable(odds, row.votes[piece], own, classes, digits=digits)
        best = int(rivals.argmax())
        # With the mark that touches it or without: the ink alone decides.
        margin = 0.0 if len(classes[best]) > 1 and classes[best][0] == name else _MARGIN
        if digits and name in ("o", "O"):
            name = "๐"
        elif (
            classes[best] != PART
            and not _wide(row, piece)
            and odds[best] - (0.0 if own is None else odds[own]) > margin
        ):
            name = classes[best]
        chosen.append((name, piece))
        likelihood.append(float(odds.max()))
        last, touching = piece, name[1:]
    confidence = float(np.mean(likelihood)) if likelihood else 0.0
    return Reading(composed(_spaced(chosen, row)), confidence, tuple(_clusters(chosen, row)))


def _denied(row: _Row, pairs: Sequence[tuple[int | None, int | None]], column: dict[str, int]) -> set[int | None]:
    """The symbols of Latin words that the ink denies: what Tesseract makes of Thai marks and letters that touch."""
    ink = {symbol: piece for symbol, piece in pairs if symbol is not None}
    denied: set[int | None] = set()
    for word in re.finditer("[A-Za-z]+", "".join(symbol[0] for symbol in row.symbols)):
        backing = [
            0.0 if ink.get(symbol) is None or row.symbols[symbol] not in column
            else float(row.odds[ink[symbol]][column[row.symbols[symbol]]])
            for symbol in range(*word.span())
        ]  # fmt: skip
        if np.mean(backing) < _BACKED:
            denied.update(range(*word.span()))
    return denied


def _may_come_in(name: str, chosen: Sequence[tuple[str, int | None]], blob: Blob, row: _Row) -> bool:
    """Whether ink that Tesseract passed over is taken for what its shape says: mostly a mark, at times a letter."""
    if _is_mark(name):
        before_it = chosen[-1][0][-1:] if chosen else ""
        # What hangs under ญ and ฐ is a part of them, what stands over an i is too.
        if not is_thai(before_it) or (before_it in "ญฐ" and name in BELOW_VOWELS):
            return False
        if chosen and _level(chosen[-1][0]) == _level(name):  # a letter carries one mark of each kind
            return False
        return all(other != name or piece is not None for other, piece in chosen[-2:])
    standing = blob.box.height > 0.6 * row.body and blob.box.bottom <= row.baseline + row.body / 2
    return bool(name) and (is_thai(name[0]) or name.isdigit() or name in "()[]/") and standing


def _taken_back(name: str, chosen: list[tuple[str, int | None]], fresh: set[int]) -> int | None:
    """The ink of a mark that came in (`fresh`) a letter too early: it belongs where Tesseract has the mark."""
    for back in range(1, min(3, len(chosen)) + 1):
        other, piece = chosen[-back]
        if other == name and piece in fresh:
            del chosen[-back]
            return piece
    return None


def _hidden(row: _Row, pairs: Sequence[tuple[int | None, int | None]], number: int) -> bool:
    """Whether a letter without ink may be in the piece before or after it: two letters touch, or fi is one sign."""
    around = [row.symbols[s] for s, _ in pairs[max(0, number - 1) : number + 2] if s is not None]
    if len(around) == 3 and all(symbol.isascii() and symbol.isalpha() for symbol in around):
        return True
    beside = [piece for _, piece in (*pairs[max(0, number - 1) : number], *pairs[number + 1 : number + 2])]
    return any(piece is not None and _wide(row, piece) for piece in beside)


def _wide(row: _Row, piece: int) -> bool:
    box = row.blobs[piece].box
    return box.right - box.left > 1.7 * row.body


def _comparable(odds: Vector, votes: Vector, own: int, classes: Sequence[str], *, digits: bool) -> Vector:
    """The odds of the names that may take the place of the one Tesseract gave, those of the others zero.

    Shape alone does not tell script from script: a modern Thai ร is an s, ๓ a ต, and o may be three things.
    Which kind of character stands there Tesseract knows from the words, unless it read the same shape as the
    other name in more places; after a Thai digit (`digits`) another one may always come.
    """
    kind = _kind(classes[own])
    allowed = np.array([_kind(name) in (kind, "sign") or kind == "sign" for name in classes])
    for pair in _TWINS:
        if classes[own] in pair:
            allowed &= np.array([name not in pair for name in classes])
    allowed |= votes > votes[own]
    if digits:
        allowed |= np.array([_kind(name) == "thai digit" for name in classes])
    allowed[own] = True
    return np.where(allowed, odds, np.float32(0.0))


def _kind(name: str) -> str:
    if not name:
        return "part"
    if _is_mark(name):
        return "mark"
    if is_thai(name[0]):
        return "thai digit" if name in THAI_DIGITS else "thai"
    return "digit" if name.isdigit() else "latin" if name.isalpha() else "sign"


def _is_mark(name: str) -> bool:
    return bool(name) and name[0] in MARKS


def _spaced(chosen: Sequence[tuple[str, int | None]], row: _Row) -> str:
    text = ""
    right: int | None = None
    unseen = 0  # letters since the last piece that have none of their own, and so look like white
    for name, piece in chosen:
        if piece is not None:
            box = row.blobs[piece].box
            white = (_SPACE + unseen) * row.body
            if right is not None and not _is_mark(name) and box.left - right > white:
                text += " "
            right = box.right if right is None else max(right, box.right)
            unseen = 0
        elif not _is_mark(name):
            unseen += 1
        text += name
    return text


def _clusters(chosen: Sequence[tuple[str, int | None]], row: _Row) -> Iterator[tuple[str, Box, float]]:
    """The named pieces letter by letter: a base with its marks, the parts of แ, ะ and ำ together."""
    groups: list[tuple[str, list[int]]] = []
    for name, piece in chosen:
        pieces = [] if piece is None else [piece]
        before = groups[-1][0] if groups else ""
        joins = _is_mark(name) or (NIKHAHIT in before and name == SARA_AA) or (before == name and name in ("เ", "ะ"))
        if groups and joins:
            groups[-1] = (before + name, groups[-1][1] + pieces)
        else:
            groups.append((name, pieces))
    for text, pieces in groups:
        if pieces:
            boxes = [row.blobs[piece].box for piece in pieces]
            left, top, right, bottom = zip(*boxes, strict=True)
            around = Box(min(left), min(top), max(right), max(bottom))
            yield composed(text), around, float(row.odds[pieces].max(axis=1).min())
