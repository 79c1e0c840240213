"""The main job on the authored samples: every finding and indicator of the gold, and none besides."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pipeline.read import read
from pipeline.thai import arabic_digits, squeeze

SAMPLES = Path(__file__).resolve().parents[1] / "corpora/samples"
FILES = [p for p in sorted([*SAMPLES.glob("text/*.txt"), *SAMPLES.glob("pdf/*.pdf")]) if not p.stem.endswith("scan")]
FIELDS = {
    "findings": ("kind", "category", "criterion", "item", "part", "verdict", "number", "indicator_no", "text"),
    "indicators": ("sub_criterion", "indicator_no", "name", "target", "score", "verdict", "comment"),
    "scores": ("category", "year", "score"),
}


def told(row: dict[str, Any], fields: tuple[str, ...]) -> tuple[str, ...]:
    values = (row.get(field) for field in fields)
    return tuple(
        "" if v is None else f"{v:g}" if isinstance(v, int | float) else arabic_digits(squeeze(v)) for v in values
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_record_of_the_gold_and_none_besides(file: Path) -> None:
    found = read(file).records
    families = {record.family for record in found} - {"other"}
    compared = 0
    for dataset, fields in FIELDS.items():
        path = SAMPLES / "gold" / f"{'_'.join(file.stem.split('_')[:2])}.{dataset}.gold.jsonl"
        if not path.exists():
            continue
        gold = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for family in sorted({row["family"] for row in gold} & families):
            wanted = [row for row in gold if row["family"] == family]
            # What the gold leaves out of a family's rows is not compared.
            given = tuple(field for field in fields if any(field in row for row in wanted))
            rows = [asdict(record) for record in found if (record.dataset, record.family) == (dataset, family)]
            assert Counter(told(row, given) for row in rows) == Counter(told(row, given) for row in wanted), family
            compared += len(wanted)
    assert compared
