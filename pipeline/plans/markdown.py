"""A draft as Markdown, from a template with [[sections]]."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import PmqaError
from pipeline.plans.layout import Block, FormTable, Heading, Layout, Table
from pipeline.plans.model import MONTHS
from pipeline.resources import resource

#: The template that ships.
SHIPPED = "corpora/plans/template.md"
_SECTION = re.compile(r"^\[\[(\w+)\]\]$", re.MULTILINE)
_VALUE = re.compile(r"\{(\w+)\}")


def render(layout: Layout, template: Path | None = None) -> str:
    """The plan as Markdown. Raises PmqaError ("template") if the template cannot be read."""
    path = template or resource(SHIPPED)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PmqaError(
            f"The template {path} cannot be read.", hint="Name a Markdown file.", code="template"
        ) from error
    text = _VALUE.sub(lambda found: layout.values.get(found[1], found[0]), text)
    return _SECTION.sub(lambda found: "\n\n".join(map(_block, layout.sections.get(found[1], ()))), text)


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"### {block.text}"
        case FormTable():
            pairs = [pair for row in block.rows for pair in row]
            return _grid(["", ""], [[f"**{label}**", value] for label, value in pairs])
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    heads = [column.title for column in table.columns]
    at = table.gantt[0] if table.gantt else len(heads)
    if table.gantt:
        heads[at:at] = MONTHS
    rows = []
    for row in table.rows:
        if row.heading:
            rows.append([f"**{row.cells[0]}**"] + [""] * (len(heads) - 1))
            continue
        cells = list(row.cells)
        if table.gantt:
            first, last = row.bar or (0, -1)
            cells[at:at] = ["█" if first <= month <= last else "" for month in range(1, len(MONTHS) + 1)]
        rows.append(cells)
    return _grid(heads, rows)


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_line(heads), "|" + " --- |" * len(heads), *map(_line, rows)]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells) + " |"
