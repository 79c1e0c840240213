"""The detector: where a text holds what clean Thai does not. It changes nothing, and is fast enough for all text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pipeline.repair.glyphs import PRIVATE_USE
from pipeline.repair.quadgrams import unseen
from pipeline.resources import resource

#: The private-use characters with a known meaning.
PRIVATE = re.compile("[" + "".join(PRIVATE_USE) + "]")
_GLYPHS = str.maketrans(PRIVATE_USE)
_CLUSTER = "[ก-ฮเ-ไ][ัิ-ฺ็-๎]*"
_SPACED_OUT = re.compile(f"(?<= ){_CLUSTER} {_CLUSTER} {_CLUSTER}(?= )")


class Span(NamedTuple):
    """A place in a line (``start`` may be -1, ``end`` past the end); ``traceless``: a word that lost a SARA AM."""

    start: int
    end: int
    traceless: bool


@lru_cache(maxsize=1)
def traceless() -> tuple[str, ...]:
    """Common words as they look once their SARA AM has become SARA AA: each letter sequence in them is usual Thai."""
    return tuple(resource("models/repair/traceless.txt").read_text(encoding="utf-8").split())


def suspicions(lines: Sequence[str]) -> dict[int, list[Span]]:
    """By index of the line: the spans that clean Thai is not expected to hold. Lines without any are not in it."""
    raw = "\n".join(("", *lines, "", "", ""))
    text = raw.translate(_GLYPHS) if PRIVATE.search(raw) else raw
    spans = [(int(at), int(at) + 4, False) for at in unseen(text)]
    spans += ((at, at + len(word), True) for word in traceless() for at in _finds(text, word))
    spans += ((m.start(), m.end(), False) for m in _SPACED_OUT.finditer(text))
    spans += ((m.start(), m.start(), False) for m in PRIVATE.finditer(raw))
    if not spans:
        return {}
    starts = np.cumsum([1, *(len(line) + 1 for line in lines)])
    owners = np.searchsorted(starts, [min(start + 1, len(text) - 4) for start, _, _ in spans], side="right") - 1
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for (start, end, lost), line in zip(spans, owners.tolist(), strict=True):
        offset = int(starts[line])
        found[line].append(Span(start - offset, end - offset, lost))
    return {line: found[line] for line in sorted(found) if line < len(lines)}


def badness(text: str) -> float:
    """Share of the letters of a text at which something suspicious begins, 0..1.

    >>> badness("การประเมิน"), badness("กำรประเมนิ") > 0.3
    (0.0, True)
    """
    places = {(line, span.start) for line, spans in suspicions(text.split("\n")).items() for span in spans}
    return min(1.0, len(places) / max(1, len(text)))


def is_damaged(text: str) -> bool:
    """Whether anything in the text is suspicious; False means that a repair will not change it.

    >>> is_damaged("สำนักงาน"), is_damaged("ส านักงาน")
    (False, True)
    """
    return bool(suspicions(text.split("\n")))


def _finds(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)
