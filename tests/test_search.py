import sqlite3
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipeline.errors import PmqaError
from pipeline.ingest import ingest
from pipeline.records import Finding
from pipeline.search import Filters, SqliteEngine, index
from pipeline.search.evaluation import evaluate, read_judged
from pipeline.search.folding import fold, key
from pipeline.search.rank import WORDS_ONLY
from pipeline.search.text import words
from pipeline.store import DocumentRecord, Store, open_store
from pipeline.thai import DEPENDENT

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpora" / "samples" / "text"
JUDGED = ROOT / "corpora" / "search" / "judged.toml"

NO_FILTERS = Filters()
any_text = st.text(st.characters(), max_size=60)
thai = st.text("กขคงจชดตทนบปผพมยรลวสหอะาิีึืุูเแโใไำ่้๊๋์็ํ 0123๔๕-\"'.,()", min_size=1, max_size=60)
pieces = st.lists(st.sampled_from(["หมวด ", "5", "ไม่ผ่าน", '"', " -", "ปี ", "2564", "ข้อ", "ก", "(", "*"])).map("".join)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    db = tmp_path_factory.mktemp("search") / "samples.db"
    ingest([SAMPLES], db=db, jobs=1)
    with open_store(db) as store:
        yield store


@pytest.fixture(scope="module")
def engine(samples):
    return SqliteEngine(samples)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "a.db", create=True) as store:
        yield store


def put(store: Store, doc_id: str, *texts: str, replace: bool = False, **more) -> None:
    findings = [Finding(kind="ofi", text=text, **more) for text in texts]
    store.put(DocumentRecord(doc_id=doc_id), findings, {f"/{doc_id}": f"{doc_id}.txt"}, replace=replace)


def texts(engine: SqliteEngine, query: str, filters: Filters = NO_FILTERS, limit: int = 10_000) -> list[str]:
    return [hit.finding.text for hit in engine.search(query, filters, limit).hits]


# ---------------------------------------------------------------------------------------------- quality


@pytest.mark.parametrize("split", ["tune", "test"])
def test_judged_queries(samples, engine, split):
    findings = list(samples.records(Finding))
    judged = [one for one in read_judged(JUDGED) if one.split == split]

    def measured(engine: SqliteEngine) -> dict[str, float]:
        return evaluate(judged, findings, lambda q: [hit.finding.finding_id for hit in engine.search(q, limit=10).hits])

    fused, words = measured(engine), measured(SqliteEngine(samples, WORDS_ONLY))
    assert len(fused) == 8, fused
    assert fused["all"] >= 0.92, fused
    assert min(fused.values()) >= 0.85, fused
    assert fused["all"] > words["all"]
    assert all(fused[kind] >= words[kind] - 0.01 for kind in fused), (fused, words)


# ------------------------------------------------------------------------------------ what must be found


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_finding_is_found_by_any_run_of_its_text(samples, engine, data):
    finding = data.draw(st.sampled_from([f for f in samples.records(Finding) if len(f.text) >= 12]))
    start = data.draw(st.integers(0, len(finding.text) - 12))
    run = finding.text[start : start + 12]
    found = [hit.finding.finding_id for hit in engine.search(run, limit=10_000).hits]
    assert finding.finding_id in found, run


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(thai | any_text, min_size=1, max_size=4), data=st.data())
def test_any_text_is_found_by_any_run_of_it(texts, data):
    with Store(Path("scratch"), sqlite3.connect(":memory:", isolation_level=None)) as store:
        put(store, "d", *texts)
        engine = SqliteEngine(store)
        at = data.draw(st.integers(0, len(texts) - 1))
        text = [f.text for f in store.records(Finding)][at]
        assume(text)
        start = data.draw(st.integers(0, max(0, len(text) - 12)))
        run = text[start : start + 12]
        assume(key(run))
        assert text in [hit.finding.text for hit in engine.search(run, limit=100).hits]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=any_text | thai | pieces)
def test_no_query_raises(engine, query):
    results = engine.search(query, limit=5)
    for hit in results.hits:
        for start, end in hit.snippet.highlights:
            assert 0 <= start < end <= len(hit.snippet.text)
            assert hit.snippet.text[start] not in DEPENDENT or start == 0
            assert end == len(hit.snippet.text) or hit.snippet.text[end] not in DEPENDENT


