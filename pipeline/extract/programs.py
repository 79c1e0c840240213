"""Embedded font programs: what a glyph looks like and which character the font itself says it draws."""

from __future__ import annotations

import hashlib
import io
import logging
import struct
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from fontTools import agl, cffLib, t1Lib
from fontTools.pens.basePen import BasePen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from pipeline.extract.presentation import fold

# Oddities of embedded fonts are what this module is for; they are no news to the user.
logging.getLogger("fontTools").setLevel(logging.CRITICAL)

Point = tuple[float, float]
Box = tuple[float, float, float, float]


class Outline:
    """A glyph's drawing, told apart by the points of its contours. Two hashes name it: `exact` with its place
    over the baseline, `shape` wherever it stands. `bbox` (left, bottom, right, top) is in ems.
    """

    def __init__(self, units_per_em: int, points: list[Point], ends: list[int]) -> None:
        self._units_per_em = units_per_em
        self._points = points
        self._ends = ends
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        self._corner = min(xs), min(ys)
        self.bbox: Box = (
            self._corner[0] / units_per_em,
            self._corner[1] / units_per_em,
            max(xs) / units_per_em,
            max(ys) / units_per_em,
        )
        self.contours = len(ends)

    @cached_property
    def exact(self) -> str:
        """Names the drawing in its place."""
        return _digest(self._units_per_em, self._points, self._ends)

    @cached_property
    def shape(self) -> str:
        """Names the drawing wherever it stands."""
        left, bottom = self._corner
        return _digest(self._units_per_em, [(x - left, y - bottom) for x, y in self._points], self._ends)


def _digest(units_per_em: int, points: list[Point], ends: list[int]) -> str:
    # Whole numbers only: 12 and 12.0 are the same coordinate in two font formats.
    whole = points if type(points[0][0]) is int else [(round(x), round(y)) for x, y in points]
    return hashlib.md5(repr((units_per_em, whole, ends)).encode(), usedforsecurity=False).hexdigest()[:16]


