"""The questions of an award report: slides of a title, a number, a question, and paragraphs of answer.

A question's number may be glued to it or stand alone; an answer may go on on the next slide, "(ต่อ)". Or both are
labelled: ถาม : … ตอบ : …
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from rapidfuzz import fuzz

from pipeline.forms.base import place
from pipeline.forms.lines import TextLine
from pipeline.forms.numbering import ancestors, following, without_bullet
from pipeline.forms.passages import paragraph_parts, paragraphs
from pipeline.forms.tables import LINK_ONLY, Row, clean
from pipeline.records import Faq, Finding, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

#: A numbered heading of the report.
SECTION = re.compile(r"^(?P<number>\d+(?:\.\d+)+|\d+\.) ?(?P<title>\S.*)$")
_UNNUMBERED = re.compile(r"^(?P<number>)(?P<title>\S.*)$")
#: Rows that a section of questions has at the least.
_SLIDE = 3
_FAQ_HEAD = re.compile(r"(?:ข้อ)?คำถาม|ถาม ?-? ?ตอบ|FAQ", re.IGNORECASE)
_FAQ_NUMBER = re.compile(r"^(?P<again>\(ต่อ\) ?)?(?P<number>\d{1,2})\.?(?:$| ?(?=[^\d,.]))")
_ASKS = re.compile(r"^(?:\d{1,2}[.)] ?)?(?:คำถาม|ถาม|Q)(?:ที่ ?\d{1,2})? ?[::] ?")
_ANSWERS = re.compile(r"^(?:คำตอบ|ตอบ|A)(?:ที่ ?\d{1,2})? ?[::] ?")
_ICON = re.compile(r"^[QA]$")
_AGAIN = re.compile(r"^\(ต่อ\) ?")
#: A slide's title is like its section's from here on (0..100), whatever OCR made of it.
_TITLE_ALIKE = 60.0
#: A line among others is a slide's title from here on, unless the year stands alone below it.
_TITLE_CERTAIN = 80.0
_DATED = re.compile(r"^ประจำปี(?:งบประมาณ)? ?(?:พ\.ศ\. ?)?25\d\d$")


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


def _faq_sections(rows: Sequence[Row]) -> Iterator[tuple[str | None, str, list[Row]]]:
    """The sections of questions: number, title, rows. One with sections of its own is theirs."""
    marked = any(row.heading for row in rows)
    heads: list[tuple[int, re.Match[str]]] = []
    due: set[str] = set()  # where markdown marks no heading: the numbers that one after the questions may have
    asked = 0
    for at, row in enumerate(rows):
        found = SECTION.match(arabic_digits(row.text)) if not row.tabular and len(row.text) < 120 else None
        if found is None:
            continue
        asks = not marked and bool(_FAQ_HEAD.match(found["title"]))
        number = found["number"].rstrip(".")
        if row.heading or asks or "." in number or (number in due and number != str(asked + 1)):
            heads.append((at, found))
            due = {following(number), *map(following, ancestors(number))} if asks else set()
            asked = 0
        elif number == str(asked + 1):
            asked += 1
    sections = [(at, found) for at, found in heads if rows[at].heading] or heads
    if not any(_FAQ_HEAD.match(found["title"]) for _, found in sections):
        headings = ((at, _UNNUMBERED.match(row.text)) for at, row in enumerate(rows) if row.heading)
        sections = [(at, found) for at, found in headings if found]
    for at, (start, found) in enumerate(sections):
        end = sections[at + 1][0] if at + 1 < len(sections) else len(rows)
        if _FAQ_HEAD.match(found["title"]) and end - start > _SLIDE:
            printed = rows[start].text[: found.end("number")]
            yield printed or None, found["title"], list(takewhile(lambda row: not row.in_table, rows[start + 1 : end]))


def _items(title: str, body: Sequence[Row]) -> Iterator[_Question]:
    """Questions in turn: the number expected next opens one, its first paragraph is the question."""
    lines = [line for row in body for line in row.lines if not LINK_ONLY.match(line.text)]
    if any(_ASKS.match(clean(line.text)) for line in lines):
        yield from _labelled(lines)
        return
    current: _Question | None = None
    groups = (
        asked
        for group in paragraphs(lines, items=False)
        for part in _slides(group, title)
        for asked in _parted_after_question(part)
    )
    for group in groups:
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
            text = _text([_AGAIN.sub("", texts[0]), *texts[1:]])
            goes_on = _asks_on(current, group[0], text)
            current.lines += group
            if goes_on:
                current.question = join_wrapped([current.question, text])
            elif current.question:
                current.answer.append(text)
            else:
                current.question = text
    if current:
        yield current


def _asks_on(current: _Question, line: TextLine, text: str) -> bool:
    """Whether a text at a page's top, not the question above it, has the question's mark."""
    turned = line.line.page != current.lines[-1].line.page
    asked = _ends_question(current.question) or bool(current.answer)
    return turned and bool(current.question) and not asked and _ends_question(text)


def _ends_question(text: str) -> bool:
    return text.rstrip().endswith("?")


def _parted_after_question(group: Sequence[TextLine]) -> Iterator[Sequence[TextLine]]:
    """Lines of a page that run on into each other, cut where a question ends with its mark and room is below it."""
    start = 0
    for at in range(1, len(group)):
        before, line = group[at - 1], group[at]
        if line.line.page is not None and line.gap and _ends_question(before.text):
            yield group[start:at]
            start = at
    yield group[start:]


def _labelled(lines: Sequence[TextLine]) -> Iterator[_Question]:
    """Questions and answers after labels of their own."""
    current: _Question | None = None
    asked: list[str] = []
    said: list[str] = []
    into = asked
    for line in lines:
        text = clean(line.text)
        if found := _ASKS.match(text):
            if current:
                yield replace(current, question=_text(asked), answer=[_text(said)])
            current = _Question((current.number if current else 0) + 1, "")
            asked, said = [text[found.end() :]], []
            into = asked
        elif current and (found := _ANSWERS.match(text)):
            said.append(text[found.end() :])
            into = said
        elif current:
            into.append(text)
        if current:
            current.lines.append(line)
    if current:
        yield replace(current, question=_text(asked), answer=[_text(said)])


def _text(texts: Sequence[str]) -> str:
    """A paragraph of a slide, without the dashes of its list."""
    return " ".join(without_bullet(part) for part in paragraph_parts(texts))


def _slides(group: Sequence[TextLine], title: str) -> Iterator[Sequence[TextLine]]:
    """Lines that stand close together, cut before and after a slide's title among them."""
    start = 0
    for at, line in enumerate(group):
        dated = at + 1 < len(group) and bool(_DATED.match(arabic_digits(clean(group[at + 1].text))))
        if _title_likeness([clean(line.text)], title) >= (_TITLE_ALIKE if dated else _TITLE_CERTAIN):
            yield from filter(None, [group[start:at], group[at : at + 1 + dated]])
            start = at + 1 + dated
    if start < len(group):
        yield group[start:]


def _is_slide_title(texts: Sequence[str], title: str) -> bool:
    return _title_likeness(texts, title) >= _TITLE_ALIKE


def _title_likeness(texts: Sequence[str], title: str) -> float:
    head = re.sub(r"ประจำปี.*$", "", arabic_digits(squeeze("".join(texts))))
    return fuzz.ratio(head, squeeze(title)) if head and len(head) < 1.5 * len(squeeze(title)) else 0.0


#: Words that give advice, and words that open a new sentence in an answer.
_ADVISES = re.compile(r"ควร|(?:จะ)?ต้อง(?:พิจารณา|เลือก|วิเคราะห์|คำนึง)|(?:ให้|สามารถ)พิจารณา")
_SENTENCE = re.compile(r" (?=ดังนั้น|กรณี|ยกตัวอย่าง|เช่น|เพราะ|หลังจากนั้น|นอกจากนี้|ทั้งนี้)|(?<=ได้)หรือ(?=กรณี)")


def _advice(answer: str) -> str | None:
    """The first sentence of an answer that gives advice."""
    for sentence in _SENTENCE.split(answer):
        if _ADVISES.search(sentence):
            return sentence.strip()
    return None
