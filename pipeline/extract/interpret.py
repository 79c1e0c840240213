"""The content of a page: its glyphs in the order they are drawn, its ruling lines and its pictures.

A page description is run far enough to know where every glyph stands, under which marked content, and
within which clip. Coordinates come out in points from the top left corner of the page as it is shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pikepdf

from pipeline.extract.cmaps import utf16
from pipeline.extract.fonts import Font, FontLibrary, Glyph
from pipeline.extract.model import BBox

Matrix = tuple[float, float, float, float, float, float]

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: Forms within forms, and instructions on one page, beyond which a file is hostile rather than rich.
_MAX_DEPTH, _MAX_INSTRUCTIONS, _MAX_FORMS = 16, 4_000_000, 20_000
#: A filled box no thicker than this (in points) is a ruling line.
_RULE = 3.0


class Span:
    """A stretch of marked content that says what its glyphs read (/ActualText)."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Drawn:
    """A glyph on the page: origin (`x`, `y` of the baseline), advance and font size in points.

    `angle` is the direction of writing in degrees counter-clockwise; origins of turned text are given in
    the page turned back, so that its lines are level too.
    """

    __slots__ = ("advance", "angle", "font", "glyph", "pagination", "size", "span", "x", "y")

    def __init__(
        self,
        glyph: Glyph,
        x: float,
        y: float,
        advance: float,
        size: float,
        font: Font,
        span: Span | None,
        angle: int,
        pagination: bool,
    ) -> None:
        self.glyph = glyph
        self.x = x
        self.y = y
        self.advance = advance
        self.size = size
        self.font = font
        self.span = span
        self.angle = angle
        self.pagination = pagination

    def reading(self, glyph: Glyph) -> Drawn:
        """The same glyph on the same spot, read otherwise."""
        return Drawn(glyph, self.x, self.y, self.advance, self.size, self.font, self.span, self.angle, self.pagination)


class Rule(NamedTuple):
    """A ruling line, level or upright: its two ends in points from the top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True)
class Content:
    """What stands on a page."""

    width: float
    height: float
    glyphs: list[Drawn] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    images: list[BBox] = field(default_factory=list)
    #: Characters drawn in rendering mode 3, as OCR layers under a scan are.
    invisible: int = 0


def interpret(page: pikepdf.Page, fonts: FontLibrary) -> Content:
    """Runs a page's content. What a damaged stream says up to its damage counts."""
    box = _box(page)
    turn = int(_number(page.obj.get("/Rotate"))) % 360
    content = Content(*_shown_size(box, turn))
    interpreter = _Interpreter(content, fonts, _to_shown(box, turn))
    resources = page.obj.get("/Resources")
    interpreter.run(page.obj, resources if isinstance(resources, pikepdf.Dictionary) else pikepdf.Dictionary(), 0)
    return content


def _box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    for key in ("/CropBox", "/MediaBox"):
        value = page.obj.get(key)
        if isinstance(value, pikepdf.Array) and len(value) == 4:
            x0, y0, x1, y1 = (_number(v) for v in value)
            if abs(x1 - x0) > 1 and abs(y1 - y0) > 1:
                return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return 0.0, 0.0, 612.0, 792.0


def _shown_size(box: tuple[float, float, float, float], turn: int) -> tuple[float, float]:
    width, height = box[2] - box[0], box[3] - box[1]
    return (height, width) if turn in (90, 270) else (width, height)


