"""A reviewer's comment: what is printed after a verdict, between dots or up to the next thing of the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from pipeline.forms.lines import TextLine
from pipeline.forms.ticks import strip_comment_lead, strip_dots
from pipeline.thai import join_wrapped, squeeze

_OPENS = ("..", "…")
_CLOSES = re.compile(r"(?:\.{2,}|…)\s*$")
_DOTS = re.compile(r"\.{2,}|…")


@dataclass(frozen=True, slots=True)
class Comment:
    """The comment's text ("" where the dots hold none), its lines, and the index of the line after it."""

    text: str
    lines: Sequence[TextLine]
    after: int


def read_comment(
    lines: Sequence[TextLine],
    at: int,
    first: str,
    *,
    furniture: Collection[int],
    ends: Callable[[int], bool],
) -> Comment:
    """The comment that begins with `first` (what follows a verdict on its line) and goes on at line `at`.

    Dots that open a comment also close it; without them it goes on until `ends(index)`. Furniture in between
    is stepped over.
    """
    texts = [first] if first.strip() else []
    taken: list[TextLine] = []
    dotted = bool(texts) and first.startswith(_OPENS)
    closed = dotted and _complete(first)
    index = at
    while index < len(lines) and not closed:
        if index not in furniture:
            if ends(index):
                break
            line = lines[index]
            if not texts:
                dotted = line.plain.startswith(_OPENS)
            closed = dotted and (_complete(line.text) if not texts else bool(_CLOSES.search(line.text)))
            texts.append(line.text)
            taken.append(line)
        index += 1
    return Comment(strip_dots(strip_comment_lead(strip_dots(join_wrapped(texts)))), taken, index)


def _complete(text: str) -> bool:
    """Whether one line opens and closes its dots: "...ควร...", "..........", but not a lone "..."."""
    if not _CLOSES.search(text):
        return False
    return len(_DOTS.findall(text)) > 1 or (len(squeeze(text)) > 6 and not strip_dots(text))
