"""Opportunities for improvement: the same gap, wherever it was stated, as one row with all its evidence.

One reviewer's gap stands in Form 3 as a failed part, in the Feedback Report as a point, in the executive summary
as an issue not passed, and next year again. Statements are brought together within an agency and a category:
across years by the part of the item they judge, otherwise by how much of their wording they share. Reviewers'
own lists are respected: two points of one list stay two.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pipeline.errors import PmqaError
from pipeline.records import Finding, Record
from pipeline.thai import arabic_digits, squeeze

if TYPE_CHECKING:
    from pipeline.store import Store

#: Shared wording (cosine of character n-grams, 0..1) from which two statements of different lists are one gap,
#: and from which two of the same list are: a reviewer who lists two points means two.
_SAME_GAP, _SAME_POINT = 0.5, 0.97
#: What says a gap best, best first: its wording becomes the row's text.
_BEST_WORDED = ("ofi", "indicator_ofi", "verdict", "gap", "not_passed", "improvement_example")
_GAPS = frozenset(_BEST_WORDED)
_PROVENANCE = tuple(f.name for f in fields(Record))


@dataclass(slots=True, kw_only=True)
class Ofi(Record):
    """One distinct gap. Its provenance is that of the finding whose wording it has; `finding_ids` lead to all.

    `status` is open (no later assessment of the agency speaks of it), resolved (a later year passes it) or
    unknown (a later year was assessed and does not tell).
    """

    dataset: ClassVar[str] = "ofis"

    ofi_id: str = ""
    category: int | None = None
    criterion: str | None = None
    item: str | None = None
    indicator_no: str | None = None
    text: str = ""
    finding_ids: list[str] = field(default_factory=list)
    first_year: int | None = None
    last_year: int | None = None
    status: str = "unknown"


def is_gap(finding: Finding) -> bool:
    """Whether a finding states something to improve: a point, an issue or indicator not passed, a failed part.

    A comment on a part that passed is advice, not a gap; it stays among the findings.
    """
    return finding.kind in _GAPS and (finding.kind != "verdict" or finding.verdict == "fail")


def ofis(store: Store) -> list[Ofi]:
    """The OFIs of everything in the store, by agency, category, criterion and item."""
    return merge(store.records(Finding))


def select(
    store: Store,
    *,
    category: int | None = None,
    criterion: str | None = None,
    verdict: str | None = None,
    agency: str | None = None,
    year: int | None = None,
    status: str | None = None,
) -> list[Ofi]:
    """The OFIs that fit all that is given. `criterion` also takes its items ("1.2" finds 1.2.3), `agency` a part of
    a name, `year` any year in which the gap stood; `verdict` is one its evidence carries."""
    wanted = arabic_digits(criterion).strip() if criterion else None
    name = squeeze(agency) if agency else None
    verdicts: dict[str, str | None] = {}
    if verdict:
        verdicts = {f.finding_id: f.verdict for f in store.records(Finding)}

    def fits(ofi: Ofi) -> bool:
        numbers = [n for n in (ofi.item, ofi.criterion, ofi.indicator_no) if n]
        return (
            (category is None or ofi.category == category)
            and (wanted is None or any(n == wanted or n.startswith(wanted + ".") for n in numbers))
            and (name is None or name in squeeze(ofi.agency or ""))
            and (year is None or (ofi.first_year or year) <= year <= (ofi.last_year or year))
            and (status is None or ofi.status == status)
            and (not verdict or any(verdicts.get(finding) == verdict for finding in ofi.finding_ids))
        )

    return [ofi for ofi in ofis(store) if fits(ofi)]


def get(store: Store, ofi_id: str) -> Ofi:
    """The OFI of an id, or of the beginning of one. Raises PmqaError if there is none, or more than one."""
    found = [ofi for ofi in ofis(store) if ofi.ofi_id.startswith(ofi_id)]
    if len(found) != 1:
        what = "more than one OFI" if found else "no OFI"
        raise PmqaError(f"There is {what} with the id {ofi_id!r}.", hint="`pmqa ofi list` shows them.", code="usage")
    return found[0]


def merge(findings: Iterable[Finding]) -> list[Ofi]:
    """OFIs from findings, in a lasting order; the same findings give the same OFIs and ids."""
    by_agency: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_agency[finding.agency or ""].append(finding)
    out: list[Ofi] = []
    for agency in sorted(by_agency):
        known = by_agency[agency]
        gaps = [finding for finding in known if is_gap(finding)]
        by_category: dict[int, list[Finding]] = defaultdict(list)
        for gap in gaps:
            by_category[gap.category or 0].append(gap)
        later = _Assessments(known)
        for category in sorted(by_category):
            out += [_row(group, later) for group in _groups(by_category[category])]
    _tell_apart(out)
    out.sort(key=lambda o: (o.agency or "", o.category or 0, _order(o.criterion), _order(o.item), o.ofi_id))
    return out


# Bringing statements together


def _groups(gaps: Sequence[Finding]) -> list[list[Finding]]:
    """Gaps of one agency and category, those of one gap together; each group begins with its first statement."""
    gaps = sorted(gaps, key=_precedence)
    alike = _likeness([_wording(gap) for gap in gaps])
    groups: list[list[int]] = []
    for at, gap in enumerate(gaps):
        best, best_score = None, 0.0
        for group in groups:
            score = max(_score(gap, gaps[other], float(alike[at, other])) for other in group)
            if score > best_score and all(_may_be_one(gap, gaps[other]) for other in group):
                best, best_score = group, score
        if best is None:
            groups.append([at])
        else:
            best.append(at)
    return [[gaps[i] for i in group] for group in groups]


def _precedence(finding: Finding) -> tuple[object, ...]:
    return (
        finding.fiscal_year or 9999,
        finding.item is None,
        finding.criterion is None,
        finding.source_name,
        finding.doc_id,
        finding.page or 0,
        finding.line_start or 0,
        finding.finding_id,
    )


def _wording(finding: Finding) -> str:
    """What is compared: the reviewer's words; with none, or on an indicator, the name of what is judged too."""
    parts = [finding.text]
    if not finding.text or finding.indicator_no:
        parts.insert(0, finding.item_title or "")
    return squeeze(" ".join(parts))


