"""What ``pmqa repair`` does around the repair: widens the lexicon, lists the edits."""

from __future__ import annotations

from pathlib import Path

from pipeline.repair import Explained, Repairer, default_repairer, read_terms, repair_and_explain


def repaired(text: str, terms: Path | None) -> Explained:
    """The text repaired, with the lexicon widened by a file of terms if there is one."""
    repairer = default_repairer()
    if terms is not None:
        repairer = Repairer(repairer.lexicon.with_terms(read_terms(terms)))
    return repair_and_explain(text, repairer)


def listing(text: str, result: Explained) -> str:
    """One line an edit: line:column (from 1), rule, before, after, confidence, separated by tabs."""
    rows: list[str] = []
    number, line_start = 1, 0
    for edit in result.edits:
        number += text.count("\n", line_start, edit.start)
        line_start = text.rfind("\n", 0, edit.start) + 1
        place = f"{number}:{edit.start - line_start + 1}"
        rows.append(f"{place}\t{edit.rule}\t{edit.before}\t{edit.after}\t{edit.confidence:.3f}\n")
    return "".join(rows)
