"""Breaking lines as report printers do: at spaces, and through words that are longer than the line."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.thai import MARKS

_CLUSTER = re.compile(rf"[^{MARKS}][{MARKS}]*|[{MARKS}]+")


def clusters(text: str) -> list[str]:
    """Letters with the marks over and under them.

    >>> clusters("ที่นี่")
    ['ที่', 'นี่']
    """
    return _CLUSTER.findall(text)


def columns(text: str) -> int:
    """The width of a text in letter cells: marks take none.

    >>> columns("ที่นี่")
    2
    """
    return len(re.sub(f"[{MARKS}]", "", text))


def wrap(
    text: str,
    width: float,
    measure: Callable[[str], float] = columns,
    split: Callable[[str], list[str]] = clusters,
) -> list[str]:
    """Lines no wider than `width` in the units of `measure`.

    Words are what spaces part. A word too long for a line of its own is broken where `split` allows: between any
    two clusters, as reporting tools do, or between dictionary words, as word processors do.

    >>> wrap("ก ขคงจฉ", 3)
    ['ก ', 'ขคง', 'จฉ']
    """
    lines, line = [], ""
    for word in re.findall(r"\S+\s*|\s+", text):
        if measure(line + word.rstrip()) <= width:
            line += word
            continue
        if line.strip():
            lines.append(line)
            line = ""
        for piece in split(word):
            if line and measure(line + piece.rstrip()) > width:
                lines.append(line)
                line = ""
            line += piece
    return [*lines, line] if line.strip() or not lines else lines
