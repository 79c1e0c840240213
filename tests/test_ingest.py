import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pipeline.errors import PmqaError
from pipeline.files import find_inputs
from pipeline.ingest import IngestReport, ingest
from pipeline.records import Finding
from pipeline.store import DocumentRecord, open_store
from tests import stub_reader
from tests.processes import wait_for, wait_until_gone

HOSTILE = Path(__file__).parents[2] / "shared" / "hostile"
SEEDS = HOSTILE.parent / "seeds"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "เอกสาร"
    folder.mkdir()
    return folder


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.txt").write_text(content, "utf-8")


def run(*paths: Path, **options: object) -> IngestReport:
    """Ingest into a store beside the first path, with the stub reader."""
    options = {"db": paths[0].parent / "a.db", "reader": stub_reader.NAME, "jobs": 2, **options}
    return ingest(paths, **options)  # type: ignore[arg-type]


def statuses(report: IngestReport) -> dict[str, str]:
    return {file.source_name: file.status for file in report.files}


def texts(folder: Path) -> list[str]:
    with open_store(folder.parent / "a.db") as store:
        return [finding.text for finding in store.records(Finding)]


def documents(folder: Path) -> dict[str, DocumentRecord]:
    with open_store(folder.parent / "a.db") as store:
        assert store.problems() == []
        return {document.source_name: document for document in store.records(DocumentRecord)}


def test_a_folder_goes_in_and_a_second_time_adds_nothing(folder):
    write(folder, a="first\nsecond", b="third")
    (folder / "ปี 2564").mkdir()
    write(folder / "ปี 2564", ก="fourth")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.txt").write_text("not read")
    report = run(folder)
    assert statuses(report) == {"a.txt": "ok", "b.txt": "ok", "ก.txt": "ok"}
    assert report.skipped == 2
    assert report.files[0].rows == {"findings": 2, "scores": 1, "plans": 1, "activities": 1}
    assert texts(folder) == ["first", "second", "third", "fourth"]
    before = (folder.parent / "a.db").read_bytes()
    assert set(statuses(run(folder)).values()) == {"unchanged"}
    assert (folder.parent / "a.db").read_bytes() == before


def test_copies_are_noted_and_changes_replace(folder):
    write(folder, a="same", b="same", c="other")
    assert statuses(run(folder)) == {"a.txt": "ok", "b.txt": "duplicate", "c.txt": "ok"}
    assert texts(folder) == ["same", "other"]
    (folder / "c.txt").rename(folder / "d.txt")
    assert statuses(run(folder))["d.txt"] == "duplicate"
    write(folder, b="changed", d="changed too")
    run(folder)
    assert texts(folder) == ["same", "changed", "changed too"]
    (folder / "a.txt").unlink()
    run(folder)
    assert texts(folder) == ["same", "changed", "changed too"]


def test_a_document_read_in_part_is_marked_so_and_is_no_failure(folder):
    write(folder, a="partial")
    report = run(folder)
    assert statuses(report) == {"a.txt": "partial"}
    assert not report.failed
    assert "--force" in (documents(folder)["a.txt"].hint or "")
    assert texts(folder) == ["partial"]


def test_files_that_swap_their_names_both_stay(folder):
    write(folder, a="one", b="two")
    run(folder)
    write(folder, a="two", b="one")
    run(folder)
    assert texts(folder) == ["two", "one"]


