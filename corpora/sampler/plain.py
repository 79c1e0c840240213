"""Sample documents as the text layer of such PDFs reads: wraps in mid-word, page heads in mid-item, some damage."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sampler import blocks, damage
from sampler.content import Content, Row, framework
from sampler.wrap import columns, processor, report

#: Letter cells a line, lines a page, by form.
_FORM4_NAME, _FORM4_WIDTH = 54, 130
_CELL = 56
_SUMMARY_WIDTH, _SUMMARY_PAGE = 96, 30


def document(parts: list[Content]) -> str:
    """The text of a file that holds several forms, one after the other."""
    return "\n\n".join(_RENDER[part.family](part) for part in parts) + "\n"


def form3(content: Content) -> str:
    """Form 3: the agency of the first kind with a blank line after every line, the other without."""
    page: list[str] = []
    pages: list[list[str]] = [page]
    category, (_, length) = 0, content.sheet
    for at, block in enumerate(blocks.form3(content)):
        if block.kind == "category":
            category = int(block.text)
        lines = _form3_lines(content, block, at)
        if block.kind == "category" or len(page) + len(lines) > length:
            fits = 0 if block.kind == "category" else max(length - len(page), 0)
            page += lines[:fits]
            lines = lines[fits:]
            page = blocks.head_lines(content, category) if category else []
            pages.append(page)
        page += lines
    gap = "\n" if content.thai_digits else "\n\n"
    text = ""
    for number, lines in enumerate(pages, start=1):
        text += gap.join(lines) + gap
        text += _foot(content, number, len(pages))
    return text


def _form3_lines(content: Content, block: blocks.Block, at: int) -> list[str]:
    if block.kind == "category":
        return []
    text, width = block.text, content.sheet[0]
    if block.kind == "item" and not content.thai_digits:
        text = "    " + text
    if block.kind == "comment" and not content.thai_digits:
        if text == "..........":
            text = text if at % 2 else " ...          ..."
        elif at % 3 == 0:  # the closing dots come down on a line of their own
            return [*report(text.removesuffix("..."), width), "..."]
    return report(text, width)


def _foot(content: Content, number: int, total: int) -> str:
    if content.thai_digits:
        return blocks.thai_digits(f"หน้า {number} จาก {total}\n\n")
    return f"Page {number}/{total}\n\n\n\n" if number % 7 == 2 else ""


def form4(content: Content) -> str:
    """Form 4: every group with its table head, rows on a line or over several, a verdict under each."""
    return "\n".join(line.rstrip("\n") for line in _form4(content)) + "\n"


def _form4(content: Content) -> Iterator[str]:
    write = blocks.thai_digits if content.thai_digits else str
    yield from ("", write("แบบฟอร์มที่ 4"), write("ตัวชี้วัดหมวด 7"))
    yield f"ชื่อผู้สมัครรางวัล : {content.agency}"
    yield f"พิมพ์เมื่อวันที่ : {content.printed}"
    results = framework().category(7)
    assert results is not None
    for criterion in results.criteria:
        yield write(f"{criterion.number} {criterion.title}")
        yield "ดูจากตัวเลขที่หน่วยงานเก็บจริงเทียบกับเป้าหมายและปีก่อนหน้า"
        for group in criterion.groups:
            yield write(f"{group.number}. {group.title}") + "*" * group.compulsory
            yield "ตัวเลขที่แสดงผลสำเร็จตามหัวข้อนี้"
            yield "ตัวชี้วัด ค่าเป้าหมาย ผลการดำเนินงาน % คะแนน"
            yield write("ปีล่าสุด " + " ".join(map(str, content.years)) + " ความสำเร็จ")
            for row in content.rows:
                if row.sub_criterion == criterion.number and row.group == group:
                    yield from _form4_row(content, row)


def _form4_row(content: Content, row: Row) -> Iterator[str]:
    write = blocks.thai_digits if content.thai_digits else str
    values = form4_values(row)
    label = f"{row.number} [{row.direction}]"
    if columns(row.name) <= 30:
        yield write(f"{label} {row.name} {values}")
    else:
        yield write(label)
        yield from report(row.name, _FORM4_NAME)
        yield write(values)
    lines = list(blocks.verdict(content, row.verdict, row.comment))
    if content.thai_digits:
        for block in lines:
            yield from report(block.text, _FORM4_WIDTH)
    else:
        comment = f"... {row.comment} ..." if row.comment else ".........."
        yield from report(lines[0].text + comment, _FORM4_WIDTH)


def form4_values(row: Row) -> str:
    """The figures of a row as they stand in a line: target, unit, results, per cent, score."""
    numbers = " ".join(map(blocks.figure, row.results))
    return f"{blocks.figure(row.target)} {row.unit} {numbers} {row.pct:.1f} {blocks.figure(row.score)}"


def feedback(content: Content) -> str:
    """The Feedback Report: its three columns run together, or headings with bullets."""
    rng = random.Random(content.name)
    title = blocks.feedback_title(content)
    title[3:3] = [] if content.thai_digits else ["---------------------------------------"]
    lines = [*title, *processor(blocks.result_line(content), _SUMMARY_WIDTH)]
    body = list(_bullets(content) if content.layout == "bullets" else _columns(content))
    head = " ".join(blocks.FEEDBACK_COLUMNS)
    for at, line in enumerate(body):
        if content.layout == "columns" and at % 33 == 0:
            lines.append(head)
        lines.append(damage.space_marks(line, rng, 0.25) if rng.random() < 0.03 else line)
    return "\n".join(lines) + "\n"


def _columns(content: Content) -> Iterator[str]:
    for appraisal in content.appraisals:
        yield from processor(f"หมวด {appraisal.category} {content.category_title(appraisal.category)}", 46)
        if not appraisal.strengths:
            yield "-"
        for text in appraisal.strengths:
            yield from processor("- " * (len(appraisal.strengths) > 1) + text, _CELL)
        for heading, texts in feedback_points(content, appraisal.category):
            yield from processor(heading, _CELL)
            for text in texts:
                yield from processor(f"- {text}", _CELL)


def _bullets(content: Content) -> Iterator[str]:
    for appraisal in content.appraisals:
        yield ""
        title = f"หมวด {appraisal.category} {content.category_title(appraisal.category)}"
        yield blocks.thai_digits(title)
        if appraisal.strengths:
            yield "จุดแข็ง"
        for text in appraisal.strengths:
            yield from processor(f"• {text}", _SUMMARY_WIDTH)
        yield "โอกาสในการปรับปรุง"
        for heading, texts in feedback_points(content, appraisal.category):
            yield from processor(heading, _SUMMARY_WIDTH)
            for text in texts:
                yield from processor(f"• {text}", _SUMMARY_WIDTH)


def feedback_points(content: Content, category: int) -> list[tuple[str, list[str]]]:
    """What a category's third column holds: headings, each with the texts under it."""
    write = blocks.thai_digits if content.thai_digits else str
    appraisal = next(a for a in content.appraisals if a.category == category)
    points: dict[str, list[str]] = {}
    for number, text in appraisal.ofis:
        criterion = framework().criterion(number)
        assert criterion is not None
        points.setdefault(write(f"{number} {criterion.title}"), []).append(text)
    for number, text in appraisal.indicators:
        points.setdefault(blocks.INDICATORS_HEAD, []).append(write(f"{number} ") + text)
    return list(points.items())


