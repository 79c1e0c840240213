"""Training: labelled examples in, a calibrated model out. The only place that needs scikit-learn.

Every random choice is seeded and no fold ever parts a group (a document; in the corpora, a phrase), so the
calibration is measured on phrases and documents the model has not seen.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pythainlp.corpus.common import thai_words
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.tagging.examples import CATEGORIES, ROLES, VERDICTS, Example
from pipeline.tagging.linear import Floats, Head, Model, Terms, Vocabulary, softmax
from pipeline.words import WordList

#: A feature counts if it stands in this many examples. (Of a few dozen examples, all count.)
_LEAST = 2
_FEW = 500
#: Inverse strength of the penalty on large weights: how one speaks is told by fewer words than what one speaks of.
_PENALTY = {"category": 0.5, "criterion": 0.5, "role": 0.2, "verdict": 0.2}
#: Folds that the temperatures are fitted over.
_FOLDS = 3
#: What a passage that is not handed to a person must be right at, on unseen phrases and documents.
TARGET = 0.96
#: Fewer unseen examples than this say nothing about a temperature.
_LEAST_JUDGED = 20
#: The heads and the labels that each may give.
_HEADS: dict[str, Callable[[], Sequence[str]]] = {
    "category": lambda: [str(category) for category in CATEGORIES],
    "criterion": lambda: [criterion.number for criterion in framework.load().criteria],
    "role": lambda: ROLES,
    "verdict": lambda: VERDICTS,
}

#: The questions a model answers, the category first.
HEADS = tuple(_HEADS)

Progress = Callable[[str], None]


def label_of(example: Example, head: str) -> str | None:
    """An example's label for a head, None if it has none."""
    value = getattr(example, head)
    return None if value is None else str(value)


def matrix(terms: Terms, width: int) -> csr_matrix:
    """Terms as scikit-learn takes them: each text's values divided by their length."""
    rows = np.repeat(np.arange(len(terms.starts) - 1), np.diff(terms.starts))
    scaled = terms.values / terms.norms[rows]
    return csr_matrix((scaled, terms.columns, terms.starts), shape=(len(terms.starts) - 1, width))


def train(
    examples: Sequence[Example],
    *,
    calibrate: bool = True,
    only: Sequence[str] = HEADS,
    progress: Progress = lambda message: None,
) -> Model:
    """A model of every head (of those in `only`) that the examples teach.

    `calibrate` fits temperatures and the abstention threshold over folds; without it, probabilities mean
    little. Raises PmqaError ("labels") if no two categories are labelled.
    """
    if len({example.category for example in examples} - {None}) < 2:
        raise PmqaError(
            "There is nothing to learn from: fewer than two categories are labelled.",
            hint="Ingest documents, import labels with `pmqa label import`, or train with the corpora.",
            code="labels",
        )
    progress(f"{len(examples)} examples")
    texts = [example.text for example in examples]
    vocabulary = Vocabulary.of(texts, _LEAST if len(texts) > _FEW else 1, WordList(thai_words()))
    terms = vocabulary.terms(texts)
    features = matrix(terms, len(vocabulary.hashes))
    heads: dict[str, Head] = {}
    threshold = 0.0
    unseen: dict[str, dict[str, float]] = {}
    for name, labels in ((name, _HEADS[name]) for name in only):
        known = np.array([i for i, example in enumerate(examples) if getattr(example, name) is not None])
        present = Counter(label_of(examples[i], name) for i in known)
        answers = [label for label in labels() if present[label]]
        if len(answers) < 2:
            continue
        progress(f"{name}: {len(known)} examples of {len(answers)} labels")
        targets = np.array([answers.index(str(label_of(examples[i], name))) for i in known])
        weights = _balanced(np.array([examples[i].weight for i in known]), targets)
        part = features[known]
        head = Head.of(answers, *_fit(part, targets, weights, _PENALTY[name]))
        if calibrate:
            folds = folds_of([examples[i] for i in known], _FOLDS)
            scores = _unseen(part, targets, weights, folds, len(answers), _PENALTY[name])
            judged = np.array([_counts(examples[i]) for i in known]) & (folds >= 0)
            documents = np.array([examples[i].source != "corpus" for i in known])
            right = scores.argmax(axis=1) == targets
            unseen[name] = {
                kind: round(float(right[part & judged].mean()), 4)
                for kind, part in (("corpora", ~documents), ("documents", documents))
                if (part & judged).any()
            }
            head = replace(head, temperature=_temperature(scores[judged], targets[judged], documents[judged]))
            if name == "category":
                threshold = threshold_for(softmax(scores[judged] / head.temperature), targets[judged], TARGET)
        heads[name] = head
    return Model(vocabulary, heads, threshold, {**_card(examples), "accuracy_on_unseen_groups": unseen})


