"""Which way the figures of results go."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tagging.directions import DIRECTIONS, directions, less_is_better

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "data/tagging/directions.tsv").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("expected", "text"), CASES)
def test_the_direction_is_read_from_figures_and_words(expected: str, text: str) -> None:
    assert directions(text) == set(expected.split())


@given(st.lists(st.integers(1, 2000), min_size=3, max_size=6, unique=True).map(sorted))
def test_a_row_of_figures_read_backwards_goes_the_other_way(row: list[int]) -> None:
    for values, expected in ((row, {"up", "good"}), (row[::-1], {"down", "bad"})):
        assert directions("จำนวนผู้ใช้ " + " → ".join(map(str, values)) + " ราย") == expected


def test_words_mostly_say_of_which_measures_less_is_better() -> None:
    """Of 684 measures of every kind of agency; the others need to be known to be good or bad."""
    file = Path(__file__).parents[1] / "corpora/tagging/measures.tsv"
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    right = [less_is_better(name) == (better == "less") for better, name in rows]
    assert sum(right) / len(right) >= 0.8


@given(st.text())
def test_any_text_has_some_of_the_directions(text: str) -> None:
    assert directions(text) <= set(DIRECTIONS)
