"""Running text beside the records of a form: kept as passages, so that no sentence is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pipeline.forms.base import Section
from pipeline.forms.lines import TextLine
from pipeline.forms.passages import passages
from pipeline.forms.ticks import read_tick, strip_dots
from pipeline.forms.titles import ALIKE, known_titles, likeness
from pipeline.records import Passage, Record
from pipeline.thai import arabic_digits, squeeze

#: Letters from which on a passage says something; headings, labels and figures are shorter.
_SAYS = 40
#: Printings from which on a line is the head of pages or of tables.
_HEADS = 3
#: What may stand before the words that a record repeats, and before the title of a category, criterion or item.
_LABEL = re.compile(r"^(?:หมวด(?:ที่)?|ประเด็น(?:ที่)?|ข้อ|[๏◦○●•▪])?[\d. ()]*")
_HEADING = re.compile(r"^(?:หมวด(?:ที่)? ?|ประเด็น(?:ที่)? ?)?(?P<number>\d(?:\.\d{1,2}){0,2})\.? ?(?P<title>[^\d\s].*)$")
_NO_LETTER = re.compile(r"[^A-Za-zก-๎]")


def leftover(section: Section, records: Sequence[Record], *, headed: bool = False) -> Iterator[Passage]:
    """The passages of a section that none of its `records` stands on or repeats.

    With `headed`, what stands above the first record is the form's head, and no passage.
    """
    first = min((record.line_start for record in records if record.line_start), default=0) if headed else 0
    lines = [line for line in section.lines if line.line.number >= first]
    standing = {number for record in records for number in _numbers(record)}
    said = arabic_digits(squeeze("\n".join(text for record in records for text in _texts(asdict(record)))))
    printed = Counter(squeeze(line.plain) for line in section.lines)
    stretch: list[TextLine] = []
    for line in [*lines, None]:
        repeated = line is not None and printed[squeeze(line.plain)] >= _HEADS
        told = repeated or line is None or line.line.number in standing or _is_said(line, said) or _is_heading(line)
        if line is not None and not told:
            stretch.append(line)
            continue
        yield from (passage for passage in passages(stretch) if len(_NO_LETTER.sub("", passage.text)) >= _SAYS)
        stretch = []


def _numbers(record: Record) -> range:
    if record.line_start is None or record.line_end is None:
        return range(0)
    return range(record.line_start, record.line_end + 1)


def _texts(value: Any) -> Iterator[str]:
    """All text in a record's values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def _is_said(line: TextLine, said: str) -> bool:
    """Whether a record repeats a line: a title, say, that its number or its label may stand before."""
    beside = read_tick(line.plain)
    bare = _LABEL.sub("", line.plain if beside is None else beside)
    return squeeze(strip_dots(bare)) in said


def _is_heading(line: TextLine) -> bool:
    """Whether a line is a heading of the form itself: a number with the title it is known by, or its beginning."""
    found = _HEADING.match(line.plain)
    if not found or (likeness(found["number"], found["title"]) or 0.0) < ALIKE:
        return False
    return len(squeeze(found["title"])) <= max(map(len, known_titles()[found["number"]]))
