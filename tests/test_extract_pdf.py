"""What a page shows comes out, whatever the file claims of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import BBox, Cluster, Document, Line, extract
from pipeline.extract.pdf import read_pages
from pipeline.extract.wrapping import join
from pipeline.thai import NIKHAHIT, SARA_AA, SARA_AM, squeeze
from tests.pdf_maker import line, make_pdf, shown

SHARED = Path(__file__).parents[2] / "shared"


def lines_of(data: bytes) -> list[Line]:
    return [found for page in read_pages(data) for found in page.lines]


def texts_of(data: bytes) -> list[str]:
    return [found.text for found in lines_of(data)]


def drawn(text: str) -> str:
    """A text as shaping leaves it: SARA AM in its two parts, the ring before the tone mark."""
    for tone in "่้๊๋":
        text = text.replace(tone + SARA_AM, NIKHAHIT + tone + SARA_AA)
    return text.replace(SARA_AM, NIKHAHIT + SARA_AA)


CLUSTER = st.builds(
    lambda base, vowel, tone, after: base + vowel + tone + after,
    st.sampled_from("กขคงจชซดตทนบปผฝพฟมยรลวสหอฮฎฐญ"),
    st.sampled_from(["", "ิ", "ี", "ึ", "ื", "ั", "ุ", "ู"]),
    st.sampled_from(["", "่", "้", "๊", "๋", "์"]),
    st.sampled_from(["", "า", " ", " abc ", "๒๕๖๔ "]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CLUSTER, min_size=1, max_size=25).map(lambda parts: "".join(parts).strip()))
def test_a_faultless_page_comes_out_unchanged(text: str) -> None:
    (found,) = lines_of(make_pdf([line(text, 20, 700, size=6)]))
    assert found.text == found.raw == text
    assert found.corrections == ()


@pytest.mark.parametrize("with_cmap", [True, False])
def test_a_space_without_width_is_the_lost_ring_of_sara_am(with_cmap: bool) -> None:
    claims = {NIKHAHIT: " "}
    assert texts_of(make_pdf([line(drawn("สำนักน้ำ กรม"), 50, 700)], claims, with_cmap=with_cmap)) == ["สำนักน้ำ กรม"]


def test_the_font_is_believed_before_the_file() -> None:
    (found,) = lines_of(make_pdf([line(drawn("การทำงาน"), 50, 700)], {SARA_AA: SARA_AM, "ท": "ที่"}))
    assert found.text == "การทำงาน"
    assert {correction.source for correction in found.corrections} == {"cmap"}
    assert all(found.raw[c.start : c.end] == c.before for c in found.corrections)


def test_digits_stay_as_the_text_layer_has_them() -> None:
    claims = {"๒": "2", "๕": "5", "๖": "6"}
    assert texts_of(make_pdf([line("พศ ๒๕๖๖", 50, 700)], claims)) == ["พศ 2566"]


def test_a_mark_claimed_where_its_ink_cannot_be_is_found_among_the_font_s_own() -> None:
    # Low tone marks named after vowels that stand under the letter.
    (found,) = lines_of(make_pdf([line("ป่าฝุ่น", 50, 700)], {"่": "ุ"}, with_cmap=False))
    assert "ุา" not in found.text


def test_private_use_forms_become_letters() -> None:
    assert texts_of(make_pdf([line("ปี่", 50, 700)], {"่": "\uf70a", "ี": "\uf702"}, with_cmap=False)) == ["ปี่"]


def test_stated_text_is_dealt_out_to_its_glyphs() -> None:
    stated = "FEFF" + "ที่".encode("utf-16-be").hex()
    content = f"BT /F1 16 Tf 50 700 Td {shown('ก')} Tj /Span <</ActualText <{stated}>>> BDC {shown('ท่ี')} Tj EMC ET"
    assert texts_of(make_pdf([content], {"ี": None, "่": None}, with_cmap=False)) == ["กที่"]


def test_stated_text_adds_what_one_glyph_draws_with_another() -> None:
    stated = "FEFF" + "ที่".encode("utf-16-be").hex()
    content = f"BT /F1 16 Tf 50 700 Td /Span <</ActualText <{stated}>>> BDC {shown('ที')} Tj EMC {shown('ก')} Tj ET"
    assert texts_of(make_pdf([content])) == ["ที่ก"]


def test_marks_drawn_before_their_letters_find_them() -> None:
    # A stamp in visual order: first the marks of the line, then its letters.
    mark = f"BT /F1 16 Tf 1 0 0 1 58 700 Tm {shown('่')} Tj ET"
    assert texts_of(make_pdf([[mark, line("กม ที", 50, 700)]])) == ["ก่ม ที"]


def test_marks_come_in_the_order_of_writing() -> None:
    assert texts_of(make_pdf([line("ท่ี", 50, 700)])) == ["ที่"]


def test_gaps_are_spaces_and_pairs_are_not() -> None:
    apart = f"BT /F1 16 Tf 50 700 Td [{shown('กรม')} -400 {shown('abc')} -30 {shown('def')}] TJ ET"
    assert texts_of(make_pdf([apart])) == ["กรม abcdef"]


def test_columns_are_read_one_after_the_other_however_they_are_drawn() -> None:
    left = [line(f"ก{c}กกกกกกกกกกกก", 50, y) for c, y in (("ข", 700), ("ค", 680), ("ง", 660))]
    right = [line(f"น{c}นนนนนนนนนนนน", 320, y) for c, y in (("บ", 700), ("ป", 680), ("ผ", 660))]
    title = line("หหหหหหหหหหหหหหหหหหหหหหหหหหหหหหหหหหหหหห", 50, 730)
    found = texts_of(make_pdf([[title, *left, *right]]))
    assert [text[:2] for text in found] == ["หห", "กข", "กค", "กง", "นบ", "นป", "นผ"]


def _table(tops: list[float], bottom: float | None) -> list[str]:
    """Ruling lines of a table of two columns; without `bottom` its last row is left open."""
    edges = [*tops, *([bottom] if bottom is not None else [])]
    end = bottom if bottom is not None else 40
    level = [f"50 {y} m 450 {y} l S" for y in edges]
    return level + [f"{x} {tops[0]} m {x} {end} l S" for x in (50, 250, 450)]


def test_tables_come_out_as_rows_and_cells() -> None:
    content = [*_table([700, 660], 600), line("กก", 60, 680), line("ขข", 260, 680), line("คค", 60, 640)]
    content += [line("งง", 260, 640), line("จจ", 60, 620)]
    found = lines_of(make_pdf([content]))
    assert [(f.text, *(f.cell or ())) for f in found] == [
        ("กก", 0, 0, 0), ("ขข", 0, 0, 1), ("คค", 0, 1, 0), ("จจ", 0, 1, 0), ("งง", 0, 1, 1),
    ]  # fmt: skip


def test_a_cell_is_read_to_its_end_over_a_page_break() -> None:
    first = [*_table([700], None), line("กก", 60, 80), line("งง", 260, 80)]
    second = [*_table([780], 700), line("ขข", 60, 760), line("จจ", 260, 760), line("หหหหหห", 50, 600)]
    pages = list(read_pages(make_pdf([first, second])))
    assert pages[0].row_cut
    assert [f.text for page in pages for f in page.lines] == ["กก", "ขข", "งง", "จจ", "หหหหหห"]
    assert [f.page for f in pages[0].lines] == [1, 2, 1]


def test_a_row_that_fills_a_page_goes_on_after_it() -> None:
    """The page in between shows nothing of the row but a piece of its first cell."""
    pages = [
        [*_table([700], None), line("กก", 60, 80), line("งง", 260, 80)],
        [*_table([780], None), line("ขข", 60, 760), line("คค", 60, 80)],
        [*_table([780], 700), line("ฆฆ", 60, 760)],
    ]
    found = list(read_pages(make_pdf(pages)))
    assert [f.text for page in found for f in page.lines] == ["กก", "ขข", "คค", "ฆฆ", "งง"]


def _row_over_a_page(*rest: str) -> list[tuple[str, int]]:
    """The lines of two pages, the first ending in a closed row of full lines, the second beginning with a row."""
    full = "ก" * 22
    first = [*_table([700], 60), line(full, 60, 90), line(full, 260, 90), line(full, 60, 70), line(full, 260, 70)]
    second = [*_table([780], 700), *(line(text, 60 + 200 * n, 760) for n, text in enumerate(rest) if text)]
    return [(f.text[:3], f.page or 0) for page in read_pages(make_pdf([first, second])) for f in page.lines]


@pytest.mark.parametrize("rest", [("ขข", "คค"), ("ขข", ""), ("", "คค")])
def test_a_row_closed_at_the_end_of_the_page_goes_on_in_mid_sentence(rest: tuple[str, str]) -> None:
    cells = [[text] if text else [] for text in rest]
    lines = [("กกก", 1), ("กกก", 1), *((text, 2) for text in cells[0]), ("กกก", 1), ("กกก", 1)]
    assert _row_over_a_page(*rest) == [*lines, *((text, 2) for text in cells[1])]


@pytest.mark.parametrize("rest", [("๒. ขข", "คค"), ("ขข", "- คค"), ("๒", "คค"), ("ขข" * 3, "๑) ค")])
def test_a_row_begins_on_the_next_page_where_numbers_say_so(rest: tuple[str, str]) -> None:
    assert [page for _, page in _row_over_a_page(*rest)] == [1, 1, 1, 1, 2, 2]


def test_tables_are_numbered_through_the_document(tmp_path: Path) -> None:
    """Rows of two pages are not taken for one, though both be the first of their page's only table."""
    pages = [[*_table([700], 660), line("กก", 60, 680)], [*_table([780], 740), line("ขข", 60, 760)]]
    pdf = tmp_path / "made.pdf"
    pdf.write_bytes(make_pdf(pages))
    assert [f.cell for f in extract(pdf, ocr="never").lines()] == [(0, 0, 0), (1, 0, 0)]


