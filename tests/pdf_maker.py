"""PDFs made glyph by glyph, with a font made for the purpose: the file may claim what it likes of its glyphs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from pipeline.thai import BELOW_VOWELS, MARKS

CHARACTERS = [
    *map(chr, range(0x0E01, 0x0E3B)),
    *map(chr, range(0x0E40, 0x0E5C)),
    *map(chr, range(0x20, 0x7F)),
]
GIDS = {char: gid for gid, char in enumerate(CHARACTERS, 1)}
EM = 1000


def advance(char: str) -> int:
    """Advance width of a character in the font, in thousandths of an em."""
    return 0 if char in MARKS else 250 if char == " " else 500


@cache
def _font_file(with_cmap: bool) -> bytes:
    builder = FontBuilder(EM, isTTF=True)
    names = [".notdef", *(f"g{gid}" for gid in GIDS.values())]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"g{g}" for c, g in GIDS.items()} if with_cmap else {})
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for char, gid in GIDS.items():
        pen = TTGlyphPen(None)
        if char != " ":
            left, bottom, width, height = 20, 0, 440, 480
            if char in MARKS:
                left, bottom, width, height = -300, -250 if char in BELOW_VOWELS else 600, 200, 150
            # A notch whose size is the glyph's number tells every drawing from every other.
            corners = [(0, 0), (width, 0), (width, height), (gid, height), (gid, height - gid // 3 - 1), (0, height)]
            pen.moveTo((left, bottom))
            for x, y in corners[1:]:
                pen.lineTo((left + x, bottom + y))
            pen.closePath()
        glyphs[f"g{gid}"] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({".notdef": (500, 0), **{f"g{g}": (advance(c), 0) for c, g in GIDS.items()}})
    builder.setupHorizontalHeader(ascent=1000, descent=-300)
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False)
    builder.setupMaxp()
    if not with_cmap:
        del builder.font["cmap"]
    target = io.BytesIO()
    builder.save(target)
    return target.getvalue()


def shown(text: str) -> str:
    """The string operand that shows a text's glyphs."""
    return "<" + "".join(f"{GIDS[char]:04X}" for char in text) + ">"


def line(text: str, x: float, y: float, size: float = 16) -> str:
    """Content that shows a text with its baseline at a place, measured from the bottom left corner."""
    return f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm {shown(text)} Tj ET"


def make_pdf(
    pages: Sequence[str | Iterable[str]], claims: Mapping[str, str | None] | None = None, *, with_cmap: bool = True
) -> bytes:
    """A PDF of pages with these contents. `claims` is what ToUnicode says of glyphs where it is not the truth."""
    pdf = pikepdf.new()
    told = {char: char for char in GIDS} | dict(claims or {})
    entries = "\n".join(
        f"<{GIDS[c]:04X}> <{text.encode('utf-16-be').hex()}>" for c, text in told.items() if text is not None
    )
    to_unicode = f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n1 beginbfchar\n{entries}\nendbfchar"
    widths = pikepdf.Array([1, pikepdf.Array([advance(c) for c in GIDS])])
    descriptor = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=pikepdf.Name("/AAAAAA+Made"),
            FontFile2=pdf.make_stream(_font_file(with_cmap)),
        )
    )
    inner = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=pikepdf.Name("/AAAAAA+Made"),
        CIDToGIDMap=pikepdf.Name.Identity,
        FontDescriptor=descriptor,
        W=widths,
    )
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name("/AAAAAA+Made"),
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=pikepdf.Array([inner]),
            ToUnicode=pdf.make_stream(to_unicode.encode()),
        )
    )
    for content in pages:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream((content if isinstance(content, str) else "\n".join(content)).encode())
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()
