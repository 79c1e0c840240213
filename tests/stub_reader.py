"""A reader of text files whose every line is a finding, or an order to misbehave. Child processes import it.

It is as light as a reader can be, so that tests may start many.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PmqaError
from pipeline.records import Activity, Finding, Plan, Record, Score

NAME = "tests.stub_reader:read"


@dataclass
class Reading:
    sha256: str
    media_type: str
    title: str | None
    pages: int
    families: list[str]
    agency: str | None
    fiscal_year: int | None
    warnings: list[str]
    partial: bool
    records: list[Record]


def read(path: str, *, ocr: str = "auto", password: str | None = None) -> Reading:
    data = Path(path).read_bytes()
    text = data.decode("utf-8", "replace")
    records: list[Record] = []
    for number, line in enumerate(text.splitlines(), 1):
        _obey(line, path)
        records.append(Finding(kind="ofi", text=line, category=number % 7 + 1, family="form3", line_start=number))
    records.append(Score(category=None, year=2564, score=float(len(text)), line_start=1))
    records.append(Plan(plan_id="1", name=text[:10], kpis=["ก", "ข"], line_start=1))
    records.append(Activity(plan_id="1", text="ขั้นตอน", line_start=2))
    return Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="text/plain",
        title=None,
        pages=1,
        families=["form3"],
        agency="กรมตัวอย่าง",
        fiscal_year=2564,
        warnings=[f"ocr={ocr}"] if ocr != "auto" else [],
        partial="partial" in text,
        records=records,
    )


def _obey(order: str, path: str) -> None:
    match order:
        case "refuse":
            raise PmqaError("The PDF is locked.", hint="Unlock it.", code="encrypted")
        case "raise":
            raise TypeError("'NoneType' object is not subscriptable")
        case "exit":
            sys.exit(3)
        case "print":
            print("noise on standard output", flush=True)
            os.write(1, b"more noise")
        case "abort":
            os.abort()
        case "segfault":
            ctypes.string_at(0)
        case "abort unless fresh":
            # The mark is left in memory: a second document of the same process finds it.
            if os.environ.setdefault("STUB_SERVED", path) != path:
                os.abort()
        case "leave a mark":
            os.environ["STUB_SERVED"] = path
        case "hang":
            time.sleep(600)
        case "litter and hang":
            Path(tempfile.mkdtemp(), "page.png").write_bytes(b"a page")
            time.sleep(600)
        case "hang with the lock held":
            re.match(r"(a+)+$", "a" * 64 + "b")
        case "start another and hang":
            subprocess.run([sys.executable, "-c", "import time; time.sleep(600)", path])
        case "eat memory":
            hoard = []
            while True:
                hoard.append(b"x" * (16 << 20))
        case "ignore every signal and hang":
            for number in {signal.SIGTERM, signal.SIGINT}:
                signal.signal(number, signal.SIG_IGN)
            time.sleep(600)
        case "wait a little":
            time.sleep(0.02)
