"""Lines with markup as lines of a printed page: what markdown, HTML and tabs say is shown, their signs are not.

OCR writes a page as markdown, with tables between pipes, tabs or HTML tags. Readers that know nothing of this are
given the same lines a PDF would give them: text without signs, and each cell's lines with the cell they stand in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.extract.model import Cell
from pipeline.forms.lines import TextLine
from pipeline.forms.tables import BLOCK, TAG, Row, rows
from pipeline.thai import arabic_digits

_CHECKED = re.compile(r"<input\b(?=[^<>]*\bchecked)[^<>]*>", re.IGNORECASE)
_UNCHECKED = re.compile(r"<input\b[^<>]*checkbox[^<>]*>", re.IGNORECASE)
#: Heading marks, emphasis around words, the dash of a list before a box.
_SIGNS = re.compile(r"^\s*#{1,6}\s+|^\s*[-*]\s+(?=\[[ xX/]?\]|[☑☒☐✓✗])|\\(?=[*_#.()-])")
#: A cell that begins like a list, or like a heading with its list, and the dashes of its items.
_LISTED = re.compile(r"[-–•] \S|[\d๐-๙]\.[\d๐-๙] ?[ก-๙]")
_DASH = re.compile(r"\s+(?=[-–•] [^\d๐-๙\s])")
_EMPHASIS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=[^\s_])(.+?)(?<=[^\s_])__")


def printed(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines as they would stand on a page. Cells of a table in the text are numbered like those of a PDF's."""
    out: list[TextLine] = []
    table, at = 0, 0
    before: Row | None = None
    for row in rows(lines):
        if row.lines[0].cell is not None:
            out += row.lines
        elif row.tabular:
            opens = before is None or not before.tabular or row.lines[0].gap > 0
            table, at = (table + 1, 0) if opens else (table, at + 1)
            out += _cells(row, table, at)
        else:
            out += filter(None, [_shown(row.lines[0], row.lines[0].text)])
        before = row
    return out


def _cells(row: Row, table: int, at: int) -> Iterator[TextLine]:
    """The lines of a row's cells, a paragraph or list item each."""
    for column, cell in enumerate(row.cells):
        for part in (item for block in BLOCK.split(cell) for item in _items(block.strip())):
            if shown := _shown(row.lines[0], part):
                line = replace(shown.line, text=shown.text, cell=Cell(table, at, column))
                yield replace(shown, line=line, indent=0)


def _items(block: str) -> list[str]:
    """The items of a list that a cell runs together, after a dash or a number at its beginning.

    >>> _items("- ก - ข"), _items("พ.ศ. ๒๕๖๕ - ๒๕๖๖")
    (['- ก', '- ข'], ['พ.ศ. ๒๕๖๕ - ๒๕๖๖'])
    """
    return _DASH.split(block) if _LISTED.match(block) else [block]


def _shown(line: TextLine, text: str) -> TextLine | None:
    """The line with the text as it is shown; None where nothing is."""
    text = _UNCHECKED.sub("☐", _CHECKED.sub("☑", text))
    text = _EMPHASIS.sub(lambda found: found[1] or found[2], _SIGNS.sub("", TAG.sub(" ", text)))
    text = " ".join(html.unescape(text).split())
    if text == line.text:
        return line
    return replace(line, text=text, plain=arabic_digits(text)) if text else None
