"""The draft plan at the end of a self-assessment: the form of a development plan, its table printed as running text.

The form, one field a line: ส่วนราชการ : … ชื่อแผนพัฒนาองค์กร : … down to วันที่จัดทำ. The table, its header at the foot of
each page (กิจกรรม/ขั้นตอน, ระยะเวลา, the months, ผลผลิต/ดัชนีความก้าวหน้า, ผู้รับผิดชอบ, ผู้เกี่ยวข้อง): rows 1. 2. 2.1 …, a
row's cells side by side line by line; its first line holds duration, start and end; its criterion stands in brackets
at the end of the activity: (3.1 Basic).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.forms.base import Section, fiscal_year_of, place
from pipeline.forms.development_plan import TAG, tagged, tags
from pipeline.forms.lines import TextLine
from pipeline.forms.numbering import enumerated, following, parent
from pipeline.forms.plan_form import FIELDS, NOTHING, measures
from pipeline.forms.side_by_side import MARGIN, Column, split
from pipeline.forms.wording import room
from pipeline.records import Activity, Plan, Record
from pipeline.thai import arabic_digits, join_wrapped

_LABEL = re.compile(
    "^(?:" + "|".join(f"(?P<{name}>{words})" for name, words in FIELDS.items()) + r") ?: ?(?P<value>.*)$"
)
_MONTH = r"(?:ม\.ค|ก\.พ|มี\.ค|เม\.ย|พ\.ค|มิ\.ย|ก\.ค|ส\.ค|ก\.ย|ต\.ค|พ\.ย|ธ\.ค)\.?"
_HEADER = re.compile(
    rf"^(?:(?:กิจกรรม/ขั้นตอน|ผลผลิต/ดัชนี ?ความก้าวหน้า|ระยะ(?:เวลา)?|เวลา|เริ่มต้น|สิ้นสุด|ผู้รับผิดชอบ|ผู้เกี่ยวข้อง|งบประมาณ|\(บาท\)"
    rf"|หมายเหตุ|{_MONTH}|25\d\d) ?)+$"
)
_DATE = re.compile(r"^\d{1,2}/\d{1,2}/\d{4}$")
_STEP = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2})*)\.? (?P<rest>\D.*)$")
_TIMES = re.compile(
    r"^(?P<activity>.*?) (?P<duration>\d{1,2} ?(?:เดือน|วัน|สัปดาห์|ครั้ง)) "
    rf"(?P<start>{_MONTH}) ?(?P<end>{_MONTH})(?: (?P<rest>.*))?$"
)
_UNIT = re.compile(r"^(?:- ?)?(?:คณะ|สำนัก|กอง|กลุ่ม|ฝ่าย|ศูนย์|ทุก|ผู้|หน่วย|เลขา|กรม|ส\.|กพร)")
_TITLE = re.compile(r"^\(?ร่าง\)? ?แผน|^หมวด(?:ที่)? ?\d.*ประจำปี")
#: How much wider than the names on first lines a column of offices may be.
_UNIT_WIDER = 1.25
#: The confidence in a row whose columns are not sure.
_UNSURE = 0.5
#: Lines below the first label in which the plan's name must stand.
_SOON = 4


def opens(lines: Sequence[TextLine], at: int) -> bool:
    """Whether a plan's form begins here: the agency, and soon the plan's name."""
    label = _label(lines[at])
    return label == "name" or (label == "agency" and any(_label(line) == "name" for line in lines[at + 1 : at + _SOON]))


def _label(line: TextLine) -> str | None:
    """The name of the field whose label begins a line."""
    found = _LABEL.match(line.plain)
    return next((name for name in FIELDS if found and found[name] is not None), None)


@dataclass(slots=True)
class _Step:
    """A numbered row of the table."""

    number: str
    lines: list[TextLine] = field(default_factory=list)


@dataclass(slots=True)
class DraftPlan:
    """The fields of the form with their lines, and the rows of the table. `document` is the text around it."""

    fields: dict[str, list[str]]
    lines: list[TextLine]
    steps: list[_Step]
    document: str

    @property
    def agency(self) -> str | None:
        """The agency whose plan it is."""
        return self._text("agency")

    def _text(self, name: str) -> str | None:
        text = join_wrapped(self.fields.get(name, []))
        return None if NOTHING.match(text) else text

    def records(self, section: Section) -> Iterator[Record]:
        """The plan, then its activities."""
        found = re.search(r"[1-7]", arabic_digits(self._text("category") or ""))
        plan = Plan(
            plan_id=f"plan {self.lines[0].line.number}",
            category=int(found[0]) if found else None,
            name=self._text("name"),
            objective=self._text("objective"),
            responsible=self._text("unit") or self._text("responsible"),
            kpis=_kpis(self.fields.get("kpis", [])),
            period=self._text("period"),
            budget=self._text("budget"),
            summary=self._text("summary"),
            agency=self.agency,
            fiscal_year=fiscal_year_of(self.lines),
            **place(self.lines),  # type: ignore[arg-type]
        )
        activities = list(_activities(section, self))
        plan.criteria_refs = tagged(activities)
        yield plan
        for activity in activities:
            activity.plan_id, activity.plan_name = plan.plan_id, plan.name
            activity.agency, activity.fiscal_year = plan.agency, plan.fiscal_year
            yield activity


def read(lines: Sequence[TextLine], document: str) -> DraftPlan:
    """The plan whose form begins with the first of the lines."""
    fields: dict[str, list[str]] = {}
    form: list[TextLine] = []
    steps: list[_Step] = []
    name: str | None = None
    headers = _headers(lines)
    for at, line in enumerate(lines):
        found = _LABEL.match(line.plain)
        if not steps and found:
            name = _label(line) or ""
            fields[name] = [line.text[found.start("value") :]]
            form.append(line)
        elif at in headers:
            name = None
        elif number := _next_step(line, steps):
            steps.append(_Step(number, [line]))
        elif steps:
            steps[-1].lines.append(line)
        else:
            form.append(line)
            if _TITLE.match(line.plain):
                name = None
            elif name:
                fields[name].append(line.text)
    return DraftPlan(fields, form, steps, document)


def _headers(lines: Sequence[TextLine]) -> set[int]:
    """Indexes of the lines of table headers: words of a header beside others of it, for alone they may be a cell's."""
    words = [bool(_HEADER.match(line.plain) or _DATE.match(line.plain)) for line in lines]
    return {i for i, is_word in enumerate(words) if is_word and any(words[max(i - 1, 0) : i] + words[i + 1 : i + 2])}


