"""docs/benchmarks.md, in which each benchmark keeps a section of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

REPORT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def put(name: str, section: Sequence[str]) -> None:
    """Put a benchmark's section into the report, in place of its older one."""
    text = REPORT.read_text("utf-8") if REPORT.exists() else "# Benchmarks\n"
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    block = "\n".join([begin, *section, end])
    if begin in text:
        text = text[: text.index(begin)] + block + text[text.index(end) + len(end) :]
    else:
        text = text.rstrip("\n") + "\n\n" + block + "\n"
    REPORT.write_text(text, "utf-8", newline="\n")
