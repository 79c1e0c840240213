"""How good a model is: figures with intervals, calibration, abstention, confusion, learning curve.

Texts of one document are never on both sides of a split. Intervals are bootstrap intervals (95 %), drawn over
documents and over their texts, so that few documents give wide ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.tagging.examples import ROLES, VERDICTS, Example, without
from pipeline.tagging.linear import Floats, Model
from pipeline.tagging.tag import Tag, Tagger

Interval = tuple[float, float]
#: Resamples of a bootstrap, the share that an interval leaves out on either side, bins of a reliability picture.
_RESAMPLES, _TAIL, _BINS = 400, 2.5, 10
#: The coverage at which accuracy is asked for, and the shares of documents of a learning curve.
COVERAGE = 0.8
CURVE = (0.0, 0.5, 1.0)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Figures of one label; `f1_interval` is a 95 % bootstrap interval."""

    label: str
    support: int
    precision: float
    recall: float
    f1: float
    f1_interval: Interval


@dataclass(frozen=True, slots=True)
class HeadScore:
    """Figures of one question (category, role, verdict).

    `ece` is the expected calibration error; it and the rest on confidence are told of the category only, the one
    question whose probabilities a tag carries.
    """

    head: str
    texts: int
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    labels: list[LabelScore]
    confusion: list[list[int]]
    ece: float | None = None
    reliability: list[tuple[float, float, int]] = field(default_factory=list)
    risk_coverage: list[tuple[float, float]] = field(default_factory=list)
    accuracy_at_coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation: on what, split how, and the figures."""

    split: str
    documents: dict[str, int]
    heads: list[HeadScore]
    criterion_texts: int = 0
    criterion_top1: float | None = None
    criterion_top3: float | None = None
    abstained: float = 0.0
    accuracy_of_kept: float | None = None
    learning_curve: list[tuple[int, float]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can carry it."""
        return asdict(self)


def score(tags: Sequence[Tag], examples: Sequence[Example], split: str) -> Report:
    """The figures of tags against the labels of the same texts."""
    heads = []
    for name, labels in (("category", [str(c) for c in range(8)]), ("role", ROLES), ("verdict", VERDICTS)):
        known = [i for i, example in enumerate(examples) if getattr(example, name) is not None]
        if known:
            heads.append(_head(name, labels, [tags[i] for i in known], [examples[i] for i in known]))
    named = [i for i, example in enumerate(examples) if example.criterion]
    ranks = [list(tags[i].criterion_probs) for i in named]
    wanted = [str(examples[i].criterion) for i in named]
    labelled = [i for i, example in enumerate(examples) if example.category is not None]
    kept = [i for i in labelled if not tags[i].abstained]
    documents: dict[str, int] = defaultdict(int)
    for example in examples:
        documents[example.group or "?"] += 1
    return Report(
        split=split,
        documents=dict(sorted(documents.items())),
        heads=heads,
        criterion_texts=len(named),
        criterion_top1=_mean([tags[i].criterion == w for i, w in zip(named, wanted, strict=True)]),
        criterion_top3=_mean([w in rank[:3] for rank, w in zip(ranks, wanted, strict=True)]),
        abstained=1 - len(kept) / len(labelled) if labelled else 0.0,
        accuracy_of_kept=_mean([tags[i].category == examples[i].category for i in kept]),
    )


def _head(name: str, labels: Sequence[str], tags: Sequence[Tag], examples: Sequence[Example]) -> HeadScore:
    targets = np.array([labels.index(str(getattr(example, name))) for example in examples])
    answers, confidence = zip(*(_answer(name, labels, tag) for tag in tags), strict=True)
    given, sure = np.array(answers), np.array(confidence)
    right = given == targets
    groups = _index([example.group for example in examples])
    draws = [_figures(given[d], targets[d], len(labels)) for d in _draws(groups)]
    overall = _figures(given, targets, len(labels))
    scores = [
        LabelScore(
            label=label,
            support=int((targets == i).sum()),
            precision=round(float(overall[2][0][i]), 4),
            recall=round(float(overall[2][1][i]), 4),
            f1=round(float(overall[2][2][i]), 4),
            f1_interval=_interval([draw[2][2][i] for draw in draws]),
        )
        for i, label in enumerate(labels)
        if (targets == i).any() or (given == i).any()
    ]
    confusion = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(confusion, (targets[given >= 0], given[given >= 0]), 1)
    figures = HeadScore(
        head=name,
        texts=len(targets),
        accuracy=round(overall[0], 4),
        accuracy_interval=_interval([draw[0] for draw in draws]),
        macro_f1=round(overall[1], 4),
        macro_f1_interval=_interval([draw[1] for draw in draws]),
        labels=scores,
        confusion=confusion.tolist(),
    )
    if name != "category":
        return figures
    order = np.argsort(-sure, kind="stable")
    rates = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    steps = sorted({round(share * len(order)) for share in np.linspace(0.05, 1, 20)} - {0})
    return replace(
        figures,
        ece=ece(sure, right),
        reliability=_reliability(sure, right),
        risk_coverage=[(round(step / len(order), 3), round(float(1 - rates[step - 1]), 4)) for step in steps],
        accuracy_at_coverage=round(float(rates[max(int(COVERAGE * len(order)), 1) - 1]), 4),
    )


