"""Tells an engineer what was wrong with a file: its fonts, the faults by kind, how each was settled, what is
still doubtful. All of it is read off the extracted document."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.extract.model import Cluster, Document, Line
from pipeline.extract.quality import text_quality
from pipeline.thai import MARKS

#: What each kind of evidence means. Kinds after a colon ("repair:swap") are told by what stands before it.
EVIDENCE = {
    "actualtext": "the file names the text itself (/ActualText)",
    "cmap": "the embedded font says which character the glyph draws; the file's map is wrong",
    "outline": "the drawing equals that of a known character",
    "shape": "the drawing is like that of a known character",
    "glyph-name": "the font's name for the glyph",
    "glyph-number": "the number the glyph has in every version of the font",
    "zero-width": "a space without width stands for a lost mark",
    "presentation-form": "a shifted form of a mark, from the private-use area",
    "composition": "SARA AM, which the file gives as the two parts it is drawn in",
    "stream-order": "marks in the order they were written, not in the order of their places",
    "repair": "the words of the language; the page itself, or what it was made from, is damaged",
    "ocr": "read from the picture of the page",
}
_SURE = 0.9
_EXAMPLES = 4
_DOUBTS = 30


@dataclass(slots=True)
class FontReport:
    """What became of one font: clusters drawn with it, and how many each kind of evidence settled."""

    name: str
    clusters: int = 0
    settled: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class FaultReport:
    """Faults that one kind of evidence settled: how many, the commonest changes, the mean confidence (0..1)."""

    source: str
    count: int = 0
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    total: float = 0.0

    @property
    def confidence(self) -> float:
        """Mean confidence of the corrections."""
        return self.total / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place a person should look at: page, line, the text there and why."""

    page: int | None
    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to tell about how a file was read."""

    fonts: list[FontReport]
    faults: list[FaultReport]
    doubts: list[Doubt]


def explain(document: Document) -> Explanation:
    """What was wrong with a file and how it was settled; the most frequent first, doubts in reading order."""
    fonts: dict[str, FontReport] = {}
    faults: dict[str, FaultReport] = {}
    for line in document.lines(furniture=True):
        for cluster in line.clusters:
            font = fonts.setdefault(cluster.font, FontReport(cluster.font))
            font.clusters += 1
            if cluster.source is not None:
                font.settled[cluster.source] += 1
        for correction in line.corrections:
            fault = faults.setdefault(correction.source, FaultReport(correction.source))
            fault.count += 1
            fault.total += correction.confidence
            fault.changes[correction.before, correction.after] += 1
    return Explanation(
        sorted(fonts.values(), key=lambda font: (-font.clusters, font.name)),
        sorted(faults.values(), key=lambda fault: (-fault.count, fault.source)),
        list(_doubts(document)),
    )


def render(document: Document) -> str:
    """The explanation as text for a terminal, ending in a line break."""
    return "\n".join(_report(document)) + "\n"


def _report(document: Document) -> Iterator[str]:
    found = explain(document)
    methods = Counter(page.method for page in document.pages)
    said = {"text": "from the text layer", "ocr": "by OCR", "mixed": "partly by OCR"}
    how = ", ".join(f"{number} {said.get(method, method)}" for method, number in methods.most_common())
    yield f"{document.name}: {len(document.pages)} pages ({how or 'nothing to read'})"
    yield from (f"  ! {warning}" for warning in document.warnings)
    yield ""
    yield "Fonts"
    for font in found.fonts:
        settled = ", ".join(f"{kind} {number:,}" for kind, number in font.settled.most_common())
        name = font.name or "(printed, read by OCR)"
        yield f"  {name}: {font.clusters:,} clusters, {'settled by ' + settled if settled else 'as claimed'}"
    if not found.fonts:
        yield "  none"
    yield ""
    yield "Faults settled"
    for fault in found.faults:
        meaning = EVIDENCE.get(fault.source.partition(":")[0])
        yield f"  {fault.source}: {fault.count:,}, confidence {fault.confidence:.2f}"
        if meaning:
            yield f"    {meaning}"
        for (before, after), number in fault.changes.most_common(_EXAMPLES):
            yield f"    {shown(before)} -> {shown(after)}  {number:,} times"
    if not found.faults:
        yield "  none: the text is what the file claims"
    yield ""
    yield "Still doubtful"
    for doubt in found.doubts[:_DOUBTS]:
        where = f"page {doubt.page}, line {doubt.line}" if doubt.page is not None else f"line {doubt.line}"
        yield f"  {where}: {doubt.why}: {shown(doubt.text)}"
    if len(found.doubts) > _DOUBTS:
        yield f"  and {len(found.doubts) - _DOUBTS:,} more places"
    if not found.doubts:
        yield "  nothing"


def _doubts(document: Document) -> Iterator[Doubt]:
    for line in document.lines(furniture=True):
        for correction in line.corrections:
            if correction.confidence < _SURE:
                why = f"{correction.source}, confidence {correction.confidence:.2f}"
                yield _doubt(line, f"{correction.before}→{correction.after}", why)
        told = {correction.source for correction in line.corrections if correction.confidence < _SURE}
        weak = [cluster for cluster in line.clusters if cluster.confidence < _SURE and cluster.source not in told]
        for (source, low), clusters in _by_evidence(weak).items():
            yield _doubt(line, " ".join(cluster.text for cluster in clusters), f"{source}, confidence {low:.2f}")
        for kind, number in text_quality(line.text).faults.items():
            yield _doubt(line, line.text, f"{number} x {kind}")


def _by_evidence(clusters: list[Cluster]) -> dict[tuple[str, float], list[Cluster]]:
    groups: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        groups[cluster.source or "claimed"].append(cluster)
    return {(source, min(c.confidence for c in group)): group for source, group in groups.items()}


def _doubt(line: Line, text: str, why: str) -> Doubt:
    return Doubt(line.page, line.number, text, why)


def shown(text: str) -> str:
    """Text with what cannot be seen spelled out: marks on a dotted circle, other invisible characters by number.

    >>> shown("\u0e34"), shown("\uf70a"), shown(" า"), shown("กา"), shown("")
    ('◌ิ', 'U+F70A', '␣า', 'กา', 'nothing')
    """
    if not text:
        return "nothing"
    text = re.sub(r"^ +| +$", lambda spaces: "␣" * len(spaces[0]), text)
    spelled = "".join(char if char.isprintable() and not _private(char) else f"U+{ord(char):04X}" for char in text)
    return "◌" + spelled if text[0] in MARKS else spelled


def _private(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff" or ord(char) >= 0xF0000
