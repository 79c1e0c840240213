"""The running content of Form 3 and the executive summary as typed blocks, laid out later as text or on pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sampler.content import Content, Part, framework

SCALE_TITLE = "ระดับการพัฒนาองค์การสู่การเป็นระบบราชการ 4.0"
#: The scale in the head of every page of Form 3, as its cells wrap.
SCALE = (("ยังไม่ได้", "ดำเนินการ"), ("อยู่ระหว่าง", "เริ่ม", "ดำเนินการ"), ("หัวข้อ",))


class Block(NamedTuple):
    """One paragraph: what it is, and its text."""

    kind: str
    text: str


def thai_digits(text: str) -> str:
    """Arabic digits as Thai ones.

    >>> thai_digits("1.2.3")
    '๑.๒.๓'
    """
    return text.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))


def head_lines(content: Content, category: int) -> list[str]:
    """The head that Form 3 repeats on every page."""
    if content.thai_digits:
        return [
            f"แบบประเมินตนเอง {content.agency}",
            thai_digits(f"หมวดที่ {category} {content.category_title(category)}"),
        ]
    return [
        f"หมวด {category} {content.category_title(category)}",
        SCALE_TITLE,
        *(line for cell in SCALE for line in cell),
    ]


def form3(content: Content) -> Iterator[Block]:
    """Form 3 from its title to its last comment. A "category" block starts a new page head."""
    write = thai_digits if content.thai_digits else str
    yield Block("title", write("แบบฟอร์มที่ 3"))
    yield Block("title", write("แบบประเมินสถานะการเป็นระบบราชการ 4.0 ด้วยตนเอง"))
    yield Block("meta", f"ชื่อผู้สมัครรางวัล : {content.agency}")
    yield Block("meta", f"พิมพ์เมื่อวันที่ : {content.printed}")
    category = criterion = None
    for answered in content.items:
        if answered.category != category:
            category = answered.category
            yield Block("category", str(category))
        if answered.criterion != criterion:
            criterion = answered.criterion
            found = framework().criterion(criterion)
            assert found is not None and found.title is not None
            title = found.variants[0] if content.thai_digits and found.variants else found.title
            yield Block("criterion", f"{write(criterion)} {title}")
            if category in content.reported_by:
                yield Block("meta", f"ผู้รายงาน : {content.reported_by[category]}")
        yield Block("item", f"{write(answered.item.number)} {write(answered.item.title)}")
        for number, part in enumerate(answered.parts, start=1):
            yield from _part(content, part, f"{answered.item.number}/{number}")


def _part(content: Content, part: Part, place: str) -> Iterator[Block]:
    tick = "☑ " if content.thai_digits else "[/]"
    write = thai_digits if content.thai_digits else str
    # This one box of the form is printed with a bullet instead of a tick.
    mark = "๏" if place in ("1.3.1/1", "1.3.1/2") else tick
    yield Block("label", mark + write(part.label))
    if part.answer is not None:
        yield Block("answer", _dotted(content, part.answer))
    for label, answer in part.more:
        yield Block("label", write(label))
        yield Block("answer", _dotted(content, answer))
    yield from verdict(content, part.verdict, part.comment)


def _dotted(content: Content, text: str) -> str:
    if content.thai_digits:
        return text or "-"
    return f" ...{text}..." if text else ".........."


def verdict(content: Content, value: str, comment: str) -> Iterator[Block]:
    """The reviewer's tick and comment: between dots, or bare in the other agency's print."""
    if content.thai_digits:
        ticks = ("☑", "☐") if value == "pass" else ("☐", "☒")
        yield Block("verdict", f"{ticks[0]} ผ่าน   {ticks[1]} ไม่ผ่าน")
        if comment:
            yield Block("comment", comment)
        return
    yield Block("verdict", "[/] ผ่าน " if value == "pass" else "[] ไม่ผ่าน ")
    yield Block("comment", f" ...{comment}..." if comment else "..........")


def figure(value: float) -> str:
    """A number as the forms print it.

    >>> figure(3), figure(82.5), figure(1200000)
    ('3', '82.5', '1200000')
    """
    return f"{value:g}" if abs(value) < 1e6 and value != int(value) else str(int(value))


def result_line(content: Content) -> str:
    """The sentence of a Feedback Report that states the result and the total score."""
    score = f"{content.score:g}"
    verdict = "ผ่าน" if content.passed else "ไม่ผ่าน"
    text = (
        f"คณะผู้ตรวจได้อ่านรายงานของหน่วยงานแล้ว มีผลการพิจารณา {verdict} เกณฑ์รางวัล โดยมีผลคะแนนรวม เท่ากับ {score} คะแนน "
        "จุดเด่นและเรื่องที่ควรปรับปรุงแยกตามหมวดมีดังต่อไปนี้"
    )
    return thai_digits(text) if content.thai_digits else text


FEEDBACK_COLUMNS = ("หมวด", "จุดแข็งที่แสดงถึงการเป็นราชการ 4.0", "จุดที่ยังต้องปรับปรุงเพื่อนำไปสู่การเป็นราชการ 4.0")
INDICATORS_HEAD = "ตัวชี้วัดผลลัพธ์ที่ควรปรับปรุง"


def feedback_title(content: Content) -> list[str]:
    """The lines above the table of a Feedback Report."""
    lines = [
        "รายงานป้อนกลับ (Feedback Report)",
        f"รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0 ประจำปี พ.ศ. {content.fiscal_year}",
        f"หน่วยงาน {content.agency}",
        "ผลการพิจารณา",
    ]
    return [thai_digits(line) for line in lines] if content.thai_digits else lines
