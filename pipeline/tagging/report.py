"""An evaluation as one HTML file that opens offline: tables, and pictures drawn as SVG in the file itself."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.tagging.evaluate import HeadScore, Report

_STYLE = """
body { font: 15px/1.5 "TH Sarabun New", "Noto Sans Thai", "Leelawadee UI", sans-serif; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
td, th { border: 1px solid #ccc; padding: .2rem .6rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
figure { display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top; }
figcaption { font-size: 13px; color: #555; max-width: 20rem; }
"""
_TITLES = {"category": "Category (หมวด)", "role": "Role (strength, OFI, neither)", "verdict": "Verdict (pass, fail)"}
#: Side of a picture and its margin, in pixels.
_SIDE, _MARGIN = 240, 36


def render(report: Report, title: str) -> str:
    """The report as HTML."""
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>Split: {html.escape(report.split)}. Intervals are 95 % bootstrap intervals over documents and texts.</p>",
        _table(("Document", "Texts"), report.documents.items()),
    ]
    body = "\n".join([*parts, *map(_section, report.heads), _summary(report)])
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _section(head: HeadScore) -> str:
    low, high = head.macro_f1_interval
    figures = [
        ("Texts", head.texts),
        ("Accuracy", f"{head.accuracy:.3f} ({head.accuracy_interval[0]:.3f}–{head.accuracy_interval[1]:.3f})"),
        ("Macro-F1", f"{head.macro_f1:.3f} ({low:.3f}–{high:.3f})"),
    ]
    if head.ece is not None and head.accuracy_at_coverage is not None:
        figures += [
            ("Calibration error (ECE)", f"{head.ece:.3f}"),
            ("Accuracy at 80 % coverage", f"{head.accuracy_at_coverage:.3f}"),
        ]
    rows = [
        (s.label, s.support, *(f"{value:.3f}" for value in (s.precision, s.recall, s.f1, *s.f1_interval)))
        for s in head.labels
    ]
    names = [s.label for s in head.labels]
    confusion = _confusion(names, head.confusion, head.head)
    pictures = ""
    if head.reliability:
        points = [(said, right) for said, right, _ in head.reliability]
        pictures = _picture(points, "Reliability: accuracy (up) of texts by confidence (right).", diagonal=True)
        pictures += _picture(head.risk_coverage, "Risk (up) when only the surest share of texts (right) is answered.")
    return (
        f"<h2>{_TITLES[head.head]}</h2>{_table(('Figure', 'Value'), figures)}{pictures}"
        f"{_table(('Label', 'Texts', 'Precision', 'Recall', 'F1', '95 %'), rows)}{confusion}"
    )


def _confusion(names: Sequence[str], counts: Sequence[Sequence[int]], head: str) -> str:
    labels = [str(c) for c in range(8)] if head == "category" else names
    if len(labels) != len(counts):
        return ""
    rows = [(f"is {label}", *row) for label, row in zip(labels, counts, strict=True)]
    return "<h3>Confusion</h3>" + _table(("", *(f"said {label}" for label in labels)), rows)


def _summary(report: Report) -> str:
    rows: list[tuple[str, Any]] = [("Abstained", f"{report.abstained:.3f}")]
    for name, value in (
        ("Accuracy of what is not abstained from", report.accuracy_of_kept),
        (f"Criterion, first of {report.criterion_texts}", report.criterion_top1),
        ("Criterion, among the first three", report.criterion_top3),
    ):
        rows.append((name, "–" if value is None else f"{value:.3f}"))
    out = "<h2>Criterion and abstention</h2>" + _table(("Figure", "Value"), rows)
    if report.learning_curve:
        out += "<h2>Learning curve</h2>" + _table(
            ("Other documents trained on", "Accuracy of the category"),
            [(count, f"{accuracy:.3f}") for count, accuracy in report.learning_curve],
        )
    return out


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    cells = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(v))}</td>" for v in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"


def _picture(points: Sequence[tuple[float, float]], caption: str, *, diagonal: bool = False) -> str:
    """A line through points of the unit square."""

    def place(x: float, y: float) -> str:
        return f"{_MARGIN + x * _SIDE:.1f},{_MARGIN + (1 - y) * _SIDE:.1f}"

    size = _SIDE + 2 * _MARGIN
    ticks = "".join(
        f'<text x="{_MARGIN + t * _SIDE:.0f}" y="{size - 12}" text-anchor="middle" font-size="11">{t:g}</text>'
        f'<text x="{_MARGIN - 6}" y="{_MARGIN + (1 - t) * _SIDE + 4:.0f}" text-anchor="end" font-size="11">{t:g}</text>'
        for t in (0, 0.5, 1)
    )
    guide = f'<polyline points="{place(0, 0)} {place(1, 1)}" stroke="#bbb" fill="none"/>' if diagonal else ""
    dots = "".join('<circle cx="{}" cy="{}" r="3" fill="#06c"/>'.format(*place(x, y).split(",")) for x, y in points)
    line = " ".join(place(x, y) for x, y in points)
    return (
        f'<figure><svg width="{size}" height="{size}" role="img"><rect x="{_MARGIN}" y="{_MARGIN}" width="{_SIDE}" '
        f'height="{_SIDE}" fill="none" stroke="#999"/>{guide}<polyline points="{line}" stroke="#06c" fill="none"/>'
        f"{dots}{ticks}</svg><figcaption>{html.escape(caption)}</figcaption></figure>"
    )