def _next_step(line: TextLine, steps: Sequence[_Step]) -> str | None:
    """The number of the row that begins here, if it is one that may come next."""
    found = _STEP.match(line.plain)
    if not found:
        return None
    if not steps:
        return found["number"] if found["number"] == "1" else None
    last = steps[-1].number
    due = {following(last), f"{last}.1"} | ({following(parent(last))} if parent(last) else set())
    return found["number"] if found["number"] in due else None


def _kpis(lines: Sequence[str]) -> list[str]:
    """Indicators: numbered, or each beginning with what it measures."""
    items = enumerated(join_wrapped(lines))[1]
    return [item.text for item in items] or measures(lines)


# -- the table ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Opening:
    """The first line of a row: its activity's words, its times, and the words of the columns after them."""

    activity: str
    duration: str | None
    start: str | None
    end: str | None
    rest: list[str]


def _opening(step: _Step) -> _Opening:
    line = step.lines[0]
    found = _STEP.match(line.plain)
    assert found is not None
    text = line.text[found.start("rest") :]
    times = _TIMES.match(arabic_digits(text))
    if not times:
        return _Opening(text, None, None, None, [])
    rest = text[times.start("rest") :].split() if times["rest"] else []
    duration, start, end = (text[times.start(name) : times.end(name)] for name in ("duration", "start", "end"))
    return _Opening(text[: times.end("activity")], duration, start, end, _with_dashes(rest))


def _with_dashes(words: Sequence[str]) -> list[str]:
    """Words, a list's dash with the word after it."""
    out: list[str] = []
    for word in words:
        if out and out[-1] == "-":
            out[-1] = f"- {word}"
        else:
            out.append(word)
    return out


