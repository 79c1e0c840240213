"""Features of a passage: its character n-grams, hashed.

Thai words have no spaces between them, and damaged text has wrong ones; n-grams of characters need no tokenizer,
survive a lost mark, and give the same answer whichever version of a dictionary is installed. No word is left out:
ไม่ ขาด ยัง ควร ต้อง carry the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.thai import NIKHAHIT, SARA_AA, SARA_AM, arabic_digits, squeeze

#: Lengths of the n-grams taken.
SIZES = (2, 3, 4, 5, 6)
#: Characters of a passage that are read: what is said later does not change what it is about.
LIMIT = 1200
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SIGNS = re.compile(r"[^\w\u0e00-\u0e7f%/:?]+")
#: An odd multiplier, so that the hash of an n-gram is a polynomial in its characters modulo 2^64.
_PRIME = np.uint64(0x9E3779B97F4A7C15)
#: Marks the beginning and the end of a passage: "ร้อยละ" means most where it stands first.
_START, _END = "\x02", "\x03"


def normalise(text: str) -> str:
    """What of a text is compared: no spaces or signs, ำ in one piece, every number as 0, small letters.

    >>> normalise("ร้อยละ ๘๕.๕ ของ KPI (ที่สำเร็จ)")
    'ร้อยละ0ของkpiที่สำเร็จ'
    """
    text = squeeze(arabic_digits(text)).replace(NIKHAHIT + SARA_AA, SARA_AM).lower()
    return _SIGNS.sub("", _NUMBER.sub("0", text))[:LIMIT]


def ngrams(texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """The hashed n-grams of texts: for each n-gram the index of its text, and its hash. Repeats are kept."""
    marked = [_START + normalise(text) + _END for text in texts]
    codes = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) for text in marked), dtype=np.int64, count=len(marked))
    owners = np.repeat(np.arange(len(marked)), lengths)
    rows, hashes = [], []
    rolling = np.zeros(len(codes), dtype=np.uint64)
    for size in range(1, max(SIZES) + 1):
        if size > len(codes):
            break
        # The hash of the `size` characters from each place: the one before, times the prime, plus one character.
        rolling = rolling[: len(codes) - size + 1] * _PRIME + codes[size - 1 :] + np.uint64(1)
        if size in SIZES:
            inside = owners[: len(rolling)] == owners[size - 1 :]
            rows.append(owners[: len(rolling)][inside])
            hashes.append(_mixed(rolling[inside]))
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.uint64)
    return np.concatenate(rows), np.concatenate(hashes)


def _mixed(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Hashes whose every bit depends on every bit of the input."""
    return (hashes ^ (hashes >> np.uint64(31))) * _PRIME
