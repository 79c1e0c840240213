"""Which way the figures of a result go, and whether that is good.

"จาก 81 เป็น 64" and "จาก 64 เป็น 81" are the same words; whether they are praise or fault lies in the figures, and in
what is measured: fewer complaints are good, fewer users are not. The direction is read from figures and words, its
worth from words for what should be less. How much either tells of a role, the model learns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import groupby, pairwise

from pipeline.thai import arabic_digits

#: What is said of a result: it rose or fell, lies above or below a target, peer or plan, keeps a limit or breaks it;
#: that this is good or bad.
UP, DOWN, ABOVE, BELOW, KEPT, BROKEN = "up", "down", "above", "below", "kept", "broken"
GOOD, BAD = "good", "bad"
DIRECTIONS = (UP, DOWN, ABOVE, BELOW, KEPT, BROKEN, GOOD, BAD)

#: Numbers that are no values: years, what a number is out of, what tables, figures, items and indicators are called,
#: how long something went on.
_YEAR = re.compile(
    r"\(?(?:(?:พ\.ศ\.|ปีงบประมาณ|ปีการศึกษา|ปี|ไตรมาส(?:ที่)?)\s*(?:พ\.ศ\.)?\s*\d[\d.]*|(?<!\d)25[4-7]\d(?!\d)|(?<=\()\d{2}(?=\)))"
    r"(?:\s?[-–/]\s?(?:25)?\d\d(?![\d.,]))*\)?"
)
_NAMED = re.compile(
    r"(?<=\d)(?<!25\d\d)\s*จาก\s*(?:คะแนน)?(?:เต็ม)?\s*\d[\d,.]*(?![\d,.]|[^\d]{0,12}(?:ปี|ก่อน|เดิม|เป็น|เหลือ))"
    r"|(?:ข้อ|(?<!คุณ)(?<!สิทธิ)ภาพ(?:ที่)?|ตาราง(?:ที่)?|หมวด|หัวข้อ|RM|KPI)\s*\d[\d.]*(?:\s*[-–/]\s*\d[\d.]*)*"
    r"|(?<![\d.,])\d+\s*(?:ปี(?!งบ|การ|\s*(?:พ\.ศ\.)?\s*\d)|เดือน(?:ติด|ต่อ|ที่ผ่าน)|ไตรมาส)|(?<![\d.])7\.[1-6](?:-\d+|(?=\s|\)|:))"
)
_NUMBER = r"(?<![\d.,])((?:0|[1-9]\d*(?:,\d{3})*)(?:\.\d+)?)(?!\d|,\d)"
_VALUE = re.compile(_NUMBER)
#: What joins the figures of a row, beside the unit; two are a row if they are joined by an arrow.
_JOINT = re.compile(r"[^\w\u0e00-\u0e7f]|และ|แล้ว|เป็น|ต่อด้วย|ลงมา|ขึ้นมา|เหลือ|ขยับ|ร้อยละ|ใน|แรก|ถัดมา|ถัดไป|ล่าสุด|มา|ปี")
_ARROW = re.compile("→|->|=>|>|⟶|➔|เหลือ")
_UNIT = 12
#: A figure, and the one that was before it; the other way round.
_FROM = re.compile(
    r"(?<!นอก)(?<!เนื่อง)(?<!หลัง)จาก(?!(?:ค่า)?เป้า|แผน|คะแนนเต็ม|ทั้งหมด|จำนวน|การ|นี้)[^\d]{0,40}"
    + _NUMBER
    + r"[^\d]{0,30}?(?:(?<!คิด)เป็น|เหลือ|มาอยู่ที่|อยู่ที่|ลงมาที่|ขึ้นไปที่|ขึ้นมาที่|ถึง|สู่)[^\d]{0,25}"
    + _NUMBER
)
_AFTER = re.compile(
    _NUMBER
    + r"[^\d]{0,40}?(?:จากเดิม|จากที่เคย|เดิม|ก่อนหน้า|ปีก่อน|ปีที่แล้ว|ปีฐาน|เทียบ(?:กับ)?\s*ปี|กว่า\s*ปี)[^\d]{0,25}"
    + _NUMBER
    + r"|(?:เหลือ|ลดลง|เป็น|ขึ้นเป็น|ถึง)[^\d]{0,20}"
    + _NUMBER
    + r"[^\d]{0,20}จาก[^\d]{0,10}"
    + _NUMBER
    + "|"
    + _NUMBER
    + r"[^\d]{0,15}จาก[^\d]{0,10}"
    + _NUMBER
    + r"(?=[^\d]{0,12}(?:ก่อน|ที่แล้ว))"
)
#: A figure and what it is held against.
_AGAINST = (
    r"(?:เป้า|เพดาน|ขั้นต่ำ|เกณฑ์|มาตรฐาน|แผน|กรอบ|ประมาณการ|งบ|ตั้งไว้|วางไว้|กำหนดไว้|ค่าเฉลี่ย|ค่ากลาง|คู่เทียบ|คู่เปรียบเทียบ|คู่แข่ง"
    r"|หน่วยงานอื่น|แห่งอื่น|เพื่อนบ้าน|ข้างเคียง|ทั้งประเทศ|ระดับประเทศ|ระดับชาติ)"
)
_HELD = re.compile(_NUMBER + r"([^\d]{0,40}?" + _AGAINST + r"[^\d]{0,30}?)" + _NUMBER)
_HELD_FIRST = re.compile(
    r"(" + _AGAINST + r"[^\d]{0,25}?)" + _NUMBER + r"[^\d]{0,25}?(?:ทำได้|ได้|จริง|ผล)[^\d]{0,25}?" + _NUMBER
)
_AT_MOST = re.compile("ไม่เกิน|มิให้เกิน|เพดาน|กรอบ|งบ|ไม่ให้เกิน")
_AT_LEAST = re.compile("ขั้นต่ำ|ไม่น้อยกว่า|ไม่ต่ำกว่า|อย่างน้อย")
#: Values further apart than so many times are of different things.
_ALIKE = 8.0
#: Words that tell a direction, and those before them that turn it round.
_SAID = re.compile(
    "(?P<up>เพิ่มขึ้น|สูงขึ้น|มากขึ้น|เพิ่มจาก|เพิ่มเป็น|ขยับขึ้น|ขยับจาก|ขึ้นจาก|ขึ้นเป็น|พุ่ง|เพิ่มสูง|ยาวขึ้น|นานขึ้น|พอกพูน)"
    "|(?P<down>ลดลง|ลดจาก|ลดเหลือ|น้อยลง|ต่ำลง|สั้นลง|ถดถอย|หดตัว|หดลง|ร่วง|ลดต่ำ|ถอยลง|ตกจาก)"
    "|(?P<above>(?:สูงกว่า|มากกว่า|(?<!ไม่)เกินกว่า|(?<!ไม่)เกิน|เหนือกว่า|(?<!ภาค)เหนือ|นานกว่า|แพงกว่า)(?:ที่|ค่า)*" + _AGAINST + ")"
    "|(?P<below>(?:ต่ำกว่า|น้อยกว่า|สั้นกว่า|ถูกกว่า|ไม่ถึง|(?<!ภาย)(?<!ภาค)ใต้)(?:ที่|ค่า)*" + _AGAINST + ")"
)
_NOT = ("ไม่", "ไม่มี", "ไม่ได้", "มิได้", "ไม่มีการ", "ไม่พบการ", "ไม่มีแนวโน้ม")
#: The name of a measure is at least so long; what lasts so many days or minutes is a time.
_NAME = 8
_LASTS = re.compile(r"[\d.,]+\s*(?:วัน|นาที|ชั่วโมง)")
_TIME = "เวลา"
_OPPOSITE = {UP: DOWN, DOWN: UP, ABOVE: BELOW, BELOW: ABOVE}


#: Of what has these in its name, less is better, unless it is settled, reached or done in time.
_LESS = re.compile(
    "ไม่(?=ผ่าน|พึงพอใจ|พอใจ|ครบ|ถูก|ตรง|ทัน|คืน|มา|พร้อม|สมบูรณ์|ปลอด)|ค้าง|(?:ระยะ|การ|คิว|เวลา|ต้อง)รอ|รอ(?=คอย|รับ|ตรวจ|พบ|เฉลี่ย|ผ่าตัด|นาน|นัด)|คิว|เวลา|วันเฉลี่ย|วันนอน|ล่าช้า|มาสาย|เกินกำหนด|สูงเกิน|ผิด(?!ชอบ)|พลาด|คลาดเคลื่อน|บกพร่อง|(?<!ส่วน)(?<!ส่วนได้)เสีย(?![งภ])"
    "|เสื่อม|ด้อย(?!โอกาส)|สูญ|(?<!สาย)ตาย|เจ็บ|ป่วย|ติดเชื้อ|อักเสบ|โรค|อันตราย|อุบัติ|(?<!สา)เหตุ(?!ผล)|ร้องเรียน|ร้องทุกข์|เดือดร้อน|ทักท้วง|อุทธรณ์|ฟ้อง|คดี|พิพาท|ขัดแย้ง"
    "|ละเมิด|ทุจริต|ลักลอบ|หลบหนี|บุกรุก|ปลอม|เถื่อน|กลั่นแกล้ง|เครียด|ลาออก|โอนย้าย|ย้ายออก|ออกกลางคัน|พ้นสภาพ|ว่างงาน|ขาดงาน|ขาดนัด|ขาดทุน|ขาดดุล|ขาดแคลน"
    "|เลิกกิจการ|(?<!ชำระ)หนี้|ขั้นตอน|ต้นทุน|ค่าใช้จ่าย|ค่าปรับ|เบี้ยปรับ|รั่ว|แตก(?!ต่าง|ฉาน)|ชำรุด|ขัดข้อง|ล่ม|ไฟดับ|ไฟฟ้าดับ|(?<!วัน)หยุด|หมดอายุ|ตกหล่น|ตกค้าง|ตีกลับ|ส่งคืน|ปฏิเสธ|ยกเลิก|ซ้ำ|ช่องว่าง"
    "|เหลื่อม|ขยะ|มลพิษ|ฝุ่น|ก๊าซ|ควัน|ไฟป่า|ความร้อน|น้ำท่วม|(?<!นิร)ภัย|ยากจน|เสี่ยง|รุนแรง|อาชญากรรม|ยาเสพติด|ปัญหา|ล้น|แออัด|กระดาษ|เชื้อเพลิง|พลังงาน|หลุด"
    "|ถูก(?!ต้อง|ใจ|สุข|วิธี)"
)
_SETTLED = re.compile(
    "ได้รับการ|แล้วเสร็จ|แก้ไข|แก้ปัญหา|ยุติ|ตอบสนอง|ตอบกลับ|สำเร็จ|(?:ทัน|ตรง|ตรงต่อ|เต็ม|นอก|กรอบ|ใน)เวลา|ตามกำหนด|ภายใน|ที่ลดได้|ที่ลดลง|การลด|ปิดเรื่อง|จัดการได้|ฟื้น"
    "|รอดชีวิต|(?<!ไม่)ปลอด|ครอบคลุม|คัดกรอง|คัดแยก|เข้าถึง|(?<!ไม่)พึงพอใจ|(?<!ไม่)พร้อม|อบรม|หายขาด|ไกล่เกลี่ย|เรียกคืน|ทวงคืน|กำจัด|นำกลับ|ใช้ซ้ำ|หมุนเวียน|ประหยัด|เชื่อมั่น"
    "|(?<!ไม่)ผ่าน|รับรู้|เรียนรู้|รอบรู้|ช่วยเหลือ|ได้งาน|จับกุม|เตือนภัย"
)


def less_is_better(measure: str) -> bool:
    """Whether words say that a measure should fall.

    >>> [less_is_better(name) for name in ("เรื่องร้องเรียน", "เรื่องร้องเรียนที่ยุติภายใน 15 วัน", "ผู้ใช้บริการ")]
    [True, False, False]
    """
    return bool(_LESS.search(measure)) and not _SETTLED.search(measure)


def directions(text: str) -> set[str]:
    """The directions (of `DIRECTIONS`) that a passage tells, by its figures or in words.

    >>> sorted(directions("ร้อยละความพึงพอใจ จาก ๘๑ ในปี ๒๕๖๔ เหลือ ๖๔ ในปี ๒๕๖๖"))
    ['bad', 'down']
    >>> sorted(directions("รอเฉลี่ย 52 วัน เทียบกับเป้าหมายไม่เกิน 30 วัน"))
    ['bad', 'broken']
    >>> directions("บุคลากร 45 คน ใน 12 กอง")
    set()
    """
    text = " ".join(arabic_digits(text).split())
    found = set(_told(text.replace(" ", "")))
    if len(_VALUE.findall(text)) > 1:
        values = _YEAR.sub(" ปี ", _NAMED.sub(" ", text))
        if len(_VALUE.findall(values)) > 1:
            found |= {direction for direction in (_moved(values), _held(values)) if direction}
    return found | _worth(found, text) if found else found


def _worth(directions: Set[str], text: str) -> set[str]:
    """Whether what was found is good or bad: by the limit that a result has, or else by what is measured.

    What is measured mostly stands before the first figure or word of direction.
    """
    if KEPT in directions or BROKEN in directions:
        more, less = KEPT in directions, BROKEN in directions
    else:
        more, less = bool(directions & {UP, ABOVE}), bool(directions & {DOWN, BELOW})
        told = (found.start() for found in (_VALUE.search(text), _SAID.search(text)) if found)
        end = min(told, default=0)
        name = text[:end] if end >= _NAME else text
        if less_is_better(name + _TIME if _LASTS.match(text, end) else name):
            more, less = less, more
    return {worth for worth, is_so in ((GOOD, more), (BAD, less)) if is_so}


def _moved(text: str) -> str | None:
    """How a result moved in time, by the first figures that tell."""
    for pattern, newest in ((_FROM, -1), (_AFTER, 0)):
        found = pattern.search(text)
        if found:
            values = [_number(value) for value in found.groups() if value]
            if values[0] != values[1]:
                return UP if values[newest] == max(values) else DOWN
    row = _row(text)
    if len(row) > 1 and row[0] != row[-1] and row in (sorted(row), sorted(row, reverse=True)):
        return UP if row[-1] > row[0] else DOWN
    return None


def _row(text: str) -> list[float]:
    """The first row of figures of one unit: three or more, or two with an arrow between."""
    values = list(_VALUE.finditer(text))
    gaps = [text[one.end() : other.start()] for one, other in pairwise(values)]
    at = 0
    for unit, same in groupby(gaps, lambda gap: _JOINT.sub("", gap)):
        row = list(same)
        if len(unit) <= _UNIT and (len(row) > 1 or _ARROW.search(row[0])):
            return [_number(value[1]) for value in values[at : at + len(row) + 1]]
        at += len(row)
    return []


def _held(text: str) -> str | None:
    """Where a result lies, by its figure and the one it is held against."""
    found, first = _HELD.search(text), _HELD_FIRST.search(text)
    if found:
        value, said, against = _number(found[1]), found[2], _number(found[3])
    elif first:
        said, against, value = first[1], _number(first[2]), _number(first[3])
    else:
        return None
    if not against / _ALIKE < value < against * _ALIKE:
        return None
    if _AT_MOST.search(said):
        return KEPT if value <= against else BROKEN
    if _AT_LEAST.search(said) or value == against:
        return KEPT if value >= against else BROKEN
    return ABOVE if value > against else BELOW


def _told(text: str) -> Iterator[str]:
    """What words say of a result's direction."""
    for found in _SAID.finditer(text):
        direction = found.lastgroup or ""
        yield _OPPOSITE[direction] if text.endswith(_NOT, 0, found.start()) else direction


def _number(value: str) -> float:
    return float(value.replace(",", ""))
