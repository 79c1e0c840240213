"""Tagging compared: majority, keyword rules, word and character TF-IDF, this project; one split, one run.

    python benchmarks/tagging.py ../shared/gold_dev/passages_category.jsonl ../shared/seeds

The first argument is labelled passages (JSONL: text, category, criterion, confidence), the second a folder with the
documents 000, 001 and 002 to learn from. No method is taught a text that is tested on, or a text that holds one. Every
method that learns does so twice: from the documents alone, and from the corpora too.

Where a passage may not be copied, as in tests/data/tagging/reports-1.jsonl, `seed`, `start` and `length` stand for its
text: that stretch of the document's letters and digits, all else left out. This project also tags the passages of each
document together, which helps where they are the document as it comes, and harms where they were chosen to balance.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pythainlp.tokenize import word_tokenize
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from pipeline import framework
from pipeline.read import read
from pipeline.tagging.corpora import from_corpora
from pipeline.tagging.evaluate import ece
from pipeline.tagging.examples import Example, from_records, without
from pipeline.tagging.linear import Floats
from pipeline.tagging.tag import Tag, Tagger
from pipeline.tagging.train import train

TRAINING = ("000", "001", "002")
#: What is no letter or digit of a document: markup, white space, signs.
_BETWEEN = re.compile(r"<[^>]*>|[^\w\u0e00-\u0e7f]|_")
Method = Callable[[Sequence[Example], Sequence[str]], Floats]


def passages(path: Path, documents: Path) -> list[dict[str, Any]]:
    """The labelled passages of a file, each with its `text`, taken from the documents where the file has none."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    @cache
    def letters(seed: str) -> str:
        return _BETWEEN.sub("", next(documents.glob(f"{seed}*")).read_text(encoding="utf-8"))

    for row in rows:
        if "text" not in row:
            row["text"] = letters(row["seed"])[row["start"] : row["start"] + row["length"]]
    return rows


def majority(examples: Sequence[Example], texts: Sequence[str]) -> Floats:
    counts = Counter(e.category for e in examples if e.category is not None)
    shares = np.array([counts[c] for c in range(8)]) / sum(counts.values())
    return np.tile(shares, (len(texts), 1))


def keywords(examples: Sequence[Example], texts: Sequence[str]) -> Floats:
    """One point for each key term of a category in the text; none found is category 0."""
    terms = {c.number: c for c in framework.load().criteria}.values()
    scores = np.zeros((len(texts), 8))
    for row, text in enumerate(texts):
        for criterion in terms:
            scores[row, criterion.category] += sum(term in text for term in criterion.key_terms)
    scores[:, 0] = 0.5
    return scores / scores.sum(axis=1, keepdims=True)


def tfidf(vectorizer: Callable[[], TfidfVectorizer]) -> Method:
    def method(examples: Sequence[Example], texts: Sequence[str]) -> Floats:
        known = [e for e in examples if e.category is not None]
        classifier = make_pipeline(vectorizer(), CalibratedClassifierCV(LinearSVC(class_weight="balanced"), cv=3))
        classifier.fit([e.text for e in known], [e.category for e in known])
        found = np.zeros((len(texts), 8))
        found[:, classifier.classes_] = classifier.predict_proba(list(texts))
        return found

    return method


def words() -> TfidfVectorizer:
    return TfidfVectorizer(tokenizer=word_tokenize, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True)


def characters() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(2, 5), min_df=2, sublinear_tf=True)


@cache
def _trained(examples: tuple[Example, ...]) -> Tagger:
    return Tagger(train(examples, only=("category", "criterion")))


def project(examples: Sequence[Example], texts: Sequence[str]) -> Floats:
    return _categories(_trained(tuple(examples)).tag(texts))


def by_document(documents: Sequence[str]) -> Method:
    def method(examples: Sequence[Example], texts: Sequence[str]) -> Floats:
        found = np.zeros((len(texts), 8))
        for document in sorted(set(documents)):
            part = [at for at, its in enumerate(documents) if its == document]
            found[part] = _categories(_trained(tuple(examples)).tag([texts[at] for at in part], together=True))
        return found

    return method


def _categories(tags: Sequence[Tag]) -> Floats:
    return np.array([list(tag.category_probs.values()) for tag in tags])


METHODS: dict[str, Method] = {
    "majority": majority,
    "keyword rules": keywords,
    "word TF-IDF + LinearSVC": tfidf(words),
    "character TF-IDF + LinearSVC": tfidf(characters),
    "this project": project,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("test", type=Path)
    arguments.add_argument("documents", type=Path)
    options = arguments.parse_args()
    rows = passages(options.test, options.documents)
    texts, targets = [row["text"] for row in rows], np.array([row["category"] for row in rows])
    clear = np.array([row.get("confidence", "high") == "high" for row in rows])
    files = [next(options.documents.glob(f"{name}*")) for name in TRAINING]
    documents = without([e for file in files for e in from_records(read(file, tagged=False).records)], texts)
    everything = without([*from_corpora(), *documents], texts)
    print(
        f"{len(texts)} passages ({clear.sum()} clear); {len(documents)} examples of documents, {len(everything)} in all"
    )
    print("| method | taught with | macro-F1 | 95 % | clear | ECE | at 80 % | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    methods = METHODS | {"this project, by document": by_document([row.get("seed", "") for row in rows])}
    for name, method in methods.items():
        for kind, examples in (("documents", documents), ("documents and corpora", everything)):
            _trained.cache_clear()  # every method's seconds hold its own training
            start = time.perf_counter()
            found = method(examples, texts)
            seconds = time.perf_counter() - start
            print(f"| {name} | {kind} | {_figures(found, targets, clear)} | {seconds:.0f} |", flush=True)
            if name == "keyword rules":
                break


def _figures(found: Floats, targets: np.ndarray, clear: np.ndarray) -> str:
    given, sure = found.argmax(axis=1), found.max(axis=1)

    def macro(part: np.ndarray) -> float:
        labels = np.unique(targets[part])
        return float(f1_score(targets[part], given[part], average="macro", labels=labels, zero_division=0))

    random = np.random.default_rng(0)
    draws = [macro(random.integers(len(targets), size=len(targets))) for _ in range(400)]
    low, high = np.percentile(draws, [2.5, 97.5])
    surest = np.argsort(-sure, kind="stable")[: int(0.8 * len(targets))]
    kept = (given == targets)[surest].mean()
    error = ece(sure, given == targets)
    return (
        f"{macro(np.arange(len(targets))):.3f} | {low:.3f}–{high:.3f} | {macro(np.flatnonzero(clear)):.3f} "
        f"| {error:.3f} | {kept:.3f}"
    )


if __name__ == "__main__":
    main()
