"""Form 4: the indicators of category 7, with targets, results of three years, score, verdict and comment.

The form, top to bottom: sub-criterion (7.1 …) › group (1. …*, a sentence that explains it) › table header
(ค่าเป้าหมาย, the years, % ความสำเร็จ, คะแนน) › rows: number [มากดี] name, then target unit results % score on one
line, then the verdict with its comment. A group may have a header and no rows. Agencies that set the form anew give it
a column for each thing instead, see `indicator_table`.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.forms.base import Form, Section, place
from pipeline.forms.comments import read_comment
from pipeline.forms.indicator_table import indicators, is_table
from pipeline.forms.lines import TextLine, number
from pipeline.forms.ticks import Verdict, merge_options, read_verdict
from pipeline.forms.titles import heading_end
from pipeline.records import Finding, Indicator, Record
from pipeline.thai import arabic_digits, join_wrapped

FAMILY = "form4"

_LANDMARK = re.compile(r"^แบบฟอร์มที่ ?4(?!\d)")
_SUB = re.compile(r"^(?:ข้อ ?|หัวข้อ(?:ที่)? ?)?7 ?\. ?(?P<number>[1-9])\.? ?(?P<title>(?!\.?\d)[^\d\s].*)$")
_GROUP = re.compile(r"^(?P<number>\d{1,2})[.)] ?(?P<title>(?!\d)\S.*)$")
_DIRECTION = r"[\[(] ?(?P<direction>มากดี|น้อยดี|ยิ่งมากยิ่งดี|ยิ่งน้อยยิ่งดี) ?[\])]"
_INDICATOR = re.compile(rf"^(?P<number>\d{{1,2}}\.\d{{1,2}})\.? ?(?:{_DIRECTION})? ?(?P<name>.*)$")
_DIRECTED = re.compile(rf"^\d{{1,2}}\.\d{{1,2}}\.? ?{_DIRECTION}")
_HEADER = re.compile(r"ค่า ?เป้าหมาย.*ผลการดำเนินงาน|^ค่า ?เป้าหมาย")
_HEADER_WORD = re.compile(
    r"^(?:(?:ตัวชี้วัด|ค่า ?เป้าหมาย|ผลการดำเนินงาน|ร้อยละ|%|คะแนน|ปี(?:ล่าสุด)?|พ\.?ศ\.?|ความสำเร็จ|\(|\)|ย้อนหลัง|"
    r"3 ปี|25\d\d)[ :]*)+$"
)
_YEAR = re.compile(r"25\d\d")
_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_CELL = rf"(?:{_NUMBER}|[-–]|N/?A)"
_DIRECTIONS = {"ยิ่งมากยิ่งดี": "มากดี", "ยิ่งน้อยยิ่งดี": "น้อยดี"}
#: Lines one row may take, page headers included.
_LONGEST = 60
#: Units that some agencies print before the target instead of after it.
_UNIT_FIRST = r"(?:ร้อยละ|ระดับ(?:ที่)?|จำนวน)"


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """Each landmark that a table header or a directed indicator follows; without one, the first such table."""
    rows = [i for i, line in enumerate(lines) if _DIRECTED.match(line.plain)]
    landmarks = [i for i, line in enumerate(lines) if _LANDMARK.match(line.plain)]
    if not rows:
        yield from [at for at in landmarks if is_table(lines[at : at + 80])][:1]
        return
    starts = [at for at in landmarks if any(at < row <= at + 80 for row in rows)]
    if not starts or starts[0] > rows[0]:
        before = [i for i, line in enumerate(lines[: rows[0]]) if _SUB.match(line.plain) and rows[0] - i < 30]
        starts.insert(0, before[0] if before else rows[0])
    yield from starts


@dataclass(slots=True)
class _Where:
    """Where in the form the reader stands."""

    sub: str | None = None
    group_no: int | None = None
    group_title: str | None = None
    years: tuple[str, ...] = ()


def parse(section: Section) -> Iterator[Record]:
    """The indicators, and each verdict with its comment as a finding of category 7."""
    lines = section.lines
    if not any(_DIRECTED.match(line.plain) for line in lines) and is_table(lines):
        yield from _of_table(section)
        return
    furniture = _headers(lines)
    marked = any((v := read_verdict(line.plain)) and v.marked for line in lines)
    where = _Where()
    at = 0
    while at < len(lines):
        line = lines[at]
        if at in furniture:
            where.years = furniture[at] or where.years
            at += 1
        elif _starts_indicator(line, where):
            at = yield from _indicator(section, at, where, furniture, marked)
        elif found := _SUB.match(line.plain):
            where = _Where(f"7.{found['number']}", years=where.years)
            at += 1
        elif found := _GROUP.match(line.plain):
            where.group_no = int(found["number"])
            where.group_title, taken = _group_title(lines, at, found.start("title"), where)
            at += taken
        else:
            at += 1


def _headers(lines: Sequence[TextLine]) -> dict[int, tuple[str, ...]]:
    """Indexes of the lines of table headers, the last line of each with the years it names."""
    out: dict[int, tuple[str, ...]] = {}
    at = 0
    while at < len(lines):
        if not (_HEADER.search(lines[at].plain) and _HEADER_WORD.match(lines[at].plain)):
            at += 1
            continue
        start = at - 1 if at and lines[at - 1].plain in ("ตัวชี้วัด", "ลำดับ ตัวชี้วัด") else at
        years: list[str] = []
        while at < len(lines) and _HEADER_WORD.match(lines[at].plain):
            years += _YEAR.findall(lines[at].plain)
            at += 1
        out.update(dict.fromkeys(range(start, at), ()))
        out[at - 1] = tuple(dict.fromkeys(years))
    return out


def _starts_indicator(line: TextLine, where: _Where) -> bool:
    found = _INDICATOR.match(line.plain)
    if not found or (found["name"] and re.match(r"^[\d,.]+(?:\s|$)", found["name"])):
        return False
    if found["direction"]:
        return True
    return bool(found["number"].split(".")[0] == str(where.group_no) and where.years and found["name"])


def _group_title(lines: Sequence[TextLine], at: int, start: int, where: _Where) -> tuple[str, int]:
    """A group's title as printed and the lines it takes: a second one only where a known title says so."""
    parts = [lines[at].text[start:], *(line.text for line in lines[at + 1 : at + 3])]
    taken = max(heading_end(f"{where.sub}/{where.group_no}", parts), 1)
    return join_wrapped(parts[:taken]), taken


