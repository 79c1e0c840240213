"""Linear classifiers over hashed words, as data: two files, NumPy to use them, nothing in them that can run.

A model folder holds `model.json` (labels, scales, calibration, threshold, what it was made of) and `weights.npz`
(word list, vocabulary, weights): the list that text is cut by travels with the model. Weights and term weights are
kept as integers: every sum is a sum of integers below 2^53, exact in any order, so a model gives the same answer on
every machine.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import PmqaError
from pipeline.tagging.features import features, of_judgement
from pipeline.words import WordList

Floats = npt.NDArray[np.float64]
#: Version of the files' layout and of the features their weights are for.
FORMAT = 6
#: Heads that say what a passage is about; what only judges does not matter to them.
ABOUT = frozenset(("category", "criterion"))
#: Passages scored at once: keeps memory flat.
_BATCH = 256
#: Steps that term weights are rounded to.
_STEPS = 64


@dataclass(frozen=True, slots=True)
class Terms:
    """The features that count, of one text after another: `columns[starts[i]:starts[i + 1]]` belong to text i.

    `values` are whole numbers (term weight times rarity), `norms` the Euclidean length of each text's values.
    """

    columns: npt.NDArray[np.int64]
    values: Floats
    starts: npt.NDArray[np.int64]
    norms: Floats

    @classmethod
    def of(cls, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], values: Floats, count: int) -> Terms:
        """The terms of so many texts, from what is known of each: the index of its text (in order), column, value."""
        norms = np.sqrt(np.bincount(rows, weights=values * values, minlength=count))
        starts = np.searchsorted(rows, np.arange(count + 1))
        return cls(columns, values, starts, np.where(norms > 0, norms, 1.0))

    def without(self, columns: npt.NDArray[np.bool_]) -> Terms:
        """The terms but for some columns (a truth value for each)."""
        kept = ~columns[self.columns]
        rows = np.repeat(np.arange(len(self.norms)), np.diff(self.starts))
        return Terms.of(rows[kept], self.columns[kept], self.values[kept], len(self.norms))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features a model knows: the words text is cut by, the hashes in order, how rare each is (a whole number)."""

    words: WordList
    hashes: npt.NDArray[np.uint64]
    rarity: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], least: int, words: WordList) -> Vocabulary:
        """The features that stand in at least so many of the texts, with their inverse document frequency."""
        rows, hashes = features(texts, words)
        order = np.lexsort((rows, hashes))
        rows, hashes = rows[order], hashes[order]
        first = np.ones(len(rows), dtype=bool)
        first[1:] = (rows[1:] != rows[:-1]) | (hashes[1:] != hashes[:-1])
        known, frequency = np.unique(hashes[first], return_counts=True)
        enough = frequency >= least
        rarity = 1 + np.log((1 + len(texts)) / (1 + frequency[enough]))
        return cls(words, known[enough], np.rint(_STEPS * rarity).astype(np.int64))

    def terms(self, texts: Sequence[str]) -> Terms:
        """Term weights of texts: (1 + log frequency) times rarity."""
        rows, hashes = features(texts, self.words)
        if not len(self.hashes) or not len(rows):
            nothing = np.zeros(0, dtype=np.int64)
            return Terms.of(nothing, nothing, nothing.astype(np.float64), len(texts))
        found = np.searchsorted(self.hashes, hashes)
        found[found == len(self.hashes)] = 0
        known = self.hashes[found] == hashes
        keys, counts = np.unique(rows[known] * len(self.hashes) + found[known], return_counts=True)
        rows, columns = np.divmod(keys, len(self.hashes))
        weights = np.rint(_STEPS * (1 + np.log(np.arange(1, counts.max(initial=1) + 1))))
        return Terms.of(rows, columns, weights[counts - 1] * self.rarity[columns], len(texts))

    def subject(self, terms: Terms) -> Terms:
        """Terms without those that only judge: what texts are about."""
        return terms.without(of_judgement(self.hashes))


@dataclass(frozen=True, slots=True)
class Head:
    """One question and its possible answers: whole-number weights, what one unit is worth, calibration."""

    labels: tuple[str, ...]
    weights: npt.NDArray[np.int16]
    scale: float
    bias: Floats
    temperature: float = 1.0
    offset: float = 0.0

    @classmethod
    def of(cls, labels: Sequence[str], weights: Floats, bias: Floats) -> Head:
        """A head from weights (features by labels) as training gives them."""
        scale = float(np.abs(weights).max(initial=0.0)) / np.iinfo(np.int16).max or 1.0
        return cls(tuple(labels), np.rint(weights / scale).astype(np.int16), scale, bias)

    def scores(self, terms: Terms) -> Floats:
        """Scores (texts by labels) before they are made probabilities."""
        out = np.empty((len(terms.starts) - 1, len(self.labels)))
        for at in range(len(out)):
            part = slice(terms.starts[at], terms.starts[at + 1])
            out[at] = terms.values[part] @ self.weights[terms.columns[part]].astype(np.float64)
        return out * (self.scale / terms.norms)[:, None] + self.bias


