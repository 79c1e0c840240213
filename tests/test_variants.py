"""Documents of the known families as other agencies write them: other headings, columns, markup, missing parts.

Each `corpora/samples/variants/NAME.txt` has a `NAME.gold.jsonl`: the rows of each dataset it names, in order, and
none besides; the fields a row gives, null included. Text is compared without white space.
"""

from __future__ import annotations

import json
import random
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.model import Document, Line, Page
from pipeline.forms import parse, sections
from pipeline.forms.lines import text_lines
from pipeline.forms.markup import printed
from pipeline.forms.tables import rows
from pipeline.read import read
from pipeline.thai import squeeze

VARIANTS = Path(__file__).resolve().parents[1] / "corpora" / "samples" / "variants"


def told(value: Any) -> Any:
    """A value as it is compared: nothing is nothing, text without white space."""
    if isinstance(value, str):
        return squeeze(value) or None
    if isinstance(value, list):
        return [told(member) for member in value] or None
    if isinstance(value, dict):
        return {key: told(member) for key, member in value.items()} or None
    return value


@pytest.mark.parametrize("path", sorted(VARIANTS.glob("*.txt")), ids=lambda path: path.stem)
def test_variant(path: Path) -> None:
    gold = [json.loads(line) for line in path.with_suffix(".gold.jsonl").read_text("utf-8").splitlines()]
    records = read(path).records
    for dataset, wanted in groupby(gold, lambda row: row.pop("dataset")):
        found = [record for record in records if record.dataset == dataset]
        expected = [{name: told(value) for name, value in row.items()} for row in wanted if row]
        assert len(found) == len(expected)
        for record, row in zip(found, expected, strict=True):
            assert {name: told(getattr(record, name)) for name in row} == row


STRAY = ("\t:\t", "|||", "<table>", "<td>", "</tr>", "- ", "**", "1.1", "หมวด 3", "ไม่ผ่าน", "___")


@pytest.mark.parametrize("path", sorted(VARIANTS.glob("*.txt")), ids=lambda path: path.stem)
def test_no_mangled_form_stops_its_reader(path: Path) -> None:
    """Lines lost, doubled, cut short or broken by stray markup: the rest is read all the same."""
    chance = random.Random(path.stem)
    for _ in range(12):
        lines = path.read_text("utf-8").split("\n")
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(lines))
            line, stray = lines[at], chance.choice(STRAY)
            lines[at : at + 1] = chance.choice(([], [""], [line, line], [line[: len(line) // 2]], [stray, line]))
            lines = lines or [stray]
        list(parse(sections(lines_of("\n".join(lines)))))


def lines_of(text: str) -> Document:
    lines = [Line(line, line, number) for number, line in enumerate(text.split("\n"), 1)]
    return Document("x.txt", "0" * 64, "text/plain", [Page(1, 0, 0, lines)])


def shown(text: str) -> list[tuple[str, tuple[int, int, int] | None]]:
    """What a page with this markup shows: each line's text and cell."""
    lines = printed(text_lines(lines_of(text).lines()))
    return [(line.text, tuple(line.cell) if line.cell else None) for line in lines]


def test_signs_of_markdown_are_not_shown() -> None:
    assert shown("## หมวด 1\n**ส่วน** ราชการ\n- [x] ผ่าน\n- ข้อหนึ่ง\n**") == [
        ("หมวด 1", None), ("ส่วน ราชการ", None), ("[x] ผ่าน", None), ("- ข้อหนึ่ง", None), ("**", None),
    ]  # fmt: skip


def test_tables_of_a_text_stand_in_cells() -> None:
    assert shown("ก\n| ก | ข<br>ค |\n|---|---|\n| ง | |\n\nจ\tฉ") == [
        ("ก", None),
        ("ก", (1, 0, 0)), ("ข", (1, 0, 1)), ("ค", (1, 0, 1)),
        ("ง", (1, 1, 0)),
        ("จ", (2, 0, 0)), ("ฉ", (2, 0, 1)),
    ]  # fmt: skip


def test_cells_of_an_html_table_keep_their_columns() -> None:
    text = (
        "<table><tr><th>ก</th><th colspan='2'>ข</th><th>ค</th></tr>\n"
        "<tr><td rowspan=2>ง</td><td>1</td><td></td><td>2</td></tr>\n"
        "<tr><td>3</td><td>4</td><td>5</td></tr></table>\nจบ"
    )
    lines = text_lines(lines_of(text).lines())
    assert [row.cells for row in rows(lines)] == [
        ("ก", "ข", "", "ค"), ("ง", "1", "", "2"), ("", "3", "4", "5"), ("จบ",),
    ]  # fmt: skip
    assert [row.lines[0].line.number for row in rows(lines)] == [1, 2, 3, 4]
