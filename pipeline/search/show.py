"""Hits for people: blocks of wrapped text with what matches marked, in a terminal that can."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from pipeline.search.engine import Hit, Results
from pipeline.terminal import printable, where, wrap

#: Invisible signs that stand around what matches while lines are broken.
_ON, _OFF = "\u2063", "\u2064"
_MARK = "bold black on yellow"
_WIDTH, _INDENT = 100, "   "


def understanding(results: Results) -> Iterator[str]:
    """What a person should know of how the query was read, one line each."""
    if results.did_you_mean:
        yield f"Did you mean: {results.did_you_mean} (shown)"
    if results.filters:
        yield "Filters: " + " · ".join(results.filters.shown())
    if results.dropped:
        yield "Nothing fits these filters, shown without them: " + " · ".join(results.dropped.shown())
    if results.query.without:
        yield "Without: " + ", ".join(results.query.without)


def print_hits(results: Results) -> None:
    """Print hits to standard output, best first."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, markup=False, highlight=False)
    width = max(20, min(console.width, _WIDTH) - len(_INDENT))
    for rank, hit in enumerate(results.hits, 1):
        console.print(
            Text(f"{rank}. {_heading(hit)}", style="dim" if sys.stdout.isatty() else ""), no_wrap=True, crop=False
        )
        for line in _lines(hit, width):
            console.print(Text(_INDENT) + line, no_wrap=True, crop=False)


def _heading(hit: Hit) -> str:
    finding = hit.finding
    number = finding.item or finding.criterion or (f"หมวด {finding.category}" if finding.category else "")
    if finding.indicator_no:
        number = f"{finding.criterion or ''} ตัวชี้วัด {finding.indicator_no}".strip()
    parts = [number, finding.kind if finding.kind != "verdict" else "", finding.verdict or ""]
    parts += [str(finding.fiscal_year or ""), where(finding), finding.finding_id[:8]]
    return printable(" · ".join(part for part in parts if part))


def _lines(hit: Hit, width: int) -> Iterator[Text]:
    """A snippet's lines, with what matches in colour."""
    marked = False
    for line in wrap(printable(hit.snippet.marked(_ON, _OFF)), width):
        shown = Text()
        for char in line:
            if char in (_ON, _OFF):
                marked = char == _ON
            else:
                shown.append(char, style=_MARK if marked else "")
        yield shown
