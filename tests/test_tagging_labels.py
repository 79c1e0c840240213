"""Labels by people: out, back, and kept through a second reading; draft answers; the commands."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import PmqaError
from pipeline.records import Finding, Passage
from pipeline.store import DocumentRecord, Store, open_store
from pipeline.tagging import answers, evaluate, labels, report
from pipeline.tagging import train as training
from pipeline.tagging.examples import Example
from pipeline.tagging.tag import Tagger

TEXTS = ["ทบทวนแผนยุทธศาสตร์ประจำปี", "ฝึกอบรมข้าราชการใหม่", "เผยแพร่องค์ความรู้ทางเว็บไซต์"]


def put(store: Store, *, replace: bool = False) -> None:
    records = [
        Passage(text=text, raw_text=text, category=1, criterion="1.1", line_start=n) for n, text in enumerate(TEXTS)
    ]
    records.append(Finding(kind="ofi", text="ควรติดตามผลตามแผน", category=2, criterion="2.4"))
    store.put(
        DocumentRecord(doc_id="a" * 16, sha256="a" * 64, source_name="x.txt"),
        records,
        {"/x.txt": "x.txt"},
        replace=replace,
    )


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "pmqa.db", create=True) as opened:
        put(opened)
        yield opened


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    texts = {1: ("ผู้บริหารกำหนดวิสัยทัศน์", "ถ่ายทอดทิศทางองค์กร"), 5: ("ฝึกอบรมข้าราชการ", "พัฒนาบุคลากร")}
    return Tagger(training.train([Example(text, c, group=text) for c, found in texts.items() for text in found]))


def test_a_correction_outranks_structure_also_after_reading_again(store):
    task = next(task for task in labels.tasks(store) if "อบรม" in task.text)
    assert labels.save(store, [labels.Label(task.record_id, task.text, 5, "5.4", "none")]) == 1
    for _ in range(2):
        row = next(row for row in store.rows("passages") if row["passage_id"] == task.record_id)
        assert (row["category"], row["criterion"], row["label_source"], row["confidence"]) == (5, "5.4", "human", 1.0)
        put(store, replace=True)


def test_a_category_corrected_alone_drops_a_criterion_of_another(store):
    task = labels.tasks(store)[0]
    labels.save(store, [labels.Label(task.record_id, task.text, 2)])
    row = next(row for row in store.rows("passages") if row["passage_id"] == task.record_id)
    assert (row["category"], row["criterion"]) == (2, None)


@pytest.mark.parametrize("format", labels.WRITERS)
def test_what_goes_out_comes_back_with_the_same_text_and_labels(store, format):
    pool = labels.tasks(store)
    text = labels.WRITERS[format](pool)
    if format == "label-studio":  # a person accepts every prediction
        rows = json.loads(text)
        for row in rows:
            row["annotations"] = [{"result": row["predictions"][0]["result"]}]
        text = json.dumps(rows, ensure_ascii=False)
    back = labels.read_labels(text)
    wanted = [(t.record_id, t.text, t.category, t.criterion, t.role, t.verdict) for t in pool]
    assert [(b.record_id, b.text, b.category, b.criterion, b.role, b.verdict) for b in back] == wanted


@pytest.mark.parametrize(
    "row",
    [
        {"record_id": "a", "text": "ก", "category": 8},
        {"record_id": "a", "text": "ก", "category": 1, "criterion": "2.1"},
        {"record_id": "a", "text": "ก", "role": "praise"},
        {"text": "ก", "category": 1},
        ["ก"],
    ],
)
def test_a_wrong_label_is_named_with_its_row(row):
    with pytest.raises(PmqaError, match="Row 1"):
        labels.read_labels(json.dumps(row, ensure_ascii=False))


def test_the_next_to_label_are_unsure_unlike_each_other_and_not_done(store, tagger):
    pool = labels.tasks(store)
    first = labels.most_helpful(pool, 2, tagger)
    assert len({task.text for task in first}) == 2
    labels.save(store, [labels.Label(first[0].record_id, first[0].text, 0)])
    assert first[0].record_id not in {task.record_id for task in labels.most_helpful(labels.tasks(store), 9, tagger)}
    twin = pool[0]
    assert (
        labels.most_helpful([twin, twin, pool[1]], 2, tagger)[1].text
        != labels.most_helpful([twin, twin, pool[1]], 1, tagger)[0].text
    )


def test_figures_of_a_known_confusion(tagger):
    examples = [Example(text, 5, "5.4", group="a") for text in ("ฝึกอบรมข้าราชการ", "พัฒนาบุคลากร")]
    examples.append(Example("ผู้บริหารกำหนดวิสัยทัศน์", 5, group="b"))
    found = evaluate.score(tagger.tag([e.text for e in examples]), examples, "by hand")
    head = found.heads[0]
    assert (head.accuracy, head.confusion[5][1], head.confusion[5][5]) == (pytest.approx(2 / 3, abs=1e-3), 1, 2)
    assert head.macro_f1 == pytest.approx(0.8) and head.macro_f1_interval[0] <= 0.8 <= head.macro_f1_interval[1]
    page = report.render(found, "ทดสอบ <b>")
    assert "<svg" in page and "&lt;b&gt;" in page and "http" not in page


def test_a_draft_answer_gets_reasons_that_add_up():
    judged = [
        answers.Judged("1.1.1", f"มีการวิเคราะห์และติดตามผล ร้อยละ {n} ทุกปี" if n % 2 else "มีแผน", bool(n % 2), "a")
        for n in range(40)
    ]
    model = answers.train(judged)
    good, bad = model.opinion("1.1.1", judged[1].text), model.opinion("1.1.1", judged[0].text)
    assert good.probability > 0.5 > bad.probability
    assert any("วิเคราะห์" in reason.words for reason in good.speaks_for)
    assert "แสดงการวิเคราะห์ข้อมูลที่ใช้ตัดสินใจ" in bad.missing
    with pytest.raises(PmqaError, match="no item"):
        model.opinion("9.9.9", "x")


def test_commands_from_labels_to_tags(store, tmp_path):
    def run(*args: str, **more: str) -> str:
        result = CliRunner().invoke(app, [*args], catch_exceptions=False, **more)
        assert result.exit_code == 0, result.output
        return result.stdout

    db = ["--db", str(store.path)]
    out = tmp_path / "out.jsonl"
    run("label", "export", *db, "-o", str(out))
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    out.write_text(json.dumps({**rows[1], "category": 5, "criterion": "5.4"}, ensure_ascii=False), encoding="utf-8")
    run("label", "import", str(out), *db)
    assert "5.4" in run("export", "passages", *db)
    tagged = [json.loads(line) for line in run("tag", input="ฝึกอบรมข้าราชการ\n\nแผนการจัดการความรู้\n").splitlines()]
    assert [(row["text"], row["category"]) for row in tagged] == [("ฝึกอบรมข้าราชการ", 5), ("แผนการจัดการความรู้", 4)]
    assert {"category_probs", "criterion", "role", "verdict", "abstained"} <= set(tagged[0])
    lines = "แผนการจัดการความรู้ของบุคลากร\n" + "ฝึกอบรมข้าราชการ\n" * 60
    alone, together = (json.loads(run("tag", *option, input=lines).splitlines()[0]) for option in ([], ["--together"]))
    assert together["category_probs"]["5"] > alone["category_probs"]["5"]
    assert run("tag", "--together", input="\n") == ""


def test_what_cannot_be_read_or_written_is_said_in_a_sentence(store, tmp_path):
    pdf = tmp_path / "รายงาน.pdf"
    pdf.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
    labelled = tmp_path / "labels.jsonl"
    labelled.write_text(json.dumps({"text": "ฝึกอบรมข้าราชการ", "category": 5}), encoding="utf-8")
    nowhere = str(tmp_path / "ไม่มี" / "x")
    for arguments, said in (
        (["tag", str(pdf)], "pmqa extract"),
        (["repair", str(pdf)], "pmqa extract"),
        (["tag", nowhere], "cannot be read"),
        (["evaluate", str(labelled), "-o", nowhere], "cannot be written"),
        (["threads", "--html", nowhere, "--db", str(store.path)], "No such file"),
    ):
        run = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments], capture_output=True, encoding="utf-8", check=False
        )
        assert run.returncode == 1 and said in run.stderr and "Traceback" not in run.stderr, run.stderr
        assert run.stdout == ""
