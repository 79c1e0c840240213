"""The questions of an award report: slides of a title, a number, a question, and paragraphs of answer.

A question's number may be glued to it or stand alone; an answer may go on on the next slide, "(ต่อ)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from rapidfuzz import fuzz

from pipeline.forms.base import place
from pipeline.forms.lines import TextLine
from pipeline.forms.numbering import without_bullet
from pipeline.forms.passages import paragraph_parts, paragraphs
from pipeline.forms.tables import LINK_ONLY, Row, clean
from pipeline.records import Faq, Finding, Record
from pipeline.thai import arabic_digits, squeeze

#: A numbered heading of the report.
SECTION = re.compile(r"^(?P<number>\d+(?:\.\d+)+|\d+\.) ?(?P<title>\S.*)$")
_FAQ_HEAD = re.compile(r"(?:ข้อ)?คำถาม|ถาม ?-? ?ตอบ|FAQ", re.IGNORECASE)
_FAQ_NUMBER = re.compile(r"^(?P<again>\(ต่อ\) ?)?(?P<number>\d{1,2})\.?(?:$| ?(?=[^\d,.]))")
_ICON = re.compile(r"^[QA]$")
_AGAIN = re.compile(r"^\(ต่อ\) ?")
#: A slide's title is like its section's from here on (0..100), whatever OCR made of it.
_TITLE_ALIKE = 60.0


@dataclass(slots=True)
class _Question:
    number: int
    question: str
    answer: list[str] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)


def questions(rows: Sequence[Row], used: set[int]) -> Iterator[Record]:
    """Each question with its answer, and the advice that the answer gives."""
    for section_no, title, body in _faq_sections(rows):
        for item in _items(title, body):
            answer = " ".join(item.answer)
            yield Faq(section=section_no, question=item.question, answer=answer, **place(item.lines))  # type: ignore[arg-type]
            if advice := _advice(answer):
                yield Finding(kind="guidance", text=advice, **place(item.lines))  # type: ignore[arg-type]
        used.update(id(row) for row in body)


def _faq_sections(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """The sections of questions: number, title, rows. One with sections of its own is theirs."""
    heads = [
        (at, found)
        for at, row in enumerate(rows)
        if not row.tabular
        and (found := SECTION.match(arabic_digits(row.text)))
        and len(row.text) < 120
        and (row.heading or "." in found["number"].rstrip("."))
    ]
    numbered_heads = [(at, found) for at, found in heads if rows[at].heading] or heads
    for (at, found), end in zip(numbered_heads, [*(at for at, _ in numbered_heads[1:]), len(rows)], strict=True):
        if _FAQ_HEAD.match(found["title"]) and end - at > 3:
            printed = rows[at].text[: found.end("number")]
            yield printed, found["title"], list(takewhile(lambda row: not row.in_table, rows[at + 1 : end]))


def _items(title: str, body: Sequence[Row]) -> Iterator[_Question]:
    """Questions in turn: the number expected next opens one, its first paragraph is the question."""
    current: _Question | None = None
    lines = [line for row in body for line in row.lines if not LINK_ONLY.match(line.text)]
    for group in paragraphs(lines, items=False):
        texts = [text for line in group if not _ICON.match(text := clean(line.text))]
        if not texts or _is_slide_title(texts, title):
            continue
        found = _FAQ_NUMBER.match(arabic_digits(texts[0]))
        if found and not found["again"] and int(found["number"]) == (current.number if current else 0) + 1:
            if current:
                yield current
            current = _Question(int(found["number"]), _text([texts[0][found.end() :], *texts[1:]]), lines=list(group))
        elif current and found and found["again"] and int(found["number"]) == current.number:
            current.lines += group
        elif current:
            current.lines += group
            text = _text([_AGAIN.sub("", texts[0]), *texts[1:]])
            if current.question:
                current.answer.append(text)
            else:
                current.question = text
    if current:
        yield current


def _text(texts: Sequence[str]) -> str:
    """A paragraph of a slide, without the dashes of its list."""
    return " ".join(without_bullet(part) for part in paragraph_parts(texts))


def _is_slide_title(texts: Sequence[str], title: str) -> bool:
    head = re.sub(r"ประจำปี.*$", "", arabic_digits(squeeze("".join(texts))))
    return bool(head) and len(head) < 1.5 * len(squeeze(title)) and fuzz.ratio(head, squeeze(title)) >= _TITLE_ALIKE


#: Words that give advice, and words that open a new sentence in an answer.
_ADVISES = re.compile(r"ควร|(?:จะ)?ต้อง(?:พิจารณา|เลือก|วิเคราะห์|คำนึง)|(?:ให้|สามารถ)พิจารณา")
_SENTENCE = re.compile(r" (?=ดังนั้น|กรณี|ยกตัวอย่าง|เช่น|เพราะ|หลังจากนั้น|นอกจากนี้|ทั้งนี้)|(?<=ได้)หรือ(?=กรณี)")


def _advice(answer: str) -> str | None:
    """The first sentence of an answer that gives advice."""
    for sentence in _SENTENCE.split(answer):
        if _ADVISES.search(sentence):
            return sentence.strip()
    return None