def _likeness(texts: Sequence[str]) -> np.ndarray:
    """Cosines between all texts by character 3- to 5-grams, rare ones counting more; shape (n, n)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(len(text) >= 3 for text in texts):
        return np.eye(len(texts))
    grams = TfidfVectorizer(analyzer="char", ngram_range=(3, 5), sublinear_tf=True).fit_transform(texts)
    return np.asarray((grams @ grams.T).toarray())


def _may_be_one(a: Finding, b: Finding) -> bool:
    """Whether two statements can be of one gap: nothing that both name differs."""
    if a.item and b.item and (a.item != b.item):
        return False
    if a.criterion and b.criterion and a.criterion != b.criterion:
        return False
    return not (a.family == b.family and a.indicator_no and b.indicator_no and a.indicator_no != b.indicator_no)


def _score(a: Finding, b: Finding, alike: float) -> float:
    """How surely two statements are of one gap: 0 where they are not."""
    if not _may_be_one(a, b):
        return 0.0
    same_list = a.doc_id == b.doc_id and a.family == b.family and a.kind == b.kind
    if same_list or (a.item and b.item and a.fiscal_year == b.fiscal_year):
        return alike if alike >= _SAME_POINT else 0.0
    if a.item and b.item:  # two years' verdicts on one item: the same part, or the same words
        return 1.0 if a.part == b.part else alike if alike >= _SAME_GAP else 0.0
    return alike if alike >= _SAME_GAP else 0.0


# What became of them


class _Assessments:
    """What an agency's assessments of each year say, to tell what became of a gap."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.years = sorted({f.fiscal_year for f in findings if f.fiscal_year is not None and f.kind != "action"})
        self.verdicts: dict[tuple[int, str], list[Finding]] = defaultdict(list)
        self.passed_categories: set[tuple[int, int]] = set()
        for finding in findings:
            year = finding.fiscal_year
            if year is None:
                continue
            if finding.kind == "verdict":
                for key in {finding.item, finding.criterion} - {None}:
                    self.verdicts[year, str(key)].append(finding)
            elif finding.kind == "all_passed" and finding.category is not None:
                self.passed_categories.add((year, finding.category))

    def status(self, group: Sequence[Finding]) -> str:
        """open, resolved or unknown, by the years after the gap was last stated."""
        stated = [f.fiscal_year for f in group if f.fiscal_year is not None]
        if not stated:
            return "unknown"
        after = [year for year in self.years if year > max(stated)]
        if not after:
            return "open"
        return "resolved" if any(self._passes(group, year) for year in after) else "unknown"

    def _passes(self, group: Sequence[Finding], year: int) -> bool:
        if (year, group[0].category or 0) in self.passed_categories:
            return True
        judged = [f for f in group if f.kind == "verdict"]
        if any(f.indicator_no for f in judged):
            names = {squeeze(f.item_title or "") for f in judged} - {""}
            found = [
                v
                for f in judged
                for v in self.verdicts[year, f.criterion or ""]
                if squeeze(v.item_title or "") in names
            ]
        elif judged:
            parts = {(f.item, f.part) for f in judged}
            found = [v for f in judged for v in self.verdicts[year, f.item or ""] if (v.item, v.part) in parts]
        else:
            criteria = {f.criterion for f in group if f.criterion}
            found = [v for criterion in criteria for v in self.verdicts[year, criterion]]
        return bool(found) and all(v.verdict == "pass" for v in found)


