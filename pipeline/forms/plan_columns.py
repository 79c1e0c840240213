"""The table of a development plan's steps: its columns, and which of a row's cells belongs to which.

The first columns keep their places. Those after the chart of months stand to the left or right of their headers, as
the chart lost cells in reading or gained some; what a cell says then helps to tell which column it is of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from pipeline.forms.tables import Row, clean, columns_of
from pipeline.thai import arabic_digits, squeeze

#: The headers of the table.
COLUMNS: Mapping[str, str] = {
    "number": r"(?:ลำดับ(?:ที่)?|ที่|ข้อ|No\.?)$",
    "group": "หมวด|เกณฑ์|ประเด็น|หัวข้อ|โอกาสในการ|OFI",
    "activity": "(?:กิจกรรม|ขั้นตอน|แนวทางการ(?:ดำเนิน|พัฒนา|ปรับปรุง)|วิธีดำเนินการ)",
    "duration": "ระยะเวลา",
    "start": "(?:วัน|เดือน)?(?:ที่)?เริ่ม",
    "end": "(?:วัน|เดือน)?(?:ที่)?(?:สิ้นสุด|แล้วเสร็จ)",
    "output": "(?:ผลผลิต|ดัชนี|ผลลัพธ์|เป้าหมาย|ตัวชี้วัด)",
    "responsible": "(?:หน่วยงาน)?(?:ที่|ผู้)?รับผิดชอบ|เจ้าภาพ",
    "involved": "(?:หน่วยงาน)?(?:ที่|ผู้)?(?:มีส่วน)?เกี่ยวข้อง|ผู้มีส่วน|(?:ผู้|หน่วยงาน)สนับสนุน",
    "budget": "งบประมาณ|วงเงิน",
    "remark": "หมายเหตุ",
}
#: The columns that keep to their headers, and those that stray.
LEADING = ("activity", "duration", "start", "end")
TRAILING = ("output", "responsible", "involved", "budget", "remark")
#: Columns that a table must have to be one of steps, beside the activity.
_ENOUGH = 2
#: The head of a chart of months or years, which has no text of its own or names the year.
_CHART = re.compile(r"^$|^(?:ปี(?:งบประมาณ)?|แผนการดำเนิน(?:งาน|การ)|เดือน|ไตรมาส|Q ?\d)")
_MONTH = re.compile(
    r"^(?:ม\.?ค|ก\.?พ|มี\.?ค|เม\.?ย|พ\.?ค|มิ\.?ย|ก\.?ค|ส\.?ค|ก\.?ย|ต\.?ค|พ\.?ย|ธ\.?ค|Q ?[1-4]|ไตรมาส)[. \d]*$"
)
#: What is left of a chart's bars.
_BAR = re.compile(r"^[^0-9A-Za-zก-๙]*$|^\}")
_AMOUNT = re.compile(r"^(?:-|–|ไม่มี|ไม่ใช้งบประมาณ|[\d,]+(?:\.\d+)?(?: ?(?:บาท|ลบ\.|ล้านบาท))?)$")
_UNIT = re.compile(
    r"^[-–] ?(?=\S)?(?:{0})|^(?:{0})".format(
        r"สำนัก|ส\.|กลุ่ม(?!ผู้(?:รับ|ใช้|มีส่วน)|เป้าหมาย)|คณะ|กอง|ฝ่าย|ศูนย์|หน่วย|ทุก|ผู้บริหาร|ผู้อำนวยการ|ผู้รับผิดชอบ|ผู้ที่|กพร|ก\.พ\.ร|เจ้าหน้าที่|บุคลากร"
        r"|ข้าราชการ|เลขา|อธิบดี|สถาบัน|กรม|งาน(?=[ก-๙]+$)"
    )
)
_EVERYONE = re.compile(r"^[-–]? ?(?:ทุก|ผู้บริหาร|บุคลากร|ข้าราชการ|ประชาชน|ผู้รับบริการ|ผู้เกี่ยวข้อง)")


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a table: where its columns stand, and of how many; whether a chart stands among them."""

    columns: Mapping[str, int]
    width: int
    charted: bool

    def holds(self, row: Row) -> bool:
        """Whether the cells of a row stand under their headers. Those of a chart are lost or added in reading, unless
        the row is as wide as its header and marks its cells otherwise than by tabs."""
        as_wide = len(row.cells) == self.width and row.lines[0].cell is None and "\t" not in row.lines[0].line.text
        return not self.charted or as_wide


