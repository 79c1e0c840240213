"""The spaCy pipeline: nothing lost, components of the user's own, documents of any size."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.extract.model import Document
from pipeline.extract.plaintext import read_pages
from pipeline.tagging import segment
from pipeline.tagging.language import analyse, load_language

THAI = st.text(alphabet="กขคงนมยรลวสหอะาำิีึืุูเแโใไ่้๊์ๆฯ ๑๒12.()\n\t\f-abPMQA\u200b\ue000😀", max_size=80)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_language()


@settings(deadline=None)
@given(THAI)
def test_no_character_is_lost_or_added(nlp, text):
    assert nlp(text).text == text


@given(THAI)
def test_clauses_are_in_order_and_hold_all_words(text):
    found = segment.clauses(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert "".join("".join(text[a:b].split()) for a, b in found) == "".join(text.split())


def test_domain_terms_are_words(nlp):
    words = [token.text for token in nlp("ลดการร้องเรียนซ้ำของประชาชน")]
    assert "ร้องเรียนซ้ำ" in words


def test_the_tokenizer_is_in_the_config(nlp):
    assert nlp.config["nlp"]["tokenizer"]["@tokenizers"] == "pmqa.thai_tokenizer.v1"
    assert load_language(engine="longest").tokenizer.engine == "longest"


def test_a_component_of_the_users_own_goes_where_spacy_puts_it():
    @Language.component("mentions_of_budget")
    def mentions_of_budget(doc: Doc) -> Doc:
        doc.spans["budget"] = [span for span in doc.spans["passages"] if "งบประมาณ" in span.text]
        return doc

    nlp = load_language()
    nlp.add_pipe("mentions_of_budget", after="pmqa_passages")
    assert nlp.pipe_names.index("mentions_of_budget") == nlp.pipe_names.index("pmqa_passages") + 1
    doc = analyse("มีการเผยแพร่แผนงาน\n\nควรเปิดเผยการใช้งบประมาณรายไตรมาส", nlp)
    assert [span.text for span in doc.spans["budget"]] == ["ควรเปิดเผยการใช้งบประมาณรายไตรมาส"]
    assert Span.has_extension("category")


def test_sections_carry_the_family_of_the_form_they_are():
    lines = ["บันทึกข้อความ", "", "แบบฟอร์มที่ 3 แบบประเมินสถานะการเป็นระบบราชการ 4.0"]
    for number in ("1.1.1", "1.1.2", "1.1.3"):
        lines += [f"{number} ผู้บริหารกำหนดทิศทางขององค์การ", "...มีการประชุมถ่ายทอด...", "[/] ผ่าน", "[] ไม่ผ่าน"]
    document = Document("form.txt", "", "text/plain", read_pages("\n".join(lines)))
    doc = analyse(document)
    labels = {span.label_: span.text for span in doc.spans["sections"]}
    assert labels["form3"].startswith("แบบฟอร์มที่ 3") and labels["form3"].endswith("ไม่ผ่าน")
    assert labels["other"] == "บันทึกข้อความ"


def test_a_book_is_read_in_one_piece(nlp):
    text = "มีการทบทวนแผนยุทธศาสตร์ทุกปีโดยคณะทำงาน\n" * 6000
    doc = nlp(text)
    assert len(text) > 200_000
    assert doc.text == text
    assert len(doc.spans["passages"]) >= 1
