"""Writes the sample documents of `corpora/samples` from their authored content.

    python corpora/make_samples.py [--only text|pdf|gold]

Text and gold come out the same, byte for byte, on every machine. The PDFs need the Noto fonts of Debian's
fonts-noto-core and fonts-dejavu-core, and the packages of the `dev` extra.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from sampler import content, gold, plain  # noqa: E402

SAMPLES = HERE / "samples"
#: Which forms one text file holds, in the order an agency binds them.
BOUND = ("summary", "form3", "form4", "feedback")


def texts() -> dict[str, str]:
    """Text files by name."""
    bound: dict[str, list[content.Content]] = {}
    names = content.names()
    for document in sorted({name.rsplit("_", 1)[0] for name in names}):
        parts = [f"{document}_{form}" for form in BOUND if f"{document}_{form}" in names]
        bound[f"{document}.txt"] = [content.read(part) for part in parts]
    return {name: plain.document(parts) for name, parts in bound.items()}


def golds() -> dict[str, str]:
    """Gold files by name: one a document and dataset, and one for the scanned page."""
    files: dict[str, list[str]] = {}
    for name in content.names():
        document = name if name.endswith("_scan") else name.rsplit("_", 1)[0]
        for dataset, row in gold.rows(content.read(name)):
            line = json.dumps(row, ensure_ascii=False)
            files.setdefault(f"{document}.{dataset}.gold.jsonl", []).append(line)
    return {name: "\n".join(lines) + "\n" for name, lines in files.items()}


def main(arguments: list[str] | None = None) -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("text", "gold", "pdf"))
    only = parser.parse_args(arguments).only
    for kind, files in (("text", texts), ("gold", golds)):
        if only in (None, kind):
            folder = SAMPLES / kind
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files().items():
                (folder / name).write_text(text, encoding="utf-8", newline="\n")
    if only in (None, "pdf"):
        from sampler import pages  # needs the fonts, which nothing else here does

        folder = SAMPLES / "pdf"
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in pages.pdfs().items():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
