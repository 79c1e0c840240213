"""Character n-grams of keys (see `folding.key`), as integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Characters of an n-gram, and the bits that one of them takes in the integer that stands for it.
GRAM, _BITS = 3, 21


def grams(text: str) -> list[int]:
    """The n-grams of a key as integers, without repetition, ascending.

    >>> len(grams("ข้อร้องเรียน")), grams("ab")
    (10, [])
    """
    codes = _codes(text)
    return (
        np.unique((codes[:-2] << 2 * _BITS) | (codes[1:-1] << _BITS) | codes[2:]).tolist() if len(text) >= GRAM else []
    )


def gram_lists(keys: Sequence[str]) -> dict[int, np.ndarray]:
    """For each n-gram of many keys, which of the keys have it, ascending.

    An n-gram begins at every character: the last ones of a key are filled up with U+0000.
    """
    text = "".join(k + "\0\0" for k in keys)
    codes = _codes(text + "\0\0")
    owner = np.repeat(np.arange(len(keys)), [len(k) + 2 for k in keys])
    # Few of all characters occur: numbered anew, an n-gram and its owner fit one integer, which sorts fast.
    letters = np.flatnonzero(np.bincount(codes, minlength=1))
    small = np.zeros(int(letters[-1]) + 1 if len(letters) else 1, dtype=np.int64)
    small[letters] = np.arange(len(letters))
    bits, low = max(1, int(len(letters) - 1).bit_length()), max(1, len(keys).bit_length())
    if 3 * bits + low > 63:  # a batch in all the world's scripts
        half = len(keys) // 2
        return _joined(gram_lists(keys[:half]), gram_lists(keys[half:]), half)
    numbered = small[codes]
    whole = (numbered[:-2] << 2 * bits) | (numbered[1:-1] << bits) | numbered[2:]
    packed = (whole[codes[:-2] != 0] << low) | owner[codes[:-2] != 0]
    packed.sort()  # sorting beats the hashing of `np.unique` by far
    packed = packed[np.diff(packed, prepend=-1) != 0]
    found, holders = packed >> low, packed & ((1 << low) - 1)
    starts = np.flatnonzero(np.diff(found, prepend=-1))
    mask = (1 << bits) - 1
    heads = found[starts]
    names = (letters[heads >> 2 * bits] << 2 * _BITS) | (letters[heads >> bits & mask] << _BITS) | letters[heads & mask]
    return dict(zip(names.tolist(), np.split(holders, starts[1:]), strict=True)) if len(starts) else {}


def _joined(first: dict[int, np.ndarray], second: dict[int, np.ndarray], shift: int) -> dict[int, np.ndarray]:
    for gram, holders in second.items():
        moved = holders + shift
        first[gram] = np.concatenate([first[gram], moved]) if gram in first else moved
    return first


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)


def gram_range(prefix: str) -> tuple[int, int]:
    """The first and the last n-gram that begin with one to three characters."""
    low = 0
    for char in prefix:
        low = (low << _BITS) | ord(char)
    missing = _BITS * (GRAM - len(prefix))
    return low << missing, ((low + 1) << missing) - 1
