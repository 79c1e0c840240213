"""Fonts of a PDF: from the codes of a string to glyphs, and from each glyph to the character it draws.

What the file claims (ToUnicode, or the encoding) is held against what the embedded font itself shows,
strongest evidence first: its own character map, the drawing in the library of known drawings, the same
drawing elsewhere in the font, private-use forms, and the place of the ink.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
from collections.abc import Iterator
from typing import Any

import pikepdf
from fontTools.encodings.StandardEncoding import StandardEncoding
from pdfminer.fontmetrics import FONT_METRICS

from pipeline.extract import cmaps, glyphshape, outlines
from pipeline.extract.presentation import fold, windows_character
from pipeline.extract.programs import Box, FontProgram, Outline, name_to_text
from pipeline.thai import ABOVE_VOWELS, BELOW_VOWELS, MARKS, NIKHAHIT, SARA_AA, SARA_AM, THANTHAKHAT, TONES, is_thai

#: What a code stands for that neither the file nor the font explains.
UNKNOWN = "\ufffd"

_ABOVE = frozenset(ABOVE_VOWELS + TONES + THANTHAKHAT + "\u0e4e")
_BELOW = frozenset(BELOW_VOWELS)
_MARKS = frozenset(MARKS)
#: Above this height (in ems) no letter's body reaches down from a mark, under it no mark above begins.
_X_HEIGHT = 0.28
#: Glyphs after which it is clear whether a font's map agrees with the file's.
_ENOUGH = 40
#: Bytes of a string short enough to be met again and again.
_SHORT = 4
#: Letters with an ascender or a descender, and how far (in heights of letters) ink reaches up without a mark.
_ASCENDERS, _DESCENDERS = "ปฝฟฬศสฮ", "ฎฏฐญฤฦ"
_LOW, _TALL = 1.18, 1.62
#: Width of a character of which nothing is known, in ems.
_DEFAULT_WIDTH = 0.5


class Glyph:
    """One glyph of one font, the same wherever it is drawn. Lengths are in ems.

    `text` is what it draws by the evidence, `claim` what the file says it is; `proven` says that the font
    itself bears the text out. `lost` marks a glyph that the file calls a space although it takes no room: a
    mark whose name was lost and which its neighbours settle.
    """

    __slots__ = (
        "claim", "confidence", "ink", "is_mark", "is_space", "is_thai", "lost", "proven", "source", "text", "width",
    )  # fmt: skip

    def __init__(
        self,
        text: str,
        claim: str,
        width: float,
        ink: Box | None = None,
        source: str | None = None,
        confidence: float = 1.0,
        lost: bool = False,
        proven: bool = False,
    ) -> None:
        self.text = text
        self.claim = claim
        self.width = width
        self.ink = ink
        self.source = source
        self.confidence = confidence
        self.lost = lost
        self.proven = proven
        self.is_mark = lost or (bool(text) and all(c in _MARKS for c in text))
        self.is_space = not lost and not text.strip()
        self.is_thai = is_thai(text[:1])

    def reading(self, text: str, source: str) -> Glyph:
        """The same glyph with the text that stronger evidence gives it."""
        return Glyph(text, self.claim, self.width, self.ink, source)


class Font:
    """A font as a page's resources name it."""

    def __init__(self, name: str, program: FontProgram | None, to_unicode: cmaps.CMap | None) -> None:
        self.name = name
        self.program = program
        self.to_unicode = to_unicode
        self._glyphs: dict[int, Glyph] = {}
        self._strings: dict[bytes, list[tuple[Glyph, bool]]] = {}
        self._trusts_cmap: bool | None = None
        self._letter_level: float | None = None
        self._forms: glyphshape.Prototypes | None = None

    def glyphs(self, data: bytes) -> list[tuple[Glyph, bool]]:
        """The glyphs a string shows, each with whether it is the one-byte space that word spacing widens."""
        shown = self._strings.get(data)
        if shown is not None:
            return shown
        known = self._glyphs
        shown = []
        for code in self.codes(data):
            glyph = known.get(code)
            if glyph is None:
                glyph = known[code] = self._resolve(code)
            shown.append((glyph, code == 32 and self.one_byte))
        if len(data) <= _SHORT:
            self._strings[data] = shown
        return shown

    one_byte = True

    def codes(self, data: bytes) -> Iterator[int]:
        """The character codes in a string."""
        return iter(data)

    def width(self, code: int) -> float:
        """Advance width of a code in ems."""
        raise NotImplementedError

    def gid(self, code: int) -> int | None:
        """The embedded program's glyph for a code, None if it cannot be told."""
        raise NotImplementedError

    def drawing(self, code: int) -> Outline | None:
        """What the code draws, None if it draws nothing or cannot be read."""
        gid = self.gid(code)
        return self.program.outline(gid) if self.program is not None and gid is not None else None

    def _ink(self, code: int) -> Box | None:
        gid = self.gid(code)
        return self.program.ink(gid) if self.program is not None and gid is not None else None

    def encoded(self, code: int) -> str | None:
        """What the encoding, as opposed to a ToUnicode map, says the code stands for."""
        return None

    def used_codes(self) -> Iterator[int]:
        """Codes that the file names in its maps."""
        if self.to_unicode is not None:
            yield from self.to_unicode.chars
            for low, high, _ in self.to_unicode.ranges:
                yield from range(low, min(high, low + 255) + 1)

    # -- evidence -------------------------------------------------------------------------------------------

    def _claim(self, code: int) -> str | None:
        """What the file says a code stands for; None if it says nothing."""
        claim = self.to_unicode.text(code) if self.to_unicode is not None else None
        return claim if claim is not None else self.encoded(code)

    def _resolve(self, code: int) -> Glyph:
        claim = self._claim(code)
        width = self.width(code)
        own = self._own_character(code, claim)
        plain = own is not None or (claim is not None and claim.isascii() and claim.isalnum())
        drawing = None if plain else self.drawing(code)
        ink = self._ink(code) if plain else drawing.bbox if drawing is not None else None
        known = outlines.character(drawing) if drawing is not None else None
        if known is not None and _is_digit(claim):
            known = None  # a font may well draw Arabic digits as Thai ones
        if known is None and not plain:
            own = self._own_character(code, claim, substituted=True)
        text, source, confidence = self._settle(code, claim, drawing, own, known)
        shown = claim if claim is not None else UNKNOWN
        if abs(width) < 0.001 and (own or known) is None and claim is not None and fold(claim) == " ":
            # A space never has no width: this is a mark whose name was lost. What it looks like is a guess.
            if ink is None and self._draws_nothing(code):
                return Glyph("", shown, width, None, "zero-width")
            guess = text if source == "shape" else ""
            return Glyph(guess, shown, width, ink, "zero-width", 0.9, lost=True)
        return Glyph(text, shown, width, ink, source, confidence, proven=(own or known) is not None)

    def _draws_nothing(self, code: int) -> bool:
        """Whether the font itself shows that the code leaves no ink."""
        program = self.program
        return program is not None and bool(self.gid(code)) and program.has_outlines() and self.drawing(code) is None

    def _settle(
        self, code: int, claim: str | None, drawing: Outline | None, own: str | None, known: str | None
    ) -> tuple[str, str | None, float]:
        """The text of a code, the evidence that changed it from the claim (or None), and how sure that is.

        `own` is the character by the font's own map, `known` the one by the library of drawings.
        """
        if own is not None:
            return (own, None, 1.0) if own == claim else (own, "cmap", 1.0)
        if known is not None:
            return (known, None, 1.0) if known == claim else (known, "outline", 0.99)
        folded = fold(claim) if claim is not None else None
        mute = not folded or folded == UNKNOWN or (folded == " " and drawing is not None)
        if mute and drawing is not None:
            return self._recognised(code, drawing) or (folded or UNKNOWN, None, 0.0)
        if folded is None:
            gid = self.gid(code)
            number = windows_character(self.name, gid) if gid is not None else None
            if number is not None:
                return number, "glyph-number", 0.9
            return ("", "zero-width", 1.0) if self._draws_nothing(code) else (UNKNOWN, None, 0.0)
        if drawing is not None and (seen := self._contradicted(code, folded, drawing)) is not None:
            return seen
        return folded, None if folded == claim else "presentation-form", 1.0

    def _contradicted(self, code: int, claim: str, drawing: Outline) -> tuple[str, str, float] | None:
        """What the glyph is where its ink cannot be what the file claims; None where it can."""
        bottom, top = drawing.bbox[1], drawing.bbox[3]
        if claim.endswith(SARA_AM) and bottom > _X_HEIGHT:  # nothing stands on the line: the ring alone
            return claim[:-1] + NIKHAHIT, "outline", 0.97
        if claim == SARA_AM and drawing.contours == 1:
            return SARA_AA, "outline", 0.97
        if len(claim) > 1 and is_thai(claim[0]) and claim[0] not in _MARKS:
            return self._uncredited(code, claim, drawing)
        among = None
        if claim in _BELOW and bottom > _X_HEIGHT:
            among = _ABOVE
        elif claim in _ABOVE and top < 0.1:
            among = _BELOW
        return None if among is None else self._among(code, among)

    def _among(self, code: int, among: frozenset[str]) -> tuple[str, str, float] | None:
        """The one of some characters that a glyph looks most like, in this font itself or in known fonts.

        That it is one of them is known, so even a remote likeness decides.
        """
        shape = self._form(code)
        if shape is None:
            return None
        found = (
            glyphshape.recognise(shape, self._own_forms(), among)
            or glyphshape.recognise(shape, glyphshape.prototypes(), among)
            or glyphshape.recognise(shape, glyphshape.prototypes(), among, remote=True)
        )
        return (found[0], "shape", found[1]) if found is not None else None

    def _uncredited(self, code: int, claim: str, drawing: Outline) -> tuple[str, str, float] | None:
        """What a glyph credited with a whole cluster draws of it: the letter alone, or one of the marks."""
        _, bottom, _, top = drawing.bbox
        marks = frozenset(claim[1:].replace(SARA_AM, NIKHAHIT)) & _MARKS
        if not marks:
            return None
        if bottom > _X_HEIGHT or top < 0.05:
            hanging = marks & (_ABOVE if bottom > _X_HEIGHT else _BELOW)
            return (min(hanging), "outline", 0.95) if len(hanging) == 1 else self._among(code, hanging)
        if not all(char in _MARKS for char in claim[1:]):
            return None
        shows_above = top > self._level() * (_TALL if claim[0] in _ASCENDERS else _LOW)
        shows_below = bottom < -0.08 and claim[0] not in _DESCENDERS
        if (marks & _ABOVE and shows_above) or (marks & _BELOW and shows_below):
            return None
        return claim[0], "outline", 0.95

    def _recognised(self, code: int, drawing: Outline) -> tuple[str, str, float] | None:
        """What a glyph that nothing names is, by its shape: like one of this font, or of known fonts."""
        gid = self.gid(code)
        number = windows_character(self.name, gid) if gid is not None else None
        if number is not None:
            return number, "glyph-number", 0.95
        left, bottom, right, _ = drawing.bbox
        hangs = abs(self.width(code)) < 0.02 or right <= 0.15 * (right - left)
        among = (_ABOVE if bottom > _X_HEIGHT else _BELOW) if hangs else None
        whole = self._form(code)
        for known in (self._own_forms(), glyphshape.prototypes()):
            found = glyphshape.recognise(whole, known, among) if whole is not None else None
            if found is not None:
                return found[0], "shape", found[1]
            if hangs:
                parts = [glyphshape.recognise(part, known, among) for part in self._storeys(code)]
                if len(parts) > 1 and all(parts):
                    return "".join(p[0] for p in parts if p), "shape", min(p[1] for p in parts if p)
        return self._among(code, among) if among is not None else None

    def _polygons(self, code: int) -> list[list[tuple[float, float]]]:
        gid = self.gid(code)
        return self.program.polygons(gid) if self.program is not None and gid else []

    def _form(self, code: int) -> glyphshape.Form | None:
        return glyphshape.form(self._polygons(code), self._level())

    def _storeys(self, code: int) -> list[glyphshape.Form]:
        """The marks a glyph stacks, from the lowest up: its contours parted where no ink crosses a level."""
        polygons = sorted(self._polygons(code), key=lambda polygon: min(y for _, y in polygon))
        storeys: list[list[list[tuple[float, float]]]] = []
        reach = 0.0
        for polygon in polygons:
            if not storeys or min(y for _, y in polygon) > reach:
                storeys.append([])
            storeys[-1].append(polygon)
            reach = max(reach, max(y for _, y in polygon)) if len(storeys[-1]) > 1 else max(y for _, y in polygon)
        return [found for storey in storeys if (found := glyphshape.form(storey, self._level())) is not None]

    def _named(self) -> Iterator[tuple[int, str]]:
        """Codes whose single character the file and the font agree on."""
        for code in self.used_codes():
            claim = fold(self._claim(code) or "")
            if len(claim) == 1 and is_thai(claim) and self._own_character(code, claim) in (None, claim):
                yield code, claim

    def _level(self) -> float:
        if self._letter_level is None:
            tops: dict[str, float] = {}
            for code in self.used_codes():
                claim = self._claim(code) or ""
                if claim[:1] in glyphshape.LEVEL and claim and (box := self._ink(code)) is not None:
                    tops[claim[0]] = min(box[3], tops.get(claim[0], box[3]))
            self._letter_level = glyphshape.level_of(tops)
        return self._letter_level

    def _own_forms(self) -> glyphshape.Prototypes:
        """Forms of this font's own marks, as far as they are named and their ink is where such marks stand."""
        if self._forms is None:
            forms, names = [], []
            for code, claim in self._named():
                drawing = self.drawing(code) if claim in _MARKS else None
                if drawing is None or (claim in _BELOW) != (drawing.bbox[3] < 0.1):
                    continue
                shape = self._form(code)
                if shape is not None:
                    forms.append(shape)
                    names.append(claim)
            self._forms = glyphshape.prototypes_of(forms, names)
        return self._forms

    def _own_character(self, code: int, claim: str | None, *, substituted: bool = False) -> str | None:
        """The character the font's own map gives, where it is Thai or nothing else is known.

        Latin letters and digits stay as claimed: only Thai maps are broken by shaping. Glyphs that only a
        substitution leads to count if `substituted`.
        """
        gid = self.gid(code)
        if self.program is None or not gid or not self._cmap_is_sound():
            return None
        candidates = self.program.characters(gid) or (self.program.substituted(gid) if substituted else [])
        if not candidates:
            return None
        if claim is not None and (claim in candidates or (_is_digit(claim) and any(map(_is_digit, candidates)))):
            return claim
        thai = [c for c in candidates if is_thai(c[:1])]
        if thai and not _is_digit(claim):
            return thai[0]
        return candidates[0] if claim is None else None

    def _cmap_is_sound(self) -> bool:
        """Whether the font's map agrees with the file's where both speak: some subsetters fill it with codes."""
        if self._trusts_cmap is None:
            agree = differ = 0
            if self.to_unicode is not None and self.program is not None and self.program.unicode_cmap:
                for code in self.used_codes():
                    gid, claim = self.gid(code), self.to_unicode.text(code)
                    own = self.program.characters(gid) if gid else []
                    if own and claim and claim.strip():
                        if fold(claim)[:1] in [c[:1] for c in own]:
                            agree += 1
                        else:
                            differ += 1
                        if agree + differ == _ENOUGH:
                            break
            self._trusts_cmap = agree >= differ or agree + differ < 4
        return self._trusts_cmap


