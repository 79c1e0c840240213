"""OCR: lines found on page pictures, two readings fused, scans told from pages with text, a missing engine."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pipeline.errors import PmqaError
from pipeline.extract import BBox, Line, Page, extract, ocr
from pipeline.extract.fusion import composed, fuse, symbols
from pipeline.extract.quality import text_quality
from pipeline.extract.raster import page_lines, skew
from pipeline.extract.shapes import PIECES, ShapeReader, describe

SHARED = Path(__file__).resolve().parents[2] / "shared" / "pdf_dev"
HAS_THAI_OCR = shutil.which("tesseract") is not None and "tha" in ocr._languages("tesseract")
needs_engine = pytest.mark.skipif(not HAS_THAI_OCR, reason="Tesseract with Thai data is not installed")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the PDFs of known text are not there")


def a_picture(boxes: list[tuple[int, int, int, int]], size: tuple[int, int] = (1000, 600)) -> np.ndarray:
    """A page at 100 dpi with black boxes for letters."""
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for x0, top, x1, bottom in boxes:
        draw.rectangle((x0, top, x1 - 1, bottom - 1), fill=0)
    return np.asarray(image)


def words(left: int, baseline: int, letters: int = 12) -> list[tuple[int, int, int, int]]:
    """A line of letters ten wide and twelve high, some with a mark above."""
    row = [(left + 14 * n, baseline - 12, left + 14 * n + 10, baseline) for n in range(letters)]
    return row + [(left + 14 * n + 5, baseline - 18, left + 14 * n + 10, baseline - 15) for n in range(0, letters, 3)]


def places(gray: np.ndarray) -> list[tuple[int, int]]:
    """Left and top of the lines found, in reading order."""
    return [(line.box.left, line.box.top) for line in page_lines(gray, 100).lines]


def test_lines_come_top_to_bottom_with_their_marks() -> None:
    gray = a_picture(words(50, 100) + words(50, 130) + words(50, 160))
    assert places(gray) == [(50, 82), (50, 112), (50, 142)]


def test_columns_are_read_one_after_the_other() -> None:
    left = [box for line in range(4) for box in words(50, 100 + 30 * line)]
    right = [box for line in range(4) for box in words(500, 107 + 30 * line)]
    found = [x for x, _ in places(a_picture(left + right))]
    assert found == [50] * 4 + [500] * 4


def test_cells_are_read_row_by_row() -> None:
    rules = [(40, y, 900, y + 2) for y in (60, 140, 220)] + [(x, 60, x + 2, 222) for x in (40, 450, 898)]
    texts = [box for x in (60, 470) for y in (90, 115, 170, 195) for box in words(x, y)]
    lines = page_lines(a_picture(rules + texts), 100).lines
    cells = [(line.cell.row, line.cell.column) for line in lines if line.cell is not None]
    assert cells == [(0, 0), (0, 0), (0, 1), (0, 1), (1, 0), (1, 0), (1, 1), (1, 1)]


def test_a_blank_page_has_no_lines() -> None:
    assert places(a_picture([])) == []


def test_a_tilted_page_is_measured() -> None:
    level = a_picture([box for line in range(12) for box in words(100, 60 + 40 * line, 55)])
    tilted = np.asarray(Image.fromarray(level).rotate(-1.5, fillcolor=255))
    assert skew(level) == 0.0
    assert abs(skew(tilted) - 1.5) < 0.2


@given(st.lists(st.sampled_from(["น้ำ", "แม่", "ทำ", "คะแนน", "เปิด", "ปั้น", "2566", "๒๕๖๖", "Line", "ๆ"]), max_size=8))
def test_pieces_spell_the_text_they_were_taken_from(parts: list[str]) -> None:
    text = "".join(parts)
    assert composed("".join(symbols(text))) == text


def bar_reader(page: object, gray: np.ndarray, names: dict[int, str]) -> ShapeReader:
    """A reader that knows the letter of a bar by its width."""

    class Reader(ShapeReader):
        def __init__(self) -> None:
            self.classes = ["", *names.values()]

        def read(self, features: np.ndarray) -> np.ndarray:
            widths = features[:, -4]
            order = sorted(names)
            odds = np.full((len(features), len(self.classes)), 0.01, np.float32)
            scale = widths.min() / order[0]
            for row, width in enumerate(widths):
                odds[row, 1 + int(np.argmin([abs(width / scale - key) for key in order]))] = 0.9
            return odds / odds.sum(axis=1, keepdims=True)

    return Reader()


def test_ink_overrules_a_digit_misread_and_a_letter_without_ink() -> None:
    names = {6: "๒", 10: "๖", 14: "ก"}
    boxes, x = [], 50
    for width in (14, 6, 10, 10, 14, 6, 10, 10):
        boxes.append((x, 88, x + width, 100))
        x += width + 4
    gray = a_picture(boxes)
    page = page_lines(gray, 100)
    reading = fuse(gray, page, ["oa ก ๒๒๒ก๒๖๖"], bar_reader(page, gray, names))[0]
    assert reading.text == "ก๒๖๖ก๒๖๖"
    assert [text for text, _, _ in reading.clusters] == list("ก๒๖๖ก๒๖๖")


def test_the_shipped_reader_knows_its_pieces() -> None:
    from pipeline.extract.shapes import reader

    shipped = reader()
    assert set("กขคงจ่้๊๋์ิีึืุู๐๑๒๓๔๕๖๗๘๙") <= set(shipped.classes)
    assert not set(PIECES) - {"ะ"} & set(shipped.classes)
    gray = a_picture(words(50, 100))
    page = page_lines(gray, 100)
    odds = shipped.read(describe(gray, page.labels, page.lines[0].blobs, page.body, 100))
    assert odds.shape == (len(page.lines[0].blobs), len(shipped.classes))
    assert np.allclose(odds.sum(axis=1), 1, atol=1e-3)


# Which pages are read by OCR.


def picture_pdf(gray: np.ndarray, text: bytes = b"", dpi: int = 72) -> bytes:
    """A page of one picture, uncompressed, the text in Helvetica drawn over it."""
    with pikepdf.new() as pdf:
        size = (gray.shape[1] * 72 / dpi, gray.shape[0] * 72 / dpi)
        page = pdf.add_blank_page(page_size=size)
        picture = pdf.make_stream(gray.tobytes(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
                                  Width=gray.shape[1], Height=gray.shape[0], ColorSpace=pikepdf.Name.DeviceGray,
                                  BitsPerComponent=8)  # fmt: skip
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture), Font=pikepdf.Dictionary(F=font))
        page.Contents = pdf.make_stream(b"q %f 0 0 %f 0 0 cm /I Do Q " % size + text)
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def scan() -> np.ndarray:
    return a_picture([box for line in range(10) for box in words(100, 100 + 40 * line, 40)])


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stands in for Tesseract; returns the numbers of lines it was asked to read."""
    asked: list[int] = []

    class Engine:
        def read(self, pictures: list[Image.Image]) -> list[str]:
            asked.append(len(pictures))
            return ["กกกกกก"] * len(pictures)

    monkeypatch.setattr(ocr, "Tesseract", Engine)
    monkeypatch.setattr(ocr, "_DOUBTFUL", 0.0)
    return asked


