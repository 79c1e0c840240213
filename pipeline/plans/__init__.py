"""Next year's development plan, drafted from this year's OFIs, and how far it has come.

from pipeline import plans

draft = plans.make(db="pmqa.db", options=plans.Options(year=2565))
plans.write(draft, "plan.docx")
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import PmqaError
from pipeline.export import whole_file
from pipeline.plans import followup, layout, markdown, priority, skeletons, word, workbook
from pipeline.plans.draft import draft
from pipeline.plans.gaps import Options
from pipeline.plans.model import Draft
from pipeline.store import open_store

__all__ = ["FORMATS", "Draft", "Files", "Options", "draft", "make", "status", "write"]

#: What a draft can be written as.
FORMATS = ("docx", "xlsx", "md", "json")


@dataclass(frozen=True, slots=True)
class Files:
    """Files that take the place of those that ship: template (.docx or .md), form words, skeletons, priorities."""

    template: Path | None = None
    form: Path | None = None
    skeletons: Path | None = None
    priority: Path | None = None


def make(
    *,
    db: str | os.PathLike[str] | None = None,
    options: Options | None = None,
    edits: str | os.PathLike[str] | None = None,
    files: Files | None = None,
) -> tuple[Draft, dict[str, Any]]:
    """A draft with people's edits from a working sheet in it, and what it said before them (for the next sheet).

    Raises PmqaError: "no-ofi", "usage", or as the files and the working sheet make necessary.
    """
    files = files or Files()
    with open_store(db) as store:
        made = draft(store, options, skeletons=skeletons.load(files.skeletons), weights=priority.load(files.priority))
    base = workbook.snapshot(made)
    if edits is not None:
        edited = followup.read(Path(edits), layout.load(files.form))
        if edited.year != made.year:
            raise PmqaError(
                f"{edits} is a plan for {edited.year}, not for {made.year}.",
                hint="Name another file, or the same --year.",
                code="usage",
            )
        followup.apply(made, edited)
    return made, base


def write(
    made: Draft,
    output: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    base: dict[str, Any] | None = None,
    files: Files | None = None,
) -> None:
    """Write a draft to a file or a binary stream, by the file's suffix where no format is given.

    Raises PmqaError: "usage" for an unknown format, "template" and "form" for files that do not fit, "output" if
    the file cannot be written.
    """
    files = files or Files()
    path = Path(os.fspath(output)) if isinstance(output, str | os.PathLike) else None
    format = format or (path.suffix.lower().removeprefix(".") if path else "md")
    if format not in FORMATS:
        raise PmqaError(f"There is no format {format!r}.", hint=f"Choose {', '.join(FORMATS)}.", code="usage")
    wording = layout.load(files.form)
    with whole_file(path, output) as file:
        match format:
            case "xlsx":
                workbook.write(made, wording, file, base)
            case "docx":
                word.write(layout.lay_out(made, wording), file, files.template)
            case "md":
                file.write(markdown.render(layout.lay_out(made, wording), files.template).encode("utf-8", "replace"))
            case _:
                file.write(json.dumps(made.as_dict(), ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")


def status(path: str | os.PathLike[str], *, files: Files | None = None) -> followup.Status:
    """How far the plan of a working sheet has come.

    Raises PmqaError: "no-plan" if there is no such file, "not-a-plan" if it is something else.
    """
    wording = layout.load((files or Files()).form)
    return followup.status(followup.read(Path(path), wording), wording)
