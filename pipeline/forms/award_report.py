"""The report on a year's award applications (รายงาน … รางวัลเลิศรัฐ): rules, questions, submissions, what was learnt.

    criteria      per branch (สาขา) and type (ประเภท): tables "criterion | N คะแนน" closed by รวม; tables with a full
                  score and a least score for each award; levels ("ตั้งแต่ 90 คะแนน"); numbered rules 1.1) …
    questions     sections "ข้อคำถาม…" of slides: a title, a number, a question, paragraphs of answer
    submissions   a table "การดำเนินงาน | หน่วยงานรับผิดชอบ": branch rows, type rows, then works “title” ☑ result
    lessons       paragraphs under ปัจจัยความสำเร็จ, recommendations and gaps under ข้อเสนอแนะ, advice in the answers

Names of branches and types that OCR misread are settled by the document itself (see `award_terms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from pipeline.forms import tables
from pipeline.forms.award_terms import Terms
from pipeline.forms.base import Form, Section, place
from pipeline.forms.lines import TextLine, number
from pipeline.forms.numbering import enumerated, numbered, without_bullet
from pipeline.forms.passages import paragraphs, passages
from pipeline.forms.tables import Row, clean
from pipeline.records import Award, AwardCriterion, Faq, Finding, Record
from pipeline.thai import arabic_digits, join_wrapped, squeeze

FAMILY = "award_report"

_TITLE = re.compile(r"รายงาน(?:ผล|สรุป|ผลสัมฤทธิ์|การ)")
_AWARD = re.compile(r"รางวัลเลิศรัฐ|Public Sector Excellence Award", re.IGNORECASE)
#: What a report on awards has; two of them tell it from a letter that mentions one.
_PARTS = (
    re.compile(r"^#* ?(?:[\d.]+ )?(?:ข้อ)?คำถาม"),
    re.compile(r"^#* ?(?:[\d.]+ )?ข้อเสนอแนะ"),
    re.compile(r"^#* ?(?:[\d.]+ )?(?:เกณฑ์การ(?:ให้คะแนน|พิจารณา)|หลักเกณฑ์การพิจารณารางวัล)"),
    re.compile(r"หน่วยงาน(?:ที่)?รับผิดชอบ"),
    re.compile(r"^#* ?(?:[\d.]+ )?ปัจจัย(?:แห่ง)?ความสำเร็จ"),
)
_SECTION = re.compile(r"^(?P<number>\d+(?:\.\d+)+|\d+\.) ?(?P<title>\S.*)$")
_YEAR = re.compile(r"ปี ?(?:งบประมาณ ?)?(?:พ\.ศ\. ?)?(25\d\d)")
_LINK_ONLY = re.compile(r"^<?https?://\S+>?$")


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """The title that names the award, on a report that has at least two of its parts."""
    for at, line in enumerate(lines[:80]):
        near = " ".join(clean(after.text) for after in lines[at : at + 3])
        if _TITLE.match(clean(line.text)) and _AWARD.search(near):
            plain = [arabic_digits(clean(after.text)) for after in lines[at:]]
            if sum(any(part.search(text) for text in plain) for part in _PARTS) >= 2:
                yield at
            return


def parse(section: Section) -> Iterator[Record]:
    """Criteria, questions, submissions and findings; the rest as passages."""
    rows = [row for row in tables.rows(section.lines) if not _LINK_ONLY.match(row.text)]
    cells = [text for row in rows for cell in row.cells if (text := clean(cell))]
    terms = Terms(cells)
    used: set[int] = set()
    for records in (
        _questions(rows, used),
        _criteria(section, rows, terms, used),
        _submissions(section, rows, terms, used),
        _lessons(rows, used),
    ):
        yield from records
    yield from passages([line for row in rows if id(row) not in used for line in row.lines])


def _is_heading(row: Row) -> bool:
    return not row.tabular and row.cells[0].lstrip().startswith("#")


# ------------------------------------------------------------------------------------------ questions

_FAQ_HEAD = re.compile(r"(?:ข้อ)?คำถาม|ถาม ?-? ?ตอบ|FAQ", re.IGNORECASE)
_FAQ_NUMBER = re.compile(r"^(?P<again>\(ต่อ\) ?)?(?P<number>\d{1,2})\.?(?:$| ?(?=[^\d,.]))")
_ICON = re.compile(r"^[QA]$")
_AGAIN = re.compile(r"^\(ต่อ\) ?")
#: A slide's title is like its section's from here on (0..100), whatever OCR made of it.
_TITLE_ALIKE = 60.0


@dataclass(slots=True)
class _Question:
    number: int
    question: list[str]
    answer: list[str] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)


def _questions(rows: Sequence[Row], used: set[int]) -> Iterator[Record]:
    """Each question with its answer, and the advice that the answer gives."""
    for number, title, body in _faq_sections(rows):
        for item in _items(title, body):
            answer = join_wrapped(item.answer)
            yield Faq(section=number, question=join_wrapped(item.question), answer=answer, **place(item.lines))  # type: ignore[arg-type]
            if advice := _advice(answer):
                yield Finding(kind="guidance", text=advice, **place(item.lines))  # type: ignore[arg-type]
        used.update(id(row) for row in body)


def _faq_sections(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """The sections of questions: number, title, rows. One with sections of its own is theirs."""
    heads = [
        (at, found)
        for at, row in enumerate(rows)
        if not row.tabular and (found := _SECTION.match(arabic_digits(row.text))) and len(row.text) < 120
        and (_is_heading(row) or "." in found["number"].rstrip("."))
    ]
    numbered_heads = [(at, found) for at, found in heads if _is_heading(rows[at])] or heads
    for (at, found), end in zip(numbered_heads, [*(at for at, _ in numbered_heads[1:]), len(rows)], strict=True):
        if _FAQ_HEAD.match(found["title"]) and end - at > 3:
            printed = rows[at].text[: found.end("number")]
            yield printed, found["title"], list(rows[at + 1 : end])


def _items(title: str, body: Sequence[Row]) -> Iterator[_Question]:
    """Questions in turn: the number expected next opens one, its first paragraph is the question."""
    current: _Question | None = None
    asking = False
    for group in paragraphs([line for row in body for line in row.lines if not _LINK_ONLY.match(line.text)]):
        texts = [without_bullet(clean(line.text)) for line in group]
        texts = [text for text in texts if not _ICON.match(text)]
        if not texts or _is_slide_title(texts, title):
            continue
        found = _FAQ_NUMBER.match(arabic_digits(texts[0]))
        expected = (current.number if current else 0) + 1
        if found and int(found["number"]) == expected and not found["again"]:
            if current:
                yield current
            rest = [texts[0][found.end() :], *texts[1:]]
            current, asking = _Question(expected, [text for text in rest if text], lines=list(group)), not any(rest)
        elif current and found and found["again"] and int(found["number"]) == current.number:
            current.lines += group
        elif current:
            current.lines += group
            texts[0] = _AGAIN.sub("", texts[0])
            (current.question if asking else current.answer).extend(texts)
            asking = False
    if current:
        yield current


def _is_slide_title(texts: Sequence[str], title: str) -> bool:
    head = re.sub(r"ประจำปี.*$", "", arabic_digits(squeeze("".join(texts))))
    return bool(head) and len(head) < 1.5 * len(squeeze(title)) and fuzz.ratio(head, squeeze(title)) >= _TITLE_ALIKE


#: Words that give advice, and words that open a new sentence in an answer.
_ADVISES = re.compile(r"ควร|(?:จะ)?ต้อง(?:พิจารณา|เลือก|วิเคราะห์|คำนึง)|(?:ให้|สามารถ)พิจารณา")
_SENTENCE = re.compile(r" (?=ดังนั้น|กรณี|ยกตัวอย่าง|เช่น|เพราะ|หลังจากนั้น|นอกจากนี้|ทั้งนี้)|(?<=ได้)หรือ(?=กรณี)")


def _advice(answer: str) -> str | None:
    """The first sentence of an answer that gives advice."""
    for sentence in _SENTENCE.split(answer):
        if _ADVISES.search(sentence):
            return sentence.strip()
    return None


# ------------------------------------------------------------------------------------------ criteria

_WEIGHT = re.compile(r"^([\d.]+) ?คะแนน$")
_TOTAL = re.compile(r"^(?:รวม(?:ทั้งสิ้น|คะแนน)?|Total)$", re.IGNORECASE)
_CASE = re.compile(r"^กรณี\S.*:")
_SCORE_HEAD = re.compile(r"^หมวด(?:/หัวข้อ)?$")
_FULL_SCORE = re.compile(r"คะแนนเต็ม|เกณฑ์การให้คะแนน|คะแนน$")
_ROW_NUMBER = re.compile(r"^(?P<number>[1-7](?:\.\d)?)\.?(?: |$)(?P<name>.*)$")
_LEVEL = re.compile(r"ระดับ[ก-๙]+(?: \([A-Za-z ]+\))?")
_REACHED = re.compile(
    r"(?P<criterion>คะแนน(?:รวม)?(?:ของ)?(?:ทุกหมวด|จากการประเมิน)?) ?(?:ตั้งแต่|ระหว่าง|ไม่ต่ำกว่า) ?(?P<score>[\d.]+)(?: ?- ?[\d.]+)? ?คะแนน"
)
_SHARE = re.compile(
    r"(?P<subject>[^ ](?:(?!ต้อง).)*?) ?(?:จะ)?ต้อง(?:ได้|มี)คะแนน(?P<of>(?:(?!มากกว่า|ไม่น้อยกว่า|ไม่ต่ำกว่า).)*?)"
    r" ?(?P<op>มากกว่า|ไม่น้อยกว่า|ไม่ต่ำกว่า)ร้อยละ ?(?P<share>[\d.]+)"
)
_SUM = re.compile(r"ต้องมี(?P<criterion>คะแนนรวม) ?(?P<score>[\d.]+) ?คะแนน(?P<op>ขึ้นไป)")
_EACH = re.compile(r"ดังต่อไปนี้ ?(?P<op>มากกว่า|ไม่น้อยกว่า|ไม่ต่ำกว่า)ร้อยละ ?(?P<share>[\d.]+) ?ได้แก่ ?(?P<list>.+)$")
_RULE = re.compile(r"^\d\.\d\)")
_OPS = {"มากกว่า": ">", "ไม่น้อยกว่า": ">=", "ไม่ต่ำกว่า": ">=", "ขึ้นไป": ">="}
_EVERY_TYPE = "ทุกประเภท"
#: What a rule may be about, for the shares that tables of least scores are made of.
_SHARES = (25.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0)


@dataclass(slots=True)
class _Where:
    """Where in the criteria the reader stands."""

    branch: str | None = None
    award_type: str | None = None
    level: str | None = None

    def fields(self) -> dict[str, str | None]:
        return {"branch": self.branch, "award_type": self.award_type or _EVERY_TYPE}


def _criteria(section: Section, rows: Sequence[Row], terms: Terms, used: set[int]) -> Iterator[Record]:
    """Weights, least scores, levels and rules, each under its branch and type."""
    where = _Where()
    names: dict[str, str] = {}
    ops: dict[str | None, dict[float, str]] = {}
    head: list[str] | None = None
    for row in rows:
        if id(row) in used:
            head = None
            continue
        text, plain = row.text, arabic_digits(row.text)
        found: list[AwardCriterion] = []
        if row.tabular:
            first = squeeze(clean(row.cells[0]))
            if _SCORE_HEAD.match(first) and len(row.cells) > 2:
                head = [clean(cell) for cell in row.cells]
                used.add(id(row))
            elif where.branch and len(row.cells) >= 2 and (weight := _WEIGHT.match(arabic_digits(clean(row.cells[1])))):
                name = numbered(clean(row.cells[0])).text
                found = [AwardCriterion(level=where.level, criterion=name, weight=float(weight[1]), **where.fields())]
            elif head and where.branch:
                found = list(_least_scores(row, head, where, names, ops.get(where.award_type, {})))
        else:
            head = None
            _move(where, text, plain, terms, _is_heading(row))
            if where.branch:
                found = list(_rules(text, plain, where, terms))
                shares = ops.setdefault(where.award_type, {})
                shares.update({c.threshold: c.threshold_op for c in found if c.threshold is not None and c.threshold_op})
        for criterion in found:
            for name, value in place(row.lines).items():
                setattr(criterion, name, value)
            yield criterion
        if found:
            used.add(id(row))


def _move(where: _Where, text: str, plain: str, terms: Terms, heading: bool) -> None:
    """Follow headings, list items and captions: a branch, a type, or a case opens."""
    bare = re.sub(r"\s*\([\d,.]+ ?คะแนน\)$", "", numbered(without_bullet(plain)).text)
    bare = text[len(text) - len(numbered(without_bullet(text)).text) :][: len(bare)]
    if len(bare) > 120:
        return
    if heading and (branch := terms.branch(bare)):
        where.branch, where.award_type, where.level = branch, None, None
    elif heading and _SECTION.match(plain) and not terms.settle(bare) and not plain.startswith("เกณฑ์"):
        if re.match(r"^\d+\.\d|^\d+\. ?[^ป]", plain):
            where.branch = None
    elif _CASE.match(bare):
        where.level = bare
    elif bare.startswith("กรณีรางวัล"):
        name = terms.mentioned(bare.removeprefix("กรณี").partition(" ")[2]) if " " in bare else None
        if name and "ยกเว้น" in bare:
            name = f"{_EVERY_TYPE} ยกเว้น{name}"
        where.award_type, where.level = name, None
    elif (name := terms.settle(bare)) and not name.startswith("สาขา") and (heading or numbered(plain).number):
        where.award_type, where.level = name, None
    elif bare.startswith("เกณฑ์การให้คะแนน") and (name := terms.settle(bare.removeprefix("เกณฑ์การให้คะแนน"))):
        where.award_type, where.level = name, None
    elif heading:
        where.level = None


def _rules(text: str, plain: str, where: _Where, terms: Terms) -> Iterator[AwardCriterion]:
    """The levels and rules that a paragraph states."""
    named = _LEVEL.search(where.award_type or "")
    level = named[0] if named else None
    if each := _EACH.search(plain):
        start = each.start("list")
        items = enumerated(re.sub(r" และ (?=\()", " ", text[start:]))[1]
        of = _LEVEL.match(text)
        for item in items:
            yield AwardCriterion(
                level=of[0] if of else level,
                criterion=item.text,
                threshold=float(each["share"]),
                threshold_op=_OPS[each["op"]],
                **where.fields(),
            )
    if reached := _REACHED.search(plain):
        levels = _LEVEL.findall(text)
        own = _LEVEL.match(numbered(without_bullet(text)).text)
        if levels:
            yield AwardCriterion(
                level=own[0] if own else levels[-1],
                criterion=reached["criterion"].strip(),
                threshold=number(reached["score"]),
                threshold_op=">=",
                **where.fields(),
            )
            return
    if each:
        return
    stated = False
    body = numbered(without_bullet(plain)).text
    for share in _SHARE.finditer(body):
        stated = True
        subject = re.sub(r"^(?:และ|ทั้งนี้|\**ทั้งนี้) ?", "", share["subject"].strip())
        if share["of"].strip():
            subject = f"คะแนน{share['of'].strip()}"
        yield AwardCriterion(
            level=level,
            criterion=subject,
            threshold=float(share["share"]),
            threshold_op=_OPS[share["op"]],
            **where.fields(),
        )
    for total in _SUM.finditer(body):
        stated = True
        yield AwardCriterion(
            level=level,
            criterion=total["criterion"],
            threshold=number(total["score"]),
            threshold_op=_OPS[total["op"]],
            **where.fields(),
        )
    if not stated and _RULE.match(plain.removeprefix("- ")):
        yield AwardCriterion(level=level, criterion=numbered(without_bullet(text)).text, **where.fields())


def _least_scores(
    row: Row, head: Sequence[str], where: _Where, names: dict[str, str], ops: Mapping[float, str]
) -> Iterator[AwardCriterion]:
    """A row of full score and least scores, one record an award column.

    Whether a score must be reached or exceeded is what the type's rules say of that share of the full score.
    """
    cells = [clean(cell) for cell in row.cells]
    label = _ROW_NUMBER.match(arabic_digits(cells[0]))
    total = bool(_TOTAL.match(squeeze(cells[0])))
    if not label and not total:
        return
    if label and label["name"]:
        names[label["number"]] = label["name"]
    full = next((number(cell) for title, cell in zip(head[1:], cells[1:], strict=False) if _FULL_SCORE.search(title)), None)
    named = _LEVEL.search(where.award_type or "")
    for title, cell in list(zip(head, cells, strict=False))[1:]:
        least = number(cell)
        if least is None or _FULL_SCORE.search(title):
            continue
        column = re.sub(r"\s*\([\d.]+\)$", "", title)
        share = round(100 * least / full) if full else None
        op = ops.get(float(least)) if total else ops.get(float(share or -1))
        yield AwardCriterion(
            level=named[0] if named and named[0] in column else column,
            criterion=cells[0] if total else names.get(label["number"], label["number"]) if label else None,
            weight=full,
            threshold=least,
            threshold_op=op,
            category=int(label["number"][0]) if label else None,
            **where.fields(),
        )


# ------------------------------------------------------------------------------------------ submissions

_WORK = re.compile(r"^(?:\(?\d+[.)] ?)?(?:ผลงาน)? ?[“\"](?P<title>.+)[”\"]\s*(?P<result>.*)$")
_TICK = re.compile(r"<input[^<>]*>|[☑☒☐✓✔✅]", re.IGNORECASE)
_CATEGORY = re.compile(r"^หมวด(?:ที่)? ?([1-7])(?!\d)")


def _submissions(section: Section, rows: Sequence[Row], terms: Terms, used: set[int]) -> Iterator[Record]:
    """The works of the table of results. An office cell left empty is the one above, merged."""
    inside = False
    branch: str | None = None
    award_type: str | None = None
    office: str | None = None
    year = section.fiscal_year
    for row in rows:
        plain = arabic_digits(row.text)
        if not row.tabular:
            inside = False
            if (found := _YEAR.search(plain)) and plain.startswith("ตารางที่"):
                year = int(found[1])
            continue
        first, last = clean(row.cells[0]), clean(row.cells[-1])
        if re.match(r"^(?:การดำเนินงาน|ผลงาน|ชื่อผลงาน)", first) and "รับผิดชอบ" in last:
            inside = True
            used.add(id(row))
            continue
        if not inside:
            continue
        used.add(id(row))
        bold = " ".join(re.findall(r"<b>(.*?)</b>", row.cells[0])) or first
        if first.startswith("สาขา"):
            branch, award_type, office = terms.settle(first) or first, None, None
        elif not _TICK.search(row.cells[0]) and not _WORK.match(first) and not last:
            award_type, office = terms.settle(clean(bold)) or clean(bold), None
        else:
            office = last or office
            yield _submission(row, year, branch, award_type, office)


def _submission(row: Row, year: int | None, branch: str | None, award_type: str | None, office: str | None) -> Award:
    """One work: its title in quotation marks, or what stands before the tick; then its result."""
    before, _, after = _TICK.sub("\x00", row.cells[0], count=1).partition("\x00")
    work = _WORK.match(clean(before))
    title = work["title"] if work else numbered(clean(before)).text
    result = clean(after) or (work["result"] if work else "")
    category = _CATEGORY.match(arabic_digits(title))
    return Award(
        kind="submission",
        year=year,
        branch=branch,
        award_type=award_type,
        title=title or None,
        office=office,
        category=int(category[1]) if category else None,
        verdict="fail" if "ไม่ผ่าน" in result else "pass" if "ผ่าน" in result else None,
        result_text=result or None,
        award_received="ได้รับรางวัล" in result if result else None,
        **place(row.lines),  # type: ignore[arg-type]
    )


# ------------------------------------------------------------------------------------------ lessons

_LESSON_HEAD = re.compile(r"^(?:[\d.]+ )?(?:ปัจจัย(?:แห่ง)?ความสำเร็จ|บทเรียน)")
_ADVICE_HEAD = re.compile(r"^(?:[\d.]+ )?ข้อเสนอแนะ")
_PROSE = 40
_GAP = re.compile(r" แต่ ?(?P<gap>.+?) (?:จึง|ดังนั้น)")
_THEREFORE = re.compile(r"(?:จึง|ดังนั้น ?)?ควร(?:จะ)?(?:มีการ(?:ดำเนินการ)?)?")
_AND = re.compile(r" (?:พร้อมทั้ง|พร้อมกับ(?:การ)?|รวมทั้ง|ตลอดจน|อีกทั้ง|และ(?=สนับสนุน|ส่งเสริม|จัดให้|ผลักดัน)) ?")


def _lessons(rows: Sequence[Row], used: set[int]) -> Iterator[Record]:
    """What follows a heading on success factors or on recommendations, up to the next heading."""
    for at, row in enumerate(rows):
        plain = arabic_digits(row.text)
        lesson, advice = bool(_LESSON_HEAD.match(plain)), bool(_ADVICE_HEAD.match(plain))
        if row.tabular or not (lesson or advice) or len(plain) > 80 or id(row) in used:
            continue
        body: list[TextLine] = []
        for after in rows[at + 1 :]:
            if after.tabular or _is_heading(after) or len(after.text) < _PROSE:
                break
            body += after.lines
            used.add(id(after))
        if not body:
            continue
        groups = list(paragraphs(body))
        if lesson:
            text = join_wrapped(clean(line.text) for line in body)
            yield Finding(kind="lesson", text=text, **place(body))  # type: ignore[arg-type]
            continue
        for group in groups:
            text = join_wrapped(clean(line.text) for line in group)
            listed = numbered(without_bullet(text))
            if listed.text != text:
                yield Finding(kind="recommendation", text=listed.text, **place(group))  # type: ignore[arg-type]
                continue
            for kind, part in _statements(text):
                yield Finding(kind=kind, text=part, **place(group))  # type: ignore[arg-type]


def _statements(text: str) -> Iterator[tuple[str, str]]:
    """The gap that a paragraph states, and the recommendations it draws from it.

    >>> list(_statements("งานดีขึ้น แต่ข้อมูลยังไม่ครบ จึงควรจัดเก็บข้อมูล พร้อมทั้งทบทวนคู่มือ"))
    [('gap', 'ข้อมูลยังไม่ครบ'), ('recommendation', 'จัดเก็บข้อมูล'), ('recommendation', 'ทบทวนคู่มือ')]
    """
    if gap := _GAP.search(text):
        yield "gap", gap["gap"].strip()
    if therefore := _THEREFORE.search(text, gap.end("gap") if gap else 0):
        for part in _AND.split(text[therefore.end() :]):
            if part.strip():
                yield "recommendation", part.strip()


FORM = Form(FAMILY, find, parse)