def read(data: bytes, lines: list[Line], **options: object) -> tuple[Page, list[str]]:
    warnings: list[str] = []
    (page,) = ocr.read_scans([Page(1, 1000, 600, lines)], data, warnings, **options)  # type: ignore[arg-type]
    return page, warnings


def test_a_page_that_is_a_picture_of_text_is_read(engine: list[int]) -> None:
    page, _ = read(picture_pdf(scan()), [])
    assert page.method == "ocr"
    assert engine == [10]
    assert all(line.page == 1 and line.bbox is not None for line in page.lines)


def test_text_over_a_background_picture_is_no_scan(engine: list[int]) -> None:
    y, x = np.mgrid[0:600, 0:1000]
    background = (235 + 10 * np.sin(x / 90) + 10 * np.sin(y / 70)).astype(np.uint8)
    live = Line("Annual report", "Annual report", 1, bbox=BBox(100, 300, 300, 330))
    page, _ = read(picture_pdf(background, b"BT /F 30 Tf 100 280 Td (Annual report) Tj ET"), [live])
    assert (page.method, engine) == ("text", [])


def test_a_stamp_on_a_scan_does_not_hide_it(engine: list[int]) -> None:
    stamp = Line("Scanned", "Scanned", 1, bbox=BBox(800, 560, 900, 580))
    page, _ = read(picture_pdf(scan()), [stamp])
    assert page.method == "mixed" and engine
    assert "Scanned" in [line.text for line in page.lines]


