"""Datasets as SQL tables: one table a record class, one column a field, derived from `pipeline.records`.

`source_name` is not kept with each row but taken from `documents`, so that it is written in one place.
"""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Literal

from pipeline.records import RECORD_TYPES, Record, columns

#: What a column holds. "mixed" is numbers and text side by side, "list" a list of strings, "json" the rest;
#: the last two are kept as JSON.
Kind = Literal["text", "integer", "real", "boolean", "mixed", "list", "json"]

_SQL_TYPES: dict[Kind, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "boolean": "INTEGER",
    "mixed": "",
    "list": "TEXT",
    "json": "TEXT",
}
_SCALARS: dict[type, Kind] = {str: "text", int: "integer", float: "real", bool: "boolean"}
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")

#: Marks a SQLite file as a store of this program ("PMQA").
APPLICATION_ID = 0x504D5141
#: SQL that carries a store one version further each. What is merely new needs none: see `upgrade`.
MIGRATIONS: tuple[str, ...] = ()
#: `PRAGMA user_version` of a store that this program writes.
VERSION = 1 + len(MIGRATIONS)


@dataclass(slots=True, kw_only=True)
class DocumentRecord(Record):
    """One ingested file: what it is, and whether it could be read.

    `status` is "ok", "partial" (something was left out, see `warnings`) or "failed"; then `reason` is a short
    stable word, `message` says what is wrong and `hint` what to do about it.
    """

    dataset: ClassVar[str] = "documents"

    sha256: str | None = None
    media_type: str | None = None
    title: str | None = None
    families: list[str] = field(default_factory=list)
    pages: int | None = None
    status: str = "ok"
    reason: str | None = None
    message: str | None = None
    hint: str | None = None
    warnings: list[str] = field(default_factory=list)
    ingested_at: str = ""


#: Every dataset kept in tables, by name. (`ofis` is computed from findings when it is asked for.)
TABLES: dict[str, type[Record]] = {**RECORD_TYPES, DocumentRecord.dataset: DocumentRecord}


def kinds(record_type: type[Record]) -> dict[str, Kind]:
    """The kind of each column of a dataset, in export order.

    >>> kinds(RECORD_TYPES["scores"])["score"], kinds(RECORD_TYPES["indicators"])["targets"]
    ('real', 'json')
    """
    hints = typing.get_type_hints(record_type)
    return {name: _kind(hints[name]) for name in columns(record_type)}


def _kind(hint: Any) -> Kind:
    members = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    members = tuple(member for member in members if member is not type(None))
    if members == (list[str],):
        return "list"
    if any(typing.get_origin(member) in (list, dict) for member in members):
        return "json"
    return _SCALARS[members[0]] if len(members) == 1 else "mixed"


#: The kinds of the columns of each table.
KINDS: dict[str, dict[str, Kind]] = {dataset: kinds(record_type) for dataset, record_type in TABLES.items()}


@cache
def stored_columns(dataset: str) -> tuple[str, ...]:
    """The columns of a dataset's table that hold a record's fields."""
    with_name = dataset == DocumentRecord.dataset
    return tuple(name for name in KINDS[dataset] if name != "source_name" or with_name)


def upgrade(dataset: str, present: set[str]) -> Iterator[str]:
    """SQL that makes a dataset's table, or adds the columns it does not have yet.

    `present` is the names of the columns that the table has, empty if there is no table.
    """
    definitions = {name: f'"{name}" {_SQL_TYPES[KINDS[dataset][name]]}'.rstrip() for name in stored_columns(dataset)}
    if present:
        for name, definition in definitions.items():
            if name not in present:
                yield f"ALTER TABLE {dataset} ADD COLUMN {definition}"
        return
    if dataset == DocumentRecord.dataset:
        definitions["doc_id"] = "doc_id TEXT NOT NULL PRIMARY KEY"
        yield f"CREATE TABLE {dataset} ({', '.join(definitions.values())})"
        yield f"CREATE INDEX documents_by_name ON {dataset} (source_name, doc_id)"
        yield (
            "CREATE TABLE sources (path TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
            f"doc_id TEXT NOT NULL REFERENCES {dataset} ON DELETE CASCADE)"
        )
        yield "CREATE INDEX sources_by_doc ON sources (doc_id, name)"
        return
    definitions["doc_id"] = "doc_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE"
    # `seq` is the row's place among the rows of its document.
    yield (
        f"CREATE TABLE {dataset} ({', '.join(definitions.values())}, seq INTEGER NOT NULL, PRIMARY KEY (doc_id, seq))"
    )
    own_id = ID_COLUMNS.get(dataset)
    if own_id:
        yield f"CREATE INDEX {dataset}_by_id ON {dataset} ({own_id})"


#: The column that identifies a row of a dataset, where it has one.
ID_COLUMNS = {"findings": "finding_id", "plans": "plan_id", "passages": "passage_id"}


def encode(record: Record) -> list[Any]:
    """A record as the values of its table's columns, in the order of `stored_columns`."""
    of = KINDS[record.dataset]
    values = ((name, getattr(record, name)) for name in stored_columns(record.dataset))
    # A record without an identifier has "", a row has null.
    return [None if value == "" and name.endswith("_id") else _encode(value, of[name]) for name, value in values]


def _encode(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind in ("list", "json"):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, str):
        # A hostile file's character map can hold halves of characters, which no UTF-8 file can.
        return _LONE_SURROGATES.sub("\ufffd", value)
    return value


def decode(value: Any, kind: Kind) -> Any:
    """A value as a column of that kind gives it back."""
    if value is None:
        return None
    if kind in ("list", "json"):
        return json.loads(value)
    return bool(value) if kind == "boolean" else value
