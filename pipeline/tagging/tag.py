"""Tags of passages: what a model says of a text, and of the records a document's structure leaves unlabelled."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pipeline import framework
from pipeline.records import Passage, Record
from pipeline.resources import resource
from pipeline.tagging.linear import Floats, Model

#: Names the folder of the model to use instead of the shipped one.
MODEL_VARIABLE = "PMQA_MODEL"
#: Criteria named with their probability.
_NAMED = 5
#: Decimals of a probability: more would differ between machines' exponential functions.
_DECIMALS = 4
#: Where assessors speak, or it is not known who does. Elsewhere the agency does, whose plain statements are no praise.
_ASSESSED = frozenset(("form3", "form4", "feedback_report", "executive_summary", "other"))
#: A comment on an item begins with the item's code ("LD 4", "(HR๕)"), which says the category; a slip is not ruled out.
_CODE = re.compile(r"[\s(\[•–-]*([A-Z]{2})\s?[-.]?\s?([\d๐-๙]{1,2})(?![\d๐-๙.,%])")
_CERTAIN = 0.97
#: Passages of every label that a document is credited with besides its own: a few passages say little of its make-up.
_CREDIT = 5.0


@dataclass(frozen=True, slots=True)
class Tag:
    """What is said of a passage.

    `category` is 0–7 (0 = none) with the probability of each in `category_probs`; `criterion` is null where the
    category is 0, `criterion_probs` names the likeliest five; `role` is "strength", "ofi" or null for neither;
    `verdict` is "pass", "fail", or null where the role is neither. `abstained`: too unsure to rely on, a person should
    look.
    """

    category: int
    category_probs: dict[str, float]
    criterion: str | None
    criterion_probs: dict[str, float]
    role: str | None
    verdict: str | None
    abstained: bool


class Tagger:
    """A loaded model that tags texts."""

    def __init__(self, model: Model) -> None:
        self.model = model
        labels = model.heads["criterion"].labels if "criterion" in model.heads else ()
        categories = model.heads["category"].labels
        #: The columns of criteria (another is for texts that have none), their numbers, their categories' columns.
        self._columns = [column for column, label in enumerate(labels) if "." in label]
        self._numbers = [labels[column] for column in self._columns]
        self._parents = np.array([categories.index(number[0]) for number in self._numbers], dtype=np.int64)

    @classmethod
    def load(cls, folder: str | Path) -> Tagger:
        """The model in a folder. Raises PmqaError ("model") if there is none."""
        return cls(Model.load(folder))

    @classmethod
    def default(cls) -> Tagger | None:
        """The model in the folder that `$PMQA_MODEL` names, else the one that ships; None where there is neither.

        Raises PmqaError ("model") if the folder named has none.
        """
        return _loaded(os.environ.get(MODEL_VARIABLE) or None)

    def tag(self, texts: Sequence[str], *, together: bool = False) -> list[Tag]:
        """A tag for each text, whatever the others are; `together`: in the light of the others, all of one document."""
        return list(self._tags(texts, together))

    def _tags(self, texts: Sequence[str], together: bool) -> Iterator[Tag]:
        heads = self.model.heads
        batches: Iterable[dict[str, Floats]] = self.model.probabilities(texts)
        if together and texts:
            batches = list(batches)
            make_up = make_up_of(np.concatenate([found["category"] for found in batches]))
            for found in batches:
                likelier = found["category"] * make_up
                found["category"] = likelier / likelier.sum(axis=1, keepdims=True)
        at = 0
        for found in batches:
            self._heed_codes(found["category"], texts[at : at + len(found["category"])])
            at += len(found["category"])
            categories = np.round(found["category"], _DECIMALS)
            criteria = np.round(self.criteria(found), _DECIMALS)
            for row, probabilities in enumerate(categories):
                best = int(probabilities.argmax())
                category = int(heads["category"].labels[best])
                likeliest = np.argsort(-criteria[row], kind="stable")[:_NAMED]
                named = {self._numbers[i]: float(criteria[row, i]) for i in likeliest}
                role = self._answer(found, "role", row)
                yield Tag(
                    category=category,
                    category_probs=dict(zip(heads["category"].labels, map(float, probabilities), strict=True)),
                    criterion=self._criterion(criteria[row], best) if category else None,
                    criterion_probs=named,
                    role=None if role == "none" else role,
                    verdict=None if role in (None, "none") else self._answer(found, "verdict", row),
                    abstained=bool(probabilities[best] < self.model.threshold),
                )

    def _heed_codes(self, probabilities: Floats, texts: Sequence[str]) -> None:
        """Make the category of passages that begin with an item's code all but certain, in place."""
        labels = self.model.heads["category"].labels
        for row, text in enumerate(texts):
            category = str(item_of(text))
            if category in labels:
                probabilities[row] *= 1 - _CERTAIN
                probabilities[row, labels.index(category)] += _CERTAIN

    def criteria(self, found: dict[str, Floats]) -> Floats:
        """Probabilities of the criteria: those of their categories, shared out within each."""
        if not len(self._parents):
            return np.zeros((len(found["category"]), 0))
        own = found["criterion"][:, self._columns]
        totals = np.zeros_like(found["category"])
        for column, parent in enumerate(self._parents):
            totals[:, parent] += own[:, column]
        share = own / np.maximum(totals[:, self._parents], 1e-12)
        return np.asarray(share * found["category"][:, self._parents], dtype=np.float64)

    def _criterion(self, probabilities: Floats, category: int) -> str | None:
        within = np.flatnonzero(self._parents == category)
        if not len(within):
            return None
        return self._numbers[int(within[probabilities[within].argmax()])]

    def _answer(self, found: dict[str, Floats], head: str, row: int) -> str | None:
        return self.model.heads[head].labels[int(found[head][row].argmax())] if head in found else None


