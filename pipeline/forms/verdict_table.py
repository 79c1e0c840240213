"""A form's items set as a table, with columns for the verdict: its rows as the lines that the form prints otherwise.

    ข้อ | รายการ | ผลการดำเนินงาน | ผ่าน | ไม่ผ่าน | ข้อเสนอแนะ

The verdict is a tick in one of two columns, or words in one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.forms.lines import TextLine, by_column, table_rows
from pipeline.forms.tables import columns_of
from pipeline.forms.ticks import read_verdict
from pipeline.thai import arabic_digits, join_wrapped, squeeze

#: The columns, by how their headers begin.
COLUMNS: Mapping[str, str] = {
    "pass": r"ผ่าน(?:เกณฑ์)?$",
    "fail": r"ไม่ผ่าน(?:เกณฑ์)?$",
    "verdict": r"ผล(?:การ)?(?:ประเมิน|พิจารณา|ตรวจ)|สถานะ",
    "comment": r"ข้อเสนอแนะ|ความเห็น|ข้อคิดเห็น|หมายเหตุ|ข้อสังเกต",
    "answer": r"ผลการดำเนิน|การดำเนินการ|หลักฐาน|คำตอบ",
    "number": r"(?:ข้อ(?:ที่)?|ลำดับ(?:ที่)?|ที่|รหัส)$",
    "title": r"รายการ|ประเด็น|เกณฑ์|หัวข้อ|คำถาม|ข้อคำถาม|ข้อ",
}
#: What stands in a cell that is not ticked.
_OPEN = re.compile(r"^(?:[-–☐□✗✘]|\[ ?\]|\( ?\))?$")


def head_of(row: Sequence[TextLine]) -> dict[str, int]:
    """The columns that a header row names; empty for any other row."""
    found = columns_of(((column, squeeze(_text(lines))) for column, lines in by_column(row).items()), COLUMNS)
    judged = {"pass", "fail"} <= found.keys() or "verdict" in found
    return found if judged and "title" in found else {}


def spelt_out(lines: Sequence[TextLine]) -> list[TextLine]:
    """Lines, the rows of such tables as lines: number and title, answer, verdict, comment."""
    out: list[TextLine] = []
    columns: dict[str, int] = {}
    table: tuple[int | None, int] | None = None
    for row in table_rows(lines):
        cell = row[0].cell
        if cell is None:
            out += row
            continue
        if (found := head_of(row)) or table != (row[0].line.page, cell.table):
            columns, table = found, (row[0].line.page, cell.table)
            out += [] if found else row
        elif columns:
            out += _spelt_out(row, columns)
        else:
            out += row
    return out


def _spelt_out(row: Sequence[TextLine], columns: Mapping[str, int]) -> list[TextLine]:
    cells = by_column(row)
    said = {name: _text(cells.get(column, ())) for name, column in columns.items()}
    lines = [" ".join(filter(None, [said.get("number", ""), said["title"]]))]
    if said.get("answer"):
        lines.append(f"...{said['answer']}...")
    if "fail" in columns:
        ticked = {name: "☐" if _OPEN.match(said[name]) else "☑" for name in ("pass", "fail")}
        lines.append(f"{ticked['pass']} ผ่าน {ticked['fail']} ไม่ผ่าน")
    elif verdict := read_verdict(said["verdict"]):
        lines.append(f"ผลการประเมิน : {said['verdict']}" if not verdict.marked else said["verdict"])
    if said.get("comment"):
        lines.append(f"...{said['comment']}...")
    first = replace(row[0].line, cell=None)
    return [TextLine(line, arabic_digits(line), 0, 0, first) for line in lines if line]


def _text(lines: Sequence[TextLine]) -> str:
    return join_wrapped(line.text for line in lines)
