"""Repair of damaged Thai: cases kept as data, promises as properties, figures against the gold at hand."""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.repair import Repairer, default_repairer, repair, repair_and_explain, repair_lines, replay
from pipeline.repair.detect import badness, is_damaged
from pipeline.repair.explain import Edit, composed
from pipeline.repair.glyphs import PRIVATE_USE

DATA = Path(__file__).parent / "data" / "repair"
SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_documents = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real documents in ../shared")


def load(name: str) -> list[Any]:
    data: list[Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("case", load("damaged.json"), ids=lambda c: f"{c['kind']}: {c['raw']}")
def test_damaged(case: dict[str, str]) -> None:
    result = repair_and_explain(case["raw"])
    assert result.text == case["fixed"]
    assert replay(case["raw"], result.edits) == case["fixed"]
    assert repair(case["fixed"]) == case["fixed"]
    assert is_damaged(case["raw"])


@pytest.mark.parametrize("text", load("negative.json"))
def test_negative(text: str) -> None:
    assert repair_and_explain(text).edits == ()


@pytest.mark.parametrize("case", load("known_failures.json"), ids=lambda c: c["raw"])
@pytest.mark.xfail(strict=True, reason="known failure")
def test_known_failure(case: dict[str, str]) -> None:
    assert repair(case["raw"]) == case["fixed"]


LETTERS = "กขคงจชดตทนบปผฝพฟมยรลวสหอ"
SIGNS = "ัิีึืุู็่้๊๋์ํฺะาำเแโใไๆฯ"
WORDS = ["สำนักงาน", "การ", "ที่", "ประเมิน", "ได้", "น้ำ", "ผู้", "เพื่อ", "ตัวชี้วัด", "มี", "ไม่", "และ", "๒๕๖๗", " "]
thai = st.text(st.sampled_from(f"{LETTERS}{SIGNS * 2}    1๒.(\n\uf0fe\uf70a"), max_size=40)


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """Words in a row with a few letters moved, dropped or put in."""
    text = list("".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))))
    for place, deed in draw(st.lists(st.tuples(st.integers(0, 80), st.sampled_from(["swap", "drop", *" ่้ีำาํ"])))):
        at = place % (len(text) or 1)
        if deed == "swap":
            text[at : at + 2] = reversed(text[at : at + 2])
        elif deed == "drop":
            del text[at : at + 1]
        else:
            text.insert(at, deed)
    return "".join(text)


#: What a repair may move, restore or take away; everything else stays, in its order.
MOVABLE = re.compile(f"[ ฺัิีึืุู็่้๊๋์ําำเแ{''.join(PRIVATE_USE)}☑☒☐•ญฐ]")


@given(st.one_of(st.text(), thai, mutilated()))
@example("\ud800 ส านัก \x00\u200b")
@example("ก่่่่่่่่่ ำำำ าาา")
@settings(deadline=None)
def test_promises(text: str) -> None:
    result = repair_and_explain(text)
    assert replay(text, result.edits) == result.text
    assert repair(result.text) == result.text
    assert result.text.count("\n") == text.count("\n")
    assert MOVABLE.sub("", result.text) == MOVABLE.sub("", text)
    assert all(e.before != e.after and e.rule and 0 <= e.confidence <= 1 for e in result.edits)
    assert 0 <= badness(text) <= 1
    if not is_damaged(text):
        assert result.edits == ()


@given(st.lists(mutilated(), max_size=8))
@settings(deadline=None, max_examples=40, derandomize=True)  # not true of every text, see below: the same 40 each time
def test_lines_of_a_document_keep_their_number_and_settle(lines: list[str]) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    once = [r.text for r in repair_lines(lines)]
    assert len(once) == len(lines)
    assert [r.text for r in repair_lines(once)] == once


@pytest.mark.xfail(strict=True, reason="a line is not looked at again when the damage beside it, its evidence, is gone")
def test_what_neighbours_kept_as_it_was_settles_without_them() -> None:
    once = [r.text for r in repair_lines(["ก าร", "ก าร", "้น่ํำ"])]
    assert [r.text for r in repair_lines(once)] == once


