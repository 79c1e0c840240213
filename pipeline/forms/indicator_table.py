"""Indicators of category 7 set as a plain table: a row an indicator, a column for each thing said of it.

    ตัวชี้วัด | ผู้รับผิดชอบ | หน่วยนับ | เป้าหมาย 2565 | ผล 2565 | … | สถานะ | หมายเหตุ

The years may stand in a row of their own above เป้าหมาย and ผล. Sub-criteria (7.1 …) and groups (1. …) head the table
or are rows with nothing else in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.forms.base import Section, place
from pipeline.forms.lines import TextLine, number, table_rows
from pipeline.forms.ticks import read_verdict
from pipeline.records import Indicator
from pipeline.thai import join_wrapped, squeeze

#: The columns that hold one thing each.
COLUMNS: Mapping[str, str] = {
    "name": "ตัวชี้วัด|ชื่อตัวชี้วัด|KPI",
    "owner": "(?:ผู้|หน่วยงาน(?:ที่)?|หน่วยงานผู้)รับผิดชอบ|เจ้าภาพ",
    "unit": "หน่วย(?:นับ|วัด)?$",
    "number": r"(?:ลำดับ(?:ที่)?|ที่|ข้อ)$",
    "direction": "ทิศทาง|มากดี",
    "achievement_pct": r"(?:%|ร้อยละ).*สำเร็จ",
    "verdict": "สถานะ|ผลการ(?:ประเมิน|พิจารณา)$|ผ่าน/ไม่ผ่าน",
    "score": "คะแนน",
    "comment": "หมายเหตุ|ข้อเสนอแนะ|ความเห็น",
}
_TARGET = re.compile(r"(?:ค่า)?เป้าหมาย")
_RESULT = re.compile(r"ผล|^(?:ปี(?:งบประมาณ)?)?(?:พ\.ศ\.)?25\d\d$")
_YEAR = re.compile(r"25\d\d")
#: What a second row of a header holds and nothing else.
_HEADER_WORD = re.compile(r"^(?:(?:ค่า)?เป้าหมาย|ผล(?:การดำเนินงาน|งาน|ลัพธ์)?|ปี|พ\.ศ\.|25\d\d|\s)*$")
_SUB = re.compile(r"^7 ?\. ?(?P<number>[1-9])(?![\d.]) ?(?P<title>[ก-ฮเ-ไ].*)?$")
_GROUP = re.compile(r"^(?P<number>\d{1,2})\. ?(?P<title>[^\d\s].*)$")
_NUMBERED = re.compile(r"^(?P<number>\d{1,2}\.\d{1,2})\.? ?(?P<name>[^\d\s].*)$")
_DOTTED = re.compile(r"^\d{1,2}\.\d{1,2}$")
_FIGURE = re.compile(r"^(?P<value>-?\d[\d,]*(?:\.\d+)?) ?(?P<unit>[ก-ฮเ-ไ]\S*)?$")
#: The office in charge, where it is said below an indicator's name.
OWNER = re.compile(r"^(?:ผู้|หน่วยงาน(?:ที่)?)รับผิดชอบ ?(?::|$) ?(?P<owner>.*)$")
#: A year's cell that holds its target and its result.
_BOTH = re.compile(r"^(?:ค่า)?เป้าหมาย ?:? ?(?P<target>.*?) ?(?<!เป้าหมาย)ผล(?:การดำเนินงาน|งาน)? ?:? ?(?P<result>.*)$")
_SCORE = re.compile(r"\((?P<score>\d{2,3})\)")

Row = Sequence[TextLine]


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table: those of one thing each, and those of a year's target or result."""

    fields: Mapping[str, int]
    targets: Mapping[int, str]
    results: Mapping[int, str]
    target: int | None


def header_at(rows: Sequence[Row], at: int) -> tuple[Header, int] | None:
    """The header that begins with row `at` and the rows it takes; None if none does."""
    top = _cells(rows[at])
    if not any(re.match(COLUMNS["name"], squeeze(text)) for text in top.values()):
        return None
    below = _cells(rows[at + 1]) if at + 1 < len(rows) else {}
    second = bool(below) and all(_HEADER_WORD.match(text) for text in below.values())
    fields: dict[str, int] = {}
    targets: dict[int, str] = {}
    results: dict[int, str] = {}
    target: int | None = None
    above = ""
    for column in range(max([*top, *below]) + 1):
        above = top.get(column, above)
        text = squeeze(f"{above} {below[column]}" if second and column in below else top.get(column, ""))
        year = _YEAR.search(text)
        name = next((n for n, words in COLUMNS.items() if n not in fields and re.match(words, text)), None)
        if year and (_TARGET.search(text) or _RESULT.search(text)):
            (targets if _TARGET.search(text) else results)[column] = year[0]
        elif name:
            fields[name] = column
        elif _TARGET.match(text) and target is None:
            target = column
    return (Header(fields, targets, results, target), 1 + second) if "name" in fields and results else None


