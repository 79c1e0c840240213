"""Tables as rows of cells, whichever way a document carries them, and the text of a cell.

A row is one line with tabs (TSV), one markdown line between pipes, a row of an HTML table, or the cells of one row
of a ruled table in a PDF. Everything else is a row of a single cell. Cells keep what is printed, markup and all;
`clean` makes text of them, `blocks` their paragraphs and list items.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.forms.lines import TextLine, by_column, joined, table_rows
from pipeline.thai import join_wrapped, squeeze

_TAGS = "p|li|ul|ol|br|div|b|i|u|em|strong|span|sup|sub|input|a|table|thead|tbody|tr|td|th|h[1-6]"
TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
#: What stands between a cell's paragraphs and list items.
BLOCK = re.compile(r"</?(?:p|li|ul|ol|br|div|tr|td|th|h[1-6])(?:\s[^<>]*)?/?>|\n", re.IGNORECASE)
_BOLD = re.compile(r"<(?:b|strong)>.*?</(?:b|strong)>|\*\*.+?\*\*", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"<(https?://[^<>\s]+)>")
#: A line that is a web address and nothing else.
LINK_ONLY = re.compile(r"^<?https?://\S+>?$")
#: Markdown's own signs: heading marks at the start, emphasis, escapes.
_MARKDOWN = re.compile(r"^\s*#{1,6}\s+|\*\*|\\(?=[*_#])")
#: Signs that head the items of a list and say nothing else.
_BULLETS = re.compile(r"[●•▪■◦➔➢➤★»✓🏆\uf0b7\uf0a7\uf0d8]")
#: Where a row of an HTML table begins, what its cells are between, and the columns or rows that a cell spans.
_TABLE_TAG = re.compile(r"</?(?:table|thead|tbody|tr|td|th)\b", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\b", re.IGNORECASE)
_TABLE_ROW = re.compile(r"<tr\b[^<>]*>(?P<cells>.*?)(?=</tr\b|<tr\b|</table\b|$)", re.IGNORECASE | re.DOTALL)
_TABLE_CELL = re.compile(r"<t[dh]\b(?P<spans>[^<>]*)>(?P<text>.*?)(?=</t[dh]\b|<t[dh]\b|$)", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"(?P<way>col|row)span\s*=\s*[\"']?(?P<count>\d{1,3})", re.IGNORECASE)
_PIPE_RULE = re.compile(r"^[\s|:+-]*-{3,}[\s|:+-]*$")
_WRAP_HYPHEN = re.compile(r"(?P<before>[ก-๎]{2,6})-(?P<space>\s?)(?P<after>[ก-๎]{2,6})")
#: How much more often than with its hyphen a word stands without one for the hyphen to be a line break's.
_RATHER = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, or one line outside of any. `cells` are as printed, empty ones included."""

    cells: tuple[str, ...]
    lines: tuple[TextLine, ...]

    @property
    def tabular(self) -> bool:
        """Whether the row has several cells."""
        return len(self.cells) > 1

    @property
    def in_table(self) -> bool:
        """Whether the row stands in a table, be it with one cell filled only."""
        return self.tabular or self.lines[0].cell is not None

    @property
    def heading(self) -> bool:
        """Whether the row is a line that markdown marks as a heading."""
        return not self.tabular and self.cells[0].lstrip().startswith("#")

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that say something: a colon between a label and its value does not."""
        return tuple(cell for cell in self.cells if clean(cell).strip(": "))

    @property
    def text(self) -> str:
        """The row's text, its cells one after the other."""
        return " ".join(filter(None, map(clean, self.cells)))


def rows(lines: Sequence[TextLine]) -> Iterator[Row]:
    """Lines as rows, in order. Rules under markdown headers are left out."""
    tagged = _tagged(lines)
    inside = 0
    for group in table_rows(lines):
        if group[0].cell is not None:
            yield Row(_ruled(group), tuple(group))
            continue
        for line in group:
            if stretch := tagged.get(line.line.number):
                yield from _tagged_rows(stretch)
                inside = len(stretch)
            if inside:
                inside -= 1
                continue
            printed = line.line.text
            if "\t" in printed:
                yield Row(tuple(cell.strip() for cell in printed.split("\t")), (line,))
            elif "|" in printed and (cells := _piped(printed)) is not None:
                if cells:
                    yield Row(cells, (line,))
            else:
                yield Row((line.text,), (line,))