@pytest.mark.parametrize(
    "query", ["risk OR NEAR(audit", "text:*", 'a" OR "b', "AND", "^ก", "(((", "%_%", "'; DROP TABLE findings; --"]
)
def test_search_syntax_is_text(store, query):
    put(store, "d", f"ข้อความ {query} ท้าย", "ไม่เกี่ยวกัน")
    assert texts(SqliteEngine(store), query)[0] == f"ข้อความ {query} ท้าย"


def test_short_queries_find(store):
    put(store, "d", "คะแนน ITA ระดับ AA", "ใช้ KM ทุกกอง", "อื่น ๆ")
    engine = SqliteEngine(store)
    assert texts(engine, "AA") == ["คะแนน ITA ระดับ AA"]
    assert texts(engine, "k")[0] == "ใช้ KM ทุกกอง"


def test_phrase_and_exclusion(store):
    put(store, "d", "การลดต้นทุนของกระบวนการหลัก", "ต้นทุนลดลง กระบวนการหลัก", "การลด ต้นทุนของกองคลัง")
    engine = SqliteEngine(store)
    assert set(texts(engine, '"ลดต้นทุน"')) == {"การลดต้นทุนของกระบวนการหลัก", "การลด ต้นทุนของกองคลัง"}
    assert texts(engine, '"ลดต้นทุน" -กระบวนการ') == ["การลด ต้นทุนของกองคลัง"]
    assert texts(engine, 'ต้นทุน -"กองคลัง" -กระบวนการ') == []


# ------------------------------------------------------------------------------------------ understanding


@pytest.mark.parametrize(
    ("query", "filters", "left"),
    [
        ("หมวด 5 ไม่ผ่าน ความผูกพัน", ["หมวด 5", "ไม่ผ่าน"], "ความผูกพัน"),
        ("หมวด ๕ ที่ผ่านแล้ว", ["หมวด 5", "ผ่าน"], ""),
        ("ความเสี่ยง ปี 2564", ["ปี 2564"], "ความเสี่ยง"),
        ("ความเสี่ยง ปีงบประมาณ พ.ศ. ๒๕๖๔ ถึง 2565", ["ปี 2564-2565"], "ความเสี่ยง"),
        ("risk FY2021", ["ปี 2564"], "risk"),
        ("ข้อ ๓.๔.๒", ["ข้อ 3.4.2"], ""),
        ("ตัวชี้วัดที่ 1.2 เป้าหมาย", ["ตัวชี้วัด 1.2"], "เป้าหมาย"),
        ("จุดแข็ง หมวดการนำองค์การ", ["หมวด 1", "strength"], ""),
        ("OFI หมวด 3 และ 4", ["หมวด 3", "หมวด 4", "indicator_ofi", "ofi"], ""),
        ("แบบฟอร์ม 4 not passed", ["ไม่ผ่าน", "form4"], ""),
        ("กรมพัฒนาสวนสาธารณะแห่งชาติ ข้อร้องเรียน", ["กรมพัฒนาสวนสาธารณะแห่งชาติ"], "ข้อร้องเรียน"),
        ("หมวดห้า ไม่ผ่าน", ["หมวด 5", "ไม่ผ่าน"], ""),
        ("หมวด 3-1 ความเสี่ยง", ["หมวด 1", "หมวด 2", "หมวด 3"], "ความเสี่ยง"),
        ("หมวดลูกค้า ข้อร้องเรียน", ["หมวด 3"], "ข้อร้องเรียน"),
        ("หมวดยุทธศาสตร์ไม่ผ่าน", ["หมวด 2", "ไม่ผ่าน"], ""),
        ("ข้อ ๓ . ๔ . ๒", ["ข้อ 3.4.2"], ""),
        ("หมวด 3 ข้อ 4.2", ["ข้อ 3.4.2"], ""),
        ("หมวด 3.4 ช่องทาง", ["ข้อ 3.4"], "ช่องทาง"),
        ("ข้อ 3.4.1 ถึง 3.4.3", ["ข้อ 3.4.1", "ข้อ 3.4.2", "ข้อ 3.4.3"], ""),
        ("ข้อ 3.4.1-3.4.99 ซ้ำ", ["ข้อ 3.4.1", "ข้อ 3.4.2", "ข้อ 3.4.3", "ข้อ 3.4.5"], "ซ้ำ"),
        ("ตัวชี้วัด 7.2", ["ข้อ 7.2"], ""),
        ("ข้อที่ผ่านของหมวด 4", ["หมวด 4", "ผ่าน"], ""),
        ("หมวด 6 ตก", ["หมวด 6", "ไม่ผ่าน"], ""),
        ("ข้อไหนที่ยังไม่ผ่าน", ["ไม่ผ่าน"], ""),
        ("หมวด 3 ไม่ ผ่าน ระยะ เวลา", ["หมวด 3", "ไม่ผ่าน"], "ระยะเวลา"),
        # Words that only look like filters.
        ("ผ่านช่องทางออนไลน์", [], "ผ่านช่องทางออนไลน์"),
        ("กระบวนการที่ผ่านหลายหน่วยงาน", [], "กระบวนการผ่านหลายหน่วยงาน"),
        ("ปีที่ผ่าน มา ข้อร้องเรียน", [], "ปีที่ผ่านมาข้อร้องเรียน"),
        ("จัดหมวดหมู่ความรู้", [], "จัดหมวดหมู่ความรู้"),
        ("9.9.9 ร้อยละ 3.5", [], "9.9.9 ร้อยละ 3.5"),
    ],
)
def test_filters_in_words(engine, query, filters, left):
    results = engine.search(query)
    assert results.filters.shown() == filters
    assert key(results.query.words) == key(left)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("ผู้ตรวจประเมินเคยตำหนิเรื่องข้อร้องเรียนว่าไง", "ข้อร้องเรียน"),
        ("อยากทราบว่าความเสี่ยงข้อไหนบ้าง", "ความเสี่ยง"),
        ("what does the reviewer say about our complaints?", "complaints"),
    ],
)
def test_words_around_the_subject_are_passed_over(engine, question, subject):
    assert engine.search(question).query.words == subject