def test_running_heads_and_page_numbers_are_furniture() -> None:
    def page(n: int) -> list[str]:
        body = [line("กขคง" * (1 + (n + k) % 3), 50, 700 - 20 * k) for k in range(8)]
        return [line("รายงาน ปี 2564", 50, 800), *body, line(f"หน้า {n} จาก 4", 280, 30)]

    found = [f for p in read_pages(make_pdf([page(n) for n in range(1, 5)])) for f in p.lines]
    assert {f.text[:4] for f in found if f.furniture} == {"รายง", "หน้า"}
    assert sum(f.furniture for f in found) == 8


def test_wrapped_lines_know_how_they_run_on() -> None:
    content = [line("กขคง" * 6, 50, 700), line("จฉชซ" * 6 + " ", 50, 680), line("ดต", 50, 660), line("นบ", 50, 620)]
    assert [found.joint for found in lines_of(make_pdf([content]))] == ["", " ", None, None]


def test_a_wrap_inside_a_word_is_one_however_much_room_is_left() -> None:
    full = [line("ก" * 30, 50, y) for y in (740, 720)]
    cut = [*full, line("ก" * 20 + " หนัง", 50, 700), line("สือ", 50, 680)]
    ended = [*full, line("ก" * 20 + " หนัง", 50, 700), line("งาน", 50, 680)]
    assert [lines_of(make_pdf([content]))[2].joint for content in (cut, ended)] == ["", None]


