"""Would a reviewer pass this draft answer? A small, open model over what answers contain, with its reasons.

Reviewers ask for things one can see in an answer: figures, named examples, results before and after, who does it,
how often it is reviewed, and that it speaks of what the item asks. Each is one feature, so that the model can say
which of them spoke for and which against, and what is missing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.records import Finding, Passage, Record
from pipeline.resources import resource
from pipeline.tagging.features import normalise
from pipeline.tagging.linear import Floats

#: Length (characters) of an answer from which on more adds nothing.
_ENOUGH = 800
#: Length of the pieces of the item's wording that an answer should take up.
_PIECE = 4
#: Strength of the penalty on large weights.
_PENALTY = 5.0
#: Fewer judged answers than this teach nothing.
LEAST = 20


@dataclass(frozen=True, slots=True)
class Element:
    """Something an answer may hold: the words it shows by, and what to add when it is missing."""

    name: str
    advice: str
    words: re.Pattern[str]


_LENGTH, _TOPIC = "ความยาวพอให้เห็นวิธีการ", "ตอบตรงประเด็นของข้อ"
_UNITS = "%|คน|ครั้ง|เรื่อง|แห่ง|วัน|บาท|โครงการ"
#: Name, advice, and the words, as a regular expression.
_WORDED = (
    ("ตัวเลขหรือร้อยละ", "ใส่ตัวเลขผลการดำเนินงาน", rf"ร้อยละ|[\d๐-๙]+(?:[.,][\d๐-๙]+)?\s*(?:{_UNITS})"),
    ("ปีหรือช่วงเวลา", "ระบุปีหรือช่วงเวลาที่ดำเนินการ", r"25\d\d|๒๕[๐-๙]{2}|ไตรมาส|ทุกปี|ทุกเดือน|เป็นประจำ"),
    ("ตัวอย่างที่มีชื่อ", "ยกตัวอย่างโครงการหรือระบบที่มีชื่อ", r"เช่น|ได้แก่|อาทิ|โครงการ|ระบบ|[A-Za-z]{4,}"),
    ("ผลที่เกิดขึ้น", "แสดงผลลัพธ์ก่อนและหลังดำเนินการ", "ส่งผลให้|ทำให้|ผลลัพธ์|ลดลง|เพิ่มขึ้น|ดีขึ้น|สำเร็จ|เกิดผล"),
    ("ผู้รับผิดชอบ", "ระบุผู้รับผิดชอบหรือคณะทำงาน", "คณะกรรมการ|คณะทำงาน|ผู้บริหาร|ผู้รับผิดชอบ|สำนัก|กอง|กลุ่มงาน"),
    ("การติดตามและทบทวน", "แสดงการติดตาม ประเมินผล และปรับปรุง", "ติดตาม|ประเมินผล|ทบทวน|ปรับปรุง|รายงานผล"),
    ("การวิเคราะห์", "แสดงการวิเคราะห์ข้อมูลที่ใช้ตัดสินใจ", "วิเคราะห์|เปรียบเทียบ|คู่เทียบ|คาดการณ์|สาเหตุ"),
    ("การมีส่วนร่วม", "แสดงการมีส่วนร่วมของผู้เกี่ยวข้อง", "เครือข่าย|ผู้มีส่วนได้ส่วนเสีย|ประชาชน|ภาคเอกชน|ร่วมกับ"),
    ("เทคโนโลยีดิจิทัล", "แสดงการใช้เทคโนโลยีดิจิทัล", "ดิจิทัล|ออนไลน์|เทคโนโลยี|แอปพลิเคชัน|อิเล็กทรอนิกส์|สารสนเทศ"),
)
ELEMENTS = tuple(Element(name, advice, re.compile(words)) for name, advice, words in _WORDED)
NAMES = (_LENGTH, *(element.name for element in ELEMENTS), _TOPIC)
_ADVICE = {
    _LENGTH: "อธิบายวิธีการเป็นขั้นตอน",
    _TOPIC: "ใช้ถ้อยคำของข้อคำถามและตอบให้ครบทุกส่วน",
    **{element.name: element.advice for element in ELEMENTS},
}
#: This often, and more of the words of an element add nothing.
_OFTEN = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One element: how much of it there is (0–1), by how much it moves the log odds of a pass, the words found."""

    element: str
    amount: float
    effect: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is thought of a draft: the probability of a pass, what speaks for and against it, what to add."""

    item: str
    probability: float
    speaks_for: list[Reason]
    speaks_against: list[Reason]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """A logistic regression over standardised elements. `card` says what it was made of and how good it is."""

    weights: tuple[float, ...]
    bias: float
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    card: dict[str, Any]

    def opinion(self, item: str, text: str) -> Opinion:
        """What is thought of a draft answer to an item such as "2.1.1".

        Raises PmqaError ("usage") if the framework has no such item.
        """
        amounts = features(item, text)
        standard = (amounts - np.array(self.means)) / np.array(self.spreads)
        effects = standard * np.array(self.weights)
        probability = 1 / (1 + math.exp(-(self.bias + float(effects.sum()))))
        found = {element.name: tuple(dict.fromkeys(element.words.findall(text))) for element in ELEMENTS}
        reasons = [
            Reason(name, round(float(amount), 3), round(float(effect), 3), found.get(name, ()))
            for name, amount, effect in zip(NAMES, amounts, effects, strict=True)
        ]
        ordered = sorted(reasons, key=lambda reason: -abs(reason.effect))
        return Opinion(
            item=item,
            probability=round(probability, 3),
            speaks_for=[reason for reason in ordered if reason.effect > 0],
            speaks_against=[reason for reason in ordered if reason.effect < 0],
            missing=[_ADVICE[reason.element] for reason in reasons if reason.amount == 0],
        )

    def save(self, folder: str | Path) -> None:
        """Write the model as one JSON file."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"
        (Path(folder) / "answers.json").write_text(text, encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: str | Path | None = None) -> AnswerModel:
        """The model in a folder (default: the shipped one). Raises PmqaError ("model") if there is none."""
        path = (Path(folder) if folder else resource("models/tagging")) / "answers.json"
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            tuples = {name: tuple(data[name]) for name in ("weights", "means", "spreads")}
            return cls(bias=data["bias"], card=data["card"], **tuples)
        except (OSError, ValueError, KeyError) as error:
            raise PmqaError(
                f"There is no model of answers at {path}.",
                hint="Make one with `pmqa train` from a store that holds judged answers (Form 3).",
                code="model",
            ) from error


