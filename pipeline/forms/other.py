"""Anything no other family claims: passages, so that an unknown document still yields searchable text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.forms.base import Form, Section
from pipeline.forms.lines import TextLine
from pipeline.forms.passages import passages
from pipeline.records import Record

FAMILY = "other"


def find(lines: Sequence[TextLine]) -> Iterator[int]:
    """Nowhere: a section is of this family when nothing else claims it."""
    yield from ()


def parse(section: Section) -> Iterator[Record]:
    """The section's passages."""
    yield from passages(section.lines)


FORM = Form(FAMILY, find, parse, markup=True)
