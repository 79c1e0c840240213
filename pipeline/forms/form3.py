"""Form 3: the self-assessment of categories 1–6, ticked ผ่าน / ไม่ผ่าน by reviewers part by part.

The form, top to bottom: category heading (หมวด 1 …) › criterion (1.1 …) › item (1.1.1 …, title may wrap) ›
answer parts, each opened by a tick and a label, the agency's answer between dots › a verdict and the reviewer's
comment between dots. An item has as many verdicts as it has answer parts. Page headers cut into all of it.
Some agencies set the items as a table with columns for the verdict, see `verdict_table`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.forms.base import Form, Section, place
from pipeline.forms.comments import read_comment
from pipeline.forms.lines import TextLine
from pipeline.forms.ticks import (
    Verdict,
    merge_options,
    read_tick,
    read_verdict,
    strip_dots,
)
from pipeline.forms.titles import ALIKE, heading_end, likeness
from pipeline.forms.verdict_table import spelt_out
from pipeline.records import Finding, Passage, Record
from pipeline.thai import join_wrapped, squeeze

FAMILY = "form3"

_LANDMARK = re.compile(r"^(?:แบบฟอร์มที่ ?3\b|แบบประเมินสถานะการเป็นระบบราชการ)")
_CATEGORY = re.compile(r"^หมวด(?:ที่)? ?(?P<number>[1-7]) ?[:.]? ?(?P<title>.*)$")
_ITEM = re.compile(r"^(?:ข้อ(?:ที่)? ?)?(?P<number>[1-7]\. ?\d{1,2}\. ?\d{1,2})\.?(?:\s+|(?=[ก-๙\"“(]|$))(?P<title>.*)$")
_CRITERION = re.compile(
    r"^(?:(?:ประเด็น|หัวข้อ|เกณฑ์|ข้อ)(?:ที่)? ?)?(?P<number>[1-7]\. ?\d{1,2})\.?(?:\s+|(?=[ก-๙])|$)(?P<title>.*)$"
)
#: A field of the form beside a heading, such as who reports on a criterion.
_LABELLED = re.compile(r"^[^\s:]+(?: [^\s:]+)? ?:")
#: The scale printed at the head of every page; its words also occur in answers, so only the whole run is furniture.
_SCALE_TITLE = re.compile(r"^ระดับการพัฒนาองค์การสู่การเป็นระบบราชการ")
_SCALE_WORD = re.compile(r"^(?:(?:ยังไม่ได้|อยู่ระหว่าง|เริ่ม|ดำเนินการ(?:แล้ว)?|หัวข้อ|มีผลการดำเนินการ|เกิดผล)\s*)+$")
_SCALE_STEP = re.compile(r"ยังไม่ได้|อยู่ระหว่าง|เริ่ม|ดำเนินการ|หัวข้อ")
_SCALE_STEPS = 4
_UNTICKED_PART = re.compile(r"^[๏◦○●•▪]")
#: A landmark is believed if a verdict follows within this many lines; a headless form needs this many verdicts.
_SOON = 250
_ENOUGH = 3
#: Lines below an item in which its verdict must come where others before it are missing.
_ANSWER = 30
#: A running head is at least this long (characters, spaces not counted) and printed this often.
_HEAD_LENGTH, _HEAD_TIMES = 12, 4


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """Each landmark that items and verdicts follow, and the first item of a form that lost its first pages."""
    items = [i for i, line in enumerate(lines) if _ITEM.match(line.plain)]
    verdicts = [i for i, line in enumerate(lines) if read_verdict(line.plain)]
    landmarks = [i for i, line in enumerate(lines) if _LANDMARK.match(line.plain)]
    starts: list[int] = []
    for at in landmarks:
        if starts and at - starts[-1] <= 8:
            continue
        if any(at < i <= at + _SOON for i in items) and any(at < i <= at + _SOON for i in verdicts):
            starts.append(at)
    if not starts and len(items) >= _ENOUGH and len(verdicts) >= _ENOUGH:
        starts = [_heading_before(lines, items[0])]
    yield from starts


def _heading_before(lines: Sequence[TextLine], index: int) -> int:
    start = index
    while start > 0 and index - start < 20:
        line = lines[start - 1].plain
        if not (_CRITERION.match(line) or _CATEGORY.match(line) or _SCALE_TITLE.match(line) or _SCALE_WORD.match(line)):
            break
        start -= 1
    return start


@dataclass(slots=True)
class _Part:
    """An answer part in the making."""

    label: list[TextLine] = field(default_factory=list)
    answer: list[TextLine] = field(default_factory=list)


class _Reader:
    """Reads one section, line by line, keeping where in the form it stands."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self.lines = spelt_out(section.lines)
        self.category_titles: dict[str, str] = {}
        self.furniture = _furniture(self.lines) | self._category_lines()
        marked = sum(1 for line in self.lines if (v := read_verdict(line.plain)) and v.marked)
        self.marked = marked > 0
        self.criterion: str | None = None
        self.criterion_title: str | None = None
        self.item: str | None = None
        self.item_title: str | None = None
        self.parts = 0
        self.part = _Part()
        self.awaiting = False  # an item is open and its next verdict has not come yet

    def records(self) -> Iterator[Record]:
        """Findings and passages, in the order of the form."""
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            if at in self.furniture:
                at += 1
            elif taken := self._heading(at):
                at += taken
            elif self.item and (verdict := self._verdict(at)):
                found, taken = verdict
                records, used = self._judged(found, at, at + taken)
                yield from records
                at = used
            else:
                self._answer(line)
                at += 1
        if self.item and self.awaiting and self.part.answer:
            self.section.warn(f"item {self.item}: no verdict found after its answer", self.part.answer[-1])

    def _category_lines(self) -> set[int]:
        """Indexes of category headings, their titles noted. They head every page, so none may end a comment;
        that a category begins is known from its first criterion."""
        out: set[int] = set()
        for at, line in enumerate(self.lines):
            found = _CATEGORY.match(line.plain)
            if not found or (likeness(found["number"], found["title"]) or 0) < ALIKE:
                continue
            parts = [line.text[found.start("title") :], *(t.text for t in self.lines[at + 1 : at + 3])]
            taken = max(heading_end(found["number"], parts), 1)
            self.category_titles.setdefault(found["number"], join_wrapped(parts[:taken]))
            out.update(range(at, at + taken))
        return out

    # -- headings ---------------------------------------------------------------------------------------

    def _heading(self, at: int) -> int:
        """Lines taken by a heading at `at`, 0 if there is none."""
        line = self.lines[at]
        if found := _ITEM.match(line.plain):
            number = found["number"].replace(" ", "")
            if self._item_follows(number, found["title"], at):
                return self._open_item(number, line.text[found.start("title") :], at)
            return 0
        if found := _CRITERION.match(line.plain):
            number = found["number"].replace(" ", "")
            if self._criterion_follows(number, found["title"], at):
                self._close_item()
                self.criterion = number
                own = line.text[found.start("title") :]
                following = self._following(at, 4)
                stops = (n for n, (_, t) in enumerate(following) if _ITEM.match(t.plain) or _LABELLED.match(t.plain))
                to_item = next(stops, 0)
                more = max(heading_end(number, [own, *(t.text for _, t in following)]) - 1, 0) or to_item
                self.criterion_title = join_wrapped([own, *(t.text for _, t in following[:more])])
                return following[more - 1][0] - at + 1 if more else 1
        return 0

    def _following(self, at: int, count: int) -> list[tuple[int, TextLine]]:
        """The next lines that are not furniture, with their indexes."""
        out: list[tuple[int, TextLine]] = []
        index = at + 1
        while index < len(self.lines) and len(out) < count:
            if index not in self.furniture:
                out.append((index, self.lines[index]))
            index += 1
        return out

    def _item_follows(self, number: str, title: str, at: int) -> bool:
        """Whether a line that begins with an item's number opens that item, or is a sentence that happens to.

        A known title does. Other editions have other titles: there the number must be the very next one, and
        no answer may be waiting for its verdict.
        """
        if self.item is not None and _order(number) <= _order(self.item):
            return False
        whole = title or next((t.text for _, t in self._following(at, 1)), "")
        alike = likeness(number, whole)
        if alike is not None and alike >= ALIKE:
            return True
        if self.awaiting and self.part.answer:
            return False
        return self.item is None or self._is_next(number, self.item) or self._comes_after_lost(number, at)

    def _comes_after_lost(self, number: str, at: int) -> bool:
        """Whether an item some way on in the same criterion opens here: it has a verdict of its own, so it is none of
        a list in a comment."""
        if self.awaiting or not self.item or _order(number)[:2] != _order(self.item)[:2]:
            return False
        for index, line in self._following(at, _ANSWER):
            if _ITEM.match(line.plain):
                return False
            if self._verdict(index):
                return True
        return False

    def _criterion_follows(self, number: str, title: str, at: int) -> bool:
        """Likewise for a criterion: its title is known, or an item of it follows."""
        if self.criterion is not None and _order(number) <= _order(self.criterion):
            return False
        alike = likeness(number, title)
        if alike is not None and alike >= ALIKE:
            return True
        if self.awaiting:
            return False
        items = (_ITEM.match(line.plain) for _, line in self._following(at, 5))
        first = next((found["number"].replace(" ", "") for found in items if found), "")
        return first.startswith(f"{number}.")

    @staticmethod
    def _is_next(number: str, item: str) -> bool:
        """Whether an item is the one after another: the next of its criterion, or the first of the next."""
        category, criterion, nth = _order(item)
        following = ((category, criterion, nth + 1), (category, criterion + 1, 1), (category + 1, 1, 1))
        return _order(number) in following

    def _open_item(self, number: str, first: str, at: int) -> int:
        if self.item and _order(number)[:2] == _order(self.item)[:2] and not self._is_next(number, self.item):
            self.section.warn(f"item {number} follows {self.item}, some may be missing", self.lines[at])
        self._close_item()
        self.item, self.parts, self.awaiting = number, 0, True
        criterion = number.rsplit(".", 1)[0]
        if criterion != self.criterion:
            self.criterion, self.criterion_title = criterion, None
        title = [first] if first else []
        rest: list[tuple[int, TextLine]] = []
        for index, line in self._following(at, 6):
            if _opens_answer(line) or self._verdict(index) or _ITEM.match(line.plain) or _CATEGORY.match(line.plain):
                break
            if _SCALE_WORD.match(line.plain):  # the answer of an agency that has nothing to show
                break
            rest.append((index, line))
        else:
            # Nothing on the page says where the title ends: the titles known do, else it is the one line.
            parts = [*title, *(line.text for _, line in rest)]
            rest = rest[: max(heading_end(number, parts) - len(title), 0 if title else 1)]
        self.item_title = join_wrapped([*title, *(line.text for _, line in rest)])
        return rest[-1][0] - at + 1 if rest else 1

    def _close_item(self) -> None:
        if self.item and self.awaiting and self.parts == 0:
            anchor = (self.part.answer or self.part.label or [self.lines[0]])[-1]
            self.section.warn(f"item {self.item}: no verdict found", anchor)
        self.item, self.part, self.awaiting = None, _Part(), False

    # -- answers ----------------------------------------------------------------------------------------

    def _answer(self, line: TextLine) -> None:
        if not self.item:
            return
        if _opens_answer(line) and not line.plain.startswith("."):
            self.part = _Part(label=[line])
            self.awaiting = True
        else:
            self.part.answer.append(line)

    # -- verdicts ---------------------------------------------------------------------------------------

    def _verdict(self, at: int) -> tuple[Verdict, int] | None:
        """The verdict at `at` and the lines it takes; two options on two lines count as one verdict."""
        verdict = read_verdict(self.lines[at].plain)
        if verdict is None or (self.marked and not (verdict.marked or verdict.led)):
            return None
        following = self._following(at, 1)
        if following and not verdict.rest:
            index, line = following[0]
            other = read_verdict(line.plain)
            if other and (both := merge_options(verdict, other)):
                return both, index - at + 1
        return verdict, 1

    def _judged(self, verdict: Verdict, at: int, after: int) -> tuple[list[Record], int]:
        """The finding and the answer's passage for a verdict, and the index of the first line after its comment."""
        self.parts += 1
        self.awaiting = False
        line = self.lines[after - 1]
        comment = read_comment(
            self.lines,
            after,
            line.text[len(line.text) - len(verdict.rest) :],
            furniture=self.furniture,
            ends=self._ends_comment,
        )
        label = strip_dots(join_wrapped(self._label())) or None
        finding = Finding(
            kind="verdict",
            category=int(self.item[0]) if self.item else None,
            category_title=self.category_titles.get(self.item[0]) if self.item else None,
            criterion=self.criterion,
            criterion_title=self.criterion_title,
            item=self.item,
            item_title=self.item_title,
            part=self.parts,
            part_label=label,
            verdict=verdict.value,
            text=comment.text,
            **place([*self.lines[at:after], *comment.lines]),  # type: ignore[arg-type]
        )
        if verdict.value is None:
            self.section.warn(f"item {self.item}: no box of the verdict is ticked", self.lines[at])
        records: list[Record] = [finding]
        answer = strip_dots(join_wrapped(t.text for t in self.part.answer))
        if answer and not re.fullmatch(r"[\W_]*", answer):
            records.append(
                Passage(
                    text=answer,
                    raw_text="\n".join(t.line.raw for t in self.part.answer),
                    category=int(self.item[0]) if self.item else None,
                    criterion=self.criterion,
                    role="answer",
                    verdict=verdict.value,
                    **place(self.part.answer),  # type: ignore[arg-type]
                )
            )
        self.part = _Part()
        return records, comment.after

    def _label(self) -> Iterator[str]:
        """What is printed beside the box of the answer part; below it, where nothing is beside it."""
        for line in self.part.label:
            beside = read_tick(line.text)
            yield line.text.lstrip("๏◦○●•▪ ") if beside is None else beside
            if beside == "" and self.part.answer and not self.part.answer[0].plain.startswith(("..", "…")):
                yield self.part.answer[0].text

    def _ends_comment(self, at: int) -> bool:
        line = self.lines[at]
        if self._verdict(at) or read_tick(line.plain) is not None or _UNTICKED_PART.match(line.plain):
            return True
        if found := _ITEM.match(line.plain):
            return self._item_follows(found["number"].replace(" ", ""), found["title"], at)
        if found := _CRITERION.match(line.plain):
            return self._criterion_follows(found["number"].replace(" ", ""), found["title"], at)
        return False


