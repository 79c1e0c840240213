"""A wheel built from the checkout, installed elsewhere, has its framework data and models inside and works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

CODE = """
import pipeline, pathlib
assert pathlib.Path(pipeline.__file__).is_relative_to({target!r}), pipeline.__file__
from pipeline import api, framework
assert [c.number for c in framework.load().categories] == [1, 2, 3, 4, 5, 6, 7]
assert api.repair("ส านักงาน") == "สำนักงาน"
report = api.ingest({sample!r}, db="wheel.db", jobs=1)
assert [f.status for f in report.files] == ["ok"], report.files
table = api.table("findings", db="wheel.db")
print(len(table), int((table["verdict"] == "fail").sum()))
"""


@pytest.mark.slow
def test_wheel_works_outside_of_the_checkout(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]
    wheels, target, elsewhere = tmp_path / "wheels", tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-q", "-w", wheels, ROOT], check=True)
    (wheel,) = wheels.glob("pmqa-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "-q", "--target", target, wheel], check=True)
    sample = ROOT / "corpora/samples/pdf/parks_2565_form3.pdf"
    code = CODE.format(target=str(target), sample=str(sample))
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    findings, failed = map(int, run.stdout.split()[-2:])
    assert findings == 44
    assert 0 < failed < findings
