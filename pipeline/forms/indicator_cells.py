"""What the cells of an indicator say, however its form is set: name, owner, target, and the boxes of verdicts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.forms.allotment import Box
from pipeline.forms.lines import TextLine, number
from pipeline.forms.wording import apart
from pipeline.thai import arabic_digits, join_wrapped

NUMBERED = re.compile(r"^(?P<number>\d{1,2}\.\d{1,2})\.? ?(?P<name>[^\d\s].*)$")
#: The heading of a group of indicators.
GROUP = re.compile(r"^(?P<number>\d{1,2})\. ?(?P<title>[^\d\s].*)$")
#: A row of dots or dashes, which the form has where a group has no indicator.
EMPTY = re.compile(r"^[-–.… ]+(?:\(ชื่อตัวชี้วัด\)[-–.… ]*)?$")
_PARTICULAR = re.compile(r"^(?:\d{1,2}[.)](?!\d)|[-–•*]|ปี 25\d\d)")
_BRACKETS = re.compile(r"\((?:[^()]|\([^()]*\))*\)?")
_LEADS_TO_LIST = re.compile(r"\s*(?:ได้แก่|ดังนี้|คือ)?\s*:?$")
#: The office in charge, where it is said below an indicator's name.
OWNER = re.compile(r"^(?:ผู้|หน่วยงาน(?:ที่)?)รับผิดชอบ ?(?::|$) ?(?P<owner>.*)$")
_OWNER_ENDS = re.compile(r"\(หมวด[^()]*\)$")

FIGURE = r"(?:-?\d[\d,]*(?:\.\d+)?|[-–]+|_{2,}|N/?A)"
TARGET = re.compile(
    rf"^(?P<target>{FIGURE})(?: ?\((?P<bracketed>[^()]+)\)| ?(?P<unit>[ก-ฮเ-ไ][^\d\s]*))?(?: (?P<more>.+))?$"
)

_VERDICT_WORD = re.compile(r"^(?P<word>ไม่ผ่าน|ผ่าน) ?(?P<score>\( ?\d{2,3} ?\)?)?$")
_WAITS = re.compile(r"^(?:\(รอผล|รอผล(?: ?รอบ[\d เดือน]*)?$)")
_BELOW = re.compile(r"^ผลต่ำกว่า")
_SCORE = re.compile(r"^\(? ?\d{2,3} ?\)?$|^\)$")
#: Lines of one box.
_BOX = 6


def split_owner(
    lines: Sequence[TextLine], continued: Sequence[TextLine]
) -> tuple[list[TextLine], list[str], list[TextLine]]:
    """The lines of the name, the owner's words, and what stands below the owner and is neither."""
    names: list[TextLine] = []
    owner: list[str] | None = None
    notes: list[TextLine] = []
    ended = False  # the name: where something blank is, what follows are particulars
    for line in (*lines, *continued):
        inside = owner is not None and "".join(owner).count("(") > "".join(owner).count(")")
        if not inside and (found := OWNER.match(line.plain)):
            owner = [line.text[found.start("owner") :]]
        elif owner is not None:
            complete = _OWNER_ENDS.search(arabic_digits(join_wrapped(owner))) and not _PARTICULAR.match(line.plain)
            if complete or notes:
                notes.append(line)
            else:
                owner.append(line.text)
        else:
            goes_on = not names or line is next(iter(continued), None) or _over_page(names[-1], line)
            ended = ended or (not goes_on and apart(names[-1], line))
            if not ended:
                names.append(line)
    return names, owner or [], notes


def _over_page(before: TextLine, line: TextLine) -> bool:
    """Whether a cell goes on on the next page."""
    a, b = before.cell, line.cell
    return bool(a and b and a.column == b.column and before.line.page != line.line.page)


def core_name(lines: Sequence[TextLine], start: int) -> str:
    """The name of an indicator without its number, lists and brackets at its end."""
    texts = [lines[0].text[start:]] if lines else []
    for line in lines[1:]:
        if _PARTICULAR.match(line.plain):
            break
        texts.append(line.text)
    text = join_wrapped(texts)
    for brackets in _BRACKETS.finditer(text):
        if not text[brackets.end() :].strip() or _PARTICULAR.match(arabic_digits(text[brackets.end() :].strip())):
            text = text[: brackets.start()]
            break
    return _LEADS_TO_LIST.sub("", text).strip()


def boxes(lines: Sequence[TextLine]) -> tuple[list[Box], dict[int, str]]:
    """The verdicts printed among lines, and the note before a box, by the box's index."""
    boxes: list[Box] = []
    notes: dict[int, str] = {}
    note: list[str] = []
    at = 0
    while at < len(lines):
        plain = lines[at].plain
        found = _VERDICT_WORD.match(plain)
        end = at + 1
        if found:
            while end < min(at + _BOX, len(lines)) and _SCORE.match(lines[end].plain):
                end += 1
        elif _opens_box(plain):
            ahead = range(at + 1, min(at + _BOX, len(lines)))
            last = next((i for i in ahead if _opens_box(lines[i].plain)), ahead.stop)
            closes = next((i for i in range(at, last) if ")" in lines[i].plain), at)
            end = closes + 1
        else:
            note.append(lines[at].text)
            at += 1
            continue
        text = join_wrapped(line.text for line in lines[at:end])
        score = re.search(r"\( ?(\d{2,3}) ?\)", arabic_digits(text)) if found else None
        verdict = "pass" if found and found["word"] == "ผ่าน" else "pending" if _WAITS.match(plain) else "fail"
        if note:
            notes[len(boxes)] = join_wrapped(note)
        boxes.append(Box(verdict, number(score[1]) if score else None, text))
        note, at = [], end
    return boxes, notes


def _opens_box(plain: str) -> bool:
    return bool(_VERDICT_WORD.match(plain) or _WAITS.match(plain) or _BELOW.match(plain))
