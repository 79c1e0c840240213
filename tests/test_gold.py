"""The main job on the real documents, against the part of the gold answers that is at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from pipeline.read import read

SHARED = Path(__file__).resolve().parents[2] / "shared"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real documents in ../shared")

SEED = "seeds/000_1e310ae60be55363.txt"
#: (file, dataset, family, whether the gold at hand is all there is of that family's rows in the file)
CASES = [
    (SEED, "findings", "form3"),
    (SEED, "findings", "feedback_report"),
    (SEED, "findings", "executive_summary"),
    (SEED, "indicators", "form4"),
    (SEED, "scores", None),
    *(
        (f"pdf_dev/forms/form3_{maker}.pdf", "findings", "form3")
        for maker in ("chromium_Sarabun", "weasyprint_NotoSansThai")
    ),
    *(
        (f"pdf_dev/forms/feedback_{maker}.pdf", "findings", "feedback_report")
        for maker in ("chromium_Sarabun", "weasyprint_NotoSansThai")
    ),
]
#: Rows that the real document holds, counted by hand.
COUNTS = {"form3": 130, "feedback_report": 38, "form4": 30}


@cache
def rows(file: str) -> dict[str, list[dict[str, object]]]:
    out: dict[str, list[dict[str, object]]] = {}
    for record in read(SHARED / file).records:
        out.setdefault(record.dataset, []).append({**asdict(record), "source_name": "000_.txt"})
    return out


@pytest.mark.parametrize(("file", "dataset", "family"), CASES)
def test_gold(file: str, dataset: str, family: str | None, tmp_path: Path) -> None:
    export = tmp_path / "export.jsonl"
    export.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows(file)[dataset]), "utf-8")
    command = [sys.executable, SHARED / "tools/score_dataset.py", SHARED / f"gold_dev/{dataset}.jsonl", export]
    command += ["--source", "000_", "--min", "1.0", "--show", "5"]
    command += ["--only", f"family={family}"] if family else []
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("family", COUNTS)
def test_nothing_is_invented(family: str) -> None:
    dataset = "indicators" if family == "form4" else "findings"
    found = [row for row in rows(SEED)[dataset] if row["family"] == family]
    assert len(found) == COUNTS[family]


def test_no_furniture_in_any_text() -> None:
    furniture: list[Callable[[str], bool]] = [
        lambda text: "Page " in text and "/63" in text,
        lambda text: "ระดับการพัฒนาองค์การสู่การเป็น" in text,
        lambda text: "Text Box" in text,
        lambda text: "ค่าเป้าหมาย ผลการดำเนินงาน" in text,
    ]
    texts = [str(row["text"]) for row in rows(SEED)["findings"]]
    assert texts
    assert not [text for text in texts if any(found(text) for found in furniture)]
