"""Tick marks and verdict words: how a reviewer's ผ่าน / ไม่ผ่าน is printed, and what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Any printed box, filled or empty. Private-use glyphs have become ☑ ☒ ☐ by repair; one that stayed, or that the
#: file has no character for, is still a box: the word beside it decides.
MARK = r"(?:\[\s*[/xX✓✔✗✘√*]?\s*\]|\(\s*[/xX✓✔✗✘√*]?\s*\)|[☑☒☐✓✔✗✘√■□\ue000-\uf8ff\ufffd])"
#: Letters that boxes become where a symbol font (Wingdings, Wingdings 2) was taken for one of letters.
LETTER_TICKS = {**dict.fromkeys("PRþü", "☑"), **dict.fromkeys("OQýû", "☒"), **dict.fromkeys("£¨", "☐")}
_CHECKS = re.compile(r"[/✓✔√☑]")
_EMPTY = re.compile(r"\[\s*\]|\(\s*\)|[☐□]")
_WORD = r"(?:ยัง)?(?:ไม่\s?ผ่าน|ผ่าน|รอผล)"
_LEAD = r"(?P<lead>ผล(?:การ)?(?:ตรวจ)?(?:ประเมิน|พิจารณา)?\s*[:=]\s*)?"
_OPTION = rf"(?P<mark{{n}}>{MARK})?\s*(?P<word{{n}}>{_WORD})(?=[\s.…:(–-]|$)"
_VERDICT = re.compile(
    rf"^{_LEAD}{_OPTION.format(n=1)}(?:\s*(?:/\s*)?{_OPTION.format(n=2)})?\s*(?P<rest>.*)$", re.DOTALL
)
_PREFIXED = re.compile(rf"^(?P<word>{_WORD})\s*(?P<mark>{MARK})\s*(?P<rest>.*)$", re.DOTALL)
_TICK = re.compile(rf"^(?P<mark>{MARK})\s*(?P<rest>.*)$", re.DOTALL)
_COMMENT_LEAD = re.compile(
    r"^(?:ข้อเสนอแนะ|ข้อคิดเห็น|ความคิดเห็น|ความเห็น|ข้อสังเกต|หมายเหตุ|comments?)"
    r"(?:เพิ่มเติม)?(?:ของ(?:คณะ)?(?:ผู้ตรวจประเมิน|ผู้ตรวจ|ผู้ประเมิน|กรรมการ))?\s*[::]\s*",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"[-–—_.\s]*")
_DOTS = re.compile(r"^(?:\s*(?:\.{2,}|…))+|(?:(?:\.{2,}|…)\s*)+$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict as printed on one line: `value` pass | fail | pending | None (no box ticked).

    `marked` tells whether a box was printed, `paired` whether both options were, `led` whether words such as
    "ผลการประเมิน :" lead in to it, `rest` what follows on the line.
    """

    value: str | None
    marked: bool
    paired: bool
    ticked: bool
    word: str
    rest: str
    led: bool = False


def read_verdict(plain: str) -> Verdict | None:
    """The verdict printed on a line, None if the line prints none.

    >>> read_verdict("[/] ผ่าน").value, read_verdict("[] ไม่ผ่าน ...ควร...").value
    ('pass', 'fail')
    >>> read_verdict("☐ ผ่าน ☒ ไม่ผ่าน").value
    'fail'
    >>> read_verdict("ผ่านทางเว็บไซต์") is None, read_verdict("[/]ผ่านทางเว็บไซต์") is None
    (True, True)
    """
    if found := _PREFIXED.match(plain):
        mark, word, rest = found["mark"], found["word"], found["rest"]
        return Verdict(_meaning(word, mark), True, False, not _EMPTY.fullmatch(mark), _value(word), rest)
    found = _VERDICT.match(plain)
    if not found:
        return None
    mark, word, rest = found["mark1"], found["word1"], found["rest"]
    if found["word2"] and (mark or found["mark2"]):
        first, second = _ticked(mark), _ticked(found["mark2"])
        if first and second:  # one of them is crossed out
            first, second = (bool(_CHECKS.search(box)) for box in (mark or "", found["mark2"] or ""))
        value = None if first == second else _value(word if first else found["word2"])
        return Verdict(value, True, True, first or second, _value(word), rest)
    if mark is None and rest and rest[0] not in ".…:":
        return None
    led = found["lead"] is not None
    return Verdict(_meaning(word, mark), mark is not None, False, _ticked(mark), _value(word), rest.lstrip(": "), led)


def merge_options(first: Verdict, second: Verdict) -> Verdict | None:
    """Two options printed on lines of their own (☑ ผ่าน, ☐ ไม่ผ่าน) as one verdict; None if they are not such."""
    options = first.marked and second.marked and not first.rest and not (first.paired or second.paired)
    if not options or first.word == second.word or first.ticked == second.ticked:
        return None
    value = first.word if first.ticked else second.word
    return Verdict(value, True, True, True, first.word, second.rest)


def read_tick(plain: str) -> str | None:
    """What follows the box that opens an answer, None if the line opens none.

    >>> read_tick("[/]เป้าหมายระยะสั้น คือ"), read_tick("เป้าหมาย"), read_tick("(1) เป้าหมาย")
    ('เป้าหมายระยะสั้น คือ', None, None)
    """
    found = _TICK.match(plain)
    return found["rest"] if found else None


def strip_dots(text: str) -> str:
    """A comment without the dots it is printed on.

    >>> strip_dots("...ควรทบทวน... "), strip_dots(".........."), strip_dots("-")
    ('ควรทบทวน', '', '')
    """
    before = None
    while text != before:
        before, text = text, _DOTS.sub("", text).strip()
    return "" if _NO_WORDS.fullmatch(text) else text


def strip_comment_lead(text: str) -> str:
    """A comment without the words that announce it ("ข้อเสนอแนะ :")."""
    return _COMMENT_LEAD.sub("", text)


def _ticked(mark: str | None) -> bool:
    return mark is not None and not _EMPTY.fullmatch(mark)


def _value(word: str) -> str:
    if "รอ" in word:
        return "pending"
    return "fail" if "ไม่" in word else "pass"


def _meaning(word: str, mark: str | None) -> str | None:
    # Alone on its line the word decides: these forms print "[] ไม่ผ่าน" for a failed part. An open box before
    # ผ่าน is the one thing that contradicts it: not decided yet.
    value = _value(word)
    return "pending" if value == "pass" and mark is not None and _EMPTY.fullmatch(mark) else value
