"""Extraction against its peers: character error rate, speed per core, memory over a thousand pages.

    python benchmarks/extract.py [--fonts Garuda,Sarabun] [--matrix DIR] [--pages 1000] [--dry]

Texts written for this benchmark are set by every producer of PDFs that is installed, in every named font that is;
a folder of PDFs with `.truth.json` files beside them (by default `../shared/pdf_dev/matrix`, if it is there) is
measured too. The tables replace the section "Extraction" of docs/benchmarks.md, unless --dry.

Error rate: edit distance over true length, white space left out, each segment where it fits best in the output;
NIKHAHIT + SARA AA counts as SARA AM. "Prose" is running text, "cells" a table of two columns. Speed: pages per
second of processor time, start-up left out, every extractor in a process of its own on the same files.
"""

from __future__ import annotations

import argparse
import html
import importlib.util
import io
import json
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import edlib
import psutil
import report

ROOT = Path(__file__).resolve().parent.parent
MATRIX = ROOT.parent / "shared" / "pdf_dev" / "matrix"
FONTS = (
    "Arundina Sans,Arundina Serif,Garuda,Kinnari,Laksaman,Loma,Norasi,Noto Looped Thai,Noto Sans Thai,Noto Serif Thai,"
    "Purisa,Sarabun,Sawasdee,TH Sarabun New,Tlwg Mono,Tlwg Typist,Umpush,Waree"
)
FOLD = re.compile(r"\s+|\u200b|\ufeff")

PROSE = [
    "แผนปรับปรุงการให้บริการน้ำประปาหมู่บ้าน ปีงบประมาณ พ.ศ. 2567",
    "คณะทำงานได้จัดลำดับความสำคัญของปัญหาน้ำท่วมซ้ำซาก โดยคำนวณค่าเฉลี่ยย้อนหลังห้าปี แล้วนำเสนอที่ประชุมเพื่อกำหนดแนวทางป้องกัน",
    "เจ้าหน้าที่ผู้รับผิดชอบต้องชี้แจงขั้นตอนให้ผู้ยื่นคำร้องทราบ ทั้งด้วยวาจาและเป็นลายลักษณ์อักษร ภายในกำหนดเวลาที่ระบุไว้ในคู่มือ",
    "ฝ่ายป่าไม้ปลูกไผ่ ปาล์ม และฝรั่ง ริมฝั่งคลองที่เพิ่งฟื้นฟู ปิดกั้นพื้นที่ดินทรุดซึ่งอยู่ใต้ฐานสะพาน กฎเกณฑ์เดิมยังคงใช้ได้ ณ ปัจจุบัน",
    "ร้อยละ ๘๗.๒๕ ของผู้ตอบแบบสอบถาม (๑,๒๓๔ คน) พึงพอใจระบบ e-Service ใหม่ ๆ เช่น Chatbot และ QR Code สูงกว่าปี 2566 ซึ่งได้ 79.60",
]
CELLS = [
    ["จุดเด่นของการดำเนินการ", "ข้อเสนอแนะเพื่อการปรับปรุง"],
    [
        "มีการสื่อสารวิสัยทัศน์ให้บุคลากรทุกระดับเข้าใจตรงกัน และติดตามผลอย่างต่อเนื่อง",
        "ควรวิเคราะห์สาเหตุที่ตัวชี้วัดสำคัญต่ำกว่าค่าเป้าหมาย แล้วกำหนดมาตรการแก้ไขเป็นรายไตรมาส",
    ],
    [
        "ใช้ข้อมูลจากผู้รับบริการมาปรับลดขั้นตอนที่ซ้ำซ้อน",
        "ยังไม่ได้ทบทวนความเสี่ยงด้านเทคโนโลยีดิจิทัล รวมทั้งแผนสำรองฉุกเฉินเมื่อระบบล่ม",
    ],
]
CSS = (
    "@page{{size:A4;margin:2cm}}body{{font-family:'{font}';font-size:15pt;line-height:1.5}}.j{{text-align:justify}}"
    "table{{border-collapse:collapse;width:100%}}td{{border:1px solid #000;padding:5px;vertical-align:top;width:50%}}"
)


# Producers: each sets the text in a font and writes a PDF.


def page_html(font: str) -> str:
    paragraphs = "".join(f'<p class="{"j" if n % 2 else ""}">{html.escape(p)}</p>' for n, p in enumerate(PROSE))
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in CELLS)
    style = CSS.format(font=font)
    return f'<html lang="th"><meta charset="utf-8"><style>{style}</style>{paragraphs}<table>{rows}</table></html>'


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=180)


