"""Labelled examples: from the structure of documents and from people (those of the corpora that ship: `corpora`).

A label may be missing (None): an example teaches only what it is labelled with. `group` is the document an example
comes from ("agency year"), or the topic it was written on; nothing is ever split within a group.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import framework
from pipeline.errors import PmqaError
from pipeline.records import Activity, Finding, Indicator, Passage, Plan, Record
from pipeline.tagging.directions import directions
from pipeline.tagging.features import normalise

CATEGORIES = range(8)
ROLES = ("none", "strength", "ofi")
VERDICTS = ("pass", "fail")
#: Praise speaks for a pass, fault against it.
VERDICT_OF = {"strength": "pass", "ofi": "fail"}
#: How much an example counts by where its label comes from.
WEIGHTS = {"human": 2.0, "structure": 1.0, "corpus": 0.5}
#: Shorter than this (characters that count) and a text says nothing.
_LEAST = 5

_ROLE_OF_KIND = {
    "strength": "strength",
    "ofi": "ofi",
    "indicator_ofi": "ofi",
    "improvement_example": "ofi",
    "obstacle": "ofi",
    "gap": "ofi",
    "action": "none",
    "guidance": "none",
    "level": "none",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its labels: category 0–7, criterion, role ("none" for neither), verdict.

    It counts by its `weight`; for what it is about (category and criterion) only by the share `about` of that.
    """

    text: str
    category: int | None = None
    criterion: str | None = None
    role: str | None = None
    verdict: str | None = None
    source: str = "corpus"
    group: str = ""
    weight: float = 1.0
    about: float = 1.0


# ------------------------------------------------------------------------------------------ structure


def from_records(records: Iterable[Record]) -> list[Example]:
    """Examples from what the structure of a document says of its texts, or a person does.

    Records that a model labelled teach nothing.
    """
    records = [record for record in records if record.label_source != "model"]
    plans = {record.plan_id: record for record in records if isinstance(record, Plan)}
    found: list[Example] = []
    for record in records:
        group = f"{record.agency or record.doc_id} {record.fiscal_year or ''}".strip()
        found += (
            replace(
                example,
                criterion=known_criterion(example.criterion),
                source=record.label_source,
                group=group,
                weight=WEIGHTS[record.label_source] * example.weight,
            )
            for example in _of_record(record, plans)
        )
    return unrepeated(found)


def _of_record(record: Record, plans: Mapping[str, Plan]) -> Iterator[Example]:
    match record:
        case Finding(kind="verdict") if record.item:
            role = "ofi" if record.verdict == "fail" else None
            yield Example(record.text, record.category, record.criterion, role, _ticked(record.verdict))
        case Finding():
            role = _ROLE_OF_KIND.get(record.kind)
            verdict = VERDICT_OF.get(role or "")
            yield Example(record.text, record.category, record.criterion, role, verdict)
        case Indicator():
            yield Example(record.name or "", 7, record.sub_criterion, "none")
            yield Example(record.comment or "", 7, record.sub_criterion, None, _ticked(record.verdict))
        case Plan():
            for text in (record.name, record.objective, record.summary):
                yield Example(text or "", record.category, None, "none")
            for text in (record.responsible, record.period, record.budget):
                yield Example(text or "", 0, None, "none")
            for text in record.kpis:
                yield Example(text, 7 if is_measure(text) else None, None, "none")
        case Activity():
            category = framework.category_of(record.criteria_ref) if record.criteria_ref else None
            if category is None and record.plan_id in plans:
                category = plans[record.plan_id].category
            # A step as such ("report to the management") may belong anywhere.
            yield Example(record.text, category, None, "none", weight=0.5)
            yield Example(record.responsible or "", 0, None, "none", weight=0.5)
        case Passage() if record.category is not None:
            role = record.role if record.role in ROLES else None
            yield Example(record.text, record.category, record.criterion, role)


def _ticked(verdict: str | None) -> str | None:
    return verdict if verdict in VERDICTS else None


def known_criterion(criterion: str | None) -> str | None:
    """The criterion if the default framework has it, None if not."""
    return criterion if criterion and framework.load().criterion(criterion) else None


