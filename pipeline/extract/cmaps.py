"""CMaps: what character codes stand for, as ToUnicode maps and as encodings of composite fonts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

_SECTION = re.compile(
    rb"begin(codespacerange|bfchar|bfrange|cidchar|cidrange)(.*?)end(?:codespacerange|bfchar|bfrange|cidchar|cidrange)",
    re.S,
)
_ITEM = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])|(-?\d+)|/([^\s<>\[\]/()]+)")

_Item = bytes | int | str | list[bytes]


@dataclass(slots=True)
class CMap:
    """Codes of one or more bytes mapped to text (ToUnicode) or to CIDs (encodings).

    Ranges stay ranges, so a hostile map that claims billions of codes costs nothing.
    """

    chars: dict[int, str] = field(default_factory=dict)
    ranges: list[tuple[int, int, bytes]] = field(default_factory=list)
    cids: dict[int, int] = field(default_factory=dict)
    cid_ranges: list[tuple[int, int, int]] = field(default_factory=list)
    #: (bytes in the code, lowest, highest)
    codespaces: list[tuple[int, int, int]] = field(default_factory=list)

    def text(self, code: int) -> str | None:
        """What a ToUnicode map says the code stands for; None if it says nothing."""
        found = self.chars.get(code)
        if found is not None:
            return found
        at = bisect_right(self.ranges, code, key=lambda r: r[0]) - 1
        if at >= 0 and code <= self.ranges[at][1]:
            low, _, start = self.ranges[at]
            return _advance(start, code - low)
        return None

    def cid(self, code: int) -> int:
        """The CID an encoding gives to a code; 0 if it has none."""
        found = self.cids.get(code)
        if found is not None:
            return found
        at = bisect_right(self.cid_ranges, code, key=lambda r: r[0]) - 1
        if at >= 0 and code <= self.cid_ranges[at][1]:
            return self.cid_ranges[at][2] + code - self.cid_ranges[at][0]
        return 0

    def code_length(self, data: bytes, at: int) -> int:
        """How many bytes the code at an offset of a string has."""
        for size in sorted({size for size, _, _ in self.codespaces}):
            code = int.from_bytes(data[at : at + size], "big")
            if any(n == size and low <= code <= high for n, low, high in self.codespaces):
                return size
        return max((size for size, _, _ in self.codespaces), default=2)


def _advance(start: bytes, steps: int) -> str:
    """The text a range gives to its `steps`-th code: the last UTF-16 unit counts up."""
    if len(start) < 2:
        return chr((int.from_bytes(start, "big") + steps) & 0xFFFF)
    if len(start) == 4 and 0xD8 <= start[0] <= 0xDB:  # one surrogate pair
        return chr(min(ord(start.decode("utf-16-be", "replace")[0]) + steps, 0x10FFFF))
    last = (int.from_bytes(start[-2:], "big") + steps) & 0xFFFF
    return utf16(start[:-2] + last.to_bytes(2, "big"))


def utf16(data: bytes) -> str:
    """Big-endian UTF-16 as maps write it: one byte alone is a code point, lone surrogates become U+FFFD."""
    if len(data) == 1:
        return chr(data[0])
    return data[: len(data) // 2 * 2].decode("utf-16-be", "replace").replace("\x00", "")


def _items(body: bytes) -> Iterator[_Item]:
    pending: list[bytes] | None = None
    for match in _ITEM.finditer(body):
        kind = match.lastindex
        if kind == 1:
            digits = match[1] if match[1].isalnum() else re.sub(rb"\s", b"", match[1])
            value = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
            if pending is None:
                yield value
            else:
                pending.append(value)
        elif kind == 2:
            pending = []
        elif kind == 3 and pending is not None:
            yield pending
            pending = None
        elif kind == 4:
            yield int(match[4])
        elif kind == 5:
            yield match[5].decode("latin-1")


def parse(data: bytes) -> CMap:
    """Reads a CMap program as far as it makes sense; what does not is passed over."""
    cmap = CMap()
    for section in _SECTION.finditer(data):
        kind, items = section[1], list(_items(section[2]))
        step = 2 if kind in (b"bfchar", b"cidchar", b"codespacerange") else 3
        for at in range(0, len(items) - step + 1, step):
            _enter(cmap, kind, items[at : at + step])
    cmap.ranges.sort(key=lambda r: r[0])
    cmap.cid_ranges.sort()
    return cmap


def _enter(cmap: CMap, kind: bytes, entry: list[_Item]) -> None:
    first, last, target = entry[0], entry[-2], entry[-1]
    if not isinstance(first, bytes) or not isinstance(last, bytes):
        return
    low, high = int.from_bytes(first, "big"), int.from_bytes(last, "big")
    if kind == b"codespacerange" and isinstance(target, bytes):
        cmap.codespaces.append((len(first), low, int.from_bytes(target, "big")))
    elif kind == b"bfchar" and isinstance(target, bytes):
        cmap.chars[low] = utf16(target)
    elif kind == b"bfrange" and isinstance(target, list):
        cmap.chars.update((low + n, utf16(value)) for n, value in enumerate(target[: high - low + 1]))
    elif kind == b"bfrange" and isinstance(target, bytes):
        cmap.ranges.append((low, high, target))
    elif kind == b"cidchar" and isinstance(target, int):
        cmap.cids[low] = target
    elif kind == b"cidrange" and isinstance(target, int):
        cmap.cid_ranges.append((low, high, target))
