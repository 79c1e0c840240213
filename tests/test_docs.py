"""The documents tell the truth: their commands run, their columns are those exported, their links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from pipeline.cli import app
from pipeline.export import DATASETS, dataset_columns
from pipeline.records import FAMILIES

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"^\$ (pmqa .*?)(?:\s{2,}#.*)?$", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    return [
        (page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in COMMAND.findall(page.read_text("utf-8"))
    ]


@pytest.mark.slow
def test_commands_shown_in_the_documents_run(tmp_path: Path) -> None:
    samples = ROOT / "corpora/samples/pdf"
    shutil.copy(samples / "parks_2565_form3.pdf", tmp_path / "แบบฟอร์มที่ 3.pdf")
    (tmp_path / "reports").mkdir()
    for name in ("parks_2564_summary.pdf", "parks_2564_feedback.pdf"):
        shutil.copy(samples / name, tmp_path / "reports")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PMQA_DB": str(tmp_path / "pmqa.db")}
    shown = commands()
    assert any(line.startswith("pmqa ingest") for _, line in shown)
    for page, line in shown:
        words = shlex.split(line)
        run = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *words[1:]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert run.returncode == 0, f"{page}: {line}\n{run.stderr}"


def test_every_exported_column_is_documented() -> None:
    page = (ROOT / "docs/datasets.md").read_text("utf-8")
    common, *sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    documented = dict(s.split("\n", 1) for s in sections)
    everywhere = set(re.findall(r"`(\w+)`", common))
    for dataset in DATASETS:
        said = set(re.findall(r"`(\w+)`", documented[dataset])) | everywhere
        assert set(dataset_columns(dataset)) <= said, dataset


def test_every_family_is_documented() -> None:
    page = (ROOT / "docs/families.md").read_text("utf-8")
    assert [family for family in FAMILIES if f"`{family}`" not in page] == []


def test_every_command_is_documented_and_has_an_example() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    group = typer.main.get_command(app)
    pending = [("pmqa", group)]
    while pending:
        name, command = pending.pop()
        children = getattr(command, "commands", {})
        pending += [(f"{name} {child}", found) for child, found in children.items()]
        if not children:
            assert "Example:" in (command.help or ""), name
            assert name in readme, f"{name} is not in README.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
