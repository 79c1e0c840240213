"""Lists of ascending numbers in few bytes, written and read by whole arrays."""

from __future__ import annotations

import numpy as np

#: The first byte of a list says how its gaps are kept: in one byte, two, or as plain 32-bit numbers.
_BYTE, _SHORT, _PLAIN = b"\x01", b"\x02", b"\x04"
_TYPES = {_BYTE: (np.uint8, 0xFF), _SHORT: (np.uint16, 0xFFFF)}


def pack(numbers: np.ndarray) -> bytes:
    """Ascending numbers below 2**32 as bytes.

    A gap that is too wide for its type is kept as a run of its greatest value, which ends no gap.

    >>> unpack(pack(np.array([3, 4, 900, 70_000]))).tolist()
    [3, 4, 900, 70000]
    """
    if len(numbers) < 4:
        return _PLAIN + numbers.astype("<u4").tobytes()
    gaps = np.diff(numbers, prepend=0)
    sizes = {
        tag: (len(gaps) + int((gaps // top).sum())) * np.dtype(kind).itemsize for tag, (kind, top) in _TYPES.items()
    }
    tag = min(sizes, key=lambda t: sizes[t])
    if sizes[tag] >= 4 * len(gaps):
        return _PLAIN + numbers.astype("<u4").tobytes()
    kind, top = _TYPES[tag]
    full = gaps // top
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
