"""Training: labelled examples in, a calibrated model out. The only place that needs scikit-learn.

Every random choice is seeded and no fold ever parts a group (a document; in the corpora, a phrase), so the
calibration is measured on phrases and documents the model has not seen.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from pythainlp.corpus.common import thai_words
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.tagging.examples import CATEGORIES, ROLES, VERDICTS, Example
from pipeline.tagging.linear import ABOUT, Floats, Head, Model, Terms, Vocabulary, shares, with_criteria
from pipeline.words import WordList

#: A feature counts if it stands in this many examples. (Of a few dozen examples, all count.)
_LEAST = 3
_FEW = 500
#: Inverse strength of the penalty on large weights.
_PENALTY = {"category": 0.5, "criterion": 0.5, "role": 0.5, "verdict": 0.2}
#: Heads whose labels count as often as they are taught: assessors praise and fault more than they do neither. Of the
#: others all labels count the same, for what a paper is about differs from paper to paper.
_AS_TAUGHT = {"role"}
#: Folds that the calibration is fitted over.
_FOLDS = 3
#: Bounds of the logarithm of a temperature, and of an offset.
_CALIBRATION = ((-2.5, 2.0), (-8.0, 4.0))
#: How often what is not handed to a person can be expected to be filed right, in papers like those learnt from.
TARGET = 0.96
#: Fewer unseen examples than this say nothing about how sure to be.
_LEAST_JUDGED = 20
#: The heads and the labels that each may give.
_HEADS: dict[str, Callable[[], Sequence[str]]] = {
    "category": lambda: [str(category) for category in CATEGORIES],
    "criterion": lambda: ["0", *(criterion.number for criterion in framework.load().criteria)],
    "role": lambda: ROLES,
    "verdict": lambda: VERDICTS,
}

#: The questions a model answers, the category first.
HEADS = tuple(_HEADS)

Progress = Callable[[str], None]


def label_of(example: Example, head: str) -> str | None:
    """An example's label for a head, None if it has none. What is of no category is of no criterion: "0"."""
    value = getattr(example, head)
    if head == "criterion" and value is None and example.category == 0:
        return "0"
    return None if value is None else str(value)


@cache
def _words() -> WordList:
    """The words text is cut by: one list, so that what it has cut once is not cut again for the next model."""
    return WordList(thai_words())


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

    `calibrate` fits the calibration and the abstention threshold over folds; without it, probabilities mean
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
    # Acts are said again and again to be judged, and remarks share a matter's words: that makes no word commoner.
    once = [example.text for example in examples if example.category is not None and example.about == 1]
    vocabulary = Vocabulary.of(once, _LEAST if len(once) > _FEW else 1, _words())
    terms = vocabulary.terms(texts)
    told = matrix(terms, len(vocabulary.hashes))
    subject = matrix(vocabulary.subject(terms), len(vocabulary.hashes))
    folds = folds_of(examples, _FOLDS)
    own = np.array([example.weight for example in examples])
    about = own * np.array([example.about for example in examples])
    heads: dict[str, Head] = {}
    scores: dict[str, Floats] = {}
    targets: dict[str, npt.NDArray[np.int64]] = {}
    for name in only:
        said = [label_of(example, name) for example in examples]
        answers = [label for label in _HEADS[name]() if label in said]
        if len(answers) < 2:
            continue
        targets[name] = np.array([answers.index(label) if label is not None else -1 for label in said])
        known = targets[name] >= 0
        progress(f"{name}: {known.sum()} examples of {len(answers)} labels")
        features = subject if name in ABOUT else told
        weights = _weights(about if name in ABOUT else own, targets[name], balanced=name not in _AS_TAUGHT)
        heads[name] = Head.of(answers, *_fit(features[known], targets[name][known], weights[known], _PENALTY[name]))
        if calibrate:
            scores[name] = _unseen(features, targets[name], weights, folds, len(answers), _PENALTY[name])
    heads, threshold, unseen = _calibrated(examples, heads, scores, targets)
    return Model(vocabulary, heads, threshold, {**_card(examples), "accuracy_on_unseen_groups": unseen})


