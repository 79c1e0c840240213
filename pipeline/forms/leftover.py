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
from pipeline.records import Passage, Record
from pipeline.thai import arabic_digits, squeeze

#: Letters from which on a passage says something; headings, labels and figures are shorter.
_SAYS = 40
#: Printings from which on a line is the head of pages or of tables.
_HEADS = 3
_NO_LETTER = re.compile(r"[^A-Za-zก-๎]")


def leftover(section: Section, records: Sequence[Record]) -> Iterator[Passage]:
    """The passages of a section that none of its `records` stands on or repeats."""
    standing = {number for record in records for number in _numbers(record)}
    said = arabic_digits(squeeze("\n".join(text for record in records for text in _texts(asdict(record)))))
    printed = Counter(squeeze(line.plain) for line in section.lines)
    stretch: list[TextLine] = []
    for line in [*section.lines, None]:
        repeated = line is not None and printed[squeeze(line.plain)] >= _HEADS
        if line is not None and not (repeated or line.line.number in standing or _is_said(line, said)):
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
    bare = re.sub(r"^(?:หมวด(?:ที่)?|ประเด็น(?:ที่)?|ข้อ)?[\d. ()]*", "", line.plain)
    return squeeze(bare) in said
