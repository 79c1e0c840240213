"""Text that no form accounts for, cut into passages: paragraphs, list items, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline.forms.base import place
from pipeline.forms.lines import TextLine
from pipeline.forms.tables import Row, clean, rows
from pipeline.records import Passage
from pipeline.thai import arabic_digits, join_wrapped

#: What opens a paragraph of its own wherever it stands: a heading, a bullet, a number.
_OPENS = re.compile(
    r"^(?:#{1,6} |[-–—●•▪◦➔➢★»✓] ?|\* |\(?\d{1,2}(?:\.\d{1,2})*[.)] ?|\d{1,2}(?:\.\d{1,2})+ |หมวด(?:ที่)? ?\d)"
)
#: A line shorter than this share of the longest near it ends its paragraph, where no blank line could tell.
_FULL = 0.7
_LETTERS = re.compile(r"[A-Za-zก-๙]")


def paragraphs(lines: Sequence[TextLine], *, items: bool = True) -> Iterator[list[TextLine]]:
    """Lines outside of tables, grouped as they belong to one paragraph, and to one list item.

    With `items` off, lines that stand close together are one group, as in the text boxes of a slide.
    """
    spaced = any(line.gap for line in lines)
    longest = max((len(line.text) for line in lines), default=0)
    group: list[TextLine] = []
    for line in lines:
        if group and not _runs_on(group[-1], line, spaced, longest, items):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _runs_on(before: TextLine, line: TextLine, spaced: bool, longest: int, items: bool) -> bool:
    if (items and _OPENS.match(line.plain)) or before.text.startswith("#"):
        return False
    if line.line.page is not None and before.line.bbox is not None:
        return before.line.joint is not None or (not items and spaced and line.gap == 0)
    return line.gap == 0 and (spaced or len(before.text) >= _FULL * longest)


def pieces(lines: Sequence[TextLine]) -> Iterator[tuple[str, Sequence[TextLine]]]:
    """Lines cut into passages: the text of each, and the lines it stands on."""
    prose: list[TextLine] = []
    for row in rows(lines):
        if not row.tabular:
            prose += row.lines
            continue
        yield from _of_prose(prose)
        prose = []
        yield " | ".join(filter(None, map(clean, row.cells))), row.lines
    yield from _of_prose(prose)


def paragraph_parts(texts: Iterable[str]) -> Iterator[str]:
    """The lines of a paragraph as texts: its beginning, and each list item in it, wrapped lines joined.

    >>> list(paragraph_parts(["ได้แก่", "- งาน", "บริการ", "- งานแผน"]))
    ['ได้แก่', '- งานบริการ', '- งานแผน']
    """
    parts: list[list[str]] = []
    for text in texts:
        if parts and not _OPENS.match(arabic_digits(text)):
            parts[-1].append(text)
        else:
            parts.append([text])
    return filter(None, map(join_wrapped, parts))


def passages(lines: Sequence[TextLine]) -> Iterator[Passage]:
    """The passages of lines, each with its place; what has no letters is left out."""
    for text, group in pieces(lines):
        yield from _passage(text, group)


def row_passage(row: Row) -> Iterator[Passage]:
    """A table row, or a line, as a passage."""
    yield from _passage(row.text, row.lines)


def _of_prose(lines: Sequence[TextLine]) -> Iterator[tuple[str, Sequence[TextLine]]]:
    for group in paragraphs(lines):
        yield join_wrapped(clean(line.text) for line in group), group


def _passage(text: str, lines: Sequence[TextLine]) -> Iterator[Passage]:
    if not _LETTERS.search(text):
        return
    repairs: list[dict[str, Any]] = [
        {"line": line.line.number, **correction._asdict()} for line in lines for correction in line.line.corrections
    ]
    yield Passage(
        text=text,
        raw_text="\n".join(line.line.raw for line in lines),
        repairs=repairs,
        **place(lines),  # type: ignore[arg-type]
    )
