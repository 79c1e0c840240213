"""The word list and what each word costs: the language side of the noisy channel.

A cost is a negative natural logarithm of a probability. Data: ``models/repair/lexicon.tsv``, "word<TAB>count".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from pipeline.errors import PmqaError
from pipeline.resources import resource
from pipeline.thai import CONSONANTS, DEPENDENT

#: A term the user names is as good as a word this common.
TERM_COUNT = 3000
_THAI_WORD = re.compile("[ก-ฮะ-ฺเ-์]+")


class Lexicon:
    """Words by prefix: ``prefixes[p]`` is the cost of the word ``p``, or None if ``p`` only begins words."""

    __slots__ = ("bound", "prefixes", "total")

    def __init__(self, counts: Mapping[str, int], freedom: Mapping[str, float] | None = None) -> None:
        self.total = math.log(sum(counts.values()) + 1)
        self.prefixes: dict[str, float | None] = {}
        #: words that hardly stand before a break: what a break after them costs more
        self.bound = {w: -math.log(share) for w, share in (freedom or {}).items()}
        for word, count in counts.items():
            self._add(word, count)

    def _add(self, word: str, count: int) -> None:
        prefixes = self.prefixes
        for end in range(len(word) - 1, 0, -1):
            prefix = word[:end]
            if prefix in prefixes:
                break
            prefixes[prefix] = None
        prefixes[word] = self.total - math.log(count)

    def __contains__(self, word: str) -> bool:
        return self.prefixes.get(word) is not None

    def cost(self, word: str) -> float:
        """Cost of a word; infinite if it is not known."""
        cost = self.prefixes.get(word)
        return math.inf if cost is None else cost

    def with_terms(self, terms: Iterable[str]) -> Lexicon:
        """A copy that also knows these terms (names, titles); their Thai parts count as common words."""
        copy = Lexicon.__new__(Lexicon)
        copy.total, copy.prefixes, copy.bound = self.total, dict(self.prefixes), self.bound
        for term in terms:
            for word in _THAI_WORD.findall(term):
                if len(word) > 1 and word[0] not in DEPENDENT and not word.isspace():
                    copy._add(word, TERM_COUNT)
        return copy


def read_lexicon(path: Path) -> Lexicon:
    """The lexicon in a file that ``pipeline.repair.build`` wrote; lines that begin with "#" are notes."""
    counts: dict[str, int] = {}
    freedom: dict[str, float] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            word, count, *share = line.split("\t")
            counts[word] = int(count)
            if share:
                freedom[word] = float(share[0])
    return Lexicon(counts, freedom)


def read_terms(path: Path) -> list[str]:
    """An agency's own terms and names: UTF-8, one a line; "#" begins a note.

    Raises PmqaError if the file can not be read as such.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PmqaError(
            f"The terms file {path} can not be read.", hint="Save it as UTF-8 text, one term a line.", code="terms"
        ) from error
    return [term for line in lines if (term := line.partition("#")[0].strip())]


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """The lexicon that ships with the package, read once."""
    return read_lexicon(resource("models/repair/lexicon.tsv"))


def is_word_shaped(word: str) -> bool:
    """Whether a string could be a Thai word: two letters or more, none of them standing impossibly.

    >>> [w for w in ("และ", "ท่ี", "าร", "ก", "ไวัล", "เฝ้า", "ฤทฺธิ") if is_word_shaped(w)]
    ['และ', 'เฝ้า', 'ฤทฺธิ']
    """
    return _SHAPE.fullmatch(word) is not None


_SHAPE = re.compile(
    "(?=..)(?:(?:"
    f"[{CONSONANTS}](?:[ัิีึืุู็]?[่-๋]?์?|[ิุ]์|ฺ)|[โใไ][{CONSONANTS}][่-๋]?"
    f"|เ[{CONSONANTS}][ิีื็]?[่-๋]?|แ[{CONSONANTS}]็?[่-๋]?|[เ-ไ][{CONSONANTS}]ฺ"
    f")ะ?[าๅ]?ะ?|[{CONSONANTS}][่-๋]?ำ|[ฤฦ]ๅ?|[ๆฯ])+"
)
