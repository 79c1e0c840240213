"""Text files: bytes to lines, whichever of the encodings in use in Thailand they are in."""

from __future__ import annotations

import codecs
import re

from pipeline.extract.model import Line, Page

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: HTML as it stands in the markdown that readers of pictures write; so many tags are no accident.
_TAG = re.compile(r"</?(?:b|br|i|input|li|ol|p|table|td|th|tr|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TAGS = 3


def is_from_ocr(text: str) -> bool:
    """Whether OCR wrote a text: markdown with HTML in it, which no text layer and no word processor leaves.

    >>> is_from_ocr("# แผน\\n<ul><li>อบรม</li>"), is_from_ocr("# แผน\\n- อบรม")
    (True, False)
    """
    return sum(1 for _ in _TAG.finditer(text)) >= _TAGS


def decode(data: bytes) -> tuple[str, str]:
    """Text of a file and the encoding it was in.

    A byte order mark decides, then the high bytes that give UTF-16 away, then valid UTF-8, then the Thai
    Windows code page (of which TIS-620 is a part). Bytes that mean nothing even there become U+FFFD.

    >>> decode("กรม".encode("cp874"))
    ('กรม', 'cp874')
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), encoding
    for encoding, high in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        # In Thai and Latin text every high byte is 0x0E or 0x00, neither of which other encodings ever use.
        if high and high.count(0x0E) + high.count(0) > 0.8 * len(high):
            return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    return data.decode("cp874", "replace"), "cp874"


def read_pages(text: str) -> list[Page]:
    """Pages of a plain text, divided by form feeds; lines keep their number in the file, from 1.

    >>> [(page.number, line.number, line.raw) for page in read_pages("a\\nb\\fc") for line in page.lines]
    [(1, 1, 'a'), (1, 2, 'b'), (2, 2, 'c')]
    """
    pages = [Page(1, 0, 0, [])]
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for number, whole in enumerate(lines, 1):
        parts = whole.rstrip("\r").split("\f")
        for nth, part in enumerate(parts):
            if nth:
                pages.append(Page(len(pages) + 1, 0, 0, []))
            if part or len(parts) == 1:
                pages[-1].lines.append(Line(part, part, number))
    return [page for page in pages if page.lines] or pages[:1]