def chromium(font: str, file: Path, folder: Path, pdf: Path) -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    run(program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
        "--no-pdf-header-footer", f"--print-to-pdf={pdf}", folder / "page.html")  # fmt: skip


def libreoffice(font: str, file: Path, folder: Path, pdf: Path) -> None:
    base = ("soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless")
    run(*base, "--infilter=HTML (StarWriter)", "--convert-to", "odt", "--outdir", folder, folder / "page.html")
    run(*base, "--convert-to", "pdf", "--outdir", folder, folder / "page.odt")
    shutil.copy(folder / "page.pdf", pdf)


def wkhtmltopdf(font: str, file: Path, folder: Path, pdf: Path) -> None:
    run("wkhtmltopdf", "-q", folder / "page.html", pdf)


def weasyprint(font: str, file: Path, folder: Path, pdf: Path) -> None:
    run(sys.executable, "-m", "weasyprint", "-q", folder / "page.html", pdf)


def typst(font: str, file: Path, folder: Path, pdf: Path) -> None:
    import typst as compiler

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    cells = ", ".join(quoted(cell) for row in CELLS for cell in row)
    body = [f'#set page("a4", margin: 2cm)\n#set text(font: {quoted(font)}, size: 15pt, lang: "th")']
    body += [f"#par(justify: {str(bool(n % 2)).lower()})[#{quoted(text)}]" for n, text in enumerate(PROSE)]
    source = folder / "page.typ"
    source.write_text("\n\n".join([*body, f"#table(columns: 2, {cells})"]), "utf-8")
    compiler.compile(str(source), output=str(pdf), font_paths=[str(file.parent)])


def fpdf2(font: str, file: Path, folder: Path, pdf: Path) -> None:
    from fpdf import FPDF

    document = FPDF()
    document.add_page()
    document.add_font("thai", fname=str(file))
    document.set_font("thai", size=15)
    document.set_text_shaping(True)
    for text in PROSE:
        document.multi_cell(0, 9, text, new_x="LMARGIN", new_y="NEXT", wrapmode="CHAR")
    with document.table(first_row_as_headings=False) as table:
        for row in CELLS:
            table.row(row)
    document.output(str(pdf))


def reportlab(font: str, file: Path, folder: Path, pdf: Path) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

    pdfmetrics.registerFont(TTFont("thai", str(file)))
    style = ParagraphStyle("thai", fontName="thai", fontSize=15, leading=24, wordWrap="CJK")
    cells = [[Paragraph(cell, style) for cell in row] for row in CELLS]
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 1, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    flow = [Paragraph(text, style) for text in PROSE]
    SimpleDocTemplate(str(pdf), pagesize=A4).build([*flow, Table(cells, colWidths=[230, 230], style=grid)])


PRODUCERS: dict[str, Callable[[str, Path, Path, Path], None]] = {
    f.__name__: f for f in (chromium, libreoffice, wkhtmltopdf, weasyprint, typst, fpdf2, reportlab)
}


def present(producer: str) -> bool:
    module = {"fpdf2": "fpdf"}.get(producer, producer)
    if producer in ("chromium", "libreoffice", "wkhtmltopdf"):
        names = {"libreoffice": ["soffice"], "chromium": ["chromium", "google-chrome"]}.get(producer, [producer])
        return any(shutil.which(name) for name in names)
    return importlib.util.find_spec(module) is not None


def font_file(font: str) -> Path | None:
    """The regular face of an installed family, None if it is not installed."""
    if not shutil.which("fc-match"):
        return None
    asked = ["fc-match", "-f", "%{family}\t%{file}", f"{font}:style=Regular"]
    family, _, file = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.partition("\t")
    return Path(file) if font in family.split(",") and file.endswith((".ttf", ".otf")) else None


def draws_all(file: Path) -> bool:
    """Whether a font has every character of the texts; producers without fallback fonts leave out the others."""
    from fontTools.ttLib import TTFont

    known = set(TTFont(file, lazy=True).getBestCmap())
    return all(ord(char) in known for text in (*PROSE, *(cell for row in CELLS for cell in row)) for char in text)