def test_a_compound_without_meanings_of_its_own_is_looked_for_by_those_of_its_parts(store):
    put(store, "d", "ควรวิเคราะห์ค่าใช้จ่ายของทุกกระบวนการ", "ควรวิเคราะห์ผลสำรวจ")
    assert texts(SqliteEngine(store), "วิเคราะห์ต้นทุน")[0] == "ควรวิเคราะห์ค่าใช้จ่ายของทุกกระบวนการ"


def test_a_word_that_a_space_broke_is_found_whole(store):
    put(store, "d", "ยังไม่มีแผนระยะยาว", "รอเป็นระยะ ๆ นานและยาว")
    assert texts(SqliteEngine(store), "ระยะ ยาว")[0] == "ยังไม่มีแผนระยะยาว"


def test_the_very_number_comes_first(store):
    put(store, "a", "ร้อยละของงานที่เสร็จ", criterion="7.1", category=7, indicator_no="1.1")
    put(store, "b", "ร้อยละของงานที่เสร็จ (ตั้งเป้าต่ำ)", category=7, indicator_no="7.1.1")
    assert [hit.finding.indicator_no for hit in SqliteEngine(store).search("ตัวชี้วัด 7.1.1").hits] == ["7.1.1", "1.1"]


def test_what_refers_to_a_number_comes_after_what_is_of_it(store):
    put(store, "a", "แผนไม่ครบ", item="2.3.1", criterion="2.3", category=2, verdict="fail")
    put(store, "b", "ต่อเนื่องจากข้อ 2.3.1", "ต่อเนื่องจากข้อ 2.3.2", item="2.4.1", criterion="2.4", category=2, verdict="fail")
    put(store, "c", "ดูข้อ 2.3.1 ด้วย", item="6.1.1", criterion="6.1", category=6, verdict="pass")
    assert texts(SqliteEngine(store), "ข้อ ๒.๓.๑ ไม่ผ่าน") == ["แผนไม่ครบ", "ต่อเนื่องจากข้อ 2.3.1"]


