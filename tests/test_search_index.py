import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.folding import fold, folded, key
from pipeline.search.lexicon import segment
from pipeline.search.ngrams import gram_lists, gram_range, grams
from pipeline.search.postings import pack, unpack
from pipeline.search.text import words
from pipeline.thai import CONSONANTS, DEPENDENT

any_text = st.text(st.characters(), max_size=80)
thai = st.text(CONSONANTS + DEPENDENT + "เแโใไ ๑๒3abC.-", max_size=60)


@given(st.sets(st.integers(0, 3_000_000)))
def test_lists_of_numbers_come_back(numbers):
    ascending = np.array(sorted(numbers), dtype=np.int64)
    assert unpack(pack(ascending)).tolist() == ascending.tolist()


@given(st.integers(1, 400), st.integers(0, 200_000), st.integers(24, 300))
def test_even_lists_are_kept_small(gap, first, size):
    numbers = first + gap * np.arange(size)
    assert unpack(pack(numbers)).tolist() == numbers.tolist()
    assert len(pack(numbers)) <= 4 * size + 1


@given(any_text | thai)
def test_folding_knows_where_it_comes_from(text):
    small, places = folded(text)
    assert small == fold(text)
    assert len(places) == len(small) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)


@given(any_text | thai, st.data())
def test_any_stretch_of_a_text_has_a_stretch_of_its_key(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert key(text[start:end]) in key(text)


@given(thai)
def test_words_lie_where_they_say(text):
    small = fold(text)
    for word in words(small):
        assert 0 <= word.start < word.end <= len(small)


@given(st.text(CONSONANTS + DEPENDENT + "เแโใไ", min_size=1, max_size=60))
def test_segments_add_up(run):
    assert "".join(segment(run)) == run


@given(st.lists(any_text | thai, max_size=6))
def test_gram_lists_hold_all_grams(texts):
    keys = [key(text) for text in texts]
    lists = gram_lists(keys)
    for number, whole in enumerate(keys):
        for gram in grams(whole):
            assert number in lists[gram].tolist()
        for char in whole:
            low, high = gram_range(char)
            assert any(low <= gram <= high and number in holders for gram, holders in lists.items())
    for holders in lists.values():
        assert holders.tolist() == sorted(set(holders.tolist()))