def _opens_answer(line: TextLine) -> bool:
    return (
        read_tick(line.plain) is not None
        or line.plain.startswith(("...", "…"))
        or bool(_UNTICKED_PART.match(line.plain))
    )


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(n) for n in number.split("."))


def _furniture(lines: Sequence[TextLine]) -> set[int]:
    """Indexes of the page head of the form, and of an agency's own."""
    out: set[int] = set()
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and (_SCALE_TITLE if end == at else _SCALE_WORD).match(lines[end].plain):
            end += 1
        if end == at:  # the scale may also stand without its title
            while end < len(lines) and _SCALE_WORD.match(lines[end].plain):
                end += 1
            if sum(len(_SCALE_STEP.findall(line.plain)) for line in lines[at:end]) < _SCALE_STEPS:
                end = at
        out.update(range(at, end))
        at = max(end, at + 1)
    return out | _running_heads(lines)


def _running_heads(lines: Sequence[TextLine]) -> set[int]:
    """Indexes of lines that come back all through the form without being part of it: an agency's own page heads.

    Comments repeat too, and so do the ends of wrapped ones; these follow a verdict, close dots, or are short.
    """
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        if len(squeeze(line.plain)) >= _HEAD_LENGTH and not _is_structural(line):
            places.setdefault(line.plain, []).append(at)
    out: set[int] = set()
    for at_all in places.values():
        spread = at_all[-1] - at_all[0] > len(lines) // 2
        judged = sum(1 for at in at_all if at and read_verdict(lines[at - 1].plain))
        if len(at_all) >= _HEAD_TIMES and spread and judged * 3 < len(at_all):
            out.update(at_all)
    return out


def _is_structural(line: TextLine) -> bool:
    return bool(
        read_verdict(line.plain)
        or _opens_answer(line)
        or _ITEM.match(line.plain)
        or _CRITERION.match(line.plain)
        or _CATEGORY.match(line.plain)
        or line.plain.endswith(("คือ", "ได้แก่", "..", "…"))
    )


def parse(section: Section) -> Iterator[Record]:
    """The verdicts of a Form 3 as findings, the agency's answers as passages."""
    return _Reader(section).records()


FORM = Form(FAMILY, find, parse, closed=True)