def test_neighbours_are_evidence() -> None:
    damaged = ["สานักงานกาหนดแนวทาง", "จานวนผู้เข้าร่วม", "ประจาปี", "การนาเสนอผล"]
    assert repair_lines(damaged)[3].text == "การนำเสนอผล"
    assert repair(damaged[3]) == damaged[3]


def test_composed_edits_equal_one_after_the_other() -> None:
    text = "กขคงจ"
    first = [Edit(1, 2, "ข", "xy", "a", 1.0), Edit(3, 4, "ง", "", "b", 0.5)]
    middle = replay(text, first)
    second = [Edit(2, 4, "yค", "z", "c", 0.9)]
    assert replay(text, composed(text, first, second)) == replay(middle, second)


def test_a_long_line_is_read_in_bounded_pieces() -> None:
    line = "ส านักงานก าหนดแนวทางแกไ้ข" * 2000
    assert repair(line) == "สำนักงานกำหนดแนวทางแก้ไข" * 2000


def test_terms_of_an_agency(tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("วัฒณิชฌา  # a made-up name\n", encoding="utf-8")
    page = tmp_path / "page.txt"
    page.write_bytes("นางวัฒณชิฌา\r\nท่ี\r\n".encode())
    plain = CliRunner().invoke(app, ["repair", str(page)])
    known = CliRunner().invoke(app, ["repair", str(page), "--terms", str(terms)])
    assert plain.stdout_bytes.decode() == "นางวัฒณชิฌา\r\nที่\r\n"
    assert known.stdout_bytes.decode() == "นางวัฒณิชฌา\r\nที่\r\n"


def test_explain_lists_places(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("ดี\nมา ท่ี", encoding="utf-8")
    result = CliRunner().invoke(app, ["repair", "--explain", str(page)])
    assert result.stdout.startswith("2:5\tswap\t\u0e48\u0e35\t\u0e35\u0e48\t")


@cache
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_repair", SHARED / "tools" / "score_repair.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@needs_documents
def test_gold() -> None:
    gold = scorer().read_jsonl(SHARED / "gold_dev" / "repair_lines.jsonl")
    rows = scorer().score(gold, {g["id"]: repair(g["raw"]) for g in gold}, ticks=True)
    report = scorer().report(rows)
    assert report["damaged"]["overall"]["exact"] >= 0.99
    assert report["control"]["wrongly_changed"] == 0
    weak = {k: v for k, v in report["damaged"].items() if v["n"] >= 20 and v["exact"] < 0.97}
    assert not weak


#: Slips of a typist that no reading of the line leaves in doubt: what is changed there is no harm.
SLIP = re.compile("ํ[่-๋]?า|[่-๋]ํ|([ัิ-ฺ็-์])\\1|[่-์][ัิ-ู]|เเ|[ะาำเ-ไ][ัิ-ฺ็-์]")


def changed_lines(lines: list[str]) -> list[str]:
    results = Repairer(default_repairer().lexicon).lines(lines)
    return [line for line, r in zip(lines, results, strict=True) if r.text != line and not SLIP.search(line)]


@needs_documents
def test_clean_documents_stay() -> None:
    seeds = SHARED / "seeds"
    lines = next(seeds.glob("000_*")).read_text(encoding="utf-8").split("\n")[794:6297]
    for name in ("002_*", "003_*", "004_*"):
        lines += next(seeds.glob(name)).read_text(encoding="utf-8").split("\n")
    changed = changed_lines(lines)
    assert len(changed) <= len(lines) / 2000, changed


def test_clean_public_thai_stays() -> None:
    from pythainlp.corpus import core

    lines = [*core.get_corpus("orst_words_th.txt")][::3] + [*core.get_corpus("wikipedia_titles_th.txt")][::50]
    changed = changed_lines(lines)
    assert len(changed) <= len(lines) / 2000, changed  # single words and foreign names, harder than sentences
