"""Labels by people: kept in the store, given to and taken from annotation tools.

A label belongs to a record's identifier, which stays the same when the document is read again. The store itself
puts it back whenever the record is written, so a correction outranks structure, and structure the model.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pipeline.errors import PmqaError
from pipeline.records import Finding, Passage, Record
from pipeline.store import Store
from pipeline.tagging.examples import CATEGORIES, ROLES, VERDICTS, known_criterion
from pipeline.tagging.linear import Floats, Terms
from pipeline.tagging.tag import Tag, Tagger

#: What a person may say of a text.
FIELDS = ("category", "criterion", "role", "verdict")
#: Candidates among which those that help most are chosen.
_CANDIDATES = 400

_TABLE = """
CREATE TABLE IF NOT EXISTS labels (
    record_id TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL,
    category INTEGER, criterion TEXT, role TEXT, verdict TEXT
)"""
_SAID = "(SELECT {0} FROM labels WHERE record_id = {1}.{2})"


def _applied(table: str, own_id: str) -> str:
    """The assignments that put a person's label onto a row."""
    said = {field: _SAID.format(field, table, own_id) for field in FIELDS}
    kept = f"CASE WHEN {said['category']} IS NULL OR criterion LIKE {said['category']} || '.%' THEN criterion END"
    assignments = {
        "category": f"coalesce({said['category']}, category)",
        "criterion": f"coalesce({said['criterion']}, {kept})",
        "verdict": f"coalesce({said['verdict']}, verdict)",
        "label_source": "'human'",
        "confidence": "1.0",
    }
    if table == Passage.dataset:
        assignments |= {"role": f"nullif(coalesce({said['role']}, role), 'none')", "abstained": "0"}
    return ", ".join(f"{column} = {value}" for column, value in assignments.items())


_TARGETS = {Passage.dataset: "passage_id", Finding.dataset: "finding_id"}


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of one record; None where nothing was said. `role` "none" means neither."""

    record_id: str
    text: str
    category: int | None = None
    criterion: str | None = None
    role: str | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A text to be labelled, where it stands, and what is thought of it so far."""

    record_id: str
    text: str
    source_name: str
    page: int | None
    label_source: str
    confidence: float
    category: int | None
    criterion: str | None
    role: str | None
    verdict: str | None


# ---------------------------------------------------------------------------------------------- store


def save(store: Store, labels: Iterable[Label]) -> int:
    """Keep labels in the store and put them onto their records; the number of records changed.

    A label given again replaces what was said before, field by field.
    """
    renewed = ", ".join(f"{field} = coalesce(excluded.{field}, {field})" for field in FIELDS)
    changed = 0
    with store.transaction() as sql:
        _prepare(sql)
        for label in labels:
            sql.execute(
                f"INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET {renewed}",
                tuple(asdict(label).values()),
            )
            for table, own_id in _TARGETS.items():
                changed += sql.execute(
                    f"UPDATE {table} SET {_applied(table, own_id)} WHERE {own_id} = ?", (label.record_id,)
                ).rowcount
    return changed


def _prepare(sql: sqlite3.Connection) -> None:
    """The table, and the triggers that put labels back when a document is read again."""
    sql.execute(_TABLE)
    for table, own_id in _TARGETS.items():
        sql.execute(
            f"CREATE TRIGGER IF NOT EXISTS labels_on_{table} AFTER INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM labels WHERE record_id = NEW.{own_id}) "
            f"BEGIN UPDATE {table} SET {_applied(table, own_id)} "
            "WHERE doc_id = NEW.doc_id AND seq = NEW.seq; END"
        )


def tasks(store: Store) -> list[Task]:
    """Every passage and finding with text, as something to label."""
    records: list[Passage | Finding] = [*store.records(Passage), *store.records(Finding)]
    return [_task(record) for record in records if record.text.strip()]