def test_what_fits_narrow_filters_without_the_words_follows_comments_first(store):
    put(store, "a", "", "อื่น ๆ", "ลดขั้นตอน", item="6.1.1", criterion="6.1", category=6)
    assert texts(SqliteEngine(store), "ข้อ 6.1.1 ขั้นตอน") == ["ลดขั้นตอน", "อื่น ๆ", ""]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ข้อรอ้งเรียน", "ข้อร้องเรียน"),
        ("ส านักงาน", "สำนักงาน"),
        ("กำรทุจริต", "การทุจริต"),
        ("ควมผูกพัน", "ความผูกพัน"),
        ("บุคคลากร", "บุคลากร"),
        ("benchmak", "benchmark"),
        ("ความเสียงระดับองค์การ", "ความเสี่ยงระดับองค์การ"),
    ],
)
def test_did_you_mean(engine, typed, meant):
    assert engine.search(typed).did_you_mean == meant


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_words_of_the_store_are_left_alone(samples, engine, data):
    finding = data.draw(st.sampled_from([f for f in samples.records(Finding) if len(f.text) > 20]))
    found = words(fold(finding.text))
    first = data.draw(st.integers(0, len(found) - 1))
    last = data.draw(st.integers(first, min(len(found) - 1, first + 5)))
    query = fold(finding.text)[found[first].start : found[last].end]
    assert engine.search(query, limit=1).did_you_mean is None, query


@pytest.mark.parametrize("query", ["ข้อร้องเรียน", "ลูกค้า", "big data", "คู่เทียบ", "ความผูกพันของบุคลากร", "e-Service", "ประปา"])
def test_what_is_right_is_left_alone(engine, query):
    assert engine.search(query).did_you_mean is None


def test_a_filter_that_nothing_fits_is_dropped_and_told(engine):
    results = engine.search("ข้อร้องเรียน ปี 2550")
    assert results.hits
    assert (results.filters.shown(), results.dropped.shown()) == ([], ["ปี 2550"])


def test_filters_from_outside_always_hold(samples, engine):
    for filters in (
        Filters.of(category=6, year=2565),
        Filters.of(criterion="๓.๔"),
        Filters.of(agency="ห้องสมุด", verdict="fail"),
    ):
        hits = engine.search("ข้อร้องเรียน ต้นทุน บุคลากร", filters, limit=1000).hits
        assert hits
        for hit in hits:
            finding = hit.finding
            assert not filters.categories or finding.category in filters.categories
            assert not filters.years or finding.fiscal_year in filters.years
            assert not filters.numbers or finding.criterion == "3.4"
            assert not filters.verdicts or finding.verdict == "fail"
            assert not filters.agency or filters.agency in (finding.agency or "")


def test_similar(samples, engine):
    (one, *_) = [f for f in samples.records(Finding) if f.item == "6.4.4" and f.verdict == "fail"]
    found = [hit.finding for hit in engine.similar(one.finding_id, limit=5).hits]
    assert one.finding_id not in [f.finding_id for f in found]
    assert {f.criterion for f in found[:3]} == {"6.4"}
    with pytest.raises(PmqaError, match="no finding"):
        engine.similar("none such")


# ---------------------------------------------------------------------------------------------- snippets


def test_snippet_keeps_marks_and_shows_the_match(store):
    put(store, "d", "น้ำ" * 100 + " ข้อร้องเรียนที่ซ้ำ " + "ป่า" * 100)
    (hit,) = SqliteEngine(store).search("ร้องเรียน").hits
    assert "ข้อร้องเรียน" in [hit.snippet.text[a:b] for a, b in hit.snippet.highlights]
    assert len(hit.snippet.text) < 300
    assert unicodedata.category(hit.snippet.text.strip("…")[0]) != "Mn"


def test_as_dict_is_the_contract(engine):
    row = engine.search("ข้อร้องเรียน").hits[0].as_dict()
    wanted = {"finding_id", "text", "score", "source_name", "page", "category", "criterion", "item", "verdict", "kind"}
    assert wanted <= row.keys()


# ------------------------------------------------------------------------------------- keeping up to date