def _activities(section: Section, plan: DraftPlan) -> Iterator[Activity]:
    openings = [_opening(step) for step in plan.steps]
    columns = _columns(openings)
    group: tuple[str, str] | None = None  # number and text of the row that rows below belong to
    for at, (step, opening) in enumerate(zip(plan.steps, openings, strict=True)):
        cells, sure = _cells(step, opening, columns, plan.document)
        text = join_wrapped(cells[0])
        if at + 1 < len(plan.steps) and parent(plan.steps[at + 1].number) == step.number and not opening.duration:
            group = (step.number, f"{step.number}. {text}")
            continue
        if not sure:
            section.warn(f"step {step.number}: its columns may be told apart wrongly", step.lines[0])
        yield Activity(
            group=group[1] if group and parent(step.number) == group[0] else None,
            criteria_ref=tags(text),
            step_no=step.number,
            text=text,
            duration=opening.duration,
            start=opening.start,
            end=opening.end,
            output=join_wrapped(cells[1]) or None,
            responsible=_offices(cells[2]),
            involved=_offices(cells[3]),
            confidence=1.0 if sure else _UNSURE,
            **place(step.lines),  # type: ignore[arg-type]
        )


def _columns(openings: Sequence[_Opening]) -> list[Column]:
    """Activity, output, responsible, involved, as wide as the first lines of the rows show them to be."""
    outputs, units = [1.0], [1.0]
    for opening in openings:
        at = next((i for i, word in enumerate(opening.rest) if i and _UNIT.match(word)), len(opening.rest))
        outputs.append(room(" ".join(opening.rest[:at])))
        units += [room(word) for word in opening.rest[at:]]
    activity = max((room(opening.activity) for opening in openings if opening.duration), default=1.0)
    unit = max(units) * _UNIT_WIDER
    return [
        Column(activity, opens=lambda _: 3.0, after=_after_tag, ends=lambda text: 0.0 if TAG.search(text) else 1.5),
        Column(
            max(outputs),
            opens=lambda text: 0.0 if text.startswith("-") else 1.0 + bool(_UNIT.match(text)),
            holds=_tagged,
        ),
        Column(unit, opens=lambda text: 0.0 if _UNIT.match(text) else 3.0, holds=_no_units),
        Column(unit, opens=lambda text: 0.5 if _UNIT.match(text) else 3.0, holds=_no_units),
    ]


def _after_tag(before: str, text: str) -> float:
    """After the criterion in brackets an activity holds nothing but another."""
    return 100.0 if TAG.search(before) and not TAG.match(text) else 0.0


def _tagged(text: str) -> float:
    """The criterion in brackets belongs to the activity."""
    return 100.0 if TAG.search(text) else 0.0


def _no_units(text: str) -> float:
    """What speaks against offices: no name of one, two of them on a line, figures."""
    names = sum(bool(_UNIT.match(word)) for word in text.split())
    return _tagged(text) + 1.5 * bool(re.search(r"\d", text)) + (names - 1 if names else 0.3)


def _cells(step: _Step, opening: _Opening, columns: Sequence[Column], document: str) -> tuple[list[list[str]], bool]:
    """The lines of the four cells of a row, and whether it is sure which is whose. Without a reading, all are the
    activity's but for what stands after the times."""
    lines = [line.text for line in step.lines[1:]]
    if not opening.duration:
        return [[opening.activity, *lines], [], [], []], True
    words = [[opening.activity, *opening.rest], *(_with_dashes(_words(line)) for line in lines)]
    found = split(words, columns, document)
    if found is None:
        return [[opening.activity, *lines], opening.rest, [], []], False
    return found[0], found[1] >= MARGIN


def _offices(parts: Sequence[str]) -> str | None:
    """The offices of a cell, a space between two."""
    groups: list[list[str]] = []
    for part in parts:
        if not groups or _UNIT.match(part):
            groups.append([])
        groups[-1].append(part)
    return " ".join(map(join_wrapped, groups)) or None


def _words(line: str) -> list[str]:
    """The words of a line; a criterion in brackets is one."""
    return re.findall(r"\([^()]*\)|\S+", line)