def _task(record: Passage | Finding) -> Task:
    roles = {"strength": "strength", "ofi": "ofi", "indicator_ofi": "ofi"}
    role = record.role if isinstance(record, Passage) else roles.get(record.kind)
    return Task(
        record_id=record.passage_id if isinstance(record, Passage) else record.finding_id,
        text=record.text,
        source_name=record.source_name,
        page=record.page,
        label_source=record.label_source,
        confidence=record.confidence,
        category=record.category,
        criterion=record.criterion,
        role=role if role in ROLES else None,
        verdict=record.verdict if record.verdict in VERDICTS else None,
    )


# ------------------------------------------------------------------------------------ active learning


def most_helpful(pool: Sequence[Task], count: int, tagger: Tagger) -> list[Task]:
    """The tasks whose labels would teach the model most, best first.

    A text helps when the model is unsure of it, when many others are like it, and when none chosen before it
    is: uncertainty (entropy) times likeness to the pool, less the likeness to those chosen already. Texts that
    a person has labelled are left out.
    """
    pool = [task for task in pool if task.label_source != "human"]
    if not pool:
        return []
    texts = [task.text for task in pool]
    tags = tagger.tag(texts)
    vocabulary = tagger.model.vocabulary
    terms = vocabulary.subject(vocabulary.terms(texts))
    promise = np.array([_entropy(tag) for tag in tags]) * _likeness_to_all(terms, len(tagger.model.vocabulary.hashes))
    candidates = [int(i) for i in np.argsort(-promise, kind="stable")[:_CANDIDATES]]
    vectors = {i: _vector(terms, i) for i in candidates}
    nearest = dict.fromkeys(candidates, 0.0)
    chosen: list[int] = []
    while candidates and len(chosen) < count:
        best = max(candidates, key=lambda i: (promise[i] * (1 - nearest[i]), -i))
        candidates.remove(best)
        chosen.append(best)
        for i in candidates:
            nearest[i] = max(nearest[i], _cosine(vectors[best], vectors[i]))
    return [pool[i] for i in chosen]


def _entropy(tag: Tag) -> float:
    probabilities = np.maximum(np.array(list(tag.category_probs.values())), 1e-9)
    return float(-(probabilities * np.log(probabilities)).sum())


def _likeness_to_all(terms: Terms, width: int) -> Floats:
    """The mean cosine of each text with all."""
    count = len(terms.starts) - 1
    owners = np.repeat(np.arange(count), np.diff(terms.starts))
    scaled = terms.values / terms.norms[owners]
    mean = np.bincount(terms.columns, weights=scaled, minlength=width) / count
    return np.bincount(owners, weights=scaled * mean[terms.columns], minlength=count).astype(np.float64)


def _vector(terms: Terms, row: int) -> dict[int, float]:
    part = slice(terms.starts[row], terms.starts[row + 1])
    return dict(zip(terms.columns[part].tolist(), (terms.values[part] / terms.norms[row]).tolist(), strict=True))


