"""Reviewers' comments rewritten into actions, by rule.

A reviewer says what should be done ("… ควรวิเคราะห์ต้นทุน"), what is missing ("… แต่ยังขาดการวิเคราะห์ต้นทุน"),
or names what is to improve ("การวิเคราะห์ต้นทุน"). Each becomes the beginning of a step: "วิเคราะห์ต้นทุน".
Where no rule fits, the comment is quoted, never bent into something it does not say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.tagging.segment import clauses

#: Characters of an action; a longer one ends at a clause.
_LONGEST = 230
#: Characters that a clause has at least to say something.
_SHORTEST = 4

#: ควร as advice: not in words such as สมควร or ตามควร, and not in ไม่ควร.
_SHOULD = re.compile(r"(?<!สม)(?<!พอ)(?<!ตาม)(?<!อัน)(?<!ไม่)ควร(?:จะ)?(?!แก่)")
_SHOULD_NOT = re.compile(r"(?:ไม่ควร|มิควร)(?:จะ)?")
#: What is missing: the words that say so, and what they make of the words after them.
_LACKS = re.compile(
    r"(?:(?P<lack>(?:แต่)?ยัง(?=การ)|(?:แต่)?(?:ยัง)?ขาด)"
    r"|(?P<none>(?:แต่)?(?:ยัง)?ไม่(?:ได้)?(?:มี|พบ)(?!ความ))"
    r"|(?P<undone>(?:แต่)?ยังไม่ได้|(?:แต่)?ไม่ได้)"
    r"|(?P<unclear>(?:แต่)?(?:ยัง)?(?:ไม่ชัดเจน|ไม่เห็น(?:ชัดเจน)?|ไม่แสดง(?:ให้เห็น)?)(?:ว่า|ถึง)?)"
    r"|(?P<falls>(?:แต่)?(?:ยัง)?ไม่(?=ครอบคลุม|เชื่อมโยง|ต่อเนื่อง|สอดคล้อง|ทั่วถึง|เพียงพอ|ครบ|เป็นระบบ|ท้าทาย|ใช้|ระบุ|แยก|ขยาย)))"
)
#: "It should be shown that …": the deed is the thing shown.
_SHOW = re.compile(r"^(?:แสดง|อธิบาย|ชี้)ให้เห็น(?:อย่าง)?(?:ชัดเจน)?(?:ถึง|ว่า)?(?:ได้)?(?=มีการ|มี|ได้มี|ได้)(?:ได้)?มี(?:การ)?")
_THERE_SHOULD_BE = re.compile(r"^(?:ให้)?มี(?P<deed>การ)?(?=.)")
_DEED = re.compile(r"^(?:การ)+(?=[ก-ฮเแโใไ])")
_STATE = re.compile(r"^(?:หน่วยงาน|ส่วนราชการ)?(?:ได้)?มี(?P<deed>การ)?(?=[ก-ฮเแโใไ])")
_PLAN = re.compile(r"^แผน")
_QUALITY = re.compile(r"^ความ")
_VERBS = re.compile(
    r"^(?:กำหนด|จัด|ใช้|นำ|สร้าง|พัฒนา|ติดตาม|ส่งเสริม|รวบรวม|วิเคราะห์|ประเมิน|ทบทวน|ปรับ|เพิ่ม|ลด|ตั้ง|ดำเนิน|สื่อสาร|ถ่ายทอด|ขยาย|เก็บ|แบ่งปัน|เปิด)"
)
#: Words that say something is wrong, so that what they stand in is not yet something to do.
_FAULT = re.compile("ไม่|ขาด|จำกัด|เพียง|ยัง")
#: What nobody wants to be there: that there is none is no gap.
_UNWANTED = re.compile("ข้อร้องเรียน|เรื่องร้องเรียน|ปัญหา|อุปสรรค|การทุจริต|ความเสี่ยง|ข้อผิดพลาด|ผลกระทบ|ความเสียหาย")
#: "The plan should cover …": of a thing that should be of a kind, the thing is to be made so.
_THING = re.compile("^(?:แผน|ตัววัด|ตัวชี้วัด|ระบบ|กระบวนการ|เป้าหมาย|หลักสูตร|รายงาน|ข้อมูล|มาตรการ|มาตรฐาน|นโยบาย)[^ ]{0,40}$")
_KIND = re.compile("^(?:ครอบคลุม|เชื่อม|มี|เป็น|สอดคล้อง|สะท้อน|ได้รับ)")
#: Asides in Thai; a Latin term in brackets is part of the text.
_BESIDE = re.compile(r"\s*\((?=[^()]*[ก-๙])[^()]*\)")
_EXAMPLES = re.compile(r"\s*เช่น\s*.*?(?:เป็นต้น|$)", re.DOTALL)
#: Where advice ends and its reason begins.
_REASON = re.compile(r"\s*(?:เนื่องจาก|เพราะ|ทั้งนี้|มิใช่|มีเพียง|ซึ่งจะ|ซึ่งผล|(?<!จำนวน)กรณีที่|หาก|และ[^ ]*ยังจำกัด)")
_HOW = re.compile(r"(?:ว่า)?(?:ดำเนินการ)?อย่างไร(?:บ้าง)?$")


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done, the words it was made from, and the rule that made it."""

    text: str
    quote: str
    rule: str


