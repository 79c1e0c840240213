"""The library of Thai glyph drawings: hashes of outlines of known fonts, and the characters they draw.

Run as a module it builds the library from font files::

    python -m pipeline.extract.outlines FONT... [--merge HASHES.json] > models/glyphs/thai.json
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import cache
from pathlib import Path

from pipeline.extract.presentation import fold
from pipeline.extract.programs import FontProgram, Outline, name_to_text
from pipeline.resources import resource
from pipeline.thai import MARKS

#: Thai letters, vowels and marks, without the digits and the currency sign.
_LETTERS = frozenset(c for c in map(chr, range(0x0E01, 0x0E50)) if c != "฿")


#: Digits of a hash that the library keeps: enough that no two drawings among all fonts share them by chance.
_DIGITS = 12


@cache
def library() -> tuple[dict[str, str], dict[str, str]]:
    """Character by hash: of the drawing in its place, and of marks' drawings wherever they stand."""
    data = json.loads((resource("models/glyphs") / "thai.json").read_text("utf-8"))
    return _inverted(data["exact"]), _inverted(data["shape"])


def _inverted(by_character: dict[str, str]) -> dict[str, str]:
    return {h: char for char, hashes in by_character.items() for h in hashes.split()}


def character(drawing: Outline) -> str | None:
    """The Thai character whose drawing in a known font is exactly this one; None if there is none.

    Digits are never told from drawings: a font may well draw Arabic digits as Thai ones.
    """
    exact, shape = library()
    found = exact.get(drawing.exact[:_DIGITS])
    hangs = drawing.bbox[0] < -0.05 or drawing.bbox[1] > 0.28 or drawing.bbox[3] < 0.05
    return found or (shape.get(drawing.shape[:_DIGITS]) if hangs else None)


def build(fonts: list[Path], exact: dict[str, set[str]] | None = None) -> dict[str, dict[str, str]]:
    """The library from font files, added to `exact` hashes known beforehand (character → hashes).

    A drawing that two fonts give to two characters tells nothing and is left out.
    """
    places: dict[str, set[str]] = {}
    shapes: dict[str, set[str]] = {}
    for char, hashes in (exact or {}).items():
        for known in hashes:
            places.setdefault(known[:_DIGITS], set()).add(char)
    for path in fonts:
        program = FontProgram(path.read_bytes())
        for gid in range(1, 2500):
            drawing = program.outline(gid)
            if drawing is None:
                continue
            name = (program.glyph_name(gid) or "").split(".")[0]
            texts = set(program.characters(gid) or program.substituted(gid)) or {fold(name_to_text(name) or "")}
            texts.discard("")
            # All characters go in, so that a drawing which two of them share is seen to be ambiguous.
            for char in texts:
                places.setdefault(drawing.exact[:_DIGITS], set()).add(char)
                shapes.setdefault(drawing.shape[:_DIGITS], set()).add(char)
    return {"exact": _grouped(places, _LETTERS), "shape": _grouped(shapes, frozenset(MARKS))}


def _grouped(hashes: dict[str, set[str]], wanted: frozenset[str]) -> dict[str, str]:
    grouped: dict[str, list[str]] = {}
    for digest, chars in sorted(hashes.items()):
        if len(chars) == 1 and wanted.issuperset(*chars):
            grouped.setdefault(next(iter(chars)), []).append(digest)
    return {char: " ".join(grouped[char]) for char in sorted(grouped)}


def main(arguments: list[str] | None = None) -> None:
    """Builds the library and prints it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("fonts", nargs="+", type=Path)
    parser.add_argument("--merge", type=Path, help='JSON {"glyphs": {hash: {"u": ["U+0E01"]}}} of more exact hashes')
    options = parser.parse_args(arguments)
    known: dict[str, set[str]] = {}
    if options.merge:
        for digest, glyph in json.loads(options.merge.read_text("utf-8"))["glyphs"].items():
            for code in glyph["u"]:
                char = fold(chr(int(code[2:], 16)))
                if char in _LETTERS:
                    known.setdefault(char, set()).add(digest)
    json.dump(build(options.fonts, known), sys.stdout, ensure_ascii=False, indent=0)


if __name__ == "__main__":
    main()
