"""Identifiers that stay the same when a document is read again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from pipeline.records import Activity, Finding, Passage, Plan, Record
from pipeline.thai import squeeze

#: What makes a record the one it is. Titles, places and confidences are left out: they may get better.
_IDENTITY: dict[type[Record], tuple[str, ...]] = {
    Finding: (
        "family",
        "section",
        "kind",
        "category",
        "criterion",
        "item",
        "part",
        "verdict",
        "level",
        "number",
        "indicator_no",
        "text",
    ),
    Plan: ("family", "plan_no", "name", "programme_name"),
    Passage: ("family", "raw_text"),
}


def document_id(sha256: str) -> str:
    """The identifier of a document: the first 16 hexadecimal digits of its content's SHA-256."""
    return sha256[:16]


def in_place_order(records: Sequence[Record]) -> list[Record]:
    """Records in the order of their places in the document; those of one place keep their order."""
    return sorted(records, key=lambda r: (r.page or 0, r.line_start is None, r.line_start or 0))


def identify(records: Sequence[Record], doc_id: str) -> None:
    """Fill in `doc_id` and the identifiers of a document's records, given in their order in the document.

    An identifier is a hash of the document, of the fields that make the record the one it is, and of how many
    like it went before. A `plan_id` that a reader set is taken as a name local to the document: it is
    replaced in the plan and in the activities that carry it alike, and dropped where no plan has it.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    plan_ids: dict[str, str] = {}
    for record in records:
        record.doc_id = doc_id
        fields = _IDENTITY.get(type(record))
        if fields is None:
            continue
        key = (record.dataset, *(squeeze(str(getattr(record, name))) for name in fields))
        seen[key] += 1
        digest = hashlib.sha256("\x1f".join((doc_id, *key, str(seen[key]))).encode("utf-8", "replace"))
        own_id = digest.hexdigest()[:16]
        match record:
            case Finding():
                record.finding_id = own_id
            case Passage():
                record.passage_id = own_id
            case Plan():
                plan_ids.setdefault(record.plan_id, own_id)
                record.plan_id = own_id
    for record in records:
        if isinstance(record, Activity) and record.plan_id:
            record.plan_id = plan_ids.get(record.plan_id, "")
