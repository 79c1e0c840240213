"""What --explain and --debug-image tell of a file."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from pipeline.extract import BBox, Cluster, Correction, Document, Line, Page
from pipeline.extract.debug_image import marked, write_pictures
from pipeline.extract.explain import EVIDENCE, explain, render
from tests.test_mend import a_pdf


def a_document() -> Document:
    box = BBox(20, 80, 60, 100)
    clusters = (
        Cluster("ส", box, "TH Sarabun", 16),
        Cluster("ำ", BBox(60, 80, 90, 100), "TH Sarabun", 16, "cmap", 1.0),
        Cluster("ที่", BBox(90, 80, 120, 100), "Angsana", 14, "shape", 0.6),
    )
    corrections = (
        Correction(1, 3, " า", "ำ", "cmap", 1.0),
        Correction(3, 4, "\uf70a", "่", "shape", 0.6),
    )
    first = Line("สำที่", "ส า\uf70a", 1, page=1, bbox=box, corrections=corrections, clusters=clusters)
    second = Line("\ufffd", "\ufffd", 2, page=1, bbox=BBox(20, 120, 60, 140))
    third = Line("สำ", "ส า", 3, page=1, bbox=box, corrections=(corrections[0],), furniture=True)
    return Document(
        "a.pdf", "0" * 64, "application/pdf", [Page(1, 300, 200, [first, second, third])], None, ["Mended."]
    )


def test_fonts_faults_and_doubts_are_counted() -> None:
    found = explain(a_document())
    assert [(f.name, f.clusters, dict(f.settled)) for f in found.fonts] == [
        ("TH Sarabun", 2, {"cmap": 1}),
        ("Angsana", 1, {"shape": 1}),
    ]
    assert [(f.source, f.count, f.confidence) for f in found.faults] == [("cmap", 2, 1.0), ("shape", 1, 0.6)]
    assert [(d.line, d.why) for d in found.doubts] == [
        (1, "shape, confidence 0.60"),
        (2, "1 x replacement character"),
    ]


def test_the_report_says_all_of_it_in_words() -> None:
    text = render(a_document())
    for said in ("Mended.", "Angsana: 1 clusters", EVIDENCE["cmap"], "␣า -> ำ  2 times", "U+F70A", "page 1, line 2"):
        assert said in text, said
    clean = Document("b.txt", "0" * 64, "text/plain", [Page(1, 0, 0, [Line("การ", "การ", 1)])])
    assert "none: the text is what the file claims" in render(clean)


def test_pictures_mark_lines_corrections_and_doubts(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(a_pdf(1))
    (path,) = write_pictures(a_document(), source, tmp_path / "pictures")
    with Image.open(path) as picture:
        picture.load()
        scale = picture.width / 300

        def colour(x: float, y: float) -> tuple[int, ...]:
            pixel = picture.getpixel((round(x * scale), round(y * scale)))
            assert isinstance(pixel, tuple)
            return pixel

        red, green, blue = colour(75, 85)
        assert red > 200 and green > 150 and blue < 200  # amber: corrected
        red, green, blue = colour(105, 85)
        assert red > 200 and green < 150  # red: doubtful
        assert colour(200, 20) == (255, 255, 255)


def test_marking_a_page_leaves_the_picture_as_it_was() -> None:
    blank = Image.new("RGB", (300, 200), "white")
    marked(a_document().pages[0], blank, 72)
    assert blank.getextrema() == ((255, 255),) * 3