def shares(scores: Floats, temperature: float, offset: float) -> Floats:
    """Scores as probabilities, row by row: a sigmoid of each label's score, made to sum to one.

    Each label has a machine of its own, so each has a sigmoid. The lower the offset, the nearer this is to a softmax.

    >>> shares(np.array([[0.0, 0.0], [2.0, -2.0]]), 1.0, 0.0).round(2)
    array([[0.5 , 0.5 ],
           [0.88, 0.12]])
    """
    likely = -np.logaddexp(0.0, -(scores / temperature + offset))
    raised = np.exp(likely - likely.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def with_criteria(scores: Mapping[str, Floats], heads: Mapping[str, Head]) -> dict[str, Floats]:
    """Scores by head; where criteria are scored, each category's with those of its likeliest criterion added.

    A category is many matters, each told by words of its own: what speaks for one of them speaks for the category.

    >>> heads = {
    ...     name: Head.of(labels, np.zeros((1, len(labels))), np.zeros(len(labels)))
    ...     for name, labels in (("category", ["1", "2"]), ("criterion", ["1.1", "1.2", "2.1"]))
    ... }
    >>> with_criteria({"category": np.zeros((1, 2)), "criterion": np.array([[3.0, 5.0, 1.0]])}, heads)["category"]
    array([[5., 1.]])
    """
    if "criterion" not in scores:
        return dict(scores)
    category = scores["category"].copy()
    for at, label in enumerate(heads["category"].labels):
        own = [column for column, number in enumerate(heads["criterion"].labels) if number.split(".")[0] == label]
        if own:
            category[:, at] += scores["criterion"][:, own].max(axis=1)
    return {**scores, "category": category}


@dataclass(frozen=True)
class Model:
    """A vocabulary and the heads that share it. `card` says what it was made of and how good it is."""

    vocabulary: Vocabulary
    heads: Mapping[str, Head]
    threshold: float = 0.0
    card: dict[str, Any] = field(default_factory=dict)

    def probabilities(self, texts: Sequence[str]) -> Iterator[dict[str, Floats]]:
        """For each batch of texts, the probabilities of every head, by the head's name."""
        for at in range(0, len(texts), _BATCH):
            told = self.vocabulary.terms(texts[at : at + _BATCH])
            about = self.vocabulary.subject(told)
            scores = {name: head.scores(about if name in ABOUT else told) for name, head in self.heads.items()}
            scores = with_criteria(scores, self.heads)
            yield {name: shares(scores[name], head.temperature, head.offset) for name, head in self.heads.items()}

    def save(self, folder: str | Path) -> None:
        """Write the two files; the same model gives the same bytes."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, npt.NDArray[Any]] = {
            "words": np.frombuffer("\n".join(sorted(self.vocabulary.words.words)).encode(), dtype=np.uint8),
            "hashes": self.vocabulary.hashes,
            "rarity": self.vocabulary.rarity.astype(np.int32),
        }
        heads: dict[str, Any] = {}
        for name, head in self.heads.items():
            arrays[f"weights_{name}"] = head.weights
            heads[name] = {
                "labels": list(head.labels),
                "scale": head.scale,
                "bias": [float(value) for value in head.bias],
                "temperature": head.temperature,
                "offset": head.offset,
            }
        described = {"format": FORMAT, "threshold": self.threshold, "heads": heads, "card": self.card}
        text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
        (folder / "model.json").write_text(text, encoding="utf-8", newline="\n")
        packed = io.BytesIO()
        np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
        (folder / "weights.npz").write_bytes(packed.getvalue())

    @classmethod
    def load(cls, folder: str | Path) -> Model:
        """The model in a folder. Raises PmqaError ("model") if there is none or it is damaged."""
        folder = Path(folder)
        try:
            described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            if described["format"] != FORMAT:
                raise ValueError(f"format {described['format']} is not known")
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                words = WordList(arrays["words"].tobytes().decode().split("\n"))
                vocabulary = Vocabulary(words, arrays["hashes"], arrays["rarity"].astype(np.int64))
                heads = {
                    name: Head(
                        tuple(head["labels"]),
                        arrays[f"weights_{name}"],
                        float(head["scale"]),
                        np.array(head["bias"], dtype=np.float64),
                        float(head["temperature"]),
                        float(head["offset"]),
                    )
                    for name, head in described["heads"].items()
                }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PmqaError(
                f"There is no usable model in {folder}: {error}.",
                hint="Make one with `pmqa train`, or install pmqa again to get the shipped one back.",
                code="model",
            ) from error
        return cls(vocabulary, heads, float(described["threshold"]), described["card"])
