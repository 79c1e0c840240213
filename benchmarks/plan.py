"""How well past plans answer new gaps: real steps retrieved, with the category they are of held out.

    python benchmarks/plan.py [--gaps FILE] [--plans FILE] [--dry]

Gaps are the OFIs of an assessment (default `../shared/seeds/000*.txt`), steps those of a development plan of the same
agency years before (`../shared/seeds/002*.txt`). One category after the other is held out: what tells the category
of its plans (category, criteria, names of plans and headings) is not used, the pool is the steps of all plans, and
a step counts as a real one if it stands in a plan of the gap's category. Measured over the gaps of each category, and
then averaged over the six categories: the share of real steps among the first five, the gaps with at least one,
the share of a category's real steps that the first fives together contain, and mean average precision.
BM25 (k1 1.5, b 0.75, over words by PyThaiNLP) gets the gap's words, and once the same longer question as ours.

Besides: how many comments the rules rewrite into actions, how often a gap's criterion is found from its words where it
is known, and how like the real steps of a category is what is proposed where no plan of that category is known:
for each real step the cosine (character n-grams) with the nearest step of other categories that BM25 and that pmqa
find, and with the nearest step of a draft from reviewers' words and skeletons alone; as many steps each.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import report
import spacy

from pipeline import framework
from pipeline.ingest import ingest
from pipeline.ofi import ofis
from pipeline.plans.actions import rewrite
from pipeline.plans.draft import draft
from pipeline.plans.gaps import Options
from pipeline.plans.retrieval import NgramIndex, PastPlans, nearest_criterion, question, with_plan_share
from pipeline.store import Store, open_store
from pipeline.tagging.language import ThaiTokenizer
from pipeline.thai import arabic_digits

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT.parent / "shared" / "seeds"
CATEGORIES = range(1, 7)
FIRST = 5


class Bm25:
    """Okapi BM25 over words."""

    def __init__(self, texts: Sequence[str], k1: float = 1.5, b: float = 0.75) -> None:
        self.k1 = k1
        self.tokenizer = ThaiTokenizer(spacy.blank("th").vocab, "newmm", framework.DEFAULT, "corpora/tagging/terms.txt")
        self.words = [Counter(self.cut(text)) for text in texts]
        self.spread = Counter(word for words in self.words for word in words)
        lengths = np.array([sum(words.values()) for words in self.words], dtype=float)
        self.norms = k1 * (1 - b + b * lengths / lengths.mean())

    def cut(self, text: str) -> list[str]:
        """The words of a text."""
        return [word for word in self.tokenizer.words(arabic_digits(text)) if re.search(r"\w", word)]

    def scores(self, asked: str) -> np.ndarray:
        """A score for each text."""
        scores = np.zeros(len(self.words))
        for word in set(self.cut(asked)) & set(self.spread):
            rarity = np.log(1 + (len(self.words) - self.spread[word] + 0.5) / (self.spread[word] + 0.5))
            often = np.array([words[word] for words in self.words], dtype=float)
            scores += rarity * often * (self.k1 + 1) / (often + self.norms)
        return scores


def judged(scores: np.ndarray, of_gap: np.ndarray, of_step: np.ndarray) -> list[float]:
    """Share of real steps in the first five, gaps with one, share of all real steps found, mean average precision."""
    order = np.argsort(-scores, axis=1, kind="stable")
    rows = []
    for category in CATEGORIES:
        mine = order[of_gap == category]
        real = of_step[mine] == category
        found = np.unique(mine[:, :FIRST])
        precision = np.cumsum(real, axis=1) / np.arange(1, real.shape[1] + 1)
        rows.append(
            (
                real[:, :FIRST].mean(),
                real[:, :FIRST].any(axis=1).mean(),
                (of_step[found] == category).sum() / (of_step == category).sum(),
                np.mean([p[r].mean() for p, r in zip(precision, real, strict=True)]),
            )
        )
    return np.mean(rows, axis=0).tolist()


def retrieval(store: Store) -> list[str]:
    """The table of the back-test."""
    fw = framework.load()
    past = PastPlans.of(store)
    gaps = [ofi for ofi in ofis(store) if ofi.category in CATEGORIES]
    words = [ofi.text for ofi in gaps]
    asked = [question(ofi.text, fw.criterion(ofi.criterion) if ofi.criterion else None) for ofi in gaps]
    of_gap = np.array([ofi.category for ofi in gaps])
    of_step = np.array([step.category or 0 for step in past.steps])
    texts = [step.said for step in past.steps]
    names = [step.activity.plan_id for step in past.steps]
    of_plan = np.array([sorted(set(names)).index(name) for name in names])
    bm25, ngrams = Bm25(texts), NgramIndex(texts)
    runs = {
        "BM25, the gap's words": np.array([bm25.scores(text) for text in words]),
        "BM25, with criterion and key terms": np.array([bm25.scores(text) for text in asked]),
        "BM25, the same, with the plan's share": with_plan_share(
            np.array([bm25.scores(text) for text in asked]), of_plan
        ),
        "n-grams, the gap's words": ngrams.likeness(words),
        "n-grams, with criterion and key terms": ngrams.likeness(asked),
        "pmqa (the same, with the plan's share)": with_plan_share(ngrams.likeness(asked), of_plan),
    }
    lines = [
        f"{len(gaps)} gaps, {len(past.steps)} steps of {len(past.plans)} plans.",
        "",
        "| | real steps in the first 5 | gaps with one | real steps found | MAP |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, scores in runs.items():
        lines.append("| " + " | ".join([name, *(f"{value:.3f}" for value in judged(scores, of_gap, of_step))]) + " |")
    return lines


def rules(store: Store) -> list[str]:
    """How many comments become actions, and how often the criterion is found."""
    fw = framework.load()
    found = ofis(store)
    rewritten = Counter(rewrite(ofi.text).rule for ofi in found)
    known = [ofi for ofi in found if ofi.criterion and ofi.category in CATEGORIES]
    answered = right = 0
    for ofi in known:
        category = fw.category(ofi.category or 0)
        guess = nearest_criterion([ofi.text], category)[0] if category else None
        answered += guess is not None
        right += guess is not None and guess[0] == ofi.criterion
    quoted = rewritten["quoted"]
    return [
        f"Comments rewritten into actions by rule: {len(found) - quoted} of {len(found)}, the others are quoted.",
        f"Criterion from the words, where it is known: named for {answered} of {len(known)}, right {right} times.",
    ]


def held_out_drafts(store: Store, without_plans: Store) -> list[str]:
    """How like the real steps a draft is that knows no plan of the category.

    Past steps are proposed within their category only, so a draft without its plans is one without any.
    """
    past = PastPlans.of(store)
    gaps = [ofi for ofi in ofis(store) if ofi.category in CATEGORIES]
    fw = framework.load()
    made = draft(without_plans, Options())
    likeness: dict[str, list[float]] = {"draft": [], "BM25": [], "pmqa": []}
    for category in CATEGORIES:
        real = [step.activity.text for step in past.steps if step.category == category]
        others = PastPlans(
            [plan for plan in past.plans if plan.category != category],
            [step.activity for step in past.steps if step.category != category],
        )
        texts = [step.activity.text for step in others.steps]
        of = [ofi for ofi in gaps if ofi.category == category]
        asked = [question(ofi.text, fw.criterion(ofi.criterion) if ofi.criterion else None) for ofi in of]
        own = [step.text for form in made.forms if form.category == category for step in form.steps]
        bm25 = Bm25([step.said for step in others.steps])
        scores = np.max([bm25.scores(ofi.text) for ofi in of], axis=0)
        best: dict[int, float] = {}
        for hit in (hit for each in asked for hit in others.search(each)):
            at = others.steps.index(hit.step)
            best[at] = max(best.get(at, 0.0), hit.score)
        proposed = {
            "draft": own,
            "BM25": [texts[at] for at in np.argsort(-scores, kind="stable")[: len(own)]],
            "pmqa": [texts[at] for at in sorted(best, key=lambda at: -best[at])[: len(own)]],
        }
        for name, steps in proposed.items():
            likeness[name].append(float(NgramIndex([*steps, *real]).likeness(real)[:, : len(steps)].max(axis=1).mean()))
    mean = {name: np.mean(values) for name, values in likeness.items()}
    return [
        "Likeness of the real steps of a category to the nearest of as many steps, where no plan of the category is "
        f"known: steps of other categories by BM25 {mean['BM25']:.3f}, by pmqa {mean['pmqa']:.3f}; "
        f"a draft's own (reviewers' words and skeletons) {mean['draft']:.3f}.",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gaps", type=Path, default=next(iter(sorted(SEEDS.glob("000*.txt"))), None))
    parser.add_argument("--plans", type=Path, default=next(iter(sorted(SEEDS.glob("002*.txt"))), None))
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    if not options.gaps or not options.plans:
        print("plan: no documents to measure on; name them with --gaps and --plans", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        both, gaps = Path(folder) / "both.db", Path(folder) / "gaps.db"
        ingest([options.gaps, options.plans], db=both)
        ingest([options.gaps], db=gaps)
        with open_store(both) as store, open_store(gaps) as without_plans:
            lines = [*retrieval(store), "", *rules(store), "", *held_out_drafts(store, without_plans)]
    print("\n".join(lines))
    if not options.dry:
        write(lines)
    return 0


def write(lines: Sequence[str]) -> None:
    """Replace the section of docs/benchmarks.md."""
    head = ["## Plans", "", "Made by `python benchmarks/plan.py`; what is measured is told there.", ""]
    report.put("plan", [*head, *lines])


if __name__ == "__main__":
    raise SystemExit(main())