def _is_digit(text: str | None) -> bool:
    return bool(text) and text is not None and text.isdigit()


class SimpleFont(Font):
    """Type 1, TrueType and Type 3 fonts: one byte, one glyph."""

    def __init__(
        self,
        name: str,
        program: FontProgram | None,
        to_unicode: cmaps.CMap | None,
        *,
        names: dict[int, str],
        base: str | None,
        widths: dict[int, float],
        default_width: float,
    ) -> None:
        super().__init__(name, program, to_unicode)
        self._names = names
        self._base = base
        self._widths = widths
        self._default_width = default_width

    def width(self, code: int) -> float:
        """Advance width of a code in ems."""
        return self._widths.get(code, self._default_width)

    def encoded(self, code: int) -> str | None:
        """The character of the code's glyph name."""
        name = self._names.get(code)
        if name is not None:
            return name_to_text(name)
        if self._base is not None:
            char = bytes([code]).decode(self._base, "replace")
            return None if char == UNKNOWN else char
        program = self.program
        if program is not None and program.unicode_cmap and (gid := self.gid(code)):
            return next(iter(program.characters(gid)), None)
        return None

    def gid(self, code: int) -> int | None:
        """The glyph: by name, by the Unicode map, by the symbol map."""
        program = self.program
        if program is None:
            return None
        name = self._names.get(code)
        if name is not None and (gid := program.gid_of_name(name)):
            return gid
        if name is not None or self._base is not None:
            char = self.encoded(code)
            if char and len(char) == 1 and (gid := program.unicode_cmap.get(ord(char))):
                return gid
        if not program.symbol_cmap and not program.unicode_cmap:
            return code
        return program.symbol_cmap.get(code) or program.unicode_cmap.get(code)

    def drawing(self, code: int) -> Outline | None:
        """What the code draws; Type 1 programs know their glyphs by name only."""
        name = self._names.get(code)
        if self.program is not None and name is not None and (found := self.program.named_outline(name)):
            return found
        return super().drawing(code)


