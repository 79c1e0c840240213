"""The sample documents: content, text, gold and PDFs agree, and the PDFs are broken in the ways they claim."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import make_samples
import pikepdf
import pytest
from fontTools.ttLib import TTFont
from sampler import blocks, content, damage
from sampler.office_pdf import Document, Family, Fault, Font

from pipeline.thai import NIKHAHIT, SARA_AA, SARA_AM, arabic_digits, squeeze

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples"
PDFS = sorted((SAMPLES / "pdf").glob("*.pdf"))


def _gold(name: str) -> list[dict]:
    lines = (SAMPLES / "gold" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(("folder", "make"), [("text", make_samples.texts), ("gold", make_samples.golds)])
def test_the_generator_gives_the_committed_files(folder, make):
    made = make()
    assert set(made) == {path.name for path in (SAMPLES / folder).iterdir()}
    for name, text in made.items():
        assert (SAMPLES / folder / name).read_bytes() == text.encode("utf-8"), name


def test_the_samples_cover_the_forms():
    form3 = [row for row in _gold("parks_2564.findings.gold.jsonl") if row["family"] == "form3"]
    assert len({row["criterion"] for row in form3}) == 24
    assert len({row["item"] for row in form3}) >= 60
    assert {row["verdict"] for row in form3} == {"pass", "fail"}
    assert {(row["verdict"], bool(row["text"])) for row in form3} == {
        (verdict, comment) for verdict in ("pass", "fail") for comment in (True, False)
    }
    same = [row for row in form3 if row["item"] == "6.3.1"]
    assert same[0]["text"] == same[1]["text"] and same[0]["part"] != same[1]["part"]
    indicators = _gold("parks_2564.indicators.gold.jsonl")
    assert len(indicators) >= 20 and {row["sub_criterion"] for row in indicators} == {f"7.{n}" for n in range(1, 7)}
    kinds = {row["kind"] for row in _gold("parks_2564.findings.gold.jsonl")}
    assert kinds == {"verdict", "strength", "ofi", "indicator_ofi", "not_passed", "all_passed"}


def test_a_gap_of_one_year_is_closed_in_the_next():
    def verdicts(name):
        return {(r["item"], r["part"]): r["verdict"] for r in _gold(name) if r["family"] == "form3"}

    before, after = verdicts("parks_2564.findings.gold.jsonl"), verdicts("parks_2565.findings.gold.jsonl")
    both = before.keys() & after.keys()
    resolved = [key for key in both if before[key] == "fail" and after[key] == "pass"]
    still = [key for key in both if before[key] == after[key] == "fail"]
    assert len(resolved) >= 5 and len(still) >= 5


@pytest.mark.parametrize("document", ["parks_2564", "parks_2565", "reading_2565"])
def test_every_comment_stands_in_the_text_as_written(document):
    """Whole, but for the page heads that cut some in two: then its beginning and its end stand there."""
    text = squeeze((SAMPLES / "text" / f"{document}.txt").read_text(encoding="utf-8"))
    comments = [squeeze(r["text"]) for r in _gold(f"{document}.findings.gold.jsonl") if r["family"] == "form3"]
    cut = [comment for comment in comments if comment not in text]
    assert 0 < len(cut) < len(comments) / 4
    assert all(comment[:6] in text and comment[-6:] in text for comment in cut)


def test_text_damage_is_that_of_the_extracted_layer():
    summary = (SAMPLES / "text" / "parks_2564.txt").read_text(encoding="utf-8").split("แบบฟอร์มที่ 3")[0]
    assert "การน าองค์การ" in summary and "บทสรุปผู้บริหำร" in summary and "ท่ี" in summary
    assert SARA_AM not in damage.lose_am("กำหนดน้ำ")


# -------------------------------------------------------------------------------------- PDFs


@cache
def _open(path: Path) -> pikepdf.Pdf:
    """Kept open for the whole run: the objects taken out of it die with it."""
    return pikepdf.open(path)


def _fonts(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Object]:
    return {str(name): font for page in pdf.pages for name, font in page.Resources.get("/Font", {}).items()}


def _claims(font: pikepdf.Object) -> dict[int, str]:
    """Glyph id → what ToUnicode says."""
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", font.ToUnicode.read_bytes())
    return {int(gid, 16): bytes.fromhex(code.decode()).decode("utf-16-be") for gid, code in pairs}


def _truth(font: pikepdf.Object, folder: Path) -> dict[int, str]:
    """Glyph id → the character, by the cmap of the embedded program; empty if it was stripped."""
    path = folder / "font.ttf"
    path.write_bytes(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes())
    program = TTFont(path)
    if "cmap" not in program:
        return {}
    base = {"\uf70a": "่", "\uf70b": "้", "\uf70c": "๊", "\uf70d": "๋", "\uf70e": "์"}
    codes = program.getBestCmap()
    return {program.getGlyphID(name): base.get(chr(code), chr(code)) for code, name in codes.items()}


def _widths(font: pikepdf.Object) -> dict[int, float]:
    entries = list(font.DescendantFonts[0].W)
    return {int(gid): float(widths[0]) for gid, widths in zip(entries[::2], entries[1::2], strict=True)}


def _by_weight(path: Path, weight: str) -> pikepdf.Object:
    return next(font for font in _fonts(_open(path)).values() if str(font.BaseFont).endswith(f"Thai{weight}"))


def test_word_like_files_lose_nikhahit_and_spread_am(tmp_path):
    for weight in ("Regular", "Bold"):
        font = _by_weight(SAMPLES / "pdf" / "parks_2564_form3.pdf", weight)
        claims, truth, widths = _claims(font), _truth(font, tmp_path), _widths(font)
        nikhahit = next(gid for gid, char in truth.items() if char == NIKHAHIT)
        sara_aa = next(gid for gid, char in truth.items() if char == SARA_AA)
        assert claims[nikhahit] == " " and widths[nikhahit] == 0
        assert claims[sara_aa] == (SARA_AM if weight == "Bold" else SARA_AA)


def test_distilled_files_have_no_cmap_and_private_marks(tmp_path):
    font = _by_weight(SAMPLES / "pdf" / "reading_2565_form3.pdf", "Regular")
    assert _truth(font, tmp_path) == {}
    claims = set(_claims(font).values())
    assert {"\uf70a", "\uf70b"} <= claims and NIKHAHIT not in claims
    fonts = _fonts(_open(SAMPLES / "pdf" / "reading_2565_form3.pdf")).values()
    boxes = next(font for font in fonts if "DejaVu" in str(font.BaseFont))
    assert {"\uf0fe", "\uf0fd"} <= set(_claims(boxes).values())


def test_swapped_files_call_tones_vowels(tmp_path):
    font = _by_weight(SAMPLES / "pdf" / "parks_2564_feedback.pdf", "Regular")
    claims, truth = _claims(font), _truth(font, tmp_path)
    below = [gid for gid, claim in claims.items() if claim in "ุู" and truth.get(gid) != claim]
    assert below


@pytest.mark.parametrize("name", ["parks_2564_form3", "parks_2565_form3"])
def test_what_is_drawn_is_what_was_written(name, tmp_path):
    """Decoded by the embedded fonts instead of ToUnicode, the pages say what the content says."""
    pdf = _open(SAMPLES / "pdf" / f"{name}.pdf")
    truth = {}
    for key, font in _fonts(pdf).items():
        truth[key] = _claims(font) | _truth(font, tmp_path)
    drawn = ""
    for page in pdf.pages:
        font = ""
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                font = str(operands[0])
            elif str(operator) == "TJ":
                for shown in operands[0]:
                    if isinstance(shown, pikepdf.String):
                        drawn += truth[font][int.from_bytes(bytes(shown), "big")]
    drawn = squeeze(re.sub(f"{NIKHAHIT}([่้๊๋]?){SARA_AA}", rf"\1{SARA_AM}", drawn))
    comments = [squeeze(block.text) for block in blocks.form3(content.read(name)) if block.kind == "comment"]
    found = [comment for comment in comments if comment in drawn]
    assert len(found) >= len(comments) - len(pdf.pages)


def test_the_scanned_page_is_an_image_only():
    pdf = _open(SAMPLES / "pdf" / "reading_2565_scan.pdf")
    assert len(pdf.pages) == 1 and not _fonts(pdf)
    assert len(pdf.pages[0].Resources.XObject) == 1


def test_committed_pdfs_are_small_and_complete():
    assert {p.stem for p in PDFS} == set(content.names())
    sizes = [path.stat().st_size for path in PDFS]
    assert max(sizes) < 400_000 and sum(sizes) < 3_000_000


def test_drawing_the_same_gives_the_same_bytes(tmp_path):
    """With a font out of a committed file, so that none need be installed."""
    font = SAMPLES / "pdf" / "parks_2564_form3.pdf"
    program = _by_weight(font, "Regular").DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()

    path = tmp_path / "Sample-Regular.ttf"
    path.write_bytes(program)

    def draw() -> bytes:
        document = Document()
        document.new_page()
        family = Family("sample", (Font(path, Fault.LOST_NIKHAHIT),))
        document.text(50, 50, "การด\u0e4dาเนินงาน ที่ดี", family, 12)
        return document.save("sample")

    assert draw() == draw()


def test_thai_digits_read_back():
    assert arabic_digits(blocks.thai_digits("7.2.10")) == "7.2.10"