def _fit(
    features: csr_matrix, targets: npt.NDArray[np.int64], weights: Floats, penalty: float
) -> tuple[Floats, Floats]:
    """Weights (features by labels) and biases of linear support vector machines, one against the rest."""
    machine = LinearSVC(C=penalty, random_state=0)
    with threadpool_limits(1):  # sums in one order, so that training gives the same weights every time
        machine.fit(features, targets, sample_weight=weights)
    if len(machine.classes_) == 2:  # scikit-learn gives the margin of the second label only
        half = machine.coef_[0] / 2
        return np.stack([-half, half], axis=1), np.array([-1, 1]) * machine.intercept_[0] / 2
    return np.ascontiguousarray(machine.coef_.T), machine.intercept_


def _balanced(weights: Floats, targets: npt.NDArray[np.int64]) -> Floats:
    """Weights under which every label counts the same, and an example counts one on average."""
    totals = np.bincount(targets, weights=weights)
    balanced = weights / totals[targets]
    return np.asarray(balanced * (len(balanced) / balanced.sum()), dtype=np.float64)


def folds_of(examples: Sequence[Example], count: int) -> npt.NDArray[np.int64]:
    """The fold of each example; a group is all in one fold, always the same."""
    return np.array([zlib.crc32(example.group.encode()) % count for example in examples])


def _unseen(
    features: csr_matrix,
    targets: npt.NDArray[np.int64],
    weights: Floats,
    folds: npt.NDArray[np.int64],
    labels: int,
    penalty: float,
) -> Floats:
    """Scores of each example by a model that did not see its fold. Marks folds it had to leave out with -1."""
    scores = np.zeros((len(targets), labels))
    for fold in np.unique(folds):
        seen, unseen = folds != fold, folds == fold
        if len(np.unique(targets[seen])) < labels:
            folds[unseen] = -1
            continue
        coefficients, bias = _fit(features[seen], targets[seen], weights[seen], penalty)
        scores[unseen] = features[unseen] @ coefficients + bias
    return scores


def _counts(example: Example) -> bool:
    """Whether an example is of the kind the model will be asked about: prose, not praise made from a frame."""
    return example.source != "corpus" or example.role in (None, "none")


def _temperature(scores: Floats, targets: npt.NDArray[np.int64], documents: npt.NDArray[np.bool_]) -> float:
    """The temperature at which the probabilities of unseen examples are likeliest to be right.

    Corpora and documents count the same: the corpora are too easy, being written by one hand, and what a document's
    structure says of its texts is too hard, being said of the heading above them too.
    """
    if len(targets) < _LEAST_JUDGED:
        return 1.0
    kinds = [part for part in (documents, ~documents) if part.sum() >= _LEAST_JUDGED] or [np.ones_like(documents)]

    def loss(logarithm: float) -> float:
        probabilities = softmax(scores / np.exp(logarithm))
        surprise = -np.log(np.maximum(probabilities[np.arange(len(targets)), targets], 1e-12))
        return float(np.mean([surprise[part].mean() for part in kinds]))

    return round(float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.0), method="bounded").x)), 3)


def threshold_for(probabilities: Floats, targets: npt.NDArray[np.int64], accuracy: float) -> float:
    """The lowest confidence from which on the answers are right at the rate asked for."""
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    right = (probabilities.argmax(axis=1) == targets)[order]
    rate = np.cumsum(right) / np.arange(1, len(right) + 1)
    enough = np.flatnonzero(rate >= accuracy)
    return round(float(confidence[order][enough[-1]]), 3) if len(enough) else 1.0


def _card(examples: Sequence[Example]) -> dict[str, Any]:
    """What a model was made of."""
    return {
        "examples": dict(sorted(Counter(example.source for example in examples).items())),
        "documents": sorted({example.group for example in examples if example.source != "corpus"}),
        "labels": {
            name: dict(sorted(Counter(label for e in examples if (label := label_of(e, name))).items()))
            for name in _HEADS
        },
        "data": digest(examples),
    }


def digest(examples: Iterable[Example]) -> str:
    """A hash of the examples, whatever their order."""
    lines = sorted(repr(sorted(asdict(example).items())) for example in examples)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]