def make(folder: Path, fonts: list[str]) -> None:
    """Sets the texts by every producer in every font that is there."""
    truth = [{"kind": "para", "text": text} for text in PROSE]
    truth += [{"kind": "cell", "text": cell} for row in CELLS for cell in row]
    for font in fonts:
        file = font_file(font)
        if file is None:
            continue
        for name, producer in PRODUCERS.items():
            if not present(name) or (name in ("fpdf2", "reportlab") and not draws_all(file)):
                continue
            pdf = folder / f"{name}_{font.replace(' ', '')}.pdf"
            with tempfile.TemporaryDirectory() as work:
                (Path(work) / "page.html").write_text(page_html(font), "utf-8")
                try:
                    producer(font, file, Path(work), pdf)
                except Exception as error:  # a producer that fails is no extractor's fault
                    print(f"{name} cannot set {font}: {str(error)[:100]}", file=sys.stderr)
                    pdf.unlink(missing_ok=True)
                    continue
            pdf.with_suffix(".truth.json").write_text(json.dumps(truth, ensure_ascii=False), "utf-8")


# Extractors: path of a PDF to its text.


def pmqa(path: str) -> str:
    from pipeline.extract import iter_pages

    return "\n".join(line.text for page in iter_pages(path, ocr="never") for line in page.lines)


def pdfplumber(path: str) -> str:
    import pdfplumber as library

    with library.open(path) as pdf:
        texts = []
        for page in pdf.pages:
            texts.append(page.extract_text() or "")
            page.close()
        return "\n".join(texts)


def pdfium(path: str) -> str:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def pdfminer(path: str) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(path))


def pypdf(path: str) -> str:
    import pypdf as library

    return "\n".join(page.extract_text() for page in library.PdfReader(path).pages)


def pdftotext(path: str) -> str:
    return subprocess.run(["pdftotext", "-q", path, "-"], capture_output=True, check=True).stdout.decode(
        "utf-8", "replace"
    )


def pymupdf(path: str) -> str:
    import pymupdf as library

    return "\n".join(page.get_text() for page in library.open(path))


EXTRACTORS: dict[str, Callable[[str], str]] = {
    f.__name__: f for f in (pmqa, pdfplumber, pdfium, pdfminer, pypdf, pdftotext, pymupdf)
}


def installed(extractor: str) -> bool:
    if extractor == "pdftotext":
        return shutil.which("pdftotext") is not None
    names = {"pmqa": "pipeline", "pdfium": "pypdfium2"}
    return importlib.util.find_spec(names.get(extractor, extractor)) is not None


# Measures.


def normal(text: str) -> str:
    return FOLD.sub("", text.replace("\u0e4d\u0e32", "\u0e33"))


def distance(needle: str, hay: str) -> int:
    """Edits between `needle` and the stretch of `hay` that is most like it."""
    known = set(needle)
    folded = "".join(char if char in known else "\0" for char in hay)  # edlib takes 256 different characters
    found = edlib.align(needle, folded, mode="HW", task="distance")["editDistance"] if hay else len(needle)
    return min(int(found), len(needle))


def score(truth: list[dict[str, str]], text: str) -> dict[str, tuple[int, int]]:
    """Errors and true characters, for prose and for cells."""
    got = normal(text)
    tally = {"prose": (0, 0), "cells": (0, 0)}
    for segment in truth:
        kind = "cells" if segment["kind"] == "cell" else "prose"
        true = normal(segment["text"])
        errors, total = tally[kind]
        tally[kind] = errors + distance(true, got), total + len(true)
    return tally