def item_of(text: str) -> int | None:
    """The category of the item whose code a passage begins with, None where it begins with none.

    >>> item_of("HR ๕ - มีแผนพัฒนาบุคลากร"), item_of("(LD4) กำหนดตัวชี้วัด"), item_of("IT 2567 ปรับปรุงระบบ")
    (5, 1, None)
    """
    found = _CODE.match(text)
    return _category_of(found[1] + found[2]) if found else None


@cache
def _category_of(code: str) -> int | None:
    return framework.category_of(code)


def make_up_of(probabilities: Floats) -> Floats:
    """How likely each label is in a document, from the probabilities (passages by labels) of its passages.

    A model takes every label to be as likely as any other, but half of a plan is administration, and most of the rest
    of a personnel plan is about people. Multiplying by the mean of the probabilities mends that: one step of the
    procedure of Saerens, Latinne and Decaestecker, Neural Computation 14 (2002). Further steps wear rare labels away.

    >>> make_up_of(np.array([[0.8, 0.2]] * 30)).round(3)
    array([0.725, 0.275])
    """
    count, labels = probabilities.shape
    return np.asarray((probabilities.sum(axis=0) + _CREDIT) / (count + _CREDIT * labels), dtype=np.float64)


@cache
def _loaded(folder: str | None) -> Tagger | None:
    if folder is not None:
        return Tagger.load(folder)
    try:
        shipped = resource("models/tagging")
    except FileNotFoundError:
        return None
    return Tagger.load(shipped) if (shipped / "model.json").is_file() else None


def tag_records(records: Iterable[Record]) -> None:
    """Label the passages among a document's records that its structure says nothing of, in place.

    They are tagged together. Where the model abstains, the category stays unknown and only its probabilities are noted.
    Role and verdict are told where assessors may be speaking.
    """
    tagger = Tagger.default()
    bare = [r for r in records if isinstance(r, Passage) and r.category is None and r.label_source == "structure"]
    if tagger is None or not bare:
        return
    for passage, tag in zip(bare, tagger.tag([passage.text for passage in bare], together=True), strict=True):
        passage.label_source = "model"
        passage.category_probs = tag.category_probs
        passage.confidence = max(tag.category_probs.values())
        passage.abstained = tag.abstained
        if passage.family in _ASSESSED:
            passage.verdict = passage.verdict or tag.verdict
            passage.role = passage.role or tag.role
        if not tag.abstained:
            passage.category = tag.category
            passage.criterion = tag.criterion
