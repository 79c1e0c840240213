"""Repair of damaged Thai text, explained and harmless.

>>> repair("ส านักงานเลขาธิการ")
'สำนักงานเลขาธิการ'
>>> repair_and_explain("ท่ี").edits
(Edit(start=1, end=3, before='่ี', after='ี่', rule='swap', confidence=0.999),)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pipeline.repair.detect import badness, is_damaged
from pipeline.repair.engine import Repairer
from pipeline.repair.explain import Edit, Explained, replay, shifted
from pipeline.repair.lexicon import default_lexicon, read_terms
from pipeline.repair.misread import correct_misreadings

__all__ = [
    "Edit",
    "Explained",
    "Repairer",
    "badness",
    "correct_misreadings",
    "default_repairer",
    "is_damaged",
    "read_terms",
    "repair",
    "repair_and_explain",
    "repair_lines",
    "replay",
]


@lru_cache(maxsize=1)
def default_repairer() -> Repairer:
    """The repairer with the lexicon that ships with the package."""
    return Repairer(default_lexicon())


def repair(text: str, repairer: Repairer | None = None) -> str:
    """The text as it was before it was damaged; clean text comes back as it is, with the same lines."""
    return repair_and_explain(text, repairer).text


def repair_and_explain(text: str, repairer: Repairer | None = None) -> Explained:
    """The repaired text with the edits, whose offsets count characters of ``text``."""
    lines = text.split("\n")
    results = repair_lines(lines, repairer)
    edits: list[Edit] = []
    offset = 0
    for line, result in zip(lines, results, strict=True):
        edits += shifted(result.edits, offset)
        offset += len(line) + 1
    return Explained("\n".join(r.text for r in results), tuple(edits))


def repair_lines(lines: Sequence[str], repairer: Repairer | None = None) -> list[Explained]:
    """The lines of one document, in order, each repaired in the light of its neighbours."""
    return (repairer or default_repairer()).lines(lines)
