import hashlib
import sqlite3
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import PmqaError
from pipeline.export import table
from pipeline.records import RECORD_TYPES, Activity, Finding, Indicator, Passage, Plan, Record
from pipeline.store import DocumentRecord, Store, document_id, open_store


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "a.db", create=True) as store:
        yield store


def document(content: str) -> DocumentRecord:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return DocumentRecord(doc_id=document_id(sha256), sha256=sha256, ingested_at="2021-01-01T00:00:00Z")


def findings(*texts: str) -> list[Record]:
    return [Finding(kind="ofi", text=text, line_start=n) for n, text in enumerate(texts, 1)]


def texts(store: Store) -> list[str]:
    return [finding.text for finding in store.records(Finding)]


def put(store: Store, content: str, *paths: str, gone: tuple[str, ...] = (), replace: bool = False) -> bool:
    return store.put(
        document(content),
        findings(content),
        {path: Path(path).name for path in paths},
        replace=replace,
        exists=lambda path: path not in gone,
    )


any_text = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.builds(Finding, kind=any_text, text=any_text, category=st.none() | st.integers(1, 7)),
            st.builds(
                Indicator,
                name=st.none() | any_text,
                target=st.none() | any_text | numbers | st.integers(-(2**63), 2**63 - 1),
                targets=st.dictionaries(any_text, any_text | numbers),
                bbox=st.none() | st.lists(numbers, min_size=4, max_size=4),
            ),
            st.builds(Passage, text=any_text, abstained=st.none() | st.booleans()),
            st.builds(Plan, kpis=st.lists(any_text)),
        ),
        max_size=6,
    )
)
def test_records_come_back_as_they_went_in(records):
    with _in_memory() as store:
        store.put(document("x"), records, {"/x": "x"})
        for dataset, record_type in RECORD_TYPES.items():
            put_in = [asdict(replace(r, source_name="x")) for r in records if r.dataset == dataset]
            got = [asdict(r) for r in store.records(record_type)]
            assert got == put_in


def _in_memory() -> Store:
    return Store(Path("memory"), sqlite3.connect(":memory:", isolation_level=None))


def test_halves_of_characters_do_not_break_a_document(store):
    store.put(document("x"), findings("ก\ud800ข"), {"/x": "x"})
    assert texts(store) == ["ก\ufffdข"]


def test_the_same_content_adds_nothing_and_notes_the_second_path(store):
    assert put(store, "one", "/b.txt")
    before = list(store.rows("findings"))
    assert not put(store, "one", "/b.txt")
    assert list(store.rows("findings")) == before
    assert not put(store, "one", "/a.txt")
    assert len(texts(store)) == 1
    assert set(store.sources()) == {"/a.txt", "/b.txt"}
    # The name does not depend on which was seen first.
    assert next(store.rows("findings"))["source_name"] == "a.txt"


def test_a_changed_file_replaces_its_rows(store):
    put(store, "old", "/a.txt")
    put(store, "other", "/b.txt")
    put(store, "new", "/a.txt")
    assert texts(store) == ["new", "other"]
    assert [d.doc_id for d in store.records(DocumentRecord)] == [document("new").doc_id, document("other").doc_id]


def test_an_old_version_stays_while_another_file_holds_it(store):
    put(store, "old", "/a.txt", "/copy.txt")
    put(store, "new", "/a.txt")
    assert sorted(texts(store)) == ["new", "old"]
    assert {d.source_name for d in store.records(DocumentRecord)} == {"a.txt", "copy.txt"}


def test_a_renamed_file_does_not_keep_its_old_version(store):
    put(store, "old", "/a.txt")
    put(store, "old", "/renamed.txt")
    put(store, "new", "/renamed.txt", gone=("/a.txt",))
    assert texts(store) == ["new"]


def test_replace_reads_again_and_a_failure_gives_way_to_success(store):
    failed = replace(document("x"), status="failed", reason="memory")
    assert store.put(failed, [], {"/x": "x"})
    assert not store.put(failed, [], {"/x": "x"})
    assert store.put(document("x"), findings("read"), {"/x": "x"})
    assert texts(store) == ["read"]
    assert not store.put(document("x"), findings("again"), {"/x": "x"})
    assert store.put(document("x"), findings("again"), {"/x": "x"}, replace=True)
    assert texts(store) == ["again"]