def test_what_is_ingested_is_found_and_what_is_gone_is_not(store):
    engine = SqliteEngine(store)
    put(store, "a", "การจัดการน้ำเสีย")
    assert texts(engine, "น้ำเสีย") == ["การจัดการน้ำเสีย"]
    put(store, "b", "น้ำเสียจากโรงงาน")
    assert set(texts(engine, "น้ำเสีย")) == {"การจัดการน้ำเสีย", "น้ำเสียจากโรงงาน"}
    put(store, "a", "การจัดการขยะ", replace=True)
    assert texts(engine, "น้ำเสีย") == ["น้ำเสียจากโรงงาน"]
    assert texts(engine, "ขยะ") == ["การจัดการขยะ"]
    store.connection.execute("DELETE FROM documents WHERE doc_id = 'b'")
    assert texts(engine, "น้ำเสีย") == []
    store.connection.execute("UPDATE findings SET text = 'การจัดการป่าไม้'")
    assert texts(SqliteEngine(store), "ป่าไม้") == ["การจัดการป่าไม้"]
    assert engine.problems() == []


def test_many_small_batches_are_put_together(store):
    engine = SqliteEngine(store)
    for n in range(30):
        put(store, f"d{n:02}", f"ข้อสังเกตที่ {n} เรื่องต้นไม้", f"เรื่องน้ำ {n}", category=n % 7 + 1, item_title=f"หัวข้อ{n}")
        engine.refresh()
        if n % 4 == 3:
            put(store, f"d{n - 1:02}", f"แก้แล้ว {n}", replace=True)
    assert store.connection.execute("SELECT count(*) FROM search_segments").fetchone()[0] < 12
    engine.refresh()
    assert engine.problems() == []
    before = {query: sorted(texts(engine, query)) for query in ("ต้นไม้", "เรื่องน้ำ", "แก้แล้ว", "หัวข้อ5", "ที่ 1")}
    engine.rebuild()
    assert {query: sorted(texts(engine, query)) for query in before} == before


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 4), st.lists(st.sampled_from(["น้ำ", "ป่าไม้", "ขยะ", ""]), max_size=5), st.booleans()),
        max_size=25,
    )
)
def test_any_history_leaves_a_sound_index(steps):
    with (
        Store(Path("scratch"), sqlite3.connect(":memory:", isolation_level=None)) as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(index, "BATCH", 4)
        patch.setattr(index, "MANY", 2)
        patch.setattr(index, "TIERS", (6, 20))
        engine = SqliteEngine(store)
        for number, (doc, said, refresh) in enumerate(steps):
            if said:
                put(store, f"d{doc}", *said, replace=True, item_title=f"หัวข้อ{number % 7}")
            else:
                store.connection.execute("DELETE FROM documents WHERE doc_id = ?", (f"d{doc}",))
            if refresh:
                engine.refresh()
        engine.refresh()
        assert engine.problems() == []
        wanted = sorted(f.text for f in store.records(Finding) if f.text == "ป่าไม้")
        assert texts(engine, '"ป่าไม้"') == wanted


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM search_terms WHERE term = 'ต้นทุน'",
        "UPDATE search_grams SET numbers = x'0400000000' WHERE gram = (SELECT max(gram) FROM search_grams)",
        "DELETE FROM search_findings WHERE docno = 1",
        "UPDATE search_segments SET alive = zeroblob(size)",
        "UPDATE search_segments SET columns = x''",
        "DROP TRIGGER search_finding_added; INSERT INTO findings (doc_id, seq, text) VALUES ('d', 9, 'ใหม่')",
        "DROP TABLE search_meta",
    ],
)
def test_damage_is_noticed_and_mended(store, damage):
    put(store, "d", "ลดต้นทุน", "เพิ่มต้นไม้", "ต้นทุนรวม")
    engine = SqliteEngine(store)
    engine.refresh()
    assert engine.problems() == []
    store.connection.executescript(damage)
    assert engine.problems()
    engine.rebuild()
    assert engine.problems() == []
    assert len(texts(engine, "ต้นทุน")) == 2


def test_searching_an_empty_store(store):
    assert SqliteEngine(store).search("ข้อร้องเรียน").hits == []
    assert SqliteEngine(store).search("หมวด 5").hits == []