def _indicator(
    section: Section, at: int, where: _Where, furniture: dict[int, tuple[str, ...]], marked: bool
) -> Generator[Record, None, int]:
    """The indicator that opens at `at`; returns the index of the line after it."""
    lines = section.lines
    head = _INDICATOR.match(lines[at].plain)
    assert head is not None
    body: list[tuple[TextLine, str]] = [(lines[at], lines[at].text[head.start("name") :])]
    index = at + 1
    verdict: Verdict | None = None
    while index < min(len(lines), at + _LONGEST):
        line = lines[index]
        if index in furniture:
            where.years = furniture[index] or where.years
        elif (
            ((verdict := read_verdict(line.plain)) and (verdict.marked or not marked))
            or _starts_indicator(line, where)
            or _LANDMARK.match(line.plain)
        ):
            break
        else:
            body.append((line, line.text))
        verdict = None
        index += 1
    values = _values([text for _, text in body], where.years)
    if not head["direction"] and (values is None or verdict is None):
        return at + 1  # a numbered line of some other kind
    if values is None:
        section.warn(f"indicator {head['number']}: its figures were not understood", lines[at])
    name = values.name if values else join_wrapped(text for _, text in body)
    comment_lines: Sequence[TextLine] = []
    value, text = None, ""
    after = index
    if verdict is not None:
        after = index + 1
        other = read_verdict(lines[after].plain) if after < len(lines) and not verdict.rest else None
        if other and (both := merge_options(verdict, other)):
            verdict, after = both, after + 1
        value = verdict.value
        last = lines[after - 1]
        comment = read_comment(
            lines,
            after,
            last.text[len(last.text) - len(verdict.rest) :],
            furniture=furniture,
            ends=lambda i: bool(
                _starts_indicator(lines[i], where) or _SUB.match(lines[i].plain) or _GROUP.match(lines[i].plain)
            ),
        )
        text, comment_lines, after = comment.text, comment.lines, comment.after
    else:
        section.warn(f"indicator {head['number']}: no verdict found", lines[at])
    direction = head["direction"]
    where_from = place([line for line, _ in body] + ([*lines[index : index + 1], *comment_lines] if value else []))
    indicator = Indicator(
        sub_criterion=where.sub,
        group_no=where.group_no,
        group_title=where.group_title,
        indicator_no=head["number"],
        name=name or None,
        direction=_DIRECTIONS.get(direction, direction),
        target=values.target if values else None,
        unit=values.unit if values else None,
        results=dict(values.results) if values else {},
        achievement_pct=values.achievement_pct if values else None,
        score=values.score if values else None,
        verdict=value,
        comment=text,
        **where_from,  # type: ignore[arg-type]
    )
    yield indicator
    if value is not None:
        yield replace(_judged(indicator), **place([lines[index], *comment_lines]))  # type: ignore[arg-type]
    return after


