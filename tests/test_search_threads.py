import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.ingest import ingest
from pipeline.ofi import Ofi
from pipeline.search import heatmap
from pipeline.search.ofi_threads import Thread, heat, threads
from pipeline.store import open_store

SAMPLES = Path(__file__).resolve().parent.parent / "corpora" / "samples" / "text"


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    db = tmp_path_factory.mktemp("threads") / "samples.db"
    ingest([SAMPLES], db=db, jobs=1)
    return db


def run(*args: object, code: int = 0):
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result


def test_a_gap_is_followed_over_the_years(db):
    with open_store(db) as store:
        found = {(t.ofi.agency, t.ofi.item): t for t in threads(store) if "สวนสาธารณะ" in (t.ofi.agency or "")}
    agency = "กรมพัฒนาสวนสาธารณะแห่งชาติ"
    again = found[agency, "6.4.4"]
    assert again.years == [2564, 2565]
    assert {"form3", "feedback_report", "executive_summary"} <= set(again.forms)
    assert (again.last_verdict, again.last_verdict_year, again.ofi.status) == ("fail", 2565, "open")
    solved = found[agency, "3.4.2"]
    assert solved.years == [2564]
    assert (solved.last_verdict, solved.last_verdict_year, solved.ofi.status) == ("pass", 2565, "resolved")


def test_heat_counts_each_gap_once_a_year(db):
    with open_store(db) as store:
        found = threads(store)
    counts = heat(found)
    assert sum(counts.values()) == sum(len(t.years) or 1 for t in found)
    assert {year for category, year in counts if category} == {2564, 2565}


def test_the_page_opens_offline_and_escapes(db):
    with open_store(db) as store:
        found = threads(store)
    found[0].evidence[0].text = "<script>alert(1)</script>"
    page = heatmap.page(found)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"https?:|src=|url\(|@import", page)
    assert page.count("<details>") == len(found)


def test_gaps_without_category_or_year_are_shown_too():
    gaps = [Ofi(ofi_id=i, text="ยังไม่มีแผน", status="unknown", category=c) for i, c in (("a", None), ("b", 3))]
    followed = [Thread(ofi=gaps[0], times=1), Thread(ofi=gaps[1], times=1, years=[2565])]
    page = heatmap.page(followed)
    assert page.count("<details>") == 2
    assert "ไม่ระบุหมวด" in page and "ไม่ทราบปี" in page
    table = heatmap.table(followed)
    assert [str(column.header) for column in table.columns] == ["หมวด", "2565", "ไม่ทราบปี"]
    assert table.row_count == 8


def test_commands(db, tmp_path):
    rows = json.loads(run("search", "--db", db, "--json", "ข้อรอ้งเรียน", "--category", 3, "--limit", 5).stdout)
    assert len(rows) == 5
    assert {row["category"] for row in rows} == {3}
    found = run("search", "--db", db, "หมวด 5 ไม่ผ่าน", "ความผูกพัน", "-บรรณารักษ์")
    assert "Filters: หมวด 5 · ไม่ผ่าน" in found.stderr
    assert "ความผูกพัน" in found.stdout
    assert "บรรณารักษ์" not in found.stdout
    assert "Did you mean: ข้อร้องเรียน" in run("search", "--db", db, "ข้อรอ้งเรียน").stderr
    assert run("similar", "--db", db, rows[0]["finding_id"][:10]).stdout
    page = tmp_path / "gaps.html"
    run("threads", "--db", db, "--html", page)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "2564" in run("threads", "--db", db, "--category", 3).stdout
    assert run("index", "--db", db, "--check").exit_code == 0
    with open_store(db) as store:
        store.connection.execute("DELETE FROM search_terms")
    run("index", "--db", db, "--check", code=1)
    run("index", "--db", db, "--rebuild")
    run("index", "--db", db, "--check")
