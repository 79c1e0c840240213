"""Opening PDFs that are damaged, locked, abusive or no PDFs at all."""

from __future__ import annotations

import io
import multiprocessing
import queue
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import PmqaError
from pipeline.extract import extract
from pipeline.extract.mend import open_pdf, sniff

HOSTILE = Path(__file__).resolve().parents[2] / "shared" / "hostile"
needs_hostile = pytest.mark.skipif(not HOSTILE.is_dir(), reason="the collection of hostile PDFs is not there")


def a_pdf(pages: int = 3, **save: Any) -> bytes:
    """A small sound PDF: every page says its number in Helvetica."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                                                    BaseFont=pikepdf.Name.Helvetica))  # fmt: skip
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=(300, 200))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(b"BT /F1 20 Tf 20 100 Td (Page %d of text) Tj ET" % number)
        target = io.BytesIO()
        pdf.save(target, **{"object_stream_mode": pikepdf.ObjectStreamMode.disable, **save})
    return target.getvalue()


def code_of(data: bytes, **options: Any) -> str:
    with pytest.raises(PmqaError) as raised:
        open_pdf(data, **options)
    assert raised.value.message and raised.value.hint
    return raised.value.code


def test_a_sound_file_is_read_as_it_is() -> None:
    data = a_pdf()
    sound = open_pdf(data)
    assert (sound.data, sound.pages, sound.mended, sound.warnings) == (data, 3, False, ())


def test_other_kinds_of_files_are_named() -> None:
    docx = io.BytesIO()
    with zipfile.ZipFile(docx, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    for data, word in [
        (docx.getvalue(), "Word"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"\xff\xd8\xff\xe0JFIF", "JPEG"),
        ("ผลการประเมิน".encode(), "text file"),
    ]:
        assert code_of(data) == "not-pdf"
        with pytest.raises(PmqaError, match=word):
            open_pdf(data)


def test_empty_and_absent_files(tmp_path: Path) -> None:
    assert code_of(b"") == code_of(b"\x00" * 100) == "empty"
    for path in (tmp_path / "none.pdf", tmp_path):
        with pytest.raises(PmqaError) as raised:
            open_pdf(path)
        assert raised.value.code == "unreadable"


def test_locked_files_ask_for_their_password() -> None:
    locked = a_pdf(encryption=pikepdf.Encryption(user="กุญแจ", owner="owner"))
    assert code_of(locked) == "encrypted"
    assert code_of(locked, password="wrong") == "wrong-password"
    assert open_pdf(locked, password="กุญแจ").pages == 3


def test_an_owner_password_alone_locks_nothing() -> None:
    sound = open_pdf(
        a_pdf(encryption=pikepdf.Encryption(user="", owner="owner", allow=pikepdf.Permissions(extract=False)))
    )
    assert sound.pages == 3 and not sound.mended
    with pikepdf.open(io.BytesIO(sound.data)) as plain:
        assert not plain.is_encrypted
    assert any("not copied" in warning for warning in sound.warnings)


def test_junk_before_and_a_lost_tail_are_mended() -> None:
    data = a_pdf(9)
    tail = data.rindex(b"xref", 0, data.rindex(b"startxref"))
    for damaged in (b"HTTP/1.1 200 OK\r\n" * 200 + data, data[:tail], data.replace(b"startxref", b"")):
        sound = open_pdf(damaged)
        assert sound.pages == 9 and sound.mended and sound.warnings
        with pikepdf.open(io.BytesIO(sound.data)) as pdf:
            assert b"Page 9" in pdf.pages[8].Contents.read_bytes()


def test_a_pages_tree_that_bites_its_tail_is_flattened() -> None:
    with pikepdf.open(io.BytesIO(a_pdf(3))) as pdf:
        tree = pdf.Root.Pages
        tree.Kids.append(tree)
        target = io.BytesIO()
        pdf.save(target)
    sound = open_pdf(target.getvalue())
    assert sound.pages == 3 and sound.mended


def test_inherited_attributes_survive_a_new_tree() -> None:
    with pikepdf.open(io.BytesIO(a_pdf(2))) as pdf:
        tree = pdf.Root.Pages
        tree.MediaBox = pikepdf.Array([0, 0, 123, 45])
        for page in tree.Kids:
            del page.MediaBox
        tree.Kids.append(tree)
        target = io.BytesIO()
        pdf.save(target)
    with pikepdf.open(io.BytesIO(open_pdf(target.getvalue()).data)) as pdf:
        assert [float(x) for x in pdf.pages[0].mediabox] == [0, 0, 123, 45]


def test_a_claim_of_two_thousand_million_pages_is_not_believed() -> None:
    assert open_pdf(a_pdf(1).replace(b"/Count 1", b"/Count 2000000000")).pages == 1


def test_a_file_without_pages_says_so() -> None:
    assert code_of(a_pdf(0)) == "no-pages"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_happens_to_the_bytes_the_answer_is_pages_or_an_error(data: st.DataObject) -> None:
    whole = bytearray(a_pdf(2))
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
        whole = whole or bytearray(b"%PDF-1.7")
    try:
        assert open_pdf(bytes(whole)).pages >= 1
    except PmqaError as error:
        assert error.code in {"empty", "not-pdf", "encrypted", "damaged", "no-pages", "too-many-pages"}


def test_sniffing_looks_at_the_bytes_only() -> None:
    assert sniff(a_pdf(1)) == "application/pdf"
    assert sniff(b"junk\r\n" * 500 + a_pdf(1)) == "application/pdf"
    assert sniff(a_pdf(1).replace(b"%PDF-", b"%XXX-")) == "application/pdf"
    assert sniff(b"PK\x03\x04 broken") == "application/zip"


# Files that break engines: each is read in a process of its own, with limits, so that a crash is a failed test.


def _read(path: str, answers: Any) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    except ImportError:  # Windows: the time limit of the parent has to do
        pass
    try:
        document = extract(path, ocr="never")
        answers.put(("document", len(document.pages), "".join(line.text for line in document.lines(furniture=True))))
    except PmqaError as error:
        answers.put((error.code, 0, str(error)))


def read_in_child(path: Path, seconds: float = 90) -> tuple[str, int, str]:
    """Outcome, pages and text or message; ("crash" or "hang", ...) if the process gave no answer."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    answers: Any = context.Queue()
    child = context.Process(target=_read, args=(str(path), answers))
    child.start()
    try:
        while True:
            try:
                answer: tuple[str, int, str] = answers.get(timeout=0.5)
                return answer
            except queue.Empty:
                seconds -= 0.5
                if not child.is_alive() and answers.empty():
                    return ("crash", child.exitcode or 0, "")
                if seconds <= 0:
                    return ("hang", 0, "")
    finally:
        child.kill()
        child.join()


