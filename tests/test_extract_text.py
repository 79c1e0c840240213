"""Text files: their encodings, their line numbers, and PDFs by any name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import PmqaError
from pipeline.extract import extract
from tests.pdf_maker import line, make_pdf

TEXT = "หมวด 1 การนำองค์การ\r\n\nผ่าน\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp874", "tis-620"])
def test_every_encoding_in_use_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    document = extract(path)
    lines = [(found.number, found.text) for found in document.lines()]
    assert lines == [(1, "หมวด 1 การนำองค์การ"), (2, ""), (3, "ผ่าน")]
    assert document.title == "หมวด 1 การนำองค์การ"


def test_lines_keep_the_file_s_numbers_over_form_feeds(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("ก\nข\n\fค\nง\n", "utf-8")
    document = extract(path)
    numbers = [(page.number, [found.number for found in page.lines]) for page in document.pages]
    assert numbers == [(1, [1, 2]), (2, [3, 4])]


def test_repairs_are_corrections_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("ส านักงานเลขาธิการ", "utf-8")
    (found,) = extract(path).lines()
    assert (found.raw, found.text) == ("ส านักงานเลขาธิการ", "สำนักงานเลขาธิการ")
    (correction,) = found.corrections
    assert found.raw[correction.start : correction.end] == correction.before
    assert correction.source.startswith("repair:")


def test_a_pdf_is_one_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(make_pdf([line("กรม", 50, 700)]))
    document = extract(path, ocr="never")
    assert document.media_type == "application/pdf"
    assert [found.text for found in document.lines()] == ["กรม"]


def test_what_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04")
    for name, code in (("a.docx", "unsupported"), ("missing.pdf", "unreadable")):
        with pytest.raises(PmqaError) as caught:
            extract(tmp_path / name)
        assert caught.value.code == code