def _answer(name: str, labels: Sequence[str], tag: Tag) -> tuple[int, float]:
    """The answer's number (-1: none given) and how sure it is; only categories carry probabilities of all answers."""
    if name == "category":
        return tag.category, tag.category_probs[str(tag.category)]
    said = getattr(tag, name) or ("none" if name == "role" else None)
    return (labels.index(said), 1.0) if said in labels else (-1, 0.0)


def _figures(
    given: npt.NDArray[np.int64], targets: npt.NDArray[np.int64], count: int
) -> tuple[float, float, tuple[Floats, Floats, Floats]]:
    """Accuracy, macro-F1 over the labels that occur, and precision, recall and F1 of each label."""
    hits = np.bincount(targets[given == targets], minlength=count)
    said = np.bincount(given[given >= 0], minlength=count)
    there = np.bincount(targets, minlength=count)
    precision = hits / np.maximum(said, 1)
    recall = hits / np.maximum(there, 1)
    f1 = 2 * hits / np.maximum(said + there, 1)
    return float((given == targets).mean()), float(f1[there > 0].mean()), (precision, recall, f1)


def _draws(groups: dict[str, npt.NDArray[np.int64]]) -> list[npt.NDArray[np.int64]]:
    """Bootstrap samples: documents drawn with replacement, and texts within each."""
    random = np.random.default_rng(0)
    names = list(groups)
    draws = []
    for _ in range(_RESAMPLES):
        picked = random.integers(len(names), size=len(names))
        draws.append(np.concatenate([random.choice(groups[names[i]], len(groups[names[i]])) for i in picked]))
    return draws


def _index(groups: Iterable[str]) -> dict[str, npt.NDArray[np.int64]]:
    places: dict[str, list[int]] = defaultdict(list)
    for at, group in enumerate(groups):
        places[group].append(at)
    return {group: np.array(at) for group, at in places.items()}


def _interval(values: Sequence[float]) -> Interval:
    low, high = np.percentile(values, [_TAIL, 100 - _TAIL])
    return round(float(low), 4), round(float(high), 4)


def _reliability(sure: Floats, right: npt.NDArray[np.bool_]) -> list[tuple[float, float, int]]:
    """Mean confidence, accuracy and number of the texts of each bin of confidence that has any."""
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return [
        (round(float(sure[bins == b].mean()), 4), round(float(right[bins == b].mean()), 4), int((bins == b).sum()))
        for b in range(_BINS)
        if (bins == b).any()
    ]


def ece(sure: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error: how far confidence is from accuracy, over ten bins of confidence.

    >>> ece(np.array([0.9, 0.9]), np.array([True, False]))
    0.4
    """
    total = sum(abs(said - is_) * count for said, is_, count in _reliability(sure, right))
    return round(float(total / len(sure)), 4)


def _mean(values: Sequence[bool]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


# ---------------------------------------------------------------------------------------------- splits


def on_labels(model: Model, examples: Sequence[Example]) -> Report:
    """A model's figures on labelled texts it must not have been trained on: that is the caller's to see to."""
    tags = Tagger(model).tag([example.text for example in examples])
    return score(tags, examples, "labelled texts kept apart from training")


def by_document(
    corpus: Sequence[Example], examples: Sequence[Example], *, progress: Progress = lambda message: None
) -> Report:
    """Every document by a model trained on the corpora and all other documents; a learning curve over their number."""
    from pipeline.tagging.train import HEADS, train

    groups = sorted({example.group for example in examples})
    tags: dict[int, Tag] = {}
    curve: dict[int, list[bool]] = defaultdict(list)
    for group in groups:
        tested = [i for i, example in enumerate(examples) if example.group == group]
        others = [other for other in groups if other != group]
        texts = [examples[i].text for i in tested]
        for count in sorted({round(share * len(others)) for share in CURVE}):
            progress(f"{group}: trained on {count} other documents")
            taught = [example for example in examples if example.group in others[:count]]
            whole = count == len(others)
            # What is said word for word in another document too would be recognised, not judged.
            heads = HEADS if whole else ("category", "criterion")
            model = train(without([*corpus, *taught], texts), calibrate=whole, only=heads, progress=progress)
            found = Tagger(model).tag(texts, together=True)
            known = [(tag, examples[i]) for tag, i in zip(found, tested, strict=True)]
            curve[count] += [tag.category == e.category for tag, e in known if e.category is not None]
            if whole:
                tags.update(zip(tested, found, strict=True))
    report = score([tags[i] for i in range(len(examples))], examples, "each document by a model that never saw it")
    points = [(count, _mean(right) or 0.0) for count, right in sorted(curve.items())]
    return replace(report, learning_curve=points)
