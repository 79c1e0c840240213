"""Killed at any moment, the store holds whole documents only, and the next run carries on."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pipeline.export import DATASETS, export
from pipeline.ingest import ingest
from pipeline.store import DocumentRecord, open_store
from tests import stub_reader
from tests.processes import wait_for, wait_until_gone

KILLS = 50
DOCUMENTS = 16


@pytest.fixture
def base(tmp_path, monkeypatch):
    """A folder, and a store that holds an earlier version of a third of it."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    folder = tmp_path / "documents"
    folder.mkdir()
    for nth in range(0, DOCUMENTS, 3):
        (folder / f"{nth:03}.txt").write_text(f"earlier version of {nth}\nsecond line")
    ingest([folder], db=tmp_path / "base.db", reader=stub_reader.NAME, jobs=1)
    for nth in range(DOCUMENTS):
        lines = [f"document {nth}, line {line}" for line in range(1 + nth % 7 * 40)]
        (folder / f"{nth:03}.txt").write_text("\n".join([*lines, "wait a little"] if nth % 4 else lines))
    for nth in range(5):
        (folder / f"copy of {nth}.txt").write_bytes((folder / f"{nth:03}.txt").read_bytes())
        (folder / f"refused {nth}.txt").write_text(f"{nth}\nrefuse")
    return tmp_path / "base.db"


def exports(db: Path, scratch: Path) -> dict[str, bytes]:
    """What every dataset looks like, in every format for one of them."""
    wanted = [(dataset, "jsonl") for dataset in DATASETS]
    wanted += [("findings", format) for format in ("csv", "xlsx", "parquet")]
    found = {}
    for dataset, format in wanted:
        export(dataset, scratch / "out", format=format, db=db)
        found[f"{dataset}.{format}"] = (scratch / "out").read_bytes()
    return found


def whole(db: Path) -> dict[str, dict[str, int]]:
    """The documents in a store that checks sound, each with the number of its rows."""
    with open_store(db) as store:
        assert store.problems() == []
        return {document.doc_id: store.counts(document.doc_id) for document in store.records(DocumentRecord)}


def command(folder: Path, db: Path) -> list[str]:
    call = f"ingest([{str(folder)!r}], db={str(db)!r}, reader={stub_reader.NAME!r}, jobs=2)"
    return [sys.executable, "-c", f"from pipeline.ingest import ingest; {call}"]


def wait_for_progress(process: subprocess.Popen[bytes], db: Path, documents: int) -> None:
    """Wait until a run has stored so many documents more than there were, or is done."""

    def stamps() -> set[tuple[str, str]]:
        with open_store(db) as store:
            return {(document.doc_id, document.source_name) for document in store.records(DocumentRecord)}

    before = stamps()
    while process.poll() is None and len(stamps() - before) <= documents:
        time.sleep(0.002)


@pytest.mark.slow
def test_killed_at_fifty_moments_it_carries_on_to_the_same_exports(base, tmp_path):
    rng = random.Random(2564)
    folder = tmp_path / "documents"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "TMPDIR": str(temporary)}
    undisturbed, db = tmp_path / "undisturbed.db", tmp_path / "killed.db"
    shutil.copy(base, undisturbed)
    shutil.copy(base, db)
    earlier = whole(base)
    began = time.monotonic()
    subprocess.run(command(folder, undisturbed), env=environment, check=True)
    duration = time.monotonic() - began
    expected, documents = exports(undisturbed, tmp_path), {**earlier, **whole(undisturbed)}
    assert len(whole(undisturbed)) == DOCUMENTS + 5

    kills = mid_way = 0
    while kills < KILLS:
        process = subprocess.Popen(command(folder, db), env=environment)
        if kills % 2:
            time.sleep(rng.uniform(0, duration))
        else:  # most of a run is its start: every other kill waits for the documents to come in
            wait_for_progress(process, db, rng.randint(0, 3))
            time.sleep(rng.uniform(0, 0.05))
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.kill()
        if process.wait() != 0:
            kills += 1
            found = whole(db)
            assert found.items() <= documents.items()
            mid_way += earlier.keys() != found.keys() != whole(undisturbed).keys()
        else:  # done before it could be killed: from the start again
            assert exports(db, tmp_path) == expected
            shutil.copy(base, db)
        wait_until_gone(children)
        wait_for(lambda: not any(temporary.iterdir()))
    subprocess.run(command(folder, db), env=environment, check=True)
    assert exports(db, tmp_path) == expected
    assert mid_way >= KILLS // 5, "the kills came too early or too late to prove anything"