@pytest.mark.parametrize(
    ("after", "joint"), [("ขขข" * 5, ""), ("๑. ขขข", None), ("   " + "ขขข", None)], ids=["wrap", "item", "indent"]
)
def test_the_last_line_of_a_page_runs_on_where_the_next_page_says_so(after: str, joint: str | None) -> None:
    indent = 9 * (len(after) - len(after.lstrip()))
    pages = [[line("ก" * 30, 50, 60), line("ก" * 30, 50, 40)], [line(after.strip(), 50 + indent, 780)]]
    assert lines_of(make_pdf(pages))[1].joint == joint


def test_a_page_number_below_does_not_end_the_paragraph_above() -> None:
    foot = line("- 1 -", 280, 20)
    pages = [[line("ก" * 30, 50, 80), line("ก" * 30, 50, 60), foot], [line("ข" * 9, 50, 780), line("- 2 -", 280, 20)]]
    found = [each for page in read_pages(make_pdf(pages)) for each in page.lines if not each.furniture]
    assert [each.joint for each in found] == ["", "", None]


def test_a_list_within_a_sentence_goes_on_over_its_wraps() -> None:
    full, item = line("ก" * 30, 50, 720), line("(๒) คคค", 50, 680)
    pages = [[full, line(text, 50, 700), item] for text in ("ก" * 24 + " (๑) ขข", "ก" * 30)]
    assert [lines_of(make_pdf([page]))[1].joint for page in pages] == [" ", None]