def _row(group: Sequence[Finding], later: _Assessments) -> Ofi:
    """One OFI. Its text is the latest year's, in its best wording; its id is of the statement it began with."""
    first = group[0]
    years = sorted(f.fiscal_year for f in group if f.fiscal_year is not None)
    said = [f for f in group if f.text] or list(group)
    best = min(said, key=lambda f: (-(f.fiscal_year or 0), _BEST_WORDED.index(f.kind), -len(f.text), f.finding_id))
    place = {name: getattr(best, name) for name in _PROVENANCE}
    return Ofi(
        **place,
        ofi_id=_identity(first),
        category=first.category,
        criterion=next((f.criterion for f in group if f.criterion), None),
        item=next((f.item for f in group if f.item), None),
        indicator_no=next((f.indicator_no for f in group if f.indicator_no), None),
        text=best.text or best.item_title or "",
        finding_ids=[f.finding_id for f in group],
        first_year=years[0] if years else None,
        last_year=years[-1] if years else None,
        status=later.status(group),
    )


def _identity(first: Finding) -> str:
    """A hash of the statement a gap began with: documents read again, or added later, do not change it."""
    key = (
        first.agency,
        first.category,
        first.criterion,
        first.item,
        first.part,
        first.indicator_no,
        squeeze(first.text),
    )
    return hashlib.sha256("\x1f".join(map(str, key)).encode("utf-8", "replace")).hexdigest()[:16]


def _tell_apart(found: Sequence[Ofi]) -> None:
    """Number the ids of gaps that began with the same words in the same place of a form."""
    seen: Counter[str] = Counter()
    for ofi in found:
        seen[ofi.ofi_id] += 1
        if seen[ofi.ofi_id] > 1:
            ofi.ofi_id = hashlib.sha256(f"{ofi.ofi_id}\x1f{seen[ofi.ofi_id]}".encode()).hexdigest()[:16]


def _order(number: str | None) -> tuple[int, ...]:
    """Sorts "1.10" after "1.9"; what has no number first.

    >>> sorted(["1.10", "1.9", None, "1"], key=_order)
    [None, '1', '1.9', '1.10']
    """
    return tuple(int(n) for n in re.findall(r"\d+", number or ""))


def evidence(store: Store, ofi: Ofi) -> Iterator[Finding]:
    """The findings an OFI was made of, in the order of its `finding_ids`."""
    wanted = {finding_id: at for at, finding_id in enumerate(ofi.finding_ids)}
    found = [f for f in store.records(Finding) if f.finding_id in wanted]
    yield from sorted(found, key=lambda f: wanted[f.finding_id])