def _calibrated(
    examples: Sequence[Example],
    heads: Mapping[str, Head],
    scores: Mapping[str, Floats],
    targets: Mapping[str, npt.NDArray[np.int64]],
) -> tuple[dict[str, Head], float, dict[str, dict[str, float]]]:
    """The heads with the calibration that scores of unseen examples ask for, the threshold, the shares right."""
    heads = dict(heads)
    counted = np.array([_counts(example) for example in examples])
    documents = np.array([example.source != "corpus" for example in examples])
    threshold = 0.0
    right: dict[str, dict[str, float]] = {}
    for name, given in with_criteria(scores, heads).items():
        judged = counted & (targets[name] >= 0) & np.isfinite(given).all(axis=1)
        hits = given.argmax(axis=1) == targets[name]
        right[name] = {
            kind: round(float(hits[part & judged].mean()), 4)
            for kind, part in (("corpora", ~documents), ("documents", documents))
            if (part & judged).any()
        }
        temperature, offset = _calibration(given[judged], targets[name][judged], documents[judged])
        heads[name] = replace(heads[name], temperature=temperature, offset=offset)
        if name == "category":
            real = judged & documents if (judged & documents).sum() >= _LEAST_JUDGED else judged
            threshold = threshold_for(shares(given[real], temperature, offset).max(axis=1), TARGET)
    return heads, threshold, right


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


def _weights(own: Floats, targets: npt.NDArray[np.int64], *, balanced: bool) -> Floats:
    """Weights under which an example counts one on average, or nothing; balanced, every label counts the same."""
    known = targets >= 0
    weights = np.where(known, own, 0.0)
    if balanced:
        weights /= np.bincount(targets[known], weights=own[known])[targets]
    return np.asarray(weights * (known.sum() / weights.sum()), dtype=np.float64)


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
    """Scores of each example by a model that did not see its fold; not a number where the others lack a label."""
    scores = np.full((len(targets), labels), np.nan)
    for fold in np.unique(folds):
        seen, unseen = (folds != fold) & (targets >= 0), folds == fold
        if len(np.unique(targets[seen])) == labels:
            coefficients, bias = _fit(features[seen], targets[seen], weights[seen], penalty)
            scores[unseen] = features[unseen] @ coefficients + bias
    return scores


def _counts(example: Example) -> bool:
    """Whether an example tells how sure to be: all of documents; of the corpora, neither praise nor fault."""
    return example.source != "corpus" or example.role in (None, "none")


def _calibration(
    scores: Floats, targets: npt.NDArray[np.int64], documents: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """The temperature and the offset at which the probabilities of unseen examples are likeliest to be right.

    Corpora and documents count the same: the corpora are too easy, being written for the purpose, and what a document's
    structure says of its texts is too hard, being said of the heading above them too.
    """
    if len(targets) < _LEAST_JUDGED:
        return 1.0, 0.0
    kinds = [part for part in (documents, ~documents) if part.sum() >= _LEAST_JUDGED] or [np.ones_like(documents)]

    def loss(sought: Floats) -> float:
        probabilities = shares(scores, float(np.exp(sought[0])), float(sought[1]))
        surprise = -np.log(np.maximum(probabilities[np.arange(len(targets)), targets], 1e-12))
        return float(np.mean([surprise[part].mean() for part in kinds]))

    found = minimize(loss, (-0.5, 0.0), method="Nelder-Mead", bounds=_CALIBRATION).x
    return round(float(np.exp(found[0])), 3), round(float(found[1]), 3)


def threshold_for(confidence: Floats, accuracy: float) -> float:
    """The lowest confidence from which on answers can be expected to be right at the rate asked for.

    >>> threshold_for(np.array([0.9, 0.5, 0.8, 0.7]), 0.8)
    0.7
    """
    ordered = np.sort(confidence)[::-1]
    enough = np.flatnonzero(np.cumsum(ordered) / np.arange(1, len(ordered) + 1) >= accuracy)
    return round(float(ordered[enough[-1]]), 3) if len(enough) else 1.0


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