def test_a_write_that_fails_leaves_the_old_version_whole(store):
    put(store, "old", "/a.txt")
    before = list(store.rows("findings"))
    broken = [*findings("new"), Indicator(targets={"2564": object()})]
    with pytest.raises(TypeError):
        store.put(document("new"), broken, {"/a.txt": "a.txt"})
    assert list(store.rows("findings")) == before
    assert store.problems() == []


def test_rows_come_in_the_same_order_whatever_order_they_went_in(tmp_path):
    contents = {"z.txt": "one", "a.txt": "two", "ก.txt": "three"}
    found = []
    for nth, names in enumerate((sorted(contents), sorted(contents, reverse=True))):
        with open_store(tmp_path / f"{nth}.db", create=True) as store:
            for name in names:
                records = findings("first", "second", "third")
                store.put(document(contents[name]), records if nth else records[::-1], {f"/{name}": name})
            found.append(list(store.rows("findings")))
    assert found[0] == found[1]
    assert [row["text"] for row in found[0]][:3] == ["first", "second", "third"]


def test_identifiers_are_stable_and_tell_like_findings_apart(store):
    alike = [Finding(kind="verdict", item="1.1.1", part=1, text="ผ่าน") for _ in range(3)]
    store.put(document("x"), alike, {"/x": "x"})
    first = [f.finding_id for f in store.records(Finding)]
    assert len(set(first)) == 3
    better = [replace(f, page=3, category_title="การนำองค์การ", confidence=0.5) for f in alike]
    store.put(document("x"), better, {"/x": "x"}, replace=True)
    assert [f.finding_id for f in store.records(Finding)] == first
    store.put(document("y"), [replace(f) for f in alike], {"/y": "y"})
    assert len({f.finding_id for f in store.records(Finding)}) == 6


def test_activities_follow_their_plan(store):
    records = [
        Plan(plan_id="first", name="ก"),
        Activity(plan_id="first", text="ขั้นตอน"),
        Plan(plan_id="second", name="ข"),
        Activity(plan_id="second", text="ขั้นตอน"),
        Activity(text="ไม่มีแผน"),
    ]
    store.put(document("x"), records, {"/x": "x"})
    plans = [plan.plan_id for plan in store.records(Plan)]
    assert len(set(plans)) == 2
    assert [row["plan_id"] for row in store.rows("activities")] == [*plans, None]


def test_a_store_of_an_earlier_version_gains_the_new_columns_and_keeps_its_rows(tmp_path):
    path = tmp_path / "a.db"
    with open_store(path, create=True) as store:
        put(store, "kept", "/a.txt")
        store.connection.execute("ALTER TABLE findings DROP COLUMN level")
        store.connection.execute("DROP TABLE faq")
    with open_store(path) as store:
        assert texts(store) == ["kept"]
        assert [f.level for f in store.records(Finding)] == [None]
        assert list(store.rows("faq")) == []
        assert put(store, "new", "/b.txt")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: path.write_bytes(b"%PDF-1.7 no database" * 100), "not-a-store"),
        (lambda path: _sql(path, "CREATE TABLE notes (text)"), "not-a-store"),
        (lambda path: _sql(path, "PRAGMA application_id = 0x504D5141", "PRAGMA user_version = 99"), "newer-store"),
        (lambda path: None, "no-store"),
    ],
)
def test_files_that_are_no_store_are_refused_and_left_alone(tmp_path, make, code):
    path = tmp_path / "a.db"
    make(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(PmqaError) as caught:
        open_store(path)
    assert caught.value.code == code
    assert caught.value.hint
    assert (path.read_bytes() if path.exists() else None) == before


def _sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_two_writers_at_once_both_get_their_documents_in(tmp_path):
    path = tmp_path / "a.db"
    troubles: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            with open_store(path, create=True) as store:
                for nth in range(20):
                    put(store, f"shared {nth}", f"/shared{nth}.txt")
                    put(store, f"{writer}-{nth}", f"/{writer}-{nth}.txt")
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
    with open_store(path) as store:
        assert len(texts(store)) == 20 + 3 * 20
        assert store.problems() == []


def test_tables_know_missing_numbers(store):
    store.put(document("x"), [Finding(kind="ofi", category=3), Finding(kind="ofi")], {"/x": "x"})
    found = table("findings", db=store.path)
    assert found["category"].tolist()[0] == 3
    assert str(found["category"].dtype) == "Int64"
    assert list(table("plans", db=store.path).columns)[:2] == ["plan_id", "plan_no"]
