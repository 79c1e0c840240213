"""Documents into the store: find the files, read what is new in child processes, write each at one stroke."""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import PmqaError
from pipeline.files import Input, find_inputs, sha256_of
from pipeline.pool import MEMORY, Answer, Job, Pool
from pipeline.store import DocumentRecord, Store, document_id, open_store
from pipeline.worker import load_records

if TYPE_CHECKING:
    import pandas as pd

#: The function that reads a document.
READER = "pipeline.read:read"
#: Seconds that a document may take, and more of them for each megabyte: a scan takes some for every page.
_SECONDS, _SECONDS_PER_MB = 120.0, 240.0


@dataclass(slots=True, kw_only=True)
class FileReport:
    """What became of one file.

    `status` is "ok", "partial", "failed", "unchanged" (in the store already) or "duplicate" (same content as
    `same_as`); `rows` is the number of its rows by dataset; `seconds` the time it took to read.
    """

    path: str
    source_name: str
    status: str
    doc_id: str | None = None
    families: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    reason: str | None = None
    message: str | None = None
    hint: str | None = None
    warnings: list[str] = field(default_factory=list)
    same_as: str | None = None
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class IngestReport:
    """What became of a run: a report for each file, and how many files in the folders were no documents."""

    store: str
    files: list[FileReport]
    skipped: int

    @property
    def failed(self) -> list[FileReport]:
        """The files that could not be read."""
        return [file for file in self.files if file.status == "failed"]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can carry it."""
        return asdict(self)

    def table(self) -> pd.DataFrame:
        """One row a file."""
        import pandas as pd

        return pd.DataFrame([asdict(file) for file in self.files], columns=list(FileReport.__slots__))


def ingest(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    db: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    force: bool = False,
    ocr: str = "auto",
    password: str | None = None,
    timeout: float | None = None,
    memory: int = MEMORY,
    reader: str = READER,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> IngestReport:
    """Read files and folders into the store; documents that are there already are left alone, unless `force`.

    `jobs` documents are read at once (default: one a core), each within `timeout` seconds (default: by its
    size) and `memory` bytes. `ocr` is "auto", "never" or "always"; `password` opens locked PDFs. `progress` is
    told, for each file done, how many are done, of how many, and its name. A file that cannot be read is reported
    and the rest goes on; PmqaError is raised if the store or the reader itself cannot be used.
    """
    inputs = find_inputs([paths] if isinstance(paths, str | os.PathLike) else paths)
    reports: dict[str, FileReport] = {}
    with open_store(db, create=True) as store:
        options = {"ocr": ocr, "password": password}
        for report in _reports(store, inputs.files, jobs, force, options, timeout, memory, reader):
            reports[report.path] = report
            progress(len(reports), len(inputs.files), report.source_name)
        where = str(store.path)
    return IngestReport(store=where, files=[reports[str(file.path)] for file in inputs.files], skipped=inputs.skipped)


def _reports(
    store: Store,
    files: list[Input],
    jobs: int | None,
    force: bool,
    options: dict[str, Any],
    timeout: float | None,
    memory: int,
    reader: str,
) -> Iterator[FileReport]:
    """A report for each file, as soon as it is done: first those that need no reading."""
    now = _now()
    known = store.sources()
    contents: dict[str, list[Input]] = {}
    for file in files:
        try:
            if file.problem:
                raise file.problem
            contents.setdefault(sha256_of(file.path), []).append(file)
        except PmqaError as problem:
            _record_problem(store, file, problem, known, now)
            yield _failed(file, problem)
    work: dict[str, tuple[str, list[Input]]] = {}
    todo: list[Job] = []
    for sha256, group in contents.items():
        document = store.document(document_id(sha256))
        if document is not None and document.status != "failed" and not force:
            yield from _note_known(store, document, group, known)
            continue
        path = group[0].path
        job = Job(str(path), timeout or _seconds(path), options)
        work[job.path] = (sha256, group)
        todo.append(job)
    with Pool(reader, size=jobs or os.cpu_count() or 1, memory=memory) as pool:
        for job, answer in pool.answers(todo):
            sha256, group = work[job.path]
            yield _store_answer(store, answer, sha256, group, now, force)
            for copy in group[1:]:
                yield _report(copy, "duplicate", same_as=job.path)


def _store_answer(store: Store, answer: Answer, sha256: str, group: list[Input], now: str, force: bool) -> FileReport:
    """Write what a child made of a file; `group` is all the files of this content."""
    file = group[0]
    if answer.reading is None:
        assert answer.failure is not None
        document = _failure_record(file, answer.failure, document_id(sha256), now, sha256)
        store.put(document, [], _paths(group), replace=force)
        return _failed(file, answer.failure, doc_id=document.doc_id, seconds=answer.seconds)
    meta = answer.reading["document"]
    if meta["sha256"] != sha256:  # written to since it was looked at
        group = group[:1]
    document = DocumentRecord(
        doc_id=document_id(meta["sha256"]),
        status="partial" if meta["partial"] else "ok",
        hint=_PARTIAL if meta["partial"] else None,
        family=meta["families"][0] if meta["families"] else "other",
        ingested_at=now,
        **{name: meta[name] for name in _META},
    )
    store.put(document, load_records(answer.reading["records"]), _paths(group), replace=force)
    return _report(
        file,
        document.status,
        doc_id=document.doc_id,
        families=document.families,
        rows=store.counts(document.doc_id),
        hint=document.hint,
        warnings=document.warnings,
        seconds=answer.seconds,
    )


_PARTIAL = "Some pages could not be read. Once what they need is there, run again with --force."
#: What a reading says of its document, under the names that the document's row has for it.
_META = ("sha256", "media_type", "title", "pages", "families", "warnings", "agency", "fiscal_year")


def _note_known(
    store: Store, document: DocumentRecord, group: list[Input], known: dict[str, str]
) -> Iterator[FileReport]:
    """Note the paths of a document that is in the store already."""
    fresh = [file for file in group if known.get(file.key) != document.doc_id]
    if fresh:
        store.note(document.doc_id, _paths(fresh))
    rows = store.counts(document.doc_id)
    for file in group:
        yield _report(
            file,
            "duplicate" if file in fresh else "unchanged",
            doc_id=document.doc_id,
            families=document.families,
            rows={} if file in fresh else rows,
            warnings=document.warnings,
            same_as=document.source_name if file in fresh else None,
        )


def _record_problem(store: Store, file: Input, problem: PmqaError, known: dict[str, str], now: str) -> None:
    """Record a file that cannot be opened, unless it is not there or what it held is known from before."""
    doc_id = document_id(hashlib.sha256(f"path:{file.key}".encode()).hexdigest())
    if problem.code != "missing" and known.get(file.key, doc_id) == doc_id:
        store.put(_failure_record(file, problem, doc_id, now), [], _paths([file]))


def _failure_record(
    file: Input, failure: PmqaError, doc_id: str, now: str, sha256: str | None = None
) -> DocumentRecord:
    return DocumentRecord(
        doc_id=doc_id,
        sha256=sha256,
        media_type=file.media_type,
        status="failed",
        reason=failure.code,
        message=failure.message,
        hint=failure.hint or None,
        ingested_at=now,
    )


def _failed(file: Input, failure: PmqaError, **more: Any) -> FileReport:
    return _report(file, "failed", reason=failure.code, message=failure.message, hint=failure.hint or None, **more)


def _report(file: Input, status: str, *, seconds: float = 0.0, **more: Any) -> FileReport:
    return FileReport(path=str(file.path), source_name=file.name, status=status, seconds=round(seconds, 3), **more)


def _paths(files: list[Input]) -> dict[str, str]:
    return {file.key: file.name for file in files}


def _seconds(path: Path) -> float:
    return _SECONDS + _SECONDS_PER_MB * path.stat().st_size / 1e6


def _now() -> str:
    """The time of this run in UTC, or the one that `$SOURCE_DATE_EPOCH` sets so that runs can be repeated."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        at = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch else None
    except (ValueError, OverflowError, OSError):
        raise PmqaError(
            f"SOURCE_DATE_EPOCH is {epoch!r}.",
            hint="Set it to seconds since 1970, or unset it.",
            code="usage",
        ) from None
    return (at or datetime.datetime.now(datetime.UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