def test_two_runs_at_once_do_not_get_in_each_others_way(folder):
    write(folder, **{f"{nth:02}": f"document {nth}\nwait a little" for nth in range(12)})
    processes = [start(folder), start(folder)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert len(documents(folder)) == 12
    assert len(texts(folder)) == 24


def test_force_reads_again_and_options_reach_the_reader(folder):
    write(folder, a="one")
    run(folder)
    report = run(folder, force=True, ocr="never")
    assert statuses(report) == {"a.txt": "ok"}
    assert documents(folder)["a.txt"].warnings == ["ocr=never"]


def test_a_document_takes_no_other_down_and_says_why_it_failed(folder):
    expected = {
        "refuse": "encrypted",
        "raise": "internal",
        "exit": "internal",
        "abort": "crash",
        "segfault": "crash",
        "hang": "timeout",
        "hang with the lock held": "timeout",
        "ignore every signal and hang": "timeout",
        "start another and hang": "timeout",
        "eat memory": "memory",
        "print": None,
        "leave a mark": None,
        "abort unless fresh": None,
    }
    if sys.platform == "win32":  # there a segmentation fault is an exception like any other
        expected["segfault"] = "internal"
    for nth, order in enumerate(expected):
        write(folder, **{f"{nth:02} {order}": order, f"{nth:02} after": f"fine {nth}"})
    started = set(psutil.Process().children(recursive=True))
    report = run(folder, timeout=2, memory=400 << 20)
    assert set(psutil.Process().children(recursive=True)) <= started
    found = {file.source_name.removesuffix(".txt")[3:]: file.reason for file in report.files}
    assert found == {**expected, "after": None}
    stored = documents(folder)
    assert len(stored) == len(report.files) == 2 * len(expected)
    for document in stored.values():
        assert (document.status == "failed") == bool(document.reason)
        assert not document.reason or (document.message and document.hint)
    write(folder, **{"00 refuse": "refuses no longer"})
    assert statuses(run(folder / "00 refuse.txt", db=folder.parent / "a.db")) == {"00 refuse.txt": "ok"}
    assert documents(folder)["00 refuse.txt"].reason is None


def test_a_killed_child_leaves_no_files_behind(folder, monkeypatch):
    scratch = folder.parent / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    write(folder, a="litter and hang")
    assert statuses(run(folder, timeout=1)) == {"a.txt": "failed"}
    assert not list(scratch.iterdir())


def test_a_failure_is_tried_again_and_written_once(folder):
    write(folder, a="refuse")
    run(folder)
    before = (folder.parent / "a.db").read_bytes()
    report = run(folder)
    assert statuses(report) == {"a.txt": "failed"}
    assert (folder.parent / "a.db").read_bytes() == before


def test_a_reader_that_cannot_start_stops_the_run_with_its_reason(folder):
    write(folder, a="one")
    with pytest.raises(PmqaError, match="no_such_module") as caught:
        run(folder, reader="no_such_module:read")
    assert caught.value.code == "worker"


def test_what_is_named_is_answered_for(folder):
    write(folder, a="one")
    (folder / "scan.tiff").write_bytes(b"II*\0")
    long = folder / ("ย" * 5000 + ".pdf")
    report = run(folder / "a.txt", folder / "scan.tiff", folder / "missing.pdf", long, db=folder.parent / "a.db")
    assert [file.reason for file in report.files] == [None, "wrong-type", "missing", "unreadable"]
    assert all(file.message and file.hint for file in report.files[1:])
    # A name mistyped is no document.
    assert set(documents(folder)) == {"a.txt", "scan.tiff", long.name}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither such links nor sockets in folders")
def test_links_in_circles_sockets_and_folders_named_like_documents(folder):
    write(folder, a="one")
    (folder / "report.pdf").mkdir()
    write(folder / "report.pdf", b="two")
    (folder / "report.pdf" / "up").symlink_to(folder)
    (folder / "circle.pdf").symlink_to("circle.pdf")
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # a socket's path may not be long
        server.bind("socket.pdf")
        os.chdir(here)
        report = run(folder)
    assert statuses(report) == {
        "a.txt": "ok",
        "b.txt": "ok",
        "circle.pdf": "failed",
        "pipe.txt": "failed",
        "socket.pdf": "failed",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="no circular links on Windows to make a file unreadable with")
def test_a_file_that_cannot_be_opened_any_more_keeps_its_rows(folder):
    write(folder, a="one")
    run(folder)
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to("a.txt")
    assert statuses(run(folder)) == {"a.txt": "failed"}
    assert texts(folder) == ["one"]


def test_inputs_come_in_a_lasting_order_each_once(folder):
    write(folder, ข="1", ก="2", a="3")
    found = find_inputs([folder / "ข.txt", folder, folder / ".." / folder.name / "a.txt"])
    assert [file.name for file in found.files] == ["ข.txt", "a.txt", "ก.txt"]


def test_names_are_composed(folder):
    (folder / "re\u0301sume\u0301 ก\u0e48\u0e39.txt").write_text("x")  # marks apart and out of order
    assert [file.name for file in find_inputs([folder]).files] == ["r\xe9sum\xe9 ก\u0e39\u0e48.txt"]


def test_source_date_epoch_sets_the_date(folder, monkeypatch):
    write(folder, a="one")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    run(folder)
    assert documents(folder)["a.txt"].ingested_at == "2020-09-13T12:26:40Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(PmqaError, match="yesterday"):
        run(folder)


# The command


def pmqa(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)


def test_the_command_reports_and_its_exit_status_tells(folder):
    write(folder, minutes="รายงานการประชุมคณะทำงาน\nไม่มีวาระอื่น")
    db = folder.parent / "a.db"
    done = pmqa("ingest", folder, "--db", db)
    assert done.returncode == 0, done.stderr
    assert "minutes.txt" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    (folder / "empty.txt").write_text("\n\n")
    (folder / "page.pdf").write_text("<html>not a PDF</html>")
    done = pmqa("ingest", folder, "--db", db, "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert [(file["source_name"], file["status"]) for file in report["files"]] == [
        ("empty.txt", "failed"),
        ("minutes.txt", "unchanged"),
        ("page.pdf", "failed"),
    ]
    assert report["files"][0]["reason"] == "no-text"
    listed = pmqa("documents", "--db", db, "--json")
    assert [row["status"] for row in json.loads(listed.stdout)] == ["failed", "ok", "failed"]
    assert pmqa("ingest", "--db", db).returncode == 2


def start(folder: Path) -> subprocess.Popen[str]:
    """The command, in a process of its own, with the stub reader."""
    program = (
        # A shell that runs the tests in the background has its children ignore Ctrl-C.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from functools import partial\n"
        "from pipeline import cli\n"
        f"cli.ingest_files = partial(cli.ingest_files, reader={stub_reader.NAME!r})\n"
        f"cli.app(['ingest', {str(folder)!r}, '--db', {str(folder.parent / 'a.db')!r}, '--jobs', '2'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def family(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def test_nothing_outlives_a_killed_run_not_even_what_a_reader_started(folder):
    write(folder, a="hang", b="start another and hang")
    process = start(folder)
    wait_for(lambda: len(family(process.pid)) == 3)  # two children, and what one of them started
    children = family(process.pid)
    process.kill()
    process.communicate()
    wait_until_gone(children)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process")
def test_an_interrupted_run_keeps_whole_documents_and_carries_on(folder):
    write(folder, a="one", b="two", c="hang")
    process = start(folder)

    def two_are_in() -> bool:
        try:
            return len(texts(folder)) == 2
        except PmqaError:
            return False

    wait_for(two_are_in)
    children = family(process.pid)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "kept whole" in errors
    assert "Traceback" not in errors
    wait_until_gone(children)
    write(folder, c="three")
    assert statuses(run(folder)) == {"a.txt": "unchanged", "b.txt": "unchanged", "c.txt": "ok"}


@pytest.mark.slow
@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile PDFs in ../shared/hostile are not there")
def test_hostile_files_and_real_ones_in_one_run(tmp_path):
    report = ingest([HOSTILE, SEEDS], db=tmp_path / "a.db")
    files = [*HOSTILE.glob("*.pdf"), *HOSTILE.glob("*.md"), *SEEDS.glob("*.txt")]
    assert len(report.files) == len(files)
    assert all(file.message and file.hint for file in report.failed)
    assert not psutil.Process().children()
    by_name = statuses(report)
    assert all(by_name[seed.name] == "ok" for seed in SEEDS.glob("*.txt"))
    for locked in ("pdfjs_print_protection.pdf", "qpdffuzz_70245.pdf", "synth_html_renamed.pdf"):
        assert by_name[locked] == "failed"
    with open_store(tmp_path / "a.db") as store:
        assert store.problems() == []
        assert len(list(store.rows("documents"))) == len(files)