class CompositeFont(Font):
    """Type 0 fonts: codes of one or more bytes lead to CIDs, CIDs to glyphs."""

    one_byte = False

    def __init__(
        self,
        name: str,
        program: FontProgram | None,
        to_unicode: cmaps.CMap | None,
        *,
        encoding: cmaps.CMap | None,
        cid_to_gid: bytes | None,
        widths: dict[int, float],
        default_width: float,
    ) -> None:
        super().__init__(name, program, to_unicode)
        self._encoding = encoding
        self._cid_to_gid = cid_to_gid
        self._widths = widths
        self._default_width = default_width

    def codes(self, data: bytes) -> Iterator[int]:
        """The character codes in a string: two bytes each unless an embedded encoding says otherwise."""
        if self._encoding is None:
            return iter(struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2]))
        return self._variable(data, self._encoding)

    @staticmethod
    def _variable(data: bytes, encoding: cmaps.CMap) -> Iterator[int]:
        at = 0
        while at < len(data):
            size = encoding.code_length(data, at)
            yield int.from_bytes(data[at : at + size], "big")
            at += size

    def _cid(self, code: int) -> int:
        return code if self._encoding is None else self._encoding.cid(code)

    def width(self, code: int) -> float:
        """Advance width of a code in ems."""
        return self._widths.get(self._cid(code), self._default_width)

    def gid(self, code: int) -> int | None:
        """The glyph of the code's CID."""
        cid = self._cid(code)
        if self._cid_to_gid is not None:
            return int.from_bytes(self._cid_to_gid[2 * cid : 2 * cid + 2], "big")
        if self.program is not None and self.program.cid_to_gid is not None:
            return self.program.cid_to_gid.get(cid)
        return cid


