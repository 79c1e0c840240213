"""Tells printed characters by their shape: a second opinion for OCR where Thai is hardest.

Tesseract's Thai data loses tone marks over vowels and takes one Thai digit for another. The pieces of ink
themselves are clear on a printed page, so a small network, trained on what free fonts draw, reads each piece;
a page that repeats its letters then settles the doubtful ones. The network is a plain array file, built by::

    python -m pipeline.extract.shapes FONT... --out models/ocr/shapes.npz
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from pipeline.extract.raster import WHITE, Blob, Box, Gray, Labels, body_height, find_blobs
from pipeline.resources import resource

Vector = npt.NDArray[np.float32]

SIDE = 20  # pixels: the pieces are brought to squares of this size
_PLACE = 3.0  # what size and height count for: a full stop and a dash are the same black square
#: A piece that is no character of its own: the dot of an i, the lower part of ญ and ฐ, a dot of a percent sign.
PART = ""
_THAI = "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮฯะัาิีึืุูเโใไๅๆ็่้๊๋์ํ๐๑๒๓๔๕๖๗๘๙"
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_SIGNS = "()[]{}/\\|.,-–_+*=<>:;!?%&#@'\"“”‘’•"
#: Compound characters, as the pieces a page shows of them.
PIECES = {"ำ": "ํา", "แ": "เเ", "ะ": "ะะ"}
PHINTHU = "ฺ"
#: Letters and marks that touch in many fonts, and so make one piece, named by both.
_TOUCHING = [base + mark for base in "ปฝฟฬ" for mark in "ัิีึื็่้๊๋์ํ"] + ["ฎุ", "ฏุ", "ฎู", "ฏู"]
_STACKS = [base + vowel + tone for base in "กป" for vowel in "ัิีึืํ" for tone in "่้๊๋์"]
#: What the measures of a line are taken from: consonants in about the mix of Thai prose.
_SAMPLE = "กรมการงานนวดลสทมอยบหพคจชตถผว"


def describe(gray: Gray, labels: Labels, blobs: Sequence[Blob], body: float, baseline: float) -> Vector:
    """One row of features a blob: its picture in a square, its size and its height over the line's foot.

    Lengths are in thirds of the body height, so that the size of the print does not matter. Shape
    (n, SIDE² + 4).
    """
    rows = np.zeros((len(blobs), SIDE * SIDE + 4), np.float32)
    for row, blob in zip(rows, blobs, strict=True):
        x0, top, x1, bottom = blob.box
        own = labels[top:bottom, x0:x1] == blob.label
        piece = np.where(own, WHITE - gray[top:bottom, x0:x1], 0).astype(np.uint8)
        square = Image.fromarray(piece).resize((SIDE, SIDE), Image.Resampling.BOX)
        pixels = np.asarray(square, np.float32).ravel()
        row[:-4] = pixels / max(float(pixels.max()), 1.0)
        row[-4:] = np.array([x1 - x0, bottom - top, baseline - top, baseline - bottom]) * (_PLACE / body)
    return rows


class ShapeReader:
    """A network of one hidden layer over the features of `describe`."""

    def __init__(self, arrays: dict[str, npt.NDArray[np.generic]]) -> None:
        self.classes: list[str] = [str(name) for name in arrays["classes"]]
        self._weights = [arrays[name].astype(np.float32) for name in ("w1", "b1", "w2", "b2")]

    def read(self, features: Vector) -> Vector:
        """Probability of each class for each row, shape (n, len(classes))."""
        w1, b1, w2, b2 = self._weights
        scores = np.maximum(features @ w1 + b1, 0) @ w2 + b2
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        share: Vector = odds / odds.sum(axis=1, keepdims=True)
        return share


@cache
def reader() -> ShapeReader:
    """The reader that ships with the package."""
    with np.load(resource("models/ocr") / "shapes.npz", allow_pickle=False) as arrays:
        return ShapeReader(dict(arrays))


def line_measures(blobs: Sequence[Blob], body: float) -> tuple[float, float]:
    """Body height and baseline of one line, in pixels; `body` is the page's, for a line of few letters."""
    if len(blobs) >= 6:
        own = body_height(blobs)
        body = own if 0.5 * body < own < 3 * body else body
    feet = [blob.box.bottom for blob in blobs if 0.6 * body <= blob.box.height <= 1.4 * body]
    return body, float(np.median(feet or [max(blob.box.bottom for blob in blobs)]))