def rewrite(comment: str, *, desired: bool = False) -> Action:
    """The action that a comment asks for.

    `desired` says that the comment names a state to reach, as lists of issues not passed do, not a state seen.

    >>> rewrite("มีการสำรวจ แต่ยังขาดการวิเคราะห์ความไม่พึงพอใจ").text
    'วิเคราะห์ความไม่พึงพอใจ'
    >>> rewrite("ควรมีการวิเคราะห์ต้นทุนของกระบวนการ เช่น ค่าวัสดุ").text
    'วิเคราะห์ต้นทุนของกระบวนการ'
    >>> rewrite("มีแผนรองรับภาวะฉุกเฉิน", desired=True).text
    'จัดให้มีแผนรองรับภาวะฉุกเฉิน'
    >>> rewrite("ปลอดภัย")
    Action(text='ดำเนินการเพื่อตอบประเด็น “ปลอดภัย”', quote='ปลอดภัย', rule='quoted')
    """
    comment = " ".join(comment.split())
    for rule in (_advice, _missing):
        if action := rule(comment):
            return action
    if action := _named(comment, desired):
        return action
    return Action(f"ดำเนินการเพื่อตอบประเด็น “{_cut(comment)}”", comment, "quoted")


def _advice(comment: str) -> Action | None:
    """From ควร: all that is advised, one after the other; from ไม่ควร: what is to be left off."""
    cuts = sorted([*_SHOULD.finditer(comment), *_SHOULD_NOT.finditer(comment)], key=lambda found: found.start())
    if not cuts:
        return None
    deeds, quotes = [], []
    for found, end in zip(cuts, [*(cut.start() for cut in cuts[1:]), len(comment)], strict=True):
        said = _closed(comment[found.end() : end])
        if len(said) < _SHORTEST:
            continue
        thing = comment[: found.start()]
        if found.re is _SHOULD_NOT:
            deed = f"หลีกเลี่ยงการ{said}"
        elif _THING.match(thing) and _KIND.match(said):
            deed = f"ปรับปรุง{thing}ให้{_plain(said)}"
        else:
            deed = _deed(said)
        if deed not in deeds:
            deeds.append(deed)
            quotes.append(comment[found.start() : end].strip())
    if not deeds:
        return None
    return Action(_joined(deeds), " … ".join(quotes), "advice")


def _deed(said: str) -> str:
    """Advice without ควร as something to do."""
    said = _plain(said)
    shown = _SHOW.match(said)
    if shown:
        rest = _HOW.sub("", said[shown.end() :]).strip()
        made = rest if shown[0].endswith("การ") or _VERBS.match(rest) else f"จัดให้มี{rest}"
        return f"{made} พร้อมรวบรวมหลักฐานที่แสดงผลได้" if len(rest) >= _SHORTEST else said
    being = _THERE_SHOULD_BE.match(said)
    if being:
        rest = said[being.end() :]
        return rest if being["deed"] or _VERBS.match(rest) else f"จัดให้มี{rest}"
    if said.startswith("เป็น"):
        return f"ปรับให้{said}"
    if said.startswith("ได้รับ"):
        return f"ดำเนินการให้{said}"
    return said


