"""A small PDF writer whose files break as those of office programs do.

What is drawn is right: text is shaped by HarfBuzz and embedded as glyph ids (Type0, Identity-H). What the file
says the glyphs are (ToUnicode) is not: a map holds one value a glyph id, and `Fault` names the ways it fails.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import cached_property
from pathlib import Path

import pikepdf
import uharfbuzz as hb
from fontTools import subset
from fontTools.ttLib import TTFont

from pipeline.thai import NIKHAHIT, SARA_AA, SARA_AM

A4 = (595.28, 841.89)


class Fault(Flag):
    """How a font's ToUnicode map or its embedded program goes wrong."""

    NONE = 0
    #: The NIKHAHIT of ำ is called a space; its advance stays zero (Word, PowerPoint).
    LOST_NIKHAHIT = auto()
    #: SARA AA is called SARA AM, because its first use in the font was inside one (Word, bold fonts).
    SPREAD_AM = auto()
    #: Marks moved out of the way of tall letters are called by their private-use codes (Distiller, PDFMaker).
    PRIVATE_MARKS = auto()
    #: Tone marks beside tall consonants are called vowels: ้ ู, ่ ุ.
    SWAPPED_TONES = auto()
    #: The embedded font program has lost its cmap, so that nothing in the file gives the truth away.
    NO_CMAP = auto()


#: Windows private-use codes of shifted marks.
_PRIVATE = {"่": "\uf70a", "้": "\uf70b", "๊": "\uf70c", "๋": "\uf70d", "์": "\uf70e"}
_SWAPS = {"้": "ู", "่": "ุ"}


@dataclass(frozen=True, slots=True)
class Glyph:
    """A shaped glyph; lengths in font units."""

    id: int
    advance: int
    dx: int
    dy: int