def is_table(lines: Sequence[TextLine]) -> bool:
    """Whether lines hold such a table."""
    rows = table_rows([line for line in lines if line.cell])
    return any(header_at(rows, at) for at in range(len(rows)))


def indicators(section: Section) -> Iterator[Indicator]:
    """The indicators of the section's tables, in the order printed."""
    rows = table_rows(section.lines)
    header: Header | None = None
    sub: str | None = None
    group: tuple[int | None, str | None] = (None, None)
    at = 0
    while at < len(rows):
        row = rows[at]
        cells = _cells(row)
        text = join_wrapped(cells.values()) if len(cells) == 1 else ""
        if cells and row[0].cell and (found := header_at(rows, at)):
            header, taken = found
            at += taken
            continue
        at += 1
        if heading := _SUB.match(text):
            sub, group = f"7.{heading['number']}", (None, None)
        elif (heading := _GROUP.match(text)) and not _NUMBERED.match(text):
            group = (int(heading["number"]), heading["title"])
        elif header and row[0].cell and cells.get(header.fields["name"]):
            yield _indicator(row, cells, header, sub, group)
        elif header and row[0].cell:
            section.warn("a table row names no indicator", row[0])


def _cells(row: Row) -> dict[int, str]:
    """The text of each cell that has any, with Arabic digits; of a line outside of tables, as of one cell."""
    texts: dict[int, list[str]] = {}
    for line in row:
        texts.setdefault(line.cell.column if line.cell else 0, []).append(line.plain)
    return {column: join_wrapped(parts) for column, parts in sorted(texts.items())}


def _indicator(
    row: Row, cells: Mapping[int, str], header: Header, sub: str | None, group: tuple[int | None, str | None]
) -> Indicator:
    printed_row = row
    row, owner = _without_owner(row, header.fields["name"])
    cells = _cells(row)
    said = {name: cells.get(column) for name, column in header.fields.items()}
    printed: dict[int, list[str]] = {}
    for line in row:
        if line.cell:
            printed.setdefault(line.cell.column, []).append(line.text)
    own = {name: join_wrapped(printed.get(column, [])) or None for name, column in header.fields.items()}
    numbered = _NUMBERED.match(said["name"] or "")
    own_number = _DOTTED.match(said.get("number") or "")
    target = _FIGURE.match(cells.get(header.target, "")) if header.target is not None else None
    stated = said.get("verdict") or ("" if "verdict" in said else said.get("comment")) or ""
    verdict = read_verdict(_SCORE.sub("", stated).strip())
    score = _SCORE.search(stated) if verdict else None
    targets, results = _by_year(cells, header)
    return Indicator(
        sub_criterion=sub,
        group_no=group[0],
        group_title=group[1],
        indicator_no=numbered["number"] if numbered else own_number[0] if own_number else None,
        name=(own["name"] or "")[numbered.start("name") if numbered else 0 :],
        target=number(target["value"]) if target else None,
        direction=said.get("direction"),
        achievement_pct=number(said.get("achievement_pct") or ""),
        unit=own.get("unit") or (target["unit"] if target else None),
        targets=targets,
        results=results,
        score=number(said.get("score") or (score["score"] if score else "")),
        verdict=verdict.value if verdict else None,
        comment=own.get("comment"),
        owner=own.get("owner") or owner,
        **place(printed_row),  # type: ignore[arg-type]
    )


def _without_owner(row: Row, name: int) -> tuple[Row, str | None]:
    """A row without the office in charge, where the cell of the name says it, and that office."""
    lines = [line for line in row if line.cell and line.cell.column == name]
    for at, line in enumerate(lines):
        if found := OWNER.match(line.plain):
            owner = join_wrapped([line.text[found.start("owner") :], *(below.text for below in lines[at + 1 :])])
            return [other for other in row if other not in lines[at:]], owner
    return row, None


def _by_year(cells: Mapping[int, str], header: Header) -> tuple[dict[str, float | str], dict[str, float | str]]:
    """A row's targets and results by year."""
    targets = {year: cells[column] for column, year in header.targets.items() if column in cells}
    results = {year: cells[column] for column, year in header.results.items() if column in cells}
    for year, text in list(results.items()):
        if both := _BOTH.match(text):
            targets[year], results[year] = both["target"], both["result"]
    kept = [{year: printed_value(text) for year, text in by.items() if text} for by in (targets, results)]
    return kept[0], kept[1]


def printed_value(text: str) -> float | str:
    """A cell as a number where it is one; what stands for no number ("-", "___") as printed."""
    value = number(text)
    return text if value is None else value
