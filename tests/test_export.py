import csv
import io
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PmqaError
from pipeline.export import DATASETS, FORMATS, dataset_columns, export, neutralise, restore
from pipeline.records import Finding, Indicator, Plan, Record
from pipeline.store import DocumentRecord, open_store

#: Texts that some format or program could take for something else than text.
AWKWARD = [
    "- ควรทบทวนช่องทางรับฟังเสียงของผู้รับบริการ",
    '=HYPERLINK("http://example.org","x")',
    "+66 2 000 0000",
    "@SUM(A1)",
    "  \t=1+1",
    "'ขึ้นต้นด้วยอัญประกาศ",
    "''สองตัว",
    "\tแท็บ",
    "\r\nขึ้นบรรทัด",
    "＝เต็มความกว้าง",
    'บรรทัดแรก\nบรรทัดที่สอง, มีจุลภาค และ "อัญประกาศ"',
    "แยก\u2028บรรทัด\x85ด้วย\u2029สัญญาณอื่น\x0b\x0c\x1c",
    "https://example.org/ไม่ใช่ลิงก์",
    "ผู้กำกับดูแลน้ำ ๑๒๓",
    "",
]


def make_store(path: Path, texts: list[str]) -> Path:
    records: list[Record] = [
        Finding(kind="ofi", text=text, category=n % 7 + 1, line_start=n) for n, text in enumerate(texts, 1)
    ]
    records.append(Indicator(name="ร้อยละ", target="ไม่น้อยกว่า 80", targets={"2564": 80, "2565": "n/a"}, score=-3))
    records.append(Indicator(target=80, bbox=[1.5, 2, 3, 4]))
    records.append(Plan(plan_id="1", kpis=["- ร้อยละ", "=2"], scoring={"1": "ต่ำ"}))
    document = DocumentRecord(doc_id="0" * 16, families=["form3"], warnings=["-1"], ingested_at="2021-01-01T00:00:00Z")
    with open_store(path, create=True) as store:
        store.put(document, records, {"/รายงาน.pdf": "รายงาน.pdf"})
    return path


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("export") / "a.db", AWKWARD)


@pytest.mark.parametrize("dataset", DATASETS)
def test_jsonl_is_one_object_a_line_with_every_column(db, dataset):
    out = io.BytesIO()
    number = export(dataset, out, db=db)
    rows = [json.loads(line) for line in out.getvalue().decode("utf-8").splitlines()]
    assert len(rows) == number
    assert all(list(row) == list(dataset_columns(dataset)) for row in rows)
    if dataset == "findings":
        assert [row["text"] for row in rows] == AWKWARD


def test_csv_opens_in_excel_and_gives_the_texts_back(db, tmp_path):
    path = tmp_path / "o.csv"
    export("findings", path, db=db)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [restore(row["text"]) for row in rows] == AWKWARD
    for row in rows:
        assert not row["text"].strip().startswith(("=", "+", "-", "@", "＝"))


def test_csv_keeps_numbers_numbers(db, tmp_path):
    export("indicators", tmp_path / "o.csv", db=db)
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["score"] == "-3.0"
    assert json.loads(first["targets"]) == {"2564": 80, "2565": "n/a"}
    assert (first["target"], second["target"]) == ("ไม่น้อยกว่า 80", "80")


@given(st.text())
def test_neutralising_is_reversible_and_leaves_no_formula(text):
    safe = neutralise(text)
    assert restore(safe) == text
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
    assert safe in (text, "'" + text)


def test_xlsx_holds_text_as_text_and_is_laid_out_for_reading(db, tmp_path):
    path = tmp_path / "o.xlsx"
    export("findings", path, db=db)
    sheet = openpyxl.load_workbook(path).active
    names = [cell.value for cell in sheet[1]]
    column = names.index("text") + 1
    cells = [sheet.cell(row, column) for row in range(2, 2 + len(AWKWARD))]
    readable = [text for text in AWKWARD if not any(ord(char) < 32 and char not in "\t\n" for char in text)]
    assert [cell.value for cell in cells if cell.value in readable] == [t for t in readable if t]
    assert all(cell.data_type in ("s", "inlineStr", "n") and cell.hyperlink is None for cell in cells)
    assert cells[0].alignment.wrap_text
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(len(names))}{len(AWKWARD) + 1}"
    category = sheet.cell(2, names.index("category") + 1)
    assert (category.value, category.data_type) == (2, "n")


