"""Repair against its peers: lines put right, clean lines altered, speed, in one table.

    python benchmarks/repair.py [--dry]

Damaged lines: the cases of tests/data/repair/damaged.json and, if ../shared is there, the gold lines in it, scored
by its own scorer (ticks folded into bullets). Clean lines: tests/data/repair/negative.json and the gold's control
lines. Speed: megabytes of UTF-8 a second of processor time, start-up left out, caches empty; on text with damage (the
damaged parts of the first real document, or the cases twenty times over) and on clean text (the fourth real document,
or the right readings of the cases). The table replaces the section "Repair" of docs/benchmarks.md, unless --dry.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import report

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
#: Signs that only damage leaves, to tell the clean lines of a document.
DAMAGE = re.compile("ํ|[ัิ-ฺ็-์]{3}|[่-์][ัิ-ู]|[\ue000-\uf8ff]| [ัิ-ฺ็-์าำ]")

sys.path.insert(0, str(ROOT))


def peers() -> dict[str, Callable[[str], str]]:
    """The repairers that are installed; ours starts with an empty memory."""
    from pipeline.repair import Repairer, default_repairer, repair

    repairer = Repairer(default_repairer().lexicon)
    found: dict[str, Callable[[str], str]] = {"pmqa": lambda text: repair(text, repairer)}
    from pythainlp.util import normalize

    found["pythainlp normalize"] = lambda text: "\n".join(map(normalize, text.split("\n")))
    if importlib.util.find_spec("fixthaipdf"):
        from fixthaipdf import clean

        found["fixthaipdf"] = lambda text: "\n".join(map(clean, text.split("\n")))
    if importlib.util.find_spec("ftfy"):
        from ftfy import fix_text

        found["ftfy"] = fix_text
    return found


def cases() -> list[dict[str, object]]:
    """Damaged and clean lines in the shape of the gold."""
    data = ROOT / "tests" / "data" / "repair"
    rows: list[dict[str, object]] = [
        {"raw": case["raw"], "gold": case["fixed"], "types": [case["kind"]]}
        for case in json.loads((data / "damaged.json").read_text(encoding="utf-8"))
    ]
    clean = json.loads((data / "negative.json").read_text(encoding="utf-8"))
    rows += ({"raw": text, "gold": text, "types": ["control"]} for text in clean)
    return rows


def gold() -> list[dict[str, object]]:
    """The gold lines, if they are there."""
    path = SHARED / "gold_dev" / "repair_lines.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def plain(text: str) -> str:
    """What two readings are compared by: one space for a run of white space, one bullet for every tick."""
    text = re.sub("[\ue000-\uf8ff☐☑☒✓✔✗✘■□▪•]", "•", text)
    return re.sub("• ?", "• ", re.sub(r"\s+", " ", text)).strip()


def quality(fix: Callable[[str], str], rows: list[dict[str, object]]) -> tuple[str, str]:
    """Share of damaged lines put right, and the clean lines altered, as "n of N"."""
    right = damaged = altered = clean = 0
    for row in rows:
        accepted = {plain(str(text)) for text in [row["gold"], *row.get("alt", [])]}  # type: ignore[misc]
        good = plain(fix(str(row["raw"]))) in accepted
        if "control" in row["types"]:  # type: ignore[operator]
            clean += 1
            altered += not good
        elif plain(str(row["raw"])) not in accepted:
            damaged += 1
            right += good
    return (f"{right / damaged:.1%}", f"{altered} of {clean}") if damaged else ("", "")


def texts() -> tuple[str, str]:
    """A damaged text and a clean one, a few megabytes or as much as there is."""
    if SHARED.is_dir():
        first = next((SHARED / "seeds").glob("000_*")).read_text(encoding="utf-8").split("\n")
        fourth = next((SHARED / "seeds").glob("004_*")).read_text(encoding="utf-8").split("\n")
        clean = [line for line in fourth + first[794:6297] if not DAMAGE.search(line)]
        return "\n".join(first[:640] + first[6660:]), "\n".join(clean)
    rows = cases()
    return "\n".join(str(r["raw"]) for r in rows) * 20, "\n".join(str(r["gold"]) for r in rows) * 20


def speed(fix: Callable[[str], str], text: str) -> str:
    """Megabytes of processor second."""
    start = time.process_time()
    fix(text)
    return f"{len(text.encode()) / 1e6 / (time.process_time() - start):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry", action="store_true", help="print the table only")
    dry = parser.parse_args().dry
    damaged, clean = texts()
    rows = [
        "| | gold lines right | controls altered | cases right | clean cases altered | MB/s damaged | MB/s clean |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, fix in peers().items():
        fix("ส านัก")
        figures = [speed(fix, damaged), speed(fix, clean)]
        rows.append(f"| {' | '.join([name, *quality(fix, gold()), *quality(fix, cases()), *figures])} |")
    section = ["## Repair", "", "Made by `python benchmarks/repair.py`; what is measured is told there.", "", *rows]
    print("\n".join(section))
    if not dry:
        report.put("repair", section)


if __name__ == "__main__":
    main()