@dataclass
class Font:
    """A font file with what the file claims of its glyphs. `claims` overrides ToUnicode character by character."""

    path: Path
    faults: Fault = Fault.NONE
    claims: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._used: dict[int, str] = {}
        self._advances: dict[int, int] = {}

    @cached_property
    def _program(self) -> TTFont:
        return TTFont(self.path, recalcTimestamp=False)

    @cached_property
    def _shaper(self) -> hb.Font:
        return hb.Font(hb.Face(hb.Blob.from_file_path(str(self.path))))

    @cached_property
    def _codes(self) -> dict[int, str]:
        """Code point → glyph name."""
        return dict(self._program.getBestCmap())

    @cached_property
    def _characters(self) -> dict[str, str]:
        """Glyph name → the character it draws; an alternate (uni0E49.small) draws its base."""
        return {name: chr(code) for code, name in sorted(self._codes.items(), reverse=True)}

    @property
    def units(self) -> int:
        """Font units an em."""
        return int(self._program["head"].unitsPerEm)

    def has(self, char: str) -> bool:
        """Whether the font draws a character."""
        return ord(char) in self._codes

    def shape(self, text: str) -> list[Glyph]:
        """Glyphs of a text in drawing order."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(self._shaper, buffer)
        return [
            Glyph(info.codepoint, place.x_advance, place.x_offset, place.y_offset)
            for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ]

    def use(self, glyphs: Iterable[Glyph]) -> None:
        """Note glyphs as drawn, so that they are embedded."""
        for glyph in glyphs:
            name = self._program.getGlyphName(glyph.id)
            self._used[glyph.id] = self._characters.get(name) or self._characters[name.split(".")[0]]
            self._advances[glyph.id] = glyph.advance

    def _claim(self, glyph: int, char: str) -> str:
        """What ToUnicode says a glyph is."""
        alternate = "." in self._program.getGlyphName(glyph)
        if char in self.claims:
            return self.claims[char]
        if char == NIKHAHIT and Fault.LOST_NIKHAHIT in self.faults:
            return " "
        if char == SARA_AA and Fault.SPREAD_AM in self.faults:
            return SARA_AM
        if alternate and char in _PRIVATE and Fault.PRIVATE_MARKS in self.faults:
            return _PRIVATE[char]
        if self._program.getGlyphName(glyph).endswith(".narrow") and Fault.SWAPPED_TONES in self.faults:
            return _SWAPS.get(char, char)
        return char

    def embed(self, pdf: pikepdf.Pdf, name: str) -> pikepdf.Object:
        """The Type0 font object with the glyphs used so far."""
        base = pikepdf.Name(f"/{_tag(name)}+{self.path.stem.replace('-', '')}")
        scale = 1000 / self.units
        program = pdf.make_stream(self._subset())
        descriptor = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.FontDescriptor,
                FontName=base,
                Flags=4,
                FontBBox=[-600, -500, 1400, 1300],
                ItalicAngle=0,
                Ascent=round(self._program["hhea"].ascent * scale),
                Descent=round(self._program["hhea"].descent * scale),
                CapHeight=700,
                StemV=80,
                FontFile2=program,
            )
        )
        widths: list[object] = []
        for glyph in sorted(self._used):
            widths += [glyph, pikepdf.Array([round(self._advances[glyph] * scale)])]
        descendant = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=base,
            CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=descriptor,
            CIDToGIDMap=pikepdf.Name.Identity,
            DW=1000,
            W=pikepdf.Array(widths),
        )
        return pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type0,
                BaseFont=base,
                Encoding=pikepdf.Name("/Identity-H"),
                DescendantFonts=[pdf.make_indirect(descendant)],
                ToUnicode=pdf.make_stream(self._to_unicode()),
            )
        )

    def _to_unicode(self) -> bytes:
        lines = [
            f"<{glyph:04X}> <{self._claim(glyph, char).encode('utf-16-be').hex().upper()}>"
            for glyph, char in sorted(self._used.items())
        ]
        chunks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
        body = "\n".join(f"{len(c)} beginbfchar\n" + "\n".join(c) + "\nendbfchar" for c in chunks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        ).encode("ascii")

    def _subset(self) -> bytes:
        """The font program with only the glyphs used, under their own ids, with or without its cmap."""
        options = subset.Options(
            retain_gids=True,
            notdef_outline=True,
            hinting=False,
            layout_features=[],
            name_IDs=[1, 2, 13, 14],
            drop_tables=["GSUB", "GPOS", "GDEF", "DSIG", "STAT", "FFTM"],
            recalc_timestamp=False,
        )
        program = TTFont(self.path, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(gids=sorted(self._used), unicodes=[ord(c) for c in set(self._used.values())])
        subsetter.subset(program)
        if Fault.NO_CMAP in self.faults:
            del program["cmap"]
        else:
            self._map_alternates(program)
        data = io.BytesIO()
        program.save(data)
        return data.getvalue()

    def _map_alternates(self, program: TTFont) -> None:
        """Shifted marks get their private-use codes, as Thai fonts of Windows have it."""
        order = self._program.getGlyphOrder()
        for table in program["cmap"].tables:
            for glyph, char in self._used.items():
                if char in _PRIVATE and order[glyph].endswith(".small") and table.isUnicode():
                    table.cmap[ord(_PRIVATE[char])] = order[glyph]


def _tag(name: str) -> str:
    """Six capitals that name a subset."""
    return ("".join(c for c in name.upper() if c.isalpha()) + "AAAAAA")[:6]


@dataclass
class Family:
    """A Thai font with a second one for the characters it lacks, as word processors fall back."""

    name: str
    fonts: tuple[Font, ...]

    def runs(self, text: str) -> list[tuple[Font, str]]:
        """The text in stretches that one font draws."""
        runs: list[tuple[Font, str]] = []
        for char in text:
            font = next((f for f in self.fonts if f.has(char)), None)
            if font is None:
                raise ValueError(f"no font of {self.name} draws U+{ord(char):04X}")
            if runs and runs[-1][0] is font:
                runs[-1] = (font, runs[-1][1] + char)
            else:
                runs.append((font, char))
        return runs

    def width(self, text: str, size: float) -> float:
        """Width of a text in points."""
        return sum(glyph.advance * size / font.units for font, run in self.runs(text) for glyph in font.shape(run))


class Document:
    """Pages being drawn. Coordinates are in points from the top left corner."""

    def __init__(self, size: tuple[float, float] = A4) -> None:
        self.width, self.height = size
        self.pages: list[list[bytes]] = []
        self._fonts: list[Font] = []

    def new_page(self) -> None:
        """Start a page."""
        self.pages.append([])

    def text(self, x: float, y: float, text: str, family: Family, size: float, page: int = -1) -> None:
        """Draw a line of text with its baseline at `y`."""
        for font, run in family.runs(text):
            glyphs = font.shape(run)
            font.use(glyphs)
            if font not in self._fonts:
                self._fonts.append(font)
            name = f"/F{self._fonts.index(font)}"
            start = f"BT {name} {size:g} Tf 1 0 0 1 {x:.2f} {self.height - y:.2f} Tm "
            self.pages[page].append((start + _show(glyphs, font.units, size) + " ET\n").encode("ascii"))
            x += sum(glyph.advance for glyph in glyphs) * size / font.units

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draw a thin line."""
        top = self.height
        self.pages[-1].append(f"0.5 w {x0:.2f} {top - y0:.2f} m {x1:.2f} {top - y1:.2f} l S\n".encode("ascii"))

    def save(self, title: str) -> bytes:
        """The file; the same drawing gives the same bytes."""
        pdf = pikepdf.new()
        fonts = pikepdf.Dictionary(
            {f"/F{at}": font.embed(pdf, f"{title}{'ABCDEF'[at]}"[-6:]) for at, font in enumerate(self._fonts)}
        )
        resources = pdf.make_indirect(pikepdf.Dictionary(Font=fonts))
        for drawing in self.pages:
            page = pikepdf.Dictionary(
                Type=pikepdf.Name.Page,
                MediaBox=[0, 0, self.width, self.height],
                Resources=resources,
                Contents=pdf.make_stream(b"".join(drawing)),
            )
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        return save(pdf, title)


def save(pdf: pikepdf.Pdf, title: str) -> bytes:
    """A PDF as bytes, without date or chance in it."""
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Producer"] = "pmqa sample writer"
    data = io.BytesIO()
    pdf.save(
        data,
        deterministic_id=True,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return data.getvalue()


def _show(glyphs: list[Glyph], units: int, size: float) -> str:
    """Operators that show glyphs: one array, broken where a mark is raised or lowered."""
    parts, array = [], ""
    for glyph in glyphs:
        shift = glyph.dx * 1000 / units
        move, back = (f"{-shift:.0f} ", f" {shift:.0f}") if glyph.dx else ("", "")
        shown = f"{move}<{glyph.id:04X}>{back} "
        if glyph.dy:
            parts.append(f"[{array}] TJ {glyph.dy * size / units:.2f} Ts [{shown}] TJ 0 Ts")
            array = ""
        else:
            array += shown
    if array:
        parts.append(f"[{array}] TJ")
    return " ".join(parts)