def _of_table(section: Section) -> Iterator[Record]:
    """The indicators of a plain table with their verdicts; results are figures here, or none."""
    for indicator in indicators(section):
        indicator.results = {year: value for year, value in indicator.results.items() if not isinstance(value, str)}
        yield indicator
        if indicator.verdict:
            yield _judged(indicator)


def _judged(indicator: Indicator) -> Finding:
    """The verdict on an indicator, with the reviewer's comment."""
    return Finding(
        kind="verdict",
        category=7,
        criterion=indicator.sub_criterion,
        indicator_no=indicator.indicator_no,
        item_title=indicator.name,
        verdict=indicator.verdict,
        text=indicator.comment or "",
        page=indicator.page,
        line_start=indicator.line_start,
        line_end=indicator.line_end,
        bbox=indicator.bbox,
    )


@dataclass(frozen=True, slots=True)
class _Values:
    """The figures of a row, and the name that stood before them."""

    name: str
    target: float | str | None
    unit: str | None
    results: Mapping[str, float | str]
    achievement_pct: float | None
    score: float | None


def _values(parts: Sequence[str], years: Sequence[str]) -> _Values | None:
    """The figures among the lines of a row: at the end of one line, or a cell a line at the end of all."""
    count = len(years) or 3
    tail = rf"(?P<results>(?:{_CELL}\s+){{{count}}})(?P<pct>{_CELL})\s+(?P<score>{_CELL})\s*$"
    after = re.compile(rf"(?:^|(?<=\s))(?P<target>{_CELL})\s*(?P<unit>[^\d\s][^\d]*?)\s+{tail}")
    before = re.compile(rf"(?:^|(?<=\s))(?P<unit>{_UNIT_FIRST})?\s*(?P<target>{_CELL})\s+{tail}")
    plain = [arabic_digits(part) for part in parts]
    for pattern in (after, before):
        for at, line in enumerate(plain):
            if found := pattern.search(line):
                names = [*parts[:at], parts[at][: found.start()], *parts[at + 1 :]]
                return _read_values(found, names, years)
        joined = " ".join(plain)
        if found := pattern.search(joined):
            names, offset = [], 0
            for part in parts:
                names.append(part[: max(found.start() - offset, 0)])
                offset += len(part) + 1
            return _read_values(found, names, years)
    return None


def _read_values(found: re.Match[str], names: Sequence[str], years: Sequence[str]) -> _Values:
    cells = found["results"].split()
    labels = years or [str(n) for n in range(1, len(cells) + 1)]
    unit = (found["unit"] or "").strip()
    results = {year: value for year, cell in zip(labels, cells, strict=False) if (value := number(cell)) is not None}
    return _Values(
        name=join_wrapped(names),
        target=number(found["target"]),
        unit=unit or None,
        results=results,
        achievement_pct=number(found["pct"]),
        score=number(found["score"]),
    )


FORM = Form(FAMILY, find, parse, prose=True)