@pytest.mark.parametrize(("below", "joint"), [("- ๖ ขข", " "), ("- ๖) ขข", None), ("- ขขข", None)])
def test_a_dash_before_a_figure_is_no_item(below: str, joint: str | None) -> None:
    full = line("ก" * 30, 50, 720)
    content = [full, line("ก" * 30, 50, 700), line(below, 50, 680)]
    assert lines_of(make_pdf([content]))[1].joint == joint


def test_headings_of_two_sizes_are_two() -> None:
    pages = [line("ก" * 30, 50, 700), line("ก" * 30, 50, 680), line("ก" * 20, 50, 660, size=15)]
    assert [each.joint for each in lines_of(make_pdf([pages]))] == ["", None, None]


def test_a_label_alone_at_the_end_of_a_page_is_not_full() -> None:
    pages = [[*_table([700, 660], 600), line("กก", 60, 680), line("ขข", 260, 640), line("คค" * 4, 50, 40)]]
    pages.append([line("ง" * 30, 50, 780)])
    assert lines_of(make_pdf(pages))[-2].joint is None


def test_a_line_is_not_full_because_it_is_the_longest_of_a_page() -> None:
    content = [line("ก" * 30, 50, 700), line("ขข", 50, 680), line("ค" * 12, 50, 660)]
    assert [each.joint for each in lines_of(make_pdf([content]))] == [None, None, None]


def test_a_heading_in_another_face_does_not_run_on_into_its_text() -> None:
    def set_in(face: str, top: float) -> Line:
        clusters = tuple(Cluster("ก", BBox(50 + 8 * n, top, 58 + 8 * n, top + 16), face, 16) for n in range(30))
        return Line("ก" * 30, "ก" * 30, 0, 1, BBox(50, top, 290, top + 16), joint="", clusters=clusters)

    def joint(face: str, below: str) -> str | None:
        lines = [set_in(face, 100), set_in(below, 120)]
        join(lines, 290)
        return lines[0].joint

    assert [joint("AAAAAA+Bold", face) for face in ("BBBBBB+Bold", "AAAAAA+Plain")] == ["", None]


@pytest.fixture(scope="module")
def matrix() -> list[Path]:
    found = sorted((SHARED / "pdf_dev/matrix").glob("*.pdf"))
    if not found:
        pytest.skip("the PDFs of known text (../shared/pdf_dev/matrix) are not here")
    return found


def test_known_text_is_read_without_an_error(matrix: list[Path]) -> None:
    missing: list[tuple[str, str, str]] = []
    for pdf in matrix:
        got = squeeze("".join(f.text for f in extract(pdf, ocr="never").lines(furniture=True)))
        segments = json.loads(pdf.with_suffix(".truth.json").read_text("utf-8"))
        missing += [(pdf.name, s["kind"], s["text"][:40]) for s in segments if squeeze(s["text"]) not in got]
    assert missing == []


@pytest.fixture(scope="module")
def strategy() -> Document:
    pdf = SHARED / "pdf_dev/real/phichai_moit2-6.1.pdf"
    if not pdf.exists():
        pytest.skip("the real PDFs (../shared/pdf_dev/real) are not here")
    return extract(pdf, ocr="never")


@pytest.mark.slow
def test_swapped_tone_marks_are_settled_by_their_drawing(strategy: Document) -> None:
    text = "".join(found.text for found in strategy.lines())
    assert "เป้าหมาย" in text
    assert not [wrong for wrong in ("เปูา", "ปูอง", "ฝุาย", "ปุวย", "ส านัก") if wrong in text]