def _cosine(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    return sum(value * other.get(column, 0.0) for column, value in one.items())


# -------------------------------------------------------------------------------------------- formats


def to_jsonl(pool: Iterable[Task]) -> str:
    """One JSON object a line, to be edited by hand or by program and imported again."""
    return "".join(json.dumps(asdict(task), ensure_ascii=False) + "\n" for task in pool)


def to_label_studio(pool: Iterable[Task]) -> str:
    """Tasks of Label Studio, with what is thought so far as predictions."""
    out = []
    for task in pool:
        data = {"text": task.text, "record_id": task.record_id, "source_name": task.source_name, "page": task.page}
        result = [
            {"from_name": field, "to_name": "text", "type": "choices", "value": {"choices": [str(value)]}}
            for field in FIELDS
            if (value := getattr(task, field)) is not None
        ]
        prediction = {"model_version": task.label_source, "score": task.confidence, "result": result}
        out.append({"data": data, "predictions": [prediction] if result else []})
    return json.dumps(out, ensure_ascii=False, indent=1) + "\n"


def to_doccano(pool: Iterable[Task]) -> str:
    """JSONL of doccano's text classification: labels are written "category:4", "role:ofi"."""
    lines = []
    for task in pool:
        label = [f"{field}:{value}" for field in FIELDS if (value := getattr(task, field)) is not None]
        row = {"text": task.text, "label": label, "record_id": task.record_id, "source_name": task.source_name}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return "".join(lines)


#: The ways to give tasks to people, by name.
WRITERS: dict[str, Callable[[Iterable[Task]], str]] = {
    "jsonl": to_jsonl,
    "label-studio": to_label_studio,
    "doccano": to_doccano,
}


def read_labels(text: str) -> list[Label]:
    """Labels from whatever of the three a file holds; it is told by its form.

    Raises PmqaError ("labels") naming the row that is wrong.
    """
    labels = []
    for number, (row, said) in enumerate(_rows(text), 1):
        try:
            labels.append(_label(row, said))
        except (KeyError, TypeError, ValueError) as error:
            raise PmqaError(
                f"Row {number} is no label: {error}.",
                hint="Import what `pmqa label export` wrote, labelled; every row keeps its record_id.",
                code="labels",
            ) from error
    return [label for label in labels if any(getattr(label, field) is not None for field in FIELDS)]


def _rows(text: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """For each row of a file, what identifies it and what is said of it."""
    try:
        whole = json.loads(text) if text.lstrip().startswith("[") else None
        lines = [json.loads(line) for line in text.splitlines() if line.strip()] if whole is None else whole
    except ValueError as error:
        raise PmqaError(
            f"The file is neither JSON nor JSONL: {error}.",
            hint="Export from Label Studio as JSON, from doccano as JSONL.",
            code="labels",
        ) from error
    for row in lines:
        if not isinstance(row, dict):
            yield {}, {}
        elif "data" in row:
            for annotation in row.get("annotations") or []:
                if not annotation.get("was_cancelled"):
                    yield row["data"], _choices(annotation.get("result") or [])
        elif isinstance(row.get("label"), list):
            about = {**(row.get("meta") or row.get("metadata") or {}), **row}
            yield about, dict(str(label).split(":", 1) for label in row["label"] if ":" in str(label))
        else:
            yield row, row


def _choices(result: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        part["from_name"]: part["value"]["choices"][0]
        for part in result
        if part.get("type") == "choices" and part["value"].get("choices")
    }


def _label(row: Mapping[str, Any], said: Mapping[str, Any]) -> Label:
    category, criterion = said.get("category"), said.get("criterion")
    role, verdict = said.get("role"), said.get("verdict")
    if category is not None:
        category = int(category)
        if category not in CATEGORIES:
            raise ValueError(f"category {category} is not one of 0–7")
    if criterion is not None and known_criterion(str(criterion)) is None:
        raise ValueError(f"criterion {criterion!r} is not one of the framework's")
    if criterion is not None and category is None:
        category = int(str(criterion)[0])
    if criterion is not None and category != int(str(criterion)[0]):
        raise ValueError(f"criterion {criterion} is not of category {category}")
    if role is not None and role not in ROLES:
        raise ValueError(f"role {role!r} is not one of {', '.join(ROLES)}")
    if verdict is not None and verdict not in VERDICTS:
        raise ValueError(f"verdict {verdict!r} is not one of {', '.join(VERDICTS)}")
    return Label(str(row["record_id"]), str(row["text"]), category, criterion, role, verdict)


def label_studio_page() -> str:
    """The labelling page of Label Studio for these tasks: paste it as the project's interface."""
    from pipeline import framework

    criteria = [criterion.number for criterion in framework.load().criteria]
    answers = {"category": [str(c) for c in CATEGORIES], "criterion": criteria, "role": ROLES, "verdict": VERDICTS}
    blocks = [
        f'  <Choices name="{name}" toName="text" choice="single" showInline="true">\n'
        + "".join(f'    <Choice value="{value}"/>\n' for value in values)
        + "  </Choices>"
        for name, values in answers.items()
    ]
    return "<View>\n" + '  <Text name="text" value="$text"/>\n' + "\n".join(blocks) + "\n</View>\n"


def records_of(store: Store) -> list[Record]:
    """Every record that may teach, for `examples.from_records`."""
    from pipeline.records import Activity, Indicator, Plan

    return [record for kind in (Finding, Indicator, Plan, Activity, Passage) for record in store.records(kind)]