def _to_shown(box: tuple[float, float, float, float], turn: int) -> Matrix:
    """The matrix from page space (y up) to the shown page (y down, origin top left)."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return (0, 1, 1, 0, -y0, -x0)
    if turn == 180:
        return (-1, 0, 0, 1, x1, -y0)
    if turn == 270:
        return (0, -1, -1, 0, y1, x1)
    return (1, 0, 0, -1, -x0, y1)


def _multiply(m: Matrix, n: Matrix) -> Matrix:
    """First m, then n."""
    a, b, c, d, e, f = m
    p, q, r, s, t, u = n
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) else 0.0


class _State:
    """The part of the graphics state that q and Q save."""

    __slots__ = ("char_space", "clip", "ctm", "font", "leading", "mode", "rise", "scale", "size", "word_space")

    def __init__(self) -> None:
        self.ctm = _IDENTITY
        self.clip: tuple[float, float, float, float] | None = None
        self.font: Font | None = None
        self.size = 0.0
        self.char_space = 0.0
        self.word_space = 0.0
        self.scale = 1.0
        self.leading = 0.0
        self.rise = 0.0
        self.mode = 0

    def copy(self) -> _State:
        other = _State.__new__(_State)
        for name in _State.__slots__:
            setattr(other, name, getattr(self, name))
        return other


class _Interpreter:
    def __init__(self, content: Content, fonts: FontLibrary, to_shown: Matrix) -> None:
        self.content = content
        self.fonts = fonts
        self.state = _State()
        self.state.ctm = to_shown
        self.instructions = 0
        self.forms = 0
        self.tm: Matrix = _IDENTITY
        self.line_matrix: Matrix = _IDENTITY
        self.marks: list[tuple[Span | None, bool]] = []
        self.span: Span | None = None
        self.pagination = False

    def run(self, stream: Any, resources: pikepdf.Dictionary, depth: int) -> None:
        try:
            instructions = pikepdf.parse_content_stream(stream)
        except (pikepdf.PdfError, pikepdf.exceptions.DependencyError, ValueError, TypeError, RuntimeError):
            return
        saved: list[_State] = []
        fonts: dict[str, Font] = {}
        path: list[tuple[float, float, float, float]] = []  # segments
        boxes: list[tuple[float, float, float, float]] = []
        here = start = (0.0, 0.0)
        clipping = False
        for instruction in instructions:
            self.instructions += 1
            if self.instructions > _MAX_INSTRUCTIONS:
                return
            operator = str(instruction.operator)
            if operator in _IDLE:
                continue
            operands = instruction.operands
            state = self.state
            try:
                if operator == "Tj":
                    self.emit((bytes(operands[0]),))
                elif operator == "Td":
                    self.move(float(operands[0]), float(operands[1]))
                elif operator == "TJ":
                    self.emit([bytes(i) if isinstance(i, pikepdf.String) else float(i) for i in operands[0]])
                elif operator == "EMC":
                    if self.marks:
                        self.span, self.pagination = self.marks.pop()
                elif operator == "BDC":
                    self.begin(operands, resources)
                elif operator == "TD":
                    state.leading = -float(operands[1])
                    self.move(float(operands[0]), float(operands[1]))
                elif operator == "Tm":
                    self.tm = self.line_matrix = tuple(map(float, operands))  # type: ignore[assignment]
                elif operator == "T*":
                    self.move(0.0, -state.leading)
                elif operator == "Tf":
                    name = str(operands[0])
                    if name not in fonts:
                        fonts[name] = self.fonts.font(_entry(resources, "/Font", name))
                    state.font, state.size = fonts[name], float(operands[1])
                elif operator == "BT":
                    self.tm = self.line_matrix = _IDENTITY
                elif operator == "Tc":
                    state.char_space = float(operands[0])
                elif operator == "Tw":
                    state.word_space = float(operands[0])
                elif operator == "Tz":
                    state.scale = float(operands[0]) / 100
                elif operator == "TL":
                    state.leading = float(operands[0])
                elif operator == "Ts":
                    state.rise = float(operands[0])
                elif operator == "Tr":
                    state.mode = int(operands[0])
                elif operator == "'":
                    self.move(0.0, -state.leading)
                    self.emit((bytes(operands[0]),))
                elif operator == '"':
                    state.word_space, state.char_space = float(operands[0]), float(operands[1])
                    self.move(0.0, -state.leading)
                    self.emit((bytes(operands[2]),))
                elif operator == "BMC":
                    self.marks.append((self.span, self.pagination))
                elif operator == "q":
                    if len(saved) < 10_000:
                        saved.append(state.copy())
                elif operator == "Q":
                    if saved:
                        self.state = saved.pop()
                elif operator == "cm":
                    state.ctm = _multiply(tuple(map(float, operands)), state.ctm)  # type: ignore[arg-type]
                elif operator == "m":
                    here = start = (float(operands[0]), float(operands[1]))
                elif operator == "l":
                    there = (float(operands[0]), float(operands[1]))
                    path.append((*here, *there))
                    here = there
                elif operator in ("c", "v", "y"):
                    here = (float(operands[-2]), float(operands[-1]))
                elif operator == "h":
                    path.append((*here, *start))
                    here = start
                elif operator == "re":
                    x, y, width, height = map(float, operands)
                    boxes.append((x, y, x + width, y + height))
                elif operator in ("W", "W*"):
                    clipping = True
                elif operator in _PAINT:
                    if clipping:
                        self.clip(path, boxes)
                        clipping = False
                    if _PAINT[operator] & _STROKE:
                        self.stroke(path, boxes)
                    if _PAINT[operator] & _FILL:
                        self.fill(path, boxes)
                    path, boxes = [], []
                elif operator == "Do":
                    self.paint(_entry(resources, "/XObject", str(operands[0])), resources, depth)
                elif operator == "INLINE IMAGE":
                    self.image()
                elif operator == "gs":
                    self.set_font_by(_entry(resources, "/ExtGState", str(operands[0])))
            except (ValueError, TypeError, IndexError, OverflowError):
                continue  # an instruction that makes no sense is passed over, as viewers do
        while saved:  # unbalanced q
            self.state = saved.pop()

    # -- text -----------------------------------------------------------------------------------------------

    def move(self, x: float, y: float) -> None:
        a, b, c, d, e, f = self.line_matrix
        self.tm = self.line_matrix = (a, b, c, d, x * a + y * c + e, x * b + y * d + f)

    def emit(self, items: Sequence[bytes | float]) -> None:
        """Draws strings from the current point on; numbers between them move it back by thousandths of an em."""
        state = self.state
        font = state.font
        if font is None:
            return
        size, scale = state.size, state.scale
        ta, tb, tc, td, te, tf = self.tm
        p, q, r, s, t, u = state.ctm
        a, b = ta * p + tb * r, ta * q + tb * s
        e, f = te * p + tf * r + t, te * q + tf * s + u
        if b == 0.0 and a > 0.0 and tc == 0.0 and r == 0.0 and size > 0.0:  # level text, the common case
            up, angle = abs(td * s) * size, 0
            if state.rise:
                f += state.rise * td * s
            along = a
        else:
            c, d = tc * p + td * r, tc * q + td * s
            along = math.hypot(a, b)
            up = abs(size) * (abs(a * d - b * c) / along if along else 0.0)  # height of the em across the line
            turned = abs(b) > 0.001 * along or a * size < 0
            direction = 1 if size > 0 else -1
            angle = round(math.degrees(math.atan2(-b * direction, a * direction))) % 360 if turned else 0
            if state.rise:
                e, f = e + state.rise * c, f + state.rise * d
        cos, sin = (math.cos(math.radians(angle)), math.sin(math.radians(angle))) if angle else (1.0, 0.0)
        glyphs, clip, span, pagination = self.content.glyphs, state.clip, self.span, self.pagination
        char_space, word_space = state.char_space * scale, state.word_space * scale
        stretch, em = along * abs(size) * scale, size * scale
        before = len(glyphs)
        step = 0.0
        left, top, right, bottom = clip if clip is not None else _EVERYWHERE
        for item in items:
            if isinstance(item, float):
                step -= item / 1000 * em
                continue
            for glyph, spaced in font.glyphs(item):
                x, y, width = e + step * a, f + step * b, glyph.width
                step += width * em + char_space
                if spaced:
                    step += word_space
                if left <= x <= right and top <= y <= bottom:
                    if angle:
                        x, y = x * cos - y * sin, x * sin + y * cos
                    glyphs.append(Drawn(glyph, x, y, width * stretch, up, font, span, angle, pagination))
        if state.mode == 3:
            self.content.invisible += len(glyphs) - before
        self.tm = (ta, tb, tc, td, te + step * ta, tf + step * tb)

    def set_font_by(self, graphics_state: Any) -> None:
        entry = graphics_state.get("/Font") if isinstance(graphics_state, pikepdf.Dictionary) else None
        if isinstance(entry, pikepdf.Array) and len(entry) == 2:
            self.state.font, self.state.size = self.fonts.font(entry[0]), _number(entry[1])

    # -- marked content -------------------------------------------------------------------------------------

    def begin(self, operands: Any, resources: pikepdf.Dictionary) -> None:
        self.marks.append((self.span, self.pagination))
        properties = operands[1]
        if isinstance(properties, pikepdf.Name):
            properties = _entry(resources, "/Properties", str(properties))
        if not isinstance(properties, pikepdf.Dictionary):
            return
        actual = properties.get("/ActualText")
        if isinstance(actual, pikepdf.String) and self.span is None:
            self.span = Span(_text_string(bytes(actual)))
        if str(operands[0]) == "/Artifact" and str(properties.get("/Type", "")) == "/Pagination":
            self.pagination = True

    # -- drawing --------------------------------------------------------------------------------------------

    def _place(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.state.ctm
        return x * a + y * c + e, x * b + y * d + f

    def _placed(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        (x0, y0), (x1, y1) = self._place(box[0], box[1]), self._place(box[2], box[3])
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def clip(
        self, path: list[tuple[float, float, float, float]], boxes: list[tuple[float, float, float, float]]
    ) -> None:
        """Narrows the clip to a single box; other shapes are left to clip nothing."""
        if path or len(boxes) != 1:
            return
        x0, y0, x1, y1 = self._placed(boxes[0])
        # A point of slack: text on the very edge is seen in part.
        x0, y0, x1, y1 = x0 - 1, y0 - 1, x1 + 1, y1 + 1
        if self.state.clip is not None:
            p, q, r, s = self.state.clip
            x0, y0, x1, y1 = max(x0, p), max(y0, q), min(x1, r), min(y1, s)
        self.state.clip = (x0, y0, x1, y1)

    def stroke(
        self, path: list[tuple[float, float, float, float]], boxes: list[tuple[float, float, float, float]]
    ) -> None:
        for segment in path:
            self._rule(self._placed(segment))
        for box in boxes:
            x0, y0, x1, y1 = self._placed(box)
            if min(x1 - x0, y1 - y0) <= _RULE:
                self._rule((x0, y0, x1, y1))
            else:
                for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
                    self._rule(side)

    def fill(
        self, path: list[tuple[float, float, float, float]], boxes: list[tuple[float, float, float, float]]
    ) -> None:
        if path:
            xs = [x for s in path for x in (s[0], s[2])]
            ys = [y for s in path for y in (s[1], s[3])]
            boxes = [*boxes, (min(xs), min(ys), max(xs), max(ys))]
        for box in boxes:
            self._rule(self._placed(box))

    def _rule(self, box: tuple[float, float, float, float]) -> None:
        """Keeps a thin box as the line it is drawn for."""
        x0, y0, x1, y1 = box
        if y1 - y0 <= _RULE < x1 - x0:
            middle = (y0 + y1) / 2
            self.content.rules.append(Rule(x0, middle, x1, middle))
        elif x1 - x0 <= _RULE < y1 - y0:
            middle = (x0 + x1) / 2
            self.content.rules.append(Rule(middle, y0, middle, y1))

    def image(self) -> None:
        corners = [self._place(x, y) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        self.content.images.append(BBox(min(xs), min(ys), max(xs), max(ys)))

    def paint(self, target: Any, resources: pikepdf.Dictionary, depth: int) -> None:
        if not isinstance(target, pikepdf.Stream):
            return
        if str(target.get("/Subtype", "")) == "/Image":
            self.image()
            return
        self.forms += 1
        if str(target.get("/Subtype", "")) != "/Form" or depth >= _MAX_DEPTH or self.forms > _MAX_FORMS:
            return
        outer, text = self.state, (self.tm, self.line_matrix, self.marks, self.span, self.pagination)
        self.state = outer.copy()
        matrix = target.get("/Matrix")
        if isinstance(matrix, pikepdf.Array) and len(matrix) == 6:
            self.state.ctm = _multiply(tuple(map(_number, matrix)), self.state.ctm)  # type: ignore[arg-type]
        box = target.get("/BBox")
        if isinstance(box, pikepdf.Array) and len(box) == 4:
            x0, y0, x1, y1 = map(_number, box)
            if x1 != x0 and y1 != y0:
                self.clip([], [(x0, y0, x1, y1)])
        own = target.get("/Resources")
        self.marks = []
        self.run(target, own if isinstance(own, pikepdf.Dictionary) else resources, depth + 1)
        self.state = outer
        self.tm, self.line_matrix, self.marks, self.span, self.pagination = text


_EVERYWHERE = (-math.inf, -math.inf, math.inf, math.inf)
#: Instructions that move nothing and draw nothing.
_IDLE = {"ET", "g", "G", "rg", "RG", "k", "K", "sc", "SC", "scn", "SCN", "cs", "CS", "w", "J", "j", "M", "d", "ri", "i"}
_IDLE |= {"MP", "DP", "BX", "EX", "sh", "d0", "d1"}
_STROKE, _FILL = 1, 2
_PAINT = {"S": 1, "s": 1, "f": 2, "F": 2, "f*": 2, "B": 3, "B*": 3, "b": 3, "b*": 3, "n": 0}


def _entry(resources: pikepdf.Dictionary, kind: str, name: str) -> Any:
    section = resources.get(kind)
    return section.get(name) if isinstance(section, pikepdf.Dictionary) else None


def _text_string(data: bytes) -> str:
    """A PDF text string: UTF-16 with its mark, UTF-8 with its mark, else one byte a character."""
    if data.startswith(b"\xfe\xff"):
        return utf16(data[2:])
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le", "replace")
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    return data.decode("latin-1")
