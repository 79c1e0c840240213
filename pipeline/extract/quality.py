"""Whether an extracted text can be believed: what a text layer must pass before it is kept, and what
decides between two readings of the same line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pythainlp.corpus import thai_words

from pipeline.thai import DEPENDENT, is_thai

#: What a sound text never holds, by kind of fault. A text is taken as it comes from the page, lines apart.
_FAULTS: dict[str, re.Pattern[str]] = {
    "unmapped glyph": re.compile(r"\(cid:\d+\)"),
    "replacement character": re.compile("\ufffd"),
    "private-use character": re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]"),
    "control character": re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]"),
    "mark without a letter": re.compile(f"(?<![ก-ฮ{DEPENDENT}ฤฦ\u25cc])[{DEPENDENT}]"),
    # Thai bytes of code page 874 shown as Western letters: four in a row are no word of any language.
    "mis-decoded Thai": re.compile("[\u00a1-\u00da\u00df-\u00fb]{4,}"),
}
_THAI_RUN = re.compile("[\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e]+")
_LONGEST_WORD = 24
_SAMPLE = 20_000  # characters: enough for a verdict on a document
_FAULT_LIMIT = 0.02
_UNKNOWN_LIMIT = 0.15  # sound documents measured: 0.3 to 3 %, damaged ones 5 to 33 %
_ENOUGH = 200  # characters below which a share of unknown words says nothing: a name is half the text


@dataclass(frozen=True, slots=True)
class TextQuality:
    """A verdict on a text: how many of its characters are faults, by kind, and how many words can be.

    `unknown` is the share (0..1) of the Thai characters that stand in no dictionary word; `score` is 0..1,
    1 for a text without any sign of damage.
    """

    characters: int
    faults: dict[str, int]
    unknown: float

    @property
    def fault_share(self) -> float:
        """Faulty characters per character, white space not counted."""
        return sum(self.faults.values()) / self.characters if self.characters else 0.0

    @property
    def score(self) -> float:
        """From 0 (garbage, or nothing at all) to 1."""
        return max(0.0, 1.0 - self.fault_share - self.unknown) if self.characters else 0.0

    @property
    def believable(self) -> bool:
        """Whether the text may stand as it is; OCR of a clean page does better than what fails here."""
        if not self.characters or self.fault_share >= _FAULT_LIMIT:
            return False
        return self.characters < _ENOUGH or self.unknown < _UNKNOWN_LIMIT


def text_quality(text: str) -> TextQuality:
    """Judges a text by what sound Thai or English never shows and by its share of known words.

    >>> text_quality("การนำองค์การของหน่วยงาน").believable
    True
    >>> text_quality("(cid:12)(cid:7)(cid:88)าร").faults
    {'unmapped glyph': 3, 'mark without a letter': 1}
    >>> text_quality("").score
    0.0
    """
    text = text[:_SAMPLE]
    faults = {}
    for kind, pattern in _FAULTS.items():
        found = pattern.findall(text)
        if found:
            # Each unmapped glyph is one character of the page; a mis-decoded run is as many as it is long.
            faults[kind] = sum(map(len, found)) if kind == "mis-decoded Thai" else len(found)
    glyphs = _FAULTS["unmapped glyph"].sub("\ufffd", text)
    characters = sum(not char.isspace() for char in glyphs)
    return TextQuality(characters, faults, _unknown_share(text))


def _unknown_share(text: str) -> float:
    """Share of the Thai characters that the best cutting into dictionary words leaves over."""
    runs = _THAI_RUN.findall(text)
    total = sum(map(len, runs))
    return sum(map(_left_over, runs)) / total if total else 0.0


def _left_over(run: str) -> int:
    """The fewest characters left outside the dictionary when a run of Thai is cut into its words."""
    words, lengths = _lexicon()
    best = list(range(len(run) + 1))
    for start in range(len(run)):
        cost = best[start]
        if cost + 1 < best[start + 1]:
            best[start + 1] = cost + 1
        for length in lengths.get(run[start : start + 2], ()):
            end = start + length
            if end < len(best) and cost < best[end] and run[start:end] in words:
                best[end] = cost
    return best[-1]


@cache
def _lexicon() -> tuple[frozenset[str], dict[str, list[int]]]:
    """The dictionary, and the lengths that words have by their first two letters."""
    words = frozenset(word for word in thai_words() if len(word) > 1 and all(map(is_thai, word)))
    lengths: dict[str, set[int]] = {}
    for word in words:
        if len(word) <= _LONGEST_WORD:
            lengths.setdefault(word[:2], set()).add(len(word))
    return words, {head: sorted(found) for head, found in lengths.items()}