def header_of(row: Row) -> Header | None:
    """The columns a header row names; None for any other row."""
    if not row.tabular:
        return None
    texts = [squeeze(clean(cell)) for cell in row.cells]
    columns = columns_of(((index, text) for index, text in enumerate(texts) if 0 < len(text) < 60), COLUMNS)
    if "activity" not in columns or len(set(columns) - {"number", "group", "activity"}) < _ENOUGH:
        return None
    between = range(min(columns.values()), max(columns.values()))
    charted = any(at not in columns.values() and _CHART.match(texts[at]) for at in between)
    return Header(columns, len(row.cells), charted)


def is_foot(row: Row, header: Header) -> bool:
    """Whether a row is a page's foot: words and a bare number, nothing of the table's other columns."""
    filled = [text for cell in row.cells if (text := clean(cell))]
    return len(filled) == 2 and arabic_digits(filled[1]).isdigit() and len(row.cells) < min(header.width, 4)


def is_months(row: Row) -> bool:
    """Whether a row is the second of a header: nothing but months or quarters."""
    cells = [arabic_digits(squeeze(clean(cell))) for cell in row.cells]
    months = sum(1 for cell in cells if _MONTH.match(cell))
    return months >= 3 and not any(cell for cell in cells if not _MONTH.match(cell))


def cell_at(row: Row, column: int | None) -> str:
    """The cell in a column, "" where the row or the table has none."""
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def values_of(row: Row, header: Header, offset: float) -> tuple[dict[str, str | None], float]:
    """A row's values by field, and how far its last columns stand from their headers (in columns)."""
    columns = header.columns
    values: dict[str, str | None] = dict.fromkeys((*LEADING[1:], *TRAILING[:-1]))
    for name in LEADING[1:]:
        values[name] = clean(cell_at(row, columns.get(name))) or None
    if header.holds(row):
        cells_held = {name: cell_at(row, columns.get(name)) for name in TRAILING[:-1]}
        return values | {name: cell if clean(cell) else None for name, cell in cells_held.items()}, 0.0
    fields = [name for name in TRAILING if name in columns]
    if not fields:
        return values, offset
    chart_end = min(columns[name] for name in fields) - 2
    lead_end = max(columns[name] for name in LEADING if name in columns)
    cells = [
        (index, cell)
        for index, cell in enumerate(row.cells)
        if index > lead_end and clean(cell) and not _is_bar(clean(cell), index > chart_end)
    ]
    cells = [(index, cell) for index, cell in cells if index > chart_end][-len(fields) :]
    best: tuple[float, tuple[str, ...]] = (float("-inf"), ())
    for chosen in combinations(fields, len(cells)):
        strays = [index - columns[name] for (index, _), name in zip(cells, chosen, strict=True)]
        score = sum(_fit(clean(cell), name) for (_, cell), name in zip(cells, chosen, strict=True))
        if strays:
            score -= 0.6 * (max(strays) - min(strays)) + 0.3 * abs(strays[-1] - offset)
        best = max(best, (score, chosen), key=lambda pair: pair[0])
    for (index, cell), name in zip(cells, best[1], strict=True):
        if name in values:
            values[name] = cell
            offset = index - columns[name]
    if values["responsible"] == "ผู้รับผิดชอบ" and values["involved"] and not _UNIT.match(values["involved"]):
        values["responsible"] += f" {values['involved']}"
        values["involved"] = None
    return values, offset


def _is_bar(text: str, after_chart: bool) -> bool:
    return bool(_BAR.match(arabic_digits(text))) and not (after_chart and text in ("-", "–"))


def _fit(text: str, name: str) -> float:
    """How well a text suits a column, by what it says."""
    plain = arabic_digits(text)
    if _AMOUNT.match(plain):
        return 3.0 if name == "budget" else -1.0
    unit, everyone = bool(_UNIT.match(plain)), bool(_EVERYONE.match(plain))
    match name:
        case "output":
            return -2.0 if unit else 2.0
        case "responsible":
            return (2.0 if unit else -1.0) - (1.5 if everyone else 0.0)
        case "involved":
            return (1.0 if unit else -1.0) + (1.0 if everyone else 0.0)
        case _:
            return -3.0
