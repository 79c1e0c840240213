"""Letters that OCR misread: cases kept as data, promises as properties, and only in what OCR has read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import extract
from pipeline.repair import correct_misreadings, replay

CASES: dict[str, list[dict[str, str]]] = json.loads(
    (Path(__file__).parent / "data" / "repair" / "misread.json").read_text(encoding="utf-8")
)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def read(case: dict[str, str]) -> str:
    """A case's line as it is corrected in its document."""
    return correct_misreadings([case["raw"], case["document"]])[0].text


def ids(case: dict[str, str]) -> str:
    return case["raw"]


@pytest.mark.parametrize("case", CASES["corrected"], ids=ids)
def test_corrected(case: dict[str, str]) -> None:
    assert read(case) == case["fixed"]


@pytest.mark.parametrize("case", CASES["left"], ids=ids)
def test_left(case: dict[str, str]) -> None:
    assert read(case) == case["raw"]


@pytest.mark.parametrize("case", CASES["known_failures"], ids=ids)
@pytest.mark.xfail(strict=True, reason="known failure")
def test_known_failure(case: dict[str, str]) -> None:
    assert read(case) == case["fixed"]


@given(st.lists(st.text(st.sampled_from("กขคชซดตนบปภมสอ่้ัิุูเาะ  1\n")), max_size=6))
@settings(deadline=None, max_examples=60)
def test_lines_keep_their_place_and_edits_replay(lines: list[str]) -> None:
    results = correct_misreadings(lines)
    assert len(results) == len(lines)
    for line, result in zip(lines, results, strict=True):
        assert replay(line, result.edits) == result.text
        assert all(edit.rule == "misread" and 0.5 < edit.confidence <= 1 for edit in result.edits)


TEXT = "# สวนสัตว์\nตรวจคูณภาพน้ำ\nคุณภาพ{more}\n\nคูณภาพอาหาร คุณภาพ"


def test_text_that_ocr_wrote_is_corrected_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text(TEXT.format(more="\n<ul><li>สระน้ำ</li>"), encoding="utf-8")
    document = extract(path)
    lines = {line.number: line for line in document.lines()}
    assert lines[2].text == "ตรวจคุณภาพน้ำ" and lines[2].raw == "ตรวจคูณภาพน้ำ"
    assert [(c.before, c.after, c.source) for c in lines[2].corrections] == [("คูณภาพ", "คุณภาพ", "repair:misread")]
    assert document.warnings == ["“คูณภาพ” is read as “คุณภาพ” (lines 2, 6)"]


def test_text_that_ocr_did_not_write_stays(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(TEXT.format(more=""), encoding="utf-8")
    document = extract(path)
    assert [line.text for line in document.lines()] == [line.raw for line in document.lines()]
    assert document.warnings == []


def test_only_scanned_pages_of_a_pdf_are_corrected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pipeline import extract as package
    from pipeline.extract.model import Line, Page
    from tests.pdf_maker import line, make_pdf

    def pages(*_: Any, **__: Any) -> list[Page]:
        texts = ("ตรวจคูณภาพน้ำ", "คุณภาพ คุณภาพ")
        return [Page(n, 0, 0, [Line(t, t, 0, n) for t in texts], how) for n, how in ((1, "text"), (2, "ocr"))]

    monkeypatch.setattr(package, "read_scans", pages)
    path = tmp_path / "scan.pdf"
    path.write_bytes(make_pdf([line("กรม", 50, 700)]))
    document = extract(path)
    assert [line.text for line in document.lines()][::2] == ["ตรวจคูณภาพน้ำ", "ตรวจคุณภาพน้ำ"]
    assert document.warnings == ["“คูณภาพ” is read as “คุณภาพ” (line 3)"]


def test_clean_public_thai_stays() -> None:
    from pythainlp.corpus import core

    words = [*core.get_corpus("orst_words_th.txt")][::3]
    assert not [result.edits for result in correct_misreadings(words) if result.edits]
    titles = [*core.get_corpus("wikipedia_titles_th.txt")][::20]  # foreign names for the most part
    assert sum(bool(result.edits) for result in correct_misreadings(titles)) <= len(titles) / 2000


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real documents in ../shared")
def test_clean_documents_stay() -> None:
    lines = next((SHARED / "seeds").glob("000_*")).read_text(encoding="utf-8").split("\n")[794:6297]
    assert sum(bool(result.edits) for result in correct_misreadings(lines)) <= 1  # a slip of the author's