def _tagged(lines: Sequence[TextLine]) -> dict[int, Sequence[TextLine]]:
    """The lines of each HTML table, by the number of its first. One never closed ends with its last tag."""
    found: dict[int, Sequence[TextLine]] = {}
    at = 0
    while at < len(lines):
        if lines[at].cell is not None or not _TABLE_TAG.search(lines[at].text):
            at += 1
            continue
        end = next((i for i in range(at, len(lines)) if _TABLE_END.search(lines[i].text)), None)
        if end is None:
            end = max(i for i in range(at, len(lines)) if _TABLE_TAG.search(lines[i].text))
        found[lines[at].line.number] = lines[at : end + 1]
        at = end + 1
    return found


def _tagged_rows(lines: Sequence[TextLine]) -> Iterator[Row]:
    """The rows of an HTML table, each as wide as the table. A cell that spans several is empty in all but its first."""
    text = "\n".join(line.line.text for line in lines)
    ends = list(accumulate(len(line.line.text) + 1 for line in lines))
    found: list[tuple[list[str], tuple[TextLine, ...]]] = []
    below: dict[int, int] = {}  # columns that a cell further up reaches into, and how many rows more
    for row in _TABLE_ROW.finditer(text):
        cells: list[str] = []
        for cell in _TABLE_CELL.finditer(row["cells"]):
            while below.get(len(cells), 0):
                below[len(cells)] -= 1
                cells.append("")
            spans = {span["way"].lower(): int(span["count"]) for span in _SPAN.finditer(cell["spans"])}
            for text_of in [cell["text"].strip(), *[""] * (spans.get("col", 1) - 1)]:
                below[len(cells)] = spans.get("row", 1) - 1
                cells.append(text_of)
        for column in range(len(cells), max(below, default=-1) + 1):
            below[column] = max(below.get(column, 0) - 1, 0)
        first, last = bisect_right(ends, row.start()), bisect_right(ends, row.end() - 1)
        if any(map(clean, cells)):
            found.append((cells, tuple(lines[first : last + 1])))
    width = max((len(cells) for cells, _ in found), default=0)
    for cells, printed in found:
        yield Row((*cells, *[""] * (width - len(cells))), printed)


def unwrapped(rows: Iterable[Row], opens: Callable[[Row, TextLine], bool] | None = None) -> Iterator[Row]:
    """Rows, with lines outside of tables that run on into each other as one row.

    `opens` tells whether a line below a row opens something of its own, however full the line above may be.
    """
    held: Row | None = None
    for row in rows:
        ends = held is None or held.in_table or row.in_table or not _runs_on(held.lines[-1], row.lines[0])
        if held and not ends and not (opens and opens(held, row.lines[0])):
            lines = held.lines + row.lines
            held = Row((joined(lines),), lines)
            continue
        if held:
            yield held
        held = row
    if held:
        yield held


def field_of(header: str, fields: Mapping[str, str], taken: Container[str]) -> str | None:
    """The first of the fields, not taken yet, with the words that a column's header begins with.

    >>> field_of("กิจกรรมย่อย", {"number": "ที่$", "activity": "กิจกรรม"}, taken=())
    'activity'
    """
    return next((name for name, words in fields.items() if name not in taken and re.match(words, header)), None)


def columns_of(headers: Iterable[tuple[int, str]], fields: Mapping[str, str]) -> dict[str, int]:
    """The columns whose headers name one of the fields; of two that name the same, the first.

    >>> columns_of([(0, "ที่"), (2, "กิจกรรม"), (3, "กิจกรรม")], {"number": "ที่$", "activity": "กิจกรรม"})
    {'number': 0, 'activity': 2}
    """
    found: dict[str, int] = {}
    for column, header in headers:
        if name := field_of(header, fields, found):
            found[name] = column
    return found


