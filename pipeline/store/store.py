"""The store: every ingested document and its records in one SQLite file.

A document is written in one transaction, so that a run killed at any moment leaves whole documents only.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pipeline.errors import PmqaError
from pipeline.records import Record
from pipeline.store.ids import identify, in_place_order
from pipeline.store.schema import (
    APPLICATION_ID,
    KINDS,
    MIGRATIONS,
    TABLES,
    VERSION,
    DocumentRecord,
    decode,
    encode,
    stored_columns,
    upgrade,
)

#: Seconds a writer waits for another one. A transaction is one document, far shorter than this.
_PATIENCE = 60.0
#: The store used when none is named: the value of this variable, else the file below in the working folder.
DB_VARIABLE, DEFAULT_DB = "PMQA_DB", "pmqa.db"

R = TypeVar("R", bound=Record)


def default_path() -> Path:
    """The store used when none is named: `$PMQA_DB`, else `pmqa.db` in the working folder."""
    return Path(os.environ.get(DB_VARIABLE) or DEFAULT_DB)


def open_store(path: str | os.PathLike[str] | None = None, *, create: bool = False) -> Store:
    """Open the store at `path` (default: `default_path()`); `create` makes it if there is none.

    Raises PmqaError: "no-store" if there is none, "not-a-store" if the file is something else,
    "newer-store" if a newer version of this program wrote it, "store" if SQLite cannot use it.
    """
    path = Path(path) if path is not None else default_path()
    if not create and not path.is_file():
        raise PmqaError(
            f"There is no store at {path}.",
            hint="Make one with `pmqa ingest PATH...`, or name another with --db.",
            code="no-store",
        )
    with explained(path):
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            return Store(path, connection)
        except BaseException:
            connection.close()
            raise


class Store:
    """An open store; use it as a context manager, or close it.

    `connection` is open to other rooms of the house that keep their own tables in the same file.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        connection.execute("PRAGMA foreign_keys = ON")
        # SQLite's own rollback journal, not a write-ahead log: it works on network drives, and a store at rest is
        # one file that can be copied.
        connection.execute("PRAGMA journal_mode = DELETE")
        self._prepare()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    # Reading

    def rows(self, dataset: str) -> Iterator[dict[str, Any]]:
        """The rows of a dataset, in the dataset contract's shape.

        They come by source name, document and place in the document, whatever order they were ingested in.
        They are streamed: the store is locked against writing until the last one was taken.
        """
        of = KINDS[dataset]
        if dataset == DocumentRecord.dataset:
            source = f"{dataset} AS d"
            order = "d.source_name, d.doc_id"
        else:
            source = f"documents AS d CROSS JOIN {dataset} AS t ON t.doc_id = d.doc_id"
            order = "d.source_name, d.doc_id, t.seq"
        names = ", ".join(
            f'd."{name}"' if dataset == DocumentRecord.dataset or name == "source_name" else f't."{name}"'
            for name in of
        )
        with explained(self.path):
            for values in self.connection.execute(f"SELECT {names} FROM {source} ORDER BY {order}"):
                yield {name: decode(value, kind) for (name, kind), value in zip(of.items(), values, strict=True)}

    def records(self, record_type: type[R]) -> Iterator[R]:
        """The records of a dataset, in the same order as `rows`."""
        for row in self.rows(record_type.dataset):
            yield record_type(**row)

    def document(self, doc_id: str) -> DocumentRecord | None:
        """What is known of a document, None if it is not in the store."""
        names = KINDS[DocumentRecord.dataset]
        with explained(self.path):
            found = self.connection.execute(
                f"SELECT {_quoted(names)} FROM documents WHERE doc_id = ?", (doc_id,)
            ).fetchone()
        if found is None:
            return None
        pairs = zip(names.items(), found, strict=True)
        return DocumentRecord(**{name: decode(value, kind) for (name, kind), value in pairs})

    def counts(self, doc_id: str) -> dict[str, int]:
        """Number of rows that a document has in each dataset where it has any."""
        with explained(self.path):
            found = {
                dataset: self.connection.execute(
                    f"SELECT count(*) FROM {dataset} WHERE doc_id = ?", (doc_id,)
                ).fetchone()[0]
                for dataset in TABLES
                if dataset != DocumentRecord.dataset
            }
        return {dataset: number for dataset, number in found.items() if number}

    def sources(self) -> dict[str, str]:
        """The document that each known path holds: absolute path to `doc_id`."""
        with explained(self.path):
            return dict(self.connection.execute("SELECT path, doc_id FROM sources"))

    def problems(self) -> list[str]:
        """What SQLite finds wrong with the file, one sentence each; none if it is sound."""
        with explained(self.path):
            found = [row[0] for row in self.connection.execute("PRAGMA integrity_check")]
            loose = [
                f"a row of {row[0]} belongs to no document"
                for row in self.connection.execute("PRAGMA foreign_key_check")
            ]
        return [line for line in found if line != "ok"] + loose

    # Writing

    def put(
        self,
        document: DocumentRecord,
        records: Sequence[Record],
        paths: Mapping[str, str],
        *,
        replace: bool = False,
        exists: Callable[[str], bool] = os.path.exists,
    ) -> bool:
        """Write a document with its records, in one transaction; True if rows were written.

        `paths` maps the paths that hold this content to their file names. A document that is there already
        and could be read then is left as it is, unless `replace`; the paths are noted all the same. What
        those paths held before is deleted, unless another file that still `exists` holds it too.
        """
        ordered = in_place_order(records)
        identify(ordered, document.doc_id)
        with self.transaction() as sql:
            old = sql.execute("SELECT status, reason FROM documents WHERE doc_id = ?", (document.doc_id,)).fetchone()
            again = old is not None and not replace
            # A failure is tried again in every run, and written again only if it is another one.
            known = again and (old[0] != "failed" or old == (document.status, document.reason))
            if not known:
                self._write(sql, document, ordered)
            self._claim(sql, document.doc_id, paths, exists)
        return not known

    def note(self, doc_id: str, paths: Mapping[str, str], *, exists: Callable[[str], bool] = os.path.exists) -> None:
        """Note that these paths hold a document that is in the store."""
        with self.transaction() as sql:
            self._claim(sql, doc_id, paths, exists)

    def _write(self, sql: sqlite3.Connection, document: DocumentRecord, records: Iterable[Record]) -> None:
        for dataset in TABLES:
            if dataset != DocumentRecord.dataset:
                sql.execute(f"DELETE FROM {dataset} WHERE doc_id = ?", (document.doc_id,))
        names = stored_columns(DocumentRecord.dataset)
        kept = ("doc_id", "source_name")  # `_claim` sees to the name
        renewed = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in kept)
        sql.execute(
            f"INSERT INTO documents ({_quoted(names)}) VALUES ({_marks(names)}) "
            f"ON CONFLICT (doc_id) DO UPDATE SET {renewed}",
            encode(document),
        )
        for seq, record in enumerate(records):
            names = stored_columns(record.dataset)
            sql.execute(
                f"INSERT INTO {record.dataset} ({_quoted(names)}, seq) VALUES ({_marks(names)}, ?)",
                [*encode(record), seq],
            )

    def _claim(
        self, sql: sqlite3.Connection, doc_id: str, paths: Mapping[str, str], exists: Callable[[str], bool]
    ) -> None:
        held = {path: self._held(sql, path) for path in paths}
        fresh = [path for path, holder in held.items() if holder != doc_id]
        if not fresh:
            return
        for path in fresh:
            sql.execute(
                "INSERT INTO sources (path, name, doc_id) VALUES (?, ?, ?) "
                "ON CONFLICT (path) DO UPDATE SET name = excluded.name, doc_id = excluded.doc_id",
                (path, unicodedata.normalize("NFC", paths[path]), doc_id),
            )
        released = {holder for path in fresh if (holder := held[path])}
        for old in released:
            holders = [row[0] for row in sql.execute("SELECT path FROM sources WHERE doc_id = ?", (old,))]
            if not any(exists(path) for path in holders):
                sql.execute("DELETE FROM documents WHERE doc_id = ?", (old,))
        # Of several names for one content the first by alphabet, so that the order of runs does not matter.
        for changed in {doc_id, *released}:
            sql.execute(
                "UPDATE documents SET source_name = "
                "(SELECT min(name) FROM sources WHERE sources.doc_id = documents.doc_id) WHERE doc_id = ?",
                (changed,),
            )

    @staticmethod
    def _held(sql: sqlite3.Connection, path: str) -> str | None:
        found = sql.execute("SELECT doc_id FROM sources WHERE path = ?", (path,)).fetchone()
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all of what the block writes, or none of it if the block raises."""
        with explained(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # SQLite itself rolls back when the disk is full
                    self.connection.execute("ROLLBACK")
                raise

    # The schema

    def _prepare(self) -> None:
        """Bring the file up to this program's schema."""
        if self._stands():
            return
        with self.transaction() as sql:
            application, version = self._identity()
            tables = sql.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if application != APPLICATION_ID and tables:
                raise PmqaError(
                    f"{self.path} is a database of another program.",
                    hint="Name another file with --db.",
                    code="not-a-store",
                )
            if version > VERSION:
                raise PmqaError(
                    f"{self.path} was written by a newer version of pmqa.",
                    hint="Install that version, or name another file with --db.",
                    code="newer-store",
                )
            for script in MIGRATIONS[max(version - 1, 0) :] if version else ():
                sql.execute(script)
            for dataset in sorted(TABLES, key=lambda name: name != DocumentRecord.dataset):
                for statement in upgrade(dataset, self._present(dataset)):
                    sql.execute(statement)
            sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            sql.execute(f"PRAGMA user_version = {VERSION}")

    def _stands(self) -> bool:
        return self._identity() == (APPLICATION_ID, VERSION) and all(
            self._present(dataset).issuperset(stored_columns(dataset)) for dataset in TABLES
        )

    def _identity(self) -> tuple[int, int]:
        return (
            self.connection.execute("PRAGMA application_id").fetchone()[0],
            self.connection.execute("PRAGMA user_version").fetchone()[0],
        )

    def _present(self, dataset: str) -> set[str]:
        return {row[1] for row in self.connection.execute(f"PRAGMA table_info({dataset})")}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _marks(names: Iterable[str]) -> str:
    return ", ".join("?" for _ in names)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors within the block as errors a user can act on."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        code, hint = next(
            ((code, hint) for start, code, hint in _TROUBLES if name.startswith(start)),
            ("store", "Check the disk and the folder's permissions, or name another file with --db."),
        )
        raise PmqaError(f"The store {path} cannot be used: {error}.", hint=hint, code=code) from error


_TROUBLES = (
    ("SQLITE_BUSY", "store-busy", "Another program is writing to it; wait until it is done and run again."),
    ("SQLITE_FULL", "disk-full", "Free some space and run again; the documents stored so far are whole."),
    ("SQLITE_NOTADB", "not-a-store", "The file is something else; name another with --db."),
    ("SQLITE_CORRUPT", "store-damaged", "Put back a copy, or delete it and ingest the documents again."),
    ("SQLITE_READONLY", "store-read-only", "Make the file and its folder writable, or copy it elsewhere."),
    ("SQLITE_CANTOPEN", "store", "Check that its folder exists and that you may write there."),
)
