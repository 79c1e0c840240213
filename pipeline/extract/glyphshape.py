"""A recogniser of glyph outlines, for fonts that no map and no library of drawings explains.

A glyph is set on a grid of its own size and compared with the glyphs of known fonts; its proportions and
its place over the baseline count beside its form. Run as a module it builds those prototypes from fonts::

    python -m pipeline.extract.glyphshape FONT... -o models/glyphs/shapes.npz
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.programs import FontProgram
from pipeline.resources import resource

Polygon = Sequence[tuple[float, float]]

_GRID = 20
#: Weights of proportion and of place beside the share of grid points that differ.
_PROPORTION, _PLACE = 0.10, 0.12
#: Distance over which a likeness is chance.
_ALIKE = 0.20
#: Characters there are prototypes of: Thai without the currency sign, and printable ASCII.
_KNOWN = frozenset(
    [chr(c) for c in range(0x0E01, 0x0E5C) if c <= 0x0E3A or c >= 0x0E40] + [chr(c) for c in range(0x21, 0x7F)]
)
#: Letters whose tops give a font's own height of letters.
LEVEL = "กขคนบมรวสอพถภด"


class Form(NamedTuple):
    """What is compared of a glyph: its grid of ink, width to height, and bottom and top in letter heights."""

    grid: NDArray[np.bool_]
    proportion: float
    bottom: float
    top: float


class Prototypes(NamedTuple):
    """Known forms, one row each."""

    characters: list[str]
    grids: NDArray[np.bool_]  # (n, _GRID * _GRID)
    proportions: NDArray[np.float32]
    places: NDArray[np.float32]  # (n, 2)


def form(polygons: Sequence[Polygon], level: float) -> Form | None:
    """The form of a glyph drawn by these contours (in ems) in a font whose letters are `level` ems high."""
    segments = [
        (x0, y0, x1, y1)
        for polygon in polygons
        for (x0, y0), (x1, y1) in zip(polygon, [*polygon[1:], polygon[0]], strict=True)
    ]
    if not segments:
        return None
    s = np.array(segments, dtype=np.float64)
    left, bottom = s[:, [0, 2]].min(), s[:, [1, 3]].min()
    right, top = s[:, [0, 2]].max(), s[:, [1, 3]].max()
    width, height = max(right - left, 1e-4), max(top - bottom, 1e-4)
    steps = (np.arange(_GRID) + 0.5) / _GRID
    xs, ys = left + steps * width, bottom + steps * height
    y0, y1 = s[:, 1], s[:, 3]
    crossed = (y0[None, :] <= ys[:, None]) != (y1[None, :] <= ys[:, None])  # (row, segment)
    slope = (s[:, 2] - s[:, 0]) / np.where(y1 == y0, 1.0, y1 - y0)
    rows, cut = np.nonzero(crossed)
    at = s[cut, 0] + (ys[rows] - y0[cut]) * slope[cut]
    direction = np.where(y1[cut] > y0[cut], 1, -1)
    winding = np.zeros((_GRID, _GRID), dtype=np.int64)
    np.add.at(winding, rows, (at[:, None] > xs[None, :]) * direction[:, None])
    return Form((winding != 0).ravel(), float(np.log(width / height)), bottom / level, top / level)


@cache
def prototypes() -> Prototypes:
    """The forms of the known fonts."""
    with np.load(resource("models/glyphs") / "shapes.npz", allow_pickle=False) as data:
        return Prototypes(
            data["characters"].tolist(),
            np.unpackbits(data["grids"], axis=1, count=_GRID * _GRID).view(np.bool_),
            data["proportions"].astype(np.float32),
            data["places"].astype(np.float32),
        )


def recognise(
    shape: Form, known: Prototypes, among: frozenset[str] | None = None, *, remote: bool = False
) -> tuple[str, float] | None:
    """The character a form is most like, with a confidence; None if it is like none.

    `among` limits the answer to some characters; `remote` takes the nearest of them however far it is.
    """
    differing = (known.grids != shape.grid[None, :]).mean(axis=1)
    proportion = np.minimum(np.abs(known.proportions - shape.proportion), 1.5)
    places = np.minimum(np.abs(known.places - np.array([shape.bottom, shape.top])), 1.0).sum(axis=1)
    far = differing + _PROPORTION * proportion + _PLACE * places
    best: dict[str, float] = {}
    for n in np.argsort(far):
        char = known.characters[n]
        if among is None or char in among:
            best.setdefault(char, float(far[n]))
        if len(best) == 2 or (far[n] > 2 * _ALIKE and not remote):
            break
    if not best:
        return None
    (char, nearest), *rest = best.items()
    if nearest > _ALIKE:
        return (char, 0.5) if remote else None
    second = rest[0][1] if rest else 2 * _ALIKE
    return char, round(min(0.95, 0.5 + 0.5 * min(1.0, (second - nearest) / 0.1)), 2)


def level_of(tops: dict[str, float]) -> float:
    """Height of letters in a font from the tops of its known glyphs, in ems; a usual height if none is known."""
    known = sorted(tops[c] for c in LEVEL if c in tops)
    return known[len(known) // 2] if known else 0.52


def gather(fonts: Sequence[Path]) -> list[tuple[str, str, Form]]:
    """Forms of the known characters in font files, as (font, character, form), without repeats."""
    found: list[tuple[str, str, Form]] = []
    seen: set[tuple[str, bytes]] = set()
    for path in fonts:
        program = FontProgram(path.read_bytes())
        tops = {c: o.bbox[3] for c in LEVEL if (o := program.outline(program.unicode_cmap.get(ord(c), 0)))}
        for gid in range(1, 1200):
            name = (program.glyph_name(gid) or "").split(".")[0]
            texts = {*program.characters(gid), *program.substituted(gid)}
            if not texts and name.startswith("uni0E") and len(name) == 7:
                texts = {chr(int(name[3:], 16))}
            for char in (t for t in texts if t and _KNOWN.issuperset(t)):  # ligatures too
                shape = form(program.polygons(gid), level_of(tops))
                if shape is not None and (char, shape.grid.tobytes()) not in seen:
                    seen.add((char, shape.grid.tobytes()))
                    found.append((path.stem, char, shape))
    return found


def prototypes_of(forms: Sequence[Form], characters: Sequence[str]) -> Prototypes:
    """Forms and the characters they are of as prototypes."""
    return Prototypes(
        list(characters),
        np.array([f.grid for f in forms], dtype=bool).reshape(len(forms), _GRID * _GRID),
        np.array([f.proportion for f in forms], dtype=np.float32),
        np.array([(f.bottom, f.top) for f in forms], dtype=np.float32).reshape(len(forms), 2),
    )


def main(arguments: list[str] | None = None) -> None:
    """Builds the prototypes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("fonts", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    options = parser.parse_args(arguments)
    found = gather(options.fonts)
    known = prototypes_of([f for _, _, f in found], [c for _, c, _ in found])
    arrays: dict[str, Any] = {
        "characters": np.array(known.characters),
        "grids": np.packbits(known.grids, axis=1),
        "proportions": known.proportions.astype(np.float16),
        "places": known.places.astype(np.float16),
    }
    np.savez_compressed(options.output, **arrays)


if __name__ == "__main__":
    main()
