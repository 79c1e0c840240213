"""Which sequences of four letters running Thai holds: the figures the detector rests on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.resources import resource

Array = np.ndarray[Any, Any]

#: Letters told apart; anything else (Latin, digits, signs, spaces, ๆ and ฯ) shares code 0.
ALPHABET = "".join(
    map(chr, (*range(0x0E01, 0x0E2F), *range(0x0E30, 0x0E3B), *range(0x0E40, 0x0E46), *range(0x0E47, 0x0E4F)))
)
_SIZE = len(ALPHABET) + 1
_SPAN = _SIZE**4
_RANK = {char: rank for rank, char in enumerate(ALPHABET, 1)}
_CODE = np.zeros(0x0E60, np.uint32)
_CODE[[ord(c) for c in ALPHABET]] = np.arange(1, _SIZE)


def codes(text: str) -> Array:
    """Letter codes of a text, one per character, dtype uint32."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _CODE[np.where(points < len(_CODE), points, 0)]


def unseen(text: str) -> Array:
    """Positions where a sequence of four letters begins that clean Thai is not expected to hold."""
    if len(text) < 4:
        return np.zeros(0, np.int64)
    code = codes(text)
    index = ((code[:-3] * _SIZE + code[1:-2]) * _SIZE + code[2:-1]) * _SIZE + code[3:]
    return np.flatnonzero((seen_bits()[index >> 3] >> (7 - (index & 7)) & 1) == 0)


@lru_cache(maxsize=1 << 16)
def strangeness(text: str) -> int:
    """How strange the sequences of four letters in a short text are: 2 for each unseen one, 1 for each unusual one."""
    seen, usual = _bytes("seen"), _bytes("usual")
    index = total = 0
    for k, char in enumerate(text):
        index = (index * _SIZE + _RANK.get(char, 0)) % _SPAN
        if k > 2:
            place, bit = index >> 3, 128 >> (index & 7)
            total += 2 - bool(seen[place] & bit) - bool(usual[place] & bit)
    return total


@lru_cache(maxsize=1)
def seen_bits() -> Array:
    """One bit per sequence, packed, dtype uint8; read once."""
    return _bits("seen")


@lru_cache(maxsize=2)
def _bytes(name: str) -> bytes:
    return bytes(_bits(name).tobytes())


def _bits(name: str) -> Array:
    with np.load(resource("models/repair/quadgrams.npz"), allow_pickle=False) as archive:
        bits: Array = archive[name]
    return bits


def save_quadgrams(path: Path, expected: Array, seen: float, usual: float) -> None:
    """Writes which of the expected frequencies, shape (A, A, A, A), reach the two levels."""
    np.savez_compressed(
        path,
        seen=np.packbits((expected >= seen).reshape(-1)),
        usual=np.packbits((expected >= usual).reshape(-1)),
    )