def _drawn(font: ImageFont.FreeTypeFont, text: str) -> tuple[Gray, Labels, list[Blob]]:
    """The text on a white canvas, its baseline at three quarters of the height; its pieces, the largest first."""
    size = int(font.size)
    canvas = Image.new("L", (4 * size, 4 * size), WHITE)
    ImageDraw.Draw(canvas).text((2 * size, 3 * size), text, fill=0, font=font, anchor="ls")
    gray = np.asarray(canvas)
    labels, blobs = find_blobs(gray < 160, dpi=8.0 * size)
    return gray, labels, sorted(blobs, key=lambda blob: -_area(blob.box))


def samples(path: Path, sizes: Sequence[int]) -> tuple[list[Vector], list[str]]:
    """Features and names of the pieces that a font draws of every character it has, at sizes in pixels."""
    from fontTools.ttLib import TTFont

    from pipeline.extract.presentation import fold

    with TTFont(path, fontNumber=0, lazy=True) as file:
        known = set(file.getBestCmap() or ())
    chars = [char for char in _THAI + _LATIN + _SIGNS + "ำแ" if ord(char) in known]
    chars += [chr(code) for code in range(0xF700, 0xF71B) if code in known and fold(chr(code)) != PHINTHU]
    features: list[Vector] = []
    names: list[str] = []
    for size in sizes:
        font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
        letters = [blob for char in _SAMPLE if ord(char) in known for blob in _drawn(font, char)[2]]
        # A font without Thai is measured by its own letters: Thai ones beside it are about as high as these.
        letters = letters or [blob for char in "aoenrsHd" for blob in _drawn(font, char)[2]]
        body, _ = line_measures(letters, body_height(letters))
        for char in chars:
            gray, labels, blobs = _drawn(font, char)
            for index, row in enumerate(describe(gray, labels, blobs, body, 3.0 * size)):
                name = _piece(fold(char), index, blobs)
                if name is not None:
                    features.append(row)
                    names.append(name)
        shaped = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)
        for text in [*_TOUCHING, *_STACKS] if ord("ก") in known else ():
            gray, labels, blobs = _drawn(shaped, text)
            # As many pieces as characters: nothing touches. The letter is larger than what stands on it.
            if len(blobs) != len(text) - 1:
                continue
            merged = 0 if len(text) == 2 else 1
            features.append(describe(gray, labels, blobs, body, 3.0 * size)[merged])
            names.append(text[-2:])
    return features, names


def _area(box: Box) -> int:
    return box.height * (box.right - box.left)


def _piece(char: str, index: int, blobs: Sequence[Blob]) -> str | None:
    """Name of a character's piece, largest first; None for a character drawn in a way that tells nothing."""
    if char in ":;!?" and (index or char == ":"):
        return "."
    pieces = PIECES.get(char)
    if pieces is None:
        return char if index == 0 else PART
    if len(blobs) != len(pieces):
        return None
    return pieces[0] if pieces[0] == pieces[1] else pieces[::-1][index]  # ํ is the smaller piece of ำ


def main() -> None:
    """Trains the network on the fonts named on the command line."""
    from sklearn.neural_network import MLPClassifier

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("fonts", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    features: list[Vector] = []
    names: list[str] = []
    for path in options.fonts:
        rows, found = samples(path, sizes=(20, 27, 36, 45, 58))
        features += rows
        names += found
    table = np.stack(features)
    rng = np.random.default_rng(0)
    # Scans are never as sharp, level and well measured as the drawings: shake them.
    shaken = table + rng.normal(0, 0.05, table.shape).astype(np.float32)
    shaken[:, :-4] += rng.normal(0, 0.08, table[:, :-4].shape).astype(np.float32)
    classes = sorted(set(names))
    index = {name: number for number, name in enumerate(classes)}
    targets = np.array([index[name] for name in names])
    network = MLPClassifier((160,), alpha=1e-4, batch_size=256, learning_rate_init=2e-3, max_iter=14, random_state=0)
    network.fit(np.concatenate([table, shaken]), np.concatenate([targets, targets]))
    (w1, w2), (b1, b2) = network.coefs_, network.intercepts_
    half = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    np.savez_compressed(
        options.out, classes=np.array(classes), **{key: value.astype(np.float16) for key, value in half.items()}
    )
    print(f"{len(names):,} pieces of {len(classes)} kinds from {len(options.fonts)} fonts")


if __name__ == "__main__":
    main()