# -- reading font dictionaries ----------------------------------------------------------------------------------


class FontLibrary:
    """Fonts of one document, each program read once however many font objects share it."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, int], Font] = {}
        self._programs: dict[str, FontProgram] = {}
        self._maps: dict[str, cmaps.CMap] = {}
        self._alike: dict[tuple[str, ...], Font] = {}

    def font(self, source: Any) -> Font:
        """The font a dictionary describes; one without glyphs where it describes none."""
        key = source.objgen if isinstance(source, pikepdf.Object) else (0, 0)
        if key != (0, 0) and key in self._fonts:
            return self._fonts[key]
        font = self._read(source) if isinstance(source, pikepdf.Dictionary) else _nothing()
        if key != (0, 0):
            self._fonts[key] = font
        return font

    def _read(self, source: pikepdf.Dictionary) -> Font:
        descendants: Any = source.get("/DescendantFonts")
        composite = isinstance(descendants, pikepdf.Array) and len(descendants) > 0
        inner: Any = descendants[0] if composite else source
        if not isinstance(inner, pikepdf.Dictionary):
            return _nothing()
        descriptor = inner.get("/FontDescriptor")
        name = _name(source.get("/BaseFont")) or _name(inner.get("/BaseFont"))
        program = self._program(descriptor)
        to_unicode = self._cmap(source.get("/ToUnicode"))
        if composite:
            return _composite(name, program, to_unicode, source, inner)
        return _simple(name, program, to_unicode, source, descriptor)

    def _program(self, descriptor: Any) -> FontProgram | None:
        if not isinstance(descriptor, pikepdf.Dictionary):
            return None
        for key in ("/FontFile2", "/FontFile3", "/FontFile"):
            data = _stream(descriptor.get(key))
            if data:
                digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
                if digest not in self._programs:
                    self._programs[digest] = FontProgram(data)
                return self._programs[digest]
        return None

    def _cmap(self, source: Any) -> cmaps.CMap | None:
        data = _stream(source)
        if not data:
            return None
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if digest not in self._maps:
            self._maps[digest] = cmaps.parse(data)
        return self._maps[digest]


def _nothing() -> Font:
    return SimpleFont("", None, None, names={}, base="cp1252", widths={}, default_width=_DEFAULT_WIDTH)


def _stream(source: Any) -> bytes | None:
    if isinstance(source, pikepdf.Stream):
        with contextlib.suppress(pikepdf.PdfError, RuntimeError):
            return bytes(source.read_bytes())
    return None


def _name(source: Any) -> str:
    """A font's name without its subset tag; names in the Thai code page are read as such."""
    if not isinstance(source, pikepdf.Name):
        return ""
    try:
        name = str(source)
    except UnicodeDecodeError:
        name = bytes(source.unparse()).decode("cp874", "replace")
        for byte in range(0x80, 0x100):
            name = name.replace(f"#{byte:02x}", bytes([byte]).decode("cp874", "replace"))
    name = name.removeprefix("/")
    return name[7:] if name[6:7] == "+" and name[:6].isupper() else name


