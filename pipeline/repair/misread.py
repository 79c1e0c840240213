"""Letters that OCR took for others, in documents known to come from OCR.

A noisy channel like the rest of the repair, with another damage: a letter is read as one that looks like it, or a mark
is not seen. Most misreadings leave words, and so do names and plain text; so a reading is changed only where one
letter makes a common word of a sequence of words or letters that is much less likely, the words beside make sense,
and the document does not speak against it: what it writes again and again is how its author writes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipeline.repair.decode import NATS_A_LETTER, cuts
from pipeline.repair.explain import Edit, Explained, replay, shifted
from pipeline.repair.lexicon import Lexicon, default_lexicon
from pipeline.resources import resource
from pipeline.thai import CONSONANTS, MARKS, squeeze

#: Letters taken for one another, as measured (docs/repair.md). Those that sound alike are not among them: authors
#: themselves write one for the other.
_PAIRS = "ชซ ขย ขซ ขช ดต คด คล ตท กภ กถ ถล ลอ วา ทห ทพ บย บน บป บม นษ นส เแ ่้ ั้ ิึ ีึ ึื ีื ุู ัิ ิ็"
_ALIKE = {char: [pair.strip(char) for pair in _PAIRS.split() if char in pair] for char in _PAIRS if char != " "}
#: Marks that are overlooked, and what carries them. Neither THANTHAKHAT nor MAI TAIKHU: compounds and loans go without.
_OVERLOOKED, _CARRIERS = "่้ัุู", {*CONSONANTS, *MARKS}
#: What it costs (nats) that a letter is misread, and how much the reading must gain beyond that.
_MISREAD, _GAIN = 4.0, 2.5
#: How much worse the next best reading must be; else there is no telling which it was.
_MARGIN = 3.0
#: A misread word has so many letters, one too many or too few included. The word for it costs no more than this, and no
#: more than this beyond what its length accounts for: where the document has it elsewhere, and where not.
_LETTERS, _COST, _KNOWN, _COMMON = 6, 14.0, 5.5, 4.5
#: What the words beside may cost beyond what their length accounts for.
_SENSE = 6.0
#: Words that may be taken together for one, or pieces if there are letters among them that make no word.
_WORDS, _PIECES = 2, 7
#: Letters on either side of a stretch that a phrase may take in.
_PHRASE = 12
_RUN = re.compile("[ก-ฮะ-ฺเ-์]{4,}")


class Misreading(NamedTuple):
    """A word to read for ``start``..``end`` of a run of Thai letters.

    ``gain`` is how much cheaper (nats) the run is with it; ``clear`` says that the language alone is evidence enough.
    """

    start: int
    end: int
    word: str
    gain: float
    clear: bool


def correct_misreadings(lines: Sequence[str], lexicon: Lexicon | None = None) -> list[Explained]:
    """The lines of one document that was read by OCR, with misread letters corrected.

    >>> correct_misreadings(["ตรวจสอบคูณภาพของน้ำ", "รายงานคุณภาพ"])[0].text
    'ตรวจสอบคุณภาพของน้ำ'
    """
    lexicon = lexicon or default_lexicon()
    count = cache(squeeze("".join(lines)).count)
    found: dict[str, tuple[Edit, ...]] = {}
    results = []
    for line in lines:
        edits: list[Edit] = []
        for match in _RUN.finditer(line):
            run = match[0]
            if run not in found:
                found[run] = tuple(_edits(run, count, lexicon))
            edits += shifted(found[run], match.start())
        results.append(Explained(replay(line, edits), tuple(edits)) if edits else Explained(line))
    return results


def _edits(run: str, count: Callable[[str], int], lexicon: Lexicon) -> Iterator[Edit]:
    for reading in misreadings(run, lexicon):
        start, end, word = reading[:3]
        if not _in_phrase(run, start, end) and _is_borne_out(reading, run[start:end], count):
            confidence = round(1 / (1 + math.exp(_MISREAD - reading.gain)), 3)
            yield Edit(start, end, run[start:end], word, "misread", confidence)


def _is_borne_out(reading: Misreading, read: str, count: Callable[[str], int]) -> bool:
    """Whether the document, by how often it has what, speaks for the word, or at least not against it."""
    right = count(reading.word)
    wrong = count(read) - right * reading.word.count(read)
    return right >= wrong or (wrong == 1 and reading.clear)


def _in_phrase(run: str, start: int, end: int) -> bool:
    """Whether the stretch is part of a phrase of the dictionaries that only looks like a misreading."""
    around = run[max(0, start - _PHRASE) : end + _PHRASE]
    return any(phrase in around for phrase in lookalikes() if run[start:end] in phrase)


@lru_cache(maxsize=1)
def lookalikes() -> tuple[str, ...]:
    """Phrases of the dictionaries one letter of which makes a common word of them."""
    return tuple(resource("models/repair/lookalikes.txt").read_text(encoding="utf-8").split())


def misreadings(run: str, lexicon: Lexicon) -> list[Misreading]:
    """What a run of Thai letters may have misread, by the language alone; in order, without overlap."""
    found: list[Misreading] = []
    taken = bytearray(len(run))
    for reading in sorted(_candidates(run, lexicon), key=lambda candidate: -candidate.gain):
        if not any(taken[reading.start : reading.end]):
            taken[reading.start : reading.end] = b"\1" * (reading.end - reading.start)
            found.append(reading)
    return sorted(found)


def _candidates(run: str, lexicon: Lexicon) -> Iterator[Misreading]:
    places = cuts(run, lexicon)
    surprises = [_surprise(run[start:end], lexicon) for (start, _), (end, _) in pairwise(places)]
    for x, (start, before) in enumerate(places):
        for y in range(x + 2, min(x + _PIECES, len(surprises)) + 1):
            end, after = places[y]
            beside = surprises[max(0, x - 1) : x] + surprises[y : y + 1]
            words = math.inf not in surprises[x:y]
            if (words and y - x > _WORDS) or after - before < _MISREAD + _GAIN or max(beside, default=0.0) > _SENSE:
                continue
            read = run[start:end]
            word = _word_for(read, lexicon)
            if word and (gain := after - before - lexicon.cost(word)) >= _MISREAD + _GAIN:
                common = bool(beside) and _surprise(word, lexicon) <= _COMMON
                yield Misreading(start, end, word, gain, common and not (words and _bare(read) == _bare(word)))


def _word_for(read: str, lexicon: Lexicon) -> str | None:
    """The word that a stretch misread, if there is one that is common enough, and no doubt which."""
    words = sorted(set(_confused(read, lexicon)), key=lambda word: (lexicon.cost(word), word))
    if not words or (len(words) > 1 and lexicon.cost(words[1]) - lexicon.cost(words[0]) < _MARGIN):
        return None
    word = words[0]
    sound = max(len(read), len(word)) >= _LETTERS and lexicon.cost(word) <= _COST and _surprise(word, lexicon) <= _KNOWN
    return word if sound else None


def _confused(read: str, lexicon: Lexicon) -> Iterator[str]:
    """The words of which one letter was misread, a mark overlooked, or SARA AA doubled."""
    prefixes = lexicon.prefixes
    for i in range(len(read) + 1):
        head, char, rest = read[:i], read[i : i + 1], read[i + 1 :]
        if head and head not in prefixes:
            break
        offers = [(head + other, rest) for other in _ALIKE.get(char, ())]
        if read[i - 1 : i] in _CARRIERS:
            offers += ((head + mark, char + rest) for mark in _OVERLOOKED)
        if char == "า" == rest[:1]:
            offers.append((head, rest))
        yield from (start + tail for start, tail in offers if start in prefixes and start + tail in lexicon)


def _bare(text: str) -> str:
    """The consonants of a text: words that differ in the rest only are many, and either may be meant."""
    return "".join(char for char in text if char in CONSONANTS)


def _surprise(word: str, lexicon: Lexicon) -> float:
    """What a word costs beyond what its length accounts for; infinite if it is not known."""
    return lexicon.cost(word) - NATS_A_LETTER * len(word)