def test_xlsx_columns_are_as_wide_as_thai_is_drawn(tmp_path):
    width = {}
    for text in ("ที่นี่" * 6, "กกก" * 6):  # 12 and 18 letters wide, whatever marks they carry
        export("findings", tmp_path / "o.xlsx", db=make_store(tmp_path / f"{len(width)}.db", [text]))
        sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
        names = [cell.value for cell in sheet[1]]
        letter = openpyxl.utils.get_column_letter(names.index("text") + 1)
        width[text] = sheet.column_dimensions[letter].width
    marked, plain = width.values()
    assert plain > marked > 12
    assert (plain - 1) / (marked - 1) == pytest.approx(18 / 12, rel=0.1)


def test_xlsx_rows_are_as_high_as_their_text(tmp_path):
    export("findings", tmp_path / "o.xlsx", db=make_store(tmp_path / "a.db", ["ก", "ควรทบทวน " * 60, "ก\nข\nค"]))
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    one, many, three = (sheet.row_dimensions[row].height for row in (2, 3, 4))
    assert three == 3 * one
    assert many > 6 * one


def test_parquet_has_typed_columns(db, tmp_path):
    export("plans", tmp_path / "o.parquet", db=db)
    (plan,) = pq.read_table(tmp_path / "o.parquet").to_pylist()
    assert plan["kpis"] == ["- ร้อยละ", "=2"]
    assert json.loads(plan["scoring"]) == {"1": "ต่ำ"}
    export("findings", tmp_path / "f.parquet", db=db)
    table = pq.read_table(tmp_path / "f.parquet")
    assert table["text"].to_pylist() == AWKWARD
    assert str(table.schema.field("category").type) == "int64"


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_store_gives_the_same_bytes(db, tmp_path, format):
    first, second = tmp_path / "1", tmp_path / "2"
    export("findings", first, format=format, db=db)
    time.sleep(1.1 if format == "xlsx" else 0)  # long enough for a time stamp to differ
    export("findings", second, format=format, db=db)
    assert first.read_bytes() == second.read_bytes()


def test_an_export_that_fails_leaves_what_was_there(tmp_path):
    path = make_store(tmp_path / "a.db", AWKWARD)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE indicators SET targets = 'not JSON'")
    connection.commit()
    connection.close()
    output = tmp_path / "o.jsonl"
    output.write_text("as before")
    with pytest.raises(ValueError):
        export("indicators", output, db=path)
    assert output.read_text() == "as before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.db", "o.jsonl"]


def test_wrong_use_is_explained(db, tmp_path):
    for dataset, output, format, code in [
        ("nonsense", tmp_path / "o", None, "usage"),
        ("findings", tmp_path / "o", "docx", "usage"),
        ("findings", db, None, "usage"),
        ("findings", tmp_path / "no" / "folder.csv", None, "output"),
    ]:
        with pytest.raises(PmqaError) as caught:
            export(dataset, output, format=format, db=db)
        assert caught.value.code == code
        assert caught.value.hint


def pmqa(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipeline.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=60, **options)  # type: ignore[call-overload]


def test_command_writes_to_stdout_or_to_a_file_in_the_format_of_its_suffix(db, tmp_path):
    piped = pmqa("export", "findings", "--db", db)
    assert piped.returncode == 0
    assert len(piped.stdout.splitlines()) == len(AWKWARD)
    assert pmqa("export", "findings", "--db", db, "-o", tmp_path / "o.parquet").returncode == 0
    assert pq.read_table(tmp_path / "o.parquet").num_rows == len(AWKWARD)
    unknown = pmqa("export", "nonsense", "--db", db)
    assert unknown.returncode == 2
    assert all(dataset in " ".join(unknown.stderr.decode().split()) for dataset in DATASETS)
    missing = pmqa("export", "findings", "--db", tmp_path / "no.db")
    assert missing.returncode == 1
    assert b"Traceback" not in missing.stderr