def _number(value: Any, default: float = 0.0) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def _composite(
    name: str,
    program: FontProgram | None,
    to_unicode: cmaps.CMap | None,
    source: pikepdf.Dictionary,
    inner: pikepdf.Dictionary,
) -> CompositeFont:
    encoding = _stream(source.get("/Encoding"))
    return CompositeFont(
        name,
        program,
        to_unicode,
        encoding=cmaps.parse(encoding) if encoding else None,
        cid_to_gid=_stream(inner.get("/CIDToGIDMap")),
        widths=_cid_widths(inner.get("/W")),
        default_width=_number(inner.get("/DW"), 1000) / 1000,
    )


def _cid_widths(source: Any) -> dict[int, float]:
    widths: dict[int, float] = {}
    if not isinstance(source, pikepdf.Array):
        return widths
    items = list(source)
    at = 0
    while at + 1 < len(items):
        first = int(_number(items[at]))
        if isinstance(items[at + 1], pikepdf.Array):
            for n, width in enumerate(items[at + 1]):
                widths[first + n] = _number(width) / 1000
            at += 2
        elif at + 2 < len(items):
            last, shared = int(_number(items[at + 1])), _number(items[at + 2]) / 1000
            for cid in range(first, min(last, 0xFFFF) + 1):
                widths[cid] = shared
            at += 3
        else:
            break
    return widths