def summary(content: Content) -> str:
    """The executive summary, damaged as text out of the usual PDFs: ำ lost in the body, spread in bold headings."""
    rng = random.Random(content.name)
    lines: list[str] = []
    for kind, text in summary_blocks(content):
        for at, line in enumerate(processor(text, _SUMMARY_WIDTH)):
            indent = "" if at or kind in ("row", "head") else "   "
            if kind in ("title", "bold", "head"):
                lines.append(indent + damage.spread_am(damage.swap_marks(line, rng, 0.2)))
            else:
                swapped = damage.shift_marks(damage.swap_marks(line, rng, 0.5), rng, 0.01)
                lines.append(indent + damage.lose_am(swapped))
            if len(lines) % _SUMMARY_PAGE == 0:
                lines += ["", "", "กขคงจ"[len(lines) // _SUMMARY_PAGE], ""]
    return "\n".join(f"{line} " for line in lines) + "\n"


def summary_blocks(content: Content) -> Iterator[tuple[str, str]]:
    """(kind, text) of the summary's paragraphs, table rows and list points."""
    year, digits = content.fiscal_year, blocks.thai_digits
    yield "title", "บทสรุปผู้บริหาร"
    yield "bold", digits(f"การพัฒนาคุณภาพการบริหารจัดการภาครัฐของ{content.agency} ปีงบประมาณ พ.ศ. {year}")
    yield "text", f"หน่วยงาน : {content.agency}"
    for text in content.opening:
        yield "text", text
    first, last = content.years
    yield "head", digits(f"หมวด ปี {first} ปี {last} เพิ่มขึ้น/ลดลง")
    for category in framework().categories:
        before, after = content.scores[category.number]
        title = f"หมวด {category.number} {category.title}"
        yield "row", digits(f"{title} {before:g} {after:g} {_change(before, after)}")
    before, after = content.scores[0]
    yield "row", digits(f"คะแนนรวม {before:g} {after:g} {_change(before, after)}")
    yield "bold", "ผลการประเมินตนเองตามรายหมวดมีประเด็นที่ควรดำเนินการต่อดังนี้"
    for number, points in content.not_passed.items():
        heading = digits(f"หมวด {number} {content.category_title(number)}")
        yield "text", heading + (" ประเด็นที่ยังไม่ผ่าน ประกอบด้วย" if points else " ( ผ่านทุกข้อ)")
        for at, text in enumerate(points, start=1):
            yield "point", digits(f"({at}) ") + text
    for text in content.closing:
        yield "text", text


def _change(before: float, after: float) -> str:
    if before == after:
        return "เท่าเดิม"
    return f"{'เพิ่มขึ้น' if after > before else 'ลดลง'} {abs(after - before):g} คะแนน"


_RENDER = {
    "form3": form3,
    "form4": form4,
    "feedback_report": feedback,
    "executive_summary": summary,
}
