"""The detector: where a text holds what clean Thai does not. It changes nothing, and is fast enough for all text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from pipeline.repair.glyphs import PRIVATE_USE
from pipeline.repair.quadgrams import unseen
from pipeline.resources import resource

PRIVATE = re.compile("[" + "".join(PRIVATE_USE) + "]")


@lru_cache(maxsize=1)
def traceless() -> tuple[str, ...]:
    """Common words as they look once their SARA AM has become SARA AA: each letter sequence in them is usual Thai."""
    return tuple(resource("models/repair/traceless.txt").read_text(encoding="utf-8").split())


def strange_sequences(text: str) -> list[int]:
    """Positions, -1 included, where four letters begin that clean Thai is not expected to hold together."""
    return [int(i) - 1 for i in unseen(f"\n{text}\n\n\n")]


def traceless_words(text: str) -> list[tuple[int, int]]:
    """Spans of the words that seem to have lost a SARA AM without a trace."""
    return [(at, at + len(word)) for word in traceless() for at in _finds(text, word)]


def suspicious_lines(lines: Sequence[str]) -> list[int]:
    """Indices of the lines that hold anything suspicious, private-use glyphs included."""
    text = "\n".join(("", *lines, "", "", ""))
    places = [at for word in traceless() for at in _finds(text, word)]
    places += (m.start() for m in PRIVATE.finditer(text))
    found = np.concatenate((unseen(text) + 1, np.array(places, np.int64)))
    ends = np.cumsum(np.array([len(line) + 1 for line in lines], np.int64)) + 1
    return [int(i) for i in np.unique(np.searchsorted(ends, found, side="right")) if i < len(lines)]


def badness(text: str) -> float:
    """Share of the letters of a text at which something suspicious begins, 0..1.

    >>> badness("การประเมิน"), badness("กำรประเมนิ") > 0.3
    (0.0, True)
    """
    return min(1.0, (len(strange_sequences(text)) + len(traceless_words(text))) / max(1, len(text)))


def is_damaged(text: str) -> bool:
    """Whether anything in the text is suspicious; False means that a repair will not change it.

    >>> is_damaged("สำนักงาน"), is_damaged("ส านักงาน")
    (False, True)
    """
    return bool(suspicious_lines(text.split("\n")))


def _finds(text: str, word: str) -> Iterable[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