_BASES = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}


def _simple(
    name: str, program: FontProgram | None, to_unicode: cmaps.CMap | None, source: pikepdf.Dictionary, descriptor: Any
) -> SimpleFont:
    encoding = source.get("/Encoding")
    names: dict[int, str] = {}
    base = _BASES.get(str(encoding)) if isinstance(encoding, pikepdf.Name) else None
    if isinstance(encoding, pikepdf.Dictionary):
        base = _BASES.get(str(encoding.get("/BaseEncoding", "")))
        names = _differences(encoding.get("/Differences"))
    if base is None and program is None:
        names = {code: n for code, n in enumerate(StandardEncoding) if n != ".notdef"} | names
    scale = 0.001
    if str(source.get("/Subtype", "")) == "/Type3":
        matrix = source.get("/FontMatrix")
        scale = abs(_number(matrix[0], 0.001)) if isinstance(matrix, pikepdf.Array) and len(matrix) else 0.001
    widths = _simple_widths(source, scale)
    missing = descriptor.get("/MissingWidth") if isinstance(descriptor, pikepdf.Dictionary) else None
    if not widths:
        widths = _standard_widths(name, names, base)
    default = _number(missing) / 1000 if missing is not None else (0.0 if widths else _DEFAULT_WIDTH)
    return SimpleFont(name, program, to_unicode, names=names, base=base, widths=widths, default_width=default)


def _differences(source: Any) -> dict[int, str]:
    names: dict[int, str] = {}
    code = 0
    for item in source if isinstance(source, pikepdf.Array) else ():
        if isinstance(item, pikepdf.Name):
            with contextlib.suppress(UnicodeDecodeError):
                names[code] = str(item)[1:]
            code += 1
        else:
            code = int(_number(item))
    return names


def _simple_widths(source: pikepdf.Dictionary, scale: float) -> dict[int, float]:
    widths = source.get("/Widths")
    if not isinstance(widths, pikepdf.Array):
        return {}
    first = int(_number(source.get("/FirstChar")))
    return {first + n: _number(width) * scale for n, width in enumerate(widths)}


def _standard_widths(name: str, names: dict[int, str], base: str | None) -> dict[int, float]:
    """Widths of the standard fonts, which files need not give."""
    _, metrics = FONT_METRICS.get(name, FONT_METRICS["Helvetica"])
    widths = {}
    for code in range(256):
        char = name_to_text(names[code]) if code in names else bytes([code]).decode(base or "cp1252", "replace")
        if char in metrics:
            widths[code] = metrics[char] / 1000
    return widths