class FontProgram:
    """One embedded font file: TrueType, OpenType, bare CFF or Type 1.

    Every question gets an empty answer where the program is damaged or lacks the table that would tell.
    """

    def __init__(self, data: bytes) -> None:
        self._tt: TTFont | None = None
        self._cff: Any = None
        self._t1: Any = None
        self._outlines: dict[int, Outline | None] = {}
        try:
            if data[:4] in (b"\x00\x01\x00\x00", b"true", b"OTTO", b"ttcf"):
                self._tt = TTFont(io.BytesIO(data), lazy=True, fontNumber=0)
                if "CFF " in self._tt:
                    self._cff = self._tt["CFF "].cff.topDictIndex[0]
            elif data[:1] == b"\x01":
                fonts = cffLib.CFFFontSet()
                fonts.decompile(io.BytesIO(data), None)
                self._cff = fonts.topDictIndex[0]
            elif data[:2] in (b"%!", b"\x80\x01"):
                self._t1 = t1Lib.T1Font.__new__(t1Lib.T1Font)
                self._t1.data, self._t1.encoding = data, "latin-1"
                self._t1.parse()
        except Exception:  # fontTools raises whatever a damaged table makes it raise
            self._tt = self._cff = self._t1 = None

    @cached_property
    def units_per_em(self) -> int:
        """Font units in an em."""
        try:
            if self._tt is not None and "head" in self._tt:
                return int(self._tt["head"].unitsPerEm) or 1000
        except Exception:
            pass
        return 1000

    @cached_property
    def cid_to_gid(self) -> dict[int, int] | None:
        """Glyph of each CID where a CFF font numbers its characters itself; None where CID and glyph agree."""
        if self._cff is None or not hasattr(self._cff, "ROS"):
            return None
        return {int(name[3:]): gid for gid, name in enumerate(self._cff.charset) if name.startswith("cid")} | {0: 0}

    @cached_property
    def _cmaps(self) -> dict[tuple[int, int], Any]:
        """The character maps by platform and encoding; fontTools reads each when it is first looked into."""
        try:
            if self._tt is None or "cmap" not in self._tt:
                return {}
            return {(t.platformID, t.platEncID): t for t in self._tt["cmap"].tables if t.format != 14}
        except Exception:
            return {}

    def _mapped(self, platform: int, encoding: int) -> dict[int, int]:
        """Glyph of each code in one of the character maps."""
        if (platform, encoding) not in self._cmaps:
            return {}
        try:
            names = self._cmaps[platform, encoding].cmap
            known = self._tt.getReverseGlyphMap() if self._tt is not None else {}
        except Exception:
            return {}
        return {code: known[name] if name in known else self._gid(name) for code, name in names.items()}

    def _gid(self, name: str) -> int:
        try:
            if self._tt is not None:
                return int(self._tt.getGlyphID(name))
        except Exception:
            pass
        return 0

    @cached_property
    def unicode_cmap(self) -> dict[int, int]:
        """Glyph of each code point, by the font's Unicode character map."""
        for key in ((3, 10), (3, 1), (0, 4), (0, 3), (0, 6), (0, 1), (0, 0)):
            if key in self._cmaps:
                return self._mapped(*key)
        return {}

    @cached_property
    def symbol_cmap(self) -> dict[int, int]:
        """Glyph of each one-byte code, by the font's symbol or Macintosh character map."""
        return self._mapped(1, 0) | {code & 0xFF: gid for code, gid in self._mapped(3, 0).items()}

    @cached_property
    def _characters(self) -> dict[int, list[str]]:
        reverse: dict[int, list[str]] = {}
        for code, gid in self.unicode_cmap.items():
            if gid:
                reverse.setdefault(gid, []).append(fold(chr(code)))
        return reverse

    def characters(self, gid: int) -> list[str]:
        """The characters that the font's own map gives to a glyph, private-use forms as their letters."""
        return self._characters.get(gid, [])

    def substituted(self, gid: int) -> list[str]:
        """The characters of a glyph that only a substitution leads to."""
        return self._substituted.get(gid, [])

    @cached_property
    def _substituted(self) -> dict[int, list[str]]:
        """Characters of glyphs that only a substitution reaches: shaped variants and ligatures."""
        try:
            if self._tt is None or "GSUB" not in self._tt or not self._characters:
                return {}
            pairs = list(_substitutions(self._tt["GSUB"].table))
        except Exception:
            return {}
        found: dict[int, list[str]] = {}
        for _ in range(3):  # a substitute may be substituted again
            for sources, target in pairs:
                gid = self._gid(target)
                if gid in self._characters or gid in found:
                    continue
                parts = [self._characters.get(g) or found.get(g) for g in map(self._gid, sources)]
                if all(parts):
                    found[gid] = ["".join(part[0] for part in parts if part)]
        return found

    def glyph_name(self, gid: int) -> str | None:
        """The glyph's own name, None where the font keeps no names."""
        try:
            if self._cff is not None and not hasattr(self._cff, "ROS"):
                return str(self._cff.charset[gid])
            if self._tt is not None and self._tt["post"].formatType == 2.0:
                return str(self._tt.getGlyphName(gid))
        except Exception:
            pass
        return None

    def gid_of_name(self, name: str) -> int | None:
        """The glyph of that name, None if the font has none."""
        try:
            if self._cff is not None and not hasattr(self._cff, "ROS"):
                return int(self._cff.charset.index(name))
            if self._tt is not None and self._tt["post"].formatType == 2.0:
                return int(self._tt.getReverseGlyphMap()[name])
        except Exception:
            pass
        return None

    def advance(self, gid: int) -> float | None:
        """Advance width in ems, None where the program does not say."""
        try:
            if self._tt is not None:
                return float(self._tt["hmtx"].metrics[self._tt.getGlyphName(gid)][0] / self.units_per_em)
        except Exception:
            pass
        return None

    def outline(self, gid: int) -> Outline | None:
        """What the glyph draws; None if it draws nothing or cannot be read."""
        if gid not in self._outlines:
            try:
                self._outlines[gid] = self._read_outline(gid)
            except Exception:
                self._outlines[gid] = None
        return self._outlines[gid]

    def ink(self, gid: int) -> Box | None:
        """The box a glyph's ink fills, in ems; None if it draws nothing. Cheaper than its outline."""
        if self._glyf is None:
            found = self.outline(gid)
            return None if found is None else found.bbox
        data, offsets = self._glyf
        if not 0 <= gid < len(offsets) - 1 or offsets[gid + 1] - offsets[gid] < 10:
            return None
        left, bottom, right, top = struct.unpack_from(">4h", data, offsets[gid] + 2)
        em = self.units_per_em
        return left / em, bottom / em, right / em, top / em

    @cached_property
    def _glyf(self) -> tuple[bytes, list[int]] | None:
        """The table of TrueType drawings as it is in the file, and where each begins."""
        try:
            if self._tt is not None and self._cff is None:
                data, places = self._tt.reader["glyf"], self._tt.reader["loca"]
                unit, form = (1, ">u4") if self._tt["head"].indexToLocFormat else (2, ">u2")
                offsets = np.frombuffer(places, form).astype(np.int64) * unit
                return data, np.minimum(offsets, len(data)).tolist()
        except Exception:
            pass
        return None

    def has_outlines(self) -> bool:
        """Whether drawings can be read at all, so that an empty glyph is known to be empty."""
        return self._cff is not None or (self._tt is not None and "glyf" in self._tt and "loca" in self._tt)

    def _read_outline(self, gid: int) -> Outline | None:
        if self._cff is not None:
            return self._recorded(self._cff.CharStrings[self._cff.charset[gid]])
        if self._tt is None:
            return None
        record = self._record(gid)
        if record is not None:
            return _simple_outline(self.units_per_em, record)
        glyf = self._tt["glyf"]
        coordinates, ends, _ = glyf[self._tt.getGlyphName(gid)].getCoordinates(glyf)
        return Outline(self.units_per_em, list(coordinates), list(ends)) if len(coordinates) else None

    def _record(self, gid: int) -> bytes | None:
        """A TrueType glyph as it is in the file, empty if it draws nothing; None for composite ones and other fonts."""
        if self._glyf is None or not 0 <= gid < len(self._glyf[1]) - 1:
            return None
        data, offsets = self._glyf
        record = data[offsets[gid] : offsets[gid + 1]]
        if len(record) < 10:
            return b""
        return record if record[0] < 0x80 else None

    def polygons(self, gid: int) -> list[list[Point]]:
        """The glyph's contours with their curves drawn as short lines, in ems; nothing if it cannot be read."""
        try:
            record = self._record(gid)
            if record is not None:
                return _simple_polygons(self.units_per_em, record)
            glyf: Any = self._tt["glyf"] if self._tt is not None and self._cff is None else None
            pen = _FlatteningPen(glyf, 1 / self.units_per_em)
            if self._cff is not None:
                self._cff.CharStrings[self._cff.charset[gid]].draw(pen)
            elif self._tt is not None:
                glyf[self._tt.getGlyphName(gid)].draw(pen, glyf)
        except Exception:
            return []
        return [contour for contour in pen.contours if len(contour) > 2]

    def named_outline(self, name: str) -> Outline | None:
        """What the glyph of that name draws, in fonts that know their glyphs by name (Type 1)."""
        try:
            return self._recorded(self._t1["CharStrings"][name])
        except Exception:
            return None

    def _recorded(self, charstring: Any) -> Outline | None:
        pen = DecomposingRecordingPen({})
        charstring.draw(pen)
        points: list[Point] = []
        ends: list[int] = []
        for operator, arguments in pen.value:
            if operator in ("closePath", "endPath"):
                if points:
                    ends.append(len(points) - 1)
            else:
                points.extend(arguments)
        return Outline(self.units_per_em, points, ends) if points else None