def is_measure(text: str) -> bool:
    """Whether a text begins as the name of an indicator does.

    >>> is_measure("1. ร้อยละของผู้รับบริการที่พึงพอใจ"), is_measure("ผู้รับบริการพึงพอใจ")
    (True, False)
    """
    return normalise(text).lstrip("0").startswith(("ร้อยละ", "จำนวน", "ระดับ", "อัตรา", "สัดส่วน", "ตัววัด"))


# --------------------------------------------------------------------------------------------- people


def read_jsonl(path: str | Path) -> list[Example]:
    """Examples from a file of one JSON object a line: `text` and any of the labels, `source` and `group`
    (or `source_name`).

    Raises PmqaError ("labels") naming the line that is wrong.
    """
    examples = []
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise PmqaError(f"{path} cannot be read: {error.strerror}.", code="labels") from error
    except UnicodeDecodeError as error:
        raise PmqaError(f"{path} is not UTF-8 text: {error}.", code="labels") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            examples.append(_of_row(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PmqaError(
                f"{path}, line {number}: {error}.",
                hint='A line looks like {"text": "...", "category": 4, "criterion": "4.3", "role": "ofi"}.',
                code="labels",
            ) from error
    return examples


def write_jsonl(examples: Iterable[Example], path: str | Path) -> None:
    """Write examples so that `read_jsonl` gives them back."""
    text = "".join(json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples)
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def _of_row(row: Mapping[str, Any]) -> Example:
    text, category, role, verdict = row["text"], row.get("category"), row.get("role"), row.get("verdict")
    if not isinstance(text, str):
        raise ValueError('"text" must be a text')
    if category is not None and (isinstance(category, bool) or category not in CATEGORIES):
        raise ValueError(f"category {category!r} is not one of 0–7")
    if role is not None and role not in ROLES:
        raise ValueError(f"role {role!r} is not one of {', '.join(ROLES)}")
    if verdict is not None and verdict not in VERDICTS:
        raise ValueError(f"verdict {verdict!r} is not one of {', '.join(VERDICTS)}")
    criterion = row.get("criterion")
    if criterion is not None and known_criterion(criterion) is None:
        raise ValueError(f"criterion {criterion!r} is not one of the framework's")
    source = row.get("source", "human")
    if source not in WEIGHTS:
        raise ValueError(f"source {source!r} is not one of {', '.join(WEIGHTS)}")
    group = next((str(row[key]) for key in ("group", "source_name", "seed") if row.get(key)), "")
    weight = float(row.get("weight", WEIGHTS[source]))
    return Example(text, category, criterion, role, verdict, source, group, weight)


def unrepeated(examples: Iterable[Example]) -> list[Example]:
    """Examples without those that say nothing, or say the same as one before them."""
    seen: set[tuple[object, ...]] = set()
    out = []
    for example in examples:
        text = normalise(example.text)
        # Numbers are all alike to `normalise`, but what they say of a result is not.
        key = (text, example.category, frozenset(directions(example.text) if "0" in text else ()))
        labelled = (example.category, example.role, example.verdict) != (None, None, None)
        if len(text) >= _LEAST and labelled and key not in seen:
            seen.add(key)
            out.append(example)
    return out


def without(examples: Iterable[Example], texts: Iterable[str]) -> list[Example]:
    """Examples that neither hold one of the texts nor are part of one: what may be trained on to be tested on those."""
    keys: dict[str, list[str]] = {}
    for text in texts:
        if len(key := normalise(text)) > 3 * _LEAST:
            keys.setdefault(key[:_LEAST], []).append(key)
    whole = "\n".join(key for same in keys.values() for key in same)

    def overlaps(example: Example) -> bool:
        own = normalise(example.text)
        if len(own) <= 3 * _LEAST:
            return False
        begun = (keys.get(own[at : at + _LEAST], ()) for at in range(len(own) - _LEAST + 1))
        return own in whole or any(key in own for same in begun for key in same)

    return [example for example in examples if not overlaps(example)]
