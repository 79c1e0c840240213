"""Datasets as files: JSON lines, CSV, Excel, Parquet.

The same store gives the same bytes. Whatever the format, the file is complete or it is not there: it is
written beside its place and moved there when it is done.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline.errors import PmqaError
from pipeline.records import RECORD_TYPES, Record
from pipeline.store.schema import TABLES, DocumentRecord, Kind, kinds
from pipeline.store.store import Store, open_store
from pipeline.xlsx import scalar, write_xlsx

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: Every dataset that can be exported, in the order they are listed to people.
DATASETS = ("findings", "ofis", *(d for d in RECORD_TYPES if d != "findings"), DocumentRecord.dataset)

Row = dict[str, Any]

#: Rows that are turned into a table at a time.
_BATCH = 5_000


def export(
    dataset: str,
    output: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> int:
    """Write a dataset to a file or a binary stream; the number of rows written.

    `format` is one of `FORMATS`; by default the one that the file's suffix names, else jsonl. Raises
    PmqaError: "usage" for an unknown dataset or format, "no-store" if there is no store, "output" if the file
    cannot be written.
    """
    path = Path(os.fspath(output)) if isinstance(output, str | os.PathLike) else None
    if format is None:
        suffix = path.suffix.lower().removeprefix(".") if path else ""
        format = suffix if suffix in FORMATS else "jsonl"
    if format not in FORMATS:
        raise PmqaError(f"There is no format {format!r}.", hint=f"Choose {', '.join(FORMATS)}.", code="usage")
    columns = dataset_columns(dataset)
    with open_store(db) as store:
        if path is not None and path.exists() and path.samefile(store.path):
            raise PmqaError("The output file is the store itself.", hint="Name another file.", code="usage")
        counted = _Counted(dataset_rows(store, dataset))
        with whole_file(path, output) as file:
            FORMATS[format](columns, counted, file)
    return counted.number


def record_type(dataset: str) -> type[Record]:
    """The record class of a dataset. Raises PmqaError ("usage") if there is none of that name."""
    if dataset == "ofis":
        from pipeline.ofi import Ofi

        return Ofi
    if dataset not in TABLES:
        raise PmqaError(f"There is no dataset {dataset!r}.", hint=f"Choose one of {', '.join(DATASETS)}.", code="usage")
    return TABLES[dataset]


def dataset_columns(dataset: str) -> dict[str, Kind]:
    """The columns of a dataset in export order, with what they hold."""
    return kinds(record_type(dataset))


def dataset_rows(store: Store, dataset: str) -> Iterator[Row]:
    """The rows of a dataset in their lasting order: source name, document, place in the document."""
    if dataset == "ofis":
        from pipeline.ofi import ofis

        names = dataset_columns(dataset)
        return ({name: getattr(ofi, name) for name in names} for ofi in ofis(store))
    return store.rows(dataset)


def table(dataset: str, *, db: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """A dataset as a DataFrame, one row a record, columns as exported; what is missing is missing, not NaN.

    Raises PmqaError: "usage" for an unknown dataset, "no-store" if there is no store.
    """
    import pandas as pd

    columns = dataset_columns(dataset)
    types = {"integer": "Int64", "real": "Float64", "boolean": "boolean"}  # all three know "missing"
    with open_store(db) as store:
        found = pd.DataFrame(dataset_rows(store, dataset), columns=list(columns))
    return found.astype({name: types[kind] for name, kind in columns.items() if kind in types})


# JSON lines

#: Signs that some readers take for the end of a line.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _write_jsonl(columns: dict[str, Kind], rows: Iterable[Row], file: BinaryIO) -> None:
    for row in rows:
        line = _JSON.encode({name: row[name] for name in columns})
        line = _LINE_ENDS.sub(lambda end: f"\\u{ord(end[0]):04x}", line)
        file.write(line.encode() + b"\n")


# CSV

_FORMULA = re.compile("[\\s\0\u200b\ufeff]*[=+\\-@＝＋－＠]|['\t\r\n\0]")


def neutralise(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe is put before one that could be taken so.

    That is a text whose first sign other than white space is one of ``= + - @`` (or its full-width form), or
    that begins with a tab, a line end, a NUL, or an apostrophe of its own, so that `restore` can undo it.

    >>> neutralise("=1+1"), neutralise("- ควรทบทวน"), neutralise("ผ่าน")
    ("'=1+1", "'- ควรทบทวน", 'ผ่าน')
    """
    return "'" + cell if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """The text that `neutralise` was given.

    >>> restore("'- ควรทบทวน"), restore("ผ่าน")
    ('- ควรทบทวน', 'ผ่าน')
    """
    return cell.removeprefix("'")


def _write_csv(columns: dict[str, Kind], rows: Iterable[Row], file: BinaryIO) -> None:
    # Excel tells UTF-8 from the Thai code page by the byte order mark alone.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(row[name]) for name in columns])
    text.flush()
    text.detach()


def _csv_cell(value: Any) -> Any:
    value = scalar(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutralise(value) if isinstance(value, str) else value


# Parquet


def _write_parquet(columns: dict[str, Kind], rows: Iterable[Row], file: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, _arrow_type(kind)) for name, kind in columns.items()])
    rows = iter(rows)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(itertools.islice(rows, _BATCH)):
            arrays = [
                pa.array([_arrow_value(row[name], kind) for row in batch], type=schema.field(name).type)
                for name, kind in columns.items()
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _arrow_type(kind: Kind) -> pa.DataType:
    import pyarrow as pa

    types: dict[Kind, pa.DataType] = {
        "integer": pa.int64(),
        "real": pa.float64(),
        "boolean": pa.bool_(),
        "list": pa.list_(pa.string()),
    }
    return types.get(kind, pa.string())


def _arrow_value(value: Any, kind: Kind) -> Any:
    """A value as its Parquet column takes it: maps as JSON, a column of numbers and text as text."""
    if kind == "json":
        return None if value is None else scalar(value)
    return str(value) if kind == "mixed" and value is not None else value


#: How each format is written: columns and rows to a binary file.
FORMATS: dict[str, Callable[[dict[str, Kind], Iterable[Row], BinaryIO], None]] = {
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "xlsx": write_xlsx,
    "parquet": _write_parquet,
}
#: Formats that are no text: they do not belong on a terminal.
BINARY_FORMATS = frozenset({"xlsx", "parquet"})


class _Counted:
    """Rows, counted as they go by."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.number += 1
            yield row


@contextmanager
def whole_file(path: Path | None, stream: Any) -> Iterator[BinaryIO]:
    """A file to write that takes its place, or goes to the stream, only when all of it was written.

    A stream gets a copy of a finished file, so that a slow reader does not keep the store locked.
    """
    if path is None or _is_special(path):
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            if path is None:
                shutil.copyfileobj(file, stream)
                stream.flush()
            else:  # a device or a named pipe: it cannot be replaced, only written to
                with _writable(path), path.open("wb") as device:
                    shutil.copyfileobj(file, device)
        return
    target = Path(os.path.realpath(path))  # a link stays a link
    beside = target.with_name(f".pmqa-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    with _writable(path):
        try:
            with beside.open("w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PmqaError(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Check the folder and the disk, and that no other program, such as Excel, has it open.",
            code="output",
        ) from error