def _missing(comment: str) -> Action | None:
    """From ขาด, ไม่มี, ไม่ครอบคลุม …: what is missing, to be done; one deed for each thing missing."""
    cuts = list(_LACKS.finditer(comment))
    deeds = []
    for at, found in enumerate(cuts):
        end = cuts[at + 1].start() if at + 1 < len(cuts) else len(comment)
        rest = _plain(comment[found.end() : end])
        if len(rest) >= _SHORTEST and not (found["none"] and _UNWANTED.match(rest)):
            deeds.append(_made_good(found, comment[: found.start()] if at == 0 else "", rest))
    return Action(_joined(deeds), comment[cuts[0].start() :].strip(), "missing") if deeds else None


def _made_good(found: re.Match[str], before: str, rest: str) -> str:
    """What is to be done about one thing missing; `before` is what the sentence was about."""
    match found.lastgroup:
        case "lack" | "none":
            return _supplied(rest)
        case "undone":
            return rest
        case "unclear":
            said = found[0].endswith("ว่า") or rest.startswith("ว่า")
            return f"จัดทำรายละเอียดและหลักฐานให้ชัดเจนว่า{rest.removeprefix('ว่า')}" if said else f"แสดง{rest}"
        case _:
            subject = _tidy(before)
            if not subject or len(subject) > _LONGEST // 2 or subject.startswith("มี"):
                return f"ปรับปรุงให้{rest}"
            if "ยัง" in subject:
                return f"ปรับปรุงให้{subject.replace('ยัง', '', 1)}{rest}"
            return f"{subject}ให้{rest}" if _VERBS.match(subject) else f"ปรับปรุง{subject}ให้{rest}"


def _supplied(rest: str) -> str:
    """Something missing, made good: a deed is done, a quality built, a thing provided."""
    if deed := _DEED.match(rest):
        return rest[deed.end() :]
    return f"สร้าง{rest}" if _QUALITY.match(rest) else f"จัดให้มี{rest}"


def _named(comment: str, desired: bool) -> Action | None:
    """From the name of what is to improve, or of the state to reach."""
    text = _plain(comment)
    if deed := _DEED.match(text):
        return Action(_cut(text[deed.end() :]), comment, "named")
    if _PLAN.match(text):
        return Action(_cut(f"จัดทำ{text}"), comment, "named")
    if _VERBS.match(text) and not _FAULT.search(text):
        return Action(_cut(text), comment, "named")
    if desired and (state := _STATE.match(text)):
        rest = text[state.end() :]
        return Action(_cut(rest if state["deed"] else f"จัดให้มี{rest}"), comment, "state")
    return None


# ------------------------------------------------------------------------------------------- trimming


def _closed(text: str) -> str:
    """Text without a bracket that closes what was opened before it."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return text[:at].strip()
    return text.strip()


def _plain(text: str) -> str:
    """Text without asides, examples and reasons, where enough is left without them."""
    for beside in (_BESIDE, _EXAMPLES):
        shorter = beside.sub("", text)
        if len(shorter) >= _SHORTEST * 3:
            text = shorter
    reason = _REASON.search(text)
    if reason and reason.start() >= _SHORTEST * 3:
        text = text[: reason.start()]
    return _tidy(text)


def _tidy(text: str) -> str:
    """Text without what is left hanging at its end."""
    return re.sub(r"(?:[\s,;:(]|(?<=\s)(?:และ|รวมทั้ง|อีกทั้ง|หรือ|แต่|โดย|จึง)|และ)*$", "", text.strip())


def _joined(deeds: list[str]) -> str:
    text = deeds[0]
    for deed in deeds[1:]:
        if len(text) + len(deed) > _LONGEST:
            break
        text += f" และ{deed}"
    return _cut(text)


def _cut(text: str) -> str:
    """A text of bearable length: cut at the end of a clause, with an ellipsis."""
    text = _tidy(text)
    if len(text) <= _LONGEST:
        return text
    ends = [part.end for part in clauses(text) if part.end <= _LONGEST]
    at = ends[-1] if ends and ends[-1] >= _LONGEST // 3 else text.rfind(" ", 0, _LONGEST)
    return _tidy(text[: at if at > _LONGEST // 3 else _LONGEST]) + " …"
