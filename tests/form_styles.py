"""A small Form 3 of an invented agency, printed in the many ways that agencies' forms are printed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from pipeline.extract.model import Document
from pipeline.extract.plaintext import read_pages
from pipeline.repair import repair_lines

#: (item, title, [(label, answer, verdict, comment)])
ITEMS = [
    (
        "1.1.1",
        "ผู้บริหารกำหนดทิศทางองค์การที่รองรับพันธกิจปัจจุบัน โดยทิศทางขององค์การ",
        [("คือ", "กรมวางแนวทางดูแลต้นไม้ใหญ่ในเมืองไว้สามระยะ และทบทวนทุกปีร่วมกับเขตพื้นที่", "pass", "")],
    ),
    (
        "1.1.2",
        "ผู้บริหารได้คำนึงถึงผลกระทบต่อสังคม ทั้งเชิงบวก เชิงลบ ทั้งทางตรงและทางอ้อม",
        [
            (
                "ด้านสังคม คือ",
                "เปิดสวนหย่อมให้ชุมชนร่วมดูแล ผ่านทางคณะกรรมการสวน",
                "pass",
                "ควรแสดงจำนวนชุมชนที่เข้าร่วมให้เห็นแนวโน้มสามปี",
            ),
            (
                "ด้านสิ่งแวดล้อม คือ",
                "ลดการใช้สารเคมีในแปลงเพาะชำ",
                "fail",
                "ยังไม่พบวิธีวัดผลกระทบเชิงลบจากการตัดแต่งต้นไม้ใหญ่ (ดูข้อ 1.1.1) และควรบอกผู้รับผิดชอบให้ชัด",
            ),
        ],
    ),
    (
        "1.2.1",
        "มีการกำหนดนโยบายและสร้างวัฒนธรรมด้านป้องกันทุจริตและสร้างความโปร่งใส",
        [
            (
                "คือ",
                "ประกาศนโยบายไม่รับของขวัญ และอบรมเจ้าหน้าที่ใหม่ทุกคน",
                "fail",
                "ยังไม่พบวิธีวัดผลกระทบเชิงลบจากการตัดแต่งต้นไม้ใหญ่ (ดูข้อ 1.1.1) และควรบอกผู้รับผิดชอบให้ชัด",
            )
        ],
    ),
    (
        "1.2.2",
        "มีมาตรการเกี่ยวกับการป้องกันการทุจริตและสร้างความโปร่งใส",
        [("คือ", "เปิดเผยสัญญาจ้างทุกฉบับบนเว็บไซต์ภายในสิบห้าวัน", "pass", "")],
    ),
]
CRITERIA = {"1.1": "ระบบการนำองค์การที่สร้างความยั่งยืน", "1.2": "การป้องกันการทุจริตและสร้างความโปร่งใส"}
AGENCY = "กรมพัฒนาสวนสาธารณะแห่งชาติ"

TICKS = {
    "slash": ("[/]", "[]"),
    "cross": ("[x]", "[ ]"),
    "round": ("(/)", "( )"),
    "ballot": ("☑", "☐"),
    "crossed": ("☑", "☒"),
    "check": ("✓", "✗"),
    "wingdings": ("\uf0fe", "\uf0fd"),
    "wingdings2": ("\uf052", "\uf0a3"),
    "words": ("", ""),
}
WORDS = {"pass": "ผ่าน", "fail": "ไม่ผ่าน"}
_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@dataclass(frozen=True)
class Style:
    """How an agency prints the form."""

    ticks: str = "slash"
    both: str = ""  # "" one option printed | "line" both on a line | "lines" both, a line each
    thai_digits: bool = False
    comment: str = "dots"  # dots | plain | label
    furniture: str = "scale"  # scale | footer | none
    width: int = 70

    def __str__(self) -> str:
        parts = [
            self.ticks,
            self.both and f"both-{self.both}",
            self.thai_digits and "thai",
            self.comment,
            self.furniture,
        ]
        return "-".join(p for p in parts if p) + f"-{self.width}"


STYLES = [
    *(Style(ticks=ticks, comment=comment) for ticks, comment in itertools.product(TICKS, ("dots", "plain", "label"))),
    *(
        Style(ticks=ticks, both=both)
        for ticks, both in itertools.product(("slash", "ballot", "round"), ("line", "lines"))
    ),
    *(Style(thai_digits=True, furniture=furniture) for furniture in ("scale", "footer", "none")),
    *(Style(comment="plain", furniture="footer", width=width) for width in (35, 50, 90)),
    Style(ticks="words", thai_digits=True, comment="plain", furniture="footer", width=48),
]


def print_form(style: Style) -> str:
    """The form as text, in a style."""
    out = ["แบบฟอร์มที่ 3", "แบบประเมินสถานะการเป็นระบบราชการ 4.0 ด้วยตนเอง", f"ชื่อผู้สมัครรางวัล : {AGENCY}"]
    out += ["พิมพ์เมื่อวันที่ : 5 กุมภาพันธ์ 2566", *_head(style)]
    criterion = None
    page = 1
    for number, title, parts in ITEMS:
        if number[:3] != criterion:
            criterion = number[:3]
            out.append(f"{criterion} {CRITERIA[criterion]}")
        out += _wrapped(f"{number} {title}", style)
        for label, answer, verdict, comment in parts:
            tick = TICKS[style.ticks][0] or "[/]"
            out.append(f"{tick}{label}")
            body = _wrapped(f"...{answer}...", style)
            if style.furniture != "none" and len(body) > 1:
                page += 1
                body[1:1] = _break(style, page)
            out += body
            if style.furniture != "none" and verdict == "fail":
                page += 1
                out += _break(style, page)
            out += _verdict(style, verdict)
            said = _comment(style, comment)
            if style.furniture != "none" and len(said) > 1:
                page += 1
                said[1:1] = _break(style, page)
            out += said
    text = "\n".join(out)
    return text.translate(_THAI) if style.thai_digits else text


def document(style: Style) -> Document:
    """The form as extraction would hand it on."""
    pages = read_pages(print_form(style))
    for page in pages:
        for line, repaired in zip(page.lines, repair_lines([line.raw for line in page.lines]), strict=True):
            line.text = repaired.text
    return Document("form.txt", "0" * 64, "text/plain", pages)


def _head(style: Style) -> list[str]:
    if style.furniture != "scale":
        return ["หมวด 1 การนำองค์การ"]
    scale = ["ยังไม่ได้", "ดำเนินการ", "อยู่ระหว่าง", "เริ่ม", "ดำเนินการ", "หัวข้อ"]
    return ["หมวด 1 การนำองค์การ", "ระดับการพัฒนาองค์การสู่การเป็นระบบราชการ 4.0", *scale]


def _break(style: Style, page: int) -> list[str]:
    if style.furniture == "scale":
        return ["", f"Page {page}/40", "", *_head(style)]
    return [f"หน้า {page} จาก 40", f"{AGENCY} | รายงานการประเมินตนเอง"]


def _verdict(style: Style, verdict: str) -> list[str]:
    ticked, empty = TICKS[style.ticks]
    if not style.both:
        return [f"{ticked if verdict == 'pass' else empty} {WORDS[verdict]}".strip()]
    options = [f"{ticked if verdict == value else empty or '[ ]'} {word}" for value, word in WORDS.items()]
    return ["   ".join(options)] if style.both == "line" else options


def _comment(style: Style, comment: str) -> list[str]:
    if style.comment == "dots":
        return _wrapped(f"...{comment}...", style) if comment else [".........."]
    if style.comment == "label":
        return _wrapped(f"ข้อเสนอแนะ : {comment or '-'}", style)
    return _wrapped(comment, style) if comment else []


def _wrapped(text: str, style: Style) -> list[str]:
    """Lines of so many characters, cut anywhere but before a sign that cannot start one."""
    lines, rest = [], text
    while len(rest) > style.width:
        at = style.width
        while rest[at] in "ะาำิีึืฺุู็่้๊๋์ัํ" or rest[at - 1] in "เแโใไ ":
            at -= 1
        lines.append(rest[:at])
        rest = rest[at:]
    return [*lines, rest]


__all__ = ["AGENCY", "ITEMS", "STYLES", "Style", "document", "print_form"]
