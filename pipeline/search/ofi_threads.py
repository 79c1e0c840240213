"""OFI threads: one gap followed through forms, documents and years.

`pipeline.ofi` brings the statements of one gap together; a thread adds when and where each was made, what the last
verdict on it was, and how many gaps of each category stood in each year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline import ofi
from pipeline.ofi import Ofi
from pipeline.records import Finding
from pipeline.store import Store
from pipeline.thai import squeeze


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One gap over the years. `times` is how often it was stated, `years` when, `forms` where.

    `last_verdict` is the newest verdict on what the gap is about, be it of a year in which the gap was not stated
    any more; a point that was never ticked counts as failed when it was stated. `status` is that of the OFI.
    """

    ofi: Ofi
    times: int
    years: list[int] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    last_verdict: str | None = None
    last_verdict_year: int | None = None
    evidence: list[Finding] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The OFI's row with what the thread adds."""
        more = asdict(self)
        return {**more.pop("ofi"), **more}


def threads(store: Store, **wanted: Any) -> list[Thread]:
    """The threads of a store, those stated most often and longest first; `wanted` as in `pipeline.ofi.select`."""
    findings = list(store.records(Finding))
    followed = follow(ofi.select(store, **wanted), findings)
    return sorted(followed, key=lambda t: (-len(t.years), -t.times, t.ofi.category or 0, t.ofi.ofi_id))


def follow(ofis: Iterable[Ofi], findings: Sequence[Finding]) -> list[Thread]:
    """A thread for each OFI, in their order; `findings` are all that the OFIs were made of, and the verdicts."""
    by_id = {finding.finding_id: finding for finding in findings}
    verdicts: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.kind == "verdict" and finding.fiscal_year is not None:
            verdicts[_judged(finding)].append(finding)
    out = []
    for one in ofis:
        evidence = sorted(
            (by_id[i] for i in one.finding_ids if i in by_id),
            key=lambda f: (f.fiscal_year or 0, f.family, f.finding_id),
        )
        last = max(
            [v for f in evidence if f.kind == "verdict" for v in verdicts[_judged(f)]] or evidence,
            key=lambda f: (f.fiscal_year or 0, f.verdict == "fail"),
            default=None,
        )
        out.append(
            Thread(
                ofi=one,
                times=len(evidence),
                years=sorted({f.fiscal_year for f in evidence if f.fiscal_year is not None}),
                forms=sorted({f.family for f in evidence}),
                last_verdict=(last.verdict or "fail") if last else None,
                last_verdict_year=last.fiscal_year if last else None,
                evidence=evidence,
            )
        )
    return out


def _judged(finding: Finding) -> tuple[object, ...]:
    """What a verdict is about, the same every year: a part of an item, or an indicator by its name."""
    if finding.indicator_no:
        return finding.agency, finding.criterion, squeeze(finding.item_title or finding.indicator_no)
    return finding.agency, finding.item, finding.part


def heat(followed: Iterable[Thread]) -> dict[tuple[int | None, int | None], int]:
    """How many gaps stood, by category and year, None where either is not known."""
    return dict(Counter((thread.ofi.category, year) for thread in followed for year in thread.years or (None,)))
