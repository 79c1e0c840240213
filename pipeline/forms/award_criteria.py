"""The rules of an award: weights, least scores, levels and conditions, each under its branch and type.

"criterion | N คะแนน"                     a weight; รวม closes the table
หมวด | คะแนนเต็ม | รางวัล… | รางวัล…          a full score and a least score for each award
ระดับดีเด่น … คะแนนรวมตั้งแต่ 90 คะแนนขึ้นไป     a level
1.1) ทุกหมวดต้องได้คะแนนมากกว่าร้อยละ 40 …      a rule
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.forms.award_questions import SECTION
from pipeline.forms.award_terms import Terms
from pipeline.forms.base import place
from pipeline.forms.lines import number
from pipeline.forms.numbering import enumerated, numbered, without_bullet
from pipeline.forms.tables import Row, clean
from pipeline.records import AwardCriterion, Record
from pipeline.thai import arabic_digits, squeeze

_WEIGHT = re.compile(r"^([\d.]+) ?คะแนน$")
#: The head of a column of weights, whose cells are bare numbers.
_WEIGHTS_HEAD = re.compile(r"^(?:(?:ค่า)?น้ำหนัก|คะแนน(?:เต็ม)?)(?:\(.*\))?$")
_NUMBER = re.compile(r"^(\d+(?:\.\d+)?)$")
_TOTAL = re.compile(r"^(?:รวม(?:ทั้งสิ้น|คะแนน)?|Total)$", re.IGNORECASE)
_CASE = re.compile(r"^กรณี\S.*:")
_SCORE_HEAD = re.compile(r"^หมวด(?:/หัวข้อ)?$")
_FULL_SCORE = re.compile(r"คะแนนเต็ม|เกณฑ์การให้คะแนน|คะแนน$")
_ROW_NUMBER = re.compile(r"^(?P<number>[1-7](?:\.\d)?)\.?(?: |$)(?P<name>.*)$")
_LEVEL = re.compile(r"ระดับ[ก-๙]+(?: \([A-Za-z ]+\))?")
_REACHED = re.compile(
    r"(?P<criterion>คะแนน(?:รวม)?(?:ของ)?(?:ทุกหมวด|จากการประเมิน)?) ?(?:ตั้งแต่|ระหว่าง|ไม่ต่ำกว่า) ?"
    r"(?P<score>[\d.]+)(?: ?- ?[\d.]+)? ?คะแนน"
)
_SHARE = re.compile(
    r"(?P<subject>[^ ](?:(?!ต้อง).)*?) ?(?:จะ)?ต้อง(?:ได้|มี)คะแนน(?P<of>(?:(?!มากกว่า|ไม่น้อยกว่า|ไม่ต่ำกว่า).)*?)"
    r" ?(?P<op>มากกว่า|ไม่น้อยกว่า|ไม่ต่ำกว่า)ร้อยละ ?(?P<share>[\d.]+)"
)
_SUM = re.compile(r"ต้องมี(?P<criterion>คะแนนรวม) ?(?P<score>[\d.]+) ?คะแนน(?P<op>ขึ้นไป)")
_EACH = re.compile(r"ดังต่อไปนี้ ?(?P<op>มากกว่า|ไม่น้อยกว่า|ไม่ต่ำกว่า)ร้อยละ ?(?P<share>[\d.]+) ?ได้แก่ ?(?P<list>.+)$")
_RULE = re.compile(r"^\d\.\d\)")
_OPS = {"มากกว่า": ">", "ไม่น้อยกว่า": ">=", "ไม่ต่ำกว่า": ">=", "ขึ้นไป": ">="}
_POINTS = re.compile(r"\s*\([\d๐-๙,.]+ ?คะแนน\)$")
_LONGEST_HEADING = 120
_EVERY_TYPE = "ทุกประเภท"


@dataclass(slots=True)
class _Where:
    """Where in the criteria the reader stands."""

    branch: str | None = None
    award_type: str | None = None
    level: str | None = None


def criteria(rows: Sequence[Row], terms: Terms, used: set[int]) -> Iterator[Record]:
    """Weights, least scores, levels and rules, each under its branch and type."""
    where = _Where()
    names: dict[str, str] = {}
    ops: dict[str | None, dict[float, str]] = {}
    head: list[str] | None = None
    weight_cell = _WEIGHT
    marked = any(row.heading for row in rows)
    for row in rows:
        if id(row) in used:
            head = None
            continue
        text, plain = row.text, arabic_digits(row.text)
        found: list[AwardCriterion] = []
        if row.tabular:
            first = squeeze(clean(row.cells[0]))
            if len(row.cells) == 2 and _WEIGHTS_HEAD.match(squeeze(clean(row.cells[1]))):
                weight_cell = _NUMBER
                used.add(id(row))
            elif _SCORE_HEAD.match(first) and len(row.cells) > 2:
                head = [clean(cell) for cell in row.cells]
                used.add(id(row))
            elif (
                where.branch
                and len(row.cells) >= 2
                and (weight := _first(arabic_digits(clean(row.cells[1])), _WEIGHT, weight_cell))
            ):
                name = numbered(clean(row.cells[0])).text
                found = [AwardCriterion(level=where.level, criterion=name, weight=float(weight[1]))]
            elif head and where.branch:
                found = list(_least_scores(row, head, where, names, ops.get(where.award_type, {})))
        else:
            head, weight_cell = None, _WEIGHT
            _move(where, text, plain, terms, row.heading or not marked)
            if where.branch:
                found = list(_rules(text, plain, where, terms))
                shares = ops.setdefault(where.award_type, {})
                shares |= {c.threshold: c.threshold_op for c in found if c.threshold is not None and c.threshold_op}
        for criterion in found:
            yield replace(
                criterion,
                branch=where.branch,
                award_type=where.award_type or _EVERY_TYPE,
                **place(row.lines),  # type: ignore[arg-type]
            )
        if found:
            used.add(id(row))


def _first(text: str, *patterns: re.Pattern[str]) -> re.Match[str] | None:
    return next(filter(None, (pattern.match(text) for pattern in patterns)), None)


def _move(where: _Where, text: str, plain: str, terms: Terms, heading: bool) -> None:
    """Follow headings, list items and captions: a branch, a type, or a case opens."""
    bare = _POINTS.sub("", numbered(without_bullet(text)).text)
    if len(bare) > _LONGEST_HEADING:
        return
    if heading and (branch := terms.branch(bare)):
        where.branch, where.award_type, where.level = branch, None, None
    elif heading and SECTION.match(plain) and not terms.settle(bare) and not _RULE.match(plain):
        where.branch = None
    elif _CASE.match(bare):
        where.level = bare
    elif bare.startswith("กรณีรางวัล"):
        name = terms.mentioned(bare.removeprefix("กรณี").partition(" ")[2]) if " " in bare else None
        if name and "ยกเว้น" in bare:
            name = f"{_EVERY_TYPE} ยกเว้น{name}"
        where.award_type, where.level = name, None
    elif name := _named_type(bare, terms, heading or numbered(plain).number is not None):
        where.award_type, where.level = name, None
    elif heading:
        where.level = None


def _named_type(text: str, terms: Terms, opens: bool) -> str | None:
    """The type whose name a line is: by itself where it is a heading or a list item, or as a table's caption."""
    caption = "เกณฑ์การให้คะแนน"
    if not opens and not text.startswith(caption):
        return None
    bare = text.removeprefix(caption)
    name = terms.settle(bare) or (bare if bare != text and bare.startswith(("รางวัล", "ประเภท")) else None)
    return None if name and name.startswith("สาขา") else name