def features(item: str, text: str) -> Floats:
    """How much there is of each element (0–1), `NAMES` long."""
    length = min(len(text), _ENOUGH) / _ENOUGH
    amounts = [min(len(element.words.findall(text)), _OFTEN) / _OFTEN for element in ELEMENTS]
    return np.array([length, *amounts, _on_topic(item, text)])


def _on_topic(item: str, text: str) -> float:
    """How much of the item's wording the answer takes up."""
    known = framework.load().item(item)
    if known is None:
        raise PmqaError(f"There is no item {item} in the framework.", hint='An item looks like "2.1.1".', code="usage")
    wording, answer = normalise(" ".join((known.title, *known.parts))), normalise(text)
    pieces = {wording[i : i + _PIECE] for i in range(len(wording) - _PIECE + 1)}
    return sum(piece in answer for piece in pieces) / max(len(pieces), 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, the item it answers, and whether its reviewers passed it."""

    item: str
    text: str
    passed: bool
    group: str


def judged(records: Iterable[Record]) -> list[Judged]:
    """The answers of Form 3 with the verdicts given to them: each answer stands with the verdict right after it."""
    found: list[Judged] = []
    last: Finding | None = None
    for record in records:
        if isinstance(record, Finding) and record.family == "form3" and record.kind == "verdict":
            last = record
        elif isinstance(record, Passage) and record.role == "answer" and last is not None and last.item:
            if record.verdict in ("pass", "fail") and framework.load().item(last.item):
                group = f"{record.agency or record.doc_id} {record.fiscal_year or ''}".strip()
                found.append(Judged(last.item, record.text, record.verdict == "pass", group))
            last = None
    return found


def enough(answers: Sequence[Judged]) -> bool:
    """Whether a model can be made of these answers: there are enough, and they were not all judged alike."""
    return len(answers) >= LEAST and len({answer.passed for answer in answers}) == 2


def train(answers: Sequence[Judged]) -> AnswerModel:
    """A model of judged answers. Raises PmqaError ("labels") if there are too few, or all were judged alike."""
    targets = np.array([answer.passed for answer in answers], dtype=int)
    if not enough(answers):
        raise PmqaError(
            f"{len(answers)} judged answers are too few to learn from.",
            hint="Ingest more Form 3 documents with verdicts.",
            code="labels",
        )
    amounts = np.stack([features(answer.item, answer.text) for answer in answers])
    means, spreads = amounts.mean(axis=0), np.maximum(amounts.std(axis=0), 0.05)
    standard = (amounts - means) / spreads
    weights, bias = _fit(standard, targets)
    return AnswerModel(
        weights=tuple(round(float(w), 4) for w in weights),
        bias=round(bias, 4),
        means=tuple(round(float(m), 4) for m in means),
        spreads=tuple(round(float(s), 4) for s in spreads),
        card={
            "answers": len(answers),
            "passed": int(targets.sum()),
            "documents": sorted({answer.group for answer in answers}),
            **_unseen_figures(answers, standard, targets),
        },
    )


def _fit(standard: Floats, targets: npt.NDArray[np.int64]) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression in which no element may count against an answer that holds it.

    What little data there is would have it otherwise by chance, and advice to leave something out would be wrong.
    """
    from scipy.optimize import minimize

    signs = 2 * targets - 1

    def loss(parameters: Floats) -> float:
        margins = signs * (standard @ parameters[:-1] + parameters[-1])
        return float(np.logaddexp(0, -margins).sum() + _PENALTY * (parameters[:-1] ** 2).sum())

    bounds = [(0.0, None)] * standard.shape[1] + [(None, None)]
    found = minimize(loss, np.zeros(standard.shape[1] + 1), method="L-BFGS-B", bounds=bounds).x
    return found[:-1], float(found[-1])


def _unseen_figures(answers: Sequence[Judged], standard: Floats, targets: npt.NDArray[np.int64]) -> dict[str, Any]:
    """AUC with a bootstrap interval and Brier score, each criterion judged by a model of all others."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    criteria = np.array([answer.item.rsplit(".", 1)[0] for answer in answers])
    probabilities = np.full(len(targets), targets.mean())
    for criterion in np.unique(criteria):
        seen = criteria != criterion
        if len(np.unique(targets[seen])) == 2:
            weights, bias = _fit(standard[seen], targets[seen])
            probabilities[~seen] = 1 / (1 + np.exp(-(standard[~seen] @ weights + bias)))
    random = np.random.default_rng(0)
    areas = []
    for _ in range(400):
        draw = random.integers(len(targets), size=len(targets))
        if len(np.unique(targets[draw])) == 2:
            areas.append(roc_auc_score(targets[draw], probabilities[draw]))
    low, high = np.percentile(areas, [2.5, 97.5])
    return {
        "split": "each criterion by a model of all other criteria",
        "auc": round(float(roc_auc_score(targets, probabilities)), 3),
        "auc_interval": [round(float(low), 3), round(float(high), 3)],
        "brier": round(float(brier_score_loss(targets, probabilities)), 3),
        "brier_of_base_rate": round(float(brier_score_loss(targets, np.full(len(targets), targets.mean()))), 3),
    }
