"""Lists of ascending numbers in few bytes, written and read by whole arrays."""

from __future__ import annotations

import numpy as np

#: The first byte of a list says how its gaps are kept: in one byte, two, or as plain 32-bit numbers.
_BYTE, _SHORT, _PLAIN = b"\x01", b"\x02", b"\x04"
#: Lists shorter than this are kept plain: packing them takes longer than it saves.
SHORT = 24
_TYPES = {_BYTE: (np.uint8, 0xFF), _SHORT: (np.uint16, 0xFFFF)}


def pack(numbers: np.ndarray) -> bytes:
    """Ascending numbers below 2**32 as bytes.

    A gap that is too wide for its type is kept as a run of its greatest value, which ends no gap.

    >>> numbers = np.array([3, 4, *range(5, 900), 70_000])
    >>> bool((unpack(pack(numbers)) == numbers).all()), len(pack(numbers)) < 2 * len(numbers)
    (True, True)
    """
    if len(numbers) < SHORT:
        return _PLAIN + numbers.astype("<u4").tobytes()
    gaps = np.diff(numbers, prepend=0)
    # One byte a gap if most gaps are narrow, two if they are not; four where even that does not pay.
    tag = _BYTE if int(numbers[-1]) < 160 * len(numbers) else _SHORT
    kind, top = _TYPES[tag]
    full = gaps // top
    if len(gaps) + int(full.sum()) >= 4 // np.dtype(kind).itemsize * len(gaps):
        return _PLAIN + numbers.astype("<u4").tobytes()
    if not full.any():
        return tag + gaps.astype(np.dtype(kind).newbyteorder("<")).tobytes()
    ends = np.cumsum(full + 1) - 1
    out = np.full(int(ends[-1]) + 1, top, dtype=np.dtype(kind).newbyteorder("<"))
    out[ends] = gaps % top
    return tag + out.tobytes()


def unpack(data: bytes) -> np.ndarray:
    """The numbers of a list, as 32-bit integers."""
    tag = data[:1]
    if tag == _PLAIN:
        return np.frombuffer(data, dtype="<u4", offset=1).astype(np.int32)
    kind, top = _TYPES[tag]
    gaps = np.frombuffer(data, dtype=np.dtype(kind).newbyteorder("<"), offset=1)
    numbers = np.cumsum(gaps, dtype=np.int32)
    ends = gaps != top
    return numbers if ends.all() else numbers[ends]