# The glyph records of TrueType fonts are read here, as fontTools takes ten times as long about it; and the same
# letters come in document after document.


@lru_cache(maxsize=4096)
def _simple_outline(units_per_em: int, record: bytes) -> Outline | None:
    """The outline in a record."""
    points, _, ends = _points(record)
    return Outline(units_per_em, points, ends) if points else None


@lru_cache(maxsize=512)
def _simple_polygons(units_per_em: int, record: bytes) -> list[list[Point]]:
    """The contours in a record, in ems and with short lines for curves."""
    points, on, ends = _points(record)
    starts = [0, *(end + 1 for end in ends)]
    contours = [_flattened(points[a:b], on[a:b], 1 / units_per_em) for a, b in pairwise(starts)]
    return [contour for contour in contours if len(contour) > 2]


def _points(record: bytes) -> tuple[list[Point], list[bool], list[int]]:
    """The points of a record, whether each is on its contour or draws a curve, and the last of each contour."""
    contours = int.from_bytes(record[:2], "big")
    if not contours:
        return [], [], []
    ends = list(struct.unpack_from(f">{contours}H", record, 10))
    at = 10 + 2 * contours
    at += 2 + int.from_bytes(record[at : at + 2], "big")  # instructions
    count = ends[-1] + 1
    flags: list[int] = []
    while len(flags) < count:
        flag = record[at]
        at += 1
        times = 1
        if flag & 8:
            times += record[at]
            at += 1
        flags += [flag] * times
    axes: list[list[int]] = []
    for short, same in ((2, 16), (4, 32)):
        value, values = 0, []
        for flag in flags[:count]:
            if flag & short:
                value += record[at] if flag & same else -record[at]
                at += 1
            elif not flag & same:
                value += int.from_bytes(record[at : at + 2], "big", signed=True)
                at += 2
            values.append(value)
        axes.append(values)
    return list(zip(*axes, strict=True)), [bool(flag & 1) for flag in flags[:count]], ends


