"""One document, from file to records: extraction, repair, sections, records. No store, no side effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline import forms
from pipeline.errors import PmqaError
from pipeline.extract import Ocr, extract
from pipeline.extract.model import Document
from pipeline.forms import Section
from pipeline.forms.base import cover_agency
from pipeline.records import Record, Score
from pipeline.tagging.tag import tag_records

T = TypeVar("T")


@dataclass(slots=True)
class Reading:
    """What a document held. `families` in order of appearance; `agency` and `fiscal_year` where the whole
    document names one; `warnings` are sentences for the user; `partial` says that pages could not be read."""

    sha256: str
    media_type: str
    title: str | None
    pages: int
    families: list[str]
    agency: str | None
    fiscal_year: int | None
    warnings: list[str]
    partial: bool = False
    records: list[Record] = field(default_factory=list)


def read(path: str | Path, *, ocr: Ocr = "auto", password: str | None = None, tagged: bool = True) -> Reading:
    """Read a .pdf, .txt or .md file into records; `tagged` has the model label what no structure does.

    Raises PmqaError, with a reason and what to do, where the file cannot be read: what `extract` raises, or
    "scanned" or "no-text" if not a word of it could be.
    """
    document = extract(path, ocr=ocr, password=password)
    if not any(line.text.strip() for line in document.lines(furniture=True)):
        raise _no_text(document)
    return read_document(document, tagged=tagged)


def _no_text(document: Document) -> PmqaError:
    if any(page.unread for page in document.pages):
        # The warnings say why, and how OCR is installed.
        return PmqaError("It is a scan, and no page could be read.", hint=" ".join(document.warnings), code="scanned")
    return PmqaError(
        "There is no text in it.",
        hint="Check that it opens and is the right file. If its pages are pictures, run again with --ocr always.",
        code="no-text",
    )


def read_document(document: Document, *, tagged: bool = True) -> Reading:
    """The records of an extracted document, see `read`."""
    sections = forms.sections(document)
    named = [s.agency for s in sections if s.agency]
    agency = _only(named) if named else cover_agency([line for s in sections for line in s.lines])
    fiscal_year = _only([s.fiscal_year for s in sections if not s.within])
    for section in sections:
        section.agency = section.agency or agency
        section.fiscal_year = section.fiscal_year or fiscal_year
    records = _unrepeated(list(forms.parse(sections)))
    if tagged:
        tag_records(records)
    return Reading(
        sha256=document.sha256,
        media_type=document.media_type,
        title=document.title,
        pages=len(document.pages),
        families=list(dict.fromkeys(s.within or s.family for s in _known(sections))) or ["other"],
        agency=agency,
        fiscal_year=fiscal_year,
        warnings=[*document.warnings, *(w for s in _known(sections) for w in s.warnings)],
        partial=any(page.unread for page in document.pages),
        records=records,
    )


def _known(sections: Sequence[Section]) -> list[Section]:
    return [section for section in sections if section.family != "other"]


def _only(values: Sequence[T | None]) -> T | None:
    """The one value named; None where there is none or several, for then no one speaks for all."""
    named = {value for value in values if value is not None}
    return named.pop() if len(named) == 1 else None


def _unrepeated(records: list[Record]) -> list[Record]:
    """Records without scores that the document states twice, in its summary and in its report, say."""
    seen: set[tuple[str | None, int | None, int, float]] = set()
    out = []
    for record in records:
        if isinstance(record, Score):
            key = (record.agency, record.category, record.year, record.score)
            if key in seen:
                continue
            seen.add(key)
        out.append(record)
    return out
