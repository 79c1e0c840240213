"""Readers of assessment forms: a document in, typed records out.

To add a document family, write one module with a `FORM` (see `pipeline.forms.base.Form`) and add it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.extract.model import Document
from pipeline.forms import (
    action_plan,
    announcement,
    award_report,
    development_plan,
    executive_summary,
    feedback_report,
    form3,
    form4,
    indicator_form,
    other,
    self_assessment,
    slides,
)
from pipeline.forms.base import Form, Section, cut
from pipeline.forms.leftover import leftover
from pipeline.forms.lines import text_lines
from pipeline.records import Record

__all__ = ["FORMS", "Form", "Section", "parse", "sections"]

FORMS: tuple[Form, ...] = (
    executive_summary.FORM,
    announcement.FORM,
    form3.FORM,
    form4.FORM,
    feedback_report.FORM,
    slides.FORM,
    self_assessment.FORM,
    indicator_form.FORM,
    development_plan.FORM,
    action_plan.FORM,
    award_report.FORM,
    other.FORM,
)


def sections(document: Document) -> list[Section]:
    """A document cut into the forms it holds, each with its agency and fiscal year."""
    return cut(text_lines(document.lines(furniture=True)), FORMS)


def parse(found: Iterable[Section]) -> Iterator[Record]:
    """The records of sections, in order: what a form's reader makes of it, then the text it left over, as passages."""
    forms = {form.family: form for form in FORMS}
    for section in found:
        form = forms[section.family]
        records = list(form.parse(section))
        if form.prose or form.closed:
            rest = list(leftover(section, records, headed=form.closed))
            if rest and form.closed:
                lines = {line.line.number: line for line in section.lines}
                count = f"{len(rest)} passages" if len(rest) > 1 else "a passage"
                section.warn(f"text that is in no field of the form is kept as {count}", lines[rest[0].line_start or 0])
            records += rest
        for record in records:
            record.family = section.within or section.family
            record.agency = record.agency or section.agency
            record.fiscal_year = record.fiscal_year or section.fiscal_year
            yield record
