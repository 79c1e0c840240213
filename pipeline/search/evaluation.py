"""How good a ranking is: judged queries, and the measure nDCG."""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PmqaError
from pipeline.records import Finding

#: Grades of a finding that answers a query and of one that touches it.
GOOD, FAIR = 2, 1
_SELECTOR = re.compile(
    r"(?P<form>f3|f4|fb|st|es):(?P<number>[\d.]+)(?:/(?P<part>\d+))?(?:#(?P<place>\d+))?(?:=(?P<verdict>\w+))?"
    r"(?:@(?P<document>\w+))?"
)
_FORMS = {
    "f3": ("form3", None),
    "f4": ("form4", None),
    "fb": ("feedback_report", ("ofi", "indicator_ofi")),
    "st": ("feedback_report", ("strength",)),
    "es": ("executive_summary", None),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with the findings that answer it."""

    query: str
    kind: str
    split: str
    good: tuple[str, ...]
    fair: tuple[str, ...] = ()

    def grades(self, findings: Iterable[Finding]) -> dict[str, int]:
        """The grade of each finding that answers or touches the query, by `finding_id`."""
        found = {}
        for finding in findings:
            if any(_names(selector, finding) for selector in self.good):
                found[finding.finding_id] = GOOD
            elif any(_names(selector, finding) for selector in self.fair):
                found[finding.finding_id] = FAIR
        return found


def read_judged(path: Path) -> list[Judged]:
    """The judged queries of a file (see `corpora/search/judged.toml`). Raises PmqaError if a name is malformed."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["queries"]
    judged = [
        Judged(row["query"], row["kind"], row["split"], tuple(row["good"]), tuple(row.get("fair", ()))) for row in rows
    ]
    for one in judged:
        for selector in (*one.good, *one.fair):
            if not _SELECTOR.fullmatch(selector):
                raise PmqaError(f"{selector!r} in {path.name} names no finding.", code="judged")
    return judged


def _names(selector: str, finding: Finding) -> bool:
    wanted = _SELECTOR.fullmatch(selector)
    assert wanted
    family, kinds = _FORMS[wanted["form"]]
    numbers = [finding.item, finding.criterion, str(finding.category)]
    if finding.indicator_no:
        numbers.append(f"{finding.criterion}.{finding.indicator_no}" if finding.criterion else finding.indicator_no)
    return (
        finding.family == family
        and (kinds is None or finding.kind in kinds)
        and any(n and (n == wanted["number"] or n.startswith(wanted["number"] + ".")) for n in numbers)
        and (not wanted["part"] or finding.part == int(wanted["part"]))
        and (not wanted["place"] or finding.number == int(wanted["place"]))
        and (not wanted["verdict"] or finding.verdict == wanted["verdict"])
        and (not wanted["document"] or Path(finding.source_name).stem.startswith(wanted["document"]))
    )


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `depth` ranks, 0 to 1.

    >>> ndcg(["a", "x", "b"], {"a": 2, "b": 1}), ndcg(["a", "b"], {"a": 2, "b": 1})
    (0.9502344167898356, 1.0)
    """
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(one, 0) for one in ranked[:depth]]) / ideal if ideal else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 2) for rank, grade in enumerate(grades))


def evaluate(
    judged: Sequence[Judged], findings: Sequence[Finding], search: Callable[[str], Sequence[str]]
) -> dict[str, float]:
    """nDCG@10 by kind of query, and over all queries as "all"; `search` gives the ids found for a query."""
    scores: dict[str, list[float]] = defaultdict(list)
    for one in judged:
        scores[one.kind].append(ndcg(search(one.query), one.grades(findings)))
    means = {kind: sum(of) / len(of) for kind, of in scores.items()}
    every = [score for of in scores.values() for score in of]
    return {**means, "all": sum(every) / len(every)}