def processor_time() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def in_child(target: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function run in a fresh process, None if it failed there."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        try:
            return pool.apply(target, arguments)
        except Exception as error:
            print(f"{arguments[0]}: {type(error).__name__}: {str(error)[:120]}", file=sys.stderr)
            return None


def measure(extractor: str, pdfs: list[Path], pages: int, seconds: float = 3.0) -> dict[str, Any]:
    """Texts' errors by file, and pages per second of processor time over all the files."""
    extract = EXTRACTORS[extractor]
    errors: dict[str, dict[str, tuple[int, int]]] = {}
    for pdf in pdfs:
        try:
            text = extract(str(pdf))
        except Exception as error:  # what a peer cannot read counts as all wrong
            print(f"{extractor}, {pdf.name}: {type(error).__name__}: {str(error)[:80]}", file=sys.stderr)
            text = ""
        errors[pdf.stem] = score(json.loads(pdf.with_suffix(".truth.json").read_text("utf-8")), text)
    start, rounds = processor_time(), 0
    while rounds < 3 or (processor_time() - start < seconds and rounds < 50):
        for pdf in pdfs:
            try:
                extract(str(pdf))
            except Exception:
                continue
        rounds += 1
    return {"errors": errors, "speed": rounds * pages / (processor_time() - start)}


def memory(reader: str, path: str, checks: list[int]) -> list[float]:
    """Resident megabytes after so many pages."""
    process = psutil.Process()
    sizes: list[float] = []

    def note(number: int) -> None:
        if number in checks:
            sizes.append(process.memory_info().rss / 2**20)

    if reader == "pmqa":
        from pipeline.extract import iter_pages

        for number, _ in enumerate(iter_pages(path, ocr="never"), 1):
            note(number)
    else:
        import pdfplumber as library

        with library.open(path) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                page.extract_text()
                page.close()
                note(number)
    return sizes


def page_count(pdfs: list[Path]) -> int:
    import pikepdf

    return sum(len(pikepdf.open(pdf).pages) for pdf in pdfs)


def long_file(pdfs: list[Path], pages: int, target: Path) -> None:
    """A file of so many pages, the pages of `pdfs` over and over."""
    import pikepdf

    sources = [pikepdf.open(io.BytesIO(pdf.read_bytes())) for pdf in pdfs]  # opened once: fonts are shared
    with pikepdf.new() as long:
        while len(long.pages) < pages:
            for source in sources:
                long.pages.extend(source.pages)
        del long.pages[pages:]
        long.save(target)


# Report.


def rate(tallies: list[tuple[int, int]]) -> str:
    return f"{100 * sum(e for e, _ in tallies) / max(sum(n for _, n in tallies), 1):.2f}"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]


def corpus(title: str, pdfs: list[Path], names: list[str]) -> list[str]:
    """One set of files: error rates by producer and extractor, and the speeds."""
    pages = page_count(pdfs)
    found = {name: in_child(measure, name, pdfs, pages) for name in names}
    found = {name: result for name, result in found.items() if result is not None}
    producers = sorted({pdf.stem.split("_")[0] for pdf in pdfs})
    fonts = len({pdf.stem.split("_", 1)[-1] for pdf in pdfs})
    rows = []
    for producer in [*producers, "all"]:
        row = [f"**{producer}**" if producer == "all" else producer]
        for result in found.values():
            mine = [t for stem, t in result["errors"].items() if producer in ("all", stem.split("_")[0])]
            row.append(f"{rate([t['prose'] for t in mine])} / {rate([t['cells'] for t in mine])}")
        rows.append(row)
    base = found["pdfplumber"]["speed"] if "pdfplumber" in found else None
    rows.append(["pages/s per core", *[f"{r['speed']:.1f}" for r in found.values()]])
    if base:
        rows.append(["times pdfplumber", *[f"{r['speed'] / base:.1f}" for r in found.values()]])
    return [
        f"### {title}",
        "",
        f"{len(pdfs)} files, {pages} pages, {fonts} fonts. Character error rate in per cent, prose / cells.",
        "",
        *table(["", *found], rows),
        "",
    ]


def flatness(pdfs: list[Path], pages: int) -> list[str]:
    checks = [n for n in (10, 100, 500, 1000, pages) if n <= pages]
    checks = sorted(set(checks))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        long_file(pdfs, pages, path)
        rows = []
        for name in ("pmqa", "pdfplumber"):
            sizes = in_child(memory, name, str(path), checks)
            if sizes:
                rows.append([name, *[f"{size:.0f}" for size in sizes]])
    head = ["resident MB after pages", *[f"{n:,}" for n in checks]]
    return [f"### Memory over {pages:,} pages", "", *table(head, rows), ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--fonts", default=FONTS)
    parser.add_argument("--matrix", type=Path, default=MATRIX)
    parser.add_argument("--pages", type=int, default=1000, help="pages of the memory test, 0 for none")
    parser.add_argument("--dry", action="store_true", help="print the tables, leave the report alone")
    options = parser.parse_args()
    names = [name for name in EXTRACTORS if installed(name)]
    section = ["## Extraction", "", "Made by `python benchmarks/extract.py`; what is measured is told there.", ""]
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), options.fonts.split(","))
        own = sorted(Path(folder).glob("*.pdf"))
        if own:
            section += corpus("PDFs made for this benchmark", own, names)
        given = sorted(p for p in options.matrix.glob("*.pdf") if p.with_suffix(".truth.json").exists())
        if given:
            section += corpus("PDFs of known text", given, names)
        if options.pages and (own or given):
            section += flatness(own or given, options.pages)
    print("\n".join(section))
    if not options.dry:
        report.put("extract", section)


if __name__ == "__main__":
    main()