def _rules(text: str, plain: str, where: _Where, terms: Terms) -> Iterator[AwardCriterion]:
    """The levels and rules that a paragraph states."""
    named = _LEVEL.search(where.award_type or "")
    level = named[0] if named else None
    if each := _EACH.search(plain):
        start = each.start("list")
        items = enumerated(re.sub(r" และ (?=\()", " ", text[start:]))[1]
        of = _LEVEL.match(text)
        for listed in items:
            yield AwardCriterion(
                level=of[0] if of else level,
                criterion=listed.text,
                threshold=float(each["share"]),
                threshold_op=_OPS[each["op"]],
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
            )
            return
    if each:
        return
    stated = False
    printed = numbered(without_bullet(text)).text
    body = arabic_digits(printed)
    for share in _SHARE.finditer(body):
        stated = True
        part = share["of"].strip()
        subject = f"คะแนน{part}" if part else printed[share.start("subject") : share.end("subject")]
        subject = re.sub(r"^(?:และ|\**ทั้งนี้) ?", "", subject.strip())
        yield AwardCriterion(
            level=level,
            criterion=subject,
            threshold=float(share["share"]),
            threshold_op=_OPS[share["op"]],
        )
    for total in _SUM.finditer(body):
        stated = True
        yield AwardCriterion(
            level=level,
            criterion=total["criterion"],
            threshold=number(total["score"]),
            threshold_op=_OPS[total["op"]],
        )
    if not stated and _RULE.match(plain.removeprefix("- ")):
        yield AwardCriterion(level=level, criterion=numbered(without_bullet(text)).text)


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
    scores = list(zip(head, cells, strict=False))[1:]
    full = next((number(cell) for title, cell in scores if _FULL_SCORE.search(title)), None)
    named = _LEVEL.search(where.award_type or "")
    for title, cell in scores:
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
        )
