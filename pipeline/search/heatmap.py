"""The heat map of gaps, category by year: in the terminal, and as an HTML page that needs nothing but itself."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from pipeline import framework
from pipeline.search.ofi_threads import Thread, heat
from pipeline.terminal import where

#: Terminal colours from few to many, each with one that can be read on it.
_SHADES = (("#fff3e0", "black"), ("#ffcc80", "black"), ("#fb8c00", "black"), ("#d84315", "white"), ("#8e0000", "white"))
NO_CATEGORY, NO_YEAR = "ไม่ระบุหมวด", "ไม่ทราบปี"
Counts = Mapping[tuple[int | None, int | None], int]
_STATUS = {"open": "ยังเปิดอยู่", "resolved": "แก้ไขแล้ว", "unknown": "ไม่ทราบ"}


def table(followed: Sequence[Thread]) -> Table:
    """The heat map as a table for the terminal."""
    counts = heat(followed)
    years = _years(counts)
    shown = Table(box=box.SIMPLE, title="จำนวนช่องว่าง (OFI) ตามหมวดและปี", title_justify="left")
    shown.add_column("หมวด")
    for year in years:
        shown.add_column(_year(year), justify="center", min_width=6)
    for category in _categories(counts):
        cells = [Text(f"{category} {_title(category)}" if category else NO_CATEGORY)]
        for year in years:
            count = counts.get((category, year), 0)
            background, colour = _SHADES[_shade(count, counts)]
            cells.append(Text(f" {count} ", style=f"{colour} on {background}") if count else Text("·", style="dim"))
        shown.add_row(*cells)
    return shown


def page(followed: Sequence[Thread]) -> str:
    """The heat map and the threads as one HTML page: no scripts, fonts or pictures from elsewhere."""
    counts = heat(followed)
    years, categories = _years(counts), _categories(counts)
    head = "".join(f"<th scope=col>{_year(year)}</th>" for year in years)
    rows = "".join(f"<tr><th scope=row>{_name(c)}</th>{_cells(c, years, counts)}</tr>" for c in categories)
    body = "".join(_section(category, followed) for category in categories)
    return _PAGE.format(head=head, rows=rows, body=body, count=len(followed), styles=_STYLES + _shade_styles())


def _years(counts: Counts) -> list[int | None]:
    """The columns: the years of gaps, those without a year last."""
    return sorted({year for _, year in counts}, key=lambda year: year or 9999)


def _categories(counts: Counts) -> list[int | None]:
    """The rows: every category, and last the gaps without one, if there are any."""
    return [*range(1, 8), *([None] if any(category is None for category, _ in counts) else [])]


def _year(year: int | None) -> str:
    return str(year) if year else NO_YEAR


def _cells(category: int | None, years: Sequence[int | None], counts: Counts) -> str:
    cells = []
    for year in years:
        count = counts.get((category, year), 0)
        cells.append(
            f'<td class=s{_shade(count, counts)}><a href="#c{category or 0}">{count}</a></td>'
            if count
            else "<td>·</td>"
        )
    return "".join(cells)


def _section(category: int | None, followed: Sequence[Thread]) -> str:
    own = [thread for thread in followed if thread.ofi.category == category]
    if not own:
        return ""
    return f"<h2 id=c{category or 0}>{_name(category)}</h2>" + "".join(_details(thread) for thread in own)


def _details(thread: Thread) -> str:
    one = thread.ofi
    number = one.item or one.criterion or one.indicator_no or ""
    years = "–".join(dict.fromkeys(str(y) for y in (one.first_year, one.last_year) if y))
    last = f"{thread.last_verdict} ({thread.last_verdict_year})" if thread.last_verdict else "–"
    rows = "".join(
        f"<tr><td>{finding.fiscal_year or ''}<td>{_text(finding.family)}<td>{_text(finding.kind)}"
        f"<td>{_text(finding.verdict)}<td>{_text(finding.text or finding.item_title)}<td>{_text(where(finding))}</tr>"
        for finding in thread.evidence
    )
    return (
        f"<details><summary><b>{_text(number)}</b> {_text(one.text)} <span class={one.status}>"
        f"{_STATUS.get(one.status, one.status)}</span></summary>"
        f"<p>{_text(one.agency)} · ปี {years or '–'} · พบ {thread.times} ครั้ง · ผลล่าสุด {last}</p>"
        f"<table><tr><th>ปี<th>แบบ<th>ชนิด<th>ผล<th>ข้อความ<th>ที่มา</tr>{rows}</table></details>"
    )


def _shade(count: int, counts: Counts) -> int:
    most = max(counts.values(), default=1)
    return min(len(_SHADES) - 1, (count - 1) * len(_SHADES) // most) if count else 0


def _shade_styles() -> str:
    return "".join(f".s{n}{{background:{back};color:{fore}}}" for n, (back, fore) in enumerate(_SHADES))


def _title(category: int) -> str:
    known = framework.load().category(category)
    return known.title if known else ""


def _name(category: int | None) -> str:
    return f"หมวด {category} {_text(_title(category))}" if category else NO_CATEGORY


def _text(value: str | None) -> str:
    return html.escape(value or "")


_STYLES = """
body{font-family:"Sarabun","Noto Sans Thai","Leelawadee UI","Thonburi",sans-serif;margin:2rem auto;max-width:70rem;
padding:0 1rem;color:#222;line-height:1.6}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #ddd;padding:.3rem .5rem;text-align:left;
vertical-align:top}
.heat td{text-align:center;min-width:4rem}.heat td a{color:inherit;text-decoration:none;display:block}
details{border-bottom:1px solid #eee;padding:.4rem 0}summary{cursor:pointer}
.open,.resolved,.unknown{font-size:.85em;border-radius:.5em;padding:0 .5em;background:#eee}
.open{background:#ffcdd2}.resolved{background:#c8e6c9}
@media print{details{break-inside:avoid}}
"""
_PAGE = """<!doctype html>
<html lang="th"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>OFI: ช่องว่างตามหมวดและปี</title><style>{styles}</style></head>
<body><h1>ช่องว่าง (OFI) ตามหมวดและปี</h1><p>{count} เรื่อง ตัวเลขคือจำนวนเรื่องที่ถูกระบุในปีนั้น</p>
<table class="heat"><tr><th>หมวด</th>{head}</tr>{rows}</table>{body}</body></html>
"""
