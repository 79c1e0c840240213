"""Indicators of category 7 set as a plain table: a row an indicator, a column for each thing said of it.

    ตัวชี้วัด | ผู้รับผิดชอบ | หน่วยนับ | เป้าหมาย 2565 | ผล 2565 | … | สถานะ | หมายเหตุ

The years may stand in a row of their own above เป้าหมาย and ผล. Sub-criteria (7.1 …) and groups (1. …) head the table
or are rows with nothing else in them; the draft form itself, where a page shows its rules, has a column for the first:

    ประเด็น/หัวข้อ | เลือก/ไม่เลือก | ตัวชี้วัด | เป้าหมาย (ปีล่าสุด) | 2562 | 2563 | 2564 | หมายเหตุ
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.forms.base import Section, place
from pipeline.forms.indicator_cells import EMPTY, GROUP, NUMBERED, OWNER, TARGET, boxes, core_name, split_owner
from pipeline.forms.lines import TextLine, by_column, number, table_rows
from pipeline.forms.tables import field_of
from pipeline.forms.ticks import read_verdict
from pipeline.records import Indicator
from pipeline.thai import arabic_digits, join_wrapped, squeeze

#: The columns that hold one thing each.
COLUMNS: Mapping[str, str] = {
    "topic": "ประเด็น|หัวข้อ",
    "mark": "เลือก",
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
_RESULT = re.compile(r"ผล|ย้อนหลัง|^(?:ปี(?:งบประมาณ)?)?(?:พ\.ศ\.)?25\d\d$")
_YEAR = re.compile(r"25\d\d")
#: What a second row of a header holds and nothing else.
_HEADER_WORD = re.compile(r"^(?:(?:ค่า)?เป้าหมาย|ผล(?:การดำเนินงาน|งาน|ลัพธ์)?|ปี|พ\.ศ\.|25\d\d|\s)*$")
_SUB = re.compile(r"^7 ?\. ?(?P<number>[1-9])(?![\d.]) ?(?P<title>[ก-ฮเ-ไ].*)?$")
_DOTTED = re.compile(r"^\d{1,2}\.\d{1,2}$")
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
        name = field_of(text, COLUMNS, fields)
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
    held: tuple[list[TextLine], Header, str | None, tuple[int | None, str | None]] | None = None
    at = 0
    while at < len(rows):
        row = rows[at]
        cells = _cells(row)
        if cells and row[0].cell and (found := header_at(rows, at)):
            header, taken = found
            at += taken
            continue
        at += 1
        columns = header.fields if header and row[0].cell else {}
        topic = cells.pop(columns["topic"], "") if "topic" in columns else ""
        text = join_wrapped(cells.values()) if len(cells) == 1 else ""
        heading = _SUB.match(topic or text)
        if heading:
            sub, group = f"7.{heading['number']}", (None, None)
        if (heading and not topic) or not cells or EMPTY.match(text):
            continue
        if (heading := GROUP.match(text)) and not NUMBERED.match(text):
            group = (int(heading["number"]), heading["title"])
        elif held and _goes_on(cells, columns):
            held[0].extend(row)
        elif header and columns and cells.get(columns["name"]):
            if held:
                yield _indicator(*held)
            held = None if EMPTY.match(cells[columns["name"]]) else (list(row), header, sub, group)
        elif columns:
            section.warn("a table row names no indicator", row[0])
    if held:
        yield _indicator(*held)


def _goes_on(cells: Mapping[int, str], columns: Mapping[str, int]) -> bool:
    """Whether a row is what a page was too short for: nothing in the column of marks, and no number before a name."""
    marked = columns.get("mark") is None or columns["mark"] in cells
    return not marked and not NUMBERED.match(cells.get(columns["name"], ""))


def _cells(row: Row) -> dict[int, str]:
    """The text of each cell that has any, with Arabic digits; of a line outside of tables, as of one cell."""
    columns = by_column(row) or {0: list(row)}
    return {column: join_wrapped(line.plain for line in lines) for column, lines in sorted(columns.items())}


def _indicator(row: Row, header: Header, sub: str | None, group: tuple[int | None, str | None]) -> Indicator:
    printed = by_column(row)
    names, owner, _ = split_owner(_with_whole_labels(printed[header.fields["name"]]), ())
    own = {name: _text(printed.get(column, ())) for name, column in header.fields.items()}
    numbered = NUMBERED.match(names[0].plain) if names else None
    own_number = _DOTTED.match(arabic_digits(own.get("number") or ""))
    stated_target = printed.get(header.target, ()) if header.target is not None else ()
    target = TARGET.match(arabic_digits(_text(stated_target) or ""))
    stated = printed.get(header.fields.get("verdict", header.fields.get("comment", -1)), [])
    verdict, score = _verdict(stated)
    targets, results = _by_year(_cells(row), header)
    return Indicator(
        sub_criterion=sub,
        group_no=group[0],
        group_title=group[1],
        indicator_no=numbered["number"] if numbered else own_number[0] if own_number else None,
        name=core_name(names, numbered.start("name") if numbered else 0) or None,
        target=number(target["target"]) if target else None,
        direction=own.get("direction"),
        achievement_pct=number(own.get("achievement_pct") or ""),
        unit=own.get("unit") or ((target["bracketed"] or target["unit"]) if target else None),
        targets=targets,
        results=results,
        score=number(own.get("score") or "") if own.get("score") else score,
        verdict=verdict,
        comment=own.get("comment"),
        owner=own.get("owner") or join_wrapped(owner) or None,
        **place(row),  # type: ignore[arg-type]
    )


def _text(lines: Sequence[TextLine]) -> str | None:
    return join_wrapped(line.text for line in lines) or None


def _with_whole_labels(lines: Sequence[TextLine]) -> list[TextLine]:
    """Lines, the two between which a narrow column breaks the label of the office in charge made one."""
    out: list[TextLine] = []
    for line in lines:
        both = join_wrapped([out[-1].text, line.text]) if out else ""
        if out and not OWNER.match(out[-1].plain) and OWNER.match(arabic_digits(both)):
            out[-1] = replace(out[-1], text=both, plain=arabic_digits(both))
        else:
            out.append(line)
    return out


def _verdict(lines: Sequence[TextLine]) -> tuple[str | None, float | None]:
    """The verdict that a cell states, in a word or a box, and the score beside it."""
    text = _text(lines) or ""
    if verdict := read_verdict(_SCORE.sub("", arabic_digits(text)).strip()):
        score = _SCORE.search(arabic_digits(text))
        return verdict.value, number(score["score"]) if score else None
    found, _ = boxes(lines)
    if lines and not found:  # a narrow column breaks its words
        found, _ = boxes([replace(lines[0], text=text, plain=arabic_digits(text))])
    return (found[0].verdict, found[0].score) if len(found) == 1 else (None, None)


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
