"""The main job as a user runs it: whole-run time and peak memory, start-up included.

    python benchmarks/ingest.py [--document FILE] [--pages 100] [--runs 3] [--dry]

Measured are `pmqa ingest` of a large real document (by default `../shared/seeds/000*.txt`, if it is there) and of a
PDF of so many pages, put together from the pages of the samples in `corpora/`; beside it, on the same PDF in the
same run, pdfplumber's own `extract_text` and nothing more. Time is the least of several runs, by the clock and of
processor (which a busy machine stretches less; not on Windows); memory is the largest sum of resident memory over
all processes of a run, looked at fifty times a second (pages that processes share are counted in each). The table
replaces the section "Ingestion" of docs/benchmarks.md, unless --dry.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import pikepdf
import psutil
import report

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpora" / "samples" / "pdf"
SEEDS = ROOT.parent / "shared" / "seeds"
PLUMBER = """
import pdfplumber, sys
with pdfplumber.open(sys.argv[1]) as pdf:
    for page in pdf.pages:
        page.extract_text()
        page.close()
"""


def make_pdf(path: Path, pages: int) -> None:
    """A PDF of the samples' pages in turn; the scan is left out, because pdfplumber reads nothing there."""
    opened = [pikepdf.open(sample) for sample in sorted(SAMPLES.glob("*.pdf")) if "scan" not in sample.stem]
    with pikepdf.new() as target:
        for page in islice(cycle([page for pdf in opened for page in pdf.pages]), pages):
            target.pages.append(page)
        target.save(path)
    for pdf in opened:
        pdf.close()


def measure(command: list[str]) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of processor and peak resident MB of a command with all its processes."""
    began, used = time.perf_counter(), processor_seconds()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    if process.returncode:
        assert process.stderr is not None
        sys.exit(f"{' '.join(command)} failed:\n{process.stderr.read().decode()}")
    return seconds, processor_seconds() - used, peak / 1e6


def processor_seconds() -> float:
    """What ended children, and theirs, have used so far."""
    times = os.times()
    return times.children_user + times.children_system


def resident(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:  # it ended while it was looked at
        return 0


def best(command: list[str], runs: int, store: Path) -> tuple[float, float, float]:
    """The least times and the largest peak of several runs, each with a store of its own."""
    results = []
    for _ in range(runs):
        store.unlink(missing_ok=True)
        results.append(measure(command))
    clock, processor, peaks = zip(*results, strict=True)
    return min(clock), min(processor), max(peaks)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--document", type=Path, default=next(iter(sorted(SEEDS.glob("000*.txt"))), None))
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dry", action="store_true", help="print the table, leave the report alone")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        store, pdf = Path(folder, "a.db"), Path(folder, "pages.pdf")
        make_pdf(pdf, options.pages)
        ingest = [sys.executable, "-m", "pipeline.cli", "ingest", "--db", str(store)]
        if options.document:
            size = f"{options.document.name}, {options.document.stat().st_size / 1e6:.1f} MB of text"
            rows.append((f"`pmqa ingest`, {size}", best([*ingest, str(options.document)], options.runs, store)))
        rows.append((f"`pmqa ingest`, PDF of {options.pages} pages", best([*ingest, str(pdf)], options.runs, store)))
        plumber = [sys.executable, "-c", PLUMBER, str(pdf)]
        rows.append((f"pdfplumber `extract_text`, the same {options.pages} pages", best(plumber, options.runs, store)))
    section = [
        "## Ingestion",
        "",
        "Made by `python benchmarks/ingest.py`; what is measured is told there. "
        f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        "| whole run | seconds | processor seconds | peak MB, all processes |",
        "|---|--:|--:|--:|",
        *(f"| {name} | {clock:.1f} | {cpu:.1f} | {peak:.0f} |" for name, (clock, cpu, peak) in rows),
    ]
    print("\n".join(section))
    if not options.dry:
        report.put("ingest", section)


if __name__ == "__main__":
    main()