def _runs_on(before: TextLine, line: TextLine) -> bool:
    return before.line.joint is not None and line.gap == 0


def _ruled(group: Sequence[TextLine]) -> tuple[str, ...]:
    columns = by_column(group)
    return tuple(_cell(columns.get(column, ())) for column in range(max(columns) + 1))


def _cell(lines: Sequence[TextLine]) -> str:
    """A ruled cell's paragraphs, a line each."""
    paragraphs: list[list[TextLine]] = []
    for before, line in zip([None, *lines], lines, strict=False):
        if before is not None and not _ends(before, line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return "\n".join(map(joined, paragraphs))


def _ends(before: TextLine, line: TextLine) -> bool:
    """Whether a paragraph ends between two lines of a cell, as far as the layout shows."""
    return before.line.bbox is not None and before.line.joint is None


def _piped(printed: str) -> tuple[str, ...] | None:
    """Cells of a markdown row, () for a rule or an empty row, None if the line is no row at all."""
    text = printed.strip().removeprefix("- ").strip()
    if _PIPE_RULE.match(text):
        return ()
    if not (text.startswith("|") and text.endswith("|") and text.count("|") > 2):
        return None
    cells = tuple(cell.strip() for cell in text.strip("|").split("|"))
    return cells if any(cells) else ()


def clean(cell: str) -> str:
    """A cell's or a line's text without markup and bullets, single-spaced. Hyphens of a list stay.

    >>> clean('<ul style="x"> ● ทบทวนแผน <ul> - รายปี')
    'ทบทวนแผน - รายปี'
    """
    text = _LINK.sub(r"\1", join_wrapped(cell.split("\n")) if "\n" in cell else cell)
    text = _MARKDOWN.sub("", TAG.sub(" ", text))
    return " ".join(_BULLETS.sub(" ", html.unescape(text)).split())


def blocks(cell: str) -> list[str]:
    """The paragraphs and list items of a cell, as clean text; of a list never closed, what lies between its tags.

    >>> blocks("<p>ก ข</p> <p>- ค</p>")
    ['ก ข', '- ค']
    """
    return [text for part in BLOCK.split(cell) if (text := clean(part))]


def is_bold(cell: str) -> bool:
    """Whether all of a cell's text is set in bold."""
    return bool(clean(cell)) and not clean(_BOLD.sub("", cell))


def without_wrap_hyphens(text: str, document: str) -> str:
    """Text without the hyphens that a line break put into words.

    One with a space after it is such a hyphen; one without is, if the `document` (its text without white space)
    has the word far more often unhyphenated.

    >>> without_wrap_hyphens("สำนักงานเลขา- ธิการ ลงบันทึกเบิก-จ่าย", "")
    'สำนักงานเลขาธิการ ลงบันทึกเบิก-จ่าย'
    """

    def mended(found: re.Match[str]) -> str:
        joined = found["before"] + found["after"]
        parted = f"{found['before']}-{found['after']}"
        if found["space"] or document.count(joined) >= _RATHER * max(document.count(parted), 1):
            return joined
        return found[0]

    return _WRAP_HYPHEN.sub(mended, text)


def cell_text(cell: str, document: str) -> str:
    """A cell's text with the breaks mended that its narrow column made: hyphens, and items of a list parted in two.

    Two items are one where the `document` has them as one word, see `without_wrap_hyphens`.

    >>> cell_text("<li>- ส.พัฒนา</li> <li>- ระบบงาน</li>", "ส.พัฒนาระบบงาน")
    '- ส.พัฒนา ระบบงาน'
    """
    parts: list[str] = []
    for part in blocks(cell):
        bare = part.lstrip("- ")
        if parts and part.startswith("-") and squeeze(parts[-1].lstrip("- ") + bare) in document:
            parts[-1] += f" {bare}"
        else:
            parts.append(part)
    return without_wrap_hyphens(" ".join(parts), document)


def document_text(lines: Sequence[TextLine]) -> str:
    """All that lines say, without white space: what readings are checked against."""
    return squeeze(" ".join(line.text for line in lines))