def self_loop() -> bytes:
    """A page drawn by a form that draws itself."""
    with pikepdf.open(io.BytesIO(a_pdf(1))) as pdf:
        form = pdf.make_stream(b"/Me Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
                               BBox=pikepdf.Array([0, 0, 300, 200]))  # fmt: skip
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Me=form))
        page = pdf.pages[0]
        page.Resources.XObject = pikepdf.Dictionary(Me=form)
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b" /Me Do")
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("form in itself", self_loop()),
        ("deep arrays", a_pdf(1).replace(b"endobj", b"endobj 99 0 obj " + b"[" * 5000 + b" endobj", 1)),
        ("half a file", a_pdf(9)[:900]),
        ("wild content", a_pdf(1).replace(b"20 Tf", b"1e9 Tf").replace(b"20 100 Td", b"q q Q Q Q")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_abusive_files_end_in_a_document_or_an_error(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(data)
    outcome, *_ = read_in_child(path)
    assert outcome in {"document", "damaged", "no-pages", "encrypted"}, name


@needs_hostile
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.pdf")), ids=lambda path: path.stem)
def test_hostile_files_end_in_a_document_or_an_error(path: Path) -> None:
    outcome, _, _ = read_in_child(path)
    assert outcome not in {"crash", "hang"}


@needs_hostile
@pytest.mark.parametrize(
    ("name", "outcome", "pages"),
    [
        ("synth_thai_aes256_ownerpw_only", "document", 1),
        ("synth_thai_aes256_userpw_test", "encrypted", 0),
        ("synth_html_renamed", "not-pdf", 0),
        ("synth_truncated_tail_thai", "document", 9),
        ("synth_zero_pages", "no-pages", 0),
        ("pdfjs_issue9418", "document", 1),
        ("qpdf_no-pages-types", "document", 1),
        ("qpdffuzz_70245", "empty", 0),
    ],
)
def test_hostile_files_that_have_an_answer_get_it(name: str, outcome: str, pages: int) -> None:
    found, count, text = read_in_child(HOSTILE / f"{name}.pdf")
    assert (found, count) == (outcome, pages)
    assert text.strip()