def _flattened(points: list[Point], on: list[bool], scale: float) -> list[Point]:
    """One contour with short lines for its curves, which are quadratic; it begins with a point on it."""
    if True in on:
        first = on.index(True) + 1
        points, on = points[first:] + points[:first], on[first:] + on[:first]
    elif points:
        points, on = [*points, _between(points[-1], points[0])], [*on, True]
    if not points:
        return []
    drawn = [points[-1]]
    here, control = points[-1], None
    for point, through in zip(points, on, strict=True):
        if control is not None:
            end = point if through else _between(control, point)
            drawn += _curve(here, _towards(control, here), _towards(control, end), end)
            here = end
        elif through:
            drawn.append(point)
            here = point
        control = None if through else point
    if on[-2:] == [True, True]:  # the line that closes the contour
        drawn.pop()
    return [(x * scale, y * scale) for x, y in drawn]


def _between(one: Point, other: Point) -> Point:
    return 0.5 * (one[0] + other[0]), 0.5 * (one[1] + other[1])


def _towards(control: Point, end: Point) -> Point:
    """The control point of a cubic curve that draws what a quadratic one does."""
    return end[0] + _THIRDS * (control[0] - end[0]), end[1] + _THIRDS * (control[1] - end[1])


_THIRDS = 2 / 3
#: Weights of the four points of a cubic curve at the ends of the five lines it is drawn as.
_WEIGHTS = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in (n / 5 for n in range(1, 6))]


def _curve(start: Point, one: Point, two: Point, end: Point) -> list[Point]:
    """The ends of the short lines that a cubic curve is drawn as."""
    return [
        (
            a * start[0] + b * one[0] + c * two[0] + d * end[0],
            a * start[1] + b * one[1] + c * two[1] + d * end[1],
        )
        for a, b, c, d in _WEIGHTS
    ]


class _FlatteningPen(BasePen):  # type: ignore[misc]
    """Draws curves as chains of short lines."""

    def __init__(self, glyf: Any, scale: float) -> None:
        super().__init__(None)
        self.contours: list[list[Point]] = []
        self._glyf = glyf
        self._scale = scale

    def addComponent(self, glyphName: str, transformation: Any) -> None:  # noqa: N802, N803 - the pen protocol's names
        """Draws a part of a composite glyph."""
        self._glyf[glyphName].draw(TransformPen(self, transformation), self._glyf)

    def _moveTo(self, point: Point) -> None:  # noqa: N802
        self.contours.append([(point[0] * self._scale, point[1] * self._scale)])

    def _lineTo(self, point: Point) -> None:  # noqa: N802
        self.contours[-1].append((point[0] * self._scale, point[1] * self._scale))

    def _curveToOne(self, one: Point, two: Point, end: Point) -> None:  # noqa: N802
        for point in _curve(self._getCurrentPoint(), one, two, end):
            self._lineTo(point)


def _substitutions(gsub: Any) -> Iterable[tuple[list[str], str]]:
    """Every substitution one glyph comes out of: the glyphs it stands for, and the glyph."""
    for lookup in gsub.LookupList.Lookup:
        for table in lookup.SubTable:
            kind = lookup.LookupType
            if kind == 7:
                kind, table = table.ExtSubTable.LookupType, table.ExtSubTable
            if kind == 1:
                for source, target in table.mapping.items():
                    yield [source], target
            elif kind == 3:
                for source, targets in table.alternates.items():
                    for target in targets:
                        yield [source], target
            elif kind == 4:
                for first, ligatures in table.ligatures.items():
                    for ligature in ligatures:
                        yield [first, *ligature.Component], ligature.LigGlyph


def name_to_text(name: str) -> str | None:
    """The text a glyph name stands for by the Adobe glyph list rules; None if it is but a number.

    >>> name_to_text("uni0E48.low") == "่", name_to_text("g21")
    (True, None)
    """
    return agl.toUnicode(name) or None
