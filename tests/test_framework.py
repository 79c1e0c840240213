"""The framework files and their look-ups."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PmqaError
from pipeline.framework import Criterion, available, category_of, load
from pipeline.thai import squeeze


@pytest.fixture(scope="module")
def pmqa4():
    return load("pmqa-4.0")


def test_shape_of_the_4_0_edition(pmqa4):
    assert [c.number for c in pmqa4.categories] == list(range(1, 8))
    process = [k for k in pmqa4.criteria if k.category < 7]
    assert [k.number for k in process] == [f"{c}.{n}" for c in range(1, 7) for n in range(1, 5)]
    for criterion in process:
        assert [i.number for i in criterion.items] == [
            f"{criterion.number}.{n}" for n in range(1, len(criterion.items) + 1)
        ]
        assert all(item.parts for item in criterion.items)
    results = pmqa4.category(7).criteria
    assert [k.number for k in results] == [f"7.{n}" for n in range(1, 7)]
    assert all([g.number for g in k.groups] == [1, 2, 3, 4, 5] for k in results)
    assert [level.id for level in pmqa4.levels] == ["Basic", "Advance", "Significance"]


def test_every_shipped_framework_loads():
    for name, path in available().items():
        framework = load(name)
        assert framework.id == path.stem
        assert {c.number for c in framework.categories} == set(range(1, 8))
        assert all(c.description for c in framework.categories)
    assert all(k.key_terms for k in load("pmqa-4.0").criteria)


def test_every_title_and_variant_finds_its_own(pmqa4):
    for category in pmqa4.categories:
        for title in (category.title, *category.variants):
            assert pmqa4.find_category(title) == category
            assert pmqa4.find_category(f"หมวดที่ {category.number} {title}") == category
    for criterion in pmqa4.criteria:
        for title in (criterion.title, *criterion.variants):
            assert pmqa4.find_criterion(title) == criterion
        for group in criterion.groups:
            assert pmqa4.find_group(group.title + "*", criterion.number) == group


@given(st.data())
def test_a_damaged_title_finds_its_own_or_nothing(data):
    """Lost ำ, lost spaces, a line broken off, a lost letter: never another criterion."""
    framework = load("pmqa-4.0")
    criterion: Criterion = data.draw(st.sampled_from(list(framework.criteria)))
    title = data.draw(st.sampled_from([criterion.title, *criterion.variants]))
    rng = random.Random(data.draw(st.integers(0, 10_000)))
    damaged = title.replace("ำ", rng.choice([" า", "ํา", "า"]))
    if rng.random() < 0.5:
        damaged = damaged[: max(len(damaged) // 3, 6)]
    for _ in range(rng.randint(0, 2)):
        at = rng.randrange(len(damaged))
        damaged = damaged[:at] + rng.choice(["", " ", "่"]) + damaged[at + 1 :]
    assert framework.find_criterion(damaged) in (criterion, None)


def test_slight_damage_still_finds_the_title(pmqa4):
    assert pmqa4.find_category("กำรมุ่งเน้นบุคลำกร").number == 5
    assert pmqa4.find_category("การให้ความส าคัญกับผู้รับบริการ").number == 3
    assert pmqa4.find_criterion("ระบบการน าองค์การที่สร้างความย่ังยืน").number == "1.1"
    assert pmqa4.find_criterion("การลดต้นทุนและการใช้ทรัพยากร").number == "6.3"


def test_prose_and_headings_of_other_things_find_nothing(pmqa4):
    for text in ("", "-", "การ", "มีการประชุมคณะกรรมการทุกเดือน", "คะแนนรวม", "หมวด 16 การปฏิรูปประเทศ", "2.1.1 ก"):
        assert pmqa4.find_category(text) is None
        assert pmqa4.find_criterion(text) is None


def test_numbers_and_codes():
    old, new = load("pmqa-fundamental"), load("pmqa-4.0")
    assert old.criterion("LD.๗").title.endswith("ต่อสังคม")
    assert old.criterion("SP3").title is None
    assert old.codes("CS๓, CS๔, CS๗, CS๘, CS๙, CS๑๐") == ["CS3", "CS4", "CS7", "CS8", "CS9", "CS10"]
    assert old.codes("SP๑ - ๖ (อ้างอิง)") == [f"SP{n}" for n in range(1, 7)]
    assert old.codes("IT๑ IT๒ IT๓ (แผน ๑ ปี)") == ["IT1", "IT2", "IT3"]
    assert new.item("๖.๔.๔").parts[0].startswith("มีการจัดการความเสี่ยง")
    assert new.criterion("9.9") is None and new.category(8) is None
    assert [category_of(code) for code in ("LD๑", "CS10", "PM 6", "7.5")] == [1, 3, 6, 7]


def test_a_framework_can_be_added_as_a_file(tmp_path: Path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text(
        'id = "own"\ntitle = "เกณฑ์ของเรา"\n[[categories]]\nnumber = 1\ntitle = "บริการ"\n'
        'criteria = [{ number = "SV1", title = "การต้อนรับผู้มาติดต่อ" }]\n',
        encoding="utf-8",
    )
    assert load(own).find_criterion("การต้อนรับผู้มาติดต่อ").number == "SV1"
    assert load("own", tmp_path) is load(str(own))
    monkeypatch.setenv("PMQA_FRAMEWORKS", str(tmp_path))
    assert "own" in available() and "pmqa-4.0" in available()
    assert category_of("SV๑") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "not valid TOML"),
        ('id = "x"\ntitle = "x"\n', "no categories"),
        ('id = "x"\ntitle = "x"\n[[categories]]\nnumber = "1"\ntitle = "x"\n', "category 1"),
        ('id = "x"\ntitle = "x"\n[[categories]]\nnumber = 1\ntitel = "x"\n', '"titel" is not a known key'),
        (
            'id = "x"\ntitle = "x"\n[[categories]]\nnumber = 1\ntitle = "x"\n'
            'criteria = [{ number = "1.1" }, { number = "1.1" }]\n',
            "criterion 1.1",
        ),
        (
            'id = "x"\ntitle = "x"\n[[categories]]\nnumber = 1\ntitle = "x"\n'
            'criteria = [{ number = "1.1", items = [{ number = "2.1.1", title = "x" }] }]\n',
            "item 2.1.1",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str):
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PmqaError) as caught:
        load(path)
    assert said in caught.value.message and caught.value.hint and caught.value.code == "framework"


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path):
    with pytest.raises(PmqaError, match=r"pmqa-4\.0"):
        load("pmqa-9")
    with pytest.raises(PmqaError):
        load("pmqa-4.0", tmp_path / "absent")
    with pytest.raises(PmqaError):
        load(tmp_path / "absent.toml")


def test_no_two_titles_are_near_enough_to_be_confused(pmqa4):
    keys = [squeeze(k.title) for k in pmqa4.criteria]
    assert len(set(keys)) == len(keys)