def test_never_means_never_and_says_what_was_left_out(engine: list[int]) -> None:
    page, warnings = read(picture_pdf(scan()), [], when="never")
    assert (page.lines, engine) == ([], [])
    assert any("page 1" in warning for warning in warnings)


def test_without_the_engine_the_user_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr.shutil, "which", lambda _: None)
    for variable in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    ocr._program.cache_clear()
    try:
        page, warnings = read(picture_pdf(scan()), [])
        assert page.lines == [] and "tesseract-ocr-tha" in warnings[0] and "Windows" in warnings[0]
        with pytest.raises(PmqaError) as raised:
            read(picture_pdf(scan()), [], when="always")
        assert raised.value.code == "ocr-missing"
    finally:
        ocr._program.cache_clear()


def test_a_form_that_draws_itself_is_not_rendered() -> None:
    from tests.test_mend import self_loop

    with ocr.Renderer(self_loop()) as renderer, pytest.raises(PmqaError) as raised:
        renderer.render(1, 100)
    assert raised.value.code == "unrenderable"


def test_the_better_reading_is_kept_line_by_line() -> None:
    def line(text: str, top: float) -> Line:
        return Line(text, text, 1, bbox=BBox(50, top, 500, top + 20))

    layer = [line("การนำองค์การ", 100), line("(cid:3)(cid:8)(cid:7)(cid:9) 2566", 140)]
    read_lines = [line("การนําองคการ", 101), line("ปีงบประมาณ ๒๕๖๖", 141)]
    kept = ocr.better_lines(layer, read_lines)
    assert [each.text for each in kept] == ["การนำองค์การ", "ปีงบประมาณ 2566"]
    assert [c.source for c in kept[1].corrections] == ["ocr"]


def test_quality_tells_sound_text_from_garbage() -> None:
    sound = "หน่วยงานกำหนดตัวชี้วัดและค่าเป้าหมายร่วมกับผู้มีส่วนได้ส่วนเสียอย่างต่อเนื่อง " * 5
    assert text_quality(sound).believable
    assert text_quality(sound).unknown < 0.05
    for garbage in ("(cid:12)(cid:3) " * 40, "\ufffd\uf70a" * 50, "¡ÒÃºÃÔËÒÃ " * 30, "กํรพฒ ันผ่ ีดา" * 30, ""):
        assert not text_quality(garbage).believable


@needs_engine
@needs_shared
@pytest.mark.slow
def test_clean_scans_at_200_dpi_come_out_right(tmp_path: Path) -> None:
    """Error rate at most 0.5 % over two documents, counted without white space."""
    import json

    from benchmarks.extract import score

    errors = total = 0
    for name in ("chromium_Laksaman", "wkhtmltopdf_Sarabun"):
        source = SHARED / "matrix" / f"{name}.pdf"
        truth = json.loads(source.with_suffix(".truth.json").read_text("utf-8"))
        with ocr.Renderer(source.read_bytes()) as renderer, pikepdf.open(source) as pdf, pikepdf.new() as scanned:
            for number in range(1, len(pdf.pages) + 1):
                page = picture_pdf(renderer.render(number, 200)[0], dpi=200)
                scanned.pages.extend(pikepdf.open(io.BytesIO(page)).pages)
            scanned.save(tmp_path / "scan.pdf")
        document = extract(tmp_path / "scan.pdf")
        assert {page.method for page in document.pages} == {"ocr"}
        text = "\n".join(line.text for line in document.lines(furniture=True))
        for wrong, length in score(truth, text).values():
            errors, total = errors + wrong, total + length
    assert errors / total <= 0.005
